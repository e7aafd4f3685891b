//! Names that an author gives: each once, and such as columns have.

use diagnostics::fault::{Fault, Id};
use diagnostics::keys::{Section, Written};
use diagnostics::text;
use diagnostics::text::Text;

/// The word of what is asked before the first run, and the table of its answers.
pub const BEFORE: &str = "before";

/// Tells a name that is taken already.
pub(super) fn once(name: &Written<String>, taken: &mut Vec<String>, faults: &mut Vec<Fault>) {
    if taken.contains(&name.value) {
        let id = &name.value;
        faults.push(name.fault(
            Id::TakenName,
            text!("the name \"{id}\" a second time", "名前 \"{id}\" が重複しています"),
            Text::new("a name of its own", "ほかと重ならない名前"),
        ));
    }
    taken.push(name.value.clone());
}

/// The id of a question or of a part of one: a column of `answers`, or a piece of its name.
pub(super) fn plain_id(section: &Section, faults: &mut Vec<Fault>) -> String {
    let id = section.written("id");
    let plain = id.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain || id.value.is_empty() || ["exercise", BEFORE].contains(&id.value.as_str()) {
        let name = &id.value;
        faults.push(id.fault(
            Id::BadName,
            text!("the id \"{name}\"", "id \"{name}\""),
            Text::new(
                "small letters, digits and _ (it is a column of `answers`)",
                "小文字・数字・_ だけのid（`answers`の列名になります）",
            ),
        ));
    }
    id.value
}
