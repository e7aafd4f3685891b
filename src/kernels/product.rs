//! Products of matrices whose result is a few vectors wide: what recurrent layers need at each step.

use pulp::{Simd, WithSimd};

use crate::grid::LANES;

/// `out[m][c] += Σₖ a[m][k] · b[k][c]`, with `a[m][k]` at `m · a_row + k · a_step`: rows or columns of `a` are read where they stand.
///
/// The sum runs over `k` in order whatever the tile, so a row's result does not depend on which rows are beside it.
pub(crate) struct Product<'a> {
    pub(crate) a: &'a [f32],
    pub(crate) a_row: usize,
    pub(crate) a_step: usize,
    /// Rows of `a` and of the result.
    pub(crate) rows: usize,
    /// Numbers that each sum runs over.
    pub(crate) steps: usize,
    pub(crate) b: &'a [f32],
    pub(crate) b_row: usize,
    /// Columns of `b` and of the result: a multiple of [`LANES`].
    pub(crate) columns: usize,
    pub(crate) out: &'a mut [f32],
    pub(crate) out_row: usize,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        debug_assert_eq!(self.columns % LANES, 0, "whole vectors of every width");
        let mut row = 0;
        while row < self.rows {
            // Tiles of 24 or of 12 sums: as many as there are registers for beside what is read.
            match (self.rows - row, S::REGISTER_COUNT >= 32) {
                (8.., true) => row += self.across::<S, 8>(simd, row),
                (4.., _) => row += self.across::<S, 4>(simd, row),
                (2.., _) => row += self.across::<S, 2>(simd, row),
                _ => row += self.across::<S, 1>(simd, row),
            }
        }
    }
}

impl Product<'_> {
    /// `R` rows over all columns; gives `R`.
    #[inline(always)]
    fn across<S: Simd, const R: usize>(&mut self, simd: S, row: usize) -> usize {
        let vectors = self.columns / S::F32_LANES;
        let mut vector = 0;
        while vector + 3 <= vectors {
            self.tile::<S, R, 3>(simd, row, vector * S::F32_LANES);
            vector += 3;
        }
        while vector < vectors {
            self.tile::<S, R, 1>(simd, row, vector * S::F32_LANES);
            vector += 1;
        }
        R
    }

    #[inline(always)]
    fn tile<S: Simd, const R: usize, const V: usize>(&mut self, simd: S, row: usize, column: usize) {
        let wide = V * S::F32_LANES;
        let mut a: [&[f32]; R] = [&[]; R];
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        for r in 0..R {
            a[r] = &self.a[(row + r) * self.a_row..];
            let out = &self.out[(row + r) * self.out_row + column..][..wide];
            sums[r].copy_from_slice(S::as_simd_f32s(out).0);
        }
        for k in 0..self.steps {
            let (b, _) = S::as_simd_f32s(&self.b[k * self.b_row + column..][..wide]);
            for r in 0..R {
                let a = simd.splat_f32s(a[r][k * self.a_step]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_e_f32s(a, b[v], sums[r][v]);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let out = &mut self.out[(row + r) * self.out_row + column..][..wide];
            S::as_mut_simd_f32s(out).0.copy_from_slice(sums);
        }
    }
}
