//! A wrong answer, told in words: how far it lies from the figure, never the figure.

use course::answers::Answer;
use course::exercise::Tolerance;
use diagnostics::text;
use diagnostics::text::Text;

/// How a wrong answer lies to the figure that was asked for. Distances are counted in tolerances: at 1 an answer is just right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Off {
    /// So far below it.
    Below(f64),
    /// So far above it.
    Above(f64),
    /// More than five tolerances from it, and at least twice or at most half as large.
    Elsewhere,
    /// An interval within the right one.
    Narrower,
    /// An interval around the right one.
    Wider,
    /// An interval both limits of which are lower than the right ones.
    Lower,
    /// An interval both limits of which are higher than the right ones.
    Higher,
    /// An interval that holds it, and is too wide to be of use.
    Wide,
    /// An interval that holds it and is narrow enough, but is not what the rows support.
    Other,
}

/// Up to so many tolerances an answer is close.
const CLOSE: f64 = 2.0;

/// Up to so many it is clearly wrong; beyond, far.
const CLEAR: f64 = 5.0;

/// A figure this many times as large is of another size. Where little is allowed, one can be many tolerances away and of the same.
const OTHER_SIZE: f64 = 2.0;

/// How a number or an interval that was judged wrong lies to the figure; nothing of a choice. An interval lies as its nearer end does.
///
/// A [factor](Tolerance::Factor) counts on the scale of logarithms, where an answer of 0 or less lies infinitely far from a figure
/// above 0; a figure of 0 or less has no such scale, and then nothing is said.
pub fn off(answer: &Answer, figure: f64, tolerance: Tolerance) -> Option<Off> {
    let (low, high) = match answer {
        Answer::Number(x) => (*x, *x),
        Answer::Interval(low, high) => (*low, *high),
        Answer::Choice(_) | Answer::Several(_) | Answer::Order(_) | Answer::Table(_) => return None,
    };
    if !figure.is_finite() {
        return None;
    }
    if low < high && (low..=high).contains(&figure) {
        let widest = match tolerance {
            Tolerance::Within(most) => 2.0 * most,
            Tolerance::Factor(most) => figure * (most - 1.0 / most),
        };
        return Some(if high - low > widest { Off::Wide } else { Off::Other });
    }
    let distance = |end: f64| match tolerance {
        Tolerance::Within(most) => Some((end - figure).abs() / most),
        Tolerance::Factor(_) if figure <= 0.0 => None,
        Tolerance::Factor(_) if end <= 0.0 => Some(f64::INFINITY),
        Tolerance::Factor(most) => Some((end / figure).ln().abs() / most.ln()),
    };
    let (end, below) = if high < figure { (high, true) } else { (low, false) };
    let distance = distance(end)?;
    let times = end / figure;
    Some(if distance > CLEAR && !(1.0 / OTHER_SIZE..OTHER_SIZE).contains(&times) {
        Off::Elsewhere
    } else if below {
        Off::Below(distance)
    } else {
        Off::Above(distance)
    })
}

/// How an interval lies to the one that the rows support; nothing where a limit is no number. A limit that is off by less than a tenth of
/// the right interval's width is as good as right.
pub fn apart((low, high): (f64, f64), (right_low, right_high): (f64, f64)) -> Option<Off> {
    let little = 0.1 * (right_high - right_low);
    if !little.is_finite() {
        return None;
    }
    let side =
        |x: f64, right: f64| if (x - right).abs() <= little { 0 } else { i8::from(x > right) - i8::from(x < right) };
    Some(match (side(low, right_low), side(high, right_high)) {
        (0 | 1, -1) | (1, 0) => Off::Narrower,
        (0 | -1, 1) | (-1, 0) => Off::Wider,
        (1, 1) => Off::Higher,
        (-1, -1) => Off::Lower,
        _ => Off::Other,
    })
}

