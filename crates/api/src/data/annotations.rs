//! Which annotations a client wants (`odata.include-annotations`).

/// Which annotations are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Annotations {
    /// What people read instead of the value.
    pub formatted_value: bool,
    /// The table that a lookup points to.
    pub lookup_logical_name: bool,
    /// The navigation property that goes with a lookup.
    pub associated_navigation: bool,
    /// How many rows match.
    pub total_count: bool,
    /// Whether there are more than are told.
    pub total_count_exceeded: bool,
    /// The version of the schema.
    pub metadata_version: bool,
    /// The column behind a name of the query's own.
    pub attribute_name: bool,
    /// Where the next page begins, as FetchXML has it.
    pub paging_cookie: bool,
    /// Whether there is a next page, as FetchXML has it.
    pub more_records: bool,
}

pub(super) const FORMATTED_VALUE: &str = "OData.Community.Display.V1.FormattedValue";
pub(super) const LOOKUP_LOGICAL_NAME: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";
pub(super) const ASSOCIATED_NAVIGATION: &str =
    "Microsoft.Dynamics.CRM.associatednavigationproperty";
pub(super) const TOTAL_COUNT: &str = "Microsoft.Dynamics.CRM.totalrecordcount";
pub(super) const TOTAL_COUNT_EXCEEDED: &str =
    "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded";
pub(super) const ATTRIBUTE_NAME: &str = "OData.Community.Display.V1.AttributeName";
pub(super) const PAGING_COOKIE: &str = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
pub(super) const MORE_RECORDS: &str = "Microsoft.Dynamics.CRM.morerecords";
pub(super) const METADATA_VERSION: &str = "Microsoft.Dynamics.CRM.globalmetadataversion";

impl Annotations {
    /// Reads a list of names, which may end in `*`; a `-` before a name takes it out again. What
    /// is said of a longer name counts more.
    pub fn of(list: &str) -> Self {
        let patterns: Vec<&str> = list.split(',').map(str::trim).collect();
        let wants = |name| wants(&patterns, name);
        Self {
            formatted_value: wants(FORMATTED_VALUE),
            lookup_logical_name: wants(LOOKUP_LOGICAL_NAME),
            associated_navigation: wants(ASSOCIATED_NAVIGATION),
            total_count: wants(TOTAL_COUNT),
            total_count_exceeded: wants(TOTAL_COUNT_EXCEEDED),
            metadata_version: wants(METADATA_VERSION),
            attribute_name: wants(ATTRIBUTE_NAME),
            paging_cookie: wants(PAGING_COOKIE),
            more_records: wants(MORE_RECORDS),
        }
    }
}

fn wants(patterns: &[&str], name: &str) -> bool {
    let matching = patterns.iter().filter_map(|pattern| {
        let (bare, is_wanted) = match pattern.strip_prefix('-') {
            Some(bare) => (bare, false),
            None => (*pattern, true),
        };
        let is_match = match bare.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == bare,
        };
        is_match.then_some((bare.len(), is_wanted))
    });
    matching
        .max_by_key(|(length, is_wanted)| (*length, !is_wanted))
        .is_some_and(|(_, wanted)| wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_wildcards_and_exclusions() {
        let none = Annotations::default();
        assert_eq!(Annotations::of(""), none);
        assert_eq!(Annotations::of("other.*"), none);
        assert!(Annotations::of("*").metadata_version);
        let display = Annotations::of("OData.Community.Display.V1.*");
        assert_eq!(display, Annotations { formatted_value: true, attribute_name: true, ..none });
        let crm = Annotations::of("*,-OData.Community.Display.V1.FormattedValue");
        assert!(crm.lookup_logical_name && !crm.formatted_value);
        let two = Annotations::of("Microsoft.Dynamics.CRM.lookuplogicalname, x");
        assert_eq!(two, Annotations { lookup_logical_name: true, ..none });
    }
}
