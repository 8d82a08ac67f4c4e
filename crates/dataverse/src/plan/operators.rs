//! What the operators of conditions mean: the one place for the query functions of `$filter` and
//! for the conditions of FetchXML.

use base::{Error, Instant, Kind, Result, Uuid, limits};
use jiff::civil::DateTime;
use metadata::{ColumnKind, DateTimeBehavior, Table};
use query::fetch::{Operator, Values};
use query::{Comparison, Literal};

use super::condition::{Condition, DatePart, Field, PartOf};
use super::dates::{self, Clock, Range, Step};
use super::filter::{is_text, text_pattern};
use super::hierarchy::{self, Branches};
use super::literal::{bad, compare, literal, options_of, stored_options};
use super::number;
use super::read::Asker;
use crate::calendar::Zone;

/// One column against values.
pub(crate) struct Test<'a> {
    /// Who asks.
    pub asker: &'a Asker<'a>,
    /// The table of the column.
    pub table: &'a Table,
    /// The column.
    pub field: Field,
    /// How.
    pub operator: Operator,
    /// Against what; lists are flat.
    pub values: &'a [Literal],
    /// In which words errors are told.
    pub notation: Notation,
}

/// The notation in which a condition was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// A query function of `$filter`.
    Filter,
    /// FetchXML, and what is told in its words.
    Fetch,
}

/// Which side of a day.
#[derive(Clone, Copy, Debug)]
enum Side {
    Within,
    OrAfter,
    OrBefore,
}

/// The condition that a test is.
pub(crate) fn condition(test: &Test<'_>) -> Result<Condition> {
    test.check_count()?;
    match test.operator {
        Operator::Equal => test.compare(Comparison::Equal),
        Operator::NotEqual => test.compare(Comparison::NotEqual),
        Operator::GreaterThan => test.compare(Comparison::Greater),
        Operator::GreaterEqual => test.compare(Comparison::GreaterOrEqual),
        Operator::LessThan => test.compare(Comparison::Less),
        Operator::LessEqual => test.compare(Comparison::LessOrEqual),
        Operator::Null => Ok(Condition::IsNull { field: test.field.clone(), negated: false }),
        Operator::NotNull => Ok(Condition::IsNull { field: test.field.clone(), negated: true }),
        Operator::Like => test.like("", "", false),
        Operator::NotLike => test.like("", "", true),
        Operator::BeginsWith => test.like("", "%", false),
        Operator::DoesNotBeginWith => test.like("", "%", true),
        Operator::EndsWith => test.like("%", "", false),
        Operator::DoesNotEndWith => test.like("%", "", true),
        Operator::In => test.list(false),
        Operator::NotIn => test.list(true),
        Operator::Between => test.between(false),
        Operator::NotBetween => test.between(true),
        Operator::ContainValues => test.contain(false),
        Operator::DoesNotContainValues => test.contain(true),
        Operator::Contains => Err(Error::not_implemented(format!(
            "{}, which looks for words in a full-text index,",
            test.called()
        ))),
        _ => of_user(test).unwrap_or_else(|| of_date(test)),
    }
}

/// Operators about the caller, and about a hierarchy.
fn of_user(test: &Test<'_>) -> Option<Result<Condition>> {
    let user = test.asker.user;
    let teams = || user.owner_teams.iter().chain(&user.access_teams).copied();
    let unit = || vec![user.business_unit];
    Some(match test.operator {
        Operator::EqualUserId => test.is_one_of(vec![user.id], false),
        Operator::NotEqualUserId => test.is_one_of(vec![user.id], true),
        Operator::EqualUserTeams => test.is_one_of(teams().collect(), false),
        Operator::EqualUserOrUserTeams => test.is_one_of(teams().chain([user.id]).collect(), false),
        Operator::EqualBusinessId => test.is_one_of(unit(), false),
        Operator::NotEqualBusinessId => test.is_one_of(unit(), true),
        Operator::EqualUserLanguage => test.is_language(),
        Operator::EqualUserOrUserHierarchy => test.reports(false),
        Operator::EqualUserOrUserHierarchyAndTeams => test.reports(true),
        Operator::Above => test.tree(Branches::Above, false, false),
        Operator::AboveOrEqual => test.tree(Branches::Above, true, false),
        Operator::Under => test.tree(Branches::Under, false, false),
        Operator::UnderOrEqual => test.tree(Branches::Under, true, false),
        Operator::NotUnder => test.tree(Branches::Under, false, true),
        _ => return None,
    })
}

