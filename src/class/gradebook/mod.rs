//! Grades as other systems want them.

pub mod canvas;
pub mod gradescope;
pub mod moodle;
pub mod page;
pub mod plain;
pub mod xlsx;

use diagnostics::text;
use diagnostics::text::Text;

use crate::grade::{Book, Grade, State};

/// What is exported, and what is held back.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Whether rows with errors of ours, or that wait, are written too (without a grade).
    pub forced: bool,
    /// Whether who handed in nothing, too late, or nothing that can be run gets 0 rather than an empty cell.
    pub zero: bool,
}

/// A row that is held back, and why.
#[derive(Clone, Debug)]
pub struct Held {
    /// The learner; where it is nobody of the roster, the name of the folder or file.
    pub learner: String,
    /// The exercise; empty where that is not known.
    pub exercise: String,
    /// How it stands.
    pub state: State,
}

/// The points to be written, where there are any.
pub fn points(grade: &Grade, choice: Choice) -> Option<f64> {
    match grade.state {
        State::Graded => Some(grade.points),
        // Something is there that may be theirs: no zero for it.
        State::NotHandedIn if grade.unsure => None,
        State::NotHandedIn | State::TooLate | State::Invalid if choice.zero => Some(0.0),
        _ => None,
    }
}

/// Everything that keeps its row out of an export until it is settled.
pub fn held(book: &Book) -> Vec<Held> {
    let of_rows = book.grades.iter().filter(|(_, grade)| grade.state.is_open()).map(|((learner, exercise), grade)| {
        Held { learner: learner.clone(), exercise: exercise.clone(), state: grade.state }
    });
    // Of nobody whom the roster has: whose it is, a person says.
    let strangers = book.doubts.iter().filter(|doubt| doubt.learners.is_empty()).map(|doubt| Held {
        learner: doubt.label.clone(),
        exercise: doubt.exercise.clone().unwrap_or_default(),
        state: State::Doubtful,
    });
    of_rows.chain(strangers).collect()
}

/// A number as gradebooks read it: at most two decimals, none where there are none.
pub fn number(points: f64) -> String {
    let text = format!("{points:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A cell that no spreadsheet takes for a formula.
pub fn inert(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// An id: as it is, so that whoever reads the table finds it again, where a spreadsheet could at most take it for a number or a name.
/// One that begins as a formula does, or could work as one, is made inert: a row that is not found again is told, a formula runs.
pub fn inert_id(id: &str) -> String {
    let is_plain = id
        .strip_prefix(['+', '-', '@'])
        .is_some_and(|rest| rest.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') && !rest.is_empty());
    if is_plain { id.to_owned() } else { inert(id) }
}

/// How a grade stands, in a sentence for whom it is.
pub fn sentence(grade: &Grade) -> Text {
    match grade.state {
        State::Graded => {
            let (points, maximum) = (number(grade.points), number(grade.maximum));
            let late = grade.deducted;
            if late > 0.0 {
                let late = number(late);
                text!(
                    "{points} of {maximum} points ({late} taken off for lateness)",
                    "{maximum}点中{points}点（遅れにより{late}点減点）"
                )
            } else {
                text!("{points} of {maximum} points", "{maximum}点中{points}点")
            }
        }
        State::NotHandedIn => Text::new("not handed in", "未提出"),
        State::Waiting => Text::new("not graded yet", "採点前"),
        State::Error => Text::new(
            "not graded: a failure of the grader's, not of yours",
            "採点側の不具合により未採点（あなたの誤りではありません）",
        ),
        State::Invalid => Text::new(
            "handed in, but it could not be run; the report says where",
            "提出されていますが、実行できませんでした（報告書に場所を示します）",
        ),
        State::TooLate => Text::new("handed in after the last day", "受付終了後の提出"),
        State::Doubtful => Text::new(
            "something was handed in that a person must look at first",
            "提出物の確認待ち（担当者が確認します）",
        ),
        State::ToMark => Text::new("waits for a person to read it", "記述の採点待ち"),
    }
}

/// Of whom something is said, and of how many: a few of them by name.
pub fn few<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let mut shown = names.iter().take(20).copied().collect::<Vec<_>>().join(", ");
    if names.len() > 20 {
        shown += ", …";
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_inert_and_numbers_short() {
        for cell in ["=HYPERLINK(\"x\")", "+1", "-1", "@a", "\tx", "\rx", "＝1"] {
            assert_eq!(inert(cell), format!("'{cell}"));
        }
        assert_eq!([inert_id("-4711"), inert_id("@anna.b"), inert_id("=4711")], ["-4711", "@anna.b", "'=4711"]);
        assert_eq!(inert_id("+1+cmd|' /C calc'!A0"), "'+1+cmd|' /C calc'!A0");
        assert_eq!(inert("O'Brien, \"Sean\""), "O'Brien, \"Sean\"");
        assert_eq!([number(7.0), number(7.5), number(0.0), number(99.99)], ["7", "7.5", "0", "99.99"]);
    }
}
