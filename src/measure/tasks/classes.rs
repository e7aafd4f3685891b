//! One of several classes.

use super::super::answers::{Argument, Ask};
use super::super::columns::{Asked, Dense};
use super::scores;
use diagnostics::fault::Fault;
use diagnostics::text;
use diagnostics::text::Text;
use metrics::entry::Family;
use metrics::order;
use metrics::{Parameter, Shown, Takes};

pub(super) fn columns(asked: &mut Asked<'_>) -> Result<(), Vec<Fault>> {
    let what = Text::new("the column of the class", "クラスの列");
    let label = asked.need("--label", asked.request.label.as_ref(), &what)?.to_owned();
    let scores = scores::several(asked, 2)?;
    let words = asked.source.words(&label).map_err(|fault| vec![fault])?;
    if let Some(names) = class_names(&words, &scores) {
        let there = names.join(", ");
        let (first, scores_list) = (scores[0].clone(), scores.join(", "));
        let sound = |word: &str| class_of(word, &names).is_some();
        let expected = |_: &str| {
            text!(
                "one of {there}, the classes that the columns of --score are named after ({scores_list}); without such names ({first} as p_a), a class number from 0",
                "--score の列（{scores_list}）の名前が示すクラス {there} のいずれか。列名がクラスを示さないとき（{first} を p_a とするなど）は、0からのクラス番号"
            )
        };
        let near = |fault: Fault| {
            let wrong = words.iter().flatten().find(|word| !sound(word)).cloned().unwrap_or_default();
            vec![fault.near(&wrong, names.iter().copied())]
        };
        asked.source.sound(&label, &words, &sound, expected).map_err(near)?;
        let class = |word: &Option<String>| Some(class_of(word.as_deref()?, &names)? as f64);
        asked.classes = names.iter().map(|&name| name.to_owned()).collect();
        asked.add("label", &label, words.iter().map(class).collect(), false);
    } else {
        asked.add_categories("label", &label, scores.len())?;
        asked.classes.clone_from(&scores);
        asked.notes.push(Text::new(
            "The columns of --score are taken in their order, as classes 0, 1, …: their names are no values of the label.",
            "--score の列名がラベルの値ではないため、列の順にクラス0、1、…とみなします。",
        ));
    }
    for score in &scores {
        asked.add_probabilities("score", score)?;
    }
    Ok(())
}

/// The class that each column of `--score` is named after, where columns are: by its whole name, or by what follows the beginning
/// that all names share (`p_benign`, `p_malignant`; `p0`, `p1`). `None` where names and labels have nothing to do with each other,
/// and labels are numbers: then they count the columns.
fn class_names<'s>(labels: &[Option<String>], scores: &'s [String]) -> Option<Vec<&'s str>> {
    let shared = scores.iter().skip(1).fold(scores[0].as_str(), |shared, name| {
        let same = shared.char_indices().zip(name.chars()).take_while(|((_, a), b)| a == b);
        let length = same.last().map_or(0, |((at, a), _)| at + a.len_utf8());
        &shared[..length]
    });
    let starts = std::iter::once(0).chain(shared.char_indices().map(|(at, letter)| at + letter.len_utf8()));
    let named = |start: usize| -> Vec<&'s str> { scores.iter().map(|score| &score[start..]).collect() };
    let all: Vec<Vec<&str>> = starts.map(named).collect();
    let labelled = |names: &&Vec<&str>| labels.iter().flatten().all(|label| class_of(label, names).is_some());
    if let Some(names) = all.iter().find(labelled) {
        return Some(names.clone());
    }
    // Numbers over the columns that are not those of the label, or labels that are no numbers: a mistake, not an order.
    let whole = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = all.iter().find(|names| names.iter().all(|name| whole(name)));
    let words = labels.iter().flatten().any(|label| label.parse::<f64>().is_err());
    numbered.or(if words { all.first() } else { None }).cloned()
}

/// The place of a label among the names of classes; a whole number is one, however it is written.
fn class_of(label: &str, names: &[&str]) -> Option<usize> {
    names.iter().position(|name| *name == label).or_else(|| {
        let number = without_point(label)?;
        names.iter().position(|name| *name == number)
    })
}

/// A whole number without the `.0` that a program writes where its column had gaps.
pub(super) fn without_point(word: &str) -> Option<&str> {
    let (whole, part) = word.split_once('.')?;
    let digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part) && part.bytes().all(|byte| byte == b'0')).then_some(whole)
}

/// What judges the probabilities of classes.
pub(super) fn asks<'a>(asked: &mut Asked<'_>, dense: &'a Dense) -> Result<Vec<Ask<'a>>, Vec<Fault>> {
    let columns = dense.columns("score");
    let rows = dense.column("label").map_or(0, <[f64]>::len);
    let sum = |row: usize| columns.iter().map(|column| column[row]).sum::<f64>();
    // As probabilities written with two digits may: 0.99 is off by 0.01, up to rounding.
    let off: Vec<usize> = (0..rows).filter(|&row| (sum(row) - 1.0).abs() > 0.01 + 1e-6).collect();
    if let Some(&first) = off.first() {
        let names = asked.names("score").join(" + ");
        let expected =
            Text::new("probabilities that add up to 1 (within 0.01)", "合計が1になる確率（0.01までのずれは可）");
        return Err(vec![asked.bad_rows(&names, dense, &off, &format!("{:.4}", sum(first)), expected)]);
    }
    let given = |class: Option<usize>| {
        move |takes: Takes| match takes {
            Takes::Category => vec![dense.rows("label")],
            Takes::PerClass => columns.iter().map(|column| Argument::Rows(column.as_slice())).collect(),
            Takes::Number(Parameter::Class) => {
                class.map(|class| Argument::Constant(class as f64)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    };
    let shown = || metrics::of(Family::Classes).filter(|metric| metric.is_shown(Shown::File));
    let mut asks: Vec<Ask<'a>> = shown().filter_map(|metric| Ask::of(metric, given(None))).collect();
    for metric in shown().filter(|metric| metric.takes().contains(&Takes::Number(Parameter::Class))) {
        let of = |(class, name): (usize, &str)| Some(Ask::of(metric, given(Some(class)))?.level("class", name));
        asks.extend(asked.names("score").into_iter().enumerate().filter_map(of));
    }
    if let Some(label) = dense.column("label") {
        let of = |(row, &class): (usize, &f64)| dense.columns("score").get(order::floor_index(class)).map(|p| p[row]);
        let sure = label.iter().enumerate().filter_map(of).filter(|&p| p <= 0.0).count();
        asked.notes.extend(scores::surely_wrong(sure));
    }
    let list: Vec<String> =
        asked.names("score").into_iter().enumerate().map(|(k, name)| format!("{k} = {name}")).collect();
    let list = list.join(", ");
    asked.notes.push(text!("Classes: {list}.", "クラス：{list}"));
    Ok(asks)
}
