//! Tables that are joined, and those that only decide which rows there are.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{Column, Schema, Table, TableType};
use query::fetch::{Attributes, Fetch, Link, LinkKind, Node};

use super::{MISSING, NO_ALIAS, NO_COLUMN, NO_TABLE, UNEXPECTED, wrong};
use crate::calendar::Zone;
use crate::plan::access::access;
use crate::plan::condition::{Alias, Condition, Exists, Field, First, From, Join};
use crate::plan::filter::{
    Aliases, check_comparable, check_secured, column_or_property, is_of, primary,
};
use crate::plan::literal::bad;
use crate::plan::navigation::{Navigation, check_stored, navigation};
use crate::plan::read::Asker;
use crate::security::Right;

/// What has been found while a query is planned.
pub(super) struct Planner<'a> {
    pub asker: &'a Asker<'a>,
    pub aliases: Aliases,
    /// The tables whose columns can be named, in the order in which they are joined.
    pub places: Vec<Place>,
    /// How many conditions there were.
    pub conditions: usize,
    /// Where dates without a zone are meant.
    pub zone: Zone,
}

/// A table of the query.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub table: Arc<Table>,
    pub alias: Alias,
    /// What conditions and the answer call it; nothing for the first table.
    pub name: Option<String>,
    /// Whether several of its rows may go with one of the table before.
    pub is_many: bool,
}

impl<'a> Planner<'a> {
    pub fn new(asker: &'a Asker<'a>, fetch: &Fetch) -> Result<Self> {
        let zone = match fetch.utc_offset_minutes {
            None => asker.user.calendar.zone.clone(),
            Some(minutes) => Zone::east(minutes).ok_or_else(|| {
                wrong("0x8004111d", format!("The utc-offset {minutes} is more than a day."))
            })?,
        };
        let (aliases, places) = (Aliases::default(), Vec::new());
        Ok(Self { asker, aliases, places, conditions: 0, zone })
    }

    /// The table that is asked.
    pub fn root_table(&self, name: &str) -> Result<Arc<Table>> {
        let schema = self.asker.schema;
        let found = schema.table(name).or_else(|| schema.table(&name.to_lowercase()));
        let table = found.ok_or_else(|| no_table(name))?;
        check_real(table)?;
        Ok(table.clone())
    }

    /// Joins everything, and decides which rows there are.
    pub fn tables(&mut self, table: &Arc<Table>, node: &Node) -> Result<(From, Condition)> {
        let alias = self.aliases.next();
        let mut from = From { table: table.clone(), alias, joins: Vec::new() };
        let root = Place { table: table.clone(), alias, name: None, is_many: false };
        self.places.push(root.clone());
        let access = access(self.asker, table, alias, Right::Read)?;
        let linked = self.links(&mut from, &root, &node.links)?;
        let filtered = match &node.filter {
            Some(filter) => self.filter(&root, filter, 0)?,
            None => Condition::Const(true),
        };
        Ok((from, Condition::all(vec![access, linked, filtered])))
    }

    /// Joins the links of a table. Gives the condition of those that are not joined.
    fn links(&mut self, from: &mut From, parent: &Place, links: &[Link]) -> Result<Condition> {
        let mut conditions = Vec::new();
        for link in links {
            match link.kind {
                LinkKind::Inner | LinkKind::Outer | LinkKind::MatchFirst => {
                    self.join(from, parent, link)?;
                }
                _ => conditions.push(self.semi_join(parent, link)?),
            }
        }
        Ok(Condition::all(conditions))
    }

    fn join(&mut self, from: &mut From, parent: &Place, link: &Link) -> Result<()> {
        let mut linked = self.link(parent, link)?;
        let place = linked.place.clone();
        if let Some(name) = &place.name
            && self.places.iter().any(|known| known.name.as_ref() == Some(name))
        {
            let message = format!("Two link-entities have the alias '{name}'.");
            return Err(wrong(super::SAME_ALIAS, message));
        }
        if link.kind == LinkKind::MatchFirst {
            linked.on = self.first(parent, link, &place)?;
        }
        self.places.push(place.clone());
        let filtered = match &link.node.filter {
            // The first row was chosen by it.
            Some(_) if link.kind == LinkKind::MatchFirst => Condition::Const(true),
            Some(filter) => self.filter(&place, filter, 0)?,
            None => Condition::Const(true),
        };
        // What is not joined belongs to this join; what is joined comes after it.
        let at = from.joins.len();
        let table = place.table.clone();
        let (alias, is_outer) = (place.alias, link.kind == LinkKind::Outer);
        from.joins.push(Join { table, alias, on: Condition::Const(true), is_outer });
        let below = self.links(from, &place, &link.node.links)?;
        from.joins[at].on = Condition::all(vec![linked.on, filtered, below]);
        Ok(())
    }

