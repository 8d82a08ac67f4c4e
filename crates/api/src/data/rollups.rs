//! Rollup columns are calculated every hour from the first time that somebody makes or asks for one.

use base::{Caller, Error, Result};
use dataverse::background::rollups;

use super::call::Call;

/// Sees to it that the rollups of the environment are calculated in the next hour, by the server
/// itself.
pub(super) async fn schedule(call: &Call) -> Result<()> {
    let tenant = &call.app.tenant;
    let environment = tenant.find_by_domain(&call.address.domain);
    let environment = environment.ok_or_else(|| Error::internal("the environment has gone"))?;
    let mut cx = call.cx.clone();
    cx.caller = Caller::System;
    tenant.queue().enqueue_once(&cx, rollups::next(&cx, &environment.name())).await
}
