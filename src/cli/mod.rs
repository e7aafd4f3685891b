//! The command line: the only room that prints, asks for the time of day, or ends the program.

mod author;
mod courses;
mod look;
mod measure;
mod spoken;
mod tour;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use crate::check::{self, Verdict};
use crate::course::exercise::called;
use crate::course::pack::{Content, Pack, Submission, Task};
use crate::fault::Fault;
use crate::learner::variant;
use crate::learner::workspace::{Workspace, WorkspaceError};
use crate::report::json::{Document, MeasureDocument};
use crate::report::terminal::{Terminal, bold, dim, door};
use crate::run::{self, Ended, Event, Job, Run, RunError};
use crate::tables::TableError;
use crate::text;
use crate::text::{Lang, Text};

/// Everything asked for was done; a check passed.
pub const PASSED: u8 = 0;
/// A check failed, or was not answered yet.
pub const FAILED: u8 = 1;
/// What was given cannot be used: a file, an option, an exercise. It says where.
pub const BAD_INPUT: u8 = 2;
/// Our own error, or the exercise author's.
pub const OUR_ERROR: u8 = 3;

/// The seed where nobody says which.
const SEED: u64 = variant::USUAL;

/// Learn medical AI by doing it: decide, train, and see what the decision did to patients.
#[derive(Debug, Parser)]
#[command(name = "practicum", version, after_help = AFTER, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

const AFTER: &str = "\
Synthetic data for teaching. Not a medical device; nothing here is evidence about patients.

Exit codes: 0 passed or done, 1 a check failed, 2 bad input, 3 our error.";

#[derive(Debug, clap::Args)]
struct Common {
    /// The language; otherwise that of `PRACTICUM_LANG`, or the system's.
    #[arg(long, global = true, value_parser = ["en", "ja"])]
    lang: Option<String>,
    /// A course pack of your own: a folder with exercises/ and datasets/.
    #[arg(long, global = true, value_name = "DIR")]
    course: Option<PathBuf>,
    /// The result as JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A first three minutes: one exercise from the problem to the passed check.
    Tour,
    /// The exercises.
    List,
    /// Begin an exercise: brief, data, and a plan to change. Never overwrites your files.
    Start {
        /// The exercise.
        exercise: String,
        /// Another draw of the data, for example one per learner: a student's number, a name.
        #[arg(long, value_name = "KEY")]
        variant: Option<String>,
    },
    /// Look at the pictures of an exercise, and at those that your model got wrong.
    Look(look::Options),
    /// Train your plan and see how it does on your own test rows.
    Run {
        /// The exercise.
        exercise: String,
        #[command(flatten)]
        seed: SeedOption,
        #[command(flatten)]
        effort: Effort,
    },
    /// Train your plan and have it judged on new patients.
    Check {
        /// The exercise.
        exercise: String,
        #[command(flatten)]
        seed: SeedOption,
        #[command(flatten)]
        effort: Effort,
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
    #[arg(long)]
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
    /// Our own failure.
    Ours(Text),
}

impl From<RunError> for Ending {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Author(faults) => Self::Author(faults),
            RunError::Table(error) => error.into(),
        }
    }
}

impl From<WorkspaceError> for Ending {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Run(error) => error.into(),
            WorkspaceError::Variant(faults) => Self::Faults(faults),
            error @ WorkspaceError::Write { .. } => Self::Ours(error.text()),
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
        Err(error) => return unread(&error, &arguments),
    };
    let terminal = Terminal { lang: language(cli.common.lang.as_deref()), width: width() };
    let long = match &cli.command {
        Command::Run { effort, .. } | Command::Check { effort, .. } => effort.long,
        _ => false,
    };
    let session = Session { terminal, json: cli.common.json, root: PathBuf::from("."), long, content };
    let ended = match &cli.common.course {
        None => Ok(Pack::Embedded(content)),
        Some(folder) if author::makes_the_folder(&cli.command) => Ok(Pack::Folder(folder.clone())),
        Some(folder) => Pack::folder(folder).map_err(|fault| Ending::Faults(vec![fault])),
    }
    .and_then(|pack| {
        session.obey(&pack, &cli.command).map_err(|ending| match (ending, &pack) {
            // Whoever names a course folder can mend it: its mistakes are theirs, not ours.
            (Ending::Author(faults), Pack::Folder(_)) => Ending::Faults(faults),
            (ending, _) => ending,
        })
    });
    ExitCode::from(match ended {
        Ok(code) => code,
        Err(ending) => session.end(&cli.command, &ending),
    })
}

