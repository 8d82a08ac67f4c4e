//! Clients that send too slowly do not keep the server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base::limits::HEADERS_SECONDS;

use super::server::{Server, sqlite};

#[test]
fn headers_that_do_not_come_end_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&sqlite(folder.path()));
    let port = server.client.url.rsplit(':').next().unwrap();
    let mut slow = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: loc").unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(2 * HEADERS_SECONDS))).unwrap();
    let started = Instant::now();
    let mut told = Vec::new();
    slow.read_to_end(&mut told).unwrap();
    let waited = started.elapsed();
    assert!(waited < Duration::from_secs(2 * HEADERS_SECONDS), "{waited:?}");
    // Others are answered meanwhile and after.
    let mut other = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    other
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
