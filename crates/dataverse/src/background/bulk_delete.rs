//! `BulkDelete`: removes all rows that queries find, in the background.

use std::sync::Arc;

use base::limits::{BULK_DELETE_FAILURES_MAX, BULK_DELETE_TOGETHER_MAX, PAGE_ROWS_MAX};
use base::{Caller, Cx, Error, Result, Uuid};
use jobs::{BoxFuture, Handler, Job, Progress};
use query::{Comparison, Filter, Literal, Query};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{EnvironmentSource, entered, operation, payload};
use crate::messages::{Delete, RetrieveMultiple};
use crate::{Environment, Reference, Reply, Value};

/// The kind of jobs that delete rows.
pub const JOB: &str = "rows.bulk-delete";

/// `asyncoperation.operationtype`
const OPERATION_BULK_DELETE: i32 = 13;

/// What a job needs to know; the queries are kept in the row of the operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BulkDeleteJob {
    /// The row in `asyncoperation`.
    pub operation: Uuid,
    /// The row in `bulkdeleteoperation`.
    record: Uuid,
}

/// Rows of one table.
#[derive(Clone, Debug, PartialEq)]
struct Rows {
    table: String,
    filter: Option<Filter>,
}

/// Makes the operation that tells about it. The caller queues the job.
///
/// # Errors
/// When a query is not understood, or the caller may not delete in bulk.
pub async fn prepare(
    environment: &Environment,
    cx: &Cx,
    name: &str,
    queries: &Json,
) -> Result<BulkDeleteJob> {
    let schema = environment.schema();
    for rows in read_queries(queries)? {
        crate::plan::table(&schema, &rows.table)?;
    }
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvBulkDelete")?;
    let job = BulkDeleteJob { operation: cx.new_id(), record: cx.new_id() };
    operation::put(&mut session, job.operation, name, "BulkDelete", OPERATION_BULK_DELETE).await?;
    let data = vec![("data", Value::Text(queries.to_string()))];
    session.put_row("asyncoperation", job.operation, data).await?;
    let record = vec![
        ("name", Value::Text(name.to_owned())),
        ("asyncoperationid", Value::lookup("asyncoperation", job.operation)),
        ("isrecurring", Value::Bool(false)),
        ("statecode", Value::Choice(0)),
        ("statuscode", Value::Choice(0)),
    ];
    session.put_row("bulkdeleteoperation", job.record, record).await?;
    session.commit().await?;
    Ok(job)
}

/// Does the jobs.
pub(super) struct BulkDelete(pub Arc<dyn EnvironmentSource>);

impl Handler for BulkDelete {
    fn kind(&self) -> &'static str {
        JOB
    }

    fn run<'a>(
        &'a self,
        cx: &'a Cx,
        job: &'a Job,
        progress: &'a Progress,
    ) -> BoxFuture<'a, Result<Json>> {
        Box::pin(async move {
            let (environment, cx) = entered(&*self.0, cx, job, progress).await?;
            run(&environment, &cx, &payload(job)?).await?;
            Ok(Json::Null)
        })
    }
}

async fn run(environment: &Environment, cx: &Cx, job: &BulkDeleteJob) -> Result<()> {
    if !operation::start(environment, cx, job.operation).await? {
        return Ok(());
    }
    let mut done = Done::default();
    let result = delete_all(environment, cx, job, &mut done).await;
    tell(environment, cx, job, &done, result.is_ok()).await?;
    operation::finish(environment, cx, job.operation, result.err()).await
}

/// How many rows are gone, and which could not be deleted.
#[derive(Default)]
struct Done {
    successes: i64,
    failures: i64,
    told: Vec<(usize, Uuid, Error)>,
}

async fn delete_all(
    environment: &Environment,
    cx: &Cx,
    job: &BulkDeleteJob,
    done: &mut Done,
) -> Result<()> {
    let data = {
        let mut session = environment.begin(cx).await?;
        session.read_value("asyncoperation", job.operation, "data").await?
    };
    let data = data.text().unwrap_or_default();
    let queries: Json = serde_json::from_str(data).map_err(Error::internal)?;
    for (index, rows) in read_queries(&queries)?.into_iter().enumerate() {
        delete_found(environment, cx, index, rows, done).await?;
    }
    Ok(())
}

