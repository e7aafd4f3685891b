//! The command line: the only room that prints, asks for the time of day, or ends the program.

mod asking;
mod author;
mod courses;
mod interrupt;
mod look;
mod measure;
mod progress;
mod spoken;
mod tour;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use self::progress::Progress;
use app::learner::checking::{self, Checked};
use app::learner::hand_in::{ANSWERS, PLAN};
use app::learner::renewal::{self, Renewed};
use app::learner::variant;
use app::learner::workspace::{Asked, DATA, Workspace, WorkspaceError};
use course::answers::Expected;
use course::content;
use course::exercise::called;
use course::pack::{Content, Pack, Submission, Task};
use diagnostics::fault::{Fault, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::check::Verdict;
use engine::models;
use engine::run::{self, Ended, Event, Job, Run, RunError, Shelf, Watch};
use report::json::{AtFault, Document, MeasureDocument, Subject};
use report::terminal::{Terminal, bold, dim, door};
use seed::{Origin, Root};
use tables::TableError;

/// Everything asked for was done; a check passed.
pub const PASSED: u8 = 0;
/// A check failed, or was not answered yet.
pub const FAILED: u8 = 1;
/// What was given cannot be used: a file, an option, an exercise. It says where.
pub const BAD_INPUT: u8 = 2;
/// Our own error.
pub const OUR_ERROR: u8 = 3;
/// The exercise or its dataset is at fault: its author's error, which another try does not mend.
pub const AUTHORS_ERROR: u8 = 4;
/// Something cannot be written: a folder, a disk, the output. A verdict that was told holds.
pub const UNWRITTEN: u8 = 5;

/// The user ended it: what shells give for Ctrl-C.
pub const STOPPED: u8 = 130;

/// What each exit code means; help in both languages is made from it.
pub const EXIT_CODES: [(u8, Text); 7] = [
    (PASSED, Text::new("passed or done", "合格または完了")),
    (FAILED, Text::new("a check failed or was not answered yet", "不合格または未回答の判定あり")),
    (BAD_INPUT, Text::new("bad input", "入力の誤り")),
    (OUR_ERROR, Text::new("our error", "プログラムの誤り")),
    (AUTHORS_ERROR, Text::new("the exercise's error", "教材の誤り")),
    (
        UNWRITTEN,
        Text::new("a folder, disk or output that cannot be written", "フォルダー・ディスク・出力に書き込めない"),
    ),
    (STOPPED, Text::new("stopped with Ctrl-C", "Ctrl-Cによる中止")),
];

/// The seed where nobody says which.
const SEED: u64 = variant::USUAL;

/// Learn medical AI by doing it: decide, train, and see what the decision did to patients.
#[derive(Debug, Parser)]
#[command(name = "practicum", version, after_help = after(Lang::En), propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// What follows the help.
fn after(lang: Lang) -> String {
    let codes = EXIT_CODES.into_iter().map(|(code, means)| format!("{code} {}", means.get(lang)));
    match lang {
        Lang::En => format!(
            "Synthetic data for teaching. Not a medical device; nothing here is evidence about patients.\n\nExit codes: {}.",
            codes.collect::<Vec<_>>().join(", ")
        ),
        Lang::Ja => format!(
            "教育用の合成データです。医療機器ではなく、ここでの結果は患者についてのエビデンスではありません。\n\n終了コード：{}",
            codes.collect::<Vec<_>>().join("、")
        ),
    }
}

#[derive(Debug, clap::Args)]
struct Common {
    /// The language; otherwise that of `PRACTICUM_LANG`, or the system's.
    #[arg(long, global = true, value_parser = ["en", "ja"])]
    lang: Option<String>,
    /// A course pack of your own: a folder with exercises/ and datasets/. What was started from it remembers it.
    #[arg(long, global = true, value_name = "DIR")]
    course: Option<PathBuf>,
    /// The result as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// The vector instructions with which pictures are computed (avx512, avx2, neon, scalar), so that a class is graded alike on
    /// machines of several kinds; otherwise the widest that the machine has.
    #[arg(long, global = true, value_name = "NAME", hide = true)]
    kernel: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A first three minutes: one exercise from the problem to the passed check.
    Tour,
    /// The exercises.
    List,
    /// Begin an exercise: brief, data, and a plan to change. Never overwrites your files.
    Start {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
        /// Another draw of the data, for example one per learner: a student's number, a name.
        #[arg(long, value_name = "KEY")]
        variant: Option<String>,
    },
    /// Look at the pictures of an exercise, and at those that your model got wrong.
    Look(look::Options),
    /// Train your plan and see how it does on your own test rows.
    Run {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
        #[command(flatten)]
        seed: SeedOption,
        #[command(flatten)]
        effort: Effort,
    },
    /// Train your plan and have it judged on new patients.
    Check {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
        #[command(flatten)]
        seed: SeedOption,
        /// The patients of the exam alone, which a grader keeps secret; otherwise they follow from the seed of the data and the plan.
        #[arg(long, value_name = "N", hide = true)]
        exam_seed: Option<u64>,
        #[command(flatten)]
        effort: Effort,
    },
    /// Stop trying: read what the exercise was about. Its points are then to be had with another variant only.
    Solution {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// Measure any predictions file, from any tool, with the metrics that checks use.
    Measure(Box<measure::Options>),
    /// The courses and their exercises.
    Courses {
        /// One course; all of them where none is named.
        #[arg(value_name = "COURSE")]
        name: Option<String>,
    },
    /// For instructors.
    Author {
        #[command(subcommand)]
        command: author::Command,
    },
}

#[derive(Debug, Clone, Copy, clap::Args)]
struct SeedOption {
    /// Another draw of the data and of the training's chance; otherwise the workspace's own.
    #[arg(long, value_name = "N", hide = true)]
    seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, clap::Args)]
struct Effort {
    /// Train a plan that needs more than the usual budget of operations.
    #[arg(long)]
    long: bool,
}

/// Why a command ended early.
enum Ending {
    /// What was given cannot be used.
    Faults(Vec<Fault>),
    /// The author's mistake.
    Author(Vec<Fault>),
    /// Something cannot be written.
    Disk(Fault),
    /// The user ended it.
    Ended,
    /// Our own failure.
    Ours(Text),
}

impl Ending {
    /// Where the fault lies, and what is wrong.
    fn told(self) -> (AtFault, Vec<Fault>) {
        match self {
            Self::Faults(faults) => (AtFault::Input, faults),
            Self::Author(faults) => (AtFault::Exercise, faults),
            Self::Disk(fault) => (AtFault::Disk, vec![fault]),
            Self::Ended | Self::Ours(_) => (AtFault::Program, Vec::new()),
        }
    }
}

impl From<RunError> for Ending {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Author(faults) => Self::Author(faults),
            RunError::Ended => Self::Ended,
            RunError::Table(error) => error.into(),
        }
    }
}

