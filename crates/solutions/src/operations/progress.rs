//! How far imports are that run now, kept in memory: the rows of an import are not visible before
//! its commit.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use base::Uuid;

/// How far an import is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportProgress {
    /// From 0 to 100.
    pub percent: f32,
    /// What it does.
    pub step: String,
}

static RUNNING: LazyLock<Mutex<HashMap<Uuid, ImportProgress>>> = LazyLock::new(Mutex::default);

/// How far the import with this id is; nothing when it does not run in this process.
pub fn progress_of(import_job: Uuid) -> Option<ImportProgress> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).get(&import_job).cloned()
}

/// Hears how far one import is, until it is dropped.
pub(super) struct Watch(Uuid);

pub(super) fn watch(import_job: Uuid) -> Watch {
    let watch = Watch(import_job);
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
