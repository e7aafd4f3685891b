//! Every adopted reference case, answered by our code.
//!
//! Reads the folder that `PRACTICUM_REFERENCE` names, else `tests/data/reference`; its README says what a case is.
//! Cases are answered by metric name and parameters alone, so that another folder with other numbers can be put in its
//! place.

use practicum::metrics::agreement::{self, Icc, Level, Methods, RaterPair, Ratings, Weights};
use practicum::metrics::classification::{self as class, Confusion};
use practicum::metrics::detection::{self, Detections, Prediction, Rect, Truth};
use practicum::metrics::drift::{self, Mmd, Samples};
use practicum::metrics::fairness::{self, Groups, Odds};
use practicum::metrics::segmentation::{self as mask, Connectivity, Masks, Matching};
use practicum::metrics::survival::{self, AtTime, Causes, Censoring, Cox, Follow, KaplanMeier, Ranking};
use practicum::metrics::uncertainty::{self, Gaussian, Selective};
use practicum::metrics::utility::{self, SurvivalRisk, Values};
use practicum::metrics::{
    BadInput, Binary, Classes, Estimate, Measure, Probabilities, Undefined, calibration, design, intervals, logistic,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[test]
fn every_adopted_case_agrees() {
    let root = std::env::var_os("PRACTICUM_REFERENCE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/reference"), PathBuf::from);
    let (mut cases, mut agree, mut contrast, mut report) = (0, 0, 0, String::new());
    let mut tables = Tables { folder: PathBuf::new(), read: BTreeMap::new() };
    let mut families: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap_or_else(|e| panic!("{}: {e}", root.display()))
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    families.sort();
    for family in families {
        let name = family.file_name().expect("a name").to_string_lossy().into_owned();
        tables = Tables { folder: family.clone(), ..tables };
        tables.read.clear();
        let text = std::fs::read_to_string(family.join("expected.json")).expect("expected.json");
        let list: Vec<Value> = serde_json::from_str(&text).expect("a list of cases");
        let (mut here, mut good) = (0, 0);
        for case in &list {
            if case["adopted"] != json!(true) {
                contrast += 1;
                continue;
            }
            here += 1;
            let case = Case { family: &name, json: case, tables: &tables };
            // A case that lacks what its metric needs is reported by its name, like any other, and ends nothing.
            let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| answer(&case)));
            match answered.unwrap_or_else(|panic| Some(Err(told(panic.as_ref())))) {
                None => writeln!(report, "not covered  {}", case.text("id")).expect("a string"),
                Some(Err(bad)) => writeln!(report, "refused      {}: {bad}", case.text("id")).expect("a string"),
                Some(Ok(got)) => match differs(&got, &case.json["value"], case.json) {
                    None => good += 1,
                    Some(why) => writeln!(report, "disagrees    {}: {why}", case.text("id")).expect("a string"),
                },
            }
        }
        println!("{name}: {here} cases, {good} agree");
        cases += here;
        agree += good;
    }
    println!("{cases} cases, {agree} agree ({contrast} shown for contrast only)");
    assert!(cases > 0, "no case in {}", root.display());
    assert!(report.is_empty(), "{cases} cases, {agree} agree; the others:\n{report}");
}

/// What a panic said.
fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("cannot be read as a case: {}", text.unwrap_or("a panic without a text"))
}

// ---- comparing -----------------------------------------------------------------------------------------------------

/// Where and how `got` misses `expected`; `None` when it agrees element by element.
fn differs(got: &Value, expected: &Value, case: &Value) -> Option<String> {
    match (got, expected) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| differs(a, b, case).map(|why| format!("[{i}] {why}")))
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().find_map(|(key, a)| differs(a, &b[key], case).map(|why| format!("{key}: {why}")))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().expect("a number"), b.as_f64().expect("a number"));
            let allowed =
                case["abs_tolerance"].as_f64().unwrap_or(0.0) + case["tolerance"].as_f64().unwrap_or(0.0) * b.abs();
            ((a - b).abs() > allowed).then(|| format!("got {a}, expected {b}"))
        }
        _ => (got != expected).then(|| format!("got {got}, expected {expected}")),
    }
}

type Answer = Result<Value, String>;

/// A number as the reference files write it.
fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else if value.is_nan() {
        json!("NaN, which must never be")
    } else {
        json!(if value > 0.0 { "inf" } else { "-inf" })
    }
}

fn numbers(values: impl IntoIterator<Item = f64>) -> Value {
    values.into_iter().map(number).collect()
}

/// What can stand as an answer.
trait IntoAnswer {
    fn into_answer(self) -> Answer;
}

impl IntoAnswer for f64 {
    fn into_answer(self) -> Answer {
        Ok(number(self))
    }
}

impl IntoAnswer for usize {
    fn into_answer(self) -> Answer {
        Ok(json!(self))
    }
}

impl IntoAnswer for Value {
    fn into_answer(self) -> Answer {
        Ok(self)
    }
}

impl IntoAnswer for Estimate {
    fn into_answer(self) -> Answer {
        Ok(number(self.value))
    }
}

impl IntoAnswer for (f64, f64) {
    fn into_answer(self) -> Answer {
        Ok(numbers([self.0, self.1]))
    }
}

impl IntoAnswer for Vec<f64> {
    fn into_answer(self) -> Answer {
        Ok(numbers(self))
    }
}

impl<T: IntoAnswer> IntoAnswer for Option<T> {
    fn into_answer(self) -> Answer {
        self.map_or(Ok(Value::Null), T::into_answer)
    }
}

impl<T: IntoAnswer> IntoAnswer for Result<T, Undefined> {
    fn into_answer(self) -> Answer {
        match self {
            Ok(value) => value.into_answer(),
            Err(reason) => {
                assert!(!reason.text().en.is_empty());
                Ok(Value::Null)
            }
        }
    }
}

impl<T: IntoAnswer> IntoAnswer for Result<T, BadInput> {
    fn into_answer(self) -> Answer {
        match self {
            Ok(value) => value.into_answer(),
            Err(bad) => Err(bad.text().en.into_owned()),
        }
    }
}

/// The interval of a measure.
fn interval(measure: Measure) -> Result<Option<(f64, f64)>, Undefined> {
    measure.map(|e| e.interval)
}

/// An array of answers.
fn list<T: IntoAnswer>(items: impl IntoIterator<Item = T>) -> Answer {
    items.into_iter().map(T::into_answer).collect()
}

