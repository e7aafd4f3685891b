//! The rules by which results become a grade: which attempts count, what lateness costs, what a person adds. Pure.

use std::collections::BTreeMap;

use app::ending::Ending;
use diagnostics::text::Lang;
use engine::check::Verdict;

use crate::folder::Class;
use crate::grading;
use crate::moment::{DAY, Moment};
use crate::settings::Assignment;
use crate::store::{Doubt, Edition, Fingerprint, Mark, Of, Outcome, Store, Submission};

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
    /// Something is there of which a person must decide whose it is, or what.
    Doubtful,
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
            Self::Doubtful => "doubtful",
            Self::ToMark => "to_mark",
            Self::Graded => "graded",
        }
    }

    /// A state's word, for people.
    pub fn called(word: &'static str, lang: Lang) -> &'static str {
        let ja = match word {
            "not_handed_in" => "未提出",
            "waiting" => "採点前",
            "error" => "こちらのエラー",
            "invalid" => "実行できない",
            "too_late" => "受付終了後",
            "doubtful" => "確認待ち",
            "to_mark" => "記述の採点待ち",
            "graded" => "採点済み",
            other => other,
        };
        match lang {
            Lang::En => word,
            Lang::Ja => ja,
        }
    }

    /// Whether a grade that stands so is not settled: it keeps its row out of an export.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Error | Self::Waiting | Self::Doubtful | Self::ToMark)
    }
}

/// What an attempt is to the grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It may become the grade.
    Eligible,
    /// It has no result yet.
    #[default]
    Unjudged,
    /// It cannot be run, and is no attempt.
    Invalid,
    /// It came after the last day.
    TooLate,
    /// There were as many attempts as count before it.
    Beyond,
    /// It says the same as the one before, but for comments, and is no attempt.
    Again,
}

impl Standing {
    /// The word of documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::Unjudged => "unjudged",
            Self::Invalid => "invalid",
            Self::TooLate => "too_late",
            Self::Beyond => "beyond_attempts",
            Self::Again => "same_as_before",
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
    /// When the grader took it.
    pub taken: Moment,
    /// The result; none where it was not graded yet, or cannot be run.
    pub outcome: Option<Outcome>,
    /// Whether it cannot be run at all.
    pub invalid: bool,
    /// Days begun after the date.
    pub late: i64,
    /// What it is to the grade.
    pub standing: Standing,
}

impl Attempt {
    /// Its decision in words, where one was written.
    pub fn text(&self) -> Option<Fingerprint> {
        self.outcome?.text
    }
}

/// A learner's grade in an exercise.
#[derive(Clone, Debug)]
pub struct Grade {
    /// How it stands.
    pub state: State,
    /// What is reached, of `maximum`; meant where it is [`State::Graded`].
    pub points: f64,
    /// What a full mark is worth.
    pub maximum: f64,
    /// The exercise's own points of the attempt that counts, and how many there are.
    pub judged: Option<(i64, i64)>,
    /// The attempt that counts, or that should be looked at, as an index of `attempts`.
    pub chosen: Option<usize>,
    /// All attempts, in the order of hand-in.
    pub attempts: Vec<Attempt>,
    /// What was taken off for lateness.
    pub deducted: f64,
    /// What a person gave for the text of the attempt that counts.
    pub mark: Option<Mark>,
    /// Whether a person gave points for another text of theirs, which the one that counts now has replaced.
    pub replaced: bool,
    /// How many attempts were used, of those that there are.
    pub used: usize,
    /// Whether something is there that nobody of the roster is known to have handed in: it may be theirs, where nothing else is.
    pub unsure: bool,
    /// Whether another attempt may still be handed in, as far as their number goes.
    pub more: bool,
}

