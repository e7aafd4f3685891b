//! `class.toml`: which exercises, until when, by which rules.

use std::collections::BTreeMap;

use diagnostics::fault::{Fault, Id};
use diagnostics::keys::{self, Key, Kind, Need, Section, Value, Written};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use engine::models;

use crate::moment::{self, Moment};
use crate::roster::Roster;

/// Its name.
pub const FILE: &str = "class.toml";

const BEST: &str = "best";
const LAST: &str = "last";

/// Its keys.
pub const KEYS: &[Key<'static>] = &[
    Key::new("title", Kind::String, Need::Default("\"\""), "What the class is called.", "クラスの名前です。"),
    Key::new(
        "lang",
        Kind::Choice(Language::WORDS),
        Need::Default("\"both\""),
        "The language of what learners read.",
        "学習者が読むページの言語です。",
    ),
    Key::new(
        "utc_offset",
        Kind::String,
        Need::Default("\"+00:00\""),
        "The distance from UTC of the times in this file and in worksheets, as in +09:00.",
        "このファイルと評定ワークシートの時刻が、UTCからどれだけ離れているかを書きます（例：+09:00）。",
    ),
    Key::new(
        "roster",
        Kind::String,
        Need::Default("\"roster.csv\""),
        "The CSV of the learners, in this folder.",
        "学習者の一覧（CSV）です。このフォルダーに置きます。",
    ),
    Key::new(
        "course",
        Kind::String,
        Need::Optional,
        "The course folder with the solutions, as seen from this folder; left out, the program's own course.",
        "解答を含む教材フォルダーです（このフォルダーから見た場所）。省略時は、プログラムに含まれる教材です。",
    ),
    Key::new(
        "counts",
        Kind::Choice(&[BEST, LAST]),
        Need::Default("\"best\""),
        "Which attempt counts: the best, or the last that was judged.",
        "どの提出を成績にするかです（bestは最もよいもの、lastは判定された最後のもの）。",
    ),
    Key::new(
        "kernel",
        Kind::Choice(models::INSTRUCTIONS),
        Need::Optional,
        "The vector instructions with which pictures are computed, the same on every machine that grades; left out: avx2 on x86-64, neon on ARM.",
        "画像の計算に使うベクトル命令です。採点に使うすべての機械で同じにします。省略時は、x86-64ではavx2、ARMではneonです。",
    ),
    Key::new(
        "limits",
        Kind::Table(LIMITS),
        Need::Default("{}"),
        "What the grading of one submission may use.",
        "1件の採点に使ってよい資源の上限です。",
    ),
    Key::new(
        "slurm",
        Kind::Table(SLURM),
        Need::Default("{}"),
        "How a Slurm cluster is asked, with --engine slurm.",
        "Slurmクラスターで採点するとき（--engine slurm）の設定です。",
    ),
    Key::new("exercise", Kind::Tables(EXERCISE), Need::Required, "The exercises.", "演習です。"),
    Key::new(
        "extension",
        Kind::Tables(EXTENSION),
        Need::Default("[]"),
        "A later date for one learner.",
        "学習者ごとの期限延長です。",
    ),
    Key::new(
        "match",
        Kind::Map(&Kind::String),
        Need::Default("{}"),
        "Who is meant where the roster does not tell: the name of a folder or a file, and the learner's id.",
        "名簿から判断できない提出者の対応表です。フォルダーやファイルの名前と、学習者のidを書きます。",
    ),
    Key::new(
        "worksheet",
        Kind::Map(&Kind::String),
        Need::Default("{}"),
        "The titles of Moodle's grading worksheet, where it is in a language that is not known: identifier, grade, graded, feedback, submitted, maximum, name, email, id_number, changeable.",
        "Moodleの評定ワークシートの見出しが対応していない言語のとき、列の見出しを書きます（identifier、grade、graded、feedback、submitted、maximum、name、email、id_number、changeable）。",
    ),
];

