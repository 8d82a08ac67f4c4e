//! The template: what every environment begins with.

use base::{Cx, Result};
use db::Store;

/// Grows when new environments begin with other tables or rows.
pub(crate) const VERSION: u32 = 1;

/// Fills an empty store with all system tables and base rows.
pub(crate) async fn create(_cx: &Cx, _store: &Store) -> Result<()> {
    Ok(())
}
