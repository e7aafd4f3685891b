//! Boxes of a detector against true boxes, image by image.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::found::{Drawn, Figure, Measured, Method, Part, RESAMPLES, Task, too_few, wrong_resamples};
use super::source::Source;
use crate::fault::{Fault, Place};
use crate::metrics::detection::{self as det, Detections, Prediction, Rect, Truth};
use crate::metrics::intervals::{self, Resampling};
use crate::metrics::{Estimate, Measure};
use crate::seed::Seed;
use crate::text;
use crate::text::Text;

/// What is asked about two files of boxes.
#[derive(Clone, Debug)]
pub struct Question {
    /// Predicted boxes: the columns `image`, `x1`, `y1`, `x2`, `y2`, `score`.
    pub predictions: PathBuf,
    /// True boxes: the same columns without `score`.
    pub truth: PathBuf,
    /// Whether the files are CP932 rather than UTF-8.
    pub cp932: bool,
    /// How many images there are, also those without any box; none for those named in the files.
    pub images: Option<usize>,
    /// The overlap from which a predicted box counts as found.
    pub iou: f64,
    /// How often a bootstrap resamples: 0 for none.
    pub resamples: Option<usize>,
    /// The seed of the resampling.
    pub seed: u64,
}

/// The overlaps that COCO averages over.
const COCO: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];
/// The rates of false positives per image that a FROC is averaged over.
const RATES: [f64; 7] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

