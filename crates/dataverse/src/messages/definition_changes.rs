//! `RetrieveDefinitionChanges`: which definitions changed since a version of the schema.

use base::{Error, Kind, Result};

use crate::session::ReadScope;
use crate::{Reply, definition_log, schema_store};

/// Asks which definitions changed, and which are gone.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveDefinitionChanges {
    /// The version of the schema that the caller knows.
    pub since: u64,
}

impl RetrieveDefinitionChanges {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        // Versions from before an update of the server tell nothing: system tables differ.
        let first = schema_store::version(0);
        if self.since < first || self.since > scope.schema.version {
            return Err(Error::new(
                Kind::Invalid,
                "0x80044352",
                "Version stamp associated with the client has expired. Please perform a full sync.",
            ));
        }
        let changes = definition_log::since(scope.db, scope.store, self.since - first).await?;
        Ok(Reply::DefinitionChanges(Box::new(changes)))
    }
}
