//! The rules by which results become a grade: which attempts count, what lateness costs, what a person adds. Pure.

use std::collections::BTreeMap;

use app::ending::Ending;
use engine::check::Verdict;

use crate::folder::Class;
use crate::grading;
use crate::moment::{DAY, Moment};
use crate::settings::Asked;
use crate::store::{Edition, Mark, Outcome, Store, Submission};

/// How a grade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing was handed in.
    NotHandedIn,
    /// Handed in, not graded yet.
    Waiting,
    /// A failure of ours: no grade, and no zero.
    Error,
    /// What was handed in cannot be run; it says where.
    Invalid,
    /// All that was handed in came after the last day.
    TooLate,
    /// The decision in words waits for a person.
    ToMark,
    /// Graded.
    Graded,
}

impl State {
    /// The word of documents and tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotHandedIn => "not_handed_in",
            Self::Waiting => "waiting",
            Self::Error => "error",
            Self::Invalid => "invalid",
            Self::TooLate => "too_late",
            Self::ToMark => "to_mark",
            Self::Graded => "graded",
        }
    }
}

/// An attempt and what became of it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The submission's number.
    pub number: i64,
    /// What its result is kept by.
    pub key: String,
    /// When it counts as handed in.
    pub at: Moment,
    /// The result; none where it was not graded yet, or cannot be run.
    pub outcome: Option<Outcome>,
    /// Whether it cannot be run at all.
    pub invalid: bool,
    /// Days begun after the date.
    pub late: i64,
    /// Whether it may become the grade.
    pub counts: bool,
}

/// A learner's grade in an exercise.
#[derive(Clone, Debug)]
pub struct Grade {
    /// How it stands.
    pub state: State,
    /// What is reached, of `worth`; meant where it is [`State::Graded`].
    pub points: f64,
    /// What a full mark is worth.
    pub worth: f64,
    /// The exercise's own points of the attempt that counts, and how many there are.
    pub judged: Option<(i64, i64)>,
    /// The attempt that counts, or that should be looked at, as an index of `attempts`.
    pub chosen: Option<usize>,
    /// All attempts, in the order of hand-in.
    pub attempts: Vec<Attempt>,
    /// What was taken off for lateness.
    pub deducted: f64,
    /// What a person gave.
    pub mark: Option<Mark>,
    /// Whether another attempt may still be handed in, as far as their number goes.
    pub more: bool,
}

impl Grade {
    /// The attempt that counts.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempts.get(self.chosen?)
    }
}

/// All grades of a class.
#[derive(Debug)]
pub struct Book {
    /// By learner and exercise.
    pub grades: BTreeMap<(String, String), Grade>,
    /// What each exercise is graded with.
    pub editions: BTreeMap<String, Edition>,
    /// Every submission, by its number.
    pub submissions: BTreeMap<i64, Submission>,
}

impl Book {
    /// The grades as the store has them now.
    ///
    /// # Errors
    /// The store's.
    pub fn of(class: &Class, store: &Store) -> Result<Self, Ending> {
        Self::under(class, store, store.editions()?)
    }

    /// The grades as they would be with other editions.
    ///
    /// # Errors
    /// The store's.
    pub fn under(class: &Class, store: &Store, editions: BTreeMap<String, Edition>) -> Result<Self, Ending> {
        let (submissions, outcomes, marks) = (store.submissions()?, store.outcomes()?, store.marks()?);
        let mut of: BTreeMap<(&str, &str), Vec<&Submission>> = BTreeMap::new();
        for submission in &submissions {
            of.entry((&submission.learner, &submission.exercise)).or_default().push(submission);
        }
        let mut grades = BTreeMap::new();
        for learner in &class.roster.learners {
            for asked in &class.settings.exercises {
                let id = &asked.id.value;
                let edition = editions.get(id);
                let due = class.settings.due(&learner.id, id);
                let attempt = |submission: &&Submission| {
                    let key = edition.map(|edition| grading::key(class, submission, edition)).unwrap_or_default();
                    let late = due.map_or(0, |due| days_late(submission, due));
                    let outcome = outcomes.get(&key).copied();
                    let invalid = submission.invalid.is_some();
                    Attempt {
                        number: submission.number,
                        key,
                        at: submission.at(),
                        outcome,
                        invalid,
                        late,
                        counts: false,
                    }
                };
                let attempts = of.get(&(learner.id.as_str(), id.as_str())).map_or(&[][..], Vec::as_slice);
                let attempts = attempts.iter().map(attempt).collect();
                let mark = marks.get(&(learner.id.clone(), id.clone())).cloned();
                let own = edition.map_or(0, |edition| edition.points);
                grades.insert((learner.id.clone(), id.clone()), grade(asked, own, class.settings.best, attempts, mark));
            }
        }
        let submissions = submissions.into_iter().map(|submission| (submission.number, submission)).collect();
        Ok(Self { grades, editions, submissions })
    }

