//! Why a figure does not exist, and why an input is refused: typed, with a sentence for a clinician in each language.

use diagnostics::text;
use diagnostics::text::Text;

/// Why a figure does not exist although the input is sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Undefined {
    /// There is no row at all.
    NoRows,
    /// There are too few rows for this figure.
    TooFewRows {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// All rows have the same outcome.
    OneClass,
    /// No row has the outcome.
    NoPositives,
    /// Every row has the outcome.
    NoNegatives,
    /// No alert was raised.
    NothingPredictedPositive,
    /// Every row was alerted.
    NothingPredictedNegative,
    /// Neither an outcome nor an alert anywhere.
    NoCaseAndNoAlert,
    /// A class never occurs.
    ClassAbsent {
        /// The class, from 0.
        class: usize,
    },
    /// Fewer than two classes or categories are in play.
    OneCategory,
    /// All predictions are equal.
    ConstantPrediction,
    /// A probability is exactly 0 or 1, so that its logit is infinite.
    ProbabilityZeroOrOne,
    /// Predictions separate the outcomes without error, so that the fit runs away to infinity.
    Separated,
    /// An iterative fit did not settle.
    NoConvergence,
    /// All predicted probabilities are 0: nothing is expected.
    NothingExpected,
    /// A threshold of 0 gives false alerts no weight; the figure divides by it.
    ThresholdZero,
    /// A threshold of 1 gives a false alert infinite weight.
    ThresholdOne,
    /// Sensitivity + specificity = 1: the test carries no information.
    UninformativeTest,
    /// Nobody had the event.
    NoEvents,
    /// No pair of rows can be put in order.
    NoComparablePair,
    /// No event before the time up to which they count.
    NoEventsBefore {
        /// That time.
        time: f64,
    },
    /// The curve never falls to one half.
    MedianNotReached,
    /// The time lies after the last observation while people were still at risk.
    BeyondFollowUp {
        /// The time asked for.
        time: f64,
    },
    /// Everybody is censored by then, so that no weight can be given.
    NoCensoringWeight {
        /// The time at which the weight fails.
        time: f64,
    },
    /// At a given time nobody is a case, or nobody is a control.
    NoCaseOrControl {
        /// The time asked for.
        time: f64,
    },
    /// Fewer than two groups can be compared.
    TooFewGroups,
    /// The largest rate among the groups is 0, so that the ratio is 0/0.
    AllRatesZero,
    /// Every value is the same.
    NoVariation,
    /// Chance agreement is complete: one and the same category throughout.
    ChanceAgreementCertain,
    /// Covariates repeat each other, so that their effects cannot be told apart.
    Collinear,
    /// The reference mask is empty.
    EmptyReference,
    /// The predicted mask is empty.
    EmptyPrediction,
    /// Exactly one of two masks is empty: there is no surface to measure to.
    OneMaskEmpty,
    /// There is no true object.
    NoTruth,
    /// There are no images.
    NoImages,
    /// R² exceeds what is possible at this prevalence.
    ImpossibleR2 {
        /// The largest possible Cox–Snell R².
        largest: f64,
    },
    /// R² is not below the shrinkage asked for, so that no number of rows reaches it.
    ShrinkageOutOfReach,
    /// The alarm limit was never passed.
    NoAlarm,
    /// Too many resamples had no value.
    ResamplesUndefined {
        /// How many of them.
        undefined: usize,
        /// How many were drawn.
        resamples: usize,
    },
}

impl Undefined {
    /// The reason as a sentence, where classes have names: a class that never occurs is called by its own.
    pub fn text_of(&self, classes: &[&str]) -> Text {
        match *self {
            Self::ClassAbsent { class } if class < classes.len() => {
                let name = classes[class];
                text!(
                    "The class {name} never occurs, and this figure takes rows of it.",
                    "クラス「{name}」が一度も現れません。この値を求めるには、そのクラスの行が必要です。"
                )
            }
            _ => self.text(),
        }
    }

