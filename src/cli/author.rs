//! `practicum author …`: what instructors do. Clocks, processes and folders are looked at here, and nowhere below.

use std::path::{Path, PathBuf};
use std::process::{self, Stdio};

use clap::Subcommand;
use etcetera::BaseStrategy as _;

use super::codes::{BAD_INPUT, PASSED};
use super::options::EXERCISE_JA;
use super::progress::Progress;
use super::session::{SEED, Session, tell};
use app::ending::Ending;
use author::docs::{gallery, reference};
use author::finding::Finding;
use author::preview::{self, Preview};
use author::proof::job::{Trials, Tried};
use author::proof::reliability::{self, Reliability, short, spread};
use author::proof::validate::{self, BYTES, Once, Report, SECONDS, Settings};
use author::proof::{cache, drawing, proved, work};
use author::scaffold;
use author::upgrade::{self, Upgraded};
use course::exercise::QuestionKind;
use course::grid::Column;
use course::order::Order;
use course::pack::Pack;
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::models;
use report::json;
use report::terminal::{bold, dim};

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

#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Pace {
    /// How many runs at once; each may take the memory of a whole run.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    jobs: Option<u64>,
    /// Run everything again, whatever is known from before.
    #[arg(long)]
    fresh: bool,
}

impl Pace {
    fn at_once(self) -> usize {
        self.jobs.and_then(|jobs| usize::try_from(jobs).ok()).unwrap_or_else(work::usual)
    }

    fn cache(self) -> Option<PathBuf> {
        if self.fresh { None } else { cache_folder() }
    }
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

/// Where results are kept between calls: `PRACTICUM_CACHE`, or the system's folder for such things.
fn cache_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("PRACTICUM_CACHE").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    etcetera::choose_base_strategy().ok().map(|folders| folders.cache_dir().join("practicum"))
}

pub(super) fn author(session: &Session, pack: &Pack, command: &Command) -> Result<u8, Ending> {
    match command {
        Command::New { exercise, from, with_solutions } => {
            new(session, pack, exercise, from.as_deref(), *with_solutions)
        }
        Command::Validate { exercises, pace } => validate(session, pack, exercises, *pace),
        Command::Reliability(draws) => reliability(session, pack, draws),
        Command::Calibrate(draws) => {
            let id = &draws.exercise;
            let told = text!(
                "`author calibrate` is called `author reliability` now: practicum author reliability {id}",
                "`author calibrate` の現在の名前は `author reliability` です：practicum author reliability {id}"
            );
            tell(&session.terminal.paragraph("", told.get(session.terminal.lang)));
            reliability(session, pack, draws)
        }
        Command::Preview { exercise } => preview(session, pack, exercise),
        Command::Pack { folder } => for_learners(session, pack, folder),
        Command::Upgrade { folder } => upgrade(session, folder),
        Command::Reference { folder } => reference(session, folder),
        Command::Gallery { to } => show(session, to),
    }
}

fn for_learners(session: &Session, pack: &Pack, folder: &Path) -> Result<u8, Ending> {
    let written = scaffold::for_learners(folder, pack, None).map_err(Ending::Faults)?;
    let (n, folder) = (written.len(), folder.display());
    if session.json {
        let document = serde_json::json!({ "schema": "practicum.pack/1", "written": written });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("{n} files in {folder}. Learners use it with: practicum start EXERCISE --course {folder}"),
            Lang::Ja => format!("{folder} に{n}個のファイルを書き出しました。学習者は次のように使います：practicum start 演習の名前 --course {folder}"),
        },
    ));
    Ok(PASSED)
}

fn known(pack: &Pack, asked: &[String]) -> Result<Vec<String>, Ending> {
    if asked.is_empty() {
        return Ok(pack.exercises());
    }
    let asked: Vec<String> = asked.iter().map(|id| pack.renamed(id).unwrap_or_else(|| id.clone())).collect();
    for id in asked.iter().filter(|id| !pack.exercises().contains(id)) {
        // Whoever mistypes a name gets the nearest one.
        pack.exercise(id).map_err(Ending::Faults)?;
    }
    Ok(asked)
}

