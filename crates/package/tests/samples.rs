//! Real packages: what is read is written, and what comes apart goes together again.
//!
//! The samples are not a part of this repository; without them these tests say so and pass.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Helpers of tests are tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use package::xml::{Element, difference};
use package::{Component, ComponentKind, Package, RootComponent, source};

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

/// What is in a package, in whatever order: each component under its names.
fn contents(package: &Package) -> BTreeMap<String, Component> {
    let components = package.components().unwrap();
    let name = |c: &Component| format!("{:?} {:?} {:?} {}", c.kind, c.parent, c.group, c.key);
    components.into_iter().map(|c| (name(&c), c)).collect()
}

/// The differences of two packages, component by component.
fn differences(left: &Package, right: &Package) -> Vec<String> {
    let (l, mut r) = (contents(left), contents(right));
    let mut found = Vec::new();
    for (name, mut one) in l {
        let Some(mut other) = r.remove(&name) else {
            found.push(format!("{name} is only left"));
            continue;
        };
        drop_empty_places(&mut one.element);
        drop_empty_places(&mut other.element);
        found.extend(difference(&one.element, &other.element).map(|d| format!("{name}: {d}")));
        let files = |c: &Component| -> BTreeMap<String, Vec<u8>> {
            c.files.iter().map(|f| (f.path.clone(), without_cr(&f.bytes))).collect()
        };
        if files(&one) != files(&other) {
            found.push(format!("{name}: files {:?}", one.files.first().map(|f| &f.path)));
        }
    }
    found.extend(r.into_keys().map(|name| format!("{name} is only right")));
    found
}

/// Places of a table that nothing is in may be there or not.
fn drop_empty_places(element: &mut Element) {
    for name in ["FormXml", "SavedQueries", "Visualizations"] {
        let is_bare = |e: &Element| e.descendants().all(|e| e.text().trim().is_empty());
        if element.name == "Entity" && element.child(name).is_some_and(is_bare) {
            element.remove_child(name);
        }
    }
}

/// Text as it is without the carriage returns that version control adds and removes.
fn without_cr(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|b| *b != b'\r').collect()
}

#[test]
fn what_is_unpacked_packs_again() {
    for (name, bytes) in packages() {
        let package = Package::read(&name, &bytes).unwrap();
        let tree = source::unpack(&package).unwrap();
        let packed = source::pack(&tree, package.manifest().unwrap().managed.is_managed()).unwrap();
        assert_eq!(differences(&package, &packed), Vec::<String>::new(), "{name}");
        assert_eq!(difference(&package.solution.root, &packed.solution.root), None, "{name}");
        assert_eq!(packed.missing_files(), package.missing_files(), "{name}");
    }
}

#[test]
fn both_forms_come_from_one_tree() {
    let Some(folder) = samples("solutions") else { return };
    let list = fs::read_to_string(folder.join("managed-unmanaged-pairs.csv")).unwrap();
    let mut unequal = Vec::new();
    for line in list.lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let read = |name: &str| Package::read(name, &fs::read(folder.join(name)).unwrap()).unwrap();
        let (unmanaged, managed) = (read(fields[2]), read(fields[3]));
        let tree = source::unpack_both(&unmanaged, &managed).unwrap();
        for (package, managed) in [(unmanaged, false), (managed, true)] {
            let packed = source::pack(&tree, managed).unwrap();
            let rest = differences(&package, &packed);
            unequal.extend((!rest.is_empty()).then(|| (fields[0].to_owned(), managed)));
        }
    }
    // An app that was saved between the exports; two solutions with connectors of their own.
    let known = [
        ("PermitManagement", true),
        ("TerraformTestCustomConnector", false),
        ("TerraformTestCustomConnector", true),
    ];
    assert_eq!(unequal, known.map(|(name, managed)| (name.to_owned(), managed)));
}

