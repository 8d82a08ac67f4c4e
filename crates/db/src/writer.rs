//! The one writer of a store, and how many commits become one.
//!
//! A [`Tx`] is a savepoint inside the store's open ("outer") transaction. Its life:
//!
//! 1. Writers wait in a fair line for the [`State`]. Whoever gets it begins the outer transaction,
//!    or finds it open, and sets a savepoint.
//! 2. `commit` releases the savepoint; the transaction is now a member of the [`Batch`]. If nobody
//!    waits (or the batch is full), the outer transaction is committed at once. Otherwise the state
//!    is handed on, and the first member of a batch puts a *finisher* at the end of the line: a task
//!    of its own that commits the outer transaction when its turn comes, after all who waited then.
//! 3. After the real commit every member gets its result. If it fails, all of them get the error.
//!
//! Nothing here waits for a person: a waiting writer that goes away leaves the line, a transaction
//! that is dropped rolls back to its savepoint, and a batch with members always has a finisher in
//! the line that belongs to none of them.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use base::{Error, Kind, Result, limits};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::connection::{Connection, Link};
use crate::store::{Inner, gone};
use crate::{Backend, Statement, Store, postgres, sqlite};

/// The writer of a store.
#[derive(Default)]
pub(crate) struct Writer {
    state: Arc<Mutex<State>>,
    waiting: AtomicUsize,
}

/// What the one whose turn it is holds.
#[derive(Default)]
pub(crate) struct State {
    /// The writer's connection; lent to a [`Tx`] while it runs.
    link: Option<Link>,
    /// The open outer transaction.
    batch: Option<Batch>,
}

/// Transactions that one real commit will make durable.
#[derive(Default)]
struct Batch {
    members: Vec<oneshot::Sender<Result<()>>>,
    has_changed_schema: bool,
}

type Turn = OwnedMutexGuard<State>;

/// A transaction that writes. Dropping it rolls it back.
///
/// The statements that only read are those of [`Connection`].
pub struct Tx {
    connection: Connection,
    /// Some until the end.
    turn: Option<Turn>,
    pub(crate) store: Arc<Inner>,
    savepoints: Vec<String>,
    has_changed_schema: bool,
}

impl Tx {
    pub(crate) async fn begin(store: &Store, alone: bool) -> Result<Self> {
        let mut turn = turn(&store.0).await?;
        if alone && turn.batch.is_some() {
            turn = finish(turn, Arc::downgrade(&store.0)).await.map_err(Error::internal)?;
        }
        let link = match turn.link.take() {
            Some(link) => link,
            None => open(&store.0).await?,
        };
        let is_first = turn.batch.is_none();
        turn.batch.get_or_insert_default();
        // From here on, dropping `tx` undoes what has been begun.
        let mut tx = Self {
            connection: Connection::new(link),
            turn: Some(turn),
            store: store.0.clone(),
            savepoints: Vec::new(),
            has_changed_schema: false,
        };
        tx.connection.run(async |link| link.begin(is_first).await).await?;
        Ok(tx)
    }

    /// Runs a statement that gives no rows; how many rows it changed.
    pub async fn execute(&mut self, statement: &Statement) -> Result<u64> {
        self.connection.run(async |link| link.execute(statement).await).await
    }

    /// Runs statements without parameters, separated by semicolons: changes of the schema.
    pub async fn execute_batch(&mut self, sql: &str) -> Result<()> {
        self.has_changed_schema = true;
        self.connection.run(async |link| link.batch(sql).await).await
    }

    /// Sets a savepoint, to which [`Tx::rollback_to`] can go back.
    pub async fn savepoint(&mut self, name: &str) -> Result<()> {
        let sql = format!("savepoint {}", savepoint_name(name));
        self.connection.run(async |link| link.batch(&sql).await).await?;
        self.savepoints.push(name.to_owned());
        Ok(())
    }

    /// Undoes everything since the savepoint, which stays set; also after a statement has failed.
    pub async fn rollback_to(&mut self, name: &str) -> Result<()> {
        self.keep_savepoints(name, 1)?;
        let sql = format!("rollback to savepoint {}", savepoint_name(name));
        self.connection.has_failed = false;
        self.connection.run(async |link| link.batch(&sql).await).await
    }

