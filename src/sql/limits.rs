//! Where the verdict of a check turns, read off its text: `SELECT a >= 0.9 * b FROM …` compares `a` with `0.9 * b`.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Ident, SelectItem, SetExpr};

use super::walk::{Step, walk};
use super::{read, roomy};

/// The one comparison that a check is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A query over the check's own tables, for one row with the columns [`FIGURE`] and, where there is such a limit, [`LOW`] and
    /// [`HIGH`].
    pub query: String,
    /// Whether there is a lower limit, and whether the figure must lie above it (rather than at it or above).
    pub low: Option<bool>,
    /// The same of the upper limit.
    pub high: Option<bool>,
}

/// The column of what is compared.
pub const FIGURE: &str = "compared_figure";
/// The column of its lower limit.
pub const LOW: &str = "compared_low";
/// The column of its upper limit.
pub const HIGH: &str = "compared_high";

/// What is compared, with its limits; each limit with whether it is strict.
#[derive(Clone)]
struct Compared {
    figure: Expr,
    low: Option<(Expr, bool)>,
    high: Option<(Expr, bool)>,
}

/// The limits of a check that is one comparison (`<`, `<=`, `=`, `>=`, `>`, BETWEEN, or the two ends of one range joined by AND).
/// Nothing where it is anything else: what cannot be read for sure is not told.
pub fn limits(sql: &str) -> Option<Limits> {
    roomy(|| {
        let mut query = read::query(sql).ok()?;
        let SetExpr::Select(select) = query.body.as_mut() else { return None };
        let [SelectItem::UnnamedExpr(judged) | SelectItem::ExprWithAlias { expr: judged, .. }] =
            select.projection.as_slice()
        else {
            return None;
        };
        let Compared { figure, low, high } = compared(judged)?;
        let named = |expr: Expr, name: &str| SelectItem::ExprWithAlias { expr, alias: Ident::new(name) };
        let (has_low, has_high) = (low.as_ref().map(|low| low.1), high.as_ref().map(|high| high.1));
        select.projection = std::iter::once(named(figure, FIGURE))
            .chain(low.map(|(low, _)| named(low, LOW)))
            .chain(high.map(|(high, _)| named(high, HIGH)))
            .collect();
        Some(Limits { query: query.to_string(), low: has_low, high: has_high })
    })
}

fn compared(expr: &Expr) -> Option<Compared> {
    match expr {
        Expr::Nested(inner) => compared(inner),
        Expr::Between { expr, negated: false, low, high } => Some(Compared {
            figure: (**expr).clone(),
            low: Some(((**low).clone(), false)),
            high: Some(((**high).clone(), false)),
        }),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let (a, b) = (compared(left)?, compared(right)?);
            let same = a.figure.to_string() == b.figure.to_string();
            match (a, b) {
                (Compared { low: low @ Some(_), high: None, figure }, Compared { low: None, high, .. })
                | (Compared { low: None, high, .. }, Compared { low: low @ Some(_), high: None, figure })
                    if same && high.is_some() =>
                {
                    Some(Compared { figure, low, high })
                }
                _ => None,
            }
        }
        Expr::BinaryOp { left, op, right } => {
            // `0.8 <= x` says the same as `x >= 0.8`.
            let turned = is_constant(left);
            let (figure, limit) = if turned { (right, left) } else { (left, right) };
            let (figure, limit) = ((**figure).clone(), (**limit).clone());
            let (is_low, strict) = match op {
                BinaryOperator::GtEq => (!turned, false),
                BinaryOperator::Gt => (!turned, true),
                BinaryOperator::LtEq => (turned, false),
                BinaryOperator::Lt => (turned, true),
                BinaryOperator::Eq => {
                    return Some(Compared { figure, low: Some((limit.clone(), false)), high: Some((limit, false)) });
                }
                _ => return None,
            };
            let limit = Some((limit, strict));
            Some(if is_low {
                Compared { figure, low: limit, high: None }
            } else {
                Compared { figure, low: None, high: limit }
            })
        }
        _ => None,
    }
}

/// Whether an expression hangs on no column and counts nothing.
fn is_constant(expr: &Expr) -> bool {
    let mut constant = !expr.to_string().contains("(*)");
    walk(expr, &mut |step| {
        if let Step::Expr(Expr::Identifier(_) | Expr::CompoundIdentifier(_)) | Step::Query(_) = step {
            constant = false;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    constant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sql: &str) -> Option<(Option<bool>, Option<bool>)> {
        limits(sql).map(|limits| (limits.low, limits.high))
    }

    #[test]
    fn one_comparison_is_read_and_nothing_else_is() {
        for (sql, expected) in [
            ("SELECT auroc(y, p) >= 0.9 * auroc(y, risk) FROM exam", Some((Some(false), None))),
            ("SELECT (0.8 < auroc(y, p)) FROM exam", Some((Some(true), None))),
            ("SELECT count(*) = 0 FROM exam", Some((Some(false), Some(false)))),
            (
                "SELECT oe BETWEEN 0.7 AND 1.4 FROM (SELECT observed_expected(y, p) AS oe FROM exam) AS e",
                Some((Some(false), Some(false))),
            ),
            ("SELECT avg(p) > 0.1 AND avg(p) <= 0.3 FROM exam", Some((Some(true), Some(false)))),
            ("SELECT 0.1 <= avg(p) AND 0.3 >= avg(p) FROM exam", Some((Some(false), Some(false)))),
            ("SELECT avg(p) > 0.1 AND avg(y) <= 0.3 FROM exam", None),
            ("SELECT avg(p) > 0.1 OR avg(p) <= 0.3 FROM exam", None),
            ("SELECT NOT avg(p) > 0.1 FROM exam", None),
            ("SELECT avg(p) NOT BETWEEN 0.1 AND 0.2 FROM exam", None),
            ("SELECT avg(p) <> 0.1 FROM exam", None),
            ("SELECT bool_and(x) FROM exam", None),
            ("no SQL", None),
        ] {
            assert_eq!(read(sql), expected, "{sql}");
        }
    }
}
