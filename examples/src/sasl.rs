//! SASL mechanisms by rsasl: PLAIN, LOGIN, SCRAM, XOAUTH2, OAUTHBEARER, EXTERNAL, ANONYMOUS; and
//! CRAM-MD5.
//!
//! The protocol crates carry opaque octets; here is where they come from and what they mean.

use std::io::{self, Cursor};
use std::sync::Arc;

use rsasl::callback::{Context, Request, SessionCallback, SessionData};
use rsasl::mechanisms::scram::properties::ScramStoredPassword;
use rsasl::mechname::Mechname;
use rsasl::prelude::{
    MessageSent, SASLClient, SASLConfig, SASLServer, Session, SessionError, State, Validation,
};
use rsasl::property::{AuthId, AuthzId, Password};
use rsasl::validate::{Validate, ValidationError};

use crate::users::Users;

pub mod shared_secret;

use shared_secret::CramMd5;

/// One message of the exchange, and whether it was the last of this side.
#[derive(Clone, PartialEq, Eq)]
pub struct Step {
    /// What to send, if anything.
    pub message: Option<Vec<u8>>,
    /// Whether this side is done.
    pub finished: bool,
}

/// The client's side of an exchange.
pub struct Client(Session);

impl Client {
    /// Begins an exchange with the best mechanism that both sides know.
    ///
    /// # Errors
    ///
    /// If they know none in common.
    pub fn new(user: &str, password: &str, offered: &[&str]) -> io::Result<Self> {
        let config = SASLConfig::with_credentials(None, user.to_owned(), password.to_owned());
        let client = SASLClient::new(config.map_err(io::Error::other)?);
        let offered: Vec<&Mechname> =
            offered.iter().filter_map(|name| Mechname::parse(name.as_bytes()).ok()).collect();
        let session = client.start_suggested(&offered);
        Ok(Self(session.map_err(|_| io::Error::other("no SASL mechanism in common"))?))
    }

    /// The mechanism.
    #[must_use]
    pub fn mechanism(&self) -> &str {
        self.0.get_mechname().as_str()
    }

    /// Whether the client speaks first.
    #[must_use]
    pub fn begins(&self) -> bool {
        self.0.are_we_first()
    }

    /// Answers a challenge; `None` asks for the initial response.
    ///
    /// # Errors
    ///
    /// If the server's message is not what the mechanism expects, or proves it an impostor.
    pub fn step(&mut self, challenge: Option<&[u8]>) -> io::Result<Step> {
        step(&mut self.0, challenge)
    }
}

/// The server's side of an exchange.
pub struct Server(Kind);

enum Kind {
    Rsasl(Session<Login>),
    CramMd5(CramMd5),
}

/// Who logged in, if anybody.
struct Login;

impl Validation for Login {
    type Value = Option<String>;
}

impl Server {
    /// Begins an exchange in which a client proves to be one of the users.
    ///
    /// # Errors
    ///
    /// If the mechanism is not known.
    pub fn new(users: &Arc<Users>, mechanism: &str) -> io::Result<Self> {
        let unknown = || io::Error::new(io::ErrorKind::Unsupported, "unknown SASL mechanism");
        if mechanism.eq_ignore_ascii_case(Self::SHARED_SECRET) {
            return Ok(Self(Kind::CramMd5(CramMd5::new(users))));
        }
        let known = Self::mechanisms().iter().any(|name| name.eq_ignore_ascii_case(mechanism));
        let name = mechanism.to_ascii_uppercase();
        let name = Mechname::parse(name.as_bytes()).ok().filter(|_| known).ok_or_else(unknown)?;
        let config = SASLConfig::builder()
            .with_defaults()
            .with_callback(Callback(Arc::clone(users)))
            .map_err(io::Error::other)?;
        let server = SASLServer::<Login>::new(config);
        Ok(Self(Kind::Rsasl(server.start_suggested(name).map_err(|_| unknown())?)))
    }

    /// The mechanism for which a server has to have passwords as they are.
    pub const SHARED_SECRET: &str = "CRAM-MD5";

    /// The mechanisms that a server of ours offers, best first, but that one.
    #[must_use]
    pub fn mechanisms() -> &'static [&'static str] {
        &["SCRAM-SHA-256", "PLAIN", "LOGIN"]
    }

    /// Takes a message of the client; `None` stands for one that the client could have sent first
    /// and did not.
    ///
    /// # Errors
    ///
    /// If the message is not what the mechanism expects: the client is to be refused.
    pub fn step(&mut self, message: Option<&[u8]>) -> io::Result<Step> {
        let session = match &mut self.0 {
            Kind::Rsasl(session) => session,
            Kind::CramMd5(exchange) => {
                let Some(message) = message else {
                    return Ok(Step { message: Some(exchange.challenge()), finished: false });
                };
                exchange.check(message).ok_or_else(|| io::Error::other("the wrong digest"))?;
                return Ok(Step { message: None, finished: true });
            }
        };
        if message.is_none() && !session.are_we_first() {
            return Ok(Step { message: Some(Vec::new()), finished: false });
        }
        step(session, message)
    }

    /// Who logged in, after the last step.
    pub fn user(&mut self) -> Option<String> {
        match &mut self.0 {
            Kind::Rsasl(session) => session.validation().flatten(),
            Kind::CramMd5(exchange) => exchange.user(),
        }
    }
}

