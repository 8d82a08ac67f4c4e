//! Filters: names become columns, paths become joins, lambdas become sub-queries.

use std::sync::Arc;

use base::{Error, Kind, Result, limits};
use metadata::{Column, ColumnKind, Table};
use query::fetch::Operator;
use query::{Comparison, Filter, Literal, Quantifier, TextTest};

use super::access::access;
use super::condition::{Alias, Condition, Exists, Field, From, Join};
use super::literal::{bad, compare, unknown_property};
use super::navigation::{Navigation, check_stored, is_readable, navigation, property};
use super::operators::{self, Notation, Test};
use super::read::Asker;
use crate::ddl;
use crate::security::{ColumnUse, Right, refuse_column};

/// Counts the tables of a statement.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    next: Alias,
    links: usize,
}

impl Aliases {
    /// The next number.
    pub fn next(&mut self) -> Alias {
        let alias = self.next;
        self.next += 1;
        alias
    }

    /// Another navigation property is followed.
    pub fn link(&mut self) -> Result<()> {
        self.links += 1;
        if self.links <= limits::LINKS_MAX {
            return Ok(());
        }
        let message = format!("A query follows at most {} relationships.", limits::LINKS_MAX);
        Err(Error::new(Kind::Invalid, "0x8004430d", message))
    }

    /// How many there are.
    pub fn count(&self) -> Alias {
        self.next
    }
}

/// The table that names belong to, with what has been joined to it so far.
pub(crate) struct Scope {
    /// The table and its joins.
    pub from: From,
    /// Joins by the navigation property they follow: (from, name) to the table and its number.
    known: Vec<(Alias, String, Arc<Table>, Alias)>,
}

impl Scope {
    /// A table with nothing joined yet.
    pub fn new(table: Arc<Table>, aliases: &mut Aliases) -> Self {
        let from = From { table, alias: aliases.next(), joins: Vec::new() };
        Self { from, known: Vec::new() }
    }

    /// A table with what is joined to it already; none of that is known by a navigation property.
    pub fn over(from: From) -> Self {
        Self { from, known: Vec::new() }
    }

    /// Makes the plan's condition of `filter` on the rows of this table.
    pub fn filter(
        &mut self,
        asker: &Asker<'_>,
        aliases: &mut Aliases,
        filter: &Filter,
    ) -> Result<Condition> {
        Planner { asker, aliases, conditions: 0 }.filter(self, filter, 0)
    }

    /// The column at the end of `path`, joining the tables on the way.
    pub fn field(
        &mut self,
        asker: &Asker<'_>,
        aliases: &mut Aliases,
        path: &[String],
    ) -> Result<(Arc<Table>, Field)> {
        let (name, way) = path.split_last().ok_or_else(|| bad("A property name is missing."))?;
        let (table, alias) = self.follow(asker, aliases, way)?;
        let column = property(&table, name).ok_or_else(|| unknown_property(&table, name))?;
        check_stored(&table, column)?;
        check_secured(asker, &table, column)?;
        Ok((table.clone(), Field::value(alias, column)))
    }

    fn follow(
        &mut self,
        asker: &Asker<'_>,
        aliases: &mut Aliases,
        way: &[String],
    ) -> Result<(Arc<Table>, Alias)> {
        let mut here = (self.from.table.clone(), self.from.alias);
        for name in way {
            here = match self
                .known
                .iter()
                .find(|(from, known, ..)| *from == here.1 && known == name)
            {
                Some((_, _, table, alias)) => (table.clone(), *alias),
                None => self.join(asker, aliases, here, name)?,
            };
        }
        Ok(here)
    }

    fn join(
        &mut self,
        asker: &Asker<'_>,
        aliases: &mut Aliases,
        (table, alias): (Arc<Table>, Alias),
        name: &str,
    ) -> Result<(Arc<Table>, Alias)> {
        let (column, target) = match navigation(asker.schema, &table, name) {
            Some(Navigation::One { column, targets }) if targets.len() == 1 => {
                (column, targets[0].clone())
            }
            Some(Navigation::One { .. }) => {
                return Err(bad(format!(
                    "'{name}' leads to rows of several tables; name a property of one of them, \
                     such as 'owninguser' or 'owningteam'."
                )));
            }
            Some(_) => {
                return Err(bad(format!(
                    "'{name}' is a collection; use any() or all() to filter by its rows."
                )));
            }
            None => return Err(unknown_property(&table, name)),
        };
        check_secured(asker, &table, &column)?;
        aliases.link()?;
        let new = aliases.next();
        let on = link_to_one(alias, &column, &target, new)?.and(access(
            asker,
            &target,
            new,
            Right::Read,
        )?);
        self.from.joins.push(Join { table: target.clone(), alias: new, on, is_outer: true });
        self.known.push((alias, name.to_owned(), target.clone(), new));
        Ok((target, new))
    }
}

