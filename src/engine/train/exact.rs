//! Generalised linear models, solved to the end in f64: what steps of an optimiser in f32 only come near to.
//!
//! The objective is the sum of the rows' losses plus `l2/2 · Σw²`, intercepts without penalty (so `l2` is 1/C of scikit-learn's
//! logistic regression and α of its ridge regression). Newton's method with step halving; the losses are
//! convex, so what it ends at is the minimum. Where a Hessian has a direction without curvature (columns that say the same, without a
//! penalty), the step goes no way in that direction: of equal solutions the one near zero is found.

use crate::operate::expit;
use ndarray::{Array, Array1, Array2, ArrayView1, ArrayView2, Axis, Dimension, s};

/// Weights `[inputs, outputs]` and intercepts `[outputs]` of what a row's numbers are multiplied with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Solved {
    /// `[inputs, outputs]`
    pub(super) weights: Array2<f64>,
    /// `[outputs]`
    pub(super) intercepts: Array1<f64>,
}

/// Newton's steps at most; well-posed problems take about ten.
const STEPS: usize = 200;
/// A gradient per row below which nothing is left to gain.
const ENOUGH: f64 = 1e-10;

/// Least squares: `½ Σ (y − xw − b)² + l2/2 · Σw²` (Hoerl and Kennard 1970). `x`: `[rows, inputs]`, `y`: `[rows]`.
pub(super) fn least_squares(x: &ArrayView2<f64>, y: &ArrayView1<f64>, l2: f64) -> Solved {
    let rows = x.nrows().max(1) as f64;
    // Without a penalty on it, the intercept is what makes the means right.
    let (middle, mean) = (x.sum_axis(Axis(0)) / rows, y.sum() / rows);
    let centred = x - &middle.view().insert_axis(Axis(0));
    let mut gram = centred.t().dot(&centred);
    gram.diag_mut().map_inplace(|d| *d += l2);
    let right = centred.t().dot(&y.mapv(|y| y - mean));
    let weights = solve(&gram, &right);
    let intercept = mean - middle.dot(&weights);
    Solved { weights: weights.insert_axis(Axis(1)), intercepts: Array1::from_elem(1, intercept) }
}

/// Softmax regression: `−Σ log P(class) + l2/2 · Σw²`, a column of weights for each class (multinomial logit; `McFadden` 1974).
/// `class` of each row, from 0 to `classes − 1`. With the penalty the weights of a row's classes add up to 0; intercepts, which have
/// none, are shifted to do so.
pub(super) fn softmax(x: &ArrayView2<f64>, class: &[usize], classes: usize, l2: f64) -> Solved {
    let inputs = x.ncols();
    let wide = with_one(x);
    let loss = |at: &Array2<f64>| -> f64 {
        let scores = wide.dot(at);
        let loss: f64 =
            scores.rows().into_iter().zip(class).map(|(scores, &class)| log_sum_exp(&scores) - scores[class]).sum();
        loss + 0.5 * l2 * at.slice(s![..inputs, ..]).mapv(|w| w * w).sum()
    };
    let gradient = |at: &Array2<f64>| {
        let mut p = wide.dot(at);
        for mut row in p.rows_mut() {
            let all = log_sum_exp(&row.view());
            row.mapv_inplace(|score| (score - all).exp());
        }
        let mut rest = p.clone();
        for (mut row, &class) in rest.rows_mut().into_iter().zip(class) {
            row[class] -= 1.0;
        }
        let mut gradient = wide.t().dot(&rest);
        for i in 0..inputs {
            for k in 0..classes {
                gradient[[i, k]] += l2 * at[[i, k]];
            }
        }
        (gradient, p)
    };
    let hessian = |p: &Array2<f64>| {
        let n = (inputs + 1) * classes;
        let mut hessian = Array2::<f64>::zeros((n, n));
        for a in 0..classes {
            for b in 0..=a {
                let weight: Array1<f64> =
                    p.rows().into_iter().map(|p| if a == b { p[a] * (1.0 - p[a]) } else { -p[a] * p[b] }).collect();
                let block = wide.t().dot(&(&wide * &weight.insert_axis(Axis(1))));
                for i in 0..=inputs {
                    for j in 0..=inputs {
                        let penalty = if a == b && i == j && i < inputs { l2 } else { 0.0 };
                        let value = block[[i, j]] + penalty;
                        hessian[[i * classes + a, j * classes + b]] = value;
                        hessian[[j * classes + b, i * classes + a]] = value;
                    }
                }
            }
        }
        hessian
    };
    let at = newton(Array2::zeros((inputs + 1, classes)), x.nrows(), loss, gradient, hessian);
    let mut intercepts = at.row(inputs).to_owned();
    let mean = intercepts.mean().unwrap_or(0.0);
    intercepts.mapv_inplace(|b| b - mean);
    Solved { weights: at.slice(s![..inputs, ..]).to_owned(), intercepts }
}

