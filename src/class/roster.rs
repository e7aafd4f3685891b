//! Who is in the class: a CSV, as a university's system exports it.

use std::collections::BTreeMap;

use app::learner::variant;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use unicode_normalization::UnicodeNormalization as _;

use crate::person::Name;

/// Somebody who hands in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learner {
    /// By what they are known everywhere: a student's number.
    pub id: String,
    /// As it is shown.
    pub name: String,
    /// E-mail, in small letters.
    pub email: Option<String>,
    /// The key of their variant, where the roster says one; otherwise the class makes it.
    pub key: Option<String>,
    /// Their number in a Moodle assignment, where the roster says it.
    pub participant: Option<u64>,
    /// The group with which they hand in.
    pub group: Option<String>,
}

/// Everybody, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// The learners.
    pub learners: Vec<Learner>,
}

/// What a column may be called, in small letters.
const COLUMNS: [(Column, &[&str]); 8] = [
    (
        Column::Id,
        &[
            "id",
            "student id",
            "student number",
            "id number",
            "sis user id",
            "学籍番号",
            "学生番号",
            "matrikelnummer",
            "matrikelnr",
            "id-nummer",
            "idナンバー",
        ],
    ),
    (
        Column::Name,
        &["name", "full name", "student", "student name", "氏名", "名前", "フルネーム", "vollständiger name"],
    ),
    (Column::Given, &["first name", "given name", "名", "vorname"]),
    (Column::Family, &["last name", "family name", "surname", "姓", "nachname", "familienname"]),
    (Column::Email, &["email", "e-mail", "email address", "メール", "メールアドレス", "e-mail-adresse"]),
    (Column::Key, &["variant", "key", "キー", "バリアント"]),
    (Column::Participant, &["participant", "participant id", "identifier"]),
    (Column::Group, &["group", "team", "グループ", "班", "gruppe"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Id,
    Name,
    Given,
    Family,
    Email,
    Key,
    Participant,
    Group,
}

/// The text of a table that some program exported: UTF-8, with or without its mark, or CP932 as Japanese Excel writes it.
///
/// # Errors
/// Another encoding: which letters a byte stands for is not guessed.
pub fn decoded(file: &str, bytes: &[u8]) -> Result<String, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(bytes);
    // A file in another encoding reads as CP932 too, but as letters that nobody writes.
    let unlikely = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c);
    let japanese = |c: char| ('\u{3041}'..='\u{30ff}').contains(&c) || ('\u{4e00}'..='\u{9fff}').contains(&c);
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if !broken && !utf16 && text.contains(japanese) && !text.contains(unlikely) {
        return Ok(text.into_owned());
    }
    let found = Text::new("letters that are neither UTF-8 nor CP932", "UTF-8でもCP932でもない文字があります");
    let expected = Text::new(
        "a file saved as UTF-8 (in Excel: CSV UTF-8)",
        "UTF-8で保存したファイル（Excelでは「CSV UTF-8」を選びます）",
    );
    Err(Fault::new(Id::Encoding, Place::file(file), found, expected))
}

/// The sign between the cells of a table: the one of comma, semicolon and tab that its first line has most of.
pub fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: u8| first.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

