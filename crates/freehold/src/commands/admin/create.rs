//! `freehold admin create`: create an environment.

use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::{Waiting, follow, line, person};
use crate::commands::client::Client;
use crate::commands::connection::connect;
use crate::commands::environments::{BAP, Environment, VERSION};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;
use crate::commands::wait::Deadline;

/// Create an environment with a Dataverse database.
#[derive(Debug, Args)]
pub struct Create {
    /// Its name.
    #[arg(long, short)]
    name: String,
    /// Its type: Production, Sandbox, Trial, Developer, ….
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    sku: String,
    /// Where it is, such as europe or "united states"; the tenant's home without it.
    #[arg(long, short)]
    region: Option<String>,
    /// Its base currency, such as EUR.
    #[arg(long, short)]
    currency: Option<String>,
    /// Its base language: a number such as 1031, or a name such as German.
    #[arg(long, short)]
    language: Option<String>,
    /// The label of its address; made of the name without it.
    #[arg(long, short)]
    domain: Option<String>,
    /// What it is for.
    #[arg(long)]
    description: Option<String>,
    /// The security group whose members may enter it [short: -sgid].
    #[arg(long, alias = "sgid")]
    security_group_id: Option<String>,
    /// Whose it is, for type Developer: id or user principal name.
    #[arg(long, short)]
    user: Option<String>,
    /// Without a database.
    #[arg(
        long,
        conflicts_with_all = ["currency", "language", "domain", "security_group_id"]
    )]
    no_database: bool,
    #[command(flatten)]
    waiting: Waiting,
}

impl Create {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let client = &connection.client;
        let wanted = NewEnvironment {
            name: self.name,
            sku: self.sku,
            region: self.region,
            description: self.description,
            user: self.user,
            database: (!self.no_database).then_some(NewDatabase {
                currency: self.currency,
                language: self.language,
                domain: self.domain,
                security_group: self.security_group_id,
            }),
        };
        let started = Instant::now();
        let deadline = self.waiting.deadline();
        let made = create(shell, client, &wanted, deadline)?;
        shell.show(&made.json(), || line(&made, deadline.map(|_| started.elapsed())))?;
        if deadline.is_none() {
            shell.note("freehold admin status shows how far it is.");
        }
        Ok(())
    }
}

/// What an environment shall be.
#[derive(Clone, Debug, Default)]
pub struct NewEnvironment {
    /// Its name.
    pub name: String,
    /// Its type.
    pub sku: String,
    /// Where; the tenant's home without it.
    pub region: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whose it is.
    pub user: Option<String>,
    /// Its database.
    pub database: Option<NewDatabase>,
}

/// What its database shall be.
#[derive(Clone, Debug, Default)]
pub struct NewDatabase {
    /// The base currency.
    pub currency: Option<String>,
    /// The base language.
    pub language: Option<String>,
    /// The label of its address.
    pub domain: Option<String>,
    /// Who may enter.
    pub security_group: Option<String>,
}

/// Creates an environment, and waits for it until the deadline; without one it does not wait.
pub fn create(
    shell: &Shell,
    client: &Client,
    wanted: &NewEnvironment,
    deadline: Option<Deadline>,
) -> Result<Environment> {
    let body = body(client, wanted)?;
    let accepted = client.post(&format!("{BAP}/environments?{VERSION}"), &body)?;
    follow(shell, client, &accepted, deadline, &format!("Creating {}", wanted.name))
}

/// The body of the request, with names turned into what the server knows.
fn body(client: &Client, wanted: &NewEnvironment) -> Result<Value> {
    let mut properties = json!({ "displayName": wanted.name, "environmentSku": wanted.sku });
    if let Some(text) = &wanted.description {
        properties["description"] = json!(text);
    }
    let location = match &wanted.region {
        None => None,
        Some(text) => Some(named(client, "locations", "regions", text)?),
    };
    if let Some(user) = &wanted.user {
        let person = person(client, user)?;
        properties["usedBy"] = json!({ "id": person["id"], "type": "User" });
    }
    if let Some(database) = &wanted.database {
        properties["databaseType"] = json!("CommonDataService");
        properties["linkedEnvironmentMetadata"] = linked(client, location.as_deref(), database)?;
    }
    let mut body = json!({ "properties": properties });
    if let Some(location) = location {
        body["location"] = json!(location);
    }
    Ok(body)
}

