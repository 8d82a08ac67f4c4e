//! Values that only the database knows: rows that are referred to, owners, rates, numbers.

use std::collections::HashSet;
use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use db::statement;
use metadata::{Table, TableType};

use super::read::find_id;
use crate::plan::autonumber::{self, Part};
use crate::plan::derived::{self, Author, Owner, Rate};
use crate::plan::{self, Link, RowKey, Values};
use crate::security::{self, Right};
use crate::{Record, Session, User, Value, user};

/// Rows that are known to exist and to allow links: the table and the id.
pub(super) type Known = HashSet<(String, Uuid)>;

/// Who writes, and when.
pub(super) fn author<'a>(session: &Session<'_>, user: &'a User) -> Author<'a> {
    Author { user, now: session.cx().now() }
}

/// Finds the rows that lookups are to point to, and checks that they allow it. Whether there are
/// any beside the owner, who is not a link.
pub(super) async fn resolve(
    session: &mut Session<'_>,
    links: Vec<Link>,
    known: &mut Known,
    values: &mut Values,
) -> Result<bool> {
    let mut is_linked = false;
    for link in links {
        let is_owner = link.column.kind == metadata::ColumnKind::Owner;
        let id = target(session, &link.table, &link.key, known, !is_owner).await?;
        is_linked |= !is_owner;
        plan::set(values, &link.column, derived::lookup(id, &link.table.logical_name));
    }
    Ok(is_linked)
}

/// The id of a row that something is to be linked to.
pub(super) async fn target(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    key: &RowKey,
    known: &mut Known,
    is_link: bool,
) -> Result<Uuid> {
    if let RowKey::Id(id) = key
        && known.contains(&(table.logical_name.clone(), *id))
    {
        return Ok(*id);
    }
    if table.table_type == TableType::Virtual {
        // Nothing is kept of it that could be looked for.
        return match key {
            RowKey::Id(id) => Ok(*id),
            RowKey::Values(_) => Err(key.not_found(table)),
        };
    }
    let id = find_id(&mut session.read_scope(), table, key).await?;
    let id = id.ok_or_else(|| key.not_found(table))?;
    if is_link {
        let (user, store) = (session.user().clone(), session.store());
        security::check_row(session.tx(), store, &user, table, id, Right::AppendTo).await?;
        known.insert((table.logical_name.clone(), id));
    }
    Ok(id)
}

/// The owner that the values name, or the caller.
pub(super) async fn own(session: &mut Session<'_>, values: &Values) -> Result<Owner> {
    let user = session.user();
    match plan::get(values, "ownerid") {
        Some(Value::Lookup { id, .. }) if *id == user.id => {}
        Some(Value::Lookup { id, table, .. }) => {
            let (id, is_team) = (*id, &**table == "team");
            return Ok(Owner { id, is_team, unit: unit(session, id, is_team).await? });
        }
        _ => {}
    }
    Ok(Owner { id: user.id, is_team: false, unit: user.business_unit })
}

async fn unit(session: &mut Session<'_>, owner: Uuid, is_team: bool) -> Result<Uuid> {
    let (table, key, kind) = match is_team {
        true => ("team", "teamid", "teamtype"),
        false => ("systemuser", "systemuserid", "null"),
    };
    let from = session.store().table(table);
    let kind = session.store().dialect().typed(kind, db::ColumnType::Int);
    let sql = format!("select businessunitid, {kind} from {from} where {key} = ?1");
    let found = session.tx().query(&statement!(sql, owner)).await?;
    let Some(row) = found.first() else { return Err(crate::not_found(table, owner)) };
    if row.get::<Option<i64>>(1)? == Some(user::ACCESS_TEAM) {
        return Err(Error::new(
            Kind::Invalid,
            "0x80048340",
            format!("The team {owner} is an access team: it receives shares, and owns no rows."),
        ));
    }
    let unit = row.get::<Option<Uuid>>(0)?;
    unit.ok_or_else(|| Error::internal(format!("the {table} {owner} has no business unit")))
}

