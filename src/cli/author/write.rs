//! What is written for authors and learners: `practicum author new`, `pack`, `upgrade`, `reference`, `gallery`.

use std::path::Path;

use crate::codes::PASSED;
use crate::session::Session;
use app::ending::Ending;
use app::handout;
use app::learner::desk::in_command;
use author::docs::{self, gallery, reference};
use author::documents;
use author::scaffold::{self, Begun};
use author::upgrade::{self, Upgraded};
use course::pack::Pack;
use diagnostics::text;
use diagnostics::text::Lang;

/// Writes a new exercise.
pub(super) fn new(
    session: &Session,
    pack: &Pack,
    id: &str,
    from: Option<&str>,
    with_solutions: bool,
) -> Result<u8, Ending> {
    let begun = scaffold::begin(pack, session.desk.content, id, from, with_solutions)?;
    if session.json {
        return session.document(&documents::new(id, &begun));
    }
    let Begun { folder, written, .. } = begun;
    for file in written.iter().filter(|file| !file.starts_with('.')) {
        session.say(&format!("  {file}\n"));
    }
    let course = in_command(&folder);
    let told = match from {
        Some(other) if !with_solutions => text!(
            "solution/ and wrong/ of {other} were left out, for they hold its answers: write your own, or begin again with --with-solutions. What is missing until then: practicum author validate {id} --course {course}",
            "{other} の solution/ と wrong/ は、答えを含むため入れていません。自分で書くか、--with-solutions を付けて作り直してください。それまで何が足りないかは、次のコマンドで分かります：practicum author validate {id} --course {course}"
        ),
        _ => text!(
            "It is right as it is: practicum author validate {id} --course {course}",
            "このままで検証に合格します：practicum author validate {id} --course {course}"
        ),
    };
    session.say("\n");
    session.say(&session.terminal.paragraph("", told.get(session.terminal.lang)));
    Ok(PASSED)
}

/// Writes the course that learners may hold.
pub(super) fn pack(session: &Session, pack: &Pack, folder: &Path) -> Result<u8, Ending> {
    let written = handout::for_learners(folder, pack, None)?;
    if session.json {
        return session.document(&documents::pack(&written));
    }
    let (n, course, folder) = (written.len(), in_command(folder), folder.display());
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("{n} files in {folder}. Learners use it with: practicum start EXERCISE --course {course}"),
            Lang::Ja => format!("{folder} に{n}個のファイルを書き出しました。学習者は次のように使います：practicum start 演習の名前 --course {course}"),
        },
    ));
    Ok(PASSED)
}

/// Brings a course into the present form.
pub(super) fn upgrade(session: &Session, folder: &Path) -> Result<u8, Ending> {
    let upgraded = upgrade::upgrade(folder)?;
    if session.json {
        return session.document(&documents::upgrade(&upgraded));
    }
    for (path, became) in &upgraded {
        let line = match became {
            Upgraded::Renamed(after) => text!("{path}: is now {after}", "{path}：{after} に名前を変えました"),
            Upgraded::Present => {
                text!("{path}: in the present form already", "{path}：すでに今の書式です")
            }
            Upgraded::Converted(before) => text!(
                "{path}: converted (as it was: {before}). Look at it, then run `practicum author validate` and `author reliability`.",
                "{path}：変換しました（元のファイル：{before}）。内容を確かめ、`practicum author validate` と `author reliability` を実行してください。"
            ),
        };
        session.say(&session.terminal.paragraph("", line.get(session.terminal.lang)));
    }
    Ok(PASSED)
}

/// Writes the reference of keys, functions and rules.
pub(super) fn reference(session: &Session, folder: &Path) -> Result<u8, Ending> {
    let pages = reference::pages().into_iter().map(|(path, text)| (path, text.into_bytes()));
    Ok(told(session, &docs::write(folder, pages)?))
}

/// Writes the page of every renderer.
pub(super) fn gallery(session: &Session, folder: &Path) -> Result<u8, Ending> {
    let page = (gallery::PAGE.to_owned(), gallery::page().into_bytes());
    Ok(told(session, &docs::write(folder, std::iter::once(page).chain(gallery::pictures()))?))
}

fn told(session: &Session, written: &[String]) -> u8 {
    for path in written {
        session.say(&format!("{path}\n"));
    }
    PASSED
}