/// What a learner is told of it, in one of few sizes.
pub fn words(off: Off) -> Text {
    let (distance, below) = match off {
        Off::Narrower => {
            return Text::new(
                "Narrower than your rows support. Was something taken for certain that is not, or were too many rows counted?",
                "手元の行から言える区間より狭すぎます。確かだとみなしたものはありませんか。数えた行が多すぎませんか。",
            );
        }
        Off::Wider => {
            return Text::new(
                "Wider than your rows support. Were too few rows counted?",
                "手元の行から言える区間より広すぎます。数えた行が少なすぎませんか。",
            );
        }
        Off::Lower => {
            return Text::new(
                "Both limits lie too low. Whom or what did you count?",
                "下限も上限も小さすぎます。何を（誰を）数えましたか。",
            );
        }
        Off::Higher => {
            return Text::new(
                "Both limits lie too high. Whom or what did you count?",
                "下限も上限も大きすぎます。何を（誰を）数えましたか。",
            );
        }
        Off::Wide => {
            return Text::new(
                "It holds the figure, but nobody could plan by so wide a range.",
                "この範囲は実際の値を含みますが、広すぎて見通しを立てられません。",
            );
        }
        Off::Other => {
            return Text::new(
                "It holds the figure, but its limits are not those that your rows support: narrower, wider or moved to one side.",
                "この範囲は実際の値を含みますが、下限・上限が手元の行から求めた区間と異なります（狭すぎる、広すぎる、または片側にずれています）。",
            );
        }
        Off::Elsewhere => {
            return Text::new(
                "Not the same order of size. Another group or another unit?",
                "値の大きさがまるで違います。別の群の値や、別の単位の値ではありませんか。",
            );
        }
        Off::Below(distance) => (distance, true),
        Off::Above(distance) => (distance, false),
    };
    match (distance, below) {
        (..=CLOSE, true) => Text::new(
            "Close, but outside what is allowed: the figure is somewhat higher than you say.",
            "惜しいですが許容範囲外です。実際の値はもう少し大きくなります。",
        ),
        (..=CLOSE, false) => Text::new(
            "Close, but outside what is allowed: the figure is somewhat lower than you say.",
            "惜しいですが許容範囲外です。実際の値はもう少し小さくなります。",
        ),
        (..=CLEAR, true) => Text::new(
            "Clearly too low. Whom or what did you count?",
            "明らかに小さすぎます。何を（誰を）数えましたか。",
        ),
        (..=CLEAR, false) => Text::new(
            "Clearly too high. Whom or what did you count?",
            "明らかに大きすぎます。何を（誰を）数えましたか。",
        ),
        (_, true) => Text::new(
            "Far too low for what is allowed. Another group, another run, another figure?",
            "許容範囲からみて小さすぎます。別の群、別の run、別の値を読んでいませんか。",
        ),
        (_, false) => Text::new(
            "Far too high for what is allowed. Another group, another run, another figure?",
            "許容範囲からみて大きすぎます。別の群、別の run、別の値を読んでいませんか。",
        ),
    }
}

/// How far each item of an order stands from where it may stand: above 0 too high, below 0 too low. `right` grows with the right place;
/// items of the same place may stand either way round.
pub fn strays(right: &[f64]) -> Vec<isize> {
    let count = |is: &dyn Fn(f64) -> bool| right.iter().filter(|x| is(**x)).count() as isize;
    let of = |(at, x): (usize, &f64)| {
        let (first, last) = (count(&|other| other < *x), count(&|other| other <= *x) - 1);
        let at = at as isize;
        (first - at).max(0) + (last - at).min(0)
    };
    right.iter().enumerate().map(of).collect()
}

/// What a learner is told of an item that stands too high or too low.
pub fn strayed(item: &Text, stray: isize, against: &Text) -> Text {
    let (what, what_ja) = (item.en.trim_end_matches('.'), item.ja.trim_end_matches('。'));
    let (why, why_ja) = (&against.en, &against.ja);
    if stray > 0 {
        text!("\u{201c}{what}\u{201d} stands too high. {why}", "「{what_ja}」の順位が高すぎます。{why_ja}")
    } else {
        text!("\u{201c}{what}\u{201d} stands too low. {why}", "「{what_ja}」の順位が低すぎます。{why_ja}")
    }
}

