//! `freehold solution version`: the version in the source of a solution.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use package::Version;
use package::xml::Document;
use serde_json::json;

use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Set the build or revision number in the source of a solution. Without a number the build is
/// counted up.
#[derive(Debug, Args)]
pub struct VersionVerb {
    /// The build number, the third one [short: -bv].
    #[arg(long, alias = "bv")]
    buildversion: Option<u32>,
    /// The revision number, the fourth one [short: -rv].
    #[arg(long, alias = "rv")]
    revisionversion: Option<u32>,
    /// The folder of the solution, or its Solution.xml [short: -sp].
    #[arg(long = "solutionPath", alias = "sp", default_value = ".")]
    solution_path: PathBuf,
    /// How numbers are found; only Solution is there: they are counted up.
    #[arg(long, short, ignore_case = true, default_value = "Solution")]
    strategy: Strategy,
}

/// How numbers are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum Strategy {
    Solution,
    None,
    #[value(name = "GitTags", alias = "gittags")]
    GitTags,
    #[value(name = "FileTracking", alias = "filetracking")]
    FileTracking,
}

impl VersionVerb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        if matches!(self.strategy, Strategy::GitTags | Strategy::FileTracking) {
            return Err(Failure::not_supported(format!(
                "The strategy {:?} is not part of this product yet.",
                self.strategy
            ))
            .suggest("Give --buildversion and --revisionversion."));
        }
        let path = manifest_file(&self.solution_path)?;
        let wrong =
            |error: std::io::Error| Failure::file("The solution cannot be read:", &path, &error);
        let bytes = fs::read(&path).map_err(wrong)?;
        let (before, after, text) = changed(&bytes, &path, |version| {
            let Version([major, minor, mut build, mut revision]) = version;
            if self.buildversion.is_none() && self.revisionversion.is_none() {
                if self.strategy == Strategy::Solution {
                    build += 1;
                }
            } else {
                build = self.buildversion.unwrap_or(build);
                revision = self.revisionversion.unwrap_or(revision);
            }
            Version([major, minor, build, revision])
        })?;
        fs::write(&path, text)
            .map_err(|error| Failure::file("The solution cannot be written:", &path, &error))?;
        let value = json!({
            "path": path,
            "version": after.to_string(),
            "previousVersion": before.to_string(),
        });
        shell.show(&value, || format!("{before} → {after}"))
    }
}

fn manifest_file(path: &Path) -> Result<PathBuf> {
    let places =
        [path.to_owned(), path.join("Other/Solution.xml"), path.join("src/Other/Solution.xml")];
    places.into_iter().find(|place| place.is_file()).ok_or_else(|| {
        Failure::local(format!("{} is not the source of a solution.", path.display()))
            .suggest("Give the folder with Other/Solution.xml in it: --solutionPath")
    })
}

/// The file with another version, everything else as it was.
fn changed(
    bytes: &[u8],
    path: &Path,
    change: impl Fn(Version) -> Version,
) -> Result<(Version, Version, String)> {
    let at = path.display().to_string();
    let document = Document::parse(bytes).map_err(|error| error.at(at.clone()))?;
    let found = document.root.find("SolutionManifest/Version");
    let Some(old) = found.map(|element| element.text().into_owned()) else {
        return Err(Failure::local(format!("{at} has no version."))
            .suggest("It is the Solution.xml that an unpack or init made."));
    };
    let before: Version =
        old.parse().map_err(|error: package::PackageError| error.at(at.clone()))?;
    let after = change(before);
    let text = String::from_utf8_lossy(bytes);
    let from = format!("<Version>{old}</Version>");
    if text.matches(&from).count() != 1 {
        return Err(Failure::local(format!("{at} does not hold its version in one plain place.")));
    }
    Ok((before, after, text.replacen(&from, &format!("<Version>{after}</Version>"), 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_changes() {
        let text = "\u{feff}<ImportExportXml>\r\n  <SolutionManifest><Version>1.2.3</Version><x/></SolutionManifest></ImportExportXml>";
        let (before, after, new) = changed(text.as_bytes(), Path::new("Solution.xml"), |version| {
            Version([version.0[0], version.0[1], 9, 1])
        })
        .unwrap();
        assert_eq!(
            (before.to_string(), after.to_string()),
            ("1.2.3.0".to_owned(), "1.2.9.1".to_owned())
        );
        assert_eq!(new, text.replace("1.2.3", "1.2.9.1"));
    }
}
