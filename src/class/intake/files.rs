//! Which of somebody's files are a plan and answers, and of which exercise. A name that is nearly right is taken and said.

use std::collections::BTreeMap;
use std::io::Cursor;

use app::learner::hand_in::{ANSWERS, PLAN, is_like};
use app::learner::history::SUBMISSION;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys;
use diagnostics::text;
use diagnostics::text::Text;
use serde::Deserialize;

use super::archive::{self, Body, Entry};
use super::online;

/// What was handed in for one exercise, as it goes to a worker. Nothing of it is read here beyond the name of its exercise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// The exercise's id.
    pub exercise: String,
    /// What `plan.toml` holds.
    pub plan: Option<String>,
    /// What `answers.toml` holds.
    pub answers: Option<String>,
    /// The files that were taken.
    pub files: Vec<String>,
    /// The same, with their folders.
    pub paths: Vec<String>,
    /// What was assumed.
    pub notes: Vec<Text>,
    /// The variant that it says it was made with.
    pub variant: Option<String>,
    /// How many runs and checks it says were made.
    pub effort: Option<(i64, i64)>,
}

/// What became of somebody's files.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Something to grade.
    Work(Work),
    /// Handed in, but it cannot be run; of which exercise, where that is known, and why.
    Invalid(Option<String>, Fault),
    /// A person must look: why.
    Unclear(Text),
}

/// The exercises that files may be of.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// Those of the class.
    pub exercises: &'a [String],
    /// The one that is meant where a file does not say it.
    pub meant: Option<&'a str>,
}

impl Of<'_> {
    /// The exercise that is meant where a file does not say it: the one that was named, or the only one.
    pub fn only(&self) -> Option<String> {
        self.meant.map(str::to_owned).or_else(|| (self.exercises.len() == 1).then(|| self.exercises[0].clone()))
    }
}

/// The keys of a file that `practicum submit` made which matter here.
#[derive(Deserialize)]
struct Submitted {
    schema: String,
    exercise: String,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default)]
    plan: Option<String>,
    #[serde(default)]
    answers: Option<String>,
    #[serde(default)]
    runs: i64,
    #[serde(default)]
    checks: i64,
}

/// Endings of code, which is not run.
const CODE: &[&str] = &["py", "ipynb", "r", "rmd", "qmd", "rs", "jl", "m", "sh", "c", "cpp", "js"];

/// What a folder or a file was read as: a hand-in, or why it is none, with the exercise where it says one.
type Read = Result<Work, (Option<String>, Fault)>;

/// Everything that somebody's files hold.
pub fn found(mut entries: Vec<Entry>, of: Of) -> Vec<Found> {
    let mut found = Vec::new();
    unpack(&mut entries, &mut found);
    let mut works: Vec<Read> = Vec::new();
    let mut folders: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        let folder = entry.path.rsplit_once('/').map(|(folder, _)| folder).unwrap_or_default();
        // What a run left behind is no hand-in.
        if folder.split('/').any(|part| part.starts_with('.') || part == "results" || part == "__MACOSX") {
            continue;
        }
        // What may be (part of) the hand-in and cannot be read is never passed over.
        if let Body::Unreadable(Text { en, ja }) = &entry.body {
            let path = &entry.path;
            found.push(Found::Unclear(text!("{path} cannot be read: {en}", "{path} を読み取れません（{ja}）")));
            continue;
        }
        folders.entry(folder.to_owned()).or_default().push(entry);
        if let Some(work) = submitted(entry, of) {
            works.push(work);
        } else if let Some(work) = online_text(entry, of) {
            works.push(work);
        }
    }
    for (folder, entries) in &folders {
        match pair(folder, entries, of) {
            Ok(Some(work)) => works.push(work),
            Ok(None) => {}
            Err(why) => found.push(Found::Unclear(why)),
        }
    }
    let mut taken: Vec<Work> = Vec::new();
    for work in works {
        match work {
            Err((exercise, fault)) => found.push(Found::Invalid(exercise, fault)),
            Ok(work) if work.exercise.is_empty() => {
                let (files, list) = (work.paths.join(", "), of.exercises.join(", "));
                found.push(Found::Unclear(text!(
                    "{files}: of which exercise? It names none of {list}",
                    "{files}：どの演習か分かりません（{list} のいずれも書かれていません）"
                )));
            }
            Ok(work) => match taken.iter_mut().find(|other| other.exercise == work.exercise) {
                None => taken.push(work),
                Some(same) if (&same.plan, &same.answers) == (&work.plan, &work.answers) => {
                    let list = work.paths.join(", ");
                    same.notes.push(text!("the same again in {list}", "{list} にも同じ内容があります"));
                    // Which variant it was made with is known of the one that says it.
                    same.variant = same.variant.take().or(work.variant);
                    same.effort = same.effort.or(work.effort);
                }
                Some(other) => {
                    let (id, a, b) = (&work.exercise, other.paths.join(", "), work.paths.join(", "));
                    found.push(Found::Unclear(text!(
                        "two different hand-ins for {id}: {a}, and {b}",
                        "{id} の提出が2つあり、内容が異なります（{a} と {b}）"
                    )));
                    other.exercise.clear();
                    // Neither is taken.
                    taken.retain(|work| !work.exercise.is_empty());
                }
            },
        }
    }
    found.extend(taken.into_iter().map(Found::Work));
    if found.is_empty() {
        found.push(nothing(&entries));
    }
    found
}

