//! What happened, step by step.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::commands::exit::Exit;
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Paint, Shell, table};

/// Characters of what the server said that a table shows.
const SAID_CHARS_MAX: usize = 100;

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

    fn paint(self) -> Paint {
        match self {
            Self::Done | Self::Allowed => Paint::Green,
            Self::Refused => Paint::Yellow,
            Self::Failed => Paint::Red,
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
        let started = Instant::now();
        let result = act();
        let (outcome, said, code) = match &result {
            Ok((_, said)) => (Outcome::Done, said.clone(), String::new()),
            Err(failure) => (Outcome::Failed, failure.message.clone(), failure.code.clone()),
        };
        self.add(
            shell,
            Step {
                name: name.to_owned(),
                title: title.to_owned(),
                outcome,
                took: started.elapsed(),
                said,
                code,
            },
        );
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
        let started = Instant::now();
        let result = act();
        let (outcome, said, code) = match &result {
            Ok(said) => (when_allowed, said.clone(), String::new()),
            Err(failure) if failure.exit == Exit::Refused => {
                (Outcome::Refused, failure.message.clone(), failure.code.clone())
            }
            Err(failure) => (Outcome::Failed, failure.message.clone(), failure.code.clone()),
        };
        self.add(
            shell,
            Step {
                name: name.to_owned(),
                title: title.to_owned(),
                outcome,
                took: started.elapsed(),
                said,
                code,
            },
        );
        match result {
            Ok(_) => Ok(true),
            Err(failure) if failure.exit == Exit::Refused => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    fn add(&mut self, shell: &Shell, step: Step) {
        let line =
            format!("{:>7} ms  {:<7}  {}", step.took.as_millis(), step.outcome.name(), step.title);
        shell.note(&shell.paint(step.outcome.paint(), step.outcome.name(), &line));
        if step.outcome == Outcome::Refused {
            shell.note(&format!("{:21}{} ({})", "", step.said, step.code));
        }
        self.steps.push(step);
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

    /// For people.
    pub fn text(&self) -> String {
        let rows = self.steps.iter().map(|step| {
            let said = match step.said.char_indices().nth(SAID_CHARS_MAX) {
                Some((at, _)) => format!("{}…", &step.said[..at]),
                None => step.said.clone(),
            };
            [
                step.title.clone(),
                step.outcome.name().to_owned(),
                format!("{} ms", step.took.as_millis()),
                said.replace('\n', " "),
            ]
        });
        table(["Step", "Outcome", "Time", "Result"], rows)
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
    }
}
