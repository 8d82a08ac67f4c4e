//! The commands. One that asks a server is `<noun>/<verb>.rs` and speaks HTTP, like any client.
//!
//! To add a noun: a folder, a line in [`Noun`] and one in [`dispatch`]. Names, flags and short
//! forms are those of `pac` where it has them; short forms of several letters are aliases of the
//! long ones, and [`arguments`] reads them. What `pac` has and we do not is in [`absent`].

mod absent;
mod admin;
mod arguments;
mod auth;
mod client;
mod columns;
mod connection;
mod data;
mod dataverse;
mod demo;
mod env;
mod environments;
mod exit;
mod failure;
mod help;
mod profiles;
mod rows;
mod serve;
mod shell;
mod sign_in;
mod solution;
mod token;
mod wait;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use exit::Exit;
use failure::{Failure, Result};
use shell::Shell;

/// A self-hosted Power Platform: environments, Dataverse and solutions on your own machine.
#[derive(Debug, Parser)]
#[command(
    name = "freehold",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Begin with: freehold demo. Exit codes: freehold help exit-codes."
)]
struct Arguments {
    /// Show the result as JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    noun: Noun,
}

#[derive(Debug, Subcommand)]
enum Noun {
    /// Environments and the tenant, for administrators.
    #[command(subcommand)]
    Admin(admin::Verb),
    /// Sign in, and keep profiles.
    #[command(subcommand)]
    Auth(auth::Verb),
    /// Rows of tables.
    #[command(subcommand)]
    Data(data::Verb),
    /// Show the main things at work: environments, a solution, roles, deployment.
    Demo(Box<demo::Demo>),
    /// The environments that you see.
    #[command(subcommand, alias = "org")]
    Env(env::Verb),
    /// Show help on a command, or on a topic: exit-codes.
    Help(help::Help),
    /// Run the server.
    Serve(serve::Serve),
    /// Solutions and their packages.
    #[command(subcommand)]
    Solution(solution::Verb),
    /// Print an access token for a user of a data folder.
    Token(token::Token),
}

/// The whole command line.
fn command() -> Command {
    absent::with_absent(Arguments::command())
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let arguments = arguments::plain(&command(), &arguments::of_process());
    // Read by hand, because it also says how a wrong command line is told.
    let is_json = arguments.iter().any(|argument| argument == "--json");
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return misread(&error, is_json),
    };
    let shell = Shell::new(is_json);
    let result = match absent::refusal(&matches) {
        Some(failure) => Err(failure),
        None => match Arguments::from_arg_matches(&matches) {
            Ok(arguments) => dispatch(arguments.noun, &shell),
            Err(error) => return misread(&error, is_json),
        },
    };
    match result {
        Ok(()) => Exit::Ok.into(),
        Err(failure) => {
            shell.fail(&failure);
            failure.exit.into()
        }
    }
}

fn dispatch(noun: Noun, shell: &Shell) -> Result<()> {
    // The server's own commands tell their errors as a chain of causes.
    let local = |error: anyhow::Error| {
        Failure::new(Exit::Local, "Server", format!("{error:#}"))
            .suggest("Change what the message names, then start it again.")
    };
    match noun {
        Noun::Admin(verb) => verb.run(shell),
        Noun::Auth(verb) => verb.run(shell),
        Noun::Data(verb) => verb.run(shell),
        Noun::Demo(demo) => demo.run(shell),
        Noun::Env(verb) => verb.run(shell),
        Noun::Help(help) => help.run(shell, command()),
        Noun::Serve(serve) => serve.run().map_err(local),
        Noun::Solution(verb) => verb.run(shell),
        Noun::Token(token) => token.run().map_err(local),
    }
}

/// A command line that clap does not accept; also asking for help or the version.
fn misread(error: &clap::Error, is_json: bool) -> ExitCode {
    if is_json && error.use_stderr() {
        let text = error.to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned();
        let failure = Failure::usage(message);
        Shell::new(true).fail(&failure);
        return failure.exit.into();
    }
    // Nobody is left to be told when this cannot be written.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Ok.into(),
        _ => Exit::Usage.into(),
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn the_page_on_commands_has_all_of_them_and_all_exit_codes() {
        let page = include_str!("../../../../docs/commands.md");
        let mut missing = Vec::new();
        for noun in Arguments::command().get_subcommands() {
            let start = format!("| `{}`", noun.get_name());
            let line = page.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
            let verbs = noun.get_subcommands().flat_map(|verb| match verb.has_subcommands() {
                true => verb
                    .get_subcommands()
                    .map(|inner| format!("{} {}", verb.get_name(), inner.get_name()))
                    .collect(),
                false => vec![verb.get_name().to_owned()],
            });
            missing.extend(verbs.filter(|verb| !line.contains(&format!("`{verb}`"))));
            if line.is_empty() {
                missing.push(noun.get_name().to_owned());
            }
        }
        assert_eq!(missing, Vec::<String>::new());
        for exit in Exit::ALL {
            let line = format!("| {} | {} |", exit.number(), exit.meaning());
            assert!(page.contains(&line), "{line}");
        }
    }

    #[test]
    fn command_lines_of_pac_are_understood() {
        for line in [
            "admin create -n Dev -t Sandbox -r europe -c EUR -l 1033 -d dev -a",
            "admin create --name Dev --type Sandbox --max-async-wait-time 10 --async true",
            "admin delete -env Dev --async",
            "admin list -env Dev",
            "admin list-tenant-settings -s settings.json",
            "admin update-tenant-settings --settings-file settings.json",
            "admin assign-user -env Dev -u ana@contoso -r Maker -au -bu 1",
            "admin application register -id 1",
            "admin create-service-principal -env Dev",
            "admin set-runtime-state -env Dev -rs AdminMode -bo true",
            "auth create -n CI -id 1 -cs 2 -t 3 -env https://h/orgs/dev",
            "auth create -un ana -p x -u http://localhost:8400",
            "auth create -dc",
            "auth select -i 1",
            "auth name -i 1 -n Dev",
            "auth update -i 1 -env Dev",
            "env select -env Dev",
            "env fetch -x <fetch/>",
            "org who",
            "solution list -env Dev",
            "solution import -p a.zip -ap -f -s -h -pc -cm -a -wt 10 -slv --settings-file s.json",
            "solution import --path a.zip --activate-plugins true --stage-and-upgrade",
            "solution export -n Sales -p out -m -ow -i general,sales -a",
            "solution export --name Sales --managed true --include autonumbering",
            "solution delete -sn Sales",
            "solution publish --async",
            "solution pack -z a.zip -f src -p Both",
            "solution pack --zipfile a.zip --folder src --packageType managed",
            "solution unpack -z a.zip -f src -p unmanaged -ad Yes -aw true -c",
            "solution create-settings -z a.zip -s s.json",
            "solution init -pn Contoso -pp con -o Sales",
            "solution version -bv 2 -rv 1",
            "solution online-version -sn Sales -sv 1.0.0.1",
            "data list account --select name --top 5",
            "help solution import",
        ] {
            let words = std::iter::once("freehold").chain(line.split(' '));
            let words: Vec<_> = words.map(OsString::from).collect();
            let matches = command().try_get_matches_from(arguments::plain(&command(), &words));
            let matches = matches.unwrap_or_else(|error| panic!("{line}: {error}"));
            assert!(absent::refusal(&matches).is_none(), "{line}");
            Arguments::from_arg_matches(&matches).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}