// ---- reading -------------------------------------------------------------------------------------------------------

/// A CSV file: its columns as text.
struct Table(BTreeMap<String, Vec<String>>);

impl Table {
    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let mut columns = vec![Vec::new(); header.len()];
        for record in reader.records() {
            for (column, cell) in columns.iter_mut().zip(&record.expect("a row")) {
                column.push(cell.to_owned());
            }
        }
        Self(header.into_iter().zip(columns).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn strings(&self, name: &str) -> &[String] {
        self.0.get(name).unwrap_or_else(|| panic!("no column {name}"))
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.strings(name).iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
    }

    /// Columns `stem0`, `stem1`, ... (or from 1).
    fn series(&self, stem: &str, from: usize) -> Vec<Vec<f64>> {
        (from..1000)
            .map(|k| format!("{stem}{k}"))
            .take_while(|name| self.has(name))
            .map(|name| self.numbers(&name))
            .collect()
    }
}

/// The tables of one family, each read once.
struct Tables {
    folder: PathBuf,
    read: BTreeMap<String, std::cell::OnceCell<Table>>,
}

impl Tables {
    fn get(&self, file: &str) -> Table {
        Table::read(&self.folder.join(file))
    }
}

/// One case.
struct Case<'a> {
    family: &'a str,
    json: &'a Value,
    tables: &'a Tables,
}

impl Case<'_> {
    fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }

    fn input(&self) -> Table {
        self.tables.get(self.text("input"))
    }

    fn file(&self, parameter: &str) -> Table {
        self.tables.get(self.word(parameter))
    }

    fn parameter(&self, name: &str) -> &Value {
        &self.json["parameters"][name]
    }

    fn given(&self, name: &str) -> bool {
        !self.parameter(name).is_null()
    }

    fn f(&self, name: &str) -> f64 {
        as_number(self.parameter(name)).unwrap_or_else(|| panic!("{}: no number {name}", self.text("id")))
    }

    fn n(&self, name: &str) -> usize {
        let value = self.parameter(name).as_u64().unwrap_or_else(|| panic!("{}: no count {name}", self.text("id")));
        usize::try_from(value).expect("a count")
    }

    fn word(&self, name: &str) -> &str {
        self.parameter(name).as_str().unwrap_or_else(|| panic!("{}: no text {name}", self.text("id")))
    }

    fn words(&self, name: &str) -> Vec<&str> {
        self.parameter(name).as_array().expect("a list").iter().map(|v| v.as_str().expect("a text")).collect()
    }

    /// The column of the input that plays a role: as this case names it, else as another of the same input does.
    fn column(&self, role: &str) -> String {
        let named = |case: &Value| case["parameters"][role].as_str().map(str::to_owned);
        let others = || {
            let text = std::fs::read_to_string(self.tables.folder.join("expected.json")).expect("the cases");
            let cases: Vec<Value> = serde_json::from_str(&text).expect("a list of cases");
            cases.iter().filter(|other| other["input"] == self.json["input"]).find_map(named)
        };
        named(self.json)
            .or_else(others)
            .unwrap_or_else(|| panic!("no case of {} names the column of its {role}", self.text("input")))
    }

    fn list(&self, name: &str) -> Vec<f64> {
        self.parameter(name).as_array().expect("a list").iter().map(|v| as_number(v).expect("a number")).collect()
    }
}

/// A number, where an infinite one is written as a word.
fn as_number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some(word) => word.parse().ok().filter(|number: &f64| number.is_infinite()),
        None => value.as_f64(),
    }
}

/// Borrow every column.
fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

// ---- answering -----------------------------------------------------------------------------------------------------

fn answer(case: &Case<'_>) -> Option<Answer> {
    match case.family {
        "classification" => classification(case),
        "calibration" => calibration(case),
        "utility" => utility(case),
        "survival" => survival(case),
        "segmentation" => segmentation(case),
        "detection" => detection(case),
        "agreement" => agreement(case),
        "fairness" => fairness(case),
        "drift" => drift(case),
        "uncertainty" => uncertainty(case),
        "design" => design(case),
        "real" => real(case),
        _ => None,
    }
}

/// Unpack a checked input, or refuse.
macro_rules! checked {
    ($input:expr) => {
        match $input {
            Ok(value) => value,
            Err(bad) => return Some(Err(bad.text().en.into_owned())),
        }
    };
}

fn classification(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let y = table.numbers("y");
    if case.given("classes") {
        return multiclass(case, &table);
    }
    if table.has("grade") {
        return kappa(case, &y, &table.numbers("grade"), case.n("levels"));
    }
    let score = table.numbers("score");
    let data = checked!(Binary::new(&y, &score));
    let decided = case.given("threshold").then(|| Confusion::at(&data, case.f("threshold")));
    let t = decided.as_ref();
    let metric = case.text("metric");
    Some(match metric {
        "roc_auc" => class::auroc(&data).into_answer(),
        "average_precision" => class::average_precision(&data).into_answer(),
        "sensitivity_at_specificity" => {
            class::sensitivity_at_specificity(&data, case.f("min_specificity")).into_answer()
        }
        "delong_variance" => class::delong_variance(&data).into_answer(),
        "auc_ci95_delong" => interval(class::auroc(&data)).into_answer(),
        "roc_points" => class::roc_curve(&data)
            .map(|points| {
                json!({ "fpr": numbers(points.iter().map(|p| p.fpr)), "tpr": numbers(points.iter().map(|p| p.tpr)) })
            })
            .into_answer(),
        "delong_covariance" | "delong_paired_test" => {
            let score2 = table.numbers("score2");
            let both = checked!(class::compare_auroc(&y, &score, &score2));
            match (metric, both) {
                (_, Err(_)) => Ok(Value::Null),
                ("delong_covariance", Ok(c)) => Ok(numbers(c.covariance)),
                (_, Ok(c)) => Ok(json!({
                    "auc_difference": number(c.difference),
                    "z": c.test.map(|t| t.0).into_answer().expect("a number"),
                    "p": c.test.map(|t| t.1).into_answer().expect("a number"),
                })),
            }
        }
        "confusion_tp_fp_tn_fn" => {
            let t = t?;
            Ok(json!([t.true_positives, t.false_positives, t.true_negatives, t.false_negatives]))
        }
        "sensitivity" => class::sensitivity(t?).into_answer(),
        "specificity" => class::specificity(t?).into_answer(),
        "ppv" => class::ppv(t?).into_answer(),
        "npv" => class::npv(t?).into_answer(),
        "sensitivity_ci95_wilson" => interval(class::sensitivity(t?)).into_answer(),
        "specificity_ci95_wilson" => interval(class::specificity(t?)).into_answer(),
        "ppv_ci95_wilson" => interval(class::ppv(t?)).into_answer(),
        "npv_ci95_wilson" => interval(class::npv(t?)).into_answer(),
        _ if metric.ends_with("_ci95_clopper_pearson") => {
            let t = t?;
            let (k, n) = match metric.trim_end_matches("_ci95_clopper_pearson") {
                "sensitivity" => (t.true_positives, t.positives()),
                "specificity" => (t.true_negatives, t.negatives()),
                "ppv" => (t.true_positives, t.alerts()),
                "npv" => (t.true_negatives, t.rows() - t.alerts()),
                _ => return None,
            };
            intervals::clopper_pearson(k, n).into_answer()
        }
        "lr_positive" => class::lr_positive(t?).into_answer(),
        "lr_negative" => class::lr_negative(t?).into_answer(),
        "accuracy" => class::accuracy(t?).into_answer(),
        "balanced_accuracy" => class::balanced_accuracy(t?).into_answer(),
        "youden" => class::youden(t?).into_answer(),
        "f_beta" => class::f_beta(t?, case.f("beta")).into_answer(),
        "mcc" => class::mcc(t?).into_answer(),
        "cohen_kappa" => class::cohen_kappa(t?).into_answer(),
        "expected_cost" => class::expected_cost(t?, case.f("cost_fp"), case.f("cost_fn")).into_answer(),
        _ => return None,
    })
}

