//! Boxes of a detector against true boxes, image by image.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::answers::{RESAMPLES, all_the_same, too_few, wrong_resamples};
use super::found::{Drawn, FactorLevel, FileFigure, Measured, Method, Task};
use super::source::Source;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::detection::{Detections, MAP_COCO, Prediction, Rect, Truth};
use metrics::entry::{Family, Of};
use metrics::intervals::{self, Resampling};
use metrics::{Estimate, Measure, Metric, Shown};
use seed::Seed;

/// What is asked about two files of boxes.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Predicted boxes: the columns `image`, `x1`, `y1`, `x2`, `y2`, `score`, and `class` where there are several.
    pub(super) predictions: PathBuf,
    /// True boxes: the same columns without `score`.
    pub(super) truth: PathBuf,
    /// Whether the files are CP932 rather than UTF-8.
    pub(super) cp932: bool,
    /// How many images there are, also those without any box; none for those named in the files.
    pub(super) images: Option<usize>,
    /// The overlap from which a predicted box counts as found.
    pub(super) iou: f64,
    /// How often a bootstrap resamples: 0 for none.
    pub(super) resamples: Option<usize>,
    /// The seed of the resampling.
    pub(super) seed: u64,
}

/// A metric of boxes at an overlap.
type OfBoxes = fn(&Detections, f64) -> Measure;

/// The metrics of boxes that are shown.
fn shown() -> impl Iterator<Item = (&'static Metric, OfBoxes)> {
    metrics::of(Family::Detection).filter(|metric| metric.is_shown(Shown::File)).filter_map(|metric| match metric.of {
        Of::Boxes(compute) => Some((metric, compute)),
        Of::Columns(_) | Of::Masks(_) | Of::Pictures => None,
    })
}

/// Figures of each class apart get a bootstrap up to so many classes.
const CLASSES: usize = 20;

/// A box of a file: its image, where it is, and its class where the file has one.
struct Written {
    image: String,
    rect: Rect,
    class: Option<String>,
}

/// The boxes of each image.
#[derive(Clone, Debug, Default)]
struct Image {
    predicted: Vec<(Rect, f64, usize)>,
    truth: Vec<(Rect, usize)>,
}

impl Image {
    /// The boxes of one class.
    fn of_class(&self, class: usize) -> Self {
        Self {
            predicted: self.predicted.iter().copied().filter(|one| one.2 == class).collect(),
            truth: self.truth.iter().copied().filter(|one| one.1 == class).collect(),
        }
    }
}

/// A file of boxes; none where it has a header and no rows, as of a detector that found nothing.
fn source(path: &Path, cp932: bool, columns: &[&str]) -> Result<Option<Source>, Vec<Fault>> {
    let faults = match Source::read(path, cp932) {
        Ok(source) => return Ok(Some(source)),
        Err(faults) => faults,
    };
    if faults.iter().any(|fault| fault.id != Id::NoRows) {
        return Err(faults);
    }
    let bytes = super::source::bytes(path).map_err(|fault| vec![fault])?;
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).into_owned();
    let header: Vec<&str> =
        text.lines().next().unwrap_or_default().split(',').map(|n| n.trim().trim_matches('"')).collect();
    if columns.iter().all(|column| header.contains(column)) { Ok(None) } else { Err(faults) }
}

