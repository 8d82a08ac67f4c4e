//! Names that follow from other names, and what a name may look like.

use std::fmt;

/// The longest schema name of a table or column.
pub const SCHEMA_NAME_CHARS_MAX: usize = 128;
/// The longest schema name of a relationship.
pub const RELATIONSHIP_NAME_CHARS_MAX: usize = 160;

/// The name of a table's rows in URLs: the plural of its logical name by the platform's simple
/// rule, which knows no exceptions (`msfp_survey` has the rows `msfp_surveies`).
pub fn set_name(logical_name: &str) -> String {
    if let Some(stem) = logical_name.strip_suffix('y') {
        return format!("{stem}ies");
    }
    let is_hissing = ["s", "x", "ch", "sh"].iter().any(|ending| logical_name.ends_with(ending));
    format!("{logical_name}{}", if is_hissing { "es" } else { "s" })
}

/// The name of a table's primary key, unless it is an activity.
pub fn primary_id(logical_name: &str) -> String {
    format!("{logical_name}id")
}

/// The name of a choice that belongs to one column.
pub fn local_choice(table: &str, column: &str) -> String {
    format!("{table}_{column}")
}

/// The default name of a 1:N relationship.
pub fn one_to_many(referenced: &str, referencing: &str, lookup_schema_name: &str) -> String {
    format!("{referenced}_{referencing}_{lookup_schema_name}")
}

/// The default name of an intersect table.
pub fn intersect_table(relationship_schema_name: &str) -> String {
    relationship_schema_name.to_lowercase()
}

/// The columns of an intersect table that refer to its two tables.
pub fn intersect_columns(table1: &str, primary1: &str, primary2: &str) -> (String, String) {
    if primary1 == primary2 {
        return (format!("{table1}idone"), format!("{table1}idtwo"));
    }
    (primary1.to_owned(), primary2.to_owned())
}

/// The navigation properties of an N:N relationship on its first and its second table. A table
/// related to itself has two, which must differ.
pub fn many_to_many_navigations(schema_name: &str, is_on_itself: bool) -> (String, String) {
    if is_on_itself {
        return (format!("Referencing{schema_name}"), format!("Referenced{schema_name}"));
    }
    (schema_name.to_owned(), schema_name.to_owned())
}

/// The navigation property of a lookup on the "many" side: the schema name of a custom lookup, the
/// logical name of a system one, with the table if the lookup has several targets.
pub fn lookup_navigation(column: &str, target: &str, has_several_targets: bool) -> String {
    if has_several_targets { format!("{column}_{target}") } else { column.to_owned() }
}

/// Why a name is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// There is none.
    Empty,
    /// It is longer than this many characters.
    TooLong(usize),
    /// Its first character is not a letter.
    FirstCharacter,
    /// It has this character, which is not an ASCII letter, digit or underscore.
    Character(char),
    /// It has no publisher prefix with an underscore and a name after it.
    NoPrefix,
    /// A prefix has from 2 to 8 characters.
    PrefixLength,
    /// Prefixes that begin with `mscrm` belong to the platform.
    PrefixReserved,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a name is needed"),
            Self::TooLong(max) => write!(f, "it is longer than {max} characters"),
            Self::FirstCharacter => f.write_str("it must begin with a letter"),
            Self::Character(c) => {
                write!(f, "it contains {c:?}; only A-Z, a-z, 0-9 and _ are allowed")
            }
            Self::NoPrefix => {
                f.write_str("it must begin with the publisher's prefix and an underscore")
            }
            Self::PrefixLength => f.write_str("a prefix has 2 to 8 characters"),
            Self::PrefixReserved => f.write_str("prefixes that begin with mscrm are reserved"),
        }
    }
}

impl std::error::Error for NameError {}

/// Checks the schema name of a custom table, column, choice or relationship: a publisher's prefix,
/// an underscore, a name.
pub fn check_schema_name(name: &str, chars_max: usize) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.chars().count() > chars_max {
        return Err(NameError::TooLong(chars_max));
    }
    check_characters(name, |c| c.is_ascii_alphanumeric() || c == '_')?;
    match name.split_once('_') {
        Some((prefix, rest)) if !prefix.is_empty() && !rest.is_empty() => Ok(()),
        _ => Err(NameError::NoPrefix),
    }
}

/// Checks the prefix of a publisher: 2 to 8 letters and digits, a letter first, not `mscrm…`.
pub fn check_prefix(prefix: &str) -> Result<(), NameError> {
    if prefix.is_empty() {
        return Err(NameError::Empty);
    }
    check_characters(prefix, |c| c.is_ascii_alphanumeric())?;
    if !(2..=8).contains(&prefix.len()) {
        return Err(NameError::PrefixLength);
    }
    if prefix.to_ascii_lowercase().starts_with("mscrm") {
        return Err(NameError::PrefixReserved);
    }
    Ok(())
}

fn check_characters(name: &str, is_allowed: impl Fn(char) -> bool) -> Result<(), NameError> {
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(NameError::FirstCharacter);
    }
    match name.chars().find(|c| !is_allowed(*c)) {
        Some(c) => Err(NameError::Character(c)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_names_are_plurals() {
        for (name, expected) in [
            ("account", "accounts"),
            ("activityparty", "activityparties"),
            ("msfp_survey", "msfp_surveies"),
            ("new_box", "new_boxes"),
            ("new_branch", "new_branches"),
            ("new_status", "new_statuses"),
            ("new_dish", "new_dishes"),
        ] {
            assert_eq!(set_name(name), expected);
        }
    }

    #[test]
    fn schema_names_need_a_prefix() {
        let check = |name| check_schema_name(name, SCHEMA_NAME_CHARS_MAX);
        assert_eq!(check("new_BankAccount"), Ok(()));
        assert_eq!(check("BankAccount"), Err(NameError::NoPrefix));
        assert_eq!(check("new_"), Err(NameError::NoPrefix));
        assert_eq!(check("_x"), Err(NameError::FirstCharacter));
        assert_eq!(check("new_a b"), Err(NameError::Character(' ')));
        assert_eq!(check(""), Err(NameError::Empty));
        assert_eq!(check_schema_name("new_abcdef", 5), Err(NameError::TooLong(5)));
    }

    #[test]
    fn prefixes_are_short_and_not_the_platforms() {
        assert_eq!(check_prefix("cra6e"), Ok(()));
        assert_eq!(check_prefix("x"), Err(NameError::PrefixLength));
        assert_eq!(check_prefix("ninechars"), Err(NameError::PrefixLength));
        assert_eq!(check_prefix("1ab"), Err(NameError::FirstCharacter));
        assert_eq!(check_prefix("a_b"), Err(NameError::Character('_')));
        assert_eq!(check_prefix("mscrmx"), Err(NameError::PrefixReserved));
    }
}
