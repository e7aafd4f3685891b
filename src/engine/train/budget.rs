//! What a training costs, counted before it begins: in operations and bytes, not in seconds, so that every machine says the same.

use crate::models::{Input, cost, fits};
use crate::signal::Shape;
use course::plan::Plan;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::{Section, Value, Written};
use diagnostics::text;
use diagnostics::text::Text;

/// The operations (multiplications with an addition) of a usual training: about a quarter of an hour on two cores.
pub const OPERATIONS: f64 = 1e13;

/// The memory of a usual training, in bytes as counted here: about twice of what was seen in use.
pub const BYTES: f64 = 2e9;

/// The memory of a training beyond the usual, in bytes: that limit holds for everyone.
pub const LONG_BYTES: f64 = 6e9;

/// What each step of each layer costs besides its numbers, in operations that would take as long: tensors are made and dropped.
const STEP: f64 = 30_000.0;

/// What a weight costs in each step: gradient, moments, penalty.
const WEIGHT: f64 = 12.0;

/// A training with its numbers as they would be.
#[derive(Clone, Debug)]
struct Training {
    model: Section,
    input: Input,
    epochs: usize,
    /// Rows per step.
    batch: usize,
    /// Training rows, validation rows, all rows.
    rows: [usize; 3],
    changes: usize,
    trainings: usize,
}

/// What a training costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bill {
    /// Multiplications with an addition.
    pub operations: f64,
    /// The memory that it needs at once, in bytes.
    pub bytes: f64,
}

impl Bill {
    /// How often the limits are exceeded; up to 1 it fits.
    fn against(self, limit: Self) -> f64 {
        (self.operations / limit.operations).max(self.bytes / limit.bytes)
    }
}

impl Training {
    fn of(plan: &Plan, input: Input, rows: [usize; 3], trainings: usize) -> Self {
        Self {
            model: plan.model.clone(),
            input,
            epochs: plan.train.epochs,
            batch: plan.train.batch.value,
            rows,
            changes: plan.image.augment.len(),
            trainings,
        }
    }

    /// A training step goes forward once and back twice (to the weights and to the inputs); validation goes forward.
    fn bill(&self) -> Bill {
        let cost = cost(&self.model, self.input);
        let [weights, forward, kept, layers] =
            [cost.weights, cost.operations, cost.activations, cost.layers].map(|n| n as f64);
        let [train, valid, all] = self.rows.map(|n| n as f64);
        let numbers = self.input.numbers() as f64;
        let batch = if self.batch == 0 { self.rows[0] } else { self.batch.min(self.rows[0]) }.max(1);
        let steps = self.rows[0].div_ceil(batch) as f64;
        let row = 3.0 * forward + 10.0 * numbers * self.changes as f64;
        let epoch = train * row + valid * forward + steps * (weights * WEIGHT + layers * STEP);
        // The weights with gradient, two moments, and two copies; of the batch, what is kept and its gradients; the rows, all of
        // them once and again as parts.
        let held = 6.0 * weights + batch as f64 * 2.0 * (kept + numbers) + numbers * (2.0 * all + train + valid);
        Bill { operations: self.trainings as f64 * self.epochs as f64 * epoch, bytes: 4.0 * held }
    }
}

/// What the training of a plan costs. `rows`: of training, of validation, and all; `trainings`: how often it trains.
pub fn bill(plan: &Plan, input: Input, rows: [usize; 3], trainings: usize) -> Bill {
    Training::of(plan, input, rows, trainings).bill()
}

/// A key that costs, with what it could be instead: the nearest first, the usual last.
struct Lever {
    place: Place,
    name: &'static str,
    written: String,
    others: Vec<(String, Training)>,
}