impl Grade {
    /// The attempt that counts.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempts.get(self.chosen?)
    }

    /// Whether this attempt is the grade.
    pub fn is_of(&self, attempt: &Attempt) -> bool {
        attempt.standing == Standing::Eligible && self.attempt().is_some_and(|chosen| chosen.number == attempt.number)
    }

    /// The decision in words of the attempt that counts.
    pub fn text(&self) -> Option<Fingerprint> {
        self.attempt().filter(|attempt| attempt.standing == Standing::Eligible)?.text()
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
    /// What a person must look at yet.
    pub doubts: Vec<Doubt>,
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
        let doubts: Vec<Doubt> = store.doubts()?.into_iter().filter(|doubt| !doubt.dropped).collect();
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
                        taken: submission.taken,
                        outcome,
                        invalid,
                        late,
                        standing: Standing::default(),
                    }
                };
                let attempts = of.get(&(learner.id.as_str(), id.as_str())).map_or(&[][..], Vec::as_slice);
                let attempts = attempts.iter().map(attempt).collect();
                let of = (learner.id.clone(), id.clone());
                let given = marks.get(&of).map_or(&[][..], Vec::as_slice);
                let own = edition.map_or(0, |edition| edition.points);
                let mut grade = grade(asked, own, class.settings.best, attempts, given);
                let mut about = doubts.iter().filter(|doubt| doubt.may_be_of(id));
                grade.unsure = about.clone().any(|doubt| doubt.learners.is_empty());
                // Nothing is said of somebody of whom something lies unread.
                if about.any(|doubt| doubt.learners.contains(&learner.id)) {
                    grade.state = State::Doubtful;
                }
                grades.insert(of, grade);
            }
        }
        let submissions = submissions.into_iter().map(|submission| (submission.number, submission)).collect();
        Ok(Self { grades, editions, submissions, doubts })
    }

    /// A learner's grade.
    pub fn grade(&self, learner: &str, exercise: &str) -> Option<&Grade> {
        self.grades.get(&(learner.to_owned(), exercise.to_owned()))
    }
}

/// What the rules make of a hand-in before it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// Whether it was taken before.
    pub known: bool,
    /// Days begun after the date.
    pub late: i64,
    /// Whether that is after the last day.
    pub too_late: bool,
    /// Whether as many attempts as count came before it.
    pub beyond: bool,
}

