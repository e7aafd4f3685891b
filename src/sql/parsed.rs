//! SQL texts that were read and judged where they entered: what every later stage runs, without reading them again.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::ControlFlow;

use sqlparser::ast::{self, Expr, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Value};

use super::fault::SqlFault;
use super::purpose::{Names, Purpose};
use super::stack::roomy;
use super::walk::{Step, walk};
use super::{allow, read};

/// One SELECT, or WITH … SELECT, over tables.
#[derive(Clone, PartialEq)]
pub struct Query {
    text: String,
    pub(super) tree: Box<ast::Query>,
    names: Names,
}

/// One expression of one row.
#[derive(Clone, PartialEq)]
pub struct Expression {
    text: String,
    pub(super) tree: Expr,
    names: Names,
}

impl Query {
    /// Reads and judges a text, without data.
    ///
    /// # Errors
    /// Everything that can be wrong with a text before its names are looked up: syntax, length, statements other than one SELECT,
    /// functions that do not exist or may not stand here, functions in FROM.
    pub fn read(text: &str) -> Result<Self, SqlFault> {
        roomy(|| {
            let tree = read::query(text)?;
            let names = allow::query(&tree)?;
            Ok(Self { text: text.to_owned(), tree, names })
        })
    }

    /// A query of one NULL: what stands for a text that could not be read.
    pub fn nothing() -> Self {
        Self { text: "SELECT NULL".to_owned(), tree: Box::new(read::nothing()), names: Names::default() }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tables and columns that it names.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whether an expression in it names a column so, whatever the table, also where a column of the result has the same name.
    pub fn mentions(&self, column: &str) -> bool {
        let mut found = false;
        walk(&*self.tree, &mut |step| {
            let name = match step {
                Step::Expr(Expr::Identifier(name)) => Some(&name.value),
                Step::Expr(Expr::CompoundIdentifier(parts)) => parts.last().map(|part| &part.value),
                _ => None,
            };
            found |= name.is_some_and(|name| name == column);
            if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found
    }

    /// The names of its columns from the left; nothing where the text alone does not tell (`*`, a column without a name).
    pub fn columns(&self) -> Option<Vec<String>> {
        columns(&self.tree)
    }
}

fn columns(query: &ast::Query) -> Option<Vec<String>> {
    let mut body = query.body.as_ref();
    let select = loop {
        match body {
            SetExpr::Select(select) => break select,
            SetExpr::Query(inner) => body = inner.body.as_ref(),
            SetExpr::SetOperation { left, .. } => body = left.as_ref(),
            _ => return None,
        }
    };
    let mut names = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { alias, .. } => names.push(alias.value.clone()),
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => names.push(name.value.clone()),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => names.push(parts.last()?.value.clone()),
            // What `t.*` holds is known where t is a table in brackets.
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                names.extend(of_table(select, &name.to_string())?);
            }
            _ => return None,
        }
    }
    Some(names)
}

fn of_table(select: &ast::Select, wanted: &str) -> Option<Vec<String>> {
    let joins = select
        .from
        .iter()
        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)));
    joins.into_iter().find_map(|factor| match factor {
        ast::TableFactor::Derived { subquery, alias: Some(alias), .. } if alias.name.value == wanted => {
            (alias.columns.is_empty()).then(|| columns(subquery))?
        }
        _ => None,
    })
}

impl Expression {
    /// Reads and judges a text, without data.
    ///
    /// # Errors
    /// As [`Query::read`].
    pub fn read(text: &str, purpose: Purpose) -> Result<Self, SqlFault> {
        roomy(|| {
            let tree = read::expression(text)?;
            let names = allow::expression(&tree, purpose)?;
            Ok(Self { text: text.to_owned(), tree, names })
        })
    }

    /// NULL: what stands for a text that could not be read.
    pub fn null() -> Self {
        Self { text: "NULL".to_owned(), tree: Expr::Value(Value::Null.into()), names: Names::default() }
    }

    /// A part of an expression that was judged as a whole.
    pub(super) fn part(tree: Expr) -> Self {
        let names = Names { columns: named(&tree), ..Names::default() };
        Self { text: tree.to_string(), tree, names }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns that it names.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whether it is a number, written out.
    pub fn is_number(&self) -> bool {
        let mut tree = &self.tree;
        while let Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } = tree {
            tree = inner;
        }
        matches!(tree, Expr::Value(value) if matches!(value.value, Value::Number(..)))
    }

    /// The column, where it is just one.
    pub fn column(&self) -> Option<&str> {
        let mut tree = &self.tree;
        while let Expr::Nested(inner) = tree {
            tree = inner;
        }
        match tree {
            Expr::Identifier(name) => Some(&name.value),
            _ => None,
        }
    }
}

fn named(tree: &Expr) -> BTreeSet<(Option<String>, String)> {
    let mut columns = BTreeSet::new();
    walk(tree, &mut |step| {
        if let Step::Expr(Expr::Identifier(name)) = step {
            columns.insert((None, name.value.clone()));
        }
        ControlFlow::Continue(())
    });
    columns
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Query").field(&self.text).finish()
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}
