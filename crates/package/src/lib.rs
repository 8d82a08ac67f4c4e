//! Solution packages: the zip, its XML, its components, and the source tree it unpacks to.
//!
//! Bytes in, values out: no IO, no clock, no async, and no panic whatever the input. A
//! [`Package`] keeps everything that is in a zip; [`Package::components`] shows it as a list of
//! [`Component`]s and [`Package::build`] goes the other way.

mod archive;
mod component;
mod content_types;
mod error;
mod manifest;
mod package;
pub mod settings;
pub mod source;
mod version;
pub mod xml;

pub use component::{Component, ComponentKind, File};
pub use error::{PackageError, Result};
pub use manifest::{
    DependencyEnd, Label, Managed, Manifest, MissingDependency, PACKAGE_VERSION_MAX,
    ParentSolution, Publisher, RootComponent,
};
pub use package::Package;
pub use version::Version;
