//! A statement and its parameters.

use std::borrow::Cow;

use base::{Error, Kind, Result, limits};

use crate::Value;

/// A statement with numbered placeholders (`?1`, `?2`, …) and its parameters.
///
/// Values come only as parameters. The text is the key of the cache of prepared statements, so the
/// same question should always be asked in the same words.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text, in the words that both databases share, or made with [`crate::Dialect`].
    pub sql: Cow<'static, str>,
    /// The value of `?1` is first.
    pub params: Vec<Value>,
}

impl Statement {
    /// A statement with its parameters.
    pub fn new(sql: impl Into<Cow<'static, str>>, params: Vec<Value>) -> Self {
        Self { sql: sql.into(), params }
    }

    /// Adds a parameter, and gives its placeholder.
    pub fn param(&mut self, value: impl Into<Value>) -> String {
        self.params.push(value.into());
        format!("?{}", self.params.len())
    }

    /// What one of the databases would refuse, both do.
    pub(crate) fn check(&self) -> Result<()> {
        if self.params.len() > limits::DATABASE_PARAMETERS_MAX {
            return Err(Error::new(
                Kind::TooLarge,
                "db.parameters",
                format!(
                    "The request compares with or stores more than {} values at once. Split it.",
                    limits::DATABASE_PARAMETERS_MAX
                ),
            ));
        }
        match self.params.iter().any(has_nul) {
            true => Err(nul_in_text()),
            false => Ok(()),
        }
    }
}

/// `statement!("select … where id = ?1", id)`: a [`Statement`] whose parameters are converted.
#[macro_export]
macro_rules! statement {
    ($sql:expr $(, $param:expr)* $(,)?) => {
        $crate::Statement::new($sql, vec![$($crate::Value::from($param)),*])
    };
}

fn has_nul(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.contains('\0'))
}

/// PostgreSQL cannot store NUL in text, so nor do we.
pub(crate) fn nul_in_text() -> Error {
    Error::new(Kind::Invalid, "db.text", "Text must not contain the character U+0000. Remove it.")
}

/// The text with PostgreSQL's placeholders: `?1` becomes `$1` outside of quotes.
pub(crate) fn numbered_with_dollar(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut quote = None;
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            _ => {}
        }
        let is_placeholder =
            quote.is_none() && c == '?' && rest.peek().is_some_and(char::is_ascii_digit);
        text.push(if is_placeholder { '$' } else { c });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::numbered_with_dollar;

    #[test]
    fn placeholders_are_rewritten_outside_of_quotes() {
        let check = |sql, expected| assert_eq!(numbered_with_dollar(sql), expected);
        check("select ?1, ?12", "select $1, $12");
        check("select '?1', ?1", "select '?1', $1");
        check("select 'it''s ?1' , \"a?2\", ?2", "select 'it''s ?1' , \"a?2\", $2");
        check("a like ?1 escape '\\' and b = ?2", "a like $1 escape '\\' and b = $2");
        check("a ? b", "a ? b");
        check("", "");
    }
}