/// The row of `target` that the lookup `column` of the table numbered `alias` points to.
pub(crate) fn link_to_one(
    alias: Alias,
    column: &Arc<Column>,
    target: &Table,
    target_alias: Alias,
) -> Result<Condition> {
    let key = Field::value(target_alias, primary(target)?);
    let link = Condition::same(key, Field::value(alias, column));
    Ok(link.and(is_of(alias, column, target)))
}

/// The lookup `column` points to a row of `target`.
pub(crate) fn is_of(alias: Alias, column: &Arc<Column>, target: &Table) -> Condition {
    if !ddl::has_type_column(column) {
        return Condition::Const(true);
    }
    let name = db::Value::Text(target.logical_name.clone());
    Condition::equal(Field::target(alias, column), name)
}

/// The primary key of `table`.
pub(crate) fn primary(table: &Table) -> Result<&Arc<Column>> {
    table.column(&table.primary_id).ok_or_else(|| {
        Error::internal(format!("the table {} has no primary key column", table.logical_name))
    })
}

/// A secured column can be asked for only by those who may read it.
pub(crate) fn check_secured(asker: &Asker<'_>, table: &Table, column: &Column) -> Result<()> {
    refuse_column(asker.user, table, column, ColumnUse::Query).map_or(Ok(()), Err)
}

struct Planner<'a, 'b> {
    asker: &'a Asker<'b>,
    aliases: &'a mut Aliases,
    conditions: usize,
}

impl Planner<'_, '_> {
    fn filter(&mut self, scope: &mut Scope, filter: &Filter, depth: usize) -> Result<Condition> {
        if depth > limits::NESTING_MAX {
            return Err(bad("The filter nests too deep."));
        }
        match filter {
            Filter::And(parts) => Ok(Condition::all(self.filters(scope, parts, depth)?)),
            Filter::Or(parts) => Ok(Condition::any(self.filters(scope, parts, depth)?)),
            Filter::Not(inner) if matches!(**inner, Filter::Function { .. }) => Err(bad(
                "Not operator along with the Custom Named Condition operators is not allowed",
            )),
            Filter::Not(inner) => Ok(self.filter(scope, inner, depth + 1)?.negate()),
            leaf => {
                self.count()?;
                self.leaf(scope, leaf, depth)
            }
        }
    }

    fn filters(
        &mut self,
        scope: &mut Scope,
        parts: &[Filter],
        depth: usize,
    ) -> Result<Vec<Condition>> {
        parts.iter().map(|part| self.filter(scope, part, depth + 1)).collect()
    }

    fn count(&mut self) -> Result<()> {
        self.conditions += 1;
        if self.conditions <= limits::CONDITIONS_MAX {
            return Ok(());
        }
        let message = format!("A query has at most {} conditions.", limits::CONDITIONS_MAX);
        Err(Error::new(Kind::Invalid, "0x8004430c", message))
    }

    fn leaf(&mut self, scope: &mut Scope, filter: &Filter, depth: usize) -> Result<Condition> {
        match filter {
            Filter::Compare { path, comparison, value } => {
                self.compare(scope, path, *comparison, value)
            }
            Filter::CompareColumns { left, comparison, right } => {
                let (_, left) = scope.field(self.asker, self.aliases, left)?;
                let (_, right) = scope.field(self.asker, self.aliases, right)?;
                check_comparable(&left, &right)?;
                Ok(Condition::CompareFields(left, *comparison, right))
            }
            Filter::Text { path, test, value } => {
                let (table, field) = scope.field(self.asker, self.aliases, path)?;
                text(&table, field, *test, value)
            }
            Filter::Lambda { navigation, quantifier, condition } => {
                self.lambda(scope, navigation, *quantifier, condition.as_deref(), depth)
            }
            Filter::Function { name, property, values } => {
                self.function(scope, name, property, values)
            }
            Filter::And(_) | Filter::Or(_) | Filter::Not(_) => self.filter(scope, filter, depth),
        }
    }

