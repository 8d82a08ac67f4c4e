//! The protocol's codes for what is wrong with a query over linked tables.

/// A bad argument, such as options that exclude each other.
pub(super) const INVALID_ARGUMENT: &str = "0x80040203";
/// The text is no FetchXML.
pub(super) const INVALID_FETCH_XML: &str = "0x80040303";
/// A condition that cannot be.
pub(super) const BAD_CONDITION: &str = "0x80041106";
/// A plain column in an aggregate.
pub(super) const ATTRIBUTE_WITH_AGGREGATE: &str = "0x80041107";
/// A column of an aggregate without its alias.
pub(super) const MISSING_ALIAS: &str = "0x80041109";
/// A number that must be greater than zero.
pub(super) const NOT_GREATER_THAN_ZERO: &str = "0x8004110c";
/// `distinct` is no yes or no.
pub(super) const INVALID_DISTINCT: &str = "0x80041115";
/// `mapping` is not known.
pub(super) const INVALID_MAPPING: &str = "0x80041116";
/// `link-type` is not known, or not here.
pub(super) const INVALID_LINK_TYPE: &str = "0x80041117";
/// `descending` is no yes or no.
pub(super) const INVALID_DESCENDING: &str = "0x80041119";
/// `aggregate` is not known.
pub(super) const INVALID_AGGREGATE: &str = "0x8004111a";
/// An alias with characters that it cannot have.
pub(super) const INVALID_ALIAS: &str = "0x8004111b";
/// An element that cannot stand here.
pub(super) const INVALID_NODE: &str = "0x8004111c";
/// `utc-offset` is no number of minutes.
pub(super) const INVALID_UTC_OFFSET: &str = "0x8004111d";
/// A required XML attribute is missing.
pub(super) const ATTRIBUTE_NOT_FOUND: &str = "0x8004111e";
/// The operator is not known.
pub(super) const INVALID_OPERATOR: &str = "0x80041120";
/// The type of a filter is not known.
pub(super) const INVALID_FILTER_TYPE: &str = "0x80041122";
/// A required element is missing.
pub(super) const ELEMENT_NOT_FOUND: &str = "0x80041123";
/// `top` must be greater than zero.
pub(super) const TOP_NOT_GREATER_THAN_ZERO: &str = "0x80041127";
