//! What the files are (a table, masks, boxes), told by the files and by what is asked; and what was asked that has no use for them.

use std::ffi::OsStr;
use std::path::Path;

use super::found::{Measured, Task};
use super::request::{For, IOU, Request, TOLERANCE};
use super::{boxes, masks, source, table};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::segmentation::Matching;

/// How files of tables end.
const TABLES: [&str; 4] = ["csv", "tsv", "parquet", "pq"];

/// Measures what was asked for.
///
/// # Errors
/// A file, an option or a value that cannot be meant: each names file, line and column, or the option.
pub fn measure(request: &Request) -> Result<Measured, Vec<Fault>> {
    let ends = |end: &OsStr| TABLES.iter().any(|table| end.eq_ignore_ascii_case(table));
    if request.files.len() == 2 && request.files.iter().all(|file| file.extension().is_some_and(ends)) {
        let found = Text::new("two tables", "表が2つあります");
        let expected = Text::new(
            "one table at a time; of boxes, the predicted ones, and the true ones with --truth",
            "表は1つずつ（物体検出では予測のファイルを指定し、正解は --truth で指定）",
        );
        return Err(vec![refused("FILE", found, expected)]);
    }
    let masks =
        request.files.len() == 2 || request.task == Some(Task::Segmentation) || request.files.iter().any(is_mask);
    if request.truth.is_some() || request.task == Some(Task::Detection) {
        of_boxes(request)
    } else if masks {
        of_masks(request)
    } else {
        of_table(request)
    }
}

/// Whether it is a mask, or may be a folder of masks.
fn is_mask(file: impl AsRef<Path>) -> bool {
    let file = file.as_ref();
    let end = file.extension().map(|end| end.to_string_lossy().to_lowercase());
    file.is_dir() || end.is_some_and(|end| end == "png" || end == "npy")
}

fn refused(option: &str, found: Text, expected: Text) -> Fault {
    Fault::new(Id::DoesNotApply, Place::file(option), found, expected)
}

/// An option for boxes, where there are none.
fn without_truth(option: &str) -> Fault {
    refused(
        option,
        Text::new("an option for boxes, without --truth", "--truth がないのに、物体検出用のオプションがあります"),
        Text::new("--truth with the true boxes", "正解のボックスを --truth で指定"),
    )
}

fn of_table(request: &Request) -> Result<Measured, Vec<Fault>> {
    let unfit = request.given().filter(|(_, of)| !of.contains(&For::Tasks) && !of.contains(&For::Tables));
    let faults: Vec<Fault> = unfit
        .map(|(option, of)| {
            if of.contains(&For::Boxes) {
                return without_truth(option);
            }
            refused(
                option,
                Text::new("an option for masks, beside a table", "表に対して、マスク用のオプションがあります"),
                Text::new("two masks, or two folders of masks", "マスク2つ、または2つのフォルダー"),
            )
        })
        .collect();
    match request.files.as_slice() {
        _ if !faults.is_empty() => Err(faults),
        [file] => table::measure(file, request),
        files => {
            let n = files.len();
            let expected = Text::new("one table of predictions", "予測の表1つ");
            Err(vec![refused("FILE", text!("{n} files", "ファイルが{n}個"), expected)])
        }
    }
}

fn of_boxes(request: &Request) -> Result<Measured, Vec<Fault>> {
    let expected = || {
        Text::new(
            "only --truth, --images, --iou, --encoding beside one file of boxes (columns image, x1, y1, x2, y2, score)",
            "ボックスのファイル1つ（列 image, x1, y1, x2, y2, score）と --truth、--images、--iou、--encoding だけ",
        )
    };
    let unfit = || Text::new("an option that boxes have no use for", "物体検出では使わないオプションです");
    let unused = request.given().filter(|(_, of)| !of.contains(&For::Boxes));
    let mut faults: Vec<Fault> = unused.map(|(option, _)| refused(option, unfit(), expected())).collect();
    if let Some(task) = request.task.filter(|task| *task != Task::Detection) {
        faults.push(refused(
            "--task",
            Text::same(task.name()),
            Text::new("detection beside --truth", "--truth には detection"),
        ));
    }
    let [predictions] = request.files.as_slice() else {
        faults.push(refused("FILE", Text::new("two files", "ファイルが2つあります"), expected()));
        return Err(faults);
    };
    let Some(truth) = &request.truth else {
        let what = Text::new("the file of the true boxes", "正解のボックスのファイル");
        faults.push(refused("--truth", Text::new("not given", "指定がありません"), what));
        return Err(faults);
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    boxes::measure(&boxes::Request {
        predictions: predictions.clone(),
        truth: truth.clone(),
        cp932: request.cp932,
        images: request.images,
        iou: request.iou.unwrap_or(IOU),
        resamples: request.resamples,
        seed: request.seed,
    })
}

fn of_masks(request: &Request) -> Result<Measured, Vec<Fault>> {
    let [reference, prediction] = request.files.as_slice() else {
        if let Some(folder) = request.files.first().filter(|file| file.is_dir()) {
            return Err(vec![source::folder(folder)]);
        }
        let file = request.files.first().map(|file| file.display().to_string()).unwrap_or_default();
        return Err(vec![refused(
            &file,
            Text::new("one file", "ファイルが1つだけです"),
            Text::new(
                "two masks, the true one and the predicted one, or two folders of them",
                "正解と予測の2つのマスク、または2つのフォルダー",
            ),
        )]);
    };
    let unfit = request.given().filter(|(_, of)| !of.contains(&For::Masks));
    let mut faults: Vec<Fault> = unfit
        .map(|(option, of)| {
            if of == [For::Boxes] {
                return without_truth(option);
            }
            refused(
                option,
                Text::new("an option for tables, beside masks", "マスクに対して、表用のオプションがあります"),
                Text::new(
                    "only --spacing, --labels, --threshold, --tolerance, --iou, --distance beside masks (or one table)",
                    "マスクに使えるのは --spacing、--labels、--threshold、--tolerance、--iou、--distance だけです（表なら1つだけ指定）",
                ),
            )
        })
        .collect();
    if let Some(task) = request.task.filter(|task| *task != Task::Segmentation) {
        let task = task.name();
        faults.push(refused(
            "--task",
            text!("{task}, beside masks", "マスクに対して {task}"),
            Text::new("segmentation, or one table", "segmentation、または表1つ"),
        ));
    }
    if let (Some(_), Some(distance)) = (request.iou, request.distance) {
        faults.push(refused(
            "--distance",
            text!("--distance {distance} beside --iou", "--iou と --distance {distance} の両方"),
            Text::new("one of the two: lesions are matched in one way", "どちらか一方。病変の対応づけは1通りです"),
        ));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    masks::measure(&masks::Request {
        reference: reference.clone(),
        prediction: prediction.clone(),
        spacing: request.spacing.clone(),
        labels: request.labels.clone(),
        threshold: request.threshold,
        tolerance: request.tolerance.unwrap_or(TOLERANCE),
        matching: match (request.iou, request.distance) {
            (Some(least), _) => Matching::Iou(least),
            (None, Some(most)) => Matching::Distance(most),
            (None, None) => Matching::Touch,
        },
        resamples: request.resamples,
        seed: request.seed,
    })
}