/// Whether the training of a plan is within the budget; `long` lifts the limit of operations.
///
/// # Errors
/// The key that costs most, with a value that would fit; further keys, where that alone does not do.
pub fn within(plan: &Plan, input: Input, rows: [usize; 3], trainings: usize, long: bool) -> Result<(), Vec<Fault>> {
    let limit = if long {
        Bill { operations: f64::INFINITY, bytes: LONG_BYTES }
    } else {
        Bill { operations: OPERATIONS, bytes: BYTES }
    };
    let training = Training::of(plan, input, rows, trainings);
    let bill = training.bill();
    if bill.against(limit) <= 1.0 {
        return Ok(());
    }
    let mut faults = Vec::new();
    let mut now = training;
    let mut used: Vec<&str> = Vec::new();
    while now.bill().against(limit) > 1.0 {
        let lever = levers(plan, &now)
            .into_iter()
            .filter(|lever| !used.contains(&lever.name))
            .filter_map(|lever| {
                let least = lever.others.last()?.1.bill().against(limit);
                (least < now.bill().against(limit)).then_some((least, lever))
            })
            // What is written in the plan before what the data bring along.
            .min_by(|(a, one), (b, other)| {
                one.place.line.is_none().cmp(&other.place.line.is_none()).then(a.total_cmp(b))
            });
        let Some((_, lever)) = lever else {
            if faults.is_empty() {
                let kind = Written { value: (), place: plan.model.place_of("kind") };
                let (n, Text { en, ja }) = (rows[2], allowed(limit, long));
                let expected = Text {
                    en: format!("{en}; fewer than these {n} rows ([cohort] where), or a smaller model").into(),
                    ja: format!("{ja}。行を{n}行より減らすか（[cohort]のwhere）、より小さいモデルにしてください")
                        .into(),
                };
                faults.push(kind.fault(Id::OverBudget, told(&plan.model.string("kind"), bill, limit), expected));
            }
            break;
        };
        let fit = lever.others.iter().find(|(_, other)| other.bill().against(limit) <= 1.0).or(lever.others.last());
        let Some((value, other)) = fit.cloned() else { break };
        let (name, Text { en, ja }) = (lever.name, allowed(limit, long));
        let expected = Text {
            en: format!("{en}: {name} = {value} would fit").into(),
            ja: format!("{ja}。{name} = {value} なら収まります").into(),
        };
        faults.push(Fault::new(
            Id::OverBudget,
            lever.place,
            told(&format!("{name} = {}", lever.written), bill, limit),
            expected,
        ));
        used.push(name);
        now = other;
    }
    Err(faults)
}

/// What is found: the key, and what the training would cost.
fn told(key: &str, bill: Bill, limit: Bill) -> Text {
    let key: String = key.chars().take(80).collect();
    let (operations, gigabytes) = (operations(bill.operations), bill.bytes / 1e9);
    if bill.bytes > limit.bytes {
        text!(
            "{key}: training would need about {gigabytes:.1} GB of memory",
            "{key}：学習に約{gigabytes:.1} GBのメモリが必要です"
        )
    } else {
        text!(
            "{key}: training would take about {operations} operations",
            "{key}：学習に約{operations}回の演算が必要です"
        )
    }
}

/// What is allowed.
fn allowed(limit: Bill, long: bool) -> Text {
    let gigabytes = limit.bytes / 1e9;
    if long {
        return text!("at most {gigabytes:.0} GB, also with --long", "--long を付けても{gigabytes:.0} GBまで");
    }
    let operations = operations(limit.operations);
    text!(
        "at most {operations} operations (more with --long) and {gigabytes:.0} GB",
        "演算は{operations}回まで（--long を付ければそれ以上も可）、メモリは{gigabytes:.0} GBまで"
    )
}

/// `10^13`, `3.2 × 10^14`
fn operations(n: f64) -> String {
    let power = n.max(1.0).log10().floor();
    let head = n / 10_f64.powf(power);
    if (head - 1.0).abs() < 0.05 { format!("10^{power:.0}") } else { format!("{head:.1} × 10^{power:.0}") }
}

