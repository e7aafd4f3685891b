//! From a judged statement to plain SELECTs that polars computes as SQL means them.
//!
//! - WITH tables, tables in brackets and both sides of UNION are computed one by one and become tables; a query in brackets within an
//!   expression is computed first and becomes its value. So each SELECT stands alone.
//! - Columns get internal names `0.age`, `1.age` (table, column) that nothing can confuse; every name in the text is looked up here.
//! - Whatever polars reads otherwise than SQL does is rewritten, or refused where it cannot be.

use diagnostics::fault::Id;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use polars::prelude::*;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, Distinct, Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArguments,
    GroupByExpr, Ident, JoinConstraint, JoinOperator, ObjectName, OrderBy, OrderByExpr, OrderByKind, OrderByOptions,
    Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator, SetQuantifier, TableAlias,
    TableFactor, UnaryOperator, Value, VisitMut, VisitorMut, WildcardAdditionalOptions,
};

use super::allow::{Looks, called, quoted};
use super::engine;
use super::fault::{SqlFault, fault_of, kind, no_condition, shorten};
use super::function::{Function, How, Kind};
use super::purpose::Names;
use super::read;
use super::walk::{Step, walk};
use diagnostics::fault::nearest;
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;

/// The largest table that a join may make, in rows.
const MOST_ROWS: u128 = 20_000_000;
/// The longest list that `IN (SELECT …)` may give.
const LONGEST_LIST: usize = 100_000;
/// The internal name of the keys of draws; no column's, for those begin with a number and a dot.
const KEY: &str = "key";

/// Computes a judged query; why figures in it are undefined is added to `reasons`.
pub(super) fn query(
    tables: &BTreeMap<String, DataFrame>,
    query: &Query,
    reasons: &engine::Reasons,
) -> Result<DataFrame, SqlFault> {
    let reasons = engine::Reasons::clone(reasons);
    Runner { tables, dotted: false, key: None, stream: Seed::new(0), reasons }.query(query, &BTreeMap::new())
}

/// Computes a judged expression for each row of `frame`.
pub(super) fn expression(
    frame: &DataFrame,
    key: Option<&str>,
    expression: Expr,
    names: &Names,
    stream: Seed,
) -> Result<Column, SqlFault> {
    // Only the columns in use are looked at: a frame may be wide.
    let used: Vec<Column> = frame
        .columns()
        .iter()
        .filter(|column| {
            let name = column.name().as_str();
            let dotted = |(table, column): &(Option<String>, String)| match table {
                Some(table) => {
                    name.strip_prefix(table.as_str()).and_then(|rest| rest.strip_prefix('.')) == Some(column)
                }
                None => name == column,
            };
            names.columns.iter().any(dotted)
        })
        .cloned()
        .collect();
    let used = DataFrame::new(frame.height(), used).map_err(super::rows::internal)?;
    let key = match key {
        Some(key) => Some(
            frame.column(key).map_err(super::rows::internal)?.cast(&DataType::UInt64).map_err(super::rows::internal)?,
        ),
        None => None,
    };
    let reasons = engine::Reasons::default();
    let runner = Runner { tables: &BTreeMap::new(), dotted: true, key, stream, reasons };
    let scope = Scope { sources: vec![Source::new("", &used)?], using: BTreeMap::new() };
    let all = column_names(frame);
    runner.expression(&scope, &all, expression, frame.height())
}

/// One table of a FROM.
struct Source {
    /// What it is called in this SELECT.
    name: String,
    frame: DataFrame,
}

impl Source {
    fn new(name: &str, frame: &DataFrame) -> Result<Self, SqlFault> {
        let frame = engine::plain(frame.clone()).map_err(super::rows::internal)?;
        Ok(Self { name: name.to_owned(), frame })
    }
}

/// What the names in a SELECT mean.
struct Scope {
    sources: Vec<Source>,
    /// What a column of USING means, which belongs to two tables.
    using: BTreeMap<String, Expr>,
}

impl Scope {
    fn physical(source: usize, column: &str) -> String {
        format!("{source}.{column}")
    }

    fn columns(&self) -> impl Iterator<Item = (usize, &str)> {
        self.sources
            .iter()
            .enumerate()
            .flat_map(|(i, source)| source.frame.columns().iter().map(move |column| (i, column.name().as_str())))
    }

