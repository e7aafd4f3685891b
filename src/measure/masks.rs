//! Masks measured: a reference and a prediction as PNG or `.npy`, or two folders of equally named ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::answers::{RESAMPLES, all_the_same, too_few, wrong_resamples};
use super::found::{Drawn, FactorLevel, FileFigure, Measured, Method, Task};
use super::source;
use super::voxels::{self, Assumed, Voxels};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::entry::{Family, Of};
use metrics::intervals::{self, Resampling};
use metrics::segmentation::{Masks, Matching};
use metrics::{BadInput, Estimate, Measure, Metric, Shown, order};
use seed::Seed;

/// What is asked about masks.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// The true mask, or a folder of them.
    pub(super) reference: PathBuf,
    /// The predicted mask, or a folder of them.
    pub(super) prediction: PathBuf,
    /// The size of a voxel along each axis, in mm; empty for 1 each.
    pub(super) spacing: Vec<f64>,
    /// The labels to measure apart; empty where a mask has but one.
    pub(super) labels: Vec<u32>,
    /// The value from which a prediction is inside; none where it is a mask already.
    pub(super) threshold: Option<f64>,
    /// The distance in mm that still counts as right, for the surface Dice.
    pub(super) tolerance: f64,
    /// When a predicted lesion finds a true one.
    pub(super) matching: Matching,
    /// How often a bootstrap over cases resamples: 0 for no bootstrap, none for 1,000 times.
    pub(super) resamples: Option<usize>,
    /// The seed of the resampling.
    pub(super) seed: u64,
}

