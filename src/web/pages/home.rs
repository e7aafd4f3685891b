//! Home: the exercises, where one stands with each, and the one next step.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use crate::site::Shared;
use crate::view::{LANGUAGE, View, answer};
use app::ending::Ending;
use app::learner::desk::{self, Listed, State as Progress};
use course::courses::{self, Courses};
use course::exercise::called;
use diagnostics::text::Lang;

pub(super) fn pages() -> Router<Shared> {
    Router::new().route("/", get(home)).route("/lang", post(language))
}

async fn home(view: View, Query(asked): Query<BTreeMap<String, String>>) -> Result<Response, Response> {
    let course = asked.get("course").filter(|course| !course.is_empty()).cloned();
    view.done(move |view| shown(view, course.as_deref())).await.map(answer)
}

/// Chooses the language, and goes back to where that was asked for.
async fn language(
    State(site): State<Shared>,
    headers: HeaderMap,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Response {
    let lang = Lang::of_locale(sent.get("lang").map_or("", String::as_str)).code();
    let from = headers.get("referer").and_then(|value| value.to_str().ok());
    // Only the path of the page is followed: a form of another site was refused at the door.
    let path = from.and_then(|from| from.split_once("://")).and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let back = sent.get("back").map(String::as_str).or(path);
    let back =
        back.filter(|path| path.starts_with(&site.settings.base) && !path.starts_with("//") && !path.contains('\\'));
    let mut response = Redirect::to(back.unwrap_or(&site.settings.base)).into_response();
    let cookie = format!("{LANGUAGE}={lang}; Path={}; Max-Age=31536000; HttpOnly; SameSite=Strict", site.settings.base);
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn shown(view: &View, course: Option<&str>) -> Result<Markup, Ending> {
    let desk = &view.site.settings.desk;
    let (listed, faults) = desk.list()?;
    let pack = desk.pack()?;
    let courses = courses::read(&pack).and_then(Result::ok);
    let taught = |id: &str| match (&courses, course) {
        (Some(courses), Some(course)) => courses
            .courses
            .iter()
            .filter(|one| one.id == course)
            .any(|one| one.exercises.iter().any(|exercise| exercise.value == id)),
        _ => true,
    };
    let shown: Vec<&Listed> = listed.iter().filter(|listed| taught(&listed.exercise.id)).collect();
    let next = desk::next(&listed, &shown);
    let body = html! {
        section.next {
            h1 { (view.say("Medical AI, by doing it", "手を動かして学ぶ医療AI")) }
            @if let Some(listed) = next {
                p { (match listed.state {
                    Some(_) => view.say("Go on with:", "つづき："),
                    None => view.say("Next:", "次の演習："),
                }) }
                p { a.button href=(view.site.to(&format!("x/{}", listed.exercise.id))) { (view.text(&listed.exercise.title)) } }
                p.quiet { (view.text(&listed.exercise.summary)) }
            } @else {
                p { (view.say("You have finished every exercise here.", "ここにある演習はすべて終わりました。")) }
            }
        }
        @if let Some(courses) = &courses { (filter(view, courses, course)) }
        section.exercises aria-labelledby="all" {
            h2 #all { (view.say("The exercises", "演習")) }
            ul.cards { @for one in &shown { (card(view, one, &listed)) } }
            @for fault in &faults { (view.fault(fault)) }
        }
    };
    Ok(view.page(view.say("Exercises", "演習の一覧"), &body))
}

fn filter(view: &View, courses: &Courses, chosen: Option<&str>) -> Markup {
    html! {
        nav.filter aria-label=(view.say("Courses", "コース")) {
            a href=(view.site.to("")) aria-current=[chosen.is_none().then_some("true")] { (view.say("All", "すべて")) }
            @for course in &courses.courses {
                a href=(format!("{}?course={}", view.site.to(""), course.id)) aria-current=[(chosen == Some(&course.id)).then_some("true")] {
                    (view.text(&course.title))
                }
            }
        }
    }
}

fn card(view: &View, listed: &Listed, all: &[Listed]) -> Markup {
    let exercise = &listed.exercise;
    let title = |id: &str| all.iter().find(|one| one.exercise.id == id).map(|one| view.text(&one.exercise.title));
    let first: Vec<&str> = exercise.after.iter().filter_map(|after| title(&after.value)).collect();
    let (field, level) = (called(&exercise.field), called(&exercise.level));
    let (minutes, points) = (exercise.minutes, exercise.points);
    let about = match view.lang {
        Lang::En if points == 1 => format!("{} · {} · {minutes} minutes · 1 point", field.en, level.en),
        Lang::En => format!("{} · {} · {minutes} minutes · {points} points", field.en, level.en),
        Lang::Ja => format!("{}・{}・{minutes}分・{points}点", field.ja, level.ja),
    };
    let (sign, state, word) = match listed.state {
        Some(Progress::Passed) => ("✔", "passed", view.say("passed", "合格")),
        Some(Progress::Begun) => ("◐", "begun", view.say("begun", "取り組み中")),
        Some(Progress::GaveUp) => ("–", "over", view.say("debrief read", "解説を読んで終了")),
        None => ("○", "new", view.say("not begun", "未着手")),
    };
    html! {
        li.card.(state) {
            h3 { a href=(view.site.to(&format!("x/{}", exercise.id))) { (view.text(&exercise.title)) } }
            p { (view.text(&exercise.summary)) }
            p.quiet { span.state { (sign) " " (word) } " · " (about) }
            @if !first.is_empty() {
                p.quiet { (view.say("After: ", "先に：")) (first.join(view.say("; ", "、"))) }
            }
        }
    }
}
