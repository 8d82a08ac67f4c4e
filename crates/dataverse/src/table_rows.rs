//! The rows that every table has in other tables: privileges with their grants, the messages it
//! takes; and what happens to rows of other tables when it goes.

use std::sync::Arc;

use base::{Result, Uuid};
use db::{Statement, Value, statement};
use metadata::privileges::{self, AccessRight, Depth, Privilege};
use metadata::{CascadeAction, OneToMany, Relationship, Table};

use crate::bulk::{Origin, Rows};
use crate::well_known::{SYSTEM_ADMINISTRATOR_TEMPLATE, SYSTEM_CUSTOMIZER_TEMPLATE};
use crate::{Session, ddl};

/// The messages that every table takes.
pub(crate) const TABLE_MESSAGES: &[&str] = &[
    "Create",
    "CreateMultiple",
    "Delete",
    "DeleteMultiple",
    "Retrieve",
    "RetrieveMultiple",
    "Update",
    "UpdateMultiple",
    "Upsert",
    "UpsertMultiple",
];

/// After a table was made.
pub(crate) async fn create(session: &mut Session<'_>, table: &Table) -> Result<()> {
    for one in metadata::system::system_relationships(table) {
        session.put_relationship(Relationship::OneToMany(one)).await?;
    }
    add_privileges(session, table).await?;
    add_messages(session, table).await?;
    session.users_changed();
    Ok(())
}

async fn add_privileges(session: &mut Session<'_>, table: &Table) -> Result<()> {
    let origin = session.origin(table.is_managed);
    let (schema, cx, store) = (session.schema().clone(), session.cx().clone(), session.store());
    let privileges = privileges::of_table(table);
    if let (Some(names), Some(codes)) =
        (schema.table("privilege"), schema.table("privilegeobjecttypecodes"))
    {
        let mut rows = privilege_rows(names);
        let mut code_rows = Rows::new(codes, &["privilegeid", "objecttypecode"]);
        for privilege in &privileges {
            push_privilege(&mut rows, privilege);
            code_rows
                .push(cx.new_id(), vec![privilege.id.into(), table.logical_name.as_str().into()]);
        }
        rows.insert(&cx, session.tx(), store, origin).await?;
        code_rows.insert(&cx, session.tx(), store, origin).await?;
    }
    // Privileges shared with tables that are there are granted already.
    if table.privilege_stem == table.schema_name {
        grant(session, &privileges, origin).await?;
    }
    Ok(())
}

/// Rows of `privilege`, ready to be filled with [`push_privilege`].
pub(crate) fn privilege_rows(privilege: &Arc<Table>) -> Rows {
    let columns = ["name", "accessright", "canbebasic", "canbelocal", "canbedeep", "canbeglobal"];
    Rows::new(privilege, &columns)
}

/// Adds a privilege.
pub(crate) fn push_privilege(rows: &mut Rows, privilege: &Privilege) {
    let right = privilege.right.map_or(0, AccessRight::bit);
    let mut values = vec![privilege.name.as_str().into(), right.into()];
    for depth in [Depth::Basic, Depth::Local, Depth::Deep, Depth::Global] {
        values.push(privilege.depths.has(depth).into());
    }
    rows.push(privilege.id, values);
}

/// A new table is granted to System Administrator and System Customizer, wholly.
async fn grant(session: &mut Session<'_>, privileges: &[Privilege], origin: Origin) -> Result<()> {
    let store = session.store();
    let sql = store
        .sql("select roleid from {role} where roletemplateid in (?1, ?2) and parentroleid is null");
    let roles = statement!(sql, SYSTEM_ADMINISTRATOR_TEMPLATE, SYSTEM_CUSTOMIZER_TEMPLATE);
    let roles = session.tx().query(&roles).await?;
    let Some(links) = session.schema().table("roleprivileges").cloned() else { return Ok(()) };
    let cx = session.cx().clone();
    let mut rows = Rows::new(&links, &["roleid", "privilegeid", "privilegedepthmask"]);
    for role in roles {
        let role: Uuid = role.get(0)?;
        for privilege in privileges {
            let depth = Depth::Global.mask();
            rows.push(cx.new_id(), vec![role.into(), privilege.id.into(), depth.into()]);
        }
    }
    rows.insert(&cx, session.tx(), store, origin).await
}

