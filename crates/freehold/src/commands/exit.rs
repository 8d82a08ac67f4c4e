//! The exit codes: the one list, for scripts.

use std::fmt::Write;
use std::process::ExitCode;

/// How a command ends. The numbers never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Ok,
    /// The server answered, and refused; or the operation failed there.
    Refused,
    /// The command line is wrong.
    Usage,
    /// Nobody is signed in, or not any more.
    NotSignedIn,
    /// The server does not answer.
    Unreachable,
    /// The wait was over before the operation was.
    TimedOut,
    /// Known, but not part of this product yet.
    NotSupported,
    /// Something on this machine: a file, a folder, a package that cannot be read.
    Local,
}

impl Exit {
    /// All of them, in order of the number.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Refused,
        Self::Usage,
        Self::NotSignedIn,
        Self::Unreachable,
        Self::TimedOut,
        Self::NotSupported,
        Self::Local,
    ];

    /// The number.
    pub fn number(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::NotSignedIn => 3,
            Self::Unreachable => 4,
            Self::TimedOut => 5,
            Self::NotSupported => 6,
            Self::Local => 7,
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "Everything was done.",
            Self::Refused => "The server answered and refused, or the operation failed there.",
            Self::Usage => "The command line is wrong.",
            Self::NotSignedIn => "Nobody is signed in, or not any more.",
            Self::Unreachable => "The server does not answer.",
            Self::TimedOut => "The wait was over before the operation was. It goes on there.",
            Self::NotSupported => "Known, but not part of this product or server yet.",
            Self::Local => "A file, folder or package on this machine cannot be read or written.",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// The table that `freehold help exit-codes` prints.
pub fn table() -> String {
    let mut text = String::from("Exit codes\n\n");
    for exit in Exit::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}  {}", exit.number(), exit.meaning());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_scripts_know() {
        insta::assert_snapshot!(table(), @"
        Exit codes

          0  Everything was done.
          1  The server answered and refused, or the operation failed there.
          2  The command line is wrong.
          3  Nobody is signed in, or not any more.
          4  The server does not answer.
          5  The wait was over before the operation was. It goes on there.
          6  Known, but not part of this product or server yet.
          7  A file, folder or package on this machine cannot be read or written.
        ");
    }
}
