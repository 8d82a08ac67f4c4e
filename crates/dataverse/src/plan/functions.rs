//! The query functions of `$filter` (`Microsoft.Dynamics.CRM.<name>(PropertyName='x',…)`).
//!
//! To add one: a line in the list [`FUNCTIONS`], sorted by name. What is known to the protocol and
//! not supported stands there too, so that it is refused by name.

use base::{Error, Result};
use metadata::{ColumnKind, DateTimeBehavior, Table};
use query::{Comparison, Literal};

use super::condition::{Condition, Field};
use super::dates::{self, Range, Step};
use super::literal::{bad, compare, literal, options_of, stored_options};
use super::number;
use super::read::Asker;

/// What a query function does.
#[derive(Clone, Copy, Debug)]
enum Function {
    /// One of a list, or none of it.
    In { negated: bool },
    /// From a value to another, or outside.
    Between { negated: bool },
    /// A multiple choice has one of a list, or none of it.
    Contain { negated: bool },
    /// Whole steps relative to now: from the first to the one before the end.
    Whole(Step, i64, i64),
    /// The last seven days.
    LastDays(i64),
    /// The next seven days.
    NextDays(i64),
    /// The last so many steps.
    Last(Step),
    /// The next so many steps.
    Next(Step),
    /// Longer ago than so many steps.
    Older(Step),
    /// A day, or from its beginning, or until its end.
    On(Day),
    /// The caller himself.
    User { negated: bool },
    /// The caller's teams, with or without himself.
    Teams { or_user: bool },
    /// The caller's business unit.
    BusinessUnit { negated: bool },
    /// Known to the protocol, not supported.
    Unsupported,
}

/// Which side of a day.
#[derive(Clone, Copy, Debug)]
enum Day {
    Within,
    OrAfter,
    OrBefore,
}

/// The list, sorted by name.
const FUNCTIONS: &[(&str, Function)] = &[
    ("Above", Function::Unsupported),
    ("AboveOrEqual", Function::Unsupported),
    ("Between", Function::Between { negated: false }),
    ("ContainValues", Function::Contain { negated: false }),
    ("Contains", Function::Unsupported),
    ("DoesNotContainValues", Function::Contain { negated: true }),
    ("EqualBusinessId", Function::BusinessUnit { negated: false }),
    ("EqualUserId", Function::User { negated: false }),
    ("EqualUserLanguage", Function::Unsupported),
    ("EqualUserOrUserHierarchy", Function::Unsupported),
    ("EqualUserOrUserHierarchyAndTeams", Function::Unsupported),
    ("EqualUserOrUserTeams", Function::Teams { or_user: true }),
    ("EqualUserTeams", Function::Teams { or_user: false }),
    ("In", Function::In { negated: false }),
    ("InFiscalPeriod", Function::Unsupported),
    ("InFiscalPeriodAndYear", Function::Unsupported),
    ("InFiscalYear", Function::Unsupported),
    ("InOrAfterFiscalPeriodAndYear", Function::Unsupported),
    ("InOrBeforeFiscalPeriodAndYear", Function::Unsupported),
    ("Last7Days", Function::LastDays(7)),
    ("LastFiscalPeriod", Function::Unsupported),
    ("LastFiscalYear", Function::Unsupported),
    ("LastMonth", Function::Whole(Step::Month, -1, 0)),
    ("LastWeek", Function::Whole(Step::Week, -1, 0)),
    ("LastXDays", Function::Last(Step::Day)),
    ("LastXFiscalPeriods", Function::Unsupported),
    ("LastXFiscalYears", Function::Unsupported),
    ("LastXHours", Function::Last(Step::Hour)),
    ("LastXMonths", Function::Last(Step::Month)),
    ("LastXWeeks", Function::Last(Step::Week)),
    ("LastXYears", Function::Last(Step::Year)),
    ("LastYear", Function::Whole(Step::Year, -1, 0)),
    ("Next7Days", Function::NextDays(7)),
    ("NextFiscalPeriod", Function::Unsupported),
    ("NextFiscalYear", Function::Unsupported),
    ("NextMonth", Function::Whole(Step::Month, 1, 2)),
    ("NextWeek", Function::Whole(Step::Week, 1, 2)),
    ("NextXDays", Function::Next(Step::Day)),
    ("NextXFiscalPeriods", Function::Unsupported),
    ("NextXFiscalYears", Function::Unsupported),
    ("NextXHours", Function::Next(Step::Hour)),
    ("NextXMonths", Function::Next(Step::Month)),
    ("NextXWeeks", Function::Next(Step::Week)),
    ("NextXYears", Function::Next(Step::Year)),
    ("NextYear", Function::Whole(Step::Year, 1, 2)),
    ("NotBetween", Function::Between { negated: true }),
    ("NotEqualBusinessId", Function::BusinessUnit { negated: true }),
    ("NotEqualUserId", Function::User { negated: true }),
    ("NotIn", Function::In { negated: true }),
    ("NotUnder", Function::Unsupported),
    ("OlderThanXDays", Function::Older(Step::Day)),
    ("OlderThanXHours", Function::Older(Step::Hour)),
    ("OlderThanXMinutes", Function::Older(Step::Minute)),
    ("OlderThanXMonths", Function::Older(Step::Month)),
    ("OlderThanXWeeks", Function::Older(Step::Week)),
    ("OlderThanXYears", Function::Older(Step::Year)),
    ("On", Function::On(Day::Within)),
    ("OnOrAfter", Function::On(Day::OrAfter)),
    ("OnOrBefore", Function::On(Day::OrBefore)),
    ("ThisFiscalPeriod", Function::Unsupported),
    ("ThisFiscalYear", Function::Unsupported),
    ("ThisMonth", Function::Whole(Step::Month, 0, 1)),
    ("ThisWeek", Function::Whole(Step::Week, 0, 1)),
    ("ThisYear", Function::Whole(Step::Year, 0, 1)),
    ("Today", Function::Whole(Step::Day, 0, 1)),
    ("Tomorrow", Function::Whole(Step::Day, 1, 2)),
    ("Under", Function::Unsupported),
    ("UnderOrEqual", Function::Unsupported),
    ("Yesterday", Function::Whole(Step::Day, -1, 0)),
];

