//! `dataset.toml`: a dataset as a causal model (nested tables of SQL columns), or as a file of one's own.

use super::queries;
use diagnostics::fault::{Fault, Id, Place, nearest};
use diagnostics::keys::{Key, Kind, Need, Section, Value, Written};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use metrics::segmentation::Matching;
use render::{LARGEST, Renderer, SMALLEST, renderer};
use sql::{Expression, Purpose};
use target::{Holds, Target};

/// The keys of `dataset.toml`.
pub const KEYS: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "The folder's name.", "フォルダーの名前です。"),
    Key::new(
        "version",
        Kind::Whole { min: 1, max: 1_000_000 },
        Need::Required,
        "Raised whenever the data change.",
        "データが変わるたびに上げます。",
    ),
    Key::new("title", Kind::Bilingual, Need::Required, "What the data are.", "何のデータかを表します。"),
    Key::new(
        "licence",
        Kind::String,
        Need::Required,
        "The licence, as an SPDX name.",
        "ライセンス（SPDXの名前）です。",
    ),
    Key::new(
        "target",
        Kind::Choice(Target::OF_LABELS),
        Need::Default("\"risk\""),
        "What of the label is predicted.",
        "結果の列の何を予測するかです。",
    )
    .meaning(Target::MEANINGS),
    Key::new(
        "label",
        Kind::String,
        Need::Optional,
        "Where several columns have the role label: the one that is predicted unless a plan chooses another ([cohort] label).",
        "役割がlabelの列が複数あるとき、計画（[cohort] の label）で選ばれないかぎり予測する列です。",
    ),
    Key::new("card", Kind::Table(CARD), Need::Required, "The data card.", "データカードです。"),
    Key::new(
        "world",
        Kind::Tables(WORLD),
        Need::Default("[]"),
        "What differs between learners' variants in truth and not only in luck, such as a prevalence or an effect: one row, drawn once for each variant. It is the same for the learner's rows, the exam and its probes; every expression may use its names; learners never see it.",
        "有病率や効果の大きさなど、偶然だけでなく真の値そのものを学習者ごとに変えるときに書きます。変種ごとに1行だけ生成し、学習者のデータ・判定用のデータ・プローブで共通です。すべての式でその名前を使えます。学習者には見えません。",
    ),
    Key::new(
        "table",
        Kind::Tables(TABLE),
        Need::Default("[]"),
        "The tables of the causal model, from the outermost to the innermost.",
        "因果モデルの表です。外側から内側の順に書きます。",
    ),
    Key::new(
        "rows_of",
        Kind::String,
        Need::Optional,
        "The table whose rows are the rows of the data; left out, the last. The tables that do not lie around it are seen through an `aggregate` only.",
        "データの1行にあたる表です。書かなければ最後の表になります。その外側にない表は、`aggregate`（集計）を通してだけ見えます。",
    ),
    Key::new(
        "image",
        Kind::Table(IMAGE),
        Need::Optional,
        "One picture for each row of the innermost table.",
        "最も内側の表の1行ごとに描く、1枚の画像です。",
    ),
    Key::new(
        "source",
        Kind::Table(SOURCE),
        Need::Optional,
        "A file of your own, instead of tables.",
        "表の代わりに使う、手元のファイルです。",
    ),
    Key::new(
        "signal",
        Kind::Table(SIGNAL),
        Need::Optional,
        "Beside a table of your own ([source]): a picture, a volume or a series for each of its rows, in the same order.",
        "手元の表（[source]）の1行ごとに対応する、画像・ボリューム・時系列です。行の順は表と同じです。",
    ),
];

const CARD: &[Key<'static>] = &[
    Key::new(
        "about",
        Kind::Bilingual,
        Need::Required,
        "Who is described, when, and what a row is.",
        "誰の、いつの、何を1行とするデータかを書きます。",
    ),
    Key::new(
        "unrealistic",
        Kind::Bilingual,
        Need::Required,
        "What is not as in real patients.",
        "実際の患者とは異なる点を書きます。",
    ),
];

const TABLE: &[Key<'static>] = &[
    Key::new(
        "name",
        Kind::String,
        Need::Required,
        "The table's name; its rows' numbers stand in a column of this name.",
        "表の名前です。行の番号は同じ名前の列に入ります。",
    ),
    Key::new(
        "each",
        Kind::String,
        Need::Optional,
        "The table around it, one further up: `rows` rows are drawn for each of its rows, and may use its columns. Several tables may name the same one.",
        "1つ外側の表（これより前に書いた表）です。その各行に対して`rows`行を生成し、その列を使えます。複数の表が同じ表を指すこともできます。",
    ),
    Key::new(
        "rows",
        Kind::Sql,
        Need::Required,
        "How many rows: a number or an SQL expression over the outer table's columns, of the first table over the world's.",
        "行数です。数、または外側の表の列（最初の表では`world`の値）を使うSQL式で書きます。",
    ),
    Key::new(
        "columns",
        Kind::Tables(COLUMN),
        Need::Required,
        "The columns, each from those before it.",
        "列です。それぞれ前の列から決まります。",
    ),
];

const WORLD: &[Key<'static>] = &[
    Key::new("name", Kind::String, Need::Required, "The value's name.", "値の名前です。"),
    Key::new(
        "sql",
        Kind::Sql,
        Need::Required,
        "Its equation, from those before it, such as uniform(0.02, 0.08).",
        "値を決める式です。前の値を使えます（例：uniform(0.02, 0.08)）。",
    ),
    ABOUT,
];

const COLUMN: &[Key<'static>] = &[
    Key::new("name", Kind::String, Need::Required, "The column's name.", "列の名前です。"),
    Key::new(
        "sql",
        Kind::Sql,
        Need::Optional,
        "The column's equation; needed, unless there is an `aggregate`.",
        "列を決める式です。`aggregate`を書かないかぎり必要です。",
    ),
    Key::new(
        "aggregate",
        Kind::Table(AGGREGATE),
        Need::Optional,
        "Instead of an equation: what the rows of a table below come to, such as { table = \"visit\", max = \"lactate\" }. The columns after it may use it; the rows of that table see those before it only.",
        "式の代わりに、内側の表の行を集計します（例：{ table = \"visit\", max = \"lactate\" }）。これより後の列で使えます。集計される表の行からは、これより前の列だけが見えます。",
    ),
    ROLE,
    UNIT,
    ABOUT,
    VALUES,
];

