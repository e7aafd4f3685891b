//! Checks: SQL over the tables of a run, and what the learner is told about each. Pure; nothing is drawn or trained here.

pub mod feedback;
mod figure;
mod mark;

use std::collections::{BTreeMap, BTreeSet};

pub use figure::{Figure, show};
pub use mark::{Compared, Limit, Mark};

use course::answers::{Answer, Answers, Unjudged};
use course::exercise::{Check, Exercise, Piece, Question, figures_in, pieces};
use course::tables::{EXAM, METRICS};
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use serde::{Deserialize, Serialize};
use tables::{Frame, Tables};

/// What became of a check, or of a whole submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As asked.
    Passed,
    /// Not as asked.
    Failed,
    /// A check that it needs did not pass: nothing can be said.
    Skipped,
    /// The answer that it looks at was not given.
    NotAttempted,
    /// What was handed in cannot be run; it says where, and costs nothing.
    Invalid,
    /// Our fault or the author's; never a zero.
    Error,
}

/// What became of one check: all that a run decides, and no sentence of the exercise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The check's id.
    pub id: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Its figures by name, in the order of its `shows`.
    pub figures: Vec<(String, Figure)>,
    /// The figure that is compared with its limits, where the check is one comparison of what the model does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    /// Whether something that it needs could not be computed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<Vec<Text>>,
    /// The author's mistake, where the verdict is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// What became of one check, and what is told of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The check's id.
    pub id: String,
    /// What is checked.
    pub title: Text,
    /// What it is worth.
    pub points: i64,
    /// What became of it.
    pub verdict: Verdict,
    /// Its figures by name, in the order of its `shows`.
    pub figures: Vec<(String, Figure)>,
    /// What the learner is told.
    pub sentence: Text,
    /// The figure that is compared with its pass mark, where the check is one comparison of what the model does.
    pub mark: Option<Mark>,
    /// What to change next, where it failed.
    pub hint: Option<Text>,
    /// The author's mistake, where the verdict is an error.
    pub fault: Option<Fault>,
}

/// Judges every check over the tables of a run, in order.
pub fn judge(checks: &[Check], questions: &[Question], answers: &Answers, tables: &Tables) -> Vec<Judged> {
    let mut passed: BTreeMap<&str, bool> = BTreeMap::new();
    let mut all = Vec::new();
    for check in checks {
        let judged = if unmet(check, |need| passed.get(need).copied()).is_some() {
            Judged::without_figures(check, Verdict::Skipped)
        } else {
            one(check, questions, answers, tables)
                .unwrap_or_else(|fault| Judged { fault: Some(fault), ..Judged::without_figures(check, Verdict::Error) })
        };
        passed.insert(&check.id, judged.verdict == Verdict::Passed);
        all.push(judged);
    }
    all
}

/// The first check that this one needs and that did not pass.
fn unmet(check: &Check, passed: impl Fn(&str) -> Option<bool>) -> Option<&str> {
    check.needs.iter().map(String::as_str).find(|need| passed(need) != Some(true))
}

impl Judged {
    fn without_figures(check: &Check, verdict: Verdict) -> Self {
        let id = check.id.clone();
        Self { id, verdict, figures: Vec::new(), compared: None, undefined: None, fault: None }
    }

    /// The figure on which the check turns, where it is a finite number.
    pub fn figure(&self, check: &Check) -> Option<(&str, f64)> {
        let named = &check.figure.as_ref()?.value;
        self.figures.iter().find_map(|(name, figure)| match figure {
            Figure::Number(x) if x.is_finite() && named == name => Some((name.as_str(), *x)),
            _ => None,
        })
    }
}

