//! Conclude: answers and the check, each verdict with its figure and sentence; after a pass, or after giving up, the debrief.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{Form, Path};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use super::carry;
use super::train;
use crate::jobs;
use crate::site::Shared;
use crate::view::{View, answer};
use app::ending::Ending;
use app::learner::checking;
use app::learner::desk::{self, Placed};
use app::learner::edit::{Change, number};
use app::learner::hand_in::ANSWERS;
use app::learner::history::Past;
use app::learner::practice::Aim;
use course::answers::{Answer, Answers, Unjudged};
use course::exercise::{Question, QuestionKind};
use course::grid::AnswerColumn;
use course::order::Order;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::check::Verdict;
use engine::withhold;
use report::terminal::MeasuredOn;
use report::verdict::{score, sign};

pub(super) fn pages() -> Router<Shared> {
    Router::new()
        .route("/x/{id}/answers", post(answers))
        .route("/x/{id}/conclude", get(concluded))
        .route("/x/{id}/solution", post(solution))
}

async fn concluded(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    view.done(move |view| section(view, &view.site.begun(&id)?, &[])).await.map(answer)
}

async fn answers(
    view: View,
    Path(id): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        let one = |name: &str| sent.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        let (mut changes, mut mistakes) = (Vec::new(), Vec::new());
        for question in &placed.task.exercise.questions {
            let id = &question.id;
            let written = match &question.kind {
                QuestionKind::Interval { .. } => match (one(&format!("{id}:low")), one(&format!("{id}:high"))) {
                    (None, None) => continue,
                    (None | Some(""), None | Some("")) => String::new(),
                    (low, high) => {
                        let plain = |text: Option<&str>| {
                            let text = text.unwrap_or_default();
                            number(text, false).map_or_else(|| text.to_owned(), |(x, _)| x.to_string())
                        };
                        format!("[{}, {}]", plain(low), plain(high))
                    }
                },
                QuestionKind::Several(_) => {
                    let marked: Vec<&str> =
                        sent.iter().filter(|(key, _)| key == id).map(|(_, value)| value.trim()).collect();
                    match marked.as_slice() {
                        // A box that is not ticked sends nothing: a field of the same name says that the boxes were there.
                        [] => continue,
                        // Nothing was touched yet.
                        [""] if !placed.said().0.contains_key(id) => String::new(),
                        marked => format!(
                            "[{}]",
                            marked.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(", ")
                        ),
                    }
                }
                QuestionKind::Order(order) => match ordered(order, |item| one(&format!("{id}:{item}"))) {
                    None => continue,
                    Some(Ok(written)) => written,
                    Some(Err((found, expected))) => {
                        let place = Place { key: Some(id.clone()), ..Place::file(ANSWERS) };
                        mistakes.push(Fault::new(Id::Incomplete, place, found, expected));
                        continue;
                    }
                },
                QuestionKind::Table(grid) => {
                    for ((row, _), AnswerColumn { id: column, .. }) in grid.cells() {
                        let Some(written) = one(&format!("{id}:{row}:{column}")) else { continue };
                        changes.push(Change { key: format!("{id}.{row}.{column}"), written: written.to_owned() });
                    }
                    continue;
                }
                _ => match one(id) {
                    None => continue,
                    Some(written) => written.to_owned(),
                },
            };
            changes.push(Change { key: id.clone(), written });
        }
        if let Some((memo, written)) = placed.task.exercise.memo.as_ref().and_then(|memo| Some((memo, one(&memo.id)?)))
        {
            changes.push(Change { key: memo.id.clone(), written: written.replace("\r\n", "\n") });
        }
        let faults = if mistakes.is_empty() {
            match placed.answer(&changes) {
                Ok(_) => Vec::new(),
                Err(Ending::Faults(faults)) => faults,
                Err(ending) => return Err(ending),
            }
        } else {
            mistakes
        };
        section(view, &placed, &faults)
    })
    .await
    .map(answer)
}

