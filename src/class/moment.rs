//! Points in time, as people, files and learning platforms write them. Nothing here asks a clock.

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(pub i64);

/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// The years that are believed: a date outside them is a misread one.
const YEARS: std::ops::RangeInclusive<i64> = 1990..=2200;

/// A distance from UTC as it is written (`+09:00`, `-03:30`, `Z`), in seconds.
pub fn offset(written: &str) -> Option<i64> {
    let written = written.trim();
    if written.eq_ignore_ascii_case("z") || written.eq_ignore_ascii_case("utc") {
        return Some(0);
    }
    let sign = match written.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = written[1..].replace(':', "");
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

impl Moment {
    /// Of a date and a time of day at a distance from UTC; none where there is no such day.
    fn of((year, month, day): (i64, i64, i64), (hour, minute, second): (i64, i64, i64), offset: i64) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let longest = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let is_one = YEARS.contains(&year) && (1..=longest).contains(&day);
        if !is_one || !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
            return None;
        }
        // Days since 1970 of a date: Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        let shifted = if month <= 2 { year - 1 } else { year };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let era = shifted.div_euclid(400);
        let in_era = shifted.rem_euclid(400);
        let days = era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + of_year - 719_468;
        Some(Self(days * DAY + hour * 3600 + minute * 60 + second - offset))
    }

    /// `2026-12-01 23:59`, `2026-12-01T23:59:00+09:00`; where no distance from UTC is written, `offset` (seconds) is meant.
    pub fn parse(written: &str, offset: i64) -> Option<Self> {
        let written = written.trim();
        let (date, rest) = written.split_at_checked(10)?;
        let date = date.replace('/', "-");
        let mut parts = date.split('-').map(str::parse::<i64>);
        let date = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        let rest = rest.trim_start_matches(['T', 't', ' ']).trim();
        if rest.is_empty() {
            // A day alone is meant to its end.
            return Self::of(date, (23, 59, 59), offset);
        }
        let ends = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
        let (time, zone) = rest.split_at(ends);
        let zone = zone.trim();
        let offset = if zone.is_empty() { offset } else { self::offset(zone)? };
        let mut parts = time.split(':');
        let mut part = || parts.next().map(|part| part.split('.').next().unwrap_or_default().parse::<i64>());
        let (hour, minute, second) = (part()?.ok()?, part()?.ok()?, part().map_or(Some(0), Result::ok)?);
        Self::of(date, (hour, minute, second), offset)
    }

    /// As Moodle writes it in English, German or Japanese: `Thursday, 26 November 2026, 7:05 PM`,
    /// `Donnerstag, 26. November 2026, 19:05`, `2026年 11月 26日(木曜日) 19:05`. None where it cannot be read for sure.
    pub fn worded(written: &str, offset: i64) -> Option<Self> {
        if let Some(plain) = Self::parse(written, offset) {
            return Some(plain);
        }
        let text = written.to_lowercase();
        let numbers: Vec<i64> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| !digits.is_empty() && digits.len() <= 4)
            .filter_map(|digits| digits.parse().ok())
            .collect();
        let colon = text.find(':')?;
        let before = text[..colon].rsplit(|c: char| !c.is_ascii_digit()).next()?;
        let after: String = text[colon + 1..].chars().take_while(char::is_ascii_digit).collect();
        let (mut hour, minute): (i64, i64) = (before.parse().ok()?, after.parse().ok()?);
        let says = |word: &str| text.contains(word);
        if says("pm") || says("p.m.") || says("午後") {
            hour = hour % 12 + 12;
        } else if says("am") && text.trim_end().ends_with("am") || says("a.m.") || says("午前") {
            hour %= 12;
        }
        if says("年") && says("月") && says("日") {
            return Self::of((*numbers.first()?, *numbers.get(1)?, *numbers.get(2)?), (hour, minute, 0), offset);
        }
        let month = MONTHS.iter().position(|names| names.iter().any(|name| says(name)))? as i64 + 1;
        let year = *numbers.iter().find(|number| YEARS.contains(number))?;
        let day = *numbers.iter().find(|number| (1..=31).contains(*number))?;
        Self::of((year, month, day), (hour, minute, 0), offset)
    }

    /// `2026-12-01 23:59`, at a distance from UTC.
    pub fn show(self, offset: i64) -> String {
        let ((year, month, day), (hour, minute, _)) = self.civil(offset);
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }

    /// `2026-12-01T23:59:00Z`
    pub fn utc(self) -> String {
        let ((year, month, day), (hour, minute, second)) = self.civil(0);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    fn civil(self, offset: i64) -> ((i64, i64, i64), (i64, i64, i64)) {
        let seconds = self.0 + offset;
        let (days, rest) = (seconds.div_euclid(DAY) + 719_468, seconds.rem_euclid(DAY));
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let of_400 = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * of_400 + of_400 / 4 - of_400 / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = of_400 + era * 400 + i64::from(month <= 2);
        ((year, month, of_year - (153 * shifted + 2) / 5 + 1), (rest / 3600, rest % 3600 / 60, rest % 60))
    }
}

/// The months, in English and German; enough of each to tell it.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "jänner"],
    &["february", "februar"],
    &["march", "märz"],
    &["april"],
    &["may ", "mai "],
    &["june", "juni"],
    &["july", "juli"],
    &["august"],
    &["september"],
    &["october", "oktober"],
    &["november"],
    &["december", "dezember"],
];

#[cfg(test)]
mod tests {
    use super::*;

    const TOKYO: i64 = 9 * 3600;

    #[test]
    fn a_moment_is_read_as_it_is_written_and_shown_again() {
        for (written, utc) in [
            ("2026-12-01 23:59", "2026-12-01T14:59:00Z"),
            ("2026-12-01T23:59:30+01:00", "2026-12-01T22:59:30Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
            ("2026-03-01T08:00:00.123456+09:00", "2026-02-28T23:00:00Z"),
            ("2026-12-01", "2026-12-01T14:59:59Z"),
        ] {
            assert_eq!(Moment::parse(written, TOKYO).map(Moment::utc).as_deref(), Some(utc), "{written}");
        }
        for wrong in ["2026-02-30 10:00", "2026-13-01", "tomorrow", "2026-12-01 25:00", "2026-12-01 10:00 CET", ""] {
            assert_eq!(Moment::parse(wrong, TOKYO), None, "{wrong}");
        }
        assert_eq!(Moment(0).show(TOKYO), "1970-01-01 09:00");
    }

    #[test]
    fn what_a_worksheet_says_of_times_is_read_in_three_languages() {
        let expected = Moment::parse("2026-11-26 19:05", TOKYO);
        for written in [
            "Thursday, 26 November 2026, 7:05 PM",
            "Donnerstag, 26. November 2026, 19:05",
            "2026年 11月 26日(木曜日) 19:05",
            "2026年11月26日(木) 午後 7:05",
        ] {
            assert_eq!(Moment::worded(written, TOKYO), expected, "{written}");
        }
        let noon = Moment::parse("2026-05-03 00:05", TOKYO);
        assert_eq!(Moment::worded("Sunday, 3 May 2026, 12:05 AM", TOKYO), noon);
        for unclear in ["-", "", "jeudi 26 novembrr 2026", "Thursday, 26 Brumaire 2026, 7:05 PM"] {
            assert_eq!(Moment::worded(unclear, TOKYO), None, "{unclear}");
        }
    }
}
