//! What administrators wait for: a new environment, and the server itself.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::http::Connection;
use crate::machine;
use crate::seed::{DOMAIN, Seeded};
use crate::server::Server;
use crate::statistics::percentile;

const BAP: &str = "/providers/Microsoft.BusinessAppPlatform";

/// Times in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// How many there are.
    pub count: usize,
    /// The middle one.
    pub p50: f64,
    /// The one that 95 of 100 are below.
    pub p95: f64,
}

impl Times {
    /// Of some times.
    pub fn of(mut times_ms: Vec<f64>) -> Self {
        Self {
            count: times_ms.len(),
            p50: percentile(&mut times_ms, 0.5),
            p95: percentile(&mut times_ms, 0.95),
        }
    }
}

/// Starts and stops the server on a filled folder, `count` times.
pub async fn starts(program: &Path, folder: &Path, count: usize) -> Result<Times> {
    let mut times = Vec::new();
    for _ in 0..count {
        machine::wait_for_quiet();
        let server = Server::start(program, folder).await?;
        times.push(server.ready.as_secs_f64() * 1000.0);
        server.stop()?;
    }
    Ok(Times::of(times))
}

/// Opens all environments of a filled folder.
pub async fn open_all(server: &Server, seeded: &Seeded) -> Result<()> {
    let token = server.token(&seeded.administrator)?;
    let mut connection = server.connect().await?;
    for domain in &seeded.domains {
        let path = format!("/orgs/{domain}/api/data/v9.2/WhoAmI");
        connection.call("GET", &path, &token, None).await?;
    }
    Ok(())
}

/// Creates environments with a database, one after the other, through the admin services: from
/// the request until the operation has succeeded.
pub async fn creates(server: &Server, administrator: &str, count: usize) -> Result<Times> {
    let token = server.token(administrator)?;
    let mut connection = server.connect().await?;
    let mut times = Vec::new();
    for number in 0..count {
        machine::wait_for_quiet();
        let begin = Instant::now();
        create(&mut connection, &token, &format!("{DOMAIN}-new-{number}")).await?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(Times::of(times))
}

/// Creates one environment.
pub async fn create(connection: &mut Connection, token: &str, domain: &str) -> Result<()> {
    let path = format!("{BAP}/environments?api-version=2023-06-01");
    let body = json!({ "properties": {
        "displayName": domain,
        "environmentSku": "Sandbox",
        "databaseType": "CommonDataService",
        "linkedEnvironmentMetadata": { "domainName": domain, "baseLanguage": 1033 },
    } });
    let (answer, _) = connection.call("POST", &path, token, Some(&body)).await?;
    let location = connection.header(answer, "location").context("no Location")?;
    let location = location.strip_prefix("http://127.0.0.1").unwrap_or(location).to_owned();
    loop {
        let (_, operation) = connection.call("GET", &location, token, None).await?;
        match operation["state"]["id"].as_str() {
            Some("Succeeded") => return Ok(()),
            Some("Failed") | None => bail!("the environment was not created: {operation}"),
            Some(_) => {}
        }
    }
}
