//! Training: one explicit loop. Burn stops here; what comes out are plain numbers.

mod augment;
pub mod budget;
mod exact;
mod kept;
mod loss;
mod saliency;

use std::borrow::Cow;

use burn::module::Module;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use augment::Augment;

use crate::models::{self, Input, Kernels, Network, Solved};
use crate::shaped::in_rows;
use crate::watch::{Epoch, Event, Watch};
use course::plan::{Change, ClassWeight, Loss, Optimiser, Plan, Train};
use diagnostics::keys::Section;
use metrics::spread;
use seed::Seed;
use target::Target;

/// Rows to learn from.
#[derive(Clone, Debug)]
pub struct Rows {
    /// What lies in a row of `x`.
    pub input: Input,
    /// The prepared numbers: `[rows, numbers of the input]`.
    pub x: Array2<f32>,
    /// What the model should give: `[rows, outputs]`, or for each pixel, 0 or 1, `[rows, height · width]`.
    pub y: Array2<f32>,
}

/// A trained model.
#[derive(Debug)]
pub struct Fitted {
    network: Network,
    input: Input,
    device: Device,
    unit: Unit,
    /// The passes, in order.
    pub epochs: Vec<Epoch>,
    /// The pass whose weights were kept.
    pub best: usize,
}

/// In which unit a model gives what it gives: a number is learned in SDs from its mean among the training rows, so that the size of a
/// step means the same whatever the number's own unit is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Unit {
    shift: f32,
    scale: f32,
}

impl Unit {
    const OWN: Self = Self { shift: 0.0, scale: 1.0 };

    fn of(loss: Loss, y: &Array2<f32>) -> Self {
        match loss {
            Loss::Log | Loss::Focal | Loss::Dice | Loss::DiceLog | Loss::Softmax => return Self::OWN,
            Loss::Squares => {}
        }
        let values: Vec<f64> = y.iter().map(|&y| f64::from(y)).collect();
        if spread::constant(&values) {
            return Self::OWN;
        }
        let n = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
        Self { shift: mean as f32, scale: sd as f32 }
    }

    fn learned(self, rows: &Rows) -> Array2<f32> {
        rows.y.mapv(|y| (y - self.shift) / self.scale)
    }

    /// A loss of squares in the number's own unit.
    fn loss(self, loss: f64) -> f64 {
        loss * f64::from(self.scale).powi(2)
    }
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Whoever watches ended it.
    #[error("the training was ended")]
    Ended,
    /// The loss is not a number any more.
    #[error("the training diverged in epoch {epoch}")]
    Diverged {
        /// The pass in which it happened.
        epoch: usize,
    },
}

/// What is learned: the model's settings, how it learns, and what is predicted.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// The plan's `[model]`.
    pub model: &'a Section,
    /// The plan's `[train]`.
    pub train: &'a Train,
    /// What is made small.
    pub loss: Loss,
    /// How training pictures are changed.
    pub augment: &'a [Change],
}

impl<'a> Lesson<'a> {
    /// What a plan says, where this is predicted.
    pub fn of(plan: &'a Plan, target: Target) -> Self {
        Self { model: &plan.model, train: &plan.train, loss: plan.loss(target), augment: &plan.image.augment }
    }

    /// How the model is made from its solution, where it is solved instead of trained step by step.
    fn solved(&self) -> Option<Solved> {
        models::solved(&self.model.string("kind"))
    }
}

/// Multiplications of a step, forward, for which other threads are kept awake: fewer take less time than a thread needs to wake.
const WORTH_WAKING: u64 = 1 << 20;

