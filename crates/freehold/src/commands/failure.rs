//! What a command that did not succeed tells: what, which code, which request, and what to do.

use std::fmt::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::exit::Exit;

/// The result of everything here that can fail.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command did not succeed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// How the command ends.
    pub exit: Exit,
    /// The server's code, or one of ours.
    pub code: String,
    /// What happened, in the words of the server where it spoke.
    pub message: String,
    /// The id of the request, under which the log of the server has more.
    pub request_id: Option<String>,
    /// The one thing to try.
    pub suggestion: String,
    /// The server's details, for programs.
    pub details: Option<Box<Value>>,
}

impl Failure {
    /// A failure; the suggestion is the usual one for its exit code until [`Self::suggest`].
    pub fn new(exit: Exit, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            exit,
            code: code.into(),
            message: message.into(),
            request_id: None,
            suggestion: usual(exit).to_owned(),
            details: None,
        }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "Usage", message)
    }

    /// The server has no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, "NotFound", message)
    }

    /// Something on this machine.
    pub fn local(message: impl Into<String>) -> Self {
        Self::new(Exit::Local, "Local", message)
    }

    /// A file or folder on this machine.
    pub fn file(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::local(format!("{what} {}: {error}.", path.display()))
    }

    /// Known, not part of the product yet.
    pub fn not_supported(message: impl Into<String>) -> Self {
        Self::new(Exit::NotSupported, "NotSupported", message)
    }

    /// Nobody is signed in.
    pub fn not_signed_in(message: impl Into<String>) -> Self {
        Self::new(Exit::NotSignedIn, "NotSignedIn", message)
    }

    /// The wait is over.
    pub fn timed_out(message: impl Into<String>) -> Self {
        Self::new(Exit::TimedOut, "TimedOut", message)
    }

    /// The server answered with something that is none of its answers.
    pub fn unexpected(what: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, "UnexpectedAnswer", format!("The server answered {what}."))
            .suggest("Check that the address is that of a Freehold server of this version.")
    }

    /// The same with another suggestion.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = suggestion.into();
        self
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = format!("Error: {}\n", self.message);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  code        {}", self.code);
        if let Some(id) = &self.request_id {
            let _ = writeln!(text, "  request id  {id}");
        }
        if !self.suggestion.is_empty() {
            let _ = writeln!(text, "  try         {}", self.suggestion);
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "requestId": self.request_id,
            "suggestion": self.suggestion,
            "exitCode": self.exit.number(),
        });
        if let Some(details) = &self.details {
            error["details"] = (**details).clone();
        }
        json!({ "error": error })
    }
}

fn usual(exit: Exit) -> &'static str {
    match exit {
        Exit::Ok => "",
        Exit::Refused => "Read the message; the log of the server has more under the request id.",
        Exit::Usage => "Add --help to the command to see what it takes.",
        Exit::NotSignedIn => "freehold auth create --url <address of the server>",
        Exit::Unreachable => {
            "Check the address (freehold auth who), and that the server runs (freehold serve)."
        }
        Exit::TimedOut => "Ask again with freehold admin status, or wait longer with -wt.",
        Exit::NotSupported => "docs/compatibility.md lists what is supported.",
        Exit::Local => "Check the path, and that it may be read and written.",
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Failure {}

impl From<package::PackageError> for Failure {
    fn from(error: package::PackageError) -> Self {
        let what = format!("{}{}.", error.what, place(&error.place));
        let failure = Self::new(Exit::Local, error.code, what);
        if error.remedy.is_empty() { failure } else { failure.suggest(error.remedy) }
    }
}

fn place(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" ({place})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_which_and_what_to_do() {
        let mut failure = Failure::new(Exit::Refused, "0x80040220", "No right prvDeleteAccount.")
            .suggest("Ask for the role.");
        failure.request_id = Some("0198".to_owned());
        insta::assert_snapshot!(failure.text(), @"
        Error: No right prvDeleteAccount.
          code        0x80040220
          request id  0198
          try         Ask for the role.
        ");
        insta::assert_snapshot!(failure.json(), @r#"{"error":{"code":"0x80040220","message":"No right prvDeleteAccount.","requestId":"0198","suggestion":"Ask for the role.","exitCode":1}}"#);
    }

    #[test]
    fn every_failure_has_a_suggestion() {
        for exit in Exit::ALL.into_iter().filter(|exit| *exit != Exit::Ok) {
            assert!(!Failure::new(exit, "", "").suggestion.is_empty(), "{exit:?}");
        }
    }
}
