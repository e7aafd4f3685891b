//! Rules on the rows that a learner gets: what tells the outcome by itself, who is there twice, what the order gives away.

use std::collections::BTreeMap;

use super::Material;
use crate::finding::{Finding, Rule};
use course::dataset::Role;
use diagnostics::fault::Place;
use diagnostics::text;
use diagnostics::text::{Text, in_order};
use engine::run::RunError;
use tables::{Frame, Sheet};
use target::Holds;

/// Of fewer rows with or without the outcome, nothing is said: chance does too much.
const FEWEST: usize = 5;

/// A column of at most so many different values is taken by its values, any other by its order.
const VALUES: usize = 10;

/// A column tells the label where its values part the rows with the outcome from the others to this share (the largest difference
/// between the two distributions: 1 where they have nothing in common).
const TELLS: f64 = 0.98;

/// How often a row's values may be met by chance among all rows, before another row just like it says nothing.
const BY_CHANCE: f64 = 0.001;

/// Of rows so rare that fewer pairs of them than this are alike by chance, a pair is worth a look.
const FEW: f64 = 0.1;

/// The outcome changes from one row to the next this much less often than in rows that were shuffled: then the order tells it.
const SORTED: f64 = 0.2;

/// Visible columns, the label apart, that tell the label by themselves: in the learner's rows, or in those of the exam.
pub(super) fn recoded(material: &Material) -> Result<Vec<Finding>, RunError> {
    let dataset = &material.written.task.dataset;
    let label = dataset.label();
    if dataset.target.spec().holds != Holds::Outcome {
        return Ok(Vec::new());
    }
    let mut findings: Vec<Finding> = Vec::new();
    let mut told_of: Vec<String> = Vec::new();
    for rows in &material.rows {
        let outcome: Vec<bool> = tables::numbers(rows, label)?.into_iter().map(|y| y == Some(1.0)).collect();
        let ill = outcome.iter().filter(|&&y| y).count();
        if ill < FEWEST || outcome.len() - ill < FEWEST {
            continue;
        }
        for name in tables::names(rows) {
            // An id is another one in every row: that it tells each outcome means nothing.
            let visible = matches!(dataset.role(name), Role::Feature | Role::Group | Role::Time);
            if name == label || !visible || told_of.iter().any(|known| known == name) {
                continue;
            }
            let [of_ill, of_well] = told(rows, name, &outcome)?;
            if of_ill + of_well - 1.0 < TELLS {
                continue;
            }
            told_of.push(name.to_owned());
            let [of_ill, of_well] = [of_ill, of_well].map(|share| 100.0 * share);
            findings.push(Rule::Recoded.broken(
                material.place_of(name),
                text!(
                    "the column `{name}` tells the label `{label}` by itself: {of_ill:.0}% of the rows with the outcome, and {of_well:.0}% of those without",
                    "列 `{name}` だけで、結果の列 `{label}` が分かってしまいます（転帰が陽性の行の{of_ill:.0}%、陰性の行の{of_well:.0}%を言い当てます）"
                ),
                Text::new(
                    "role = \"hidden\", or no such column: it is the outcome in other words, or was written down after it",
                    "role = \"hidden\" とするか、列を除いてください（結果の言い換え、または結果が分かった後に記録された値です）",
                ),
            ));
        }
    }
    Ok(findings)
}

/// Which share of the rows with the outcome, and of those without, a column tells at its best: each value, or each side of a cut,
/// stands for the outcome or for its absence. A missing value is a value: what is written down of the ill alone tells them, too.
fn told(rows: &Frame, name: &str, outcome: &[bool]) -> Result<[f64; 2], RunError> {
    let mut counts: BTreeMap<Option<String>, [usize; 2]> = BTreeMap::new();
    for (word, &y) in tables::words(rows, name)?.into_iter().zip(outcome) {
        counts.entry(word).or_default()[usize::from(y)] += 1;
    }
    let total: [usize; 2] = counts.values().fold([0, 0], |sum, n| [sum[0] + n[0], sum[1] + n[1]]);
    let share = |n: usize, of: usize| n as f64 / total[of].max(1) as f64;
    if counts.len() <= VALUES {
        let [mut ill, mut well] = [0.0, 0.0];
        for [without, with] in counts.values() {
            let (without, with) = (share(*without, 0), share(*with, 1));
            if with > without {
                ill += with;
            } else {
                well += without;
            }
        }
        return Ok([ill, well]);
    }
    if !tables::is_time(rows, name) {
        return Ok([0.0, 0.0]);
    }
    let values = tables::numbers(rows, name)?;
    let mut best = [0.0, 0.0];
    for missing in [f64::NEG_INFINITY, f64::INFINITY] {
        let mut sorted: Vec<(f64, bool)> =
            values.iter().zip(outcome).map(|(x, &y)| (x.unwrap_or(missing), y)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut below = [0, 0];
        for same in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            for (_, y) in same {
                below[usize::from(*y)] += 1;
            }
            let (without, with) = (share(below[0], 0), share(below[1], 1));
            for told in [[with, 1.0 - without], [1.0 - with, without]] {
                if told[0] + told[1] > best[0] + best[1] {
                    best = told;
                }
            }
        }
    }
    Ok(best)
}

