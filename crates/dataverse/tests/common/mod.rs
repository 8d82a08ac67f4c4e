//! A provisioned environment on each database that can be tested here.

#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base::{Caller, Cx, FixedClock, SeededRandom, Uuid};
use dataverse::{Currency, DirectoryUser, Environment, Organization, Step};
use db::testing::TestDatabase;

/// An environment with its database, which goes when this is dropped.
pub struct World {
    pub database: TestDatabase,
    pub environment: Arc<Environment>,
    /// The server itself.
    pub system: Cx,
    /// The first administrator.
    pub admin: Cx,
}

/// The directory id of the first administrator.
pub const ADMIN: Uuid = Uuid::from_u128(0xad);

/// A context with ids of its own.
pub fn cx(caller: Caller) -> Cx {
    static SEEDS: AtomicU64 = AtomicU64::new(7);
    let clock = Arc::new(FixedClock::new(1_700_000_000_000));
    let seed = SEEDS.fetch_add(1, Ordering::Relaxed);
    // Neighbouring seeds would give parts of the same sequence.
    Cx::new(caller, clock, Arc::new(SeededRandom::new(seed << 32)))
}

pub fn person(id: Uuid, name: &str) -> DirectoryUser {
    DirectoryUser {
        object_id: id,
        full_name: name.to_owned(),
        last_name: Some(name.to_owned()),
        principal_name: format!("{}@contoso.example", name.to_lowercase()),
        ..DirectoryUser::default()
    }
}

pub fn organization() -> Organization {
    Organization {
        id: Uuid::from_u128(0x0196),
        name: "Contoso".to_owned(),
        unique_name: "unqcontoso".to_owned(),
        language: 1033,
        currency: Currency {
            code: "EUR".to_owned(),
            name: "Euro".to_owned(),
            symbol: "€".to_owned(),
        },
        administrators: vec![person(ADMIN, "Ada")],
    }
}

/// A fresh environment on each database.
pub async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in db::testing::all().await {
        worlds.push(world(database, Vec::new()).await);
    }
    worlds
}

/// A fresh environment with steps.
pub async fn world(database: TestDatabase, steps: Vec<Arc<dyn Step>>) -> World {
    let system = cx(Caller::System);
    let store = database.create("env_test").await.expect("a store can be made");
    Environment::create_template(&system, &store).await.expect("the template");
    Environment::provision(&system, &store, &organization()).await.expect("provision");
    let environment = Environment::open(&system, Uuid::from_u128(0xe), store, steps)
        .await
        .expect("the environment opens");
    World { database, environment, system, admin: cx(Caller::User(ADMIN)) }
}