/// What is told of checks that were judged, in the words that the exercise has now; of a check that it no longer has, nothing.
pub fn told(exercise: &Exercise, (answers, unjudged): (&Answers, &Unjudged), judged: &[Judged]) -> Vec<Outcome> {
    let verdict = |id: &str| judged.iter().find(|judged| judged.id == id).map(|judged| judged.verdict);
    let of = |check: &Check| {
        let judged = judged.iter().find(|judged| judged.id == check.id)?;
        let sentence = match judged.verdict {
            Verdict::Skipped => {
                let need = unmet(check, |need| verdict(need).map(|verdict| verdict == Verdict::Passed));
                let other = exercise.checks.iter().find(|other| Some(other.id.as_str()) == need);
                let Text { en, ja } = other.map(|other| other.title.clone()).unwrap_or_default();
                text!("not judged, because this did not pass: {en}", "「{ja}」に合格していないため、判定していません。")
            }
            Verdict::NotAttempted => {
                let questions = check.looks_at(&exercise.questions);
                let open = questions.into_iter().find(|question| !answers.contains_key(&question.id));
                let id = open.map(|question| question.id.as_str()).unwrap_or_default();
                match open.and_then(|question| unjudged.empty(question)) {
                    Some(empty) => text!(
                        "`{id}` in answers.toml is not answered yet; empty: {empty}",
                        "answers.tomlの`{id}`にまだ答えていません（空欄：{empty}）。"
                    ),
                    None => {
                        text!(
                            "`{id}` in answers.toml is not answered yet",
                            "answers.tomlの`{id}`にまだ答えていません。"
                        )
                    }
                }
            }
            Verdict::Passed | Verdict::Failed => sentence(check, answers, judged),
            Verdict::Invalid | Verdict::Error => Text::new(
                "this check is itself at fault; it counts neither for nor against you",
                "この判定そのものに誤りがあります。得点にも減点にもなりません。",
            ),
        };
        Some(Outcome {
            id: check.id.clone(),
            title: check.title.clone(),
            points: check.points,
            verdict: judged.verdict,
            figures: judged.figures.clone(),
            sentence,
            mark: judged
                .compared
                .and_then(|compared| mark::mark(check, compared, &judged.figures, judged.verdict == Verdict::Passed)),
            hint: (judged.verdict == Verdict::Failed).then(|| check.hint.clone()),
            fault: judged.fault.clone(),
        })
    };
    exercise.checks.iter().filter_map(of).collect()
}

fn sentence(check: &Check, answers: &Answers, judged: &Judged) -> Text {
    let told = if judged.verdict == Verdict::Passed { &check.pass } else { &check.fail };
    let Some(reasons) = &judged.undefined else { return filled(told, &judged.figures, check.turns_on()) };
    let of_nobody = !reasons.contains(&NO_ALERT) && nothing_counted(told, &judged.figures, answers);
    let Text { en, ja } = if of_nobody { NOTHING } else { filled(told, &judged.figures, check.turns_on()) };
    let why = |of: fn(&Text) -> &str, between: &str| reasons.iter().map(of).collect::<Vec<_>>().join(between);
    let (why_en, why_ja) = (why(|text| &text.en, " "), why(|text| &text.ja, ""));
    if reasons.is_empty() {
        text!(
            "{en} (A figure could not be computed for this model.)",
            "{ja}（このモデルでは計算できない値があります。）"
        )
    } else {
        text!(
            "{en} (A figure could not be computed for this model. {why_en})",
            "{ja}（このモデルでは計算できない値があります。{why_ja}）"
        )
    }
}

fn one(check: &Check, questions: &[Question], answers: &Answers, tables: &Tables) -> Result<Judged, Fault> {
    let looked_at = check.looks_at(questions);
    if looked_at.into_iter().any(|question| !answers.contains_key(&question.id)) {
        return Ok(Judged::without_figures(check, Verdict::NotAttempted));
    }
    let (row, mut reasons) = shown(check, tables)?;
    let figures = figures(check, row.as_ref())?;
    let held = row.as_ref().map(|row| passes(check, row)).transpose()?.flatten();
    let is_undefined = |name: &str| figures.iter().any(|(other, f)| other == name && *f == Figure::Undefined);
    // What rests on an undefined figure does not pass, also where the comparison with it came out true: to the table engine 0/0 is
    // larger than everything.
    let rests = check.figure.as_ref().is_some_and(|figure| is_undefined(&figure.value));
    let passed = held == Some(true) && !rests;
    let undefined = held.is_none() || figures.iter().any(|(_, figure)| *figure == Figure::Undefined);
    if undefined && hangs_on_alerts(check, tables, &figures) {
        reasons.push(NO_ALERT.clone());
    }
    let compared = match &row {
        Some(row) if !undefined => mark::compared(check, passed, row),
        _ => None,
    };
    Ok(Judged {
        id: check.id.clone(),
        verdict: if passed { Verdict::Passed } else { Verdict::Failed },
        figures,
        compared,
        undefined: undefined.then_some(reasons),
        fault: None,
    })
}

