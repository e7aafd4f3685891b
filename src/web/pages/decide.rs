//! Decide: the plan as a form, made from the definition of its keys. Mistakes stand at their fields; what was changed in an editor is
//! never overwritten.

use axum::Router;
use axum::extract::{Form, Path};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use crate::fields::{self, Control, Field, Group, Rule};
use crate::site::{Drawn, Shared};
use crate::view::{View, answer};
use app::ending::Ending;
use app::learner::desk::Placed;
use app::learner::forms::{Planned, digest};
use app::learner::hand_in::PLAN;
use course::dataset::Role;
use course::settings::{self, SettingKind};
use diagnostics::fault::Fault;
use diagnostics::text::{Lang, Text};
use engine::models::{Sees, Tells, VOCABULARY, nature};

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}/plan", get(now).post(planned)).route("/x/{id}/plan/back", post(back))
}

/// What there is to say after something was sent.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// What is wrong with it.
    pub(super) faults: Vec<Fault>,
    /// What was sent, to be shown again beside what is wrong with it.
    sent: Vec<(String, String)>,
    /// How it was read.
    assumed: Vec<Text>,
    /// Whether the file was changed elsewhere meanwhile.
    elsewhere: bool,
    /// Whether it was written.
    written: bool,
}

async fn planned(
    view: View,
    Path(id): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        let seen = sent.iter().find(|(name, _)| name == "digest").map_or("", |(_, value)| value.as_str());
        let groups = form(view, &placed)?;
        let changes = fields::changes(&groups, &sent);
        let said = match placed.plan(&changes, seen) {
            Ok(Planned::Written(changed)) => Said { assumed: changed.assumed, written: true, ..Said::default() },
            Ok(Planned::Elsewhere) => Said { elsewhere: true, ..Said::default() },
            Err(Ending::Faults(faults)) => Said { faults, sent, ..Said::default() },
            Err(ending) => return Err(ending),
        };
        section(view, &placed, &said)
    })
    .await
    .map(answer)
}

/// The form as the file has it now.
async fn now(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    view.done(move |view| section(view, &view.site.begun(&id)?, &Said::default())).await.map(answer)
}

/// Takes the plan back to an earlier run's, or to the one to begin with.
async fn back(
    view: View,
    Path(id): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        placed.plan_back(sent.iter().find(|(name, _)| name == "run").and_then(|(_, run)| run.parse().ok()))?;
        section(view, &placed, &Said { written: true, ..Said::default() })
    })
    .await
    .map(answer)
}

fn form(view: &View, placed: &Placed) -> Result<Vec<Group>, Ending> {
    let (text, starter) = (placed.text_of(PLAN)?, placed.starter(PLAN));
    let settings = &placed.task.exercise.settings;
    let mut groups = settings::with_keys(VOCABULARY.plan, settings, |keys| fields::of_plan(keys, &text, &starter));
    for field in groups.iter_mut().flat_map(|group| &mut group.fields) {
        let own = field.key.strip_prefix("setting.").and_then(|name| settings.all.iter().find(|one| one.name == name));
        if let Some(setting) = own {
            field.help = setting.help.clone();
            if let SettingKind::Choice(choices) = &setting.kind {
                field.meanings.clone_from(choices);
            }
        }
    }
    let dataset = &placed.task.dataset;
    let image = dataset.image.as_ref();
    let drawn = view.site.drawn(placed)?;
    let outlines = image.is_some_and(|image| image.mask.is_some());
    let fits = |kind: &str| {
        let (sees, tells) = nature(kind);
        let sees = match sees {
            Sees::Columns => true,
            Sees::Picture => drawn.shots().is_some_and(|origin| origin.shape().as_picture().is_some()),
            Sees::Series => drawn.series().is_some(),
        };
        sees && (outlines || tells == Tells::Row)
    };
    let kind = kind_of(&groups);
    let losses = dataset.target.told_of(nature(&kind).1).spec().losses;
    for group in &mut groups {
        // One loss is no choice; one that does not fit stays where it was written, with what is wrong with it.
        group.fields.retain(|field| field.key != "train.loss" || losses.len() > 1 || !field.value.is_empty());
        for field in group.fields.iter_mut().filter(|field| field.key == "train.loss") {
            if let Control::Choice(words) = &mut field.control {
                words.retain(|word| losses.contains(&word.as_str()) || *word == field.value);
            }
            if !losses.contains(&field.default.as_str()) {
                losses[0].clone_into(&mut field.default);
            }
        }
        // One label is no choice.
        group.fields.retain(|field| field.key != "cohort.label" || dataset.labels().len() > 1);
        group.fields.retain(|field| field.key != "operate.smallest" || outlines);
        for field in group.fields.iter_mut().filter(|field| field.key == "model.kind") {
            if let Control::Choice(kinds) = &mut field.control {
                kinds.retain(|kind| fits(kind) || *kind == field.value);
            }
        }
    }
    Ok(groups.into_iter().filter(|group| dataset.has_signals() || group.name != "image").collect())
}