    /// The reason as a sentence.
    pub fn text(&self) -> Text {
        match *self {
            Self::NoRows => Text::new("There are no rows to compute it from.", "計算のもとになる行がありません。"),
            Self::TooFewRows { needed, found } => text!(
                "It needs at least {needed} rows, and there are {found}.",
                "少なくとも{needed}行が必要ですが、{found}行しかありません。"
            ),
            Self::OneClass => Text::new(
                "Every row has the same outcome, so there is nothing to tell apart.",
                "すべての行で転帰が同じなので、見分ける対象がありません。",
            ),
            Self::NoPositives => {
                Text::new("No row has the outcome (no true case).", "転帰が陽性の行（真の症例）がありません。")
            }
            Self::NoNegatives => Text::new(
                "Every row has the outcome (no one without it).",
                "すべての行で転帰が陽性で、陰性の行がありません。",
            ),
            Self::NothingPredictedPositive => Text::new(
                "No alert was raised, so no alert can be right or wrong.",
                "警報が1件も出ていないため、その正誤を評価できません。",
            ),
            Self::NothingPredictedNegative => Text::new(
                "Every row raised an alert, so there is no all-clear to judge.",
                "すべての行で警報が出ているため、「警報なし」の判断を評価できません。",
            ),
            Self::NoCaseAndNoAlert => Text::new(
                "There is neither a true case nor an alert, so the figure is 0/0.",
                "真の症例も警報もないため、値が0/0となり決まりません。",
            ),
            Self::ClassAbsent { class } => text!(
                "Class {class} never occurs, and this figure takes rows of it.",
                "クラス{class}が一度も現れません。この値を求めるには、そのクラスの行が必要です。"
            ),
            Self::OneCategory => Text::new(
                "Only one category occurs, so agreement beyond chance cannot be measured.",
                "カテゴリが1種類しか現れないため、偶然を超える一致を評価できません。",
            ),
            Self::ConstantPrediction => Text::new(
                "All predictions are equal, so there is no slope to estimate.",
                "予測値がすべて同じなので、傾きを推定できません。",
            ),
            Self::ProbabilityZeroOrOne => Text::new(
                "A probability is exactly 0 or 1: certainty, which no recalibration can move.",
                "ちょうど0または1の確率があります。ロジットが無限大になり、再較正では動かせません。",
            ),
            Self::Separated => Text::new(
                "The predictions separate the outcomes without a single error, so the fit has no finite answer.",
                "予測値によって転帰が完全に分離されるため、回帰の推定値が有限になりません。",
            ),
            Self::NoConvergence => {
                Text::new("The fit did not settle on an answer.", "推定の計算が収束しませんでした。")
            }
            Self::NothingExpected => Text::new(
                "Every predicted probability is 0 and no case occurred: 0 observed over 0 expected.",
                "予測確率がすべて0で真の症例もないため、観察数0／期待数0となり値が決まりません。",
            ),
            Self::ThresholdZero => Text::new(
                "At a threshold of 0 the figure would divide by zero.",
                "閾値が0のとき、この値は0での割り算になります。",
            ),
            Self::ThresholdOne => Text::new(
                "At a threshold of 1 a false alert would weigh infinitely much.",
                "閾値が1のとき、誤警報（偽陽性）の重みが無限大になります。",
            ),
            Self::UninformativeTest => Text::new(
                "Sensitivity and specificity add up to 1: the test says nothing about the disease.",
                "感度と特異度の和が1のため、この検査からは疾患の有無について何も分かりません。",
            ),
            Self::NoEvents => Text::new("Nobody had the event.", "イベントが1件も起きていません。"),
            Self::NoComparablePair => Text::new(
                "No pair of patients can be put in order (too few events, or all at the same time).",
                "前後を比べられる患者の組がありません（イベントが少なすぎるか、すべて同じ時点です）。",
            ),
            Self::NoEventsBefore { time } => text!(
                "No event lies before time {time}, up to which they count.",
                "時点{time}より前に起きたイベントがありません（この時点より前のイベントだけを数えます）。"
            ),
            Self::MedianNotReached => Text::new(
                "Fewer than half had the event during follow-up, so the median is not reached.",
                "追跡期間中にイベントが起きたのは半数未満なので、中央値に達していません。",
            ),
            Self::BeyondFollowUp { time } => text!(
                "Time {time} lies after the last observation, when people were still at risk.",
                "時点{time}は最後の観察より後です。最後の観察の時点で、まだリスク集団に残っている人がいます。"
            ),
            Self::NoCensoringWeight { time } => text!(
                "By time {time} everyone in the training data is censored, so no weight can be given.",
                "時点{time}までに学習データの全員が打ち切りになっているため、重みを決められません。"
            ),
            Self::NoCaseOrControl { time } => text!(
                "At time {time} there is nobody with the event, or nobody still without it.",
                "時点{time}では、イベントの起きた人か、まだ起きていない人のどちらかがいません。"
            ),
            Self::TooFewGroups => Text::new(
                "Fewer than two groups can be assessed, so there is no gap to measure.",
                "評価できる群が2つに満たないため、群間の差を求められません。",
            ),
            Self::AllRatesZero => Text::new(
                "The rate is 0 in every group, so the ratio is 0/0.",
                "どの群でも割合が0のため、比が0/0となり決まりません。",
            ),
            Self::NoVariation => Text::new(
                "All values are the same, so there is no variation to explain.",
                "値がすべて同じで、ばらつきがありません。",
            ),
            Self::ChanceAgreementCertain => Text::new(
                "Both use one and the same category throughout, so agreement beyond chance is 0/0.",
                "両者とも常に同じ1つのカテゴリを使っているため、偶然を超える一致が0/0となり決まりません。",
            ),
            Self::Collinear => Text::new(
                "Some covariates repeat each other (or never vary), so their effects cannot be told apart.",
                "互いに重複する、またはまったく変動しない共変量があるため、効果を区別できません。",
            ),
            Self::EmptyReference => Text::new("The reference mask is empty.", "正解のマスクが空です。"),
            Self::EmptyPrediction => Text::new("The predicted mask is empty.", "予測されたマスクが空です。"),
            Self::OneMaskEmpty => Text::new(
                "One of the two masks is empty, so there is no surface to measure a distance to.",
                "一方のマスクが空のため、距離を測る輪郭がありません。",
            ),
            Self::NoTruth => {
                Text::new("There is no true object to be found.", "見つけるべき正解の対象（病変など）がありません。")
            }
            Self::NoImages => Text::new("There are no images.", "画像がありません。"),
            Self::ImpossibleR2 { largest } => text!(
                "At this prevalence R² cannot exceed {largest:.3}.",
                "この有病率では、R²は{largest:.3}を超えられません。"
            ),
            Self::ShrinkageOutOfReach => Text::new(
                "R² must be above 0 and below the shrinkage asked for, and the shrinkage below 1.",
                "R²は0より大きく、求める縮小係数より小さくなければなりません。縮小係数は1未満です。",
            ),
            Self::NoAlarm => Text::new("The alarm limit was never passed.", "管理限界を一度も超えていません。"),
            Self::ResamplesUndefined { undefined, resamples } => text!(
                "{undefined} of {resamples} resamples had no value, too many for an interval.",
                "{resamples}回の再抽出のうち{undefined}回で値が求まらず、区間を示すには多すぎます。"
            ),
        }
    }
}

