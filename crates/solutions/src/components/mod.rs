//! What a component becomes: the projection of its effective definition onto the schema or onto
//! rows, and the taking away of that when its last layer goes.
//!
//! Tables, columns, keys, choices and relationships are projected together ([`schema`]), because
//! they depend on each other. Every other kind is a file here with `project`, and one line in
//! [`project`]. Most are rows whose columns have the names of the XML; [`row`] does what is common.
//!
//! To add a kind: its variant in `package::ComponentKind`, a file here, a line in [`project`], and
//! what it needs in `dependencies`.

mod ai_model;
mod app_module;
mod association;
mod connection_reference;
pub(crate) mod environment_variable;
mod form;
mod profile;
mod role;
pub(crate) mod row;
pub(crate) mod schema;
mod site_map;
mod view;
mod web_resource;
mod workflow;
pub(crate) mod write;

use base::{Error, Result, Uuid};
use dataverse::Session;
use package::{Component, ComponentKind};

use crate::layers::Name;

/// What a projection needs to know beside the component.
pub(crate) struct Projected<'a> {
    /// The id of the component, which is the id of its row.
    pub id: Uuid,
    /// What is effective.
    pub component: &'a Component,
    /// Whether a managed solution holds its lowest layer.
    pub is_managed: bool,
    /// Whether flows and processes are turned on as the package says.
    pub activate: bool,
}

/// Makes the rows of a component what its effective definition says. Kinds that are a part of the
/// schema, or nothing but a definition, have no rows.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    use ComponentKind as K;
    match what.component.kind {
        // sorted: begin
        K::AiModel => ai_model::project(session, what).await,
        K::AppModule => app_module::project(session, what).await,
        K::AppModuleSiteMap | K::SiteMap => site_map::project(session, what).await,
        K::Association => association::project(session, what).await,
        K::CanvasApp => row::project(session, what, "canvasapp").await,
        K::Chart => view::project_chart(session, what).await,
        K::ConnectionReference => connection_reference::project(session, what).await,
        K::ConnectionRole => row::project(session, what, "connectionrole").await,
        K::Connector => row::project(session, what, "connector").await,
        K::CustomControl => row::project(session, what, "customcontrol").await,
        K::Dashboard | K::Form | K::InteractionCentricDashboard => {
            form::project(session, what).await
        }
        K::EnvironmentVariable => environment_variable::project(session, what).await,
        K::FieldSecurityProfile => profile::project(session, what).await,
        K::PluginAssembly => row::project(session, what, "pluginassembly").await,
        K::Role => role::project(session, what).await,
        K::Row => row::project_row(session, what).await,
        K::SdkMessageProcessingStep => {
            row::project(session, what, "sdkmessageprocessingstep").await
        }
        K::ServiceEndpoint => row::project(session, what, "serviceendpoint").await,
        K::View => view::project(session, what).await,
        K::WebResource => web_resource::project(session, what).await,
        K::Workflow => workflow::project(session, what).await,
        // sorted: end
        _ => Ok(()),
    }
}

/// The table that holds the row of a component, where it has one.
pub(crate) fn table_of(component: &Component) -> Option<&str> {
    use ComponentKind as K;
    Some(match component.kind {
        K::AiModel => "msdyn_aimodel",
        K::AppModule => "appmodule",
        K::AppModuleSiteMap | K::SiteMap => "sitemap",
        K::CanvasApp => "canvasapp",
        K::Chart => "savedqueryvisualization",
        K::ConnectionReference => "connectionreference",
        K::ConnectionRole => "connectionrole",
        K::Connector => "connector",
        K::CustomControl => "customcontrol",
        K::Dashboard | K::Form | K::InteractionCentricDashboard => "systemform",
        K::EnvironmentVariable => "environmentvariabledefinition",
        K::FieldSecurityProfile => "fieldsecurityprofile",
        K::PluginAssembly => "pluginassembly",
        K::Role => "role",
        K::Row => component.element.name.as_str(),
        K::SdkMessageProcessingStep => "sdkmessageprocessingstep",
        K::ServiceEndpoint => "serviceendpoint",
        K::View => "savedquery",
        K::WebResource => "webresource",
        K::Workflow => "workflow",
        _ => return None,
    })
}

/// The row that is there for a component under the name that its kind is known by, where the
/// package gives no id.
pub(crate) async fn row_of(
    session: &mut Session<'_>,
    component: &Component,
) -> Result<Option<Uuid>> {
    use ComponentKind as K;
    let (table, column) = match component.kind {
        K::AppModule => ("appmodule", "uniquename"),
        K::AppModuleSiteMap => ("sitemap", "sitemapnameunique"),
        K::CanvasApp => ("canvasapp", "name"),
        K::ConnectionReference => ("connectionreference", "connectionreferencelogicalname"),
        K::CustomControl => ("customcontrol", "name"),
        K::EnvironmentVariable => ("environmentvariabledefinition", "schemaname"),
        K::WebResource => ("webresource", "name"),
        _ => return Ok(None),
    };
    row::find_by(session, table, column, &component.key).await
}

/// Takes away the row of a component.
pub(crate) async fn unproject(
    session: &mut Session<'_>,
    id: Uuid,
    component: &Component,
) -> Result<()> {
    match component.kind {
        ComponentKind::Association => association::remove(session, component).await,
        ComponentKind::Role => role::remove(session, id).await,
        _ => match table_of(component).map(str::to_owned) {
            Some(table) => session.remove_row(&table, id).await,
            None => Ok(()),
        },
    }
}

/// The table of a row component that is known only by its folder (`customapis/fh_Approve`).
pub(crate) async fn row_table(session: &mut Session<'_>, name: &Name) -> Result<String> {
    let folder = name.key.rsplit('/').nth(1).unwrap_or(&name.key).to_owned();
    let found = session.schema().table_by_set(&folder).map(|table| table.logical_name.clone());
    // Folders are plural names, and a few sets are irregular: fall back to the names themselves.
    let found = found.or_else(|| {
        let mut tables = session.schema().tables();
        tables.find(|t| format!("{}s", t.logical_name) == folder).map(|t| t.logical_name.clone())
    });
    found.ok_or_else(|| {
        Error::invalid(format!(
            "The package holds {}, which belongs to a table that this environment does not have. \
             Import the solution that brings the table first.",
            name.key
        ))
    })
}
