//! The schema snapshot: everything that is effective in an environment, immutable.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Choice, ManyToMany, OneToMany, Relationship, Table};

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

    /// Adds or replaces a table.
    pub fn put_table(&mut self, table: Arc<Table>) {
        if let Some(old) = self.tables.insert(table.logical_name.clone(), table.clone()) {
            self.sets.remove(&old.set_name);
        }
        self.sets.insert(table.set_name.clone(), table);
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

    /// Adds or replaces a relationship.
    pub fn put_relationship(&mut self, relationship: Arc<Relationship>) {
        let key = relationship.schema_name().to_lowercase();
        self.remove_relationship(&key);
        let (a, b) = ends(&relationship);
        for table in if a == b { vec![a] } else { vec![a, b] } {
            self.by_table.entry(table.to_owned()).or_default().push(key.clone());
        }
        self.relationships.insert(key, relationship);
        self.version += 1;
    }

    /// Takes a relationship away.
    pub fn remove_relationship(&mut self, schema_name: &str) {
        let key = schema_name.to_lowercase();
        if self.relationships.remove(&key).is_some() {
            for names in self.by_table.values_mut() {
                names.retain(|name| *name != key);
            }
        }
        self.version += 1;
    }
}

fn ends(relationship: &Relationship) -> (&str, &str) {
    match relationship {
        Relationship::OneToMany(one) => (&one.referenced_table, &one.referencing_table),
        Relationship::ManyToMany(many) => (&many.table1, &many.table2),
    }
}
