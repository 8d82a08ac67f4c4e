//! `freehold help`: help on a command, and on what commands have in common.

use clap::{Args, Command};

use super::exit;
use super::failure::{Failure, Result};
use super::shell::Shell;

/// Show help on a command, or on a topic: exit-codes.
#[derive(Debug, Args)]
pub struct Help {
    /// The command, such as `solution import`, or a topic.
    topic: Vec<String>,
}

impl Help {
    /// Does it.
    pub fn run(self, shell: &Shell, root: Command) -> Result<()> {
        if self.topic == ["exit-codes"] {
            let codes: Vec<_> = exit::Exit::ALL
                .iter()
                .map(|exit| serde_json::json!({"code": exit.number(), "meaning": exit.meaning()}))
                .collect();
            return shell.show(&codes, exit::table);
        }
        let mut root = root;
        root.build();
        let mut command = &mut root;
        for name in &self.topic {
            command = command.find_subcommand_mut(name).ok_or_else(|| {
                Failure::usage(format!("There is no command '{}'.", self.topic.join(" ")))
                    .suggest("freehold help shows all of them.")
            })?;
        }
        let text = command.render_long_help().to_string();
        shell.show(&serde_json::json!({ "help": text }), || text.clone())
    }
}
