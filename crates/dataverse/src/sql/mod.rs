//! Renders plans as SQL. Pure: a plan, the store's names and the user in, a statement out.
//!
//! Both databases get the same words; what differs is asked of [`db::Dialect`].

mod dates;
mod decode;
mod delete;
mod fetch;
mod formula;
mod insert;
mod select;
#[cfg(test)]
mod tests;
mod trees;
mod update;

use std::fmt::Write;

use base::Instant;
use db::{Statement, Store};
use metadata::{Column, ColumnKind, Table};
use query::Comparison;

use crate::plan::{Alias, Condition, Exists, Field, First, From, Part};
use crate::security::{self, Access, Purpose};
use crate::{User, ddl};

pub(crate) use decode::{Shape, value};
pub(crate) use delete::{delete, delete_where, linked, pointing, pointing_after, unlink};
pub(crate) use fetch::{fetch, fetch_count, fetch_sources, fetched};
pub(crate) use insert::{insert, inserts};
pub(crate) use select::{count, figures, group, is_above, select, walk};
pub(crate) use update::{Change, update};

/// A name that is not longer is its own physical name.
const SHORT_BYTES_MAX: usize = 60;

/// A statement that is being written.
pub(crate) struct Writer<'a> {
    store: &'a Store,
    user: &'a User,
    sql: String,
    /// Whether the rows are looked for along their order or by their keys, and not through what the
    /// user may reach.
    walks: bool,
    /// Whether rows of the first table are looked for: then all that leads to one is by an index.
    finds: bool,
    /// Holds the parameters; its text comes at the end.
    statement: Statement,
    /// The moment of the question, for formulas.
    now: Instant,
}

impl<'a> Writer<'a> {
    fn new(store: &'a Store, user: &'a User) -> Self {
        let sql = String::with_capacity(512);
        let (walks, finds) = (false, false);
        let statement = Statement::new("", Vec::new());
        Self { store, user, sql, walks, finds, statement, now: Instant(0) }
    }

    fn finish(self) -> Statement {
        Statement { sql: self.sql.into(), ..self.statement }
    }

    fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    /// Adds a parameter and its placeholder.
    fn param(&mut self, value: impl Into<db::Value>) {
        self.statement.params.push(value.into());
        let number = self.statement.params.len();
        // Writing to a string cannot go wrong.
        let _ = write!(self.sql, "?{number}");
    }

