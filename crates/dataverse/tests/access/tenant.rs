//! A random tenant: the same things in the environment and in the model.

use std::collections::{BTreeMap, BTreeSet};

use base::{Caller, Cx, Error, Random, Result, SeededRandom, Uuid};
use dataverse::messages::{
    AddPrivilegesRole, Associate, Create, Delete, Disassociate, ReplacePrivilegesRole,
    RolePrivilege, Update,
};
use dataverse::security::Right;
use dataverse::{Depth, Input, Message, Reference, Reply, RowInput, Session};
use metadata::privileges::privilege_id;

use crate::common::World;
use crate::model::{Hierarchy, Model, Profile, Role, Row, Team, User};

/// The tables of the tenant, with the stems of their privileges.
pub const TABLES: [(&str, &str); 2] = [("account", "Account"), ("contact", "Contact")];

/// Throws dice.
pub struct Dice(SeededRandom);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    /// Below `n`.
    pub fn below(&self, n: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % n as u64).unwrap()
    }

    /// In `n` of a hundred throws.
    pub fn percent(&self, n: usize) -> bool {
        self.below(100) < n
    }

    pub fn one<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

pub struct Tenant<'w> {
    pub world: &'w World,
    pub model: Model,
    pub dice: Dice,
    /// The contexts of the users.
    pub callers: BTreeMap<Uuid, Cx>,
    /// The definition of the secured column.
    pub secured: Uuid,
    /// The rows that leave tables out of hierarchy security.
    pub exclusions: BTreeMap<&'static str, Uuid>,
    /// The rows whose secured column has a value.
    pub described: BTreeSet<Uuid>,
    organization: Uuid,
}

const RIGHTS: [Right; 8] = Right::ALL;

impl<'w> Tenant<'w> {
    /// Makes a tenant below the root business unit.
    pub async fn make(world: &'w World, seed: u64) -> Self {
        let dice = Dice::new(seed);
        let schema = world.environment.schema();
        let column = schema.table("account").unwrap().column("description").unwrap();
        let Reply::WhoAmI { organization, business_unit, .. } =
            world.environment.execute(&world.admin, dataverse::messages::WhoAmI).await.unwrap()
        else {
            panic!("who am I")
        };
        let mut tenant = Self {
            world,
            model: Model { units: vec![(business_unit, None)], ..Model::default() },
            dice,
            callers: BTreeMap::new(),
            secured: column.metadata_id,
            exclusions: BTreeMap::new(),
            described: BTreeSet::new(),
            organization,
        };
        let mut session = world.environment.begin(&world.admin).await.unwrap();
        tenant.units(&mut session, seed).await;
        tenant.roles(&mut session, seed).await;
        tenant.positions(&mut session, seed).await;
        tenant.users(&mut session, seed).await;
        tenant.teams(&mut session, seed).await;
        tenant.profiles(&mut session, seed).await;
        session.commit().await.unwrap();
        for _ in 0..8 {
            let table = tenant.dice.one(&TABLES).0;
            let owner = tenant.any_owner();
            let parent = tenant.any_parent(table);
            // Now and then nobody can own rows.
            let may = tenant.model.holds(owner, table, Right::Read);
            assert_eq!(tenant.add_row(None, table, owner, parent).await.is_ok(), may);
        }
        tenant.set_hierarchy().await;
        tenant
    }

    async fn units(&mut self, session: &mut Session<'_>, seed: u64) {
        for number in 0..3 + self.dice.below(2) {
            let parent = self.dice.one(&self.model.units).0;
            let row = RowInput::default()
                .with("name", format!("Unit {seed} {number}"))
                .bind("parentbusinessunitid", Reference::id("businessunits", parent));
            let id = made(session, "businessunits", row).await;
            self.model.units.push((id, Some(parent)));
        }
    }

    async fn roles(&mut self, session: &mut Session<'_>, seed: u64) {
        for number in 0..4 {
            let is_inherited = self.dice.percent(50);
            let row = RowInput::default()
                .with("name", format!("Role {seed} {number}"))
                .with("isinherited", i32::from(is_inherited));
            let id = made(session, "roles", row).await;
            let grants = self.any_grants();
            let privileges = privileges(&grants);
            session.execute(AddPrivilegesRole { role: id, privileges }).await.unwrap();
            self.model.roles.push(Role { id, is_inherited, grants });
        }
    }

