//! A run as data: what is asked of a process of its own (`practicum worker`), and what it leaves behind. Whoever trains many plans, or
//! must be able to end one at once, hands out jobs and reads records.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ending::Ending;
use crate::learner::desk::{self, Desk};
use crate::learner::hand_in::{ANSWERS, PLAN};
use crate::learner::practice::{self, Practice};
use crate::learner::shelf::Shelf;
use crate::learner::variant;
use course::answers::Expected;
use course::content;
use course::exercise::Exercise;
use course::mistakes;
use course::pack::{self, Content, Pack, Submission, Task};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::check::{self, Figure, Verdict};
use engine::models::VOCABULARY;
use engine::record;
use engine::run::{AskedOne, One, Watch};
use engine::withhold;
use report::json;
use report::json::{AtFault, Subject};

/// The version of [`Judge`]; raised when a key changes its meaning or goes.
pub const JOB: &str = "practicum.job/1";

/// The version of [`Record`].
pub const RECORD: &str = "practicum.record/1";

/// The version of [`Practice`].
pub const PRACTICE: &str = "practicum.practice/2";

/// The largest job that is read, in bytes: two files that a learner handed in, as JSON holds them, a sign of theirs in up to six bytes.
pub const LARGEST: u64 = 2 * 6 * disk::HAND_IN + (1 << 20);

/// What may be asked of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema")]
pub enum Job {
    /// Judge what was handed in; nothing of the learner's is read or written.
    #[serde(rename = "practicum.job/1")]
    Judge(Box<Judge>),
    /// Run or check a plan where a learner works, or give the exercise up, and keep the result there.
    #[serde(rename = "practicum.practice/2")]
    Practise(Practice),
    /// Ask the model of a learner's plan about one of their rows.
    #[serde(rename = "practicum.ask/1")]
    Ask(Ask),
}

/// A question to the model of a learner's plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The folder in which they stand; absolute.
    pub here: PathBuf,
    /// The course folder that they named.
    #[serde(default)]
    pub course: Option<PathBuf>,
    /// The exercise's id.
    pub exercise: String,
    /// What is asked.
    pub asked: AskedOne,
}

/// What the model tells, or what is wrong with the question.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Answered {
    /// What it tells.
    pub one: Option<One>,
    /// What is wrong with the question, or with the plan.
    pub faults: Vec<Fault>,
}

/// A submission that is to be judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    /// The course folder; the program's own course where there is none.
    #[serde(default)]
    pub course: Option<PathBuf>,
    /// The exercise, with its version (`sepsis-alarm@4`) where it must be that one.
    pub exercise: String,
    /// The digest of what decides the exercise's results ([`Record::digest`]) where it must be that one: a course may have changed since
    /// the job was written, or lie otherwise on another machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whether files that were made for another version of the exercise are judged too: where what was handed in is graded anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any_version: bool,
    /// What `plan.toml` holds, as text: TOML is UTF-8, so nothing of a file that can be graded is lost, and who reads the job reads the
    /// plan. A file that is no text never becomes a job; its learner is told so at the intake. None where nothing was handed in under that name.
    #[serde(default)]
    pub plan: Option<String>,
    /// What `answers.toml` holds.
    #[serde(default)]
    pub answers: Option<String>,
    /// The seed of the learner's data and of the training's chance.
    pub seed: u64,
    /// The seed of the patients who judge; none trains and measures only.
    #[serde(default)]
    pub exam: Option<u64>,
    /// A key of the grader's for this learner: where there is one, the exam's seed is made from it and the plan, and not `exam`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exam_key: Option<String>,
    /// Whether a training beyond the usual budget is asked for.
    #[serde(default)]
    pub long: bool,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// A folder in which fitted models are kept, so that the same plan is trained once.
    #[serde(default)]
    pub cache: Option<PathBuf>,
}

/// What a worker may use; none is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Seconds of processor time, over all threads.
    #[serde(default)]
    pub cpu_seconds: Option<u64>,
    /// Megabytes (10⁶ bytes) of address space.
    #[serde(default)]
    pub memory_mb: Option<u64>,
    /// Megabytes of the largest file that it writes.
    #[serde(default)]
    pub file_mb: Option<u64>,
}

