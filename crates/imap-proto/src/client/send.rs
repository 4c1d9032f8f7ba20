//! What goes out.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use super::{CommandId, Connection, Dialogue, InFlight, Selected};
use crate::command::Effect;
use crate::literal::Encoder;
use crate::sasl::encode_base64;
use crate::{Command, Secret, SendError, Tag};

impl Connection {
    /// Sends a command, with a tag made from [`Config::tag_prefix`](super::Config::tag_prefix).
    ///
    /// Other commands may be in flight, see [`can_send`](Self::can_send). Streamed content is
    /// announced; its octets follow with [`send_body`](Self::send_body) before the next command.
    ///
    /// # Errors
    ///
    /// The command may not come now, or needs what the server does not offer. Nothing was sent then.
    pub fn send(&mut self, command: &Command<'_>) -> Result<CommandId, SendError> {
        let mut tag = String::from(self.config.tag_prefix.as_str());
        let mut digits = Vec::new();
        Encoder::response(&mut digits, false).number(self.next);
        tag.extend(digits.into_iter().map(char::from));
        self.send_with(tag, command)
    }

    /// Sends a command with a tag of the caller's.
    ///
    /// # Errors
    ///
    /// As for `send`, and a tag that is in use.
    pub fn send_tagged(
        &mut self,
        tag: &Tag<'_>,
        command: &Command<'_>,
    ) -> Result<CommandId, SendError> {
        if self.in_flight.iter().any(|other| *tag == other.tag.as_str()) {
            return Err(SendError::Value("the tag is in use"));
        }
        self.send_with(String::from(tag.as_str()), command)
    }

    fn send_with(&mut self, tag: String, command: &Command<'_>) -> Result<CommandId, SendError> {
        self.can_send(command)?;
        let id = CommandId(self.next);
        self.next = self.next.saturating_add(1);
        let (mode, utf8) = (self.literal_mode(), self.is_utf8());
        let mut initial_response = None;
        let mut held_back = None;
        if let Command::Authenticate { mechanism, initial_response: Some(response) } = command
            && self.session.capabilities.is_some()
            && !self.takes_initial_response()
        {
            initial_response = Some(response.clone().into_owned());
            let mechanism = mechanism.clone();
            held_back = Some(Command::Authenticate { mechanism, initial_response: None });
        }
        let command = held_back.as_ref().unwrap_or(command);
        let direct = self.script.is_idle();
        let script = &mut self.script;
        let mut write = |out: &mut Vec<u8>| {
            let start = out.len();
            out.extend_from_slice(tag.as_bytes());
            out.push(b' ');
            let head = out.len().saturating_sub(start);
            let mut e = Encoder::command(out, mode, utf8);
            command.write(&mut e);
            e.crlf();
            let mut seams = e.into_breaks();
            if !direct || !seams.is_empty() {
                seams.iter_mut().for_each(|seam| seam.0 = seam.0.saturating_add(head));
                script.push(id.0, out.split_off(start), &seams);
            }
        };
        if direct {
            self.output.write(write)
        } else {
            write(&mut Vec::new())
        }
        self.script.flush(&mut self.output);
        let effect = command.effect();
        match (effect, command) {
            (Effect::Authenticate, _) => self.dialogue = Dialogue::Sasl,
            (Effect::Idle, _) => self.dialogue = Dialogue::IdleAsked,
            (Effect::Select, Command::Select(select)) => {
                let mailbox = select.mailbox.clone().into_owned();
                self.session.selecting = Some(Selected::new(mailbox, false));
            }
            (Effect::Select, Command::Examine(select)) => {
                let mailbox = select.mailbox.clone().into_owned();
                self.session.selecting = Some(Selected::new(mailbox, true));
            }
            _ => {}
        }
        let holds_expunge = command.holds_expunge();
        self.in_flight.push(InFlight { id, tag, effect, holds_expunge, initial_response });
        Ok(id)
    }

    /// Sends octets of the content that the last command announced as streamed. They may be handed
    /// over before the server has asked for them; [`queued`](Self::queued) says how many wait.
    ///
    /// # Errors
    ///
    /// More than announced, or the server has refused it. Nothing was sent then.
    pub fn send_body(&mut self, chunk: Bytes) -> Result<(), SendError> {
        self.check_open()?;
        self.script.send_body(chunk, &mut self.output)
    }

    /// Ends the content. If the command has more streamed content, its octets come next.
    ///
    /// # Errors
    ///
    /// Less than announced was sent, or the server has refused it.
    pub fn finish_body(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        self.script.finish_body(&mut self.output)
    }

    /// Answers the challenge of AUTHENTICATE that came last.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn send_sasl(&mut self, response: &Secret<'_>) -> Result<(), SendError> {
        self.check_open()?;
        if self.dialogue != Dialogue::SaslAnswer {
            return Err(self.not_now("an answer to a challenge"));
        }
        self.dialogue = Dialogue::Sasl;
        self.write_sasl(response);
        Ok(())
    }

    pub(super) fn write_sasl(&mut self, response: &Secret<'_>) {
        self.output.write(|out| {
            encode_base64(response.expose(), out);
            out.extend_from_slice(b"\r\n");
        });
    }

    /// Gives an AUTHENTICATE up; the server answers it with `BAD`.
    ///
    /// # Errors
    ///
    /// No challenge waits for an answer.
    pub fn cancel_sasl(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        if self.dialogue != Dialogue::SaslAnswer {
            return Err(self.not_now("giving up"));
        }
        self.dialogue = Dialogue::Sasl;
        self.output.push(b"*\r\n");
        Ok(())
    }

    /// Ends IDLE; its answer comes then.
    ///
    /// # Errors
    ///
    /// There is no IDLE, or the server has not agreed to it yet.
    pub fn send_done(&mut self) -> Result<(), SendError> {
        self.check_open()?;
        if self.dialogue != Dialogue::Idling {
            return Err(self.not_now("DONE"));
        }
        self.dialogue = Dialogue::None;
        self.output.push(b"DONE\r\n");
        Ok(())
    }
}
