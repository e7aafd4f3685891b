//! A function that SQL may call: what it takes, where it may stand, and who computes it.

use std::borrow::Cow;

use super::purpose::Purpose;
use super::rows::Wrong;
use diagnostics::text;
use diagnostics::text::Text;
use metrics::Metric;

/// One function that SQL may call.
pub struct Function {
    /// Its name, in lower case; SQL may write it in any case.
    pub name: Cow<'static, str>,
    /// Its arguments: `x`; `decimals?` may be left out; `p…` may be repeated, also never.
    pub takes: &'static [&'static str],
    /// Where it may stand.
    pub kind: Kind,
    /// What it gives, in one sentence.
    pub help: Text,
    /// Who computes it.
    pub(super) how: How,
}

/// What a function looks at, hence where it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One row: anywhere.
    Row,
    /// One row and luck: columns of a dataset, interventions.
    Draw,
    /// The whole column and luck: interventions.
    Shuffle,
    /// Many rows, giving one value: checks.
    Aggregate,
    /// Many rows, giving one value for each, with OVER: checks.
    Window,
}

/// Who computes a function.
#[derive(Clone, Copy)]
pub(super) enum How {
    /// Polars.
    Polars,
    /// Polars, as an unsigned whole number, which would wrap around below 0: it is cast to a signed one.
    Counts,
    /// Polars, of real numbers: of whole ones it would give whole ones, and fail where there is none.
    Reals,
    /// Polars; of true/false it gives an unsigned number, as above.
    Sums,
    /// Ours, row by row.
    Row(fn(&[f64]) -> Result<f64, Wrong>),
    /// Ours, a draw of a real number.
    Real(Draw),
    /// Ours, a draw of a whole number.
    Whole(Draw),
    /// Ours, a column dealt out anew.
    Shuffle,
    /// Ours, a metric and which of its figures.
    Metric(&'static Metric, Gives),
}

/// Which figure of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// The estimate.
    Value,
    /// Its 95 % interval's lower bound.
    Low,
    /// Its 95 % interval's upper bound.
    High,
}

impl Function {
    /// A function that polars computes.
    pub(super) const fn polars(name: &'static str, takes: &'static [&'static str], kind: Kind, help: Text) -> Self {
        Self { name: Cow::Borrowed(name), takes, kind, help, how: How::Polars }
    }

    /// `round(x, decimals?)`
    pub fn usage(&self) -> String {
        format!("{}({})", self.name, self.takes.join(", "))
    }

    /// Whether it can be called with so many arguments.
    pub(super) fn accepts(&self, count: usize) -> bool {
        let least = self.takes.iter().filter(|name| !name.ends_with(['?', '…'])).count();
        count >= least && (count <= self.takes.len() || self.takes.last().is_some_and(|name| name.ends_with('…')))
    }

    /// The names of so many arguments, for error messages.
    pub(super) fn argument_names(&self, count: usize) -> Vec<String> {
        (0..count)
            .map(|i| match self.takes.get(i.min(self.takes.len().saturating_sub(1))) {
                Some(name) => match name.strip_suffix('…') {
                    Some(stem) => format!("{stem}{i}"),
                    None => name.trim_end_matches('?').to_owned(),
                },
                None => format!("argument {}", i + 1),
            })
            .collect()
    }

    /// Whether it may be called with `OVER (…)`, and with `OVER (… ORDER BY …)`.
    pub(super) fn over(&self) -> (bool, bool) {
        match self.name.as_ref() {
            "row_number" | "lag" | "lead" | "first_value" | "sum" | "count" | "min" | "max" => (true, true),
            // Polars gives the whole partition's value under ORDER BY, SQL a running one: better not offered than wrong.
            "avg" | "median" | "stddev" | "variance" => (true, false),
            _ => (false, false),
        }
    }
}

impl Kind {
    /// Why a function of this kind may not stand in SQL for `purpose`; nothing if it may.
    pub(super) fn refused(self, purpose: Purpose) -> Option<Text> {
        match (self, purpose) {
            (Self::Row, _)
            | (Self::Draw, Purpose::Column | Purpose::Intervention)
            | (Self::Shuffle, Purpose::Intervention)
            | (Self::Aggregate | Self::Window, Purpose::Check) => None,
            (Self::Draw | Self::Shuffle, Purpose::Filter) => Some(Text::new(
                "a condition without chance: the same patients must be chosen every time",
                "偶然を含まない条件(いつも同じ患者が選ばれる必要があります)",
            )),
            (Self::Draw | Self::Shuffle, Purpose::Check | Purpose::Verdict) => Some(Text::new(
                "a check without chance: the same run must always get the same verdict",
                "偶然を含まない確認(同じ実行にはいつも同じ判定が必要です)",
            )),
            (Self::Shuffle, Purpose::Column) => Some(Text::new(
                "a function of one row: shuffle is for interventions only",
                "1行だけを見る関数(shuffleは介入でだけ使えます)",
            )),
            (Self::Aggregate | Self::Window, Purpose::Verdict) => Some(Text::new(
                "a condition over the one row of `shows`: compute it there, and compare its column here",
                "`shows`の1行に対する条件(計算は`shows`で行い、ここではその列を比べます)",
            )),
            (Self::Aggregate | Self::Window, _) => Some(Text::new(
                "a function of one row: a row must not depend on which other rows there are",
                "1行だけを見る関数(ある行の値が他の行に左右されてはいけません)",
            )),
        }
    }
}

/// Turns one uniform number, strictly between 0 and 1, and the arguments into a draw.
pub(super) type Draw = fn(f64, &[f64]) -> Result<f64, Wrong>;

/// How many arguments a function takes, for an error message.
pub(super) fn wants(function: &Function) -> Text {
    let usage = function.usage();
    text!("{usage}", "{usage}")
}
