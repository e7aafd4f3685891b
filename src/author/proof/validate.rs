//! Proof that an exercise is right: its files fit together, its texts are whole, nothing leaks, its reference passes with full marks,
//! its starter does not, and every wrong solution fails exactly the checks that name its mistake.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::automatic::{self, Alarm};
use super::cache::Cache;
use super::cause::{self, File, Half};
use super::job::{self, Ask, TRIALS, Trials};
use super::proved;
use super::trial::{self, Made, Proof, Ran, Trial};
use super::work;
use crate::finding::{Finding, Rule};
use crate::reading::{self, Role, Solution, Written};
use crate::rules::{self, Material, language, leaks};
use app::ending::Ending;
use course::answers::Answer;
use course::content::Digest;
use course::courses;
use course::exercise::{Check, QuestionKind};
use course::pack::{PLAN, Pack, STARTER};
use diagnostics::fault::{Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::check::{self, Figure, Judged, Verdict};
use engine::run::{self, RunError};
use engine::synth::{Side, World};

/// What one run of the reference may take of a processor's time, in seconds.
pub const SECONDS: f64 = 60.0;

/// What one run of the reference may take of memory, in bytes.
pub const BYTES: u64 = 1_000_000_000;

/// What a run in a process of its own took and gave.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Once {
    /// All results in one digest.
    pub digest: String,
    /// Seconds of processor time, over all threads.
    pub seconds: f64,
    /// The most memory that it held, in bytes.
    pub bytes: u64,
}

/// How to validate.
pub struct Settings<'a> {
    /// The seed of the data and of the training's chance.
    pub seed: u64,
    /// How many solutions run at once.
    pub at_once: usize,
    /// Where results are kept; nowhere for a fresh validation.
    pub cache: Option<PathBuf>,
    /// The engine that gives the results: another engine, other results.
    pub engine: String,
    /// Runs solutions in a process of its own.
    pub ask: &'a Ask<'a>,
}

/// What was tried, and what was found, of one exercise.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The exercise.
    pub id: String,
    /// Each solution that was run.
    pub tried: Vec<Tried>,
    /// What the reference took in a process of its own.
    pub once: Option<Once>,
    /// What was found, by file and line.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether the exercise is right; remarks do not count.
    pub fn is_valid(&self) -> bool {
        self.findings.iter().all(|finding| finding.note)
    }
}

/// A solution that was run.
#[derive(Clone, Debug)]
pub struct Tried {
    /// `solution`, `starter` or `wrong/<mistake>`.
    pub folder: String,
    /// Points and attainable points.
    pub score: (i64, i64),
    /// The checks that failed.
    pub failed: Vec<String>,
    /// Whether it was run before, and nothing has changed since.
    pub known: bool,
}

/// Something that takes time and was done.
#[derive(Clone, Debug)]
pub struct Done {
    /// The exercise.
    pub id: String,
    /// What was done: a solution's folder, or what was looked at.
    pub what: String,
    /// How many pieces are done, and how many there are.
    pub of: (usize, usize),
}

/// An exercise on its way.
struct Way<'w> {
    written: &'w Written,
    alarms: Vec<Alarm>,
    cache: Cache,
    /// Which solutions were known before the first piece: two that ask for the same work would otherwise be told by who was first.
    kept: Vec<bool>,
    /// The drawn world, while pieces of this exercise are left.
    world: Mutex<(usize, Option<Arc<World<'w>>>)>,
}

enum Piece {
    Texts,
    Solution(usize),
    Alarm(usize),
    Alone,
    Once(usize),
}

enum Outcome {
    Findings(Vec<Finding>),
    Tried(usize, Option<(Trial, bool)>, Vec<Finding>, Vec<Half>),
    Once(usize, Option<Once>, Vec<Finding>),
}

/// What was found of a course.
#[derive(Clone, Debug, Default)]
pub struct Validated {
    /// What is wrong with `courses.toml`; looked at where all exercises are.
    pub course: Vec<Finding>,
    /// What was found of each exercise.
    pub reports: Vec<Report>,
}

impl Validated {
    /// Whether all of it is right.
    pub fn is_valid(&self) -> bool {
        self.course.is_empty() && self.reports.iter().all(Report::is_valid)
    }
}

