//! Where jobs find their environments: in the tenant, which opens after the jobs are named.

use std::sync::{Arc, Weak};

use base::{Cx, Error, Kind, Result};
use dataverse::Environment;
use dataverse::background::EnvironmentSource;
use jobs::BoxFuture;
use tokio::sync::SetOnce;

use crate::Tenant;

/// The environments of the tenant that is given later.
#[derive(Default)]
pub struct Environments(SetOnce<Weak<Tenant>>);

impl Environments {
    /// From now on jobs find what they need. Only the first tenant counts.
    pub fn are_in(&self, tenant: &Arc<Tenant>) {
        let _ = self.0.set(Arc::downgrade(tenant));
    }
}

impl EnvironmentSource for Environments {
    fn environment<'a>(
        &'a self,
        cx: &'a Cx,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Arc<Environment>>> {
        Box::pin(async move {
            let tenant = self.0.wait().await.upgrade().ok_or_else(|| {
                Error::new(Kind::Unavailable, "ServiceUnavailable", "The server is stopping.")
            })?;
            tenant.environment(cx, name).await
        })
    }
}
