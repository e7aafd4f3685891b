//! Raters or methods that judge the same units.

use super::super::answers::{Argument, Ask};
use super::super::columns::{Asked, Dense};
use super::super::request::Scale;
use super::super::source::yes;
use super::classes::without_point;
use diagnostics::fault::{Fault, Id};
use diagnostics::text;
use diagnostics::text::Text;
use metrics::agreement::{
    BLAND_ALTMAN_BIAS, BLAND_ALTMAN_LOWER, BLAND_ALTMAN_UPPER, COHEN_KAPPA, FLEISS_KAPPA, GWET_AC1, GWET_AC1_OF_RATERS,
    ICC_AGREEMENT, ICC_AGREEMENT_OF_RATERS, ICC_CONSISTENCY, KRIPPENDORFF_ALPHA_INTERVAL, KRIPPENDORFF_ALPHA_NOMINAL,
    KRIPPENDORFF_ALPHA_ORDINAL, LIN_CCC, NEGATIVE_AGREEMENT, PABAK, PERCENT_AGREEMENT, POSITIVE_AGREEMENT,
    WEIGHTED_KAPPA,
};
use metrics::entry::Columns;
use metrics::order;

pub(super) fn columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let raters = asked.source.several("--raters", &asked.request.raters)?;
    let n = raters.len();
    if n < 2 {
        return Err(vec![asked.source.wrong(
            Id::TooFew,
            "--raters",
            text!("{n} columns", "列が{n}個"),
            Text::new(
                "one column per rater or method, as --raters a,b",
                "評価者（測定法）ごとに1列（--raters a,b の形）",
            ),
        )]);
    }
    let mut rated: Vec<Vec<Option<String>>> = Vec::with_capacity(n);
    for rater in &raters {
        rated.push(asked.source.words(rater).map_err(|fault| vec![fault])?);
    }
    // Words among fractions are mistakes; words among whole numbers are categories, such as 3, 4A, 4B.
    let numbers = || rated.iter().flatten().flatten().filter_map(|word| word.parse::<f64>().ok());
    let fractions = numbers().any(|x| x.fract() != 0.0);
    asked.rated_by_word = !fractions && rated.iter().flatten().flatten().any(|word| word.parse::<f64>().is_err());
    if !asked.rated_by_word {
        for rater in &raters {
            // With more than two raters, a unit that some did not rate still counts.
            asked.add_finite("rater", rater)?;
            asked.last_may_miss(n > 2);
        }
        return Ok(());
    }
    if let Some(scale) = asked.request.scale.filter(|scale| *scale != Scale::Nominal) {
        let scale = if scale == Scale::Ordinal { "ordinal" } else { "measurement" };
        return Err(vec![asked.source.wrong(
            Id::WrongKind,
            "--scale",
            text!("{scale}, and the raters' values are words", "{scale} ですが、評価者の値は文字列です"),
            Text::new("grades as whole numbers from 0, or nominal", "0からの整数の段階、または nominal"),
        )]);
    }
    let mut pointed: Vec<&str> = Vec::new();
    for (rater, words) in raters.iter().zip(&mut rated) {
        for word in words.iter_mut().flatten() {
            if let Some(whole) = without_point(word).map(str::to_owned) {
                *word = whole;
                pointed.push(rater);
            }
        }
    }
    pointed.dedup();
    if !pointed.is_empty() {
        let list = pointed.join(", ");
        asked.notes.push(text!(
            "Whole numbers that {list} writes with a point are taken without (3.0 as 3).",
            "{list} の小数点付きの整数は、小数点なしと同じとみなします（3.0は3）。"
        ));
    }
    let mut categories: Vec<String> = rated.iter().flatten().flatten().cloned().collect();
    categories.sort();
    categories.dedup();
    says_yes(asked, &mut categories)?;
    for (rater, words) in raters.iter().zip(rated) {
        let values = words
            .iter()
            .map(|word| {
                word.as_ref().and_then(|word| categories.iter().position(|other| other == word)).map(|k| k as f64)
            })
            .collect();
        asked.add("rater", rater, values, n > 2);
        asked.check_finite()?;
    }
    Ok(())
}

/// Of two words, the one that means yes comes last and is category 1: the one that `--positive` names, else one that says so itself.
/// Which it is, is told.
fn says_yes(asked: &mut Asked<'_>, categories: &mut [String]) -> Result<(), Vec<Fault>> {
    let positive = asked.request.positive.as_deref();
    let there = categories.join(", ");
    let [first, second] = categories else {
        let n = categories.len();
        return positive.map_or(Ok(()), |positive| {
            Err(vec![asked.source.wrong(
                Id::Together,
                "--positive",
                text!(
                    "\"{positive}\", beside {n} categories",
                    "カテゴリが{n}個あるのに、\"{positive}\" が指定されています"
                ),
                text!(
                    "only where raters use two words; here are {there}",
                    "評価者の値が2種類のときだけ。ここでは {there}"
                ),
            )])
        });
    };
    let yes = match positive {
        Some(positive) if positive != first && positive != second => {
            return Err(vec![
                asked
                    .source
                    .wrong(
                        Id::UnknownWord,
                        "--positive",
                        text!("no rater says \"{positive}\"", "\"{positive}\" と書いた評価者はいません"),
                        text!("one of {there}", "次のいずれか：{there}"),
                    )
                    .near(positive, [first.as_str(), second.as_str()]),
            ]);
        }
        Some(positive) => Some(positive),
        None => yes(&[first, second]),
    };
    if yes == Some(first.as_str()) {
        std::mem::swap(first, second);
    }
    asked.notes.push(text!(
        "\"{second}\" is taken as yes, \"{first}\" as no; --positive names the other.",
        "\"{second}\" を「はい」、\"{first}\" を「いいえ」とみなします。逆なら --positive で指定してください。"
    ));
    Ok(())
}

