//! `plan.toml`: the learner's experiment, written as data.

use std::collections::BTreeSet;

use super::files::PLAN;
use super::queries;
use super::settings::{self, Settings};
use diagnostics::fault::{Fault, Id, Place, first};
use diagnostics::keys::{Assumed, Key, Kind, Need, Section, Short, Written};
use diagnostics::text;
use diagnostics::text::Text;
use sql::{Expression, Purpose};
use target::{Target, Tells};

/// What a plan may name that rooms above define.
#[derive(Debug)]
pub struct Vocabulary {
    /// The keys of `plan.toml`, made by [`keys`].
    pub plan: &'static [Key<'static>],
    /// The models that draw masks.
    pub draw_masks: fn() -> Vec<&'static str>,
}

/// The keys of `plan.toml`, where these are the kinds of models with the keys of each, and what each is.
pub const fn keys(
    models: fn() -> Vec<(&'static str, &'static [Key<'static>])>,
    about: &'static [(&'static str, Short)],
) -> [Key<'static>; 8] {
    [
        Key::new(
            "exercise",
            Kind::String,
            Need::Required,
            "The exercise and its version, as in sepsis-alarm@1.",
            "演習の名前と版です（例：sepsis-alarm@1）。",
        ),
        Key::new("cohort", Kind::Table(COHORT), Need::Default("{}"), "Who is studied.", "対象とする患者です。"),
        Key::new(
            "split",
            Kind::Table(SPLIT),
            Need::Default("{}"),
            "Who trains the model, who tunes it, who tests it.",
            "学習・調整・テストへの割り当てです。",
        ),
        Key::new(
            "features",
            Kind::Table(FEATURES),
            Need::Default("{}"),
            "What the model sees.",
            "モデルに与える変数です。",
        ),
        Key::new(
            "image",
            Kind::Table(IMAGE),
            Need::Default("{}"),
            "How pictures are prepared, for models that see them.",
            "画像を見るモデルのための、画像の前処理です。",
        ),
        Key::new("model", Kind::Kinds(models), Need::Default("{}"), "The kind of model.", "モデルの種類です。")
            .called("Kind of model", "モデルの種類")
            .meaning(about),
        Key::new("train", Kind::Table(TRAIN), Need::Default("{}"), "How it learns.", "学習のしかたです。"),
        Key::new(
            "operate",
            Kind::Table(OPERATE),
            Need::Default("{}"),
            "How its output is used at the bedside: calibration and threshold.",
            "出力を現場でどう使うか（較正と閾値）です。",
        ),
    ]
}

const COHORT: &[Key<'static>] = &[
    Key::new(
        "where",
        Kind::Sql,
        Need::Optional,
        "Only rows of develop.csv for which this SQL condition is true are used.",
        "develop.csvのうち、このSQL条件が真になる行だけを使います。",
    )
    .called("Only these rows", "使う行の条件"),
    Key::new(
        "label",
        Kind::String,
        Need::Optional,
        "The column that is predicted, where the data offer several; left out, the first that they name.",
        "予測させる列です（データに候補が複数あるとき）。書かなければデータの既定の列です。",
    )
    .called("What is predicted", "予測する列"),
];

/// The most that one part may hold: something must be left to train on.
const PART: Kind<'static> = Kind::Either(&[Kind::Number { min: 0.0, max: 0.9 }, Kind::Sql]);

const SPLIT: &[Key<'static>] = &[
    Key::new(
        "unit",
        Kind::String,
        Need::Optional,
        "All rows of one unit (a patient, a hospital …) stay in the same part; left out, each row is its own unit.",
        "同じ単位（患者・病院など）の行を必ず同じ群に入れます。書かなければ1行を1単位とします。",
    )
    .called("What stays together", "同じ群に入れる単位"),
    Key::new(
        "by",
        Kind::Choice(By::WORDS),
        Need::Default("\"random\""),
        "How units are dealt out: at random, or by time, where the latest are tested and those before them tune.",
        "単位の分け方です。時期で分けると、最も新しい単位をテスト、その前を調整に使います。",
    )
    .called("Dealt out", "分け方")
    .meaning(By::MEANINGS),
    Key::measured(
        "valid",
        PART,
        Need::Default("0.2"),
        "share of units, or an SQL condition",
        "Validation rows: they stop the training, fit the calibration and choose the threshold.",
        "検証用の行です。学習の打ち切り、較正、閾値の選択に使います。",
    )
    .called("Validation rows (adjust)", "検証用の行（調整に使う）"),
    Key::measured(
        "test",
        PART,
        Need::Default("0.2"),
        "share of units, or an SQL condition",
        "Test rows: nothing is fitted on them; they give you an estimate of your own.",
        "テスト用の行です。何の当てはめにも使わず、自分で性能を見積もるために使います。",
    )
    .called("Test rows (only test)", "テスト用の行"),
];