async fn add_messages(session: &mut Session<'_>, table: &Table) -> Result<()> {
    let Some(filters) = session.schema().table("sdkmessagefilter").cloned() else { return Ok(()) };
    let cx = session.cx().clone();
    let mut rows = message_filter_rows(&filters);
    push_message_filters(&mut rows, table);
    let origin = session.origin(table.is_managed);
    let store = session.store();
    rows.insert(&cx, session.tx(), store, origin).await
}

/// Rows of `sdkmessagefilter`, ready to be filled with [`push_message_filters`].
pub(crate) fn message_filter_rows(filters: &Arc<Table>) -> Rows {
    Rows::new(
        filters,
        &["sdkmessageid", "primaryobjecttypecode", "secondaryobjecttypecode", "availability"],
    )
}

/// Adds one row for each message that the table takes.
pub(crate) fn push_message_filters(rows: &mut Rows, table: &Table) {
    for message in TABLE_MESSAGES {
        let id =
            metadata::ids::stable_id("messagefilter", &format!("{message}/{}", table.logical_name));
        let message = metadata::ids::stable_id("message", message);
        let name = table.logical_name.as_str();
        rows.push(id, vec![message.into(), name.into(), "none".into(), 0.into()]);
    }
}

/// Before a table goes.
pub(crate) async fn delete(session: &mut Session<'_>, table: &Table) -> Result<()> {
    let store = session.store();
    if table.privilege_stem == table.schema_name {
        for privilege in privileges::of_table(table) {
            for name in ["roleprivileges", "privilegeobjecttypecodes", "privilege"] {
                let sql = format!("delete from {} where privilegeid = ?1", store.table(name));
                session.tx().execute(&statement!(sql, privilege.id)).await?;
            }
        }
    }
    let schema = session.schema().clone();
    for (name, column) in [
        ("sdkmessagefilter", "primaryobjecttypecode"),
        ("privilegeobjecttypecodes", "objecttypecode"),
        ("principalobjectaccess", "objecttypecode"),
    ] {
        if schema.table(name).is_some() {
            let sql = format!("delete from {} where {column} = ?1", store.table(name));
            session.tx().execute(&statement!(sql, table.logical_name.as_str())).await?;
        }
    }
    session.users_changed();
    Ok(())
}

/// Before a relationship goes: rows that refer through it to a table that others may refer to as
/// well follow, or lose the reference, as if the rows they refer to were deleted.
pub(crate) async fn unlink(session: &mut Session<'_>, relationship: &Relationship) -> Result<()> {
    let Relationship::OneToMany(one) = relationship else { return Ok(()) };
    let Some(table) = session.schema().table(&one.referencing_table).cloned() else {
        return Ok(());
    };
    let Some(column) = table.column(&one.referencing_column) else { return Ok(()) };
    // Of a plain lookup, the column goes or the references stay: its only target is the same.
    if !ddl::has_type_column(column) || is_shared(session, one) {
        return Ok(());
    }
    let dialect = session.store().dialect();
    let name = session.store().table(&dialect.physical_name(&table.logical_name));
    let id = dialect.quote(&dialect.physical_name(&column.logical_name));
    let kind = dialect.quote(&ddl::type_column(dialect, &column.logical_name));
    let sql = match one.cascade.delete {
        CascadeAction::Cascade => format!("delete from {name} where {kind} = ?1"),
        _ => format!("update {name} set {id} = null, {kind} = null where {kind} = ?1"),
    };
    let target = Value::from(one.referenced_table.as_str());
    session.tx().execute(&Statement::new(sql, vec![target])).await?;
    Ok(())
}

/// Whether another relationship lets the same lookup refer to the same table.
fn is_shared(session: &Session<'_>, one: &OneToMany) -> bool {
    let is_same = |other: &OneToMany| {
        other.schema_name != one.schema_name
            && other.referencing_column == one.referencing_column
            && other.referenced_table == one.referenced_table
    };
    session.schema().many_to_one(&one.referencing_table).any(is_same)
}
