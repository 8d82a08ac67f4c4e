//! The database server ends the connections while clients write.

use std::sync::Arc;

use db::DatabaseConfig;
use db::testing::TestDatabase;
use tokio::runtime::Runtime;

use super::load::{Ledger, Load};
use super::server::{Place, Server, sqlite};

/// A database of its own on the PostgreSQL for tests.
pub struct Database {
    database: TestDatabase,
    runtime: Runtime,
}

/// One, if there is a PostgreSQL for tests.
pub fn database() -> Option<Database> {
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(db::testing::postgres())?;
    Some(Database { database, runtime })
}

impl Database {
    /// Its address.
    pub fn url(&self) -> String {
        match &self.database.config {
            DatabaseConfig::Postgres { url } => url.clone(),
            DatabaseConfig::Sqlite { .. } => unreachable!("it was made on PostgreSQL"),
        }
    }

    /// Ends all connections to it.
    fn disconnect(&self) {
        self.runtime.block_on(db::testing::disconnect(&self.database));
    }
}

#[test]
fn lost_connections_are_told_and_made_again() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = Place { database: database.url(), ..sqlite(folder.path()) };
    let server = Server::start(&place);
    server.client.make_environment();
    let ledger = Arc::new(Ledger::default());
    for _ in 0..3 {
        let load = Load::start(&server.client, &ledger);
        Load::wait_for(&ledger, 20);
        database.disconnect();
        // The same server goes on, without a new start.
        Load::wait_for(&ledger, 20);
        load.stop();
        ledger.check(&server.client);
    }
    for (status, body) in ledger.refused.lock().unwrap().iter() {
        assert_eq!(*status, 503, "{body}");
        assert!(body.contains("\"code\":"), "{body}");
    }
}
