//! Decisions: the 2 × 2 table of alerts and outcomes.

use super::super::distributions::Z95;
use super::super::entry::{
    ALWAYS, ANY, Better, CORRELATION, Columns, FILE, FILE_RUN, Family, Held, Interval, Metric, NOWHERE, Of, POSITIVE,
    Parameter, Plain, PlainCounted, Resampled, SHARE, Takes, Unit, metrics,
};
use super::super::estimate::{Estimate, Measure};
use super::super::input::{Binary, number, same_length, take, zero_or_one};
use super::super::intervals::{Counted, proportion};
use super::super::reason::{BadInput, Undefined};
use super::drawn::mean_drawn;
use diagnostics::text::Text;

/// The four counts of alerts against outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Alert, and the outcome occurred.
    pub true_positives: usize,
    /// Alert, but no outcome.
    pub false_positives: usize,
    /// No alert, and no outcome.
    pub true_negatives: usize,
    /// No alert, but the outcome occurred: missed.
    pub false_negatives: usize,
}

impl Confusion {
    /// Count labels (0 or 1) against alerts (0 or 1).
    pub fn new(label: &[f64], alert: &[f64]) -> Result<Self, BadInput> {
        same_length(("label", label.len()), ("alert", alert.len()))?;
        zero_or_one("label", label)?;
        zero_or_one("alert", alert)?;
        Ok(Self::count(label.iter().zip(alert).map(|(&y, &a)| (y > 0.5, a > 0.5))))
    }

    /// Count the alerts raised when the score is at least `threshold` (≥, never >).
    pub fn at(data: &Binary<'_>, threshold: f64) -> Self {
        Self::count(data.pairs().map(|(y, score)| (y, score >= threshold)))
    }

    fn count(rows: impl Iterator<Item = (bool, bool)>) -> Self {
        let mut cells = [0; 4];
        for (case, alert) in rows {
            cells[usize::from(case) * 2 + usize::from(alert)] += 1;
        }
        Self::of_cells(cells)
    }

    /// From the counts of true negatives, false positives, false negatives, true positives.
    pub(in super::super) fn of_cells(
        [true_negatives, false_positives, false_negatives, true_positives]: [usize; 4],
    ) -> Self {
        Self { true_positives, false_positives, true_negatives, false_negatives }
    }

    /// The counts of these rows and of others.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            true_positives: self.true_positives + other.true_positives,
            false_positives: self.false_positives + other.false_positives,
            true_negatives: self.true_negatives + other.true_negatives,
            false_negatives: self.false_negatives + other.false_negatives,
        }
    }

    /// Rows with the outcome.
    pub fn positives(&self) -> usize {
        self.true_positives + self.false_negatives
    }

    /// Rows without the outcome.
    pub fn negatives(&self) -> usize {
        self.true_negatives + self.false_positives
    }

    /// Rows with an alert.
    pub fn alerts(&self) -> usize {
        self.true_positives + self.false_positives
    }

    /// All rows.
    pub fn rows(&self) -> usize {
        self.positives() + self.negatives()
    }

    /// The four counts as numbers: true and false positives, true and false negatives.
    fn cells(&self) -> [f64; 4] {
        [self.true_positives, self.false_positives, self.true_negatives, self.false_negatives].map(|k| k as f64)
    }

    /// `value` on all rows, or [`Undefined::NoRows`].
    fn of_rows(&self, value: impl FnOnce() -> f64) -> Measure {
        if self.rows() == 0 { Err(Undefined::NoRows) } else { Ok(Estimate::plain(value(), self.rows())) }
    }

    /// Both classes are there, or the reason why a figure that needs both does not exist.
    fn both_classes(&self) -> Result<(), Undefined> {
        match (self.positives(), self.negatives()) {
            (0, 0) => Err(Undefined::NoRows),
            (0, _) => Err(Undefined::NoPositives),
            (_, 0) => Err(Undefined::NoNegatives),
            _ => Ok(()),
        }
    }
}

