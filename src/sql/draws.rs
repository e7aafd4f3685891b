//! Random draws as SQL functions, for the columns of a dataset.
//!
//! Each draw is the inverse distribution function of one uniform number, which is keyed by the column's stream, the number of
//! the call in the expression and the row's key. So a row does not depend on the other rows, equal calls draw twice, and a
//! change of parameters keeps the patient's luck.

use polars::prelude::*;

use super::fault::SqlFault;
use super::function::{Draw, Function, How, Kind};
use super::quantile;
use super::rows::{Numbers, Wrong, internal};
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;

/// The greatest rate and number of trials: beyond, counts are no longer drawn exactly enough to promise anything.
const MOST: f64 = 1e6;

/// Draws of real numbers, then of whole numbers.
pub(super) static FUNCTIONS: &[Function] = &[
    real(
        "normal",
        &["mean", "sd"],
        normal,
        Text::new(
            "A draw from the normal distribution with this mean and standard deviation (sd ≥ 0).",
            "平均mean、標準偏差sd(0以上)の正規分布から引きます。",
        ),
    ),
    real(
        "correlated_normal",
        &["rho", "z"],
        correlated_normal,
        Text::new(
            "rho·z + √(1 − rho²)·(a fresh standard normal): standard normal if z is, and correlated with it by rho.",
            "rho·z + √(1 − rho²)·(新しい標準正規乱数)です。zが標準正規なら結果も標準正規で、zとの相関はrhoになります。",
        ),
    ),
    real(
        "lognormal",
        &["mu", "sigma"],
        lognormal,
        Text::new(
            "e to the power of a normal draw with mean mu and standard deviation sigma (of the logarithm); median e^mu.",
            "対数の平均がmu、対数の標準偏差がsigmaの対数正規分布から引きます。中央値はe^muです。",
        ),
    ),
    real(
        "uniform",
        &["low", "high"],
        uniform,
        Text::new("A draw between low and high, all equally likely.", "lowとhighの間の一様分布から引きます。"),
    ),
    real(
        "exponential",
        &["rate"],
        exponential,
        Text::new(
            "A waiting time when events come at this rate (rate > 0); mean 1/rate.",
            "発生率rate(0より大)の指数分布から引きます。平均は1/rateです。",
        ),
    ),
    real(
        "gamma",
        &["shape", "rate"],
        gamma,
        Text::new(
            "A draw from the gamma distribution with this shape and rate (both > 0); mean shape/rate, variance shape/rate².",
            "形状shape、率rate(ともに0より大)のガンマ分布から引きます。平均shape/rate、分散shape/rate²です。",
        ),
    ),
    real(
        "beta",
        &["a", "b"],
        beta,
        Text::new(
            "A share between 0 and 1 from the beta distribution (a, b > 0); mean a/(a + b).",
            "ベータ分布(a、bは0より大)から0と1の間の割合を引きます。平均はa/(a + b)です。",
        ),
    ),
    real(
        "weibull",
        &["shape", "scale"],
        weibull,
        Text::new(
            "A time from the Weibull distribution (shape, scale > 0); a share e^(−(t/scale)^shape) lasts longer than t.",
            "ワイブル分布(shape、scaleは0より大)から時間を引きます。tより長い割合はe^(−(t/scale)^shape)です。",
        ),
    ),
    real(
        "student_t",
        &["df"],
        student_t,
        Text::new(
            "A draw from Student's t distribution with df degrees of freedom (df > 0).",
            "自由度df(0より大)のt分布から引きます。",
        ),
    ),
    whole(
        "bernoulli",
        &["p"],
        bernoulli,
        Text::new("1 with probability p, otherwise 0.", "確率pで1、それ以外は0です。"),
    ),
    whole(
        "binomial",
        &["n", "p"],
        binomial,
        Text::new(
            "How many of n trials succeed, each with probability p (n whole, up to 1,000,000).",
            "それぞれ確率pで成功するn回の試行(nは整数、最大1,000,000)のうち、成功する回数です。",
        ),
    ),
    whole(
        "poisson",
        &["rate"],
        poisson,
        Text::new(
            "How many events happen when this many are expected (rate from 0 to 1,000,000).",
            "平均rate回(0以上1,000,000以下)起きる出来事の回数を引きます。",
        ),
    ),
    whole(
        "categorical",
        &["p0", "p…"],
        categorical,
        Text::new(
            "0 with probability p0, 1 with probability p1 and so on; the probabilities add up to 1.",
            "確率p0で0、確率p1で1、…です。確率の合計は1です。",
        ),
    ),
    Function {
        name: std::borrow::Cow::Borrowed("shuffle"),
        takes: &["x", "within?"],
        kind: Kind::Shuffle,
        how: How::Shuffle,
        help: Text::new(
            "The column x with its values dealt out to the rows at random; with a second argument, only among rows of the same \
             value of it.",
            "列xの値をでたらめに行へ配り直します。2番目の引数があれば、その値が同じ行どうしだけで入れ替えます。",
        ),
    },
];

