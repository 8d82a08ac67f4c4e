//! `freehold solution unpack`: a folder of a package.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use package::{Package, source};
use serde_json::json;

use super::folder::{self, Changes, PackageType};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Make a folder of a package, to be kept in source control.
#[derive(Debug, Args)]
pub struct Unpack {
    /// The package; for Both the managed one is beside it, with _managed before its .zip.
    #[arg(long, short)]
    zipfile: PathBuf,
    /// The folder.
    #[arg(long, short, default_value = ".")]
    folder: PathBuf,
    /// Which form it is; the package says so without it.
    #[arg(long, short, ignore_case = true)]
    packagetype: Option<PackageType>,
    /// Whether to delete files that the package does not have [short: -ad].
    #[arg(long = "allowDelete", alias = "ad", ignore_case = true, default_value = "Prompt")]
    allow_delete: Allow,
    /// Whether to write; No shows what would be done [short: -aw].
    #[arg(long = "allowWrite", alias = "aw", ignore_case = true, default_value = "Yes")]
    allow_write: Allow,
    /// Write over files that are read-only.
    #[arg(long, short)]
    clobber: bool,
}

/// Whether something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum Allow {
    #[value(alias = "true")]
    Yes,
    #[value(alias = "false")]
    No,
    Prompt,
}

impl Unpack {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let tree = self.tree()?;
        let changes = folder::compare(&self.folder, &tree)?;
        let count = changes.deleted.len();
        let delete = count > 0 && self.allow_write != Allow::No && self.may_delete(shell, count)?;
        if self.allow_write == Allow::Prompt {
            let question = format!("Write {} files?", changes.added.len() + changes.changed.len());
            shell.confirm(&question, false, "--allowWrite Yes")?;
        }
        if self.allow_write != Allow::No {
            for name in changes.added.iter().chain(&changes.changed) {
                let content = tree.get(name).map(Vec::as_slice).unwrap_or_default();
                folder::write(&self.folder, name, content, self.clobber)?;
            }
        }
        if delete {
            for name in &changes.deleted {
                folder::delete(&self.folder, name)?;
            }
        }
        let value = json!({
            "folder": self.folder,
            "written": self.allow_write != Allow::No,
            "added": changes.added,
            "changed": changes.changed,
            "deleted": if delete { &changes.deleted[..] } else { &[] },
            "left": if delete { &[] } else { &changes.deleted[..] },
            "unchanged": changes.unchanged,
        });
        shell
            .show(&value, || to_text(&self.folder, &changes, self.allow_write != Allow::No, delete))
    }

    fn tree(&self) -> Result<source::Tree> {
        let package = read(&self.zipfile)?;
        let is_managed = package.manifest()?.managed.is_managed();
        let wrong = |wanted: &str| {
            Failure::usage(format!("{} is not a {wanted} package.", self.zipfile.display()))
                .suggest("Leave out --packagetype, or give the other package.")
        };
        match self.packagetype {
            Some(PackageType::Both) => {
                let managed = read(&folder::managed_file(&self.zipfile))?;
                Ok(source::unpack_both(&package, &managed)?)
            }
            Some(PackageType::Managed) if !is_managed => Err(wrong("managed")),
            Some(PackageType::Unmanaged) if is_managed => Err(wrong("unmanaged")),
            _ => Ok(source::unpack(&package)?),
        }
    }

    /// Whether files may be deleted; where nobody can be asked, they stay.
    fn may_delete(&self, shell: &Shell, count: usize) -> Result<bool> {
        match self.allow_delete {
            Allow::Yes => Ok(true),
            Allow::No => Ok(false),
            Allow::Prompt if !shell.is_interactive() => Ok(false),
            Allow::Prompt => {
                let question = format!("Delete {count} files that the package does not have?");
                shell.confirm(&question, false, "--allowDelete Yes").map(|()| true)
            }
        }
    }
}

fn read(path: &Path) -> Result<Package> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::file("The package cannot be read:", path, &error))?;
    Ok(Package::read(&path.display().to_string(), &bytes)?)
}

fn to_text(folder: &Path, changes: &Changes, written: bool, deleted: bool) -> String {
    let mut text = String::new();
    let gone = if deleted { "-" } else { "?" };
    for (mark, names) in [("+", &changes.added), ("~", &changes.changed), (gone, &changes.deleted)]
    {
        text.extend(names.iter().map(|name| format!("{mark} {name}\n")));
    }
    let would = if written { "" } else { " (nothing was written)" };
    text.push_str(&format!(
        "{}: {} added, {} changed, {} {}, {} unchanged{would}",
        folder.display(),
        changes.added.len(),
        changes.changed.len(),
        changes.deleted.len(),
        if deleted { "deleted" } else { "not in the package" },
        changes.unchanged
    ));
    text
}
