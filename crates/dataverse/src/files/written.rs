//! What follows for content when rows are written: pictures become thumbnails, what is replaced
//! goes, what belongs to a row goes with it.

use std::sync::Arc;

use base::{Error, Result, Uuid, limits};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use metadata::{Column, ColumnKind, Table};

use super::{FileCondition, Kept, Place, UNKNOWN_TYPE, picture, store};
use crate::plan::{self, Values, WritePlan};
use crate::{Session, Value, rows, sql};

/// Pictures that are to be kept whole once their row is written: the column, the id, the content.
pub(crate) type Pictures = Vec<(Arc<Column>, Uuid, Vec<u8>)>;

/// Before a row is written: a picture becomes its thumbnail, and what stands beside a picture or a
/// file follows. Answers the pictures that are to be kept whole.
pub(crate) async fn complete(
    session: &mut Session<'_>,
    table: &Table,
    id: Uuid,
    values: &mut Values,
) -> Result<Pictures> {
    let is_content =
        |column: &Column| matches!(column.kind, ColumnKind::File { .. } | ColumnKind::Image { .. });
    let mut pictures = Pictures::new();
    if !values.iter().any(|(column, _)| is_content(column)) {
        return Ok(pictures);
    }
    let columns: Vec<_> =
        values.iter().map(|(column, _)| column.clone()).filter(|it| is_content(it)).collect();
    for column in columns {
        match &column.kind {
            ColumnKind::Image { can_store_full, .. } => {
                let whole = complete_picture(session, table, id, &column, values).await?;
                pictures.extend(whole.filter(|_| *can_store_full));
            }
            _ if plan::get(values, &column.logical_name).is_some_and(Value::is_null) => {
                let name = format!("{}_name", column.logical_name);
                plan::put(table, values, &name, Value::Null);
            }
            _ => {}
        }
    }
    Ok(pictures)
}

async fn complete_picture(
    session: &mut Session<'_>,
    table: &Table,
    row: Uuid,
    column: &Arc<Column>,
    values: &mut Values,
) -> Result<Option<(Arc<Column>, Uuid, Vec<u8>)>> {
    let name = &column.logical_name;
    let beside = |values: &mut Values, ending: &str, value| {
        plan::put(table, values, &format!("{name}{ending}"), value);
    };
    let Some(Value::Bytes(whole)) = plan::get(values, name).cloned() else {
        for ending in ["id", "_timestamp", "_url"] {
            beside(values, ending, Value::Null);
        }
        return Ok(None);
    };
    let file = session.cx().random_id();
    let ticks = ticks(session.cx().now_ms());
    let address = format!(
        "/Image/download.aspx?Entity={}&Attribute={name}&Id={row}&Timestamp={ticks}",
        table.logical_name
    );
    beside(values, "id", Value::Id(file));
    beside(values, "_timestamp", Value::Int(ticks));
    beside(values, "_url", Value::Text(address));
    let (whole, thumbnail) = tokio::task::spawn_blocking(move || {
        let thumbnail = picture::thumbnail(&whole);
        (whole, thumbnail)
    })
    .await
    .map_err(Error::internal)?;
    plan::set(values, column, Value::Bytes(thumbnail?));
    Ok(Some((column.clone(), file, whole)))
}

/// A time as .NET counts it: tenths of microseconds since the year 1.
fn ticks(ms: i64) -> i64 {
    const FROM_1_TO_1970: i64 = 621_355_968_000_000_000;
    ms.saturating_mul(10_000).saturating_add(FROM_1_TO_1970)
}

/// After a row was written: keeps whole pictures.
pub(crate) async fn keep(
    session: &mut Session<'_>,
    table: &Table,
    id: Uuid,
    pictures: Pictures,
) -> Result<()> {
    for (column, file, content) in pictures {
        let (mime_type, ending) = picture::type_of(&content);
        let name = format!("{}.{ending}", column.logical_name);
        let place = Belongs { table, id, column: &column };
        let told = Told { name: &name, mime_type, size: content.len() as u64 };
        describe(session, place, file, told).await?;
        let store = session.store();
        let mut start = 0;
        for part in content.chunks(limits::FILE_BLOCK_BYTES_MAX) {
            let block = session.cx().random_id();
            let ids = (file, block);
            store::append(session.tx(), store, ids, "", start, part.to_vec()).await?;
            start += part.len() as u64;
        }
    }
    Ok(())
}

/// After a row was changed: content that its columns held before goes.
pub(crate) async fn replaced(session: &mut Session<'_>, id: Uuid, values: &Values) -> Result<()> {
    for (column, value) in values {
        let kept = match &column.kind {
            ColumnKind::File { .. } => value.id(),
            ColumnKind::Image { .. } => {
                let beside = format!("{}id", column.logical_name);
                plan::get(values, &beside).and_then(Value::id)
            }
            _ => continue,
        };
        let store = session.store();
        let condition = "objectid = ?1 and regardingfieldname = ?2 and fileattachmentid <> ?3";
        let params =
            vec![id.into(), column.logical_name.as_str().into(), kept.unwrap_or_default().into()];
        store::remove_attached(session.tx(), store, condition, params).await?;
    }
    Ok(())
}