/// The keys that cost more than they usually do.
fn levers(plan: &Plan, now: &Training) -> Vec<Lever> {
    let mut levers = Vec::new();
    let mut lever = |place: Place, name, written: String, others: Vec<(String, Training)>| {
        levers.push(Lever { place, name, written, others });
    };
    let train = plan.section.table("train");
    let epochs = (1..now.epochs).rev().filter(|n| *n >= 30);
    let others = epochs.map(|n| (n.to_string(), Training { epochs: n, ..now.clone() })).collect();
    lever(train.place_of("epochs"), "epochs", now.epochs.to_string(), others);
    // Large batches cost memory, small ones steps.
    let batch = if now.batch == 0 { now.rows[0] } else { now.batch };
    let powers = || (0..17).map(|power| 1_usize << power);
    let with = |n: usize| (n.to_string(), Training { batch: n, ..now.clone() });
    let below = powers().rev().filter(|n| *n < batch && *n >= 16).map(with).collect();
    lever(plan.train.batch.place.clone(), "batch", now.batch.to_string(), below);
    let above = powers().filter(|n| *n > batch && *n <= 64.min(now.rows[0])).map(with).collect();
    lever(plan.train.batch.place.clone(), "batch", now.batch.to_string(), above);
    for (name, usual) in [("width", 8), ("depth", 2), ("units", 16)] {
        if let Some(Written { value: Value::Whole(written), place }) = now.model.get(name) {
            let smaller = (usual..*written).rev();
            let model = |n: i64| Training { model: now.model.with(name, Value::Whole(n)), ..now.clone() };
            let others = smaller.map(|n| (n.to_string(), model(n))).collect();
            lever(place.clone(), name, written.to_string(), others);
        }
    }
    if let Some(Written { value: Value::List(layers), place }) = now.model.get("hidden") {
        let whole = |layer: &Written<Value>| match layer.value {
            Value::Whole(units) => units,
            _ => 1,
        };
        let units: Vec<i64> = layers.iter().map(whole).collect();
        let usual: Vec<i64> = units.iter().take(1).map(|units| (*units).min(32)).collect();
        let halved = |length: &usize| Some(length / 2).filter(|length| *length > 0);
        let shorter = std::iter::successors(halved(&units.len()), halved).map(|n| units[..n].to_vec());
        let model = |units: &[i64]| {
            let list = units.iter().map(|n| Written { value: Value::Whole(*n), place: place.clone() }).collect();
            Training { model: now.model.with("hidden", Value::List(list)), ..now.clone() }
        };
        let others = shorter.chain([usual]).map(|units| (shown(&units), model(&units))).collect();
        lever(place.clone(), "hidden", shown(&units), others);
    }
    let picture = match now.input {
        Input::Signal(shape) => shape.as_picture(),
        Input::Columns(_) => None,
    };
    if let Some([channels, height, width]) = picture {
        let side = |n: usize| Training { input: Input::Signal(Shape::picture([channels, n, n])), ..now.clone() };
        let smaller = (8..height.max(width)).rev().filter(|n| n % 8 == 0);
        let others =
            smaller.map(|n| (n.to_string(), side(n))).filter(|(_, other)| fits(&other.model, other.input).is_ok());
        lever(plan.image.resize.place.clone(), "resize", plan.image.resize.value.to_string(), others.collect());
    }
    levers
}

