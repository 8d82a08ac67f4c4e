//! Patterns with sets of characters, as SQL Server has them: `%` is any text, `_` any character,
//! `[abc]`, `[a-z]` and `[^x]` one of a set or none of it. A set of one character is that one.

use crate::{Dialect, fold};

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Any text, also none.
    Any,
    /// Any character.
    One,
    /// This character.
    Char(char),
    /// A character of a set.
    Set {
        /// Whether it must be none of them.
        negated: bool,
        /// The characters, from one to another.
        ranges: Vec<(char, char)>,
    },
}

/// Takes a pattern apart. A bracket that is not closed is that character.
pub fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        pieces.push(match c {
            '%' => Piece::Any,
            '_' => Piece::One,
            '[' => match rest.as_str().split_once(']') {
                Some((inside, after)) if !inside.is_empty() && inside != "^" => {
                    rest = after.chars();
                    set(inside)
                }
                _ => Piece::Char('['),
            },
            other => Piece::Char(other),
        });
    }
    pieces
}

fn set(inside: &str) -> Piece {
    let (negated, inside) = match inside.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, inside),
    };
    let all: Vec<char> = inside.chars().collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(first) = all.get(at).copied() {
        match (all.get(at + 1), all.get(at + 2)) {
            (Some('-'), Some(last)) => {
                ranges.push((first, *last));
                at += 3;
            }
            _ => {
                ranges.push((first, first));
                at += 1;
            }
        }
    }
    match ranges.as_slice() {
        [(only, last)] if only == last && !negated => Piece::Char(*only),
        _ => Piece::Set { negated, ranges },
    }
}

/// The pattern for [`Dialect::like`]; nothing if it has sets, which that does not know.
pub fn like_pattern(pieces: &[Piece]) -> Option<String> {
    let mut pattern = String::with_capacity(pieces.len() + 4);
    for piece in pieces {
        match piece {
            Piece::Any => pattern.push('%'),
            Piece::One => pattern.push('_'),
            Piece::Char(c) => {
                if matches!(c, '%' | '_' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(*c);
            }
            Piece::Set { .. } => return None,
        }
    }
    Some(pattern)
}

impl Dialect {
    /// `expr` matches what [`Dialect::set_pattern`] made of pieces, whatever the case.
    pub fn matches(self, expr: &str, param: &str) -> String {
        let folded = self.fold(expr);
        match self {
            Self::Sqlite => format!("{folded} glob {param}"),
            Self::Postgres => format!("{folded} ~ {param}"),
        }
    }

    /// The value for the parameter of [`Dialect::matches`].
    pub fn set_pattern(self, pieces: &[Piece]) -> String {
        match self {
            Self::Sqlite => pieces.iter().map(glob).collect(),
            Self::Postgres => {
                let inner: String = pieces.iter().map(regular).collect();
                format!("^{inner}$")
            }
        }
    }
}

fn glob(piece: &Piece) -> String {
    match piece {
        Piece::Any => "*".to_owned(),
        Piece::One => "?".to_owned(),
        Piece::Char(c) if matches!(c, '*' | '?' | '[') => format!("[{c}]"),
        Piece::Char(c) => fold(&c.to_string()),
        Piece::Set { negated, ranges } => {
            // A bracket can only stand first, a hyphen only last, and `^` not first.
            let mut ranges: Vec<_> = ranges.iter().map(folded_range).collect();
            ranges.sort_by_key(|(first, last)| match (first, last) {
                (']', ']') => 0,
                ('^', '^') => 2,
                ('-', '-') => 3,
                _ => 1,
            });
            let mut text = if *negated { "[^".to_owned() } else { "[".to_owned() };
            for (first, last) in ranges {
                text.push(first);
                if last != first {
                    text.extend(['-', last]);
                }
            }
            text.push(']');
            text
        }
    }
}

fn regular(piece: &Piece) -> String {
    let escaped = |c: char| match c.is_ascii() && !c.is_ascii_alphanumeric() {
        true => format!("\\{c}"),
        false => c.to_string(),
    };
    match piece {
        Piece::Any => ".*".to_owned(),
        Piece::One => ".".to_owned(),
        Piece::Char(c) => fold(&c.to_string()).chars().map(escaped).collect(),
        Piece::Set { negated, ranges } => {
            let mut text = if *negated { "[^".to_owned() } else { "[".to_owned() };
            for (first, last) in ranges.iter().map(folded_range) {
                text.push_str(&escaped(first));
                if last != first {
                    text.push('-');
                    text.push_str(&escaped(last));
                }
            }
            text.push(']');
            text
        }
    }
}

fn folded_range((first, last): &(char, char)) -> (char, char) {
    let fold = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) => one,
            _ => c,
        }
    };
    let (first, last) = (fold(*first), fold(*last));
    // A range that is upside down is refused by one of the databases.
    (first, last.max(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_those_of_the_databases() {
        let check = |pattern: &str, like: Option<&str>, sqlite: &str, postgres: &str| {
            let pieces = pieces(pattern);
            assert_eq!(like_pattern(&pieces).as_deref(), like, "{pattern}");
            assert_eq!(Dialect::Sqlite.set_pattern(&pieces), sqlite, "{pattern}");
            assert_eq!(Dialect::Postgres.set_pattern(&pieces), postgres, "{pattern}");
        };
        check("a_B%", Some("a_B%"), "a?b*", "^a.b.*$");
        check("50[%]", Some("50\\%"), "50%", "^50\\%$");
        check("[a-C]x", None, "[a-c]x", "^[a-c]x$");
        check("[^-x]", None, "[^x-]", "^[^\\-x]$");
        check("[*[", Some("[*["), "[[][*][[]", "^\\[\\*\\[$");
        check("[^]", Some("[^]"), "[[]^]", "^\\[\\^\\]$");
    }
}
