//! `practicum measure`: any file with predictions, measured as checks measure; what is wrong with a file, told in its own lines.

use practicum::metrics::{self, Shown};
use serde_json::Value;

use super::session::{Answer, Learner, data};

/// What the reference says of one metric.
fn golden(id: &str) -> Value {
    let family = id.split('/').next().unwrap();
    let text = std::fs::read_to_string(data("reference").join(family).join("expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let case = cases.iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("no case {id}"));
    assert_eq!(case["adopted"], true, "{id}");
    case["value"].clone()
}

fn file(path: &str) -> String {
    data("reference").join(path).display().to_string()
}

fn measured(line: &str) -> Value {
    let answer = Learner::new().types(&format!("measure --json {line}")).ends(0);
    let document = answer.json();
    assert_eq!(document["schema"], "practicum.measure/1");
    document
}

/// The figure of a metric, of all rows and of no part.
pub(crate) fn figure<'d>(document: &'d Value, metric: &str, of: Option<&str>, group: Option<&str>) -> &'d Value {
    let figures = document["metrics"].as_array().unwrap();
    figures
        .iter()
        .find(|f| f["metric"] == metric && f["of"]["value"].as_str() == of && f["group"]["value"].as_str() == group)
        .unwrap_or_else(|| panic!("no {metric} {of:?} {group:?} in {document:#}"))
}

#[track_caller]
pub(crate) fn same(got: &Value, expected: &Value, what: &str) {
    let (got, expected) = (got.as_f64().unwrap_or_else(|| panic!("{what}: {got}")), expected.as_f64().unwrap());
    assert!((got - expected).abs() <= 1e-12 + 1e-8 * expected.abs(), "{what}: {got}, not {expected}");
}

#[track_caller]
fn same_interval(figure: &Value, expected: &Value) {
    same(&figure["low"], &expected[0], "low");
    same(&figure["high"], &expected[1], "high");
}

#[test]
fn every_metric_that_says_it_is_shown_of_a_file_is_shown_by_some_task() {
    let learner = Learner::new();
    let mut table = "y,p,q,a,g,t,e,k,p0,p1,p2,r1,r2,r3,m1,m2,m3,lo,hi,sd,c\n".to_owned();
    for i in 0..60_u32 {
        let draw = |k: u32| f64::from((i * k + k) % 61) / 61.0;
        let (p, q) = (0.05 + 0.9 * draw(7), 0.05 + 0.9 * draw(11));
        let (y, k) = (u8::from(draw(13) < p), (i * 5 + 1) % 3);
        let (first, second, third) = (u8::from(q > 0.5), u8::from(p > 0.4), u8::from(draw(17) > 0.5));
        table += &format!(
            "{y},{p:.3},{q:.3},{first},{},{},{},{k},{:.3},{:.3},{:.3},{second},{first},{third},{p},{q},{},{},{},1,{}\n",
            i % 2,
            i + 1,
            i % 3 % 2,
            0.5 * p,
            0.5 * (1.0 - p),
            0.5,
            draw(19),
            p - 0.3,
            p + 0.3,
            i % 3,
        );
    }
    learner.writes("f.csv", table);
    let square: Vec<u8> = (0..64).map(|pixel| u8::from(pixel % 8 < 4)).collect();
    learner.writes("true.npy", npy(&[8, 8], &square));
    learner.writes("boxes.csv", "image,x1,y1,x2,y2,score\na,0,0,10,10,0.5\n");
    learner.writes("truth.csv", "image,x1,y1,x2,y2\na,0,0,10,10\n");
    let asks = [
        "f.csv --label y --score p --versus q --threshold 0.4 --group g",
        "f.csv --label y --alert a --score p --threshold 0.4",
        "f.csv --task multiclass --label k --score p0,p1,p2",
        "f.csv --time t --event e --score p,q --at 10,30 --threshold 0.3 --group g",
        "f.csv --time t --event c --cause 1 --at 10",
        "f.csv --raters r1,r2",
        "f.csv --raters r1,r2 --scale ordinal",
        "f.csv --raters r1,r2,r3 --scale ordinal",
        "f.csv --raters m1,m2",
        "f.csv --raters m1,m2,m3",
        "f.csv --label m1 --low lo --high hi --score q --sd sd",
        "f.csv --current a --score p",
        "true.npy true.npy",
        "boxes.csv --truth truth.csv",
    ];
    let mut shown = std::collections::BTreeSet::new();
    for ask in asks {
        let document = learner.types(&format!("measure {ask} --resamples 0 --json")).ends(0).json();
        shown.extend(document["metrics"].as_array().unwrap().iter().map(|m| m["metric"].as_str().unwrap().to_owned()));
    }
    let told: std::collections::BTreeSet<String> =
        metrics::shown(Shown::File).map(|metric| metric.name.to_owned()).collect();
    assert_eq!(shown, told);
}

#[test]
fn classification_gives_the_reference_values() {
    let path = file("classification/ordinary_200.csv");
    let found = measured(&format!("{path} --label y --score score --threshold 0.5"));
    let at = |metric| figure(&found, metric, None, None);
    same(&at("auroc")["value"], &golden("classification/ordinary_200/roc_auc"), "AUROC");
    same_interval(at("auroc"), &golden("classification/ordinary_200/auc_ci95_delong"));
    assert_eq!(at("auroc")["interval"], "delong");
    same(&at("average_precision")["value"], &golden("classification/ordinary_200/average_precision"), "AP");
    assert_eq!(at("average_precision")["interval"], "bootstrap_rows", "it depends on how common the outcome is");
    assert_eq!(at("average_precision")["resamples"], 1000);
    assert_eq!(at("sensitivity")["interval"], "wilson");
    assert_eq!(found["columns"]["label"][0], "y");
    assert_eq!((&found["rows"], &found["measured"]), (&Value::from(200), &Value::from(200)));
}

#[test]
fn calibration_gives_the_reference_values() {
    let path = file("calibration/ordinary_200.csv");
    let found = measured(&format!("{path} --label y --score p --task calibration"));
    let at = |metric| figure(&found, metric, None, None);
    for (metric, id) in [
        ("observed_expected", "observed_expected_ratio"),
        ("brier", "brier"),
        ("scaled_brier", "brier_scaled"),
        ("log_loss", "log_loss"),
        ("ece", "ece_equal_width"),
    ] {
        same(&at(metric)["value"], &golden(&format!("calibration/ordinary_200/{id}")), metric);
    }
    same_interval(at("observed_expected"), &golden("calibration/ordinary_200/observed_expected_ci95"));
    assert!(found["metrics"].as_array().unwrap().iter().all(|figure| figure["metric"] != "auroc"));
}

