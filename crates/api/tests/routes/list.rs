//! The routes: those of the admin services have a table of their own; these are the others.

use std::collections::BTreeSet;

/// A method and a path.
pub type Line = (&'static str, &'static str);

/// The addresses of sign-in, with what somebody gets who brings nothing. `{tenant}` is any name of
/// the tenant.
pub const AUTH: &[(&str, &str, u16)] = &[
    ("GET", "/common/discovery/instance", 400),
    ("GET", "/devicelogin", 302),
    ("GET", "/oidc/userinfo", 401),
    ("POST", "/oidc/userinfo", 401),
    ("GET", "/{tenant}/.well-known/openid-configuration", 200),
    ("GET", "/{tenant}/discovery/keys", 200),
    ("GET", "/{tenant}/discovery/v2.0/keys", 200),
    ("POST", "/{tenant}/login", 400),
    ("GET", "/{tenant}/oauth2/authorize", 400),
    ("GET", "/{tenant}/oauth2/deviceauth", 200),
    ("POST", "/{tenant}/oauth2/deviceauth", 400),
    ("POST", "/{tenant}/oauth2/devicecode", 400),
    ("GET", "/{tenant}/oauth2/logout", 200),
    ("POST", "/{tenant}/oauth2/token", 400),
    ("GET", "/{tenant}/oauth2/v2.0/authorize", 400),
    ("POST", "/{tenant}/oauth2/v2.0/devicecode", 400),
    ("GET", "/{tenant}/oauth2/v2.0/logout", 200),
    ("POST", "/{tenant}/oauth2/v2.0/token", 400),
    ("GET", "/{tenant}/openid/userinfo", 401),
    ("POST", "/{tenant}/openid/userinfo", 401),
    ("GET", "/{tenant}/userrealm/{user}", 200),
    ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", 200),
];

/// What is told about one environment beside the protocols.
pub const INSIGHT: &[Line] = &[
    ("GET", "/orgs/{domain}/api/freehold/access/explain"),
    ("GET", "/orgs/{domain}/api/freehold/imports/{job}"),
    ("GET", "/orgs/{domain}/api/freehold/solutions/{name}/objects"),
];

/// The discovery service.
pub const DISCOVERY: &[Line] = &[("GET", "/api/discovery/{version}/{*path}")];

