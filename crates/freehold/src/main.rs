//! Freehold: the server and its command line, in one binary.
//!
//! A command is a file in `commands/`, and one line in the list of `commands/mod.rs`.

mod commands;
mod config;
mod server;

/// Requests allocate many small things; this allocator halves what that costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    commands::run()
}
