//! Design: how many people a prediction model needs (Riley et al.).

use super::Undefined;
use super::order::ceil_index;

/// What is planned for a model of a binary outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The Cox–Snell R² expected of the model.
    pub r2_cox_snell: f64,
    /// The number of candidate parameters.
    pub parameters: usize,
    /// The prevalence of the outcome.
    pub prevalence: f64,
    /// The smallest acceptable shrinkage, usually 0.9.
    pub shrinkage: f64,
    /// The largest acceptable optimism in Nagelkerke's R², usually 0.05.
    pub delta_r2: f64,
    /// The largest acceptable error of the overall risk, usually 0.05.
    pub margin: f64,
}

/// The minimum sample size and what it follows from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleSize {
    /// Criterion (i), little overfitting.
    pub overfitting: usize,
    /// Criterion (ii), little optimism in R².
    pub optimism: usize,
    /// Criterion (iii), a precise overall risk.
    pub precision: usize,
    /// The largest of the three.
    pub n: usize,
    /// Events per parameter at `n`.
    pub events_per_parameter: f64,
    /// The largest Cox–Snell R² possible at this prevalence.
    pub largest_r2: f64,
    /// Nagelkerke's R², R² over the largest possible.
    pub nagelkerke: f64,
    /// The shrinkage that criterion (ii) asks for.
    pub shrinkage_for_optimism: f64,
}

/// The largest Cox–Snell R² possible at a prevalence: 1 − exp(2 (φ ln φ + (1 − φ) ln(1 − φ))).
pub fn largest_r2(prevalence: f64) -> f64 {
    let part = |share: f64| if share > 0.0 { share * share.ln() } else { 0.0 };
    -(2.0 * (part(prevalence) + part(1.0 - prevalence))).exp_m1()
}

/// Criterion (i): the n at which the expected uniform shrinkage is `shrinkage`, P / ((S − 1) ln(1 − R²/S)), rounded up.
/// It holds for binary and survival outcomes alike. Undefined unless 0 < R² < S < 1.
pub fn riley_overfitting(r2_cox_snell: f64, parameters: usize, shrinkage: f64) -> Result<usize, Undefined> {
    if !(r2_cox_snell > 0.0 && r2_cox_snell < shrinkage && shrinkage < 1.0) {
        return Err(Undefined::ShrinkageOutOfReach);
    }
    Ok(whole(parameters as f64 / ((shrinkage - 1.0) * (1.0 - r2_cox_snell / shrinkage).ln())))
}

/// The minimum sample size for developing a model of a binary outcome: the largest of three criteria, each rounded up
/// (Riley et al., Statistics in Medicine 2019;38:1276; as `pmsampsize`, z = 1.96, the shrinkage of criterion (ii) not
/// rounded).
///
/// Undefined when R² exceeds what the prevalence allows.
pub fn riley(plan: &Plan) -> Result<SampleSize, Undefined> {
    let largest = largest_r2(plan.prevalence);
    if plan.r2_cox_snell >= largest || largest <= 0.0 {
        return Err(Undefined::ImpossibleR2 { largest });
    }
    let overfitting = riley_overfitting(plan.r2_cox_snell, plan.parameters, plan.shrinkage)?;
    let shrinkage_for_optimism = plan.r2_cox_snell / (plan.r2_cox_snell + plan.delta_r2 * largest);
    let optimism = riley_overfitting(plan.r2_cox_snell, plan.parameters, shrinkage_for_optimism)?;
    let precision = whole((1.96 / plan.margin).powi(2) * plan.prevalence * (1.0 - plan.prevalence));
    let n = overfitting.max(optimism).max(precision);
    Ok(SampleSize {
        overfitting,
        optimism,
        precision,
        n,
        events_per_parameter: n as f64 * plan.prevalence / plan.parameters as f64,
        largest_r2: largest,
        nagelkerke: plan.r2_cox_snell / largest,
        shrinkage_for_optimism,
    })
}

/// Rounded up; a figure that is whole but for rounding is not pushed over.
fn whole(n: f64) -> usize {
    ceil_index(n - 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example() {
        // Riley et al. 2019 (Chagas disease): 623, 662 and 221 people; 4.8 events per parameter.
        let plan = Plan {
            r2_cox_snell: 0.288,
            parameters: 24,
            prevalence: 0.174,
            shrinkage: 0.9,
            delta_r2: 0.05,
            margin: 0.05,
        };
        let got = riley(&plan).expect("a possible plan");
        assert_eq!((got.overfitting, got.optimism, got.precision, got.n), (623, 662, 221, 662));
    }
}