    /// Forgets the savepoint and those set after it; what was done since stays.
    pub async fn release(&mut self, name: &str) -> Result<()> {
        let sql = format!("release savepoint {}", savepoint_name(name));
        self.connection.run(async |link| link.batch(&sql).await).await?;
        self.keep_savepoints(name, 0)
    }

    /// Makes everything durable. When this returns, a crash cannot undo it, and new readers see it.
    /// A transaction with a failed statement cannot be committed.
    pub async fn commit(mut self) -> Result<()> {
        self.connection.run(async |link| link.release()).await?;
        self.join().await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Becomes a member of the batch, and sees to it that the batch is finished.
    fn join(&mut self) -> oneshot::Receiver<Result<()>> {
        let (member, done) = oneshot::channel();
        let store = self.store.clone();
        let Some(mut turn) = self.turn.take() else { return done };
        turn.link = self.connection.link.take();
        let batch = turn.batch.get_or_insert_default();
        batch.has_changed_schema |= self.has_changed_schema;
        batch.members.push(member);
        let members = batch.members.len();
        if store.writer.waiting.load(Ordering::SeqCst) == 0 || members >= limits::DATABASE_BATCH_MAX
        {
            finish(turn, Arc::downgrade(&store));
        } else if members == 1 {
            let state = store.writer.state.clone();
            tokio::spawn(finish_in_turn(state, Arc::downgrade(&store)));
        }
        done
    }

    fn keep_savepoints(&mut self, name: &str, more: usize) -> Result<()> {
        let found = self.savepoints.iter().rposition(|known| known == name);
        let index = found.ok_or_else(|| Error::internal(format!("no savepoint {name}")))?;
        self.savepoints.truncate(index + more);
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let (Some(mut turn), Some(mut link)) = (self.turn.take(), self.connection.link.take())
        else {
            return;
        };
        let is_alone = turn.batch.as_ref().is_none_or(|batch| batch.members.is_empty());
        if !is_alone && link.undo() {
            turn.link = Some(link);
            return;
        }
        // Nobody else is in the outer transaction, or the database has given it up.
        let batch = turn.batch.take().unwrap_or_default();
        turn.link = link.roll_back();
        drop(turn);
        batch.tell(&Err(stopped()));
    }
}

impl Writer {
    /// Waits in the line. Whoever stops waiting leaves it.
    async fn turn(&self) -> Result<Turn> {
        let _waiting = Waiting::new(&self.waiting);
        let wait = Duration::from_millis(limits::DATABASE_WRITER_WAIT_MS);
        tokio::time::timeout(wait, self.state.clone().lock_owned()).await.map_err(|_| {
            Error::new(
                Kind::Unavailable,
                "db.busy",
                "Another change of this environment takes long. Try again when it is done.",
            )
        })
    }

    /// Closes the writer's connection if nobody writes.
    pub(crate) fn close_idle(&self) {
        if let Ok(mut state) = self.state.try_lock()
            && state.batch.is_none()
        {
            state.link = None;
        }
    }
}

impl State {
    /// The writer's connection while no transaction is open.
    pub(crate) fn take_link(&mut self) -> Option<Link> {
        self.link.take()
    }

