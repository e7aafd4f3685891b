//! Proof over many draws: how a check's figure is spread for right and for wrong solutions, and how often a verdict is mistaken.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::automatic;
use super::cache::Cache;
use super::job::{self, Ask, TRIALS, Trials};
use super::trial::{self, Made, Proof, Trial};
use super::work;
use crate::finding::{Finding, Rule};
use crate::reading::{self, Solution, Written};
use course::answers::Answers;
use course::content::{self, Digest};
use course::exercise::Check;
use course::pack::Pack;
use diagnostics::text;
use engine::check::{Figure, Judged, Verdict};
use engine::run::{self, RunError};
use metrics::intervals::clopper_pearson;

/// Draws of a table, where nobody says how many.
pub const OF_TABLES: u64 = 200;

/// Draws of pictures: training takes longer there.
pub const OF_PICTURES: u64 = 60;

/// So many draws of every solution come first. Those beyond are of the reference, of what every exercise is tried with, and for each
/// check of the wrong solution that came nearest to passing it: another one would have to come nearer than it ever did.
const OF_EVERY: u64 = 30;

/// Answers are copied between so many variants.
const VARIANTS: usize = 30;

/// The most that copied answers may pass, as a share of the pairs.
pub const COPIED: f64 = 0.25;

/// The most that a single copied conclusion may pass.
pub const CONCLUSION: f64 = 0.40;

/// How to prove it.
pub struct Settings<'a> {
    /// How many draws; none for as many as the data allow in good time.
    pub seeds: Option<u64>,
    /// How many draws at once.
    pub at_once: usize,
    /// Where results are kept as they come.
    pub cache: Option<PathBuf>,
    /// The engine that gives the results.
    pub engine: String,
    /// Runs solutions in a process of its own.
    pub ask: &'a Ask<'a>,
}

/// What came out of all draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability {
    /// `sepsis-alarm@1`
    pub exercise: String,
    /// All that decides results.
    pub content: Digest,
    /// How many draws of the reference; of wrong solutions that come near no mark there are fewer.
    pub seeds: u64,
    /// Draws in which the reference did not get full marks.
    pub failures: Rate,
    /// How often a wrong solution failed a check that it must not fail, by solution and check.
    pub strays: Vec<(String, String, usize)>,
    /// The best that anyone could reach, by metric.
    pub ceilings: Vec<(String, Vec<f64>)>,
    /// Each check.
    pub checks: Vec<OfCheck>,
    /// Draws in which the starter, untouched, passed.
    pub untouched: Untouched,
    /// What became of answers from other variants; nothing where no check looks at answers.
    pub copied: Option<Copied>,
}

/// The starter as it is given out, handed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Untouched {
    /// What it says.
    pub content: Digest,
    /// Draws in which it passed.
    pub passes: Rate,
}

/// The reference's answers of one variant, with the reference's plan in another.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// How many variants copied from each other.
    pub variants: usize,
    /// Pairs of variants.
    pub pairs: usize,
    /// Pairs in which every check of answers passed.
    pub escapes: usize,
    /// By check of answers, the pairs in which it passed.
    pub conclusions: Vec<(String, usize)>,
    /// Whether the right answers differ between variants at all.
    pub varies: bool,
}

impl Copied {
    /// Whether copying pays more often than it may, as a whole or for a single conclusion.
    pub fn pays(&self) -> bool {
        let share = |times: usize| times as f64 / self.pairs.max(1) as f64;
        share(self.escapes) > COPIED || self.conclusions.iter().any(|(_, times)| share(*times) > CONCLUSION)
    }
}

/// So often out of so many, and how often it could be at most: the upper end of the 95 % interval of Clopper and Pearson.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How often.
    pub times: usize,
    /// Out of how many.
    pub of: usize,
    /// The upper bound.
    pub at_most: f64,
}

impl Rate {
    /// The rate with its bound.
    pub fn new(times: usize, of: usize) -> Self {
        Self { times, of, at_most: clopper_pearson(times, of).map_or(1.0, |(_, high)| high) }
    }
}

/// One check over all draws.
#[derive(Clone, Debug, PartialEq)]
pub struct OfCheck {
    /// The check.
    pub id: String,
    /// The figure on which it turns.
    pub figure: Option<String>,
    /// How often the reference failed it.
    pub failures: Rate,
    /// The reference's figures.
    pub reference: Vec<f64>,
    /// The wrong solutions that it must fail.
    pub wrong: Vec<Wrong>,
    /// The smallest and the largest figure with which it passed, whosever it was.
    pub passed: Option<(f64, f64)>,
    /// The figures with which it failed that lie nearest to those with which it passed, below and above.
    pub failed: (Option<f64>, Option<f64>),
    /// The gap between right and wrong, where both have figures.
    pub gap: Option<Gap>,
}

