//! Dates.
//!
//! ```abnf
//! date-time = [ day-of-week "," ] date time [CFWS]
//! date      = day month year
//! time      = time-of-day zone
//! zone      = (FWS ( "+" / "-" ) 4DIGIT) / obs-zone
//! ```
//!
//! [RFC 5322, section 3.3](https://www.rfc-editor.org/rfc/rfc5322#section-3.3), and the obsolete
//! forms of section 4.3.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::FieldValue;
use super::lexer::skip_comment;
use crate::{DefectKind, Problems};

/// A point in time with the zone it was written in.
///
/// Besides the forms of RFC 5322, old and new, [`Self::parse`] reads those that mail has: the form
/// of C's `asctime`, ISO 8601, dashes in the date, dots in the time, twelve-hour clocks, fractions
/// of seconds, missing seconds and zones.
///
/// # Example
///
/// ```
/// use mime::header::DateTime;
///
/// let date = DateTime::parse(b"Fri, 21 Nov 1997 09:55:06 -0600").unwrap();
/// assert_eq!(date.timestamp(), 880_127_706);
/// assert_eq!(date.to_string(), "1997-11-21T09:55:06-06:00");
/// assert_eq!(date.to_rfc5322(), "Fri, 21 Nov 1997 09:55:06 -0600");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DateTime {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 60.
    pub second: u8,
    /// How much the zone is ahead of UTC, in minutes.
    pub offset: i16,
    /// Whether the zone is known; `-0000` and a missing or unknown zone mean that it is not.
    pub zone_known: bool,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// Appends a number with at least so many digits. (The formatter of `core` takes three times as
/// long.)
fn number(out: &mut String, number: u16, width: u32) {
    let mut scale = 10_000;
    let mut left = 5;
    while left > 0 {
        if left <= width || number >= scale {
            out.push(char::from(b'0' + u8::try_from(number / scale % 10).unwrap_or_default()));
        }
        scale /= 10;
        left -= 1;
    }
}

impl DateTime {
    /// Reads a date; `None` if there is no date in it.
    pub fn parse(value: &[u8]) -> Option<Self> {
        Self::parse_with(value, &mut Problems::new())
    }

    /// Reads a date and tells what is wrong with it.
    pub fn parse_with(value: &[u8], problems: &mut Problems) -> Option<Self> {
        plain(value).or_else(|| Self::parse_any(value, problems))
    }

    fn parse_any(value: &[u8], problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader::default();
        let read = tokens(value, &mut reader.obsolete).and_then(|tokens| reader.read(&tokens));
        let at = value.len() as u64;
        match read {
            Some(date) => {
                if reader.nonstandard {
                    problems.add(DefectKind::NonstandardDate, 0, at);
                } else if reader.obsolete {
                    problems.add(DefectKind::ObsoleteDate, 0, at);
                }
                Some(date)
            }
            None => {
                problems.add(DefectKind::InvalidDate, 0, at);
                None
            }
        }
    }

    /// Returns the date for a number of seconds since 1970-01-01 00:00:00 UTC, in a zone that is
    /// `offset` minutes ahead of UTC.
    ///
    /// `None` for a year before 0 or after 9999, or an offset of more than 99 hours and 59 minutes.
    ///
    /// # Example
    ///
    /// ```
    /// use mime::header::DateTime;
    ///
    /// let date = DateTime::from_timestamp(1_700_000_000, 60).unwrap();
    /// assert_eq!(date.to_rfc5322(), "Tue, 14 Nov 2023 23:13:20 +0100");
    /// ```
    pub fn from_timestamp(timestamp: i64, offset: i16) -> Option<Self> {
        if offset.unsigned_abs() > 99 * 60 + 59 {
            return None;
        }
        let local = timestamp.checked_add(i64::from(offset) * 60)?;
        let days = local.div_euclid(86_400);
        let seconds = local.rem_euclid(86_400);
        // Years that begin in March, so that the leap day is the last one; eras of 400 years.
        let shifted = days.checked_add(719_468)?;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_of_year = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
        let month = if month_of_year < 10 { month_of_year + 3 } else { month_of_year - 9 };
        let year = era.checked_mul(400)? + year_of_era + i64::from(month <= 2);
        Some(DateTime {
            year: u16::try_from(year).ok().filter(|year| *year <= 9999)?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
            hour: u8::try_from(seconds / 3600).ok()?,
            minute: u8::try_from(seconds / 60 % 60).ok()?,
            second: u8::try_from(seconds % 60).ok()?,
            offset,
            zone_known: true,
        })
    }

