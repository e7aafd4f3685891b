//! Doubtful hand-ins that a person decided to count for nothing.

use std::path::Path;

use app::ending::Ending;
use app::learner::desk::Desk;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

use crate::desk::Opened;
use crate::store::Doubt;

/// Drops doubtful hand-ins: by their numbers and, with `unmatched`, all of which nobody of the roster is known to be the writer. Gives
/// those that were dropped.
///
/// # Errors
/// A number that no open doubt has, no number at all; the store's.
pub fn drop(desk: &Desk, folder: &Path, numbers: &[i64], unmatched: bool) -> Result<Vec<Doubt>, Ending> {
    let Opened { class, mut store, .. } = Opened::at(desk, folder)?;
    let _held = class.hold()?;
    let open: Vec<Doubt> = store.doubts()?.into_iter().filter(|doubt| !doubt.dropped).collect();
    let faults: Vec<Fault> = numbers
        .iter()
        .filter(|number| !open.iter().any(|doubt| doubt.number == **number))
        .map(|number| {
            let found = text!("the number {number}", "番号 {number}");
            let expected = Text::new("one that practicum class doubts tells", "practicum class doubts が示す番号");
            Fault::new(Id::BadValue, Place::file("NUMBER"), found, expected)
        })
        .collect();
    if !faults.is_empty() {
        return Err(Ending::Faults(faults));
    }
    let is_meant = |doubt: &Doubt| numbers.contains(&doubt.number) || unmatched && doubt.learners.is_empty();
    let meant: Vec<Doubt> = open.into_iter().filter(is_meant).collect();
    if meant.is_empty() && !unmatched {
        let found = Text::new("no number", "番号がありません");
        let expected = Text::new(
            "the numbers of practicum class doubts, or --unmatched",
            "practicum class doubts が示す番号、または --unmatched",
        );
        return Err(Ending::Faults(vec![Fault::new(Id::MissingArgument, Place::file("NUMBER"), found, expected)]));
    }
    let meant_numbers: Vec<i64> = meant.iter().map(|doubt| doubt.number).collect();
    store.drop_doubts(&meant_numbers)?;
    Ok(meant)
}
