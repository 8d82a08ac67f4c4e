//! Dates as written, and spans of time relative to now on the caller's wall clock: days begin at
//! his midnight, weeks and fiscal years as the organisation decides.

use base::Instant;
use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp, Unit, tz::TimeZone};

use crate::calendar::{Calendar, Zone};

/// Reads a date and time; one without a zone is UTC, a bare date is its midnight.
pub(crate) fn instant(written: &str) -> Option<Instant> {
    instant_in(written, &Zone::utc())
}

/// The same, where one without a zone is meant by the clock of `zone`.
pub(crate) fn instant_in(written: &str, zone: &Zone) -> Option<Instant> {
    match written.trim().parse::<Timestamp>() {
        Ok(timestamp) => Some(Instant(timestamp.as_second())),
        Err(_) if written.trim().ends_with(['Z', 'z']) => seconds(civil_of(written)?).map(Instant),
        Err(_) => zone.instant(civil_of(written)?),
    }
}

/// Reads a date; the time of a date and time is left out.
pub(crate) fn day(written: &str) -> Option<i32> {
    let written = written.trim();
    let date = match written.parse::<Date>() {
        Ok(date) => date,
        Err(_) => Zone::utc().civil(instant(written)?)?.date(),
    };
    days(date)
}

/// The day that is written, on the wall clock of `zone` if a zone is written with it.
pub(crate) fn date_in(written: &str, zone: &Zone) -> Option<Date> {
    match written.trim().parse::<Timestamp>() {
        Ok(timestamp) => Some(zone.civil(Instant(timestamp.as_second()))?.date()),
        Err(_) => Some(civil_of(written)?.date()),
    }
}

/// The days since 1970-01-01.
pub(crate) fn days(date: Date) -> Option<i32> {
    date.since((Unit::Day, Date::constant(1970, 1, 1))).ok().map(|span| span.get_days())
}

/// The seconds since 1970 of a wall clock that shows UTC.
pub(crate) fn seconds(time: DateTime) -> Option<i64> {
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second())
}

/// `2024-05-01`, `2024-05-01T10:00`, also with a `Z`, which is cut off.
fn civil_of(written: &str) -> Option<DateTime> {
    let written = written.trim();
    written.strip_suffix(['Z', 'z']).unwrap_or(written).parse().ok()
}

/// A unit of relative dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    FiscalPeriod,
    FiscalYear,
}

/// On the wall clock, from the first second to the last, both included; open where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub from: Option<DateTime>,
    pub to: Option<DateTime>,
}

/// Now, on somebody's wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock<'a> {
    calendar: &'a Calendar,
    now: DateTime,
}

impl<'a> Clock<'a> {
    /// The wall clock of `calendar`.
    pub fn of(calendar: &'a Calendar, now: Instant) -> Option<Self> {
        Some(Self { calendar, now: calendar.zone.civil(now)? })
    }

    /// Whole steps: the one that is `first` away from the present one up to the one before `end`.
    /// `whole(Day, -1, 0)` is yesterday.
    pub fn whole(&self, step: Step, first: i64, end: i64) -> Option<Range> {
        Some(Range {
            from: Some(self.begin(step, first)?),
            to: Some(second_before(self.begin(step, end)?)?),
        })
    }

    /// The last `count` steps up to now. Days and larger begin at midnight, as the platform's do;
    /// fiscal ones are whole.
    pub fn last(&self, step: Step, count: i64) -> Option<Range> {
        let back = count.checked_neg()?;
        match step {
            Step::FiscalPeriod | Step::FiscalYear => self.whole(step, back, 0),
            _ => {
                let from = edge(plus(self.now, step, back)?, step);
                Some(Range { from: Some(from), to: Some(self.now) })
            }
        }
    }

    /// The next `count` steps from now on.
    pub fn next(&self, step: Step, count: i64) -> Option<Range> {
        let end = match step {
            Step::FiscalPeriod | Step::FiscalYear => {
                return self.whole(step, 1, count.checked_add(1)?);
            }
            Step::Minute | Step::Hour => plus(self.now, step, count)?,
            _ => last_second(plus(self.now, step, count)?.date())?,
        };
        Some(Range { from: Some(self.now), to: Some(end) })
    }

