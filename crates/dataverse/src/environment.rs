//! One open environment.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use base::{ActsFor, Caller, Cx, PrincipalId, Result, Uuid, limits};
use db::{Store, Tx};
use metadata::{LanguageCode, Schema};

use crate::files::upload;
use crate::messages::{self, Message, Reply};
use crate::plan::ColumnCache;
use crate::session::ReadScope;
use crate::{Session, Step, User, changes, provision, rules, schema_store, template, user};

/// One open environment: its store, the snapshot of its schema, and who its users are.
pub struct Environment {
    /// The id of the environment.
    pub id: Uuid,
    store: Store,
    /// What everybody reads: the schema of the last commit.
    published: ArcSwap<Snapshot>,
    /// What the next writer goes on from: also a schema whose commit others share and wait for.
    written: Mutex<Arc<Snapshot>>,
    steps: Vec<Arc<dyn Step>>,
    users: Mutex<HashMap<Caller, KnownUser>>,
    /// Grows when rows that decide rights change; a user read before that is not kept.
    users_version: AtomicU64,
    /// What reads found of columns.
    columns: ColumnCache,
}

/// Who a caller is here.
#[derive(Clone)]
struct KnownUser {
    user: Arc<User>,
    /// Those for whom he acted, as far as their rights and his go.
    others: HashMap<ActsFor, Arc<User>>,
}

/// A schema with the number of changes that led to it.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub schema: Arc<Schema>,
    pub generation: u64,
}

/// What an environment's database is provisioned with.
#[derive(Clone, Debug)]
pub struct Organization {
    /// The organisation id (`organizationid`), not the environment's.
    pub id: Uuid,
    /// What people read; also the name of the root business unit.
    pub name: String,
    /// The unique name (`unq…` or the domain name).
    pub unique_name: String,
    /// The base language.
    pub language: LanguageCode,
    /// The base currency.
    pub currency: Currency,
    /// The first administrators.
    pub administrators: Vec<DirectoryUser>,
}

/// A currency, as it is shown.
#[derive(Clone, Debug)]
pub struct Currency {
    /// ISO 4217: `USD`.
    pub code: String,
    /// `US Dollar`.
    pub name: String,
    /// `$`.
    pub symbol: String,
}

/// A person or an application as the tenant's directory knows it.
#[derive(Clone, Debug, Default)]
pub struct DirectoryUser {
    /// The object id of the person, or of the application's service principal.
    pub object_id: PrincipalId,
    /// For an application: its client id.
    pub application_id: Option<Uuid>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// What people read.
    pub full_name: String,
    /// The name to sign in with (`user@domain`).
    pub principal_name: String,
    /// The mail address.
    pub email: Option<String>,
}

impl Environment {
    /// Grows when new installations get other base rows or tables; a template of an older version
    /// is made anew.
    pub const TEMPLATE_VERSION: u32 = template::VERSION;

    /// Fills an empty store with all system tables and base rows.
    pub async fn create_template(cx: &Cx, store: &Store) -> Result<()> {
        template::create(cx, store).await
    }

    /// Makes a clone of the template an organisation of its own.
    pub async fn provision(cx: &Cx, store: &Store, details: &Organization) -> Result<()> {
        provision::provision(cx, store, details).await
    }

    /// Opens an environment whose store exists.
    pub async fn open(
        _cx: &Cx,
        id: Uuid,
        store: Store,
        products: Vec<Arc<dyn Step>>,
    ) -> Result<Arc<Self>> {
        let steps = rules::all().iter().cloned().chain(products).collect();
        schema_store::migrate(&store).await?;
        let snapshot = Arc::new(schema_store::load(&mut *store.read().await?, &store).await?);
        Ok(Arc::new(Self {
            id,
            store,
            published: ArcSwap::new(snapshot.clone()),
            written: Mutex::new(snapshot),
            steps,
            users: Mutex::default(),
            users_version: AtomicU64::new(0),
            columns: ColumnCache::default(),
        }))
    }

    /// The snapshot of the schema at this moment.
    pub fn schema(&self) -> Arc<Schema> {
        self.published.load().schema.clone()
    }

    /// Where its rows are.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Carries out one message with the rights of the caller. Reads do not wait for writers.
    pub async fn execute(&self, cx: &Cx, message: impl Into<Message>) -> Result<Reply> {
        let message = message.into();
        if message.is_read() {
            let user = self.user(cx).await?;
            let schema = self.schema();
            let mut reader = self.store.read().await?;
            let mut scope = ReadScope {
                cx,
                user: &user,
                schema: &schema,
                store: &self.store,
                columns: &self.columns,
                db: &mut reader,
            };
            return messages::dispatch_read(&mut scope, message).await;
        }
        let mut session = self.begin(cx).await?;
        let reply = session.execute(message).await?;
        session.commit().await?;
        Ok(reply)
    }

