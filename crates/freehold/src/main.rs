//! Freehold: the server and its command line, in one binary.
//!
//! A command is a file in `commands/`, and one line in the list of `commands/mod.rs`.

mod commands;
mod config;
mod server;

fn main() -> std::process::ExitCode {
    commands::run()
}
