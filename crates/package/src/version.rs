//! The version of a solution: four numbers.

use std::fmt;
use std::str::FromStr;

use crate::error::{PackageError, Result};

/// `major.minor.build.revision`, compared number by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub [u32; 4]);

/// One to four numbers; missing ones are 0.
impl FromStr for Version {
    type Err = PackageError;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            PackageError::file(format!("{text:?} is not a version"))
                .remedy("A version is one to four numbers, such as 1.0.0.3.")
        };
        let mut version = Version::default();
        for (at, part) in text.trim().split('.').enumerate() {
            *version.0.get_mut(at).ok_or_else(wrong)? = part.parse().map_err(|_| wrong())?;
        }
        Ok(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, build, revision] = self.0;
        write!(f, "{major}.{minor}.{build}.{revision}")
    }
}
