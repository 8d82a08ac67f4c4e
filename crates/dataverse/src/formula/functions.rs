//! The functions that formulas of columns know.

use metadata::formula::{Form, Formula, Function, Unit, ValueKind};
use powerfx::{Expression, Kind as Syntax, Unary};

use super::{Binder, Found, missing, wrong};

use ValueKind::{Boolean, DateTime, Number, Text};

/// A function whose arguments each have one kind: its name, the kinds, how many of them must be
/// given, what it gives. After the last kind more of the same may follow where `repeats`.
struct Plain {
    name: &'static str,
    function: Function,
    takes: &'static [ValueKind],
    needed: usize,
    repeats: bool,
    gives: ValueKind,
}

const fn plain(
    name: &'static str,
    function: Function,
    takes: &'static [ValueKind],
    gives: ValueKind,
) -> Plain {
    Plain { name, function, takes, needed: takes.len(), repeats: false, gives }
}

const fn many(name: &'static str, function: Function, takes: &'static [ValueKind]) -> Plain {
    Plain { name, function, takes, needed: 1, repeats: true, gives: takes[0] }
}

/// In order of the name.
const PLAIN: &[Plain] = &[
    plain("Abs", Function::Abs, &[Number], Number),
    many("And", Function::And, &[Boolean]),
    many("Average", Function::Average, &[Number]),
    many("Concatenate", Function::Concatenate, &[Text]),
    plain("Day", Function::DatePart(Unit::Days), &[DateTime], Number),
    plain("EndsWith", Function::EndsWith, &[Text, Text], Boolean),
    plain("Hour", Function::DatePart(Unit::Hours), &[DateTime], Number),
    plain("Int", Function::Int, &[Number], Number),
    plain("Left", Function::Left, &[Text, Number], Text),
    plain("Len", Function::Len, &[Text], Number),
    plain("Lower", Function::Lower, &[Text], Text),
    many("Max", Function::Max, &[Number]),
    Plain { needed: 2, ..plain("Mid", Function::Mid, &[Text, Number, Number], Text) },
    many("Min", Function::Min, &[Number]),
    plain("Minute", Function::DatePart(Unit::Minutes), &[DateTime], Number),
    plain("Mod", Function::Mod, &[Number, Number], Number),
    plain("Month", Function::DatePart(Unit::Months), &[DateTime], Number),
    plain("Not", Function::Not, &[Boolean], Boolean),
    many("Or", Function::Or, &[Boolean]),
    plain("Power", Function::Power, &[Number, Number], Number),
    plain("Replace", Function::Replace, &[Text, Number, Number, Text], Text),
    plain("Right", Function::Right, &[Text, Number], Text),
    plain("Second", Function::DatePart(Unit::Seconds), &[DateTime], Number),
    plain("StartsWith", Function::StartsWith, &[Text, Text], Boolean),
    plain("Substitute", Function::Substitute, &[Text, Text, Text], Text),
    many("Sum", Function::Sum, &[Number]),
    plain("Trim", Function::Trim, &[Text], Text),
    plain("TrimEnds", Function::TrimEnds, &[Text], Text),
    plain("Upper", Function::Upper, &[Text], Text),
    plain("Value", Function::Value, &[Text], Number),
    plain("Weekday", Function::Weekday, &[DateTime], Number),
    plain("Year", Function::DatePart(Unit::Years), &[DateTime], Number),
];

/// The units of time by the names of `TimeUnit`.
const UNITS: &[(&str, Unit)] = &[
    ("Days", Unit::Days),
    ("Hours", Unit::Hours),
    ("Minutes", Unit::Minutes),
    ("Months", Unit::Months),
    ("Quarters", Unit::Quarters),
    ("Seconds", Unit::Seconds),
    ("Years", Unit::Years),
];

/// Digits after the point that rounding knows.
const DIGITS_MAX: f64 = 10.0;

