//! `practicum author …`: what instructors do, which stands in the crate `author`. Here arguments are read and values told; folders of
//! results are looked for here, and nowhere below.

mod pace;
mod preview;
mod reliability;
mod told;
mod validate;
mod write;

use std::path::PathBuf;

use clap::Subcommand;

use self::pace::Pace;
use super::options::EXERCISE_JA;
use super::session::{Session, tell};
use app::ending::Ending;
use course::pack::Pack;
use diagnostics::text;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a new exercise that already validates, with comments that teach the format.
    New {
        /// Its name: small letters, digits and `-`.
        exercise: String,
        /// The exercise to begin from; otherwise a small template.
        #[arg(long, value_name = "EXERCISE")]
        from: Option<String>,
        /// Take its reference and its wrong solutions along; otherwise they are left out.
        #[arg(long, requires = "from")]
        with_solutions: bool,
    },
    /// Prove that exercises are right: files, texts, leaks, reference, starter, wrong solutions, time and memory.
    Validate {
        /// The exercises; all of the course where none is named.
        exercises: Vec<String>,
        #[command(flatten)]
        pace: Pace,
    },
    /// Prove over many draws that the checks tell right from wrong; writes reliability.toml beside the exercise.
    Reliability(Draws),
    /// What `reliability` was called before.
    #[command(hide = true)]
    Calibrate(Draws),
    /// Show what the learner will see.
    Preview {
        /// The exercise.
        exercise: String,
    },
    /// Write the course that learners may hold: without its solutions.
    Pack {
        /// The folder, which must be new or empty.
        folder: PathBuf,
    },
    /// Bring a course that was written for an older version of the files into the present form.
    Upgrade {
        /// The course folder; the files as they were are kept beside the new ones.
        folder: PathBuf,
    },
    /// Write the reference of all keys, functions and rules, and the schemas for editors.
    Reference {
        /// The folder.
        #[arg(default_value = "docs/reference")]
        folder: PathBuf,
    },
    /// Write the page that shows every renderer and its parameters.
    Gallery {
        /// The folder that the page is written into.
        #[arg(long, value_name = "DIR", default_value = "docs")]
        to: PathBuf,
    },
}

impl Command {
    /// Whether `--json` has something to tell.
    pub(super) fn has_document(&self) -> bool {
        match self {
            Self::New { .. }
            | Self::Validate { .. }
            | Self::Reliability(_)
            | Self::Calibrate(_)
            | Self::Pack { .. }
            | Self::Upgrade { .. } => true,
            Self::Preview { .. } | Self::Reference { .. } | Self::Gallery { .. } => false,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Draws {
    /// The exercise.
    exercise: String,
    /// How many draws of the data; otherwise 200 of tables, 60 of pictures.
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..=100_000))]
    seeds: Option<u64>,
    #[command(flatten)]
    pace: Pace,
}

impl Command {
    /// Its name, for documents.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::New { .. } => "author new",
            Self::Validate { .. } => "author validate",
            Self::Reliability(_) | Self::Calibrate(_) => "author reliability",
            Self::Preview { .. } => "author preview",
            Self::Pack { .. } => "author pack",
            Self::Upgrade { .. } => "author upgrade",
            Self::Reference { .. } => "author reference",
            Self::Gallery { .. } => "author gallery",
        }
    }

    /// Whether the course folder need not be one yet.
    pub(super) fn makes_the_folder(&self) -> bool {
        matches!(self, Self::New { .. })
    }
}

pub(super) fn japanese(command: clap::Command) -> clap::Command {
    let mut command = command;
    for (name, about) in [
        ("new", "新しい演習を作ります。そのまま検証に合格し、書き方はコメントで分かります。"),
        ("validate", "演習が正しいことを確かめます（ファイル・文・漏れ・模範解・出発点・誤答例・時間・メモリー）。"),
        ("reliability", "多数の生成で、判定が正誤を見分けることを確かめ、reliability.tomlを書きます。"),
        ("preview", "学習者に見えるものを表示します。"),
        ("pack", "学習者に渡せる教材（模範解と誤答例を除いたもの）を書き出します。"),
        ("upgrade", "古い書式で書かれたコースを、今の書式に変換します。"),
        ("reference", "すべてのキー・関数・規則の一覧と、エディター用のスキーマを書き出します。"),
        ("gallery", "画像の種類ごとに、見本とパラメーターの一覧を書き出します。"),
    ] {
        command = command.mut_subcommand(name, |command| command.about(about));
    }
    for (name, argument, help) in [
        ("new", "exercise", "新しい演習の名前です（半角の小文字・数字・-）。"),
        ("new", "from", "もとにする演習です。省略時は小さなひな形を使います。"),
        ("new", "with_solutions", "もとの演習の模範解と誤答例も写します。付けなければ含めません。"),
        ("validate", "exercises", "演習の名前です。省略時は教材のすべての演習を確かめます。"),
        ("reliability", "exercise", EXERCISE_JA),
        ("reliability", "seeds", "データを生成する回数です。省略時は表なら200回、画像なら60回です。"),
        ("preview", "exercise", EXERCISE_JA),
        ("reference", "folder", "書き出す先のフォルダーです。"),
        ("gallery", "to", "書き出す先のフォルダーです。"),
        ("pack", "folder", "書き出す先の、新しい（または空の）フォルダーです。"),
        ("upgrade", "folder", "コースのフォルダーです。元のファイルは、新しいファイルの隣に残します。"),
    ] {
        command = command.mut_subcommand(name, |command| command.mut_arg(argument, |arg| arg.help(help)));
    }
    for name in ["validate", "reliability"] {
        command = command.mut_subcommand(name, |command| {
            command
                .mut_arg("jobs", |arg| arg.help("同時に実行する数です。1つごとに1回分のメモリーを使います。"))
                .mut_arg("fresh", |arg| arg.help("以前の結果を使わず、すべて実行し直します。"))
        });
    }
    command
}

pub(super) fn author(session: &Session, pack: &Pack, command: &Command) -> Result<u8, Ending> {
    match command {
        Command::New { exercise, from, with_solutions } => {
            write::new(session, pack, exercise, from.as_deref(), *with_solutions)
        }
        Command::Validate { exercises, pace } => validate::validate(session, pack, exercises, *pace),
        Command::Reliability(Draws { exercise, seeds, pace }) => {
            reliability::reliability(session, pack, exercise, *seeds, *pace)
        }
        Command::Calibrate(Draws { exercise, seeds, pace }) => {
            let id = exercise;
            let told = text!(
                "`author calibrate` is called `author reliability` now: practicum author reliability {id}",
                "`author calibrate` の現在の名前は `author reliability` です：practicum author reliability {id}"
            );
            tell(&session.terminal.paragraph("", told.get(session.terminal.lang)));
            reliability::reliability(session, pack, exercise, *seeds, *pace)
        }
        Command::Preview { exercise } => preview::preview(session, pack, exercise),
        Command::Pack { folder } => write::pack(session, pack, folder),
        Command::Upgrade { folder } => write::upgrade(session, folder),
        Command::Reference { folder } => write::reference(session, folder),
        Command::Gallery { to } => write::gallery(session, to),
    }
}
