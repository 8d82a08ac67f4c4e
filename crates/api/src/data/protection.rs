//! Service protection: how much one user may ask of one environment within a time. Off unless the
//! server is configured otherwise; clients can be tested against it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::limits::{PROTECTED_USERS_MAX, RETRY_AFTER_SECONDS};
use base::{Caller, Clock, Error, Kind, Result, Uuid};

/// How much is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtectionLimits {
    /// The time that is looked at, in seconds.
    pub window_seconds: i64,
    /// Requests within the window.
    pub requests: u64,
    /// The time that requests within the window may take together, in milliseconds.
    pub execution_ms: i64,
    /// Requests at the same time.
    pub concurrent: u64,
}

impl Default for ProtectionLimits {
    /// The protocol's own.
    fn default() -> Self {
        Self { window_seconds: 300, requests: 6000, execution_ms: 1_200_000, concurrent: 52 }
    }
}

/// Who asked how much lately.
pub struct Protection {
    limits: ProtectionLimits,
    clock: Arc<dyn Clock>,
    users: Mutex<HashMap<Who, Usage>>,
}

/// A user of an environment.
type Who = (Uuid, Caller);

/// What one user asked.
#[derive(Default)]
struct Usage {
    running: u64,
    /// By second: when, how many requests, how many milliseconds they took.
    seconds: VecDeque<(i64, u64, i64)>,
}

/// A request that was let in, while it runs.
pub(super) struct Admitted {
    protection: Arc<Protection>,
    who: Who,
    started_ms: i64,
    /// What is left.
    pub left: Left,
}

/// How much a user may still ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// Requests.
    pub requests: u64,
    /// Milliseconds of work.
    pub execution_ms: i64,
}

impl Left {
    /// What is told where nothing is limited.
    pub fn unlimited() -> Self {
        let ProtectionLimits { requests, execution_ms, .. } = ProtectionLimits::default();
        Self { requests, execution_ms }
    }
}

impl Protection {
    /// Nobody has asked anything yet.
    pub fn new(limits: ProtectionLimits, clock: Arc<dyn Clock>) -> Self {
        Self { limits, clock, users: Mutex::default() }
    }

    /// Lets a request in, or says when the user may come again.
    pub(super) fn admit(self: &Arc<Self>, who: Who) -> Result<Admitted> {
        let now_ms = self.clock.now_ms();
        let now = now_ms.div_euclid(1000);
        let mut users = self.users();
        if users.len() >= PROTECTED_USERS_MAX {
            users.retain(|_, usage| !usage.is_idle(now, self.limits));
        }
        let usage = users.entry(who.clone()).or_default();
        usage.forget(now, self.limits);
        usage.check(now, self.limits)?;
        usage.running += 1;
        usage.at(now).1 += 1;
        let left = usage.left(self.limits);
        drop(users);
        Ok(Admitted { protection: self.clone(), who, started_ms: now_ms, left })
    }

    fn users(&self) -> MutexGuard<'_, HashMap<Who, Usage>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let now_ms = self.protection.clock.now_ms();
        let mut users = self.protection.users();
        if let Some(usage) = users.get_mut(&self.who) {
            usage.running = usage.running.saturating_sub(1);
            usage.at(now_ms.div_euclid(1000)).2 += (now_ms - self.started_ms).max(0);
        }
    }
}

impl Usage {
    /// Forgets what was before the window.
    fn forget(&mut self, now: i64, limits: ProtectionLimits) {
        while self.seconds.front().is_some_and(|(at, ..)| *at <= now - limits.window_seconds) {
            self.seconds.pop_front();
        }
    }

    fn is_idle(&mut self, now: i64, limits: ProtectionLimits) -> bool {
        self.forget(now, limits);
        self.running == 0 && self.seconds.is_empty()
    }

    fn at(&mut self, now: i64) -> &mut (i64, u64, i64) {
        if self.seconds.back().is_none_or(|(at, ..)| *at < now) {
            self.seconds.push_back((now, 0, 0));
        }
        self.seconds.back_mut().expect("one was just put there")
    }

    fn requests(&self) -> u64 {
        self.seconds.iter().map(|(_, requests, _)| requests).sum()
    }

