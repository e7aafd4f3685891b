//! What a grader asks for: `practicum class`, `grade`, `regrade`, `export`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::codes::{FAILED, PASSED, STOPPED};
use super::interrupt;
use super::progress::Progress;
use super::session::Session;
use app::ending::Ending;
use class::executor::local::Local;
use class::executor::slurm::Slurm;
use class::executor::{Executor, Files};
use class::folder::Class;
use class::grade::{self, Book, Foreseen, State};
use class::gradebook::canvas::Titled;
use class::gradebook::{self, Choice, page};
use class::grading::{self, Told};
use class::insight;
use class::intake::files::{Found, Of};
use class::intake::people::{Known, Person};
use class::intake::{self, HandIn, Reading};
use class::marks;
use class::moment::Moment;
use class::regrade::{self, Change, Way};
use class::store::{Doubt, Edition, Store, Submission};
use class::worksheet::Worksheet;
use course::exercise::Exercise;
use course::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use report::terminal::{bold, dim};

/// A class folder, for commands that need one.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Where {
    /// The class folder; left out, the folder in which you stand.
    #[arg(long, value_name = "DIR", default_value = ".")]
    class: PathBuf,
}

/// How hand-ins are graded.
#[derive(Debug, clap::Args)]
pub(super) struct Grade {
    /// What was handed in: a folder, Moodle's or Gradescope's zip, files of `practicum submit`. Left out, what was taken before is
    /// graded on.
    #[arg(value_name = "IN")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    place: Where,
    /// Moodle's grading worksheet: it says who is who, and when they handed in.
    #[arg(long, value_name = "CSV")]
    worksheet: Option<PathBuf>,
    /// The exercise that is meant where a file does not say it.
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,
    /// When all of it was handed in, where no platform says so, as in "2026-12-01 18:00".
    #[arg(long, value_name = "TIME")]
    received: Option<String>,
    /// Grade; otherwise it is only shown who handed in what.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    workers: Workers,
}

/// Who does the work.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Workers {
    /// How many submissions are graded at once; otherwise as many as there are processors.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Who grades: this machine, or a Slurm cluster that shares the class folder and the program with it.
    #[arg(long, value_enum, default_value = "local")]
    engine: Engine,
}

/// Who grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Engine {
    /// This machine.
    Local,
    /// A Slurm cluster.
    Slurm,
}

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
        place: Where,
    },
    /// The class as a whole: where points are lost, which mistakes are common, whose work looks alike.
    Report {
        /// Where it is written; left out, the folder `export` of the class.
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        #[command(flatten)]
        place: Where,
    },
    /// The decisions in words, as a table to be marked.
    Texts {
        /// The table to write.
        #[arg(value_name = "CSV")]
        to: PathBuf,
        #[command(flatten)]
        place: Where,
    },
    /// Take marks and comments from such a table.
    Mark {
        /// The table with points and comments.
        #[arg(value_name = "CSV")]
        file: PathBuf,
        #[command(flatten)]
        place: Where,
    },
    /// What a person must look at: of whom it is, or what it is, is not known.
    Doubts {
        #[command(flatten)]
        place: Where,
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
        place: Where,
    },
    /// Everything that is kept of a learner, as JSON.
    Learner {
        /// Their id.
        learner: String,
        #[command(flatten)]
        place: Where,
    },
    /// Take away everything that is kept of a learner.
    Forget {
        /// Their id.
        learner: String,
        /// Do it; otherwise it is only shown what there is.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        place: Where,
    },
}

pub(super) fn japanese_grade(command: clap::Command) -> clap::Command {
    workers_in_japanese(placed_in_japanese(command))
        .mut_arg("inputs", |arg| {
            arg.help("提出物です（フォルダー、MoodleやGradescopeのzip、`practicum submit` のファイル）。省略すると、受け付け済みの提出の採点を続けます。")
        })
        .mut_arg("worksheet", |arg| arg.help("Moodleの評定ワークシートです。提出者と提出日時が分かります。"))
        .mut_arg("exercise", |arg| arg.help("ファイルに演習の名前がないときに、どの演習とみなすかです。"))
        .mut_arg("received", |arg| arg.help("提出日時が分からないときに、すべての提出をいつのものとみなすかです（例：\"2026-12-01 18:00\"）。"))
        .mut_arg("yes", |arg| arg.help("採点します。付けなければ、だれが何を提出したかを示すだけです。"))
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

fn placed_in_japanese(command: clap::Command) -> clap::Command {
    command.mut_arg("class", |arg| arg.help("クラスのフォルダーです。省略時は現在のフォルダーです。"))
}

fn workers_in_japanese(command: clap::Command) -> clap::Command {
    command.mut_arg("jobs", |arg| arg.help("同時に採点する件数です。省略時はプロセッサーの数です。")).mut_arg(
        "engine",
        |arg| {
            arg.help(
                "採点する場所です（localはこの機械、slurmはクラスのフォルダーとプログラムを共有するSlurmクラスター）。",
            )
        },
    )
}

/// Does what `practicum class` was asked for.
pub(super) fn class(session: &Session, command: &Command) -> Result<u8, Ending> {
    match command {
        Command::New { folder, roster, exercises } => new(session, folder, roster, exercises),
        Command::Variants { to, notes, place } => variants(session, place, to, *notes),
        Command::Report { to, place } => report(session, place, to.as_deref()),
        Command::Texts { to, place } => texts(session, place, to),
        Command::Mark { file, place } => mark(session, place, file),
        Command::Doubts { place } => doubts(session, place),
        Command::Drop { numbers, unmatched, place } => drop_doubts(session, place, numbers, *unmatched),
        Command::Learner { learner: id, place } => learner(session, place, id),
        Command::Forget { learner, yes, place } => forget(session, place, learner, *yes),
    }
}

fn new(session: &Session, folder: &Path, roster: &Path, exercises: &[String]) -> Result<u8, Ending> {
    let pack = session.pack()?;
    for id in exercises {
        pack.exercise(id)?;
    }
    let (shown, bytes) = given(roster, &Text::new("the learners, as a CSV", "学習者の一覧（CSV）"))?;
    let course = session.desk.course.as_deref().map(|course| seen_from(folder, course)).transpose()?;
    Class::make(folder, (&shown, &bytes), exercises, course.as_deref())?;
    let folder = folder.display();
    if session.json {
        let document =
            serde_json::json!({ "schema": "practicum.class/1", "folder": folder.to_string(), "exercises": exercises });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("A class in {folder}. Now set dates and rules in class.toml, then: practicum grade IN --class {folder}. Keep `secret` to yourself and in your backup: without it no grade can be made again."),
            Lang::Ja => format!("{folder} にクラスを作りました。class.toml に期限と規則を書いてから、practicum grade 提出物 --class {folder} を実行してください。`secret` は他人に渡さず、バックアップしてください（これがないと同じ成績を再現できません）。"),
        },
    ));
    Ok(PASSED)
}

/// A folder as it is seen from another one, which need not be there yet.
fn seen_from(from: &Path, folder: &Path) -> Result<String, Ending> {
    let whole = |path: &Path| std::path::absolute(path).map_err(|error| Ending::ours(&error));
    // Links in between are followed, or `..` would lead elsewhere.
    let real = |path: &Path| -> Result<PathBuf, Ending> {
        let path = whole(path)?;
        let there = path.ancestors().find_map(|one| Some((one.canonicalize().ok()?, path.strip_prefix(one).ok()?)));
        Ok(there.map_or_else(|| path.clone(), |(there, rest)| there.join(rest)))
    };
    let (from, folder) = (real(from)?, real(folder)?);
    let common = from.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    // On another drive there is no way from here.
    if common == 0 {
        return Ok(folder.display().to_string());
    }
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = folder.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let path = up.chain(down).collect::<Vec<_>>().join("/");
    Ok(if path.is_empty() { ".".to_owned() } else { path })
}