    /// The column that a plain name means; nothing if there is none.
    fn find(&self, ident: &Ident) -> Result<Option<Expr>, SqlFault> {
        let name = ident.value.as_str();
        if let Some(expression) = self.using.get(name) {
            return Ok(Some(expression.clone()));
        }
        let owners: Vec<usize> = self.columns().filter(|(_, column)| *column == name).map(|(i, _)| i).collect();
        match owners.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(Expr::Identifier(quoted(&Self::physical(*only, name))))),
            _ => {
                let which: Vec<String> = owners.iter().map(|i| format!("{}.{name}", self.sources[*i].name)).collect();
                let which = which.join(", ");
                let fault = SqlFault::new(
                    Id::AmbiguousName,
                    text!("{name}, which several tables have", "いくつもの表にある{name}"),
                    text!("one of {which}", "{which}のどれか"),
                );
                Err(fault.at(ident.span.start.line, ident.span.start.column))
            }
        }
    }

    /// The column that `table.column` means.
    fn find_in(&self, table: &Ident, column: &Ident) -> Result<Expr, SqlFault> {
        let at = |fault: SqlFault, ident: &Ident| fault.at(ident.span.start.line, ident.span.start.column);
        let Some(i) = self.sources.iter().position(|source| source.name == table.value) else {
            let here: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
            return Err(at(unknown_table(&table.value, &here), table));
        };
        let columns = column_names(&self.sources[i].frame);
        if columns.contains(&column.value.as_str()) {
            return Ok(Expr::Identifier(quoted(&Self::physical(i, &column.value))));
        }
        Err(at(unknown_column(column, &columns), column))
    }

    /// The table and the column that an internal name means.
    fn owner<'e>(&self, expression: &'e Expr) -> Option<(usize, &'e str)> {
        let Expr::Identifier(ident) = expression else { return None };
        let (source, column) = ident.value.split_once('.')?;
        let source = source.parse::<usize>().ok().filter(|source| *source < self.sources.len())?;
        self.sources[source].frame.column(column).is_ok().then_some((source, column))
    }

    fn dtype(&self, expression: &Expr) -> Option<&DataType> {
        let (source, name) = match expression {
            Expr::Identifier(ident) => {
                let mut owners = self.columns().filter(|(_, column)| *column == ident.value);
                (owners.next()?.0, &ident.value)
            }
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, column] => (self.sources.iter().position(|source| source.name == table.value)?, &column.value),
                _ => return None,
            },
            _ => return None,
        };
        self.sources[source].frame.column(name).ok().map(Column::dtype)
    }

    /// For messages: each internal name and the one that the reader knows.
    fn shown(&self) -> Vec<(String, String)> {
        self.columns().map(|(i, column)| (Self::physical(i, column), column.to_owned())).collect()
    }
}

fn unknown_column(ident: &Ident, columns: &[&str]) -> SqlFault {
    let name = &ident.value;
    let list = shorten(&columns.join(", "));
    let expected = if columns.is_empty() {
        text!(
            "a table that has columns; a text stands in single quotation marks: '{name}'",
            "列のある表。文字列なら一重引用符で '{name}'"
        )
    } else {
        text!(
            "in single quotation marks if it is a text: '{name}'; otherwise one of the columns {list}",
            "文字列なら一重引用符で '{name}'、列なら {list} のどれか"
        )
    };
    SqlFault::new(Id::UnknownColumn, text!("the unknown column {name}", "存在しない列「{name}」"), expected)
        .near(nearest(name, columns.iter().copied()))
        .at(ident.span.start.line, ident.span.start.column)
}

fn unknown_table(name: &str, tables: &[&str]) -> SqlFault {
    let list = shorten(&tables.join(", "));
    SqlFault::new(
        Id::UnknownTable,
        text!("the unknown table {name}", "存在しない表{name}"),
        text!("one of the tables {list}", "表{list}のどれか"),
    )
    .near(nearest(name, tables.iter().copied()))
}

type Frames = BTreeMap<String, DataFrame>;

struct Runner<'a> {
    tables: &'a Frames,
    /// Whether `a.b` is the name of one column.
    dotted: bool,
    key: Option<Column>,
    stream: Seed,
    reasons: engine::Reasons,
}