/// Writes amounts in base currency, where a row has any.
pub(super) async fn convert(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    before: Option<&Record>,
    values: &mut Values,
) -> Result<()> {
    let has_rate =
        table.column("exchangerate").is_some_and(|_| table.logical_name != "transactioncurrency");
    if !has_rate || !derived::is_about_money(values) {
        return Ok(());
    }
    let currency = match plan::get(values, "transactioncurrencyid") {
        Some(given) => given.id(),
        None => before.and_then(|row| row.get("transactioncurrencyid")).and_then(Value::id),
    };
    let currency = match currency {
        Some(currency) => Some(currency),
        None => base_currency(session).await?,
    };
    match currency {
        // An organisation without a currency has no base amounts.
        None => Ok(()),
        Some(currency) => {
            let rate = rate(session, currency).await?;
            derived::convert(table, before, rate, values)
        }
    }
}

async fn base_currency(session: &mut Session<'_>) -> Result<Option<Uuid>> {
    let from = session.store().table("organization");
    let sql = format!("select basecurrencyid from {from} limit 1");
    let found = session.tx().query(&statement!(sql)).await?;
    found.first().map_or(Ok(None), |row| row.get(0))
}

async fn rate(session: &mut Session<'_>, currency: Uuid) -> Result<Rate> {
    let schema = session.schema().clone();
    let table = plan::table(&schema, "transactioncurrency")?;
    let columns = table.column("exchangerate").cloned();
    let columns = columns.into_iter().collect::<Vec<_>>();
    let found = super::read_row(&mut session.read_scope(), table, currency, &columns).await?;
    let row = found.ok_or_else(|| crate::not_found("transactioncurrency", currency))?;
    match row.get("exchangerate") {
        Some(Value::Decimal { scaled, scale }) if *scaled > 0 => {
            Ok(Rate { currency, scaled: *scaled, scale: *scale })
        }
        _ => Err(Error::invalid(format!("The currency {currency} has no exchange rate."))),
    }
}

/// Gives autonumber columns their values, where none is given.
pub(super) async fn autonumbers(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    values: &mut Values,
) -> Result<()> {
    let numbered = table.columns.values().filter_map(|column| {
        let pattern = column.auto_number_format.as_deref().filter(|pattern| !pattern.is_empty())?;
        Some((column, pattern))
    });
    for (column, pattern) in numbered {
        if plan::get(values, &column.logical_name).is_some_and(|value| !value.is_null()) {
            continue;
        }
        let parts = autonumber::parse(pattern).ok_or_else(|| {
            Error::invalid(format!(
                "'{pattern}' of the column '{}' is no autonumber format.",
                column.logical_name
            ))
        })?;
        let number = numbered_text(session, table, &column.logical_name, parts).await?;
        plan::set(values, column, Value::Text(number));
    }
    Ok(())
}

async fn numbered_text(
    session: &mut Session<'_>,
    table: &Table,
    column: &str,
    parts: Vec<Part>,
) -> Result<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(part) => text.push_str(&part),
            Part::Time(format) => text.push_str(&autonumber::time(session.cx().now(), &format)),
            Part::Random(count) => {
                let bytes = session.cx().random_bytes::<8>();
                text.push_str(&autonumber::random(&bytes, count));
            }
            Part::Number(digits) => {
                let number = next_number(session, table, column).await?;
                text.push_str(&format!("{number:0digits$}"));
            }
        }
    }
    Ok(text)
}

/// The next number of a column; the first is 1000.
async fn next_number(session: &mut Session<'_>, table: &Table, column: &str) -> Result<i64> {
    let into = session.store().table("fh_sequence");
    let sql = format!(
        "insert into {into} as kept (name, value) values (?1, 1000) \
         on conflict (name) do update set value = kept.value + 1 returning value"
    );
    let name = format!("autonumber/{}/{column}", table.logical_name);
    session.tx().query_one(&statement!(sql, name)).await?.get(0)
}
