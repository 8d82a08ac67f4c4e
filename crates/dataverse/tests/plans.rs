//! How the databases go about a page for somebody who sees part of a large table: never by looking
//! at every row. `PLAN_ROWS` says how large.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod common;

use base::{Caller, Cx, Uuid};
use common::{World, cx, worlds};
use dataverse::messages::{
    AddPrivilegesRole, Associate, Create, GrantAccess, RetrieveMultiple, RolePrivilege,
};
use dataverse::security::Right;
use dataverse::{Depth, Message, Reference, RowInput};
use db::{Dialect, Statement, statement};
use metadata::privileges::privilege_id;
use query::odata;

async fn made(world: &World, table: &str, row: RowInput) -> Uuid {
    let create = Create { table: table.to_owned(), row, returning: None };
    world.environment.execute(&world.admin, create).await.unwrap().id().unwrap()
}

/// Somebody in a business unit of his own with a role.
async fn somebody(world: &World, number: u128, depth: Depth) -> (Uuid, Uuid, Cx) {
    let unit = RowInput::default().with("name", format!("Unit {number}"));
    let unit = made(world, "businessunits", unit).await;
    let object = Uuid::from_u128(number);
    let row = RowInput::default()
        .with("fullname", format!("User {number}"))
        .with("azureactivedirectoryobjectid", object.to_string())
        .bind("businessunitid", Reference::id("businessunits", unit));
    let user = made(world, "systemusers", row).await;
    let role = RowInput::default()
        .with("name", format!("Role {number}"))
        .bind("businessunitid", Reference::id("businessunits", unit));
    let role = made(world, "roles", role).await;
    let privilege = RolePrivilege { privilege: privilege_id("prvReadAccount"), depth };
    let add = AddPrivilegesRole { role, privileges: vec![privilege] };
    world.environment.execute(&world.admin, add).await.unwrap();
    let link = Associate {
        target: Reference::id("systemusers", user),
        navigation: "systemuserroles_association".to_owned(),
        related: vec![Reference::id("roles", role)],
    };
    world.environment.execute(&world.admin, link).await.unwrap();
    (user, unit, cx(Caller::User(object)))
}

/// Rows of two owners, every hundredth of the second.
async fn fill(world: &World, rows: i64, most: (Uuid, Uuid), few: (Uuid, Uuid)) {
    let store = world.environment.store();
    let id = match store.dialect() {
        Dialect::Sqlite => "randomblob(16)",
        Dialect::Postgres => "gen_random_uuid()",
    };
    let param = |number: usize| store.dialect().typed(&format!("?{number}"), db::ColumnType::Id);
    let pick = |number: usize| {
        format!("case when n % 100 = 0 then {} else {} end", param(number + 2), param(number))
    };
    let (owner, unit) = (pick(1), pick(2));
    let sql = store.sql(&format!(
        "insert into {{account}} (accountid, name, ownerid, ownerid__type, owningbusinessunit, \
         statecode, versionnumber) \
         with recursive s(n) as (select cast(1 as bigint) union all select n + 1 from s where n < ?5) \
         select {id}, 'Account ' || n, {owner}, 'systemuser', {unit}, 0, n from s",
    ));
    let mut tx = store.write().await.unwrap();
    tx.execute(&statement!(sql, most.0, most.1, few.0, few.1, rows)).await.unwrap();
    if store.dialect() == Dialect::Postgres {
        tx.execute(&statement!(store.sql("analyze {account}"))).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The plan of the page that a user gets.
async fn plan(world: &World, cx: &Cx, options: &str) -> String {
    let query = odata::parse_options(options).unwrap().query;
    let table = "accounts".to_owned();
    let list: Message = RetrieveMultiple { table, from: None, query, with_names: false }.into();
    let Statement { sql, params } = world.environment.explain(cx, &list).await.unwrap();
    let (explain, column) = match world.environment.store().dialect() {
        Dialect::Sqlite => ("explain query plan", 3),
        Dialect::Postgres => ("explain", 0),
    };
    let mut reader = world.environment.store().read().await.unwrap();
    let statement = Statement::new(format!("{explain} {sql}"), params);
    let rows = reader.query(&statement).await.unwrap();
    let lines = rows.iter().map(|row| row.get::<String>(column).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_page_of_what_a_user_may_see_is_found_by_index() {
    let rows = std::env::var("PLAN_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(5000);
    for world in worlds().await {
        let is_sqlite = world.environment.store().dialect() == Dialect::Sqlite;
        // Of a small table PostgreSQL rather reads all.
        let rows = if is_sqlite { rows } else { rows.max(50_000) };
        let most = somebody(&world, 1, Depth::Local).await;
        let few = somebody(&world, 2, Depth::Deep).await;
        let own = somebody(&world, 3, Depth::Basic).await;
        fill(&world, rows, (most.0, most.1), (few.0, few.1)).await;
        for shares in [false, true] {
            for (name, who) in [("many", &most), ("few", &few), ("none", &own)] {
                // PostgreSQL weighs: of nearly all rows it may read all.
                if !is_sqlite && name == "many" {
                    continue;
                }
                for options in ["$top=50", "$top=50&$orderby=name", "$top=1000", "$count=true"] {
                    let plan = plan(&world, &who.2, options).await;
                    let scans = plan.lines().filter(|line| is_scan(line)).collect::<Vec<_>>();
                    assert!(scans.is_empty(), "{name} {options}, shares {shares}:\n{plan}");
                }
            }
            if !shares {
                for who in [&most, &few, &own] {
                    share_one(&world, who.0).await;
                }
            }
        }
    }
}

async fn share_one(world: &World, whom: Uuid) {
    let account = made(world, "accounts", RowInput::default().with("name", "shared")).await;
    let share = GrantAccess {
        target: Reference::id("accounts", account),
        principal: Reference::id("systemusers", whom),
        rights: vec![Right::Read],
    };
    world.environment.execute(&world.admin, share).await.unwrap();
}

/// A walk along an index ends with the page; a scan of the table does not.
fn is_scan(line: &str) -> bool {
    let is_sqlite = line.contains("SCAN t0") && !line.contains("USING");
    is_sqlite || line.contains("Seq Scan on account")
}
