//! The control plane on both databases: the life of environments, and who may do what.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod capacity;
mod databases;
mod default_environment;
mod life;
mod roles;
mod settings;
mod world;
