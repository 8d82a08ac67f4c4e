//! The rows of solutions.

use base::{Error, Kind, Result, Uuid};
use dataverse::{Session, Value};
use package::{Manifest, Version};

/// A solution that is installed.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub id: Uuid,
    pub unique_name: String,
    pub version: Version,
    pub is_managed: bool,
    pub publisher: Option<Uuid>,
}

/// The installed solution with this unique name, whatever its case.
pub(crate) async fn find(session: &mut Session<'_>, unique_name: &str) -> Result<Option<Known>> {
    let name = Value::Text(unique_name.to_owned());
    match session.find_row("solution", "uniquename", &name).await? {
        Some(id) => read(session, id).await,
        None => Ok(None),
    }
}

/// The installed solution with this id.
pub(crate) async fn read(session: &mut Session<'_>, id: Uuid) -> Result<Option<Known>> {
    if !session.has_row("solution", id).await? {
        return Ok(None);
    }
    let text = |value: Value| value.text().unwrap_or_default().to_owned();
    let version = text(session.read_value("solution", id, "version").await?);
    Ok(Some(Known {
        id,
        unique_name: text(session.read_value("solution", id, "uniquename").await?),
        version: version.parse().unwrap_or(Version([1, 0, 0, 0])),
        is_managed: session.read_value("solution", id, "ismanaged").await?.bool() == Some(true),
        publisher: session.read_value("solution", id, "publisherid").await?.id(),
    }))
}

/// The installed solution with this unique name, or why there is none.
pub(crate) async fn named(session: &mut Session<'_>, unique_name: &str) -> Result<Known> {
    find(session, unique_name).await?.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "0x8004f002",
            format!(
                "There is no solution with the unique name {unique_name} in this environment. \
                 The unique name is not the display name; list the solutions to see it."
            ),
        )
    })
}

/// Writes the row of the solution that a package holds; gives its id.
pub(crate) async fn put(
    session: &mut Session<'_>,
    manifest: &Manifest,
    publisher: Uuid,
    known: Option<&Known>,
) -> Result<Uuid> {
    let id = known.map_or_else(|| session.cx().new_id(), |known| known.id);
    let now = session.cx().now();
    let description = manifest.descriptions.first().map(|label| label.text.clone());
    let mut values = vec![
        ("uniquename", Value::Text(manifest.unique_name.clone())),
        ("friendlyname", Value::Text(manifest.display_name().to_owned())),
        ("version", Value::Text(manifest.version.to_string())),
        ("ismanaged", Value::Bool(manifest.managed.is_managed())),
        ("isvisible", Value::Bool(true)),
        ("isapimanaged", Value::Bool(false)),
        ("publisherid", Value::lookup("publisher", publisher)),
        ("solutionpackageversion", Value::Text(manifest.package_version.to_string())),
        ("updatedon", Value::DateTime(now)),
    ];
    if known.is_none() {
        values.push(("installedon", Value::DateTime(now)));
    }
    if let Some(description) = description.filter(|text| !text.is_empty()) {
        values.push(("description", Value::Text(description)));
    }
    session.put_row("solution", id, values).await?;
    Ok(id)
}