/// Words of which a plan chooses one. Each is a variant, so that no word that is added can fall through somewhere.
macro_rules! choices {
    ($($(#[$about:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal: $en:literal, $ja:literal;)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// The words, as written.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// What each word means, in a few words.
            pub const MEANINGS: &'static [(&'static str, Short)] = &[$(($word, Short::new($en, $ja))),*];

            /// Every choice, in the order of [`Self::WORDS`].
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word of this choice.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The choice of a word that the keys have admitted.
            fn named(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    word => unreachable!("the plan's keys admit no `{word}`"),
                }
            }
        }
    )*};
}

choices! {
    /// How units are dealt out.
    By {
        /// At random.
        Random = "random": "at random", "無作為に分ける";
        /// The latest are tested.
        Time = "time": "by time, the latest are tested", "時期で分ける（最も新しいものをテストに使う）";
    }

    /// How missing numbers are filled.
    Impute {
        /// They may not be missing.
        None = "none": "not at all: none may be missing", "補わない（欠測があれば誤り）";
        /// With the median of the training rows.
        Median = "median": "with the median", "中央値で補う";
        /// With their mean.
        Mean = "mean": "with the mean", "平均値で補う";
        /// With their median, and a column that says it was missing.
        FlagMedian = "flag+median": "with the median, and say that it was missing", "中央値で補い、欠測だったことも列に加える";
        /// With their mean, and such a column.
        FlagMean = "flag+mean": "with the mean, and say that it was missing", "平均値で補い、欠測だったことも列に加える";
    }

    /// How numbers are scaled.
    Scale {
        /// Not at all.
        None = "none": "as they are", "そのまま";
        /// To mean 0 and SD 1.
        Standard = "standard": "mean 0, standard deviation 1", "平均0・標準偏差1にする";
        /// To 0 to 1.
        MinMax = "minmax": "from 0 to 1", "0から1にする";
    }

    /// How a picture's grey values become numbers.
    Normalise {
        /// Mean 0 and SD 1 over the training pictures.
        Training = "training": "mean 0 and SD 1 over all training pictures", "学習用の画像全体で平均0・標準偏差1";
        /// Over each picture by itself.
        Picture = "picture": "mean 0 and SD 1 within each picture", "画像1枚ごとに平均0・標準偏差1";
        /// 0 to 1, as they are.
        None = "none": "as they are (pictures that are drawn: from 0 to 1)", "そのまま（生成した画像では0から1）";
    }

    /// A change of training pictures, each time that they are seen.
    Change {
        /// A little to the side, up or down.
        Shift = "shift": "moved a little", "少しずらす";
        /// Left and right.
        Flip = "flip": "left and right exchanged", "左右を反転";
        /// Up and down.
        Flop = "flop": "upside down", "上下を反転";
        /// Brightness and contrast.
        Brightness = "brightness": "brighter or darker", "明るさを変える";
        /// Grain.
        Noise = "noise": "with grain", "雑音を加える";
        /// A square without content.
        Erase = "erase": "a square erased", "一部を四角く消す";
    }

    /// How weights move.
    Optimiser {
        /// A step of its own for each weight (Kingma and Ba 2015).
        Adam = "adam": "a step size for each weight", "重みごとに歩幅を調整";
        /// Plain steps with momentum 0.9.
        Sgd = "sgd": "plain steps with momentum 0.9", "同じ歩幅で更新（慣性0.9）";
    }

    /// What training makes small.
    Loss {
        /// −log P(y).
        Log = "log": "log-loss", "対数損失";
        /// −(1 − P(y))² · log P(y), which leaves most of the weight to what is still wrong (Lin et al. 2017).
        Focal = "focal": "log-loss, mostly of what is still wrong", "まだ誤っている例を重くみる対数損失";
        /// 1 − soft Dice over all pixels of the batch (Milletari et al. 2016, with sums instead of squares).
        Dice = "dice": "overlap with the true outline (masks)", "正解の輪郭との重なり（マスク用）";
        /// The sum of both (Isensee et al. 2021).
        DiceLog = "dice+log": "overlap and log-loss together (masks)", "重なりと対数損失の和（マスク用）";
        /// The mean of squared differences, of a number.
        Squares = "squares": "squared error (of a number)", "二乗誤差（数値の予測用）";
        /// −log P(class), of several classes.
        Softmax = "softmax": "log-loss of several classes", "多クラスの対数損失";
    }

    /// How scores become risks.
    Calibrate {
        /// As they are.
        None = "none": "not at all: the model's own risks", "合わせない（モデルのリスクのまま）";
        /// The maximum-likelihood shift with slope 1 (recalibration in the large; Steyerberg 2019, section 15.2).
        Intercept = "intercept": "raise or lower all risks alike", "リスク全体を同じだけ上下させる";
        /// Shift and stretch on Platt's smoothed targets (Platt 1999), so that perfect separation stays finite.
        Platt = "platt": "raise or lower, and stretch or shrink", "全体を上下させ、幅も伸縮させる";
        /// Pool adjacent violators (Ayer et al. 1955), straight between the blocks' means.
        Isotonic = "isotonic": "any curve that never falls", "下がらない曲線に当てはめる";
    }
}

