//! Polars: the only file that runs SQL. It is given one plain SELECT and the tables that it may see, and nothing else.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use polars::prelude::*;
use polars::sql::SQLContext;
use polars_plan::prelude::udf::UserDefinedFunction;
use polars_plan::prelude::{BaseColumnUdf, FunctionOptions, new_column_udf};
use polars_sql::function_registry::FunctionRegistry;
use sqlparser::ast::{Query, Statement};

use super::fault::{SqlFault, fault_of};
use super::function::{Function, How};
use super::functions::FUNCTIONS;
use super::rows::Numbers;
use super::{aggregates, draws, read};
use diagnostics::text::Text;
use seed::Seed;

/// How a draw's call is named in what polars gets: each call is a function of its own.
pub(super) fn call_name(number: usize) -> String {
    format!("call {number}")
}

/// Why figures of a query are undefined, each told once.
pub(super) type Reasons = Arc<Mutex<Vec<Text>>>;

/// Runs `query` over `tables`. `calls` are its draws, in the order of their numbers; `shown` has, for each internal name of a
/// column, the name that the reader knows.
pub(super) fn run(
    query: Query,
    tables: &BTreeMap<String, DataFrame>,
    calls: &[&'static Function],
    stream: Seed,
    shown: &[(String, String)],
    reasons: &Reasons,
) -> Result<DataFrame, SqlFault> {
    let sql = query.to_string();
    // What polars will read must be what we have judged.
    let again = read::parser(&sql).ok().and_then(|mut parser| parser.parse_statements().ok());
    if again.as_deref() != Some(&[Statement::Query(Box::new(query))]) {
        return Err(fault_of("the text does not survive being written out and read again", shown));
    }
    let faults = Arc::new(Mutex::new(Vec::new()));
    let ours = Ours { calls: calls.to_vec(), stream, faults: Arc::clone(&faults), reasons: Arc::clone(reasons) };
    let done = catch_unwind(AssertUnwindSafe(|| {
        let mut context = SQLContext::new().with_function_registry(Arc::new(ours));
        for (name, table) in tables {
            context.register(name, table.clone().lazy());
        }
        context.execute(&sql)?.collect()
    }));
    match done {
        Ok(Ok(frame)) => plain(frame).map_err(|error| fault_of(&error.to_string(), shown)),
        Ok(Err(error)) => {
            let ours = faults.lock().ok().and_then(|mut faults| faults.drain(..).next());
            Err(ours.unwrap_or_else(|| fault_of(&error.to_string(), shown)))
        }
        Err(_panic) => Err(fault_of("the SQL engine stopped unexpectedly", shown)),
    }
}

/// The frame with whole numbers as Int64 and others as Float64. Of unsigned numbers, differences would wrap around below 0.
pub(super) fn plain(frame: DataFrame) -> PolarsResult<DataFrame> {
    let height = frame.height();
    let columns = frame.into_columns().into_iter().map(plain_column).collect::<PolarsResult<Vec<_>>>()?;
    DataFrame::new(height, columns)
}

fn plain_column(column: Column) -> PolarsResult<Column> {
    match column.dtype() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            column.cast(&DataType::Int64)
        }
        // A hash above the Int64 range stays as it is.
        DataType::UInt64 => Ok(column.strict_cast(&DataType::Int64).unwrap_or(column)),
        DataType::Float32 => column.cast(&DataType::Float64),
        _ => Ok(column),
    }
}

/// Our functions, for one query.
struct Ours {
    calls: Vec<&'static Function>,
    stream: Seed,
    faults: Arc<Mutex<Vec<SqlFault>>>,
    reasons: Reasons,
}

impl Ours {
    fn find(&self, name: &str) -> Option<(&'static Function, Seed)> {
        match name.strip_prefix("call ") {
            Some(number) => {
                let number: usize = number.parse().ok()?;
                Some((*self.calls.get(number)?, self.stream.at(number as u64)))
            }
            None => Some((FUNCTIONS.get(name.strip_prefix("our ")?)?, self.stream)),
        }
    }
}

impl FunctionRegistry for Ours {
    fn register(&mut self, _: &str, _: UserDefinedFunction) -> PolarsResult<()> {
        polars_bail!(ComputeError: "functions are registered in the program only")
    }

    fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        let Some((function, stream)) = self.find(name) else { return Ok(None) };
        let options = match function.how {
            How::Metric(..) => FunctionOptions::aggregation(),
            How::Shuffle => FunctionOptions::length_preserving(),
            _ => FunctionOptions::elementwise(),
        };
        let faults = Arc::clone(&self.faults);
        let reasons = Arc::clone(&self.reasons);
        let compute = move |columns: &mut [Column]| {
            let name = columns.first().map(|column| column.name().clone()).unwrap_or_default();
            match apply(function, stream, columns, &reasons) {
                Ok(column) => Ok(column.with_name(name)),
                Err(fault) => {
                    if let Ok(mut faults) = faults.lock() {
                        faults.push(fault);
                    }
                    polars_bail!(ComputeError: "a function of ours refused its arguments")
                }
            }
        };
        let field = move |_: &Schema, fields: &[Field]| {
            let first = fields.first();
            let dtype = match (function.how, first) {
                (How::Whole(_), _) => DataType::Int64,
                (How::Shuffle, Some(field)) => field.dtype().clone(),
                _ => DataType::Float64,
            };
            Ok(Field::new(first.map(|field| field.name().clone()).unwrap_or_default(), dtype))
        };
        let fun = new_column_udf(BaseColumnUdf::new(compute, field));
        Ok(Some(UserDefinedFunction { name: name.into(), fun, options }))
    }
}

/// Computes a function of ours; for a draw, the last column holds the keys.
fn apply(function: &Function, stream: Seed, columns: &[Column], reasons: &Reasons) -> Result<Column, SqlFault> {
    let keyed = || {
        let (keys, arguments) = columns.split_last().ok_or_else(|| fault_of("a draw without keys", &[]))?;
        let keys = keys.as_materialized_series().u64().map_err(super::rows::internal)?.clone();
        Ok::<_, SqlFault>((keys, arguments))
    };
    match function.how {
        How::Row(one) => {
            let names = function.argument_names(columns.len());
            let numbers = Numbers::new(&function.name, &names, columns, Numbers::longest(columns))?;
            let values = numbers.each(&function.name, &names, |_, with| one(with))?;
            Ok(Float64Chunked::from_iter_options("value".into(), values.into_iter()).into_column())
        }
        How::Real(draw) => {
            let (keys, arguments) = keyed()?;
            draws::draw(function, draw, false, stream, &keys, arguments)
        }
        How::Whole(draw) => {
            let (keys, arguments) = keyed()?;
            draws::draw(function, draw, true, stream, &keys, arguments)
        }
        How::Shuffle => {
            let (keys, arguments) = keyed()?;
            let (column, within) = match arguments {
                [column] => (column, None),
                [column, within] => (column, Some(within)),
                _ => return Err(fault_of("shuffle without a column", &[])),
            };
            draws::shuffle(stream, &keys, column, within)
        }
        How::Metric(metric, figure) => {
            let (column, undefined) = aggregates::measure(function, metric, figure, columns)?;
            if let (Some(why), Ok(mut reasons)) = (undefined, reasons.lock())
                && !reasons.contains(&why)
            {
                reasons.push(why);
            }
            Ok(column)
        }
        How::Polars | How::Counts | How::Sums | How::Reals => Err(fault_of("a function of polars", &[])),
    }
}