    /// Everything that is older than `count` steps.
    pub fn older(&self, step: Step, count: i64) -> Option<Range> {
        let end = edge(plus(self.now, step, count.checked_neg()?)?, step);
        Some(Range { from: None, to: Some(second_before(end)?) })
    }

    /// The fiscal year of this name, and of it a period from 1, or the whole of it.
    pub fn fiscal(&self, name: i64, period: Option<i64>) -> Option<Range> {
        let fiscal = &self.calendar.fiscal;
        let year = fiscal.year_named(i64::from(i16::try_from(name).ok()?));
        let first = year * fiscal.periods();
        let (begin, end) = match period {
            None => (first, first + fiscal.periods()),
            Some(period) if (1..=fiscal.periods()).contains(&period) => {
                (first + period - 1, first + period)
            }
            Some(_) => return None,
        };
        let at = |period| Some(fiscal.period_begin(period)?.at(0, 0, 0, 0));
        Some(Range { from: Some(at(begin)?), to: Some(second_before(at(end)?)?) })
    }

    /// The beginning of the step that is `count` away from the present one.
    fn begin(&self, step: Step, count: i64) -> Option<DateTime> {
        let (today, fiscal) = (self.now.date(), &self.calendar.fiscal);
        let first = match step {
            Step::Minute | Step::Hour => return plus(self.now, step, count),
            Step::Day => today,
            Step::Week => {
                let back = i64::from(today.weekday().since(self.calendar.week_start));
                today.checked_sub(Span::new().try_days(back).ok()?).ok()?
            }
            Step::Month => today.first_of_month(),
            Step::Year => today.first_of_year(),
            Step::FiscalPeriod => {
                let period = fiscal.period_of(today)?.checked_add(count)?;
                return Some(fiscal.period_begin(period)?.at(0, 0, 0, 0));
            }
            Step::FiscalYear => {
                let year = fiscal.year_of(today)?.checked_add(count)?;
                return Some(fiscal.year_begin(year)?.at(0, 0, 0, 0));
            }
        };
        plus(first.at(0, 0, 0, 0), step, count)
    }
}

/// The day from its first second to its last.
pub(crate) fn whole_day(day: Date) -> Option<Range> {
    Some(Range { from: Some(day.at(0, 0, 0, 0)), to: Some(last_second(day)?) })
}

fn last_second(day: Date) -> Option<DateTime> {
    second_before(day.tomorrow().ok()?.at(0, 0, 0, 0))
}

fn second_before(time: DateTime) -> Option<DateTime> {
    time.checked_sub(Span::new().seconds(1)).ok()
}

/// Days and larger steps are counted from midnight.
fn edge(time: DateTime, step: Step) -> DateTime {
    match step {
        Step::Minute | Step::Hour => time,
        _ => time.date().at(0, 0, 0, 0),
    }
}

