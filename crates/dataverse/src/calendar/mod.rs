//! What a user's dates follow: his time zone, the first day of the week, the fiscal year.

mod fiscal;
mod zones;

use base::Instant;
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};

pub use fiscal::{Fiscal, FiscalPeriod};

/// What a user's dates follow.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Where he lives; UTC if his settings do not say.
    pub zone: Zone,
    /// The first day of a week, which the organisation decides.
    pub week_start: Weekday,
    /// The organisation's fiscal year.
    pub fiscal: Fiscal,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { zone: Zone::utc(), week_start: Weekday::Sunday, fiscal: Fiscal::default() }
    }
}

impl Calendar {
    /// Reads `weekstartdaycode`; Sunday is 0.
    pub(crate) fn week_start(code: Option<i64>) -> Weekday {
        let offset = code.and_then(|code| i8::try_from(code).ok()).unwrap_or_default();
        Weekday::from_sunday_zero_offset(offset).unwrap_or(Weekday::Sunday)
    }
}

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// Years before and after the present one whose changes of the clock statements know.
const CHANGES_YEARS: i64 = 30;
/// A year, in seconds.
const YEAR_SECONDS: i64 = 31_556_952;

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// So many minutes east of UTC; nothing beyond a day.
    pub fn east(minutes: i32) -> Option<Self> {
        let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
        Some(Self(TimeZone::fixed(offset)))
    }

    /// The zone with this `timezonecode`, in today's rules.
    pub fn of_code(code: i64) -> Option<Self> {
        TimeZone::posix(zones::rules(code)?).ok().map(Self)
    }

    /// The wall clock at `instant`.
    pub fn civil(&self, instant: Instant) -> Option<DateTime> {
        Some(self.0.to_datetime(Timestamp::from_second(instant.0).ok()?))
    }

    /// When the wall clock shows `time`; of an hour that is skipped, the one after.
    pub fn instant(&self, time: DateTime) -> Option<Instant> {
        self.0.to_timestamp(time).ok().map(|timestamp| Instant(timestamp.as_second()))
    }

    /// How many seconds the wall clock is before UTC: until each of the instants, and then, for
    /// the years around `now`.
    pub fn offsets(&self, now: Instant) -> Offsets {
        let begin = now.0.saturating_sub(CHANGES_YEARS * YEAR_SECONDS);
        let end = now.0.saturating_add(CHANGES_YEARS * YEAR_SECONDS);
        let start = Timestamp::from_second(begin).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut last = i64::from(self.0.to_offset(start).seconds());
        let mut until = Vec::new();
        for change in self.0.following(start) {
            let at = change.timestamp().as_second();
            if at > end {
                break;
            }
            until.push((at, last));
            last = i64::from(change.offset().seconds());
        }
        Offsets { until, last }
    }
}

/// How a wall clock differs from UTC over the years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offsets {
    /// Seconds to add until an instant, in order.
    pub until: Vec<(i64, i64)>,
    /// Seconds to add from then on.
    pub last: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_follows_the_rules_of_a_zone() {
        let pacific = Zone::of_code(4).unwrap();
        // 2024-01-01 and 2024-07-01 at noon UTC.
        let hour = |seconds| pacific.civil(Instant(seconds)).unwrap().hour();
        assert_eq!(hour(1_704_110_400), 4);
        assert_eq!(hour(1_719_835_200), 5);
        let offsets = pacific.offsets(Instant(1_704_110_400));
        assert_eq!(offsets.until.len(), 120);
        assert_eq!(Zone::utc().offsets(Instant(0)), Offsets { until: Vec::new(), last: 0 });
        assert!(Zone::of_code(-7).is_none());
        assert!(Zone::east(-480).is_some() && Zone::east(i32::MAX).is_none());
    }
}
