//! What is wrong with a formula, and where.

use std::fmt;

/// A formula that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the beginning.
    pub position: usize,
}

/// What reading a formula gives.
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at position {})", self.message, self.position)
    }
}

impl std::error::Error for Error {}

pub(crate) fn error<T>(position: usize, message: impl Into<String>) -> Result<T> {
    Err(Error { message: message.into(), position })
}
