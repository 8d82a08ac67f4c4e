//! Rows through messages: every file of `cases/` is a dialogue with a fresh environment, on each
//! database. `UPDATE_CASES=1` writes the answers into the files; read the difference before you
//! keep it.
//!
//! ```text
//! > POST accounts {"name":"Contoso"} as contoso
//! created account {contoso}
//! > GET accounts({contoso})?$select=name
//! name: Contoso
//! ```
//!
//! Verbs are those of HTTP, and `CREATE_MANY`, `LINK`, `UNLINK`, `AS` (who speaks from then on),
//! `FETCH` (FetchXML; `{cookie}` is that of the last page) and `WHERE` (a table, a column, an
//! operator and values: the names of the rows that such a condition finds).
//! `{name}` stands for an id, in questions and answers.

mod common;
mod dialogue;

use std::fs;
use std::path::{Path, PathBuf};

use dialogue::Dialogue;

#[tokio::test]
async fn answers_are_as_written() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let only = std::env::var("CASE").unwrap_or_default();
    let mut wrong = Vec::new();
    for world in common::worlds().await {
        for file in files.iter().filter(|file| file.to_string_lossy().contains(&only)) {
            let text = fs::read_to_string(file).unwrap();
            let answered = Dialogue::new(world.environment.clone()).hold(&text).await;
            dialogue::clean(&world.environment).await;
            if answered == text {
                continue;
            }
            if std::env::var_os("UPDATE_CASES").is_some() {
                fs::write(file, answered).unwrap();
            } else {
                wrong.push(format!("{}\n{}", file.display(), difference(&text, &answered)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first lines that differ, with the question before them.
fn difference(expected: &str, answered: &str) -> String {
    let (mut left, mut right) = (expected.lines(), answered.lines());
    let mut question = "";
    loop {
        match (left.next(), right.next()) {
            (Some(a), Some(b)) if a == b => {
                if a.starts_with("> ") {
                    question = a;
                }
            }
            (a, b) => {
                return format!(
                    "after: {question}\nexpected: {}\nanswered: {}",
                    a.unwrap_or("(nothing)"),
                    b.unwrap_or("(nothing)")
                );
            }
        }
    }
}
