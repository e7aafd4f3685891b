//! See: what a run did, on the learner's own test rows. No row of the exam ever reaches the browser.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use engine::run::{Mistake, Seen, Series};
use maud::{Markup, html};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::try_one;
use crate::door::kept;
use crate::site::{Shared, Tested};
use crate::view::{View, answer};
use app::learner::desk::Placed;
use app::learner::history::{Differing, Past};
use app::learner::workspace::{PREDICTIONS, TOLD_MISTAKES, mistake_file};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use metrics::Probabilities;
use report::plot;
use report::plots::{Plot, calibration, decision, roc, series};
use report::terminal::MeasuredOn;
use tables::{Reading, Said, Sheet};

/// So many earlier runs are listed.
const LISTED: usize = 12;

pub(super) fn pages() -> Router<Shared> {
    Router::new()
        .route("/x/{id}/see/{run}", get(seen))
        .route("/x/{id}/rows/{file}", get(rows))
        .route("/x/{id}/compare", get(compared))
        .route("/x/{id}/mistake/{run}/{at}", get(mistake))
}

async fn seen(view: View, Path((id, run)): Path<(String, u64)>) -> Result<Response, Response> {
    view.done(move |view| Ok(section(view, &view.site.begun(&id)?, Some(run)))).await.map(answer)
}

/// What a run says of the learner's own test rows; nothing where no risks were predicted.
fn tested(view: &View, placed: &Placed, kept: &Past) -> Arc<Option<Tested>> {
    let read = || {
        let target = placed.task.dataset.target.spec();
        let axis = target.axis.as_ref().filter(|_| target.has_risks())?;
        let reading = Reading { cp932: false, missing: &[], said: Said::Keys };
        let bytes = placed.workspace.of_run(kept.number, PREDICTIONS)?;
        let sheet = Sheet::read(PREDICTIONS, bytes, &reading).ok()?;
        // A plan may predict another column than the usual one.
        let chosen = kept.record.as_ref().map(|record| record.story.label.as_str()).filter(|label| !label.is_empty());
        let label = chosen.unwrap_or_else(|| placed.task.dataset.label());
        let (y, p) = (sheet.numbers(label).ok()?, sheet.numbers(axis.column).ok()?);
        let split = sheet.words("split").ok()?;
        let is_tested = |row: &usize| split[*row].as_deref() == Some("test");
        let (y, p) = (0..p.len()).filter(is_tested).filter_map(|row| Some((y[row]?, p[row]?))).unzip();
        Some(Tested { y, p, threshold: kept.told.trained.and_then(|trained| trained.threshold) })
    };
    // A folder that was taken away may come again with another run of the same number, but not with the same document.
    let name = format!("{} {} {}", placed.workspace.folder().display(), kept.number, kept.document);
    let Ok(tested) = view.site.tested.of(name, || Ok::<_, Infallible>(read()));
    tested
}

async fn rows(view: View, Path((id, file)): Path<(String, String)>) -> Result<Response, Response> {
    let rows = view
        .done(move |view| {
            let placed = view.site.begun(&id)?;
            let run = file.strip_suffix(".json").and_then(|number| number.parse().ok());
            let tested = run.and_then(|run| placed.past(run)).map(|kept| tested(view, &placed, &kept));
            Ok(tested.as_deref().and_then(Option::as_ref).map(|tested| {
                let y: Vec<u8> = tested.y.iter().map(|y| u8::from(*y > 0.5)).collect();
                let p: Vec<f64> = tested.p.iter().map(|p| (p * 1e6).round() / 1e6).collect();
                // At the exercise's rate of exchange, as in the run's figures: weighed by the threshold itself, the net benefit of
                // examining everybody would be the highest.
                json!({ "threshold": tested.threshold, "worth": placed.task.exercise.worth, "y": y, "p": p })
            }))
        })
        .await?;
    Ok(rows.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |rows| ([(CONTENT_TYPE, "application/json")], rows.to_string()).into_response(),
    ))
}

