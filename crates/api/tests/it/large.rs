//! What is too large is refused in the shape of the protocol.

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use base::limits::{
    BODY_BYTES_MAX, FILE_BLOCK_BYTES_MAX, FILE_REQUEST_BYTES_MAX, FILE_UPLOAD_SECONDS,
};
use futures_util::stream;

use crate::common::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_and_urls() {
    let world = World::open(db::testing::sqlite().await).await;
    let administrator = world.administrator("ada").await;
    world.environment(administrator, "large").await;
    let token = world.token("ada", "http://large.example").await;
    let request = |uri: &str| {
        Request::builder()
            .uri(uri)
            .header("host", "large.example")
            .header("authorization", format!("Bearer {token}"))
    };
    let post = request("/api/data/v9.2/accounts").method("POST");
    let told = post.header("content-length", BODY_BYTES_MAX + 1).body(Body::empty()).unwrap();
    let answer = world.send(told).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.starts_with(b"{\"error\":{\"code\":\"0x80040203\""));

    let post = request("/api/data/v9.2/accounts").method("POST");
    let untold = post.body(Body::from(vec![b' '; BODY_BYTES_MAX + 1])).unwrap();
    assert_eq!(world.send(untold).await.status, StatusCode::PAYLOAD_TOO_LARGE);

    let long = format!("/api/data/v9.2/accounts?$filter=name eq '{}'", "x".repeat(33_000));
    let answer = world.send(request(&long.replace(' ', "%20")).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

/// A file of several blocks, whose bytes tell their place.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files() {
    for database in db::testing::all().await {
        let world = World::open(database).await;
        let administrator = world.administrator("ada").await;
        world.environment(administrator, "files").await;
        let desk = Desk { token: world.token("ada", "http://files.example").await, world: &world };
        desk.make_table().await;
        let file = content(2 * FILE_BLOCK_BYTES_MAX + 1234);
        at_once(&desk, &file).await;
        in_parts(&desk, &file).await;
        too_large(&desk).await;
        given_up(&desk, &file).await;
    }
}

/// Somebody with one row and its file column.
struct Desk<'w> {
    world: &'w World,
    token: String,
}

