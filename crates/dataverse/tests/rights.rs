//! Who may do what with which rows: depths, business units, teams, shares, secured columns, roles.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod common;

use std::fmt::Write;

use base::{Caller, Cx, Error, Result, Uuid};
use common::{World, cx, person, worlds};
use dataverse::messages::{
    AddPrivilegesRole, Associate, Create, Delete, Disassociate, GrantAccess, ModifyAccess,
    Retrieve, RetrieveFetch, RetrieveMultiple, RetrievePrincipalAccess, RevokeAccess,
    RolePrivilege, Update, UpdateColumn,
};
use dataverse::security::{self, Access, Right};
use dataverse::{Depth, Message, Reference, Reply, RowInput};
use metadata::privileges::privilege_id;
use query::Query;

/// A tree of business units (root above west and east, west above far), a user in each.
struct Tree {
    world: World,
    role: Uuid,
    west: Uuid,
    far: Uuid,
    east: Uuid,
    /// In the root, west, far and east.
    users: Vec<(Uuid, Cx)>,
}

impl World {
    async fn try_run(&self, cx: &Cx, message: impl Into<Message>) -> Result<Reply> {
        self.environment.execute(cx, message).await
    }

    async fn run(&self, cx: &Cx, message: impl Into<Message>) -> Reply {
        self.try_run(cx, message).await.expect("the message is carried out")
    }

    async fn create(&self, cx: &Cx, table: &str, row: RowInput) -> Result<Uuid> {
        let message = Create { table: table.to_owned(), row, returning: None };
        Ok(self.try_run(cx, message).await?.id().expect("a row has an id"))
    }

    async fn made(&self, table: &str, row: RowInput) -> Uuid {
        self.create(&self.admin, table, row).await.expect("the administrator may")
    }

    async fn unit(&self, name: &str, parent: Option<Uuid>) -> Uuid {
        let mut row = RowInput::default().with("name", name);
        if let Some(parent) = parent {
            row = row.bind("parentbusinessunitid", Reference::id("businessunits", parent));
        }
        self.made("businessunits", row).await
    }

    async fn user(&self, name: &str, unit: Option<Uuid>, object_id: u128) -> (Uuid, Cx) {
        let object_id = Uuid::from_u128(object_id);
        let id =
            self.environment.ensure_user(&self.system, &person(object_id, name)).await.unwrap();
        if let Some(unit) = unit {
            let row =
                RowInput::default().bind("businessunitid", Reference::id("businessunits", unit));
            self.run(&self.admin, update("systemusers", id, row)).await;
        }
        (id, cx(Caller::User(object_id)))
    }

    /// The role of a unit that is, or was copied from, `role`.
    async fn copy(&self, role: Uuid, unit: Uuid) -> Uuid {
        let mut reader = self.environment.store().read().await.unwrap();
        let sql = self
            .environment
            .store()
            .sql("select roleid from {role} where parentrootroleid = ?1 and businessunitid = ?2");
        let statement = db::statement!(sql, role, unit);
        reader.query_one(&statement).await.unwrap().get(0).unwrap()
    }

    async fn root(&self) -> Uuid {
        let Reply::WhoAmI { business_unit, .. } =
            self.run(&self.admin, dataverse::messages::WhoAmI).await
        else {
            panic!("no answer")
        };
        business_unit
    }

    async fn hold(&self, user: Uuid, role: Uuid) {
        self.run(&self.admin, link("systemusers", user, "systemuserroles_association", role)).await;
    }

    async fn grant(&self, role: Uuid, privileges: &[(&str, Depth)]) {
        let privileges = privileges
            .iter()
            .map(|(name, depth)| RolePrivilege { privilege: privilege_id(name), depth: *depth });
        let message = AddPrivilegesRole { role, privileges: privileges.collect() };
        self.run(&self.admin, message).await;
    }

    async fn named_role(&self, name: &str) -> Uuid {
        let mut reader = self.environment.store().read().await.unwrap();
        let sql = self
            .environment
            .store()
            .sql("select roleid from {role} where name = ?1 and parentroleid is null");
        reader.query_one(&db::statement!(sql, name)).await.unwrap().get(0).unwrap()
    }
}

fn update(set: &str, id: Uuid, row: RowInput) -> Update {
    Update { target: Reference::id(set, id), row, if_version: None, returning: None }
}

fn link(set: &str, id: Uuid, navigation: &str, other: Uuid) -> Associate {
    let related = if navigation.contains("roles") { "roles" } else { "systemusers" };
    Associate {
        target: Reference::id(set, id),
        navigation: navigation.to_owned(),
        related: vec![Reference::id(related, other)],
    }
}

