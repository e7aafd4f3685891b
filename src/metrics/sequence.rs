//! Sequences: phases over time, such as the frames of an operation.
//!
//! All figures are of one video; the mean over videos is the caller's. No frames around a change of phase are forgiven
//! (no boundary relaxation).

use super::input::same_length;
use super::{BadInput, Estimate, Measure, Undefined};

/// The true and the predicted phase of every frame.
#[derive(Clone, Copy, Debug)]
pub struct Phases<'a> {
    truth: &'a [usize],
    predicted: &'a [usize],
}

impl<'a> Phases<'a> {
    /// Check two equally long sequences.
    pub fn new(truth: &'a [usize], predicted: &'a [usize]) -> Result<Self, BadInput> {
        same_length(("truth", truth.len()), ("predicted", predicted.len()))?;
        Ok(Self { truth, predicted })
    }

    fn not_empty(&self) -> Result<(), Undefined> {
        if self.truth.is_empty() { Err(Undefined::NoRows) } else { Ok(()) }
    }
}

/// A run of frames of one phase: the phase, its first frame, and the frame after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The phase.
    pub phase: usize,
    /// The first frame.
    pub start: usize,
    /// The frame after the last.
    pub end: usize,
}

/// The runs of equal phases.
pub fn segments(phases: &[usize]) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for (frame, &phase) in phases.iter().enumerate() {
        match out.last_mut() {
            Some(last) if last.phase == phase => last.end = frame + 1,
            _ => out.push(Segment { phase, start: frame, end: frame + 1 }),
        }
    }
    out
}

/// The edit score of segments: 1 − Levenshtein distance of the two orders of phases / the longer one's length. 0 to 1;
/// it looks at the order, not at the timing (Lea et al. 2016; often × 100). Undefined without frames.
pub fn edit_score(data: &Phases<'_>) -> Measure {
    data.not_empty()?;
    let (a, b) = (segments(data.truth), segments(data.predicted));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, truth) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, predicted) in b.iter().enumerate() {
            let change = diagonal + usize::from(truth.phase != predicted.phase);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    Ok(Estimate::plain(1.0 - row[b.len()] as f64 / a.len().max(b.len()) as f64, data.truth.len()))
}

/// Segment F1 at an `IoU` threshold: a predicted segment is right when the true segment of its phase that it overlaps
/// most has an `IoU` of at least `iou` with it and was not taken before (Lea et al. 2017). 0 to 1. Undefined without
/// frames.
pub fn segment_f1(data: &Phases<'_>, iou: f64) -> Measure {
    data.not_empty()?;
    let (truth, predicted) = (segments(data.truth), segments(data.predicted));
    let mut free = vec![true; truth.len()];
    let mut hits = 0;
    for p in &predicted {
        let overlap = |t: &Segment| {
            let both = p.end.min(t.end).saturating_sub(p.start.max(t.start));
            both as f64 / (p.end.max(t.end) - p.start.min(t.start)) as f64
        };
        let same = truth.iter().enumerate().filter(|(_, t)| t.phase == p.phase);
        let best = same.map(|(at, t)| (at, overlap(t))).reduce(|best, a| if a.1 > best.1 { a } else { best });
        if let Some((at, share)) = best
            && share >= iou
            && free[at]
        {
            free[at] = false;
            hits += 1;
        }
    }
    Ok(Estimate::plain(2.0 * f64::from(hits) / (truth.len() + predicted.len()) as f64, data.truth.len()))
}

/// The Jaccard index of phases: frames of a phase in truth and prediction over frames of it in either, averaged over
/// the phases that occur in either (a phase made up by the prediction counts 0; cf. Funke et al. 2023). 0 to 1.
/// Undefined without frames.
pub fn phase_jaccard(data: &Phases<'_>) -> Measure {
    data.not_empty()?;
    let mut phases: Vec<usize> = data.truth.iter().chain(data.predicted).copied().collect();
    phases.sort_unstable();
    phases.dedup();
    let index = |phase: &usize| {
        let pairs = || data.truth.iter().zip(data.predicted);
        let both = pairs().filter(|(t, p)| *t == phase && *p == phase).count();
        let either = pairs().filter(|(t, p)| *t == phase || *p == phase).count();
        both as f64 / either as f64
    };
    Ok(Estimate::plain(phases.iter().map(index).sum::<f64>() / phases.len() as f64, data.truth.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Truth 0 0 0 1 1 2, predicted 0 0 1 1 1 1: orders 012 against 01, one deletion of three.
        let data = Phases::new(&[0, 0, 0, 1, 1, 2], &[0, 0, 1, 1, 1, 1]).expect("sound input");
        assert!((edit_score(&data).expect("frames").value - 2.0 / 3.0).abs() < 1e-15);
        // IoU 2/3 and 2/4 of the two predicted segments: both right at .5, one at .6; five segments.
        assert!((segment_f1(&data, 0.5).expect("frames").value - 0.8).abs() < 1e-15);
        assert!((segment_f1(&data, 0.6).expect("frames").value - 0.4).abs() < 1e-15);
        // Phases: 2/3, 2/4 and 0/1.
        assert!((phase_jaccard(&data).expect("frames").value - (2.0 / 3.0 + 0.5) / 3.0).abs() < 1e-15);
        assert_eq!(edit_score(&Phases::new(&[], &[]).expect("sound input")), Err(Undefined::NoRows));
    }

    #[test]
    fn flicker_costs_edit_score_though_frames_agree() {
        let truth = [0; 50];
        let flicker: Vec<usize> = (0..50).map(|i| usize::from(i % 10 == 5)).collect();
        let data = Phases::new(&truth, &flicker).expect("sound input");
        assert!(edit_score(&data).expect("frames").value < 0.1);
    }
}
