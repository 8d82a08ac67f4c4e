//! What clients send to create and change environments.

use base::{Error, Result};
use control::environments::{CreateRequest, DatabaseRequest, EnvironmentPatch};
use control::{Runtime, Sku, UpdateCadence};
use serde_json::{Map, Value};

use super::call::bad_request;
use super::fields::Fields;

/// The body of a create.
pub(super) fn create(body: &Value) -> Result<CreateRequest> {
    let mut fields = Fields::of("", body)?;
    let location = fields.text("location")?;
    fields.skip(&["id", "name", "type"]);
    let mut properties = fields
        .object("properties")?
        .ok_or_else(|| bad_request("Give properties with displayName and environmentSku."))?;
    fields.finish()?;
    let sku = properties.required_text("environmentSku")?;
    let sku = Sku::parse(&sku)
        .ok_or_else(|| bad_request(format!("There is no type of environment '{sku}'.")))?;
    let is_database_asked = database_type(&mut properties)?;
    let metadata = properties.object("linkedEnvironmentMetadata")?;
    let database = match metadata {
        Some(fields) => Some(database(fields)?),
        None if is_database_asked => Some(DatabaseRequest::default()),
        None => None,
    };
    let azure_region = properties.text("azureRegion")?;
    let request = CreateRequest {
        sku,
        display_name: properties.required_text("displayName")?,
        description: properties.text("description")?.unwrap_or_default(),
        location: location.filter(|name| !name.is_empty()),
        azure_region: azure_region.or(properties.text("azureRegionHint")?),
        database,
        used_by: used_by(&mut properties)?,
        update_cadence: cadence(&mut properties)?.unwrap_or_default(),
        switches: switches(&mut properties)?,
    };
    not_here_yet(&mut properties)?;
    properties.finish()?;
    Ok(request)
}

/// The members that ask for a database, when it is made and when it is added.
pub(super) fn database(mut fields: Fields) -> Result<DatabaseRequest> {
    let currency = match fields.object("currency")? {
        Some(mut currency) => {
            let code = currency.text("code")?;
            currency.skip(&["name", "symbol"]);
            currency.finish()?;
            code
        }
        None => None,
    };
    let request = DatabaseRequest {
        language: fields.number("baseLanguage")?,
        currency,
        domain: fields.text("domainName")?,
        security_group: fields.id_or_none("securityGroupId")?.flatten(),
        templates: fields.texts("templates")?,
    };
    if let Some(metadata) = fields.take("templateMetadata")
        && metadata != Value::Object(Map::new())
    {
        return Err(Error::not_implemented(
            "Installing packages into a new database (templateMetadata)",
        ));
    }
    fields.finish()?;
    Ok(request)
}

/// The body of a change.
pub(super) fn patch(body: &Value) -> Result<EnvironmentPatch> {
    let mut fields = Fields::of("", body)?;
    fields.skip(&["id", "name", "type", "location"]);
    let Some(mut properties) = fields.object("properties")? else {
        return Err(bad_request("Give properties with what shall change."));
    };
    fields.finish()?;
    let mut patch = EnvironmentPatch {
        display_name: properties.text("displayName")?,
        description: properties.text("description")?,
        update_cadence: cadence(&mut properties)?,
        switches: switches(&mut properties)?,
        runtime: runtime(&mut properties)?,
        ..EnvironmentPatch::default()
    };
    if let Some(mut linked) = properties.object("linkedEnvironmentMetadata")? {
        patch.domain = linked.text("domainName")?;
        patch.security_group = linked.id_or_none("securityGroupId")?;
        patch.background_operations_are_on = background(&mut linked)?;
        // What cannot be changed, but comes back with an object that was read before.
        linked.skip(READ_ONLY_OF_DATABASE);
        linked.finish()?;
    }
    // Conversion is a request of its own, and is sent before this one.
    properties.skip(&["environmentSku"]);
    not_here_yet(&mut properties)?;
    properties.skip(READ_ONLY);
    properties.finish()?;
    Ok(patch)
}

const READ_ONLY_OF_DATABASE: &[&str] = &[
    "baseLanguage",
    "createdTime",
    "currency",
    "friendlyName",
    "instanceApiUrl",
    "instanceState",
    "instanceUrl",
    "platformSku",
    "resourceId",
    "scaleGroup",
    "schemaType",
    "templates",
    "uniqueName",
    "version",
];

