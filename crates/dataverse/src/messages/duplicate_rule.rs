//! `PublishDuplicateRule`, `UnpublishDuplicateRule`: whether a rule is looked at.
//! `RetrieveDuplicates`: the rows that a row duplicates.

use base::{Error, Result, Uuid};
use metadata::Column;
use query::Query;

use crate::plan::{self, Asker, Purpose};
use crate::session::ReadScope;
use crate::{Reply, RowInput, Session, Value, duplicates, rows, security};

/// Publishes a rule: from then on rows are compared by it.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishDuplicateRule {
    /// The `duplicaterule`.
    pub rule: Uuid,
}

/// Takes a rule out of use.
#[derive(Clone, Debug, PartialEq)]
pub struct UnpublishDuplicateRule {
    /// The `duplicaterule`.
    pub rule: Uuid,
}

/// Reads the rows of a table that duplicate a row.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveDuplicates {
    /// The table of the row, by logical name.
    pub table: String,
    /// Its id, if it exists.
    pub id: Option<Uuid>,
    /// What it holds; what is kept of it counts where nothing is given.
    pub row: RowInput,
    /// The table whose rows it may duplicate, by logical name.
    pub matching: String,
    /// What of them.
    pub query: Query,
}

const PRIVILEGE: &str = "prvPublishDuplicateRule";

impl PublishDuplicateRule {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, self.rule).await?;
        duplicates::check_rule(session, self.rule).await?;
        set_state(session, self.rule, 1, duplicates::PUBLISHED).await?;
        // The protocol follows a job; this one is done already.
        let job = RowInput::default()
            .with("name", "Publish duplicate detection rule")
            .with("operationtype", 7)
            .with("statecode", 3)
            .with("statuscode", 30);
        let create =
            crate::messages::Create { table: "asyncoperation".into(), row: job, returning: None };
        session.execute_as_system(create).await
    }
}

impl UnpublishDuplicateRule {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, self.rule).await?;
        set_state(session, self.rule, 0, 0).await?;
        Ok(Reply::Done)
    }
}

async fn require(session: &mut Session<'_>, rule: Uuid) -> Result<()> {
    if !session.user().has_privilege(PRIVILEGE) {
        return Err(security::misc_privilege_missing(session.user(), PRIVILEGE));
    }
    let schema = session.schema().clone();
    let table = plan::table(&schema, "duplicaterule")?;
    match rows::read_row(&mut session.read_scope(), table, rule, &[]).await? {
        Some(_) => Ok(()),
        None => Err(crate::not_found("duplicaterule", rule)),
    }
}

async fn set_state(session: &mut Session<'_>, rule: Uuid, state: i32, status: i32) -> Result<()> {
    let schema = session.schema().clone();
    let table = plan::table(&schema, "duplicaterule")?;
    let row = RowInput::default().with("statecode", state).with("statuscode", status);
    rows::update(session, table, rule, row, None).await
}

impl RetrieveDuplicates {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let table = plan::table(&schema, &self.table)?.clone();
        plan::table(&schema, &self.matching)?;
        let (user, now) = (scope.user.clone(), scope.cx.now());
        let asker = Asker { schema: &schema, user: &user, now, with_names: false, cache: None };
        let given = plan::write(&asker, &table, self.row, Purpose::Create)?;
        if !given.links.is_empty() || !given.parents.is_empty() {
            return Err(Error::not_implemented("RetrieveDuplicates of a row with references"));
        }
        let kept = match self.id {
            None => None,
            Some(id) => {
                let key = plan::RowKey::Id(id);
                Some(rows::find(scope, &table, &key, &Query::default(), false).await?)
            }
        };
        let value = |column: &Column| {
            let old = || kept.as_ref().and_then(|row| row.get(&column.logical_name));
            let new = plan::get(&given.values, &column.logical_name);
            new.or_else(old).cloned().unwrap_or(Value::Null)
        };
        let (id, matching) = (self.id, self.matching.as_str());
        duplicates::find(scope, &table, id, &value, matching, self.query).await.map(Reply::Page)
    }
}