/// The kind of model that the plan has.
fn kind_of(groups: &[Group]) -> String {
    let field = groups.iter().flat_map(|group| &group.fields).find(|field| field.key == "model.kind");
    field.map(|field| if field.value.is_empty() { &field.default } else { &field.value }).cloned().unwrap_or_default()
}

/// The section, after what was just sent.
pub(super) fn section(view: &View, placed: &Placed, said: &Said) -> Result<Markup, Ending> {
    let text = placed.text_of(PLAN)?;
    let groups = form(view, placed)?;
    let id = placed.workspace.id();
    // What is wrong with the file itself, where it was edited elsewhere.
    let drawn = view.site.drawn(placed)?;
    let faults = if said.faults.is_empty() { placed.plan_faults(&drawn.rows)? } else { said.faults.clone() };
    let known = |fault: &Fault| groups.iter().flat_map(|group| &group.fields).any(|field| is_of(fault, &field.key));
    let columns = columns(view, placed, &drawn)?;
    Ok(html! {
        section #decide aria-labelledby="decide-title" {
            h2 #decide-title { (view.say("Decide", "計画を決める")) }
            @if said.elsewhere {
                p.notice role="alert" { (view.say(
                    "plan.toml was changed elsewhere (in an editor, or in another tab). It was left as it is, and is shown here now; what you had changed on this page was not written.",
                    "plan.toml が別の場所（エディターや別のタブ）で変更されていました。ファイルはそのままにして、その内容をここに表示しています。このページでの変更は書き込んでいません。",
                )) }
            }
            @if !placed.workspace.holds(PLAN) { p.notice role="alert" { (view.say(
                "There is no plan.toml any more. What is shown is the plan to begin with; keeping it writes the file anew.",
                "plan.toml がなくなっています。出発点の計画を表示しています。保存すると、ファイルを作り直します。",
            )) } }
            @else if said.written { p.notice role="status" { (view.say("Written to plan.toml.", "plan.toml に書き込みました。")) } }
            @for text in &said.assumed { p.notice { (view.text(text)) } }
            @for fault in faults.iter().filter(|fault| !known(fault)) { (view.fault(fault)) }
            form #plan method="post" action=(view.site.to(&format!("x/{id}/plan"))) data-swap="#decide" {
                input type="hidden" name="digest" value=(digest(&text));
                @for group in &groups { (table(view, group, said, &faults, &columns)) }
                p.buttons { button.main { (view.say("Keep the plan", "計画を保存")) } }
            }
            form.inline method="post" action=(view.site.to(&format!("x/{id}/plan/back"))) data-swap="#decide" {
                button.quiet name="run" value="" { (view.say("Back to the plan to begin with", "出発点の計画に戻す")) }
            }
            details.file {
                summary { (view.say("The file plan.toml", "ファイル plan.toml")) }
                pre tabindex="0" { code { (text) } }
                p.quiet { (placed.workspace.folder().display()) }
            }
        }
    })
}

fn is_of(fault: &Fault, key: &str) -> bool {
    fault
        .place
        .key
        .as_deref()
        .is_some_and(|at| at == key || at.starts_with(&format!("{key}.")) || at.starts_with(&format!("{key}[")))
}

/// A column of the learner's data: its name, what it means, and its values where these are words or few.
struct Column {
    name: String,
    about: String,
    values: Vec<String>,
    is_feature: bool,
}

