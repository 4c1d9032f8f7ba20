//! Which command may come when, and with which parameters. Whether a mailbox exists or a client may
//! send is for the program behind the connection.

use super::session::Session;
use super::{Rejection, State};
use crate::{BodyType, Command, MailParameter, Mechanism, Parameters};

impl Session {
    /// Whether a command may come now.
    pub(super) fn check(&self, command: &Command<'_>) -> Result<(), Rejection> {
        let transaction = matches!(self.state, State::Mail | State::Rcpt | State::Data);
        let greeted = transaction || self.state == State::Ready;
        let offers = |keyword: &str| self.config.capabilities.has(keyword);
        let offered = |keyword: &str| {
            if offers(keyword) { Ok(()) } else { Err(Rejection::NotOffered) }
        };
        let possible = |yes: bool| if yes { Ok(()) } else { Err(Rejection::State) };
        match command {
            Command::Quit => Ok(()),
            _ if self.state == State::Refused => Err(Rejection::State),
            Command::Ehlo(_) | Command::Helo(_) if self.config.lmtp => Err(Rejection::Unknown),
            Command::Lhlo(_) if !self.config.lmtp => Err(Rejection::Unknown),
            Command::Mail { from, parameters } => {
                possible(self.state == State::Ready)?;
                if self.config.require_tls && !self.tls {
                    return Err(Rejection::NeedsTls);
                }
                if self.config.require_auth && !self.authenticated {
                    return Err(Rejection::NeedsAuth);
                }
                self.check_mail(parameters)?;
                let ascii = from.mailbox().is_none_or(|mailbox| mailbox.is_ascii());
                if ascii || parameters.smtp_utf8() { Ok(()) } else { Err(Rejection::NeedsSmtpUtf8) }
            }
            Command::Rcpt { to, parameters } => {
                possible(transaction && !self.in_chunks)?;
                self.check_rcpt(parameters)?;
                if !to.mailbox().is_none_or(|mailbox| mailbox.is_ascii()) && !self.smtp_utf8 {
                    return Err(Rejection::NeedsSmtpUtf8);
                }
                if self.accepted >= self.config.limits.recipients {
                    return Err(Rejection::TooManyRecipients);
                }
                Ok(())
            }
            Command::Data => possible(self.state == State::Rcpt && !self.in_chunks && !self.binary),
            Command::Bdat { .. } => {
                offered("CHUNKING")?;
                possible(self.state == State::Rcpt || self.in_chunks)
            }
            Command::StartTls => {
                offered("STARTTLS")?;
                possible(!self.tls && !transaction)
            }
            Command::Auth { mechanism, .. } => {
                offered("AUTH")?;
                possible(greeted && self.extended && !transaction && !self.authenticated)?;
                self.check_mechanism(mechanism)
            }
            Command::Expn(_) => offered("EXPN"),
            Command::Etrn(_) => offered("ETRN"),
            Command::Atrn(_) => {
                offered("ATRN")?;
                possible(!transaction)
            }
            Command::XClient(_) => {
                offered("XCLIENT")?;
                possible(!transaction)
            }
            Command::XForward(_) => {
                offered("XFORWARD")?;
                possible(!transaction)
            }
            Command::Burl { .. } => {
                offered("BURL")?;
                possible(self.state == State::Rcpt || self.in_chunks)
            }
            Command::Other { keyword, .. } if !offers(keyword.as_str()) => Err(Rejection::Unknown),
            _ => Ok(()),
        }
    }

    fn check_mechanism(&self, mechanism: &Mechanism<'_>) -> Result<(), Rejection> {
        if !self.config.capabilities.has_mechanism(mechanism.as_str()) {
            return Err(Rejection::UnknownParameter);
        }
        if mechanism.is_plaintext() && !self.may_show_passwords() {
            return Err(Rejection::NeedsTls);
        }
        Ok(())
    }

    /// Whether mechanisms that show the password may be used.
    pub(super) fn may_show_passwords(&self) -> bool {
        self.tls || self.config.allow_plaintext_auth
    }

    fn check_mail(&self, parameters: &Parameters<'_>) -> Result<(), Rejection> {
        let offers = |keyword: &str| self.extended && self.config.capabilities.has(keyword);
        if parameters.duplicate().is_some() {
            return Err(Rejection::Parameter);
        }
        for parameter in parameters.iter() {
            let known = match parameter.in_mail().map_err(|_| Rejection::Parameter)? {
                MailParameter::Size(size) => {
                    let limit = self.config.limits.message;
                    if offers("SIZE") && size > limit {
                        return Err(Rejection::TooBig { limit });
                    }
                    offers("SIZE")
                }
                MailParameter::Body(BodyType::Binary) => offers("BINARYMIME") && offers("CHUNKING"),
                other => other.extension().map_or(self.config.accept_unknown_parameters, offers),
            };
            if !known {
                return Err(Rejection::UnknownParameter);
            }
        }
        Ok(())
    }

    fn check_rcpt(&self, parameters: &Parameters<'_>) -> Result<(), Rejection> {
        let offers = |keyword: &str| self.extended && self.config.capabilities.has(keyword);
        if parameters.duplicate().is_some() {
            return Err(Rejection::Parameter);
        }
        for parameter in parameters.iter() {
            let meaning = parameter.in_rcpt().map_err(|_| Rejection::Parameter)?;
            let unknown = self.config.accept_unknown_parameters;
            let known = meaning.extension().map_or(unknown, offers);
            if !known {
                return Err(Rejection::UnknownParameter);
            }
        }
        Ok(())
    }

    /// Whether the client has to wait for the answer to this command
    /// ([RFC 2920, section 3.1](https://www.rfc-editor.org/rfc/rfc2920#section-3.1)).
    pub(super) fn must_wait(&self, line: &[u8]) -> bool {
        if !self.extended || !self.config.capabilities.has("PIPELINING") {
            return true;
        }
        let verb = line.get(..4).unwrap_or_default();
        ![b"MAIL", b"RCPT", b"RSET"].iter().any(|group| verb.eq_ignore_ascii_case(*group))
    }
}
