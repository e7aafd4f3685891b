//! Small symmetric systems, solved by Cholesky's factorisation.

/// A symmetric positive definite matrix, factored.
#[derive(Clone, Debug)]
pub struct Cholesky {
    size: usize,
    /// The lower triangle, row by row.
    lower: Vec<f64>,
}

impl Cholesky {
    /// Factor a symmetric matrix given row by row; `None` unless it is numerically positive definite.
    pub fn new(matrix: &[f64], size: usize) -> Option<Self> {
        let mut lower = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let inner: f64 = (0..j).map(|k| lower[i * size + k] * lower[j * size + k]).sum();
                let rest = matrix[i * size + j] - inner;
                if i == j {
                    // A pivot lost in rounding means that this column repeats the ones before.
                    if rest.is_nan() || rest <= matrix[i * size + i].abs() * 1e-13 {
                        return None;
                    }
                    lower[i * size + i] = rest.sqrt();
                } else {
                    lower[i * size + j] = rest / lower[j * size + j];
                }
            }
        }
        Some(Self { size, lower })
    }

    /// The solution of `matrix · x = right`.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let size = self.size;
        let mut x = right.to_vec();
        for i in 0..size {
            let inner: f64 = (0..i).map(|k| self.lower[i * size + k] * x[k]).sum();
            x[i] = (x[i] - inner) / self.lower[i * size + i];
        }
        for i in (0..size).rev() {
            let inner: f64 = (i + 1..size).map(|k| self.lower[k * size + i] * x[k]).sum();
            x[i] = (x[i] - inner) / self.lower[i * size + i];
        }
        x
    }

    /// The diagonal of the inverse: variances, when the matrix is an information matrix.
    pub fn inverse_diagonal(&self) -> Vec<f64> {
        let unit = |i: usize| (0..self.size).map(|k| if k == i { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        (0..self.size).map(|i| self.solve(&unit(i))[i]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_and_refuses() {
        // [4 2; 2 3] x = [8; 7] has the solution (1.25, 1.5); the inverse's diagonal is (3, 4) / 8.
        let system = Cholesky::new(&[4.0, 2.0, 2.0, 3.0], 2).expect("positive definite");
        let x = system.solve(&[8.0, 7.0]);
        assert!((x[0] - 1.25).abs() < 1e-15 && (x[1] - 1.5).abs() < 1e-15);
        let diagonal = system.inverse_diagonal();
        assert!((diagonal[0] - 0.375).abs() < 1e-15 && (diagonal[1] - 0.5).abs() < 1e-15);
        assert!(Cholesky::new(&[1.0, 2.0, 2.0, 4.0], 2).is_none());
    }
}