fn retrieve(id: Uuid) -> Retrieve {
    let query = Query::default();
    Retrieve {
        target: Reference::id("accounts", id),
        query,
        unless_version: None,
        with_names: false,
    }
}

async fn tree(world: World) -> Tree {
    let west = world.unit("West", None).await;
    let far = world.unit("Far West", Some(west)).await;
    let east = world.unit("East", None).await;
    let role = world.made("roles", RowInput::default().with("name", "Tester")).await;
    let mut users = Vec::new();
    let units = [("Root", None), ("Will", Some(west)), ("Fay", Some(far)), ("Eve", Some(east))];
    for (number, (name, unit)) in (1_u128..).zip(units) {
        let (id, cx) = world.user(name, unit, number).await;
        let unit = match unit {
            Some(unit) => unit,
            None => world.root().await,
        };
        world.hold(id, world.copy(role, unit).await).await;
        users.push((id, cx));
    }
    Tree { world, role, west, far, east, users }
}

impl Tree {
    async fn account(&self, owner: usize) -> Uuid {
        let owner = Reference::id("systemusers", self.users[owner].0);
        let row = RowInput::default().with("name", "x").bind("ownerid", owner);
        self.world.made("accounts", row).await
    }

    /// Who of the users of root, west, far and east can read a row: `r..e`.
    async fn readers(&self, account: Uuid) -> String {
        let mut readers = String::new();
        for ((_, cx), letter) in self.users.iter().zip(["r", "w", "f", "e"]) {
            let one = self.world.try_run(cx, retrieve(account)).await;
            // Small pages are looked for in another way than large ones.
            let query = Query { top: Some(50), ..Query::default() };
            let table = "accounts".to_owned();
            let list = RetrieveMultiple { table, from: None, query, with_names: false };
            let list = match self.world.try_run(cx, list).await {
                Ok(Reply::Page(page)) => page.rows.iter().any(|row| row.id == account),
                Ok(other) => panic!("{other:?}"),
                Err(error) => {
                    assert_eq!(error.code, "0x80040220");
                    false
                }
            };
            assert_eq!(one.is_ok(), list, "reading one and reading many agree");
            readers.push_str(if list { letter } else { "." });
        }
        readers
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Error {
    result.expect_err("it is refused")
}

#[tokio::test]
async fn depths_reach_along_the_tree_of_business_units() {
    for world in worlds().await {
        let tree = tree(world).await;
        let mut accounts = Vec::new();
        tree.world.grant(tree.role, &[("prvReadAccount", Depth::Basic)]).await;
        for owner in 0..4 {
            accounts.push(tree.account(owner).await);
        }
        let mut seen = String::new();
        for depth in [Depth::Basic, Depth::Local, Depth::Deep, Depth::Global] {
            tree.world.grant(tree.role, &[("prvReadAccount", depth)]).await;
            write!(seen, "{:6}", depth.name()).unwrap();
            for account in &accounts {
                write!(seen, " {}", tree.readers(*account).await).unwrap();
            }
            seen.push('\n');
        }
        insta::assert_snapshot!("depths", seen);
    }
}

#[tokio::test]
async fn a_missing_privilege_is_told_apart_from_a_row_out_of_reach() {
    for world in worlds().await {
        let tree = tree(world).await;
        let others = tree.world.made("accounts", RowInput::default().with("name", "x")).await;
        let (user, will) = &tree.users[1];
        // Without any privilege a role is none.
        assert_eq!(refused(tree.world.try_run(will, retrieve(others)).await).code, "0x80042f09");
        tree.world.grant(tree.role, &[("prvReadContact", Depth::Basic)]).await;
        let error = refused(tree.world.try_run(will, retrieve(others)).await);
        assert_eq!((error.kind, &*error.code), (base::Kind::Forbidden, "0x80040220"));
        for part in [&user.to_string(), "prvReadAccount", "Basic", "System Administrator"] {
            assert!(error.message.contains(part), "{part}: {}", error.message);
        }
        tree.world.grant(tree.role, &[("prvReadAccount", Depth::Local)]).await;
        let error = refused(tree.world.try_run(will, retrieve(others)).await);
        assert_eq!(error.code, "0x80048306");
        for part in ["ReadAccess", "prvReadAccount", "Local", "System Administrator"] {
            assert!(error.message.contains(part), "{part}: {}", error.message);
        }
        let missing = refused(tree.world.try_run(will, retrieve(Uuid::from_u128(9))).await);
        assert_eq!(missing.code, "0x80040217");
    }
}

#[tokio::test]
async fn writing_deleting_and_creating_for_others_follow_their_own_depths() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        let grants = [
            ("prvReadAccount", Depth::Global),
            ("prvCreateAccount", Depth::Local),
            ("prvWriteAccount", Depth::Basic),
            ("prvDeleteAccount", Depth::Deep),
            ("prvReadUser", Depth::Global),
            ("prvAppendAccount", Depth::Global),
            ("prvAppendToUser", Depth::Global),
        ];
        world.grant(tree.role, &grants).await;
        let (will, far) = (&tree.users[1].1, tree.users[2].0);
        let own =
            world.create(will, "accounts", RowInput::default().with("name", "own")).await.unwrap();
        let fars = tree.account(2).await;
        let rename = |id| update("accounts", id, RowInput::default().with("name", "new"));
        world.run(will, rename(own)).await;
        assert_eq!(refused(world.try_run(will, rename(fars)).await).code, "0x80048306");
        let for_far = RowInput::default()
            .with("name", "for far")
            .bind("ownerid", Reference::id("systemusers", far));
        assert_eq!(refused(world.create(will, "accounts", for_far).await).code, "0x80048306");
        let delete = |id| Delete { target: Reference::id("accounts", id), if_version: None };
        let roots = tree.account(0).await;
        assert_eq!(refused(world.try_run(will, delete(roots)).await).code, "0x80048306");
        world.run(will, delete(fars)).await;
    }
}

