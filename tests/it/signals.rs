//! Signals that are read from a file beside a table: series, pictures and volumes. Digits are real (see
//! `tests/data/courses/signals/README.md`); all else here is synthetic and made by the test.

use practicum::seed::Seed;
use practicum::tables;

use super::session::{Answer, Learner, copy, data};
use super::targets::{ran_in, reference_in};

const EXERCISE: &str = r#"
format = 2
id = "beats"
version = 1
dataset = "own"
field = "surgery"
level = "intensive"
minutes = 10
title = { en = "Regular or not?", ja = "規則的か" }
summary = { en = "Is the beat regular?", ja = "拍動は規則的か。" }
evidence = ["made by a test"]
asks = ["plan"]

[exam]
share = 0.3

[[check]]
id = "better_than_chance"
title = { en = "better than chance", ja = "偶然より良い" }
shows = "SELECT auroc(ill, p) AS auroc, auroc_low(ill, p) AS low FROM exam"
passes = "low > 0.5"
pass = { en = "AUROC {auroc:3} (from {low:3}).", ja = "AUROCは{auroc:3}（下限{low:3}）です。" }
fail = { en = "AUROC {auroc:3} (from {low:3}) only.", ja = "AUROCは{auroc:3}（下限{low:3}）にとどまります。" }
hint = { en = "Look along time.", ja = "時間に沿って見てください。" }
"#;

const DATASET: &str = r#"
id = "own"
version = 1
title = { en = "Made by a test", ja = "試験用" }
licence = "CC0-1.0"
[card]
about = { en = "made by a test", ja = "試験用" }
unrealistic = { en = "all of it", ja = "すべて" }
[source]
path = "own.csv"
columns = [{ name = "ill", role = "label" }, { name = "patient", role = "id" }]
[signal]
path = "own.npy"
"#;

pub(super) const ROWS: usize = 300;

/// An array as numpy saves it.
fn saved(descr: &str, columns_first: bool, shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let axes: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let order = if columns_first { "True" } else { "False" };
    let mut head = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({axes}), }}");
    // Magic, version and length are ten bytes; numpy fills all of it up to a multiple of 64.
    let filled = (head.len() + 11).next_multiple_of(64) - 11;
    head = format!("{head:filled$}\n");
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend(u16::try_from(head.len()).unwrap().to_le_bytes());
    out.extend(head.as_bytes());
    out.extend(bytes);
    out
}

pub(super) fn floats(shape: &[usize], values: &[f32]) -> Vec<u8> {
    assert_eq!(shape.iter().product::<usize>(), values.len());
    saved("<f4", false, shape, &values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())
}

/// Every third row is ill.
fn ill(row: usize) -> bool {
    row.is_multiple_of(3)
}

/// A course around an array; its table has this further column, such as `,age`.
pub(super) fn course(spacing: &str, array: &[u8], column: &str) -> Learner {
    let learner = Learner::new();
    learner.writes("c/exercises/beats/exercise.toml", EXERCISE);
    for file in ["brief.en.md", "brief.ja.md"] {
        learner.writes(&format!("c/exercises/beats/{file}"), "# Beats\n");
    }
    for plan in ["starter", "solution"] {
        learner.writes(&format!("c/exercises/beats/{plan}/plan.toml"), "exercise = \"beats@1\"\n");
    }
    learner.writes("c/datasets/own/dataset.toml", format!("{DATASET}spacing = {spacing}\nunit = \"mV\"\n"));
    let age = |row: usize| if column.is_empty() { String::new() } else { format!(",{}", 40 + row % 37) };
    let lines = (0..ROWS).map(|row| format!("{row},{}{}\n", u8::from(ill(row)), age(row)));
    learner.writes("c/datasets/own/own.csv", format!("patient,ill{column}\n{}", lines.collect::<String>()));
    learner.writes("c/datasets/own/own.npy", array);
    learner
}

/// What is wrong with the beats of the ill.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Beat {
    Irregular,
    Fast,
}

/// A series of 128 steps at 100 Hz for each row: beats that come every 0.24 s; of the ill at any time about it, or every 0.16 s.
pub(super) fn beats(of_the_ill: Beat) -> Vec<f32> {
    let mut all = Vec::new();
    for row in 0..ROWS {
        let luck = Seed::new(7).at(row as u64);
        let mut line: Vec<f32> =
            (0..128).map(|step| 0.8 * (luck.named("noise").at(step).uniform() as f32 - 0.5)).collect();
        let mut at = 24.0 * luck.named("phase").uniform();
        for beat in 0.. {
            for (step, x) in line.iter_mut().enumerate() {
                *x += (-((step as f64 - at) / 1.5).powi(2)).exp() as f32;
            }
            let off = match of_the_ill {
                _ if !ill(row) => 0.0,
                Beat::Irregular => 12.0 * (luck.named("beat").at(beat).uniform() - 0.5),
                Beat::Fast => -8.0,
            };
            at += 24.0 + off;
            if at > 128.0 {
                break;
            }
        }
        all.extend(line);
    }
    all
}