#[test]
fn survival_gives_the_reference_values() {
    let path = file("survival/ordinary_300.csv");
    let found = measured(&format!("{path} --time time --event event --score risk --at 1,2,4,6 --group group"));
    let (survival, limits) =
        (golden("survival/ordinary_300/km_survival"), golden("survival/ordinary_300/km_ci95_loglog"));
    for (k, at) in ["1", "2", "4", "6"].into_iter().enumerate() {
        let at = figure(&found, "km_survival", Some(at), None);
        same(&at["value"], &survival[k], "survival");
        same_interval(at, &limits[k]);
        assert_eq!(at["interval"], "log_log");
    }
    same(&figure(&found, "km_median", None, None)["value"], &golden("survival/ordinary_300/km_median"), "median");
    same(&figure(&found, "rmst", Some("6"), None)["value"], &golden("survival/ordinary_300/rmst"), "RMST");
    let test = figure(&found, "logrank_p", Some("group"), None);
    assert_eq!(test["of"]["kind"], "groups");
    assert!(test["low"].is_null() && test["value"].is_number());
}

#[test]
fn agreement_gives_the_reference_values() {
    let path = file("agreement/nominal_150.csv");
    let found = measured(&format!("{path} --raters rater_a,rater_b --scale nominal"));
    let kappa = figure(&found, "cohen_kappa", None, None);
    same(&kappa["value"], &golden("agreement/nominal_150/cohen_kappa/none"), "kappa");
    same_interval(kappa, &golden("agreement/nominal_150/cohen_kappa_ci95"));
    let ac1 = figure(&found, "gwet_ac1", None, None);
    same(&ac1["value"], &golden("agreement/nominal_150/gwet_ac1"), "AC1");
    let alpha = figure(&found, "krippendorff_alpha_nominal", None, None);
    same(&alpha["value"], &golden("agreement/nominal_150/krippendorff_alpha/nominal"), "alpha");
}

/// A figure lies in its interval, and both in the values that the metric can have.
#[test]
fn intervals_hold_their_figure_and_stay_within_what_is_possible() {
    let learner = Learner::new();
    let rated: String = (0..14).map(|i| format!("{},{}\n", i % 2, if i == 3 { 0 } else { i % 2 })).collect();
    learner.writes("two.csv", format!("a,b\n{rated}"));
    let document = learner.types("measure --json two.csv --raters a,b").ends(0).json();
    let kappa = figure(&document, "cohen_kappa", None, None);
    assert_eq!(kappa["high"], 1.0, "{kappa}");
    // Well calibrated: all that these errors are is chance, which resampling raises once more.
    let rows: String = (0..300_u32)
        .map(|i| {
            let p = f64::from((i * 7 + 3) % 300 + 1) / 302.0;
            format!("{},{p:.3}\n", u8::from(f64::from((i * 53 + 11) % 307) / 307.0 < p))
        })
        .collect();
    learner.writes("p.csv", format!("y,p\n{rows}"));
    let document = learner.types("measure --json p.csv --label y --score p").ends(0).json();
    let mut held = 0;
    for found in document["metrics"].as_array().unwrap() {
        let (Some(value), Some(low), Some(high)) =
            (found["value"].as_f64(), found["low"].as_f64(), found["high"].as_f64())
        else {
            continue;
        };
        let metric = metrics::metric(found["metric"].as_str().unwrap()).unwrap();
        assert!(low <= value && value <= high, "{found}");
        assert!(metric.range.0 <= low && high <= metric.range.1, "{found}");
        held += 1;
    }
    assert!(held >= 10 && figure(&document, "ece", None, None)["low"].is_number(), "{document:#}");
}

#[test]
fn a_class_that_never_occurs_is_called_by_its_label() {
    let learner = Learner::new();
    let rows: String =
        (0..40).map(|i| format!("{},0.{},0.{},0.1\n", ["benign", "malignant"][i % 2], i % 9, 9 - i % 9)).collect();
    learner.writes("c.csv", format!("y,p_benign,p_malignant,p_unsure\n{rows}"));
    learner
        .types("measure c.csv --label y --score p_benign,p_malignant,p_unsure")
        .ends(0)
        .says("The class unsure never occurs");
    let numbered = "measure n.csv --label y --score first,second,third";
    learner.writes("n.csv", format!("y,first,second,third\n{}", rows.replace("benign", "0").replace("malignant", "1")));
    learner.types(numbered).ends(0).says("The class third never occurs");
}

/// Raters and outcomes that say yes and no: told what to write, or read as `--positive` says.
#[test]
fn yes_and_no_are_read_as_they_are_meant() {
    let learner = Learner::new();
    let word = |yes: bool| if yes { "あり" } else { "なし" };
    let rows: String = (0..40_u32)
        .map(|i| {
            let (first, second) = (i % 4 == 0, i % 4 == 0 && i % 8 == 0 || i == 1);
            let [y, z] = [2, 3].map(|of| ["はい", "いいえ"][usize::from(i % of == 0)]);
            format!("{},{},{y},0.{},{z}\n", word(first), word(second), i % 9 + 1)
        })
        .collect();
    learner.writes("r.csv", format!("a,b,y,p,z\n{rows}"));
    let on_yes = |options: &str| {
        let document = learner.types(&format!("measure --json r.csv --raters a,b {options}")).ends(0).json();
        figure(&document, "positive_agreement", None, None)["value"].as_f64().unwrap()
    };
    // 5 of 11 that either calls あり: 2 · 5 / (10 + 6); of なし 2 · 29 / (30 + 34).
    assert!((on_yes("") - 10.0 / 16.0).abs() < 1e-12, "あり says yes, whatever the order of letters");
    assert!((on_yes("--positive なし") - 58.0 / 64.0).abs() < 1e-12);
    learner.types("measure r.csv --raters a,b").ends(0).says("\"あり\" is taken as yes, \"なし\" as no");
    learner.types("measure r.csv --raters a,b --positive 有").ends(2).says("no rater says \"有\"");
    learner.types("measure r.csv --label y --score p").ends(2).says("or --positive はい, where \"はい\" means 1");
    learner.types("measure r.csv --label y --score p --alert z --positive はい").ends(0).says("sensitivity");
}

#[test]
fn a_folder_is_told_with_the_files_that_could_be_meant() {
    let learner = Learner::new();
    for file in ["d/10.csv", "d/9.csv", "d/notes.txt", "d/.hidden.csv"] {
        learner.writes(file, "y,p\n0,0.1\n1,0.9\n");
    }
    let told = learner.types("measure d --label y --score p").ends(2).says("a folder").says("(9.csv, 10.csv)");
    assert!(told.err.contains("practicum measure d") && !told.err.contains("notes"), "{}", told.err);
    learner.types("measure d/9.csv --score p --time p --event y --training d").ends(2).says("a folder");
    std::fs::create_dir(learner.path("empty")).unwrap();
    learner.types("measure empty").ends(2).says("CSV or Parquet file");
}

