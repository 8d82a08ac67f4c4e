//! Reads: a query by names becomes a plan with columns.

use std::sync::{Arc, OnceLock};

use base::{Error, Instant, Kind, Result, Uuid, limits};
use metadata::{Column, ColumnKind, Schema, Table, TableType};
use query::Query;

use super::access::access;
use super::cache::ColumnCache;
use super::condition::{Alias, Condition, Field, From, Join};
use super::expand::{ExpandPlan, expands};
use super::filter::{Aliases, Scope, is_of, primary};
use super::key::RowKey;
use super::literal::{bad, unknown_property};
use super::navigation::{Navigation, check_stored, is_readable, navigation, property};
use super::order::{OrderStep, Token, fingerprint, order};
use crate::security::{self, Access, Right, column_rights};
use crate::{User, ddl};

/// Who asks, in which environment, and when.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    /// The snapshot of the schema.
    pub schema: &'a Schema,
    /// Whose rights count.
    pub user: &'a User,
    /// The time that relative dates are relative to.
    pub now: Instant,
    /// Whether the names of the rows behind lookups are wanted.
    pub with_names: bool,
    /// What other plans found.
    pub cache: Option<&'a ColumnCache>,
}

/// A read, decided: `sql` makes a statement of it.
#[derive(Clone, Debug)]
pub(crate) struct ReadPlan {
    /// The tables.
    pub from: From,
    /// How many numbers of tables are used; the next one is free.
    pub tables: Alias,
    /// What is read of each row.
    pub columns: Arc<Columns>,
    /// Which rows: what was asked, and what the user may read.
    pub condition: Condition,
    /// In which order.
    pub order: Vec<OrderStep>,
    /// The values of the order in the last row before these.
    pub after: Option<Vec<db::Value>>,
    /// At most so many rows.
    pub rows_max: usize,
    /// Whether walking along the order is likely to find them soon.
    pub walks: bool,
    /// Whether more rows make a next page; else they are not wanted.
    pub is_paged: bool,
    /// Whether the number of all rows is wanted.
    pub count: bool,
    /// The related rows to read then.
    pub expands: Vec<ExpandPlan>,
    /// The question as a number, for tokens.
    pub fingerprint: u64,
    /// The moment of the question, for formulas.
    pub now: Instant,
}

/// A column that is read.
#[derive(Clone, Debug)]
pub(crate) struct ReadColumn {
    /// The column.
    pub column: Arc<Column>,
    /// The table it is read from.
    pub alias: Alias,
    /// For a lookup: the tables it may point to.
    pub targets: Vec<LookupTarget>,
    /// Whether its value is kept from this user.
    pub is_masked: bool,
    /// If it is kept from him but in rows where somebody shared it with him: the primary key.
    pub shared_by: Option<Arc<Column>>,
}

impl ReadColumn {
    /// Whether the name of the row behind a lookup is read too.
    pub fn has_label(&self) -> bool {
        self.targets.iter().any(|target| target.label.is_some())
    }
}

/// A table that a lookup may point to.
#[derive(Clone, Debug)]
pub(crate) struct LookupTarget {
    /// Its logical name.
    pub name: Arc<str>,
    /// Where the name of a row is read, if it is wanted: the table, its key and its name column.
    pub label: Option<(Arc<Table>, Arc<Column>, Arc<Column>)>,
}

/// Which rows of the table a read is about.
#[derive(Clone, Debug)]
pub(crate) enum Base {
    /// All of them.
    All,
    /// One, by id or key.
    Row(RowKey),
    /// Those that a navigation property of a row leads to.
    Related {
        /// The table of that row.
        table: Arc<Table>,
        /// Its id.
        id: Uuid,
        /// The way.
        navigation: Navigation,
    },
}

/// Decides how to read rows of `table`.
pub(crate) fn read(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    query: &Query,
    base: &Base,
) -> Result<ReadPlan> {
    read_at(asker, table, query, base, 0)
}

