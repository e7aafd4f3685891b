//! Pictures: models that learn from them, plans that do not fit them, and what a learner gets to see.

use ndarray::Array2;
use practicum::course::dataset::Band;
use practicum::course::plan;
use practicum::evaluate::{RunFigure, outlines};
use practicum::metrics;
use practicum::metrics::segmentation::Matching;
use practicum::models::Input;
use practicum::seed::Seed;
use practicum::signal::{Shape, Signals};
use practicum::target::Target;
use practicum::train::{self, Lesson, Rows};

use super::session::Learner;

const SIDE: usize = 16;

/// Noise with a bright square somewhere in every second picture; and where the squares are.
fn squares(n: usize, seed: u64) -> (Array2<f32>, Array2<f32>) {
    let luck = Seed::new(seed);
    let place = |row: usize, name: &str| (luck.named(name).at(row as u64).uniform() * (SIDE - 4) as f64) as usize;
    let inside = |row: usize, at: usize| {
        let (top, left) = (place(row, "top"), place(row, "left"));
        row.is_multiple_of(2) && (top..top + 4).contains(&(at / SIDE)) && (left..left + 4).contains(&(at % SIDE))
    };
    let noise = |row: usize, at: usize| luck.named("noise").at(row as u64).at(at as u64).uniform() as f32 - 0.5;
    let x = Array2::from_shape_fn((n, SIDE * SIDE), |(row, at)| noise(row, at) + f32::from(u8::from(inside(row, at))));
    let masks = Array2::from_shape_fn((n, SIDE * SIDE), |(row, at)| f32::from(u8::from(inside(row, at))));
    (x, masks)
}

fn labels(n: usize) -> Array2<f32> {
    Array2::from_shape_fn((n, 1), |(row, _)| f32::from(u8::from(row.is_multiple_of(2))))
}

fn fitted(plan: &str, x: Array2<f32>, y: Array2<f32>) -> train::Fitted {
    let plan = plan::read(
        &practicum::models::VOCABULARY,
        &practicum::course::settings::Settings::default(),
        "plan.toml",
        format!("exercise = \"a@1\"\n{plan}").as_bytes(),
    )
    .unwrap();
    let rows = Rows { input: Input::Signal(Shape::picture([1, SIDE, SIDE])), x, y };
    train::fit(Lesson::of(&plan, Target::Risk), &rows, None, Seed::new(3), &mut |_| {}).unwrap()
}

fn auroc(logits: &Array2<f32>, y: &Array2<f32>) -> f64 {
    let column = |values: &Array2<f32>| values.column(0).iter().map(|&x| f64::from(x)).collect::<Vec<f64>>();
    let (y, p) = (column(y), column(logits));
    metrics::metric("auroc").unwrap().compute(&[&y, &p]).unwrap().unwrap().value
}

#[test]
fn networks_learn_what_is_anywhere_in_a_picture() {
    let (x, _) = squares(400, 1);
    let (new, _) = squares(200, 2);
    for model in ["kind = \"cnn\"\nwidth = 4\ndepth = 2", "kind = \"resnet\"\nwidth = 4\ndepth = 2\nbatch_norm = false"]
    {
        let plan = format!("[model]\n{model}\n[train]\nepochs = 8\nbatch = 32\n");
        let model = fitted(&plan, x.clone(), labels(400));
        assert!(auroc(&model.logits(&new), &labels(200)) > 0.95, "{plan}");
    }
}

#[test]
fn a_unet_outlines_what_it_was_shown() {
    let (x, masks) = squares(200, 1);
    let (new, truth) = squares(100, 2);
    for loss in ["log", "focal", "dice", "dice+log"] {
        let plan =
            format!("[model]\nkind = \"unet\"\nwidth = 4\n[train]\nepochs = 12\nbatch = 16\nloss = \"{loss}\"\n");
        let told = fitted(&plan, x.clone(), masks.clone()).logits(&new);
        let both = told.iter().zip(&truth).filter(|(l, y)| **l > 0.0 && **y > 0.5).count() as f64;
        let either = (told.iter().filter(|l| **l > 0.0).count() + truth.iter().filter(|y| **y > 0.5).count()) as f64;
        assert!(2.0 * both / either > 0.8, "{loss}: Dice {}", 2.0 * both / either);
    }
}

