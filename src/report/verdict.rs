//! The sign of a verdict and the words of a score, on every page and in the terminal.

use super::json::Score;
use diagnostics::text;
use diagnostics::text::Text;
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

/// So many points of so many.
pub fn score(Score { points, of }: Score) -> Text {
    let word = if of == 1 { "point" } else { "points" };
    text!("{points} of {of} {word}", "{of}点中{points}点")
}
