//! `UpdateRelationship`: changes cascades and labels of a relationship.

use metadata::Relationship;

/// Replaces the definition of a relationship; its tables and names stay.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateRelationship {
    /// The whole definition.
    pub relationship: Relationship,
}

impl UpdateRelationship {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("UpdateRelationship"))
    }
}
