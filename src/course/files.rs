//! What the files and folders of an exercise are called.

use diagnostics::text::Lang;

/// The folder of an exercise's reference.
pub const REFERENCE: &str = "solution";

/// The folder of what learners begin with.
pub const STARTER: &str = "starter";

/// The folder of an exercise's wrong solutions, a folder for each.
pub const WRONG: &str = "wrong";

/// The experiment.
pub const PLAN: &str = "plan.toml";

/// The conclusions.
pub const ANSWERS: &str = "answers.toml";

/// The file of a brief.
pub fn brief_file(lang: Lang) -> String {
    format!("brief.{}.md", lang.code())
}

/// The file of a debrief.
pub fn debrief_file(lang: Lang) -> String {
    format!("debrief.{}.md", lang.code())
}
