//! `exercise.toml`: what is asked, on which data, how it is checked, and what the learner is told.

use std::collections::{BTreeMap, BTreeSet};

use super::dataset::{Column, Dataset, OUTLINED, Role, Source, UNIT_KIND};
use super::grid::{self, Grid};
pub use super::names::BEFORE;
use super::names::{once, plain_id};
use super::order::Order;
use super::queries;
use super::settings::{self, Settings};
use super::tables::{self, ANSWERS, DEVELOP, EPOCHS, EXAM, LESIONS, METRICS, WORLD};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{Key, Kind, Need, Section, Value, Written};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use sql::{Expression, Purpose, Query};

/// The fields and settings that an exercise can belong to.
pub const FIELDS: &[&str] = &[
    "imaging",
    "genomics",
    "care",
    "drug",
    "dementia",
    "surgery",
    "home",
    "public-health",
    "administration",
    "business",
    "law",
    "ethics",
];

/// The form of `exercise.toml` that this program reads. Form 1 had a `sql` in each check beside `shows`.
pub const FORMAT: i64 = 2;

/// The courses that an exercise can be written for.
pub const LEVELS: &[&str] = &["intensive", "doctoral"];

/// What a field or a level is called.
pub fn called(word: &str) -> Text {
    match word {
        "imaging" => Text::new("imaging", "画像診断"),
        "genomics" => Text::new("genomics", "ゲノム医療"),
        "care" => Text::new("clinical care", "診療"),
        "drug" => Text::new("drug development", "創薬"),
        "dementia" => Text::new("dementia care", "認知症ケア"),
        "surgery" => Text::new("surgery", "外科"),
        "home" => Text::new("home care", "在宅医療"),
        "public-health" => Text::new("public health", "公衆衛生"),
        "administration" => Text::new("administration", "行政・病院管理"),
        "business" => Text::new("business", "事業"),
        "law" => Text::new("law", "法"),
        "ethics" => Text::new("ethics", "倫理"),
        "intensive" => Text::new("intensive course", "短期集中コース"),
        "doctoral" => Text::new("doctoral course", "博士課程コース"),
        other => Text::same(other),
    }
}

/// The keys of `exercise.toml`.
pub const KEYS: &[Key<'static>] = &[
    Key::new(
        "format",
        Kind::Whole { min: 1, max: 1_000 },
        Need::Default("1"),
        "The form of this file: 2. `practicum author upgrade` brings an older file into it.",
        "このファイルの書式の版で、2と書きます。古いファイルは `practicum author upgrade` で変換できます。",
    ),
    Key::new("id", Kind::String, Need::Required, "The folder's name.", "フォルダーの名前です。"),
    Key::new(
        "formerly",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "Ids that it had before: whoever still uses one is told the new one.",
        "以前のidです。古いidを使った人には、新しいidを知らせます。",
    ),
    Key::new(
        "version",
        Kind::Whole { min: 1, max: 1_000_000 },
        Need::Required,
        "Raised whenever results could change.",
        "結果が変わりうる変更のたびに上げます。",
    ),
    Key::new("dataset", Kind::String, Need::Required, "The dataset's id.", "データセットのidです。"),
    Key::new("field", Kind::Choice(FIELDS), Need::Required, "The field of medicine or practice.", "分野です。"),
    Key::new("level", Kind::Choice(LEVELS), Need::Required, "The course it is written for.", "対象とするコースです。"),
    Key::measured(
        "minutes",
        Kind::Whole { min: 5, max: 600 },
        Need::Required,
        "minutes",
        "How long a learner needs.",
        "学習者に必要な時間です。",
    ),
    Key::new(
        "after",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "The exercises that it builds on, by id.",
        "先に取り組んでおくべき演習のidです。",
    ),
    Key::new("title", Kind::Bilingual, Need::Required, "The exercise's title.", "演習の題名です。"),
    Key::new("summary", Kind::Bilingual, Need::Required, "The problem in one sentence.", "課題を1文で表します。"),
    Key::new(
        "evidence",
        Kind::List(&Kind::String),
        Need::Required,
        "Published sources for every claim in the brief.",
        "説明文の主張の根拠となる文献です。",
    ),
    Key::new(
        "asks",
        Kind::List(&Kind::Choice(&["plan", "settings", "answers"])),
        Need::Default("[\"plan\", \"answers\"]"),
        "What the learner hands in. Without a plan nothing is trained: the learner concludes from the data alone, and checks see the tables without predictions. With settings in its place, plan.toml holds the exercise's own [setting] and nothing else.",
        "学習者が提出するものです。planを除くと学習は行わず、データだけから結論を出す演習になります（判定の表に予測の列はありません）。代わりに settings と書くと、plan.toml にはこの演習の [setting] だけを書きます。",
    ),
    Key::new(
        "setting",
        Kind::Tables(settings::KEYS),
        Need::Default("[]"),
        "Decisions of the exercise's own, such as a price: learners write them under [setting] in plan.toml, and checks read them in the table `plan` as setting_<name>.",
        "価格など、この演習だけの決定項目です。学習者は plan.toml の [setting] に書き、判定は表`plan`の setting_<名前> の列で読みます。",
    ),
    Key::new(
        "groups",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "Columns by whose values results are also shown apart.",
        "結果を分けて示すための列です。",
    ),
    Key::new(
        "figures_per",
        Kind::String,
        Need::Optional,
        "A column by whose values the figures of a risk are counted: rows with the same value are one, with the mean of their risks. For several rows of one patient, whose intervals would otherwise be too narrow.",
        "リスクの指標を数える単位となる列です。値が同じ行を1つにまとめ、リスクの平均を用います。同じ患者の行が複数あるとき、行ごとに数えると区間が狭くなりすぎるためです。",
    ),
    Key::measured(
        "worth",
        Kind::Number { min: 0.001, max: 0.99 },
        Need::Optional,
        "risk",
        "The risk at which an alert is just worth its cost; net benefit is shown for it.",
        "警報を出す価値がちょうどあるリスクです。この値での純便益を示します。",
    ),
    Key::new(
        "question",
        Kind::Tables(QUESTION),
        Need::Default("[]"),
        "What the learner answers.",
        "学習者への問いです。",
    ),
    Key::new(
        "recall",
        Kind::Tables(QUIZ),
        Need::Default("[]"),
        "At most two questions on earlier exercises, asked at the beginning; optional, never graded.",
        "以前の演習を思い出すための問いです。2問まで、始めに示します。答えなくてもよく、成績には入りません。",
    ),
    Key::new(
        "exit",
        Kind::Table(QUIZ),
        Need::Optional,
        "One question at the end, on the lesson in another story; never graded.",
        "終わりに示す1問です。同じ教訓を別の場面で問います。成績には入りません。",
    ),
    Key::new("develop", Kind::Table(DRAW), Need::Default("{}"), "What the learner gets.", "学習者に渡すデータです。"),
    Key::new(
        "exam",
        Kind::Table(DRAW),
        Need::Default("{}"),
        "The hidden rows that judge.",
        "判定に使う非公開のデータです。",
    ),
    Key::new(
        "probe",
        Kind::Tables(PROBE),
        Need::Default("[]"),
        "The exam again, with a cause changed.",
        "原因を変えた、もう一つの判定用データです。",
    ),
    Key::new("check", Kind::Tables(CHECK), Need::Required, "What is judged.", "判定の項目です。"),
];

