//! The layers of components, as they are stored: `fh_component` knows which components there are,
//! `fh_layer` what each solution says of them.
//!
//! The unmanaged layer belongs to the solution `Active` and is always on top.

use base::{Error, Result, Uuid};
use dataverse::Session;
use db::{Statement, Value};
use metadata::Schema;
use package::xml::Element;
use package::{Component, ComponentKind, File};

use crate::{blob, members};

/// The hidden solution that stands for the unmanaged layer; the same id everywhere.
pub(crate) const ACTIVE: Uuid = Uuid::from_u128(0xfd14_0aae_4df4_11dd_bd17_0019_b931_2238);

/// The unmanaged layer is above every managed one.
const TOP: i64 = i64::MAX;

/// Which component: what it is, what it is a part of, and what names it there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    pub kind: ComponentKind,
    /// In lower case, empty where it is not a part of anything.
    pub parent: String,
    /// In lower case.
    pub key: String,
}

impl Name {
    pub fn new(kind: ComponentKind, parent: &str, key: &str) -> Self {
        Self { kind, parent: parent.to_lowercase(), key: key.to_lowercase() }
    }

    pub fn of(component: &Component) -> Self {
        Self::new(component.kind, component.parent.as_deref().unwrap_or_default(), &component.key)
    }

    /// Whether it is a part of a table, which is its parent. Rows may be parts of other rows.
    pub fn is_part_of_table(&self) -> bool {
        let is_part = self.kind.is_part_of_table() || self.kind == ComponentKind::Ribbon;
        is_part && !self.parent.is_empty()
    }

    /// The table itself.
    pub fn table(logical_name: &str) -> Self {
        Self::new(ComponentKind::Table, "", logical_name)
    }
}

/// What a solution says of a component.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub solution: Uuid,
    pub component: Component,
}

impl Layer {
    /// Whether a managed solution put it there.
    pub fn is_managed(&self) -> bool {
        self.solution != ACTIVE
    }
}

/// The id of a component, where it is known.
pub(crate) async fn find(session: &mut Session<'_>, name: &Name) -> Result<Option<Uuid>> {
    let table = session.store().table("fh_component");
    let sql = format!("select id from {table} where kind = ?1 and parent = ?2 and name = ?3");
    let statement = Statement::new(sql, name_params(name));
    session.tx().query_opt(&statement).await?.map(|row| row.get(0)).transpose()
}

/// The component with this id, where it is known.
pub(crate) async fn by_id(session: &mut Session<'_>, id: Uuid) -> Result<Option<Name>> {
    let table = session.store().table("fh_component");
    let sql = format!("select kind, parent, name from {table} where id = ?1");
    let row = session.tx().query_opt(&Statement::new(sql, vec![id.into()])).await?;
    row.map(|row| read_name(&row, 0)).transpose()
}

/// The components that are parts of `parent`, of one kind.
pub(crate) async fn parts(
    session: &mut Session<'_>,
    kind: ComponentKind,
    parent: &str,
) -> Result<Vec<(Uuid, Name)>> {
    let table = session.store().table("fh_component");
    let sql = format!(
        "select id, kind, parent, name from {table} where kind = ?1 and parent = ?2 order by id"
    );
    let params = vec![code(kind).into(), parent.to_lowercase().into()];
    let rows = session.tx().query(&Statement::new(sql, params)).await?;
    rows.iter().map(|row| Ok((row.get(0)?, read_name(row, 1)?))).collect()
}

/// Makes a component known under `id`, unless it is known already; gives the id it has.
pub(crate) async fn ensure(session: &mut Session<'_>, name: &Name, id: Uuid) -> Result<Uuid> {
    if let Some(known) = find(session, name).await? {
        return Ok(known);
    }
    let table = session.store().table("fh_component");
    let sql = format!("insert into {table} (kind, parent, name, id) values (?1, ?2, ?3, ?4)");
    let mut params = name_params(name);
    params.push(id.into());
    session.tx().execute(&Statement::new(sql, params)).await?;
    Ok(id)
}

/// Forgets a component that is gone: its layers, its needs, and that solutions list it.
pub(crate) async fn forget(session: &mut Session<'_>, id: Uuid) -> Result<()> {
    let sql =
        format!("select solution from {} where component = ?1", session.store().table("fh_member"));
    for row in session.tx().query(&Statement::new(sql, vec![id.into()])).await? {
        members::remove(session, row.get(0)?, id).await?;
    }
    for (table, column) in
        [("fh_dependency", "dependent"), ("fh_layer", "component"), ("fh_component", "id")]
    {
        let sql = format!("delete from {} where {column} = ?1", session.store().table(table));
        session.tx().execute(&Statement::new(sql, vec![id.into()])).await?;
    }
    Ok(())
}

/// Forgets what went with a table or with a part of it: columns, keys and other parts that the
/// schema does not have any more, and relationships.
pub(crate) async fn forget_lost(session: &mut Session<'_>, table: &str) -> Result<()> {
    let sql = format!(
        "select id, kind, parent, name from {} where parent = ?1 or kind = ?2",
        session.store().table("fh_component"),
    );
    let params = vec![table.to_lowercase().into(), code(ComponentKind::Relationship).into()];
    for row in session.tx().query(&Statement::new(sql, params)).await? {
        if is_lost(session.schema(), &read_name(&row, 1)?) {
            forget(session, row.get(0)?).await?;
        }
    }
    Ok(())
}