/// Validates the exercises that are asked for or, where none is, the whole course.
///
/// # Errors
/// A name that no exercise has; our own failures. The author's mistakes are in what is given.
pub fn asked(
    pack: &Pack,
    ids: &[String],
    settings: &Settings,
    tell: &mut dyn FnMut(&Done),
) -> Result<Validated, Ending> {
    let reports = validate(pack, &reading::asked(pack, ids)?, settings, tell)?;
    let course = if ids.is_empty() { course(pack) } else { Vec::new() };
    Ok(Validated { course, reports })
}

/// Validates exercises, side by side.
///
/// # Errors
/// Our own failures; the author's mistakes are in the reports.
pub fn validate(
    pack: &Pack,
    ids: &[String],
    settings: &Settings,
    tell: &mut dyn FnMut(&Done),
) -> Result<Vec<Report>, RunError> {
    let mut reports: Vec<Report> = ids.iter().map(|id| Report { id: id.clone(), ..Report::default() }).collect();
    let read: Vec<Option<Written>> =
        reports.iter_mut().map(|report| reading::read(pack, &report.id, &mut report.findings)).collect();
    let ways: Vec<Option<Way>> = read.iter().map(|written| Some(way(pack, written.as_ref()?, settings))).collect();
    let found: Vec<bool> = reports.iter().map(|report| !report.findings.is_empty()).collect();
    let first = each(&ways, |way| {
        let solutions = (0..way.written.solutions.len()).map(Piece::Solution);
        let alarms = (0..way.alarms.len()).map(Piece::Alarm);
        std::iter::once(Piece::Texts).chain(solutions).chain(alarms).collect()
    });
    // What a process of its own says counts once nothing else is wrong.
    let last = each(&ways, |_| vec![Piece::Once(1), Piece::Once(2)]);
    let mut last: Vec<(usize, Piece)> = last.into_iter().filter(|(i, _)| !found[*i]).collect();
    let total = first.len() + last.len() + ways.iter().flatten().count();
    let mut done = 0;
    let mut each_told = |(i, piece): &(usize, Piece)| {
        done += 1;
        let Some(way) = &ways[*i] else { return };
        let what = match piece {
            Piece::Texts => "texts".to_owned(),
            Piece::Solution(n) => way.written.solutions[*n].folder.clone(),
            Piece::Alarm(n) => way.alarms[*n].solution.folder.clone(),
            Piece::Alone => "starter, with the answers of the solution".to_owned(),
            Piece::Once(threads) => format!("solution, {threads} threads"),
        };
        tell(&Done { id: way.written.task.exercise.id.clone(), what, of: (done, total) });
    };
    let work = |(i, piece): &(usize, Piece)| {
        let Some(way) = &ways[*i] else { return Ok(Outcome::Findings(Vec::new())) };
        let result = one(pack, way, piece, settings);
        if piece.draws() {
            way.finished();
        }
        result
    };
    let mut trials: Vec<Vec<(usize, Trial)>> = ways.iter().map(|_| Vec::new()).collect();
    let mut halves: Vec<Vec<Half>> = ways.iter().map(|_| Vec::new()).collect();
    let results = work::side_by_side(&first, settings.at_once, work, |piece, _| each_told(piece));
    for ((i, _), result) in first.iter().zip(results) {
        let (report, Some(way)) = (&mut reports[*i], &ways[*i]) else { continue };
        match result? {
            Outcome::Tried(n, trial, findings, of_halves) => {
                report.findings.extend(findings);
                halves[*i].extend(of_halves);
                let Some((trial, known)) = trial else { continue };
                let folder = way.written.solutions[n].folder.clone();
                let score = trial.score(&way.written.task.exercise.checks);
                report.tried.push(Tried { folder, score, failed: trial.failed(), known });
                trials[*i].push((n, trial));
            }
            Outcome::Findings(findings) | Outcome::Once(_, _, findings) => report.findings.extend(findings),
        }
    }
    for (i, report) in reports.iter_mut().enumerate() {
        let Some(way) = ways[i].as_ref().filter(|_| !trials[i].is_empty()) else { continue };
        // Which check catches nobody is known once every solution was read and run.
        let whole = trials[i].len() == way.written.solutions.len() && !found[i];
        report.findings.extend(verdicts(way.written, &trials[i], whole));
        report.findings.extend(cause::causes(way.written, &trials[i], &halves[i]));
    }
    last.retain(|(i, _)| reports[*i].is_valid());
    last.extend(each(&ways, |_| vec![Piece::Alone]));
    let results = work::side_by_side(&last, settings.at_once, work, |piece, _| each_told(piece));
    let mut onces: Vec<Vec<(usize, Once)>> = ways.iter().map(|_| Vec::new()).collect();
    for ((i, _), result) in last.iter().zip(results) {
        match result? {
            Outcome::Once(threads, once, findings) => {
                reports[*i].findings.extend(findings);
                onces[*i].extend(once.map(|once| (threads, once)));
            }
            Outcome::Findings(findings) | Outcome::Tried(_, _, findings, _) => reports[*i].findings.extend(findings),
        }
    }
    for (i, report) in reports.iter_mut().enumerate() {
        let Some(way) = &ways[i] else { continue };
        report.findings.extend(repeats(way.written, &trials[i], &onces[i]));
        report.once = onces[i].iter().find(|(threads, _)| *threads == 2).map(|(_, once)| once.clone());
        report.findings.extend(proved::rules(pack, way.written));
        report.findings.sort_by(|a, b| (a.note, &a.fault.place, a.rule).cmp(&(b.note, &b.fault.place, b.rule)));
        report.findings.dedup();
    }
    Ok(reports)
}

