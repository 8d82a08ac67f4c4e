//! A user of an environment with everything that decides what he may do.

use std::collections::HashMap;
use std::sync::Arc;

use base::Uuid;

/// A user with his business unit, teams and privileges, as they were when he was last read.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// The `systemuser` row.
    pub id: Uuid,
    /// What people read.
    pub name: String,
    /// His business unit.
    pub business_unit: Uuid,
    /// The organisation.
    pub organization: Uuid,
    /// The language in which he reads labels.
    pub language: u32,
    /// The server itself: passes every check.
    pub is_system: bool,
    /// Whether he holds the role System Administrator: everything, also in new tables.
    pub is_administrator: bool,
    /// The teams he belongs to that can own rows.
    pub owner_teams: Vec<Uuid>,
    /// The teams he belongs to that only receive shares.
    pub access_teams: Vec<Uuid>,
    /// What his roles and those of his teams grant, by privilege id.
    pub grants: HashMap<Uuid, Arc<Grant>>,
    /// What his column security profiles allow, by (table, column).
    pub columns: HashMap<(String, String), ColumnRights>,
}

/// On which rows a privilege may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grant {
    /// On all of them.
    pub global: bool,
    /// On those of these owners.
    pub owners: Vec<Uuid>,
    /// On those of these business units.
    pub units: Vec<Uuid>,
    /// The greatest depth of the roles that grant it.
    pub depth: Depth,
}

/// How far a privilege reaches (`PrivilegeDepth`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// The user's own rows.
    #[default]
    Basic,
    /// His business unit.
    Local,
    /// His business unit and those below it.
    Deep,
    /// The whole organisation.
    Global,
}

/// What may be done with a secured column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnRights {
    /// Whether its value is shown.
    pub read: bool,
    /// Whether a new row may set it.
    pub create: bool,
    /// Whether an update may change it.
    pub update: bool,
}

impl User {
    /// The same person with the rights of the server.
    pub(crate) fn as_system(&self) -> Self {
        Self { is_system: true, grants: HashMap::new(), columns: HashMap::new(), ..self.clone() }
    }
}