fn multiclass(case: &Case<'_>, table: &Table) -> Option<Answer> {
    let (y, columns) = (table.numbers("y"), table.series("p", 0));
    let columns = slices(&columns);
    let data = checked!(Classes::new(&y, &columns));
    Some(match case.text("metric") {
        "roc_auc_ovr_macro" => class::auroc_ovr_macro(&data).into_answer(),
        "roc_auc_ovr_per_class" => list(class::auroc_ovr(&data)),
        "roc_auc_ovr_weighted" => class::auroc_ovr_weighted(&data).into_answer(),
        "roc_auc_ovo_macro" => class::auroc_ovo_macro(&data).into_answer(),
        "confusion_matrix" => Ok(json!(class::confusion_matrix(&data))),
        "accuracy" => class::multiclass_accuracy(&data).into_answer(),
        "balanced_accuracy" => class::multiclass_balanced_accuracy(&data).into_answer(),
        "f1_macro" => class::f1_macro(&data).into_answer(),
        "mcc" => class::multiclass_mcc(&data).into_answer(),
        "cohen_kappa" => class::multiclass_kappa(&data).into_answer(),
        "log_loss" => class::multiclass_log_loss(&data).into_answer(),
        "brier_multiclass" => calibration::brier_multiclass(&data).into_answer(),
        "ece_top_label" => calibration::ece_top_label(&data, case.n("bins")).into_answer(),
        "ece_class_wise" => calibration::ece_class_wise(&data, case.n("bins")).into_answer(),
        _ => return None,
    })
}

fn calibration(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    if case.given("classes") {
        return multiclass(case, &table);
    }
    let (y, p) = (table.numbers("y"), table.numbers("p"));
    let data = checked!(Probabilities::new(&y, &p));
    let span = case.parameter("frac").as_f64().unwrap_or(calibration::SPAN);
    let curve =
        |of: fn(&calibration::CurveErrors) -> f64| calibration::curve_errors(&data, span).map(|e| of(&e)).into_answer();
    Some(match case.text("metric") {
        "observed_expected_ratio" => calibration::observed_expected(&data).into_answer(),
        "observed_expected_ci95" => interval(calibration::observed_expected(&data)).into_answer(),
        "brier" => calibration::brier(&data).into_answer(),
        "brier_scaled" => calibration::scaled_brier(&data).into_answer(),
        "log_loss" => calibration::log_loss(&data).into_answer(),
        "ece_equal_width" => calibration::ece(&data, case.n("bins")).into_answer(),
        "max_calibration_error" => calibration::max_calibration_error(&data, case.n("bins")).into_answer(),
        "ece_equal_count" => calibration::ece_equal_count(&data, case.n("bins")).into_answer(),
        "reliability_bins" => {
            let bins = calibration::reliability_bins(&data, case.n("bins"));
            let means = |of: fn((f64, f64)) -> f64| list(bins.iter().map(|b| b.means.map(of))).expect("numbers");
            Ok(json!({
                "count": bins.iter().map(|b| b.count).collect::<Vec<_>>(),
                "mean_y": means(|m| m.0),
                "mean_p": means(|m| m.1),
            }))
        }
        "citl" => calibration::citl(&data).into_answer(),
        "citl_ci95" => interval(calibration::citl(&data)).into_answer(),
        "calibration_slope" => calibration::calibration_slope(&data).into_answer(),
        "calibration_slope_ci95" => interval(calibration::calibration_slope(&data)).into_answer(),
        "calibration_intercept_joint" => calibration::calibration_intercept_joint(&data).into_answer(),
        "ici" => curve(|e| e.ici),
        "e50" => curve(|e| e.e50),
        "e90" => curve(|e| e.e90),
        "emax" => curve(|e| e.emax),
        _ => return None,
    })
}

