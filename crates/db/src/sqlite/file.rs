//! The file of one store: its connections and its row versions.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::{Error, Kind, Result, limits};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{error, file_error};
use super::link::Link;

/// A read connection that was not used for this long is closed when another comes back.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// Row versions that are reserved ahead in the store, so that few commits need to note them.
const VERSIONS_RESERVED: i64 = 1000;

/// What a new file holds. It is put in place under its name only when all of this is on disk.
const NEW_STORE: &str = "
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table fh_counter (name text not null primary key, value integer not null) strict;
    insert into fh_counter (name, value) values ('version', 0);";

/// The file of a store that is in use.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// Read connections that nobody uses, the last used last.
    idle: Mutex<Vec<(Link, Instant)>>,
    /// Places for read connections; closed when the store is gone.
    places: Arc<Semaphore>,
    pub(crate) versions: Arc<Versions>,
}

impl File {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Mutex::default(),
            places: Arc::new(Semaphore::new(limits::DATABASE_READERS_MAX as usize)),
            versions: Arc::default(),
        }
    }

    /// Makes an empty store at `path`.
    pub(crate) fn create(path: &Path) -> Result<()> {
        let connection = rusqlite::Connection::open(path).map_err(error)?;
        connection.execute_batch(NEW_STORE).map_err(error)?;
        connection.close().map_err(|(_, cause)| error(cause))
    }

    /// Makes a copy that SQLite wrote into a store.
    pub(crate) fn adopt(path: &Path) -> Result<()> {
        let connection = rusqlite::Connection::open(path).map_err(error)?;
        connection.execute_batch("pragma journal_mode = wal").map_err(error)?;
        connection.close().map_err(|(_, cause)| error(cause))
    }

    /// A read connection, once there is a place for it.
    pub(crate) async fn reader(&self) -> Result<Link> {
        let place = self.place(1).await?;
        let mut link = match self.lock_idle().pop() {
            Some((link, _)) => link,
            None => Link::reader(&self.path)?,
        };
        link.occupy(place);
        Ok(link)
    }

    /// Takes a read connection back; the place is free before anyone who waits for it runs.
    pub(crate) fn give_back(&self, mut link: Link) {
        let Some(place) = link.vacate() else { return };
        let now = Instant::now();
        let mut idle = self.lock_idle();
        let stale = idle.iter().take_while(|(_, used)| now - *used > IDLE_MAX).count();
        let closed: Vec<_> = idle.drain(..stale).collect();
        if idle.len() < limits::DATABASE_READERS_IDLE_MAX && !self.places.is_closed() {
            idle.push((link, now));
        }
        drop(idle);
        drop((closed, place));
    }

    /// Closes the read connections that nobody uses.
    pub(crate) fn close_idle(&self) {
        let closed = std::mem::take(&mut *self.lock_idle());
        drop(closed);
    }

    /// Waits until nobody reads, and lets nobody read while the answer is kept.
    pub(crate) async fn alone(&self) -> Result<OwnedSemaphorePermit> {
        let places = self.place(limits::DATABASE_READERS_MAX).await?;
        self.close_idle();
        Ok(places)
    }

    /// The file is gone: whoever still has the store gets an error.
    pub(crate) fn close(&self) {
        self.places.close();
        self.close_idle();
    }

    /// Bytes of the file and its log.
    pub(crate) fn size_bytes(&self) -> Result<u64> {
        let size = |path: &Path| match std::fs::metadata(path) {
            Ok(found) => Ok(found.len()),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(cause) => Err(file_error(cause)),
        };
        Ok(size(&self.path)? + size(&beside(&self.path, "-wal"))?)
    }

    async fn place(&self, count: u32) -> Result<OwnedSemaphorePermit> {
        let wait = Duration::from_millis(limits::DATABASE_READER_WAIT_MS);
        match tokio::time::timeout(wait, self.places.clone().acquire_many_owned(count)).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(crate::store::gone()),
            Err(_) => Err(Error::new(
                Kind::Unavailable,
                "db.busy",
                "The database is busy: too many reads run at the same time. Try again later.",
            )),
        }
    }

    fn lock_idle(&self) -> std::sync::MutexGuard<'_, Vec<(Link, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a file that SQLite keeps beside the store's.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The row versions of a store: a counter in memory, ahead of which a number is stored that no
/// durable version is above. So a version never comes twice, even after a crash.
#[derive(Default)]
pub(crate) struct Versions {
    last: AtomicI64,
    reserved: AtomicI64,
}

impl Versions {
    /// The next version.
    pub(crate) fn next(&self) -> i64 {
        self.last.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The writer's connection was opened and has read the stored number.
    pub(crate) fn opened(&self, value: i64) {
        self.last.fetch_max(value, Ordering::SeqCst);
        self.reserved.store(value, Ordering::SeqCst);
    }

    /// The number was stored for good.
    pub(crate) fn reserved(&self, value: i64) {
        self.reserved.store(value, Ordering::SeqCst);
    }

    /// The number to store together with what is about to be committed, if a new one is needed.
    pub(crate) fn to_reserve(&self) -> Option<i64> {
        let last = self.last.load(Ordering::SeqCst);
        (last > self.reserved.load(Ordering::SeqCst))
            .then(|| last.saturating_add(VERSIONS_RESERVED))
    }
}
