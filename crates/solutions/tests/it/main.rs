//! Solutions through a real environment: packages in, packages out.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

mod common;
mod corpus;
mod layers;
mod lifecycle;
