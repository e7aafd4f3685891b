//! The gate: walks a whole statement, wherever its parts may hide, and lets pass only what is on the lists.

use diagnostics::fault::Id;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CastKind, CeilFloorKind, DataType, Distinct, DuplicateTreatment, Expr, Function as Call,
    FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, JoinConstraint, JoinOperator, Query, Select,
    SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator, SetQuantifier, TableFactor,
    UnaryOperator, Value, WildcardAdditionalOptions, WindowType,
};

use super::fault::{SqlFault, shorten};
use super::function::{self, Function, Kind};
use super::functions::{self, FUNCTIONS};
use super::purpose::{Names, Purpose};
use super::walk::{Step, walk};
use diagnostics::text;
use diagnostics::text::Text;

/// How deep expressions may be nested, chains of operators included: far below where the stack would end.
const DEEPEST: usize = 200;

/// Lets one expression pass, and gives the names in it.
pub(super) fn expression(expression: &Expr, purpose: Purpose) -> Result<Names, SqlFault> {
    let mut gate = Gate::new(purpose);
    let mut refused = None;
    walk(expression, &mut |step| gate.see(step, &mut refused));
    refused.map_or_else(|| Ok(gate.names()), Err)
}

/// Lets one query pass, and gives the names in it.
pub(super) fn query(query: &Query) -> Result<Names, SqlFault> {
    let mut gate = Gate::new(Purpose::Check);
    let mut refused = None;
    walk(query, &mut |step| gate.see(step, &mut refused));
    refused.map_or_else(|| Ok(gate.names()), Err)
}

/// The function that a call names. The gate has made sure that there is one.
pub(super) fn called(call: &Call) -> Option<&'static Function> {
    let [part] = call.name.0.as_slice() else { return None };
    let name = part.as_ident()?.value.to_lowercase();
    // `select` marks our own functions so, lest polars take one of its own of the same name.
    FUNCTIONS.get(name.strip_prefix("our ").unwrap_or(&name)).copied()
}

/// Whether an expression looks at many rows: through an aggregate, through a window. Queries in brackets do not count.
#[derive(Clone, Copy, Default)]
pub(super) struct Looks {
    pub(super) aggregate: bool,
    pub(super) window: bool,
}