impl From<WorkspaceError> for Ending {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Run(error) => error.into(),
            WorkspaceError::Faults(faults) => Self::Faults(faults),
            WorkspaceError::Disk(fault) => Self::Disk(fault),
        }
    }
}

impl From<TableError> for Ending {
    fn from(error: TableError) -> Self {
        ours(&error)
    }
}

impl From<serde_json::Error> for Ending {
    fn from(error: serde_json::Error) -> Self {
        ours(&error)
    }
}

fn ours(error: &dyn std::fmt::Display) -> Ending {
    Ending::Ours(text!("Our own error: {error}.", "プログラム側の誤りです（{error}）。"))
}

/// Reads the command line, does what it asks, and gives the exit code; `content` is the course pack where none is named.
pub fn main(content: &'static Content) -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::command().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        Err(error) => return unread(&error, &arguments, content),
    };
    let terminal = Terminal { lang: language(cli.common.lang.as_deref()), width: width() };
    let long = match &cli.command {
        Command::Run { effort, .. } | Command::Check { effort, .. } => effort.long,
        _ => false,
    };
    let session = Session { long, ..Session::new(terminal, cli.common.json, cli.common.course, content) };
    let forced = cli.common.kernel.as_deref().map_or(Ok(()), |width| {
        models::force(width).map_err(|here| {
            let here = here.join(", ");
            let found = text!("the instructions \"{width}\"", "命令セット \"{width}\"");
            let expected = text!("one that this machine has: {here}", "この機械で使えるもの：{here}");
            Ending::Faults(vec![Fault::new(Place::file("--kernel"), found, expected)])
        })
    });
    let code =
        forced.and_then(|()| session.obey(&cli.command)).unwrap_or_else(|ending| session.end(&cli.command, ending));
    ExitCode::from(session.said(code))
}

/// What is said where the command line asks for help or for the version, or cannot be read.
fn unread(error: &clap::Error, arguments: &[OsString], content: &'static Content) -> ExitCode {
    // The reader's language is asked for on the line that was not read.
    let words: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let after = words.iter().position(|word| word == "--lang").and_then(|at| words.get(at + 1));
    let asked = after.map(|lang| &**lang).or_else(|| words.iter().find_map(|word| word.strip_prefix("--lang=")));
    let terminal = Terminal { lang: language(asked), width: width() };
    let mut program = localised(Cli::command(), terminal.lang);
    program.build();
    let (name, command) = spoken::asked(&program, arguments);
    let session = Session::new(terminal, false, None, content);
    let code = match error.kind() {
        ErrorKind::DisplayVersion => {
            session.say(&error.to_string());
            PASSED
        }
        ErrorKind::DisplayHelp => {
            session.say(&spoken::help(&terminal, &name, command));
            PASSED
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            tell(&spoken::help(&terminal, &name, command));
            BAD_INPUT
        }
        _ => {
            let faults = [spoken::fault(error, &name, command)];
            if words.iter().any(|word| word == "--json") {
                let of = ["tour", "list", "start", "look", "run", "check", "solution", "measure", "courses", "author"]
                    .into_iter()
                    .find(|of| name.split(' ').nth(1) == Some(of));
                let document = match of {
                    Some("measure") => MeasureDocument::faulty(&faults).text(),
                    of => {
                        let nothing = Subject::default();
                        Document::faulty(of.unwrap_or_default(), &nothing, AtFault::Input, &faults).text()
                    }
                };
                Session::new(terminal, true, None, content).say(&document);
            }
            tell(&terminal.invalid(&faults));
            BAD_INPUT
        }
    };
    ExitCode::from(session.said(code))
}

const EXERCISE_JA: &str = "演習の名前です。演習のフォルダーの中では省略できます。";
const SEED_JA: &str = "データの生成と学習に使う乱数のシードです。省略時は作業フォルダーのものを使います。";

fn trained_in_japanese(command: clap::Command) -> clap::Command {
    command
        .mut_arg("exercise", |arg| arg.help(EXERCISE_JA))
        .mut_arg("seed", |arg| arg.help(SEED_JA))
        .mut_arg("long", |arg| arg.help("通常の計算量の上限を超える計画でも学習させます。"))
}