#[tokio::test]
async fn an_owner_must_be_able_to_read() {
    for world in worlds().await {
        let (outsider, _) = world.user("Out", None, 50).await;
        let row = RowInput::default()
            .with("name", "x")
            .bind("ownerid", Reference::id("systemusers", outsider));
        let error = refused(world.create(&world.admin, "accounts", row).await);
        assert_eq!(error.code, "0x80040231");
        assert!(error.message.contains("prvReadAccount"), "{}", error.message);
    }
}

#[tokio::test]
async fn teams_own_rows_and_hold_roles_of_their_unit() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        world.grant(tree.role, &[("prvReadContact", Depth::Basic)]).await;
        let team = RowInput::default()
            .with("name", "Eastern team")
            .with("teamtype", 0)
            .bind("businessunitid", Reference::id("businessunits", tree.east));
        let team = world.made("teams", team).await;
        let role = RowInput::default().with("name", "For teams").with("isinherited", 0);
        let role = world.made("roles", role).await;
        world.grant(role, &[("prvReadAccount", Depth::Local)]).await;
        let copy = world.copy(role, tree.east).await;
        world.run(&world.admin, link("teams", team, "teamroles_association", copy)).await;
        let eastern = tree.account_of_team(team).await;
        let evil = tree.account_like_admin().await;
        assert_eq!(tree.readers(eastern).await, "....");
        // Will is of the west; through the team he reads what is the team's and its unit's.
        let join = link("teams", team, "teammembership_association", tree.users[1].0);
        world.run(&world.admin, join).await;
        assert_eq!(tree.readers(eastern).await, ".w..");
        assert_eq!(tree.readers(evil).await, "....");
        let leave = Disassociate {
            target: Reference::id("teams", team),
            navigation: "teammembership_association".to_owned(),
            related: Some(Reference::id("systemusers", tree.users[1].0)),
        };
        world.run(&world.admin, leave).await;
        assert_eq!(tree.readers(eastern).await, "....");
    }
}

impl Tree {
    async fn account_of_team(&self, team: Uuid) -> Uuid {
        let row =
            RowInput::default().with("name", "t").bind("ownerid", Reference::id("teams", team));
        self.world.made("accounts", row).await
    }

    async fn account_like_admin(&self) -> Uuid {
        self.world.made("accounts", RowInput::default().with("name", "a")).await
    }
}