/// The condition that the function `name` puts on `field`.
pub(crate) fn condition(
    asker: &Asker<'_>,
    table: &Table,
    field: Field,
    name: &str,
    values: &[Literal],
) -> Result<Condition> {
    let found = FUNCTIONS.binary_search_by(|(known, _)| (*known).cmp(name));
    let Ok(index) = found else {
        return Err(bad(format!("There is no query function 'Microsoft.Dynamics.CRM.{name}'.")));
    };
    let call = Call { table, name, values };
    let user = asker.user;
    match FUNCTIONS[index].1 {
        Function::In { negated } => call.list(field, negated),
        Function::Between { negated } => call.between(field, negated),
        Function::Contain { negated } => call.contain(&field, negated),
        Function::Whole(step, first, end) => {
            call.no_value()?;
            call.during(field, dates::whole(asker.now, step, first, end))
        }
        Function::LastDays(days) => {
            call.no_value()?;
            call.during(field, dates::last(asker.now, Step::Day, days))
        }
        Function::NextDays(days) => {
            call.no_value()?;
            call.during(field, dates::next(asker.now, Step::Day, days))
        }
        Function::Last(step) => {
            let count = call.count()?;
            call.during(field, dates::last(asker.now, step, count))
        }
        Function::Next(step) => {
            let count = call.count()?;
            call.during(field, dates::next(asker.now, step, count))
        }
        Function::Older(step) => {
            let count = call.count()?;
            call.during(field, dates::older(asker.now, step, count))
        }
        Function::On(day) => call.on(field, day),
        Function::User { negated } => call.is_one_of(field, vec![user.id], negated),
        Function::Teams { or_user } => {
            let mut ids = user.owner_teams.clone();
            ids.extend(&user.access_teams);
            ids.extend(or_user.then_some(user.id));
            call.is_one_of(field, ids, false)
        }
        Function::BusinessUnit { negated } => {
            call.is_one_of(field, vec![user.business_unit], negated)
        }
        Function::Unsupported => {
            Err(Error::not_implemented(format!("The query function Microsoft.Dynamics.CRM.{name}")))
        }
    }
}

struct Call<'a> {
    table: &'a Table,
    name: &'a str,
    values: &'a [Literal],
}

