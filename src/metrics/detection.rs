//! Detection: boxes found, missed and made up.

use super::intervals::{proportion, wilson};
use super::order::{descending, tied};
use super::{BadInput, Estimate, Measure, Undefined};

/// An axis-parallel box with continuous corners (no + 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left.
    pub x1: f64,
    /// Top.
    pub y1: f64,
    /// Right.
    pub x2: f64,
    /// Bottom.
    pub y2: f64,
}

impl Rect {
    fn area(&self) -> f64 {
        (self.x2 - self.x1) * (self.y2 - self.y1)
    }
}

/// Intersection over union of two boxes. 0 to 1; 0 when neither has an area.
pub fn box_iou(a: &Rect, b: &Rect) -> f64 {
    let width = a.x2.min(b.x2) - a.x1.max(b.x1);
    let height = a.y2.min(b.y2) - a.y1.max(b.y1);
    if width <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    let both = width * height;
    both / (a.area() + b.area() - both)
}

/// A predicted box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The image, from 1.
    pub image: usize,
    /// Where.
    pub rect: Rect,
    /// How sure.
    pub score: f64,
    /// What it is said to be; the same throughout where there is but one kind of object.
    pub class: usize,
}

/// A true box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// The image, from 1.
    pub image: usize,
    /// Where.
    pub rect: Rect,
    /// What it is; the same throughout where there is but one kind of object.
    pub class: usize,
}

/// Predicted and true boxes of a set of images, also of those without any box.
#[derive(Clone, Debug)]
pub struct Detections {
    /// For each image its predictions with score and class, most certain first; ties keep their order.
    predictions: Vec<Vec<(Rect, f64, usize)>>,
    /// For each image its true boxes with their class.
    truth: Vec<Vec<(Rect, usize)>>,
    objects: usize,
    /// The classes of the true boxes, ascending.
    classes: Vec<usize>,
    /// Whether all boxes, predicted and true, are of one class.
    one_class: bool,
}

/// A prediction after matching.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matched {
    /// Its score.
    pub score: f64,
    /// Whether it was matched to a true box.
    pub hit: bool,
}

/// The most boxes per image that COCO evaluates.
const MOST_PER_IMAGE: usize = 100;