impl Desk<'_> {
    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/api/data/v9.2/{path}"))
            .header("host", "files.example")
            .header("authorization", format!("Bearer {}", self.token))
    }

    async fn send(&self, method: &str, path: &str, body: &str) {
        let request = self.request(method, path).body(Body::from(body.to_owned())).unwrap();
        let answer = self.world.send(request).await;
        assert!(answer.status.is_success(), "{}", String::from_utf8_lossy(&answer.body));
    }

    async fn make_table(&self) {
        let label =
            |text| format!(r#"{{"LocalizedLabels":[{{"Label":"{text}","LanguageCode":1033}}]}}"#);
        let table = format!(
            r#"{{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","SchemaName":"new_Box",
            "OwnershipType":"UserOwned","HasNotes":false,"HasActivities":false,
            "DisplayName":{},"DisplayCollectionName":{},"Attributes":[
            {{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata",
            "SchemaName":"new_Name","IsPrimaryName":true,"MaxLength":100,"DisplayName":{}}}]}}"#,
            label("Box"),
            label("Boxes"),
            label("Name")
        );
        self.send("POST", "EntityDefinitions", &table).await;
        let column = format!(
            r#"{{"@odata.type":"Microsoft.Dynamics.CRM.FileAttributeMetadata",
            "SchemaName":"new_File","MaxSizeInKB":262144,"DisplayName":{}}}"#,
            label("File")
        );
        let path = "EntityDefinitions(LogicalName='new_box')/Attributes";
        self.send("POST", path, &column).await;
        let row = format!(r#"{{"new_boxid":"{BOX}","new_name":"box"}}"#);
        self.send("POST", "new_boxes", &row).await;
    }

    async fn content(&self) -> Vec<u8> {
        let path = format!("new_boxes({BOX})/new_file/$value");
        let answer = self.world.send(self.request("GET", &path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.body
    }

    async fn blocks(&self) -> i64 {
        let tenant = &self.world.tenant;
        let environment = tenant.environment_by_domain(&self.world.system, "files").await.unwrap();
        let store = environment.store();
        let sql = store.sql("select count(*) from {fh_block}");
        let row = store.read().await.unwrap().query_one(&db::statement!(sql)).await.unwrap();
        row.get(0).unwrap()
    }
}

const BOX: &str = "00000000-0000-0000-0000-0000000000b0";

async fn at_once(desk: &Desk<'_>, file: &[u8]) {
    // In pieces that are no blocks, as a network brings them.
    let pieces: Vec<Result<Bytes, std::io::Error>> =
        file.chunks(70_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let path = format!("new_boxes({BOX})/new_file");
    let request = desk
        .request("PATCH", &path)
        .header("content-type", "application/octet-stream")
        .header("x-ms-file-name", "large.bin")
        .body(Body::from_stream(stream::iter(pieces)))
        .unwrap();
    assert_eq!(desk.world.send(request).await.status, StatusCode::NO_CONTENT);
    assert!(desk.content().await == file, "the file came back changed");
    let first = FILE_BLOCK_BYTES_MAX - 5;
    let request = desk
        .request("GET", &format!("{path}/$value"))
        .header("range", format!("bytes={first}-{}", first + 9))
        .body(Body::empty())
        .unwrap();
    let answer = desk.world.send(request).await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.body, file[first..first + 10]);
    assert_eq!(
        answer.headers["content-range"],
        format!("bytes {first}-{}/{}", first + 9, file.len())
    );
}

async fn in_parts(desk: &Desk<'_>, file: &[u8]) {
    let location = begin(desk).await;
    let mut start = 0;
    for part in file.chunks(FILE_BLOCK_BYTES_MAX) {
        let end = start + part.len();
        let answer = send_part(desk, &location, start, part, file.len()).await;
        let wanted = if end < file.len() { 206 } else { 204 };
        assert_eq!(answer.as_u16(), wanted);
        start = end;
    }
    assert!(desk.content().await == file, "the file came back changed");
    assert_eq!(desk.blocks().await, 3, "what was replaced is gone");
    let part = vec![0; FILE_BLOCK_BYTES_MAX + 1];
    let answer = send_part(desk, &begin(desk).await, 0, &part, part.len()).await;
    assert_eq!(answer, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn begin(desk: &Desk<'_>) -> String {
    let path = format!("new_boxes({BOX})/new_file?x-ms-file-name=parts.bin");
    let request = desk.request("PATCH", &path).header("x-ms-transfer-mode", "chunked");
    let answer = desk.world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let location = answer.headers["location"].to_str().unwrap();
    location.split_once("/api/data/v9.2/").unwrap().1.to_owned()
}

async fn send_part(
    desk: &Desk<'_>,
    location: &str,
    start: usize,
    part: &[u8],
    total: usize,
) -> StatusCode {
    let last = start + part.len() - 1;
    let request = desk
        .request("PATCH", location)
        .header("content-type", "application/octet-stream")
        .header("content-range", format!("bytes {start}-{last}/{total}"))
        .body(Body::from(part.to_vec()))
        .unwrap();
    desk.world.send(request).await.status
}

async fn too_large(desk: &Desk<'_>) {
    let path = format!("new_boxes({BOX})/new_file");
    let request = desk
        .request("PATCH", &path)
        .header("content-type", "application/octet-stream")
        .header("content-length", FILE_REQUEST_BYTES_MAX + 1)
        .body(Body::empty())
        .unwrap();
    let answer = desk.world.send(request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(String::from_utf8_lossy(&answer.body).contains("0x80044a02"));
}

/// Nobody finishes an upload, or the connection ends in the middle of one.
async fn given_up(desk: &Desk<'_>, file: &[u8]) {
    let before = desk.blocks().await;
    let location = begin(desk).await;
    let part = &file[..FILE_BLOCK_BYTES_MAX];
    send_part(desk, &location, 0, part, file.len()).await;
    let broken = file.chunks(FILE_BLOCK_BYTES_MAX).take(2).map(|it| Ok(Bytes::copy_from_slice(it)));
    let broken = broken.chain([Err(std::io::Error::other("gone"))]).collect::<Vec<_>>();
    let request = desk
        .request("PATCH", &format!("new_boxes({BOX})/new_file"))
        .header("content-type", "application/octet-stream")
        .body(Body::from_stream(stream::iter(broken)))
        .unwrap();
    assert_eq!(desk.world.send(request).await.status, StatusCode::BAD_REQUEST);
    assert!(desk.content().await == file, "the file is the one before");
    assert_eq!(desk.blocks().await, before + 3);
    desk.world.clock.advance_ms((FILE_UPLOAD_SECONDS + 1) * 1000);
    desk.world.tenant.sweep(&desk.world.system).await.unwrap();
    assert_eq!(desk.blocks().await, before);
    let answer = send_part(desk, &location, part.len(), part, file.len()).await;
    assert_ne!(answer, StatusCode::PARTIAL_CONTENT);
}