/// What is said where the command line asks for help or for the version, or cannot be read.
fn unread(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    // The reader's language is asked for on the line that was not read.
    let words: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let after = words.iter().position(|word| word == "--lang").and_then(|at| words.get(at + 1));
    let asked = after.map(|lang| &**lang).or_else(|| words.iter().find_map(|word| word.strip_prefix("--lang=")));
    let terminal = Terminal { lang: language(asked), width: width() };
    let mut program = localised(Cli::command(), terminal.lang);
    program.build();
    let (name, command) = spoken::asked(&program, arguments);
    match error.kind() {
        ErrorKind::DisplayVersion => {
            let _ = error.print();
            return ExitCode::from(PASSED);
        }
        ErrorKind::DisplayHelp => {
            let help = spoken::help(&terminal, &name, command);
            let _ = anstream::stdout().write_all(door(&help).as_bytes());
            return ExitCode::from(PASSED);
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = spoken::help(&terminal, &name, command);
            let _ = anstream::stderr().write_all(door(&help).as_bytes());
            return ExitCode::from(BAD_INPUT);
        }
        _ => {}
    }
    let faults = [spoken::fault(error, &name, command)];
    if words.iter().any(|word| word == "--json") {
        let of = ["tour", "list", "start", "look", "run", "check", "measure", "courses", "author"]
            .into_iter()
            .find(|of| name.split(' ').nth(1) == Some(of));
        let document = match of {
            Some("measure") => MeasureDocument::faulty(&faults).text(),
            of => Document::faulty(of.unwrap_or_default(), String::new(), SEED, Verdict::Invalid, &faults).text(),
        };
        let _ = anstream::stdout().write_all(document.as_bytes());
    }
    let _ = anstream::stderr().write_all(door(&terminal.invalid(&faults)).as_bytes());
    ExitCode::from(BAD_INPUT)
}

const EXERCISE_JA: &str = "演習の名前です。";
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
        .after_help(
            "教育用の合成データです。医療機器ではなく、ここでの結果は患者についてのエビデンスではありません。\n\n\
             終了コード：0 合格または完了、1 不合格または未回答の判定あり、2 入力の誤り、3 教材またはプログラムの誤り",
        )
        .mut_arg("lang", |arg| {
            arg.help("表示する言語です。省略時は PRACTICUM_LANG、なければシステムの言語に従います。")
        })
        .mut_arg("course", |arg| arg.help("自作の教材フォルダー（exercises/ と datasets/ を含むもの）です。"))
        .mut_arg("json", |arg| arg.help("結果をJSONで出力します。"));
    for (name, text) in [
        ("tour", "最初の3分間：1つの演習を、課題から合格まで案内します。"),
        ("list", "演習の一覧です。"),
        ("start", "演習を始めます。説明文・データ・計画を用意します。あなたのファイルは上書きしません。"),
        ("run", "計画を学習させ、手元のテスト用の行で結果を見ます。"),
        ("check", "計画を学習させ、新しい患者で判定を受けます。"),
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
        .mut_subcommand("check", trained_in_japanese)
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
    root: PathBuf,
    /// Whether a training beyond the usual budget is asked for.
    long: bool,
    content: &'static Content,
}

impl Session {
    fn obey(&self, pack: &Pack, command: &Command) -> Result<u8, Ending> {
        match command {
            Command::Tour => tour::tour(self, pack),
            Command::List => self.list(pack),
            Command::Start { exercise, variant } => self.start(pack, exercise, variant.as_deref()),
            Command::Run { exercise, seed, .. } => self.run(pack, exercise, seed.seed),
            Command::Check { exercise, seed, .. } => self.check(pack, exercise, seed.seed),
            Command::Courses { name } => courses::courses(self, pack, name.as_deref()),
            Command::Look(options) => look::look(self, pack, options),
            Command::Measure(options) => Ok(measure::measure(self, options)),
            Command::Author { command } => author::author(self, pack, command),
        }
    }