/// A row is gone: so is its content.
pub(crate) async fn forget_row(session: &mut Session<'_>, table: &Table, id: Uuid) -> Result<()> {
    let is_content = |column: &Arc<Column>| {
        matches!(column.kind, ColumnKind::File { .. } | ColumnKind::Image { .. })
    };
    if !table.columns.values().any(is_content) {
        return Ok(());
    }
    let store = session.store();
    store::remove_attached(session.tx(), store, "objectid = ?1", vec![id.into()]).await
}

/// A table is gone: so is the content of its rows.
pub(crate) async fn forget_table(session: &mut Session<'_>, table: &str) -> Result<()> {
    let store = session.store();
    let params = vec![table.into()];
    store::remove_attached(session.tx(), store, "objecttypecode = ?1", params).await
}

/// A column is gone: so is what it held.
pub(crate) async fn forget_column(
    session: &mut Session<'_>,
    table: &str,
    column: &Column,
) -> Result<()> {
    if !matches!(column.kind, ColumnKind::File { .. } | ColumnKind::Image { .. }) {
        return Ok(());
    }
    let store = session.store();
    let condition = "objecttypecode = ?1 and regardingfieldname = ?2";
    let params = vec![table.into(), column.logical_name.as_str().into()];
    store::remove_attached(session.tx(), store, condition, params).await
}

/// What is known of content that is to be attached.
pub(crate) struct Told<'a> {
    pub name: &'a str,
    pub mime_type: &'a str,
    pub size: u64,
}

#[derive(Clone, Copy)]
struct Belongs<'a> {
    table: &'a Table,
    id: Uuid,
    column: &'a Column,
}

/// Makes the stored content `file` that of a place, as a change of the row with all that follows.
/// Of pictures and documents the row keeps its own form, and the stored content goes.
pub(crate) async fn attach(
    session: &mut Session<'_>,
    place: &Place,
    file: Uuid,
    told: Told<'_>,
    condition: FileCondition,
) -> Result<()> {
    if condition.if_empty {
        check_empty(session, place).await?;
    }
    place.check_change(&mut session.read_scope()).await?;
    let (table, column) = (&place.table, &place.column);
    let mut values = Values::new();
    if place.kept == Kept::File {
        let name = describe(session, Belongs { table, id: place.id, column }, file, told).await?;
        plan::set(&mut values, column, Value::Id(file));
        let beside = format!("{}_name", column.logical_name);
        plan::put(table, &mut values, &beside, name);
    } else {
        let store = session.store();
        let content = store::read(session.tx(), store, file, 0, told.size).await?;
        store::remove(session.tx(), store, file).await?;
        match place.kept {
            Kept::Picture => plan::set(&mut values, column, Value::Bytes(content)),
            _ => {
                plan::set(&mut values, column, Value::Text(STANDARD.encode(content)));
                plan::put(table, &mut values, "filename", text(told.name, 255));
                plan::put(table, &mut values, "mimetype", text(told.mime_type, 256));
            }
        }
    }
    let plan = WritePlan::of(values);
    rows::update_planned(session, table.clone(), place.id, plan, condition.if_version, 0).await
}

async fn check_empty(session: &mut Session<'_>, place: &Place) -> Result<()> {
    let columns = [place.column.clone()];
    let row = rows::read_row(&mut session.read_scope(), &place.table, place.id, &columns).await?;
    let value = row.as_ref().and_then(|row| row.get(&place.column.logical_name));
    if value.is_none_or(Value::is_null) {
        return Ok(());
    }
    Err(Error::new(
        base::Kind::Precondition,
        "0x80040237",
        format!("The column '{}' has content already.", place.column.logical_name),
    ))
}

/// Writes the row of `fileattachment` that describes content. Answers the name it got.
async fn describe(
    session: &mut Session<'_>,
    Belongs { table, id, column }: Belongs<'_>,
    file: Uuid,
    told: Told<'_>,
) -> Result<Value> {
    let schema = session.schema().clone();
    let attachments = plan::table(&schema, "fileattachment")?;
    let mime_type = if told.mime_type.is_empty() { UNKNOWN_TYPE } else { told.mime_type };
    let name = if told.name.is_empty() { column.logical_name.as_str() } else { told.name };
    let name = text(name, NAME_CHARS_MAX);
    let size = i64::try_from(told.size).map_err(Error::internal)?;
    let mut values = Values::new();
    for (column, value) in [
        ("fileattachmentid", Value::Id(file)),
        ("filename", name.clone()),
        ("mimetype", text(mime_type, 256)),
        ("filesizeinbytes", Value::Int(size)),
        ("iscommitted", Value::Bool(true)),
        ("createdon", Value::DateTime(session.cx().now())),
        ("objectid", Value::lookup(&table.logical_name, id)),
        ("objecttypecode", Value::Text(table.logical_name.clone())),
        ("regardingfieldname", Value::Text(column.logical_name.clone())),
    ] {
        plan::put(attachments, &mut values, column, value);
    }
    let statement = sql::insert(session.store(), session.user(), attachments, values);
    session.tx().query(&statement).await?;
    Ok(name)
}

/// The longest name beside a file column, in characters.
const NAME_CHARS_MAX: usize = 200;

/// A text within the length of its column.
fn text(text: &str, chars_max: usize) -> Value {
    Value::Text(text.chars().filter(|c| *c != '\0').take(chars_max).collect())
}