/// A wrong solution that a check must fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// Its folder's name.
    pub mistake: String,
    /// How often it escaped.
    pub escapes: Rate,
    /// Its figures.
    pub figures: Vec<f64>,
}

/// The gap between right and wrong figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// Its width: the nearest that right and wrong come; below 0 they overlap by so much.
    pub margin: f64,
    /// Its middle, on each side on which there are wrong figures; empty where they overlap.
    pub suggests: Vec<f64>,
}

impl OfCheck {
    /// Escapes of all its wrong solutions.
    pub fn escapes(&self) -> usize {
        self.wrong.iter().map(|wrong| wrong.escapes.times).sum()
    }

    /// The upper bound for the wrong solution that escapes most often.
    pub fn escapes_at_most(&self) -> f64 {
        self.wrong.iter().map(|wrong| wrong.escapes.at_most).fold(0.0, f64::max)
    }
}

impl Reliability {
    /// Whether every draw told right from wrong, and copying pays nowhere.
    pub fn is_right(&self) -> bool {
        let copying = self.copied.as_ref().is_some_and(|copied| copied.varies && copied.pays());
        self.failures.times == 0 && self.escapes() == 0 && self.untouched.passes.times == 0 && !copying
    }

    /// Escapes of all checks.
    pub fn escapes(&self) -> usize {
        self.checks.iter().map(OfCheck::escapes).sum()
    }
}

/// The smallest value, the median, the largest, and the standard deviation.
pub fn spread(values: &[f64]) -> Option<[f64; 4]> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (n, first, last) = (sorted.len(), *sorted.first()?, *sorted.last()?);
    let median = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
    let mean = sorted.iter().sum::<f64>() / n as f64;
    let squares = sorted.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    Some([first, median, last, (squares / (n.max(2) - 1) as f64).sqrt()])
}

/// How many draws, where nobody says.
pub fn usual_seeds(written: &Written) -> u64 {
    if written.task.dataset.has_signals() { OF_PICTURES } else { OF_TABLES }
}