/// Sensitivity (true positive rate, recall): the share of cases that raised an alert. 0 to 1, Wilson interval.
/// Undefined without cases.
pub fn sensitivity(table: &Confusion) -> Measure {
    proportion(table.true_positives, table.positives(), Undefined::NoPositives)
}

/// Specificity (true negative rate): the share of non-cases without an alert. 0 to 1, Wilson interval.
/// Undefined without non-cases.
pub fn specificity(table: &Confusion) -> Measure {
    proportion(table.true_negatives, table.negatives(), Undefined::NoNegatives)
}

/// False positive rate, 1 − specificity. 0 to 1, Wilson interval. Undefined without non-cases.
pub fn false_positive_rate(table: &Confusion) -> Measure {
    proportion(table.false_positives, table.negatives(), Undefined::NoNegatives)
}

/// Positive predictive value (precision): the share of alerts that are right. 0 to 1, Wilson interval. Undefined
/// without alerts: never 0.
pub fn ppv(table: &Confusion) -> Measure {
    proportion(table.true_positives, table.alerts(), Undefined::NothingPredictedPositive)
}

/// Negative predictive value: the share of rows without an alert that are no case. 0 to 1, Wilson interval. Undefined
/// when every row has an alert.
pub fn npv(table: &Confusion) -> Measure {
    proportion(table.true_negatives, table.rows() - table.alerts(), Undefined::NothingPredictedNegative)
}

/// The share of decisions that are right. 0 to 1, Wilson interval.
pub fn accuracy(table: &Confusion) -> Measure {
    proportion(table.true_positives + table.true_negatives, table.rows(), Undefined::NoRows)
}

/// The mean of sensitivity and specificity. 0 to 1; 0.5 is what a constant decision gets. Undefined unless both classes
/// occur (some libraries then average over the classes present).
pub fn balanced_accuracy(table: &Confusion) -> Measure {
    table.both_classes()?;
    Ok(Estimate::plain(0.5 * (sensitivity(table)?.value + specificity(table)?.value), table.rows()))
}

/// Youden's J, sensitivity + specificity − 1. −1 to 1. Undefined unless both classes occur.
pub fn youden(table: &Confusion) -> Measure {
    table.both_classes()?;
    Ok(Estimate::plain(sensitivity(table)?.value + specificity(table)?.value - 1.0, table.rows()))
}

/// The F score, (1 + β²) TP / ((1 + β²) TP + β² FN + FP): the harmonic mean of PPV and sensitivity, the latter weighted
/// β². 0 to 1. Undefined (0/0) without any case and any alert (van Rijsbergen 1979).
pub fn f_beta(table: &Confusion, beta: f64) -> Measure {
    let [tp, fp, _, misses] = table.cells();
    let square = beta * beta;
    let whole = (1.0 + square) * tp + square * misses + fp;
    if table.positives() + table.alerts() == 0 {
        return Err(if table.rows() == 0 { Undefined::NoRows } else { Undefined::NoCaseAndNoAlert });
    }
    // β = 0 leaves PPV, which needs an alert.
    if whole <= 0.0 {
        return Err(Undefined::NothingPredictedPositive);
    }
    Ok(Estimate::plain((1.0 + square) * tp / whole, table.rows()))
}

/// F1, the harmonic mean of PPV and sensitivity: [`f_beta`] with β = 1. 0 to 1.
pub fn f1(table: &Confusion) -> Measure {
    f_beta(table, 1.0)
}

/// Matthews' correlation coefficient of alert and outcome. −1 to 1. By convention 0 (no association) when a row or a
/// column of the table is empty, as in scikit-learn (Matthews 1975).
pub fn mcc(table: &Confusion) -> Measure {
    let [tp, fp, tn, misses] = table.cells();
    table.of_rows(|| {
        let product = (tp + fp) * (tp + misses) * (tn + fp) * (tn + misses);
        if product <= 0.0 { 0.0 } else { (tp * tn - fp * misses) / product.sqrt() }
    })
}

