//! A client for one connection that stays open: as little as HTTP/1.1 needs.
//!
//! It is small so that the load costs little of the machine that it shares with the server. It
//! knows answers with a `content-length` and answers without a body.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The largest answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Where the parts of an answer are in the buffer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    head: usize,
    end: usize,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads the answer to it.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await.context("sending")?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let status = status(&self.buffer)?;
        let end = head + body_length(&self.buffer[..head], status)?;
        while self.buffer.len() < end {
            self.more().await?;
        }
        ensure!(self.buffer.len() == end, "there is more than the answer");
        Ok(Answer { status, head, end })
    }

    async fn more(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await.context("reading")?;
        ensure!(read > 0, "the server closed the connection");
        ensure!(self.buffer.len() <= ANSWER_BYTES_MAX, "the answer is too large");
        Ok(())
    }

    /// The body of the last answer.
    pub fn body(&self, answer: Answer) -> &[u8] {
        &self.buffer[answer.head..answer.end]
    }

    /// A header of the last answer.
    pub fn header(&self, answer: Answer, name: &str) -> Option<&str> {
        header(&self.buffer[..answer.head], name)
    }

    /// Sends JSON, reads JSON, and refuses answers that are errors.
    pub async fn call(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Result<(Answer, Value)> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut request = Vec::new();
        head(&mut request, method, path, token);
        if body.is_some() {
            request.extend_from_slice(b"content-type: application/json\r\n");
        }
        request
            .extend_from_slice(format!("content-length: {}\r\n\r\n{text}", text.len()).as_bytes());
        let answer = self.exchange(&request).await?;
        let read = self.body(answer);
        if answer.status >= 400 {
            let text = String::from_utf8_lossy(&read[..read.len().min(2000)]);
            bail!("{method} {path}: {} {text}", answer.status);
        }
        let value = if read.is_empty() { Value::Null } else { serde_json::from_slice(read)? };
        Ok((answer, value))
    }
}

/// Writes the line of a request and the headers that all have.
pub fn head(out: &mut Vec<u8>, method: &str, path: &str, token: &str) {
    for part in [method, " ", path, " HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"]
    {
        out.extend_from_slice(part.as_bytes());
    }
    if !token.is_empty() {
        for part in ["authorization: Bearer ", token, "\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
    }
}

fn status(answer: &[u8]) -> Result<u16> {
    let digits = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).context("reading the status")
}

fn body_length(head: &[u8], status: u16) -> Result<usize> {
    match header(head, "content-length") {
        Some(text) => text.parse().context("reading content-length"),
        None if matches!(status, 204 | 304) => Ok(0),
        None => bail!("an answer without content-length"),
    }
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(head).ok()?;
    text.split("\r\n").find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_body_is_in_the_head() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n";
        assert_eq!(status(head).unwrap(), 200);
        assert_eq!(body_length(head, 200).unwrap(), 12);
        assert_eq!(body_length(b"HTTP/1.1 204 No Content\r\n\r\n", 204).unwrap(), 0);
        assert!(body_length(b"HTTP/1.1 200 OK\r\n\r\n", 200).is_err());
    }
}
