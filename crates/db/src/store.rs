//! One store: how to read it and whose turn it is to write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base::{Error, Kind, Result};

use crate::connection::Link;
use crate::database::Shared;
use crate::writer::Writer;
use crate::{Backend, Dialect, Reader, Tx, sqlite};

/// The tenant's store or an environment's: a SQLite file, or a PostgreSQL schema.
///
/// Cheap to clone. When the last clone is dropped, its connections are closed.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) name: String,
    pub(crate) shared: Arc<Shared>,
    /// The file, on SQLite.
    pub(crate) file: Option<sqlite::File>,
    pub(crate) writer: Writer,
    /// It was removed or renamed.
    pub(crate) gone: AtomicBool,
}

impl Store {
    /// The name it was created with.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Which database it is in.
    pub fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    /// The name of a table as statements need it: quoted, and with the schema on PostgreSQL. For
    /// indexes: `create index <dialect.quote(name)> on <table(…)>`, `drop index <table(name)>`.
    pub fn table(&self, physical_name: &str) -> String {
        let name = self.dialect().quote(physical_name);
        match self.dialect() {
            Dialect::Sqlite => name,
            Dialect::Postgres => format!("\"{}\".{name}", self.0.name),
        }
    }

    /// A snapshot of the store, from the first query on. It ends when the reader is dropped.
    pub async fn read(&self) -> Result<Reader> {
        if self.0.is_gone() {
            return Err(gone());
        }
        let link = match (&self.0.shared.backend, &self.0.file) {
            (Backend::Postgres(server), _) => Link::Postgres(server.reader().await?),
            (_, Some(file)) => Link::Sqlite(file.reader().await?),
            (_, None) => return Err(gone()),
        };
        Ok(Reader::new(self.0.clone(), link))
    }

    /// Waits for the turn to write. What was committed just before may share its real commit with
    /// this transaction, so keep it short; for long ones there is [`Store::write_alone`].
    pub async fn write(&self) -> Result<Tx> {
        Tx::begin(self, false).await
    }

    /// The same for long work, such as an import: everything committed before is made durable
    /// first, so nobody's commit waits for this transaction.
    pub async fn write_alone(&self) -> Result<Tx> {
        Tx::begin(self, true).await
    }

    /// Bytes that the store takes on disk.
    pub async fn size_bytes(&self) -> Result<u64> {
        match (&self.0.shared.backend, &self.0.file) {
            (Backend::Postgres(server), _) => server.size_bytes(&self.0.name).await,
            (_, Some(file)) => file.size_bytes(),
            (_, None) => Err(gone()),
        }
    }

    /// Closes the connections that nobody uses, for a store that is not expected to be used soon.
    pub fn close_idle(&self) {
        if let Some(file) = &self.0.file {
            file.close_idle();
        }
        self.0.writer.close_idle();
    }
}

impl Inner {
    pub(crate) fn dialect(&self) -> Dialect {
        Dialect::from(&self.shared.backend)
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::SeqCst)
    }

    /// Whoever still has the store gets errors from now on.
    pub(crate) fn retire(&self) {
        self.gone.store(true, Ordering::SeqCst);
        if let Some(file) = &self.file {
            file.close();
        }
    }

    /// Takes a reader's connection back.
    pub(crate) fn give_back(&self, link: Link) {
        match (link, &self.file) {
            (Link::Sqlite(link), Some(file)) => file.give_back(link),
            // A connection to PostgreSQL goes back to its pool by itself.
            (link, _) => drop(link),
        }
    }
}

/// The store was removed or renamed while somebody still had it.
pub(crate) fn gone() -> Error {
    Error::new(
        Kind::NotFound,
        "db.store_missing",
        "The environment's database has been removed or renamed. Look the environment up again.",
    )
}
