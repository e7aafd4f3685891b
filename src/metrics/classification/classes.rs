//! Several classes, with a probability for each.

use super::super::entry::{
    ALWAYS, Better, CORRELATION, Columns, FILE, Family, Held, Interval, Metric, Of, POSITIVE, Parameter, Plain,
    PlainCounted, Resampled, SHARE, Takes, Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{Binary, Classes};
use super::super::intervals::{Counted, proportion};
use super::super::order::floor_index;
use super::super::reason::{BadInput, Undefined};
use super::drawn::{Areas, mean_drawn, of_areas, of_matrix};
use super::ranking::{auroc, auroc_counted, auroc_value};
use diagnostics::text::Text;

/// Counts of true class (row) against most probable class (column); the lowest class wins ties.
pub fn confusion_matrix(data: &Classes<'_>) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; data.classes()]; data.classes()];
    for (row, &class) in data.label().iter().enumerate() {
        table[class][data.predicted(row)] += 1;
    }
    table
}

fn diagonal(table: &[Vec<usize>]) -> usize {
    table.iter().enumerate().map(|(k, row)| row[k]).sum()
}

fn all_sum(table: &[Vec<usize>]) -> usize {
    table.iter().flatten().sum()
}

fn row_sum(table: &[Vec<usize>], k: usize) -> usize {
    table[k].iter().sum()
}

fn column_sum(table: &[Vec<usize>], k: usize) -> usize {
    table.iter().map(|row| row[k]).sum()
}

/// Every class occurs, or the first that does not.
fn all_present(data: &Classes<'_>) -> Result<(), Undefined> {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    match data.counts().iter().position(|&n| n == 0) {
        None => Ok(()),
        Some(class) => Err(Undefined::ClassAbsent { class }),
    }
}

/// The share of rows whose most probable class is the true one. 0 to 1, Wilson interval.
pub fn multiclass_accuracy(data: &Classes<'_>) -> Measure {
    accuracy_of_matrix(&confusion_matrix(data))
}

fn accuracy_of_matrix(table: &[Vec<usize>]) -> Measure {
    let rows = all_sum(table);
    proportion(diagonal(table), rows, Undefined::NoRows)
}

/// The mean over classes of the share found. 0 to 1. Undefined when a class never occurs.
pub fn multiclass_balanced_accuracy(data: &Classes<'_>) -> Measure {
    balanced_accuracy_of_matrix(&confusion_matrix(data))
}

fn balanced_accuracy_of_matrix(table: &[Vec<usize>]) -> Measure {
    if all_sum(table) == 0 {
        return Err(Undefined::NoRows);
    }
    if let Some(class) = (0..table.len()).find(|&k| row_sum(table, k) == 0) {
        return Err(Undefined::ClassAbsent { class });
    }
    let sum: f64 = (0..table.len()).map(|k| table[k][k] as f64 / row_sum(table, k) as f64).sum();
    Ok(Estimate::plain(sum / table.len() as f64, all_sum(table)))
}

/// The unweighted mean of F1 over the classes that occur in truth or prediction (for any other, F1 is 0/0 and left
/// out). 0 to 1.
pub fn f1_macro(data: &Classes<'_>) -> Measure {
    f1_macro_of_matrix(&confusion_matrix(data))
}

fn f1_macro_of_matrix(table: &[Vec<usize>]) -> Measure {
    let (mut sum, mut classes) = (0.0, 0);
    for k in 0..table.len() {
        let whole = row_sum(table, k) + column_sum(table, k);
        if whole > 0 {
            sum += 2.0 * table[k][k] as f64 / whole as f64;
            classes += 1;
        }
    }
    if classes == 0 { Err(Undefined::NoRows) } else { Ok(Estimate::plain(sum / f64::from(classes), all_sum(table))) }
}

/// The multi-class correlation coefficient `R_k` (Gorodkin 2004). −1 to 1; by convention 0 when truth or prediction is
/// constant.
pub fn multiclass_mcc(data: &Classes<'_>) -> Measure {
    mcc_of_matrix(&confusion_matrix(data))
}