/// The course of a class. `--course` names no other than the class's own: what is graded stands in class.toml.
fn pack_of(session: &Session, class: &Class) -> Result<Pack, Ending> {
    if let Some(asked) = &session.desk.course {
        let own = class.course();
        let is_own = own.as_ref().is_some_and(|own| {
            own.canonicalize().is_ok_and(|own| asked.canonicalize().is_ok_and(|asked| own == asked))
        });
        if !is_own {
            let (asked_shown, line) = (asked.display(), seen_from(&class.folder, asked)?);
            let (en, ja) = match &class.settings.course {
                Some(own) => (format!("\"{}\"", own.value), format!("\"{}\"", own.value)),
                None => ("the program's own course".to_owned(), "プログラムに含まれる教材".to_owned()),
            };
            let shown = class.folder.join(class::settings::FILE).display().to_string();
            let found = text!(
                "--course {asked_shown}, while the class is graded with {en}",
                "--course {asked_shown} が指定されましたが、クラスは{ja}で採点します"
            );
            let expected = text!(
                "no --course; or, so that this class is graded with it from now on, the line course = \"{line}\" in class.toml above the first [[exercise]] (practicum regrade shows then whose grade would change)",
                "--course を付けないこと。今後この教材で採点する場合は、class.toml の最初の [[exercise]] より上に course = \"{line}\" と書いてください（成績が変わる人は practicum regrade で確認できます）"
            );
            return Err(Ending::Faults(vec![Fault::new(Id::Mismatch, Place::file(shown), found, expected)]));
        }
    }
    grading::pack(class, session.desk.content)
}

/// The bytes of a file that was named, and how it is told.
fn given(path: &Path, what: &Text) -> Result<(String, Vec<u8>), Ending> {
    let shown = path.display().to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = disk::read(folder, &name, 256 << 20).map_err(|refused| vec![refused.fault(&shown, what)])?;
    Ok((shown, bytes))
}

fn worksheet(class: &Class, path: &Path) -> Result<Worksheet, Ending> {
    let (shown, bytes) = given(path, &Text::new("Moodle's grading worksheet", "Moodleの評定ワークシート"))?;
    Ok(Worksheet::read(&shown, &bytes, &class.settings.worksheet)?)
}

/// The time, as the class counts it.
fn now() -> Moment {
    Moment::parse(&super::session::now(), 0).unwrap_or_default()
}

/// Shows who handed in what and, where that is wanted, grades it.
pub(super) fn grade(session: &Session, options: &Grade) -> Result<u8, Ending> {
    let class = Class::open(&options.place.class)?;
    let pack = pack_of(session, &class)?;
    let current = grading::editions(&class, &pack)?;
    let exercises: Vec<String> = class.settings.exercises.iter().map(|asked| asked.id.value.clone()).collect();
    if let Some(id) = options.exercise.as_ref().filter(|id| !exercises.contains(id)) {
        let list = exercises.join(", ");
        let fault = Fault::new(
            Id::UnknownExercise,
            Place::file("--exercise"),
            text!("the exercise \"{id}\"", "演習 \"{id}\""),
            text!("one of this class: {list}", "このクラスの演習：{list}"),
        );
        return Err(Ending::Faults(vec![fault.near(id, exercises.iter().map(String::as_str))]));
    }
    let received = options.received.as_deref().map(|written| {
        Moment::parse(written, class.settings.offset).ok_or_else(|| {
            let found = text!("the text \"{written}\"", "文字列 \"{written}\"");
            let expected = Text::new("a time such as \"2026-12-01 18:00\"", "日時（例：\"2026-12-01 18:00\"）");
            vec![Fault::new(Id::BadValue, Place::file("--received"), found, expected)]
        })
    });
    let received = received.transpose()?;
    let sheet = options.worksheet.as_deref().map(|path| worksheet(&class, path)).transpose()?;
    let keys = class.keys();
    let known =
        Known { roster: &class.roster, keys: &keys, matches: &class.settings.matches, worksheet: sheet.as_ref() };
    let of = Of { exercises: &exercises, meant: options.exercise.as_deref() };
    let reading = Reading { known, of, offset: class.settings.offset, received };
    let mut hand_ins = Vec::new();
    for input in &options.inputs {
        hand_ins.extend(intake::read(input, reading).map_err(|fault| vec![fault])?);
    }
    if !options.yes {
        // What was taken before is looked at; nothing is made where nothing is.
        let is_there = class.folder.join(class::store::FILE).is_file();
        let store = if is_there { Some(class.store()?) } else { None };
        let sorted = Sorted::of(&class, &hand_ins, store.as_ref())?;
        show(session, &class, &sorted);
        return Ok(if sorted.is_clean() { PASSED } else { FAILED });
    }
    let _held = class.hold()?;
    let mut store = class.store()?;
    let sorted = Sorted::of(&class, &hand_ins, Some(&store))?;
    let new = store.take(&grading::intake(&class, &hand_ins, now()))?;
    let mut pinned = store.editions()?;
    let mut changed: Vec<Fault> = Vec::new();
    for (id, edition) in &current {
        match pinned.get(id) {
            None => {
                store.pin(edition, now())?;
                pinned.insert(id.clone(), edition.clone());
            }
            Some(old) if !old.grades_as(edition) => changed.push(regrade_first(old, edition)),
            Some(_) => {}
        }
    }
    let tasks = grading::pending(&class, &store, &pinned)?;
    let in_changed = |id: &str| current.get(id).zip(pinned.get(id)).is_some_and(|(now, then)| !then.grades_as(now));
    let task_in_changed =
        |task: &class::executor::Task| in_changed(task.job.exercise.split('@').next().unwrap_or_default());
    if tasks.iter().any(task_in_changed) {
        return Err(Ending::Faults(changed));
    }
    let told = work(session, &class, &store, tasks, options.workers)?;
    ended(session, &class, &sorted, new, told)
}

fn regrade_first(old: &class::store::Edition, new: &class::store::Edition) -> Fault {
    let (was, is) = (&old.reference, &new.reference);
    let found = if old.digest != new.digest {
        text!(
            "{is}, while the class is graded with {was}, and its checks or data differ",
            "このプログラムの教材は {is} ですが、クラスは {was} で採点しており、判定またはデータが異なります"
        )
    } else if old.engine != new.engine {
        text!("another engine than the one with which {was} is graded", "{was} の採点に使ったものと異なるエンジンです")
    } else {
        text!(
            "other vector instructions than those with which {was} is graded",
            "{was} の採点に使ったものと異なる命令セットです"
        )
    };
    let expected = Text::new(
        "the same as before, or `practicum regrade`, which shows first whose grade would change",
        "これまでと同じもの。変更する場合は `practicum regrade`（成績が変わる人を先に示します）",
    );
    Fault::new(Id::Mismatch, Place::file(&*old.exercise), found, expected)
}

/// Grades tasks on this machine, showing how far it is; Ctrl-C finishes what runs.
fn work(
    session: &Session,
    class: &Class,
    store: &Store,
    tasks: Vec<class::executor::Task>,
    workers: Workers,
) -> Result<Told, Ending> {
    let here = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = workers.jobs.unwrap_or(here).max(1);
    let program = std::env::current_exe().map_err(|error| Ending::ours(&error))?;
    let folder = std::path::absolute(&class.folder).map_err(|error| Ending::ours(&error))?;
    let (kernel, wall) = (class.settings.kernel.clone(), Duration::from_secs(class.settings.limits.wall_seconds));
    let executor: Box<dyn Executor> = match workers.engine {
        Engine::Local => Box::new(Local { program, class: folder, kernel, jobs, threads: (here / jobs).max(1), wall }),
        Engine::Slurm => {
            Box::new(Slurm { program, class: folder, kernel, wall, settings: class.settings.slurm.clone() })
        }
    };
    let progress = Progress::new("{bar:30} {pos}/{len} {msg} {eta}");
    let told = interrupt::heeded(|| {
        grading::grade(store, tasks, executor.as_ref(), &interrupt::asked, &mut |told: Told| {
            let Told { done, of, passed, errors } = told;
            let failing = done - passed - errors;
            let what = match session.terminal.lang {
                Lang::En => format!("passed {passed}, not passed {failing}, errors of ours {errors}, left"),
                Lang::Ja => format!("合格{passed}、不合格など{failing}、こちらのエラー{errors}、残り"),
            };
            progress.count(done as u64, of as u64, &what);
        })
    });
    progress.end();
    Files::sweep(&class.folder, |key| store.record(key).is_ok_and(|record| record.is_some()));
    told
}

