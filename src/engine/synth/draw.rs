//! Drawing the tables of a causal model, from the outermost to the innermost; a table whose rows are taken together in the one around
//! it is drawn when they are asked for.
//!
//! Each row has a key, made from the path of row numbers that leads to it; each column has a stream, made from its name. A draw is
//! a function of both alone. So a row does not change when rows are added, when another column changes, or with the number of
//! threads; and an intervention on one column leaves the luck of all others as it was.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use polars::prelude::{Column as Series, DataType};

use super::aggregate::aggregate;
use super::dates;
use super::label::check_label;
use super::pictures::Shots;
use super::rows::{Drawn, KEY, SynthError};
use super::signals::Origin;
use course::dataset::{Column, Dataset, Image, Role, Source, Table};
use course::exercise::{Draw, REPEAT};
use diagnostics::fault::{Fault, Id};
use diagnostics::keys::Written;
use diagnostics::text;
use diagnostics::text::Text;
use seed::Seed;
use sql::Expression;
use tables::Frame;

/// The innermost table's ids again, under a name that does not depend on the table.
const ID: &str = "__id";

/// A table may have so many rows in all.
const MOST: usize = 5_000_000;

/// A table that is drawn several times may have so many rows in all: they lie in memory together.
const MOST_REPEATED: usize = 2_000_000;

/// Rows of the second table per row of the first, and of further tables per row of the one before: an id is the outer row's id
/// times this, plus the row's number, so that it says where a row belongs and does not move when other rows come or go.
const PER_ROW: [u64; 2] = [1_000_000, 1_000];

/// The keys of the rows whose bodies the pictures show.
const BODY: &str = "__body";

/// The one row of the world, under `seed`, without a key: its columns are drawn one after another, as those of a table.
pub(super) fn world(dataset: &Dataset, draw: &Draw, seed: Seed) -> Result<Frame, SynthError> {
    let stream = seed.named(&dataset.id);
    let mut row = Frame::empty_with_height(1);
    row.with_column(Series::new(KEY.into(), [stream.bits()])).map_err(tables::TableError::from)?;
    decide(&mut row, draw)?;
    for column in &dataset.world {
        let drawn = equation(&row, column, stream.named(&column.name), &draw.interventions)?;
        row.with_column(drawn).map_err(tables::TableError::from)?;
    }
    Ok(row.drop_many([KEY]).drop_many(draw.decided.keys().cloned()))
}

/// What was decided, as columns of the outermost rows under the names that equations have for it.
fn decide(rows: &mut Frame, draw: &Draw) -> Result<(), SynthError> {
    for (name, value) in &draw.decided {
        let column = Series::new(name.as_str().into(), vec![*value; rows.height()]);
        rows.with_column(column).map_err(tables::TableError::from)?;
    }
    Ok(())
}

/// Draws every table: `truth` seeds the world, `seed` all that hangs on the luck of rows.
pub(super) fn draw(dataset: &Dataset, draw: &Draw, (truth, seed): (Seed, Seed)) -> Result<Drawn, SynthError> {
    let Source::Model(tables) = &dataset.source else { return Ok(Drawn::default()) };
    let seed = seed.named(&dataset.id);
    let mut outer = world(dataset, draw, truth)?;
    // The outermost table's rows have their keys from its own stream: a world changes nobody's luck.
    let top = |seed: Seed| tables.first().map_or(seed, |table| seed.named(&table.name)).bits();
    let mut keys = vec![top(seed)];
    if let Some(repeat) = &draw.repeat {
        // The same world, once for each repeat, above rows whose keys are those of no other repeat.
        let repeats = 1..=repeat.value as u64;
        keys = repeats.clone().map(|repeat| top(seed.named(REPEAT).at(repeat))).collect();
        outer = if outer.width() == 0 {
            Frame::empty_with_height(keys.len())
        } else {
            tables::take(&outer, &vec![0; keys.len()])?
        };
        let numbers: Vec<i64> = repeats.map(|repeat| repeat as i64).collect();
        outer.with_column(Series::new(REPEAT.into(), numbers)).map_err(tables::TableError::from)?;
    }
    let ids = vec![0_u64; keys.len()];
    for column in [Series::new(KEY.into(), keys), Series::new(ID.into(), ids)] {
        outer.with_column(column).map_err(tables::TableError::from)?;
    }
    decide(&mut outer, draw)?;
    let grower = Grower { dataset, tables, draw, seed };
    let mut around = (0..tables.len()).filter(|&at| !tables[at].aside);
    let Some(first) = around.next() else { return Ok(Drawn::default()) };
    let mut grown = grower.grow(first, &outer)?;
    for at in around {
        grown = match grown.early.remove(&at) {
            Some(early) => grower.again(at, early, &grown.frame)?,
            None => grower.grow(at, &grown.frame)?,
        };
    }
    let mut frame = grown.frame.drop_many(draw.decided.keys().cloned());
    check_label(dataset, &frame)?;
    for column in dataset.columns().filter(|column| column.role == Role::Time) {
        times(&mut frame, column)?;
    }
    let shots = dataset.image.as_ref().map(|image| shots(image, &frame, seed.named("image"))).transpose()?;
    let signals = shots.map(Origin::Drawn);
    Ok(Drawn { table: frame.drop_many([KEY, ID, BODY, "row"]), signals })
}