const NOTHING: Text = Text::new(
    "There was nothing to count: each figure of this check is 0 or could not be computed.",
    "数える対象がありませんでした。この判定の値は、すべて0か、計算できないものです。",
);

const NO_ALERT: Text = Text::new(
    "The model raises no alert for any of these patients, so that no alert can be right or wrong.",
    "モデルはこの患者たちの誰にも警報を出さないため、警報の正誤を評価できません。",
);

/// Whether figures are 0 or undefined for want of an alert: something would be counted if everybody had one. Of figures that were
/// computed before, in `metrics`: whether the exam has any.
fn hangs_on_alerts(check: &Check, tables: &Tables, figures: &[(String, Figure)]) -> bool {
    const ALERT: &str = "alert";
    let alerts = |table: &Frame| tables::numbers(table, ALERT).unwrap_or_default();
    let none = |exam: &Frame| !alerts(exam).is_empty() && !alerts(exam).contains(&Some(1.0));
    if check.shows.value.names().tables.contains(METRICS) && tables.get(EXAM).is_some_and(none) {
        return true;
    }
    let counted =
        |figures: &[(String, Figure)]| figures.iter().any(|(_, f)| matches!(f, Figure::Number(x) if *x > 0.0));
    if counted(figures) {
        return false;
    }
    let mut everybody = tables.clone();
    for table in everybody.values_mut().filter(|table| tables::names(table).contains(&ALERT)) {
        let rows = table.height();
        if tables::set_numbers(table, ALERT, &vec![1.0; rows]).is_err() {
            return false;
        }
    }
    let alarmed = sql::query(&everybody, &check.shows.value).ok().filter(|row| row.height() == 1);
    alarmed.is_some_and(|row| counted(&in_row(&row)))
}

/// Whether a sentence would tell of nobody: of the figures that it shows, the learner's own answers apart, none is more than 0.
/// Asked only where some figure is undefined, and not for want of an alert: a model that alerts for nobody has zeros too, and they
/// mean something.
fn nothing_counted(text: &Text, figures: &[(String, Figure)], answers: &Answers) -> bool {
    let said: Vec<f64> = answers
        .values()
        .flat_map(|answer| match answer {
            Answer::Number(x) => vec![*x],
            Answer::Interval(low, high) => vec![*low, *high],
            Answer::Table(cells) => cells.values().copied().collect(),
            Answer::Choice(_) | Answer::Several(_) | Answer::Order(_) => Vec::new(),
        })
        .collect();
    let shown = named_figures(&text.en);
    let mut of_patients =
        figures.iter().filter(|(name, _)| shown.contains(&name.as_str())).filter_map(|(_, f)| match f {
            Figure::Number(x) if said.iter().any(|said| (said - x).abs() <= 1e-9 * said.abs()) => None,
            Figure::Number(x) => Some(*x),
            Figure::Word(_) => Some(f64::NAN),
            Figure::Undefined => Some(0.0),
        });
    !shown.is_empty() && of_patients.all(|x| x == 0.0)
}

/// The row of a check's figures, settled, and why figures in it are undefined. Nothing where these data make it impossible: a text
/// that is right over the same tables without rows is no mistake of its author, and what a learner's plan made of the rows is no
/// error of ours.
fn shown(check: &Check, tables: &Tables) -> Result<(Option<Frame>, Vec<Text>), Fault> {
    let (row, reasons) = match sql::query_with_reasons(tables, &check.shows.value) {
        Ok(shown) => shown,
        Err(fault) => {
            let empty: Tables = tables.iter().map(|(name, table)| (name.clone(), table.clear())).collect();
            if sql::query(&empty, &check.shows.value).is_err() {
                return Err(fault.in_place(check.shows.place.clone()));
            }
            let Text { en, ja } = fault.found;
            return Ok((None, vec![text!("Found: {en}.", "内容：{ja}。")]));
        }
    };
    if row.height() > 1 {
        let rows = row.height();
        return Err(check.shows.fault(
            Id::BadRow,
            text!("{rows} rows", "{rows}行"),
            Text::new("one row of figures", "値の1行"),
        ));
    }
    let row = settle(row).map_err(|error| {
        let error = error.to_string();
        check.shows.fault(Id::BadRow, text!("{error}", "{error}"), Text::new("one row of figures", "値の1行"))
    })?;
    Ok((Some(row), reasons))
}

