//! Checks that the tests that a document names exist: `` `api/tests/auth.rs::a_name` ``, below
//! `crates/`.
//!
//! A file that ends in `.txt` holds cases of a test that stands in a file of the same `tests` folder.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// Documents that name tests.
const DOCUMENTS: &[&str] = &["docs/compatibility.md"];

/// The tests that are named and are not there.
pub fn missing_tests(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document))?;
        for (file, test) in named_tests(&text) {
            if !is_there(&root.join("crates").join(file), test) {
                faults.push(format!("{document} names {file}::{test}, which does not exist"));
            }
        }
    }
    Ok(faults)
}

/// What stands in backticks and has the form of a file and a test.
fn named_tests(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted.filter_map(|name| {
        let (file, test) = name.split_once("::")?;
        let is_file = file.ends_with(".rs") || file.ends_with(".txt");
        let is_name = test.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        (is_file && is_name).then_some((file, test))
    })
}

fn is_there(file: &Path, test: &str) -> bool {
    if file.extension().is_some_and(|extension| extension == "rs") {
        return has(file, test);
    }
    let tests = file.ancestors().find(|folder| folder.ends_with("tests"));
    file.is_file() && tests.is_some_and(|folder| is_below(folder, test))
}

/// Whether a file below a folder has the test.
fn is_below(folder: &Path, test: &str) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| match path.is_dir() {
        true => is_below(&path, test),
        false => has(&path, test),
    })
}

fn has(file: &Path, test: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.contains(&format!("fn {test}("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_backticks() {
        let text = "| `a/tests/b.rs::c_d`, `a/tests/cases/e.txt::f` | `g::h` | i.rs::j |";
        let found: Vec<_> = named_tests(text).collect();
        assert_eq!(found, [("a/tests/b.rs", "c_d"), ("a/tests/cases/e.txt", "f")]);
    }

    #[test]
    fn tests_are_looked_for_in_their_files() {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        let own = xtask.join("src/documents.rs");
        assert!(is_there(&own, "tests_are_looked_for_in_their_files"));
        assert!(!is_there(&own, "tests_are"));
        assert!(!is_there(&xtask.join("src/nothing.rs"), "tests_are_looked_for_in_their_files"));
        let cases = xtask.join("../crates/api/tests/it/cases");
        assert!(is_there(&cases.join("rows.txt"), "dialogues"));
        assert!(!is_there(&cases.join("rows.txt"), "monologues"));
        assert!(!is_there(&cases.join("nothing.txt"), "dialogues"));
    }

    #[test]
    fn every_test_that_a_document_names_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(missing_tests(root).unwrap(), Vec::<String>::new());
    }
}