const PLAN: &str = "practicum/beats/plan.toml";

/// Runs or checks this plan.
pub(super) fn tries(learner: &Learner, command: &str, plan: &str) -> Answer {
    learner.writes(PLAN, format!("exercise = \"beats@1\"\n{plan}"));
    learner.types(&format!("--course c {command} beats"))
}

pub(super) const TRAIN: &str = "[train]\nepochs = 30\nbatch = 32\nlearning_rate = 0.01\n";

#[test]
fn a_series_is_read_and_learned_along_time() {
    let learner = course("[0.01]", &floats(&[ROWS, 1, 128], &beats(Beat::Irregular)), "");
    learner.types("--course c start beats").ends(0);
    let plan = format!("[model]\nkind = \"cnn1d\"\n{TRAIN}");
    tries(&learner, "check", &plan).ends(0).says("series of 128 steps");
    tries(&learner, "run", &plan).ends(0).says("mistakes.svg");
    let last = learner.read("practicum/beats/results/2/mistakes.svg");
    assert!(last.contains("class=\"first\"") && last.contains("predicted risk") && last.contains("mV"), "{last}");
    learner.types("--course c look beats").ends(0).says("look/by-ill.svg").says("210 series of 128 steps");
    assert!(learner.read("practicum/beats/look/by-ill.svg").contains("ill = 1"));
    let told = learner.types("--course c look beats --json").ends(0).json();
    assert_eq!((&told["steps"], &told["channels"]), (&128.into(), &1.into()));
    learner.types("--course c look beats --lang ja").ends(0).says("時系列");
    learner.types("--course c try beats --row 3").ends(0).says("the model's risk");
    learner.types("--course c try beats --row 3 --set ill=1").ends(2).says("sees the row's signal alone");
}

#[test]
fn a_recurrent_unit_learns_from_a_series_too() {
    let learner = course("[0.01]", &floats(&[ROWS, 1, 128], &beats(Beat::Fast)), "");
    learner.types("--course c start beats").ends(0);
    tries(&learner, "check", &format!("[model]\nkind = \"gru\"\n{TRAIN}")).ends(0).says("series of 128 steps");
}

#[test]
fn a_series_gives_the_same_bytes_on_one_thread_and_on_three() {
    for model in ["kind = \"cnn1d\"\ndropout = 0.2", "kind = \"gru\"\nunits = 8"] {
        let bytes = |threads: &str| {
            let learner = course("[0.01]", &floats(&[ROWS, 1, 128], &beats(Beat::Irregular)), "")
                .with("RAYON_NUM_THREADS", threads)
                .with("POLARS_MAX_THREADS", threads);
            learner.types("--course c start beats").ends(0);
            tries(&learner, "check", &format!("[model]\n{model}\n[train]\nepochs = 4\nbatch = 32\n"));
            let all = ["predictions.csv", "result.json", "mistakes.svg"];
            all.map(|file| learner.bytes(&format!("practicum/beats/results/1/{file}")))
        };
        let (one, three) = (bytes("1"), bytes("3"));
        assert!(one[0].len() > 5000, "{model}: there are predictions");
        assert!(one == three, "{model}: the bytes differ");
    }
}

#[test]
fn models_that_take_any_numbers_take_a_signal_where_they_are_asked_to() {
    let learner = course("[0.01]", &floats(&[ROWS, 1, 128], &beats(Beat::Irregular)), ",age");
    learner.types("--course c start beats").ends(0);
    for (kind, uses, inputs) in [
        ("mlp", "use = [\"signal\"]", "series of 128 steps"),
        ("linear", "use = [\"signal\"]", "series of 128 steps"),
        ("logistic", "use = [\"signal\"]", "series of 128 steps"),
        ("mlp", "use = [\"age\"]", "1 input"),
        ("mlp", "", "1 input"),
    ] {
        let plan = format!("[features]\n{uses}\n[model]\nkind = \"{kind}\"\n[train]\nepochs = 2\n");
        tries(&learner, "run", &plan).ends(0).says(inputs);
    }
    let both = "[features]\nuse = [\"age\", \"signal\"]\n[model]\nkind = \"mlp\"\n";
    tries(&learner, "run", both).ends(2).says("features.use").says("alone");
    // Without columns to use, the signal is what there is.
    let bare = course("[0.01]", &floats(&[ROWS, 1, 128], &beats(Beat::Irregular)), "");
    bare.types("--course c start beats").ends(0);
    tries(&bare, "run", "[model]\nkind = \"mlp\"\n[train]\nepochs = 2\n").ends(0).says("series of 128 steps");
}

