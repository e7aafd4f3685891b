//! The columns that a request names, each in its role, checked.

use std::collections::BTreeMap;

use super::answers::Argument;
use super::found::Task;
use super::request::Request;
use super::source::Source;
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::{BadInput, input};

/// What a column must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    ZeroOne,
    Finite,
    Probability,
    NotNegative,
    Positive,
    Category(usize),
}

/// A column in its role.
pub(super) struct Column {
    pub(super) role: &'static str,
    pub(super) name: String,
    values: Vec<Option<f64>>,
    /// Whether a row without it is measured all the same.
    may_miss: bool,
}

/// The option that names the column of a role.
fn option(role: &str) -> &'static str {
    match role {
        "label" => "--label",
        "score" => "--score",
        "versus" => "--versus",
        "alert" => "--alert",
        "time" => "--time",
        "event" => "--event",
        "rater" => "--raters",
        "low" => "--low",
        "high" => "--high",
        "sd" => "--sd",
        _ => "--current",
    }
}

/// The rows that are measured: each column without gaps.
pub(super) struct Dense {
    /// Their numbers in the file, from 0.
    pub(super) rows: Vec<usize>,
    columns: BTreeMap<&'static str, Vec<Vec<f64>>>,
    /// Time and event of the rows whose censoring counts.
    training: Option<(Vec<f64>, Vec<f64>)>,
    /// The columns in which values were missing, and in how many rows.
    pub(super) missing: Vec<(String, usize)>,
}

impl Dense {
    /// The column of a role.
    pub(super) fn column(&self, role: &str) -> Option<&[f64]> {
        self.columns.get(role).and_then(|columns| columns.first()).map(Vec::as_slice)
    }

    /// The columns of a role.
    pub(super) fn columns(&self, role: &str) -> &[Vec<f64>] {
        self.columns.get(role).map_or(&[], Vec::as_slice)
    }

    /// Time and event of the rows whose censoring counts: those of the training file, else the file's own.
    pub(super) fn training(&self) -> (&[f64], &[f64]) {
        self.training.as_ref().map_or_else(
            || (self.column("time").unwrap_or(&[]), self.column("event").unwrap_or(&[])),
            |(time, event)| (time, event),
        )
    }

    /// The value of every row, as an argument.
    pub(super) fn rows(&self, role: &str) -> Argument<'_> {
        Argument::Rows(self.column(role).unwrap_or(&[]))
    }
}

/// One file under one request.
pub(super) struct Asked<'q> {
    pub(super) request: &'q Request,
    pub(super) source: Source,
    pub(super) columns: Vec<Column>,
    pub(super) notes: Vec<Text>,
    pub(super) training: Option<(Vec<f64>, Vec<f64>)>,
    /// Whether raters' values are words rather than numbers.
    pub(super) rated_by_word: bool,
    /// What the label calls its classes, in the order of `--score`.
    pub(super) classes: Vec<String>,
}

impl<'q> Asked<'q> {
    /// Nothing taken up yet.
    pub(super) fn new(request: &'q Request, source: Source) -> Self {
        Self {
            request,
            source,
            columns: Vec::new(),
            notes: Vec::new(),
            training: None,
            rated_by_word: false,
            classes: Vec::new(),
        }
    }

    /// The measured columns of a role, of the rows where nothing is missing.
    pub(super) fn taken(&self, task: Task) -> Result<Dense, Vec<Fault>> {
        self.dense(task, None)
    }