fn utility(case: &Case<'_>) -> Option<Answer> {
    let metric = case.text("metric");
    match metric {
        "rogan_gladen" | "rogan_gladen_ci95" => {
            let got =
                utility::rogan_gladen(case.n("positives"), case.n("n"), case.f("sensitivity"), case.f("specificity"));
            return Some(if metric == "rogan_gladen" { got.into_answer() } else { interval(got).into_answer() });
        }
        "ppv_from_prevalence" => {
            let got = utility::ppv_from_prevalence(case.f("prevalence"), case.f("sensitivity"), case.f("specificity"));
            return Some(got.into_answer());
        }
        "npv_from_prevalence" => {
            let got = utility::npv_from_prevalence(case.f("prevalence"), case.f("sensitivity"), case.f("specificity"));
            return Some(got.into_answer());
        }
        "net_benefit_survival" => {
            let table = case.input();
            let (time, event, risk) = (table.numbers("time"), table.numbers("event"), table.numbers("risk"));
            let data = checked!(SurvivalRisk::new(&time, &event, &risk));
            return Some(utility::net_benefit_survival(&data, case.f("threshold"), case.f("time")).into_answer());
        }
        _ => {}
    }
    let table = case.input();
    let (y, p) = (table.numbers("y"), table.numbers("p"));
    let data = checked!(Probabilities::new(&y, &p));
    let t = case.f("threshold");
    Some(match metric {
        "net_benefit" if case.given("prevalence") => {
            utility::net_benefit_at_prevalence(&data, t, case.f("prevalence")).into_answer()
        }
        "net_benefit" => utility::net_benefit(&data, t).into_answer(),
        "net_benefit_treat_all" => utility::net_benefit_treat_all(&data, t).into_answer(),
        "net_benefit_standardised" => utility::net_benefit_standardised(&data, t).into_answer(),
        "interventions_avoided_per_100" => utility::interventions_avoided_per_100(&data, t).into_answer(),
        "net_monetary_benefit" => {
            let values = Values {
                true_positive: case.f("value_tp"),
                false_positive: case.f("value_fp"),
                false_negative: case.f("value_fn"),
                true_negative: case.f("value_tn"),
                test: case.f("cost_of_test"),
            };
            utility::net_monetary_benefit(&Confusion::at(data.as_binary(), t), &values).into_answer()
        }
        _ => return None,
    })
}

fn survival(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let time = table.numbers("time");
    let metric = case.text("metric");
    if metric == "aalen_johansen" {
        let cause = table.numbers("cause");
        let data = checked!(Causes::new(&time, &cause));
        return Some(list(case.list("times").iter().map(|&t| survival::aalen_johansen(&data, case.n("cause"), t))));
    }
    let event = table.numbers("event");
    let follow = checked!(Follow::new(&time, &event));
    if metric.starts_with("cox_") {
        let columns: Vec<Vec<f64>> = case.words("covariates").iter().map(|name| table.numbers(name)).collect();
        return cox(case, &follow, &columns);
    }
    if case.given("train_file") {
        return weighted(case, &table, &follow);
    }
    let risk = || table.numbers(case.parameter("risk_column").as_str().unwrap_or("risk"));
    let curve = |of: &dyn Fn(&KaplanMeier, f64) -> Answer| match survival::kaplan_meier(&follow) {
        Ok(km) => case.list("times").iter().map(|&t| of(&km, t)).collect(),
        Err(_) => Ok(Value::Null),
    };
    Some(match metric {
        "km_survival" => curve(&|km, t| km.survival(t).into_answer()),
        "km_ci95_loglog" => curve(&|km, t| interval(km.at(t)).into_answer()),
        "km_standard_error_greenwood" => curve(&|km, t| km.standard_error(t).into_answer()),
        "nelson_aalen" => curve(&|km, t| km.hazard(t).into_answer()),
        "km_median" => survival::km_median(&follow).into_answer(),
        "rmst" => survival::rmst(&follow, case.f("tau")).into_answer(),
        "harrell_c" => {
            let risk = risk();
            survival::harrell_c(&checked!(Ranking::new(&time, &event, &risk))).into_answer()
        }
        "concordance_pairs" => {
            let risk = risk();
            let (a, b, c) = survival::concordance_pairs(&checked!(Ranking::new(&time, &event, &risk)));
            Ok(numbers([a, b, c]))
        }
        "logrank_chi2" | "logrank_p" => {
            let got = checked!(survival::log_rank(&follow, table.strings("group")));
            got.map(|test| if metric == "logrank_p" { test.p } else { test.chi_squared }).into_answer()
        }
        "observed_expected_at_time" => {
            let predicted: Vec<f64> = table.numbers(case.word("column")).iter().map(|s| 1.0 - s).collect();
            survival::observed_expected_at(&follow, &predicted, case.f("time")).into_answer()
        }
        _ => return None,
    })
}

fn weighted(case: &Case<'_>, table: &Table, follow: &Follow<'_>) -> Option<Answer> {
    let train = case.file("train_file");
    let (train_time, train_event) = (train.numbers("time"), train.numbers("event"));
    let Ok(censoring) = Censoring::new(&checked!(Follow::new(&train_time, &train_event))) else {
        return Some(Ok(Value::Null));
    };
    let (time, event, risk) = (table.numbers("time"), table.numbers("event"), table.numbers("risk"));
    let at = AtTime::new(follow.clone(), censoring.clone());
    let times = || case.list("times");
    Some(match case.text("metric") {
        "uno_c" => {
            let data = checked!(Ranking::new(&time, &event, &risk));
            survival::uno_c(&data, &censoring, as_number(case.parameter("tau"))).into_answer()
        }
        "brier_t" => {
            let columns = case.words("columns");
            list(times().iter().zip(columns).map(|(&t, column)| at.brier(&table.numbers(column), t)))
        }
        "integrated_brier_score" => {
            let columns = table.series("s", 1);
            at.integrated_brier(&slices(&columns), &times()).into_answer()
        }
        "cumulative_dynamic_auc" => list(times().iter().map(|&t| at.auroc(&risk, t))),
        "cumulative_dynamic_auc_mean" => at.mean_auroc(&risk, &times()).into_answer(),
        _ => return None,
    })
}

fn cox(case: &Case<'_>, follow: &Follow<'_>, columns: &[Vec<f64>]) -> Option<Answer> {
    let fitted: Cox = match checked!(survival::cox(follow, &slices(columns))) {
        Ok(fitted) => fitted,
        Err(_) => return Some(Ok(Value::Null)),
    };
    Some(match case.text("metric") {
        "cox_coefficients" => fitted.coefficients.into_answer(),
        "cox_standard_errors" => fitted.standard_errors.into_answer(),
        "cox_log_likelihood" => fitted.log_likelihood.into_answer(),
        "cox_lr_chi2" => fitted.likelihood_ratio.into_answer(),
        "cox_apparent_c" => {
            let event: Vec<f64> = (0..follow.rows()).map(|row| f64::from(u8::from(follow.event(row)))).collect();
            let data = checked!(Ranking::new(follow.time(), &event, &fitted.linear_predictor));
            survival::harrell_c(&data).into_answer()
        }
        "cox_predicted_survival" => {
            let rows = case.parameter("rows").as_array().expect("a list").clone();
            let curve = |row: &Value| {
                let row = usize::try_from(row.as_u64().expect("a row")).expect("a row");
                numbers(case.list("times").iter().map(|&t| fitted.survival(fitted.linear_predictor[row], t)))
            };
            Ok(rows.iter().map(curve).collect())
        }
        _ => return None,
    })
}

