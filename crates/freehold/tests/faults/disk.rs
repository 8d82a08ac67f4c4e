//! The disk of the server is full.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::server::{Server, id, sqlite};

/// Megabytes of the disk; a server with one environment takes about half of it.
const DISK_MB: usize = 96;
/// Megabytes that are freed then.
const BALLAST_MB: usize = 24;

#[test]
fn a_full_disk_is_told_reads_go_on_and_so_do_writes_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::mount(folder.path()) else { return };
    let ballast = folder.path().join("ballast");
    std::fs::write(&ballast, vec![0; BALLAST_MB << 20]).unwrap();
    let server = Server::start(&sqlite(folder.path()));
    let client = &server.client;
    client.make_environment();
    let text = "x".repeat(100_000);
    let note = |number: usize| {
        let body =
            format!(r#"{{"annotationid":"{}","subject":"note","notetext":"{text}"}}"#, id(number));
        client.post("annotations", "application/json", &body)
    };
    let mut kept = Vec::new();
    let refused = loop {
        let number = kept.len() + 1;
        match note(number) {
            (204, _) => kept.push(id(number)),
            refused => break refused,
        }
        assert!(kept.len() < DISK_MB * 11, "the disk does not become full");
    };
    let (status, body) = refused;
    assert_eq!(status, 503, "{body}");
    let told: Value = serde_json::from_str(&body).unwrap();
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("The disk of the database is full."), "{body}");
    // What is there can be read, and is what was acknowledged.
    let there = client.ids("annotations", "annotationid");
    assert!(kept.iter().all(|id| there.contains(id)));
    std::fs::remove_file(&ballast).unwrap();
    let (status, body) = note(kept.len() + 2);
    assert_eq!(status, 204, "{body}");
    drop(server);
    let server = Server::start(&sqlite(folder.path()));
    let there = server.client.ids("annotations", "annotationid");
    assert!(kept.iter().all(|id| there.contains(id)));
    assert!(there.contains(&id(kept.len() + 2)));
}

/// A small disk in memory.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    /// None where the test may not mount one.
    fn mount(at: &'a Path) -> Option<Self> {
        let size = format!("size={DISK_MB}m");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at);
        let is_mounted = command.output().is_ok_and(|output| output.status.success());
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        if !is_mounted {
            eprintln!("skipped: a full disk, because no disk can be mounted here");
        }
        is_mounted.then_some(Self(at))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let is_gone = Command::new("umount").arg("-l").arg(self.0).status();
        assert!(is_gone.is_ok_and(|status| status.success()), "the disk is still mounted");
    }
}