    fn execution_ms(&self) -> i64 {
        self.seconds.iter().map(|(.., ms)| ms).sum()
    }

    fn left(&self, limits: ProtectionLimits) -> Left {
        Left {
            requests: limits.requests.saturating_sub(self.requests()),
            execution_ms: (limits.execution_ms - self.execution_ms()).max(0),
        }
    }

    fn check(&self, now: i64, limits: ProtectionLimits) -> Result<()> {
        let window = limits.window_seconds;
        if self.running >= limits.concurrent {
            let message = format!(
                "Number of concurrent requests exceeded the limit of {}.",
                limits.concurrent
            );
            return Err(too_much("0x80072326", message, RETRY_AFTER_SECONDS));
        }
        if self.requests() >= limits.requests {
            let message = format!(
                "Number of requests exceeded the limit of {} over time window of {window} seconds.",
                limits.requests
            );
            return Err(too_much("0x80072322", message, self.free_in(now, limits)));
        }
        if self.execution_ms() >= limits.execution_ms {
            let message = format!(
                "Combined execution time of incoming requests exceeded limit of {} milliseconds over \
                 time window of {window} seconds. Decrease number of concurrent requests or reduce \
                 the duration of requests and try again later.",
                limits.execution_ms
            );
            return Err(too_much("0x80072321", message, self.free_in(now, limits)));
        }
        Ok(())
    }

    /// After how many seconds the oldest requests do not count any more.
    fn free_in(&self, now: i64, limits: ProtectionLimits) -> i64 {
        let oldest = self.seconds.front().map_or(now, |(at, ..)| *at);
        (oldest + limits.window_seconds - now).max(1)
    }
}

fn too_much(code: &'static str, message: String, seconds: i64) -> Error {
    Error::new(Kind::TooMany, code, message).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use base::FixedClock;

    use super::*;

    fn protection(limits: ProtectionLimits) -> (Arc<Protection>, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::new(0));
        (Arc::new(Protection::new(limits, clock.clone())), clock)
    }

    fn who() -> Who {
        (Uuid::nil(), Caller::System)
    }

    /// The code and the seconds of the refusal.
    fn refused(protection: &Arc<Protection>) -> Option<(String, Option<i64>)> {
        let refused = protection.admit(who()).err();
        refused.map(|error| (error.code.to_string(), error.retry_after_seconds))
    }

    #[test]
    fn requests_count_until_the_window_has_passed() {
        let limits = ProtectionLimits { requests: 2, ..ProtectionLimits::default() };
        let (protection, clock) = protection(limits);
        let first = protection.admit(who()).map(|admitted| admitted.left.requests);
        assert_eq!(first.ok(), Some(1));
        clock.advance_ms(10_000);
        assert!(protection.admit(who()).is_ok());
        clock.advance_ms(10_000);
        assert_eq!(refused(&protection), Some(("0x80072322".to_owned(), Some(280))));
        assert!(protection.admit((Uuid::nil(), Caller::Anonymous)).is_ok());
        clock.advance_ms(280_000);
        assert_eq!(refused(&protection), None);
        assert_eq!(refused(&protection), Some(("0x80072322".to_owned(), Some(10))));
    }

    #[test]
    fn work_counts_until_the_window_has_passed() {
        let limits = ProtectionLimits { execution_ms: 5000, ..ProtectionLimits::default() };
        let (protection, clock) = protection(limits);
        let admitted = protection.admit(who());
        clock.advance_ms(6000);
        drop(admitted);
        assert_eq!(refused(&protection), Some(("0x80072321".to_owned(), Some(294))));
        clock.advance_ms(300_000);
        assert_eq!(refused(&protection), None);
    }

    #[test]
    fn only_so_many_run_at_the_same_time() {
        let limits = ProtectionLimits { concurrent: 1, ..ProtectionLimits::default() };
        let (protection, _) = protection(limits);
        let first = protection.admit(who());
        assert!(first.is_ok());
        assert_eq!(refused(&protection), Some(("0x80072326".to_owned(), Some(5))));
        drop(first);
        assert_eq!(refused(&protection), None);
    }
}