/// Trains a model of the plan's kind while `watch` looks on.
///
/// Order of rows, first weights and dropout come from `seed` alone, and every sum has a fixed order: the same seed gives the same
/// model for any number of threads.
///
/// # Errors
/// A loss that is not a number any more (too large a step); whoever watches ended it.
pub fn fit(
    lesson: Lesson,
    train: &Rows,
    valid: Option<&Rows>,
    seed: Seed,
    watch: &mut dyn Watch,
) -> Result<Fitted, TrainError> {
    let Lesson { model, train: plan, loss, augment } = lesson;
    let device = Device::flex();
    let learning = device.clone().autodiff();
    let weight = match plan.class_weight.value {
        ClassWeight::Fixed(weight) => weight as f32,
        ClassWeight::Balanced => {
            let positive = train.y.iter().filter(|&&y| y > 0.5).count();
            (train.y.len() - positive) as f32 / positive.max(1) as f32
        }
    };
    if let Some(solved) = lesson.solved() {
        return exactly((lesson, solved), train, valid, f64::from(weight), device, watch);
    }
    let unit = Unit::of(loss, &train.y);
    let own = |rows: &Rows| Rows { y: unit.learned(rows), ..rows.clone() };
    let (learned, judged) = if unit == Unit::OWN { (None, None) } else { (Some(own(train)), valid.map(own)) };
    let (train, valid) = (learned.as_ref().unwrap_or(train), judged.as_ref().or(valid));
    let (rows, outputs) = train.y.dim();
    let batch = if plan.batch.value == 0 { rows } else { plan.batch.value.min(rows) };
    let augment = Augment::named(augment, train.input);
    // The penalty is on the sum of losses, the loss of a batch is a mean.
    let penalty = model.number("l2") / rows as f64;
    let mut network = Network::new(model, (train.input, outputs), seed.named("weights"), &learning);
    let mut optimiser = optimiser(plan);
    let steps = rows.div_ceil(batch) * plan.epochs;
    // Each step may be another thread's; burn's own layers keep running moments apart by thread.
    let is_large = Kernels::current() == Kernels::Own
        && batch as u64 * models::cost(model, train.input).operations >= WORTH_WAKING;
    let mut step = 0_usize;
    let mut epochs: Vec<Epoch> = Vec::new();
    let mut best: Option<(f64, usize, Network)> = None;
    for number in 1..=plan.epochs {
        let order = seed.named("order").at(number as u64).permutation(rows);
        let mut total = 0.0;
        for chosen in order.chunks(batch) {
            if watch.ends() {
                return Err(TrainError::Ended);
            }
            let learn = || {
                let (x, y) = assemble(train, chosen, &augment, seed.named("augment").at(number as u64), &learning);
                let luck = seed.named("dropout").at(step as u64);
                let loss = loss::of(loss, network.forward(x, Some(luck)), y, weight);
                let objective = if penalty > 0.0 {
                    loss.clone() + network.half_squares().mul_scalar(penalty)
                } else {
                    loss.clone()
                };
                let gradients = GradientsParams::from_grads(objective.backward(), &network);
                let learned = optimiser.step(rate(plan.learning_rate, step, steps), network, gradients);
                (learned, f64::from(loss.into_scalar::<f32>()))
            };
            let of_batch;
            (network, of_batch) = if is_large { kernels::awake(learn) } else { learn() };
            total += of_batch * chosen.len() as f64;
            step += 1;
        }
        let train_loss = unit.loss(total / rows as f64);
        // A copy: what a model keeps of the batches it saw goes on changing with the network that learns.
        let now = network.valid();
        let valid_loss = valid.map(|valid| {
            let told = logits(&now, &valid.x.view(), &device);
            unit.loss(loss::told(loss, &told, &valid.y))
        });
        let epoch = Epoch { number, of: plan.epochs, train_loss, valid_loss };
        if !train_loss.is_finite() {
            return Err(TrainError::Diverged { epoch: number });
        }
        watch.tell(Event::Trained(epoch));
        epochs.push(epoch);
        let judged = valid_loss.unwrap_or(train_loss);
        let patience = plan.patience.as_ref().map(|patience| patience.value);
        if patience.is_none() || best.as_ref().is_none_or(|(least, ..)| judged < *least) {
            best = Some((judged, number, now));
        }
        if best.as_ref().zip(patience).is_some_and(|((_, at, _), patience)| number - at >= patience) {
            break;
        }
    }
    let (best, network) = match best {
        Some((_, number, network)) => (number, network),
        None => (0, network.valid()),
    };
    Ok(Fitted { network, input: train.input, device, unit, epochs, best })
}

/// A model that is solved to the end: one pass, in which the penalty is on the sum of the rows' losses (of squares, on half of it).
fn exactly(
    (lesson, made): (Lesson, Solved),
    train: &Rows,
    valid: Option<&Rows>,
    weight: f64,
    device: Device,
    watch: &mut dyn Watch,
) -> Result<Fitted, TrainError> {
    let Lesson { model, loss, .. } = lesson;
    let (x, l2, outputs) = (train.x.mapv(f64::from), model.number("l2"), train.y.ncols());
    let first = train.y.column(0).mapv(f64::from);
    let solved = match loss {
        Loss::Squares => exact::least_squares(&x.view(), &first.view(), l2),
        Loss::Softmax => {
            let class = |row: ndarray::ArrayView1<f32>| row.iter().position(|&y| y > 0.5).unwrap_or(0);
            let classes: Vec<usize> = train.y.rows().into_iter().map(class).collect();
            exact::softmax(&x.view(), &classes, outputs, l2)
        }
        Loss::Log | Loss::Focal | Loss::Dice | Loss::DiceLog => exact::logistic(&x.view(), &first.view(), weight, l2),
    };
    let weights: Vec<f64> = solved.weights.iter().copied().collect();
    let network = made(&weights, &solved.intercepts.to_vec(), &device);
    let told = |rows: &Rows| {
        let given = logits(&network, &rows.x.view(), &device);
        loss::told(loss, &given, &rows.y)
    };
    let epoch = Epoch { number: 1, of: 1, train_loss: told(train), valid_loss: valid.map(told) };
    if !epoch.train_loss.is_finite() {
        return Err(TrainError::Diverged { epoch: 1 });
    }
    watch.tell(Event::Trained(epoch));
    Ok(Fitted { network, input: train.input, device, unit: Unit::OWN, epochs: vec![epoch], best: 1 })
}