fn columns(view: &View, placed: &Placed, drawn: &Drawn) -> Result<Vec<Column>, Ending> {
    let dataset = &placed.task.dataset;
    let mut out = Vec::new();
    for name in tables::names(&drawn.rows) {
        let column = dataset.columns().find(|column| column.name == name);
        out.push(Column {
            name: name.to_owned(),
            about: column
                .and_then(|column| column.about.as_ref())
                .map(|about| view.text(about).to_owned())
                .unwrap_or_default(),
            values: drawn.few_values(name)?.to_vec(),
            is_feature: matches!(dataset.role(name), Role::Feature),
        });
    }
    Ok(out)
}

/// What the tables of a plan are called on the page.
fn title(view: &View, name: &str) -> String {
    match name {
        "cohort" => view.say("Whom to study", "対象とする患者"),
        "split" => view.say("Who trains, tunes, tests", "学習・調整・テストへの割り当て"),
        "features" => view.say("What the model sees", "モデルに与える変数"),
        "image" => view.say("How pictures are prepared", "画像の前処理"),
        "model" => view.say("The model", "モデル"),
        "train" => view.say("How it learns", "学習のしかた"),
        "operate" => view.say("How it is used", "運用（較正と閾値）"),
        "setting" => view.say("What this exercise lets you decide", "この演習で決めること"),
        name => name,
    }
    .to_owned()
}

fn table(view: &View, group: &Group, said: &Said, faults: &[Fault], columns: &[Column]) -> Markup {
    let wrong = |field: &&Field| faults.iter().any(|fault| is_of(fault, &field.key));
    let (first, more): (Vec<&Field>, Vec<&Field>) =
        group.fields.iter().partition(|field| field.is_first || !field.value.is_empty());
    let is_open = more.iter().any(wrong);
    html! {
        fieldset.group {
            legend { (title(view, &group.name)) }
            @for field in first { (shown(view, field, said, faults, columns)) }
            @if !more.is_empty() {
                details open[is_open] {
                    summary { (view.say("More", "くわしい設定")) }
                    @for field in more { (shown(view, field, said, faults, columns)) }
                }
            }
        }
    }
}

/// A word that may be chosen, with its meaning first.
fn worded(view: &View, meaning: &str, word: &str) -> String {
    match (meaning, view.lang) {
        ("", _) => word.to_owned(),
        (meaning, Lang::En) => format!("{meaning} ({word})"),
        (meaning, Lang::Ja) => format!("{meaning}（{word}）"),
    }
}