impl Runner<'_> {
    fn expression(&self, scope: &Scope, all: &[&str], mut expression: Expr, height: usize) -> Result<Column, SqlFault> {
        let with = Frames::new();
        let mut rewrite = Rewrite { runner: self, scope, with: &with, given: &[], all, calls: Vec::new() };
        rewrite.apply(&mut expression)?;
        let calls = rewrite.calls;
        let mut table = physical(0, &scope.sources[0]);
        // The keys keep the number of rows even where the expression names no column.
        let keys = match &self.key {
            Some(key) => key.clone().with_name(KEY.into()),
            None => Column::new_scalar(KEY.into(), 0_u64.into(), height),
        };
        table.with_column(keys).map_err(super::rows::internal)?;
        let mut select = template()?;
        let key = Expr::Identifier(quoted(KEY));
        select.projection = vec![
            SelectItem::ExprWithAlias { expr: key, alias: quoted("rows") },
            SelectItem::ExprWithAlias { expr: expression, alias: quoted("value") },
        ];
        let tables = Frames::from([("t0".to_owned(), table)]);
        let frame = engine::run(wrap(select, None)?, &tables, &calls, self.stream, &scope.shown(), &self.reasons)?;
        frame.column("value").cloned().map_err(super::rows::internal)
    }

    fn query(&self, query: &Query, outer: &Frames) -> Result<DataFrame, SqlFault> {
        let mut with = outer.clone();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let table = renamed(self.query(&cte.query, &with)?, &cte.alias)?;
            with.insert(cte.alias.name.value.clone(), table);
        }
        match &*query.body {
            SetExpr::Select(select) => self.select(select, Some(query), &with),
            set => {
                let frame = self.set(set, &with)?;
                if query.order_by.is_none() && query.limit_clause.is_none() && query.fetch.is_none() {
                    return Ok(frame);
                }
                with.insert("t0".to_owned(), frame);
                let mut select = template()?;
                select.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
                self.select(&select, Some(query), &with)
            }
        }
    }

    fn set(&self, set: &SetExpr, with: &Frames) -> Result<DataFrame, SqlFault> {
        match set {
            SetExpr::Select(select) => self.select(select, None, with),
            SetExpr::Query(query) => self.query(query, with),
            SetExpr::SetOperation { op: SetOperator::Union, set_quantifier, left, right } => {
                let (left, right) = (self.set(left, with)?, self.set(right, with)?);
                union(left, right, !matches!(set_quantifier, SetQuantifier::All))
            }
            // The gate lets nothing else through.
            _ => Err(fault_of("a set operation that is not offered", &[])),
        }
    }

    fn table(&self, factor: &TableFactor, with: &Frames) -> Result<Source, SqlFault> {
        let (own, alias, frame) = match factor {
            TableFactor::Table { name, alias, .. } => {
                let ident = name
                    .0
                    .first()
                    .and_then(|part| part.as_ident())
                    .ok_or_else(|| fault_of("a table without a name", &[]))?;
                let Some(frame) = with.get(&ident.value).or_else(|| self.tables.get(&ident.value)) else {
                    let known: Vec<&str> = self.tables.keys().chain(with.keys()).map(String::as_str).collect();
                    let start = ident.span.start;
                    return Err(unknown_table(&ident.value, &known).at(start.line, start.column));
                };
                (Some(&ident.value), alias, frame.clone())
            }
            TableFactor::Derived { subquery, alias, .. } => (None, alias, self.query(subquery, with)?),
            other => return Err(fault_of(&other.to_string(), &[])),
        };
        let frame = match alias {
            Some(alias) => renamed(frame, alias)?,
            None => frame,
        };
        match alias.as_ref().map(|alias| &alias.name.value).or(own) {
            Some(name) => Source::new(name, &frame),
            None => Err(SqlFault::new(
                Id::NotOffered,
                Text::new("a table in brackets without a name", "名前のない、括弧の中の表"),
                Text::new("(SELECT …) AS name", "(SELECT …) AS 名前"),
            )),
        }
    }

    /// Reads FROM into a scope, and turns it into joins of `t0`, `t1` … with ON.
    fn from(&self, select: &mut Select, with: &Frames) -> Result<Scope, SqlFault> {
        let mut scope = Scope { sources: Vec::new(), using: BTreeMap::new() };
        if select.from.is_empty() {
            select.from = template()?.from;
            scope.sources.push(Source { name: String::new(), frame: one_row() });
            return Ok(scope);
        }
        let mut rows: u128 = 1;
        for table in &mut select.from {
            rows = rows.saturating_mul(self.add(&mut scope, &mut table.relation, with)?);
            for join in &mut table.joins {
                let height = self.add(&mut scope, &mut join.relation, with)?;
                rows = self.on(&mut join.join_operator, &mut scope, with, (rows, height))?;
            }
        }
        if rows > MOST_ROWS {
            return Err(SqlFault::new(
                Id::SqlTooLarge,
                text!("a join of {rows} rows", "{rows}行になる結合"),
                text!(
                    "at most {MOST_ROWS} rows: JOIN … USING (column)",
                    "{MOST_ROWS}行以下。JOIN … USING (列)を使ってください"
                ),
            ));
        }
        Ok(scope)
    }

    /// Adds one table to the scope and names it `t0`, `t1` … in the statement. Gives its number of rows.
    fn add(&self, scope: &mut Scope, factor: &mut TableFactor, with: &Frames) -> Result<u128, SqlFault> {
        let source = self.table(factor, with)?;
        let name = &source.name;
        if scope.sources.iter().any(|other| other.name == *name) {
            return Err(SqlFault::new(
                Id::AmbiguousName,
                text!("the table {name} twice in one FROM", "一つのFROMに2回出てくる表{name}"),
                text!("different names: {name} AS a JOIN {name} AS b", "別々の名前。例: {name} AS a JOIN {name} AS b"),
            ));
        }
        if let Some(table) = template()?.from.pop() {
            *factor = table.relation;
        }
        if let TableFactor::Table { name, .. } = factor {
            *name = ObjectName::from(vec![Ident::new(format!("t{}", scope.sources.len()))]);
        }
        let height = source.frame.height() as u128;
        scope.sources.push(source);
        Ok(height)
    }

    /// Turns USING into ON, with internal names. Gives how many rows the join has at most, of so many before and in the new table.
    fn on(
        &self,
        operator: &mut JoinOperator,
        scope: &mut Scope,
        with: &Frames,
        (rows, height): (u128, u128),
    ) -> Result<u128, SqlFault> {
        let right_only = matches!(operator, JoinOperator::Right(_) | JoinOperator::RightOuter(_));
        let full = matches!(operator, JoinOperator::FullOuter(_));
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)) = operator
        else {
            return Ok(rows.saturating_mul(height));
        };
        let condition = match constraint {
            JoinConstraint::On(condition) => {
                self.rewrite(scope, with, &[], condition)?;
                condition.clone()
            }
            JoinConstraint::Using(names) => {
                let mut conditions = Vec::new();
                let idents: Vec<Ident> = names.iter().filter_map(|name| name.0.last()?.as_ident().cloned()).collect();
                for ident in idents {
                    let right = scope.sources.pop().ok_or_else(|| fault_of("a join without tables", &[]))?;
                    let left = scope.find(&ident);
                    let before: Vec<String> = scope.columns().map(|(_, column)| column.to_owned()).collect();
                    scope.sources.push(right);
                    let before: Vec<&str> = before.iter().map(String::as_str).collect();
                    let left = left?.ok_or_else(|| unknown_column(&ident, &before))?;
                    let last = scope.sources.len() - 1;
                    let table = quoted(&scope.sources[last].name);
                    let right = scope.find_in(&table, &ident)?;
                    let value = match (right_only, full) {
                        (true, _) => right.clone(),
                        (_, true) => function("coalesce", vec![left.clone(), right.clone()])?,
                        _ => left.clone(),
                    };
                    scope.using.insert(ident.value.clone(), value);
                    conditions.push(binary(left, BinaryOperator::Eq, right));
                }
                let and = |a, b| binary(a, BinaryOperator::And, b);
                conditions.into_iter().reduce(and).ok_or_else(|| fault_of("USING without columns", &[]))?
            }
            _ => return Err(fault_of("a join without a condition", &[])),
        };
        let most = most_rows(&condition, scope, (rows, height))?;
        *constraint = JoinConstraint::On(condition);
        // Of an outer join, rows without a partner stay.
        Ok(most.max(rows).saturating_add(if right_only || full { height } else { 0 }))
    }

    fn rewrite(
        &self,
        scope: &Scope,
        with: &Frames,
        given: &[(String, Expr)],
        expression: &mut Expr,
    ) -> Result<Vec<&'static Function>, SqlFault> {
        let all: Vec<&str> = scope.columns().map(|(_, column)| column).collect();
        let mut rewrite = Rewrite { runner: self, scope, with, given, all: &all, calls: Vec::new() };
        rewrite.apply(expression)?;
        Ok(rewrite.calls)
    }

    fn select(&self, select: &Select, query: Option<&Query>, with: &Frames) -> Result<DataFrame, SqlFault> {
        let mut select = select.clone();
        let scope = self.from(&mut select, with)?;
        if let Some(condition) = &mut select.selection {
            condition_at(condition, &scope)?;
            self.rewrite(&scope, with, &[], condition)?;
        }
        let items = self.items(&select, &scope, with)?;

        let mut keys = Vec::new();
        if let GroupByExpr::Expressions(written, _) = &mut select.group_by {
            for key in written.iter_mut() {
                if let Some(n) = ordinal(key) {
                    let item = items.get(n.wrapping_sub(1)).ok_or_else(|| no_such_item(n, items.len()))?;
                    *key = item.1.clone();
                } else {
                    self.rewrite(&scope, with, &items, key)?;
                }
                keys.push(key.clone());
            }
        }
        if let Some(condition) = &mut select.having {
            condition_at(condition, &scope)?;
            self.rewrite(&scope, with, &items, condition)?;
        }
        let grouped = !keys.is_empty();
        let looked = || items.iter().map(|(_, e)| e).chain(&select.having);
        let aggregated = grouped || looked().any(|e| Looks::at(e).aggregate);
        if aggregated {
            if looked().any(|e| Looks::at(e).window) {
                return Err(SqlFault::new(
                    Id::NotOffered,
                    Text::new("OVER beside aggregates or GROUP BY", "集計関数やGROUP BYと並んだOVER"),
                    Text::new("two steps: one of them in WITH", "二段階に分け、片方をWITHに書く形"),
                ));
            }
            let shown = scope.shown();
            if let Some(column) = looked().find_map(|e| loose(e, &keys)) {
                let column =
                    shown.into_iter().find(|(internal, _)| *internal == column).map_or(column, |(_, name)| name);
                return Err(SqlFault::new(
                    Id::NotOffered,
                    text!("the column {column} beside aggregates", "集計関数と並んだ列{column}"),
                    text!(
                        "{column} in GROUP BY, or within an aggregate such as avg({column})",
                        "GROUP BYに書いた{column}、またはavg({column})のような集計"
                    ),
                ));
            }
        }

        let mut order = self.order(query, &scope, with, &items, aggregated || select.distinct.is_some())?;
        if aggregated && !grouped {
            order = Vec::new();
        } else if grouped && order.is_empty() {
            order = (1..=items.len()).map(|n| ordered(number(&n.to_string()))).collect();
        }
        if let Some(Distinct::All) = select.distinct {
            select.distinct = None;
        }
        select.projection =
            items.into_iter().map(|(name, expr)| SelectItem::ExprWithAlias { expr, alias: quoted(&name) }).collect();
        let tables =
            scope.sources.iter().enumerate().map(|(i, source)| (format!("t{i}"), physical(i, source))).collect();
        let mut statement = wrap(select, query)?;
        statement.order_by = if order.is_empty() {
            None
        } else {
            Some(OrderBy { kind: OrderByKind::Expressions(order), interpolate: None })
        };
        engine::run(statement, &tables, &[], self.stream, &scope.shown(), &self.reasons)
    }

    /// What a SELECT gives: names and expressions, `*` written out.
    fn items(&self, select: &Select, scope: &Scope, with: &Frames) -> Result<Vec<(String, Expr)>, SqlFault> {
        let mut items: Vec<(String, Expr)> = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(written) => {
                    let name = match written {
                        Expr::Identifier(ident) => ident.value.clone(),
                        Expr::CompoundIdentifier(parts) => {
                            parts.last().map(|ident| ident.value.clone()).unwrap_or_default()
                        }
                        other => {
                            let text = other.to_string();
                            let taken = |name: &String| items.iter().any(|(earlier, _)| earlier == name);
                            let numbered = (2..).map(|n| format!("{text} ({n})"));
                            std::iter::once(text.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
                        }
                    };
                    let mut expression = written.clone();
                    self.rewrite(scope, with, &[], &mut expression)?;
                    items.push((name, expression));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let mut expression = expr.clone();
                    self.rewrite(scope, with, &[], &mut expression)?;
                    items.push((alias.value.clone(), expression));
                }
                SelectItem::Wildcard(_) => {
                    for (i, column) in scope.columns() {
                        match scope.using.get(column) {
                            Some(_) if items.iter().any(|(name, _)| name == column) => {}
                            Some(expression) => items.push((column.to_owned(), expression.clone())),
                            None => {
                                items.push((column.to_owned(), Expr::Identifier(quoted(&Scope::physical(i, column)))));
                            }
                        }
                    }
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let table =
                        name.0.first().and_then(|part| part.as_ident()).ok_or_else(|| fault_of("a name", &[]))?;
                    let Some(i) = scope.sources.iter().position(|source| source.name == table.value) else {
                        let here: Vec<&str> = scope.sources.iter().map(|source| source.name.as_str()).collect();
                        return Err(unknown_table(&table.value, &here));
                    };
                    for column in column_names(&scope.sources[i].frame) {
                        items.push((column.to_owned(), Expr::Identifier(quoted(&Scope::physical(i, column)))));
                    }
                }
                other => return Err(fault_of(&other.to_string(), &[])),
            }
        }
        for (i, (name, _)) in items.iter().enumerate() {
            if items[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(SqlFault::new(
                    Id::AmbiguousName,
                    text!("two columns called {name}", "{name}という名前の二つの列"),
                    text!("different names: … AS {name}, … AS {name}_2", "別々の名前。例: … AS {name}, … AS {name}_2"),
                ));
            }
        }
        Ok(items)
    }

    /// ORDER BY, in terms of what the SELECT gives wherever it gives it.
    fn order(
        &self,
        query: Option<&Query>,
        scope: &Scope,
        with: &Frames,
        items: &[(String, Expr)],
        given_only: bool,
    ) -> Result<Vec<OrderByExpr>, SqlFault> {
        let Some(order) = query.and_then(|query| query.order_by.as_ref()) else { return Ok(Vec::new()) };
        let OrderByKind::Expressions(written) = &order.kind else { return Err(fault_of("ORDER BY ALL", &[])) };
        let mut out = Vec::new();
        for one in written {
            let mut one = one.clone();
            if one.with_fill.is_some() || order.interpolate.is_some() {
                return Err(fault_of("ORDER BY … WITH FILL", &[]));
            }
            if let Some(n) = ordinal(&one.expr) {
                if n == 0 || n > items.len() {
                    return Err(no_such_item(n, items.len()));
                }
            } else {
                let named = match &one.expr {
                    Expr::Identifier(ident) => items.iter().find(|(name, _)| *name == ident.value),
                    _ => None,
                };
                let item = if named.is_some() {
                    named
                } else {
                    self.rewrite(scope, with, items, &mut one.expr)?;
                    items.iter().find(|(_, expression)| *expression == one.expr)
                };
                match item {
                    Some((name, _)) => one.expr = Expr::Identifier(quoted(name)),
                    None if given_only => {
                        return Err(SqlFault::new(
                            Id::NotOffered,
                            Text::new(
                                "ORDER BY something that the SELECT does not give",
                                "SELECTにないものによるORDER BY",
                            ),
                            Text::new(
                                "it in SELECT, with AS and a name, and ORDER BY that name",
                                "SELECTにAS付きで書き、その名前でORDER BYする形",
                            ),
                        ));
                    }
                    None => {}
                }
            }
            out.push(one);
        }
        Ok(out)
    }
}