    fn compare(
        &mut self,
        scope: &mut Scope,
        path: &[String],
        comparison: Comparison,
        value: &Literal,
    ) -> Result<Condition> {
        if let Some(condition) = self.managed_property(scope, path, comparison, value)? {
            return Ok(condition);
        }
        if *value == Literal::Null
            && let Some(condition) = self.lookup_is_null(scope, path, comparison)?
        {
            return Ok(condition);
        }
        let (table, field) = scope.field(self.asker, self.aliases, path)?;
        compare(&table, field, comparison, value, false)
    }

    /// `primarycontactid eq null`: a navigation property against null.
    fn lookup_is_null(
        &mut self,
        scope: &mut Scope,
        path: &[String],
        comparison: Comparison,
    ) -> Result<Option<Condition>> {
        let Some((name, way)) = path.split_last() else { return Ok(None) };
        let (table, alias) = scope.follow(self.asker, self.aliases, way)?;
        if property(&table, name).is_some() {
            return Ok(None);
        }
        let Some(Navigation::One { column, targets }) = navigation(self.asker.schema, &table, name)
        else {
            return Ok(None);
        };
        check_secured(self.asker, &table, &column)?;
        let points = match targets.as_slice() {
            [target] => is_of(alias, &column, target),
            _ => Condition::Const(true),
        };
        let is_set = Condition::IsNull { field: Field::value(alias, &column), negated: true };
        match comparison {
            Comparison::Equal => Ok(Some(is_set.and(points).negate())),
            Comparison::NotEqual => Ok(Some(is_set.and(points))),
            _ => Err(bad(format!("'{name}' can be compared with null by 'eq' and 'ne' only."))),
        }
    }

    /// `iscustomizable/Value eq true`: a part of a managed property.
    fn managed_property(
        &mut self,
        scope: &mut Scope,
        path: &[String],
        comparison: Comparison,
        value: &Literal,
    ) -> Result<Option<Condition>> {
        let [way @ .., name, part] = path else { return Ok(None) };
        let bits = match part.as_str() {
            "Value" => [1, 3],
            "CanBeChanged" => [2, 3],
            _ => return Ok(None),
        };
        let (table, alias) = scope.follow(self.asker, self.aliases, way)?;
        let is_managed = |column: &&Arc<Column>| column.kind == ColumnKind::ManagedProperty;
        let Some(column) = table.column(name).filter(is_managed) else { return Ok(None) };
        let field = Field::value(alias, column);
        let values = bits.map(db::Value::Int).to_vec();
        let is_true = match (comparison, value) {
            (Comparison::Equal, Literal::Boolean(value)) => *value,
            (Comparison::NotEqual, Literal::Boolean(value)) => !value,
            _ => {
                return Err(bad(format!(
                    "'{name}/{part}' can be compared with true and false by 'eq' and 'ne' only."
                )));
            }
        };
        Ok(Some(Condition::In { field, values, negated: !is_true }))
    }

    fn lambda(
        &mut self,
        scope: &mut Scope,
        path: &[String],
        quantifier: Quantifier,
        condition: Option<&Filter>,
        depth: usize,
    ) -> Result<Condition> {
        let (name, way) = path.split_last().ok_or_else(|| bad("A collection is missing."))?;
        if !way.is_empty() {
            // The protocol knows lambdas on the row itself only, not below a lookup path.
            return Err(bad(format!(
                "any() and all() are not allowed below a lookup: '{}'.",
                path.join("/")
            )));
        }
        let (mut inner, link) = self.collection(scope, name)?;
        let condition = match condition {
            Some(condition) => self.filter(&mut inner, condition, depth + 1)?,
            None => Condition::Const(true),
        };
        let (condition, negated) = match quantifier {
            Quantifier::Any => (condition, false),
            Quantifier::All => (condition.negate(), true),
        };
        let exists = Exists { from: inner.from, condition: link.and(condition), negated };
        Ok(Condition::Exists(Box::new(exists)))
    }

