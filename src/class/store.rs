//! What a class knows: hand-ins, results, editions, marks. One `SQLite` file, opened by the grader alone; workers write files of their own.
//!
//! A result belongs to what it was made from (its key: hand-in, exercise, engine, variant, exam), not to a run of the grader: so a run
//! that was killed goes on where it was, and nothing is done twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use app::ending::Ending;
use app::job::Record;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use engine::check::Verdict;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::moment::Moment;
use crate::secret::hex;

/// Its name in the class folder.
pub const FILE: &str = "store.sqlite";

/// The form of the tables; raised when they change.
const FORM: i64 = 1;

const TABLES: &str = "
CREATE TABLE submission(
  number INTEGER PRIMARY KEY, learner TEXT NOT NULL, exercise TEXT NOT NULL, team TEXT, content TEXT NOT NULL,
  received INTEGER, taken INTEGER NOT NULL, label TEXT NOT NULL, files TEXT NOT NULL, notes TEXT NOT NULL,
  plan TEXT, answers TEXT, variant TEXT, runs INTEGER, checks INTEGER, invalid TEXT,
  UNIQUE(learner, exercise, content)) STRICT;
CREATE TABLE result(
  key TEXT PRIMARY KEY, verdict TEXT NOT NULL, points INTEGER NOT NULL, total INTEGER NOT NULL, tries INTEGER NOT NULL,
  record TEXT NOT NULL) STRICT;
CREATE TABLE edition(
  exercise TEXT NOT NULL, number INTEGER NOT NULL, reference TEXT NOT NULL, digest TEXT NOT NULL, engine TEXT NOT NULL,
  kernel TEXT NOT NULL, points INTEGER NOT NULL, taken INTEGER NOT NULL, PRIMARY KEY(exercise, number)) STRICT;
CREATE TABLE mark(
  learner TEXT NOT NULL, exercise TEXT NOT NULL, points REAL, comment TEXT NOT NULL, taken INTEGER NOT NULL,
  PRIMARY KEY(learner, exercise)) STRICT;
";

/// The store, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    shown: String,
}

/// Something that was handed in and taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Submission {
    /// Its number, in the order in which it was taken; 0 before.
    pub number: i64,
    /// Whose.
    pub learner: String,
    /// The exercise's id.
    pub exercise: String,
    /// The team for which it was handed in.
    pub team: Option<String>,
    /// When it was handed in, where a platform says so.
    pub received: Option<Moment>,
    /// When it was taken.
    pub taken: Moment,
    /// The folder or file from which it came.
    pub label: String,
    /// The files that it was read from.
    pub files: Vec<String>,
    /// What was assumed.
    pub notes: Vec<Text>,
    /// `plan.toml`
    pub plan: Option<String>,
    /// `answers.toml`
    pub answers: Option<String>,
    /// The variant that it says it was made with.
    pub variant: Option<String>,
    /// How many runs and checks it says were made.
    pub effort: Option<(i64, i64)>,
    /// Why it cannot be run, where that is known already.
    pub invalid: Option<Fault>,
}

impl Submission {
    /// A digest of what was handed in.
    pub fn content(&self) -> String {
        let invalid = self.invalid.as_ref().map(|fault| format!("{fault:?}"));
        digest([&self.plan, &self.answers, &invalid].map(Option::as_deref))
    }

    /// When it counts as handed in.
    pub fn at(&self) -> Moment {
        self.received.unwrap_or(self.taken)
    }
}

/// A digest of texts that may be missing.
pub fn digest<const N: usize>(parts: [Option<&str>; N]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // With what is missing told from what is empty, and its length before each.
        digest.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        digest.update(part.unwrap_or_default());
    }
    hex(&digest.finalize())
}

/// What became of a submission, in short.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The verdict; an error is never the learner's.
    pub verdict: Verdict,
    /// Points reached.
    pub points: i64,
    /// Points that there are.
    pub of: i64,
    /// How often it was tried.
    pub tries: i64,
}

