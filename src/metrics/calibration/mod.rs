//! Calibration: whether predicted probabilities mean what they say.

pub(super) mod bins;
mod cells;
mod local;
pub(super) mod regression;
pub(super) mod scores;
pub(super) mod smooth;

pub use bins::*;
pub use local::SPAN;
pub use regression::*;
pub use scores::*;
pub use smooth::*;

use super::entry::{Columns, Takes};
use super::estimate::Measure;
use super::input::{Probabilities, probabilities, take, zero_or_one};
use super::intervals::{Counted, Counting};
use super::reason::{BadInput, Undefined};

/// What computes a metric of probabilities, and what does so from counts.
struct Predicted(fn(&Probabilities<'_>) -> Measure, Option<Counting>);

impl Columns for Predicted {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Label, Takes::Probability]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [label, p] = take(columns)?;
        Ok((self.0)(&Probabilities::new(label, p)?))
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        let [label, p] = take(columns).ok()?;
        zero_or_one("label", label).ok()?;
        probabilities("p", p).ok()?;
        Some((self.1?)(label, p))
    }
}

fn both_classes(data: &Probabilities<'_>) -> Result<(), Undefined> {
    match (data.rows(), data.positives()) {
        (0, _) => Err(Undefined::NoRows),
        (n, k) if k == 0 || k == n => Err(Undefined::OneClass),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::local::bin_of;
    use super::*;

    #[test]
    fn tenths_by_hand() {
        // 40 rows, four in each tenth; the third tenth has three cases where its risk says one.
        let p: Vec<f64> = (0..40).map(|i| 0.05 + 0.1 * f64::from(i / 4)).collect();
        let y: Vec<f64> = (0..40).map(|i| f64::from(u8::from((8..11).contains(&i)))).collect();
        let data = Probabilities::new(&y, &p).expect("sound input");
        let tenths = tenths(&data).expect("forty rows");
        assert_eq!(tenths.iter().map(|t| t.rows).collect::<Vec<_>>(), [4; 10]);
        assert!((tenths[2].observed - 0.75).abs() < 1e-15 && (tenths[2].predicted - 0.25).abs() < 1e-15);
        // The last says 0.95 and has none.
        assert!(widest_tenth(&data).is_ok_and(|t| (t.gap() - 0.95).abs() < 1e-15 && t.rows == 4));
    }

    #[test]
    fn tied_risks_stay_in_one_tenth_whatever_the_order_of_rows() {
        let tied = [[0.1; 30].as_slice(), &[0.3; 10]].concat();
        let y: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
        let data = Probabilities::new(&y, &tied).expect("sound input");
        let forward = tenths(&data).expect("forty rows");
        assert_eq!(forward.iter().map(|t| t.rows).collect::<Vec<_>>(), [30, 10]);
        // A single row beside a crowd of equal ones is no group whose gap says anything.
        let p = [[0.1; 39].as_slice(), &[0.9]].concat();
        let crowd = super::tenths(&Probabilities::new(&y, &p).expect("sound input")).expect("forty rows");
        assert_eq!(crowd.iter().map(|t| t.rows).collect::<Vec<_>>(), [40]);
        let (back_y, back_p): (Vec<f64>, Vec<f64>) = y.iter().copied().zip(tied).rev().unzip();
        let back = tenths(&Probabilities::new(&back_y, &back_p).expect("sound input")).expect("forty rows");
        assert_eq!(forward, back);
        assert_eq!(
            widest_tenth(&Probabilities::new(&y[..9], &back_p[..9]).expect("sound input")),
            Err(Undefined::TooFewRows { needed: 10, found: 9 })
        );
    }

    #[test]
    fn bin_edges_belong_to_the_left() {
        let bins: Vec<usize> =
            [0.0, 0.1, 0.3, 0.300_000_000_000_000_04, 0.7, 0.700_000_000_01, 1.0].map(|p| bin_of(p, 10)).into();
        assert_eq!(bins, [0, 0, 2, 3, 6, 7, 9]);
    }

    #[test]
    fn reasons() {
        let of = |y: &[f64], p: &[f64]| calibration_slope(&Probabilities::new(y, p).expect("sound input"));
        assert_eq!(of(&[1.0, 0.0], &[0.3, 0.3]), Err(Undefined::ConstantPrediction));
        assert_eq!(of(&[1.0, 0.0, 1.0], &[0.3, 0.1 + 0.2, 0.3]), Err(Undefined::ConstantPrediction));
        assert_eq!(of(&[1.0, 0.0], &[0.3, 0.2]), Err(Undefined::Separated));
        assert_eq!(of(&[1.0, 0.0], &[0.3, 0.0]), Err(Undefined::ProbabilityZeroOrOne));
        assert_eq!(of(&[1.0, 1.0], &[0.3, 0.2]), Err(Undefined::OneClass));
    }

    #[test]
    fn lowess_reproduces_a_line_also_when_it_interpolates() {
        for n in [50, 12_000] {
            let x: Vec<f64> = (0..n).map(|i| f64::from(i * 7919 % n) / f64::from(n)).collect();
            let y: Vec<f64> = x.iter().map(|x| 0.25 + 0.5 * x).collect();
            let got = lowess(&x, &y, SPAN);
            assert!(got.iter().zip(&y).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }
}
