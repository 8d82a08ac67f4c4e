//! The tables of `FROM` and `JOIN`, and whose a column is.

use sqlparser::ast::{
    BinaryOperator, Expr, Join, JoinConstraint, JoinOperator, ObjectNamePart, TableFactor,
    TableWithJoins,
};

use super::{kind, lower, unsupported, wrong};
use crate::fetch::counted::Counted;
use crate::fetch::{Attribute, Attributes, Link, LinkKind, Node};
use crate::{ParseError, Result};

/// The tables, the first one first.
pub(super) struct Tables(Vec<Table>);

struct Table {
    /// How the query calls it.
    alias: String,
    node: Node,
    /// How it is joined; not for the first one.
    join: Option<Joined>,
}

struct Joined {
    /// The index of the table it is joined to, which comes before it.
    parent: usize,
    from: String,
    to: String,
    kind: LinkKind,
}

/// A column of one of the tables.
#[derive(Clone, PartialEq)]
pub(super) struct Column {
    /// The index of its table.
    table: usize,
    pub name: String,
}

impl Tables {
    pub fn of(mut from: Vec<TableWithJoins>) -> Result<Self> {
        let (Some(first), true) = (from.pop(), from.is_empty()) else {
            return Err(unsupported("FROM with other than one table (use JOIN … ON)"));
        };
        let mut tables = Self(Vec::new());
        tables.add(first.relation)?;
        let mut counted = Counted::default();
        for join in first.joins {
            counted.link()?;
            tables.join(join)?;
        }
        Ok(tables)
    }

    fn add(&mut self, factor: TableFactor) -> Result<()> {
        let (table, alias) = named(factor)?;
        if self.0.iter().any(|known| known.alias.eq_ignore_ascii_case(&alias)) {
            return Err(wrong(format!("The alias '{alias}' was given to two tables.")));
        }
        let attributes = Attributes::Some(Vec::new());
        let node = Node { table, attributes, ..Node::default() };
        self.0.push(Table { alias, node, join: None });
        Ok(())
    }

    fn join(&mut self, join: Join) -> Result<()> {
        let (kind, constraint) = match join.join_operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => {
                (LinkKind::Inner, constraint)
            }
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                (LinkKind::Outer, constraint)
            }
            _ => return Err(unsupported("A JOIN other than INNER and LEFT")),
        };
        if join.global {
            return Err(unsupported("GLOBAL JOIN"));
        }
        self.add(join.relation)?;
        let JoinConstraint::On(Expr::BinaryOp { left, op: BinaryOperator::Eq, right }) = constraint
        else {
            return Err(one_equality());
        };
        let (Some(left), Some(right)) = (self.column(&left)?, self.column(&right)?) else {
            return Err(one_equality());
        };
        let new = self.0.len() - 1;
        let (own, other) = if left.table == new { (left, right) } else { (right, left) };
        if own.table != new || other.table == new {
            let alias = &self.0[new].alias;
            return Err(wrong(format!(
                "The JOIN of '{alias}' must equal one of its columns, with its alias, and one of \
                 a table before it."
            )));
        }
        let joined = Joined { parent: other.table, from: own.name, to: other.name, kind };
        self.0[new].join = Some(joined);
        Ok(())
    }

    /// The column that `expr` is; `None` if it is something else.
    pub fn column(&self, expr: &Expr) -> Result<Option<Column>> {
        let (table, name) = match expr {
            Expr::Identifier(name) => (0, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [alias, name] => {
                    let is_it = |table: &Table| table.alias.eq_ignore_ascii_case(&alias.value);
                    let unknown =
                        || wrong(format!("No table has the name or alias '{}'.", alias.value));
                    (self.0.iter().position(is_it).ok_or_else(unknown)?, name)
                }
                _ => return Err(unsupported(kind(expr))),
            },
            _ => return Ok(None),
        };
        Ok(Some(Column { table, name: lower(name) }))
    }

    /// How conditions and orders, which stand at the first table, call the table of `column`.
    pub fn entity(&self, column: &Column) -> Option<String> {
        (column.table > 0).then(|| self.0[column.table].alias.clone())
    }

    /// How a condition on another column calls `column`.
    pub fn value_of(&self, column: &Column) -> String {
        match self.entity(column) {
            Some(alias) => format!("{alias}.{}", column.name),
            None => column.name.clone(),
        }
    }

    /// Whether `column` is of a joined table.
    pub fn is_joined(&self, column: &Column) -> bool {
        column.table > 0
    }

    /// Adds a column to the answer: of the table of `column`, or of the first one.
    pub fn select(&mut self, column: Option<&Column>, attribute: Attribute) {
        let index = column.map_or(0, |column| column.table);
        if let Attributes::Some(attributes) = &mut self.0[index].node.attributes {
            attributes.push(attribute);
        }
    }

    /// The first table with the others linked to it.
    pub fn into_node(mut self) -> Node {
        while let Some(Table { alias, node, join }) = self.0.pop() {
            let Some(join) = join else { return node };
            let (from, to) = (Some(join.from), Some(join.to));
            let link =
                Link { node, from, to, alias: Some(alias), kind: join.kind, intersect: false };
            self.0[join.parent].node.links.insert(0, link);
        }
        Node::default()
    }
}

fn one_equality() -> ParseError {
    unsupported("A JOIN with other than ON and one equality of two columns")
}

/// The name of a table and how the query calls it.
fn named(factor: TableFactor) -> Result<(String, String)> {
    let TableFactor::Table {
        name,
        alias,
        args: None,
        with_hints,
        version: None,
        with_ordinality: false,
        partitions,
        json_path: None,
        sample: None,
        index_hints,
    } = factor
    else {
        return Err(unsupported("FROM with other than a table and an alias"));
    };
    if !with_hints.is_empty() || !partitions.is_empty() || !index_hints.is_empty() {
        return Err(unsupported("FROM with other than a table and an alias"));
    }
    let table = match name.0.as_slice() {
        [ObjectNamePart::Identifier(table)] => lower(table),
        [ObjectNamePart::Identifier(schema), ObjectNamePart::Identifier(table)]
            if schema.value.eq_ignore_ascii_case("dbo") =>
        {
            lower(table)
        }
        _ => return Err(unsupported(format!("The table name {name}"))),
    };
    match alias {
        None => Ok((table.clone(), table)),
        Some(alias) if alias.columns.is_empty() && alias.at.is_none() => {
            Ok((table, super::select::alias(&alias.name)?))
        }
        Some(_) => Err(unsupported("FROM with other than a table and an alias")),
    }
}
