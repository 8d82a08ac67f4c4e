//! The views and forms of the tables that apps and packages expect to have some.

use std::sync::Arc;

use base::{Result, Uuid};
use metadata::Table;
use metadata::ids::stable_id;
use uuid::uuid;

use super::Filler;
use crate::bulk::Rows;
use crate::defaults::{self, MAIN_FORM, QUICK_FIND};

/// The tables, with the ids that the platform gives their main view and main form.
const TABLES: &[(&str, Uuid, Uuid)] = &[
    (
        "account",
        uuid!("00000000-0000-0000-00aa-000010001002"),
        uuid!("8448b78f-8f42-454e-8e2a-f8196b0419af"),
    ),
    (
        "contact",
        uuid!("00000000-0000-0000-00aa-000010001004"),
        uuid!("1fed44d1-ae68-4a41-bd2b-f13acac4acfa"),
    ),
];

pub(super) async fn fill(filler: &mut Filler<'_>) -> Result<()> {
    for (name, view, form) in TABLES {
        let table = filler.table(name)?.clone();
        views(filler, &table, *view).await?;
        let values = vec![
            ("name", table.schema_name.as_str().into()),
            ("objecttypecode", table.logical_name.as_str().into()),
            ("type", MAIN_FORM.into()),
            ("formxml", defaults::form_xml(&table).into()),
            ("isdefault", true.into()),
        ];
        filler.row("systemform", *form, values).await?;
    }
    Ok(())
}

async fn views(filler: &mut Filler<'_>, table: &Arc<Table>, main: Uuid) -> Result<()> {
    let columns = [
        "name",
        "returnedtypecode",
        "querytype",
        "fetchxml",
        "layoutxml",
        "isdefault",
        "isquickfindquery",
    ];
    let mut rows = Rows::new(filler.table("savedquery")?, &columns);
    for (index, view) in defaults::views(table).into_iter().enumerate() {
        let id = match index {
            0 => main,
            _ => stable_id("view", &format!("{}/{}", table.logical_name, view.name)),
        };
        let values = vec![
            view.name.into(),
            table.logical_name.as_str().into(),
            view.query_type.into(),
            view.fetch_xml.into(),
            view.layout_xml.into(),
            view.is_default.into(),
            (view.query_type == QUICK_FIND).into(),
        ];
        rows.push(id, values);
    }
    filler.insert(rows).await
}
