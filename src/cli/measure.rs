//! `practicum measure`: any predictions file, from any tool, measured with the metrics that checks use.

use std::path::PathBuf;

use clap::ValueEnum;

use super::codes::{BAD_INPUT, PASSED};
use super::options::one_of;
use super::session::{SEED, Session, spinner};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::{Lang, Text};
use measure::found::Task;
use measure::request::{Request, Scale};
use report::json::MeasureDocument;

/// The same in every language.
macro_rules! examples {
    () => {
        "  practicum measure predictions.csv --label died --score risk --threshold 0.1
  practicum measure predictions.parquet --label y --score p --group sex --cluster patient
  practicum measure predictions.csv --label stage --score p0,p1,p2
  practicum measure follow_up.csv --time months --event died --score risk --at 12
  practicum measure readings.csv --raters reader_a,reader_b
  practicum measure true_masks/ predicted_masks/ --spacing 3,0.7,0.7
  practicum measure boxes.csv --truth true_boxes.csv --images 200"
    };
}

/// What follows the help.
const AFTER: &str = concat!(
    "Examples:\n",
    examples!(),
    "

A score may lie on any scale; higher has to mean that the outcome is more likely. Where one lies outside 0 to 1, figures \
that need a probability (calibration, Brier score, net benefit) are given as undefined, with that reason. Whoever means \
probabilities says --task calibration: then a score outside 0 to 1 is an error.

An outcome of one class only is an error; in a group, it leaves figures undefined. A missing value that is needed is an \
error; with --missing drop, such rows are left out and counted. Intervals: those of the metric where it has one, else a bootstrap stratified by \
outcome; with --cluster, a bootstrap of whole clusters for every figure."
);

const AFTER_JA: &str = concat!(
    "使用例：\n",
    examples!(),
    "

スコアの尺度は問いませんが、高いほど転帰が起こりやすいという向きにしてください。0から1の範囲を外れる値が1つでもあれば、\
確率を必要とする値（較正、Brierスコア、純便益）は、その理由とともに「値なし」になります。確率のつもりのスコアなら \
--task calibration を付けてください。0から1を外れた値は誤りになります。

転帰が1種類しかなければ誤りです（群の中でなら、その値だけが求まりません）。必要な値の欠測も誤りです。\
--missing drop を付けると、その行を除いて行数を示します。区間は、指標に固有のものがあればそれを、なければ転帰で層別したブートストラップで求めます。--cluster を付けると、すべて\
クラスター単位のブートストラップになります。"
);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MissingName {
    Refuse,
    Drop,
}

