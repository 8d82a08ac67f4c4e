//! How much database the tenant may have, and how much it has.

use base::{Cx, Error, Result};
use uuid::Uuid;

use crate::operations::megabytes;
use crate::{Environment, Tenant};

/// What the environments take of the tenant's capacity, in megabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// All that the tenant may have.
    pub total_mb: i64,
    /// What is rated: at least a gigabyte for each database that counts.
    pub rated_mb: i64,
    /// What is on disk.
    pub actual_mb: i64,
}

impl Tenant {
    /// The tenant's capacity and what is taken of it.
    pub fn capacity(&self) -> Capacity {
        let state = self.state();
        let environments = || state.environments.values().filter(|found| !found.is_deleted());
        let size = |found: &Environment| found.database.as_ref().map_or(0, |found| found.size_mb);
        Capacity {
            total_mb: self.options.capacity_mb,
            rated_mb: environments().map(|found| found.rated_mb()).sum(),
            actual_mb: environments().map(|found| size(found)).sum(),
        }
    }

    pub(crate) fn capacity_free_mb(&self) -> i64 {
        let capacity = self.capacity();
        capacity.total_mb.saturating_sub(capacity.rated_mb)
    }

    /// What the database of an environment takes on disk now, in megabytes.
    pub async fn database_size_mb(&self, environment: &Environment) -> Result<i64> {
        if environment.database.is_none() {
            return Ok(0);
        }
        let store = self.database.store(&environment.store_name()).await?;
        Ok(megabytes(store.size_bytes().await?))
    }

    /// Measures all databases anew, so that the rule of capacity sees their growth.
    pub async fn sizes_measure(&self, _cx: &Cx) -> Result<()> {
        let databases: Vec<_> = {
            let state = self.state();
            let with = state.environments.values().filter(|found| found.database.is_some());
            with.cloned().collect()
        };
        for environment in databases {
            let size = self.database_size_mb(&environment).await?;
            let known = environment.database.as_ref().map(|database| database.size_mb);
            if known != Some(size) {
                self.size_note(environment.id, size).await?;
            }
        }
        Ok(())
    }

    async fn size_note(&self, id: Uuid, size_mb: i64) -> Result<()> {
        let mut change = self.change().await?;
        let environment = match self.environment_by_id(id) {
            Ok(environment) => environment,
            // Purged meanwhile.
            Err(Error { kind: base::Kind::NotFound, .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut after = (*environment).clone();
        if let Some(database) = &mut after.database {
            database.size_mb = size_mb;
        }
        change.put_environment(after).await?;
        change.commit().await
    }
}