/// Hand-ins by what can be done with them.
struct Sorted<'a> {
    matched: Vec<(&'a HandIn, Vec<(Submission, Foreseen)>)>,
    doubtful: Vec<(&'a HandIn, Text)>,
    unmatched: Vec<(&'a HandIn, Text)>,
    /// Doubtful ones that were dropped before.
    dropped: usize,
    missing: Vec<String>,
}

impl<'a> Sorted<'a> {
    fn of(class: &Class, hand_ins: &'a [HandIn], store: Option<&Store>) -> Result<Self, Ending> {
        let book = store.map(|store| Book::of(class, store)).transpose()?;
        let doubts: Vec<Doubt> = store.map(Store::doubts).transpose()?.unwrap_or_default();
        let is_dropped = |hand_in: &HandIn| {
            doubts
                .iter()
                .any(|doubt| doubt.dropped && (&doubt.label, &doubt.content) == (&hand_in.label, &hand_in.content))
        };
        let (matched, doubtful) = (Vec::new(), Vec::new());
        let mut sorted = Self { matched, doubtful, unmatched: Vec::new(), dropped: 0, missing: Vec::new() };
        let mut there = BTreeSet::new();
        let clear: Vec<&HandIn> = hand_ins.iter().filter(|one| grading::doubtful(class, one).is_none()).collect();
        let taken: Vec<Vec<Submission>> = clear.iter().map(|one| grading::taken(class, one, now())).collect();
        let all: Vec<Submission> = taken.concat();
        let mut foreseen = grade::foreseen(class, book.as_ref(), &all).into_iter();
        for (hand_in, submissions) in clear.into_iter().zip(taken) {
            let with = submissions.into_iter().zip(&mut foreseen).collect();
            sorted.matched.push((hand_in, with));
        }
        for hand_in in hand_ins {
            if let Person::Matched { learners, .. } = &hand_in.person {
                there.extend(learners.iter().cloned());
            }
            let Some(why) = grading::doubtful(class, hand_in) else { continue };
            if is_dropped(hand_in) {
                sorted.dropped += 1;
            } else if matches!(hand_in.person, Person::Unmatched(_)) {
                sorted.unmatched.push((hand_in, why));
            } else {
                sorted.doubtful.push((hand_in, why));
            }
        }
        let missing = class.roster.learners.iter().filter(|learner| !there.contains(&learner.id));
        sorted.missing = missing.map(|learner| learner.id.clone()).collect();
        Ok(sorted)
    }

    /// How many of them were not taken before.
    fn count_new(&self) -> usize {
        let is_new = |(_, of): &&(&HandIn, Vec<(Submission, Foreseen)>)| of.iter().any(|(_, foreseen)| !foreseen.known);
        self.matched.iter().filter(is_new).count()
    }

    fn is_clean(&self) -> bool {
        self.doubtful.is_empty() && self.unmatched.is_empty()
    }

    fn json(&self) -> serde_json::Value {
        let both = |text: &Text| serde_json::json!({ "en": text.en, "ja": text.ja });
        let row = |hand_in: &HandIn| {
            let (exercise, files, notes) = match &hand_in.found {
                Found::Work(work) => {
                    (Some(work.exercise.clone()), work.files.clone(), work.notes.iter().map(both).collect())
                }
                Found::Invalid(exercise, fault) => (exercise.clone(), Vec::new(), vec![both(&fault.found)]),
                Found::Unclear(_) => (None, Vec::new(), Vec::new()),
            };
            let (learners, by) = match &hand_in.person {
                Person::Matched { learners, by, .. } => (learners.clone(), Some(by.text().en.into_owned())),
                Person::Doubtful(learners, _) => (learners.clone(), None),
                Person::Unmatched(_) => (Vec::new(), None),
            };
            serde_json::json!({
                "label": hand_in.label, "learners": learners, "by": by, "exercise": exercise, "files": files, "notes": notes,
                "invalid": matches!(hand_in.found, Found::Invalid(..)), "received": hand_in.received.map(Moment::utc),
            })
        };
        let with_why = |(hand_in, why): &(&HandIn, Text)| {
            let mut row = row(hand_in);
            row["why"] = both(why);
            row
        };
        serde_json::json!({
            "schema": "practicum.intake/1",
            "matched": self.matched.iter().map(|(hand_in, of)| {
                let mut row = row(hand_in);
                row["known"] = of.iter().all(|(_, foreseen)| foreseen.known).into();
                row["late_days"] = of.iter().map(|(_, foreseen)| foreseen.late).max().unwrap_or(0).into();
                row["too_late"] = of.iter().any(|(_, foreseen)| foreseen.too_late).into();
                row["beyond_attempts"] = of.iter().any(|(_, foreseen)| foreseen.beyond).into();
                row
            }).collect::<Vec<_>>(),
            "doubtful": self.doubtful.iter().map(with_why).collect::<Vec<_>>(),
            "unmatched": self.unmatched.iter().map(with_why).collect::<Vec<_>>(),
            "not_handed_in": self.missing, "dropped": self.dropped,
        })
    }
}

/// Shows what would be graded.
fn show(session: &Session, class: &Class, sorted: &Sorted) {
    if session.json {
        session.say(&format!("{:#}\n", sorted.json()));
        return;
    }
    let lang = session.terminal.lang;
    table(session, class, sorted);
    left(session, class, sorted);
    let (n, new) = (sorted.matched.len(), sorted.count_new());
    let known = n - new;
    session.say("\n");
    session.say(&session.terminal.paragraph(
        "",
        &match lang {
            Lang::En => format!("{new} new hand-ins would be graded; {known} are known already. Nothing was written yet: call the same with --yes to grade."),
            Lang::Ja => format!("新しい提出{new}件が採点の対象です（ほかに受け付け済み{known}件）。まだ何も書き込んでいません。採点するには、同じコマンドに --yes を付けてください。"),
        },
    ));
}

fn name_of(class: &Class, id: &str) -> String {
    class.roster.learner(id).map_or_else(|| id.to_owned(), |learner| format!("{id} {}", learner.name))
}

fn table(session: &Session, class: &Class, sorted: &Sorted) {
    let lang = session.terminal.lang;
    session.say(&format!("{}\n", bold(session.pick("Matched", "対応が分かった提出"))));
    for (hand_in, of) in &sorted.matched {
        let Person::Matched { learners, team, by } = &hand_in.person else { continue };
        let who: Vec<String> = learners.iter().map(|id| name_of(class, id)).collect();
        let mut line = format!("{}  ", who.join(" + "));
        if let Some(team) = team {
            line += &format!("[{team}] ");
        }
        match &hand_in.found {
            Found::Work(work) => {
                line += &format!("{}: {}", work.exercise, work.files.join(", "));
                for note in &work.notes {
                    line += &format!("; {}", note.get(lang));
                }
                let own = team.is_some()
                    || learners.iter().all(|id| class.key(id) == work.variant.clone().unwrap_or_else(|| class.key(id)));
                if !own {
                    line += session.pick(
                        "; made with another variant than theirs: it is graded on their own",
                        "；本人のものではないバリアントで作られています（本人のバリアントで採点します）",
                    );
                }
            }
            Found::Invalid(_, fault) => {
                let found = fault.found.get(lang);
                line += &match lang {
                    Lang::En => format!("cannot be run: {}: {found}", fault.place.file),
                    Lang::Ja => format!("実行できません（{}：{found}）", fault.place.file),
                };
            }
            Found::Unclear(_) => {}
        }
        if let Some(received) = hand_in.received {
            line += &format!("; {}", received.show(class.settings.offset));
        }
        for said in foretold(class, of) {
            line += &format!("; {}", said.get(lang));
        }
        line += &dim(&format!("  ({}: {})", by.text().get(lang), hand_in.label));
        session.say(&session.terminal.hanging("  ", "    ", &line));
    }
}

/// What the rules make of a hand-in; of a team, of whom.
fn foretold(class: &Class, of: &[(Submission, Foreseen)]) -> Vec<Text> {
    let mut told = Vec::new();
    for (submission, Foreseen { known, late, too_late, beyond }) in of {
        let mut say = |text: Text| {
            let who = &submission.learner;
            let Text { en, ja } = &text;
            told.push(if of.len() > 1 { text!("{who}: {en}", "{who}：{ja}") } else { text });
        };
        let asked = class.settings.asked(&submission.exercise);
        if *known {
            say(Text::new("known already", "受け付け済み"));
        }
        if *too_late {
            say(text!(
                "{late} days late, after the last day: it does not count",
                "{late}日遅れ（受付終了後のため、成績の対象になりません）"
            ));
        } else if *late > 0 {
            let percent = asked.map_or(0.0, |asked| asked.late_percent_per_day);
            let off = gradebook::number((percent * *late as f64).min(100.0));
            say(text!("{late} days late: {off}% off", "{late}日遅れ（{off}%減点）"));
        }
        if *beyond {
            let most = asked.map_or(0, |asked| asked.attempts);
            say(text!(
                "beyond the {most} attempts that count: it does not, unless one before it cannot be run",
                "提出回数の上限（{most}回）を超えているため、成績の対象になりません（前の提出が実行できない場合を除きます）"
            ));
        }
    }
    told.dedup();
    told
}

/// What does not count by the rules, said again where it is graded.
fn not_counting(session: &Session, class: &Class, sorted: &Sorted) {
    let lang = session.terminal.lang;
    for (hand_in, of) in &sorted.matched {
        let out: Vec<(Submission, Foreseen)> = of
            .iter()
            .filter(|(_, foreseen)| !foreseen.known && (foreseen.too_late || foreseen.beyond))
            .cloned()
            .collect();
        let said: Vec<String> = foretold(class, &out).iter().map(|text| text.get(lang).to_owned()).collect();
        let (Some((submission, _)), false) = (out.first(), said.is_empty()) else { continue };
        let who = name_of(class, &submission.learner);
        let line = format!("{who}  {}: {}  {}", submission.exercise, said.join("; "), dim(&hand_in.label));
        session.say(&session.terminal.hanging("  ", "    ", &line));
    }
}

/// What is left for a person to look at.
fn left(session: &Session, class: &Class, sorted: &Sorted) {
    let lang = session.terminal.lang;
    let sections = [
        (
            session.pick("Doubtful: not graded until you decide", "判断が必要な提出（決まるまで採点しません）"),
            &sorted.doubtful,
        ),
        (session.pick("Unmatched: nobody of the roster", "名簿に見つからない提出"), &sorted.unmatched),
    ];
    for (title, rows) in sections {
        if rows.is_empty() {
            continue;
        }
        session.say(&format!("\n{}\n", bold(title)));
        for (hand_in, why) in rows {
            let perhaps = match &hand_in.person {
                Person::Doubtful(ids, _) | Person::Matched { learners: ids, .. } => {
                    ids.iter().map(|id| name_of(class, id)).collect::<Vec<_>>().join(" / ")
                }
                Person::Unmatched(_) => String::new(),
            };
            let line = format!("{}  {}  {}", hand_in.label, perhaps, dim(why.get(lang)));
            session.say(&session.terminal.hanging("  ", "    ", &line));
        }
    }
    if !sorted.is_clean() {
        session.say(&session.terminal.paragraph(
            "  ",
            session.pick(
                "They keep an export back until you decide. Who is meant can be written into class.toml ([match] \"name of the folder\" = \"id\"): then grade the same again. What counts for nothing is dropped: practicum class doubts tells the numbers for practicum class drop.",
                "これらが決まるまで、成績は書き出せません。だれの提出かは class.toml に書いて（[match] \"フォルダー名\" = \"学籍番号\"）、同じものをもう一度採点してください。成績の対象にしないものは、practicum class doubts で番号を確認し、practicum class drop で対象外にできます。",
            ),
        ));
    }
    if sorted.dropped > 0 {
        let n = sorted.dropped;
        session.say(&session.terminal.paragraph(
            "  ",
            &match lang {
                Lang::En => format!("{n} others were dropped before (practicum class doubts)."),
                Lang::Ja => format!("ほかに{n}件は、以前に対象外にしたものです（practicum class doubts）。"),
            },
        ));
    }
    if !sorted.missing.is_empty() && (!sorted.matched.is_empty() || !sorted.is_clean()) {
        session.say(&format!("\n{}\n", bold(session.pick("Nothing here from", "この中に提出がない学習者"))));
        let names: Vec<String> = sorted.missing.iter().map(|id| name_of(class, id)).collect();
        session.say(&session.terminal.paragraph("  ", &names.join(", ")));
    }
}

/// Tells what came of grading.
fn ended(session: &Session, class: &Class, sorted: &Sorted, new: usize, told: Told) -> Result<u8, Ending> {
    let Told { done, of, passed, errors } = told;
    let stopped = done < of;
    let code = if stopped {
        STOPPED
    } else if errors > 0 || !sorted.is_clean() {
        FAILED
    } else {
        PASSED
    };
    if session.json {
        let document = serde_json::json!({
            "schema": "practicum.grade/1", "new": new, "graded": done, "passed": passed, "errors": errors, "left": of - done,
            "intake": sorted.json(),
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(code);
    }
    let failing = done - passed - errors;
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!(
                "{new} new hand-ins; {done} graded: {passed} passed, {failing} not passed, {errors} errors of ours."
            ),
            Lang::Ja => format!(
                "新しい提出{new}件、採点{done}件（合格{passed}、不合格など{failing}、こちらのエラー{errors}）。"
            ),
        },
    ));
    not_counting(session, class, sorted);
    if errors > 0 {
        session.say(&session.terminal.paragraph(
            "",
            session.pick(
                "Errors of ours are no verdict on anybody: they are tried again by the next call, and keep their rows out of an export.",
                "こちらのエラーは成績ではありません。次の採点でもう一度試し、それまでは書き出しの対象になりません。",
            ),
        ));
    }
    if stopped {
        session.say(&session.terminal.paragraph(
            "",
            &match session.terminal.lang {
                Lang::En => format!(
                    "Stopped; {} are left. What was graded is kept: call practicum grade --yes again to go on.",
                    of - done
                ),
                Lang::Ja => format!(
                    "中止しました（残り{}件）。採点済みの結果は残っています。practicum grade --yes で続けられます。",
                    of - done
                ),
            },
        ));
    }
    left(session, class, sorted);
    Ok(code)
}

/// How a class is exported.
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// For which system.
    #[arg(value_enum)]
    format: Format,
    #[command(flatten)]
    place: Where,
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

/// For which system grades are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// The worksheet with grades, and the zip of feedback files.
    Moodle,
    /// The CSV that Canvas imports.
    Canvas,
    /// A results.json for each learner.
    Gradescope,
    /// One table of everything.
    Csv,
    /// A workbook for a spreadsheet.
    Xlsx,
}

