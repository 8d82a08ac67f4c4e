//! The commands. One that asks a server is `<noun>/<verb>.rs` and speaks HTTP, like any client.
//!
//! To add a noun: a folder, a line in [`Command`] and a line in [`run`].

mod serve;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A self-hosted Power Platform: environments, Dataverse and solutions on your own machine.
#[derive(Debug, Parser)]
#[command(name = "freehold", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Print an access token for a user of a data folder.
    Token(token::Token),
}

/// Runs the command that the arguments name. An error is one line on standard error.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Serve(serve) => serve.run(),
        Command::Token(token) => token.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells a person something, on standard error.
#[expect(clippy::print_stderr, reason = "the one place that writes to people")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Writes a result, on standard output.
#[expect(clippy::print_stdout, reason = "the one place that writes results")]
fn print(text: &str) {
    println!("{text}");
}
