//! Privileges: what a role can grant. Up to eight for each table, and some for no table.
//!
//! Names are `prv<Verb><stem>` and ids follow from names, so that a role in a package finds its
//! privileges in every environment, also those of tables that are not there yet.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use uuid::Uuid;

pub use crate::ids::privilege_id;
use crate::roles::matrix::{self, Row};
use crate::{Ownership, Table, system};

/// A right on the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the platform's own names")]
pub enum AccessRight {
    Create,
    Read,
    Write,
    Delete,
    Append,
    AppendTo,
    Assign,
    Share,
}

impl AccessRight {
    /// All of them, in the order in which roles are written down.
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

    /// Its bit in access masks; also `privilege.accessright`.
    pub fn bit(self) -> i32 {
        match self {
            Self::Read => 1,
            Self::Write => 2,
            Self::Append => 4,
            Self::AppendTo => 16,
            Self::Create => 32,
            Self::Delete => 65_536,
            Self::Share => 262_144,
            Self::Assign => 524_288,
        }
    }

    /// Its name in privileges.
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
}

/// How far a privilege reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// One's own rows.
    Basic,
    /// Rows of one's business unit.
    Local,
    /// Rows of one's business unit and those below it.
    Deep,
    /// All rows.
    Global,
}

impl Depth {
    /// Its bit in `privilegedepthmask`.
    pub fn mask(self) -> i32 {
        1 << self as i32
    }

    /// The depth that a mask grants: the widest of its bits.
    pub fn of_mask(mask: i32) -> Option<Self> {
        let all = [Self::Global, Self::Deep, Self::Local, Self::Basic];
        all.into_iter().find(|depth| mask & depth.mask() != 0)
    }

    /// Its name in messages and packages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Local => "Local",
            Self::Deep => "Deep",
            Self::Global => "Global",
        }
    }

    /// The depth with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Basic, Self::Local, Self::Deep, Self::Global]
            .into_iter()
            .find(|depth| depth.name().eq_ignore_ascii_case(name))
    }
}

/// The depths at which a privilege can be granted: bits of [`Depth::mask`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depths(i32);

impl Depths {
    /// Those at which privileges on rows with this owner can be granted.
    pub fn of_ownership(ownership: Ownership) -> Self {
        match ownership {
            Ownership::UserOwned => Self(15),
            Ownership::BusinessOwned => Self(14),
            Ownership::OrganizationOwned | Ownership::None => Self(8),
        }
    }

    /// Whether a grant can have this depth.
    pub fn has(self, depth: Depth) -> bool {
        self.0 & depth.mask() != 0
    }

    fn with(self, depth: Depth) -> Self {
        Self(self.0 | depth.mask())
    }
}

/// One privilege.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// Its id, the same in every environment.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The right that it gives; `None` for the miscellaneous ones.
    pub right: Option<AccessRight>,
    /// The depths at which it can be granted.
    pub depths: Depths,
    /// The logical names of the tables whose rows it guards.
    pub tables: Vec<String>,
}

/// The name of a privilege.
pub fn name(right: AccessRight, stem: &str) -> String {
    format!("prv{}{stem}", right.verb())
}

/// The right and the stem that the name of a table's privilege is made of.
pub fn parse_name(name: &str) -> Option<(AccessRight, &str)> {
    let rest = strip_prefix(name, "prv")?;
    // `AppendTo` before `Append`.
    let mut rights = AccessRight::ALL;
    rights.sort_by_key(|right| std::cmp::Reverse(right.verb().len()));
    let found =
        rights.into_iter().find_map(|right| Some((right, strip_prefix(rest, right.verb())?)));
    found.filter(|(_, stem)| !stem.is_empty())
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// The privileges that guard the rows of `table`, at most one for each right. Several tables may
/// share them (activities); none guard intersect and internal tables.
pub fn of_table(table: &Table) -> Vec<Privilege> {
    if table.privilege_stem.is_empty() {
        return Vec::new();
    }
    let rows = matrix::rows_of_stem(&table.privilege_stem);
    let (rights, depths) = match rows.first() {
        Some(row) => (row.rights(), depths_of(row, table.ownership)),
        None => (rights_of(table), Depths::of_ownership(table.ownership)),
    };
    let make = |right| make(right, &table.privilege_stem, depths, &table.logical_name);
    rights.into_iter().map(make).collect()
}

fn rights_of(table: &Table) -> Vec<AccessRight> {
    let has_owner = table.ownership == Ownership::UserOwned;
    let applies = |right: &AccessRight| match right {
        AccessRight::Assign | AccessRight::Share => has_owner,
        _ => true,
    };
    AccessRight::ALL.into_iter().filter(applies).collect()
}

fn make(right: AccessRight, stem: &str, depths: Depths, table: &str) -> Privilege {
    let name = name(right, stem);
    Privilege {
        id: privilege_id(&name),
        name,
        right: Some(right),
        depths,
        tables: vec![table.to_owned()],
    }
}

/// Roles grant some tables at depths that their owner does not explain.
fn depths_of(row: &Row, ownership: Ownership) -> Depths {
    row.depths().into_iter().fold(Depths::of_ownership(ownership), Depths::with)
}

/// The privileges of every environment, sorted by name: of the system tables, of the other tables
/// that the predefined roles name, and the miscellaneous ones.
pub fn all() -> &'static [Privilege] {
    static ALL: LazyLock<Vec<Privilege>> = LazyLock::new(collect);
    &ALL
}

