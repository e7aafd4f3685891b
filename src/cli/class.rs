//! What a grader asks for: `practicum class`, `grade`, `regrade`, `export`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::codes::{FAILED, PASSED, STOPPED};
use super::interrupt;
use super::progress::Progress;
use super::session::Session;
use app::ending::Ending;
use class::executor::local::Local;
use class::folder::Class;
use class::grading::{self, Told};
use class::intake::files::{Found, Of};
use class::intake::people::{Known, Person};
use class::intake::{self, HandIn, Reading};
use class::moment::Moment;
use class::store::Store;
use class::worksheet::Worksheet;
use diagnostics::fault::{Fault, Place};
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
}

impl Command {
    pub(super) fn name(&self) -> &'static str {
        "class"
    }
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
    command.mut_arg("jobs", |arg| arg.help("同時に採点する件数です。省略時はプロセッサーの数です。"))
}

/// Does what `practicum class` was asked for.
pub(super) fn class(session: &Session, command: &Command) -> Result<u8, Ending> {
    match command {
        Command::New { folder, roster, exercises } => new(session, folder, roster, exercises),
    }
}

fn new(session: &Session, folder: &Path, roster: &Path, exercises: &[String]) -> Result<u8, Ending> {
    let pack = session.pack()?;
    for id in exercises {
        pack.exercise(id)?;
    }
    let (shown, bytes) = given(roster, &Text::new("the learners, as a CSV", "学習者の一覧（CSV）"))?;
    Class::make(folder, (&shown, &bytes), exercises)?;
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
    let pack = grading::pack(&class, session.desk.content)?;
    let current = grading::editions(&class, &pack)?;
    let exercises: Vec<String> = class.settings.exercises.iter().map(|asked| asked.id.value.clone()).collect();
    if let Some(id) = options.exercise.as_ref().filter(|id| !exercises.contains(id)) {
        let list = exercises.join(", ");
        let fault = Fault::new(
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
            vec![Fault::new(Place::file("--received"), found, expected)]
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
    let sorted = Sorted::of(&class, &hand_ins);
    if !options.yes {
        show(session, &class, &sorted);
        return Ok(if sorted.is_clean() { PASSED } else { FAILED });
    }
    let _held = class.hold()?;
    let mut store = Store::open(&class.folder)?;
    let submissions: Vec<_> = hand_ins.iter().flat_map(|hand_in| grading::taken(&class, hand_in, now())).collect();
    let new = store.take(&submissions)?;
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
    Fault::new(Place::file(&*old.exercise), found, expected)
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
    let executor = Local {
        program: std::env::current_exe().map_err(|error| Ending::ours(&error))?,
        class: std::path::absolute(&class.folder).map_err(|error| Ending::ours(&error))?,
        kernel: class.settings.kernel.clone(),
        jobs,
        threads: (here / jobs).max(1),
        wall: Duration::from_secs(class.settings.limits.wall_seconds),
    };
    let progress = Progress::new("{bar:30} {pos}/{len} {msg} {eta}");
    let told = interrupt::heeded(|| {
        grading::grade(store, tasks, &executor, &interrupt::asked, &mut |told: Told| {
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
    told
}

/// Hand-ins by what can be done with them.
struct Sorted<'a> {
    matched: Vec<&'a HandIn>,
    doubtful: Vec<(&'a HandIn, Text)>,
    unmatched: Vec<(&'a HandIn, Text)>,
    missing: Vec<String>,
}

impl<'a> Sorted<'a> {
    fn of(class: &Class, hand_ins: &'a [HandIn]) -> Self {
        let mut sorted = Self { matched: Vec::new(), doubtful: Vec::new(), unmatched: Vec::new(), missing: Vec::new() };
        let mut there = BTreeSet::new();
        for hand_in in hand_ins {
            match (&hand_in.person, &hand_in.found) {
                (Person::Unmatched(why), _) => sorted.unmatched.push((hand_in, why.clone())),
                (Person::Doubtful(_, why), _) | (_, Found::Unclear(why)) => {
                    sorted.doubtful.push((hand_in, why.clone()))
                }
                (Person::Matched { .. }, Found::Invalid(None, fault)) if class.settings.exercises.len() > 1 => {
                    let (en, ja) = (&fault.found.en, &fault.found.ja);
                    sorted.doubtful.push((
                        hand_in,
                        text!("{en}; of which exercise is not known", "{ja}（どの演習の提出か分かりません）"),
                    ));
                }
                (Person::Matched { .. }, _) => sorted.matched.push(hand_in),
            }
            if let Person::Matched { learners, .. } = &hand_in.person {
                there.extend(learners.iter().cloned());
            }
        }
        let missing = class.roster.learners.iter().filter(|learner| !there.contains(&learner.id));
        sorted.missing = missing.map(|learner| learner.id.clone()).collect();
        sorted
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
            "matched": self.matched.iter().map(|hand_in| row(hand_in)).collect::<Vec<_>>(),
            "doubtful": self.doubtful.iter().map(with_why).collect::<Vec<_>>(),
            "unmatched": self.unmatched.iter().map(with_why).collect::<Vec<_>>(),
            "not_handed_in": self.missing,
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
    let n = sorted.matched.len();
    session.say("\n");
    session.say(&session.terminal.paragraph(
        "",
        &match lang {
            Lang::En => format!("{n} hand-ins would be graded. Nothing was written yet: call the same with --yes to grade."),
            Lang::Ja => format!("{n}件が採点の対象です。まだ何も書き込んでいません。採点するには、同じコマンドに --yes を付けてください。"),
        },
    ));
}

fn name_of(class: &Class, id: &str) -> String {
    class.roster.learner(id).map_or_else(|| id.to_owned(), |learner| format!("{id} {}", learner.name))
}

fn table(session: &Session, class: &Class, sorted: &Sorted) {
    let lang = session.terminal.lang;
    session.say(&format!("{}\n", bold(session.pick("Matched", "対応が分かった提出"))));
    for hand_in in &sorted.matched {
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
        line += &dim(&format!("  ({})", by.text().get(lang)));
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
                "Who is meant can be written into class.toml: [match] \"name of the folder\" = \"id\"",
                "だれの提出かは class.toml に書けます：[match] \"フォルダー名\" = \"学籍番号\"",
            ),
        ));
    }
    if !sorted.missing.is_empty() && !(sorted.matched.is_empty() && sorted.is_clean()) {
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
