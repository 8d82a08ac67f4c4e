//! `WhoAmI`: the ids of the caller.

use crate::Reply;
use crate::session::ReadScope;

/// Asks who the caller is in this environment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WhoAmI;

impl WhoAmI {
    pub(crate) fn run(self, scope: &ReadScope<'_>) -> Reply {
        Reply::WhoAmI {
            user: scope.user.id,
            business_unit: scope.user.business_unit,
            organization: scope.user.organization,
        }
    }
}
