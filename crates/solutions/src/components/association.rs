//! Links between rows of solution-aware tables: a `…set` element with one child for each link,
//! whose attributes say the key of either row (`botcomponentid.schemaname="…"`).

use base::{Result, Uuid};
use dataverse::Session;
use metadata::{ManyToMany, Relationship};
use package::Component;
use package::xml::Element;

use super::Projected;
use super::row::find_by;

/// Makes the links.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    for (name, first, second) in links(session, what.component).await? {
        session.link(&name, first, second).await?;
    }
    Ok(())
}

/// Takes the links away.
pub(crate) async fn remove(session: &mut Session<'_>, component: &Component) -> Result<()> {
    for (name, first, second) in links(session, component).await? {
        session.unlink(&name, first, second).await?;
    }
    Ok(())
}

/// The links whose rows are both there. A set of an unknown relationship stays a definition.
async fn links(
    session: &mut Session<'_>,
    component: &Component,
) -> Result<Vec<(String, Uuid, Uuid)>> {
    let mut links = Vec::new();
    for element in component.element.elements() {
        let Some(Relationship::ManyToMany(many)) =
            session.schema().relationship(&element.name).map(|found| (**found).clone())
        else {
            continue;
        };
        let first = end(session, element, &many.table1, &many, true).await?;
        let second = end(session, element, &many.table2, &many, false).await?;
        if let (Some(first), Some(second)) = (first, second) {
            links.push((many.schema_name.clone(), first, second));
        }
    }
    Ok(links)
}

/// The row at one end of a link. Where both ends are rows of one table, the order of the
/// attributes decides.
async fn end(
    session: &mut Session<'_>,
    element: &Element,
    table: &str,
    many: &ManyToMany,
    is_first: bool,
) -> Result<Option<Uuid>> {
    let mut named = element.attributes.iter().filter(|(name, _)| {
        let prefix = name.split('.').next().unwrap_or_default();
        many.table1 == many.table2 || prefix.trim_end_matches("id") == table
    });
    let attribute = match many.table1 == many.table2 && !is_first {
        true => named.nth(1),
        false => named.next(),
    };
    let Some((name, value)) = attribute else { return Ok(None) };
    let column = name.rsplit('.').next().unwrap_or(name).to_owned();
    find_by(session, table, &column, &value.clone()).await
}