/// What is wrong with `courses.toml`.
pub fn course(pack: &Pack) -> Vec<Finding> {
    match courses::read(pack) {
        None => Vec::new(),
        Some(Err(faults)) => faults.into_iter().map(|fault| Rule::Course.by(fault)).collect(),
        Some(Ok(courses)) => language::languages(&courses.section),
    }
}

fn way<'w>(pack: &Pack, written: &'w Written, settings: &Settings) -> Way<'w> {
    let cache = Cache::of(settings.cache.as_deref(), written, &settings.engine);
    let kept = written.solutions.iter().map(|solution| cache.trial(solution.work, settings.seed).is_some()).collect();
    Way { written, alarms: automatic::alarms(pack, written), cache, kept, world: Mutex::default() }
}

impl<'w> Way<'w> {
    /// The world of the exercise, drawn once for all of its solutions.
    fn world(&self, file: &dyn Fn(&str) -> Option<Vec<u8>>, seed: u64) -> Result<Arc<World<'w>>, RunError> {
        let mut slot = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(world) = &slot.1 {
            return Ok(world.clone());
        }
        let world = Arc::new(run::world(&self.written.task, (seed, Some(seed)), file)?.remembering());
        slot.1 = Some(world.clone());
        Ok(world)
    }

    /// A piece is done; with the last one goes the world.
    fn finished(&self) {
        let mut slot = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        slot.0 = slot.0.saturating_sub(1);
        if slot.0 == 0 {
            slot.1 = None;
        }
    }
}

/// The pieces of every exercise that can be read; each keeps its world until its last piece is done.
fn each(ways: &[Option<Way>], pieces: impl Fn(&Way) -> Vec<Piece>) -> Vec<(usize, Piece)> {
    let mut all = Vec::new();
    for (i, way) in ways.iter().enumerate() {
        let Some(way) = way else { continue };
        let pieces = pieces(way);
        way.world.lock().unwrap_or_else(PoisonError::into_inner).0 += pieces.iter().filter(|p| p.draws()).count();
        all.extend(pieces.into_iter().map(|piece| (i, piece)));
    }
    all
}

impl Piece {
    /// Whether it needs the exercise's data in this process.
    fn draws(&self) -> bool {
        !matches!(self, Self::Once(_))
    }
}