/// Looks up every name, computes every query in brackets, and mends what polars would read otherwise.
struct Rewrite<'a> {
    runner: &'a Runner<'a>,
    scope: &'a Scope,
    with: &'a Frames,
    /// Names given with AS, and what they stand for; a column of the same name comes first.
    given: &'a [(String, Expr)],
    /// All columns, for "did you mean".
    all: &'a [&'a str],
    /// The draws met so far.
    calls: Vec<&'static Function>,
}

impl Rewrite<'_> {
    fn apply(&mut self, expression: &mut Expr) -> Result<(), SqlFault> {
        match VisitMut::visit(expression, self) {
            ControlFlow::Break(fault) => Err(*fault),
            ControlFlow::Continue(()) => Ok(()),
        }
    }

    fn before(&self, expression: &mut Expr) -> Result<(), SqlFault> {
        match expression {
            Expr::BinaryOp { left, op: BinaryOperator::And | BinaryOperator::Or, right } => {
                condition_at(left, self.scope)?;
                condition_at(right, self.scope)
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => condition_at(expr, self.scope),
            Expr::Case { operand: None, conditions, .. } => {
                conditions.iter().try_for_each(|CaseWhen { condition, .. }| condition_at(condition, self.scope))
            }
            Expr::Subquery(query) => {
                let frame = self.runner.query(query, self.with)?;
                let column = only_column(&frame)?;
                if column.len() > 1 {
                    let rows = column.len();
                    return Err(SqlFault::new(
                        Id::BadRow,
                        text!("a query in brackets that gives {rows} rows", "{rows}行を返す、括弧の中のSELECT"),
                        Text::new("one row, or IN (SELECT …)", "1行、またはIN (SELECT …)"),
                    ));
                }
                let value =
                    if column.is_empty() { AnyValue::Null } else { column.get(0).map_err(super::rows::internal)? };
                *expression = literal(&value)?;
                Ok(())
            }
            Expr::Exists { subquery, negated } => {
                let some = self.runner.query(subquery, self.with)?.height() > 0;
                *expression = Expr::Value(Value::Boolean(some != *negated).into());
                Ok(())
            }
            Expr::InSubquery { expr, subquery, negated } => {
                let frame = self.runner.query(subquery, self.with)?;
                let values = only_column(&frame)?.unique_stable().map_err(super::rows::internal)?;
                let count = values.len();
                if count > LONGEST_LIST {
                    return Err(SqlFault::new(
                        Id::SqlTooLarge,
                        text!("IN (SELECT …) with {count} values", "{count}個の値のあるIN (SELECT …)"),
                        Text::new("a JOIN", "JOIN"),
                    ));
                }
                let list = (0..count)
                    .map(|i| match values.get(i).map_err(super::rows::internal)? {
                        // Polars reads a text in a list as a date where it is compared with one.
                        day @ AnyValue::Date(_) => Ok(string(&day.to_string())),
                        value => literal(&value),
                    })
                    .collect::<Result<Vec<_>, SqlFault>>()?;
                *expression = if list.is_empty() {
                    Expr::Value(Value::Boolean(*negated).into())
                } else {
                    Expr::InList { expr: expr.clone(), list, negated: *negated }
                };
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn after(&mut self, expression: &mut Expr) -> Result<(), SqlFault> {
        match expression {
            Expr::Identifier(ident) => {
                let found = match self.scope.find(ident)? {
                    Some(found) => found,
                    None => match self.given.iter().find(|(name, _)| *name == ident.value) {
                        Some((_, given)) => given.clone(),
                        None => return Err(unknown_column(ident, self.all)),
                    },
                };
                *expression = found;
                Ok(())
            }
            Expr::CompoundIdentifier(parts) => {
                let [table, column] = parts.as_slice() else { return Err(fault_of("a name of many parts", &[])) };
                *expression = if self.runner.dotted {
                    let whole = Ident { value: format!("{}.{}", table.value, column.value), ..table.clone() };
                    self.scope.find(&whole)?.ok_or_else(|| unknown_column(&whole, self.all))?
                } else {
                    self.scope.find_in(table, column)?
                };
                Ok(())
            }
            Expr::Value(value) => {
                if let Value::Number(digits, _) = &value.value {
                    *expression = number(digits);
                }
                Ok(())
            }
            Expr::Function(call) => {
                if let Some(function) = called(call) {
                    *expression = self.call(call.clone(), function)?;
                }
                Ok(())
            }
            // Polars would cast the text, which it calls deprecated on the standard error output.
            Expr::TypedString(typed) => {
                let day = typed.value.value.clone().into_string().unwrap_or_default();
                *expression = function("date", vec![string(&day)])?;
                Ok(())
            }
            Expr::InList { list, .. } => {
                same_kind(list);
                Ok(())
            }
            Expr::Position { .. } => {
                *expression = whole(expression.clone())?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn call(&mut self, mut call: Call, function: &'static Function) -> Result<Expr, SqlFault> {
        let rename = |call: &mut Call, name: &str| call.name = ObjectName::from(vec![quoted(name)]);
        match function.how {
            How::Polars => Ok(Expr::Function(call)),
            How::Counts => whole(Expr::Function(call)),
            How::Sums => {
                Ok(Expr::Nested(Box::new(binary(Expr::Function(call), BinaryOperator::Plus, whole(number("0"))?))))
            }
            How::Reals => {
                if let FunctionArguments::List(list) = &mut call.args {
                    for argument in &mut list.args {
                        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) = argument {
                            *argument = cast(argument.clone(), "DOUBLE")?;
                        }
                    }
                }
                Ok(Expr::Function(call))
            }
            How::Row(_) => {
                rename(&mut call, &format!("our {}", function.name));
                Ok(Expr::Function(call))
            }
            How::Metric(..) => {
                rename(&mut call, &format!("our {}", function.name));
                // Polars passes over FILTER here; rows with a NULL argument are left out anyway.
                if let (Some(filter), FunctionArguments::List(list)) = (call.filter.take(), &mut call.args)
                    && let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(first))) = list.args.first_mut()
                {
                    let mut case = read::expression("CASE WHEN TRUE THEN 1 END")?;
                    if let Expr::Case { conditions, .. } = &mut case {
                        *conditions = vec![CaseWhen { condition: *filter, result: first.clone() }];
                    }
                    *first = case;
                }
                Ok(Expr::Function(call))
            }
            How::Real(_) | How::Whole(_) | How::Shuffle => {
                rename(&mut call, &engine::call_name(self.calls.len()));
                self.calls.push(function);
                if let FunctionArguments::List(list) = &mut call.args {
                    list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(quoted(KEY)))));
                }
                Ok(Expr::Function(call))
            }
        }
    }
}

