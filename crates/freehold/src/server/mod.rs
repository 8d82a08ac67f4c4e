//! The server: what stands around the API.

mod lock;
mod telemetry;
mod tls;