/// How a class is graded anew.
#[derive(Debug, clap::Args)]
pub(super) struct Regrade {
    #[command(flatten)]
    place: Where,
    /// Grade with the new version from now on; otherwise it is only shown what would change.
    #[arg(long)]
    apply: bool,
    #[command(flatten)]
    workers: Workers,
}

pub(super) fn japanese_export(command: clap::Command) -> clap::Command {
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

pub(super) fn japanese_regrade(command: clap::Command) -> clap::Command {
    workers_in_japanese(placed_in_japanese(command))
        .mut_arg("apply", |arg| arg.help("新しい版での成績に切り替えます。付けなければ、何が変わるかを示すだけです。"))
}

/// The exercises of a class, read.
fn exercises_of(class: &Class, pack: &Pack) -> Result<BTreeMap<String, Exercise>, Ending> {
    let mut all = BTreeMap::new();
    for asked in &class.settings.exercises {
        all.insert(asked.id.value.clone(), pack.exercise(&asked.id.value)?);
    }
    Ok(all)
}

/// A class that was graded, for commands that only look.
struct Open {
    class: Class,
    store: Store,
    book: Book,
    exercises: BTreeMap<String, Exercise>,
}

fn opened(session: &Session, folder: &Path) -> Result<Open, Ending> {
    let class = Class::open(folder)?;
    let pack = pack_of(session, &class)?;
    let exercises = exercises_of(&class, &pack)?;
    let shown = class.folder.join(class::store::FILE);
    if !shown.is_file() {
        let found = Text::new("nothing was graded yet", "まだ採点していません");
        let expected = Text::new(
            "a class with hand-ins: practicum grade IN --yes",
            "提出のあるクラス（practicum grade 提出物 --yes）",
        );
        return Err(Ending::Faults(vec![Fault::new(
            Id::Refused,
            Place::file(shown.display().to_string()),
            found,
            expected,
        )]));
    }
    let store = class.store()?;
    let book = Book::of(&class, &store)?;
    Ok(Open { class, store, book, exercises })
}

/// Writes files below a folder, and tells where.
fn written(session: &Session, to: &Path, files: &[(String, Vec<u8>)], notes: &[Text]) -> Result<u8, Ending> {
    for (name, bytes) in files {
        disk::write(to, name, bytes).map_err(|refused| class::folder::unwritten(&to.join(name), &refused))?;
    }
    let paths: Vec<String> = files.iter().map(|(name, _)| to.join(name).display().to_string()).collect();
    if session.json {
        let notes: Vec<_> = notes.iter().map(|note| serde_json::json!({ "en": note.en, "ja": note.ja })).collect();
        let document = serde_json::json!({ "schema": "practicum.export/1", "written": paths, "notes": notes });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    let few = if paths.len() > 8 { &paths[..1] } else { &paths[..] };
    for path in few {
        session.say(&format!("{path}\n"));
    }
    if few.len() < paths.len() {
        let (n, to) = (paths.len(), to.display());
        session.say(&session.terminal.paragraph(
            "",
            &match session.terminal.lang {
                Lang::En => format!("… {n} files in {to}"),
                Lang::Ja => format!("… {to} に{n}個のファイル"),
            },
        ));
    }
    for note in notes {
        session.say(&session.terminal.paragraph("", note.get(session.terminal.lang)));
    }
    Ok(PASSED)
}

/// Writes grades for another system.
pub(super) fn export(session: &Session, options: &Export) -> Result<u8, Ending> {
    let Open { mut class, store, mut book, mut exercises } = opened(session, &options.place.class)?;
    if let Some(asked) = options.exercise.as_deref() {
        let asked = only(&class, Some(asked))?;
        class.settings.exercises.retain(|one| one.id.value == asked);
        exercises.retain(|id, _| *id == asked);
        book.grades.retain(|(_, exercise), _| *exercise == asked);
        book.doubts.retain(|doubt| doubt.may_be_of(&asked));
    }
    let held = gradebook::held(&book);
    if let Some(first) = held.first().filter(|_| !options.force) {
        let n = held.len();
        let (who, state) = (&first.learner, first.state.word());
        let expected = Text::new(
            "every hand-in settled: practicum grade --yes tries errors again and grades what waits, practicum class texts and mark are for texts, practicum class doubts tells what is doubtful and how to decide it; or --force, which leaves these rows without a grade",
            "すべての提出が確定していること（practicum grade --yes で採点とエラーの再試行、practicum class texts と mark で記述の採点、practicum class doubts で確認が必要な提出とその決め方）。または --force（その行の評点は空欄になります）",
        );
        let found = text!(
            "{n} grades that are not settled; the first is of {who}: {state}",
            "確定していない成績が{n}件あります（最初は {who}：{state}）"
        );
        return Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file(&*first.exercise), found, expected)]));
    }
    // A zero for somebody whose hand-in an earlier version passed over would be a wrong one.
    if options.zero && !options.force && store.is_unread()? {
        let found = Text::new(
            "zeros for a class that an earlier version graded: what was doubtful then was not kept",
            "以前の版で採点したクラスに0点を付けようとしています（以前の版は、確認が必要な提出を保存していませんでした）",
        );
        let expected = Text::new(
            "the downloads graded once more, which takes seconds: practicum grade IN --yes; or --force, where you know that nothing was doubtful",
            "ダウンロードした提出物をもう一度採点すること（practicum grade 提出物 --yes、数秒で終わります）。確認が必要な提出がなかったと分かっていれば --force",
        );
        return Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file("--zero"), found, expected)]));
    }
    let choice = Choice { forced: options.force, zero: options.zero };
    let to = options.to.clone().unwrap_or_else(|| class.folder.join("export"));
    let lang = class.settings.lang.clone();
    let record = |learner: &str, exercise: &str| -> Result<Option<app::job::Record>, Ending> {
        let attempt = book.grade(learner, exercise).and_then(class::grade::Grade::attempt);
        Ok(attempt.map(|attempt| store.record(&attempt.key)).transpose()?.flatten())
    };
    let mut notes = Vec::new();
    if options.zero && store.is_unread()? {
        notes.push(Text::new(
            "zeros were given though an earlier version of the program graded this class and kept no doubts: somebody whose hand-in was doubtful then may have got one",
            "以前の版で採点したクラスに0点を付けました。以前の版は確認が必要な提出を保存していないため、提出した人に0点が付いた可能性があります",
        ));
    }
    let files = match options.format {
        Format::Csv => vec![("grades.csv".to_owned(), gradebook::plain::csv(&class, &book, choice)?)],
        Format::Xlsx => vec![("grades.xlsx".to_owned(), gradebook::xlsx::workbook(&class, &book, choice)?)],
        Format::Canvas => {
            let in_lang = |title: &Text| title.get(if lang == "ja" { Lang::Ja } else { Lang::En }).to_owned();
            let titled = |(id, exercise): (&String, &Exercise)| Titled {
                id: id.clone(),
                title: in_lang(&exercise.title),
                assignment: class.settings.asked(id).and_then(|asked| asked.canvas.clone()),
            };
            let titled: Vec<Titled> = exercises.iter().map(titled).collect();
            let what = Text::new("the CSV that Canvas's gradebook exports", "Canvasの成績表から書き出したCSV");
            let template = options.gradebook.as_deref().map(|path| given(path, &what)).transpose()?;
            let template = template.as_ref().map(|(shown, bytes)| (shown.as_str(), bytes.as_slice()));
            let (bytes, told) = gradebook::canvas::csv(&class, &book, &titled, template, choice)?;
            notes = told;
            vec![("canvas.csv".to_owned(), bytes)]
        }
        Format::Gradescope => {
            let mut files: Vec<(String, Vec<u8>)> = Vec::new();
            for ((learner, exercise), grade) in &book.grades {
                let Some(of) = exercises.get(exercise) else { continue };
                let found = record(learner, exercise)?;
                if let Some(document) = gradebook::gradescope::results(of, grade, found.as_ref(), &lang, choice) {
                    let name = once(&files, &format!("gradescope/{exercise}/"), learner, "/results.json");
                    files.push((name, serde_json::to_vec_pretty(&document)?));
                }
            }
            files
        }
        Format::Moodle => {
            let exercise = only(&class, options.exercise.as_deref())?;
            let of = &exercises[&exercise];
            let path = options.worksheet.as_deref().ok_or_else(|| {
                let found = Text::new("no worksheet", "評定ワークシートが指定されていません");
                let expected = Text::new(
                    "--worksheet with the grading worksheet that you download from the assignment (View all submissions, Download grading worksheet)",
                    "--worksheet に、課題の「すべての提出を表示」からダウンロードした評定ワークシートを指定してください",
                );
                vec![Fault::new(Id::MissingArgument, Place::file("--worksheet"), found, expected)]
            })?;
            let mut sheet = worksheet(&class, path)?;
            let page = |learner: &str, most: Option<f64>| {
                let Some(grade) = book.grade(learner, &exercise).filter(|grade| page::is_due(grade)) else {
                    return Ok(None);
                };
                let Some(person) = class.roster.learner(learner) else { return Ok(None) };
                let found = record(learner, &exercise)?;
                let submission = grade.attempt().and_then(|attempt| book.submissions.get(&attempt.number));
                let of = page::Of {
                    class: &class,
                    learner: person,
                    exercise: of,
                    grade,
                    submission,
                    record: found.as_ref(),
                    most,
                };
                Ok(Some(page::page(of)))
            };
            let feedback = gradebook::moodle::feedback_files(&class, &book, &exercise, &sheet, &page)?;
            notes = gradebook::moodle::fill(&class, &book, &exercise, &mut sheet, choice)?;
            let name =
                path.file_name().map_or_else(|| "worksheet.csv".to_owned(), |name| name.to_string_lossy().into_owned());
            let bytes = sheet.bytes().map_err(|error| Ending::ours(&error))?;
            vec![(name, bytes), (format!("feedback-{exercise}.zip"), feedback)]
        }
    };
    if !held.is_empty() {
        let (n, list) = (held.len(), gradebook::few(held.iter().map(|held| held.learner.as_str())));
        notes.push(text!(
            "{n} grades are not settled and were left empty: {list}",
            "確定していない{n}件は空欄のままです（{list}）"
        ));
    }
    written(session, &to, &files, &notes)
}