fn real(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let metric = case.text("metric");
    if metric.starts_with("cv_") || metric == "logistic_coefficients" {
        return Some(penalised_logistic(case, &table));
    }
    let (time, event) = (table.numbers(&case.column("time")), table.numbers(&case.column("event")));
    let follow = checked!(Follow::new(&time, &event));
    if metric.starts_with("cox_") {
        // `tgrade_III` is 1 where the column `tgrade` says `III`; a covariate that is a column itself is taken as it
        // is.
        let column = |name: &&str| -> Vec<f64> {
            if table.has(name) {
                return ordered(table.strings(name));
            }
            let (column, level) = name.rsplit_once('_').expect("column_level");
            assert!(table.has(column), "{}: no column {name}", case.text("id"));
            table.strings(column).iter().map(|cell| f64::from(u8::from(cell == level))).collect()
        };
        let columns: Vec<Vec<f64>> = case.words("covariates").iter().map(column).collect();
        return cox(case, &follow, &columns);
    }
    Some(match metric {
        "km_survival" => list(case.list("times").iter().map(|&t| survival::km_survival(&follow, t))),
        "logrank_chi2" | "logrank_p" => {
            let got = checked!(survival::log_rank(&follow, table.strings(case.word("group"))));
            got.map(|test| if metric == "logrank_p" { test.p } else { test.chi_squared }).into_answer()
        }
        _ => return None,
    })
}

/// Numbers, Roman grades as their numbers.
fn ordered(cells: &[String]) -> Vec<f64> {
    let value = |cell: &String| match cell.as_str() {
        "I" => 1.0,
        "II" => 2.0,
        "III" => 3.0,
        other => other.parse().unwrap_or(f64::NAN),
    };
    cells.iter().map(value).collect()
}

fn penalised_logistic(case: &Case<'_>, table: &Table) -> Answer {
    // The order of the columns is that of the file, which the map of columns does not keep.
    let path = case.tables.folder.join(case.text("input"));
    let header = csv::Reader::from_path(path).expect("the input").headers().expect("a header").clone();
    let features: Vec<Vec<f64>> = header.iter().filter(|&name| name != "malignant").map(|n| table.numbers(n)).collect();
    let y = table.numbers("malignant");
    let options = logistic::Options { penalty: 1.0 / case.f("C"), ..logistic::Options::default() };
    // Fit on some rows, scaled by their mean and population SD; the answer is the model and all rows' predictions.
    let fit = |train: &[usize]| {
        let pick = |column: &[f64]| train.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        let scaled: Vec<Vec<f64>> = features
            .iter()
            .map(|column| {
                let kept = pick(column);
                let mean = kept.iter().sum::<f64>() / kept.len() as f64;
                let sd = (kept.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / kept.len() as f64).sqrt();
                column.iter().map(|v| (v - mean) / sd).collect()
            })
            .collect();
        let training: Vec<Vec<f64>> = scaled.iter().map(|column| pick(column)).collect();
        let model = logistic::fit(&slices(&training), &pick(&y), options).expect("a fit");
        let linear = |row: usize| {
            model.coefficients[0] + scaled.iter().zip(&model.coefficients[1..]).map(|(x, b)| x[row] * b).sum::<f64>()
        };
        let p: Vec<f64> = (0..y.len()).map(|row| logistic::expit(linear(row))).collect();
        (model, p)
    };
    let metric = case.text("metric");
    if metric == "logistic_coefficients" {
        return fit(&(0..y.len()).collect::<Vec<_>>()).0.coefficients.into_answer();
    }
    let fold = case.file("folds_file").numbers("fold");
    let score = |k: f64| {
        let train: Vec<usize> = (0..y.len()).filter(|&row| (fold[row] - k).abs() > 0.5).collect();
        let test: Vec<usize> = (0..y.len()).filter(|&row| (fold[row] - k).abs() < 0.5).collect();
        let p = fit(&train).1;
        let (y, p): (Vec<f64>, Vec<f64>) = test.iter().map(|&row| (y[row], p[row])).unzip();
        let data = Probabilities::new(&y, &p).expect("probabilities");
        let of = if metric.contains("auc") { class::auroc(data.as_binary()) } else { calibration::brier(&data) };
        of.expect("defined").value
    };
    let mut folds = fold.clone();
    folds.sort_by(f64::total_cmp);
    folds.dedup();
    let scores: Vec<f64> = folds.into_iter().map(score).collect();
    if metric.ends_with("per_fold") {
        scores.into_answer()
    } else {
        (scores.iter().sum::<f64>() / scores.len() as f64).into_answer()
    }
}

fn kappa(case: &Case<'_>, first: &[f64], second: &[f64], categories: usize) -> Option<Answer> {
    let pair = checked!(RaterPair::new(first, second, categories));
    let weights = match case.parameter("weights").as_str() {
        None | Some("none") => Weights::None,
        Some("linear") => Weights::Linear,
        Some("quadratic") => Weights::Quadratic,
        Some(_) => return None,
    };
    let value = agreement::cohen_kappa(&pair, weights);
    Some(if case.text("metric").ends_with("_ci95") { interval(value).into_answer() } else { value.into_answer() })
}