const QUESTION: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "The answer's key and column.", "解答のキーと列の名前です。"),
    Key::new(
        "when",
        Kind::Choice(&["after", BEFORE]),
        Need::Default("\"after\""),
        "After a run, which is a conclusion; or before the first one, which is an expectation: a range or a choice, at most two, never judged.",
        "実行の後に答える結論か（after）、最初の実行の前に答える予想か（before）です。予想は範囲か選択肢で、2問まで、判定には使いません。",
    ),
    Key::new(
        "kind",
        Kind::Choice(&["number", "interval", "choice", "choices", "lines", "order", "table", "range", "text"]),
        Need::Required,
        "A number, an interval [low, high], one of the choices, several of them (choices), those lines of a listing that are marked (lines), all choices in order (order), or a small table of numbers (table); before the first run a range, which should hold the truth in 8 of 10 cases; or a text, which a teacher reads.",
        "数値（number）、区間 [下限, 上限]（interval）、選択肢から1つ（choice）、選択肢からいくつでも（choices）、一覧のうち印を付ける行（lines）、選択肢すべての順位（order）、数値の小さな表（table）です。予想では、10回のうち8回は真の値を含むと思う範囲（range）も使えます。文章（text）は教員が読みます。",
    ),
    Key::new("prompt", Kind::Bilingual, Need::Required, "The question.", "問いの文です。"),
    Key::new(
        "unit",
        UNIT_KIND,
        Need::Default("\"\""),
        "The unit of the answer: a sign such as \"mmol/L\", or words as { en = \"yen\", ja = \"円\" }.",
        "解答の単位です。\"mmol/L\" のような記号か、{ en = \"yen\", ja = \"円\" } のように言葉で書きます。",
    ),
    Key::new(
        "min",
        Kind::Number { min: -1e12, max: 1e12 },
        Need::Default("0"),
        "The smallest possible answer.",
        "解答の下限です。",
    ),
    Key::new(
        "max",
        Kind::Number { min: -1e12, max: 1e12 },
        Need::Default("1000000"),
        "The largest possible answer.",
        "解答の上限です。",
    ),
    Key::new(
        "max_width",
        Kind::Number { min: 1e-9, max: 1e12 },
        Need::Optional,
        "Of an interval: how wide it may be, as its check allows. A wider one is told before anything is run, and costs no try.",
        "区間の幅の上限です（判定が許す幅）。これより広い解答は実行の前に知らせ、解答の回数に数えません。",
    ),
    Key::new("choice", Kind::Tables(CHOICE), Need::Default("[]"), "The choices.", "選択肢です。"),
    Key::new(
        "line",
        Kind::Tables(LINE),
        Need::Default("[]"),
        "The lines of the listing, which the learner finds in `listing.en.md`.",
        "一覧の行です。学習者には `listing.ja.md` として渡します。",
    ),
    Key::new("row", Kind::Tables(grid::ROW), Need::Default("[]"), "The rows of the table.", "表の行です。"),
    Key::new("column", Kind::Tables(grid::COLUMN), Need::Default("[]"), "The columns of the table.", "表の列です。"),
    Key::new(
        "hides",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "Figures that would give the answer away: names of metrics, and of columns of any check's `shows`. They are not shown for the exam and its probes until the answer is settled. What the question's own checks show is hidden in any case.",
        "答えが分かってしまう値の名前です。指標の名前、または判定の`shows`の列の名前を書きます。答えが決まるまで、判定用のデータとプローブについては示しません。この問いを見る判定が示す値は、書かなくても隠します。",
    ),
    Key::new(
        "came",
        Kind::Sql,
        Need::Optional,
        "Of a question before the first run: one SELECT with one value, over the tables that checks have: the number, or the choice's id, that came. With the debrief it is set beside what was expected.",
        "実行前の予想の問いに書きます。判定で使える表から値を1つだけ返すSELECT文で、実際の値または選択肢のidを求めます。解説とともに、予想と並べて示します。",
    ),
    Key::new(
        "of",
        Kind::Choice(&["plan", STARTER]),
        Need::Default("\"plan\""),
        "Of `came`: what came of the plan that passed, or of the starter's plan as it is.",
        "`came`を、合格した計画で求めるか（plan）、出発点の計画のままで求めるか（starter）です。",
    ),
    Key::new(
        "rubric",
        Kind::List(&Kind::Bilingual),
        Need::Default("[]"),
        "Of a text: by what a teacher marks it; shown with the debrief.",
        "文章の採点の観点です。解説とともに示します。",
    ),
];

const CHOICE: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "What the learner writes.", "学習者が書く語です。"),
    Key::new("text", Kind::Bilingual, Need::Required, "What it means.", "その意味です。"),
    Key::new(
        "against",
        Kind::Bilingual,
        Need::Optional,
        "One observation that speaks against it, told to who has chosen it wrongly; of an order, to who has put it too high or too low.",
        "この選択肢に反する観察を1つ書きます。誤って選んだ学習者に示します。順位の問いでは、その項目を高すぎる、または低すぎる順位にした学習者に示します。",
    ),
];

const LINE: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "What the learner writes to mark it.", "印を付けるときに書く語です。"),
    Key::new("text", Kind::Bilingual, Need::Required, "The line.", "行の文です。"),
    Key::new(
        "other",
        Kind::Bilingual,
        Need::Optional,
        "What the line says instead where `when` holds.",
        "`when` が成り立つバリアントで、代わりに示す文です。",
    ),
    Key::new(
        "when",
        Kind::Sql,
        Need::Optional,
        "A condition over the world: in which variants the line says `other`.",
        "`other` を示すバリアントの条件です。[[world]] の列で書きます。",
    ),
];

const QUIZ: &[Key<'static>] = &[
    Key::new("text", Kind::Bilingual, Need::Required, "The question.", "問いの文です。"),
    Key::new("right", Kind::Bilingual, Need::Required, "The right answer.", "正しい答えです。"),
    Key::new(
        "wrong",
        Kind::List(&Kind::Bilingual),
        Need::Required,
        "The wrong answers that are offered beside it.",
        "並べて示す誤った答えです。",
    ),
    Key::new(
        "why",
        Kind::Bilingual,
        Need::Required,
        "Why it is right, told after the answer.",
        "正しい理由です。答えた後に示します。",
    ),
];

const ROWS: Key<'static> = Key::new(
    "rows",
    Kind::Map(&Kind::Sql),
    Need::Default("{}"),
    "Rows of the tables named; the others keep the dataset's.",
    "名前を挙げた表の行数です。ほかの表はデータセットのとおりです。",
);
const DO: Key<'static> = Key::new(
    "do",
    Kind::Map(&Kind::Sql),
    Need::Default("{}"),
    "Interventions: a column's equation is replaced; on the right its own name is the value it would have had. In [exam] and [[probe]], `answers.<question>` and `settings.<name>` are what the learner answered or set: numbers, and flags as 1 or 0.",
    "介入です。列の式を置き換えます。右辺でその列自身の名前を使うと、介入がなければ取った値になります。[exam] と [[probe]] では、学習者の解答を `answers.<問い>`、設定を `settings.<名前>` として使えます（数値。flagは1か0）。",
);

const DRAW: &[Key<'static>] = &[
    ROWS,
    DO,
    Key::new(
        "where",
        Kind::Sql,
        Need::Optional,
        "Of a dataset that is a file: the rows used here. No row may be both the learner's and the exam's.",
        "ファイルのデータセットで、ここに使う行の条件です。学習者のデータと判定用のデータに同じ行は入れられません。",
    ),
    Key::new(
        "share",
        Kind::Number { min: 0.05, max: 0.9 },
        Need::Optional,
        "Of a dataset that is a file: the share of rows held out, at random by the seed; rows of one group stay together. Only in [exam].",
        "ファイルのデータセットで、シードで無作為に取り分ける行の割合です。役割がgroupの列の値が同じ行は、必ず同じ側に入ります。[exam]だけに書きます。",
    ),
];

const PROBE: &[Key<'static>] = &[
    Key::new("name", Kind::String, Need::Required, "The probe's table in checks.", "判定で使う表の名前です。"),
    Key::new(
        "about",
        Kind::Bilingual,
        Need::Required,
        "What is changed, for the learner.",
        "何を変えたかを学習者に伝える文です。",
    ),
    Key::new(
        "title",
        Kind::Bilingual,
        Need::Optional,
        "What the changed world is called over its figures, in a few words; otherwise the name.",
        "結果の表の見出しに使う短い呼び名です。書かなければ名前を使います。",
    ),
    ROWS,
    DO,
    Key::new(
        "repeat",
        Kind::Whole { min: 2, max: 1_000 },
        Need::Optional,
        "Draw the changed world so many times, each with luck of its own, into one table with a column `repeat` (1, 2, …), so that a check can ask how often a method holds.",
        "変えた世界を、毎回別の偶然でこの回数だけ生成し、1つの表にまとめます。列`repeat`（1、2、…）が回の番号です。ある方法が何回に何回成り立つかを判定するときに使います。",
    ),
    Key::new(
        "retrain",
        Kind::Flag,
        Need::Default("false"),
        "Change the learner's data too, and train again under the same plan.",
        "学習者のデータも変え、同じ計画で学習し直します。",
    ),
];

