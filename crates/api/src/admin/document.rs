//! The environment object, as the admin services show it.

use base::{Cx, Result, Uuid};
use control::roles::{Action, Place, Standing, allowed};
use control::{Actor, Database, Environment, OperationType, Provisioning, environments};
use serde_json::{Map, Value, json};

use super::Call;

/// Which of the two lists an environment is shown on; its id and type differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// For administrators.
    Admin,
    /// For makers.
    Maker,
}

/// The members that `$expand` asks for. Only permissions cost anything; the others are always sent.
pub(super) fn expands_permissions(expand: Option<&str>) -> bool {
    expand.unwrap_or_default().split(',').any(|member| {
        let member = member.trim();
        let name =
            member.strip_prefix("properties.").or_else(|| member.strip_prefix("properties/"));
        name.unwrap_or(member).eq_ignore_ascii_case("permissions")
    })
}

/// The object for one environment.
pub(super) async fn environment(
    call: &Call,
    environment: &Environment,
    scope: Scope,
) -> Result<Value> {
    let mut document = plain(call, environment, scope).await?;
    if expands_permissions(call.option("$expand")) {
        let standing = call.app.tenant.standing(&call.cx, environment).await?;
        document["properties"]["permissions"] = permissions(standing, environment);
    }
    Ok(document)
}

async fn plain(call: &Call, environment: &Environment, scope: Scope) -> Result<Value> {
    let tenant = call.app.tenant.id();
    let name = environment.name();
    let (id, kind) = match scope {
        Scope::Admin => ("scopes/admin/environments", "scopes/environments"),
        Scope::Maker => ("environments", "environments"),
    };
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| {
        properties.insert(name.to_owned(), value);
    };
    put("tenantId", json!(tenant));
    put("azureRegion", json!(environment.azure_region));
    put("displayName", json!(environment.display_name));
    put("description", json!(environment.description));
    put("createdTime", json!(environment.created_at.to_string()));
    put("createdBy", actor(&environment.created_by, tenant));
    if let Some(owner) = environment.used_by {
        put("usedBy", json!({ "id": owner, "type": "User", "tenantId": tenant }));
    }
    put("lastModifiedTime", json!(environment.modified_at.to_string()));
    put("lastModifiedBy", actor(&environment.modified_by, tenant));
    if let Some(expires_at) = environment.expires_at {
        put("expirationTime", json!(expires_at.to_string()));
    }
    put("provisioningState", json!(environment.provisioning.name()));
    put("creationType", json!(creation_type(environment)));
    put("environmentSku", json!(environment.sku.name()));
    put("isDefault", json!(environment.is_default()));
    put("capacity", capacity(&call.cx, environment));
    put("addons", json!([]));
    put("clientUris", client_uris(call, environment));
    put("runtimeEndpoints", runtime_endpoints(call));
    if let Some(database) = &environment.database {
        put("databaseType", json!("CommonDataService"));
        put("linkedEnvironmentMetadata", linked(call, environment, database));
    }
    put("trialScenarioType", json!("None"));
    put("notificationMetadata", json!({ "state": "NotSpecified", "branding": "NotSpecific" }));
    put("retentionPeriod", json!("P7D"));
    put("retentionDetails", retention(&call.cx, environment));
    put("states", states(call, environment));
    put("updateCadence", json!({ "id": environment.update_cadence.name() }));
    put("protectionStatus", json!({ "keyManagedBy": "Microsoft" }));
    put("cluster", cluster(environment));
    put("connectedGroups", json!([]));
    let allows = call.app.tenant.default_environment_allows_database();
    put("lifecycleOperationsEnforcement", environments::enforcement_document(environment, allows));
    put("governanceConfiguration", json!({ "protectionLevel": "Basic" }));
    for (name, value) in &environment.switches {
        if name != "cluster" {
            put(name, value.clone());
        }
    }
    properties.entry("bingChatEnabled").or_insert(Value::Bool(false));
    properties.entry("m365Enabled").or_insert(Value::Bool(false));
    properties.entry("copilotPolicies").or_insert_with(|| {
        json!({
            "crossGeoCopilotDataMovementEnabled": false,
            "crossBoundaryCopilotDataMovementEnabled": false,
        })
    });
    Ok(json!({
        "id": format!("/providers/Microsoft.BusinessAppPlatform/{id}/{name}"),
        "type": format!("Microsoft.BusinessAppPlatform/{kind}"),
        "location": environment.location,
        "name": name,
        "properties": properties,
    }))
}

