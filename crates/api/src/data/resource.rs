//! What a path means: walks its segments and hands the request to the file that does it.

use axum::http::Method;
use base::{Error, Kind, Result};
use dataverse::messages::{Retrieve, RetrieveFrom};
use dataverse::{Record, Reference, Reply, Value};
use metadata::{ColumnKind, Table};
use query::odata::{Arguments, Segment, key_of};
use query::{Key, Query};
use std::sync::Arc;

use super::address::no_segment;
use super::answer::Answer;
use super::call::Call;
use super::navigation::{Navigation, navigation};
use super::{
    actions, batch, bulk, csdl, fetch, functions, metadata as definitions, properties, references,
    rows, unsupported,
};

/// A row that a path leads to.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub table: Arc<Table>,
    pub key: Key,
}

impl Place {
    pub fn reference(&self) -> Reference {
        Reference { set_or_table: self.table.logical_name.clone(), key: self.key.clone() }
    }

    /// The row's navigation property `name`, as a source of rows.
    pub fn from(&self, name: &str) -> RetrieveFrom {
        RetrieveFrom { row: self.reference(), navigation: name.to_owned() }
    }
}

/// Answers a request.
pub(super) async fn answer(call: &Call) -> Result<Answer> {
    check_query(call)?;
    match call.path.split_first() {
        None => {
            only(call, &[Method::GET])?;
            Ok(csdl::service_document(call))
        }
        Some((Segment::Metadata, [])) => {
            only(call, &[Method::GET])?;
            csdl::answer(call)
        }
        Some((Segment::Batch, [])) => {
            only(call, &[Method::POST])?;
            batch::answer(call).await
        }
        Some((Segment::Name { name, arguments }, rest)) => named(call, name, arguments, rest).await,
        Some((Segment::ContentId(id), _)) => Err(Error::invalid(format!(
            "Content-ID Reference: '${id}' does not exist in the batch context."
        ))),
        Some((Segment::Qualified { name, .. }, _)) => Err(no_segment(name)),
        Some(_) => Err(no_segment(&call.address.path)),
    }
}

/// A query asks for rows of a table, and has no meaning for anything else.
fn check_query(call: &Call) -> Result<()> {
    let is_set =
        matches!(call.path.as_slice(), [Segment::Name { arguments: Arguments::Absent, .. }]);
    let option = fetch::asked(call)?.map(|(name, _)| name);
    match option.or(call.options.apply.as_ref().map(|_| "$apply")) {
        Some(name) if !(is_set && call.method == Method::GET) => {
            let message =
                format!("'{name}' is for reading the rows of a table: GET accounts?{name}=…");
            Err(Error::new(Kind::Invalid, "0x80060888", message))
        }
        _ => Ok(()),
    }
}

async fn named(call: &Call, name: &str, arguments: &Arguments, rest: &[Segment]) -> Result<Answer> {
    if definitions::is_root(name) {
        return definitions::answer(call).await;
    }
    if let Some(table) = call.schema.table_by_set(name) {
        return match key_of(arguments)? {
            None => collection(call, table, rest).await,
            Some(key) => {
                let place = Place { table: table.clone(), key };
                row(call, place, rest).await
            }
        };
    }
    operation(call, name, None, arguments, rest).await
}

/// Rows of a table.
async fn collection(call: &Call, table: &Arc<Table>, rest: &[Segment]) -> Result<Answer> {
    match rest {
        [] => match call.method {
            Method::GET => match (fetch::asked(call)?, &call.options.apply) {
                (Some(query), _) => fetch::list(call, table, query).await,
                (None, Some(apply)) => fetch::apply(call, table, apply).await,
                (None, None) => rows::list(call, table, None).await,
            },
            Method::POST => rows::create(call, table).await,
            _ => Err(not_allowed(call)),
        },
        [Segment::Count] => {
            only(call, &[Method::GET])?;
            rows::count(call, table, None).await
        }
        [Segment::Qualified { name, arguments }, rest @ ..] => {
            let bound = Bound::Set(table.clone());
            operation(call, name, Some(bound), arguments, rest).await
        }
        [Segment::Name { name, .. }, ..] => Err(no_segment(name)),
        _ => Err(no_segment(&call.address.path)),
    }
}

/// A row, and what is below it.
async fn row(call: &Call, mut place: Place, mut rest: &[Segment]) -> Result<Answer> {
    loop {
        let (name, arguments, tail) = match rest {
            [] => return rows::one(call, &place).await,
            [Segment::Qualified { name, arguments }, tail @ ..] => {
                return operation(call, name, Some(Bound::Row(place)), arguments, tail).await;
            }
            [Segment::Name { name, arguments }, tail @ ..] => (name, arguments, tail),
            _ => return Err(no_segment(&call.address.path)),
        };
        let key = key_of(arguments)?;
        place = match (navigation(&call.schema, &place.table, name), key, tail) {
            (Some(Navigation::One { .. }), None, []) => {
                return rows::related(call, &place, name).await;
            }
            (Some(Navigation::One { .. }), None, [Segment::Ref]) => {
                return references::single(call, &place, name).await;
            }
            (Some(Navigation::One { column, .. }), None, tail) => {
                rest = tail;
                follow(call, &place, &column).await?
            }
            (Some(Navigation::Many(table)), None, tail) => {
                return related_rows(call, &place, &table, name, tail).await;
            }
            (Some(Navigation::Many(table)), Some(key), [Segment::Ref]) => {
                let related = Place { table, key };
                return references::remove(call, &place, name, related.reference()).await;
            }
            (Some(Navigation::Many(table)), Some(key), tail) => {
                let related = Place { table, key };
                rows::check_related(call, &place, name, &related).await?;
                rest = tail;
                related
            }
            (None, None, tail) => return properties::answer(call, &place, name, tail).await,
            _ => return Err(no_segment(name)),
        };
    }
}

