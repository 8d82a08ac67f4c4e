//! The project's automation; run it as `cargo xtask <task>`.
fn main() {}
