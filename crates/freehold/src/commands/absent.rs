//! What `pac` has and this product does not have yet: recognised, and answered by name, so that
//! nobody takes it for a mistake of his.
//!
//! When something here is built, its line goes away. Lists are sorted.

use clap::{Arg, ArgMatches, Command};

use super::failure::Failure;

/// Nouns.
const NOUNS: &[&str] = &[
    "application",
    "canvas",
    "catalog",
    "code",
    "code-app",
    "connection",
    "connector",
    "copilot",
    "governance",
    "managed-identity",
    "modelbuilder",
    "package",
    "pages",
    "paportal",
    "pcf",
    "pipeline",
    "plugin",
    "power-fx",
    "powerpages",
    "telemetry",
    "test",
    "tool",
    "virtual-agent",
];

/// Verbs of the nouns that are there.
const VERBS: &[(&str, &[&str])] = &[
    (
        "admin",
        &[
            "add-group",
            "assign-group",
            "backup",
            "copy",
            "dlp-policy",
            "list-app-templates",
            "list-backups",
            "list-groups",
            "list-service-principal",
            "reset",
            "restore",
            "self-elevate",
            "set-backup-retention-period",
            "set-governance-config",
        ],
    ),
    ("env", &["list-settings", "update-settings"]),
    (
        "solution",
        &[
            "add-license",
            "add-reference",
            "add-solution-component",
            "check",
            "clone",
            "sync",
            "upgrade",
        ],
    ),
];

/// Flags of the verbs that are there: the long name, and the short one of several letters.
const FLAGS: &[(&str, &[(&str, &str)])] = &[
    ("admin create", &[("input-file", "if"), ("team-id", "tm"), ("templates", "tp")]),
    (
        "auth create",
        &[
            ("azureDevOpsFederated", "adof"),
            ("certificateDiskPath", "cdp"),
            ("certificatePassword", "cp"),
            ("cloud", "ci"),
            ("githubFederated", "ghf"),
            ("managedIdentity", "mi"),
        ],
    ),
    (
        "solution pack",
        &[
            ("disablePluginRemap", "dpm"),
            ("errorlevel", "e"),
            ("localize", "loc"),
            ("log", "l"),
            ("map", "m"),
            ("processCanvasApps", "pca"),
            ("singleComponent", "sc"),
            ("sourceLoc", "src"),
            ("useLcid", "lcid"),
        ],
    ),
    (
        "solution unpack",
        &[
            ("disablePluginRemap", "dpm"),
            ("errorlevel", "e"),
            ("localize", "loc"),
            ("log", "l"),
            ("map", "m"),
            ("processCanvasApps", "pca"),
            ("singleComponent", "sc"),
            ("sourceLoc", "src"),
            ("useLcid", "lcid"),
        ],
    ),
    ("solution version", &[("filename", "fn"), ("patchversion", "pv")]),
];

/// The command with everything of `pac` that it does not have, hidden.
pub fn with_absent(mut root: Command) -> Command {
    for noun in NOUNS {
        root = root.subcommand(nothing(noun));
    }
    for (noun, verbs) in VERBS {
        root = root.mut_subcommand(noun, |noun| {
            verbs.iter().fold(noun, |noun, verb| noun.subcommand(nothing(verb)))
        });
    }
    for (path, flags) in FLAGS {
        let (noun, verb) = path.split_once(' ').expect("a path is a noun and a verb");
        root = root.mut_subcommand(noun, |noun| {
            noun.mut_subcommand(verb, |verb| {
                flags.iter().fold(verb, |verb, flag| verb.arg(absent(flag)))
            })
        });
    }
    root
}

fn nothing(name: &'static str) -> Command {
    Command::new(name)
        .hide(true)
        .disable_help_flag(true)
        .arg(Arg::new("anything").num_args(0..).allow_hyphen_values(true).trailing_var_arg(true))
}

fn absent((long, short): &'static (&'static str, &'static str)) -> Arg {
    let arg = Arg::new(*long).long(*long).hide(true).num_args(0..=1);
    match short.chars().next().filter(|_| short.len() == 1) {
        Some(letter) => arg.short(letter),
        None => arg.alias(*short),
    }
}

/// The refusal, if the command line names something that is not there yet.
pub fn refusal(matches: &ArgMatches) -> Option<Failure> {
    let (noun, inner) = matches.subcommand()?;
    if NOUNS.contains(&noun) {
        return Some(not_yet(&format!("`freehold {noun}`")));
    }
    let (verb, inner) = inner.subcommand()?;
    let verbs = VERBS.iter().find(|(name, _)| *name == noun).map_or(&[][..], |(_, verbs)| verbs);
    if verbs.contains(&verb) {
        return Some(not_yet(&format!("`freehold {noun} {verb}`")));
    }
    let path = format!("{noun} {verb}");
    let flags = FLAGS.iter().find(|(known, _)| *known == path).map_or(&[][..], |(_, flags)| flags);
    let (flag, _) = flags.iter().find(|(flag, _)| inner.contains_id(flag))?;
    Some(not_yet(&format!("The flag --{flag} of `freehold {noun} {verb}`")))
}

fn not_yet(what: &str) -> Failure {
    Failure::not_supported(format!("{what} is not part of this product yet."))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::{arguments, command};
    use super::*;

    #[test]
    fn what_pac_has_is_refused_by_name() {
        let check = |line: &str| {
            let arguments: Vec<_> = line.split(' ').map(OsString::from).collect();
            let arguments = arguments::plain(&command(), &arguments);
            let matches = command().try_get_matches_from(arguments).map_err(|e| e.to_string());
            refusal(&matches.expect("recognised")).map(|failure| failure.message)
        };
        for (line, want) in [
            ("freehold canvas", Some("`freehold canvas` is not part of this product yet.")),
            (
                "freehold pcf push --publisher-prefix x",
                Some("`freehold pcf` is not part of this product yet."),
            ),
            (
                "freehold admin backup -env x",
                Some("`freehold admin backup` is not part of this product yet."),
            ),
            (
                "freehold solution pack -z a.zip -f src --map m.xml",
                Some("The flag --map of `freehold solution pack` is not part of this product yet."),
            ),
            (
                "freehold auth create -ci Public",
                Some("The flag --cloud of `freehold auth create` is not part of this product yet."),
            ),
            ("freehold solution list", None),
        ] {
            assert_eq!(check(line).as_deref(), want, "{line}");
        }
    }

    #[test]
    fn the_lists_are_sorted() {
        assert!(NOUNS.is_sorted());
        assert!(VERBS.iter().all(|(_, verbs)| verbs.is_sorted()));
        assert!(VERBS.is_sorted_by_key(|(noun, _)| *noun));
        assert!(FLAGS.is_sorted_by_key(|(path, _)| *path));
    }
    #[test]
    fn what_is_not_here_stands_in_the_document() {
        let document = include_str!("../../../../docs/compatibility.md");
        let (_, section) = document.split_once("## Command line").expect("a section");
        let verbs = VERBS.iter().flat_map(|(_, verbs)| *verbs).map(|verb| format!("`{verb}`"));
        let flags = FLAGS.iter().flat_map(|(_, flags)| *flags);
        let named = NOUNS.iter().map(|noun| format!("`{noun}`"));
        let all = named.chain(verbs).chain(flags.map(|(flag, _)| format!("`--{flag}`")));
        let missing: Vec<String> = all.filter(|name| !section.contains(name)).collect();
        assert_eq!(missing, Vec::<String>::new());
    }
}