/// The row without the digits that hang on the order of a sum; 0/0 is no number.
fn settle(mut row: Frame) -> Result<Frame, tables::TableError> {
    let names: Vec<String> = tables::names(&row).into_iter().map(str::to_owned).collect();
    for name in names {
        if tables::is_number(&row, &name) && !tables::is_flag(&row, &name) {
            let values: Vec<Option<f64>> =
                tables::numbers(&row, &name)?.into_iter().map(|x| x.filter(|x| !x.is_nan()).map(settled)).collect();
            tables::set_maybe_numbers(&mut row, &name, &values)?;
        }
    }
    Ok(row)
}

/// Whether the row passes; nothing where that is NULL or there is no row, which is undefined and therefore not passed.
fn passes(check: &Check, row: &Frame) -> Result<Option<bool>, Fault> {
    let held = sql::condition(row, &check.passes.value).map_err(|fault| fault.in_place(check.passes.place.clone()))?;
    Ok(held.first().copied().flatten())
}

/// The figures that the check's texts show; undefined throughout where there is no row.
fn figures(check: &Check, row: Option<&Frame>) -> Result<Vec<(String, Figure)>, Fault> {
    let Some(row) = row else {
        let named =
            texts(check).iter().flat_map(|text| named_figures(text)).map(str::to_owned).collect::<BTreeSet<_>>();
        return Ok(named
            .into_iter()
            .chain(check.figure.iter().map(|f| f.value.clone()))
            .map(|name| (name, Figure::Undefined))
            .collect());
    };
    let figures = in_row(row);
    if let Some(fault) = texts(check).into_iter().find_map(|text| unknown_figure(check, &text, &figures)) {
        return Err(fault);
    }
    Ok(figures)
}

/// The figures of a row, by column.
fn in_row(row: &Frame) -> Vec<(String, Figure)> {
    tables::names(row).into_iter().map(|name| (name.to_owned(), in_column(row, name))).collect()
}

/// The figure of a column in the first row.
pub(crate) fn in_column(row: &Frame, name: &str) -> Figure {
    if tables::is_number(row, name) {
        let number = tables::numbers(row, name).ok().and_then(|values| values.first().copied().flatten());
        return number.map_or(Figure::Undefined, Figure::Number);
    }
    let word = tables::words(row, name).ok().and_then(|values| values.into_iter().next().flatten());
    word.map_or(Figure::Undefined, Figure::Word)
}

/// What came of what was asked before the first run, by question, over the tables of a run with an exam.
///
/// # Errors
/// The author's: a query that these tables do not answer with one value.
pub fn came(before: &[Question], tables: &Tables) -> Result<Vec<(String, Figure)>, Fault> {
    let of = |question: &Question| {
        let came = question.came.as_ref()?;
        let value =
            sql::query(tables, &came.value).map_err(|fault| fault.in_place(came.place.clone())).and_then(|row| {
                let (rows, columns) = (row.height(), row.width());
                let settled = settle(row).map_err(|bad| {
                    came.fault(Id::BadRow, Text::same(bad.to_string()), Text::new("one value", "1つの値"))
                })?;
                match <[_; 1]>::try_from(in_row(&settled)) {
                    Ok([(_, figure)]) if rows == 1 => Ok(figure),
                    _ => Err(came.fault(
                        Id::BadRow,
                        text!("{rows} rows of {columns} columns", "{rows}行{columns}列"),
                        Text::new("one value", "1つの値"),
                    )),
                }
            });
        Some(value.map(|value| (question.id.clone(), value)))
    };
    before.iter().filter_map(of).collect()
}

/// Without the digits that hang on the order of a sum: the table engine adds up in as many parts as it has threads, and the last bit
/// of a mean then differs. Twelve digits stay.
fn settled(x: f64) -> f64 {
    if x.is_finite() { format!("{x:.11e}").parse().unwrap_or(x) } else { x }
}

fn texts(check: &Check) -> Vec<String> {
    [&check.pass, &check.fail, &check.hint].iter().flat_map(|text| [text.en.to_string(), text.ja.to_string()]).collect()
}

