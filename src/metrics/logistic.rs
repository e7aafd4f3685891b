//! Logistic regression by Newton's method (iteratively reweighted least squares), with an optional L2 penalty and
//! offset.

use super::Undefined;
use super::linear::Cholesky;
use super::spread::constant;

/// A fitted logistic model.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    /// The intercept, then one coefficient per column.
    pub coefficients: Vec<f64>,
    /// Their standard errors, from the inverse of the observed information (of the penalised likelihood, where
    /// penalised).
    pub standard_errors: Vec<f64>,
}

/// What is fitted besides the columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Added to the linear predictor of each row, with coefficient 1.
    pub offset: Option<&'a [f64]>,
    /// How many rows each row stands for, its outcome then being the share of them that had it; each stands for one without this.
    pub rows: Option<&'a [f64]>,
    /// λ in `½ λ |w|²`, added to the negative log-likelihood; the intercept is never penalised.
    pub penalty: f64,
}

/// The logistic function, 1 / (1 + e⁻ˣ).
pub fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(p / (1 − p)), for 0 < p < 1.
pub fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// Fit `outcome` (0/1) on an intercept and `columns`, each as long as `outcome`.
///
/// Undefined when the outcome has one class only, when columns repeat each other, and when the fit runs away
/// (separation). `McCullagh` & Nelder 1989, section 4.4; steps are halved while they make the penalised likelihood
/// worse.
pub fn fit(columns: &[&[f64]], outcome: &[f64], options: Options<'_>) -> Result<Logistic, Undefined> {
    let problem = Problem { columns, outcome, options };
    let rows: f64 = (0..outcome.len()).map(|row| problem.rows(row)).sum();
    let positives: f64 = outcome.iter().enumerate().map(|(row, outcome)| problem.rows(row) * outcome).sum();
    if outcome.is_empty() {
        return Err(Undefined::NoRows);
    }
    if positives <= 0.0 || positives >= rows {
        return Err(Undefined::OneClass);
    }
    // A column that never varies repeats the intercept; a penalty would still choose between the two.
    if options.penalty <= 0.0 && columns.iter().any(|column| constant(column)) {
        return Err(Undefined::Collinear);
    }
    let mut weights = vec![0.0; columns.len() + 1];
    let mut loss = problem.loss(&weights);
    for _ in 0..200 {
        let (gradient, information) = problem.derivatives(&weights);
        let system = Cholesky::new(&information, weights.len()).ok_or(if problem.saturated(&weights) {
            Undefined::Separated
        } else {
            Undefined::Collinear
        })?;
        let step = system.solve(&gradient);
        let decrement: f64 = step.iter().zip(&gradient).map(|(s, g)| s * g).sum();
        let moved = |share: f64| weights.iter().zip(&step).map(|(w, s)| w + share * s).collect::<Vec<f64>>();
        if decrement < 1e-22 * (1.0 + loss.abs()) {
            // The last step is taken: near the optimum it only improves.
            let weights = moved(1.0);
            let standard_errors = system.inverse_diagonal().into_iter().map(f64::sqrt).collect();
            return Ok(Logistic { coefficients: weights, standard_errors });
        }
        let mut share = 1.0;
        let mut next = moved(share);
        let mut next_loss = problem.loss(&next);
        while (next_loss.is_nan() || next_loss > loss + 1e-12 * loss.abs()) && share > 1e-6 {
            share *= 0.5;
            next = moved(share);
            next_loss = problem.loss(&next);
        }
        (weights, loss) = (next, next_loss);
        if options.penalty <= 0.0 && !columns.is_empty() && problem.saturated(&weights) {
            return Err(Undefined::Separated);
        }
    }
    Err(Undefined::NoConvergence)
}

/// The rows that a fit is made from.
struct Problem<'a> {
    columns: &'a [&'a [f64]],
    outcome: &'a [f64],
    options: Options<'a>,
}