    /// Some privileges; the more basic, the more likely.
    pub fn any_grants(&self) -> BTreeMap<(&'static str, u8), Depth> {
        let depths = [Depth::Basic, Depth::Basic, Depth::Local, Depth::Deep, Depth::Global];
        let mut grants = BTreeMap::new();
        let density = 25 + self.dice.below(60);
        for (table, _) in TABLES {
            for right in RIGHTS {
                if self.dice.percent(density) {
                    grants.insert((table, right as u8), *self.dice.one(&depths));
                }
            }
        }
        grants
    }

    async fn positions(&mut self, session: &mut Session<'_>, seed: u64) {
        for number in 0..4 {
            let above = self.model.positions.last().map(|(id, _)| *id);
            let above = above.filter(|_| self.dice.percent(75));
            let mut row = RowInput::default().with("name", format!("Position {seed} {number}"));
            if let Some(above) = above {
                row = row.bind("parentpositionid", Reference::id("positions", above));
            }
            let id = made(session, "positions", row).await;
            self.model.positions.push((id, above));
        }
    }

    async fn users(&mut self, session: &mut Session<'_>, seed: u64) {
        for number in 0..5_u64 {
            let object = Uuid::from_u128(u128::from(seed) << 16 | u128::from(number) | 1 << 100);
            let unit = self.dice.one(&self.model.units).0;
            let name = format!("User {seed} {number}");
            let row = RowInput::default()
                .with("fullname", name.clone())
                .with("domainname", name)
                .with("azureactivedirectoryobjectid", object.to_string())
                .bind("businessunitid", Reference::id("businessunits", unit));
            let id = made(session, "systemusers", row).await;
            self.callers.insert(id, self.world.admin.with_caller(Caller::User(object)));
            let roles = BTreeSet::new();
            self.model.users.push(User { id, unit, roles, manager: None, position: None });
            for role in 0..self.model.roles.len() {
                if self.dice.percent(35) {
                    self.give(session, id, role).await;
                }
            }
        }
        for number in 0..self.model.users.len() {
            self.set_superior(session, number).await;
        }
    }

    /// A manager among those before, so that there are no circles, and a position.
    pub async fn set_superior(&mut self, session: &mut Session<'_>, number: usize) {
        let above = (number > 0 && self.dice.percent(70)).then(|| self.dice.below(number));
        let manager = above.map(|above| self.model.users[above].id);
        let position = self.dice.percent(80).then(|| self.dice.one(&self.model.positions).0);
        let bind = |row: RowInput, name: &str, set: &str, id: Option<Uuid>| match id {
            Some(id) => row.bind(name, Reference::id(set, id)),
            None => RowInput([row.0, vec![(name.to_owned(), Input::Null)]].concat()),
        };
        let row = bind(RowInput::default(), "parentsystemuserid", "systemusers", manager);
        let row = bind(row, "positionid", "positions", position);
        let user = &mut self.model.users[number];
        (user.manager, user.position) = (manager, position);
        session.execute(update("systemusers", user.id, row)).await.unwrap();
    }

    async fn teams(&mut self, session: &mut Session<'_>, seed: u64) {
        for number in 0..4 {
            let is_access = number == 3;
            let unit = self.dice.one(&self.model.units).0;
            let mut row = RowInput::default()
                .with("name", format!("Team {seed} {number}"))
                .with(
                    "teamtype",
                    if is_access {
                        1
                    } else if number == 2 {
                        2
                    } else {
                        0
                    },
                )
                .bind("businessunitid", Reference::id("businessunits", unit));
            if number == 2 {
                let group = Uuid::from_u128(u128::from(seed) << 16 | 1 << 101);
                row = row.with("azureactivedirectoryobjectid", group.to_string());
            }
            let id = made(session, "teams", row).await;
            let (members, roles) = (BTreeSet::new(), BTreeSet::new());
            self.model.teams.push(Team { id, unit, is_access, members, roles });
            for role in 0..self.model.roles.len() {
                if !is_access && self.dice.percent(30) {
                    self.give(session, id, role).await;
                }
            }
            for user in self.callers.keys().copied().collect::<Vec<_>>() {
                if number != 2 && self.dice.percent(40) {
                    self.join(session, id, user).await;
                }
            }
        }
    }

    async fn profiles(&mut self, session: &mut Session<'_>, seed: u64) {
        for number in 0..2 {
            let (read, update) = (self.dice.percent(80), self.dice.percent(50));
            let row = RowInput::default().with("name", format!("Profile {seed} {number}"));
            let id = made(session, "fieldsecurityprofiles", row).await;
            let option = |is_allowed| if is_allowed { 4 } else { 0 };
            let row = RowInput::default()
                .with("entityname", "account")
                .with("attributelogicalname", "description")
                .with("canread", option(read))
                .with("cancreate", 0)
                .with("canupdate", option(update))
                .bind("fieldsecurityprofileid", Reference::id("fieldsecurityprofiles", id));
            made(session, "fieldpermissions", row).await;
            self.model.profiles.push(Profile { id, read, update, members: BTreeSet::new() });
        }
    }

