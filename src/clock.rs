//! Instants, days and the one place that reads the system clock. Not here: time zones of a fund's day sums (`ledger`).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A moment as whole microseconds since 1970-01-01T00:00:00Z; sorts as a number on both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// From whole unix seconds, as Stripe stamps its objects.
    pub const fn from_unix_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Whole unix seconds, rounded down.
    pub const fn unix_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment moved by `secs` seconds, which may be negative.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(1_000_000)))
    }

    /// The calendar day this moment falls on in `zone`.
    pub fn day_in(self, zone: &Zone) -> Day {
        Day(self.timestamp().to_zoned(zone.0.clone()).date())
    }

    /// `09:00 CST`: what the clocks of `zone` show at this moment.
    pub fn time_in(self, zone: &Zone) -> String {
        self.timestamp().to_zoned(zone.0.clone()).strftime("%H:%M %Z").to_string()
    }

    /// `14 Nov 2026, 09:00 CST`: for people who read English, in the fund's own zone.
    pub fn for_people(self, zone: &Zone) -> String {
        self.timestamp().to_zoned(zone.0.clone()).strftime("%-d %b %Y, %H:%M %Z").to_string()
    }

    /// RFC 3339 in UTC to the second, for machine-read files.
    pub fn rfc3339(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Reads what [`Instant::rfc3339`] wrote; None for anything that is no moment.
    pub fn of_rfc3339(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(|at| Self(at.as_microsecond()))
    }

    /// The same as the system counts it, for libraries that ask for that.
    pub fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(u64::try_from(self.0).unwrap_or(0))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

crate::sql_integer!(Instant);

/// A calendar day; `YYYY-MM-DD` in the database and in every file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(Date::MAX))
    }

    /// The month it is in, such as `2026-11`.
    pub fn month(self) -> String {
        self.0.strftime("%Y-%m").to_string()
    }

    /// The week it is in, such as `2026-W46` (ISO 8601: it begins on a Monday).
    pub fn iso_week(self) -> String {
        let week = self.0.iso_week_date();
        format!("{:04}-W{:02}", week.year(), week.week())
    }

    /// The Monday of a week such as `2026-W46`; None where the text is none.
    pub fn of_iso_week(week: &str) -> Option<Self> {
        let (year, number) = week.split_once("-W")?;
        let monday = jiff::civil::ISOWeekDate::new(year.parse().ok()?, number.parse().ok()?, jiff::civil::Weekday::Monday).ok()?;
        Some(Self(monday.date()))
    }

    /// The first day of the month after its own.
    #[must_use]
    pub fn first_of_next_month(self) -> Self {
        Self(self.0.last_of_month()).next()
    }

    /// How many days lie between this day and a later one; negative where it is earlier.
    pub fn days_until(self, later: Self) -> i64 {
        self.0.until(later.0).map_or(0, |span| i64::from(span.get_days()))
    }

    /// The day so many days later, or earlier where `days` is below zero; the last day there is where that is beyond it.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let span = jiff::Span::new().try_days(days);
        Self(span.map_or(self.0, |span| self.0.saturating_add(span)))
    }

    /// The first moment of this day in `zone`.
    ///
    /// # Errors
    /// When the day lies outside what a time zone can tell (years -9999 to 9999).
    pub fn start_in(self, zone: &Zone) -> Result<Instant, jiff::Error> {
        Ok(Instant(self.0.to_zoned(zone.0.clone())?.timestamp().as_microsecond()))
    }

    /// Its year, its month (1 to 12) and its number in the month.
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// `14 Nov 2026`, for people who read English.
    pub fn for_people(self) -> String {
        self.0.strftime("%-d %b %Y").to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let date = Date::strptime("%Y-%m-%d", text).map_err(|_| format!("“{text}” is not a day; write it like 2026-11-14"))?;
        if text.len() == 10 { Ok(Self(date)) } else { Err(format!("“{text}” is not a day; write it like 2026-11-14")) }
    }
}

crate::sql_text!(Day);

/// A named time zone of the IANA database, such as `America/Los_Angeles`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zones that people choose from, by name: those called by a place, and UTC. Every other name of the database is an older one for the same.
    pub fn names() -> Vec<String> {
        let by_place = |name: &str| {
            name.contains('/')
                && !["Brazil/", "Canada/", "Chile/", "Etc/", "Mexico/", "SystemV/", "US/", "posix/", "right/"]
                    .iter()
                    .any(|old| name.starts_with(old))
        };
        let known = jiff::tz::db().available().map(|name| name.as_str().to_owned()).filter(|name| by_place(name));
        let mut names: Vec<String> = known.chain([Self::UTC.to_string()]).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        TimeZone::get(name).map(Self).map_err(|_| format!("“{name}” is not a time zone; write one like America/Los_Angeles"))
    }
}

crate::sql_text!(Zone);

/// Where the program learns what time it is: the machine's clock, or a fixed one that tests move.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
    Shifted(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` until [`Clock::advance`] moves it; copies move together.
    pub fn fixed(at: Instant) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.0))))
    }

    /// The machine's clock moved by `secs`, which may be negative: a past that runs until [`Clock::advance`] brings it to today.
    pub fn shifted(secs: i64) -> Self {
        Self(Source::Shifted(Arc::new(AtomicI64::new(secs.saturating_mul(1_000_000)))))
    }

    /// This moment, cut to microseconds.
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System => system_now(),
            Source::Fixed(at) => Instant(at.load(Ordering::SeqCst)),
            Source::Shifted(by) => Instant(system_now().0.saturating_add(by.load(Ordering::SeqCst))),
        }
    }

    /// Moves a fixed or shifted clock forward; the machine's own is left alone.
    pub fn advance(&self, by: Duration) {
        match &self.0 {
            Source::System => {}
            Source::Fixed(micros) | Source::Shifted(micros) => {
                micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
fn system_now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_falls_on_the_day_of_the_funds_zone() {
        let late_evening_in_portland = Instant::from_unix_secs(1_700_030_000);
        let portland: Zone = "America/Los_Angeles".parse().unwrap();
        assert_eq!(late_evening_in_portland.day_in(&Zone::UTC).to_string(), "2023-11-15");
        assert_eq!(late_evening_in_portland.day_in(&portland).to_string(), "2023-11-14");
    }

    #[test]
    fn every_zone_that_is_offered_can_be_had() {
        let names = Zone::names();
        assert!(names.len() > 300 && names.len() < 600, "{}", names.len());
        for name in &names {
            assert_eq!(name.parse::<Zone>().unwrap().to_string(), *name);
        }
        assert!(["UTC", "America/Los_Angeles", "Europe/Zurich"].iter().all(|name| names.iter().any(|known| known == name)));
        assert!(!names.iter().any(|name| name == "Etc/UTC" || name == "EST5EDT"));
    }

    #[test]
    fn days_are_counted_across_months_and_years() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2026-12-30").days_until(day("2027-01-02")), 3);
        assert_eq!(day("2026-03-01").days_until(day("2026-02-27")), -2);
        assert_eq!(day("2028-02-27").plus_days(3), day("2028-03-01"));
        assert_eq!(day("2026-01-01").plus_days(-1), day("2025-12-31"));
    }

    #[test]
    fn a_day_is_written_in_full_or_refused() {
        assert!("2026-02-28".parse::<Day>().is_ok());
        for wrong in ["2026-2-28", "2026-02-30", "28.02.2026", "", "2026-02-28 "] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong:?}");
        }
    }
}
