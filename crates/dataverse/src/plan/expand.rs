//! Expands: related rows, read with one statement per navigation property and page.

use std::sync::Arc;

use base::{Result, limits};
use metadata::Table;
use query::{Expand, Query};

use super::condition::{Condition, Field, Join};
use super::filter::{check_secured, is_of, primary};
use super::literal::{bad, unknown_property};
use super::navigation::{Navigation, navigation, property};
use super::read::{Asker, Base, Columns, ReadPlan, read};

/// The related rows of a page.
#[derive(Clone, Debug)]
pub(crate) struct ExpandPlan {
    /// The navigation property.
    pub navigation: String,
    /// Whether it leads to many rows.
    pub is_collection: bool,
    /// One for each table the rows may be of.
    pub branches: Vec<Branch>,
}

/// The related rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// Where the row that is expanded says which rows are related.
    pub parent: Parent,
    /// The column of the related rows (or of the table between) that says to whom they belong.
    pub group: Field,
    /// At most so many for each row.
    pub top: Option<usize>,
    /// The read; the ids of the page are added to its condition.
    pub plan: ReadPlan,
}

/// What of a row its related rows are found by.
#[derive(Clone, Debug)]
pub(crate) enum Parent {
    /// Its own id.
    Id,
    /// The lookup at this place, where it points to this table.
    Lookup(usize, String),
}

/// Plans the expands of a query on `table`. Lookups that are needed are read along.
pub(crate) fn expands(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    columns: &mut Arc<Columns>,
    expands: &[Expand],
) -> Result<Vec<ExpandPlan>> {
    if count(expands, 0)? > limits::EXPAND_MAX {
        return Err(bad(format!("A request has at most {} $expand options.", limits::EXPAND_MAX)));
    }
    expands.iter().map(|expand| one(asker, table, columns, expand)).collect()
}

fn count(expands: &[Expand], depth: usize) -> Result<usize> {
    if depth > limits::EXPAND_MAX {
        return Err(bad("The $expand options nest too deep."));
    }
    let below = expands.iter().map(|expand| count(&expand.query.expand, depth + 1));
    Ok(expands.len() + below.sum::<Result<usize>>()?)
}

fn one(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    columns: &mut Arc<Columns>,
    expand: &Expand,
) -> Result<ExpandPlan> {
    let name = &expand.navigation;
    let way = navigation(asker.schema, table, name).ok_or_else(|| unknown_property(table, name))?;
    check_options(name, &expand.query, matches!(way, Navigation::One { .. }))?;
    let query = &expand.query;
    let (is_collection, branches) = match way {
        Navigation::One { column, targets } => {
            check_secured(asker, table, &column)?;
            let place = Arc::make_mut(columns).hidden(asker, table, &column);
            let parent = |target: &Table| Parent::Lookup(place, target.logical_name.clone());
            let branch = |target| {
                let plan = lookup(asker, target, &targets, expand)?;
                let group = Field::value(0, primary(target)?);
                Ok(Branch { parent: parent(target), group, top: None, plan })
            };
            (false, targets.iter().map(branch).collect::<Result<_>>()?)
        }
        Navigation::Many { column, table: many } => {
            let mut plan = child(asker, &many, query, expand.only_references)?;
            plan.condition = plan.condition.and(is_of(0, &column, table));
            let group = Field::value(0, &column);
            (true, vec![Branch { parent: Parent::Id, group, top: query.top, plan }])
        }
        Navigation::ManyToMany { intersect, near, far, table: many, .. } => {
            let mut plan = child(asker, &many, query, expand.only_references)?;
            let between = plan.tables;
            let key = Field::value(0, primary(&many)?);
            let on = Condition::same(Field::value(between, &far), key);
            plan.from.joins.push(Join { table: intersect, alias: between, on, is_outer: false });
            let group = Field::value(between, &near);
            (true, vec![Branch { parent: Parent::Id, group, top: query.top, plan }])
        }
    };
    Ok(ExpandPlan { navigation: name.clone(), is_collection, branches })
}

fn child(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    query: &Query,
    only_references: bool,
) -> Result<ReadPlan> {
    let reference =
        only_references.then(|| Query { select: vec![table.primary_id.clone()], ..query.clone() });
    read(asker, table, reference.as_ref().unwrap_or(query), &Base::All)
}

/// Behind an owner are users and teams; a column that only one of them has is read of that one.
fn lookup(
    asker: &Asker<'_>,
    target: &Arc<Table>,
    targets: &[Arc<Table>],
    expand: &Expand,
) -> Result<ReadPlan> {
    let is_elsewhere = |name: &String| {
        property(target, name).is_none()
            && targets.iter().any(|other| property(other, name).is_some())
    };
    let mut query = expand.query.clone();
    let has_names = !query.select.is_empty();
    query.select.retain(|name| !is_elsewhere(name));
    if has_names && query.select.is_empty() {
        query.select.push(target.primary_id.clone());
    }
    child(asker, target, &query, expand.only_references)
}

fn check_options(name: &str, query: &Query, is_single: bool) -> Result<()> {
    let wrong = |option: &str| {
        Err(bad(format!("The query option '{option}' is not allowed in $expand of '{name}'.")))
    };
    if query.count {
        return wrong("$count");
    }
    if query.skip_token.is_some() {
        return wrong("$skiptoken");
    }
    if is_single && query.top.is_some() {
        return wrong("$top");
    }
    if is_single && !query.order_by.is_empty() {
        return wrong("$orderby");
    }
    Ok(())
}
