//! Grammar of the extensions that have one of their own, a file for each RFC.

pub mod dsn;
