//! Functions of many rows, for checks: polars' own that we allow, and every metric of [`metrics`].
//!
//! A metric `m` gives three functions: `m` itself, and `m_low` and `m_high` for the bounds of its 95 % interval. Where a metric is
//! undefined (one class only, say), and where it has no interval, the value is NULL. Rows in which an argument is NULL are left out.

use diagnostics::fault::Id;
use polars::prelude::*;

use super::fault::SqlFault;
use super::function::{Function, Gives, How, Kind};
use super::rows::Numbers;
use diagnostics::text;
use diagnostics::text::Text;
use metrics::BadInput;

const fn many(name: &'static str, takes: &'static [&'static str], en: &'static str, ja: &'static str) -> Function {
    Function::polars(name, takes, Kind::Aggregate, Text::new(en, ja))
}

const fn window(name: &'static str, takes: &'static [&'static str], en: &'static str, ja: &'static str) -> Function {
    Function::polars(name, takes, Kind::Window, Text::new(en, ja))
}

const fn whole(name: &'static str, how: How, kind: Kind, takes: &'static [&'static str], help: Text) -> Function {
    Function { name: std::borrow::Cow::Borrowed(name), takes, kind, how, help }
}

/// Polars' own, as far as they do what SQL says.
pub(super) static FUNCTIONS: &[Function] = &[
    many(
        "avg",
        &["x"],
        "The mean; of a condition, the share of rows where it holds.",
        "平均です。条件なら、成り立つ行の割合です。",
    ),
    many("corr", &["x", "y"], "Pearson's correlation.", "ピアソンの相関係数です。"),
    whole(
        "count",
        How::Counts,
        Kind::Aggregate,
        &["x?"],
        Text::new(
            "How many rows; count(x) how many where x is not NULL; count(DISTINCT x) how many different values.",
            "行数です。count(x)はxがNULLでない行数、count(DISTINCT x)は異なる値の数です。",
        ),
    ),
    many("covar_samp", &["x", "y"], "The covariance (n − 1 in the denominator).", "共分散です(分母はn − 1)。"),
    many(
        "max",
        &["x"],
        "The greatest value; of conditions, whether any holds.",
        "最大値です。条件なら、どれかが成り立つかどうかです。",
    ),
    many("median", &["x"], "The median.", "中央値です。"),
    many(
        "min",
        &["x"],
        "The least value; of conditions, whether all hold.",
        "最小値です。条件なら、すべてが成り立つかどうかです。",
    ),
    many(
        "quantile_cont",
        &["x", "q"],
        "The value below which the share q (a number from 0 to 1) of the rows lies, interpolated.",
        "下側の割合がq(0から1の数)になる値です。間は補間します。",
    ),
    many("quantile_disc", &["x", "q"], "The same, without interpolation.", "同じですが、補間しません。"),
    many("stddev", &["x"], "The standard deviation (n − 1 in the denominator).", "標準偏差です(分母はn − 1)。"),
    whole(
        "sum",
        How::Sums,
        Kind::Aggregate,
        &["x"],
        Text::new(
            "The sum; of a condition, the number of rows where it holds.",
            "合計です。条件なら、成り立つ行の数です。",
        ),
    ),
    many("variance", &["x"], "The variance (n − 1 in the denominator).", "分散です(分母はn − 1)。"),
    window("first_value", &["x"], "The first value of the partition.", "区画の最初の値です。"),
    window(
        "lag",
        &["x", "rows?"],
        "The value so many rows earlier (1 if not given).",
        "指定した行数(省略すると1)だけ前の行の値です。",
    ),
    window(
        "lead",
        &["x", "rows?"],
        "The value so many rows later (1 if not given).",
        "指定した行数(省略すると1)だけ後の行の値です。",
    ),
    whole(
        "row_number",
        How::Counts,
        Kind::Window,
        &[],
        Text::new("The row's number within its partition, from 1.", "区画の中での行の番号(1から)です。"),
    ),
];

/// The functions that the metrics give.
pub(super) fn metrics() -> Vec<Function> {
    let figures = [(Gives::Value, ""), (Gives::Low, "_low"), (Gives::High, "_high")];
    metrics::all()
        .filter(|metric| metric.in_checks())
        .flat_map(|metric| {
            let takes: &'static [&'static str] = Vec::leak(metric.takes().iter().map(|takes| takes.name()).collect());
            figures.map(|(figure, suffix)| {
                let name = metric.name;
                let help = match figure {
                    Gives::Value => metric.help.clone(),
                    Gives::Low => {
                        text!("The lower bound of the 95 % interval of {name}.", "{name}の95 %区間の下限です。")
                    }
                    Gives::High => {
                        text!("The upper bound of the 95 % interval of {name}.", "{name}の95 %区間の上限です。")
                    }
                };
                let how = How::Metric(metric, figure);
                Function { name: format!("{name}{suffix}").into(), takes, kind: Kind::Aggregate, how, help }
            })
        })
        .collect()
}

/// One figure of a metric over the rows of `arguments`, as a column of one row, and why it is NULL where it is undefined.
///
/// A value that is not finite is no mistake of the text: it came out of a division by 0 or a logarithm of 0 in these data.
pub(super) fn measure(
    function: &Function,
    metric: &metrics::Metric,
    figure: Gives,
    arguments: &[Column],
) -> Result<(Column, Option<Text>), SqlFault> {
    let names = function.argument_names(arguments.len());
    let rows = Numbers::longest(arguments);
    let numbers = Numbers::new(&function.name, &names, arguments, rows)?;
    let columns = numbers.complete();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let (value, undefined) = match metric.compute(&columns) {
        Ok(Ok(estimate)) => match figure {
            Gives::Value => (Some(estimate.value), None),
            Gives::Low => (estimate.interval.map(|(low, _)| low), None),
            Gives::High => (estimate.interval.map(|(_, high)| high), None),
        },
        Ok(Err(undefined)) => (None, Some(undefined.text())),
        Err(bad @ (BadInput::NotFinite { .. } | BadInput::TooLarge { .. } | BadInput::NoLimit { .. })) => {
            (None, Some(bad.text()))
        }
        Err(bad) => {
            return Err(SqlFault::new(
                Id::BadArguments,
                said_of(function, &bad.text()),
                super::function::wants(function),
            ));
        }
    };
    let column = Float64Chunked::from_slice_options("figure".into(), &[value]).into_column();
    Ok((column, undefined.map(|why| said_of(function, &why))))
}

fn said_of(function: &Function, why: &Text) -> Text {
    let (name, en, ja) = (&function.name, &why.en, &why.ja);
    text!("{name}: {en}", "{name}：{ja}")
}
