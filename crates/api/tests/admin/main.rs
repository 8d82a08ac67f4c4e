//! The admin services through the real router, as their clients use them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "../common/mod.rs"]
mod common;

mod applications;
mod directory;
mod environments;
mod polling;
mod refusals;
mod roles;
mod server;
mod tenant;