impl Roster {
    /// Reads it; `file` is what faults call it.
    ///
    /// # Errors
    /// No column of ids, no names, ids or keys that stand twice or cannot be one.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let text = decoded(file, bytes).map_err(|fault| vec![fault])?;
        // A line that tells Excel how to split the others, and is no row.
        let told = text.split_once('\n').filter(|(first, _)| first.starts_with("sep="));
        let (text, above) = told.map_or((text.as_str(), 0), |(_, rest)| (rest, 1));
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).delimiter(separator(text)).from_reader(text.as_bytes());
        let whole = |found: Text, expected: Text| Fault::new(Id::NotATable, Place::file(file), found, expected);
        let broken = |error: &csv::Error| {
            let error = error.to_string();
            vec![whole(
                text!("no table: {error}", "表として読めません（{error}）"),
                Text::new("a CSV file", "CSVファイル"),
            )]
        };
        let header = reader.headers().map_err(|error| broken(&error))?.clone();
        let plain = |cell: &str| cell.trim().nfkc().collect::<String>().to_lowercase().replace('_', " ");
        let mut at: BTreeMap<Column, usize> = BTreeMap::new();
        for (column, names) in COLUMNS {
            if let Some(found) = header.iter().position(|cell| names.contains(&plain(cell).as_str())) {
                at.insert(column, found);
            }
        }
        let has_name = at.contains_key(&Column::Name) || at.contains_key(&Column::Family);
        if !at.contains_key(&Column::Id) || !has_name {
            let found: Vec<&str> = header.iter().take(20).collect();
            let found = found.join(", ");
            return Err(vec![Fault::new(
                Id::UnknownColumn,
                Place { line: Some(1 + above), ..Place::file(file) },
                text!("the columns {found}", "列 {found}"),
                Text::new(
                    "at least the columns id and name (or first name and last name); also email, group, variant",
                    "少なくとも 学籍番号（id）と 氏名（name、または姓と名）の列。ほかに email、グループ、variant も使えます",
                ),
            )]);
        }
        let (mut learners, mut faults) = (Vec::new(), Vec::new());
        let mut seen: BTreeMap<(Column, String), usize> = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| broken(&error))?;
            let line = record.position().map_or(0, csv::Position::line) as usize + above;
            let cell = |column: Column| {
                let cell = at.get(&column).and_then(|&at| record.get(at)).unwrap_or_default().trim();
                (!cell.is_empty()).then(|| cell.to_owned())
            };
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            // A comma within a name puts every cell behind it under another title.
            if record.iter().skip(header.len()).any(|cell| !cell.trim().is_empty()) {
                let (cells, titles) = (record.len(), header.len());
                faults.push(Fault::new(
                    Id::NotATable,
                    Place { line: Some(line), ..Place::file(file) },
                    text!("{cells} cells under {titles} titles", "列名が{titles}個の表に、値が{cells}個あります"),
                    Text::new(
                        "a cell under each title; a name with a comma in it stands in quotation marks, as \"Lee, Min\"",
                        "列名と同じ数の値（カンマを含む名前は \"Lee, Min\" のように引用符で囲みます）",
                    ),
                ));
                continue;
            }
            let place = |column: Column| Place {
                line: Some(line),
                key: at.get(&column).and_then(|&at| header.get(at)).map(str::to_owned),
                ..Place::file(file)
            };
            let name = cell(Column::Name).or_else(|| {
                let parts: Vec<String> = [Column::Family, Column::Given].into_iter().filter_map(cell).collect();
                (!parts.is_empty()).then(|| parts.join(" "))
            });
            let id = variant::key(&cell(Column::Id).unwrap_or_default(), &place(Column::Id));
            let key = cell(Column::Key).map(|key| variant::key(&key, &place(Column::Key))).transpose();
            let (id, key) = match (id, key) {
                (Ok(id), Ok(key)) => (id, key),
                (id, key) => {
                    faults.extend(id.err().into_iter().chain(key.err()));
                    continue;
                }
            };
            let participant = cell(Column::Participant).and_then(|cell| last_number(&cell));
            let email = cell(Column::Email).map(|email| email.to_lowercase());
            let once = [
                (Column::Id, Some(id.clone())),
                (Column::Email, email.clone()),
                (Column::Key, key.clone()),
                (Column::Participant, participant.map(|number| number.to_string())),
            ];
            for (column, value) in once {
                let Some(value) = value else { continue };
                if let Some(first) = seen.insert((column, plain(&value)), line) {
                    faults.push(Fault::new(
                        Id::Twice,
                        place(column),
                        text!(
                            "\"{value}\" a second time (first in line {first})",
                            "\"{value}\" が重複しています（最初は{first}行目）"
                        ),
                        Text::new("each learner once", "学習者1人につき1行"),
                    ));
                }
            }
            let name = name.unwrap_or_else(|| id.clone());
            learners.push(Learner { id, name, email, key, participant, group: cell(Column::Group) });
        }
        if learners.is_empty() && faults.is_empty() {
            faults.push(whole(Text::new("no learners", "学習者がいません"), Text::new("a row for each", "1人1行の表")));
        }
        if faults.is_empty() {
            Ok(Self { learners })
        } else {
            Err(diagnostics::fault::first(faults, 20, &Place::file(file)))
        }
    }

    /// The learner of an id.
    pub fn learner(&self, id: &str) -> Option<&Learner> {
        self.learners.iter().find(|learner| learner.id == id)
    }

    /// Those of a group.
    pub fn group(&self, name: &str) -> Vec<&Learner> {
        let name = Name::of(name);
        let is_of = |learner: &&Learner| learner.group.as_deref().is_some_and(|group| Name::of(group).is(&name));
        self.learners.iter().filter(is_of).collect()
    }
}