/// What an exercise is graded with, from one moment to the next regrade.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// The exercise's id.
    pub exercise: String,
    /// From 1.
    pub number: i64,
    /// The exercise with its version.
    pub reference: String,
    /// The digest of what decides its results.
    pub digest: String,
    /// The engine.
    pub engine: String,
    /// The vector instructions.
    pub kernel: String,
    /// The points that there are.
    pub points: i64,
}

impl Edition {
    /// Whether it grades as another.
    pub fn grades_as(&self, other: &Self) -> bool {
        (&self.digest, &self.engine, &self.kernel) == (&other.digest, &other.engine, &other.kernel)
    }
}

/// What a person gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// Points for the decision in words; none is a comment alone.
    pub points: Option<f64>,
    /// What is told the learner.
    pub comment: String,
}

impl Store {
    /// Opens it; makes it where there is none.
    ///
    /// # Errors
    /// A disk that cannot be read or written, a file that is no store, one of a later program.
    pub fn open(folder: &Path) -> Result<Self, Ending> {
        let path = folder.join(FILE);
        let shown = path.display().to_string();
        let connection = Connection::open(&path).map_err(|error| told(&shown, &error))?;
        // It holds what exams are drawn from, and people's work.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let _ = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600));
        }
        let store = Self { connection, shown };
        store.prepare(folder)?;
        Ok(store)
    }

    fn prepare(&self, folder: &Path) -> Result<(), Ending> {
        let c = &self.connection;
        let form: i64 = self.of(c
            .busy_timeout(Duration::from_secs(10))
            .and_then(|()| c.query_row("PRAGMA user_version", [], |row| row.get(0))))?;
        // A log beside the file needs memory that several machines do not share.
        let journal = if is_remote(folder) { "DELETE" } else { "WAL" };
        let writable = std::fs::metadata(folder.join(FILE)).is_ok_and(|seen| !seen.permissions().readonly());
        if writable {
            self.of(c.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())))?;
        }
        self.of(c.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"))?;
        match form {
            0 => self.of(c.execute_batch(&format!("BEGIN; {TABLES} PRAGMA user_version = {FORM}; COMMIT;"))),
            FORM => Ok(()),
            later => {
                let found = text!("a store in form {later}", "形式{later}のデータベースです");
                let expected = text!(
                    "form {FORM}: a newer version of the program made it; grade with that one",
                    "形式{FORM}（より新しいプログラムで作られています。そのプログラムで採点してください）"
                );
                Err(Ending::Faults(vec![Fault::new(Id::OtherVersion, Place::file(&*self.shown), found, expected)]))
            }
        }
    }

    fn of<T>(&self, done: rusqlite::Result<T>) -> Result<T, Ending> {
        done.map_err(|error| told(&self.shown, &error))
    }

    /// Takes hand-ins: all of them or none. One that was taken before is no second one; gives how many are new.
    ///
    /// # Errors
    /// The disk's.
    pub fn take(&mut self, submissions: &[Submission]) -> Result<usize, Ending> {
        let shown = self.shown.clone();
        let take = |connection: &mut Connection| -> rusqlite::Result<usize> {
            let transaction = connection.transaction()?;
            let mut new = 0;
            for s in submissions {
                new += transaction.execute(
                    "INSERT INTO submission(learner, exercise, team, content, received, taken, label, files, notes, plan, answers, variant, runs, checks, invalid)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                     ON CONFLICT DO NOTHING",
                    params![
                        s.learner,
                        s.exercise,
                        s.team,
                        s.content(),
                        s.received.map(|moment| moment.0),
                        s.taken.0,
                        s.label,
                        written(&s.files),
                        written(&s.notes),
                        s.plan,
                        s.answers,
                        s.variant,
                        s.effort.map(|(runs, _)| runs),
                        s.effort.map(|(_, checks)| checks),
                        s.invalid.as_ref().map(written),
                    ],
                )?;
            }
            transaction.commit()?;
            Ok(new)
        };
        take(&mut self.connection).map_err(|error| told(&shown, &error))
    }

    /// Everything that was taken, in the order of hand-in.
    ///
    /// # Errors
    /// The disk's.
    pub fn submissions(&self) -> Result<Vec<Submission>, Ending> {
        let read = |row: &Row| -> rusqlite::Result<Submission> {
            let runs: Option<i64> = row.get("runs")?;
            let checks: Option<i64> = row.get("checks")?;
            let invalid: Option<String> = row.get("invalid")?;
            Ok(Submission {
                number: row.get("number")?,
                learner: row.get("learner")?,
                exercise: row.get("exercise")?,
                team: row.get("team")?,
                received: row.get::<_, Option<i64>>("received")?.map(Moment),
                taken: Moment(row.get("taken")?),
                label: row.get("label")?,
                files: read_back(&row.get::<_, String>("files")?),
                notes: read_back(&row.get::<_, String>("notes")?),
                plan: row.get("plan")?,
                answers: row.get("answers")?,
                variant: row.get("variant")?,
                effort: runs.zip(checks),
                invalid: invalid.and_then(|text| serde_json::from_str(&text).ok()),
            })
        };
        self.of((|| {
            let mut statement =
                self.connection.prepare("SELECT * FROM submission ORDER BY coalesce(received, taken), number")?;
            statement.query_map([], read)?.collect()
        })())
    }

    /// Keeps a result. One that was judged stays as it is; an error gives way to what comes.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(&self, key: &str, record: &Record) -> Result<(), Ending> {
        let text = written(record);
        self.of(self.connection.execute(
            "INSERT INTO result(key, verdict, points, total, tries, record) VALUES (?1, ?2, ?3, ?4, 1, ?5)
             ON CONFLICT(key) DO UPDATE SET verdict = excluded.verdict, points = excluded.points, total = excluded.total,
               record = excluded.record, tries = tries + 1 WHERE verdict = 'error'",
            params![key, word(record.verdict), record.points, record.of, text],
        ))?;
        Ok(())
    }

    /// All results in short, by key.
    ///
    /// # Errors
    /// The disk's.
    pub fn outcomes(&self) -> Result<BTreeMap<String, Outcome>, Ending> {
        self.of((|| {
            let mut statement = self.connection.prepare("SELECT key, verdict, points, total, tries FROM result")?;
            let read = |row: &Row| {
                let verdict: String = row.get(1)?;
                let verdict = serde_json::from_str(&format!("\"{verdict}\"")).unwrap_or(Verdict::Error);
                Ok((row.get(0)?, Outcome { verdict, points: row.get(2)?, of: row.get(3)?, tries: row.get(4)? }))
            };
            statement.query_map([], read)?.collect()
        })())
    }

    /// A result.
    ///
    /// # Errors
    /// The disk's.
    pub fn record(&self, key: &str) -> Result<Option<Record>, Ending> {
        let text: Option<String> = self.of(self
            .connection
            .query_row("SELECT record FROM result WHERE key = ?1", [key], |row| row.get(0))
            .optional())?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The edition with which each exercise is graded now.
    ///
    /// # Errors
    /// The disk's.
    pub fn editions(&self) -> Result<BTreeMap<String, Edition>, Ending> {
        Ok(self.all_editions()?.into_iter().map(|edition| (edition.exercise.clone(), edition)).collect())
    }

    /// Every edition that there was, the earliest first.
    ///
    /// # Errors
    /// The disk's.
    pub fn all_editions(&self) -> Result<Vec<Edition>, Ending> {
        self.of((|| {
            let mut statement = self.connection.prepare("SELECT * FROM edition ORDER BY exercise, number")?;
            let read = |row: &Row| {
                Ok(Edition {
                    exercise: row.get("exercise")?,
                    number: row.get("number")?,
                    reference: row.get("reference")?,
                    digest: row.get("digest")?,
                    engine: row.get("engine")?,
                    kernel: row.get("kernel")?,
                    points: row.get("points")?,
                })
            };
            statement.query_map([], read)?.collect()
        })())
    }

    /// Grades with this edition from now on; earlier ones stay recorded.
    ///
    /// # Errors
    /// The disk's.
    pub fn pin(&self, edition: &Edition, now: Moment) -> Result<(), Ending> {
        let Edition { exercise, reference, digest, engine, kernel, points, .. } = edition;
        self.of(self.connection.execute(
            "INSERT INTO edition(exercise, number, reference, digest, engine, kernel, points, taken)
             SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4, ?5, ?6, ?7 FROM edition WHERE exercise = ?1",
            params![exercise, reference, digest, engine, kernel, points, now.0],
        ))?;
        Ok(())
    }

    /// What persons gave, by learner and exercise.
    ///
    /// # Errors
    /// The disk's.
    pub fn marks(&self) -> Result<BTreeMap<(String, String), Mark>, Ending> {
        self.of((|| {
            let mut statement = self.connection.prepare("SELECT learner, exercise, points, comment FROM mark")?;
            let read = |row: &Row| Ok(((row.get(0)?, row.get(1)?), Mark { points: row.get(2)?, comment: row.get(3)? }));
            statement.query_map([], read)?.collect()
        })())
    }

    /// Keeps what a person gave: all of it or nothing.
    ///
    /// # Errors
    /// The disk's.
    pub fn mark(&mut self, marks: &[(String, String, Mark)], now: Moment) -> Result<(), Ending> {
        let shown = self.shown.clone();
        let keep = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            for (learner, exercise, mark) in marks {
                transaction.execute(
                    "INSERT INTO mark(learner, exercise, points, comment, taken) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT(learner, exercise) DO UPDATE SET points = excluded.points, comment = excluded.comment, taken = excluded.taken",
                    params![learner, exercise, mark.points, mark.comment, now.0],
                )?;
            }
            transaction.commit()
        };
        keep(&mut self.connection).map_err(|error| told(&shown, &error))
    }

    /// Takes away all that is kept of a learner: hand-ins, marks, and the results of these keys. Gives how many hand-ins.
    ///
    /// # Errors
    /// The disk's.
    pub fn forget(&mut self, learner: &str, keys: &[String]) -> Result<usize, Ending> {
        let shown = self.shown.clone();
        let forget = |connection: &mut Connection| -> rusqlite::Result<usize> {
            let transaction = connection.transaction()?;
            for key in keys {
                transaction.execute("DELETE FROM result WHERE key = ?1", [key])?;
            }
            transaction.execute("DELETE FROM mark WHERE learner = ?1", [learner])?;
            let gone = transaction.execute("DELETE FROM submission WHERE learner = ?1", [learner])?;
            transaction.commit()?;
            // What was deleted is overwritten, not only unlinked.
            connection.execute_batch("VACUUM")?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(gone)
        };
        forget(&mut self.connection).map_err(|error| told(&shown, &error))
    }
}

