//! What can go wrong around a server: it is killed while it writes, its disk is full, its database
//! goes away, its clients are slow. Nothing that was acknowledged is lost, nothing is there by half,
//! and it goes on by itself.
//!
//! `FREEHOLD_TEST_KILLS=50 cargo test -p freehold --test faults killed` kills it fifty times.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod disk;
mod killed;
mod load;
mod postgres;
mod server;
mod slow;
