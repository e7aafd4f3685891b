//! A dataset that is a file of one's own: read, held against its description, and divided between learner and judge.

use std::collections::BTreeMap;

use super::dates;
use super::label;
use super::rows::{Side, SynthError};
use course::dataset::{Column, Dataset, Role, SIGNAL_WORD, reserved};
use course::exercise::Exercise;
use course::tables::{DEVELOP, EXAM};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;
use sql::Expression;
use tables::{Frame, Reading, Sheet, short};
use target::Holds;

/// A file's rows.
#[derive(Debug)]
pub(super) struct Table {
    /// All rows, with the label as 0 and 1, ids and groups as they are written, and times as dates.
    pub(super) all: Frame,
    /// Whether a row is the learner's, and whether it is the judge's.
    develop: Vec<bool>,
    exam: Vec<bool>,
    /// What was read as something that its author may not mean: words that stand for a missing value.
    pub(super) assumed: Vec<Fault>,
}

impl Table {
    /// The rows of one side.
    pub(super) fn rows(&self, side: Side) -> Result<Frame, tables::TableError> {
        tables::keep(&self.all, self.of(side))
    }

    /// Where the rows of one side stand among all.
    pub(super) fn places(&self, side: Side) -> Vec<usize> {
        self.of(side).iter().enumerate().filter(|(_, is)| **is).map(|(row, _)| row).collect()
    }

    fn of(&self, side: Side) -> &[bool] {
        if side == Side::Develop { &self.develop } else { &self.exam }
    }
}

