//! The rows that every table has in other tables: privileges with their grants, the messages it
//! takes; and what happens to rows of other tables when it goes.

use base::{Result, Uuid};
use db::{Statement, Value, statement};
use metadata::{CascadeAction, OneToMany, Ownership, Relationship, Table};

use crate::bulk::{Origin, Rows};
use crate::security::{self, Right};
use crate::well_known::{SYSTEM_ADMINISTRATOR_TEMPLATE, SYSTEM_CUSTOMIZER_TEMPLATE};
use crate::{Depth, Session, ddl};

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

/// The rights that have a privilege on a table of this kind.
pub(crate) fn rights(table: &Table) -> &'static [Right] {
    match table.ownership {
        Ownership::UserOwned => &Right::ALL,
        // Nothing to assign or share where nobody owns.
        Ownership::OrganizationOwned | Ownership::BusinessOwned => &Right::ALL[..6],
        Ownership::None => &[],
    }
}

async fn add_privileges(session: &mut Session<'_>, table: &Table) -> Result<()> {
    if table.privilege_stem != table.schema_name {
        return Ok(());
    }
    let origin = origin(session, table.is_managed);
    let schema = session.schema().clone();
    let cx = session.cx().clone();
    let store = session.store();
    if let Some(privilege) = schema.table("privilege") {
        let mut rows = privilege_rows(privilege);
        for right in rights(table) {
            push_privilege(&mut rows, table, *right);
        }
        rows.insert(&cx, session.tx(), store, origin).await?;
    }
    if let Some(codes) = schema.table("privilegeobjecttypecodes") {
        let mut rows = Rows::new(codes, &["privilegeid", "objecttypecode"]);
        for right in rights(table) {
            let id = security::privilege(table, *right);
            rows.push(cx.new_id(), vec![id.into(), table.logical_name.as_str().into()]);
        }
        rows.insert(&cx, session.tx(), store, origin).await?;
    }
    grant(session, table, origin).await
}

/// Rows of `privilege`, ready to be filled with [`push_privilege`].
pub(crate) fn privilege_rows(privilege: &std::sync::Arc<Table>) -> Rows {
    let columns = ["name", "accessright", "canbebasic", "canbelocal", "canbedeep", "canbeglobal"];
    Rows::new(privilege, &columns)
}

/// Adds the privilege that gives `right` on `table`.
pub(crate) fn push_privilege(rows: &mut Rows, table: &Table, right: Right) {
    let names = (security::privilege(table, right), security::privilege_name(table, right));
    let (Some(id), Some(name)) = names else { return };
    let is_owned = i64::from(table.ownership == Ownership::UserOwned);
    let has_unit =
        i64::from(matches!(table.ownership, Ownership::UserOwned | Ownership::BusinessOwned));
    let flags = [right.bit(), is_owned, has_unit, has_unit, 1].map(Value::from);
    rows.push(id, std::iter::once(name.into()).chain(flags).collect());
}

/// A new table is granted to System Administrator and System Customizer, wholly.
async fn grant(session: &mut Session<'_>, table: &Table, origin: Origin) -> Result<()> {
    let store = session.store();
    let sql = format!(
        "select roleid from {} where roletemplateid in (?1, ?2) and parentroleid is null",
        store.table("role")
    );
    let roles = statement!(sql, SYSTEM_ADMINISTRATOR_TEMPLATE, SYSTEM_CUSTOMIZER_TEMPLATE);
    let roles = session.tx().query(&roles).await?;
    let Some(links) = session.schema().table("roleprivileges").cloned() else { return Ok(()) };
    let cx = session.cx().clone();
    let mut rows = Rows::new(&links, &["roleid", "privilegeid", "privilegedepthmask"]);
    for role in roles {
        let role: Uuid = role.get(0)?;
        for right in rights(table) {
            let privilege = security::privilege(table, *right);
            let depth = Depth::Global.mask();
            rows.push(cx.new_id(), vec![role.into(), privilege.into(), depth.into()]);
        }
    }
    rows.insert(&cx, session.tx(), store, origin).await
}

async fn add_messages(session: &mut Session<'_>, table: &Table) -> Result<()> {
    let Some(filters) = session.schema().table("sdkmessagefilter").cloned() else { return Ok(()) };
    let cx = session.cx().clone();
    let mut rows = message_filter_rows(&filters);
    push_message_filters(&mut rows, table);
    let origin = origin(session, table.is_managed);
    let store = session.store();
    rows.insert(&cx, session.tx(), store, origin).await
}

/// Rows of `sdkmessagefilter`, ready to be filled with [`push_message_filters`].
pub(crate) fn message_filter_rows(filters: &std::sync::Arc<Table>) -> Rows {
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

fn origin(session: &Session<'_>, is_managed: bool) -> Origin {
    Origin {
        organization: session.user().organization,
        unit: session.user().business_unit,
        now: session.cx().now().0,
        is_managed,
    }
}

/// Before a table goes.
pub(crate) async fn delete(session: &mut Session<'_>, table: &Table) -> Result<()> {
    let store = session.store();
    if table.privilege_stem == table.schema_name {
        for right in rights(table) {
            let Some(id) = security::privilege(table, *right) else { continue };
            for (name, column) in [
                ("roleprivileges", "privilegeid"),
                ("privilegeobjecttypecodes", "privilegeid"),
                ("privilege", "privilegeid"),
            ] {
                let sql = format!("delete from {} where {column} = ?1", store.table(name));
                session.tx().execute(&statement!(sql, id)).await?;
            }
        }
    }
    let schema = session.schema().clone();
    for (name, column) in
        [("sdkmessagefilter", "primaryobjecttypecode"), ("principalobjectaccess", "objecttypecode")]
    {
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