fn unknown_figure(check: &Check, text: &str, figures: &[(String, Figure)]) -> Option<Fault> {
    let names: Vec<&str> = figures.iter().map(|(name, _)| name.as_str()).collect();
    let unknown = pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Figure(name, _) if !names.contains(&name) => Some(name.to_owned()),
        _ => None,
    })?;
    let list = names.join(", ");
    let fault = check.shows.fault(
        Id::UnknownFigure,
        text!(
            "{{{unknown}}} in a text, which `shows` does not return",
            "文の中の {{{unknown}}} が、showsの結果にありません"
        ),
        text!("one of {list}", "{list} のいずれか"),
    );
    Some(fault.near(&unknown, names))
}

/// The names of the figures that a text shows.
pub fn named_figures(text: &str) -> Vec<&str> {
    figures_in(text).map(|(name, _)| name).collect()
}

fn fill(text: &str, figures: &[(String, Figure)], judged: Option<&str>) -> String {
    let parts = adding_up(text, figures, judged);
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text.to_owned(),
            Piece::Figure(name, decimals) => match figures.iter().find(|(other, _)| other == name) {
                Some((_, Figure::Number(x))) => show(*parts.get(name).unwrap_or(x), decimals),
                Some((_, Figure::Word(word))) => word.clone(),
                _ => "–".to_owned(),
            },
        })
        .collect()
}

/// Two parts of a whole in one sentence, rounded apart, may come to more or less than the whole, rounded: 51 and 51 of 101. The part
/// that rounding moved further is then written as what is left of the whole; but not where one of them is what is `judged`, which
/// stands beside its pass mark as it is.
fn adding_up<'t>(text: &'t str, figures: &[(String, Figure)], judged: Option<&str>) -> BTreeMap<&'t str, f64> {
    let said: BTreeMap<&str, (f64, usize)> = figures_in(text)
        .filter_map(|(name, decimals)| {
            let (_, figure) = figures.iter().find(|(other, _)| other == name)?;
            match figure {
                Figure::Number(x) if *x >= 0.0 && x.is_finite() => Some((name, (*x, decimals?))),
                _ => None,
            }
        })
        .collect();
    let mut written: BTreeMap<&str, f64> = BTreeMap::new();
    for (whole, (of, decimals)) in &said {
        let alike: Vec<(&str, f64)> = said
            .iter()
            .filter(|(name, (_, other))| *name != whole && other == decimals)
            .map(|(name, (x, _))| (*name, *x))
            .collect();
        for (at, (a, x)) in alike.iter().enumerate() {
            for (b, y) in &alike[at + 1..] {
                let rounded = |x: f64| show(x, Some(*decimals)).parse::<f64>().unwrap_or(x);
                let apart = rounded(*x) + rounded(*y) - rounded(*of);
                let is_judged = Some(*a) == judged || Some(*b) == judged;
                let known = is_judged || [a, b, whole].into_iter().any(|name| written.contains_key(name));
                let half_a_unit = 0.5 * 10_f64.powi(-i32::try_from(*decimals).unwrap_or(0));
                if known || (x + y - of).abs() > 1e-9 * of.abs() || apart.abs() < half_a_unit {
                    continue;
                }
                let moved = |x: f64| (rounded(x) - x) * apart.signum();
                let (part, rest) = if moved(*x) >= moved(*y) { (a, y) } else { (b, x) };
                written.insert(part, rounded(*of) - rounded(*rest));
            }
        }
    }
    written
}

/// The text with its figures filled in; `judged` is the one that stands beside its pass mark.
pub fn filled(text: &Text, figures: &[(String, Figure)], judged: Option<&str>) -> Text {
    Text { en: fill(&text.en, figures, judged).into(), ja: fill(&text.ja, figures, judged).into() }
}

/// Points gained and points that could be gained; checks that are at fault count for neither.
pub fn score(outcomes: &[Outcome]) -> (i64, i64) {
    let sum = |of: &dyn Fn(&&Outcome) -> bool| outcomes.iter().filter(of).map(|outcome| outcome.points).sum();
    (sum(&|outcome| outcome.verdict == Verdict::Passed), sum(&|outcome| outcome.verdict != Verdict::Error))
}

