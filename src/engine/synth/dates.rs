//! Dates as people write them in tables: 2024-04-01, 2024/4/1, 2024年4月1日, 令和6年4月1日, with or without a time of day.
//!
//! Only what can be read in one way is read: in 04/01/2024 the day and the month could be swapped.

use diagnostics::text;
use diagnostics::text::Text;
use tables::{Frame, TableError, short};

/// A column of dates.
#[derive(Debug, PartialEq)]
pub(super) enum Times {
    /// Days since 1970-01-01.
    Days(Vec<Option<i32>>),
    /// Milliseconds since the beginning of 1970-01-01.
    Moments(Vec<Option<i64>>),
}

/// What stands in the way of a column of dates.
#[derive(Debug, PartialEq)]
pub(super) struct Bad {
    /// The rows that are no dates; or, where all are, those that are written otherwise than the first.
    pub(super) rows: Vec<usize>,
    /// The row of the first date, where all are dates.
    usual: Option<usize>,
}

/// Reads a column of dates, all written alike.
pub(super) fn column(words: &[Option<String>]) -> Result<Times, Bad> {
    let read: Vec<Option<Moment>> = words.iter().map(|word| word.as_deref().and_then(read)).collect();
    let rows: Vec<usize> = (0..words.len()).filter(|&row| words[row].is_some() && read[row].is_none()).collect();
    if !rows.is_empty() {
        return Err(Bad { rows, usual: None });
    }
    let usual = read.iter().position(Option::is_some);
    let form = read.iter().flatten().next().map(|moment| moment.form);
    let rows: Vec<usize> = (0..read.len()).filter(|&row| read[row].is_some_and(|m| Some(m.form) != form)).collect();
    if !rows.is_empty() {
        return Err(Bad { rows, usual });
    }
    if form.is_some_and(|form| form.time) {
        let moment = |moment: Moment| i64::from(moment.day) * DAY + moment.time.unwrap_or(0);
        Ok(Times::Moments(read.iter().map(|read| read.map(moment)).collect()))
    } else {
        Ok(Times::Days(read.iter().map(|read| read.map(|moment| moment.day)).collect()))
    }
}

impl Times {
    /// As numbers, for their order.
    pub(super) fn numbers(&self) -> Vec<Option<f64>> {
        match self {
            Self::Days(days) => days.iter().map(|day| day.map(f64::from)).collect(),
            Self::Moments(moments) => moments.iter().map(|moment| moment.map(|moment| moment as f64)).collect(),
        }
    }

    /// In place of a table's words.
    pub(super) fn set(&self, frame: &mut Frame, name: &str) -> Result<(), TableError> {
        match self {
            Self::Days(days) => tables::set_dates(frame, name, days),
            Self::Moments(moments) => tables::set_moments(frame, name, moments),
        }
    }
}

impl Bad {
    /// What was found in place of dates.
    pub(super) fn found(&self, words: &[Option<String>]) -> Text {
        let mut kinds: Vec<&str> = self.rows.iter().filter_map(|&row| words[row].as_deref()).collect();
        kinds.dedup();
        let shown: Vec<String> = kinds.iter().take(3).map(|word| format!("\"{}\"", short(word))).collect();
        let list = format!("{}{}", shown.join(", "), if kinds.len() > 3 { ", …" } else { "" });
        match self.usual.and_then(|row| words[row].as_deref()) {
            Some(usual) => {
                text!("{list} among dates such as \"{usual}\"", "\"{usual}\" のような日付の列に {list} があります")
            }
            None => text!("{list} in a column of times", "時間の列に {list} があります"),
        }
    }
}

/// What a column of times may hold.
pub(super) fn expected() -> Text {
    Text::new(
        "dates that are written alike, the year first: 2024-04-01, 2024/4/1, 2024年4月1日, 令和6年4月1日 or 2024-04-01 13:30; or numbers",
        "同じ書き方の日付（年が先）：2024-04-01、2024/4/1、2024年4月1日、令和6年4月1日、2024-04-01 13:30 など。または数値",
    )
}

