//! Solutions: how components travel between environments.
//!
//! The definition of a component in a layer is its XML element exactly as packages carry it, with
//! its files. What is effective is a fold over the layers ([`fold`]); a handler in [`components`]
//! projects the effective element onto the schema or onto rows. Import, update and uninstall add,
//! replace and remove layers, and project again what they touched, in one transaction.
//!
//! Public rules followed here: Microsoft Learn, "Solution layers", "Managed properties",
//! "Dependency tracking for solution components", "Create, update and uninstall solutions".

mod base_components;
mod blob;
pub mod components;
mod contents;
pub mod definition;
mod dependencies;
mod export;
mod fold;
mod import;
mod layers;
mod members;
mod objects;
pub mod operations;
mod publisher;
mod solution;
mod stage;
mod steps;
mod uninstall;

pub use contents::{add_component, remove_component};
pub use export::{ExportOptions, export};
pub use import::{ComponentParameter, ImportOptions, ImportResult, Progress, import};
pub use objects::{SolutionObject, objects};
pub use stage::{MissingDependency, Staged, stage};
pub use steps::steps;
pub use uninstall::uninstall;
