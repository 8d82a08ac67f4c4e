//! `Server-Timing` (W3C): how long the stages of a request took, for clients that ask for it with
//! `Prefer: freehold.server-timing`.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName};
use dataverse::Tally;

/// The header of the answer.
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The preference of the request.
const PREFERENCE: &str = "freehold.server-timing";

/// The times of one request, as it goes on.
pub(super) struct Timing {
    started: Instant,
    stages: Mutex<Vec<(&'static str, Duration)>>,
    pub tally: Arc<Tally>,
}

impl Timing {
    /// Times are taken only if somebody wants them.
    pub fn asked(headers: &HeaderMap) -> Option<Arc<Self>> {
        let mut values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        let is_asked = values.any(|value| value.split(',').any(|part| part.trim() == PREFERENCE));
        is_asked.then(|| {
            let (stages, tally) = (Mutex::default(), Arc::default());
            Arc::new(Self { started: Instant::now(), stages, tally })
        })
    }

    /// A stage has ended; it began when the one before it ended.
    pub fn end(&self, stage: &'static str) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let before: Duration = stages.iter().map(|(_, time)| *time).sum();
        stages.push((stage, self.started.elapsed().saturating_sub(before)));
    }

    /// The value of the header: milliseconds, exact to the microsecond.
    pub fn told(&self) -> String {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (stage, time) in stages.iter() {
            let _ = write!(text, "{stage};dur={}, ", milliseconds(*time));
        }
        let (statements, sql) = (self.tally.statements(), milliseconds(self.tally.time()));
        let total = milliseconds(self.started.elapsed());
        let _ = write!(text, "sql;dur={sql};desc=\"{statements}\", total;dur={total}");
        text
    }
}

fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{:03}", micros / 1000, micros % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_to_the_microsecond() {
        assert_eq!(milliseconds(Duration::from_nanos(1_234_567)), "1.234");
        assert_eq!(milliseconds(Duration::from_micros(5)), "0.005");
    }
}
