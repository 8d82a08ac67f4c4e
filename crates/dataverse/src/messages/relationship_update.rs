//! `UpdateRelationship`: changes cascades and labels of a relationship.

use metadata::Relationship;

/// Replaces the definition of a relationship; its tables and names stay.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateRelationship {
    /// The whole definition.
    pub relationship: Relationship,
}