#[tokio::test]
async fn a_share_reaches_who_has_the_privilege() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        let account = tree.account_like_admin().await;
        world.grant(tree.role, &[("prvReadContact", Depth::Basic)]).await;
        let target = || Reference::id("accounts", account);
        let will = || Reference::id("systemusers", tree.users[1].0);
        let share =
            |rights: Vec<Right>| GrantAccess { target: target(), principal: will(), rights };
        world.run(&world.admin, share(vec![Right::Read])).await;
        // A share never stands in for a privilege.
        assert_eq!(tree.readers(account).await, "....");
        let grants = [("prvReadAccount", Depth::Basic), ("prvWriteAccount", Depth::Basic)];
        world.grant(tree.role, &grants).await;
        assert_eq!(tree.readers(account).await, ".w..");
        let rename = update("accounts", account, RowInput::default().with("name", "new"));
        let error = refused(world.try_run(&tree.users[1].1, rename.clone()).await);
        assert_eq!(error.code, "0x80048306");
        world.run(&world.admin, share(vec![Right::Write])).await;
        world.run(&tree.users[1].1, rename).await;
        let ask = RetrievePrincipalAccess { target: target(), principal: will() };
        let Reply::Access(rights) = world.run(&world.admin, ask).await else { panic!() };
        assert_eq!(rights, [Right::Read, Right::Write]);
        // Who may not share, may not share on.
        let on = GrantAccess {
            target: target(),
            principal: Reference::id("systemusers", tree.users[2].0),
            rights: vec![Right::Read],
        };
        assert_eq!(refused(world.try_run(&tree.users[1].1, on).await).code, "0x80040220");
        let none = ModifyAccess { target: target(), principal: will(), rights: Vec::new() };
        world.run(&world.admin, none).await;
        assert_eq!(tree.readers(account).await, "....");
        world.run(&world.admin, share(vec![Right::Read])).await;
        world.run(&world.admin, RevokeAccess { target: target(), principal: will() }).await;
        assert_eq!(tree.readers(account).await, "....");
    }
}

#[tokio::test]
async fn access_teams_receive_shares_and_nothing_else() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        world.grant(tree.role, &[("prvReadAccount", Depth::Basic)]).await;
        let team = RowInput::default().with("name", "Access").with("teamtype", 1);
        let team = world.made("teams", team).await;
        let root = world.root().await;
        let role = world.copy(tree.role, root).await;
        let hold = link("teams", team, "teamroles_association", role);
        assert_eq!(refused(world.try_run(&world.admin, hold).await).code, "0x80048331");
        let join = link("teams", team, "teammembership_association", tree.users[3].0);
        world.run(&world.admin, join).await;
        let account = tree.account_like_admin().await;
        let share = GrantAccess {
            target: Reference::id("accounts", account),
            principal: Reference::id("teams", team),
            rights: vec![Right::Read],
        };
        world.run(&world.admin, share).await;
        assert_eq!(tree.readers(account).await, "...e");
    }
}

#[tokio::test]
async fn a_role_is_held_in_the_business_unit_of_its_holder() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        let far_copy = world.copy(tree.role, tree.far).await;
        let (eve, _) = tree.users[3];
        let wrong = link("systemusers", eve, "systemuserroles_association", far_copy);
        let error = refused(world.try_run(&world.admin, wrong).await);
        let right = world.copy(tree.role, tree.east).await;
        assert!(error.message.contains(&right.to_string()), "{}", error.message);
        // Moving to another business unit takes the roles of the old one away.
        world.grant(tree.role, &[("prvReadAccount", Depth::Global)]).await;
        let to_west =
            RowInput::default().bind("businessunitid", Reference::id("businessunits", tree.west));
        world.run(&world.admin, update("systemusers", eve, to_west)).await;
        let account = tree.account_like_admin().await;
        let error = refused(world.try_run(&tree.users[3].1, retrieve(account)).await);
        assert_eq!(error.code, "0x80042f09");
    }
}

#[tokio::test]
async fn nobody_gives_what_he_does_not_hold() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        let grants = [
            ("prvReadAccount", Depth::Global),
            ("prvReadUser", Depth::Global),
            ("prvReadRole", Depth::Global),
            ("prvAppendRole", Depth::Global),
            ("prvAppendToUser", Depth::Global),
        ];
        world.grant(tree.role, &grants).await;
        let (root_user, cx) = &tree.users[0];
        let administrator = world.named_role("System Administrator").await;
        let take = || link("systemusers", *root_user, "systemuserroles_association", administrator);
        let error = refused(world.try_run(cx, take()).await);
        assert!(error.message.contains("prvAssignRole"), "{}", error.message);
        world.grant(tree.role, &[("prvAssignRole", Depth::Global)]).await;
        let error = refused(world.try_run(cx, take()).await);
        assert_eq!(error.code, "0x80040220");
        // The last administrator stays one.
        let Reply::WhoAmI { user: admin, .. } =
            world.run(&world.admin, dataverse::messages::WhoAmI).await
        else {
            panic!()
        };
        let leave = Disassociate {
            target: Reference::id("systemusers", admin),
            navigation: "systemuserroles_association".to_owned(),
            related: Some(Reference::id("roles", administrator)),
        };
        assert_eq!(refused(world.try_run(&world.admin, leave).await).code, "0x80041d2e");
        let itself = update("systemusers", admin, RowInput::default().with("isdisabled", true));
        assert_eq!(refused(world.try_run(&world.admin, itself).await).code, "0x80041d2e");
    }
}

