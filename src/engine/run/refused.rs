//! What a plan asks that its rows turn out not to allow.

use super::job::{Job, RunError, Stopped};
use crate::cohort;
use crate::train::TrainError;
use course::plan::{Calibrate, Plan, Threshold};
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use tables::Frame;
use target::Labels;

/// A batch that is written must not be larger than all training rows.
pub(super) fn batch_fits(plan: &Plan, most: usize) -> Result<(), Stopped> {
    let batch = plan.train.batch.value;
    if plan.train.batch.place.line.is_none() || batch <= most {
        return Ok(());
    }
    Err(Stopped::Invalid(vec![plan.train.batch.fault(
        Id::OutOfRange,
        text!("batch = {batch}, but {most} training rows", "学習用の行が{most}行なのに batch = {batch}"),
        text!("1 to {most}, or 0 for all at once", "1以上{most}以下、または0（すべてを一度に）"),
    )]))
}

/// Why a training came to no model: its steps were too large, or whoever watches ended it.
pub(super) fn untrained(plan: &Plan, error: &TrainError) -> Stopped {
    let TrainError::Diverged { epoch } = error else { return Stopped::Run(RunError::Ended) };
    let rate = plan.train.learning_rate;
    Stopped::Invalid(vec![Fault::new(
        Id::Diverged,
        plan.section.table("train").place_of("learning_rate"),
        text!(
            "learning_rate = {rate}, with which the loss became infinite in epoch {epoch}",
            "learning_rate = {rate} では、{epoch}回目で損失が無限大になりました"
        ),
        Text::new("a smaller step, such as 0.01", "より小さい値（例：0.01）"),
    )])
}

/// The validation rows on which calibration and threshold are fitted; `labels` are those of every row.
pub(super) fn operate_rows(
    job: &Job,
    visible: &Frame,
    valid: &[usize],
    labels: &Labels,
) -> Result<Vec<usize>, Stopped> {
    let plan = &job.submission.plan;
    let Some(condition) = &plan.operate.on else { return Ok(valid.to_vec()) };
    let met = cohort::filter(visible, condition).map_err(|fault| Stopped::Invalid(vec![fault]))?;
    let rows: Vec<usize> = valid.iter().copied().filter(|&row| met[row]).collect();
    let fits =
        plan.operate.calibrate.value != Calibrate::None || !matches!(plan.operate.threshold.value, Threshold::Fixed(_));
    let (n, met) = (valid.len(), rows.len());
    if fits && rows.is_empty() {
        let found =
            text!("0 of the {n} validation rows meet the condition", "検証用の{n}行のうち、条件を満たす行が0行です");
        let expected = Text::new(
            "a condition that leaves validation rows (see [split] valid)",
            "検証用の行が残る条件（[split]のvalidも見直してください）",
        );
        let there = tables::take(visible, valid)?;
        return Err(Stopped::Invalid(vec![cohort::unmet(&there, condition, found, expected)]));
    }
    if let Some(value) = labels.only(&rows).filter(|_| fits) {
        let label = job.task.dataset.label();
        return Err(Stopped::Invalid(vec![condition.fault(
            Id::OneClass,
            text!(
                "one class only: all {met} of the {n} validation rows that meet the condition have {label} = {value}",
                "検証用の{n}行のうち条件を満たす{met}行すべてが {label} = {value} で、片方のクラスしかありません"
            ),
            Text::new(
                "rows with and without the outcome, to fit calibration and threshold on",
                "較正と閾値を決められるよう、転帰が陽性の行と陰性の行の両方が残る条件",
            ),
        )]));
    }
    Ok(rows)
}
