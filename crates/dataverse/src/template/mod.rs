//! The template: what every environment begins with. It is made once for an installation and then
//! cloned, so it may take seconds; [`crate::provision`] makes a clone an organisation.
//!
//! A new kind of base row is a file here, and a line in [`create`].

mod messages;
mod organization;
mod roles;
mod solutions;
pub(crate) mod tables;
mod views;

use std::sync::Arc;

use base::{Cx, Error, Result};
use db::{Store, Tx, Value};
use metadata::{Schema, Table};

use crate::bulk::{Origin, Rows};
use crate::well_known::{TEMPLATE_ORGANIZATION, TEMPLATE_UNIT};

/// Grows when new environments begin with other tables or rows.
pub(crate) const VERSION: u32 = 3;

/// Fills an empty store with all system tables and base rows.
pub(crate) async fn create(cx: &Cx, store: &Store) -> Result<()> {
    let schema = metadata::system::base_schema();
    let mut tx = store.write_alone().await?;
    tables::create(&mut tx, store, &schema).await?;
    let origin = Origin {
        organization: TEMPLATE_ORGANIZATION,
        unit: TEMPLATE_UNIT,
        now: cx.now().0,
        is_managed: true,
    };
    let mut filler = Filler { cx, store, tx: &mut tx, schema: &schema, origin };
    organization::fill(&mut filler).await?;
    roles::fill(&mut filler).await?;
    solutions::fill(&mut filler).await?;
    messages::fill(&mut filler).await?;
    views::fill(&mut filler).await?;
    tables::note_filled(&mut tx, store, &schema).await?;
    tx.commit().await
}

/// What the files here write with.
struct Filler<'a> {
    cx: &'a Cx,
    store: &'a Store,
    tx: &'a mut Tx,
    schema: &'a Schema,
    origin: Origin,
}

impl Filler<'_> {
    fn table(&self, name: &str) -> Result<&Arc<Table>> {
        let missing = || Error::internal(format!("the template needs the system table {name}"));
        self.schema.table(name).ok_or_else(missing)
    }

    async fn insert(&mut self, rows: Rows) -> Result<()> {
        rows.insert(self.cx, self.tx, self.store, self.origin).await
    }

    /// Writes one row.
    async fn row(
        &mut self,
        table: &str,
        id: base::Uuid,
        values: Vec<(&'static str, Value)>,
    ) -> Result<()> {
        let (columns, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        let mut rows = Rows::new(self.table(table)?, &columns);
        rows.push(id, values);
        self.insert(rows).await
    }
}
