//! What the hardware allows: the same SQL on a copy of the same file, by hand.
//!
//! [`spec`] says what is to be done, in the words of the engine; [`statements`] does it;
//! [`in_process`] does it in a loop, [`server`] behind the smallest possible handler. Nobody is
//! checked, nothing is planned, nothing is written to a log.

pub mod in_process;
pub mod server;
pub mod spec;
pub mod statements;

pub use spec::Spec;