/// Measures predicted boxes.
///
/// # Errors
/// A file, an option or a value that cannot be meant: each names file, line and column.
pub(super) fn measure(request: &Request) -> Result<Measured, Vec<Fault>> {
    options(request)?;
    let needed = ["image", "x1", "y1", "x2", "y2", "score"];
    let predictions = source(&request.predictions, request.cp932, &needed)?;
    let truth = source(&request.truth, request.cp932, &needed[..5])?;
    let mut notes = vec![Text::new(
        "Boxes are matched from the most certain on, each to the free true box that overlaps it most; duplicates are false positives.",
        "予測は確信度の高い順に、まだ対応のない正解のうち最も重なるものと対応づけます。重複した検出は偽陽性とします。",
    )];
    let scores = predictions.as_ref().map_or_else(|| Ok(Vec::new()), |source| number(source, "score"))?;
    let predicted = predictions.as_ref().map_or_else(|| Ok(Vec::new()), boxes)?;
    let real = truth.as_ref().map_or_else(|| Ok(Vec::new()), boxes)?;
    for (source, path, columns) in
        [(&predictions, &request.predictions, &needed[..]), (&truth, &request.truth, &needed[..5])]
    {
        let file = path.display();
        match source {
            None => notes.push(text!("{file} has no boxes.", "{file} にはボックスがありません。")),
            Some(source) => {
                let unused: Vec<&str> =
                    source.names().into_iter().filter(|name| !columns.contains(name) && *name != "class").collect();
                let list = unused.join(", ");
                if !unused.is_empty() {
                    notes.push(text!("Not used in {file}: {list}.", "{file} の使わない列：{list}。"));
                }
            }
        }
    }
    let classes = classes(predictions.as_ref(), truth.as_ref(), [&predicted, &real], &mut notes);
    let class = |written: &Written| {
        let name = written.class.as_deref().unwrap_or_default();
        classes.binary_search_by(|class| class.as_str().cmp(name)).unwrap_or(0)
    };
    // In order of their numbers where they have numbers: equally certain boxes are matched in that order. A name stays as written:
    // 000 and 0 are two images.
    let key = |image: &str| (image.parse().unwrap_or(u64::MAX), image.to_owned());
    let mut images: BTreeMap<(u64, String), Image> = BTreeMap::new();
    for (one, score) in predicted.iter().zip(scores) {
        images.entry(key(&one.image)).or_default().predicted.push((one.rect, score, class(one)));
    }
    for one in &real {
        images.entry(key(&one.image)).or_default().truth.push((one.rect, class(one)));
    }
    let named = images.len();
    let all = request.images.unwrap_or(named);
    if all < named {
        return Err(vec![Fault::new(
            Id::TooFew,
            Place::file("--images"),
            Text::same(all.to_string()),
            text!("at least {named}, as many as the files name", "ファイルに現れる{named}枚以上"),
        )]);
    }
    if request.images.is_none() {
        notes.push(text!(
            "The {named} images are those named in the files: give --images where there are more without any box.",
            "画像は両ファイルに現れる{named}枚とみなします。ボックスのない画像がほかにもあれば --images で総数を指定してください。"
        ));
    }
    notes.extend(strangers(&images.values().collect::<Vec<_>>()));
    let mut images: Vec<Image> = images.into_values().collect();
    images.resize(all, Image::default());
    let every: Vec<usize> = (0..all).collect();
    let measured = |images: &[Image], resamples: usize| -> Result<Vec<FileFigure>, Vec<Fault>> {
        let data = detections(images, &every).map_err(|bad| {
            let expected = Text::new("boxes of images", "画像ごとのボックス");
            vec![Fault::new(Id::BadValue, Place::file(request.predictions.display().to_string()), bad, expected)]
        })?;
        Ok(shown().map(|metric| figure(metric, &data, images, request, resamples)).collect())
    };
    let resamples = request.resamples.unwrap_or(RESAMPLES);
    let mut figures = measured(&images, resamples)?;
    if classes.len() > 1 {
        let resamples = if classes.len() > CLASSES { 0 } else { resamples };
        for (k, name) in classes.iter().enumerate() {
            let own: Vec<Image> = images.iter().map(|image| image.of_class(k)).collect();
            let group = Some(("class".to_owned(), name.clone()));
            figures.extend(
                measured(&own, resamples)?.into_iter().map(|figure| FileFigure { group: group.clone(), ..figure }),
            );
        }
    }
    Ok(Measured {
        task: Task::Detection,
        files: vec![request.predictions.display().to_string(), request.truth.display().to_string()],
        roles: Vec::new(),
        rows: all,
        used: all,
        missing: Vec::new(),
        clusters: None,
        resamples,
        seed: request.seed,
        notes,
        figures,
        curves: Vec::new(),
    })
}

