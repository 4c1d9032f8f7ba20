//! What goes out.

use alloc::vec::Vec;

use super::body::Resume;
use super::{Connection, Layer, Reading, State};
use crate::command::Effect;
use crate::literal::Encoder;
use crate::{Capabilities, Condition, Response, SendError, Status, Tag};

impl Connection {
    /// Sends a response: the greeting first, then untagged data, continuation requests, and one
    /// tagged response for each command.
    ///
    /// A tagged response ends its command and brings about what the command asked for: `OK` to
    /// LOGIN is the login. EXPUNGE and VANISHED are held back while the protocol forbids them
    /// ([RFC 9051, section 7.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.1)); until they
    /// are sent, message numbers mean what they meant before. A response with streamed content
    /// is followed by [`send_body`](Self::send_body).
    ///
    /// # Errors
    ///
    /// A tag that no command has, a continuation request that nobody waits for, a body that is
    /// not finished, the end of the connection. Nothing was sent then.
    pub fn respond(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        if self.failed.is_some() || self.state == State::Closed {
            return Err(SendError::Closed);
        }
        self.script.check_finished()?;
        if let Reading::Upgrade(_) = self.reading {
            return Err(self.not_now("a response before the layer is there"));
        }
        if self.state == State::Greeting {
            return self.greet(response);
        }
        match response {
            Response::Tagged { tag, status } => self.respond_tagged(tag, status, response),
            Response::Continuation(_) => self.respond_continue(response),
            Response::Status(status) if status.condition == Condition::PreAuth => {
                Err(self.not_now("PREAUTH"))
            }
            Response::Status(status) if status.condition == Condition::Bye => {
                self.write(response);
                self.state = State::Logout;
                Ok(())
            }
            Response::Expunge(_) | Response::Vanished { earlier: false, .. }
                if !self.may_expunge() =>
            {
                self.hold(response)
            }
            Response::Enabled(names) => {
                self.write(response);
                for name in names.iter() {
                    if !self.enabled.contains(name) {
                        self.enabled.push(name.clone().into_owned());
                    }
                }
                Ok(())
            }
            _ => {
                self.release_held();
                self.write(response);
                Ok(())
            }
        }
    }

    /// Lets the message come that [`Event::BodyStart`](super::Event::BodyStart) announced. A client that waits is asked to
    /// go on.
    ///
    /// # Errors
    ///
    /// No message is waiting.
    pub fn accept_body(&mut self) -> Result<(), SendError> {
        let Reading::Deciding { size, waits, resume } = self.reading else {
            return Err(self.not_now("accepting a message"));
        };
        self.script.check_finished()?;
        if waits {
            self.output.push(b"+ OK\r\n");
        }
        self.go_on(size, resume);
        Ok(())
    }

    fn go_on(&mut self, size: u64, resume: Option<Resume>) {
        self.announced = None;
        match resume {
            Some(resume) => {
                self.input.stream(size);
                self.resume = Some(resume);
                self.reading = Reading::Message;
            }
            None => {
                self.input.inline(size);
                self.reading =
                    if self.resume.is_some() { Reading::Message } else { Reading::Commands };
            }
        }
    }

    fn write(&mut self, response: &Response<'_>) {
        let utf8 = self.is_utf8();
        let script = &mut self.script;
        self.output.write(|out| {
            let start = out.len();
            let mut e = Encoder::response(out, utf8);
            response.write(&mut e);
            let seams = e.into_breaks();
            if !seams.is_empty() {
                script.push(0, out.split_off(start), &seams);
            }
        });
        self.script.flush(&mut self.output);
    }

    fn greet(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        let Response::Status(status) = response else {
            return Err(self.not_now("anything but a greeting"));
        };
        self.state = match status.condition {
            Condition::Ok => State::NotAuthenticated,
            Condition::PreAuth => State::Authenticated,
            Condition::Bye => State::Logout,
            _ => return Err(self.not_now("anything but a greeting")),
        };
        self.write(response);
        Ok(())
    }

    fn respond_tagged(
        &mut self,
        tag: &Tag<'_>,
        status: &Status<'_>,
        response: &Response<'_>,
    ) -> Result<(), SendError> {
        let position = self.progress.iter().position(|command| *tag == command.tag.as_str());
        let Some(position) = position else { return Err(SendError::UnknownTag) };
        self.release_held();
        self.write(response);
        let command = self.progress.remove(position);
        if !command.complete {
            // The rest of a command that has its answer already is not wanted.
            self.skip();
            return Ok(());
        }
        if matches!(self.reading, Reading::Sasl | Reading::Idle)
            && matches!(command.effect, Effect::Authenticate | Effect::Idle)
        {
            self.reading = Reading::Commands;
        }
        let ok = status.condition == Condition::Ok;
        match command.effect {
            Effect::Login | Effect::Authenticate if ok => self.state = State::Authenticated,
            Effect::Select if self.state != State::Logout => {
                self.state = if ok { State::Selected } else { State::Authenticated };
                self.forget_held();
            }
            Effect::Deselect if ok => {
                self.state = State::Authenticated;
                self.forget_held();
            }
            Effect::Unauthenticate if ok => {
                self.state = State::NotAuthenticated;
                self.enabled = Capabilities::default();
                self.notify = false;
                self.forget_held();
            }
            Effect::StartTls if ok => self.reading = Reading::Upgrade(Layer::Tls),
            Effect::Compress if ok => self.reading = Reading::Upgrade(Layer::Compression),
            Effect::Logout if ok => self.state = State::Logout,
            Effect::Notify(on) if ok => self.notify = on,
            _ => {}
        }
        Ok(())
    }

    fn respond_continue(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        if let Reading::Deciding { size, waits: true, resume } = self.reading {
            self.write(response);
            self.go_on(size, resume);
            return Ok(());
        }
        let waiting = self.progress.last().filter(|_| self.reading == Reading::Commands);
        let reading = match waiting.map(|command| command.effect) {
            Some(Effect::Authenticate) => Reading::Sasl,
            Some(Effect::Idle) => Reading::Idle,
            _ => return Err(self.not_now("a continuation request")),
        };
        self.write(response);
        self.reading = reading;
        self.release_held();
        Ok(())
    }

    fn hold(&mut self, response: &Response<'_>) -> Result<(), SendError> {
        let limit = self.config.limits.held_expunges;
        if self.held_count >= limit {
            return Err(SendError::Limit { what: "held expunges", limit });
        }
        let mut e = Encoder::response(&mut self.held, false);
        response.write(&mut e);
        self.held_count = self.held_count.saturating_add(1);
        Ok(())
    }

    fn release_held(&mut self) {
        if self.held_count > 0 && self.may_expunge() {
            self.output.push(&self.held);
            self.forget_held();
        }
    }

    fn forget_held(&mut self) {
        self.held = Vec::new();
        self.held_count = 0;
    }
}