/// Logistic regression of outcomes 0 or 1, the rows with the outcome counted `weight` times: `Σ log-loss + l2/2 · Σw²`.
pub(super) fn logistic(x: &ArrayView2<f64>, y: &ArrayView1<f64>, weight: f64, l2: f64) -> Solved {
    let inputs = x.ncols();
    let wide = with_one(x);
    let counts: Array1<f64> = y.mapv(|y| if y > 0.5 { weight } else { 1.0 });
    let loss = |at: &Array1<f64>| -> f64 {
        let scores = wide.dot(at);
        let loss: f64 = scores
            .iter()
            .zip(y.iter().zip(&counts))
            .map(|(&s, (&y, &count))| count * (s.max(0.0) - y * s + (-s.abs()).exp().ln_1p()))
            .sum();
        loss + 0.5 * l2 * at.slice(s![..inputs]).mapv(|w| w * w).sum()
    };
    let gradient = |at: &Array1<f64>| {
        let p = wide.dot(at).mapv(expit);
        let mut gradient = wide.t().dot(&((&p - y) * &counts));
        for i in 0..inputs {
            gradient[i] += l2 * at[i];
        }
        (gradient, p)
    };
    let hessian = |p: &Array1<f64>| {
        let curvature = &p.mapv(|p| p * (1.0 - p)) * &counts;
        let mut hessian = wide.t().dot(&(&wide * &curvature.insert_axis(Axis(1))));
        for i in 0..inputs {
            hessian[[i, i]] += l2;
        }
        hessian
    };
    let at = newton(Array1::zeros(inputs + 1), x.nrows(), loss, gradient, hessian);
    let intercepts = Array1::from_elem(1, at[inputs]);
    Solved { weights: at.slice(s![..inputs]).to_owned().insert_axis(Axis(1)), intercepts }
}

/// Newton's method with step halving: where a convex loss is least. The gradient comes with the probabilities that the Hessian needs.
fn newton<D: Dimension>(
    mut at: Array<f64, D>,
    rows: usize,
    loss: impl Fn(&Array<f64, D>) -> f64,
    gradient: impl Fn(&Array<f64, D>) -> (Array<f64, D>, Array<f64, D>),
    hessian: impl Fn(&Array<f64, D>) -> Array2<f64>,
) -> Array<f64, D> {
    let mut now = loss(&at);
    for _ in 0..STEPS {
        let (gradient, p) = gradient(&at);
        if gradient.iter().all(|g| g.abs() <= ENOUGH * rows.max(1) as f64) {
            break;
        }
        let mut step = Array::zeros(at.raw_dim());
        let flat = solve(&hessian(&p), &gradient.iter().copied().collect());
        step.iter_mut().zip(flat).for_each(|(to, from): (&mut f64, f64)| *to = from);
        let better = (0..60).map(|k| 0.5_f64.powi(k)).find_map(|length| {
            let next = &at - &(&step * length);
            let then = loss(&next);
            (then < now).then_some((next, then))
        });
        let Some((next, then)) = better else { break };
        let gain = now - then;
        (at, now) = (next, then);
        if gain <= 1e-15 * now.abs() {
            break;
        }
    }
    at
}

fn log_sum_exp(scores: &ArrayView1<f64>) -> f64 {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + scores.iter().map(|score| (score - most).exp()).sum::<f64>().ln()
}

/// The rows with a 1 at the end, for the intercept.
fn with_one(x: &ArrayView2<f64>) -> Array2<f64> {
    let mut wide = Array2::ones((x.nrows(), x.ncols() + 1));
    wide.slice_mut(s![.., ..x.ncols()]).assign(x);
    wide
}

/// `a⁻¹ b` of a symmetric matrix without negative curvature, by `LDLᵀ` with the largest pivot first; directions whose pivot is nothing
/// beside the largest are left out.
#[expect(clippy::many_single_char_names, reason = "a, b, d, l, m and z are those of the factorisation")]
fn solve(a: &Array2<f64>, b: &Array1<f64>) -> Array1<f64> {
    let n = b.len();
    let mut m = a.clone();
    let mut order: Vec<usize> = (0..n).collect();
    let largest = m.diag().iter().copied().fold(0.0, f64::max);
    let mut rank = n;
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| m[[i, i]].total_cmp(&m[[j, j]])).unwrap_or(k);
        if m[[pivot, pivot]] <= largest * n as f64 * f64::EPSILON {
            rank = k;
            break;
        }
        if pivot != k {
            order.swap(k, pivot);
            for j in 0..n {
                m.swap([k, j], [pivot, j]);
            }
            for i in 0..n {
                m.swap([i, k], [i, pivot]);
            }
        }
        let d = m[[k, k]];
        for i in k + 1..n {
            let l = m[[i, k]] / d;
            for j in k + 1..=i {
                let change = l * m[[j, k]];
                m[[i, j]] -= change;
                m[[j, i]] = m[[i, j]];
            }
        }
        for i in k + 1..n {
            m[[i, k]] /= d;
        }
    }
    let mut z: Vec<f64> = order.iter().map(|&i| b[i]).collect();
    for i in 0..rank {
        for j in 0..i {
            z[i] -= m[[i, j]] * z[j];
        }
    }
    for i in 0..rank {
        z[i] /= m[[i, i]];
    }
    for i in (0..rank).rev() {
        for j in i + 1..rank {
            z[i] -= m[[j, i]] * z[j];
        }
    }
    let mut out = Array1::zeros(n);
    for (k, &i) in order.iter().enumerate().take(rank) {
        out[i] = z[k];
    }
    out
}