#[test]
fn groups_are_measured_apart_and_compared() {
    let path = file("fairness/three_groups_900.csv");
    let found = measured(&format!("{path} --label y --score score --threshold 0.4 --group group"));
    let a = |metric| figure(&found, metric, None, Some("A"));
    same(&a("sensitivity")["value"], &golden("fairness/three_groups_900/tpr/group_A"), "sensitivity");
    same(&a("ppv")["value"], &golden("fairness/three_groups_900/ppv/group_A"), "PPV");
    same(&a("auroc")["value"], &golden("fairness/three_groups_900/roc_auc/group_A"), "AUROC");
    assert_eq!(a("auroc")["n"], 464);
    let gap = figure(&found, "equal_opportunity_difference", Some("group"), None);
    assert_eq!(gap["interval"], "bootstrap_strata");
    let of = |value| figure(&found, "sensitivity", None, Some(value))["value"].as_f64().unwrap();
    let all = ["A", "B", "C"].map(of);
    let spread = all.iter().fold(0.0, |a: f64, b| a.max(*b)) - all.iter().fold(1.0, |a: f64, b| a.min(*b));
    assert!((gap["value"].as_f64().unwrap() - spread).abs() < 1e-12);
}

#[test]
fn several_classes_drift_and_intervals_are_measured() {
    let path = file("classification/three_class_300.csv");
    let found = measured(&format!("{path} --label y --score p0,p1,p2"));
    assert_eq!(found["task"], "multiclass");
    assert_eq!(figure(&found, "auroc_ovr", Some("p1"), None)["of"]["kind"], "class");
    assert_eq!(figure(&found, "multiclass_accuracy", None, None)["interval"], "wilson");

    let path = file("drift/mean_shift.csv");
    let found = measured(&format!("{path} --current sample --positive current --score x"));
    same(&figure(&found, "psi", Some("x"), None)["value"], &golden("drift/mean_shift/psi"), "PSI");
    same(&figure(&found, "ks", Some("x"), None)["value"], &golden("drift/mean_shift/ks_statistic"), "KS");

    let learner = Learner::new();
    let row = |i: i32| format!("{i},{},{}\n", i - 2, i + if i % 4 == 0 { -1 } else { 2 });
    let rows = (0..40).map(row).collect::<Vec<_>>().concat();
    learner.writes("intervals.csv", format!("y,low,high\n{rows}"));
    let found = learner.types("measure intervals.csv --label y --low low --high high --json").ends(0).json();
    same(&figure(&found, "coverage", None, None)["value"], &Value::from(0.75), "coverage");

    let path = file("survival/competing_400.csv");
    let found = measured(&format!("{path} --time time --event cause --cause 1 --at 2"));
    assert_eq!(figure(&found, "cumulative_incidence", Some("2"), None)["interval"], "bootstrap_rows");
}

/// Sixty rows of twenty patients, three alike each.
fn clustered() -> String {
    let row = |i: usize| {
        let patient = i / 3;
        format!(
            "{},{},{patient}\n",
            patient % 2,
            if patient.is_multiple_of(5) { 0.5 } else { 0.1 * (patient % 7) as f64 }
        )
    };
    format!("y,p,patient\n{}", (0..60).map(row).collect::<String>())
}

#[test]
fn rows_of_one_patient_are_drawn_together() {
    let learner = Learner::new();
    learner.writes("rows.csv", clustered());
    let ask = "measure rows.csv --label y --score p --threshold 0.3 --json";
    let (apart, together) = (learner.types(ask).json(), learner.types(&format!("{ask} --cluster patient")).json());
    for figure in together["metrics"].as_array().unwrap() {
        let interval = figure["interval"].as_str();
        assert!(interval.is_none_or(|interval| interval == "bootstrap_clusters"), "{figure}");
    }
    assert_eq!(together["clusters"]["n"], 20);
    let width = |found: &Value| {
        let of = figure(found, "sensitivity", None, None);
        of["high"].as_f64().unwrap() - of["low"].as_f64().unwrap()
    };
    assert!(width(&together) > width(&apart), "{} {}", width(&together), width(&apart));
    let again = learner.types(&format!("{ask} --cluster patient"));
    assert_eq!(again.json(), together, "the same seed draws the same");
    let other = learner.types(&format!("{ask} --cluster patient --seed 2")).json();
    assert_ne!(other["metrics"], together["metrics"]);
}

#[test]
fn missing_values_are_a_mistake_or_left_out_and_told() {
    let learner = Learner::new();
    let rows = (0..40).map(|i| format!("{},{}\n", i % 2, f64::from(i % 9) / 10.0)).collect::<Vec<_>>().concat();
    learner.writes("gaps.csv", format!("\u{feff}y,p\n,0.5\n1,\n1,\n{rows}"));
    let refused = learner.types("measure gaps.csv --label y --score p").ends(2);
    let refused = refused.says("gaps.csv, line 2, y").says("no value").says("--missing drop");
    refused.says("gaps.csv, line 3, p").says("no value, in 2 rows (lines 3, 4)");
    let answer = learner.types("measure gaps.csv --label y --score p --missing drop").ends(0);
    answer.says("40 of 43 rows; 3 left out (y is empty in 1, p is empty in 2)");
    let found = learner.types("measure gaps.csv --label y --score p --missing drop --json").json();
    assert_eq!((&found["rows"], &found["measured"]), (&Value::from(43), &Value::from(40)));
    assert_eq!(found["missing"][1], serde_json::json!({ "column": "p", "rows": 2 }));
}

#[test]
fn na_is_a_missing_number_and_never_an_outcome() {
    let learner = Learner::new();
    let rows =
        (0..40).map(|i| format!("{},{}\n", ["no", "yes"][i % 2], f64::from(u8::try_from(i % 9).unwrap()) / 10.0));
    learner.writes("na.csv", format!("died,p\nNA,0.5\nyes,NA\n{}", rows.collect::<Vec<_>>().concat()));
    let ask = "measure na.csv --label died --positive yes --score p";
    learner.types(ask).ends(2).says("na.csv, line 2, died").says("na.csv, line 3, p");
    let found = learner.types(&format!("{ask} --missing drop --json")).json();
    assert_eq!((&found["rows"], &found["measured"]), (&Value::from(42), &Value::from(40)));
}

#[test]
fn a_score_that_is_no_probability_is_ranked_only() {
    let learner = Learner::new();
    let rows = (0..40).map(|i| format!("{},{}\n", i % 2, i * 7 % 40)).collect::<Vec<_>>().concat();
    learner.writes("points.csv", format!("y,points\n{rows}"));
    let found = learner.types("measure points.csv --label y --score points --threshold 20 --json").ends(0).json();
    assert!(figure(&found, "auroc", None, None)["value"].is_number());
    assert!(figure(&found, "sensitivity", None, None)["value"].is_number());
    let brier = figure(&found, "brier", None, None);
    assert!(brier["value"].is_null());
    assert!(brier["undefined_because"]["en"].as_str().unwrap().contains("not a probability"), "{brier}");
    let answer = learner.types("measure points.csv --label y --score points --threshold 20").ends(0);
    answer.says("– observed/expected").says("points.csv, line 3, points: 7");
}

