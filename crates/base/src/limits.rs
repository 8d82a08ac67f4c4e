//! Every limit of the product, with its name, unit and reason. Sorted.
//!
//! Limits marked "protocol" are Dataverse's own (Microsoft Learn, "Web API limits"); the others
//! protect the server and may be raised.

/// The largest body of a request, in bytes (protocol: about 116 MB).
pub const BODY_BYTES_MAX: usize = 116 * 1024 * 1024;
/// Operations in one `$batch` (protocol).
pub const BATCH_OPERATIONS_MAX: usize = 1000;
/// Conditions in one query (protocol).
pub const CONDITIONS_MAX: usize = 500;
/// The highest number that `@odata.count` and `/$count` tell (protocol).
pub const COUNT_MAX: i64 = 5000;
/// `$expand` options in one request (protocol).
pub const EXPAND_MAX: usize = 15;
/// How deep expressions, JSON, XML and calls may nest.
pub const NESTING_MAX: usize = 64;
/// Rows on one page (protocol).
pub const PAGE_ROWS_MAX: usize = 5000;
/// Entries in one solution package.
pub const PACKAGE_ENTRIES_MAX: usize = 20_000;
/// Unpacked bytes of one entry of a package.
pub const PACKAGE_ENTRY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How many times larger than its packed form an entry may be, above a floor of 1 MB.
pub const PACKAGE_RATIO_MAX: u64 = 250;
/// Unpacked bytes of a whole package.
pub const PACKAGE_TOTAL_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Length of the URL of a request, in bytes (protocol).
pub const URL_BYTES_MAX: usize = 32_768;
/// Depth of the elements of an XML document.
pub const XML_DEPTH_MAX: usize = 256;
/// Elements and attributes in one XML document.
pub const XML_NODES_MAX: usize = 5_000_000;
