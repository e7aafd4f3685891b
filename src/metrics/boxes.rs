//! Boxes of images: predicted ones matched with true ones.

use super::estimate::{Estimate, Measure};
use super::order::descending;
use super::reason::{BadInput, Undefined};

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
    pub(super) objects: usize,
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
pub(super) const MOST_PER_IMAGE: usize = 100;

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
    pub(super) fn mean_over_classes(&self, of: impl Fn(&Self) -> Result<f64, Undefined>) -> Measure {
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
    pub(super) fn envelope(&self, iou: f64, most: usize) -> Result<Vec<(f64, f64)>, Undefined> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x1: f64, y1: f64, x2: f64, y2: f64) -> Rect {
        Rect { x1, y1, x2, y2 }
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