fn validate(session: &Session, pack: &Pack, asked: &[String], pace: Pace) -> Result<u8, Ending> {
    let ids = known(pack, asked)?;
    let settings =
        Settings { seed: SEED, at_once: pace.at_once(), cache: pace.cache(), engine: cache::engine(), ask: &ask };
    let progress = Progress::new("{bar:30} {pos}/{len} {msg}");
    let reports = validate::validate(pack, &ids, &settings, &mut |done| {
        progress.count(done.of.0 as u64, done.of.1 as u64, &format!("{}: {}", done.id, done.what));
    });
    progress.end();
    let reports = reports?;
    let course = if asked.is_empty() { validate::course(pack) } else { Vec::new() };
    let valid = course.is_empty() && reports.iter().all(Report::is_valid);
    if session.json {
        let document = serde_json::json!({
            "schema": "practicum.validate/1",
            "valid": valid,
            "findings": course.iter().map(finding).collect::<Vec<_>>(),
            "exercises": reports.iter().map(document).collect::<Vec<_>>(),
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
    } else {
        for finding in &course {
            session.say(&shown(session, finding));
        }
        for report in &reports {
            report_to(session, report);
        }
    }
    Ok(if valid { PASSED } else { BAD_INPUT })
}

fn document(report: &Report) -> serde_json::Value {
    let tried: Vec<_> = report
        .tried
        .iter()
        .map(|t| serde_json::json!({ "folder": t.folder, "points": t.score.0, "of": t.score.1, "failed": t.failed, "known": t.known }))
        .collect();
    serde_json::json!({
        "exercise": report.id,
        "valid": report.is_valid(),
        "tried": tried,
        "seconds": report.once.as_ref().map(|once| once.seconds),
        "bytes": report.once.as_ref().map(|once| once.bytes),
        "faults": report.findings.iter().filter(|finding| !finding.note).count(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> serde_json::Value {
    let mut document = json::fault(&finding.fault);
    document["rule"] = finding.rule.name().into();
    document["note"] = finding.note.into();
    document
}

/// As a compiler would: which rule, where, what, and how to mend it.
fn shown(session: &Session, finding: &Finding) -> String {
    if finding.note {
        let Text { en, ja } = &finding.fault.found;
        let (place, lang) = (finding.fault.place.display(session.terminal.lang), session.terminal.lang);
        let (found, expected) = (session.pick(en, ja), finding.fault.expected.get(lang));
        return dim(&session
            .terminal
            .paragraph("  ", &format!("{}: {found} – {expected} ({place})", finding.rule.name())));
    }
    let told = session.terminal.fault(&finding.fault);
    told.replacen("✘", &format!("✘ {}", finding.rule.name()), 1)
}

fn report_to(session: &Session, report: &Report) {
    session.say(&format!("{}\n", bold(&report.id)));
    let wide = report.tried.iter().map(|tried| tried.folder.len()).max().unwrap_or(0);
    for tried in &report.tried {
        let (points, of) = tried.score;
        let mut about = String::new();
        if !tried.failed.is_empty() {
            about += &format!("  {} {}", session.pick("fails", "不合格："), tried.failed.join(", "));
        }
        if tried.known {
            about += session.pick("  (unchanged)", "（変更なし）");
        }
        session.say(&format!("  {:<wide$} {points:>3}/{of}{}\n", tried.folder, dim(&about)));
    }
    if let Some(Once { seconds, bytes, .. }) = &report.once {
        let megabytes = bytes / 1_000_000;
        let most = BYTES / 1_000_000;
        let (en, ja) = (
            format!(
                "one check of the reference: {seconds:.1} s of processor time (of {SECONDS:.0}), {megabytes} MB (of {most})"
            ),
            format!(
                "模範解の判定1回：CPU時間{seconds:.1}秒（上限{SECONDS:.0}秒）、メモリー{megabytes} MB（上限{most} MB）"
            ),
        );
        session.say(&dim(&session.terminal.paragraph("  ", session.pick(&en, &ja))));
    }
    for finding in &report.findings {
        session.say(&shown(session, finding));
    }
    let n = report.findings.iter().filter(|finding| !finding.note).count();
    let sentence = match (session.terminal.lang, n) {
        (Lang::En, 0) => {
            "valid: the reference passes, the starter does not, every wrong solution is caught where it should be"
                .to_owned()
        }
        (Lang::Ja, 0) => {
            "問題ありません。模範解は合格し、出発点は合格せず、誤答例はすべて想定どおりの判定で捉えられます。"
                .to_owned()
        }
        (Lang::En, 1) => "1 fault".to_owned(),
        (Lang::En, n) => format!("{n} faults"),
        (Lang::Ja, n) => format!("誤りが{n}件あります"),
    };
    session.say(&session.terminal.paragraph("  ", &sentence));
}

/// Hands trials to a worker with so many threads. It ends where this process does.
fn ask(trials: &Trials, threads: usize) -> Result<Tried, Text> {
    let failed =
        |error: &dyn std::fmt::Display| text!("a process that failed: {error}", "別プロセスが失敗しました：{error}");
    let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
    let [job, record] = ["job.json", "record.json"].map(|name| folder.path().join(name));
    let text = serde_json::to_vec(trials).map_err(|error| failed(&error))?;
    std::fs::write(&job, text).map_err(|error| failed(&error))?;
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut command = process::Command::new(program);
    command.args(["--kernel", models::instructions(), "worker"]).args([&job, &record]);
    for pool in ["RAYON_NUM_THREADS", "POLARS_MAX_THREADS"] {
        command.env(pool, threads.to_string());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    // Open until it ended: a worker stops where its input does.
    let input = child.stdin.take();
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    drop(input);
    let given = std::fs::read(&record).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    given.ok_or_else(|| match String::from_utf8_lossy(&output.stderr).trim() {
        "" => failed(&output.status),
        told => failed(&told),
    })
}

fn reliability(session: &Session, pack: &Pack, draws: &Draws) -> Result<u8, Ending> {
    let Draws { exercise: id, seeds, pace } = draws;
    known(pack, std::slice::from_ref(id))?;
    // Processes hand on what they made in a folder; where nothing is to be known from before, in one that goes again.
    let passing = pace
        .fresh
        .then(tempfile::tempdir)
        .transpose()
        .map_err(|error| Ending::Disk(disk::unwritable(&std::env::temp_dir().display().to_string(), &error)))?;
    let cache = passing.as_ref().map(|folder| folder.path().to_owned()).or_else(|| pace.cache());
    let (at_once, engine) = (pace.at_once(), cache::engine());
    let settings = reliability::Settings { seeds: *seeds, at_once, cache, engine, ask: &ask };
    let progress = Progress::new("{msg} {bar:30} {pos}/{len} {eta}");
    let draws = session.pick("draws", "生成");
    progress.say(draws);
    let reliability = reliability::prove(pack, id, &settings, &mut |done, of| {
        progress.count(done, of, draws);
    });
    progress.end();
    let reliability = match reliability? {
        Ok(reliability) => reliability,
        Err(findings) => {
            for finding in &findings {
                session.say(&shown(session, finding));
            }
            return Ok(BAD_INPUT);
        }
    };
    let file = proved::file(&reliability, env!("CARGO_PKG_VERSION"));
    let mut kept = Vec::new();
    if let Pack::Folder(root) = pack {
        for (name, text) in [("reliability.toml", &file), ("reliability.svg", &drawing::svg(&reliability))] {
            let path = root.join("exercises").join(id).join(name);
            std::fs::write(&path, text)
                .map_err(|error| Ending::Disk(disk::unwritable(&path.display().to_string(), &error)))?;
            kept.push(format!("exercises/{id}/{name}"));
        }
    }
    let copying = reliability.copied.as_ref().is_some_and(|copied| copied.varies && copied.pays());
    let right = reliability.failures.times == 0
        && reliability.escapes() == 0
        && reliability.untouched.passes.times == 0
        && !copying;
    if session.json {
        let document = reliability_document(&reliability, &kept);
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
    } else {
        reliability_to(session, &reliability);
        for path in &kept {
            session.say(&format!("{path}\n"));
        }
        if kept.is_empty() {
            session.say(&session.terminal.paragraph(
                "",
                session.pick(
                    "Nothing was written: name the course folder with --course to keep reliability.toml beside the exercise.",
                    "ファイルは書いていません。--course で教材のフォルダーを指定すると、演習の隣にreliability.tomlを書きます。",
                ),
            ));
        }
    }
    Ok(if right { PASSED } else { BAD_INPUT })
}

fn reliability_document(reliability: &Reliability, written: &[String]) -> serde_json::Value {
    let rate =
        |rate: &reliability::Rate| serde_json::json!({ "times": rate.times, "of": rate.of, "at_most": rate.at_most });
    let of = |values: &[f64]| {
        spread(values)
            .map(|[low, median, high, sd]| serde_json::json!({ "low": low, "median": median, "high": high, "sd": sd }))
    };
    serde_json::json!({
        "schema": "practicum.reliability/1",
        "exercise": reliability.exercise,
        "seeds": reliability.seeds,
        "failures": rate(&reliability.failures),
        "escapes": reliability.escapes(),
        "strays": reliability.strays.iter().map(|(mistake, check, times)| {
            serde_json::json!({ "mistake": mistake, "check": check, "times": times })
        }).collect::<Vec<_>>(),
        "ceilings": reliability.ceilings.iter().map(|(metric, values)| {
            serde_json::json!({ "metric": metric, "spread": of(values) })
        }).collect::<Vec<_>>(),
        "checks": reliability.checks.iter().map(|check| serde_json::json!({
            "id": check.id,
            "figure": check.figure,
            "failures": rate(&check.failures),
            "reference": of(&check.reference),
            "wrong": check.wrong.iter().map(|wrong| serde_json::json!({
                "mistake": wrong.mistake, "escapes": rate(&wrong.escapes), "spread": of(&wrong.figures),
            })).collect::<Vec<_>>(),
            "margin": check.gap.as_ref().map(|gap| gap.margin),
            "suggests": check.gap.as_ref().map(|gap| gap.suggests.clone()),
        })).collect::<Vec<_>>(),
        "untouched": rate(&reliability.untouched.passes),
        "copied": reliability.copied.as_ref().map(|copied| serde_json::json!({
            "variants": copied.variants,
            "pairs": copied.pairs,
            "escapes": copied.escapes,
            "varies": copied.varies,
            "conclusions": copied.conclusions.iter().map(|(check, escapes)| {
                serde_json::json!({ "check": check, "escapes": escapes })
            }).collect::<Vec<_>>(),
        })),
        "written": written,
    })
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn reliability_to(session: &Session, reliability: &Reliability) {
    let say = |text: &str| session.say(text);
    let paragraph = |indent: &str, en: &str, ja: &str| say(&session.terminal.paragraph(indent, session.pick(en, ja)));
    let (n, exercise) = (reliability.seeds, &reliability.exercise);
    say(&format!("{}  {}\n", bold(exercise), dim(text!("{n} draws", "{n}回の生成").get(session.terminal.lang))));
    for check in &reliability.checks {
        let (failures, escapes) = (&check.failures, check.escapes());
        let tried: usize = check.wrong.iter().map(|wrong| wrong.escapes.of).sum();
        let (at_most, worst) = (percent(failures.at_most), percent(check.escapes_at_most()));
        let figure = check.figure.as_deref().unwrap_or("–");
        say(&format!("\n{}  {}\n", bold(&check.id), dim(figure)));
        for line in drawing::lines(check, session.terminal.width.saturating_sub(34).clamp(20, 60)) {
            say(&format!("  {line}\n"));
        }
        let times = failures.times;
        paragraph(
            "  ",
            &format!(
                "the reference fails {times} of {n} (at most {at_most}); wrong solutions escape {escapes} of {tried} (each at most {worst})"
            ),
            &format!(
                "模範解の不合格：{n}回中{times}回（多くて{at_most}）、誤答例の見逃し：{tried}回中{escapes}回（それぞれ多くて{worst}）"
            ),
        );
        for wrong in check.wrong.iter().filter(|wrong| wrong.escapes.times > 0) {
            let (mistake, times) = (&wrong.mistake, wrong.escapes.times);
            paragraph("  ", &format!("{mistake} escapes {times} times"), &format!("{mistake} の見逃し：{times}回"));
        }
        if let Some(gap) = &check.gap {
            let margin = short(gap.margin);
            let middles = gap.suggests.iter().map(|x| short(*x)).collect::<Vec<_>>().join(", ");
            if gap.suggests.is_empty() {
                paragraph(
                    "  ",
                    &format!("right and wrong overlap ({margin}): no threshold on {figure} alone can part them"),
                    &format!("正解と誤答の値が重なっています（{margin}）。{figure}だけの閾値では分けられません"),
                );
            } else {
                paragraph(
                    "  ",
                    &format!("right and wrong lie {margin} apart; the middle: {middles}"),
                    &format!("正解と誤答の隔たりは{margin}、その中央は{middles}です"),
                );
            }
        }
    }
    say("\n");
    for (mistake, check, times) in &reliability.strays {
        paragraph(
            "",
            &format!("{mistake} fails {check} in {times} of {n} draws, which its expect.toml does not name"),
            &format!("{mistake} は、expect.tomlにない判定{check}で{n}回中{times}回不合格になります"),
        );
    }
    for (metric, values) in &reliability.ceilings {
        let Some([low, median, high, sd]) = spread(values) else { continue };
        let [low, median, high, sd] = [low, median, high, sd].map(short);
        paragraph(
            "",
            &format!("the best attainable {metric} over the variants: {median} ({low} to {high}, SD {sd})"),
            &format!("バリアントごとの、到達しうる最良の{metric}：{median}（{low}〜{high}、標準偏差{sd}）"),
        );
    }
    let passes = reliability.untouched.passes;
    let (times, at_most) = (passes.times, percent(passes.at_most));
    paragraph(
        "",
        &format!("the untouched starter passes in {times} of {n} draws (at most {at_most} of all)"),
        &format!("手を加えない出発点の合格：{n}回中{times}回（多くて{at_most}）"),
    );
    if let Some(copied) = &reliability.copied {
        let (escapes, pairs, variants) = (copied.escapes, copied.pairs, copied.variants);
        let each: Vec<String> = copied.conclusions.iter().map(|(check, times)| format!("{check} {times}")).collect();
        let each = each.join(", ");
        paragraph(
            "",
            &format!("answers copied between {variants} variants pass in {escapes} of {pairs} pairs (singly: {each})"),
            &format!("{variants}個のバリアントの間で写した解答の合格：{pairs}組中{escapes}組（判定ごと：{each}）"),
        );
    }
    let (times, at_most) = (reliability.failures.times, percent(reliability.failures.at_most));
    paragraph(
        "",
        &format!("the reference misses full marks in {times} of {n} draws (at most {at_most} of all)"),
        &format!("模範解が満点にならないのは{n}回中{times}回です（多くて{at_most}）"),
    );
}

fn upgrade(session: &Session, folder: &Path) -> Result<u8, Ending> {
    let upgraded = upgrade::upgrade(folder).map_err(Ending::Faults)?;
    if session.json {
        let files: Vec<_> = upgraded
            .iter()
            .map(|(path, became)| match became {
                Upgraded::Present => serde_json::json!({ "file": path, "converted": false }),
                Upgraded::Converted(before) => serde_json::json!({ "file": path, "converted": true, "before": before }),
                Upgraded::Renamed(after) => serde_json::json!({ "file": path, "converted": false, "renamed": after }),
            })
            .collect();
        let document = serde_json::json!({ "schema": "practicum.upgrade/1", "files": files });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
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

fn new(session: &Session, pack: &Pack, id: &str, from: Option<&str>, with_solutions: bool) -> Result<u8, Ending> {
    let folder = match pack {
        Pack::Folder(root) => root.clone(),
        Pack::Embedded(_) => PathBuf::from("."),
    };
    // One to begin from is looked for in the folder itself, and then among those that the program brings.
    let there = |pack: &Pack, id: &str| pack.exercises().iter().any(|other| other == id);
    let own = Pack::Embedded(session.desk.content);
    let begin = from.map(|other| scaffold::From {
        pack: if there(pack, other) { pack } else { &own },
        id: other,
        with_solutions,
    });
    let written = scaffold::new(&folder, id, begin).map_err(Ending::Faults)?;
    if session.json {
        let document = serde_json::json!({
            "schema": "practicum.new/1", "exercise": id, "folder": folder.display().to_string(), "written": written,
            "left_out": if from.is_some() && !with_solutions { &scaffold::SOLUTIONS[..] } else { &[] },
        });
        session.say(&format!("{}\n", serde_json::to_string_pretty(&document)?));
        return Ok(PASSED);
    }
    for file in written.iter().filter(|file| !file.starts_with('.')) {
        session.say(&format!("  {file}\n"));
    }
    let course = folder.display();
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

fn reference(session: &Session, folder: &Path) -> Result<u8, Ending> {
    let pages = reference::pages().into_iter().map(|(path, text)| (path, text.into_bytes()));
    written(session, folder, pages)
}

fn show(session: &Session, folder: &Path) -> Result<u8, Ending> {
    let page = (gallery::PAGE.to_owned(), gallery::page().into_bytes());
    written(session, folder, std::iter::once(page).chain(gallery::pictures()))
}

fn written<P: AsRef<Path>>(
    session: &Session,
    folder: &Path,
    files: impl Iterator<Item = (P, Vec<u8>)>,
) -> Result<u8, Ending> {
    for (path, bytes) in files {
        let path = folder.join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, bytes));
        made.map_err(|error| Ending::Disk(disk::unwritable(&path.display().to_string(), &error)))?;
        session.say(&format!("{}\n", path.display()));
    }
    Ok(PASSED)
}

fn preview(session: &Session, pack: &Pack, id: &str) -> Result<u8, Ending> {
    known(pack, &[id.to_owned()])?;
    let lang = session.terminal.lang;
    let settings = preview::Settings { seed: SEED, cache: cache_folder(), engine: cache::engine() };
    let preview = match preview::preview(pack, id, lang, &settings)? {
        Ok(preview) => preview,
        Err(findings) => {
            for finding in &findings {
                session.say(&shown(session, finding));
            }
            return Ok(BAD_INPUT);
        }
    };
    let heading = |en: &str, ja: &str| session.say(&format!("\n{}\n\n", bold(&format!("── {}", session.pick(en, ja)))));
    heading("The brief", "説明文");
    session.say(&format!("{}\n", preview.brief.trim_end()));
    heading("The data", "データ");
    session.say(&format!("{}\n\n", preview.columns.trim_end()));
    rows(session, &preview);
    if !preview.exercise.questions.is_empty() {
        heading("The questions", "問い");
        questions(session, &preview);
    }
    heading(
        "What the checks say: to the reference, and to a wrong solution",
        "判定の文：模範解に対して、誤答例に対して",
    );
    for said in &preview.checks {
        let points = said.points;
        let worth = if points == 1 { Text::new("1 point", "1点") } else { text!("{points} points", "{points}点") };
        session.say(&format!("{}  {}\n", bold(said.title.get(lang)), dim(worth.get(lang))));
        session.say(&marked(session, '✔', said.pass.get(lang)));
        match &said.fail {
            Some((folder, fail, hint)) => {
                session.say(&marked(session, '✘', &format!("{} ({folder})", fail.get(lang))));
                session.say(
                    &session
                        .terminal
                        .paragraph("    ", &format!("{} {}", session.pick("hint:", "手がかり："), hint.get(lang))),
                );
            }
            None => session.say(&marked(
                session,
                '✘',
                session.pick("no wrong solution fails it", "不合格になる誤答例がありません"),
            )),
        }
    }
    Ok(PASSED)
}

/// A paragraph with a sign before its first line.
fn marked(session: &Session, sign: char, text: &str) -> String {
    session.terminal.paragraph("    ", text).replacen("    ", &format!("  {sign} "), 1)
}

fn rows(session: &Session, preview: &Preview) {
    for row in &preview.rows {
        session.say(&format!("  {}\n", dim(&row.join(","))));
    }
    let n = preview.height;
    session.say(&format!("  {}\n", dim(text!("… {n} rows", "… 全{n}行").get(session.terminal.lang))));
}

fn questions(session: &Session, preview: &Preview) {
    let lang = session.terminal.lang;
    for question in &preview.exercise.questions {
        session.say(&format!("{}\n", bold(&question.id)));
        session.say(&session.terminal.paragraph("  ", question.prompt.get(lang)));
        match &question.kind {
            QuestionKind::Choice(choices) | QuestionKind::Order(Order { items: choices }) => {
                for (id, text) in choices {
                    session.say(&session.terminal.paragraph("    ", &format!("\"{id}\": {}", text.get(lang))));
                }
            }
            QuestionKind::Several(several) => {
                for item in &several.items {
                    let other = item
                        .other
                        .as_ref()
                        .map(|(other, when)| format!(" | {} ({})", other.get(lang), when.value.text()));
                    let line = format!("\"{}\": {}{}", item.id, item.text.get(lang), other.unwrap_or_default());
                    session.say(&session.terminal.paragraph("    ", &line));
                }
            }
            QuestionKind::Table(grid) => {
                for (id, title) in &grid.rows {
                    session.say(&session.terminal.paragraph("    ", &format!("\"{id}\": {}", title.get(lang))));
                }
                for Column { id, title, unit, min, max } in &grid.columns {
                    let of = dim(&format!("{min} – {max} {}", unit.get(lang)));
                    let line = format!("\"{id}\": {} {of}", title.get(lang));
                    session.say(&session.terminal.paragraph("    | ", &line));
                }
            }
            QuestionKind::Number { min, max } | QuestionKind::Interval { min, max } => {
                let unit = question.unit.get(lang);
                session.say(&format!("    {}\n", dim(&format!("{min} – {max} {unit}"))));
            }
        }
    }
}
