//! `CreateOneToMany` and `CreateManyToMany`: new relationships.

use metadata::{Column, ManyToMany, OneToMany};

/// Creates a lookup column with the relationship to each of its targets. One relationship makes a
/// plain lookup; several a polymorphic one; account and contact a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateOneToMany {
    /// The lookup on the "many" side.
    pub lookup: Column,
    /// The relationships; all have the same table on the "many" side.
    pub relationships: Vec<OneToMany>,
}

/// Creates a many-to-many relationship with its intersect table.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateManyToMany {
    /// The definition; derived names may be empty.
    pub relationship: ManyToMany,
}

impl CreateOneToMany {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("CreateOneToMany"))
    }
}

impl CreateManyToMany {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("CreateManyToMany"))
    }
}
