//! Formulas of columns as SQL: every kind of value in the form in which the databases calculate
//! with it (numbers as doubles, moments as seconds, dates as days, yes and no as conditions), and in
//! the end in the form in which the column would be stored.
//!
//! Conditions are never null: a comparison with no value is false, as no value counts as 0 or as an
//! empty text where a number or a text is needed.

use std::fmt::Write;

use db::{CalendarPart, ColumnType};
use metadata::formula::{Form, Formula, Function, Hop, Unit, ValueKind};
use metadata::{Column, ColumnKind};

use super::Writer;
use crate::ddl;

/// Texts are not longer than that, so no part of one is.
const CHARS_MAX: i64 = 1_048_576;
/// What a whole number of 64 bits can surely hold.
const WHOLE_MAX: f64 = 9e18;
/// Months of ten thousand years: more lead out of the calendar.
const MONTHS_MAX: i64 = 120_000;
/// The seconds of the years 1 and 9999, between which the calendar is known.
const FIRST_SECOND: i64 = -62_135_596_800;
const LAST_SECOND: i64 = 253_402_300_799;

impl Writer<'_> {
    /// The value of a column that has a formula, as it would be stored. `of` is the table.
    pub(super) fn formula(&mut self, of: &str, column: &Column, formula: &Formula) {
        let text = Renderer { writer: self, hops: 0 }.stored(of, column, formula);
        self.push(&text);
    }
}

struct Renderer<'w, 'a> {
    writer: &'w mut Writer<'a>,
    /// How many rows that lookups lead to are used: their names must differ.
    hops: usize,
}

impl Renderer<'_, '_> {
    fn stored(&mut self, of: &str, column: &Column, formula: &Formula) -> String {
        if formula.kind == ValueKind::Blank {
            return format!("cast(null as {})", self.storage(column));
        }
        match formula.kind {
            ValueKind::Number => {
                let value = self.number(of, formula);
                self.stored_number(column, &value)
            }
            ValueKind::Text => format!("nullif({}, '')", self.text(of, formula)),
            ValueKind::Boolean => {
                let condition = self.condition(of, formula);
                let whole = self.storage(column);
                format!("cast(case when {condition} then 1 else 0 end as {whole})")
            }
            _ => format!("cast({} as {})", self.raw(of, formula), self.storage(column)),
        }
    }