/// The same for rows that come along with others, so many levels below.
pub(super) fn read_at(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    query: &Query,
    base: &Base,
    depth: usize,
) -> Result<ReadPlan> {
    if table.table_type == TableType::Virtual {
        let name = &table.logical_name;
        return Err(Error::not_implemented(format!("Reading rows of the computed table '{name}'")));
    }
    let mut aliases = Aliases::default();
    let mut scope = Scope::new(table.clone(), &mut aliases);
    let mut condition = access(asker, table, scope.from.alias, Right::Read)?.and(self::base(
        &mut scope,
        &mut aliases,
        base,
    )?);
    if let Some(filter) = &query.filter {
        condition = condition.and(scope.filter(asker, &mut aliases, filter)?);
    }
    let is_one = matches!(base, Base::Row(_));
    let order = match is_one {
        true => Vec::new(),
        false => order(asker, &mut scope, &mut aliases, &query.order_by)?,
    };
    let mut columns = shown(asker, table, &query.select)?;
    let expands = expands(asker, table, &mut columns, query, depth)?;
    let (rows_max, is_paged) = rows_max(query);
    let walks = rows_max <= limits::PAGE_WALK_ROWS_MAX && walks(asker, table, base, &order);
    let fingerprint = if is_one { 0 } else { question(table, query) };
    let after = match &query.skip_token {
        Some(token) => Some(Token::decode(token, fingerprint, &order)?),
        None => None,
    };
    Ok(ReadPlan {
        from: scope.from,
        tables: aliases.count(),
        columns,
        condition,
        order,
        after,
        rows_max,
        walks,
        is_paged: is_paged && !is_one,
        count: query.count,
        expands,
        fingerprint,
        now: asker.now,
    })
}

/// The rows of `table` that a filter finds, whoever asks may read.
pub(crate) fn filtered(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    filter: Option<&query::Filter>,
) -> Result<(From, Condition)> {
    let mut aliases = Aliases::default();
    let mut scope = Scope::new(table.clone(), &mut aliases);
    let mut condition = access(asker, table, scope.from.alias, Right::Read)?;
    if let Some(filter) = filter {
        condition = condition.and(scope.filter(asker, &mut aliases, filter)?);
    }
    Ok((scope.from, condition))
}

/// How many rows, and whether more make a next page. A page size wins over `$top`.
fn rows_max(query: &Query) -> (usize, bool) {
    match (query.page_size, query.top) {
        (Some(size), _) => (size.clamp(1, limits::PAGE_ROWS_MAX), true),
        (None, Some(top)) => (top.min(limits::PAGE_ROWS_MAX), false),
        (None, None) => (limits::PAGE_ROWS_MAX, true),
    }
}

/// Whoever reaches whole business units reaches many rows as a rule. Then a page along an index is
/// full soon, while an index on what he reaches would bring all of them, to be sorted.
fn walks(asker: &Asker<'_>, table: &Table, base: &Base, order: &[OrderStep]) -> bool {
    let is_indexed = order.first().is_some_and(|OrderStep { field, .. }| {
        let name = &field.column.logical_name;
        field.alias == 0 && (*name == table.primary_id || Some(name) == table.primary_name.as_ref())
    });
    is_indexed
        && matches!(base, Base::All)
        && match security::access(asker.user, table, Right::Read) {
            Access::Filter(filter) => filter.has_units(),
            Access::All | Access::None => false,
        }
}

/// A page token belongs to a table, a filter and an order; what is shown of the rows may differ.
fn question(table: &Table, query: &Query) -> u64 {
    match (&query.filter, query.order_by.as_slice()) {
        (None, []) => fingerprint(&table.logical_name),
        (filter, order) => fingerprint(&format!("{} {filter:?} {order:?}", table.logical_name)),
    }
}

fn base(scope: &mut Scope, aliases: &mut Aliases, base: &Base) -> Result<Condition> {
    match base {
        Base::All => Ok(Condition::Const(true)),
        Base::Row(key) => Ok(key.condition(primary(&scope.from.table)?)),
        Base::Related { table, id, navigation } => related(scope, aliases, table, *id, navigation),
    }
}

fn related(
    scope: &mut Scope,
    aliases: &mut Aliases,
    table: &Table,
    id: Uuid,
    navigation: &Navigation,
) -> Result<Condition> {
    let here = scope.from.alias;
    match navigation {
        Navigation::Many { column, .. } => {
            let link = Condition::equal(Field::value(here, column), id);
            Ok(link.and(is_of(here, column, table)))
        }
        Navigation::ManyToMany { intersect, near, far, table: many, .. } => {
            let between = aliases.next();
            let key = Field::value(here, primary(many)?);
            let on = Condition::same(Field::value(between, far), key)
                .and(Condition::equal(Field::value(between, near), id));
            let join = Join { table: intersect.clone(), alias: between, on, is_outer: false };
            scope.from.joins.push(join);
            Ok(Condition::Const(true))
        }
        Navigation::One { column, .. } => {
            Err(bad(format!("'{}' leads to one row, not to a collection.", column.logical_name)))
        }
    }
}