/// A file as rows of words, column by column; a column that cannot be read is told by whoever draws the rows.
fn columns(sheet: &Sheet) -> Vec<(String, Vec<Option<String>>)> {
    sheet.names().into_iter().filter_map(|name| Some((name.to_owned(), sheet.words(name).ok()?))).collect()
}

/// How many different values there are.
fn different(words: &[Option<String>]) -> usize {
    let mut words: Vec<&String> = words.iter().flatten().collect();
    words.sort_unstable();
    words.dedup();
    words.len()
}

/// Whether a column counts the rows: whole numbers, each one more (or one less) than the one before.
fn counts_rows(words: &[Option<String>]) -> bool {
    let numbers: Option<Vec<i64>> = words.iter().map(|word| word.as_ref()?.parse().ok()).collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.len() > 2) else { return false };
    [1, -1].iter().any(|step| numbers.windows(2).all(|two| two[0].checked_add(*step) == Some(two[1])))
}

/// Whether a column names patients, whatever its role: there are many, and few rows of each.
fn names_many(words: &[Option<String>]) -> bool {
    10 * different(words) >= words.len()
}

/// Rows of a file that are the same in all but their ids.
pub(super) fn twice(material: &Material) -> Vec<Finding> {
    let dataset = &material.written.task.dataset;
    let Some(sheet) = &material.sheet else { return Vec::new() };
    let mut columns = columns(sheet);
    columns.retain(|(name, words)| match dataset.role(name) {
        Role::Id => false,
        Role::Group => !names_many(words),
        _ => !counts_rows(words),
    });
    let n = sheet.rows();
    // How often each row's values come together by chance in another row, were the columns independent. A value's own row is left
    // out of its count: the copy of a rare one makes it no more common.
    let others = n.saturating_sub(1).max(1) as f64;
    let mut chance = vec![others; n];
    for (_, words) in &columns {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for word in words.iter().flatten() {
            *counts.entry(word).or_default() += 1;
        }
        let filled = counts.values().sum::<usize>().saturating_sub(1).max(1) as f64;
        for (row, word) in words.iter().enumerate() {
            if let Some(word) = word {
                chance[row] *= counts[word.as_str()].saturating_sub(1).max(1) as f64 / filled;
            }
        }
    }
    let mut same: BTreeMap<Vec<Option<&str>>, Vec<usize>> = BTreeMap::new();
    for row in 0..n {
        same.entry(columns.iter().map(|(_, words)| words[row].as_deref()).collect()).or_default().push(row);
    }
    let twins: Vec<&Vec<usize>> = same.values().filter(|rows| rows.len() > 1).collect();
    let alike = |rows: &[usize]| rows[1..].iter().map(|&row| (row, rows[0])).collect::<Vec<_>>();
    // By the copy, the row that it repeats; in a block, the one at the block's distance.
    let mut copies: BTreeMap<usize, usize> =
        twins.iter().filter(|rows| chance[rows[0]] < BY_CHANCE).flat_map(|rows| alike(rows)).collect();
    copies.extend(copied(&twins, n).into_iter().map(|[first, again]| (again, first)));
    let proven = !copies.is_empty();
    if !proven {
        let mut sorted = chance.clone();
        sorted.sort_by(f64::total_cmp);
        let mut pairs = 0.0;
        let rare = |chance: &&f64| {
            pairs += **chance / 2.0;
            pairs < FEW
        };
        let rarest = sorted.iter().take_while(rare).last().copied().unwrap_or(0.0);
        copies = twins.iter().filter(|rows| chance[rows[0]] <= rarest).flat_map(|rows| alike(rows)).collect();
    }
    let copies: Vec<[usize; 2]> = copies.into_iter().map(|(again, first)| [first, again]).collect();
    let Some(&[_, again]) = copies.first() else { return Vec::new() };
    let number = |row: usize| sheet.line(row).unwrap_or(row + 1);
    let list: Vec<String> =
        copies.iter().take(3).map(|two| format!("{} = {}", number(two[1]), number(two[0]))).collect();
    let (times, list) = (copies.len(), format!("{}{}", list.join(", "), if copies.len() > 3 { ", …" } else { "" }));
    let (row, row_ja) = if sheet.line(again).is_some() { ("lines", "行番号 ") } else { ("rows", "行 ") };
    let place = Material::place_of_row(sheet, again, None);
    if !proven {
        let found = text!(
            "{times} rows that may repeat an earlier one: the same in all but their ids ({row} {list}), which among these columns rarely comes by chance",
            "id以外のすべての値が前の行と同じで、重複かもしれない行が{times}行あります（{row_ja}{list}）。これらの列では、偶然にはあまり起こりません"
        );
        let expected = Text::new(
            "a look at them: the copies deleted where it is one patient; nothing where they are two",
            "該当する行の確認（同じ患者なら重複した行を削除し、別の患者ならこのままでかまいません）",
        );
        return vec![Rule::Duplicate.remark(place, found, expected)];
    }
    // Of rows that many others are like, a copy may be no more than another of them.
    let found = text!(
        "at least {times} rows that repeat an earlier one in all but their ids ({row} {list})",
        "id以外のすべての値が前の行と同じ行が、少なくとも{times}行あります（{row_ja}{list}）"
    );
    let expected = Text::new(
        "each patient once: the copies deleted, or patients would both train the model and judge it",
        "1人の患者は1回だけ（重複した行を削除してください。残すと、同じ患者が学習にも判定にも使われます）",
    );
    vec![Rule::Duplicate.broken(place, found, expected)]
}