impl Binder<'_> {
    pub(super) fn call(
        &self,
        tree: &Expression,
        name: &str,
        arguments: &[Expression],
    ) -> Found<Formula> {
        if let Ok(index) = PLAIN.binary_search_by(|known| known.name.cmp(name)) {
            return self.plain(tree, &PLAIN[index], arguments);
        }
        match name {
            "Blank" => {
                self.none(tree, name, arguments, Formula::new(ValueKind::Blank, Form::Blank))
            }
            "Now" | "UTCNow" => self.none(tree, name, arguments, Formula::new(DateTime, Form::Now)),
            "Today" | "UTCToday" => {
                let now = Formula::new(DateTime, Form::Now);
                let today = Formula::apply(ValueKind::Date, Function::DateOf, vec![now]);
                self.none(tree, name, arguments, today)
            }
            "Coalesce" => self.coalesce(tree, arguments),
            "DateAdd" => self.date_add(tree, arguments),
            "DateDiff" => self.date_difference(tree, arguments),
            "If" => self.condition(tree, arguments),
            "IsBlank" => match arguments {
                [one] => {
                    let value = self.bind(one)?;
                    Ok(Formula::apply(Boolean, Function::IsBlank, vec![value]))
                }
                _ => wrong(tree, "'IsBlank' takes one value"),
            },
            "Round" => self.round(tree, Function::Round, arguments),
            "RoundDown" | "Trunc" => self.round(tree, Function::RoundDown, arguments),
            "RoundUp" => self.round(tree, Function::RoundUp, arguments),
            "Switch" => self.switch(tree, arguments),
            "Text" => self.text(tree, arguments),
            other => missing(tree, format!("The function '{other}'")),
        }
    }

    fn none(
        &self,
        tree: &Expression,
        name: &str,
        arguments: &[Expression],
        value: Formula,
    ) -> Found<Formula> {
        match arguments.is_empty() {
            true => Ok(value),
            false => wrong(tree, format!("'{name}' takes no values")),
        }
    }

    fn plain(&self, tree: &Expression, known: &Plain, arguments: &[Expression]) -> Found<Formula> {
        let most = if known.repeats { usize::MAX } else { known.takes.len() };
        if arguments.len() < known.needed || arguments.len() > most {
            let name = known.name;
            return wrong(tree, format!("'{name}' does not take {} values", arguments.len()));
        }
        let last = known.takes.len() - 1;
        let bound = arguments.iter().enumerate().map(|(index, argument)| {
            let value = self.bind(argument)?;
            self.as_kind(argument, value, known.takes[index.min(last)])
        });
        Ok(Formula::apply(known.gives, known.function, bound.collect::<Found<_>>()?))
    }

    fn coalesce(&self, tree: &Expression, arguments: &[Expression]) -> Found<Formula> {
        if arguments.is_empty() {
            return wrong(tree, "'Coalesce' takes at least one value");
        }
        let values = arguments.iter().map(|argument| self.bind(argument)).collect::<Found<_>>()?;
        let (kind, values) = self.one_kind(tree, values)?;
        Ok(Formula::apply(kind, Function::Coalesce, values))
    }

    /// Values that are all of one kind, blank ones aside.
    fn one_kind(
        &self,
        tree: &Expression,
        values: Vec<Formula>,
    ) -> Found<(ValueKind, Vec<Formula>)> {
        let known = values.iter().map(|value| value.kind).filter(|kind| *kind != ValueKind::Blank);
        let kind = known.reduce(|a, b| match (a, b) {
            (ValueKind::Date, DateTime) => DateTime,
            (Text, _) | (_, Text) if a != b => Text,
            _ => a,
        });
        let Some(kind) = kind else { return Ok((ValueKind::Blank, values)) };
        let values = values.into_iter().map(|value| self.as_kind(tree, value, kind));
        Ok((kind, values.collect::<Found<_>>()?))
    }

    /// `If(condition, value, condition, value, …, rest)`
    fn condition(&self, tree: &Expression, arguments: &[Expression]) -> Found<Formula> {
        if arguments.len() < 2 {
            return wrong(tree, "'If' takes a condition and a value at least");
        }
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for pair in arguments.chunks(2) {
            match pair {
                [condition, value] => {
                    let bound = self.bind(condition)?;
                    conditions.push(self.as_kind(condition, bound, Boolean)?);
                    values.push(self.bind(value)?);
                }
                rest => values.push(self.bind(&rest[0])?),
            }
        }
        self.choose(tree, conditions, values)
    }

    /// `Switch(value, match, result, …, rest)`
    fn switch(&self, tree: &Expression, arguments: &[Expression]) -> Found<Formula> {
        let [subject, rest @ ..] = arguments else {
            return wrong(tree, "'Switch' takes a value, and a match with its result at least");
        };
        if rest.len() < 2 {
            return wrong(tree, "'Switch' takes a value, and a match with its result at least");
        }
        let subject = self.bind(subject)?;
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for pair in rest.chunks(2) {
            match pair {
                [wanted, value] => {
                    let (a, b) = self.alike(wanted, subject.clone(), self.bind(wanted)?)?;
                    conditions.push(Formula::apply(Boolean, Function::Equal, vec![a, b]));
                    values.push(self.bind(value)?);
                }
                last => values.push(self.bind(&last[0])?),
            }
        }
        self.choose(tree, conditions, values)
    }

    fn choose(
        &self,
        tree: &Expression,
        conditions: Vec<Formula>,
        values: Vec<Formula>,
    ) -> Found<Formula> {
        let (kind, values) = self.one_kind(tree, values)?;
        let mut conditions = conditions.into_iter();
        let mut arguments = Vec::new();
        for value in values {
            arguments.extend(conditions.next());
            arguments.push(value);
        }
        Ok(Formula::apply(kind, Function::If, arguments))
    }

    /// `Round(number, digits)` and its like; how many digits is written out.
    fn round(
        &self,
        tree: &Expression,
        function: fn(i8) -> Function,
        arguments: &[Expression],
    ) -> Found<Formula> {
        let (number, digits) = match arguments {
            [number] => (number, 0.0),
            [number, digits] => (number, written(digits)?),
            _ => return wrong(tree, "rounding takes a number and how many digits to keep"),
        };
        if digits.fract() != 0.0 || digits.abs() > DIGITS_MAX {
            return wrong(tree, format!("from -{DIGITS_MAX} to {DIGITS_MAX} digits can be kept"));
        }
        let value = self.bind(number)?;
        let value = self.as_number(number, value)?;
        Ok(Formula::apply(Number, function(digits as i8), vec![value]))
    }

    /// `Text(value)` and `Text(number, "0.00")`.
    fn text(&self, tree: &Expression, arguments: &[Expression]) -> Found<Formula> {
        match arguments {
            [value] => {
                let bound = self.bind(value)?;
                self.as_text(value, bound)
            }
            [value, format] => {
                let Syntax::Text(text) = &format.kind else {
                    return missing(format, "A format that is calculated");
                };
                let Some(digits) = fixed_digits(text) else {
                    return missing(format, format!("The format \"{text}\""));
                };
                let bound = self.bind(value)?;
                let bound = self.as_number(value, bound)?;
                Ok(Formula::apply(Text, Function::Fixed(digits), vec![bound]))
            }
            _ => wrong(tree, "'Text' takes a value and a format"),
        }
    }

    fn date_add(&self, tree: &Expression, arguments: &[Expression]) -> Found<Formula> {
        let (date, number, unit) = match arguments {
            [date, number] => (date, number, Unit::Days),
            [date, number, unit] => (date, number, time_unit(unit)?),
            _ => return wrong(tree, "'DateAdd' takes a date, a number and a unit"),
        };
        let mut bound = self.bind(date)?;
        let is_time = matches!(unit, Unit::Hours | Unit::Minutes | Unit::Seconds);
        if bound.kind != ValueKind::Date || is_time {
            bound = self.as_kind(date, bound, DateTime)?;
        }
        let count = self.bind(number)?;
        let count = self.as_number(number, count)?;
        Ok(Formula::apply(bound.kind, Function::DateAdd(unit), vec![bound, count]))
    }

    fn date_difference(&self, tree: &Expression, arguments: &[Expression]) -> Found<Formula> {
        let (from, to, unit) = match arguments {
            [from, to] => (from, to, Unit::Days),
            [from, to, unit] => (from, to, time_unit(unit)?),
            _ => return wrong(tree, "'DateDiff' takes two dates and a unit"),
        };
        let (a, b) = (self.bind(from)?, self.bind(to)?);
        let a = self.as_kind(from, a, DateTime)?;
        let b = self.as_kind(to, b, DateTime)?;
        Ok(Formula::apply(Number, Function::DateDiff(unit), vec![a, b]))
    }
}

