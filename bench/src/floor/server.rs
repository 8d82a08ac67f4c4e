//! The statements behind the smallest possible handler.
//!
//! Reads run on the thread that got the request, on a connection of its own; writes go to one
//! thread that makes those durable together that wait.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::{Context, Result};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as Segments, RawQuery, State};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{Cx, Uuid};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::spec::{Cell, Spec};
use super::statements::{Change, NewAccount, Reader, Writer, write_row};

/// Writes that are made durable together.
const TOGETHER_MAX: usize = 256;

/// Serves what `spec` says.
pub fn serve(spec: &Path, port: u16) -> Result<()> {
    let text = std::fs::read(spec).with_context(|| format!("reading {}", spec.display()))?;
    let spec: Spec = serde_json::from_slice(&text)?;
    let (sender, receiver) = channel();
    let writer = Writer::open(&spec)?;
    std::thread::spawn(move || {
        if let Err(error) = write(writer, &receiver) {
            eprintln!("writing failed: {error:#}");
            std::process::exit(1);
        }
    });
    let floor = Arc::new(Floor { spec, writes: sender });
    let set = "/orgs/{domain}/api/data/v9.2/{set}";
    let router = Router::new()
        .route("/ready", get(|| async { "ready" }))
        .route(set, get(read).post(create).patch(update))
        .route(&format!("{set}/$count"), get(count))
        .route(&format!("{set}/Microsoft.Dynamics.CRM.CreateMultiple"), post(create_many))
        .layer(DefaultBodyLimit::disable())
        .with_state(floor);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        Ok(axum::serve(listener, router).await?)
    })
}

struct Floor {
    spec: Spec,
    writes: Sender<Write>,
}

/// A write and who waits for it.
type Write = (Work, oneshot::Sender<bool>);

enum Work {
    Insert(NewAccount),
    InsertMany(Vec<(Uuid, NewAccount)>),
    Update(Uuid, i64, Change),
}

thread_local! {
    static READER: RefCell<Option<Reader>> = const { RefCell::new(None) };
}

impl Floor {
    fn with_reader<T>(&self, work: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        READER.with_borrow_mut(|reader| match reader {
            Some(reader) => work(reader),
            None => work(reader.insert(Reader::open(&self.spec)?)),
        })
    }

    fn row(&self, id: Uuid) -> Result<Option<Vec<u8>>> {
        self.with_reader(|reader| {
            let mut out = Vec::with_capacity(512);
            out.extend_from_slice(b"{\"@odata.context\":\"$metadata#accounts/$entity\",\"value\":");
            let rows =
                reader.select(&self.spec.read, &Cell::Id(id), |row| write_row(&mut out, row))?;
            out.push(b'}');
            Ok((rows == 1).then_some(out))
        })
    }

    fn page(&self, above: i64) -> Result<Vec<u8>> {
        self.with_reader(|reader| {
            let mut out = Vec::with_capacity(16 * 1024);
            out.extend_from_slice(b"{\"@odata.context\":\"$metadata#accounts\",\"value\":[");
            let above = Cell::Int(above * 10_000);
            let mut count = 0;
            reader.select(&self.spec.page, &above, |row| {
                count += 1;
                if count > 50 {
                    return Ok(());
                }
                if count > 1 {
                    out.push(b',');
                }
                write_row(&mut out, row)
            })?;
            out.extend_from_slice(b"]}");
            Ok(out)
        })
    }

    /// The page with the contact of each row.
    fn expanded(&self, above: i64) -> Result<Vec<u8>> {
        self.with_reader(|reader| {
            let mut out = Vec::with_capacity(16 * 1024);
            out.extend_from_slice(b"{\"@odata.context\":\"$metadata#accounts\",\"value\":[");
            let above = Cell::Int(above * 10_000);
            let mut count = 0;
            reader.select(&self.spec.expand, &above, |row| {
                count += 1;
                if count > 50 {
                    return Ok(());
                }
                if count > 1 {
                    out.push(b',');
                }
                write_row(&mut out, row)?;
                out.pop();
                out.extend_from_slice(b",\"primarycontactid\":");
                let contact: Option<[u8; 16]> = row.get("primarycontactid")?;
                let found = match contact {
                    Some(id) => {
                        let id = Cell::Id(Uuid::from_bytes(id));
                        reader.select(&self.spec.contact, &id, |row| write_row(&mut out, row))?
                    }
                    None => 0,
                };
                if found == 0 {
                    out.extend_from_slice(b"null");
                }
                out.push(b'}');
                Ok(())
            })?;
            out.extend_from_slice(b"]}");
            Ok(out)
        })
    }

