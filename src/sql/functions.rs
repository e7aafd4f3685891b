//! The functions that SQL may call here: one registry, from which the checks, the documentation and "did you mean" all come.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::function::Function;
use super::purpose::Purpose;
use super::{aggregates, draws, scalars};

/// Every function, by name.
pub(super) static FUNCTIONS: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let metrics: &'static [Function] = Vec::leak(aggregates::metrics());
    [scalars::FUNCTIONS, draws::FUNCTIONS, aggregates::FUNCTIONS, metrics]
        .into_iter()
        .flatten()
        .map(|function| (function.name.as_ref(), function))
        .collect()
});

/// Names that people know from other systems, and what they are called here.
static ELSEWHERE: &[(&str, &str)] = &[
    ("any", "max"),
    ("average", "avg"),
    ("bool_and", "min"),
    ("bool_or", "max"),
    ("clamp", "clip"),
    ("every", "min"),
    ("inv_logit", "expit"),
    ("isnull", "coalesce"),
    ("len", "length"),
    ("mean", "avg"),
    ("nvl", "coalesce"),
    ("percentile_cont", "quantile_cont"),
    ("percentile_disc", "quantile_disc"),
    ("quantile", "quantile_cont"),
    ("rand", "uniform"),
    ("random", "uniform"),
    ("sd", "stddev"),
    ("sigmoid", "expit"),
    ("size", "length"),
    ("std", "stddev"),
    ("stddev_samp", "stddev"),
    ("stdev", "stddev"),
    ("to_date", "date"),
    ("total", "sum"),
    ("truncate", "trunc"),
    ("var", "variance"),
    ("var_samp", "variance"),
];

/// The function of this name that may stand in SQL for `purpose` and was probably meant.
pub(super) fn nearest(name: &str, purpose: Purpose) -> Option<String> {
    let fits = |function: &Function| function.kind.refused(purpose).is_none();
    let known = ELSEWHERE.iter().find(|(there, _)| *there == name).map(|(_, here)| *here);
    if let Some(here) = known.filter(|here| FUNCTIONS.get(here).is_some_and(|function| fits(function))) {
        return Some(here.to_owned());
    }
    diagnostics::fault::nearest(name, FUNCTIONS.values().filter(|f| fits(f)).map(|f| f.name.as_ref()))
}