/// A number that is written out, perhaps with a minus.
fn written(tree: &Expression) -> Found<f64> {
    match &tree.kind {
        Syntax::Number(text) => Ok(text.parse().unwrap_or(f64::INFINITY)),
        Syntax::Unary(Unary::Negate, inner) => written(inner).map(|number| -number),
        _ => missing(tree, "A number of digits that is calculated"),
    }
}

/// How many digits after the point a format keeps: `0`, `0.0`, `0.00`, …
fn fixed_digits(format: &str) -> Option<u8> {
    let fraction = match format.strip_prefix('0')? {
        "" => return Some(0),
        rest => rest.strip_prefix('.')?,
    };
    let is_plain = !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    u8::try_from(fraction.len()).ok().filter(|digits| is_plain && *digits <= 10)
}

/// `TimeUnit.Days`, or `Days`.
fn time_unit(tree: &Expression) -> Found<Unit> {
    let name = match &tree.kind {
        Syntax::Member(of, name) if matches!(&of.kind, Syntax::Name(of) if of == "TimeUnit") => {
            name
        }
        Syntax::Name(name) | Syntax::Text(name) => name,
        _ => return wrong(tree, "a unit of TimeUnit is expected here"),
    };
    let found = UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    match found {
        Some((_, unit)) => Ok(*unit),
        None => wrong(tree, format!("'{name}' is no unit of TimeUnit")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(PLAIN.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn formats_with_digits_only() {
        assert_eq!(fixed_digits("0.00"), Some(2));
        assert_eq!(fixed_digits("0"), Some(0));
        assert_eq!(fixed_digits("#,##0"), None);
        assert_eq!(fixed_digits("0."), None);
    }
}
