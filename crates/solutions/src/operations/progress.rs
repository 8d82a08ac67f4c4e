//! How far imports are that run now, kept in memory: the rows of an import are not visible before
//! its commit.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use base::Uuid;
use dataverse::Environment;

/// How far an import is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportProgress {
    /// From 0 to 100.
    pub percent: f32,
    /// What it does.
    pub step: String,
}

/// An environment and an import: clients choose the id of an import, so alone it says nothing.
type Key = (Uuid, Uuid);

static RUNNING: LazyLock<Mutex<HashMap<Key, ImportProgress>>> = LazyLock::new(Mutex::default);

/// How far the import with this id is; nothing when it does not run in this process.
pub fn progress_of(environment: &Environment, import_job: Uuid) -> Option<ImportProgress> {
    let key = (environment.id, import_job);
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
}

/// Hears how far one import is, until it is dropped.
pub(super) struct Watch(Key);

pub(super) fn watch(environment: &Environment, import_job: Uuid) -> Watch {
    let watch = Watch((environment.id, import_job));
    watch.tell(0.0, "Starting");
    watch
}

impl Watch {
    pub fn tell(&self, done: f32, step: &str) {
        let progress = ImportProgress { percent: done * 100.0, step: step.to_owned() };
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).insert(self.0, progress);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}
