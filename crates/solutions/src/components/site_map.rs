//! Site maps: of model-driven apps, and the classic one.

use base::Result;
use dataverse::{Session, Value};
use package::ComponentKind;

use super::Projected;
use super::row::{put, set, values};
use crate::definition::text;

/// The row of a site map.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "sitemap").await?;
    let element = &what.component.element;
    let is_of_app = what.component.kind == ComponentKind::AppModuleSiteMap;
    let map = if is_of_app { element.child("SiteMap") } else { Some(element) };
    if let Some(map) = map {
        set(&mut row, "sitemapxml", Value::Text(map.to_string()));
    }
    set(&mut row, "isappaware", Value::Bool(is_of_app));
    if let Some(name) = text(element, "SiteMapUniqueName") {
        set(&mut row, "sitemapnameunique", Value::Text(name.clone()));
        if !row.iter().any(|(column, _)| column == "sitemapname") {
            set(&mut row, "sitemapname", Value::Text(name));
        }
    }
    put(session, what, "sitemap", row).await
}
