//! `CalculateRollupField`: calculates a rollup column of a row now, and gives the row with it.

use base::{Error, Kind, Result};
use dataverse::Reply;
use dataverse::messages::CalculateRollup;
use query::Query;
use query::odata::Argument;

use super::{Answer, Call, Function, Named};
use crate::data::body::object_reference;
use crate::data::resource::unexpected;
use crate::data::{rollups, rows};

const NAME: &str = "CalculateRollupField";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[("Target", "mscrm.crmbaseentity"), ("FieldName", "Edm.String")],
    returns: &[("Entity", "mscrm.crmbaseentity")],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    let Some(Argument::Json(target)) = arguments.find("Target") else {
        let message = "The parameter 'Target' names a row: Target=@t&@t={'@odata.id':'…'}.";
        return Err(Error::new(Kind::Invalid, "0x80060888", message));
    };
    let target = object_reference(&call.schema, target)?;
    let column = arguments.required_text(NAME, "FieldName")?.to_owned();
    match call.execute(CalculateRollup { target, column }).await? {
        Reply::Record(record) => {
            rollups::schedule(call).await?;
            let select = record.values.iter().map(|(column, _)| column.logical_name.clone());
            let query = Query { select: select.collect(), ..Query::default() };
            rows::row_answer(call, &record, &query).await
        }
        other => Err(unexpected(&other)),
    }
}
