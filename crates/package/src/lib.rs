//! Solution packages: the zip, its XML, its components, and the source tree it unpacks to.
//!
//! Bytes in, values out: no IO, no clock, no async, and no panic whatever the input. A
//! [`Package`] keeps everything that is in a zip; [`Package::components`] shows it as a list of
//! [`Component`]s and [`Package::build`] goes the other way.

mod error;
pub mod xml;

pub use error::{PackageError, Result};