/// Who did something.
pub(super) fn actor(actor: &Actor, tenant: Uuid) -> Value {
    let Some(id) = actor.id else {
        return json!({ "id": "SYSTEM", "displayName": "SYSTEM", "type": "NotSpecified" });
    };
    let mut document = json!({ "id": id, "displayName": actor.display_name });
    if let Some(email) = &actor.email {
        document["email"] = json!(email);
    }
    document["type"] = json!(actor.type_name());
    document["tenantId"] = json!(tenant);
    if let Some(name) = &actor.principal_name {
        document["userPrincipalName"] = json!(name);
    }
    document
}

fn creation_type(environment: &Environment) -> &'static str {
    match environment.sku {
        control::Sku::Default => "DefaultTenant",
        control::Sku::Developer => "Developer",
        _ => "User",
    }
}

/// What it takes of each kind of capacity. Files and logs are in the database here.
fn capacity(cx: &Cx, environment: &Environment) -> Value {
    let actual = environment.database.as_ref().map_or(0, |database| database.size_mb);
    let entry = |kind: &str, actual: i64, rated: i64| {
        json!({
            "capacityType": kind,
            "actualConsumption": megabytes(actual),
            "ratedConsumption": megabytes(rated),
            "capacityUnit": "MB",
            "updatedOn": cx.now().to_string(),
        })
    };
    let nothing = ["File", "Log", "FinOpsDatabase", "FinOpsFile"];
    let mut entries = vec![entry("Database", actual, environment.rated_mb().max(actual))];
    entries.extend(nothing.into_iter().map(|kind| entry(kind, 0, 0)));
    Value::Array(entries)
}

/// Consumption is told with a fraction, as the service does.
#[expect(clippy::cast_precision_loss, reason = "megabytes of a database fit a double")]
fn megabytes(value: i64) -> f64 {
    value as f64
}

fn client_uris(call: &Call, environment: &Environment) -> Value {
    let (public, name) = (&call.app.tenant.urls().public, environment.name());
    json!({
        "admin": format!("{public}/environments/{name}"),
        "maker": format!("{public}/environments/{name}/solutions"),
    })
}

/// Where each service of the environment answers: all of them here.
fn runtime_endpoints(call: &Call) -> Value {
    let origin = call.app.tenant.urls().public.as_str();
    let names = [
        "microsoft.BusinessAppPlatform",
        "microsoft.CommonDataModel",
        "microsoft.PowerApps",
        "microsoft.PowerAppsAdvisor",
        "microsoft.PowerVirtualAgents",
        "microsoft.ApiManagement",
        "microsoft.Flow",
    ];
    Value::Object(names.into_iter().map(|name| (name.to_owned(), json!(origin))).collect())
}

fn linked(call: &Call, environment: &Environment, database: &Database) -> Value {
    let urls = call.app.tenant.urls();
    json!({
        "resourceId": database.organization_id,
        "friendlyName": environment.display_name,
        "uniqueName": database.unique_name,
        "domainName": database.domain,
        "version": control::PLATFORM_VERSION,
        "instanceUrl": urls.instance(&database.domain),
        "instanceApiUrl": urls.instance_api(&database.domain),
        "baseLanguage": database.language,
        "instanceState": "Ready",
        "createdTime": database.created_at.to_string(),
        "backgroundOperationsState": on(database.background_operations_are_on),
        "scaleGroup": "FREEHOLD",
        "platformSku": "Standard",
        "schemaType": "Standard",
        "securityGroupId": database.security_group.unwrap_or_default(),
    })
}