fn written(value: &impl Serialize) -> String {
    // Strings and finite numbers only: nothing here can fail to be written.
    serde_json::to_string(value).unwrap_or_default()
}

fn read_back<T: DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

/// A verdict's word.
pub fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Skipped => "skipped",
        Verdict::NotAttempted => "not_attempted",
        Verdict::Invalid => "invalid",
        Verdict::Error => "error",
    }
}

/// What is told where the store fails.
fn told(shown: &str, error: &rusqlite::Error) -> Ending {
    use std::io::{Error, ErrorKind};
    let as_disk = |kind: ErrorKind| Ending::Disk(disk::unwritable(shown, &Error::new(kind, error.to_string())));
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => as_disk(ErrorKind::StorageFull),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => as_disk(ErrorKind::PermissionDenied),
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => as_disk(ErrorKind::Other),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            let found = Text::new("another program is using it", "別のプログラムが使用中です");
            let expected = Text::new("a store that nobody else has open", "ほかで開かれていないデータベース");
            Ending::Faults(vec![Fault::new(Id::Refused, Place::file(shown), found, expected)])
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            let found = text!("no store that can be read ({error})", "データベースとして読めません（{error}）");
            let expected = Text::new(
                "the class's store: bring it back from your backup, or move it away and grade the hand-ins again (the grades come out the same)",
                "クラスのデータベース（バックアップから戻すか、別の場所に移して提出物をもう一度採点してください。同じ成績になります）",
            );
            Ending::Faults(vec![Fault::new(Id::Unreadable, Place::file(shown), found, expected)])
        }
        _ => Ending::ours(error),
    }
}

