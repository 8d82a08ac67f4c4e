//! The objects of a solution with the names that people know: for lists in the portal and CLI.

use base::{Cx, Result, Uuid};
use dataverse::{Environment, Session, Value};
use package::ComponentKind;

use crate::layers::{self, Name};
use crate::members;
use crate::solution;

/// An object of a solution.
#[derive(Clone, Debug)]
pub struct SolutionObject {
    /// Its id.
    pub id: Uuid,
    /// What people call its kind: `Table`, `Cloud flow`.
    pub kind: &'static str,
    /// Its name in code.
    pub name: String,
    /// The name that people gave it.
    pub display_name: String,
    /// Whether its lowest layer is managed.
    pub is_managed: bool,
    /// The table that it is a part of, by display name.
    pub table: Option<String>,
}

/// Lists the objects of a solution; columns and other small parts are seen on their tables.
pub async fn objects(
    environment: &Environment,
    cx: &Cx,
    unique_name: &str,
) -> Result<Vec<SolutionObject>> {
    let mut session = environment.begin(cx).await?;
    session.require_read("solution")?;
    let known = solution::named(&mut session, unique_name).await?;
    let mut objects = Vec::new();
    for member in members::of(&mut session, known.id).await? {
        if let Some(object) = object(&mut session, member.id, &member.name).await? {
            objects.push(object);
        }
    }
    objects.sort_by(|a, b| (a.kind, &a.display_name).cmp(&(b.kind, &b.display_name)));
    Ok(objects)
}

async fn object(
    session: &mut Session<'_>,
    id: Uuid,
    name: &Name,
) -> Result<Option<SolutionObject>> {
    let stack = layers::of(session, id).await?;
    let category =
        stack.first().and_then(|l| crate::definition::text(&l.component.element, "Category"));
    let Some(kind) = label(name.kind, category.as_deref()) else { return Ok(None) };
    let language = session.user().language;
    let schema = session.schema().clone();
    let table_name = |logical: &str| {
        let table = schema.table(logical)?;
        table.display_name.text(language).map(str::to_owned)
    };
    let mut written = stack.first().map_or(&name.key, |layer| &layer.component.key).clone();
    let display_name = match name.kind {
        ComponentKind::Table => table_name(&name.key),
        ComponentKind::Choice => {
            schema.choice(&name.key).and_then(|c| c.display_name.text(language)).map(str::to_owned)
        }
        _ => row_name(session, id, &stack).await?,
    };
    // What is known by an id has no name in code but the one that people gave it.
    if let (Ok(_), Some(shown)) = (Uuid::parse_str(&written), &display_name) {
        written.clone_from(shown);
    }
    Ok(Some(SolutionObject {
        id,
        kind,
        display_name: display_name.unwrap_or_else(|| written.clone()),
        name: written,
        is_managed: stack.first().is_some_and(layers::Layer::is_managed),
        table: (!name.parent.is_empty()).then(|| table_name(&name.parent)).flatten(),
    }))
}

/// The name of the row of a component.
async fn row_name(
    session: &mut Session<'_>,
    id: Uuid,
    stack: &[layers::Layer],
) -> Result<Option<String>> {
    let table = stack.first().and_then(|layer| crate::components::table_of(&layer.component));
    let Some(table) = table.and_then(|name| session.schema().table(name)).cloned() else {
        return Ok(None);
    };
    let shown = ["displayname", "friendlyname"].into_iter().find(|c| table.column(c).is_some());
    let Some(column) = shown.or(table.primary_name.as_deref()) else { return Ok(None) };
    Ok(match session.read_value(&table.logical_name, id, column).await? {
        Value::Text(text) => Some(text),
        _ => None,
    })
}

/// What people call a kind; nothing for what is seen on its table.
fn label(kind: ComponentKind, category: Option<&str>) -> Option<&'static str> {
    use ComponentKind as K;
    Some(match kind {
        K::AiModel => "AI model",
        K::AppModule => "Model-driven app",
        K::AppModuleSiteMap | K::SiteMap => "Site map",
        K::CanvasApp => "Canvas app",
        K::Chart => "Chart",
        K::Choice => "Choice",
        K::ConnectionReference => "Connection reference",
        K::ConnectionRole => "Connection role",
        K::Connector => "Custom connector",
        K::CustomControl => "Code component",
        K::Dashboard | K::InteractionCentricDashboard => "Dashboard",
        K::EnvironmentVariable => "Environment variable",
        K::FieldSecurityProfile => "Column security profile",
        K::Form => "Form",
        K::PluginAssembly => "Plug-in assembly",
        K::Report => "Report",
        K::Role => "Security role",
        K::Row => "Other",
        K::SdkMessageProcessingStep => "Plug-in step",
        K::ServiceEndpoint => "Service endpoint",
        K::Table => "Table",
        K::View => "View",
        K::WebResource => "Web resource",
        K::Workflow => match category {
            Some("5") => "Cloud flow",
            Some("2") => "Business rule",
            Some("4") => "Business process flow",
            Some("3") => "Action",
            _ => "Process",
        },
        _ => return None,
    })
}
