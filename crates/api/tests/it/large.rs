//! What is too large is refused in the shape of the protocol.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::limits::BODY_BYTES_MAX;

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
