//! Where content belongs, found in the schema and in the rows.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use db::{Connection, Store, statement};
use metadata::{Column, ColumnKind, Table};
use query::Query;

use super::guard::document_bytes_max;
use super::{FileInfo, FileTarget, UNKNOWN_TYPE, store};
use crate::security::{self, ColumnUse, Right, refuse_column};
use crate::session::ReadScope;
use crate::{Record, Value, plan, rows};

/// A row and its column for content.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub table: Arc<Table>,
    pub id: Uuid,
    pub column: Arc<Column>,
    pub kept: Kept,
}

/// How content is kept there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Beside the row.
    File,
    /// A thumbnail in the row, and perhaps the whole beside it.
    Picture,
    /// In the row, in base64.
    Document,
}

/// The columns that hold documents in the row: the table, the column.
const DOCUMENTS: &[(&str, &str)] =
    &[("activitymimeattachment", "body"), ("annotation", "documentbody")];

impl Place {
    /// The most bytes that it takes.
    pub async fn bytes_max(&self, db: &mut Connection, store: &Store) -> Result<u64> {
        match &self.column.kind {
            ColumnKind::File { max_size_kb } | ColumnKind::Image { max_size_kb, .. } => {
                Ok(u64::from(*max_size_kb) * 1024)
            }
            _ => document_bytes_max(db, store).await,
        }
    }

    /// Refuses whoever may not change the content.
    pub async fn check_change(&self, scope: &mut ReadScope<'_>) -> Result<()> {
        let Self { table, id, column, .. } = self;
        let exists = rows::read_row(scope, table, *id, &[]).await?;
        if exists.is_none() {
            return Err(crate::not_found(&table.logical_name, *id));
        }
        security::check_row(scope.db, scope.store, scope.user, table, *id, Right::Write).await?;
        self.check_column(scope.user, column)
    }

    fn check_column(&self, user: &crate::User, column: &Column) -> Result<()> {
        if !column.valid_for_update && !user.is_system {
            let name = &column.logical_name;
            return Err(Error::invalid(format!("The column '{name}' cannot be changed.")));
        }
        refuse_column(user, &self.table, column, ColumnUse::Update).map_or(Ok(()), Err)
    }
}

/// Finds the row and the column. Whether the row exists shows when it is read or written.
pub(crate) async fn place(scope: &mut ReadScope<'_>, target: &FileTarget) -> Result<Place> {
    let schema = scope.schema.clone();
    let table = plan::table(&schema, &target.row.set_or_table)?;
    let column = table
        .column(&target.column)
        .ok_or_else(|| plan::unknown_property(table, &target.column))?;
    let kept = kept(table, column).ok_or_else(|| {
        Error::new(
            Kind::Invalid,
            "0x80040203",
            format!(
                "The column '{}' of '{}' holds no file.",
                column.logical_name, table.logical_name
            ),
        )
    })?;
    let id = match plan::row_key(table, &target.row.key)? {
        plan::RowKey::Id(id) => id,
        key => {
            let found = rows::find_id(scope, table, &key).await?;
            found.ok_or_else(|| key.not_found(table))?
        }
    };
    Ok(Place { table: table.clone(), id, column: column.clone(), kept })
}

fn kept(table: &Table, column: &Column) -> Option<Kept> {
    match &column.kind {
        ColumnKind::File { .. } => Some(Kept::File),
        ColumnKind::Image { .. } => Some(Kept::Picture),
        _ => {
            let name = (table.logical_name.as_str(), column.logical_name.as_str());
            DOCUMENTS.contains(&name).then_some(Kept::Document)
        }
    }
}

