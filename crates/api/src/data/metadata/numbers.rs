//! Numbers of options that came without one: ten thousand times the prefix of the publisher, and
//! up from there.

use std::sync::Arc;

use base::{Error, Result};
use dataverse::messages::RetrieveMultiple;
use dataverse::{Expanded, Reply, Value};
use metadata::{Choice, Column, ColumnKind, Table};
use query::{Comparison, Expand, Filter, Literal, Query};

use super::super::call::Call;
use super::super::resource::unexpected;
use super::from_json::NO_NUMBER;

/// Gives the options of all columns of a table their numbers.
pub(super) async fn of_table(call: &Call, table: &mut Table) -> Result<()> {
    for column in table.columns.values_mut() {
        of_column(call, Arc::make_mut(column)).await?;
    }
    Ok(())
}

/// Gives the options of a column their numbers.
pub(super) async fn of_column(call: &Call, column: &mut Column) -> Result<()> {
    match &mut column.kind {
        ColumnKind::Choice { options, .. } | ColumnKind::MultiChoice { options, .. }
            if options.options.iter().any(|option| option.value == NO_NUMBER) =>
        {
            of_choice(call, Arc::make_mut(options)).await
        }
        _ => Ok(()),
    }
}

/// Gives the options of a choice their numbers.
pub(super) async fn of_choice(call: &Call, choice: &mut Choice) -> Result<()> {
    if choice.options.iter().all(|option| option.value != NO_NUMBER) {
        return Ok(());
    }
    let first = publisher_prefix(call).await?.saturating_mul(10_000);
    let used = choice.options.iter().map(|option| option.value);
    let mut next =
        used.filter(|value| *value >= first).max().map_or(first, |max| max.saturating_add(1));
    for option in choice.options.iter_mut().filter(|option| option.value == NO_NUMBER) {
        option.value = next;
        next = next.saturating_add(1);
    }
    Ok(())
}

/// The prefix of the publisher of the solution that the change belongs to.
async fn publisher_prefix(call: &Call) -> Result<i32> {
    let solution = call.cx.solution.as_deref().unwrap_or("Default");
    let prefix = "customizationoptionvalueprefix";
    let publisher = Expand {
        navigation: "publisherid".to_owned(),
        only_references: false,
        query: Query { select: vec![prefix.to_owned()], ..Query::default() },
    };
    let filter = Filter::Compare {
        path: vec!["uniquename".to_owned()],
        comparison: Comparison::Equal,
        value: Literal::Text(solution.to_owned()),
    };
    let query = Query {
        select: vec!["uniquename".to_owned()],
        filter: Some(filter),
        expand: vec![publisher],
        ..Query::default()
    };
    let message =
        RetrieveMultiple { table: "solution".to_owned(), from: None, query, with_names: false };
    let page = match call.execute(message).await? {
        Reply::Page(page) => page,
        other => return Err(unexpected(&other)),
    };
    let found = page.rows.into_iter().flat_map(|row| row.expanded).find_map(|(_, expanded)| {
        let Expanded::One(Some(publisher)) = expanded else { return None };
        publisher.get(prefix).and_then(Value::int).and_then(|number| i32::try_from(number).ok())
    });
    found.ok_or_else(|| {
        let message = format!("There is no solution with the unique name '{solution}'.");
        Error::new(base::Kind::Invalid, "0x8004f002", message)
    })
}
