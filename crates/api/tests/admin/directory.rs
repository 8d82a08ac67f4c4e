//! The directory for the portal and the command line.

use axum::http::Method;
use serde_json::{Value, json};

use crate::server::each;

#[tokio::test]
async fn what_the_server_says_of_itself_and_of_who_signed_in() {
    each(|server| async move {
        let portal = server.nobody().get("/api/freehold/portal").await.body;
        assert_eq!(portal["tenantId"], json!(server.world.tenant.id()));
        assert_eq!(portal["tenantName"], "Freehold");
        let admin = server.administrator("admin").await;
        let me = admin.get("/API/Freehold/ME").await;
        let me = if me.status == 200 { me } else { admin.get("/api/freehold/me").await };
        assert_eq!(me.body["userPrincipalName"], "admin@contoso.example");
        assert_eq!(me.body["isTenantAdmin"], true);
        assert_eq!(me.body["roles"], json!(["Global administrator"]));
        assert_eq!(me.body["licences"], json!(["PowerAppsPlan"]));
    })
    .await;
}

#[tokio::test]
async fn users_groups_and_applications() {
    each(|server| async move {
        let admin = server.administrator("admin").await;
        let body = json!({
            "userPrincipalName": "new@contoso.example", "displayName": "New",
            "password": "Correct-horse-battery-8", "licences": ["PowerAppsPlan"],
            "roles": ["Dynamics 365 administrator"],
        });
        let created = admin.post("/api/freehold/users", body.clone()).await;
        assert_eq!(created.status, 201, "{}", created.body);
        assert!(created.body.get("password").is_none());
        let id = created.body["id"].as_str().unwrap();
        assert_eq!(admin.post("/api/freehold/users", body).await.code(), "409 ObjectConflict");
        let path = "/api/freehold/users/new@contoso.example";
        let patch = json!({ "displayName": "Newer", "licences": [], "roles": [] });
        let told = admin.send(Method::PATCH, path, patch).await;
        assert_eq!((&told.body["displayName"], &told.body["roles"]), (&json!("Newer"), &json!([])));
        let found = admin.get("/api/freehold/users?$search=newe").await.body;
        assert_eq!(found["value"][0]["id"], id);
        let unknown = json!({ "shoeSize": 44 });
        assert_eq!(admin.send(Method::PATCH, path, unknown).await.code(), "501 NotImplemented");

        let group = admin.post("/api/freehold/groups", json!({ "displayName": "Team" })).await;
        assert_eq!(group.status, 201);
        let members =
            format!("/api/freehold/groups/{}/members", group.body["id"].as_str().unwrap());
        assert_eq!(admin.post(&members, json!({ "id": id })).await.status, 204);
        let list = admin.get(&members).await.body;
        assert_eq!(list["value"][0]["displayName"], "Newer");
        let member = format!("{members}/{id}");
        assert_eq!(admin.send(Method::DELETE, &member, Value::Null).await.status, 204);

        let body = json!({ "displayName": "Pipeline" });
        let application = admin.post("/api/freehold/applications", body).await.body;
        let secrets = format!(
            "/api/freehold/applications/{}/secrets",
            application["appId"].as_str().unwrap()
        );
        let secret = admin.post(&secrets, json!({ "days": 30 })).await;
        assert!(secret.body["secretText"].as_str().unwrap().len() > 20);
        assert_eq!(
            admin.post(&secrets, json!({ "days": 9999 })).await.code(),
            "400 InvalidRequest"
        );
        assert_eq!(admin.send(Method::DELETE, path, Value::Null).await.status, 204);
        assert_eq!(admin.get(path).await.code(), "404 UserNotFound");
    })
    .await;
}