/// What is read of each row. Plans that show the same share it.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// The columns: those that are shown, then those that only we need.
    pub list: Vec<ReadColumn>,
    /// How many are shown.
    pub shown: usize,
    /// Which is the primary key.
    pub id: usize,
    /// Which is the version.
    pub version: Option<usize>,
    /// The list as SQL, once `sql` has made it.
    pub sql: OnceLock<String>,
}

impl Columns {
    /// The columns of `list`, with what every row is known by.
    fn of(asker: &Asker<'_>, table: &Table, list: Vec<ReadColumn>) -> Result<Self> {
        let sql = OnceLock::new();
        let mut columns = Self { shown: list.len(), list, id: 0, version: None, sql };
        columns.id = columns.hidden(asker, table, primary(table)?);
        if let Some(version) = table.column("versionnumber") {
            columns.version = Some(columns.hidden(asker, table, version));
        }
        Ok(columns)
    }

    /// The place of `column`, which is read along if it is not there yet.
    pub fn hidden(&mut self, asker: &Asker<'_>, table: &Table, column: &Arc<Column>) -> usize {
        let found = self.list.iter().position(|read| Arc::ptr_eq(&read.column, column));
        found.unwrap_or_else(|| {
            self.sql = OnceLock::new();
            self.list.push(read_column(asker, table, column));
            self.list.len() - 1
        })
    }
}

/// The columns that `select` names, perhaps as another plan found them.
fn shown(asker: &Asker<'_>, table: &Arc<Table>, select: &[String]) -> Result<Arc<Columns>> {
    // Names come from other tables, which the cache does not watch.
    let cache = asker.cache.filter(|_| !asker.with_names);
    if let Some(found) = cache.and_then(|cache| cache.get(table, select)) {
        return Ok(found);
    }
    let columns = Arc::new(columns(asker, table, select)?);
    // What is hidden differs between users, and formulas may give something else a moment later.
    let differs = columns.list.iter().any(|read| {
        let formula = read.column.bound.0.as_ref();
        read.column.is_secured || formula.is_some_and(|formula| formula.is_volatile())
    });
    if let Some(cache) = cache.filter(|_| !differs) {
        cache.put(table, select, &columns);
    }
    Ok(columns)
}

/// The columns that `select` names, with those that always come along.
fn columns(asker: &Asker<'_>, table: &Table, select: &[String]) -> Result<Columns> {
    let chosen = match select {
        [] => all(table),
        [star] if star == "*" => all(table),
        names => selected(asker, table, names)?,
    };
    let list = chosen.iter().map(|column| read_column(asker, table, column)).collect::<Vec<_>>();
    let mut columns = Columns::of(asker, table, list)?;
    columns.shown = columns.shown.max(columns.id + 1);
    Ok(columns)
}

/// All columns of a row. Pictures and files come only when they are named.
pub(super) fn all(table: &Table) -> Vec<&Arc<Column>> {
    let is_shown = |column: &&Arc<Column>| {
        is_readable(column)
            && ddl::value_storage(column).is_some()
            && !matches!(column.kind, ColumnKind::Image { .. } | ColumnKind::File { .. })
    };
    table.columns.values().filter(is_shown).collect()
}

fn selected<'a>(
    asker: &Asker<'_>,
    table: &'a Table,
    names: &[String],
) -> Result<Vec<&'a Arc<Column>>> {
    let mut chosen: Vec<&Arc<Column>> = Vec::with_capacity(names.len() + 2);
    let mut put = |column: &'a Arc<Column>| {
        if !chosen.iter().any(|known| Arc::ptr_eq(known, column)) {
            chosen.push(column);
        }
    };
    for name in names {
        let column = property(table, name).ok_or_else(|| not_selectable(asker, table, name))?;
        check_stored(table, column)?;
        put(column);
        for companion in companions(table, column) {
            put(companion);
        }
    }
    Ok(chosen)
}

