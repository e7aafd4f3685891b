//! What is handed out: the exercises of a class without their solutions, and what each learner is told to begin with, the key of their
//! variant.

use std::path::Path;

use app::ending::Ending;
use app::handout;
use app::learner::desk::Desk;
use diagnostics::text::Text;

use crate::desk;
use crate::export::{self, Files, Written, once};
use crate::folder::Class;
use crate::gradebook;

/// Writes the learners' pack, the debriefs for afterwards, and a key for each learner.
///
/// # Errors
/// Exercises that cannot be read, a folder with something in it; the disk's.
pub fn hand_out(desk: &Desk, class: &Path, to: &Path, notes: bool) -> Result<Written, Ending> {
    let class = Class::open(class)?;
    let pack = desk::pack(&class, desk)?;
    let ids: Vec<String> = class.settings.exercises.iter().map(|asked| asked.id.value.clone()).collect();
    handout::for_learners(&to.join("pack"), &pack, Some(&ids))?;
    handout::debriefs(&to.join("after"), &pack, &ids)?;
    let paths = export::write(to, &files(&class, notes)?)?;
    let note = Text::new(
        "pack/ is for everybody: it holds the exercises of this class, no solutions and no debriefs. Whoever opens its files can read what each check asks (SQL), the exit questions with their answers, and which mistakes are known. after/ holds the debriefs: copy it over pack/ once the date is past, and the program shows them. Of keys.csv each learner gets their own key only.",
        "pack/ は全員に配れます。このクラスの演習だけが入っており、解答と解説は入っていません。ただし、ファイルを開けば、判定の内容（SQL）、確認問題とその答え、典型的な誤りの一覧は読めます。after/ は解説です。期限後に pack/ に上書きコピーすると、プログラムに表示されます。keys.csv のキーは、各自に本人の分だけを伝えてください。",
    );
    Ok(Written { to: to.to_owned(), paths, notes: vec![note] })
}

/// The table of everybody's key and, with `notes`, a note for each learner with the commands to begin with.
///
/// # Errors
/// A table that cannot be written: our own failure.
fn files(class: &Class, notes: bool) -> Result<Files, Ending> {
    let mut rows = vec![["id", "name", "email", "variant"].map(str::to_owned).to_vec()];
    let mut files: Files = Vec::new();
    let start: Vec<&str> = class.settings.exercises.iter().map(|asked| asked.id.value.as_str()).collect();
    for learner in &class.roster.learners {
        let key = class.key(&learner.id);
        let email = learner.email.as_deref().unwrap_or_default();
        let [name, email, shown] = [&*learner.name, email, &*key].map(gradebook::inert);
        rows.push(vec![gradebook::inert_id(&learner.id), name, email, shown]);
        if notes {
            let line = |id: &&str| format!("    practicum start {id} --variant {key} --course pack");
            let lines = start.iter().map(line).collect::<Vec<_>>().join("\n") + "\n";
            let submit = start.iter().map(|id| format!("    practicum submit {id}")).collect::<Vec<_>>().join("\n");
            let note = format!(
                "{}\n\nYour data are your own draw. Begin with:\nデータは一人ひとり異なります。次のように始めてください：\n\n{lines}\nHand in the file that this makes / 次のコマンドで作ったファイルを提出します：\n\n{submit}\n",
                learner.name
            );
            let name = once(&files, "start/", &learner.id, ".txt");
            files.push((name, note.into_bytes()));
        }
    }
    files.push(("keys.csv".to_owned(), gradebook::plain::written(&rows, true)?));
    Ok(files)
}
