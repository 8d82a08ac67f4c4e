//! `WhoAmI`: the ids of the caller.

/// Asks who the caller is in this environment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WhoAmI;
