//! Environments as clients create, read, change and delete them.

use axum::http::Method;
use serde_json::{Value, json};

use crate::server::{BAP, each, plain, with_database};

#[tokio::test]
async fn without_a_database_create_poll_read() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let path = format!("{BAP}/environments?api-version=2023-06-01");
        let told = maker.post(&path, plain("Sandbox")).await;
        assert_eq!(told.status, 202);
        assert_eq!(told.headers["retry-after"], "0");
        assert_eq!(told.body["properties"]["provisioningState"], "Succeeded");
        let ended = maker.follow(&told).await;
        let name = told.body["name"].as_str().unwrap();
        assert_eq!(
            ended["links"]["environment"]["path"],
            format!("/providers/Microsoft.BusinessAppPlatform/environments/{name}")
        );
        let found = maker.get(&format!("{BAP}/scopes/admin/environments/{name}")).await.body;
        assert_eq!(found["properties"]["states"]["management"]["id"], "Ready");
        assert_eq!(found["properties"]["databaseType"], Value::Null);
        assert_eq!(found["properties"]["linkedEnvironmentMetadata"], Value::Null);
        let mine = maker.get(&format!("{BAP}/environments/{name}")).await.body;
        assert_eq!(mine["type"], "Microsoft.BusinessAppPlatform/environments");
        assert_eq!(mine["id"], format!("{BAP}/environments/{name}"));
    })
    .await;
}

/// Every member that the smallest object of a clean plan has, and those that clients read.
#[tokio::test]
async fn the_environment_object_has_what_clients_read() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let environment = maker.create(with_database("Sandbox", "mydomain")).await;
        let mut text = String::new();
        shape(&environment, "", &mut text);
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r"
            id: /providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/<id>
            type: Microsoft.BusinessAppPlatform/scopes/environments
            location: europe
            name: <id>
            properties.tenantId: <id>
            properties.azureRegion: northeurope
            properties.displayName: example_environment
            properties.description: desc
            properties.createdTime: 2023-11-14T22:13:20Z
            properties.createdBy.id: <id>
            properties.createdBy.displayName: maker
            properties.createdBy.email: maker@contoso.example
            properties.createdBy.type: User
            properties.createdBy.tenantId: <id>
            properties.createdBy.userPrincipalName: maker@contoso.example
            properties.lastModifiedTime: 2023-11-14T22:13:20Z
            properties.lastModifiedBy.id: <id>
            properties.lastModifiedBy.displayName: maker
            properties.lastModifiedBy.email: maker@contoso.example
            properties.lastModifiedBy.type: User
            properties.lastModifiedBy.tenantId: <id>
            properties.lastModifiedBy.userPrincipalName: maker@contoso.example
            properties.provisioningState: Succeeded
            properties.creationType: User
            properties.environmentSku: Sandbox
            properties.isDefault: false
            properties.capacity: [5]
            properties.addons: [0]
            properties.clientUris.admin: http://localhost:8400/environments/<id>
            properties.clientUris.maker: http://localhost:8400/environments/<id>/solutions
            properties.runtimeEndpoints.microsoft.BusinessAppPlatform: http://localhost:8400
            properties.runtimeEndpoints.microsoft.CommonDataModel: http://localhost:8400
            properties.runtimeEndpoints.microsoft.PowerApps: http://localhost:8400
            properties.runtimeEndpoints.microsoft.PowerAppsAdvisor: http://localhost:8400
            properties.runtimeEndpoints.microsoft.PowerVirtualAgents: http://localhost:8400
            properties.runtimeEndpoints.microsoft.ApiManagement: http://localhost:8400
            properties.runtimeEndpoints.microsoft.Flow: http://localhost:8400
            properties.databaseType: CommonDataService
            properties.linkedEnvironmentMetadata.resourceId: <id>
            properties.linkedEnvironmentMetadata.friendlyName: example_environment
            properties.linkedEnvironmentMetadata.uniqueName: <unique name>
            properties.linkedEnvironmentMetadata.domainName: mydomain
            properties.linkedEnvironmentMetadata.version: 9.2.25112.00001
            properties.linkedEnvironmentMetadata.instanceUrl: http://localhost:8400/orgs/mydomain/
            properties.linkedEnvironmentMetadata.instanceApiUrl: http://localhost:8400/orgs/mydomain
            properties.linkedEnvironmentMetadata.baseLanguage: 1033
            properties.linkedEnvironmentMetadata.instanceState: Ready
            properties.linkedEnvironmentMetadata.createdTime: 2023-11-14T22:13:20Z
            properties.linkedEnvironmentMetadata.backgroundOperationsState: Enabled
            properties.linkedEnvironmentMetadata.scaleGroup: FREEHOLD
            properties.linkedEnvironmentMetadata.platformSku: Standard
            properties.linkedEnvironmentMetadata.schemaType: Standard
            properties.linkedEnvironmentMetadata.securityGroupId: 00000000-0000-0000-0000-000000000000
            properties.trialScenarioType: None
            properties.notificationMetadata.state: NotSpecified
            properties.notificationMetadata.branding: NotSpecific
            properties.retentionPeriod: P7D
            properties.retentionDetails.retentionPeriod: P7D
            properties.retentionDetails.backupsAvailableFromDateTime: 2023-11-14T22:13:20Z
            properties.states.management.id: Ready
            properties.states.runtime.runtimeReasonCode: NotSpecified
            properties.states.runtime.requestedBy.displayName: SYSTEM
            properties.states.runtime.requestedBy.type: NotSpecified
            properties.states.runtime.id: Enabled
            properties.updateCadence.id: Moderate
            properties.protectionStatus.keyManagedBy: Microsoft
            properties.cluster.category: Prod
            properties.cluster.number: 1
            properties.cluster.uriSuffix: local
            properties.cluster.geoShortName: EMEA
            properties.cluster.environment: Prod
            properties.connectedGroups: [0]
            properties.lifecycleOperationsEnforcement.allowedOperations: [11]
            properties.lifecycleOperationsEnforcement.disallowedOperations: [3]
            properties.governanceConfiguration.protectionLevel: Basic
            properties.bingChatEnabled: false
            properties.m365Enabled: false
            properties.copilotPolicies.crossGeoCopilotDataMovementEnabled: false
            properties.copilotPolicies.crossBoundaryCopilotDataMovementEnabled: false
            ");
        }
    })
    .await;
}

