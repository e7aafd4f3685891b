//! The sign of a verdict, on every page and in the terminal.

use engine::check::Verdict;

/// One sign, as wide as a letter in every font: of a verdict in words, never instead of them.
pub fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✔",
        Verdict::Failed => "✘",
        Verdict::Skipped => "-",
        Verdict::NotAttempted => "?",
        Verdict::Invalid | Verdict::Error => "!",
    }
}