const CHECK: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "The check's name.", "判定の名前です。"),
    Key::measured(
        "points",
        Kind::Whole { min: 1, max: 100 },
        Need::Default("1"),
        "points",
        "What it is worth.",
        "配点です。",
    ),
    Key::new(
        "needs",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "Checks that must pass first; otherwise this one is skipped, not failed.",
        "先に合格すべき判定です。不合格なら、この判定は不合格ではなく省略になります。",
    ),
    Key::new(
        "shows",
        Kind::Sql,
        Need::Required,
        "One SELECT with one row: the figures of the check. The texts name them as {column} or {column:decimals}.",
        "1行を返すSELECT文で、判定に使う値を計算します。その列を、文の中で {列} や {列:小数桁数} として使えます。",
    ),
    Key::new(
        "passes",
        Kind::Sql,
        Need::Required,
        "A condition over the columns of that row, such as gap <= 0.03: the check passes where it is true.",
        "その行の列に対する条件です（例：gap <= 0.03）。真のとき合格になります。",
    ),
    Key::new(
        "figure",
        Kind::String,
        Need::Optional,
        "The column of `shows` on which the verdict turns; needed only where `passes` does not compare one column with a number or another column.",
        "合否を分ける値となる、`shows`の列です。`passes`が1つの列を数値や別の列と比べる形であれば、書く必要はありません。",
    ),
    Key::new(
        "asks",
        Kind::Table(ASKS),
        Need::Optional,
        "Of a check that judges an answer: which figure was asked for, and how far off a right answer may be. A wrong answer is then told in words how far it lies from it.",
        "解答を見る判定で、どの値を尋ねたか、どれだけの差まで正解とするかです。書いておくと、誤った解答に、どのくらい離れているかを言葉で伝えます。",
    ),
    Key::new(
        "title",
        Kind::Bilingual,
        Need::Required,
        "What is checked, in a few words.",
        "何を判定するかの短い文です。",
    ),
    Key::new("pass", Kind::Bilingual, Need::Required, "Told when it passes.", "合格のときの文です。"),
    Key::new("fail", Kind::Bilingual, Need::Required, "Told when it fails.", "不合格のときの文です。"),
    Key::new("hint", Kind::Bilingual, Need::Required, "What to change next.", "次に何を変えるかの手がかりです。"),
];

const ASKS: &[Key<'static>] = &[
    Key::new(
        "figure",
        Kind::String,
        Need::Required,
        "The column of `shows` that holds the figure asked for; of an order, what the columns begin with that hold the right places: with \"place\", place_b is that of the item b, counted or measured so that the first is the smallest.",
        "尋ねた値を表す、`shows`の列です。順位の問いでは、正しい順位を表す列の名前の先頭部分です。\"place\" と書くと、place_b が項目 b の順位になります（1番目が最小になる値なら、順位そのものでなくてもかまいません）。",
    ),
    Key::new(
        "within",
        Kind::Number { min: 1e-9, max: 1e12 },
        Need::Optional,
        "A right answer lies at most so far from it, in its unit; of an interval, half the widest that is of use.",
        "正解とする差の上限です（値と同じ単位）。区間では、役に立つ最も広い区間の半分です。",
    ),
    Key::new(
        "factor",
        Kind::Number { min: 1.000_001, max: 1_000.0 },
        Need::Optional,
        "For counts and ratios: a right answer is at most so many times as large or as small.",
        "人数や比では、正解とする倍率の上限です（例：1.35倍まで）。",
    ),
    Key::new(
        "limits",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "Of an interval, the columns of `shows` that hold its right lower and upper limit: a wrong one is then told whether it is too narrow, too wide, or lies too low or too high.",
        "区間を尋ねる場合、正しい下限と上限を表す`shows`の列です。書いておくと、誤った区間に、狭すぎる・広すぎる・全体に低い・高いのいずれかを伝えます。",
    ),
];

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The answer's key and column.
    pub id: String,
    /// What kind of answer it wants.
    pub kind: QuestionKind,
    /// The question.
    pub prompt: Text,
    /// The answer's unit.
    pub unit: Text,
    /// Of an interval, how wide it may be.
    pub max_width: Option<f64>,
    /// Figures that would give the answer away, beside those of the checks that judge it.
    pub hides: Vec<Written<String>>,
    /// By choice, an observation that speaks against it.
    pub against: BTreeMap<String, Text>,
    /// Of an expectation, what came: one value.
    pub came: Option<Written<Query>>,
    /// Whether that is of the starter's plan, and not of the one that passed.
    pub of_starter: bool,
    /// Where it stands.
    pub place: Place,
}

/// So many different wrong answers are scored at most before the figure is told.
const TRIES: usize = 2;

impl Question {
    /// The columns of its answer in the table `answers`: of an interval its two ends, of several items one each, 0 or 1, of an order
    /// the place of each item, of a table each cell.
    pub fn columns(&self) -> Vec<String> {
        let id = &self.id;
        match &self.kind {
            QuestionKind::Interval { .. } => vec![format!("{id}_low"), format!("{id}_high")],
            QuestionKind::Several(several) => several.ids().into_iter().map(|item| format!("{id}_{item}")).collect(),
            QuestionKind::Order(order) => order.columns(id),
            QuestionKind::Table(grid) => grid.columns(id),
            QuestionKind::Number { .. } | QuestionKind::Choice(_) => vec![id.clone()],
        }
    }

    /// So many different wrong answers are scored before what was asked for is told: two, but of a choice at most half of what there
    /// is to choose, so that nobody gets it by trying what is left.
    pub fn tries(&self) -> usize {
        match &self.kind {
            QuestionKind::Choice(choices) => TRIES.min(choices.len() / 2).max(1),
            QuestionKind::Order(order) => TRIES.min(order.orders() / 2).max(1),
            QuestionKind::Number { .. }
            | QuestionKind::Interval { .. }
            | QuestionKind::Several(_)
            | QuestionKind::Table(_) => TRIES,
        }
    }
}

/// What kind of answer a question wants.
#[derive(Clone, Debug, PartialEq)]
pub enum QuestionKind {
    /// A number in a range.
    Number {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// `[low, high]` within a range; before the first run one that should hold the truth in 8 of 10 cases.
    Interval {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// One of these words, with their meanings.
    Choice(Vec<(String, Text)>),
    /// Any of these items, or none.
    Several(Several),
    /// All of these items, first to last.
    Order(Order),
    /// A number in each cell of a small table.
    Table(Grid),
}

/// Items of which any may be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Several {
    /// The items, in order.
    pub items: Vec<Item>,
    /// Whether they are the lines of a listing that is read beside the question.
    pub is_listing: bool,
}

/// One of several items.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What the learner writes.
    pub id: String,
    /// What it says.
    pub text: Text,
    /// What it says instead in some variants, and in which: a condition over the world.
    pub other: Option<(Text, Written<Expression>)>,
}

impl Several {
    /// The ids of the items.
    pub fn ids(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.id.as_str()).collect()
    }
}

/// A text that is asked for: what is decided, for whom, under which condition. A teacher reads it; nothing grades it.
#[derive(Clone, Debug, PartialEq)]
pub struct Memo {
    /// Its key in `answers.toml`.
    pub id: String,
    /// What is asked for.
    pub prompt: Text,
    /// By what a teacher marks it.
    pub rubric: Vec<Text>,
    /// Where it stands.
    pub place: Place,
}

/// A question with one right answer among several, which nothing grades.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiz {
    /// The question.
    pub text: Text,
    /// The right answer.
    pub right: Text,
    /// The others.
    pub wrong: Vec<Text>,
    /// Why.
    pub why: Text,
    /// Where it stands.
    pub place: Place,
}

/// Which figure of its row a check asked the learner for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asks {
    /// The column of `shows`.
    pub figure: Written<String>,
    /// How far off a right answer may be; none where that is not said.
    pub tolerance: Option<Tolerance>,
    /// Of an interval, the columns of its right limits: two, or none.
    pub limits: Vec<Written<String>>,
}

/// How far off a right answer may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// So far in the figure's unit.
    Within(f64),
    /// So many times as large or as small.
    Factor(f64),
}

/// Which rows are drawn, in which world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draw {
    /// Row counts by table.
    pub rows: BTreeMap<String, Written<Expression>>,
    /// Replaced equations by column.
    pub interventions: BTreeMap<String, Written<Expression>>,
    /// Of a file: the rows used.
    pub filter: Option<Written<Expression>>,
    /// Of a file: the share of rows held out at random, groups as a whole.
    pub share: Option<f64>,
    /// What was decided and its equations read, by a name such as `answers.per_arm`: see [`Draw::reads`].
    pub decided: BTreeMap<String, f64>,
    /// How many times it is drawn, where more than once: with luck of their own, told apart by the column [`REPEAT`].
    pub repeat: Option<Written<usize>>,
}

/// The tables of what a person decides, as equations of the judge's draws name them: `answers.per_arm`, `settings.price`.
const DECIDED: [&str; 2] = ["answers", "settings"];