#[tokio::test]
async fn disabled_users_stay_out() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        world.grant(tree.role, &[("prvReadAccount", Depth::Global)]).await;
        let account = tree.account_like_admin().await;
        world.run(&tree.users[1].1, retrieve(account)).await;
        let disable =
            update("systemusers", tree.users[1].0, RowInput::default().with("isdisabled", true));
        world.run(&world.admin, disable).await;
        let error = refused(world.try_run(&tree.users[1].1, retrieve(account)).await);
        assert_eq!(error.code, "0x80040225");
    }
}

#[tokio::test]
async fn business_units_and_the_servers_tables_keep_their_order() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        let delete = |set: &str, id| Delete { target: Reference::id(set, id), if_version: None };
        let code =
            async |message: Message| refused(world.try_run(&world.admin, message).await).code;
        let root = world.root().await;
        assert_eq!(code(delete("businessunits", root).into()).await, "0x80041d60");
        assert_eq!(code(delete("businessunits", tree.west).into()).await, "0x80041d60");
        let disable =
            |id| update("businessunits", id, RowInput::default().with("isdisabled", true));
        world.run(&world.admin, disable(tree.west)).await;
        assert_eq!(code(delete("businessunits", tree.west).into()).await, "0x80041d61");
        let below = RowInput::default()
            .bind("parentbusinessunitid", Reference::id("businessunits", tree.far));
        let loops = update("businessunits", tree.west, below);
        assert_eq!(code(loops.into()).await, "0x80040387");
        let empty = world.unit("Empty", None).await;
        world.run(&world.admin, disable(empty)).await;
        world.run(&world.admin, delete("businessunits", empty)).await;
        let administrator = world.named_role("System Administrator").await;
        assert_eq!(code(delete("roles", administrator).into()).await, "0x80041d2e");
        let twice = Create {
            table: "roles".to_owned(),
            row: RowInput::default().with("name", "tester"),
            returning: None,
        };
        assert_eq!(code(twice.into()).await, "0x80041403");
        for table in ["privileges", "solutioncomponents", "roleprivilegescollection"] {
            let message = Create {
                table: table.to_owned(),
                row: RowInput::default().with("name", "x"),
                returning: None,
            };
            let error = refused(world.try_run(&world.admin, message).await);
            assert!(
                error.kind == base::Kind::NotAllowed || error.code == "0x80048d19",
                "{error:?}"
            );
        }
    }
}

/// The letters of a role on some tables, in the order of the platform's own exports.
#[tokio::test]
async fn the_matrix_of_predefined_roles() {
    let tables = [
        "account",
        "activitypointer",
        "businessunit",
        "environmentvariablevalue",
        "fieldpermission",
        "organization",
        "role",
        "roleprivileges",
        "savedquery",
        "solution",
        "systemuser",
        "systemuserroles",
        "task",
        "userquery",
        "workflow",
    ];
    for world in worlds().await {
        let schema = world.environment.schema();
        let mut matrix = String::new();
        for (number, role) in (100_u128..).zip(metadata::roles::predefined()) {
            let (id, cx) = world.user(role.name, None, number).await;
            world.hold(id, world.named_role(role.name).await).await;
            let user = world.environment.user(&cx).await.unwrap();
            writeln!(matrix, "{}", role.name).unwrap();
            for name in tables {
                let table = schema.table(name).unwrap();
                let letters: String =
                    Right::ALL.iter().map(|right| letter(&user, table, *right)).collect();
                writeln!(matrix, "  {letters} {name}").unwrap();
            }
        }
        insta::assert_snapshot!("roles", matrix);
    }
}

/// `a` all rows, `u` the user's own, `b` those of his business unit too, `-` none.
fn letter(user: &dataverse::User, table: &metadata::Table, right: Right) -> char {
    match security::access(user, table, right) {
        Access::None => '-',
        Access::All => 'a',
        Access::Filter(filter) => {
            let own = filter.reaches(Some(user.id), None);
            let unit = filter.reaches(None, Some(user.business_unit));
            match (own, unit) {
                (_, true) => 'b',
                (true, false) => 'u',
                (false, false) => '?',
            }
        }
    }
}