const AGGREGATE: &[Key<'static>] = &[
    Key::new(
        "table",
        Kind::String,
        Need::Required,
        "The table whose rows are taken together: one with `each` = this table.",
        "集計する表です。`each`でこの表を指しているものに限ります。",
    ),
    Key::new(
        "max",
        Kind::Sql,
        Need::Optional,
        "The largest number or day of its rows.",
        "行の中で最大の数値または日付です。",
    ),
    Key::new(
        "min",
        Kind::Sql,
        Need::Optional,
        "The smallest number or day of its rows.",
        "行の中で最小の数値または日付です。",
    ),
    Key::new("mean", Kind::Sql, Need::Optional, "The mean of its rows.", "行の平均です。"),
    Key::new(
        "sum",
        Kind::Sql,
        Need::Optional,
        "The sum of its rows; 0 where there are none.",
        "行の合計です。行がなければ0です。",
    ),
    Key::new(
        "count",
        Kind::Sql,
        Need::Optional,
        "How many of its rows have a value; the table's own name counts them all. 0 where there are none.",
        "値のある行の数です。表自身の名前を書くと、すべての行を数えます。行がなければ0です。",
    ),
    Key::new(
        "first",
        Kind::Sql,
        Need::Optional,
        "The first value, in the order of the rows or of `by`.",
        "行の順（または`by`の順）で最初の値です。",
    ),
    Key::new(
        "last",
        Kind::Sql,
        Need::Optional,
        "The last value, in the order of the rows or of `by`.",
        "行の順（または`by`の順）で最後の値です。",
    ),
    Key::new(
        "by",
        Kind::Sql,
        Need::Optional,
        "Of first and last: the number or day by which the rows are ordered; left out, they stand as they were drawn.",
        "first と last で、行を並べる数値または日付です。書かなければ、生成した順です。",
    ),
];

const IMAGE: &[Key<'static>] = &[
    Key::new(
        "kind",
        Kind::Choice(render::NAMES),
        Need::Required,
        "What is drawn; docs/renderers.md shows each kind with its parameters.",
        "描くものの種類です。docs/renderers.mdに、種類ごとの見本とパラメーターがあります。",
    ),
    Key::measured(
        "size",
        Kind::Whole { min: SMALLEST as i64, max: LARGEST as i64 },
        Need::Default("64"),
        "pixels",
        "Height and width.",
        "縦横の画素数です。",
    ),
    Key::new(
        "body",
        Kind::String,
        Need::Optional,
        "The table whose rows each have one body: pictures of one patient show the same anatomy. Left out, each picture has its own.",
        "体を共有する表です。同じ患者の画像には同じ体が写ります。書かなければ、1枚ごとに別の体になります。",
    ),
    Key::new(
        "with",
        Kind::Map(&Kind::Sql),
        Need::Default("{}"),
        "Parameters of the picture, as SQL over the columns; the others keep their defaults.",
        "画像のパラメーターを、列を使うSQLで書きます。書かないものは既定値になります。",
    ),
    Key::new(
        "mask",
        Kind::String,
        Need::Optional,
        "What is outlined for learners and models that draw masks, such as lesion.",
        "マスクとして学習者とモデルに示すもの（lesionなど）です。",
    ),
    Key::measured(
        "tolerance",
        Kind::Number { min: 0.0, max: 50.0 },
        Need::Default("2.0"),
        "mm",
        "How far an outline may lie from the true one and still count as right, in the normalised surface distance.",
        "正規化表面距離（NSD）で、輪郭のずれを許す距離です。",
    ),
    Key::new(
        "match",
        Kind::OneOf(MATCH),
        Need::Optional,
        "When a predicted lesion finds a true one: one to one, the best pairs first, and every other predicted lesion is a false one. Left out, any shared pixel counts, and one prediction may find several.",
        "予測された病変が正解の病変を見つけたとみなす条件です。よく合う組から1対1に対応づけ、相手のない予測は偽陽性とします。書かなければ、1画素でも重なれば見つけたとみなし、1つの予測がいくつもの病変を見つけられます。",
    ),
    Key::measured(
        "sizes",
        Kind::List(&Kind::Number { min: 0.01, max: 100_000.0 }),
        Need::Default("[]"),
        "mm²",
        "Bounds of size, in ascending order: the sensitivity for lesions is also shown below, between and above them.",
        "病変の大きさの区切りです。小さい順に書きます。病変の感度を、区切りごとにも示します。",
    ),
];

const SIGNAL: &[Key<'static>] = &[
    Key::new(
        "path",
        Kind::String,
        Need::Required,
        "The array beside dataset.toml, .npy as numpy.save writes it (float32, float64, uint8 or int16). Its axes say what it is: [rows, channels, steps] a series, [rows, channels, height, width] a picture, [rows, channels, depth, height, width] a volume.",
        "dataset.tomlと同じフォルダーにある配列です（numpy.save による .npy。float32・float64・uint8・int16のいずれか）。軸の数で種類が決まります。[行, チャンネル, 時点] は時系列、[行, チャンネル, 縦, 横] は画像、[行, チャンネル, 奥行き, 縦, 横] はボリュームです。",
    ),
    Key::measured(
        "spacing",
        Kind::List(&Kind::Number { min: 1e-9, max: 1e6 }),
        Need::Required,
        "s or mm",
        "How far apart the numbers are: of a series [s from step to step], such as [0.01] at 100 Hz; of a picture [mm from line to line, mm from column to column]; of a volume the mm from slice to slice before these.",
        "値どうしの間隔です。時系列は [時点の間隔（秒）]（100 Hzなら [0.01]）、画像は [行の間隔, 列の間隔]（mm）、ボリュームはその前にスライスの間隔（mm）を加えます。",
    ),
    Key::new(
        "unit",
        UNIT_KIND,
        Need::Default("\"\""),
        "The unit of the numbers, told beside plots: a sign such as \"mV\", or words in both languages.",
        "値の単位です。図に示します。\"mV\" のような記号か、両言語の言葉で書きます。",
    ),
];

const MATCH: &[Key<'static>] = &[
    Key::new(
        "iou",
        Kind::Number { min: 0.001, max: 1.0 },
        Need::Optional,
        "Pairs whose overlap (IoU) is at least this; 0.1 is usual for small lesions, 0.5 for large ones.",
        "重なり（IoU）がこの値以上の組です。小さな病変では0.1、大きな病変では0.5がよく使われます。",
    ),
    Key::measured(
        "distance",
        Kind::Number { min: 0.001, max: 100.0 },
        Need::Optional,
        "mm",
        "Pairs whose centroids are at most so far apart.",
        "重心の間の距離がこの値以下の組です。",
    ),
];

