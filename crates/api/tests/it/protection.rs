//! Service protection, and what answers tell about it and about time.

use api::ProtectionLimits;
use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::common::{Answer, World};

async fn get(world: &World, token: &str, path: &str, prefer: &str) -> Answer {
    let request = Request::builder()
        .uri(format!("/api/data/v9.2/{path}"))
        .header("host", "limits.example")
        .header("authorization", format!("Bearer {token}"))
        .header("prefer", prefer);
    world.send(request.body(Body::empty()).unwrap()).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_asks_too_much_waits() {
    let limits = ProtectionLimits { requests: 3, ..ProtectionLimits::default() };
    let database = db::testing::sqlite().await;
    let world = World::open_with(database, |app| app.with_protection(limits)).await;
    let administrator = world.administrator("ada").await;
    world.environment(administrator, "limits").await;
    let token = world.token("ada", "http://limits.example").await;
    for left in ["2", "1", "0"] {
        let answer = get(&world, &token, "WhoAmI", "").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(header(&answer, "x-ms-ratelimit-burst-remaining-xrm-requests"), left);
        assert_eq!(header(&answer, "x-ms-ratelimit-time-remaining-xrm-requests"), "1200.00");
    }
    world.clock.advance_ms(100_000);
    let answer = get(&world, &token, "WhoAmI", "").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&answer, "retry-after"), "200");
    let body = String::from_utf8(answer.body).unwrap();
    assert_eq!(
        body,
        "{\"error\":{\"code\":\"0x80072322\",\"message\":\"Number of requests exceeded the limit of 3 \
         over time window of 300 seconds.\"}}"
    );
    world.clock.advance_ms(200_000);
    assert_eq!(get(&world, &token, "WhoAmI", "").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_learns_where_the_time_went() {
    let world = World::open(db::testing::sqlite().await).await;
    let administrator = world.administrator("ada").await;
    world.environment(administrator, "limits").await;
    let token = world.token("ada", "http://limits.example").await;
    let plain = get(&world, &token, "WhoAmI", "").await;
    assert_eq!(header(&plain, "server-timing"), "");
    assert_eq!(header(&plain, "x-ms-ratelimit-burst-remaining-xrm-requests"), "6000");
    let id = "businessunits?$select=name";
    let answer = get(&world, &token, id, "odata.maxpagesize=5, freehold.server-timing").await;
    let told = header(&answer, "server-timing");
    let names: Vec<&str> = told.split(", ").filter_map(|part| part.split(';').next()).collect();
    assert_eq!(names, ["sign-in", "environment", "reading", "work", "sql", "total"], "{told}");
    // A page of rows is one statement.
    assert!(told.contains(";desc=\"1\""), "{told}");
}
