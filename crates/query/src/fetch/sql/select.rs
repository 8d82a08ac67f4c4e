//! What a `SELECT` returns, groups and sorts by.

use base::limits::PAGE_ROWS_MAX;
use sqlparser::ast::{
    Distinct, DuplicateTreatment, Expr, Fetch as FetchRows, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, GroupByExpr, Ident, LimitClause, OrderBy, OrderByExpr,
    OrderByKind, OrderBySort, Query, Select, SelectItem, SetExpr, Top, TopQuantity,
};

use super::tables::{Column, Tables};
use super::{condition, kind, lower, number, unsupported, wrong};
use crate::Result;
use crate::fetch::{Attribute, Fetch, Figure, Order, OrderColumn, is_alias};

/// How many rows may be passed over; as many as simple paging goes.
const OFFSET_MAX: usize = 50_000;

/// The query that a single `SELECT` is.
pub(super) fn fetch(query: Query) -> Result<Fetch> {
    check_query(&query)?;
    let Query { body, order_by, limit_clause, fetch: rows, .. } = query;
    let SetExpr::Select(select) = *body else {
        return Err(unsupported("A query that is no single SELECT"));
    };
    check_select(&select)?;
    let Select { distinct, top, projection, from, selection, group_by, .. } = *select;
    let mut tables = Tables::of(from)?;
    let filter = selection.map(|expr| condition::filter(&tables, expr)).transpose()?;
    let groups = groups(&tables, group_by)?;
    let outputs =
        projection.into_iter().map(|item| output(&tables, item)).collect::<Result<Vec<_>>>()?;
    let is_aggregate = !groups.is_empty() || outputs.iter().any(|out| out.figure.is_some());
    if is_aggregate {
        check_groups(&outputs, &groups)?;
    }
    let orders = orders(&tables, order_by, &outputs, is_aggregate)?;
    let (offset, top) = rows_wanted(top, limit_clause, rows)?;
    if offset.is_some() && orders.is_empty() {
        return Err(wrong("OFFSET needs ORDER BY."));
    }
    for output in &outputs {
        let attribute = attribute(&tables, output, &outputs, is_aggregate);
        tables.select(output.column.as_ref(), attribute);
    }
    let mut entity = tables.into_node();
    entity.filter = filter;
    entity.orders = orders;
    let distinct = distinct.is_some();
    Ok(Fetch { entity, top, offset, distinct, aggregate: is_aggregate, ..Fetch::default() })
}

/// Refuses what would else be passed over.
fn check_query(query: &Query) -> Result<()> {
    let Query {
        with,
        body: _,
        order_by: _,
        limit_clause: _,
        fetch: _,
        locks,
        for_clause,
        settings,
        format_clause,
        pipe_operators,
    } = query;
    refuse(&[
        (with.is_some(), "WITH"),
        (!locks.is_empty() || for_clause.is_some(), "FOR"),
        (settings.is_some(), "SETTINGS"),
        (format_clause.is_some(), "FORMAT"),
        (!pipe_operators.is_empty(), "|>"),
    ])
}

/// Refuses what would else be passed over.
fn check_select(select: &Select) -> Result<()> {
    let Select {
        select_token: _,
        optimizer_hints,
        distinct,
        select_modifiers,
        top: _,
        top_before_distinct: _,
        projection: _,
        exclude,
        into,
        from: _,
        lateral_views,
        prewhere,
        selection: _,
        connect_by,
        group_by: _,
        cluster_by,
        distribute_by,
        sort_by,
        having,
        named_window,
        qualify,
        window_before_qualify: _,
        value_table_mode,
        flavor: _,
    } = select;
    refuse(&[
        (!optimizer_hints.is_empty(), "A hint"),
        (matches!(distinct, Some(Distinct::On(_))), "DISTINCT ON"),
        (select_modifiers.is_some(), "A modifier of SELECT"),
        (exclude.is_some(), "EXCLUDE"),
        (into.is_some(), "SELECT INTO"),
        (!lateral_views.is_empty(), "LATERAL VIEW"),
        (prewhere.is_some(), "PREWHERE"),
        (!connect_by.is_empty(), "CONNECT BY"),
        (!cluster_by.is_empty(), "CLUSTER BY"),
        (!distribute_by.is_empty(), "DISTRIBUTE BY"),
        (!sort_by.is_empty(), "SORT BY"),
        (having.is_some(), "HAVING"),
        (!named_window.is_empty(), "WINDOW"),
        (qualify.is_some(), "QUALIFY"),
        (value_table_mode.is_some(), "SELECT AS"),
    ])
}

