//! Applications that manage the tenant.

use axum::http::Method;
use serde_json::{Value, json};

use crate::server::{BAP, HOST, each, plain};

#[tokio::test]
async fn an_application_has_to_be_registered_by_a_person() {
    each(|server| async move {
        let admin = server.administrator("admin").await;
        let (id, application) = server.application("pipeline").await;
        let object = server.world.directory.application_get(id).await.unwrap().object_id;
        let tenant = server.world.tenant.id();
        let told = application.get(&format!("{BAP}/scopes/admin/environments")).await;
        assert_eq!(told.status, 403);
        let message = told.body["error"]["message"].as_str().unwrap();
        assert!(
            message.starts_with(&format!(
                "The service principal with id '{object}' for application {id} does not have \
                 permission to access the path 'http://{HOST}{BAP}/scopes/admin/environments' in \
                 tenant {tenant}."
            )),
            "{message}"
        );
        let path = format!("{BAP}/adminApplications/{id}?api-version=2020-10-01");
        assert_eq!(application.send(Method::PUT, &path, Value::Null).await.status, 403);
        assert_eq!(admin.get(&path).await.code(), "404 AdminApplicationNotFound");
        let told = admin.send(Method::PUT, &path, Value::Null).await;
        assert_eq!((told.status.as_u16(), told.body), (200, json!({ "applicationId": id })));
        let list = admin.get(&format!("{BAP}/adminApplications")).await.body;
        assert_eq!(list, json!({ "value": [{ "applicationId": id }] }));

        assert_eq!(application.get(&format!("{BAP}/scopes/admin/environments")).await.status, 200);
        let environment = application.create(plain("Production")).await;
        assert_eq!(environment["properties"]["createdBy"]["type"], "ServicePrincipal");
        // It manages environments; it registers nobody.
        assert_eq!(application.send(Method::PUT, &path, Value::Null).await.status, 403);
        assert_eq!(admin.send(Method::DELETE, &path, Value::Null).await.status, 204);
        assert_eq!(application.get(&format!("{BAP}/scopes/admin/environments")).await.status, 403);
    })
    .await;
}
