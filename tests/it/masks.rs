//! Masks and boxes are read as they are meant, and a spread that is none is said to be none: what was assumed is told.

use serde_json::Value;

use super::measure::{figure, npy, png, same};
use super::session::{Answer, Learner, data};

/// A file of these cases.
fn case(name: &str) -> String {
    data("cases/masks").join(name).display().to_string()
}

fn typed(line: &str) -> Answer {
    Learner::new().types(line)
}

/// Two files measured, as JSON.
fn measured(first: &str, second: &str, rest: &str) -> Value {
    typed(&format!("measure {} {} --json {rest}", case(first), case(second))).ends(0).json()
}

#[track_caller]
fn figures_are(found: &Value, group: Option<&str>, expected: &[(&str, f64)]) {
    for (metric, value) in expected {
        let got = figure(found, metric, None, group)["value"].as_f64();
        assert!(got.is_some_and(|got| (got - value).abs() < 5e-4), "{metric} {group:?}: {got:?}, not {value}");
    }
}

fn told(found: &Value, text: &str) -> bool {
    found["notes"].as_array().unwrap().iter().any(|note| note["en"].as_str().unwrap().contains(text))
}

const SHAPE: &[(&str, f64)] = &[("dice", 0.808), ("hausdorff95", 4.472), ("assd", 2.133), ("nsd", 0.333)];

#[test]
fn a_shape_is_the_same_however_the_png_holds_it() {
    for (kind, note) in [("g8_255", None), ("la_shape", Some("alpha channel"))] {
        let found = measured(&format!("m05_a_{kind}.png"), &format!("m05_b_{kind}.png"), "");
        figures_are(&found, None, SHAPE);
        assert_eq!(told(&found, "alpha channel"), note.is_some(), "{kind}");
    }
    for depth in ["g8", "g4"] {
        let found = measured(&format!("m05_a_{depth}_lab.png"), &format!("m05_b_{depth}_lab.png"), "--labels 1,2");
        figures_are(&found, Some("1"), SHAPE);
        figures_are(&found, Some("2"), &[("dice", 0.853)]);
    }
}

#[test]
fn a_label_that_no_mask_has_gets_no_figure() {
    let found = measured("m05_a_g8_lab.png", "m05_b_g8_lab.png", "--labels 1,9");
    figures_are(&found, Some("1"), SHAPE);
    for metric in ["dice", "iou", "nsd", "hausdorff95"] {
        let nine = figure(&found, metric, None, Some("9"));
        assert!(nine["value"].is_null(), "{nine}");
        assert!(nine["undefined_because"]["en"].as_str().unwrap().contains("No mask has the label 9"), "{nine}");
    }
}

#[test]
fn spacing_counts_for_every_label() {
    let plain = measured("m05_a_g8_lab.png", "m05_b_g8_lab.png", "--labels 1,2");
    let wide = measured("m05_a_g8_lab.png", "m05_b_g8_lab.png", "--labels 1,2 --spacing 2,2 --tolerance 2");
    for label in ["1", "2"] {
        for (metric, factor) in [("hausdorff", 2.0), ("hausdorff95", 2.0), ("assd", 2.0), ("dice", 1.0), ("nsd", 1.0)] {
            let of = |found| figure(found, metric, None, Some(label))["value"].as_f64().unwrap();
            assert!((of(&wide) - factor * of(&plain)).abs() < 1e-9, "{metric} of {label}");
        }
    }
}

#[test]
fn axes_of_length_one_and_half_floats_change_nothing() {
    let plain = measured("m07_ref.npy", "m07_p_f2.npy", "");
    figures_are(&plain, None, SHAPE);
    let channel = measured("m07_ref_chw.npy", "m07_p_chw.npy", "");
    figures_are(&channel, None, SHAPE);
    assert!(told(&channel, "1 × 48 × 64 was read as 48 × 64"), "{channel:#}");
    // One with the axis and one without belong together; a spacing may name the axis or not.
    figures_are(&measured("m07_ref_chw.npy", "m07_p_f2.npy", ""), None, SHAPE);
    let spaced = |spacing: &str| measured("m07_ref_chw.npy", "m07_p_chw.npy", &format!("--spacing {spacing}"));
    let of = |found: &Value| figure(found, "hausdorff", None, None)["value"].clone();
    same(&of(&spaced("5,0.5,2")), &of(&spaced("0.5,2")), "the axis of length 1 has no distance");
    typed(&format!("measure {} {} --spacing 1,2,3,4", case("m07_ref_chw.npy"), case("m07_p_chw.npy"))).ends(2);
}