const SOURCE: &[Key<'static>] = &[
    Key::new(
        "path",
        Kind::String,
        Need::Required,
        "The file beside dataset.toml: .csv or .parquet.",
        "dataset.tomlと同じフォルダーにあるファイル（.csv または .parquet）です。",
    ),
    Key::new(
        "encoding",
        Kind::Choice(&["utf-8", "cp932"]),
        Need::Default("\"utf-8\""),
        "The CSV's letters: cp932 is what Excel in Japanese writes as plain CSV.",
        "CSVの文字コードです。日本語版Excelの通常の「CSV」はcp932です。",
    ),
    Key::new(
        "missing",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "What else stands for a missing value, beside an empty cell, NA, N/A, NaN, null, #N/A and 欠測.",
        "空のセル・NA・N/A・NaN・null・#N/A・欠測のほかに、欠測を表す値です。",
    ),
    Key::new(
        "columns",
        Kind::Tables(DESCRIBED),
        Need::Default("[]"),
        "Roles, units and meanings of the file's columns; a column not named is a feature.",
        "列の役割・単位・意味です。書かなかった列は説明変数とみなします。",
    ),
];

const DESCRIBED: &[Key<'static>] = &[
    Key::new("name", Kind::String, Need::Required, "The column's name.", "列の名前です。"),
    ROLE,
    UNIT,
    ABOUT,
    VALUES,
    Key::new(
        "positive",
        Kind::Either(&[Kind::String, Kind::Number { min: -1e12, max: 1e12 }]),
        Need::Optional,
        "Of a label that does not hold 0 and 1 but two other values: the one that means the outcome, such as Yes, TRUE, 2 or 陽性.",
        "転帰の列が0と1ではなく別の2種類の値のとき、転帰ありを表す値です（Yes、TRUE、2、陽性など）。",
    ),
    Key::new(
        "not_personal",
        Kind::String,
        Need::Optional,
        "Of a column that looks like names, postcodes or the like and is none: what it holds, such as lot numbers of a reagent. `author validate` tells it as a remark.",
        "氏名や郵便番号などに見えるが該当しない列について、何の値かを書きます（試薬のロット番号など）。`author validate` が注意として示します。",
    ),
];

/// What a column is for, as written.
pub const ROLES: &[&str] = &["feature", "id", "group", "time", "label", "truth", "hidden"];

const ROLE: Key<'static> = Key::new(
    "role",
    Kind::Choice(ROLES),
    Need::Default("\"feature\""),
    "feature, id, group, time, label; truth (the true risk) and hidden never reach a learner.",
    "feature（説明変数）、id、group、time、label（転帰）。truth（真のリスク）とhiddenは学習者に渡りません。",
);
const UNIT: Key<'static> = Key::new(
    "unit",
    UNIT_KIND,
    Need::Default("\"\""),
    "The column's unit: a sign such as \"mmol/L\", or words as { en = \"years\", ja = \"歳\" }.",
    "列の単位です。\"mmol/L\" のような記号か、{ en = \"years\", ja = \"歳\" } のように言葉で書きます。",
);
/// A sign, or words in both languages.
pub(super) const UNIT_KIND: Kind<'static> = Kind::Either(&[Kind::String, Kind::Bilingual]);
const ABOUT: Key<'static> =
    Key::new("about", Kind::Bilingual, Need::Optional, "What the column means.", "列の意味です。");

const VALUES: Key<'static> = Key::new(
    "values",
    Kind::Map(&Kind::Bilingual),
    Need::Default("{}"),
    "What the column's values are called over tables and pictures, by the value as it is written. A word that is called something is a value, also where it stands for a missing one elsewhere, such as NA for North America.",
    "表や画像の見出しに使う、値の呼び名です。値ごとに書きます。呼び名のある語は、ほかの列では欠測を表すものでも値とみなします（北米を表すNAなど）。",
);

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A model may see it.
    Feature,
    /// It names a row.
    Id,
    /// It names a group that rows belong to; a model may see it, and rows may be split by it.
    Group,
    /// When the row came about.
    Time,
    /// What is to be predicted: 0 or 1.
    Label,
    /// The true risk; gives the ceiling. Learners never see it.
    Truth,
    /// Exists in the world, never shown.
    Hidden,
}

impl Role {
    /// Whether a learner may see a column of this role.
    pub fn is_visible(self) -> bool {
        !matches!(self, Self::Truth | Self::Hidden)
    }

    fn of(word: &str) -> Self {
        match word {
            "feature" => Self::Feature,
            "id" => Self::Id,
            "group" => Self::Group,
            "time" => Self::Time,
            "label" => Self::Label,
            "truth" => Self::Truth,
            "hidden" => Self::Hidden,
            word => unreachable!("the keys admit no role `{word}`"),
        }
    }
}

/// A column of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its equation; none in a file, and none of an aggregate.
    pub sql: Option<Written<Expression>>,
    /// What the rows of a table below come to, instead of an equation.
    pub aggregate: Option<Aggregate>,
    /// What it is for.
    pub role: Role,
    /// Its unit, or empty.
    pub unit: Text,
    /// What it means.
    pub about: Option<Text>,
    /// What its values are called, by the value as it is written.
    pub values: Vec<(String, Text)>,
    /// Of a file's label, the value that means the outcome, where it does not hold 0 and 1.
    pub positive: Option<Written<String>>,
}

/// What the rows of a table come to, for each row of the table around it. A row without a value counts in none of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The table below.
    pub table: Written<String>,
    /// What they come to.
    pub what: What,
    /// The value of each of its rows.
    pub of: Written<Expression>,
    /// Of the first and the last: what orders the rows, where they do not stand as they were drawn.
    pub by: Option<Written<Expression>>,
}

/// What rows come to together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The largest; of no rows nothing.
    Max,
    /// The smallest; of no rows nothing.
    Min,
    /// The mean; of no rows nothing.
    Mean,
    /// The sum; of no rows 0.
    Sum,
    /// How many have a value.
    Count,
    /// The first; of no rows nothing.
    First,
    /// The last; of no rows nothing.
    Last,
}

impl What {
    const ALL: [(&'static str, Self); 7] = [
        ("max", Self::Max),
        ("min", Self::Min),
        ("mean", Self::Mean),
        ("sum", Self::Sum),
        ("count", Self::Count),
        ("first", Self::First),
        ("last", Self::Last),
    ];
}

/// A table of the causal model.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name, which is also the name of its column of row numbers.
    pub name: String,
    /// The table around it, by its place in the list; none of the first.
    pub outer: Option<usize>,
    /// Whether its rows are no part of the data's rows: they are seen through aggregates only.
    pub aside: bool,
    /// How many rows, for each row of the table around it.
    pub rows: Written<Expression>,
    /// Its columns in the order in which they are drawn.
    pub columns: Vec<Column>,
}

