//! SQL at the door: what authors and learners wrote is read and judged where its file is, so that no later stage reads it again.

use diagnostics::fault::Fault;
use diagnostics::keys::{Section, Value, Written};
use sql::{Expression, Purpose, Query};

/// The query under a key that is required; what is wrong with it goes to `faults`, and a query of nothing stands for it.
pub(super) fn query(section: &Section, key: &str, faults: &mut Vec<Fault>) -> Written<Query> {
    let Written { value, place } = section.written(key);
    let value = Query::read(&value).unwrap_or_else(|fault| {
        faults.push(fault.in_place(place.clone()));
        Query::nothing()
    });
    Written { value, place }
}

/// The expression that was written; what is wrong with it goes to `faults`, and NULL stands for it.
pub(super) fn expression(written: Written<String>, purpose: Purpose, faults: &mut Vec<Fault>) -> Written<Expression> {
    let Written { value, place } = written;
    let value = Expression::read(&value, purpose).unwrap_or_else(|fault| {
        faults.push(fault.in_place(place.clone()));
        Expression::null()
    });
    Written { value, place }
}

/// The expressions of a table of keys and SQL, by key.
pub(super) fn expressions(
    section: &Section,
    purpose: Purpose,
    faults: &mut Vec<Fault>,
) -> Vec<(String, Written<Expression>)> {
    let mut found = Vec::new();
    for (name, entry) in section.entries() {
        if let Value::String(sql) = &entry.value {
            let written = Written { value: sql.clone(), place: entry.place.clone() };
            found.push((name.to_owned(), expression(written, purpose, faults)));
        }
    }
    found
}