/// A metric of masks.
type OfMasks = fn(&Masks<'_>, f64) -> Measure;

/// The metrics of masks that are shown.
fn shown() -> impl Iterator<Item = (&'static Metric, OfMasks)> {
    metrics::of(Family::Segmentation).filter(|metric| metric.is_shown(Shown::File)).filter_map(|metric| {
        match metric.of {
            Of::Masks(compute) => Some((metric, compute)),
            Of::Columns(_) | Of::Boxes(_) | Of::Pictures => None,
        }
    })
}

/// Measures masks.
///
/// # Errors
/// A file that is no mask, masks that do not belong together, a spacing that is none.
pub(super) fn measure(request: &Request) -> Result<Measured, Vec<Fault>> {
    options(request)?;
    let Pairs { pairs, besides } = pairs(request)?;
    let labels: Vec<Option<u32>> =
        if request.labels.is_empty() { vec![None] } else { request.labels.iter().copied().map(Some).collect() };
    let cases = cases(request, &pairs, &labels)?;
    let mut notes = Vec::new();
    notes.push(if request.spacing.is_empty() {
        Text::new(
            "No --spacing: distances are in voxels.",
            "--spacing の指定がないため、距離の単位はボクセル（画素）です。",
        )
    } else {
        Text::new("Distances are in mm.", "距離の単位はmmです。")
    });
    let tolerance = request.tolerance;
    notes.push(text!(
        "The surface Dice allows a distance of {tolerance}; lesions are connected by faces, edges or corners.",
        "表面Diceの許容距離は{tolerance}です。病変は、面・辺・頂点のいずれかで接するものを1つとみなします。"
    ));
    notes.push(match request.matching {
        Matching::Touch => Text::new(
            "A lesion is found where a predicted one touches it, and one prediction may find several; --iou or --distance match them one to one.",
            "予測が1画素でも触れた病変を、見つけたものとします。1つの予測が複数の病変を見つけることもあります。--iou か --distance を指定すると、1対1に対応づけます。",
        ),
        Matching::Iou(least) => text!(
            "Lesions are matched one to one where their IoU is at least {least}, the best pairs first; a predicted lesion without a partner is a false one.",
            "病変は、IoUが{least}以上の組を、高い順に1対1に対応づけました。相手のない予測は偽陽性です。"
        ),
        Matching::Distance(most) => text!(
            "Lesions are matched one to one where their centroids are at most {most} apart, the nearest pairs first; a predicted lesion without a partner is a false one.",
            "病変は、重心の間の距離が{most}以下の組を、近い順に1対1に対応づけました。相手のない予測は偽陽性です。"
        ),
    });
    notes.extend(assumptions(&cases));
    notes.extend(besides);
    notes.extend(never_reached(request, &cases));
    notes.extend(labels.iter().enumerate().flat_map(|(k, label)| nothing_to_tell(*label, k, &cases)));
    let several = pairs.len() > 1;
    let mut figures = Vec::new();
    for (k, label) in labels.iter().enumerate() {
        let group = label.map(|label| ("label".to_owned(), label.to_string()));
        if let Some(label) = label.filter(|_| cases.iter().all(|case| case.each[k].inside == [0, 0])) {
            // Two masks without it would agree perfectly.
            let nowhere = text!("No mask has the label {label}.", "ラベル{label}をもつマスクはありません。");
            figures.extend(shown().map(|(metric, _)| FileFigure {
                group: group.clone(),
                measure: Err(nowhere.clone()),
                ..FileFigure::new(metric, pairs.len())
            }));
            continue;
        }
        for (m, (metric, _)) in shown().enumerate() {
            let of_cases: Vec<Measure> = cases.iter().map(|case| case.each[k].figures[m]).collect();
            let mut whole = if several {
                mean(metric, &of_cases, request)
            } else {
                let measure = of_cases[0].map(|estimate| estimate.with(None)).map_err(|because| because.text());
                let no_interval = measure.is_ok().then(|| {
                    Text::new(
                        "One case: it says nothing of the next.",
                        "1例だけでは、ほかの症例について何もいえません。",
                    )
                });
                FileFigure { measure, no_interval, ..FileFigure::new(metric, 1) }
            };
            whole.group.clone_from(&group);
            figures.push(whole);
        }
        if several {
            for ((name, _, _), case) in pairs.iter().zip(&cases) {
                for ((metric, _), measure) in shown().zip(&case.each[k].figures) {
                    figures.push(FileFigure {
                        level: Some(FactorLevel { kind: "case", value: name.clone() }),
                        group: group.clone(),
                        measure: measure.map(|estimate| estimate.with(None)).map_err(|because| because.text()),
                        ..FileFigure::new(metric, 1)
                    });
                }
            }
        }
    }
    Ok(Measured {
        task: Task::Segmentation,
        files: vec![request.reference.display().to_string(), request.prediction.display().to_string()],
        roles: Vec::new(),
        rows: pairs.len(),
        used: pairs.len(),
        missing: Vec::new(),
        clusters: None,
        resamples: request.resamples.unwrap_or(RESAMPLES),
        seed: request.seed,
        notes,
        figures,
        curves: Vec::new(),
    })
}

fn options(request: &Request) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut refuse = |option: &str, found: String, expected: Text| {
        faults.push(Fault::new(Id::OutOfRange, Place::file(option), Text::same(found), expected));
    };
    for step in request.spacing.iter().filter(|step| !step.is_finite() || **step <= 0.0) {
        refuse(
            "--spacing",
            step.to_string(),
            Text::new("mm between voxels along each axis, more than 0", "各軸のボクセル間隔（mm）。0より大きい値"),
        );
    }
    if !request.tolerance.is_finite() || request.tolerance < 0.0 {
        refuse("--tolerance", request.tolerance.to_string(), Text::new("mm, 0 or more", "0以上の値（mm）"));
    }
    match request.matching {
        Matching::Iou(least) if !(least > 0.0 && least <= 1.0) => {
            refuse("--iou", least.to_string(), Text::new("more than 0 and at most 1", "0より大きく1以下の値"));
        }
        Matching::Distance(most) if !(most > 0.0 && most.is_finite()) => {
            refuse("--distance", most.to_string(), Text::new("mm, more than 0", "0より大きい値（mm）"));
        }
        _ => {}
    }
    if let Some(threshold) = request.threshold.filter(|threshold| !threshold.is_finite()) {
        refuse("--threshold", threshold.to_string(), Text::new("a finite number", "有限の数値"));
    }
    if request.labels.contains(&0) {
        refuse(
            "--labels",
            "0".to_owned(),
            Text::new("labels from 1 (0 is the background)", "1以上のラベル（0は背景）"),
        );
    }
    if let Some((found, expected)) = wrong_resamples(request.resamples) {
        refuse("--resamples", found, expected);
    }
    if request.threshold.is_some() && !request.labels.is_empty() {
        refuse(
            "--threshold",
            "--labels".to_owned(),
            Text::new("one of the two: a threshold makes one mask", "どちらか一方。閾値で得られるマスクは1つです"),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A case: its name, its reference and its prediction.
type Pair = (String, PathBuf, PathBuf);

/// What is measured, and what lies beside it.
struct Pairs {
    pairs: Vec<Pair>,
    besides: Vec<Text>,
}

/// Each case.
fn pairs(request: &Request) -> Result<Pairs, Vec<Fault>> {
    let (reference, prediction) = (&request.reference, &request.prediction);
    match (reference.is_dir(), prediction.is_dir()) {
        (false, false) => {
            let name = prediction.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            Ok(Pairs { pairs: vec![(name, reference.clone(), prediction.clone())], besides: Vec::new() })
        }
        (true, true) => {
            let (references, predictions) = (folder(reference)?, folder(prediction)?);
            let mut faults = Vec::new();
            for (here, there, folder) in
                [(&references, &predictions, prediction), (&predictions, &references, reference)]
            {
                for (_, name) in here.masks.iter().filter(|(stem, _)| !there.masks.contains_key(*stem)) {
                    let fault = Fault::new(
                        Id::NoPair,
                        Place::file(folder.display().to_string()),
                        text!("no {name}", "{name} がありません"),
                        Text::new("a mask of this name in both folders", "両方のフォルダーに同じ名前のマスク"),
                    );
                    // Names are compared one by one: of thousands that are missing, the first few tell.
                    let told = faults.len() < 3;
                    faults.push(if told { fault.near(name, there.masks.values().map(String::as_str)) } else { fault });
                    if faults.len() >= 20 {
                        break;
                    }
                }
            }
            faults.truncate(20);
            if !faults.is_empty() {
                return Err(faults);
            }
            if references.masks.is_empty() {
                let found = references.besides(reference).map_or_else(
                    || Text::new("no mask", "マスクがありません"),
                    |Text { en, ja }| text!("no mask. {en}", "マスクがありません。{ja}"),
                );
                return Err(vec![Fault::new(
                    Id::MissingFile,
                    Place::file(reference.display().to_string()),
                    found,
                    Text::new("files that end in .png or .npy", ".png または .npy で終わるファイル"),
                )]);
            }
            let besides =
                [references.besides(reference), predictions.besides(prediction)].into_iter().flatten().collect();
            let pairs = references
                .masks
                .values()
                .zip(predictions.masks.into_values())
                .map(|(truth, guess)| (guess.clone(), reference.join(truth), prediction.join(guess)))
                .collect();
            Ok(Pairs { pairs, besides })
        }
        (folder, _) => {
            let file = if folder { prediction } else { reference };
            // What is not there at all is told as such.
            source::bytes(file).map_err(|fault| vec![fault])?;
            Err(vec![Fault::new(
                Id::Mismatch,
                Place::file(file.display().to_string()),
                Text::new("a file beside a folder", "一方がファイルで、他方がフォルダーです"),
                Text::new("two files, or two folders", "ファイル2つ、またはフォルダー2つ"),
            )])
        }
    }
}

/// What a folder holds.
#[derive(Default)]
struct Folder {
    /// Its masks: the name without its end, and with it.
    masks: BTreeMap<String, String>,
    /// Other files and folders. What is hidden (its name begins with a dot, as what macOS leaves beside each file) is not among them.
    others: Vec<String>,
}

impl Folder {
    /// What lies beside the masks, for people.
    fn besides(&self, path: &Path) -> Option<Text> {
        let (folder, n) = (path.display(), self.others.len());
        let few = self.others.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if n > 3 { ", …" } else { "" };
        (n > 0).then(|| {
            text!(
                "Not read in {folder}, as they end in neither .png nor .npy: {n} ({few}{more}).",
                "{folder} には .png・.npy 以外のものが{n}個あり、読んでいません（{few}{more}）。"
            )
        })
    }
}

fn folder(path: &Path) -> Result<Folder, Vec<Fault>> {
    let unreadable = |error: &std::io::Error| {
        vec![Fault::new(
            Id::Unreadable,
            Place::file(path.display().to_string()),
            text!("a folder that cannot be read ({error})", "読み込めないフォルダーです（{error}）"),
            Text::new("a folder of masks", "マスクのフォルダー"),
        )]
    };
    let (mut found, mut faults) = (Folder::default(), Vec::new());
    let mut entries: Vec<(String, bool)> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(&error))? {
        let entry = entry.map_err(|error| unreadable(&error))?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path().is_dir()));
    }
    entries.sort();
    for (name, is_folder) in entries {
        if name.starts_with('.') {
            continue;
        }
        let of = Path::new(&name);
        let end = of.extension().map(|end| end.to_string_lossy().to_lowercase());
        if is_folder || !end.is_some_and(|end| end == "png" || end == "npy") {
            found.others.push(name);
            continue;
        }
        let stem = of.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(first) = found.masks.get(&stem) {
            if faults.len() < 20 {
                faults.push(Fault::new(
                    Id::NoPair,
                    Place::file(path.display().to_string()),
                    text!(
                        "two masks of one case, {first} and {name}",
                        "1つの症例にマスクが2つあります（{first} と {name}）"
                    ),
                    Text::new("one file per case", "1症例に1ファイル"),
                ));
            }
            continue;
        }
        found.masks.insert(stem, name);
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// A case, measured.
struct Case {
    /// For each label.
    each: Vec<Labelled>,
    /// What was assumed, and of which file.
    assumed: Vec<(Assumed, PathBuf)>,
    /// The largest value of the prediction.
    largest: f64,
    /// Whether whole numbers of 0 and 1 were taken as they are, though other files may tell that they are grey levels.
    unsure: bool,
}

/// A label of a case.
struct Labelled {
    /// In the order of [`shown`].
    figures: Vec<Measure>,
    /// How many voxels of the reference and of the prediction have it.
    inside: [usize; 2],
    /// How many voxels there are.
    voxels: usize,
}

/// Every case, measured: the first that cannot be is told.
fn cases(request: &Request, pairs: &[Pair], labels: &[Option<u32>]) -> Result<Vec<Case>, Vec<Fault>> {
    let one = |(_, reference, prediction): &Pair, grey: bool| case(request, reference, prediction, labels, grey);
    let found: Vec<Result<Case, Fault>> = pairs.par_iter().map(|pair| one(pair, false)).collect();
    let mut cases = found.into_iter().collect::<Result<Vec<Case>, Fault>>().map_err(|fault| vec![fault])?;
    let scaled = |case: &Case| case.assumed.iter().any(|(assumed, _)| matches!(assumed, Assumed::Scaled(_)));
    if cases.iter().any(scaled) {
        // One folder, one scale: where others hold grey levels, a 1 is nearly black.
        for (case, pair) in cases.iter_mut().zip(pairs).filter(|(case, _)| case.unsure) {
            *case = one(pair, true).map_err(|fault| vec![fault])?;
        }
    }
    Ok(cases)
}

/// The figures of one case, for each label; `grey` where whole numbers are grey levels beside a threshold up to 1.
fn case(
    request: &Request,
    reference: &Path,
    prediction: &Path,
    labels: &[Option<u32>],
    grey: bool,
) -> Result<Case, Fault> {
    let (truth, guess) = (voxels::read(reference)?, voxels::read(prediction)?);
    if truth.shape != guess.shape {
        let (is, must) = (voxels::shape(&guess.stored), voxels::shape(&truth.stored));
        return Err(Fault::new(
            Id::OtherSize,
            Place::file(prediction.display().to_string()),
            text!("a mask of {is}", "大きさ {is} のマスク"),
            text!("{must}, as its reference", "正解と同じ {must}"),
        ));
    }
    let spacing = spacing(request, &truth)?;
    is_mask(&truth, reference, !labels.contains(&None))?;
    let mut assumed: Vec<(Assumed, PathBuf)> = Vec::new();
    assumed.extend(truth.assumed.iter().map(|one| (one.clone(), reference.to_owned())));
    assumed.extend(guess.assumed.iter().map(|one| (one.clone(), prediction.to_owned())));
    let largest = guess.values.iter().copied().fold(0.0, f64::max);
    let (mut white, mut unsure) = (1.0, false);
    if let Some(threshold) = request.threshold {
        let scale = scale(&guess, threshold, grey).map_err(|(found, expected)| {
            Fault::new(Id::BadValue, Place::file(prediction.display().to_string()), found, expected)
        })?;
        unsure = scale.unsure;
        white = scale.white;
        assumed.extend(scale.assumed.map(|one| (one, prediction.to_owned())));
    } else {
        is_mask(&guess, prediction, !labels.contains(&None))?;
    }
    let inside = |image: &Voxels, label: Option<u32>, threshold: Option<f64>| -> Vec<bool> {
        let of = |&value: &f64| match (threshold, label) {
            (Some(threshold), _) => value / white >= threshold,
            (None, Some(label)) => (value - f64::from(label)).abs() < 0.5,
            (None, None) => value.abs() > 0.0,
        };
        image.values.iter().map(of).collect()
    };
    let mut each = Vec::with_capacity(labels.len());
    for &label in labels {
        let (a, b) = (inside(&truth, label, None), inside(&guess, label, request.threshold));
        let masks = Masks::new(&truth.shape, &spacing, &a, &b).map(|masks| masks.matched(request.matching)).map_err(
            |bad: BadInput| Fault::new(Id::OtherSize, Place::file(reference.display().to_string()), bad.text(), fits()),
        )?;
        let count = |mask: &[bool]| mask.iter().filter(|inside| **inside).count();
        each.push(Labelled {
            figures: figures(&masks, request.tolerance),
            inside: [count(&a), count(&b)],
            voxels: a.len(),
        });
    }
    Ok(Case { each, assumed, largest, unsure })
}

/// The figures of two masks, in the order of [`shown`].
fn figures(masks: &Masks<'_>, tolerance: f64) -> Vec<Measure> {
    shown().map(|(_, compute)| compute(masks, tolerance)).collect()
}

/// The size of a voxel along each axis that is left: one number per axis of the file, or per axis longer than 1.
fn spacing(request: &Request, truth: &Voxels) -> Result<Vec<f64>, Fault> {
    let (given, axes) = (&request.spacing, truth.shape.len());
    if given.is_empty() {
        return Ok(vec![1.0; axes]);
    }
    if given.len() == axes {
        return Ok(given.clone());
    }
    let long = || truth.stored.iter().zip(given).filter(|(length, _)| **length != 1).map(|(_, step)| *step);
    if given.len() == truth.stored.len() && long().count() == axes {
        return Ok(long().collect());
    }
    let n = given.len();
    Err(Fault::new(
        Id::OtherSize,
        Place::file("--spacing"),
        text!("{n} numbers", "数値が{n}個"),
        text!("{axes}, one per axis of the masks", "マスクの軸の数と同じ{axes}個"),
    ))
}

/// How the values of a prediction relate to a threshold.
struct Scale {
    /// What they are divided by.
    white: f64,
    assumed: Option<Assumed>,
    unsure: bool,
}

/// Whole numbers beside a threshold between 0 and 1 are grey levels, unless they are a mask of 0 and 1 already.
fn scale(guess: &Voxels, threshold: f64, grey: bool) -> Result<Scale, (Text, Text)> {
    let plain = |assumed, unsure| Ok(Scale { white: 1.0, assumed, unsure });
    let (least, largest) = guess.values.iter().fold((0.0_f64, 0.0_f64), |(l, h), &v| (l.min(v), h.max(v)));
    if !(threshold > 0.0 && threshold <= 1.0) {
        let fractions = guess.values.iter().any(|value| value.fract() != 0.0);
        if fractions && least >= 0.0 && largest <= 1.0 && !(0.0..=1.0).contains(&threshold) {
            return Err((
                text!(
                    "values up to {largest}, beside --threshold {threshold}",
                    "--threshold {threshold} に対して、最大{largest}の値です"
                ),
                Text::new(
                    "--threshold 0 to 1: every value lies between 0 and 1",
                    "0から1までの --threshold（値はすべて0と1の間にあります）",
                ),
            ));
        }
        return plain(None, false);
    }
    if guess.values.iter().any(|value| value.fract() != 0.0) {
        return plain((least < 0.0 || largest > 1.0).then_some(Assumed::Unscaled), false);
    }
    if least >= 0.0 && largest <= 1.0 && !grey {
        return plain(None, largest > 0.0 && guess.white.is_some_and(|white| white > 1.0));
    }
    match guess.white.filter(|_| least >= 0.0 && threshold < 1.0) {
        Some(white) => Ok(Scale { white, assumed: Some(Assumed::Scaled(white.to_string())), unsure: false }),
        None => Err((
            text!(
                "whole numbers from {least} to {largest}, beside --threshold {threshold}",
                "--threshold {threshold} に対して、{least}から{largest}までの整数です"
            ),
            Text::new(
                "probabilities from 0 to 1 (how are these scaled?), or a --threshold in the unit of the values",
                "0から1までの確率（この値はどのような尺度ですか）、または値と同じ尺度の --threshold",
            ),
        )),
    }
}

/// What was assumed of the files, each thing once.
fn assumptions(cases: &[Case]) -> Vec<Text> {
    let mut all: BTreeMap<&Assumed, (&Path, usize)> = BTreeMap::new();
    for (assumed, file) in cases.iter().flat_map(|case| &case.assumed) {
        all.entry(assumed).and_modify(|(_, more)| *more += 1).or_insert((file, 0));
    }
    all.into_iter().map(|(assumed, (file, more))| assumed.text(&file.display().to_string(), more)).collect()
}

/// A threshold that no prediction reaches anywhere is probably one of another scale.
fn never_reached(request: &Request, cases: &[Case]) -> Option<Text> {
    let threshold = request.threshold?;
    let largest = cases.iter().map(|case| case.largest).fold(0.0, f64::max);
    cases.iter().all(|case| case.each.iter().all(|label| label.inside[1] == 0)).then(|| {
        text!(
            "No prediction reaches --threshold {threshold} anywhere: the largest value is {largest}.",
            "--threshold {threshold} に達する予測がどこにもありません。最大値は{largest}です。"
        )
    })
}

/// Cases whose two masks agree because both are empty, or both fill the image.
fn nothing_to_tell(label: Option<u32>, k: usize, cases: &[Case]) -> Vec<Text> {
    let n = |what: &dyn Fn(&Labelled) -> bool| cases.iter().filter(|case| what(&case.each[k])).count();
    let (empty, full) = (n(&|one| one.inside == [0, 0]), n(&|one| one.inside == [one.voxels; 2]));
    let (en, ja) =
        label.map_or_else(Default::default, |label| (format!("Label {label}: "), format!("ラベル{label}：")));
    let mut out = Vec::new();
    if empty > 0 && (label.is_none() || empty < cases.len()) {
        out.push(text!(
            "{en}both masks are empty in {empty} of the cases, which count as full agreement (Dice 1).",
            "{ja}{empty}例では両方のマスクが空です。完全な一致（Dice 1）として数えます。"
        ));
    }
    if full > 0 {
        out.push(text!(
            "{en}both masks fill the whole image in {full} of the cases: is that what they should show?",
            "{ja}{full}例では両方のマスクが画像全体を占めています。ファイルが正しいか確認してください。"
        ));
    }
    out
}

fn fits() -> Text {
    Text::new("masks of 1 to 3 axes", "1～3軸のマスク")
}

/// A mask holds 0 and one other value, or whole labels where labels are asked for.
fn is_mask(image: &Voxels, path: &Path, labelled: bool) -> Result<(), Fault> {
    let refuse = |found: Text, expected: Text| {
        Err(Fault::new(Id::BadValue, Place::file(path.display().to_string()), found, expected))
    };
    if let Some(at) = image.values.iter().position(|value| value.fract() != 0.0 || *value < 0.0) {
        let (value, place) = (image.values[at], voxels::place(&image.shape, at));
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

/// The mean over cases where the figure exists, with its bootstrap interval over cases.
fn mean(metric: &'static Metric, of_cases: &[Measure], request: &Request) -> FileFigure {
    let values: Vec<f64> = of_cases.iter().filter_map(|measure| Some(measure.ok()?.value)).collect();
    let mut figure = FileFigure::new(metric, values.len());
    let because = of_cases.iter().find_map(|measure| measure.err()).map(|because| because.text());
    let Some(value) = order::mean(&values) else {
        figure.measure = Err(because.unwrap_or_default());
        return figure;
    };
    figure.without = because.map(|because| (of_cases.len() - values.len(), because));
    let mut estimate = Estimate::plain(value, values.len());
    let (resampling, resamples) = (Resampling::Rows(values.len()), request.resamples.unwrap_or(RESAMPLES));
    let statistic = |rows: &[usize]| order::mean(&rows.iter().map(|&row| values[row]).collect::<Vec<_>>());
    let seed = Seed::new(request.seed).named("measure");
    if let Some(because) = too_few(resampling.units()) {
        figure.no_interval = Some(because);
    } else if resamples > 0 {
        match intervals::bootstrap(&resampling, resamples, seed, statistic) {
            Ok(bootstrap) if bootstrap.says_nothing() => figure.no_interval = Some(all_the_same()),
            Ok(bootstrap) => {
                estimate = metric.resampled(estimate, &bootstrap);
                figure.method = Some(Method::Bootstrap(Drawn::Cases));
                figure.resamples = Some(resamples);
            }
            Err(because) => figure.no_interval = Some(because.text()),
        }
    }
    figure.measure = Ok(estimate);
    figure
}
