//! Survival: time to an event, with censoring and competing causes.

pub(super) mod at_time;
pub(super) mod concordance;
mod cox;
pub(super) mod curves;

pub use at_time::*;
pub use concordance::*;
pub use cox::{Cox, cox};
pub use curves::*;

use super::BadInput;
use super::input::{not_negative, same_length, zero_or_one};
use super::order::{ascending, tied};
use std::borrow::Cow;

/// Follow-up of every row: how long, and whether it ended with the event (1) or without (0, censored).
#[derive(Clone, Debug)]
pub struct Follow<'a> {
    time: Cow<'a, [f64]>,
    event: Cow<'a, [f64]>,
}

impl<'a> Follow<'a> {
    /// Check times (0 or more) and events (0 or 1), equally many of each.
    pub fn new(time: &'a [f64], event: &'a [f64]) -> Result<Self, BadInput> {
        same_length(("time", time.len()), ("event", event.len()))?;
        not_negative("time", time)?;
        zero_or_one("event", event)?;
        Ok(Self { time: Cow::Borrowed(time), event: Cow::Borrowed(event) })
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.time.len()
    }

    /// The times.
    pub fn time(&self) -> &[f64] {
        &self.time
    }

    /// Whether a row's follow-up ended with the event.
    pub fn event(&self, row: usize) -> bool {
        self.event[row] > 0.5
    }

    /// The same for these rows only.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Follow<'static> {
        let of = |values: &[f64]| rows.iter().map(|&row| values[row]).collect();
        Follow { time: Cow::Owned(of(&self.time)), event: Cow::Owned(of(&self.event)) }
    }

    /// The last time observed.
    fn last(&self) -> f64 {
        self.time.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// What happened at each distinct time, ascending.
    fn moments(&self) -> Vec<Moment> {
        let order = ascending(&self.time);
        let mut moments: Vec<Moment> = Vec::new();
        for (before, &row) in order.iter().enumerate() {
            let time = self.time[row];
            if !moments.last().is_some_and(|m| tied(m.time, time)) {
                moments.push(Moment { time, at_risk: order.len() - before, events: 0, censored: 0 });
            }
            if let Some(moment) = moments.last_mut() {
                *(if self.event(row) { &mut moment.events } else { &mut moment.censored }) += 1;
            }
        }
        moments
    }
}

/// What happened at one time; whoever is censored then is still at risk then.
#[derive(Clone, Copy, Debug)]
struct Moment {
    time: f64,
    at_risk: usize,
    events: usize,
    censored: usize,
}
