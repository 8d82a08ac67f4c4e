//! Following what the server does in the background.
//!
//! Environments: the address in `Location` tells the state of the operation in its document.
//! Solutions: the row of `asyncoperations` does.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::client::{Answer, Client, query};
use super::dataverse::Dataverse;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::shell::Progress;

/// The shortest and the longest time between two questions.
const PAUSE: (Duration, Duration) = (Duration::from_millis(150), Duration::from_secs(5));

/// Until when somebody waits.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    end: Option<Instant>,
    minutes: u64,
}

impl Deadline {
    /// So many minutes from now.
    pub fn minutes(minutes: u64) -> Self {
        // So long that the clock has no such time means for ever.
        let end = Instant::now().checked_add(Duration::from_secs(minutes.saturating_mul(60)));
        Self { end, minutes }
    }

    fn pause(&self, asked: Option<Duration>, turn: u32, what: &str) -> Result<()> {
        let own = PAUSE.0 * 2_u32.saturating_pow(turn.min(5));
        let pause = asked.unwrap_or(own).max(PAUSE.0).min(PAUSE.1);
        if self.end.is_some_and(|end| Instant::now() + pause > end) {
            return Err(Failure::timed_out(format!(
                "{what} was not done in {} minutes; it goes on at the server.",
                self.minutes
            )));
        }
        sleep(pause);
        Ok(())
    }
}

/// Follows an operation on an environment to its end; gives its document. `accepted` is the answer
/// that began it.
pub fn operation(
    client: &Client,
    accepted: &Answer,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<Value> {
    let Some(location) = accepted.header("location").map(str::to_owned) else {
        return Ok(accepted.body.clone());
    };
    let location = on_server(client, &location);
    for turn in 0.. {
        let answer = client.get(&location)?;
        let document = &answer.body;
        let (percent, stage) = stages(document);
        progress.at(percent, &stage);
        match document["state"]["id"].as_str() {
            Some("Succeeded") => return Ok(answer.body),
            Some("Failed" | "Canceled" | "Cancelled") => return Err(failed(&answer)),
            Some(_) => {}
            None => return Err(Failure::unexpected("an operation without a state")),
        }
        deadline.pause(answer.retry_after(), turn, "The operation")?;
    }
    Err(Failure::unexpected("nothing"))
}

/// The same address, at the host that this client speaks with.
fn on_server(client: &Client, location: &str) -> String {
    let rest = location.split_once("://").map_or(location, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    format!("{}{path}", client.base())
}

/// How far an operation is, and which stage it is in.
fn stages(document: &Value) -> (u64, String) {
    let none = Vec::new();
    let stages = document["stages"].as_array().unwrap_or(&none);
    let is = |stage: &&Value, state: &str| stage["state"]["id"] == state;
    let done = stages.iter().filter(|stage| is(stage, "Succeeded")).count();
    let running = stages.iter().find(|stage| is(stage, "Running"));
    let percent = (done * 100).checked_div(stages.len()).unwrap_or_default();
    let name = running.and_then(|stage| stage["name"].as_str()).unwrap_or_default();
    (u64::try_from(percent).unwrap_or(100), name.to_owned())
}

fn failed(answer: &Answer) -> Failure {
    let error = &answer.body["error"];
    let code = error["code"].as_str().unwrap_or("OperationFailed");
    let message = error["message"].as_str().unwrap_or("The operation failed.");
    let mut failure = Failure::new(Exit::Refused, code, message)
        .suggest("Change what the message names, then start it again.");
    failure.request_id = answer.request_id();
    failure
}

/// Follows a background operation of the data service to its end; gives its row. With the key of
/// an import job its progress is shown.
pub fn async_operation(
    dataverse: &Dataverse,
    id: &str,
    import_job: Option<&str>,
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<Value> {
    let select = query(&[("$select", "statecode,statuscode,message,friendlymessage,errorcode")]);
    for turn in 0.. {
        let answer = dataverse.get(&format!("asyncoperations({id})?{select}"))?;
        let row = &answer.body;
        if row["statecode"].as_i64() == Some(3) {
            return match row["statuscode"].as_i64() {
                Some(30) => Ok(answer.body),
                _ => Err(ended(row, answer.request_id())),
            };
        }
        if let Some(job) = import_job {
            show_job(dataverse, job, progress)?;
        }
        deadline.pause(answer.retry_after(), turn, "The operation")?;
    }
    Err(Failure::unexpected("nothing"))
}

fn show_job(dataverse: &Dataverse, job: &str, progress: &mut Progress) -> Result<()> {
    match dataverse.beside(&format!("api/freehold/imports/{job}")) {
        Ok(answer) => {
            let percent = answer.body["percent"].as_f64().unwrap_or_default().clamp(0.0, 100.0);
            let step = answer.body["step"].as_str().unwrap_or_default();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 100"
            )]
            progress.at(percent as u64, step);
            Ok(())
        }
        // It waits for its turn, or it has just ended.
        Err(failure) if failure.code.eq_ignore_ascii_case("0x80040217") => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn ended(row: &Value, request_id: Option<String>) -> Failure {
    let text = |name: &str| row[name].as_str().filter(|text| !text.is_empty());
    let message = text("friendlymessage").or(text("message")).unwrap_or("The operation failed.");
    let code = match row["errorcode"].as_i64() {
        // A 32-bit number with its sign, as the platform keeps it.
        Some(code) if code != 0 => format!("0x{:08x}", code & 0xffff_ffff),
        _ if row["statuscode"].as_i64() == Some(32) => "Canceled".to_owned(),
        _ => "OperationFailed".to_owned(),
    };
    let mut failure = Failure::new(Exit::Refused, code, message)
        .suggest("Change what the message names, then try again.");
    failure.request_id = request_id;
    failure.details = Some(Box::new(row.clone()));
    failure
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stages_tell_how_far_it_is() {
        let stage = |name: &str, state: &str| json!({"name": name, "state": {"id": state}});
        let document = json!({"stages": [
            stage("Validate", "Succeeded"), stage("Prepare", "Running"),
            stage("Run", "NotStarted"), stage("Finalize", "NotStarted"),
        ]});
        assert_eq!(stages(&document), (25, "Prepare".to_owned()));
        assert_eq!(stages(&json!({})), (0, String::new()));
    }

    #[test]
    fn the_end_of_a_failed_operation_is_told() {
        let row = json!({"statecode": 3, "statuscode": 31, "errorcode": -2_147_188_707,
            "friendlymessage": "", "message": "Missing parts."});
        let failure = ended(&row, None);
        assert_eq!(
            (failure.code.as_str(), failure.message.as_str()),
            ("0x8004801d", "Missing parts.")
        );
    }

    #[test]
    fn a_wait_ends() {
        let over = Deadline { end: Some(Instant::now()), minutes: 0 };
        let failure = over.pause(None, 0, "The operation").unwrap_err();
        assert_eq!(failure.exit, Exit::TimedOut);
    }
}
