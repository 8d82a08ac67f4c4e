//! Content of a request that is taken block by block.

use std::time::Duration;

use axum::body::{Body, Bytes};
use base::limits::{BODY_STALL_SECONDS, FILE_BLOCK_BYTES_MAX};
use base::{Error, Kind, Result};
use bytes::BytesMut;
use futures_util::StreamExt;

use super::call::Call;

/// Content, from the body as it comes, or from one that was read before (in a batch).
pub(super) struct Content {
    rest: BytesMut,
    body: Option<axum::body::BodyDataStream>,
}

impl Content {
    pub fn of(call: &Call) -> Self {
        let body = call.stream().map(Body::into_data_stream);
        Self { rest: BytesMut::from(&call.body[..]), body }
    }

    /// The next block: full, unless it is the last one; an empty one is the end.
    pub async fn block(&mut self) -> Result<Bytes> {
        while self.rest.len() < FILE_BLOCK_BYTES_MAX {
            let Some(body) = &mut self.body else { break };
            match next(body).await? {
                Some(bytes) => self.rest.extend_from_slice(&bytes),
                None => self.body = None,
            }
        }
        let length = self.rest.len().min(FILE_BLOCK_BYTES_MAX);
        Ok(self.rest.split_to(length).freeze())
    }
}

async fn next(body: &mut axum::body::BodyDataStream) -> Result<Option<Bytes>> {
    let patience = Duration::from_secs(BODY_STALL_SECONDS);
    let next = tokio::time::timeout(patience, body.next()).await;
    match next.map_err(|_| stalled())? {
        Some(Ok(bytes)) => Ok(Some(bytes)),
        Some(Err(error)) => {
            Err(Error::invalid("The body ended before it was whole.").with_source(error))
        }
        None => Ok(None),
    }
}

/// Nothing came for too long.
pub(super) fn stalled() -> Error {
    Error::new(
        Kind::Invalid,
        "0x80040203",
        format!("Nothing of the body came for {BODY_STALL_SECONDS} seconds. Send it again."),
    )
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn content(body: Body) -> Content {
        Content { rest: BytesMut::new(), body: Some(body.into_data_stream()) }
    }

    #[tokio::test]
    async fn blocks_are_full_but_the_last() {
        let pieces = (0..3).map(|_| Ok::<_, std::io::Error>(vec![7; FILE_BLOCK_BYTES_MAX / 2 + 1]));
        let mut content = content(Body::from_stream(stream::iter(pieces)));
        let mut lengths = Vec::new();
        while let Ok(block) = content.block().await
            && !block.is_empty()
        {
            lengths.push(block.len());
        }
        assert_eq!(lengths, [FILE_BLOCK_BYTES_MAX, FILE_BLOCK_BYTES_MAX / 2 + 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stands_still_is_given_up() {
        let body = stream::pending::<Result<Bytes, std::io::Error>>();
        let error = content(Body::from_stream(body)).block().await.map(drop).unwrap_err();
        assert_eq!(error.kind, Kind::Invalid);
        assert!(error.message.starts_with("Nothing of the body came"));
    }
}