/// Rows that were copied as a block: one after the other they repeat rows that stand one after the other, more of them than chance
/// would bring where each row has so many others like it.
fn copied(twins: &[&Vec<usize>], n: usize) -> Vec<[usize; 2]> {
    /// Rows with so many others like them are too common to look at each pair.
    const COMMON: usize = 50;
    let pairs: f64 = twins.iter().map(|rows| rows.len() as f64 * (rows.len() as f64 - 1.0) / 2.0).sum();
    let all = n as f64 * (n as f64 - 1.0) / 2.0;
    if pairs < 1.0 {
        return Vec::new();
    }
    // So long that not one such block in a thousand tables comes by chance.
    let long = ((BY_CHANCE / all).ln() / (pairs / all).min(0.999).ln()).ceil().max(3.0);
    let mut by_distance: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for rows in twins.iter().filter(|rows| rows.len() <= COMMON) {
        for (i, &first) in rows.iter().enumerate() {
            for &again in &rows[i + 1..] {
                by_distance.entry(again - first).or_default().push(first);
            }
        }
    }
    let mut kinds: Vec<Option<usize>> = vec![None; n];
    for (kind, rows) in twins.iter().enumerate() {
        rows.iter().for_each(|&row| kinds[row] = Some(kind));
    }
    let repeats = |first: usize, distance: usize| {
        kinds[first].is_some() && kinds.get(first + distance).is_some_and(|again| *again == kinds[first])
    };
    let mut copies = Vec::new();
    for (distance, mut firsts) in by_distance {
        firsts.sort_unstable();
        for block in firsts.chunk_by(|a, b| a + 1 == *b).filter(|block| block.len() as f64 >= long) {
            // Common rows belong to a block too, where they stand in it or at its ends.
            let before = (0..block[0]).rev().take_while(|&first| repeats(first, distance));
            let after = (block[block.len() - 1] + 1..n).take_while(|&first| repeats(first, distance));
            let whole = before.chain(block.iter().copied()).chain(after);
            copies.extend(whole.map(|first| [first, first + distance]));
        }
    }
    copies
}