impl Draw {
    /// The answers and settings that its equations and row counts read: the table, the name, and where it is read.
    pub fn reads(&self) -> Vec<(&str, &str, &Written<Expression>)> {
        let mut reads = Vec::new();
        for equation in self.rows.values().chain(self.interventions.values()) {
            for (table, name) in &equation.value.names().columns {
                if let Some(table) = table.as_deref().filter(|table| DECIDED.contains(table)) {
                    reads.push((table, name.as_str(), equation));
                }
            }
        }
        reads
    }

    /// The questions whose answers it reads, by id.
    fn asks(&self) -> BTreeSet<String> {
        self.reads().into_iter().filter(|(table, ..)| *table == "answers").map(|(_, name, _)| name.to_owned()).collect()
    }
}

/// The exam again, changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Its table in checks.
    pub name: String,
    /// What it is called over its figures.
    pub title: Option<Text>,
    /// What is changed, for the learner.
    pub about: Text,
    /// The exam's draw with the probe's changes laid over it.
    pub draw: Draw,
    /// Whether the model is trained again in the changed world.
    pub retrain: bool,
}

/// A check.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its name.
    pub id: String,
    /// What it is worth.
    pub points: i64,
    /// Checks that must pass first.
    pub needs: Vec<String>,
    /// One row: its figures.
    pub shows: Written<Query>,
    /// The condition over that row.
    pub passes: Written<Expression>,
    /// The column of `shows` on which the verdict turns: as written, or the one that `passes` compares.
    pub figure: Option<Written<String>>,
    /// Of a check that judges an answer, the figure that was asked for.
    pub asks: Option<Asks>,
    /// What is checked.
    pub title: Text,
    /// Told when it passes.
    pub pass: Text,
    /// Told when it fails.
    pub fail: Text,
    /// What to change next.
    pub hint: Text,
    /// Where it stands.
    pub place: Place,
    /// The lines of its texts.
    lines: BTreeMap<&'static str, Place>,
    /// The questions with whose answers the tables are drawn that it reads, by id.
    through: BTreeSet<String>,
}

impl Check {
    /// The questions whose answers it looks at: in the table of answers, or in a world that is drawn with them.
    pub fn looks_at<'q>(&self, questions: &'q [Question]) -> Vec<&'q Question> {
        let looks = |question: &&Question| self.judges(question) || self.through.contains(&question.id);
        questions.iter().filter(looks).collect()
    }

    /// Whether it reads the answer itself, and not only a world that was drawn with it.
    pub fn judges(&self, question: &Question) -> bool {
        let shows = &self.shows.value;
        shows.names().tables.contains("answers") && question.columns().iter().any(|name| shows.mentions(name))
    }

    /// The order whose places it judges.
    pub fn ordered<'q>(&self, questions: &'q [Question]) -> Option<(&'q Question, &'q Order)> {
        self.looks_at(questions).into_iter().find_map(|question| match &question.kind {
            QuestionKind::Order(order) => Some((question, order)),
            _ => None,
        })
    }

    /// The figure on which the verdict turns.
    pub fn turns_on(&self) -> Option<&str> {
        self.figure.as_ref().map(|figure| figure.value.as_str())
    }

    /// Where one of its keys `title`, `pass`, `fail` and `hint` stands.
    pub fn place_of(&self, key: &str) -> Place {
        self.lines.get(key).cloned().unwrap_or_else(|| self.place.clone())
    }
}

/// An exercise, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Exercise {
    /// Its id.
    pub id: String,
    /// Ids that it had before.
    pub formerly: Vec<String>,
    /// Its version.
    pub version: i64,
    /// Its dataset's id.
    pub dataset: Written<String>,
    /// One of [`FIELDS`].
    pub field: String,
    /// `intensive` or `doctoral`.
    pub level: String,
    /// How long a learner needs.
    pub minutes: i64,
    /// The exercises that it builds on.
    pub after: Vec<Written<String>>,
    /// Its title.
    pub title: Text,
    /// The problem in one sentence.
    pub summary: Text,
    /// Published sources.
    pub evidence: Vec<String>,
    /// Whether answers are asked for.
    pub asks_answers: bool,
    /// Whether a model is planned: without that nothing is trained.
    pub asks_plan: bool,
    /// Decisions of its own, which stand in the plan.
    pub settings: Settings,
    /// Columns by whose values results are also shown.
    pub groups: Vec<Written<String>>,
    /// The column by whose values the figures of a risk are counted; by rows where there is none.
    pub figures_per: Option<Written<String>>,
    /// The risk at which an alert is just worth its cost.
    pub worth: Option<f64>,
    /// What the learner concludes after a run: what checks may judge.
    pub questions: Vec<Question>,
    /// What the learner expects before the first run; nothing judges it.
    pub before: Vec<Question>,
    /// The decision that the learner writes down for a teacher.
    pub memo: Option<Memo>,
    /// Questions on earlier exercises.
    pub recall: Vec<Quiz>,
    /// The question at the end.
    pub exit: Option<Quiz>,
    /// What the learner gets.
    pub develop: Draw,
    /// The hidden rows that judge.
    pub exam: Draw,
    /// The exam again, changed.
    pub probes: Vec<Probe>,
    /// What is judged.
    pub checks: Vec<Check>,
    /// The file it was read from.
    pub place: Place,
}

/// What a list tells of an exercise.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    /// Its name in commands.
    pub id: String,
    /// The version.
    pub version: i64,
    /// The field of medical AI.
    pub field: String,
    /// The level of the course.
    pub level: String,
    /// How long it takes.
    pub minutes: i64,
    /// What full marks are.
    pub points: i64,
    /// The exercises that it builds on.
    pub after: Vec<Written<String>>,
    /// The title.
    pub title: Text,
    /// What it is about.
    pub summary: Text,
}

impl Cover {
    /// `sepsis-alarm@1`
    pub fn reference(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }
}

