//! What happens in a tenant: each deed is done by somebody who may or may not, and the answer is
//! compared with the model before the model follows.

use base::Uuid;
use dataverse::messages::{
    Associate, Create, Delete, Disassociate, GrantAccess, ModifyAccess, RevokeAccess,
};
use dataverse::security::{Right, mask};
use dataverse::{Reference, Reply, RowInput};

use crate::refusal;
use crate::tenant::{TABLES, Tenant, update};

impl Tenant<'_> {
    /// One of all deeds.
    pub async fn anything(&mut self, seed: u64) {
        match self.dice.below(23) {
            0..=3 => self.share(seed).await,
            4 | 5 => self.rename(seed).await,
            6..=8 => self.assign(seed).await,
            9 | 10 => self.move_below(seed).await,
            11 | 12 => self.create(seed).await,
            13 => self.delete(seed).await,
            14 => self.write_secured(seed).await,
            15 => self.change_holder().await,
            16 => self.change_member().await,
            17 => self.change_superior().await,
            18 => self.set_hierarchy().await,
            19 => self.change_exclusion().await,
            20 => self.change_profile().await,
            21 => self.change_value().await,
            _ => match self.dice.percent(50) {
                true => self.move_user().await,
                false => self.change_role(self.dice.below(self.model.roles.len())).await,
            },
        }
    }

    fn any_row(&self, table: Option<&str>) -> Option<(Uuid, &'static str)> {
        let is_it = |wanted: &str| table.is_none_or(|table| table == wanted);
        let rows: Vec<_> = self.model.rows.iter().filter(|row| is_it(row.table)).collect();
        (!rows.is_empty()).then(|| self.dice.one(&rows)).map(|row| (row.id, row.table))
    }

    fn may(&self, actor: Option<Uuid>, right: Right, row: Uuid) -> bool {
        actor.is_none_or(|actor| self.model.may(actor, right, row))
    }

    async fn share(&mut self, seed: u64) {
        let Some((row, table)) = self.any_row(None) else { return };
        let (actor, whom) = (self.any_actor(), self.any_principal());
        let target = Reference::id(table, row);
        let principal = self.principal(whom);
        let rights: Vec<Right> = Right::ALL.into_iter().filter(|_| self.dice.percent(35)).collect();
        let gives = |right: &Right| *right == Right::Create || self.may(actor, *right, row);
        let may_share = self.may(actor, Right::Share, row);
        let given = mask(&rights);
        let old = self.model.shares.get(&(row, whom)).copied().unwrap_or(0);
        let kind = self.dice.below(10);
        let (reply, may, new) = match kind {
            0..=5 => {
                let may = may_share && rights.iter().all(gives);
                let grant = GrantAccess { target, principal, rights };
                (self.execute(actor, grant).await, may, old | given)
            }
            6 | 7 => {
                let may = may_share && rights.iter().all(gives);
                let modify = ModifyAccess { target, principal, rights };
                (self.execute(actor, modify).await, may, given)
            }
            _ => {
                let revoke = RevokeAccess { target, principal };
                (self.execute(actor, revoke).await, may_share, 0)
            }
        };
        let context =
            || format!("seed {seed}: {actor:?} shares {row} with {whom}\n{:#?}", self.model);
        assert_eq!(refusal(&reply, context).is_none(), may, "{}", context());
        if may {
            match new {
                0 => self.model.shares.remove(&(row, whom)),
                new => self.model.shares.insert((row, whom), new),
            };
        }
    }

    async fn rename(&mut self, seed: u64) {
        let Some((row, table)) = self.any_row(None) else { return };
        let actor = self.any_user();
        let name = if table == "account" { "name" } else { "lastname" };
        let change = update(table, row, RowInput::default().with(name, "new"));
        let reply = self.execute(Some(actor), change).await;
        let context = || format!("seed {seed}: {actor} renames {row}\n{:#?}", self.model);
        let wanted = self.model.verdict(actor, Right::Write, row);
        assert_eq!(refusal(&reply, context).as_deref(), wanted.code(), "{}", context());
    }

    async fn assign(&mut self, seed: u64) {
        let Some((row, table)) = self.any_row(None) else { return };
        let (actor, owner) = (self.any_actor(), self.any_owner());
        let row_input = RowInput::default().bind("ownerid", self.principal(owner));
        let reply = self.execute(actor, update(table, row, row_input)).await;
        let mut after = self.model.clone();
        let may = match self.model.row(row).owner == owner {
            true => self.may(actor, Right::Assign, row),
            false => after.assign(actor, row, owner),
        };
        let context =
            || format!("seed {seed}: {actor:?} assigns {row} to {owner}\n{:#?}", self.model);
        assert_eq!(refusal(&reply, context).is_none(), may, "{:?} {}", reply, context());
        if may {
            self.model = after;
        }
    }

    async fn move_below(&mut self, seed: u64) {
        let Some((row, _)) = self.any_row(Some("contact")) else { return };
        let actor = self.any_actor();
        let parent = self.any_parent("contact");
        let row_input = match parent {
            Some(parent) => RowInput::default()
                .bind("parentcustomerid_account", Reference::id("accounts", parent)),
            None => RowInput(vec![("parentcustomerid_account".to_owned(), dataverse::Input::Null)]),
        };
        let reply = self.execute(actor, update("contact", row, row_input)).await;
        let may_link = parent.is_none_or(|parent| {
            self.may(actor, Right::Append, row) && self.may(actor, Right::AppendTo, parent)
        });
        let may = may_link && self.may(actor, Right::Write, row);
        let context =
            || format!("seed {seed}: {actor:?} moves {row} below {parent:?}\n{:#?}", self.model);
        assert_eq!(refusal(&reply, context).is_none(), may, "{:?} {}", reply, context());
        if may {
            self.model.row_mut(row).parent = parent;
        }
    }

    async fn create(&mut self, seed: u64) {
        if self.model.rows.len() >= 12 {
            return;
        }
        let (actor, owner) = (self.any_actor(), self.any_owner());
        let table = self.dice.one(&TABLES).0;
        let parent = self.any_parent(table);
        let may = match actor {
            Some(actor) => self.model.may_create(actor, table, owner, parent),
            None => self.model.holds(owner, table, Right::Read),
        };
        let before = format!("{:#?}", self.model);
        let reply = self.add_row(actor, table, owner, parent).await;
        let context = || format!("seed {seed}: {actor:?} makes {table} of {owner}\n{before}");
        assert_eq!(refusal(&reply, context).is_none(), may, "{:?} {}", reply, context());
    }

    async fn delete(&mut self, seed: u64) {
        let Some((row, table)) = self.any_row(None) else { return };
        let actor = self.any_actor();
        let target = Reference::id(table, row);
        let reply = self.execute(actor, Delete { target, if_version: None }).await;
        let children = self.model.children(row);
        let mut all = std::iter::once(&row).chain(&children);
        let may = all.all(|row| self.may(actor, Right::Delete, *row));
        let context = || format!("seed {seed}: {actor:?} deletes {row}\n{:#?}", self.model);
        assert_eq!(refusal(&reply, context).is_none(), may, "{:?} {}", reply, context());
        if may {
            self.model.remove(row);
        }
    }

    async fn write_secured(&mut self, seed: u64) {
        let Some((row, table)) = self.any_row(Some("account")) else { return };
        let actor = self.any_user();
        let change = update(table, row, RowInput::default().with("description", "other"));
        let reply = self.execute(Some(actor), change).await;
        let may = self.model.may(actor, Right::Write, row) && self.model.column(actor, row).1;
        let context =
            || format!("seed {seed}: {actor} writes the column of {row}\n{:#?}", self.model);
        assert_eq!(refusal(&reply, context).is_none(), may, "{:?} {}", reply, context());
        if may {
            self.described.insert(row);
        }
    }

    async fn change_holder(&mut self) {
        let role = self.dice.below(self.model.roles.len());
        let holder = match self.dice.percent(60) {
            true => self.any_user(),
            false => self.model.teams[self.dice.below(3)].id,
        };
        let mut session = self.world.environment.begin(&self.world.admin).await.unwrap();
        self.give(&mut session, holder, role).await;
        session.commit().await.unwrap();
    }

    async fn change_member(&mut self) {
        let user = self.any_user();
        let number = self.dice.below(self.model.teams.len());
        if number == 2 {
            let is_member = !self.model.teams[2].members.contains(&user);
            return self.set_group(user, is_member).await;
        }
        let team = self.model.teams[number].id;
        let mut session = self.world.environment.begin(&self.world.admin).await.unwrap();
        self.join(&mut session, team, user).await;
        session.commit().await.unwrap();
    }

    async fn change_superior(&mut self) {
        let number = self.dice.below(self.model.users.len());
        let mut session = self.world.environment.begin(&self.world.admin).await.unwrap();
        self.set_superior(&mut session, number).await;
        session.commit().await.unwrap();
    }

    async fn change_exclusion(&mut self) {
        let table = self.dice.one(&TABLES).0;
        let set = "hierarchysecurityconfigurations";
        match self.exclusions.remove(table) {
            Some(id) => {
                let target = Reference::id(set, id);
                self.as_admin(Delete { target, if_version: None }).await.unwrap();
                self.model.excluded.remove(table);
            }
            None => {
                let row = RowInput::default().with("objecttypecode", table);
                let create = Create { table: set.to_owned(), row, returning: None };
                let id = self.as_admin(create).await.unwrap().id().unwrap();
                self.exclusions.insert(table, id);
                self.model.excluded.insert(table);
            }
        }
    }

    async fn change_profile(&mut self) {
        let number = self.dice.below(self.model.profiles.len());
        let member = match self.dice.percent(60) {
            true => self.any_user(),
            false => self.model.teams[self.dice.below(3)].id,
        };
        let profile = &mut self.model.profiles[number];
        let is_new = profile.members.insert(member);
        if !is_new {
            profile.members.remove(&member);
        }
        let other = Reference::id("fieldsecurityprofiles", profile.id);
        let is_user = self.model.user(member).is_some();
        let navigation = if is_user { "systemuserprofiles" } else { "teamprofiles" };
        let (target, navigation) = (self.principal(member), format!("{navigation}_association"));
        let done: base::Result<Reply> = match is_new {
            true => self.as_admin(Associate { target, navigation, related: vec![other] }).await,
            false => self.as_admin(Disassociate { target, navigation, related: Some(other) }).await,
        };
        done.unwrap();
    }

    /// Shares the value of the secured column of a row.
    async fn change_value(&mut self) {
        let Some((row, _)) = self.any_row(Some("account")) else { return };
        let whom = self.any_principal();
        if self.model.values.contains_key(&(row, whom)) {
            return;
        }
        let (read, change) = (self.dice.percent(80), self.dice.percent(50));
        let kind = if self.model.user(whom).is_some() { "systemuser" } else { "team" };
        let row_input = RowInput::default()
            .with("attributeid", self.secured.to_string())
            .with("readaccess", read)
            .with("updateaccess", change)
            .bind("objectid_account", Reference::id("accounts", row))
            .bind(format!("principalid_{kind}"), self.principal(whom));
        let table = "principalobjectattributeaccessset".to_owned();
        let create = Create { table, row: row_input, returning: None };
        self.as_admin(create).await.unwrap();
        self.model.values.insert((row, whom), (read, change));
    }

    /// To another business unit: the roles of the old one go.
    async fn move_user(&mut self) {
        let number = self.dice.below(self.model.users.len());
        let unit = self.dice.one(&self.model.units).0;
        let row = RowInput::default().bind("businessunitid", Reference::id("businessunits", unit));
        let user = &mut self.model.users[number];
        if user.unit != unit {
            user.unit = unit;
            user.roles.clear();
        }
        let id = user.id;
        self.as_admin(update("systemusers", id, row)).await.unwrap();
    }
}
