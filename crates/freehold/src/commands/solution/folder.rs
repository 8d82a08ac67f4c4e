//! Source trees and packages on the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base::limits::{PACKAGE_ENTRIES_MAX, PACKAGE_TOTAL_BYTES_MAX};
use clap::ValueEnum;
use package::source::{self, Tree};

use crate::commands::failure::{Failure, Result};

/// Folders inside of folders that are followed.
const DEPTH_MAX: usize = 32;

/// Which form of a solution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub enum PackageType {
    /// The one that is worked on.
    Unmanaged,
    /// The one that is deployed.
    Managed,
    /// One of each.
    Both,
}

/// The bytes of a package: of the file, or packed of the folder.
pub fn package_bytes(path: &Path) -> Result<Vec<u8>> {
    if path.is_dir() {
        return Ok(source::pack(&read(path)?, false)?.write()?);
    }
    fs::read(path).map_err(|error| Failure::file("The package cannot be read:", path, &error))
}

/// The file of the other form: `Sales.zip` and `Sales_managed.zip`.
pub fn managed_file(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}_managed.zip"))
}

/// All files below a folder. Hidden ones and links are left out.
pub fn read(folder: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    let mut bytes = 0;
    walk(folder, "", 0, &mut |path, name| {
        let content = fs::read(path)
            .map_err(|error| Failure::file("This file cannot be read:", path, &error))?;
        bytes += content.len() as u64;
        tree.insert(name.to_owned(), content);
        if tree.len() > PACKAGE_ENTRIES_MAX || bytes > PACKAGE_TOTAL_BYTES_MAX {
            return Err(Failure::local(format!(
                "{} holds more than {PACKAGE_ENTRIES_MAX} files or {PACKAGE_TOTAL_BYTES_MAX} bytes.",
                folder.display()
            ))
            .suggest("Give the folder with Other/Solution.xml in it, not one above."));
        }
        Ok(())
    })?;
    Ok(tree)
}

/// What unpacking does to a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are new.
    pub added: Vec<String>,
    /// Files with other content.
    pub changed: Vec<String>,
    /// Files that the package does not have any more.
    pub deleted: Vec<String>,
    /// Files that stay as they are.
    pub unchanged: usize,
}

/// Compares a tree with what is in a folder.
pub fn compare(folder: &Path, tree: &Tree) -> Result<Changes> {
    let there = if folder.is_dir() { read(folder)? } else { Tree::new() };
    // The disk may not tell large from small letters.
    let by_name: BTreeMap<String, &str> =
        there.keys().map(|name| (name.to_lowercase(), name.as_str())).collect();
    let mut changes = Changes::default();
    for (name, content) in tree {
        match by_name.get(&name.to_lowercase()).and_then(|known| there.get(*known)) {
            None => changes.added.push(name.clone()),
            Some(old) if old == content => changes.unchanged += 1,
            Some(_) => changes.changed.push(name.clone()),
        }
    }
    let wanted: std::collections::HashSet<String> =
        tree.keys().map(|name| name.to_lowercase()).collect();
    let gone = there.keys().filter(|name| !wanted.contains(&name.to_lowercase()));
    changes.deleted = gone.cloned().collect();
    Ok(changes)
}

/// Writes one file of a tree into a folder. With `clobber` also over one that is read-only.
pub fn write(folder: &Path, name: &str, content: &[u8], clobber: bool) -> Result<()> {
    let path = inside(folder, name)?;
    let wrong =
        |error: std::io::Error| Failure::file("This file cannot be written:", &path, &error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(wrong)?;
    }
    let permissions = fs::metadata(&path).map(|known| known.permissions());
    if let Ok(permissions) = permissions
        && permissions.readonly()
    {
        if !clobber {
            return Err(Failure::local(format!("{} is read-only.", path.display()))
                .suggest("Add --clobber to write over it."));
        }
        fs::remove_file(&path).map_err(wrong)?;
    }
    fs::write(&path, content).map_err(wrong)
}

/// Deletes a file of a folder, and the folders that are empty without it.
pub fn delete(folder: &Path, name: &str) -> Result<()> {
    let path = inside(folder, name)?;
    fs::remove_file(&path)
        .map_err(|error| Failure::file("This file cannot be deleted:", &path, &error))?;
    let mut parent = path.parent();
    while let Some(empty) = parent.filter(|parent| *parent != folder) {
        // Not empty: this is where it ends.
        if fs::remove_dir(empty).is_err() {
            break;
        }
        parent = empty.parent();
    }
    Ok(())
}

/// A path that stays inside of the folder.
fn inside(folder: &Path, name: &str) -> Result<PathBuf> {
    let is_plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    if name.split('/').all(is_plain) {
        return Ok(name.split('/').fold(folder.to_owned(), |path, part| path.join(part)));
    }
    Err(Failure::local(format!("The package has a file '{name}' that leaves the folder."))
        .suggest("Do not use this package: somebody has tampered with it."))
}

fn walk(
    folder: &Path,
    prefix: &str,
    depth: usize,
    each: &mut impl FnMut(&Path, &str) -> Result<()>,
) -> Result<()> {
    let wrong =
        |error: std::io::Error| Failure::file("This folder cannot be read:", folder, &error);
    if depth == DEPTH_MAX {
        return Err(Failure::local(format!("{} is too deep.", folder.display())));
    }
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let kind = entry.file_type().map_err(wrong)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if kind.is_dir() {
            walk(&entry.path(), &path, depth + 1, each)?;
        } else if kind.is_file() {
            each(&entry.path(), &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_written_compared_and_cleaned_up() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for (name, text) in
            [("Other/Solution.xml", "old"), ("Roles/Gone.xml", "x"), ("a.txt", "same")]
        {
            write(folder, name, text.as_bytes(), false).unwrap();
        }
        write(folder, ".git/config", b"hidden", false).unwrap();
        let tree = Tree::from([
            ("Other/Solution.xml".to_owned(), b"new".to_vec()),
            ("a.txt".to_owned(), b"same".to_vec()),
            ("b.txt".to_owned(), b"b".to_vec()),
        ]);
        let changes = compare(folder, &tree).unwrap();
        assert_eq!(changes.added, ["b.txt"]);
        assert_eq!(changes.changed, ["Other/Solution.xml"]);
        assert_eq!(changes.deleted, ["Roles/Gone.xml"]);
        assert_eq!(changes.unchanged, 1);
        delete(folder, "Roles/Gone.xml").unwrap();
        assert!(!folder.join("Roles").exists());
        assert!(folder.join(".git/config").exists());
    }

    #[test]
    fn no_path_leaves_its_folder() {
        for name in ["../x", "a/../../x", "/etc/x", "a//b", "C:x", "a\\..\\x", ""] {
            assert!(write(Path::new("/nowhere"), name, b"", false).is_err(), "{name}");
        }
    }

    #[test]
    fn a_read_only_file_is_written_over_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        write(folder.path(), "a.xml", b"1", false).unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(write(folder.path(), "a.xml", b"2", false).is_err());
        write(folder.path(), "a.xml", b"2", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
    }

    #[test]
    fn the_managed_file_is_beside_the_other() {
        assert_eq!(managed_file(Path::new("out/Sales.zip")), Path::new("out/Sales_managed.zip"));
    }
}
