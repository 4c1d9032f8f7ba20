//! What the server says, and what it means.

use alloc::vec::Vec;

use super::event::Told;
use super::queue::{Body, Flight, Item, Kind, What};
use super::{CommandId, Connection, Event, StartingTls, State};
use crate::{Capabilities, DeviationKind, Error, Reply, Secret};

impl Connection {
    /// Takes the reply that is the first part of the input. Says what the caller is to be told of
    /// it.
    pub(super) fn take_reply(&mut self, len: usize) -> Result<Option<Told>, Error> {
        let reply = Reply::parse(self.input.bytes(0..len))?;
        let code = reply.code();
        if self.state == State::Greeting {
            if code == 220 {
                self.say_hello();
            } else {
                self.state = State::Closed;
            }
            return Ok(Some(Told::Greeting));
        }
        let Some(flight) = self.flight.front_mut() else {
            if code == 421 {
                self.state = State::Closed;
                return Ok(Some(Told::Goodbye));
            }
            return Err(Error::UnexpectedReply);
        };
        // More answers for one piece of content: LMTP.
        let several =
            self.config.lmtp && matches!(flight.kind, Kind::Content | Kind::Bdat { last: true });
        if several {
            let left = flight.left.unwrap_or(self.accepted.max(1)).saturating_sub(1);
            flight.left = Some(left);
        }
        let done = !several || flight.left == Some(0) || code == 421;
        let (id, mail, kind, bytes) = (flight.id, flight.mail, flight.kind, flight.bytes);
        let barrier = flight.is_barrier();
        if done {
            self.flight.pop_front();
            self.flight_bytes = self.flight_bytes.saturating_sub(bytes);
            self.barrier &= !barrier;
        }
        if code == 421 {
            return Ok(self.service_closes(&reply.into_owned(), id, mail, kind));
        }
        match kind {
            Kind::Hello | Kind::OldHello => return self.hello(&reply.into_owned(), kind),
            Kind::StartTls => return self.start_tls(&reply.into_owned(), id),
            Kind::Auth => return self.auth(&reply.into_owned(), id),
            Kind::Quit => self.state = State::Closed,
            Kind::Mail => {
                self.accepted = 0;
                self.recipients = 0;
            }
            Kind::Rcpt => {
                self.recipients = self.recipients.saturating_add(1);
                if reply.is_positive() {
                    self.accepted = self.accepted.saturating_add(1);
                }
            }
            Kind::Data => return self.data(&reply.into_owned(), id, mail),
            _ => {}
        }
        if kind == Kind::XClient && reply.is_positive() {
            // For the server it is another client now, which begins with EHLO.
            self.capabilities = None;
            self.say_hello();
            return Ok(Some(Told::Reply(id)));
        }
        let told = match mail {
            Some(mail) => {
                let reply = reply.into_owned();
                self.of_mail(&reply, mail, kind, done);
                None
            }
            None => Some(Told::Reply(id)),
        };
        self.let_out();
        Ok(told)
    }

    fn hello(&mut self, reply: &Reply<'static>, kind: Kind) -> Result<Option<Told>, Error> {
        if reply.is_positive() {
            let list = match kind {
                Kind::Hello => Capabilities::from_reply(reply).into_owned(),
                _ => Capabilities::default(),
            };
            if self.config.require_tls && !self.tls && !list.has("STARTTLS") {
                return Err(Error::TlsRefused);
            }
            let clear = self.clear.take();
            if clear.is_some_and(|clear| clear.mechanisms().any(|name| !list.has_mechanism(name))) {
                self.deviate(DeviationKind::MechanismsTakenBack)?;
            }
            self.state = State::Ready;
            self.events.push_back(Event::Capabilities(list.clone()));
            self.capabilities = Some(list);
            self.let_out();
            return Ok(None);
        }
        if kind == Kind::Hello && !self.config.lmtp && reply.is_permanent() {
            self.say_old_hello();
            return Ok(None);
        }
        self.state = State::Closed;
        Ok(Some(Told::HelloRefused))
    }

    fn start_tls(&mut self, reply: &Reply<'_>, id: CommandId) -> Result<Option<Told>, Error> {
        if reply.code() != 220 {
            if self.config.require_tls {
                return Err(Error::TlsRefused);
            }
            self.let_out();
            return Ok(Some(Told::Reply(id)));
        }
        self.input.release();
        if !self.input.is_empty() {
            return Err(Error::PlaintextAfterStartTls);
        }
        self.starting_tls = StartingTls::Agreed;
        self.barrier = true;
        Ok(None)
    }

    fn auth(&mut self, reply: &Reply<'_>, id: CommandId) -> Result<Option<Told>, Error> {
        if reply.code() != 334 {
            self.exchange = None;
            self.let_out();
            return Ok(Some(Told::Reply(id)));
        }
        self.barrier = true;
        // Text that is not base64 stands there in the challenges of LOGIN on odd servers.
        let octets = reply.challenge_octets().unwrap_or_default();
        let Some(exchange) = &mut self.exchange else { return Err(Error::UnexpectedReply) };
        exchange.challenged = true;
        if let Some(held) = exchange.held.take() {
            let _ = self.send(&crate::Command::AuthResponse(held));
            return Ok(None);
        }
        let challenge = Secret::from_octets(octets);
        self.events.push_back(Event::Challenge { command: id, challenge });
        Ok(None)
    }