fn collect() -> Vec<Privilege> {
    let schema = system::base_schema();
    let mut tables: Vec<_> = schema.tables().collect();
    tables.sort_by(|a, b| a.logical_name.cmp(&b.logical_name));
    let held = tables.into_iter().flat_map(|table| of_table(table));
    let others = matrix::rows().iter().filter(|row| schema.table(row.table).is_none());
    let mut found: BTreeMap<String, Privilege> = BTreeMap::new();
    for privilege in held.chain(others.flat_map(of_row)).chain(miscellaneous()) {
        match found.get_mut(&privilege.name.to_lowercase()) {
            Some(old) => old.tables.extend(privilege.tables),
            None => {
                found.insert(privilege.name.to_lowercase(), privilege);
            }
        }
    }
    found.into_values().collect()
}

/// The privileges of a table that this schema does not hold.
fn of_row(row: &Row) -> Vec<Privilege> {
    let rights = row.rights();
    let is_owned = rights.contains(&AccessRight::Assign) || rights.contains(&AccessRight::Share);
    let ownership = if is_owned { Ownership::UserOwned } else { Ownership::OrganizationOwned };
    let depths = depths_of(row, ownership);
    rights.into_iter().map(|right| make(right, row.stem, depths, row.table)).collect()
}

fn miscellaneous() -> impl Iterator<Item = Privilege> {
    matrix::miscellaneous().iter().map(|line| Privilege {
        id: privilege_id(line.name),
        name: line.name.to_owned(),
        right: None,
        depths: Depths::default().with(Depth::Global),
        tables: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_right_and_stem() {
        assert_eq!(parse_name("prvReadAccount"), Some((AccessRight::Read, "Account")));
        assert_eq!(parse_name("prvAppendtoCategory"), Some((AccessRight::AppendTo, "Category")));
        assert_eq!(parse_name("prvAppendnew_x"), Some((AccessRight::Append, "new_x")));
        assert_eq!(parse_name("prvFlow"), None);
        assert_eq!(parse_name("prvRead"), None);
        assert_eq!(parse_name("prü"), None);
    }

    #[test]
    fn masks_and_depths_agree() {
        assert_eq!(Depth::of_mask(Depth::Deep.mask()), Some(Depth::Deep));
        assert_eq!(Depth::of_mask(1 | 8), Some(Depth::Global));
        assert_eq!(Depth::of_mask(0), None);
        assert_eq!(Depth::parse("local"), Some(Depth::Local));
    }

    #[test]
    fn an_organisation_owned_table_is_granted_whole_or_not() {
        let id = privilege_id("x");
        let table = Table::custom(id, "new_Setting", Ownership::OrganizationOwned);
        let privileges = of_table(&table);
        assert_eq!(privileges.len(), 6);
        assert!(privileges.iter().all(|privilege| !privilege.depths.has(Depth::Basic)));
        assert_eq!(privileges[0].name, "prvCreatenew_Setting");
    }

    #[test]
    fn ids_and_names_are_unique() {
        let mut seen = std::collections::HashSet::new();
        assert!(all().iter().all(|privilege| seen.insert(privilege.id)));
        assert!(all().iter().all(|privilege| privilege.id == privilege_id(&privilege.name)));
    }
}