/// What is told where files are there but none that could be graded.
fn nothing(entries: &[Entry]) -> Found {
    if let Some(code) = entries.iter().find(|entry| CODE.contains(&entry.ending().as_str())) {
        let found = Text::new("a file of code", "コードのファイルが提出されています");
        let expected = text!(
            "{PLAN} and {ANSWERS}, or the file of `practicum submit`: code is not run",
            "{PLAN} と {ANSWERS}、または `practicum submit` で作ったファイル（コードは実行しません）"
        );
        return Found::Invalid(None, Fault::new(Id::Refused, Place::file(code.name()), found, expected));
    }
    let refused = entries.iter().find_map(|entry| match &entry.body {
        Body::Refused(why) => Some((entry.path.clone(), why)),
        _ => None,
    });
    if let Some((path, Text { en, ja })) = refused {
        return Found::Unclear(text!("{path} is not read: {en}", "{path} は読み込みません（{ja}）"));
    }
    let mut names: Vec<&str> = entries.iter().take(4).map(Entry::name).collect();
    if entries.len() > names.len() {
        names.push("…");
    }
    let names = names.join(", ");
    Found::Unclear(match names.as_str() {
        "" => Text::new("an empty folder", "空のフォルダーです"),
        _ => {
            text!("neither {PLAN} nor anything like it, but {names}", "{PLAN} に当たるファイルがありません（{names}）")
        }
    })
}

/// Opens what a learner packed, once; an archive within an archive stays closed.
fn unpack(entries: &mut Vec<Entry>, found: &mut Vec<Found>) {
    let mut inner = Vec::new();
    for entry in entries.iter().filter(|entry| entry.ending() == "zip") {
        let Some(bytes) = entry.bytes() else { continue };
        match archive::zip(entry.name(), Cursor::new(bytes.to_vec()), archive::OF_ONE) {
            Ok(more) => inner.extend(
                more.into_iter().map(|inner| Entry { path: format!("{}/{}", entry.path, inner.path), ..inner }).map(
                    |inner| match &inner.body {
                        Body::Bytes(_) if inner.ending() == "zip" => Entry {
                            body: Body::Refused(Text::new(
                                "a zip within a zip is not opened",
                                "zipの中のzipは開きません",
                            )),
                            ..inner
                        },
                        _ => inner,
                    },
                ),
            ),
            Err(fault) => {
                let (path, Text { en, ja }) = (&entry.path, fault.found);
                found.push(Found::Unclear(text!("{path} cannot be read: {en}", "{path} を読み取れません（{ja}）")));
            }
        }
    }
    entries.retain(|entry| entry.ending() != "zip" || entry.bytes().is_none());
    entries.extend(inner);
}

