//! What can be wrong with a package, in words for the person who made or sent it.

use std::fmt;

use base::{Error, Kind};

/// The result of everything here that can fail.
pub type Result<T, E = PackageError> = std::result::Result<T, E>;

/// The code for XML that cannot be read ("InvalidXml").
pub const CODE_XML: &str = "0x80040201";
/// The code for a package that is not one, or lacks a part ("ImportInvalidFile").
pub const CODE_FILE: &str = "0x80048033";
/// The code for a package from a newer version ("ImportNewVersion").
pub const CODE_NEWER: &str = "0x80048062";
/// The code for a package or file that passes a limit.
pub const CODE_LIMIT: &str = "0x80048065";

/// A fault in a package: what is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageError {
    /// The code that clients see.
    pub code: &'static str,
    /// What is wrong: a sentence without its full stop.
    pub what: String,
    /// Where: a file, with line and column and the path of elements where they are known.
    pub place: String,
    /// What to do about it: a sentence, or nothing.
    pub remedy: String,
}

impl PackageError {
    /// A fault in a package or its files.
    pub fn file(what: impl Into<String>) -> Self {
        Self::new(CODE_FILE, what)
    }

    /// A fault in the XML of a file.
    pub fn xml(what: impl Into<String>) -> Self {
        Self::new(CODE_XML, what)
    }

    /// A limit that is passed.
    pub fn limit(what: impl Into<String>) -> Self {
        Self::new(CODE_LIMIT, what)
    }

    /// A fault with a code of its own.
    pub fn new(code: &'static str, what: impl Into<String>) -> Self {
        Self { code, what: what.into(), place: String::new(), remedy: String::new() }
    }

    /// The same fault with its place; a place that is known already becomes a part of it.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        let place = place.into();
        self.place = if self.place.is_empty() { place } else { format!("{place}, {}", self.place) };
        self
    }

    /// The same fault with what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.place.is_empty() {
            write!(f, " ({})", self.place)?;
        }
        f.write_str(".")?;
        if !self.remedy.is_empty() {
            write!(f, " {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for PackageError {}

impl From<PackageError> for Error {
    fn from(error: PackageError) -> Self {
        let kind = if error.code == CODE_LIMIT { Kind::TooLarge } else { Kind::Invalid };
        Error::new(kind, error.code, error.to_string())
    }
}