/// Why an input is refused. Columns are named by their role in the metric (`label`, `score`, ...); rows count from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum BadInput {
    /// A metric was given another number of columns than it takes.
    ColumnCount {
        /// How many it takes.
        expected: usize,
        /// How many it was given.
        found: usize,
    },
    /// Two columns that belong together differ in length.
    LengthsDiffer {
        /// The first column.
        first: &'static str,
        /// Its length.
        first_rows: usize,
        /// The second column.
        second: &'static str,
        /// Its length.
        second_rows: usize,
    },
    /// A value is missing, NaN or infinite.
    NotFinite {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
    },
    /// A value is beyond ±1e100, which no measurement is.
    TooLarge {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// What was found.
        found: f64,
    },
    /// A limit of an interval is infinite on the wrong side.
    NoLimit {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// What was found: ∞ or −∞.
        found: f64,
        /// What it may be where the interval is open on this side: the other of both.
        open: f64,
    },
    /// A value that must be 0 or 1 is neither.
    NotZeroOrOne {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// What was found.
        found: f64,
    },
    /// A value that must be a probability lies outside 0 to 1.
    NotAProbability {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// What was found.
        found: f64,
    },
    /// A value that must be a class or category number is none.
    NotACategory {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// What was found.
        found: f64,
        /// How many categories there are (0 to this minus 1).
        categories: usize,
    },
    /// A value that must not be negative is.
    Negative {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// What was found.
        found: f64,
    },
    /// A value that must be more than 0 is not.
    NotPositive {
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// What was found.
        found: f64,
    },
    /// A parameter given as a column is not the same in every row.
    NotConstant {
        /// The parameter.
        parameter: &'static str,
        /// The first row that differs, from 1.
        row: usize,
    },
    /// A parameter lies outside its range.
    OutOfRange {
        /// The parameter.
        parameter: &'static str,
        /// What was found.
        found: f64,
        /// The smallest value allowed.
        low: f64,
        /// The largest value allowed.
        high: f64,
    },
    /// Two masks differ in shape.
    ShapesDiffer {
        /// The reference's shape.
        reference: Vec<usize>,
        /// The prediction's shape.
        prediction: Vec<usize>,
    },
    /// A shape has another number of axes than 1 to 3, or than the spacing, or does not hold this many voxels.
    ShapeWrong {
        /// The shape.
        shape: Vec<usize>,
        /// How many values were given for it.
        found: usize,
    },
    /// A voxel spacing is not positive.
    SpacingNotPositive {
        /// The axis, from 1.
        axis: usize,
        /// What was found.
        found: f64,
    },
    /// A box has its corners in the wrong order.
    BoxInverted {
        /// The table: `prediction` or `truth`.
        table: &'static str,
        /// The row, from 1.
        row: usize,
    },
    /// An image number lies outside the images given.
    NoSuchImage {
        /// The table: `prediction` or `truth`.
        table: &'static str,
        /// The row, from 1.
        row: usize,
        /// How many images there are (1 to this).
        images: usize,
    },
}

