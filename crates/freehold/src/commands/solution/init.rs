//! `freehold solution init`: the source of a new solution.

use std::path::PathBuf;

use clap::Args;
use package::{Label, Manifest, Package, Publisher, Version, source};
use serde_json::json;

use super::folder;
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Begin the source of a new solution in a folder: pack it, and import the package.
#[derive(Debug, Args)]
pub struct Init {
    /// The name of the publisher [short: -pn].
    #[arg(long, alias = "pn")]
    publisher_name: String,
    /// The prefix of the publisher: 2 to 8 letters and digits [short: -pp].
    #[arg(long, alias = "pp")]
    publisher_prefix: String,
    /// The folder; its name is that of the solution [short: -o].
    #[arg(long = "outputDirectory", alias = "output-directory", short = 'o', default_value = ".")]
    output_directory: PathBuf,
}

impl Init {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        check_prefix(&self.publisher_prefix)?;
        std::fs::create_dir_all(&self.output_directory).map_err(|error| {
            Failure::file("The folder cannot be made:", &self.output_directory, &error)
        })?;
        let path = self.output_directory.canonicalize().map_err(|error| {
            Failure::file("The folder cannot be read:", &self.output_directory, &error)
        })?;
        if path.join("Other").exists() {
            return Err(Failure::local(format!(
                "{} is the source of a solution already.",
                path.display()
            ))
            .suggest("Choose another folder with --outputDirectory."));
        }
        let name = plain(&path.file_name().unwrap_or_default().to_string_lossy());
        if name.is_empty() {
            return Err(Failure::usage(
                "The name of the folder has no letter to name the solution by.",
            ));
        }
        let package = Package::build(&manifest(&name, &self), Vec::new())?;
        for (file, content) in source::unpack(&package)? {
            folder::write(&path, &file, &content, false)?;
        }
        let value = json!({ "folder": path, "uniqueName": name, "version": "1.0.0.0" });
        shell.show(&value, || format!("The solution {name} begins in {}.", path.display()))
    }
}

fn manifest(name: &str, init: &Init) -> Manifest {
    let label = |text: &str| vec![Label { language: 1033, text: text.to_owned() }];
    let publisher = Publisher {
        unique_name: plain(&init.publisher_name),
        names: label(&init.publisher_name),
        descriptions: Vec::new(),
        email: None,
        website: None,
        prefix: init.publisher_prefix.to_lowercase(),
        option_prefix: option_prefix(&init.publisher_prefix),
    };
    let mut manifest = Manifest::new(name, Version([1, 0, 0, 0]), publisher);
    manifest.names = label(name);
    manifest
}

/// The first digits of option values: 10000 to 99999, always the same for a prefix.
fn option_prefix(prefix: &str) -> i32 {
    let hash = prefix
        .to_lowercase()
        .bytes()
        .fold(7_i32, |hash, byte| (hash * 31 + i32::from(byte)).rem_euclid(90_000));
    10_000 + hash
}

/// Letters, digits and underscores, beginning with a letter.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_');
    kept.collect::<String>().trim_start_matches(|c: char| !c.is_ascii_alphabetic()).to_owned()
}

fn check_prefix(prefix: &str) -> Result<()> {
    let is_good = (2..=8).contains(&prefix.len())
        && prefix.chars().all(|c| c.is_ascii_alphanumeric())
        && prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        && !prefix.to_lowercase().starts_with("mscrm");
    if is_good {
        return Ok(());
    }
    Err(Failure::usage(format!("'{prefix}' cannot be the prefix of a publisher.")).suggest(
        "A prefix has 2 to 8 letters and digits, begins with a letter, and not with mscrm.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_prefixes_follow_the_rules_of_the_platform() {
        assert_eq!(plain("My Sales-App 2"), "MySalesApp2");
        assert_eq!(plain("2nd"), "nd");
        for (prefix, want) in [
            ("fh", true),
            ("contoso1", true),
            ("a", false),
            ("toolongxx", false),
            ("1a", false),
            ("mscrmx", false),
            ("a_b", false),
        ] {
            assert_eq!(check_prefix(prefix).is_ok(), want, "{prefix}");
        }
        assert_eq!(option_prefix("FH"), option_prefix("fh"));
        assert!((10_000..100_000).contains(&option_prefix("contoso")));
    }

    #[test]
    fn what_begins_can_be_packed() {
        let init = Init {
            publisher_name: "Contoso Ltd".to_owned(),
            publisher_prefix: "con".to_owned(),
            output_directory: PathBuf::new(),
        };
        let package = Package::build(&manifest("Sales", &init), Vec::new()).unwrap();
        let tree = source::unpack(&package).unwrap();
        let again = source::pack(&tree, false).unwrap();
        let manifest = again.manifest().unwrap();
        assert_eq!(
            (manifest.unique_name.as_str(), manifest.publisher.prefix.as_str()),
            ("Sales", "con")
        );
    }
}
