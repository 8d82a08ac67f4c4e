//! `freehold admin assign-user`: give somebody a role in an environment.

use clap::Args;
use serde_json::{Value, json};

use super::person;
use crate::commands::client::{Client, encoded, query};
use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{BAP, Environment, EnvironmentArg, VERSION, chosen};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Give somebody a role in an environment.
#[derive(Debug, Args)]
pub struct AssignUser {
    #[command(flatten)]
    environment: EnvironmentArg,
    /// Who: id or user principal name; with --application-user the id of the application.
    #[arg(long, short)]
    user: String,
    /// The name of a security role; without a database EnvironmentAdmin or EnvironmentMaker.
    #[arg(long, short)]
    role: String,
    /// It is an application [short: -au].
    #[arg(long, alias = "au")]
    application_user: bool,
    /// The business unit to put the user into: its id; the root one without it [short: -bu].
    #[arg(long, alias = "bu", value_name = "ID")]
    business_unit: Option<String>,
}

impl AssignUser {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let client = &connection.client;
        let environment = chosen(&connection, &self.environment)?;
        if self.application_user {
            let dataverse = Dataverse::of(client, &environment)?;
            let user = add_application(&dataverse, &self.user)?;
            self.place(&dataverse, &user)?;
            give_role(&dataverse, &user, &self.role)?;
        } else {
            let person = person(client, &self.user)?;
            let id = person["id"].as_str().unwrap_or_default().to_owned();
            if environment.domain.is_none() {
                give_environment_role(client, &environment, &id, &self.role)?;
            } else {
                add_person(client, &environment, &id)?;
                let dataverse = Dataverse::of(client, &environment)?;
                let user = user_of(&dataverse, &id)?;
                self.place(&dataverse, &user)?;
                give_role(&dataverse, &user, &self.role)?;
            }
        }
        let value = json!({
            "environmentId": environment.id, "user": self.user, "role": self.role,
        });
        shell.show(&value, || {
            format!("{} has the role {} in {} now.", self.user, self.role, environment.name)
        })
    }

    fn place(&self, dataverse: &Dataverse, user: &UserRow) -> Result<()> {
        let Some(unit) = &self.business_unit else { return Ok(()) };
        if user.business_unit.eq_ignore_ascii_case(unit) {
            return Ok(());
        }
        let body = json!({ "businessunitid@odata.bind": format!("/businessunits({unit})") });
        let path = format!("systemusers({})", user.id);
        dataverse.call(&ureq::http::Method::PATCH, &path, &[("if-match", "*")], Some(&body))?;
        Ok(())
    }
}

/// A row of `systemusers`.
pub struct UserRow {
    /// Its id.
    pub id: String,
    business_unit: String,
}

/// Makes somebody of the directory a user of the database.
pub fn add_person(client: &Client, environment: &Environment, object: &str) -> Result<()> {
    let url = format!("{BAP}/scopes/admin/environments/{}/addUser?{VERSION}", environment.id);
    client.post(&url, &json!({ "objectId": object })).map(|_| ())
}

/// Makes an application a user of the database, in the root business unit and without a role.
/// The admin service has a way too, but it always gives the role System Administrator.
pub fn add_application(dataverse: &Dataverse, id: &str) -> Result<UserRow> {
    let filter = format!("applicationid eq {id}");
    if let Some(user) = find_user(dataverse, &filter)? {
        return Ok(user);
    }
    let root =
        query(&[("$select", "businessunitid"), ("$filter", "_parentbusinessunitid_value eq null")]);
    let units = dataverse.list(&format!("businessunits?{root}"))?;
    let unit = units.first().and_then(|row| row["businessunitid"].as_str());
    let unit = unit.ok_or_else(|| Failure::unexpected("no root business unit"))?;
    let row = json!({
        "applicationid": id,
        "businessunitid@odata.bind": format!("/businessunits({unit})"),
    });
    dataverse.create("systemusers", &row)?;
    user_row(dataverse, &filter)
}

/// The user of somebody of the directory.
pub fn user_of(dataverse: &Dataverse, object: &str) -> Result<UserRow> {
    user_row(dataverse, &format!("azureactivedirectoryobjectid eq {object}"))
}

/// The user that a filter finds, who must be there.
fn user_row(dataverse: &Dataverse, filter: &str) -> Result<UserRow> {
    find_user(dataverse, filter)?.ok_or_else(|| {
        Failure::unexpected("no user after adding one").suggest("Try again in a moment.")
    })
}

fn find_user(dataverse: &Dataverse, filter: &str) -> Result<Option<UserRow>> {
    let select = "systemuserid,_businessunitid_value";
    let path = format!("systemusers?{}", query(&[("$select", select), ("$filter", filter)]));
    let rows = dataverse.list(&path)?;
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Ok(rows.first().map(|row| UserRow {
        id: text(row, "systemuserid"),
        business_unit: text(row, "_businessunitid_value"),
    }))
}

/// Gives a user a security role of its business unit.
pub fn give_role(dataverse: &Dataverse, user: &UserRow, role: &str) -> Result<()> {
    let condition = format!(" and _businessunitid_value eq {}", user.business_unit);
    let id = role_id(dataverse, role, &condition)?;
    let path = format!("systemusers({})/systemuserroles_association/$ref", user.id);
    match dataverse.post(&path, &json!({ "@odata.id": format!("roles({id})") })) {
        // Who has it already, has it.
        Err(failure) if failure.code == "0x80040237" => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Refuses a name that no security role has.
pub fn require_role(dataverse: &Dataverse, role: &str) -> Result<()> {
    role_id(dataverse, role, "").map(|_| ())
}

fn role_id(dataverse: &Dataverse, role: &str, condition: &str) -> Result<String> {
    let filter = format!("name eq '{}'{condition}", role.replace('\'', "''"));
    let path = format!("roles?{}", query(&[("$select", "roleid"), ("$filter", &filter)]));
    let rows = dataverse.list(&path)?;
    let id = rows.first().and_then(|row| row["roleid"].as_str());
    id.map(str::to_owned).ok_or_else(|| {
        Failure::not_found(format!("There is no security role '{role}'."))
            .suggest("freehold data list role --select name shows all of them.")
    })
}

fn give_environment_role(
    client: &Client,
    environment: &Environment,
    person: &str,
    role: &str,
) -> Result<Value> {
    let name = role.replace(' ', "");
    let root = format!("{BAP}/scopes/admin/environments/{}", environment.id);
    let url = format!("{root}/modifyRoleAssignments?{VERSION}");
    let body = json!({ "add": [{ "properties": {
        "roleDefinition": { "id": format!("{root}/roleDefinitions/{}", encoded(&name)) },
        "principal": { "id": person, "type": "User" },
    }}]});
    Ok(client.post(&url, &body)?.body)
}