#[test]
fn a_model_of_something_else_is_told_which_models_fit() {
    let series = course("[0.01]", &floats(&[ROWS, 1, 128], &beats(Beat::Irregular)), "");
    series.types("--course c start beats").ends(0);
    for kind in ["cnn", "resnet", "unet"] {
        let told = tries(&series, "run", &format!("[model]\nkind = \"{kind}\"\n")).ends(2);
        let told = told.says("model.kind").says("series (1 × 128").says("cnn1d, gru");
        told.says("use = [\"signal\"]").says("logistic, linear, mlp");
    }
    for (image, key) in [
        ("crop = { left = 4 }", "image.crop"),
        ("resize = 16", "image.resize"),
        ("augment = [\"flip\"]", "image.augment"),
        ("mask = [{ left = 0, top = 0, width = 1, height = 1 }]", "image.mask"),
    ] {
        let plan = format!("[image]\n{image}\n[model]\nkind = \"cnn1d\"\n");
        tries(&series, "run", &plan).ends(2).says(key).says("normalise");
    }
    tries(&series, "run", "[model]\nkind = \"cnn1d\"\ndepth = 8\n").ends(2).says("128 steps").says("at least 256");

    let columns = Learner::new();
    columns.types("start sepsis-alarm").ends(0);
    columns.writes("practicum/sepsis-alarm/plan.toml", "exercise = \"sepsis-alarm@2\"\n[model]\nkind = \"cnn1d\"\n");
    columns.types("run sepsis-alarm").ends(2).says("which sees series; these data have none").says("mlp");
}

/// Pictures or volumes in which a corner is bright where the row is ill.
fn spots(area: usize) -> Vec<f32> {
    let luck = Seed::new(3);
    let one = |row: usize, at: usize| {
        let noise = luck.at((row * area + at) as u64).uniform() as f32;
        100.0 * noise + if ill(row) && at.is_multiple_of(7) && at < area / 4 { 25.0 } else { 0.0 }
    };
    (0..ROWS).flat_map(|row| (0..area).map(move |at| one(row, at))).collect()
}

#[test]
fn a_picture_that_is_read_may_be_wider_than_high() {
    let pictures: Vec<u8> = spots(24 * 40).iter().flat_map(|x| (*x as i16).to_le_bytes()).collect();
    let learner = course("[0.5, 0.7]", &saved("<i2", false, &[ROWS, 1, 24, 40], &pictures), "");
    learner.types("--course c start beats").ends(0);
    let plan = format!("[model]\nkind = \"cnn\"\nwidth = 4\ndepth = 2\n{TRAIN}");
    tries(&learner, "check", &plan).ends(0).says("pictures of 24 × 40 pixels");
    assert!(!learner.bytes("practicum/beats/results/1/mistakes.png").is_empty());
    learner.types("--course c look beats").ends(0).says("24 × 40");
    assert!(!learner.bytes("practicum/beats/look/by-ill.png").is_empty());
    let cropped = "[image]\ncrop = { left = 8, right = 8 }\naugment = [\"flip\", \"shift\"]\n[model]\nkind = \"cnn\"\ndepth = 2\n[train]\nepochs = 1\n";
    tries(&learner, "run", cropped).ends(0).says("pictures of 24 × 24 pixels");
    let too_much = "[image]\ncrop = { top = 20 }\n[model]\nkind = \"cnn\"\n";
    tries(&learner, "run", too_much).ends(2).says("image.crop").says("24 × 40").says("at most 16");
    tries(&learner, "run", "[model]\nkind = \"gru\"\n").ends(2).says("1 × 24 × 40").says("cnn, resnet");
    tries(&learner, "run", "[model]\nkind = \"unet\"\n").ends(2).says("which draws masks");
}