async fn mistake(view: View, Path((id, run, at)): Path<(String, u64, usize)>) -> Result<Response, Response> {
    let png = view.done(move |view| Ok(view.site.begun(&id)?.workspace.of_run(run, &mistake_file(at)))).await?;
    Ok(png.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |png| kept("image/png", png)))
}

async fn compared(
    view: View,
    Path(id): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        let run =
            |name: &str| asked.get(name).and_then(|number| number.parse().ok()).and_then(|number| placed.past(number));
        let both = run("a").zip(run("b"));
        Ok(both.map_or_else(|| html! { div #compared {} }, |(a, b)| beside(view, &placed, &a, &b)))
    })
    .await
    .map(answer)
}

/// The section; of the last run where none is named.
pub(super) fn section(view: &View, placed: &Placed, run: Option<u64>) -> Markup {
    let kept = match run {
        Some(run) => placed.past(run),
        None => placed.pasts().next(),
    };
    html! {
        section #see aria-labelledby="see-title" {
            h2 #see-title { (view.say("See what it did", "結果を見る")) }
            @if let Some(kept) = kept { (shown(view, placed, &kept, false)) (try_one::section(view, placed, None)) (runs(view, placed, &kept)) }
            @else { p.quiet { (view.say("Nothing was trained yet.", "まだ何も学習させていません。")) } }
        }
    }
}

/// What a run did, on the learner's own test rows.
pub(super) fn shown(view: &View, placed: &Placed, kept: &Past, stands_alone: bool) -> Markup {
    let (writer, id) = (view.writer(), placed.workspace.id());
    let caption = view.say(
        "On your own test rows, on which nothing was fitted",
        "何の当てはめにも使っていない、手元のテスト用の行では",
    );
    let tested = tested(view, placed, kept);
    html! {
        @if let Some(record) = &kept.record {
            dl.story { @for (name, text) in writer.told(&record.story) { dt { (name) } dd { (text) } } }
            @let own = record.own();
            @if own.is_empty() {
                p { (view.say("No test rows ([split] test = 0): nothing of your own to judge by.", "テスト用の行がないため（[split] test = 0）、手元での評価はありません。")) }
            } @else {
                @let figures = writer.found(&placed.task, &own, MeasuredOn::Own);
                @if stands_alone { (View::table(caption, &figures.rows, figures.heads)) }
                @else { (view.figures(caption, &figures.rows, figures.heads)) }
                @if let Some(because) = &figures.undefined { p.quiet { "– " (because) } }
            }
        }
        @if let Some(tested) = tested.as_ref().as_ref().filter(|tested| !tested.y.is_empty()) {
            @if !stands_alone { div.handle data-rows=(view.site.to(&format!("x/{id}/rows/{}.json", kept.number))) data-plan=(view.site.to(&format!("x/{id}/plan")))
                data-words=(handle_words(view, placed.task.exercise.worth)) {
                h3 { (view.say("Move the threshold", "閾値を動かす")) }
                p { (view.say(
                    "Drag the line, or use the arrow keys: what follows is counted anew on your own test rows, without training again.",
                    "線をドラッグするか、矢印キーで動かしてください。学習し直さずに、手元のテスト用の行で数え直します。",
                )) }
            } }
            div.plots { @for plot in plots(view, tested) { (view.plot(&plot)) } }
        }
        (mistakes(view, placed, kept, stands_alone))
    }
}