fn linked(client: &Client, location: Option<&str>, wanted: &NewDatabase) -> Result<Value> {
    let mut linked = json!({});
    if let Some(text) = &wanted.language {
        let code = match text.parse::<u32>() {
            Ok(code) => code,
            Err(_) => {
                let home = home(client, location)?;
                let list = format!("locations/{home}/environmentLanguages");
                let name = named(client, &list, "languages", text)?;
                name.parse().map_err(|_| Failure::unexpected("a language without a number"))?
            }
        };
        linked["baseLanguage"] = json!(code);
    }
    if let Some(code) = &wanted.currency {
        linked["currency"] = json!({ "code": code.to_uppercase() });
    }
    if let Some(domain) = &wanted.domain {
        linked["domainName"] = json!(domain);
    }
    if let Some(group) = &wanted.security_group {
        linked["securityGroupId"] = json!(group);
    }
    Ok(linked)
}

/// The location whose languages are offered.
fn home(client: &Client, location: Option<&str>) -> Result<String> {
    if let Some(location) = location {
        return Ok(location.to_owned());
    }
    let tenant = client.get(&format!("{BAP}/tenant?{VERSION}"))?.body;
    let location = tenant["location"].as_str().map(str::to_owned);
    location.ok_or_else(|| Failure::unexpected("a tenant without a location"))
}

/// The name in requests of what people call `text`.
fn named(client: &Client, path: &str, what: &str, text: &str) -> Result<String> {
    let answer = client.get(&format!("{BAP}/{path}?{VERSION}"))?;
    let items = answer.body["value"].as_array().map_or(&[][..], Vec::as_slice);
    pick(items, text).map(str::to_owned).ok_or_else(|| {
        let names: Vec<_> = items.iter().filter_map(|item| item["name"].as_str()).collect();
        Failure::usage(format!("There is no '{text}' among the {what}."))
            .suggest(format!("There are: {}", names.join(", ")))
    })
}

/// The item called so: by its name, its whole display name, or the begin of it that only one has.
fn pick<'v>(items: &'v [Value], text: &str) -> Option<&'v str> {
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
    let wanted = plain(text);
    let shown =
        |item: &Value| plain(item["properties"]["displayName"].as_str().unwrap_or_default());
    let exact = items.iter().find(|item| {
        item["name"].as_str().is_some_and(|name| plain(name) == wanted) || shown(item) == wanted
    });
    if let Some(found) = exact {
        return found["name"].as_str();
    }
    let mut begins = items.iter().filter(|item| shown(item).starts_with(&wanted));
    // "English" alone is the one of the United States, as everywhere on the platform.
    if wanted == "english" {
        return items.iter().filter_map(|item| item["name"].as_str()).find(|name| *name == "1033");
    }
    match (begins.next(), begins.next()) {
        (Some(one), None) => one["name"].as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_call_things_by_their_names() {
        let item =
            |name: &str, shown: &str| json!({"name": name, "properties": {"displayName": shown}});
        let regions = [
            item("unitedstates", "United States"),
            item("unitedkingdom", "United Kingdom"),
            item("europe", "Europe"),
        ];
        assert_eq!(pick(&regions, "united states"), Some("unitedstates"));
        assert_eq!(pick(&regions, "EUROPE"), Some("europe"));
        assert_eq!(pick(&regions, "united"), None);
        let languages = [
            item("1033", "English (United States)"),
            item("2057", "English (United Kingdom)"),
            item("1031", "German (Germany)"),
        ];
        assert_eq!(pick(&languages, "German"), Some("1031"));
        assert_eq!(pick(&languages, "English"), Some("1033"));
        assert_eq!(pick(&languages, "English (United Kingdom)"), Some("2057"));
        assert_eq!(pick(&languages, "Klingon"), None);
    }
}