/// Where the rows come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Drawn from a causal model: tables, each after the one around it. A row of the innermost of those that are not aside is a row
    /// of the data.
    Model(Vec<Table>),
    /// Read from a file.
    File {
        /// The file's name beside `dataset.toml`.
        path: Written<String>,
        /// Whether its letters are CP932 rather than UTF-8.
        cp932: bool,
        /// What else stands for a missing value, beside `tables::MISSING`.
        missing: Vec<String>,
        /// The columns that are described.
        columns: Vec<Column>,
    },
}

/// The pictures of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// One of [`render::NAMES`].
    pub kind: Written<String>,
    /// Height and width.
    pub size: Written<usize>,
    /// The table whose rows have one body each; none: each picture has its own.
    pub body: Option<String>,
    /// Equations of parameters, by their names.
    pub with: Vec<(String, Written<Expression>)>,
    /// What is outlined.
    pub mask: Option<String>,
    /// Of outlines, in mm.
    pub tolerance: f64,
    /// When a predicted lesion finds a true one.
    pub matching: Matching,
    /// The sizes of lesions whose sensitivity is also shown apart; none where they are not.
    pub sizes: Vec<Band>,
}

/// The signals of a dataset that are read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The file's name beside `dataset.toml`.
    pub path: Written<String>,
    /// The distance along each axis but rows and channels: mm, or s of a series.
    pub spacing: Written<Vec<f64>>,
    /// The unit of its numbers, or empty.
    pub unit: Text,
}

/// What `[features] use` of a plan calls the row's picture or signal, for models that take any numbers. A column of this name comes first;
/// beside signals that are read there can be none.
pub const SIGNAL_WORD: &str = "signal";

/// A range of sizes of lesions.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// What tables call it, such as `below 25`.
    pub value: String,
    /// What people call it.
    pub title: Text,
    /// The smallest and the lowest too large, in mm²; none where there is no such bound.
    bounds: (Option<f64>, Option<f64>),
}

impl Band {
    fn new(bounds: (Option<f64>, Option<f64>)) -> Self {
        let (value, title) = match bounds {
            (None, Some(below)) => (format!("below {below}"), text!("< {below} mm²", "{below} mm²未満")),
            (Some(from), Some(below)) => {
                (format!("{from} to {below}"), text!("{from}–{below} mm²", "{from}～{below} mm²"))
            }
            (Some(from), None) => (format!("{from} and more"), text!("≥ {from} mm²", "{from} mm²以上")),
            (None, None) => ("all".to_owned(), Text::new("all", "すべて")),
        };
        Self { value, title, bounds }
    }

    /// The bands below, between and above these bounds (mm², ascending); none without any.
    pub fn between(bounds: &[f64]) -> Vec<Self> {
        if bounds.is_empty() {
            return Vec::new();
        }
        let ends: Vec<Option<f64>> =
            std::iter::once(None).chain(bounds.iter().copied().map(Some)).chain(std::iter::once(None)).collect();
        ends.windows(2).map(|pair| Self::new((pair[0], pair[1]))).collect()
    }

    /// Whether a lesion of this size (mm²) belongs to it.
    pub fn holds(&self, size: f64) -> bool {
        // The allowance is for areas such as 10 pixels of 2.5 mm², summed.
        let above = |bound: f64| size >= bound * (1.0 - 1e-9);
        self.bounds.0.is_none_or(above) && !self.bounds.1.is_some_and(above)
    }
}

impl Image {
    /// Who draws them. Reading has made sure that there is one.
    pub fn renderer(&self) -> Option<&'static Renderer> {
        renderer(&self.kind.value)
    }
}

/// A dataset, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// What the data are.
    pub title: Text,
    /// The licence's SPDX name.
    pub licence: String,
    /// Who is described.
    pub about: Text,
    /// What is not as in real patients.
    pub unrealistic: Text,
    /// What differs between variants in truth: the columns of one hidden row.
    pub world: Vec<Column>,
    /// Where the rows come from.
    pub source: Source,
    /// What of the label is predicted.
    pub target: Target,
    /// The column that is predicted.
    label: String,
    /// The pictures that are drawn, where there are any.
    pub image: Option<Image>,
    /// The signals that are read, where there are any.
    pub signal: Option<Signal>,
    /// The file it was read from.
    pub place: Place,
}

/// The columns that a run adds to the learner's rows: the part of each, and what a model of any target tells.
pub fn added() -> Vec<&'static str> {
    [vec!["split"], Target::columns()].concat()
}

/// The columns that a run adds where the dataset outlines something in its pictures.
pub const OUTLINED: &[&str] = &["dice", "nsd", "lesions", "found", "false_lesions", "truth_mm2", "mask_mm2"];

/// The column of a lesion's area, in mm².
pub const SIZE: &str = "mm2";

/// Every name that the engine gives to a column beside the dataset's own, which therefore no column of a dataset may have: those of
/// [`added`] and [`OUTLINED`]; `row`, a row's number in its table; `mm2`, a lesion's area; `repeat`, a draw's number; `world`, the
/// table of what differs between variants.
pub fn reserved() -> Vec<&'static str> {
    [&["row", "repeat", "world", SIZE], added().as_slice(), OUTLINED].concat()
}