/// A date, or a moment, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    /// Days since 1970-01-01.
    day: i32,
    /// Milliseconds since midnight; none where no time of day was written.
    time: Option<i64>,
    /// The signs between the numbers, and what else was written: in one column all dates are written alike.
    form: Form,
}

/// How a date is written.
#[expect(clippy::struct_excessive_bools, reason = "what else was written are four separate facts")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    /// `-`, `/`, `.` or 年.
    sign: char,
    /// Whether years are counted by the Japanese era.
    era: bool,
    /// Whether it is a month without a day.
    month: bool,
    /// Whether a time of day follows.
    time: bool,
    /// Whether the time zone is told.
    zone: bool,
}

/// The Japanese eras with their letters, and the year before their first.
const ERAS: &[(&str, char, i32)] =
    &[("令和", 'R', 2018), ("平成", 'H', 1988), ("昭和", 'S', 1925), ("大正", 'T', 1911), ("明治", 'M', 1867)];

/// Reads a date; nothing where it is none, or could be read in more than one way. A month stands for its first day; a moment with a
/// time zone is told in UTC.
fn read(written: &str) -> Option<Moment> {
    let plain: String = written.trim().chars().map(half_width).collect();
    let mut rest = Rest(&plain);
    let era = ERAS.iter().find(|(word, letter, _)| rest.word(word) || rest.sign(&[*letter]).is_some());
    let year = match (era, rest.word("元")) {
        (None, true) => return None,
        (Some((.., before)), true) => before + 1,
        (Some((.., before)), false) => before + rest.number(1..=2)?,
        (None, false) => rest.number(4..=4)?,
    };
    let sign = rest.sign(&['-', '/', '.', '年'])?;
    let month = rest.number(1..=2)?;
    let whole = if sign == '年' { rest.sign(&['月']).is_some() } else { rest.sign(&[sign]).is_some() };
    let (day, has_day) = match rest.number(1..=2) {
        Some(day) if whole && (sign != '年' || rest.sign(&['日']).is_some()) => (day, true),
        None if whole == (sign == '年') => (1, false),
        _ => return None,
    };
    let mut form = Form { sign, era: era.is_some(), month: !has_day, time: false, zone: false };
    let days = days(year, month, day)?;
    if rest.0.is_empty() {
        return Some(Moment { day: days, time: None, form });
    }
    if !has_day || !(rest.sign(&['T', ' ']).is_some() || sign == '年') {
        return None;
    }
    let (time, zone) = time(&mut rest)?;
    (form.time, form.zone) = (true, zone.is_some());
    let of_day = i64::from(time) - i64::from(zone.unwrap_or(0)) * 60_000;
    let shift = i32::try_from(of_day.div_euclid(DAY)).ok()?;
    Some(Moment { day: days + shift, time: Some(of_day.rem_euclid(DAY)), form })
}

/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

/// Milliseconds since midnight, and the zone's minutes east of Greenwich where it is told; to the end of the text.
fn time(rest: &mut Rest) -> Option<(i32, Option<i32>)> {
    while rest.sign(&[' ']).is_some() {}
    let hour = rest.number(1..=2).filter(|hour| *hour < 24)?;
    let colon = rest.sign(&[':', '時'])? == ':';
    let minute = match rest.number(1..=2) {
        Some(minute) if minute < 60 && (colon || rest.sign(&['分']).is_some()) => minute,
        None if !colon => 0,
        _ => return None,
    };
    let mut milliseconds = 0;
    let seconds = if colon { rest.sign(&[':']).is_some() } else { !rest.0.is_empty() };
    if seconds {
        milliseconds = 1000 * rest.number(1..=2).filter(|second| *second < 60)?;
        if !colon {
            rest.sign(&['秒'])?;
        } else if rest.sign(&['.']).is_some() {
            let digits = rest.digits();
            let thousandths: String = digits.chars().chain("00".chars()).take(3).collect();
            milliseconds += thousandths.parse::<i32>().ok().filter(|_| !digits.is_empty())?;
        }
    }
    let _ = rest.sign(&[' ']);
    let zone = if rest.sign(&['Z']).is_some() || rest.word("UTC") {
        Some(0)
    } else if let Some(sign) = rest.sign(&['+', '-']) {
        let hours = rest.number(2..=2).filter(|hours| *hours < 15)?;
        let _ = rest.sign(&[':']);
        let minutes = if rest.0.is_empty() { 0 } else { rest.number(2..=2).filter(|minutes| *minutes < 60)? };
        Some(if sign == '-' { -1 } else { 1 } * (60 * hours + minutes))
    } else {
        None
    };
    rest.0.is_empty().then_some(((60 * hour + minute) * 60_000 + milliseconds, zone))
}

