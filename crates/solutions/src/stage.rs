//! Staging: what an import would find, without importing.

use base::{Cx, Error, Result};
use dataverse::Environment;
use package::{Component, Manifest, Package, Version};

pub use crate::dependencies::Missing as MissingDependency;
use crate::solution::{self};
use crate::{dependencies, layers};

/// What an import of a package would find.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The manifest of the package.
    pub manifest: Manifest,
    /// Its components, with whether they are in the environment already.
    pub components: Vec<(Component, bool)>,
    /// What it needs and is not there.
    pub missing: Vec<MissingDependency>,
    /// The version that is installed, and whether it is managed.
    pub installed: Option<(Version, bool)>,
}

/// Looks at a package and the environment; changes nothing.
pub async fn stage(environment: &Environment, cx: &Cx, bytes: &[u8]) -> Result<Staged> {
    let package = Package::read("the package", bytes).map_err(Error::from)?;
    let manifest = package.manifest()?;
    let parts = package.components()?;
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvImportCustomization")?;
    let known = solution::find(&mut session, &manifest.unique_name).await?;
    let missing = dependencies::missing(&mut session, &manifest, &parts).await?;
    let mut components = Vec::with_capacity(parts.len());
    for component in parts {
        let is_there = layers::find(&mut session, &layers::Name::of(&component)).await?.is_some();
        components.push((component, is_there));
    }
    let installed = known.map(|known| (known.version, known.is_managed));
    Ok(Staged { manifest, components, missing, installed })
}
