//! Training: one explicit loop. Burn stops here; what comes out are plain numbers.

use burn::module::Module;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Device, Tensor, TensorData, activation};
use ndarray::{Array2, ArrayView2, Axis};

use crate::course::plan::{ClassWeight, Train};
use crate::keys::Section;
use crate::models::Network;
use crate::seed::Seed;

/// Rows to learn from: numbers `[rows, features]` and the outcome, 0 or 1.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The prepared numbers.
    pub x: Array2<f32>,
    /// The outcome.
    pub y: Vec<f32>,
}

/// One pass over the training rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// From 1.
    pub number: usize,
    /// How many there will be at most.
    pub of: usize,
    /// Mean log-loss of the training rows during the pass (class weights included, penalty left out).
    pub train_loss: f64,
    /// Mean log-loss of the validation rows after the pass, where there are any.
    pub valid_loss: Option<f64>,
}

/// A trained model.
#[derive(Debug)]
pub struct Fitted {
    network: Network,
    device: Device,
    /// The passes, in order.
    pub epochs: Vec<Epoch>,
    /// The pass whose weights were kept.
    pub best: usize,
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The loss is not a number any more.
    #[error("the training diverged in epoch {epoch}")]
    Diverged {
        /// The pass in which it happened.
        epoch: usize,
    },
}

/// Trains a model of the plan's kind. Each pass is told to `tell` as it ends.
///
/// Order of rows, first weights and dropout come from `seed` alone, and every sum has a fixed order: the same seed gives the same
/// model for any number of threads.
///
/// # Errors
/// A loss that is not a number any more (too large a step).
pub fn fit(
    model: &Section,
    plan: &Train,
    train: &Rows,
    valid: Option<&Rows>,
    seed: Seed,
    tell: &mut dyn FnMut(Epoch),
) -> Result<Fitted, TrainError> {
    let device = Device::flex();
    let learning = device.clone().autodiff();
    let (rows, features) = train.x.dim();
    let batch = if plan.batch == 0 { rows } else { plan.batch.min(rows) };
    let positive = train.y.iter().filter(|&&y| y > 0.5).count();
    let weight = match plan.class_weight {
        ClassWeight::Fixed(weight) => weight as f32,
        ClassWeight::Balanced => (rows - positive) as f32 / positive.max(1) as f32,
    };
    // The penalty is on the sum of losses, the loss of a batch is a mean.
    let penalty = model.number("l2") / rows as f64;
    let mut network = Network::new(model, features, seed.named("weights"), &learning);
    let mut optimiser = optimiser(plan);
    let steps = rows.div_ceil(batch) * plan.epochs;
    let mut step = 0_usize;
    let mut epochs: Vec<Epoch> = Vec::new();
    let mut best: Option<(f64, usize, Network)> = None;
    for number in 1..=plan.epochs {
        let order = seed.named("order").at(number as u64).permutation(rows);
        let mut total = 0.0;
        for chosen in order.chunks(batch) {
            let (x, sign, weights) = assemble(train, chosen, weight, &learning);
            let luck = seed.named("dropout").at(step as u64);
            let logits = network.forward(x, Some(luck));
            // −log P(y) = −log σ(±logit): + where y = 1.
            let loss = (activation::log_sigmoid(logits * sign) * weights).mean().neg();
            let objective =
                if penalty > 0.0 { loss.clone() + network.half_squares().mul_scalar(penalty) } else { loss.clone() };
            let gradients = GradientsParams::from_grads(objective.backward(), &network);
            network = optimiser.step(rate(plan.learning_rate, step, steps), network, gradients);
            total += f64::from(loss.into_scalar::<f32>()) * chosen.len() as f64;
            step += 1;
        }
        let train_loss = total / rows as f64;
        let valid_loss = valid.map(|valid| log_loss(&scores(&network.valid(), &valid.x.view(), &device), &valid.y));
        let epoch = Epoch { number, of: plan.epochs, train_loss, valid_loss };
        if !train_loss.is_finite() {
            return Err(TrainError::Diverged { epoch: number });
        }
        tell(epoch);
        epochs.push(epoch);
        let Some(patience) = plan.patience.as_ref().map(|patience| patience.value) else { continue };
        let judged = valid_loss.unwrap_or(train_loss);
        if best.as_ref().is_none_or(|(least, ..)| judged < *least) {
            best = Some((judged, number, network.clone()));
        }
        if best.as_ref().is_some_and(|(_, at, _)| number - at >= patience) {
            break;
        }
    }
    let (best, network) = match best {
        Some((_, number, network)) => (number, network),
        None => (epochs.len(), network),
    };
    Ok(Fitted { network: network.valid(), device, epochs, best })
}

impl Fitted {
    /// The log-odds of each row.
    pub fn scores(&self, x: &Array2<f32>) -> Vec<f64> {
        scores(&self.network, &x.view(), &self.device)
    }
}

fn optimiser(plan: &Train) -> ModuleOptimizer {
    match plan.optimiser.as_str() {
        "sgd" => {
            SgdConfig::new().with_momentum(Some(MomentumConfig::new().with_momentum(0.9).with_dampening(0.0))).init()
        }
        _ => AdamConfig::new().init(),
    }
}

/// Half a cosine from the first step's size to zero (Loshchilov and Hutter 2017, without restarts).
fn rate(first: f64, step: usize, steps: usize) -> f64 {
    0.5 * first * (1.0 + (std::f64::consts::PI * step as f64 / steps.max(1) as f64).cos())
}

/// `[B, F]` numbers, `[B]` signs (+1 where the outcome is 1), `[B]` weights.
fn assemble(rows: &Rows, chosen: &[usize], positive: f32, device: &Device) -> (Tensor<2>, Tensor<1>, Tensor<1>) {
    let features = rows.x.ncols();
    let mut x: Vec<f32> = Vec::with_capacity(chosen.len() * features);
    let mut sign = Vec::with_capacity(chosen.len());
    let mut weight = Vec::with_capacity(chosen.len());
    for &row in chosen {
        x.extend(rows.x.row(row));
        let is = rows.y[row] > 0.5;
        sign.push(if is { 1.0_f32 } else { -1.0 });
        weight.push(if is { positive } else { 1.0 });
    }
    (
        Tensor::from_data(TensorData::new(x, [chosen.len(), features]), device),
        Tensor::from_data(TensorData::new(sign, [chosen.len()]), device),
        Tensor::from_data(TensorData::new(weight, [chosen.len()]), device),
    )
}

/// Rows are scored in blocks, so that a large exam needs no large memory.
fn scores(network: &Network, x: &ArrayView2<f32>, device: &Device) -> Vec<f64> {
    const BLOCK: usize = 8192;
    let mut out = Vec::with_capacity(x.nrows());
    for block in x.axis_chunks_iter(Axis(0), BLOCK) {
        let shape = [block.nrows(), block.ncols()];
        let data = TensorData::new(block.iter().copied().collect::<Vec<f32>>(), shape);
        let logits = network.forward(Tensor::from_data(data, device), None).into_data();
        out.extend(logits.iter::<f32>().map(f64::from));
    }
    out
}

/// Mean of −log P(y), from log-odds.
fn log_loss(scores: &[f64], y: &[f32]) -> f64 {
    let loss = |(&score, &y): (&f64, &f32)| {
        let against = if y > 0.5 { -score } else { score };
        against.max(0.0) + (-against.abs()).exp().ln_1p()
    };
    scores.iter().zip(y).map(loss).sum::<f64>() / y.len().max(1) as f64
}
