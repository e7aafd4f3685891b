//! What a reader should know before the figures: a mask that hides nothing, letters that are left, a training that learned nothing.

use crate::prepare::Views;
use crate::synth::Origin;
use course::plan::Plan;
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use metrics::{Binary, Estimate};

/// Blanked rectangles that lie in what the crop cuts off anyway; `[height, width]` is the pictures' size.
pub(super) fn idle_masks(plan: &Plan, [height, width]: [usize; 2]) -> Vec<Text> {
    let [left, right, top, bottom] = plan.image.crop.value;
    let idle = plan.image.mask.iter().filter(|mask| {
        let [x, y, wide, high] = mask.value;
        x + wide <= left || x >= width.saturating_sub(right) || y + high <= top || y >= height.saturating_sub(bottom)
    });
    idle.map(|mask| {
        let (en, ja) = (mask.place.display(Lang::En), mask.place.display(Lang::Ja));
        text!(
            "A mask hides nothing: the rectangle in {en} lies in what `crop` cuts off.",
            "マスクが何も隠していません。{ja} の長方形は、`crop` で切り取る部分にあります。"
        )
    })
    .collect()
}

/// Letters of the hospital that are still to be seen where the plan cuts off or blanks something. A plan that hides nothing is not
/// told: whether there is anything to hide is for its author to find.
pub(super) fn letters_left(plan: &Plan, views: &Views, origin: &Origin, train: &[usize]) -> Option<Text> {
    const LOOKED_AT: usize = 100;
    if plan.image.crop.value == [0; 4] && plan.image.mask.is_empty() {
        return None;
    }
    let looked_at = &train[..train.len().min(LOOKED_AT)];
    let letters = origin.letters(looked_at)?;
    let (n, left) = (letters.len(), letters.iter().filter(|letters| views.leaves(letters)).count());
    (left > 0).then(|| {
        text!(
            "Letters are left: in {left} of the first {n} training pictures, part of the hospital's lead letters lies in what `crop` and `mask` leave.",
            "文字が残っています。学習用の画像の最初の{n}枚のうち{left}枚で、病院の鉛マーカーの文字の一部が、`crop` と `mask` の後にも写っています。"
        )
    })
}

/// Whether the training came to nothing, and in which words; `train` and `valid` are outcomes (0 or 1) and log-odds.
///
/// It did where the model ranks no better than chance wherever it can be looked at (the 95 % interval of each AUROC reaches down to
/// 0.5), and tells its own training rows no better than one risk for everyone would. Either alone may be bad luck or a class weight.
pub(super) fn learned_nothing(plan: &Plan, train: &[(f64, f64)], valid: &[(f64, f64)]) -> Option<Text> {
    let auroc = |rows: &[(f64, f64)]| -> Option<Estimate> {
        let (y, score): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
        metrics::classification::auroc(&Binary::new(&y, &score).ok()?).ok()
    };
    let by_chance = |auroc: &Estimate| auroc.interval.map_or(auroc.value, |(low, _)| low) <= 0.5;
    let own = auroc(train)?;
    let judged = auroc(valid).unwrap_or(own);
    if !by_chance(&own) || !by_chance(&judged) {
        return None;
    }
    let n = train.len() as f64;
    let loss = |(y, score): &(f64, f64)| {
        let towards = if *y > 0.5 { *score } else { -score };
        (-towards).max(0.0) + (-towards.abs()).exp().ln_1p()
    };
    let loss = train.iter().map(loss).sum::<f64>() / n;
    let share = train.iter().map(|(y, _)| y).sum::<f64>() / n;
    let one_risk = -(share * share.ln() + (1.0 - share) * (1.0 - share).ln());
    // Weights are single numbers: what is 1e-6 below is not below.
    if loss < one_risk * (1.0 - 1e-6) {
        return None;
    }
    let (auroc, rate, epochs) = (judged.value, plan.train.learning_rate, plan.train.epochs);
    let passes = if epochs == 1 { "epoch" } else { "epochs" };
    Some(text!(
        "It learned nothing: it ranks patients no better than chance (AUROC {auroc:.2}), and its log-loss on the training rows, {loss:.3}, is not below {one_risk:.3}, which the same risk for everyone would have. Too large a step (learning_rate = {rate}), too short a training ({epochs} {passes}), or nothing to learn from in what the model sees.",
        "何も学んでいません。患者の順位づけは偶然と同じで（AUROC {auroc:.2}）、学習用の行での対数損失{loss:.3}は、全員に同じリスクを付けた場合の{one_risk:.3}を下回っていません。更新の歩幅が大きすぎる（learning_rate = {rate}）、学習が短すぎる（{epochs}回）、またはモデルの見ているものに手がかりがない可能性があります。"
    ))
}
