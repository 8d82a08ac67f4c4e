//! Real packages: what is read is written, and what comes apart goes together again.
//!
//! The samples are not a part of this repository; without them these tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};

use package::xml::{Element, difference};
use package::{Component, Package};

fn samples(folder: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn packages() -> Vec<(String, Vec<u8>)> {
    let Some(folder) = samples("solutions") else { return Vec::new() };
    let list = fs::read_to_string(folder.join("manifest.csv")).unwrap();
    let names = list.lines().skip(1).filter_map(|line| line.split(',').next());
    names.map(|name| (name.to_owned(), fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn what_is_read_is_written() {
    for (name, bytes) in packages() {
        let package = Package::read(&name, &bytes).unwrap();
        let written = package.write().unwrap();
        assert_eq!(Package::read(&name, &written).unwrap(), package, "{name}");
        assert_eq!(package.write().unwrap(), written, "{name}");
    }
}

#[test]
fn manifests_are_written_back_unchanged() {
    for (name, bytes) in packages() {
        let package = Package::read(&name, &bytes).unwrap();
        let manifest = package.manifest().unwrap();
        assert_eq!(difference(&manifest.to_element(), &package.solution.root), None, "{name}");
    }
}

#[test]
fn components_go_together_again() {
    let packages = packages();
    let mut differences = Vec::new();
    for (name, bytes) in &packages {
        let package = Package::read(name, bytes).unwrap();
        let components = package.components().unwrap();
        let built = Package::build(&package.manifest().unwrap(), components).unwrap();
        if let Some(difference) = package_difference(&package, &built) {
            differences.push(format!("{name}: {difference}"));
        }
    }
    println!("{} of {} equal", packages.len() - differences.len(), packages.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The first difference of two packages: by section, in whatever order; an empty section is none.
fn package_difference(left: &Package, right: &Package) -> Option<String> {
    if let Some(difference) = difference(&left.solution.root, &right.solution.root) {
        return Some(format!("solution.xml {difference}"));
    }
    let (l, r) = (&left.customizations.root, &right.customizations.root);
    if l.attributes != r.attributes {
        return Some(format!("{:?} against {:?}", l.attributes, r.attributes));
    }
    let full = |root: &Element| {
        let sections = root.elements().filter(|e| !e.is_empty());
        sections.map(|e| e.stripped()).collect::<Vec<_>>()
    };
    let (l, r) = (full(l), full(r));
    let names = |list: &[Element]| list.iter().map(|e| e.name.clone()).collect::<Vec<_>>();
    if names(&l) != names(&r) {
        return Some(format!("{:?} against {:?}", names(&l), names(&r)));
    }
    let sections = l.iter().zip(&r).find_map(|(l, r)| difference(l, r));
    sections.or_else(|| files_difference(left, right))
}

fn files_difference(left: &Package, right: &Package) -> Option<String> {
    if left.files.len() != right.files.len() {
        return Some(format!("{} files against {}", left.files.len(), right.files.len()));
    }
    for file in &left.files {
        let Some(other) = right.file(&file.path) else {
            return Some(format!("{} is only left", file.path));
        };
        if file.bytes == other.bytes {
            continue;
        }
        let parse = |bytes| Element::parse(bytes).ok();
        match (parse(&file.bytes), parse(&other.bytes)) {
            (Some(l), Some(r)) if l.says_same(&r) => {}
            _ => return Some(format!("{} differs", file.path)),
        }
    }
    None
}

#[test]
fn nothing_is_unknown() {
    for (name, bytes) in packages() {
        let components = Package::read(&name, &bytes).unwrap().components().unwrap();
        let is_unknown = |c: &&Component| {
            matches!(c.kind, package::ComponentKind::Unknown | package::ComponentKind::File)
        };
        let unknown: Vec<_> = components.iter().filter(is_unknown).map(|c| &c.key).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
}
