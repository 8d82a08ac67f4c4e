//! The project's automation; run it as `cargo xtask <task>`.
//!
//! To add a task: a module, and one line in `main` and in `USAGE`.
#![expect(clippy::print_stdout, reason = "printing is what a task is for")]

mod documents;
mod tidy;

const USAGE: &str = "cargo xtask <task>

  tidy    check the direction of dependencies, the order of sorted lists, and the tests that
          documents name; print long files";

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(),
        _ => {
            println!("{USAGE}");
            Ok(())
        }
    }
}