/// The help in the reader's language.
fn localised(command: clap::Command, lang: Lang) -> clap::Command {
    if lang == Lang::En {
        return command;
    }
    let about =
        |command: clap::Command, name: &str, about: &'static str| command.mut_subcommand(name, |c| c.about(about));
    let mut command = command
        .about("手を動かして学ぶ医療AI：判断し、学習させ、その判断が患者に何をもたらすかを確かめます。")
        .after_help(after(lang))
        .mut_arg("lang", |arg| {
            arg.help("表示する言語です。省略時は PRACTICUM_LANG、なければシステムの言語に従います。")
        })
        .mut_arg("course", |arg| {
            arg.help("自作の教材フォルダー（exercises/ と datasets/ を含むもの）です。ここから始めた演習は、この場所を記憶します。")
        })
        .mut_arg("json", |arg| arg.help("結果をJSONで出力します。"))
        .mut_arg("kernel", |arg| {
            arg.help("画像の計算に使うベクトル命令（avx512、avx2、neon、scalar）です。省略時はその機械で最も速いものを使います。")
        });
    for (name, text) in [
        ("tour", "最初の3分間：1つの演習を、課題から合格まで案内します。"),
        ("list", "演習の一覧です。"),
        ("start", "演習を始めます。説明文・データ・計画を用意します。あなたのファイルは上書きしません。"),
        ("run", "計画を学習させ、手元のテスト用の行で結果を見ます。"),
        ("check", "計画を学習させ、新しい患者で判定を受けます。"),
        ("solution", "挑戦を終えて解説を読みます。その後の得点は、別のバリアントでだけ得られます。"),
        ("courses", "コースと、その演習の一覧です。"),
        ("look", "演習の画像と、モデルが間違えた画像を見ます。"),
        ("measure", "どのツールの予測ファイルでも、判定と同じ指標で評価します。"),
        ("author", "教員向けの機能です。"),
    ] {
        command = about(command, name, text);
    }
    command
        .mut_subcommand("start", |command| {
            command.mut_arg("exercise", |arg| arg.help(EXERCISE_JA)).mut_arg("variant", |arg| {
                arg.help("データを別の乱数で生成します。学籍番号や名前など、学習者ごとに変えられます。")
            })
        })
        .mut_subcommand("run", trained_in_japanese)
        .mut_subcommand("check", |command| {
            trained_in_japanese(command).mut_arg("exam_seed", |arg| {
                arg.help(
                    "判定用の患者だけに使う乱数のシードです（採点者だけが知る数）。省略時はデータのシードと計画から決まります。",
                )
            })
        })
        .mut_subcommand("solution", |command| command.mut_arg("exercise", |arg| arg.help(EXERCISE_JA)))
        .mut_subcommand("courses", |command| {
            command.mut_arg("name", |arg| arg.help("コースの名前です。省略時はすべてのコースを示します。"))
        })
        .mut_subcommand("look", look::japanese)
        .mut_subcommand("measure", measure::japanese)
        .mut_subcommand("author", author::japanese)
}

fn language(asked: Option<&str>) -> Lang {
    let variable = std::env::var("PRACTICUM_LANG").ok().filter(|lang| !lang.is_empty());
    let locale = asked.map(str::to_owned).or(variable).or_else(sys_locale::get_locale);
    locale.map_or(Lang::En, |locale| Lang::of_locale(&locale))
}

/// Wide enough to read, not so wide that the eye loses the line.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || if std::io::stdout().is_terminal() { textwrap::termwidth() } else { 100 };
    columns.unwrap_or_else(seen).clamp(40, 100)
}

/// One call of the program: for whom, in which form, where they stand.
struct Session {
    terminal: Terminal,
    json: bool,
    /// The folder where they stand; absolute.
    here: PathBuf,
    /// The course folder that they named.
    course: Option<PathBuf>,
    /// Whether a training beyond the usual budget is asked for.
    long: bool,
    content: &'static Content,
    /// What the call is about, as far as it is known yet.
    subject: RefCell<Subject>,
    /// Why the output could not be written.
    unsaid: Cell<Option<io::Error>>,
}

impl Session {
    fn new(terminal: Terminal, json: bool, course: Option<PathBuf>, content: &'static Content) -> Self {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let (subject, unsaid) = (RefCell::default(), Cell::default());
        Self { terminal, json, here, course, long: false, content, subject, unsaid }
    }

    fn obey(&self, command: &Command) -> Result<u8, Ending> {
        match command {
            Command::Tour => tour::tour(self, &self.pack()?),
            Command::List => self.list(&self.pack()?),
            Command::Start { exercise, variant } => self.start(exercise.as_deref(), variant.as_deref()),
            Command::Run { exercise, seed, .. } => self.run(exercise.as_deref(), seed.seed),
            Command::Check { exercise, seed, exam_seed, .. } => self.check(exercise.as_deref(), seed.seed, *exam_seed),
            Command::Solution { exercise } => self.solution(exercise.as_deref()),
            Command::Courses { name } => courses::courses(self, &self.pack()?, name.as_deref()),
            Command::Look(options) => look::look(self, options),
            Command::Measure(options) => Ok(measure::measure(self, options)),
            Command::Author { command } => {
                let pack = match &self.course {
                    Some(folder) if command.makes_the_folder() => Pack::Folder(folder.clone()),
                    _ => self.pack()?,
                };
                author::author(self, &pack, command).map_err(|ending| match (ending, &pack) {
                    // Whoever writes a course can mend it: its mistakes are their input.
                    (Ending::Author(faults), Pack::Folder(_)) => Ending::Faults(faults),
                    (ending, _) => ending,
                })
            }
        }
    }

    /// The course folder that was named, or the program's own course.
    fn pack(&self) -> Result<Pack, Ending> {
        match &self.course {
            None => Ok(Pack::Embedded(self.content)),
            Some(folder) => Pack::folder(folder).map_err(|fault| Ending::Faults(vec![fault])),
        }
    }

    /// The folder where the learner stands, and the course folder that they named.
    fn course(&self) -> Option<(&Path, &Path)> {
        self.course.as_deref().map(|course| (self.here.as_path(), course))
    }

    /// Prints to the learner. A closed pipe (`| head`) is nobody's error.
    fn say(&self, text: &str) {
        let shown = if self.json { text.into() } else { door(text) };
        if let Err(error) = anstream::stdout().write_all(shown.as_bytes()) {
            self.unsaid.set(Some(error));
        }
    }