/// A table that was drawn.
struct Grown {
    /// Its rows with the columns around them, as these were when it was drawn.
    frame: Frame,
    /// The row around each of them.
    parents: Vec<usize>,
    /// The tables below that were drawn for its aggregates, by their place in the list.
    early: BTreeMap<usize, Self>,
}

/// Draws the tables of a model, each from the rows around it.
struct Grower<'a> {
    dataset: &'a Dataset,
    tables: &'a [Table],
    draw: &'a Draw,
    seed: Seed,
}

impl Grower<'_> {
    /// A table with all its columns, and before an aggregate of its own the table below whose rows it takes together.
    fn grow(&self, at: usize, outer: &Frame) -> Result<Grown, SynthError> {
        let table = &self.tables[at];
        let rows = self.draw.rows.get(&table.name).unwrap_or(&table.rows);
        let stream = self.seed.named(&table.name);
        let depth = std::iter::successors(table.outer, |&outer| self.tables[outer].outer).count();
        let (mut frame, parents) = expand(outer, table, rows, stream, depth, self.draw.repeat.as_ref())?;
        if self.has_body(table) {
            let bodies = frame.column(KEY).map_err(tables::TableError::from)?.clone().with_name(BODY.into());
            frame.with_column(bodies).map_err(tables::TableError::from)?;
        }
        let mut early: BTreeMap<usize, Grown> = BTreeMap::new();
        for column in &table.columns {
            let stream = stream.named(&column.name);
            let drawn = match &column.aggregate {
                None => equation(&frame, column, stream, &self.draw.interventions)?,
                Some(over) => {
                    let Some(below) = self.tables.iter().position(|table| table.name == over.table.value) else {
                        return Err(tables::TableError::new("an aggregate of no table").into());
                    };
                    let grown = match early.entry(below) {
                        Entry::Occupied(grown) => grown.into_mut(),
                        Entry::Vacant(free) => free.insert(self.grow(below, &frame)?),
                    };
                    let natural = aggregate(over, (&grown.frame, &grown.parents), frame.height(), stream)?;
                    intervened(&frame, column, natural, stream, &self.draw.interventions)?
                }
            };
            frame.with_column(drawn).map_err(tables::TableError::from)?;
        }
        Ok(Grown { frame, parents, early })
    }

    /// A table that was drawn for an aggregate, under the finished columns around it.
    fn again(&self, at: usize, early: Grown, outer: &Frame) -> Result<Grown, SynthError> {
        let table = &self.tables[at];
        let mut frame = tables::take(&outer.drop_many([KEY, ID, "row"]), &early.parents)?;
        let body = Some(BODY).filter(|_| self.has_body(table));
        let own = [table.name.as_str(), "row", KEY, ID].into_iter().chain(body);
        for name in own.chain(table.columns.iter().map(|column| column.name.as_str())) {
            let column = early.frame.column(name).map_err(tables::TableError::from)?.clone();
            frame.with_column(column).map_err(tables::TableError::from)?;
        }
        Ok(Grown { frame, ..early })
    }

    /// Whether pictures show one body for each row of this table.
    fn has_body(&self, table: &Table) -> bool {
        self.dataset.image.as_ref().is_some_and(|image| image.body.as_ref() == Some(&table.name))
    }
}

