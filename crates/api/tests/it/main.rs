//! The data service over HTTP, as text: each file of `cases/` is a dialogue with a fresh
//! environment.
//!
//! A block is a request, `--`, and the answer: status, headers worth showing, body. Blocks are
//! divided by blank lines. The request line is a method and an address below the service root (or
//! from the host on, with a leading slash); then come headers and the body. The lines of a body that
//! has several begin with `|`, which is not sent. `As: <name>` says who
//! calls from here on; the first caller is the administrator. `Wait: <id>` waits for a job first. `Name: <name>` names what is made
//! (or the first id of the answer);
//! `{name}` is its id from then on. Other ids in answers become letters in order of appearance.
//! `{etag}`, `{next}`, `{delta}`, `{token}`, `{stamp}` and `{root}` are the last tag, the last links to a
//! next page and to changes, the last token of an upload or download, the last stamp of definitions, and
//! the service root.
//!
//! `BLESS=1 cargo test -p api --test it` writes what the server says now; read the change.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;
mod dialogue;
mod document;
mod groups;
mod large;
mod protection;
mod solutions;

use std::path::{Path, PathBuf};

use common::World;
use dialogue::Dialogue;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dialogues() {
    for database in db::testing::all().await {
        let world = World::open(database).await;
        let administrator = world.administrator("ada").await;
        world.person("ben").await;
        for path in cases() {
            let domain = path.file_stem().unwrap().to_string_lossy().into_owned();
            world.environment(administrator, &domain).await;
            let wanted = std::fs::read_to_string(&path).unwrap();
            let found = Dialogue::new(&world, &domain).await.hold(&wanted).await;
            check(&path, &found, &wanted);
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases");
    let only = std::env::var("CASE").ok();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_wanted = |path: &PathBuf| {
        only.as_ref().is_none_or(|only| path.file_stem().is_some_and(|stem| stem == only.as_str()))
    };
    let mut files: Vec<PathBuf> = files.filter(is_wanted).collect();
    files.sort();
    files
}

fn check(path: &Path, found: &str, wanted: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, found).unwrap();
        return;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for (number, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(found, wanted, "{name}, line {}", number + 1);
    }
    assert_eq!(found.lines().count(), wanted.lines().count(), "lines of {name}");
}
