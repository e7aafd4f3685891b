//! A class folder: settings, roster, secret, and who works in it now.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use app::ending::Ending;
use app::learner::variant;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text::Text;

use crate::roster::Roster;
use crate::secret::{self, Secret};
use crate::settings::{self, Settings};
use crate::store::Store;

const LOCK: &str = ".lock";

/// A class, read.
#[derive(Debug)]
pub struct Class {
    /// Its folder.
    pub folder: PathBuf,
    /// Its settings.
    pub settings: Settings,
    /// Its learners.
    pub roster: Roster,
    /// Its secret.
    pub secret: Secret,
}

/// Whoever writes into a class holds this; it ends with its process.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "its end gives the class free")] File);

impl Class {
    /// Reads a class folder.
    ///
    /// # Errors
    /// Everything that is wrong with its files.
    pub fn open(folder: &Path) -> Result<Self, Ending> {
        let shown = |file: &str| folder.join(file).display().to_string();
        let what = Text::new(
            "the settings of a class; `practicum class new` makes them",
            "クラスの設定ファイル（`practicum class new` で作れます）",
        );
        let bytes = disk::read(folder, settings::FILE, disk::HAND_IN)
            .map_err(|refused| vec![refused.fault(&shown(settings::FILE), &what)])?;
        let (settings, mut faults) = Settings::read_on(&shown(settings::FILE), &bytes)?;
        let what = Text::new("the learners, as a CSV", "学習者の一覧（CSV）");
        let bytes = disk::read(folder, &settings.roster, 64 << 20)
            .map_err(|refused| vec![refused.fault(&shown(&settings.roster), &what)])?;
        let roster = match Roster::read(&shown(&settings.roster), &bytes) {
            Ok(roster) => roster,
            Err(more) => {
                faults.extend(more);
                return Err(Ending::Faults(faults));
            }
        };
        faults.extend(settings.against(&roster));
        if !faults.is_empty() {
            return Err(Ending::Faults(faults));
        }
        let secret = Secret::read(folder)?;
        Ok(Self { folder: folder.to_owned(), settings, roster, secret })
    }

    /// Makes a class folder: settings to change, the roster, a secret. `course` is a course of one's own, as seen from the class
    /// folder. Nothing that is there is replaced.
    ///
    /// # Errors
    /// No roster, the disk's.
    pub fn make(
        folder: &Path,
        roster: (&str, &[u8]),
        exercises: &[String],
        course: Option<&str>,
    ) -> Result<(), Ending> {
        Roster::read(roster.0, roster.1)?;
        let title = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let settings = settings::template(&title, exercises, course);
        let files = [(settings::FILE, settings.as_bytes()), ("roster.csv", roster.1)];
        // A secret out of a backup is taken; what is none is told now, not by the next command.
        if folder.join(secret::FILE).symlink_metadata().is_ok() {
            Secret::read(folder)?;
        }
        // All are looked for before any is written: half a class would be in the way of the next try.
        for (file, _) in files {
            let at = folder.join(file);
            if at.symlink_metadata().is_ok() {
                let found = Text::new("a file that is there already", "すでにあるファイルです");
                return Err(vec![Fault::already_there(at.display().to_string(), found)].into());
            }
        }
        for (file, bytes) in files {
            disk::write(folder, file, bytes).map_err(|refused| unwritten(&folder.join(file), &refused))?;
        }
        Secret::make(folder)
    }

    /// Takes the class for writing.
    ///
    /// # Errors
    /// Somebody else has it; a folder that cannot be written.
    pub fn hold(&self) -> Result<Held, Ending> {
        let path = self.folder.join(LOCK);
        let shown = self.folder.display().to_string();
        let told = |error: &std::io::Error| Ending::Disk(disk::unwritable(&shown, error));
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(|error| told(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Held(file)),
            Err(TryLockError::WouldBlock) => {
                let found = Text::new("another grader is at work in this class", "別の採点がこのクラスで実行中です");
                let expected = Text::new(
                    "one at a time: wait until it ends, or end it (what it has done is kept)",
                    "一度に1つだけ。終わるのを待つか、終了させてください（それまでの結果は残ります）",
                );
                Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file(shown), found, expected)]))
            }
            Err(TryLockError::Error(error)) => Err(told(&error)),
        }
    }

    /// The class's store; made where there is none.
    ///
    /// # Errors
    /// The store's; a secret that is not the one with which the class was graded until now.
    pub fn store(&self) -> Result<Store, Ending> {
        let store = Store::open(&self.folder)?;
        store.belongs(&self.secret.identity())?;
        Ok(store)
    }

    /// The course folder, absolute as far as this folder is; none is the program's own.
    pub fn course(&self) -> Option<PathBuf> {
        self.settings.course.as_ref().map(|course| self.folder.join(&course.value))
    }

    /// The key of a learner's variant.
    pub fn key(&self, learner: &str) -> String {
        let of_roster = self.roster.learner(learner).and_then(|learner| learner.key.clone());
        of_roster.unwrap_or_else(|| self.secret.variant(learner))
    }

    /// The learner of each key.
    pub fn keys(&self) -> BTreeMap<String, String> {
        self.roster.learners.iter().map(|learner| (self.key(&learner.id), learner.id.clone())).collect()
    }

    /// The seed of somebody's data in an exercise, and the key of their exams: of a learner, or of a team.
    pub fn draws(&self, learner: &str, team: Option<&str>, exercise: &str) -> (u64, String) {
        let key = team.map_or_else(|| self.key(learner), |team| self.secret.variant(&of_team(team)));
        let whose = team.map_or_else(|| learner.to_owned(), of_team);
        (variant::seed(exercise, &key), self.secret.exam(&whose, exercise))
    }
}

/// A team beside learners: no id has a line break.
fn of_team(team: &str) -> String {
    format!("team\n{team}")
}

/// A file of the class folder that cannot be written.
pub fn unwritten(path: &Path, refused: &disk::Refused) -> Ending {
    Ending::unwritten(&path.display().to_string(), refused)
}