/// Every form of request to the data service, with a body that would do. `{a}` is an account, `{t}`
/// a task of it, `{r}` a role, `{u}` a user. Functions and actions are found in `$metadata`.
pub const DATA: &[(&str, &str, &str)] = &[
    ("GET", "", ""),
    ("GET", "$metadata", ""),
    ("GET", "$metadata?annotations=true", ""),
    ("POST", "$batch", ""),
    ("GET", "accounts", ""),
    ("GET", "accounts/$count", ""),
    ("POST", "accounts", r#"{"name":"x"}"#),
    ("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", r#"{"Targets":[]}"#),
    ("GET", "accounts({a})", ""),
    ("PATCH", "accounts({a})", r#"{"name":"x"}"#),
    ("PATCH", "accounts(00000000-0000-0000-0000-00000000abcd)", r#"{"name":"x"}"#),
    ("DELETE", "accounts({a})", ""),
    ("GET", "accounts({a})/name", ""),
    ("GET", "accounts({a})/name/$value", ""),
    ("PUT", "accounts({a})/name", r#"{"value":"x"}"#),
    ("DELETE", "accounts({a})/name", ""),
    ("GET", "accounts({a})/ownerid", ""),
    ("GET", "accounts({a})/ownerid/fullname", ""),
    ("GET", "accounts({a})/parentaccountid/$ref", ""),
    ("PUT", "accounts({a})/parentaccountid/$ref", r#"{"@odata.id":"accounts({a})"}"#),
    ("DELETE", "accounts({a})/parentaccountid/$ref", ""),
    ("GET", "accounts({a})/Account_Tasks", ""),
    ("GET", "accounts({a})/Account_Tasks/$count", ""),
    ("GET", "accounts({a})/Account_Tasks/$ref", ""),
    ("POST", "accounts({a})/Account_Tasks/$ref", r#"{"@odata.id":"tasks({t})"}"#),
    ("DELETE", "accounts({a})/Account_Tasks({t})/$ref", ""),
    ("DELETE", "accounts({a})/Account_Tasks/$ref?$id=tasks({t})", ""),
    ("POST", "systemusers({u})/systemuserroles_association/$ref", r#"{"@odata.id":"roles({r})"}"#),
    ("POST", "roles", r#"{"name":"x"}"#),
    ("GET", "EntityDefinitions", ""),
    ("POST", "EntityDefinitions", TABLE),
    ("GET", "EntityDefinitions(LogicalName='account')", ""),
    ("PUT", "EntityDefinitions(LogicalName='account')", r#"{"HasFeedback":true}"#),
    ("DELETE", "EntityDefinitions(LogicalName='account')", ""),
    ("POST", "EntityDefinitions(LogicalName='account')/Attributes", COLUMN),
    ("PUT", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')", COLUMN),
    ("DELETE", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')", ""),
    (
        "POST",
        "EntityDefinitions(LogicalName='account')/Keys",
        r#"{"SchemaName":"new_Key","KeyAttributes":["name"]}"#,
    ),
    ("GET", "RelationshipDefinitions", ""),
    ("POST", "RelationshipDefinitions", RELATIONSHIP),
    ("PUT", "RelationshipDefinitions(SchemaName='account_primary_contact')", RELATIONSHIP),
    ("DELETE", "RelationshipDefinitions(SchemaName='account_primary_contact')", ""),
    ("GET", "GlobalOptionSetDefinitions", ""),
    ("POST", "GlobalOptionSetDefinitions", CHOICE),
    ("PUT", "GlobalOptionSetDefinitions(Name='budgetstatus')", CHOICE),
    ("DELETE", "GlobalOptionSetDefinitions(Name='budgetstatus')", ""),
    ("GET", "ManagedPropertyDefinitions", ""),
    ("GET", "nosuch", ""),
    ("POST", "Nonsense", "{}"),
];

const TABLE: &str = r#"{"SchemaName":"new_Box","OwnershipType":"UserOwned",
    "DisplayName":{"LocalizedLabels":[{"Label":"Box","LanguageCode":1033}]},
    "DisplayCollectionName":{"LocalizedLabels":[{"Label":"Boxes","LanguageCode":1033}]},
    "Attributes":[{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata",
    "SchemaName":"new_Name","IsPrimaryName":true,"MaxLength":100,
    "DisplayName":{"LocalizedLabels":[{"Label":"Name","LanguageCode":1033}]}}]}"#;
const COLUMN: &str = r#"{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata",
    "SchemaName":"new_Note","MaxLength":100,
    "DisplayName":{"LocalizedLabels":[{"Label":"Note","LanguageCode":1033}]}}"#;
const RELATIONSHIP: &str = r#"{"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata",
    "SchemaName":"new_account_contact","Entity1LogicalName":"account",
    "Entity2LogicalName":"contact"}"#;
const CHOICE: &str = r#"{"@odata.type":"Microsoft.Dynamics.CRM.OptionSetMetadata","Name":"new_size",
    "IsGlobal":true,"OptionSetType":"Picklist","Options":[]}"#;

/// The lists above are those of the routers: a route that is added there is missing here.
#[test]
fn no_route_is_forgotten() {
    let library = include_str!("../../src/lib.rs");
    assert_eq!(library.matches(".merge(").count(), 3, "admin, auth, data");

    let auth = routes_in(include_str!("../../src/auth/mod.rs"));
    assert_eq!(auth, AUTH.iter().map(|(method, path, _)| owned((method, path))).collect());

    let insight = routes_in(include_str!("../../src/data/insight.rs"));
    assert_eq!(insight, INSIGHT.iter().copied().map(owned).collect());

    let discovery = routes_in(include_str!("../../src/data/discovery.rs"));
    assert_eq!(discovery, DISCOVERY.iter().copied().map(owned).collect());

    let admin = include_str!("../../src/admin/mod.rs");
    assert_eq!(admin.matches(".route(").count(), admin.matches("any(serve))").count());
}

fn owned((method, path): (&str, &str)) -> (String, String) {
    (method.to_owned(), path.to_owned())
}

/// `.route("/path", get(…).post(…))` in the text of a router.
fn routes_in(source: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for line in source.split(".route(\"").skip(1) {
        let (path, rest) = line.split_once('"').unwrap();
        let handlers = rest.lines().next().unwrap_or_default();
        for (word, method) in [
            ("get(", "GET"),
            ("post(", "POST"),
            ("patch(", "PATCH"),
            ("put(", "PUT"),
            ("delete(", "DELETE"),
            ("any(", "ANY"),
        ] {
            if handlers.contains(word) {
                found.insert(owned((method, path)));
            }
        }
    }
    found
}
