//! Questions that are asked in the terminal, to somebody who sits at it: what they expect before the first run, and what they still
//! know of earlier exercises. An empty line skips; nothing here is graded.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal as _, Write as _};

use super::session::Session;
use app::learner::debrief::{how_sure, offered};
use course::answers::{Expected, Sure};
use course::exercise::{Exercise, Question, QuestionKind, Quiz};
use diagnostics::text::{Lang, narrow};
use report::terminal::bold;

/// So often a question is put again where the answer cannot be read.
const TRIES: usize = 3;

/// Whether somebody sits there who can be asked.
pub(super) fn can_ask(session: &Session) -> bool {
    !session.json && io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Asks for the expectations that are not written down yet.
pub(super) fn expectations(
    session: &Session,
    exercise: &Exercise,
    written: &BTreeMap<String, Expected>,
    input: &mut dyn BufRead,
) -> BTreeMap<String, Expected> {
    let mut said = written.clone();
    let open: Vec<&Question> = exercise.before.iter().filter(|question| !said.contains_key(&question.id)).collect();
    if open.is_empty() {
        return said;
    }
    let lang = session.terminal.lang;
    session.say(&session.terminal.paragraph(
        "",
        &bold(session.pick(
            "Before the first run: what do you expect? Nothing of it is graded; Enter: I do not know.",
            "最初の実行の前に：結果を予想してください。成績には入りません。分からなければEnterを押してください。",
        )),
    ));
    for question in open {
        let expected = match &question.kind {
            QuestionKind::Choice(choices) => {
                let texts: Vec<&str> = choices.iter().map(|(_, text)| text.get(lang)).collect();
                choose(session, question.prompt.get(lang), &texts, input).and_then(|at| {
                    let words: Vec<&str> = Sure::ALL.into_iter().map(|sure| how_sure(sure, lang)).collect();
                    let title = session.pick("How sure are you?", "どのくらい確信がありますか。");
                    let sure = choose(session, title, &words, input).and_then(|at| Sure::ALL.get(at).copied());
                    Some(Expected::Choice(choices.get(at)?.0.clone(), sure.unwrap_or(Sure::Guess)))
                })
            }
            // Before the first run a range or one choice is asked for.
            QuestionKind::Several(_) | QuestionKind::Order(_) | QuestionKind::Table(_) => None,
            QuestionKind::Interval { min, max } | QuestionKind::Number { min, max } => {
                range(session, question, (*min, *max), input)
            }
        };
        said.insert(question.id.clone(), expected.unwrap_or(Expected::Unknown));
    }
    session.say("\n");
    said
}

/// Asks what is still known of earlier exercises, and tells what is right.
pub(super) fn recall(session: &Session, exercise: &Exercise, input: &mut dyn BufRead) {
    if exercise.recall.is_empty() {
        return;
    }
    session.say("\n");
    session.say(&session.terminal.paragraph(
        "",
        &bold(session.pick(
            "Of earlier exercises (Enter skips; nothing is graded):",
            "以前の演習から（Enterで飛ばせます。成績には入りません）：",
        )),
    ));
    for quiz in &exercise.recall {
        one(session, quiz, input);
    }
}

fn one(session: &Session, quiz: &Quiz, input: &mut dyn BufRead) {
    let lang = session.terminal.lang;
    let answers = offered(quiz, lang);
    let Some(at) = choose(session, quiz.text.get(lang), &answers, input) else { return };
    let (right, why) = (quiz.right.get(lang), quiz.why.get(lang));
    let told = match (answers.get(at) == Some(&right), lang) {
        (true, Lang::En) => format!("Yes. {why}"),
        (true, Lang::Ja) => format!("そのとおりです。{why}"),
        (false, Lang::En) => format!("No: {}. {why}", right.trim_end_matches('.')),
        (false, Lang::Ja) => format!("いいえ、正解は「{right}」です。{why}"),
    };
    session.say(&session.terminal.paragraph("  ", &told));
}

/// Whether somebody says yes to what was told; anything else is no.
pub(super) fn agreed(session: &Session, input: &mut dyn BufRead) -> bool {
    let prompt = session.pick("read the debrief? yes, or Enter for no", "解説を読みますか（yes。Enterで中止）");
    let yes = |line: &str| match line.to_lowercase().as_str() {
        "y" | "yes" | "はい" => Some(true),
        "n" | "no" | "いいえ" => Some(false),
        _ => None,
    };
    asked(session, prompt, input, yes).unwrap_or(false)
}

/// The number of the answer that is chosen; nothing where the question is skipped.
fn choose(session: &Session, title: &str, answers: &[&str], input: &mut dyn BufRead) -> Option<usize> {
    session.say(&session.terminal.paragraph("", title));
    for (n, answer) in answers.iter().enumerate() {
        session.say(&session.terminal.hanging(&format!("  {}  ", n + 1), "     ", answer));
    }
    let (prompt, last) = (session.pick("number", "番号"), answers.len());
    asked(session, &format!("{prompt} 1–{last}"), input, |line| {
        let number: usize = line.parse().ok()?;
        (1..=last).contains(&number).then(|| number - 1)
    })
}

/// A range that should hold the truth in 8 of 10 cases.
fn range(session: &Session, question: &Question, (min, max): (f64, f64), input: &mut dyn BufRead) -> Option<Expected> {
    session.say(&session.terminal.paragraph("", question.prompt.get(session.terminal.lang)));
    let example = session.pick("lowest and highest, with a space between", "下限と上限（間に空白）");
    asked(session, example, input, |line| {
        let numbers: Vec<f64> = line
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '–' | '~' | '〜' | '、'))
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().ok())
            .collect::<Option<_>>()?;
        match numbers[..] {
            [low, high] if min <= low && low <= high && high <= max => Some(Expected::Range(low, high)),
            _ => None,
        }
    })
}

/// What somebody types, read by `read`; nothing for an empty line, the end of the input, or what cannot be read after all.
fn asked<T>(session: &Session, prompt: &str, input: &mut dyn BufRead, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    for _ in 0..TRIES {
        session.say(&format!("  {prompt}> "));
        // Shown before the answer is waited for.
        let _ = io::stdout().flush();
        let mut line = String::new();
        if input.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        let line: String = line.trim().chars().map(narrow).collect();
        if line.is_empty() {
            return None;
        }
        if let Some(read) = read(&line) {
            return Some(read);
        }
        session
            .say(&session.terminal.paragraph("  ", session.pick("That could not be read.", "読み取れませんでした。")));
    }
    None
}