/// Operators about dates.
fn of_date(test: &Test<'_>) -> Result<Condition> {
    use Operator as O;
    let whole = |step, first, end| test.span(|clock| clock.whole(step, first, end));
    let last = |step| test.counted(|clock, count| clock.last(step, count));
    let next = |step| test.counted(|clock, count| clock.next(step, count));
    let older = |step| test.counted(|clock, count| clock.older(step, count));
    match test.operator {
        O::Yesterday => whole(Step::Day, -1, 0),
        O::Today => whole(Step::Day, 0, 1),
        O::Tomorrow => whole(Step::Day, 1, 2),
        O::LastWeek => whole(Step::Week, -1, 0),
        O::ThisWeek => whole(Step::Week, 0, 1),
        O::NextWeek => whole(Step::Week, 1, 2),
        O::LastMonth => whole(Step::Month, -1, 0),
        O::ThisMonth => whole(Step::Month, 0, 1),
        O::NextMonth => whole(Step::Month, 1, 2),
        O::LastYear => whole(Step::Year, -1, 0),
        O::ThisYear => whole(Step::Year, 0, 1),
        O::NextYear => whole(Step::Year, 1, 2),
        O::LastFiscalPeriod => whole(Step::FiscalPeriod, -1, 0),
        O::ThisFiscalPeriod => whole(Step::FiscalPeriod, 0, 1),
        O::NextFiscalPeriod => whole(Step::FiscalPeriod, 1, 2),
        O::LastFiscalYear => whole(Step::FiscalYear, -1, 0),
        O::ThisFiscalYear => whole(Step::FiscalYear, 0, 1),
        O::NextFiscalYear => whole(Step::FiscalYear, 1, 2),
        O::Last7Days => test.span(|clock| clock.last(Step::Day, 7)),
        O::Next7Days => test.span(|clock| clock.next(Step::Day, 7)),
        O::LastXHours => test.timed().and_then(|()| last(Step::Hour)),
        O::LastXDays => last(Step::Day),
        O::LastXWeeks => last(Step::Week),
        O::LastXMonths => last(Step::Month),
        O::LastXYears => last(Step::Year),
        O::LastXFiscalPeriods => last(Step::FiscalPeriod),
        O::LastXFiscalYears => last(Step::FiscalYear),
        O::NextXHours => test.timed().and_then(|()| next(Step::Hour)),
        O::NextXDays => next(Step::Day),
        O::NextXWeeks => next(Step::Week),
        O::NextXMonths => next(Step::Month),
        O::NextXYears => next(Step::Year),
        O::NextXFiscalPeriods => next(Step::FiscalPeriod),
        O::NextXFiscalYears => next(Step::FiscalYear),
        O::OlderThanXMinutes => test.timed().and_then(|()| older(Step::Minute)),
        O::OlderThanXHours => test.timed().and_then(|()| older(Step::Hour)),
        O::OlderThanXDays => older(Step::Day),
        O::OlderThanXWeeks => older(Step::Week),
        O::OlderThanXMonths => older(Step::Month),
        O::OlderThanXYears => older(Step::Year),
        O::On => test.on(Side::Within),
        O::OnOrAfter => test.on(Side::OrAfter),
        O::OnOrBefore => test.on(Side::OrBefore),
        O::InFiscalYear => {
            let year = test.whole_number(0)?;
            test.span(|clock| clock.fiscal(year, None))
        }
        O::InFiscalPeriod => test.in_fiscal_period(),
        O::InFiscalPeriodAndYear => test.fiscal(Side::Within),
        O::InOrAfterFiscalPeriodAndYear => test.fiscal(Side::OrAfter),
        O::InOrBeforeFiscalPeriodAndYear => test.fiscal(Side::OrBefore),
        other => Err(Error::internal(format!("the operator {other:?} has no meaning"))),
    }
}

