//! Several classes, from how often each row was drawn: rows are sorted and sorted out once.

use super::super::estimate::Measure;
use super::super::input::Classes;
use super::super::intervals::Counted;
use super::super::order::{ascending, tied};

/// A figure of the confusion matrix of the rows drawn.
pub(super) fn of_matrix(data: &Classes<'_>, metric: fn(&[Vec<usize>]) -> Measure) -> Counted {
    let classes = data.classes();
    let cells: Vec<usize> =
        data.label().iter().enumerate().map(|(row, class)| class * classes + data.predicted(row)).collect();
    Box::new(move |counts| {
        let mut sums = vec![0_usize; classes * classes];
        for (&cell, &count) in cells.iter().zip(counts) {
            sums[cell] += usize::from(count);
        }
        let matrix: Vec<Vec<usize>> = sums.chunks(classes).map(<[usize]>::to_vec).collect();
        metric(&matrix).ok().map(|e| e.value)
    })
}

/// The mean over the rows drawn of a number of each row.
pub(crate) fn mean_drawn(values: Vec<f64>) -> Counted {
    Box::new(move |counts| {
        let (mut rows, mut sum) = (0_u64, 0.0);
        for (value, &count) in values.iter().zip(counts) {
            rows += u64::from(count);
            sum += f64::from(count) * value;
        }
        (rows > 0).then(|| sum / rows as f64)
    })
}

/// A figure of how well the probabilities of the rows drawn rank.
pub(super) fn of_areas(data: &Classes<'_>, figure: fn(&Areas) -> Option<f64>) -> Counted {
    let sorted: Vec<Sorted> = (0..data.classes()).map(|class| Sorted::new(data, class)).collect();
    Box::new(move |counts| figure(&Areas::new(&sorted, counts)))
}

/// The rows in order of the probability of one class.
struct Sorted {
    rows: Vec<usize>,
    /// Their classes, in that order.
    label: Vec<usize>,
    /// Whether a row ends a run of equal probabilities.
    last: Vec<bool>,
}

impl Sorted {
    fn new(data: &Classes<'_>, class: usize) -> Self {
        let p = data.column(class);
        let rows = ascending(p);
        let label = rows.iter().map(|&row| data.label()[row]).collect();
        let last = (0..rows.len()).map(|at| rows.get(at + 1).is_none_or(|&next| !tied(p[next], p[rows[at]]))).collect();
        Self { rows, label, last }
    }
}

/// Of the rows drawn, how many there are of each class, and for each class and each other twice the pairs (a row of the one, a row
/// of the other) in which the first has the higher probability of its class, ties counting one half: exact in whole numbers.
pub(super) struct Areas {
    sizes: Vec<u64>,
    twice: Vec<Vec<u64>>,
}

impl Areas {
    fn new(sorted: &[Sorted], counts: &[u8]) -> Self {
        let classes = sorted.len();
        let mut sizes = vec![0_u64; classes];
        if let Some(any) = sorted.first() {
            for (&row, &label) in any.rows.iter().zip(&any.label) {
                sizes[label] += u64::from(counts[row]);
            }
        }
        let pairs = |(class, of): (usize, &Sorted)| {
            let (mut below, mut now, mut twice) = (vec![0_u64; classes], vec![0_u64; classes], vec![0_u64; classes]);
            for ((&row, &label), &last) in of.rows.iter().zip(&of.label).zip(&of.last) {
                now[label] += u64::from(counts[row]);
                if last {
                    let cases = now[class];
                    for other in 0..classes {
                        twice[other] += cases * (2 * below[other] + now[other]);
                        below[other] += now[other];
                        now[other] = 0;
                    }
                }
            }
            twice
        };
        Self { sizes, twice: sorted.iter().enumerate().map(pairs).collect() }
    }

    /// The AUROC of a class against the rest; `None` where a class is absent.
    fn ovr(&self, class: usize) -> Option<f64> {
        let rows: u64 = self.sizes.iter().sum();
        let (cases, others) = (self.sizes[class], rows - self.sizes[class]);
        let twice: u64 = (0..self.sizes.len()).filter(|&k| k != class).map(|k| self.twice[class][k]).sum();
        (cases > 0 && others > 0).then(|| twice as f64 / (2.0 * cases as f64 * others as f64))
    }

    /// The mean of all of these.
    pub(super) fn ovr_macro(&self) -> Option<f64> {
        let areas = (0..self.sizes.len()).map(|class| self.ovr(class)).collect::<Option<Vec<f64>>>()?;
        Some(areas.iter().sum::<f64>() / areas.len() as f64)
    }

    /// The same, weighted by how often each class occurs.
    pub(super) fn ovr_weighted(&self) -> Option<f64> {
        let areas = (0..self.sizes.len()).map(|class| self.ovr(class)).collect::<Option<Vec<f64>>>()?;
        let sum: f64 = areas.iter().zip(&self.sizes).map(|(area, &n)| area * n as f64).sum();
        Some(sum / self.sizes.iter().sum::<u64>() as f64)
    }

    /// The mean over all ordered pairs of classes.
    pub(super) fn ovo_macro(&self) -> Option<f64> {
        let classes = self.sizes.len();
        if self.sizes.contains(&0) {
            return None;
        }
        let mut sum = 0.0;
        for class in 0..classes {
            for other in (0..classes).filter(|&k| k != class) {
                let pairs = 2.0 * self.sizes[class] as f64 * self.sizes[other] as f64;
                sum += self.twice[class][other] as f64 / pairs;
            }
        }
        Some(sum / (classes * (classes - 1)) as f64)
    }
}
