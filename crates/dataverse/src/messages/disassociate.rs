//! `Disassociate`: removes a link between rows.

use crate::Reference;

/// Unlinks a row from a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Disassociate {
    /// The row that has the navigation property.
    pub target: Reference,
    /// The navigation property.
    pub navigation: String,
    /// The row to unlink; nothing for a single-valued navigation property.
    pub related: Option<Reference>,
}

impl Disassociate {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("Disassociate"))
    }
}
