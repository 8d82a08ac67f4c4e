//! `BulkDelete`: removes all rows that queries find, in the background.

use std::collections::HashSet;
use std::sync::Arc;

use base::limits::{BULK_DELETE_FAILURES_MAX, BULK_DELETE_TOGETHER_MAX, PAGE_ROWS_MAX};
use base::{Caller, Cx, Error, Result, Uuid};
use jobs::{BoxFuture, Handler, Job, Progress};
use query::fetch::{Attribute, Attributes, Fetch, parse_query_expression};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{EnvironmentSource, entered, operation, payload};
use crate::messages::{Delete, RetrieveFetch};
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
    for fetch in read_queries(queries)? {
        crate::plan::table(&schema, &fetch.entity.table)?;
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
    for (index, fetch) in read_queries(&queries)?.into_iter().enumerate() {
        delete_found(environment, cx, index, fetch, done).await?;
    }
    Ok(())
}

/// Deletes page after page: what was before a page does not matter for the next one.
async fn delete_found(
    environment: &Environment,
    cx: &Cx,
    index: usize,
    mut fetch: Fetch,
    done: &mut Done,
) -> Result<()> {
    let table = fetch.entity.table.clone();
    let key = crate::plan::table(&environment.schema(), &table)?.primary_id.clone();
    fetch.entity.attributes = Attributes::Some(vec![Attribute::new(key)]);
    if fetch.top.is_none() {
        // In order of the key, so that a row that links find more than once comes at once.
        fetch.entity.orders.clear();
        fetch.count = Some(PAGE_ROWS_MAX);
    }
    let mut last = None;
    loop {
        let message = RetrieveFetch { fetch: fetch.clone(), filter: None, with_names: false };
        let Reply::Fetched(page) = environment.execute(cx, message).await? else {
            return Err(Error::internal("a query was answered with something else than rows"));
        };
        let ids = different(page.rows.iter().filter_map(|row| row.id), last);
        for ids in ids.chunks(BULK_DELETE_TOGETHER_MAX) {
            delete_some(environment, cx, (index, &table), ids, done).await?;
        }
        last = ids.last().copied().or(last);
        match page.next {
            Some(next) => (fetch.page, fetch.cookie) = (Some(page.page + 1), Some(next)),
            None => return Ok(()),
        }
    }
}

/// Each of `ids` once, in order, without `last`, which the page before ended with.
fn different(ids: impl Iterator<Item = Uuid>, last: Option<Uuid>) -> Vec<Uuid> {
    let mut seen: HashSet<Uuid> = last.into_iter().collect();
    ids.filter(|id| seen.insert(*id)).collect()
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
fn read_queries(queries: &Json) -> Result<Vec<Fetch>> {
    let queries = queries.as_array().filter(|queries| !queries.is_empty());
    let queries = queries.ok_or_else(|| Error::invalid("'QuerySet' must be a list of queries."))?;
    queries.iter().map(read_query).collect()
}

/// A query that says which rows go: neither groups of them nor a page.
fn read_query(query: &Json) -> Result<Fetch> {
    let fetch = parse_query_expression(query)?;
    if fetch.aggregate {
        return Err(Error::invalid("A query of 'QuerySet' finds rows, not groups of them."));
    }
    if fetch.page.is_some() || fetch.count.is_some() || fetch.cookie.is_some() {
        return Err(Error::not_implemented("'PageInfo' in a query of 'QuerySet'"));
    }
    Ok(fetch)
}