fn mcc_of_matrix(table: &[Vec<usize>]) -> Measure {
    let rows = all_sum(table);
    if rows == 0 {
        return Err(Undefined::NoRows);
    }
    let n = rows as f64;
    let (mut both, mut truths, mut guesses) = (0.0, 0.0, 0.0);
    for k in 0..table.len() {
        let (truth, guess) = (row_sum(table, k) as f64, column_sum(table, k) as f64);
        both += truth * guess;
        truths += truth * truth;
        guesses += guess * guess;
    }
    let product = (n * n - guesses) * (n * n - truths);
    let value = if product <= 0.0 { 0.0 } else { (diagonal(table) as f64 * n - both) / product.sqrt() };
    Ok(Estimate::plain(value, rows))
}

/// Cohen's kappa between true and most probable class, (observed − chance) / (1 − chance) (Cohen 1960). −1 to 1. Undefined
/// when chance agreement is 1.
pub fn multiclass_kappa(data: &Classes<'_>) -> Measure {
    kappa_of_matrix(&confusion_matrix(data))
}

fn kappa_of_matrix(table: &[Vec<usize>]) -> Measure {
    let rows = all_sum(table);
    if rows == 0 {
        return Err(Undefined::NoRows);
    }
    let n = rows as f64;
    let chance =
        (0..table.len()).map(|k| row_sum(table, k) as f64 * column_sum(table, k) as f64).sum::<f64>() / (n * n);
    if (1.0 - chance).abs() < 1e-15 {
        return Err(Undefined::ChanceAgreementCertain);
    }
    Ok(Estimate::plain((diagonal(table) as f64 / n - chance) / (1.0 - chance), rows))
}

/// The AUROC of each class against all others; undefined for a class that is absent, or the only one.
pub fn auroc_ovr(data: &Classes<'_>) -> Vec<Measure> {
    (0..data.classes()).map(|class| auroc_of(data, class)).collect()
}

/// The AUROC of one class against all others.
fn auroc_of(data: &Classes<'_>, class: usize) -> Measure {
    if data.rows() > 0 && !data.label().contains(&class) {
        return Err(Undefined::ClassAbsent { class });
    }
    let is_class: Vec<f64> = data.label().iter().map(|&y| if y == class { 1.0 } else { 0.0 }).collect();
    // The columns were checked when `Classes` was made.
    Binary::new(&is_class, data.column(class)).map_or(Err(Undefined::NoRows), |binary| auroc(&binary))
}

/// The unweighted mean of the one-vs-rest AUROCs. 0 to 1. Undefined when a class never occurs.
pub fn auroc_ovr_macro(data: &Classes<'_>) -> Measure {
    all_present(data)?;
    let areas = auroc_ovr(data).into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Estimate::plain(areas.iter().map(|a| a.value).sum::<f64>() / areas.len() as f64, data.rows()))
}

/// The mean of the one-vs-rest AUROCs, weighted by how often each class occurs. 0 to 1. Undefined when a class never
/// occurs.
pub fn auroc_ovr_weighted(data: &Classes<'_>) -> Measure {
    all_present(data)?;
    let areas = auroc_ovr(data).into_iter().collect::<Result<Vec<_>, _>>()?;
    let sum: f64 = areas.iter().zip(data.counts()).map(|(a, n)| a.value * n as f64).sum();
    Ok(Estimate::plain(sum / data.rows() as f64, data.rows()))
}

