//! The sample solution of this repository is a source tree as an unpack would write it.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use std::fs;
use std::path::{Path, PathBuf};

use package::settings::create_settings;
use package::{ComponentKind, Package, RootComponent, source};

fn folder() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/project-tracker")).to_owned()
}

fn tree() -> source::Tree {
    let mut tree = source::Tree::new();
    let mut folders = vec![folder()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(folder()).unwrap();
            let inner: Vec<_> = inner.iter().map(|part| part.to_str().unwrap()).collect();
            tree.insert(inner.join("/"), fs::read(&path).unwrap());
        }
    }
    tree
}

/// With `BLESS=1` the files are written as they should be.
#[test]
fn the_sample_is_what_an_unpack_writes() {
    let tree = tree();
    let unpacked = source::unpack(&source::pack(&tree, false).unwrap()).unwrap();
    if std::env::var_os("BLESS").is_some() {
        for (path, bytes) in &unpacked {
            fs::write(folder().join(path), bytes).unwrap();
        }
        return;
    }
    assert_eq!(tree.keys().collect::<Vec<_>>(), unpacked.keys().collect::<Vec<_>>());
    for (path, bytes) in &tree {
        assert!(unpacked[path] == *bytes, "{path} is laid out otherwise; run with BLESS=1");
    }
}

#[test]
fn the_sample_is_a_package() {
    let package = source::pack(&tree(), false).unwrap();
    let package = Package::read("sample.zip", &package.write().unwrap()).unwrap();
    let manifest = package.manifest().unwrap();
    assert_eq!(manifest.file_name(), "ProjectTracker_1_0_0_0.zip");
    assert_eq!(manifest.display_name(), "Project Tracker");
    assert_eq!((&*manifest.publisher.prefix, manifest.publisher.option_prefix), ("fh", 72700));
    assert!(package.missing_files().is_empty());

    let components = package.components().unwrap();
    let of = |kind| components.iter().filter(|c| c.kind == kind).count();
    use ComponentKind as K;
    assert_eq!((of(K::Table), of(K::Relationship), of(K::Choice)), (2, 3, 2));
    assert_eq!((of(K::Form), of(K::View), of(K::Chart), of(K::Key)), (2, 11, 1, 1));
    assert_eq!((of(K::AppModule), of(K::AppModuleSiteMap), of(K::Role)), (1, 1, 1));
    assert_eq!((of(K::Workflow), of(K::ConnectionReference), of(K::WebResource)), (1, 1, 2));
    assert_eq!((of(K::EnvironmentVariable), of(K::Unknown), of(K::File)), (2, 0, 0));

    let roots: Vec<_> = components
        .iter()
        .filter(|c| c.parent.is_none())
        .filter_map(|c| RootComponent::of(c, 0))
        .collect();
    assert_eq!(roots.len(), manifest.root_components.len());
    assert!(manifest.root_components.iter().all(|root| roots.contains(root)));
}

#[test]
fn the_sample_has_settings_to_fill_in() {
    let package = source::pack(&tree(), false).unwrap();
    let json = create_settings(&package).unwrap().to_json();
    assert_eq!(
        json,
        r#"{
  "EnvironmentVariables": [
    {
      "SchemaName": "fh_ReminderAddress",
      "Value": ""
    },
    {
      "SchemaName": "fh_ReminderDays",
      "Value": ""
    }
  ],
  "ConnectionReferences": [
    {
      "LogicalName": "fh_sharedcommondataserviceforapps_7c2f1",
      "ConnectionId": "",
      "ConnectorId": "/providers/Microsoft.PowerApps/apis/shared_commondataserviceforapps"
    }
  ]
}
"#
    );
}