    /// A learner's grade.
    pub fn grade(&self, learner: &str, exercise: &str) -> Option<&Grade> {
        self.grades.get(&(learner.to_owned(), exercise.to_owned()))
    }
}

/// Days begun after the date. Where nobody knows when it was handed in, it is not late.
fn days_late(submission: &Submission, due: Moment) -> i64 {
    submission.received.map_or(0, |received| {
        (received.0 - due.0).max(0).div_euclid(DAY) + i64::from((received.0 - due.0).max(0) % DAY > 0)
    })
}

/// Points of two decimals, as gradebooks have them.
fn rounded(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}

/// One grade. `own` are the exercise's own points; `best` says whether the best attempt counts rather than the last.
pub fn grade(asked: &Asked, own: i64, best: bool, mut attempts: Vec<Attempt>, mark: Option<Mark>) -> Grade {
    let mut used = 0;
    let (mut waiting, mut error, mut too_late) = (false, false, false);
    for attempt in &mut attempts {
        if attempt.invalid || attempt.outcome.is_some_and(|outcome| outcome.verdict == Verdict::Invalid) {
            attempt.invalid = true;
            continue;
        }
        if attempt.late > asked.late_days && attempt.late > 0 {
            too_late = true;
            continue;
        }
        if asked.attempts > 0 && used >= asked.attempts {
            continue;
        }
        // One that failed through us may be one that counts: until it is known, nothing is.
        match attempt.outcome {
            None => waiting = true,
            Some(outcome) if outcome.verdict == Verdict::Error => error = true,
            Some(_) => attempt.counts = true,
        }
        used += 1;
    }
    let judged_worth = asked.points.unwrap_or(own as f64);
    let worth = judged_worth + asked.text_points;
    let of = |attempt: &Attempt| {
        let outcome = attempt.outcome.filter(|outcome| outcome.of > 0);
        let share = outcome.map_or(0.0, |outcome| outcome.points as f64 / outcome.of as f64);
        let full = share * judged_worth;
        let kept = (1.0 - asked.late_percent_per_day / 100.0 * attempt.late as f64).max(0.0);
        (rounded(full * kept), rounded(full - full * kept))
    };
    let counting = || attempts.iter().enumerate().filter(|(_, attempt)| attempt.counts);
    let chosen = if best {
        // Of equals the first.
        counting().rev().max_by(|(_, a), (_, b)| of(a).0.total_cmp(&of(b).0)).map(|(at, _)| at)
    } else {
        counting().next_back().map(|(at, _)| at)
    };
    let (judged, deducted) = chosen.map_or((0.0, 0.0), |at| of(&attempts[at]));
    let given = mark.as_ref().and_then(|mark| mark.points);
    let state = if attempts.is_empty() {
        State::NotHandedIn
    } else if error {
        State::Error
    } else if waiting {
        State::Waiting
    } else if chosen.is_none() {
        if too_late { State::TooLate } else { State::Invalid }
    } else if asked.text_points > 0.0 && given.is_none() {
        State::ToMark
    } else {
        State::Graded
    };
    let points = judged + given.unwrap_or(0.0).clamp(0.0, asked.text_points);
    let own_points = chosen.and_then(|at| attempts[at].outcome).map(|outcome| (outcome.points, outcome.of));
    Grade {
        state,
        points: rounded(points),
        worth,
        judged: own_points,
        // Of what cannot be run, the last is told.
        chosen: chosen.or_else(|| attempts.len().checked_sub(1)),
        deducted,
        mark,
        more: asked.attempts == 0 || used < asked.attempts,
        attempts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::fault::Place;
    use diagnostics::keys::Written;

    fn asked() -> Asked {
        Asked {
            id: Written { value: "a".to_owned(), place: Place::default() },
            due: None,
            points: Some(100.0),
            text_points: 0.0,
            late_percent_per_day: 10.0,
            late_days: 3,
            attempts: 2,
            long: false,
        }
    }

    fn attempt(verdict: Option<(Verdict, i64)>, late: i64) -> Attempt {
        let outcome = verdict.map(|(verdict, points)| Outcome { verdict, points, of: 8, tries: 1 });
        Attempt { number: 1, key: String::new(), at: Moment(0), outcome, invalid: false, late, counts: false }
    }

    #[test]
    fn the_best_or_the_last_of_the_attempts_that_count_is_the_grade() {
        use Verdict::{Failed, Passed};
        let attempts =
            || vec![attempt(Some((Failed, 6)), 0), attempt(Some((Failed, 4)), 0), attempt(Some((Passed, 8)), 0)];
        let best = grade(&asked(), 8, true, attempts(), None);
        assert_eq!((best.state, best.points, best.chosen, best.more), (State::Graded, 75.0, Some(0), false));
        let last = grade(&asked(), 8, false, attempts(), None);
        assert_eq!((last.points, last.chosen), (50.0, Some(1)));
        let without_end = grade(&Asked { attempts: 0, ..asked() }, 8, true, attempts(), None);
        assert_eq!((without_end.points, without_end.more), (100.0, true));
    }

    #[test]
    fn what_could_not_be_run_burns_no_attempt_and_is_no_zero() {
        use Verdict::{Error, Failed, Invalid};
        let grade = |attempts| grade(&asked(), 8, true, attempts, None);
        let after =
            grade(vec![attempt(Some((Invalid, 0)), 0), attempt(Some((Invalid, 0)), 0), attempt(Some((Failed, 4)), 0)]);
        assert_eq!((after.state, after.points, after.more), (State::Graded, 50.0, true));
        assert_eq!(grade(vec![attempt(Some((Invalid, 0)), 0)]).state, State::Invalid);
        // Until ours is mended, nobody knows what the best is.
        assert_eq!(grade(vec![attempt(Some((Failed, 4)), 0), attempt(Some((Error, 0)), 0)]).state, State::Error);
        assert_eq!(grade(vec![attempt(Some((Failed, 4)), 0), attempt(None, 0)]).state, State::Waiting);
        assert_eq!(grade(vec![]).state, State::NotHandedIn);
    }

    #[test]
    fn lateness_costs_by_the_day_and_ends() {
        use Verdict::Passed;
        let grade = |late| grade(&asked(), 8, true, vec![attempt(Some((Passed, 8)), late)], None);
        assert_eq!((grade(2).points, grade(2).deducted), (80.0, 20.0));
        assert_eq!((grade(3).state, grade(4).state), (State::Graded, State::TooLate));
        let at = |received: i64| Submission { received: Some(Moment(received)), ..Submission::default() };
        let due = Moment(1_000_000);
        let days = [0, 1, DAY, DAY + 1].map(|after| days_late(&at(due.0 + after), due));
        assert_eq!(days, [0, 1, 1, 2]);
        assert_eq!(days_late(&Submission { taken: Moment(9_000_000), ..Submission::default() }, due), 0);
    }

    #[test]
    fn what_a_person_gives_is_added_and_waited_for() {
        let asked = Asked { text_points: 20.0, ..asked() };
        let attempts = || vec![attempt(Some((Verdict::Passed, 8)), 0)];
        assert_eq!(grade(&asked, 8, true, attempts(), None).state, State::ToMark);
        let mark = Mark { points: Some(15.0), comment: String::new() };
        let marked = grade(&asked, 8, true, attempts(), Some(mark));
        assert_eq!((marked.state, marked.points, marked.worth), (State::Graded, 115.0, 120.0));
    }
}
