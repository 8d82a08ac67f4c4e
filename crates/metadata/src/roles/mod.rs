//! The security roles that every environment has from the start.

pub(crate) mod matrix;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use uuid::{Uuid, uuid};

use crate::privileges::{self, Depth, Privilege};
use crate::{Table, system};

/// The role that may do everything; new tables are granted to it.
pub const SYSTEM_ADMINISTRATOR: &str = "System Administrator";
/// The role that may change the schema; new tables are granted to it.
pub const SYSTEM_CUSTOMIZER: &str = "System Customizer";
/// The role of makers, who create resources and see no data.
pub const ENVIRONMENT_MAKER: &str = "Environment Maker";
/// The role of people who use apps, on their own rows. Older environments call it
/// [`BASIC_USER_OLD_NAME`].
pub const BASIC_USER: &str = "Basic User";
/// What [`BASIC_USER`] was called before.
pub const BASIC_USER_OLD_NAME: &str = "Common Data Service User";
/// The role that may act on behalf of others.
pub const DELEGATE: &str = "Delegate";

/// A role that every environment has from the start.
#[derive(Clone, Debug, PartialEq)]
pub struct PredefinedRole {
    /// Its name.
    pub name: &'static str,
    /// The id of its row in the root business unit, for the roles that have the same one in every
    /// environment. The others get a new one.
    pub id: Option<Uuid>,
    /// The id of its template, by which clients find it in every environment.
    pub template_id: Option<Uuid>,
    /// What it grants, sorted by privilege, each at most once.
    pub grants: Vec<Grant>,
}

/// A privilege with how deep it is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The name of the privilege; [`privileges::privilege_id`] has its id.
    pub privilege: String,
    /// How deep.
    pub depth: Depth,
}

/// Name, id of the row, id of the template.
const IDS: [(&str, Option<Uuid>, Option<Uuid>); matrix::ROLES.len()] = [
    (SYSTEM_ADMINISTRATOR, None, Some(uuid!("627090ff-40a3-4053-8790-584edc5be201"))),
    (SYSTEM_CUSTOMIZER, None, Some(uuid!("119f245c-3cc8-4b62-b31c-d1a046ced15d"))),
    (ENVIRONMENT_MAKER, Some(uuid!("d58407f2-48d5-e711-a82c-000d3a37c848")), None),
    (BASIC_USER, None, Some(uuid!("236750cd-45ae-4939-ab12-b24b920ced93"))),
    (DELEGATE, None, Some(uuid!("d892cc0b-28c7-4e88-bd92-72f2c366baed"))),
    ("Service Reader", Some(uuid!("494d392f-d3f4-42ba-af49-30c6f41e6093")), None),
    ("Service Writer", Some(uuid!("68f2d372-e1a5-4298-9a93-4b39757caf93")), None),
    ("Service Deleter", Some(uuid!("3b305bc7-5cf5-464b-985e-d6237f6496f1")), None),
    ("Support User", None, Some(uuid!("2d101bb3-5ced-4122-83f1-94d5efde4e3b"))),
    ("App Opener", Some(uuid!("979144c2-989b-41a5-a146-6b3ea4130e8c")), None),
];

/// The predefined roles with all that they grant.
///
/// The rights on tables come from exports of the real roles: see `matrix`. What those exports do
/// not know (a few internal tables that are newer, or ours) is treated like a new table.
pub fn predefined() -> &'static [PredefinedRole] {
    static ROLES: LazyLock<Vec<PredefinedRole>> = LazyLock::new(|| {
        let ids = IDS.iter().copied().enumerate();
        ids.map(|(column, (name, id, template_id))| PredefinedRole {
            name,
            id,
            template_id,
            grants: grants(column, name),
        })
        .collect()
    });
    &ROLES
}

/// The predefined role with this name, in any case, or by its old name.
pub fn find(name: &str) -> Option<&'static PredefinedRole> {
    let name = if name.eq_ignore_ascii_case(BASIC_USER_OLD_NAME) { BASIC_USER } else { name };
    predefined().iter().find(|role| role.name.eq_ignore_ascii_case(name))
}

fn grants(column: usize, role: &str) -> Vec<Grant> {
    let mut found: BTreeMap<String, Grant> = BTreeMap::new();
    let mut put = |privilege: String, depth| {
        let key = privilege.to_lowercase();
        let grant = found.entry(key).or_insert(Grant { privilege, depth });
        grant.depth = grant.depth.max(depth);
    };
    for row in matrix::rows() {
        for (right, depth) in row.grants(column) {
            put(privileges::name(right, row.stem), depth);
        }
    }
    for line in matrix::miscellaneous() {
        if let Some(depth) = line.grant(column) {
            put(line.name.to_owned(), depth);
        }
    }
    for privilege in unknown_to_exports().filter(|_| gets_new_tables(role)) {
        put(privilege.name.clone(), Depth::Global);
    }
    found.into_values().collect()
}

fn unknown_to_exports() -> impl Iterator<Item = Privilege> {
    let schema = system::base_schema();
    let tables: Vec<_> = schema.tables().cloned().collect();
    let is_unknown =
        |table: &&std::sync::Arc<Table>| matrix::rows_of_stem(&table.privilege_stem).is_empty();
    let unknown: Vec<_> =
        tables.iter().filter(is_unknown).flat_map(|table| privileges::of_table(table)).collect();
    unknown.into_iter()
}

fn gets_new_tables(role: &str) -> bool {
    [SYSTEM_ADMINISTRATOR, SYSTEM_CUSTOMIZER].contains(&role)
}

/// What a new table grants by itself: every right on all rows to the roles that administer and
/// customise; nothing to others.
pub fn grants_of_new_table(table: &Table) -> Vec<(&'static PredefinedRole, Vec<Grant>)> {
    let grant = |privilege: Privilege| Grant { privilege: privilege.name, depth: Depth::Global };
    let grants: Vec<_> = privileges::of_table(table).into_iter().map(grant).collect();
    let roles = predefined().iter().filter(|role| gets_new_tables(role.name));
    roles.map(|role| (role, grants.clone())).collect()
}
