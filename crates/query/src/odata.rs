//! OData URLs.