    /// Returns the number of seconds since 1970-01-01 00:00:00 UTC.
    pub fn timestamp(&self) -> i64 {
        let time =
            i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        self.days() * 86_400 + time - i64::from(self.offset) * 60
    }

    /// Returns the days from 1970-01-01 to the local date.
    fn days(&self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = i64::from(self.month);
        let day_of_year =
            (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468
    }

    /// Returns the day of the week: 0 for Sunday.
    pub fn weekday(&self) -> u8 {
        (self.days() + 4).rem_euclid(7) as u8
    }

    /// Returns the date in the form of RFC 5322.
    pub fn to_rfc5322(&self) -> String {
        let DateTime { year, day, hour, minute, second, .. } = *self;
        let name = |names: &[&'static str], index: u8| {
            names.get(usize::from(index)).copied().unwrap_or("Jan")
        };
        let weekday = name(&DAYS, self.weekday());
        let month = name(&MONTHS, self.month.saturating_sub(1));
        let (sign, zone) = self.zone_parts();
        let mut out = String::with_capacity(31);
        out.push_str(weekday);
        out.push_str(", ");
        number(&mut out, day.into(), 1);
        out.push(' ');
        out.push_str(month);
        out.push(' ');
        number(&mut out, year, 4);
        for (separator, part) in [(' ', hour), (':', minute), (':', second)] {
            out.push(separator);
            number(&mut out, part.into(), 2);
        }
        out.push(' ');
        out.push(sign);
        number(&mut out, zone / 60, 2);
        number(&mut out, zone % 60, 2);
        out
    }

    fn zone_parts(&self) -> (char, u16) {
        let sign = if self.offset < 0 || !self.zone_known { '-' } else { '+' };
        (sign, self.offset.unsigned_abs())
    }

    fn is_valid(&self) -> bool {
        let every = |years| self.year.is_multiple_of(years);
        let leap = every(4) && (!every(100) || every(400));
        let days = match self.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&self.day) && self.hour < 24 && self.minute < 60 && self.second <= 60
    }
}

/// Writes the date in the form of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339).
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DateTime { year, month, day, hour, minute, second, .. } = *self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.offset == 0 && self.zone_known {
            return f.write_str("Z");
        }
        let (sign, zone) = self.zone_parts();
        write!(f, "{sign}{:02}:{:02}", zone / 60, zone % 60)
    }
}

impl<'a> FieldValue<'a> for DateTime {
    fn read(value: &'a [u8], problems: &mut Problems) -> Option<Self> {
        DateTime::parse_with(value, problems)
    }
}

