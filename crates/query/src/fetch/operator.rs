//! The operators of conditions: their names in FetchXML, in `$filter` and in the SDK.
//!
//! To add one: a line in the list, in order of the name; what it means is `dataverse::plan`'s.

use base::limits::CONDITION_VALUES_MAX;

use super::codes::INVALID_ARGUMENT;
use crate::error::TOO_MANY_VALUES;

/// What is known of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorRow {
    /// The operator.
    pub operator: Operator,
    /// Its name in the SDK and, if [`OperatorRow::is_function`], as a function in `$filter`.
    pub name: &'static str,
    /// Its name in FetchXML.
    pub fetch_name: &'static str,
    /// What values it takes.
    pub values: Values,
    /// Whether `$filter` has it as `Microsoft.Dynamics.CRM.<name>`.
    pub is_function: bool,
}

/// What values an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// None.
    None,
    /// One; as a function, `PropertyValue`.
    One,
    /// Two of different meaning; as a function, `PropertyValue1` and `PropertyValue2`.
    Two,
    /// Two of the same meaning; as a function, `PropertyValues` with two items.
    Pair,
    /// At least one; as a function, `PropertyValues`.
    Many,
}

macro_rules! operators {
    ($($name:ident $fetch_name:literal $values:ident $is_function:ident;)*) => {
        /// How a condition compares a column with its values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the platform's names")]
        pub enum Operator {
            $($name,)*
        }

        /// All operators, in order of the name.
        pub const OPERATORS: &[OperatorRow] = &[$(
            OperatorRow {
                operator: Operator::$name,
                name: stringify!($name),
                fetch_name: $fetch_name,
                values: Values::$values,
                is_function: is!($is_function),
            },
        )*];
    };
}

macro_rules! is {
    (function) => {
        true
    };
    (operator) => {
        false
    };
}

operators! {
    Above "above" One function;
    AboveOrEqual "eq-or-above" One function;
    BeginsWith "begins-with" One operator;
    Between "between" Pair function;
    ContainValues "contain-values" Many function;
    Contains "contains" One function;
    DoesNotBeginWith "not-begin-with" One operator;
    DoesNotContainValues "not-contain-values" Many function;
    DoesNotEndWith "not-end-with" One operator;
    EndsWith "ends-with" One operator;
    Equal "eq" One operator;
    EqualBusinessId "eq-businessid" None function;
    EqualUserId "eq-userid" None function;
    EqualUserLanguage "eq-userlanguage" None function;
    EqualUserOrUserHierarchy "eq-useroruserhierarchy" None function;
    EqualUserOrUserHierarchyAndTeams "eq-useroruserhierarchyandteams" None function;
    EqualUserOrUserTeams "eq-useroruserteams" None function;
    EqualUserTeams "eq-userteams" None function;
    GreaterEqual "ge" One operator;
    GreaterThan "gt" One operator;
    In "in" Many function;
    InFiscalPeriod "in-fiscal-period" One function;
    InFiscalPeriodAndYear "in-fiscal-period-and-year" Two function;
    InFiscalYear "in-fiscal-year" One function;
    InOrAfterFiscalPeriodAndYear "in-or-after-fiscal-period-and-year" Two function;
    InOrBeforeFiscalPeriodAndYear "in-or-before-fiscal-period-and-year" Two function;
    Last7Days "last-seven-days" None function;
    LastFiscalPeriod "last-fiscal-period" None function;
    LastFiscalYear "last-fiscal-year" None function;
    LastMonth "last-month" None function;
    LastWeek "last-week" None function;
    LastXDays "last-x-days" One function;
    LastXFiscalPeriods "last-x-fiscal-periods" One function;
    LastXFiscalYears "last-x-fiscal-years" One function;
    LastXHours "last-x-hours" One function;
    LastXMonths "last-x-months" One function;
    LastXWeeks "last-x-weeks" One function;
    LastXYears "last-x-years" One function;
    LastYear "last-year" None function;
    LessEqual "le" One operator;
    LessThan "lt" One operator;
    Like "like" One operator;
    Next7Days "next-seven-days" None function;
    NextFiscalPeriod "next-fiscal-period" None function;
    NextFiscalYear "next-fiscal-year" None function;
    NextMonth "next-month" None function;
    NextWeek "next-week" None function;
    NextXDays "next-x-days" One function;
    NextXFiscalPeriods "next-x-fiscal-periods" One function;
    NextXFiscalYears "next-x-fiscal-years" One function;
    NextXHours "next-x-hours" One function;
    NextXMonths "next-x-months" One function;
    NextXWeeks "next-x-weeks" One function;
    NextXYears "next-x-years" One function;
    NextYear "next-year" None function;
    NotBetween "not-between" Pair function;
    NotEqual "ne" One operator;
    NotEqualBusinessId "ne-businessid" None function;
    NotEqualUserId "ne-userid" None function;
    NotIn "not-in" Many function;
    NotLike "not-like" One operator;
    NotNull "not-null" None operator;
    NotUnder "not-under" One function;
    Null "null" None operator;
    OlderThanXDays "olderthan-x-days" One function;
    OlderThanXHours "olderthan-x-hours" One function;
    OlderThanXMinutes "olderthan-x-minutes" One function;
    OlderThanXMonths "olderthan-x-months" One function;
    OlderThanXWeeks "olderthan-x-weeks" One function;
    OlderThanXYears "olderthan-x-years" One function;
    On "on" One function;
    OnOrAfter "on-or-after" One function;
    OnOrBefore "on-or-before" One function;
    ThisFiscalPeriod "this-fiscal-period" None function;
    ThisFiscalYear "this-fiscal-year" None function;
    ThisMonth "this-month" None function;
    ThisWeek "this-week" None function;
    ThisYear "this-year" None function;
    Today "today" None function;
    Tomorrow "tomorrow" None function;
    Under "under" One function;
    UnderOrEqual "eq-or-under" One function;
    Yesterday "yesterday" None function;
}