const FEATURES: &[Key<'static>] = &[
    Key::new(
        "use",
        Kind::List(&Kind::String),
        Need::Optional,
        "The columns that the model sees; left out, every feature of develop.csv. [\"signal\"] stands for the numbers of the row's picture, volume or series, for a model of columns.",
        "モデルに与える列です。書かなければdevelop.csvのすべての変数を使います。[\"signal\"] は、行の画像・ボリューム・時系列の値そのものを表します（表のモデルに与える場合）。",
    )
    .called("Columns", "変数"),
    Key::new(
        "impute",
        Kind::Choice(Impute::WORDS),
        Need::Default("\"median\""),
        "How missing numbers are filled: always with the value of the training rows.",
        "欠測値の補い方です。値は学習用の行から求めます。",
    )
    .called("Missing numbers are filled", "欠測値の補い方")
    .meaning(Impute::MEANINGS),
    Key::new(
        "scale",
        Kind::Choice(Scale::WORDS),
        Need::Default("\"standard\""),
        "How numbers are scaled, by the training rows.",
        "数値の尺度のそろえ方です（学習用の行が基準）。",
    )
    .called("Numbers are scaled", "数値の尺度")
    .meaning(Scale::MEANINGS),
    Key::new(
        "one_hot",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "Numeric columns that are codes: one column per code. Text columns always are.",
        "数値だがコードである列です（コードごとに1列にします）。文字列の列は常にそう扱います。",
    )
    .called("Numbers that are codes", "コードとして扱う数値の列"),
];

const PIXELS: Kind<'static> = Kind::Whole { min: 0, max: 256 };

const IMAGE: &[Key<'static>] = &[
    Key::new(
        "crop",
        Kind::Table(CROP),
        Need::Default("{}"),
        "Pixels cut off at each edge.",
        "上下左右の端から切り取る画素数です。",
    ),
    Key::new(
        "mask",
        Kind::Tables(BLANK),
        Need::Default("[]"),
        "Rectangles that are blanked out, in pixels of the whole picture.",
        "塗りつぶす長方形です（切り取る前の画像の画素で書きます）。",
    )
    .called("Blanked rectangles", "塗りつぶす長方形"),
    Key::measured(
        "resize",
        Kind::Whole { min: 0, max: 256 },
        Need::Default("0"),
        "pixels",
        "Height and width that the model sees, after cropping; 0: as it is.",
        "切り取った後、モデルに見せる縦横の画素数です。0なら元のままです。",
    )
    .called("Height and width for the model", "モデルに見せる縦横の画素数"),
    Key::new(
        "normalise",
        Kind::Choice(Normalise::WORDS),
        Need::Default("\"training\""),
        "How brightness becomes numbers; the one key of [image] that volumes and series have, too.",
        "明るさを数値にする方法です。[image] のうち、このキーだけはボリュームと時系列にも使えます。",
    )
    .called("Brightness", "明るさの扱い")
    .meaning(Normalise::MEANINGS),
    Key::new(
        "augment",
        Kind::List(&Kind::Choice(Change::WORDS)),
        Need::Default("[]"),
        "How training pictures are changed each time that the model sees them.",
        "学習用の画像を、モデルが見るたびに少し変える方法です。",
    )
    .called("Changed copies", "学習用の画像の変化")
    .meaning(Change::MEANINGS),
];

const CROP: &[Key<'static>] = &[
    Key::measured("left", PIXELS, Need::Default("0"), "pixels", "Cut off at the left edge.", "左端から切り取ります。")
        .called("Off the left edge", "左端から切り取る幅"),
    Key::measured(
        "right",
        PIXELS,
        Need::Default("0"),
        "pixels",
        "Cut off at the right edge.",
        "右端から切り取ります。",
    )
    .called("Off the right edge", "右端から切り取る幅"),
    Key::measured("top", PIXELS, Need::Default("0"), "pixels", "Cut off at the upper edge.", "上端から切り取ります。")
        .called("Off the upper edge", "上端から切り取る高さ"),
    Key::measured(
        "bottom",
        PIXELS,
        Need::Default("0"),
        "pixels",
        "Cut off at the lower edge.",
        "下端から切り取ります。",
    )
    .called("Off the lower edge", "下端から切り取る高さ"),
];

const BLANK: &[Key<'static>] = &[
    Key::measured("left", PIXELS, Need::Required, "pixels", "The first column.", "左端の列です。"),
    Key::measured("top", PIXELS, Need::Required, "pixels", "The first row.", "上端の行です。"),
    Key::measured("width", PIXELS, Need::Required, "pixels", "How many columns.", "幅（列の数）です。"),
    Key::measured("height", PIXELS, Need::Required, "pixels", "How many rows.", "高さ（行の数）です。"),
];

