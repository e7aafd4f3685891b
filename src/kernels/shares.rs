//! The batch in eight fixed shares, whatever the number of threads: partial sums are added in the order of the shares, so a result
//! is the same to the last bit for any number of threads.

use std::ops::Range;

use rayon::prelude::*;

pub(crate) const SHARES: usize = 8;

/// Which of `n` pictures belong to each share.
pub(crate) fn bounds(n: usize) -> [Range<usize>; SHARES] {
    std::array::from_fn(|share| share * n / SHARES..(share + 1) * n / SHARES)
}

/// Numbers of `n` pictures, `each` of every picture, as the shares have them.
pub(crate) fn split<T>(numbers: &mut [T], n: usize, each: usize) -> [&mut [T]; SHARES] {
    let mut rest = numbers;
    bounds(n).map(|share| rest.split_off_mut(..share.len() * each).unwrap_or_default())
}

/// Each share's result, in the order of the shares.
pub(crate) fn map<T: Send, R: Send>(tasks: impl Iterator<Item = T>, of: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    tasks.collect::<Vec<T>>().into_par_iter().with_max_len(1).map(of).collect()
}
