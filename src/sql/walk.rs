//! One walk over a parsed text for all who look into it.
//!
//! sqlparser's `Visit` is compiled anew for each visitor's type, over some hundred types of statement; so there is one visitor, and
//! whoever looks gives a closure.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, ObjectName, Query, Select, TableFactor, Visit, Visitor};

/// What the walk meets, from the outside in.
pub(super) enum Step<'n> {
    /// A query begins.
    Query(&'n Query),
    /// The query ends.
    QueryEnd,
    /// A SELECT begins.
    Select(&'n Select),
    /// A table is named.
    Relation(&'n ObjectName),
    /// Something stands in FROM.
    Table(&'n TableFactor),
    /// An expression begins.
    Expr(&'n Expr),
    /// The expression ends.
    ExprEnd(&'n Expr),
}

struct Walk<'s> {
    see: &'s mut dyn FnMut(Step) -> ControlFlow<()>,
}

/// Walks over `node`; `see` may break the walk off.
pub(super) fn walk(node: &impl Visit, see: &mut dyn FnMut(Step) -> ControlFlow<()>) {
    let _ = node.visit(&mut Walk { see });
}

impl Visitor for Walk<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        (self.see)(Step::Query(query))
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        (self.see)(Step::QueryEnd)
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        (self.see)(Step::Select(select))
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        (self.see)(Step::Relation(relation))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        (self.see)(Step::Table(factor))
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        (self.see)(Step::Expr(expression))
    }

    fn post_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        (self.see)(Step::ExprEnd(expression))
    }
}
