//! The answer to a batch, as `multipart/mixed`. Clients look for boundaries that begin with
//! `batchresponse_` and `changesetresponse_`.

use axum::http::{HeaderName, StatusCode};
use base::Uuid;

use super::{Answered, multipart};
use crate::data::answer::Answer;

/// An answer as it grows.
pub(super) struct Writer {
    boundary: String,
    out: Vec<u8>,
}

impl Writer {
    pub fn new(name: &str, id: Uuid) -> Self {
        Self { boundary: format!("{name}_{id}"), out: Vec::new() }
    }

    /// What one request was answered.
    pub fn one(&mut self, answered: &Answered) {
        self.begin();
        self.line("Content-Type: application/http");
        self.line("Content-Transfer-Encoding: binary");
        if let Some(id) = &answered.content_id {
            self.line(&format!("Content-ID: {id}"));
        }
        self.line("");
        self.answer(&answered.answer);
    }

    /// What the requests of a change set were answered.
    pub fn change_set(&mut self, answers: &[Answered], id: Uuid) {
        let mut set = Self::new("changesetresponse", id);
        for answered in answers {
            set.one(answered);
        }
        set.end();
        self.begin();
        self.line(&format!("Content-Type: multipart/mixed; boundary={}", set.boundary));
        self.line("");
        self.out.extend(set.out);
    }

    /// The whole answer.
    pub fn finish(mut self, status: StatusCode) -> Answer {
        self.end();
        let (name, value) = multipart(&self.boundary);
        let mut answer = Answer::empty(status).with(name, value);
        answer.body = self.out;
        answer
    }

    fn answer(&mut self, answer: &Answer) {
        let status = answer.status;
        let reason = status.canonical_reason().unwrap_or("Unknown");
        self.line(&format!("HTTP/1.1 {} {reason}", status.as_u16()));
        for (name, value) in &answer.headers {
            self.out.extend_from_slice(as_written(name).as_bytes());
            self.out.extend_from_slice(b": ");
            self.out.extend_from_slice(value.as_bytes());
            self.line("");
        }
        self.line("OData-Version: 4.0");
        self.line("");
        self.out.extend_from_slice(&answer.body);
        self.line("");
    }

    fn begin(&mut self) {
        let boundary = format!("--{}", self.boundary);
        self.line(&boundary);
    }

    fn end(&mut self) {
        let boundary = format!("--{}--", self.boundary);
        self.line(&boundary);
    }

    fn line(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }
}

/// The name of a header as the platform writes it: some clients look for it letter by letter.
fn as_written(name: &HeaderName) -> &str {
    match name.as_str() {
        "content-type" => "Content-Type",
        "etag" => "ETag",
        "location" => "Location",
        "odata-entityid" => "OData-EntityId",
        "preference-applied" => "Preference-Applied",
        "req_id" => "REQ_ID",
        "retry-after" => "Retry-After",
        name => name,
    }
}