/// The words that the script of the handle shows.
fn handle_words(view: &View, worth: Option<f64>) -> String {
    let benefit = match worth.map(|worth| format!("{}%", (worth * 1000.0).round() / 10.0)) {
        Some(at) => text!(
            "net benefit per 1,000 (an alert is worth it from {at})",
            "純便益（1,000人あたり、リスク{at}で釣り合う重み）"
        ),
        None => Text::new(
            "net benefit per 1,000 (weighed at the run's threshold)",
            "純便益（1,000人あたり、実行時の閾値の重み）",
        ),
    };
    json!({
        "threshold": view.say("threshold", "閾値"),
        "of": view.say("Of 1,000 people like your test rows", "テスト用の行と同じような1,000人のうち"),
        "found": view.say("ill and found", "疾患があり、見つかる"),
        "missed": view.say("ill and missed", "疾患があり、見逃す"),
        "false": view.say("well, with an alert", "疾患がなく、警報が出る（誤警報）"),
        "quiet": view.say("well, without one", "疾患がなく、警報が出ない"),
        "sensitivity": view.say("sensitivity", "感度"),
        "ppv": view.say("PPV", "陽性的中率"),
        "alerts": view.say("alerts per person found", "1人見つけるための警報数"),
        "benefit": view.text(&benefit),
        "ill": view.say("with the outcome", "転帰が陽性"),
        "well": view.say("without", "陰性"),
        "risk": view.say("predicted risk", "予測リスク"),
        "write": view.say("Write this threshold into the plan", "この閾値を計画に書く"),
    })
    .to_string()
}

fn plots(view: &View, tested: &Tested) -> Vec<Plot> {
    let Ok(data) = Probabilities::new(&tested.y, &tested.p) else { return Vec::new() };
    let mut out = Vec::new();
    out.extend(roc::draw("roc", &data, tested.threshold, view.lang));
    let bins = plot::calibration(&tested.p, &tested.y, plot::groups(tested.p.len()));
    if !bins.is_empty() {
        let whom = view.say("your own test rows", "手元のテスト用の行");
        out.push(calibration::draw("calibration", whom, &bins, &tested.p, view.lang));
    }
    out.extend(decision::draw("decision", &data, tested.threshold, view.lang));
    out
}

fn mistakes(view: &View, placed: &Placed, kept: &Past, stands_alone: bool) -> Markup {
    let told: Option<Value> =
        placed.workspace.of_run(kept.number, TOLD_MISTAKES).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let told = told.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    if told.is_empty() {
        return html! {};
    }
    if let Some(plot) = series_mistakes(placed, &told, view.lang) {
        return html! { div.plots { (view.plot(&plot)) } };
    }
    let id = placed.workspace.id();
    let masks = told[0]["masks"] == true;
    let picture = |at: usize| {
        let address = || view.site.to(&format!("x/{id}/mistake/{}/{at}", kept.number));
        let inside = |png: Vec<u8>| format!("data:image/png;base64,{}", BASE64.encode(png));
        let png = if stands_alone { placed.workspace.of_run(kept.number, &mistake_file(at)) } else { None };
        png.map_or_else(address, inside)
    };
    let about = if masks {
        view.say(
            "Left the picture, then the true outline (green), then the model's (orange).",
            "左から、画像、正解の輪郭（緑）、モデルの輪郭（橙）です。",
        )
    } else {
        view.say(
            "Left the picture; then where a pixel matters (orange); then where hiding the place lowers the risk (orange) or raises it (blue). Such maps show where the model reacts, not why.",
            "左から、画像、影響の大きい画素（橙）、隠すとリスクが下がる場所（橙）・上がる場所（青）です。こうしたマップは反応した場所を示すだけで、理由は示しません。",
        )
    };
    html! {
        h3 { (view.say("What it got most wrong", "大きく外した例")) }
        p { (about) }
        ul.mistakes {
            @for (at, one) in told.iter().enumerate() {
                @let (row, percent) = (one["row"].as_u64().unwrap_or(0) + 1, 100.0 * one["p"].as_f64().unwrap_or(0.0));
                @let what = match (one["missed"] == true, masks) {
                    (true, false) => view.say("with the outcome", "転帰あり"),
                    (false, false) => view.say("without the outcome", "転帰なし"),
                    (true, true) => view.say("something to outline", "描くものがある画像"),
                    (false, true) => view.say("nothing to outline", "描くものがない画像"),
                };
                @let caption = match view.lang {
                    Lang::En => format!("Row {row}: {what}, predicted risk {percent:.0}%"),
                    Lang::Ja => format!("{row}行目：{what}、予測リスク{percent:.0}%"),
                };
                li { figure {
                    img src=(picture(at)) alt="" loading="lazy";
                    figcaption { (caption) }
                } }
            }
        }
    }
}

