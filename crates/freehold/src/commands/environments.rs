//! Environments as the admin services show them, and finding the one that is meant.

use clap::Args;
use serde_json::Value;

use super::client::{Client, query};
use super::connection::Connection;
use super::dataverse::Dataverse;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::profiles::Selected;

/// The root of the admin services.
pub const BAP: &str = "/providers/Microsoft.BusinessAppPlatform";
/// The version of the protocol that is spoken.
pub const VERSION: &str = "api-version=2023-06-01";
/// The code when no environment is found.
const NOT_FOUND: &str = "EnvironmentNotFound";
/// Names of candidates that a message lists.
const CANDIDATES_MAX: usize = 10;

/// The environment to work in.
#[derive(Clone, Debug, Default, Args)]
pub struct EnvironmentArg {
    /// The environment: id, organization id, URL, unique name, domain, or part of the name.
    /// Without it, the one that was selected [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME", env = "FREEHOLD_ENVIRONMENT")]
    pub environment: Option<String>,
}

/// An environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// Its id.
    pub id: String,
    /// Its display name.
    pub name: String,
    /// Its type.
    pub sku: String,
    /// Where it is.
    pub location: String,
    /// `Ready`, `Preparing`, ….
    pub state: String,
    /// When it was made.
    pub created: String,
    /// The id of its organization; empty without a database.
    pub organization: String,
    /// The unique name of its organization; empty without a database.
    pub unique_name: String,
    /// The address of its database; empty without one.
    pub url: String,
    /// The label of its addresses; none without a database.
    pub domain: Option<String>,
    /// All that the server said.
    pub document: Value,
}

impl Environment {
    /// Reads the environment object.
    pub fn read(document: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let properties = &document["properties"];
        let linked = &properties["linkedEnvironmentMetadata"];
        Self {
            id: text(&document["name"]),
            name: text(&properties["displayName"]),
            sku: text(&properties["environmentSku"]),
            location: text(&document["location"]),
            state: text(&properties["states"]["management"]["id"]),
            created: text(&properties["createdTime"]),
            organization: text(&linked["resourceId"]),
            unique_name: text(&linked["uniqueName"]),
            url: text(&linked["instanceUrl"]),
            domain: linked["domainName"].as_str().map(str::to_owned),
            document: document.clone(),
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        serde_json::json!({
            "environmentId": self.id,
            "displayName": self.name,
            "type": self.sku,
            "region": self.location,
            "state": self.state,
            "environmentUrl": self.url,
            "organizationId": self.organization,
            "uniqueName": self.unique_name,
            "domainName": self.domain,
            "createdTime": self.created,
        })
    }
}

/// The table of environments; the one that is selected has a mark.
pub fn table(environments: &[Environment], selected: Option<&str>) -> String {
    let titles = ["", "Name", "Type", "State", "Region", "Environment ID", "URL"];
    super::shell::table(
        titles,
        environments.iter().map(|environment| {
            let mark = if selected == Some(environment.id.as_str()) { "*" } else { "" };
            [
                mark.to_owned(),
                environment.name.clone(),
                environment.sku.clone(),
                environment.state.clone(),
                environment.location.clone(),
                environment.id.clone(),
                environment.url.clone(),
            ]
        }),
    )
}

/// All environments that the caller sees as a maker.
pub fn list_mine(client: &Client) -> Result<Vec<Environment>> {
    list(client, "environments")
}

/// All environments, for administrators.
pub fn list_all(client: &Client) -> Result<Vec<Environment>> {
    list(client, "scopes/admin/environments")
}

/// All pages of one of the lists of environments.
pub fn list(client: &Client, path: &str) -> Result<Vec<Environment>> {
    let mut found = Vec::new();
    let mut next = Some(format!("{BAP}/{path}?{VERSION}"));
    while let Some(url) = next.take() {
        let answer = client.get(&url)?;
        let page = answer.body["value"].as_array();
        let page = page.ok_or_else(|| Failure::unexpected("a list without its environments"))?;
        found.extend(page.iter().map(Environment::read));
        next = answer.body["nextLink"].as_str().map(str::to_owned);
    }
    Ok(found)
}

/// One environment by its id, for administrators.
pub fn get(client: &Client, id: &str) -> Result<Environment> {
    let url = format!("{BAP}/scopes/admin/environments/{id}?{VERSION}");
    Ok(Environment::read(&client.get(&url)?.body))
}

/// The environment that a command works in: the one that was named, or the one selected.
pub fn chosen(connection: &Connection, arg: &EnvironmentArg) -> Result<Environment> {
    let selected = connection.profile.as_ref().and_then(|profile| profile.environment.as_ref());
    match (&arg.environment, selected) {
        (Some(text), _) => find_any(&connection.client, text),
        (None, Some(selected)) => find_selected(&connection.client, selected),
        (None, None) => Err(Failure::usage("No environment is selected.").suggest(
            "Give --environment, or select one: freehold env select --environment <name>",
        )),
    }
}

/// The data service of the environment that a command works in.
pub fn dataverse<'c>(
    connection: &'c Connection,
    arg: &EnvironmentArg,
) -> Result<(Environment, Dataverse<'c>)> {
    let environment = chosen(connection, arg)?;
    let dataverse = Dataverse::of(&connection.client, &environment)?;
    Ok((environment, dataverse))
}