/// Reads the file, holds it against the dataset's description, and divides its rows.
pub(super) fn read(
    dataset: &Dataset,
    exercise: &Exercise,
    (file, bytes): (&str, Vec<u8>),
    (reading, columns): (&Reading<'_>, &[Column]),
    seed: Seed,
) -> Result<Table, SynthError> {
    let sheet = described(Sheet::read(file, bytes, reading)?, columns);
    let faults = names(&sheet, dataset, exercise, columns);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let of_role = |wanted: &[Role]| -> Vec<&str> {
        columns.iter().filter(|column| wanted.contains(&column.role)).map(|column| column.name.as_str()).collect()
    };
    // An id or a group is a name, whatever signs it is written with; the label and times are read by what they mean.
    let holds = dataset.target.spec().holds;
    let names: &[Role] = match holds {
        Holds::Number => &[Role::Id, Role::Group],
        Holds::Outcome | Holds::Class => &[Role::Id, Role::Group, Role::Label],
    };
    let mut all = sheet.frame(&of_role(names))?;
    let (mut faults, mut assumed) = (Vec::new(), Vec::new());
    for column in columns {
        let read = match column.role {
            Role::Id | Role::Group => blank(&sheet, column)?.map_or(Ok(()), |fault| Err(fault.into())).and_then(|()| {
                settle(&mut all, &column.name)?;
                ids(&sheet, column)
            }),
            Role::Label => match holds {
                Holds::Outcome => outcome(&sheet, column, &mut all),
                Holds::Number => sheet
                    .numbers(&column.name)
                    .map_err(SynthError::from)
                    .and_then(|values| labelled(&sheet, &column.name, values.iter().map(Option::is_some))),
                Holds::Class => labelled(&sheet, &column.name, sheet.words(&column.name)?.iter().map(Option::is_some))
                    .and_then(|()| classes(&sheet, &column.name)),
            },
            Role::Time => times(&sheet, &column.name, &mut all).map(|more| assumed.extend(more)),
            _ => Ok(()),
        };
        match read {
            Ok(()) => {}
            Err(SynthError::Author(more)) => faults.extend(more),
            Err(other) => return Err(other),
        }
    }
    let mut missing = Vec::new();
    for name in sheet.names() {
        let told = sheet.missing(name)?;
        if told.values().sum::<usize>() == sheet.rows() && dataset.role(name) == Role::Feature {
            faults.push(Fault::new(
                Id::NoValues,
                of_file(&sheet, name),
                Text::new("no value in any row", "すべての行で欠測しています"),
                Text::new(
                    "values; or role = \"hidden\" for a column that nobody is to use",
                    "値のある列。使わない列なら role = \"hidden\"",
                ),
            ));
        }
        let words = told.iter().filter(|(word, _)| !word.is_empty());
        missing.extend(words.map(|(word, n)| format!("\"{word}\" ({name}: {n})")));
    }
    if !missing.is_empty() {
        let list = missing.join(", ");
        assumed.push(Fault::new(
            Id::ReadAsMissing,
            Place::file(sheet.file.clone()),
            text!("read as missing values: {list}", "欠測として読んだもの：{list}"),
            Text::new(
                "where one of them is a value of its own, such as NA for North America: values = { NA = { en = \"North America\", ja = \"北米\" } } with its column under [source] columns",
                "意味のある値（北米を表すNAなど）なら、[source] の columns にあるその列の説明に values = { NA = { en = \"North America\", ja = \"北米\" } } と書く",
            ),
        ));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let [develop, exam] = sides(&sheet, exercise, &all, &of_role(&[Role::Group]), seed)?;
    if holds == Holds::Class {
        faults.extend(stray(&sheet, dataset.label(), &develop, &exam)?);
    }
    for (key, side, draw) in [(DEVELOP, &develop, &exercise.develop), (EXAM, &exam, &exercise.exam)] {
        faults.extend(one_sided(exercise, &all, (key, side, draw.filter.as_ref()), dataset)?);
    }
    if faults.is_empty() { Ok(Table { all, develop, exam, assumed }) } else { Err(faults.into()) }
}

/// A file as its dataset describes it: a word that is called something is a value, whatever it stands for elsewhere.
pub fn described(sheet: Sheet, columns: &[Column]) -> Sheet {
    let words = |column: &Column| column.values.iter().map(|(word, _)| word.clone()).collect::<Vec<_>>();
    columns.iter().fold(sheet, |sheet, column| sheet.with_values(&column.name, words(column)))
}

fn of_file(sheet: &Sheet, column: &str) -> Place {
    Place { key: Some(column.to_owned()), ..Place::file(sheet.file.clone()) }
}

/// Names that are not there, and names that a run gives to columns of its own.
fn names(sheet: &Sheet, dataset: &Dataset, exercise: &Exercise, columns: &[Column]) -> Vec<Fault> {
    let names = sheet.names();
    let list = names.join(", ");
    let nameless = sheet.nameless().into_iter().map(|place| {
        Fault::new(
            Id::NotATable,
            Place { line: sheet.line(0).map(|_| 1), ..Place::file(sheet.file.clone()) },
            text!("no name over column {place}", "{place}列目に名前がありません"),
            Text::new(
                "a name over each column; row numbers, as R and pandas write them, can be deleted",
                "すべての列の名前（Rやpandasが書く行番号なら、列ごと削除できます）",
            ),
        )
    });
    let file = sheet.file.rsplit('/').next().unwrap_or_default();
    let mut faults: Vec<Fault> = nameless.collect();
    for column in columns.iter().filter(|column| !names.contains(&column.name.as_str())) {
        let name = &column.name;
        let fault = Fault::new(
            Id::UnknownColumn,
            Place { key: Some(format!("source.columns.{name}")), ..dataset.place.clone() },
            text!("the column \"{name}\", which {file} does not have", "{file} にない列 \"{name}\""),
            text!("one of {list}", "{list} のいずれか"),
        );
        faults.push(fault.near(name, names.iter().copied()));
    }
    for group in exercise
        .groups
        .iter()
        .filter(|group| !names.contains(&group.value.as_str()) || !dataset.role(&group.value).is_visible())
    {
        let name = &group.value;
        let visible: Vec<&str> = names.iter().copied().filter(|name| dataset.role(name).is_visible()).collect();
        let list = visible.join(", ");
        let fault = group.fault(
            Id::UnknownColumn,
            text!("the group \"{name}\"", "グループ \"{name}\""),
            text!("a visible column of {file}: {list}", "{file} の、学習者に見える列（{list}）"),
        );
        faults.push(fault.near(name, visible));
    }
    let mut reserved = reserved();
    reserved.extend(dataset.signal.as_ref().map(|_| SIGNAL_WORD));
    let list = reserved.join(", ");
    for name in names.iter().filter(|name| reserved.contains(name) || name.starts_with("__")) {
        faults.push(Fault::new(
            Id::TakenName,
            Place { line: sheet.line(0).map(|_| 1), ..of_file(sheet, name) },
            text!(
                "the column \"{name}\": a run gives this name to a column of its own",
                "列名 \"{name}\"（実行時に作られる列の名前です）"
            ),
            text!(
                "another name in the file: none of {list}, and none that begins with __",
                "ファイルの列名の変更（{list} と、__ で始まる名前は使えません）"
            ),
        ));
    }
    faults
}

/// Ids that are plain whole numbers, written as numbers are, are numbers: nothing of them is lost, and conditions may compare them.
fn settle(all: &mut Frame, name: &str) -> Result<(), SynthError> {
    let words = tables::words(all, name)?;
    let plain = |word: &String| word.parse::<i64>().ok().filter(|number| number.to_string() == *word);
    let numbers: Vec<Option<i64>> = words.iter().map(|word| word.as_ref().and_then(plain)).collect();
    if numbers.iter().zip(&words).all(|(number, word)| number.is_some() == word.is_some()) {
        tables::set_whole(all, name, &numbers)?;
    }
    Ok(())
}

/// Rows that an id or a group does not name: nobody could say whose they are, and rows of no group would be kept together as one.
fn blank(sheet: &Sheet, column: &Column) -> Result<Option<Fault>, SynthError> {
    let name = &column.name;
    let words = sheet.words(name)?;
    let missing: Vec<usize> = (0..words.len()).filter(|&row| words[row].is_none()).collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let (found, expected) = if column.role == Role::Id {
        (Text::new("no id", "idが空です"), Text::new("an id of its own in each row", "行ごとに異なるid"))
    } else {
        (
            Text::new("no group", "グループが空です"),
            Text::new(
                "a value in each row: rows of one patient have the same one, and a row that belongs to no other has one of its own",
                "すべての行の値（同じ患者の行には同じ値、ほかとまとめない行にはその行だけの値）",
            ),
        )
    };
    Ok(Some(Fault { id: Id::MissingValue, ..sheet.bad(name, &missing, &found, expected) }))
}

/// An id names one row each. Where most do, one that is there twice is a mistake; where rows share their ids throughout, ids name
/// something around the rows.
fn ids(sheet: &Sheet, column: &Column) -> Result<(), SynthError> {
    if column.role != Role::Id {
        return Ok(());
    }
    let name = &column.name;
    let words = sheet.words(name)?;
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, word) in words.iter().enumerate() {
        if let Some(word) = word {
            rows.entry(word).or_default().push(row);
        }
    }
    let mut shared: Vec<(&str, Vec<usize>)> =
        rows.iter().filter(|(_, rows)| rows.len() > 1).map(|(word, rows)| (*word, rows.clone())).collect();
    if shared.is_empty() || 2 * shared.len() >= rows.len() {
        return Ok(());
    }
    shared.sort_by_key(|(_, rows)| rows[0]);
    let told: Vec<String> = shared.iter().take(3).map(|(word, _)| format!("\"{}\"", short(word))).collect();
    let (n, told) = (shared.len(), format!("{}{}", told.join(", "), if shared.len() > 3 { ", …" } else { "" }));
    let mut rows: Vec<usize> = shared.into_iter().flat_map(|(_, rows)| rows).collect();
    rows.sort_unstable();
    let found = text!("{n} ids more than once: {told}", "重複しているidが{n}個あります（{told}）");
    let expected = Text::new(
        "an id of its own for each row; for patients with several rows, role = \"group\", which keeps their rows together",
        "行ごとに異なるid。1人の患者に複数の行があるなら、行をまとめて扱う role = \"group\"",
    );
    Err(Fault { id: Id::Twice, ..sheet.bad(name, &rows, &found, expected) }.into())
}

/// Whether a value of the label is the outcome; nothing where that is not known.
type Meaning<'a> = Box<dyn Fn(&str) -> Option<bool> + 'a>;

/// The label as 0 and 1. Left to itself it holds them; otherwise `positive` says which of its two values is 1.
fn outcome(sheet: &Sheet, column: &Column, all: &mut Frame) -> Result<(), SynthError> {
    let name = &column.name;
    let words = sheet.words(name)?;
    let missing: Vec<usize> = (0..words.len()).filter(|&row| words[row].is_none()).collect();
    let mut values: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words.iter().flatten() {
        *values.entry(word).or_default() += 1;
    }
    let list: Vec<String> = values.iter().take(8).map(|(word, n)| format!("{} ({n})", short(word))).collect();
    let list = format!("{}{}", list.join(", "), if values.len() > 8 { ", …" } else { "" });
    // A Parquet file may say true and false as such; in a CSV they are words like others.
    let flags = sheet.numbers(name).is_ok();
    let known = |word: &str| match word.to_ascii_lowercase().as_str() {
        "true" if flags => Some(true),
        "false" if flags => Some(false),
        word => match word.parse::<f64>() {
            Ok(1.0) => Some(true),
            Ok(0.0) => Some(false),
            _ => None,
        },
    };
    let same = |a: &str, b: &str| {
        a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a.total_cmp(&b).is_eq())
    };
    let is_outcome: Meaning = match &column.positive {
        None => Box::new(known),
        Some(positive) => {
            if !values.keys().any(|word| same(word, &positive.value)) {
                let value = &positive.value;
                let found = text!(
                    "positive = \"{value}\", but \"{name}\" holds {list}",
                    "positive = \"{value}\" ですが、列 \"{name}\" の値は {list} です"
                );
                let expected = Text::new("one of these values", "これらの値のいずれか");
                return Err(positive
                    .fault(Id::UnknownWord, found, expected)
                    .near(value, values.keys().copied())
                    .into());
            }
            if values.len() > 2 {
                let n = values.len();
                let found = text!(
                    "positive for a label of {n} values: {list}",
                    "positiveがありますが、転帰の列に{n}種類の値があります（{list}）"
                );
                let expected = Text::new(
                    "two values, the outcome and its absence; rows with others left out of the file",
                    "2種類の値（転帰の有無）。それ以外の値の行はファイルから除いてください",
                );
                return Err(positive.fault(Id::TooMany, found, expected).into());
            }
            Box::new(move |word| Some(same(word, &positive.value)))
        }
    };
    if values.keys().any(|word| is_outcome(word).is_none()) {
        let rarest = values.iter().min_by_key(|(_, n)| **n).map_or("", |(word, _)| word);
        let rarest = short(rarest);
        let numbers = values.keys().all(|word| word.parse::<f64>().is_ok());
        let (other_en, other_ja) = if numbers {
            ("a number is predicted with target = \"value\"", "数値を予測するなら target = \"value\"")
        } else {
            ("one of several words with target = \"classes\"", "いくつかの分類の1つを予測するなら target = \"classes\"")
        };
        let expected = if values.len() == 2 {
            text!(
                "0 and 1; or, in dataset.toml, which value is the outcome: {{ name = \"{name}\", role = \"label\", positive = \"{rarest}\" }}",
                "0と1。またはdataset.tomlに、どの値が転帰ありかを書く：{{ name = \"{name}\", role = \"label\", positive = \"{rarest}\" }}"
            )
        } else {
            text!(
                "0 and 1, or two values of which one is the outcome (positive = \"{rarest}\" in dataset.toml); {other_en}",
                "0と1、または2種類の値（どちらが転帰ありかを、dataset.tomlに positive = \"{rarest}\" のように書く）。{other_ja}"
            )
        };
        let rows: Vec<usize> = (0..words.len())
            .filter(|&row| words[row].as_deref().is_some_and(|word| is_outcome(word).is_none()))
            .collect();
        let found = text!("a label with the values {list}", "転帰の列の値が {list} です");
        let first = Place { line: rows.first().and_then(|&row| sheet.line(row)), ..of_file(sheet, name) };
        return Err(Fault::new(Id::BadValue, first, found, expected).into());
    }
    if !missing.is_empty() {
        let expected = Text::new(
            "a value in every row; rows without an outcome left out of the file",
            "すべての行の値。転帰が分からない行はファイルから除いてください",
        );
        let found = Text::new("no value of the label", "転帰の列が欠測です");
        return Err(Fault { id: Id::MissingValue, ..sheet.bad(name, &missing, &found, expected) }.into());
    }
    let flags: Vec<bool> = words.iter().flatten().map(|word| is_outcome(word) == Some(true)).collect();
    if flags.iter().all(|&flag| flag == flags[0]) {
        let expected = Text::new("rows with the outcome and rows without", "転帰が陽性の行と陰性の行の両方");
        let found = text!("one class only: every row has {list}", "片方のクラスしかありません（すべての行が {list}）");
        return Err(Fault::new(Id::OneClass, of_file(sheet, name), found, expected).into());
    }
    Ok(tables::set_flags(all, name, &flags)?)
}