/// The order that the places of a form say, as it is written in the file, or what was found and expected; none where the form has no
/// places.
fn ordered<'s>(order: &Order, place_of: impl Fn(&str) -> Option<&'s str>) -> Option<Result<String, (Text, Text)>> {
    let said: Vec<(&(String, Text), &str)> =
        order.items.iter().filter_map(|item| Some((item, place_of(&item.0)?))).collect();
    if said.is_empty() {
        return None;
    }
    let mut places: Vec<(usize, &(String, Text))> =
        said.iter().filter_map(|(item, place)| Some((place.parse().ok()?, *item))).collect();
    if places.is_empty() {
        return Some(Ok(String::new()));
    }
    places.sort_by_key(|(place, _)| *place);
    let n = order.items.len();
    if let Some([(place, (_, a)), (_, (_, b))]) = places.windows(2).find(|two| two[0].0 == two[1].0) {
        let (a, a_ja, b, b_ja) = (&a.en, &a.ja, &b.en, &b.ja);
        return Some(Err((
            text!(
                "\u{201c}{a}\u{201d} and \u{201c}{b}\u{201d} both in place {place}",
                "「{a_ja}」と「{b_ja}」がどちらも{place}番目"
            ),
            text!("a place of its own for each, from 1 to {n}", "それぞれ異なる順位（1から{n}まで）"),
        )));
    }
    if places.len() < n {
        let without = || order.items.iter().filter(|item| !places.iter().any(|(_, other)| other == item));
        let en = without().map(|(_, text)| format!("\u{201c}{}\u{201d}", text.en)).collect::<Vec<_>>().join(", ");
        let ja = without().map(|(_, text)| format!("「{}」", text.ja)).collect::<Vec<_>>().concat();
        return Some(Err((
            text!("no place for {en}", "{ja}の順位がありません"),
            text!("a place for each, from 1 to {n}", "すべての項目の順位（1から{n}まで）"),
        )));
    }
    Some(Ok(format!("[{}]", places.iter().map(|(_, (id, _))| id.as_str()).collect::<Vec<_>>().join(", "))))
}

/// Ends an exercise that was not passed; the form says what it costs.
async fn solution(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    train::begin(view, id, Aim::GiveUp).await
}

/// The section; `faults` are those of what was just sent. Where there are none, those of the file as it stands are told.
pub(super) fn section(view: &View, placed: &Placed, faults: &[Fault]) -> Result<Markup, Ending> {
    let exercise = &placed.task.exercise;
    let ((said, unjudged), standing) = match placed.answered() {
        Ok(answered) => (answered, Vec::new()),
        Err(ending) => (<(Answers, Unjudged)>::default(), ending.told().1),
    };
    let faults = if faults.is_empty() { &standing } else { faults };
    let progress = placed.workspace.progress()?;
    let open: Vec<&str> =
        withhold::open(exercise, &progress.tries).iter().map(|question| question.id.as_str()).collect();
    let id = placed.workspace.id();
    let last = placed.pasts().find(Past::is_check);
    let practised = jobs::last(&placed.workspace);
    let resembles = last
        .as_ref()
        .and_then(|last| practised.as_ref().filter(|done| done.number() == Some(last.number))?.resembles.as_ref());
    Ok(html! {
        section #conclude aria-labelledby="conclude-title" {
            h2 #conclude-title { (view.say("Conclude, and have it judged", "結論を書いて判定を受ける")) }
            @if !exercise.questions.is_empty() || exercise.memo.is_some() {
                form #answers method="post" action=(view.site.to(&format!("x/{id}/answers"))) data-swap="#conclude" data-auto {
                    @for question in &exercise.questions {
                        @let tried = progress.tries.get(&question.id);
                        @let left = question.tries().saturating_sub(tried.map_or(0, |tried| tried.wrong.len()));
                        @let listed = placed.listed(question)?;
                        (field(view, (question, &listed), (&said, &unjudged), faults, (open.contains(&question.id.as_str()), left)))
                    }
                    @if let Some(memo) = &exercise.memo {
                        div.field.memo {
                            label for=(memo.id) { (view.text(&memo.prompt)) }
                            textarea id=(memo.id) name=(memo.id) rows="6" maxlength="4000" data-count=(view.say("{n} words", "{n}字")) { (unjudged.memo.as_deref().unwrap_or_default()) }
                            p.quiet { (view.say("Nothing grades it here; your teacher may read it.", "ここでは採点されません。教員が読むことがあります。")) }
                        }
                    }
                    @for fault in faults.iter().filter(|fault| !exercise.questions.iter().any(|question| is_of(fault, &question.id))) { (view.fault(fault)) }
                    p { button { (view.say("Keep", "保存")) } }
                }
            }
            (judging(view, id, &html! {
                form.inline method="post" action=(view.site.to(&format!("x/{id}/check"))) data-job data-first="#answers" {
                    button.main { (view.say("Have it judged on new patients", "新しい患者で判定を受ける")) }
                }
            }))
            @if let Some(last) = &last { (judged(view, placed, last, &open)) }
            @if let Some(why) = resembles {
                p.notice { strong { (view.say("Your plan resembles one that others have tried. ", "この計画は、よくある計画に似ています。")) } (view.text(why).trim()) }
            }
            (carry::links(view, placed))
            @if progress.is_over() { (over(view, placed)) }
            @else if placed.pack.debrief(id, view.lang).is_some() {
                details.giveup {
                    summary { (view.say("Stop trying, and read what it was about", "挑戦を終えて解説を読む")) }
                    p { (view.say(
                        "Whoever reads the debrief cannot pass here any more: the points are then to be had with another key only, in another folder.",
                        "解説を読むと、ここではもう合格になりません。得点は、別のフォルダーで別のキーを使って始めた場合にだけ得られます。",
                    )) }
                    (judging(view, id, &html! {
                        form method="post" action=(view.site.to(&format!("x/{id}/solution"))) data-job data-anyway { button { (view.say("Read it", "解説を読む")) } }
                    }))
                }
            }
        }
    })
}

