//! What a learner may see before anything is run: their rows, their pictures, what their listing says.

use super::job::RunError;
use crate::prepare;
use crate::synth::{Origin, Side, World};
use course::exercise::{Item, Question, QuestionKind};
use course::pack::Task;
use course::plan::Wanted;
use diagnostics::fault::Fault;
use diagnostics::text::Text;
use seed::Seed;
use tables::Frame;

/// What a learner may see of the rows that are theirs.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn learners_rows(task: &Task, seed: u64, file: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Frame, RunError> {
    let seed = Seed::new(seed);
    let world = World::new(&task.dataset, &task.exercise, seed, seed, file)?;
    Ok(world.visible(&world.rows(Side::Develop, &task.exercise.develop)?.table)?)
}

/// What the items of a question say in the learner's variant, in order; nothing where it asks for no several items.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn listed(
    task: &Task,
    question: &Question,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Text>, RunError> {
    let QuestionKind::Several(several) = &question.kind else { return Ok(Vec::new()) };
    let seed = Seed::new(seed);
    let truth = World::new(&task.dataset, &task.exercise, seed, seed, file)?.truth()?;
    let said = |item: &Item| -> Result<Text, RunError> {
        let Some((other, when)) = &item.other else { return Ok(item.text.clone()) };
        let Some(truth) = &truth else { return Ok(item.text.clone()) };
        let holds = sql::filter(truth, &when.value)
            .map_err(|fault| RunError::Author(vec![fault.in_place(when.place.clone())]))?;
        Ok(if holds.first() == Some(&true) { other.clone() } else { item.text.clone() })
    };
    several.items.iter().map(said).collect()
}

/// What a plan asks of the learner's rows that they do not have: told beside what is wrong with the plan itself.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn astray(
    task: &Task,
    wanted: &Wanted,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Fault>, RunError> {
    Ok(prepare::astray(wanted, &task.dataset, &learners_rows(task, seed, file)?))
}

/// Where the learner's signals come from, with the rows that they belong to; none where the data have none.
///
/// # Errors
/// The author's mistakes and our own failures.
pub fn learners_signals(
    task: &Task,
    seed: u64,
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Option<(Frame, Origin)>, RunError> {
    let seed = Seed::new(seed);
    let world = World::new(&task.dataset, &task.exercise, seed, seed, file)?;
    let drawn = world.rows(Side::Develop, &task.exercise.develop)?;
    let visible = world.visible(&drawn.table)?;
    Ok(drawn.signals.map(|signals| (visible, signals)))
}
