//! The messages that an environment takes, and on which tables.

use base::Result;
use metadata::ids::stable_id;

use super::Filler;
use crate::bulk::Rows;
use crate::table_rows::{TABLE_MESSAGES, message_filter_rows, push_message_filters};

/// Messages on no particular table, sorted.
const OTHER_MESSAGES: &[&str] = &[
    "Associate",
    "Disassociate",
    "ExportSolution",
    "GrantAccess",
    "ImportSolution",
    "ModifyAccess",
    "PublishAllXml",
    "PublishXml",
    "RevokeAccess",
    "WhoAmI",
];

pub(super) async fn fill(filler: &mut Filler<'_>) -> Result<()> {
    let mut rows = Rows::new(filler.table("sdkmessage")?, &["name"]);
    for name in TABLE_MESSAGES.iter().chain(OTHER_MESSAGES) {
        rows.push(stable_id("message", name), vec![(*name).into()]);
    }
    filler.insert(rows).await?;
    let mut rows = message_filter_rows(filler.table("sdkmessagefilter")?);
    let mut tables: Vec<_> = filler.schema.tables().filter(|table| !table.is_intersect).collect();
    tables.sort_by(|a, b| a.logical_name.cmp(&b.logical_name));
    for table in tables {
        push_message_filters(&mut rows, table);
    }
    filler.insert(rows).await
}
