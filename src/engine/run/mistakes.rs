//! The worst of what a model got wrong, and what it saw there.

use ndarray::Array2;

use super::develop::Model;
use super::job::{Mistake, Picture, Seen, Series};
use super::outputs::target;
use crate::cohort::Part;
use crate::prepare::{Prepared, Views};
use crate::signal::{Shape, Signals};
use tables::TableError;
use target::Mistaken;

impl Model<'_> {
    /// Of the learner's test rows (validation rows, where there are none) those with the outcome and the lowest risks, and those without
    /// it and the highest, a few of each; whether an alert was raised does not matter.
    pub(super) fn mistakes(&self) -> Result<Vec<Mistake>, TableError> {
        const EACH: usize = 4;
        let Some(wrong) = target(self.teller.job).spec().wrong.filter(|_| self.teller.decided.is_some()) else {
            return Ok(Vec::new());
        };
        let (Some(signals), Prepared::Signals(views)) = (&self.seen, &self.prepared) else { return Ok(Vec::new()) };
        let column = |name: &str| tables::numbers(&self.develop.table, name);
        let (p, y) = (column("p")?, column(self.teller.job.task.dataset.label())?);
        let part = if self.parts.contains(&Part::Test) { Part::Test } else { Part::Valid };
        let mut rows: Vec<(usize, f64, bool)> = (0..self.parts.len())
            .filter(|&row| self.parts[row] == part)
            .filter_map(|row| Some((row, p[row]?, y[row]? > 0.5)))
            .collect();
        let wrong = |&(row, risk, came): &(usize, f64, bool)| {
            wrong(Mistaken { risk, came, dice: self.develop.outlines.get(row).map(|outline| outline.figures[0]) })
        };
        rows.sort_by(|a, b| wrong(b).total_cmp(&wrong(a)).then(a.0.cmp(&b.0)));
        let worst = |missed: bool| rows.iter().filter(move |row| row.2 == missed).take(EACH);
        let chosen = worst(true).chain(worst(false));
        let seen = |&(row, p, missed)| Some(Mistake { row, missed, p, seen: self.saw(row, signals, views)? });
        Ok(chosen.filter_map(seen).collect())
    }

    /// What the model saw of a row; none of a volume, of which no page could show all.
    fn saw(&self, row: usize, signals: &Signals, views: &Views) -> Option<Seen> {
        let [_, height, width] = match signals.shape {
            Shape::Series([channels, _]) => {
                let channels = (0..channels).map(|channel| signals.line(row, channel)).collect();
                return Some(Seen::Series(Series { channels, step: signals.spacing[row][2] }));
            }
            shape @ Shape::Volume(_) => shape.as_picture()?,
        };
        let side = (height.min(width) / 8).max(3);
        let views = if let (Some(mask), Some(truth)) = (self.develop.masks.get(row), &signals.outlined) {
            [
                truth.row(row).iter().map(|&pixel| f32::from(pixel)).collect(),
                mask.iter().map(|&pixel| f32::from(u8::from(pixel))).collect(),
            ]
        } else {
            let x = views.apply(signals, &[row]).into_raw_vec_and_offset().0;
            let flat = |map: Array2<f32>| views.back(&ndarray::Array1::from_iter(map).view(), 0.0);
            [flat(self.fitted.gradient(&x)), flat(self.fitted.occlusion(&x, side))]
        };
        Some(Seen::Picture(Picture {
            size: [height, width],
            pixels: signals.bytes(row).into_owned(),
            channels: signals.seen()[2],
            spacing: signals.pixel(row),
            views,
            masks: !self.develop.masks.is_empty(),
        }))
    }
}
