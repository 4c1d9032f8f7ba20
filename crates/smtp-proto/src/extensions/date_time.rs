//! Points in time, as FUTURERELEASE and RRVS write them.

use crate::ParseError;
use crate::text::checked_text;

checked_text! {
    /// A date and time, as written.
    ///
    /// ```abnf
    /// date-time   = full-date "T" full-time
    /// full-date   = 4DIGIT "-" 2DIGIT "-" 2DIGIT
    /// full-time   = 2DIGIT ":" 2DIGIT ":" 2DIGIT time-offset
    /// time-offset = "Z" / ("+" / "-") 2DIGIT ":" 2DIGIT
    /// ```
    ///
    /// [RFC 3339, section 5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6); fractions of a
    /// second have no place in either extension.
    ///
    /// # Example
    ///
    /// ```
    /// use smtp_proto::extensions::date_time::DateTime;
    ///
    /// let time = DateTime::try_from("1996-12-19T16:39:57-08:00")?;
    /// assert_eq!(time.unix_seconds(), 851_042_397);
    /// assert!(DateTime::try_from("1996-02-30T00:00:00Z").is_err());
    /// # Ok::<(), smtp_proto::ParseError>(())
    /// ```
    DateTime, check
}

/// Year, month, day, hour, minute, second, and the offset from UTC in minutes.
type Parts = (i64, i64, i64, i64, i64, i64, i64);

fn check(text: &str) -> Result<(), ParseError> {
    parts(text).map(|_| ()).ok_or(ParseError::new(0, "a date and time"))
}

fn parts(text: &str) -> Option<Parts> {
    let (text, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, 0),
        None => {
            let (text, offset) = text.split_at_checked(19)?;
            let east = match offset.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let (hours, minutes) = offset.get(1..)?.split_once(':')?;
            let (hours, minutes) = (digits(hours, 2, 23)?, digits(minutes, 2, 59)?);
            (text, east * (hours * 60 + minutes))
        }
    };
    let (date, time) = text.split_once(['T', 't'])?;
    let mut date = date.split('-');
    let (year, month) = (digits(date.next()?, 4, 9999)?, digits(date.next()?, 2, 12)?);
    let day = digits(date.next()?, 2, days_in(year, month)?)?;
    let mut time = time.split(':');
    let hour = digits(time.next()?, 2, 23)?;
    let (minute, second) = (digits(time.next()?, 2, 59)?, digits(time.next()?, 2, 60)?);
    let complete = date.next().is_none() && time.next().is_none() && day > 0;
    complete.then_some((year, month, day, hour, minute, second, offset))
}

fn digits(text: &str, len: usize, most: i64) -> Option<i64> {
    let good = text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|value| good && *value <= most)
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    Some(match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    })
}

impl DateTime<'_> {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    #[must_use]
    pub fn unix_seconds(&self) -> i64 {
        let Some((year, month, day, hour, minute, second, offset)) = parts(self.as_str()) else {
            return 0;
        };
        // Years that begin in March, so that the leap day is their last.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let day_of_year = (153 * month + 2) / 5 + day - 1;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        let days = year * 365 + leap_days + day_of_year - 719_468;
        days * 86_400 + hour * 3600 + (minute - offset) * 60 + second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2000-03-01T00:00:00+01:00", 951_865_200),
            ("1990-12-31T23:59:60Z", 662_688_000),
            ("2038-01-19t03:14:08z", 2_147_483_648),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(DateTime::try_from(text).unwrap().unix_seconds(), seconds, "{text}");
        }
        for bad in [
            "",
            "Z",
            "2000-01-01",
            "2000-01-01T00:00:00",
            "2000-01-01T00:00:00.5Z",
            "2000-01-01T00:00Z",
            "2000-13-01T00:00:00Z",
            "2000-00-01T00:00:00Z",
            "2000-01-00T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2000-01-01T24:00:00Z",
            "2000-01-01T00:60:00Z",
            "2000-01-01T00:00:61Z",
            "2000-01-01T00:00:00+1:00",
            "2000-01-01T00:00:00+01:00Z",
            "2000-01-01T00:00:00é",
            "+000-01-01T00:00:00Z",
            "2000-1-001T00:00:00Z",
            "2000-01-01T00:00:00Z\r\n",
        ] {
            assert!(DateTime::try_from(bad).is_err(), "{bad}");
        }
    }
}
