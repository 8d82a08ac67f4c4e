//! Fills a data folder: a tenant with three environments, one of them with many rows.
//!
//! Everything goes the ways that programs go: the directory, the control plane, messages.

mod people;
pub mod rows;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use base::{Caller, Cx, Uuid};
use control::environments::{CreateRequest, DatabaseRequest};
use control::{Options, Sku, Tenant, UpdateCadence};
use dataverse::Environment;
use db::{Database, DatabaseConfig};
use identity::Directory;
use serde::{Deserialize, Serialize};

use crate::floor;

/// The domain name of the environment with the rows; the others are empty.
pub const DOMAIN: &str = "bench";
const EMPTY: [&str; 2] = ["bench-two", "bench-three"];

/// Rows that are committed together.
const ROWS_PER_COMMIT: u64 = 5_000;

/// What there is in a folder that was filled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seeded {
    /// How many accounts, and how many contacts.
    pub rows: u64,
    /// How long the accounts took, in seconds.
    pub accounts_seconds: f64,
    /// How long the contacts took, in seconds.
    pub contacts_seconds: f64,
    /// The name of an administrator.
    pub administrator: String,
    /// The name of a user whose roles reach the rows of one business unit.
    pub seller: String,
    /// Which business unit that is.
    pub unit: u64,
    /// The file with the rows.
    pub database: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// The domain names of all environments.
    pub domains: Vec<String>,
}

/// Turns an error of a service into one that says everything.
pub(crate) fn told(error: base::Error) -> anyhow::Error {
    anyhow!("{}", error.chain())
}

impl Seeded {
    /// What an earlier run left in `folder`.
    pub fn load(folder: &Path) -> Result<Self> {
        let path = folder.join("seeded.json");
        let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// The rows that the seller may see.
    pub fn visible(&self) -> Vec<u64> {
        (0..self.rows).filter(|row| rows::unit(*row) == self.unit).collect()
    }
}

/// Fills `folder` with `count` accounts and contacts. A copy of the file for the hand-written
/// limit, and what it has to do, are put beside it.
pub async fn seed(folder: &Path, count: u64) -> Result<Seeded> {
    let cx = Cx::system();
    let config = DatabaseConfig::Sqlite { folder: folder.to_owned() };
    let database = Database::open(&config).await.map_err(told)?;
    let (seeded, spec) = fill(&cx, folder, database, count).await?;
    // The last connection has closed the file, so it is whole.
    let copy = folder.join("floor.db");
    fs::copy(&seeded.database, &copy).context("copying the database")?;
    fs::write(folder.join("floor.json"), serde_json::to_vec(&spec.with_database(copy))?)?;
    let bytes = fs::metadata(&seeded.database)?.len();
    let seeded = Seeded { bytes, ..seeded };
    fs::write(folder.join("seeded.json"), serde_json::to_vec(&seeded)?)?;
    Ok(seeded)
}

async fn fill(
    cx: &Cx,
    folder: &Path,
    database: Database,
    count: u64,
) -> Result<(Seeded, floor::Spec)> {
    let store = database.create("tenant").await.map_err(told)?;
    let secret = folder.join("secret.key");
    let directory = Directory::open(cx, store, &secret).await.map_err(told)?;
    let options = Options { steps: solutions::steps(), ..Options::default() };
    let tenant = Tenant::open(cx, database, directory.clone(), options).await.map_err(told)?;
    let administrator = people::administrator(cx, &directory).await.map_err(told)?;
    let admin = cx.with_caller(Caller::User(administrator.id));
    let mut domains = Vec::new();
    for domain in [DOMAIN].into_iter().chain(EMPTY) {
        create_environment(&tenant, &admin, domain).await.map_err(told)?;
        domains.push(domain.to_owned());
    }
    let environment = tenant.environment_by_domain(&admin, DOMAIN).await.map_err(told)?;
    let sellers = people::sellers(cx, &tenant, &environment).await.map_err(told)?;
    let owners: Vec<_> = sellers.iter().map(|seller| seller.user).collect();
    let contacts = Instant::now();
    fill_table(cx, &environment, "contacts", count, &owners).await.map_err(told)?;
    let contacts_seconds = contacts.elapsed().as_secs_f64();
    let accounts = Instant::now();
    fill_table(cx, &environment, "accounts", count, &owners).await.map_err(told)?;
    let accounts_seconds = accounts.elapsed().as_secs_f64();
    let unit = 7;
    let seller = &sellers[unit as usize];
    let spec = floor::spec::of(&environment, &cx.with_caller(Caller::User(seller.person))).await?;
    let name = environment.store().name().to_owned();
    tenant.stop(Duration::from_secs(10)).await;
    let seeded = Seeded {
        rows: count,
        accounts_seconds,
        contacts_seconds,
        administrator: administrator.upn,
        seller: seller.name.clone(),
        unit,
        database: folder.join("environments").join(format!("{name}.db")),
        bytes: 0,
        domains,
    };
    Ok((seeded, spec))
}

async fn create_environment(tenant: &Arc<Tenant>, cx: &Cx, domain: &str) -> base::Result<()> {
    let database =
        DatabaseRequest { domain: Some(domain.to_owned()), ..DatabaseRequest::default() };
    let request = CreateRequest {
        sku: Sku::Sandbox,
        display_name: domain.to_owned(),
        description: String::new(),
        location: None,
        azure_region: None,
        database: Some(database),
        used_by: None,
        update_cadence: UpdateCadence::Moderate,
        switches: serde_json::Map::new(),
    };
    tenant.environment_create(cx, &request).await?;
    tenant.operations_settled().await
}

/// Fills a table, many rows in one transaction.
async fn fill_table(
    cx: &Cx,
    environment: &Environment,
    table: &str,
    count: u64,
    owners: &[Uuid],
) -> base::Result<()> {
    let mut first = 0;
    while first < count {
        let end = count.min(first + ROWS_PER_COMMIT);
        let owner = |row| owners[rows::unit(row) as usize];
        let made = (first..end).map(|row| match table {
            "accounts" => rows::account(row, count, owner(row)),
            _ => rows::contact(row, owner(row)),
        });
        let mut session = environment.begin(cx).await?;
        session.create_many(table, made.collect()).await?;
        session.commit().await?;
        first = end;
    }
    Ok(())
}