fn agreement(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let metric = case.text("metric");
    if table.has("method_a") {
        let (a, b) = (table.numbers("method_a"), table.numbers("method_b"));
        let methods = checked!(Methods::new(&a, &b));
        let multiplier = case.parameter("multiplier").as_f64().unwrap_or(1.96);
        let report = agreement::bland_altman(&methods, multiplier);
        return Some(match metric {
            "lin_ccc" => agreement::lin_ccc(&methods).into_answer(),
            "bland_altman_bias" => report.map(|r| r.bias).into_answer(),
            "bland_altman_bias_ci95" => report.map(|r| r.bias.interval).into_answer(),
            "bland_altman_limits" => report.map(|r| r.limits).into_answer(),
            "bland_altman_limits_ci95" => report
                .map(|r| {
                    let pair = |(low, high)| numbers([low, high]);
                    json!({ "lower": pair(r.lower_interval), "upper": pair(r.upper_interval) })
                })
                .into_answer(),
            _ => return None,
        });
    }
    let two = table.has("rater_a");
    let columns =
        if two { vec![table.numbers("rater_a"), table.numbers("rater_b")] } else { table.series("rater_", 1) };
    let raters = slices(&columns);
    match metric {
        "krippendorff_alpha" => {
            let level = match case.word("level") {
                "nominal" => Level::Nominal,
                "ordinal" => Level::Ordinal,
                "interval" => Level::Interval,
                "ratio" => Level::Ratio,
                _ => return None,
            };
            return Some(agreement::krippendorff_alpha(&raters, level).into_answer());
        }
        "icc" | "icc_ci95" => {
            let value = checked!(agreement::icc(&raters, Icc::named(case.word("form"))?));
            return Some(if metric == "icc" { value.into_answer() } else { interval(value).into_answer() });
        }
        "gwet_ac1" | "fleiss_kappa" | "randolph_kappa" => {
            let ratings = checked!(Ratings::new(&raters, case.n("categories")));
            let of = match metric {
                "gwet_ac1" => agreement::gwet_ac1,
                "fleiss_kappa" => agreement::fleiss_kappa,
                _ => agreement::randolph_kappa,
            };
            return Some(of(&ratings).into_answer());
        }
        "cohen_kappa" | "cohen_kappa_ci95" if two => return kappa(case, raters[0], raters[1], case.n("categories")),
        _ => {}
    }
    let pair = checked!(RaterPair::new(raters.first()?, raters.get(1)?, case.n("categories")));
    Some(match metric {
        "percent_agreement" => agreement::percent_agreement(&pair).into_answer(),
        "positive_agreement" => agreement::positive_agreement(&pair).into_answer(),
        "negative_agreement" => agreement::negative_agreement(&pair).into_answer(),
        "pabak" => agreement::pabak(&pair).into_answer(),
        _ => return None,
    })
}

fn fairness(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let (y, score) = (table.numbers("y"), table.numbers("score"));
    let group = table.strings(case.word("group_column"));
    let threshold = case.f("threshold");
    let alert: Vec<f64> = score.iter().map(|s| f64::from(u8::from(*s >= threshold))).collect();
    let groups = checked!(Groups::new(&y, &alert, group));
    let odds = match case.parameter("agg").as_str() {
        Some("mean") => Odds::Mean,
        _ => Odds::Worst,
    };
    let metric = case.text("metric");
    if case.given("group") {
        let name = case.word("group").to_owned();
        let own = &groups.tables()[&name];
        let rows = &fairness::rows_by_group(group)[&name];
        let pick = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let (y, score) = (pick(&y), pick(&score));
        return Some(match metric {
            "group_size" => Ok(json!({ "n": own.rows(), "positives": own.positives() })),
            "selection_rate" => class::alert_rate(own).into_answer(),
            "tpr" => class::sensitivity(own).into_answer(),
            "tpr_ci95_wilson" => interval(class::sensitivity(own)).into_answer(),
            "fpr" => class::false_positive_rate(own).into_answer(),
            "fpr_ci95_wilson" => interval(class::false_positive_rate(own)).into_answer(),
            "ppv" => class::ppv(own).into_answer(),
            "npv" => class::npv(own).into_answer(),
            "roc_auc" => class::auroc(&checked!(Binary::new(&y, &score))).into_answer(),
            "brier" => calibration::brier(&checked!(Probabilities::new(&y, &score))).into_answer(),
            "observed_expected_ratio" => {
                calibration::observed_expected(&checked!(Probabilities::new(&y, &score))).into_answer()
            }
            _ => return None,
        });
    }
    Some(match metric {
        "demographic_parity_difference" => fairness::demographic_parity_difference(&groups).into_answer(),
        "demographic_parity_ratio" => fairness::demographic_parity_ratio(&groups).into_answer(),
        "demographic_parity_difference_to_overall" => groups.difference_to_overall(class::alert_rate).into_answer(),
        "equal_opportunity_difference" => fairness::equal_opportunity_difference(&groups).into_answer(),
        "equal_opportunity_ratio" => fairness::equal_opportunity_ratio(&groups).into_answer(),
        "equalized_odds_difference" => fairness::equalized_odds_difference(&groups, odds).into_answer(),
        "equalized_odds_ratio" => fairness::equalized_odds_ratio(&groups, odds).into_answer(),
        "worst_group_tpr" => fairness::worst_group(&groups, class::sensitivity)
            .map(|(name, worst)| json!({ "value": number(worst.value), "group": name }))
            .into_answer(),
        _ => return None,
    })
}

fn design(case: &Case<'_>) -> Option<Answer> {
    let metric = case.text("metric");
    let (r2, parameters, shrinkage) = (case.f("r2_cox_snell"), case.n("parameters"), case.f("shrinkage"));
    if !case.given("prevalence") {
        return (metric == "riley_n_criterion_1")
            .then(|| design::riley_overfitting(r2, parameters, shrinkage).into_answer());
    }
    let plan = design::Plan {
        r2_cox_snell: r2,
        parameters,
        prevalence: case.f("prevalence"),
        shrinkage,
        delta_r2: case.f("delta_r2"),
        margin: case.f("margin"),
    };
    let Ok(size) = design::riley(&plan) else { return Some(Ok(Value::Null)) };
    Some(match metric {
        "riley_n_criterion_1" => size.overfitting.into_answer(),
        "riley_n_criterion_2" => size.optimism.into_answer(),
        "riley_n_criterion_3" => size.precision.into_answer(),
        "riley_n" => size.n.into_answer(),
        "riley_events_per_parameter" => size.events_per_parameter.into_answer(),
        "riley_max_r2_cox_snell" => size.largest_r2.into_answer(),
        "riley_r2_nagelkerke" => size.nagelkerke.into_answer(),
        "riley_shrinkage_criterion_2" => size.shrinkage_for_optimism.into_answer(),
        _ => return None,
    })
}

