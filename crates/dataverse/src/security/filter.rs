//! Which rows a user reaches, as a condition of SQL.

use std::borrow::Cow;

use base::Uuid;
use db::{Dialect, Statement, Store};
use metadata::{Ownership, Table};

use crate::User;
use crate::security::Right;
use crate::user::Grant;

/// The table of shares.
pub(super) const RECEIVED: &str = "principalobjectaccess";

/// The table of those who take part in activities.
pub(crate) const PARTY: &str = "activityparty";

/// The rows of one table that a user reaches with one right.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter<'a> {
    /// Those of these owners …
    owners: Cow<'a, [Uuid]>,
    /// … and those of these business units …
    units: &'a [Uuid],
    /// … and those shared with one of these principals.
    shared_with: Vec<Uuid>,
    right: Right,
    table: &'a Table,
}

/// What a condition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To find rows: each way to a row is one that an index serves.
    Find,
    /// To check rows that are found in another way.
    Check,
}

/// Whether rows of a table are shared with the user, a team of his, or those below him.
fn is_shared(user: &User, table: &Table) -> bool {
    // A row of an activity is shared in the table of its kind.
    let is_any = table.logical_name == "activitypointer" && !user.shared_tables.is_empty();
    table.is_owned() && (is_any || user.shared_tables.contains(&table.logical_name))
}

impl<'a> Filter<'a> {
    pub(super) fn new(user: &'a User, table: &'a Table, right: Right, grant: &'a Grant) -> Self {
        let below = match table.is_owned() {
            true => user.hierarchy.of(&table.logical_name, right),
            false => &[],
        };
        let mut shared_with = Vec::new();
        if is_shared(user, table) {
            shared_with = user.principals();
            shared_with.extend(below);
        }
        let owners = match below {
            [] => Cow::Borrowed(&*grant.owners),
            below => Cow::Owned([&*grant.owners, below].concat()),
        };
        Self { owners, units: &grant.units, shared_with, right, table }
    }

    /// The shares that a user has received, himself or through a team.
    pub(super) fn received(user: &User, table: &'a Table) -> Self {
        let owners = Cow::Owned(user.principals());
        Self { owners, units: &[], shared_with: Vec::new(), right: Right::Read, table }
    }

    /// The condition that a row of `alias` must meet. Its parameters are added to `statement`.
    pub fn condition(
        &self,
        store: &Store,
        alias: &str,
        purpose: Purpose,
        statement: &mut Statement,
    ) -> String {
        if self.table.logical_name != PARTY {
            return self.own_condition(store, alias, purpose, statement);
        }
        // Whoever reaches an activity reaches those who take part in it.
        let dialect = store.dialect();
        let activities = store.table("activitypointer");
        let inner = self.own_condition(store, "activity", purpose, statement);
        let of = column(dialect, alias, "activityid");
        format!(
            "exists (select 1 from {activities} activity where activity.activityid = {of} and {inner})"
        )
    }

    fn own_condition(
        &self,
        store: &Store,
        alias: &str,
        purpose: Purpose,
        statement: &mut Statement,
    ) -> String {
        let dialect = store.dialect();
        let mut ways = Vec::new();
        if let Some(owner) = owner_column(self.table) {
            ways.extend(is_one_of(&column(dialect, alias, owner), &self.owners, statement));
        }
        if let Some(unit) = unit_column(self.table) {
            ways.extend(is_one_of(&column(dialect, alias, unit), self.units, statement));
        }
        if !self.shared_with.is_empty() {
            ways.push(self.shared(store, alias, purpose, statement));
        }
        match ways.as_slice() {
            [] => "1 = 0".to_owned(),
            [one] => one.clone(),
            _ => format!("({})", ways.join(" or ")),
        }
    }

    fn shared(
        &self,
        store: &Store,
        alias: &str,
        purpose: Purpose,
        statement: &mut Statement,
    ) -> String {
        let shares = store.table(RECEIVED);
        let key =
            if self.table.logical_name == PARTY { "activityid" } else { &*self.table.primary_id };
        let id = column(store.dialect(), alias, key);
        let principals = is_one_of("shares.principalid", &self.shared_with, statement);
        let principals = principals.unwrap_or_else(|| "1 = 0".to_owned());
        let bit = statement.param(i64::from(self.right.bit()));
        let allows = format!(
            "((coalesce(shares.accessrightsmask, 0) \
             | coalesce(shares.inheritedaccessrightsmask, 0)) & {bit}) <> 0"
        );
        match purpose {
            Purpose::Check => format!(
                "exists (select 1 from {shares} shares where shares.objectid = {id} \
                 and {principals} and {allows})"
            ),
            Purpose::Find => {
                let select = format!(
                    "select shares.objectid from {shares} shares where {principals} and {allows}"
                );
                store.dialect().is_found(&id, &select)
            }
        }
    }

    /// Whether it reaches whole business units.
    pub fn has_units(&self) -> bool {
        !self.units.is_empty()
    }

    /// Whether a row of this owner and business unit is reached without a share.
    pub fn reaches(&self, owner: Option<Uuid>, unit: Option<Uuid>) -> bool {
        owner.is_some_and(|owner| self.owners.contains(&owner))
            || unit.is_some_and(|unit| self.units.contains(&unit))
    }
}

/// The column whose value makes a row a user's own.
fn owner_column(table: &Table) -> Option<&str> {
    match (table.ownership, table.logical_name.as_str()) {
        (Ownership::UserOwned, _) | (_, PARTY) => Some("ownerid"),
        (_, "systemuser" | "usersettings") => Some("systemuserid"),
        (_, "team") => Some("teamid"),
        (_, RECEIVED) => Some("principalid"),
        _ => None,
    }
}

/// The column that holds the business unit of a row.
fn unit_column(table: &Table) -> Option<&str> {
    match table.ownership {
        _ if table.logical_name == PARTY => Some("owningbusinessunit"),
        Ownership::UserOwned => Some("owningbusinessunit"),
        // Also of `businessunit` itself, whose own id this is.
        Ownership::BusinessOwned => Some("businessunitid"),
        _ => None,
    }
}

fn column(dialect: Dialect, alias: &str, logical_name: &str) -> String {
    format!("{alias}.{}", dialect.quote(&dialect.physical_name(logical_name)))
}

fn is_one_of(expr: &str, ids: &[Uuid], statement: &mut Statement) -> Option<String> {
    let params: Vec<_> = ids.iter().map(|id| statement.param(*id)).collect();
    match params.as_slice() {
        [] => None,
        [one] => Some(format!("{expr} = {one}")),
        _ => Some(format!("{expr} in ({})", params.join(", "))),
    }
}
