//! The schema snapshot: everything that is effective in an environment, immutable.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Choice, ColumnKind, ManyToMany, OneToMany, Relationship, Table};

/// All tables, relationships and global choices of an environment at one moment. A publish
/// replaces the snapshot whole; tables that did not change are shared between snapshots.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Grows with every change; clients see it as `globalmetadataversion`.
    pub version: u64,
    tables: HashMap<String, Arc<Table>>,
    sets: HashMap<String, Arc<Table>>,
    choices: HashMap<String, Arc<Choice>>,
    relationships: HashMap<String, Arc<Relationship>>,
    /// Schema names of the relationships that touch a table.
    by_table: HashMap<String, Vec<String>>,
}

impl Schema {
    /// The table with this logical name.
    pub fn table(&self, logical_name: &str) -> Option<&Arc<Table>> {
        self.tables.get(logical_name)
    }

    /// The table whose rows have this name in URLs.
    pub fn table_by_set(&self, set_name: &str) -> Option<&Arc<Table>> {
        self.sets.get(set_name)
    }

    /// The global choice with this name, whatever its case.
    pub fn choice(&self, name: &str) -> Option<&Arc<Choice>> {
        self.choices.get(&name.to_lowercase())
    }

    /// The relationship with this name, whatever its case.
    pub fn relationship(&self, schema_name: &str) -> Option<&Arc<Relationship>> {
        self.relationships.get(&schema_name.to_lowercase())
    }

