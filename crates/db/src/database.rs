//! The installation: which stores there are, and how they come and go.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use base::{Error, Kind, Result};

use crate::connection::Link;
use crate::store::Inner;
use crate::writer::quiet_turn;
use crate::{Dialect, Store, postgres, sqlite};

/// Where the stores are.
#[derive(Clone, Debug)]
pub enum DatabaseConfig {
    /// In the files of a data folder.
    Sqlite {
        /// The data folder; made if there is none.
        folder: PathBuf,
    },
    /// In the schemas of a PostgreSQL database (15 or later, UTF-8, with ICU).
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
    },
}

/// The whole installation: a data folder, or a PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) backend: Backend,
    /// The stores in use: all clones of one share its one writer.
    stores: Mutex<HashMap<String, Weak<Inner>>>,
    /// Names that are being made, removed or renamed.
    busy: Mutex<HashSet<String>>,
}

pub(crate) enum Backend {
    Sqlite(Arc<sqlite::Folder>),
    Postgres(postgres::Server),
}

impl Database {
    /// Takes the database into use. What a crash left half made is removed.
    pub async fn open(config: &DatabaseConfig) -> Result<Self> {
        let backend = match config {
            DatabaseConfig::Sqlite { folder } => {
                Backend::Sqlite(Arc::new(sqlite::Folder::open(folder)?))
            }
            DatabaseConfig::Postgres { url } => {
                Backend::Postgres(postgres::Server::connect(url).await?)
            }
        };
        Ok(Self(Arc::new(Shared { backend, stores: Mutex::default(), busy: Mutex::default() })))
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        Dialect::from(&self.0.backend)
    }

    /// Opens a store; an error of kind `NotFound` if there is none of that name.
    pub async fn store(&self, name: &str) -> Result<Store> {
        if let Some(store) = self.in_use(name) {
            return Ok(store);
        }
        match self.exists(name).await? {
            true => Ok(self.open_store(name)),
            false => Err(missing(name)),
        }
    }

    /// Whether there is a store of that name.
    pub async fn exists(&self, name: &str) -> Result<bool> {
        check_name(name)?;
        match &self.0.backend {
            Backend::Sqlite(folder) => Ok(folder.file(name).exists()),
            Backend::Postgres(server) => server.exists(name).await,
        }
    }

    /// Makes an empty store; an error of kind `Conflict` if there is one of that name.
    pub async fn create(&self, name: &str) -> Result<Store> {
        let claim = self.reserve(name).await?;
        match &self.0.backend {
            Backend::Sqlite(folder) => {
                let folder = folder.clone();
                blocking(move || folder.create(&claim.name)).await?;
            }
            Backend::Postgres(server) => server.create(name).await?,
        }
        Ok(self.open_store(name))
    }

    /// Makes a store that is a copy of another as it is now. The other may be in use; its writers
    /// wait meanwhile.
    pub async fn clone_store(&self, from: &str, to: &str) -> Result<Store> {
        let source = self.store(from).await?;
        let claim = self.reserve(to).await?;
        match &self.0.backend {
            Backend::Sqlite(folder) => copy_file(folder.clone(), &source, claim).await?,
            Backend::Postgres(_) => postgres::copy(&source, to).await?,
        }
        Ok(self.open_store(to))
    }

    /// Gives a store another name. Whoever has it open gets errors from then on, and has to open it
    /// by its new name.
    pub async fn rename(&self, from: &str, to: &str) -> Result<Store> {
        let source = self.store(from).await?;
        let (old, new) = (self.claim(from)?, self.reserve(to).await?);
        match &self.0.backend {
            Backend::Sqlite(folder) => {
                let folder = folder.clone();
                retire_file(&source, move || folder.rename(&old.name, &new.name)).await?;
            }
            Backend::Postgres(_) => {
                postgres::rename(&source, to).await?;
                source.0.retire();
            }
        }
        Ok(self.open_store(to))
    }

    /// Removes a store with everything in it, once nobody reads or writes it. Whoever has it open
    /// gets errors from then on.
    pub async fn drop_store(&self, name: &str) -> Result<()> {
        let store = self.store(name).await?;
        let claim = self.claim(name)?;
        match &self.0.backend {
            Backend::Sqlite(folder) => {
                let folder = folder.clone();
                retire_file(&store, move || folder.remove(&claim.name)).await
            }
            Backend::Postgres(_) => {
                postgres::remove(&store).await?;
                store.0.retire();
                Ok(())
            }
        }
    }

