//! One of several classes without an order: a score for each, of which the softmax is the probability.

use ndarray::ArrayView1;

use super::{EachClass, Holds, Labels, Predicted, PredictionColumn, Reads, Spec, Tells};
use diagnostics::keys::Short;
use diagnostics::text::Text;
use metrics::Takes;
use metrics::classification::{AUROC, PPV, PREVALENCE, SENSITIVITY};

pub(super) static SPEC: Spec = Spec {
    title: Short::new("one of several classes", "いくつかの分類のうちの1つ"),
    holds: Holds::Class,
    tells: Tells::Row,
    losses: &["softmax"],
    decides: false,
    fits_rules: false,
    outputs: Some,
    wanted,
    told,
    label: Takes::Category,
    columns: &[&PREDICTED, &P],
    untold: &[],
    ceiling: &[],
    by_truth: &[],
    each_class: Some(EachClass {
        predicted: "predicted",
        score: &P,
        metrics: &[&PREVALENCE, &SENSITIVITY, &PPV, &AUROC],
    }),
    counts_units: false,
    axis: None,
    wrong: None,
};

/// The class with the highest probability.
static PREDICTED: PredictionColumn = PredictionColumn {
    name: "predicted",
    takes: &[],
    reads: Some(Reads::Own(Text::new("the model predicts", "モデルの予測"))),
};

/// The probability of each class.
static P: PredictionColumn =
    PredictionColumn { name: "p_<class>", takes: &[Takes::PerClass], reads: Some(Reads::Unnamed) };

fn wanted(labels: &Labels, row: usize) -> Vec<f32> {
    match labels {
        Labels::Classes(names, of) => (0..names.len()).map(|class| f32::from(u8::from(of[row] == class))).collect(),
        Labels::Outcomes(_) | Labels::Numbers(_) => Vec::new(),
    }
}

/// `p_<class>`: the probability of each class; `predicted`: the class with the highest, the first of equals.
fn told(classes: &[String], outputs: &[ArrayView1<f32>]) -> Vec<Predicted> {
    let rows: Vec<Vec<f64>> = outputs.iter().map(|row| probabilities(row)).collect();
    let of = |class: usize| rows.iter().map(|row| row.get(class).copied().unwrap_or(f64::NAN)).collect();
    let mut columns: Vec<Predicted> =
        classes.iter().enumerate().map(|(class, name)| Predicted::Numbers(P.of_class(name), of(class))).collect();
    let best = |row: &Vec<f64>| {
        let best = (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
        classes.get(best).cloned().unwrap_or_default()
    };
    columns.push(Predicted::Words(PREDICTED.name.to_owned(), rows.iter().map(best).collect()));
    columns
}

/// The softmax of scores.
fn probabilities(scores: &ArrayView1<f32>) -> Vec<f64> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f64> = scores.iter().map(|&score| f64::from(score - most).exp()).collect();
    let all: f64 = shares.iter().sum();
    shares.into_iter().map(|share| share / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_to_one_and_the_first_of_equals_is_predicted() {
        let scores = ndarray::array![[1.0_f32, 1.0, -2.0], [0.0, 500.0, 0.0]];
        let names = ["a", "b", "c"].map(str::to_owned);
        let told = told(&names, &[scores.row(0), scores.row(1)]);
        let Predicted::Words(name, words) = &told[3] else { panic!("words come last") };
        assert_eq!((name.as_str(), words.as_slice()), ("predicted", ["a".to_owned(), "b".to_owned()].as_slice()));
        let sum: f64 = told[..3]
            .iter()
            .map(|column| match column {
                Predicted::Numbers(_, values) => values[0],
                Predicted::Words(..) => f64::NAN,
            })
            .sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
}
