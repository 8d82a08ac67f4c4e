//! A user of an environment with everything that decides what he may do.

mod columns;
mod grants;
mod hierarchy;
mod load;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base::Uuid;
use metadata::LanguageCode;
pub use metadata::privileges::Depth;

use crate::calendar::Calendar;

pub use columns::ColumnRights;
pub use grants::Grant;
pub(crate) use grants::depth_of_mask;
pub(crate) use grants::units_below;
pub use hierarchy::Hierarchy;
pub(crate) use hierarchy::IDS_AT_ONCE;
pub(crate) use load::{ACCESS_TEAM, load, load_for, load_principal};

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
    pub language: LanguageCode,
    /// What his dates follow.
    pub calendar: Calendar,
    /// The server itself: passes every check.
    pub is_system: bool,
    /// Whether he holds the role System Administrator: everything, also in new tables.
    pub is_administrator: bool,
    /// Whether the organisation keeps an audit history.
    pub is_audited: bool,
    /// The user who acts for this one; nobody if he acts himself.
    pub on_behalf_by: Option<Uuid>,
    /// The teams he belongs to that can own rows.
    pub owner_teams: Vec<Uuid>,
    /// The teams he belongs to that only receive shares.
    pub access_teams: Vec<Uuid>,
    /// What his roles and those of his teams grant, by privilege id.
    pub grants: HashMap<Uuid, Arc<Grant>>,
    /// The tables of which a row is shared with him or a team of his, by logical name.
    pub shared_tables: HashSet<String>,
    /// Those below him, if the organisation has hierarchy security.
    pub hierarchy: Hierarchy,
    /// The secured columns of which a value is shared with him or a team of his, by definition.
    pub shared_columns: HashSet<Uuid>,
    /// What his column security profiles allow, by table and column.
    pub columns: HashMap<(String, String), ColumnRights>,
}

/// The privilege to act for another user.
pub const ACT_ON_BEHALF: &str = "prvActOnBehalfOfAnotherUser";

impl User {
    /// The same person with the rights of the server.
    pub(crate) fn as_system(&self) -> Self {
        Self {
            is_system: true,
            grants: HashMap::new(),
            columns: HashMap::new(),
            hierarchy: Hierarchy::default(),
            shared_columns: HashSet::new(),
            ..self.clone()
        }
    }

    /// He and all his teams: those with whom a row may be shared to reach him.
    pub fn principals(&self) -> Vec<Uuid> {
        let teams = self.owner_teams.iter().chain(&self.access_teams);
        std::iter::once(self.id).chain(teams.copied()).collect()
    }

    /// Whether he holds a privilege that belongs to no table, such as `prvPublishCustomization`.
    pub fn has_privilege(&self, name: &str) -> bool {
        self.depth(metadata::privileges::privilege_id(name)).is_some()
    }

    /// How far a privilege of his reaches; nothing if he does not hold it.
    pub fn depth(&self, privilege: Uuid) -> Option<Depth> {
        match self.is_system || self.is_administrator {
            true => Some(Depth::Global),
            false => self.grants.get(&privilege).map(|grant| grant.depth),
        }
    }
}
