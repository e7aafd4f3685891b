//! What a grader asks for: `practicum class`, `grade`, `regrade`, `export`. What is done stands in the crate `class`; here arguments are
//! read and values told.

mod decide;
mod export;
mod folder;
mod grade;
mod learner;
mod place;
mod regrade;
mod told;

use std::path::PathBuf;

use app::ending::Ending;

use self::place::{Place, placed_in_japanese};
use crate::session::Session;

pub(super) use self::export::{Export, export, japanese_export};
pub(super) use self::grade::{Grade, grade, japanese_grade};
pub(super) use self::regrade::{Regrade, japanese_regrade, regrade};

/// What a class needs beside grading.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a class folder: settings to change, the roster, a secret.
    New {
        /// The folder.
        folder: PathBuf,
        /// The learners, as a CSV with at least id and name.
        #[arg(long, value_name = "CSV")]
        roster: PathBuf,
        /// An exercise of the class; may be given several times.
        #[arg(long = "exercise", value_name = "ID", required = true)]
        exercises: Vec<String>,
    },
    /// What is handed out: a course without solutions, and the key of each learner's variant.
    Variants {
        /// A new folder for it.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// A note for each learner, too, with the commands to begin with.
        #[arg(long)]
        notes: bool,
        #[command(flatten)]
        place: Place,
    },
    /// The class as a whole: where points are lost, which mistakes are common, whose work looks alike.
    Report {
        /// Where it is written; left out, the folder `export` of the class.
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// The decisions in words, as a table to be marked.
    Texts {
        /// The table to write.
        #[arg(value_name = "CSV")]
        to: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Take marks and comments from such a table.
    Mark {
        /// The table with points and comments.
        #[arg(value_name = "CSV")]
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// What a person must look at: of whom it is, or what it is, is not known.
    Doubts {
        #[command(flatten)]
        place: Place,
    },
    /// Decide that doubtful hand-ins count for nothing, by their numbers in `class doubts`.
    Drop {
        /// The numbers.
        #[arg(value_name = "NUMBER")]
        numbers: Vec<i64>,
        /// All of which nobody of the roster is known to be the writer.
        #[arg(long)]
        unmatched: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Everything that is kept of a learner, as JSON.
    Learner {
        /// Their id.
        learner: String,
        #[command(flatten)]
        place: Place,
    },
    /// Take away everything that is kept of a learner.
    Forget {
        /// Their id.
        learner: String,
        /// Do it; otherwise it is only shown what there is.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        place: Place,
    },
}

impl Command {
    /// Whether `--json` has something to tell.
    pub(super) fn has_document(&self) -> bool {
        match self {
            Self::New { .. }
            | Self::Variants { .. }
            | Self::Report { .. }
            | Self::Texts { .. }
            | Self::Doubts { .. }
            | Self::Learner { .. } => true,
            Self::Mark { .. } | Self::Drop { .. } | Self::Forget { .. } => false,
        }
    }
}

pub(super) fn japanese(command: clap::Command) -> clap::Command {
    let about = |command: clap::Command, name: &str, about: &'static str| {
        command.mut_subcommand(name, |c| placed_in_japanese(c.about(about)))
    };
    let mut command = command;
    for (name, text) in [
        ("variants", "配布用の教材（解答なし）と、学習者ごとのバリアントのキーを書き出します。"),
        ("report", "クラス全体の報告：どこで失点し、どの誤りが多く、だれの提出が似ているかを示します。"),
        ("texts", "記述（判断の文章）を、採点用の表に書き出します。"),
        ("mark", "記入した表から、点数とコメントを取り込みます。"),
        ("doubts", "確認が必要な提出（だれのものか、何の提出かが分からないもの）の一覧です。"),
        ("drop", "確認が必要な提出を、対象外にします（番号は `class doubts` で確認できます）。"),
        ("learner", "学習者について保存している内容をすべて、JSONで出力します。"),
        ("forget", "学習者について保存している内容をすべて削除します。"),
    ] {
        command = about(command, name, text);
    }
    let to = "書き出す場所です。省略時はクラスのフォルダーの export です。";
    command = command
        .mut_subcommand("variants", |c| {
            c.mut_arg("to", |arg| arg.help("書き出す新しいフォルダーです。"))
                .mut_arg("notes", |arg| arg.help("学習者ごとに、始め方を書いたメモも作ります。"))
        })
        .mut_subcommand("report", |c| c.mut_arg("to", |arg| arg.help(to)))
        .mut_subcommand("texts", |c| c.mut_arg("to", |arg| arg.help("書き出す表です。")))
        .mut_subcommand("mark", |c| c.mut_arg("file", |arg| arg.help("点数とコメントを記入した表です。")))
        .mut_subcommand("drop", |c| {
            c.mut_arg("numbers", |arg| arg.help("番号です。"))
                .mut_arg("unmatched", |arg| arg.help("名簿に当たる学習者がいない提出を、すべて対象外にします。"))
        })
        .mut_subcommand("learner", |c| c.mut_arg("learner", |arg| arg.help("学習者のidです。")))
        .mut_subcommand("forget", |c| {
            c.mut_arg("learner", |arg| arg.help("学習者のidです。"))
                .mut_arg("yes", |arg| arg.help("実際に削除します。付けなければ、何があるかを示すだけです。"))
        });
    command.mut_subcommand("new", |command| {
        command
            .about("クラスのフォルダーを作ります（設定、名簿、秘密鍵）。")
            .mut_arg("folder", |arg| arg.help("フォルダーです。"))
            .mut_arg("roster", |arg| arg.help("学習者の一覧（CSV）です。少なくとも学籍番号と氏名の列が必要です。"))
            .mut_arg("exercises", |arg| arg.help("クラスの演習です。複数指定できます。"))
    })
}

/// Does what `practicum class` was asked for.
pub(super) fn class(session: &Session, command: &Command) -> Result<u8, Ending> {
    match command {
        Command::New { folder, roster, exercises } => folder::new(session, folder, roster, exercises),
        Command::Variants { to, notes, place } => folder::variants(session, place, to, *notes),
        Command::Report { to, place } => export::report(session, place, to.as_deref()),
        Command::Texts { to, place } => decide::texts(session, place, to),
        Command::Mark { file, place } => decide::mark(session, place, file),
        Command::Doubts { place } => decide::doubts(session, place),
        Command::Drop { numbers, unmatched, place } => decide::drop(session, place, numbers, *unmatched),
        Command::Learner { learner, place } => learner::learner(session, place, learner),
        Command::Forget { learner, yes, place } => learner::forget(session, place, learner, *yes),
    }
}
