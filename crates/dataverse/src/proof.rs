//! Why somebody may do something with a row, or why not: gate by gate, with what would change it.
//!
//! The answer itself is the one of [`security`]; what is told beside it comes from the same rights.

use std::sync::Arc;

use base::{Cx, Error, Result, Uuid};
use db::{Connection, Statement, Store, statement};
use metadata::Table;
use metadata::privileges::Depth;

use crate::security::{self, Access, ColumnUse, Right, access_name, refuse_column};
use crate::user::{self, User, depth_of_mask};
use crate::{Environment, Reference, plan};

/// A question: may this user or team use this right on this row, or on a column of it?
#[derive(Clone, Debug, PartialEq)]
pub struct AccessQuestion {
    /// A `systemuser` or a `team`.
    pub principal: Uuid,
    /// The right.
    pub right: Right,
    /// The row.
    pub row: Reference,
    /// A secured column of it.
    pub column: Option<String>,
}

/// The answer, with everything that led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessProof {
    /// Whether it is allowed.
    pub is_allowed: bool,
    /// The table of the row.
    pub table: String,
    /// The row.
    pub row: Uuid,
    /// The person's id in the directory; nothing for teams and applications.
    pub person: Option<Uuid>,
    /// What was looked at, in order.
    pub gates: Vec<Gate>,
    /// For a refusal: single changes that would each allow it (or bring it one gate further),
    /// smallest first.
    pub remedies: Vec<String>,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name: `user`, `privilege`, `ownership`, `depth`, `sharing`, `hierarchy`, `column`.
    pub name: &'static str,
    /// Whether it lets the user pass. Of `ownership`, `depth`, `sharing` and `hierarchy` one is
    /// enough.
    pub passes: bool,
    /// What was found.
    pub found: Vec<String>,
}

impl Gate {
    fn new(name: &'static str, passes: bool, found: Vec<String>) -> Self {
        Self { name, passes, found }
    }
}

/// How many roles are named that would help.
const ROLES_NAMED_MAX: usize = 5;

impl Environment {
    /// Explains an answer. Everybody may ask about himself, an administrator about anybody.
    pub async fn explain_access(&self, cx: &Cx, question: &AccessQuestion) -> Result<AccessProof> {
        let asker = self.user(cx).await?;
        let is_free = asker.is_administrator || asker.is_system;
        if !is_free && question.principal != asker.id {
            return Err(Error::forbidden(
                "0x80040220",
                "You can ask about your own access; a System Administrator of this environment can \
                 ask about anybody's.",
            ));
        }
        let schema = self.schema();
        let table = plan::table(&schema, &question.row.set_or_table)?.clone();
        let plan::RowKey::Id(row) = plan::row_key(&table, &question.row.key)? else {
            return Err(Error::not_implemented("Explaining access to a row by alternate key"));
        };
        let mut reader = self.store().read().await?;
        let mut prover = Prover {
            db: &mut reader,
            store: self.store(),
            table: &table,
            row,
            right: question.right,
            shows_others: is_free,
            person: None,
            gates: Vec::new(),
            remedies: Vec::new(),
        };
        let is_allowed = prover.prove(question).await?;
        let Prover { person, gates, remedies, .. } = prover;
        let table = table.logical_name.clone();
        Ok(AccessProof { is_allowed, table, row, person, gates, remedies })
    }
}

struct Prover<'a> {
    db: &'a mut Connection,
    store: &'a Store,
    table: &'a Arc<Table>,
    row: Uuid,
    right: Right,
    /// Whether the asker may read who owns the row, and with whom it is shared.
    shows_others: bool,
    person: Option<Uuid>,
    gates: Vec<Gate>,
    remedies: Vec<String>,
}

/// Whose a row is.
#[derive(Clone, Copy, Default)]
struct Owned {
    owner: Option<Uuid>,
    unit: Option<Uuid>,
}

