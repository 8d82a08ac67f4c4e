//! Duplicate detection: published rules (`duplicaterule`, `duplicaterulecondition`) become filters
//! over the rows that a row may duplicate.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid, limits};
use db::statement;
use metadata::{Column, ColumnKind, Table};
use query::{Comparison, Filter, Literal, Query, TextTest};

use crate::plan::{self, Base, Values};
use crate::session::ReadScope;
use crate::{Page, Record, Session, Value, rows};

/// `duplicaterule.statuscode` of a published rule.
pub(crate) const PUBLISHED: i32 = 2;

/// A published rule.
struct Rule {
    id: Uuid,
    matching: Arc<Table>,
    is_case_sensitive: bool,
    excludes_inactive: bool,
    conditions: Vec<Test>,
}

/// A condition of a rule: what of the one row must be like what of the other.
struct Test {
    base: Arc<Column>,
    matching: Arc<Column>,
    operator: i64,
    characters: usize,
    ignores_blank: bool,
}

/// Refuses a row that duplicates others which the caller can read, where he asked for that.
pub(crate) async fn check(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    before: Option<&Record>,
    values: &Values,
) -> Result<()> {
    if !session.cx().detects_duplicates {
        return Ok(());
    }
    let mut scope = session.read_scope();
    let value = |column: &Column| {
        let name = &column.logical_name;
        let old = || before.and_then(|row| row.get(name));
        plan::get(values, name).or_else(old).cloned().unwrap_or_default()
    };
    for rule in rules(&mut scope, table, None).await? {
        let page = found(&mut scope, &rule, table, Some(id), &value, Query::default()).await?;
        if !page.rows.is_empty() {
            return Err(duplicate());
        }
    }
    Ok(())
}

fn duplicate() -> Error {
    Error::new(
        Kind::Precondition,
        "0x80040333",
        "A record was not created or updated because a duplicate of the current record already \
         exists.",
    )
}

/// The rows of a table that duplicate a row with these values, one page of them.
pub(crate) async fn find(
    scope: &mut ReadScope<'_>,
    table: &Arc<Table>,
    id: Option<Uuid>,
    value: &(dyn Fn(&Column) -> Value + Sync),
    matching: &str,
    query: Query,
) -> Result<Page> {
    let mut all = Page::default();
    for rule in rules(scope, table, Some(matching)).await? {
        let page = found(scope, &rule, table, id, value, query.clone()).await?;
        for row in page.rows {
            if !all.rows.iter().any(|known| known.id == row.id) {
                all.rows.push(row);
            }
        }
    }
    Ok(all)
}

async fn found(
    scope: &mut ReadScope<'_>,
    rule: &Rule,
    table: &Table,
    id: Option<Uuid>,
    value: &(dyn Fn(&Column) -> Value + Sync),
    query: Query,
) -> Result<Page> {
    let Some(mut filters) = filters(rule, value) else { return Ok(Page::default()) };
    if let Some(id) = id.filter(|_| rule.matching.logical_name == table.logical_name) {
        filters.push(compare(&rule.matching.primary_id, Comparison::NotEqual, Literal::Id(id)));
    }
    let filter = Some(Filter::And(filters));
    let query = Query { filter, page_size: Some(limits::PAGE_ROWS_MAX), ..query };
    let mut page = rows::page(scope, &rule.matching, &query, &Base::All, false).await?;
    if rule.is_case_sensitive {
        let tests = &rule.conditions;
        let mut same = Vec::with_capacity(page.rows.len());
        let columns: Vec<_> = tests.iter().map(|test| test.matching.clone()).collect();
        for row in std::mem::take(&mut page.rows) {
            let whole = rows::read_row(scope, &rule.matching, row.id, &columns).await?;
            if whole.is_some_and(|whole| tests.iter().all(|test| is_same(test, value, &whole))) {
                same.push(row);
            }
        }
        page.rows = same;
    }
    Ok(page)
}