    fn storage(&self, column: &Column) -> &'static str {
        let storage = ddl::value_storage(column).map_or(ColumnType::Text, |found| found.storage);
        self.writer.store.dialect().column_type(storage)
    }

    fn stored_number(&self, column: &Column, value: &str) -> String {
        let dialect = self.writer.store.dialect();
        let scale = match &column.kind {
            ColumnKind::Double { .. } => return value.to_owned(),
            ColumnKind::Decimal { precision, .. } => *precision,
            ColumnKind::Money { .. } => ddl::MONEY_SCALE,
            _ => 0,
        };
        let factor = 10_f64.powi(i32::from(scale));
        let rounded = dialect.rounded("v");
        let whole = dialect.column_type(ColumnType::Int);
        format!(
            "(select case when v between -{WHOLE_MAX:e} and {WHOLE_MAX:e} \
             then cast({rounded} as {whole}) end from (select {value} * {factor:.1} as v) q)"
        )
    }

    /// A value in the form of its kind; null if there is none.
    fn raw(&mut self, of: &str, formula: &Formula) -> String {
        match formula.kind {
            ValueKind::Number => self.number(of, formula),
            ValueKind::Text => self.text(of, formula),
            ValueKind::Boolean => self.condition(of, formula),
            ValueKind::Blank => "null".to_owned(),
            ValueKind::DateTime | ValueKind::Date => self.moment(of, formula),
            ValueKind::Choice | ValueKind::Row => match &formula.form {
                Form::Number(number) => format!("{number:.0}"),
                Form::Column(path, column) => self.column(of, path, column),
                Form::Apply(function, arguments) => self.shared(of, *function, arguments),
                _ => "null".to_owned(),
            },
        }
    }

    /// What the database holds in a column, perhaps of a row that lookups lead to.
    fn column(&mut self, of: &str, path: &[Hop], column: &Column) -> String {
        let [hop, rest @ ..] = path else {
            return match &column.bound.0 {
                Some(formula) => format!("({})", self.stored(of, column, &formula.clone())),
                None => self.named(of, &column.logical_name),
            };
        };
        self.hops += 1;
        let here = format!("f{}", self.hops);
        let value = self.column(&here, rest, column);
        let physical = self.writer.store.dialect().physical_name(&hop.table);
        let table = self.writer.store.table(&physical);
        let key = self.named(&here, &hop.key.logical_name);
        let lookup = self.named(of, &hop.lookup.logical_name);
        format!("(select {value} from {table} {here} where {key} = {lookup})")
    }

    fn named(&self, of: &str, logical_name: &str) -> String {
        let dialect = self.writer.store.dialect();
        format!("{of}.{}", dialect.quote(&dialect.physical_name(logical_name)))
    }

    /// A double; null if there is none.
    fn number(&mut self, of: &str, formula: &Formula) -> String {
        let real = self.writer.store.dialect().column_type(ColumnType::Real);
        match &formula.form {
            Form::Number(number) => format!("cast({number:e} as {real})"),
            Form::Column(path, column) => {
                let stored = self.column(of, path, column);
                let scale = match &column.kind {
                    ColumnKind::Double { .. } => return stored,
                    ColumnKind::Decimal { precision, .. } => *precision,
                    ColumnKind::Money { .. } => ddl::MONEY_SCALE,
                    _ => 0,
                };
                let factor = 10_f64.powi(i32::from(scale));
                format!("(cast({stored} as {real}) / {factor:.1})")
            }
            Form::Apply(function, arguments) => self.number_of(of, *function, arguments),
            _ => format!("cast(null as {real})"),
        }
    }

    /// A number where no value counts as 0.
    fn zero(&mut self, of: &str, formula: &Formula) -> String {
        match formula.form {
            Form::Number(_) => self.number(of, formula),
            _ => format!("coalesce({}, 0.0)", self.number(of, formula)),
        }
    }

    fn number_of(&mut self, of: &str, function: Function, arguments: &[Formula]) -> String {
        let dialect = self.writer.store.dialect();
        let real = dialect.column_type(ColumnType::Real);
        let truncated = |value: &str| dialect.truncated(value);
        match (function, arguments) {
            (Function::Add, [a, b]) => format!("({} + {})", self.zero(of, a), self.zero(of, b)),
            (Function::Subtract, [a, b]) => {
                format!("({} - {})", self.zero(of, a), self.zero(of, b))
            }
            (Function::Multiply, [a, b]) => {
                format!("({} * {})", self.zero(of, a), self.zero(of, b))
            }
            (Function::Divide, [a, b]) => {
                format!("({} / nullif({}, 0.0))", self.zero(of, a), self.zero(of, b))
            }
            (Function::Negate, [a]) => format!("(- {})", self.zero(of, a)),
            (Function::Abs, [a]) => format!("abs({})", self.zero(of, a)),
            (Function::Power, [a, b]) => {
                let (a, b) = (self.zero(of, a), self.zero(of, b));
                dialect.power(&a, &b)
            }
            (Function::Mod, [a, b]) => {
                let (a, b) = (self.zero(of, a), self.zero(of, b));
                let floor = floor(&truncated("(a / b)"), "(a / b)");
                format!(
                    "(select case when b <> 0 then a - b * ({floor}) end \
                     from (select {a} as a, {b} as b) q)"
                )
            }
            (Function::Int, [a]) => {
                let floor = floor(&truncated("v"), "v");
                format!("(select {floor} from (select {} as v) q)", self.zero(of, a))
            }
            (Function::Round(digits), [a]) => {
                let (factor, back) = factors(digits);
                let rounded = dialect.rounded(&format!("({} * {factor})", self.zero(of, a)));
                format!("({rounded} * {back})")
            }
            (Function::RoundDown(digits) | Function::RoundUp(digits), [a]) => {
                let (factor, back) = factors(digits);
                let scaled = dialect.fifteen_digits(&format!("({} * {factor})", self.zero(of, a)));
                let whole = truncated("v");
                let away = format!(
                    "case when v > {whole} then {whole} + 1 when v < {whole} then {whole} - 1 \
                     else {whole} end"
                );
                let is_up = matches!(function, Function::RoundUp(_));
                let chosen = if is_up { away } else { whole };
                format!("((select {chosen} from (select {scaled} as v) q) * {back})")
            }
            (Function::Sum, all) => self.aggregate(of, "sum", all),
            (Function::Average, all) => self.aggregate(of, "avg", all),
            (Function::Min, all) => self.aggregate(of, "min", all),
            (Function::Max, all) => self.aggregate(of, "max", all),
            (Function::Len, [text]) => {
                format!("cast(length({}) as {real})", self.filled(of, text))
            }
            (Function::Value, [text]) => {
                let text = self.text(of, text);
                dialect.parsed_number(&text)
            }
            (Function::DatePart(unit), [date]) => {
                let moment = self.moment(of, date);
                format!("cast({} as {real})", dialect.calendar_part(&moment, part(unit)))
            }
            (Function::Weekday, [date]) => {
                let moment = self.moment(of, date);
                format!(
                    "(cast({} as {real}) + 1)",
                    dialect.calendar_part(&moment, CalendarPart::Weekday)
                )
            }
            (Function::DateDiff(unit), [from, to]) => self.difference(of, unit, from, to),
            (function, arguments) => self.shared(of, function, arguments),
        }
    }

    /// Of those that have a value.
    fn aggregate(&mut self, of: &str, name: &str, values: &[Formula]) -> String {
        let values = values.iter().map(|value| format!("select {} as v", self.number(of, value)));
        let values = values.collect::<Vec<_>>().join(" union all ");
        format!("(select {name}(v) from ({values}) q)")
    }

    fn difference(&mut self, of: &str, unit: Unit, from: &Formula, to: &Formula) -> String {
        let dialect = self.writer.store.dialect();
        let real = dialect.column_type(ColumnType::Real);
        let (a, b) = (self.moment(of, from), self.moment(of, to));
        let inside = match unit {
            Unit::Seconds => format!("cast(b - a as {real})"),
            Unit::Minutes | Unit::Hours | Unit::Days => {
                let value = format!("(cast(b - a as {real}) / {}.0)", seconds(unit));
                floor(&dialect.truncated(&value), &value)
            }
            Unit::Months | Unit::Quarters | Unit::Years => {
                let of_year = match unit {
                    Unit::Months => (12, Some(CalendarPart::Month)),
                    Unit::Quarters => (4, Some(CalendarPart::Month)),
                    _ => (1, None),
                };
                let count = |moment: &str| {
                    let years = format!(
                        "{} * {}",
                        dialect.calendar_part(moment, CalendarPart::Year),
                        of_year.0
                    );
                    match of_year.1 {
                        None => years,
                        // Whole numbers divide to whole numbers: months 1 to 3 are quarter 0.
                        Some(part) if of_year.0 == 4 => {
                            format!("({years} + ({} - 1) / 3)", dialect.calendar_part(moment, part))
                        }
                        Some(part) => {
                            format!("({years} + {})", dialect.calendar_part(moment, part))
                        }
                    }
                };
                format!("cast({} - {} as {real})", count("b"), count("a"))
            }
        };
        format!("(select {inside} from (select {a} as a, {b} as b) q)")
    }

    /// Seconds since 1970 of a moment, days since 1970 of a date; null if there is none.
    fn moment(&mut self, of: &str, formula: &Formula) -> String {
        let whole = self.writer.store.dialect().column_type(ColumnType::Int);
        match &formula.form {
            Form::Column(path, column) => self.column(of, path, column),
            Form::Now => format!("cast({} as {whole})", self.writer.now.0),
            Form::Apply(Function::DateOf, arguments) => {
                let moment = self.moment(of, &arguments[0]);
                format!(
                    "(select case when v >= 0 then v / 86400 else -((86399 - v) / 86400) end \
                     from (select {moment} as v) q)"
                )
            }
            Form::Apply(Function::MomentOf, arguments) => {
                format!("({} * 86400)", self.moment(of, &arguments[0]))
            }
            Form::Apply(Function::DateAdd(unit), arguments) => {
                self.later(of, formula.kind, *unit, &arguments[0], &arguments[1])
            }
            Form::Apply(function, arguments) => self.shared(of, *function, arguments),
            _ => format!("cast(null as {whole})"),
        }
    }

    fn later(
        &mut self,
        of: &str,
        kind: ValueKind,
        unit: Unit,
        date: &Formula,
        count: &Formula,
    ) -> String {
        let dialect = self.writer.store.dialect();
        let whole = dialect.column_type(ColumnType::Int);
        let is_date = kind == ValueKind::Date;
        let (date, count) = (self.moment(of, date), self.zero(of, count));
        let months = match unit {
            Unit::Months => 1,
            Unit::Quarters => 3,
            Unit::Years => 12,
            _ => {
                let step = if is_date { 1 } else { seconds(unit) };
                // A part of a day is a part of a day; a date has none.
                let added = match is_date {
                    true => dialect.truncated("n"),
                    false => format!("n * {step}.0"),
                };
                let rounded = dialect.rounded(&format!("({added})"));
                return format!(
                    "(select case when n between -1e12 and 1e12 then d + cast({rounded} as {whole}) \
                     end from (select {date} as d, {count} as n) q)"
                );
            }
        };
        let seconds = if is_date { "d * 86400" } else { "d" };
        let number = format!("({} * {months})", dialect.truncated("n"));
        let later = dialect.months_later(&format!("({seconds})"), &number);
        let later = if is_date { format!("({later}) / 86400") } else { later };
        format!(
            "(select case when n * {months} between -{MONTHS_MAX} and {MONTHS_MAX} \
             and {seconds} between {FIRST_SECOND} and {LAST_SECOND} then {later} end \
             from (select {date} as d, {count} as n) q)"
        )
    }

    /// A text; null if there is none.
    fn text(&mut self, of: &str, formula: &Formula) -> String {
        match &formula.form {
            // Numbers of parameters would change with the place of the column in the statement.
            Form::Text(text) => {
                format!("cast('{}' as text)", text.replace('\'', "''").replace('\0', ""))
            }
            Form::Column(path, column) => self.column(of, path, column),
            Form::Apply(function, arguments) => self.text_of(of, *function, arguments),
            _ => "cast(null as text)".to_owned(),
        }
    }

    /// A text where no value counts as an empty one.
    fn filled(&mut self, of: &str, formula: &Formula) -> String {
        match formula.form {
            Form::Text(_) => self.text(of, formula),
            _ => format!("coalesce({}, '')", self.text(of, formula)),
        }
    }

    fn text_of(&mut self, of: &str, function: Function, arguments: &[Formula]) -> String {
        let dialect = self.writer.store.dialect();
        match (function, arguments) {
            (Function::Concatenate, all) => {
                let parts = all.iter().map(|part| self.filled(of, part)).collect::<Vec<_>>();
                format!("({})", parts.join(" || "))
            }
            (Function::TextOf, [value]) => self.shown(of, value),
            (Function::Fixed(digits), [value]) => {
                let value = self.zero(of, value);
                dialect.fixed_text(&value, digits)
            }
            (Function::Upper, [text]) => {
                let text = self.filled(of, text);
                dialect.upper(&text)
            }
            (Function::Lower, [text]) => {
                let text = self.filled(of, text);
                dialect.lower(&text)
            }
            (Function::TrimEnds, [text]) => format!("trim({})", self.filled(of, text)),
            (Function::Trim, [text]) => {
                // Runs of spaces become one: each as a pair of signs that no text has, inner pairs
                // taken away.
                let text = self.filled(of, text);
                format!(
                    "trim(replace(replace(replace({text}, ' ', '\u{1}\u{2}'), '\u{2}\u{1}', ''), \
                     '\u{1}\u{2}', ' '))"
                )
            }
            (Function::Left, [text, count]) => {
                let (text, count) = (self.filled(of, text), self.count(of, count));
                format!("substr({text}, 1, {count})")
            }
            (Function::Right, [text, count]) => {
                let (text, count) = (self.filled(of, text), self.count(of, count));
                format!(
                    "(select case when k >= length(s) then s else substr(s, length(s) - k + 1, k) \
                     end from (select {text} as s, {count} as k) q)"
                )
            }
            (Function::Mid, [text, start, rest @ ..]) => {
                let (text, start) = (self.filled(of, text), self.count(of, start));
                let count = match rest {
                    [count] => self.count(of, count),
                    _ => CHARS_MAX.to_string(),
                };
                format!(
                    "(select case when p > 0 then substr(s, p, k) end \
                     from (select {text} as s, {start} as p, {count} as k) q)"
                )
            }
            (Function::Replace, [text, start, count, new]) => {
                let (text, start) = (self.filled(of, text), self.count(of, start));
                let (count, new) = (self.count(of, count), self.filled(of, new));
                format!(
                    "(select case when p > 0 then substr(s, 1, p - 1) || n || substr(s, p + k) end \
                     from (select {text} as s, {start} as p, {count} as k, {new} as n) q)"
                )
            }
            (Function::Substitute, [text, old, new]) => {
                let text = self.filled(of, text);
                let (old, new) = (self.filled(of, old), self.filled(of, new));
                format!(
                    "(select case when o = '' then s else replace(s, o, n) end \
                     from (select {text} as s, {old} as o, {new} as n) q)"
                )
            }
            (function, arguments) => self.shared(of, function, arguments),
        }
    }

    /// How many characters: a whole number that is not negative.
    fn count(&mut self, of: &str, formula: &Formula) -> String {
        let dialect = self.writer.store.dialect();
        let value = self.zero(of, formula);
        let whole = dialect.truncated("v");
        format!(
            "(select case when v >= {CHARS_MAX} then {CHARS_MAX} when v >= 1 \
             then cast({whole} as integer) else 0 end from (select {value} as v) q)"
        )
    }

    /// A value of another type as a text.
    fn shown(&mut self, of: &str, value: &Formula) -> String {
        match value.kind {
            ValueKind::Number => {
                let number = self.number(of, value);
                self.writer.store.dialect().number_text(&number)
            }
            ValueKind::Boolean => {
                format!("case when {} then 'true' else 'false' end", self.condition(of, value))
            }
            ValueKind::Choice => match &value.form {
                Form::Column(path, column) => {
                    let stored = self.column(of, path, column);
                    let mut text = format!("(case {stored}");
                    for option in column.options().iter().flat_map(|choice| &choice.options) {
                        let label = option.label.text(metadata::ENGLISH).unwrap_or_default();
                        // Writing to a string cannot go wrong.
                        let _ = write!(
                            text,
                            " when {} then '{}'",
                            option.value,
                            label.replace('\'', "''")
                        );
                    }
                    text + " end)"
                }
                _ => self.raw(of, value),
            },
            _ => "cast(null as text)".to_owned(),
        }
    }

    /// A condition, true or false.
    fn condition(&mut self, of: &str, formula: &Formula) -> String {
        match &formula.form {
            Form::Boolean(value) => format!("(1 = {})", i32::from(*value)),
            Form::Column(path, column) => {
                format!("(coalesce({}, 0) <> 0)", self.column(of, path, column))
            }
            Form::Apply(function, arguments) => self.condition_of(of, *function, arguments),
            _ => "(1 = 0)".to_owned(),
        }
    }

    fn condition_of(&mut self, of: &str, function: Function, arguments: &[Formula]) -> String {
        match (function, arguments) {
            (Function::And, all) => self.joined(of, all, " and "),
            (Function::Or, all) => self.joined(of, all, " or "),
            (Function::Not, [a]) => format!("(not {})", self.condition(of, a)),
            (Function::Equal, [a, b]) => self.equal(of, a, b),
            (Function::Less, [a, b]) => self.ordered(of, a, "<", b),
            (Function::LessOrEqual, [a, b]) => self.ordered(of, a, "<=", b),
            (Function::IsBlank, [a]) => match a.kind {
                ValueKind::Text => format!("({} = '')", self.filled(of, a)),
                ValueKind::Boolean => match &a.form {
                    Form::Column(path, column) => {
                        format!("({} is null)", self.column(of, path, column))
                    }
                    _ => "(1 = 0)".to_owned(),
                },
                _ => format!("({} is null)", self.raw(of, a)),
            },
            (Function::StartsWith | Function::EndsWith | Function::Contains(_), [a, b]) => {
                self.found(of, function, a, b)
            }
            (function, arguments) => {
                format!("coalesce({}, (1 = 0))", self.shared(of, function, arguments))
            }
        }
    }

    fn joined(&mut self, of: &str, conditions: &[Formula], word: &str) -> String {
        let all = conditions.iter().map(|one| self.condition(of, one)).collect::<Vec<_>>();
        format!("({})", all.join(word))
    }

    fn equal(&mut self, of: &str, a: &Formula, b: &Formula) -> String {
        if a.kind == ValueKind::Boolean && b.kind == ValueKind::Boolean {
            return format!("({} = {})", self.condition(of, a), self.condition(of, b));
        }
        // An empty text is no value.
        let side = |this: &mut Self, value: &Formula| match value.kind {
            ValueKind::Text => format!("nullif({}, '')", this.text(of, value)),
            ValueKind::Boolean => format!("case when {} then 1 end", this.condition(of, value)),
            _ => this.raw(of, value),
        };
        let (left, right) = (side(self, a), side(self, b));
        format!("({left} is not distinct from {right})")
    }

    fn ordered(&mut self, of: &str, a: &Formula, operator: &str, b: &Formula) -> String {
        let is_number = |one: &Formula| matches!(one.kind, ValueKind::Number | ValueKind::Blank);
        if is_number(a) && is_number(b) {
            return format!("({} {operator} {})", self.zero(of, a), self.zero(of, b));
        }
        format!("coalesce({} {operator} {}, (1 = 0))", self.raw(of, a), self.raw(of, b))
    }

    /// Whether one text begins or ends with another, or has it inside.
    fn found(&mut self, of: &str, function: Function, a: &Formula, b: &Formula) -> String {
        let dialect = self.writer.store.dialect();
        let (a, b) = (self.filled(of, a), self.filled(of, b));
        let (text, part) = match function {
            // The part comes first: `"a" in name`.
            Function::Contains(_) => (b, a),
            _ => (a, b),
        };
        if function == Function::Contains(true) {
            return format!("({} > 0)", dialect.place_of(&part, &text));
        }
        let (text, part) = (dialect.lower(&text), dialect.lower(&part));
        let test = match function {
            Function::StartsWith => "substr(s, 1, length(p)) = p".to_owned(),
            Function::EndsWith => {
                "length(s) >= length(p) and substr(s, length(s) - length(p) + 1, length(p)) = p"
                    .to_owned()
            }
            _ => format!("{} > 0", dialect.place_of("p", "s")),
        };
        format!("(select {test} from (select {text} as s, {part} as p) q)")
    }

    /// What values of every kind have: the one of several that counts.
    fn shared(&mut self, of: &str, function: Function, arguments: &[Formula]) -> String {
        match function {
            Function::Coalesce => {
                let values = arguments.iter().map(|value| match value.kind {
                    ValueKind::Text => format!("nullif({}, '')", self.text(of, value)),
                    _ => self.raw(of, value),
                });
                format!("coalesce({})", values.collect::<Vec<_>>().join(", "))
            }
            Function::If => {
                let mut text = "(case".to_owned();
                for pair in arguments.chunks(2) {
                    match pair {
                        [condition, value] => {
                            let condition = self.condition(of, condition);
                            let value = self.raw(of, value);
                            let _ = write!(text, " when {condition} then {value}");
                        }
                        rest => {
                            let value = self.raw(of, &rest[0]);
                            let _ = write!(text, " else {value}");
                        }
                    }
                }
                text + " end)"
            }
            // Every function is handled by the kind that it gives; the binder makes no others.
            _ => "null".to_owned(),
        }
    }
}

/// The largest whole number that is not above a value.
fn floor(truncated: &str, value: &str) -> String {
    format!("case when {value} < {truncated} then {truncated} - 1 else {truncated} end")
}

/// What a number is multiplied with before and after rounding to so many digits.
fn factors(digits: i8) -> (String, String) {
    let factor = 10_f64.powi(i32::from(digits).abs());
    match digits >= 0 {
        true => (format!("{factor:.1}"), format!("1.0 / {factor:.1}")),
        false => (format!("1.0 / {factor:.1}"), format!("{factor:.1}")),
    }
}

fn seconds(unit: Unit) -> i64 {
    match unit {
        Unit::Seconds => 1,
        Unit::Minutes => 60,
        Unit::Hours => 3600,
        _ => 86_400,
    }
}

fn part(unit: Unit) -> CalendarPart {
    match unit {
        Unit::Seconds => CalendarPart::Second,
        Unit::Minutes => CalendarPart::Minute,
        Unit::Hours => CalendarPart::Hour,
        Unit::Days => CalendarPart::Day,
        Unit::Months | Unit::Quarters => CalendarPart::Month,
        Unit::Years => CalendarPart::Year,
    }
}
