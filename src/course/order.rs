//! An order of items, first to last: what is put in order, and how an answer to it is read and remembered.

use super::names::{once, plain_id};
use diagnostics::fault::{Fault, Id};
use diagnostics::keys::{Section, Value, Written};
use diagnostics::text;
use diagnostics::text::Text;

/// Items of which all are put in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The items with their meanings, as the file lists them.
    pub items: Vec<(String, Text)>,
}

impl Order {
    /// The items of a question.
    pub(super) fn of(section: &Section, faults: &mut Vec<Fault>) -> Self {
        let (mut taken, mut items) = (Vec::new(), Vec::new());
        for each in section.tables("choice") {
            let id = plain_id(each, faults);
            once(&each.written("id"), &mut taken, faults);
            items.push((id, each.text("text")));
        }
        if items.len() < 2 {
            let n = items.len();
            faults.push(Fault::new(
                Id::TooFew,
                section.place.clone(),
                text!("{n} of [[question.choice]]", "[[question.choice]] が{n}個"),
                Text::new("at least two [[question.choice]]", "2個以上の [[question.choice]]"),
            ));
        }
        Self { items }
    }

    /// The ids of the items.
    pub fn ids(&self) -> Vec<&str> {
        self.items.iter().map(|(id, _)| id.as_str()).collect()
    }

    /// What an item means.
    pub fn text(&self, id: &str) -> Option<&Text> {
        self.items.iter().find(|(item, _)| item == id).map(|(_, text)| text)
    }

    /// The columns of an answer in the table `answers`: each item's place, from 1.
    pub(super) fn columns(&self, id: &str) -> Vec<String> {
        self.items.iter().map(|(item, _)| format!("{id}_{item}")).collect()
    }

    /// So many orders there are, as far as it matters.
    pub(super) fn orders(&self) -> usize {
        (1..=self.items.len().min(5)).product()
    }

    /// Reads an answer; none where nothing is answered yet.
    pub(super) fn read(&self, entry: &Written<Value>, items: &[Written<Value>]) -> Result<Option<Vec<String>>, Fault> {
        let mut order: Vec<String> = Vec::new();
        let mut twice = None;
        for item in items {
            let Value::String(id) = &item.value else { continue };
            if order.contains(id) {
                twice = twice.or(Some((item, id)));
            } else {
                order.push(id.clone());
            }
        }
        if items.is_empty() {
            return Ok(None);
        }
        let missing: Vec<String> =
            self.ids().iter().filter(|id| !order.iter().any(|one| one == *id)).map(|id| format!("\"{id}\"")).collect();
        let (n, missing) = (self.items.len(), missing.join(", "));
        if let Some((item, id)) = twice {
            let found = text!("\"{id}\" a second time", "\"{id}\" が重複しています");
            let expected = if missing.is_empty() {
                text!("each of the {n} once, first to last", "{n}個をそれぞれ1回ずつ、1番目から順に")
            } else {
                text!(
                    "each of the {n} once, first to last; missing: {missing}",
                    "{n}個をそれぞれ1回ずつ、1番目から順に（足りないもの：{missing}）"
                )
            };
            return Err(item.fault(Id::TakenName, found, expected));
        }
        if !missing.is_empty() {
            let some = order.len();
            return Err(entry.fault(
                Id::Incomplete,
                text!("{some} of {n}; missing: {missing}", "{n}個のうち{some}個（足りないもの：{missing}）"),
                text!(
                    "all {n}, first to last; [] as long as nothing is answered",
                    "{n}個すべてを1番目から順に（まだ答えないときは []）"
                ),
            ));
        }
        Ok(Some(order))
    }
}