    /// The column that an option must name.
    pub(super) fn need<'a>(&self, option: &str, given: Option<&'a String>, what: &Text) -> Result<&'a str, Vec<Fault>> {
        let Some(column) = given else {
            let there = self.source.names().join(", ");
            let fault = self.source.wrong(
                Id::MissingArgument,
                option,
                Text::new("not given", "指定がありません"),
                Text {
                    en: format!("{}: one of {there}", what.en).into(),
                    ja: format!("{}（列：{there}）", what.ja).into(),
                },
            );
            return Err(vec![fault]);
        };
        self.source.named(option, column).map_err(|fault| vec![fault])
    }

    /// Takes up a column in a role.
    pub(super) fn add(&mut self, role: &'static str, name: &str, values: Vec<Option<f64>>, may_miss: bool) {
        self.columns.push(Column { role, name: name.to_owned(), values, may_miss });
    }

    /// Takes up a column of 0 and 1.
    pub(super) fn add_flags(
        &mut self,
        role: &'static str,
        name: &str,
        positive: Option<&str>,
    ) -> Result<(), Vec<Fault>> {
        let values = self.source.flags(name, positive, role != "alert").map_err(|fault| vec![fault])?;
        self.add(role, name, values, false);
        self.check(Kind::ZeroOne)
    }

    fn add_numbers(&mut self, role: &'static str, name: &str, kind: Kind) -> Result<(), Vec<Fault>> {
        let values = self.source.numbers(name).map_err(|fault| vec![fault])?;
        self.add(role, name, values, false);
        self.check(kind)
    }

    /// Takes up a column of numbers on any scale.
    pub(super) fn add_finite(&mut self, role: &'static str, name: &str) -> Result<(), Vec<Fault>> {
        self.add_numbers(role, name, Kind::Finite)
    }

    /// Takes up a column of probabilities.
    pub(super) fn add_probabilities(&mut self, role: &'static str, name: &str) -> Result<(), Vec<Fault>> {
        self.add_numbers(role, name, Kind::Probability)
    }

    /// Takes up a column of numbers from 0 on.
    pub(super) fn add_not_negative(&mut self, role: &'static str, name: &str) -> Result<(), Vec<Fault>> {
        self.add_numbers(role, name, Kind::NotNegative)
    }

    /// Takes up a column of numbers above 0.
    pub(super) fn add_positive(&mut self, role: &'static str, name: &str) -> Result<(), Vec<Fault>> {
        self.add_numbers(role, name, Kind::Positive)
    }

    /// Takes up a column of whole numbers from 0 and below `of`.
    pub(super) fn add_categories(&mut self, role: &'static str, name: &str, of: usize) -> Result<(), Vec<Fault>> {
        self.add_numbers(role, name, Kind::Category(of))
    }

    /// Whether the last column holds what it must, and anything at all.
    fn check(&self, kind: Kind) -> Result<(), Vec<Fault>> {
        let Some(column) = self.columns.last() else { return Ok(()) };
        let rows: Vec<usize> = (0..column.values.len()).filter(|&row| column.values[row].is_some()).collect();
        let values: Vec<f64> = column.values.iter().copied().flatten().collect();
        if values.is_empty() {
            let n = column.values.len();
            return Err(vec![self.source.wrong(
                Id::NoValues,
                &column.name,
                text!("no value: it is empty in all {n} rows", "値がありません（{n}行すべてが空です）"),
                Text::new("a value in some row", "いずれかの行の値"),
            )]);
        }
        let checked = match kind {
            Kind::ZeroOne => input::zero_or_one("value", &values).map(|_| ()),
            Kind::Finite => input::finite("value", &values),
            Kind::Probability => input::probabilities("value", &values),
            Kind::NotNegative => input::not_negative("value", &values),
            Kind::Positive => match values.iter().position(|&v| v <= 0.0) {
                Some(at) => Err(BadInput::NotPositive { column: "value", row: at + 1, found: values[at] }),
                None => input::finite("value", &values),
            },
            Kind::Category(of) => input::categories("value", &values, of).map(|_| ()),
        };
        checked.map_err(|bad| vec![self.source.refused(&bad, &column.name, &rows)])
    }

    /// A column that stands for two things at once would be held against itself: a score that is the outcome ranks perfectly.
    pub(super) fn each_once(&self) -> Result<(), Vec<Fault>> {
        for (at, column) in self.columns.iter().enumerate() {
            if let Some(before) = self.columns[..at].iter().find(|before| before.name == column.name) {
                let (name, option, other) = (&column.name, option(column.role), option(before.role));
                let found = if option == other {
                    text!("{name} twice", "{name} が2回あります")
                } else {
                    text!("{name}, as in {other}", "{name}（{other} と同じ列）")
                };
                let expected = Text::new("a column of its own", "別の列");
                return Err(vec![self.source.wrong(Id::Twice, option, found, expected)]);
            }
        }
        Ok(())
    }

    /// Whether rows without the last column are measured all the same.
    pub(super) fn last_may_miss(&mut self, may_miss: bool) {
        if let Some(column) = self.columns.last_mut() {
            column.may_miss = may_miss;
        }
    }

    /// Whether the last column holds anything at all.
    pub(super) fn check_finite(&self) -> Result<(), Vec<Fault>> {
        self.check(Kind::Finite)
    }

    /// The words of a column by which rows belong together.
    pub(super) fn keys(&self, option: &str, column: Option<&str>) -> Result<Option<Vec<Option<String>>>, Vec<Fault>> {
        let Some(column) = column else { return Ok(None) };
        let column = self.source.named(option, column).map_err(|fault| vec![fault])?;
        self.source.words(column).map(Some).map_err(|fault| vec![fault])
    }

    /// The values of a group column, in order.
    pub(super) fn values<'w>(&self, column: &str, of_row: &[Option<&'w str>]) -> Result<Vec<&'w str>, Vec<Fault>> {
        let mut values: Vec<&str> = of_row.iter().copied().flatten().collect();
        values.sort_unstable();
        values.dedup();
        let numbers: Option<Vec<f64>> = values.iter().map(|value| value.parse().ok()).collect();
        if numbers.is_some() {
            let number = |value: &str| value.parse::<f64>().unwrap_or(f64::NAN);
            values.sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
        let n = values.len();
        if n > 50 {
            return Err(vec![self.source.wrong(
                Id::TooMany,
                column,
                text!("{n} different values", "異なる値が{n}個あります"),
                Text::new(
                    "a column of groups, at most 50 (cut measurements into groups first)",
                    "50個以下の群からなる列（測定値なら、先に区分してください）",
                ),
            )]);
        }
        if n == 0 {
            return Err(vec![self.source.wrong(
                Id::NoValues,
                column,
                Text::new("no value in the rows that are measured", "評価する行に値がありません"),
                Text::new("a group in some row", "いずれかの行の群"),
            )]);
        }
        Ok(values)
    }

    /// The rows in which nothing needed is missing, and where something was.
    pub(super) fn dense(&self, task: Task, clusters: Option<&[Option<String>]>) -> Result<Dense, Vec<Fault>> {
        let mut missing: Vec<(String, usize)> = Vec::new();
        for column in self.columns.iter().filter(|column| !column.may_miss) {
            let empty = column.values.iter().filter(|value| value.is_none()).count();
            if empty > 0 {
                missing.push((column.name.clone(), empty));
            }
        }
        if let (Some(keys), Some(column)) = (clusters, &self.request.cluster) {
            let empty = keys.iter().filter(|key| key.is_none()).count();
            if empty > 0 {
                missing.push((column.clone(), empty));
            }
        }
        if !self.request.drop_missing && !missing.is_empty() {
            return Err(self.gaps(clusters));
        }
        let optional = |column: &&Column| column.may_miss;
        let some_optional = self.columns.iter().any(|column| column.may_miss);
        let complete = |row: usize| {
            self.columns.iter().filter(|column| !column.may_miss).all(|column| column.values[row].is_some())
                && clusters.is_none_or(|keys| keys[row].is_some())
                && (!some_optional || self.columns.iter().filter(optional).any(|column| column.values[row].is_some()))
        };
        let rows: Vec<usize> = (0..self.source.rows()).filter(|&row| complete(row)).collect();
        if rows.is_empty() {
            let needed: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(vec![self.source.wrong(
                Id::NoRows,
                &needed.join(", "),
                Text::new("no row in which all of them have a value", "すべての値がそろった行がありません"),
                Text::new("at least one such row", "そのような行が1行以上"),
            )]);
        }
        let mut columns: BTreeMap<&'static str, Vec<Vec<f64>>> = BTreeMap::new();
        for column in &self.columns {
            let values = rows.iter().map(|&row| column.values[row].unwrap_or(f64::NAN)).collect();
            columns.entry(column.role).or_default().push(values);
        }
        if let (Task::Classification, Some(threshold), false) =
            (task, self.request.threshold, columns.contains_key("alert"))
            && let Some(score) = columns.get("score").and_then(|scores| scores.first())
        {
            let alert = score.iter().map(|&score| if score >= threshold { 1.0 } else { 0.0 }).collect();
            columns.insert("alert", vec![alert]);
        }
        let dense = Dense { rows, columns, training: self.training.clone(), missing };
        self.two_outcomes(task, &dense)?;
        Ok(dense)
    }

    /// A fault for each column in which a needed value is missing, at the first row without.
    fn gaps(&self, clusters: Option<&[Option<String>]>) -> Vec<Fault> {
        let needed = self.columns.iter().filter(|column| !column.may_miss);
        let mut gaps: Vec<(&str, Vec<usize>)> = needed
            .map(|column| {
                (column.name.as_str(), (0..column.values.len()).filter(|&row| column.values[row].is_none()).collect())
            })
            .collect();
        if let (Some(keys), Some(column)) = (clusters, &self.request.cluster) {
            gaps.push((column, (0..keys.len()).filter(|&row| keys[row].is_none()).collect()));
        }
        gaps.retain(|(_, rows)| !rows.is_empty());
        gaps.iter().map(|(column, rows)| self.source.gap(column, rows)).collect()
    }

    /// What was taken as missing in the columns of this request.
    pub(super) fn taken_as_missing(&self) -> Vec<Text> {
        let measured = self.columns.iter().map(|column| (column.name.as_str(), column.may_miss));
        let others = self.request.cluster.iter().chain(&self.request.group).map(|column| (column.as_str(), false));
        let mut columns: Vec<(&str, bool)> = measured.chain(others).collect();
        columns.sort_unstable();
        columns.dedup();
        columns.iter().filter_map(|(column, may_miss)| self.source.taken_as_missing(column, *may_miss)).collect()
    }

    /// Where outcomes are told apart, there must be two of them.
    fn two_outcomes(&self, task: Task, dense: &Dense) -> Result<(), Vec<Fault>> {
        let role = match task {
            Task::Classification | Task::Calibration | Task::Multiclass => "label",
            Task::Drift => "current",
            _ => return Ok(()),
        };
        let (Some(values), Some(name)) = (dense.column(role), self.name(role)) else { return Ok(()) };
        let Some(&first) = values.first() else { return Ok(()) };
        if values.iter().any(|value| (value - first).abs() > 0.0) {
            return Ok(());
        }
        let n = values.len();
        Err(vec![self.source.wrong(
            Id::OneClass,
            name,
            text!("one value, {first}, in all {n} rows", "{n}行すべてが同じ値（{first}）です"),
            if task == Task::Multiclass {
                Text::new(
                    "at least two classes: there is nothing to tell apart",
                    "2つ以上のクラス。見分ける対象がありません",
                )
            } else {
                Text::new("both 0 and 1: there is nothing to tell apart", "0と1の両方。見分ける対象がありません")
            },
        )])
    }

    /// The column's name in a role.
    pub(super) fn name(&self, role: &str) -> Option<&str> {
        self.columns.iter().find(|column| column.role == role).map(|column| column.name.as_str())
    }

    /// The names of all columns in a role.
    pub(super) fn names(&self, role: &str) -> Vec<&str> {
        self.columns.iter().filter(|column| column.role == role).map(|column| column.name.as_str()).collect()
    }

    /// Why a column is none of probabilities, if it is not.
    pub(super) fn not_probabilities(&self, role: &str, dense: &Dense) -> Option<Fault> {
        let bad = input::probabilities("p", dense.column(role)?).err()?;
        Some(self.source.refused(&bad, self.name(role)?, &dense.rows))
    }

    /// A fault of a value in a row of those measured.
    pub(super) fn bad(&self, column: &str, dense: &Dense, row: usize, found: &str, expected: Text) -> Fault {
        self.source.bad(column, dense.rows[row] + 1, found, expected)
    }

    /// A fault of values in several rows of those measured.
    pub(super) fn bad_rows(&self, column: &str, dense: &Dense, rows: &[usize], found: &str, expected: Text) -> Fault {
        let rows: Vec<usize> = rows.iter().map(|&row| dense.rows[row]).collect();
        self.source.bad_rows(column, &rows, &Text::same(found), expected)
    }

    pub(super) fn refused(&self, bad: &BadInput, rows: &[usize]) -> Fault {
        let all: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        self.source.refused(bad, &all.join(", "), rows)
    }
}