/// What to measure.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Options {
    /// The predictions: CSV or Parquet. For masks: the true one and the predicted one (PNG or .npy), or two folders.
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The column of the outcome: 0 or 1, true or false; for several classes a number from 0, or a column of --score.
    #[arg(long, value_name = "COL")]
    label: Option<String>,
    /// The value of --label (or --event, --current, --alert, --raters) that counts as 1, where it holds words.
    #[arg(long, value_name = "VALUE")]
    positive: Option<String>,
    /// The column of the score; for several classes one per class, with commas.
    #[arg(long, value_name = "COL")]
    score: Vec<String>,
    /// A second score, to compare AUROCs on the same rows.
    #[arg(long, value_name = "COL")]
    versus: Option<String>,
    /// The column of decisions already made: 0 or 1.
    #[arg(long, value_name = "COL")]
    alert: Option<String>,
    /// Alert where the score is at least this; for masks, inside where the prediction is.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// A column of groups: each is measured apart.
    #[arg(long, value_name = "COL")]
    group: Vec<String>,
    /// The column that names the patient, where rows of one patient are not independent.
    #[arg(long, value_name = "COL")]
    cluster: Option<String>,
    /// The column of the time of follow-up.
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// The column that is 1 where follow-up ended with the event, 0 where without.
    #[arg(long, value_name = "COL")]
    event: Option<String>,
    /// The rows that the model was trained on (time and event under the same names): their censoring weights Uno's C, and
    /// AUROC and Brier score at a time. Otherwise the rows measured are used.
    #[arg(long, value_name = "FILE")]
    training: Option<PathBuf>,
    /// The number in --event of the cause asked about, where causes compete.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..1000))]
    cause: Option<u32>,
    /// Times asked about. With one time, a score from 0 to 1 is taken as the risk by then; with several, give --score one
    /// risk for each.
    #[arg(long, value_name = "T", value_delimiter = ',', allow_hyphen_values = true)]
    at: Vec<f64>,
    /// The columns of the raters or methods, with commas.
    #[arg(long, value_name = "COLS")]
    raters: Vec<String>,
    /// What raters give; otherwise it is told by their values.
    #[arg(long, value_parser = one_of(Scale::ALL, Scale::name, |_| None))]
    scale: Option<Scale>,
    /// How many grades the raters' scale has, also unused ones.
    #[arg(long, value_name = "N")]
    categories: Option<u32>,
    /// The column of the lower ends of prediction intervals.
    #[arg(long, value_name = "COL")]
    low: Option<String>,
    /// The column of their upper ends.
    #[arg(long, value_name = "COL")]
    high: Option<String>,
    /// The column of the standard deviations of normal predictions, whose means are --score.
    #[arg(long, value_name = "COL")]
    sd: Option<String>,
    /// The column that is 1 for now and 0 for the reference, to tell how far --score has drifted.
    #[arg(long, value_name = "COL")]
    current: Option<String>,
    /// Millimetres between voxels along each axis of the masks.
    #[arg(long, value_name = "MM", value_delimiter = ',', allow_hyphen_values = true)]
    spacing: Vec<f64>,
    /// The labels of the masks to measure apart.
    #[arg(long, value_name = "N", value_delimiter = ',')]
    labels: Vec<u32>,
    /// The distance in mm that the surface Dice allows.
    #[arg(long, value_name = "MM", allow_negative_numbers = true)]
    tolerance: Option<f64>,
    /// The true boxes of a detection: columns image, x1, y1, x2, y2. FILE then holds the predicted ones, and their score.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// How many images there are, also those without any box; otherwise those that the files name.
    #[arg(long, value_name = "N")]
    images: Option<usize>,
    /// The overlap (`IoU`) from which a predicted box finds a true one; 0.5 where you do not say. Of masks: match lesions one to
    /// one from this overlap on.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    iou: Option<f64>,
    /// Match the lesions of masks one to one where their centroids are at most so many mm apart.
    #[arg(long, value_name = "MM", allow_negative_numbers = true)]
    distance: Option<f64>,
    /// Also the points of curves, in the JSON: ROC, calibration, decision, Kaplan–Meier.
    #[arg(long)]
    curves: bool,
    /// The task; otherwise it is told by the other options.
    #[arg(long, value_parser = one_of(Task::ALL, Task::name, |_| None))]
    task: Option<Task>,
    /// What to do with rows in which a needed value is missing (an empty cell, NA, N/A, NaN, null, #N/A or 欠測): refuse the
    /// file, or drop the rows and say how many.
    #[arg(long, value_enum, default_value = "refuse")]
    missing: MissingName,
    /// What else stands for a missing value, such as - or -99; once for each.
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    missing_marker: Vec<String>,
    /// The letters of a CSV file.
    #[arg(long, default_value = "utf-8", value_parser = ["utf-8", "cp932"])]
    encoding: String,
    /// How often the bootstrap resamples; 0 for no bootstrap. Otherwise 1,000 times, on large files down to 200.
    #[arg(long, value_name = "N")]
    resamples: Option<usize>,
    /// The seed of the resampling.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
}

/// The help in Japanese.
pub(super) fn japanese(command: clap::Command) -> clap::Command {
    let mut command = command.after_help(AFTER_JA);
    for (name, help) in [
        (
            "files",
            "予測値のファイル（CSVまたはParquet）。マスクなら、正解と予測（PNGか .npy）、または2つのフォルダーです。",
        ),
        ("label", "転帰の列です。0か1、またはtrueかfalse。多クラスなら、0からの番号か --score の列名です。"),
        ("positive", "--label（または --event、--current、--alert、--raters）が文字列のとき、1とみなす値です。"),
        ("score", "スコアの列です。多クラスなら、クラスごとの列をカンマで区切ります。"),
        ("versus", "2つ目のスコアです。同じ行でAUROCを比べます。"),
        ("alert", "すでに下した判断（0か1）の列です。"),
        ("threshold", "スコアがこの値以上なら警報とします。マスクでは、予測がこの値以上なら内側とします。"),
        ("group", "群の列です。群ごとに評価します。"),
        ("cluster", "患者を示す列です。同じ患者の行が独立でないときに指定します。"),
        ("time", "追跡時間の列です。"),
        ("event", "追跡がイベントで終わったら1、打ち切りなら0の列です。"),
        (
            "training",
            "モデルの学習に使った行のファイルです（時間とイベントは同じ列名）。その打ち切りでUnoのC指数などを重み付けします。省略時は評価する行自身を使います。",
        ),
        ("cause", "競合する原因があるとき、評価する原因の番号（--event の値）です。"),
        (
            "at",
            "評価する時点です。1つだけなら、0から1のスコアをその時点までのリスクとみなします。複数なら、--score に時点ごとのリスクを指定できます。",
        ),
        ("raters", "評価者または測定法の列を、カンマで区切って指定します。"),
        ("scale", "評価の尺度です。省略時は値から判断します。"),
        ("categories", "評価の段階の数です（使われなかった段階も含みます）。"),
        ("low", "予測区間の下限の列です。"),
        ("high", "予測区間の上限の列です。"),
        ("sd", "正規分布による予測の標準偏差の列です。平均は --score です。"),
        ("current", "現在を1、基準を0とする列です。--score がどれだけ変わったかを調べます。"),
        ("spacing", "マスクの各軸のボクセル間隔（mm）です。"),
        ("labels", "別々に評価するマスクのラベルです。"),
        ("tolerance", "表面Diceの許容距離（mm）です。"),
        (
            "truth",
            "物体検出の正解のファイルです（列 image, x1, y1, x2, y2）。ファイルには予測のボックスと score を入れます。",
        ),
        ("images", "ボックスのないものを含む画像の総数です。省略時はファイルに現れる画像です。"),
        (
            "iou",
            "予測が正解を見つけたとみなす重なり（IoU）です。省略時は0.5です。マスクでは、この値以上の病変を1対1に対応づけます。",
        ),
        ("distance", "マスクの病変を、重心の間の距離（mm）がこの値以下のとき1対1に対応づけます。"),
        ("curves", "曲線（ROC、較正、意思決定曲線、Kaplan–Meier）の点もJSONに含めます。"),
        ("task", "課題の種類です。省略時はほかのオプションから判断します。"),
        (
            "missing",
            "必要な値が欠けている行（空のセル、NA、N/A、NaN、null、#N/A、欠測）の扱いです。refuse は誤りとし、drop は除いて行数を示します。",
        ),
        ("missing_marker", "ほかに欠測を表す値（- や -99 など）です。1つずつ指定します。"),
        ("encoding", "CSVファイルの文字コードです。"),
        (
            "resamples",
            "ブートストラップの回数です。0なら行いません。省略時は1,000回（大きなファイルでは最少200回）です。",
        ),
        ("seed", "再抽出のシードです。"),
    ] {
        command = command.mut_arg(name, |arg| arg.help(help));
    }
    command
}

