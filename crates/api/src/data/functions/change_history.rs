//! `RetrieveRecordChangeHistory`, `RetrieveAttributeChangeHistory`: what happened to a row, or to a
//! column of it.

use base::limits::PAGE_ROWS_MAX;
use base::{Error, Kind, Result};
use dataverse::messages::RetrieveChangeHistory;
use dataverse::{Reference, Reply};
use query::Literal;
use query::odata::Argument;
use serde_json::{Value, json};

use super::audit_detail::detail;
use super::{Answer, Call, Function, Named, response};
use crate::data::body::object_reference;
use crate::data::resource::unexpected;

const RETURNS: &[(&str, &str)] = &[("AuditDetailCollection", "mscrm.AuditDetailCollection")];

const RECORD: &str = "RetrieveRecordChangeHistory";
const ATTRIBUTE: &str = "RetrieveAttributeChangeHistory";

pub(super) const OF_RECORD: Function = Function {
    name: RECORD,
    bound_to: None,
    parameters: &[("Target", "mscrm.crmbaseentity"), ("PagingInfo", "mscrm.PagingInfo")],
    returns: RETURNS,
    run: |call, _, arguments| Box::pin(run(call, RECORD, arguments)),
};

pub(super) const OF_ATTRIBUTE: Function = Function {
    name: ATTRIBUTE,
    bound_to: None,
    parameters: &[
        ("Target", "mscrm.crmbaseentity"),
        ("AttributeLogicalName", "Edm.String"),
        ("PagingInfo", "mscrm.PagingInfo"),
    ],
    returns: RETURNS,
    run: |call, _, arguments| Box::pin(run(call, ATTRIBUTE, arguments)),
};

async fn run(call: &Call, name: &str, arguments: Named) -> Result<Answer> {
    let mut message = RetrieveChangeHistory {
        target: target(call, name, &arguments)?,
        column: None,
        page: 1,
        page_size: PAGE_ROWS_MAX,
        counts: false,
    };
    if name == ATTRIBUTE {
        match arguments.find("AttributeLogicalName") {
            Some(Argument::Literal(Literal::Text(column))) => message.column = Some(column.clone()),
            _ => return Err(wrong(name, "AttributeLogicalName")),
        }
    }
    let paging = Paging::of(name, arguments.find("PagingInfo"))?;
    (message.page, message.page_size, message.counts) = (paging.page, paging.size, paging.counts);
    let history = match call.execute(message).await? {
        Reply::Audits(history) => history,
        other => return Err(unexpected(&other)),
    };
    let mut details = Vec::with_capacity(history.details.len());
    for entry in &history.details {
        details.push(detail(call, entry).await?);
    }
    let cookie = history.has_more.then(|| format!("<cookie page=\"{}\" />", paging.page));
    let collection = json!({
        "MoreRecords": history.has_more,
        "PagingCookie": cookie.unwrap_or_default(),
        "TotalRecordCount": history.total.unwrap_or(-1),
        "AuditDetails": details,
    });
    Ok(response(call, name, json!({ "AuditDetailCollection": collection })))
}

/// The row that the parameter `Target` names.
pub(super) fn target(call: &Call, function: &str, arguments: &Named) -> Result<Reference> {
    match arguments.find("Target") {
        Some(Argument::Json(value)) => object_reference(&call.schema, value),
        _ => Err(wrong(function, "Target")),
    }
}

/// The refusal of a parameter.
pub(super) fn wrong(function: &str, parameter: &str) -> Error {
    let message = format!("'{function}' needs the parameter '{parameter}', in its type.");
    Error::new(Kind::Invalid, "0x80060888", message)
}

/// `PagingInfo`: which page, and how large it is.
pub(super) struct Paging {
    pub page: usize,
    pub size: usize,
    pub counts: bool,
}

impl Paging {
    pub fn of(function: &str, argument: Option<&Argument>) -> Result<Self> {
        let none = Value::Null;
        let info = match argument {
            None | Some(Argument::Literal(Literal::Null)) => &none,
            Some(Argument::Json(info)) => info,
            Some(_) => return Err(wrong(function, "PagingInfo")),
        };
        let number = |name: &str, default: usize| match &info[name] {
            Value::Null => Ok(default),
            value => {
                let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
                number.ok_or_else(|| wrong(function, "PagingInfo"))
            }
        };
        let size = number("Count", PAGE_ROWS_MAX)?;
        let size = if size == 0 { PAGE_ROWS_MAX } else { size.min(PAGE_ROWS_MAX) };
        let counts = info["ReturnTotalRecordCount"].as_bool().unwrap_or_default();
        Ok(Self { page: number("PageNumber", 1)?.max(1), size, counts })
    }
}