/// An id as the name of a folder or a file, on every system.
fn as_name(id: &str) -> String {
    let name: String = id.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    // CON, NUL and their like are no names on Windows.
    if disk::is_name(&name) { name } else { format!("{name}_") }
}

/// A file for somebody: two ids may be one name on a disk, and neither takes the other's place.
fn once(files: &[(String, Vec<u8>)], before: &str, id: &str, behind: &str) -> String {
    let mut name = as_name(id);
    let path = |name: &str| format!("{before}{name}{behind}");
    while files.iter().any(|(other, _)| other.to_lowercase() == path(&name).to_lowercase()) {
        name.push('_');
    }
    path(&name)
}

/// The exercise that is asked for, or the only one.
fn only(class: &Class, asked: Option<&str>) -> Result<String, Ending> {
    let ids: Vec<&str> = class.settings.exercises.iter().map(|asked| asked.id.value.as_str()).collect();
    let list = ids.join(", ");
    match (asked, ids.as_slice()) {
        (Some(id), _) if ids.contains(&id) => Ok(id.to_owned()),
        (None, [one]) => Ok((*one).to_owned()),
        (asked, _) => {
            let id = asked.unwrap_or_default();
            let found = match asked {
                Some(id) => text!("the exercise \"{id}\"", "演習 \"{id}\""),
                None => Text::new("several exercises in this class", "このクラスには演習が複数あります"),
            };
            let fault = Fault::new(
                Id::UnknownExercise,
                Place::file("--exercise"),
                found,
                text!("one of {list}", "{list} のいずれか"),
            );
            Err(Ending::Faults(vec![fault.near(id, ids.iter().copied())]))
        }
    }
}