    fn params(&mut self, values: &[db::Value]) {
        for (index, value) in values.iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " });
            self.param(value.clone());
        }
    }

    /// A name in quotes. Logical names never contain any, but they may be too long.
    fn name(&mut self, logical_name: &str) {
        if logical_name.len() <= SHORT_BYTES_MAX && !logical_name.contains('"') {
            self.sql.push('"');
            self.sql.push_str(logical_name);
            return self.sql.push('"');
        }
        let dialect = self.store.dialect();
        let quoted = dialect.quote(&dialect.physical_name(logical_name));
        self.push(&quoted);
    }

    fn table(&mut self, table: &Table) {
        let physical = self.store.dialect().physical_name(&table.logical_name);
        let name = self.store.table(&physical);
        self.push(&name);
    }

    fn alias(&mut self, alias: Alias) {
        self.sql.push('t');
        match u8::try_from(alias) {
            // Most statements, without the machinery of formatting.
            Ok(digit @ 0..=9) => self.sql.push(char::from(b'0' + digit)),
            _ => {
                let _ = write!(self.sql, "{alias}");
            }
        }
    }

    fn column(&mut self, alias: Alias, column: &Column) {
        if let Some(formula) = &column.bound.0 {
            return self.formula(&format!("t{alias}"), column, formula);
        }
        self.alias(alias);
        self.sql.push('.');
        self.name(&column.logical_name);
    }

    fn field(&mut self, field: &Field) {
        match field.part {
            Part::Value => self.column(field.alias, &field.column),
            Part::Target => self.target(field.alias, &field.column),
        }
    }

    /// The table that a lookup points to.
    fn target(&mut self, alias: Alias, column: &Column) {
        self.alias(alias);
        self.sql.push('.');
        self.target_name(column);
    }

    /// The name of the column that holds the table of a lookup's row.
    fn target_name(&mut self, column: &Column) {
        let dialect = self.store.dialect();
        let name = dialect.quote(&ddl::type_column(dialect, &column.logical_name));
        self.push(&name);
    }

    /// The form in which a field compares: texts whatever their case.
    fn comparable(&mut self, field: &Field) {
        if !is_folded(field) {
            return self.field(field);
        }
        let start = self.sql.len();
        self.field(field);
        let inner = self.sql.split_off(start);
        let folded = self.store.dialect().fold(&inner);
        self.push(&folded);
    }

    fn from(&mut self, from: &From) {
        self.push("from ");
        self.table(&from.table);
        self.push(" ");
        self.alias(from.alias);
        for join in &from.joins {
            self.push(if join.is_outer { "\n  left join " } else { "\n  join " });
            self.table(&join.table);
            self.push(" ");
            self.alias(join.alias);
            self.push(" on ");
            self.condition(&join.on);
        }
    }

    /// `where …`, unless everything is wanted.
    fn filter(&mut self, condition: &Condition) {
        if !condition.is_always() {
            self.push("\nwhere ");
            self.condition(condition);
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Const(true) => self.push("1 = 1"),
            Condition::Const(false) => self.push("1 = 0"),
            Condition::All(parts) => self.parts(parts, "\n  and "),
            Condition::Any(parts) => {
                self.push("(");
                self.parts(parts, " or ");
                self.push(")");
            }
            Condition::Compare(field, comparison, value) => self.compare(field, *comparison, value),
            Condition::CompareFields(left, comparison, right) => {
                self.comparable(left);
                self.push(operator(*comparison));
                self.comparable(right);
            }
            Condition::IsNull { field, negated } => {
                self.field(field);
                self.push(if *negated { " is not null" } else { " is null" });
            }
            Condition::In { field, values, negated } => self.list(field, values, *negated),
            Condition::Like { field, pattern, negated } => self.like(field, pattern, *negated),
            Condition::Access { table, alias, right, negated } => {
                self.push(if *negated { "not (" } else { "" });
                self.access(table, *alias, *right);
                self.push(if *negated { ")" } else { "" });
            }
            Condition::Exists(exists) => self.exists(exists),
            Condition::Match { field, pieces, negated } => self.matches(field, pieces, *negated),
            Condition::InTree(tree) => self.in_tree(tree),
            Condition::IsPart { part, value, negated } => {
                self.date_part(part);
                self.push(if *negated { " is distinct from " } else { " = " });
                self.param(*value);
            }
            Condition::First(first) => self.first(first),
        }
    }

    fn parts(&mut self, parts: &[Condition], between: &str) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.push(between);
            }
            let is_nested = matches!(part, Condition::All(_));
            self.push(if is_nested { "(" } else { "" });
            self.condition(part);
            self.push(if is_nested { ")" } else { "" });
        }
    }

    fn compare(&mut self, field: &Field, comparison: Comparison, value: &db::Value) {
        self.comparable(field);
        self.push(operator(comparison));
        self.param(folded(field, value));
    }

    fn list(&mut self, field: &Field, values: &[db::Value], negated: bool) {
        let values = values.iter().map(|value| folded(field, value)).collect::<Vec<_>>();
        self.push(if negated { "(" } else { "" });
        self.comparable(field);
        self.push(if negated { " not in (" } else { " in (" });
        self.params(&values);
        self.push(")");
        if negated {
            self.push(" or ");
            self.field(field);
            self.push(" is null)");
        }
    }

    fn like(&mut self, field: &Field, pattern: &str, negated: bool) {
        if !negated
            && is_folded(field)
            && let Some(prefix) = plain_prefix(pattern)
        {
            return self.begins_with(field, &db::fold(prefix));
        }
        let start = self.sql.len();
        self.field(field);
        let expr = self.sql.split_off(start);
        let param = self.statement.param(pattern);
        let like = self.store.dialect().like(&expr, &param);
        match negated {
            false => self.push(&like),
            true => {
                let _ = write!(self.sql, "(not ({like}) or {expr} is null)");
            }
        }
    }

    fn matches(&mut self, field: &Field, pieces: &[db::Piece], negated: bool) {
        let start = self.sql.len();
        self.field(field);
        let expr = self.sql.split_off(start);
        let dialect = self.store.dialect();
        let param = self.statement.param(dialect.set_pattern(pieces));
        let matches = dialect.matches(&expr, &param);
        match negated {
            false => self.push(&matches),
            true => {
                let _ = write!(self.sql, "(not ({matches}) or {expr} is null)");
            }
        }
    }

    /// A range, which an index serves.
    fn begins_with(&mut self, field: &Field, prefix: &str) {
        self.comparable(field);
        self.push(" >= ");
        self.param(prefix);
        if let Some(end) = db::prefix_end(prefix) {
            self.push(" and ");
            self.comparable(field);
            self.push(" < ");
            self.param(end);
        }
    }

    fn access(&mut self, table: &Table, alias: Alias, right: security::Right) {
        match security::access(self.user, table, right) {
            Access::All => self.push("1 = 1"),
            Access::None => self.push("1 = 0"),
            Access::Filter(filter) => {
                let purpose = match self.finds && alias == 0 {
                    true => Purpose::Find,
                    false => Purpose::Check,
                };
                let alias = format!("t{alias}");
                let condition = filter.condition(self.store, &alias, purpose, &mut self.statement);
                // With the sign SQLite uses no index for it.
                self.push(if self.walks { "+" } else { "" });
                self.push(&condition);
            }
        }
    }

    fn exists(&mut self, exists: &Exists) {
        self.push(if exists.negated { "not exists (select 1 " } else { "exists (select 1 " });
        self.from(&exists.from);
        self.filter(&exists.condition);
        self.push(")");
    }
}

impl Writer<'_> {
    fn first(&mut self, first: &First) {
        self.field(&first.field);
        self.push(if first.negated { " is distinct from " } else { " = " });
        self.push("(select ");
        self.field(&first.key);
        self.push(" ");
        self.from(&first.from);
        self.filter(&first.condition);
        self.push(" order by ");
        self.field(&first.key);
        self.push(" limit 1)");
    }
}

/// The condition of a plan is true or false; "not equal" also holds for no value.
fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => " = ",
        Comparison::NotEqual => " is distinct from ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
    }
}

/// Whether case makes no difference.
fn is_folded(field: &Field) -> bool {
    field.part == Part::Value
        && matches!(field.column.kind, ColumnKind::String { .. } | ColumnKind::Memo { .. })
}

fn folded(field: &Field, value: &db::Value) -> db::Value {
    match value {
        db::Value::Text(text) if is_folded(field) => db::Value::Text(db::fold(text)),
        other => other.clone(),
    }
}

/// The text before the only `%`, at the end, if there is no other wildcard.
fn plain_prefix(pattern: &str) -> Option<&str> {
    let prefix = pattern.strip_suffix('%')?;
    let is_plain = !prefix.is_empty() && !prefix.contains(['%', '_', '\\']);
    is_plain.then_some(prefix)
}
