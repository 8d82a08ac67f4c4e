//! Those who take part in an activity: their name and address are kept beside the reference.

use base::{Result, Uuid};
use db::statement;

use super::{Rule, on, row};
use crate::{Event, MessageName, Session, Stage, Value, plan};

pub(super) fn rule() -> Rule {
    Rule {
        name: "activity parties",
        on: vec![on(MessageName::Create, Stage::Before, "activityparty")],
        run: |session, event| Box::pin(run(session, event)),
    }
}

/// Where the mail address of a party is.
const ADDRESSES: &[(&str, &str)] = &[
    ("account", "emailaddress1"),
    ("contact", "emailaddress1"),
    ("queue", "emailaddress"),
    ("systemuser", "internalemailaddress"),
];

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let mut row = row(event)?;
    let (id, table) = match row.written("partyid") {
        Some(Value::Lookup { id, table, .. }) => (*id, table.to_string()),
        _ => {
            // Somebody who is known by an address only.
            if let Some(address) = row.written("addressused").cloned() {
                row.set("unresolvedpartyname", address);
            }
            return Ok(());
        }
    };
    row.set("partyobjecttypecode", Value::Text(table.clone()));
    let (name, address) = told(session, &table, id).await?;
    if let Some(name) = name {
        row.set("partyidname", Value::Text(name));
    }
    let is_given = row.written("addressused").is_some_and(|given| !given.is_null());
    if let Some(address) = address.filter(|_| !is_given) {
        row.set("addressused", Value::Text(address));
    }
    Ok(())
}

/// The name and the mail address of a row.
async fn told(
    session: &mut Session<'_>,
    table: &str,
    id: Uuid,
) -> Result<(Option<String>, Option<String>)> {
    let schema = session.schema().clone();
    let table = plan::table(&schema, table)?;
    let dialect = session.store().dialect();
    let column = |name: Option<&str>| {
        let found = name.and_then(|name| table.column(name));
        found.map_or_else(
            || "cast(null as text)".to_owned(),
            |column| dialect.quote(&dialect.physical_name(&column.logical_name)),
        )
    };
    let address = ADDRESSES.iter().find(|(of, _)| *of == table.logical_name).map(|(_, name)| *name);
    let sql = format!(
        "select {}, {} from {} where {} = ?1",
        column(table.primary_name.as_deref()),
        column(address),
        session.store().table(&dialect.physical_name(&table.logical_name)),
        dialect.quote(&dialect.physical_name(&table.primary_id)),
    );
    let rows = session.tx().query(&statement!(sql, id)).await?;
    match rows.first() {
        Some(row) => Ok((row.get(0)?, row.get(1)?)),
        None => Ok((None, None)),
    }
}
