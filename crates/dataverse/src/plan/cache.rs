//! Which columns a `$select` means, kept between reads: clients ask the same again and again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use metadata::Table;

use super::read::Columns;

/// How many are kept; then it begins anew.
const ENTRIES_MAX: usize = 128;

/// Columns by table and `$select`. A changed table is another one, so nothing grows old.
#[derive(Debug, Default)]
pub(crate) struct ColumnCache(RwLock<HashMap<u64, Entry>>);

#[derive(Debug)]
struct Entry {
    table: Arc<Table>,
    select: Vec<String>,
    columns: Arc<Columns>,
}

impl ColumnCache {
    /// The columns that another plan found.
    pub fn get(&self, table: &Arc<Table>, select: &[String]) -> Option<Arc<Columns>> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&key(table, select))?;
        let is_same = Arc::ptr_eq(&entry.table, table) && entry.select == select;
        is_same.then(|| entry.columns.clone())
    }

    /// Keeps what a plan found.
    pub fn put(&self, table: &Arc<Table>, select: &[String], columns: &Arc<Columns>) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= ENTRIES_MAX {
            entries.clear();
        }
        let (table, select, columns) = (table.clone(), select.to_vec(), columns.clone());
        entries.insert(key(&table, &select), Entry { table, select, columns });
    }
}

fn key(table: &Arc<Table>, select: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    Arc::as_ptr(table).hash(&mut hasher);
    select.hash(&mut hasher);
    hasher.finish()
}
