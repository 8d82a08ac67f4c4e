//! One error type for the whole product.
//!
//! A caller of a service can do something about an error only if it knows its [`Kind`]; a client
//! program looks at the `code`; a person reads the `message`. Pure crates have small error types
//! of their own, with positions, and turn them into this one at their border.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// The result of everything that can fail with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the caller can do about an error. The HTTP status is decided from this, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request itself is wrong; change it. (400)
    Invalid,
    /// Sign in, or sign in again. (401)
    Unauthenticated,
    /// Signed in, but not allowed; ask whoever the message names. (403)
    Forbidden,
    /// There is no such thing. (404)
    NotFound,
    /// The thing exists, but this cannot be done with it. (405)
    NotAllowed,
    /// It clashes with the present state or a running operation. (409)
    Conflict,
    /// A condition that the caller set does not hold, or a duplicate exists. (412)
    Precondition,
    /// A limit on size was passed. (413)
    TooLarge,
    /// A body in a form that is not understood. (415)
    UnsupportedMedia,
    /// Too many requests; wait. (429)
    TooMany,
    /// A fault of ours. (500)
    Internal,
    /// Known to the protocol, not implemented here. (501)
    NotImplemented,
    /// Not now; try again. (503)
    Unavailable,
}

/// An error: what kind, a stable code, a message for the person, and the cause for the log.
pub struct Error {
    /// What the caller can do about it.
    pub kind: Kind,
    /// A stable code, the protocol's own where it has one (such as `0x80040217`).
    pub code: Cow<'static, str>,
    /// What happened, to which thing, and what to do about it. Safe to show.
    pub message: String,
    /// More for a program: the protocol's details object, where it has one.
    pub details: Option<Box<serde_json::Value>>,
    /// After how many seconds it is worth trying again, where that is known.
    pub retry_after_seconds: Option<i64>,
    /// The cause, for the log only.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with a stable `code` and a `message` that is safe to show.
    pub fn new(kind: Kind, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { kind, code, message, details: None, retry_after_seconds: None, source: None }
    }

    /// The request is wrong: `0x80040203` is the Dataverse code for a bad argument.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, "0x80040203", message)
    }

    /// Signed in, but not allowed.
    pub fn forbidden(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, code, message)
    }

    /// There is no such thing.
    pub fn not_found(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, code, message)
    }

    /// A fault of ours. The message shown says only that; `cause` goes to the log.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(
            Kind::Internal,
            "0x80040216",
            "An unexpected error occurred. The server log has the cause under this request id.",
        )
        .with_source(cause)
    }

    /// Known to the protocol, not implemented here: names the thing.
    pub fn not_implemented(what: impl fmt::Display) -> Self {
        Self::new(
            Kind::NotImplemented,
            "0x80040219",
            format!("{what} is not supported by this server. docs/compatibility.md lists what is."),
        )
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(cause.into());
        self
    }

    /// The same error with details for a program.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// The same error, which says after how many seconds it is worth trying again.
    #[must_use]
    pub fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The same error with `context` in front of the message ("Reading customizations.xml: …").
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }

    /// The whole chain of causes on one line, for the log.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.source.as_ref().map(|e| &**e as &dyn StdError);
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.kind, self.code, self.chain())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|e| &**e as &(dyn StdError + 'static))
    }
}