    fn data(
        &mut self,
        reply: &Reply<'static>,
        id: CommandId,
        mail: Option<CommandId>,
    ) -> Result<Option<Told>, Error> {
        if reply.is_positive() {
            return Err(Error::UnexpectedReply);
        }
        let go_on = reply.code() == 354;
        if go_on && (self.accepted > 0 || self.recipients == 0) {
            self.settle(mail, 1);
            self.let_out();
            return Ok(None);
        }
        // RFC 2920, section 3.1: a server that wants content for nobody gets none.
        self.drop_content(id, mail);
        if go_on {
            self.output.push(b".\r\n");
            let kind = Kind::Content;
            self.flight.push_back(Flight { id, mail, kind, bytes: 0, left: None });
        } else if let Some(mail) = self.mail(mail) {
            mail.fail(reply);
            mail.outstanding = mail.outstanding.saturating_sub(1);
        }
        self.conclude(mail);
        self.let_out();
        Ok((mail.is_none() && !go_on).then_some(Told::Reply(id)))
    }

    /// Takes an answer that belongs to a mail.
    fn of_mail(&mut self, reply: &Reply<'static>, id: CommandId, kind: Kind, done: bool) {
        let lmtp = self.config.lmtp;
        let mut lost = false;
        let Some(mail) = self.mail(Some(id)) else { return };
        match kind {
            Kind::Mail if reply.is_positive() => mail.open = true,
            Kind::Mail => {
                mail.fail(reply);
                lost = true;
            }
            Kind::Rcpt => lost = mail.rcpt(reply) && mail.verdict.is_none(),
            Kind::Content | Kind::Bdat { last: true } => {
                if lmtp && mail.verdict.is_none() {
                    mail.final_reply(reply);
                } else {
                    mail.fail(reply);
                }
                if done && (kind == Kind::Content || reply.is_positive()) {
                    mail.open = false;
                }
            }
            Kind::Bdat { last: false } if !reply.is_positive() => mail.fail(reply),
            Kind::Rset => mail.open = false,
            _ => {}
        }
        if done {
            mail.outstanding = mail.outstanding.saturating_sub(1);
        }
        if lost {
            self.drop_mail(id);
        }
        self.conclude(Some(id));
    }

    fn mail(&mut self, id: Option<CommandId>) -> Option<&mut super::Mail> {
        self.mails.iter_mut().find(|mail| Some(mail.id) == id)
    }

    fn settle(&mut self, mail: Option<CommandId>, answers: usize) {
        if let Some(mail) = self.mail(mail) {
            mail.outstanding = mail.outstanding.saturating_sub(answers);
        }
    }

    /// Reports a mail that has all its answers. One that left a transaction open is reset first.
    fn conclude(&mut self, id: Option<CommandId>) {
        let Some(place) = self.mails.iter().position(|mail| Some(mail.id) == id) else { return };
        let Some(mail) = self.mails.get_mut(place) else { return };
        if mail.outstanding > 0 || self.body.is_of(mail.id) {
            return;
        }
        if mail.open {
            mail.outstanding = 1;
            let (id, kind, wire) = (mail.id, Kind::Rset, b"RSET\r\n".to_vec());
            let what = What::Command { kind, wire };
            self.queue.push_front(Item { id, mail: Some(id), what });
            return;
        }
        if let Some(mail) = self.mails.remove(place) {
            let (mail, outcome) = (mail.id, mail.outcome());
            self.events.push_back(Event::MailDone { mail, outcome });
        }
    }

    /// Takes away what has not been let out of a mail. It stands in front.
    fn drop_mail(&mut self, id: CommandId) {
        while self.queue.front().is_some_and(|item| item.mail == Some(id)) {
            let Some(item) = self.queue.pop_front() else { break };
            self.held = self.held.saturating_sub(item.what.content_len());
            if matches!(item.what, What::Command { .. } | What::ContentEnd) {
                self.settle(Some(id), 1);
            }
        }
        if self.body.is_of(id) {
            self.body = Body::Dropped;
        }
    }

    /// Takes away the content that stands in front.
    fn drop_content(&mut self, id: CommandId, mail: Option<CommandId>) {
        let content =
            |item: &Item| item.id == id && matches!(item.what, What::Content(_) | What::ContentEnd);
        while self.queue.front().is_some_and(content) {
            let Some(item) = self.queue.pop_front() else { break };
            self.held = self.held.saturating_sub(item.what.content_len());
            if matches!(item.what, What::ContentEnd) {
                self.settle(mail, 1);
                return;
            }
        }
        if matches!(self.body, Body::Data { id: open, .. } if open == id) {
            self.body = Body::Dropped;
        }
    }

    /// The server closes the connection: whatever is under way has this answer.
    fn service_closes(
        &mut self,
        reply: &Reply<'static>,
        id: CommandId,
        mail: Option<CommandId>,
        kind: Kind,
    ) -> Option<Told> {
        self.state = State::Closed;
        let lost: Vec<_> = self.mails.drain(..).collect();
        for mut mail in lost {
            mail.fail(reply);
            let (mail, outcome) = (mail.id, mail.outcome());
            self.events.push_back(Event::MailDone { mail, outcome });
        }
        match (kind, mail) {
            (Kind::Hello | Kind::OldHello, _) => Some(Told::HelloRefused),
            (_, None) => Some(Told::Reply(id)),
            (_, Some(_)) => None,
        }
    }
}
