//! From hand-ins to results: what is to be done, by whom, and what is kept.

use std::collections::{BTreeMap, BTreeSet};

use app::ending::Ending;
use app::job::{self, Judge, Record};
use course::content;
use course::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::check::Verdict;
use engine::models;
use report::json::AtFault;

use crate::executor::{Done, Executor, Task};
use crate::folder::Class;
use crate::intake::HandIn;
use crate::intake::files::Found;
use crate::intake::people::Person;
use crate::moment::Moment;
use crate::settings::Assignment;
use crate::store::{Doubt, Edition, Intake, Store, Submission, digest};

/// How often one submission is tried in one call, where the failure is ours.
const TRIES: usize = 2;

/// The edition of each exercise as it is now, whether it is graded with or not.
///
/// # Errors
/// An exercise that the course has not, or that cannot be read; instructions that this machine has not.
pub fn editions(class: &Class, pack: &Pack) -> Result<BTreeMap<String, Edition>, Ending> {
    let kernel = &class.settings.kernel;
    models::force(kernel).map_err(|here| {
        let here = here.join(", ");
        let place = Place { key: Some("kernel".to_owned()), ..Place::file(crate::settings::FILE) };
        let found =
            text!("the instructions \"{kernel}\", which this machine has not", "この機械にない命令セット \"{kernel}\"");
        Ending::Faults(vec![Fault::new(Id::UnknownWord, place, found, text!("one of {here}", "{here} のいずれか"))])
    })?;
    let mut all = BTreeMap::new();
    for Assignment { id, text_points, .. } in &class.settings.exercises {
        let task = pack.task(&id.value).map_err(|faults| {
            let is_unknown = !pack.exercises().contains(&id.value);
            if is_unknown {
                let (name, list) = (&id.value, pack.exercises().join(", "));
                let fault = id.fault(
                    Id::UnknownExercise,
                    text!("no exercise \"{name}\"", "演習 \"{name}\" はありません"),
                    text!("one of {list}", "{list} のいずれか"),
                );
                Ending::Faults(vec![fault.near(name, pack.exercises().iter().map(String::as_str))])
            } else {
                Ending::Author(faults)
            }
        })?;
        if *text_points > 0.0 && task.exercise.memo.is_none() {
            let (name, given) = (&id.value, text_points);
            let place = Place { key: Some("text_points".to_owned()), ..id.place.clone() };
            let found = text!(
                "{given} points for a decision in words, for which {name} does not ask",
                "記述に{given}点が指定されていますが、{name} に記述の問いはありません"
            );
            let expected = Text::new(
                "no text_points for this exercise; points change what a full mark is worth",
                "この演習では text_points を書かないでください（満点を変えるには points を使います）",
            );
            return Err(Ending::Faults(vec![Fault::new(Id::Refused, place, found, expected)]));
        }
        all.insert(
            id.value.clone(),
            Edition {
                exercise: id.value.clone(),
                number: 0,
                reference: task.exercise.reference(),
                digest: content::of_task(pack, &task).map_err(Ending::Author)?.to_string(),
                engine: engine::DIGEST.to_owned(),
                kernel: kernel.clone(),
                points: task.exercise.points(),
            },
        );
    }
    Ok(all)
}

/// What a hand-in becomes in the store, for each learner whose it is; nothing where a person must look first.
pub fn taken(class: &Class, hand_in: &HandIn, now: Moment) -> Vec<Submission> {
    let Person::Matched { learners, team, .. } = &hand_in.person else { return Vec::new() };
    let of = |learner: &String| {
        let base = Submission {
            learner: learner.clone(),
            team: team.clone(),
            received: hand_in.received,
            taken: now,
            label: hand_in.label.clone(),
            ..Submission::default()
        };
        match &hand_in.found {
            Found::Work(work) => Some(Submission {
                exercise: work.exercise.clone(),
                files: work.files.clone(),
                notes: work.notes.clone(),
                plan: work.plan.clone(),
                answers: work.answers.clone(),
                variant: work.variant.clone(),
                effort: work.effort,
                ..base
            }),
            Found::Invalid(exercise, fault) => {
                let only =
                    || (class.settings.exercises.len() == 1).then(|| class.settings.exercises[0].id.value.clone());
                let exercise = exercise.clone().or_else(only)?;
                Some(Submission { exercise, invalid: Some(fault.clone()), ..base })
            }
            Found::Unclear(_) => None,
        }
    };
    learners.iter().filter_map(of).collect()
}

