//! Which environments are open. One is opened when it is first used, and closed when nobody used
//! it for a while.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{Caller, Cx, Instant, Result, limits};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{Environment, Tenant};

/// The open environments of a tenant.
#[derive(Default)]
pub(crate) struct Registry {
    slots: Mutex<HashMap<Uuid, Arc<Slot>>>,
}

/// The place of one environment.
#[derive(Default)]
pub(crate) struct Slot {
    open: OnceCell<Arc<dataverse::Environment>>,
    used_at: AtomicI64,
    /// Who was let in, and until when that need not be asked again.
    admitted: Mutex<HashMap<Caller, Instant>>,
    /// People are let in one after the other: the first time makes a user of the database.
    pub entering: tokio::sync::Mutex<()>,
}

impl Registry {
    /// The place of an environment, marked as used now.
    pub fn slot(&self, cx: &Cx, id: Uuid) -> Arc<Slot> {
        let mut slots = self.lock();
        if !slots.contains_key(&id) && slots.len() >= limits::ENVIRONMENTS_OPEN_MAX {
            let unused = slots.iter().filter(|(_, slot)| slot.is_unused());
            let oldest = unused.min_by_key(|(_, slot)| slot.used_at.load(Ordering::Relaxed));
            if let Some(id) = oldest.map(|(id, _)| *id) {
                slots.remove(&id);
            }
        }
        let slot = slots.entry(id).or_default();
        slot.used_at.store(cx.now().0, Ordering::Relaxed);
        slot.clone()
    }

    /// Closes an environment; requests that have it keep it to their end.
    pub fn close(&self, id: Uuid) {
        self.lock().remove(&id);
    }

    /// Asks again who may enter an environment.
    pub fn forget_admissions(&self, id: Uuid) {
        if let Some(slot) = self.lock().get(&id) {
            slot.admitted.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Closes the environments that nobody used for a while. One that somebody still has, such as
    /// a long import, stays open: two open copies would not see each other's changes of tables.
    pub fn close_idle(&self, now: Instant) {
        let limit = now.plus_seconds(-limits::ENVIRONMENT_IDLE_SECONDS).0;
        let is_kept = |slot: &Arc<Slot>| slot.used_at.load(Ordering::Relaxed) >= limit;
        self.lock().retain(|_, slot| is_kept(slot) || !slot.is_unused());
    }

    /// Whether an environment is open.
    pub fn is_open(&self, id: Uuid) -> bool {
        self.lock().get(&id).is_some_and(|slot| slot.open.initialized())
    }

    /// Closes an environment unless somebody has it.
    pub fn close_unused(&self, id: Uuid) {
        let mut slots = self.lock();
        if slots.get(&id).is_some_and(|slot| slot.is_unused()) {
            slots.remove(&id);
        }
    }

    /// Those that are open.
    pub fn opened(&self) -> Vec<Arc<dataverse::Environment>> {
        self.lock().values().filter_map(|slot| slot.open.get().cloned()).collect()
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.lock().values().filter(|slot| slot.open.initialized()).count()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Whether nobody has the environment now. Asked with the registry locked, so nobody gets it
    /// meanwhile either.
    fn is_unused(self: &Arc<Self>) -> bool {
        let is_alone = self.open.get().is_none_or(|open| Arc::strong_count(open) == 1);
        is_alone && Arc::strong_count(self) == 1
    }

    pub fn is_admitted(&self, cx: &Cx) -> bool {
        let admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        admitted.get(&cx.caller).is_some_and(|until| cx.now() < *until)
    }

    pub fn admit(&self, cx: &Cx) {
        let until = cx.now().plus_seconds(limits::PRINCIPAL_RECHECK_SECONDS);
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        if admitted.len() >= limits::TOKEN_CACHE_MAX {
            admitted.clear();
        }
        admitted.insert(cx.caller.clone(), until);
    }
}

impl Tenant {
    /// How many environments are open.
    pub fn environments_open(&self) -> usize {
        self.registry.count()
    }

    /// Opens an environment's database without asking who wants it.
    pub(crate) async fn open_database(
        &self,
        cx: &Cx,
        environment: &Environment,
    ) -> Result<Arc<dataverse::Environment>> {
        let slot = self.registry.slot(cx, environment.id);
        self.open_slot(cx, environment, &slot).await
    }

    pub(crate) async fn open_slot(
        &self,
        cx: &Cx,
        environment: &Environment,
        slot: &Slot,
    ) -> Result<Arc<dataverse::Environment>> {
        let open = || async {
            let store = self.database.store(&environment.store_name()).await?;
            let steps = self.options.steps.clone();
            dataverse::Environment::open(cx, environment.id, store, steps).await
        };
        slot.open.get_or_try_init(open).await.cloned()
    }
}