fn one(pack: &Pack, way: &Way, piece: &Piece, settings: &Settings) -> Result<Outcome, RunError> {
    let written = way.written;
    let file = written.file(pack);
    let world = || way.world(&file, settings.seed);
    match piece {
        Piece::Texts => {
            let mut findings = language::rules(pack, written);
            let drawn = world().and_then(|world| {
                let assumed =
                    world.assumed().iter().map(|fault| Finding { note: true, ..Rule::Missing.by(fault.clone()) });
                findings.extend(assumed);
                let rows = world.rows(Side::Develop, &written.task.exercise.develop)?.table;
                findings.extend(leaks::rules(pack, written, &rows, &world.visible(&rows)?)?);
                // An exam that waits for an answer is drawn with the reference's, where that is written.
                let exam = &written.task.exercise.exam;
                let exam =
                    written.reference().map_or(Some(exam.clone()), |reference| reference.submission.decided(exam));
                let exam = exam.map(|draw| world.rows(Side::Exam, &draw)).transpose()?;
                Ok(std::iter::once(rows).chain(exam.map(|exam| exam.table)).collect())
            });
            let rows = match drawn {
                Ok(rows) => rows,
                Err(RunError::Author(faults)) => {
                    findings.extend(faults.into_iter().map(|fault| Rule::Run.by(fault)));
                    Vec::new()
                }
                Err(error) => return Err(error),
            };
            findings.extend(rules::on_material(&Material::of(pack, written, rows))?);
            Ok(Outcome::Findings(findings))
        }
        Piece::Alarm(n) => {
            let alarm = &way.alarms[*n];
            let run = || match world() {
                Ok(world) => {
                    trial::run(written, &alarm.solution, &world, settings.seed, &file, Proof::Verdicts, &mut |_| {})
                }
                Err(RunError::Author(faults)) => Ok(Err(faults)),
                Err(error) => Err(error),
            };
            // What cannot be run does not pass.
            let tried = way.cache.tried(written, &alarm.solution, settings.seed, &mut Vec::new(), run)?;
            let found = tried.ok().and_then(|trial| automatic::unheard(written, alarm, &trial));
            Ok(Outcome::Findings(found.into_iter().collect()))
        }
        Piece::Alone => {
            let reference = written.reference().and_then(|reference| way.cache.trial(reference.work, settings.seed));
            let alone = reference.filter(Trial::passed).and_then(|trial| automatic::alone(written, &trial.answers()));
            let Some(alone) = alone else { return Ok(Outcome::Findings(Vec::new())) };
            let run = || trial::run(written, &alone, &*world()?, settings.seed, &file, Proof::Verdicts, &mut |_| {});
            let tried = way.cache.tried(written, &alone, settings.seed, &mut Vec::new(), run)?;
            let found = tried.ok().and_then(|trial| automatic::unearned(written, &trial));
            Ok(Outcome::Findings(found.into_iter().collect()))
        }
        Piece::Solution(n) => {
            let run = |solution: &Solution, proof: Proof| match world() {
                Ok(world) => trial::run(written, solution, &world, settings.seed, &file, proof, &mut |_| {}),
                Err(RunError::Author(faults)) => Ok(Err(faults)),
                Err(error) => Err(error),
            };
            solution(way, *n, settings.seed, &run)
        }
        Piece::Once(threads) => Ok(once(pack, way, *threads, settings)),
    }
}

/// A solution, as it is known or as it runs now; and with it those in which one part is its own and the other the reference's, which
/// are judged by the same run.
fn solution(
    way: &Way,
    n: usize,
    seed: u64,
    run: &dyn Fn(&Solution, Proof) -> Result<Ran, RunError>,
) -> Result<Outcome, RunError> {
    let written = way.written;
    let solution = &written.solutions[n];
    let is_reference = solution.is_reference();
    let mut before: Vec<(Digest, Made)> = Vec::new();
    let known = way.cache.trial(solution.work, seed).filter(|trial| !is_reference || !trial.digest.is_empty());
    let tried = match known {
        Some(trial) => Ok(((trial, way.kept[n]), Vec::new())),
        // Run anew: what it gives is looked at for leaks, again until there are none, and compared with other processes.
        None if is_reference => run(solution, Proof::Everything)?.map(|(trial, run)| {
            let findings = leaks::in_results(written, &run);
            if findings.is_empty() {
                way.cache.keep(&trial);
            }
            let (plan, made) = (trial::made_by(written, &solution.submission), Made::of(&run));
            way.cache.keep_made(plan, seed, &made);
            before.push((plan, made));
            ((trial, false), findings)
        }),
        None => way
            .cache
            .tried(written, solution, seed, &mut before, || run(solution, Proof::Verdicts))?
            .map(|trial| ((trial, false), Vec::new())),
    };
    let (trial, findings) = match tried {
        Ok(tried) => tried,
        Err(faults) => {
            let findings = faults.into_iter().map(|fault| of_run(written, fault)).collect();
            return Ok(Outcome::Tried(n, None, findings, Vec::new()));
        }
    };
    let files: Vec<(usize, File)> = if is_reference {
        (0..written.solutions.len()).map(|wrong| (wrong, File::Answers)).collect()
    } else {
        vec![(n, File::Plan)]
    };
    let mut halves = Vec::new();
    for (wrong, file) in files.into_iter().filter(|(wrong, _)| written.solutions[*wrong].wrong().is_some()) {
        let Some(half) = cause::half(written, &written.solutions[wrong], file) else { continue };
        if let Ok(trial) = way.cache.tried(written, &half, seed, &mut before, || run(&half, Proof::Verdicts))? {
            halves.push(Half { wrong, file, failed: trial.failed() });
        }
    }
    Ok(Outcome::Tried(n, Some(trial), findings, halves))
}

