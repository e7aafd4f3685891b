//! Hand-ins by what can be done with them: what is graded, what a person must look at first, who is missing.

use std::collections::BTreeSet;

use app::ending::Ending;
use diagnostics::text;
use diagnostics::text::Text;

use crate::folder::Class;
use crate::grade::{self, Book, Foreseen};
use crate::gradebook;
use crate::grading;
use crate::intake::HandIn;
use crate::intake::people::Person;
use crate::moment::Moment;
use crate::store::{Doubt, Store, Submission};

/// Hand-ins by what can be done with them.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Whose they are is clear; with what each learner's becomes.
    pub matched: Vec<(HandIn, Vec<(Submission, Foreseen)>)>,
    /// A person must look first, and why.
    pub doubtful: Vec<(HandIn, Text)>,
    /// Nobody of the roster, and why.
    pub unmatched: Vec<(HandIn, Text)>,
    /// How many doubtful ones were dropped before.
    pub dropped: usize,
    /// Learners of whom nothing is here.
    pub missing: Vec<String>,
}

impl Sorted {
    /// Sorts hand-ins, knowing what was taken before.
    ///
    /// # Errors
    /// The store's.
    pub fn of(class: &Class, hand_ins: Vec<HandIn>, store: Option<&Store>, now: Moment) -> Result<Self, Ending> {
        let book = store.map(|store| Book::of(class, store)).transpose()?;
        let doubts: Vec<Doubt> = store.map(Store::doubts).transpose()?.unwrap_or_default();
        let is_dropped = |hand_in: &HandIn| {
            doubts
                .iter()
                .any(|doubt| doubt.dropped && (&doubt.label, &doubt.content) == (&hand_in.label, &hand_in.content))
        };
        let mut sorted = Self::default();
        let mut there = BTreeSet::new();
        let clear = hand_ins.iter().filter(|one| grading::doubtful(class, one).is_none());
        let taken: Vec<Vec<Submission>> = clear.map(|one| grading::taken(class, one, now)).collect();
        let mut foreseen = grade::foreseen(class, book.as_ref(), &taken.concat()).into_iter();
        let mut taken = taken.into_iter();
        for hand_in in hand_ins {
            if let Person::Matched { learners, .. } = &hand_in.person {
                there.extend(learners.iter().cloned());
            }
            let Some(why) = grading::doubtful(class, &hand_in) else {
                let with = taken.next().unwrap_or_default().into_iter().zip(&mut foreseen).collect();
                sorted.matched.push((hand_in, with));
                continue;
            };
            if is_dropped(&hand_in) {
                sorted.dropped += 1;
            } else if matches!(hand_in.person, Person::Unmatched(_)) {
                sorted.unmatched.push((hand_in, why));
            } else {
                sorted.doubtful.push((hand_in, why));
            }
        }
        let missing = class.roster.learners.iter().filter(|learner| !there.contains(&learner.id));
        sorted.missing = missing.map(|learner| learner.id.clone()).collect();
        Ok(sorted)
    }

    /// How many of them were not taken before.
    pub fn count_new(&self) -> usize {
        let is_new = |(_, of): &&(HandIn, Vec<(Submission, Foreseen)>)| of.iter().any(|(_, foreseen)| !foreseen.known);
        self.matched.iter().filter(is_new).count()
    }

    /// Whether nothing waits for a person.
    pub fn is_clean(&self) -> bool {
        self.doubtful.is_empty() && self.unmatched.is_empty()
    }
}

/// What the rules make of a hand-in; of a team, of whom.
pub fn foretold(class: &Class, of: &[(Submission, Foreseen)]) -> Vec<Text> {
    let mut told = Vec::new();
    for (submission, Foreseen { known, late, too_late, beyond }) in of {
        let mut say = |text: Text| {
            let who = &submission.learner;
            let Text { en, ja } = &text;
            told.push(if of.len() > 1 { text!("{who}: {en}", "{who}：{ja}") } else { text });
        };
        let asked = class.settings.assignment(&submission.exercise);
        if *known {
            say(Text::new("known already", "受け付け済み"));
        }
        if *too_late {
            say(text!(
                "{late} days late, after the last day: it does not count",
                "{late}日遅れ（受付終了後のため、成績の対象になりません）"
            ));
        } else if *late > 0 {
            let percent = asked.map_or(0.0, |asked| asked.late_percent_per_day);
            let off = gradebook::number((percent * *late as f64).min(100.0));
            say(text!("{late} days late: {off}% off", "{late}日遅れ（{off}%減点）"));
        }
        if *beyond {
            let most = asked.map_or(0, |asked| asked.attempts);
            say(text!(
                "beyond the {most} attempts that count: it does not, unless one before it cannot be run",
                "提出回数の上限（{most}回）を超えているため、成績の対象になりません（前の提出が実行できない場合を除きます）"
            ));
        }
    }
    told.dedup();
    told
}
