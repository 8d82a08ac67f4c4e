//! Statements in both dialects, side by side in `statements.txt`. `UPDATE_CASES=1` writes them;
//! those for PostgreSQL are looked at where there is a server for tests.

use std::fmt::Write;
use std::sync::Arc;

use base::{Instant, Uuid};
use db::{Dialect, Statement, Store};
use indexmap::IndexMap;
use metadata::Schema;
use metadata::privileges::Depth;
use query::odata;

use crate::plan::{self, Asker, Base, RowKey, Values, derived};
use crate::security::Right;
use crate::user::{Grant, User};
use crate::{Value, sql};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sql/statements.txt");

#[tokio::test]
async fn statements_are_as_written() {
    let expected = std::fs::read_to_string(FILE).unwrap_or_default();
    let mut blocks = blocks(&expected);
    let schema = metadata::system::base_schema();
    for database in db::testing::all().await {
        let store = database.create("env_test").await.unwrap();
        let dialect = match store.dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        };
        for (title, statement) in statements(&schema, &store) {
            blocks.entry(title).or_default().insert(dialect, show(&statement));
        }
    }
    let written = text(&blocks);
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(FILE, &written).unwrap();
    }
    assert_eq!(written, std::fs::read_to_string(FILE).unwrap());
}

/// Titles with statements.
fn statements(schema: &Arc<Schema>, store: &Store) -> Vec<(String, Statement)> {
    let (admin, basic, unit) = (administrator(), basic(schema), of_unit(schema));
    let mut statements = Vec::new();
    for url in READS {
        let (user, name, url) = match url.split_once(' ') {
            Some(("basic", url)) => (&basic, "basic", url),
            Some(("unit", url)) => (&unit, "unit", url),
            _ => (&admin, "administrator", *url),
        };
        let asker = Asker {
            schema,
            user,
            now: Instant(1_700_000_000),
            with_names: url.contains("names"),
            cache: None,
        };
        let (path, options) = url.split_once('?').unwrap();
        let query = odata::parse_options(options).unwrap().query;
        let (table, base) = match path.split_once('(') {
            Some((table, _)) => (table, Base::Row(RowKey::Id(Uuid::from_u128(1)))),
            None => (path, Base::All),
        };
        let table = plan::table(schema, table).unwrap();
        let read = plan::read(&asker, table, &query, &base).unwrap();
        statements.push((format!("{url}, {name}"), sql::select(store, user, &read)));
        let walk = crate::rows::walk(store, user, &read);
        statements.extend(walk.map(|walk| (format!("{url}, {name}, walk"), walk)));
        for branch in read.expands.iter().flat_map(|expand| &expand.branches) {
            let ids = vec![db::Value::Id(Uuid::from_u128(2)); 2];
            let target = &branch.plan.from.table.logical_name;
            let group = sql::group(store, user, branch, ids, 10);
            statements.push((format!("{url}, {name}, expand {target}"), group));
        }
        if query.count {
            statements
                .push((format!("{url}, {name}, count"), sql::count(store, user, &read, 5000)));
        }
    }
    statements.extend(fetches(schema, store, &admin, &basic));
    statements.extend(writes(schema, store, &admin, &basic));
    statements
}

/// Statements of queries in FetchXML; those that begin with `basic` are asked by a user with rights
/// on his own rows.
fn fetches(
    schema: &Arc<Schema>,
    store: &Store,
    admin: &User,
    basic: &User,
) -> Vec<(String, Statement)> {
    let mut statements = Vec::new();
    for line in FETCHES.lines().filter(|line| !line.is_empty()) {
        let (user, name, xml) = match line.split_once(' ') {
            Some(("basic", xml)) => (basic, "basic", xml),
            _ => (admin, "administrator", line),
        };
        let now = Instant(1_700_000_000);
        let asker = Asker { schema, user, now, with_names: false, cache: None };
        let fetch = query::fetch::parse_xml(xml).unwrap();
        let plan =
            plan::fetch(&asker, &fetch, None).unwrap_or_else(|error| panic!("{xml}: {error}"));
        statements.push((format!("{xml}, {name}"), sql::fetch(store, user, &plan)));
        if fetch.total_count {
            let count = sql::fetch_count(store, user, &plan, 5001);
            statements.push((format!("{xml}, {name}, count"), count));
        }
        if plan.sources_max.is_some() {
            let sources = sql::fetch_sources(store, user, &plan, 50_001);
            statements.push((format!("{xml}, {name}, sources"), sources));
        }
    }
    statements
}

/// A query on each line.
const FETCHES: &str = include_str!("fetches.txt");

