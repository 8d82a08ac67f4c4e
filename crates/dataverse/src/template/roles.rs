//! Privileges and the predefined roles.

use base::Result;

use super::Filler;

pub(super) async fn fill(_filler: &mut Filler<'_>) -> Result<()> {
    Ok(())
}