/// Every row has a label.
fn labelled(sheet: &Sheet, name: &str, there: impl Iterator<Item = bool>) -> Result<(), SynthError> {
    let missing: Vec<usize> = there.enumerate().filter(|(_, there)| !there).map(|(row, _)| row).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let expected = Text::new(
        "a value in every row; rows without one left out of the file",
        "すべての行の値。値のない行はファイルから除いてください",
    );
    let found = Text::new("no value of the label", "ラベルの列が欠測です");
    Err(Fault { id: Id::MissingValue, ..sheet.bad(name, &missing, &found, expected) }.into())
}

/// The most different numbers that are read as the names of classes, such as stages.
const NUMBERED_CLASSES: usize = 20;

/// Classes are few words: many numbers, or dates, are something else.
fn classes(sheet: &Sheet, name: &str) -> Result<(), SynthError> {
    let words = sheet.words(name)?;
    let different: std::collections::BTreeSet<&str> = words.iter().flatten().map(String::as_str).collect();
    let n = different.len();
    let numbers = n > NUMBERED_CLASSES && different.iter().all(|word| word.parse::<f64>().is_ok());
    let dates = n > 2 && different.iter().any(|word| word.parse::<f64>().is_err()) && dates::column(&words).is_ok();
    if !numbers && !dates {
        return Ok(());
    }
    let (found, expected) = if dates {
        (
            text!("{n} different dates as classes", "{n}種類の日付が分類になっています"),
            Text::new(
                "a class in each row; or days as a number, with target = \"value\" in dataset.toml",
                "行ごとに1つの分類。または、日数を数値で書き、dataset.tomlを target = \"value\" とすること",
            ),
        )
    } else {
        (
            text!("{n} different numbers as classes", "{n}種類の数値が分類になっています"),
            text!(
                "target = \"value\" in dataset.toml, which predicts a number; or at most {NUMBERED_CLASSES} classes",
                "数値を予測するなら、dataset.tomlを target = \"value\" とすること。分類なら{NUMBERED_CLASSES}種類以下"
            ),
        )
    };
    let first = words.iter().position(Option::is_some).and_then(|row| sheet.line(row));
    Err(Fault::new(Id::BadValue, Place { line: first, ..of_file(sheet, name) }, found, expected).into())
}

