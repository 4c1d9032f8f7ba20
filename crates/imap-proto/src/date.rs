use core::fmt;

use crate::literal::Encoder;
use crate::own::own_plain;
use crate::syntax::{Cursor, Parsed};
use crate::{DeviationKind, ParseError};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day, as searches name it.
///
/// ```abnf
/// date      = date-text / DQUOTE date-text DQUOTE
/// date-text = date-day "-" date-month "-" date-year
/// date-day  = 1*2DIGIT
/// date-year = 4DIGIT
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use imap_proto::Date;
///
/// let date = Date::new(1994, 2, 1).ok_or("no such day")?;
/// assert_eq!(date.to_string(), "1-Feb-1994");
/// assert!(Date::new(1994, 2, 32).is_none());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day of a month of a year. Whether the month has that many days is not looked at.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year > 9999 || month == 0 || month > 12 || day == 0 || day > 31 {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// The year, up to 9999.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day, from 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Days since the first of January 1970.
    #[must_use]
    pub fn days(self) -> i64 {
        // Years begin in March here, so that the day that comes every four years is the last.
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        365 * year + leap_days + day_of_year - 719_468
    }

    /// The day that is so many days after the first of January 1970, if its year is one of
    /// 0 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        let days = days.checked_add(719_468)?;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = era.checked_mul(400)?.checked_add(year_of_era)? + i64::from(month <= 2);
        Self::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    pub(crate) fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let quoted = c.eat(b'"');
        let start = c.offset();
        let date = read_day(c).and_then(|day| read_month_and_year(c, day));
        let Some(date) = date else {
            c.rewind(start);
            return c.error("a date");
        };
        if quoted {
            c.byte(b'"', "the end of a quoted date")?;
        }
        Ok(date)
    }

    pub(crate) fn write(self, e: &mut Encoder<'_>) {
        use fmt::Write;
        let _ = write!(e, "{self}");
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = MONTHS.get(usize::from(self.month).wrapping_sub(1)).unwrap_or(&"Jan");
        write!(f, "{}-{month}-{:04}", self.day, self.year)
    }
}

/// A date with time and zone, as INTERNALDATE has it.
///
/// ```abnf
/// date-time      = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
/// date-day-fixed = (SP DIGIT) / 2DIGIT
/// time           = 2DIGIT ":" 2DIGIT ":" 2DIGIT
/// zone           = ("+" / "-") 4DIGIT
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
///
/// # Example
///
/// ```
/// use imap_proto::DateTime;
///
/// let date = DateTime::try_from(" 2-Jan-1970 00:00:01 +0100")?;
/// assert_eq!(date.unix(), 86_400 + 1 - 3600);
/// assert_eq!(DateTime::from_unix(0, 0).map(|d| d.to_string()).as_deref(),
///     Some(" 1-Jan-1970 00:00:00 +0000"));
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    date: Date,
    hour: u8,
    minute: u8,
    second: u8,
    zone: i16,
}

impl DateTime {
    /// A time of a day, in a zone that is so many minutes ahead of UTC (less than 100 hours).
    #[must_use]
    pub const fn new(date: Date, hour: u8, minute: u8, second: u8, zone: i16) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 60 || zone <= -6000 || zone >= 6000 {
            return None;
        }
        Some(Self { date, hour, minute, second, zone })
    }

    /// The time that is so many seconds after the first of January 1970 in UTC, shown in a zone.
    #[must_use]
    pub fn from_unix(seconds: i64, zone: i16) -> Option<Self> {
        let local = seconds.checked_add(i64::from(zone).checked_mul(60)?)?;
        let date = Date::from_days(local.div_euclid(86_400))?;
        let second = local.rem_euclid(86_400);
        let part = |n: i64| u8::try_from(n).ok();
        Self::new(date, part(second / 3600)?, part(second / 60 % 60)?, part(second % 60)?, zone)
    }

    /// Seconds since the first of January 1970 in UTC.
    #[must_use]
    pub fn unix(self) -> i64 {
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute) - i64::from(self.zone);
        self.date.days() * 86_400 + minutes * 60 + i64::from(self.second)
    }

    /// The day, in the zone of this date.
    #[must_use]
    pub const fn date(self) -> Date {
        self.date
    }

    /// The hour, from 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, from 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The second, from 0 to 60.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }

    /// Minutes that the zone is ahead of UTC.
    #[must_use]
    pub const fn zone(self) -> i16 {
        self.zone
    }

    pub(crate) fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let start = c.offset();
        c.byte(b'"', "a date with time")?;
        match Self::read_inside(c) {
            Some(date) if c.eat(b'"') => Ok(date),
            _ => {
                c.rewind(start);
                c.error("a date with time")
            }
        }
    }

    fn read_inside(c: &mut Cursor<'_>) -> Option<Self> {
        let start = c.offset();
        let padded = c.eat(b' ');
        let day = read_day(c)?;
        if !padded && c.offset().saturating_sub(start) < 2 {
            c.tolerate_at(DeviationKind::MissingSpace, start);
        }
        let date = read_month_and_year(c, day)?;
        let mut part = |before: u8| if c.eat(before) { two_digits(c) } else { None };
        let (hour, minute, second) = (part(b' ')?, part(b':')?, part(b':')?);
        if !c.eat(b' ') {
            return None;
        }
        let west = match c.peek()? {
            b'+' => false,
            b'-' => true,
            _ => return None,
        };
        c.skip(1);
        let zone = i16::from(two_digits(c)?) * 60 + i16::from(two_digits(c)?);
        Self::new(date, hour, minute, second, if west { -zone } else { zone })
    }

    pub(crate) fn write(self, e: &mut Encoder<'_>) {
        use fmt::Write;
        let _ = write!(e, "\"{self}\"");
    }
}