/// Reads a date as nearly everybody writes it: `Fri, 21 Nov 1997 09:55:06 -0600`, with or without
/// the day of the week, and a comment behind it.
///
/// `None` is for everything else, and for what is no date.
fn plain(value: &[u8]) -> Option<DateTime> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    let two = |a: u8, b: u8| Some(digit(a)? * 10 + digit(b)?);
    let name = |names: &[&str], word: [u8; 3]| {
        names.iter().position(|name| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    let mut rest = value.trim_ascii();
    if let [a, b, c, b',', b' ', tail @ ..] = rest {
        name(&DAYS, [*a, *b, *c])?;
        rest = tail;
    }
    let (day, rest) = match rest {
        [a, b' ', tail @ ..] => (digit(*a)?, tail),
        [a, b, b' ', tail @ ..] => (two(*a, *b)?, tail),
        _ => return None,
    };
    let (&[a, b, c, b' ', y1, y2, y3, y4, b' '], rest) = rest.split_first_chunk::<9>()? else {
        return None;
    };
    let month = u8::try_from(name(&MONTHS, [a, b, c])? + 1).ok()?;
    let year = u16::from(two(y1, y2)?) * 100 + u16::from(two(y3, y4)?);
    let (&[h1, h2, b':', m1, m2, b':', s1, s2, b' '], rest) = rest.split_first_chunk::<9>()? else {
        return None;
    };
    let (&[sign @ (b'+' | b'-'), z1, z2, z3, z4], rest) = rest.split_first_chunk::<5>()? else {
        return None;
    };
    let zone = u64::from(two(z1, z2)?) * 100 + u64::from(two(z3, z4)?);
    let offset = zone_offset(zone, 4)?;
    if let [b' ', comment @ ..] = rest {
        let inner = comment.strip_prefix(b"(")?.strip_suffix(b")")?;
        if !inner.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    let date = DateTime {
        year,
        month,
        day,
        hour: two(h1, h2)?,
        minute: two(m1, m2)?,
        second: two(s1, s2)?,
        offset: if sign == b'-' { -offset } else { offset },
        zone_known: sign == b'+' || offset != 0,
    };
    date.is_valid().then_some(date)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Number {
        value: u64,
        digits: usize,
    },
    Word(&'a [u8]),
    /// A sign or separator, without blanks around it unless told.
    Mark(u8),
    /// Blanks and comments.
    Blank,
}

/// Most tokens a date can have; more is no date.
const MAX_TOKENS: usize = 64;

fn tokens<'a>(value: &'a [u8], inner_comment: &mut bool) -> Option<Vec<Token<'a>>> {
    let mut comment = false;
    let mut tokens = Vec::with_capacity(16);
    let mut rest = value.trim_ascii();
    while let Some(&byte) = rest.first() {
        let class = |byte: u8| match byte {
            b'0'..=b'9' => 0,
            b'A'..=b'Z' | b'a'..=b'z' => 1,
            b' ' | b'\t' | b'\r' | b'\n' => 2,
            _ => 3,
        };
        let kind = class(byte);
        let len = if kind == 3 {
            1
        } else {
            rest.iter().take_while(|byte| class(**byte) == kind).count()
        };
        let whole = rest;
        let (text, tail) = rest.split_at_checked(len)?;
        rest = tail;
        let token = match kind {
            0 if len <= 14 => {
                let value = text.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
                Token::Number { value, digits: len }
            }
            0 => return None,
            1 => Token::Word(text),
            2 => Token::Blank,
            _ if byte == b'(' => {
                rest = skip_comment(whole);
                comment = true;
                Token::Blank
            }
            _ => Token::Mark(byte),
        };
        if tokens.len() == MAX_TOKENS {
            return None;
        }
        if token != Token::Blank {
            // Comments may stand at the end; elsewhere they are obsolete.
            *inner_comment |= comment;
            tokens.push(token);
        } else if tokens.last() != Some(&Token::Blank) {
            tokens.push(token);
        }
    }
    Some(tokens)
}

/// What was understood so far.
#[derive(Debug, Default)]
struct Reader {
    year: Option<u16>,
    month: Option<u8>,
    day: Option<u8>,
    time: Option<(u8, u8, u8)>,
    zone: Option<(i16, bool)>,
    afternoon: Option<bool>,
    obsolete: bool,
    nonstandard: bool,
}

impl Reader {
    fn read(&mut self, tokens: &[Token<'_>]) -> Option<DateTime> {
        let mut rest = tokens;
        while let Some((first, tail)) = rest.split_first() {
            rest = match *first {
                Token::Number { value, digits } => self.number(value, digits, tail)?,
                Token::Word(word) => {
                    self.word(word)?;
                    tail
                }
                Token::Mark(sign @ (b'+' | b'-')) => self.sign(sign, tail)?,
                Token::Mark(b',') => {
                    // Only behind the day of the week.
                    self.nonstandard |= self.day.is_some() || self.month.is_some();
                    tail
                }
                Token::Mark(_) => {
                    self.nonstandard = true;
                    tail
                }
                Token::Blank => tail,
            };
        }
        let (mut hour, minute, second) = self.time.unwrap_or_else(|| {
            self.nonstandard = true;
            (0, 0, 0)
        });
        if let Some(afternoon) = self.afternoon {
            self.nonstandard = true;
            hour = match (hour, afternoon) {
                (1..=11, true) => hour + 12,
                (12, false) => 0,
                _ => hour,
            };
        }
        let (offset, zone_known) = self.zone.unwrap_or_else(|| {
            self.nonstandard = true;
            (0, false)
        });
        let date = DateTime {
            year: self.year?,
            month: self.month?,
            day: self.day?,
            hour,
            minute,
            second,
            offset,
            zone_known,
        };
        date.is_valid().then_some(date)
    }

    fn number<'t, 'a>(
        &mut self,
        value: u64,
        digits: usize,
        tail: &'t [Token<'a>],
    ) -> Option<&'t [Token<'a>]> {
        use Token::{Blank, Mark, Number};
        let small = |value: u64| u8::try_from(value).ok();
        // The blanks around colons are obsolete.
        let (gap, behind) = match tail {
            [Blank, Mark(b':'), ..] => (true, tail.get(1..).unwrap_or_default()),
            _ => (false, tail),
        };
        if self.time.is_none()
            && digits <= 2
            && let [Mark(mark @ (b':' | b'.')), after @ ..] = behind
        {
            let (gap, after) = match after {
                [Blank, after @ ..] => (true, after),
                after => (gap, after),
            };
            // A dot also separates the parts of a date: 21.11.1997.
            let dotted_date = *mark == b'.' && self.day.is_none();
            if let [Number { value: minute, digits: 1..=2 }, after @ ..] = after
                && !dotted_date
            {
                self.nonstandard |= *mark == b'.';
                self.obsolete |= gap;
                let (second, after) = seconds(after, *mark, self);
                self.time = Some((small(value)?, small(*minute)?, small(second)?));
                return Some(after);
            }
        }
        // ISO 8601: year, month and day, joined by dashes or slashes, or by nothing.
        if self.year.is_none() && digits == 4 {
            if let [
                Mark(a @ (b'-' | b'/' | b'.')),
                Number { value: month, digits: 1..=2 },
                Mark(b),
                Number { value: day, digits: 1..=2 },
                after @ ..,
            ] = tail
                && a == b
                && self.day.is_none()
            {
                self.nonstandard = true;
                self.year = u16::try_from(value).ok();
                self.month = small(*month);
                self.day = small(*day);
                return Some(after);
            }
            self.year = u16::try_from(value).ok();
            return Some(tail);
        }
        if digits == 8 && self.year.is_none() && self.day.is_none() {
            self.nonstandard = true;
            self.year = u16::try_from(value / 10_000).ok();
            self.month = small(value / 100 % 100);
            self.day = small(value % 100);
            return Some(tail);
        }
        if digits == 6 && self.day.is_some() && self.time.is_none() {
            self.nonstandard = true;
            self.time =
                Some((small(value / 10_000)?, small(value / 100 % 100)?, small(value % 100)?));
            return Some(tail);
        }
        // Day, month and year in numbers, in the order that all the world but one country has.
        if self.day.is_none()
            && self.month.is_none()
            && let [
                Mark(a @ (b'.' | b'/' | b'-')),
                Number { value: month, digits: 1..=2 },
                Mark(b),
                rest @ ..,
            ] = tail
            && a == b
            && let [Number { value: year, digits: years @ (2 | 4) }, after @ ..] = rest
        {
            self.nonstandard = true;
            let (day, month) = if *month > 12 { (*month, value) } else { (value, *month) };
            self.day = small(day);
            self.month = small(month);
            self.year = full_year(*year, *years);
            return Some(after);
        }
        if self.day.is_none() && digits <= 2 {
            self.day = small(value);
            return Some(tail);
        }
        if self.year.is_none() && digits <= 4 {
            self.obsolete |= digits < 4;
            self.year = full_year(value, digits);
            return self.year.map(|_| tail);
        }
        // A zone without its sign, or something that is too much.
        if self.time.is_some() && self.zone.is_none() && digits == 4 {
            self.nonstandard = true;
            self.zone = zone_offset(value, 4).map(|offset| (offset, true));
            return Some(tail);
        }
        self.nonstandard = true;
        Some(tail)
    }

    /// Day names, month names, zones.
    fn word(&mut self, word: &[u8]) -> Option<()> {
        let starts_with = |name: &&str| {
            word.len() >= 3
                && word.get(..3).is_some_and(|three| three.eq_ignore_ascii_case(name.as_bytes()))
        };
        if self.month.is_none()
            && let Some(index) = MONTHS.iter().position(starts_with)
        {
            self.month = u8::try_from(index + 1).ok();
            self.nonstandard |= word.len() > 3 || self.day.is_none();
            return Some(());
        }
        if self.zone.is_none() && DAYS.iter().any(starts_with) {
            self.nonstandard |= word.len() > 3 || self.day.is_some();
            return Some(());
        }
        if self.time.is_some() {
            if word.eq_ignore_ascii_case(b"am") || word.eq_ignore_ascii_case(b"pm") {
                self.afternoon = Some(word.eq_ignore_ascii_case(b"pm"));
                return Some(());
            }
            if self.zone.is_none() {
                self.zone = Some(match named_zone(word) {
                    Some(zone) => {
                        self.obsolete = true;
                        zone
                    }
                    // Unknown names are to be read as "-0000".
                    None => {
                        self.nonstandard = true;
                        (0, false)
                    }
                });
            }
            return Some(());
        }
        // The `T` of ISO 8601, the `nd` of `2nd`, and words around.
        self.nonstandard = true;
        Some(())
    }

    /// A sign before a zone, or a dash in a date.
    fn sign<'t, 'a>(&mut self, sign: u8, tail: &'t [Token<'a>]) -> Option<&'t [Token<'a>]> {
        use Token::{Blank, Mark, Number};
        if self.time.is_none() {
            self.nonstandard = true;
            return Some(tail);
        }
        let (zone, after) = match tail {
            [
                Number { value: hours, digits: 1..=2 },
                Mark(b':'),
                Number { value: minutes, digits: 2 },
                after @ ..,
            ] => {
                self.nonstandard = true;
                (zone_offset(hours * 100 + minutes, 4), after)
            }
            [Number { value, digits }, after @ ..] => {
                self.nonstandard |= *digits != 4;
                (zone_offset(*value, *digits), after)
            }
            [Blank, Number { value, digits: 4 }, after @ ..] => {
                self.nonstandard = true;
                (zone_offset(*value, 4), after)
            }
            after => {
                self.nonstandard = true;
                (None, after)
            }
        };
        if let Some(offset) = zone {
            let known = sign == b'+' || offset != 0;
            let offset = if sign == b'-' { -offset } else { offset };
            // `GMT+0200`: the number says more than the name.
            if self.zone.is_none_or(|(before, _)| before == 0) {
                self.zone = Some((offset, known));
            }
        } else {
            self.nonstandard = true;
        }
        Some(after)
    }
}