#[test]
fn grey_levels_beside_a_threshold_of_probability_are_scaled_and_it_is_said() {
    let floats = measured("m06_ref.npy", "m06_prob.npy", "--threshold 0.5");
    let grey = measured("m06_ref.png", "m06_prob8.png", "--threshold 0.5");
    for found in [&floats, &grey] {
        figures_are(found, None, &[("dice", 0.806)]);
    }
    assert!(told(&grey, "0 to 255 were read as probabilities") && !told(&floats, "were read as probabilities"));
    // In the unit of the file, nothing is scaled.
    let own = measured("m06_ref.png", "m06_prob8.png", "--threshold 128");
    figures_are(&own, None, &[("dice", 0.806)]);
    assert!(!told(&own, "were read as probabilities"));
    // 1 could be meant either way.
    let both = format!("measure {} {} --threshold", case("m06_ref.png"), case("m06_prob8.png"));
    typed(&format!("{both} 1")).ends(2).says("whole numbers from 0 to 255").says("how are these scaled?");
    let far = format!("measure {} {} --threshold 128", case("m06_ref.npy"), case("m06_prob.npy"));
    typed(&far).ends(2).says("values up to 1, beside --threshold 128");
}

#[test]
fn a_folder_has_one_scale() {
    let learner = Learner::new();
    for (name, values) in [("a", [0, 128, 255, 0]), ("b", [0, 1, 0, 0])] {
        learner.writes(&format!("true/{name}.png"), png(2, 2, &[0, 255, 255, 0]));
        learner.writes(&format!("grey/{name}.png"), png(2, 2, &values));
    }
    // Beside 255, a 1 is nearly black; alone, a mask of 0 and 1 is a mask.
    let found = learner.types("measure true grey --threshold 0.5 --json").ends(0).json();
    assert_eq!(figure(&found, "dice", Some("b.png"), None)["value"], 0.0);
    assert_eq!(figure(&found, "dice", Some("a.png"), None)["value"], 1.0);
    let alone = learner.types("measure true/b.png grey/b.png --threshold 0.5 --json").ends(0).json();
    assert_eq!(figure(&alone, "voxel_sensitivity", None, None)["value"], 0.5);
}

#[test]
fn what_a_folder_holds_besides_is_said_and_hidden_files_are_not_read() {
    let learner = Learner::new();
    for folder in ["true", "guess"] {
        learner.writes(&format!("{folder}/a.png"), png(2, 2, &[0, 1, 1, 0]));
        learner.writes(&format!("{folder}/._a.png"), "what macOS leaves");
        learner.writes(&format!("{folder}/.DS_Store"), "the same");
    }
    learner.writes("true/volume.nii.gz", "a volume");
    // The reference as PNG, the prediction as .npy: one case.
    learner.writes("true/b.png", png(2, 2, &[0, 1, 1, 0]));
    learner.writes("guess/b.npy", npy(&[2, 2], &[0, 1, 1, 0]));
    let found = learner.types("measure true guess --json").ends(0).json();
    assert_eq!(found["rows"], 2);
    assert!(told(&found, "Not read in true") && told(&found, "volume.nii.gz"), "{found:#}");
    assert!(!found.to_string().contains("DS_Store"));
    learner.writes("guess/a.npy", npy(&[2, 2], &[0, 1, 1, 0]));
    learner.types("measure true guess").ends(2).says("two masks of one case, a.npy and a.png");
    learner.types("measure true/volume.nii.gz true/a.png").ends(2).says("neither PNG nor .npy");
}

