//! Lifecycle operations: every long change of an environment is one, and an environment has at
//! most one that is active.

mod model;
mod run;

pub use model::{
    Actor, Operation, OperationError, OperationState, OperationType, Stage, StageName, Work,
};
pub(crate) use run::{Provisioner, megabytes};
