//! A fresh environment for each test, cloned from one template.

use std::path::PathBuf;
use std::sync::Arc;

use base::{Caller, Cx, Uuid};
use dataverse::{Currency, DirectoryUser, Environment, Organization};
use db::testing::TestDatabase;

/// A database with a template, from which environments are cloned.
pub struct Tenant {
    pub database: TestDatabase,
    /// An administrator of every environment.
    pub cx: Cx,
    system: Cx,
}

impl Tenant {
    pub async fn sqlite() -> Self {
        Self::on(db::testing::sqlite().await).await
    }

    /// One tenant on each engine that can be tested here.
    pub async fn all() -> Vec<Self> {
        let mut tenants = Vec::new();
        for database in db::testing::all().await {
            tenants.push(Self::on(database).await);
        }
        tenants
    }

    async fn on(database: TestDatabase) -> Self {
        let system = Cx::system();
        let store = database.create("env_template").await.unwrap();
        Environment::create_template(&system, &store).await.unwrap();
        let cx = system.with_caller(Caller::User(Uuid::from_u128(1)));
        Self { database, cx, system }
    }

    /// A new environment with a database.
    pub async fn environment(&self, name: &str) -> Arc<Environment> {
        let id = self.cx.new_id();
        let store = self
            .database
            .clone_store("env_template", &format!("env_{}", id.simple()))
            .await
            .unwrap();
        let details = Organization {
            id: self.cx.new_id(),
            name: name.to_owned(),
            unique_name: format!("unq{}", &id.simple().to_string()[..20]),
            language: 1033,
            currency: Currency { code: "USD".into(), name: "US Dollar".into(), symbol: "$".into() },
            administrators: vec![DirectoryUser {
                object_id: Uuid::from_u128(1),
                full_name: "Ada Admin".into(),
                principal_name: "ada@contoso.example".into(),
                ..DirectoryUser::default()
            }],
        };
        Environment::provision(&self.system, &store, &details).await.unwrap();
        Environment::open(&self.system, id, store, solutions::steps()).await.unwrap()
    }
}

/// The folder of real solution packages, where it is.
pub fn packages() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/solutions");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no real solution packages in ../shared/data/solutions");
    None
}

/// The paths of all packages below a folder, in order.
pub fn zips(folder: &PathBuf) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(zips(&path));
        } else if path.extension().is_some_and(|extension| extension == "zip") {
            found.push(path);
        }
    }
    found.sort();
    found
}
