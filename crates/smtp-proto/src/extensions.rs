//! Grammar of the extensions that have one of their own, a file for each RFC.

pub mod burl;
pub mod date_time;
pub mod deliver_by;
pub mod dsn;
pub mod limits;
pub mod mt_priority;
pub mod no_soliciting;
pub mod rrvs;
pub mod tracking;
pub mod turn;
pub mod xclient;