impl Detections {
    /// Check boxes (finite, corners in order) and image numbers (1 to `images`).
    pub fn new(predictions: &[Prediction], truth: &[Truth], images: usize) -> Result<Self, BadInput> {
        let mut predicted = vec![Vec::new(); images];
        for (at, p) in predictions.iter().enumerate() {
            check("prediction", at, p.image, images, &p.rect)?;
            if !p.score.is_finite() {
                return Err(BadInput::NotFinite { column: "score", row: at + 1 });
            }
            predicted[p.image - 1].push((p.rect, p.score, p.class));
        }
        for image in &mut predicted {
            image.sort_by(|a, b| (b.1 + 0.0).total_cmp(&(a.1 + 0.0)));
        }
        let mut objects = vec![Vec::new(); images];
        for (at, t) in truth.iter().enumerate() {
            check("truth", at, t.image, images, &t.rect)?;
            objects[t.image - 1].push((t.rect, t.class));
        }
        let mut classes: Vec<usize> = truth.iter().map(|t| t.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let first = classes.first().copied();
        let one_class = classes.len() < 2 && predictions.iter().all(|p| first.is_none_or(|first| first == p.class));
        Ok(Self { predictions: predicted, truth: objects, objects: truth.len(), classes, one_class })
    }

    /// The boxes of one class, on all images.
    #[must_use]
    pub fn of_class(&self, class: usize) -> Self {
        let own = |boxes: &Vec<(Rect, usize)>| boxes.iter().copied().filter(|b| b.1 == class).collect::<Vec<_>>();
        let said = |boxes: &Vec<(Rect, f64, usize)>| boxes.iter().copied().filter(|b| b.2 == class).collect();
        let truth: Vec<Vec<(Rect, usize)>> = self.truth.iter().map(own).collect();
        let objects = truth.iter().map(Vec::len).sum();
        let classes = if objects > 0 { vec![class] } else { Vec::new() };
        Self { predictions: self.predictions.iter().map(said).collect(), truth, objects, classes, one_class: true }
    }

    /// The mean of a figure over the classes that have true boxes, as COCO takes it.
    fn mean_over_classes(&self, of: impl Fn(&Self) -> Result<f64, Undefined>) -> Measure {
        if self.one_class {
            return of(self).map(|value| Estimate::plain(value, self.objects));
        }
        let mut sum = 0.0;
        for &class in &self.classes {
            sum += of(&self.of_class(class))?;
        }
        match self.classes.len() {
            0 => Err(Undefined::NoTruth),
            n => Ok(Estimate::plain(sum / n as f64, self.objects)),
        }
    }

    /// How many true boxes.
    pub fn objects(&self) -> usize {
        self.objects
    }

    /// How many images.
    pub fn images(&self) -> usize {
        self.truth.len()
    }

    /// Match greedily: in each image the predictions, most certain first, each take the free true box with the largest
    /// `IoU` that is at least `iou` and of their class (COCO; not only the best box, as Pascal VOC). Duplicates stay unmatched. The answer
    /// is in descending order of score; ties keep the order of images, then rows. `most` limits the predictions per
    /// image.
    pub fn matched(&self, iou: f64, most: usize) -> Vec<Matched> {
        let mut all = Vec::new();
        for (predictions, truth) in self.predictions.iter().zip(&self.truth) {
            let mut free = vec![true; truth.len()];
            for (rect, score, class) in predictions.iter().take(most) {
                // Of equally good boxes the last is taken, as COCO does.
                let mut best: Option<(usize, f64)> = None;
                for (at, (object, _)) in truth.iter().enumerate().filter(|(at, (_, own))| free[*at] && own == class) {
                    let overlap = box_iou(rect, object);
                    if overlap >= best.map_or(iou.min(1.0 - 1e-10), |b| b.1) {
                        best = Some((at, overlap));
                    }
                }
                if let Some((at, _)) = best {
                    free[at] = false;
                }
                all.push(Matched { score: *score, hit: best.is_some() });
            }
        }
        let scores: Vec<f64> = all.iter().map(|m| m.score).collect();
        descending(&scores).into_iter().map(|at| all[at]).collect()
    }

    /// True positives, false positives and missed objects at an `IoU` threshold, all predictions kept.
    pub fn counts(&self, iou: f64) -> (usize, usize, usize) {
        let matched = self.matched(iou, usize::MAX);
        let hits = matched.iter().filter(|m| m.hit).count();
        (hits, matched.len() - hits, self.objects - hits)
    }

    /// Recall and precision after each prediction, precision made non-increasing from the right (the envelope).
    fn envelope(&self, iou: f64, most: usize) -> Result<Vec<(f64, f64)>, Undefined> {
        if self.objects == 0 {
            return Err(Undefined::NoTruth);
        }
        let mut hits = 0;
        let mut points = Vec::new();
        for (at, m) in self.matched(iou, most).iter().enumerate() {
            hits += usize::from(m.hit);
            points.push((hits as f64 / self.objects as f64, hits as f64 / (at + 1) as f64));
        }
        let mut highest = 0.0_f64;
        for point in points.iter_mut().rev() {
            highest = highest.max(point.1);
            point.1 = highest;
        }
        Ok(points)
    }
}

fn check(table: &'static str, at: usize, image: usize, images: usize, rect: &Rect) -> Result<(), BadInput> {
    let row = at + 1;
    if image == 0 || image > images {
        return Err(BadInput::NoSuchImage { table, row, images });
    }
    if [rect.x1, rect.y1, rect.x2, rect.y2].iter().any(|v| !v.is_finite()) {
        return Err(BadInput::NotFinite { column: table, row });
    }
    if rect.x2 < rect.x1 || rect.y2 < rect.y1 {
        return Err(BadInput::BoxInverted { table, row });
    }
    Ok(())
}

/// Average precision at an `IoU` threshold as COCO computes it: the precision envelope sampled at recall 0, 0.01, …, 1;
/// at most 100 boxes per image; with several classes, the mean over those that have true boxes. 0 to 1. Undefined without true boxes
/// (COCO reports −1).
pub fn ap_coco101(data: &Detections, iou: f64) -> Measure {
    data.mean_over_classes(|data| {
        let points = data.envelope(iou, MOST_PER_IMAGE)?;
        let at = |k: u32| {
            // k · 0.01, not k / 100: the last bit decides ties of recall, and COCO multiplies.
            let recall = if k == 100 { 1.0 } else { f64::from(k) * 0.01 };
            points.get(points.partition_point(|p| p.0 < recall)).map_or(0.0, |p| p.1)
        };
        Ok((0..=100).map(at).sum::<f64>() / 101.0)
    })
}

/// Average precision at an `IoU` threshold as the area under the precision envelope over all steps of recall: another
/// quantity than [`ap_coco101`], same matching, same mean over classes. 0 to 1. Undefined without true boxes.
pub fn ap_all_points(data: &Detections, iou: f64) -> Measure {
    data.mean_over_classes(|data| {
        let points = data.envelope(iou, MOST_PER_IMAGE)?;
        let (mut before, mut area) = (0.0, 0.0);
        for (recall, precision) in points {
            area += (recall - before) * precision;
            before = recall;
        }
        Ok(area)
    })
}

/// The mean of [`ap_coco101`] over `IoU` thresholds, for COCO 0.5, 0.55, …, 0.95. 0 to 1. Undefined without true boxes.
pub fn map_coco(data: &Detections, ious: &[f64]) -> Measure {
    let mut sum = 0.0;
    for &iou in ious {
        sum += ap_coco101(data, iou)?.value;
    }
    if ious.is_empty() { Err(Undefined::NoRows) } else { Ok(Estimate::plain(sum / ious.len() as f64, data.objects)) }
}

/// The largest sensitivity that a score threshold reaches with at most `fppi` false positives per image (FROC):
/// attainable points only, no interpolation; duplicates are false positives; every image counts, also without objects.
/// 0 to 1, Wilson interval. Undefined without true boxes or images.
pub fn froc_sensitivity(data: &Detections, fppi: f64, iou: f64) -> Measure {
    if data.objects == 0 {
        return Err(Undefined::NoTruth);
    }
    let matched = data.matched(iou, usize::MAX);
    let allowed = fppi * data.images() as f64 + 1e-9;
    let (mut hits, mut wrong, mut reached) = (0, 0, 0);
    for (at, m) in matched.iter().enumerate() {
        if m.hit {
            hits += 1;
        } else {
            wrong += 1;
        }
        // A threshold cannot part predictions with equal scores.
        let parted = matched.get(at + 1).is_none_or(|next| !tied(next.score, m.score));
        if parted && f64::from(wrong) <= allowed {
            reached = hits;
        }
    }
    Ok(Estimate::plain(reached as f64 / data.objects as f64, data.objects).with(wilson(reached, data.objects)))
}

/// The mean of [`froc_sensitivity`] over several rates of false positives, usually 1/8, 1/4, 1/2, 1, 2, 4 and 8 per
/// image.
pub fn froc_mean_sensitivity(data: &Detections, fppi: &[f64], iou: f64) -> Measure {
    let mut sum = 0.0;
    for &rate in fppi {
        sum += froc_sensitivity(data, rate, iou)?.value;
    }
    if fppi.is_empty() { Err(Undefined::NoRows) } else { Ok(Estimate::plain(sum / fppi.len() as f64, data.objects)) }
}

/// The share of true boxes that are found when every prediction is kept. 0 to 1, Wilson interval. Undefined without true
/// boxes.
pub fn sensitivity(data: &Detections, iou: f64) -> Measure {
    proportion(data.counts(iou).0, data.objects, Undefined::NoTruth)
}

/// The share of predicted boxes that find a true one when every prediction is kept. 0 to 1, Wilson interval. Undefined
/// without predictions.
pub fn ppv(data: &Detections, iou: f64) -> Measure {
    let (hits, wrong, _) = data.counts(iou);
    proportion(hits, hits + wrong, Undefined::NothingPredictedPositive)
}

/// False positives per image when every prediction is kept: predictions without a match over images, also those without
/// objects. 0 to ∞.
/// Undefined without images.
pub fn false_positives_per_image(data: &Detections, iou: f64) -> Measure {
    if data.images() == 0 {
        return Err(Undefined::NoImages);
    }
    Ok(Estimate::plain(data.counts(iou).1 as f64 / data.images() as f64, data.images()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x1: f64, y1: f64, x2: f64, y2: f64) -> Rect {
        Rect { x1, y1, x2, y2 }
    }

    #[test]
    fn duplicates_are_false_positives_and_empty_images_count() {
        let object = Truth { image: 1, rect: rect(0.0, 0.0, 2.0, 2.0), class: 0 };
        let found = |score| Prediction { image: 1, rect: object.rect, score, class: 0 };
        let data = Detections::new(&[found(0.9), found(0.8)], &[object], 4).expect("sound input");
        assert_eq!(data.counts(0.5), (1, 1, 0));
        assert_eq!(false_positives_per_image(&data, 0.5).map(|e| e.value), Ok(0.25));
    }

    #[test]
    fn a_box_is_found_only_by_a_box_of_its_class() {
        let (left, right) = (rect(0.0, 0.0, 2.0, 2.0), rect(5.0, 0.0, 7.0, 2.0));
        let truth = [Truth { image: 1, rect: left, class: 0 }, Truth { image: 1, rect: right, class: 1 }];
        let of = |classes: [usize; 2]| {
            let predictions = [left, right].into_iter().zip(classes);
            let predictions: Vec<Prediction> =
                predictions.map(|(rect, class)| Prediction { image: 1, rect, score: 0.9, class }).collect();
            Detections::new(&predictions, &truth, 1).expect("sound input")
        };
        let value = |data: &Detections| ap_coco101(data, 0.5).map(|e| e.value);
        assert_eq!((value(&of([0, 1])), of([0, 1]).counts(0.5)), (Ok(1.0), (2, 0, 0)));
        assert_eq!((value(&of([1, 0])), of([1, 0]).counts(0.5)), (Ok(0.0), (0, 2, 2)));
        // One class perfect, the other never found; the third is in no true box and counts in no mean.
        assert_eq!((value(&of([0, 2])), of([0, 2]).counts(0.5)), (Ok(0.5), (1, 1, 1)));
    }

    #[test]
    fn bad_boxes_are_refused() {
        let wrong = Truth { image: 3, rect: rect(0.0, 0.0, 1.0, 1.0), class: 0 };
        let refused = BadInput::NoSuchImage { table: "truth", row: 1, images: 2 };
        assert_eq!(Detections::new(&[], &[wrong], 2).err(), Some(refused));
        let inverted = Truth { image: 1, rect: rect(1.0, 0.0, 0.0, 1.0), class: 0 };
        assert_eq!(Detections::new(&[], &[inverted], 2).err(), Some(BadInput::BoxInverted { table: "truth", row: 1 }));
    }
}
