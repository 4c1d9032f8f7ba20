//! Commands of a client.

use alloc::vec::Vec;

use crate::extensions::burl::Url;
use crate::extensions::turn::Domains;
use crate::extensions::xclient::Attributes;
use crate::path::plain;
use crate::sasl::{decode_base64, encode_base64};
use crate::syntax::{self, skip_spaces, text, trim_end, word};
use crate::words::Marks;
use crate::{
    ForwardPath, HelloName, Host, Keyword, Mechanism, Parameters, ParseError, Path, ReversePath,
    Secret, Text,
};

/// A command: one line.
///
/// Arguments are checked when they are made, so that a command is always exactly one line.
///
/// # Example
///
/// ```
/// use smtp_proto::{Command, ReversePath};
///
/// let command = Command::parse(b"mail from:<a@example.org> SIZE=1000")?;
/// let Command::Mail { from, parameters } = &command else { panic!() };
/// assert_eq!(from.as_str(), "a@example.org");
/// assert_eq!(parameters.size(), Some(1000));
///
/// let mut out = Vec::new();
/// command.encode(&mut out);
/// assert_eq!(out, b"MAIL FROM:<a@example.org> SIZE=1000\r\n");
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `HELO name` ([RFC 5321, section 4.1.1.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.1)).
    Helo(HelloName<'a>),
    /// `EHLO name`: who the client is; the answer tells what the server can do
    /// ([RFC 5321, section 4.1.1.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.1)).
    Ehlo(HelloName<'a>),
    /// `LHLO name`: the same in LMTP
    /// ([RFC 2033, section 4.1](https://www.rfc-editor.org/rfc/rfc2033#section-4.1)).
    Lhlo(HelloName<'a>),
    /// `MAIL FROM:<path>`: a mail begins
    /// ([RFC 5321, section 4.1.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.2)).
    Mail {
        /// Where it comes from.
        from: ReversePath<'a>,
        /// What extensions add.
        parameters: Parameters<'a>,
    },
    /// `RCPT TO:<path>`: one of the recipients
    /// ([RFC 5321, section 4.1.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.3)).
    Rcpt {
        /// Where it goes.
        to: ForwardPath<'a>,
        /// What extensions add.
        parameters: Parameters<'a>,
    },
    /// `DATA`: the content, after an answer that asks for it
    /// ([RFC 5321, section 4.1.1.4](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.4)).
    Data,
    /// `BDAT size [LAST]`: a piece of the content, right behind the line
    /// ([RFC 3030, section 2](https://www.rfc-editor.org/rfc/rfc3030#section-2)).
    Bdat {
        /// Octets that follow.
        size: u64,
        /// Whether it is the last piece.
        last: bool,
    },
    /// `RSET`: the mail that began is forgotten
    /// ([RFC 5321, section 4.1.1.5](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.5)).
    Rset,
    /// `VRFY text` ([RFC 5321, section 4.1.1.6](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.6)).
    Vrfy(Text<'a>),
    /// `EXPN text` ([RFC 5321, section 4.1.1.7](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.7)).
    Expn(Text<'a>),
    /// `HELP [text]` ([RFC 5321, section 4.1.1.8](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.8)).
    Help(Option<Text<'a>>),
    /// `NOOP [text]` ([RFC 5321, section 4.1.1.9](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.9)).
    Noop(Option<Text<'a>>),
    /// `QUIT` ([RFC 5321, section 4.1.1.10](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.10)).
    Quit,
    /// `STARTTLS` ([RFC 3207, section 4](https://www.rfc-editor.org/rfc/rfc3207#section-4)).
    StartTls,
    /// `AUTH mechanism [initial-response]`
    /// ([RFC 4954, section 4](https://www.rfc-editor.org/rfc/rfc4954#section-4)).
    Auth {
        /// The SASL mechanism.
        mechanism: Mechanism<'a>,
        /// The initial response; an empty one is `=` on the wire.
        initial: Option<Secret<'a>>,
    },
    /// A line of the client in a SASL exchange.
    AuthResponse(Secret<'a>),
    /// `*`: the client cancels the SASL exchange.
    AuthCancel,
    /// `ETRN name`: asks for mail that waits
    /// ([RFC 1985, section 5](https://www.rfc-editor.org/rfc/rfc1985#section-5)).
    Etrn(Text<'a>),
    /// `ATRN [domains]`: asks for mail that waits, over this connection
    /// ([RFC 2645, section 5.2](https://www.rfc-editor.org/rfc/rfc2645#section-5.2)).
    Atrn(Option<Domains<'a>>),
    /// `BURL url [LAST]`: a piece of the content, which the server fetches itself
    /// ([RFC 4468, section 3.2](https://www.rfc-editor.org/rfc/rfc4468#section-3.2)).
    Burl {
        /// Where it is.
        url: Url<'a>,
        /// Whether it is the last piece.
        last: bool,
    },
    /// `XCLIENT attributes`: who the client behind a proxy is, for the server to treat it so.
    XClient(Attributes<'a>),
    /// `XFORWARD attributes`: who the client behind a filter is, for the server's log.
    XForward(Attributes<'a>),
    /// Another command, with the rest of its line.
    Other {
        /// The keyword as it was written.
        keyword: Keyword<'a>,
        /// What follows it.
        arguments: Option<Text<'a>>,
    },
}

impl<'a> Command<'a> {
    /// Parses a line without its CRLF.
    ///
    /// Letter case, more than one space, spaces at the end, and spaces after `FROM:` and `TO:` are
    /// tolerated, since clients are known to send them.
    ///
    /// # Errors
    ///
    /// A known command whose arguments are not what they should be; no command at all; CR, LF or
    /// NUL.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let line = trim_end(line);
        // Nearly all have four letters, and the end or a space.
        let (verb, rest) = match line.split_first_chunk() {
            Some((verb, rest @ [])) => match verbs::number(*verb) {
                verbs::DATA => return Ok(Self::Data),
                verbs::RSET => return Ok(Self::Rset),
                verbs::QUIT => return Ok(Self::Quit),
                verbs::NOOP => return Ok(Self::Noop(None)),
                number => (number, rest),
            },
            Some((verb, [b' ', rest @ ..])) => (verbs::number(*verb), rest),
            _ => return Self::uncommon(line),
        };
        // Each command is made in its place: to move one costs more than to parse it.
        match verb {
            verbs::MAIL => Self::mail(line, skip_spaces(rest)),
            verbs::RCPT => Self::rcpt(line, skip_spaces(rest)),
            verbs::EHLO => Self::ehlo(line, skip_spaces(rest)),
            verbs::BDAT => Self::bdat(line, skip_spaces(rest)),
            _ => Self::other(verb, line),
        }
    }

    /// Parses a command that comes rarely, or not in each mail.
    #[inline(never)]
    fn other(verb: u32, line: &'a [u8]) -> Result<Self, ParseError> {
        let rest = skip_spaces(line.get(4..).unwrap_or_default());
        let at = |error: ParseError| error.after(syntax::offset(line, rest));
        Ok(match verb {
            verbs::DATA => {
                none(rest).map_err(at)?;
                Self::Data
            }
            verbs::RSET => {
                none(rest).map_err(at)?;
                Self::Rset
            }
            verbs::QUIT => {
                none(rest).map_err(at)?;
                Self::Quit
            }
            verbs::NOOP => Self::Noop(optional(rest).map_err(at)?),
            verbs::HELO => Self::Helo(HelloName::try_from(rest).map_err(at)?),
            verbs::LHLO => Self::Lhlo(HelloName::try_from(rest).map_err(at)?),
            verbs::VRFY => Self::Vrfy(required(rest).map_err(at)?),
            verbs::EXPN => Self::Expn(required(rest).map_err(at)?),
            verbs::HELP => Self::Help(optional(rest).map_err(at)?),
            verbs::AUTH => return auth(rest).map_err(at),
            verbs::ETRN => Self::Etrn(required(rest).map_err(at)?),
            verbs::ATRN if rest.is_empty() => Self::Atrn(None),
            verbs::ATRN => Self::Atrn(Some(Domains::try_from(rest).map_err(at)?)),
            verbs::BURL => return burl(rest).map_err(at),
            _ => return Self::uncommon(line),
        })
    }

    /// Parses a command whose name has not four letters, or that is not known.
    #[inline(never)]
    fn uncommon(line: &'a [u8]) -> Result<Self, ParseError> {
        let (verb, rest) = word(line);
        let rest = skip_spaces(rest);
        let at = |error: ParseError| error.after(syntax::offset(line, rest));
        if verb.eq_ignore_ascii_case(b"STARTTLS") {
            none(rest).map_err(at)?;
            return Ok(Self::StartTls);
        }
        if verb.eq_ignore_ascii_case(b"XCLIENT") {
            return text(rest).and_then(Attributes::try_from).map(Self::XClient).map_err(at);
        }
        if verb.eq_ignore_ascii_case(b"XFORWARD") {
            return text(rest).and_then(Attributes::try_from).map(Self::XForward).map_err(at);
        }
        let keyword = Keyword::try_from(verb)?;
        Ok(Self::Other { keyword, arguments: optional(rest).map_err(at)? })
    }

    /// Parses a line of a SASL exchange without its CRLF.
    ///
    /// # Errors
    ///
    /// Neither base64 nor `*`.
    pub fn parse_auth(line: &[u8]) -> Result<Command<'static>, ParseError> {
        match trim_end(line) {
            b"*" => Ok(Command::AuthCancel),
            line => Ok(Command::AuthResponse(Secret::from_octets(decode_base64(line, 0)?))),
        }
    }

    #[inline(never)]
    fn ehlo(line: &'a [u8], rest: &'a [u8]) -> Result<Self, ParseError> {
        let name = HelloName::try_from(rest);
        Ok(Self::Ehlo(name.map_err(|error| error.after(syntax::offset(line, rest)))?))
    }

    #[inline(never)]
    fn mail(line: &'a [u8], rest: &'a [u8]) -> Result<Self, ParseError> {
        let path = match rest {
            [a, b, c, d, b':', path @ ..] if verbs::number([*a, *b, *c, *d]) == verbs::FROM => path,
            _ => return Err(ParseError::new(syntax::offset(line, rest), "FROM:")),
        };
        let path = text_from(line, skip_spaces(path))?;
        let (at, len) = plain(path);
        if let Some((mailbox, after)) = bracketed(path, len) {
            let (list, marks) = parameters(line, after)?;
            return Ok(Self::Mail {
                from: ReversePath::Path(Path::found(mailbox, at)),
                parameters: Parameters::checked(list, marks),
            });
        }
        let (from, after) = ReversePath::read(path)
            .map_err(|error| error.after(syntax::offset(line, path.as_bytes())))?;
        let (list, marks) = parameters(line, after)?;
        Ok(Self::Mail { from, parameters: Parameters::checked(list, marks) })
    }

    #[inline(never)]
    fn rcpt(line: &'a [u8], rest: &'a [u8]) -> Result<Self, ParseError> {
        let path = match rest {
            [b'T' | b't', b'O' | b'o', b':', path @ ..] => path,
            _ => return Err(ParseError::new(syntax::offset(line, rest), "TO:")),
        };
        let path = text_from(line, skip_spaces(path))?;
        let (at, len) = plain(path);
        if let Some((mailbox, after)) = bracketed(path, len) {
            let (list, marks) = parameters(line, after)?;
            return Ok(Self::Rcpt {
                to: ForwardPath::Path(Path::found(mailbox, at)),
                parameters: Parameters::checked(list, marks),
            });
        }
        let (to, after) = ForwardPath::read(path)
            .map_err(|error| error.after(syntax::offset(line, path.as_bytes())))?;
        let (list, marks) = parameters(line, after)?;
        Ok(Self::Rcpt { to, parameters: Parameters::checked(list, marks) })
    }

    /// ```abnf
    /// bdat-cmd   = "BDAT" SP chunk-size [ SP end-marker ] CR LF
    /// chunk-size = 1*DIGIT
    /// end-marker = "LAST"
    /// ```
    ///
    /// [RFC 3030, section 2](https://www.rfc-editor.org/rfc/rfc3030#section-2)
    #[inline(never)]
    fn bdat(line: &'a [u8], rest: &'a [u8]) -> Result<Self, ParseError> {
        let (digits, last) = word(rest);
        let Some(size) = syntax::number(digits) else {
            return Err(ParseError::new(syntax::offset(line, rest), "a number of octets"));
        };
        let last = skip_spaces(last);
        if !last.is_empty() && !last.eq_ignore_ascii_case(b"LAST") {
            return Err(ParseError::new(syntax::offset(line, last), "LAST"));
        }
        Ok(Self::Bdat { size, last: !last.is_empty() })
    }

    /// Appends the line with its CRLF.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut line = |verb: &str, argument: Option<&str>| {
            out.extend_from_slice(verb.as_bytes());
            if let Some(argument) = argument {
                out.push(b' ');
                out.extend_from_slice(argument.as_bytes());
            }
        };
        match self {
            Self::Helo(name) => line("HELO", Some(name.as_str())),
            Self::Ehlo(name) => line("EHLO", Some(name.as_str())),
            Self::Lhlo(name) => line("LHLO", Some(name.as_str())),
            Self::Mail { from, parameters } => {
                out.extend_from_slice(b"MAIL FROM:");
                from.encode(out);
                push_parameters(parameters, out);
            }
            Self::Rcpt { to, parameters } => {
                out.extend_from_slice(b"RCPT TO:");
                to.encode(out);
                push_parameters(parameters, out);
            }
            Self::Data => line("DATA", None),
            Self::Bdat { size, last } => {
                out.extend_from_slice(b"BDAT ");
                syntax::push_number(*size, out);
                out.extend_from_slice(if *last { b" LAST" } else { b"" });
            }
            Self::Rset => line("RSET", None),
            Self::Vrfy(text) => line("VRFY", Some(text.as_str())),
            Self::Expn(text) => line("EXPN", Some(text.as_str())),
            Self::Help(text) => line("HELP", text.as_ref().map(Text::as_str)),
            Self::Noop(text) => line("NOOP", text.as_ref().map(Text::as_str)),
            Self::Quit => line("QUIT", None),
            Self::StartTls => line("STARTTLS", None),
            Self::Auth { mechanism, initial } => {
                line("AUTH", Some(mechanism.as_str()));
                match initial.as_ref().map(Secret::expose) {
                    None => {}
                    Some([]) => out.extend_from_slice(b" ="),
                    Some(octets) => {
                        out.push(b' ');
                        encode_base64(octets, out);
                    }
                }
            }
            Self::AuthResponse(octets) => encode_base64(octets.expose(), out),
            Self::AuthCancel => out.push(b'*'),
            Self::Etrn(text) => line("ETRN", Some(text.as_str())),
            Self::Atrn(domains) => line("ATRN", domains.as_ref().map(Domains::as_str)),
            Self::Burl { url, last } => {
                line("BURL", Some(url.as_str()));
                out.extend_from_slice(if *last { b" LAST" } else { b"" });
            }
            Self::XClient(attributes) => line("XCLIENT", Some(attributes.as_str())),
            Self::XForward(attributes) => line("XFORWARD", Some(attributes.as_str())),
            Self::Other { keyword, arguments } => {
                line(keyword.as_str(), arguments.as_ref().map(Text::as_str));
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The name of the command, in capitals for those that are known.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Helo(_) => "HELO",
            Self::Ehlo(_) => "EHLO",
            Self::Lhlo(_) => "LHLO",
            Self::Mail { .. } => "MAIL",
            Self::Rcpt { .. } => "RCPT",
            Self::Data => "DATA",
            Self::Bdat { .. } => "BDAT",
            Self::Rset => "RSET",
            Self::Vrfy(_) => "VRFY",
            Self::Expn(_) => "EXPN",
            Self::Help(_) => "HELP",
            Self::Noop(_) => "NOOP",
            Self::Quit => "QUIT",
            Self::StartTls => "STARTTLS",
            Self::Auth { .. } | Self::AuthResponse(_) | Self::AuthCancel => "AUTH",
            Self::Etrn(_) => "ETRN",
            Self::Atrn(_) => "ATRN",
            Self::Burl { .. } => "BURL",
            Self::XClient(_) => "XCLIENT",
            Self::XForward(_) => "XFORWARD",
            Self::Other { keyword, .. } => keyword.as_str(),
        }
    }

    /// The same command, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Command<'static> {
        match self {
            Self::Helo(name) => Command::Helo(name.into_owned()),
            Self::Ehlo(name) => Command::Ehlo(name.into_owned()),
            Self::Lhlo(name) => Command::Lhlo(name.into_owned()),
            Self::Mail { from, parameters } => {
                Command::Mail { from: from.into_owned(), parameters: parameters.into_owned() }
            }
            Self::Rcpt { to, parameters } => {
                Command::Rcpt { to: to.into_owned(), parameters: parameters.into_owned() }
            }
            Self::Data => Command::Data,
            Self::Bdat { size, last } => Command::Bdat { size, last },
            Self::Rset => Command::Rset,
            Self::Vrfy(text) => Command::Vrfy(text.into_owned()),
            Self::Expn(text) => Command::Expn(text.into_owned()),
            Self::Help(text) => Command::Help(text.map(Text::into_owned)),
            Self::Noop(text) => Command::Noop(text.map(Text::into_owned)),
            Self::Quit => Command::Quit,
            Self::StartTls => Command::StartTls,
            Self::Auth { mechanism, initial } => Command::Auth {
                mechanism: mechanism.into_owned(),
                initial: initial.map(Secret::into_owned),
            },
            Self::AuthResponse(octets) => Command::AuthResponse(octets.into_owned()),
            Self::AuthCancel => Command::AuthCancel,
            Self::Etrn(text) => Command::Etrn(text.into_owned()),
            Self::Atrn(domains) => Command::Atrn(domains.map(Domains::into_owned)),
            Self::Burl { url, last } => Command::Burl { url: url.into_owned(), last },
            Self::XClient(attributes) => Command::XClient(attributes.into_owned()),
            Self::XForward(attributes) => Command::XForward(attributes.into_owned()),
            Self::Other { keyword, arguments } => Command::Other {
                keyword: keyword.into_owned(),
                arguments: arguments.map(Text::into_owned),
            },
        }
    }
}

impl<'a> From<Host<'a>> for Command<'a> {
    /// EHLO with this name.
    fn from(host: Host<'a>) -> Self {
        Self::Ehlo(host.into())
    }
}

/// The names of four letters as numbers, alike for both letter cases.
mod verbs {
    pub(super) const fn number(verb: [u8; 4]) -> u32 {
        u32::from_le_bytes(verb) & 0xDFDF_DFDF
    }

    pub(super) const MAIL: u32 = number(*b"MAIL");
    pub(super) const RCPT: u32 = number(*b"RCPT");
    pub(super) const DATA: u32 = number(*b"DATA");
    pub(super) const RSET: u32 = number(*b"RSET");
    pub(super) const QUIT: u32 = number(*b"QUIT");
    pub(super) const NOOP: u32 = number(*b"NOOP");
    pub(super) const EHLO: u32 = number(*b"EHLO");
    pub(super) const HELO: u32 = number(*b"HELO");
    pub(super) const LHLO: u32 = number(*b"LHLO");
    pub(super) const BDAT: u32 = number(*b"BDAT");
    pub(super) const VRFY: u32 = number(*b"VRFY");
    pub(super) const EXPN: u32 = number(*b"EXPN");
    pub(super) const HELP: u32 = number(*b"HELP");
    pub(super) const AUTH: u32 = number(*b"AUTH");
    pub(super) const ETRN: u32 = number(*b"ETRN");
    pub(super) const ATRN: u32 = number(*b"ATRN");
    pub(super) const BURL: u32 = number(*b"BURL");
    /// What stands before the path of MAIL.
    pub(super) const FROM: u32 = number(*b"FROM");
}

/// The end of a line as text. All of the line is checked, once for all of its parts.
#[inline]
fn text_from<'a>(line: &'a [u8], end: &[u8]) -> Result<&'a str, ParseError> {
    Ok(text(line)?.get(syntax::offset(line, end)..).unwrap_or_default())
}

fn none(rest: &[u8]) -> Result<(), ParseError> {
    if rest.is_empty() { Ok(()) } else { Err(ParseError::new(0, "the end of the command")) }
}

fn optional(rest: &[u8]) -> Result<Option<Text<'_>>, ParseError> {
    if rest.is_empty() { Ok(None) } else { Text::try_from(rest).map(Some) }
}

fn required(rest: &[u8]) -> Result<Text<'_>, ParseError> {
    if rest.is_empty() { Err(ParseError::new(0, "an argument")) } else { Text::try_from(rest) }
}

/// What stands in the brackets that a text begins with, of this length, and what follows them.
#[inline(always)]
fn bracketed(text: &str, len: usize) -> Option<(&str, &str)> {
    let end = len.saturating_add(1);
    Some((text.get(1..end).filter(|_| len > 0)?, text.get(end.saturating_add(1)..)?))
}

/// The parameters after a path, and their marks.
#[inline(always)]
fn parameters<'a>(line: &[u8], after: &'a str) -> Result<(&'a str, Marks), ParseError> {
    if after.is_empty() {
        return Ok(("", Marks::EMPTY));
    }
    let at = |part: &str| syntax::offset(line, part.as_bytes());
    let Some(list) = after.strip_prefix(' ') else {
        return Err(ParseError::new(at(after), "a space after the path"));
    };
    let list = list.trim_start_matches([' ', '\t']);
    let marks = Parameters::check(list).map_err(|error| error.after(at(list)))?;
    Ok((list, marks))
}

fn push_parameters(parameters: &Parameters<'_>, out: &mut Vec<u8>) {
    if !parameters.is_empty() {
        out.push(b' ');
        out.extend_from_slice(parameters.as_str().as_bytes());
    }
}

/// ```abnf
/// burl-cmd = "BURL" SP absolute-URI [SP end-marker] CRLF
/// ```
///
/// [RFC 4468, section 3.2](https://www.rfc-editor.org/rfc/rfc4468#section-3.2)
fn burl(rest: &[u8]) -> Result<Command<'_>, ParseError> {
    let (url, last) = word(rest);
    let url = Url::try_from(url)?;
    let last = skip_spaces(last);
    match last {
        b"" => Ok(Command::Burl { url, last: false }),
        _ if last.eq_ignore_ascii_case(b"LAST") => Ok(Command::Burl { url, last: true }),
        _ => Err(ParseError::new(syntax::offset(rest, last), "LAST")),
    }
}