/// `[64, 32]`; of many layers, how many.
fn shown(units: &[i64]) -> String {
    match units {
        [first, .., last] if units.len() > 8 => format!("[{first}, …, {last}] × {}", units.len()),
        _ => format!("{units:?}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use course::plan;
    use course::settings::Settings;

    fn plan(text: &str) -> Plan {
        plan::read(
            &crate::models::VOCABULARY,
            &Settings::default(),
            "plan.toml",
            format!("exercise = \"a@1\"\n{text}").as_bytes(),
        )
        .expect("a sound plan")
    }

    #[test]
    fn what_would_fit_fits() {
        let picture = Input::Signal(Shape::picture([3, 256, 256]));
        for (text, input, rows, key) in [
            (
                format!("[model]\nkind = \"mlp\"\nhidden = [{}]", "512, ".repeat(1000)),
                Input::Columns(20),
                [6000, 2000, 10_000],
                "model.hidden",
            ),
            ("[model]\nkind = \"cnn\"\nwidth = 64\n[train]\nbatch = 0".into(), picture, [300, 100, 500], "model.width"),
            (
                "[model]\nkind = \"mlp\"\nhidden = [512, 512]\n[train]\nepochs = 2000".into(),
                Input::Columns(20),
                [60_000, 2000, 70_000],
                "model.hidden",
            ),
            (
                "[model]\nkind = \"mlp\"\n[train]\nbatch = 1\nepochs = 2000".into(),
                Input::Columns(20),
                [200_000, 2000, 210_000],
                "train.epochs",
            ),
        ] {
            let plan_text = text.clone();
            let faults = within(&plan(&text), input, rows, 1, false).expect_err("too much");
            assert_eq!(faults[0].place.key.as_deref(), Some(key), "{faults:?}");
            let told = &faults[0].expected.en;
            assert!(told.contains("operations") && told.contains("GB"), "both limits are stated: {told}");
            // Each value as it is told, written into the plan.
            let mut mended = plan_text;
            for fault in &faults {
                let value = fault.expected.en.split(": ").nth(1).and_then(|rest| rest.strip_suffix(" would fit"));
                let line = value.expect("a value").to_owned();
                let name = line.split(' ').next().unwrap_or_default().to_owned();
                if line.contains('×') {
                    let n: usize = line.rsplit("× ").next().and_then(|n| n.parse().ok()).expect("how many");
                    mended = format!("[model]\nkind = \"mlp\"\nhidden = [{}]", "512, ".repeat(n));
                    continue;
                }
                mended = mended
                    .lines()
                    .map(|old| if old.starts_with(&format!("{name} =")) { &line } else { old })
                    .collect::<Vec<_>>()
                    .join("\n");
            }
            assert_eq!(within(&plan(&mended), input, rows, 1, false), Ok(()), "{mended:.80}");
        }
    }

    #[test]
    fn more_operations_may_be_asked_for_but_not_more_than_the_memory() {
        let slow = plan("[model]\nkind = \"mlp\"\nhidden = [512, 512]\n[train]\nepochs = 2000");
        let rows = [60_000, 2000, 70_000];
        assert!(within(&slow, Input::Columns(20), rows, 1, false).is_err());
        assert_eq!(within(&slow, Input::Columns(20), rows, 1, true), Ok(()));
        let large = plan("[model]\nkind = \"unet\"\nwidth = 64\n[train]\nbatch = 0");
        let told = within(&large, Input::Signal(Shape::picture([1, 256, 256])), [300, 100, 500], 1, true)
            .expect_err("too large");
        assert!(told[0].expected.en.contains("also with --long"), "{told:?}");
    }

    #[test]
    fn a_training_that_is_repeated_costs_so_often() {
        let plan = plan("[model]\nkind = \"logistic\"");
        let of = |trainings| bill(&plan, Input::Columns(5), [600, 200, 1000], trainings).operations;
        assert!((of(3) - 3.0 * of(1)).abs() < 1.0);
    }

    proptest! {
        /// Whatever the documented ranges admit is counted, and either within the budget or told with a key.
        #[test]
        fn every_plan_is_counted(
            kind in 0..7_usize,
            (width, depth, batch_norm) in (1..=64_i64, 1..=6_i64, any::<bool>()),
            hidden in prop::collection::vec(1..=512_i64, 0..60),
            (epochs, batch) in (1..=2000_i64, 0..=65_536_i64),
            (channels, side) in (prop::sample::select(vec![1_usize, 3]), 8..=256_usize),
            rows in 2..200_000_usize,
            (columns, trainings, long) in (1..5000_usize, 1..4_usize, any::<bool>()),
        ) {
            let model = match kind {
                0 => "kind = \"logistic\"".to_owned(),
                1 => format!("kind = \"mlp\"\nhidden = {hidden:?}"),
                2 => format!("kind = \"cnn\"\nwidth = {width}\ndepth = {depth}\nbatch_norm = {batch_norm}"),
                3 => format!("kind = \"resnet\"\nwidth = {width}\ndepth = {}\nbatch_norm = {batch_norm}", depth.min(4)),
                4 => format!("kind = \"cnn1d\"\nwidth = {width}\ndepth = {}\nbatch_norm = {batch_norm}", depth.min(3)),
                5 => format!("kind = \"gru\"\nunits = {width}"),
                _ => format!("kind = \"unet\"\nwidth = {width}\ndepth = {}\nbatch_norm = {batch_norm}", depth.clamp(2, 3)),
            };
            let plan = plan(&format!("[model]\n{model}\n[train]\nepochs = {epochs}\nbatch = {batch}"));
            let input = Input::Signal(match kind {
                0 | 1 => Shape::Series([1, columns]),
                4 | 5 => Shape::Series([channels, side]),
                _ => Shape::picture([channels, side, side]),
            });
            let parts = [rows / 2, rows / 4, rows];
            let bill = bill(&plan, input, parts, trainings);
            prop_assert!(bill.operations.is_finite() && bill.operations > 0.0 && bill.bytes.is_finite() && bill.bytes > 0.0);
            match within(&plan, input, parts, trainings, long) {
                Ok(()) => prop_assert!(bill.bytes <= LONG_BYTES),
                Err(faults) => prop_assert!(!faults.is_empty() && faults.iter().all(|fault| fault.place.key.is_some())),
            }
        }
    }
}
