//! `DeleteRelationship`: removes a relationship with its lookup or intersect table.

/// Removes a relationship with its lookup column or intersect table.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteRelationship {
    /// Its schema name.
    pub schema_name: String,
}

impl DeleteRelationship {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("DeleteRelationship"))
    }
}
