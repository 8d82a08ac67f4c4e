//! What is wrong with a query, and where.

use std::fmt;

use base::Kind;

/// The protocol's code for a URL that is not understood.
pub(crate) const BAD_REQUEST: &str = "0x80060888";
/// The protocol's code for more conditions than a query may have.
pub(crate) const TOO_MANY_CONDITIONS: &str = "0x8004430c";
/// The protocol's code for more expanded tables than a query may have.
pub(crate) const TOO_MANY_LINKS: &str = "0x8004430d";
/// The protocol's code for what is not done.
const NOT_IMPLEMENTED: &str = "0x80040219";
/// The protocol's code for more values than a condition may have.
pub(crate) const TOO_MANY_VALUES: &str = "0x8004430e";

/// The result of parsing.
pub type Result<T> = std::result::Result<T, ParseError>;

/// What is wrong with a query, in the protocol's words, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// [`Kind::Invalid`], or [`Kind::NotImplemented`] for what is known and not done.
    pub kind: Kind,
    /// The protocol's code.
    pub code: &'static str,
    /// What is wrong; tells the position where there is one.
    pub message: String,
    /// In characters from the start of the text, option or path segment.
    pub position: usize,
}

impl ParseError {
    /// The text is wrong in a way that has no single position.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { kind: Kind::Invalid, code: BAD_REQUEST, message: message.into(), position: 0 }
    }

    /// `what` is wrong at the byte offset `at` of `text`.
    pub(crate) fn at(what: impl fmt::Display, at: usize, text: &str) -> Self {
        let position = text.get(..at).unwrap_or(text).chars().count();
        let message = format!("{what} at position {position} in '{text}'.");
        Self { position, ..Self::new(message) }
    }

    /// The same error at the byte offset `at` of `text`, which the message does not repeat.
    pub(crate) fn with_position(self, at: usize, text: &str) -> Self {
        let position = text.get(..at).unwrap_or(text).chars().count();
        Self { position, ..self }
    }

    /// The text asks for something that the protocol knows and this server does not do.
    pub(crate) fn not_implemented(what: impl Into<String>) -> Self {
        Self { kind: Kind::NotImplemented, code: NOT_IMPLEMENTED, ..Self::new(what) }
    }

    /// The same error under another code of the protocol.
    pub(crate) fn with_code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

impl From<ParseError> for base::Error {
    fn from(error: ParseError) -> Self {
        match error.kind {
            Kind::NotImplemented => Self::not_implemented(error.message),
            kind => Self::new(kind, error.code, error.message),
        }
    }
}
