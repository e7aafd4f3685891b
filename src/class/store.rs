//! What a class knows: hand-ins, results, editions, marks. One `SQLite` file, opened by the grader alone; workers write files of their own.
//!
//! A result belongs to what it was made from (its key: hand-in, exercise, engine, variant, exam), not to a run of the grader: so a run
//! that was killed goes on where it was, and nothing is done twice.

use std::collections::{BTreeMap, BTreeSet};
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
const FORM: i64 = 2;

const TABLES: [&str; 4] = [
    "
CREATE TABLE submission(
  number INTEGER PRIMARY KEY, learner TEXT NOT NULL, exercise TEXT NOT NULL, team TEXT, content TEXT NOT NULL,
  received INTEGER, taken INTEGER NOT NULL, label TEXT NOT NULL, files TEXT NOT NULL, notes TEXT NOT NULL,
  plan TEXT, answers TEXT, variant TEXT, runs INTEGER, checks INTEGER, invalid TEXT,
  UNIQUE(learner, exercise, content)) STRICT;
CREATE TABLE result(
  key TEXT PRIMARY KEY, verdict TEXT NOT NULL, points INTEGER NOT NULL, total INTEGER NOT NULL, tries INTEGER NOT NULL,
  record TEXT NOT NULL, text TEXT, work TEXT) STRICT;
CREATE TABLE edition(
  exercise TEXT NOT NULL, number INTEGER NOT NULL, reference TEXT NOT NULL, digest TEXT NOT NULL, engine TEXT NOT NULL,
  kernel TEXT NOT NULL, points INTEGER NOT NULL, taken INTEGER NOT NULL, PRIMARY KEY(exercise, number)) STRICT;
",
    MARK,
    DOUBT,
    KNOWN,
];

/// A mark is of one text: another text of the same learner waits for a mark of its own.
const MARK: &str = "
CREATE TABLE mark(
  learner TEXT NOT NULL, exercise TEXT NOT NULL, text TEXT NOT NULL, points REAL, comment TEXT NOT NULL, taken INTEGER NOT NULL,
  PRIMARY KEY(learner, exercise, text)) STRICT;
";

/// What a person must look at; one that was dropped stays, so that it is not asked for again.
const DOUBT: &str = "
CREATE TABLE doubt(
  number INTEGER PRIMARY KEY, label TEXT NOT NULL, content TEXT NOT NULL, learners TEXT NOT NULL, exercise TEXT, why TEXT NOT NULL,
  taken INTEGER NOT NULL, dropped INTEGER NOT NULL) STRICT;
";

const KNOWN: &str = "CREATE TABLE known(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;";

/// From form 1: what was marked was not written down then, and a result did not tell its text.
const FROM_1: &str = "
ALTER TABLE result ADD COLUMN text TEXT;
ALTER TABLE result ADD COLUMN work TEXT;
ALTER TABLE mark RENAME TO mark_1;
";

/// Under this the store knows the class's secret again, without holding it.
const SECRET: &str = "secret";