/// What a run on series got most wrong, as lines; none of a run on pictures.
fn series_mistakes(placed: &Placed, told: &[Value], lang: Lang) -> Option<Plot> {
    let seen = |one: &Value| Series::deserialize(&one["series"]).ok().map(Seen::Series);
    let mistake = |one: &Value| {
        let row = usize::try_from(one["row"].as_u64()?).ok()?;
        Some(Mistake { row, missed: one["missed"] == true, p: one["p"].as_f64()?, seen: seen(one)? })
    };
    let all: Vec<Mistake> = told.iter().map(mistake).collect::<Option<_>>()?;
    series::mistakes("mistakes", &all, placed.task.dataset.signal_unit(lang), lang)
}

/// The earlier runs, any two of which can be set side by side.
fn runs(view: &View, placed: &Placed, shown: &Past) -> Markup {
    let numbers: Vec<u64> = placed.workspace.runs().into_iter().take(LISTED).collect();
    let id = placed.workspace.id();
    let name = |number: u64| {
        let is_check = placed.past(number).is_some_and(|past| past.is_check());
        let word = if is_check { view.say("check", "判定") } else { view.say("run", "試行") };
        format!("{word} {number}")
    };
    let before = numbers.iter().copied().find(|number| *number < shown.number);
    html! {
        h3 { (view.say("Your runs", "これまでの試行")) }
        ul.runs { @for &number in &numbers {
            li {
                a href=(view.site.to(&format!("x/{id}/see/{number}"))) data-swap="#see" aria-current=[(number == shown.number).then_some("true")] { (name(number)) }
                " " a.quiet href=(view.site.to(&format!("x/{id}/report/{number}"))) target="_blank" { (view.say("report", "報告書")) }
                form.inline method="post" action=(view.site.to(&format!("x/{id}/plan/back"))) data-swap="#decide" {
                    button.quiet name="run" value=(number) { (view.say("back to this plan", "この計画に戻す")) }
                }
            }
        } }
        @if numbers.len() > 1 {
            form.inline method="get" action=(view.site.to(&format!("x/{id}/compare"))) data-swap="#compared" {
                @for (field, chosen) in [("a", before), ("b", Some(shown.number))] {
                    label { (if field == "a" { view.say("Side by side: ", "並べて比べる：") } else { view.say(" and ", "と") })
                        select name=(field) { @for &number in &numbers { option value=(number) selected[Some(number) == chosen] { (name(number)) } } }
                    }
                }
                " " button { (view.say("Compare", "比べる")) }
            }
            div #compared {}
        }
    }
}

/// Two runs: the lines of the plan that differ, and the figures of both.
fn beside(view: &View, placed: &Placed, a: &Past, b: &Past) -> Markup {
    let Differing { first: gone, second: come } = a.against(b);
    let caption = |kept: &Past| format!("{} {}", view.say("Run", "試行"), kept.number);
    let figures = |kept: &Past| {
        let record = kept.record.as_ref()?;
        Some(view.writer().found(&placed.task, &record.own(), MeasuredOn::Own))
    };
    html! {
        div #compared {
            h4 { (view.say("What differs in the plan", "計画の違い")) }
            @if gone.is_empty() && come.is_empty() { p { (view.say("Nothing.", "違いはありません。")) } }
            @else {
                div.two {
                    div { p { (caption(a)) } ul { @for line in &gone { li { code { (line) } } } } }
                    div { p { (caption(b)) } ul { @for line in &come { li { code { (line) } } } } }
                }
            }
            h4 { (view.say("The figures of your own test rows", "手元のテスト用の行での値")) }
            div.two { @for kept in [a, b] {
                div { @if let Some(figures) = figures(kept) { (View::table(&caption(kept), &figures.rows, figures.heads)) } }
            } }
        }
    }
}