impl Looks {
    pub(super) fn at(expression: &Expr) -> Self {
        let mut looks = Self::default();
        let mut queries = 0;
        walk(expression, &mut |step| {
            match step {
                Step::Query(_) => queries += 1,
                Step::QueryEnd => queries -= 1,
                Step::Expr(Expr::Function(call)) if queries == 0 => {
                    if call.over.is_some() {
                        looks.window = true;
                    } else if called(call).is_some_and(|function| function.kind == Kind::Aggregate) {
                        looks.aggregate = true;
                    }
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        looks
    }
}

struct Gate {
    purpose: Purpose,
    depth: usize,
    /// How many aggregates are open around here; a stack, because a query in brackets starts anew.
    aggregates: Vec<usize>,
    relations: BTreeSet<String>,
    /// Names of WITH tables.
    own: BTreeSet<String>,
    /// From what a table is called in FROM to its own name.
    aliases: BTreeMap<String, BTreeSet<String>>,
    /// Names given with AS.
    given: BTreeSet<String>,
    columns: BTreeSet<(Option<String>, String)>,
    all_of: BTreeSet<String>,
}

impl Gate {
    fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            depth: 0,
            aggregates: vec![0],
            relations: BTreeSet::new(),
            own: BTreeSet::new(),
            aliases: BTreeMap::new(),
            given: BTreeSet::new(),
            columns: BTreeSet::new(),
            all_of: BTreeSet::new(),
        }
    }

    fn names(self) -> Names {
        let tables: BTreeSet<String> = self.relations.difference(&self.own).cloned().collect();
        let real = |called: &String| match self.aliases.get(called) {
            Some(real) => real.clone(),
            None => BTreeSet::from([called.clone()]),
        };
        let mut columns = BTreeSet::new();
        for (table, column) in &self.columns {
            match table {
                Some(called) => columns.extend(real(called).into_iter().map(|table| (Some(table), column.clone()))),
                None if self.given.contains(column) => {}
                None => {
                    columns.insert((None, column.clone()));
                }
            }
        }
        let all_of =
            self.all_of.iter().flat_map(|called| if called.is_empty() { [String::new()].into() } else { real(called) });
        Names { tables, columns, all_of: all_of.collect() }
    }

    fn call(&mut self, call: &Call) -> Result<(), SqlFault> {
        let name = call.name.to_string();
        let ident = match call.name.0.as_slice() {
            [part] => part.as_ident(),
            _ => None,
        };
        let lower = ident.map(|ident| ident.value.to_lowercase()).unwrap_or_default();
        let at = |fault: SqlFault| match ident {
            Some(ident) => fault.at(ident.span.start.line, ident.span.start.column),
            None => fault,
        };
        let Some(function) = called(call) else {
            let found = text!("the function {name}, which does not exist here", "ここにはない関数{name}");
            let expected = Text::new("one of the functions in the reference", "関数一覧にある関数");
            return Err(at(
                SqlFault::new(Id::UnknownFunction, found, expected).near(functions::nearest(&lower, self.purpose))
            ));
        };
        if let Some(expected) = function.kind.refused(self.purpose) {
            return Err(at(SqlFault::new(Id::NotOffered, text!("{name}", "{name}"), expected)));
        }
        let odd = |what: &str| {
            let usage = function.usage();
            at(SqlFault::new(
                Id::BadArguments,
                text!("{what} in {name}", "{name}の中の{what}"),
                text!("{usage}", "{usage}"),
            ))
        };
        let FunctionArguments::List(list) = &call.args else { return Err(odd("()")) };
        if call.uses_odbc_syntax || !matches!(call.parameters, FunctionArguments::None) {
            return Err(odd("{}"));
        }
        if let Some(clause) = list.clauses.first() {
            return Err(odd(&clause.to_string()));
        }
        if call.null_treatment.is_some() || !call.within_group.is_empty() {
            return Err(odd("NULLS, WITHIN GROUP"));
        }
        if matches!(list.duplicate_treatment, Some(DuplicateTreatment::Distinct)) && lower != "count" {
            return Err(at(SqlFault::new(
                Id::NotOffered,
                text!("DISTINCT in {name}", "{name}の中のDISTINCT"),
                Text::new(
                    "DISTINCT only in count(DISTINCT x); elsewhere, take SELECT DISTINCT first, in WITH",
                    "DISTINCTはcount(DISTINCT x)だけです。ほかでは、先にWITHの中でSELECT DISTINCTしてください",
                ),
            )));
        }
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(_)) => {}
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if lower == "count" => {}
                other => return Err(odd(&other.to_string())),
            }
        }
        let count = list.args.len();
        if !function.accepts(count) {
            return Err(at(SqlFault::new(
                Id::BadArguments,
                text!("{name} with {count} arguments", "引数が{count}個の{name}"),
                function::wants(function),
            )));
        }
        self.many_rows(call, function, &name).map_err(at)
    }

    /// FILTER, OVER and aggregates within aggregates.
    fn many_rows(&mut self, call: &Call, function: &Function, name: &str) -> Result<(), SqlFault> {
        if call.filter.is_some() && (function.kind != Kind::Aggregate || call.over.is_some()) {
            return Err(SqlFault::new(
                Id::NotOffered,
                text!("FILTER after {name}", "{name}の後のFILTER"),
                Text::new("FILTER only after an aggregate without OVER", "FILTERはOVERのない集計関数の後だけです"),
            ));
        }
        let Some(over) = &call.over else {
            if function.kind == Kind::Window {
                let usage = function.usage();
                return Err(SqlFault::new(
                    Id::NotOffered,
                    text!("{name} without OVER", "OVERのない{name}"),
                    text!("{usage} OVER (PARTITION BY … ORDER BY …)", "{usage} OVER (PARTITION BY … ORDER BY …)"),
                ));
            }
            if function.kind == Kind::Aggregate && self.aggregates.last().is_some_and(|&open| open > 0) {
                return Err(SqlFault::new(
                    Id::NotOffered,
                    text!("{name} within another aggregate", "集計関数の中の{name}"),
                    Text::new(
                        "one aggregate at a time: compute the inner one in WITH, or as (SELECT …) in brackets",
                        "集計は一段ずつです。内側の集計はWITHか、括弧に入れた(SELECT …)で先に計算してください",
                    ),
                ));
            }
            return Ok(());
        };
        let (allowed, ordered) = function.over();
        let WindowType::WindowSpec(spec) = over else {
            return Err(SqlFault::new(
                Id::NotOffered,
                Text::new("a named window", "名前の付いたウィンドウ"),
                Text::new(
                    "OVER (PARTITION BY … ORDER BY …) written out",
                    "OVER (PARTITION BY … ORDER BY …)をその場に書く形",
                ),
            ));
        };
        if !allowed {
            return Err(SqlFault::new(
                Id::NotOffered,
                text!("{name} with OVER", "OVERの付いた{name}"),
                text!(
                    "{name} with GROUP BY in a WITH table, joined back to the rows",
                    "WITHの中でGROUP BYと{name}を使い、元の行にJOINする形"
                ),
            ));
        }
        if !ordered && !spec.order_by.is_empty() {
            return Err(SqlFault::new(
                Id::NotOffered,
                text!("ORDER BY in OVER after {name}", "{name}の後のOVERの中のORDER BY"),
                text!("{name} over the whole partition, without ORDER BY", "ORDER BYのない、区画全体の{name}"),
            ));
        }
        Ok(())
    }

    fn expr(&mut self, expression: &Expr) -> Result<(), SqlFault> {
        match expression {
            Expr::Identifier(ident) => {
                self.columns.insert((None, ident.value.clone()));
                Ok(())
            }
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, column] => {
                    self.columns.insert((Some(table.value.clone()), column.value.clone()));
                    Ok(())
                }
                _ => Err(form(expression)),
            },
            Expr::Function(call) => self.call(call),
            Expr::InSubquery { .. } | Expr::Exists { .. } | Expr::Subquery(_) if self.purpose != Purpose::Check => {
                Err(SqlFault::new(
                    Id::NotOffered,
                    Text::new("a query in brackets", "括弧の中のSELECT"),
                    Text::new("an expression of one row", "1行だけを見る式"),
                ))
            }
            Expr::InList { list, .. } => match list.iter().find(|item| !constant(item)) {
                None => Ok(()),
                Some(item) => Err(SqlFault::new(
                    Id::NotOffered,
                    text!("`{item}` in the list after IN", "INの後の一覧にある`{item}`"),
                    Text::new(
                        "numbers and texts in the list; for columns, x = a OR x = b",
                        "一覧には数と文字列だけを書きます。列との比較はx = a OR x = bです",
                    ),
                )),
            },
            Expr::BinaryOp { left, op, right }
                if compares(op) && [left, right].into_iter().any(|side| is_comparison(side)) =>
            {
                Err(SqlFault::new(
                    Id::NotOffered,
                    text!("`{expression}`, a comparison of a comparison", "比較の結果をさらに比べる式`{expression}`"),
                    Text::new(
                        "two comparisons joined by AND: 0.7 <= x AND x <= 0.9, or x BETWEEN 0.7 AND 0.9",
                        "2つの比較をANDでつないだ式。例：0.7 <= x AND x <= 0.9、または x BETWEEN 0.7 AND 0.9",
                    ),
                ))
            }
            Expr::BinaryOp { op, .. } if operator(op) => Ok(()),
            Expr::BinaryOp { op, .. } => Err(SqlFault::new(
                Id::NotOffered,
                text!("the operator {op}", "演算子{op}"),
                Text::new("one of + - * / % = <> < <= > >= AND OR ||", "+ - * / % = <> < <= > >= AND OR || のどれか"),
            )),
            Expr::UnaryOp { op: UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not, .. }
            | Expr::Like { any: false, escape_char: None, .. }
            | Expr::ILike { any: false, escape_char: None, .. }
            | Expr::Ceil { field: CeilFloorKind::DateTimeField(_), .. }
            | Expr::Floor { field: CeilFloorKind::DateTimeField(_), .. }
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::InSubquery { .. }
            | Expr::Between { .. }
            | Expr::Extract { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Nested(_)
            | Expr::Case { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_) => Ok(()),
            Expr::Cast {
                kind: CastKind::Cast | CastKind::DoubleColon | CastKind::TryCast,
                data_type,
                array: false,
                format: None,
                ..
            } => {
                if castable(data_type) {
                    return Ok(());
                }
                Err(SqlFault::new(
                    Id::NotOffered,
                    text!("CAST to {data_type}", "{data_type}へのCAST"),
                    Text::new(
                        "BOOLEAN, INTEGER, BIGINT, DOUBLE or VARCHAR; for dates, date(text)",
                        "BOOLEAN、INTEGER、BIGINT、DOUBLE、VARCHARのどれか。日付はdate(文字列)",
                    ),
                ))
            }
            Expr::TypedString(typed) if typed.data_type == DataType::Date => Ok(()),
            Expr::Value(value) => match &value.value {
                Value::Number(..) | Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => Ok(()),
                other => Err(SqlFault::new(
                    Id::NotOffered,
                    text!("the value {other}", "値{other}"),
                    Text::new("a number, 'text', TRUE, FALSE or NULL", "数、'文字列'、TRUE、FALSE、NULLのどれか"),
                )),
            },
            other => Err(form(other)),
        }
    }

    fn table(&mut self, factor: &TableFactor) -> Result<(), SqlFault> {
        let only = || Text::new("a table's name, or (SELECT …) AS name", "表の名前、または(SELECT …) AS 名前");
        match factor {
            TableFactor::Table { name, args: Some(_), .. } => {
                Err(SqlFault::new(Id::NotOffered, text!("the function {name} in FROM", "FROMの中の関数{name}"), only()))
            }
            TableFactor::Table { name, alias, .. } => {
                let [part] = name.0.as_slice() else {
                    return Err(SqlFault::new(Id::NotOffered, text!("{name} in FROM", "FROMの中の{name}"), only()));
                };
                let Some(ident) = part.as_ident() else {
                    return Err(SqlFault::new(Id::NotOffered, text!("{name} in FROM", "FROMの中の{name}"), only()));
                };
                let called = alias.as_ref().map_or(&ident.value, |alias| &alias.name.value);
                self.aliases.entry(called.clone()).or_default().insert(ident.value.clone());
                Ok(())
            }
            TableFactor::Derived { lateral: false, sample: None, .. } => Ok(()),
            other => {
                let shown = shorten(&other.to_string());
                Err(SqlFault::new(Id::NotOffered, text!("`{shown}` in FROM", "FROMの中の`{shown}`"), only()))
            }
        }
    }

    fn select(&mut self, select: &Select) -> Result<(), SqlFault> {
        if select.flavor != SelectFlavor::Standard {
            return Err(SqlFault::new(
                Id::NotOffered,
                Text::new("FROM before SELECT", "SELECTより前のFROM"),
                Text::new("SELECT … FROM …", "SELECT … FROM …"),
            ));
        }
        let clauses = [
            ("DISTINCT ON", matches!(select.distinct, Some(Distinct::On(_)))),
            ("QUALIFY", select.qualify.is_some()),
            ("WINDOW", !select.named_window.is_empty()),
            ("TOP", select.top.is_some()),
            ("INTO", select.into.is_some()),
            ("GROUP BY ALL", matches!(select.group_by, GroupByExpr::All(_))),
            (
                "WITH ROLLUP",
                matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if !modifiers.is_empty()),
            ),
        ];
        if let Some((clause, _)) = clauses.into_iter().find(|(_, there)| *there) {
            return Err(SqlFault::new(
                Id::NotOffered,
                text!("{clause}", "{clause}"),
                Text::new(
                    "SELECT … FROM … WHERE … GROUP BY … HAVING … ORDER BY … LIMIT; steps before it in WITH",
                    "SELECT … FROM … WHERE … GROUP BY … HAVING … ORDER BY … LIMIT。前の段階はWITHに書きます",
                ),
            ));
        }
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(_) => {}
                SelectItem::ExprWithAlias { alias, .. } => {
                    self.given.insert(alias.value.clone());
                }
                SelectItem::Wildcard(options) if plain(options) => {
                    self.all_of.insert(String::new());
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options)
                    if plain(options) && name.0.len() == 1 =>
                {
                    self.all_of
                        .extend(name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.clone()));
                }
                other => {
                    return Err(SqlFault::new(
                        Id::NotOffered,
                        text!("{other}", "{other}"),
                        Text::new(
                            "columns, each with AS if need be; * or table.*",
                            "列(必要ならASを付けて)、*、表.*のどれか",
                        ),
                    ));
                }
            }
        }
        for table in &select.from {
            for join in &table.joins {
                joins(&join.join_operator)?;
            }
        }
        let GroupByExpr::Expressions(keys, _) = &select.group_by else { return Ok(()) };
        for (clause, expression) in
            select.selection.iter().map(|e| ("WHERE", e)).chain(keys.iter().map(|e| ("GROUP BY", e)))
        {
            let looks = Looks::at(expression);
            if looks.aggregate || looks.window {
                return Err(SqlFault::new(
                    Id::NotOffered,
                    text!("an aggregate or OVER in {clause}", "{clause}の中の集計関数かOVER"),
                    Text::new(
                        "conditions on rows in WHERE, on groups in HAVING; or compute the aggregate first, in WITH",
                        "行への条件はWHERE、グループへの条件はHAVINGに書きます。または先にWITHの中で集計してください",
                    ),
                ));
            }
        }
        if select.having.is_some() && keys.is_empty() {
            return Err(SqlFault::new(
                Id::NotOffered,
                Text::new("HAVING without GROUP BY", "GROUP BYのないHAVING"),
                Text::new(
                    "HAVING after GROUP BY, or the condition itself in SELECT",
                    "GROUP BYの後のHAVING、またはSELECTに書いた条件そのもの",
                ),
            ));
        }
        Ok(())
    }

    fn query(&mut self, query: &Query) -> Result<(), SqlFault> {
        if let Some(with) = &query.with {
            if with.recursive {
                return Err(SqlFault::new(
                    Id::NotOffered,
                    Text::new("WITH RECURSIVE", "WITH RECURSIVE"),
                    Text::new("WITH without RECURSIVE", "RECURSIVEのないWITH"),
                ));
            }
            self.own.extend(with.cte_tables.iter().map(|cte| cte.alias.name.value.clone()));
        }
        let clauses = [
            ("FOR", query.for_clause.is_some() || !query.locks.is_empty()),
            ("SETTINGS", query.settings.is_some()),
            ("FORMAT", query.format_clause.is_some()),
            ("|>", !query.pipe_operators.is_empty()),
        ];
        if let Some((clause, _)) = clauses.into_iter().find(|(_, there)| *there) {
            return Err(SqlFault::new(
                Id::NotOffered,
                text!("{clause}", "{clause}"),
                Text::new("a plain SELECT", "普通のSELECT"),
            ));
        }
        body(&query.body)
    }
}