impl OperatorRow {
    /// Whether it can compare a column with another one.
    pub fn compares(&self) -> bool {
        use Operator::{Equal, GreaterEqual, GreaterThan, LessEqual, LessThan, NotEqual};
        let all = [Equal, NotEqual, GreaterThan, GreaterEqual, LessThan, LessEqual];
        all.contains(&self.operator)
    }
}

impl Operator {
    /// What is known of it.
    pub fn row(self) -> &'static OperatorRow {
        &OPERATORS[self as usize]
    }

    /// The operator that the SDK and `$filter` call `name`.
    pub fn by_name(name: &str) -> Option<&'static OperatorRow> {
        let index = OPERATORS.binary_search_by(|row| row.name.cmp(name)).ok()?;
        Some(&OPERATORS[index])
    }

    /// The operator that FetchXML calls `name`, in any case; `neq` is the old name of `ne`.
    pub fn by_fetch_name(name: &str) -> Option<&'static OperatorRow> {
        let name = if name.eq_ignore_ascii_case("neq") { "ne" } else { name };
        OPERATORS.iter().find(|row| row.fetch_name.eq_ignore_ascii_case(name))
    }
}

/// What is wrong with `count` values of a condition on `attribute`: the protocol's code and words.
pub(super) fn wrong_count(
    row: &OperatorRow,
    attribute: &str,
    count: usize,
) -> Option<(&'static str, String)> {
    let OperatorRow { name, values, .. } = row;
    if count > CONDITION_VALUES_MAX {
        let message = format!(
            "Number of values in one condition exceeded maximum limit of {CONDITION_VALUES_MAX}."
        );
        return Some((TOO_MANY_VALUES, message));
    }
    let wanted = match values {
        Values::None => 0,
        Values::One => 1,
        Values::Two | Values::Pair => 2,
        Values::Many => count.max(1),
    };
    if count == wanted {
        return None;
    }
    let message = match (wanted, count) {
        (0, _) => format!(
            "Condition operator '{name}' requires that no values are set. Values.Length: {count}"
        ),
        (1, 0) => format!(
            "Attribute 'value' or 'valueof' must be specified for condition operator: {name}"
        ),
        _ => format!(
            "The ConditionOperator.{name} requires {wanted} value/s, not {count}. Parameter Name: \
             {attribute}."
        ),
    };
    Some((INVALID_ARGUMENT, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(OPERATORS.is_sorted_by(|a, b| a.name < b.name));
        assert!(OPERATORS.iter().enumerate().all(|(i, row)| row.operator as usize == i));
    }
}
