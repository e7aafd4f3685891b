//! What is kept of a learner, and its end.

use std::collections::BTreeSet;
use std::path::Path;

use app::ending::Ending;
use app::learner::desk::Desk;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

use crate::desk::Opened;
use crate::grading;
use crate::store::Submission;

/// Takes away everything that is kept of a learner; how many hand-ins that were. Somebody who left the roster can be forgotten too.
///
/// # Errors
/// An id that is not known; without `sure`, what there is; the store's.
pub fn forget(desk: &Desk, folder: &Path, id: &str, sure: bool) -> Result<usize, Ending> {
    let mut opened = Opened::at(desk, folder)?;
    let _held = opened.class.hold()?;
    let mine: Vec<&Submission> =
        opened.book.submissions.values().filter(|submission| submission.learner == id).collect();
    if mine.is_empty() {
        opened.known(id)?;
    }
    if !sure {
        let n = mine.len();
        let found = text!("{n} hand-ins of {id}, with results and marks", "{id} の提出{n}件と、その結果・採点");
        let expected = Text::new("--yes, to take them away for good", "完全に削除するには --yes を付けてください");
        return Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file(id), found, expected)]));
    }
    // By what is left of others, not by what would be theirs now: with another variant in the roster they had other keys.
    let others = opened.book.submissions.values().filter(|submission| submission.learner != id);
    let editions = opened.store.all_editions()?;
    let of_others = others.flat_map(|submission| {
        let own = editions.iter().filter(|edition| edition.exercise == submission.exercise);
        own.map(|edition| grading::key(&opened.class, submission, edition))
    });
    let left: BTreeSet<String> = of_others.collect();
    opened.store.forget(id, &left)
}