/// A fault of a check's SQL is told as such; any other stops the solution.
fn of_run(written: &Written, fault: diagnostics::fault::Fault) -> Finding {
    let of_check = |check: &Check| {
        [&check.shows.place.key, &check.passes.place.key].contains(&&fault.place.key)
            && fault.place.file == check.place.file
    };
    let rule = if written.task.exercise.checks.iter().any(of_check) { Rule::Query } else { Rule::Run };
    rule.by(fault)
}

/// The reference in a process of its own.
fn once(pack: &Pack, way: &Way, threads: usize, settings: &Settings) -> Outcome {
    let Some(reference) = way.written.reference() else { return Outcome::Once(threads, None, Vec::new()) };
    let name = format!("once {} {} {threads}", reference.work, settings.seed);
    if let Some(once) = way.cache.fact(&name).and_then(|text| serde_json::from_str(&text).ok()) {
        return Outcome::Once(threads, Some(once), Vec::new());
    }
    let trials = Trials {
        schema: TRIALS.to_owned(),
        course: job::course(pack),
        exercise: way.written.task.exercise.id.clone(),
        solutions: vec![reference.folder.clone()],
        seed: settings.seed,
        everything: true,
        cache: None,
    };
    let given = (settings.ask)(&trials, threads).and_then(|given| {
        let failed = given.faults.first().map(|fault| fault.found.clone()).unwrap_or_default();
        let trial = given.trials.into_iter().next().ok_or(failed)?;
        Ok(Once { digest: trial.digest, seconds: given.seconds, bytes: given.bytes })
    });
    match given {
        Ok(once) => {
            if within(&once)
                && let Ok(text) = serde_json::to_string(&once)
            {
                way.cache.keep_fact(&name, &text);
            }
            Outcome::Once(threads, Some(once), Vec::new())
        }
        Err(found) => {
            let expected = text!(
                "a run with {threads} threads in a process of its own",
                "スレッド{threads}個の別プロセスでの実行"
            );
            let place = way.written.task.exercise.place.clone();
            Outcome::Once(threads, None, vec![Rule::Run.broken(place, found, expected)])
        }
    }
}

fn within(once: &Once) -> bool {
    once.seconds <= SECONDS && once.bytes <= BYTES
}

