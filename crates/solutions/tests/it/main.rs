//! Solutions through a real environment: packages in, packages out.

mod common;
mod corpus;
mod lifecycle;
