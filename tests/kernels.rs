//! Kernels of our own train the models that burn's train.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use ndarray::Array2;
use practicum::course::plan;
use practicum::models::{Input, Kernels};
use practicum::seed::Seed;
use practicum::signal::Shape;
use practicum::target::Target;
use practicum::train::{self, Lesson, Rows};

/// Three epochs over twenty pictures of 12 × 16 pixels whose brightness tells their label; the losses, and what is told of the
/// pictures afterwards.
fn train(model: &str, loss: &str, pixels: bool) -> (Vec<f64>, Array2<f32>) {
    let text = format!(
        "exercise = \"x@1\"\n[model]\n{model}\nwidth = 3\ndepth = 2\n\
         [train]\nepochs = 3\nbatch = 7\nloss = \"{loss}\"\nclass_weight = 2.0\n"
    );
    let plan = plan::read(
        &practicum::models::VOCABULARY,
        &practicum::course::settings::Settings::default(),
        "plan.toml",
        text.as_bytes(),
    )
    .unwrap();
    let (seed, numbers) = (Seed::new(5), 12 * 16);
    let x = Array2::from_shape_fn((20, 2 * numbers), |(row, at)| {
        let bright = if row % 2 == 0 { 0.4 } else { -0.4 };
        seed.at(row as u64).at(at as u64).uniform() as f32 - 0.5 + bright
    });
    let y = Array2::from_shape_fn((20, if pixels { numbers } else { 1 }), |(row, at)| {
        f32::from(u8::from(if pixels { x[[row, at]] > 0.0 } else { row % 2 == 0 }))
    });
    let target = if pixels { Target::Mask } else { Target::Risk };
    let rows = Rows { input: Input::Signal(Shape::picture([2, 12, 16])), x, y };
    let fitted = train::fit(Lesson::of(&plan, target), &rows, Some(&rows), seed, &mut |_| {}).unwrap();
    let losses = fitted.epochs.iter().flat_map(|epoch| [Some(epoch.train_loss), epoch.valid_loss]).flatten().collect();
    (losses, fitted.logits(&rows.x))
}

#[test]
fn kernels_of_our_own_train_the_model_that_burn_trains() {
    for (kind, losses, pixels) in [
        ("cnn", &["log", "focal"][..], false),
        ("resnet", &["log"], false),
        ("unet", &["log", "dice", "dice+log"], true),
    ] {
        for norm in [true, false] {
            for loss in losses {
                let model = format!("kind = \"{kind}\"\nbatch_norm = {norm}");
                Kernels::Burn.choose();
                let (burn, burn_told) = train(&model, loss, pixels);
                Kernels::Own.choose();
                let (own, own_told) = train(&model, loss, pixels);
                for (own, burn) in own.iter().zip(&burn) {
                    assert!((own - burn).abs() < 1e-4 * (1.0 + burn.abs()), "{model} {loss}: {own} instead of {burn}");
                }
                for (own, burn) in own_told.iter().zip(&burn_told) {
                    assert!((own - burn).abs() < 1e-3 * (1.0 + burn.abs()), "{model} {loss}: {own} instead of {burn}");
                }
            }
        }
    }
}