impl Call<'_> {
    fn list(&self, field: Field, negated: bool) -> Result<Condition> {
        if self.values.is_empty() {
            return Err(self.wrong("needs PropertyValues with at least one value"));
        }
        let typed = |value| literal(self.table, &field.column, value, true);
        let values = self.values.iter().map(typed).collect::<Result<Vec<_>>>()?;
        Ok(Condition::In { field, values, negated })
    }

    fn between(&self, field: Field, negated: bool) -> Result<Condition> {
        let [low, high] = self.values else {
            return Err(self.wrong("needs PropertyValues with two values"));
        };
        let low = compare(self.table, field.clone(), Comparison::GreaterOrEqual, low, true)?;
        let high = compare(self.table, field, Comparison::LessOrEqual, high, true)?;
        let within = low.and(high);
        Ok(if negated { within.negate() } else { within })
    }

    fn contain(&self, field: &Field, negated: bool) -> Result<Condition> {
        if !matches!(field.column.kind, ColumnKind::MultiChoice { .. }) {
            return Err(self.wrong("is for columns that hold several options"));
        }
        let mut options = Vec::new();
        for value in self.values {
            let read = match value {
                Literal::Text(text) | Literal::Number(text) => options_of(text),
                _ => None,
            };
            options.extend(read.ok_or_else(|| self.wrong("needs the numbers of options"))?);
        }
        if options.is_empty() {
            return Err(self.wrong("needs PropertyValues with at least one option"));
        }
        let has = |option: i32| Condition::Like {
            field: field.clone(),
            pattern: format!("%{}%", stored_options(vec![option])),
            negated: false,
        };
        let any = Condition::any(options.into_iter().map(has).collect());
        Ok(if negated { any.negate() } else { any })
    }

    fn on(&self, field: Field, day: Day) -> Result<Condition> {
        let [Literal::Date(written) | Literal::Text(written)] = self.values else {
            return Err(self.wrong("needs PropertyValue with a date"));
        };
        let instant = dates::instant(written).ok_or_else(|| self.wrong("needs a date"))?;
        let range = dates::whole_day(instant).map(|range| match day {
            Day::Within => range,
            Day::OrAfter => Range { to: None, ..range },
            Day::OrBefore => Range { from: None, ..range },
        });
        self.during(field, range)
    }

    fn during(&self, field: Field, range: Option<Range>) -> Result<Condition> {
        let range = range.ok_or_else(|| self.wrong("reaches beyond the calendar"))?;
        let ColumnKind::DateTime { behavior, .. } = &field.column.kind else {
            return Err(self.wrong("is for columns that hold a date"));
        };
        let stored = |end: base::Instant| {
            db::Value::Int(match behavior {
                DateTimeBehavior::DateOnly => end.0.div_euclid(86_400),
                _ => end.0,
            })
        };
        let from = range.from.map(|from| {
            Condition::Compare(field.clone(), Comparison::GreaterOrEqual, stored(from))
        });
        let to = range
            .to
            .map(|to| Condition::Compare(field.clone(), Comparison::LessOrEqual, stored(to)));
        Ok(Condition::all(from.into_iter().chain(to).collect()))
    }

    fn is_one_of(&self, field: Field, ids: Vec<base::Uuid>, negated: bool) -> Result<Condition> {
        self.no_value()?;
        if !field.column.is_lookup() && field.column.kind != ColumnKind::Uuid {
            return Err(self.wrong("is for columns that refer to a row"));
        }
        if ids.is_empty() {
            return Ok(Condition::Const(negated));
        }
        let values = ids.into_iter().map(db::Value::Id).collect();
        Ok(Condition::In { field, values, negated })
    }

    fn count(&self) -> Result<i64> {
        let count = match self.values {
            [Literal::Number(text) | Literal::Text(text)] => number::scaled(text, 0),
            _ => None,
        };
        match count {
            Some(count) if count.is_exact && count.floor > 0 => Ok(count.floor),
            _ => Err(self.wrong("needs PropertyValue with a whole number above 0")),
        }
    }

    fn no_value(&self) -> Result<()> {
        if self.values.is_empty() {
            return Ok(());
        }
        Err(self.wrong("takes no value"))
    }

    fn wrong(&self, what: &str) -> Error {
        bad(format!("The query function Microsoft.Dynamics.CRM.{} {what}.", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