impl Gate {
    /// Judges one step of the walk; what it refuses ends the walk.
    fn see(&mut self, step: Step, refused: &mut Option<SqlFault>) -> ControlFlow<()> {
        match self.step(step) {
            Ok(()) => ControlFlow::Continue(()),
            Err(fault) => {
                *refused = Some(fault);
                ControlFlow::Break(())
            }
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "a step is a reference already")]
    fn step(&mut self, step: Step) -> Result<(), SqlFault> {
        match step {
            Step::Query(query) => {
                self.aggregates.push(0);
                self.query(query)
            }
            Step::QueryEnd => {
                self.aggregates.pop();
                Ok(())
            }
            Step::Select(select) => self.select(select),
            Step::Relation(name) => {
                self.relations
                    .extend(name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.clone()));
                Ok(())
            }
            Step::Table(factor) => self.table(factor),
            Step::Expr(expression) => self.enter(expression),
            Step::ExprEnd(expression) => {
                self.depth -= 1;
                if aggregate(expression) {
                    *self.aggregates.last_mut().unwrap_or(&mut 1) -= 1;
                }
                Ok(())
            }
        }
    }

    fn enter(&mut self, expression: &Expr) -> Result<(), SqlFault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SqlFault::new(
                Id::SqlTooLarge,
                text!(
                    "an expression nested or chained more than {DEEPEST} deep",
                    "{DEEPEST}段より深い入れ子や長い連鎖の式"
                ),
                Text::new(
                    "shorter expressions, in several columns or WITH tables",
                    "いくつかの列やWITHに分けた、短い式",
                ),
            ));
        }
        self.expr(expression)?;
        if aggregate(expression) {
            *self.aggregates.last_mut().unwrap_or(&mut 0) += 1;
        }
        Ok(())
    }
}

