//! Values that follow from others: defaults, composite names and addresses, amounts in base
//! currency, owner columns.

use std::sync::Arc;

use base::{Error, Instant, Kind, Result, Uuid};
use metadata::{Column, ColumnKind, Ownership, RequiredLevel, Table};

use super::number;
use super::state::{Standing, settle};
use super::write::{Values, fill, get, put};
use crate::{Record, User, Value, bulk, ddl, well_known};

/// The columns that make a name: the table, the name, its parts.
const NAMES: &[(&str, &str, &[&str])] = &[
    ("contact", "fullname", &["firstname", "lastname"]),
    ("contact", "yomifullname", &["yomifirstname", "yomilastname"]),
    ("lead", "fullname", &["firstname", "lastname"]),
    ("systemuser", "fullname", &["firstname", "lastname"]),
    ("systemuser", "yomifullname", &["yomifirstname", "yomilastname"]),
];

/// What makes an address: lines of parts.
const ADDRESS_PARTS: &[&str] =
    &["line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country"];

/// Who writes, and when.
#[derive(Clone, Copy)]
pub(crate) struct Author<'a> {
    /// The user.
    pub user: &'a User,
    /// The time.
    pub now: Instant,
}

/// Who owns a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Owner {
    /// A user or a team.
    pub id: Uuid,
    /// Whether it is a team.
    pub is_team: bool,
    /// Its business unit.
    pub unit: Uuid,
}

/// Fills what a new row has without being told: who and when, owner, defaults, state.
pub(crate) fn complete_new(
    table: &Table,
    author: Author<'_>,
    owner: Option<&Owner>,
    values: &mut Values,
) -> Result<()> {
    created(table, author, values);
    match table.ownership {
        Ownership::UserOwned => {
            if let Some(owner) = owner {
                owned(table, owner, values);
            }
        }
        Ownership::BusinessOwned => {
            let unit = || lookup(author.user.business_unit, "businessunit");
            // A business unit is not inside itself.
            if table.logical_name != "businessunit" {
                fill(table, values, "businessunitid", unit);
            }
        }
        Ownership::OrganizationOwned | Ownership::None => {}
    }
    if let Some(column) = table.column("organizationid")
        && table.logical_name != "organization"
    {
        let organization = author.user.organization;
        fill(table, values, "organizationid", || match column.is_lookup() {
            true => lookup(organization, "organization"),
            false => Value::Id(organization),
        });
    }
    if table.is_solution_aware {
        fill(table, values, "componentstate", || Value::Choice(0));
        fill(table, values, "ismanaged", || Value::Bool(false));
        let never = Value::DateTime(Instant(bulk::OVERWRITE_NEVER));
        fill(table, values, "overwritetime", || never);
        fill(table, values, "solutionid", || match table.column("solutionid") {
            Some(column) if column.is_lookup() => lookup(well_known::ACTIVE_SOLUTION, "solution"),
            _ => Value::Id(well_known::ACTIVE_SOLUTION),
        });
    }
    defaults(table, values);
    let standing =
        settle(table, (option(values, "statecode"), option(values, "statuscode")), None)?;
    stand(table, standing, values);
    Ok(())
}

/// Who made the row and when. A migration may say when; then the time of the migration is kept
/// beside it.
fn created(table: &Table, author: Author<'_>, values: &mut Values) {
    let now = Value::DateTime(author.now);
    if let Some(Value::DateTime(overridden)) = get(values, "overriddencreatedon").cloned() {
        put(table, values, "createdon", Value::DateTime(overridden));
        put(table, values, "overriddencreatedon", now.clone());
    }
    let user = || lookup(author.user.id, "systemuser");
    fill(table, values, "createdon", || now.clone());
    fill(table, values, "createdby", user);
    fill(table, values, "modifiedon", || now);
    fill(table, values, "modifiedby", user);
    if let Some(caller) = author.user.on_behalf_by {
        for column in ["createdonbehalfby", "modifiedonbehalfby"] {
            fill(table, values, column, || lookup(caller, "systemuser"));
        }
    }
}

/// Who changed a row and when.
pub(crate) fn changed(table: &Table, author: Author<'_>, values: &mut Values) {
    fill(table, values, "modifiedon", || Value::DateTime(author.now));
    fill(table, values, "modifiedby", || lookup(author.user.id, "systemuser"));
    let caller = author.user.on_behalf_by;
    fill(table, values, "modifiedonbehalfby", || {
        caller.map_or(Value::Null, |caller| lookup(caller, "systemuser"))
    });
}