impl Exercise {
    /// `sepsis-alarm@1`
    pub fn reference(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether the learner hands in a `plan.toml`: of a model, of settings, or of both.
    pub fn has_plan(&self) -> bool {
        self.asks_plan || self.settings.alone
    }

    /// The questions that checks judge.
    pub fn conclusions(&self) -> Vec<&Question> {
        let judged = |question: &&Question| {
            let own = std::slice::from_ref(*question);
            self.checks.iter().any(|check| !check.looks_at(own).is_empty())
        };
        self.questions.iter().filter(judged).collect()
    }

    /// Whether a world of the judge's is drawn with what is answered or set.
    pub fn reads_decisions(&self) -> bool {
        std::iter::once(&self.exam)
            .chain(self.probes.iter().map(|probe| &probe.draw))
            .any(|draw| !draw.reads().is_empty())
    }

    /// What full marks are.
    pub fn points(&self) -> i64 {
        self.checks.iter().map(|check| check.points).sum()
    }
}

/// The column of a table that is drawn several times: 1 for the first.
pub const REPEAT: &str = "repeat";

/// The plan that learners begin with.
const STARTER: &str = "starter";

/// So many expectations an exercise asks for at most.
const MOST_BEFORE: usize = 2;

/// So many questions on earlier exercises at most.
const MOST_RECALLED: usize = 2;

/// So many conclusions fit into an hour.
pub const MOST_CONCLUSIONS: usize = 3;

/// What is too much for the hour that an exercise should take: its conclusions beyond [`MOST_CONCLUSIONS`].
pub fn overfull(exercise: &Exercise) -> Option<Fault> {
    let conclusions = exercise.conclusions();
    let beyond = conclusions.get(MOST_CONCLUSIONS)?;
    let n = conclusions.len();
    Some(Fault::new(
        Id::TooMany,
        Place { key: Some("question".to_owned()), ..beyond.place.clone() },
        text!("{n} conclusions that checks judge", "判定する結論が{n}個あります"),
        text!("at most {MOST_CONCLUSIONS}: an hour is an hour", "{MOST_CONCLUSIONS}個まで（1時間で終わる分量）"),
    ))
}

/// Reads `exercise.toml`.
///
/// # Errors
/// Everything that is wrong with it by itself, its SQL included; `against` looks at the dataset.
pub fn read(file: &str, bytes: &[u8]) -> Result<Exercise, Vec<Fault>> {
    let top = opened(file, bytes)?;
    let mut faults = Vec::new();
    let exam = draw(top.table("exam"), &mut faults);
    let probes: Vec<Probe> = top
        .tables("probe")
        .map(|section| {
            let mut over = exam.clone();
            let own = draw(section, &mut faults);
            over.rows.extend(own.rows);
            over.interventions.extend(own.interventions);
            over.repeat = own.repeat;
            if let Some(repeat) = over.repeat.as_ref().filter(|_| section.flag("retrain")) {
                faults.push(repeat.fault(
                    Id::Together,
                    Text::new("`repeat` beside `retrain`", "`repeat` と `retrain` の両方があります"),
                    Text::new(
                        "one of them: a plan is trained again in one world, not in many",
                        "どちらか一方（学習し直すのは1つの世界だけです）",
                    ),
                ));
            }
            Probe {
                name: section.string("name"),
                title: section.maybe_text("title"),
                about: section.text("about"),
                draw: over,
                retrain: section.flag("retrain"),
            }
        })
        .collect();
    if let Some(share) = top.table("develop").get("share") {
        faults.push(share.fault(
            Id::DoesNotApply,
            Text::new("`share` in [develop]", "[develop]に`share`があります"),
            Text::new(
                "`share` in [exam]: the learner gets the rows that the exam leaves",
                "[exam]の`share`（残りの行が学習者のデータになります）",
            ),
        ));
    }
    let mut names: Vec<String> = tables::ALL.iter().map(|&table| table.to_owned()).collect();
    for section in top.tables("probe") {
        let name = section.written("name");
        let made = |end: &str| Written { value: format!("{}_{end}", name.value), place: name.place.clone() };
        once(&name, &mut names, &mut faults);
        once(&made(DEVELOP), &mut names, &mut faults);
        once(&made(LESIONS), &mut names, &mut faults);
    }
    let mut ids = Vec::new();
    for section in top.tables("question") {
        let id = section.written("id");
        once(&id, &mut ids, &mut faults);
        if matches!(section.string("kind").as_str(), "interval" | "range") {
            for end in ["low", "high"] {
                once(&Written { value: format!("{}_{end}", id.value), place: id.place.clone() }, &mut ids, &mut faults);
            }
        }
    }
    let asked = questions(&top, &mut faults);
    for question in &asked.after {
        if let QuestionKind::Order(_) | QuestionKind::Table(_) = question.kind {
            for value in question.columns() {
                once(&Written { value, place: question.place.clone() }, &mut ids, &mut faults);
            }
        }
    }
    let checks: Vec<Check> = top.tables("check").map(|section| check(section, &asked.after, &mut faults)).collect();
    let mut earlier: Vec<String> = Vec::new();
    for section in top.tables("check") {
        for need in section.strings("needs") {
            if !earlier.contains(&need.value) {
                let list = earlier.join(", ");
                let name = &need.value;
                faults.push(
                    need.fault(
                        Id::NotInOrder,
                        text!("needs \"{name}\"", "needs に \"{name}\" があります"),
                        text!("the id of a check further up ({list})", "これより前にある判定のid（{list}）"),
                    )
                    .near(name, earlier.iter().map(String::as_str)),
                );
            }
        }
        once(&section.written("id"), &mut earlier, &mut faults);
    }
    for check in &checks {
        faults.extend(unjudged(check, &asked));
    }
    let known = |name: &str| {
        let in_row = |check: &Check| {
            check.shows.value.columns().is_none_or(|columns| columns.iter().any(|column| column == name))
        };
        metrics::metric(name).is_some() || checks.iter().any(in_row)
    };
    for hidden in asked.after.iter().flat_map(|question| &question.hides).filter(|hidden| !known(&hidden.value)) {
        let name = &hidden.value;
        let columns: Vec<String> = checks.iter().filter_map(|check| check.shows.value.columns()).flatten().collect();
        let fault = hidden.fault(
            Id::UnknownFigure,
            text!("the unknown figure \"{name}\"", "存在しない値 \"{name}\""),
            Text::new(
                "the name of a metric, or of a column of a check's `shows`",
                "指標の名前、または判定の`shows`の列の名前",
            ),
        );
        let names = metrics::all().map(|metric| metric.name).chain(columns.iter().map(String::as_str));
        faults.push(fault.near(name, names));
    }
    let recall: Vec<Quiz> = top.tables("recall").map(|section| quiz(section, &mut faults)).collect();
    if let Some(beyond) = recall.get(MOST_RECALLED) {
        faults.push(Fault::new(
            Id::TooMany,
            beyond.place.clone(),
            Text::new("a third [[recall]]", "3つ目の [[recall]]"),
            text!("at most {MOST_RECALLED}", "{MOST_RECALLED}個まで"),
        ));
    }
    let asks = |word: &str| top.strings("asks").iter().any(|ask| ask.value == word);
    let settings = settings::read(top.tables("setting"), asks("settings") && !asks("plan"), &mut faults);
    let disagree = if settings.all.is_empty() { asks("settings") } else { !asks("plan") && !asks("settings") };
    if disagree {
        faults.push(Fault::new(
            Id::Mismatch,
            top.place_of("asks"),
            Text::new("`asks` and [[setting]] do not agree", "`asks` と [[setting]] が一致していません"),
            Text::new(
                "[[setting]] with \"settings\" or \"plan\" in asks, and \"settings\" only with [[setting]]",
                "[[setting]] があるなら asks に \"settings\" か \"plan\" を、\"settings\" と書くなら [[setting]] を",
            ),
        ));
    }
    let mut exercise = Exercise {
        id: top.string("id"),
        formerly: top.strings("formerly").into_iter().map(|id| id.value).collect(),
        version: top.whole("version"),
        dataset: top.written("dataset"),
        field: top.string("field"),
        level: top.string("level"),
        minutes: top.whole("minutes"),
        after: top.strings("after"),
        title: top.text("title"),
        summary: top.text("summary"),
        evidence: top.strings("evidence").into_iter().map(|source| source.value).collect(),
        asks_answers: asks("answers"),
        asks_plan: asks("plan"),
        settings,
        groups: top.strings("groups"),
        figures_per: top.maybe_string("figures_per"),
        worth: top.maybe_number("worth"),
        questions: asked.after,
        before: asked.before,
        memo: asked.memo,
        recall,
        exit: top.maybe_table("exit").map(|section| quiz(section, &mut faults)),
        develop: draw(top.table("develop"), &mut faults),
        exam,
        probes,
        checks,
        place: Place::file(file),
    };
    faults.extend(undecided(&exercise));
    look_through(&mut exercise);
    if faults.is_empty() { Ok(exercise) } else { Err(faults) }
}

/// What is wrong with answers and settings that draws read.
fn undecided(exercise: &Exercise) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for (table, name, equation) in exercise.develop.reads() {
        faults.push(equation.fault(
            Id::DoesNotApply,
            text!("{table}.{name} in [develop]", "[develop]に {table}.{name} があります"),
            Text::new(
                "answers and settings in [exam] and [[probe]] only: the learner's own rows are there before them",
                "解答と設定を使えるのは [exam] と [[probe]] だけです（学習者のデータはその前に生成します）",
            ),
        ));
    }
    let draws = std::iter::once((&exercise.exam, false))
        .chain(exercise.probes.iter().map(|probe| (&probe.draw, probe.retrain)));
    for (draw, retrain) in draws {
        for (table, name, equation) in draw.reads() {
            let found = text!("{table}.{name}", "{table}.{name} があります");
            let all: Vec<(&str, bool)> = if table == "answers" {
                let is_number = |question: &Question| matches!(question.kind, QuestionKind::Number { .. });
                exercise.questions.iter().map(|question| (question.id.as_str(), is_number(question))).collect()
            } else {
                let is_number = |setting: &settings::Setting| !matches!(setting.kind, settings::SettingKind::Choice(_));
                exercise.settings.all.iter().map(|setting| (setting.name.as_str(), is_number(setting))).collect()
            };
            let usable: Vec<&str> = all.iter().filter(|(_, is_number)| *is_number).map(|(name, _)| *name).collect();
            let list = usable.join(", ");
            let expected = if table == "answers" {
                text!("a question of the kind number ({list})", "種類が number の問い（{list}）")
            } else {
                text!(
                    "a setting of the kind number, whole or flag ({list})",
                    "種類が number、whole、flag の設定（{list}）"
                )
            };
            let fault = match all.iter().find(|(other, _)| *other == name) {
                None => equation.fault(Id::UnknownWord, found, expected).near(name, usable),
                Some((_, false)) => equation.fault(Id::DoesNotApply, found, expected),
                Some((_, true)) if retrain => equation.fault(
                    Id::Together,
                    text!("{table}.{name} beside `retrain`", "`retrain` のプローブに {table}.{name} があります"),
                    Text::new(
                        "one of them: answers change the judge's rows, and never the learner's",
                        "どちらか一方（解答で変わるのは判定用の行だけで、学習者のデータは変わりません）",
                    ),
                ),
                Some((_, true)) => continue,
            };
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    faults
}

/// Tells each check with whose answers the tables are drawn that it reads.
fn look_through(exercise: &mut Exercise) {
    let of_exam = ([EXAM.to_owned(), tables::lesions(EXAM)], exercise.exam.asks());
    let of_probe = |probe: &Probe| ([probe.name.clone(), tables::lesions(&probe.name)], probe.draw.asks());
    let draws: Vec<([String; 2], BTreeSet<String>)> =
        std::iter::once(of_exam).chain(exercise.probes.iter().map(of_probe)).collect();
    for check in &mut exercise.checks {
        let shows = &check.shows.value;
        let tables = &shows.names().tables;
        let reads = |table: &String| {
            tables.contains(table) || tables.contains(METRICS) && shows.text().contains(&format!("'{table}'"))
        };
        let read = draws.iter().filter(|(tables, _)| tables.iter().any(reads));
        check.through = read.flat_map(|(_, asked)| asked.iter().cloned()).collect();
    }
}

/// Reads what a list tells of an exercise; its SQL and what its parts say of one another stay unread.
///
/// # Errors
/// Everything that is wrong with its keys.
pub fn cover(file: &str, bytes: &[u8]) -> Result<Cover, Vec<Fault>> {
    let top = opened(file, bytes)?;
    Ok(Cover {
        id: top.string("id"),
        version: top.whole("version"),
        field: top.string("field"),
        level: top.string("level"),
        minutes: top.whole("minutes"),
        points: top.tables("check").map(|check| check.whole("points")).sum(),
        after: top.strings("after"),
        title: top.text("title"),
        summary: top.text("summary"),
    })
}

/// The keys of a file in today's format.
fn opened(file: &str, bytes: &[u8]) -> Result<Section, Vec<Fault>> {
    if let Some(format) = diagnostics::keys::peek(bytes, "format", 1).filter(|format| *format != FORMAT) {
        let place = Place { key: Some("format".to_owned()), ..Place::file(file) };
        let found = text!("format {format} (1 where none is written)", "書式の版 {format}（書かれていなければ1です）");
        let expected = if format < FORMAT {
            text!(
                "format = {FORMAT}; `practicum author upgrade FOLDER` converts the course in FOLDER",
                "format = {FORMAT}（`practicum author upgrade FOLDER` で、FOLDERのコースを変換できます）"
            )
        } else {
            text!(
                "format = {FORMAT}, the newest that this program knows: a newer Practicum, or an older file",
                "format = {FORMAT}（このプログラムが読める最新の版です。新しいPracticumを使うか、古い書式で書いてください）"
            )
        };
        return Err(vec![Fault::new(Id::OtherVersion, place, found, expected)]);
    }
    diagnostics::keys::read(file, bytes, KEYS)
}

fn draw(section: &Section, faults: &mut Vec<Fault>) -> Draw {
    let mut sql = |name: &str, purpose: Purpose| {
        let map = section.maybe_table(name).map(|map| queries::expressions(map, purpose, faults));
        map.into_iter().flatten().collect()
    };
    Draw {
        rows: sql("rows", Purpose::Column),
        interventions: sql("do", Purpose::Intervention),
        filter: section.maybe_string("where").map(|sql| queries::expression(sql, Purpose::Filter, faults)),
        share: section.maybe_number("share"),
        decided: BTreeMap::new(),
        repeat: section
            .get("repeat")
            .is_some()
            .then(|| Written { value: section.count("repeat"), place: section.place_of("repeat") }),
    }
}

/// The questions, by when and how they are answered.
#[derive(Default)]
struct Asked {
    after: Vec<Question>,
    before: Vec<Question>,
    memo: Option<Memo>,
}

fn questions(top: &Section, faults: &mut Vec<Fault>) -> Asked {
    let mut asked = Asked::default();
    for section in top.tables("question") {
        let (kind, before) = (section.written("kind"), section.string("when") == BEFORE);
        let word = kind.value.clone();
        let fits = match word.as_str() {
            "range" => before,
            "choice" => true,
            "number" | "interval" | "choices" | "lines" | "order" | "table" | "text" => !before,
            kind => unreachable!("the keys admit no kind of question `{kind}`"),
        };
        if !fits {
            let (found, expected) = if before {
                (
                    text!("kind = \"{word}\" before the first run", "最初の実行の前の kind = \"{word}\""),
                    Text::new("range or choice: what one expects", "range または choice（予想）"),
                )
            } else {
                (
                    text!("kind = \"{word}\" after a run", "実行の後の kind = \"{word}\""),
                    Text::new(
                        "number, interval, choice, choices, lines, order, table or text; a range is for when = \"before\"",
                        "number、interval、choice、choices、lines、order、table、text のいずれか（range は when = \"before\" のとき）",
                    ),
                )
            };
            faults.push(kind.fault(Id::DoesNotApply, found, expected));
        }
        let rubric = section.list("rubric");
        if word == "text" {
            let memo = Memo {
                id: plain_id(section, faults),
                prompt: section.text("prompt"),
                rubric: texts_of(rubric),
                place: section.place.clone(),
            };
            if asked.memo.is_some() {
                faults.push(kind.fault(
                    Id::TooMany,
                    Text::new("a second text", "2つ目の文章の問い"),
                    Text::new("one text in an exercise", "文章の問いは1つだけ"),
                ));
            }
            asked.memo = Some(memo);
            continue;
        }
        if let Some(first) = rubric.first() {
            faults.push(first.fault(
                Id::DoesNotApply,
                text!("a rubric of a {word}", "{word} の問いに rubric があります"),
                Text::new("a rubric only where kind = \"text\"", "rubric は kind = \"text\" のときだけ"),
            ));
        }
        let question = question(section, faults);
        if let Some(width) = section.get("max_width").filter(|_| word != "interval") {
            faults.push(width.fault(
                Id::DoesNotApply,
                text!("max_width of a {word}", "{word} の問いに max_width があります"),
                Text::new("max_width only where kind = \"interval\"", "max_width は kind = \"interval\" のときだけ"),
            ));
        }
        if let Some(came) = question.came.as_ref().filter(|_| !before) {
            faults.push(came.fault(
                Id::DoesNotApply,
                Text::new("`came` of a question after a run", "実行の後の問いに`came`があります"),
                Text::new(
                    "`came` only where when = \"before\"; checks judge the others",
                    "`came`は when = \"before\" のときだけ（ほかの問いは判定が見ます）",
                ),
            ));
        }
        if before { asked.before.push(question) } else { asked.after.push(question) }
    }
    if let Some(beyond) = asked.before.get(MOST_BEFORE) {
        faults.push(Fault::new(
            Id::TooMany,
            beyond.place.clone(),
            Text::new("a third question before the first run", "最初の実行の前の3つ目の問い"),
            text!("at most {MOST_BEFORE}", "{MOST_BEFORE}問まで"),
        ));
    }
    asked
}

fn texts_of(list: &[Written<Value>]) -> Vec<Text> {
    let text = |entry: &Written<Value>| match &entry.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    list.iter().filter_map(text).collect()
}

fn quiz(section: &Section, faults: &mut Vec<Fault>) -> Quiz {
    let wrong = texts_of(section.list("wrong"));
    if wrong.is_empty() {
        faults.push(Fault::new(
            Id::TooFew,
            section.place_of("wrong"),
            Text::new("no wrong answer", "誤った答えがありません"),
            Text::new("at least one, to choose from", "選べるように1つ以上"),
        ));
    }
    Quiz {
        text: section.text("text"),
        right: section.text("right"),
        wrong,
        why: section.text("why"),
        place: section.place.clone(),
    }
}

/// Expectations and memos that a check reads: nothing judges them.
fn unjudged(check: &Check, asked: &Asked) -> Option<Fault> {
    let shows = &check.shows.value;
    if !shows.names().tables.contains("answers") {
        return None;
    }
    let memo = asked.memo.iter().map(|memo| memo.id.clone());
    let ids = asked.before.iter().map(|question| question.id.clone()).chain(memo);
    let read = ids
        .into_iter()
        .find(|id| [id.clone(), format!("{id}_low"), format!("{id}_high")].iter().any(|name| shows.mentions(name)))?;
    Some(check.shows.fault(
        Id::DoesNotApply,
        text!("the answer `{read}`, which is an expectation or a text", "予想または文章の解答 `{read}` を使っています"),
        Text::new(
            "answers to questions after a run: nothing else is judged",
            "実行の後の問いの解答だけ（ほかは判定しません）",
        ),
    ))
}

fn question(section: &Section, faults: &mut Vec<Fault>) -> Question {
    let (min, max) = (section.number("min"), section.number("max"));
    let choices: Vec<(String, Text)> =
        section.tables("choice").map(|choice| (choice.string("id"), choice.text("text"))).collect();
    let against = section
        .tables("choice")
        .filter_map(|choice| Some((choice.string("id"), choice.maybe_text("against")?)))
        .collect();
    let id = plain_id(section, faults);
    let kind = match section.string("kind").as_str() {
        "choice" => {
            if choices.len() < 2 {
                let n = choices.len();
                faults.push(Fault::new(
                    Id::TooFew,
                    section.place.clone(),
                    text!("{n} choices", "選択肢が{n}個"),
                    Text::new("at least two [[question.choice]]", "2個以上の [[question.choice]]"),
                ));
            }
            QuestionKind::Choice(choices)
        }
        word @ ("choices" | "lines") => {
            let (key, is_listing) = if word == "lines" { ("line", true) } else { ("choice", false) };
            let mut taken = Vec::new();
            let mut items = Vec::new();
            for each in section.tables(key) {
                let id = plain_id(each, faults);
                once(&each.written("id"), &mut taken, faults);
                let when = is_listing.then(|| each.maybe_string("when")).flatten();
                let when = when.map(|sql| queries::expression(sql, Purpose::Filter, faults));
                let other = is_listing.then(|| each.maybe_text("other")).flatten();
                if other.is_some() != when.is_some() {
                    faults.push(Fault::new(
                        Id::Incomplete,
                        each.place.clone(),
                        Text::new("only one of `other` and `when`", "`other` と `when` の一方だけ"),
                        Text::new(
                            "both: what the line says instead, and where",
                            "両方（代わりの文と、それを示す条件）",
                        ),
                    ));
                }
                items.push(Item { id, text: each.text("text"), other: other.zip(when) });
            }
            if items.len() < 2 {
                let n = items.len();
                faults.push(Fault::new(
                    Id::TooFew,
                    section.place.clone(),
                    text!("{n} of [[question.{key}]]", "[[question.{key}]] が{n}個"),
                    text!("at least two [[question.{key}]]", "2個以上の [[question.{key}]]"),
                ));
            }
            QuestionKind::Several(Several { items, is_listing })
        }
        "order" => QuestionKind::Order(Order::of(section, faults)),
        "table" => QuestionKind::Table(Grid::of(section, faults)),
        "interval" | "range" => QuestionKind::Interval { min, max },
        "number" => QuestionKind::Number { min, max },
        kind => unreachable!("the keys admit no kind of question `{kind}`"),
    };
    Question {
        id,
        kind,
        prompt: section.text("prompt"),
        unit: section.name_or_text("unit"),
        max_width: section.maybe_number("max_width"),
        hides: section.strings("hides"),
        against,
        came: section.get("came").is_some().then(|| queries::query(section, "came", faults)),
        of_starter: section.string("of") == STARTER,
        place: section.place.clone(),
    }
}

fn check(section: &Section, questions: &[Question], faults: &mut Vec<Fault>) -> Check {
    let shows = queries::query(section, "shows", faults);
    let passes = queries::expression(section.written("passes"), Purpose::Verdict, faults);
    let compared = passes.value.limits().and_then(|limits| {
        // A comparison with a word is no figure.
        let plain = [&limits.low, &limits.high]
            .into_iter()
            .flatten()
            .all(|side| side.value.is_number() || side.value.column().is_some());
        limits.figure.column().filter(|_| plain).map(str::to_owned)
    });
    let figure =
        section.maybe_string("figure").or_else(|| compared.map(|value| Written { value, place: passes.place.clone() }));
    let check = Check {
        id: section.string("id"),
        points: section.whole("points"),
        needs: section.strings("needs").into_iter().map(|need| need.value).collect(),
        shows,
        passes,
        figure,
        asks: section.maybe_table("asks").map(|asks| Asks {
            figure: asks.written("figure"),
            tolerance: match (asks.maybe_number("within"), asks.maybe_number("factor")) {
                (Some(within), _) => Some(Tolerance::Within(within)),
                (None, Some(factor)) => Some(Tolerance::Factor(factor)),
                (None, None) => None,
            },
            limits: asks.strings("limits"),
        }),
        title: section.text("title"),
        pass: section.text("pass"),
        fail: section.text("fail"),
        hint: section.text("hint"),
        place: section.place.clone(),
        lines: ["title", "pass", "fail", "hint"].into_iter().map(|key| (key, section.place_of(key))).collect(),
        through: BTreeSet::new(),
    };
    faults.extend(unshown(&check, questions));
    check
}

/// Where a figure's name stands in one language of a text whose key stands at `place`, as far as the file tells.
fn in_text(place: &Place, lang: Lang, name: &str) -> Place {
    let code = lang.code();
    let place = Place { key: place.key.as_ref().map(|key| format!("{key}.{code}")), ..place.clone() };
    let written = place.after(|rest| {
        let of_language = rest.match_indices(code).find(|(at, _)| {
            let before = rest[..*at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
            before && rest[at + code.len()..].trim_start().starts_with('=')
        })?;
        let within = &rest[of_language.0..];
        let at = within
            .match_indices(&format!("{{{name}"))
            .find(|(at, found)| within[at + found.len()..].starts_with(['}', ':']))?
            .0;
        let begins = of_language.0 + at;
        Some(begins..begins + rest[begins..].find('}')? + 1)
    });
    written.unwrap_or(place)
}

/// Names in `passes`, `figure` and the texts that are no columns of `shows`, as far as its text tells them.
fn unshown(check: &Check, questions: &[Question]) -> Vec<Fault> {
    let Some(columns) = check.shows.value.columns() else { return Vec::new() };
    let list = columns.join(", ");
    let missing = |place: Place, name: &str, found: Text| {
        let expected = text!("a column of `shows`: {list}", "`shows`の列（{list}）");
        (!columns.iter().any(|column| column == name)).then(|| {
            Fault::new(Id::UnknownFigure, place, found, expected).near(name, columns.iter().map(String::as_str))
        })
    };
    let of_passes = check.passes.value.names().columns.iter().filter_map(|(table, name)| {
        let name = table.as_ref().map_or_else(|| name.clone(), |table| format!("{table}.{name}"));
        let found = text!("the column {name} in `passes`", "`passes`の中の列 {name}");
        missing(check.passes.place.clone(), &name, found)
    });
    let of_figure = check.figure.iter().filter_map(|figure| {
        let name = &figure.value;
        missing(figure.place.clone(), name, text!("figure = \"{name}\"", "figure = \"{name}\""))
    });
    // Of an order, each item has a column.
    let asks_places = |name: &str| {
        check.ordered(questions).is_some_and(|(_, order)| {
            order.ids().iter().all(|id| columns.iter().any(|column| *column == format!("{name}_{id}")))
        })
    };
    let of_asks = check.asks.iter().filter(|asks| !asks_places(&asks.figure.value)).filter_map(|asks| {
        let name = &asks.figure.value;
        missing(asks.figure.place.clone(), name, text!("figure = \"{name}\"", "figure = \"{name}\""))
    });
    let texts = [("pass", &check.pass), ("fail", &check.fail), ("hint", &check.hint)];
    let of_texts = texts.iter().flat_map(|&(key, text)| {
        let mut names: Vec<(Lang, String)> = [Lang::En, Lang::Ja]
            .into_iter()
            .flat_map(|lang| figures_in(text.get(lang)).map(move |(name, _)| (lang, name.to_owned())))
            .collect();
        names.sort_by(|a, b| (a.0.code(), &a.1).cmp(&(b.0.code(), &b.1)));
        names.dedup();
        let place = check.place_of(key);
        names
            .into_iter()
            .filter_map(move |(lang, name)| {
                let place = in_text(&place, lang, &name);
                missing(place, &name, text!("{{{name}}} in this text", "文の中の {{{name}}}"))
            })
            .collect::<Vec<_>>()
    });
    let of_braces = texts.iter().flat_map(|(key, text)| {
        let each = |lang: Lang| unread(text.get(lang)).into_iter().map(move |written| (lang, written));
        let all = [Lang::En, Lang::Ja].into_iter().flat_map(each);
        all.map(|(lang, written)| {
            let name: String = written.trim_start_matches('{').chars().take_while(|c| *c != ':' && *c != '}').collect();
            Fault::new(
                Id::BadFigure,
                in_text(&check.place_of(key), lang, &name),
                text!("{written} in this text", "文の中の {written}"),
                text!(
                    "{{column}}, or {{column:decimals}} with 0 to {MOST_DECIMALS} decimals, as in {{{name}:1}}",
                    "{{列}}、または {{列:小数桁数}}（0〜{MOST_DECIMALS}桁。例：{{{name}:1}}）"
                ),
            )
        })
        .collect::<Vec<_>>()
    });
    // A figure that `passes` compares is told once.
    let mut faults: Vec<Fault> = of_passes.chain(of_asks).chain(of_texts).chain(of_braces).collect();
    if faults.is_empty() {
        faults.extend(of_figure);
    }
    faults
}

/// A piece of a check's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Plain text.
    Plain(&'t str),
    /// A figure's name and how many decimals it is shown with.
    Figure(&'t str, Option<usize>),
}

/// `"expects {predicted:0} patients"` → plain text and figures. A brace that does not close is plain text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|close| open + close) else { break };
        pieces.push(Piece::Plain(&rest[..open]));
        let inner = &rest[open + 1..close];
        let (name, decimals) = inner.split_once(':').map_or((inner, None), |(name, d)| (name, d.parse().ok()));
        pieces.push(Piece::Figure(name, decimals));
        rest = &rest[close + 1..];
    }
    pieces.push(Piece::Plain(rest));
    pieces
}

/// So many decimals a text may ask for.
const MOST_DECIMALS: usize = 12;

/// What stands in braces and cannot be read as a figure: decimals that are no number, or too many; a brace that never closes.
fn unread(text: &str) -> Vec<String> {
    let mut odd = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            odd.push(rest[open..].chars().take(20).collect());
            break;
        };
        let written = &rest[open..=open + close];
        if let Some((_, decimals)) = written[1..written.len() - 1].split_once(':')
            && decimals.parse::<usize>().ok().is_none_or(|decimals| decimals > MOST_DECIMALS)
        {
            odd.push(written.to_owned());
        }
        rest = &rest[open + close + 1..];
    }
    odd
}

