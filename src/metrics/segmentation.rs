//! Segmentation: how well two masks agree in volume, in outline, and lesion by lesion.
//!
//! Both masks empty: perfect agreement (Dice 1, distance 0). One empty: overlap 0, distances undefined.

use super::entry::{
    ALWAYS, Better, FILE, Family, Held, Interval, Metric, Of, POSITIVE, RUN, Resampled, SHARE, Unit, metrics,
};
use super::estimate::{Estimate, Measure};
pub use super::masks::{Components, Connectivity, Lesion, Lesions, Masks, Matching, components, lesions};
use super::masks::{Surfaces, harmonic};
use super::order::quantile;
use super::reason::{BadInput, Undefined};
use diagnostics::text::Text;

// ---- overlap -------------------------------------------------------------------------------------------------------

/// A part over a whole, 1 when the whole is empty.
fn share(part: f64, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part / whole as f64 }
}

/// Dice, 2|A ∩ B| / (|A| + |B|) (Dice 1945). 0 to 1; 1 when both masks are empty.
pub fn dice(masks: &Masks<'_>) -> Estimate {
    let (a, b, both) = masks.volumes();
    Estimate::plain(share(2.0 * both as f64, a + b), a + b - both)
}

/// Intersection over union, |A ∩ B| / |A ∪ B| (Jaccard 1912). 0 to 1; 1 when both masks are empty.
pub fn iou(masks: &Masks<'_>) -> Estimate {
    let (a, b, both) = masks.volumes();
    Estimate::plain(share(both as f64, a + b - both), a + b - both)
}

/// The volumes of reference and prediction, voxels × spacing, in mm³ (mm² in two dimensions).
pub fn volumes(masks: &Masks<'_>) -> (f64, f64) {
    let (a, b, _) = masks.volumes();
    (a as f64 * masks.voxel_volume(), b as f64 * masks.voxel_volume())
}

/// The signed error of volume relative to the reference, (B − A) / A. −1 to ∞. Undefined with an empty reference.
pub fn relative_volume_error(masks: &Masks<'_>) -> Measure {
    let (a, b, _) = masks.volumes();
    if a == 0 { Err(Undefined::EmptyReference) } else { Ok(Estimate::plain((b as f64 - a as f64) / a as f64, a)) }
}

/// The share of the reference that is covered. 0 to 1. Undefined with an empty reference.
pub fn voxel_sensitivity(masks: &Masks<'_>) -> Measure {
    let (a, _, both) = masks.volumes();
    if a == 0 { Err(Undefined::EmptyReference) } else { Ok(Estimate::plain(both as f64 / a as f64, a)) }
}

/// The share of the prediction that is right. 0 to 1. Undefined with an empty prediction.
pub fn voxel_ppv(masks: &Masks<'_>) -> Measure {
    let (_, b, both) = masks.volumes();
    if b == 0 { Err(Undefined::EmptyPrediction) } else { Ok(Estimate::plain(both as f64 / b as f64, b)) }
}

/// The Dice of one label of two label maps, 2|A ∩ B| / (|A| + |B|). 0 to 1; 1 when it is in neither.
pub fn label_dice(reference: &[usize], prediction: &[usize], label: usize) -> Result<Estimate, BadInput> {
    let of = |map: &[usize]| map.iter().map(|&v| v == label).collect::<Vec<bool>>();
    let (a, b) = (of(reference), of(prediction));
    Ok(dice(&Masks::new(&[a.len()], &[1.0], &a, &b)?))
}

/// The mean Dice over those of `labels` that occur in the reference. 0 to 1. Undefined when none does.
pub fn dice_macro(reference: &[usize], prediction: &[usize], labels: &[usize]) -> Result<Measure, BadInput> {
    let (mut sum, mut present) = (0.0, 0);
    for &label in labels.iter().filter(|label| reference.contains(label)) {
        sum += label_dice(reference, prediction, label)?.value;
        present += 1;
    }
    Ok(if present == 0 {
        Err(Undefined::EmptyReference)
    } else {
        Ok(Estimate::plain(sum / f64::from(present), reference.len()))
    })
}

// ---- outline -------------------------------------------------------------------------------------------------------

/// The Hausdorff distance: the largest distance from a border voxel to the other border, in either direction
/// (Huttenlocher et al. 1993). mm; 0 when both masks are empty, undefined when one is.
pub fn hausdorff(masks: &Masks<'_>) -> Measure {
    hausdorff_percentile(masks, 100.0)
}