    /// Shows what was printed so far, before something is asked.
    fn flush(&self) {
        let _ = io::stdout().flush();
    }

    /// The exit code after everything was said: another one where it was not.
    fn said(&self, code: u8) -> u8 {
        let error = self.unsaid.take().or_else(|| io::stdout().flush().err());
        match error.filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
            Some(error) => {
                let output = self.pick("the output", "出力");
                tell(&self.terminal.fault(&disk::unwritable(output, &error)));
                if code > FAILED { code } else { UNWRITTEN }
            }
            None => code,
        }
    }

    fn pick<'t>(&self, en: &'t str, ja: &'t str) -> &'t str {
        match self.terminal.lang {
            Lang::En => en,
            Lang::Ja => ja,
        }
    }

    fn list(&self, pack: &Pack) -> Result<u8, Ending> {
        let mut listed = Vec::new();
        let mut faults = Vec::new();
        for id in pack.exercises() {
            match pack.exercise(&id) {
                Ok(exercise) => listed.push(exercise),
                Err(more) => faults.extend(more),
            }
        }
        let listed = course::courses::path(listed);
        if self.json {
            let exercises: Vec<_> = listed
                .iter()
                .map(|e| {
                    let after: Vec<&str> = e.after.iter().map(|id| id.value.as_str()).collect();
                    serde_json::json!({
                        "after": after, "state": self.state(&e.id).map(State::name),
                        "exercise": e.reference(), "id": e.id, "version": e.version, "field": e.field, "level": e.level,
                        "minutes": e.minutes, "points": e.points(),
                        "title": { "en": e.title.en, "ja": e.title.ja },
                        "summary": { "en": e.summary.en, "ja": e.summary.ja },
                    })
                })
                .collect();
            let document = serde_json::json!({ "schema": "practicum.list/1", "exercises": exercises });
            self.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        } else {
            for exercise in &listed {
                let lang = self.terminal.lang;
                let (minutes, points) = (exercise.minutes, exercise.points());
                let (field, level) = (called(&exercise.field), called(&exercise.level));
                let about = match lang {
                    Lang::En => format!("{} · {} · {minutes} minutes · {points} points", field.en, level.en),
                    Lang::Ja => format!("{}・{}・{minutes}分・{points}点", field.ja, level.ja),
                };
                let (sign, state) = match self.state(&exercise.id) {
                    Some(state) => (state.sign(), format!("  {}", dim(state.told().get(lang)))),
                    None => (" ", String::new()),
                };
                let title = format!("{sign} {}  {}{state}", bold(&exercise.id), exercise.title.get(lang));
                self.say(&self.terminal.hanging("", "    ", &title));
                self.say(&self.terminal.paragraph("    ", exercise.summary.get(lang)));
                let after: Vec<&str> = exercise.after.iter().map(|id| id.value.as_str()).collect();
                let builds = match lang {
                    _ if after.is_empty() => String::new(),
                    Lang::En => format!(" · after {}", after.join(", ")),
                    Lang::Ja => format!("・{} の次に", after.join("、")),
                };
                self.say(&format!("{}\n", self.terminal.paragraph("    ", &dim(&format!("{about}{builds}")))));
            }
            self.say(&self.terminal.paragraph(
                "",
                self.pick("Begin one with: practicum start EXERCISE", "始めるには：practicum start 演習の名前"),
            ));
        }
        if faults.is_empty() { Ok(PASSED) } else { Err(Ending::Author(faults)) }
    }

    /// How far the learner has come with an exercise, where they began it.
    fn state(&self, id: &str) -> Option<State> {
        let workspace = Workspace::find(&self.here, id).ok().filter(Workspace::is_started)?;
        let progress = workspace.progress().ok()?;
        Some(match (progress.passed, progress.gave_up) {
            (true, _) => State::Passed,
            (false, true) => State::GaveUp,
            (false, false) => State::Begun,
        })
    }

    fn start(&self, id: Option<&str>, variant: Option<&str>) -> Result<u8, Ending> {
        let (pack, task, mut workspace) = self.placed("start", id)?;
        let place = Place::file("--variant");
        let variant = variant.map(|key| variant::key(key, &place)).transpose();
        let variant = variant.map_err(|fault| Ending::Faults(vec![fault]))?;
        let asked = Asked { variant: variant.as_deref(), course: self.course() };
        let renewed = renewal::renew(&workspace, &task.exercise)?;
        let started = workspace.start(&pack, &task, asked)?;
        if self.json {
            let beside = started.beside.iter().map(|(file, new)| serde_json::json!({ "file": file, "new": new }));
            let document = serde_json::json!({
                "schema": "practicum.start/1", "exercise": task.exercise.reference(), "folder": workspace.shown(""),
                "variant": workspace.variant(), "written": started.written, "kept": started.kept,
                "beside": beside.collect::<Vec<_>>(),
                "renewed": renewed.map(|renewed| serde_json::json!({ "version": renewed.version, "aside": renewed.aside })),
            });
            self.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
            return Ok(PASSED);
        }
        let title = bold(task.exercise.title.get(self.terminal.lang));
        self.say(&format!("{}\n", self.terminal.paragraph("", &title)));
        for file in &started.written {
            self.say(&format!("  {file}\n"));
        }
        for file in &started.kept {
            let note = match started.beside.iter().find(|(kept, _)| kept == file) {
                None => self.pick("(yours, left as it is)", "（あなたのファイルなので、そのままです）").to_owned(),
                Some((_, new)) => match self.terminal.lang {
                    Lang::En => format!("(changed, left as it is; as it is given: {new})"),
                    Lang::Ja => format!("（変更されているので、そのままです。配布時の内容は {new}）"),
                },
            };
            self.say(&self.terminal.hanging("  ", "    ", &format!("{file}  {}", dim(&note))));
        }
        if let Some(Renewed { version, aside }) = renewed {
            self.say("\n");
            self.say(&self.terminal.paragraph(
                "",
                &match self.terminal.lang {
                    Lang::En => format!("This was begun with version {version} of the exercise. Its files are in {aside}; your plan goes on, and the answers begin anew: the data and the questions may be others."),
                    Lang::Ja => format!("この演習は第{version}版で始めたものでした。当時のファイルは {aside} に移しました。計画は引き継ぎますが、データや問いが変わっているため、解答は最初からになります。"),
                },
            ));
        }
        if started.kept.contains(&workspace.shown(DATA)) {
            self.say("\n");
            self.say(&self.terminal.paragraph(
                "",
                self.pick(
                    "Edits of the data are not used: plans are trained on the rows as they are given.",
                    "データの変更は使われません。計画は配布時の行で学習します。",
                ),
            ));
        }
        if asking::can_ask(self) {
            asking::recall(self, &task.exercise, &mut io::stdin().lock());
        }
        let id = workspace.id();
        let brief = workspace.shown(&format!("brief.{}.md", self.terminal.lang.code()));
        let plan = workspace.shown(PLAN);
        self.say("\n");
        self.say(&self.terminal.paragraph(
            "",
            &match (self.terminal.lang, task.dataset.image.is_some()) {
                (Lang::En, false) => format!("Read {brief}, change {plan}, then: practicum run {id}"),
                (Lang::Ja, false) => format!("{brief} を読み、{plan} を書き換えてから：practicum run {id}"),
                (Lang::En, true) => format!(
                    "Read {brief}, look at the pictures (practicum look {id}), change {plan}, then: practicum run {id}"
                ),
                (Lang::Ja, true) => format!(
                    "{brief} を読み、画像を見て（practicum look {id}）、{plan} を書き換えてから：practicum run {id}"
                ),
            },
        ));
        Ok(PASSED)
    }

    fn run(&self, id: Option<&str>, seed: Option<u64>) -> Result<u8, Ending> {
        let (pack, task, workspace) = self.begun("run", id)?;
        let seed = self.sown(&workspace, seed);
        let submission = workspace.submission(&pack, &task).map_err(Ending::Faults)?;
        let expected = self.expected(&task, &workspace, &submission)?;
        let run = self.train(&pack, &task, &workspace, &submission, (seed.number, None))?;
        // Before anything of the run is shown.
        workspace.seal(&task, &expected, &now())?;
        let document = Document::ran("run", &self.subject.borrow(), &run);
        if self.json {
            self.say(&document.text());
        } else {
            self.headline(&task);
            self.say(&self.drawn_otherwise(seed));
            self.say(&self.terminal.ran(&task, &run));
            self.say("\n");
        }
        let kept = match self.keep(&task, &workspace, &run, &document) {
            Ok(_) if self.json => return Ok(PASSED),
            Ok(kept) => kept,
            Err(code) => return Ok(code),
        };
        let (predictions, answers) = (format!("{kept}/predictions.csv"), workspace.shown(ANSWERS));
        let (plot, worst) = (!run.record.story.masks, !run.mistakes.is_empty());
        let beside = match (plot, worst) {
            (true, true) => self.pick(
                "the calibration plot (calibration.svg), and what the model got most wrong (mistakes.png)",
                "較正プロット（calibration.svg）と、モデルが大きく外した画像（mistakes.png）",
            ),
            (false, true) => {
                self.pick("what the model got most wrong (mistakes.png)", "モデルが大きく外した画像（mistakes.png）")
            }
            _ => self.pick("the calibration plot (calibration.svg)", "較正プロット（calibration.svg）"),
        };
        let next = self.next("check", &workspace);
        self.say(&self.terminal.paragraph(
            "",
            &match (self.terminal.lang, task.exercise.questions.is_empty()) {
                (Lang::En, false) => format!("Each row's prediction is in {predictions}; beside it lies {beside}. Next: write what you conclude in {answers}, then: {next}"),
                (Lang::Ja, false) => format!("1行ごとの予測は {predictions} に、{beside}も同じフォルダーにあります。次に、結論を {answers} に書いてから：{next}"),
                (Lang::En, true) => format!("Each row's prediction is in {predictions}; beside it lies {beside}. Next: {next}"),
                (Lang::Ja, true) => format!("1行ごとの予測は {predictions} に、{beside}も同じフォルダーにあります。次に：{next}"),
            },
        ));
        Ok(PASSED)
    }

    fn check(&self, id: Option<&str>, seed: Option<u64>, exam_seed: Option<u64>) -> Result<u8, Ending> {
        let (pack, task, workspace) = self.begun("check", id)?;
        let seed = self.sown(&workspace, seed);
        let given = exam_seed.map(|number| Root { number, from: Origin::ExamSeed });
        self.subject.borrow_mut().exam = given;
        let submission = workspace.submission(&pack, &task).map_err(Ending::Faults)?;
        let exam = given.unwrap_or_else(|| Root {
            number: variant::exam(seed.number, content::of_plan(&submission)),
            from: Origin::Plan,
        });
        self.subject.borrow_mut().exam = Some(exam);
        let graded = exam.from == Origin::ExamSeed;
        let expected = if graded { BTreeMap::new() } else { self.expected(&task, &workspace, &submission)? };
        let run = self.train(&pack, &task, &workspace, &submission, (seed.number, Some(exam.number)))?;
        let checked = if graded {
            checking::graded(run)
        } else {
            workspace.seal(&task, &expected, &now())?;
            checking::practised(&pack, &task, &workspace, &submission, &run)?
        };
        let document = Document::ran("check", &self.subject.borrow(), &checked.run);
        if self.json {
            self.say(&document.text());
        } else {
            self.headline(&task);
            self.say(&self.drawn_otherwise(seed));
            self.say(&self.terminal.checked(&task, &checked.run));
            self.say(&self.aside(&checked));
        }
        let kept = match self.keep(&task, &workspace, &checked.run, &document) {
            Ok(kept) => kept,
            Err(code) => return Ok(code),
        };
        if !graded {
            workspace.remember(&checked.progress)?;
        }
        if !self.json {
            let practice = match (exam.from, self.terminal.lang) {
                (Origin::ExamSeed, _) => String::new(),
                (_, Lang::En) => " This was practice: for a grade, a grader trains the plan again and judges it on patients from a seed that only they know.".to_owned(),
                (_, Lang::Ja) => "これは練習です。成績は、採点者がこの計画を学習し直し、採点者だけが知る乱数シードから生成した患者で判定します。".to_owned(),
            };
            self.say("\n");
            self.say(&self.terminal.paragraph(
                "",
                &match self.terminal.lang {
                    Lang::En => format!("Kept in {kept}.{practice}"),
                    Lang::Ja => format!("結果は {kept} に保存しました。{practice}"),
                },
            ));
        }
        if checked.progress.is_over() || graded && checked.verdict() == Verdict::Passed {
            self.debrief(&pack, &task, &workspace, Some(&checked.run))?;
        }
        Ok(match checked.verdict() {
            Verdict::Passed => PASSED,
            Verdict::Error => AUTHORS_ERROR,
            _ => FAILED,
        })
    }

    /// What is expected of the first run: as it is written, or as somebody who sits at the terminal says when asked.
    fn expected(
        &self,
        task: &Task,
        workspace: &Workspace,
        submission: &Submission,
    ) -> Result<BTreeMap<String, Expected>, Ending> {
        let written = &submission.unjudged.expected;
        if workspace.progress()?.runs > 0 || !asking::can_ask(self) {
            return Ok(written.clone());
        }
        Ok(asking::expectations(self, &task.exercise, written, &mut io::stdin().lock()))
    }

    /// What is told beside the checks: what is not told yet, and the mistake that a plan resembles.
    fn aside(&self, checked: &Checked) -> String {
        let mut out = String::new();
        let lang = self.terminal.lang;
        if !checked.open.is_empty() {
            let open: Vec<&str> = checked.open.iter().map(|question| question.id.as_str()).collect();
            out.push('\n');
            out += &self.terminal.paragraph(
                "",
                &match lang {
                    Lang::En => format!(
                        "Not settled yet: {}. What these ask for is told once an answer is right, or wrong twice: your own test rows (`run`) say enough to estimate it.",
                        open.join(", ")
                    ),
                    Lang::Ja => format!(
                        "まだ決まっていない結論：{}。尋ねている値は、正解するか2回誤るまで示しません。手元のテスト用の行（`run`）から見積もってください。",
                        open.join("、")
                    ),
                },
            );
        }
        if checked.progress.gave_up {
            out.push('\n');
            out += &self.terminal.paragraph(
                "",
                self.pick(
                    "You have read the debrief, so nothing here counts as passed any more; another variant does (`practicum start EXERCISE --variant KEY`, in another folder).",
                    "解説を読んだ後なので、ここではもう合格になりません。別のフォルダーで別のバリアントを始めれば合格できます（`practicum start 演習の名前 --variant キー`）。",
                ),
            );
        }
        if let Some(mistake) = &checked.resembles {
            let why = mistake.why.get(lang).trim();
            out.push('\n');
            out += &self.terminal.paragraph(
                "",
                &match lang {
                    Lang::En => format!("Your plan resembles one that others have tried. {why}"),
                    Lang::Ja => format!("この計画は、よくある計画に似ています。{why}"),
                },
            );
        }
        out
    }

    /// After a pass, or after giving up, what the exercise was about: told in the workspace, in both languages.
    fn debrief(&self, pack: &Pack, task: &Task, workspace: &Workspace, run: Option<&Run>) -> Result<(), Ending> {
        let lang = self.terminal.lang;
        let Some(shown) = checking::debrief(pack, task, workspace, run, lang)? else { return Ok(()) };
        if self.json {
            return Ok(());
        }
        let (held, of) = Workspace::ranges(&self.here);
        let ranges = match lang {
            _ if of < 5 => String::new(),
            Lang::En => format!(" Of {of} ranges that you gave, {held} held the truth; you promised {}.", of * 4 / 5),
            Lang::Ja => format!(
                "これまでに答えた{of}個の範囲のうち、真の値を含んだのは{held}個でした（8割なら{}個）。",
                of * 4 / 5
            ),
        };
        let told = match lang {
            Lang::En => format!("What it was about, the published case and what to ask next: {shown}{ranges}"),
            Lang::Ja => format!("この演習の要点、公表された事例、次に確かめることは {shown} にあります。{ranges}"),
        };
        self.say("\n");
        self.say(&self.terminal.paragraph("", &told));
        Ok(())
    }

    /// Ends an exercise that was not passed: the debrief is laid out, and what its conclusions ask for gives no points any more.
    fn solution(&self, id: Option<&str>) -> Result<u8, Ending> {
        let (pack, task, workspace) = self.begun("solution", id)?;
        let mut progress = workspace.progress()?;
        if !progress.passed {
            progress.gave_up = true;
            workspace.remember(&progress)?;
        }
        self.headline(&task);
        if pack.debrief(workspace.id(), self.terminal.lang).is_none() {
            self.say(
                &self
                    .terminal
                    .paragraph("", self.pick("This exercise has no debrief.", "この演習には解説がありません。")),
            );
        }
        self.debrief(&pack, &task, &workspace, None)?;
        Ok(PASSED)
    }

    /// What is to be said where a seed was asked for: the patients are not those of the workspace.
    fn drawn_otherwise(&self, seed: Root) -> String {
        let Origin::Seed = seed.from else { return String::new() };
        let number = seed.number;
        let told = match self.terminal.lang {
            Lang::En => format!("These patients were drawn from seed {number}; they are not those in {DATA}."),
            Lang::Ja => format!("乱数シード{number}から生成した患者です。{DATA} の患者とは異なります。"),
        };
        self.terminal.paragraph("", &told)
    }

    /// Keeps what was told already. Where that fails it is said, and what was told holds; gives the exit code then.
    fn keep(&self, task: &Task, workspace: &Workspace, run: &Run, document: &Document) -> Result<String, u8> {
        workspace.keep(task, run, document, self.terminal.lang).map_err(|error| {
            let (at_fault, faults) = Ending::from(error).told();
            let told: String = faults.iter().map(|fault| self.terminal.fault(fault)).collect();
            let holds = self.pick(
                "What was told above holds, but it could not be kept in the folder.",
                "上に示した結果は有効ですが、フォルダーには保存できませんでした。",
            );
            tell(&format!("{told}\n{}", self.terminal.paragraph("", holds)));
            if at_fault == AtFault::Program { OUR_ERROR } else { UNWRITTEN }
        })
    }

    /// The next command, as it works from here.
    fn next(&self, command: &str, workspace: &Workspace) -> String {
        let id = workspace.id();
        match &self.course {
            // What was started from a course remembers it.
            Some(course) if workspace.course().is_none() => {
                format!("practicum {command} {id} --course {}", course.display())
            }
            _ => format!("practicum {command} {id}"),
        }
    }

    /// The seed of the data: the one that was asked for, or the workspace's own.
    fn sown(&self, workspace: &Workspace, asked: Option<u64>) -> Root {
        let seed = asked.map_or_else(|| workspace.seed(), |number| Root { number, from: Origin::Seed });
        self.subject.borrow_mut().seed = Some(seed);
        seed
    }

    /// An exercise, or why there is none: an unknown name is bad input, a broken file is its author's.
    fn task(&self, pack: &Pack, id: &str) -> Result<Task, Ending> {
        let known = pack.exercises().iter().any(|other| other == id);
        let task =
            pack.task(id).map_err(|faults| if known { Ending::Author(faults) } else { Ending::Faults(faults) })?;
        self.subject.borrow_mut().exercise = task.exercise.reference();
        Ok(task)
    }

    /// The exercise that is named, or in whose folder the learner stands; its course; and its workspace, started or not.
    fn placed(&self, command: &str, id: Option<&str>) -> Result<(Pack, Task, Workspace), Ending> {
        let renamed = id.and_then(|id| self.pack().ok()?.renamed(id));
        if let (Some(id), Some(now)) = (id, &renamed) {
            let told = text!("{id} is called {now} now.", "{id} の現在の名前は {now} です。");
            tell(&self.terminal.paragraph("", told.get(self.terminal.lang)));
        }
        let workspace = match renamed.as_deref().or(id) {
            Some(id) => {
                id.clone_into(&mut self.subject.borrow_mut().exercise);
                // What is no folder's name is no exercise of any course.
                if !disk::is_name(id) {
                    self.task(&self.pack()?, id)?;
                }
                Workspace::find(&self.here, id)
            }
            None => Workspace::around(&self.here).and_then(|around| {
                around.ok_or_else(|| {
                    let started = Workspace::started(&self.here).join(", ");
                    let found = if started.is_empty() {
                        Text::new(
                            "no exercise is named, and none was started in this folder",
                            "演習の名前がなく、このフォルダーで始めた演習もありません",
                        )
                    } else {
                        text!(
                            "no exercise is named; started here: {started}",
                            "演習の名前がありません（ここで始めた演習：{started}）"
                        )
                    };
                    let expected = text!(
                        "practicum {command} EXERCISE, or the command within the exercise's folder",
                        "practicum {command} 演習の名前（演習のフォルダーの中では、名前を省略できます）"
                    );
                    vec![Fault::new(Place::file(format!("practicum {command}")), found, expected)]
                })
            }),
        }
        .map_err(Ending::Faults)?;
        {
            let mut subject = self.subject.borrow_mut();
            workspace.id().clone_into(&mut subject.exercise);
            subject.variant = workspace.variant().map(str::to_owned);
        }
        let pack = match (&self.course, workspace.course()) {
            (None, Some(course)) => Pack::folder(&course.value).map_err(|_| {
                let (id, folder) = (workspace.id(), course.value.display());
                Ending::Faults(vec![course.fault(
                    text!("the course folder {folder}, which is not there", "教材フォルダー {folder} がありません"),
                    text!(
                        "where the course is now: practicum start {id} --course DIR (your files stay as they are)",
                        "教材フォルダーの現在の場所：practicum start {id} --course フォルダー（あなたのファイルはそのままです）"
                    ),
                )])
            })?,
            _ => self.pack()?,
        };
        let task = self.task(&pack, workspace.id())?;
        Ok((pack, task, workspace))
    }

    /// The same of an exercise that was started: one that was not is never started by the way and then judged.
    fn begun(&self, command: &str, id: Option<&str>) -> Result<(Pack, Task, Workspace), Ending> {
        let (pack, task, workspace) = self.placed(command, id)?;
        if workspace.is_started() {
            return Ok((pack, task, workspace));
        }
        let start = self.next("start", &workspace);
        Err(Ending::Faults(vec![Fault::new(
            Place::file(workspace.shown("")),
            Text::new("this exercise was not started here", "この演習は、ここではまだ始めていません"),
            text!(
                "first `{start}`, or the command in the folder where it was started",
                "まず `{start}`（すでに始めている場合は、そのフォルダーで実行してください）"
            ),
        )]))
    }

    /// The same for somebody who only wants to look: what was not started is, and it is said.
    fn shown_in(&self, id: Option<&str>) -> Result<(Pack, Task, Workspace), Ending> {
        let (pack, task, mut workspace) = self.placed("look", id)?;
        if !workspace.is_started() {
            workspace.start(&pack, &task, Asked { variant: None, course: self.course() })?;
            if !self.json {
                let folder = workspace.shown("");
                let (en, ja) = (format!("Started in {folder}."), format!("{folder} に演習を用意しました。"));
                self.say(&self.terminal.paragraph("", self.pick(&en, &ja)));
                self.say("\n");
            }
        }
        Ok((pack, task, workspace))
    }

    /// Trains the plan of a workspace, where its results can be kept.
    fn train(
        &self,
        pack: &Pack,
        task: &Task,
        workspace: &Workspace,
        submission: &Submission,
        seeds: (u64, Option<u64>),
    ) -> Result<Run, Ending> {
        workspace.ready()?;
        self.engine(pack, task, submission, seeds, Some(&workspace.shelf()))
    }

    /// Runs the engine with a progress bar.
    fn engine(
        &self,
        pack: &Pack,
        task: &Task,
        submission: &Submission,
        (seed, exam): (u64, Option<u64>),
        shelf: Option<&dyn Shelf>,
    ) -> Result<Run, Ending> {
        let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
        let mut watch = Watching { session: self, progress: Progress::new("{msg} {bar:30} {pos}/{len}") };
        let job = Job { task, submission, seed, exam, figures: true, long: self.long, file: &file, shelf };
        let ended = interrupt::heeded(|| run::run(&job, &mut watch));
        watch.progress.end();
        match ended? {
            Ended::Ran(run) => Ok(*run),
            Ended::Invalid(faults) => Err(Ending::Faults(faults)),
        }
    }

    fn headline(&self, task: &Task) {
        let title = bold(task.exercise.title.get(self.terminal.lang));
        let title = format!("{title}  {}", dim(&task.exercise.reference()));
        self.say(&format!("{}\n", self.terminal.hanging("", "    ", &title)));
    }

    /// Tells why a command ended early, and gives the exit code.
    fn end(&self, command: &Command, ending: Ending) -> u8 {
        let name = match command {
            Command::Run { .. } => "run",
            Command::Check { .. } => "check",
            Command::Solution { .. } => "solution",
            Command::Start { .. } => "start",
            Command::List => "list",
            Command::Tour => "tour",
            Command::Look(_) => "look",
            Command::Measure(_) => "measure",
            Command::Courses { .. } => "courses",
            Command::Author { command } => command.name(),
        };
        if matches!(ending, Ending::Ended) {
            if self.json {
                self.say(&Document::ended(name, &self.subject.borrow()).text());
            }
            let told = self.pick(
                "Stopped. No result was kept, and your files are as they were.",
                "中止しました。結果は保存していません。ファイルは元のままです。",
            );
            tell(&self.terminal.paragraph("", told));
            return STOPPED;
        }
        let comfort = match &ending {
            Ending::Ours(error) => error.clone(),
            Ending::Author(_) => Text::new(
                "The exercise itself is at fault, not you. Please tell your instructor.",
                "誤りがあるのは教材のほうで、あなたの提出物ではありません。担当教員にお知らせください。",
            ),
            Ending::Disk(_) => Text::new("Nothing of yours was changed.", "あなたのファイルは変更していません。"),
            Ending::Faults(_) | Ending::Ended => Text::default(),
        };
        let (at_fault, faults) = ending.told();
        if self.json {
            self.say(&Document::faulty(name, &self.subject.borrow(), at_fault, &faults).text());
        }
        let (told, code) = match at_fault {
            AtFault::Input => (self.terminal.invalid(&faults), BAD_INPUT),
            other => {
                let mut told: String = faults.iter().map(|fault| self.terminal.fault(fault)).collect();
                if !told.is_empty() {
                    told.push('\n');
                }
                told += &self.terminal.paragraph("", comfort.get(self.terminal.lang));
                let code = match other {
                    AtFault::Exercise => AUTHORS_ERROR,
                    AtFault::Disk => UNWRITTEN,
                    AtFault::Input | AtFault::Program => OUR_ERROR,
                };
                (told, code)
            }
        };
        tell(&told);
        code
    }
}

