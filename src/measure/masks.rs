//! Masks measured: a reference and a prediction as PNG or `.npy`, or two folders of equally named ones.

use std::path::{Path, PathBuf};

use super::found::{Drawn, Figure, Measured, Method, Part, RESAMPLES, Task, too_few, wrong_resamples};
use super::source;
use crate::fault::{Fault, Place};
use crate::metrics::intervals::{self, Resampling};
use crate::metrics::segmentation::{self as seg, Connectivity, Masks};
use crate::metrics::{BadInput, Estimate, Measure, order};
use crate::seed::Seed;
use crate::text;
use crate::text::Text;

/// What is asked about masks.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The true mask, or a folder of them.
    pub reference: PathBuf,
    /// The predicted mask, or a folder of them.
    pub prediction: PathBuf,
    /// The size of a voxel along each axis, in mm; empty for 1 each.
    pub spacing: Vec<f64>,
    /// The labels to measure apart; empty where a mask has but one.
    pub labels: Vec<u32>,
    /// The value from which a prediction is inside; none where it is a mask already.
    pub threshold: Option<f64>,
    /// The distance in mm that still counts as right, for the surface Dice.
    pub tolerance: f64,
    /// How often a bootstrap over cases resamples: 0 for no bootstrap, none for 1,000 times.
    pub resamples: Option<usize>,
    /// The seed of the resampling.
    pub seed: u64,
}

/// The values of an image.
struct Image {
    shape: Vec<usize>,
    values: Vec<f64>,
}

const METRICS: &[&str] = &[
    "dice",
    "iou",
    "voxel_sensitivity",
    "voxel_ppv",
    "relative_volume_error",
    "hausdorff",
    "hausdorff95",
    "assd",
    "masd",
    "nsd",
    "lesion_sensitivity",
    "lesion_ppv",
    "lesion_f1",
];