    /// The row that is joined is the first of those that match.
    fn first(&mut self, parent: &Place, link: &Link, place: &Place) -> Result<Condition> {
        let is_joined =
            |kind| matches!(kind, LinkKind::Inner | LinkKind::Outer | LinkKind::MatchFirst);
        if link.node.links.iter().any(|below| is_joined(below.kind)) {
            return Err(Error::not_implemented(
                "A link-entity that is joined inside one of link-type \
                 'matchfirstrowusingcrossapply'",
            ));
        }
        let key = primary(&place.table)?.clone();
        let (from, condition) = self.rows_of(parent, link)?;
        let first = First {
            field: Field::value(place.alias, &key),
            key: Field::value(from.alias, &key),
            from,
            condition,
            negated: false,
        };
        Ok(Condition::First(Box::new(first)))
    }

    /// The condition that a link puts on its parent without being joined to it.
    pub fn semi_join(&mut self, parent: &Place, link: &Link) -> Result<Condition> {
        check_without_columns(link)?;
        let exists = |(from, condition), negated| {
            Condition::Exists(Box::new(Exists { from, condition, negated }))
        };
        let matching = self.rows_of(parent, link)?;
        match link.kind {
            LinkKind::NotAny => Ok(exists(matching, true)),
            // As the platform has it: there are linked rows, and none of them matches.
            LinkKind::All => {
                let bare = Node { table: link.node.table.clone(), ..Node::default() };
                let any = self.rows_of(parent, &Link { node: bare, ..link.clone() })?;
                Ok(exists(any, false).and(exists(matching, true)))
            }
            _ => Ok(exists(matching, false)),
        }
    }

    /// The linked rows that match, as a sub-query of their own.
    fn rows_of(&mut self, parent: &Place, link: &Link) -> Result<(From, Condition)> {
        let known = self.places.len();
        let linked = self.link(parent, link)?;
        let place = linked.place;
        self.places.push(place.clone());
        let mut from = From { table: place.table.clone(), alias: place.alias, joins: Vec::new() };
        let below = self.links(&mut from, &place, &link.node.links)?;
        let filtered = match &link.node.filter {
            Some(filter) => self.filter(&place, filter, 0)?,
            None => Condition::Const(true),
        };
        // Nothing outside can name what is in it.
        self.places.truncate(known);
        Ok((from, Condition::all(vec![linked.on, filtered, below])))
    }

    /// The linked table, and the condition that links it.
    fn link(&mut self, parent: &Place, link: &Link) -> Result<Linked> {
        self.aliases.link()?;
        let Ends { table, from, to } = self.ends(parent, link)?;
        check_real(&table)?;
        for (table, column) in [(&table, &from), (&parent.table, &to)] {
            check_stored(table, column)?;
            check_secured(self.asker, table, column)?;
        }
        let alias = self.aliases.next();
        let (near, far) = (Field::value(parent.alias, &to), Field::value(alias, &from));
        check_comparable(&near, &far).map_err(super::of_condition)?;
        let on = Condition::same(far, near)
            .and(points(alias, &from, &parent.table, &to))
            .and(points(parent.alias, &to, &table, &from))
            .and(access(self.asker, &table, alias, Right::Read)?);
        let name = link
            .alias
            .clone()
            .unwrap_or_else(|| format!("{}{}", table.logical_name, self.places.len()));
        let is_many = from.logical_name != table.primary_id;
        Ok(Linked { place: Place { table, alias, name: Some(name), is_many }, on })
    }

    /// The linked table, and the columns at both ends of a link.
    fn ends(&self, parent: &Place, link: &Link) -> Result<Ends> {
        if link.node.table.is_empty() {
            return self.along(parent, link);
        }
        let table = self.root_table(&link.node.table)?;
        let (from, to) = match (&link.from, &link.to) {
            (Some(from), Some(to)) => (column(&table, from)?, column(&parent.table, to)?),
            (Some(from), None) => (column(&table, from)?, primary(&parent.table)?.clone()),
            (None, Some(to)) => (primary(&table)?.clone(), column(&parent.table, to)?),
            (None, None) => only_way(self.asker.schema, &parent.table, &table)?,
        };
        Ok(Ends { table, from, to })
    }

