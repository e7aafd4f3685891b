//! How what came of a grader's command is told.

use class::documents;
use class::export::Written;
use class::folder::Class;
use class::grade::Foreseen;
use class::intake::files::Found;
use class::intake::people::Person;
use class::sorted::{Sorted, foretold};
use class::store::Submission;
use diagnostics::text::Lang;
use report::terminal::{bold, dim};

use crate::codes::PASSED;
use crate::session::Session;
use app::ending::Ending;

/// Tells which files were written.
pub(super) fn written(session: &Session, written: &Written) -> Result<u8, Ending> {
    if session.json {
        return session.document(&documents::export(written));
    }
    let Written { to, paths, notes } = written;
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

/// A learner by id and name.
pub(super) fn name_of(class: &Class, id: &str) -> String {
    class.roster.learner(id).map_or_else(|| id.to_owned(), |learner| format!("{id} {}", learner.name))
}

pub(super) fn table(session: &Session, class: &Class, sorted: &Sorted) {
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

/// What does not count by the rules, said again where it is graded.
pub(super) fn not_counting(session: &Session, class: &Class, sorted: &Sorted) {
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
pub(super) fn left(session: &Session, class: &Class, sorted: &Sorted) {
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
