//! `practicum author reliability`.

use super::pace::Pace;
use super::told::shown;
use crate::codes::{BAD_INPUT, PASSED};
use crate::progress::Progress;
use crate::session::Session;
use app::ending::Ending;
use app::worker::Worker;
use author::proof::reliability::{self, Reliability, short, spread};
use author::proof::validate::{Report, Validated};
use author::proof::{cache, drawing, job, proved};
use author::{documents, reading};
use course::pack::Pack;
use diagnostics::text;
use report::terminal::{bold, dim};

/// Proves over many draws that the checks tell right from wrong.
pub(super) fn reliability(
    session: &Session,
    pack: &Pack,
    id: &str,
    seeds: Option<u64>,
    pace: Pace,
) -> Result<u8, Ending> {
    reading::asked(pack, &[id.to_owned()])?;
    let worker = Worker::like_this(session.terminal.lang).map_err(|error| Ending::ours(&error))?;
    let ask = |trials: &job::Trials, threads: usize| job::ask(&worker.with_threads(threads), trials);
    // Processes hand on what they made in a folder; where nothing is to be known from before, in one that goes again.
    let passing = pace
        .fresh
        .then(tempfile::tempdir)
        .transpose()
        .map_err(|error| Ending::Disk(disk::unwritable(&std::env::temp_dir().display().to_string(), &error)))?;
    let cache = passing.as_ref().map(|folder| folder.path().to_owned()).or_else(|| pace.cache());
    let (at_once, engine) = (pace.at_once(), cache::engine());
    let settings = reliability::Settings { seeds, at_once, cache, engine, ask: &ask };
    let progress = Progress::new("{msg} {bar:30} {pos}/{len} {eta}");
    let draws = session.pick("draws", "生成");
    progress.say(draws);
    let reliability = reliability::prove(pack, id, &settings, &mut |done, of| {
        progress.count(done, of, draws);
    });
    progress.end();
    let reliability = match reliability? {
        Ok(reliability) => reliability,
        Err(findings) if session.json => {
            let report = Report { id: id.to_owned(), findings, ..Report::default() };
            session.document(&documents::validate(&Validated { course: Vec::new(), reports: vec![report] }))?;
            return Ok(BAD_INPUT);
        }
        Err(findings) => {
            for finding in &findings {
                session.say(&shown(session, finding));
            }
            return Ok(BAD_INPUT);
        }
    };
    let kept = match pack {
        Pack::Folder(root) => proved::write(root, &reliability)?,
        Pack::Embedded(_) => Vec::new(),
    };
    if session.json {
        session.document(&documents::reliability(&reliability, &kept))?;
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
    Ok(if reliability.is_right() { PASSED } else { BAD_INPUT })
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
