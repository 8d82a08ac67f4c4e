//! The query functions of Dataverse (`Microsoft.Dynamics.CRM.<name>` in `$filter`).
//!
//! To add one: a line here, in order of the name; what it means is `dataverse::plan`'s.

/// A query function: its name and what values it takes beside `PropertyName`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryFunction {
    /// The name without its namespace.
    pub name: &'static str,
    /// What values it takes.
    pub values: Values,
}

/// What values a query function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// None.
    None,
    /// `PropertyValue`.
    One,
    /// `PropertyValue1` and `PropertyValue2`.
    Two,
    /// `PropertyValues` with two items.
    Pair,
    /// `PropertyValues` with at least one item.
    Many,
}

/// The query function with this name.
pub fn query_function(name: &str) -> Option<&'static QueryFunction> {
    let index = QUERY_FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok()?;
    Some(&QUERY_FUNCTIONS[index])
}

const fn f(name: &'static str, values: Values) -> QueryFunction {
    QueryFunction { name, values }
}

/// All query functions, in order of the name.
pub const QUERY_FUNCTIONS: &[QueryFunction] = &[
    f("Above", Values::One),
    f("AboveOrEqual", Values::One),
    f("Between", Values::Pair),
    f("ContainValues", Values::Many),
    f("Contains", Values::One),
    f("DoesNotContainValues", Values::Many),
    f("EqualBusinessId", Values::None),
    f("EqualUserId", Values::None),
    f("EqualUserLanguage", Values::None),
    f("EqualUserOrUserHierarchy", Values::None),
    f("EqualUserOrUserHierarchyAndTeams", Values::None),
    f("EqualUserOrUserTeams", Values::None),
    f("EqualUserTeams", Values::None),
    f("In", Values::Many),
    f("InFiscalPeriod", Values::One),
    f("InFiscalPeriodAndYear", Values::Two),
    f("InFiscalYear", Values::One),
    f("InOrAfterFiscalPeriodAndYear", Values::Two),
    f("InOrBeforeFiscalPeriodAndYear", Values::Two),
    f("Last7Days", Values::None),
    f("LastFiscalPeriod", Values::None),
    f("LastFiscalYear", Values::None),
    f("LastMonth", Values::None),
    f("LastWeek", Values::None),
    f("LastXDays", Values::One),
    f("LastXFiscalPeriods", Values::One),
    f("LastXFiscalYears", Values::One),
    f("LastXHours", Values::One),
    f("LastXMonths", Values::One),
    f("LastXWeeks", Values::One),
    f("LastXYears", Values::One),
    f("LastYear", Values::None),
    f("Next7Days", Values::None),
    f("NextFiscalPeriod", Values::None),
    f("NextFiscalYear", Values::None),
    f("NextMonth", Values::None),
    f("NextWeek", Values::None),
    f("NextXDays", Values::One),
    f("NextXFiscalPeriods", Values::One),
    f("NextXFiscalYears", Values::One),
    f("NextXHours", Values::One),
    f("NextXMonths", Values::One),
    f("NextXWeeks", Values::One),
    f("NextXYears", Values::One),
    f("NextYear", Values::None),
    f("NotBetween", Values::Pair),
    f("NotEqualBusinessId", Values::None),
    f("NotEqualUserId", Values::None),
    f("NotIn", Values::Many),
    f("NotUnder", Values::One),
    f("OlderThanXDays", Values::One),
    f("OlderThanXHours", Values::One),
    f("OlderThanXMinutes", Values::One),
    f("OlderThanXMonths", Values::One),
    f("OlderThanXWeeks", Values::One),
    f("OlderThanXYears", Values::One),
    f("On", Values::One),
    f("OnOrAfter", Values::One),
    f("OnOrBefore", Values::One),
    f("ThisFiscalPeriod", Values::None),
    f("ThisFiscalYear", Values::None),
    f("ThisMonth", Values::None),
    f("ThisWeek", Values::None),
    f("ThisYear", Values::None),
    f("Today", Values::None),
    f("Tomorrow", Values::None),
    f("Under", Values::One),
    f("UnderOrEqual", Values::One),
    f("Yesterday", Values::None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(QUERY_FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
    }
}
