//! Where a verdict turns, read off its condition: `a >= 0.9 * b` compares `a` with `0.9 * b`.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr};

use super::parsed::Expression;
use super::stack::roomy;
use super::walk::{Step, walk};

/// The one comparison that a condition is.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// What is compared.
    pub figure: Expression,
    /// Its lower limit.
    pub low: Option<Side>,
    /// Its upper limit.
    pub high: Option<Side>,
}

/// One end of what a condition lets pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The limit.
    pub value: Expression,
    /// Whether a figure that equals it fails.
    pub strict: bool,
}

/// What is compared, with its limits; each limit with whether it is strict.
#[derive(Clone)]
pub(super) struct Compared {
    pub(super) figure: Expr,
    pub(super) low: Option<(Expr, bool)>,
    pub(super) high: Option<(Expr, bool)>,
}

impl Expression {
    /// The limits of a condition that is one comparison (`<`, `<=`, `=`, `>=`, `>`, BETWEEN, or the two ends of one range joined by
    /// AND). Nothing where it is anything else: what cannot be read for sure is not told.
    pub fn limits(&self) -> Option<Limits> {
        let Compared { figure, low, high } = roomy(|| compared(&self.tree))?;
        let side = |(value, strict)| Side { value: Expression::part(value), strict };
        Some(Limits { figure: Expression::part(figure), low: low.map(side), high: high.map(side) })
    }
}

pub(super) fn compared(expr: &Expr) -> Option<Compared> {
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
    use crate::Purpose;

    fn read(sql: &str) -> Option<(Option<bool>, Option<bool>)> {
        let limits = Expression::read(sql, Purpose::Verdict).ok()?.limits()?;
        Some((limits.low.map(|side| side.strict), limits.high.map(|side| side.strict)))
    }

    #[test]
    fn one_comparison_is_read_and_nothing_else_is() {
        for (sql, expected) in [
            ("auroc >= 0.9 * best", Some((Some(false), None))),
            ("(0.8 < auroc)", Some((Some(true), None))),
            ("n = 0", Some((Some(false), Some(false)))),
            ("oe BETWEEN 0.7 AND 1.4", Some((Some(false), Some(false)))),
            ("p > 0.1 AND p <= 0.3", Some((Some(true), Some(false)))),
            ("0.1 <= p AND 0.3 >= p", Some((Some(false), Some(false)))),
            ("p > 0.1 AND y <= 0.3", None),
            ("p > 0.1 OR p <= 0.3", None),
            ("NOT p > 0.1", None),
            ("p NOT BETWEEN 0.1 AND 0.2", None),
            ("p <> 0.1", None),
            ("held", None),
            ("no SQL", None),
        ] {
            assert_eq!(read(sql), expected, "{sql}");
        }
    }

    #[test]
    fn the_sides_of_a_comparison_are_columns_or_are_not() {
        let limits = Expression::read("(gap) <= most", Purpose::Verdict).unwrap().limits().unwrap();
        assert_eq!((limits.figure.column(), limits.high.unwrap().value.column()), (Some("gap"), Some("most")));
        let limits = Expression::read("abs(gap) <= 0.3", Purpose::Verdict).unwrap().limits().unwrap();
        assert_eq!((limits.figure.column(), limits.high.unwrap().value.column()), (None, None));
    }
}