/// What the rules make of hand-ins that are not judged yet, beside those that are in the book. An attempt that turns out not to run
/// is none: then one that is called beyond the limit here may count after all.
pub fn foreseen(class: &Class, book: Option<&Book>, new: &[Submission]) -> Vec<Foreseen> {
    let known_of = |one: &Submission| {
        let content = one.content();
        book.and_then(|book| {
            book.submissions
                .values()
                .find(|old| (&old.learner, &old.exercise) == (&one.learner, &one.exercise) && old.content() == content)
        })
    };
    let too_late = |one: &Submission| {
        let late = class.settings.due(&one.learner, &one.exercise).map_or(0, |due| days_late(one, due));
        (late, class.settings.assignment(&one.exercise).is_some_and(|asked| late > asked.late_days && late > 0))
    };
    // Everything that uses an attempt, with when it came.
    let mut uses: BTreeMap<(&str, &str), Vec<(Moment, String)>> = BTreeMap::new();
    for ((learner, exercise), grade) in book.iter().flat_map(|book| &book.grades) {
        let using = grade
            .attempts
            .iter()
            .filter(|attempt| matches!(attempt.standing, Standing::Eligible | Standing::Unjudged | Standing::Beyond));
        let contents =
            using.filter_map(|attempt| Some((attempt.at, book?.submissions.get(&attempt.number)?.content())));
        uses.entry((learner, exercise)).or_default().extend(contents);
    }
    for one in new.iter().filter(|one| one.invalid.is_none() && !too_late(one).1 && known_of(one).is_none()) {
        let of = uses.entry((&one.learner, &one.exercise)).or_default();
        let content = one.content();
        if !of.iter().any(|(_, other)| *other == content) {
            of.push((one.at(), content));
        }
    }
    for of in uses.values_mut() {
        of.sort();
    }
    let told = |one: &Submission| {
        let (late, too_late) = too_late(one);
        let most = class.settings.assignment(&one.exercise).map_or(0, |asked| asked.attempts);
        let content = one.content();
        let place = uses.get(&(one.learner.as_str(), one.exercise.as_str()));
        let place = place.and_then(|of| of.iter().position(|(_, other)| *other == content));
        let beyond = most > 0 && place.is_some_and(|place| place >= most);
        let back = book.is_some_and(|book| one.comes_back(book.submissions.values()));
        Foreseen { known: known_of(one).is_some() && !back, late, too_late, beyond }
    };
    new.iter().map(told).collect()
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

/// The mark of the text that counts. A mark of which nobody wrote down what it judged holds as long as there is one text only that it
/// can have judged.
fn mark_of(chosen: &Attempt, attempts: &[Attempt], marks: &[Mark]) -> Option<Mark> {
    let own = chosen.text().map_or(Of::NoText, Of::Text);
    let of_then = |mark: &&Mark| match mark.of {
        Of::Then(when) => {
            let mut there = attempts.iter().filter(|attempt| attempt.taken <= when);
            there.clone().any(|attempt| attempt.number == chosen.number)
                && there.all(|attempt| attempt.text().is_none_or(|text| Some(text) == chosen.text()))
        }
        _ => false,
    };
    marks.iter().find(|mark| mark.of == own).or_else(|| marks.iter().find(of_then)).cloned()
}

/// One grade. `own` are the exercise's own points; `best` says whether the best attempt counts rather than the last.
pub fn grade(asked: &Assignment, own: i64, best: bool, mut attempts: Vec<Attempt>, marks: &[Mark]) -> Grade {
    let mut used = 0;
    let (mut waiting, mut error, mut too_late) = (false, false, false);
    let mut before = None;
    for attempt in &mut attempts {
        if attempt.invalid || attempt.outcome.is_some_and(|outcome| outcome.verdict == Verdict::Invalid) {
            attempt.invalid = true;
            attempt.standing = Standing::Invalid;
            continue;
        }
        let work = attempt.outcome.and_then(|outcome| outcome.work);
        if work.is_some() && work == before {
            attempt.standing = Standing::Again;
            continue;
        }
        before = work;
        if attempt.late > asked.late_days && attempt.late > 0 {
            too_late = true;
            attempt.standing = Standing::TooLate;
            continue;
        }
        if asked.attempts > 0 && used >= asked.attempts {
            attempt.standing = Standing::Beyond;
            continue;
        }
        // One that failed through us may be one that counts: until it is known, nothing is.
        match attempt.outcome {
            None => waiting = true,
            Some(outcome) if outcome.verdict == Verdict::Error => error = true,
            Some(_) => attempt.standing = Standing::Eligible,
        }
        used += 1;
    }
    let judged_maximum = asked.points.unwrap_or(own as f64);
    let maximum = judged_maximum + asked.text_points;
    let of = |attempt: &Attempt| {
        let outcome = attempt.outcome.filter(|outcome| outcome.of > 0);
        let share = outcome.map_or(0.0, |outcome| outcome.points as f64 / outcome.of as f64);
        let full = share * judged_maximum;
        let kept = (1.0 - asked.late_percent_per_day / 100.0 * attempt.late as f64).max(0.0);
        (rounded(full * kept), rounded(full - full * kept))
    };
    let counting = || attempts.iter().enumerate().filter(|(_, attempt)| attempt.standing == Standing::Eligible);
    let chosen = if best {
        // Of equals the last: its text is the one that its writer stands by.
        counting().max_by(|(_, a), (_, b)| of(a).0.total_cmp(&of(b).0)).map(|(at, _)| at)
    } else {
        counting().next_back().map(|(at, _)| at)
    };
    let (judged, deducted) = chosen.map_or((0.0, 0.0), |at| of(&attempts[at]));
    // Of what cannot be run, the last is told.
    let shown = chosen.or_else(|| attempts.len().checked_sub(1));
    let mark = shown.and_then(|at| mark_of(&attempts[at], &attempts, marks));
    let given = mark.as_ref().and_then(|mark| mark.points);
    let text = chosen.and_then(|at| attempts[at].text());
    let state = if attempts.is_empty() {
        State::NotHandedIn
    } else if error {
        State::Error
    } else if waiting {
        State::Waiting
    } else if chosen.is_none() {
        if too_late { State::TooLate } else { State::Invalid }
    } else if asked.text_points > 0.0 && text.is_some() && given.is_none() {
        State::ToMark
    } else {
        State::Graded
    };
    // Where nothing was written, there is nothing to mark: no point of it.
    let given = given.filter(|_| text.is_some()).unwrap_or(0.0).clamp(0.0, asked.text_points);
    let own_points = chosen.and_then(|at| attempts[at].outcome).map(|outcome| (outcome.points, outcome.of));
    Grade {
        state,
        points: rounded(judged + given),
        maximum,
        judged: own_points,
        chosen: shown,
        deducted,
        replaced: text.is_some() && mark.is_none() && marks.iter().any(|mark| mark.points.is_some()),
        mark,
        used,
        unsure: false,
        more: asked.attempts == 0 || used < asked.attempts,
        attempts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::fault::Place;
    use diagnostics::keys::Written;

    fn asked() -> Assignment {
        Assignment {
            id: Written { value: "a".to_owned(), place: Place::default() },
            due: None,
            points: Some(100.0),
            text_points: 0.0,
            late_percent_per_day: 10.0,
            late_days: 3,
            attempts: 2,
            canvas: None,
            long: false,
        }
    }

    fn attempt(verdict: Option<(Verdict, i64)>, late: i64) -> Attempt {
        let outcome = verdict.map(|(verdict, points)| {
            let text = Some(Fingerprint::of("why"));
            Outcome { verdict, points, of: 8, tries: 1, text, work: None }
        });
        let (at, standing) = (Moment(0), Standing::default());
        Attempt { number: 1, key: String::new(), at, taken: at, outcome, invalid: false, late, standing }
    }

    #[test]
    fn the_best_or_the_last_of_the_attempts_that_count_is_the_grade() {
        use Verdict::{Failed, Passed};
        let attempts =
            || vec![attempt(Some((Failed, 6)), 0), attempt(Some((Failed, 4)), 0), attempt(Some((Passed, 8)), 0)];
        let best = grade(&asked(), 8, true, attempts(), &[]);
        assert_eq!((best.state, best.points, best.chosen, best.more), (State::Graded, 75.0, Some(0), false));
        let last = grade(&asked(), 8, false, attempts(), &[]);
        assert_eq!((last.points, last.chosen), (50.0, Some(1)));
        let without_end = grade(&Assignment { attempts: 0, ..asked() }, 8, true, attempts(), &[]);
        assert_eq!((without_end.points, without_end.more), (100.0, true));
    }

    #[test]
    fn what_could_not_be_run_burns_no_attempt_and_is_no_zero() {
        use Verdict::{Error, Failed, Invalid};
        let grade = |attempts| grade(&asked(), 8, true, attempts, &[]);
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
        let grade = |late| grade(&asked(), 8, true, vec![attempt(Some((Passed, 8)), late)], &[]);
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
        let asked = Assignment { text_points: 20.0, ..asked() };
        let attempts = || vec![attempt(Some((Verdict::Passed, 8)), 0)];
        assert_eq!(grade(&asked, 8, true, attempts(), &[]).state, State::ToMark);
        let text = Of::Text(Fingerprint::of("why"));
        let mark = |of: Of| Mark { of, points: Some(15.0), comment: String::new() };
        let marked = grade(&asked, 8, true, attempts(), &[mark(text)]);
        assert_eq!((marked.state, marked.points, marked.maximum), (State::Graded, 115.0, 120.0));
        // It is of the text that it judged, and of no other.
        let other = Of::Text(Fingerprint::of("because"));
        let replaced = grade(&asked, 8, true, attempts(), &[mark(other)]);
        assert_eq!((replaced.state, replaced.mark, replaced.replaced), (State::ToMark, None, true));
        // Where nothing is written, there is nothing to wait for.
        let mut silent = attempts();
        silent[0].outcome.as_mut().unwrap().text = None;
        let silent = grade(&asked, 8, true, silent, &[]);
        assert_eq!((silent.state, silent.points), (State::Graded, 100.0));
        // A mark from before texts were told apart holds as long as it can have judged this text only.
        let then = |attempts| grade(&asked, 8, true, attempts, &[mark(Of::Then(Moment(5)))]).state;
        assert_eq!(then(attempts()), State::Graded);
        let later = |taken: i64| {
            let mut both = vec![attempt(Some((Verdict::Passed, 8)), 0), attempt(Some((Verdict::Passed, 8)), 0)];
            both[1].number = 2;
            both[1].taken = Moment(taken);
            both[1].outcome.as_mut().unwrap().text = Some(Fingerprint::of("because"));
            both
        };
        assert_eq!((then(later(9)), then(later(3))), (State::ToMark, State::ToMark));
    }

    #[test]
    fn of_equals_the_later_counts_and_the_same_work_again_is_no_attempt() {
        use Verdict::Failed;
        let of = |number: i64, points: i64, work: &str| {
            let mut one = attempt(Some((Failed, points)), 0);
            one.number = number;
            one.outcome.as_mut().unwrap().work = Some(Fingerprint::of(work));
            one
        };
        let equal = grade(&asked(), 8, true, vec![of(1, 6, "a"), of(2, 6, "b")], &[]);
        assert_eq!((equal.chosen, equal.used, equal.more), (Some(1), 2, false));
        let again = grade(&asked(), 8, true, vec![of(1, 6, "a"), of(2, 6, "a"), of(3, 8, "b"), of(4, 8, "c")], &[]);
        let standings: Vec<Standing> = again.attempts.iter().map(|attempt| attempt.standing).collect();
        assert_eq!(standings, [Standing::Eligible, Standing::Again, Standing::Eligible, Standing::Beyond]);
        assert_eq!((again.chosen, again.used), (Some(2), 2));
    }
}