fn drift(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let metric = case.text("metric");
    if metric.starts_with("cusum") {
        let (y, p) = (table.numbers("y"), table.numbers("p"));
        let chart = checked!(drift::cusum(&y, &p, case.f("k"), case.f("h")));
        let largest = |values: &[f64]| number(values.iter().copied().fold(0.0, f64::max));
        let last = |values: &[f64]| number(values.last().copied().unwrap_or(0.0));
        return Some(match metric {
            "cusum_first_alarm" => chart.first_alarm.into_answer(),
            "cusum_maxima" => Ok(json!({
                "upper": largest(&chart.upper),
                "lower": largest(&chart.lower),
                "upper_last": last(&chart.upper),
                "lower_last": last(&chart.lower),
            })),
            _ => return None,
        });
    }
    let epsilon = case.parameter("epsilon").as_f64().unwrap_or(drift::EMPTY_SHARE);
    if table.has("category") {
        let (reference, current) = (table.numbers("reference"), table.numbers("current"));
        let test = drift::chi_squared(&reference, &current);
        return Some(match metric {
            "chi2" => test.map(|t| t.statistic).into_answer(),
            "chi2_p" => test.map(|t| t.p).into_answer(),
            "psi" => {
                drift::category_shares(&reference, &current).map(|(e, a)| drift::psi_of(&e, &a, epsilon)).into_answer()
            }
            "js_divergence" => {
                let shares = drift::category_shares(&reference, &current);
                shares.map(|(e, a)| in_unit(case, drift::js_divergence(&e, &a))).into_answer()
            }
            _ => return None,
        });
    }
    let current: Vec<f64> = table.strings("sample").iter().map(|s| f64::from(u8::from(s == "current"))).collect();
    let features: Vec<Vec<f64>> = if case.given("features") {
        case.words("features").iter().map(|name| table.numbers(name)).collect()
    } else if table.has("x") {
        vec![table.numbers("x")]
    } else {
        table.series("x", 1)
    };
    let part = |now: bool| -> Vec<Vec<f64>> {
        let keep = |column: &Vec<f64>| {
            column.iter().zip(&current).filter(|(_, c)| (**c > 0.5) == now).map(|(v, _)| *v).collect()
        };
        features.iter().map(keep).collect()
    };
    match metric {
        "mmd2_rbf" => {
            let estimator = if case.word("estimator") == "unbiased" { Mmd::Unbiased } else { Mmd::Biased };
            let (a, b) = (part(false), part(true));
            return Some(drift::mmd2_rbf(&slices(&a), &slices(&b), case.f("bandwidth"), estimator).into_answer());
        }
        "domain_classifier_auc" => {
            return Some(drift::domain_classifier_auroc(&current, &slices(&features)).into_answer());
        }
        _ => {}
    }
    let samples = checked!(Samples::from_column(&current, features.first()?));
    // The edges are part of the convention: ours, unless the case was made with others.
    let mut edges = samples.deciles();
    let mut ours = true;
    if case.given("inner_edges") {
        let given = case.list("inner_edges");
        ours = given.len() == edges.len() && given.iter().zip(&edges).all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs());
        if !ours {
            edges = given;
        }
    }
    let shares = samples.shares(&edges);
    Some(match metric {
        "psi" if ours && (epsilon - drift::EMPTY_SHARE).abs() <= 0.0 => drift::psi(&samples).into_answer(),
        "psi" => shares.map(|(e, a)| drift::psi_of(&e, &a, epsilon)).into_answer(),
        "histogram_shares" => {
            shares.map(|(e, a)| json!({ "reference": numbers(e), "current": numbers(a) })).into_answer()
        }
        "js_divergence" => shares.map(|(e, a)| in_unit(case, drift::js_divergence(&e, &a))).into_answer(),
        "ks_statistic" => drift::ks(&samples).into_answer(),
        "ks_p" => drift::ks_p(&samples).into_answer(),
        "wasserstein_1" => drift::wasserstein_1(&samples).into_answer(),
        _ => return None,
    })
}

/// Nats, or bits where the case asks for them.
fn in_unit(case: &Case<'_>, nats: f64) -> f64 {
    if case.parameter("unit") == "bit" { nats / std::f64::consts::LN_2 } else { nats }
}

fn uncertainty(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let metric = case.text("metric");
    if table.has("confidence") {
        let (confidence, error) = (table.numbers("confidence"), table.numbers("error"));
        let data = checked!(Selective::new(&confidence, &error));
        return Some(match metric {
            "aurc" => uncertainty::aurc(&data).into_answer(),
            "excess_aurc" => uncertainty::excess_aurc(&data).into_answer(),
            "risk_at_coverage" => uncertainty::risk_at_coverage(&data, case.f("coverage")).into_answer(),
            _ => return None,
        });
    }
    if table.has("sd") {
        let (mean, sd, y) = (table.numbers("mean"), table.numbers("sd"), table.numbers("y"));
        let data = checked!(Gaussian::new(&mean, &sd, &y));
        return Some(match metric {
            "gaussian_nll" => uncertainty::gaussian_nll(&data).into_answer(),
            "crps_gaussian" => uncertainty::crps_gaussian(&data).into_answer(),
            "interval_coverage" => uncertainty::interval_coverage(&data, case.f("level")).into_answer(),
            "interval_mean_width" => uncertainty::interval_mean_width(&data, case.f("level")).into_answer(),
            _ => return None,
        });
    }
    let rows = |part: &str, group: Option<&str>| -> Vec<usize> {
        let of_part = |row: &usize| table.strings("part")[*row] == part;
        let of_group = |row: &usize| group.is_none_or(|g| table.strings("group")[*row] == g);
        (0..table.strings("part").len()).filter(of_part).filter(of_group).collect()
    };
    let pick = |values: &[f64], rows: &[usize]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let (y, alpha) = (table.numbers("y"), case.f("alpha"));
    if metric.starts_with("lac_") {
        let columns = table.series("p", 0);
        let part = |name: &str| {
            let rows = rows(name, None);
            (pick(&y, &rows), columns.iter().map(|c| pick(c, &rows)).collect::<Vec<_>>())
        };
        let ((cy, cp), (ty, tp)) = (part("calibration"), part("test"));
        let (cp, tp) = (slices(&cp), slices(&tp));
        let scores = uncertainty::lac_scores(&checked!(Classes::new(&cy, &cp)));
        let test = checked!(Classes::new(&ty, &tp));
        let sets = |q: f64| uncertainty::lac_sets(&test, q);
        let quantile = uncertainty::conformal_quantile(&scores, alpha);
        return Some(match metric {
            "lac_quantile" => quantile.into_answer(),
            "lac_coverage" => quantile.and_then(sets).map(|s| s.coverage).into_answer(),
            "lac_mean_set_size" => quantile.and_then(sets).map(|s| s.mean_size).into_answer(),
            "lac_empty_share" => quantile.and_then(sets).map(|s| s.empty).into_answer(),
            _ => return None,
        });
    }
    let scores = checked!(uncertainty::absolute_residuals(&table.numbers("prediction"), &y));
    let group = case.parameter("group").as_str();
    let own = if metric.starts_with("mondrian_") { group } else { None };
    let quantile = uncertainty::conformal_quantile(&pick(&scores, &rows("calibration", own)), alpha);
    let test = pick(&scores, &rows("test", group));
    Some(match metric {
        "conformal_quantile" | "mondrian_quantile" => quantile.into_answer(),
        "conformal_coverage" | "mondrian_coverage" | "conformal_coverage_in_group" => {
            quantile.and_then(|q| uncertainty::conformal_coverage(&test, q)).into_answer()
        }
        "conformal_mean_width" => quantile.map(|q| 2.0 * q).into_answer(),
        _ => return None,
    })
}