/// One line for each member; ids and unique names are told as such, lists by their length.
fn shape(value: &Value, path: &str, text: &mut String) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                shape(value, &path, text);
            }
        }
        Value::Array(items) => text.push_str(&format!("{path}: [{}]\n", items.len())),
        Value::String(value) => text.push_str(&format!("{path}: {}\n", masked(value))),
        value => text.push_str(&format!("{path}: {value}\n")),
    }
}

fn masked(text: &str) -> String {
    if text.starts_with("unq") {
        return "<unique name>".to_owned();
    }
    let mask = |part: &str| match part.parse::<uuid::Uuid>() {
        Ok(id) if !id.is_nil() => "<id>".to_owned(),
        _ => part.to_owned(),
    };
    text.split('/').map(mask).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn permissions_are_told_when_asked_for() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let name = maker.create(plain("Sandbox")).await["name"].as_str().unwrap().to_owned();
        let path = format!("{BAP}/scopes/admin/environments/{name}");
        assert_eq!(maker.get(&path).await.body["properties"]["permissions"], Value::Null);
        let expand = "%24expand=permissions%2Cproperties.capacity%2Cproperties%2FbillingPolicy";
        let told = maker.get(&format!("{path}?{expand}&api-version=")).await.body;
        let permissions = told["properties"]["permissions"].as_object().unwrap();
        assert!(permissions.contains_key("UpdateEnvironment"));
        assert!(permissions.contains_key("AdminReadEnvironment"));
        assert!(!permissions.contains_key("CreateDatabaseEntities"));
    })
    .await;
}

