//! What must hold before an import begins.

use base::{Error, Kind, Result};
use dataverse::Session;
use package::Manifest;

use crate::solution::Known;

/// The caller may import.
pub(super) fn rights(session: &Session<'_>) -> Result<()> {
    session.require_privilege("prvImportCustomization")
}

/// The package goes with what is installed: same kind, not older.
pub(super) fn fits(manifest: &Manifest, known: Option<&Known>) -> Result<()> {
    let Some(known) = known else { return Ok(()) };
    let name = &manifest.unique_name;
    let is_managed = manifest.managed.is_managed();
    if known.is_managed != is_managed {
        let (there, here) = match known.is_managed {
            true => ("managed", "unmanaged"),
            false => ("unmanaged", "managed"),
        };
        return Err(Error::new(
            Kind::Invalid,
            "0x80048040",
            format!(
                "The solution {name} is already installed as {there}, but this package is {here}. \
                 Import a package of the same kind, or delete the installed solution first."
            ),
        ));
    }
    if is_managed && manifest.version < known.version {
        return Err(Error::new(
            Kind::Invalid,
            "0x80048032",
            format!(
                "Version {} of {name} is installed, and the package holds the older version {}. \
                 Export a newer version, or uninstall the installed one first.",
                known.version, manifest.version
            ),
        ));
    }
    Ok(())
}
