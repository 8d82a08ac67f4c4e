//! Domain names: the label by which the URL of a database is known.

use base::{Cx, Kind, limits};

use crate::environments::{Refusal, Rule};

/// Whether `name` can be a domain name at all: a label of a host name in lower case.
pub fn check(name: &str) -> Result<(), Refusal> {
    let is_label = !name.is_empty()
        && name.len() <= limits::DOMAIN_NAME_CHARS_MAX
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_label {
        return Ok(());
    }
    Err(Refusal::new(
        Rule::Database,
        Kind::Invalid,
        "DomainNameInvalid",
        format!("'{name}' cannot be a domain name."),
        "Use 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end.",
    ))
}

/// The refusal of a domain name that another environment holds.
pub fn taken(name: &str) -> Refusal {
    Refusal::new(
        Rule::Database,
        Kind::Conflict,
        "DomainNameAlreadyInUse",
        format!("The specified domain name with a value of '{name}' is already in use."),
        "Choose another one. The name of a deleted environment is free after 24 hours.",
    )
}

/// A fresh domain name: `org` and eight hexadecimal digits.
pub fn fresh(cx: &Cx) -> String {
    let [a, b, c, d] = cx.random_bytes::<4>();
    format!("org{a:02x}{b:02x}{c:02x}{d:02x}")
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_domain_name_is_one_lower_case_label() {
        for good in ["a", "contoso", "sales-dev", "org1a2b3c4d", "9"] {
            assert!(check(good).is_ok(), "{good}");
        }
        let long = "a".repeat(64);
        for bad in ["", "-a", "a-", "Contoso", "a.b", "a_b", "ä", long.as_str()] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
