//! OData URLs: the path below the service root ([`parse_path`]), the query options
//! ([`parse_options`]), keys ([`parse_key`]) and references in bodies ([`parse_reference`]); and
//! back ([`write_options`]).
//!
//! The grammar is that of OData 4.0 URL conventions, cut to what Dataverse accepts, with the
//! tolerance that real clients need: `$` percent-encoded or not, `+` for a space, several forms
//! of keys. Wrong input gives a [`ParseError`] with its position; no input panics. A further
//! query function is one line in [`crate::fetch::OPERATORS`].

mod apply;
mod cursor;
mod expand;
mod filter;
mod literal;
mod options;
mod path;
mod write;

pub use crate::error::{ParseError, Result};
pub use apply::Apply;
pub use literal::{Aliases, Argument};
pub use options::{Options, decode, parse_options};
pub use path::{
    Arguments, Path, RowReference, Segment, key_of, parse_key, parse_path, parse_reference,
};
pub use write::{encode, write_filter, write_options};

/// The namespace of types and operations.
pub const NAMESPACE: &str = "Microsoft.Dynamics.CRM";

/// `name` without the namespace of types and operations, or its alias; `None` if it has neither.
pub fn unqualified(name: &str) -> Option<&str> {
    let rest = name.strip_prefix('#').unwrap_or(name);
    let rest = rest.strip_prefix("Microsoft.Dynamics.CRM.").or_else(|| rest.strip_prefix("mscrm."));
    rest.filter(|rest| !rest.is_empty() && !rest.contains('.'))
}