#[test]
fn the_answer_is_told_in_japanese() {
    let path = file("fairness/three_groups_900.csv");
    let learner = Learner::new().with("PRACTICUM_LANG", "ja");
    let ask = format!("measure {path} --label y --score score --threshold 0.4 --group group --resamples 100");
    let answer = learner.types(&ask).ends(0);
    let Answer { out, .. } = &answer;
    for word in ["転帰ありの割合", "感度", "特異度", "陽性的中率", "較正の傾き", "95%信頼区間", "Wilson法", "群の間で"]
    {
        assert!(out.contains(word), "no {word} in\n{out}");
    }
    for english in ["sensitivity", "calibration", "bootstrap", "rows"] {
        assert!(!out.contains(english), "{english} in\n{out}");
    }
    let answer = learner.types("measure --help").ends(0);
    answer.says("使用例").says("転帰の列").says("スコアの列");
}

#[test]
fn no_figure_is_shown_under_its_inner_name() {
    let learner = Learner::new();
    for ask in [
        format!("{} --label y --score score --versus score2 --threshold 0.3", file("classification/ordinary_200.csv")),
        format!("{} --label y --score p0,p1,p2", file("classification/three_class_300.csv")),
        format!("{} --time time --event event --score risk --at 1 --group group", file("survival/ordinary_300.csv")),
        format!("{} --raters rater_a,rater_b", file("agreement/ordinal_250.csv")),
        format!("{} --raters method_a,method_b", file("agreement/paired_measurements_80.csv")),
        format!("{} --label y --score mean --sd sd", file("uncertainty/gaussian_150.csv")),
    ] {
        let out = learner.types(&format!("measure {ask} --resamples 60")).ends(0).out;
        for metric in ["auroc_", "_kappa", "km_", "_1000", "icc_", "_alpha", "bland_", "crps_", "observed_"] {
            assert!(!out.contains(metric), "{metric} in\n{out}");
        }
    }
}

#[test]
fn parquet_is_measured_like_csv() {
    let learner = Learner::new();
    learner.writes("p.csv", clustered());
    let mut frame = practicum::tables::read_csv("p.csv", clustered().as_bytes(), false).unwrap();
    let mut bytes = Vec::new();
    polars_io::parquet::write::ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    learner.writes("p.parquet", &bytes);
    let ask = |file: &str| {
        learner.types(&format!("measure {file} --label y --score p --threshold 0.3 --json")).ends(0).json()["metrics"]
            .clone()
    };
    assert_eq!(ask("p.csv"), ask("p.parquet"));
    let bad = learner.types("measure p.parquet --label patient --score p --json").ends(2).json();
    assert_eq!(bad["faults"][0]["found"]["en"], "2 in row 7");
}

/// A mistake: a file, how it is asked, and what must be said.
struct Mistake {
    text: &'static str,
    ask: &'static str,
    line: Option<u64>,
    key: Option<&'static str>,
    found: &'static str,
    expected: &'static str,
    nearest: Option<&'static str>,
}

const fn mistake(
    text: &'static str,
    ask: &'static str,
    line: Option<u64>,
    key: Option<&'static str>,
    found: &'static str,
    expected: &'static str,
) -> Mistake {
    Mistake { text, ask, line, key, found, expected, nearest: None }
}

const SOUND: &str = "y,p,sex\n1,0.9,F\n0,0.2,M\n1,0.6,M\n0,0.4,F\n";

const CAUSES: &str = "t,e,r\n1,1,0.9\n2,0,0.2\n3,2,0.6\n4,1,0.4\n";

const MISTAKES: &[Mistake] = &[
    // Lengths.
    mistake("y,p\n1,0.9\n0\n", "--label y --score p", Some(3), None, "1 cells", "2, as in the header"),
    // No rows, nothing in a column, nothing complete.
    mistake("y,p\n", "--label y --score p", None, None, "no rows", "at least one row"),
    mistake("", "--label y --score p", None, None, "no rows", "at least one row"),
    mistake("y,p\n,0.1\n,0.2\n", "--label y --score p", None, Some("y"), "empty in all 2 rows", "a value"),
    mistake(
        "y,p\n1,\n,0.2\n0,\n1,\n,0.5\n",
        "--label y --score p --missing drop",
        None,
        Some("y, p"),
        "no row in which",
        "at least one",
    ),
    // Values.
    mistake(
        "y,p\n1,0.9\n2,0.1\n",
        "--label y --score p",
        Some(3),
        Some("y"),
        "2",
        "--positive with the value that means 1",
    ),
    // A column in two roles, an option that nothing uses, a cause that nobody has.
    mistake(SOUND, "--label y --score y", None, Some("--score"), "y, as in --label", "a column of its own"),
    mistake("a,b\n1,1\n0,1\n", "--raters a,a", None, Some("--raters"), "a twice", "a column of its own"),
    mistake(CAUSES, "--time t --event e --cause 3 --at 2", None, Some("--cause"), "e is 3 in no row", "1, 2"),
    mistake(
        CAUSES,
        "--time t --event e --cause 1 --at 2 --score r",
        None,
        Some("--score"),
        "no figure would use",
        "--cause without --score",
    ),
    mistake(
        "y,l,h,m\n1,0,2,1\n2,1,3,2\n",
        "--label y --low l --high h --score m",
        None,
        Some("--score"),
        "no figure would use",
        "--sd",
    ),
    mistake(
        "y,p\n1,0.9\n\n0,1.2\n",
        "--label y --score p --task calibration",
        Some(4),
        Some("p"),
        "1.2",
        "probability",
    ),
    mistake(
        "y,p\n1,0.9\n0,-0.2\n",
        "--label y --score p --task calibration",
        Some(3),
        Some("p"),
        "-0.2",
        "probability",
    ),
    mistake("y,p\n1,0.9\n0,nan\n1,0.2\n", "--label y --score p", Some(3), Some("p"), "no value", "--missing drop"),
    mistake("y,p\n1,high\n0,low\n", "--label y --score p", Some(2), Some("p"), "\"high\"", "a column of numbers"),
    mistake("y,p\nyes,0.9\nno,0.2\n", "--label y --score p", Some(2), Some("y"), "\"yes\"", "--positive"),
    mistake(
        "y,p\n1,0.9\n1,0.2\n",
        "--label y --score p",
        None,
        Some("y"),
        "one value, 1, in all 2 rows",
        "both 0 and 1",
    ),
    mistake("t,e\n-1,1\n2,0\n", "--time t --event e", Some(2), Some("t"), "-1", "0 or more"),
    mistake("t,e\n1,1\n2,2\n", "--time t --event e", Some(3), Some("e"), "2", "--cause"),
    mistake("y,a,b\n0,0.5,0.5\n1,0.9,0.4\n", "--label y --score a,b", Some(3), Some("a + b"), "1.3000", "add up to 1"),
    mistake("y,a,b\n0,0.5,0.5\n2,0.6,0.4\n", "--label y --score a,b", Some(3), Some("y"), "2", "below 2"),
    mistake("y,l,h\n1,2,3\n1,4,3\n", "--label y --low l --high h", Some(3), Some("l"), "4", "at most the upper end, 3"),
    mistake("y,m,s\n1,2,3\n1,4,0\n", "--label y --score m --sd s", Some(3), Some("s"), "0", "more than 0"),
    mistake("a,b\n0,1\n1,5\n", "--raters a,b --categories 3", None, Some("--categories"), "3", "at least 6"),
    mistake("a,b\n0,1\n1.5,0\n", "--raters a,b --scale ordinal", Some(3), Some("a"), "1.5", "whole number"),
    // Names.
    Mistake {
        text: SOUND,
        ask: "--label y --score pp",
        line: Some(1),
        key: Some("--score"),
        found: "no column \"pp\"",
        expected: "one of the columns y, p, sex",
        nearest: Some("p"),
    },
    Mistake {
        text: SOUND,
        ask: "--label y --score p --group sexe",
        line: Some(1),
        key: Some("--group"),
        found: "no column \"sexe\"",
        expected: "one of the columns",
        nearest: Some("sex"),
    },
    Mistake {
        text: SOUND,
        ask: "--label sex --positive f --score p",
        line: None,
        key: Some("--positive"),
        found: "no row where sex is \"f\"",
        expected: "\"F\", \"M\"",
        nearest: Some("F"),
    },
    mistake(SOUND, "--label y --score p --cluster who", Some(1), Some("--cluster"), "no column", "one of the columns"),
    // Options.
    mistake(SOUND, "--score p", None, Some("--label"), "not given", "y, p, sex"),
    mistake(SOUND, "--label y", None, Some("--score"), "not given", "y, p, sex"),
    mistake(SOUND, "--label y --score p --threshold 50", None, Some("--threshold"), "50", "0 to 1"),
    mistake(SOUND, "--label y --score p --time y --task classification", None, Some("--time"), "no use", "--label"),
    mistake(SOUND, "--label y --score p --resamples 7", None, None, "7", "40 to 100000"),
    mistake(SOUND, "--label y --score p --spacing 1,1", None, None, "an option for masks", "two masks"),
    mistake(SOUND, "--label y --score p,sex --task classification", None, Some("--score"), "2 columns", "multiclass"),
    mistake(SOUND, "--label y --score p --task segmentation", None, None, "one file", "two masks"),
];

