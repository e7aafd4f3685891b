//! Moodle's grading worksheet: the CSV that a teacher downloads, whose titles are in the teacher's language.

use std::collections::BTreeMap;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

use crate::moment::Moment;
use crate::roster::{decoded, last_number, separator};

/// A column of the worksheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// `Participant 123`
    Identifier,
    /// The learner's name; not there where names are hidden.
    Name,
    /// Their e-mail.
    Email,
    /// Their number in the institution.
    IdNumber,
    /// Their grade.
    Grade,
    /// The most that can be reached.
    Maximum,
    /// Whether the grade may be changed.
    Changeable,
    /// When they handed in last.
    Submitted,
    /// When they were graded last.
    Graded,
    /// What is told them.
    Feedback,
}

/// The key under which `class.toml` may name a title of another language, and the titles that are known (Moodle's language packs for
/// English, German and Japanese), in small letters.
const TITLES: [(Column, &str, &[&str]); 10] = [
    (Column::Identifier, "identifier", &["identifier", "id", "識別子"]),
    (Column::Name, "name", &["full name", "vollständiger name", "フルネーム", "氏名", "姓/名"]),
    (Column::Email, "email", &["email address", "e-mail-adresse", "メールアドレス"]),
    (Column::IdNumber, "id_number", &["id number", "id-nummer", "idナンバー"]),
    (Column::Grade, "grade", &["grade", "bewertung", "評点", "評定"]),
    (Column::Maximum, "maximum", &["maximum grade", "bestwertung", "最大評点", "最大評定", "最高評点"]),
    (
        Column::Changeable,
        "changeable",
        &[
            "grade can be changed",
            "bewertung kann geändert werden",
            "評点を変更できます",
            "評定を変更できます",
            "評点の変更可否",
        ],
    ),
    (
        Column::Submitted,
        "submitted",
        &[
            "last modified (submission)",
            "zuletzt geändert (abgabe)",
            "最終更新日時 (提出)",
            "最終更新日時（提出）",
            "最終更新日時 (提出物)",
        ],
    ),
    (
        Column::Graded,
        "graded",
        &[
            "last modified (grade)",
            "zuletzt geändert (bewertung)",
            "最終更新日時 (評点)",
            "最終更新日時（評点）",
            "最終更新日時 (評定)",
            "最終更新日時（評定）",
        ],
    ),
    (Column::Feedback, "feedback", &["feedback comments", "feedback als kommentar", "フィードバックコメント"]),
];

/// A worksheet, every cell as it was.
#[derive(Clone, Debug)]
pub struct Worksheet {
    file: String,
    marked: bool,
    separator: u8,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    at: BTreeMap<Column, usize>,
}