impl Fitted {
    /// What has to be kept to have the model again, with [`Fitted::again`].
    pub fn kept(&self) -> Option<Vec<u8>> {
        kept::bytes(&self.network.weights(), &self.epochs, self.best)
    }

    /// The model that was fitted before by the same lesson on the same rows, from what was [`kept`](Self::kept) of it; nothing where
    /// the bytes are not those of such a model.
    pub fn again(lesson: Lesson, train: &Rows, bytes: &[u8]) -> Option<Self> {
        let kept::Kept { weights, epochs, best } = kept::read(bytes)?;
        let device = Device::flex();
        let (input, outputs) = (train.input, train.y.ncols());
        // Drawn only to be replaced: every weight is kept.
        let network = Network::new(lesson.model, (input, outputs), Seed::new(0), &device).with_weights(&weights)?;
        let unit = if lesson.solved().is_some() { Unit::OWN } else { Unit::of(lesson.loss, &train.y) };
        Some(Self { network, input, device, unit, epochs, best })
    }

    /// So many rows are worth preparing at once: as many blocks as keep every thread busy, and no more, since pictures take much room as
    /// numbers.
    pub fn at_once(&self) -> usize {
        16 * block(self.input.numbers())
    }

    /// What the model gives for each row, or for each pixel: `[rows, outputs]` or `[rows, height · width]`.
    pub fn logits(&self, x: &Array2<f32>) -> Array2<f32> {
        let given = logits(&self.network, &x.view(), &self.device);
        let Unit { shift, scale } = self.unit;
        if self.unit == Unit::OWN { given } else { given.mapv_into(|y| y * scale + shift) }
    }
}

fn optimiser(plan: &Train) -> ModuleOptimizer {
    match plan.optimiser {
        Optimiser::Sgd => {
            SgdConfig::new().with_momentum(Some(MomentumConfig::new().with_momentum(0.9).with_dampening(0.0))).init()
        }
        Optimiser::Adam => AdamConfig::new().init(),
    }
}

/// Half a cosine from the first step's size to zero (Loshchilov and Hutter 2017, without restarts).
fn rate(first: f64, step: usize, steps: usize) -> f64 {
    0.5 * first * (1.0 + (std::f64::consts::PI * step as f64 / steps.max(1) as f64).cos())
}

/// `[B, F]` numbers and `[B, outputs]` of what is to be predicted, each row changed as the plan's augmentation wants.
fn assemble(rows: &Rows, chosen: &[usize], augment: &Augment, luck: Seed, device: &Device) -> (Tensor<2>, Tensor<2>) {
    let (numbers, outputs) = (rows.x.ncols(), rows.y.ncols());
    let mut x = vec![0.0_f32; chosen.len() * numbers];
    let mut y = vec![0.0_f32; chosen.len() * outputs];
    let places = x.chunks_exact_mut(numbers.max(1)).zip(y.chunks_exact_mut(outputs.max(1)));
    for ((x, y), &row) in places.zip(chosen) {
        x.copy_from_slice(&in_one(&rows.x.row(row)));
        y.copy_from_slice(&in_one(&rows.y.row(row)));
        augment.apply(x, y, luck.at(row as u64));
    }
    (
        Tensor::from_data(TensorData::new(x, [chosen.len(), numbers]), device),
        Tensor::from_data(TensorData::new(y, [chosen.len(), outputs]), device),
    )
}

/// A row as one piece; where it lies so already, it is lent.
fn in_one<'r>(row: &ArrayView1<'r, f32>) -> Cow<'r, [f32]> {
    row.to_slice().map_or_else(|| Cow::Owned(row.to_vec()), Cow::Borrowed)
}

/// A block of rows: as many as have 2¹⁸ numbers together, whatever the number of threads.
fn block(numbers: usize) -> usize {
    ((1 << 18) / numbers.max(1)).clamp(1, 8192)
}

/// Rows are scored in blocks side by side, so that a large exam needs no large memory.
fn logits(network: &Network, x: &ArrayView2<f32>, device: &Device) -> Array2<f32> {
    let block = block(x.ncols());
    let blocks: Vec<ArrayView2<f32>> = x.axis_chunks_iter(Axis(0), block).collect();
    let blocks: Vec<Vec<f32>> = blocks
        .par_iter()
        .map(|block| {
            let shape = [block.nrows(), block.ncols()];
            let numbers = block.as_slice().map_or_else(|| block.iter().copied().collect(), <[f32]>::to_vec);
            let told = network.forward(Tensor::from_data(TensorData::new(numbers, shape), device), None).into_data();
            told.as_slice::<f32>().map_or_else(|_| told.iter::<f32>().collect(), <[f32]>::to_vec)
        })
        .collect();
    let outputs = blocks.iter().map(Vec::len).sum::<usize>() / x.nrows().max(1);
    in_rows([x.nrows(), outputs], blocks.concat())
}