/// The columns that tell the owner.
pub(crate) fn owned(table: &Table, owner: &Owner, values: &mut Values) {
    let user = lookup(owner.id, if owner.is_team { "team" } else { "systemuser" });
    let (of_user, of_team) = match owner.is_team {
        true => (Value::Null, user.clone()),
        false => (user.clone(), Value::Null),
    };
    put(table, values, "ownerid", user);
    put(table, values, "owninguser", of_user);
    put(table, values, "owningteam", of_team);
    put(table, values, "owningbusinessunit", lookup(owner.unit, "businessunit"));
}

fn defaults(table: &Table, values: &mut Values) {
    for column in table.columns.values() {
        let default = match &column.kind {
            ColumnKind::Boolean { default, .. } => Value::Bool(*default),
            ColumnKind::Choice { default: Some(default), .. } => Value::Choice(*default),
            ColumnKind::ManagedProperty => Value::Managed { value: true, can_be_changed: true },
            _ => continue,
        };
        fill(table, values, &column.logical_name, || default);
    }
}

/// Settles the state of a row that is changed, if the change is about it.
pub(crate) fn restate(table: &Table, before: &Record, values: &mut Values) -> Result<()> {
    let given = (option(values, "statecode"), option(values, "statuscode"));
    let old = |name| before.get(name).and_then(Value::int).and_then(|int| i32::try_from(int).ok());
    let before = match (old("statecode"), old("statuscode")) {
        (Some(state), Some(status)) => Some(Standing { state, status }),
        _ => None,
    };
    let standing = settle(table, given, before)?;
    stand(table, standing, values);
    Ok(())
}

fn stand(table: &Table, standing: Option<Standing>, values: &mut Values) {
    if let Some(Standing { state, status }) = standing {
        put(table, values, "statecode", Value::Choice(state));
        put(table, values, "statuscode", Value::Choice(status));
    }
}

fn option(values: &Values, name: &str) -> Option<i32> {
    match get(values, name) {
        Some(Value::Choice(option)) => Some(*option),
        _ => None,
    }
}

/// Whether the change is about state or status.
pub(crate) fn is_restated(values: &Values) -> bool {
    option(values, "statecode").is_some() || option(values, "statuscode").is_some()
}

/// Columns that must have a value do not.
pub(crate) fn check_required(table: &Table, values: &Values, is_new: bool) -> Result<()> {
    for column in table.columns.values() {
        let is_needed = column.required == RequiredLevel::SystemRequired
            && column.valid_for_create
            && column.logical_name != table.primary_id
            && ddl::storage(column).is_some();
        let is_missing = match get(values, &column.logical_name) {
            Some(value) => value.is_null(),
            None => is_new,
        };
        if is_needed && is_missing && column.auto_number_format.is_none() {
            return Err(Error::new(
                Kind::Invalid,
                "0x80040200",
                format!(
                    "The column '{}' of '{}' needs a value.",
                    column.logical_name, table.logical_name
                ),
            ));
        }
    }
    Ok(())
}

/// The columns of the row before that are needed to derive others after a change of `values`.
pub(crate) fn needed_before(table: &Table, values: &Values) -> Vec<Arc<Column>> {
    let mut needed: Vec<Arc<Column>> = Vec::new();
    let mut need = |name: &str| {
        if let Some(column) = table.column(name).filter(|column| ddl::storage(column).is_some())
            && !needed.iter().any(|known| Arc::ptr_eq(known, column))
        {
            needed.push(column.clone());
        }
    };
    if is_restated(values) {
        need("statecode");
        need("statuscode");
    }
    for (_, parts) in names(table) {
        if parts.iter().any(|part| get(values, part).is_some()) {
            parts.iter().for_each(|part| need(part));
        }
    }
    for address in addresses(table, values) {
        ADDRESS_PARTS.iter().for_each(|part| need(&format!("{address}_{part}")));
    }
    if is_about_money(values) {
        need("transactioncurrencyid");
        need("exchangerate");
        if get(values, "transactioncurrencyid").is_some() {
            table.columns.values().filter_map(base_of).for_each(&mut need);
        }
    }
    if get(values, "ownerid").is_some() {
        need("ownerid");
    }
    needed
}

/// Composite names and addresses.
pub(crate) fn compose(table: &Table, before: Option<&Record>, values: &mut Values) {
    for (name, parts) in names(table) {
        if parts.iter().any(|part| get(values, part).is_some()) {
            let words = parts.iter().filter_map(|part| text(before, values, part));
            let composed = words.collect::<Vec<_>>().join(" ");
            put_text(table, values, name, composed);
        }
    }
    for address in addresses(table, values) {
        let composed = compose_address(before, values, &address);
        put_text(table, values, &format!("{address}_composite"), composed);
    }
}