impl Worksheet {
    /// Reads it; `named` has the titles that `class.toml` gives, by key.
    ///
    /// # Errors
    /// No table, or without the columns that Moodle's import needs.
    pub fn read(file: &str, bytes: &[u8], named: &BTreeMap<String, String>) -> Result<Self, Vec<Fault>> {
        let text = decoded(file, bytes).map_err(|fault| vec![fault])?;
        let separator = separator(&text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let mut rows: Vec<Vec<String>> = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let error = error.to_string();
                let found = text!("no table: {error}", "表として読めません（{error}）");
                vec![Fault::new(
                    Id::NotATable,
                    Place::file(file),
                    found,
                    Text::new("Moodle's grading worksheet", "Moodleの評定ワークシート"),
                )]
            })?;
            rows.push(record.iter().map(str::to_owned).collect());
        }
        let header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
        let mut at = BTreeMap::new();
        for (column, key, titles) in TITLES {
            let is_it = |cell: &String| match named.get(key) {
                Some(title) => cell.trim() == title.trim(),
                None => titles.contains(&cell.trim().to_lowercase().as_str()),
            };
            if let Some(found) = header.iter().position(is_it) {
                at.insert(column, found);
            }
        }
        let lacks = |column: &&(Column, &str, &[&str])| {
            let needed = [Column::Identifier, Column::Grade, Column::Graded, Column::Feedback];
            needed.contains(&column.0) && !at.contains_key(&column.0)
        };
        let lacking: Vec<&str> = TITLES.iter().filter(lacks).map(|(_, key, _)| *key).collect();
        if let Some(first) = lacking.first() {
            let (titles, lacking) = (header.join(", "), lacking.join(", "));
            return Err(vec![Fault::new(
                Id::UnknownColumn,
                Place { line: Some(1), ..Place::file(file) },
                text!(
                    "the titles {titles}: which of them is {lacking}?",
                    "見出しは {titles} です。{lacking} に当たる列が分かりません"
                ),
                text!(
                    "Moodle's grading worksheet in English, German or Japanese; for another language name the titles in class.toml, as in [worksheet] {first} = \"…\"",
                    "英語・ドイツ語・日本語のMoodleの評定ワークシート。ほかの言語では class.toml に [worksheet] {first} = \"…\" のように見出しを書いてください"
                ),
            )]);
        }
        let width = header.len();
        for row in &mut rows {
            row.resize(width.max(row.len()), String::new());
        }
        Ok(Self { file: file.to_owned(), marked: bytes.starts_with(b"\xef\xbb\xbf"), separator, header, rows, at })
    }

    /// How many learners it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A cell; empty where there is no such column.
    pub fn cell(&self, row: usize, column: Column) -> &str {
        let cell = self.at.get(&column).and_then(|&at| self.rows.get(row)?.get(at));
        cell.map(|cell| cell.trim()).unwrap_or_default()
    }

    /// Changes a cell.
    pub fn set(&mut self, row: usize, column: Column, value: String) {
        if let Some(cell) = self.at.get(&column).and_then(|&at| self.rows.get_mut(row)?.get_mut(at)) {
            *cell = value;
        }
    }

    /// The number of a row's learner in this assignment.
    pub fn participant(&self, row: usize) -> Option<u64> {
        last_number(self.cell(row, Column::Identifier))
    }

    /// The row of a number.
    pub fn row_of(&self, participant: u64) -> Option<usize> {
        (0..self.rows.len()).find(|&row| self.participant(row) == Some(participant))
    }

    /// When a row's learner handed in last, where that can be read for sure.
    pub fn submitted(&self, row: usize, offset: i64) -> Option<Moment> {
        Moment::worded(self.cell(row, Column::Submitted), offset)
    }

    /// The most that can be reached, where it is a number.
    pub fn maximum(&self, row: usize) -> Option<f64> {
        self.cell(row, Column::Maximum)
            .replace(',', ".")
            .parse()
            .ok()
            .filter(|most: &f64| most.is_finite() && *most > 0.0)
    }

    /// A number as this worksheet writes its own: with a comma where its maximum has one.
    pub fn number(&self, written: &str) -> String {
        let commas = (0..self.rows.len()).any(|row| self.cell(row, Column::Maximum).contains(','));
        if commas { written.replace('.', ",") } else { written.to_owned() }
    }

    /// Why no points can be written: the assignment is graded by words, or not at all.
    pub fn without_points(&self) -> Option<Fault> {
        let scale = ["scale", "skala", "評価尺度", "尺度", "スケール"];
        let scale = self.header.iter().position(|cell| scale.contains(&cell.trim().to_lowercase().as_str()));
        let expected = Text::new(
            "an assignment that is graded by points: set Grade, Type to Point in its settings, and download the worksheet anew. Moodle would drop points that are written into another one without a word",
            "点数で評価する課題（課題の設定で「評点」の「タイプ」を「ポイント」にして、ワークシートをもう一度ダウンロードしてください。ほかの評価方法の課題に点数を書き込んでも、Moodleは何も言わずに無視します）",
        );
        let place = |line: usize, key: Option<String>| Place { line: Some(line), key, ..Place::file(&*self.file) };
        if let (None, Some(at)) = (self.at.get(&Column::Maximum), scale) {
            let words = self.rows.first().and_then(|row| row.get(at)).map(|cell| cell.trim()).unwrap_or_default();
            let found = text!("grades by a scale ({words})", "尺度による評価です（{words}）");
            return Some(Fault::new(Id::Refused, place(1, self.header.get(at).cloned()), found, expected));
        }
        let Some(title) = self.at.get(&Column::Maximum).and_then(|&at| self.header.get(at)) else {
            let titles = self.header.join(", ");
            return Some(Fault::new(
                Id::UnknownColumn,
                place(1, None),
                text!(
                    "the titles {titles}: none of them is known as the most that can be reached",
                    "見出しは {titles} です。最大評点に当たる列が分かりません"
                ),
                Text::new(
                    "the column Maximum grade of an assignment that is graded by points; in another language name it in class.toml, as in [worksheet] maximum = \"…\"",
                    "点数で評価する課題の「最大評点」の列。ほかの言語では class.toml に [worksheet] maximum = \"…\" のように見出しを書いてください",
                ),
            ));
        };
        let row = (0..self.rows.len()).find(|&row| self.maximum(row).is_none())?;
        let cell = self.cell(row, Column::Maximum);
        let found = text!("\"{cell}\", which is no number of points", "\"{cell}\" は点数ではありません");
        Some(Fault::new(Id::Refused, place(row + 2, Some(title.clone())), found, expected))
    }

    /// A fault of a row.
    pub fn fault(&self, row: usize, found: Text, expected: Text) -> Fault {
        Fault::new(Id::BadValue, Place { line: Some(row + 2), ..Place::file(&*self.file) }, found, expected)
    }

    /// The file, with nothing changed but what was set.
    ///
    /// # Errors
    /// Our own failure.
    pub fn bytes(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::WriterBuilder::new().delimiter(self.separator).flexible(true).from_writer(Vec::new());
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        let mut bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        if self.marked {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "\u{feff}Identifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum grade\",\"Grade can be changed\",\"Last modified (submission)\",\"Last modified (grade)\",\"Feedback comments\"\n\"Participant 41\",\"Muster, \"\"Anna\"\"\",a@example.org,\"Submitted for grading\",,10.00,Yes,\"Thursday, 26 November 2026, 7:05 PM\",-,\n";

    #[test]
    fn worksheets_in_three_languages_are_read_and_come_back_as_they_were() {
        let german = "ID;Vollständiger Name;Status;Bewertung;Bestwertung;Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar\nTeilnehmer/in 41;Müller Zoë;;;10,00;Donnerstag, 26. November 2026, 19:05;-;\n";
        let japanese = "識別子,氏名,ステータス,評点,最大評点,最終更新日時 (提出),最終更新日時 (評点),フィードバックコメント\n参加者 41,佐藤 花子,提出済み,,10.00,2026年 11月 26日(木曜日) 19:05,-,\n";
        for text in [ENGLISH, german, japanese] {
            let mut sheet = Worksheet::read("w.csv", text.as_bytes(), &BTreeMap::new()).unwrap();
            assert_eq!((sheet.participant(0), sheet.row_of(41), sheet.maximum(0)), (Some(41), Some(0), Some(10.0)));
            assert_eq!(sheet.submitted(0, 0).map(Moment::utc).as_deref(), Some("2026-11-26T19:05:00Z"));
            let before = sheet.clone();
            sheet.set(0, Column::Grade, "7.5".to_owned());
            let again = Worksheet::read("w.csv", &sheet.bytes().unwrap(), &BTreeMap::new()).unwrap();
            assert_eq!(again.cell(0, Column::Grade), "7.5");
            let others = |sheet: &Worksheet| {
                sheet.rows[0].iter().filter(|cell| *cell != "7.5" && !cell.is_empty()).cloned().collect::<Vec<_>>()
            };
            assert_eq!((others(&again), &again.header, again.marked), (others(&before), &before.header, before.marked));
        }
    }

    #[test]
    fn a_worksheet_without_points_is_told() {
        let read = |text: String| Worksheet::read("w.csv", text.as_bytes(), &BTreeMap::new()).unwrap().without_points();
        assert_eq!(read(ENGLISH.to_owned()), None);
        let scale = ENGLISH
            .replace("Maximum grade", "Scale")
            .replace("10.00", "failed, passed")
            .replace("failed, passed", "\"failed, passed\"");
        assert!(read(scale).unwrap().found.en.contains("failed, passed"));
        assert!(
            read(ENGLISH.replace("Maximum grade", "Note maximale"))
                .unwrap()
                .expected
                .en
                .contains("[worksheet] maximum")
        );
        assert!(read(ENGLISH.replace("10.00", "-")).unwrap().found.en.contains("no number of points"));
    }

    #[test]
    fn a_worksheet_of_another_language_is_read_when_its_titles_are_named() {
        let french = ENGLISH.replace("Identifier", "Identifiant").replace(",Grade,", ",Note,");
        let fault = &Worksheet::read("w.csv", french.as_bytes(), &BTreeMap::new()).unwrap_err()[0];
        assert!(
            fault.found.en.contains("Identifiant") && fault.expected.en.contains("[worksheet] identifier"),
            "{fault:?}"
        );
        let named = [("identifier", "Identifiant"), ("grade", "Note")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert!(Worksheet::read("w.csv", french.as_bytes(), &BTreeMap::from(named)).is_ok());
    }
}