/// Reads what may follow the minutes: seconds and a fraction of them.
fn seconds<'t, 'a>(tail: &'t [Token<'a>], mark: u8, reader: &mut Reader) -> (u64, &'t [Token<'a>]) {
    use Token::{Blank, Mark, Number};
    let spaced = match tail {
        [Blank, rest @ ..] if rest.first() == Some(&Mark(b':')) => rest,
        _ => tail,
    };
    let (second, rest) = match spaced {
        [Mark(found), Number { value, digits: 1..=2 }, rest @ ..] if *found == mark => {
            (*value, rest)
        }
        [Mark(found), Blank, Number { value, digits: 1..=2 }, rest @ ..] if *found == mark => {
            reader.obsolete = true;
            (*value, rest)
        }
        _ => return (0, tail),
    };
    reader.obsolete |= spaced.len() != tail.len();
    match rest {
        [Mark(b'.' | b','), Number { .. }, after @ ..] => {
            reader.nonstandard = true;
            (second, after)
        }
        _ => (second, rest),
    }
}

/// "If a two digit year is encountered whose value is between 00 and 49, the year is interpreted
/// by adding 2000 [...]. If a two digit year is encountered with a value between 50 and 99, or any
/// three digit year is encountered, the year is interpreted by adding 1900."
///
/// [RFC 5322, section 4.3](https://www.rfc-editor.org/rfc/rfc5322#section-4.3)
fn full_year(value: u64, digits: usize) -> Option<u16> {
    let year = match (digits, value) {
        (1..=2, 0..=49) => value + 2000,
        (1..=3, _) => value + 1900,
        _ => value,
    };
    u16::try_from(year).ok()
}