fn not_selectable(asker: &Asker<'_>, table: &Table, name: &str) -> Error {
    match navigation(asker.schema, table, name) {
        Some(Navigation::One { column, .. }) => bad(format!(
            "'{name}' is a navigation property of 'Microsoft.Dynamics.CRM.{}'; select \
             '_{}_value', or expand it.",
            table.logical_name, column.logical_name
        )),
        Some(_) => bad(format!(
            "'{name}' is a navigation property of 'Microsoft.Dynamics.CRM.{}'; expand it.",
            table.logical_name
        )),
        None => unknown_property(table, name),
    }
}

/// What comes along with a column: the currency of an amount, the composite of an address.
pub(super) fn companions<'a>(
    table: &'a Table,
    column: &Column,
) -> impl Iterator<Item = &'a Arc<Column>> + use<'a> {
    let is_money = matches!(column.kind, ColumnKind::Money { .. });
    let currency = is_money.then(|| table.column("transactioncurrencyid")).flatten();
    currency.into_iter().chain(address_composite(table, &column.logical_name))
}

fn address_composite<'a>(table: &'a Table, name: &str) -> Option<&'a Arc<Column>> {
    const PARTS: &[&str] =
        &["city", "country", "line1", "line2", "line3", "postalcode", "stateorprovince"];
    let (address, part) =
        name.split_once('_').filter(|(address, _)| address.starts_with("address"))?;
    let is_part = PARTS.contains(&part);
    is_part.then(|| table.column(&format!("{address}_composite"))).flatten()
}

pub(super) fn read_column(asker: &Asker<'_>, table: &Table, column: &Arc<Column>) -> ReadColumn {
    let is_kept = column.is_secured && !column_rights(asker.user, table, column).read;
    let is_shared = is_kept && asker.user.shared_columns.contains(&column.metadata_id);
    let shared_by = is_shared.then(|| table.column(&table.primary_id).cloned()).flatten();
    let is_masked = is_kept && shared_by.is_none();
    let targets = match &column.kind {
        ColumnKind::Lookup { .. } | ColumnKind::Customer | ColumnKind::Owner => {
            column.targets().into_iter().map(|name| lookup_target(asker, name)).collect()
        }
        _ => Vec::new(),
    };
    ReadColumn { column: column.clone(), alias: 0, targets, is_masked, shared_by }
}

/// A table that a lookup may point to, with where the names of its rows are if they are wanted.
pub(super) fn lookup_target(asker: &Asker<'_>, name: &str) -> LookupTarget {
    let label = asker.with_names.then(|| asker.schema.table(name)).flatten().and_then(|table| {
        let name = table.primary_name.as_deref().and_then(|name| table.column(name))?;
        let key = table.column(&table.primary_id)?;
        let is_stored = table.table_type != TableType::Virtual;
        is_stored.then(|| (table.clone(), key.clone(), name.clone()))
    });
    LookupTarget { name: Arc::from(name), label }
}

/// A plan that reads given columns of one row without asking for rights: what a write needs to
/// know of the row before.
pub(crate) fn row_before(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    id: Uuid,
    columns: &[Arc<Column>],
) -> Result<ReadPlan> {
    let read = |column: &Arc<Column>| ReadColumn {
        is_masked: false,
        shared_by: None,
        ..read_column(asker, table, column)
    };
    let list = columns.iter().map(read).collect::<Vec<_>>();
    let columns = Columns::of(asker, table, list)?;
    Ok(ReadPlan {
        from: From { table: table.clone(), alias: 0, joins: Vec::new() },
        tables: 1,
        columns: Arc::new(columns),
        condition: RowKey::Id(id).condition(primary(table)?),
        order: Vec::new(),
        after: None,
        rows_max: 1,
        walks: false,
        is_paged: false,
        count: false,
        expands: Vec::new(),
        fingerprint: 0,
        now: asker.now,
    })
}

/// The table with this set name or logical name.
pub(crate) fn table<'a>(schema: &'a Schema, set_or_logical: &str) -> Result<&'a Arc<Table>> {
    let found = schema.table_by_set(set_or_logical).or_else(|| schema.table(set_or_logical));
    found.ok_or_else(|| {
        let message = format!("Resource not found for the segment '{set_or_logical}'.");
        Error::new(Kind::NotFound, "0x8006088a", message)
    })
}