/// What is kept at a place, for whoever may read it; nothing if it is empty. Of a picture the whole
/// one (`is_full`), where it is kept, or its thumbnail.
pub(crate) async fn find(
    scope: &mut ReadScope<'_>,
    place: &Place,
    is_full: bool,
) -> Result<Option<FileInfo>> {
    let record = read(scope, place).await?;
    let value = record.get(&place.column.logical_name);
    match (place.kept, value) {
        (Kept::File, Some(Value::Id(file))) => attached(scope, place, *file).await.map(Some),
        (Kept::Picture, Some(Value::Bytes(thumbnail))) => {
            let file = record.get(&format!("{}id", place.column.logical_name)).and_then(Value::id);
            picture(scope, place, file.filter(|_| is_full), thumbnail).await.map(Some)
        }
        (Kept::Document, Some(Value::Text(body))) => document(place, &record, body).map(Some),
        _ => Ok(None),
    }
}

/// Reads the column with what tells about it, with the rights of the caller.
async fn read(scope: &mut ReadScope<'_>, place: &Place) -> Result<Record> {
    let name = &place.column.logical_name;
    let beside = match place.kept {
        Kept::File => vec![],
        Kept::Picture => vec![format!("{name}id")],
        Kept::Document => vec!["filename".to_owned(), "mimetype".to_owned()],
    };
    let is_there = |column: &String| place.table.column(column).is_some();
    let select = std::iter::once(name.clone()).chain(beside.into_iter().filter(is_there)).collect();
    let query = Query { select, ..Query::default() };
    rows::find(scope, &place.table, &plan::RowKey::Id(place.id), &query, false).await
}

async fn attached(scope: &mut ReadScope<'_>, place: &Place, file: Uuid) -> Result<FileInfo> {
    let found = attachment(scope, place, file).await?;
    found.ok_or_else(|| Error::internal(format!("the file {file} is not there")))
}

async fn attachment(
    scope: &mut ReadScope<'_>,
    place: &Place,
    file: Uuid,
) -> Result<Option<FileInfo>> {
    let sql = scope.store.sql(
        "select filename, mimetype, filesizeinbytes from {fileattachment} \
         where fileattachmentid = ?1",
    );
    let Some(row) = scope.db.query_opt(&statement!(sql, file)).await? else { return Ok(None) };
    Ok(Some(FileInfo {
        row: place.id,
        id: Some(file),
        name: row.get::<Option<String>>(0)?.unwrap_or_default(),
        mime_type: row.get::<Option<String>>(1)?.unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
        size: row.get(2)?,
        content: None,
    }))
}

/// The whole picture, or the thumbnail where nothing else is kept.
async fn picture(
    scope: &mut ReadScope<'_>,
    place: &Place,
    file: Option<Uuid>,
    thumbnail: &[u8],
) -> Result<FileInfo> {
    if let Some(file) = file
        && let Some(found) = attachment(scope, place, file).await?
    {
        return Ok(found);
    }
    let (mime_type, ending) = super::picture::type_of(thumbnail);
    Ok(FileInfo {
        row: place.id,
        id: None,
        name: format!("{}.{ending}", place.column.logical_name),
        mime_type: mime_type.to_owned(),
        size: thumbnail.len() as u64,
        content: Some(thumbnail.to_vec()),
    })
}

fn document(place: &Place, record: &Record, body: &str) -> Result<FileInfo> {
    let text = |name| record.get(name).and_then(Value::text).map(str::to_owned);
    let content = STANDARD.decode(body).map_err(|error| {
        Error::internal(format!("the document of {} is not in base64", place.id)).with_source(error)
    })?;
    Ok(FileInfo {
        row: place.id,
        id: None,
        name: text("filename").unwrap_or_default(),
        mime_type: text("mimetype").unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
        size: content.len() as u64,
        content: Some(content),
    })
}

impl FileInfo {
    /// Some of the content.
    pub(crate) async fn read(
        &self,
        scope: &mut ReadScope<'_>,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>> {
        let end = offset.saturating_add(length).min(self.size);
        if let Some(content) = &self.content {
            let range = usize::try_from(offset.min(end)).unwrap_or(usize::MAX)
                ..usize::try_from(end).unwrap_or(usize::MAX);
            return Ok(content.get(range).unwrap_or_default().to_vec());
        }
        let file = self.id.unwrap_or_default();
        store::read(scope.db, scope.store, file, offset, end.saturating_sub(offset)).await
    }
}
