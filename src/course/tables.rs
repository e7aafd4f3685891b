//! The tables that a run may have, by the names that SQL asks them by.

/// The learner's own rows.
pub const DEVELOP: &str = "develop";

/// What is outlined in the pictures of the learner's own rows, where the dataset outlines something.
pub const DEVELOP_LESIONS: &str = "develop_lesions";

/// The rows that judge.
pub const EXAM: &str = "exam";

/// What is outlined in the pictures of the exam.
pub const LESIONS: &str = "lesions";

/// The losses by epoch.
pub const EPOCHS: &str = "epochs";

/// The figures by table and group.
pub const METRICS: &str = "metrics";

/// What was answered, one row.
pub const ANSWERS: &str = "answers";

/// What the plan sets, one row.
pub const PLAN: &str = "plan";

/// The truth of a variant, where variants differ in it.
pub const WORLD: &str = "world";

/// All but those of probes, which their exercise names.
pub const ALL: [&str; 9] = [DEVELOP, EXAM, EPOCHS, METRICS, ANSWERS, PLAN, LESIONS, DEVELOP_LESIONS, WORLD];

/// What is outlined in the pictures of a table's rows.
pub fn lesions(of: &str) -> String {
    if of == EXAM { LESIONS.to_owned() } else { format!("{of}_{LESIONS}") }
}
