//! The import itself, step by step.

use base::{Cx, Instant, Result, Uuid};
use dataverse::{Environment, Session};
use package::{Component, ComponentKind, Manifest, Package};

use super::{ImportOptions, ImportResult, Progress, bind, check, job};
use crate::components::schema::{self, Touched, given_id};
use crate::components::{self, Projected};
use crate::fold::fold;
use crate::layers::{self, ACTIVE, Name};
use crate::members::{self, Behavior, Member};
use crate::{dependencies, publisher, solution};

/// Reads, checks, writes layers, projects them, binds and commits.
pub(super) async fn run(
    environment: &Environment,
    cx: &Cx,
    package: &Package,
    options: &ImportOptions,
    started: Instant,
    progress: Progress<'_>,
) -> Result<ImportResult> {
    let manifest = package.manifest()?;
    let parts = package.components()?;
    progress(0.05, "Checking the package");
    let mut session = environment.begin(cx).await?;
    check::rights(&session)?;
    let known = solution::find(&mut session, &manifest.unique_name).await?;
    check::fits(&manifest, known.as_ref())?;
    dependencies::check(&mut session, &manifest, &parts).await?;

    let publisher = publisher::ensure(&mut session, &manifest.publisher, &manifest).await?;
    let row = solution::put(&mut session, &manifest, publisher, known.as_ref()).await?;
    let is_managed = manifest.managed.is_managed();
    let owner = if is_managed { row } else { ACTIVE };

    progress(0.1, "Writing layers");
    let written = write_layers(&mut session, &parts, owner, options).await?;
    progress(0.3, "Creating tables, columns and relationships");
    schema::project(&mut session, &written.touched).await?;
    progress(0.6, "Creating forms, views, apps and flows");
    project_rows(&mut session, &written.rows, options, progress).await?;
    progress(0.9, "Listing the components of the solution");
    list_members(&mut session, row, &manifest, &written).await?;
    dependencies::record(&mut session, &written.all()).await?;
    let warnings = bind::apply(&mut session, &parts, &options.parameters).await?;
    let result = ImportResult {
        solution_id: row,
        unique_name: manifest.unique_name.clone(),
        version: manifest.version,
        is_managed,
        components: parts.len(),
        warnings,
    };
    job::record_success(&mut session, &manifest, &parts, &result, options.job_id, started).await?;
    progress(0.97, "Committing");
    session.commit().await?;
    progress(1.0, "Imported");
    Ok(result)
}

/// The components that an import wrote layers of.
struct Written {
    touched: Touched,
    /// Parts of the schema, with their ids.
    definitions: Vec<(Uuid, Name)>,
    /// Components that become rows, with their ids.
    rows: Vec<(Uuid, Name)>,
}

impl Written {
    fn all(&self) -> Vec<(Uuid, Name)> {
        self.definitions.iter().chain(&self.rows).cloned().collect()
    }
}

/// Writes a layer for each component. What the package only refers to (`unmodified`) makes none.
async fn write_layers(
    session: &mut Session<'_>,
    parts: &[Component],
    owner: Uuid,
    options: &ImportOptions,
) -> Result<Written> {
    let mut written =
        Written { touched: Touched::default(), definitions: Vec::new(), rows: Vec::new() };
    for component in parts {
        let name = Name::of(component);
        let id = component_id(session, &name, component).await?;
        if !component.is_unmodified() {
            layers::put(session, id, owner, component).await?;
            if options.overwrite_unmanaged && owner != ACTIVE && is_replaced_whole(component.kind) {
                layers::remove(session, id, ACTIVE).await?;
            }
        }
        match written.touched.note(&name) {
            true => written.definitions.push((id, name)),
            false => written.rows.push((id, name)),
        }
    }
    Ok(written)
}

/// Overwriting leaves alone what merges: forms, site maps, apps.
fn is_replaced_whole(kind: ComponentKind) -> bool {
    use ComponentKind as K;
    !matches!(kind, K::Form | K::Dashboard | K::AppModule | K::AppModuleSiteMap | K::SiteMap)
}

/// The id of a component: known, given by the package, that of a row with its key, or a new one.
async fn component_id(
    session: &mut Session<'_>,
    name: &Name,
    component: &Component,
) -> Result<Uuid> {
    if let Some(id) = layers::find(session, name).await? {
        return Ok(id);
    }
    let existing = components::row_of(session, component).await?;
    let id = match existing.or_else(|| given_id(component)) {
        Some(id) => id,
        None => schema::definition_id(session, name),
    };
    layers::ensure(session, name, id).await
}

/// Projects what becomes rows. Links between rows come last, when both ends are there.
async fn project_rows(
    session: &mut Session<'_>,
    rows: &[(Uuid, Name)],
    options: &ImportOptions,
    progress: Progress<'_>,
) -> Result<()> {
    let mut ordered: Vec<_> = rows.iter().collect();
    ordered.sort_by_key(|(_, name)| projection_order(name.kind));
    let count = ordered.len().max(1);
    for (index, (id, _)) in ordered.into_iter().enumerate() {
        if index % 20 == 0 {
            let done = index as f32 / count as f32;
            progress(0.6 + 0.3 * done, "Creating forms, views, apps and flows");
        }
        project_row(session, *id, options.publish_workflows).await?;
    }
    Ok(())
}

/// Projects one component from its layers.
pub(crate) async fn project_row(session: &mut Session<'_>, id: Uuid, activate: bool) -> Result<()> {
    let stack = layers::of(session, id).await?;
    let Some(component) = fold(&stack) else { return Ok(()) };
    let is_managed = stack.first().is_some_and(layers::Layer::is_managed);
    let what = Projected { id, component: &component, is_managed, activate };
    components::project(session, &what)
        .await
        .map_err(|error| error.context(format!("Importing {:?} {}", component.kind, component.key)))
}

fn projection_order(kind: ComponentKind) -> u8 {
    use ComponentKind as K;
    match kind {
        K::WebResource | K::Role | K::Connector | K::EnvironmentVariable => 0,
        K::ConnectionReference | K::CanvasApp | K::View | K::Form | K::Dashboard => 1,
        K::AppModuleSiteMap | K::SiteMap => 2,
        K::AppModule => 3,
        K::Association => 9,
        _ => 4,
    }
}

/// Lists the components in the solution: roots as the manifest says, parts of tables under them.
async fn list_members(
    session: &mut Session<'_>,
    solution: Uuid,
    manifest: &Manifest,
    written: &Written,
) -> Result<()> {
    let mut all = written.all();
    // Tables first, so that their parts find them.
    all.sort_by_key(|(_, name)| name.kind != ComponentKind::Table);
    for (id, name) in all {
        let root = match name.is_part_of_table() {
            true => layers::find(session, &Name::table(&name.parent)).await?,
            false => None,
        };
        let behavior = match name.kind {
            ComponentKind::Table => table_behavior(manifest, &name.key),
            _ => Behavior::All,
        };
        let is_root = root.is_none();
        let member = Member { id, name, behavior, is_root };
        members::add(session, solution, &member, root).await?;
    }
    Ok(())
}

fn table_behavior(manifest: &Manifest, table: &str) -> Behavior {
    let mut roots = manifest.root_components.iter().filter(|root| root.type_code == 1);
    let root = roots.find(|root| {
        root.schema_name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(table))
    });
    root.map_or(Behavior::Shell, |root| Behavior::from_code(i64::from(root.behavior)))
}