/// The environment that a text means, among those the caller sees; an administrator sees all.
/// Applications that may not list environments name theirs by its domain or URL.
pub fn find_any(client: &Client, text: &str) -> Result<Environment> {
    let mine = match list_mine(client) {
        Ok(mine) => mine,
        Err(failure) if failure.code == "Forbidden" => return by_domain(client, text, failure),
        Err(failure) => return Err(failure),
    };
    match find(&mine, text) {
        Err(failure) if failure.code == NOT_FOUND && is_tenant_admin(client)? => {
            find(&list_all(client)?, text).cloned()
        }
        found => found.cloned(),
    }
}

fn find_selected(client: &Client, selected: &Selected) -> Result<Environment> {
    match (find_any(client, &selected.id), &selected.domain) {
        (Err(failure), Some(domain)) if failure.code == "Forbidden" => {
            by_domain(client, domain, failure)
        }
        (found, _) => found,
    }
}

/// The environment with this domain, as its own data service describes it; `refused` is what to say
/// if there is none that the caller may enter.
fn by_domain(client: &Client, text: &str, refused: Failure) -> Result<Environment> {
    let domain = match text.split_once("/orgs/") {
        Some((_, rest)) => rest.trim_end_matches('/'),
        None => text,
    };
    if domain.is_empty() || !domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(refused);
    }
    let function = query(&[("@p1", "Microsoft.Dynamics.CRM.EndpointAccessType'Default'")]);
    let url = format!(
        "/orgs/{domain}/api/data/v9.2/RetrieveCurrentOrganization(AccessType=@p1)?{function}"
    );
    let Some(answer) = client.find(&url)? else { return Err(refused) };
    let detail = &answer.body["Detail"];
    Ok(Environment::read(&serde_json::json!({
        "name": detail["EnvironmentId"],
        "location": detail["Geo"],
        "properties": {
            "displayName": detail["FriendlyName"],
            "states": { "management": { "id": "Ready" } },
            "linkedEnvironmentMetadata": {
                "resourceId": detail["OrganizationId"],
                "uniqueName": detail["UniqueName"],
                "domainName": detail["UrlName"],
                "instanceUrl": detail["Endpoints"]["Values"][0],
            },
        },
    })))
}

fn is_tenant_admin(client: &Client) -> Result<bool> {
    Ok(client.get("/api/freehold/me")?.body["isTenantAdmin"] == true)
}