    fn kind(&self, principal: Uuid) -> (&'static str, &'static str) {
        match self.model.user(principal) {
            Some(_) => ("systemusers", "systemuser"),
            None => ("teams", "team"),
        }
    }

    pub fn principal(&self, id: Uuid) -> Reference {
        Reference::id(self.kind(id).0, id)
    }

    /// Gives a role, in the copy of the holder's business unit, or takes it away.
    pub async fn give(&mut self, session: &mut Session<'_>, holder: Uuid, role: usize) {
        let (set, table) = self.kind(holder);
        let navigation = format!("{table}roles_association");
        let (held, unit) = match self.model.users.iter_mut().find(|user| user.id == holder) {
            Some(user) => (&mut user.roles, user.unit),
            None => {
                let team = self.model.teams.iter_mut().find(|team| team.id == holder).unwrap();
                (&mut team.roles, team.unit)
            }
        };
        let is_new = held.insert(role);
        if !is_new {
            held.remove(&role);
        }
        let sql = session
            .store()
            .sql("select roleid from {role} where parentrootroleid = ?1 and businessunitid = ?2");
        let statement = db::statement!(sql, self.model.roles[role].id, unit);
        let copy: Uuid = session.tx().query_one(&statement).await.unwrap().get(0).unwrap();
        link(session, Reference::id(set, holder), navigation, Reference::id("roles", copy), is_new)
            .await;
    }

    /// Puts a user into a team, or takes him out.
    pub async fn join(&mut self, session: &mut Session<'_>, team: Uuid, user: Uuid) {
        let members = &mut self.model.teams.iter_mut().find(|one| one.id == team).unwrap().members;
        let is_new = members.insert(user);
        if !is_new {
            members.remove(&user);
        }
        let navigation = "teammembership_association".to_owned();
        let (team, user) = (Reference::id("teams", team), Reference::id("systemusers", user));
        link(session, team, navigation, user, is_new).await;
    }

    /// The members of the team of the group are those that the directory says.
    pub async fn set_group(&mut self, user: Uuid, is_member: bool) {
        let team = self.model.teams[2].id;
        let group = {
            let mut reader = self.world.environment.store().read().await.unwrap();
            let sql = self.world.environment.store().sql(
                "select t.azureactivedirectoryobjectid, u.azureactivedirectoryobjectid \
                 from {team} t, {systemuser} u where t.teamid = ?1 and u.systemuserid = ?2",
            );
            let row = reader.query_one(&db::statement!(sql, team, user)).await.unwrap();
            (row.get::<Uuid>(0).unwrap(), row.get::<Uuid>(1).unwrap())
        };
        let groups = if is_member { vec![group.0] } else { Vec::new() };
        let environment = &self.world.environment;
        environment.follow_groups(&self.world.system, group.1, &groups).await.unwrap();
        match is_member {
            true => self.model.teams[2].members.insert(user),
            false => self.model.teams[2].members.remove(&user),
        };
    }

    /// Whether there is hierarchy security, of which kind and how deep; and what a former owner
    /// keeps.
    pub async fn set_hierarchy(&mut self) {
        let is_on = self.dice.percent(60);
        let (by_position, depth) = (self.dice.percent(40), 1 + self.dice.below(3));
        let keeps = self.dice.percent(25);
        self.model.hierarchy = is_on.then_some(Hierarchy { by_position, depth });
        self.model.keeps_for_previous_owner = keeps;
        let row = RowInput::default()
            .with("ishierarchicalsecuritymodelenabled", is_on)
            .with("usepositionhierarchy", by_position)
            .with("maxdepthforhierarchicalsecuritymodel", i32::try_from(depth).unwrap())
            .with("sharetopreviousowneronassign", keeps);
        self.as_admin(update("organizations", self.organization, row)).await.unwrap();
    }

    pub async fn as_admin(&self, message: impl Into<Message>) -> Result<Reply> {
        self.world.environment.execute(&self.world.admin, message).await
    }

    /// Carries out a message as a user, or as the administrator.
    pub async fn execute(&self, user: Option<Uuid>, message: impl Into<Message>) -> Result<Reply> {
        let cx = user.map_or(&self.world.admin, |user| &self.callers[&user]);
        self.world.environment.execute(cx, message).await
    }

    pub fn any_user(&self) -> Uuid {
        self.dice.one(&self.model.users).id
    }

