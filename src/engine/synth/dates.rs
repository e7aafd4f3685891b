//! Dates as people write them in tables: 2024-04-01, 2024/4/1, 2024年4月1日, 令和6年4月1日, with or without a time of day.
//!
//! Only what can be read in one way is read: in 04/01/2024 the day and the month could be swapped.

use diagnostics::text;
use diagnostics::text::{Text, narrow};
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
    /// Of the first text that is written as a date, but of a day that never was: what there is.
    no_day: Option<Text>,
    /// Whether all that is wrong are such days.
    well_written: bool,
}

/// Reads a column of dates, all written alike.
pub(super) fn column(words: &[Option<String>]) -> Result<Times, Bad> {
    let all: Vec<Option<Result<Moment, Unread>>> = words.iter().map(|word| word.as_deref().map(read)).collect();
    let rows: Vec<usize> = (0..words.len()).filter(|&row| matches!(all[row], Some(Err(_)))).collect();
    if !rows.is_empty() {
        let no_day = |read: &Option<Result<Moment, Unread>>| match read {
            Some(Err(Unread::NoDay(there_is))) => Some(there_is.clone()),
            _ => None,
        };
        let well_written = rows.iter().all(|&row| no_day(&all[row]).is_some());
        return Err(Bad { rows, usual: None, no_day: all.iter().find_map(no_day), well_written });
    }
    let read: Vec<Option<Moment>> = all.into_iter().map(|read| read.and_then(Result::ok)).collect();
    let usual = read.iter().position(Option::is_some);
    let form = read.iter().flatten().next().map(|moment| moment.form);
    let rows: Vec<usize> = (0..read.len()).filter(|&row| read[row].is_some_and(|m| Some(m.form) != form)).collect();
    if !rows.is_empty() {
        return Err(Bad { rows, usual, no_day: None, well_written: false });
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

    /// The latest day, where it lies so far ahead that it is rather a slip.
    pub(super) fn far_ahead(&self) -> Option<String> {
        let latest = match self {
            Self::Days(days) => days.iter().flatten().copied().map(i64::from).max(),
            Self::Moments(moments) => moments.iter().flatten().max().map(|moment| moment.div_euclid(DAY)),
        };
        let far = days(2060, 1, 1).map(i64::from);
        latest.filter(|latest| Some(*latest) >= far).map(tables::date)
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
            None if self.well_written => {
                text!("{list}: a day that does not exist", "時間の列に、実在しない日付 {list} があります")
            }
            None => text!("{list} in a column of times", "時間の列に {list} があります"),
        }
    }

    /// What the column may hold instead.
    pub(super) fn expected(&self) -> Text {
        let forms = Text::new(
            "dates that are written alike, the year first: 2024-04-01, 2024/4/1, 2024年4月1日, 令和6年4月1日, R6.4.1 or 2024-04-01 13:30; or numbers",
            "同じ書き方の日付（年が先）：2024-04-01、2024/4/1、2024年4月1日、令和6年4月1日、R6.4.1、2024-04-01 13:30 など。または数値",
        );
        let Some(there_is) = &self.no_day else { return forms };
        let (en, ja) = (&there_is.en, &there_is.ja);
        if self.well_written {
            return text!("a day that exists: {en}", "実在する日付（{ja}）");
        }
        let (forms_en, forms_ja) = (&forms.en, &forms.ja);
        text!("{forms_en}; and a day that exists: {en}", "{forms_ja}。また、実在する日付（{ja}）")
    }
}

