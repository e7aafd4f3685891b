//! Try one: a row of the learner's own data, the model's answer, and the answer again with something changed.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Path};
use axum::response::Response;
use axum::routing::post;
use maud::{Markup, html};

use crate::jobs;
use crate::site::Shared;
use crate::view::{View, answer};
use app::job::{Answered, Ask};
use app::learner::desk::Placed;
use app::learner::edit;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::check::Figure;
use engine::run::{AskedColumn, AskedOne};
use report::figures::value;

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/x/{id}/try", post(tried))
}

async fn tried(
    view: View,
    Path(id): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Result<Response, Response> {
    let placed = view.done(move |view| view.site.begun(&id)).await?;
    let written = sent.get("row").map_or("", |row| row.trim());
    let row = edit::number(written, false).map(|(row, _)| row).filter(|row| row.fract() == 0.0 && *row >= 1.0);
    let Some(row) = row else {
        let found = text!("\"{written}\"", "「{written}」");
        let expected = Text::new("the number of a row, from 1", "行の番号（1以上の整数）");
        let fault = Fault::new(Id::OutOfRange, Place::file(view.say("row", "行")), found, expected);
        let told = Answered { one: None, faults: vec![fault] };
        return view
            .done(move |view| Ok(section(view, &placed, Some((&AskedOne::default(), &told)))))
            .await
            .map(answer);
    };
    let asked = AskedOne {
        row: row as usize,
        set: sent
            .iter()
            .filter_map(|(name, value)| {
                let column = name.strip_prefix("set:")?;
                // What was not moved is as it is in the row.
                let was = sent.get(&format!("was:{column}"));
                (sent.get("at") == sent.get("row") && was != Some(value))
                    .then(|| (column.to_owned(), edit::figure(value)))
            })
            .collect(),
        world: sent.get("world").filter(|world| !world.is_empty()).cloned(),
    };
    let settings = &view.site.settings;
    let ask = Ask {
        here: settings.desk.here.clone(),
        course: settings.desk.course.clone(),
        exercise: placed.workspace.id().to_owned(),
        asked: asked.clone(),
    };
    let told = match jobs::ask(&view.worker(), &placed.workspace, ask).await {
        Ok(told) => told,
        Err(ending) => return Err(view.ended(ending)),
    };
    view.done(move |view| Ok(section(view, &placed, Some((&asked, &told))))).await.map(answer)
}

/// The section, with what was asked and answered; nothing where there is no model to ask yet.
pub(super) fn section(view: &View, placed: &Placed, told: Option<(&AskedOne, &Answered)>) -> Markup {
    if !placed.task.exercise.asks_plan || placed.pasts().next().is_none() {
        return html! { div #try {} };
    }
    let id = placed.workspace.id();
    let one = told.and_then(|(_, told)| told.one.as_ref());
    let faults = told.map_or(&[][..], |(_, told)| &told.faults[..]);
    let row = told.map_or(1, |(asked, _)| asked.row.max(1));
    let world = told.and_then(|(asked, _)| asked.world.clone()).unwrap_or_default();
    let is_over = placed.workspace.progress().is_ok_and(|progress| progress.is_over());
    let writer = view.writer();
    html! {
        section #try aria-labelledby="try-title" {
            h3 #try-title { (view.say("Try one", "1人で試す")) }
            @if placed.task.dataset.has_signals() {
                p { (view.say(
                    "Take a row of your own data, and see what the model of the plan as it stands above says of it.",
                    "手元のデータから1行を選び、上の計画のモデルがどう答えるかを見ます。",
                )) }
            } @else { p { (view.say(
                "Take a row of your own data, see what the model of the plan as it stands above says, then change something and ask again. The model answers to what it is given; that is not what treatment would do.",
                "手元のデータから1行を選び、上の計画のモデルの答えを見ます。値を変えて、もう一度尋ねてください。分かるのはモデルの反応であって、治療の効果ではありません。",
            )) } }
            @for fault in faults { (view.fault(fault)) }
            form method="post" action=(view.site.to(&format!("x/{id}/try"))) data-swap="#try" {
                label { (view.say("row of data/develop.csv", "data/develop.csv の行")) " "
                    input type="number" name="row" min="1" max=[one.map(|one| one.of)] value=(row); }
                @if let Some(one) = one {
                    input type="hidden" name="at" value=(one.row);
                    @for column in &one.columns { (field(view, column)) }
                }
                @if is_over && !placed.task.exercise.probes.is_empty() {
                    label { (view.say("in the world", "世界")) " "
                        select name="world" {
                            option value="" { (view.say("as it is", "そのまま")) }
                            @for probe in &placed.task.exercise.probes {
                                option value=(probe.name) selected[probe.name == world] { (probe.about.get(view.lang)) }
                            }
                        }
                    }
                }
                button { (view.say("Ask the model", "モデルに尋ねる")) }
            }
            @if let Some(one) = one {
                @let figures = writer.one(one);
                @let caption = match view.lang { Lang::En => format!("Row {}", one.row), Lang::Ja => format!("{}行目", one.row) };
                div aria-live="polite" {
                    (View::table(&caption, &figures.rows, figures.heads))
                    @for beyond in writer.beyond(one) { p.notice { (beyond) } }
                }
            } @else if faults.is_empty() && !is_over && placed.task.dataset.image.is_some() {
                p.quiet { (view.say("Once the exercise is over, a picture can also be drawn again with a cause changed.", "演習が終わると、原因を変えて描き直した画像についても尋ねられます。")) }
            }
        }
    }
}

/// A column that can be changed: a slider over the learner's own values, or their words.
fn field(view: &View, column: &AskedColumn) -> Markup {
    let said = |figure: &Figure| match figure {
        Figure::Number(x) => x.to_string(),
        Figure::Word(word) => word.clone(),
        Figure::Undefined => String::new(),
    };
    let (name, now) = (&column.name, said(&column.after));
    let known = said(&column.before);
    html! {
        div.slider {
            input type="hidden" name=(format!("was:{name}")) value=(known);
            label { (name) " "
                @match column.range {
                    Some((low, high)) if low < high && !now.is_empty() => {
                        input type="range" name=(format!("set:{name}")) min=(low) max=(high) step=(step(low, high)) value=(now)
                            aria-valuetext=(now) data-shows;
                        output { (column_value(&column.after)) }
                    }
                    Some(_) => input type="text" inputmode="decimal" name=(format!("set:{name}")) value=(now)
                        placeholder=(view.say("missing", "欠測")) {},
                    None => select name=(format!("set:{name}")) {
                        // What is missing in the row stays missing unless it is chosen otherwise.
                        @if [&column.before, &column.after].contains(&&Figure::Undefined) {
                            option value="" selected[now.is_empty()] { (view.say("missing", "欠測")) }
                        }
                        @for word in &column.words { option selected[*word == now] { (word) } }
                    },
                }
            }
        }
    }
}

fn column_value(figure: &Figure) -> String {
    match figure {
        Figure::Number(x) => value(*x),
        Figure::Word(word) => word.clone(),
        Figure::Undefined => String::new(),
    }
}

/// Of whole numbers 1; otherwise anything.
fn step(low: f64, high: f64) -> &'static str {
    if low.fract() == 0.0 && high.fract() == 0.0 && high - low > 1.0 { "1" } else { "any" }
}
