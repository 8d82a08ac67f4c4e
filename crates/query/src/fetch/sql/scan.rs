//! What can be said of SQL from its words alone, before it is parsed: what is refused by name, and
//! what is too much.

use base::limits::{BATCH_URL_BYTES_MAX, CONDITIONS_MAX};
use sqlparser::dialect::MsSqlDialect;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Word};

use super::{unsupported, wrong};
use crate::Result;

/// `AND` and `OR`, by which a tree grows deep without brackets.
const JOINTS_MAX: usize = 2 * CONDITIONS_MAX;
/// Words and signs other than names and values between two of those.
const SIGNS_MAX: usize = 64;

/// Words that no expression goes on after.
const CLAUSES: &[&str] = &["BY", "FROM", "JOIN", "WHERE"];

/// Words that only what is not supported has, with what that is; in order.
const REFUSED: &[(&str, &str)] = &[
    ("APPLY", "APPLY"),
    ("CASE", "CASE"),
    ("CAST", "CAST"),
    ("COLLATE", "COLLATE"),
    ("CONVERT", "CONVERT"),
    ("CROSS", "CROSS JOIN"),
    ("CUBE", "CUBE"),
    ("EXCEPT", "EXCEPT"),
    ("EXISTS", "EXISTS"),
    ("FULL", "FULL JOIN"),
    ("HAVING", "HAVING"),
    ("INTERSECT", "INTERSECT"),
    ("INTO", "SELECT INTO"),
    ("NATURAL", "NATURAL JOIN"),
    ("OVER", "OVER"),
    ("PIVOT", "PIVOT"),
    ("RIGHT", "RIGHT JOIN"),
    ("ROLLUP", "ROLLUP"),
    ("UNION", "UNION"),
    ("UNPIVOT", "UNPIVOT"),
    ("WITH", "WITH (a common table expression or a hint)"),
];

/// The tokens of `text`, if they can be those of a query that is supported.
pub(super) fn tokens(dialect: &MsSqlDialect, text: &str) -> Result<Vec<TokenWithSpan>> {
    if text.len() > BATCH_URL_BYTES_MAX {
        return Err(wrong(format!("The SQL is longer than {BATCH_URL_BYTES_MAX} bytes.")));
    }
    let tokens = Tokenizer::new(dialect, text)
        .tokenize_with_location()
        .map_err(|error| wrong(format!("The SQL is not understood. {error}.")))?;
    check(&tokens)?;
    Ok(tokens)
}

fn check(tokens: &[TokenWithSpan]) -> Result<()> {
    let words = || tokens.iter().filter_map(|token| word(&token.token));
    match words().next() {
        None => return Err(wrong("A SELECT was expected.")),
        Some(first) if is(first, "WITH") => {
            return Err(unsupported("WITH (a common table expression)"));
        }
        Some(first) if !is(first, "SELECT") => {
            let first = first.value.to_uppercase();
            return Err(wrong(format!(
                "{first} is not supported: SQL queries only read, with SELECT."
            )));
        }
        Some(_) => {}
    }
    for word in words() {
        let upper = word.value.to_uppercase();
        if let Ok(index) = REFUSED.binary_search_by(|(known, _)| (*known).cmp(upper.as_str())) {
            return Err(unsupported(REFUSED[index].1));
        }
    }
    if words().filter(|word| is(word, "SELECT")).count() > 1 {
        return Err(unsupported("A sub-select or a second SELECT"));
    }
    check_depth(tokens)
}

/// A chain of operators is nested to the left; how long it may be is limited here.
fn check_depth(tokens: &[TokenWithSpan]) -> Result<()> {
    let (mut joints, mut signs, mut is_between) = (0, 0, false);
    for token in tokens {
        let known = word(&token.token);
        let is_and = known.is_some_and(|word| is(word, "AND"));
        let is_joint = (is_and && !is_between) || known.is_some_and(|word| is(word, "OR"));
        is_between = (is_between && !is_and) || known.is_some_and(|word| is(word, "BETWEEN"));
        let is_clause = known.is_some_and(|word| CLAUSES.iter().any(|clause| is(word, clause)));
        if is_joint || is_clause || token.token == Token::Comma {
            signs = 0;
        }
        joints += usize::from(is_joint);
        signs += usize::from(is_sign(&token.token));
        if joints > JOINTS_MAX {
            return Err(wrong("The SQL has too many conditions."));
        }
        if signs > SIGNS_MAX {
            return Err(wrong(format!(
                "The SQL has more than {SIGNS_MAX} operators in one expression."
            )));
        }
    }
    Ok(())
}

/// The word that `token` is, unless it is in quotes.
fn word(token: &Token) -> Option<&Word> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word),
        _ => None,
    }
}

fn is(word: &Word, wanted: &str) -> bool {
    word.value.eq_ignore_ascii_case(wanted)
}

fn is_sign(token: &Token) -> bool {
    !matches!(
        token,
        Token::Whitespace(_)
            | Token::Comma
            | Token::Period
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::Word(Word { keyword: sqlparser::keywords::Keyword::NoKeyword, .. })
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(REFUSED.is_sorted_by(|a, b| a.0 < b.0));
    }
}
