//! A PostgreSQL database: its connections, and which schema is which store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Error, Kind, Result, limits};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use sha2::{Digest, Sha256};
use tokio_postgres::NoTls;

use super::VERSION_SEQUENCE;
use super::error::{error, pool_error, unavailable};
use super::link::Link;
use crate::statement::numbered_with_dollar;

/// A PostgreSQL database. Readers and writers have pools of their own, so that neither can wait for
/// a connection that the other holds.
pub(crate) struct Server {
    readers: Pool,
    writers: Pool,
    texts: Arc<Texts>,
}

impl Server {
    /// Connects, and checks that the database is one that can be used.
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|cause: tokio_postgres::Error| {
                Error::invalid(
                    "The database URL is not understood. It has the form \
                 postgres://user:password@host:port/database.",
                )
                .with_source(cause)
            })?;
        if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
            return Err(Error::not_implemented("sslmode=require in the URL of PostgreSQL"));
        }
        config.application_name("freehold").connect_timeout(Duration::from_secs(10));
        let server = Self {
            readers: pool(&config, limits::DATABASE_POSTGRES_READERS_MAX)?,
            writers: pool(&config, limits::DATABASE_POSTGRES_WRITERS_MAX)?,
            texts: Arc::default(),
        };
        server.check().await?;
        Ok(server)
    }

    /// A connection that reads.
    pub(crate) async fn reader(&self) -> Result<Link> {
        let client = self.readers.get().await.map_err(pool_error)?;
        Ok(Link::reader(client, self.texts.clone()))
    }

    /// A connection that writes to one schema.
    pub(crate) async fn writer(&self, schema: &str) -> Result<Link> {
        let client = self.writers.get().await.map_err(pool_error)?;
        Ok(Link::writer(client, self.texts.clone(), lock_key(schema)))
    }

    /// Makes the schema of an empty store.
    pub(crate) async fn create(&self, schema: &str) -> Result<()> {
        let sql = format!(
            "create schema \"{schema}\"; \
             create sequence \"{schema}\".\"{VERSION_SEQUENCE}\" as bigint"
        );
        // One call without `begin` is one transaction.
        self.client().await?.batch_execute(&sql).await.map_err(error)
    }

    /// Whether there is a schema of that name.
    pub(crate) async fn exists(&self, schema: &str) -> Result<bool> {
        let sql = "select exists (select 1 from pg_catalog.pg_namespace where nspname = $1)";
        let row = self.client().await?.query_one(sql, &[&schema]).await.map_err(error)?;
        row.try_get(0).map_err(error)
    }

    /// Bytes of all that the schema holds.
    pub(crate) async fn size_bytes(&self, schema: &str) -> Result<u64> {
        let sql = "
            select coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relkind in ('r', 'S')";
        let row = self.client().await?.query_one(sql, &[&schema]).await.map_err(error)?;
        row.try_get::<_, i64>(0).map(i64::unsigned_abs).map_err(error)
    }

    /// Lets all connections prepare their statements anew.
    pub(crate) fn forget_statements(&self) {
        self.readers.manager().statement_caches.clear();
        self.writers.manager().statement_caches.clear();
    }

    async fn client(&self) -> Result<Object> {
        self.readers.get().await.map_err(pool_error)
    }

    async fn check(&self) -> Result<()> {
        let sql = "
            select current_setting('server_version_num')::int >= 150000,
                current_setting('server_encoding') = 'UTF8',
                exists (select 1 from pg_catalog.pg_collation where collname = 'und-x-icu')";
        let row = self.client().await?.query_one(sql, &[]).await.map_err(error)?;
        let needs = ["to be of version 15 or later", "a database in UTF-8", "to be built with ICU"];
        for (index, need) in needs.into_iter().enumerate() {
            if !row.try_get::<_, bool>(index).map_err(error)? {
                return Err(Error::new(
                    Kind::Unavailable,
                    "db.unsuitable",
                    format!("PostgreSQL needs {need}. Use another server or database."),
                ));
            }
        }
        Ok(())
    }
}

fn pool(config: &tokio_postgres::Config, size: usize) -> Result<Pool> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(config.clone(), NoTls, recycling);
    let wait = Some(Duration::from_millis(limits::DATABASE_READER_WAIT_MS));
    Pool::builder(manager)
        .max_size(size)
        .wait_timeout(wait)
        .create_timeout(wait)
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|cause| unavailable("db.lost", "PostgreSQL cannot be used.").with_source(cause))
}

/// The key of the advisory lock that the writer of a schema holds.
fn lock_key(schema: &str) -> i64 {
    let hash = Sha256::digest(format!("freehold writer of {schema}"));
    let mut key = [0; 8];
    key.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(key)
}

/// Texts of statements with PostgreSQL's placeholders, by our own.
#[derive(Default)]
pub(crate) struct Texts(Mutex<HashMap<String, Arc<str>>>);

impl Texts {
    pub(crate) fn get(&self, sql: &str) -> Arc<str> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.get(sql) {
            return text.clone();
        }
        if texts.len() >= TEXTS_MAX {
            texts.clear();
        }
        let text: Arc<str> = numbered_with_dollar(sql).into();
        texts.insert(sql.to_owned(), text.clone());
        text
    }
}

/// Texts that are kept; when there are more, all are forgotten and those in use come back.
const TEXTS_MAX: usize = 4096;