/// Cohen's kappa between alert and outcome: agreement beyond chance, (observed − chance) / (1 − chance) (Cohen 1960). −1
/// to 1. Undefined when chance agreement is 1 (both constant and equal).
pub fn cohen_kappa(table: &Confusion) -> Measure {
    let [tp, fp, tn, misses] = table.cells();
    let n = table.rows() as f64;
    if table.rows() == 0 {
        return Err(Undefined::NoRows);
    }
    let chance = ((tp + fp) * (tp + misses) + (tn + fp) * (tn + misses)) / (n * n);
    if (1.0 - chance).abs() < 1e-15 {
        return Err(Undefined::ChanceAgreementCertain);
    }
    Ok(Estimate::plain(((tp + tn) / n - chance) / (1.0 - chance), table.rows()))
}

/// The positive likelihood ratio, sensitivity / (1 − specificity): the factor by which an alert raises the odds. 0 to ∞
/// (∞ with true but no false positives). Undefined when a class is missing, and as 0/0 without alerts. Interval on the
/// log scale (Simel, Samsa & Matchar 1991) when both cells are filled.
pub fn lr_positive(table: &Confusion) -> Measure {
    table.both_classes()?;
    if table.alerts() == 0 {
        return Err(Undefined::NothingPredictedPositive);
    }
    Ok(ratio((table.true_positives, table.positives()), (table.false_positives, table.negatives()), table.rows()))
}

/// The negative likelihood ratio, (1 − sensitivity) / specificity: the factor by which the absence of an alert changes
/// the odds. 0 to ∞. Undefined when a class is missing, and as 0/0 when every row has an alert. Interval as for
/// [`lr_positive`].
pub fn lr_negative(table: &Confusion) -> Measure {
    table.both_classes()?;
    if table.alerts() == table.rows() {
        return Err(Undefined::NothingPredictedNegative);
    }
    Ok(ratio((table.false_negatives, table.positives()), (table.true_negatives, table.negatives()), table.rows()))
}

/// The ratio of two independent proportions with its log-scale Wald interval.
fn ratio((k, n): (usize, usize), (l, m): (usize, usize), rows: usize) -> Estimate {
    let (upper, lower) = (k as f64 / n as f64, l as f64 / m as f64);
    let error = (1.0 / k as f64 - 1.0 / n as f64 + 1.0 / l as f64 - 1.0 / m as f64).sqrt();
    let value = upper / lower;
    let interval = (k > 0 && l > 0).then(|| (value * (-Z95 * error).exp(), value * (Z95 * error).exp()));
    Estimate::plain(value, rows).with(interval)
}

/// The mean cost of the decisions, (`cost_fp` · FP + `cost_fn` · FN) / n, in the unit of the costs; right decisions
/// cost 0.
pub fn expected_cost(table: &Confusion, cost_fp: f64, cost_fn: f64) -> Measure {
    let [_, fp, _, misses] = table.cells();
    table.of_rows(|| (cost_fp * fp + cost_fn * misses) / table.rows() as f64)
}

/// The share of rows with an alert. 0 to 1, Wilson interval.
pub fn alert_rate(table: &Confusion) -> Measure {
    proportion(table.alerts(), table.rows(), Undefined::NoRows)
}

/// The share of rows with the outcome. 0 to 1, Wilson interval.
pub fn prevalence(table: &Confusion) -> Measure {
    proportion(table.positives(), table.rows(), Undefined::NoRows)
}

/// Alerts per true case found, 1 / PPV (number needed to evaluate). 1 to ∞ (∞ when no alert is right). The interval is
/// that of PPV (Wilson), inverted. Undefined without alerts.
pub fn alerts_per_true_case(table: &Confusion) -> Measure {
    let share = ppv(table)?;
    let interval = share.interval.map(|(low, high)| (1.0 / high, 1.0 / low));
    Ok(Estimate { value: 1.0 / share.value, interval, n: share.n })
}

/// Missed cases per 1,000 rows, 1,000 · FN / n. The interval is Wilson's, scaled.
pub fn missed_per_1000(table: &Confusion) -> Measure {
    Ok(proportion(table.false_negatives, table.rows(), Undefined::NoRows)?.scaled(1000.0))
}