fn aggregate(expression: &Expr) -> bool {
    matches!(expression, Expr::Function(call) if call.over.is_none() && called(call).is_some_and(|f| f.kind == Kind::Aggregate))
}

/// The bodies that `select` can run.
fn body(set: &SetExpr) -> Result<(), SqlFault> {
    match set {
        SetExpr::Select(_) | SetExpr::Query(_) => Ok(()),
        SetExpr::SetOperation {
            op: SetOperator::Union,
            set_quantifier: SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None,
            left,
            right,
        } => {
            body(left)?;
            body(right)
        }
        SetExpr::SetOperation { op, set_quantifier, .. } => Err(SqlFault::new(
            Id::NotOffered,
            text!("{op} {set_quantifier}", "{op} {set_quantifier}"),
            Text::new(
                "UNION or UNION ALL; for rows that are or are not in another table, IN (SELECT …) or LEFT JOIN … IS NULL",
                "UNIONかUNION ALL。別の表にある行・ない行を選ぶにはIN (SELECT …)かLEFT JOIN … IS NULLを使います",
            ),
        )),
        other => {
            let other = shorten(&other.to_string());
            Err(SqlFault::new(Id::NotOffered, text!("`{other}`", "`{other}`"), Text::new("SELECT …", "SELECT …")))
        }
    }
}

