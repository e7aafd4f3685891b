//! The tables of a run that are no rows of patients: epochs, the plan and the answers.

use std::collections::BTreeMap;

use crate::check::{self, Figure};
use crate::watch::Epoch;
use course::answers::{Answer, Answers};
use course::exercise::{Question, QuestionKind};
use diagnostics::keys::{Section, Value};
use tables::{Frame, TableError};

pub(super) fn epochs_table(epochs: &[Epoch]) -> Result<Frame, TableError> {
    let mut frame = Frame::empty_with_height(epochs.len());
    tables::set_numbers(&mut frame, "epoch", &epochs.iter().map(|epoch| epoch.number as f64).collect::<Vec<_>>())?;
    tables::set_numbers(&mut frame, "train_loss", &epochs.iter().map(|epoch| epoch.train_loss).collect::<Vec<_>>())?;
    tables::set_maybe_numbers(
        &mut frame,
        "valid_loss",
        &epochs.iter().map(|epoch| epoch.valid_loss).collect::<Vec<_>>(),
    )?;
    Ok(frame)
}

/// The plan as one row: `train_epochs`, `operate_calibrate` …, and `threshold`, the risk at which there was an alert.
pub(super) fn plan_table(plan: &Section, threshold: Option<f64>) -> Result<Frame, TableError> {
    let mut values = BTreeMap::from([("threshold".to_owned(), threshold.map_or(Figure::Undefined, Figure::Number))]);
    flatten("", plan, &mut values);
    check::one_row(&values)
}

/// Writes figures into the one row of a table.
pub(super) fn set(row: &mut Frame, figures: &BTreeMap<String, Figure>) -> Result<(), TableError> {
    for (name, figure) in figures {
        match figure {
            Figure::Number(x) => tables::set_numbers(row, name, &[*x])?,
            Figure::Word(word) => tables::set_words(row, name, &[Some(word)])?,
            Figure::Undefined => tables::set_maybe_numbers(row, name, &[None])?,
        }
    }
    Ok(())
}

pub(super) fn flatten(prefix: &str, section: &Section, out: &mut BTreeMap<String, Figure>) {
    for (name, entry) in section.entries() {
        let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}_{name}") };
        match &entry.value {
            Value::Table(inner) => flatten(&name, inner, out),
            Value::List(items) => {
                let words = items.iter().filter_map(|item| word(&item.value)).collect::<Vec<_>>().join(", ");
                out.insert(name, Figure::Word(words));
            }
            Value::Number(x) => drop(out.insert(name, Figure::Number(*x))),
            Value::Whole(i) => drop(out.insert(name, Figure::Number(*i as f64))),
            other => {
                if let Some(word) = word(other) {
                    out.insert(name, Figure::Word(word));
                }
            }
        }
    }
}

pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Whole(i) => Some(i.to_string()),
        Value::Number(x) => Some(x.to_string()),
        Value::Flag(b) => Some(b.to_string()),
        _ => None,
    }
}

/// The answers as one row, with the columns that each question [has](Question::columns); NULL where none was given.
pub(super) fn answers_table(questions: &[Question], answers: &Answers) -> Result<Frame, TableError> {
    let mut values = BTreeMap::new();
    for question in questions {
        let id = &question.id;
        match (&question.kind, answers.get(id)) {
            (QuestionKind::Interval { .. }, answer) => {
                let (low, high) = match answer {
                    Some(Answer::Interval(low, high)) => (Figure::Number(*low), Figure::Number(*high)),
                    _ => (Figure::Undefined, Figure::Undefined),
                };
                values.insert(format!("{id}_low"), low);
                values.insert(format!("{id}_high"), high);
            }
            (QuestionKind::Several(several), answer) => {
                for item in &several.items {
                    let marked = match answer {
                        Some(Answer::Several(words)) => Figure::Number(f64::from(u8::from(words.contains(&item.id)))),
                        _ => Figure::Undefined,
                    };
                    values.insert(format!("{id}_{}", item.id), marked);
                }
            }
            (QuestionKind::Order(order), answer) => {
                for (item, column) in order.ids().into_iter().zip(question.columns()) {
                    let place = match answer {
                        Some(Answer::Order(items)) => items.iter().position(|other| other == item),
                        _ => None,
                    };
                    values.insert(column, place.map_or(Figure::Undefined, |at| Figure::Number((at + 1) as f64)));
                }
            }
            (QuestionKind::Table(grid), answer) => {
                for (((row, _), column), name) in grid.cells().zip(question.columns()) {
                    let cell = match answer {
                        Some(Answer::Table(cells)) => cells.get(&(row.clone(), column.id.clone())),
                        _ => None,
                    };
                    values.insert(name, cell.map_or(Figure::Undefined, |x| Figure::Number(*x)));
                }
            }
            (QuestionKind::Number { .. } | QuestionKind::Choice(_), answer) => {
                let figure = match answer {
                    Some(Answer::Number(x)) => Figure::Number(*x),
                    Some(Answer::Choice(word)) => Figure::Word(word.clone()),
                    _ => Figure::Undefined,
                };
                values.insert(id.clone(), figure);
            }
        }
    }
    check::one_row(&values)
}