/// Reads `dataset.toml`.
///
/// # Errors
/// Everything that is wrong with it by itself, SQL apart (which is parsed where it is drawn).
pub fn read(file: &str, bytes: &[u8]) -> Result<Dataset, Vec<Fault>> {
    let top = diagnostics::keys::read(file, bytes, KEYS)?;
    let mut faults = Vec::new();
    let target = top.string("target");
    let target = Target::named(&target).unwrap_or_else(|| unreachable!("the keys admit no target `{target}`"));
    let mut names = Vec::new();
    let world = world(&top, &mut names, &mut faults);
    let mut tables: Vec<Table> = tables(&top, &mut names, &mut faults);
    rows_of(&top, &mut tables, &mut faults);
    if tables.iter().skip(1).all(|table| table.outer.is_some()) {
        faults.extend(aggregates(&tables));
    }
    if faults.is_empty() {
        faults.extend(set_aside(&tables));
    }
    let source = match top.maybe_table("source") {
        Some(source) if tables.is_empty() => Source::File {
            path: source.written("path"),
            cp932: source.string("encoding") == "cp932",
            missing: source.strings("missing").into_iter().map(|word| word.value).collect(),
            columns: source.tables("columns").map(|section| column(section, &mut faults)).collect(),
        },
        Some(source) => {
            faults.push(Fault::new(
                Id::Together,
                source.place.clone(),
                Text::new("both [source] and [[table]]", "[source] と [[table]] の両方があります"),
                Text::new("either a file or a causal model", "ファイルか因果モデルのどちらか一方"),
            ));
            Source::Model(tables)
        }
        None => {
            if tables.is_empty() {
                faults.push(Fault::new(
                    Id::MissingKey,
                    Place::file(file),
                    Text::new("neither [source] nor [[table]]", "[source] も [[table]] もありません"),
                    Text::new("a file or a causal model", "ファイルまたは因果モデル"),
                ));
            }
            Source::Model(tables)
        }
    };
    if let Source::File { columns, .. } = &source {
        let mut seen: Vec<&str> = Vec::new();
        for (section, column) in top.table("source").tables("columns").zip(columns) {
            let name = &column.name;
            if seen.contains(&name.as_str()) {
                faults.push(Fault::new(
                    Id::TakenName,
                    section.place_of("name"),
                    text!("the column \"{name}\" a second time", "列 \"{name}\" が重複しています"),
                    Text::new("one description for each column", "列ごとに1つの説明"),
                ));
            }
            seen.push(name);
            let is_outcome = column.role == Role::Label && target.spec().holds == Holds::Outcome;
            let other = column.role == Role::Label && !is_outcome;
            if let Some(positive) = column.positive.as_ref().filter(|_| other) {
                let (name, target) = (&column.name, target.name());
                faults.push(positive.fault(
                    Id::DoesNotApply,
                    text!(
                        "`positive` of \"{name}\" under target = \"{target}\", which takes the label's values as they are",
                        "target = \"{target}\" では転帰の列の値をそのまま使いますが、列 \"{name}\" に`positive`があります"
                    ),
                    Text::new(
                        "no `positive`; or target = \"risk\", where one of the label's two values is the outcome",
                        "`positive`を除くか、2種類の値の一方を転帰ありとするなら target = \"risk\"",
                    ),
                ));
            } else if let Some(positive) = column.positive.as_ref().filter(|_| !is_outcome) {
                faults.push(positive.fault(
                    Id::DoesNotApply,
                    text!(
                        "`positive` of \"{name}\", which is no label of an outcome that comes or does not",
                        "転帰の有無を表さない列 \"{name}\" に`positive`があります"
                    ),
                    Text::new(
                        "`positive` of the column with the role label only",
                        "役割がlabelの列だけに書く`positive`",
                    ),
                ));
            }
        }
    }
    let image = top.maybe_table("image").map(|section| image(section, &source, &mut faults));
    let signal = top.maybe_table("signal").map(|section| signal(section, &source, &mut faults));
    let card = top.table("card");
    let mut dataset = Dataset {
        id: top.string("id"),
        version: top.whole("version"),
        title: top.text("title"),
        licence: top.string("licence"),
        about: card.text("about"),
        unrealistic: card.text("unrealistic"),
        world,
        source,
        target,
        label: String::new(),
        image,
        signal,
        place: Place::file(file),
    };
    match label(&dataset, top.maybe_string("label")) {
        Ok(label) => dataset.label = label,
        Err(fault) if faults.is_empty() => faults.push(fault),
        Err(_) => {}
    }
    if faults.is_empty() { Ok(dataset) } else { Err(faults) }
}

/// The column that is predicted where a plan chooses no other.
fn label(dataset: &Dataset, written: Option<Written<String>>) -> Result<String, Fault> {
    let labels = dataset.labels();
    let (n, list) = (labels.len(), labels.join(", "));
    let Some(written) = written else {
        return match labels[..] {
            [label] => Ok(label.to_owned()),
            _ => Err(Fault::new(
                Id::ExactlyOne,
                dataset.place.clone(),
                text!("{n} columns with the role label", "役割がlabelの列が{n}個あります"),
                Text::new(
                    "exactly one; of several, `label` at the top says which is predicted",
                    "ちょうど1個（複数のときは、先頭の `label` で予測する列を示します）",
                ),
            )),
        };
    };
    let name = &written.value;
    if n > 1 && matches!(dataset.source, Source::File { .. }) {
        return Err(written.fault(
            Id::ExactlyOne,
            text!("{n} columns with the role label", "役割がlabelの列が{n}個あります"),
            Text::new("one: only a causal model may have several", "1個（複数持てるのは因果モデルだけです）"),
        ));
    }
    if labels.contains(&name.as_str()) {
        return Ok(name.clone());
    }
    let fault = written.fault(
        Id::UnknownColumn,
        text!("label = \"{name}\"", "label = \"{name}\""),
        text!("a column with the role label: {list}", "役割がlabelの列（{list}）"),
    );
    Err(fault.near(name, labels))
}

/// The columns of the hidden row; `names` are those that are taken.
fn world(top: &Section, names: &mut Vec<String>, faults: &mut Vec<Fault>) -> Vec<Column> {
    if let (Some(place), Some(_)) =
        (top.tables("world").next().map(|section| section.place.clone()), top.maybe_table("source"))
    {
        faults.push(Fault::new(
            Id::Together,
            place,
            Text::new("[[world]] beside [source]", "[source] と [[world]] の両方があります"),
            Text::new(
                "[[table]]: only a causal model has a world",
                "[[table]]（世界を変えられるのは因果モデルだけです）",
            ),
        ));
    }
    let mut columns = Vec::new();
    for section in top.tables("world") {
        let name = section.written("name");
        faults.extend(name_fault(name.place.clone(), &name.value, names));
        names.push(name.value.clone());
        columns.push(Column {
            name: name.value,
            sql: Some(queries::expression(section.written("sql"), Purpose::Column, faults)),
            aggregate: None,
            role: Role::Hidden,
            unit: Text::default(),
            about: section.maybe_text("about"),
            values: Vec::new(),
            positive: None,
        });
    }
    columns
}

fn tables(top: &Section, names: &mut Vec<String>, faults: &mut Vec<Fault>) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for section in top.tables("table") {
        let name = section.written("name");
        let above: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
        let each = section.maybe_string("each");
        let outer = each.as_ref().and_then(|each| above.iter().position(|name| *name == each.value));
        if each.is_some() == above.is_empty() || outer.is_none() != above.is_empty() {
            let place = section.place_of("each");
            let close = match (&each, &above[..]) {
                (Some(each), [_, _, ..]) => nearest(&each.value, above.iter().map(String::as_str)),
                _ => above.last().cloned(),
            };
            let found = each.map_or_else(
                || Text::new("no `each`", "`each`がありません"),
                |each| {
                    let each = each.value;
                    text!("each = \"{each}\"", "each = \"{each}\"")
                },
            );
            let expected = match &above[..] {
                [] => Text::new("no `each` in the first table", "最初の表には`each`を書きません"),
                [before] => text!("each = \"{before}\", the table before it", "1つ前の表を指す each = \"{before}\""),
                several => {
                    let list = several.join(", ");
                    text!("`each` = a table further up: {list}", "これより前にある表（{list}）を指す`each`")
                }
            };
            faults.push(Fault { nearest: close, ..Fault::new(Id::NotInOrder, place, found, expected) });
        }
        let columns: Vec<(Section, Column)> =
            section.tables("columns").map(|section| (section.clone(), drawn_column(section, faults))).collect();
        let own = std::iter::once(&name).map(|name| (name.place.clone(), name.value.clone()));
        let of_columns = columns.iter().map(|(section, column)| (section.place_of("name"), column.name.clone()));
        for (place, name) in own.chain(of_columns) {
            if let Some(fault) = name_fault(place, &name, names) {
                faults.push(fault);
            }
            names.push(name);
        }
        tables.push(Table {
            name: name.value,
            outer,
            aside: false,
            rows: queries::expression(section.written("rows"), Purpose::Column, faults),
            columns: columns.into_iter().map(|(_, column)| column).collect(),
        });
    }
    tables
}