/// What judges how far raters or methods agree.
pub(super) fn asks<'a>(asked: &mut Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let request = asked.request;
    let raters = dense.columns("rater");
    let columns = || -> Vec<Argument<'a>> { raters.iter().map(|column| Argument::Rows(column.as_slice())).collect() };
    let rated = || raters.iter().flatten().copied().filter(|value| !value.is_nan());
    let gaps = raters.iter().flatten().any(|value| value.is_nan());
    let whole = rated().all(|value| value >= 0.0 && value.fract() == 0.0);
    let mut levels: Vec<f64> = rated().collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let words = asked.rated_by_word;
    let scale = match request.scale {
        Some(scale) => scale,
        None if words => Scale::Nominal,
        None if whole && levels.len() <= 2 && levels.iter().all(|level| *level < 2.0) => Scale::Nominal,
        None if whole && levels.len() <= 10 && levels.iter().all(|level| *level < 20.0) => Scale::Ordinal,
        None => Scale::Measurement,
    };
    if request.scale.is_none() {
        asked.notes.push(match scale {
            Scale::Nominal => Text::new(
                "The values are taken as categories without an order (--scale nominal).",
                "値は順序のないカテゴリとみなします（--scale nominal）。",
            ),
            Scale::Ordinal => Text::new(
                "The values are taken as grades from 0 to the largest (--scale ordinal).",
                "値は0から最大値までの段階とみなします（--scale ordinal）。",
            ),
            Scale::Measurement => Text::new(
                "The values are taken as measurements (--scale measurement).",
                "値は測定値とみなします（--scale measurement）。",
            ),
        });
    }
    let needs_all =
        Text::new("Some units were not rated by every rater.", "一部の対象を評価していない評価者がいます。");
    let complete = |ask: Ask<'a>| if gaps { Ask { columns: Err(needs_all.clone()), ..ask } } else { ask };
    let two = raters.len() == 2;
    let mut asks: Vec<Ask<'a>> = Vec::new();
    if scale == Scale::Measurement {
        let many = Some(&ICC_AGREEMENT_OF_RATERS as &dyn Columns);
        asks.push(complete(Ask { instead: many, ..Ask::new(&ICC_AGREEMENT, columns()) }));
        asks.push(complete(Ask::new(&ICC_CONSISTENCY, columns())));
        if two {
            for metric in [&LIN_CCC, &BLAND_ALTMAN_BIAS, &BLAND_ALTMAN_LOWER, &BLAND_ALTMAN_UPPER] {
                asks.push(Ask::new(metric, columns()));
            }
        } else {
            asks.push(Ask::new(&KRIPPENDORFF_ALPHA_INTERVAL, columns()));
        }
        return Ok(asks);
    }
    if !whole {
        let at = raters.iter().enumerate().find_map(|(k, column)| {
            column.iter().position(|v| !v.is_nan() && (*v < 0.0 || v.fract() != 0.0)).map(|row| (k, row))
        });
        if let Some((k, row)) = at {
            let name = asked.names("rater").get(k).map_or(String::new(), |name| (*name).to_owned());
            let expected = Text::new("a category as a whole number from 0", "0からの整数で表したカテゴリ");
            return Err(vec![asked.bad(&name, dense, row, &raters[k][row].to_string(), expected)]);
        }
    }
    let largest = levels.last().copied().unwrap_or(0.0);
    let least = order::floor_index(largest).saturating_add(1).max(2);
    let of_scale = match request.categories.map(|n| n as usize) {
        Some(n) if n < least || n > 1000 => {
            return Err(vec![asked.source.wrong(
                Id::OutOfRange,
                "--categories",
                Text::same(n.to_string()),
                text!(
                    "at least {least} (the largest value is {largest}, and they count from 0), and at most 1000",
                    "{least}以上（最大の値が{largest}で、0から数えます）、1000以下"
                ),
            )]);
        }
        Some(n) => n,
        None if least > 1000 => {
            return Err(vec![asked.source.wrong(
                Id::OutOfRange,
                "--scale",
                text!("categories up to {largest}", "{largest}までのカテゴリ"),
                Text::new(
                    "at most 1000 categories, or --scale measurement",
                    "1000個以下のカテゴリ、または --scale measurement",
                ),
            )]);
        }
        None => least,
    };
    let all = || Argument::Constant(of_scale as f64);
    if two {
        let of_scale_too = || columns().into_iter().chain([all()]).collect();
        asks.push(Ask::new(&PERCENT_AGREEMENT, columns()));
        asks.push(Ask::new(&COHEN_KAPPA, columns()));
        if scale == Scale::Ordinal {
            asks.push(Ask::new(&WEIGHTED_KAPPA, of_scale_too()));
        }
        asks.push(Ask::new(&GWET_AC1, columns()));
        if of_scale == 2 {
            for metric in [&PABAK, &POSITIVE_AGREEMENT, &NEGATIVE_AGREEMENT] {
                asks.push(Ask::new(metric, of_scale_too()));
            }
        }
    } else {
        let of_scale_first = || std::iter::once(all()).chain(columns()).collect();
        let many = Some(&GWET_AC1_OF_RATERS as &dyn Columns);
        asks.push(complete(Ask::new(&FLEISS_KAPPA, of_scale_first())));
        asks.push(Ask { instead: many, ..Ask::new(&GWET_AC1, of_scale_first()) });
    }
    asks.push(Ask::new(&KRIPPENDORFF_ALPHA_NOMINAL, columns()));
    if scale == Scale::Ordinal {
        asks.push(Ask::new(&KRIPPENDORFF_ALPHA_ORDINAL, columns()));
    }
    Ok(asks)
}