    /// All tables, in no order.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.values()
    }

    /// All global choices, in no order.
    pub fn choices(&self) -> impl Iterator<Item = &Arc<Choice>> {
        self.choices.values()
    }

    /// All relationships, in no order.
    pub fn relationships(&self) -> impl Iterator<Item = &Arc<Relationship>> {
        self.relationships.values()
    }

    /// The relationships in which rows of `table` are the many.
    pub fn many_to_one<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a OneToMany> {
        self.of_table(table).filter_map(move |relationship| match relationship {
            Relationship::OneToMany(one) if one.referencing_table == table => Some(one),
            _ => None,
        })
    }

    /// The relationships in which a row of `table` is the one.
    pub fn one_to_many<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a OneToMany> {
        self.of_table(table).filter_map(move |relationship| match relationship {
            Relationship::OneToMany(one) if one.referenced_table == table => Some(one),
            _ => None,
        })
    }

    /// The relationship behind a collection of a table, by its navigation property. Activities derive
    /// from `activitypointer` and have its collections too, where the lookup behind them can lead to
    /// this kind of activity.
    pub fn collection<'a>(&'a self, table: &'a Table, navigation: &str) -> Option<&'a OneToMany> {
        let named = |one: &&OneToMany| one.referenced_navigation == navigation;
        let leads_here = |one: &&OneToMany| {
            let lookup = self.table(&one.referencing_table)?.column(&one.referencing_column)?;
            lookup.targets().contains(&table.logical_name.as_str()).then_some(())
        };
        self.one_to_many(&table.logical_name).find(named).or_else(|| {
            let inherited = self.one_to_many("activitypointer").find(named);
            inherited.filter(|one| table.is_activity && leads_here(one).is_some())
        })
    }

    /// The many-to-many relationships of `table`.
    pub fn many_to_many<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a ManyToMany> {
        self.of_table(table).filter_map(move |relationship| match relationship {
            Relationship::ManyToMany(many) if many.table1 == table || many.table2 == table => {
                Some(many)
            }
            _ => None,
        })
    }

    fn of_table(&self, table: &str) -> impl Iterator<Item = &Relationship> {
        let names = self.by_table.get(table).map(Vec::as_slice).unwrap_or_default();
        names.iter().filter_map(|name| self.relationships.get(name)).map(|found| &**found)
    }

    /// Adds or replaces a table. Its lookups also accept the tables that the relationships in
    /// this schema let them point to.
    pub fn put_table(&mut self, table: Arc<Table>) {
        let name = table.logical_name.clone();
        if let Some(old) = self.tables.insert(name.clone(), table.clone()) {
            self.sets.remove(&old.set_name);
        }
        self.sets.insert(table.set_name.clone(), table);
        let ends: Vec<_> = self.many_to_one(&name).map(lookup_end).collect();
        for (column, target) in ends {
            self.add_target(&name, &column, &target);
        }
        self.version += 1;
    }

    /// Takes a table away, with every relationship that touches it.
    pub fn remove_table(&mut self, logical_name: &str) {
        if let Some(old) = self.tables.remove(logical_name) {
            self.sets.remove(&old.set_name);
        }
        for name in self.by_table.remove(logical_name).unwrap_or_default() {
            self.remove_relationship(&name);
        }
        self.version += 1;
    }

    /// Adds or replaces a global choice. Columns that use it are the caller's to replace.
    pub fn put_choice(&mut self, choice: Arc<Choice>) {
        self.choices.insert(choice.name.to_lowercase(), choice);
        self.version += 1;
    }

    /// Takes a global choice away.
    pub fn remove_choice(&mut self, name: &str) {
        self.choices.remove(&name.to_lowercase());
        self.version += 1;
    }

    /// Adds or replaces a relationship. The lookup behind a 1:N one accepts its table from now on:
    /// so lookups that may point anywhere (`regardingobjectid`) learn of tables made later.
    pub fn put_relationship(&mut self, relationship: Arc<Relationship>) {
        let key = relationship.schema_name().to_lowercase();
        self.remove_relationship(&key);
        let (a, b) = ends(&relationship);
        for table in if a == b { vec![a] } else { vec![a, b] } {
            self.by_table.entry(table.to_owned()).or_default().push(key.clone());
        }
        if let Relationship::OneToMany(one) = &*relationship {
            let (column, target) = lookup_end(one);
            self.add_target(&one.referencing_table, &column, &target);
        }
        self.relationships.insert(key, relationship);
        self.version += 1;
    }

    /// Takes a relationship away. A lookup to several tables accepts its table no more, unless
    /// another relationship still says so.
    pub fn remove_relationship(&mut self, schema_name: &str) {
        let key = schema_name.to_lowercase();
        let Some(old) = self.relationships.remove(&key) else { return };
        for names in self.by_table.values_mut() {
            names.retain(|name| *name != key);
        }
        if let Relationship::OneToMany(one) = &*old {
            self.remove_target(one);
        }
        self.version += 1;
    }

    fn add_target(&mut self, table: &str, column: &str, target: &str) {
        self.change_targets(table, column, |targets| {
            // Owners are systemuser and team; `owner` stands for both. Activities of every kind have
            // their row in `activitypointer` too, under the same id.
            let is_new = target != "owner"
                && (table, column) != ("activityparty", "activityid")
                && !targets.iter().any(|old| old == target);
            is_new.then(|| targets.iter().cloned().chain([target.to_owned()]).collect())
        });
    }

    fn remove_target(&mut self, one: &OneToMany) {
        let (column, target) = lookup_end(one);
        let is_same = |other: &OneToMany| lookup_end(other) == (column.clone(), target.clone());
        if self.many_to_one(&one.referencing_table).any(is_same) {
            return;
        }
        self.change_targets(&one.referencing_table, &column, |targets| {
            let is_there = targets.len() > 1 && targets.contains(&target);
            is_there.then(|| targets.iter().filter(|old| **old != target).cloned().collect())
        });
    }

    /// Changes the targets of a lookup, unless `change` finds that they are right. Tables are shared
    /// between snapshots, so nothing is copied before it must be.
    fn change_targets(
        &mut self,
        table: &str,
        column: &str,
        change: impl FnOnce(&[String]) -> Option<Vec<String>>,
    ) {
        let Some(old) = self.tables.get_mut(table) else { return };
        let Some(ColumnKind::Lookup { targets }) = old.column(column).map(|found| &found.kind)
        else {
            return;
        };
        let Some(targets) = change(targets) else { return };
        self.sets.remove(&old.set_name);
        let changed = Arc::make_mut(old);
        if let Some(found) = changed.columns.get_mut(column) {
            Arc::make_mut(found).kind = ColumnKind::Lookup { targets };
        }
        self.sets.insert(old.set_name.clone(), old.clone());
    }
}

fn ends(relationship: &Relationship) -> (&str, &str) {
    match relationship {
        Relationship::OneToMany(one) => (&one.referenced_table, &one.referencing_table),
        Relationship::ManyToMany(many) => (&many.table1, &many.table2),
    }
}

/// The lookup column of a relationship and the table that it points to.
fn lookup_end(one: &OneToMany) -> (String, String) {
    (one.referencing_column.clone(), one.referenced_table.clone())
}
