//! Detection: boxes found, missed and made up.

use super::boxes::MOST_PER_IMAGE;
pub use super::boxes::{Detections, Matched, Prediction, Rect, Truth, box_iou};
use super::entry::{Better, FILE, Family, Held, Interval, Metric, Of, POSITIVE, Resampled, SHARE, Unit, metrics};
use super::estimate::{Estimate, Measure};
use super::intervals::{proportion, wilson};
use super::order::tied;
use super::reason::Undefined;
use diagnostics::text::Text;

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

// ---- entries -------------------------------------------------------------------------------------------------------

/// The overlaps that COCO averages over.
const COCO: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];
/// The rates of false positives per image that a FROC is averaged over.
const RATES: [f64; 7] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

metrics![
    AP_COCO = Metric {
        name: "ap_coco",
        title: Text::new("average precision (COCO), IoU", "平均適合率（COCO）、IoU"),
        help: Text::new(
            "Average precision as COCO computes it, at one overlap.",
            "COCOの方法による、1つの重なりでの平均適合率です。"
        ),
        family: Family::Detection,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "precision envelope sampled at recall 0, 0.01, …, 1 (Lin et al. 2014)",
        of: Of::Boxes(ap_coco101),
    },
    MAP_COCO = Metric {
        name: "map_coco",
        title: Text::new("average precision, IoU 0.5 to 0.95", "平均適合率、IoU 0.5～0.95の平均"),
        help: Text::new(
            "The mean of the same over overlaps from 0.5 to 0.95.",
            "同じ値を、重なり0.5から0.95まで平均したものです。"
        ),
        family: Family::Detection,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean of the same over IoU 0.5, 0.55, …, 0.95 (Lin et al. 2014)",
        of: Of::Boxes(|data, _| map_coco(data, &COCO)),
    },
    AP_ALL_POINTS = Metric {
        name: "ap_all_points",
        title: Text::new("average precision (all points), IoU", "平均適合率（全点）、IoU"),
        help: Text::new(
            "Average precision over all steps of recall, at one overlap.",
            "再現率のすべての段階にわたる、1つの重なりでの平均適合率です。"
        ),
        family: Family::Detection,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "area under the precision envelope (Everingham et al. 2010)",
        of: Of::Boxes(ap_all_points),
    },
    BOX_SENSITIVITY = Metric {
        name: "box_sensitivity",
        title: Text::new("boxes found, IoU", "ボックスの感度、IoU"),
        help: Text::new("The share of true boxes that are found.", "正解のボックスのうち、見つかったものの割合です。"),
        family: Family::Detection,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "true boxes found / true boxes",
        of: Of::Boxes(sensitivity),
    },
    BOX_PPV = Metric {
        name: "box_ppv",
        title: Text::new("PPV of boxes, IoU", "ボックスの陽性的中率、IoU"),
        help: Text::new(
            "The share of predicted boxes that find a true one.",
            "予測のボックスのうち、正解を見つけたものの割合です。"
        ),
        family: Family::Detection,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "predicted boxes that find a true one / predicted boxes",
        of: Of::Boxes(ppv),
    },
    FALSE_POSITIVES_PER_IMAGE = Metric {
        name: "false_positives_per_image",
        title: Text::new("false positives per image, IoU", "画像1枚あたりの偽陽性、IoU"),
        help: Text::new("False positives per image.", "画像1枚あたりの偽陽性の数です。"),
        family: Family::Detection,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "predicted boxes without a true one / images",
        of: Of::Boxes(false_positives_per_image),
    },
    FROC_MEAN_SENSITIVITY = Metric {
        name: "froc_mean_sensitivity",
        title: Text::new("mean sensitivity (FROC), IoU", "平均感度（FROC）、IoU"),
        help: Text::new(
            "The mean sensitivity at seven rates of false positives per image.",
            "画像1枚あたりの偽陽性数を7通りに変えたときの感度の平均です。"
        ),
        family: Family::Detection,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean sensitivity at 1/8, 1/4, …, 8 false positives per image",
        of: Of::Boxes(|data, iou| froc_mean_sensitivity(data, &RATES, iou)),
    },
];

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
}