/// The whole set that the Terraform provider sends, twice when the name changes.
#[tokio::test]
async fn a_patch_keeps_to_the_rules_that_clients_need() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let environment = maker.create(with_database("Sandbox", "mydomain")).await;
        let name = environment["name"].as_str().unwrap();
        let path = format!("{BAP}/scopes/admin/environments/{name}?api-version=2021-04-01");
        let zero = "00000000-0000-0000-0000-000000000000";
        let body = json!({ "properties": {
            "displayName": "renamed", "environmentSku": "Production",
            "linkedEnvironmentMetadata": {
                "backgroundOperationsState": "Disabled", "domainName": "mydomain",
                "securityGroupId": zero,
            },
            "states": {"runtime": {"id": "AdminMode"}}, "billingPolicy": {"id": zero},
            "description": "new", "updateCadence": {"id": "Frequent"},
            "parentEnvironmentGroup": {"id": zero},
        }});
        for _ in 0..2 {
            let told = maker.send(Method::PATCH, &path, body.clone()).await;
            assert_eq!(told.status, 202, "{}", told.body);
            assert_eq!(maker.follow(&told).await["state"]["id"], "Succeeded");
        }
        let found = maker.get(&path).await.body;
        let properties = &found["properties"];
        assert_eq!(properties["displayName"], "renamed");
        // 1: what was not sent stays, the management state too.
        assert_eq!(properties["states"]["management"]["id"], "Ready");
        assert_eq!(properties["states"]["runtime"]["id"], "AdminMode");
        // 2: the zero id takes out, and nothing is shown afterwards.
        assert!(properties.get("billingPolicy").is_none());
        assert!(properties.get("parentEnvironmentGroup").is_none());
        // 3: the type does not change this way.
        assert_eq!(properties["environmentSku"], "Sandbox");
        // 4 and 5: members without which clients crash.
        assert!(properties["runtimeEndpoints"]["microsoft.PowerAppsAdvisor"].is_string());
        assert_eq!(properties["updateCadence"]["id"], "Frequent");
        assert_eq!(properties["governanceConfiguration"]["protectionLevel"], "Basic");
        let linked = &properties["linkedEnvironmentMetadata"];
        assert_eq!(linked["backgroundOperationsState"], "Disabled");
        assert_eq!(linked["securityGroupId"], zero);
        // What is refused names the member.
        let told = maker.send(Method::PATCH, &path, json!({ "properties": { "x": 1 } })).await;
        assert_eq!(told.code(), "501 NotImplemented");
        let group = json!({ "properties": { "parentEnvironmentGroup": { "id": name } } });
        let told = maker.send(Method::PATCH, &path, group).await;
        assert_eq!(told.code(), "404 EnvironmentGroupNotFound");
    })
    .await;
}

#[tokio::test]
async fn generative_settings_are_kept_and_shown_again() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let name = maker.create(plain("Sandbox")).await["name"].as_str().unwrap().to_owned();
        let path = format!("{BAP}/scopes/admin/environments/{name}?api-version=2021-04-01");
        let body = json!({ "properties": {
            "bingChatEnabled": true,
            "copilotPolicies": { "crossGeoCopilotDataMovementEnabled": true },
        }});
        assert_eq!(maker.send(Method::PATCH, &path, body).await.status, 202);
        let found = maker.get(&path).await.body;
        assert_eq!(found["properties"]["bingChatEnabled"], true);
        let policies = &found["properties"]["copilotPolicies"];
        assert_eq!(policies["crossGeoCopilotDataMovementEnabled"], true);
    })
    .await;
}