/// A file that `practicum submit` made.
fn submitted(entry: &Entry, of: Of) -> Option<Read> {
    if entry.ending() != "json" {
        return None;
    }
    let read: Submitted = serde_json::from_slice(entry.bytes()?).ok()?;
    if read.schema != SUBMISSION {
        return None;
    }
    let exercise = known(&read.exercise, of).unwrap_or_default();
    for (part, text) in [(PLAN, &read.plan), (ANSWERS, &read.answers)] {
        let bytes = text.as_deref().unwrap_or_default().len() as u64;
        if bytes > disk::HAND_IN {
            let what = Text::new("a file", "ファイル");
            let fault = disk::Refused::TooLarge(bytes, disk::HAND_IN).fault(part, &what);
            return Some(Err((Some(exercise).filter(|id| !id.is_empty()), fault)));
        }
    }
    Some(Ok(Work {
        exercise,
        plan: read.plan,
        answers: read.answers.filter(|text| !text.is_empty()),
        files: vec![entry.name().to_owned()],
        paths: vec![entry.path.clone()],
        notes: Vec::new(),
        variant: read.variant,
        effort: Some((read.runs, read.checks)),
    }))
}

/// A plan that was written into a text field.
fn online_text(entry: &Entry, of: Of) -> Option<Read> {
    if !matches!(entry.ending().as_str(), "html" | "htm") {
        return None;
    }
    let text = online::text(std::str::from_utf8(entry.bytes()?).ok()?);
    let exercise = said(&text, of)?;
    let notes = vec![Text::new("taken from the text field", "テキスト入力欄の内容を計画として扱いました")];
    let files = vec![entry.name().to_owned()];
    let paths = vec![entry.path.clone()];
    Some(Ok(Work { exercise, plan: Some(text), files, paths, notes, ..Work::default() }))
}

/// The plan and the answers of a folder.
fn pair(folder: &str, entries: &[&Entry], of: Of) -> Result<Option<Read>, Text> {
    let (plan, answers) = (one(entries, PLAN)?, one(entries, ANSWERS)?);
    if plan.is_none() && answers.is_none() {
        return Ok(None);
    }
    let mut work = Work::default();
    let mut faults = Vec::new();
    for (file, entry) in [(PLAN, plan), (ANSWERS, answers)] {
        let Some(entry) = entry else { continue };
        work.files.push(entry.name().to_owned());
        work.paths.push(entry.path.clone());
        work.notes.extend(left_aside(entries, entry, file));
        if entry.name() != file {
            let name = entry.name();
            work.notes.push(text!("{name} taken as {file}", "{name} を {file} として扱いました"));
        }
        match text(file, entry) {
            Ok(text) if file == PLAN => work.plan = Some(text),
            Ok(text) => work.answers = Some(text),
            Err(fault) => faults.push(fault),
        }
    }
    let by_file = [&work.plan, &work.answers].into_iter().flatten().find_map(|text| said(text, of));
    let by_folder = || folder.rsplit('/').find_map(|part| of.exercises.iter().find(|id| part == *id).cloned());
    work.exercise = by_file.or_else(by_folder).or_else(|| of.only()).unwrap_or_default();
    Ok(Some(match faults.into_iter().next() {
        Some(fault) => Err((Some(work.exercise).filter(|id| !id.is_empty()), fault)),
        None => Ok(work),
    }))
}

/// The files whose names are like this one.
fn alike<'e>(entries: &[&'e Entry], file: &str) -> Vec<&'e Entry> {
    // A document or a picture is no plan, whatever it is called: somebody has to look at it.
    let is_text = |entry: &&Entry| matches!(entry.ending().as_str(), "" | "toml" | "txt" | "text" | "md");
    let is_it = |entry: &&Entry| is_like(entry.name(), file) && entry.body != Body::Other;
    entries.iter().copied().filter(is_text).filter(is_it).collect()
}

/// What else lay there under a name that is like this one.
fn left_aside(entries: &[&Entry], taken: &Entry, file: &str) -> Option<Text> {
    let others: Vec<&str> =
        alike(entries, file).iter().filter(|other| other.path != taken.path).map(|other| other.name()).collect();
    let (name, list) = (taken.name(), others.join(", "));
    (!others.is_empty()).then(|| text!("{name} was taken, and not {list}", "{name} を使い、{list} は使いませんでした"))
}