/// The classes of the boxes, ascending; none where not both files have a column `class`.
fn classes(
    predictions: Option<&Source>,
    truth: Option<&Source>,
    written: [&[Written]; 2],
    notes: &mut Vec<Text>,
) -> Vec<String> {
    let has = |source: Option<&Source>| source.map(|source| source.names().contains(&"class"));
    match (has(predictions), has(truth)) {
        (Some(true), Some(false)) | (Some(false), Some(true)) => {
            notes.push(Text::new(
                "Only one of the files has a column class: any box may find any other.",
                "class の列が一方のファイルにしかないため、クラスを区別せずに対応づけます。",
            ));
            return Vec::new();
        }
        (Some(false) | None, Some(false) | None) => return Vec::new(),
        (Some(true) | None, Some(true) | None) => {}
    }
    let names = |boxes: &[Written]| boxes.iter().filter_map(|one| one.class.clone()).collect::<BTreeSet<String>>();
    let (said, real) = (names(written[0]), names(written[1]));
    let n = real.len();
    notes.push(text!(
        "A box is found only by a box of its class. AP is the mean over the {n} classes of the true boxes; all else counts the boxes of all classes.",
        "同じクラスのボックスだけを対応づけます。APは正解にある{n}クラスの平均で、ほかの指標は全クラスのボックスを数えます。"
    ));
    let unknown: Vec<&str> = said.difference(&real).map(String::as_str).collect();
    if !unknown.is_empty() && n > 0 {
        let (list, there) = (few(&unknown), few(&real.iter().map(String::as_str).collect::<Vec<_>>()));
        notes.push(text!(
            "Predicted, but the class of no true box: {list} (there are {there}).",
            "予測にあって正解にないクラス：{list}（正解のクラス：{there}）。"
        ));
    }
    said.union(&real).cloned().collect()
}

/// The first names of a list.
fn few(names: &[&str]) -> String {
    format!("{}{}", names[..names.len().min(6)].join(", "), if names.len() > 6 { ", …" } else { "" })
}

/// Files that have no image in common were probably named differently.
fn strangers(images: &[&Image]) -> Option<Text> {
    let n = |what: fn(&Image) -> bool| images.iter().filter(|image| what(image)).count();
    let both = n(|image| !image.predicted.is_empty() && !image.truth.is_empty());
    let (said, real) = (n(|image| !image.predicted.is_empty()), n(|image| !image.truth.is_empty()));
    (both == 0 && said > 0 && real > 0).then(|| {
        text!(
            "No image with predicted boxes has true ones ({said} and {real} images): are the images named alike in both files? Names are text: 007 is not 7.",
            "予測のある画像（{said}枚）と正解のある画像（{real}枚）に共通するものがありません。両ファイルで画像の名前が同じか確認してください。名前は文字列として比べます（007と7は別です）。"
        )
    })
}

