//! Role assignments, and what becomes of them with a database.

use serde_json::{Value, json};

use crate::server::{BAP, each, plain, with_database};

fn add(environment: &str, role: &str, id: uuid::Uuid) -> Value {
    json!({ "add": [{ "properties": {
        "roleDefinition": { "id": format!(
            "{BAP}/scopes/admin/environments/{environment}/roleDefinitions/{role}"
        ) },
        "principal": { "id": id, "type": "User" },
    }}]})
}

#[tokio::test]
async fn roles_are_given_shown_and_taken() {
    each(|server| async move {
        let maker = server.person("maker").await;
        server.person("bob").await;
        let bob = server.id("bob").await;
        let name = maker.create(plain("Sandbox")).await["name"].as_str().unwrap().to_owned();
        let scope = format!("{BAP}/scopes/admin/environments/{name}");
        let body = add(&name, "environmentmaker", bob);
        let path = format!("{scope}/modifyRoleAssignments?api-version=2021-04-01");
        let told = maker.post(&path, body).await;
        assert_eq!(told.status, 200, "{}", told.body);
        let added = &told.body["add"][0];
        assert_eq!(added["httpStatus"], "Created");
        let assignment = &added["roleAssignment"];
        assert_eq!(assignment["properties"]["roleDefinition"]["name"], "EnvironmentMaker");
        assert_eq!(
            assignment["properties"]["principal"],
            json!({
                "id": bob, "displayName": "bob", "email": "bob@contoso.example", "type": "User",
                "tenantId": server.world.tenant.id(),
            })
        );
        let list = maker.get(&format!("{scope}/roleAssignments")).await.body;
        assert_eq!(list["value"].as_array().unwrap().len(), 2);
        let seen = server.person("bob").await.get(&format!("{BAP}/environments/{name}")).await;
        assert_eq!(seen.status, 200);
        let remove = json!({ "remove": [{ "id": assignment["id"] }] });
        let told = maker.post(&format!("{scope}/modifyRoleAssignments"), remove.clone()).await;
        assert_eq!(told.status, 200);
        let told = maker.post(&format!("{scope}/modifyRoleAssignments"), remove).await;
        assert_eq!(told.code(), "404 RoleAssignmentNotFound");
        let told = maker.post(&path, add(&name, "king", bob)).await;
        assert_eq!(
            told.line(),
            "400 InvalidRequest: There is no role 'king'; there are EnvironmentAdmin and \
             EnvironmentMaker."
        );
    })
    .await;
}

#[tokio::test]
async fn with_a_database_security_roles_take_over() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let bob = {
            server.person("bob").await;
            server.id("bob").await
        };
        let name = maker.create(with_database("Sandbox", "mydomain")).await["name"]
            .as_str()
            .unwrap()
            .to_owned();
        let scope = format!("{BAP}/scopes/admin/environments/{name}");
        let told = maker
            .post(&format!("{scope}/modifyRoleAssignments"), add(&name, "EnvironmentMaker", bob))
            .await;
        assert_eq!(told.code(), "403 Forbidden");
        // A user of the database is added by its administrator, and has no role yet.
        let user = json!({ "objectId": bob });
        assert_eq!(maker.post(&format!("{scope}/addUser"), user.clone()).await.code(), "200");
        let other = server.person("bob").await;
        let told = other.post(&format!("{scope}/addUser"), user).await;
        assert_eq!(told.code(), "404 EnvironmentNotFound");
        let (id, application) = server.application("pipeline").await;
        let path = "/orgs/mydomain/api/data/v9.2/WhoAmI";
        assert_eq!(application.get(path).await.status, 403);
        let body = json!({ "servicePrincipalAppId": id });
        assert_eq!(maker.post(&format!("{scope}/addAppUser"), body).await.code(), "200");
        // Whether it may enter is asked again after a while.
        server.world.clock.advance_ms(base::limits::PRINCIPAL_RECHECK_SECONDS * 1000 + 1000);
        assert_eq!(application.get(path).await.status, 200);
        let missing = json!({ "servicePrincipalAppId": bob });
        let told = maker.post(&format!("{scope}/addAppUser"), missing).await;
        assert_eq!(told.code(), "404 ApplicationNotFound");
    })
    .await;
}
