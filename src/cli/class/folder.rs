//! `practicum class new` and `class variants`: a class folder, and what is handed out.

use std::path::Path;

use super::place::Place;
use super::told;
use crate::codes::PASSED;
use crate::session::Session;
use app::ending::Ending;
use class::export::{self, Written};
use class::folder::Class;
use class::{desk, documents, keys};
use diagnostics::text::{Lang, Text};

/// Makes a class folder.
pub(super) fn new(session: &Session, folder: &Path, roster: &Path, exercises: &[String]) -> Result<u8, Ending> {
    desk::make(&session.desk, folder, roster, exercises)?;
    if session.json {
        return session.document(&documents::class(folder, exercises));
    }
    let folder = folder.display();
    session.say(&session.terminal.paragraph(
        "",
        &match session.terminal.lang {
            Lang::En => format!("A class in {folder}. Now set dates and rules in class.toml, then: practicum grade IN --class {folder}. Keep `secret` to yourself and in your backup: without it no grade can be made again."),
            Lang::Ja => format!("{folder} にクラスを作りました。class.toml に期限と規則を書いてから、practicum grade 提出物 --class {folder} を実行してください。`secret` は他人に渡さず、バックアップしてください（これがないと同じ成績を再現できません）。"),
        },
    ));
    Ok(PASSED)
}

/// Writes the learners' pack, and a key for each learner.
pub(super) fn variants(session: &Session, place: &Place, to: &Path, notes: bool) -> Result<u8, Ending> {
    let class = Class::open(&place.class)?;
    let pack = desk::pack(&class, &session.desk)?;
    let ids: Vec<String> = class.settings.exercises.iter().map(|asked| asked.id.value.clone()).collect();
    author::scaffold::for_learners(&to.join("pack"), &pack, Some(&ids))?;
    author::scaffold::debriefs(&to.join("after"), &pack, &ids)?;
    let files = keys::files(&class, notes)?;
    let note = Text::new(
        "pack/ is for everybody: it holds the exercises of this class, no solutions and no debriefs. Whoever opens its files can read what each check asks (SQL), the exit questions with their answers, and which mistakes are known. after/ holds the debriefs: copy it over pack/ once the date is past, and the program shows them. Of keys.csv each learner gets their own key only.",
        "pack/ は全員に配れます。このクラスの演習だけが入っており、解答と解説は入っていません。ただし、ファイルを開けば、判定の内容（SQL）、確認問題とその答え、典型的な誤りの一覧は読めます。after/ は解説です。期限後に pack/ に上書きコピーすると、プログラムに表示されます。keys.csv のキーは、各自に本人の分だけを伝えてください。",
    );
    let paths = export::write(to, &files)?;
    told::written(session, &Written { to: to.to_owned(), paths, notes: vec![note] })
}
