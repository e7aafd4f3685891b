//! Grades for another system, and whatever else is written for a grader.

use std::path::{Path, PathBuf};

use app::ending::Ending;
use app::learner::desk::Desk;
use course::exercise::Exercise;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::Short;
use diagnostics::text;
use diagnostics::text::Text;

use crate::desk::{self, Opened};
use crate::folder::{Class, unwritten};
use crate::grade::Grade;
use crate::gradebook::canvas::Titled;
use crate::gradebook::{self, Choice, page};

/// Where is written what nobody named a place for.
pub const FOLDER: &str = "export";

/// For which system grades are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The worksheet with grades, and the zip of feedback files.
    Moodle,
    /// The CSV that Canvas imports.
    Canvas,
    /// A results.json for each learner.
    Gradescope,
    /// One table of everything.
    Csv,
    /// A workbook for a spreadsheet.
    Xlsx,
}

impl Format {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Moodle, Self::Canvas, Self::Gradescope, Self::Csv, Self::Xlsx];

    /// Its name in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moodle => "moodle",
            Self::Canvas => "canvas",
            Self::Gradescope => "gradescope",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// What is written.
    pub fn about(self) -> Short {
        match self {
            Self::Moodle => Short::new(
                "The worksheet with grades, and the zip of feedback files",
                "評点入りの評定ワークシートと、フィードバックのzip",
            ),
            Self::Canvas => Short::new("The CSV that Canvas imports", "Canvasに取り込むCSV"),
            Self::Gradescope => Short::new("A results.json for each learner", "学習者ごとのresults.json"),
            Self::Csv => Short::new("One table of everything", "すべてをまとめた1つの表"),
            Self::Xlsx => Short::new("A workbook for a spreadsheet", "表計算ソフト用のブック"),
        }
    }
}

/// How a class is exported.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// For which system.
    pub format: Format,
    /// Where it is written; otherwise the folder `export` of the class.
    pub to: Option<&'a Path>,
    /// Moodle's grading worksheet.
    pub worksheet: Option<&'a Path>,
    /// Canvas's gradebook.
    pub gradebook: Option<&'a Path>,
    /// The exercise, where it is one.
    pub exercise: Option<&'a str>,
    /// What an open or a missing grade becomes.
    pub choice: Choice,
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Into which folder.
    pub to: PathBuf,
    /// The files, with their folder.
    pub paths: Vec<String>,
    /// What whoever uses them should know.
    pub notes: Vec<Text>,
}

/// Files to write: name below a folder, and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// Writes files below a folder; their paths.
///
/// # Errors
/// The disk's.
pub fn write(to: &Path, files: &[(String, Vec<u8>)]) -> Result<Vec<String>, Ending> {
    for (name, bytes) in files {
        disk::write(to, name, bytes).map_err(|refused| unwritten(&to.join(name), &refused))?;
    }
    Ok(files.iter().map(|(name, _)| to.join(name).display().to_string()).collect())
}