#[test]
fn masks_that_agree_because_they_are_empty_or_full_are_told() {
    let learner = Learner::new();
    for (name, values) in [("a", [0, 0, 0, 0]), ("b", [7, 7, 7, 7]), ("c", [0, 1, 1, 0])] {
        learner.writes(&format!("true/{name}.png"), png(2, 2, &values));
        learner.writes(&format!("guess/{name}.png"), png(2, 2, &values));
    }
    let found = learner.types("measure true guess --json").ends(0).json();
    assert!(told(&found, "both masks are empty in 1 of the cases"), "{found:#}");
    assert!(told(&found, "both masks fill the whole image in 1 of the cases"), "{found:#}");
}

#[test]
fn lesions_are_matched_one_to_one_where_that_is_asked() {
    let learner = Learner::new();
    // Two lesions of 2 and 1 pixels under one blob of 8.
    learner.writes("true.png", png(2, 4, &[1, 0, 0, 1, 1, 0, 0, 0]));
    learner.writes("blob.png", png(2, 4, &[1; 8]));
    let ask = |rest: &str| learner.types(&format!("measure true.png blob.png --json {rest}")).ends(0).json();
    let of = |found: &Value, metric: &str| figure(found, metric, None, None)["value"].as_f64().unwrap();
    let touched = ask("");
    assert_eq!((of(&touched, "lesion_sensitivity"), of(&touched, "lesion_ppv")), (1.0, 1.0));
    assert!(told(&touched, "one prediction may find several"));
    let paired = ask("--iou 0.2");
    assert_eq!((of(&paired, "lesion_sensitivity"), of(&paired, "lesion_ppv")), (0.5, 1.0));
    assert!(told(&paired, "one to one where their IoU is at least 0.2"), "{paired:#}");
    // The blob's centroid lies 1.5 columns from the left lesion's, 1.58 from the right one's.
    let near = ask("--distance 1.5");
    assert_eq!((of(&near, "lesion_sensitivity"), of(&near, "lesion_ppv")), (0.5, 1.0));
    let nearer = ask("--distance 1.4");
    assert_eq!((of(&nearer, "lesion_sensitivity"), of(&nearer, "lesion_ppv")), (0.0, 0.0));
    // Pixels may be oblong: 3 mm apart.
    assert!(of(&ask("--distance 1.5 --spacing 1,2"), "lesion_sensitivity").abs() < f64::EPSILON);
    for (wrong, said) in [
        ("--iou 0", "more than 0 and at most 1"),
        ("--distance -1", "more than 0"),
        ("--iou 0.1 --distance 3", "matched in one way"),
    ] {
        learner.types(&format!("measure true.png blob.png {wrong}")).ends(2).says(said);
    }
    learner.writes("table.csv", "y,p\n0,0.1\n1,0.9\n");
    learner.types("measure table.csv --label y --score p --distance 3").ends(2).says("an option for masks");
}

#[test]
fn boxes_are_found_by_boxes_of_their_class() {
    let ask = |truth: &str| format!("measure {} --truth {} --json", case("c28_pred_class_wrong.csv"), case(truth));
    let found = typed(&ask("c28_gt_class.csv")).ends(0).json();
    for class in [None, Some("mass"), Some("nodule")] {
        for metric in ["ap_coco", "box_sensitivity"] {
            let of = found["metrics"].as_array().unwrap();
            let one = of.iter().find(|f| f["metric"] == metric && f["group"]["value"].as_str() == class).unwrap();
            assert_eq!(one["value"], 0.0, "{metric} {class:?}");
        }
    }
    let without = typed(&ask("c28_gt.csv")).ends(0).json();
    assert_eq!(without["metrics"][0]["value"], 1.0);
    assert!(told(&without, "Only one of the files has a column class"), "{without:#}");
}

#[test]
fn average_precision_is_the_mean_over_classes() {
    let learner = Learner::new();
    learner.writes("truth.csv", "image,x1,y1,x2,y2,class\na,0,0,10,10,mass\na,20,0,30,10,nodule\n");
    learner.writes(
        "boxes.csv",
        "image,x1,y1,x2,y2,score,class,area\na,0,0,10,10,0.9,mass,100\na,20,0,30,10,0.8,Nodule,100\n",
    );
    let found = learner.types("measure boxes.csv --truth truth.csv --json").ends(0).json();
    assert_eq!(found["metrics"][0]["value"], 0.5, "one class found, the other not");
    assert!(told(&found, "Predicted, but the class of no true box: Nodule (there are mass, nodule)"), "{found:#}");
    assert!(told(&found, "Not used in boxes.csv: area"), "{found:#}");
}