/// Whether a text is the same also in its case.
fn is_same(test: &Test, value: &(dyn Fn(&Column) -> Value + Sync), row: &Record) -> bool {
    let (Value::Text(given), Some(Value::Text(other))) =
        (value(&test.base), row.get(&test.matching.logical_name))
    else {
        return true;
    };
    match test.operator {
        1 => other.starts_with(&*first(&given, test.characters)),
        2 => other.ends_with(&*last(&given, test.characters)),
        _ => given == *other,
    }
}

/// The conditions of a rule for these values; nothing if no row can match.
fn filters(rule: &Rule, value: &(dyn Fn(&Column) -> Value + Sync)) -> Option<Vec<Filter>> {
    let mut filters = Vec::with_capacity(rule.conditions.len() + 2);
    for test in &rule.conditions {
        let given = value(&test.base);
        let path = property(&test.matching);
        if given.is_null() || given.text().is_some_and(str::is_empty) {
            if test.ignores_blank {
                return None;
            }
            filters.push(compare(&path, Comparison::Equal, Literal::Null));
            continue;
        }
        let text = given.text().map(str::to_owned);
        filters.push(match (test.operator, text) {
            (1, Some(text)) => part(path, TextTest::StartsWith, first(&text, test.characters)),
            (2, Some(text)) => part(path, TextTest::EndsWith, last(&text, test.characters)),
            (3, _) => Filter::Function {
                name: "On".to_owned(),
                property: path,
                values: vec![literal(&given)?],
            },
            _ => compare(&path, Comparison::Equal, literal(&given)?),
        });
    }
    if rule.excludes_inactive && rule.matching.column("statecode").is_some() {
        filters.push(compare("statecode", Comparison::Equal, Literal::Number("0".to_owned())));
    }
    Some(filters)
}

fn compare(property: &str, comparison: Comparison, value: Literal) -> Filter {
    Filter::Compare { path: vec![property.to_owned()], comparison, value }
}

fn part(property: String, test: TextTest, value: String) -> Filter {
    Filter::Text { path: vec![property], test, value }
}

fn property(column: &Column) -> String {
    match column.is_lookup() {
        true => format!("_{}_value", column.logical_name),
        false => column.logical_name.clone(),
    }
}