fn detection(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let metric = case.text("metric");
    let rects = |table: &Table, stem: &str| -> Vec<Rect> {
        let [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map(|side| table.numbers(&format!("{stem}{side}")));
        (0..x1.len()).map(|row| Rect { x1: x1[row], y1: y1[row], x2: x2[row], y2: y2[row] }).collect()
    };
    if metric == "box_iou" {
        let pairs = rects(&table, "a_").into_iter().zip(rects(&table, "b_"));
        return Some(list(pairs.map(|(a, b)| detection::box_iou(&a, &b))));
    }
    let image = |table: &Table| -> Vec<usize> {
        table.strings("image").iter().map(|cell| cell.parse().expect("an image number")).collect()
    };
    let truth_table = case.file("truth_file");
    let truth: Vec<Truth> = image(&truth_table)
        .into_iter()
        .zip(rects(&truth_table, ""))
        .map(|(image, rect)| Truth { image, rect, class: 0 })
        .collect();
    let predictions: Vec<Prediction> = image(&table)
        .into_iter()
        .zip(rects(&table, ""))
        .zip(table.numbers("score"))
        .map(|((image, rect), score)| Prediction { image, rect, score, class: 0 })
        .collect();
    let data = checked!(Detections::new(&predictions, &truth, case.n("images")));
    let iou = case.parameter("iou_threshold").as_f64().unwrap_or(0.5);
    Some(match metric {
        "ap_coco101" => detection::ap_coco101(&data, iou).into_answer(),
        "ap_all_points" => detection::ap_all_points(&data, iou).into_answer(),
        "map_coco" => detection::map_coco(&data, &case.list("iou_thresholds")).into_answer(),
        "counts_tp_fp_fn" => {
            let (hits, wrong, missed) = data.counts(iou);
            Ok(json!([hits, wrong, missed]))
        }
        "froc_sensitivity" => {
            let rates: Result<Vec<Estimate>, Undefined> =
                case.list("fppi").iter().map(|&rate| detection::froc_sensitivity(&data, rate, iou)).collect();
            rates.map(|rates| numbers(rates.iter().map(|e| e.value))).into_answer()
        }
        "froc_mean_sensitivity" => detection::froc_mean_sensitivity(&data, &case.list("fppi"), iou).into_answer(),
        "fppi_all" => detection::false_positives_per_image(&data, iou).into_answer(),
        _ => return None,
    })
}

fn segmentation(case: &Case<'_>) -> Option<Answer> {
    let table = case.input();
    let shape: Vec<usize> = case.list("shape").iter().map(|n| n.to_string().parse().expect("a whole number")).collect();
    let spacing = if case.given("spacing_mm") { case.list("spacing_mm") } else { vec![1.0; shape.len()] };
    let axes: Vec<Vec<f64>> = ["z", "y", "x"][3 - shape.len()..].iter().map(|axis| table.numbers(axis)).collect();
    let whole = |value: f64| -> usize { value.to_string().parse().expect("a whole number") };
    // The label map of a column, zero where the file has no row.
    let map = |column: &str| -> Vec<usize> {
        let mut out = vec![0; shape.iter().product()];
        for (row, value) in table.numbers(column).into_iter().enumerate() {
            let at = axes.iter().zip(&shape).fold(0, |at, (axis, length)| at * length + whole(axis[row]));
            out[at] = whole(value);
        }
        out
    };
    let metric = case.text("metric");
    let (reference, prediction) = (map("ref"), map("pred"));
    if case.given("labels") {
        let labels: Vec<usize> = case.list("labels").into_iter().map(whole).collect();
        return Some(mask::dice_macro(&reference, &prediction, &labels).into_answer());
    }
    if metric == "dice" && case.given("label") {
        return Some(mask::label_dice(&reference, &prediction, case.n("label")).into_answer());
    }
    let label = case.given("label").then(|| case.n("label"));
    let set = |map: Vec<usize>| map.into_iter().map(|v| label.map_or(v > 0, |label| v == label)).collect::<Vec<bool>>();
    let (reference, prediction) = (set(reference), set(prediction));
    let masks = checked!(Masks::new(&shape, &spacing, &reference, &prediction));
    Some(match metric {
        "dice" => mask::dice(&masks).into_answer(),
        "iou" => mask::iou(&masks).into_answer(),
        "volume_mm3" => {
            let (a, b) = mask::volumes(&masks);
            Ok(json!({ "ref": number(a), "pred": number(b) }))
        }
        "relative_volume_error" => mask::relative_volume_error(&masks).into_answer(),
        "voxel_sensitivity" => mask::voxel_sensitivity(&masks).into_answer(),
        "voxel_ppv" => mask::voxel_ppv(&masks).into_answer(),
        "hausdorff" => mask::hausdorff(&masks).into_answer(),
        "hausdorff95" => {
            let percentile = case.parameter("percentile").as_f64().unwrap_or(95.0);
            mask::hausdorff_percentile(&masks, percentile).into_answer()
        }
        "assd" => mask::assd(&masks).into_answer(),
        "masd" => mask::masd(&masks).into_answer(),
        "nsd" => mask::nsd(&masks, case.f("tau_mm")).into_answer(),
        "boundary_iou" => mask::boundary_iou(&masks, case.f("distance_voxels")).into_answer(),
        "cldice" => {
            let (a, b) = (set(map("ref_skeleton")), set(map("pred_skeleton")));
            mask::cl_dice(&masks, &a, &b).into_answer()
        }
        "lesion_detection" => {
            let faces = case.word("connectivity") == "faces";
            let connectivity = if faces { Connectivity::Faces } else { Connectivity::Corners };
            let found = mask::lesions(&masks, connectivity, Matching::Touch);
            Ok(json!({
                "ref_lesions": found.reference.len(),
                "pred_lesions": found.prediction.len(),
                "sensitivity": found.sensitivity().into_answer().expect("a number"),
                "ppv": found.ppv().into_answer().expect("a number"),
                "f1": number(found.f1()),
            }))
        }
        _ => return None,
    })
}