/// Whether the schema should have a component, and does not.
fn is_lost(schema: &Schema, name: &Name) -> bool {
    let table = schema.table(&name.parent);
    match name.kind {
        ComponentKind::Relationship => schema.relationship(&name.key).is_none(),
        ComponentKind::Column => table.is_none_or(|table| table.column(&name.key).is_none()),
        ComponentKind::Key => table.is_none_or(|table| !table.keys.contains_key(&name.key)),
        _ => name.is_part_of_table() && table.is_none(),
    }
}

/// The layers of a component, from the bottom up.
pub(crate) async fn of(session: &mut Session<'_>, id: Uuid) -> Result<Vec<Layer>> {
    let sql = format!(
        "select l.solution, l.definition, l.files, l.folder, c.kind, c.parent, l.name \
         from {} l join {} c on c.id = l.component where l.component = ?1 order by l.position",
        session.store().table("fh_layer"),
        session.store().table("fh_component"),
    );
    let rows = session.tx().query(&Statement::new(sql, vec![id.into()])).await?;
    let mut layers = Vec::with_capacity(rows.len());
    for row in rows {
        layers.push(read_layer(session, &row).await?);
    }
    Ok(layers)
}

async fn read_layer(session: &mut Session<'_>, row: &db::Row) -> Result<Layer> {
    let definition: String = row.get(1)?;
    let element = Element::parse(definition.as_bytes()).map_err(Error::internal)?;
    let listed: Vec<(String, String)> =
        serde_json::from_str(&row.get::<String>(2)?).map_err(Error::internal)?;
    let mut files = Vec::with_capacity(listed.len());
    for (path, hash) in listed {
        files.push(File::new(path, blob::read(session, &hash).await?));
    }
    let parent: String = row.get(5)?;
    Ok(Layer {
        solution: row.get(0)?,
        component: Component {
            kind: kind_of(row.get(4)?)?,
            key: row.get(6)?,
            parent: (!parent.is_empty()).then_some(parent),
            group: row.get(3)?,
            element,
            files,
        },
    })
}

/// Sets what `solution` says of a component. A layer that is there is replaced in place; a new
/// managed one goes on top of the managed ones, the unmanaged one on top of all.
pub(crate) async fn put(
    session: &mut Session<'_>,
    id: Uuid,
    solution: Uuid,
    component: &Component,
) -> Result<()> {
    let mut files = Vec::with_capacity(component.files.len());
    for file in &component.files {
        files.push((file.path.clone(), blob::write(session, &file.bytes).await?));
    }
    let files = serde_json::to_string(&files).map_err(Error::internal)?;
    let position = position_for(session, id, solution).await?;
    let table = session.store().table("fh_layer");
    let sql = format!(
        "insert into {table} (component, solution, position, definition, files, folder, name) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         on conflict (component, solution) do update set definition = excluded.definition, \
         files = excluded.files, folder = excluded.folder, name = excluded.name"
    );
    let params: Vec<Value> = vec![
        id.into(),
        solution.into(),
        position.into(),
        component.element.to_string().into(),
        files.into(),
        component.group.clone().into(),
        component.key.clone().into(),
    ];
    session.tx().execute(&Statement::new(sql, params)).await?;
    Ok(())
}

async fn position_for(session: &mut Session<'_>, id: Uuid, solution: Uuid) -> Result<i64> {
    if solution == ACTIVE {
        return Ok(TOP);
    }
    let table = session.store().table("fh_layer");
    let sql = format!(
        "select coalesce(max(position), 0) + 1 from {table} where component = ?1 and position < ?2"
    );
    let params = vec![id.into(), TOP.into()];
    session.tx().query_one(&Statement::new(sql, params)).await?.get(0)
}

/// Takes away what `solution` says of a component.
pub(crate) async fn remove(session: &mut Session<'_>, id: Uuid, solution: Uuid) -> Result<()> {
    let table = session.store().table("fh_layer");
    let sql = format!("delete from {table} where component = ?1 and solution = ?2");
    session.tx().execute(&Statement::new(sql, vec![id.into(), solution.into()])).await?;
    Ok(())
}

/// The components of which `solution` says something.
pub(crate) async fn of_solution(
    session: &mut Session<'_>,
    solution: Uuid,
) -> Result<Vec<(Uuid, Name)>> {
    let sql = format!(
        "select c.id, c.kind, c.parent, c.name from {} l join {} c on c.id = l.component \
         where l.solution = ?1 order by c.kind, c.parent, c.name",
        session.store().table("fh_layer"),
        session.store().table("fh_component"),
    );
    let rows = session.tx().query(&Statement::new(sql, vec![solution.into()])).await?;
    rows.iter().map(|row| Ok((row.get(0)?, read_name(row, 1)?))).collect()
}

fn name_params(name: &Name) -> Vec<Value> {
    vec![code(name.kind).into(), name.parent.clone().into(), name.key.clone().into()]
}

pub(crate) fn read_name(row: &db::Row, at: usize) -> Result<Name> {
    Ok(Name { kind: kind_of(row.get(at)?)?, parent: row.get(at + 1)?, key: row.get(at + 2)? })
}

/// How a kind is stored: its name.
pub(crate) fn code(kind: ComponentKind) -> String {
    format!("{kind:?}")
}

fn kind_of(code: String) -> Result<ComponentKind> {
    let found = ComponentKind::ALL.iter().copied().find(|kind| self::code(*kind) == code);
    found.ok_or_else(|| Error::internal(format!("component kind {code} in fh_component")))
}
