//! What is around a command: the terminal, the environment variables, the user's folders.
//!
//! The only place of the commands that reads the process environment.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

use super::failure::{Failure, Result};

/// What is around a command.
pub struct Shell {
    /// Whether the result is for a program.
    pub is_json: bool,
    /// Whether colours are wanted where errors and progress are shown.
    is_colored: bool,
    is_terminal: bool,
}

impl Shell {
    /// The shell of this process.
    pub fn new(is_json: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        // https://no-color.org: any value that is not empty.
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { is_json, is_colored: is_terminal && !no_color, is_terminal }
    }

    /// A shell that shows no progress and no notes: for what is a part of something larger.
    pub fn silent() -> Self {
        Self { is_json: true, is_colored: false, is_terminal: false }
    }

    /// Whether somebody sits there and can be asked.
    pub fn is_interactive(&self) -> bool {
        self.is_terminal && !self.is_json && io::stdin().is_terminal()
    }

    /// Shows the result: the value to programs, the text to people.
    pub fn show(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        let mut text = match self.is_json {
            true => serde_json::to_string_pretty(value)
                .map_err(|error| Failure::local(format!("The result is not JSON: {error}.")))?,
            false => text(),
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        write(&mut io::stdout(), &text)
    }

    /// Shows one document in full, to programs and people alike.
    pub fn show_document(&self, value: &Value) -> Result<()> {
        self.show(value, || format!("{value:#}"))
    }

    /// Tells people something beside the result.
    pub fn note(&self, text: &str) {
        if !self.is_json {
            // Nobody is left to be told that nobody listens.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Tells people something that they must know, also beside a result for programs.
    pub fn tell(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Asks for a secret, which is not shown while it is typed.
    pub fn ask_secret(&self, question: &str) -> Result<String> {
        if !self.is_interactive() {
            return Err(Failure::usage("Nobody is at the terminal to be asked for the password.")
                .suggest("Give it as an option, or sign in as an application."));
        }
        let term = console::Term::stderr();
        let asked = term.write_str(question).and_then(|()| term.read_secure_line());
        asked.map_err(|error| Failure::local(format!("The terminal cannot be read: {error}.")))
    }

    /// Asks yes or no; whoever cannot be asked has to give `flag`.
    pub fn confirm(&self, question: &str, is_sure: bool, flag: &str) -> Result<()> {
        if is_sure {
            return Ok(());
        }
        if !self.is_interactive() {
            return Err(Failure::usage(format!("{question} Nobody is at the terminal to answer."))
                .suggest(format!("Add {flag} if you are sure.")));
        }
        let term = console::Term::stderr();
        let answer = term.write_str(&format!("{question} [y/N] ")).and_then(|()| term.read_line());
        match answer {
            Ok(text) if matches!(text.trim().to_lowercase().as_str(), "y" | "yes") => Ok(()),
            Ok(_) => Err(Failure::usage("Nothing was done.").suggest("Answer y to go on.")),
            Err(error) => Err(Failure::local(format!("The terminal cannot be read: {error}."))),
        }
    }

    /// Tells why a command failed.
    pub fn fail(&self, failure: &Failure) {
        let text = match self.is_json {
            true => format!("{:#}\n", failure.json()),
            false => self.red("Error:", &failure.text()),
        };
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// `text` with its first `word` in red.
    fn red(&self, word: &str, text: &str) -> String {
        match self.is_colored {
            false => text.to_owned(),
            true => text.replacen(word, &format!("\x1b[1;31m{word}\x1b[0m"), 1),
        }
    }

    /// Something long begins: a bar on a terminal, lines elsewhere.
    pub fn progress(&self, what: &str) -> Progress {
        if self.is_json {
            return Progress { bar: None, is_silent: true, last: String::new() };
        }
        if !self.is_terminal {
            self.note(what);
            return Progress { bar: None, is_silent: false, last: what.to_owned() };
        }
        let bar = ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::stderr());
        let style = match self.is_colored {
            true => "{msg}  {bar:30.cyan/dim}  {percent:>3} %  {elapsed}",
            false => "{msg}  {bar:30}  {percent:>3} %  {elapsed}",
        };
        bar.set_style(ProgressStyle::with_template(style).expect("the template is a constant"));
        bar.set_message(what.to_owned());
        Progress { bar: Some(bar), is_silent: false, last: what.to_owned() }
    }

    /// An environment variable; nothing when it is empty.
    pub fn variable(&self, name: &str) -> Option<String> {
        env::var(name).ok().filter(|value| !value.is_empty())
    }

    /// The folder for profiles: `FREEHOLD_CONFIG_DIR`, or the user's own.
    pub fn config_folder(&self) -> Result<PathBuf> {
        let own = || {
            if let Some(folder) = self.variable("APPDATA").filter(|_| cfg!(windows)) {
                return Some(PathBuf::from(folder).join("freehold"));
            }
            if let Some(folder) = self.variable("XDG_CONFIG_HOME") {
                return Some(PathBuf::from(folder).join("freehold"));
            }
            Some(PathBuf::from(self.variable("HOME")?).join(".config").join("freehold"))
        };
        self.variable("FREEHOLD_CONFIG_DIR").map(PathBuf::from).or_else(own).ok_or_else(|| {
            Failure::local("There is no folder for profiles: HOME is not set.")
                .suggest("Set FREEHOLD_CONFIG_DIR to a folder of yours.")
        })
    }
}

/// How far something long is.
pub struct Progress {
    bar: Option<ProgressBar>,
    is_silent: bool,
    last: String,
}

impl Progress {
    /// It is at `percent` of 100, doing `what`; without words it does the same as before.
    pub fn at(&mut self, percent: u64, what: &str) {
        if let Some(bar) = &self.bar {
            if !what.is_empty() {
                bar.set_message(what.to_owned());
            }
            bar.set_position(percent.min(100));
        } else if !self.is_silent && !what.is_empty() && what != self.last {
            let _ = writeln!(io::stderr(), "{what} ({percent} %)");
            what.clone_into(&mut self.last);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A table of texts with a line of titles.
pub fn table<const N: usize>(
    titles: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    wide_table(&titles, rows.into_iter().map(Vec::from))
}

/// A table with as many columns as there are titles.
pub fn wide_table(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(titles);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Names and values, one on a line. Empty values are left out.
pub fn list(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let shown = pairs.iter().filter(|(_, value)| !value.is_empty());
    shown.map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

fn write(target: &mut impl Write, text: &str) -> Result<()> {
    match target.write_all(text.as_bytes()).and_then(|()| target.flush()) {
        // Whoever reads has read enough: `… | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::local(format!("The output cannot be written: {error}."))),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_lists_are_plain_text() {
        let rows =
            [["Dev", "Sandbox"], ["Production", "Production"]].map(|row| row.map(str::to_owned));
        insta::assert_snapshot!(table(["Name", "Type"], rows), @"
        Name        Type
        Dev         Sandbox
        Production  Production
        ");
        let pairs =
            [("User", "ana".to_owned()), ("Group", String::new()), ("Tenant", "t".to_owned())];
        insta::assert_snapshot!(list(&pairs), @"
        User    ana
        Tenant  t
        ");
    }

    #[test]
    fn without_colour_a_text_stays_as_it_is() {
        let shell = Shell { is_json: false, is_colored: false, is_terminal: false };
        assert_eq!(shell.red("Error:", "Error: no"), "Error: no");
        let shell = Shell { is_colored: true, ..shell };
        assert_eq!(shell.red("Error:", "Error: no"), "\x1b[1;31mError:\x1b[0m no");
    }
}