#[test]
fn a_volume_is_taken_whole_and_refused_by_models_of_pictures() {
    let learner = course("[5.0, 1.0, 1.0]", &floats(&[ROWS, 1, 4, 6, 8], &spots(4 * 6 * 8)), "");
    learner.types("--course c start beats").ends(0);
    let plan = format!("[model]\nkind = \"mlp\"\n{TRAIN}");
    tries(&learner, "check", &plan).ends(0).says("volumes of 4 × 6 × 8 voxels");
    let told = tries(&learner, "run", "[model]\nkind = \"cnn\"\n").ends(2);
    told.says("volumes (1 × 4 × 6 × 8").says("logistic, linear, mlp");
    tries(&learner, "run", "[model]\nkind = \"cnn1d\"\n").ends(2).says("which sees series");
    tries(&learner, "run", "[image]\nresize = 8\n[model]\nkind = \"mlp\"\n").ends(2).says("image.resize");
    learner.types("--course c look beats").ends(0).says("middle slices").says("not shown yet");
}

#[test]
fn mistakes_of_an_array_are_told_where_it_is_named() {
    let sound = || floats(&[ROWS, 1, 8], &vec![1.0; ROWS * 8]);
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 3].to_vec();
    let with = |wrong: f32| {
        let mut values = vec![1.0; ROWS * 8];
        values[19] = wrong;
        floats(&[ROWS, 1, 8], &values)
    };
    let (big, wide): (Vec<u8>, Vec<u8>) = ([0; 4].repeat(ROWS * 8), [0; 8].repeat(ROWS * 8));
    let too_large: Vec<u8> = 1e300_f64.to_le_bytes().repeat(ROWS * 8);
    for (array, spacing, key, found, mend) in [
        (b"PK\x03\x04".to_vec(), "[0.01]", "signal.path", "no array of NumPy", "numpy.save"),
        (b"\x93NUMPY\x01\x00\xff\xff".to_vec(), "[0.01]", "signal.path", "cannot be read", "numpy.save"),
        (cut(sound()), "[0.01]", "signal.path", "values for a shape of 300 × 1 × 8", "whole"),
        (saved(">f4", false, &[ROWS, 1, 8], &big), "[0.01]", "signal.path", "big-endian", "astype(\"<f4\")"),
        (saved("<f4", true, &[ROWS, 1, 8], &big), "[0.01]", "signal.path", "Fortran", "ascontiguousarray"),
        (saved("<i8", false, &[ROWS, 1, 8], &wide), "[0.01]", "signal.path", "type <i8", "float32"),
        (saved("<f8", false, &[ROWS, 1, 8], &too_large), "[0.01]", "signal.path", "infinite", "finite"),
        (floats(&[ROWS, 8], &vec![1.0; ROWS * 8]), "[0.01]", "signal.path", "2 axes", "x[:, None]"),
        (floats(&[299, 1, 8], &vec![1.0; 299 * 8]), "[0.01]", "signal.path", "299 rows", "300, one for each row"),
        (floats(&[ROWS, 1, 0], &[]), "[0.01]", "signal.path", "without numbers", "at least one"),
        (floats(&[ROWS, 8, 8, 3], &vec![1.0; ROWS * 192]), "[1.0, 1.0]", "signal.path", "come last", "numpy.moveaxis"),
        (floats(&[ROWS, 64, 2], &vec![1.0; ROWS * 128]), "[0.01]", "signal.path", "come last", "numpy.moveaxis"),
        (with(f32::NAN), "[0.01]", "signal.path", "the first in row 3", "leave such rows out"),
        (with(f32::INFINITY), "[0.01]", "signal.path", "the first in row 3", "leave such rows out"),
        (sound(), "[1.0, 1.0]", "signal.spacing", "2 distances", "seconds from step to step"),
        (sound(), "[]", "signal.spacing", "0 distances", "seconds from step to step"),
        (sound(), "[0.0]", "signal.spacing", "0", "s or mm"),
    ] {
        let learner = course(spacing, &array, "");
        let told = learner.types("--course c start beats");
        assert!([2, 4].contains(&told.code), "{found}: {}\n{}\n{}", told.code, told.out, told.err);
        told.says("dataset.toml").says("line 1").says(key).says(found).says(mend);
        let japanese = learner.types("--course c start beats --lang ja");
        let all = japanese.out + &japanese.err;
        assert!(all.contains(key) && !all.contains(mend) || mend.is_ascii(), "{all}");
    }
    for (from, to, key, found) in [
        ("path = \"own.npy\"", "path = \"other.npy\"", "signal.path", "no file \"other.npy\""),
        ("path = \"own.npy\"", "path = \"../own.npy\"", "signal.path", "no file"),
        ("path = \"own.npy\"\n", "", "signal.path", "nothing"),
        ("spacing = [0.01]\n", "", "signal.spacing", "nothing"),
        ("[signal]", "[signal]\naxes = 3", "signal.axes", "unknown"),
    ] {
        let learner = course("[0.01]", &sound(), "");
        let file = "c/datasets/own/dataset.toml";
        learner.writes(file, learner.read(file).replace(from, to));
        let told = learner.types("--course c start beats");
        assert!([2, 4].contains(&told.code), "{to}: {}\n{}", told.out, told.err);
        told.says(key).says(found);
    }
    let taken = course("[0.01]", &sound(), ",signal");
    taken.types("--course c start beats").says("the column \"signal\"").says("own.csv, line 1");
}