#[test]
fn saliency_points_at_what_the_risk_comes_from() {
    // The outcome is the brightness of the upper left corner and nothing else.
    let luck = Seed::new(5);
    let grey = |row: usize, at: usize| luck.at(row as u64).at(at as u64).uniform() as f32 - 0.5;
    let corner = |at: usize| at / SIDE < 5 && at % SIDE < 5;
    let x = Array2::from_shape_fn((400, SIDE * SIDE), |(row, at)| {
        grey(row, at) + if row.is_multiple_of(2) && corner(at) { 1.0 } else { 0.0 }
    });
    let model = fitted("[model]\nkind = \"cnn\"\nwidth = 4\ndepth = 2\n[train]\nepochs = 8\n", x.clone(), labels(400));
    let row = x.row(0).to_vec();
    for map in [model.gradient(&row), model.occlusion(&row, 4)] {
        let mean = |inside: bool| {
            let chosen: Vec<f32> =
                map.iter().enumerate().filter(|(at, _)| corner(*at) == inside).map(|(_, x)| *x).collect();
            chosen.iter().sum::<f32>() / chosen.len() as f32
        };
        assert!(mean(true) > 3.0 * mean(false).abs(), "{} in the corner, {} elsewhere", mean(true), mean(false));
    }
}

#[test]
fn masks_are_judged_by_picture_and_by_lesion() {
    // Two lesions of 4 and 1 pixels of 2 × 1 mm; the mask finds the first and makes one up; the second picture is empty.
    let mut truth = Array2::zeros((2, 64));
    let mut mask = vec![vec![false; 64]; 2];
    for at in [9, 10, 17, 18, 45] {
        truth[[0, at]] = 1;
    }
    for at in [9, 10, 17, 18, 62] {
        mask[0][at] = true;
    }
    let pictures = Signals::drawn([1, 8, 8], Array2::zeros((2, 64)), Some(truth), &[[2.0, 1.0]; 2]);
    let outlines = outlines::compare(&pictures, &mask, (1.0, Matching::Touch)).unwrap();
    let [dice, _, lesions, found, false_lesions, truth_mm2, mask_mm2] = outlines[0].figures;
    assert!((dice - 0.8).abs() < 1e-12 && (truth_mm2, mask_mm2) == (10.0, 10.0));
    assert_eq!((lesions, found, false_lesions), (2.0, 1.0, 1.0));
    let each: Vec<(f64, bool)> = outlines[0].lesions.reference.iter().map(|l| (l.size, l.matched)).collect();
    assert_eq!(each, [(8.0, true), (2.0, false)]);
    let empty = outlines[1].figures.map(|x| x as i64);
    assert_eq!(empty, [1, 1, 0, 0, 0, 0, 0]);
    let lines = outlines::lines("exam", &outlines, &[]);
    let value = |name: &str| lines.iter().find(|line| line.name() == name).unwrap().measure.as_ref().unwrap().value;
    assert!((value("mean_dice") - 0.9).abs() < 1e-12);
    assert_eq!((value("lesion_sensitivity"), value("lesion_ppv")), (0.5, 0.5));
}