/// The rows that a collection-valued navigation property leads to.
async fn related_rows(
    call: &Call,
    place: &Place,
    table: &Arc<Table>,
    name: &str,
    tail: &[Segment],
) -> Result<Answer> {
    match tail {
        [] if call.method == Method::PUT && table.logical_name == "activityparty" => {
            rows::replace_parties(call, place, table).await
        }
        [] => {
            only(call, &[Method::GET])?;
            rows::list(call, table, Some(place.from(name))).await
        }
        [Segment::Count] => {
            only(call, &[Method::GET])?;
            rows::count(call, table, Some(place.from(name))).await
        }
        [Segment::Ref] => references::collection(call, place, table, name).await,
        [Segment::Qualified { name, .. }] => {
            Err(Error::not_implemented(format!("The cast of a collection to '{name}'")))
        }
        _ => Err(no_segment(&call.address.path)),
    }
}

/// The row that a lookup points to.
async fn follow(call: &Call, place: &Place, column: &str) -> Result<Place> {
    let record = rows::read(call, place, &[format!("_{column}_value")]).await?;
    let Some(Value::Lookup { id, table, .. }) = record.get(column) else {
        return Err(Error::not_found("0x80040217", format!("The lookup '{column}' is empty.")));
    };
    let table = call.schema.table(table).ok_or_else(|| no_segment(table))?;
    Ok(Place { table: table.clone(), key: Key::Id(*id) })
}

/// What a bound operation is bound to.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// A row.
    Row(Place),
    /// The rows of a table.
    Set(Arc<Table>),
}

impl Bound {
    pub fn table(&self) -> &Table {
        match self {
            Self::Row(place) => &place.table,
            Self::Set(table) => table,
        }
    }
}

/// A function or an action.
async fn operation(
    call: &Call,
    name: &str,
    bound: Option<Bound>,
    arguments: &Arguments,
    rest: &[Segment],
) -> Result<Answer> {
    if let Some(bound @ Bound::Row(place)) = &bound
        && bound.table().logical_name == name
    {
        return Box::pin(row(call, place.clone(), rest)).await;
    }
    if !rest.is_empty() {
        return Err(Error::not_implemented(format!("A path below the result of '{name}'")));
    }
    let table = bound.as_ref().map(|bound| bound.table().logical_name.clone());
    if let Some(function) = functions::find(name, table.as_deref()) {
        only(call, &[Method::GET])?;
        let arguments = functions::named(arguments)?;
        function.check(&arguments)?;
        return (function.run)(call, bound, arguments).await;
    }
    if let Some(action) = actions::find(name, table.as_deref()) {
        only(call, &[Method::POST])?;
        let parameters = super::body::parameters(call)?;
        action.check(&parameters)?;
        return (action.run)(call, bound, parameters).await;
    }
    if let (Some(run), Some(Bound::Set(table))) = (bulk::find(name), &bound) {
        only(call, &[Method::POST])?;
        return run(call, table.clone()).await;
    }
    if unsupported::is_known(name) {
        return Err(Error::not_implemented(format!("The message '{name}'")));
    }
    Err(no_segment(name))
}

/// Refuses other methods.
pub(super) fn only(call: &Call, methods: &[Method]) -> Result<()> {
    if methods.contains(&call.method) { Ok(()) } else { Err(not_allowed(call)) }
}

/// The refusal of a method.
pub(super) fn not_allowed(call: &Call) -> Error {
    let message = format!("The requested resource does not support http method '{}'.", call.method);
    Error::new(Kind::NotAllowed, "0x8006088a", message)
}

/// Reads one row without anything of it but `select`.
pub(super) async fn retrieve(call: &Call, place: &Place, query: Query) -> Result<Box<Record>> {
    let message = Retrieve {
        target: place.reference(),
        query,
        unless_version: None,
        with_names: call.wants_names(),
    };
    match call.execute(message).await? {
        Reply::Record(record) => Ok(record),
        other => Err(unexpected(&other)),
    }
}

/// A fault of ours: a message answered with something else.
pub(super) fn unexpected(reply: &Reply) -> Error {
    Error::internal(format!("a message answered with {reply:?}"))
}

/// Whether a column is kept as a file beside the row.
pub(super) fn is_file(kind: &ColumnKind) -> bool {
    matches!(kind, ColumnKind::File { .. } | ColumnKind::Image { .. })
}
