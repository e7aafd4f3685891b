//! Look: the data as a clinician reads them. A Table 1, missing values, distributions, the first rows; pictures as a wall.

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use crate::door::kept;
use crate::site::{Drawn, Shared};
use crate::view::{View, answer, encoded};
use app::ending::Ending;
use app::learner::desk::Placed;
use app::learner::groups;
use app::learner::workspace::DATA;
use course::dataset::Role;
use course::pack::Pack;
use diagnostics::text::Lang;
use report::montage::{self, Tile};
use report::plots::{Plot, columns};
use tables::Frame;

/// So many pictures are on a page of the wall.
const PICTURES: usize = 24;

/// So many rows are shown as they are.
const ROWS: usize = 8;

pub(super) fn pages() -> Router<Shared> {
    Router::new()
        .route("/x/{id}/look", get(looked))
        .route("/x/{id}/picture/{file}", get(picture))
        .route("/x/{id}/card", get(card))
}

/// What is to be looked at.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Shown {
    /// A table by this column; pictures of which this column has a value.
    #[serde(default)]
    column: String,
    /// The value.
    #[serde(default)]
    value: String,
    /// Which page of the wall, from 0.
    #[serde(default)]
    page: usize,
}

async fn looked(view: View, Path(id): Path<String>, Query(asked): Query<Shown>) -> Result<Response, Response> {
    view.done(move |view| section(view, &view.site.begun(&id)?, &asked)).await.map(answer)
}

/// The data card: what the columns mean, and what is unrealistic.
async fn card(view: View, Path(id): Path<String>) -> Result<Response, Response> {
    view.done(move |view| {
        let placed = view.site.begun(&id)?;
        let dataset = &placed.task.dataset;
        let body = html! {
            h1 { (view.text(&dataset.title)) }
            (view.markdown(view.text(&dataset.about)))
            h2 { (view.say("What is unrealistic here", "実際とは異なる点")) }
            (view.markdown(view.text(&dataset.unrealistic)))
            p { a href=(view.site.to(&format!("x/{id}"))) { (view.say("Back to the exercise", "演習に戻る")) } }
        };
        Ok(view.page(view.text(&dataset.title), &body))
    })
    .await
    .map(answer)
}