const NO_WEIGHT: &str = "none";
const BALANCED: &str = "balanced";
const WEIGHTS: &[(&str, Short)] = &[
    (NO_WEIGHT, Short::new("the same as of the others (1)", "ほかと同じ（1）")),
    (BALANCED, Short::new("as many times as there are others for each", "陰性と陽性の数の比")),
];

const TRAIN: &[Key<'static>] = &[
    Key::measured(
        "epochs",
        Kind::Whole { min: 1, max: 2000 },
        Need::Default("30"),
        "passes",
        "How often the model sees every training row, at most.",
        "学習用の行をすべて見る回数の上限です。",
    )
    .called("Passes over the data", "学習の回数"),
    Key::measured(
        "batch",
        Kind::Whole { min: 0, max: 65536 },
        Need::Default("64"),
        "rows",
        "Rows per step; 0: all at once.",
        "1回の更新に使う行数です。0ならすべてを一度に使います。",
    )
    .called("Rows per step", "1回の更新に使う行数"),
    Key::new(
        "optimiser",
        Kind::Choice(Optimiser::WORDS),
        Need::Default("\"adam\""),
        "How the weights move.",
        "重みの更新のしかたです。",
    )
    .called("Steps", "更新のしかた")
    .meaning(Optimiser::MEANINGS),
    Key::new(
        "learning_rate",
        Kind::Number { min: 1e-6, max: 10.0 },
        Need::Default("0.01"),
        "Size of a step; it falls to zero along a half cosine over the epochs.",
        "更新の歩幅です。学習が進むにつれ、余弦に沿って0まで小さくなります。",
    )
    .called("Size of a step", "更新の歩幅"),
    Key::new(
        "loss",
        Kind::Choice(Loss::WORDS),
        Need::Default("\"log\""),
        "What learning makes small. Where nothing is written, it is squares of a number, softmax of several classes.",
        "学習で小さくする量です。書かない場合、数値の予測ではsquares、多クラスではsoftmaxになります。",
    )
    .called("What is made small", "小さくする量")
    .meaning(Loss::MEANINGS),
    Key::new(
        "class_weight",
        Kind::Either(&[Kind::Choice(&[NO_WEIGHT, BALANCED]), Kind::Number { min: 0.01, max: 1000.0 }]),
        Need::Default("\"none\""),
        "Weight of a positive row's (or pixel's) loss: a word, or a number.",
        "陽性の行（または画素）の損失の重みです。語または数値で書きます。",
    )
    .called("Weight of the ill", "陽性の行の重み")
    .meaning(WEIGHTS),
    Key::new(
        "early_stopping",
        Kind::Table(EARLY),
        Need::Optional,
        "Stop when the validation loss no longer falls, and keep the best weights.",
        "検証用の損失が下がらなくなったら止め、最良の重みを残します。",
    ),
];

const EARLY: &[Key<'static>] = &[Key::measured(
    "patience",
    Kind::Whole { min: 1, max: 200 },
    Need::Default("5"),
    "epochs",
    "Epochs without improvement before stopping.",
    "改善がなくても待つ回数です。",
)
.called("Stop after so many passes without gain", "改善がなければ止めるまでの回数")];

const OPERATE: &[Key<'static>] = &[
    Key::new(
        "on",
        Kind::Sql,
        Need::Optional,
        "The validation rows on which calibration and threshold are fitted; left out, all of them.",
        "較正と閾値を当てはめる検証用の行の条件です。書かなければ検証用の行すべてを使います。",
    )
    .called("Adjust on these validation rows", "調整に使う検証用の行"),
    Key::new(
        "calibrate",
        Kind::Choice(Calibrate::WORDS),
        Need::Default("\"none\""),
        "How the model's risks are fitted to how often the outcome comes, on the validation rows.",
        "検証用の行で、モデルのリスクを実際の発生割合に合わせる方法です。",
    )
    .called("Calibration", "較正")
    .meaning(Calibrate::MEANINGS),
    Key::new(
        "threshold",
        Kind::Either(&[Kind::Number { min: 0.0, max: 1.0 }, Kind::OneOf(THRESHOLD)]),
        Need::Default("0.5"),
        "Alert when the predicted risk is at least this: a number, or a rule that finds it on the validation rows.",
        "予測リスクがこの値以上なら警報を出します。数値、または検証用の行から値を決める規則です。",
    )
    .called("Alert from this risk on", "警報を出す閾値"),
    Key::measured(
        "smallest",
        Kind::Number { min: 0.0, max: 10_000.0 },
        Need::Default("0.0"),
        "mm²",
        "Of a predicted mask, connected spots smaller than this are erased.",
        "予測したマスクのうち、これより小さい連結した領域を消します。",
    )
    .called("Erase spots smaller than", "これより小さい領域を消す"),
];