/// The figures that a text shows, with their decimals.
pub fn figures_in(text: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Figure(name, decimals) => Some((name, decimals)),
        Piece::Plain(_) => None,
    })
}

/// What is wrong with an exercise once its dataset is known: tables, columns and draws that the dataset does not have.
pub fn against(exercise: &Exercise, dataset: &Dataset) -> Vec<Fault> {
    let mut faults = Vec::new();
    let draws = [&exercise.develop, &exercise.exam].into_iter().chain(exercise.probes.iter().map(|probe| &probe.draw));
    for draw in draws {
        for (name, rows) in &draw.rows {
            if !dataset.every_table().any(|table| table == name) {
                faults.push(dataset.unknown_table(rows.place.clone(), name));
            }
        }
        for (name, equation) in &draw.interventions {
            let is_drawn = |column: &Column| column.sql.is_some() || column.aggregate.is_some();
            if !dataset.every_column().any(|column| column.name == *name && is_drawn(column)) {
                let columns: Vec<&str> = dataset.every_column().map(|column| column.name.as_str()).collect();
                let list = columns.join(", ");
                let fault = equation.fault(
                    Id::UnknownColumn,
                    text!("an intervention on \"{name}\"", "\"{name}\" への介入があります"),
                    text!("a column of the causal model ({list})", "因果モデルの列（{list}）"),
                );
                faults.push(fault.near(name, columns));
            }
        }
        if let (Source::Model(_), Some(share)) = (&dataset.source, draw.share) {
            faults.push(Fault::new(
                Id::DoesNotApply,
                Place { key: Some("exam.share".to_owned()), ..exercise.place.clone() },
                text!("share = {share} on drawn data", "生成するデータに share = {share} があります"),
                Text::new(
                    "`rows`: a causal model draws rows anew for the exam",
                    "`rows`（因果モデルでは判定用の行を新たに生成します）",
                ),
            ));
        }
        if let (Source::Model(_), Some(filter)) = (&dataset.source, &draw.filter) {
            faults.push(filter.fault(
                Id::DoesNotApply,
                Text::new("`where` on drawn data", "生成するデータに`where`があります"),
                Text::new(
                    "`rows`: a causal model draws just the rows that are asked for",
                    "`rows`（因果モデルでは必要な行だけを生成します）",
                ),
            ));
        }
    }
    if let (Source::File { .. }, Some(probe)) = (&dataset.source, exercise.probes.first()) {
        let name = &probe.name;
        faults.push(Fault::new(
            Id::DoesNotApply,
            exercise.place.clone(),
            text!(
                "the probe \"{name}\" on a dataset that is a file",
                "ファイルのデータセットにプローブ \"{name}\" があります"
            ),
            Text::new(
                "a causal model: only its equations can be changed",
                "因果モデルのデータセット（式を変えられるのはそれだけです）",
            ),
        ));
    }
    if let Source::Model(_) = &dataset.source {
        for group in exercise.groups.iter().chain(&exercise.figures_per) {
            let name = &group.value;
            let known = dataset.columns().any(|column| column.name == *name && column.role.is_visible())
                || dataset.tables().any(|table| table == name);
            if !known {
                faults.push(
                    group
                        .fault(
                            Id::DoesNotApply,
                            text!("the group \"{name}\"", "グループ \"{name}\""),
                            Text::new("a visible column", "学習者に見える列"),
                        )
                        .near(name, dataset.columns().filter(|c| c.role != Role::Hidden).map(|c| c.name.as_str())),
                );
            }
        }
    }
    let of_expectations = exercise.before.iter().filter_map(|question| question.came.as_ref());
    let queries = exercise.checks.iter().map(|check| &check.shows).chain(of_expectations);
    faults.extend(queries.flat_map(|query| unknown_columns(exercise, dataset, query)));
    faults.sort_by(|a, b| a.place.cmp(&b.place));
    faults.dedup();
    faults
}