fn two_digits(c: &mut Cursor<'_>) -> Option<u8> {
    match (c.peek()?, c.peek2()?) {
        (a @ b'0'..=b'9', b @ b'0'..=b'9') => {
            c.skip(2);
            Some((a - b'0') * 10 + (b - b'0'))
        }
        _ => None,
    }
}

fn read_day(c: &mut Cursor<'_>) -> Option<u8> {
    if let Some(day) = two_digits(c) {
        return Some(day);
    }
    match c.peek()? {
        digit @ b'0'..=b'9' => {
            c.skip(1);
            Some(digit - b'0')
        }
        _ => None,
    }
}

fn read_month_and_year(c: &mut Cursor<'_>, day: u8) -> Option<Date> {
    if !c.eat(b'-') {
        return None;
    }
    let name = c.rest().get(..3)?;
    let month = MONTHS.iter().position(|month| month.as_bytes().eq_ignore_ascii_case(name))?;
    c.skip(3);
    if !c.eat(b'-') {
        return None;
    }
    let (century, year) = (two_digits(c)?, two_digits(c)?);
    let month = u8::try_from(month).ok()?.checked_add(1)?;
    Date::new(u16::from(century) * 100 + u16::from(year), month, day)
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pad = if self.date.day < 10 { " " } else { "" };
        let sign = if self.zone < 0 { '-' } else { '+' };
        let zone = self.zone.unsigned_abs();
        write!(
            f,
            "{pad}{} {:02}:{:02}:{:02} {sign}{:02}{:02}",
            self.date,
            self.hour,
            self.minute,
            self.second,
            zone / 60,
            zone % 60
        )
    }
}

impl TryFrom<&str> for Date {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        let mut c = Cursor::new(text.as_bytes());
        let date = read_day(&mut c).and_then(|day| read_month_and_year(&mut c, day));
        match date {
            Some(date) if c.rest().is_empty() => Ok(date),
            _ => c.error("a date"),
        }
    }
}

impl TryFrom<&str> for DateTime {
    type Error = ParseError;

    fn try_from(text: &str) -> Result<Self, ParseError> {
        let mut c = Cursor::new(text.as_bytes());
        match Self::read_inside(&mut c) {
            Some(date) if c.rest().is_empty() => Ok(date),
            _ => c.error("a date with time"),
        }
    }
}

own_plain!(Date, DateTime);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn dates() {
        assert_eq!(Date::try_from("1-Feb-1994"), Ok(Date::new(1994, 2, 1).unwrap()));
        assert_eq!(Date::try_from("01-feb-1994"), Ok(Date::new(1994, 2, 1).unwrap()));
        assert_eq!(
            Date::read(&mut Cursor::new(b"\"31-DEC-2025\" x")),
            Ok(Date::new(2025, 12, 31).unwrap())
        );
        for bad in
            ["", "1", "1-Feb", "1-Feb-94", "0-Feb-1994", "32-Feb-1994", "1-Fob-1994", "1-Feb-19945"]
        {
            assert!(Date::try_from(bad).is_err(), "{bad}");
        }
        assert!(Date::read(&mut Cursor::new(b"\"1-Feb-1994")).is_err());
    }

    #[test]
    fn dates_with_time() {
        let date = DateTime::try_from("17-Jul-1996 02:44:25 -0700").unwrap();
        assert_eq!(date.unix(), 837_596_665);
        assert_eq!((date.hour(), date.minute(), date.second(), date.zone()), (2, 44, 25, -420));
        for good in [" 1-Jan-2000 00:00:00 +0000", "31-Dec-9999 23:59:60 +9959"] {
            assert_eq!(DateTime::try_from(good).unwrap().to_string(), good);
        }
        let mut c = Cursor::new(b"\"1-Jan-2000 00:00:00 +0000\"");
        assert!(DateTime::read(&mut c).is_ok());
        assert_eq!(c.into_deviations().len(), 1);
        for bad in [
            "1-Jan-2000",
            " 1-Jan-2000 24:00:00 +0000",
            " 1-Jan-2000 00:60:00 +0000",
            " 1-Jan-2000 00:00:61 +0000",
            " 1-Jan-2000 00:00:00 UTC",
            " 1-Jan-2000 00:00:00 +000",
            " 1-Jan-2000 00:00:00 +0000 ",
        ] {
            assert!(DateTime::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_calendar() {
        assert_eq!(Date::new(1970, 1, 1).unwrap().days(), 0);
        assert_eq!(Date::new(2000, 2, 29).unwrap().days(), 11_016);
        assert_eq!(Date::new(0, 1, 1).unwrap().days(), -719_528);
        assert_eq!(Date::from_days(i64::MAX), None);
        assert_eq!(Date::from_days(i64::MIN), None);
    }

    proptest! {
        #[test]
        fn days_round_trip(days in -719_528i64..2_932_896) {
            prop_assert_eq!(Date::from_days(days).unwrap().days(), days);
        }

        #[test]
        fn seconds_round_trip(seconds in -60_000_000_000i64..250_000_000_000, zone in -840i16..840) {
            let date = DateTime::from_unix(seconds, zone).unwrap();
            prop_assert_eq!(date.unix(), seconds);
            prop_assert_eq!(DateTime::try_from(date.to_string().as_str()), Ok(date));
        }
    }
}
