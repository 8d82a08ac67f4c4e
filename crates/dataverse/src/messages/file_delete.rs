//! `DeleteFile`: removes a file by its own id.

use base::{Result, Uuid};
use db::statement;

use crate::files::{self, FileTarget};
use crate::plan::{self, Values, WritePlan};
use crate::{Reference, Reply, Session, Value, rows};

/// Removes a file: its column becomes empty.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteFile {
    /// The file (`fileattachmentid`, the value of the column).
    pub file: Uuid,
}

impl DeleteFile {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let not_found = || crate::not_found("fileattachment", self.file);
        let sql = session.store().sql(
            "select objecttypecode, objectid, regardingfieldname from {fileattachment} \
             where fileattachmentid = ?1",
        );
        let row = session.tx().query_opt(&statement!(sql, self.file)).await?;
        let row = row.ok_or_else(not_found)?;
        let (table, id): (String, Uuid) = (row.get(0)?, row.get(1)?);
        let target = FileTarget { row: Reference::id(table, id), column: row.get(2)? };
        let place = files::place(&mut session.read_scope(), &target).await?;
        place.check_change(&mut session.read_scope()).await?;
        let mut values = Values::new();
        plan::set(&mut values, &place.column, Value::Null);
        let plan = WritePlan::of(values);
        rows::update_planned(session, place.table.clone(), place.id, plan, None, 0).await?;
        Ok(Reply::Done)
    }
}
