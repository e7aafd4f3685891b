//! Every metric, family by family. To add one: a function in its family's file, and an entry beside it.

use super::entry::{Family, Metric, Shown};
use super::{
    agreement, calibration, classification, detection, drift, errors, fairness, segmentation, survival, uncertainty,
    utility,
};

/// The entries of each file, in the order in which a family shows them.
static FILES: &[&[&Metric]] = &[
    segmentation::METRICS,
    classification::decisions::METRICS,
    classification::ranking::METRICS,
    classification::classes::METRICS,
    errors::METRICS,
    calibration::regression::METRICS,
    calibration::smooth::METRICS,
    calibration::bins::METRICS,
    calibration::scores::METRICS,
    utility::METRICS,
    fairness::METRICS,
    survival::concordance::METRICS,
    survival::curves::METRICS,
    survival::at_time::METRICS,
    agreement::METRICS,
    uncertainty::METRICS,
    drift::METRICS,
    detection::METRICS,
];

/// Every metric, family by family.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    Family::ALL.iter().flat_map(|family| of(*family))
}

/// The metrics of a family.
pub fn of(family: Family) -> impl Iterator<Item = &'static Metric> {
    FILES.iter().copied().flatten().copied().filter(move |metric| metric.family == family)
}

/// The metrics that are shown here unasked.
pub fn shown(place: Shown) -> impl Iterator<Item = &'static Metric> {
    all().filter(move |metric| metric.is_shown(place))
}

/// The metric of this name.
pub fn metric(name: &str) -> Option<&'static Metric> {
    all().find(|metric| metric.name == name)
}

#[cfg(test)]
mod tests {
    use super::super::entry::{Interval, Parameter, Resampled, Takes};
    use super::super::order::floor_index;
    use super::super::reason::BadInput;
    use super::*;
    use seed::Seed;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_snake_case_and_explained() {
        let names: BTreeSet<_> = all().map(|m| m.name).collect();
        assert_eq!(names.len(), all().count());
        assert_eq!(
            names.len(),
            FILES.iter().map(|file| file.len()).sum::<usize>(),
            "a family is missing in Family::ALL"
        );
        for m in all() {
            assert!(m.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{}", m.name);
            assert!(!m.help.en.is_empty() && !m.help.ja.is_empty() && m.help.ja != m.help.en, "{}", m.name);
            assert!(!m.title.en.is_empty() && !m.title.ja.is_empty() && !m.source.is_empty(), "{}", m.name);
            assert!(m.range.0 < m.range.1, "{}", m.name);
            assert!(m.help.ja.contains("です") || m.help.ja.ends_with("ます。"), "{}", m.name);
        }
    }

    fn in_checks() -> impl Iterator<Item = &'static Metric> {
        all().filter(|metric| metric.in_checks())
    }

    #[test]
    fn every_metric_counts_its_columns_and_survives_no_rows() {
        for m in in_checks() {
            let empty: &[f64] = &[];
            let columns = vec![empty; m.takes().len()];
            let got = m.compute(&columns);
            assert!(matches!(got, Ok(Err(_))), "{}: {got:?}", m.name);
            let wrong = m.compute(&vec![empty; m.takes().len() + 1]);
            let expected = BadInput::ColumnCount { expected: m.takes().len(), found: m.takes().len() + 1 };
            assert_eq!(wrong, Err(expected), "{}", m.name);
        }
    }

    #[test]
    fn every_metric_refuses_missing_values_in_every_column() {
        for m in in_checks() {
            for at in 0..m.takes().len() {
                let sound: &[f64] = &[0.0, 1.0, 0.0, 1.0];
                let missing: &[f64] = &[0.0, f64::NAN, 0.0, 1.0];
                let columns: Vec<&[f64]> =
                    (0..m.takes().len()).map(|k| if k == at { missing } else { sound }).collect();
                assert!(m.compute(&columns).is_err(), "{}, column {at}", m.name);
            }
        }
    }

    const ROWS: u64 = 700;

