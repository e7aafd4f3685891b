//! What an exercise asks, as a learner reads it beside the files into which answers are written: each question with its choices, its
//! unit and how often it may be tried.

use course::exercise::{Exercise, Question, QuestionKind};
use course::grid::Grid;
use course::order::Order;
use diagnostics::text::Lang;

/// The questions in Markdown; nothing where none is asked.
pub(super) fn markdown(exercise: &Exercise, lang: Lang) -> Option<String> {
    let pick = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let conclusions: Vec<&str> = exercise.conclusions().iter().map(|question| question.id.as_str()).collect();
    let mut out = String::new();
    let mut part = |title: &str, about: &str, questions: Vec<String>| {
        if !questions.is_empty() {
            out += &format!("\n## {title}\n\n{about}\n\n{}", questions.concat());
        }
    };
    part(
        pick("Before the first run", "最初の実行の前に"),
        pick(
            "What you expect, under `[before]` in answers.toml. It is never graded. A choice is written with how sure you are, as in `{ rather = \"…\" }` (sure, rather or guess); `\"unknown\"` is an answer, too.",
            "予想を、answers.toml の `[before]` に書きます。成績には入りません。選択肢には確信の程度を付けます（例：`{ rather = \"…\" }`。sureは確信がある、ratherはおそらく、guessは勘）。`\"unknown\"`（分からない）も解答です。",
        ),
        exercise.before.iter().map(|question| told(question, "", lang)).collect(),
    );
    let tries = |question: &Question| match (question.tries(), lang) {
        _ if !conclusions.contains(&question.id.as_str()) => "",
        (1, Lang::En) => "The first answer that is checked counts.",
        (1, Lang::Ja) => "最初に判定を受けた解答で決まります。",
        (_, Lang::En) => "Two different wrong answers are scored; then it is told.",
        (_, Lang::Ja) => "異なる誤答を2回すると、答えを示します。",
    };
    part(
        pick("Conclusions", "結論"),
        pick(
            "In answers.toml; judged by `practicum check`. Runs are not counted.",
            "answers.toml に書き、`practicum check` で判定を受けます。実行の回数は数えません。",
        ),
        exercise.questions.iter().map(|question| told(question, tries(question), lang)).collect(),
    );
    let memo = exercise.memo.iter().map(|memo| format!("- `{}`: {}\n", memo.id, memo.prompt.get(lang)));
    part(
        pick("In your own words", "自分の言葉で"),
        pick("A teacher reads it; nothing grades it.", "教員が読みます。自動では採点しません。"),
        memo.collect(),
    );
    (!out.is_empty()).then(|| format!("# {}\n{out}", pick("What is asked", "問い")))
}

fn told(question: &Question, tries: &str, lang: Lang) -> String {
    let (id, prompt) = (&question.id, question.prompt.get(lang));
    // In Japanese the prompt says it.
    let unit = match (question.unit.get(lang), lang) {
        ("", _) | (_, Lang::Ja) => String::new(),
        (unit, Lang::En) => format!(" Unit: {unit}."),
    };
    let space = if lang == Lang::En && !tries.is_empty() { " " } else { "" };
    let mut out = format!("- `{id}`: {prompt}{unit}{space}{tries}\n");
    let items: Vec<(&str, &str)> = match &question.kind {
        QuestionKind::Choice(choices) | QuestionKind::Order(Order { items: choices }) => {
            choices.iter().map(|(id, text)| (id.as_str(), text.get(lang))).collect()
        }
        // The lines of a listing have a file of their own.
        QuestionKind::Several(several) if several.is_listing => Vec::new(),
        QuestionKind::Several(several) => {
            several.items.iter().map(|item| (item.id.as_str(), item.text.get(lang))).collect()
        }
        QuestionKind::Number { .. } | QuestionKind::Interval { .. } | QuestionKind::Table(_) => Vec::new(),
    };
    for (id, text) in items {
        out += &format!("  - `\"{id}\"`: {text}\n");
    }
    out += &how(question, lang);
    out
}

/// How an answer of several parts is written: an order with its items as they happen to be listed, a table with its cells empty.
fn how(question: &Question, lang: Lang) -> String {
    let id = &question.id;
    match &question.kind {
        QuestionKind::Order(order) => {
            let items = order.ids().into_iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
            match lang {
                Lang::En => format!("  - All of them, first to last, as in `{id} = [{items}]`\n"),
                Lang::Ja => format!("  - すべてを1番目から順に書きます（書き方の例：`{id} = [{items}]`）\n"),
            }
        }
        QuestionKind::Table(grid) => {
            let rows = grid.rows.iter().map(|(row, title)| format!("  - `{row}`: {}\n", title.get(lang)));
            let columns = grid.columns.iter().map(|column| {
                let unit =
                    if column.unit.en.is_empty() { String::new() } else { format!(" ({})", column.unit.get(lang)) };
                format!("  - `{}`: {}{unit}\n", column.id, column.title.get(lang))
            });
            let written = cells(id, grid);
            let told = match lang {
                Lang::En => format!("  - A number in each cell: `{written}`\n"),
                Lang::Ja => format!("  - 各欄に数値を書きます：`{written}`\n"),
            };
            rows.chain(columns).chain([told]).collect()
        }
        QuestionKind::Number { .. }
        | QuestionKind::Interval { .. }
        | QuestionKind::Choice(_)
        | QuestionKind::Several(_) => String::new(),
    }
}

/// `harms = { screened = { found = …, sent = … }, … }`
fn cells(id: &str, grid: &Grid) -> String {
    let row = grid.columns.iter().map(|column| format!("{} = …", column.id)).collect::<Vec<_>>().join(", ");
    let rows = grid.rows.iter().map(|(id, _)| format!("{id} = {{ {row} }}")).collect::<Vec<_>>().join(", ");
    format!("{id} = {{ {rows} }}")
}