impl BadInput {
    /// What is wrong, as a sentence.
    pub fn text(&self) -> Text {
        match self {
            Self::ColumnCount { expected, found } => text!(
                "It takes {expected} columns, and was given {found}.",
                "{expected}個の列が必要ですが、{found}個が渡されました。"
            ),
            Self::LengthsDiffer { first, first_rows, second, second_rows } => text!(
                "{first} has {first_rows} rows, {second} has {second_rows}: they must be equally long.",
                "{first}は{first_rows}行、{second}は{second_rows}行です。同じ長さにしてください。"
            ),
            Self::NotFinite { column, row } => text!(
                "{column}, row {row}: the value is missing or not a finite number.",
                "{column}の{row}行目：値が欠けているか、有限の数ではありません。"
            ),
            Self::TooLarge { column, row, found } => text!(
                "{column}, row {row}: {found:e} is too large to be a measurement.",
                "{column}の{row}行目：{found:e}は測定値としては大きすぎます。"
            ),
            Self::NoLimit { column, row, found, open } => text!(
                "{column}, row {row}: found {found}, expected a number, or {open} where the interval is open on this side.",
                "{column}の{row}行目：{found}ではなく、数値、またはこの側に限りがない区間なら{open}でなければなりません。"
            ),
            Self::NotZeroOrOne { column, row, found } => text!(
                "{column}, row {row}: found {found}, expected 0 or 1.",
                "{column}の{row}行目：{found}ではなく、0か1でなければなりません。"
            ),
            Self::NotAProbability { column, row, found } => text!(
                "{column}, row {row}: found {found}, expected a probability from 0 to 1.",
                "{column}の{row}行目：{found}ではなく、0から1までの確率でなければなりません。"
            ),
            Self::NotACategory { column, row, found, categories } => text!(
                "{column}, row {row}: found {found}, expected a whole number from 0 and below {categories}.",
                "{column}の{row}行目：{found}ではなく、0以上{categories}未満の整数でなければなりません。"
            ),
            Self::Negative { column, row, found } => text!(
                "{column}, row {row}: found {found}, expected 0 or more.",
                "{column}の{row}行目：{found}ではなく、0以上でなければなりません。"
            ),
            Self::NotPositive { column, row, found } => text!(
                "{column}, row {row}: found {found}, expected more than 0.",
                "{column}の{row}行目：{found}ではなく、0より大きくなければなりません。"
            ),
            Self::NotConstant { parameter, row } => text!(
                "{parameter} changes in row {row}: it must be one value for all rows.",
                "{parameter}が{row}行目で変わっています。すべての行で同じ値にしてください。"
            ),
            Self::OutOfRange { parameter, found, low, high } => text!(
                "{parameter} is {found}, expected {low} to {high}.",
                "{parameter}が{found}です。{low}から{high}までの値にしてください。"
            ),
            Self::ShapesDiffer { reference, prediction } => text!(
                "The reference mask has shape {reference:?}, the prediction {prediction:?}: they must be equal.",
                "正解のマスクの形は{reference:?}、予測は{prediction:?}です。同じ形にしてください。"
            ),
            Self::ShapeWrong { shape, found } => text!(
                "{found} values do not fit the shape {shape:?} (1 to 3 axes).",
                "{found}個の値は、形{shape:?}（1～3軸）に合いません。"
            ),
            Self::SpacingNotPositive { axis, found } => text!(
                "The voxel spacing of axis {axis} is {found}: it must be more than 0.",
                "軸{axis}のボクセル間隔が{found}です。0より大きくなければなりません。"
            ),
            Self::BoxInverted { table, row } => text!(
                "{table}, row {row}: the corners are in the wrong order (x2 must not be below x1, nor y2 below y1).",
                "{table}の{row}行目：ボックスの角の順序が逆です（x2はx1以上、y2はy1以上にしてください）。"
            ),
            Self::NoSuchImage { table, row, images } => text!(
                "{table}, row {row}: the image number must be from 1 to {images}.",
                "{table}の{row}行目：画像番号は1から{images}まででなければなりません。"
            ),
        }
    }
}
