//! Who may do what: the table of rights, and the two roles of environments without a database.

mod assignments;
mod permissions;

pub use assignments::{PrincipalType, Role, RoleAssignment, RoleChange, RoleChanged};
pub use permissions::{Action, Place, Standing, allowed};