/// HD95: the larger of the two directed 95th percentiles of border distances, by linear interpolation. mm.
///
/// Not the percentile of both directions pooled (`MedPy`), which is smaller when one border is longer.
pub fn hausdorff95(masks: &Masks<'_>) -> Measure {
    hausdorff_percentile(masks, 95.0)
}

/// The larger of the two directed percentiles (0 to 100) of border distances. mm.
pub fn hausdorff_percentile(masks: &Masks<'_>, percentile: f64) -> Measure {
    masks.distance(|a, b| Some(quantile(a, percentile / 100.0)?.max(quantile(b, percentile / 100.0)?)))
}

/// The average symmetric surface distance: the mean over the border voxels of both masks, pooled. mm.
pub fn assd(masks: &Masks<'_>) -> Measure {
    masks.distance(|a, b| Some((a.iter().sum::<f64>() + b.iter().sum::<f64>()) / (a.len() + b.len()) as f64))
}

/// The mean average surface distance: the mean of the two directed means. mm.
pub fn masd(masks: &Masks<'_>) -> Measure {
    let mean = |d: &[f64]| d.iter().sum::<f64>() / d.len() as f64;
    masks.distance(|a, b| Some(f64::midpoint(mean(a), mean(b))))
}

/// The normalised surface distance: the share of border voxels of both masks within `tau` mm (≤) of the other border
/// (Nikolov et al. 2018, with counted voxels instead of areas). 0 to 1; 1 when both masks are empty, 0 when one is.
pub fn nsd(masks: &Masks<'_>, tau: f64) -> Estimate {
    // The allowance is for distances such as 3 · 0.1.
    let limit = tau * (1.0 + 1e-12);
    match masks.surfaces() {
        Surfaces::BothEmpty => Estimate::plain(1.0, 0),
        Surfaces::OneEmpty { border } => Estimate::plain(0.0, *border),
        Surfaces::Distances { to_reference: a, to_prediction: b } => {
            let near = a.partition_point(|&d| d <= limit) + b.partition_point(|&d| d <= limit);
            Estimate::plain(near as f64 / (a.len() + b.len()) as f64, a.len() + b.len())
        }
    }
}

/// Boundary `IoU`: the `IoU` of what lies within each mask closer than `distance` to its own border, in voxels (strict
/// <, spacing ignored) (Cheng et al. 2021). 0 to 1; 1 when both masks are empty.
pub fn boundary_iou(masks: &Masks<'_>, distance: f64) -> Estimate {
    let grid = masks.grid.in_voxels();
    let band = |mask: &[bool]| {
        let border = grid.border(mask);
        let mut inside: Vec<usize> = (0..mask.len()).filter(|&index| mask[index]).collect();
        // In the order in which distances come back: by (y, x), then z.
        inside.sort_by_key(|&index| {
            let [z, y, x] = grid.place(index);
            (y, x, z)
        });
        let mut near = vec![false; mask.len()];
        if !border.is_empty() {
            for (index, square) in inside.iter().zip(grid.squared_distances(&border, &inside)) {
                near[*index] = square < distance * distance;
            }
        }
        near
    };
    let (a, b) = rayon::join(|| band(masks.reference), || band(masks.prediction));
    let count = |keep: fn(bool, bool) -> bool| a.iter().zip(&b).filter(|(a, b)| keep(**a, **b)).count();
    let (both, any) = (count(|a, b| a && b), count(|a, b| a || b));
    Estimate::plain(share(both as f64, any), any)
}

/// The centreline Dice of tubes from masks and their skeletons: the harmonic mean of the share of the predicted
/// skeleton inside the reference and of the reference's skeleton inside the prediction (Shit et al. 2021). 0 to 1; 1
/// when both skeletons are empty.
///
/// Skeletons are given, since every thinning gives another value.
pub fn cl_dice(
    masks: &Masks<'_>,
    reference_skeleton: &[bool],
    predicted_skeleton: &[bool],
) -> Result<Estimate, BadInput> {
    for skeleton in [reference_skeleton, predicted_skeleton] {
        if skeleton.len() != masks.reference.len() {
            return Err(BadInput::ShapeWrong { shape: masks.grid.size.to_vec(), found: skeleton.len() });
        }
    }
    let part = |skeleton: &[bool], mask: &[bool]| {
        let inside = skeleton.iter().zip(mask).filter(|(s, m)| **s && **m).count();
        (inside, skeleton.iter().filter(|&&s| s).count())
    };
    let ((a, predicted), (b, reference)) =
        (part(predicted_skeleton, masks.reference), part(reference_skeleton, masks.prediction));
    let value = match (predicted, reference) {
        (0, 0) => 1.0,
        (0, _) | (_, 0) => 0.0,
        _ => harmonic(a as f64 / predicted as f64, b as f64 / reference as f64),
    };
    Ok(Estimate::plain(value, predicted + reference))
}

