//! In which order: of rows, by columns with the primary keys at the end; of groups, by what is told
//! of them.

use std::sync::Arc;

use base::Result;
use metadata::{Column, ColumnKind};
use query::fetch::{Fetch, Link, LinkKind, Node, Order as Asked, OrderColumn};

use super::outputs::Outputs;
use super::tables::{Place, Planner};
use super::{NO_ALIAS, Output, Source, UNEXPECTED, of_condition, wrong};
use crate::plan::condition::{Field, From};
use crate::plan::filter::primary;
use crate::plan::order::{OrderKey, OrderStep, check_ordered, ranks};
use crate::plan::read::{Asker, lookup_target};

/// In which order.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Of rows: the steps, and what cookies call them.
    Rows {
        /// The steps, ended by primary keys, so that they are the same for every page.
        steps: Vec<OrderStep>,
        /// What cookies call them.
        names: Vec<String>,
    },
    /// Of groups.
    Groups(Vec<Sorted>),
}

/// A step in the order of groups.
#[derive(Clone, Debug)]
pub(crate) struct Sorted {
    /// The place of what is told of a group.
    pub output: usize,
    /// For a column: what of it.
    pub key: OrderKey,
    /// Largest first.
    pub descending: bool,
}

/// The order of rows.
pub(super) fn rows(
    planner: &mut Planner<'_>,
    fetch: &Fetch,
    outputs: &Outputs,
    from: &From,
) -> Result<Order> {
    let (mut steps, mut names) = (Vec::new(), Vec::new());
    for (around, asked) in asked(planner, &fetch.entity) {
        let (place, field) = match &asked.column {
            OrderColumn::Attribute(name) => {
                let place = planner.place(&around, asked.entity.as_deref())?;
                let field = planner.field(&place, name)?;
                (place, field)
            }
            OrderColumn::Alias(alias) => aliased(planner, outputs, alias)?,
        };
        check_ordered(&field).map_err(of_condition)?;
        let key = key(planner.asker, fetch, &field.column);
        names.push(name(&place, &field.column));
        steps.push(OrderStep { field, key, descending: asked.descending, is_primary: false });
    }
    steps.push(OrderStep::primary(from)?);
    names.push(from.table.primary_id.clone());
    // Several rows of a linked table may go with one row.
    for place in planner.places.iter().filter(|place| place.is_many) {
        let column = primary(&place.table)?;
        let (field, key) = (Field::value(place.alias, column), OrderKey::Value);
        names.push(name(place, column));
        steps.push(OrderStep { field, key, descending: false, is_primary: false });
    }
    Ok(Order::Rows { steps, names })
}

/// The order of groups: what was asked, then everything they are grouped by, so that it is the same
/// for every page.
pub(super) fn groups(
    planner: &mut Planner<'_>,
    fetch: &Fetch,
    outputs: &mut Outputs,
) -> Result<Vec<Sorted>> {
    let mut sorted: Vec<Sorted> = Vec::new();
    for (around, asked) in asked(planner, &fetch.entity) {
        let output = match &asked.column {
            OrderColumn::Alias(alias) => by_key(outputs, alias)?,
            OrderColumn::Attribute(name) => {
                let place = planner.place(&around, asked.entity.as_deref())?;
                let field = planner.field(&place, name)?;
                check_ordered(&field).map_err(of_condition)?;
                grouped_by(planner, fetch, outputs, &place, &field.column)?
            }
        };
        let key = match &outputs.list[output].source {
            Source::Column(read) => key(planner.asker, fetch, &read.column),
            _ => OrderKey::Value,
        };
        sorted.push(Sorted { output, key, descending: asked.descending });
    }
    for (output, group) in outputs.list.iter().enumerate() {
        let is_group = match &group.source {
            Source::Column(read) => !read.is_masked,
            Source::Part(_) => true,
            Source::Figure { .. } | Source::Children { .. } => false,
        };
        if is_group && !sorted.iter().any(|known| known.output == output) {
            sorted.push(Sorted { output, key: OrderKey::Value, descending: false });
        }
    }
    Ok(sorted)
}