/// What became of a submission: verdicts and figures. It holds no sentence of the exercise, which may be mended afterwards.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD`].
    pub schema: String,
    /// The engine that judged, with the instruction set.
    pub engine: String,
    /// The exercise with its version.
    pub exercise: String,
    /// The digest of what decides the exercise's results; empty where the exercise could not be read.
    pub digest: String,
    /// The seed of the learner's data.
    pub seed: u64,
    /// The seed of the patients who judged.
    pub exam: Option<u64>,
    /// `passed`, `failed`, `not_attempted`, `invalid` (what was handed in cannot be run), `error` (not of the learner's making).
    pub verdict: Verdict,
    /// With `error`, where the fault lies: `exercise`, `disk`, `program`.
    pub at_fault: Option<AtFault>,
    /// Points reached; zero where nothing was judged.
    pub points: i64,
    /// Points that there are.
    pub of: i64,
    /// What is wrong with what was handed in, or with the exercise.
    pub faults: Vec<Fault>,
    /// What was assumed of what was handed in.
    pub assumed: Vec<Text>,
    /// What was read of the files; none where they cannot be.
    #[serde(default)]
    pub read: Option<Read>,
    /// The figures and the story.
    pub record: Option<record::Record>,
}

/// What was read of a submission, for whoever must not open files of unknown people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// A digest of what the plan says.
    pub plan: String,
    /// What the plan decides, by key.
    pub decisions: BTreeMap<String, String>,
    /// The answers, as they are written.
    pub answers: BTreeMap<String, String>,
    /// The decision in the learner's own words.
    pub memo: Option<String>,
    /// The wrong solution that the plan resembles.
    pub resembles: Option<String>,
    /// By question that is asked before the first run, whether what was expected came; none where "I do not know" was said.
    pub expected: BTreeMap<String, Option<bool>>,
}

/// Does a job, and gives what is to be written: a [`Record`], or [`practice::Practised`]. `None` where whoever watches ended it.
pub fn work(job: &Job, content: &'static Content, watch: &mut dyn Watch) -> Option<Value> {
    let value = match job {
        Job::Judge(judge) => serde_json::to_value(judged(judge, content, watch)?),
        Job::Practise(practice) => serde_json::to_value(practice::practise(practice, content, watch)),
        Job::Ask(ask) => serde_json::to_value(asked(ask, content, watch)?),
    };
    // Strings and finite numbers only: nothing here can fail to be written.
    Some(value.unwrap_or_else(|error| Value::from(error.to_string())))
}

fn asked(ask: &Ask, content: &'static Content, watch: &mut dyn Watch) -> Option<Answered> {
    let desk = Desk { here: ask.here.clone(), course: ask.course.clone(), content };
    let answer = desk
        .begun("try", Some(&ask.exercise), &mut Subject::default())
        .and_then(|placed| placed.ask(&placed.submission()?, &ask.asked, watch));
    match answer {
        Ok(one) => Some(Answered { one: Some(one), faults: Vec::new() }),
        Err(Ending::Ended) => None,
        Err(ending) => Some(Answered { one: None, faults: ending.told().1 }),
    }
}

fn judged(job: &Judge, content: &'static Content, watch: &mut dyn Watch) -> Option<Record> {
    let mut record = Record {
        schema: RECORD.to_owned(),
        engine: engine::name(),
        exercise: job.exercise.clone(),
        digest: String::new(),
        seed: job.seed,
        exam: job.exam,
        verdict: Verdict::Error,
        at_fault: None,
        points: 0,
        of: 0,
        faults: Vec::new(),
        assumed: Vec::new(),
        read: None,
        record: None,
    };
    if let Err(ending) = judge(job, content, watch, &mut record) {
        if matches!(ending, Ending::Ended) {
            return None;
        }
        let (at_fault, faults) = ending.told();
        record.faults = faults;
        record.verdict = if at_fault == AtFault::Input { Verdict::Invalid } else { Verdict::Error };
        record.at_fault = (at_fault != AtFault::Input).then_some(at_fault);
    }
    Some(record)
}