const THRESHOLD: &[Key<'static>] = &[
    Key::new(
        "sensitivity",
        Kind::Number { min: 0.01, max: 1.0 },
        Need::Optional,
        "The highest threshold that still finds this share of the patients with the disease.",
        "この割合の患者を見つけられる、最も高い閾値です。",
    )
    .called("so that this share of the ill is found", "この割合の患者を見つける値"),
    Key::new(
        "net_benefit",
        Kind::Number { min: 0.001, max: 0.99 },
        Need::Optional,
        "The threshold with the greatest net benefit when a patient with this risk is just worth an alert.",
        "「このリスクの患者なら警報を出す価値がちょうどある」とみなすときに、純便益が最大になる閾値です。",
    )
    .called("with the most net benefit at this risk", "このリスクで純便益が最大の値"),
];

/// A learner's experiment, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The exercise's id and version as written.
    pub exercise: Written<String>,
    /// The column that is predicted, where one is chosen of several.
    pub label: Option<Written<String>>,
    /// Who is studied: an SQL condition over the visible columns.
    pub cohort: Option<Written<Expression>>,
    /// Who trains, tunes, tests.
    pub split: Split,
    /// What the model sees of the columns.
    pub features: Features,
    /// What it sees of pictures.
    pub image: ImageInput,
    /// The model: its `kind` and the settings of that kind.
    pub model: Section,
    /// How it learns.
    pub train: Train,
    /// How its output is used.
    pub operate: Operate,
    /// All of it as checked keys and values.
    pub section: Section,
    /// Numbers that were understood although they are written in full-width signs.
    pub assumed: Vec<Assumed>,
}

/// Who trains, tunes, tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The column whose values stay together.
    pub unit: Option<Written<String>>,
    /// By time instead of at random.
    pub by_time: Option<Place>,
    /// Validation rows.
    pub valid: Written<HeldOut>,
    /// Test rows.
    pub test: Written<HeldOut>,
}

/// A part of the cohort.
#[derive(Clone, Debug, PartialEq)]
pub enum HeldOut {
    /// This share of the units.
    Share(f64),
    /// The rows for which this SQL condition holds.
    Where(Box<Expression>),
}

/// What the model sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// The columns; all features where none are named.
    pub columns: Option<Written<Vec<Written<String>>>>,
    /// How missing numbers are filled.
    pub impute: Written<Impute>,
    /// How numbers are scaled.
    pub scale: Scale,
    /// Numeric columns that are codes.
    pub one_hot: Vec<Written<String>>,
}

/// What the model sees of pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageInput {
    /// Pixels cut off at the left, right, upper and lower edge.
    pub crop: Written<[usize; 4]>,
    /// What is blanked out: first column, first row, columns, rows.
    pub mask: Vec<Written<[usize; 4]>>,
    /// Height and width; 0: as it is.
    pub resize: Written<usize>,
    /// How grey values become numbers.
    pub normalise: Normalise,
    /// How training pictures are changed.
    pub augment: Vec<Change>,
}

/// How the model learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Train {
    /// Passes over the training rows.
    pub epochs: usize,
    /// Rows per step; 0: all.
    pub batch: Written<usize>,
    /// How weights move.
    pub optimiser: Optimiser,
    /// The first step's size.
    pub learning_rate: f64,
    /// What is made small.
    pub loss: Written<Loss>,
    /// Weight of a positive row's loss.
    pub class_weight: Written<ClassWeight>,
    /// Epochs without improvement before stopping, where it stops early at all.
    pub patience: Option<Written<usize>>,
}

/// Weight of a positive row's loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClassWeight {
    /// Negatives per positive among the training rows.
    Balanced,
    /// This weight; 1 is none.
    Fixed(f64),
}

/// How the output is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Operate {
    /// The validation rows on which calibration and threshold are fitted.
    pub on: Option<Written<Expression>>,
    /// How scores become risks.
    pub calibrate: Written<Calibrate>,
    /// When to alert.
    pub threshold: Written<Threshold>,
    /// Spots of a predicted mask smaller than this are erased, in mm².
    pub smallest: Written<f64>,
}

/// When to alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// At this risk.
    Fixed(f64),
    /// At the highest threshold with this sensitivity.
    Sensitivity(f64),
    /// At the threshold with the greatest net benefit for this threshold probability.
    NetBenefit(f64),
}

/// The plan of an exercise that asks for none: every key as it is where nothing is written.
///
/// # Errors
/// None, unless a key of plans has lost its default.
pub fn none(vocabulary: &Vocabulary, reference: &str) -> Result<Plan, Vec<Fault>> {
    read(vocabulary, &Settings::default(), PLAN, format!("exercise = \"{reference}\"\n").as_bytes())
}