/// Whether a file could be taken for another: a table in TOML, as a browser calls a second download of it.
fn is_rival(other: &Entry, exact: &Entry) -> bool {
    let is_toml = other.ending() == "toml" || other.name().to_lowercase().ends_with(".toml.txt");
    is_toml && other.body != exact.body
}

/// The file of this name, or the only one whose name is like it.
fn one<'e>(entries: &[&'e Entry], file: &str) -> Result<Option<&'e Entry>, Text> {
    let mut like = alike(entries, file);
    if let Some(exact) = entries.iter().find(|entry| entry.name() == file) {
        like.retain(|other| is_rival(other, exact));
        if like.is_empty() {
            return Ok(Some(exact));
        }
        like.insert(0, exact);
    }
    match like.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        [first, second, ..] => {
            let (a, b) = (first.name(), second.name());
            Err(text!("which is {file}: {a} or {b}?", "{file} に当たるのは {a} と {b} のどちらですか"))
        }
    }
}

/// A file's text.
fn text(file: &str, entry: &Entry) -> Result<String, Fault> {
    let bytes = match &entry.body {
        Body::Bytes(bytes) if bytes.len() as u64 > disk::HAND_IN => {
            let what = Text::new("a file", "ファイル");
            return Err(disk::Refused::TooLarge(bytes.len() as u64, disk::HAND_IN).fault(file, &what));
        }
        Body::Bytes(bytes) => bytes.as_slice(),
        Body::Refused(Text { en, ja }) => {
            let found = text!("it is not read: {en}", "読み込みません（{ja}）");
            return Err(Fault::new(
                Id::Unreadable,
                Place::file(file),
                found,
                Text::new("a plain text file", "通常のテキストファイル"),
            ));
        }
        // What is not read by its name is never looked for by it, and what cannot be read is told before.
        Body::Other | Body::Unreadable(_) => &[],
    };
    // Which encoding it is instead is told by the reader of such files, whose words a learner knows.
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        let told = keys::read(file, bytes, &[]).err().and_then(|faults| faults.into_iter().next());
        told.unwrap_or_else(|| {
            let found = Text::new("letters that are not UTF-8", "UTF-8ではない文字があります");
            Fault::new(
                Id::Encoding,
                Place::file(file),
                found,
                Text::new("a file saved as UTF-8", "文字コードUTF-8で保存したファイル"),
            )
        })
    })
}

/// The exercise that a file says it is of (`exercise = "id@version"`), where the class has it.
fn said(text: &str, of: Of) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim_start_matches('\u{feff}').trim().strip_prefix("exercise"))?;
    let value = line.trim_start().strip_prefix('=')?.trim();
    let value = value.strip_prefix(['"', '\''])?;
    known(value.split(['"', '\'']).next()?, of)
}