/// A column of a causal model: from an equation, or from the rows of a table below.
fn drawn_column(section: &Section, faults: &mut Vec<Fault>) -> Column {
    let aggregate = section.maybe_table("aggregate").and_then(|section| aggregate(section, faults));
    if section.get("sql").is_some() == section.get("aggregate").is_some() {
        let (id, found) = if section.get("sql").is_some() {
            (Id::Together, Text::new("both `sql` and `aggregate`", "`sql` と `aggregate` の両方があります"))
        } else {
            (Id::MissingKey, Text::new("neither `sql` nor `aggregate`", "`sql` も `aggregate` もありません"))
        };
        faults.push(Fault::new(
            id,
            section.place_of("sql"),
            found,
            Text::new("one of them: where the column comes from", "どちらか一方（列の値の決め方）"),
        ));
    }
    Column { aggregate, ..column(section, faults) }
}

fn aggregate(section: &Section, faults: &mut Vec<Fault>) -> Option<Aggregate> {
    let list = What::ALL.map(|(name, _)| name).join(", ");
    let given: Vec<(&str, What)> = What::ALL.into_iter().filter(|(name, _)| section.get(name).is_some()).collect();
    let [(name, what)] = given[..] else {
        let shown = given.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let found = if given.is_empty() {
            Text::new("an aggregate of nothing", "何も集計しない`aggregate`です")
        } else {
            text!("{shown} at once", "{shown} が同時にあります")
        };
        faults.push(Fault::new(
            Id::ExactlyOne,
            section.place.clone(),
            found,
            text!("exactly one of {list}", "{list} のうちちょうど1つ"),
        ));
        return None;
    };
    let by = section.maybe_string("by").map(|sql| queries::expression(sql, Purpose::Column, faults));
    if let Some(by) = by.as_ref().filter(|_| !matches!(what, What::First | What::Last)) {
        faults.push(by.fault(
            Id::DoesNotApply,
            text!("`by` beside {name}", "{name} に`by`があります"),
            Text::new("`by` beside first or last only", "`by`は first か last のときだけ"),
        ));
    }
    let of = queries::expression(section.written(name), Purpose::Column, faults);
    Some(Aggregate { table: section.written("table"), what, of, by })
}

/// Sets those tables aside that do not lie around the table whose rows are the rows of the data.
fn rows_of(top: &Section, tables: &mut [Table], faults: &mut Vec<Fault>) {
    let mut innermost = tables.len().checked_sub(1);
    if let Some(named) = top.maybe_string("rows_of") {
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        let at = names.iter().position(|name| *name == named.value);
        if at.is_none() {
            let (name, list) = (&named.value, names.join(", "));
            let fault = named.fault(
                Id::UnknownTable,
                text!("the unknown table \"{name}\"", "存在しない表 \"{name}\" があります"),
                if names.is_empty() {
                    Text::new("`rows_of` only where there are [[table]]", "[[table]] がなければ`rows_of`は書きません")
                } else {
                    text!("one of {list}", "{list} のいずれか")
                },
            );
            faults.push(fault.near(name, names));
        }
        innermost = at.or(innermost);
    }
    let mut around = Vec::new();
    while let Some(at) = innermost {
        around.push(at);
        innermost = tables[at].outer;
    }
    for (at, table) in tables.iter_mut().enumerate() {
        table.aside = !around.contains(&at);
    }
}

/// What is wrong with aggregates: they are of no table right below, or that table's rows would have to be known before themselves.
fn aggregates(tables: &[Table]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let below: Vec<&str> =
            tables.iter().filter(|other| other.outer == Some(at)).map(|other| other.name.as_str()).collect();
        for aggregate in table.columns.iter().filter_map(|column| column.aggregate.as_ref()) {
            let (name, own, list) = (&aggregate.table.value, &table.name, below.join(", "));
            if !below.contains(&name.as_str()) {
                let fault = aggregate.table.fault(
                    Id::UnknownTable,
                    text!("rows of \"{name}\"", "表 \"{name}\" の行の集計があります"),
                    text!("a table with each = \"{own}\" ({list})", "each = \"{own}\" と書かれた表（{list}）"),
                );
                faults.push(fault.near(name, below.iter().copied()));
            }
        }
        let own = table.columns.iter().filter_map(|column| column.sql.as_ref());
        let over = tables.iter().flat_map(|other| &other.columns).filter_map(|column| column.aggregate.as_ref());
        let over = over.filter(|aggregate| aggregate.table.value == table.name);
        let over = over.flat_map(|aggregate| std::iter::once(&aggregate.of).chain(&aggregate.by));
        for equation in std::iter::once(&table.rows).chain(own).chain(over) {
            faults.extend(circle(tables, at, equation));
        }
    }
    faults
}

/// A column around the rows of a table which an equation of them names, and which is there only when they are.
fn circle(tables: &[Table], at: usize, equation: &Written<Expression>) -> Option<Fault> {
    let names = equation.value.names();
    let of = |table: usize, name: &str| {
        let is_over = |column: &Column| column.aggregate.as_ref().is_some_and(|over| over.table.value == name);
        tables[table].columns.iter().position(is_over)
    };
    let (table, mut inner) = (&tables[at].name, at);
    while let Some(outer) = tables[inner].outer
        && let Some(first) = of(outer, &tables[inner].name)
    {
        let (before, after) = tables[outer].columns.split_at(first);
        let named = after.iter().find(|column| names.columns.iter().any(|(_, name)| *name == column.name));
        if let Some(Column { name, aggregate, .. }) = named {
            let (over, own, rows) = (&after[0].name, &tables[outer].name, &tables[inner].name);
            let list = before.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
            let found = if aggregate.as_ref().is_some_and(|of| of.table.value == *rows) {
                text!(
                    "{name} in the rows of {table}, from which it is computed",
                    "{name} は {rows} の行から計算する列ですが、表 {table} の式で使われています"
                )
            } else {
                text!(
                    "{name} in the rows of {table}, which are drawn before it: it stands after {over}, an aggregate of {rows}",
                    "{name} は {rows} の集計 {over} より後の列ですが、それより先に生成する表 {table} の式で使われています"
                )
            };
            return Some(equation.fault(
                Id::NotInOrder,
                found,
                text!(
                    "columns of {own} that stand before {over} ({list}): a column that needs none of these rows can be moved there",
                    "{own} の列のうち {over} より前にあるもの（{list}）。これらの行を必要としない列は、前へ移せます"
                ),
            ));
        }
        inner = outer;
    }
    None
}