fn first(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

fn last(text: &str, characters: usize) -> String {
    let skip = text.chars().count().saturating_sub(characters);
    text.chars().skip(skip).collect()
}

/// A value as a filter has it; nothing if filters cannot have it.
fn literal(value: &Value) -> Option<Literal> {
    Some(match value {
        Value::Bool(value) => Literal::Boolean(*value),
        Value::Int(number) => Literal::Number(number.to_string()),
        Value::Choice(option) => Literal::Number(option.to_string()),
        Value::Decimal { .. } | Value::Double(_) => {
            Literal::Number(crate::audit::text(value).unwrap_or_default())
        }
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Id(id) | Value::Lookup { id, .. } => Literal::Id(*id),
        Value::DateTime(instant) => Literal::Date(instant.to_string()),
        Value::Date(days) => {
            let epoch = jiff::civil::date(1970, 1, 1);
            let day = epoch.checked_add(jiff::Span::new().try_days(*days).ok()?).ok()?;
            Literal::Date(day.to_string())
        }
        Value::Null | Value::MultiChoice(_) | Value::Bytes(_) | Value::Managed { .. } => {
            return None;
        }
    })
}

/// The published rules about rows of `table`, perhaps only those for one matching table.
async fn rules(
    scope: &mut ReadScope<'_>,
    table: &Table,
    matching: Option<&str>,
) -> Result<Vec<Rule>> {
    let sql = scope.store.sql(
        "select r.duplicateruleid, r.matchingentityname, coalesce(r.iscasesensitive, 0), \
         coalesce(r.excludeinactiverecords, 0), c.baseattributename, c.matchingattributename, \
         c.operatorcode, c.operatorparam, coalesce(c.ignoreblankvalues, 0) \
         from {duplicaterule} r join {duplicaterulecondition} c \
         on c.regardingobjectid = r.duplicateruleid \
         where r.baseentityname = ?1 and r.statuscode = ?2 order by r.duplicateruleid limit ?3",
    );
    let limit = i64::try_from(limits::CONDITIONS_MAX).unwrap_or(i64::MAX);
    let found = statement!(sql, table.logical_name.as_str(), PUBLISHED, limit);
    let found = scope.db.query(&found).await?;
    let mut rules: Vec<Rule> = Vec::new();
    for row in found {
        let (id, name): (Uuid, String) = (row.get(0)?, row.get(1)?);
        // A table or column may be gone since the rule was published.
        let Some(other) = scope.schema.table(&name) else { continue };
        if matching.is_some_and(|matching| matching != name) {
            continue;
        }
        let (base, like): (String, String) = (row.get(4)?, row.get(5)?);
        let (Some(base), Some(like)) = (table.column(&base), other.column(&like)) else { continue };
        if rules.last().is_none_or(|last| last.id != id) {
            rules.push(Rule {
                id,
                matching: other.clone(),
                is_case_sensitive: row.get(2)?,
                excludes_inactive: row.get(3)?,
                conditions: Vec::new(),
            });
        }
        let test = Test {
            base: base.clone(),
            matching: like.clone(),
            operator: row.get(6)?,
            characters: row.get::<Option<u32>>(7)?.unwrap_or_default() as usize,
            ignores_blank: row.get(8)?,
        };
        if let Some(rule) = rules.last_mut() {
            rule.conditions.push(test);
        }
    }
    Ok(rules)
}

/// Refuses a rule that cannot be published: without conditions, or about columns that cannot be
/// compared or are not there.
pub(crate) async fn check_rule(session: &mut Session<'_>, id: Uuid) -> Result<()> {
    let sql = session.store().sql(
        "select r.baseentityname, r.matchingentityname, c.baseattributename, \
         c.matchingattributename, c.operatorcode, c.operatorparam from {duplicaterule} r \
         join {duplicaterulecondition} c on c.regardingobjectid = r.duplicateruleid \
         where r.duplicateruleid = ?1",
    );
    let found = session.tx().query(&statement!(sql, id)).await?;
    if found.is_empty() {
        return Err(Error::invalid("The rule has no conditions. Add one before it is published."));
    }
    let schema = session.schema().clone();
    for row in found {
        let operator: i64 = row.get(4)?;
        for (table, column) in [(0, 2), (1, 3)] {
            let table = plan::table(&schema, &row.get::<String>(table)?)?;
            let name: String = row.get(column)?;
            let column = table.column(&name).ok_or_else(|| plan::unknown_property(table, &name))?;
            check_column(table, column, operator)?;
        }
        if matches!(operator, 1 | 2) && row.get::<Option<u32>>(5)?.is_none_or(|count| count == 0) {
            return Err(Error::invalid(
                "A condition on the same first or last characters needs their number \
                 (operatorparam).",
            ));
        }
    }
    Ok(())
}

fn check_column(table: &Table, column: &Column, operator: i64) -> Result<()> {
    let is_text = matches!(column.kind, ColumnKind::String { .. } | ColumnKind::Memo { .. });
    let is_time = matches!(column.kind, ColumnKind::DateTime { .. });
    let is_other = matches!(
        column.kind,
        ColumnKind::MultiChoice { .. }
            | ColumnKind::Image { .. }
            | ColumnKind::File { .. }
            | ColumnKind::PartyList
            | ColumnKind::Virtual
            | ColumnKind::ManagedProperty
    );
    let is_ok = match operator {
        1 | 2 => is_text,
        3 | 4 => is_time,
        _ => !is_other,
    };
    match is_ok && crate::ddl::storage(column).is_some() {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "The column '{}' of '{}' cannot be compared as the condition of the rule says.",
            column.logical_name, table.logical_name
        ))),
    }
}
