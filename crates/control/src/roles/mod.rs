//! Who may do what: the table of rights, and the two roles of environments without a database.

mod permissions;

pub use permissions::{Action, Place, Standing, allowed};
