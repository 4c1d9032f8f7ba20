//! A SASL exchange, as the three protocols see it.

use super::Server;
use crate::sasl;

/// What comes next in an exchange.
pub(super) enum Next {
    /// The client is to answer this.
    Challenge(Vec<u8>),
    /// This user is who she says.
    Accept(String),
    /// Nobody is.
    Refuse,
}

/// An exchange under way.
pub(super) struct Exchange {
    server: sasl::Server,
    /// Who logged in, while the client reads the server's proof.
    proven: Option<String>,
}

impl Exchange {
    /// Begins an exchange; `None` if the mechanism is not offered.
    pub(super) fn begin(server: &Server, mechanism: &str) -> Option<Self> {
        let mut offered = server.mechanisms().into_iter();
        let name = offered.find(|name| name.eq_ignore_ascii_case(mechanism))?;
        let server = sasl::Server::new(&server.users, name).ok()?;
        Some(Self { server, proven: None })
    }

    /// Takes a message of the client; `None` for an initial response that was not sent.
    pub(super) fn step(&mut self, message: Option<&[u8]>) -> Next {
        if let Some(user) = self.proven.take() {
            return Next::Accept(user);
        }
        let Ok(step) = self.server.step(message) else { return Next::Refuse };
        if !step.finished {
            return Next::Challenge(step.message.unwrap_or_default());
        }
        match (self.server.user(), step.message) {
            (Some(user), None) => Next::Accept(user),
            (Some(user), Some(proof)) => {
                self.proven = Some(user);
                Next::Challenge(proof)
            }
            (None, _) => Next::Refuse,
        }
    }
}
