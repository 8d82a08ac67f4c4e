//! A position in a text, with the few steps that all parsers here take.

use base::limits::NESTING_MAX;
use uuid::Uuid;

use super::{ParseError, Result};

/// A position in a text.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// What is left.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes the next character if it is `wanted`.
    pub fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Takes spaces, `wanted`, and spaces.
    pub fn take_spaced(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.take(wanted);
        if found {
            self.skip_space();
        }
        found
    }

    /// Takes `wanted`, else says what was expected (`what`, such as `"')' or ','"`).
    pub fn expect(&mut self, wanted: char, what: &str) -> Result<()> {
        self.skip_space();
        if self.take(wanted) { Ok(()) } else { Err(self.error(format_args!("{what} expected"))) }
    }

    /// Takes the characters for which `is_part` holds.
    pub fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The identifier here, without taking it; with dots for qualified names.
    pub fn peek_name(&self) -> &'a str {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return "";
        }
        let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        rest[..length].trim_end_matches('.')
    }

    pub fn take_name(&mut self) -> &'a str {
        let name = self.peek_name();
        self.at += name.len();
        name
    }

    /// The identifier here, or an error.
    pub fn expect_name(&mut self) -> Result<&'a str> {
        let name = self.take_name();
        if name.is_empty() { Err(self.error("An identifier was expected")) } else { Ok(name) }
    }

    /// Takes the word `wanted` if it stands here whole.
    pub fn take_word(&mut self, wanted: &str) -> bool {
        let found = self.peek_name() == wanted;
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Takes a bare id such as `00000000-0000-0000-0000-000000000001`.
    pub fn take_id(&mut self) -> Option<Uuid> {
        let text = self.rest().get(..36)?;
        let is_whole = !self.rest()[36..].starts_with(|c| is_name_part(c) || c == '-');
        let has_hyphens = [8, 13, 18, 23].iter().all(|&i| text.as_bytes()[i] == b'-');
        let id = text.parse().ok().filter(|_| is_whole && has_hyphens)?;
        self.at += 36;
        Some(id)
    }

    /// Takes a text between two `quote`s; a doubled one stands for itself.
    pub fn take_quoted(&mut self, quote: char) -> Result<String> {
        let start = self.at;
        self.at += quote.len_utf8();
        let mut value = String::new();
        loop {
            value.push_str(self.take_while(|c| c != quote));
            if !self.take(quote) {
                self.at = start;
                return Err(self.error("There is an unterminated string literal"));
            }
            if !self.take(quote) {
                return Ok(value);
            }
            value.push(quote);
        }
    }

    /// Goes one level deeper, within the limit; [`Cursor::leave`] comes back.
    pub fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(ParseError::new(format!(
                "Recursion depth exceeded allowed limit of {NESTING_MAX}."
            )));
        }
        Ok(())
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    pub fn expect_end(&mut self) -> Result<()> {
        self.skip_space();
        if self.is_at_end() { Ok(()) } else { Err(self.error("Syntax error")) }
    }

    /// `what` is wrong here.
    pub fn error(&self, what: impl std::fmt::Display) -> ParseError {
        ParseError::at(what, self.at, self.text)
    }
}

pub(super) fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}
