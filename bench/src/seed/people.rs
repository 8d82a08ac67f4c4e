//! Who there is: an administrator, and a seller in each of twenty business units.

use std::sync::Arc;

use base::{Cx, Error, PrincipalId, Result, Uuid};
use control::Tenant;
use dataverse::messages::{AddPrivilegesRole, Associate, Create, RolePrivilege, Update};
use dataverse::messages::{RetrieveMultiple, WhoAmI};
use dataverse::{Depth, DirectoryUser, Environment, Message, Reference, Reply, RowInput};
use identity::{Directory, DirectoryRole, Licence, User, UserInput};
use metadata::privileges::privilege_id;
use query::odata::parse_options;

use super::rows::UNITS;

/// What sellers may do with the rows of their business unit.
const UNIT_PRIVILEGES: &[&str] = &[
    "prvAppendAccount",
    "prvAppendContact",
    "prvAppendToAccount",
    "prvAppendToContact",
    "prvCreateAccount",
    "prvCreateContact",
    "prvReadAccount",
    "prvReadContact",
    "prvWriteAccount",
    "prvWriteContact",
];

/// What they need of the whole organisation.
const GLOBAL_PRIVILEGES: &[&str] =
    &["prvReadBusinessUnit", "prvReadTransactionCurrency", "prvReadUser"];

/// Somebody who sells.
pub(super) struct Seller {
    /// The user principal name.
    pub name: String,
    /// In the directory.
    pub person: PrincipalId,
    /// In the environment.
    pub user: Uuid,
}

/// A Global administrator.
pub(super) async fn administrator(cx: &Cx, directory: &Directory) -> Result<User> {
    let user = person(cx, directory, "admin").await?;
    directory.role_assign(cx, user.id, DirectoryRole::GlobalAdministrator).await?;
    Ok(user)
}

/// A seller in each business unit, who may see and change what belongs to it.
pub(super) async fn sellers(
    cx: &Cx,
    tenant: &Arc<Tenant>,
    environment: &Environment,
) -> Result<Vec<Seller>> {
    let role = seller_role(cx, environment).await?;
    let mut sellers = Vec::new();
    for number in 0..UNITS {
        let person = person(cx, tenant.directory(), &format!("seller{number:02}")).await?;
        let user = environment.ensure_user(cx, &directory_user(&person)).await?;
        let name = format!("Region {number:02}");
        let unit = create(cx, environment, "businessunits", RowInput::default().with("name", name));
        let unit = unit.await?;
        let row = RowInput::default().bind("businessunitid", Reference::id("businessunits", unit));
        let target = Reference::id("systemusers", user);
        let update = Update { target: target.clone(), row, if_version: None, returning: None };
        environment.execute(cx, update).await?;
        let copy = copied_role(cx, environment, role, unit).await?;
        let navigation = "systemuserroles_association".to_owned();
        let related = vec![Reference::id("roles", copy)];
        environment.execute(cx, Associate { target, navigation, related }).await?;
        sellers.push(Seller { name: person.upn, person: person.id, user });
    }
    Ok(sellers)
}

async fn person(cx: &Cx, directory: &Directory, name: &str) -> Result<User> {
    let input = UserInput {
        upn: format!("{name}@{}", directory.tenant().domain),
        display_name: name.to_owned(),
        given_name: Some(name.to_owned()),
        surname: Some("Example".to_owned()),
        is_enabled: true,
        ..UserInput::default()
    };
    let user = directory.user_create(cx, input, None).await?;
    directory.licence_assign(cx, user.id, Licence::PowerAppsPlan).await?;
    Ok(user)
}

fn directory_user(user: &User) -> DirectoryUser {
    DirectoryUser {
        object_id: user.id,
        first_name: user.given_name.clone(),
        last_name: user.surname.clone(),
        full_name: user.display_name.clone(),
        principal_name: user.upn.clone(),
        ..DirectoryUser::default()
    }
}

/// The role in the root business unit; every new unit gets a copy of it.
async fn seller_role(cx: &Cx, environment: &Environment) -> Result<Uuid> {
    let Reply::WhoAmI { business_unit, .. } = environment.execute(cx, WhoAmI).await? else {
        return Err(Error::internal("WhoAmI answers something else"));
    };
    let row = RowInput::default()
        .with("name", "Seller")
        .bind("businessunitid", Reference::id("businessunits", business_unit));
    let role = create(cx, environment, "roles", row).await?;
    let granted = |names: &[&str], depth| {
        let one = |name: &&str| RolePrivilege { privilege: privilege_id(name), depth };
        names.iter().map(one).collect::<Vec<_>>()
    };
    let mut privileges = granted(UNIT_PRIVILEGES, Depth::Local);
    privileges.extend(granted(GLOBAL_PRIVILEGES, Depth::Global));
    environment.execute(cx, AddPrivilegesRole { role, privileges }).await?;
    Ok(role)
}

async fn copied_role(cx: &Cx, environment: &Environment, role: Uuid, unit: Uuid) -> Result<Uuid> {
    let filter = format!(
        "$select=roleid&$filter=_parentrootroleid_value eq {role} and _businessunitid_value eq {unit}"
    );
    let query = parse_options(&filter)?.query;
    let table = "roles".to_owned();
    let message = RetrieveMultiple { table, from: None, query, with_names: false };
    match environment.execute(cx, message).await? {
        Reply::Page(page) if page.rows.len() == 1 => Ok(page.rows[0].id),
        _ => Err(Error::internal("the business unit has no copy of the role")),
    }
}

async fn create(cx: &Cx, environment: &Environment, table: &str, row: RowInput) -> Result<Uuid> {
    let message = Message::from(Create { table: table.to_owned(), row, returning: None });
    let reply = environment.execute(cx, message).await?;
    reply.id().ok_or_else(|| Error::internal("a row without an id"))
}
