//! Classification: how well scores rank, and what decisions get right and wrong; binary and multi-class.

pub(super) mod classes;
pub(super) mod decisions;
mod drawn;
pub(super) mod ranking;

pub use super::input::{Ranked, Tie};
pub use classes::*;
pub use decisions::*;
pub(super) use drawn::mean_drawn;
pub use ranking::*;

#[cfg(test)]
mod tests {
    use super::super::input::Binary;
    use super::super::reason::{BadInput, Undefined};
    use super::*;
    use seed::Seed;

    fn table(tp: usize, fp: usize, tn: usize, misses: usize) -> Confusion {
        Confusion { true_positives: tp, false_positives: fp, true_negatives: tn, false_negatives: misses }
    }

    #[test]
    fn auroc_by_hand() {
        // Pairs (case, other): .8>.2, .8>.6, .6>.2, .6=.6 → 3.5 of 4.
        let data = Binary::new(&[1.0, 1.0, 0.0, 0.0], &[0.8, 0.6, 0.2, 0.6]).expect("sound input");
        assert!((auroc(&data).expect("two classes").value - 0.875).abs() < 1e-15);
    }

    #[test]
    fn undefined_is_a_reason() {
        let none = table(0, 0, 5, 3);
        assert_eq!(ppv(&none), Err(Undefined::NothingPredictedPositive));
        assert_eq!(alerts_per_true_case(&none), Err(Undefined::NothingPredictedPositive));
        assert_eq!(sensitivity(&table(0, 2, 5, 0)), Err(Undefined::NoPositives));
        assert_eq!(f1(&table(0, 0, 5, 0)), Err(Undefined::NoCaseAndNoAlert));
        assert_eq!(mcc(&table(0, 0, 0, 0)), Err(Undefined::NoRows));
        assert_eq!(auroc(&Binary::new(&[1.0], &[0.5]).expect("sound")), Err(Undefined::OneClass));
    }

    #[test]
    fn an_alert_that_is_never_right_needs_infinitely_many() {
        let got = alerts_per_true_case(&table(0, 4, 5, 3)).expect("alerts");
        assert!(got.value.is_infinite() && got.interval.is_some_and(|(low, high)| low > 1.0 && high.is_infinite()));
    }

    #[test]
    fn bad_input_names_column_and_row() {
        let bad = BadInput::NotZeroOrOne { column: "label", row: 2, found: 2.0 };
        assert_eq!(Confusion::new(&[0.0, 2.0], &[0.0, 1.0]), Err(bad));
        assert_eq!(Binary::new(&[0.0], &[f64::NAN]).err(), Some(BadInput::NotFinite { column: "score", row: 1 }));
    }

    #[test]
    fn identical_scores_do_not_differ() {
        let (label, score) = ([1.0, 0.0, 1.0, 0.0, 1.0], [0.9, 0.3, 0.4, 0.6, 0.7]);
        let got = compare_auroc(&label, &score, &score).expect("sound input").expect("two classes");
        assert!(got.difference == 0.0 && got.test.is_none());
    }

    #[test]
    fn fast_bootstrap_agrees_with_the_general_one() {
        let draw = |i: u64| Seed::new(5).at(i).uniform();
        let label: Vec<f64> = (0..300).map(|i| if draw(i) < 0.3 { 1.0 } else { 0.0 }).collect();
        let score: Vec<f64> = (0..300).map(|i| draw(1000 + i) + 0.5 * label[usize::try_from(i).unwrap()]).collect();
        let data = Binary::new(&label, &score).expect("sound input");
        let fast = auroc_bootstrap(&data, 2000, Seed::new(1)).expect("an interval");
        let strata: Vec<bool> = label.iter().map(|&y| y > 0.5).collect();
        let plan = super::super::intervals::Resampling::strata(&strata);
        let slow = super::super::intervals::bootstrap(&plan, 2000, Seed::new(2), |rows| {
            let y: Vec<f64> = rows.iter().map(|&r| label[r]).collect();
            let s: Vec<f64> = rows.iter().map(|&r| score[r]).collect();
            auroc(&Binary::new(&y, &s).ok()?).ok().map(|e| e.value)
        })
        .expect("an interval");
        assert!((fast.standard_error / slow.standard_error - 1.0).abs() < 0.1);
        assert!((fast.interval.0 - slow.interval.0).abs() < 0.01 && (fast.interval.1 - slow.interval.1).abs() < 0.01);
    }
}