/// Why a person must look at a hand-in before anything is made of it; none where it is clear.
pub fn doubtful(class: &Class, hand_in: &HandIn) -> Option<Text> {
    match (&hand_in.person, &hand_in.found) {
        (Person::Unmatched(why) | Person::Doubtful(_, why), _) | (_, Found::Unclear(why)) => Some(why.clone()),
        (Person::Matched { .. }, Found::Invalid(None, fault)) if class.settings.exercises.len() > 1 => {
            let (en, ja) = (&fault.found.en, &fault.found.ja);
            Some(text!("{en}; of which exercise is not known", "{ja}（どの演習の提出か分かりません）"))
        }
        _ => None,
    }
}

/// What was read in one call, as the store takes it.
pub fn intake(class: &Class, hand_ins: &[HandIn], now: Moment) -> Intake {
    let mut all = Intake { single: class.settings.exercises.len() == 1, ..Intake::default() };
    for hand_in in hand_ins {
        all.seen.push((hand_in.label.clone(), hand_in.content.clone()));
        if let Some(why) = doubtful(class, hand_in) {
            let learners = match &hand_in.person {
                Person::Matched { learners, .. } | Person::Doubtful(learners, _) => learners.clone(),
                Person::Unmatched(_) => Vec::new(),
            };
            let (label, content, exercise) = (hand_in.label.clone(), hand_in.content.clone(), hand_in.exercise.clone());
            all.doubts.push(Doubt { label, content, learners, exercise, why, taken: now, ..Doubt::default() });
            continue;
        }
        let submissions = taken(class, hand_in, now);
        all.sure.extend(submissions.iter().map(|one| (hand_in.label.clone(), one.exercise.clone())));
        all.submissions.extend(submissions);
    }
    all
}

/// What a submission's result is kept by in an edition.
pub fn key(class: &Class, submission: &Submission, edition: &Edition) -> String {
    let (seed, exam) = class.draws(&submission.learner, submission.team.as_deref(), &submission.exercise);
    let (content, seed) = (submission.content(), seed.to_string());
    let Edition { reference, digest: of, engine, kernel, .. } = edition;
    let usual = digest([&content, reference, of, engine, kernel, &seed, &exam].map(|part| Some(part.as_str())));
    // What was too long for the usual budget is another question once long trainings are allowed.
    if is_long(class, submission) { digest([Some(usual.as_str()), Some("long")]) } else { usual }
}

/// Whether trainings beyond the usual budget are allowed.
fn is_long(class: &Class, submission: &Submission) -> bool {
    class.settings.assignment(&submission.exercise).is_some_and(|asked| asked.long)
}

/// The job of a submission.
fn job(class: &Class, submission: &Submission, edition: &Edition) -> Judge {
    let (seed, exam) = class.draws(&submission.learner, submission.team.as_deref(), &submission.exercise);
    let limits = class.settings.limits;
    let is_linux = cfg!(target_os = "linux");
    Judge {
        course: class.course().map(|course| std::path::absolute(&course).unwrap_or(course)),
        exercise: edition.reference.clone(),
        digest: Some(edition.digest.clone()).filter(|digest| !digest.is_empty()),
        // Whoever handed in before a regrade could not know of the later version.
        any_version: edition.number > 1,
        plan: submission.plan.clone(),
        answers: submission.answers.clone(),
        seed,
        exam: None,
        exam_key: Some(exam),
        long: is_long(class, submission),
        // A worker holds itself to them where that can be done.
        limits: job::Limits {
            cpu_seconds: is_linux.then_some(limits.cpu_seconds),
            memory_mb: is_linux.then_some(limits.memory_mb),
            file_mb: is_linux.then_some(limits.file_mb),
        },
        cache: None,
    }
}

/// What is to be graded yet in these editions: what was never, and what failed through no fault of the learner's.
///
/// # Errors
/// The store's.
pub fn pending(class: &Class, store: &Store, editions: &BTreeMap<String, Edition>) -> Result<Vec<Task>, Ending> {
    let outcomes = store.outcomes()?;
    let mut seen = BTreeSet::new();
    let mut tasks = Vec::new();
    for submission in store.submissions()? {
        let Some(edition) = editions.get(&submission.exercise) else { continue };
        if submission.invalid.is_some() || class.roster.learner(&submission.learner).is_none() {
            continue;
        }
        let key = key(class, &submission, edition);
        let is_open = outcomes.get(&key).is_none_or(|outcome| outcome.verdict == Verdict::Error);
        if is_open && seen.insert(key.clone()) {
            tasks.push(Task { key, job: job(class, &submission, edition) });
        }
    }
    Ok(tasks)
}