/// Measures masks.
///
/// # Errors
/// A file that is no mask, masks that do not belong together, a spacing that is none.
pub fn measure(question: &Question) -> Result<Measured, Vec<Fault>> {
    options(question)?;
    let pairs = pairs(question)?;
    let labels: Vec<Option<u32>> =
        if question.labels.is_empty() { vec![None] } else { question.labels.iter().copied().map(Some).collect() };
    // Per case: per label: per metric.
    let mut found: Vec<Vec<Vec<Measure>>> = Vec::new();
    for (_, reference, prediction) in &pairs {
        found.push(case(question, reference, prediction, &labels).map_err(|fault| vec![fault])?);
    }
    let mut notes = Vec::new();
    notes.push(if question.spacing.is_empty() {
        Text::new(
            "No --spacing: distances are in voxels.",
            "--spacing の指定がないため、距離の単位はボクセル（画素）です。",
        )
    } else {
        Text::new("Distances are in mm.", "距離の単位はmmです。")
    });
    let tolerance = question.tolerance;
    notes.push(text!(
        "The surface Dice allows a distance of {tolerance}; lesions are connected by faces, edges or corners.",
        "表面Diceの許容距離は{tolerance}です。病変は、面・辺・頂点のいずれかで接するものを1つとみなします。"
    ));
    let several = pairs.len() > 1;
    let mut figures = Vec::new();
    for (k, label) in labels.iter().enumerate() {
        let group = label.map(|label| ("label".to_owned(), label.to_string()));
        for (m, metric) in METRICS.iter().copied().enumerate() {
            let of_cases: Vec<Measure> = found.iter().map(|case| case[k][m]).collect();
            let mut whole = if several {
                mean(metric, &of_cases, question)
            } else {
                let measure = of_cases[0].map(|estimate| estimate.with(None)).map_err(|because| because.text());
                let no_interval = measure.is_ok().then(|| {
                    Text::new(
                        "One case: it says nothing of the next.",
                        "1例だけでは、ほかの症例について何もいえません。",
                    )
                });
                Figure { measure, no_interval, ..Figure::new(metric, 1) }
            };
            whole.group.clone_from(&group);
            figures.push(whole);
        }
        if several {
            for ((name, _, _), case) in pairs.iter().zip(&found) {
                for (metric, measure) in METRICS.iter().copied().zip(&case[k]) {
                    figures.push(Figure {
                        part: Some(Part { kind: "case", value: name.clone() }),
                        group: group.clone(),
                        measure: measure.map(|estimate| estimate.with(None)).map_err(|because| because.text()),
                        ..Figure::new(metric, 1)
                    });
                }
            }
        }
    }
    Ok(Measured {
        task: Task::Segmentation,
        files: vec![question.reference.display().to_string(), question.prediction.display().to_string()],
        roles: Vec::new(),
        rows: pairs.len(),
        used: pairs.len(),
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
    let mut refuse = |option: &str, found: String, expected: Text| {
        faults.push(Fault::new(Place::file(option), Text::same(found), expected));
    };
    for step in question.spacing.iter().filter(|step| !step.is_finite() || **step <= 0.0) {
        refuse(
            "--spacing",
            step.to_string(),
            Text::new("mm between voxels along each axis, more than 0", "各軸のボクセル間隔（mm）。0より大きい値"),
        );
    }
    if !question.tolerance.is_finite() || question.tolerance < 0.0 {
        refuse("--tolerance", question.tolerance.to_string(), Text::new("mm, 0 or more", "0以上の値（mm）"));
    }
    if let Some(threshold) = question.threshold.filter(|threshold| !threshold.is_finite()) {
        refuse("--threshold", threshold.to_string(), Text::new("a finite number", "有限の数値"));
    }
    if question.labels.contains(&0) {
        refuse(
            "--labels",
            "0".to_owned(),
            Text::new("labels from 1 (0 is the background)", "1以上のラベル（0は背景）"),
        );
    }
    if let Some((found, expected)) = wrong_resamples(question.resamples) {
        refuse("--resamples", found, expected);
    }
    if question.threshold.is_some() && !question.labels.is_empty() {
        refuse(
            "--threshold",
            "--labels".to_owned(),
            Text::new("one of the two: a threshold makes one mask", "どちらか一方。しきい値で得られるマスクは1つです"),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Each case: its name, its reference and its prediction.
fn pairs(question: &Question) -> Result<Vec<(String, PathBuf, PathBuf)>, Vec<Fault>> {
    let (reference, prediction) = (&question.reference, &question.prediction);
    match (reference.is_dir(), prediction.is_dir()) {
        (false, false) => {
            let name = prediction.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            Ok(vec![(name, reference.clone(), prediction.clone())])
        }
        (true, true) => {
            let (references, predictions) = (masks_in(reference)?, masks_in(prediction)?);
            let mut faults = Vec::new();
            for (here, there, folder) in
                [(&references, &predictions, prediction), (&predictions, &references, reference)]
            {
                for name in here.iter().filter(|name| !there.contains(name)) {
                    faults.push(
                        Fault::new(
                            Place::file(folder.display().to_string()),
                            text!("no {name}", "{name} がありません"),
                            Text::new("a mask of this name in both folders", "両方のフォルダーに同じ名前のマスク"),
                        )
                        .near(name, there.iter().map(String::as_str)),
                    );
                }
            }
            faults.truncate(20);
            if !faults.is_empty() {
                return Err(faults);
            }
            if references.is_empty() {
                return Err(vec![Fault::new(
                    Place::file(reference.display().to_string()),
                    Text::new("no mask", "マスクがありません"),
                    Text::new("files that end in .png or .npy", ".png または .npy で終わるファイル"),
                )]);
            }
            Ok(references
                .into_iter()
                .map(|name| (name.clone(), reference.join(&name), prediction.join(&name)))
                .collect())
        }
        (folder, _) => {
            let file = if folder { prediction } else { reference };
            // What is not there at all is told as such.
            source::bytes(file).map_err(|fault| vec![fault])?;
            Err(vec![Fault::new(
                Place::file(file.display().to_string()),
                Text::new("a file beside a folder", "一方がファイルで、他方がフォルダーです"),
                Text::new("two files, or two folders", "ファイル2つ、またはフォルダー2つ"),
            )])
        }
    }
}

fn masks_in(folder: &Path) -> Result<Vec<String>, Vec<Fault>> {
    let entries = std::fs::read_dir(folder).map_err(|error| {
        vec![Fault::new(
            Place::file(folder.display().to_string()),
            text!("a folder that cannot be read ({error})", "読み込めないフォルダーです（{error}）"),
            Text::new("a folder of masks", "マスクのフォルダー"),
        )]
    })?;
    let is_mask = |name: &String| {
        let end = Path::new(name).extension().map(|end| end.to_string_lossy().to_lowercase());
        end.is_some_and(|end| end == "png" || end == "npy")
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(is_mask).collect();
    names.sort();
    Ok(names)
}

/// The figures of one case, for each label.
fn case(
    question: &Question,
    reference: &Path,
    prediction: &Path,
    labels: &[Option<u32>],
) -> Result<Vec<Vec<Measure>>, Fault> {
    let (truth, guess) = (read(reference)?, read(prediction)?);
    if truth.shape != guess.shape {
        let (is, must) = (shape(&guess.shape), shape(&truth.shape));
        return Err(Fault::new(
            Place::file(prediction.display().to_string()),
            text!("a mask of {is}", "大きさ {is} のマスク"),
            text!("{must}, as its reference", "正解と同じ {must}"),
        ));
    }
    let axes = truth.shape.len();
    let spacing = if question.spacing.is_empty() { vec![1.0; axes] } else { question.spacing.clone() };
    if spacing.len() != axes {
        let n = spacing.len();
        return Err(Fault::new(
            Place::file("--spacing"),
            text!("{n} numbers", "数値が{n}個"),
            text!("{axes}, one per axis of the masks", "マスクの軸の数と同じ{axes}個"),
        ));
    }
    is_mask(&truth, reference, !labels.contains(&None))?;
    if question.threshold.is_none() {
        is_mask(&guess, prediction, !labels.contains(&None))?;
    }
    let mut out = Vec::new();
    for label in labels {
        let inside = |image: &Image, threshold: Option<f64>| -> Vec<bool> {
            image
                .values
                .iter()
                .map(|&value| match (threshold, label) {
                    (Some(threshold), _) => value >= threshold,
                    (None, Some(label)) => (value - f64::from(*label)).abs() < 0.5,
                    (None, None) => value.abs() > 0.0,
                })
                .collect()
        };
        let (a, b) = (inside(&truth, None), inside(&guess, question.threshold));
        let masks = Masks::new(&truth.shape, &spacing, &a, &b)
            .map_err(|bad: BadInput| Fault::new(Place::file(reference.display().to_string()), bad.text(), fits()))?;
        let lesions = seg::lesions(&masks, Connectivity::Corners);
        let f1 = Ok(Estimate::plain(lesions.f1, lesions.reference + lesions.prediction));
        out.push(
            METRICS
                .iter()
                .map(|metric| match *metric {
                    "dice" => Ok(seg::dice(&masks)),
                    "iou" => Ok(seg::iou(&masks)),
                    "voxel_sensitivity" => seg::voxel_sensitivity(&masks),
                    "voxel_ppv" => seg::voxel_ppv(&masks),
                    "relative_volume_error" => seg::relative_volume_error(&masks),
                    "hausdorff" => seg::hausdorff(&masks),
                    "hausdorff95" => seg::hausdorff95(&masks),
                    "assd" => seg::assd(&masks),
                    "masd" => seg::masd(&masks),
                    "nsd" => Ok(seg::nsd(&masks, question.tolerance)),
                    "lesion_sensitivity" => lesions.sensitivity,
                    "lesion_ppv" => lesions.ppv,
                    _ => f1,
                })
                .collect(),
        );
    }
    Ok(out)
}

fn fits() -> Text {
    Text::new("masks of 1 to 3 axes", "1～3軸のマスク")
}

fn shape(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

/// A mask holds 0 and one other value, or whole labels where labels are asked for.
fn is_mask(image: &Image, path: &Path, labelled: bool) -> Result<(), Fault> {
    let refuse =
        |found: Text, expected: Text| Err(Fault::new(Place::file(path.display().to_string()), found, expected));
    if let Some(at) = image.values.iter().position(|value| value.fract() != 0.0 || *value < 0.0) {
        let (value, place) = (image.values[at], place(&image.shape, at));
        return refuse(
            text!("{value} at {place}", "{place} に {value}"),
            Text::new(
                "whole numbers, 0 outside the mask (for a map of probabilities as prediction, give --threshold)",
                "整数（マスクの外は0）。予測が確率マップなら --threshold を指定してください",
            ),
        );
    }
    if labelled {
        return Ok(());
    }
    let mut others: Vec<u64> = Vec::new();
    for &value in image.values.iter().filter(|value| **value > 0.0) {
        let value = value.to_bits();
        if !others.contains(&value) {
            others.push(value);
            if others.len() > 5 {
                break;
            }
        }
    }
    if others.len() > 1 {
        let mut values: Vec<f64> = others.iter().map(|&bits| f64::from_bits(bits)).collect();
        values.sort_by(f64::total_cmp);
        let values = values.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
        return refuse(
            text!("several values beside 0: {values}", "0以外の値が複数あります：{values}"),
            Text::new(
                "one value for the mask, or --labels with those to measure (or --threshold for a prediction)",
                "マスクの値は1種類。複数のラベルを評価するなら --labels（予測が確率なら --threshold）",
            ),
        );
    }
    Ok(())
}

/// Where a voxel lies, along each axis from 0.
fn place(shape: &[usize], mut at: usize) -> String {
    let mut along = Vec::new();
    for &length in shape.iter().rev() {
        along.push((at % length.max(1)).to_string());
        at /= length.max(1);
    }
    along.reverse();
    format!("({})", along.join(", "))
}

/// The mean over cases where the figure exists, with its bootstrap interval over cases.
fn mean(metric: &'static str, of_cases: &[Measure], question: &Question) -> Figure {
    let values: Vec<f64> = of_cases.iter().filter_map(|measure| Some(measure.ok()?.value)).collect();
    let mut figure = Figure::new(metric, values.len());
    let because = of_cases.iter().find_map(|measure| measure.err()).map(|because| because.text());
    let Some(value) = order::mean(&values) else {
        figure.measure = Err(because.unwrap_or_default());
        return figure;
    };
    figure.without = because.map(|because| (of_cases.len() - values.len(), because));
    let mut estimate = Estimate::plain(value, values.len());
    let (resampling, resamples) = (Resampling::Rows(values.len()), question.resamples.unwrap_or(RESAMPLES));
    let statistic = |rows: &[usize]| order::mean(&rows.iter().map(|&row| values[row]).collect::<Vec<_>>());
    let seed = Seed::new(question.seed).named("measure");
    if let Some(because) = too_few(&resampling) {
        figure.no_interval = Some(because);
    } else if resamples > 0 {
        match intervals::bootstrap(&resampling, resamples, seed, statistic) {
            Ok(bootstrap) => {
                estimate.interval = Some(bootstrap.interval);
                figure.method = Some(Method::Bootstrap(Drawn::Cases));
                figure.resamples = Some(resamples);
            }
            Err(because) => figure.no_interval = Some(because.text()),
        }
    }
    figure.measure = Ok(estimate);
    figure
}

/// Reads PNG or `.npy`: which of them it is, its first letters tell.
fn read(path: &Path) -> Result<Image, Fault> {
    let bytes = source::bytes(path)?;
    let refuse = |found: Text, expected: Text| Fault::new(Place::file(path.display().to_string()), found, expected);
    if bytes.starts_with(b"\x89PNG") {
        let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).map_err(|error| {
            refuse(
                text!("a PNG that cannot be read ({error})", "読み込めないPNGです（{error}）"),
                Text::new("an undamaged PNG", "壊れていないPNG"),
            )
        })?;
        let shape = vec![image.height() as usize, image.width() as usize];
        let rgb = image.to_rgb16();
        if let Some(at) = rgb.pixels().position(|pixel| pixel[0] != pixel[1] || pixel[1] != pixel[2]) {
            let place = place(&shape, at);
            return Err(refuse(
                text!("a colour at {place}", "{place} に色があります"),
                Text::new("a mask in grey levels", "グレースケールのマスク"),
            ));
        }
        // Eight bits stay eight bits: a label of 3 is 3.
        let deep = image.color().bits_per_pixel() / u16::from(image.color().channel_count()) > 8;
        let values = if deep {
            rgb.pixels().map(|pixel| f64::from(pixel[0])).collect()
        } else {
            rgb.pixels().map(|pixel| f64::from(pixel[0] / 257)).collect()
        };
        return Ok(Image { shape, values });
    }
    if bytes.starts_with(b"\x93NUMPY") {
        return npy(&bytes).map_err(|found| {
            refuse(
                found,
                Text::new(
                    "an array of bool, integers or floats with 1 to 3 axes, as numpy.save writes it",
                    "numpy.save で書き出した、bool・整数・浮動小数の1～3軸の配列",
                ),
            )
        });
    }
    Err(refuse(
        Text::new("neither PNG nor .npy", "PNGでも .npy でもありません"),
        Text::new("a mask as PNG, or as .npy (numpy.save)", "PNGまたは .npy（numpy.save）のマスク"),
    ))
}

/// Reads an array as `numpy.save` writes it (its enhancement proposal 1): a dictionary in Python's letters, then the values.
fn npy(bytes: &[u8]) -> Result<Image, Text> {
    let damaged = || Text::new("an array that cannot be read", "読み込めない配列です");
    let (length, start) = match bytes.get(6).ok_or_else(damaged)? {
        1 => (u32::from(little::<2, u16>(bytes, 8, u16::from_le_bytes).ok_or_else(damaged)?), 10),
        _ => (little::<4, u32>(bytes, 8, u32::from_le_bytes).ok_or_else(damaged)?, 12),
    };
    let end = start + length as usize;
    let header = bytes.get(start..end).and_then(|header| std::str::from_utf8(header).ok()).ok_or_else(damaged)?;
    let after = |key: &str| {
        let at = header.find(&format!("'{key}'"))? + key.len() + 2;
        Some(header[at..].trim_start().strip_prefix(':')?.trim_start())
    };
    let descr = after("descr").and_then(|rest| rest.strip_prefix('\'')?.split('\'').next()).ok_or_else(damaged)?;
    let columns_first = after("fortran_order").is_some_and(|rest| rest.starts_with("True"));
    let shape: Vec<usize> = after("shape")
        .and_then(|rest| rest.strip_prefix('(')?.split(')').next())
        .ok_or_else(damaged)?
        .split(',')
        .map(str::trim)
        .filter(|axis| !axis.is_empty())
        .map(|axis| axis.parse().map_err(|_| damaged()))
        .collect::<Result<_, _>>()?;
    if shape.is_empty() || shape.len() > 3 {
        let n = shape.len();
        return Err(text!("an array of {n} axes", "{n}軸の配列です"));
    }
    let voxels = shape.iter().try_fold(1_usize, |all, &axis| all.checked_mul(axis)).ok_or_else(damaged)?;
    let (order, kind) = descr.split_at_checked(1).ok_or_else(damaged)?;
    let read: fn(&[u8]) -> Option<f64> = match kind {
        "b1" | "u1" => |b| little::<1, u8>(b, 0, u8::from_le_bytes).map(f64::from),
        "i1" => |b| little::<1, i8>(b, 0, i8::from_le_bytes).map(f64::from),
        "u2" => |b| little::<2, u16>(b, 0, u16::from_le_bytes).map(f64::from),
        "i2" => |b| little::<2, i16>(b, 0, i16::from_le_bytes).map(f64::from),
        "u4" => |b| little::<4, u32>(b, 0, u32::from_le_bytes).map(f64::from),
        "i4" => |b| little::<4, i32>(b, 0, i32::from_le_bytes).map(f64::from),
        "u8" => |b| little::<8, u64>(b, 0, u64::from_le_bytes).map(|v| v as f64),
        "i8" => |b| little::<8, i64>(b, 0, i64::from_le_bytes).map(|v| v as f64),
        "f4" => |b| little::<4, f32>(b, 0, f32::from_le_bytes).map(f64::from),
        "f8" => |b| little::<8, f64>(b, 0, f64::from_le_bytes),
        _ => return Err(text!("an array of type {descr}", "型 {descr} の配列です")),
    };
    let wide = kind[1..].parse::<usize>().map_err(|_| damaged())?;
    if order == ">" && wide > 1 {
        return Err(text!("an array of type {descr} (big-endian)", "型 {descr}（ビッグエンディアン）の配列です"));
    }
    let data = bytes.get(end..).ok_or_else(damaged)?;
    if data.len() != voxels.checked_mul(wide).ok_or_else(damaged)? {
        let (found, shown) = (data.len() / wide, self::shape(&shape));
        return Err(text!("{found} values for a shape of {shown}", "形 {shown} に対して値が{found}個"));
    }
    let stored: Vec<f64> = data.chunks_exact(wide).filter_map(read).collect();
    if let Some(at) = stored.iter().position(|value| !value.is_finite()) {
        let n = at + 1;
        return Err(text!("NaN or infinity, as value {n}", "{n}番目の値がNaNまたは無限大です"));
    }
    if !columns_first || shape.len() < 2 {
        return Ok(Image { shape, values: stored });
    }
    // The first axis varies fastest: turned round, so that the last does.
    let mut values = vec![0.0; voxels];
    for (at, value) in stored.into_iter().enumerate() {
        let (mut rest, mut index, mut stride) = (at, 0, voxels);
        for &length in &shape {
            stride /= length.max(1);
            index += (rest % length.max(1)) * stride;
            rest /= length.max(1);
        }
        values[index] = value;
    }
    Ok(Image { shape, values })
}

/// A number of N bytes at a place.
fn little<const N: usize, T>(bytes: &[u8], at: usize, from: fn([u8; N]) -> T) -> Option<T> {
    Some(from(bytes.get(at..at + N)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array as numpy 2.4 saves it.
    fn saved(descr: &str, columns_first: bool, shape: &str, data: &[u8]) -> Vec<u8> {
        let order = if columns_first { "True" } else { "False" };
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let mut out = b"\x93NUMPY\x01\x00".to_vec();
        out.extend(u16::try_from(header.len()).expect("short").to_le_bytes());
        out.extend(header.as_bytes());
        out.extend(data);
        out
    }

    #[test]
    fn both_orders_of_axes_give_the_same_image() {
        let rows = npy(&saved("|u1", false, "(2, 3)", &[1, 2, 3, 4, 5, 6])).expect("sound");
        let columns = npy(&saved("|u1", true, "(2, 3)", &[1, 4, 2, 5, 3, 6])).expect("sound");
        assert_eq!(rows.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(columns.values, rows.values);
    }

    #[test]
    fn what_is_no_mask_is_refused() {
        assert!(npy(&saved("|u1", false, "(2, 3)", &[1, 2])).is_err());
        assert!(npy(&saved("<c8", false, "(1,)", &[0; 8])).is_err());
        assert!(npy(&saved("|u1", false, "(1, 1, 1, 1)", &[0])).is_err());
        assert!(npy(&saved("<f4", false, "(1,)", &f32::NAN.to_le_bytes())).is_err());
        assert!(npy(b"\x93NUMPY\x01\x00\xff\xff").is_err());
        assert!(npy(&saved("|u1", false, "(18446744073709551615, 2)", &[0])).is_err());
    }
}