#[test]
fn signals_need_a_table_that_is_read() {
    let learner = course("[0.01]", &floats(&[ROWS, 1, 8], &vec![1.0; ROWS * 8]), "");
    let drawn = "[[table]]\nname = \"patient\"\nrows = \"300\"\ncolumns = [{ name = \"x\", sql = \"normal(0, 1)\" }, { name = \"ill\", sql = \"bernoulli(0.3)\", role = \"label\" }]\n";
    let file = "c/datasets/own/dataset.toml";
    let text = learner.read(file);
    let (a, b) = (text.find("[source]").unwrap(), text.find("[signal]").unwrap());
    learner.writes(file, format!("{}{drawn}{}", &text[..a], &text[b..]));
    learner.types("--course c start beats").says("[signal] without [source]").says("[image]");
}

#[test]
fn an_array_decides_what_is_kept_of_an_exercise() {
    let digest = |array: &[u8]| {
        let learner = course("[0.01]", array, "");
        let pack = practicum::course::pack::Pack::folder(&learner.path("c")).unwrap();
        let task = pack.task("beats").unwrap_or_else(|faults| panic!("{faults:?}"));
        practicum::course::content::of_task(&pack, &task).unwrap()
    };
    let of = |x: f32| digest(&floats(&[ROWS, 1, 8], &vec![x; ROWS * 8]));
    assert_eq!(of(1.0), of(1.0));
    assert_ne!(of(1.0), of(2.0));
}

const DIGITS: &str = "courses/signals";

/// The share of the exam's digits that are named right.
fn right(plan: &str) -> f64 {
    let run = ran_in(DIGITS, "digits", plan);
    let words = |name: &str| tables::words(&run.tables["exam"], name).unwrap();
    let (digit, predicted) = (words("digit"), words("predicted"));
    digit.iter().zip(&predicted).filter(|(a, b)| a == b).count() as f64 / digit.len() as f64
}

#[test]
fn the_linear_model_reads_digits_as_scikit_learn_does() {
    let run = ran_in(DIGITS, "digits", "[split]\nvalid = 0\ntest = 0\n[model]\nkind = \"linear\"\nl2 = 1.0\n");
    for (name, expected) in reference_in(DIGITS, "digits") {
        let told = tables::numbers(&run.tables["exam"], &name).unwrap();
        assert_eq!(told.len(), expected.len());
        for (row, (told, expected)) in told.iter().zip(&expected).enumerate() {
            let told = told.unwrap();
            assert!((told - expected).abs() <= 1e-3, "{name} row {row}: {told} against {expected}");
        }
    }
}

#[test]
fn a_convolutional_network_reads_digits_no_worse_than_a_linear_model() {
    let reference = reference_in(DIGITS, "digits");
    let csv = std::fs::read_to_string(data(&format!("{DIGITS}/datasets/digits/digits.csv"))).unwrap();
    let exam: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.strip_suffix(",0")).collect();
    let named = |row: usize| {
        let most = reference.iter().max_by(|a, b| a.1[row].total_cmp(&b.1[row])).unwrap();
        most.0.strip_prefix("p_").unwrap().to_owned()
    };
    let linear = (0..exam.len()).filter(|&row| named(row) == exam[row]).count() as f64 / exam.len() as f64;
    let solution = data(&format!("{DIGITS}/exercises/digits/solution/plan.toml"));
    let plan = std::fs::read_to_string(solution).unwrap().replace("exercise = \"digits@1\"\n", "");
    let cnn = right(&plan);
    assert!(cnn >= linear, "{cnn} against {linear}");
}

#[test]
fn an_instructor_may_preview_and_pack_an_exercise_on_signals() {
    let learner = Learner::new();
    copy(&data(DIGITS), &learner.path("c"));
    let preview = learner.types("--course c author preview digits");
    assert!(!preview.err.contains("panicked"), "{}", preview.err);
    preview.ends(0).says("fold");
    learner.types("--course c author pack given").ends(0);
    assert_eq!(learner.bytes("given/datasets/digits/digits.npy"), learner.bytes("c/datasets/digits/digits.npy"));
}
