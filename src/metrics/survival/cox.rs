//! Cox regression.

use super::super::input::{finite, same_length};
use super::super::linear::Cholesky;
use super::super::order::{ascending, tied};
use super::super::spread::constant;
use super::super::{BadInput, Undefined};
use super::Follow;

/// A fitted proportional hazards model.
#[derive(Clone, Debug)]
pub struct Cox {
    /// The log hazard ratio of each covariate.
    pub coefficients: Vec<f64>,
    /// Their standard errors, from the inverse of the observed information.
    pub standard_errors: Vec<f64>,
    /// The partial log-likelihood at the estimate.
    pub log_likelihood: f64,
    /// The likelihood ratio statistic against no effect, chi-squared with one degree of freedom per covariate.
    pub likelihood_ratio: f64,
    /// The linear predictor of every row (not centred).
    pub linear_predictor: Vec<f64>,
    /// Event times with the cumulative baseline hazard (Breslow), at a linear predictor of 0.
    pub baseline: Vec<(f64, f64)>,
}

impl Cox {
    /// The predicted survival at `time` for a linear predictor: exp(−H₀(t) · e^lp), a step function.
    pub fn survival(&self, linear_predictor: f64, time: f64) -> f64 {
        let hazard = self.baseline.partition_point(|b| b.0 <= time).checked_sub(1).map_or(0.0, |k| self.baseline[k].1);
        (-hazard * linear_predictor.exp()).exp()
    }
}

/// Cox's proportional hazards model by Newton's method, ties handled by Efron (1977), no penalty.
///
/// Undefined without events, with covariates that repeat each other, and when the fit runs away (a covariate orders the
/// events without error).
pub fn cox(follow: &Follow<'_>, covariates: &[&[f64]]) -> Result<Result<Cox, Undefined>, BadInput> {
    for column in covariates {
        same_length(("time", follow.rows()), ("covariate", column.len()))?;
        finite("covariate", column)?;
    }
    Ok(cox_checked(follow, covariates))
}

fn cox_checked(follow: &Follow<'_>, covariates: &[&[f64]]) -> Result<Cox, Undefined> {
    let n = follow.rows();
    if n == 0 {
        return Err(Undefined::NoRows);
    }
    if !(0..n).any(|row| follow.event(row)) {
        return Err(Undefined::NoEvents);
    }
    // Centred and scaled, so that exponentials stay small and the information is well conditioned.
    let mut scales = Vec::with_capacity(covariates.len());
    let mut columns = Vec::with_capacity(covariates.len());
    for column in covariates {
        let mean = column.iter().sum::<f64>() / n as f64;
        let scale = (column.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64).sqrt();
        if constant(column) {
            return Err(Undefined::Collinear);
        }
        scales.push((mean, scale));
        columns.push(column.iter().map(|v| (v - mean) / scale).collect::<Vec<f64>>());
    }
    let problem = Partial { follow, columns, order: ascending(&follow.time) };
    let size = covariates.len();
    let null = problem.evaluate(&vec![0.0; size]).0;
    let mut weights = vec![0.0; size];
    let (mut likelihood, mut gradient, mut information) = problem.evaluate(&weights);
    for _ in 0..100 {
        let system = Cholesky::new(&information, size).ok_or(Undefined::Collinear)?;
        let step = system.solve(&gradient);
        let decrement: f64 = step.iter().zip(&gradient).map(|(s, g)| s * g).sum();
        if decrement < 1e-18 * (1.0 + likelihood.abs()) {
            let scaled =
                |values: &[f64]| values.iter().zip(&scales).map(|(v, (_, scale))| v / scale).collect::<Vec<f64>>();
            let coefficients = scaled(&weights);
            let linear = |row: usize| coefficients.iter().zip(covariates).map(|(b, x)| b * x[row]).sum::<f64>();
            let linear_predictor: Vec<f64> = (0..n).map(linear).collect();
            return Ok(Cox {
                standard_errors: scaled(&system.inverse_diagonal().iter().map(|v| v.sqrt()).collect::<Vec<f64>>()),
                log_likelihood: likelihood,
                likelihood_ratio: 2.0 * (likelihood - null),
                baseline: baseline(follow, &linear_predictor),
                linear_predictor,
                coefficients,
            });
        }
        let mut share = 1.0;
        loop {
            let next: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w + share * s).collect();
            let at_next = problem.evaluate(&next);
            if at_next.0 >= likelihood - 1e-12 * likelihood.abs() || share < 1e-6 {
                weights = next;
                (likelihood, gradient, information) = at_next;
                break;
            }
            share *= 0.5;
        }
        // Twenty standard deviations' worth of log hazard is no estimate but a fit on its way to infinity.
        if weights.iter().any(|w| w.abs() > 20.0) {
            return Err(Undefined::Separated);
        }
    }
    Err(Undefined::NoConvergence)
}