impl Prover<'_> {
    async fn prove(&mut self, question: &AccessQuestion) -> Result<bool> {
        let user = user::load_principal(self.db, self.store, question.principal).await?;
        if !self.user_gate(&user).await? {
            return Ok(false);
        }
        let may_use = self.privilege_gate(&user).await?;
        let owned = self.owned().await?;
        if may_use {
            self.row_gates(&user, owned).await?;
        } else {
            self.suggest_roles(&user, owned).await?;
        }
        // The same check that guards the row.
        let check =
            security::check_row(self.db, self.store, &user, self.table, self.row, self.right);
        let mut is_allowed = match check.await {
            Ok(()) => true,
            Err(error) if error.kind == base::Kind::Forbidden => false,
            Err(error) => return Err(error),
        };
        if may_use && !is_allowed {
            self.suggest_reach(&user, owned).await?;
        }
        if let Some(name) = &question.column {
            is_allowed &= self.column_gate(&user, name).await?;
        }
        Ok(is_allowed)
    }

    /// He is enabled and has a role.
    async fn user_gate(&mut self, user: &User) -> Result<bool> {
        let table = self.store.table("systemuser");
        let sql = format!(
            "select isdisabled, azureactivedirectoryobjectid, applicationid from {table} \
             where systemuserid = ?1"
        );
        let row = self.db.query_opt(&statement!(sql, user.id)).await?;
        let Some(row) = row else {
            self.gates.push(Gate::new("user", true, vec!["It is a team.".to_owned()]));
            return Ok(true);
        };
        let is_person = row.get::<Option<Uuid>>(2)?.is_none();
        self.person = row.get::<Option<Uuid>>(1)?.filter(|_| is_person);
        if row.get::<Option<i64>>(0)? == Some(1) {
            self.gates.push(Gate::new("user", false, vec!["The user is disabled.".to_owned()]));
            self.remedies.push("Enable the user: set isdisabled of it to false.".to_owned());
            return Ok(false);
        }
        let has_role = user.is_administrator || !user.grants.is_empty();
        let found = match has_role {
            true => "The user is enabled and has a security role.",
            false => "The user has no security role, neither himself nor through a team.",
        };
        self.gates.push(Gate::new("user", has_role, vec![found.to_owned()]));
        if !has_role {
            let owned = self.owned().await?;
            self.suggest_roles(user, owned).await?;
        }
        Ok(has_role)
    }

    /// He holds the privilege: through which roles, at which depths.
    async fn privilege_gate(&mut self, user: &User) -> Result<bool> {
        let passes = security::access(user, self.table, self.right) != Access::None;
        let mut found = Vec::new();
        match (security::privilege(self.table, self.right), user.is_administrator) {
            (_, true) => found.push("The role System Administrator grants everything.".to_owned()),
            (None, false) => found.push("The table has no privileges of its own.".to_owned()),
            (Some(privilege), false) => {
                let name = security::privilege_name(self.table, self.right).unwrap_or_default();
                found = self.holdings(user, privilege, &name).await?;
                if found.is_empty() {
                    found.push(format!("No role grants {name} to the user."));
                }
            }
        }
        self.gates.push(Gate::new("privilege", passes, found));
        Ok(passes)
    }

    /// The roles that grant a privilege, with depth and, if so, the team that holds them.
    async fn holdings(&mut self, user: &User, privilege: Uuid, name: &str) -> Result<Vec<String>> {
        let role = self.store.table("role");
        let grants = self.store.table("roleprivileges");
        let of = |links: &str, key: &str| {
            let links = self.store.table(links);
            format!(
                "select r.name, p.privilegedepthmask, r.isinherited from {links} l \
                 join {role} r on r.roleid = l.roleid \
                 join {grants} p on p.roleid = coalesce(r.parentrootroleid, r.roleid) \
                 where l.{key} = ?1 and p.privilegeid = ?2 order by r.name"
            )
        };
        let direct = (of("systemuserroles", "systemuserid"), user.id, None);
        let of_team = of("teamroles", "teamid");
        let mut teams = user.owner_teams.clone();
        if teams.is_empty() {
            // A team that is asked about holds roles itself.
            teams.push(user.id);
        }
        let of_teams = teams.into_iter().map(|team| (of_team.clone(), team, Some(team)));
        let mut found = Vec::new();
        for (sql, holder, team) in std::iter::once(direct).chain(of_teams) {
            for row in self.db.query(&statement!(sql, holder, privilege)).await? {
                let role: String = row.get::<Option<String>>(0)?.unwrap_or_default();
                let Some(depth) = depth_of_mask(row.get(1)?) else { continue };
                let through = match team.filter(|team| *team != user.id) {
                    None => String::new(),
                    Some(team) => {
                        let is_inherited = row.get::<Option<i64>>(2)? == Some(1);
                        let whose = if is_inherited {
                            "as if it were the user's"
                        } else {
                            "for the team's rows"
                        };
                        format!(", held by the team {}, {whose}", self.name_of(team).await?)
                    }
                };
                let depth = depth.name();
                found.push(format!("The role {role:?} grants {name} with depth {depth}{through}."));
            }
        }
        Ok(found)
    }

    async fn name_of(&mut self, principal: Uuid) -> Result<String> {
        for (table, key, name) in
            [("team", "teamid", "name"), ("systemuser", "systemuserid", "fullname")]
        {
            let table = self.store.table(table);
            let sql = format!("select {name} from {table} where {key} = ?1");
            if let Some(row) = self.db.query_opt(&statement!(sql, principal)).await? {
                let name: Option<String> = row.get(0)?;
                return Ok(format!("{:?} ({principal})", name.unwrap_or_default()));
            }
        }
        Ok(principal.to_string())
    }

    async fn owned(&mut self) -> Result<Owned> {
        if !self.table.is_owned() {
            return Ok(Owned::default());
        }
        let dialect = self.store.dialect();
        let sql = format!(
            "select ownerid, owningbusinessunit from {} where {} = ?1",
            self.store.table(&dialect.physical_name(&self.table.logical_name)),
            dialect.quote(&dialect.physical_name(&self.table.primary_id)),
        );
        let row = self.db.query_opt(&statement!(sql, self.row)).await?;
        let row = row.ok_or_else(|| crate::not_found(&self.table.logical_name, self.row))?;
        Ok(Owned { owner: row.get(0)?, unit: row.get(1)? })
    }

    /// The ways to a row, for somebody who holds the privilege.
    async fn row_gates(&mut self, user: &User, owned: Owned) -> Result<()> {
        if user.is_administrator || !self.table.is_owned() {
            let is_all = security::access(user, self.table, self.right) == Access::All;
            let found = vec!["The privilege reaches all rows of the table.".to_owned()];
            let found = if is_all { found } else { Vec::new() };
            self.gates.push(Gate::new("depth", is_all, found));
            return Ok(());
        }
        let grant = security::privilege(self.table, self.right)
            .and_then(|privilege| user.grants.get(&privilege).cloned());
        let Some(grant) = grant else { return Ok(()) };
        let is_own = owned.owner.is_some_and(|owner| grant.owners.contains(&owner));
        let owner = match owned.owner.filter(|_| self.shows_others || is_own) {
            Some(owner) => format!("The row belongs to {}.", self.name_of(owner).await?),
            None => "The row belongs to somebody else.".to_owned(),
        };
        self.gates.push(Gate::new("ownership", is_own, vec![owner]));
        let in_unit = owned.unit.is_some_and(|unit| grant.units.contains(&unit));
        let reach = match (grant.global, grant.units.len()) {
            (true, _) => "The privilege reaches all rows.".to_owned(),
            (false, 0) => "The privilege reaches no whole business unit.".to_owned(),
            (false, units) => format!(
                "The privilege reaches {units} business unit(s); that of the row is {} them.",
                if in_unit { "one of" } else { "not one of" }
            ),
        };
        self.gates.push(Gate::new("depth", grant.global || in_unit, vec![reach]));
        let shares = self.shares(&user.principals()).await?;
        self.gates.push(Gate::new("sharing", !shares.is_empty(), shares));
        let below = user.hierarchy.of(&self.table.logical_name, self.right).to_vec();
        let mut found = Vec::new();
        if let Some(owner) = owned.owner.filter(|owner| below.contains(owner)) {
            let name = match self.shows_others {
                true => self.name_of(owner).await?,
                false => "somebody".to_owned(),
            };
            found.push(format!("The row belongs to {name}, who is below the user."));
        }
        found.extend(self.shares(&below).await?);
        self.gates.push(Gate::new("hierarchy", !found.is_empty(), found));
        Ok(())
    }

    /// The shares of the row that give the right to one of some principals.
    async fn shares(&mut self, principals: &[Uuid]) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for some in principals.chunks(user::IDS_AT_ONCE) {
            let mut statement = Statement::new("", Vec::new());
            let row = statement.param(self.row);
            let list = some.iter().map(|id| statement.param(*id)).collect::<Vec<_>>().join(", ");
            let sql = format!(
                "select principalid, coalesce(accessrightsmask, 0), \
                 coalesce(inheritedaccessrightsmask, 0) from {} where objectid = {row} \
                 and principalid in ({list}) order by principalid",
                self.store.table("principalobjectaccess")
            );
            statement.sql = sql.into();
            let bit = i64::from(self.right.bit());
            for row in self.db.query(&statement).await? {
                let (own, inherited): (i64, i64) = (row.get(1)?, row.get(2)?);
                let how = match (own & bit != 0, inherited & bit != 0) {
                    (true, _) => "is shared",
                    (false, true) => "inherits from a row above it that it is shared",
                    (false, false) => continue,
                };
                let whom = self.name_of(row.get(0)?).await?;
                found.push(format!("The row {how} with {whom}, with {}.", access_name(self.right)));
            }
        }
        Ok(found)
    }

    /// The least depth from the user's own business unit that would reach the row.
    async fn least_depth(&mut self, user: &User, owned: Owned) -> Result<Depth> {
        if !self.table.is_owned() {
            return Ok(Depth::Global);
        }
        let own = |owner: Uuid| owner == user.id || user.owner_teams.contains(&owner);
        if owned.owner.is_some_and(own) {
            return Ok(Depth::Basic);
        }
        if owned.unit == Some(user.business_unit) {
            return Ok(Depth::Local);
        }
        let units = user::units_below(self.db, self.store, user.business_unit).await?;
        match owned.unit.is_some_and(|unit| units.contains(&unit)) {
            true => Ok(Depth::Deep),
            false => Ok(Depth::Global),
        }
    }

    /// Roles that would do, those first that give least.
    async fn suggest_roles(&mut self, user: &User, owned: Owned) -> Result<()> {
        let Some(privilege) = security::privilege(self.table, self.right) else { return Ok(()) };
        let name = security::privilege_name(self.table, self.right).unwrap_or_default();
        let least = self.least_depth(user, owned).await?;
        let (role, grants) = (self.store.table("role"), self.store.table("roleprivileges"));
        let sql = format!(
            "select r.name, p.privilegedepthmask, \
             (select count(*) from {grants} o where o.roleid = r.roleid) from {role} r \
             join {grants} p on p.roleid = r.roleid \
             where r.parentroleid is null and p.privilegeid = ?1 order by 3, 1"
        );
        let mut named = 0;
        for row in self.db.query(&statement!(sql, privilege)).await? {
            let depth = depth_of_mask(row.get(1)?);
            let Some(depth) = depth.filter(|depth| *depth >= least) else { continue };
            let role: String = row.get::<Option<String>>(0)?.unwrap_or_default();
            let depth = depth.name();
            self.remedies
                .push(format!("Assign the role {role:?}, which grants {name} with depth {depth}."));
            named += 1;
            if named == ROLES_NAMED_MAX {
                break;
            }
        }
        let least = least.name();
        self.remedies.push(format!(
            "Add {name} with depth {least} to a role that the user holds in its business unit."
        ));
        Ok(())
    }

    /// What would let somebody who holds the privilege reach the row.
    async fn suggest_reach(&mut self, user: &User, owned: Owned) -> Result<()> {
        let name = security::privilege_name(self.table, self.right).unwrap_or_default();
        if self.table.is_owned() {
            self.remedies.push(format!(
                "Share the row with the user, with {} (GrantAccess).",
                access_name(self.right)
            ));
        }
        let least = self.least_depth(user, owned).await?.name();
        self.remedies.push(format!(
            "Raise {name} to depth {least} in a role that the user holds in its business unit."
        ));
        Ok(())
    }

    /// A secured column opens to those with a profile, or where its value is shared.
    async fn column_gate(&mut self, user: &User, name: &str) -> Result<bool> {
        let column = self.table.column(name).ok_or_else(|| {
            Error::invalid(format!("{} has no column '{name}'.", self.table.logical_name))
        })?;
        let used = match self.right {
            Right::Create => ColumnUse::Create,
            Right::Read => ColumnUse::Query,
            _ => ColumnUse::Update,
        };
        if !column.is_secured {
            let found = vec!["The column is not secured.".to_owned()];
            self.gates.push(Gate::new("column", true, found));
            return Ok(true);
        }
        if refuse_column(user, self.table, column, used).is_none() {
            let found =
                vec!["A column security profile or System Administrator opens it.".to_owned()];
            self.gates.push(Gate::new("column", true, found));
            return Ok(true);
        }
        let (db, store, row) = (&mut *self.db, self.store, self.row);
        let is_shared = security::is_value_shared(db, store, user, column, row, used).await?;
        let found = match is_shared {
            true => "The value of this row is shared with the user.",
            false => "No column security profile of the user opens it, and it is not shared.",
        };
        self.gates.push(Gate::new("column", is_shared, vec![found.to_owned()]));
        if !is_shared {
            self.remedies.push(format!(
                "Give the user a column security profile that allows it for {}.{name}.",
                self.table.logical_name
            ));
        }
        Ok(is_shared)
    }
}
