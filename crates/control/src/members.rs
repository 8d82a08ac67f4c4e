//! Users of a database and their roles, through the messages of the data service.

use base::{Caller, Cx, Error, Kind, Result};
use dataverse::messages::{Associate, Create, Reply, RetrieveFrom, RetrieveMultiple};
use dataverse::{DirectoryUser, Environment, Reference, RowInput, Value};
use query::{Comparison, Filter, Literal, Query};
use uuid::Uuid;

use crate::Tenant;
use crate::roles::Standing;

/// Which of the predefined roles a user has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DatabaseRoles {
    pub is_system_administrator: bool,
    pub is_system_customizer: bool,
    pub is_maker: bool,
    pub is_user: bool,
}

/// `systemuser.accessmode` of an application.
const NON_INTERACTIVE: i32 = 4;

/// The name of the role that rules a database.
pub(crate) const SYSTEM_ADMINISTRATOR: &str = "System Administrator";

/// The user of the database for somebody of the directory; added without a role if there is none.
pub(crate) async fn ensure_user(
    cx: &Cx,
    environment: &Environment,
    person: &DirectoryUser,
) -> Result<Uuid> {
    if let Some(found) = find_user(cx, environment, person).await? {
        return Ok(found);
    }
    let mut row = RowInput::default()
        .with("fullname", person.full_name.clone())
        .with("domainname", person.principal_name.clone())
        .with("azureactivedirectoryobjectid", person.object_id.to_string());
    for (name, value) in [
        ("firstname", &person.first_name),
        ("lastname", &person.last_name),
        ("internalemailaddress", &person.email),
    ] {
        if let Some(value) = value {
            row = row.with(name, value.clone());
        }
    }
    if let Some(application) = person.application_id {
        row = row.with("applicationid", application.to_string());
        row = row.with("accessmode", NON_INTERACTIVE);
    }
    let unit = one(cx, environment, "businessunits", equal("parentbusinessunitid", Literal::Null));
    if let Some(unit) = unit.await? {
        row = row.bind("businessunitid", Reference::id("businessunits", unit));
    }
    let create = Create { table: "systemusers".to_owned(), row, returning: None };
    match environment.execute(cx, create).await? {
        Reply::Created { id, .. } => Ok(id),
        other => Err(unexpected(&other)),
    }
}

/// Gives a user of the database one of its roles, by name.
pub(crate) async fn assign_role(
    cx: &Cx,
    environment: &Environment,
    user: Uuid,
    role: &str,
) -> Result<()> {
    let Some(role_id) = one(cx, environment, "roles", equal_text("name", role)).await? else {
        return Err(Error::not_found(
            "RoleNotFound",
            format!("The database has no role '{role}'."),
        ));
    };
    let associate = Associate {
        target: Reference::id("systemusers", user),
        navigation: "systemuserroles_association".to_owned(),
        related: vec![Reference::id("roles", role_id)],
    };
    environment.execute(cx, associate).await?;
    Ok(())
}

/// Which of the predefined roles the caller has; none for somebody who is no user.
pub(crate) async fn roles_of(cx: &Cx, environment: &Environment) -> Result<DatabaseRoles> {
    let user = match environment.user(cx).await {
        Ok(user) => user,
        // Whoever is no user of the database, or a disabled one, has no role in it.
        Err(error)
            if matches!(error.kind, Kind::Forbidden | Kind::NotFound | Kind::Unauthenticated) =>
        {
            return Ok(DatabaseRoles::default());
        }
        Err(error) => return Err(error),
    };
    let system = cx.with_caller(Caller::System);
    let retrieve = RetrieveMultiple {
        table: String::new(),
        from: Some(RetrieveFrom {
            row: Reference::id("systemusers", user.id),
            navigation: "systemuserroles_association".to_owned(),
        }),
        query: Query { select: vec!["name".to_owned()], ..Query::default() },
        with_names: false,
    };
    let mut roles = DatabaseRoles {
        is_system_administrator: user.is_administrator,
        is_user: true,
        ..DatabaseRoles::default()
    };
    for row in page(&environment.execute(&system, retrieve).await?)? {
        match row.get("name").and_then(Value::text) {
            Some(SYSTEM_ADMINISTRATOR) => roles.is_system_administrator = true,
            Some("System Customizer") => roles.is_system_customizer = true,
            Some("Environment Maker") => roles.is_maker = true,
            _ => {}
        }
    }
    Ok(roles)
}

async fn find_user(
    cx: &Cx,
    environment: &Environment,
    person: &DirectoryUser,
) -> Result<Option<Uuid>> {
    let filter = match person.application_id {
        Some(application) => equal("applicationid", Literal::Id(application)),
        None => equal("azureactivedirectoryobjectid", Literal::Id(person.object_id)),
    };
    one(cx, environment, "systemusers", filter).await
}

/// The id of the first row that matches.
async fn one(
    cx: &Cx,
    environment: &Environment,
    set: &str,
    filter: Filter,
) -> Result<Option<Uuid>> {
    let query = Query { filter: Some(filter), top: Some(1), ..Query::default() };
    let retrieve = RetrieveMultiple { table: set.to_owned(), from: None, query, with_names: false };
    Ok(page(&environment.execute(cx, retrieve).await?)?.first().map(|row| row.id))
}

fn page(reply: &Reply) -> Result<&[dataverse::Record]> {
    match reply {
        Reply::Page(page) => Ok(&page.rows),
        other => Err(unexpected(other)),
    }
}

fn unexpected(reply: &Reply) -> Error {
    Error::internal(format!("an unexpected reply: {reply:?}"))
}

fn equal(column: &str, value: Literal) -> Filter {
    Filter::Compare { path: vec![column.to_owned()], comparison: Comparison::Equal, value }
}

fn equal_text(column: &str, value: &str) -> Filter {
    equal(column, Literal::Text(value.to_owned()))
}

impl Tenant {
    /// Notes what the caller is in the database of an environment.
    pub(crate) async fn standing_in_database(
        &self,
        cx: &Cx,
        environment: &crate::Environment,
        standing: &mut Standing,
    ) -> Result<()> {
        let open = self.open_database(cx, environment).await?;
        let roles = roles_of(cx, &open).await?;
        standing.is_system_administrator = roles.is_system_administrator;
        standing.is_system_customizer = roles.is_system_customizer;
        standing.is_maker = roles.is_maker;
        standing.is_user = roles.is_user;
        Ok(())
    }
}
