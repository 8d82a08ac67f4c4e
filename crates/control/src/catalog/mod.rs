//! What can be chosen for an environment: locations, languages, currencies and templates.
//!
//! Each list is a table beside this file; a line more is an entry more.

use std::sync::LazyLock;

use crate::Sku;

/// A geographic location. An environment never leaves its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Its name in requests, lower case (`europe`).
    pub name: &'static str,
    /// What people read.
    pub display_name: &'static str,
    /// Its short code (`EMEA`).
    pub code: &'static str,
    /// The regions in it; the first one is used when none is asked for.
    pub azure_regions: Vec<&'static str>,
    /// The label of Dataverse host names in the cloud (`crm4`): for information, our own host
    /// names do not use it.
    pub dns_label: Option<&'static str>,
    /// Whether only tenants whose home is there may use it.
    pub is_home_only: bool,
}

impl Location {
    /// Whether a tenant at home in `home` cannot use it.
    pub fn is_disabled(&self, home: &str) -> bool {
        self.is_home_only && self.name != home
    }
}

/// A language that an environment can have as its base language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its Windows locale id.
    pub code: u32,
    /// Its English name.
    pub name: &'static str,
    /// Its name in the language itself.
    pub native_name: &'static str,
}

/// A currency that an environment can have as its base currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// Its ISO 4217 code.
    pub code: &'static str,
    /// Its English name.
    pub name: &'static str,
    /// Its symbol.
    pub symbol: &'static str,
    /// Digits after the point.
    pub precision: u8,
}

/// Something that could be installed into a new database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name in requests (`D365_Sales`).
    pub name: &'static str,
    /// What people read.
    pub display_name: &'static str,
    /// The types of environment that can have it.
    pub skus: Vec<Sku>,
    /// Whether it is a Dynamics 365 app.
    pub is_dynamics_app: bool,
    /// Whether a reset may use it.
    pub is_for_reset: bool,
}

impl Template {
    /// Why this server cannot install it. It holds no content of any template.
    pub fn disabled_reason(&self) -> (&'static str, String) {
        if self.is_dynamics_app {
            let text = format!(
                "You do not have the required Dynamics 365 licenses to create databases with the \
                 '{}' Dynamics app.",
                self.display_name
            );
            ("DynamicsEntitlementMissing", text)
        } else {
            let text = format!(
                "The template '{}' is not available on this server; import its solution instead.",
                self.display_name
            );
            ("TemplateNotAvailable", text)
        }
    }
}

/// All locations, the usual default first.
pub fn locations() -> &'static [Location] {
    static LIST: LazyLock<Vec<Location>> = LazyLock::new(|| {
        rows(include_str!("locations.tsv"))
            .map(|cells| Location {
                name: cells[0],
                display_name: cells[1],
                code: cells[2],
                azure_regions: cells[3].split(',').collect(),
                dns_label: Some(cells[4]).filter(|label| !label.is_empty()),
                is_home_only: cells[5] == "home",
            })
            .collect()
    });
    &LIST
}

/// The location with this name, whatever its case.
pub fn location(name: &str) -> Option<&'static Location> {
    locations().iter().find(|location| location.name.eq_ignore_ascii_case(name))
}

/// All languages, by code.
pub fn languages() -> &'static [Language] {
    static LIST: LazyLock<Vec<Language>> = LazyLock::new(|| {
        rows(include_str!("languages.tsv"))
            .map(|cells| Language {
                code: cells[0].parse().expect("the table holds numbers"),
                name: cells[1],
                native_name: cells[2],
            })
            .collect()
    });
    &LIST
}

/// The language with this locale id.
pub fn language(code: u32) -> Option<&'static Language> {
    languages().iter().find(|language| language.code == code)
}

/// All currencies, by code.
pub fn currencies() -> &'static [Currency] {
    static LIST: LazyLock<Vec<Currency>> = LazyLock::new(|| {
        rows(include_str!("currencies.tsv"))
            .map(|cells| Currency {
                code: cells[0],
                name: cells[1],
                symbol: cells[2],
                precision: cells[3].parse().expect("the table holds numbers"),
            })
            .collect()
    });
    &LIST
}

/// The currency with this code, whatever its case.
pub fn currency(code: &str) -> Option<&'static Currency> {
    currencies().iter().find(|currency| currency.code.eq_ignore_ascii_case(code))
}

/// All templates, by name.
pub fn templates() -> &'static [Template] {
    static LIST: LazyLock<Vec<Template>> = LazyLock::new(|| {
        rows(include_str!("templates.tsv"))
            .map(|cells| Template {
                name: cells[0],
                display_name: cells[1],
                skus: cells[2].split(',').filter_map(Sku::parse).collect(),
                is_dynamics_app: cells[3].split(',').any(|flag| flag == "app"),
                is_for_reset: cells[3].split(',').any(|flag| flag == "reset"),
            })
            .collect()
    });
    &LIST
}

/// The template with this name, whatever its case.
pub fn template(name: &str) -> Option<&'static Template> {
    templates().iter().find(|template| template.name.eq_ignore_ascii_case(name))
}

/// The rows of a table: cells between tabs, with empty cells to spare; `#` begins a comment.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let mut cells: Vec<_> = line.split('\t').collect();
        cells.resize(cells.len().max(6), "");
        cells
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_whole() {
        assert_eq!(languages().len(), 45);
        assert_eq!(currencies().len(), 112);
        assert_eq!(locations().len(), 21);
        assert!(templates().iter().all(|template| !template.skus.is_empty()));
        assert_eq!(location("Europe").map(|found| found.azure_regions[0]), Some("westeurope"));
        assert_eq!(currency("eur").map(|found| found.symbol), Some("€"));
        assert_eq!(language(1031).map(|found| found.name), Some("German (Germany)"));
    }

    #[test]
    fn india_is_for_tenants_at_home_there() {
        let india = location("india").expect("in the list");
        assert!(india.is_disabled("europe"));
        assert!(!india.is_disabled("india"));
    }
}