/// Writes grades for another system.
///
/// # Errors
/// Grades that are not settled, where nobody forces it; a file that is missing or cannot be read; the disk's.
pub fn export(desk: &Desk, folder: &Path, options: Options) -> Result<Written, Ending> {
    let Opened { mut class, store, mut book, mut exercises } = Opened::at(desk, folder)?;
    if let Some(asked) = options.exercise {
        let asked = only(&class, Some(asked))?;
        class.settings.exercises.retain(|one| one.id.value == asked);
        exercises.retain(|id, _| *id == asked);
        book.grades.retain(|(_, exercise), _| *exercise == asked);
        book.doubts.retain(|doubt| doubt.may_be_of(&asked));
    }
    let held = gradebook::held(&book);
    if let Some(first) = held.first().filter(|_| !options.choice.forced) {
        let n = held.len();
        let (who, state) = (&first.learner, first.state.word());
        let expected = Text::new(
            "every hand-in settled: practicum grade --yes tries errors again and grades what waits, practicum class texts and mark are for texts, practicum class doubts tells what is doubtful and how to decide it; or --force, which leaves these rows without a grade",
            "すべての提出が確定していること（practicum grade --yes で採点とエラーの再試行、practicum class texts と mark で記述の採点、practicum class doubts で確認が必要な提出とその決め方）。または --force（その行の評点は空欄になります）",
        );
        let found = text!(
            "{n} grades that are not settled; the first is of {who}: {state}",
            "確定していない成績が{n}件あります（最初は {who}：{state}）"
        );
        return Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file(&*first.exercise), found, expected)]));
    }
    // A zero for somebody whose hand-in an earlier version passed over would be a wrong one.
    if options.choice.zero && !options.choice.forced && store.is_unread()? {
        let found = Text::new(
            "zeros for a class that an earlier version graded: what was doubtful then was not kept",
            "以前の版で採点したクラスに0点を付けようとしています（以前の版は、確認が必要な提出を保存していませんでした）",
        );
        let expected = Text::new(
            "the downloads graded once more, which takes seconds: practicum grade IN --yes; or --force, where you know that nothing was doubtful",
            "ダウンロードした提出物をもう一度採点すること（practicum grade 提出物 --yes、数秒で終わります）。確認が必要な提出がなかったと分かっていれば --force",
        );
        return Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file("--zero"), found, expected)]));
    }
    let choice = options.choice;
    let to = options.to.map_or_else(|| class.folder.join(FOLDER), Path::to_owned);
    let lang = class.settings.lang;
    let record = |learner: &str, exercise: &str| -> Result<Option<app::job::Record>, Ending> {
        let attempt = book.grade(learner, exercise).and_then(Grade::attempt);
        Ok(attempt.map(|attempt| store.record(&attempt.key)).transpose()?.flatten())
    };
    let mut notes = Vec::new();
    if options.choice.zero && store.is_unread()? {
        notes.push(Text::new(
            "zeros were given though an earlier version of the program graded this class and kept no doubts: somebody whose hand-in was doubtful then may have got one",
            "以前の版で採点したクラスに0点を付けました。以前の版は確認が必要な提出を保存していないため、提出した人に0点が付いた可能性があります",
        ));
    }
    let files = match options.format {
        Format::Csv => vec![("grades.csv".to_owned(), gradebook::plain::csv(&class, &book, choice)?)],
        Format::Xlsx => vec![("grades.xlsx".to_owned(), gradebook::xlsx::workbook(&class, &book, choice)?)],
        Format::Canvas => {
            let in_lang = |title: &Text| title.get(lang.first()).to_owned();
            let titled = |(id, exercise): (&String, &Exercise)| Titled {
                id: id.clone(),
                title: in_lang(&exercise.title),
                assignment: class.settings.assignment(id).and_then(|asked| asked.canvas.clone()),
            };
            let titled: Vec<Titled> = exercises.iter().map(titled).collect();
            let what = Text::new("the CSV that Canvas's gradebook exports", "Canvasの成績表から書き出したCSV");
            let template = options.gradebook.map(|path| desk::given(path, &what)).transpose()?;
            let template = template.as_ref().map(|(shown, bytes)| (shown.as_str(), bytes.as_slice()));
            let (bytes, told) = gradebook::canvas::csv(&class, &book, &titled, template, choice)?;
            notes = told;
            vec![("canvas.csv".to_owned(), bytes)]
        }
        Format::Gradescope => {
            let mut files: Vec<(String, Vec<u8>)> = Vec::new();
            let mut without = Vec::new();
            for ((learner, exercise), grade) in &book.grades {
                let Some(of) = exercises.get(exercise) else { continue };
                let found = record(learner, exercise)?;
                if let Some(document) = gradebook::gradescope::results(of, grade, found.as_ref(), lang, choice) {
                    let name = once(&files, &format!("gradescope/{exercise}/"), learner, "/results.json");
                    files.push((name, serde_json::to_vec_pretty(&document)?));
                } else if !held.iter().any(|held| held.learner == *learner && held.exercise == *exercise) {
                    without.push(learner.as_str());
                }
            }
            if !without.is_empty() {
                let (n, list) = (without.len(), gradebook::few(without));
                notes.push(text!(
                    "{n} have no grade, and no file: {list}",
                    "成績のない{n}件には、ファイルがありません（{list}）"
                ));
            }
            files
        }
        Format::Moodle => {
            let exercise = only(&class, options.exercise)?;
            let of = &exercises[&exercise];
            let path = options.worksheet.ok_or_else(|| {
                let found = Text::new("no worksheet", "評定ワークシートが指定されていません");
                let expected = Text::new(
                    "--worksheet with the grading worksheet that you download from the assignment (View all submissions, Download grading worksheet)",
                    "--worksheet に、課題の「すべての提出を表示」からダウンロードした評定ワークシートを指定してください",
                );
                vec![Fault::new(Id::MissingArgument, Place::file("--worksheet"), found, expected)]
            })?;
            let mut sheet = desk::worksheet(&class, path)?;
            let page = |learner: &str, most: Option<f64>| {
                let Some(grade) = book.grade(learner, &exercise).filter(|grade| page::is_due(grade)) else {
                    return Ok(None);
                };
                let Some(person) = class.roster.learner(learner) else { return Ok(None) };
                let found = record(learner, &exercise)?;
                let submission = grade.attempt().and_then(|attempt| book.submissions.get(&attempt.number));
                let of = page::Of {
                    class: &class,
                    learner: person,
                    exercise: of,
                    grade,
                    submission,
                    record: found.as_ref(),
                    most,
                };
                Ok(Some(page::page(of)))
            };
            let feedback = gradebook::moodle::feedback_files(&class, &book, &exercise, &sheet, &page)?;
            notes = gradebook::moodle::fill(&class, &book, &exercise, &mut sheet, choice)?;
            let name =
                path.file_name().map_or_else(|| "worksheet.csv".to_owned(), |name| name.to_string_lossy().into_owned());
            let bytes = sheet.bytes().map_err(|error| Ending::ours(&error))?;
            vec![(name, bytes), (format!("feedback-{exercise}.zip"), feedback)]
        }
    };
    if !held.is_empty() {
        let (n, list) = (held.len(), gradebook::few(held.iter().map(|held| held.learner.as_str())));
        notes.push(text!(
            "{n} grades are not settled and were left empty: {list}",
            "確定していない{n}件は空欄のままです（{list}）"
        ));
    }
    // The teacher's own file may lie in this very folder, and may be the only copy.
    for given in
        [options.worksheet, options.gradebook].into_iter().flatten().filter_map(|path| path.canonicalize().ok())
    {
        let is_it = |at: &PathBuf| at.canonicalize().is_ok_and(|at| at == given);
        if let Some(at) = files.iter().map(|(name, _)| to.join(name)).find(is_it) {
            let found = Text::new("the file that you downloaded itself", "ダウンロードしたファイルそのものです");
            let expected = Text::new(
                "another folder (--to): the file that you downloaded stays as it was",
                "別のフォルダー（--to で指定します）。ダウンロードしたファイルは書き換えません",
            );
            let shown = at.display().to_string();
            return Err(vec![Fault::new(Id::AlreadyThere, Place::file(shown), found, expected)].into());
        }
    }
    let written = write(&to, &files)?;
    Ok(Written { to, paths: written, notes })
}