/// Shows what a new version would change and, where that is wanted, changes it.
pub(super) fn regrade(session: &Session, options: &Regrade) -> Result<u8, Ending> {
    let Open { class, store, .. } = opened(session, &options.place.class)?;
    let _held = class.hold()?;
    let pack = pack_of(session, &class)?;
    let pinned = store.editions()?;
    let changed = regrade::changed(&pinned, &grading::editions(&class, &pack)?);
    let mut editions = pinned.clone();
    editions.extend(changed.iter().map(|(_, now)| (now.exercise.clone(), now.clone())));
    let ids: Vec<String> = changed.iter().map(|(_, now)| now.exercise.clone()).collect();
    let only_changed =
        editions.iter().filter(|(id, _)| ids.contains(id)).map(|(id, now)| (id.clone(), now.clone())).collect();
    let tasks = grading::pending(&class, &store, &only_changed)?;
    let of = tasks.len();
    let told = work(session, &class, &store, tasks, options.workers)?;
    let (before, after) = (Book::of(&class, &store)?, Book::under(&class, &store, editions)?);
    let changes = regrade::changes(&store, &ids, &before, &after)?;
    let whole = told.done == of && told.errors == 0;
    let applied = options.apply && whole && !changed.is_empty();
    if applied {
        for (_, now) in &changed {
            store.pin(now, self::now())?;
        }
    }
    if session.json {
        let rows = changes.iter().filter(|change| change.way != Way::Same).map(|change| {
            let checks = change
                .checks
                .iter()
                .map(|(id, before, after)| serde_json::json!({ "check": id, "before": before, "after": after }));
            serde_json::json!({
                "learner": change.learner, "exercise": change.exercise, "way": change.way.word(),
                "before": { "state": change.before.state.word(), "points": change.before.points },
                "after": { "state": change.after.state.word(), "points": change.after.points },
                "checks": checks.collect::<Vec<_>>(),
            })
        });
        let editions = changed.iter().map(|(then, now)| {
            serde_json::json!({ "exercise": now.exercise, "before": then.reference, "after": now.reference, "number": now.number })
        });
        let document = serde_json::json!({
            "schema": "practicum.regrade/1", "editions": editions.collect::<Vec<_>>(), "changes": rows.collect::<Vec<_>>(),
            "same": changes.iter().filter(|change| change.way == Way::Same).count(),
            "errors": told.errors, "left": of - told.done, "applied": applied,
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
    } else {
        differences(session, &class, &changed, &changes, applied);
    }
    Ok(if told.done < of {
        STOPPED
    } else if whole {
        PASSED
    } else {
        FAILED
    })
}

fn differences(session: &Session, class: &Class, changed: &[(Edition, Edition)], changes: &[Change], applied: bool) {
    let lang = session.terminal.lang;
    if changed.is_empty() {
        session.say(&session.terminal.paragraph(
            "",
            session.pick(
                "Nothing to grade anew: exercises, engine and instructions are those of the class.",
                "採点し直すものはありません。教材、エンジン、命令セットはクラスのものと同じです。",
            ),
        ));
        return;
    }
    for (then, now) in changed {
        session.say(&format!("{}\n", bold(&format!("{} → {}", then.reference, now.reference))));
    }
    for change in changes.iter().filter(|change| change.way != Way::Same) {
        let sign = match change.way {
            Way::Up => "↑",
            Way::Down => "↓",
            Way::Other | Way::Same => "·",
        };
        let of = |grade: &class::grade::Grade| gradebook::sentence(grade).get(lang).to_owned();
        let checks: Vec<&str> = change.checks.iter().map(|(id, ..)| id.as_str()).collect();
        let (who, exercise, checks) = (name_of(class, &change.learner), &change.exercise, dim(&checks.join(", ")));
        let line = format!("{sign} {who}  {exercise}: {} → {}  {checks}", of(&change.before), of(&change.after));
        session.say(&session.terminal.hanging("  ", "    ", &line));
    }
    let count = |way: Way| changes.iter().filter(|change| change.way == way).count();
    let (up, down, other, same) = (count(Way::Up), count(Way::Down), count(Way::Other), count(Way::Same));
    session.say(&session.terminal.paragraph(
        "",
        &match lang {
            Lang::En => format!("{up} up, {down} down, {other} otherwise, {same} the same. Marks of persons stay with the text that they judged."),
            Lang::Ja => {
                format!("上昇{up}、下降{down}、その他の変化{other}、変化なし{same}。人が付けた点とコメントは、採点した記述とともに残ります。")
            }
        },
    ));
    session.say(&session.terminal.paragraph(
        "",
        if applied {
            session
                .pick("Applied: the class is graded with this from now on.", "適用しました。今後はこの版で採点します。")
        } else {
            session.pick(
                "Not applied: call the same with --apply to change the grades.",
                "まだ適用していません。成績を切り替えるには --apply を付けてください。",
            )
        },
    ));
}

/// Writes the table of texts.
fn texts(session: &Session, place: &Where, to: &Path) -> Result<u8, Ending> {
    let Open { class, store, book, exercises } = opened(session, &place.class)?;
    let bytes = marks::texts(&class, &store, &book, &exercises, session.terminal.lang)?;
    let (folder, name) = parted(to);
    written(session, &folder, &[(name, bytes)], &[])
}

/// Takes marks from a table.
fn mark(session: &Session, place: &Where, file: &Path) -> Result<u8, Ending> {
    let Open { class, mut store, book, .. } = opened(session, &place.class)?;
    let _held = class.hold()?;
    let (shown, bytes) = given(file, &Text::new("the table of texts with points", "点数を記入した記述の表"))?;
    let marks::Marks { given: read, replaced } = marks::read(&class, &book, &shown, &bytes)?;
    let back = store.mark(&read, now())?;
    let n = read.iter().filter(|given| given.mark.is_some()).count();
    let mut told = vec![text!("{n} marks were taken.", "{n}件の採点を取り込みました。")];
    if back > 0 {
        told.push(text!("{back} marks were taken back.", "{back}件の採点を取り消しました。"));
    }
    if !replaced.is_empty() {
        let (n, list) = (replaced.len(), gradebook::few(replaced.iter().map(String::as_str)));
        told.push(text!(
            "{n} of them judge a text that does not count now, because of a later hand-in: they are kept, and practicum class texts tells the text that waits ({list}).",
            "うち{n}件は、その後の提出により現在は成績の対象でない記述の採点です。採点は残してあります。採点待ちの記述は practicum class texts で確認できます（{list}）。"
        ));
    }
    for text in told {
        session.say(&session.terminal.paragraph("", text.get(session.terminal.lang)));
    }
    Ok(PASSED)
}

/// Tells what a person must look at.
fn doubts(session: &Session, place: &Where) -> Result<u8, Ending> {
    let Open { class, store, .. } = opened(session, &place.class)?;
    let all = store.doubts()?;
    if session.json {
        let rows = all.iter().map(|doubt| {
            serde_json::json!({
                "number": doubt.number, "label": doubt.label, "learners": doubt.learners, "exercise": doubt.exercise,
                "why": { "en": doubt.why.en, "ja": doubt.why.ja }, "taken": doubt.taken.utc(), "dropped": doubt.dropped,
            })
        });
        let document = serde_json::json!({ "schema": "practicum.doubts/1", "doubts": rows.collect::<Vec<_>>() });
        session.say(&format!("{}\n", escaped(&serde_json::to_string_pretty(&document)?)));
        return Ok(PASSED);
    }
    let lang = session.terminal.lang;
    for doubt in &all {
        let who: Vec<String> = doubt.learners.iter().map(|id| name_of(&class, id)).collect();
        let exercise = doubt.exercise.as_deref().unwrap_or("–");
        let mut line =
            format!("{}  {}  {}  {exercise}  {}", doubt.number, doubt.label, who.join(" / "), doubt.why.get(lang));
        if doubt.dropped {
            line = dim(&format!("{line}  ({})", session.pick("dropped", "対象外")));
        }
        session.say(&session.terminal.hanging("", "    ", &line));
    }
    let open = all.iter().filter(|doubt| !doubt.dropped).count();
    if store.is_unread()? {
        session.say(&session.terminal.paragraph("", session.pick(
            "This class was graded by an earlier version, which kept no doubts: grade the downloads once more (practicum grade IN --yes), then look here again.",
            "このクラスは、確認が必要な提出を保存しない以前の版で採点されています。ダウンロードした提出物をもう一度採点してから（practicum grade 提出物 --yes）、ここを見てください。",
        )));
    }
    session.say(&session.terminal.paragraph("", &match lang {
        Lang::En if open == 0 => "Nothing waits for you to decide.".to_owned(),
        Lang::Ja if open == 0 => "確認が必要な提出はありません。".to_owned(),
        Lang::En => format!("{open} wait for you to decide. Whose a hand-in is: [match] \"name of the folder\" = \"id\" in class.toml, then grade the same again. What it is: let its learner hand in anew, and grade that. That it counts for nothing: practicum class drop NUMBER."),
        Lang::Ja => format!("確認が必要な提出は{open}件です。だれの提出かを決めるには、class.toml に [match] \"フォルダー名\" = \"学籍番号\" と書いて、同じものをもう一度採点します。内容が分からないときは、本人に出し直してもらい、それを採点します。成績の対象にしない場合は、practicum class drop 番号 を実行します。"),
    }));
    Ok(PASSED)
}

/// Decides that doubtful hand-ins count for nothing.
fn drop_doubts(session: &Session, place: &Where, numbers: &[i64], unmatched: bool) -> Result<u8, Ending> {
    let Open { class, mut store, .. } = opened(session, &place.class)?;
    let _held = class.hold()?;
    let open: Vec<Doubt> = store.doubts()?.into_iter().filter(|doubt| !doubt.dropped).collect();
    let faults: Vec<Fault> = numbers
        .iter()
        .filter(|number| !open.iter().any(|doubt| doubt.number == **number))
        .map(|number| {
            let found = text!("the number {number}", "番号 {number}");
            let expected = Text::new("one that practicum class doubts tells", "practicum class doubts が示す番号");
            Fault::new(Id::BadValue, Place::file("NUMBER"), found, expected)
        })
        .collect();
    if !faults.is_empty() {
        return Err(Ending::Faults(faults));
    }
    let is_meant = |doubt: &&Doubt| numbers.contains(&doubt.number) || unmatched && doubt.learners.is_empty();
    let meant: Vec<&Doubt> = open.iter().filter(is_meant).collect();
    if meant.is_empty() && !unmatched {
        let found = Text::new("no number", "番号がありません");
        let expected = Text::new(
            "the numbers of practicum class doubts, or --unmatched",
            "practicum class doubts が示す番号、または --unmatched",
        );
        return Err(Ending::Faults(vec![Fault::new(Id::MissingArgument, Place::file("NUMBER"), found, expected)]));
    }
    let meant_numbers: Vec<i64> = meant.iter().map(|doubt| doubt.number).collect();
    store.drop_doubts(&meant_numbers)?;
    let (n, list) = (meant.len(), gradebook::few(meant.iter().map(|doubt| doubt.label.as_str())));
    session.say(&session.terminal.paragraph("", &match session.terminal.lang {
        Lang::En => format!("{n} were dropped: they count for nothing, and the same files are not asked about again. {list}"),
        Lang::Ja => format!("{n}件を対象外にしました。成績には影響せず、同じファイルについて再び確認を求めることもありません。{list}"),
    }));
    Ok(PASSED)
}

/// JSON in which letters that cannot be seen are written as JSON writes them, so that no terminal has to hide them.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for sign in json.chars() {
        if diagnostics::text::unseen(sign) {
            let mut units = [0_u16; 2];
            for unit in sign.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        } else {
            out.push(sign);
        }
    }
    out
}

