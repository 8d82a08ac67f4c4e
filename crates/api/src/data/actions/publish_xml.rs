//! `PublishXml`: makes some changes of definitions visible. They are, as soon as they are made, so
//! the list of them is only checked for being XML.

use base::{Error, Kind, Result};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Action, Answer, Parameters, required, wrong};

pub(super) const ACTION: Action = Action {
    name: "PublishXml",
    bound_to: None,
    parameters: &[("ParameterXml", "Edm.String")],
    returns: &[],
    run: |_, _, parameters| Box::pin(run(parameters)),
};

async fn run(parameters: Parameters) -> Result<Answer> {
    let xml = required(&parameters, "PublishXml", "ParameterXml")?;
    let xml = xml.as_str().ok_or_else(|| wrong("The parameter 'ParameterXml' must be a text."))?;
    let mut reader = Reader::from_str(xml);
    let mut has_elements = false;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(_) | Event::Empty(_)) => has_elements = true,
            Ok(_) => {}
            Err(error) => return Err(invalid(format!("ParameterXml is not valid XML: {error}."))),
        }
    }
    if !has_elements {
        return Err(invalid("ParameterXml has no element 'importexportxml'.".to_owned()));
    }
    Ok(Answer::no_content())
}

fn invalid(message: String) -> Error {
    Error::new(Kind::Invalid, "0x80040201", message)
}
