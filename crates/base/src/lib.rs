//! What every crate of Freehold shares: [`Error`] and its [`Kind`], ids, the context of a call
//! ([`Cx`]) and the named [`limits`].
//!
//! Nothing here knows of HTTP, of databases or of the product. Time and randomness are read only
//! through [`Cx`], so a test that fixes both is repeatable.

mod cx;
mod error;
pub mod limits;
mod time;

pub use cx::{
    ActsFor, Caller, Clock, Cx, FixedClock, Random, SeededRandom, SystemClock, SystemRandom,
};
pub use error::{Error, Kind, Result};
pub use time::Instant;
pub use uuid::Uuid;

/// The id of a tenant; there is one tenant per running server.
pub type TenantId = Uuid;
/// The id of a user, group or app registration in the tenant's directory ("object id").
pub type PrincipalId = Uuid;