/// Under this it knows that it is of form 1, in which nothing that was doubtful was kept, and that no hand-in was read since.
const UNREAD: &str = "unread";

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

    /// Whether its writer came back to something that they had handed in before, with something else in between: then it is a hand-in of
    /// its own, where otherwise the same files are one, however often they are read.
    pub fn comes_back<'s>(&self, known: impl IntoIterator<Item = &'s Self>) -> bool {
        let Some(now) = self.received else { return false };
        let content = self.content();
        let (mut own, mut others) = (None, Vec::new());
        for old in known.into_iter().filter(|old| (&old.learner, &old.exercise) == (&self.learner, &self.exercise)) {
            let Some(at) = old.received else { continue };
            if old.content() == content {
                own = own.max(Some(at));
            } else {
                others.push(at);
            }
        }
        own.is_some_and(|own| others.into_iter().any(|other| own < other && other < now))
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

/// By what something that was written is known again: a part of its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Of what was written.
    pub fn of(written: &str) -> Self {
        let bytes = Sha256::digest(written);
        Self(bytes.iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    /// Of the decision in words that a worker read; none where there is no word.
    fn of_text(record: &Record) -> Option<Self> {
        let text = record.read.as_ref()?.memo.as_deref().map(str::trim)?;
        (!text.is_empty()).then(|| Self::of(text))
    }

    /// Of everything that was judged or is read by a person: files that differ in comments alone have the same.
    fn of_work(record: &Record) -> Option<Self> {
        let read = record.read.as_ref().filter(|_| !matches!(record.verdict, Verdict::Error | Verdict::Invalid))?;
        Some(Self::of(&written(&(record.seed, record.exam, &read.plan, &read.answers, &read.memo))))
    }

    fn parse(shown: &str) -> Option<Self> {
        u64::from_str_radix(shown.strip_prefix('t')?, 16).ok().map(Self)
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A letter first: a spreadsheet takes it for no number.
        write!(f, "t{:016x}", self.0)
    }
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
    /// The decision in words; none where nothing was written.
    pub text: Option<Fingerprint>,
    /// All that was judged or is read by a person.
    pub work: Option<Fingerprint>,
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

/// What a mark is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// This text.
    Text(Fingerprint),
    /// A hand-in without a text.
    NoText,
    /// Not known: the mark is of a store in form 1, and judged what there was then.
    Then(Moment),
}

/// What a person gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What it judges.
    pub of: Of,
    /// Points for the decision in words; none is a comment alone.
    pub points: Option<f64>,
    /// What is told the learner.
    pub comment: String,
}

/// What a person gave, or takes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Whose.
    pub learner: String,
    /// Of which exercise.
    pub exercise: String,
    /// What it judges; none is everything of theirs, which can only be taken back.
    pub text: Option<Fingerprint>,
    /// Points and comment; none takes back what was given.
    pub mark: Option<(Option<f64>, String)>,
}

/// A hand-in of which is not known whose it is, or what: a person decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doubt {
    /// Its number; 0 before it is taken.
    pub number: i64,
    /// The name of the folder or file.
    pub label: String,
    /// A digest of what was in it.
    pub content: String,
    /// Whose it may be; nobody of the roster where there is none.
    pub learners: Vec<String>,
    /// Of which exercise; none where that is not known.
    pub exercise: Option<String>,
    /// Why.
    pub why: Text,
    /// When it was taken.
    pub taken: Moment,
    /// Whether it was decided that it counts for nothing.
    pub dropped: bool,
}

impl Doubt {
    /// Whether it may be of an exercise.
    pub fn may_be_of(&self, exercise: &str) -> bool {
        self.exercise.as_deref().is_none_or(|own| own == exercise)
    }
}