/// The mean AUROC over all pairs of classes, each pair in both directions (Hand & Till 2001): another quantity than
/// one-vs-rest, unaffected by prevalence. 0 to 1. Undefined when a class never occurs.
pub fn auroc_ovo_macro(data: &Classes<'_>) -> Measure {
    all_present(data)?;
    let mut sum = 0.0;
    for class in 0..data.classes() {
        for other in (0..data.classes()).filter(|&k| k != class) {
            let rows = || data.label().iter().enumerate().filter(|&(_, &y)| y == class || y == other);
            let label: Vec<f64> = rows().map(|(_, &y)| if y == class { 1.0 } else { 0.0 }).collect();
            let score: Vec<f64> = rows().map(|(row, _)| data.column(class)[row]).collect();
            sum += Binary::new(&label, &score).map_or(Err(Undefined::NoRows), |binary| auroc_value(&binary))?;
        }
    }
    let pairs = (data.classes() * (data.classes() - 1)) as f64;
    Ok(Estimate::plain(sum / pairs, data.rows()))
}

/// The mean of −ln p(true class), p clipped to 2.2e−16 from 0 and 1 as in scikit-learn. 0 to 36; natural logarithm.
pub fn multiclass_log_loss(data: &Classes<'_>) -> Measure {
    if data.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    Ok(Estimate::plain(losses(data).iter().sum::<f64>() / data.rows() as f64, data.rows()))
}