impl VisitorMut for Rewrite<'_> {
    type Break = Box<SqlFault>;

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Self::Break> {
        match self.before(expression) {
            Ok(()) => ControlFlow::Continue(()),
            Err(fault) => ControlFlow::Break(Box::new(fault)),
        }
    }

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Self::Break> {
        match self.after(expression) {
            Ok(()) => ControlFlow::Continue(()),
            Err(fault) => ControlFlow::Break(Box::new(fault)),
        }
    }
}

/// A column that stands outside every aggregate and is no part of a key.
fn loose(expression: &Expr, keys: &[Expr]) -> Option<String> {
    let mut found = None;
    let mut closed = 0_usize;
    walk(expression, &mut |step| {
        match step {
            Step::Expr(expression) => {
                let aggregate = matches!(expression, Expr::Function(call)
                    if called(call).is_some_and(|function| function.kind == Kind::Aggregate));
                if closed > 0 || aggregate || keys.contains(expression) {
                    closed += 1;
                } else if let Expr::Identifier(ident) = expression {
                    found = Some(ident.value.clone());
                    return ControlFlow::Break(());
                }
            }
            Step::ExprEnd(_) => closed = closed.saturating_sub(1),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    found
}

/// Refuses what is certainly no condition where one must stand: polars would compute bit by bit.
fn condition_at(expression: &Expr, scope: &Scope) -> Result<(), SqlFault> {
    use BinaryOperator as Op;
    match expression {
        Expr::Nested(inner) => condition_at(inner, scope),
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => match scope.dtype(expression) {
            Some(DataType::Boolean | DataType::Null) | None => Ok(()),
            Some(other) => {
                let (name, kind) = (expression, kind(other));
                let (en, ja) = (&kind.en, &kind.ja);
                let found = Text { en: format!("{name}, {en},").into(), ja: format!("{ja}である{name}").into() };
                Err(no_condition(&found))
            }
        },
        Expr::Value(value) if matches!(value.value, Value::Number(..) | Value::SingleQuotedString(_)) => {
            Err(no_condition(&text!("{expression}", "{expression}")))
        }
        Expr::BinaryOp {
            op: Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo | Op::DuckIntegerDivide | Op::StringConcat,
            ..
        } => {
            let shown = shorten(&expression.to_string());
            Err(no_condition(&text!("{shown}", "{shown}")))
        }
        _ => Ok(()),
    }
}

fn only_column(frame: &DataFrame) -> Result<&Column, SqlFault> {
    match frame.columns() {
        [column] => Ok(column),
        columns => {
            let count = columns.len();
            Err(SqlFault::new(
                Id::BadRow,
                text!("a query in brackets that gives {count} columns", "{count}列を返す、括弧の中のSELECT"),
                Text::new("one column", "1列"),
            ))
        }
    }
}

fn renamed(frame: DataFrame, alias: &TableAlias) -> Result<DataFrame, SqlFault> {
    if alias.columns.is_empty() {
        return Ok(frame);
    }
    let (name, named, there) = (&alias.name.value, alias.columns.len(), frame.width());
    if named != there {
        return Err(SqlFault::new(
            Id::Mismatch,
            text!("{named} names for the {there} columns of {name}", "{name}の{there}列に対する{named}個の名前"),
            text!("{there} names", "{there}個の名前"),
        ));
    }
    let columns = frame.into_columns();
    let columns = columns.into_iter().zip(&alias.columns).map(|(c, new)| c.with_name(new.name.value.as_str().into()));
    let columns: Vec<Column> = columns.collect();
    DataFrame::new(columns.first().map_or(0, Column::len), columns).map_err(|_| {
        SqlFault::new(
            Id::AmbiguousName,
            Text::new("two columns of the same name", "同じ名前の二つの列"),
            Text::new("different names", "別々の名前"),
        )
    })
}

fn union(left: DataFrame, right: DataFrame, distinct: bool) -> Result<DataFrame, SqlFault> {
    let (l, r) = (left.width(), right.width());
    if l != r {
        return Err(SqlFault::new(
            Id::Mismatch,
            text!("UNION of {l} and {r} columns", "{l}列と{r}列のUNION"),
            Text::new("as many columns on both sides", "両側で同じ数の列"),
        ));
    }
    let height = right.height();
    let rows = left.height() as u128 + height as u128;
    if rows > MOST_ROWS {
        return Err(SqlFault::new(
            Id::SqlTooLarge,
            text!("a UNION of {rows} rows", "{rows}行になるUNION"),
            text!("at most {MOST_ROWS} rows", "{MOST_ROWS}行以下"),
        ));
    }
    let columns = right.into_columns().into_iter().zip(left.columns());
    let columns = columns.map(|(column, name)| column.with_name(name.name().clone())).collect();
    let right = DataFrame::new(height, columns).map_err(super::rows::internal)?;
    let how = UnionArgs { to_supertypes: true, maintain_order: true, ..UnionArgs::default() };
    let both = concat([left.lazy(), right.lazy()], how).and_then(LazyFrame::collect).map_err(super::rows::internal)?;
    if distinct {
        both.unique_stable(None, UniqueKeepStrategy::First, None).map_err(super::rows::internal)
    } else {
        Ok(both)
    }
}

/// The table with the internal names of its columns.
fn physical(number: usize, source: &Source) -> DataFrame {
    let mut frame = source.frame.clone();
    let names: Vec<String> =
        column_names(&source.frame).into_iter().map(|name| Scope::physical(number, name)).collect();
    // Distinct names stay distinct, and there are as many.
    let _ = frame.set_column_names(&names);
    frame
}

fn column_names(frame: &DataFrame) -> Vec<&str> {
    frame.columns().iter().map(|column| column.name().as_str()).collect()
}

/// The table of a SELECT without FROM.
fn one_row() -> DataFrame {
    DataFrame::new(1, vec![Column::new_scalar("".into(), 0_i64.into(), 1)]).unwrap_or_default()
}

fn template() -> Result<Select, SqlFault> {
    match *read::query("SELECT 1 FROM t0")?.body {
        SetExpr::Select(select) => Ok(*select),
        _ => Err(fault_of("no template", &[])),
    }
}

/// The SELECT as a statement, with the LIMIT of `query`.
fn wrap(select: Select, query: Option<&Query>) -> Result<Query, SqlFault> {
    let mut statement = *read::query("SELECT 1")?;
    *statement.body = SetExpr::Select(Box::new(select));
    if let Some(query) = query {
        statement.limit_clause.clone_from(&query.limit_clause);
        statement.fetch.clone_from(&query.fetch);
    }
    Ok(statement)
}

/// How many rows a join of the newest table can have at most: each row before meets at most as many as share one key, and so does
/// each new row. Without a comparison of columns, every row meets every other.
fn most_rows(condition: &Expr, scope: &Scope, (rows, height): (u128, u128)) -> Result<u128, SqlFault> {
    let last = scope.sources.len() - 1;
    let (mut new, mut first) = (Vec::new(), Vec::new());
    for (left, right) in equalities(condition) {
        let (Some(left), Some(right)) = (scope.owner(left), scope.owner(right)) else { continue };
        let (old, own) = if left.0 == last { (right, left) } else { (left, right) };
        if own.0 == last && old.0 != last {
            new.push(own.1);
            if old.0 == 0 {
                first.push(old.1);
            }
        }
    }
    let most = rows.saturating_mul(shared(&scope.sources[last].frame, &new)?);
    // Before the second table, the rows are those of the first.
    if last == 1 { Ok(most.min(height.saturating_mul(shared(&scope.sources[0].frame, &first)?))) } else { Ok(most) }
}

/// The comparisons for equality that must all hold.
fn equalities(condition: &Expr) -> Vec<(&Expr, &Expr)> {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => vec![(left, right)],
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => [equalities(left), equalities(right)].concat(),
        Expr::Nested(inner) => equalities(inner),
        _ => Vec::new(),
    }
}

/// The most rows of a table that are alike in these columns; all of them where no column is named.
fn shared(frame: &DataFrame, columns: &[&str]) -> Result<u128, SqlFault> {
    if columns.is_empty() || frame.height() == 0 {
        return Ok(frame.height() as u128);
    }
    let counted = frame
        .clone()
        .lazy()
        .group_by(columns.iter().map(|name| col(*name)).collect::<Vec<_>>())
        .agg([len().cast(DataType::Int64).alias("rows alike")])
        .select([col("rows alike").max()])
        .collect()
        .map_err(super::rows::internal)?;
    let most = counted.column("rows alike").map_err(super::rows::internal)?.i64().map_err(super::rows::internal)?.max();
    Ok(most.and_then(|most| u128::try_from(most).ok()).unwrap_or(0))
}

/// A number as polars reads it: it takes no exponents, and whole numbers up to Int64 only.
fn number(digits: &str) -> Expr {
    let digits = if digits.parse::<i64>().is_ok() || digits.contains('.') && !digits.contains(['e', 'E']) {
        digits.to_owned()
    } else {
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => decimal(value),
            _ => digits.to_owned(),
        }
    };
    Expr::Value(Value::Number(digits, false).into())
}

fn decimal(value: f64) -> String {
    let written = value.to_string();
    if written.contains('.') { written } else { written + ".0" }
}

/// Makes all numbers of a list decimal where one is: polars takes lists of one kind only.
fn same_kind(list: &mut [Expr]) {
    fn digits(item: &mut Expr) -> Option<&mut String> {
        match item {
            Expr::UnaryOp { expr, .. } => digits(expr),
            Expr::Value(value) => match &mut value.value {
                Value::Number(digits, _) => Some(digits),
                _ => None,
            },
            _ => None,
        }
    }
    if list.iter_mut().filter_map(digits).any(|digits| digits.contains('.')) {
        for digits in list.iter_mut().filter_map(digits).filter(|digits| !digits.contains('.')) {
            digits.push_str(".0");
        }
    }
}

fn ordinal(expression: &Expr) -> Option<usize> {
    match expression {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => Some(digits.parse().unwrap_or(0)),
            _ => None,
        },
        _ => None,
    }
}