fn options(request: &Request) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    if !(request.iou > 0.0 && request.iou <= 1.0) {
        faults.push(Fault::new(
            Id::OutOfRange,
            Place::file("--iou"),
            Text::same(request.iou.to_string()),
            Text::new("an overlap above 0 and at most 1", "0より大きく1以下の重なり"),
        ));
    }
    if let Some((found, expected)) = wrong_resamples(request.resamples) {
        faults.push(Fault::new(Id::OutOfRange, Place::file("--resamples"), Text::same(found), expected));
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

/// Each row's image, box and class: names as text, as they are written.
fn boxes(source: &Source) -> Result<Vec<Written>, Vec<Fault>> {
    let words = |column: &str, expected: Text| -> Result<Vec<String>, Vec<Fault>> {
        let words =
            source.named(column, column).and_then(|column| source.words(column)).map_err(|fault| vec![fault])?;
        let one = |(row, word): (usize, Option<String>)| {
            word.ok_or_else(|| vec![source.bad(column, row + 1, "\"\"", expected.clone())])
        };
        words.into_iter().enumerate().map(one).collect()
    };
    let images = words("image", Text::new("the name or number of an image", "画像の名前または番号"))?;
    let classes = if source.names().contains(&"class") {
        words("class", Text::new("the class of the box", "ボックスのクラス"))?.into_iter().map(Some).collect()
    } else {
        vec![None; images.len()]
    };
    let [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map(|side| number(source, side));
    let (x1, y1, x2, y2) = (x1?, y1?, x2?, y2?);
    let mut out = Vec::with_capacity(images.len());
    for (row, (image, class)) in images.into_iter().zip(classes).enumerate() {
        for (side, low, high) in [("x2", x1[row], x2[row]), ("y2", y1[row], y2[row])] {
            if high < low {
                let expected = text!("at least {low}, the other side of the box", "ボックスの反対側の値（{low}）以上");
                return Err(vec![source.bad(side, row + 1, &high.to_string(), expected)]);
            }
        }
        out.push(Written { image, rect: Rect { x1: x1[row], y1: y1[row], x2: x2[row], y2: y2[row] }, class });
    }
    Ok(out)
}

/// The boxes of these images, each image as often as it is named.
fn detections(images: &[Image], drawn: &[usize]) -> Result<Detections, Text> {
    let (mut predictions, mut truth) = (Vec::new(), Vec::new());
    for (k, &at) in drawn.iter().enumerate() {
        let image = k + 1;
        let said = |&(rect, score, class): &(Rect, f64, usize)| Prediction { image, rect, score, class };
        predictions.extend(images[at].predicted.iter().map(said));
        truth.extend(images[at].truth.iter().map(|&(rect, class)| Truth { image, rect, class }));
    }
    Detections::new(&predictions, &truth, drawn.len()).map_err(|bad| bad.text())
}

/// A figure with its bootstrap interval over images: boxes of one image are not independent.
fn figure(
    (metric, compute): (&'static Metric, OfBoxes),
    data: &Detections,
    images: &[Image],
    request: &Request,
    resamples: usize,
) -> FileFigure {
    let mut figure = FileFigure::new(metric, images.len());
    // COCO's mean is over overlaps of its own.
    figure.level = (*metric != MAP_COCO).then(|| FactorLevel { kind: "iou", value: request.iou.to_string() });
    let estimate: Estimate = match compute(data, request.iou) {
        Ok(estimate) => estimate.with(None),
        Err(because) => {
            figure.measure = Err(because.text());
            return figure;
        }
    };
    figure.measure = Ok(estimate);
    let resampling = Resampling::Rows(images.len());
    if resamples == 0 && request.resamples != Some(0) {
        figure.no_interval = Some(text!(
            "Intervals of each class are given for up to {CLASSES} classes.",
            "クラス別の区間を求めるのは{CLASSES}クラスまでです。"
        ));
    } else if resamples == 0 {
        figure.no_interval = Some(Text::new(
            "It would take a bootstrap, and --resamples is 0.",
            "区間を求めるにはブートストラップが必要ですが、--resamples が0です。",
        ));
    } else if let Some(because) = too_few(resampling.units()) {
        figure.no_interval = Some(because);
    } else {
        let statistic = |drawn: &[usize]| Some(compute(&detections(images, drawn).ok()?, request.iou).ok()?.value);
        match intervals::bootstrap(&resampling, resamples, Seed::new(request.seed).named("measure"), statistic) {
            Ok(bootstrap) if bootstrap.says_nothing() => figure.no_interval = Some(all_the_same()),
            Ok(bootstrap) => {
                figure.measure = Ok(metric.resampled(estimate, &bootstrap));
                figure.method = Some(Method::Bootstrap(Drawn::Images));
                figure.resamples = Some(resamples);
            }
            Err(because) => figure.no_interval = Some(because.text()),
        }
    }
    figure
}