/// A figure of boxes at an overlap, and whether the overlap belongs to its name.
type Metric = (&'static str, bool, fn(&Detections, f64) -> Measure);

const METRICS: &[Metric] = &[
    ("ap_coco", true, det::ap_coco101),
    ("map_coco", false, |data, _| det::map_coco(data, &COCO)),
    ("ap_all_points", true, det::ap_all_points),
    ("box_sensitivity", true, det::sensitivity),
    ("box_ppv", true, det::ppv),
    ("false_positives_per_image", true, det::false_positives_per_image),
    ("froc_mean_sensitivity", true, |data, iou| det::froc_mean_sensitivity(data, &RATES, iou)),
];

/// The boxes of each image.
#[derive(Clone, Debug, Default)]
struct Image {
    predicted: Vec<(Rect, f64)>,
    truth: Vec<Rect>,
}

/// Measures predicted boxes.
///
/// # Errors
/// A file, an option or a value that cannot be meant: each names file, line and column.
pub fn measure(question: &Question) -> Result<Measured, Vec<Fault>> {
    options(question)?;
    let predictions = Source::read(&question.predictions, question.cp932)?;
    let truth = Source::read(&question.truth, question.cp932)?;
    // In order of their numbers where they have numbers: equally certain boxes are matched in that order.
    let key = |image: String| (image.parse().unwrap_or(u64::MAX), image);
    let mut images: BTreeMap<(u64, String), Image> = BTreeMap::new();
    let scores = number(&predictions, "score")?;
    for ((image, rect), score) in boxes(&predictions)?.into_iter().zip(scores) {
        images.entry(key(image)).or_default().predicted.push((rect, score));
    }
    for (image, rect) in boxes(&truth)? {
        images.entry(key(image)).or_default().truth.push(rect);
    }
    let named = images.len();
    let all = question.images.unwrap_or(named);
    if all < named {
        return Err(vec![Fault::new(
            Place::file("--images"),
            Text::same(all.to_string()),
            text!("at least {named}, as many as the files name", "ファイルに現れる{named}枚以上"),
        )]);
    }
    let mut notes = vec![Text::new(
        "Boxes are matched from the most certain on, each to the free true box that overlaps it most; duplicates are false positives.",
        "予測は確信度の高い順に、まだ対応のない正解のうち最も重なるものと対応づけます。重複した検出は偽陽性とします。",
    )];
    if question.images.is_none() {
        notes.push(text!(
            "The {named} images are those named in the files: give --images where there are more without any box.",
            "画像は両ファイルに現れる{named}枚とみなします。ボックスのない画像がほかにもあれば --images で総数を指定してください。"
        ));
    }
    let mut images: Vec<Image> = images.into_values().collect();
    images.resize(all, Image::default());
    let every: Vec<usize> = (0..all).collect();
    let data = detections(&images, &every)
        .map_err(|bad| vec![predictions.wrong("image", bad, Text::new("boxes of images", "画像ごとのボックス"))])?;
    let figures = METRICS.iter().map(|metric| figure(metric, &data, &images, question)).collect();
    Ok(Measured {
        task: Task::Detection,
        files: vec![predictions.name.clone(), truth.name.clone()],
        roles: Vec::new(),
        rows: all,
        used: all,
        missing: Vec::new(),
        clusters: None,
        resamples: question.resamples.unwrap_or(RESAMPLES),
        seed: question.seed,
        notes,
        figures,
        curves: Vec::new(),
    })
}

fn options(question: &Question) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    if !(question.iou > 0.0 && question.iou <= 1.0) {
        faults.push(Fault::new(
            Place::file("--iou"),
            Text::same(question.iou.to_string()),
            Text::new("an overlap above 0 and at most 1", "0より大きく1以下の重なり"),
        ));
    }
    if let Some((found, expected)) = wrong_resamples(question.resamples) {
        faults.push(Fault::new(Place::file("--resamples"), Text::same(found), expected));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A column of numbers without gaps.
fn number(source: &Source, column: &str) -> Result<Vec<f64>, Vec<Fault>> {
    let one = || -> Result<Vec<f64>, Fault> {
        let values = source.numbers(source.named(column, column)?)?;
        let sound = |(row, value): (usize, Option<f64>)| {
            let expected = || Text::new("a finite number", "有限の数値");
            let value = value.ok_or_else(|| source.bad(column, row + 1, "\"\"", expected()))?;
            // As large as any measurement: beyond, areas are infinite.
            if value.abs() <= 1e100 {
                Ok(value)
            } else {
                Err(source.bad(column, row + 1, &value.to_string(), expected()))
            }
        };
        values.into_iter().enumerate().map(sound).collect()
    };
    one().map_err(|fault| vec![fault])
}

/// Each row's image and box.
fn boxes(source: &Source) -> Result<Vec<(String, Rect)>, Vec<Fault>> {
    let image = source.named("image", "image").and_then(|image| source.words(image)).map_err(|fault| vec![fault])?;
    let [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map(|side| number(source, side));
    let (x1, y1, x2, y2) = (x1?, y1?, x2?, y2?);
    let mut out = Vec::with_capacity(image.len());
    for (row, image) in image.into_iter().enumerate() {
        let Some(image) = image else {
            let expected = Text::new("the name or number of an image", "画像の名前または番号");
            return Err(vec![source.bad("image", row + 1, "\"\"", expected)]);
        };
        for (side, low, high) in [("x2", x1[row], x2[row]), ("y2", y1[row], y2[row])] {
            if high < low {
                let expected = text!("at least {low}, the other side of the box", "ボックスの反対側の値（{low}）以上");
                return Err(vec![source.bad(side, row + 1, &high.to_string(), expected)]);
            }
        }
        out.push((image, Rect { x1: x1[row], y1: y1[row], x2: x2[row], y2: y2[row] }));
    }
    Ok(out)
}

/// The boxes of these images, each image as often as it is named.
fn detections(images: &[Image], drawn: &[usize]) -> Result<Detections, Text> {
    let (mut predictions, mut truth) = (Vec::new(), Vec::new());
    for (k, &at) in drawn.iter().enumerate() {
        let image = k + 1;
        predictions.extend(images[at].predicted.iter().map(|&(rect, score)| Prediction { image, rect, score }));
        truth.extend(images[at].truth.iter().map(|&rect| Truth { image, rect }));
    }
    Detections::new(&predictions, &truth, drawn.len()).map_err(|bad| bad.text())
}

/// A figure with its bootstrap interval over images: boxes of one image are not independent.
fn figure((name, at, metric): &Metric, data: &Detections, images: &[Image], question: &Question) -> Figure {
    let mut figure = Figure::new(name, images.len());
    figure.part = at.then(|| Part { kind: "iou", value: question.iou.to_string() });
    let estimate: Estimate = match metric(data, question.iou) {
        Ok(estimate) => estimate.with(None),
        Err(because) => {
            figure.measure = Err(because.text());
            return figure;
        }
    };
    figure.measure = Ok(estimate);
    let (resampling, resamples) = (Resampling::Rows(images.len()), question.resamples.unwrap_or(RESAMPLES));
    if resamples == 0 {
        figure.no_interval = Some(Text::new(
            "It would take a bootstrap, and --resamples is 0.",
            "区間を求めるにはブートストラップが必要ですが、--resamples が0です。",
        ));
    } else if let Some(because) = too_few(&resampling) {
        figure.no_interval = Some(because);
    } else {
        let statistic = |drawn: &[usize]| Some(metric(&detections(images, drawn).ok()?, question.iou).ok()?.value);
        match intervals::bootstrap(&resampling, resamples, Seed::new(question.seed).named("measure"), statistic) {
            Ok(bootstrap) => {
                figure.measure = Ok(estimate.with(Some(bootstrap.interval)));
                figure.method = Some(Method::Bootstrap(Drawn::Images));
                figure.resamples = Some(resamples);
            }
            Err(because) => figure.no_interval = Some(because.text()),
        }
    }
    figure
}