    /// A user, or now and then the administrator.
    pub fn any_actor(&self) -> Option<Uuid> {
        (!self.dice.percent(15)).then(|| self.any_user())
    }

    /// Somebody who can own rows of both tables, if they were his to read.
    pub fn any_owner(&self) -> Uuid {
        let readers =
            |id: &Uuid| TABLES.iter().all(|(table, _)| self.model.holds(*id, table, Right::Read));
        let users = self.model.users.iter().map(|user| user.id);
        let teams = self.model.teams.iter().filter(|team| !team.is_access).map(|team| team.id);
        let all: Vec<Uuid> = users.chain(teams).collect();
        let can_read: Vec<Uuid> = all.iter().copied().filter(readers).collect();
        match can_read.is_empty() || self.dice.percent(10) {
            true => *self.dice.one(&all),
            false => *self.dice.one(&can_read),
        }
    }

    pub fn any_principal(&self) -> Uuid {
        match self.dice.percent(60) {
            true => self.any_user(),
            false => self.dice.one(&self.model.teams).id,
        }
    }

    /// A row above, for a row that can have one.
    pub fn any_parent(&self, table: &str) -> Option<Uuid> {
        let accounts: Vec<Uuid> =
            self.model.rows.iter().filter(|row| row.table == "account").map(|row| row.id).collect();
        let has_one = table == "contact" && !accounts.is_empty() && self.dice.percent(70);
        has_one.then(|| *self.dice.one(&accounts))
    }

    /// Makes a row, also in the model if it could be made.
    pub async fn add_row(
        &mut self,
        actor: Option<Uuid>,
        table: &'static str,
        owner: Uuid,
        parent: Option<Uuid>,
    ) -> Result<(), Error> {
        let mut row = RowInput::default().bind("ownerid", self.principal(owner));
        row = match table {
            "account" => row.with("name", "a"),
            _ => row.with("lastname", "c"),
        };
        let is_described = actor.is_none() && table == "account";
        if is_described {
            row = row.with("description", "secret");
        }
        if let Some(parent) = parent {
            row = row.bind("parentcustomerid_account", Reference::id("accounts", parent));
        }
        let create = Create { table: table.to_owned(), row, returning: None };
        let id = self.execute(actor, create).await?.id().unwrap();
        self.model.rows.push(Row { id, table, owner, parent });
        if is_described {
            self.described.insert(id);
        }
        Ok(())
    }

    /// Takes the rows of the tenant away, and its settings.
    pub async fn clear(self) {
        for (_, id) in self.exclusions {
            let target = Reference::id("hierarchysecurityconfigurations", id);
            let delete = Delete { target, if_version: None };
            self.world.environment.execute(&self.world.admin, delete).await.unwrap();
        }
        for row in self.model.rows.iter().rev() {
            let target = Reference::id(row.table, row.id);
            let delete = Delete { target, if_version: None };
            let _ = self.world.environment.execute(&self.world.system, delete).await;
        }
    }

    /// Replaces what a role grants.
    pub async fn change_role(&mut self, role: usize) {
        let grants = self.any_grants();
        let message = ReplacePrivilegesRole {
            role: self.model.roles[role].id,
            privileges: privileges(&grants),
        };
        self.as_admin(message).await.unwrap();
        self.model.roles[role].grants = grants;
    }
}

fn privileges(grants: &BTreeMap<(&'static str, u8), Depth>) -> Vec<RolePrivilege> {
    let privilege = |((table, right), depth): (&(&'static str, u8), &Depth)| {
        let stem = TABLES.iter().find(|(name, _)| name == table).unwrap().1;
        let right = RIGHTS.into_iter().find(|one| *one as u8 == *right).unwrap();
        let name = metadata::privileges::name(right, stem);
        RolePrivilege { privilege: privilege_id(&name), depth: *depth }
    };
    grants.iter().map(privilege).collect()
}

pub fn update(set: &str, id: Uuid, row: RowInput) -> Update {
    Update { target: Reference::id(set, id), row, if_version: None, returning: None }
}

pub async fn made(session: &mut Session<'_>, table: &str, row: RowInput) -> Uuid {
    let create = Create { table: table.to_owned(), row, returning: None };
    session.execute(create).await.unwrap().id().unwrap()
}

async fn link(
    session: &mut Session<'_>,
    target: Reference,
    navigation: String,
    other: Reference,
    is_new: bool,
) {
    let done = match is_new {
        true => session.execute(Associate { target, navigation, related: vec![other] }).await,
        false => session.execute(Disassociate { target, navigation, related: Some(other) }).await,
    };
    done.unwrap();
}