/// Classes among the exam's rows that no row of the learner's has, each where it stands first.
fn stray(sheet: &Sheet, name: &str, develop: &[bool], exam: &[bool]) -> Result<Vec<Fault>, SynthError> {
    let words = sheet.words(name)?;
    let of = |side: &[bool]| -> BTreeMap<String, usize> {
        let mut first = BTreeMap::new();
        for (row, word) in words.iter().enumerate().filter(|(row, _)| side[*row]) {
            if let Some(word) = word {
                first.entry(word.clone()).or_insert(row);
            }
        }
        first
    };
    let known = of(develop);
    let list = known.keys().cloned().collect::<Vec<_>>().join(", ");
    let strays = of(exam).into_iter().filter(|(class, _)| !known.contains_key(class));
    let told = strays.map(|(class, row)| {
        let n = words.iter().flatten().filter(|word| **word == class).count();
        let class_shown = short(&class);
        let found = text!(
            "the class \"{class_shown}\" (rows: {n}), of which the learner has no row",
            "分類 \"{class_shown}\"（{n}行）が、学習者のデータにありません"
        );
        let expected = text!(
            "one of the learner's classes: {list}; or more rows of this one",
            "学習者のデータにある分類（{list}）。または、この分類の行を増やすこと"
        );
        Fault::new(Id::OneClass, Place { line: sheet.line(row), ..of_file(sheet, name) }, found, expected)
            .near(&class, known.keys().map(String::as_str))
    });
    Ok(told.collect())
}