fn plus(time: DateTime, step: Step, count: i64) -> Option<DateTime> {
    let span = Span::new();
    let span = match step {
        Step::Minute => span.try_minutes(count),
        Step::Hour => span.try_hours(count),
        Step::Day => span.try_days(count),
        Step::Week => span.try_weeks(count),
        Step::Month => span.try_months(count),
        Step::Year => span.try_years(count),
        Step::FiscalPeriod | Step::FiscalYear => return None,
    };
    time.checked_add(span.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};

    use super::*;
    use crate::calendar::Fiscal;

    fn show(range: Option<Range>) -> String {
        let show =
            |end: Option<DateTime>| end.map_or_else(|| "…".to_owned(), |end| end.to_string());
        range.map_or_else(
            || "none".to_owned(),
            |range| format!("{} – {}", show(range.from), show(range.to)),
        )
    }

    #[test]
    fn spans_are_whole_days() {
        // A Wednesday.
        let now = instant("2024-05-15T10:30:00Z").unwrap();
        let calendar = Calendar::default();
        let clock = Clock::of(&calendar, now).unwrap();
        let check = |range, expected: &str| assert_eq!(show(range), expected);
        check(clock.whole(Step::Day, -1, 0), "2024-05-14T00:00:00 – 2024-05-14T23:59:59");
        check(clock.whole(Step::Week, 0, 1), "2024-05-12T00:00:00 – 2024-05-18T23:59:59");
        check(clock.whole(Step::Month, 1, 2), "2024-06-01T00:00:00 – 2024-06-30T23:59:59");
        check(clock.whole(Step::Year, -1, 0), "2023-01-01T00:00:00 – 2023-12-31T23:59:59");
        check(clock.whole(Step::FiscalPeriod, 0, 1), "2024-04-01T00:00:00 – 2024-06-30T23:59:59");
        check(clock.whole(Step::FiscalYear, 1, 2), "2025-01-01T00:00:00 – 2025-12-31T23:59:59");
        check(clock.last(Step::Hour, 2), "2024-05-15T08:30:00 – 2024-05-15T10:30:00");
        check(clock.last(Step::Day, 7), "2024-05-08T00:00:00 – 2024-05-15T10:30:00");
        check(clock.last(Step::FiscalPeriod, 2), "2023-10-01T00:00:00 – 2024-03-31T23:59:59");
        check(clock.next(Step::Day, 7), "2024-05-15T10:30:00 – 2024-05-22T23:59:59");
        check(clock.next(Step::FiscalYear, 2), "2025-01-01T00:00:00 – 2026-12-31T23:59:59");
        check(clock.older(Step::Month, 3), "… – 2024-02-14T23:59:59");
        check(clock.last(Step::Year, 1_000_000), "none");
        check(clock.next(Step::FiscalYear, i64::MAX), "none");
        check(clock.fiscal(2024, Some(2)), "2024-04-01T00:00:00 – 2024-06-30T23:59:59");
        check(clock.fiscal(2024, None), "2024-01-01T00:00:00 – 2024-12-31T23:59:59");
        check(clock.fiscal(i64::MAX, Some(2)), "none");
    }

    #[test]
    fn days_weeks_and_years_are_the_users() {
        let calendar = Calendar {
            // Eastern, five hours behind in winter.
            zone: Zone::of_code(35).unwrap(),
            week_start: Weekday::Monday,
            fiscal: Fiscal::of(Some(date(2000, 7, 1)), Some(2003), Some(2)),
        };
        // A Monday in UTC, still Sunday for the user.
        let clock = Clock::of(&calendar, instant("2024-01-15T02:00:00Z").unwrap()).unwrap();
        let check = |range, expected: &str| assert_eq!(show(range), expected);
        check(clock.whole(Step::Day, 0, 1), "2024-01-14T00:00:00 – 2024-01-14T23:59:59");
        check(clock.whole(Step::Week, 0, 1), "2024-01-08T00:00:00 – 2024-01-14T23:59:59");
        check(clock.whole(Step::FiscalYear, 0, 1), "2023-07-01T00:00:00 – 2024-06-30T23:59:59");
        check(clock.fiscal(2024, Some(7)), "2024-01-01T00:00:00 – 2024-01-31T23:59:59");
        assert_eq!(instant_in("2024-01-15T02:00", &calendar.zone), instant("2024-01-15T07:00Z"));
        assert_eq!(date_in("2024-01-15T02:00Z", &calendar.zone), Some(date(2024, 1, 14)));
        assert_eq!(date_in("2024-01-15", &calendar.zone), Some(date(2024, 1, 15)));
    }

    #[test]
    fn dates_are_read_as_written() {
        let check = |written, expected: &str| {
            let read = instant(written).map_or_else(|| "none".to_owned(), |at| at.to_string());
            assert_eq!(read, expected, "{written}");
        };
        check("2024-05-01", "2024-05-01T00:00:00Z");
        check("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z");
        check("2024-05-01T10:00:00.75Z", "2024-05-01T10:00:00Z");
        check("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00Z");
        check("2024-05-01T10:00:00", "2024-05-01T10:00:00Z");
        check("2024-05-01T10:00Z", "2024-05-01T10:00:00Z");
        check("May 1", "none");
        assert_eq!(day("1970-01-02"), Some(1));
        assert_eq!(day("1969-12-31T23:00:00Z"), Some(-1));
    }
}
