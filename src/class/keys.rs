//! What each learner of a class is told to begin with: the key of their variant.

use app::ending::Ending;

use crate::export::{Files, once};
use crate::folder::Class;
use crate::gradebook;

/// The table of everybody's key and, with `notes`, a note for each learner with the commands to begin with.
///
/// # Errors
/// A table that cannot be written: our own failure.
pub fn files(class: &Class, notes: bool) -> Result<Files, Ending> {
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
            let note = format!(
                "{}\n\nYour data are your own draw. Begin with:\nデータは一人ひとり異なります。次のように始めてください：\n\n{lines}\nHand in the file that this makes / 次のコマンドで作ったファイルを提出します：\n\n    practicum submit\n",
                learner.name
            );
            let name = once(&files, "start/", &learner.id, ".txt");
            files.push((name, note.into_bytes()));
        }
    }
    files.push(("keys.csv".to_owned(), gradebook::plain::written(&rows, true)?));
    Ok(files)
}