/// Reads `plan.toml` of an exercise with these settings.
///
/// # Errors
/// Everything that is wrong with it by itself; what depends on the data comes later.
pub fn read(vocabulary: &Vocabulary, settings: &Settings, file: &str, bytes: &[u8]) -> Result<Plan, Vec<Fault>> {
    let read = |settings: &Settings| {
        settings::with_keys(vocabulary.plan, settings, |keys| diagnostics::keys::read_kindly(file, bytes, keys))
    };
    if settings.alone {
        // What is no setting is told; of what nothing is trained by, the rest of a plan is as where nothing is written.
        read(settings)?;
    }
    let (top, assumed) = read(&Settings { alone: false, ..settings.clone() })?;
    let mut faults = Vec::new();
    let plan = Plan {
        exercise: top.written("exercise"),
        label: top.table("cohort").maybe_string("label"),
        cohort: condition(top.table("cohort"), "where", &mut faults),
        split: split(top.table("split"), &mut faults),
        features: features(top.table("features")),
        image: image(top.table("image")),
        model: top.table("model").clone(),
        train: train(top.table("train")),
        operate: operate(top.table("operate"), &mut faults),
        section: top,
        assumed,
    };
    // What needs validation rows cannot do without them.
    if plan.split.valid.value == HeldOut::Share(0.0) {
        let expected = Text::new("validation rows: valid above 0", "検証用の行（validを0より大きく）");
        let found =
            |what: &str| text!("{what}, but no validation rows", "{what} が指定されていますが、検証用の行がありません");
        if let Some(patience) = &plan.train.patience {
            faults.push(patience.fault(Id::DoesNotApply, found("early_stopping"), expected.clone()));
        }
        if plan.operate.calibrate.value != Calibrate::None {
            faults.push(plan.operate.calibrate.fault(Id::DoesNotApply, found("calibrate"), expected.clone()));
        }
        if !matches!(plan.operate.threshold.value, Threshold::Fixed(_)) {
            faults.push(plan.operate.threshold.fault(Id::DoesNotApply, found("threshold"), expected));
        }
    }
    pixels(vocabulary, &plan, &mut faults);
    let names = |list: &str| plan.section.table("features").strings(list);
    for list in [names("use"), names("one_hot"), plan.section.table("image").strings("augment")] {
        faults.extend(repeated(&list));
    }
    if let (HeldOut::Share(valid), HeldOut::Share(test)) = (&plan.split.valid.value, &plan.split.test.value)
        && valid + test > 0.95
    {
        faults.push(plan.split.valid.fault(
            Id::Together,
            text!("valid {valid} + test {test}", "valid {valid} + test {test}"),
            Text::new(
                "a sum of at most 0.95, so that rows are left to train on",
                "合計0.95以下（学習用の行を残すため）",
            ),
        ));
    }
    if faults.is_empty() { Ok(plan) } else { Err(first(faults, 20, &Place::file(file))) }
}

/// What a plan asks of the columns of the data and of their values, as far as it can be read: what is wrong with it can be told with
/// all else that is.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// The column whose values stay together.
    pub unit: Option<Written<String>>,
    /// The columns that the model sees, and those that are codes.
    pub columns: Vec<Written<String>>,
    /// The model.
    pub model: Option<String>,
    /// The column that is predicted.
    pub label: Option<Written<String>>,
}

/// A condition on the learner's rows.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The condition.
    pub sql: Written<Expression>,
    /// Whether rows must meet it.
    pub needed: bool,
}

impl Wanted {
    /// What a plan's keys ask for.
    pub fn of(section: &Section) -> Self {
        let mut conditions = Vec::new();
        let mut asks = |table: Option<&Section>, key: &str, needed: bool| {
            let sql = table.and_then(|table| condition(table, key, &mut Vec::new()));
            // One that cannot be read was told already.
            conditions.extend(sql.filter(|sql| sql.value != Expression::null()).map(|sql| Condition { sql, needed }));
        };
        let [split, operate, features] = ["split", "operate", "features"].map(|name| section.maybe_table(name));
        asks(section.maybe_table("cohort"), "where", true);
        asks(split, "valid", true);
        asks(split, "test", true);
        let word = |key: &str| operate.and_then(|operate| operate.maybe_string(key)).map(|word| word.value);
        let fits = word("calibrate").is_some_and(|word| Calibrate::named(&word) != Calibrate::None)
            || operate.is_some_and(|operate| operate.maybe_table("threshold").is_some());
        asks(operate, "on", fits);
        let names = |key: &str| features.map(|features| features.strings(key)).unwrap_or_default();
        Self {
            conditions,
            unit: split.and_then(|split| split.maybe_string("unit")),
            columns: [names("use"), names("one_hot")].concat(),
            label: section.maybe_table("cohort").and_then(|cohort| cohort.maybe_string("label")),
            model: section.maybe_table("model").and_then(|model| model.maybe_string("kind")).map(|kind| kind.value),
        }
    }