fn shown(view: &View, field: &Field, said: &Said, faults: &[Fault], columns: &[Column]) -> Markup {
    let key = &field.key;
    let sent: Vec<&str> = said.sent.iter().filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).collect();
    let value = match sent.last() {
        Some(value)
            if matches!(field.control, Control::Line | Control::Condition | Control::Rule(_) | Control::Rectangles) =>
        {
            (*value).to_owned()
        }
        _ => field.value.clone(),
    };
    let mine: Vec<&Fault> = faults.iter().filter(|fault| is_of(fault, key)).collect();
    let id = key.replace('.', "-");
    let (about, mistake) = (format!("{id}-unit"), format!("{id}-mistake"));
    let help = format!("{id}-help");
    let described = [(!mine.is_empty(), &mistake), (true, &about), (!field.title.en.is_empty(), &help)];
    let described =
        described.into_iter().filter(|(is, _)| *is).map(|(_, id)| id.as_str()).collect::<Vec<_>>().join(" ");
    let invalid = (!mine.is_empty()).then_some("true");
    let name = key.split_once('.').map_or(key.as_str(), |(_, name)| name);
    let range = match (field.range, view.lang) {
        (Some((low, high)), Lang::En) => format!("{low} to {high}"),
        (Some((low, high)), Lang::Ja) => format!("{low}〜{high}"),
        _ => String::new(),
    };
    let unit = [view.text(&field.unit), range.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let holder = if field.default.is_empty() {
        view.say("nothing written", "指定なし").to_owned()
    } else {
        field.default.clone()
    };
    let has_title = !field.title.en.is_empty();
    let label = html! { (view.text(if has_title { &field.title } else { &field.help })) code { (name) } };
    let meaning = |word: &str| {
        field.meanings.iter().find(|(of, _)| of == word).map(|(_, meaning)| view.text(meaning)).unwrap_or_default()
    };
    html! {
        div.field.wrong[!mine.is_empty()] {
            @match &field.control {
                Control::Line => {
                    label for=(id) { (label) }
                    input id=(id) name=(key) value=(value) placeholder=(holder) inputmode="decimal" autocomplete="off" aria-describedby=(described) aria-invalid=[invalid];
                }
                Control::Condition => {
                    label for=(id) { (label) }
                    input.sql id=(id) name=(key) value=(value) placeholder=(view.say("all rows", "すべての行")) autocomplete="off" spellcheck="false" data-condition aria-describedby=(described) aria-invalid=[invalid];
                }
                Control::Choice(words) => {
                    label for=(id) { (label) }
                    select id=(id) name=(key) aria-describedby=(described) aria-invalid=[invalid] data-kind[name == "kind"] {
                        @let chosen = if value.is_empty() { &field.default } else { &value };
                        @for word in words { option value=(word) selected[word == chosen] { (worded(view, meaning(word), word)) } }
                    }
                }
                Control::Flag => {
                    input type="hidden" name=(key) value="false";
                    label { input id=(id) type="checkbox" name=(key) value="true" checked[(if value.is_empty() { &field.default } else { &value }) == "true"] aria-describedby=(described); " " (label) }
                }
                Control::Columns | Control::Several(_) => {
                    fieldset.boxes aria-describedby=(described) aria-invalid=[invalid] {
                        legend { (label) }
                        input type="hidden" name=(key) value="";
                        @let chosen: Vec<&str> = value.split(", ").filter(|word| !word.is_empty()).collect();
                        @match &field.control {
                            Control::Several(words) => { @for word in words {
                                label.option { input type="checkbox" name=(key) value=(word) checked[chosen.contains(&word.as_str())]; " " (worded(view, meaning(word), word)) }
                            } }
                            _ => { @for column in columns.iter().filter(|column| column.is_feature || chosen.contains(&column.name.as_str())) {
                                label.option title=(column.about) { input type="checkbox" name=(key) value=(column.name) checked[chosen.contains(&column.name.as_str())]; " " (column.name) }
                            } }
                        }
                        @if chosen.is_empty() && field.control == Control::Columns { p.help { (view.say("Nothing is ticked: all of them.", "何も選ばなければ、すべて使います。")) } }
                    }
                }
                Control::Rule(rules) => {
                    @let (rule, number) = fields::rule(&value);
                    @let rule = said.sent.iter().rev().find(|(name, _)| *name == format!("{key}:rule")).map_or(rule, |(_, rule)| rule.clone());
                    label for=(id) { (label) }
                    span.rule {
                        select name=(format!("{key}:rule")) aria-label=(view.say("rule", "決め方")) {
                            option value="" selected[rule.is_empty()] { (view.say("this number", "この数値")) }
                            @for Rule { word, title, help } in rules { option value=(word) selected[*word == rule] title=(view.text(help)) { (worded(view, view.text(title), word)) } }
                        }
                        input id=(id) name=(key) value=(number) placeholder=(holder) inputmode="decimal" autocomplete="off" aria-describedby=(described) aria-invalid=[invalid];
                    }
                }
                Control::Rectangles => {
                    label for=(id) { (label) }
                    input id=(id) name=(key) value=(value) placeholder=(view.say("left, top, width, height; …", "左, 上, 幅, 高さ; …")) autocomplete="off" data-rectangles aria-describedby=(described) aria-invalid=[invalid];
                }
            }
            span.unit id=(about) { (unit) }
            @if has_title { p.help id=(help) { (view.text(&field.help)) } }
            @if field.control == Control::Line && !field.meanings.is_empty() {
                ul.help { @for (word, meaning) in &field.meanings { li { code { (word) } (view.say(": ", "：")) (view.text(meaning)) } } }
            }
            @if !mine.is_empty() {
                div.mistake id=(mistake) { @for fault in &mine {
                    p { (view.say("Found: ", "内容：")) (view.text(&fault.found)) (view.say(". Expected: ", "。正しくは：")) (view.text(&fault.expected))
                        @if let Some(nearest) = &fault.nearest { (view.say(". Perhaps: ", "。もしかすると：")) code { (nearest) } } }
                } }
            }
            @if matches!(field.control, Control::Condition) {
                div.pickers hidden {
                    @for column in columns { data value=(column.name) data-values=(column.values.join("\u{1f}")) title=(column.about) {} }
                }
            }
        }
    }
}
