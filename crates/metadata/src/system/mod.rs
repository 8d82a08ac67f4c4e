//! The system tables, as data.
