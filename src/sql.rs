//! stub
#![allow(missing_docs, unused)]
use crate::fault::{Fault, Place};
use crate::seed::Seed;
use crate::text::Text;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
pub enum Purpose { Column, Intervention, Filter, Check }
#[derive(Debug)]
pub struct SqlFault { pub found: Text, pub expected: Text, pub nearest: Option<String>, pub at: Option<(usize, usize)> }
impl SqlFault { pub fn at(self, place: &Place) -> Fault { Fault { place: place.clone(), found: self.found, expected: self.expected, nearest: self.nearest } } }
pub struct Names { pub tables: BTreeSet<String>, pub columns: BTreeSet<String> }
pub fn column(frame: &DataFrame, key: &str, sql: &str, stream: Seed, purpose: Purpose) -> Result<Column, SqlFault> { unimplemented!() }
pub fn filter(frame: &DataFrame, sql: &str) -> Result<Vec<bool>, SqlFault> { unimplemented!() }
pub fn query(tables: &BTreeMap<String, DataFrame>, sql: &str) -> Result<DataFrame, SqlFault> { unimplemented!() }
pub fn names(sql: &str) -> Result<Names, SqlFault> { unimplemented!() }
