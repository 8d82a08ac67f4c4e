//! What happened, step by step.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::commands::exit::Exit;
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Shell, table};

/// Characters of what the server said that a table shows.
const SAID_CHARS_MAX: usize = 100;
/// About how many steps there are, for the progress bar.
const STEPS_USUAL: usize = 32;

/// What happened.
#[derive(Default)]
pub struct Report {
    steps: Vec<Step>,
}

struct Step {
    name: String,
    title: String,
    outcome: Outcome,
    took: Duration,
    said: String,
    code: String,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was tried, and allowed.
    Allowed,
    /// It was tried, and refused.
    Refused,
    /// It should have gone otherwise.
    Failed,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl Report {
    /// Something that has to succeed. What it gives comes with words to show.
    pub fn step<T>(
        &mut self,
        shell: &Shell,
        name: &str,
        title: &str,
        act: impl FnOnce() -> Result<(T, String)>,
    ) -> Result<T> {
        let (result, took) = self.timed(shell, title, act);
        let (outcome, said) = match &result {
            Ok((_, said)) => (Outcome::Done, Ok(said.as_str())),
            Err(failure) => (Outcome::Failed, Err(failure)),
        };
        self.add(name, title, outcome, took, said);
        result.map(|(value, _)| value)
    }

    /// Something that roles decide; both ends are good. Tells whether it was allowed.
    pub fn attempt(
        &mut self,
        shell: &Shell,
        name: &str,
        title: &str,
        act: impl FnOnce() -> Result<String>,
    ) -> Result<bool> {
        self.tried(shell, name, title, Outcome::Allowed, act)
    }

    /// Something that has to be refused.
    pub fn refusal(
        &mut self,
        shell: &Shell,
        name: &str,
        title: &str,
        act: impl FnOnce() -> Result<String>,
    ) -> Result<()> {
        if !self.tried(shell, name, title, Outcome::Failed, act)? {
            return Ok(());
        }
        let text = format!("The server allowed what it has to refuse: {title}.");
        Err(Failure::new(Exit::Refused, "NotRefused", text)
            .suggest("This is a fault of the server; please report it."))
    }

    fn tried(
        &mut self,
        shell: &Shell,
        name: &str,
        title: &str,
        when_allowed: Outcome,
        act: impl FnOnce() -> Result<String>,
    ) -> Result<bool> {
        let (result, took) = self.timed(shell, title, act);
        let (outcome, said) = match &result {
            Ok(said) => (when_allowed, Ok(said.as_str())),
            Err(failure) if failure.exit == Exit::Refused => (Outcome::Refused, Err(failure)),
            Err(failure) => (Outcome::Failed, Err(failure)),
        };
        self.add(name, title, outcome, took, said);
        match result {
            Ok(_) => Ok(true),
            Err(failure) if failure.exit == Exit::Refused => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    fn timed<T>(&self, shell: &Shell, title: &str, act: impl FnOnce() -> T) -> (T, Duration) {
        let mut progress = shell.progress(title);
        let percent = (self.steps.len() * 100 / STEPS_USUAL).min(99);
        progress.at(percent as u64, title);
        let started = Instant::now();
        (act(), started.elapsed())
    }

    fn add(
        &mut self,
        name: &str,
        title: &str,
        outcome: Outcome,
        took: Duration,
        said: Result<&str, &Failure>,
    ) {
        let (said, code) = match said {
            Ok(said) => (said.to_owned(), String::new()),
            Err(failure) => (failure.message.clone(), failure.code.clone()),
        };
        let (name, title) = (name.to_owned(), title.to_owned());
        self.steps.push(Step { name, title, outcome, took, said, code });
    }

    /// How long all of it took.
    pub fn took(&self) -> Duration {
        self.steps.iter().map(|step| step.took).sum()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let steps = self.steps.iter().map(|step| {
            json!({
                "name": step.name,
                "title": step.title,
                "outcome": step.outcome.name(),
                "milliseconds": u64::try_from(step.took.as_millis()).unwrap_or(u64::MAX),
                "said": step.said,
                "code": step.code,
            })
        });
        steps.collect()
    }

    /// For people: all steps, then what was refused, in the words of the server.
    pub fn text(&self) -> String {
        let rows = self.steps.iter().map(|step| {
            let result = if step.code.is_empty() { short(&step.said) } else { step.code.clone() };
            let time = format!("{} ms", step.took.as_millis());
            [step.title.clone(), step.outcome.name().to_owned(), time, result]
        });
        let mut text = table(["Step", "Outcome", "Time", "Result"], rows);
        let refused = self.steps.iter().filter(|step| step.outcome == Outcome::Refused);
        for (at, step) in refused.enumerate() {
            if at == 0 {
                text.push_str("\nWhat was refused, in the words of the server:\n");
            }
            text.push_str(&format!("\n  {}\n    {}\n", step.title, step.said));
        }
        text
    }
}

/// One line, not too long.
fn short(text: &str) -> String {
    let text = text.replace('\n', " ");
    match text.char_indices().nth(SAID_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_part_of_the_story_and_faults_are_not() {
        let shell = Shell::new(true);
        let mut report = Report::default();
        let refused = || Err(Failure::new(Exit::Refused, "0x80040220", "No right."));
        let broken = || Err(Failure::new(Exit::Unreachable, "Unreachable", "Gone."));
        report.step(&shell, "a", "Make", || Ok(((), "1".to_owned()))).unwrap();
        assert_eq!(report.attempt(&shell, "b", "Try", refused), Ok(false));
        assert_eq!(report.attempt(&shell, "c", "Try again", || Ok("2".to_owned())), Ok(true));
        report.refusal(&shell, "d", "Break it", refused).unwrap();
        assert!(report.refusal(&shell, "e", "Break it", || Ok(String::new())).is_err());
        assert!(report.attempt(&shell, "f", "Try", broken).is_err());
        let outcomes: Vec<_> = report.steps.iter().map(|step| step.outcome.name()).collect();
        assert_eq!(outcomes, ["done", "refused", "allowed", "refused", "failed", "failed"]);
        assert_eq!(report.json()[1]["said"], "No right.");
        for step in &mut report.steps {
            step.took = Duration::from_millis(5);
        }
        insta::assert_snapshot!(report.text(), @"
        Step       Outcome  Time  Result
        Make       done     5 ms  1
        Try        refused  5 ms  0x80040220
        Try again  allowed  5 ms  2
        Break it   refused  5 ms  0x80040220
        Break it   failed   5 ms
        Try        failed   5 ms  Unreachable

        What was refused, in the words of the server:

          Try
            No right.

          Break it
            No right.
        ");
    }
}