fn joins(operator: &JoinOperator) -> Result<(), SqlFault> {
    match operator {
        JoinOperator::CrossJoin(JoinConstraint::None)
        | JoinOperator::Join(JoinConstraint::On(_) | JoinConstraint::Using(_))
        | JoinOperator::Inner(JoinConstraint::On(_) | JoinConstraint::Using(_))
        | JoinOperator::Left(JoinConstraint::On(_) | JoinConstraint::Using(_))
        | JoinOperator::LeftOuter(JoinConstraint::On(_) | JoinConstraint::Using(_))
        | JoinOperator::Right(JoinConstraint::On(_) | JoinConstraint::Using(_))
        | JoinOperator::RightOuter(JoinConstraint::On(_) | JoinConstraint::Using(_))
        | JoinOperator::FullOuter(JoinConstraint::On(_) | JoinConstraint::Using(_)) => Ok(()),
        _ => Err(SqlFault::new(
            Id::NotOffered,
            Text::new("a join of another kind, or without USING or ON", "ほかの種類のJOIN、またはUSINGもONもないJOIN"),
            Text::new(
                "JOIN, LEFT JOIN, RIGHT JOIN or FULL JOIN with USING (column) or ON condition; or CROSS JOIN",
                "USING (列)かON 条件の付いたJOIN、LEFT JOIN、RIGHT JOIN、FULL JOIN。またはCROSS JOIN",
            ),
        )),
    }
}

