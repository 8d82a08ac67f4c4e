//! Every route of the server as everybody who has no business there, and everything that should
//! not be sent to it: nothing gets in, nothing changes, and every refusal has the shape of its
//! protocol.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod list;
mod packages;
mod refused;
mod scene;
mod walk;
