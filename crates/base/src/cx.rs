//! The context of a call: who, when, and where fresh ids come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use uuid::Uuid;

use crate::{Instant, PrincipalId};

/// Who calls. The directory vouches for it; an environment maps it to one of its own users.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Nobody has signed in.
    Anonymous,
    /// The server itself: provisioning, jobs. Passes every check.
    System,
    /// A person of the tenant's directory.
    User(PrincipalId),
    /// An app registration, signed in with its own secret. The id is the application (client) id.
    Application(Uuid),
}

/// The user of an environment for whom a caller acts, instead of for himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActsFor {
    /// The one with this id in the directory (`CallerObjectId`).
    Object(PrincipalId),
    /// The one with this id in the environment (`MSCRMCallerID`, a `systemuserid`).
    User(Uuid),
}

/// The context of a call, first argument of everything: who, when, and where ids come from.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct Cx {
    /// Who calls.
    pub caller: Caller,
    /// For whom he acts in an environment; nobody: for himself.
    pub acts_for: Option<ActsFor>,
    /// The id of the request, for logs and error answers.
    pub request_id: Uuid,
    /// The unique name of the solution that a change belongs to (`MSCRM.SolutionUniqueName`).
    pub solution: Option<Arc<str>>,
    /// Whether rows that duplicate others are refused (`MSCRM.SuppressDuplicateDetection: false`).
    pub detects_duplicates: bool,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Cx {
    /// A context for `caller` with the given sources of time and randomness.
    pub fn new(caller: Caller, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let mut cx = Self {
            caller,
            acts_for: None,
            request_id: Uuid::nil(),
            solution: None,
            detects_duplicates: false,
            clock,
            random,
        };
        cx.request_id = cx.random_id();
        cx
    }

    /// The server's own context, with the real clock and real randomness.
    pub fn system() -> Self {
        Self::new(Caller::System, Arc::new(SystemClock), Arc::new(SystemRandom))
    }

    /// The same context for another caller, who acts for himself.
    #[must_use]
    pub fn with_caller(&self, caller: Caller) -> Self {
        Self { caller, acts_for: None, ..self.clone() }
    }

    /// The same context for the same caller, who acts for somebody else.
    #[must_use]
    pub fn acting_for(&self, user: ActsFor) -> Self {
        Self { acts_for: Some(user), ..self.clone() }
    }

    /// The time now, in whole seconds.
    pub fn now(&self) -> Instant {
        Instant(self.clock.now_ms().div_euclid(1000))
    }

    /// The time now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// A fresh id whose order follows time (UUIDv7): for rows.
    pub fn new_id(&self) -> Uuid {
        let mut bytes = [0; 10];
        self.random.fill(&mut bytes);
        let ms = u64::try_from(self.clock.now_ms()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid()
    }

    /// A fresh id that tells nothing of when it was made (UUIDv4).
    pub fn random_id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.random_bytes()).into_uuid()
    }

    /// `N` bytes that nobody can guess: for secrets.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> i64;
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        jiff::Timestamp::now().as_millisecond()
    }
}

/// A clock that stands still until a test moves it.
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that stands at `ms` milliseconds since 1970.
    pub fn new(ms: i64) -> Self {
        Self(AtomicI64::new(ms))
    }

    /// Moves the clock forward.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Where randomness comes from.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Randomness good for secrets: a generator for each thread that the operating system seeds, and
/// seeds again now and then. So an id for each request costs no system call.
#[derive(Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::Rng;
        rand::rng().fill_bytes(bytes);
    }
}

/// A repeatable sequence for tests (SplitMix64); never for secrets.
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
