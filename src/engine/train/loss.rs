//! What training makes small: over risks of rows or of pixels alike.

use burn::tensor::{Tensor, activation};
use kernels::{Focus, Likelihood};
use ndarray::{Array2, ArrayView1};

use crate::models::Kernels;
use course::plan::Loss;
use metrics::logistic::expit;

/// How much an easy row counts in the focal loss: `(1 − p)²` (Lin et al. 2017 found γ = 2 best).
const GAMMA: i32 = 2;

/// Added to both sides of the Dice fraction, in pixels, so that an empty mask found empty costs nothing.
const SMOOTH: f64 = 1.0;

/// The loss of a batch. `logits` and `y` (0 or 1, or numbers): `[B, outputs]`; `positive`: the weight of what is 1.
pub(super) fn of(loss: Loss, logits: Tensor<2>, y: Tensor<2>, positive: f32) -> Tensor<1> {
    if let (Kernels::Own, Some(formula)) = (Kernels::current(), formula(loss, positive)) {
        return kernels::loss(formula, logits, y);
    }
    match loss {
        Loss::Log => log(logits, y, positive),
        Loss::Focal => {
            let likely = activation::log_sigmoid(logits * sign(y.clone()));
            let hard = likely.clone().exp().neg().add_scalar(1.0).powi_scalar(GAMMA);
            (likely * hard * weights(y, positive)).mean().neg()
        }
        Loss::Dice => dice(logits, y),
        Loss::DiceLog => log(logits.clone(), y.clone(), positive) + dice(logits, y),
        Loss::Squares => (logits - y).powi_scalar(2).mean(),
        // Of each row the log of what its own class was given.
        Loss::Softmax => (activation::log_softmax(logits, 1) * y).sum_dim(1).mean().neg(),
    }
}

/// The same for kernels of our own; nothing where they have none.
fn formula(loss: Loss, positive: f32) -> Option<kernels::Loss> {
    let likelihood = |focus| Some(Likelihood { focus, positive });
    Some(match loss {
        Loss::Log => kernels::Loss { likelihood: likelihood(Focus::None), dice: None },
        Loss::Focal => kernels::Loss { likelihood: likelihood(Focus::Squared), dice: None },
        Loss::Dice => kernels::Loss { likelihood: None, dice: Some(SMOOTH as f32) },
        Loss::DiceLog => kernels::Loss { likelihood: likelihood(Focus::None), dice: Some(SMOOTH as f32) },
        Loss::Squares | Loss::Softmax => return None,
    })
}

/// The same of finished outputs, unweighted: what validation tells.
pub(super) fn told(loss: Loss, logits: &Array2<f32>, y: &Array2<f32>) -> f64 {
    let mean = |of: &dyn Fn(f64) -> f64| -> f64 {
        let towards = |(&logit, &y): (&f32, &f32)| of(f64::from(if y > 0.5 { logit } else { -logit }));
        logits.iter().zip(y).map(towards).sum::<f64>() / y.len().max(1) as f64
    };
    let log = |towards: f64| (-towards).max(0.0) + (-towards.abs()).exp().ln_1p();
    match loss {
        Loss::Log => mean(&log),
        Loss::Focal => mean(&|towards| (1.0 - (-log(towards)).exp()).powi(GAMMA) * log(towards)),
        Loss::Dice => told_dice(logits, y),
        Loss::DiceLog => mean(&log) + told_dice(logits, y),
        Loss::Squares => {
            let square = |(&given, &y): (&f32, &f32)| (f64::from(given) - f64::from(y)).powi(2);
            logits.iter().zip(y).map(square).sum::<f64>() / y.len().max(1) as f64
        }
        Loss::Softmax => told_softmax(logits, y),
    }
}

fn sign(y: Tensor<2>) -> Tensor<2> {
    y.mul_scalar(2.0).sub_scalar(1.0)
}

fn weights(y: Tensor<2>, positive: f32) -> Tensor<2> {
    y.mul_scalar(positive - 1.0).add_scalar(1.0)
}

/// −log P(y) = −log σ(±logit): + where y = 1.
fn log(logits: Tensor<2>, y: Tensor<2>, positive: f32) -> Tensor<1> {
    let likely = activation::log_sigmoid(logits * sign(y.clone()));
    if (positive - 1.0).abs() < f32::EPSILON {
        likely.mean().neg()
    } else {
        (likely * weights(y, positive)).mean().neg()
    }
}

fn dice(logits: Tensor<2>, y: Tensor<2>) -> Tensor<1> {
    let p = activation::sigmoid(logits);
    let both = (p.clone() * y.clone()).sum().mul_scalar(2.0).add_scalar(SMOOTH);
    let either = (p.sum() + y.sum()).add_scalar(SMOOTH);
    (both / either).neg().add_scalar(1.0)
}

fn told_softmax(scores: &Array2<f32>, y: &Array2<f32>) -> f64 {
    let rows = scores.rows().into_iter().zip(y.rows());
    let of_row = |(scores, y): (ArrayView1<f32>, ArrayView1<f32>)| {
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let all = scores.iter().map(|score| f64::from(score - most).exp()).sum::<f64>().ln();
        let own: f64 = scores.iter().zip(y).map(|(score, y)| f64::from(score - most) * f64::from(*y)).sum();
        all - own
    };
    rows.map(of_row).sum::<f64>() / y.nrows().max(1) as f64
}

fn told_dice(logits: &Array2<f32>, y: &Array2<f32>) -> f64 {
    let (mut both, mut either) = (0.0, 0.0);
    for (&logit, &y) in logits.iter().zip(y) {
        let p = expit(f64::from(logit));
        both += p * f64::from(y);
        either += p + f64::from(y);
    }
    1.0 - (2.0 * both + SMOOTH) / (either + SMOOTH)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn what_validation_tells_is_what_training_makes_small() {
        let (logits, y) = ([-2.0_f32, 0.3, 1.5, -0.1, 4.0, 0.0], [0.0_f32, 1.0, 0.0, 0.0, 0.0, 1.0]);
        let device = Device::flex();
        let tensor = |values: [f32; 6]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [2, 3]), &device);
        let array = |values: [f32; 6]| crate::shaped::in_rows([2, 3], values.to_vec());
        for loss in Loss::ALL.iter().copied() {
            let trained = f64::from(of(loss, tensor(logits), tensor(y), 1.0).into_scalar::<f32>());
            // One class in each row of three.
            assert!((trained - told(loss, &array(logits), &array(y))).abs() < 1e-5, "{loss:?}: {trained}");
        }
    }

    #[test]
    fn the_weight_of_the_positive_counts_them_so_often() {
        let device = Device::flex();
        let tensor =
            |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [1, values.len()]), &device);
        let weighted = of(Loss::Log, tensor(&[0.5, -1.0]), tensor(&[1.0, 0.0]), 3.0).into_scalar::<f32>();
        let repeated =
            of(Loss::Log, tensor(&[0.5, 0.5, 0.5, -1.0]), tensor(&[1.0, 1.0, 1.0, 0.0]), 1.0).into_scalar::<f32>();
        assert!((weighted * 2.0 - repeated * 4.0).abs() < 1e-5);
    }
}