impl Problem<'_> {
    fn rows(&self, row: usize) -> f64 {
        self.options.rows.map_or(1.0, |rows| rows[row])
    }

    fn linear(&self, weights: &[f64], row: usize) -> f64 {
        let offset = self.options.offset.map_or(0.0, |o| o[row]);
        self.columns.iter().zip(&weights[1..]).fold(weights[0] + offset, |sum, (column, w)| sum + column[row] * w)
    }

    /// The negative penalised log-likelihood.
    fn loss(&self, weights: &[f64]) -> f64 {
        let rows: f64 = (0..self.outcome.len())
            .map(|row| {
                let eta = self.linear(weights, row);
                // ln(1 + e^η) without overflow.
                self.rows(row) * (eta.max(0.0) + (-eta.abs()).exp().ln_1p() - self.outcome[row] * eta)
            })
            .sum();
        rows + 0.5 * self.options.penalty * weights[1..].iter().map(|w| w * w).sum::<f64>()
    }

    /// Minus the gradient of the loss, and its second derivatives.
    fn derivatives(&self, weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let size = weights.len();
        let mut gradient = vec![0.0; size];
        let mut information = vec![0.0; size * size];
        let mut x = vec![1.0; size];
        for row in 0..self.outcome.len() {
            for (value, column) in x[1..].iter_mut().zip(self.columns) {
                *value = column[row];
            }
            let (p, rows) = (expit(self.linear(weights, row)), self.rows(row));
            for i in 0..size {
                gradient[i] += rows * x[i] * (self.outcome[row] - p);
                for j in 0..=i {
                    information[i * size + j] += rows * x[i] * x[j] * p * (1.0 - p);
                }
            }
        }
        for i in 1..size {
            gradient[i] -= self.options.penalty * weights[i];
            information[i * size + i] += self.options.penalty;
        }
        (gradient, information)
    }

    /// Whether every row is fitted as good as certainly: the sign of separation.
    fn saturated(&self, weights: &[f64]) -> bool {
        (0..self.outcome.len()).all(|row| (expit(self.linear(weights, row)) - self.outcome[row]).abs() < 1e-8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_two_table_by_hand() {
        // 10 of 40 exposed and 5 of 60 unexposed: log odds ratio ln((10·55)/(30·5)), SE √(1/10 + 1/30 + 1/5 + 1/55)
        // (Woolf).
        let exposed: Vec<f64> = (0..100).map(|i| if i < 40 { 1.0 } else { 0.0 }).collect();
        let outcome: Vec<f64> = (0..100).map(|i| if i < 10 || (40..45).contains(&i) { 1.0 } else { 0.0 }).collect();
        let fitted = fit(&[&exposed], &outcome, Options::default()).expect("a finite fit");
        assert!((fitted.coefficients[1] - (550.0_f64 / 150.0).ln()).abs() < 1e-12);
        let error = (1.0 / 10.0 + 1.0 / 30.0 + 1.0 / 5.0 + 1.0 / 55.0_f64).sqrt();
        assert!((fitted.standard_errors[1] - error).abs() < 1e-10);
    }

    #[test]
    fn refusals_have_reasons() {
        let x = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(fit(&[&x], &[0.0, 0.0, 1.0, 1.0], Options::default()), Err(Undefined::Separated));
        assert_eq!(fit(&[&x], &[0.0; 4], Options::default()), Err(Undefined::OneClass));
        assert_eq!(fit(&[&x, &x], &[0.0, 1.0, 0.0, 1.0], Options::default()), Err(Undefined::Collinear));
        assert_eq!(fit(&[], &[], Options::default()), Err(Undefined::NoRows));
        let same = vec![37.2; 5000];
        let outcome: Vec<f64> = (0..5000).map(|row| f64::from(u8::from(row % 3 == 0))).collect();
        assert_eq!(fit(&[&same], &outcome, Options::default()), Err(Undefined::Collinear));
    }
}