#[tokio::test]
async fn delete_list_recover() {
    each(|server| async move {
        let (admin, maker) = (server.administrator("admin").await, server.person("maker").await);
        let environment = maker.create(with_database("Sandbox", "mydomain")).await;
        let name = environment["name"].as_str().unwrap();
        let path = format!("{BAP}/scopes/admin/environments/{name}");
        let told = maker.post(&format!("{path}/validateDelete"), Value::Null).await;
        assert_eq!(told.body["canInitiateDelete"], true);
        assert_eq!(told.body["resourcesToBeDeleted"].as_array().unwrap().len(), 2);
        let body = json!({ "code": "7", "message": "Deleted using a test" });
        let told =
            maker.send(Method::DELETE, &format!("{path}?api-version=2023-06-01"), body).await;
        assert_eq!(told.status, 202);
        assert_eq!(maker.follow(&told).await["state"]["id"], "Succeeded");
        assert_eq!(maker.get(&path).await.code(), "404 EnvironmentNotFound");
        let again = maker.send(Method::DELETE, &path, Value::Null).await;
        assert_eq!(again.code(), "404 EnvironmentNotFound");
        let list = admin.get(&format!("{BAP}/scopes/admin/environments")).await.body;
        assert_eq!(list["value"].as_array().unwrap().len(), 1);
        let deleted = format!("{BAP}/scopes/admin/deletedEnvironments");
        let list = admin.get(&format!("{deleted}?api-version=2019-05-01")).await.body;
        assert_eq!(list["value"][0]["name"], name);
        let told = admin.post(&format!("{deleted}/{name}/recover"), Value::Null).await;
        assert_eq!(told.status, 202);
        let found = maker.get(&path).await.body;
        assert_eq!(
            found["properties"]["linkedEnvironmentMetadata"],
            environment["properties"]["linkedEnvironmentMetadata"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_second_database_is_refused() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let environment = maker.create(with_database("Sandbox", "mydomain")).await;
        let name = environment["name"].as_str().unwrap();
        let path = format!("{BAP}/environments/{name}/provisionInstance?api-version=2021-04-01");
        let body = json!({ "baseLanguage": 1033, "currency": { "code": "USD" } });
        assert_eq!(
            maker.post(&path, body).await.line(),
            "409 LinkedEnvironmentOperationNotAllowed: Provision cannot be performed on an \
             environment that has a Dataverse database; an environment has at most one."
        );
    })
    .await;
}

#[tokio::test]
async fn the_default_environment_refuses_what_it_must() {
    each(|server| async move {
        let admin = server.administrator("admin").await;
        let told = |method, path: &str, body| {
            let (admin, path) = (admin.clone(), format!("{BAP}{path}"));
            async move { admin.send(method, &path, body).await.line() }
        };
        let scope = "/scopes/admin/environments/~default";
        assert_eq!(
            told(Method::DELETE, scope, Value::Null).await,
            "400 OperationNotAllowed: Delete cannot be performed on environment of type Default."
        );
        assert_eq!(
            told(Method::POST, &format!("{scope}/modifySku"), json!({"environmentSku": "Sandbox"}))
                .await,
            "400 OperationNotAllowed: Convert cannot be performed on environment of type Default."
        );
        assert_eq!(
            told(Method::POST, "/environments/~Default/reset", json!({})).await,
            "400 OperationNotAllowed: Reset cannot be performed on environment of type Default."
        );
        assert_eq!(
            told(Method::POST, "/environments/~Default/backups", json!({"Label": "x"})).await,
            "400 OperationNotAllowed: Backup cannot be performed on environment of type Default."
        );
        assert_eq!(
            told(Method::POST, "/environments", plain("Default")).await,
            "400 EnvironmentSkuNotAllowed: An environment of type Default cannot be created. The \
             tenant has exactly one, made with the tenant; choose another type."
        );
    })
    .await;
}

#[tokio::test]
async fn what_comes_later_is_refused_by_name() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let environment = maker.create(with_database("Sandbox", "mydomain")).await;
        let name = environment["name"].as_str().unwrap();
        for operation in ["copyTo", "restoreTo", "reset", "backups", "governanceConfiguration"] {
            let told =
                maker.post(&format!("{BAP}/environments/{name}/{operation}"), json!({})).await;
            assert_eq!(
                told.line(),
                format!(
                    "501 NotImplemented: The operation {operation} on {name} is not supported by \
                     this server. docs/compatibility.md lists what is."
                )
            );
        }
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_and_are_filtered_and_selected() {
    each(|server| async move {
        let admin = server.administrator("admin").await;
        for _ in 0..3 {
            admin.create(plain("Sandbox")).await;
        }
        let path = format!("{BAP}/scopes/admin/environments");
        let first = admin.get(&format!("{path}?$top=3&api-version=2020-10-01")).await.body;
        assert_eq!(first["value"].as_array().unwrap().len(), 3);
        assert_eq!(first["value"][0]["properties"]["isDefault"], true);
        let next = first["nextLink"].as_str().unwrap();
        let next = next.strip_prefix("http://api.bap.example").unwrap();
        let second = admin.get(next).await.body;
        assert_eq!(second["value"].as_array().unwrap().len(), 1);
        assert_eq!(second["nextLink"], Value::Null);
        let group = "%24filter=properties%2FparentEnvironmentGroup%2Fid+eq+\
                     11111111-1111-1111-1111-111111111111";
        let none = admin.get(&format!("{path}?{group}")).await.body;
        assert_eq!(none, json!({ "value": [] }));
        assert_eq!(
            admin.get(&format!("{path}?$filter=name+eq+1")).await.code(),
            "501 NotImplemented"
        );
        let select = "$select=properties.displayName";
        let one = admin.get(&format!("{path}/~default?{select}")).await.body;
        assert_eq!(one["properties"], json!({ "displayName": "Freehold (default)" }));
    })
    .await;
}

#[tokio::test]
async fn details_are_checked_before() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let environment = maker.create(with_database("Sandbox", "mydomain")).await;
        let path = format!("{BAP}/validateEnvironmentDetails?api-version=2021-04-01");
        let check = |body| {
            let (maker, path) = (maker.clone(), path.clone());
            async move { maker.post(&path, body).await.code() }
        };
        let free = json!({ "domainName": "free", "environmentLocation": "europe" });
        assert_eq!(check(free).await, "200");
        let taken = json!({ "domainName": "mydomain", "environmentLocation": "europe" });
        assert_eq!(check(taken).await, "409 DomainNameAlreadyInUse");
        let own = json!({ "domainName": "mydomain", "environmentName": environment["name"] });
        assert_eq!(check(own).await, "200");
        let own = json!({ "domainName": "mydomain", "environmentName": environment["id"] });
        assert_eq!(check(own).await, "200");
        assert_eq!(check(json!({ "domainName": "A b" })).await, "400 DomainNameInvalid");
        assert_eq!(check(json!({ "environmentLocation": "moon" })).await, "400 LocationNotFound");
    })
    .await;
}