/// The verdict on all checks together.
pub fn overall(outcomes: &[Outcome]) -> Verdict {
    let any = |verdict: Verdict| outcomes.iter().any(|outcome| outcome.verdict == verdict);
    if any(Verdict::Error) {
        Verdict::Error
    } else if outcomes.iter().all(|outcome| outcome.verdict == Verdict::Passed) {
        Verdict::Passed
    } else if any(Verdict::Failed) || any(Verdict::Skipped) {
        Verdict::Failed
    } else {
        Verdict::NotAttempted
    }
}

/// One table with one row, for values that are not rows of patients.
pub fn one_row(values: &BTreeMap<String, Figure>) -> Result<Frame, tables::TableError> {
    let mut frame = Frame::empty_with_height(1);
    for (name, figure) in values {
        match figure {
            Figure::Number(x) => tables::set_numbers(&mut frame, name, &[*x])?,
            Figure::Word(word) => tables::set_words(&mut frame, name, &[Some(word)])?,
            Figure::Undefined => tables::set_maybe_numbers(&mut frame, name, &[None])?,
        }
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::{Figure, filled, settled};
    use diagnostics::text::Text;

    #[test]
    fn what_is_judged_is_said_as_it_stands_beside_its_mark() {
        let figures = [("shown", 81.7), ("seen", 35.3), ("gap", 46.4)];
        let figures: Vec<_> = figures.map(|(name, x)| (name.to_owned(), Figure::Number(x))).into();
        let text = Text::same("shows {shown:0}%, {seen:0}% come: {gap:0} apart");
        assert_eq!(filled(&text, &figures, Some("gap")).en, "shows 82%, 35% come: 46 apart");
    }

    #[test]
    fn parts_of_a_whole_in_one_sentence_add_up() {
        let said = |text: &'static str, figures: &[(&str, f64)]| {
            let figures: Vec<_> = figures.iter().map(|(name, x)| ((*name).to_owned(), Figure::Number(*x))).collect();
            filled(&Text::same(text), &figures, None).en.into_owned()
        };
        let text = "{alarms:0} of 100 get an alarm: {rightly:0} rightly, {needless:0} without pneumonia";
        let of =
            |alarms, rightly, needless| said(text, &[("alarms", alarms), ("rightly", rightly), ("needless", needless)]);
        assert_eq!(of(40.4, 20.6, 19.8), "40 of 100 get an alarm: 20 rightly, 20 without pneumonia");
        assert_eq!(of(101.4, 50.7, 50.7), "101 of 100 get an alarm: 51 rightly, 50 without pneumonia");
        assert_eq!(of(40.6, 20.3, 20.3), "41 of 100 get an alarm: 20 rightly, 21 without pneumonia");
        // Rounded, they add up already; and what is no sum is left alone.
        assert_eq!(of(40.0, 20.4, 19.6), "40 of 100 get an alarm: 20 rightly, 20 without pneumonia");
        assert_eq!(of(40.4, 20.6, 25.0), "40 of 100 get an alarm: 21 rightly, 25 without pneumonia");
        // What stands beside its mark stays as it is, and beside a judged part its other part, too.
        let figures = [("alarms", 27.7), ("rightly", 11.4), ("needless", 16.3)];
        let figures: Vec<_> = figures.map(|(name, x)| (name.to_owned(), Figure::Number(x))).into();
        let beside = |judged| filled(&Text::same(text), &figures, Some(judged)).en.into_owned();
        assert_eq!(beside("alarms"), "28 of 100 get an alarm: 12 rightly, 16 without pneumonia");
        assert_eq!(beside("rightly"), "28 of 100 get an alarm: 11 rightly, 16 without pneumonia");
        assert_eq!(said("{a:1} and {b:1} of {c:1}", &[("a", 0.16), ("b", 0.16), ("c", 0.32)]), "0.1 and 0.2 of 0.3");
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "to the bit is the point")]
    fn a_figure_does_not_hang_on_the_order_of_a_sum() {
        assert_eq!(settled(0.871_910_410_754_799_2), settled(0.871_910_410_754_798_8));
        assert_ne!(settled(0.871_910_410_7), settled(0.871_910_410_8));
        assert_eq!((settled(0.0), settled(-3.0), settled(f64::INFINITY)), (0.0, -3.0, f64::INFINITY));
    }
}