/// The same result in this process and in two others, and within the budget.
fn repeats(written: &Written, trials: &[(usize, Trial)], onces: &[(usize, Once)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = || written.task.exercise.place.clone();
    let here = trials.iter().find(|(n, _)| written.solutions[*n].is_reference()).map(|(_, trial)| &trial.digest);
    for (threads, once) in onces {
        if here.is_some_and(|here| *here != once.digest) {
            let found = text!(
                "another result of the reference with {threads} threads",
                "スレッド{threads}個では、模範解の結果が異なります"
            );
            let expected = Text::new(
                "the same result each time: draws and training hang on the seed alone",
                "毎回同じ結果（生成と学習はシードだけで決まること）",
            );
            findings.push(Rule::Repeat.broken(place(), found, expected));
        }
    }
    if let Some((_, once)) = onces.iter().min_by(|(_, a), (_, b)| a.seconds.total_cmp(&b.seconds)) {
        let seconds = once.seconds;
        if seconds > SECONDS {
            findings.push(Rule::Time.broken(
                place(),
                text!(
                    "{seconds:.0} seconds of processor time for the reference",
                    "模範解の判定にCPU時間{seconds:.0}秒"
                ),
                text!(
                    "at most {SECONDS:.0}: fewer rows, fewer epochs, or a smaller model",
                    "{SECONDS:.0}秒以下（行数・学習回数・モデルを小さく）"
                ),
            ));
        }
        let megabytes = once.bytes / 1_000_000;
        if once.bytes > BYTES {
            findings.push(Rule::Memory.broken(
                place(),
                text!("{megabytes} MB of memory for the reference", "模範解の判定にメモリー{megabytes} MB"),
                Text::new(
                    "at most 1,000 MB: fewer rows in [exam], or smaller pictures",
                    "1,000 MB以下（[exam]の行数や画像を小さく）",
                ),
            ));
        }
    }
    findings
}

/// Rules on what the checks said of each solution.
fn verdicts(written: &Written, trials: &[(usize, Trial)], whole: bool) -> Vec<Finding> {
    let checks = &written.task.exercise.checks;
    let id = &written.task.exercise.id;
    let mut findings = Vec::new();
    let mut caught = BTreeSet::new();
    // A check whose figures cannot even be computed for the reference is told once: nothing else that it says means anything.
    let undefined = trials
        .iter()
        .find(|(n, _)| written.solutions[*n].is_reference())
        .map_or_else(Vec::new, |(_, trial)| undefined(written, trial));
    let mut silent: BTreeSet<&str> = undefined.iter().map(|(id, _)| id.as_str()).collect();
    for check in checks {
        // Nor does what needs it say anything.
        if check.needs.iter().any(|need| silent.contains(need.as_str())) {
            silent.insert(&check.id);
        }
    }
    findings.extend(undefined.iter().map(|(_, finding)| finding.clone()));
    for (n, trial) in trials {
        let solution = &written.solutions[*n];
        match &solution.role {
            Role::Wrong(wrong) => {
                let heard = |id: &String| !silent.contains(id.as_str());
                let failed: BTreeSet<String> = trial.failed().into_iter().filter(heard).collect();
                let expected: BTreeSet<String> = wrong.fails.iter().filter(|id| heard(id)).cloned().collect();
                caught.extend(failed.intersection(&expected).cloned());
                if failed != expected {
                    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
                    let (failed, expected) = (list(&failed), list(&expected));
                    findings.push(Rule::Wrong.broken(
                        wrong.place.clone(),
                        text!("it fails [{failed}]", "不合格になった判定は [{failed}] です"),
                        text!(
                            "[{expected}], as expect.toml says: mend the solution, the check, or this list",
                            "expect.tomlのとおり [{expected}]（解・判定・この一覧のどれかを直す）"
                        ),
                    ));
                }
            }
            Role::Starter if trial.passed() => findings.push(Rule::Starter.broken(
                Place::file(format!("exercises/{id}/{STARTER}/{PLAN}")),
                Text::new("the starter passes as it is", "出発点の計画のままで合格してしまいます"),
                Text::new("something left to decide", "判断の余地があること"),
            )),
            Role::Reference => {
                findings.extend(reference(written, trial, &silent));
                findings.extend(rules::unhidden(written, &trial.checks));
            }
            Role::Starter | Role::Made => {}
        }
    }
    let unheard = |check: &&Check| whole && !caught.contains(&check.id) && !silent.contains(check.id.as_str());
    for check in checks.iter().filter(unheard) {
        let id = &check.id;
        findings.push(Rule::Uncaught.broken(
            check.place.clone(),
            text!("no wrong solution fails the check `{id}`", "判定`{id}`で不合格になる誤答例がありません"),
            Text::new(
                "at least one folder under wrong/ that it catches",
                "この判定が捉える誤答例（wrong/ の中のフォルダー）を1つ以上",
            ),
        ));
    }
    findings
}

/// The checks that the reference does not pass because a figure cannot be computed, each with what is told of it.
fn undefined(written: &Written, reference: &Trial) -> Vec<(String, Finding)> {
    let mut found = Vec::new();
    for (check, judged) in written.task.exercise.checks.iter().zip(&reference.checks) {
        let names: Vec<&str> =
            judged.figures.iter().filter(|(_, f)| *f == Figure::Undefined).map(|(name, _)| name.as_str()).collect();
        if judged.verdict == Verdict::Passed || judged.verdict == Verdict::Skipped || names.is_empty() {
            continue;
        }
        let (id, list) = (&check.id, names.join(", "));
        let why = |of: fn(&Text) -> &str, between: &str| {
            judged.undefined.iter().flatten().map(of).collect::<Vec<_>>().join(between)
        };
        let (en, ja) = (why(|text| &text.en, " "), why(|text| &text.ja, ""));
        let told = text!(
            "`{id}` cannot be judged, because {list} cannot be computed for the reference. {en}",
            "模範解で{list}を計算できないため、`{id}`を判定できません。{ja}"
        );
        let expected = Text::new(
            "figures that can be computed from the tables of the reference's run: another metric, another question to the tables, or other data",
            "模範解の実行結果の表から計算できる値（別の指標、別のSQL、または別のデータ）",
        );
        found.push((id.clone(), Rule::Figures.broken(check.shows.place.clone(), told, expected)));
    }
    found
}

/// Rules on the reference: full marks, figures that exist, ranges that hold the truth.
fn reference(written: &Written, trial: &Trial, silent: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (check, judged) in written.task.exercise.checks.iter().zip(&trial.checks) {
        let id = &check.id;
        if silent.contains(id.as_str()) {
            continue;
        }
        if judged.verdict != Verdict::Passed {
            let Text { en, ja } = check::filled(&check.fail, &judged.figures, check.turns_on());
            let found = match judged.verdict {
                Verdict::Failed => text!("the reference fails `{id}`: {en}", "模範解が判定`{id}`で不合格です：{ja}"),
                _ => text!("the reference is not judged by `{id}`", "模範解が判定`{id}`の対象になっていません"),
            };
            let expected =
                Text::new("full marks: mend the solution, or what the check asks", "満点（解か、判定の条件を直す）");
            findings.push(Rule::Reference.broken(check.passes.place.clone(), found, expected));
        }
        if let Some(figure) = &check.figure
            && judged.figures.iter().any(|(name, shown)| *name == figure.value && matches!(shown, Figure::Word(_)))
        {
            let name = &figure.value;
            let numbers: Vec<&str> = judged
                .figures
                .iter()
                .filter(|(_, f)| matches!(f, Figure::Number(_)))
                .map(|(name, _)| name.as_str())
                .collect();
            let list = numbers.join(", ");
            let fault = figure.fault(
                Id::UnknownFigure,
                text!(
                    "figure = \"{name}\", which `shows` does not return as a number",
                    "figure = \"{name}\" は、`shows`の数値の列にありません"
                ),
                text!("one of {list}", "{list} のいずれか"),
            );
            findings.push(Rule::Figures.by(fault.near(name, numbers)));
        }
        findings.extend(range(written, trial, check, judged));
    }
    findings
}

/// The truth that a check compares one number of the learner's with: the one figure that is not the answer itself.
fn range(written: &Written, trial: &Trial, check: &Check, judged: &Judged) -> Option<Finding> {
    let exercise = &written.task.exercise;
    let [asked] = language::questions_of(written, check)[..] else { return None };
    let n = exercise.questions.iter().position(|question| question.id == asked)?;
    let (QuestionKind::Number { min, max } | QuestionKind::Interval { min, max }) = exercise.questions[n].kind else {
        return None;
    };
    let own: Vec<f64> = match trial.answers().get(asked)? {
        Answer::Number(x) => vec![*x],
        Answer::Interval(low, high) => vec![*low, *high],
        _ => return None,
    };
    let on = check.figure.as_ref().map(|figure| figure.value.as_str());
    let mut others = judged.figures.iter().filter_map(|(name, figure)| match figure {
        Figure::Number(x) if !own.contains(x) && on != Some(name.as_str()) => Some((name, *x)),
        _ => None,
    });
    let (Some((name, truth)), None) = (others.next(), others.next()) else { return None };
    if (min..=max).contains(&truth) {
        return None;
    }
    let question = written.exercise.tables("question").nth(n)?;
    let key = if truth < min { "min" } else { "max" };
    let found = text!(
        "a range from {min} to {max}, but `{name}` is {truth:.3}",
        "範囲は{min}から{max}ですが、`{name}`は{truth:.3}です"
    );
    let expected =
        Text::new("a range that holds the truth, with room on both sides", "真の値を、両側に余裕をもって含む範囲");
    Some(Rule::Range.broken(question.place_of(key), found, expected))
}