fn known(reference: &str, of: Of) -> Option<String> {
    let id = reference.split('@').next().unwrap_or_default();
    of.exercises.iter().find(|known| *known == id).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN_OF_A: &str = "exercise = \"a@1\"\n";

    fn look(files: &[(&str, &str)], exercises: &[&str]) -> Vec<Found> {
        let entries = files.iter().map(|(path, text)| Entry {
            path: (*path).to_owned(),
            body: if CODE.iter().any(|end| path.ends_with(&format!(".{end}"))) {
                Body::Other
            } else {
                Body::Bytes(text.as_bytes().to_vec())
            },
        });
        let exercises: Vec<String> = exercises.iter().map(|id| (*id).to_owned()).collect();
        found(entries.collect(), Of { exercises: &exercises, meant: None })
    }

    fn works(found: &[Found]) -> Vec<(&str, bool, bool, usize)> {
        let of = |found: &Found| match found {
            Found::Work(work) => {
                (work.exercise.clone().leak() as &str, work.plan.is_some(), work.answers.is_some(), work.notes.len())
            }
            other => panic!("{other:?}"),
        };
        found.iter().map(of).collect()
    }

    #[test]
    fn a_name_that_is_nearly_right_is_taken_and_said() {
        for name in ["Plan.toml", "plan.toml.txt", "plan (1).toml", "work/practicum/a/PLAN.TOML"] {
            let found = look(&[(name, PLAN_OF_A), ("notes.docx", "")], &["a", "b"]);
            assert_eq!(works(&found), [("a", true, false, 1)], "{name}");
        }
        assert_eq!(works(&look(&[("plan.toml", PLAN_OF_A), ("answers.toml", "")], &["a"])), [("a", true, true, 0)]);
    }

    #[test]
    fn two_exercises_are_told_apart_by_what_they_say_and_by_their_folders() {
        let found = look(&[("w/a/plan.toml", "x = 1\n"), ("w/b/plan.toml", "exercise = 'b@2'\n")], &["a", "b"]);
        assert_eq!(works(&found), [("a", true, false, 0), ("b", true, false, 0)]);
        assert!(matches!(&look(&[("plan.toml", "x = 1")], &["a", "b"])[..], [Found::Unclear(_)]));
        assert_eq!(works(&look(&[("plan.toml", "x = 1")], &["a"])), [("a", true, false, 0)]);
    }

    #[test]
    fn what_a_person_must_look_at_is_never_graded() {
        for files in [
            vec![("plan (1).toml", PLAN_OF_A), ("plan (2).toml", PLAN_OF_A)],
            vec![("plan.toml", PLAN_OF_A), ("plan (1).toml", "exercise = \"a@1\"\n[train]\n")],
            vec![("x/plan.toml", PLAN_OF_A), ("y/plan.toml", "exercise = \"a@1\"\n[train]\n")],
            vec![("essay.docx", "")],
            vec![],
        ] {
            assert!(matches!(&look(&files, &["a"])[..], [Found::Unclear(_)]), "{files:?}");
        }
        assert!(matches!(&look(&[("solution.ipynb", "{}")], &["a"])[..], [Found::Invalid(None, _)]));
    }

    #[test]
    fn one_hand_in_twice_is_one() {
        let found = look(&[("x/plan.toml", PLAN_OF_A), ("y/plan.toml", PLAN_OF_A)], &["a"]);
        // And it is said.
        assert_eq!(works(&found), [("a", true, false, 1)]);
        let found = look(&[("plan.toml", PLAN_OF_A), ("plan (1).toml", PLAN_OF_A), ("my plan.txt", "notes")], &["a"]);
        let [Found::Work(work)] = &found[..] else { panic!("{found:?}") };
        assert!(work.notes[0].en.contains("plan (1).toml") && work.notes[0].en.contains("my plan.txt"), "{work:?}");
    }

    #[test]
    fn what_cannot_be_read_is_for_a_person_and_what_lies_beside_it_is_read() {
        let entry = |path: &str, body: Body| Entry { path: path.to_owned(), body };
        let exercises = ["a".to_owned()];
        let of = Of { exercises: &exercises, meant: None };
        let hidden = || entry("plan.toml", Body::Unreadable(Text::new("it is encrypted", "")));
        assert!(matches!(&found(vec![hidden()], of)[..], [Found::Unclear(_)]));
        let plan = entry("b/plan.toml", Body::Bytes(PLAN_OF_A.as_bytes().to_vec()));
        let both = found(vec![hidden(), plan], of);
        assert!(matches!(&both[..], [Found::Unclear(_), Found::Work(_)]), "{both:?}");
        let damaged = found(vec![entry("w.zip", Body::Bytes(b"PK\x03\x04 no".to_vec()))], of);
        assert!(matches!(&damaged[..], [Found::Unclear(_)]), "{damaged:?}");
    }

    #[test]
    fn a_plan_in_another_encoding_says_how_to_save_it() {
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("# 計画\nexercise = \"a@1\"\n");
        let entries = vec![Entry { path: "plan.toml".to_owned(), body: Body::Bytes(bytes.to_vec()) }];
        let exercises = ["a".to_owned()];
        let found = found(entries, Of { exercises: &exercises, meant: None });
        let [Found::Invalid(Some(id), fault)] = &found[..] else { panic!("{found:?}") };
        assert!(id == "a" && fault.found.en.contains("CP932"), "{fault:?}");
    }
}