/// A form that begins what is judged, with the place in which its progress is shown.
fn judging(view: &View, id: &str, form: &Markup) -> Markup {
    let to = |part: &str| view.site.to(&format!("x/{id}/{part}"));
    html! {
        div.judge data-events=(to("events")) data-conclude=(to("conclude")) data-expect=(to("expected")) data-see=(to("see/")) {
            (form)
            (train::progress(view))
        }
    }
}

fn is_of(fault: &Fault, key: &str) -> bool {
    let rest = fault.place.key.as_deref().and_then(|of| of.strip_prefix(key));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn field(
    view: &View,
    (question, listed): (&Question, &[Text]),
    (said, unjudged): (&Answers, &Unjudged),
    faults: &[Fault],
    (open, left): (bool, usize),
) -> Markup {
    let id = &question.id;
    let answered = said.get(id);
    let mine: Vec<&Fault> = faults.iter().filter(|fault| is_of(fault, id)).collect();
    let (invalid, mistake) = ((!mine.is_empty()).then_some("true"), format!("{id}-mistake"));
    let state = match (open, left) {
        (false, _) => view.say("settled", "確定済み").to_owned(),
        (true, 1) => view
            .say("one try is left: the next answer that is checked counts", "残り1回：次に判定を受ける解答で決まります")
            .to_owned(),
        (true, left) => match view.lang {
            Lang::En => format!("{left} different answers are scored"),
            Lang::Ja => format!("異なる解答を{left}回まで判定します"),
        },
    };
    html! {
        fieldset.question.wrong[!mine.is_empty()] {
            legend { (view.text(&question.prompt)) }
            @match &question.kind {
                QuestionKind::Choice(choices) => {
                    @let chosen = match answered { Some(Answer::Choice(word)) => word.as_str(), _ => "" };
                    @for (word, text) in choices {
                        label.option { input type="radio" name=(id) value=(word) checked[word == chosen] aria-describedby=(mistake); " " (view.text(text)) }
                    }
                }
                QuestionKind::Interval { .. } => {
                    @let (low, high) = match answered { Some(Answer::Interval(low, high)) => (low.to_string(), high.to_string()), _ => (String::new(), String::new()) };
                    label.field { (view.say("from", "下限")) input name=(format!("{id}:low")) value=(low) inputmode="decimal" autocomplete="off" aria-invalid=[invalid] aria-describedby=(mistake); }
                    label.field { (view.say("to", "上限")) input name=(format!("{id}:high")) value=(high) inputmode="decimal" autocomplete="off" aria-invalid=[invalid] aria-describedby=(mistake); }
                    span.unit { (view.text(&question.unit)) }
                }
                QuestionKind::Several(several) => {
                    @let marked = match answered { Some(Answer::Several(words)) => words.clone(), _ => BTreeSet::new() };
                    input type="hidden" name=(id) value="";
                    @for (number, item) in several.items.iter().enumerate() {
                        label.option { input type="checkbox" name=(id) value=(item.id) checked[marked.contains(&item.id)] aria-describedby=(mistake); " "
                            @if several.is_listing { span.quiet { (number + 1) " " } } (view.text(listed.get(number).unwrap_or(&item.text))) }
                    }
                }
                QuestionKind::Order(order) => {
                    @let said = match answered { Some(Answer::Order(items)) => items.as_slice(), _ => &[] };
                    @let last = order.items.len();
                    div data-places {
                        @for (item, text) in &order.items {
                            @let at = said.iter().position(|other| other == item).map(|at| at + 1);
                            div.option {
                                select id=(format!("{id}-{item}")) name=(format!("{id}:{item}")) autocomplete="off" aria-invalid=[invalid] aria-describedby=(mistake) {
                                    option value="" selected[at.is_none()] { "–" }
                                    @for place in 1..=last { option value=(place) selected[at == Some(place)] { (place) } }
                                }
                                " " label for=(format!("{id}-{item}")) { (view.text(text)) }
                            }
                        }
                    }
                    p.quiet { (match view.lang { Lang::En => format!("1 is the first place, {last} the last."), Lang::Ja => format!("1が最初、{last}が最後です。") }) }
                }
                QuestionKind::Table(grid) => {
                    @let begun = unjudged.begun.get(id);
                    @let cells = match answered { Some(Answer::Table(cells)) => Some(cells), _ => begun };
                    div.wide { table.cells {
                        thead { tr { td {}
                            @for column in &grid.columns { th scope="col" { (view.text(&column.title)) @if !column.unit.en.is_empty() { " " span.unit { (view.text(&column.unit)) } } } }
                        } }
                        tbody { @for (row, title) in &grid.rows { tr {
                            th scope="row" { (view.text(title)) }
                            @for column in &grid.columns {
                                @let value = cells.and_then(|cells| cells.get(&(row.clone(), column.id.clone()))).map(f64::to_string);
                                @let wrong = mine.iter().any(|fault| is_of(fault, &format!("{id}.{row}.{}", column.id)));
                                td { input name=(format!("{id}:{row}:{}", column.id)) value=(value.unwrap_or_default()) inputmode="decimal" autocomplete="off"
                                    aria-label=(named(view, title, column)) aria-invalid=[wrong.then_some("true")] aria-describedby=(mistake); }
                            }
                        } } }
                    } }
                    p.quiet.begun id=(format!("{id}-empty")) { @if let Some(begun) = begun {
                        (view.say("Not answered yet; empty: ", "未回答です。空欄：")) (grid.empty(begun).into_iter().map(|((_, title), column)| named(view, title, column)).collect::<Vec<_>>().join(view.say("; ", "、")))
                    } }
                }
                QuestionKind::Number { .. } => {
                    @let value = match answered { Some(Answer::Number(x)) => x.to_string(), _ => String::new() };
                    label.field { (view.say("your answer", "解答")) input name=(id) value=(value) inputmode="decimal" autocomplete="off" aria-invalid=[invalid] aria-describedby=(mistake); }
                    span.unit { (view.text(&question.unit)) }
                }
            }
            p.quiet { (state) }
            div.mistake id=(mistake) { @for fault in mine {
                p { @if let Some(cell) = cell_of(view, question, fault) { (cell) (view.say(". ", "。")) }
                    (view.say("Found: ", "内容：")) (view.text(&fault.found)) (view.say(". Expected: ", "。正しくは：")) (view.text(&fault.expected)) }
            } }
        }
    }
}

/// The cell of a table in which a mistake stands.
fn cell_of(view: &View, question: &Question, fault: &Fault) -> Option<String> {
    let QuestionKind::Table(grid) = &question.kind else { return None };
    let is_there = |row: &str, column: &str| is_of(fault, &format!("{}.{row}.{column}", question.id));
    grid.cells()
        .find(|((row, _), column)| is_there(row, &column.id))
        .map(|((_, title), column)| named(view, title, column))
}

/// What a cell is called: its row and its column, with the unit.
fn named(view: &View, row: &Text, column: &AnswerColumn) -> String {
    let (row, title, unit) = (view.text(row), view.text(&column.title), view.text(&column.unit));
    match (unit, view.lang) {
        ("", Lang::En) => format!("{row}, {title}"),
        ("", Lang::Ja) => format!("{row}・{title}"),
        (unit, Lang::En) => format!("{row}, {title} ({unit})"),
        (unit, Lang::Ja) => format!("{row}・{title}（{unit}）"),
    }
}

/// The verdicts of a check that was kept.
pub(super) fn judged(view: &View, placed: &Placed, kept: &Past, open: &[&str]) -> Markup {
    let exam = kept
        .record
        .as_ref()
        .filter(|record| !record.figures.is_empty())
        .map(|record| view.writer().found(&placed.task, &record.judged(), MeasuredOn::Exam));
    html! {
        div.verdict {
            @if let Some(reached) = kept.told.score { h3 { (view.text(&score(reached))) } }
            ol.checks { @for check in &kept.told.checks {
                @let (sign, (class, word)) = (sign(check.verdict), called(view, check.verdict));
                @let reached = if check.verdict == Verdict::Passed { check.points } else { 0 };
                li.(class) {
                    p { span.sign aria-hidden="true" { (sign) } " " strong { (view.text(&check.title)) } " " span.quiet { (word) " · " (reached) "/" (check.points) } }
                    @if check.verdict == Verdict::NotAttempted { p { (view.say("Write your answer above.", "上の欄に解答を書いてください。")) } }
                    @else { p { (view.text(&check.sentence)) } }
                    @if let Some(mark) = &check.mark { p.quiet { (view.text(&mark.text)) } }
                    @if let Some(fault) = &check.fault { p { (view.text(&fault.found)) } }
                    @if let Some(hint) = check.hint.as_ref().filter(|_| check.verdict == Verdict::Failed) {
                        details.hint { summary { (view.say("A hint", "ヒント")) } p { (view.text(hint)) } }
                    }
                }
            } }
            @if !open.is_empty() {
                p.notice { (view.say(
                    "What is asked for is told once an answer is right, or its tries are used. Your own data say enough to estimate it.",
                    "問われている値は、正解するか、解答できる回数を使い切るまで示しません。手元のデータから見積もってください。",
                )) }
            }
            @if let Some(figures) = exam {
                details {
                    summary { (view.say("The figures of the new patients", "新しい患者での値")) }
                    (View::table(view.say("On new patients whom nobody has seen before (the exam)", "まだ誰も見ていない新しい患者（判定用データ）では"), &figures.rows, figures.heads))
                    @for probe in &placed.task.exercise.probes { p.quiet { @if let Some(title) = &probe.title { (view.text(title)) ": " } (view.text(&probe.about)) } }
                }
            }
            p.quiet { (view.text(&checking::practice(&placed.task.exercise))) }
        }
    }
}

/// What became of a check, as style and in words.
fn called<'t>(view: &View, verdict: Verdict) -> (&'static str, &'t str) {
    match verdict {
        Verdict::Passed => ("passed", view.say("passed", "合格")),
        Verdict::Failed => ("failed", view.say("failed", "不合格")),
        Verdict::Skipped => ("skipped", view.say("skipped", "省略")),
        Verdict::NotAttempted => ("not_attempted", view.say("not answered yet", "未回答")),
        Verdict::Invalid | Verdict::Error => ("error", view.say("the exercise's error", "教材側の誤り")),
    }
}

/// The debrief, and the way on.
fn over(view: &View, placed: &Placed) -> Markup {
    let file = format!("debrief.{}.md", view.lang.code());
    let text = placed.workspace.given_text(&file).or_else(|| placed.pack.debrief(placed.workspace.id(), view.lang));
    let next = view.site.settings.desk.list().ok().and_then(|(listed, _)| {
        desk::next(&listed, &listed.iter().collect::<Vec<_>>()).map(|next| next.exercise.clone())
    });
    html! {
        article #debrief { @if let Some(text) = text { (view.markdown(&text)) } }
        @if let Some(next) = next {
            p { (view.say("Next: ", "次の演習：")) a.button href=(view.site.to(&format!("x/{}", next.id))) { (view.text(&next.title)) } }
        }
    }
}
