//! Grants: what a client shows to get tokens. One file each, plus the client itself, the scope it
//! asks for, and the tokens it gets.

pub(crate) mod client;
pub(crate) mod code;
pub(crate) mod device;
mod refresh;
pub(crate) mod scope;
pub(crate) mod tokens;
