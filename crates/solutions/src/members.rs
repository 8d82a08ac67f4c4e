//! Which components a solution lists. `fh_member` is the list; `solutioncomponent` shows to
//! clients those that have a component type.

use base::{Result, Uuid};
use dataverse::{Session, Value};
use db::Statement;
use package::ComponentKind;

use crate::layers::{Name, read_name};

/// How much of a table a solution holds (`rootcomponentbehavior`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behavior {
    /// All its parts, also later ones.
    All,
    /// Its properties and the parts that are listed.
    Metadata,
    /// Only the parts that are listed.
    Shell,
}

impl Behavior {
    pub fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Metadata,
            2 => Self::Shell,
            _ => Self::All,
        }
    }

    pub fn code(self) -> i32 {
        self as i32
    }
}

/// A component that a solution lists.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub id: Uuid,
    pub name: Name,
    pub behavior: Behavior,
    /// Whether it stands for itself, rather than for being part of a table.
    pub is_root: bool,
}

/// Lists a component in a solution, or changes how it is listed.
pub(crate) async fn add(
    session: &mut Session<'_>,
    solution: Uuid,
    member: &Member,
    root: Option<Uuid>,
) -> Result<()> {
    let table = session.store().table("fh_member");
    let row_id = row_id(solution, member.id);
    let sql = format!(
        "insert into {table} (solution, component, behavior, is_root) values (?1, ?2, ?3, ?4) \
         on conflict (solution, component) do update set behavior = excluded.behavior, \
         is_root = excluded.is_root"
    );
    let params = vec![
        solution.into(),
        member.id.into(),
        i64::from(member.behavior.code()).into(),
        i64::from(member.is_root).into(),
    ];
    session.tx().execute(&Statement::new(sql, params)).await?;
    let Some(component_type) = component_type(session, &member.name).await? else {
        return Ok(());
    };
    let mut values = vec![
        ("componenttype", Value::Choice(component_type)),
        ("objectid", Value::Id(member.id)),
        ("solutionid", Value::lookup("solution", solution)),
        ("rootcomponentbehavior", Value::Choice(member.behavior.code())),
        ("ismetadata", Value::Bool(is_metadata(member.name.kind))),
    ];
    if let Some(root) = root {
        values.push(("rootsolutioncomponentid", Value::Id(self::row_id(solution, root))));
    }
    session.put_row("solutioncomponent", row_id, values).await
}

/// The id of the row that lists a component in a solution: the same each time.
pub(crate) fn row_id(solution: Uuid, component: Uuid) -> Uuid {
    Uuid::new_v5(&solution, component.as_bytes())
}

/// Takes a component off the list of a solution.
pub(crate) async fn remove(session: &mut Session<'_>, solution: Uuid, id: Uuid) -> Result<()> {
    let table = session.store().table("fh_member");
    let sql = format!("delete from {table} where solution = ?1 and component = ?2");
    session.tx().execute(&Statement::new(sql, vec![solution.into(), id.into()])).await?;
    session.remove_row("solutioncomponent", row_id(solution, id)).await
}

/// The components that a solution lists.
pub(crate) async fn of(session: &mut Session<'_>, solution: Uuid) -> Result<Vec<Member>> {
    let sql = format!(
        "select c.id, c.kind, c.parent, c.name, m.behavior, m.is_root from {} m join {} c \
         on c.id = m.component where m.solution = ?1 order by c.kind, c.parent, c.name",
        session.store().table("fh_member"),
        session.store().table("fh_component"),
    );
    let rows = session.tx().query(&Statement::new(sql, vec![solution.into()])).await?;
    rows.iter()
        .map(|row| {
            Ok(Member {
                id: row.get(0)?,
                name: read_name(row, 1)?,
                behavior: Behavior::from_code(row.get(4)?),
                is_root: row.get::<i64>(5)? != 0,
            })
        })
        .collect()
}

/// The number of a component's type: fixed for the classic ones, from
/// `solutioncomponentdefinition` for rows of solution-aware tables.
pub(crate) async fn component_type(session: &mut Session<'_>, name: &Name) -> Result<Option<i32>> {
    if let Some(code) = name.kind.type_code() {
        return Ok(Some(code));
    }
    let table = match name.kind {
        ComponentKind::ConnectionReference => "connectionreference".to_owned(),
        ComponentKind::Row => crate::components::row_table(session, name).await?,
        _ => return Ok(None),
    };
    let sql = format!(
        "select solutioncomponenttype from {} where primaryentityname = ?1",
        session.store().table("solutioncomponentdefinition")
    );
    let row = session.tx().query_opt(&Statement::new(sql, vec![table.into()])).await?;
    Ok(row.map(|row| row.get::<i64>(0)).transpose()?.and_then(|code| i32::try_from(code).ok()))
}

fn is_metadata(kind: ComponentKind) -> bool {
    use ComponentKind as K;
    matches!(kind, K::Table | K::Column | K::Relationship | K::Choice | K::Key)
}