    /// Prints to the learner. A closed pipe (`| head`) is nobody's error.
    fn say(&self, text: &str) {
        let shown = if self.json { text.into() } else { door(text) };
        let _ = anstream::stdout().write_all(shown.as_bytes());
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
        if self.json {
            let exercises: Vec<_> = listed
                .iter()
                .map(|e| {
                    serde_json::json!({
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
                let title = format!("{}  {}", bold(&exercise.id), exercise.title.get(lang));
                self.say(&self.terminal.hanging("", "    ", &title));
                self.say(&self.terminal.paragraph("    ", exercise.summary.get(lang)));
                self.say(&format!("{}\n", self.terminal.paragraph("    ", &dim(&about))));
            }
            self.say(&self.terminal.paragraph(
                "",
                self.pick("Begin one with: practicum start EXERCISE", "始めるには：practicum start 演習の名前"),
            ));
        }
        if faults.is_empty() { Ok(PASSED) } else { Err(Ending::Faults(faults)) }
    }

    fn start(&self, pack: &Pack, id: &str, variant: Option<&str>) -> Result<u8, Ending> {
        let task = self.task(pack, id)?;
        let workspace = Workspace::new(&self.root, id);
        if let Some(key) = variant {
            workspace.become_variant(&variant::key(key).map_err(|fault| Ending::Faults(vec![fault]))?)?;
        }
        let started = workspace.start(pack, &task)?;
        if self.json {
            let document = serde_json::json!({
                "schema": "practicum.start/1", "exercise": task.exercise.reference(), "folder": workspace.shown(""),
                "variant": workspace.variant().map_err(Ending::Faults)?, "written": started.written, "kept": started.kept,
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
            self.say(&format!(
                "  {file}  {}\n",
                dim(self.pick("(yours, left as it is)", "（あなたのファイルなので、そのままです）"))
            ));
        }
        let brief = workspace.shown(&format!("brief.{}.md", self.terminal.lang.code()));
        let plan = workspace.shown("plan.toml");
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

    fn run(&self, pack: &Pack, id: &str, seed: Option<u64>) -> Result<u8, Ending> {
        let (task, workspace) = self.begun(pack, id)?;
        let seed = seed.map_or_else(|| workspace.seed(), Ok).map_err(Ending::Faults)?;
        let run = self.train(pack, &task, &workspace, seed, None)?;
        let document = Document::ran("run", task.exercise.reference(), seed, &run);
        workspace.keep(&task, &run, &document)?;
        if self.json {
            self.say(&document.text());
            return Ok(PASSED);
        }
        self.headline(&task);
        self.say(&self.terminal.ran(&task, &run));
        self.say("\n");
        let (predictions, answers) = (workspace.shown("results/predictions.csv"), workspace.shown("answers.toml"));
        let (plot, worst) = (!run.story.masks, !run.mistakes.is_empty());
        let beside = match (plot, worst) {
            (true, true) => self.pick(
                "the calibration plot, and what the model got most wrong (mistakes.png)",
                "較正プロットと、モデルが大きく外した画像（mistakes.png）",
            ),
            (false, true) => {
                self.pick("what the model got most wrong (mistakes.png)", "モデルが大きく外した画像（mistakes.png）")
            }
            _ => self.pick("the calibration plot", "較正プロット"),
        };
        self.say(&self.terminal.paragraph(
            "",
            &match self.terminal.lang {
                Lang::En => format!("Each row's prediction is in {predictions}; beside it lies {beside}. Next: write what you conclude in {answers}, then: practicum check {id}"),
                Lang::Ja => format!("1行ごとの予測は {predictions} に、{beside}も同じフォルダーにあります。次に、結論を {answers} に書いてから：practicum check {id}"),
            },
        ));
        Ok(PASSED)
    }

    fn check(&self, pack: &Pack, id: &str, seed: Option<u64>) -> Result<u8, Ending> {
        let (task, workspace) = self.begun(pack, id)?;
        let seed = seed.map_or_else(|| workspace.seed(), Ok).map_err(Ending::Faults)?;
        let run = self.train(pack, &task, &workspace, seed, Some(seed))?;
        let document = Document::ran("check", task.exercise.reference(), seed, &run);
        workspace.keep(&task, &run, &document)?;
        if self.json {
            self.say(&document.text());
        } else {
            self.headline(&task);
            self.say(&self.terminal.checked(&task, &run));
        }
        Ok(match check::overall(&run.outcomes) {
            Verdict::Passed => PASSED,
            Verdict::Error => OUR_ERROR,
            _ => FAILED,
        })
    }

    #[expect(clippy::unused_self, reason = "whoever asks is in a session")]
    /// An exercise, or why there is none: an unknown name is bad input, a broken file is its author's.
    fn task(&self, pack: &Pack, id: &str) -> Result<Task, Ending> {
        let known = pack.exercises().iter().any(|other| other == id);
        pack.task(id).map_err(|faults| if known { Ending::Author(faults) } else { Ending::Faults(faults) })
    }

    /// An exercise and its workspace, started where it was not.
    fn begun(&self, pack: &Pack, id: &str) -> Result<(Task, Workspace), Ending> {
        let task = self.task(pack, id)?;
        let workspace = Workspace::new(&self.root, id);
        let is_new = !workspace.is_started();
        // What is ours is renewed where it was lost or the course has changed; what is the learner's stays.
        workspace.start(pack, &task)?;
        if is_new && !self.json {
            let folder = workspace.shown("");
            let (en, ja) = (
                format!("Started in {folder}: this is the starter plan, not yet yours."),
                format!("{folder} に演習を用意しました。これは出発点の計画で、まだあなたの計画ではありません。"),
            );
            self.say(&self.terminal.paragraph("", self.pick(&en, &ja)));
            self.say("\n");
        }
        Ok((task, workspace))
    }

    /// Trains the plan of a workspace.
    fn train(
        &self,
        pack: &Pack,
        task: &Task,
        workspace: &Workspace,
        seed: u64,
        exam: Option<u64>,
    ) -> Result<Run, Ending> {
        let submission = workspace.submission(task).map_err(Ending::Faults)?;
        self.engine(pack, task, &submission, seed, exam)
    }

    /// Runs the engine with a progress bar.
    fn engine(
        &self,
        pack: &Pack,
        task: &Task,
        submission: &Submission,
        seed: u64,
        exam: Option<u64>,
    ) -> Result<Run, Ending> {
        let file = |file: &str| pack.dataset_file(&task.dataset.id, file);
        // A bar only where something is counted: before the first epoch and while judging there is nothing to fill it with.
        let words = || ProgressStyle::with_template("{msg} …").unwrap_or_else(|_| ProgressStyle::default_bar());
        let counted = || {
            ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar())
        };
        let bar = ProgressBar::new(1).with_style(words());
        let ended = run::run(
            &Job { task, submission, seed, exam, figures: true, long: self.long, file: &file },
            &mut |event| match event {
                Event::Drawing => bar.set_message(self.pick("drawing patients", "患者データを生成中").to_owned()),
                Event::Trained(epoch) => {
                    bar.set_message(format!("{} {:.4}", self.pick("training, loss", "学習中、損失"), epoch.train_loss));
                    bar.set_style(counted());
                    bar.set_length(epoch.of as u64);
                    bar.set_position(epoch.number as u64);
                }
                Event::Judging => {
                    bar.set_style(words());
                    bar.set_message(self.pick("judging", "判定中").to_owned());
                }
            },
        );
        bar.finish_and_clear();
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
    fn end(&self, command: &Command, ending: &Ending) -> u8 {
        let (name, exercise, seed) = match command {
            Command::Run { exercise, seed, .. } => ("run", exercise.clone(), seed.seed),
            Command::Check { exercise, seed, .. } => ("check", exercise.clone(), seed.seed),
            Command::Start { exercise, .. } => ("start", exercise.clone(), None),
            Command::List => ("list", String::new(), None),
            Command::Tour => ("tour", String::new(), None),
            Command::Look(options) => ("look", options.exercise.clone(), options.seed.seed),
            Command::Measure(_) => ("measure", String::new(), None),
            Command::Courses { .. } => ("courses", String::new(), None),
            Command::Author { command } => (command.name(), String::new(), None),
        };
        let seed = seed.unwrap_or(SEED);
        let (verdict, code, faults): (_, _, &[Fault]) = match ending {
            Ending::Faults(faults) => (Verdict::Invalid, BAD_INPUT, faults),
            Ending::Author(faults) => (Verdict::Error, OUR_ERROR, faults),
            Ending::Ours(_) => (Verdict::Error, OUR_ERROR, &[]),
        };
        if self.json {
            self.say(&Document::faulty(name, exercise, seed, verdict, faults).text());
        }
        let told = match ending {
            Ending::Faults(faults) => self.terminal.invalid(faults),
            Ending::Author(faults) => {
                let told: String = faults.iter().map(|fault| self.terminal.fault(fault)).collect();
                let comfort = self.pick(
                    "The exercise itself is at fault, not you. Please tell your instructor.",
                    "誤りがあるのは教材のほうで、あなたの提出物ではありません。担当教員にお知らせください。",
                );
                format!("{told}\n{}", self.terminal.paragraph("", comfort))
            }
            Ending::Ours(error) => self.terminal.paragraph("", error.get(self.terminal.lang)),
        };
        let _ = anstream::stderr().write_all(door(&told).as_bytes());
        code
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}