impl Options {
    fn request(&self) -> Request {
        Request {
            files: self.files.clone(),
            task: self.task,
            cp932: self.encoding == "cp932",
            label: self.label.clone(),
            positive: self.positive.clone(),
            score: self.score.clone(),
            versus: self.versus.clone(),
            alert: self.alert.clone(),
            threshold: self.threshold,
            group: self.group.clone(),
            cluster: self.cluster.clone(),
            time: self.time.clone(),
            event: self.event.clone(),
            training: self.training.clone(),
            cause: self.cause,
            at: self.at.clone(),
            raters: self.raters.clone(),
            scale: self.scale,
            categories: self.categories,
            low: self.low.clone(),
            high: self.high.clone(),
            sd: self.sd.clone(),
            drop_missing: self.missing == MissingName::Drop,
            missing_markers: self.missing_marker.clone(),
            current: self.current.clone(),
            curves: self.curves,
            spacing: self.spacing.clone(),
            labels: self.labels.clone(),
            tolerance: self.tolerance,
            distance: self.distance,
            truth: self.truth.clone(),
            images: self.images,
            iou: self.iou,
            resamples: self.resamples,
            seed: self.seed,
        }
    }
}

/// Measures, and prints what was found, or what is wrong with the input.
pub(super) fn measure(session: &Session, options: &Options) -> u8 {
    let bar = spinner();
    bar.set_message(session.pick("measuring", "評価中").to_owned());
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    let measured = match curves_unseen(session, options) {
        Some(fault) => Err(vec![fault]),
        None => measure::measure(&options.request()),
    };
    bar.finish_and_clear();
    let measured = match measured {
        Ok(measured) => measured,
        Err(faults) => {
            if session.json {
                session.say(&MeasureDocument::faulty(&faults).text());
            }
            session.complain(
                &faults,
                "Nothing was measured. Mend it and try again.",
                "評価は行っていません。直してもう一度お試しください。",
            );
            return BAD_INPUT;
        }
    };
    if session.json {
        session.say(&MeasureDocument::measured(&measured).text());
    } else {
        session.say(&session.terminal.measured(&measured));
    }
    PASSED
}

/// Curves are points for a program, and a terminal shows none.
fn curves_unseen(session: &Session, options: &Options) -> Option<Fault> {
    (options.curves && !session.json).then(|| {
        Fault::new(
            Id::DoesNotApply,
            Place::file("--curves"),
            Text::new("curves, without --json", "--json のない --curves"),
            Text::new("--curves together with --json", "--json と一緒に指定"),
        )
    })
}

impl Session {
    /// Tells what is wrong with the input.
    fn complain(&self, faults: &[Fault], en: &'static str, ja: &'static str) {
        use std::io::Write as _;
        let mut told: String = faults.iter().map(|fault| self.terminal.fault(fault)).collect();
        told.push('\n');
        told += &self.terminal.paragraph("", if self.terminal.lang == Lang::Ja { ja } else { en });
        let _ = anstream::stderr().write_all(report::terminal::door(&told).as_bytes());
    }
}