/// What was read in one call, for the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intake {
    /// What is graded.
    pub submissions: Vec<Submission>,
    /// What a person must look at.
    pub doubts: Vec<Doubt>,
    /// Everything that was read, by its label and the digest of what was in it: an earlier doubt about the same is gone, or stands anew.
    pub seen: Vec<(String, String)>,
    /// What is sure, by label and exercise: it stands for what came under this label before.
    pub sure: Vec<(String, String)>,
    /// Whether the class has one exercise only.
    pub single: bool,
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
            0 => {
                let tables = TABLES.concat();
                self.of(c.execute_batch(&format!("BEGIN; {tables} PRAGMA user_version = {FORM}; COMMIT;")))
            }
            1 => self.of(self.take_over()),
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

    /// Takes over a store of form 1.
    fn take_over(&self) -> rusqlite::Result<()> {
        let transaction = self.connection.unchecked_transaction()?;
        transaction.execute_batch(&format!(
            "{FROM_1} {MARK} {DOUBT} {KNOWN}
             INSERT INTO mark(learner, exercise, text, points, comment, taken) SELECT learner, exercise, '', points, comment, taken FROM mark_1;
             DROP TABLE mark_1;
             INSERT INTO known(name, value) VALUES ('{UNREAD}', '');
             PRAGMA user_version = {FORM};"
        ))?;
        let records: Vec<(String, String)> = {
            let mut statement = transaction.prepare("SELECT key, record FROM result")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
        };
        for (key, record) in records {
            let Ok(record) = serde_json::from_str::<Record>(&record) else { continue };
            let (text, work) = (Fingerprint::of_text(&record), Fingerprint::of_work(&record));
            transaction.execute(
                "UPDATE result SET text = ?2, work = ?3 WHERE key = ?1",
                params![key, text.map(|text| text.to_string()), work.map(|work| work.to_string())],
            )?;
        }
        transaction.commit()
    }

    /// Makes sure that this is the store of a class with this secret, of which it keeps a digest alone.
    ///
    /// # Errors
    /// The results were drawn with another secret; the disk's.
    pub fn belongs(&self, identity: &str) -> Result<(), Ending> {
        let known: Option<String> = self.of(self
            .connection
            .query_row("SELECT value FROM known WHERE name = ?1", [SECRET], |row| row.get(0))
            .optional())?;
        match known {
            Some(known) if known == identity => Ok(()),
            None => {
                self.of(self.connection.execute("INSERT INTO known(name, value) VALUES (?1, ?2)", [SECRET, identity]))?;
                Ok(())
            }
            Some(_) => {
                let found = Text::new(
                    "this is not the secret of this class: its results were drawn with another one",
                    "このクラスの秘密鍵ではありません（これまでの結果は別の秘密鍵で作られています）",
                );
                let expected = Text::new(
                    "the file `secret` with which this class was graded until now: bring it back from your backup. With another one everybody would be graded on other patients; for that, make a new class",
                    "これまでの採点に使った `secret`（バックアップから戻してください）。別の秘密鍵では全員が別の患者データで採点されます。そうしたいときは、新しいクラスを作ってください",
                );
                Err(Ending::Faults(vec![Fault::new(Id::Mismatch, Place::file(crate::secret::FILE), found, expected)]))
            }
        }
    }

    /// Whether an earlier form of the store was taken over, which kept nothing that was doubtful, and no hand-in was read since.
    ///
    /// # Errors
    /// The disk's.
    pub fn is_unread(&self) -> Result<bool, Ending> {
        let found: Option<String> = self.of(self
            .connection
            .query_row("SELECT value FROM known WHERE name = ?1", [UNREAD], |row| row.get(0))
            .optional())?;
        Ok(found.is_some())
    }

    /// Takes what was read: all of it or none. A hand-in that was taken before is no second one; gives how many are new.
    ///
    /// # Errors
    /// The disk's.
    pub fn take(&mut self, intake: &Intake) -> Result<usize, Ending> {
        let shown = self.shown.clone();
        let before = self.submissions()?;
        let take = |connection: &mut Connection| -> rusqlite::Result<usize> {
            let transaction = connection.transaction()?;
            let mut new = 0;
            if !intake.seen.is_empty() {
                transaction.execute("DELETE FROM known WHERE name = ?1", [UNREAD])?;
            }
            for (label, content) in &intake.seen {
                transaction
                    .execute("DELETE FROM doubt WHERE label = ?1 AND content = ?2 AND dropped = 0", [label, content])?;
            }
            for (label, exercise) in &intake.sure {
                transaction.execute(
                    "DELETE FROM doubt WHERE label = ?1 AND dropped = 0 AND (exercise = ?2 OR exercise IS NULL AND ?3)",
                    params![label, exercise, intake.single],
                )?;
            }
            for doubt in &intake.doubts {
                transaction.execute(
                    "INSERT INTO doubt(label, content, learners, exercise, why, taken, dropped)
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, 0
                     WHERE NOT EXISTS (SELECT 1 FROM doubt WHERE label = ?1 AND content = ?2 AND dropped = 1)",
                    params![
                        doubt.label,
                        doubt.content,
                        written(&doubt.learners),
                        doubt.exercise,
                        written(&doubt.why),
                        doubt.taken.0
                    ],
                )?;
            }
            for s in &intake.submissions {
                let mut content = s.content();
                if let Some(received) = s.received.filter(|_| s.comes_back(&before)) {
                    content += &format!("#{}", received.0);
                }
                new += transaction.execute(
                    "INSERT INTO submission(learner, exercise, team, content, received, taken, label, files, notes, plan, answers, variant, runs, checks, invalid)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                     ON CONFLICT DO NOTHING",
                    params![
                        s.learner,
                        s.exercise,
                        s.team,
                        content,
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
            "INSERT INTO result(key, verdict, points, total, tries, record, text, work) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7)
             ON CONFLICT(key) DO UPDATE SET verdict = excluded.verdict, points = excluded.points, total = excluded.total,
               record = excluded.record, text = excluded.text, work = excluded.work, tries = tries + 1 WHERE verdict = 'error'",
            params![
                key,
                word(record.verdict),
                record.points,
                record.of,
                text,
                Fingerprint::of_text(record).map(|text| text.to_string()),
                Fingerprint::of_work(record).map(|work| work.to_string())
            ],
        ))?;
        Ok(())
    }

    /// All results in short, by key.
    ///
    /// # Errors
    /// The disk's.
    pub fn outcomes(&self) -> Result<BTreeMap<String, Outcome>, Ending> {
        self.of((|| {
            let mut statement =
                self.connection.prepare("SELECT key, verdict, points, total, tries, text, work FROM result")?;
            let read = |row: &Row| {
                let verdict: String = row.get(1)?;
                let verdict = serde_json::from_str(&format!("\"{verdict}\"")).unwrap_or(Verdict::Error);
                let print = |at: usize| -> rusqlite::Result<Option<Fingerprint>> {
                    Ok(row.get::<_, Option<String>>(at)?.and_then(|shown| Fingerprint::parse(&shown)))
                };
                let (text, work) = (print(5)?, print(6)?);
                let (points, of, tries) = (row.get(2)?, row.get(3)?, row.get(4)?);
                Ok((row.get(0)?, Outcome { verdict, points, of, tries, text, work }))
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
    pub fn marks(&self) -> Result<BTreeMap<(String, String), Vec<Mark>>, Ending> {
        let rows: Vec<((String, String), Mark)> = self.of((|| {
            let mut statement =
                self.connection.prepare("SELECT learner, exercise, points, comment, text, taken FROM mark")?;
            let read = |row: &Row| {
                let text: String = row.get(4)?;
                let of = match text.as_str() {
                    "" => Of::Then(Moment(row.get(5)?)),
                    text => Fingerprint::parse(text).map_or(Of::NoText, Of::Text),
                };
                Ok(((row.get(0)?, row.get(1)?), Mark { of, points: row.get(2)?, comment: row.get(3)? }))
            };
            statement.query_map([], read)?.collect()
        })())?;
        let mut marks: BTreeMap<(String, String), Vec<Mark>> = BTreeMap::new();
        for (of, mark) in rows {
            marks.entry(of).or_default().push(mark);
        }
        Ok(marks)
    }

    /// Keeps what a person gave, or takes it back: all of it or nothing. Gives how many marks were taken back.
    ///
    /// # Errors
    /// The disk's.
    pub fn mark(&mut self, given: &[Given], now: Moment) -> Result<usize, Ending> {
        let shown = self.shown.clone();
        let keep = |connection: &mut Connection| -> rusqlite::Result<usize> {
            let transaction = connection.transaction()?;
            let mut back = 0;
            for Given { learner, exercise, text, mark } in given {
                let text = text.map_or_else(|| "none".to_owned(), |text| text.to_string());
                match mark {
                    // One whose text is not known is of this text too.
                    None => {
                        back += transaction.execute(
                            "DELETE FROM mark WHERE learner = ?1 AND exercise = ?2 AND text IN (?3, '')",
                            params![learner, exercise, text],
                        )?;
                    }
                    Some((points, comment)) => {
                        transaction.execute(
                            "INSERT INTO mark(learner, exercise, text, points, comment, taken) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                             ON CONFLICT(learner, exercise, text) DO UPDATE SET points = coalesce(excluded.points, points), comment = excluded.comment, taken = excluded.taken",
                            params![learner, exercise, text, points, comment, now.0],
                        )?;
                    }
                }
            }
            transaction.commit()?;
            Ok(back)
        };
        keep(&mut self.connection).map_err(|error| told(&shown, &error))
    }

    /// What a person must look at, or has dropped, in the order of its numbers.
    ///
    /// # Errors
    /// The disk's.
    pub fn doubts(&self) -> Result<Vec<Doubt>, Ending> {
        self.of((|| {
            let mut statement = self.connection.prepare("SELECT * FROM doubt ORDER BY number")?;
            let read = |row: &Row| {
                Ok(Doubt {
                    number: row.get("number")?,
                    label: row.get("label")?,
                    content: row.get("content")?,
                    learners: read_back(&row.get::<_, String>("learners")?),
                    exercise: row.get("exercise")?,
                    why: read_back(&row.get::<_, String>("why")?),
                    taken: Moment(row.get("taken")?),
                    dropped: row.get("dropped")?,
                })
            };
            statement.query_map([], read)?.collect()
        })())
    }

    /// Decides that these count for nothing: all of them or none.
    ///
    /// # Errors
    /// The disk's.
    pub fn drop_doubts(&mut self, numbers: &[i64]) -> Result<(), Ending> {
        let shown = self.shown.clone();
        let drop = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            for number in numbers {
                transaction.execute("UPDATE doubt SET dropped = 1 WHERE number = ?1", [number])?;
            }
            transaction.commit()
        };
        drop(&mut self.connection).map_err(|error| told(&shown, &error))
    }

    /// Takes away all that is kept of a learner: hand-ins, marks, and every result but those of the keys that are `left`. Gives how many
    /// hand-ins.
    ///
    /// # Errors
    /// The disk's.
    pub fn forget(&mut self, learner: &str, left: &BTreeSet<String>) -> Result<usize, Ending> {
        let shown = self.shown.clone();
        let forget = |connection: &mut Connection| -> rusqlite::Result<usize> {
            let transaction = connection.transaction()?;
            let keys: Vec<String> = transaction
                .prepare("SELECT key FROM result")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for key in keys.iter().filter(|key| !left.contains(*key)) {
                transaction.execute("DELETE FROM result WHERE key = ?1", [key])?;
            }
            transaction.execute("DELETE FROM mark WHERE learner = ?1", [learner])?;
            // The name of a folder may be theirs.
            transaction.execute(
                "DELETE FROM doubt WHERE EXISTS (SELECT 1 FROM json_each(doubt.learners) WHERE json_each.value = ?1)",
                [learner],
            )?;
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
                "the class's store: bring it back from your backup. Without one, move it away and grade all hand-ins again, the earlier downloads too: plans get the same results, but marks and comments given by hand, what was dropped, which edition was graded with, and every attempt and time of which you have no file left are lost",
                "クラスのデータベース（バックアップから戻してください）。バックアップがなければ、別の場所に移し、以前にダウンロードしたものも含めてすべての提出物を採点し直してください。計画の結果は同じになりますが、手作業の採点とコメント、対象外にした提出の記録、採点に使った版、ファイルが手元に残っていない提出とその日時は失われます",
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

    fn intake(submissions: &[&Submission]) -> Intake {
        Intake { submissions: submissions.iter().map(|one| (*one).clone()).collect(), ..Intake::default() }
    }

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
        assert_eq!(store.take(&intake(&[&late, &early])).unwrap(), 2);
        assert_eq!(store.take(&intake(&[&early, &late])).unwrap(), 0);
        drop(store);
        let read = Store::open(folder.path()).unwrap().submissions().unwrap();
        assert_eq!(read, [Submission { number: 2, ..early }, Submission { number: 1, ..late }]);
    }

    #[test]
    fn who_comes_back_to_an_earlier_hand_in_has_handed_it_in_last() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let at = |plan: &str, at: i64| Submission { received: Some(Moment(at)), ..submission("1", plan) };
        for (plan, when, new) in
            [("a", 10, 1), ("a", 15, 0), ("b", 20, 1), ("a", 30, 1), ("a", 30, 0), ("a", 10, 0), ("b", 20, 0)]
        {
            assert_eq!(store.take(&intake(&[&at(plan, when)])).unwrap(), new, "{plan} {when}");
        }
        let plans: Vec<_> = store.submissions().unwrap().into_iter().filter_map(|one| one.plan).collect();
        assert_eq!(plans, ["a", "b", "a"]);
        // Where nobody says when, nobody knows that anything came back.
        assert_eq!(store.take(&intake(&[&submission("1", "b")])).unwrap(), 0);
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
    fn a_doubt_stays_until_it_is_decided_or_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let doubt = |content: &str, exercise: Option<&str>| Doubt {
            label: "Anna_7".to_owned(),
            content: content.to_owned(),
            learners: vec!["1".to_owned()],
            exercise: exercise.map(str::to_owned),
            why: Text::new("x", "y"),
            ..Doubt::default()
        };
        let read = |doubts: Vec<Doubt>, sure: &[&str]| Intake {
            seen: doubts.iter().map(|doubt| (doubt.label.clone(), doubt.content.clone())).collect(),
            sure: sure.iter().map(|exercise| ("Anna_7".to_owned(), (*exercise).to_owned())).collect(),
            doubts,
            ..Intake::default()
        };
        let open = |store: &Store| {
            store.doubts().unwrap().into_iter().filter(|doubt| !doubt.dropped).map(|d| d.content).collect::<Vec<_>>()
        };
        for _ in 0..2 {
            store.take(&read(vec![doubt("a", Some("e")), doubt("b", None)], &[])).unwrap();
            assert_eq!(open(&store), ["a", "b"]);
        }
        // Something sure of the same exercise under the same label stands for it; of another, it does not.
        store.take(&read(vec![], &["other"])).unwrap();
        assert_eq!(open(&store), ["a", "b"]);
        store.take(&read(vec![], &["e"])).unwrap();
        assert_eq!(open(&store), ["b"]);
        let number = store.doubts().unwrap()[0].number;
        store.drop_doubts(&[number]).unwrap();
        store.take(&read(vec![doubt("b", None), doubt("c", None)], &[])).unwrap();
        assert_eq!(open(&store), ["c"]);
        store.forget("1", &BTreeSet::new()).unwrap();
        assert!(store.doubts().unwrap().is_empty());
    }

    #[test]
    fn a_store_of_form_1_is_taken_over_with_its_marks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let old = Connection::open(&path).unwrap();
        old.execute_batch(
            "CREATE TABLE submission(
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
             INSERT INTO mark VALUES ('1', 'a', 3.0, 'good', 70);
             PRAGMA user_version = 1;",
        )
        .unwrap();
        let record = serde_json::json!({
            "schema": "practicum.record/1", "engine": "e", "exercise": "a@1", "digest": "d", "seed": 1, "exam": 2,
            "verdict": "passed", "at_fault": null, "points": 1, "of": 1, "faults": [], "assumed": [], "record": null,
            "read": { "plan": "p", "decisions": {}, "answers": {}, "memo": " words\n", "resembles": null, "expected": {} },
        });
        old.execute("INSERT INTO result VALUES ('k', 'passed', 1, 1, 1, ?1)", [record.to_string()]).unwrap();
        drop(old);
        for _ in 0..2 {
            let store = Store::open(folder.path()).unwrap();
            assert!(store.is_unread().unwrap());
            let marks = store.marks().unwrap();
            let mark = Mark { of: Of::Then(Moment(70)), points: Some(3.0), comment: "good".to_owned() };
            assert_eq!(marks[&("1".to_owned(), "a".to_owned())], [mark]);
            let outcome = store.outcomes().unwrap()["k"];
            assert_eq!(outcome.text, Some(Fingerprint::of("words")));
            assert!(outcome.work.is_some() && store.doubts().unwrap().is_empty());
        }
        let mut store = Store::open(folder.path()).unwrap();
        store.take(&Intake { seen: vec![("a".to_owned(), "b".to_owned())], ..Intake::default() }).unwrap();
        assert!(!store.is_unread().unwrap());
    }

    #[test]
    fn the_store_knows_its_secret_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.belongs("one").unwrap();
        store.belongs("one").unwrap();
        let Err(Ending::Faults(faults)) = store.belongs("other") else { panic!() };
        assert!(faults[0].found.en.contains("not the secret of this class"));
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