#[test]
fn every_mistake_is_told_where_it_stands() {
    for mistake in MISTAKES {
        let learner = Learner::new();
        learner.writes("predictions.csv", mistake.text);
        let answer = learner.types(&format!("measure predictions.csv --json {}", mistake.ask)).ends(2);
        let document = answer.json();
        assert_eq!(document["schema"], "practicum.measure/1");
        let fault = &document["faults"][0];
        let told = format!("{} {:?}\n{fault:#}", mistake.ask, mistake.text);
        assert_eq!(fault["line"].as_u64(), mistake.line, "{told}");
        if let Some(key) = mistake.key {
            assert_eq!(fault["key"], key, "{told}");
            assert_eq!(fault["file"], "predictions.csv", "{told}");
        }
        assert!(fault["found"]["en"].as_str().unwrap().contains(mistake.found), "{told}");
        assert!(fault["expected"]["en"].as_str().unwrap().contains(mistake.expected), "{told}");
        assert!(!fault["expected"]["ja"].as_str().unwrap().is_empty(), "{told}");
        assert_eq!(fault["nearest"].as_str(), mistake.nearest, "{told}");
        assert!(answer.err.contains("Nothing was measured"), "{}", answer.err);
    }
}

#[test]
fn letters_of_another_encoding_are_told_and_can_be_read() {
    let learner = Learner::new();
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("転帰,確率\n1,0.9\n0,0.2\n1,0.6\n0,0.4\n");
    learner.writes("cp932.csv", &bytes);
    let ask = ["measure", "cp932.csv", "--label", "転帰", "--score", "確率"];
    let run = |more: &[&str]| learner.command(&[&ask[..], more].concat()).output().unwrap();
    let refused = run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("CP932") && told.contains("--encoding cp932") && !told.contains("[source]"), "{told}");
    assert_eq!(run(&["--encoding", "cp932"]).status.code(), Some(0));
    learner.writes("absent/here.txt", "");
    learner.types("measure cp933.csv").ends(2).says("no such file").says("cp932.csv");
}

// ---- masks ---------------------------------------------------------------------------------------------------------

/// An array of bytes as `numpy.save` writes it.
pub(crate) fn npy(shape: &[usize], values: &[u8]) -> Vec<u8> {
    let shape: Vec<String> = shape.iter().map(|axis| format!("{axis},")).collect();
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}), }}\n", shape.join(" "));
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(values);
    out
}