const READ_ONLY: &[&str] = &[
    "addons",
    "azureRegion",
    "capacity",
    "clientUris",
    "connectedGroups",
    "createdBy",
    "createdTime",
    "creationType",
    "databaseType",
    "expirationTime",
    "isDefault",
    "lastModifiedBy",
    "lastModifiedTime",
    "lifecycleOperationsEnforcement",
    "linkedAppMetadata",
    "notificationMetadata",
    "permissions",
    "protectionStatus",
    "provisioningState",
    "retentionDetails",
    "runtimeEndpoints",
    "tenantId",
    "trialScenarioType",
    "usedBy",
];

/// Whether `databaseType` asks for a database.
fn database_type(properties: &mut Fields) -> Result<bool> {
    match properties.text("databaseType")?.as_deref() {
        None | Some("" | "None") => Ok(false),
        Some(kind) if kind.eq_ignore_ascii_case("CommonDataService") => Ok(true),
        Some(kind) => Err(bad_request(format!(
            "There is no type of database '{kind}'; it is CommonDataService."
        ))),
    }
}

fn used_by(properties: &mut Fields) -> Result<Option<base::Uuid>> {
    let Some(mut owner) = properties.object("usedBy")? else { return Ok(None) };
    let id = owner.required_id("id")?;
    match owner.take("type") {
        None => {}
        Some(Value::String(kind)) if kind == "1" || kind.eq_ignore_ascii_case("User") => {}
        Some(Value::Number(kind)) if kind.as_u64() == Some(1) => {}
        Some(kind) => {
            return Err(bad_request(format!(
                "An environment belongs to a user; properties.usedBy.type cannot be {kind}."
            )));
        }
    }
    owner.skip(&["tenantId", "displayName", "email", "userPrincipalName"]);
    owner.finish()?;
    Ok(Some(id))
}

fn cadence(properties: &mut Fields) -> Result<Option<UpdateCadence>> {
    let Some(mut cadence) = properties.object("updateCadence")? else { return Ok(None) };
    let id = cadence.required_text("id")?;
    cadence.finish()?;
    match UpdateCadence::parse(&id) {
        Some(cadence) => Ok(Some(cadence)),
        None => Err(bad_request(format!(
            "There is no update cadence '{id}'; there are Frequent and Moderate."
        ))),
    }
}

/// Members that are kept with an environment and shown again.
fn switches(properties: &mut Fields) -> Result<Map<String, Value>> {
    let mut switches = Map::new();
    for name in ["bingChatEnabled", "m365Enabled"] {
        if let Some(is_on) = properties.boolean(name)? {
            switches.insert(name.to_owned(), Value::Bool(is_on));
        }
    }
    for name in ["cluster", "copilotPolicies"] {
        match properties.take(name) {
            None => {}
            Some(object @ Value::Object(_)) => {
                switches.insert(name.to_owned(), object);
            }
            Some(_) => return Err(bad_request(format!("properties.{name} must be an object."))),
        }
    }
    Ok(switches)
}

/// `states` carries only what is to change; the management state is the server's.
fn runtime(properties: &mut Fields) -> Result<Option<Runtime>> {
    let Some(mut states) = properties.object("states")? else { return Ok(None) };
    states.skip(&["management"]);
    let runtime = states.object("runtime")?;
    if states.has("disasterRecovery") {
        return Err(Error::not_implemented("Disaster recovery (states.disasterRecovery)"));
    }
    states.finish()?;
    let Some(mut runtime) = runtime else { return Ok(None) };
    let id = runtime.required_text("id")?;
    runtime.skip(&["runtimeReasonCode", "requestedBy"]);
    runtime.finish()?;
    match Runtime::parse(&id) {
        Some(runtime) => Ok(Some(runtime)),
        None => Err(bad_request(format!(
            "There is no runtime state '{id}'; there are Enabled and AdminMode."
        ))),
    }
}

fn background(linked: &mut Fields) -> Result<Option<bool>> {
    match linked.text("backgroundOperationsState")?.as_deref() {
        None | Some("") => Ok(None),
        Some("Enabled") => Ok(Some(true)),
        Some("Disabled") => Ok(Some(false)),
        Some(other) => Err(bad_request(format!(
            "There is no state of background operations '{other}'; there are Enabled and Disabled."
        ))),
    }
}

