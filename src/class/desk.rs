//! What a grader has before them: a class with its course, and files that they name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use app::ending::Ending;
use app::learner::desk::Desk;
use course::exercise::Exercise;
use course::pack::Pack;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

use crate::folder::Class;
use crate::grade::Book;
use crate::settings;
use crate::store::{self, Store};
use crate::worksheet::Worksheet;

/// Makes a class folder for exercises of a course, from a roster.
///
/// # Errors
/// An exercise that the course has not, no roster, a folder that is a class already; the disk's.
pub fn make(desk: &Desk, folder: &Path, roster: &Path, exercises: &[String]) -> Result<(), Ending> {
    let pack = desk.pack()?;
    for (n, id) in exercises.iter().enumerate() {
        pack.exercise(id)?;
        if exercises[..n].contains(id) {
            let found = text!("\"{id}\" a second time", "\"{id}\" が2回あります");
            let expected = Text::new("each exercise once", "演習はそれぞれ1回だけ");
            return Err(vec![Fault::new(Id::Twice, Place::file("--exercise"), found, expected)].into());
        }
    }
    let (shown, bytes) = given(roster, &Text::new("the learners, as a CSV", "学習者の一覧（CSV）"))?;
    let course = desk.course.as_deref().map(|course| seen_from(folder, course)).transpose()?;
    Class::make(folder, (&shown, &bytes), exercises, course.as_deref())
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
///
/// # Errors
/// Another course than the class's, a folder that is none.
pub fn pack(class: &Class, desk: &Desk) -> Result<Pack, Ending> {
    if let Some(asked) = &desk.course {
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
            let shown = class.folder.join(settings::FILE).display().to_string();
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
    match class.course() {
        None => Ok(Pack::Embedded(desk.content)),
        Some(folder) => Pack::folder(&folder).map_err(|fault| Ending::Faults(vec![fault])),
    }
}

/// The bytes of a file that was named, and how it is told.
///
/// # Errors
/// A file that cannot be read.
pub fn given(path: &Path, what: &Text) -> Result<(String, Vec<u8>), Ending> {
    let shown = path.display().to_string();
    let (folder, name) = disk::parted(path);
    let bytes = disk::read(&folder, &name, 256 << 20).map_err(|refused| vec![refused.fault(&shown, what)])?;
    Ok((shown, bytes))
}

/// Moodle's grading worksheet.
///
/// # Errors
/// A file that cannot be read, or is none.
pub fn worksheet(class: &Class, path: &Path) -> Result<Worksheet, Ending> {
    let (shown, bytes) = given(path, &Text::new("Moodle's grading worksheet", "Moodleの評定ワークシート"))?;
    Ok(Worksheet::read(&shown, &bytes, &class.settings.worksheet)?)
}

/// The exercises of a class, read.
///
/// # Errors
/// An exercise that the course has not, or that cannot be read.
pub fn exercises(class: &Class, pack: &Pack) -> Result<BTreeMap<String, Exercise>, Ending> {
    let mut all = BTreeMap::new();
    for asked in &class.settings.exercises {
        all.insert(asked.id.value.clone(), pack.exercise(&asked.id.value)?);
    }
    Ok(all)
}

/// A class that was graded.
#[derive(Debug)]
pub struct Opened {
    /// The class.
    pub class: Class,
    /// Its store.
    pub store: Store,
    /// Its grades.
    pub book: Book,
    /// Its exercises, read.
    pub exercises: BTreeMap<String, Exercise>,
}

impl Opened {
    /// Opens a class folder.
    ///
    /// # Errors
    /// What is wrong with its files or its course; a class in which nothing was graded yet.
    pub fn at(desk: &Desk, folder: &Path) -> Result<Self, Ending> {
        let class = Class::open(folder)?;
        let pack = pack(&class, desk)?;
        let exercises = exercises(&class, &pack)?;
        let shown = class.folder.join(store::FILE);
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
        Ok(Self { class, store, book, exercises })
    }

    /// Refuses an id that nobody of the roster has.
    ///
    /// # Errors
    /// Such an id, with the nearest one.
    pub fn known(&self, id: &str) -> Result<(), Ending> {
        if self.class.roster.learner(id).is_some() {
            return Ok(());
        }
        let ids = self.class.roster.learners.iter().map(|learner| learner.id.as_str());
        let found = text!("the learner \"{id}\"", "学習者 \"{id}\"");
        Err(Ending::Faults(vec![
            Fault::new(
                Id::UnknownLearner,
                Place::file("LEARNER"),
                found,
                Text::new("an id of the roster", "名簿にあるid"),
            )
            .near(id, ids),
        ]))
    }
}
