//! The same tests on SQLite and on PostgreSQL.

use std::fmt::Write as _;

use base::Error;
use db::{Connection, Row, Statement, Store, Tx, Value};

mod dialect;
mod lifecycle;
mod migrations;
mod queries;
mod transactions;
mod writers;

/// Runs each function with a fresh database of each engine.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(db::testing::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                if let Some(database) = db::testing::postgres().await {
                    super::$name(database).await;
                }
            })*
        }
    };
}
use on_both;

/// `{t}` in `sql` is the table `t` of the store.
fn sql(store: &Store, sql: &str, params: Vec<Value>) -> Statement {
    Statement::new(sql.replace("{t}", &store.table("t")), params)
}

/// A store `tenant` with a table `t (id, name)` and a unique index on the folded name.
async fn store_with_names(database: &db::Database, names: &[&str]) -> Store {
    let store = database.create("tenant").await.expect("created");
    let dialect = store.dialect();
    let mut tx = store.write().await.expect("turn");
    let script = format!(
        "create table {t} (id bigint not null primary key, name text);
         create unique index {ix} on {t} ({key})",
        t = store.table("t"),
        ix = dialect.quote("t_name"),
        key = dialect.index_key(&dialect.fold("name")),
    );
    tx.execute_batch(&script).await.expect("made");
    for (id, name) in (1_i64..).zip(names) {
        insert(&mut tx, &store, id, name).await.expect("inserted");
    }
    tx.commit().await.expect("committed");
    store
}

async fn insert(tx: &mut Tx, store: &Store, id: i64, name: &str) -> base::Result<u64> {
    let insert = "insert into {t} (id, name) values (?1, ?2)";
    tx.execute(&sql(store, insert, vec![id.into(), name.into()])).await
}

/// Rows as lines of text.
async fn lines(connection: &mut Connection, statement: &Statement) -> String {
    let rows = connection.query(statement).await.expect("queried");
    rows.into_iter().map(line).collect()
}

fn line(row: Row) -> String {
    let mut line = String::new();
    for value in row.into_values() {
        match value {
            Value::Null => line.push_str(" null"),
            Value::Int(value) => write!(line, " {value}").expect("text"),
            Value::Real(value) => write!(line, " {value:?}").expect("text"),
            Value::Text(value) => write!(line, " '{value}'").expect("text"),
            Value::Bytes(value) => write!(line, " {value:02x?}").expect("text"),
            Value::Id(value) => write!(line, " {value}").expect("text"),
        }
    }
    format!("{}\n", line.trim_start())
}

/// What the store's table holds now, for a new reader.
async fn names(store: &Store) -> String {
    let mut reader = store.read().await.expect("reader");
    lines(&mut reader, &sql(store, "select name from {t} order by id", vec![])).await
}

/// Kind and code.
fn told<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{:?} {}", error.kind, error.code),
    }
}