/// Words that say of a column's name that it tells patients apart.
fn names_patients(name: &str) -> bool {
    let plain = name.to_lowercase();
    let parts: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let whole = parts.concat();
    let person = ["patient", "subject", "person", "case"].iter().any(|who| whole.starts_with(who));
    let number = ["id", "no", "number", "num", "code"].iter().any(|what| whole.ends_with(what));
    let in_japanese = ["患者", "症例", "被験者", "カルテ", "診察券"].iter().any(|who| name.contains(who))
        && (["番号", "コード"].iter().any(|what| name.contains(what)) || whole.ends_with("id"));
    ["id", "pid", "patient", "subject", "患者"].contains(&whole.as_str()) || (person && number) || in_japanese
}

/// Patients with several rows whom no group keeps together: in a column that nobody described, or in ids that rows share.
pub(super) fn shared_ids(material: &Material) -> Vec<Finding> {
    let task = &material.written.task;
    let Some(sheet) = &material.sheet else { return Vec::new() };
    let mut findings = Vec::new();
    for (name, words) in columns(sheet) {
        let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
        for word in words.iter().flatten() {
            *rows.entry(word).or_default() += 1;
        }
        let (ids, shared) = (rows.len(), rows.values().filter(|&&n| n > 1).count());
        if shared == 0 {
            continue;
        }
        match task.dataset.role(&name) {
            Role::Feature if names_patients(&name) && ids >= 2 * VALUES && names_many(&words) => {
                findings.push(Rule::Duplicate.broken(
                    material.place_of(&name),
                    text!(
                        "the column `{name}` names patients, of whom {shared} of {ids} have several rows, and is read as a feature",
                        "列 `{name}` は患者を表し、{ids}人中{shared}人に複数の行がありますが、説明変数として読まれています"
                    ),
                    text!(
                        "{{ name = \"{name}\", role = \"group\" }} under [source] columns, which keeps a patient's rows together",
                        "[source] の columns に {{ name = \"{name}\", role = \"group\" }} と書く（同じ患者の行をまとめて扱います）"
                    ),
                ));
            }
            // Ids that only some rows share are refused where the file is read.
            Role::Id if task.exercise.exam.share.is_some() && 2 * shared >= ids => {
                findings.push(Rule::Duplicate.remark(
                    material.place_of(&name),
                    text!(
                        "{shared} of {ids} ids in `{name}` have several rows, and [exam] share deals rows out one by one: the same id may train and judge",
                        "`{name}`のid {ids}個のうち{shared}個に複数の行がありますが、[exam] share は1行ずつ割り当てるため、同じidが学習にも判定にも使われえます"
                    ),
                    Text::new("role = \"group\", which keeps rows together", "role = \"group\"（行をまとめて扱います）"),
                ));
            }
            _ => {}
        }
    }
    findings
}

/// Row numbers among the inputs, and numbers or an order of rows by which the outcome is known.
pub(super) fn order(material: &Material) -> Vec<Finding> {
    let dataset = &material.written.task.dataset;
    let Some(sheet) = &material.sheet else { return Vec::new() };
    let columns = columns(sheet);
    let Some((_, label)) = columns.iter().find(|(name, _)| name == dataset.label()) else { return Vec::new() };
    let mut findings = Vec::new();
    let patients: Vec<&Vec<Option<String>>> = columns
        .iter()
        .filter(|(name, words)| matches!(dataset.role(name), Role::Id | Role::Group) && names_many(words))
        .map(|(_, words)| words)
        .collect();
    let mut told = false;
    for (name, words) in columns.iter().filter(|(name, _)| dataset.role(name).is_visible()) {
        let counts = counts_rows(words);
        let (is_id, is_feature) = (dataset.role(name) == Role::Id, dataset.role(name) == Role::Feature);
        if !(is_id && names_many(words) || is_feature && counts) {
            continue;
        }
        let mut rows: Vec<usize> = (0..words.len()).filter(|&row| words[row].is_some()).collect();
        rows.sort_by(|&a, &b| in_order(words[a].as_deref().unwrap_or(""), words[b].as_deref().unwrap_or("")));
        if sorted(&rows, label, &patients) {
            told = true;
            findings.push(Rule::Order.broken(
                material.place_of(name),
                text!(
                    "the rows are numbered in the order of the outcome: `{name}` gives it away",
                    "転帰の順に番号が付いているため、`{name}` から結果が分かります"
                ),
                text!(
                    "rows shuffled and numbered anew, or {{ name = \"{name}\", role = \"hidden\" }}",
                    "行を無作為に並べ替えて番号を付け直すか、{{ name = \"{name}\", role = \"hidden\" }} とすること"
                ),
            ));
        } else if is_feature && unnamed(name) {
            findings.push(Rule::Order.broken(
                material.place_of(name),
                text!(
                    "the column `{name}`: row numbers that a program wrote, read as a feature",
                    "列 `{name}` は、プログラムが書いた行番号です（説明変数として読まれています）"
                ),
                Text::new(
                    "a file without it (pandas: index=False; R: row.names = FALSE)",
                    "この列のないファイル（pandasなら index=False、Rなら row.names = FALSE で書き出せます）",
                ),
            ));
        } else if is_feature {
            findings.push(Rule::Order.remark(
                material.place_of(name),
                text!(
                    "the column `{name}` counts the rows, and is read as a feature",
                    "列 `{name}` は行の番号ですが、説明変数として読まれています"
                ),
                text!(
                    "{{ name = \"{name}\", role = \"id\" }}, where it is no finding",
                    "所見でないなら {{ name = \"{name}\", role = \"id\" }}"
                ),
            ));
        }
    }
    let rows: Vec<usize> = (0..sheet.rows()).collect();
    if !told && sorted(&rows, label, &patients) {
        findings.push(Rule::Order.remark(
            Place::file(sheet.file.clone()),
            Text::new("rows in the order of the outcome", "行が転帰の順に並んでいます"),
            Text::new("rows that were shuffled", "無作為に並べ替えた行"),
        ));
    }
    findings
}