/// Deletes page after page: what was before a page does not matter for the next one.
async fn delete_found(
    environment: &Environment,
    cx: &Cx,
    index: usize,
    rows: Rows,
    done: &mut Done,
) -> Result<()> {
    let key = crate::plan::table(&environment.schema(), &rows.table)?.primary_id.clone();
    let mut query = Query {
        select: vec![key],
        filter: rows.filter,
        page_size: Some(PAGE_ROWS_MAX),
        ..Query::default()
    };
    loop {
        let (table, query_of_page) = (rows.table.clone(), query.clone());
        let message =
            RetrieveMultiple { table, from: None, query: query_of_page, with_names: false };
        let Reply::Page(page) = environment.execute(cx, message).await? else {
            return Err(Error::internal("a query was answered with something else than a page"));
        };
        let ids: Vec<Uuid> = page.rows.iter().map(|row| row.id).collect();
        for ids in ids.chunks(BULK_DELETE_TOGETHER_MAX) {
            delete_some(environment, cx, (index, &rows.table), ids, done).await?;
        }
        match page.next {
            Some(next) => query.skip_token = Some(next),
            None => return Ok(()),
        }
    }
}

/// Deletes rows in one transaction; if one of them cannot be deleted, each in its own.
async fn delete_some(
    environment: &Environment,
    cx: &Cx,
    (index, table): (usize, &str),
    ids: &[Uuid],
    done: &mut Done,
) -> Result<()> {
    let mut session = environment.begin(cx).await?;
    let mut has_failed = false;
    for id in ids {
        let message = Delete { target: Reference::id(table, *id), if_version: None };
        has_failed = session.execute(message).await.is_err();
        if has_failed {
            break;
        }
    }
    if !has_failed {
        session.commit().await?;
        done.successes += i64::try_from(ids.len()).unwrap_or(i64::MAX);
        return Ok(());
    }
    drop(session);
    for id in ids {
        let message = Delete { target: Reference::id(table, *id), if_version: None };
        match environment.execute(cx, message).await {
            Ok(_) => done.successes += 1,
            Err(error) => {
                done.failures += 1;
                if done.told.len() < BULK_DELETE_FAILURES_MAX {
                    done.told.push((index, *id, error));
                }
            }
        }
    }
    Ok(())
}

/// Writes down what was deleted and what was not.
async fn tell(
    environment: &Environment,
    cx: &Cx,
    job: &BulkDeleteJob,
    done: &Done,
    has_ended: bool,
) -> Result<()> {
    let mut session = environment.begin(&cx.with_caller(Caller::System)).await?;
    let values = vec![
        ("successcount", Value::Int(done.successes)),
        ("failurecount", Value::Int(done.failures)),
        ("statecode", Value::Choice(3)),
        ("statuscode", Value::Choice(if has_ended { 30 } else { 31 })),
    ];
    session.put_row("bulkdeleteoperation", job.record, values).await?;
    for (index, id, error) in &done.told {
        let failure = cx.new_id();
        let index = i64::try_from(*index).unwrap_or_default();
        let description: String = format!("{id}: {}", error.message).chars().take(512).collect();
        let values = vec![
            ("asyncoperationid", Value::lookup("asyncoperation", job.operation)),
            ("bulkdeleteoperationid", Value::lookup("bulkdeleteoperation", job.record)),
            ("errordescription", Value::Text(description)),
            ("errornumber", Value::Int(operation::code_number(error).unwrap_or_default())),
            ("orderedqueryindex", Value::Int(index)),
        ];
        session.put_row("bulkdeletefailure", failure, values).await?;
    }
    session.commit().await
}

/// The queries of a `QuerySet`.
fn read_queries(queries: &Json) -> Result<Vec<Rows>> {
    let queries = queries.as_array().filter(|queries| !queries.is_empty());
    let queries = queries.ok_or_else(|| Error::invalid("'QuerySet' must be a list of queries."))?;
    queries.iter().map(read_query).collect()
}

