//! A workbook for a spreadsheet: a sheet with a row for each learner, and one with everything.

use app::ending::Ending;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{Choice, inert, inert_id, plain, points};
use crate::folder::Class;
use crate::grade::Book;

/// The file.
///
/// # Errors
/// Our own failure.
pub fn workbook(class: &Class, book: &Book, choice: Choice) -> Result<Vec<u8>, Ending> {
    made(class, book, choice).map_err(|error| Ending::ours(&error))
}

fn made(class: &Class, book: &Book, choice: Choice) -> Result<Vec<u8>, XlsxError> {
    let bold = Format::new().set_bold();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("grades")?;
    sheet.set_freeze_panes(1, 2)?;
    for (column, title) in ["id", "name", "email"].into_iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, title, &bold)?;
    }
    for (at, asked) in class.settings.exercises.iter().enumerate() {
        sheet.write_string_with_format(0, 3 + at as u16, &asked.id.value, &bold)?;
    }
    for (row, learner) in class.roster.learners.iter().enumerate() {
        let row = 1 + row as u32;
        let email = learner.email.as_deref().unwrap_or_default();
        for (column, cell) in [&*learner.id, &*learner.name, email].into_iter().enumerate() {
            sheet.write_string(row, column as u16, if column == 0 { inert_id(cell) } else { inert(cell) })?;
        }
        for (at, asked) in class.settings.exercises.iter().enumerate() {
            let Some(grade) = book.grade(&learner.id, &asked.id.value) else { continue };
            match points(grade, choice) {
                Some(points) => sheet.write_number(row, 3 + at as u16, points)?,
                None => sheet.write_string(row, 3 + at as u16, grade.state.word())?,
            };
        }
    }
    let sheet = workbook.add_worksheet().set_name("details")?;
    sheet.set_freeze_panes(1, 2)?;
    for (column, title) in plain::COLUMNS.into_iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, title, &bold)?;
    }
    for (row, cells) in plain::rows(class, book, choice).into_iter().enumerate() {
        for (column, cell) in cells.into_iter().enumerate() {
            let is_number = (6..=12).contains(&column);
            match cell.parse::<f64>().ok().filter(|_| is_number) {
                Some(number) => sheet.write_number(1 + row as u32, column as u16, number)?,
                None => sheet.write_string(1 + row as u32, column as u16, cell)?,
            };
        }
    }
    workbook.save_to_buffer()
}