/// False alerts per 1,000 rows, 1,000 · FP / n. The interval is Wilson's, scaled.
pub fn false_alerts_per_1000(table: &Confusion) -> Measure {
    Ok(proportion(table.false_positives, table.rows(), Undefined::NoRows)?.scaled(1000.0))
}

// ---- entries -------------------------------------------------------------------------------------------------------

/// What computes a metric of decisions.
pub(in super::super) struct Decided(fn(&Confusion) -> Measure);

impl Columns for Decided {
    fn takes(&self) -> &'static [Takes] {
        &[Takes::Label, Takes::Alert]
    }

    fn compute(&self, columns: &[&[f64]]) -> Result<Measure, BadInput> {
        let [label, alert] = take(columns)?;
        Ok((self.0)(&Confusion::new(label, alert)?))
    }

    fn counted(&self, columns: &[&[f64]]) -> Option<Counted> {
        let [label, alert] = take(columns).ok()?;
        let (cells, metric) = (Cells::new(label, alert)?, self.0);
        Some(Box::new(move |counts| metric(&cells.table(counts)).ok().map(|e| e.value)))
    }
}

/// The cell of each row in the 2 × 2 table: 2 for a case, and 1 for an alert.
pub(in super::super) struct Cells(pub(in super::super) Vec<u8>);

impl Cells {
    /// From labels and alerts; `None` where one is neither 0 nor 1.
    pub(in super::super) fn new(label: &[f64], alert: &[f64]) -> Option<Self> {
        zero_or_one("label", label).ok()?;
        zero_or_one("alert", alert).ok()?;
        Some(Self(label.iter().zip(alert).map(|(&y, &a)| 2 * u8::from(y > 0.5) + u8::from(a > 0.5)).collect()))
    }

    /// The table of the rows drawn.
    pub(in super::super) fn table(&self, counts: &[u8]) -> Confusion {
        let mut sums = [0_usize; 4];
        // In short runs, whose sums fit into 32 bits: so that several rows are added at a time.
        for (cells, counts) in self.0.chunks(1 << 16).zip(counts.chunks(1 << 16)) {
            for (cell, sum) in (0_u8..).zip(&mut sums) {
                let of = cells.iter().zip(counts).map(|(&c, &n)| u32::from(n) * u32::from(c == cell));
                *sum += of.sum::<u32>() as usize;
            }
        }
        Confusion::of_cells(sums)
    }
}