fn refuse(list: &[(bool, &str)]) -> Result<()> {
    match list.iter().find(|(is_there, _)| *is_there) {
        Some((_, what)) => Err(unsupported(what)),
        None => Ok(()),
    }
}

/// A column of the answer.
struct Output {
    /// `None` for `COUNT(*)`.
    column: Option<Column>,
    figure: Option<Figure>,
    distinct: bool,
    alias: Option<String>,
}

impl Output {
    /// How the query calls it.
    fn name(&self) -> Option<&str> {
        self.alias.as_deref().or(self.column.as_ref().map(|column| column.name.as_str()))
    }
}

fn output(tables: &Tables, item: SelectItem) -> Result<Output> {
    let (expr, alias) = match item {
        SelectItem::UnnamedExpr(expr) => (expr, None),
        SelectItem::ExprWithAlias { expr, alias } => (expr, Some(self::alias(&alias)?)),
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => {
            return Err(wrong("SELECT * is not supported in SQL queries. Name the columns."));
        }
        SelectItem::ExprWithAliases { .. } => return Err(unsupported("More than one alias")),
    };
    if let Some(column) = tables.column(&expr)? {
        return Ok(Output { column: Some(column), figure: None, distinct: false, alias });
    }
    let Expr::Function(function) = expr else { return Err(unsupported(kind(&expr))) };
    let (figure, column, distinct) = self::figure(tables, &function)?;
    if alias.is_none() {
        return Err(wrong(format!("{} needs an alias (AS name).", function.name)));
    }
    Ok(Output { column, figure: Some(figure), distinct, alias })
}

/// `COUNT(*)`, `COUNT(column)`, `SUM`, `AVG`, `MIN`, `MAX`.
fn figure(tables: &Tables, function: &Function) -> Result<(Figure, Option<Column>, bool)> {
    let refused = || unsupported(format!("The function {} with these arguments", function.name));
    let Function {
        name,
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment, args, clauses }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group,
    } = function
    else {
        return Err(refused());
    };
    let ([FunctionArg::Unnamed(argument)], true) =
        (args.as_slice(), clauses.is_empty() && within_group.is_empty())
    else {
        return Err(refused());
    };
    let distinct = *duplicate_treatment == Some(DuplicateTreatment::Distinct);
    let column = match argument {
        FunctionArgExpr::Wildcard => None,
        FunctionArgExpr::Expr(expr) => Some(tables.column(expr)?.ok_or_else(refused)?),
        _ => return Err(refused()),
    };
    let figure = match name.to_string().to_ascii_uppercase().as_str() {
        "COUNT" if column.is_none() && !distinct => Figure::Count,
        "COUNT" if column.is_some() => Figure::CountColumn,
        _ if distinct || column.is_none() => return Err(refused()),
        "SUM" => Figure::Sum,
        "AVG" => Figure::Average,
        "MIN" => Figure::Min,
        "MAX" => Figure::Max,
        _ => return Err(refused()),
    };
    Ok((figure, column, distinct))
}

fn groups(tables: &Tables, group_by: GroupByExpr) -> Result<Vec<Column>> {
    let GroupByExpr::Expressions(expressions, modifiers) = group_by else {
        return Err(unsupported("GROUP BY ALL"));
    };
    if !modifiers.is_empty() {
        return Err(unsupported("A modifier of GROUP BY"));
    }
    let column = |expr: &Expr| {
        let wrong = || unsupported(format!("{} in GROUP BY", kind(expr)));
        tables.column(expr)?.ok_or_else(wrong)
    };
    expressions.iter().map(column).collect()
}

/// What is selected is grouped by or a figure, and what is grouped by is selected.
fn check_groups(outputs: &[Output], groups: &[Column]) -> Result<()> {
    let plain = || outputs.iter().filter(|output| output.figure.is_none());
    let selected = || plain().filter_map(|output| output.column.as_ref());
    if let Some(column) = selected().find(|column| !groups.contains(column)) {
        let name = &column.name;
        return Err(wrong(format!("The column '{name}' must be in GROUP BY or in an aggregate.")));
    }
    if let Some(group) = groups.iter().find(|group| !selected().any(|column| column == *group)) {
        let name = &group.name;
        return Err(wrong(format!("The column '{name}' of GROUP BY must be selected too.")));
    }
    Ok(())
}

/// A column of a joined table is called by its name, as in SQL, unless two have it.
fn attribute(tables: &Tables, output: &Output, all: &[Output], is_aggregate: bool) -> Attribute {
    let name = output.column.as_ref().map_or_else(String::new, |column| column.name.clone());
    let is_joined = output.column.as_ref().is_some_and(|column| tables.is_joined(column));
    let is_unique = all.iter().filter(|other| other.name() == output.name()).count() == 1;
    let needs_alias = is_aggregate || (is_joined && is_unique);
    let alias = output.alias.clone().or_else(|| needs_alias.then(|| name.clone()));
    let group = is_aggregate && output.figure.is_none();
    let (figure, distinct) = (output.figure, output.distinct);
    Attribute { alias, figure, group, distinct, ..Attribute::new(name) }
}