/// Tries an exercise over many draws; its mistakes, where it cannot be read or run.
///
/// # Errors
/// Our own failures.
pub fn prove(
    pack: &Pack,
    id: &str,
    settings: &Settings,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<Result<Reliability, Vec<Finding>>, RunError> {
    let mut findings = Vec::new();
    let Some(written) = reading::read(pack, id, &mut findings) else { return Ok(Err(findings)) };
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    let total = settings.seeds.unwrap_or_else(|| usual_seeds(&written));
    let cache = Cache::of(settings.cache.as_deref(), &written, &settings.engine);
    let solutions: Vec<&Solution> = written.solutions.iter().filter(|solution| !solution.is_starter()).collect();
    let (first, rest): (Vec<u64>, Vec<u64>) = (1..=total).partition(|seed| *seed <= OF_EVERY);
    let (mut draws, mut passes, mut done) = (Vec::new(), 0, 0);
    let mut wanted = vec![true; solutions.len()];
    for seeds in [first, rest] {
        let results = work::side_by_side(
            &seeds,
            settings.at_once,
            |seed| draw(pack, &written, (&solutions, &wanted), (&cache, settings), *seed),
            |_, _| {
                done += 1;
                tell(done, total);
            },
        );
        for result in results {
            match result {
                Ok(drawn) => {
                    draws.push(drawn.trials);
                    passes += usize::from(drawn.untouched);
                }
                Err(wrong) => findings.extend(wrong),
            }
        }
        if !findings.is_empty() {
            break;
        }
        wanted = nearest(&written, &solutions, &draws);
    }
    findings.dedup();
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    let reference = reference_of(&solutions);
    let of_reference: Vec<&Trial> = draws.iter().filter_map(|trials| trials[reference].as_ref()).collect();
    let copied = copied(pack, &written, &cache, &of_reference, settings.at_once)?;
    let content = written.starter().map_or(written.content, |starter| starter.work);
    let untouched = Untouched { content, passes: Rate::new(passes, draws.len()) };
    Ok(Ok(Reliability { untouched, copied, ..summary(&written, &solutions, &draws) }))
}

/// The solutions that the draws beyond [`OF_EVERY`] are made of: the reference, and for each check the wrong solution that came nearest
/// to passing it.
fn nearest(written: &Written, solutions: &[&Solution], draws: &[Vec<Option<Trial>>]) -> Vec<bool> {
    let mut wanted: Vec<bool> = solutions.iter().map(|solution| solution.wrong().is_none()).collect();
    for check in &summary(written, solutions, draws).checks {
        let far = |wrong: &Wrong| -> f64 {
            let Some((low, high)) = check.passed.filter(|_| wrong.escapes.times == 0) else { return 0.0 };
            let off = wrong.figures.iter().map(|x| (low - x).max(x - high));
            off.fold(f64::INFINITY, f64::min)
        };
        let nearest = check.wrong.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
        let is_it = |solution: &&Solution| {
            solution.wrong().zip(nearest).is_some_and(|(of, nearest)| of.mistake == nearest.mistake)
        };
        for (solution, wanted) in solutions.iter().zip(&mut wanted) {
            *wanted |= is_it(solution);
        }
    }
    wanted
}

/// What became of one draw.
struct Drawn {
    /// By solution; none of those that were left out.
    trials: Vec<Option<Trial>>,
    /// Whether the untouched starter passed.
    untouched: bool,
}

/// One draw of the data for all solutions that are wanted, in a process of its own but for what is known.
fn draw(
    pack: &Pack,
    written: &Written,
    (solutions, wanted): (&[&Solution], &[bool]),
    (cache, settings): (&Cache, &Settings),
    seed: u64,
) -> Result<Drawn, Vec<Finding>> {
    let of_all = || solutions.iter().copied().zip(wanted.iter().copied());
    let asked: Vec<&Solution> =
        of_all().filter_map(|(solution, wanted)| wanted.then_some(solution)).chain(written.starter()).collect();
    let unknown: Vec<String> = asked
        .iter()
        .filter(|solution| cache.trial(solution.work, seed).is_none())
        .map(|solution| solution.folder.clone())
        .collect();
    let mut tried: BTreeMap<String, Trial> = BTreeMap::new();
    if !unknown.is_empty() {
        let trials = Trials {
            schema: TRIALS.to_owned(),
            course: job::course(pack),
            exercise: written.task.exercise.id.clone(),
            solutions: unknown,
            seed,
            everything: false,
            cache: settings.cache.clone(),
        };
        let given = (settings.ask)(&trials, work::threads(settings.at_once)).map_err(|found| {
            let expected = text!("draw {seed}, run in a process of its own", "別プロセスでの{seed}回目の生成");
            vec![Rule::Run.broken(written.task.exercise.place.clone(), found, expected)]
        })?;
        if !given.faults.is_empty() {
            return Err(given.faults.into_iter().map(|fault| Rule::Run.by(fault)).collect());
        }
        tried.extend(given.trials.into_iter().map(|trial| (trial.work.clone(), trial)));
    }
    let mut of = |solution: &Solution| {
        cache.trial(solution.work, seed).or_else(|| tried.get(&solution.work.to_string()).cloned())
    };
    let trials = of_all().map(|(solution, wanted)| if wanted { of(solution) } else { None }).collect();
    let untouched = written.starter().and_then(&mut of).is_some_and(|trial| trial.passed());
    Ok(Drawn { trials, untouched })
}

/// Judges the reference's run of each variant by the reference's answers of every other one.
fn copied(
    pack: &Pack,
    written: &Written,
    cache: &Cache,
    of_reference: &[&Trial],
    at_once: usize,
) -> Result<Option<Copied>, RunError> {
    let checks = automatic::of_answers(written);
    let Some(reference) = written.reference().filter(|_| !checks.is_empty()) else { return Ok(None) };
    let variants = &of_reference[..of_reference.len().min(VARIANTS)];
    let answers: Vec<Answers> = variants.iter().map(|trial| trial.answers()).collect();
    let plan = content::of_plan(&reference.submission);
    let name = |answers: &Answers, seed: u64| {
        format!("copied {plan} {} {seed}", content::of_bytes(format!("{answers:?}").as_bytes()))
    };
    let work = |own: &&Trial| -> Result<Vec<Vec<String>>, RunError> {
        let mut made = None;
        let file = written.file(pack);
        let mut world = None;
        let mut passed = Vec::new();
        for (other, given) in variants.iter().zip(&answers) {
            if other.seed == own.seed {
                continue;
            }
            if *given == own.answers() {
                passed.push(own.passed_of(&checks));
                continue;
            }
            let name = name(given, own.seed);
            if let Some(known) = cache.fact(&name) {
                passed.push(known.split_whitespace().map(str::to_owned).collect());
                continue;
            }
            if written.task.exercise.reads_decisions() {
                // The judge's worlds are others under other answers: no run of the reference's own serves.
                let world = match &mut world {
                    Some(world) => world,
                    slot @ None => {
                        slot.insert(run::world(&written.task, (own.seed, Some(own.seed)), &file)?.remembering())
                    }
                };
                let with = automatic::with_answers(reference, given);
                let ran = trial::run(written, &with, world, own.seed, &file, Proof::Verdicts, &mut |_| {})?;
                let now = ran.map(|(trial, _)| trial.passed_of(&checks)).unwrap_or_default();
                cache.keep_fact(&name, &now.join(" "));
                passed.push(now);
                continue;
            }
            let made = match &mut made {
                Some(made) => made,
                slot @ None => {
                    let Some(again) = made_again(pack, written, cache, own.seed)? else { continue };
                    slot.insert(again)
                }
            };
            let now = automatic::passed_with(written, given, made)?;
            cache.keep_fact(&name, &now.join(" "));
            passed.push(now);
        }
        Ok(passed)
    };
    let passed = work::side_by_side(variants, at_once, work, |_, _| {});
    let passed: Vec<Vec<String>> = passed.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let times = |id: &str| passed.iter().filter(|passed| passed.iter().any(|other| other == id)).count();
    Ok(Some(Copied {
        variants: variants.len(),
        pairs: passed.len(),
        escapes: passed.iter().filter(|passed| checks.iter().all(|id| passed.iter().any(|other| other == id))).count(),
        conclusions: checks.iter().map(|&id| (id.to_owned(), times(id))).collect(),
        varies: answers.iter().any(|other| *other != answers[0]),
    }))
}

/// What the reference's plan makes of a draw: as it is kept, or made again.
fn made_again(pack: &Pack, written: &Written, cache: &Cache, seed: u64) -> Result<Option<Made>, RunError> {
    let Some(reference) = written.reference() else { return Ok(None) };
    let plan = trial::made_by(written, &reference.submission);
    if let Some(made) = cache.made(plan, seed) {
        return Ok(Some(made));
    }
    let file = written.file(pack);
    let world = run::world(&written.task, (seed, Some(seed)), &file)?.remembering();
    let ran = trial::run(written, reference, &world, seed, &file, Proof::Verdicts, &mut |_| {})?;
    Ok(ran.ok().map(|(_, run)| {
        let made = Made::of(&run);
        cache.keep_made(plan, seed, &made);
        made
    }))
}

/// Which of them is the reference: where nothing was found wrong with an exercise, it was read.
fn reference_of(solutions: &[&Solution]) -> usize {
    let at = solutions.iter().position(|solution| solution.is_reference());
    at.unwrap_or_else(|| unreachable!("an exercise without its solution is a finding"))
}

/// `draws`: for each seed, the trials of `solutions`, in order.
fn summary(written: &Written, solutions: &[&Solution], draws: &[Vec<Option<Trial>>]) -> Reliability {
    let exercise = &written.task.exercise;
    let reference = reference_of(solutions);
    let mut ceilings: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let of = |n: usize| draws.iter().filter_map(move |trials| trials[n].as_ref());
    for trial in of(reference) {
        for (metric, value) in &trial.ceilings {
            let Figure::Number(value) = value else { continue };
            ceilings.entry(metric.trim_start_matches("ceiling_").to_owned()).or_default().push(*value);
        }
    }
    let mut strays = Vec::new();
    for (n, solution) in solutions.iter().enumerate() {
        let Some(wrong) = solution.wrong() else { continue };
        for check in exercise.checks.iter().filter(|check| !wrong.fails.contains(&check.id)) {
            let times = of(n).filter(|trial| trial.failed().contains(&check.id)).count();
            if times > 0 {
                strays.push((wrong.mistake.clone(), check.id.clone(), times));
            }
        }
    }
    Reliability {
        exercise: exercise.reference(),
        content: written.proved_content(),
        seeds: draws.len() as u64,
        failures: Rate::new(of(reference).filter(|trial| !trial.passed()).count(), draws.len()),
        strays,
        ceilings: ceilings.into_iter().collect(),
        checks: exercise.checks.iter().map(|check| of_check(check, solutions, draws, reference)).collect(),
        untouched: Untouched { content: written.content, passes: Rate::new(0, draws.len()) },
        copied: None,
    }
}

fn of_check(check: &Check, solutions: &[&Solution], draws: &[Vec<Option<Trial>>], reference: usize) -> OfCheck {
    let judged = |n: usize| {
        let trials = draws.iter().filter_map(move |trials| trials[n].as_ref());
        trials.filter_map(move |trial| trial.checks.iter().find(|judged| judged.id == check.id))
    };
    // A check that looks at the answers alone turns on a word, whatever it shows beside it.
    let answers_alone = check.figure.is_none() && check.shows.value.names().tables.iter().eq(["answers"]);
    let figure_of = |judged: &Judged| -> Option<(String, f64)> {
        let (name, figure) = judged.figure(check).filter(|_| !answers_alone)?;
        Some((name.to_owned(), figure))
    };
    let figures = |n: usize| -> Vec<f64> { judged(n).filter_map(|judged| Some(figure_of(judged)?.1)).collect() };
    let times = |n: usize, verdict: Verdict| judged(n).filter(|judged| judged.verdict == verdict).count();
    let figure = judged(reference).find_map(|judged| Some(figure_of(judged)?.0));
    let mut wrong = Vec::new();
    for (n, solution) in solutions.iter().enumerate() {
        let Some(of) = solution.wrong().filter(|of| of.fails.contains(&check.id)) else { continue };
        let tried = judged(n).count();
        let escapes = Rate::new(tried - times(n, Verdict::Failed), tried);
        wrong.push(Wrong { mistake: of.mistake.clone(), escapes, figures: figures(n) });
    }
    let (mut passed, mut failed) = (Vec::new(), Vec::new());
    for n in 0..solutions.len() {
        for judged in judged(n) {
            let Some((_, figure)) = figure_of(judged) else { continue };
            match judged.verdict {
                Verdict::Passed => passed.push(figure),
                Verdict::Failed => failed.push(figure),
                _ => {}
            }
        }
    }
    let passed = spread(&passed).map(|[low, _, high, _]| (low, high));
    let nearest = |of: &dyn Fn(f64, (f64, f64)) -> bool, better: &dyn Fn(f64, f64) -> f64| {
        passed.and_then(|passed| failed.iter().copied().filter(|x| of(*x, passed)).reduce(better))
    };
    let right = figures(reference);
    OfCheck {
        id: check.id.clone(),
        failures: Rate::new(draws.len() - times(reference, Verdict::Passed), draws.len()),
        gap: figure.as_ref().and_then(|_| gap(&right, &wrong)),
        figure,
        failed: (nearest(&|x, (low, _)| x < low, &f64::max), nearest(&|x, (_, high)| x > high, &f64::min)),
        passed,
        reference: right,
        wrong,
    }
}

/// Right figures lie together; wrong ones below, above, on both sides, or among them.
fn gap(right: &[f64], wrong: &[Wrong]) -> Option<Gap> {
    let [low, _, high, _] = spread(right)?;
    let wrong: Vec<f64> = wrong.iter().flat_map(|wrong| wrong.figures.iter().copied()).collect();
    if wrong.is_empty() {
        return None;
    }
    let below = wrong.iter().copied().filter(|x| *x < low).reduce(f64::max);
    let above = wrong.iter().copied().filter(|x| *x > high).reduce(f64::min);
    let among: Vec<f64> = wrong.iter().copied().filter(|x| (low..=high).contains(x)).collect();
    if !among.is_empty() {
        // By so much would the right ones have to be cut to be rid of the wrong ones, from the cheaper side.
        let cut = |x: f64| (x - low).min(high - x);
        return Some(Gap { margin: -among.iter().copied().map(cut).fold(0.0, f64::max), suggests: Vec::new() });
    }
    let gaps = [below.map(|x| (low - x, f64::midpoint(x, low))), above.map(|x| (x - high, f64::midpoint(high, x)))];
    let gaps: Vec<(f64, f64)> = gaps.into_iter().flatten().collect();
    let margin = gaps.iter().map(|(width, _)| *width).fold(f64::INFINITY, f64::min);
    Some(Gap { margin, suggests: gaps.into_iter().map(|(_, middle)| middle).collect() })
}

/// Four significant digits, as TOML.
pub fn short(x: f64) -> String {
    if x == 0.0 {
        return "0.0".to_owned();
    }
    let digits = usize::try_from(3 - x.abs().log10().floor() as i32).unwrap_or(0).clamp(1, 12);
    let text = format!("{x:.digits$}");
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}
