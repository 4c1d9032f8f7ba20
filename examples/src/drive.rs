//! Drivers: the same machines under three kinds of I/O.
//!
//! Each `turn` does one I/O operation, a write or a read, and gives control back to the caller, who
//! drains the events between any two of them. A turn that wrote everything and then waited for
//! input would sleep on events that had already arrived.

pub mod blocking;
pub mod readiness;
pub mod tokio;