const LIMITS: &[Key<'static>] = &[
    Key::measured(
        "cpu_seconds",
        Kind::Whole { min: 1, max: 1_000_000 },
        Need::Default("1800"),
        "s",
        "Processor time of one submission.",
        "1件あたりのプロセッサー時間です。",
    ),
    Key::measured(
        "wall_seconds",
        Kind::Whole { min: 1, max: 1_000_000 },
        Need::Default("3600"),
        "s",
        "Time of one submission by the clock.",
        "1件あたりの経過時間です。",
    ),
    Key::measured(
        "memory_mb",
        Kind::Whole { min: 200, max: 1_000_000 },
        Need::Default("8000"),
        "MB",
        "Address space of one submission; several times what it really uses.",
        "1件あたりのアドレス空間です（実際に使うメモリーの数倍が必要です）。",
    ),
    Key::measured(
        "file_mb",
        Kind::Whole { min: 1, max: 1_000_000 },
        Need::Default("200"),
        "MB",
        "The largest file that is written.",
        "書き込んでよい最大のファイルの大きさです。",
    ),
];

const SLURM: &[Key<'static>] = &[
    Key::new(
        "at_once",
        Kind::Whole { min: 1, max: 100_000 },
        Need::Default("50"),
        "How many tasks run at once at most.",
        "同時に実行するタスクの最大数です。",
    ),
    Key::new(
        "per_task",
        Kind::Whole { min: 1, max: 10_000 },
        Need::Default("4"),
        "How many submissions a task grades, one after another: a task should take minutes.",
        "1つのタスクで順に採点する提出の数です（1タスクが数分になるようにします）。",
    ),
    Key::new(
        "threads",
        Kind::Whole { min: 1, max: 256 },
        Need::Default("1"),
        "Processors of a task.",
        "1つのタスクが使うプロセッサーの数です。",
    ),
    Key::measured(
        "poll_seconds",
        Kind::Whole { min: 1, max: 3600 },
        Need::Default("30"),
        "s",
        "How often the queue is looked at.",
        "キューを確認する間隔です。",
    ),
    Key::measured(
        "grace_seconds",
        Kind::Whole { min: 1, max: 3600 },
        Need::Default("90"),
        "s",
        "How long a task that is gone may take to show its record, before it is sent again: network disks are slow to tell.",
        "終了したタスクの結果が見えるまで待つ時間です（共有ディスクでは遅れて見えることがあります）。過ぎると送り直します。",
    ),
    Key::new(
        "options",
        Kind::List(&Kind::String),
        Need::Default("[]"),
        "More options of sbatch, as in [\"--partition=cpu\"].",
        "sbatch に加えるオプションです（例：[\"--partition=cpu\"]）。",
    ),
];

const EXERCISE: &[Key<'static>] = &[
    Key::new("id", Kind::String, Need::Required, "The exercise.", "演習のidです。"),
    Key::new(
        "due",
        Kind::String,
        Need::Optional,
        "Until when it is handed in, as in 2026-12-01 23:59; left out, there is no date.",
        "提出期限です（例：2026-12-01 23:59）。省略すると期限はありません。",
    ),
    Key::new(
        "points",
        Kind::Number { min: 0.0, max: 1e6 },
        Need::Optional,
        "What a full mark is worth in the gradebook; left out, the exercise's own points.",
        "成績表での満点です。省略時は演習の配点です。",
    ),
    Key::new(
        "text_points",
        Kind::Number { min: 0.0, max: 1e6 },
        Need::Default("0"),
        "What the decision in words is worth, which a person marks; added to the points.",
        "人が採点する記述（判断の文章）の配点です。ほかの得点に加えます。",
    ),
    Key::measured(
        "late_percent_per_day",
        Kind::Number { min: 0.0, max: 100.0 },
        Need::Default("0"),
        "%",
        "What is taken off the points of the checks for each day begun after the date; points that a person gave stay.",
        "期限を過ぎて1日始まるごとに、判定の得点から差し引く割合です。人が付けた点は減りません。",
    ),
    Key::measured(
        "late_days",
        Kind::Whole { min: 0, max: 3650 },
        Need::Default("0"),
        "days",
        "How many days late is still taken.",
        "期限後に受け付ける日数です。",
    ),
    Key::new(
        "attempts",
        Kind::Whole { min: 0, max: 1000 },
        Need::Default("0"),
        "How many attempts count, in the order of hand-in; 0 is any number. What could not be run is no attempt.",
        "成績の対象とする提出の回数です（提出順）。0は無制限です。実行できなかった提出は数えません。",
    ),
    Key::new(
        "canvas",
        Kind::String,
        Need::Optional,
        "The title or the number of its assignment in Canvas, where it is not called as the exercise is.",
        "Canvasでの課題の名前または番号です（演習と名前が違うときに書きます）。",
    ),
    Key::new(
        "long",
        Kind::Flag,
        Need::Default("false"),
        "Whether trainings beyond the usual budget are run.",
        "通常の計算量の上限を超える計画も学習させるかどうかです。",
    ),
];

