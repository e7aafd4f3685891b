//! `practicum export` and `practicum class report`.

use std::path::{Path, PathBuf};

use super::place::{Place, placed_in_japanese};
use super::told;
use crate::options::one_of;
use crate::session::Session;
use app::ending::Ending;
use class::desk::Opened;
use class::export::{self, Format, Options};
use class::gradebook::Choice;
use class::insight;

/// How a class is exported.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// For which system.
    #[arg(value_parser = one_of(Format::ALL, Format::name, |format| Some(format.about())))]
    format: Format,
    #[command(flatten)]
    place: Place,
    /// Where it is written; left out, the folder `export` of the class.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Moodle: the grading worksheet of the assignment, as you downloaded it.
    #[arg(long, value_name = "CSV")]
    worksheet: Option<PathBuf>,
    /// Canvas: the gradebook that you exported, so that its assignments are found again.
    #[arg(long, value_name = "CSV")]
    gradebook: Option<PathBuf>,
    /// The exercise; may be left out where a class has one.
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,
    /// Write also where errors of ours, ungraded hand-ins or unread texts are left; those rows stay without a grade.
    #[arg(long)]
    force: bool,
    /// 0 points, rather than an empty cell, for who handed in nothing, too late, or nothing that can be run.
    #[arg(long)]
    zero: bool,
}

pub(crate) fn japanese_export(command: clap::Command) -> clap::Command {
    placed_in_japanese(command)
        .mut_arg("format", |arg| arg.help("書き出す形式です（moodle、canvas、gradescope、csv、xlsx）。"))
        .mut_arg("to", |arg| arg.help("書き出す場所です。省略時はクラスのフォルダーの export です。"))
        .mut_arg("worksheet", |arg| arg.help("Moodle：ダウンロードしたままの評定ワークシートです。"))
        .mut_arg("gradebook", |arg| arg.help("Canvas：書き出した成績表です。課題の列を見つけるために使います。"))
        .mut_arg("exercise", |arg| arg.help("演習です。クラスの演習が1つなら省略できます。"))
        .mut_arg("force", |arg| {
            arg.help("こちらのエラー、未採点、記述の採点待ちが残っていても書き出します（その行の評点は空欄です）。")
        })
        .mut_arg("zero", |arg| arg.help("未提出、受付終了後、実行できない提出を、空欄ではなく0点にします。"))
}

/// Writes grades for another system.
pub(crate) fn export(session: &Session, options: &Export) -> Result<u8, Ending> {
    let asked = Options {
        format: options.format,
        to: options.to.as_deref(),
        worksheet: options.worksheet.as_deref(),
        gradebook: options.gradebook.as_deref(),
        exercise: options.exercise.as_deref(),
        choice: Choice { forced: options.force, zero: options.zero },
    };
    told::written(session, &export::export(&session.desk, &options.place.class, asked)?)
}

/// The class as a whole: a page and a document.
pub(super) fn report(session: &Session, place: &Place, to: Option<&Path>) -> Result<u8, Ending> {
    let opened = Opened::at(&session.desk, &place.class)?;
    let insight = insight::look(&opened)?;
    if session.json {
        return session.document(&insight);
    }
    told::written(session, &insight::write(&opened.class, &insight, to, session.terminal.lang)?)
}
