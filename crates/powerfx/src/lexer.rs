//! A formula as a list of words and signs.

use crate::error::{Error, Result, error};

/// A word or sign.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(String),
    Text(String),
    /// A name; `true` if it stood in quotes, so it is no word of the language.
    Name(String, bool),
    Sign(&'static str),
}

/// Signs, longer ones first.
const SIGNS: &[&str] = &[
    "<=", ">=", "<>", "&&", "||", "(", ")", ",", ".", "!", "%", "^", "*", "/", "+", "-", "&", "=",
    "<", ">",
];

/// Signs of parts of the language that no formula of a column has.
const FOREIGN: &[&str] = &[";", "{", "}", "[", "]", "@", ":", "$"];

/// The words and signs of a formula with their positions.
pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, usize)>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at = skip(text, at)?;
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let next_is_digit = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
        let (token, length) = match first {
            '"' => quoted(text, at, '"').map(|(text, length)| (Token::Text(text), length))?,
            '\'' => {
                let (name, length) = quoted(text, at, '\'')?;
                if name.is_empty() {
                    return error(at, "a name in quotes cannot be empty");
                }
                (Token::Name(name, true), length)
            }
            '0'..='9' => number(rest),
            '.' if next_is_digit => number(rest),
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                let name = &rest[..end.unwrap_or(rest.len())];
                (Token::Name(name.to_owned(), false), name.len())
            }
            other => sign(rest, other, at)?,
        };
        tokens.push((token, at));
        at += length;
    }
}

fn sign(rest: &str, first: char, at: usize) -> Result<(Token, usize)> {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let message = match FOREIGN.iter().any(|sign| rest.starts_with(sign)) {
        true => format!("'{first}' is not supported in the formula of a column"),
        false => format!("'{first}' is not expected here"),
    };
    error(at, message)
}

/// After white space and comments.
fn skip(text: &str, mut at: usize) -> Result<usize> {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if trimmed.starts_with("/*") {
            let end = trimmed.find("*/").ok_or_else(|| Error {
                message: "the comment has no end".to_owned(),
                position: at,
            })?;
            at += end + 2;
        } else {
            return Ok(at);
        }
    }
}

/// A text between quotes, in which two quotes stand for one.
fn quoted(text: &str, at: usize, quote: char) -> Result<(String, usize)> {
    let mut found = String::new();
    let mut rest = text[at + 1..].char_indices().peekable();
    while let Some((index, c)) = rest.next() {
        if c != quote {
            found.push(c);
        } else if rest.peek().is_some_and(|(_, next)| *next == quote) {
            rest.next();
            found.push(quote);
        } else {
            return Ok((found, index + 2));
        }
    }
    error(at, "the closing quote is missing")
}

/// Digits, a fraction, an exponent.
fn number(rest: &str) -> (Token, usize) {
    let digits = |from: usize| {
        let tail = &rest[from..];
        tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let mut end = digits(0);
    if rest[end..].starts_with('.') {
        end += 1 + digits(end + 1);
    }
    if rest[end..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    (Token::Number(rest[..end].to_owned()), end)
}