/// The last number in a text: `Participant 123`, `Teilnehmer/in 123`.
pub fn last_number(text: &str) -> Option<u64> {
    text.split(|c: char| !c.is_ascii_digit()).rfind(|digits| !digits.is_empty())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excels_own_line_is_no_row() {
        let roster = Roster::read("r.csv", b"sep=;\r\nid;name\r\n1;Mori\r\n").unwrap();
        assert_eq!((roster.learners.len(), roster.learners[0].name.as_str()), (1, "Mori"));
        let faults = Roster::read("r.csv", b"sep=;\nid;name\n1;Mori\n1;Sato\n").unwrap_err();
        assert_eq!(faults[0].place.line, Some(4));
    }

    #[test]
    fn a_comma_within_a_name_is_told_and_moves_no_cell() {
        let faults = Roster::read("r.csv", b"id,name,email\n1,Lee, Min,min@x.org\n2,Mori,,,\n").unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].place.line, Some(2));
        assert!(faults[0].found.en.contains("4 cells under 3 titles"), "{faults:?}");
    }

    #[test]
    fn a_roster_is_read_from_utf_8_and_from_cp932() {
        let text = "学籍番号,氏名,メールアドレス,グループ\r\nM001,佐藤 花子,Hanako@Example.jp,A班\r\nM002,\"Muster, Anna\",,\r\n";
        let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(text);
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &cp932, &with_mark] {
            let roster = Roster::read("roster.csv", bytes).unwrap();
            assert_eq!(roster.learners[0].name, "佐藤 花子");
            assert_eq!(roster.learners[0].email.as_deref(), Some("hanako@example.jp"));
            assert_eq!(roster.group("a班").len(), 1);
            assert_eq!(roster.learner("M002").unwrap().name, "Muster, Anna");
        }
        let german = Roster::read("r.csv", "Matrikelnummer;Nachname;Vorname\n7;Müller;Zoë\n".as_bytes()).unwrap();
        assert_eq!(german.learners[0].name, "Müller Zoë");
    }

    #[test]
    fn what_cannot_be_a_roster_is_told_with_its_line() {
        let faults = |bytes: &[u8]| Roster::read("r.csv", bytes).unwrap_err();
        assert_eq!(faults(b"id,name\n1,a\n1,b\n")[0].place.line, Some(3));
        assert_eq!(faults(b"id,name\n,a\n")[0].place.line, Some(2));
        assert!(faults(b"number,who\n1,a\n")[0].found.en.contains("number, who"));
        assert!(faults(b"id,name\n")[0].found.en.contains("no learners"));
        // Latin-1 is not read as Japanese.
        assert!(faults(b"id,name\n1,M\xfcller\n")[0].found.en.contains("neither UTF-8 nor CP932"));
    }
}
