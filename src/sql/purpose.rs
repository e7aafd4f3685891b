//! What an SQL text is for, and what it names.

use std::collections::BTreeSet;

/// What an SQL text is for, hence what it may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A dataset's column: one expression of one row, with draws.
    Column,
    /// What a probe changes: the same, with `shuffle`.
    Intervention,
    /// A learner's choice of patients: one condition of one row, without chance.
    Filter,
    /// A question to a run's tables: one SELECT, or WITH … SELECT, without chance.
    Check,
    /// What a check makes of the one row that its question gave: one condition, without chance.
    Verdict,
}

/// The tables and columns that an SQL text names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Tables of the run; not those that the text makes itself with WITH.
    pub tables: BTreeSet<String>,
    /// Columns, with the table where the text says which (the table's own name, not its alias). Names given with AS are left out.
    pub columns: BTreeSet<(Option<String>, String)>,
    /// Tables of which all columns are read, by `*` or `t.*`; an empty name for a bare `*`.
    pub all_of: BTreeSet<String>,
}
