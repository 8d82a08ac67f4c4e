//! Checks that the house is as `ARCHITECTURE.md` says.
//!
//! A crate may depend only on crates of a lower level. Lines between `// sorted: begin` and
//! `// sorted: end` are in order. Tests that documents name exist. Files over 600 lines are printed,
//! which is not an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::documents;

/// The level of each crate. A new crate gets a line here and in `ARCHITECTURE.md`.
const LEVELS: &[(&str, u8)] = &[
    // sorted: begin
    ("api", 7),
    ("base", 0),
    ("bench", 8),
    ("control", 4),
    ("dataverse", 3),
    ("db", 1),
    ("freehold", 8),
    ("identity", 2),
    ("jobs", 2),
    ("metadata", 1),
    ("package", 2),
    ("powerfx", 1),
    ("query", 1),
    ("solutions", 4),
    // sorted: end
];

/// Files longer than this usually hold two things.
const FILE_LINES_NOTED: usize = 600;

/// Runs all checks.
pub fn run() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent")?;
    let mut faults = wrong_dependencies(root)?;
    faults.extend(documents::missing_tests(root)?);
    for file in source_files(root)? {
        let text = fs::read_to_string(&file)?;
        let name = file.strip_prefix(root)?.display().to_string();
        faults.extend(unsorted_lists(&name, &text));
        let lines = text.lines().count();
        if lines > FILE_LINES_NOTED {
            println!("long: {name} has {lines} lines");
        }
    }
    for fault in &faults {
        println!("{fault}");
    }
    ensure!(faults.is_empty(), "{} things are not tidy", faults.len());
    Ok(())
}

fn wrong_dependencies(root: &Path) -> Result<Vec<String>> {
    let args = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new("cargo").args(args).current_dir(root).output()?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().context("no packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        if name == "xtask" {
            continue;
        }
        let Some(level) = level(name) else {
            faults.push(format!("crate {name} has no level in xtask/src/tidy.rs"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let is_test_only = dependency["kind"] == "dev";
            if !is_test_only && self::level(other).is_some_and(|other| other >= level) {
                faults.push(format!("crate {name} (level {level}) must not depend on {other}"));
            }
        }
    }
    Ok(faults)
}

fn level(name: &str) -> Option<u8> {
    LEVELS.iter().find(|(other, _)| *other == name).map(|(_, level)| *level)
}

fn unsorted_lists(file: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut last: Option<String> = None;
    let mut inside = None;
    for (index, whole) in text.lines().enumerate() {
        let line = whole.trim();
        let indent = whole.len() - whole.trim_start().len();
        if line == "// sorted: begin" {
            (inside, last) = (Some(indent), None);
        } else if line == "// sorted: end" {
            inside = None;
        } else if inside == Some(indent)
            && line.starts_with(|c: char| c.is_alphanumeric() || "(\"&".contains(c))
        {
            if last.as_deref().is_some_and(|last| last > line) {
                faults.push(format!("{file}:{}: not in order: {line}", index + 1));
            }
            last = Some(line.to_owned());
        }
    }
    faults
}

fn source_files(root: &Path) -> Result<Vec<PathBuf>> {
    let args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.rs", "*.ts", "*.tsx"];
    let output = Command::new("git").args(args).current_dir(root).output()?;
    let names = String::from_utf8(output.stdout)?;
    Ok(names.lines().map(|name| root.join(name)).filter(|path| path.exists()).collect())
}

#[cfg(test)]
mod tests {
    use super::unsorted_lists;

    #[test]
    fn a_list_out_of_order_is_named() {
        let text = "// sorted: begin\nb\na\n// sorted: end\n";
        assert_eq!(unsorted_lists("f.rs", text), ["f.rs:3: not in order: a"]);
        assert!(unsorted_lists("f.rs", "// sorted: begin\na\nb\n// sorted: end\nA").is_empty());
    }
}