/// Whether a folder lies on a disk of another machine, or on one that only the network knows.
#[cfg(target_os = "linux")]
fn is_remote(folder: &Path) -> bool {
    // NFS, SMB, CIFS, SMB2, FUSE, Lustre, GPFS, BeeGFS, Ceph, AFS, 9p (linux/magic.h and the file systems' own sources).
    const REMOTE: [u32; 11] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x6573_5546,
        0x0bd0_0bd0,
        0x4750_4653,
        0x1983_0326,
        0x00c3_6400,
        0x5346_414f,
        0x0102_1997,
    ];
    rustix::fs::statfs(folder).is_ok_and(|seen| REMOTE.contains(&(seen.f_type as u32)))
}

/// Elsewhere it is not asked: a rollback journal is right everywhere.
#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submission(learner: &str, plan: &str) -> Submission {
        Submission {
            learner: learner.to_owned(),
            exercise: "a".to_owned(),
            plan: Some(plan.to_owned()),
            files: vec!["plan.toml".to_owned()],
            notes: vec![Text::new("x", "y")],
            effort: Some((3, 1)),
            ..Submission::default()
        }
    }

    #[test]
    fn what_is_taken_twice_is_there_once_and_comes_in_the_order_of_hand_in() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let late = Submission { received: Some(Moment(50)), taken: Moment(90), ..submission("1", "p") };
        let early = Submission { received: Some(Moment(40)), taken: Moment(95), ..submission("1", "q") };
        assert_eq!(store.take(&[late.clone(), early.clone()]).unwrap(), 2);
        assert_eq!(store.take(&[early.clone(), late.clone()]).unwrap(), 0);
        drop(store);
        let read = Store::open(folder.path()).unwrap().submissions().unwrap();
        assert_eq!(read, [Submission { number: 2, ..early }, Submission { number: 1, ..late }]);
    }

    #[test]
    fn an_error_gives_way_and_a_verdict_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let record = |verdict: &str, points: i64| -> Record {
            serde_json::from_value(serde_json::json!({
                "schema": "practicum.record/1", "engine": "e", "exercise": "a@1", "digest": "d", "seed": 1, "exam": 2,
                "verdict": verdict, "at_fault": null, "points": points, "of": 9, "faults": [], "assumed": [], "record": null,
            }))
            .unwrap()
        };
        store.keep("k", &record("error", 0)).unwrap();
        store.keep("k", &record("failed", 4)).unwrap();
        store.keep("k", &record("passed", 9)).unwrap();
        let outcome = store.outcomes().unwrap()["k"];
        assert_eq!((outcome.verdict, outcome.points, outcome.tries), (Verdict::Failed, 4, 2));
        assert_eq!(store.record("k").unwrap().unwrap().points, 4);
    }

    #[test]
    fn a_file_that_is_no_store_is_told_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, "this is no store, but something of the teacher's own\n".repeat(100)).unwrap();
        let Err(Ending::Faults(faults)) = Store::open(folder.path()) else { panic!() };
        assert!(faults[0].found.en.contains("no store"));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is no store"));
    }
}