#[tokio::test]
async fn secured_columns_are_empty_until_a_profile_opens_them() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        let grants = [("prvReadAccount", Depth::Global), ("prvWriteAccount", Depth::Global)];
        world.grant(tree.role, &grants).await;
        let schema = world.environment.schema();
        let mut column = metadata::Column::clone(
            schema.table("account").unwrap().column("description").unwrap(),
        );
        column.is_secured = true;
        let secure = UpdateColumn { table: "account".to_owned(), column, merge_labels: true };
        world.run(&world.admin, secure).await;
        let row = RowInput::default().with("name", "x").with("description", "secret");
        let account = world.made("accounts", row).await;
        let (user, will) = &tree.users[1];
        let seen = async |cx: &Cx| {
            let Reply::Record(record) = world.run(cx, retrieve(account)).await else { panic!() };
            record.get("description").unwrap().text().map(str::to_owned)
        };
        assert_eq!(seen(&world.admin).await.as_deref(), Some("secret"));
        assert_eq!(seen(will).await, None);
        let change =
            || update("accounts", account, RowInput::default().with("description", "mine"));
        assert_eq!(refused(world.try_run(will, change()).await).code, "0x8004f507");
        let fetch = async |inner: &str| {
            let xml = format!("<fetch><entity name='account'>{inner}</entity></fetch>");
            let fetch = query::fetch::parse_xml(&xml).unwrap();
            world.try_run(will, RetrieveFetch { fetch, filter: None, with_names: false }).await
        };
        let Ok(Reply::Fetched(rows)) = fetch("<attribute name='description'/>").await else {
            panic!("rows")
        };
        assert!(rows.rows.iter().all(|row| row.values[0].is_null()));
        for asked in [
            "<filter><condition attribute='description' operator='not-null'/></filter>",
            "<filter><condition attribute='name' operator='eq' valueof='description'/></filter>",
            "<order attribute='description'/>",
            "<link-entity name='contact' from='fullname' to='description' link-type='exists'/>",
        ] {
            assert_eq!(refused(fetch(asked).await).code, "0x8004f506", "{asked}");
        }
        let grouped = "<fetch aggregate='true'><entity name='account'><attribute \
            name='description' groupby='true' alias='x'/></entity></fetch>";
        let fetch = query::fetch::parse_xml(grouped).unwrap();
        let grouped =
            world.try_run(will, RetrieveFetch { fetch, filter: None, with_names: false }).await;
        assert_eq!(refused(grouped).code, "0x8004f506");
        let profile =
            world.made("fieldsecurityprofiles", RowInput::default().with("name", "Openers")).await;
        let permission = RowInput::default()
            .with("entityname", "account")
            .with("attributelogicalname", "description")
            .with("canread", 4)
            .with("cancreate", 0)
            .with("canupdate", 0)
            .bind("fieldsecurityprofileid", Reference::id("fieldsecurityprofiles", profile));
        world.made("fieldpermissions", permission).await;
        let member = Associate {
            target: Reference::id("systemusers", *user),
            navigation: "systemuserprofiles_association".to_owned(),
            related: vec![Reference::id("fieldsecurityprofiles", profile)],
        };
        world.run(&world.admin, member).await;
        assert_eq!(seen(will).await.as_deref(), Some("secret"));
        assert_eq!(refused(world.try_run(will, change()).await).code, "0x8004f507");
    }
}

#[tokio::test]
async fn everybody_sees_only_the_shares_that_he_received() {
    for world in worlds().await {
        let tree = tree(world).await;
        let world = &tree.world;
        world.grant(tree.role, &[("prvReadAccount", Depth::Basic)]).await;
        let account = tree.account_like_admin().await;
        let share = GrantAccess {
            target: Reference::id("accounts", account),
            principal: Reference::id("systemusers", tree.users[1].0),
            rights: vec![Right::Read],
        };
        world.run(&world.admin, share).await;
        let mut counts = Vec::new();
        for (_, cx) in &tree.users {
            let list = RetrieveMultiple {
                table: "principalobjectaccessset".to_owned(),
                from: None,
                query: Query::default(),
                with_names: false,
            };
            let Reply::Page(page) = world.run(cx, list).await else { panic!() };
            counts.push(page.rows.len());
        }
        assert_eq!(counts, [0, 1, 0, 0]);
    }
}