// ---- entries -------------------------------------------------------------------------------------------------------

fn f1_of_lesions(lesions: &Lesions) -> Estimate {
    Estimate::plain(lesions.f1(), lesions.reference.len() + lesions.prediction.len())
}

metrics![
    MEAN_DICE = Metric {
        name: "mean_dice",
        title: Text::new("mean Dice", "Dice係数の平均"),
        help: Text::new("The mean over pictures of the Dice of mask and truth.", "画像ごとのDice係数の平均です。"),
        family: Family::Segmentation,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: RUN,
        source: "mean of 2|A ∩ B| / (|A| + |B|) over pictures (Dice 1945)",
        of: Of::Pictures,
    },
    MEAN_NSD = Metric {
        name: "mean_nsd",
        title: Text::new("mean surface agreement (NSD)", "輪郭の一致（NSD）の平均"),
        help: Text::new(
            "The mean over pictures of the surface Dice of mask and truth.",
            "画像ごとの表面Diceの平均です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: RUN,
        source: "mean over pictures of the share of border pixels within the tolerance (Nikolov et al. 2018)",
        of: Of::Pictures,
    },
    DICE = Metric {
        name: "dice",
        title: Text::new("Dice", "Dice係数"),
        help: Text::new(
            "How far two masks overlap: twice what they share over what both have.",
            "2つのマスクの重なりの度合いです。共通部分の2倍を両者の大きさの和で割った値です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "2|A ∩ B| / (|A| + |B|) (Dice 1945)",
        of: Of::Masks(|masks, _| Ok(dice(masks))),
    },
    IOU = Metric {
        name: "iou",
        title: Text::new("IoU", "IoU"),
        help: Text::new(
            "What two masks share over what either has.",
            "2つのマスクの共通部分を、和集合で割った値です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "|A ∩ B| / |A ∪ B| (Jaccard 1912)",
        of: Of::Masks(|masks, _| Ok(iou(masks))),
    },
    VOXEL_SENSITIVITY = Metric {
        name: "voxel_sensitivity",
        title: Text::new("sensitivity of voxels", "ボクセルの感度"),
        help: Text::new("The share of the reference that is covered.", "正解のマスクのうち、予測が覆った割合です。"),
        family: Family::Segmentation,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "|A ∩ B| / |A|",
        of: Of::Masks(|masks, _| voxel_sensitivity(masks)),
    },
    VOXEL_PPV = Metric {
        name: "voxel_ppv",
        title: Text::new("PPV of voxels", "ボクセルの陽性的中率"),
        help: Text::new("The share of the prediction that is right.", "予測のマスクのうち、正しかった割合です。"),
        family: Family::Segmentation,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "|A ∩ B| / |B|",
        of: Of::Masks(|masks, _| voxel_ppv(masks)),
    },
    RELATIVE_VOLUME_ERROR = Metric {
        name: "relative_volume_error",
        title: Text::new("error of volume", "体積の誤差"),
        help: Text::new(
            "How much larger the prediction is than the reference, relative to it.",
            "予測の体積が正解よりどれだけ大きいかを、正解に対する割合で表したものです。"
        ),
        family: Family::Segmentation,
        unit: Unit::Percent,
        range: (-1.0, f64::INFINITY),
        better: Better::Near(0.0),
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "(|B| − |A|) / |A|",
        of: Of::Masks(|masks, _| relative_volume_error(masks)),
    },
    HAUSDORFF = Metric {
        name: "hausdorff",
        title: Text::new("Hausdorff distance", "Hausdorff距離"),
        help: Text::new(
            "The largest distance from a border voxel to the other border.",
            "一方の輪郭から他方の輪郭までの距離の最大値です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "the largest distance from one border to the other (Huttenlocher et al. 1993)",
        of: Of::Masks(|masks, _| hausdorff(masks)),
    },
    HAUSDORFF95 = Metric {
        name: "hausdorff95",
        title: Text::new("HD95", "HD95"),
        help: Text::new(
            "The distance within which 95 % of each border lie of the other.",
            "それぞれの輪郭の95%が、他方の輪郭からこの距離以内にあることを表します。"
        ),
        family: Family::Segmentation,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "the larger of the two directed 95th percentiles of border distances",
        of: Of::Masks(|masks, _| hausdorff95(masks)),
    },
    ASSD = Metric {
        name: "assd",
        title: Text::new("ASSD", "平均表面距離（ASSD）"),
        help: Text::new(
            "The mean distance of the border voxels of both masks from the other border.",
            "両方の輪郭のボクセルから他方の輪郭までの距離の平均です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean border distance, both directions pooled",
        of: Of::Masks(|masks, _| assd(masks)),
    },
    MASD = Metric {
        name: "masd",
        title: Text::new("MASD", "平均表面距離（MASD）"),
        help: Text::new(
            "The mean of the two directed mean distances between the borders.",
            "輪郭間の平均距離を、両方向について求めて平均したものです。"
        ),
        family: Family::Segmentation,
        unit: Unit::Own,
        range: POSITIVE,
        better: Better::Lower,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "mean of the two directed mean border distances",
        of: Of::Masks(|masks, _| masd(masks)),
    },
    NSD = Metric {
        name: "nsd",
        title: Text::new("surface Dice (NSD)", "表面Dice（NSD）"),
        help: Text::new(
            "The share of the borders that lie within the tolerance of the other.",
            "輪郭のうち、他方の輪郭から許容距離以内にある割合です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: FILE,
        source: "share of border voxels within the tolerance (Nikolov et al. 2018)",
        of: Of::Masks(|masks, tolerance| Ok(nsd(masks, tolerance))),
    },
    LESION_SENSITIVITY = Metric {
        name: "lesion_sensitivity",
        title: Text::new("lesions found", "病変の感度"),
        help: Text::new(
            "The share of true lesions that the prediction finds: touches, or pairs with one to one where an IoU or a distance is stated.",
            "正解の病変のうち、予測が見つけた割合です。予測が触れた病変を数えます。IoUまたは距離を指定したときは、1対1に対応づけた病変を数えます。"
        ),
        family: Family::Segmentation,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: ALWAYS,
        source: "reference lesions found / reference lesions (one to one: Maier-Hein, Reinke et al. 2024)",
        of: Of::Masks(|masks, _| masks.lesions().sensitivity()),
    },
    LESION_PPV = Metric {
        name: "lesion_ppv",
        title: Text::new("PPV of lesions", "病変の陽性的中率"),
        help: Text::new(
            "The share of predicted lesions that find a true one.",
            "予測された病変のうち、正解の病変を見つけたものの割合です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Percent,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: ALWAYS,
        source: "predicted lesions that find one / predicted lesions",
        of: Of::Masks(|masks, _| masks.lesions().ppv()),
    },
    LESION_F1 = Metric {
        name: "lesion_f1",
        title: Text::new("F1 of lesions", "病変のF1"),
        help: Text::new(
            "The harmonic mean of the sensitivity and the PPV of lesions.",
            "病変の感度と陽性的中率の調和平均です。"
        ),
        family: Family::Segmentation,
        unit: Unit::Ratio,
        range: SHARE,
        better: Better::Higher,
        interval: Interval::Bootstrap(Held::Nothing, Resampled::Plain),
        shown: ALWAYS,
        source: "2 · sensitivity · PPV / (sensitivity + PPV) of lesions",
        of: Of::Masks(|masks, _| Ok(f1_of_lesions(masks.lesions()))),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_masks() {
        let (none, some) = (vec![false; 9], vec![true; 9]);
        let of = |a, b| Masks::new(&[3, 3], &[1.0, 1.0], a, b).expect("sound masks");
        assert_eq!(hausdorff95(&of(&none, &none)).map(|e| e.value), Ok(0.0));
        assert_eq!(hausdorff95(&of(&none, &some)), Err(Undefined::OneMaskEmpty));
        assert!((nsd(&of(&none, &some), 1.0).value, dice(&of(&none, &none)).value) == (0.0, 1.0));
    }

    /// A mask drawn in letters: `#` is inside.
    fn drawn(rows: &[&str]) -> Vec<bool> {
        rows.iter().flat_map(|row| row.chars().map(|c| c == '#')).collect()
    }

    #[test]
    fn a_surface_dice_measures_in_mm_along_each_axis() {
        // One row apart: 3 mm. One column apart: 0.5 mm.
        let of = |rows: &[&str], tau: f64| {
            let (reference, prediction) = (drawn(&["....", "####", "....", "...."]), drawn(rows));
            let masks = Masks::new(&[4, 4], &[3.0, 0.5], &reference, &prediction).expect("sound masks");
            nsd(&masks, tau).value
        };
        let (down, shorter) = (["....", "....", "####", "...."], ["....", ".###", "....", "...."]);
        assert!((of(&down, 2.9), of(&down, 3.0)) == (0.0, 1.0));
        assert!((of(&shorter, 0.4), of(&shorter, 0.5)) == (6.0 / 7.0, 1.0));
    }
}