/// What was asked of each table, in the order of the tables.
fn asked<'f>(planner: &Planner<'_>, node: &'f Node) -> Vec<(Place, &'f Asked)> {
    fn walk<'f>(
        places: &mut impl Iterator<Item = Place>,
        node: &'f Node,
        found: &mut Vec<(Place, &'f Asked)>,
    ) {
        let Some(place) = places.next() else { return };
        found.extend(node.orders.iter().map(|order| (place.clone(), order)));
        let is_joined = |link: &&Link| {
            matches!(link.kind, LinkKind::Inner | LinkKind::Outer | LinkKind::MatchFirst)
        };
        node.links.iter().filter(is_joined).for_each(|link| walk(places, &link.node, found));
    }
    let mut found = Vec::new();
    walk(&mut planner.places.clone().into_iter(), node, &mut found);
    found
}

/// Choices by label and lookups by name, unless the values themselves are wanted.
fn key(asker: &Asker<'_>, fetch: &Fetch, column: &Column) -> OrderKey {
    if fetch.raw_order {
        return OrderKey::Value;
    }
    if let Some(ranks) = ranks(&column.kind, asker.user.language) {
        return OrderKey::Ranks(ranks);
    }
    let with_names = Asker { with_names: true, ..*asker };
    let targets: Vec<_> =
        column.targets().into_iter().map(|name| lookup_target(&with_names, name)).collect();
    match targets.iter().any(|target| target.label.is_some()) {
        true => OrderKey::Names(targets),
        false => OrderKey::Value,
    }
}

/// What a cookie calls a column.
fn name(place: &Place, column: &Column) -> String {
    match &place.name {
        Some(alias) => format!("{alias}.{}", column.logical_name),
        None => column.logical_name.clone(),
    }
}

/// A column of the answer.
fn aliased(planner: &Planner<'_>, outputs: &Outputs, alias: &str) -> Result<(Place, Field)> {
    let Output { source, .. } = &outputs.list[by_key(outputs, alias)?];
    let Source::Column(read) = source else {
        return Err(wrong(UNEXPECTED, format!("Rows cannot be ordered by '{alias}'.")));
    };
    let place = planner.places.iter().find(|place| place.alias == read.alias);
    let place = place.ok_or_else(|| no_alias(alias))?.clone();
    let field = planner.field(&place, &read.column.logical_name)?;
    Ok((place, field))
}

fn by_key(outputs: &Outputs, alias: &str) -> Result<usize> {
    let found = outputs.list.iter().position(|output| output.key == alias);
    found.ok_or_else(|| no_alias(alias))
}

fn no_alias(alias: &str) -> base::Error {
    wrong(NO_ALIAS, format!("The query has no column with the alias '{alias}'."))
}

/// Where a column is that groups are ordered by. Different rows are also grouped by it.
fn grouped_by(
    planner: &Planner<'_>,
    fetch: &Fetch,
    outputs: &mut Outputs,
    place: &Place,
    column: &Arc<Column>,
) -> Result<usize> {
    let is_it = |output: &Output| match &output.source {
        Source::Column(read) => read.alias == place.alias && Arc::ptr_eq(&read.column, column),
        _ => false,
    };
    if let Some(found) = outputs.list.iter().position(is_it) {
        return Ok(found);
    }
    if fetch.aggregate {
        let name = &column.logical_name;
        let message = format!(
            "An aggregate is ordered by the alias of one of its columns, and '{name}' is none."
        );
        return Err(wrong(UNEXPECTED, message));
    }
    if matches!(column.kind, ColumnKind::ManagedProperty) {
        let name = &column.logical_name;
        return Err(wrong(UNEXPECTED, format!("Rows cannot be ordered by '{name}'.")));
    }
    Ok(outputs.place_of(planner, place, column))
}