/// A file's folder and name.
fn parted(path: &Path) -> (PathBuf, String) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    (folder.to_owned(), path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}

/// Everything that is kept of a learner.
fn learner(session: &Session, place: &Where, id: &str) -> Result<u8, Ending> {
    let Open { class, store, book, .. } = opened(session, &place.class)?;
    known(&class, id)?;
    let mut exercises = Vec::new();
    for ((_, exercise), grade) in book.grades.iter().filter(|((learner, _), _)| learner == id) {
        let mut attempts = Vec::new();
        for attempt in &grade.attempts {
            let submission = &book.submissions[&attempt.number];
            attempts.push(serde_json::json!({
                "handed_in": submission.received.map(Moment::utc), "taken": submission.taken.utc(), "from": submission.label,
                "files": submission.files, "plan": submission.plan, "answers": submission.answers, "team": submission.team,
                "counts": grade.is_of(attempt), "standing": attempt.standing.word(), "late_days": attempt.late, "record": store.record(&attempt.key)?,
            }));
        }
        exercises.push(serde_json::json!({
            "exercise": exercise, "state": grade.state.word(), "points": (grade.state == State::Graded).then_some(grade.points),
            "of": grade.worth, "mark": grade.mark.as_ref().map(|mark| serde_json::json!({ "points": mark.points, "comment": mark.comment })),
            "attempts": attempts,
        }));
    }
    let person = class.roster.learner(id);
    let document = serde_json::json!({
        "schema": "practicum.learner/1", "learner": id, "name": person.map(|person| &person.name),
        "email": person.and_then(|person| person.email.as_ref()), "variant": class.key(id), "exercises": exercises,
        "doubts": store.doubts()?.iter().filter(|doubt| doubt.learners.iter().any(|one| one == id)).map(|doubt| serde_json::json!({
            "label": doubt.label, "exercise": doubt.exercise, "why": { "en": doubt.why.en, "ja": doubt.why.ja },
            "taken": doubt.taken.utc(), "dropped": doubt.dropped,
        })).collect::<Vec<_>>(),
    });
    session.say(&format!("{}\n", escaped(&serde_json::to_string_pretty(&document)?)));
    Ok(PASSED)
}

