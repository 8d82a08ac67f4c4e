//! The fiscal year: when it begins, and into which periods it is divided.

use jiff::Span;
use jiff::civil::Date;

/// The organisation's fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fiscal {
    /// The month in which a year begins, from 1.
    pub month: i8,
    /// The day of that month.
    pub day: i8,
    /// Into what it is divided.
    pub period: FiscalPeriod,
    /// Whether a year is called after the one in which it ends.
    pub named_by_end: bool,
}

/// Into what a fiscal year is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FiscalPeriod {
    /// Not at all.
    Year,
    /// Into two.
    HalfYear,
    /// Into four.
    #[default]
    Quarter,
    /// Into twelve.
    Month,
    /// Into thirteen of four weeks; the last one has the days that are left.
    FourWeeks,
}

/// `organization.fiscalyeardisplaycode` of a year that is called after its end.
const NAMED_BY_END: i64 = 2;

impl Default for Fiscal {
    fn default() -> Self {
        Self { month: 1, day: 1, period: FiscalPeriod::Quarter, named_by_end: false }
    }
}

impl Fiscal {
    /// Reads the organisation's settings: `fiscalcalendarstart`, `fiscalperiodtype`,
    /// `fiscalyeardisplaycode`.
    pub(crate) fn of(start: Option<Date>, period: Option<i64>, display: Option<i64>) -> Self {
        let start = start.map_or((1, 1), |start| (start.month(), start.day()));
        let period = match period {
            Some(2000) => FiscalPeriod::Year,
            Some(2001) => FiscalPeriod::HalfYear,
            Some(2003) => FiscalPeriod::Month,
            Some(2004) => FiscalPeriod::FourWeeks,
            _ => FiscalPeriod::Quarter,
        };
        // A year that begins in January ends in the year it begins in.
        let named_by_end = display == Some(NAMED_BY_END) && start != (1, 1);
        Self { month: start.0, day: start.1, period, named_by_end }
    }

    /// How many periods a year has.
    pub fn periods(&self) -> i64 {
        match self.period {
            FiscalPeriod::Year => 1,
            FiscalPeriod::HalfYear => 2,
            FiscalPeriod::Quarter => 4,
            FiscalPeriod::Month => 12,
            FiscalPeriod::FourWeeks => 13,
        }
    }

    /// How many months a period has; nothing if it is counted in weeks.
    pub fn months(&self) -> Option<i64> {
        (self.period != FiscalPeriod::FourWeeks).then(|| 12 / self.periods())
    }

    /// The year, by the calendar year in which it begins, that has this name.
    pub fn year_named(&self, name: i64) -> i64 {
        name - i64::from(self.named_by_end)
    }

    /// The fiscal year of a day, by the calendar year in which it begins.
    pub fn year_of(&self, day: Date) -> Option<i64> {
        let year = i64::from(day.year());
        Some(if day < self.year_begin(year)? { year - 1 } else { year })
    }

    /// The period of a day, counted on through all years.
    pub fn period_of(&self, day: Date) -> Option<i64> {
        let year = self.year_of(day)?;
        let first = year.checked_mul(self.periods())?;
        let mut found = first;
        for period in first..first + self.periods() {
            if self.period_begin(period)? <= day {
                found = period;
            }
        }
        Some(found)
    }

    /// The first day of a fiscal year.
    pub fn year_begin(&self, year: i64) -> Option<Date> {
        let first = Date::new(i16::try_from(year).ok()?, self.month, 1).ok()?;
        let day = self.day.min(first.days_in_month());
        first.with().day(day).build().ok()
    }

    /// The first day of a period that is counted through all years.
    pub fn period_begin(&self, period: i64) -> Option<Date> {
        let (year, place) = (period.div_euclid(self.periods()), period.rem_euclid(self.periods()));
        let span = match self.months() {
            Some(months) => Span::new().try_months(place * months),
            None => Span::new().try_weeks(place * 4),
        };
        self.year_begin(year)?.checked_add(span.ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_belong_to_years_and_periods() {
        let check = |fiscal: Fiscal, day: Date, expected: &str| {
            let period = fiscal.period_of(day).unwrap();
            let found = format!(
                "{} {} {}",
                fiscal.year_of(day).unwrap(),
                period.rem_euclid(fiscal.periods()) + 1,
                fiscal.period_begin(period).unwrap()
            );
            assert_eq!(found, expected);
        };
        let july = |period| Fiscal::of(Some(date(2000, 7, 1)), Some(period), None);
        check(Fiscal::default(), date(2024, 5, 15), "2024 2 2024-04-01");
        check(july(2002), date(2024, 5, 15), "2023 4 2024-04-01");
        check(july(2003), date(2024, 7, 1), "2024 1 2024-07-01");
        check(july(2001), date(2025, 1, 1), "2024 2 2025-01-01");
        check(july(2000), date(2024, 6, 30), "2023 1 2023-07-01");
        check(july(2004), date(2024, 6, 30), "2023 13 2024-06-01");
        let named = Fiscal::of(Some(date(2000, 7, 1)), None, Some(2));
        assert_eq!(named.year_named(2024), 2023);
        assert_eq!(Fiscal::default().year_named(2024), 2024);
        assert_eq!(Fiscal::default().year_begin(40_000), None);
    }
}
