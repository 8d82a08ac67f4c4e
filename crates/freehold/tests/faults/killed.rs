//! The server is killed while clients write.

use std::sync::Arc;

use super::load::{Ledger, Load};
use super::server::{Place, Server, sqlite};

/// How often, unless `FREEHOLD_TEST_KILLS` says so.
const KILLS: usize = 2;

#[test]
fn a_killed_server_keeps_what_it_acknowledged_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    kill_again_and_again(&sqlite(folder.path()));
}

#[test]
fn a_killed_server_keeps_what_it_acknowledged_on_postgres() {
    let Some(database) = super::postgres::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    kill_again_and_again(&Place { database: database.url(), ..sqlite(folder.path()) });
}

fn kill_again_and_again(place: &Place) {
    let kills = std::env::var("FREEHOLD_TEST_KILLS").ok().and_then(|text| text.parse().ok());
    let ledger = Arc::new(Ledger::default());
    let mut server = Server::start(place);
    server.client.make_environment();
    for round in 0..kills.unwrap_or(KILLS) {
        let load = Load::start(&server.client, &ledger);
        // Each time at another moment.
        Load::wait_for(&ledger, 20 + 7 * (round % 10));
        server.kill();
        load.stop();
        server = Server::start(place);
        ledger.check(&server.client);
    }
    let refused = ledger.refused.lock().unwrap();
    assert!(refused.is_empty(), "{refused:?}");
}