    /// The same of a plan that [`fn@read`] refuses.
    pub fn in_part(vocabulary: &Vocabulary, settings: &Settings, file: &str, bytes: &[u8]) -> Self {
        let read = |keys: &[Key]| diagnostics::keys::read_in_part(file, bytes, keys);
        Self::of(&settings::with_keys(vocabulary.plan, settings, read))
    }
}

/// Names that stand in a list more than once.
fn repeated(list: &[Written<String>]) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let again = list.iter().filter(|name| !seen.insert(name.value.as_str()));
    again
        .map(|name| {
            let word = &name.value;
            name.fault(
                Id::Twice,
                text!("\"{word}\" a second time", "\"{word}\" が2回あります"),
                Text::new("each name once", "それぞれ1回だけ"),
            )
        })
        .collect()
}

/// What only masks have, and what they do not.
fn pixels(vocabulary: &Vocabulary, plan: &Plan, faults: &mut Vec<Fault>) {
    let kind = plan.model.string("kind");
    let models = (vocabulary.draw_masks)();
    let (masks, models) = (models.contains(&kind.as_str()), models.join(", "));
    let loss = plan.train.loss.value.word();
    // The losses of masks that are also of something that is predicted of rows, and those that are not.
    let (of_rows, of_masks): (Vec<&str>, Vec<&str>) = Target::OF_PIXELS.spec().losses.iter().partition(|loss| {
        let mut specs = Target::ALL.iter().map(|target| target.spec());
        specs.any(|spec| spec.tells == Tells::Row && spec.losses.contains(loss))
    });
    if !masks && of_masks.contains(&loss) {
        let list = of_rows.join(", ");
        faults.push(plan.train.loss.fault(
            Id::DoesNotApply,
            text!("loss = \"{loss}\" with the model {kind}", "モデル{kind}に loss = \"{loss}\" が指定されています"),
            text!(
                "one of {list}: {loss} is of masks ({models})",
                "{list} のいずれか（{loss} はマスクを描く {models} 用です）"
            ),
        ));
    }
    if !masks && plan.operate.smallest.value > 0.0 {
        faults.push(plan.operate.smallest.fault(
            Id::DoesNotApply,
            text!("smallest with the model {kind}", "モデル{kind}に smallest が指定されています"),
            text!("a model that draws masks ({models})", "マスクを描くモデル（{models}）"),
        ));
    }
    let unfitted = masks && !Target::OF_PIXELS.spec().fits_rules;
    if unfitted && plan.operate.calibrate.value != Calibrate::None {
        faults.push(plan.operate.calibrate.fault(
            Id::DoesNotApply,
            Text::new("a calibration of masks", "マスクに較正が指定されています"),
            Text::new("calibrate = \"none\"", "calibrate = \"none\""),
        ));
    }
    if unfitted && !matches!(plan.operate.threshold.value, Threshold::Fixed(_)) {
        faults.push(plan.operate.threshold.fault(
            Id::DoesNotApply,
            Text::new("a rule for the threshold of masks", "マスクの閾値に規則が指定されています"),
            Text::new(
                "a number: the risk at and above which a pixel belongs to the mask",
                "数値（この値以上の画素をマスクに含めます）",
            ),
        ));
    }
}

impl Plan {
    /// What is wrong with the plan where this is predicted; what it does not say is taken as is usual for it.
    pub fn fits(&self, target: Target) -> Vec<Fault> {
        let spec = target.spec();
        let Short { en, ja } = spec.title;
        let mut faults = Vec::new();
        let written = |place: &Place| place.line.is_some();
        let loss = self.train.loss.value.word();
        if written(&self.train.loss.place) && !spec.losses.contains(&loss) {
            let list = spec.losses.join(", ");
            faults.push(self.train.loss.fault(
                Id::DoesNotApply,
                text!(
                    "loss = \"{loss}\", where {en} is predicted",
                    "{ja}の予測に loss = \"{loss}\" が指定されています"
                ),
                text!("one of {list}", "{list} のいずれか"),
            ));
        }
        if spec.decides {
            return faults;
        }
        let none = || Text::new("nothing: this key left out", "なし（このキーは書きません）");
        let mut refuse = |place: &Place, key: &str| {
            faults.push(Fault::new(
                Id::DoesNotApply,
                place.clone(),
                text!(
                    "{key}, where {en} is predicted and no alert is decided",
                    "{ja}の予測では警報を決めませんが、{key} が指定されています"
                ),
                none(),
            ));
        };
        let Operate { on, calibrate, threshold, .. } = &self.operate;
        if let Some(on) = on {
            refuse(&on.place, "on");
        }
        if calibrate.value != Calibrate::None {
            refuse(&calibrate.place, "calibrate");
        }
        if written(&threshold.place) {
            refuse(&threshold.place, "threshold");
        }
        if self.train.class_weight.value != ClassWeight::Fixed(1.0) {
            refuse(&self.train.class_weight.place, "class_weight");
        }
        faults
    }

