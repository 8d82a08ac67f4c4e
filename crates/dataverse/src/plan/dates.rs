//! Dates as written, and spans of time relative to now. Days begin at midnight UTC and weeks on
//! Sunday, the organisation's default.

use base::Instant;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, Timestamp, Unit, tz::TimeZone};

/// Reads a date and time; one without a zone is UTC, a bare date is its midnight.
pub(crate) fn instant(written: &str) -> Option<Instant> {
    let written = written.trim();
    if let Ok(timestamp) = written.parse::<Timestamp>() {
        return Some(Instant(timestamp.as_second()));
    }
    // `2024-05-01T10:00Z` and the like are read as civil time with a zone cut off.
    let civil = written.strip_suffix(['Z', 'z']).unwrap_or(written);
    let time = civil.parse::<DateTime>().ok()?;
    seconds(time).map(Instant)
}

/// Reads a date; the time of a date and time is left out.
pub(crate) fn day(written: &str) -> Option<i32> {
    let written = written.trim();
    let date = match written.parse::<Date>() {
        Ok(date) => date,
        Err(_) => civil(instant(written)?)?.date(),
    };
    days(date)
}

/// The days since 1970-01-01.
pub(crate) fn days(date: Date) -> Option<i32> {
    date.since((Unit::Day, Date::constant(1970, 1, 1))).ok().map(|span| span.get_days())
}

fn civil(instant: Instant) -> Option<DateTime> {
    Some(Timestamp::from_second(instant.0).ok()?.to_zoned(TimeZone::UTC).datetime())
}

fn seconds(time: DateTime) -> Option<i64> {
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second())
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
}

/// From the first second to the last, both included; open where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub from: Option<Instant>,
    pub to: Option<Instant>,
}

/// Whole steps: the one that is `first` away from the present one up to the one before `end`.
/// `whole(now, Day, -1, 0)` is yesterday.
pub(crate) fn whole(now: Instant, step: Step, first: i64, end: i64) -> Option<Range> {
    let start = beginning(civil(now)?, step)?;
    let from = seconds(plus(start, step, first)?)?;
    let to = seconds(plus(start, step, end)?)? - 1;
    Some(Range { from: Some(Instant(from)), to: Some(Instant(to)) })
}

/// The last `count` steps up to now. Days and larger begin at midnight, as the platform's do.
pub(crate) fn last(now: Instant, step: Step, count: i64) -> Option<Range> {
    let from = seconds(edge(plus(civil(now)?, step, count.checked_neg()?)?, step)?)?;
    Some(Range { from: Some(Instant(from)), to: Some(now) })
}

/// The next `count` steps from now. Days and larger end with the day.
pub(crate) fn next(now: Instant, step: Step, count: i64) -> Option<Range> {
    let end = plus(civil(now)?, step, count)?;
    let to = match step {
        Step::Minute | Step::Hour => seconds(end)?,
        _ => seconds(plus(edge(end, step)?, Step::Day, 1)?)? - 1,
    };
    Some(Range { from: Some(now), to: Some(Instant(to)) })
}

/// Everything that is older than `count` steps.
pub(crate) fn older(now: Instant, step: Step, count: i64) -> Option<Range> {
    let end = seconds(edge(plus(civil(now)?, step, count.checked_neg()?)?, step)?)?;
    Some(Range { from: None, to: Some(Instant(end - 1)) })
}

/// The day of `instant` from its first second to its last.
pub(crate) fn whole_day(instant: Instant) -> Option<Range> {
    whole(instant, Step::Day, 0, 1)
}

/// Days and larger steps are counted from midnight.
fn edge(time: DateTime, step: Step) -> Option<DateTime> {
    match step {
        Step::Minute | Step::Hour => Some(time),
        _ => beginning(time, Step::Day),
    }
}

fn beginning(time: DateTime, step: Step) -> Option<DateTime> {
    let date = time.date();
    let first = match step {
        Step::Minute => return time.with().second(0).subsec_nanosecond(0).build().ok(),
        Step::Hour => return time.with().minute(0).second(0).subsec_nanosecond(0).build().ok(),
        Step::Day => date,
        Step::Week => {
            let back = i64::from(date.weekday().since(Weekday::Sunday));
            date.checked_sub(Span::new().try_days(back).ok()?).ok()?
        }
        Step::Month => date.first_of_month(),
        Step::Year => date.first_of_year(),
    };
    Some(first.at(0, 0, 0, 0))
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
    };
    time.checked_add(span.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(range: Option<Range>) -> String {
        let show = |end: Option<Instant>| end.map_or_else(|| "…".to_owned(), |end| end.to_string());
        range.map_or_else(
            || "none".to_owned(),
            |range| format!("{} – {}", show(range.from), show(range.to)),
        )
    }

    #[test]
    fn spans_are_whole_days() {
        // A Wednesday.
        let now = instant("2024-05-15T10:30:00Z").unwrap();
        let check = |range, expected: &str| assert_eq!(show(range), expected);
        check(whole(now, Step::Day, -1, 0), "2024-05-14T00:00:00Z – 2024-05-14T23:59:59Z");
        check(whole(now, Step::Week, 0, 1), "2024-05-12T00:00:00Z – 2024-05-18T23:59:59Z");
        check(whole(now, Step::Month, 1, 2), "2024-06-01T00:00:00Z – 2024-06-30T23:59:59Z");
        check(whole(now, Step::Year, -1, 0), "2023-01-01T00:00:00Z – 2023-12-31T23:59:59Z");
        check(last(now, Step::Hour, 2), "2024-05-15T08:30:00Z – 2024-05-15T10:30:00Z");
        check(last(now, Step::Day, 7), "2024-05-08T00:00:00Z – 2024-05-15T10:30:00Z");
        check(next(now, Step::Day, 7), "2024-05-15T10:30:00Z – 2024-05-22T23:59:59Z");
        check(older(now, Step::Month, 3), "… – 2024-02-14T23:59:59Z");
        check(last(now, Step::Year, 1_000_000), "none");
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