const fn real(name: &'static str, takes: &'static [&'static str], draw: Draw, help: Text) -> Function {
    Function { name: std::borrow::Cow::Borrowed(name), takes, kind: Kind::Draw, how: How::Real(draw), help }
}

const fn whole(name: &'static str, takes: &'static [&'static str], draw: Draw, help: Text) -> Function {
    Function { name: std::borrow::Cow::Borrowed(name), takes, kind: Kind::Draw, how: How::Whole(draw), help }
}

/// One draw for each key, as a Float64 or (`whole`) an Int64 column. `stream` is the call's own.
pub(super) fn draw(
    function: &Function,
    draw: Draw,
    whole: bool,
    stream: Seed,
    keys: &UInt64Chunked,
    arguments: &[Column],
) -> Result<Column, SqlFault> {
    let names = function.argument_names(arguments.len());
    let numbers = Numbers::new(&function.name, &names, arguments, keys.len())?;
    let keys = keys.rechunk();
    let keys = keys.cont_slice().map_err(internal)?;
    let drawn = numbers.each(&function.name, &names, |row, with| {
        // Rounding may lift the uppermost cell to 1, where no quantile exists.
        let u = stream.at(keys[row]).uniform().min(1.0 - f64::EPSILON / 2.0);
        draw(u, with)
    })?;
    let name = PlSmallStr::from_static("draw");
    #[expect(clippy::cast_possible_truncation, reason = "counts are at most a million")]
    Ok(if whole {
        Int64Chunked::from_iter_options(name, drawn.into_iter().map(|k| k.map(|k| k as i64))).into_column()
    } else {
        Float64Chunked::from_iter_options(name, drawn.into_iter()).into_column()
    })
}

/// `column` with its values dealt out anew to the rows, within equal values of `within`; the deal depends on the keys only,
/// not on the order of the rows.
pub(super) fn shuffle(
    stream: Seed,
    keys: &UInt64Chunked,
    column: &Column,
    within: Option<&Column>,
) -> Result<Column, SqlFault> {
    let column = if column.len() == keys.len() { column.clone() } else { column.new_from_index(0, keys.len()) };
    let groups = match within {
        Some(within) => {
            let within = if within.len() == keys.len() { within.clone() } else { within.new_from_index(0, keys.len()) };
            Some(within.cast(&DataType::String).map_err(internal)?.take_materialized_series())
        }
        None => None,
    };
    let groups: Vec<Option<&str>> = match &groups {
        Some(series) => series.str().map_err(internal)?.iter().collect(),
        None => vec![None; keys.len()],
    };
    let keys: Vec<u64> = keys.iter().map(Option::unwrap_or_default).collect();
    let mut places: Vec<usize> = (0..keys.len()).collect();
    let mut dealt = places.clone();
    places.sort_by_key(|&row| (groups[row], keys[row]));
    dealt.sort_by_cached_key(|&row| (groups[row], stream.at(keys[row]).bits(), keys[row]));
    let mut from: Vec<IdxSize> = vec![0; keys.len()];
    for (place, source) in places.into_iter().zip(dealt) {
        from[place] = IdxSize::try_from(source).unwrap_or_default();
    }
    column.take_slice(&from).map_err(internal)
}

fn finite(with: &[f64], argument: usize) -> Result<f64, Wrong> {
    let value = with[argument];
    if value.is_finite() { Ok(value) } else { Err(Wrong::new(argument, Text::new("a finite number", "有限の数"))) }
}

fn positive(with: &[f64], argument: usize) -> Result<f64, Wrong> {
    let value = finite(with, argument)?;
    if value > 0.0 { Ok(value) } else { Err(Wrong::new(argument, Text::new("more than 0", "0より大きい数"))) }
}

fn not_negative(with: &[f64], argument: usize) -> Result<f64, Wrong> {
    let value = finite(with, argument)?;
    if value >= 0.0 { Ok(value) } else { Err(Wrong::new(argument, Text::new("0 or more", "0以上の数"))) }
}

fn probability(with: &[f64], argument: usize) -> Result<f64, Wrong> {
    let value = with[argument];
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(Wrong::new(argument, Text::new("a probability between 0 and 1", "0と1の間の確率")))
    }
}

fn up_to_most(value: f64, argument: usize) -> Result<f64, Wrong> {
    if value <= MOST {
        Ok(value)
    } else {
        Err(Wrong::new(argument, Text::new("1,000,000 or less", "1,000,000以下の数")))
    }
}

fn normal(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    Ok(finite(with, 0)? + not_negative(with, 1)? * quantile::normal(u))
}

fn correlated_normal(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    let rho = with[0];
    if !(-1.0..=1.0).contains(&rho) {
        return Err(Wrong::new(0, Text::new("a correlation between -1 and 1", "-1と1の間の相関")));
    }
    Ok(rho * finite(with, 1)? + ((1.0 - rho) * (1.0 + rho)).sqrt() * quantile::normal(u))
}

fn lognormal(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    Ok((finite(with, 0)? + not_negative(with, 1)? * quantile::normal(u)).exp())
}

fn uniform(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    let (low, high) = (finite(with, 0)?, finite(with, 1)?);
    if low > high {
        return Err(Wrong::new(1, text!("low ({low}) or more", "low({low})以上の数")));
    }
    Ok(low + u * (high - low))
}

fn exponential(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    Ok(-(-u).ln_1p() / positive(with, 0)?)
}

fn gamma(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    let shape = up_to_most(positive(with, 0)?, 0)?;
    Ok(quantile::gamma(shape, u) / positive(with, 1)?)
}

fn beta(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    Ok(quantile::beta(up_to_most(positive(with, 0)?, 0)?, up_to_most(positive(with, 1)?, 1)?, u))
}

fn weibull(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    let (shape, scale) = (positive(with, 0)?, positive(with, 1)?);
    Ok(scale * (-(-u).ln_1p()).powf(1.0 / shape))
}

fn student_t(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    let df = positive(with, 0)?;
    // Beyond a million degrees of freedom the normal quantile differs in the seventh digit of the far tail at most.
    Ok(if df > MOST { quantile::normal(u) } else { quantile::student_t(df, u) })
}

fn bernoulli(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    Ok(if u < probability(with, 0)? { 1.0 } else { 0.0 })
}

fn binomial(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    let n = up_to_most(not_negative(with, 0)?, 0)?;
    if n.fract() != 0.0 {
        return Err(Wrong::new(0, Text::new("a whole number", "整数")));
    }
    Ok(quantile::binomial(n, probability(with, 1)?, u))
}

fn poisson(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    Ok(quantile::poisson(up_to_most(not_negative(with, 0)?, 0)?, u))
}

fn categorical(u: f64, with: &[f64]) -> Result<f64, Wrong> {
    let mut sum = 0.0;
    for argument in 0..with.len() {
        sum += probability(with, argument)?;
    }
    if (sum - 1.0).abs() > 1e-6 {
        let expected = text!(
            "probabilities that add up to 1 (here they add up to {sum})",
            "合計が1になる確率(ここでは合計が{sum}です)"
        );
        return Err(Wrong::new(with.len() - 1, expected));
    }
    let mut below = 0.0;
    for (index, p) in with.iter().enumerate() {
        below += p;
        if u * sum < below {
            return Ok(index as f64);
        }
    }
    // Rounding left u above the last sum: the last value that can happen at all.
    Ok(with.iter().rposition(|&p| p > 0.0).unwrap_or(0) as f64)
}