const EXTENSION: &[Key<'static>] = &[
    Key::new("learner", Kind::String, Need::Required, "The learner's id.", "学習者のidです。"),
    Key::new("exercise", Kind::String, Need::Required, "The exercise.", "演習のidです。"),
    Key::new("due", Kind::String, Need::Required, "Their date.", "その学習者の期限です。"),
];

/// The language of what learners read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Japanese.
    Ja,
    /// One after the other.
    Both,
}

impl Language {
    const WORDS: &'static [&'static str] = &["en", "ja", "both"];

    /// The language of a word that the keys have admitted.
    fn named(word: &str) -> Self {
        match word {
            "en" => Self::En,
            "ja" => Self::Ja,
            _ => Self::Both,
        }
    }

    /// Its languages, the first first.
    pub fn all(self) -> &'static [Lang] {
        match self {
            Self::En => &[Lang::En],
            Self::Ja => &[Lang::Ja],
            Self::Both => &[Lang::En, Lang::Ja],
        }
    }

    /// The one language of what has room for one.
    pub fn first(self) -> Lang {
        match self {
            Self::En | Self::Both => Lang::En,
            Self::Ja => Lang::Ja,
        }
    }

    /// A text on one line.
    pub fn line(self, text: &Text) -> String {
        self.all().iter().map(|&lang| text.get(lang)).collect::<Vec<_>>().join(" / ")
    }
}

/// What a class has settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What it is called.
    pub title: String,
    /// What learners read.
    pub lang: Language,
    /// Distance from UTC of its times, in seconds.
    pub offset: i64,
    /// The roster's file.
    pub roster: String,
    /// The course folder, as seen from the class folder.
    pub course: Option<Written<String>>,
    /// Whether the best attempt counts, rather than the last.
    pub best: bool,
    /// The vector instructions.
    pub kernel: String,
    /// What one submission may use.
    pub limits: Limits,
    /// How a cluster is asked.
    pub slurm: Slurm,
    /// The exercises.
    pub exercises: Vec<Assignment>,
    /// A later date, by learner and exercise.
    pub extensions: BTreeMap<(String, String), Moment>,
    /// Who is meant by the name of a folder or file.
    pub matches: BTreeMap<String, String>,
    /// The titles of a worksheet in another language, by key.
    pub worksheet: BTreeMap<String, String>,
}

/// What one submission may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Processor time, in seconds.
    pub cpu_seconds: u64,
    /// Time by the clock, in seconds.
    pub wall_seconds: u64,
    /// Address space, in MB.
    pub memory_mb: u64,
    /// The largest file, in MB.
    pub file_mb: u64,
}

/// How a Slurm cluster is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slurm {
    /// Tasks at once.
    pub at_once: usize,
    /// Submissions of a task.
    pub per_task: usize,
    /// Processors of a task.
    pub threads: usize,
    /// Seconds between two looks at the queue.
    pub poll_seconds: u64,
    /// Seconds until a task that is gone without a record is sent again.
    pub grace_seconds: u64,
    /// More options of sbatch.
    pub options: Vec<String>,
}

/// An exercise of a class, with its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Its id.
    pub id: Written<String>,
    /// Until when.
    pub due: Option<Moment>,
    /// What it is worth; none is the exercise's own points.
    pub points: Option<f64>,
    /// What the decision in words is worth.
    pub text_points: f64,
    /// Taken off per day begun, in per cent.
    pub late_percent_per_day: f64,
    /// Days late that are taken.
    pub late_days: i64,
    /// Attempts that count; 0 is any number.
    pub attempts: usize,
    /// Its assignment in Canvas.
    pub canvas: Option<String>,
    /// Whether long trainings are run.
    pub long: bool,
}