/// The environment that a text means: its id, organization id, URL, unique name, domain or name,
/// or a part of its name that no other has.
pub fn find<'e>(environments: &'e [Environment], text: &str) -> Result<&'e Environment> {
    let wanted = text.trim().to_lowercase();
    let exact = |environment: &&Environment| {
        let has = |value: &str| !value.is_empty() && value.to_lowercase() == wanted;
        has(&environment.id)
            || has(&environment.organization)
            || has(&environment.unique_name)
            || environment.domain.as_deref().is_some_and(has)
            || is_same_address(&environment.url, &wanted)
            || has(&environment.name)
    };
    let part = |environment: &&Environment| environment.name.to_lowercase().contains(&wanted);
    let mut found: Vec<_> = environments.iter().filter(exact).collect();
    if found.is_empty() && !wanted.is_empty() {
        found = environments.iter().filter(part).collect();
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let text = format!("You see no environment '{text}'.");
            Err(Failure::new(Exit::Refused, NOT_FOUND, text)
                .suggest("freehold env list shows all that you see."))
        }
        several => Err(ambiguous(text, several)),
    }
}

fn is_same_address(url: &str, wanted: &str) -> bool {
    let plain = |url: &str| {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest).to_lowercase();
        rest.trim_end_matches('/').to_owned()
    };
    !url.is_empty() && wanted.contains("://") && plain(url) == plain(wanted)
}

fn ambiguous(text: &str, found: &[&Environment]) -> Failure {
    let names = found.iter().take(CANDIDATES_MAX);
    let mut names: Vec<_> =
        names.map(|environment| format!("{} ({})", environment.name, environment.id)).collect();
    if found.len() > CANDIDATES_MAX {
        names.push(format!("and {} more", found.len() - CANDIDATES_MAX));
    }
    let text = format!("'{text}' can be {} environments: {}.", found.len(), names.join(", "));
    Failure::new(Exit::Usage, "EnvironmentAmbiguous", text)
        .suggest("Give the id, or the whole name.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn environments() -> Vec<Environment> {
        let one = |id: &str, name: &str, domain: Option<&str>| {
            let mut document = json!({
                "name": id, "location": "europe",
                "properties": { "displayName": name, "environmentSku": "Sandbox",
                    "states": { "management": { "id": "Ready" } } },
            });
            if let Some(domain) = domain {
                document["properties"]["linkedEnvironmentMetadata"] = json!({
                    "resourceId": format!("org-{id}"), "uniqueName": format!("unq{id}"),
                    "domainName": domain,
                    "instanceUrl": format!("http://localhost:8400/orgs/{domain}/"),
                });
            }
            Environment::read(&document)
        };
        vec![
            one("1", "Sales Dev", Some("salesdev")),
            one("2", "Sales Test", Some("salestest")),
            one("3", "Test", None),
        ]
    }

    #[test]
    fn an_environment_is_found_by_everything_that_names_it() {
        let all = environments();
        let check = |text: &str| match find(&all, text) {
            Ok(found) => found.id.clone(),
            Err(failure) => failure.message,
        };
        for (text, want) in [
            ("1", "1"),
            ("ORG-2", "2"),
            ("unq1", "1"),
            ("SalesDev", "1"),
            ("https://localhost:8400/orgs/salestest", "2"),
            ("sales t", "2"),
            // The whole name wins over a part of another.
            ("test", "3"),
            ("dev", "1"),
        ] {
            assert_eq!(check(text), want, "{text}");
        }
        assert_eq!(check("Sales"), "'Sales' can be 2 environments: Sales Dev (1), Sales Test (2).");
        assert_eq!(check("Marketing"), "You see no environment 'Marketing'.");
        assert_eq!(check(""), "You see no environment ''.");
    }

    #[test]
    fn environments_are_shown_as_a_table() {
        insta::assert_snapshot!(table(&environments()[1..], Some("3")), @"
           Name        Type     State  Region  Environment ID  URL
           Sales Test  Sandbox  Ready  europe  2               http://localhost:8400/orgs/salestest/
        *  Test        Sandbox  Ready  europe  3
        ");
    }
}
