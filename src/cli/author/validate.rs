//! `practicum author validate`.

use super::pace::Pace;
use super::told::shown;
use crate::codes::{BAD_INPUT, PASSED};
use crate::progress::Progress;
use crate::session::{SEED, Session};
use app::ending::Ending;
use app::worker::Worker;
use author::documents;
use author::proof::validate::{self, BYTES, Once, Report, SECONDS, Settings};
use author::proof::{cache, job};
use course::pack::Pack;
use diagnostics::text::Lang;
use report::terminal::{bold, dim};

/// Proves that exercises are right.
pub(super) fn validate(session: &Session, pack: &Pack, asked: &[String], pace: Pace) -> Result<u8, Ending> {
    let worker = Worker::like_this(session.terminal.lang).map_err(|error| Ending::ours(&error))?;
    let ask = |trials: &job::Trials, threads: usize| job::ask(&worker.with_threads(threads), trials);
    let settings =
        Settings { seed: SEED, at_once: pace.at_once(), cache: pace.cache(), engine: cache::engine(), ask: &ask };
    let progress = Progress::new("{bar:30} {pos}/{len} {msg}");
    let validated = validate::asked(pack, asked, &settings, &mut |done| {
        progress.count(done.of.0 as u64, done.of.1 as u64, &format!("{}: {}", done.id, done.what));
    });
    progress.end();
    let validated = validated?;
    if session.json {
        session.document(&documents::validate(&validated))?;
    } else {
        for finding in &validated.course {
            session.say(&shown(session, finding));
        }
        for report in &validated.reports {
            report_to(session, report);
        }
    }
    Ok(if validated.is_valid() { PASSED } else { BAD_INPUT })
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
