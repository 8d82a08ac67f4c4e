//! The command line as people who know `pac` write it, brought into the form that clap reads.
//!
//! `pac` has short forms of several letters behind one dash (`-env`, `-ap`), names in any case
//! (`--packageType`), and takes `true` or `false` behind a switch. Short forms of several letters
//! are aliases of the long ones in the definition of an argument.

use std::ffi::OsString;

use clap::{Arg, Command};

/// The arguments in clap's form. They begin with the name of the program.
pub fn plain(root: &Command, arguments: &[OsString]) -> Vec<OsString> {
    let mut plain: Vec<OsString> = arguments.first().cloned().into_iter().collect();
    let mut path = vec![root];
    let mut at = plain.len();
    while let Some(argument) = arguments.get(at) {
        at += 1;
        if argument == "--" {
            plain.push(argument.clone());
            break;
        }
        let Some(option) = argument.to_str().and_then(|text| find(&path, text)) else {
            let name = argument.to_str().filter(|text| !text.starts_with('-'));
            let last = path.last().copied().unwrap_or(root);
            path.extend(name.and_then(|name| last.find_subcommand(name)));
            plain.push(argument.clone());
            continue;
        };
        let next = arguments.get(at).and_then(|next| next.to_str());
        if option.takes_value {
            plain.push(option.name.into());
            let value = option.value.or(next.filter(|next| !next.starts_with('-')));
            at += usize::from(option.value.is_none() && value.is_some());
            plain.extend(value.map(OsString::from));
            continue;
        }
        let value = option.value.or(next.filter(|next| truth(next).is_some()));
        at += usize::from(option.value.is_none() && value.is_some());
        match value.map(truth) {
            None | Some(Some(true)) => plain.push(option.name.into()),
            Some(Some(false)) => {}
            // Not one of the two: left for clap to refuse.
            Some(None) => plain.push(argument.clone()),
        }
    }
    plain.extend(arguments.iter().skip(at).cloned());
    plain
}

/// An option that a command has.
struct Found<'a> {
    /// As clap knows it.
    name: String,
    /// What stands behind its `=`.
    value: Option<&'a str>,
    takes_value: bool,
}

fn find<'a>(path: &[&Command], text: &'a str) -> Option<Found<'a>> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let word = name.strip_prefix("--").or_else(|| name.strip_prefix('-'))?;
    let is_short = !name.starts_with("--") && word.chars().count() == 1;
    let known = path.iter().rev().enumerate().find_map(|(above, command)| {
        let own = |arg: &&Arg| above == 0 || arg.is_global_set();
        command.get_arguments().filter(own).find(|arg| is_called(arg, word, is_short))
    })?;
    let name = match known.get_long().filter(|_| !is_short) {
        Some(long) => format!("--{long}"),
        None => name.to_owned(),
    };
    Some(Found { name, value, takes_value: known.get_action().takes_values() })
}

fn is_called(arg: &Arg, word: &str, is_short: bool) -> bool {
    if is_short {
        return arg.get_short().is_some_and(|short| word.chars().eq([short]));
    }
    let aliases = arg.get_all_aliases().unwrap_or_default();
    let mut names = arg.get_long().into_iter().chain(aliases);
    names.any(|name| name.eq_ignore_ascii_case(word))
}

fn truth(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find(|(word, _)| text.eq_ignore_ascii_case(word))
        .map(|(_, is_on)| is_on)
}

/// The arguments of this process.
pub fn of_process() -> Vec<OsString> {
    std::env::args_os().collect()
}

#[cfg(test)]
mod tests {
    use clap::ArgAction;

    use super::*;

    fn check(text: &str, want: &str) {
        let switch =
            |name, alias| Arg::new(name).long(name).alias(alias).action(ArgAction::SetTrue);
        let root = Command::new("freehold")
            .arg(Arg::new("json").long("json").global(true).action(ArgAction::SetTrue))
            .subcommand(
                Command::new("solution").subcommand(
                    Command::new("import")
                        .arg(Arg::new("path").long("path").short('p'))
                        .arg(Arg::new("environment").long("environment").alias("env"))
                        .arg(switch("activate-plugins", "ap"))
                        .arg(switch("managed", "m").short('m')),
                ),
            );
        let arguments: Vec<_> = text.split(' ').map(OsString::from).collect();
        let found = plain(&root, &arguments);
        let found: Vec<_> = found.iter().map(|text| text.to_string_lossy()).collect();
        assert_eq!(found.join(" "), want, "{text}");
    }

    #[test]
    fn forms_of_pac_become_forms_of_clap() {
        let start = "freehold solution import";
        for (text, want) in [
            ("-env Dev -ap", "--environment Dev --activate-plugins"),
            ("-ENV=Dev", "--environment Dev"),
            ("--Environment Dev --JSON", "--environment Dev --json"),
            ("--managed true -p a.zip", "--managed -p a.zip"),
            ("--managed false -p a.zip", "-p a.zip"),
            ("-m False", ""),
            ("--managed=TRUE", "--managed"),
            ("--managed=maybe", "--managed=maybe"),
            ("-ap -p -x", "--activate-plugins -p -x"),
            ("-p=a=b.zip", "-p a=b.zip"),
            ("--unknown -zz", "--unknown -zz"),
            ("-- -env Dev", "-- -env Dev"),
        ] {
            check(&format!("{start} {text}"), format!("{start} {want}").trim_end());
        }
        check(
            "freehold -env x solution import -env y",
            "freehold -env x solution import --environment y",
        );
    }
}