/// Whether a message of SCRAM is made of attributes, as `rsasl` takes for granted.
///
/// ```abnf
/// attr-val = ALPHA "=" value
/// ```
///
/// [RFC 5802, section 7](https://www.rfc-editor.org/rfc/rfc5802#section-7)
fn is_scram(message: &[u8]) -> bool {
    let mut pieces = message.split(|byte| *byte == b',').peekable();
    // The client's first message begins with a header: `n,,` or `y,a=name,`.
    if pieces.next_if(|piece| matches!(piece, [b'n' | b'y'] | [b'p', b'=', ..])).is_some() {
        pieces.next_if(|piece| piece.is_empty());
    }
    pieces.all(|piece| matches!(piece, [name, b'=', ..] if name.is_ascii_alphabetic()))
}

fn step<V: Validation>(session: &mut Session<V>, input: Option<&[u8]>) -> io::Result<Step> {
    if session.get_mechname().as_str().starts_with("SCRAM-") && !input.is_none_or(is_scram) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a message of SCRAM"));
    }
    let mut out = Cursor::new(Vec::new());
    let state = session.step(input, &mut out).map_err(io::Error::other)?;
    let (sent, finished) = match state {
        State::Running => (true, false),
        State::Finished(sent) => (sent == MessageSent::Yes, true),
    };
    Ok(Step { message: sent.then(|| out.into_inner()), finished })
}

/// Answers the questions of the mechanisms on the server's side.
struct Callback(Arc<Users>);

impl SessionCallback for Callback {
    fn callback(
        &self,
        _: &SessionData,
        context: &Context<'_>,
        request: &mut Request<'_>,
    ) -> Result<(), SessionError> {
        let stored = context.get_ref::<AuthId>().and_then(|user| self.0.scram(user));
        if let Some(stored) = stored {
            request.satisfy::<ScramStoredPassword<'_>>(&ScramStoredPassword::new(
                stored.iterations,
                &stored.salt,
                &stored.stored_key,
                &stored.server_key,
            ))?;
        }
        Ok(())
    }

    fn validate(
        &self,
        session: &SessionData,
        context: &Context<'_>,
        validate: &mut Validate<'_>,
    ) -> Result<(), ValidationError> {
        let user = context.get_ref::<AuthId>();
        // Acting for somebody else is for nobody here.
        let acts_for_other = context
            .get_ref::<AuthzId>()
            .is_some_and(|other| !other.is_empty() && Some(other) != user);
        let proven = match session.mechanism().mechanism.as_str() {
            name if name.starts_with("SCRAM-") => true,
            _ => match (user, context.get_ref::<Password>()) {
                (Some(user), Some(password)) => self.0.check(user, password),
                _ => false,
            },
        };
        let login = user.filter(|_| proven && !acts_for_other).map(str::to_owned);
        validate.with::<Login, _>(|| Ok(login))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(password: &str, mechanism: &str) -> Option<String> {
        let mut users = Users::default();
        users.add("alice", "open sesame");
        let users = Arc::new(users);
        let mut server = Server::new(&users, mechanism).unwrap();
        let mut client = Client::new("alice", password, &[mechanism]).unwrap();
        assert_eq!(client.mechanism(), mechanism);
        let mut message = None;
        if client.begins() {
            message = client.step(None).unwrap().message;
        }
        loop {
            let Ok(answer) = server.step(message.as_deref()) else { return None };
            if let Some(challenge) = answer.message {
                message = client.step(Some(&challenge)).ok()?.message;
            }
            if answer.finished {
                return server.user();
            }
        }
    }

    #[test]
    fn what_is_no_message_of_scram() {
        let users = Arc::default();
        for message in ["", "n", "n,", "n,,", "n,,n", "n,a", "n,a,n=x,r=y", "n,,n=x,r", "x", ",,,"]
        {
            let mut server = Server::new(&users, "SCRAM-SHA-256").unwrap();
            assert!(server.step(Some(message.as_bytes())).is_err(), "{message}");
        }
        assert!(is_scram(b"n,,n=user,r=nonce") && is_scram(b"y,a=b,n=user,r=nonce"));
        assert!(is_scram(b"c=biws,r=nonce,p=proof") && is_scram(b"v=verifier"));
    }

    #[test]
    fn the_right_password_and_no_other() {
        for mechanism in Server::mechanisms() {
            assert_eq!(exchange("open sesame", mechanism).as_deref(), Some("alice"), "{mechanism}");
            assert_eq!(exchange("guess", mechanism), None, "{mechanism}");
        }
        assert!(Server::new(&Arc::default(), "GSSAPI").is_err());
    }
}
