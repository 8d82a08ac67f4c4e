//! Teams of groups of the directory.

use axum::body::Body;
use axum::http::Request;
use base::Uuid;
use identity::GroupInput;
use serde_json::{Value, json};

use crate::common::World;

const ROOT: &str = "/orgs/groups/api/data/v9.2";

async fn send(world: &World, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("{ROOT}/{path}").replace(' ', "%20"))
        .header("host", "localhost:8400")
        .header("prefer", "return=representation")
        .header("authorization", format!("Bearer {token}"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = world.send(request.body(Body::from(body)).unwrap()).await;
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
}

fn id(answer: &Value, name: &str) -> Uuid {
    answer[name].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn teams_follow_groups() {
    for database in db::testing::all().await {
        let world = World::open(database).await;
        let administrator = world.administrator("ada").await;
        let ben = world.person("ben").await;
        world.environment(administrator, "groups").await;
        let (ada, ben_token) = (
            world.token("ada", "http://localhost:8400").await,
            world.token("ben", "http://localhost:8400").await,
        );
        let group = async |name: &str| {
            let input = GroupInput { display_name: name.to_owned(), ..GroupInput::default() };
            world.directory.group_create(&world.system, input).await.unwrap().id
        };
        let (outer, inner) = (group("Outer").await, group("Inner").await);
        world.directory.member_add(&world.system, outer, inner).await.unwrap();
        world.directory.member_add(&world.system, inner, ben).await.unwrap();

        let team = json!({
            "name": "Everybody of the group",
            "teamtype": 2,
            "azureactivedirectoryobjectid": outer,
        });
        let (_, team) = send(&world, &ada, "POST", "teams", team).await;
        let team = id(&team, "teamid");
        let roles = "roles?$select=name&$filter=name eq 'Basic User'";
        let (_, roles) = send(&world, &ada, "GET", roles, Value::Null).await;
        let role = id(&roles["value"][0], "roleid");
        let link = json!({ "@odata.id": format!("http://localhost:8400{ROOT}/roles({role})") });
        let path = format!("teams({team})/teamroles_association/$ref");
        assert_eq!(send(&world, &ada, "POST", &path, link).await.0, 204);

        // He has no role of his own: he is in by the group that is in the group.
        let (status, made) =
            send(&world, &ben_token, "POST", "accounts", json!({ "name": "Ben's" })).await;
        assert_eq!(status, 201, "{made}");
        let members = format!("teams({team})/teammembership_association?$select=fullname");
        let (_, members) = send(&world, &ada, "GET", &members, Value::Null).await;
        assert_eq!(members["value"].as_array().unwrap().len(), 1);

        world.directory.member_remove(&world.system, inner, ben).await.unwrap();
        world.clock.advance_ms(base::limits::PRINCIPAL_RECHECK_SECONDS * 1000 + 1000);
        let (status, refused) = send(&world, &ben_token, "GET", "accounts", Value::Null).await;
        assert_eq!((status, &refused["error"]["code"]), (403, &json!("0x80042f09")));
    }
}