    /// What its training makes small, where this is predicted.
    pub fn loss(&self, target: Target) -> Loss {
        let (own, losses) = (self.train.loss.value, target.spec().losses);
        if losses.contains(&own.word()) { own } else { Loss::named(losses[0]) }
    }
}

/// A chosen word with its place.
fn chosen<T>(section: &Section, name: &str, named: fn(&str) -> T) -> Written<T> {
    let Written { value, place } = section.written(name);
    Written { value: named(&value), place }
}

/// A condition on the learner's rows.
fn condition(section: &Section, key: &str, faults: &mut Vec<Fault>) -> Option<Written<Expression>> {
    section.maybe_string(key).map(|sql| queries::expression(sql, Purpose::Filter, faults))
}

fn split(section: &Section, faults: &mut Vec<Fault>) -> Split {
    let mut part = |name: &str| {
        let value = match condition(section, name, faults) {
            Some(sql) => HeldOut::Where(Box::new(sql.value)),
            None => HeldOut::Share(section.number(name)),
        };
        Written { value, place: section.place_of(name) }
    };
    Split {
        unit: section.maybe_string("unit"),
        by_time: (chosen(section, "by", By::named).value == By::Time).then(|| section.place_of("by")),
        valid: part("valid"),
        test: part("test"),
    }
}

fn features(section: &Section) -> Features {
    Features {
        columns: section.get("use").map(|list| Written { value: section.strings("use"), place: list.place.clone() }),
        impute: chosen(section, "impute", Impute::named),
        scale: chosen(section, "scale", Scale::named).value,
        one_hot: section.strings("one_hot"),
    }
}

fn image(section: &Section) -> ImageInput {
    let four = |section: &Section, names: [&str; 4]| names.map(|name| section.count(name));
    let crop = four(section.table("crop"), ["left", "right", "top", "bottom"]);
    let blank = |blank: &Section| Written {
        value: four(blank, ["left", "top", "width", "height"]),
        place: blank.place.clone(),
    };
    ImageInput {
        crop: Written { value: crop, place: section.place_of("crop") },
        mask: section.tables("mask").map(blank).collect(),
        resize: Written { value: section.count("resize"), place: section.place_of("resize") },
        normalise: chosen(section, "normalise", Normalise::named).value,
        augment: section.strings("augment").iter().map(|change| Change::named(&change.value)).collect(),
    }
}

fn train(section: &Section) -> Train {
    Train {
        epochs: section.count("epochs"),
        batch: Written { value: section.count("batch"), place: section.place_of("batch") },
        optimiser: chosen(section, "optimiser", Optimiser::named).value,
        learning_rate: section.number("learning_rate"),
        loss: chosen(section, "loss", Loss::named),
        class_weight: Written {
            value: match section.maybe_string("class_weight").map(|word| word.value).as_deref() {
                Some(BALANCED) => ClassWeight::Balanced,
                Some(NO_WEIGHT) => ClassWeight::Fixed(1.0),
                Some(word) => unreachable!("the plan's keys admit no `{word}`"),
                None => ClassWeight::Fixed(section.number("class_weight")),
            },
            place: section.place_of("class_weight"),
        },
        patience: section
            .maybe_table("early_stopping")
            .map(|early| Written { value: early.count("patience"), place: early.place_of("patience") }),
    }
}

fn operate(section: &Section, faults: &mut Vec<Fault>) -> Operate {
    let rule = section.maybe_table("threshold");
    let value = match rule.map(|rule| (rule.maybe_number("sensitivity"), rule.maybe_number("net_benefit"))) {
        Some((Some(target), _)) => Threshold::Sensitivity(target),
        Some((None, Some(at))) => Threshold::NetBenefit(at),
        _ => Threshold::Fixed(section.number("threshold")),
    };
    Operate {
        on: condition(section, "on", faults),
        calibrate: chosen(section, "calibrate", Calibrate::named),
        threshold: Written { value, place: section.place_of("threshold") },
        smallest: Written { value: section.number("smallest"), place: section.place_of("smallest") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of which a kind holds one.
    fn words<'k>(kind: &Kind<'k>) -> &'k [&'k str] {
        match kind {
            Kind::Choice(words) => words,
            Kind::List(of) => words(of),
            Kind::Either(kinds) => kinds.iter().map(words).find(|words| !words.is_empty()).unwrap_or_default(),
            _ => &[],
        }
    }

    fn each_word_has_its_meaning(keys: &[Key]) {
        for key in keys {
            let told: Vec<&str> = key.meanings.iter().map(|(word, _)| *word).collect();
            assert_eq!(told, words(&key.kind), "{}", key.name);
            if let Kind::Table(keys) = &key.kind {
                each_word_has_its_meaning(keys);
            }
        }
    }

    #[test]
    fn a_form_has_a_meaning_beside_each_word_that_can_be_chosen() {
        each_word_has_its_meaning(&keys(Vec::new, &[]));
    }
}