/// The trees of real repositories beside the packages made from them. What was changed in a
/// repository after the export counts against us, so these are floors.
#[test]
fn trees_of_repositories_pack_and_unpack() {
    let (Some(folder), Some(zips)) = (samples("source-trees"), samples("solutions")) else {
        return;
    };
    let pairs = fs::read_to_string(folder.join("pairs.csv")).unwrap();
    let (mut packages, mut same, mut other) = (0, 0, 0);
    let (mut files, mut same_files, mut absent) = (0, 0, 0);
    for line in pairs.lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let Some(tree) = read_tree(&folder.join(fields[0])) else { return };
        let package = Package::read(fields[1], &fs::read(zips.join(fields[1])).unwrap()).unwrap();
        let packed = source::pack(&tree, fields[4] == "1").unwrap();
        let mut rest = differences(&package, &packed);
        // An app is in the repository in its parts, or was packed anew from them.
        rest.retain(|difference| {
            !(difference.starts_with("CanvasApp") && difference.contains(": files"))
        });
        println!("{line}: {} differences, {:?}", rest.len(), rest.first());
        packages += usize::from(rest.is_empty());
        other += rest.len();
        same += contents(&package).len().saturating_sub(rest.len());
        for (path, bytes) in source::unpack(&package).unwrap() {
            files += 1;
            match tree.get(&path) {
                None => absent += 1,
                Some(theirs) if is_same_file(&bytes, theirs) => same_files += 1,
                Some(_) => println!("  {path} differs"),
            }
        }
    }
    println!("packed: {packages} packages equal; components: {same} equal, {other} not");
    println!("unpacked: {same_files} of {files} files equal, {absent} not in the repository");
    assert!(packages >= 29 && same >= 610 && same_files >= 528);
}

fn is_same_file(ours: &[u8], theirs: &[u8]) -> bool {
    match (Element::parse(ours), Element::parse(theirs)) {
        (Ok(mut ours), Ok(mut theirs)) => {
            for root in [&mut ours, &mut theirs] {
                if let Some(managed) = root.find_mut("SolutionManifest/Managed") {
                    managed.set_text("");
                }
                root.remove_attribute("xmlns:xsi");
            }
            ours.says_same(&theirs)
        }
        _ => without_cr(ours) == without_cr(theirs),
    }
}

/// Unpacks a `.tar.xz` with the tools of the machine.
fn read_tree(archive: &Path) -> Option<source::Tree> {
    let name = archive.file_name()?.to_str()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("source-trees").join(name);
    fs::create_dir_all(&folder).unwrap();
    let done = Command::new("tar").arg("-xJf").arg(archive).arg("-C").arg(&folder).status();
    if !done.is_ok_and(|status| status.success()) {
        println!("skipped: tar cannot unpack {name}");
        return None;
    }
    let mut tree = source::Tree::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
            tree.insert(inner, fs::read(&path).unwrap());
        }
    }
    Some(tree)
}

#[test]
fn nothing_is_unknown() {
    for (name, bytes) in packages() {
        let components = Package::read(&name, &bytes).unwrap().components().unwrap();
        let of = |kind| components.iter().filter(move |c| c.kind == kind).map(|c| &c.key);
        let unknown: Vec<_> = of(ComponentKind::Unknown).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
        // One package has the parts of an app beside it, put there by hand.
        let is_known =
            |path: &&String| !path.starts_with("CanvasApps/logisam_charts4powerapps_86/");
        let lone: Vec<_> = of(ComponentKind::File).filter(is_known).collect();
        assert!(lone.is_empty(), "{name}: {lone:?}");
    }
}

#[test]
fn root_components_are_named_as_the_service_names_them() {
    for (name, bytes) in packages() {
        let package = Package::read(&name, &bytes).unwrap();
        let components = package.components().unwrap();
        let ours: Vec<_> = components.iter().filter_map(|c| RootComponent::of(c, 0)).collect();
        for root in package.manifest().unwrap().root_components {
            let root = RootComponent { behavior: 0, ..root };
            assert!(ours.contains(&root), "{name}: {root:?}");
        }
    }
}
