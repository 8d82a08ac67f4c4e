//! The rights on rows.

/// A right on a row. A privilege gives it on the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the platform's own words")]
pub enum Right {
    Create,
    Read,
    Write,
    Delete,
    Append,
    AppendTo,
    Assign,
    Share,
}

impl Right {
    /// All of them, in the order in which the platform lists them.
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Read,
        Self::Write,
        Self::Delete,
        Self::Append,
        Self::AppendTo,
        Self::Assign,
        Self::Share,
    ];

    /// Its part in the name of a privilege (`prvRead…`).
    pub fn verb(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::Delete => "Delete",
            Self::Append => "Append",
            Self::AppendTo => "AppendTo",
            Self::Assign => "Assign",
            Self::Share => "Share",
        }
    }

    /// Its name in messages (`ReadAccess`).
    pub fn access_name(self) -> &'static str {
        match self {
            Self::Create => "CreateAccess",
            Self::Read => "ReadAccess",
            Self::Write => "WriteAccess",
            Self::Delete => "DeleteAccess",
            Self::Append => "AppendAccess",
            Self::AppendTo => "AppendToAccess",
            Self::Assign => "AssignAccess",
            Self::Share => "ShareAccess",
        }
    }

    /// Its bit in `accessrightsmask` and `privilege.accessright`.
    pub fn bit(self) -> i64 {
        match self {
            Self::Create => 32,
            Self::Read => 1,
            Self::Write => 2,
            Self::Delete => 65_536,
            Self::Append => 4,
            Self::AppendTo => 16,
            Self::Assign => 524_288,
            Self::Share => 262_144,
        }
    }
}
