//! How fast the whole is, beside what the hardware allows.
//!
//! [`seed`] fills an environment, [`server`] runs the real binary on it, [`load`] sends requests
//! and counts, [`floor`] does the same work by hand on a copy of the same file, [`lifecycle`] and
//! [`import`] measure what administrators wait for, [`report`] tells. `script/bench` runs it all.

#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

pub mod args;
pub mod floor;
pub mod http;
pub mod import;
pub mod lifecycle;
pub mod load;
pub mod machine;
pub mod operations;
pub mod report;
pub mod seed;
pub mod server;
pub mod statistics;
