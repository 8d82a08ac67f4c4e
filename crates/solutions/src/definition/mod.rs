//! Between the XML of packages and the metadata types, both ways. Pure.
//!
//! Reading applies an element onto what lies below it: a property that the element does not have
//! stays. So folding the layers of a table or column is applying them from the bottom up. Writing
//! gives an element as the service writes it, for what was made through the Web API.

mod choice;
mod column;
mod label;
mod relationship;
mod table;

pub use choice::{apply_choice, new_choice, write_choice};
pub use column::{apply_column, new_column, write_column};
pub use label::{read_labels, write_labels};
pub use relationship::{
    RelationshipInput, new_relationship, referenced_tables, write_relationship,
};
pub use table::{apply_key, apply_table, new_key, new_table, write_key, write_table};

use metadata::ManagedProperties;
use package::xml::Element;

/// The text of a child, trimmed; nothing where it is absent or empty.
pub(crate) fn text(element: &Element, child: &str) -> Option<String> {
    let text = element.child_text(child)?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A yes or no as packages write it: `1`, `0`, `true`, `False`.
pub(crate) fn flag(element: &Element, child: &str) -> Option<bool> {
    match text(element, child)?.to_ascii_lowercase().as_str() {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// A number that a child holds.
pub(crate) fn number<T: std::str::FromStr>(element: &Element, child: &str) -> Option<T> {
    text(element, child)?.parse().ok()
}

pub(crate) fn zero_or_one(value: bool) -> &'static str {
    if value { "1" } else { "0" }
}

/// Takes over the managed properties that an element has among its children.
pub(crate) fn apply_managed(properties: &mut ManagedProperties, element: &Element, names: &[&str]) {
    for name in names {
        if let Some(value) = flag(element, name) {
            properties.0.insert(name.to_ascii_lowercase(), value);
        }
    }
}

/// Writes the managed properties as children, in the order of the list.
pub(crate) fn write_managed(element: &mut Element, properties: &ManagedProperties, names: &[&str]) {
    for name in names {
        let value = properties.0.get(&name.to_ascii_lowercase()).copied().unwrap_or(true);
        element.push(Element::with_text(*name, zero_or_one(value)));
    }
}