/// What is wrong with tables that are aside: nothing sees them, or they hold what only the data's rows can hold.
fn set_aside(tables: &[Table]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for table in tables.iter().filter(|table| table.aside) {
        let name = &table.name;
        let all = tables.iter().flat_map(|table| &table.columns);
        if !all.filter_map(|column| column.aggregate.as_ref()).any(|over| over.table.value == *name) {
            let rows_of = tables.iter().rfind(|table| !table.aside).map_or("", |table| table.name.as_str());
            faults.push(table.rows.fault(
                Id::DoesNotApply,
                text!(
                    "the table \"{name}\", which nothing uses: the data's rows are those of \"{rows_of}\"",
                    "表 \"{name}\" がどこからも使われていません（データの行は \"{rows_of}\" の行です）"
                ),
                text!(
                    "an `aggregate` of it in the table around it, or rows_of = \"{name}\" at the top",
                    "外側の表での`aggregate`による集計、または先頭の rows_of = \"{name}\""
                ),
            ));
        }
        for column in table.columns.iter().filter(|column| matches!(column.role, Role::Label | Role::Truth)) {
            let place = column.sql.as_ref().map_or(&table.rows.place, |sql| &sql.place);
            let (column, role) = (&column.name, if column.role == Role::Label { "label" } else { "truth" });
            faults.push(Fault::new(
                Id::DoesNotApply,
                place.clone(),
                text!(
                    "the role {role} of \"{column}\" in \"{name}\", whose rows are no rows of the data",
                    "データの行ではない表 \"{name}\" の列 \"{column}\" の役割が {role} です"
                ),
                Text::new(
                    "an `aggregate` with this role in the table around it",
                    "外側の表に置いた、この役割の`aggregate`の列",
                ),
            ));
        }
    }
    faults
}

fn image(section: &Section, source: &Source, faults: &mut Vec<Fault>) -> Image {
    let kind = section.written("kind");
    let (parameters, masks) = renderer(&kind.value)
        .map_or((Vec::new(), Vec::new()), |r| (r.parameters.iter().map(|p| p.name).collect(), r.masks.to_vec()));
    let one_of = |written: &Written<String>, names: &[&str], what: Text| {
        let (list, name) = (names.join(", "), &written.value);
        let (en, ja) = (&what.en, &what.ja);
        let found = text!("{en} \"{name}\"", "{ja} \"{name}\"");
        written
            .fault(Id::UnknownParameter, found, text!("one of {list}", "{list} のいずれか"))
            .near(name, names.iter().copied())
    };
    for (name, entry) in section.table("with").entries() {
        if !parameters.contains(&name) {
            let name = Written { value: name.to_owned(), place: entry.place.clone() };
            faults.push(one_of(&name, &parameters, Text::new("the unknown parameter", "定義されていないパラメーター")));
        }
    }
    let with = queries::expressions(section.table("with"), Purpose::Column, faults);
    let mask = section.maybe_string("mask");
    if let Some(mask) = mask.as_ref().filter(|mask| !masks.contains(&mask.value.as_str())) {
        faults.push(one_of(mask, &masks, Text::new("the unknown mask", "定義されていないマスク")));
    }
    let tables: Vec<&str> = match source {
        Source::Model(tables) => tables.iter().filter(|table| !table.aside).map(|table| table.name.as_str()).collect(),
        Source::File { path, .. } => {
            faults.push(Fault::new(
                Id::Together,
                section.place.clone(),
                Text::new("[image] beside [source]", "[source] と [image] の両方があります"),
                Text::new(
                    "[signal], which reads pictures from a file; [image] draws them from a causal model ([[table]])",
                    "ファイルの画像を読む [signal]（[image] は因果モデル（[[table]]）から描くためのものです）",
                ),
            ));
            vec![path.value.as_str()]
        }
    };
    let body = section.maybe_string("body");
    if let Some(body) = body.as_ref().filter(|body| !tables.contains(&body.value.as_str())) {
        faults.push(one_of(body, &tables, Text::new("the unknown table", "存在しない表")));
    }
    Image {
        kind,
        size: Written { value: section.count("size"), place: section.place_of("size") },
        body: body.map(|body| body.value),
        with,
        mask: mask.map(|mask| mask.value),
        tolerance: section.number("tolerance"),
        matching: section.maybe_table("match").map_or(Matching::Touch, |rule| {
            let iou = rule.maybe_number("iou").map(Matching::Iou);
            iou.or_else(|| rule.maybe_number("distance").map(Matching::Distance)).unwrap_or_default()
        }),
        sizes: sizes(section, faults),
    }
}

fn signal(section: &Section, source: &Source, faults: &mut Vec<Fault>) -> Signal {
    if let Source::Model(_) = source {
        faults.push(Fault::new(
            Id::Together,
            section.place.clone(),
            Text::new("[signal] without [source]", "[signal] がありますが、[source] がありません"),
            Text::new(
                "[source]: the table with a row for each signal; what is drawn of a causal model stands under [image]",
                "[source]（信号1つごとに1行の表）。因果モデルから描く画像は [image] に書きます",
            ),
        ));
    }
    let spacing = section.list("spacing").iter().filter_map(|entry| match entry.value {
        Value::Number(distance) => Some(distance),
        _ => None,
    });
    Signal {
        path: section.written("path"),
        spacing: Written { value: spacing.collect(), place: section.place_of("spacing") },
        unit: section.name_or_text("unit"),
    }
}

/// The bands below, between and above the bounds of size.
fn sizes(section: &Section, faults: &mut Vec<Fault>) -> Vec<Band> {
    let numbers = section.list("sizes").iter().filter_map(|entry| match entry.value {
        Value::Number(bound) => Some((bound, entry)),
        _ => None,
    });
    let bounds: Vec<(f64, &Written<Value>)> = numbers.collect();
    if let Some(pair) = bounds.windows(2).find(|pair| pair[1].0 <= pair[0].0) {
        let (before, bound) = (pair[0].0, pair[1].0);
        faults.push(pair[1].1.fault(
            Id::NotInOrder,
            text!("{bound} after {before}", "{before} の次に {bound} があります"),
            Text::new("bounds in ascending order", "小さい順に並べた区切り"),
        ));
    }
    Band::between(&bounds.iter().map(|(bound, _)| *bound).collect::<Vec<_>>())
}