/// Days written as numbers, such as 20240429, where all of a column are: the day after the end of a month would lie 70 later.
/// What was found, with the first of them, and what was expected.
pub(super) fn without_signs(values: &[Option<f64>]) -> Option<(Text, Text)> {
    let day = |value: f64| {
        let number = value as i32;
        let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
        let is_day = (f64::from(number) - value).abs() < 1e-9
            && (1868..=2200).contains(&year)
            && days(year, month, day).is_some();
        is_day.then(|| format!("{year}-{month:02}-{day:02}"))
    };
    let first = *values.iter().flatten().next()?;
    let written = day(first)?;
    values.iter().flatten().all(|&value| day(value).is_some()).then(|| {
        (
            text!("days that are written as numbers, such as {first}", "日付が {first} のような数値で書かれています"),
            text!(
                "the same with signs between: {written}. As numbers, the last day of a month and the next would lie 70 apart",
                "記号で区切った日付（{written}）。数値のままでは、月末と翌日が70も離れてしまいます"
            ),
        )
    })
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

/// A Japanese era: its word, its letter, its first day and its last.
struct Era {
    word: &'static str,
    letter: char,
    first: (i32, i32, i32),
    last: Option<(i32, i32, i32)>,
}

const fn era(word: &'static str, letter: char, first: (i32, i32, i32), last: Option<(i32, i32, i32)>) -> Era {
    Era { word, letter, first, last }
}

const ERAS: &[Era] = &[
    era("令和", 'R', (2019, 5, 1), None),
    era("平成", 'H', (1989, 1, 8), Some((2019, 4, 30))),
    era("昭和", 'S', (1926, 12, 25), Some((1989, 1, 7))),
    era("大正", 'T', (1912, 7, 30), Some((1926, 12, 25))),
    era("明治", 'M', (1868, 1, 25), Some((1912, 7, 30))),
];

impl Era {
    /// Its days, for somebody who wrote another.
    fn days(&self) -> Text {
        let (word, letter, (year, month, day)) = (self.word, self.letter, self.first);
        match self.last {
            None => text!(
                "{word} ({letter}) begins with {year}-{month:02}-{day:02}",
                "{word}（{letter}）は{year}年{month}月{day}日からです"
            ),
            Some((to_year, to_month, to_day)) => text!(
                "{word} ({letter}) is from {year}-{month:02}-{day:02} to {to_year}-{to_month:02}-{to_day:02}",
                "{word}（{letter}）は{year}年{month}月{day}日から{to_year}年{to_month}月{to_day}日までです"
            ),
        }
    }

    /// Whether a day lies in it; of a month without a day, whether any of its days does.
    fn holds(&self, (year, month, day): (i32, i32, i32), has_day: bool) -> bool {
        let cut = |(year, month, day): (i32, i32, i32)| (year, month, if has_day { day } else { 1 });
        let date = cut((year, month, day));
        cut(self.first) <= date && self.last.is_none_or(|last| date <= cut(last))
    }
}

/// Why a text is no date.
#[derive(Clone, Debug, PartialEq)]
enum Unread {
    /// It is not written as dates are, or could be read in more than one way.
    NoDate,
    /// It is written as one, but there was no such day: what there is.
    NoDay(Text),
}

/// A date as it is written, whether or not there is such a day.
struct Parts {
    era: Option<&'static Era>,
    date: (i32, i32, i32),
    /// Milliseconds since midnight and the zone's minutes east of Greenwich, where they are written.
    time: Option<(i32, Option<i32>)>,
    form: Form,
}

/// Reads a date. A month stands for its first day; a moment with a time zone is told in UTC.
fn read(written: &str) -> Result<Moment, Unread> {
    let Parts { era, date, time, form } = parts(written).ok_or(Unread::NoDate)?;
    let (year, month, day) = date;
    if let Some(era) = era.filter(|era| !era.holds(date, !form.month)) {
        return Err(Unread::NoDay(era.days()));
    }
    let days = days(year, month, day).ok_or_else(|| {
        Unread::NoDay(match last_day(year, month) {
            None => Text::new("months are 1 to 12", "月は1から12までです"),
            Some(last) => text!("{year}-{month:02} has {last} days", "{year}年{month}月は{last}日までです"),
        })
    })?;
    let Some((time, zone)) = time else { return Ok(Moment { day: days, time: None, form }) };
    let of_day = i64::from(time) - i64::from(zone.unwrap_or(0)) * 60_000;
    // A zone moves a moment by a day at most.
    let shift = i32::try_from(of_day.div_euclid(DAY)).unwrap_or(0);
    Ok(Moment { day: days + shift, time: Some(of_day.rem_euclid(DAY)), form })
}

/// Takes a date apart; nothing where it is none, or could be read in more than one way.
fn parts(written: &str) -> Option<Parts> {
    let plain: String = written.trim().chars().map(narrow).collect();
    let mut rest = Rest(&plain);
    let era = ERAS.iter().find(|era| rest.word(era.word) || rest.sign(&[era.letter]).is_some());
    let year = match (era, rest.word("元")) {
        (None, true) => return None,
        (Some(era), true) => era.first.0,
        (Some(era), false) => era.first.0 - 1 + rest.number(1..=2)?,
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
    let date = (year, month, day);
    if rest.0.is_empty() {
        return Some(Parts { era, date, time: None, form });
    }
    if !has_day || !(rest.sign(&['T', ' ']).is_some() || sign == '年') {
        return None;
    }
    let (time, zone) = time(&mut rest)?;
    (form.time, form.zone) = (true, zone.is_some());
    Some(Parts { era, date, time: Some((time, zone)), form })
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

/// Days since 1970-01-01 in the Gregorian calendar (Hinnant, `days_from_civil`); nothing where the month has no such day.
fn days(year: i32, month: i32, day: i32) -> Option<i32> {
    if !(1..=last_day(year, month)?).contains(&day) {
        return None;
    }
    let year = year - i32::from(month <= 2);
    let (century, of_century) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719_468)
}

/// The last day of a month; nothing where there is no such month.
fn last_day(year: i32, month: i32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => Some(28 + i32::from(leap)),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(written: &str) -> Option<i32> {
        read(written).ok().map(|moment| moment.day)
    }

    #[test]
    fn a_day_that_its_era_or_its_month_does_not_have_is_told_with_what_there_is() {
        for (written, there_is) in [
            ("S99.4.30", "to 1989-01-07"),
            ("S64.1.8", "to 1989-01-07"),
            ("H60.1.1", "to 2019-04-30"),
            ("平成40年1月1日", "to 2019-04-30"),
            ("H31.5.2", "to 2019-04-30"),
            ("平成31年5月", "to 2019-04-30"),
            ("R1.4.30", "begins with 2019-05-01"),
            ("R0.1.1", "begins with 2019-05-01"),
            ("令和0年1月1日", "begins with 2019-05-01"),
            ("R6.2.30", "2024-02 has 29 days"),
            ("2023-04-31", "2023-04 has 30 days"),
            ("2023-13-01", "months are 1 to 12"),
        ] {
            let words = ["R6.4.1", written].map(|word| Some(word.to_owned()));
            let bad = column(&words).unwrap_err();
            let (found, expected) = (bad.found(&words).en, bad.expected().en);
            assert_eq!(bad.rows, [1], "{written}");
            assert!(found.contains(written) && found.contains("does not exist"), "{found}");
            assert!(expected.contains(there_is) && !expected.contains("alike"), "{written}: {expected}");
        }
        for (written, plain) in [
            ("平成31年4月30日", "2019-04-30"),
            ("平成元年1月", "1989-01-01"),
            ("令和元年5月1日", "2019-05-01"),
            ("昭和64年1月7日", "1989-01-07"),
            ("S1.12.25", "1926-12-25"),
        ] {
            assert_eq!(day(written), day(plain), "{written}");
        }
        let words = ["R6.4.1", "R6.2.30", "yesterday"].map(|word| Some(word.to_owned()));
        let expected = column(&words).unwrap_err().expected().en;
        assert!(expected.contains("R6.4.1") && expected.contains("2024-02 has 29 days"), "{expected}");
    }

    #[test]
    fn days_written_as_numbers_are_told_with_the_form_that_keeps_their_distance() {
        let told = without_signs(&[Some(20_240_429.0), None, Some(20_240_501.0)]).unwrap();
        assert!(told.0.en.contains("20240429") && told.1.en.contains("2024-04-29"), "{told:?}");
        for numbers in [vec![Some(20_240_429.0), Some(20_240_431.0)], vec![Some(12.0)], vec![None]] {
            assert_eq!(without_signs(&numbers), None, "{numbers:?}");
        }
    }

    #[test]
    fn the_latest_day_is_told_where_it_lies_far_ahead() {
        let latest = |words: [&str; 2]| column(&words.map(|word| Some(word.to_owned()))).unwrap().far_ahead();
        assert_eq!(latest(["R6.4.1", "R60.4.1"]).as_deref(), Some("2078-04-01"));
        assert_eq!(latest(["2024-04-01 09:00", "2204-04-01 09:00"]).as_deref(), Some("2204-04-01"));
        assert_eq!(latest(["2024-04-01", "2026-04-01"]), None);
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
        let moment = |written: &str| read(written).ok().map(|m| (m.day, m.time.map(|time| time / 60_000)));
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
            assert!(read(written).is_err(), "{written}");
        }
    }
}
