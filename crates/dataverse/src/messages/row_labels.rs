//! `SetLocLabels`, `RetrieveLocLabels`: the text of a column of a component row (the name of a view
//! or form) in several languages. The row itself holds it in the base language.

use base::{Error, Kind, Result, Uuid};
use db::{Connection, Store};
use metadata::{ColumnKind, Label, Table};
use query::Query;

use super::languages::base_language;
use super::{Retrieve, Update};
use crate::security::{self, Right};
use crate::session::ReadScope;
use crate::{Reference, Reply, RowInput, Session, plan, rows, schema_store};

/// Sets the texts of a column; languages that are not given stay.
#[derive(Clone, Debug, PartialEq)]
pub struct SetRowLabels {
    /// The row.
    pub target: Reference,
    /// The column, by logical name.
    pub column: String,
    /// The texts.
    pub labels: Label,
}

/// Asks for the texts of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveRowLabels {
    /// The row.
    pub target: Reference,
    /// The column, by logical name.
    pub column: String,
}

impl SetRowLabels {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let schema = session.schema().clone();
        let table = plan::table(&schema, &self.target.set_or_table)?;
        check(table, &self.column)?;
        let key = plan::row_key(table, &self.target.key)?;
        let id = rows::find_id(&mut session.read_scope(), table, &key).await?;
        let id = id.ok_or_else(|| key.not_found(table))?;
        let (user, store) = (session.user().clone(), session.store());
        security::check_row(session.tx(), store, &user, table, id, Right::Write).await?;
        let base = base_language(session.tx(), store).await?;
        let mut kept = stored(session.tx(), store, table, &self.column, id).await?;
        for (language, text) in self.labels.0 {
            if language == base {
                let row = RowInput::default().with(self.column.as_str(), text.as_str());
                let target = Reference::id(&table.logical_name, id);
                let update = Update { target, row, if_version: None, returning: None };
                session.execute(update).await?;
            } else {
                kept.set(language, text);
            }
        }
        let name = setting(table, &self.column, id);
        let text = serde_json::to_string(&kept).map_err(Error::internal)?;
        schema_store::put_setting(session.tx(), store, &name, &text).await?;
        Ok(Reply::Done)
    }
}

impl RetrieveRowLabels {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let table = plan::table(scope.schema, &self.target.set_or_table)?.clone();
        check(&table, &self.column)?;
        let query = Query { select: vec![self.column.clone()], ..Query::default() };
        let retrieve =
            Retrieve { target: self.target, query, unless_version: None, with_names: false };
        let Reply::Record(record) = retrieve.run(scope).await? else {
            return Err(Error::internal("a row was asked for and something else came"));
        };
        let base = base_language(scope.db, scope.store).await?;
        let mut labels = Label::default();
        if let Some(text) = record.get(&self.column).and_then(|value| value.text()) {
            labels.set(base, text);
        }
        let kept = stored(scope.db, scope.store, &table, &self.column, record.id).await?;
        kept.0.into_iter().for_each(|(language, text)| labels.set(language, text));
        Ok(Reply::Labels(labels))
    }
}

/// Texts of components can be told in several languages; those of other rows cannot.
fn check(table: &Table, name: &str) -> Result<()> {
    let is_text =
        |kind: &ColumnKind| matches!(kind, ColumnKind::String { .. } | ColumnKind::Memo { .. });
    let column = table.column(name);
    match column.is_some_and(|column| is_text(&column.kind)) && table.is_solution_aware {
        true => Ok(()),
        false => Err(Error::new(
            Kind::Invalid,
            "0x80040203",
            format!(
                "'{name}' of '{}' cannot be told in several languages: only texts of components can.",
                table.logical_name
            ),
        )),
    }
}

fn setting(table: &Table, column: &str, id: Uuid) -> String {
    format!("label/{}/{column}/{id}", table.logical_name)
}

/// The texts in other languages than the base language.
async fn stored(
    db: &mut Connection,
    store: &Store,
    table: &Table,
    column: &str,
    id: Uuid,
) -> Result<Label> {
    let Some(text) = schema_store::setting(db, store, &setting(table, column, id)).await? else {
        return Ok(Label::default());
    };
    serde_json::from_str(&text).map_err(Error::internal)
}