#[test]
fn images_are_the_union_of_the_names_as_they_are_written() {
    let found = typed(&format!("measure {} --truth {} --json", case("c28_pred_first.csv"), case("c28_gt_mixed.csv")));
    let found = found.ends(0).json();
    assert_eq!(found["rows"], 12);
    let ap = found["metrics"][0]["value"].as_f64().unwrap();
    assert!((ap - 0.3366).abs() < 5e-5, "{ap}");
}

#[test]
fn a_detector_that_finds_nothing_misses_everything() {
    let found = typed(&format!("measure {} --truth {} --json", case("c28_pred_none.csv"), case("c28_gt.csv")));
    let found = found.ends(0).json();
    let value = |metric: &str| {
        found["metrics"].as_array().unwrap().iter().find(|f| f["metric"] == metric).unwrap()["value"].clone()
    };
    assert_eq!((value("ap_coco"), value("box_sensitivity")), (Value::from(0.0), Value::from(0.0)));
    assert!(value("box_ppv").is_null());
    assert!(told(&found, "has no boxes"));
    let learner = Learner::new();
    learner.writes("boxes.csv", "image,x1,y1,x2,y2\n");
    learner.types(&format!("measure boxes.csv --truth {}", case("c28_gt.csv"))).ends(2).says("no rows");
}

#[test]
fn constant_measurements_have_no_agreement_to_be_measured() {
    for constant in ["c39_c_5.1_33.csv", "c39_c_5_33.csv"] {
        let ask = format!("measure {} --raters a,b --scale measurement --json", case(constant));
        let found = typed(&ask).ends(0).json();
        for metric in ["icc_agreement_of_raters", "icc_consistency", "lin_ccc"] {
            let of = found["metrics"].as_array().unwrap();
            let Some(one) = of.iter().find(|f| f["metric"] == metric) else { continue };
            assert!(one["value"].is_null(), "{constant} {one}");
        }
        let undefined = found["metrics"].as_array().unwrap().iter().filter(|f| f["value"].is_null()).count();
        assert_eq!(undefined, 3, "{constant}: {found:#}");
    }
}

#[test]
fn a_brier_score_without_weights_is_undefined_as_the_others_are() {
    let (file, training) = (case("c26_lastevent.csv"), case("c26_train.csv"));
    let ask = format!("measure {file} --time t --event e --score s --at 40 --training {training} --resamples 0 --json");
    let found = typed(&ask).ends(0).json();
    let because = |metric: &str| {
        let of = found["metrics"].as_array().unwrap();
        of.iter().find(|f| f["metric"] == metric).unwrap()["undefined_because"]["en"].as_str().unwrap_or("").to_owned()
    };
    for metric in ["uno_c", "auroc_at", "brier_at"] {
        assert!(because(metric).contains("no weight can be given"), "{metric}: {}", because(metric));
    }
}

#[test]
fn a_feature_that_never_varies_teaches_nothing() {
    let learner = Learner::new();
    learner.types("start sepsis-alarm").ends(0);
    let plan = std::fs::read_to_string(case("t02_plan.toml")).unwrap();
    let run = |plan: &str| -> Vec<Value> {
        learner.writes("practicum/sepsis-alarm/plan.toml", plan);
        let found = learner.types("run sepsis-alarm --json").ends(0).json();
        found["metrics"].as_array().unwrap().iter().map(|metric| metric["value"].clone()).collect()
    };
    let (with, without) = (run(&plan), run(&plan.replace("\"temperature\", ", "")));
    assert_eq!(with.len(), without.len());
    for (with, without) in with.iter().zip(&without) {
        // Sums in 32 bits are rounded differently with one more column of zeros.
        let apart = with.as_f64().zip(without.as_f64()).map(|(a, b)| (a - b).abs());
        assert!(apart.is_none_or(|apart| apart < 1e-5) && with.is_null() == without.is_null(), "{with}, not {without}");
    }
}
