//! What an exercise was about, once it is over: its debrief, what was expected beside what came, how a decision in words is read, a
//! question to take along, and the sources.

use course::answers::{Expected, Sure};
use course::exercise::{Exercise, Question, QuestionKind, Quiz};
use diagnostics::text::{Lang, Text, with_unit};
use engine::check::{self, Figure};
use xxhash_rust::xxh3::xxh3_64;

use super::progress::Progress;

/// The debrief as a learner reads it, in Markdown; `came` is what came of what was asked before the first run.
pub fn markdown(
    exercise: &Exercise,
    debrief: &str,
    progress: &Progress,
    came: &[(String, Figure)],
    lang: Lang,
) -> String {
    let pick = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let mut out = debrief.trim_end().to_owned();
    out.push('\n');
    let mut section = |title: &str, body: &str| {
        if !body.is_empty() {
            out += &format!("\n## {title}\n\n{}\n", body.trim_end());
        }
    };
    let beside: Vec<String> =
        exercise.before.iter().filter_map(|question| beside(question, progress, came, lang)).collect();
    section(pick("What you expected, and what came", "あなたの予想と、実際の結果"), &beside.join("\n"));
    let rubric: Vec<String> = exercise
        .memo
        .iter()
        .flat_map(|memo| &memo.rubric)
        .map(|criterion| format!("- {}", criterion.get(lang)))
        .collect();
    section(pick("How your decision in words is read", "判断の文章を評価するときの観点"), &rubric.join("\n"));
    if let Some(exit) = &exercise.exit {
        section(pick("A question to take along", "最後に1問"), &asked(exit, lang));
    }
    let sources: Vec<String> = exercise.evidence.iter().map(|source| format!("- {source}")).collect();
    section(pick("Sources", "出典"), &sources.join("\n"));
    if let Some(exit) = &exercise.exit {
        let (right, why) = (exit.right.get(lang).trim_end_matches(['.', '。']), exit.why.get(lang));
        // An answer that asks keeps its own mark.
        let end = if right.ends_with(['?', '？', '!', '！']) { "" } else { pick(".", "。") };
        section(
            pick("The answer to the question", "最後の1問の答え"),
            &match lang {
                Lang::En => format!("**{right}{end}** {why}"),
                Lang::Ja => format!("**{right}{end}**{why}"),
            },
        );
    }
    out
}

/// The answers that are offered, in an order of chance that stays the same.
pub fn offered(quiz: &Quiz, lang: Lang) -> Vec<&str> {
    let mut all: Vec<&Text> = std::iter::once(&quiz.right).chain(&quiz.wrong).collect();
    // By the English texts, so that both languages offer them in one order.
    all.sort_by_key(|text| xxh3_64(text.en.as_bytes()));
    all.into_iter().map(|text| text.get(lang)).collect()
}

fn asked(quiz: &Quiz, lang: Lang) -> String {
    let answers = offered(quiz, lang).into_iter().enumerate().map(|(n, answer)| format!("{}. {answer}", n + 1));
    format!("{}\n\n{}", quiz.text.get(lang), answers.collect::<Vec<_>>().join("\n"))
}

/// What was expected of one question beside what came; nothing where nothing came.
fn beside(question: &Question, progress: &Progress, came: &[(String, Figure)], lang: Lang) -> Option<String> {
    let (_, figure) = came.iter().find(|(id, _)| *id == question.id)?;
    let came = match figure {
        Figure::Number(x) => measured(&check::show(*x, None), question, lang),
        Figure::Word(word) => choice(question, word, lang),
        Figure::Undefined => return None,
    };
    let expected = match progress.expected.get(&question.id).map(|sealed| &sealed.expected) {
        Some(Expected::Range(low, high)) => {
            let high = measured(&high.to_string(), question, lang);
            match lang {
                Lang::En => format!("{low} to {high}"),
                Lang::Ja => format!("{low}〜{high}"),
            }
        }
        Some(Expected::Choice(word, sure)) => {
            let (choice, sure) = (choice(question, word, lang), how_sure(*sure, lang));
            match lang {
                Lang::En => format!("{choice} ({sure})"),
                Lang::Ja => format!("{choice}（{sure}）"),
            }
        }
        Some(Expected::Unknown) | None => match lang {
            Lang::En => "nothing said".to_owned(),
            Lang::Ja => "回答なし".to_owned(),
        },
    };
    let prompt = question.prompt.get(lang);
    Some(match lang {
        Lang::En => format!("- {prompt}\n  - You expected: {expected}.\n  - It came: {came}."),
        Lang::Ja => format!("- {prompt}\n  - 予想：{expected}\n  - 結果：{came}"),
    })
}

/// A number in the unit of its question.
fn measured(x: &str, question: &Question, lang: Lang) -> String {
    with_unit(x, &question.unit, lang)
}

/// What a choice means; the word itself where there is no such choice.
fn choice(question: &Question, word: &str, lang: Lang) -> String {
    let QuestionKind::Choice(choices) = &question.kind else { return word.to_owned() };
    choices.iter().find(|(id, _)| id == word).map_or(word, |(_, text)| text.get(lang)).to_owned()
}

/// How sure somebody was, in words.
pub fn how_sure(sure: Sure, lang: Lang) -> &'static str {
    match (sure, lang) {
        (Sure::Sure, Lang::En) => "sure",
        (Sure::Rather, Lang::En) => "rather",
        (Sure::Guess, Lang::En) => "a guess",
        (Sure::Sure, Lang::Ja) => "確信がある",
        (Sure::Rather, Lang::Ja) => "おそらく",
        (Sure::Guess, Lang::Ja) => "勘",
    }
}
