//! Checks of the first form of `exercise.toml`, where a query of one boolean stood beside the query of the figures: both as one
//! query and a condition over its row, which say the same.

use sqlparser::ast::{self, Expr, Ident, SelectItem, SetExpr};

use super::limits::compared;
use super::parsed::Query;
use super::stack::roomy;

/// The column that holds what was compared.
const FIGURE: &str = "judged";
/// The column that holds the verdict, where it is more than one comparison with numbers.
const VERDICT: &str = "passed";

/// The figures with what `judged` looked at among them, and the condition over their row. `judged` is one SELECT of one value.
pub fn joined(judged: &Query, shows: &Query) -> Option<(String, String)> {
    roomy(|| {
        let SetExpr::Select(select) = judged.tree.body.as_ref() else { return None };
        let [SelectItem::UnnamedExpr(verdict) | SelectItem::ExprWithAlias { expr: verdict, .. }] =
            select.projection.as_slice()
        else {
            return None;
        };
        let taken = shows.columns()?;
        let free = |name: &str| {
            let mut name = name.to_owned();
            while taken.contains(&name) {
                name.push('_');
            }
            name
        };
        let plain = compared(verdict)
            .filter(|compared| [&compared.low, &compared.high].into_iter().flatten().all(|(limit, _)| constant(limit)));
        let Some(compared) = plain else {
            let name = free(VERDICT);
            return Some((beside(judged, shows, verdict, &name), name));
        };
        let (figures, name) = if let Some(name) = shown(judged, shows, &compared.figure) {
            (shows.text().trim().to_owned(), name)
        } else {
            let name = free(FIGURE);
            (beside(judged, shows, &compared.figure, &name), name)
        };
        let low = compared.low.map(|(limit, strict)| format!("{name} {} {limit}", if strict { ">" } else { ">=" }));
        let high = compared.high.map(|(limit, strict)| format!("{name} {} {limit}", if strict { "<" } else { "<=" }));
        let sides: Vec<String> = low.into_iter().chain(high).collect();
        Some((figures, sides.join(" AND ")))
    })
}

fn constant(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => constant(inner),
        Expr::BinaryOp { left, right, .. } => constant(left) && constant(right),
        _ => false,
    }
}

/// The name under which `shows` has the figure already: the same expression over the same rows.
fn shown(judged: &Query, shows: &Query, figure: &Expr) -> Option<String> {
    let (SetExpr::Select(of_judged), SetExpr::Select(of_shows)) = (judged.tree.body.as_ref(), shows.tree.body.as_ref())
    else {
        return None;
    };
    let rows = |query: &Query, select: &ast::Select| {
        let mut bare = query.tree.clone();
        let select = ast::Select { projection: Vec::new(), ..select.clone() };
        *bare.body = SetExpr::Select(Box::new(select));
        bare.to_string()
    };
    if rows(judged, of_judged) != rows(shows, of_shows) {
        return None;
    }
    of_shows.projection.iter().find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if expr.to_string() == figure.to_string() => {
            Some(alias.value.clone())
        }
        _ => None,
    })
}

/// The figures, and beside them one more column from the other query.
fn beside(judged: &Query, shows: &Query, expr: &Expr, name: &str) -> String {
    let mut other = judged.tree.clone();
    if let SetExpr::Select(select) = other.body.as_mut() {
        select.projection = vec![SelectItem::ExprWithAlias { expr: expr.clone(), alias: Ident::new(name) }];
    }
    let figures = shows.text().trim();
    format!(
        "SELECT figures.*, verdict.{name} AS {name}\nFROM (\n{figures}\n) AS figures\nCROSS JOIN (\n{other}\n) AS verdict"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(judged: &str, shows: &str) -> (String, String) {
        joined(&Query::read(judged).unwrap(), &Query::read(shows).unwrap()).unwrap()
    }

    #[test]
    fn a_figure_that_is_shown_is_compared_by_its_name() {
        let shows = "SELECT avg(p) AS mean, 1 AS one FROM exam";
        assert_eq!(convert("SELECT avg(p) <= 0.25 FROM exam", shows), (shows.to_owned(), "mean <= 0.25".to_owned()));
        let between = convert("SELECT avg(p) BETWEEN 0.1 AND (1 / 4) FROM exam", shows);
        assert_eq!(between.1, "mean >= 0.1 AND mean <= (1 / 4)");
    }

    #[test]
    fn other_rows_and_other_verdicts_get_a_column_of_their_own() {
        let shows = "SELECT avg(p) AS judged FROM exam";
        let (figures, passes) = convert("SELECT avg(p) > 0.25 FROM exam WHERE site = 'a'", shows);
        assert_eq!(passes, "judged_ > 0.25");
        assert_eq!(Query::read(&figures).unwrap().columns().unwrap(), ["judged", "judged_"]);
        let (figures, passes) = convert("SELECT avg(p) > 0.25 OR count(*) = 0 FROM exam", shows);
        assert_eq!(passes, "passed");
        assert!(figures.ends_with("AS verdict"), "{figures}");
    }
}