/// A column of times as dates, or as dates with times of day; numbers stay numbers. Gives what its author may not mean: days that lie
/// far ahead.
fn times(sheet: &Sheet, name: &str, all: &mut Frame) -> Result<Option<Fault>, SynthError> {
    if tables::is_number(all, name) {
        return match dates::without_signs(&tables::numbers(all, name)?) {
            Some((found, expected)) => Err(Fault::new(Id::BadValue, of_file(sheet, name), found, expected).into()),
            None => Ok(None),
        };
    }
    if tables::is_time(all, name) {
        return Ok(None);
    }
    let words = sheet.words(name)?;
    let times = dates::column(&words).map_err(|bad| sheet.bad(name, &bad.rows, &bad.found(&words), bad.expected()))?;
    times.set(all, name)?;
    Ok(times.far_ahead().map(|latest| {
        Fault::new(
            Id::BadValue,
            of_file(sheet, name),
            text!("days up to {latest}, which lie far ahead", "{latest} までの、遠い将来の日付があります"),
            Text::new(
                "the years as they were, where they are a slip; where days were moved on purpose so that nobody is known by them, nothing",
                "書き誤りなら正しい年に直してください。個人が分からないように日付をずらした場合は、このままでかまいません",
            ),
        )
    }))
}

/// Which rows are the learner's and which the judge's: by their conditions, and by the share that the exam holds out at random. No
/// row is both.
fn sides(
    sheet: &Sheet,
    exercise: &Exercise,
    all: &Frame,
    groups: &[&str],
    seed: Seed,
) -> Result<[Vec<bool>; 2], SynthError> {
    let rows = all.height();
    let mut sides = [vec![true; rows], vec![true; rows]];
    if let Some(share) = exercise.exam.share {
        let held = held_out(all, groups, share, seed)?;
        sides = [held.iter().map(|held| !held).collect(), held];
    }
    for (side, draw) in sides.iter_mut().zip([&exercise.develop, &exercise.exam]) {
        let Some(condition) = &draw.filter else { continue };
        let met = sql::filter(all, &condition.value).map_err(|fault| fault.in_place(condition.place.clone()))?;
        for (keep, met) in side.iter_mut().zip(met) {
            *keep &= met;
        }
    }
    let both: Vec<usize> = (0..rows).filter(|&row| sides[0][row] && sides[1][row]).collect();
    if both.is_empty() {
        return Ok(sides);
    }
    let told: Vec<String> = both.iter().take(5).map(|&row| sheet.line(row).unwrap_or(row + 1).to_string()).collect();
    let (n, told) = (both.len(), format!("{}{}", told.join(", "), if both.len() > 5 { ", …" } else { "" }));
    let (lines, lines_ja) = if sheet.line(0).is_some() { ("lines", "行目") } else { ("rows", "行目") };
    let (place, expected) = match (&exercise.develop.filter, &exercise.exam.filter) {
        (None, Some(condition)) => {
            let sql = condition.value.text();
            let expected = text!(
                "rows of their own to judge by; under [develop], where = \"NOT ({sql})\" leaves the exam's rows out",
                "判定だけに使う行。[develop] に where = \"NOT ({sql})\" と書けば、判定用の行を除けます"
            );
            (condition.place.clone(), expected)
        }
        (develop, exam) => {
            let written = exam.as_ref().or(develop.as_ref()).map(|condition| condition.place.clone());
            let expected = Text::new(
                "rows of their own to judge by: share = 0.3 under [exam], or conditions that exclude each other",
                "判定だけに使う行：[exam] の share = 0.3、または互いに重ならない条件",
            );
            (written.unwrap_or_else(|| Place { key: Some("exam".to_owned()), ..exercise.place.clone() }), expected)
        }
    };
    let found = text!(
        "{n} rows that are both the learner's and the exam's ({lines} {told})",
        "学習者のデータと判定用のデータの両方に入る行が{n}行あります（{told}{lines_ja}）"
    );
    Err(Fault::new(Id::Twice, place, found, expected).into())
}

