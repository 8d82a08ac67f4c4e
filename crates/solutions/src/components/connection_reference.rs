//! Connection references: which connection they use is state of the environment, not of the
//! definition.

use base::Result;
use dataverse::{Session, Value};

use super::Projected;
use super::row::{find_by, put, set, values};

/// The row of a connection reference.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "connectionreference").await?;
    let name = what.component.key.clone();
    set(&mut row, "connectionreferencelogicalname", Value::Text(name));
    if let Some(custom) = what.component.element.child("customconnectorid")
        && let Some(key) = custom.elements().next()
    {
        let (column, value) = (key.name.clone(), key.text().trim().to_owned());
        if let Some(id) = find_by(session, "connector", &column, &value).await? {
            set(&mut row, "customconnectorid", Value::lookup("connector", id));
        }
    }
    put(session, what, "connectionreference", row).await
}
