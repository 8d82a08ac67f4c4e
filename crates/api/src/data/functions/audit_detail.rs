//! `RetrieveAuditDetails`: what one entry of the history says.

use base::{Error, Result, Uuid};
use dataverse::messages::{AuditDetail, RetrieveAuditDetails};
use dataverse::{Record, Reply};
use query::Key;
use serde_json::{Value, json};

use super::{Answer, Call, Function, response};
use crate::data::payload::Payload;
use crate::data::resource::{Bound, unexpected};
use crate::data::rows;

const NAME: &str = "RetrieveAuditDetails";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: Some("audit"),
    parameters: &[],
    returns: &[("AuditDetail", "mscrm.AuditDetail")],
    run: |call, bound, _| Box::pin(run(call, bound)),
};

async fn run(call: &Call, bound: Option<Bound>) -> Result<Answer> {
    let audit = audit(bound)?;
    let history = match call.execute(RetrieveAuditDetails { audit }).await? {
        Reply::Audits(history) => history,
        other => return Err(unexpected(&other)),
    };
    match history.details.first() {
        Some(entry) => {
            let mut told = detail(call, entry).await?;
            // The entry is what was asked; it does not come again.
            if let Value::Object(members) = &mut told {
                members.shift_remove("AuditRecord");
            }
            Ok(response(call, NAME, json!({ "AuditDetail": told })))
        }
        None => Err(Error::internal("an entry of the history was not told")),
    }
}

fn audit(bound: Option<Bound>) -> Result<Uuid> {
    match bound {
        Some(Bound::Row(place)) => match place.key {
            Key::Id(id) => Ok(id),
            Key::Values(_) => Err(Error::invalid(format!("'{NAME}' needs the id of the audit."))),
        },
        _ => Err(Error::invalid(format!("'{NAME}' is called on a row of audits."))),
    }
}

/// An entry, as the protocol has it (`AttributeAuditDetail`).
pub(super) async fn detail(call: &Call, entry: &AuditDetail) -> Result<Value> {
    Ok(json!({
        "@odata.type": "#Microsoft.Dynamics.CRM.AttributeAuditDetail",
        "InvalidNewValueAttributes": [],
        "LocLabelLanguageCode": 0,
        "DeletedAttributes": { "Count": 0, "Keys": [], "Values": [] },
        "OldValue": object(call, &entry.old).await?,
        "NewValue": object(call, &entry.new).await?,
        "AuditRecord": object(call, &entry.entry).await?,
    }))
}

async fn object(call: &Call, record: &Record) -> Result<Value> {
    let reading = rows::reading(call, &record.table).await?;
    let text = Payload::new(rows::style(call, &reading)).object(record);
    serde_json::from_slice(&text).map_err(Error::internal)
}