/// The rows that the exam holds out: in random order, rows that share a value of any group together, until the share is reached
/// as nearly as can be.
fn held_out(all: &Frame, groups: &[&str], share: f64, seed: Seed) -> Result<Vec<bool>, SynthError> {
    let rows = all.height();
    let mut first: Vec<usize> = (0..rows).collect();
    for group in groups {
        let mut leader: BTreeMap<String, usize> = BTreeMap::new();
        for (row, value) in tables::words(all, group)?.into_iter().enumerate() {
            let Some(value) = value else { continue };
            let (a, b) = (root(&mut first, row), *leader.entry(value).or_insert(row));
            let b = root(&mut first, b);
            first[a.max(b)] = a.min(b);
        }
    }
    let mut together: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in 0..rows {
        together.entry(root(&mut first, row)).or_default().push(row);
    }
    let together: Vec<Vec<usize>> = together.into_values().collect();
    let wanted = (share * rows as f64).round() as usize;
    let (mut held, mut n) = (vec![false; rows], 0_usize);
    for group in seed.named("held out").permutation(together.len()) {
        let group = &together[group];
        if (n + group.len()).abs_diff(wanted) >= n.abs_diff(wanted) {
            break;
        }
        n += group.len();
        for &row in group {
            held[row] = true;
        }
    }
    Ok(held)
}