#[test]
fn one_blob_over_everything_finds_what_it_is_paired_with_and_sizes_are_told_apart() {
    // Lesions of 4 and 1 pixels of 2 × 1 mm, and a mask over the whole picture: IoU 4/64 and 1/64.
    let mut truth = Array2::zeros((1, 64));
    for at in [9, 10, 17, 18, 45] {
        truth[[0, at]] = 1;
    }
    let pictures = Signals::drawn([1, 8, 8], Array2::zeros((1, 64)), Some(truth), &[[2.0, 1.0]]);
    let everything = vec![vec![true; 64]];
    let figures = |matching: Matching| {
        let outlines = outlines::compare(&pictures, &everything, (1.0, matching)).unwrap();
        let lines = outlines::lines("exam", &outlines, &Band::between(&[5.0]));
        let of = |name: &str, band: Option<&str>| {
            let same =
                |line: &&RunFigure| line.name() == name && line.group.as_ref().map(|(_, value)| value.as_str()) == band;
            lines.iter().find(same).unwrap().measure.as_ref().unwrap().value
        };
        let sensitivity = |band| of("lesion_sensitivity", band);
        vec![
            outlines[0].figures[3],
            outlines[0].figures[4],
            of("lesion_ppv", None),
            sensitivity(Some("below 5")),
            sensitivity(Some("5 and more")),
        ]
    };
    assert_eq!(figures(Matching::Touch), vec![2.0, 0.0, 1.0, 1.0, 1.0]);
    assert_eq!(figures(Matching::Iou(0.06)), vec![1.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(figures(Matching::Iou(0.1)), vec![0.0, 1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn a_run_tells_the_sensitivity_by_size_and_keeps_the_test_lesions() {
    let learner = Learner::new();
    let mask = "mask = \"lesion\"\nmatch = { iou = 0.1 }\nsizes = [25]";
    course(&learner, "brain-mr", mask, 120);
    // Pixels of 9 mm²: lesions of one and two of them, and larger ones.
    let dataset = learner.read("c/datasets/films/dataset.toml");
    let fine = "row_spacing = \"3\", column_spacing = \"3\", small_lesions";
    learner.writes("c/datasets/films/dataset.toml", dataset.replace("small_lesions", fine));
    let plan = "exercise = \"look@1\"\n[model]\nkind = \"unet\"\nwidth = 4\n[train]\nepochs = 2\nbatch = 16\n";
    learner.writes(PLAN, format!("{plan}[operate]\nthreshold = 0.0\n"));
    learner.types("--course c run look").ends(0).says("< 25 mm²").says("≥ 25 mm²");
    learner.types("--course c run look --lang ja").ends(0).says("25 mm²未満");
    let lesions = learner.read("practicum/look/results/1/lesions.csv");
    let mut rows = lesions.lines();
    assert_eq!(rows.next(), Some("film,split,mm2,found"));
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split(',').collect()).collect();
    assert!(rows.len() > 20 && rows.iter().all(|row| row[1] == "test"), "{lesions}");
    // All is marked, and no lesion is a tenth of the picture: nothing is found.
    assert!(rows.iter().all(|row| row[3].trim_end_matches(".0") == "0"), "{lesions}");
    let result = learner.types("--course c run look --json").ends(0).json();
    let of = |band: &str| {
        let lines = result["metrics"].as_array().unwrap();
        let line = lines.iter().find(|l| l["metric"] == "lesion_sensitivity" && l["group"]["value"] == band).unwrap();
        line["value"].as_f64().unwrap()
    };
    assert!(of("below 25") == 0.0 && of("25 and more") == 0.0, "{result}");
}

#[test]
fn a_dataset_says_how_lesions_are_matched_and_is_told_what_it_says_wrongly() {
    for (from, key, expected) in [
        ("match = { iou = 0 }", "image.match.iou", "0.001 to 1"),
        ("match = { distance = -1 }", "image.match.distance", "0.001 to 100"),
        ("match = { ious = 0.1 }", "image.match.ious", "iou"),
        ("match = { iou = 0.1, distance = 3 }", "image.match", "one of"),
        ("sizes = [25, 10]", "image.sizes", "ascending"),
    ] {
        let learner = Learner::new();
        course(&learner, "brain-mr", "mask = \"lesion\"", 40);
        let dataset = learner.read("c/datasets/films/dataset.toml");
        learner.writes("c/datasets/films/dataset.toml", format!("{dataset}{from}\n"));
        let json = learner.types("--course c --json look look").json();
        let fault = &json["faults"][0];
        assert!(fault["key"].as_str().unwrap().starts_with(key), "{from}: {json}");
        let said = fault["expected"]["en"].as_str().unwrap().contains(expected) || fault["nearest"] == expected;
        assert!(said && fault["line"].is_u64(), "{from}: {fault}");
    }
}

/// A course with one exercise about small films, in the learner's folder.
pub(super) fn course(learner: &Learner, kind: &str, mask: &str, rows: usize) {
    let both = "{ en = \"a\", ja = \"あ\" }";
    let with = match kind {
        "brain-mr" => "small_lesions = \"5 * ill\"",
        _ => "nodule = \"35 * ill\"",
    };
    learner.writes(
        "c/datasets/films/dataset.toml",
        format!(
            "id = \"films\"\nversion = 1\ntitle = {both}\nlicence = \"CC0-1.0\"\n[card]\nabout = {both}\nunrealistic = {both}\n\
             [[table]]\nname = \"film\"\nrows = \"{rows}\"\ncolumns = [\n\
             {{ name = \"site\", role = \"group\", sql = \"CASE WHEN row % 3 = 0 THEN 'north' ELSE 'south' END\" }},\n\
             {{ name = \"ill\", role = \"label\", sql = \"row % 2\" }},\n]\n\
             [image]\nkind = \"{kind}\"\nsize = 32\nwith = {{ {with} }}\n{mask}\n"
        ),
    );
    learner.writes(
        "c/exercises/look/exercise.toml",
        format!(
            "format = 2\nid = \"look\"\nversion = 1\ndataset = \"films\"\nfield = \"imaging\"\nlevel = \"doctoral\"\nminutes = 10\n\
             title = {both}\nsummary = {both}\nevidence = []\ngroups = [\"site\"]\n\
             [[check]]\nid = \"sees\"\nshows = \"SELECT auroc(ill, p) AS a FROM exam\"\npasses = \"a > 0.5\"\n\
             title = {both}\npass = {both}\nfail = {both}\nhint = {both}\n"
        ),
    );
    for file in ["starter/plan.toml", "starter/answers.toml"] {
        learner.writes(&format!("c/exercises/look/{file}"), "exercise = \"look@1\"\n");
    }
    for file in ["brief.en.md", "brief.ja.md"] {
        learner.writes(&format!("c/exercises/look/{file}"), "Look.\n");
    }
    learner.types("--course c start look").ends(0);
}

const PLAN: &str = "practicum/look/plan.toml";

#[test]
fn plans_that_pictures_do_not_fit_are_told_where_before_training() {
    let learner = Learner::new();
    course(&learner, "brain-mr", "mask = \"lesion\"", 60);
    for (plan, key, expected) in [
        ("[image]\ncrop = { left = 20, right = 10 }\n[model]\nkind = \"cnn\"", "image.crop", "at most 24"),
        (
            "[image]\nmask = [{ left = 30, top = 0, width = 4, height = 4 }]\n[model]\nkind = \"cnn\"",
            "image.mask",
            "32 × 32",
        ),
        ("[image]\nresize = 5\n[model]\nkind = \"cnn\"", "image.resize", "8 to 256"),
        (
            "[image]\ncrop = { left = 2 }\n[model]\nkind = \"unet\"",
            "image.crop",
            "that 4 divides (depth = 2), such as 28 or 36",
        ),
        (
            "[image]\nresize = 20\n[model]\nkind = \"unet\"\ndepth = 3",
            "image.resize",
            "that 8 divides (depth = 3), such as 16 or 24",
        ),
        ("[image]\nresize = 12\n[model]\nkind = \"cnn\"\ndepth = 4", "image.resize", "at least 16 × 16 pixels"),
        ("[model]\nkind = \"cnn\"\n[train]\nbatch = 64", "train.batch", "1 to 36"),
        ("[model]\nkind = \"cnn\"\n[train]\nloss = \"dice\"", "train.loss", "log, focal"),
        ("[model]\nkind = \"unet\"\n[operate]\ncalibrate = \"platt\"", "operate.calibrate", "none"),
        ("[model]\nkind = \"unet\"\n[operate]\nthreshold = { sensitivity = 0.9 }", "operate.threshold", "a number"),
        ("[cohort]\nwhere = \"ill = 1\"\n[model]\nkind = \"cnn\"", "cohort.where", "with and without the outcome"),
        ("[image]\naugment = [\"flipp\"]\n[model]\nkind = \"cnn\"", "image.augment", "flip"),
    ] {
        learner.writes(PLAN, format!("exercise = \"look@1\"\n{plan}\n"));
        let json = learner.types("--course c --json run look").ends(2).json();
        assert_eq!(json["verdict"], "invalid", "{plan}");
        let fault = &json["faults"][0];
        assert!(fault["key"].as_str().unwrap_or_default().starts_with(key), "{plan}: {fault}");
        assert!(fault["expected"]["en"].as_str().unwrap().contains(expected), "{plan}: {fault}");
    }
    learner.types("start sepsis-alarm").ends(0);
    for kind in ["cnn", "unet"] {
        let plan = format!("exercise = \"sepsis-alarm@2\"\n[model]\nkind = \"{kind}\"\n");
        learner.writes("practicum/sepsis-alarm/plan.toml", plan);
        learner.types("run sepsis-alarm").ends(2).says("these data have none").says("plan.toml");
    }
}

#[test]
fn pictures_are_laid_side_by_side_and_mistakes_after_a_run() {
    let learner = Learner::new();
    course(&learner, "chest-xray", "", 120);
    let before = learner.types("--course c --json look look").ends(0).json();
    assert_eq!(before["files"].as_array().unwrap().len(), 1);
    let montage = image::load_from_memory(&learner.bytes("practicum/look/look/by-site-ill.png")).unwrap();
    // Four groups of eight films, four times as large.
    assert!(montage.width() > 8 * 128 && montage.height() > 4 * 128);
    learner.writes(PLAN, "exercise = \"look@1\"\n[model]\nkind = \"cnn\"\nwidth = 2\ndepth = 2\n[train]\nepochs = 1\n");
    learner.types("--course c start look").ends(0).says("practicum look look");
    learner.types("--course c run look").ends(0).says("most wrong").says("mistakes.png");
    let after = learner.types("--course c look look --by ill").ends(0);
    let after = after.says("look/by-ill.png").says("results/1/mistakes.png");
    assert!(after.out.contains("most wrong"));
    assert!(image::load_from_memory(&learner.bytes("practicum/look/results/1/mistakes.png")).is_ok());
    learner.types("--course c look look --by sit").ends(2).says("site");
}

#[test]
fn a_brain_is_shown_as_long_as_it_is_however_oblong_its_pixels_are() {
    let learner = Learner::new();
    course(&learner, "brain-mr", "", 40);
    let sheet = |learner: &Learner| {
        learner.types("--course c look look --by ill").ends(0);
        image::load_from_memory(&learner.bytes("practicum/look/look/by-ill.png")).unwrap()
    };
    let square = sheet(&learner);
    let dataset = learner.read("c/datasets/films/dataset.toml");
    let oblong = "row_spacing = \"8\", column_spacing = \"4\", small_lesions";
    learner.writes("c/datasets/films/dataset.toml", dataset.replace("small_lesions", oblong));
    let oblong = sheet(&learner);
    // Two lines of pictures of 32 × 32 pixels, which were four dots high and are eight.
    assert_eq!((oblong.width(), oblong.height()), (square.width(), square.height() + 2 * 32 * 4));
}

#[test]
fn a_run_on_pictures_is_the_same_on_one_thread_and_on_two() {
    for (kind, mask, model) in [
        ("chest-xray", "", "kind = \"cnn\"\nwidth = 4\ndropout = 0.2"),
        ("brain-mr", "mask = \"lesion\"", "kind = \"unet\"\nwidth = 4"),
    ] {
        let bytes = |threads: &str| {
            let learner = Learner::new().with("RAYON_NUM_THREADS", threads).with("POLARS_MAX_THREADS", threads);
            course(&learner, kind, mask, 120);
            let plan = format!(
                "exercise = \"look@1\"\n[image]\naugment = [\"shift\", \"flip\", \"noise\"]\n[model]\n{model}\n[train]\nepochs = 2\nbatch = 16\n"
            );
            learner.writes(PLAN, plan);
            learner.types("--course c check look");
            [
                learner.bytes("practicum/look/results/1/predictions.csv"),
                learner.bytes("practicum/look/results/1/result.json"),
            ]
        };
        assert!(bytes("1") == bytes("2"), "{model}: the bytes differ");
    }
}

#[test]
fn a_renderers_parameters_and_masks_are_checked_where_they_are_written() {
    for (from, to, key, expected) in [
        ("nodule = \"35 * ill\"", "nodul = \"1\"", "image.with.nodul", "nodule"),
        ("nodule = \"35 * ill\"", "nodule = \"50 * ill\"", "image.with.nodule", "0 to 40 mm"),
        ("chest-xray", "chest-xrays", "image.kind", "chest-xray"),
        ("size = 32", "size = 31", "image.size", "32 to 256"),
        ("size = 32", "size = 32\nmask = \"nodules\"", "image.mask", "nodule"),
        ("size = 32", "size = 32\nbody = \"films\"", "image.body", "film"),
    ] {
        let learner = Learner::new();
        course(&learner, "chest-xray", "", 40);
        let text = learner.read("c/datasets/films/dataset.toml").replace(from, to);
        learner.writes("c/datasets/films/dataset.toml", text);
        let answer = learner.types("--course c --json look look");
        let json = answer.json();
        let fault = &json["faults"][0];
        assert_eq!(fault["key"], key, "{to}: {json}");
        assert!(
            fault["expected"]["en"].as_str().unwrap().contains(expected) || fault["nearest"] == expected,
            "{fault}"
        );
        assert!(fault["line"].is_u64(), "{fault}");
    }
}

#[test]
fn what_came_to_nothing_is_said_before_the_figures() {
    let learner = Learner::new();
    course(&learner, "chest-xray", "", 120);
    // A hospital's letters, in the upper right corner of every film.
    let dataset = learner.read("c/datasets/films/dataset.toml");
    learner.writes("c/datasets/films/dataset.toml", dataset.replace("nodule =", "marker = \"1\", nodule ="));
    let small = "[model]\nkind = \"cnn\"\nwidth = 2\ndepth = 2\n[train]\nepochs = 2\n";
    let notes = |image: &str, more: &str| -> Vec<String> {
        learner.writes(PLAN, format!("exercise = \"look@1\"\n{image}\n{small}{more}"));
        let json = learner.types("--course c run look --json").ends(0).json();
        let notes = json["trained"]["notes"].as_array().unwrap();
        for note in notes {
            assert!(!note["ja"].as_str().unwrap().is_ascii(), "{note}");
        }
        notes.iter().map(|note| note["en"].as_str().unwrap().to_owned()).collect()
    };
    let any = |notes: &[String], says: &str| notes.iter().any(|note| note.contains(says));

    let nothing = notes("", "learning_rate = 1.0");
    assert!(any(&nothing, "It learned nothing") && any(&nothing, "learning_rate = 1"), "{nothing:?}");

    let cut = "[image]\ncrop = { right = 10 }\n";
    let idle = notes(&format!("{cut}mask = [{{ left = 24, top = 0, width = 8, height = 8 }}]"), "");
    assert!(any(&idle, "A mask hides nothing") && any(&idle, "plan.toml, line"), "{idle:?}");
    let useful = notes(&format!("{cut}mask = [{{ left = 0, top = 0, width = 8, height = 8 }}]"), "");
    assert!(!any(&useful, "hides nothing") && !any(&useful, "Letters are left"), "{useful:?}");

    // One column is cut off, and the letters are not in it.
    let left = notes("[image]\ncrop = { left = 1 }", "");
    assert!(any(&left, "Letters are left: in 72 of the first 72"), "{left:?}");
    // Who hides nothing is to find out.
    assert!(!any(&notes("", ""), "Letters"), "nothing is given away");
}
