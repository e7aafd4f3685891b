//! A table of patients as a clinician reads it: its first rows, what each column means, and a Table 1 by outcome.

use super::figures::{between, count};
use super::terminal::{Terminal, bold};
use course::dataset::{Dataset, Role};
use diagnostics::text::{Lang, in_order};
use tables::{Frame, TableError};

/// Rows shown as they are.
const FIRST: usize = 5;

/// Words that a column may hold and still be counted value by value.
const VALUES: usize = 8;

impl Terminal {
    /// The first rows, the meaning of each column, and a summary of the rows by the values of the column `by`.
    ///
    /// # Errors
    /// Our own.
    pub fn rows_of(&self, dataset: &Dataset, rows: &Frame, by: &str) -> Result<String, TableError> {
        let names = tables::names(rows);
        let n = count(rows.height());
        let mut out = match self.lang {
            Lang::En => bold(&format!("The first of {n} rows")),
            Lang::Ja => bold(&format!("{n}行のうち最初の数行")),
        };
        out.push('\n');
        let first: Vec<usize> = (0..rows.height().min(FIRST)).collect();
        out += &self.first_rows(&tables::take(rows, &first)?)?;

        out += &format!("\n{}\n", bold(self.say("What the columns mean", "列の意味")));
        for name in &names {
            let column = dataset.columns().find(|column| column.name == *name);
            let about = column.and_then(|column| column.about.as_ref()).map(|about| about.get(self.lang).to_owned());
            let unit = column.map(|column| column.unit.get(self.lang)).filter(|unit| !unit.is_empty());
            let unit = unit.map(|unit| match self.lang {
                Lang::En => format!(" ({unit})"),
                Lang::Ja => format!("（{unit}）"),
            });
            let about = about.unwrap_or_else(|| role(dataset.role(name), self.lang).to_owned());
            let line = format!("{name}{}{about}{}", self.say(": ", "："), unit.unwrap_or_default());
            out += &self.hanging("  ", "      ", &line);
        }

        let title = match self.lang {
            Lang::En => format!("Who they are, by {by}: median (quartiles), or number (%)"),
            Lang::Ja => format!("{by}別の内訳：中央値（四分位範囲）、または件数（%）"),
        };
        out += &format!("\n{}", self.paragraph("", &bold(&title)));
        out += &self.table(&self.summary(dataset, rows, by)?, 3);
        Ok(out)
    }

    /// Rows as they are, numbered from 1.
    ///
    /// # Errors
    /// Our own.
    pub fn first_rows(&self, rows: &Frame) -> Result<String, TableError> {
        let names = tables::names(rows);
        let cells: Vec<Vec<String>> = names
            .iter()
            .map(|name| Ok(tables::words(rows, name)?.into_iter().map(|cell| plain(cell.as_deref())).collect()))
            .collect::<Result<_, TableError>>()?;
        let mut table: Vec<Vec<String>> =
            vec![std::iter::once(String::new()).chain(names.iter().map(|&name| name.to_owned())).collect()];
        for row in 0..rows.height() {
            let number = (row + 1).to_string();
            table.push(std::iter::once(number).chain(cells.iter().map(|cells| cells[row].clone())).collect());
        }
        Ok(self.table(&table, 1))
    }

    /// Table 1: a column for all rows and for each value of `by`, and a line for each measurement or value.
    ///
    /// # Errors
    /// Our own.
    pub fn summary(&self, dataset: &Dataset, rows: &Frame, by: &str) -> Result<Vec<Vec<String>>, TableError> {
        let of = tables::words(rows, by)?;
        let mut values: Vec<&String> = of.iter().flatten().collect();
        values.sort_by(|a, b| in_order(a, b));
        values.dedup();
        let everybody: Vec<usize> = (0..rows.height()).collect();
        let all = (self.say("all", "全体").to_owned(), String::new());
        let mut groups: Vec<((String, String), Vec<usize>)> = vec![(all, everybody.clone())];
        if values.len() <= VALUES {
            for value in values {
                let members = everybody.iter().copied().filter(|&row| of[row].as_ref() == Some(value));
                groups.push((self.group(dataset, by, &plain(Some(value))), members.collect()));
            }
        } else if tables::is_number(rows, by) {
            let numbers = tables::numbers(rows, by)?;
            for (title, within) in thirds(by, &numbers) {
                let members = everybody.iter().copied().filter(|&row| numbers[row].is_some_and(&within));
                groups.push(((title, String::new()), members.collect()));
            }
        }
        let line = |name: String, cell: &dyn Fn(&[usize]) -> String| -> Vec<String> {
            std::iter::once(name).chain(groups.iter().map(|(_, rows)| cell(rows))).collect()
        };
        let heading = |of: &dyn Fn(&(String, String)) -> String| -> Vec<String> {
            std::iter::once(String::new()).chain(groups.iter().map(|(names, _)| of(names))).collect()
        };
        let mut out = vec![
            heading(&|names| names.0.clone()),
            heading(&|names| names.1.clone()),
            line(String::new(), &|rows| format!("n = {}", count(rows.len()))),
        ];
        for name in tables::names(rows) {
            if name == by || dataset.role(name) == Role::Id || dataset.tables().any(|table| table == name) {
                continue;
            }
            let words = tables::words(rows, name)?;
            let missing = |rows: &[usize]| rows.iter().filter(|&&row| words[row].is_none()).count();
            let mut kinds: Vec<&String> = words.iter().flatten().collect();
            kinds.sort_by(|a, b| in_order(a, b));
            kinds.dedup();
            let flag = kinds.iter().all(|kind| ["0", "1"].contains(&plain(Some(kind)).as_str()));
            if tables::is_number(rows, name) && !flag {
                let numbers = tables::numbers(rows, name)?;
                let decimals = kinds.iter().map(|kind| plain(Some(kind)).split_once('.').map_or(0, |(_, d)| d.len()));
                let decimals = decimals.max().unwrap_or(0).min(2);
                let unit = dataset
                    .columns()
                    .find(|column| column.name == name)
                    .map_or("", |column| column.unit.get(self.lang));
                let title = if unit.is_empty() { name.to_owned() } else { format!("{name}, {unit}") };
                out.push(line(title, &|rows| {
                    let mut present: Vec<f64> = rows.iter().filter_map(|&row| numbers[row]).collect();
                    present.sort_by(f64::total_cmp);
                    let Some([low, middle, high]) = quartiles(&present) else { return "–".to_owned() };
                    let dash = between((low, high), self.lang);
                    format!("{middle:.decimals$} ({low:.decimals$}{dash}{high:.decimals$})")
                }));
            } else if kinds.len() <= VALUES {
                // Of yes and no, the yes tells all.
                let told: Vec<&String> =
                    if flag && kinds.len() == 2 { kinds.split_off(1) } else { std::mem::take(&mut kinds) };
                for kind in told {
                    let share = |rows: &[usize]| {
                        let n = rows.iter().filter(|&&row| words[row].as_ref() == Some(kind)).count();
                        number(n, rows.len() - missing(rows))
                    };
                    let value = plain(Some(kind));
                    let told = match (dataset.called(name, &value), self.lang) {
                        (Some(words), Lang::En) => format!("{name}: {}", words.en),
                        (Some(words), Lang::Ja) => format!("{name}：{}", words.ja),
                        (None, _) => format!("{name} = {value}"),
                    };
                    out.push(line(told, &share));
                }
            } else {
                let kinds = count(kinds.len());
                out.push(line(name.to_owned(), &|_| match self.lang {
                    Lang::En => format!("{kinds} values"),
                    Lang::Ja => format!("{kinds}種類"),
                }));
            }
            if words.iter().any(Option::is_none) {
                let title = match self.lang {
                    Lang::En => format!("  {name} missing"),
                    Lang::Ja => format!("　{name}の欠測"),
                };
                out.push(line(title, &|rows| number(missing(rows), rows.len())));
            }
        }
        Ok(out)
    }
}