/// Returns the minutes of a zone without its sign.
fn zone_offset(value: u64, digits: usize) -> Option<i16> {
    let (hours, minutes) = match digits {
        1 | 2 => (value, 0),
        3 | 4 => (value / 100, value % 100),
        _ => return None,
    };
    let minutes = hours * 60 + minutes;
    i16::try_from(minutes).ok().filter(|minutes| *minutes < 24 * 60)
}

/// ```abnf
/// obs-zone = "UT" / "GMT" / "EST" / "EDT" / "CST" / "CDT" / "MST" / "MDT" / "PST" / "PDT" /
///            %d65-73 / %d75-90 / %d97-105 / %d107-122
/// ```
///
/// The military zones were specified with the wrong sign and mean "-0000". The other names are in
/// use without a standard.
fn named_zone(name: &[u8]) -> Option<(i16, bool)> {
    const NAMES: [(&str, i16); 34] = [
        ("UT", 0),
        ("GMT", 0),
        ("UTC", 0),
        ("Z", 0),
        ("EST", -5 * 60),
        ("EDT", -4 * 60),
        ("CST", -6 * 60),
        ("CDT", -5 * 60),
        ("MST", -7 * 60),
        ("MDT", -6 * 60),
        ("PST", -8 * 60),
        ("PDT", -7 * 60),
        ("WET", 0),
        ("WEST", 60),
        ("BST", 60),
        ("CET", 60),
        ("MET", 60),
        ("MEZ", 60),
        ("CEST", 120),
        ("MEST", 120),
        ("MESZ", 120),
        ("EET", 120),
        ("EEST", 180),
        ("MSK", 180),
        ("IST", 330),
        ("SGT", 480),
        ("HKT", 480),
        ("AWST", 480),
        ("JST", 540),
        ("KST", 540),
        ("AEST", 600),
        ("AEDT", 660),
        ("NZST", 720),
        ("NZDT", 780),
    ];
    if let Some((_, minutes)) =
        NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()))
    {
        return Some((*minutes, true));
    }
    (name.len() == 1 && !name.eq_ignore_ascii_case(b"j")).then_some((0, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_form_needs_no_tokens() {
        for usual in [
            " Fri, 21 Nov 1997 09:55:06 -0600",
            "1 jan 2026 00:00:60 +0000",
            "Fri, 21 Nov 1997 09:55:06 -0000 (CST)\r\n",
        ] {
            assert!(plain(usual.as_bytes()).is_some(), "{usual}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_long_one(
            weekday in prop::sample::select(["", "Mon, ", "mon, ", "Mon,", "Monday, ", "Xyz, "].as_slice()),
            day in "[0-9]{1,2}",
            month in prop::sample::select(["Jan", "feb", "DEC", "Xxx", "January"].as_slice()),
            year in "[0-9]{4}|[0-9]{2}",
            time in "[0-2][0-9]:[0-6][0-9]:[0-6][0-9]|[0-9]:[0-9]{2}:[0-9]{2}|[0-9]{2}:[0-9]{2}",
            zone in "[+-][0-2][0-9]{3}|GMT|[+-][0-9]{3}",
            end in prop::sample::select(["", " ", " (CET)", "(CET)", " (a b)", " (a(b))", " x"].as_slice()),
        ) {
            let value = alloc::format!(" {weekday}{day} {month} {year} {time} {zone}{end}");
            if let Some(date) = plain(value.as_bytes()) {
                let mut problems = Problems::new();
                prop_assert_eq!(DateTime::parse_any(value.as_bytes(), &mut problems), Some(date));
                prop_assert!(problems.is_empty(), "{} {:?}", value, problems);
            }
        }
    }
}