metrics![
    PREVALENCE = Metric {
        name: "prevalence",
        title: Text::new("prevalence", "転帰ありの割合"),
        help: Text::new(
            "The share of rows with the outcome.",
            "転帰が陽性の行の割合です（病気の有無なら有病率、新たに起きたかどうかなら発症割合）。"
        ),
        family: Family::Outcome,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "(TP + FN) / n",
        of: Of::Columns(&PlainCounted {
            plain: Plain {
                takes: &[Takes::Label],
                compute: |c| {
                    let [label] = take(c)?;
                    Ok(prevalence(&Confusion::new(label, label)?))
                },
            },
            counted: |c| Some(mean_drawn(take::<1>(c).ok()?[0].to_vec())),
        }),
    },
    SENSITIVITY = Metric {
        name: "sensitivity",
        title: Text::new("sensitivity", "感度"),
        help: Text::new("The share of cases that raised an alert.", "症例のうち、警報が出たものの割合です。"),
        family: Family::Decisions,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "TP / (TP + FN)",
        of: Of::Columns(&Decided(sensitivity)),
    },
    SPECIFICITY = Metric {
        name: "specificity",
        title: Text::new("specificity", "特異度"),
        help: Text::new("The share of non-cases without an alert.", "非症例のうち、警報が出なかったものの割合です。"),
        family: Family::Decisions,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "TN / (TN + FP)",
        of: Of::Columns(&Decided(specificity)),
    },
    FALSE_POSITIVE_RATE = Metric {
        name: "false_positive_rate",
        title: Text::new("false positive rate", "偽陽性率"),
        help: Text::new("The share of non-cases with an alert.", "非症例のうち、警報が出てしまったものの割合です。"),
        family: Family::Decisions,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Lower,
        interval: Interval::Wilson,
        shown: NOWHERE,
        source: "FP / (TN + FP)",
        of: Of::Columns(&Decided(false_positive_rate)),
    },
    PPV = Metric {
        name: "ppv",
        title: Text::new("PPV", "陽性的中率"),
        help: Text::new("The share of alerts that are right.", "警報のうち、正しかったものの割合（陽性的中率）です。"),
        family: Family::Decisions,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "TP / (TP + FP)",
        of: Of::Columns(&Decided(ppv)),
    },
    NPV = Metric {
        name: "npv",
        title: Text::new("NPV", "陰性的中率"),
        help: Text::new(
            "The share of those without an alert who are indeed no case.",
            "警報が出なかった人のうち、実際に転帰がなかった人の割合です。"
        ),
        family: Family::Decisions,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: FILE_RUN,
        source: "TN / (TN + FN)",
        of: Of::Columns(&Decided(npv)),
    },
    ACCURACY = Metric {
        name: "accuracy",
        title: Text::new("accuracy", "正診率"),
        help: Text::new(
            "The share of decisions that are right; misleading when the outcome is rare.",
            "判断が正しかった割合です。転帰がまれなときは誤解を招きます。"
        ),
        family: Family::Decisions,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Wilson,
        shown: FILE,
        source: "(TP + TN) / n",
        of: Of::Columns(&Decided(accuracy)),
    },
    BALANCED_ACCURACY = Metric {
        name: "balanced_accuracy",
        title: Text::new("balanced accuracy", "バランス正解率"),
        help: Text::new("The mean of sensitivity and specificity.", "感度と特異度の平均です。"),
        family: Family::Decisions,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Outcome, Resampled::Plain),
        shown: FILE,
        source: "(sensitivity + specificity) / 2",
        of: Of::Columns(&Decided(balanced_accuracy)),
    },
    YOUDEN = Metric {
        name: "youden",
        title: Text::new("Youden's index", "Youden指数"),
        help: Text::new("Sensitivity + specificity − 1.", "感度＋特異度−1（Youden指数）です。"),
        family: Family::Decisions,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Outcome, Resampled::Plain),
        shown: FILE,
        source: "sensitivity + specificity − 1 (Youden 1950)",
        of: Of::Columns(&Decided(youden)),
    },
    F1 = Metric {
        name: "f1",
        title: Text::new("F1", "F1"),
        help: Text::new("The harmonic mean of PPV and sensitivity.", "陽性的中率と感度の調和平均です。"),
        family: Family::Decisions,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "2 TP / (2 TP + FP + FN) (van Rijsbergen 1979)",
        of: Of::Columns(&Decided(f1)),
    },
    MCC = Metric {
        name: "mcc",
        title: Text::new("Matthews correlation", "Matthews相関係数"),
        help: Text::new(
            "Matthews' correlation of alert and outcome; 0 where either is constant.",
            "警報と転帰の相関（Matthews相関係数）です。どちらかが一定のときは0とします。"
        ),
        family: Family::Decisions,
        unit: Unit::Ratio,
        range: CORRELATION,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "(TP · TN − FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)) (Matthews 1975)",
        of: Of::Columns(&Decided(mcc)),
    },
    LR_POSITIVE = Metric {
        name: "lr_positive",
        title: Text::new("LR+", "陽性尤度比"),
        help: Text::new(
            "The factor by which an alert raises the odds of the outcome.",
            "警報が出たときに、転帰のオッズが何倍になるか（陽性尤度比）です。"
        ),
        family: Family::Decisions,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Higher,
        interval: Interval::Log,
        shown: FILE,
        source: "sensitivity / (1 − specificity) (Simel, Samsa & Matchar 1991)",
        of: Of::Columns(&Decided(lr_positive)),
    },
    LR_NEGATIVE = Metric {
        name: "lr_negative",
        title: Text::new("LR−", "陰性尤度比"),
        help: Text::new(
            "The factor by which the absence of an alert changes the odds of the outcome.",
            "警報が出なかったときに、転帰のオッズが何倍になるか（陰性尤度比）です。"
        ),
        family: Family::Decisions,
        unit: Unit::Ratio,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Log,
        shown: FILE,
        source: "(1 − sensitivity) / specificity (Simel, Samsa & Matchar 1991)",
        of: Of::Columns(&Decided(lr_negative)),
    },
    ALERT_RATE = Metric {
        name: "alert_rate",
        title: Text::new("alerts per 1,000", "1,000人あたりの警報"),
        help: Text::new(
            "The share of rows with an alert; shown per 1,000.",
            "警報が出た行の割合です（1,000人あたりの人数で示します）。"
        ),
        family: Family::Decisions,
        unit: Unit::PerThousand,
        range: SHARE,
        better: Better::Neither,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "(TP + FP) / n",
        of: Of::Columns(&Decided(alert_rate)),
    },
    ALERTS_PER_TRUE_CASE = Metric {
        name: "alerts_per_true_case",
        title: Text::new("alerts per true case", "真陽性1人あたりの警報"),
        help: Text::new(
            "How many alerts are worked through for one true case (1 / PPV).",
            "真の症例1件を見つけるまでに確認する警報の数（1／陽性的中率）です。"
        ),
        family: Family::Decisions,
        unit: Unit::Count,
        range: (1.0, f64::INFINITY),
        better: Better::Lower,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "1 / PPV",
        of: Of::Columns(&Decided(alerts_per_true_case)),
    },
    MISSED_PER_1000 = Metric {
        name: "missed_per_1000",
        title: Text::new("missed per 1,000", "1,000人あたりの見逃し"),
        help: Text::new("Missed cases per 1,000 rows.", "1,000行あたりの見逃し件数です。"),
        family: Family::Decisions,
        unit: Unit::OfThousand,
        range: (0.0, 1000.0),
        better: Better::Lower,
        interval: Interval::Wilson,
        shown: ALWAYS,
        source: "1000 · FN / n",
        of: Of::Columns(&Decided(missed_per_1000)),
    },
    FALSE_ALERTS_PER_1000 = Metric {
        name: "false_alerts_per_1000",
        title: Text::new("false alerts per 1,000", "1,000人あたりの誤警報（偽陽性）"),
        help: Text::new("False alerts per 1,000 rows.", "1,000行あたりの誤警報（偽陽性）の件数です。"),
        family: Family::Decisions,
        unit: Unit::OfThousand,
        range: (0.0, 1000.0),
        better: Better::Lower,
        interval: Interval::Wilson,
        shown: FILE,
        source: "1000 · FP / n",
        of: Of::Columns(&Decided(false_alerts_per_1000)),
    },
    EXPECTED_COST = Metric {
        name: "expected_cost",
        title: Text::new("mean cost of a decision", "判断1件あたりの費用"),
        help: Text::new(
            "The mean cost of a decision, given the costs of a false alert and of a missed case.",
            "誤警報（偽陽性）と見逃し（偽陰性）の費用を与えたときの、判断1件あたりの平均費用です。"
        ),
        family: Family::Decisions,
        unit: Unit::Own,
        range: ANY,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: NOWHERE,
        source: "(cost_fp · FP + cost_fn · FN) / n",
        of: Of::Columns(&Plain {
            takes: &[Takes::Label, Takes::Alert, Takes::Number(Parameter::CostFp), Takes::Number(Parameter::CostFn)],
            compute: |c| {
                let [label, alert, cost_fp, cost_fn] = take(c)?;
                let table = Confusion::new(label, alert)?;
                let cost = |name, column| number(name, column, (f64::MIN, f64::MAX));
                let (cost_fp, cost_fn) = (cost("cost_fp", cost_fp)?, cost("cost_fn", cost_fn)?);
                Ok(cost_fp.and_then(|cost_fp| expected_cost(&table, cost_fp, cost_fn?)))
            },
        }),
    },
];