/// What of a `QueryExpression` is looked at.
const MEMBERS: &[&str] = &["EntityName", "ColumnSet", "Criteria", "Distinct", "NoLock", "Orders"];

fn read_query(query: &Json) -> Result<Rows> {
    let members = query.as_object();
    let members = members.ok_or_else(|| Error::invalid("A query of 'QuerySet' is no object."))?;
    let table = query["EntityName"].as_str().unwrap_or_default().to_owned();
    if table.is_empty() {
        return Err(Error::invalid("A query of 'QuerySet' needs 'EntityName'."));
    }
    let other = members.iter().find(|(name, value)| {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        !is_empty && !name.contains('@') && !MEMBERS.contains(&name.as_str())
    });
    if let Some((name, _)) = other {
        return Err(Error::not_implemented(format!("'{name}' in a query of 'QuerySet'")));
    }
    let filter = match &query["Criteria"] {
        Json::Null => None,
        criteria => group(criteria, 0)?,
    };
    Ok(Rows { table, filter })
}

/// A `FilterExpression`; nothing if it has no conditions.
fn group(criteria: &Json, depth: usize) -> Result<Option<Filter>> {
    if depth >= base::limits::NESTING_MAX {
        return Err(Error::invalid("The filters of a query are nested too deep."));
    }
    let none = Vec::new();
    let mut parts = Vec::new();
    for item in criteria["Conditions"].as_array().unwrap_or(&none) {
        parts.push(condition(item)?);
    }
    for item in criteria["Filters"].as_array().unwrap_or(&none) {
        parts.extend(group(item, depth + 1)?);
    }
    Ok(match criteria["FilterOperator"].as_str() {
        _ if parts.is_empty() => None,
        Some("Or") => Some(Filter::Or(parts)),
        Some("And") | None => Some(Filter::And(parts)),
        Some(other) => {
            return Err(Error::invalid(format!("'{other}' is no 'FilterOperator'.")));
        }
    })
}

fn condition(condition: &Json) -> Result<Filter> {
    let column = condition["AttributeName"].as_str().unwrap_or_default().to_owned();
    let operator = condition["Operator"].as_str().unwrap_or_default();
    let none = Vec::new();
    let values = condition["Values"].as_array().unwrap_or(&none);
    let mut values: Vec<Literal> = values.iter().map(literal).collect();
    let comparison = match operator {
        "Equal" => Comparison::Equal,
        "NotEqual" => Comparison::NotEqual,
        "GreaterThan" => Comparison::Greater,
        "GreaterEqual" => Comparison::GreaterOrEqual,
        "LessThan" => Comparison::Less,
        "LessEqual" => Comparison::LessOrEqual,
        "Null" | "NotNull" => {
            values = vec![Literal::Null];
            if operator == "Null" { Comparison::Equal } else { Comparison::NotEqual }
        }
        "In" | "NotIn" => {
            let values = vec![Literal::List(values)];
            return Ok(Filter::Function { name: operator.to_owned(), property: column, values });
        }
        other => {
            return Err(Error::not_implemented(format!("The condition operator '{other}'")));
        }
    };
    match <[Literal; 1]>::try_from(values) {
        Ok([value]) => Ok(Filter::Compare { path: vec![column], comparison, value }),
        Err(_) => Err(Error::invalid(format!("'{operator}' needs one value."))),
    }
}

/// A value: plain, or with its type beside it.
fn literal(value: &Json) -> Literal {
    match value {
        Json::Object(typed) => literal(typed.get("Value").unwrap_or(&Json::Null)),
        Json::Null | Json::Array(_) => Literal::Null,
        Json::Bool(value) => Literal::Boolean(*value),
        Json::Number(number) => Literal::Number(number.to_string()),
        Json::String(text) => match text.parse() {
            Ok(id) => Literal::Id(id),
            Err(_) => Literal::Text(text.clone()),
        },
    }
}