/// Takes away what is kept of a learner.
fn forget(session: &Session, place: &Where, id: &str, yes: bool) -> Result<u8, Ending> {
    let Open { class, mut store, book, .. } = opened(session, &place.class)?;
    let _held = class.hold()?;
    let mine: Vec<&class::store::Submission> =
        book.submissions.values().filter(|submission| submission.learner == id).collect();
    // Somebody who left the roster can be forgotten too.
    if mine.is_empty() {
        known(&class, id)?;
    }
    if !yes {
        let n = mine.len();
        let found = text!("{n} hand-ins of {id}, with results and marks", "{id} の提出{n}件と、その結果・採点");
        let expected = Text::new("--yes, to take them away for good", "完全に削除するには --yes を付けてください");
        return Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file(id), found, expected)]));
    }
    let mut keys = Vec::new();
    for edition in store.all_editions()? {
        let own = mine.iter().filter(|submission| submission.exercise == edition.exercise && submission.team.is_none());
        keys.extend(own.map(|submission| grading::key(&class, submission, &edition)));
    }
    let n = store.forget(id, &keys)?;
    session.say(&session.terminal.paragraph("", &match session.terminal.lang {
        Lang::En => format!("{n} hand-ins of {id} were taken away, with their results and marks. The roster, and files that were exported before, are yours to change."),
        Lang::Ja => format!("{id} の提出{n}件を、結果と採点とともに削除しました。名簿と、すでに書き出したファイルはご自分で変更してください。"),
    }));
    Ok(PASSED)
}

fn known(class: &Class, id: &str) -> Result<(), Ending> {
    if class.roster.learner(id).is_some() {
        return Ok(());
    }
    let ids = class.roster.learners.iter().map(|learner| learner.id.as_str());
    let found = text!("the learner \"{id}\"", "学習者 \"{id}\"");
    Err(Ending::Faults(vec![
        Fault::new(Id::UnknownLearner, Place::file("LEARNER"), found, Text::new("an id of the roster", "名簿にあるid"))
            .near(id, ids),
    ]))
}

/// The class as a whole: a page and a document.
fn report(session: &Session, place: &Where, to: Option<&Path>) -> Result<u8, Ending> {
    let Open { class, store, book, exercises } = opened(session, &place.class)?;
    let insight = insight::look(&class, &store, &book, &exercises)?;
    if session.json {
        session.say(&format!("{}\n", serde_json::to_string_pretty(&insight)?));
        return Ok(PASSED);
    }
    let to = to.map_or_else(|| class.folder.join("export"), Path::to_owned);
    let page = insight::page(&insight, session.terminal.lang).into_bytes();
    let document = serde_json::to_vec_pretty(&insight)?;
    written(session, &to, &[("report.html".to_owned(), page), ("report.json".to_owned(), document)], &[])
}

/// The learners' pack, and a key for each learner.
fn variants(session: &Session, place: &Where, to: &Path, zips: bool) -> Result<u8, Ending> {
    let class = Class::open(&place.class)?;
    let pack = pack_of(session, &class)?;
    let ids: Vec<String> = class.settings.exercises.iter().map(|asked| asked.id.value.clone()).collect();
    author::scaffold::for_learners(&to.join("pack"), &pack, Some(&ids))?;
    author::scaffold::debriefs(&to.join("after"), &pack, &ids)?;
    let mut rows = vec![["id", "name", "email", "variant"].map(str::to_owned).to_vec()];
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let start: Vec<&str> = class.settings.exercises.iter().map(|asked| asked.id.value.as_str()).collect();
    for learner in &class.roster.learners {
        let key = class.key(&learner.id);
        let email = learner.email.as_deref().unwrap_or_default();
        let [name, email, shown] = [&*learner.name, email, &*key].map(gradebook::inert);
        rows.push(vec![gradebook::inert_id(&learner.id), name, email, shown]);
        if zips {
            let line = |id: &&str| format!("    practicum start {id} --variant {key} --course pack");
            let lines = start.iter().map(line).collect::<Vec<_>>().join("\n") + "\n";
            let note = format!(
                "{}\n\nYour data are your own draw. Begin with:\nデータは一人ひとり異なります。次のように始めてください：\n\n{lines}\nHand in the file that this makes / 次のコマンドで作ったファイルを提出します：\n\n    practicum submit\n",
                learner.name
            );
            let name = once(&files, "start/", &learner.id, ".txt");
            files.push((name, note.into_bytes()));
        }
    }
    files.push(("keys.csv".to_owned(), gradebook::plain::written(&rows, true)?));
    let note = Text::new(
        "pack/ is for everybody: it holds the exercises of this class, no solutions and no debriefs. Whoever opens its files can read what each check asks (SQL), the exit questions with their answers, and which mistakes are known. after/ holds the debriefs: copy it over pack/ once the date is past, and the program shows them. Of keys.csv each learner gets their own key only.",
        "pack/ は全員に配れます。このクラスの演習だけが入っており、解答と解説は入っていません。ただし、ファイルを開けば、判定の内容（SQL）、確認問題とその答え、典型的な誤りの一覧は読めます。after/ は解説です。期限後に pack/ に上書きコピーすると、プログラムに表示されます。keys.csv のキーは、各自に本人の分だけを伝えてください。",
    );
    written(session, to, &files, &[note])
}