fn name_fault(place: Place, name: &str, taken: &[String]) -> Option<Fault> {
    let mut letters = name.chars();
    let plain = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_');
    let found = text!("the name \"{name}\"", "名前 \"{name}\"");
    if !plain || name.starts_with("__") {
        let expected =
            Text::new("letters, digits and _ only, a letter first", "文字・数字・_ だけの名前（先頭は文字）");
        return Some(Fault::new(Id::BadName, place, found, expected));
    }
    let reserved = reserved();
    if reserved.contains(&name) {
        let list = reserved.join(", ");
        let expected =
            text!("a name other than {list}, which runs use", "{list} 以外の名前（これらは実行時に使います）");
        return Some(Fault::new(Id::TakenName, place, found, expected));
    }
    taken.iter().any(|other| other == name).then(|| {
        Fault::new(
            Id::TakenName,
            place,
            found,
            Text::new("a name that no other column or table has", "ほかの列や表と重ならない名前"),
        )
    })
}

fn column(section: &Section, faults: &mut Vec<Fault>) -> Column {
    Column {
        name: section.string("name"),
        sql: section.maybe_string("sql").map(|sql| queries::expression(sql, Purpose::Column, faults)),
        aggregate: None,
        role: Role::of(&section.string("role")),
        unit: section.name_or_text("unit"),
        about: section.maybe_text("about"),
        values: section
            .table("values")
            .entries()
            .filter_map(|(value, _)| Some((value.to_owned(), section.table("values").maybe_text(value)?)))
            .collect(),
        positive: positive(section),
    }
}

/// The value that means the outcome, as a file would have it.
fn positive(section: &Section) -> Option<Written<String>> {
    let entry = section.get("positive")?;
    let value = match &entry.value {
        Value::String(word) => word.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Whole(number) => number.to_string(),
        _ => return None,
    };
    Some(Written { value, place: entry.place.clone() })
}

impl Dataset {
    /// The columns of the data's rows: of the world, then from the outermost table to the innermost; of a file, those that are described.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns_where(|table| !table.aside)
    }

    /// All columns, those of tables that are seen through aggregates only too.
    pub fn every_column(&self) -> impl Iterator<Item = &Column> {
        self.columns_where(|_| true)
    }

    fn columns_where(&self, of: fn(&&Table) -> bool) -> impl Iterator<Item = &Column> {
        let columns: &[Column] = match &self.source {
            Source::Model(_) => &[],
            Source::File { columns, .. } => columns,
        };
        self.world.iter().chain(self.model().iter().filter(of).flat_map(|table| &table.columns)).chain(columns)
    }

    /// The names of the files beside `dataset.toml` that hold its data.
    pub fn files(&self) -> Vec<&str> {
        let table = match &self.source {
            Source::Model(_) => None,
            Source::File { path, .. } => Some(path.value.as_str()),
        };
        table.into_iter().chain(self.signal.as_ref().map(|signal| signal.path.value.as_str())).collect()
    }

    /// Whether a row has more than its columns: a picture or a signal, drawn or read.
    pub fn has_signals(&self) -> bool {
        self.image.is_some() || self.signal.is_some()
    }

    /// The unit of a signal's numbers, or empty.
    pub fn signal_unit(&self, lang: Lang) -> &str {
        self.signal.as_ref().map_or("", |signal| signal.unit.get(lang))
    }

    /// The tables of the causal model; none of a file.
    fn model(&self) -> &[Table] {
        match &self.source {
            Source::Model(tables) => tables,
            Source::File { .. } => &[],
        }
    }

    /// What a value of a column is called; none where nobody says.
    pub fn called(&self, column: &str, value: &str) -> Option<&Text> {
        if let (SIZE, Some(image)) = (column, &self.image) {
            return image.sizes.iter().find(|band| band.value == value).map(|band| &band.title);
        }
        let bare = value.strip_suffix(".0").unwrap_or(value);
        let column = self.columns().find(|other| other.name == column)?;
        column.values.iter().find(|(other, _)| other == value || other == bare).map(|(_, text)| text)
    }

    /// The role of a column; row numbers of tables are ids, undescribed columns of a file are features.
    pub fn role(&self, name: &str) -> Role {
        if let Some(column) = self.columns().find(|column| column.name == name) {
            return column.role;
        }
        if self.tables().any(|table| table == name) { Role::Id } else { Role::Feature }
    }

    /// The names of the tables that lie around the data's rows, from the outermost to the innermost; none of a file.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.model().iter().filter(|table| !table.aside).map(|table| table.name.as_str())
    }

    /// The names of all tables, those that are seen through aggregates only too.
    pub fn every_table(&self) -> impl Iterator<Item = &str> {
        self.model().iter().map(|table| table.name.as_str())
    }

    /// The name of the column that is to be predicted.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The columns of which a plan may choose the one that is predicted.
    pub fn labels(&self) -> Vec<&str> {
        self.columns().filter(|column| column.role == Role::Label).map(|column| column.name.as_str()).collect()
    }

    /// The same data, of which another of the [`labels`](Self::labels) is predicted.
    #[must_use]
    pub fn predicting(&self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self.clone() }
    }

    /// The name of the column that holds the true risk, where the dataset has one.
    pub fn truth(&self) -> Option<&str> {
        self.columns().find(|column| column.role == Role::Truth).map(|column| column.name.as_str())
    }

    /// A fault for a table name that is not one of this dataset's.
    pub fn unknown_table(&self, place: Place, name: &str) -> Fault {
        if let Source::File { .. } = &self.source {
            return Fault::new(
                Id::DoesNotApply,
                place,
                text!(
                    "rows of the table \"{name}\", but the dataset is a file",
                    "表 \"{name}\" の行数がありますが、データセットはファイルです"
                ),
                Text::new(
                    "`where` or, in [exam], `share`: they choose among the file's rows",
                    "`where`、または[exam]の`share`（ファイルの行から選びます）",
                ),
            );
        }
        let list = self.every_table().collect::<Vec<_>>().join(", ");
        Fault {
            nearest: nearest(name, self.every_table()),
            ..Fault::new(
                Id::UnknownTable,
                place,
                text!("the unknown table \"{name}\"", "存在しない表 \"{name}\" があります"),
                text!("one of {list}", "{list} のいずれか"),
            )
        }
    }
}