fn auth(rest: &[u8]) -> Result<Command<'_>, ParseError> {
    let (mechanism, initial) = word(rest);
    let mechanism = Mechanism::try_from(mechanism)?;
    let initial = skip_spaces(initial);
    let at = syntax::offset(rest, initial);
    let initial = match initial {
        b"" => None,
        b"=" => Some(Secret::from_octets(Vec::new())),
        _ => Some(Secret::from_octets(decode_base64(initial, at)?)),
    };
    Ok(Command::Auth { mechanism, initial })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn again(line: &str) -> String {
        let command = Command::parse(line.as_bytes()).unwrap();
        let mut out = Vec::new();
        command.encode(&mut out);
        let out = String::from_utf8(out).unwrap();
        let line = out.strip_suffix("\r\n").unwrap();
        assert_eq!(Command::parse(line.as_bytes()).unwrap(), command);
        assert_eq!(command.clone().into_owned(), command);
        String::from(line)
    }

    #[test]
    fn lines_as_they_are() {
        for line in [
            "EHLO mail.example.org",
            "HELO [127.0.0.1]",
            "LHLO x",
            "MAIL FROM:<>",
            "MAIL FROM:<a@b> SIZE=10 BODY=8BITMIME",
            "RCPT TO:<Postmaster>",
            "RCPT TO:<\"a b\"@c> NOTIFY=NEVER",
            "DATA",
            "BDAT 18446744073709551615",
            "BDAT 0 LAST",
            "RSET",
            "VRFY Smith",
            "EXPN list",
            "HELP",
            "HELP MAIL",
            "NOOP",
            "NOOP hello there",
            "QUIT",
            "STARTTLS",
            "AUTH PLAIN",
            "AUTH PLAIN =",
            "AUTH PLAIN AHRpbQB0YW5zdGFhZg==",
            "ETRN example.org",
            "ETRN #uucp",
            "ATRN",
            "ATRN example.org,example.com",
            "BURL imap://harry@gryffindor.example.com/outbox;uidvalidity=1;uid=2",
            "BURL imap://a/b LAST",
            "XCLIENT NAME=spike.porcupine.org ADDR=168.100.189.2",
            "XFORWARD NAME=a+20b PROTO=ESMTP",
            "XFOO a  b",
            "XFOO",
        ] {
            assert_eq!(again(line), line);
        }
    }

    #[test]
    fn lines_as_people_send_them() {
        for (line, strict) in [
            ("ehlo x ", "EHLO x"),
            ("mail from: <a@b>", "MAIL FROM:<a@b>"),
            ("Rcpt  To:<a@b>  NOTIFY=NEVER", "RCPT TO:<a@b> NOTIFY=NEVER"),
            ("RCPT TO:<postMASTER>", "RCPT TO:<Postmaster>"),
            ("bdat 5 last", "BDAT 5 LAST"),
        ] {
            assert_eq!(again(line), strict);
        }
    }

    #[test]
    fn malformed_ones() {
        for (line, at) in [
            ("", 0),
            ("EHLO", 4),
            ("EHLO a b", 6),
            ("MAIL", 4),
            ("MAIL <a@b>", 5),
            ("MAIL FROM:a@b", 10),
            ("MAIL FROM:<a@b", 14),
            ("MAIL FROM:<a@b>SIZE=1", 15),
            ("MAIL FROM:<a@b> SIZE=", 21),
            ("MAIL FROM:<a\rb@c>", 12),
            ("RCPT TO:<>", 9),
            ("DATA x", 5),
            ("BDAT", 4),
            ("BDAT -1", 5),
            ("BDAT 18446744073709551616", 5),
            ("BDAT 5 LST", 7),
            ("VRFY", 4),
            ("STARTTLS now", 9),
            ("AUTH PLAIN AAA BBB", 11),
            ("AUTH PL!AIN", 7),
            ("ETRN", 4),
            ("ATRN a,,b", 7),
            ("BURL imap", 5),
            ("BURL imap://a LSAT", 14),
            ("XCLIENT", 7),
            ("XCLIENT NAME=a ADDR", 15),
            ("XFORWARD a=+0", 11),
            ("NO\rOP", 2),
            ("QUIT\0", 4),
        ] {
            let error = Command::parse(line.as_bytes()).unwrap_err();
            assert_eq!(error.offset, at, "{line:?}: {error}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let command = Command::parse(b"AUTH PLAIN AHRpbQB0YW5zdGFhZg==").unwrap();
        assert!(!alloc::format!("{command:?}").contains("tanstaaf"));
        let response = Command::parse_auth(b"dGFuc3RhYWY=").unwrap();
        assert_eq!(alloc::format!("{response:?}"), "AuthResponse([redacted])");
        assert_eq!(Command::parse_auth(b"*").unwrap(), Command::AuthCancel);
        assert!(Command::parse_auth(b"%").is_err());
    }
}
