//! Looking at a read without doing it.

use base::{Cx, Error, Result};
use db::Statement;

use crate::plan::{self, Asker, Base};
use crate::{Environment, Message, rows, sql};

impl Environment {
    /// The (first) statement that answers a read of rows for the caller, with what the caller may see in
    /// it: to look at how the database goes about it, and to measure what it costs by itself.
    pub async fn explain(&self, cx: &Cx, read: &Message) -> Result<Statement> {
        let user = self.user(cx).await?;
        let schema = self.schema();
        let asker = |with_names| {
            let (schema, user, now) = (&schema, &user, cx.now());
            Asker { schema, user, now, with_names, cache: None }
        };
        let (asker, table, query, base) = match read {
            Message::Retrieve(one) => {
                let table = plan::table(&schema, &one.target.set_or_table)?;
                let base = Base::Row(plan::row_key(table, &one.target.key)?);
                (asker(one.with_names), table, &one.query, base)
            }
            Message::RetrieveMultiple(many) if many.from.is_none() => {
                let table = plan::table(&schema, &many.table)?;
                (asker(many.with_names), table, &many.query, Base::All)
            }
            Message::RetrieveFetch(it) => {
                let plan = plan::fetch(&asker(it.with_names), &it.fetch, it.filter.as_ref())?;
                return Ok(sql::fetch(self.store(), &user, &plan));
            }
            other => {
                let what = format!("Explaining {:?} with these options", other.name());
                return Err(Error::not_implemented(what));
            }
        };
        let plan = plan::read(&asker, table, query, &base)?;
        let walk = rows::walk(self.store(), &user, &plan);
        Ok(walk.unwrap_or_else(|| sql::select(self.store(), &user, &plan)))
    }
}