    fn count(&self, above: i64) -> Result<Vec<u8>> {
        self.with_reader(|reader| {
            let mut count = 0_i64;
            reader.select(&self.spec.count, &Cell::Int(above * 10_000), |row| {
                count = row.get(0)?;
                Ok(())
            })?;
            Ok(count.to_string().into_bytes())
        })
    }

    async fn written(&self, work: Work) -> bool {
        let (sender, receiver) = oneshot::channel();
        self.writes.send((work, sender)).is_ok() && receiver.await.unwrap_or(false)
    }
}

type Place = Segments<(String, String)>;

async fn read(
    State(floor): State<Arc<Floor>>,
    Segments((_, set)): Place,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let body = match id(&set) {
        Some(id) => floor.row(id),
        None if query.contains("$expand=") => floor.expanded(above(&query)).map(Some),
        None => floor.page(above(&query)).map(Some),
    };
    match body {
        Ok(Some(body)) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

async fn count(State(floor): State<Arc<Floor>>, RawQuery(query): RawQuery) -> Response {
    match floor.count(above(&query.unwrap_or_default())) {
        Ok(body) => ([(CONTENT_TYPE, "text/plain")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

/// The body of a request for many rows.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Targets {
    targets: Vec<NewAccount>,
}

async fn create_many(State(floor): State<Arc<Floor>>, body: Bytes) -> Response {
    let Ok(Targets { targets }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let cx = Cx::system();
    let targets: Vec<_> = targets.into_iter().map(|row| (cx.new_id(), row)).collect();
    let ids: Vec<_> = targets.iter().map(|(id, _)| *id).collect();
    match floor.written(Work::InsertMany(targets)).await {
        true => Json(serde_json::json!({ "Ids": ids })).into_response(),
        false => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn create(State(floor): State<Arc<Floor>>, body: Bytes) -> StatusCode {
    match serde_json::from_slice(&body) {
        Ok(account) => status(floor.written(Work::Insert(account)).await),
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn update(
    State(floor): State<Arc<Floor>>,
    Segments((_, set)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let tag = headers.get(IF_MATCH).and_then(|tag| tag.to_str().ok());
    let version = tag.and_then(|tag| tag.trim_matches(['W', '/', '"']).parse().ok());
    match (id(&set), version, serde_json::from_slice(&body)) {
        (Some(id), Some(version), Ok(change)) => {
            status(floor.written(Work::Update(id, version, change)).await)
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

fn status(is_written: bool) -> StatusCode {
    if is_written { StatusCode::NO_CONTENT } else { StatusCode::PRECONDITION_FAILED }
}

/// The id in `accounts(id)`.
fn id(set: &str) -> Option<Uuid> {
    let (_, rest) = set.split_once('(')?;
    Uuid::parse_str(rest.strip_suffix(')')?).ok()
}

/// The number in `revenue gt number`.
fn above(query: &str) -> i64 {
    let rest = query.split_once("gt%20").map_or("", |(_, rest)| rest);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().unwrap_or_default()
}

/// The one writer: takes what waits, and commits it at once.
fn write(mut writer: Writer, waiting: &Receiver<Write>) -> Result<()> {
    let cx = Cx::system();
    while let Ok(first) = waiting.recv() {
        writer.begin()?;
        let mut done = Vec::new();
        let mut next = Some(first);
        while let Some((work, sender)) = next {
            let is_written = match work {
                Work::Insert(account) => {
                    writer.insert(cx.new_id(), account, cx.now().0).map(|()| true)?
                }
                Work::InsertMany(accounts) => {
                    for (id, account) in accounts {
                        writer.insert(id, account, cx.now().0)?;
                    }
                    true
                }
                Work::Update(id, version, change) => {
                    writer.update(id, version, change, cx.now().0)?
                }
            };
            done.push((sender, is_written));
            next = if done.len() < TOGETHER_MAX { waiting.try_recv().ok() } else { None };
        }
        writer.commit()?;
        for (sender, is_written) in done {
            // Nobody waits any more when the client went away.
            let _ = sender.send(is_written);
        }
    }
    Ok(())
}