    /// Gives it back.
    pub(crate) fn keep_link(&mut self, link: Link) {
        self.link = Some(link);
    }
}

impl Batch {
    fn tell(self, result: &Result<()>) {
        for member in self.members {
            // A member that no longer listens does not need to know.
            _ = member.send(result.as_ref().map_or_else(|error| Err(copy(error)), |()| Ok(())));
        }
    }
}

/// Waits in the line like a writer, and commits what is open when its turn comes.
async fn finish_in_turn(state: Arc<Mutex<State>>, store: Weak<Inner>) {
    let turn = state.lock_owned().await;
    if turn.batch.is_some() {
        finish(turn, store);
    }
}

/// Commits the outer transaction in a task of its own, which nobody can cancel, and gives the turn
/// back to whoever still waits for it. Does not keep the store: once the members know, the store
/// may be closed.
fn finish(mut turn: Turn, store: Weak<Inner>) -> tokio::task::JoinHandle<Turn> {
    tokio::spawn(async move {
        let batch = turn.batch.take().unwrap_or_default();
        let result = match turn.link.take() {
            Some(link) => {
                let (link, result) = link.commit().await;
                turn.link = link;
                result
            }
            None => Err(stopped()),
        };
        if batch.has_changed_schema
            && let Some(store) = store.upgrade()
        {
            store.shared.backend.schema_changed();
        }
        batch.tell(&result);
        turn
    })
}

/// The turn of `store`, with nothing pending and its connection open.
pub(crate) async fn quiet_turn(store: &Arc<Inner>) -> Result<Turn> {
    let mut turn = turn(store).await?;
    if turn.batch.is_some() {
        turn = finish(turn, Arc::downgrade(store)).await.map_err(Error::internal)?;
    }
    if turn.link.is_none() {
        turn.link = Some(open(store).await?);
    }
    Ok(turn)
}

async fn turn(store: &Inner) -> Result<Turn> {
    let turn = store.writer.turn().await?;
    if store.is_gone() { Err(gone()) } else { Ok(turn) }
}

/// A connection for the writer.
async fn open(store: &Inner) -> Result<Link> {
    match (&store.shared.backend, &store.file) {
        (Backend::Postgres(server), _) => Ok(Link::Postgres(server.writer(&store.name).await?)),
        (_, Some(file)) => {
            Ok(Link::Sqlite(sqlite::Link::writer(&file.path, file.versions.clone())?))
        }
        (_, None) => Err(gone()),
    }
}

impl Link {
    /// Opens the outer transaction for the first, and sets the savepoint of a [`Tx`].
    async fn begin(&mut self, is_first: bool) -> Result<()> {
        match self {
            Self::Sqlite(link) => {
                if is_first {
                    link.run("begin immediate")?;
                }
                link.run("savepoint fh_tx")
            }
            Self::Postgres(link) => link.begin(is_first).await,
        }
    }

    /// Makes a [`Tx`] part of the outer transaction. Must not wait: who goes away in between would
    /// leave it unclear whose savepoint is set.
    fn release(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(link) => link.run("release savepoint fh_tx"),
            Self::Postgres(link) => {
                link.release();
                Ok(())
            }
        }
    }

    /// Undoes one [`Tx`]. False if the outer transaction is lost.
    fn undo(&mut self) -> bool {
        match self {
            Self::Sqlite(link) => {
                link.is_in_transaction()
                    && link.run("rollback to savepoint fh_tx").is_ok()
                    && link.run("release savepoint fh_tx").is_ok()
            }
            Self::Postgres(link) => link.undo(),
        }
    }

    /// Undoes the outer transaction; the connection, if it is worth keeping.
    fn roll_back(self) -> Option<Self> {
        match self {
            Self::Sqlite(link) => {
                let is_clean = !link.is_in_transaction() || link.run("rollback").is_ok();
                is_clean.then_some(Self::Sqlite(link))
            }
            // Rolls back and goes to its pool.
            Self::Postgres(_) => None,
        }
    }

    /// Commits the outer transaction; the connection, if it is worth keeping.
    async fn commit(self) -> (Option<Self>, Result<()>) {
        match self {
            Self::Sqlite(link) => {
                let commit = move || (link.commit(), link);
                match tokio::task::spawn_blocking(commit).await {
                    Ok((result, link)) => (Some(Self::Sqlite(link)), result),
                    Err(cause) => (None, Err(stopped().with_source(cause))),
                }
            }
            Self::Postgres(link) => (None, postgres::Link::commit(link).await),
        }
    }
}

/// Counts a writer while it waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The name in quotes, and never the name of the savepoint that is the transaction itself.
fn savepoint_name(name: &str) -> String {
    format!("\"sp_{}\"", name.replace('"', "\"\""))
}

/// One error for several who share a commit.
fn copy(error: &Error) -> Error {
    let mut copy = Error::new(error.kind, error.code.clone(), error.message.clone());
    copy.details.clone_from(&error.details);
    copy.with_source(error.chain())
}

fn stopped() -> Error {
    Error::new(
        Kind::Unavailable,
        "db.lost",
        "The database stopped before the change was stored. Nothing was changed; try again.",
    )
}