/// The vector instructions where nobody says which: those that nearly every machine of its kind has.
fn usual_kernel() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "avx2",
        "aarch64" => "neon",
        _ => "scalar",
    }
}

impl Settings {
    /// Reads it; `file` is what faults call it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let (read, faults) = Self::read_on(file, bytes)?;
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    /// Reads it on where a value is wrong, and gives what is wrong beside it: so that all of it is told at once.
    ///
    /// # Errors
    /// What cannot be read at all.
    pub fn read_on(file: &str, bytes: &[u8]) -> Result<(Self, Vec<Fault>), Vec<Fault>> {
        let section = keys::read(file, bytes, KEYS)?;
        let mut faults = Vec::new();
        let written = section.written("utc_offset");
        let offset = moment::offset(&written.value).unwrap_or_else(|| {
            let found = &written.value;
            faults.push(written.fault(
                Id::BadValue,
                text!("the text \"{found}\"", "文字列 \"{found}\""),
                Text::new("a distance from UTC such as +09:00", "UTCからの差（例：+09:00）"),
            ));
            0
        });
        let mut moment = |section: &Section| {
            let due = section.maybe_string("due")?;
            let read = Moment::parse(&due.value, offset);
            if read.is_none() {
                let found = &due.value;
                faults.push(due.fault(
                    Id::BadValue,
                    text!("the text \"{found}\"", "文字列 \"{found}\""),
                    Text::new("a date and a time such as 2026-12-01 23:59", "日付と時刻（例：2026-12-01 23:59）"),
                ));
            }
            read
        };
        let mut exercises: Vec<Assignment> = Vec::new();
        for section in section.tables("exercise") {
            exercises.push(Assignment {
                id: section.written("id"),
                due: moment(section),
                points: section.maybe_number("points"),
                text_points: section.number("text_points"),
                late_percent_per_day: section.number("late_percent_per_day"),
                late_days: section.whole("late_days"),
                attempts: section.count("attempts"),
                canvas: section.maybe_string("canvas").map(|written| written.value),
                long: section.flag("long"),
            });
        }
        let mut extensions = BTreeMap::new();
        let mut unknown = Vec::new();
        for section in section.tables("extension") {
            let exercise = section.written("exercise");
            if let Some(due) = moment(section) {
                extensions.insert((section.string("learner"), exercise.value.clone()), due);
            }
            unknown.push(exercise);
        }
        let ids: Vec<&str> = exercises.iter().map(|asked| asked.id.value.as_str()).collect();
        for exercise in unknown.iter().filter(|exercise| !ids.contains(&exercise.value.as_str())) {
            let (id, list) = (&exercise.value, ids.join(", "));
            let fault = exercise.fault(
                Id::UnknownExercise,
                text!("the exercise \"{id}\"", "演習 \"{id}\""),
                text!("an exercise of this class: {list}", "このクラスの演習：{list}"),
            );
            faults.push(fault.near(id, ids.iter().copied()));
        }
        for (at, asked) in exercises.iter().enumerate() {
            if ids[..at].contains(&asked.id.value.as_str()) {
                let id = &asked.id.value;
                let found = text!("\"{id}\" a second time", "\"{id}\" が重複しています");
                faults.push(asked.id.fault(Id::Twice, found, Text::new("each once", "それぞれ1回だけ")));
            }
        }
        if exercises.is_empty() {
            let found = Text::new("no exercise", "演習がありません");
            faults.push(Fault::new(
                Id::MissingKey,
                section.place_of("exercise"),
                found,
                Text::new("[[exercise]]", "[[exercise]]"),
            ));
        }
        let (limits, slurm) = (section.table("limits"), section.table("slurm"));
        let limit = |name: &str| limits.count(name) as u64;
        let map = |table: &str| {
            let words = section.table(table).entries().filter_map(|(name, entry)| match &entry.value {
                Value::String(word) => Some((name.to_owned(), word.clone())),
                _ => None,
            });
            words.collect()
        };
        let read = Self {
            title: section.string("title"),
            lang: Language::named(&section.string("lang")),
            offset,
            roster: section.string("roster"),
            course: section.maybe_string("course"),
            best: section.string("counts") == BEST,
            kernel: section.maybe_string("kernel").map_or_else(|| usual_kernel().to_owned(), |written| written.value),
            limits: Limits {
                cpu_seconds: limit("cpu_seconds"),
                wall_seconds: limit("wall_seconds"),
                memory_mb: limit("memory_mb"),
                file_mb: limit("file_mb"),
            },
            slurm: Slurm {
                at_once: slurm.count("at_once"),
                per_task: slurm.count("per_task"),
                threads: slurm.count("threads"),
                poll_seconds: slurm.count("poll_seconds") as u64,
                grace_seconds: slurm.count("grace_seconds") as u64,
                options: slurm.strings("options").into_iter().map(|option| option.value).collect(),
            },
            exercises,
            extensions,
            matches: map("match"),
            worksheet: map("worksheet"),
        };
        Ok((read, faults))
    }