/// −ln p(true class) of every row.
fn losses(data: &Classes<'_>) -> Vec<f64> {
    let loss = |(row, &class): (usize, &usize)| -data.column(class)[row].clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
    data.label().iter().enumerate().map(loss).collect()
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of several classes, and what does so from counts.
pub(in super::super) struct OfClasses(
    pub(in super::super) fn(&Classes<'_>) -> Measure,
    pub(in super::super) fn(&Classes<'_>) -> Counted,
);

impl Columns for OfClasses {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Category, Takes::PerClass]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        Ok((self.0)(&of_columns(columns)?))
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        Some((self.1)(&of_columns(columns).ok()?))
    }
}

/// Classes from a label and a column of probabilities for each.
fn of_columns<'a>(columns: &'a [&'a [f64]]) -> Result<Classes<'a>, BadInput> {
    let (label, columns) = columns.split_first().ok_or(BadInput::ColumnCount { expected: 3, found: 0 })?;
    Classes::new(label, columns)
}

metrics![
    MULTICLASS_ACCURACY = Metric {
        name: "multiclass_accuracy",
        title: Text::new("accuracy", "正診率"),
        help: Text::new(
            "The share of rows whose most probable class is the true one.",
            "最も確率の高いクラスが正解だった行の割合です。"
        ),
        family: Family::Classes,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "Σ_k n_kk / n",
        of: Of::Columns(&OfClasses(multiclass_accuracy, |data| of_matrix(data, accuracy_of_matrix))),
    },
    MULTICLASS_BALANCED_ACCURACY = Metric {
        name: "multiclass_balanced_accuracy",
        title: Text::new("balanced accuracy", "バランス正解率"),
        help: Text::new("The mean over classes of the share found.", "クラスごとの感度の平均です。"),
        family: Family::Classes,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Outcome, Resampled::Plain),
        shown: ALWAYS,
        source: "mean of n_kk / n_k over classes",
        of: Of::Columns(&OfClasses(multiclass_balanced_accuracy, |data| of_matrix(data, balanced_accuracy_of_matrix))),
    },
    F1_MACRO = Metric {
        name: "f1_macro",
        title: Text::new("F1 (mean of classes)", "F1（クラス平均）"),
        help: Text::new("The mean over classes of F1.", "クラスごとのF1の平均です。"),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: ALWAYS,
        source: "mean of 2 n_kk / (row sum + column sum) over classes",
        of: Of::Columns(&OfClasses(f1_macro, |data| of_matrix(data, f1_macro_of_matrix))),
    },
    MULTICLASS_MCC = Metric {
        name: "multiclass_mcc",
        title: Text::new("Matthews correlation", "Matthews相関係数"),
        help: Text::new(
            "Matthews' correlation of several classes; 0 where truth or prediction is constant.",
            "多クラスのMatthews相関係数です。正解か予測が一定のときは0とします。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "R_K (Gorodkin 2004)",
        of: Of::Columns(&OfClasses(multiclass_mcc, |data| of_matrix(data, mcc_of_matrix))),
    },
    MULTICLASS_KAPPA = Metric {
        name: "multiclass_kappa",
        title: Text::new("Cohen's kappa", "Cohenのκ係数"),
        help: Text::new(
            "Cohen's kappa between true and most probable class.",
            "正解のクラスと最も確率の高いクラスとのCohenのκ係数です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "(p_o − p_e) / (1 − p_e) (Cohen 1960)",
        of: Of::Columns(&OfClasses(multiclass_kappa, |data| of_matrix(data, kappa_of_matrix))),
    },
    AUROC_OVR_MACRO = Metric {
        name: "auroc_ovr_macro",
        title: Text::new("AUROC one against rest (mean)", "AUROC（1対他、平均）"),
        help: Text::new(
            "The mean AUROC of each class against all others.",
            "各クラスとそれ以外を見分けるAUROCの平均です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean over classes of the AUROC of each against the rest",
        of: Of::Columns(&OfClasses(auroc_ovr_macro, |data| of_areas(data, Areas::ovr_macro))),
    },
    AUROC_OVR_WEIGHTED = Metric {
        name: "auroc_ovr_weighted",
        title: Text::new("AUROC one against rest (weighted)", "AUROC（1対他、加重）"),
        help: Text::new(
            "The same mean, weighted by how often each class occurs.",
            "同じAUROCを、クラスの頻度で加重した平均です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "the same, weighted by how often each class occurs",
        of: Of::Columns(&OfClasses(auroc_ovr_weighted, |data| of_areas(data, Areas::ovr_weighted))),
    },
    AUROC_OVO_MACRO = Metric {
        name: "auroc_ovo_macro",
        title: Text::new("AUROC one against one (mean)", "AUROC（1対1、平均）"),
        help: Text::new(
            "The mean AUROC over all pairs of classes.",
            "2つのクラスの組すべてについてのAUROCの平均です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Outcome, Resampled::Plain),
        shown: FILE,
        source: "mean over ordered pairs of classes (Hand & Till 2001)",
        of: Of::Columns(&OfClasses(auroc_ovo_macro, |data| of_areas(data, Areas::ovo_macro))),
    },
    MULTICLASS_LOG_LOSS = Metric {
        name: "multiclass_log_loss",
        title: Text::new("log loss", "対数損失"),
        help: Text::new(
            "The mean negative log-probability of the true class.",
            "正解のクラスの確率の対数（符号を逆にしたもの）の平均です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean of −ln p(true class) (Good 1952)",
        of: Of::Columns(&OfClasses(multiclass_log_loss, |data| mean_drawn(losses(data)))),
    },
    AUROC_OVR = Metric {
        name: "auroc_ovr",
        title: Text::new("AUROC of", "AUROC："),
        help: Text::new(
            "The AUROC of one class against all others; DeLong interval.",
            "1つのクラスとそれ以外を見分けるAUROCです。区間はDeLong法です。"
        ),
        family: Family::Classes,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::DeLong,
        shown: ALWAYS,
        source: "AUROC of one class against the rest (DeLong et al. 1988)",
        of: Of::Columns(&PlainCounted {
            plain: Plain {
                takes: &[Takes::Number(Parameter::Class), Takes::Category, Takes::PerClass],
                compute: |c| {
                    let (of, rest) = c.split_first().ok_or(BadInput::ColumnCount { expected: 4, found: 0 })?;
                    let of = floor_index(of.first().copied().unwrap_or(0.0));
                    let data = of_columns(rest)?;
                    let there = of < data.classes();
                    Ok(if there { auroc_of(&data, of) } else { Err(Undefined::ClassAbsent { class: of }) })
                },
            },
            counted: |c| {
                let (of, rest) = c.split_first()?;
                let (of, data) = (floor_index(*of.first()?), of_columns(rest).ok()?);
                let is_class: Vec<f64> = data.label().iter().map(|&y| if y == of { 1.0 } else { 0.0 }).collect();
                (of < data.classes()).then(|| auroc_counted(&is_class, data.column(of)))
            },
        }),
    },
];