impl Test<'_> {
    /// As many values as the operator takes.
    fn check_count(&self) -> Result<()> {
        let count = self.values.len();
        if count > limits::CONDITION_VALUES_MAX {
            let message =
                format!("A condition has at most {} values.", limits::CONDITION_VALUES_MAX);
            return Err(Error::new(Kind::Invalid, "0x8004430e", message));
        }
        match (self.operator.row().values, count) {
            (Values::None, 0) | (Values::One, 1) | (Values::Two | Values::Pair, 2) => Ok(()),
            (Values::Many, 1..) => Ok(()),
            (Values::None, _) => Err(self.wrong("takes no value")),
            (Values::One, _) => Err(self.wrong("takes one value")),
            (Values::Two | Values::Pair, _) => Err(self.wrong("takes two values")),
            (Values::Many, _) => Err(self.wrong("takes at least one value")),
        }
    }

    fn compare(&self, comparison: Comparison) -> Result<Condition> {
        compare(self.table, self.field.clone(), comparison, &self.values[0], true)
    }

    fn like(&self, before: &str, after: &str, negated: bool) -> Result<Condition> {
        let Literal::Text(value) = &self.values[0] else {
            return Err(self.wrong("takes a text"));
        };
        if !is_text(&self.field.column) {
            return Err(self.wrong("is for columns that hold a text"));
        }
        let like = text_pattern(self.field.clone(), &format!("{before}{value}{after}"));
        Ok(if negated { like.negate() } else { like })
    }

    fn list(&self, negated: bool) -> Result<Condition> {
        let typed = |value| literal(self.table, &self.field.column, value, true);
        let values = self.values.iter().map(typed).collect::<Result<Vec<_>>>()?;
        Ok(Condition::In { field: self.field.clone(), values, negated })
    }

    fn between(&self, negated: bool) -> Result<Condition> {
        let bound =
            |comparison, value| compare(self.table, self.field.clone(), comparison, value, true);
        let low = bound(Comparison::GreaterOrEqual, &self.values[0])?;
        let within = low.and(bound(Comparison::LessOrEqual, &self.values[1])?);
        Ok(if negated { within.negate() } else { within })
    }

    fn contain(&self, negated: bool) -> Result<Condition> {
        if !matches!(self.field.column.kind, ColumnKind::MultiChoice { .. }) {
            return Err(self.wrong("is for columns that hold several options"));
        }
        let mut options = Vec::new();
        for value in self.values {
            let read = match value {
                Literal::Text(text) | Literal::Number(text) => options_of(text),
                _ => None,
            };
            options.extend(read.ok_or_else(|| self.wrong("takes the numbers of options"))?);
        }
        if options.is_empty() {
            return Err(self.wrong("takes at least one option"));
        }
        let has = |option: i32| Condition::Like {
            field: self.field.clone(),
            pattern: format!("%{}%", stored_options(vec![option])),
            negated: false,
        };
        let any = Condition::any(options.into_iter().map(has).collect());
        Ok(if negated { any.negate() } else { any })
    }

    fn is_one_of(&self, ids: Vec<Uuid>, negated: bool) -> Result<Condition> {
        self.refers()?;
        if ids.is_empty() {
            return Ok(Condition::Const(negated));
        }
        let values = ids.into_iter().map(db::Value::Id).collect();
        Ok(Condition::In { field: self.field.clone(), values, negated })
    }

    fn is_language(&self) -> Result<Condition> {
        if !matches!(self.field.column.kind, ColumnKind::Integer { .. }) {
            return Err(self.wrong("is for columns that hold a whole number"));
        }
        Ok(Condition::equal(self.field.clone(), i64::from(self.asker.user.language)))
    }

    /// The caller and everybody below him, perhaps with the teams of all of them.
    fn reports(&self, with_teams: bool) -> Result<Condition> {
        self.refers()?;
        hierarchy::reports(self.asker, self.field.clone(), with_teams)
    }

    fn tree(&self, branches: Branches, with_root: bool, negated: bool) -> Result<Condition> {
        self.refers()?;
        let db::Value::Id(root) = literal(self.table, &self.field.column, &self.values[0], true)?
        else {
            return Err(self.wrong("takes the id of a row"));
        };
        let Some(mut tree) = hierarchy::tree(self.asker, self.table, &self.field) else {
            return Err(self.wrong("is for columns of a table that has a hierarchy"));
        };
        tree.root = root;
        tree.branches = branches;
        tree.with_root = with_root;
        tree.negated = negated;
        Ok(Condition::InTree(Box::new(tree)))
    }

    fn refers(&self) -> Result<()> {
        if self.field.column.is_lookup() || self.field.column.kind == ColumnKind::Uuid {
            return Ok(());
        }
        Err(self.wrong("is for columns that refer to a row"))
    }

    /// Hours and minutes mean nothing to a column without a time.
    fn timed(&self) -> Result<()> {
        if self.behavior()? == DateTimeBehavior::DateOnly {
            return Err(self.wrong("is for columns that hold a time"));
        }
        Ok(())
    }

    fn behavior(&self) -> Result<DateTimeBehavior> {
        match &self.field.column.kind {
            ColumnKind::DateTime { behavior, .. } => Ok(*behavior),
            _ => Err(self.wrong("is for columns that hold a date")),
        }
    }

    fn counted(&self, range: impl Fn(&Clock<'_>, i64) -> Option<Range>) -> Result<Condition> {
        let count = self.whole_number(0)?;
        if count <= 0 {
            return Err(self.wrong("takes a whole number above 0"));
        }
        self.span(|clock| range(clock, count))
    }

    fn span(&self, range: impl Fn(&Clock<'_>) -> Option<Range>) -> Result<Condition> {
        let clock = Clock::of(&self.asker.user.calendar, self.asker.now);
        self.during(clock.as_ref().and_then(range))
    }

    fn on(&self, side: Side) -> Result<Condition> {
        let (Literal::Date(written) | Literal::Text(written)) = &self.values[0] else {
            return Err(self.wrong("takes a date"));
        };
        let day = match self.behavior()? {
            DateTimeBehavior::UserLocal => dates::date_in(written, &self.asker.user.calendar.zone),
            _ => dates::date_in(written, &Zone::utc()),
        };
        let day = day.ok_or_else(|| self.wrong("takes a date"))?;
        self.during(dates::whole_day(day).map(|range| side.of(range)))
    }

    fn fiscal(&self, side: Side) -> Result<Condition> {
        let (period, year) = (self.whole_number(0)?, self.whole_number(1)?);
        self.span(|clock| clock.fiscal(year, Some(period)).map(|range| side.of(range)))
    }

    /// The period, of whatever year.
    fn in_fiscal_period(&self) -> Result<Condition> {
        let period = self.whole_number(0)?;
        if !(1..=self.asker.user.calendar.fiscal.periods()).contains(&period) {
            return Err(self.wrong("takes the number of a period of the fiscal year"));
        }
        self.behavior()?;
        let part = part_of(self.asker, self.field.clone(), DatePart::FiscalPeriod, true)?;
        Ok(Condition::IsPart { part: Box::new(part), value: period, negated: false })
    }

    fn during(&self, range: Option<Range>) -> Result<Condition> {
        let behavior = self.behavior()?;
        let beyond = || self.wrong("reaches beyond the calendar");
        let range = range.ok_or_else(beyond)?;
        let bound = |comparison, end: Option<DateTime>| -> Result<Condition> {
            let Some(end) = end else { return Ok(Condition::Const(true)) };
            let stored = self.stored(behavior, end).ok_or_else(beyond)?;
            Ok(Condition::Compare(self.field.clone(), comparison, db::Value::Int(stored)))
        };
        let from = bound(Comparison::GreaterOrEqual, range.from)?;
        Ok(from.and(bound(Comparison::LessOrEqual, range.to)?))
    }

    /// How a column keeps what the caller's wall clock shows.
    fn stored(&self, behavior: DateTimeBehavior, time: DateTime) -> Option<i64> {
        match behavior {
            DateTimeBehavior::UserLocal => {
                self.asker.user.calendar.zone.instant(time).map(|Instant(seconds)| seconds)
            }
            DateTimeBehavior::DateOnly => dates::days(time.date()).map(i64::from),
            DateTimeBehavior::TimeZoneIndependent => dates::seconds(time),
        }
    }

    fn whole_number(&self, index: usize) -> Result<i64> {
        let number = match self.values.get(index) {
            Some(Literal::Number(text) | Literal::Text(text)) => number::scaled(text.trim(), 0),
            _ => None,
        };
        let number = number.filter(|number| number.is_exact).map(|number| number.floor);
        number.ok_or_else(|| self.wrong("takes a whole number"))
    }

    /// What the operator is called where it was written.
    fn called(&self) -> String {
        let row = self.operator.row();
        match self.notation {
            Notation::Filter => format!("The query function Microsoft.Dynamics.CRM.{}", row.name),
            Notation::Fetch => format!("The condition operator '{}'", row.fetch_name),
        }
    }

    fn wrong(&self, what: &str) -> Error {
        let (table, column) = (&self.table.logical_name, &self.field.column.logical_name);
        bad(format!("{} on '{table}.{column}': it {what}.", self.called()))
    }
}

impl Side {
    fn of(self, range: Range) -> Range {
        match self {
            Self::Within => range,
            Self::OrAfter => Range { to: None, ..range },
            Self::OrBefore => Range { from: None, ..range },
        }
    }
}

/// A part of a date, on the wall clock of the caller or in UTC.
pub(crate) fn part_of(
    asker: &Asker<'_>,
    field: Field,
    part: DatePart,
    is_local: bool,
) -> Result<PartOf> {
    let calendar = &asker.user.calendar;
    let is_fiscal = matches!(part, DatePart::FiscalPeriod | DatePart::FiscalYear);
    if is_fiscal && calendar.fiscal.months().is_none() {
        return Err(Error::not_implemented(
            "Grouping by fiscal periods of four weeks, or asking for one in any year,",
        ));
    }
    let behavior = match &field.column.kind {
        ColumnKind::DateTime { behavior, .. } => *behavior,
        _ => {
            let name = &field.column.logical_name;
            return Err(bad(format!("'{name}' holds no date that could be taken apart.")));
        }
    };
    let offsets = match behavior {
        DateTimeBehavior::UserLocal if is_local => calendar.zone.offsets(asker.now),
        _ => Zone::utc().offsets(asker.now),
    };
    Ok(PartOf { field, part, offsets, fiscal: calendar.fiscal })
}