    /// Begins a transaction for several messages.
    pub async fn begin<'e>(&'e self, cx: &Cx) -> Result<Session<'e>> {
        let user = self.user(cx).await?;
        let mut tx = self.store.write().await?;
        let snapshot = self.snapshot_for_writer(&mut tx).await?;
        Ok(Session::new(cx.clone(), self, user, tx, &snapshot))
    }

    /// The schema as the transaction finds it: the database says which, also when another process
    /// has changed it, or when a commit that had promised it has failed.
    async fn snapshot_for_writer(&self, tx: &mut Tx) -> Result<Arc<Snapshot>> {
        let generation = schema_store::generation(tx, &self.store).await?;
        let known = self.written().clone();
        if known.generation == generation {
            return Ok(known);
        }
        let read = Arc::new(schema_store::load(tx, &self.store).await?);
        *self.written() = read.clone();
        Ok(read)
    }

    /// Commits a transaction that changed the schema, and shows the new snapshot to everybody.
    pub(crate) async fn commit_schema(&self, tx: Tx, snapshot: Snapshot) -> Result<()> {
        let snapshot = Arc::new(snapshot);
        // The next writer may begin before the real commit, and sees what this one did.
        *self.written() = snapshot.clone();
        if let Err(error) = tx.commit().await {
            *self.written() = self.published.load_full();
            return Err(error);
        }
        // Of several that share a commit, the last one stays.
        self.published.rcu(|old| match old.generation < snapshot.generation {
            true => snapshot.clone(),
            false => old.clone(),
        });
        Ok(())
    }

    fn written(&self) -> MutexGuard<'_, Arc<Snapshot>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who the caller is here, or for whom he acts, with all that decides his rights.
    pub async fn user(&self, cx: &Cx) -> Result<Arc<User>> {
        if let Some(user) = self.cached(cx) {
            return Ok(user);
        }
        let version = self.users_version.load(Ordering::Acquire);
        let known = self.users().get(&cx.caller).cloned();
        let mut reader = self.store.read().await?;
        let mut known = match known {
            Some(known) => known,
            None => {
                let user = user::load(&mut reader, &self.store, &cx.caller).await?;
                KnownUser { user: Arc::new(user), others: HashMap::new() }
            }
        };
        let mut found = known.user.clone();
        if let Some(acts_for) = cx.acts_for {
            let other = user::load_for(&mut reader, &self.store, &known.user, acts_for).await?;
            found = Arc::new(other);
            if known.others.len() >= limits::USERS_CACHED_MAX {
                known.others.clear();
            }
            known.others.insert(acts_for, found.clone());
        }
        let mut users = self.users();
        if self.users_version.load(Ordering::Acquire) == version {
            if users.len() >= limits::USERS_CACHED_MAX {
                users.clear();
            }
            users.insert(cx.caller.clone(), known);
        }
        Ok(found)
    }

    /// The user of somebody who may enter: a row is made at the first time, and names follow the
    /// directory. It has no rights until somebody gives it a role.
    pub async fn ensure_user(&self, cx: &Cx, user: &DirectoryUser) -> Result<Uuid> {
        let mut tx = self.store.write().await?;
        let id = provision::put_user(cx, &mut tx, &self.store, user).await?;
        tx.commit().await?;
        self.forget_users();
        Ok(id)
    }

    /// The same, and gives the user the role System Administrator.
    pub async fn ensure_administrator(&self, cx: &Cx, user: &DirectoryUser) -> Result<Uuid> {
        let mut tx = self.store.write().await?;
        let id = provision::put_user(cx, &mut tx, &self.store, user).await?;
        if !provision::is_administrator(&mut tx, &self.store, id).await? {
            provision::make_administrator(cx, &mut tx, &self.store, id).await?;
        }
        tx.commit().await?;
        self.forget_users();
        Ok(id)
    }

    /// What time does: uploads that nobody finished are removed, and so is what is known of rows
    /// that were deleted long ago. To be called now and then.
    pub async fn sweep(&self, cx: &Cx) -> Result<()> {
        let now = cx.now().0;
        let mut reader = self.store.read().await?;
        let is_due = upload::has_expired(&mut reader, &self.store, now).await?
            || changes::has_forgettable(&mut reader, &self.store, now).await?;
        drop(reader);
        if is_due {
            let mut tx = self.store.write().await?;
            upload::remove_expired(&mut tx, &self.store, now).await?;
            changes::forget(&mut tx, &self.store, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Puts a user into the teams of the groups that he is in, and takes him out of those of
    /// others. `object_id` is his in the directory.
    pub async fn follow_groups(
        &self,
        cx: &Cx,
        object_id: PrincipalId,
        groups: &[PrincipalId],
    ) -> Result<()> {
        let mut reader = self.store.read().await?;
        if provision::is_in_group_teams(&mut reader, &self.store, object_id, groups).await? {
            return Ok(());
        }
        drop(reader);
        let mut tx = self.store.write().await?;
        provision::join_group_teams(cx, &mut tx, &self.store, object_id, groups).await?;
        tx.commit().await?;
        self.forget_users();
        Ok(())
    }

    /// Whether any team follows a group of the directory.
    pub async fn has_group_teams(&self) -> Result<bool> {
        provision::has_group_teams(&mut *self.store.read().await?, &self.store).await
    }

    fn cached(&self, cx: &Cx) -> Option<Arc<User>> {
        let users = self.users();
        let known = users.get(&cx.caller)?;
        match &cx.acts_for {
            None => Some(known.user.clone()),
            Some(other) => known.others.get(other).cloned(),
        }
    }

    fn users(&self) -> MutexGuard<'_, HashMap<Caller, KnownUser>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn columns(&self) -> &ColumnCache {
        &self.columns
    }

    pub(crate) fn steps(&self) -> &[Arc<dyn Step>] {
        &self.steps
    }

    pub(crate) fn forget_users(&self) {
        let mut users = self.users();
        self.users_version.fetch_add(1, Ordering::AcqRel);
        users.clear();
    }
}
