//! Which command may come when. Everything here is about the order of commands; whether a mailbox
//! exists or a user may do something is for the program behind the connection.

use super::Rejection;
use super::State;
use crate::command::Place;
use crate::{Capabilities, Capability, Command};

/// What the rules look at.
pub(super) struct Situation<'s> {
    pub(super) state: State,
    pub(super) tls: bool,
    pub(super) compressed: bool,
    pub(super) allow_plaintext_auth: bool,
    pub(super) enabled: &'s Capabilities<'static>,
}

impl Situation<'_> {
    /// Whether a command may come now.
    pub(super) fn check(&self, command: &Command<'_>) -> Result<(), Rejection> {
        let in_place = match self.state {
            State::Greeting | State::Logout | State::Closed => false,
            State::NotAuthenticated => {
                matches!(command.place(), Place::Any | Place::NotAuthenticated)
            }
            State::Authenticated => matches!(command.place(), Place::Any | Place::Authenticated),
            State::Selected => command.place() != Place::NotAuthenticated,
        };
        if !in_place {
            return Err(Rejection::State);
        }
        let exposed = !self.tls && !self.allow_plaintext_auth;
        match command {
            Command::StartTls if self.tls => Err(Rejection::LayerIsActive),
            Command::Compress(_) if self.compressed => Err(Rejection::LayerIsActive),
            command if exposed && command.carries_credentials() => Err(Rejection::NeedsTls),
            command if self.has(&Capability::UidOnly) && command.needs_message_numbers() => {
                Err(Rejection::NeedsUid)
            }
            Command::Search(search) if search.charset.is_some() && self.utf8() => {
                Err(Rejection::Charset)
            }
            _ => Ok(()),
        }
    }

    fn has(&self, capability: &Capability<'_>) -> bool {
        self.enabled.contains(capability)
    }

    fn utf8(&self) -> bool {
        self.has(&Capability::Utf8Accept)
    }
}