/// The partial likelihood of standardised columns.
struct Partial<'a> {
    follow: &'a Follow<'a>,
    columns: Vec<Vec<f64>>,
    order: Vec<usize>,
}

impl Partial<'_> {
    /// The partial log-likelihood, its gradient, and the observed information, with Efron's handling of ties.
    fn evaluate(&self, weights: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let size = weights.len();
        let (mut likelihood, mut gradient, mut information) = (0.0, vec![0.0; size], vec![0.0; size * size]);
        let (mut risk, mut died) = (Moments::new(size), Moments::new(size));
        let mut x = vec![0.0; size];
        let mut end = self.order.len();
        while end > 0 {
            let now = self.follow.time[self.order[end - 1]];
            let start =
                end - self.order[..end].iter().rev().take_while(|&&row| tied(self.follow.time[row], now)).count();
            died.clear();
            let mut deaths = 0_u32;
            for &row in &self.order[start..end] {
                for (value, column) in x.iter_mut().zip(&self.columns) {
                    *value = column[row];
                }
                let eta: f64 = x.iter().zip(weights).map(|(v, w)| v * w).sum();
                risk.add(&x, eta.exp());
                if self.follow.event(row) {
                    died.add(&x, eta.exp());
                    deaths += 1;
                    likelihood += eta;
                    gradient.iter_mut().zip(&x).for_each(|(g, v)| *g += v);
                }
            }
            for death in 0..deaths {
                let share = f64::from(death) / f64::from(deaths);
                let total = risk.sum - share * died.sum;
                likelihood -= total.ln();
                for i in 0..size {
                    let mean_i = (risk.first[i] - share * died.first[i]) / total;
                    gradient[i] -= mean_i;
                    for j in 0..=i {
                        let mean_j = (risk.first[j] - share * died.first[j]) / total;
                        let second = (risk.second[i * size + j] - share * died.second[i * size + j]) / total;
                        information[i * size + j] += second - mean_i * mean_j;
                    }
                }
            }
            end = start;
        }
        (likelihood, gradient, information)
    }
}

/// Sums of e^η, of x e^η and of x xᵀ e^η over a set of rows.
struct Moments {
    sum: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Moments {
    fn new(size: usize) -> Self {
        Self { sum: 0.0, first: vec![0.0; size], second: vec![0.0; size * size] }
    }

    fn clear(&mut self) {
        self.sum = 0.0;
        self.first.fill(0.0);
        self.second.fill(0.0);
    }

    fn add(&mut self, x: &[f64], weight: f64) {
        self.sum += weight;
        for i in 0..x.len() {
            self.first[i] += weight * x[i];
            for j in 0..=i {
                self.second[i * x.len() + j] += weight * x[i] * x[j];
            }
        }
    }
}

/// Breslow's cumulative baseline hazard at each event time, at a linear predictor of 0.
fn baseline(follow: &Follow<'_>, linear_predictor: &[f64]) -> Vec<(f64, f64)> {
    // Shifted by the largest, lest an exponential overflow.
    let shift = linear_predictor.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let order = ascending(&follow.time);
    let (mut end, mut at_risk) = (order.len(), 0.0);
    let mut jumps = Vec::new();
    while end > 0 {
        let now = follow.time[order[end - 1]];
        let start = end - order[..end].iter().rev().take_while(|&&row| tied(follow.time[row], now)).count();
        at_risk += order[start..end].iter().map(|&row| (linear_predictor[row] - shift).exp()).sum::<f64>();
        let deaths = order[start..end].iter().filter(|&&row| follow.event(row)).count();
        if deaths > 0 {
            jumps.push((now, deaths as f64 / at_risk * (-shift).exp()));
        }
        end = start;
    }
    let mut hazard = 0.0;
    let add = |(time, jump)| {
        hazard += jump;
        (time, hazard)
    };
    jumps.into_iter().rev().map(add).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn cox_refuses_with_reasons() {
        let fit = |event: &[f64], x: &[f64]| {
            let follow = Follow::new(&[1.0, 2.0, 3.0, 4.0], event).expect("sound input");
            cox(&follow, &[x]).expect("sound input").err()
        };
        assert_eq!(fit(&[0.0; 4], &[1.0, 2.0, 3.0, 4.0]), Some(Undefined::NoEvents));
        assert_eq!(fit(&[1.0; 4], &[1.0; 4]), Some(Undefined::Collinear));
        assert_eq!(fit(&[1.0; 4], &[0.3, 0.1 + 0.2, 0.3, 0.3]), Some(Undefined::Collinear));
        assert_eq!(fit(&[1.0; 4], &[4.0, 3.0, 2.0, 1.0]), Some(Undefined::Separated));
    }
}