/// A column of times that the equation gives as words, as dates.
fn times(frame: &mut Frame, column: &Column) -> Result<(), SynthError> {
    let (name, Some(equation)) = (&column.name, &column.sql) else { return Ok(()) };
    if tables::is_time(frame, name) {
        let numbers = if tables::is_number(frame, name) { tables::numbers(frame, name)? } else { Vec::new() };
        return match dates::without_signs(&numbers) {
            Some((found, expected)) => Err(equation.fault(Id::BadValue, found, expected).into()),
            None => Ok(()),
        };
    }
    let words = tables::words(frame, name)?;
    match dates::column(&words) {
        Ok(times) => Ok(times.set(frame, name)?),
        Err(bad) => Err(equation.fault(Id::BadValue, bad.found(&words), bad.expected()).into()),
    }
}

/// What the pictures of the rows are drawn from.
fn shots(image: &Image, frame: &Frame, stream: Seed) -> Result<Shots, SynthError> {
    let seeds = |name: &str, word: &str| -> Result<Vec<Seed>, tables::TableError> {
        let keys = frame.column(name).map_err(tables::TableError::from)?.u64().map_err(tables::TableError::from)?;
        Ok(keys.iter().flatten().map(|key| Seed::from_bits(key).named(word)).collect())
    };
    let bodies = seeds(if image.body.is_some() { BODY } else { KEY }, "body")?;
    let mut values = BTreeMap::new();
    for (name, equation) in &image.with {
        let drawn = sql::column(frame, KEY, &equation.value, stream.named(name))
            .map_err(|fault| fault.in_place(equation.place.clone()))?;
        let drawn = Frame::new_infer_height(vec![drawn.with_name(name.as_str().into())]);
        let drawn = tables::numbers(&drawn.map_err(tables::TableError::from)?, name)?;
        values.insert(name.as_str(), (equation, drawn));
    }
    Ok(Shots::new(image, bodies, seeds(KEY, "shot")?, &values)?)
}

/// The rows of a table with the columns of the tables around it, its id, its row numbers and keys; and the row around each.
fn expand(
    outer: &Frame,
    table: &Table,
    rows: &Written<Expression>,
    stream: Seed,
    depth: usize,
    repeat: Option<&Written<usize>>,
) -> Result<(Frame, Vec<usize>), SynthError> {
    let column = |name: &str| outer.column(name).map_err(tables::TableError::from);
    let keys: Vec<u64> = column(KEY)?.u64().map_err(tables::TableError::from)?.iter().flatten().collect();
    let ids: Vec<u64> = column(ID)?.u64().map_err(tables::TableError::from)?.iter().flatten().collect();
    let counts = counts(outer, rows, stream)?;
    let total: u64 = counts.iter().sum();
    let most = match depth {
        0 => MOST as u64,
        depth => PER_ROW[(depth - 1).min(1)],
    };
    if let Some(&count) = counts.iter().find(|&&count| count > most) {
        return Err(too_many(rows, count, most).into());
    }
    if total > MOST as u64 && repeat.is_none() {
        return Err(too_many(rows, total, MOST as u64).into());
    }
    if let Some(repeat) = repeat.filter(|_| total > MOST_REPEATED as u64) {
        let (n, table) = (repeat.value, &table.name);
        let (each, fits) = (total / n as u64, (n * MOST_REPEATED) as u64 / total);
        let fault = repeat.fault(
            Id::TooMany,
            text!(
                "{n} times {each} rows of \"{table}\", together {total}",
                "表 \"{table}\" の{each}行を{n}回、合わせて{total}行"
            ),
            text!(
                "at most {MOST_REPEATED} rows together: repeat = {fits} at most, or fewer `rows`",
                "合わせて{MOST_REPEATED}行以下（repeat = {fits} 以下にするか、`rows`を減らします）"
            ),
        );
        return Err(fault.into());
    }
    let total = total as usize;
    let (mut parents, mut row_numbers, mut own_keys, mut own_ids) =
        (Vec::with_capacity(total), Vec::with_capacity(total), Vec::with_capacity(total), Vec::with_capacity(total));
    for (parent, &count) in counts.iter().enumerate() {
        let key = Seed::from_bits(keys[parent]);
        for row in 0..count {
            parents.push(parent);
            row_numbers.push(row as i64);
            own_keys.push(key.at(row).bits());
            // Of several repeats, the outermost rows are numbered on: an id names one row.
            own_ids.push(if depth == 0 { own_ids.len() as u64 } else { ids[parent] * most + row });
        }
    }
    let around = outer.drop_many([KEY, ID, "row"]);
    let mut frame =
        if around.width() == 0 { Frame::empty_with_height(total) } else { tables::take(&around, &parents)? };
    let shown: Vec<i64> = own_ids.iter().map(|&id| id as i64).collect();
    for column in [
        Series::new(table.name.as_str().into(), shown),
        Series::new("row".into(), row_numbers),
        Series::new(KEY.into(), own_keys),
        Series::new(ID.into(), own_ids),
    ] {
        frame.with_column(column).map_err(tables::TableError::from)?;
    }
    Ok((frame, parents))
}

