//! How many links and conditions a query has, within the limits of the protocol.

use base::limits::{CONDITIONS_MAX, LINKS_MAX};

use crate::error::{TOO_MANY_CONDITIONS, TOO_MANY_LINKS};
use crate::{ParseError, Result};

/// What was counted so far.
#[derive(Default)]
pub(crate) struct Counted {
    links: usize,
    conditions: usize,
}

impl Counted {
    /// One more link.
    pub fn link(&mut self) -> Result<()> {
        self.links += 1;
        let message =
            || format!("Number of link entities in query exceeded maximum limit of {LINKS_MAX}.");
        within(self.links, LINKS_MAX, TOO_MANY_LINKS, message)
    }

    /// One more condition.
    pub fn condition(&mut self) -> Result<()> {
        self.conditions += 1;
        let message =
            || format!("Number of conditions in query exceeded maximum limit of {CONDITIONS_MAX}.");
        within(self.conditions, CONDITIONS_MAX, TOO_MANY_CONDITIONS, message)
    }
}

fn within(
    count: usize,
    max: usize,
    code: &'static str,
    message: impl Fn() -> String,
) -> Result<()> {
    if count <= max { Ok(()) } else { Err(ParseError::new(message()).with_code(code)) }
}
