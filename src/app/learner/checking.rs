//! What a check tells a learner, and what it leaves behind in the workspace.

use std::collections::BTreeSet;

use course::answers::Expected;
use course::exercise::{Exercise, Question};
use course::mistakes::{self, Mistake};
use course::pack::{Pack, Submission, Task};
use diagnostics::text::{Lang, Text};
use engine::check::{self, Figure, Verdict};
use engine::models::VOCABULARY;
use engine::run::Run;
use engine::withhold;

use super::debrief;
use super::progress::Progress;
use super::workspace::{Workspace, WorkspaceError};

/// From so many failed checks on, a mistake that a plan resembles is named: the first failure is the learner's own to think about.
const NAMED_FROM: i64 = 2;

/// A check as a learner is told of it.
#[derive(Debug)]
pub struct Checked {
    /// What is told: without the figures of conclusions that are not settled.
    pub run: Run,
    /// The conclusions that are not settled.
    pub open: Vec<Question>,
    /// The mistake that the plan resembles, after more than one failure.
    pub resembles: Option<Mistake>,
    /// Whether the exercise is passed by this check, and not only by an earlier one.
    pub passes: bool,
    /// What came of what was expected; nothing unless this check passes.
    pub came: Vec<(String, Figure)>,
    /// How far the learner has come with it.
    pub progress: Progress,
}

impl Checked {
    /// The verdict on all checks together.
    pub fn verdict(&self) -> Verdict {
        check::overall(&self.run.outcomes)
    }

    /// Whether nothing is left to be won with these data: what is not passed was given away, after its tries.
    pub fn is_lost(&self) -> bool {
        let any = |of: &[Verdict]| self.run.outcomes.iter().any(|outcome| of.contains(&outcome.verdict));
        any(&[Verdict::Skipped]) && !self.progress.is_over() && !any(&[Verdict::Failed, Verdict::NotAttempted])
    }
}

/// A check that a grader makes: everything is told, and the learner's tries are not touched.
pub fn graded(run: Run) -> Checked {
    Checked { run, open: Vec::new(), resembles: None, passes: false, came: Vec::new(), progress: Progress::default() }
}

/// A learner's own check: their answers are counted as tries, and what they have not concluded yet is withheld. The workspace
/// remembers it once the result is told ([`Workspace::remember`]).
///
/// # Errors
/// A file of the workspace that cannot be read.
pub fn practised(
    pack: &Pack,
    task: &Task,
    workspace: &Workspace,
    submission: &Submission,
    run: &Run,
) -> Result<Checked, WorkspaceError> {
    let exercise = &task.exercise;
    let mut progress = workspace.progress()?;
    let answers = &submission.answers;
    progress.tries = withhold::scored(exercise, answers, &run.record.checks, &progress.tries);
    let open = withhold::open(exercise, &progress.tries);
    let told = withhold::given_away(exercise, &progress.tries);
    let run = withhold::without_points(withhold::shown(run, exercise, answers, &open), exercise, answers, &told);
    let verdict = check::overall(&run.outcomes);
    progress.checks += 1;
    progress.failed += i64::from(verdict == Verdict::Failed);
    let passes = verdict == Verdict::Passed && !progress.gave_up;
    progress.passed |= passes;
    let failed: BTreeSet<String> =
        run.outcomes.iter().filter(|o| o.verdict == Verdict::Failed).map(|o| o.id.clone()).collect();
    // A course whose wrong solutions cannot be read names no mistake; its author is told by `author validate`.
    let known = if progress.failed >= NAMED_FROM && verdict == Verdict::Failed {
        mistakes::of(pack, &VOCABULARY, exercise).unwrap_or_default()
    } else {
        Vec::new()
    };
    let resembles = mistakes::resembled(&known, exercise, &submission.plan, &failed).cloned();
    Ok(Checked { run, open: open.into_iter().cloned().collect(), resembles, passes, came: Vec::new(), progress })
}

/// What came of what was expected, once a check passed: of the plan that passed, and of the starter's where that was asked. Whether
/// ranges held it is remembered.
pub fn came(
    exercise: &Exercise,
    of_plan: &Run,
    of_starter: Option<&Run>,
    progress: &mut Progress,
) -> Vec<(String, Figure)> {
    let of = |question: &Question| {
        let run = if question.of_starter { of_starter? } else { of_plan };
        run.record.came.iter().find(|(id, _)| *id == question.id).cloned()
    };
    let came: Vec<(String, Figure)> = exercise.before.iter().filter_map(of).collect();
    for (id, figure) in &came {
        let Some(sealed) = progress.expected.get_mut(id) else { continue };
        if let (Expected::Range(low, high), Figure::Number(x)) = (&sealed.expected, figure) {
            sealed.held = Some((*low..=*high).contains(x));
        }
    }
    came
}

/// What the learner calls the debrief in `lang`, where it was laid out before.
pub fn laid_out(workspace: &Workspace, lang: Lang) -> Option<String> {
    let file = format!("debrief.{}.md", lang.code());
    workspace.folder().join(&file).is_file().then(|| workspace.shown(&file))
}

/// Lays the debrief into the workspace, in each language that there is, and gives what the learner calls that of `lang`; `came` is
/// what came of what was expected, where a check passed.
///
/// # Errors
/// The disk's.
pub fn debrief(
    pack: &Pack,
    task: &Task,
    workspace: &Workspace,
    came: &[(String, Figure)],
    lang: Lang,
) -> Result<Option<String>, WorkspaceError> {
    let progress = workspace.progress()?;
    let mut shown = None;
    for each in [Lang::En, Lang::Ja] {
        let Some(text) = pack.debrief(workspace.id(), each) else { continue };
        let file = format!("debrief.{}.md", each.code());
        let text = debrief::markdown(&task.exercise, &text, &progress, came, each);
        workspace.write(&file, text.as_bytes())?;
        if each == lang {
            shown = Some(workspace.shown(&file));
        }
    }
    Ok(shown)
}

/// What a check without a grader's seed is worth.
pub fn practice(exercise: &Exercise) -> Text {
    if exercise.asks_plan {
        Text::new(
            "This was practice: for a grade, a grader trains the plan again and judges it on patients from a seed that only they know.",
            "これは練習です。成績は、採点者がこの計画で学習をやり直し、採点者だけが知る乱数シードから生成した患者で判定して決まります。",
        )
    } else {
        Text::new(
            "This was practice: for a grade, a grader judges it again with a seed that only they know.",
            "これは練習です。成績は、採点者が、採点者だけが知る乱数シードで改めて判定して決まります。",
        )
    }
}
