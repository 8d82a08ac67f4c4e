//! `Associate`: links rows through a navigation property.

use crate::Reference;

/// Links rows to a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Associate {
    /// The row that has the navigation property.
    pub target: Reference,
    /// The navigation property.
    pub navigation: String,
    /// The rows to link.
    pub related: Vec<Reference>,
}

impl Associate {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("Associate"))
    }
}
