//! The client's side of a connection.

mod state;

pub use state::State;