fn too_many(rows: &Written<Expression>, count: u64, most: u64) -> Fault {
    rows.fault(Id::TooMany, text!("{count} rows", "{count}行"), text!("at most {most}", "{most}行以下"))
}

/// How many rows for each row of the outer table.
fn counts(outer: &Frame, rows: &Written<Expression>, stream: Seed) -> Result<Vec<u64>, SynthError> {
    if let Ok(count) = rows.value.text().trim().parse::<u64>() {
        return Ok(vec![count; outer.height()]);
    }
    // Of a dataset without a world, the first table has none but its key, its number and its repeat around it.
    if tables::names(outer).into_iter().all(|name| [KEY, ID, REPEAT].contains(&name)) {
        let sql = rows.value.text();
        return Err(rows
            .fault(
                Id::BadValue,
                text!("rows = \"{sql}\"", "rows = \"{sql}\""),
                Text::new("a number: no table lies around this one", "数（この表の外側に表はありません）"),
            )
            .into());
    }
    let drawn = sql::column(outer, KEY, &rows.value, stream.named("rows"))
        .map_err(|fault| fault.in_place(rows.place.clone()))?;
    let counts = Frame::new_infer_height(vec![drawn.with_name("rows".into())]).map_err(tables::TableError::from)?;
    let counts = tables::numbers(&counts, "rows")?;
    counts
        .iter()
        .map(|count| match count {
            Some(count) if *count >= 0.0 && count.fract() == 0.0 && *count < 1e9 => Ok(*count as u64),
            other => {
                let found = other.map_or_else(|| "null".to_owned(), |count| count.to_string());
                let expected = Text::new("a whole number, 0 or more, for each row", "行ごとに0以上の整数");
                Err(rows.fault(Id::BadValue, text!("rows = {found}", "rows = {found}"), expected).into())
            }
        })
        .collect()
}

/// A column's values: its own equation, and where it is intervened on, the intervention's, in which its name is the natural value.
fn equation(
    frame: &Frame,
    column: &Column,
    stream: Seed,
    interventions: &BTreeMap<String, Written<Expression>>,
) -> Result<Series, SynthError> {
    let Some(own) = &column.sql else { return Ok(Series::new_empty(column.name.as_str().into(), &DataType::Null)) };
    let name = column.name.as_str();
    let natural = sql::column(frame, KEY, &own.value, stream)
        .map_err(|fault| fault.in_place(own.place.clone()))?
        .with_name(name.into());
    intervened(frame, column, natural, stream, interventions)
}

/// A column as an intervention changes it, where there is one.
fn intervened(
    frame: &Frame,
    column: &Column,
    natural: Series,
    stream: Seed,
    interventions: &BTreeMap<String, Written<Expression>>,
) -> Result<Series, SynthError> {
    let name = column.name.as_str();
    let Some(intervention) = interventions.get(name) else { return Ok(natural.with_name(name.into())) };
    let mut world = frame.clone();
    world.with_column(natural.with_name(name.into())).map_err(tables::TableError::from)?;
    let change = |rows: &Frame| -> Result<Series, SynthError> {
        let changed = sql::column(rows, KEY, &intervention.value, stream.named("do"));
        Ok(changed.map_err(|fault| fault.in_place(intervention.place.clone()))?.with_name(name.into()))
    };
    // What is shuffled stays in its own repeat; all else is the same for a row wherever it stands.
    if !tables::names(&world).contains(&REPEAT) || !intervention.value.text().to_lowercase().contains("shuffle") {
        return change(&world);
    }
    let repeats = tables::numbers(&world, REPEAT)?;
    let mut all: Option<Series> = None;
    let mut from = 0;
    for rows in repeats.chunk_by(|a, b| a == b) {
        let changed = change(&world.slice(from, rows.len()))?;
        from += rows.len() as i64;
        match &mut all {
            Some(all) => drop(all.append(&changed).map_err(tables::TableError::from)?),
            None => all = Some(changed),
        }
    }
    all.map_or_else(|| change(&world), Ok)
}