    /// The rows of a collection and what links them to the row around.
    fn collection(&mut self, scope: &Scope, name: &str) -> Result<(Scope, Condition)> {
        self.aliases.link()?;
        let From { table, alias, .. } = &scope.from;
        let own_key = Field::value(*alias, primary(table)?);
        match navigation(self.asker.schema, table, name) {
            Some(Navigation::Many { column, table: many }) => {
                let inner = Scope::new(many.clone(), self.aliases);
                let here = inner.from.alias;
                let link = Condition::same(Field::value(here, &column), own_key)
                    .and(is_of(here, &column, table))
                    .and(access(self.asker, &many, here, Right::Read)?);
                Ok((inner, link))
            }
            Some(Navigation::ManyToMany { intersect, near, far, table: many, .. }) => {
                let mut inner = Scope::new(many.clone(), self.aliases);
                let (here, between) = (inner.from.alias, self.aliases.next());
                let key = Field::value(here, primary(&many)?);
                let on = Condition::same(Field::value(between, &far), key);
                inner.from.joins.push(Join {
                    table: intersect,
                    alias: between,
                    on,
                    is_outer: false,
                });
                let link = Condition::same(Field::value(between, &near), own_key).and(access(
                    self.asker,
                    &many,
                    here,
                    Right::Read,
                )?);
                Ok((inner, link))
            }
            Some(Navigation::One { .. }) => Err(bad(format!(
                "'{name}' leads to one row; write '{name}/column' instead of any() or all()."
            ))),
            None => Err(unknown_property(table, name)),
        }
    }

    fn function(
        &mut self,
        scope: &mut Scope,
        name: &str,
        property: &str,
        values: &[Literal],
    ) -> Result<Condition> {
        let operator = Operator::by_name(name).filter(|row| row.is_function).ok_or_else(|| {
            bad(format!("There is no query function 'Microsoft.Dynamics.CRM.{name}'."))
        })?;
        let table = scope.from.table.clone();
        let column = column_or_property(&table, property)
            .ok_or_else(|| unknown_property(&table, property))?;
        check_stored(&table, column)?;
        check_secured(self.asker, &table, column)?;
        let values = flat(values);
        self.conditions += values.len().saturating_sub(1);
        self.count()?;
        operators::condition(&Test {
            asker: self.asker,
            table: &table,
            field: Field::value(scope.from.alias, column),
            operator: operator.operator,
            values: &values,
            notation: Notation::Filter,
        })
    }
}

/// The column of this name, also a lookup; `_x_value` is understood too.
pub(crate) fn column_or_property<'a>(table: &'a Table, name: &str) -> Option<&'a Arc<Column>> {
    let by_name = table.column(name).filter(|column| is_readable(column));
    by_name.or_else(|| property(table, name))
}

fn flat(values: &[Literal]) -> Vec<Literal> {
    let mut flat = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Literal::List(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    flat
}

pub(crate) fn check_comparable(left: &Field, right: &Field) -> Result<()> {
    let (a, b) = (&left.column, &right.column);
    if class(a) == class(b) {
        return Ok(());
    }
    Err(bad(format!(
        "'{}' and '{}' cannot be compared: their types differ.",
        a.logical_name, b.logical_name
    )))
}

/// Columns of one class have stored values that compare with each other.
fn class(column: &Column) -> (u8, u8) {
    match &column.kind {
        ColumnKind::String { .. } | ColumnKind::Memo { .. } => (0, 0),
        ColumnKind::EntityName => (0, 1),
        ColumnKind::Boolean { .. } => (1, 0),
        ColumnKind::Double { .. } => (2, 0),
        ColumnKind::DateTime { behavior: metadata::DateTimeBehavior::DateOnly, .. } => (3, 0),
        ColumnKind::DateTime { .. } => (4, 0),
        ColumnKind::MultiChoice { .. } => (5, 0),
        ColumnKind::Image { .. } => (6, 0),
        ColumnKind::ManagedProperty => (7, 0),
        kind => match super::literal::scale(kind) {
            Some(scale) => (8, scale),
            None => (9, 0),
        },
    }
}

/// Whether the column holds text, which is compared whatever its case.
pub(crate) fn is_text(column: &Column) -> bool {
    class(column) == (0, 0)
}

fn text(table: &Table, field: Field, test: TextTest, value: &str) -> Result<Condition> {
    if !is_text(&field.column) {
        return Err(bad(format!(
            "The property '{}' of '{}' holds no text.",
            field.column.logical_name, table.logical_name
        )));
    }
    let pattern = match test {
        TextTest::Contains => format!("%{value}%"),
        TextTest::StartsWith => format!("{value}%"),
        TextTest::EndsWith => format!("%{value}"),
    };
    Ok(text_pattern(field, &pattern))
}

/// The condition that a text matches a pattern of the protocol: `%`, `_`, and sets of characters
/// such as `[abc]`, `[a-z]`, `[^x]`. A set of one character is that character.
pub(crate) fn text_pattern(field: Field, pattern: &str) -> Condition {
    let pieces = db::pieces(pattern);
    match db::like_pattern(&pieces) {
        Some(pattern) => Condition::Like { field, pattern, negated: false },
        None => Condition::Match { field, pieces, negated: false },
    }
}
