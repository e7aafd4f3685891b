//! The command line: the only room that prints, asks for the time of day, or ends the program.

mod asking;
mod author;
mod class;
mod codes;
mod courses;
mod glossary;
mod interrupt;
mod learning;
mod look;
mod measure;
mod options;
mod past;
mod progress;
mod session;
mod spoken;
mod tour;
mod workbench;
mod worker;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use self::codes::{AUTHORS_ERROR, BAD_INPUT, EXIT_CODES, FAILED, OUR_ERROR, PASSED, STOPPED, UNWRITTEN};
use self::options::{EXERCISE_JA, Effort, SEED_JA, SeedOption};
use self::session::{Session, tell};
use app::ending::Ending;
use course::pack::{Content, Pack};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::models;
use report::json::{AtFault, Document, MeasureDocument, Subject};
use report::terminal::Terminal;

/// Learn medical AI by doing it: decide, train, and see what the decision did to patients.
#[derive(Debug, Parser)]
#[command(name = "practicum", version, after_help = after(Lang::En), propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
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
    /// The workbench: everything in your browser. This is also what `practicum` alone does.
    Open(workbench::Options),
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
    /// Run the plan at each save, for those who stay in an editor. Ctrl-C ends it.
    Watch {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// Your runs so far, and what you changed from one to the next.
    History {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// The words that the exercises use, in plain words.
    Glossary {
        /// A word, in either language; left out, all of them.
        term: Option<String>,
    },
    /// Two runs side by side: what differs in their plans, and their figures.
    Compare {
        /// The number of a run.
        #[arg(value_name = "RUN")]
        first: u64,
        /// The number of another.
        #[arg(value_name = "RUN")]
        second: u64,
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// Ask the model about one row of your data: what it says as the row is, and with other values.
    Try {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
        /// The row of data/develop.csv, from 1.
        #[arg(long, value_name = "N", default_value_t = 1)]
        row: usize,
        /// Another value in a column, as in age=70; may be given several times.
        #[arg(long, value_name = "COLUMN=VALUE")]
        set: Vec<String>,
        /// The same row in a changed world of the exercise, by its name; once you have passed.
        #[arg(long, value_name = "NAME")]
        world: Option<String>,
    },
    /// The hints of the checks that failed last.
    Hint {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// Begin anew with the plan and the answers as they were given; yours are kept beside them.
    Reset {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// Make the one file that is handed in.
    Submit {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// Pack your work on an exercise into one file, to go on with on another computer.
    ExportWork {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
    },
    /// Lay work that was packed on another computer into this folder.
    ImportWork {
        /// The file.
        file: PathBuf,
    },
    /// Completions for your shell, to be sourced by it.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Stop trying: read what the exercise was about. For its points other data are needed then, in another folder.
    Solution {
        /// The exercise; may be left out in its folder.
        exercise: Option<String>,
        /// Do it without being asked; needed where nobody sits at the terminal.
        #[arg(long)]
        yes: bool,
    },
    /// Measure any predictions file, from any tool, with the metrics that checks use.
    Measure(Box<measure::Options>),
    /// The courses and their exercises.
    Courses {
        /// One course; all of them where none is named.
        #[arg(value_name = "COURSE")]
        name: Option<String>,
    },
    /// Take what a class handed in, and grade it: train each plan again, on the learner's own variant, and judge it on new patients.
    Grade(Box<class::Grade>),
    /// Grade what a class handed in with a new version of an exercise: first as a preview, whose grade would change and why.
    Regrade(class::Regrade),
    /// Grades for Moodle, Canvas, Gradescope, or as a table.
    Export(class::Export),
    /// A class: its folder, its variants, its report.
    Class {
        #[command(subcommand)]
        command: class::Command,
    },
    /// Do one job in a process of its own; for programs, not for people.
    #[command(hide = true)]
    Worker(worker::Options),
    /// For instructors.
    Author {
        #[command(subcommand)]
        command: author::Command,
    },
}

impl Command {
    /// Whether `--json` has something to tell.
    fn has_document(&self) -> bool {
        match self {
            Self::Tour
            | Self::Compare { .. }
            | Self::Hint { .. }
            | Self::Reset { .. }
            | Self::Submit { .. }
            | Self::ExportWork { .. }
            | Self::ImportWork { .. }
            | Self::Completions { .. }
            | Self::Solution { .. } => false,
            Self::Author { command } => command.has_document(),
            Self::Class { command } => command.has_document(),
            Self::Open(_)
            | Self::List
            | Self::Start { .. }
            | Self::Look(_)
            | Self::Run { .. }
            | Self::Check { .. }
            | Self::Watch { .. }
            | Self::History { .. }
            | Self::Glossary { .. }
            | Self::Try { .. }
            | Self::Measure(_)
            | Self::Courses { .. }
            | Self::Grade(_)
            | Self::Regrade(_)
            | Self::Export(_)
            | Self::Worker(_) => true,
        }
    }

    /// Refuses `--json` where there is no document: whoever asked for one would be given text, or nothing.
    fn without_document(&self, json: bool, name: &str) -> Result<(), Ending> {
        if !json || self.has_document() {
            return Ok(());
        }
        let found = text!("--json with {name}, which has no document", "{name} には --json の出力がありません");
        let expected = text!("practicum {name} without it", "--json を付けない practicum {name}");
        Err(Ending::Faults(vec![Fault::new(Id::DoesNotApply, Place::file("--json"), found, expected)]))
    }
}

/// Reads the command line, does what it asks, and gives the exit code; `content` is the course pack where none is named.
pub fn main(content: &'static Content) -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let read = Cli::command().try_get_matches_from(&arguments).and_then(|matches| {
        // Where none is named, the workbench is meant.
        let name = matches.subcommand_name().unwrap_or("open").to_owned();
        Ok((Cli::from_arg_matches(&matches)?, name))
    });
    let (cli, name) = match read {
        Ok(read) => read,
        Err(error) => return unread(&error, &arguments, content),
    };
    let terminal = Terminal { lang: language(cli.common.lang.as_deref()), width: width() };
    let command = match cli.command {
        Some(command) => command,
        // Whoever sits there gets the workbench; a script that forgot its command, the help.
        None if std::io::stdout().is_terminal() => Command::Open(workbench::Options::default()),
        None => {
            let mut program = localised(Cli::command(), terminal.lang);
            program.build();
            let (name, of) = spoken::asked(&program, &arguments);
            tell(&spoken::help(&terminal, &name, of));
            return ExitCode::from(BAD_INPUT);
        }
    };
    let long = match &command {
        Command::Run { effort, .. } | Command::Check { effort, .. } => effort.long,
        _ => false,
    };
    let session = Session { long, ..Session::new(terminal, cli.common.json, cli.common.course, content) };
    let forced = cli.common.kernel.as_deref().map_or(Ok(()), |width| {
        models::force(width).map_err(|here| {
            let here = here.join(", ");
            let found = text!("the instructions \"{width}\"", "命令セット \"{width}\"");
            let expected = text!("one that this machine has: {here}", "この機械で使えるもの：{here}");
            Ending::Faults(vec![Fault::new(Id::UnknownWord, Place::file("--kernel"), found, expected)])
        })
    });
    let name = match &command {
        Command::Author { command } => command.name(),
        _ => &name,
    };
    let code = forced
        .and_then(|()| command.without_document(session.json, name))
        .and_then(|()| session.obey(&command))
        .unwrap_or_else(|ending| session.end(name, ending));
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
            let (version, engine) = (error.to_string(), engine::name());
            let course = content.digest();
            session.say(&match terminal.lang {
                Lang::En => format!("{version}engine {engine}\ncourse {course}\n"),
                Lang::Ja => format!("{version}エンジン {engine}\nコース {course}\n"),
            });
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
                let of = name.split(' ').nth(1).filter(|of| program.find_subcommand(of).is_some());
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

fn named_in_japanese(command: clap::Command) -> clap::Command {
    command.mut_arg("exercise", |arg| arg.help(EXERCISE_JA))
}

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
        ("open", "ワークベンチ：すべてをブラウザーで行います。`practicum` だけでも開きます。"),
        ("list", "演習の一覧です。"),
        ("start", "演習を始めます。説明文・データ・計画を用意します。あなたのファイルは上書きしません。"),
        ("run", "計画どおりにモデルを学習させ、手元のテスト用の行で結果を見ます。"),
        ("check", "計画どおりにモデルを学習させ、新しい患者で判定を受けます。"),
        ("watch", "保存するたびに計画を実行します（エディターで作業する方向け）。Ctrl-Cで終了します。"),
        ("history", "これまでの試行と、その間に変えた箇所です。"),
        ("glossary", "演習で使う用語の意味です。"),
        ("compare", "2つの試行を並べて、計画の違いと値を比べます。"),
        ("try", "手元のデータの1行についてモデルに尋ねます。そのままの値と、値を変えた場合の答えを並べます。"),
        ("hint", "直近の判定で不合格になった項目のヒントです。"),
        ("reset", "計画と解答を配布時の内容に戻します。それまでの内容は別名で残します。"),
        ("submit", "提出用のファイルを1つ作ります。"),
        ("export-work", "演習の作業内容を1つのファイルにまとめ、別のコンピューターで続けられるようにします。"),
        ("import-work", "別のコンピューターでまとめた作業内容を、このフォルダーに取り込みます。"),
        ("completions", "シェルの補完スクリプトを出力します。"),
        ("solution", "挑戦を終えて解説を読みます。その後の得点は、別のバリアントでだけ得られます。"),
        ("courses", "コースと、その演習の一覧です。"),
        ("look", "演習の画像と、モデルが間違えた画像を見ます。"),
        ("measure", "どのツールの予測ファイルでも、判定と同じ指標で評価します。"),
        ("grade", "クラスの提出物を採点します。計画を学習者本人のバリアントで学習し直し、新しい患者で判定します。"),
        ("regrade", "新しい版の演習で採点し直します。まず、だれの成績がなぜ変わるかを示します。"),
        ("export", "成績を、Moodle、Canvas、Gradescope、または表の形式で書き出します。"),
        ("class", "クラスのフォルダー、バリアント、報告書です。"),
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
        .mut_subcommand("watch", named_in_japanese)
        .mut_subcommand("history", named_in_japanese)
        .mut_subcommand("glossary", |command| {
            command.mut_arg("term", |arg| arg.help("用語です（どちらの言語でも）。省略するとすべてを示します。"))
        })
        .mut_subcommand("compare", |command| {
            named_in_japanese(command)
                .mut_arg("first", |arg| arg.help("試行の番号です。"))
                .mut_arg("second", |arg| arg.help("もう一つの試行の番号です。"))
        })
        .mut_subcommand("try", |command| {
            named_in_japanese(command)
                .mut_arg("row", |arg| arg.help("data/develop.csv の行の番号です（1から）。"))
                .mut_arg("set", |arg| arg.help("列の値を変えます（例：age=70）。繰り返して指定できます。").value_name("列=値"))
                .mut_arg("world", |arg| arg.help("同じ行を、演習の原因を変えた世界で見ます（名前で指定）。合格後に使えます。").value_name("名前"))
        })
        .mut_subcommand("hint", named_in_japanese)
        .mut_subcommand("reset", named_in_japanese)
        .mut_subcommand("submit", named_in_japanese)
        .mut_subcommand("export-work", named_in_japanese)
        .mut_subcommand("import-work", |command| command.mut_arg("file", |arg| arg.help("ファイルです。")))
        .mut_subcommand("completions", |command| command.mut_arg("shell", |arg| arg.help("シェルの種類です。")))
        .mut_subcommand("check", |command| {
            trained_in_japanese(command).mut_arg("exam_seed", |arg| {
                arg.help(
                    "判定用の患者だけに使う乱数のシードです（採点者だけが知る数）。省略時はデータのシードと計画から決まります。",
                )
            })
        })
        .mut_subcommand("solution", |command| {
            command.mut_arg("exercise", |arg| arg.help(EXERCISE_JA)).mut_arg("yes", |arg| {
                arg.help("確認せずに実行します。端末から対話できない場合に必要です。")
            })
        })
        .mut_subcommand("courses", |command| {
            command.mut_arg("name", |arg| arg.help("コースの名前です。省略時はすべてのコースを示します。"))
        })
        .mut_subcommand("open", workbench::japanese)
        .mut_subcommand("look", look::japanese)
        .mut_subcommand("measure", measure::japanese)
        .mut_subcommand("grade", class::japanese_grade)
        .mut_subcommand("regrade", class::japanese_regrade)
        .mut_subcommand("export", class::japanese_export)
        .mut_subcommand("class", class::japanese)
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

impl Session {
    fn obey(&self, command: &Command) -> Result<u8, Ending> {
        match command {
            Command::Tour => tour::tour(self),
            Command::Open(options) => workbench::open(self, options),
            Command::List => self.list(),
            Command::Start { exercise, variant } => self.start(exercise.as_deref(), variant.as_deref()),
            Command::Run { exercise, seed, .. } => self.run(exercise.as_deref(), seed.seed),
            Command::Check { exercise, seed, exam_seed, .. } => self.check(exercise.as_deref(), seed.seed, *exam_seed),
            Command::Watch { exercise } => self.watch(exercise.as_deref()),
            Command::History { exercise } => self.history(exercise.as_deref()),
            Command::Glossary { term } => glossary::glossary(self, term.as_deref()),
            Command::Try { exercise, row, set, world } => {
                self.try_one(exercise.as_deref(), *row, set, world.as_deref())
            }
            Command::Compare { first, second, exercise } => self.compare(*first, *second, exercise.as_deref()),
            Command::Hint { exercise } => self.hint(exercise.as_deref()),
            Command::Reset { exercise } => self.reset(exercise.as_deref()),
            Command::Submit { exercise } => self.submit(exercise.as_deref()),
            Command::ExportWork { exercise } => self.export_work(exercise.as_deref()),
            Command::ImportWork { file } => self.import_work(file),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut Cli::command(), "practicum", &mut script);
                self.say(&String::from_utf8_lossy(&script));
                Ok(PASSED)
            }
            Command::Solution { exercise, yes } => self.solution(exercise.as_deref(), *yes),
            Command::Courses { name } => courses::courses(self, name.as_deref()),
            Command::Look(options) => look::look(self, options),
            Command::Measure(options) => Ok(measure::measure(self, options)),
            Command::Grade(options) => class::grade(self, options),
            Command::Regrade(options) => class::regrade(self, options),
            Command::Export(options) => class::export(self, options),
            Command::Class { command } => class::class(self, command),
            Command::Worker(options) => worker::work(self, options),
            Command::Author { command } => {
                let pack = match &self.desk.course {
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

    /// Tells why the command `name` ended early, and gives the exit code.
    fn end(&self, name: &str, ending: Ending) -> u8 {
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
        let is_graders = matches!(name, "grade" | "class" | "regrade" | "export");
        let comfort = match &ending {
            Ending::Author(_) => Text::new(
                "The exercise itself is at fault, not you. Please tell your instructor.",
                "誤りがあるのは教材のほうで、あなたの提出物ではありません。担当教員にお知らせください。",
            ),
            Ending::Disk(_) if is_graders => Text::new(
                "What was kept before stays as it is: make room or change the rights, and call the same again.",
                "それまでに保存した結果は残っています。空き容量やアクセス権を直して、もう一度実行してください。",
            ),
            Ending::Disk(_) => Text::new("Nothing of yours was lost.", "あなたのファイルは失われていません。"),
            Ending::Faults(_) if is_graders => Text::new(
                "No grade was changed. Mend it and call the same again.",
                "成績は変わっていません。直してから、もう一度実行してください。",
            ),
            Ending::Faults(_) | Ending::Ended | Ending::Ours(_) => Text::default(),
        };
        let (at_fault, faults) = ending.told();
        if self.json && !self.has_told.get() {
            self.say(&Document::faulty(name, &self.subject.borrow(), at_fault, &faults).text());
        }
        let (told, code) = match at_fault {
            AtFault::Input if !is_graders => (self.terminal.invalid(&faults), BAD_INPUT),
            other => {
                let mut told: String = faults.iter().map(|fault| self.terminal.fault(fault)).collect();
                let comfort = comfort.get(self.terminal.lang);
                if !told.is_empty() && !comfort.is_empty() {
                    told.push('\n');
                }
                if !comfort.is_empty() {
                    told += &self.terminal.paragraph("", comfort);
                }
                let code = match other {
                    AtFault::Exercise => AUTHORS_ERROR,
                    AtFault::Disk => UNWRITTEN,
                    AtFault::Input => BAD_INPUT,
                    AtFault::Program => OUR_ERROR,
                };
                (told, code)
            }
        };
        tell(&told);
        code
    }
}