/// `78 (10%)`
fn number(n: usize, of: usize) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    format!("{} ({:.0}%)", count(n), 100.0 * n as f64 / of as f64)
}

/// The quartiles of sorted values, linear between them (R's type 7).
/// Thirds of a measurement's values, with what they are called; a value that many share may leave fewer.
fn thirds(name: &str, values: &[Option<f64>]) -> Vec<(String, impl Fn(f64) -> bool + use<>)> {
    let mut present: Vec<f64> = values.iter().copied().flatten().collect();
    present.sort_by(f64::total_cmp);
    let at = |share: f64| present.get(((present.len() as f64 * share) as usize).saturating_sub(1)).copied();
    let mut ends: Vec<f64> = [at(1.0 / 3.0), at(2.0 / 3.0)].into_iter().flatten().collect();
    ends.dedup();
    ends.retain(|end| present.last().is_some_and(|last| end < last));
    let bounds: Vec<(f64, f64)> = std::iter::once(f64::NEG_INFINITY)
        .chain(ends.iter().copied())
        .zip(ends.iter().copied().chain([f64::INFINITY]))
        .collect();
    bounds
        .into_iter()
        .map(|(low, high)| {
            let title = match (low.is_finite(), high.is_finite()) {
                (false, _) => format!("{name} ≤ {high}"),
                (true, true) => format!("{low} < {name} ≤ {high}"),
                (true, false) => format!("{name} > {low}"),
            };
            (title, move |x: f64| low < x && x <= high)
        })
        .collect()
}

fn quartiles(sorted: &[f64]) -> Option<[f64; 3]> {
    let last = sorted.len().checked_sub(1)?;
    Some([0.25, 0.5, 0.75].map(|share| {
        let at = share * last as f64;
        let (below, above) = (sorted[at.floor() as usize], sorted[(at.floor() as usize + 1).min(last)]);
        below + (above - below) * at.fract()
    }))
}

/// 58.0 is 58 to a reader, and nothing is a gap.
fn plain(cell: Option<&str>) -> String {
    cell.map_or_else(|| "·".to_owned(), |cell| cell.strip_suffix(".0").unwrap_or(cell).to_owned())
}

fn role(role: Role, lang: Lang) -> &'static str {
    let (en, ja) = match role {
        Role::Id => ("its number", "番号"),
        Role::Group => ("group", "群"),
        Role::Time => ("time", "時期"),
        Role::Label => ("outcome", "転帰"),
        _ => ("a number that a model may see", "説明変数"),
    };
    match lang {
        Lang::En => en,
        Lang::Ja => ja,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_hold_every_value_once() {
        let values: Vec<Option<f64>> = (1..=9).map(|x| Some(f64::from(x))).chain([None]).collect();
        let thirds = thirds("age", &values);
        let titles: Vec<&str> = thirds.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["age ≤ 3", "3 < age ≤ 6", "age > 6"]);
        for x in values.into_iter().flatten() {
            assert_eq!(thirds.iter().filter(|(_, within)| within(x)).count(), 1, "{x}");
        }
    }

    #[test]
    fn quartiles_lie_between_values() {
        assert_eq!(quartiles(&[1.0, 2.0, 3.0, 4.0]), Some([1.75, 2.5, 3.25]));
        assert_eq!(quartiles(&[7.0]), Some([7.0, 7.0, 7.0]));
        assert_eq!(quartiles(&[]), None);
        assert_eq!((number(1, 4), number(0, 0)), ("1 (25%)".to_owned(), "–".to_owned()));
    }
}