    fn in_use(&self, name: &str) -> Option<Store> {
        in_use(&lock(&self.0.stores), name)
    }

    /// The store in use, or a new one: never two for one name.
    fn open_store(&self, name: &str) -> Store {
        let mut stores = lock(&self.0.stores);
        if let Some(store) = in_use(&stores, name) {
            return store;
        }
        stores.retain(|_, store| store.strong_count() > 0);
        let file = match &self.0.backend {
            Backend::Sqlite(folder) => Some(sqlite::File::new(folder.file(name))),
            Backend::Postgres(_) => None,
        };
        let inner = Arc::new(Inner {
            name: name.to_owned(),
            shared: self.0.clone(),
            file,
            writer: Default::default(),
            gone: Default::default(),
        });
        stores.insert(name.to_owned(), Arc::downgrade(&inner));
        Store(inner)
    }

    /// Lets nobody else make, remove or rename a store of this name meanwhile.
    fn claim(&self, name: &str) -> Result<Claim> {
        match lock(&self.0.busy).insert(name.to_owned()) {
            true => Ok(Claim { shared: self.0.clone(), name: name.to_owned() }),
            false => Err(Error::new(
                Kind::Conflict,
                "db.store_busy",
                format!("The store '{name}' is being made or removed. Wait until that is done."),
            )),
        }
    }

    /// The same for a name that must be free.
    async fn reserve(&self, name: &str) -> Result<Claim> {
        check_name(name)?;
        let claim = self.claim(name)?;
        match self.exists(name).await? {
            false => Ok(claim),
            true => Err(Error::new(
                Kind::Conflict,
                "db.store_exists",
                format!("A store '{name}' exists already. Choose another name."),
            )),
        }
    }
}

impl Backend {
    /// Prepared statements may be out of date.
    pub(crate) fn schema_changed(&self) {
        match self {
            // SQLite notices by itself.
            Self::Sqlite(_) => {}
            Self::Postgres(server) => server.forget_statements(),
        }
    }
}

/// A name that is being made, removed or renamed.
struct Claim {
    shared: Arc<Shared>,
    name: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        lock(&self.shared.busy).remove(&self.name);
    }
}

/// Copies the file of a store while its writer holds still.
async fn copy_file(folder: Arc<sqlite::Folder>, source: &Store, to: Claim) -> Result<()> {
    let mut turn = quiet_turn(&source.0).await?;
    let Some(Link::Sqlite(link)) = turn.take_link() else { return Err(crate::store::gone()) };
    let from = source.name().to_owned();
    // The turn goes along, so the writer holds still even if the caller goes away.
    blocking(move || {
        let result = folder.copy(&link, &from, &to.name);
        turn.keep_link(Link::Sqlite(link));
        result
    })
    .await
}

/// Closes the file of a store once nobody uses it, and runs `last` on it.
async fn retire_file(
    store: &Store,
    last: impl FnOnce() -> Result<()> + Send + 'static,
) -> Result<()> {
    let mut turn = quiet_turn(&store.0).await?;
    let store = store.0.clone();
    let Some(file) = &store.file else { return Err(crate::store::gone()) };
    let readers = file.alone().await?;
    blocking(move || {
        // The last connection to close writes the log back.
        drop(turn.take_link());
        last()?;
        store.retire();
        drop((turn, readers));
        Ok(())
    })
    .await
}

fn in_use(stores: &HashMap<String, Weak<Inner>>, name: &str) -> Option<Store> {
    stores.get(name).and_then(Weak::upgrade).filter(|store| !store.is_gone()).map(Store)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// Names are those of files and of schemas: small letters, digits and underscores.
fn check_name(name: &str) -> Result<()> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts_well =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.starts_with("pg_");
    if starts_well && name.len() <= 63 && name.chars().all(is_word) {
        return Ok(());
    }
    Err(Error::invalid(
        "A store's name has at most 63 small letters, digits and underscores, begins with a letter \
         and not with 'pg_'. Choose another name.",
    ))
}

fn missing(name: &str) -> Error {
    Error::new(Kind::NotFound, "db.store_missing", format!("There is no store '{name}'."))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