/// Names that programs give to row numbers: pandas, R, readr.
fn unnamed(name: &str) -> bool {
    let plain = name.to_lowercase();
    plain.starts_with("unnamed: ")
        || plain.strip_prefix("...").is_some_and(|number| number.parse::<u32>().is_ok())
        || ["x", "index", "level_0", "rownames", "row_names", "row.names", "rowname"].contains(&plain.as_str())
}

/// Whether rows stand in the order of the outcome: along them it changes far less often than it would among shuffled ones (the number
/// of runs of Wald and Wolfowitz). Rows of one patient, one after the other with the same outcome, are one.
fn sorted(rows: &[usize], label: &[Option<String>], patients: &[&Vec<Option<String>>]) -> bool {
    let same_patient = |a: usize, b: usize| patients.iter().any(|words| words[a].is_some() && words[a] == words[b]);
    let mut outcomes: Vec<&str> = Vec::new();
    let mut before: Option<usize> = None;
    for &row in rows {
        let Some(outcome) = label[row].as_deref() else { continue };
        if !before.is_some_and(|before| label[before] == label[row] && same_patient(before, row)) {
            outcomes.push(outcome);
        }
        before = Some(row);
    }
    let Some(first) = outcomes.first() else { return false };
    let one = outcomes.iter().filter(|outcome| *outcome == first).count();
    let other = outcomes.len() - one;
    if one < FEWEST || other < FEWEST {
        return false;
    }
    let runs = 1.0 + outcomes.windows(2).filter(|two| two[0] != two[1]).count() as f64;
    let shuffled = 1.0 + 2.0 * one as f64 * other as f64 / outcomes.len() as f64;
    runs <= SORTED * shuffled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_by_outcome_is_told_from_chance_and_from_patients_with_several_rows() {
        let label = |of: &dyn Fn(usize) -> bool| -> Vec<Option<String>> {
            (0..60).map(|row| Some(if of(row) { "1" } else { "0" }.to_owned())).collect()
        };
        let rows: Vec<usize> = (0..60).collect();
        assert!(sorted(&rows, &label(&|row| row >= 25), &[]));
        // The ill first within each of two hospitals.
        assert!(sorted(&rows, &label(&|row| row % 30 < 12), &[]));
        let scattered = |row: usize| row * 37 % 60 < 25;
        assert!(!sorted(&rows, &label(&scattered), &[]));
        let patients: Vec<Option<String>> = rows.iter().map(|row| Some((row / 6).to_string())).collect();
        let of_patients = label(&|row| [0, 3, 4, 6, 9].contains(&(row / 6)));
        assert!(!sorted(&rows, &of_patients, &[&patients]), "six rows of each patient");
    }

    #[test]
    fn names_of_patients_are_known_in_both_languages() {
        for name in ["id", "ID", "patient", "Patient_ID", "patientNo", "subject id", "患者番号", "患者ID", "症例番号"]
        {
            assert!(names_patients(name), "{name}");
        }
        for name in ["grid", "case_mix", "patient_weight", "paid", "患者数", "x", "identity"] {
            assert!(!names_patients(name), "{name}");
        }
    }
}