    /// What is said of people whom the roster does not have.
    pub fn against(&self, roster: &Roster) -> Vec<Fault> {
        let known = |id: &&String| roster.learner(id).is_none();
        let named = self.matches.values().chain(self.extensions.keys().map(|(learner, _)| learner));
        let of = |id: &String| {
            let place = diagnostics::fault::Place::file(FILE);
            let fault = Fault::new(
                Id::UnknownLearner,
                place,
                text!("the learner \"{id}\"", "学習者 \"{id}\""),
                Text::new("an id of the roster", "名簿にあるid"),
            );
            fault.near(id, roster.learners.iter().map(|learner| learner.id.as_str()))
        };
        named.filter(known).map(of).collect()
    }

    /// An exercise of the class.
    pub fn assignment(&self, id: &str) -> Option<&Assignment> {
        self.exercises.iter().find(|asked| asked.id.value == id)
    }

    /// Until when a learner may hand in.
    pub fn due(&self, learner: &str, exercise: &str) -> Option<Moment> {
        let extended = self.extensions.get(&(learner.to_owned(), exercise.to_owned())).copied();
        extended.or_else(|| self.assignment(exercise)?.due)
    }
}

/// A file to begin with.
pub fn template(title: &str, exercises: &[String], course: Option<&str>) -> String {
    let quoted = |text: &str| {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{text}\"")
    };
    let mut out = format!(
        "# docs/grading.md tells every key. / すべてのキーの説明は docs/grading.md にあります。\ntitle = {}\nlang = \"both\"            # en, ja, both\nutc_offset = \"+00:00\"    # Japan: \"+09:00\"\nroster = \"roster.csv\"\ncounts = \"best\"          # best, last\n",
        quoted(title)
    );
    if let Some(course) = course {
        out += &format!("course = {}\n", quoted(course));
    }
    for id in exercises {
        out += &format!(
            "\n[[exercise]]\nid = {}\n# due = \"2026-12-01 23:59\"\n# late_percent_per_day = 10\n# late_days = 7\n# attempts = 3\n",
            quoted(id)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_to_begin_with_is_one() {
        let text = template("Medical \"AI\"", &["sepsis-alarm".to_owned()], Some("../my course"));
        let settings = Settings::read(FILE, text.as_bytes()).unwrap();
        assert_eq!((settings.title.as_str(), settings.exercises.len()), ("Medical \"AI\"", 1));
        assert_eq!(settings.course.unwrap().value, "../my course");
        let with_dates = text.replace("# due", "due").replace("# late", "late").replace("# attempts", "attempts");
        let asked = &Settings::read(FILE, with_dates.as_bytes()).unwrap().exercises[0];
        assert_eq!((asked.attempts, asked.late_days), (3, 7));
        assert_eq!(asked.due.map(Moment::utc).as_deref(), Some("2026-12-01T23:59:00Z"));
    }

    #[test]
    fn a_wrong_date_a_wrong_exercise_and_two_of_one_are_told() {
        let text = "[[exercise]]\nid = \"a\"\ndue = \"soon\"\n[[exercise]]\nid = \"a\"\n[[extension]]\nlearner = \"1\"\nexercise = \"b\"\ndue = \"2026-12-01\"\n";
        let faults = Settings::read(FILE, text.as_bytes()).unwrap_err();
        let lines: Vec<_> = faults.iter().map(|fault| fault.place.line).collect();
        assert_eq!(lines, [Some(3), Some(8), Some(5)], "{faults:?}");
    }
}