/// An id as the name of a folder or a file, on every system.
fn as_name(id: &str) -> String {
    let name: String = id.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    // CON, NUL and their like are no names on Windows.
    if disk::is_name(&name) { name } else { format!("{name}_") }
}

/// A file for somebody: two ids may be one name on a disk, and neither takes the other's place.
pub(crate) fn once(files: &[(String, Vec<u8>)], before: &str, id: &str, behind: &str) -> String {
    let mut name = as_name(id);
    let path = |name: &str| format!("{before}{name}{behind}");
    while files.iter().any(|(other, _)| other.to_lowercase() == path(&name).to_lowercase()) {
        name.push('_');
    }
    path(&name)
}

/// The exercise that is asked for, or the only one.
fn only(class: &Class, asked: Option<&str>) -> Result<String, Ending> {
    let ids: Vec<&str> = class.settings.exercises.iter().map(|asked| asked.id.value.as_str()).collect();
    let list = ids.join(", ");
    match (asked, ids.as_slice()) {
        (Some(id), _) if ids.contains(&id) => Ok(id.to_owned()),
        (None, [one]) => Ok((*one).to_owned()),
        (asked, _) => {
            let id = asked.unwrap_or_default();
            let found = match asked {
                Some(id) => text!("the exercise \"{id}\"", "演習 \"{id}\""),
                None => Text::new("several exercises in this class", "このクラスには演習が複数あります"),
            };
            let fault = Fault::new(
                Id::UnknownExercise,
                Place::file("--exercise"),
                found,
                text!("one of {list}", "{list} のいずれか"),
            );
            Err(Ending::Faults(vec![fault.near(id, ids.iter().copied())]))
        }
    }
}
