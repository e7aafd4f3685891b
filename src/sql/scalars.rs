//! Functions of one row: polars' own that we allow, and ours.
//!
//! Left out of polars' own on purpose: whatever makes long texts out of short ones (`lpad`, `replace`), lists and structs, time
//! of day, and `substr(x, start)` with a computed start (polars 0.55 adds instead of cutting; `substring(x from start)` is right).

use super::function::{Function, How, Kind};
use super::quantile;
use super::rows::Wrong;
use diagnostics::text::Text;

const fn ours(
    name: &'static str,
    takes: &'static [&'static str],
    one: fn(&[f64]) -> Result<f64, Wrong>,
    help: Text,
) -> Function {
    Function { name: std::borrow::Cow::Borrowed(name), takes, kind: Kind::Row, how: How::Row(one), help }
}

const fn row(name: &'static str, takes: &'static [&'static str], en: &'static str, ja: &'static str) -> Function {
    Function::polars(name, takes, Kind::Row, Text::new(en, ja))
}

const fn counts(name: &'static str, takes: &'static [&'static str], en: &'static str, ja: &'static str) -> Function {
    let help = Text::new(en, ja);
    Function { name: std::borrow::Cow::Borrowed(name), takes, kind: Kind::Row, how: How::Counts, help }
}

const fn reals(name: &'static str, takes: &'static [&'static str], en: &'static str, ja: &'static str) -> Function {
    let help = Text::new(en, ja);
    Function { name: std::borrow::Cow::Borrowed(name), takes, kind: Kind::Row, how: How::Reals, help }
}

/// All functions of one row.
pub(super) static FUNCTIONS: &[Function] = &[
    ours(
        "logit",
        &["p"],
        |with| Ok((probability(with)? / (1.0 - with[0])).ln()),
        Text::new(
            "ln(p/(1 − p)), the log odds of a probability; infinite at 0 and 1.",
            "確率pの対数オッズln(p/(1 − p))です。0と1では無限大になります。",
        ),
    ),
    ours(
        "expit",
        &["x"],
        |with| Ok(metrics::logistic::expit(with[0])),
        Text::new("1/(1 + e^(−x)), the probability with log odds x.", "対数オッズがxである確率1/(1 + e^(−x))です。"),
    ),
    ours(
        "clip",
        &["x", "low", "high"],
        clip,
        Text::new(
            "x, but low where it is lower and high where it is higher.",
            "xを、lowより小さければlow、highより大きければhighにした値です。",
        ),
    ),
    ours(
        "normal_cdf",
        &["z"],
        |with| Ok(quantile::normal_cdf(with[0])),
        Text::new("The share of a standard normal distribution below z.", "標準正規分布でzより下にある割合です。"),
    ),
    ours(
        "normal_quantile",
        &["p"],
        |with| Ok(quantile::normal(probability(with)?)),
        Text::new(
            "The value below which the share p of a standard normal distribution lies.",
            "標準正規分布で、下側の割合がpになる値です。",
        ),
    ),
    row("abs", &["x"], "x without its sign.", "xの絶対値です。"),
    row("acos", &["x"], "The angle whose cosine is x, in radians.", "余弦がxになる角(ラジアン)です。"),
    row("asin", &["x"], "The angle whose sine is x, in radians.", "正弦がxになる角(ラジアン)です。"),
    row("atan", &["x"], "The angle whose tangent is x, in radians.", "正接がxになる角(ラジアン)です。"),
    row("atan2", &["y", "x"], "The angle of the point (x, y), in radians.", "点(x, y)の偏角(ラジアン)です。"),
    row("cbrt", &["x"], "The cube root of x.", "xの立方根です。"),
    row("ceil", &["x"], "The least whole number not below x.", "x以上の最小の整数です。"),
    row("ceiling", &["x"], "The same as ceil.", "ceilと同じです。"),
    row("coalesce", &["x", "y…"], "The first of the values that is not NULL.", "NULLでない最初の値です。"),
    row("concat", &["x", "y…"], "The texts one after another.", "文字列をつないだものです。"),
    row("cos", &["x"], "The cosine of an angle in radians.", "角(ラジアン)の余弦です。"),
    row("date", &["text"], "The date written as '2026-04-01'.", "'2026-04-01'のように書かれた日付です。"),
    row("degrees", &["x"], "Radians as degrees.", "ラジアンを度にします。"),
    row("div", &["x", "y"], "x/y rounded down to a whole number.", "x/yを切り捨てた整数です。"),
    row("ends_with", &["text", "end"], "Whether the text ends so.", "文字列がendで終わるかどうかです。"),
    row("exp", &["x"], "e to the power of x.", "eのx乗です。"),
    row("floor", &["x"], "The greatest whole number not above x.", "x以下の最大の整数です。"),
    row(
        "greatest",
        &["x", "y…"],
        "The greatest of the values; NULLs are passed over.",
        "最大の値です。NULLは無視します。",
    ),
    row(
        "if",
        &["condition", "yes", "no"],
        "yes where the condition holds, otherwise no.",
        "条件が成り立てばyes、そうでなければnoです。",
    ),
    row("ifnull", &["x", "y"], "x, or y where x is NULL.", "xがNULLでなければx、NULLならyです。"),
    row("least", &["x", "y…"], "The least of the values; NULLs are passed over.", "最小の値です。NULLは無視します。"),
    row("left", &["text", "n"], "The first n characters.", "先頭のn文字です。"),
    counts("length", &["text"], "How many characters the text has.", "文字列の文字数です。"),
    row("ln", &["x"], "The natural logarithm of x.", "xの自然対数です。"),
    row(
        "log",
        &["x", "base"],
        "The logarithm of x to this base (ln is the natural one).",
        "底をbaseとするxの対数です(自然対数はln)。",
    ),
    row("log10", &["x"], "The logarithm of x to base 10.", "xの常用対数です。"),
    row("log1p", &["x"], "ln(1 + x), exact near 0.", "ln(1 + x)です。0の近くでも正確です。"),
    row("log2", &["x"], "The logarithm of x to base 2.", "底を2とするxの対数です。"),
    row("lower", &["text"], "The text in lower case.", "文字列を小文字にします。"),
    row("ltrim", &["text"], "The text without blanks at its start.", "先頭の空白を除いた文字列です。"),
    row("mod", &["x", "y"], "What remains of x after division by y.", "xをyで割った余りです。"),
    row("nullif", &["x", "y"], "x, or NULL where x equals y.", "xとyが等しければNULL、そうでなければxです。"),
    row("pi", &[], "3.14159…", "円周率です。"),
    reals("pow", &["x", "y"], "x to the power of y.", "xのy乗です。"),
    reals("power", &["x", "y"], "The same as pow.", "powと同じです。"),
    row("radians", &["x"], "Degrees as radians.", "度をラジアンにします。"),
    row(
        "regexp_like",
        &["text", "pattern"],
        "Whether the text matches the regular expression.",
        "文字列が正規表現に合うかどうかです。",
    ),
    row("right", &["text", "n"], "The last n characters.", "末尾のn文字です。"),
    row(
        "round",
        &["x", "decimals?"],
        "x rounded; halves go to the even neighbour.",
        "xを丸めます。ちょうど半分のときは偶数の側にします。",
    ),
    row("rtrim", &["text"], "The text without blanks at its end.", "末尾の空白を除いた文字列です。"),
    row("sign", &["x"], "-1, 0 or 1.", "-1、0、1のどれかです。"),
    row("sin", &["x"], "The sine of an angle in radians.", "角(ラジアン)の正弦です。"),
    row("sqrt", &["x"], "The square root of x.", "xの平方根です。"),
    row("starts_with", &["text", "start"], "Whether the text starts so.", "文字列がstartで始まるかどうかです。"),
    counts(
        "strpos",
        &["text", "part"],
        "Where the part begins in the text, from 1; 0 if nowhere.",
        "文字列の中でpartが始まる位置(1から)です。なければ0です。",
    ),
    row("tan", &["x"], "The tangent of an angle in radians.", "角(ラジアン)の正接です。"),
    row("trunc", &["x"], "x without its decimals.", "xの小数部分を除いた値です。"),
    row("upper", &["text"], "The text in upper case.", "文字列を大文字にします。"),
];

fn probability(with: &[f64]) -> Result<f64, Wrong> {
    if (0.0..=1.0).contains(&with[0]) {
        Ok(with[0])
    } else {
        Err(Wrong::new(0, Text::new("a probability between 0 and 1", "0と1の間の確率")))
    }
}

fn clip(with: &[f64]) -> Result<f64, Wrong> {
    let (x, low, high) = (with[0], with[1], with[2]);
    if low <= high { Ok(x.clamp(low, high)) } else { Err(Wrong::new(2, Text::new("low or more", "low以上の数"))) }
}
