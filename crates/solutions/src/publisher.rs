//! Publishers: who made a solution.

use base::{Result, Uuid};
use dataverse::{Session, Value};
use package::{Manifest, Publisher};

/// The row of the publisher that a package names, made if it is not there. One that is there is
/// left as it is: the environment's own administrators may have changed it.
pub(crate) async fn ensure(
    session: &mut Session<'_>,
    publisher: &Publisher,
    manifest: &Manifest,
) -> Result<Uuid> {
    let name = Value::Text(publisher.unique_name.clone());
    if let Some(id) = session.find_row("publisher", "uniquename", &name).await? {
        return Ok(id);
    }
    let id = session.cx().new_id();
    let friendly = publisher.names.first().map_or(&publisher.unique_name, |label| &label.text);
    let mut values = vec![
        ("uniquename", name),
        ("friendlyname", Value::Text(friendly.clone())),
        ("customizationprefix", Value::Text(publisher.prefix.clone())),
        ("customizationoptionvalueprefix", Value::Int(i64::from(publisher.option_prefix))),
        ("isreadonly", Value::Bool(manifest.managed.is_managed())),
    ];
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(text) = publisher.descriptions.first().filter(|label| !label.text.is_empty()) {
        values.push(("description", Value::Text(text.text.clone())));
    }
    if let Some(email) = given(&publisher.email) {
        values.push(("emailaddress", Value::Text(email)));
    }
    if let Some(website) = given(&publisher.website) {
        values.push(("supportingwebsiteurl", Value::Text(website)));
    }
    session.put_row("publisher", id, values).await?;
    Ok(id)
}
