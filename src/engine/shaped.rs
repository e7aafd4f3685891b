//! Numbers that stand one row after another, as a table of them.

use ndarray::Array2;

/// `[rows, width]` of so many numbers. Whoever calls has made just so many: another number is our own mistake, and no empty table.
pub(crate) fn in_rows<T>([rows, width]: [usize; 2], numbers: Vec<T>) -> Array2<T> {
    let n = numbers.len();
    Array2::from_shape_vec((rows, width), numbers)
        .unwrap_or_else(|_| unreachable!("{n} numbers are no {rows} rows of {width}"))
}