fn no_such_item(n: usize, items: usize) -> SqlFault {
    SqlFault::new(
        Id::OutOfRange,
        text!("{n} in ORDER BY or GROUP BY", "ORDER BYかGROUP BYの中の{n}"),
        text!("a column, or its number from 1 to {items}", "列、または1から{items}までの列の番号"),
    )
}

fn ordered(expr: Expr) -> OrderByExpr {
    OrderByExpr { expr, options: OrderByOptions { asc: None, nulls_first: None }, with_fill: None }
}

fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

fn function(name: &str, arguments: Vec<Expr>) -> Result<Expr, SqlFault> {
    let mut call = read::expression(&format!("{name}()"))?;
    if let Expr::Function(Call { args: FunctionArguments::List(list), .. }) = &mut call {
        list.args =
            arguments.into_iter().map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))).collect();
    }
    Ok(call)
}

/// The number as a signed whole one.
fn whole(inner: Expr) -> Result<Expr, SqlFault> {
    cast(inner, "BIGINT")
}

fn cast(inner: Expr, to: &str) -> Result<Expr, SqlFault> {
    let mut cast = read::expression(&format!("CAST(0 AS {to})"))?;
    if let Expr::Cast { expr, .. } = &mut cast {
        **expr = inner;
    }
    Ok(cast)
}

fn string(text: &str) -> Expr {
    Expr::Value(Value::SingleQuotedString(text.to_owned()).into())
}

/// A value as SQL.
fn literal(value: &AnyValue<'_>) -> Result<Expr, SqlFault> {
    let signed = |negative: bool, digits: String| {
        let plain = number(&digits);
        if negative { Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(plain) } } else { plain }
    };
    Ok(match value {
        AnyValue::Null => Expr::Value(Value::Null.into()),
        AnyValue::Boolean(value) => Expr::Value(Value::Boolean(*value).into()),
        AnyValue::Int64(value) => signed(*value < 0, value.unsigned_abs().to_string()),
        AnyValue::Float64(value) if value.is_finite() => signed(value.is_sign_negative(), decimal(value.abs())),
        AnyValue::Float64(value) => read::expression(&format!("CAST('{value}' AS DOUBLE)"))?,
        AnyValue::String(value) => string(value),
        AnyValue::StringOwned(value) => string(value),
        AnyValue::Date(_) => function("date", vec![string(&value.to_string())])?,
        other => return Err(fault_of(&format!("the value {other}"), &[])),
    })
}