/// The columns of a table of a run, where they are known before it runs; the names of a file's columns stand in the file.
fn columns_of(exercise: &Exercise, dataset: &Dataset, table: &str) -> Option<Vec<String>> {
    let owned = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
    match table {
        EPOCHS => return owned(&["epoch", "train_loss", "valid_loss"]),
        WORLD => return Some(dataset.world.iter().map(|column| column.name.clone()).collect()),
        ANSWERS => {
            return Some(exercise.questions.iter().flat_map(Question::columns).collect());
        }
        _ => {}
    }
    let of_rows = [DEVELOP, EXAM].contains(&table)
        || exercise.probes.iter().any(|probe| table == probe.name || table == format!("{}_develop", probe.name));
    if !of_rows || !matches!(dataset.source, Source::Model(_)) {
        return None;
    }
    let outlined = dataset.image.as_ref().is_some_and(|image| image.mask.is_some());
    let own = dataset.columns().map(|column| column.name.as_str()).chain(dataset.tables());
    let told = dataset.target.spec().columns.iter().map(|column| column.name);
    let repeats = exercise.probes.iter().any(|probe| table == probe.name && probe.draw.repeat.is_some());
    let added = std::iter::once("split").chain(told).chain(repeats.then_some(REPEAT));
    let names = own.chain(added).chain(OUTLINED.iter().copied().filter(|_| outlined));
    Some(names.map(str::to_owned).collect())
}