fn judge(job: &Judge, content: &'static Content, watch: &mut dyn Watch, record: &mut Record) -> Result<(), Ending> {
    let desk = Desk { here: PathBuf::new(), course: job.course.clone(), content };
    let pack: Pack = desk.pack()?;
    let (id, version) = job.exercise.split_once('@').unwrap_or((&job.exercise, ""));
    // Which exercise is graded is the grader's word, not the learner's: what is wrong with it is never theirs.
    let task = pack.task(id).map_err(Ending::Author)?;
    record.exercise = task.exercise.reference();
    record.of = task.exercise.points();
    record.digest = content::of_task(&pack, &task).map_err(Ending::Author)?.to_string();
    if !version.is_empty() && record.exercise != job.exercise {
        let (there, asked) = (&record.exercise, &job.exercise);
        let found = text!("{there} in this course", "このコースにあるのは {there}");
        let expected = text!("{asked}, as the job asks", "ジョブが求める {asked}");
        return Err(Ending::Author(vec![Fault::new(Id::Mismatch, Place::file("exercise"), found, expected)]));
    }
    if let Some(asked) = job.digest.as_ref().filter(|asked| **asked != record.digest) {
        let (id, there, asked) = (&record.exercise, short(&record.digest), short(asked));
        let found = text!(
            "another {id} in this course than the job was written for (its digest is {there})",
            "このコースの {id} は、ジョブを作ったときのものと異なります（ダイジェスト {there}）"
        );
        let expected = text!(
            "the one with the digest {asked}: the same course folder on every machine, unchanged while jobs run",
            "ダイジェストが {asked} のもの（どの機械でも同じ教材フォルダーを使い、実行中は変更しないでください）"
        );
        return Err(Ending::Author(vec![Fault::new(Id::Mismatch, Place::file("exercise"), found, expected)]));
    }
    let named = if job.any_version { version_of(&task.exercise, job) } else { None };
    let submission = pack::submission(
        &VOCABULARY,
        named.as_ref().unwrap_or(&task.exercise),
        (PLAN, job.plan.as_deref().map(str::as_bytes)),
        (ANSWERS, job.answers.as_deref().map(str::as_bytes)),
    )?;
    record.assumed.clone_from(&submission.assumed);
    record.read = Some(read(&submission));
    let plan = content::of_plan(&submission);
    record.exam = job.exam_key.as_deref().map(|key| variant::graded(key, plan)).or(job.exam);
    let shelf = job.cache.as_deref().map(Shelf::of);
    let shelf = shelf.as_ref().map(|shelf| shelf as &dyn engine::run::Shelf);
    let run = desk::engine((&pack, &task), &submission, (job.seed, record.exam), (job.long, shelf), watch)?;
    record.verdict = check::overall(&run.outcomes);
    if run.outcomes.is_empty() {
        record.verdict = Verdict::NotAttempted;
    }
    (record.points, record.of) = check::score(&run.outcomes);
    record.at_fault = (record.verdict == Verdict::Error).then_some(AtFault::Exercise);
    record.faults = run.outcomes.iter().filter_map(|outcome| outcome.fault.clone()).collect();
    if let Some(read) = &mut record.read {
        let failed: BTreeSet<String> =
            run.outcomes.iter().filter(|o| o.verdict == Verdict::Failed).map(|o| o.id.clone()).collect();
        let known = mistakes::of(&pack, &VOCABULARY, &task.exercise).unwrap_or_default();
        let resembled = mistakes::resembled(&known, &task.exercise, &submission.plan, &failed);
        read.resembles = resembled.map(|mistake| mistake.id.clone());
        read.expected = held(&task, &submission, &run.record.came);
    }
    record.record = Some(run.record);
    Ok(())
}

/// So much of a digest as people compare.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// The exercise under the version for which files say that they were made.
fn version_of(exercise: &Exercise, job: &Judge) -> Option<Exercise> {
    let said = |text: &String| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix("exercise")?.trim().strip_prefix('='))?;
        let (id, version) = line.trim().trim_start_matches(['"', '\'']).split_once('@')?;
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        (id == exercise.id).then(|| digits.parse().ok()).flatten()
    };
    let version = job.plan.as_ref().and_then(said).or_else(|| job.answers.as_ref().and_then(said))?;
    Some(Exercise { version, ..exercise.clone() })
}

fn read(submission: &Submission) -> Read {
    Read {
        plan: content::of_plan(submission).to_string(),
        decisions: content::decisions(&submission.plan),
        answers: submission.answers.iter().map(|(id, answer)| (id.clone(), withhold::written(answer))).collect(),
        memo: submission.unjudged.memo.clone(),
        ..Read::default()
    }
}

/// Whether what was expected came, of questions about this plan.
fn held(task: &Task, submission: &Submission, came: &[(String, Figure)]) -> BTreeMap<String, Option<bool>> {
    let of = |(id, expected): (&String, &Expected)| {
        task.exercise.before.iter().find(|question| question.id == *id && !question.of_starter)?;
        let (_, figure) = came.iter().find(|(asked, _)| asked == id)?;
        let held = match (expected, figure) {
            (Expected::Range(low, high), Figure::Number(x)) => Some((*low..=*high).contains(x)),
            (Expected::Choice(word, _), Figure::Word(found)) => Some(word == found),
            _ => None,
        };
        Some((id.clone(), held))
    };
    submission.unjudged.expected.iter().filter_map(of).collect()
}

/// What happens on the way, as one line of JSON.
pub fn told(event: engine::run::Event) -> Value {
    use engine::run::Event;
    match event {
        Event::Drawing => serde_json::json!({ "event": "drawing" }),
        Event::Judging => serde_json::json!({ "event": "judging" }),
        Event::Trained(epoch) => serde_json::json!({
            "event": "trained", "epoch": epoch.number, "of": epoch.of,
            "train_loss": json::number(epoch.train_loss), "valid_loss": epoch.valid_loss.map(json::number),
        }),
    }
}
