//! The statements behind the smallest possible handler.
//!
//! Reads run on the thread that got the request, on a connection of its own; writes go to one
//! thread that makes those durable together that wait.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Segments, RawQuery, State};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::{Cx, Uuid};
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
    let body = match id(&set) {
        Some(id) => floor.row(id),
        None => floor.page(above(&query.unwrap_or_default())).map(Some),
    };
    match body {
        Ok(Some(body)) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
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