/// Takes out what leads to parts of the platform that this server does not have yet. Asking for
/// none of it, or for what is the case anyway, is fine.
fn not_here_yet(properties: &mut Fields) -> Result<()> {
    if let Some(mut policy) = properties.object("billingPolicy")?
        && let Some(Some(id)) = policy.id_or_none("id")?
    {
        let text = format!("There is no billing policy '{id}'.");
        return Err(Error::not_found("BillingPolicyNotFound", text));
    }
    if let Some(mut group) = properties.object("parentEnvironmentGroup")?
        && let Some(Some(id)) = group.id_or_none("id")?
    {
        let text = format!("There is no environment group '{id}'.");
        return Err(Error::not_found("EnvironmentGroupNotFound", text));
    }
    if let Some(mut governance) = properties.object("governanceConfiguration")?
        && let Some(level) = governance.text("protectionLevel")?
        && !level.eq_ignore_ascii_case("Basic")
    {
        return Err(Error::not_implemented("A managed environment (governanceConfiguration)"));
    }
    match properties.text("retentionPeriod")?.as_deref() {
        None | Some("P7D") => {}
        Some(_) => return Err(Error::not_implemented("Another retention of backups than P7D")),
    }
    if properties.has("enterprisePolicies") {
        return Err(Error::not_implemented("Enterprise policies"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_create_as_clients_send_it() {
        let request = create(&json!({
            "location": "europe",
            "properties": {
                "azureRegion": "northeurope", "billingPolicy": {"id": ""},
                "databaseType": "CommonDataService", "displayName": "one", "description": "desc",
                "updateCadence": {"id": "Moderate"}, "environmentSku": "Sandbox",
                "linkedEnvironmentMetadata": {
                    "baseLanguage": 1033, "domainName": "mydomain", "currency": {"code": "USD"},
                    "securityGroupId": "00000000-0000-0000-0000-000000000000",
                },
            },
        }))
        .expect("good");
        assert_eq!(request.sku, Sku::Sandbox);
        assert_eq!(request.azure_region.as_deref(), Some("northeurope"));
        let database = request.database.expect("asked for");
        assert_eq!(database.domain.as_deref(), Some("mydomain"));
        assert_eq!(database.security_group, None);
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        let check = |properties: Value| {
            let error = create(&json!({ "properties": properties })).expect_err("refused");
            format!("{:?} {}: {}", error.kind, error.code, error.message)
        };
        assert_eq!(
            check(json!({ "environmentSku": "Sandbox", "displayName": "a", "sparkle": true })),
            "NotImplemented 0x80040219: The member properties.sparkle is not supported by this \
             server. docs/compatibility.md lists what is."
        );
        assert_eq!(
            check(json!({ "environmentSku": "Sandpit", "displayName": "a" })),
            "Invalid InvalidRequest: There is no type of environment 'Sandpit'."
        );
        assert_eq!(
            check(json!({
                "environmentSku": "Sandbox", "displayName": "a",
                "billingPolicy": {"id": "11111111-1111-1111-1111-111111111111"},
            })),
            "NotFound BillingPolicyNotFound: There is no billing policy \
             '11111111-1111-1111-1111-111111111111'."
        );
    }

    #[test]
    fn a_change_as_clients_send_it() {
        let zero = "00000000-0000-0000-0000-000000000000";
        let patch = patch(&json!({ "properties": {
            "displayName": "two", "environmentSku": "Production",
            "linkedEnvironmentMetadata": {
                "backgroundOperationsState": "Disabled", "domainName": "other",
                "securityGroupId": zero,
            },
            "states": {"runtime": {"id": "AdminMode"}}, "billingPolicy": {"id": zero},
            "description": "d", "updateCadence": {"id": "Frequent"},
            "parentEnvironmentGroup": {"id": zero},
        }}))
        .expect("good");
        assert_eq!(patch.security_group, Some(None));
        assert_eq!(patch.runtime, Some(Runtime::AdminMode));
        assert_eq!(patch.background_operations_are_on, Some(false));
    }
}