const READS: &[&str] = &[
    "accounts(1)?$select=name,revenue,_ownerid_value,_primarycontactid_value",
    "basic accounts(1)?$select=name",
    "accounts(1)?$select=_ownerid_value,_primarycontactid_value&names",
    "accounts?$select=name&$filter=name eq 'Contoso' and revenue gt 10.5&$orderby=name desc&$count=true",
    "accounts?$select=name&$filter=startswith(name,'Con') or contains(description,'50[%]') or not endswith(name,'x')",
    "basic accounts?$select=name&$filter=primarycontactid/fullname ne 'x'&$orderby=primarycontactid/fullname",
    "unit accounts?$select=name&$filter=revenue gt 10.5&$orderby=name&$top=50",
    "accounts?$select=name&$filter=contact_customer_accounts/any(c:c/lastname eq 'x') and Account_Tasks/all(t:t/prioritycode eq 1)",
    "systemusers?$select=fullname&$filter=systemuserroles_association/any(r:r/name eq 'x')",
    "accounts?$select=name&$orderby=accountcategorycode,createdon desc",
    "accounts?$select=name&$filter=Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['a','b']) and Microsoft.Dynamics.CRM.Today(PropertyName='createdon')",
    "accounts(1)?$select=name&$expand=primarycontactid($select=fullname),ownerid($select=fullname),contact_customer_accounts($select=lastname;$orderby=lastname;$top=3)",
    "systemusers(1)?$select=fullname&$expand=systemuserroles_association($select=name)",
];

fn writes(
    schema: &Arc<Schema>,
    store: &Store,
    admin: &User,
    basic: &User,
) -> Vec<(String, Statement)> {
    let account = plan::table(schema, "account").unwrap();
    let contact = plan::table(schema, "contact").unwrap();
    let id = Uuid::from_u128(1);
    let values = || -> Values {
        let column = |name: &str| account.column(name).unwrap().clone();
        vec![
            (column("accountid"), Value::Id(id)),
            (column("name"), Value::Text("Contoso".to_owned())),
            (column("ownerid"), derived::lookup(id, "systemuser")),
        ]
    };
    let change = |user: &User, if_version| {
        let condition = plan::access_of(user, account, 0, Right::Write).unwrap();
        let values = values().split_off(1);
        sql::update(store, user, account, sql::Change { id, values, condition, if_version })
    };
    let customer = contact.column("parentcustomerid").unwrap();
    let delete = plan::access_of(basic, account, 0, Right::Delete).unwrap();
    let two = sql::inserts(store, admin, account, vec![values(), values()]);
    let statements = [
        ("insert", sql::insert(store, admin, account, values())),
        ("insert of two", two.into_iter().next().unwrap()),
        ("update, administrator, any version", change(admin, None)),
        ("update, basic, version 7", change(basic, Some(7))),
        ("delete, basic", sql::delete(store, basic, account, id, &delete, None)),
        ("unlink", sql::unlink(store, admin, contact, customer, account, id)),
        ("is above", {
            let parent = account.column("parentaccountid").unwrap();
            sql::is_above(store, admin, account, parent, id, id)
        }),
        ("pointing", sql::pointing(store, admin, contact, customer, account, id, 200)),
    ];
    statements.map(|(title, statement)| (title.to_owned(), statement)).into()
}

fn administrator() -> User {
    User { is_administrator: true, language: 1033, ..User::default() }
}

/// A user with rights on his own rows, of whom some rows of accounts are shared with him.
fn basic(schema: &Schema) -> User {
    let own = Uuid::from_u128(0xb);
    let grant = Grant { global: false, owners: vec![own], units: Vec::new(), depth: Depth::Basic };
    let grant = Arc::new(grant);
    let mut user = User { id: own, language: 1033, ..User::default() };
    for table in ["account", "contact"] {
        let table = schema.table(table).unwrap();
        for right in Right::ALL {
            let privilege = crate::security::privilege(table, right).unwrap();
            user.grants.insert(privilege, grant.clone());
        }
    }
    user.shared_tables.insert("account".to_owned());
    user
}

/// The same with the rows of a business unit, and no shares.
fn of_unit(schema: &Schema) -> User {
    let mut user = basic(schema);
    for grant in user.grants.values_mut() {
        let units = vec![Uuid::from_u128(0xc)];
        *grant = Arc::new(Grant { units, depth: Depth::Local, ..(**grant).clone() });
    }
    user.shared_tables.clear();
    user
}

fn show(statement: &Statement) -> String {
    let params = statement.params.iter().map(|value| match value {
        db::Value::Id(id) => format!("id {}", id.as_u128()),
        db::Value::Text(text) => format!("'{text}'"),
        db::Value::Int(int) => int.to_string(),
        other => format!("{other:?}"),
    });
    let params = params.collect::<Vec<_>>().join(", ");
    format!("{}\n-- {params}\n", statement.sql)
}

/// Statements by title and dialect.
type Blocks = IndexMap<String, IndexMap<&'static str, String>>;

/// Takes the file apart.
fn blocks(text: &str) -> Blocks {
    let mut blocks = Blocks::new();
    for block in text.split("\n== ").skip(1) {
        let Some((title, rest)) = block.split_once('\n') else { continue };
        for part in rest.split("-- on ").skip(1) {
            let Some((dialect, statement)) = part.split_once('\n') else { continue };
            let dialect = if dialect == "sqlite" { "sqlite" } else { "postgres" };
            let statement = format!("{}\n", statement.trim_end());
            blocks.entry(title.to_owned()).or_default().insert(dialect, statement);
        }
    }
    blocks
}

fn text(blocks: &Blocks) -> String {
    let mut text = String::from("Statements in both dialects. The test in tests.rs says more.\n");
    for (title, statements) in blocks {
        let _ = write!(text, "\n== {title}\n");
        for (dialect, statement) in statements {
            let _ = write!(text, "-- on {dialect}\n{statement}");
        }
    }
    text
}