pub(crate) fn png(height: usize, width: usize, values: &[u8]) -> Vec<u8> {
    let (width, height) = (u32::try_from(width).unwrap(), u32::try_from(height).unwrap());
    let image = image::GrayImage::from_raw(width, height, values.to_vec()).unwrap();
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// The masks of a reference case: shape, true and predicted.
fn reference_masks(name: &str) -> (Vec<usize>, Vec<u8>, Vec<u8>) {
    let text = std::fs::read_to_string(data("reference/segmentation/expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let case = cases.iter().find(|case| case["input"] == format!("{name}.csv")).unwrap();
    let shape: Vec<usize> = serde_json::from_value(case["parameters"]["shape"].clone()).unwrap();
    let voxels = shape.iter().product();
    let (mut truth, mut guess) = (vec![0; voxels], vec![0; voxels]);
    let csv = std::fs::read_to_string(data("reference/segmentation").join(format!("{name}.csv"))).unwrap();
    for line in csv.lines().skip(1) {
        let cells: Vec<usize> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let at = shape.iter().zip(&cells).fold(0, |at, (length, place)| at * length + place);
        truth[at] = u8::try_from(cells[shape.len()]).unwrap();
        guess[at] = u8::try_from(cells[shape.len() + 1]).unwrap();
    }
    (shape, truth, guess)
}

#[test]
fn masks_give_the_reference_values() {
    let learner = Learner::new();
    let (shape, truth, guess) = reference_masks("blob_2d_isotropic");
    // Any value but 0 is inside, whichever each tool writes.
    let white: Vec<u8> = truth.iter().map(|value| value * 255).collect();
    learner.writes("true.png", png(shape[0], shape[1], &white));
    learner.writes("guess.npy", npy(&shape, &guess));
    let found = learner.types("measure true.png guess.npy --task segmentation --spacing 1,1 --json").ends(0).json();
    for (metric, id) in [
        ("dice", "dice"),
        ("iou", "iou"),
        ("relative_volume_error", "relative_volume_error"),
        ("voxel_sensitivity", "voxel_sensitivity"),
        ("voxel_ppv", "voxel_ppv"),
        ("hausdorff", "hausdorff"),
    ] {
        let expected = golden(&format!("segmentation/blob_2d_isotropic/{id}"));
        same(&figure(&found, metric, None, None)["value"], &expected, metric);
    }
    let (shape, truth, guess) = reference_masks("blob_3d_anisotropic");
    learner.writes("t.npy", npy(&shape, &truth));
    learner.writes("p.npy", npy(&shape, &guess));
    let text = std::fs::read_to_string(data("reference/segmentation/expected.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let case = cases.iter().find(|case| case["id"] == "segmentation/blob_3d_anisotropic/hausdorff").unwrap();
    let spacing: Vec<f64> = serde_json::from_value(case["parameters"]["spacing_mm"].clone()).unwrap();
    let spacing = spacing.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    let found = learner.types(&format!("measure t.npy p.npy --spacing {spacing} --json")).ends(0).json();
    same(&figure(&found, "hausdorff", None, None)["value"], &case["value"], "Hausdorff");
}

#[test]
fn folders_of_masks_give_each_case_and_the_mean() {
    let learner = Learner::new();
    for case in 0..12_usize {
        let inside = |shift: usize| -> Vec<u8> {
            (0..100)
                .map(|at| u8::from((2..7).contains(&(at / 10)) && (2 + shift..7 + shift).contains(&(at % 10))))
                .collect()
        };
        learner.writes(&format!("true/c{case:02}.png"), png(10, 10, &inside(0)));
        let guess = if case == 5 { vec![0; 100] } else { inside(case % 3) };
        learner.writes(&format!("guess/c{case:02}.png"), png(10, 10, &guess));
    }
    let found = learner.types("measure true guess --spacing 1,1 --json").ends(0).json();
    let mean = figure(&found, "dice", None, None);
    assert_eq!((mean["n"].as_u64(), mean["interval"].as_str()), (Some(12), Some("bootstrap_cases")));
    let distance = figure(&found, "hausdorff95", None, None);
    assert_eq!((distance["n"].as_u64(), distance["left_out"]["cases"].as_u64()), (Some(11), Some(1)));
    let case = figure(&found, "dice", Some("c01.png"), None);
    same(&case["value"], &Value::from(0.8), "shifted by one column of five");
    let answer = learner.types("measure true guess --spacing 1,1").ends(0);
    answer.says("12 cases").says("c05.png").says("Left out of the mean, 1 of 12 cases");
}

#[test]
fn masks_that_do_not_fit_are_refused() {
    let learner = Learner::new();
    learner.writes("a.npy", npy(&[2, 3], &[0, 1, 1, 0, 0, 0]));
    learner.writes("b.npy", npy(&[3, 2], &[0, 1, 1, 0, 0, 0]));
    learner.writes("two.npy", npy(&[2, 3], &[0, 1, 2, 0, 0, 0]));
    learner.writes("deep.npy", npy(&[2, 2, 2, 3], &[0; 24]));
    learner.writes("short.npy", npy(&[2, 3], &[0, 1]));
    learner.writes("text.npy", "no mask");
    learner.writes("folder/a.npy", npy(&[2, 3], &[0; 6]));
    learner.writes("other/b.npy", npy(&[2, 3], &[0; 6]));
    learner.writes("colour.png", {
        let image = image::RgbImage::from_raw(1, 2, vec![0, 0, 0, 255, 0, 0]).unwrap();
        let mut out = std::io::Cursor::new(Vec::new());
        image.write_to(&mut out, image::ImageFormat::Png).unwrap();
        out.into_inner()
    });
    for (ask, file, found, expected) in [
        ("a.npy b.npy", "b.npy", "a mask of 3 × 2", "2 × 3, as its reference"),
        ("a.npy a.npy --spacing 0,1", "--spacing", "0", "more than 0"),
        ("a.npy a.npy --spacing -1,1", "--spacing", "-1", "more than 0"),
        ("a.npy a.npy --spacing 1,1,1", "--spacing", "3 numbers", "2, one per axis"),
        ("a.npy two.npy", "two.npy", "several values beside 0: 1, 2", "--labels"),
        ("a.npy deep.npy", "deep.npy", "4 axes", "1 to 3 axes"),
        ("a.npy short.npy", "short.npy", "2 values for a shape of 2 × 3", "numpy.save"),
        ("a.npy text.npy", "text.npy", "neither PNG nor .npy", "PNG"),
        ("a.npy colour.png", "colour.png", "a colour at (1, 0)", "grey"),
        ("a.npy c.npy", "c.npy", "no such file", "PNG or .npy"),
        ("folder other", "other", "no a.npy", "both folders"),
        ("folder a.npy", "a.npy", "a file beside a folder", "two folders"),
        ("a.npy", "a.npy", "one file", "two masks"),
        ("a.npy a.npy --label y", "--label", "an option for tables", "--spacing"),
        ("a.npy a.npy --labels 0", "--labels", "0", "from 1"),
    ] {
        let document = learner.types(&format!("measure --json {ask}")).ends(2).json();
        let fault = &document["faults"][0];
        assert_eq!(fault["file"], file, "{ask} {fault:#}");
        assert!(fault["found"]["en"].as_str().unwrap().contains(found), "{ask} {fault:#}");
        assert!(fault["expected"]["en"].as_str().unwrap().contains(expected), "{ask} {fault:#}");
    }
    let found = learner.types("measure two.npy two.npy --labels 1,2 --json").ends(0).json();
    same(&figure(&found, "dice", None, Some("2"))["value"], &Value::from(1.0), "a label of its own");
}

#[test]
fn detection_gives_the_reference_values_and_counts_images_without_boxes() {
    let folder = data("reference").join("detection");
    let found = |images: &str| {
        let ask = format!(
            "measure {0}/ordinary_80_predictions.csv --truth {0}/ordinary_80_truth.csv{images} --json",
            folder.display()
        );
        Learner::new().types(&ask).ends(0).json()
    };
    let all = found(" --images 80");
    let value = |found: &Value, metric: &str| {
        let list = found["metrics"].as_array().unwrap().clone();
        list.iter().find(|m| m["metric"] == metric).unwrap()["value"].as_f64().unwrap()
    };
    for (metric, expected) in [
        ("ap_coco", 0.680_271_925_509_386_1),
        ("map_coco", 0.285_537_517_344_127_1),
        ("false_positives_per_image", 1.2),
        ("box_sensitivity", 86.0 / 110.0),
        ("box_ppv", 86.0 / 182.0),
    ] {
        assert!((value(&all, metric) - expected).abs() < 1e-9, "{metric}");
    }
    let more = found(" --images 160");
    assert!((value(&more, "false_positives_per_image") - 0.6).abs() < 1e-9);
    assert_eq!(all["metrics"][0]["interval"], "bootstrap_images");
}

#[test]
fn mistakes_in_boxes_are_told_where_they_stand() {
    let learner = Learner::new();
    learner.writes("truth.csv", "image,x1,y1,x2,y2\na,0,0,10,10\n");
    learner.writes("boxes.csv", "image,x1,y1,x2,y2,score\na,0,0,10,10,0.5\na,5,0,3,10,0.4\n");
    let told = learner.types("measure boxes.csv --truth truth.csv").ends(2);
    told.says("boxes.csv, line 3, x2").says("at least 5");
    learner.writes("boxes.csv", "image,x1,y1,x2,y2\na,0,0,10,10\n");
    learner.types("measure boxes.csv --truth truth.csv").ends(2).says("no column \"score\"");
    learner.types("measure boxes.csv --truth truth.csv --label y").ends(2).says("--label");
    learner.types("measure boxes.csv --task detection").ends(2).says("--truth");
}

#[test]
fn survival_is_weighted_by_the_censoring_of_the_training_rows() {
    let folder = data("reference").join("survival");
    let learner = Learner::new();
    // The reference's predicted survival at 1 to 5, as the predicted risk that the command takes.
    let mut rows = csv::Reader::from_path(folder.join("traintest_test.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mut text = "time,event,risk,r1,r2,r3,r4,r5\n".to_owned();
    for row in rows.records().map(Result::unwrap) {
        let risks = (1..=5).map(|k| (1.0 - row[at(&format!("s{k}"))].parse::<f64>().unwrap()).to_string());
        let cells = [&row[at("time")], &row[at("event")], &row[at("risk")]].map(str::to_owned);
        text += &format!("{}\n", cells.into_iter().chain(risks).collect::<Vec<_>>().join(","));
    }
    learner.writes("test.csv", text);
    let training = folder.join("traintest_train.csv");
    let ask = |rest: &str| {
        let ask = format!("measure test.csv --time time --event event --resamples 0 --json {rest}");
        learner.types(&ask).ends(0).json()
    };
    let value = |found: &Value, metric: &str, at: &str| {
        let list = found["metrics"].as_array().unwrap().clone();
        let own = |m: &&Value| m["metric"] == metric && (at.is_empty() || m["of"]["value"] == at);
        list.iter().find(own).unwrap()["value"].as_f64().unwrap()
    };
    let training = format!("--training {}", training.display());
    let risks = ask(&format!("{training} --score r1,r2,r3,r4,r5 --at 1,2,3,4,5"));
    assert!((value(&risks, "integrated_brier", "") - 0.171_997_443_178_629_47).abs() < 1e-9);
    assert!((value(&risks, "brier_at", "2") - 0.160_060_787_368_862_76).abs() < 1e-9);
    let ranked = ask(&format!("{training} --score risk"));
    assert!((value(&ranked, "uno_c", "") - 0.655_188_765_864_614_8).abs() < 1e-9);
    let ranked = ask(&format!("{training} --score risk --at 1,2,3"));
    assert!((value(&ranked, "auroc_at", "2") - 0.686_285_394_871_768_3).abs() < 1e-9);
    let own = ask("--score risk --at 1,2,3");
    assert!((value(&own, "auroc_at", "2") - 0.686_285_394_871_768_3).abs() > 1e-9, "weighted by its own rows");
    assert!(own["notes"].to_string().contains("--training"));
}

#[test]
fn curves_end_where_their_figures_are() {
    let learner = Learner::new();
    let file = data("reference").join("fairness").join("three_groups_900.csv");
    let ask = format!("measure {} --label y --score score --group group --curves --resamples 0", file.display());
    learner.types(&ask).ends(2).says("--json");
    let found = learner.types(&format!("{ask} --json")).ends(0).json();
    let curves = found["curves"].as_array().unwrap();
    let names: Vec<&str> =
        curves.iter().filter(|c| c["group"].is_null()).map(|c| c["curve"].as_str().unwrap()).collect();
    assert_eq!(names, ["roc", "calibration", "calibration_smooth", "decision"]);
    assert_eq!(curves.iter().filter(|c| c["curve"] == "roc").count(), 4, "for all, and for each of three groups");
    let numbers = |name: &str| -> Vec<f64> {
        curves[0]["points"][name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    };
    let (fpr, tpr) = (numbers("false_positive_rate"), numbers("sensitivity"));
    let area: f64 = (1..fpr.len()).map(|k| (fpr[k] - fpr[k - 1]) * f64::midpoint(tpr[k], tpr[k - 1])).sum();
    let auroc = found["metrics"].as_array().unwrap().iter().find(|m| m["metric"] == "auroc").unwrap()["value"].as_f64();
    assert!((area - auroc.unwrap()).abs() < 1e-12);
    let file = data("reference").join("survival").join("ordinary_300.csv");
    let ask = format!("measure {} --time time --event event --curves --json --at 4", file.display());
    let found = learner.types(&ask).ends(0).json();
    let points = &found["curves"][0]["points"];
    let step = points["time"].as_array().unwrap().iter().rposition(|t| t.as_f64().unwrap() <= 4.0).unwrap();
    let km = found["metrics"].as_array().unwrap().iter().find(|m| m["metric"] == "km_survival").unwrap().clone();
    assert_eq!((&points["survival"][step], &points["low"][step]), (&km["value"], &km["low"]));
}

/// Rows as a model would give them: p spread over 0 to 1, and outcomes drawn with that probability.
fn drawn(rows: u32, of: u64) -> Vec<(f64, f64)> {
    let seed = practicum::seed::Seed::new(of);
    (0..u64::from(rows))
        .map(|row| {
            let p = 0.02 + 0.96 * seed.named("p").at(row).uniform();
            (f64::from(u8::from(seed.named("y").at(row).uniform() < p)), p)
        })
        .collect()
}

/// Of a perfectly calibrated model, drawn again and again, the error of calibration is 0, and most intervals say so; F1 varies with
/// how common the outcome is in the rows drawn, and its intervals hold what it is in a very large file.
#[test]
fn intervals_of_figures_that_depend_on_prevalence_hold_the_truth() {
    let learner = Learner::new();
    let writes = |rows: u32, of: u64| {
        let table: String = drawn(rows, of).iter().map(|(y, p)| format!("{y},{p:.6}\n")).collect();
        learner.writes("m.csv", format!("y,p\n{table}"));
    };
    writes(40_000, 999);
    let ask =
        |more: &str| learner.types(&format!("measure --json m.csv --label y --score p --threshold 0.5 {more}")).json();
    let large = ask("--resamples 0");
    let truth = |metric: &str| match metric {
        "ece" | "ici" => 0.0,
        metric => figure(&large, metric, None, None)["value"].as_f64().unwrap(),
    };
    let all = ["ece", "ici", "f1", "average_precision", "interventions_avoided_per_100"];
    let mut held = [0; 5];
    for of in 0..20 {
        writes(300, of);
        let found = ask("--resamples 100");
        for (held, metric) in held.iter_mut().zip(all) {
            let found = figure(&found, metric, None, None);
            assert_eq!(found["interval"], "bootstrap_rows", "{found}");
            let (low, high) = (found["low"].as_f64().unwrap(), found["high"].as_f64().unwrap());
            *held += u32::from(low <= truth(metric) + 1e-12 && truth(metric) <= high);
        }
    }
    assert!(held.iter().all(|&held| held >= 16), "{all:?} held the truth {held:?} times of 20");
}

#[test]
fn the_distance_of_two_samples_has_an_interval_on_both_sides_of_it() {
    let learner = Learner::new();
    let seed = practicum::seed::Seed::new(5);
    let row = |i: u64| format!("{},{}\n", i % 2, seed.at(i).uniform() + if i % 2 == 1 { 0.03 } else { 0.0 });
    learner.writes("d.csv", format!("now,x\n{}", (0..300).map(row).collect::<String>()));
    let found = learner.types("measure d.csv --current now --score x --json").ends(0).json();
    for metric in ["ks", "wasserstein_1", "psi"] {
        let found = figure(&found, metric, Some("x"), None);
        let of = |key: &str| found[key].as_f64().unwrap();
        assert!(of("low") < of("value") && of("value") < of("high"), "{found}");
        assert!(of("low") < 0.01, "so small a shift may be none: {found}");
    }
    let told = learner.types("measure d.csv --current now --score x").ends(0);
    assert!(!told.out.contains("outcome"), "drift has no outcome:\n{}", told.out);
    told.says("bootstrap of rows within each sample").says("(asymptotic)");
}

#[test]
fn no_interval_has_no_width() {
    let learner = Learner::new();
    // One group all cases, one perfectly ranked, and a rater pair without a disagreement.
    let rows: String = (0..60).map(|i| format!("{},{},all\n", 1, f64::from(i % 7) / 10.0 + 0.1)).collect();
    let sorted: String = (0..40).map(|i| format!("{},{},sorted\n", u8::from(i >= 20), f64::from(i) / 40.0)).collect();
    learner.writes("g.csv", format!("y,p,g\n{rows}{sorted}"));
    learner.writes("r.csv", format!("a,b\n{}", (0..40).map(|i| format!("{0},{0}\n", i % 2)).collect::<String>()));
    learner.writes(
        "t.csv",
        format!("t,e\n{}", (0..6).map(|i| format!("{},1\n", if i < 5 { 2.8 } else { 4.0 })).collect::<String>()),
    );
    let mut without = 0;
    for ask in ["g.csv --label y --score p --threshold 0.5 --group g", "r.csv --raters a,b", "t.csv --time t --event e"]
    {
        let found = learner.types(&format!("measure {ask} --json")).ends(0).json();
        for figure in found["metrics"].as_array().unwrap() {
            if let (Some(low), Some(high)) = (figure["low"].as_f64(), figure["high"].as_f64()) {
                assert!(low < high, "{figure}");
            } else if figure["value"].is_number() {
                let high = &figure["high"];
                assert!(
                    high == "inf" || figure["no_interval_because"]["en"].is_string() || figure["metric"] == "logrank_p",
                    "{figure}"
                );
                without += 1;
            }
        }
    }
    assert!(without > 5);
}

#[test]
fn no_bootstrap_is_made_of_few_rows_or_of_one_outcome() {
    let learner = Learner::new();
    let rows = |group: &str, n: u32, of: fn(u32) -> u32| -> String {
        (0..n).map(|i| format!("{},{},{group}\n", of(i), 0.1 + 0.8 * f64::from(i * 7 % n) / f64::from(n))).collect()
    };
    let table = [
        rows("few", 8, |_| 1),
        rows("one", 40, |_| 1),
        rows("rare", 60, |i| u32::from(i < 4)),
        rows("enough", 60, |i| i % 2),
    ];
    learner.writes("g.csv", format!("y,p,g\n{}", table.concat()));
    let found = learner.types("measure g.csv --label y --score p --group g --json").ends(0).json();
    for (group, because) in [("few", "draw from (8)"), ("one", "one outcome (0)"), ("rare", "one outcome (4)")] {
        let ece = figure(&found, "ece", None, Some(group));
        assert!(ece["no_interval_because"]["en"].as_str().is_some_and(|text| text.contains(because)), "{ece}");
    }
    assert!(figure(&found, "ece", None, Some("enough"))["low"].is_number());
}

#[test]
fn the_concordance_says_up_to_when_events_count() {
    let learner = Learner::new();
    let path = file("survival/ordinary_300.csv");
    let ask = format!("measure {path} --time time --event event --score risk --resamples 0 --at");
    learner.types(&format!("{ask} 2,4")).ends(0).says("Uno's C up to 4");
    learner.types(&format!("{ask} 0")).ends(0).says("Uno's C up to 0: No event lies before time 0");
}

#[test]
fn two_raters_who_always_agree_on_one_of_two_categories_agree() {
    let learner = Learner::new();
    learner.writes("r.csv", format!("a,b\n{}", "1,1\n".repeat(30)));
    let found = learner.types("measure r.csv --raters a,b --categories 2 --json").ends(0).json();
    assert_eq!(figure(&found, "gwet_ac1", None, None)["value"], 1.0);
}

#[test]
fn what_a_figure_rests_on_by_convention_is_said() {
    let learner = Learner::new();
    let rows: String =
        (0..40).map(|i| format!("{},{}\n", i % 2, if i < 3 { 0.0 } else { 0.2 + 0.015 * f64::from(i) })).collect();
    learner.writes("sure.csv", format!("y,p\n{rows}"));
    let sure = learner.types("measure sure.csv --label y --score p --resamples 0").ends(0);
    sure.says("what happened had a probability of 0");
    let rows: String = (0..40).map(|i| format!("{},{}\n", i % 2, i + 1)).collect();
    learner.writes("percent.csv", format!("y,p\n{rows}"));
    let ask = "measure percent.csv --label y --score p --threshold 0.3 --resamples 0 --json";
    let percent = learner.types(ask).ends(0).json()["notes"].to_string();
    assert!(percent.contains("Every score reaches the threshold 0.3"), "{percent}");
    assert!(percent.contains("If the scores are percentages, the threshold is 30."), "{percent}");
    let rows: String = (1..41).map(|i| format!("{},0.{},0.{},0\n", i % 2, 1 + i % 9, 9 - i % 9)).collect();
    learner.writes("c.csv", format!("y,p0,p1,p2\n{rows}"));
    let absent = learner.types("measure c.csv --label y --score p0,p1,p2 --resamples 0").ends(0);
    absent.says("The class 2 never occurs, and this figure takes rows of it");
}

#[test]
fn a_threshold_of_another_scale_than_a_mask_of_probabilities_is_refused() {
    let learner = Learner::new();
    let values: Vec<f64> = (0..64).map(|pixel| f64::from(pixel % 9) / 10.0).collect();
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (8, 8), }";
    let header = format!("{header:<117}\n");
    let mut map = b"\x93NUMPY\x01\x00".to_vec();
    map.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    map.extend(header.as_bytes());
    map.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    learner.writes("map.npy", map);
    learner.writes("true.npy", npy(&[8, 8], &(0..64).map(|pixel| u8::from(pixel % 8 < 4)).collect::<Vec<u8>>()));
    let told = learner.types("measure true.npy map.npy --threshold 50").ends(2);
    told.says("values up to 0.8, beside --threshold 50").says("0 to 1");
    learner.types("measure true.npy map.npy --threshold 0.5").ends(0);
}
