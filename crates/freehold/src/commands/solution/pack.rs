//! `freehold solution pack`: a package of a folder.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use package::source;
use serde_json::json;

use super::folder::{self, PackageType};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Make a package of a folder with the source of a solution.
#[derive(Debug, Args)]
pub struct Pack {
    /// The package to write; for Both the managed one gets _managed before its .zip.
    #[arg(long, short)]
    zipfile: PathBuf,
    /// The folder with Other/Solution.xml in it.
    #[arg(long, short, default_value = ".")]
    folder: PathBuf,
    /// Which form to make.
    #[arg(long, short, ignore_case = true, default_value = "Unmanaged")]
    packagetype: PackageType,
    /// Use forms of unmanaged solutions where there are none for managed ones; always done
    /// [short: -same].
    #[arg(long = "useUnmanagedFileForMissingManaged", alias = "same")]
    use_unmanaged: bool,
}

impl Pack {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let tree = folder::read(&self.folder)?;
        let targets: Vec<(PathBuf, bool)> = match self.packagetype {
            PackageType::Unmanaged => vec![(self.zipfile, false)],
            PackageType::Managed => vec![(self.zipfile, true)],
            PackageType::Both => {
                let managed = folder::managed_file(&self.zipfile);
                vec![(self.zipfile, false), (managed, true)]
            }
        };
        let mut written = Vec::new();
        for (path, managed) in targets {
            let package = source::pack(&tree, managed)?;
            if let Some(missing) = package.missing_files().first() {
                return Err(Failure::local(format!(
                    "The source names the file {missing}, which is not there."
                ))
                .suggest("Put the file into the folder, or take out what names it."));
            }
            let bytes = package.write()?;
            write(&path, &bytes)?;
            let manifest = package.manifest()?;
            written.push(json!({
                "path": path,
                "uniqueName": manifest.unique_name,
                "version": manifest.version.to_string(),
                "isManaged": managed,
                "components": package.components()?.len(),
                "bytes": bytes.len(),
            }));
        }
        shell.show(&written, || {
            let lines = written.iter().map(|one| {
                let kind = if one["isManaged"] == true { "managed" } else { "unmanaged" };
                format!(
                    "{} {}, {kind}, {} components: {}\n",
                    one["uniqueName"].as_str().unwrap_or_default(),
                    one["version"].as_str().unwrap_or_default(),
                    one["components"],
                    one["path"].as_str().unwrap_or_default()
                )
            });
            lines.collect()
        })
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| Failure::file("The package cannot be written:", path, &error))
}
