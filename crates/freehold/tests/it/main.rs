//! The program from end to end: a real server, and the commands against it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod cli;
mod demo;
mod world;