/// How far a learner has come with an exercise that they began.
#[derive(Clone, Copy)]
enum State {
    Begun,
    Passed,
    GaveUp,
}

impl State {
    /// The word of documents.
    fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Passed => "passed",
            Self::GaveUp => "gave_up",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Begun => "…",
            Self::Passed => "✔",
            Self::GaveUp => "-",
        }
    }

    fn told(self) -> Text {
        match self {
            Self::Begun => Text::new("begun", "取り組み中"),
            Self::Passed => Text::new("passed", "合格"),
            Self::GaveUp => Text::new("debrief read", "解説を読んで終了"),
        }
    }
}

/// Shows how far a run has come, and ends it where the user asks for that.
struct Watching<'a> {
    session: &'a Session,
    progress: Progress,
}

impl Watch for Watching<'_> {
    fn tell(&mut self, event: Event) {
        let pick = |en, ja| self.session.pick(en, ja);
        match event {
            Event::Drawing => self.progress.say(pick("drawing patients", "患者データを生成中")),
            Event::Trained(epoch) => {
                let what = format!("{} {:.4}", pick("training, loss", "学習中、損失"), epoch.train_loss);
                self.progress.count(epoch.number as u64, epoch.of as u64, &what);
            }
            Event::Judging => self.progress.say(pick("judging", "判定中")),
        }
    }

    fn ends(&self) -> bool {
        interrupt::asked()
    }
}

/// The time, to the minute, as what is sealed remembers it.
fn now() -> String {
    humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()
}

/// Prints beside the output, where mistakes are told.
fn tell(text: &str) {
    let _ = anstream::stderr().write_all(door(text).as_bytes());
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}