fn orders(
    tables: &Tables,
    order_by: Option<OrderBy>,
    outputs: &[Output],
    is_aggregate: bool,
) -> Result<Vec<Order>> {
    let Some(OrderBy { kind, interpolate }) = order_by else { return Ok(Vec::new()) };
    let (OrderByKind::Expressions(steps), None) = (kind, interpolate) else {
        return Err(unsupported("ORDER BY ALL"));
    };
    steps.iter().map(|step| order(tables, step, outputs, is_aggregate)).collect()
}

fn order(
    tables: &Tables,
    step: &OrderByExpr,
    outputs: &[Output],
    is_aggregate: bool,
) -> Result<Order> {
    let descending = match &step.options.sort {
        None | Some(OrderBySort::Asc) => false,
        Some(OrderBySort::Desc) => true,
        Some(_) => return Err(unsupported("ORDER BY with USING")),
    };
    if step.options.nulls_first.is_some() || step.with_fill.is_some() {
        return Err(unsupported("ORDER BY with NULLS or FILL"));
    }
    let wrong = || unsupported(format!("{} in ORDER BY", kind(&step.expr)));
    let mut column = tables.column(&step.expr)?.ok_or_else(wrong)?;
    let of_alias = outputs.iter().find(|output| {
        matches!((&step.expr, &output.alias), (Expr::Identifier(name), Some(alias))
            if alias.eq_ignore_ascii_case(&name.value))
    });
    if is_aggregate {
        let of_column = outputs
            .iter()
            .find(|output| output.figure.is_none() && output.column.as_ref() == Some(&column));
        let output = of_alias.or(of_column).ok_or_else(|| {
            super::wrong(format!(
                "ORDER BY '{}' must name a selected column or its alias.",
                column.name
            ))
        })?;
        let alias = OrderColumn::Alias(output.name().unwrap_or_default().to_owned());
        return Ok(Order { column: alias, entity: None, descending });
    }
    if let Some(aliased) = of_alias.and_then(|output| output.column.clone()) {
        column = aliased;
    }
    let entity = tables.entity(&column);
    Ok(Order { column: OrderColumn::Attribute(column.name), entity, descending })
}

/// How many rows are passed over, and how many are wanted.
fn rows_wanted(
    top: Option<Top>,
    limit: Option<LimitClause>,
    rows: Option<FetchRows>,
) -> Result<(Option<usize>, Option<usize>)> {
    let offset = match limit {
        None => None,
        Some(LimitClause::LimitOffset { limit: None, offset: Some(offset), limit_by })
            if limit_by.is_empty() =>
        {
            Some(number(&offset.value, "OFFSET", OFFSET_MAX)?)
        }
        Some(_) => return Err(unsupported("LIMIT (use TOP, or OFFSET and FETCH NEXT)")),
    };
    let next = match rows {
        None => None,
        Some(FetchRows { with_ties: false, percent: false, quantity: Some(rows) }) => {
            Some(number(&rows, "FETCH NEXT", PAGE_ROWS_MAX)?)
        }
        Some(_) => return Err(unsupported("FETCH with PERCENT or TIES")),
    };
    let top = match top {
        None => None,
        Some(Top { with_ties: false, percent: false, quantity: Some(rows) }) => Some(match rows {
            TopQuantity::Expr(rows) => number(&rows, "TOP", PAGE_ROWS_MAX)?,
            TopQuantity::Constant(rows) => {
                usize::try_from(rows).ok().filter(|rows| *rows <= PAGE_ROWS_MAX).ok_or_else(
                    || wrong(format!("TOP takes a whole number from 0 to {PAGE_ROWS_MAX}.")),
                )?
            }
        }),
        Some(_) => return Err(unsupported("TOP with PERCENT or TIES")),
    };
    match (top, offset, next) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            Err(wrong("TOP cannot be used together with OFFSET and FETCH NEXT."))
        }
        (None, None, Some(_)) => Err(wrong("FETCH NEXT needs OFFSET.")),
        (top, offset, next) => Ok((offset, top.or(next))),
    }
}

/// An alias, which is kept as it is written.
pub(super) fn alias(name: &Ident) -> Result<String> {
    if is_alias(&name.value) {
        return Ok(name.value.clone());
    }
    Err(wrong(format!("The alias '{}' must have letters, digits and '_' only.", lower(name))))
}
