//! From polars columns to plain numbers, row by row, and back.

use diagnostics::fault::Id;
use polars::prelude::*;
use rayon::prelude::*;

use super::fault::{SqlFault, fault_of, kind};
use diagnostics::text;
use diagnostics::text::Text;

/// Rows per task: large enough to be worth handing out, small enough to share two million rows among many threads.
const CHUNK: usize = 16_384;

/// An argument that a function cannot use.
pub(super) struct Wrong {
    /// Which argument, from 0.
    pub(super) argument: usize,
    /// What it should have been.
    pub(super) expected: Text,
}

impl Wrong {
    pub(super) fn new(argument: usize, expected: Text) -> Self {
        Self { argument, expected }
    }
}

/// The first row that could not be computed, the argument's value there, and what is wrong with it.
type Stop = (usize, f64, Wrong);

/// The arguments of one call, as numbers.
pub(super) struct Numbers {
    columns: Vec<Float64Chunked>,
    rows: usize,
}

impl Numbers {
    /// Reads the arguments; an argument of one row serves all `rows`. Booleans count as 0 and 1.
    pub(super) fn new(function: &str, names: &[String], columns: &[Column], rows: usize) -> Result<Self, SqlFault> {
        let mut read = Vec::with_capacity(columns.len());
        for (column, name) in columns.iter().zip(names) {
            let dtype = column.dtype();
            if !(dtype.is_primitive_numeric() || matches!(dtype, DataType::Boolean | DataType::Null)) {
                let kind = kind(dtype);
                let (en, ja) = (&kind.en, &kind.ja);
                return Err(SqlFault::new(
                    Id::BadArguments,
                    Text {
                        en: format!("{name} of {function} is {en}").into(),
                        ja: format!("{function}の{name}が{ja}です").into(),
                    },
                    Text::new("a number", "数"),
                ));
            }
            let column = column.as_materialized_series_maintain_scalar().cast(&DataType::Float64).map_err(internal)?;
            read.push(column.f64().map_err(internal)?.rechunk().into_owned());
        }
        Ok(Self { columns: read, rows })
    }

    /// How many rows there are: of the longest argument.
    pub(super) fn longest(columns: &[Column]) -> usize {
        let shortest = columns.iter().map(Column::len).min().unwrap_or(0);
        if shortest == 0 { 0 } else { columns.iter().map(Column::len).max().unwrap_or(0) }
    }

    /// The columns without the rows in which any of them is NULL.
    pub(super) fn complete(&self) -> Vec<Vec<f64>> {
        let readers: Vec<_> = self.columns.iter().filter_map(|column| column.downcast_iter().next()).collect();
        let mut out = vec![Vec::with_capacity(self.rows); readers.len()];
        for row in 0..self.rows {
            let at = |column: usize| readers[column].get(if readers[column].len() == 1 { 0 } else { row });
            if (0..readers.len()).all(|column| at(column).is_some()) {
                for (column, values) in out.iter_mut().enumerate() {
                    values.extend(at(column));
                }
            }
        }
        out
    }

    /// The value of each row, computed in parallel; NULL wherever an argument is NULL. The first row that cannot be computed
    /// is the error, whatever the number of threads.
    pub(super) fn each(
        &self,
        function: &str,
        names: &[String],
        one: impl Fn(usize, &[f64]) -> Result<f64, Wrong> + Sync,
    ) -> Result<Vec<Option<f64>>, SqlFault> {
        let readers: Vec<_> = self.columns.iter().filter_map(|column| column.downcast_iter().next()).collect();
        let chunks: Vec<Result<Vec<Option<f64>>, Stop>> = (0..self.rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(self.rows);
                let mut values = vec![0.0; readers.len()];
                let mut out = Vec::with_capacity(range.len());
                'rows: for row in range {
                    for (value, reader) in values.iter_mut().zip(&readers) {
                        let Some(found) = reader.get(if reader.len() == 1 { 0 } else { row }) else {
                            out.push(None);
                            continue 'rows;
                        };
                        *value = found;
                    }
                    match one(row, &values) {
                        Ok(value) => out.push(Some(value)),
                        Err(wrong) => return Err((row, values.get(wrong.argument).copied().unwrap_or(0.0), wrong)),
                    }
                }
                Ok(out)
            })
            .collect();
        let mut all = Vec::with_capacity(self.rows);
        for chunk in chunks {
            all.extend(chunk.map_err(|(row, value, wrong)| {
                let name = names.get(wrong.argument).map_or("", String::as_str);
                let row = row + 1;
                SqlFault::new(
                    Id::BadArguments,
                    text!("{name} of {function} is {value} in row {row}", "{row}行目で{function}の{name}が{value}です"),
                    wrong.expected,
                )
            })?);
        }
        Ok(all)
    }
}

/// Something that polars refused although it was checked before: our mistake, told as such.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn internal(error: PolarsError) -> SqlFault {
    fault_of(&error.to_string(), &[])
}