fn on(is_on: bool) -> &'static str {
    if is_on { "Enabled" } else { "Disabled" }
}

fn retention(cx: &Cx, environment: &Environment) -> Value {
    let from = cx.now().plus_seconds(-base::limits::ENVIRONMENT_RECOVER_SECONDS);
    let from = from.max(environment.created_at);
    json!({ "retentionPeriod": "P7D", "backupsAvailableFromDateTime": from.to_string() })
}

fn states(call: &Call, environment: &Environment) -> Value {
    let active = call.app.tenant.operation_active(environment.id);
    let management = match (&active, environment.provisioning) {
        (_, Provisioning::SoftDeleted) => "Deleted",
        (Some(active), _) if active.kind == OperationType::Create => "Preparing",
        (Some(_), _) => "Running",
        (None, _) => "Ready",
    };
    json!({
        "management": { "id": management },
        "runtime": {
            "runtimeReasonCode": "NotSpecified",
            "requestedBy": { "displayName": "SYSTEM", "type": "NotSpecified" },
            "id": environment.runtime.name(),
        },
    })
}

fn cluster(environment: &Environment) -> Value {
    let mut cluster = json!({
        "category": "Prod",
        "number": "1",
        "uriSuffix": "local",
        "geoShortName": control::catalog::location(&environment.location).map_or("", |l| l.code),
        "environment": "Prod",
    });
    if let Some(asked) = environment.switches.get("cluster") {
        control::settings::merge(&mut cluster, asked);
    }
    cluster
}

/// The permissions that clients look for, and the action that each stands for. Sorted.
const PERMISSIONS: [(&str, Action); 28] = [
    ("AddEnvironmentRoleAssignment", Action::AssignRoles),
    ("AdminReadEnvironment", Action::EditEnvironment),
    ("CreateConnection", Action::CreateApps),
    ("CreateCustomApi", Action::CreateApps),
    ("CreateDatabase", Action::AddDatabase),
    ("CreateDatabaseEntities", Action::CreateTables),
    ("CreateFlow", Action::CreateApps),
    ("CreateFunction", Action::CreateApps),
    ("CreateGateway", Action::CreateApps),
    ("CreatePowerApp", Action::CreateApps),
    ("DeleteAnyFlow", Action::ManageAllResources),
    ("DeleteDatabaseEntities", Action::CreateTables),
    ("DeleteEnvironment", Action::DeleteEnvironment),
    ("EditAnyFlow", Action::ManageAllResources),
    ("ListAnyFlow", Action::ManageAllResources),
    ("ListAnyPowerApp", Action::ManageAllResources),
    ("ListDatabaseEntities", Action::RunApps),
    ("ManageAnyCustomApi", Action::ManageAllResources),
    ("ManageAnyPowerApp", Action::ManageAllResources),
    ("ReadDatabaseRoleAssignments", Action::AssignRoles),
    ("ReadEnvironment", Action::SeeEnvironment),
    ("ReadEnvironmentRoleAssignment", Action::AssignRoles),
    ("ReadEnvironmentRoleDefinition", Action::AssignRoles),
    ("RemoveEnvironmentRoleAssignment", Action::AssignRoles),
    ("SetDLPPolicy", Action::WriteEnvironmentPolicy),
    ("UpdateDatabaseEntities", Action::CreateTables),
    ("UpdateDatabaseRoleAssignments", Action::AssignRoles),
    ("UpdateEnvironment", Action::EditEnvironment),
];

fn permissions(standing: Standing, environment: &Environment) -> Value {
    let place = Place { sku: environment.sku, has_database: environment.database.is_some() };
    let held = PERMISSIONS.into_iter().filter(|(_, action)| allowed(standing, *action, place));
    Value::Object(held.map(|(name, _)| (name.to_owned(), json!({}))).collect())
}