fn names(table: &Table) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let of_table = |(name, ..): &&(&str, _, _)| *name == table.logical_name;
    NAMES.iter().filter(of_table).map(|(_, name, parts)| (*name, *parts))
}

/// The addresses of which a part is written.
fn addresses(table: &Table, values: &Values) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (column, _) in values {
        let Some((address, part)) = column.logical_name.split_once('_') else { continue };
        let is_part = address.starts_with("address") && ADDRESS_PARTS.contains(&part);
        if is_part
            && table.column(&format!("{address}_composite")).is_some()
            && !found.iter().any(|known| known == address)
        {
            found.push(address.to_owned());
        }
    }
    found
}

fn compose_address(before: Option<&Record>, values: &Values, address: &str) -> String {
    let part = |name: &str| text(before, values, &format!("{address}_{name}"));
    let region =
        [part("stateorprovince"), part("postalcode")].into_iter().flatten().collect::<Vec<_>>();
    let region = (!region.is_empty()).then(|| region.join(" "));
    let place = [part("city"), region].into_iter().flatten().collect::<Vec<_>>();
    let place = (!place.is_empty()).then(|| place.join(", "));
    let lines = [part("line1"), part("line2"), part("line3"), place, part("country")];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\r\n")
}

/// The text of a column after the change.
fn text(before: Option<&Record>, values: &Values, name: &str) -> Option<String> {
    let value = get(values, name).or_else(|| before?.get(name))?;
    value.text().map(str::to_owned)
}

fn put_text(table: &Table, values: &mut Values, name: &str, mut composed: String) {
    let Some(column) = table.column(name) else { return };
    if let ColumnKind::String { max_length, .. } | ColumnKind::Memo { max_length, .. } = column.kind
    {
        let mut length = 0;
        let end = composed.char_indices().find(|(_, c)| {
            length += c.len_utf16();
            length > max_length as usize
        });
        if let Some((end, _)) = end {
            composed.truncate(end);
        }
    }
    let value = if composed.is_empty() { Value::Null } else { Value::Text(composed) };
    put(table, values, name, value);
}

/// The amount of which a column is the value in base currency.
fn base_of(column: &Arc<Column>) -> Option<&str> {
    match &column.kind {
        ColumnKind::Money { base_of, .. } => base_of.as_deref(),
        _ => None,
    }
}

/// Whether amounts, or the currency of them, are written.
pub(crate) fn is_about_money(values: &Values) -> bool {
    values.iter().any(|(column, value)| {
        column.logical_name == "transactioncurrencyid"
            || (matches!(column.kind, ColumnKind::Money { .. }) && !value.is_null())
    })
}

/// A currency with what one unit of the base currency is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    /// The currency.
    pub currency: Uuid,
    /// The rate, scaled.
    pub scaled: i64,
    /// Its digits after the point.
    pub scale: u8,
}

/// Writes the currency, its rate, and the amounts in base currency.
pub(crate) fn convert(
    table: &Table,
    before: Option<&Record>,
    rate: Rate,
    values: &mut Values,
) -> Result<()> {
    put(table, values, "transactioncurrencyid", lookup(rate.currency, "transactioncurrency"));
    if let Some(column) = table.column("exchangerate")
        && let ColumnKind::Decimal { precision, .. } = column.kind
    {
        let written = number::text(rate.scaled, rate.scale);
        let scaled = number::rounded(&written, precision).unwrap_or(rate.scaled);
        put(table, values, "exchangerate", Value::Decimal { scaled, scale: precision });
    }
    for column in table.columns.values() {
        let Some(amount) = base_of(column) else { continue };
        let given = get(values, amount).or_else(|| before?.get(amount));
        let base = match given {
            None => continue,
            Some(Value::Decimal { scaled, .. }) => {
                let base = number::divide(*scaled, rate.scaled, rate.scale);
                let scaled = base.ok_or_else(|| too_large(column))?;
                Value::Decimal { scaled, scale: ddl::MONEY_SCALE }
            }
            Some(_) => Value::Null,
        };
        put(table, values, &column.logical_name, base);
    }
    Ok(())
}

fn too_large(column: &Column) -> Error {
    let name = &column.logical_name;
    Error::new(Kind::Invalid, "0x80044330", format!("The amount in '{name}' is too large."))
}

/// A lookup without a name.
pub(crate) fn lookup(id: Uuid, table: &str) -> Value {
    Value::Lookup { id, table: Arc::from(table), name: None }
}