/// Columns that a query names and its tables do not have, as far as that is known before a run.
fn unknown_columns(exercise: &Exercise, dataset: &Dataset, query: &Written<Query>) -> Vec<Fault> {
    let names = query.value.names();
    let known: BTreeMap<&String, Option<Vec<String>>> =
        names.tables.iter().map(|table| (table, columns_of(exercise, dataset, table))).collect();
    let all: Option<Vec<String>> = known.values().cloned().collect::<Option<Vec<_>>>().map(|all| all.concat());
    let unknown = names.columns.iter().filter_map(|(table, name)| {
        let columns = match table {
            Some(table) => known.get(table)?.as_ref()?,
            None => all.as_ref()?,
        };
        // The names of the classes are known from the labels only: `p_<class>` stands for the columns of each.
        let of_class =
            |told: &&&target::PredictionColumn| told.is(name) && columns.iter().any(|column| column == told.name);
        let known = columns.contains(name) || dataset.target.spec().columns.iter().any(|told| of_class(&told));
        (!known).then_some((name, columns))
    });
    unknown
        .map(|(name, columns)| {
            let list = columns.join(", ");
            let place = in_sql(query, name);
            let found = text!("the unknown column {name}", "存在しない列「{name}」があります");
            Fault::new(Id::UnknownColumn, place, found, text!("one of the columns {list}", "{list}のいずれかの列"))
                .near(name, columns.iter().map(String::as_str))
        })
        .collect()
}

/// Where a name stands in an SQL text.
fn in_sql(sql: &Written<Query>, name: &str) -> Place {
    let text = sql.value.text();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let found = text
        .match_indices(name)
        .find(|(at, _)| !text[..*at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part));
    found.and_then(|(at, _)| sql.place.part(at..at + name.len())).unwrap_or_else(|| sql.place.clone())
}