/// Whether an operator asks which of two things is the larger.
fn compares(op: &BinaryOperator) -> bool {
    matches!(op, BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq)
}

/// A comparison as `a < b < c` has it on its left; one in brackets was meant so.
fn is_comparison(expression: &Expr) -> bool {
    matches!(expression, Expr::BinaryOp { op, .. } if compares(op))
}

fn operator(op: &BinaryOperator) -> bool {
    use BinaryOperator as Op;
    matches!(
        op,
        Op::Plus
            | Op::Minus
            | Op::Multiply
            | Op::Divide
            | Op::DuckIntegerDivide
            | Op::Modulo
            | Op::StringConcat
            | Op::Gt
            | Op::Lt
            | Op::GtEq
            | Op::LtEq
            | Op::Eq
            | Op::NotEq
            | Op::And
            | Op::Or
    )
}

/// A value written out.
fn constant(expression: &Expr) -> bool {
    match expression {
        Expr::Value(_) => true,
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => matches!(**expr, Expr::Value(_)),
        _ => false,
    }
}

fn castable(to: &DataType) -> bool {
    matches!(
        to,
        DataType::Boolean
            | DataType::Bool
            | DataType::SmallInt(_)
            | DataType::Int(_)
            | DataType::Integer(_)
            | DataType::BigInt(_)
            | DataType::Int64
            | DataType::Real
            | DataType::Float(_)
            | DataType::Float64
            | DataType::Double(_)
            | DataType::DoublePrecision
            | DataType::Varchar(_)
            | DataType::Text
            | DataType::String(_)
    )
}

fn plain(options: &WildcardAdditionalOptions) -> bool {
    *options == WildcardAdditionalOptions { wildcard_token: options.wildcard_token.clone(), ..Default::default() }
}

fn form(expression: &Expr) -> SqlFault {
    let shown = shorten(&expression.to_string());
    SqlFault::new(
        Id::NotOffered,
        text!("`{shown}`, a form of SQL that is not offered here", "ここでは使えない形の`{shown}`"),
        Text::new("columns, numbers, 'text', operators, CASE and functions", "列、数、'文字列'、演算子、CASE、関数"),
    )
}

/// An identifier in double quotes, so that it means just this name.
pub(super) fn quoted(name: &str) -> Ident {
    Ident::with_quote('"', name)
}