/// The first row of those that hang together with this one.
fn root(first: &mut [usize], mut row: usize) -> usize {
    while first[row] != row {
        first[row] = first[first[row]];
        row = first[row];
    }
    row
}

/// A side without rows, or with one class only.
fn one_sided(
    exercise: &Exercise,
    all: &Frame,
    (key, side, condition): (&str, &[bool], Option<&Written<Expression>>),
    dataset: &Dataset,
) -> Result<Option<Fault>, SynthError> {
    let labels = label::labels(dataset, all, None)?;
    let rows: Vec<usize> = (0..side.len()).filter(|&row| side[row]).collect();
    let n = rows.len();
    let place = || {
        let whole = || Place { key: Some(key.to_owned()), ..exercise.place.clone() };
        condition.map_or_else(whole, |condition| condition.place.clone())
    };
    let both = || {
        Text::new(
            "rows with the outcome and rows without, on both sides: another share or condition, or a larger file",
            "学習者と判定用の両方に、転帰が陽性の行と陰性の行があること（割合や条件を変えるか、行を増やしてください）",
        )
    };
    if n == 0 {
        let found = text!("0 rows for [{key}]", "[{key}] の行が0行です");
        return Ok(Some(match condition {
            Some(condition) => {
                let expected = Text::new("a condition that rows meet", "行が残る条件");
                sql::unmet(all, &condition.value, found, expected).in_place(condition.place.clone())
            }
            None => Fault::new(Id::NoRows, place(), found, both()),
        }));
    }
    if let Some(value) = labels.only(&rows) {
        let name = dataset.label();
        let found = text!(
            "one class only: all {n} rows for [{key}] have {name} = {value}",
            "[{key}] の{n}行すべてが {name} = {value} で、片方のクラスしかありません"
        );
        return Ok(Some(Fault::new(Id::OneClass, place(), found, both())));
    }
    Ok(None)
}