/// What is not read yet.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn word(&mut self, word: &str) -> bool {
        let rest = self.0.strip_prefix(word);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn sign(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.0.chars().next().filter(|sign| signs.contains(sign))?;
        self.0 = &self.0[sign.len_utf8()..];
        Some(sign)
    }

    fn digits(&mut self) -> String {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        digits.to_owned()
    }

    /// A number of so many digits; nothing is taken where there is none.
    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
        let before = self.0;
        let number = self.digits();
        if digits.contains(&number.len()) {
            return number.parse().ok();
        }
        self.0 = before;
        None
    }
}

/// A Japanese keyboard's full-width digits and signs as half-width ones.
fn half_width(sign: char) -> char {
    match sign {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xff01 + 0x21).unwrap_or(sign),
        _ => sign,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar (Hinnant, `days_from_civil`); nothing where the month has no such day.
fn days(year: i32, month: i32, day: i32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    let year = year - i32::from(month <= 2);
    let (century, of_century) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(written: &str) -> Option<i32> {
        read(written).map(|moment| moment.day)
    }

    #[test]
    fn one_day_written_in_many_ways_is_one_day() {
        // 2024-04-01 is 19,814 days after 1970-01-01.
        for written in [
            "2024-04-01",
            "2024-4-1",
            "2024/4/1",
            "2024/04/01",
            "2024.4.1",
            "2024年4月1日",
            "2024年04月01日",
            "令和6年4月1日",
            "令和6/4/1",
            "R6.4.1",
            "R06/04/01",
            "２０２４／４／１",
            "2024-04",
            "2024年4月",
        ] {
            assert_eq!(day(written), Some(19_814), "{written}");
        }
        assert_eq!(day("令和元年5月1日"), day("2019-05-01"));
        assert_eq!(day("平成31年4月30日"), day("2019-04-30"));
        assert_eq!(day("昭和64年1月7日"), day("S64.1.7"));
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("1969-12-31"), Some(-1));
        assert_eq!(day("2024-02-29"), Some(19_782));
    }

    #[test]
    fn times_of_day_are_read_with_their_zones() {
        let moment = |written: &str| read(written).map(|m| (m.day, m.time.map(|time| time / 60_000)));
        assert_eq!(moment("2024-04-01 09:05"), Some((19_814, Some(545))));
        assert_eq!(moment("2024-04-01T09:05:30.25"), Some((19_814, Some(545))));
        assert_eq!(moment("2024/4/1 9:05:00"), Some((19_814, Some(545))));
        assert_eq!(moment("2024年4月1日9時5分"), Some((19_814, Some(545))));
        assert_eq!(moment("2024-04-01T09:05:00Z"), Some((19_814, Some(545))));
        assert_eq!(moment("2024-04-01T08:00:00+09:00"), Some((19_813, Some(23 * 60))));
        assert_ne!(read("2024-04-01").map(|m| m.form), read("2024/04/01").map(|m| m.form));
        assert_ne!(read("2024-04-01").map(|m| m.form), read("2024-04-01 00:00").map(|m| m.form));
    }

    #[test]
    fn what_is_no_date_or_could_be_two_is_not_read() {
        for written in [
            "",
            "04/01/2024",
            "01.04.2024",
            "24-04-01",
            "2024-13-01",
            "2024-02-30",
            "2023-02-29",
            "yesterday",
            "昨日",
            "2024-4-1x",
            "2024-04-01 25:00",
            "2024-04-01 10",
            "2024",
            "2024-",
            "2024年4月1",
            "元年5月1日",
            "2024-04/01",
            "09:05",
        ] {
            assert_eq!(read(written), None, "{written}");
        }
    }
}