    /// Columns such as a metric takes, with ties.
    fn columns(takes: &[Takes]) -> Vec<Vec<f64>> {
        let draw = |name: &str, i: u64| Seed::new(4).named(name).at(i).uniform();
        let rows = || 0..ROWS;
        let steps = |name: &str| -> Vec<f64> { rows().map(|i| (draw(name, i) * 50.0).round() / 50.0).collect() };
        let whole = |name: &str, of: f64| -> Vec<f64> { rows().map(|i| (draw(name, i) * of).floor()).collect() };
        // Neither 0 nor 1.
        let p: Vec<f64> = steps("p").iter().map(|p| 0.05 + 0.9 * p).collect();
        let label: Vec<f64> = p.iter().zip(rows()).map(|(p, i)| f64::from(u8::from(draw("y", i) < p * p))).collect();
        let mut first = true;
        let mut column = |takes: &Takes| -> Vec<Vec<f64>> {
            vec![match takes {
                Takes::Label | Takes::Event | Takes::TrainingEvent | Takes::Current | Takes::Error => label.clone(),
                Takes::Score | Takes::Probability | Takes::Sd => p.clone(),
                Takes::Versus => steps("versus"),
                Takes::Alert => p.iter().map(|p| f64::from(u8::from(*p > 0.55))).collect(),
                Takes::Time | Takes::TrainingTime => whole("time", 20.0),
                Takes::Group => whole("group", 4.0),
                Takes::Cause => whole("cause", 3.0),
                Takes::Category => {
                    let two = if std::mem::take(&mut first) { whole("first", 2.0) } else { label.clone() };
                    return vec![two];
                }
                Takes::Value | Takes::Mean | Takes::Predicted => {
                    let name = if std::mem::take(&mut first) { "value" } else { "other" };
                    steps(name)
                }
                Takes::Low => steps("value").iter().map(|v| v - 0.1).collect(),
                Takes::High => steps("value").iter().zip(&p).map(|(v, p)| v + 0.2 * p - 0.1).collect(),
                Takes::Number(Parameter::Categories | Parameter::At) => vec![2.0],
                Takes::Number(Parameter::Cause | Parameter::Class) => vec![1.0],
                Takes::Number(Parameter::Tau) => vec![15.0],
                Takes::Number(
                    Parameter::Threshold
                    | Parameter::Coverage
                    | Parameter::Specificity
                    | Parameter::CostFp
                    | Parameter::CostFn,
                ) => vec![0.3],
                Takes::PerClass => return vec![p.iter().map(|p| 1.0 - p).collect(), p.clone()],
                Takes::PerRater => return vec![whole("first", 2.0), whole("second", 2.0), label.clone()],
                Takes::EachTime => return vec![vec![5.0], vec![10.0]],
                Takes::RiskByEachTime => return vec![p.clone(), p.iter().map(|p| p.sqrt()).collect()],
            }]
        };
        takes.iter().flat_map(&mut column).collect()
    }

    fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
        columns.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn a_figure_lies_in_its_range_and_has_the_interval_that_its_entry_tells() {
        for m in all().filter(|metric| metric.columns().is_some()) {
            let columns = columns(m.takes());
            let got = m.compute(&slices(&columns)).expect("sound input").expect("defined");
            assert!((m.range.0..=m.range.1).contains(&got.value), "{} is {}", m.name, got.value);
            assert_eq!(got.interval.is_some(), m.interval.is_own(), "{}: {:?}", m.name, got.interval);
            if let Some((low, high)) = got.interval {
                assert!(low <= got.value && got.value <= high, "{}: {got:?}", m.name);
            }
            if matches!(m.interval, Interval::Bootstrap(_, Resampled::Upwards)) {
                assert!(m.range.0.abs() <= 0.0, "{} could be lower than 0", m.name);
            }
        }
    }

    #[test]
    fn counts_give_what_the_rows_give() {
        let rows: Vec<usize> =
            (0..ROWS).map(|i| floor_index(Seed::new(4).named("row").at(i).uniform() * ROWS as f64)).collect();
        let mut counts = vec![0_u8; rows.len()];
        for &row in &rows {
            counts[row] += 1;
        }
        let mut any = 0;
        for m in all().filter(|metric| metric.columns().is_some()) {
            let columns = columns(m.takes());
            let Some(value) = m.columns().and_then(|of| of.counted(&slices(&columns))) else { continue };
            let drawn: Vec<Vec<f64>> = columns
                .iter()
                .map(|c| if c.len() == 1 { c.clone() } else { rows.iter().map(|&row| c[row]).collect() })
                .collect();
            let plain = m.compute(&slices(&drawn)).expect("sound input").expect("defined").value;
            let got = value(&counts).expect("defined");
            // The curve is fitted at fewer places.
            let allowed = if m.name == "ici" { 2e-4 } else { 1e-12 };
            assert!(
                (got - plain).abs() <= allowed * plain.abs().max(1.0),
                "{}: {got} by counts, {plain} by rows",
                m.name
            );
            any += 1;
        }
        assert!(any > 20);
    }

    #[test]
    fn a_parameter_must_be_one_value() {
        let nb = metric("net_benefit").expect("registered");
        let got = nb.compute(&[&[0.0, 1.0], &[0.2, 0.8], &[0.1, 0.2]]);
        assert_eq!(got, Err(BadInput::NotConstant { parameter: "threshold", row: 2 }));
        let got = nb.compute(&[&[0.0, 1.0], &[0.2, 0.8], &[1.5]]);
        assert_eq!(got, Err(BadInput::OutOfRange { parameter: "threshold", found: 1.5, low: 0.0, high: 1.0 }));
    }
}