    /// A link that names a navigation property instead of a table.
    fn along(&self, parent: &Place, link: &Link) -> Result<Ends> {
        let name = link.to.as_deref().unwrap_or_default();
        match navigation(self.asker.schema, &parent.table, name) {
            Some(Navigation::One { column, targets }) => match targets.as_slice() {
                [table] => {
                    Ok(Ends { from: primary(table)?.clone(), to: column, table: table.clone() })
                }
                _ => Err(bad(format!(
                    "'{name}' leads to rows of several tables; name a property of one of them, \
                     such as 'owninguser' or 'owningteam'."
                ))),
            },
            Some(_) => Err(bad(format!("'{name}' is a collection, and leads to no single row."))),
            None => Err(crate::plan::unknown_property(&parent.table, name)),
        }
    }

    /// The table with this alias, or the one around.
    pub fn place(&self, around: &Place, name: Option<&str>) -> Result<Place> {
        let Some(name) = name else { return Ok(around.clone()) };
        let is_named = |place: &&Place| place.name.as_deref() == Some(name);
        // A link without an alias of its own is known by its table, and so is the first table.
        let is_table = |place: &&Place| place.table.logical_name == name;
        let found = self.places.iter().find(is_named);
        let found = found.or_else(|| self.places.iter().find(is_table));
        found.cloned().ok_or_else(|| {
            wrong(NO_ALIAS, format!("No link-entity with the alias '{name}' is joined before."))
        })
    }
}

/// A linked table, and the condition that links it.
struct Linked {
    place: Place,
    on: Condition,
}

struct Ends {
    table: Arc<Table>,
    from: Arc<Column>,
    to: Arc<Column>,
}

/// A lookup to several tables points to the one that it is joined with.
fn points(alias: Alias, lookup: &Arc<Column>, target: &Table, key: &Column) -> Condition {
    match lookup.is_lookup() && key.logical_name == target.primary_id {
        true => is_of(alias, lookup, target),
        false => Condition::Const(true),
    }
}

/// The columns of the only relationship between two tables.
fn only_way(schema: &Schema, parent: &Table, table: &Table) -> Result<(Arc<Column>, Arc<Column>)> {
    let up = schema
        .many_to_one(&parent.logical_name)
        .filter(|one| one.referenced_table == table.logical_name)
        .map(|one| Ok((primary(table)?.clone(), column(parent, &one.referencing_column)?)));
    let down = schema
        .one_to_many(&parent.logical_name)
        .filter(|one| one.referencing_table == table.logical_name)
        .map(|one| Ok((column(table, &one.referencing_column)?, primary(parent)?.clone())));
    let mut ways = up.chain(down).collect::<Result<Vec<_>>>()?;
    match ways.len() {
        1 => Ok(ways.swap_remove(0)),
        count => {
            let message = format!(
                "The link-entity '{}' needs 'from' and 'to': {count} relationships lead there from \
                 '{}'.",
                table.logical_name, parent.logical_name
            );
            Err(wrong(MISSING, message))
        }
    }
}

/// The column of this name, which rows must keep.
pub(super) fn column(table: &Table, name: &str) -> Result<Arc<Column>> {
    let found =
        column_or_property(table, name).or_else(|| column_or_property(table, &name.to_lowercase()));
    let column = found.ok_or_else(|| {
        let message = format!(
            "'{}' entity doesn't contain attribute with Name = '{name}' and NameMapping = \
             'Logical'.",
            table.logical_name
        );
        wrong(NO_COLUMN, message)
    })?;
    Ok(column.clone())
}

fn check_without_columns(link: &Link) -> Result<()> {
    let is_without = match &link.node.attributes {
        Attributes::All => false,
        Attributes::Some(attributes) => attributes.is_empty(),
    };
    let is_joined = link.node.links.iter().any(|below| {
        matches!(below.kind, LinkKind::Inner | LinkKind::Outer | LinkKind::MatchFirst)
            && check_without_columns(below).is_err()
    });
    if is_without && !is_joined && link.node.orders.is_empty() {
        return Ok(());
    }
    Err(wrong(
        UNEXPECTED,
        format!(
            "The link-entity '{}' only decides which rows there are: it has no attributes and no \
             order.",
            link.node.table
        ),
    ))
}

fn check_real(table: &Table) -> Result<()> {
    if table.table_type != TableType::Virtual {
        return Ok(());
    }
    let name = &table.logical_name;
    Err(Error::not_implemented(format!("Reading rows of the computed table '{name}'")))
}

fn no_table(name: &str) -> Error {
    wrong(
        NO_TABLE,
        format!(
            "The entity with a name = '{name}' with namemapping = 'Logical' was not found in the \
             MetadataCache."
        ),
    )
}
