//! What a person decides: `practicum class texts`, `mark`, `doubts`, `drop`.

use std::path::Path;

use super::place::Place;
use super::told::{self, name_of};
use crate::codes::PASSED;
use crate::session::{Session, moment};
use app::ending::Ending;
use class::desk::Opened;
use class::{documents, doubts, gradebook, marks};
use diagnostics::text;
use diagnostics::text::Lang;
use report::terminal::dim;

/// Writes the table of texts.
pub(super) fn texts(session: &Session, place: &Place, to: &Path) -> Result<u8, Ending> {
    told::written(session, &marks::give(&session.desk, &place.class, to, session.terminal.lang)?)
}

/// Takes marks from a table.
pub(super) fn mark(session: &Session, place: &Place, file: &Path) -> Result<u8, Ending> {
    let marks::Taken { marks: n, back, replaced } = marks::take(&session.desk, &place.class, file, moment())?;
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
pub(super) fn doubts(session: &Session, place: &Place) -> Result<u8, Ending> {
    let Opened { class, store, .. } = Opened::at(&session.desk, &place.class)?;
    let all = store.doubts()?;
    if session.json {
        return session.document(&documents::doubts(&all));
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
pub(super) fn drop(session: &Session, place: &Place, numbers: &[i64], unmatched: bool) -> Result<u8, Ending> {
    let dropped = doubts::drop(&session.desk, &place.class, numbers, unmatched)?;
    let (n, list) = (dropped.len(), gradebook::few(dropped.iter().map(|doubt| doubt.label.as_str())));
    session.say(&session.terminal.paragraph("", &match session.terminal.lang {
        Lang::En => format!("{n} were dropped: they count for nothing, and the same files are not asked about again. {list}"),
        Lang::Ja => format!("{n}件を対象外にしました。成績には影響せず、同じファイルについて再び確認を求めることもありません。{list}"),
    }));
    Ok(PASSED)
}