async fn picture(view: View, Path((id, file)): Path<(String, String)>) -> Result<Response, Response> {
    let png = view
        .done(move |view| {
            let placed = view.site.begun(&id)?;
            let drawn = view.site.drawn(&placed)?;
            let (name, outlined) = match file.strip_suffix("-outlined.png") {
                Some(name) => (name, true),
                None => (file.strip_suffix(".png").unwrap_or_default(), false),
            };
            let row = name.parse::<usize>().ok();
            let (Some(shots), Some(row)) = (drawn.shots(), row) else { return Ok(None) };
            if row >= shots.len() {
                return Ok(None);
            }
            let pictures = shots.some(&[row]);
            let pixels = pictures.bytes(0);
            let tile = Tile {
                pixels: &pixels,
                outlined: pictures.outlined.as_ref().filter(|_| outlined).and_then(|masks| masks.row(0).to_slice()),
                spacing: pictures.pixel(0),
            };
            Ok(Some(montage::one(&tile, pictures.seen())))
        })
        .await?;
    Ok(match png {
        Some(png) => {
            let mut response = kept("image/png", png);
            // The same address may show another variant's picture in another folder.
            response.headers_mut().insert("cache-control", HeaderValue::from_static("private, max-age=60"));
            response
        }
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

/// The section.
pub(super) fn section(view: &View, placed: &Placed, asked: &Shown) -> Result<Markup, Ending> {
    let drawn = view.site.drawn(placed)?;
    // A course folder may be edited while it is looked at; what the program brings along stays as it is.
    if *asked == Shown::default() && matches!(placed.pack, Pack::Embedded(_)) {
        let made = drawn.looked(view.lang, || shown(view, placed, &drawn, asked).map(Markup::into_string))?;
        return Ok(PreEscaped(made));
    }
    shown(view, placed, &drawn, asked)
}

fn shown(view: &View, placed: &Placed, drawn: &Drawn, asked: &Shown) -> Result<Markup, Ending> {
    let id = placed.workspace.id();
    Ok(html! {
        section #look aria-labelledby="look-title" {
            h2 #look-title { (view.say("Look at the data", "データを見る")) }
            @if drawn.shots().is_some() { (wall(view, placed, drawn, asked)?) }
            @if let Some(plot) = series(view, placed, drawn, asked)? { div.plots { (view.plot(&plot)) } }
            (by(view, placed, drawn, asked)?)
            details {
                summary { (view.say("Distributions", "分布")) }
                div.plots { @for plot in columns::draw(&placed.task.dataset, &drawn.rows, view.lang)? { (view.plot(&plot)) } }
            }
            details {
                summary { (view.say("The first rows, and what each column means", "最初の数行と、列の意味")) }
                (first(view, placed, &drawn.rows)?)
            }
            p.quiet {
                (view.say("All rows, to read only: ", "すべての行（読み取り専用）："))
                code { (placed.workspace.shown(DATA)) } " · "
                a href=(view.site.to(&format!("x/{id}/card"))) { (view.say("what is unrealistic here", "実際とは異なる点")) }
            }
        }
    })
}

/// Columns by which rows can be told apart: few values, no id.
fn groupings<'d>(placed: &Placed, drawn: &'d Drawn) -> Result<Vec<(&'d str, &'d [String])>, Ending> {
    let mut out = Vec::new();
    for name in tables::names(&drawn.rows) {
        let values = drawn.few_values(name)?;
        if placed.task.dataset.role(name) != Role::Id && values.len() > 1 {
            out.push((name, values));
        }
    }
    Ok(out)
}

/// The first series of each group, below one another.
fn series(view: &View, placed: &Placed, drawn: &Drawn, asked: &Shown) -> Result<Option<Plot>, Ending> {
    let Some(origin) = drawn.series() else { return Ok(None) };
    let dataset = &placed.task.dataset;
    let is_column = tables::names(&drawn.rows).contains(&asked.column.as_str());
    let by = if is_column { vec![asked.column.clone()] } else { groups::usual(&placed.task) };
    let (shown, signals) = groups::shown(&drawn.rows, &by, origin)?;
    Ok(groups::series(dataset, &shown, &signals, view.lang))
}

/// A Table 1 by a column.
fn by(view: &View, placed: &Placed, drawn: &Drawn, asked: &Shown) -> Result<Markup, Ending> {
    let rows = &drawn.rows;
    let label = placed.task.dataset.label();
    let by = if tables::names(rows).contains(&asked.column.as_str()) { asked.column.as_str() } else { label };
    let table = view.writer().summary(&placed.task.dataset, rows, by)?;
    let id = placed.workspace.id();
    let caption = match view.lang {
        Lang::En => format!("Who they are, by {by}: median (quartiles), or number (%)"),
        Lang::Ja => format!("{by}別の内訳：中央値（四分位範囲）、または件数（%）"),
    };
    Ok(html! {
        form.inline method="get" action=(view.site.to(&format!("x/{id}/look"))) data-swap="#look" data-auto {
            label for="look-by" { (view.say("Compare by", "比べる列")) " " }
            select #look-by name="column" {
                @for (name, _) in groupings(placed, drawn)? { option value=(name) selected[name == by] { (name) } }
            }
            " " button { (view.say("Show", "表示")) }
        }
        (View::table(&caption, &table, 3))
    })
}

fn first(view: &View, placed: &Placed, rows: &Frame) -> Result<Markup, Ending> {
    let shown: Vec<usize> = (0..rows.height().min(ROWS)).collect();
    let head = tables::take(rows, &shown)?;
    let names = tables::names(&head);
    let cells: Vec<Vec<Option<String>>> =
        names.iter().map(|name| tables::words(&head, name)).collect::<Result<_, _>>()?;
    let dataset = &placed.task.dataset;
    let mut table =
        vec![std::iter::once(String::new()).chain(names.iter().map(|&name| name.to_owned())).collect::<Vec<_>>()];
    for row in 0..head.height() {
        let cell = |cells: &Vec<Option<String>>| cells[row].clone().unwrap_or_else(|| "·".to_owned());
        table.push(std::iter::once((row + 1).to_string()).chain(cells.iter().map(cell)).collect());
    }
    let caption = match view.lang {
        Lang::En => format!("The first of {} rows; · is a missing value", rows.height()),
        Lang::Ja => format!("{}行のうち最初の数行（·は欠測値）", rows.height()),
    };
    Ok(html! {
        (View::table(&caption, &table, 1))
        dl.columns {
            @for name in &names {
                @let column = dataset.columns().find(|column| column.name == *name);
                dt { code { (name) } @if let Some(column) = column { @if !column.unit.en.is_empty() { " (" (view.text(&column.unit)) ")" } } }
                dd { (column.and_then(|column| column.about.as_ref()).map_or("", |about| view.text(about))) }
            }
        }
    })
}

