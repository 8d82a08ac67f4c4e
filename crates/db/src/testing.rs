//! Fresh databases for tests, on both engines.
//!
//! ```no_run
//! # async fn run() {
//! for database in db::testing::all().await {
//!     let store = database.create("tenant").await.unwrap();
//!     // … the same test for each
//! }
//! # }
//! ```
//!
//! PostgreSQL takes part when `FREEHOLD_TEST_POSTGRES` has a URL whose user may create databases.

use std::ops::Deref;

use base::Cx;
use tokio_postgres::NoTls;

use crate::{Database, DatabaseConfig};

/// The environment variable with the URL of PostgreSQL.
const VARIABLE: &str = "FREEHOLD_TEST_POSTGRES";

/// A database of its own for one test; removed when dropped.
pub struct TestDatabase {
    /// The database.
    pub database: Database,
    /// How to open it again.
    pub config: DatabaseConfig,
    _place: Place,
}

/// What is removed at the end.
enum Place {
    Folder(#[expect(dead_code, reason = "removes the folder when dropped")] tempfile::TempDir),
    Database { url: String, name: String },
}

/// One fresh database for each engine that can be tested here.
pub async fn all() -> Vec<TestDatabase> {
    let mut databases = vec![sqlite().await];
    databases.extend(postgres().await);
    databases
}

/// A fresh database on SQLite.
pub async fn sqlite() -> TestDatabase {
    let folder = tempfile::tempdir().expect("a folder for temporary files can be written");
    let config = DatabaseConfig::Sqlite { folder: folder.path().to_owned() };
    TestDatabase::open(config, Place::Folder(folder)).await
}

/// A fresh database on PostgreSQL, or none when there is no server for tests.
pub async fn postgres() -> Option<TestDatabase> {
    let Some(url) = server_url() else {
        skip();
        return None;
    };
    let name = format!("fh_test_{}", Cx::system().random_id().simple());
    run_on_server(&url, &format!("create database {name}")).await;
    let config = DatabaseConfig::Postgres { url: with_database(&url, &name) };
    Some(TestDatabase::open(config, Place::Database { url, name }).await)
}

impl TestDatabase {
    async fn open(config: DatabaseConfig, place: Place) -> Self {
        let database = Database::open(&config).await.expect("a fresh database can be opened");
        Self { database, config, _place: place }
    }

    /// Closes the database and opens it again, as a new start of the server does. No store may be
    /// in use.
    pub async fn reopen(self) -> Self {
        let Self { database, config, _place } = self;
        drop(database);
        Self::open(config, _place).await
    }
}

/// Ends all connections to a database on PostgreSQL, as a restart of the database server does.
pub async fn disconnect(database: &TestDatabase) {
    let Place::Database { url, name } = &database._place else { return };
    let sql = format!(
        "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = '{name}' and pid <> pg_backend_pid()"
    );
    run_on_server(url, &sql).await;
}

impl Deref for TestDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Database { url, name } = self else { return };
        let (url, sql) = (url.clone(), format!("drop database if exists {name} with (force)"));
        // The runtime of the test may be ending, so this needs its own.
        let removal = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be made").block_on(run_on_server(&url, &sql));
        });
        if removal.join().is_err() {
            skip_removal(name);
        }
    }
}

async fn run_on_server(url: &str, sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL for tests can be reached");
    let (result, _) = futures_util::future::join(
        async {
            let result = client.batch_execute(sql).await;
            drop(client);
            result
        },
        connection,
    )
    .await;
    result.expect("databases for tests can be made and removed");
}

/// The URL with another database: the path is what follows the host, up to the parameters.
fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').map_or((url, None), |(a, b)| (a, Some(b)));
    let start = address.find("://").map_or(0, |index| index + 3);
    let end = address[start..].find('/').map_or(address.len(), |index| start + index);
    let parameters = parameters.map(|text| format!("?{text}")).unwrap_or_default();
    format!("{}/{name}{parameters}", &address[..end])
}

fn server_url() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|url| !url.is_empty())
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip() {
    eprintln!("skipped: PostgreSQL, because {VARIABLE} is not set");
}

#[expect(clippy::print_stderr, reason = "the reader of the test's output cleans up")]
fn skip_removal(name: &str) {
    eprintln!("the database {name} for tests could not be removed");
}