/// How far grading has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Submissions that have a result now.
    pub done: usize,
    /// Submissions that were to be graded.
    pub of: usize,
    /// Of those done, the ones that passed.
    pub passed: usize,
    /// Failures of ours.
    pub errors: usize,
}

/// Grades what is pending, and keeps each result as it comes.
///
/// # Errors
/// A disk that cannot be written, an executor that cannot work.
pub fn grade(
    store: &Store,
    tasks: Vec<Task>,
    executor: &dyn Executor,
    stop: &(dyn Fn() -> bool + Sync),
    tell: &mut dyn FnMut(Tally),
) -> Result<Tally, Ending> {
    let mut told = Tally { of: tasks.len(), ..Tally::default() };
    let mut left = tasks;
    tell(told);
    for again in (0..TRIES).rev() {
        let jobs: BTreeMap<String, Judge> = left.iter().map(|task| (task.key.clone(), task.job.clone())).collect();
        let mut failed: Vec<Task> = Vec::new();
        executor.run(std::mem::take(&mut left), stop, &mut |key, done| {
            let Some(job) = jobs.get(key) else { return Ok(()) };
            let record = match done {
                Done::Record(record) => *record,
                Done::Lost(why) => lost(job, why),
            };
            store.keep(key, &record)?;
            if record.verdict == Verdict::Error && again > 0 {
                failed.push(Task { key: key.to_owned(), job: job.clone() });
                return Ok(());
            }
            told.done += 1;
            told.passed += usize::from(record.verdict == Verdict::Passed);
            told.errors += usize::from(record.verdict == Verdict::Error);
            tell(told);
            Ok(())
        })?;
        left = failed;
        if left.is_empty() || stop() {
            break;
        }
    }
    Ok(told)
}

/// The record of a worker that left none.
fn lost(job: &Judge, why: Text) -> Record {
    let expected = Text::new("a record; it will be tried again", "採点の結果（次の採点でもう一度試します）");
    Record {
        schema: job::RECORD.to_owned(),
        engine: engine::name(),
        exercise: job.exercise.clone(),
        digest: String::new(),
        seed: job.seed,
        exam: None,
        verdict: Verdict::Error,
        at_fault: Some(AtFault::Program),
        points: 0,
        of: 0,
        faults: vec![Fault::new(Id::Unreadable, Place::file("worker"), why, expected)],
        assumed: Vec::new(),
        read: None,
        record: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Judges without training: fails where the plan says so, and the first time wherever it says `crash`.
    struct Fake(RefCell<BTreeMap<String, usize>>);

    impl Executor for Fake {
        fn run(
            &self,
            tasks: Vec<Task>,
            stop: &(dyn Fn() -> bool + Sync),
            done: &mut dyn FnMut(&str, Done) -> Result<(), Ending>,
        ) -> Result<(), Ending> {
            for task in tasks {
                if stop() {
                    return Ok(());
                }
                let times = self.0.borrow_mut().entry(task.key.clone()).and_modify(|n| *n += 1).or_insert(1).to_owned();
                let plan = task.job.plan.clone().unwrap_or_default();
                let outcome = if plan == "always" || plan == "crash" && times == 1 {
                    Done::Lost(Text::same("no"))
                } else {
                    let mut record = lost(&task.job, Text::same(""));
                    record.verdict = if plan == "wrong" { Verdict::Failed } else { Verdict::Passed };
                    Done::Record(Box::new(record))
                };
                done(&task.key, outcome)?;
            }
            Ok(())
        }
    }

    fn task(plan: &str) -> Task {
        let job = serde_json::json!({ "exercise": "a@1", "plan": plan, "seed": 1 });
        Task { key: plan.to_owned(), job: serde_json::from_value(job).unwrap() }
    }

    #[test]
    fn our_failures_are_tried_again_and_never_become_a_verdict() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let fake = Fake(RefCell::default());
        let tasks = ["right", "wrong", "crash", "always"].map(task).to_vec();
        let told = grade(&store, tasks, &fake, &|| false, &mut |_| {}).unwrap();
        assert_eq!(told, Tally { done: 4, of: 4, passed: 2, errors: 1 });
        let outcomes = store.outcomes().unwrap();
        assert_eq!((outcomes["crash"].verdict, outcomes["crash"].tries), (Verdict::Passed, 2));
        assert_eq!((outcomes["always"].verdict, outcomes["always"].tries), (Verdict::Error, 2));
        assert_eq!(fake.0.borrow()["right"], 1);
    }
}