/// How many neighbours stand in the wrong order, in words; nothing where none do.
pub fn neighbours(right: &[f64]) -> Option<Text> {
    const COUNTS: [(&str, &str); 9] = [
        ("One pair", "一組"),
        ("Two pairs", "二組"),
        ("Three pairs", "三組"),
        ("Four pairs", "四組"),
        ("Five pairs", "五組"),
        ("Six pairs", "六組"),
        ("Seven pairs", "七組"),
        ("Eight pairs", "八組"),
        ("Nine pairs", "九組"),
    ];
    let wrong = right.windows(2).filter(|two| two[0] > two[1]).count();
    let (many, many_ja) = COUNTS.get(wrong.checked_sub(1)?).unwrap_or(&("More than nine pairs", "十組以上"));
    let stand = if wrong == 1 { "stands" } else { "stand" };
    Some(text!(
        "{many} of neighbours {stand} in the wrong order.",
        "隣り合う項目のうち、{many_ja}の順序が逆になっています。"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_in_the_three_sizes_of_their_distance() {
        let told = |answer: Answer, figure: f64, tolerance: Tolerance| {
            let text = words(off(&answer, figure, tolerance).expect("a distance"));
            assert!(!text.en.contains(char::is_numeric) && !text.ja.contains(char::is_numeric), "no figure: {text:?}");
            text.en.to_string()
        };
        let number = |x: f64| told(Answer::Number(x), 20.0, Tolerance::Within(2.0));
        assert!(number(17.0).starts_with("Close") && number(17.0).contains("higher than you say"));
        assert!(number(24.0).starts_with("Close") && number(24.0).contains("lower than you say"));
        assert!(number(15.0).starts_with("Clearly too low") && number(29.9).starts_with("Clearly too high"));
        assert!(number(9.0).starts_with("Not the same order") && number(200.0).starts_with("Not the same order"));
        // Little is allowed of an AUROC: far away, and of the same size.
        let auroc = |x: f64| told(Answer::Number(x), 0.92, Tolerance::Within(0.006));
        assert!(auroc(0.80).starts_with("Far too low") && auroc(0.97).starts_with("Far too high"));
        // ± 35 % on the scale of logarithms: 27 / 20 is one tolerance, its square two, 89.7 five.
        let count = |x: f64| told(Answer::Number(x), 20.0, Tolerance::Factor(1.35));
        assert!(count(36.0).starts_with("Close") && count(37.0).starts_with("Clearly too high"));
        assert!(count(11.1).starts_with("Close") && count(10.9).starts_with("Clearly too low"));
        assert!(count(89.0).starts_with("Clearly") && count(90.0).starts_with("Not the same order"));
        assert!(count(0.0).starts_with("Not the same order"));
    }

    #[test]
    fn an_interval_lies_as_its_nearer_end_does_or_is_too_wide() {
        let of = |low: f64, high: f64| off(&Answer::Interval(low, high), 20.0, Tolerance::Within(5.0));
        assert_eq!(of(0.0, 1000.0), Some(Off::Wide));
        assert_eq!(of(20.0, 40.0), Some(Off::Wide));
        assert_eq!(of(19.0, 23.0), Some(Off::Other));
        assert_eq!(of(0.0, 10.0), Some(Off::Below(2.0)));
        assert_eq!(of(45.0, 60.0), Some(Off::Above(5.0)));
    }

    #[test]
    fn an_interval_is_told_how_it_lies_to_the_right_one() {
        let of = |low: f64, high: f64| apart((low, high), (2.1, 7.8)).unwrap();
        assert_eq!([of(4.55, 5.89), of(2.1, 6.0), of(3.0, 7.7)], [Off::Narrower; 3]);
        assert_eq!([of(0.0, 20.0), of(2.1, 9.0)], [Off::Wider; 2]);
        assert_eq!([of(0.0, 1.0), of(0.0, 6.0)], [Off::Lower; 2]);
        assert_eq!([of(8.0, 9.0), of(3.5, 9.0)], [Off::Higher; 2]);
        assert_eq!(of(2.2, 7.7), Off::Other);
        assert_eq!(apart((0.0, 1.0), (f64::NAN, 1.0)), None);
    }

    #[test]
    fn an_order_is_told_by_its_neighbours_or_by_an_item_that_strays() {
        assert_eq!(strays(&[1.0, 2.0, 3.0]), [0, 0, 0]);
        assert_eq!(strays(&[3.0, 1.0, 2.0]), [2, -1, -1], "the first stands two places too high");
        assert_eq!(strays(&[1.0, 1.0, 0.5]), [1, 0, -2], "two of one place may stand either way round");
        let told = |right: &[f64]| neighbours(right).map(|text| text.en.to_string());
        assert_eq!(told(&[1.0, 2.0, 2.0]), None);
        assert_eq!(told(&[2.0, 1.0, 3.0]).unwrap(), "One pair of neighbours stands in the wrong order.");
        assert_eq!(told(&[3.0, 2.0, 1.0]).unwrap(), "Two pairs of neighbours stand in the wrong order.");
        let falling: Vec<f64> = (0..14).rev().map(f64::from).collect();
        assert!(told(&falling).unwrap().starts_with("More than nine pairs"));
        let (item, against) = (Text::new("Sex.", "性別。"), Text::new("It never mattered.", "影響しません。"));
        assert_eq!(strayed(&item, 2, &against).en, "“Sex” stands too high. It never mattered.");
        assert_eq!(strayed(&item, -1, &against).ja, "「性別」の順位が低すぎます。影響しません。");
    }

    #[test]
    fn where_there_is_no_distance_none_is_told() {
        let number = Answer::Number(3.0);
        assert_eq!(off(&Answer::Choice("a".to_owned()), 1.0, Tolerance::Within(1.0)), None);
        assert_eq!(off(&number, f64::NAN, Tolerance::Within(1.0)), None);
        assert_eq!(off(&number, 0.0, Tolerance::Factor(2.0)), None);
    }
}