/// Pictures that a column's value has chosen, to be enlarged and told apart.
fn wall(view: &View, placed: &Placed, drawn: &Drawn, asked: &Shown) -> Result<Markup, Ending> {
    let (rows, id, dataset) = (&drawn.rows, placed.workspace.id(), &placed.task.dataset);
    let groupings = groupings(placed, drawn)?;
    let chosen = groupings.iter().find(|(name, values)| *name == asked.column && values.contains(&asked.value));
    let all: Vec<usize> = match chosen {
        Some((name, _)) => {
            let words = tables::words(rows, name)?;
            (0..rows.height()).filter(|row| words[*row].as_deref() == Some(&asked.value)).collect()
        }
        None => (0..rows.height()).collect(),
    };
    let pages = all.len().div_ceil(PICTURES).max(1);
    let page = asked.page.min(pages - 1);
    let names = tables::names(rows);
    let cells: Vec<Vec<Option<String>>> =
        names.iter().map(|name| tables::words(rows, name)).collect::<Result<_, _>>()?;
    let of = |name: &str, value: Option<&str>| -> String {
        let Some(value) = value else { return "·".to_owned() };
        let value = value.strip_suffix(".0").unwrap_or(value);
        dataset.called(name, value).map_or_else(|| value.to_owned(), |words| view.text(words).to_owned())
    };
    let facts = |row: usize| -> String {
        let fact =
            |(name, cells): (&&str, &Vec<Option<String>>)| format!("{name}: {}", of(name, cells[row].as_deref()));
        names.iter().zip(&cells).map(fact).collect::<Vec<_>>().join(view.say(", ", "、"))
    };
    let outlined = dataset.image.as_ref().is_some_and(|image| image.mask.is_some());
    let to = |page: usize| {
        let query =
            chosen.map_or_else(String::new, |(name, _)| format!("column={name}&value={}&", encoded(&asked.value)));
        format!("{}?{query}page={page}", view.site.to(&format!("x/{id}/look")))
    };
    Ok(html! {
        form.inline method="get" action=(view.site.to(&format!("x/{id}/look"))) data-swap="#look" {
            span { (view.say("Pictures: ", "写真：")) }
            a href=(format!("{}?page=0", view.site.to(&format!("x/{id}/look")))) data-swap="#look" aria-current=[chosen.is_none().then_some("true")] { (view.say("all", "すべて")) }
            @for (name, values) in &groupings {
                @for value in *values {
                    " " a href=(format!("{}?column={name}&value={}", view.site.to(&format!("x/{id}/look")), encoded(value))) data-swap="#look"
                        aria-current=[(chosen.is_some_and(|(chosen, _)| chosen == name) && *value == asked.value).then_some("true")] {
                        (dataset.called(name, value).map_or_else(|| format!("{name} = {value}"), |words| view.text(words).to_owned()))
                    }
                }
            }
        }
        ul.wall data-size=(dataset.image.as_ref().map_or(0, |image| image.size.value)) {
            @for &row in all.iter().skip(page * PICTURES).take(PICTURES) {
                li {
                    button.picture type="button" data-enlarge data-facts=(facts(row)) data-outlined[outlined] {
                        img src=(view.site.to(&format!("x/{id}/picture/{row}.png"))) loading="lazy" width="128" height="128"
                            alt=(format!("{} {}: {}", view.say("picture", "写真"), row + 1, facts(row)));
                    }
                    span.number { (row + 1) }
                }
            }
        }
        p.pages {
            @if page > 0 { a href=(to(page - 1)) data-swap="#look" { (view.say("← earlier", "← 前へ")) } " " }
            (format!("{} / {pages}", page + 1))
            @if page + 1 < pages { " " a href=(to(page + 1)) data-swap="#look" { (view.say("more →", "次へ →")) } }
        }
    })
}
