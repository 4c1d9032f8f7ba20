//! Which command may follow which before the answer.

use super::{Connection, Dialogue, State};
use crate::command::{Effect, Place};
use crate::{Capability, Command, SendError};

impl Connection {
    /// Whether a command can be sent now.
    ///
    /// Commands in flight are taken to succeed: SELECT may follow LOGIN at once. What cannot follow
    /// at once ([RFC 9051, section 5.5](https://www.rfc-editor.org/rfc/rfc9051#section-5.5)):
    ///
    /// | in flight | not before its answer |
    /// |---|---|
    /// | STARTTLS, AUTHENTICATE, COMPRESS, IDLE, LOGOUT | everything |
    /// | SELECT, EXAMINE | another SELECT or EXAMINE |
    /// | all but FETCH, STORE, SEARCH, SORT, THREAD without UID: an EXPUNGE may come | what names messages by number |
    /// | NOTIFY of the selected mailbox: an EXPUNGE may come at any time | what names messages by number, ever |
    ///
    /// After `ENABLE UIDONLY` nothing can name messages by number
    /// ([RFC 9586](https://www.rfc-editor.org/rfc/rfc9586)).
    ///
    /// # Errors
    ///
    /// Why it cannot.
    ///
    /// # Example
    ///
    /// ```
    /// use imap_proto::client::{Config, Connection};
    /// use imap_proto::{Command, SendError};
    ///
    /// let mut client = Connection::new(Config::default());
    /// client.receive(b"* PREAUTH hello\r\n");
    /// client.poll_event()?;
    /// client.send(&Command::parse(b"SELECT INBOX")?)?;
    /// assert!(client.can_send(&Command::parse(b"UID FETCH 1:* FLAGS")?).is_ok());
    /// let by_number = Command::parse(b"FETCH 1:* FLAGS")?;
    /// assert_eq!(client.can_send(&by_number), Err(SendError::Ambiguous { what: "FETCH" }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn can_send(&self, command: &Command<'_>) -> Result<(), SendError> {
        if self.failed.is_some() || self.state == State::Closed {
            return Err(SendError::Closed);
        }
        self.script.check_finished()?;
        let what = command.name();
        let state = self.expected_state();
        let in_place = match state {
            State::Greeting | State::Logout | State::Closed => false,
            State::NotAuthenticated => {
                matches!(command.place(), Place::Any | Place::NotAuthenticated)
            }
            State::Authenticated => matches!(command.place(), Place::Any | Place::Authenticated),
            State::Selected => command.place() != Place::NotAuthenticated,
        };
        if !in_place || self.dialogue != Dialogue::None || self.is_blocked() {
            return Err(SendError::State { what, state });
        }
        let limit = self.config.limits.pipelined;
        if self.in_flight.len() >= limit {
            return Err(SendError::Limit { what: "commands in flight", limit });
        }
        self.check_offer(command)?;
        if command.needs_message_numbers() && self.is_enabled(&Capability::UidOnly) {
            return Err(SendError::Unsupported("message numbers"));
        }
        let effect = command.effect();
        let select = |effect| effect == Effect::Select;
        if select(effect) && self.in_flight.iter().any(|other| select(other.effect)) {
            return Err(SendError::Ambiguous { what });
        }
        let may_expunge = self.notify || self.in_flight.iter().any(|other| !other.holds_expunge);
        if command.names_messages_by_number() && may_expunge {
            return Err(SendError::Ambiguous { what });
        }
        Ok(())
    }

    /// What the server's capabilities and TLS have to say.
    fn check_offer(&self, command: &Command<'_>) -> Result<(), SendError> {
        let exposed = !self.tls && !self.config.allow_plaintext_auth;
        if exposed && command.carries_credentials() {
            return Err(SendError::PlaintextAuth);
        }
        let known = self.session.capabilities.is_some();
        match command {
            Command::Login { .. } if self.offers(&Capability::LoginDisabled) => {
                Err(SendError::Unsupported("LOGIN"))
            }
            Command::StartTls if known && !self.offers(&Capability::StartTls) => {
                Err(SendError::Unsupported("STARTTLS"))
            }
            Command::StartTls if self.tls => {
                Err(SendError::State { what: "STARTTLS", state: self.state })
            }
            Command::Compress(_) if self.compressed => {
                Err(SendError::State { what: "COMPRESS", state: self.state })
            }
            _ => Ok(()),
        }
    }

    /// Whether a command is in flight that nothing may follow.
    fn is_blocked(&self) -> bool {
        self.in_flight.iter().any(|command| {
            matches!(
                command.effect,
                Effect::StartTls
                    | Effect::Authenticate
                    | Effect::Compress
                    | Effect::Idle
                    | Effect::Logout
                    | Effect::Unauthenticate
            )
        })
    }

    /// The state when everything in flight has succeeded.
    fn expected_state(&self) -> State {
        self.in_flight.iter().fold(self.state, |state, command| match command.effect {
            Effect::Login | Effect::Authenticate => State::Authenticated,
            Effect::Select => State::Selected,
            Effect::Deselect => State::Authenticated,
            Effect::Unauthenticate => State::NotAuthenticated,
            Effect::Logout => State::Logout,
            _ => state,
        })
    }
}
