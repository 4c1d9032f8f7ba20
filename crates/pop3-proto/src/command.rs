use alloc::vec::Vec;

use crate::extensions::lang::LanguageRange;
use crate::sasl;
use crate::syntax;
use crate::{Digest, Keyword, Mechanism, Name, ParseError, Password, Secret, Text};

/// A command, or a line of the exchange that AUTH begins.
///
/// ```abnf
/// command = keyword *(SP param) CRLF
/// ```
///
/// [RFC 2449, section 3](https://www.rfc-editor.org/rfc/rfc2449#section-3)
///
/// # Example
///
/// ```
/// use pop3_proto::Command;
///
/// assert_eq!(Command::parse(b"retr 2")?, Command::Retr(2));
/// let mut line = Vec::new();
/// Command::Top { message: 1, lines: 0 }.encode(&mut line);
/// assert_eq!(line, b"TOP 1 0\r\n");
/// # Ok::<(), pop3_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `USER name`: who logs in, before PASS
    /// ([RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-13)).
    User(Name<'a>),
    /// `PASS string`: the password, all of the line
    /// ([RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-14)).
    Pass(Password<'a>),
    /// `APOP name digest`: login without the password on the wire
    /// ([RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-15)).
    Apop {
        /// Who logs in.
        name: Name<'a>,
        /// MD5 over the timestamp of the greeting and the shared secret.
        digest: Digest,
    },
    /// `STAT`: how many messages, how many octets
    /// ([RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-6)).
    Stat,
    /// `LIST [msg]`: the sizes of all messages, or of one
    /// ([RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-6)).
    List(Option<u32>),
    /// `UIDL [msg]`: the unique-ids of all messages, or of one
    /// ([RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-12)).
    Uidl(Option<u32>),
    /// `RETR msg`: a whole message
    /// ([RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-8)).
    Retr(u32),
    /// `TOP msg n`: the header of a message and the first lines of its body
    /// ([RFC 1939, section 7](https://www.rfc-editor.org/rfc/rfc1939#page-11)).
    Top {
        /// The message.
        message: u32,
        /// Lines of the body.
        lines: u64,
    },
    /// `DELE msg`: marks a message as deleted; QUIT removes it
    /// ([RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-8)).
    Dele(u32),
    /// `NOOP` ([RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-9)).
    Noop,
    /// `RSET`: takes the marks back
    /// ([RFC 1939, section 5](https://www.rfc-editor.org/rfc/rfc1939#page-9)).
    Rset,
    /// `QUIT`: removes what is marked and ends the session
    /// ([RFC 1939, section 6](https://www.rfc-editor.org/rfc/rfc1939#page-10)).
    Quit,
    /// `LAST`: the highest message number accessed. Gone since RFC 1725, and still in use.
    Last,
    /// `CAPA` ([RFC 2449, section 5](https://www.rfc-editor.org/rfc/rfc2449#section-5)).
    Capa,
    /// `STLS` ([RFC 2595, section 4](https://www.rfc-editor.org/rfc/rfc2595#section-4)).
    Stls,
    /// `AUTH mechanism [initial-response]`
    /// ([RFC 5034, section 4](https://www.rfc-editor.org/rfc/rfc5034#section-4)).
    Auth {
        /// The SASL mechanism.
        mechanism: Mechanism<'a>,
        /// The initial response; an empty one is `=` on the wire.
        initial: Option<Secret<'a>>,
    },
    /// `AUTH` alone: lists the mechanisms. Older than CAPA, never standardised, and understood by
    /// many servers.
    AuthList,
    /// A line of the client in a SASL exchange.
    AuthResponse(Secret<'a>),
    /// `*`: the client cancels the SASL exchange.
    AuthCancel,
    /// `UTF8` ([RFC 6856, section 2.1](https://www.rfc-editor.org/rfc/rfc6856#section-2.1)).
    Utf8,
    /// `LANG [range]`: lists the languages, or picks one
    /// ([RFC 6856, section 3](https://www.rfc-editor.org/rfc/rfc6856#section-3)).
    Lang(Option<LanguageRange<'a>>),
    /// A command that this crate does not know, with the rest of its line.
    Other {
        /// The keyword as it was written.
        keyword: Keyword<'a>,
        /// What follows the space after the keyword; empty if nothing does.
        arguments: Text<'a>,
    },
}

/// A keyword of four letters (or three and a space) as a number, in capitals.
const fn key(word: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*word) & 0xDFDF_DFDF
}

const MESSAGE: &str = "a message number";
const NOTHING: &str = "the end of the line";

impl<'a> Command<'a> {
    /// Parses a command line without its CRLF.
    ///
    /// Keywords are taken in any case and spaces at the end are overlooked, except those of a
    /// password. A line of a SASL exchange is for [`Command::parse_auth`].
    ///
    /// # Errors
    ///
    /// Arguments that the command does not have or that are malformed.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let (keyword, arguments) = match line {
            // The common shapes: four letters and the end, or four letters and a space.
            [a, b, c, d] => ([*a, *b, *c, *d], None),
            [a, b, c, d, b' ', rest @ ..] => ([*a, *b, *c, *d], Some(rest)),
            [a, b, c, b' ', rest @ ..] => ([*a, *b, *c, b' '], Some(rest)),
            [a, b, c] => ([*a, *b, *c, b' '], None),
            _ => return Self::other(line),
        };
        let arguments = arguments.unwrap_or(line.get(line.len()..).unwrap_or_default());
        let trimmed = syntax::trim_end(arguments);
        match key(&keyword) {
            RETR => message(line, trimmed).map(Self::Retr),
            DELE => message(line, trimmed).map(Self::Dele),
            LIST => optional_message(line, trimmed).map(Self::List),
            UIDL => optional_message(line, trimmed).map(Self::Uidl),
            // `8` and space are not the only characters that give these bits.
            TOP if keyword.ends_with(b" ") => Self::top(line, trimmed),
            STAT => nothing(line, trimmed, Self::Stat),
            NOOP => nothing(line, trimmed, Self::Noop),
            RSET => nothing(line, trimmed, Self::Rset),
            QUIT => nothing(line, trimmed, Self::Quit),
            CAPA => nothing(line, trimmed, Self::Capa),
            STLS => nothing(line, trimmed, Self::Stls),
            LAST => nothing(line, trimmed, Self::Last),
            UTF8 if keyword.ends_with(b"8") => nothing(line, trimmed, Self::Utf8),
            USER => Name::try_from(trimmed).map(Self::User).map_err(|e| at(line, trimmed, e)),
            // All of the line, spaces too (RFC 1939, page 14).
            PASS => {
                Password::try_from(arguments).map(Self::Pass).map_err(|e| at(line, arguments, e))
            }
            APOP => Self::apop(line, trimmed),
            AUTH => Self::auth(line, trimmed),
            LANG if trimmed.is_empty() => Ok(Self::Lang(None)),
            LANG => LanguageRange::try_from(trimmed)
                .map(|range| Self::Lang(Some(range)))
                .map_err(|e| at(line, trimmed, e)),
            _ => Self::other(line),
        }
    }

    /// Parses a line of the client in a SASL exchange, without its CRLF.
    ///
    /// ```abnf
    /// *(CRLF [base64]) [CRLF cancel-response]
    /// ```
    ///
    /// [RFC 5034, section 5](https://www.rfc-editor.org/rfc/rfc5034#section-5)
    ///
    /// # Errors
    ///
    /// No base64: characters outside its alphabet, padding in the middle.
    ///
    /// # Example
    ///
    /// ```
    /// use pop3_proto::Command;
    ///
    /// assert_eq!(Command::parse_auth(b"*")?, Command::AuthCancel);
    /// let Command::AuthResponse(octets) = Command::parse_auth(b"YWJj")? else { panic!() };
    /// assert_eq!(octets.expose(), b"abc");
    /// # Ok::<(), pop3_proto::ParseError>(())
    /// ```
    pub fn parse_auth(line: &[u8]) -> Result<Self, ParseError> {
        if line == b"*" {
            return Ok(Self::AuthCancel);
        }
        Ok(Self::AuthResponse(Secret::from_octets(sasl::decode_base64(line, 0)?)))
    }

    /// ```abnf
    /// "TOP" SP msg SP n
    /// ```
    fn top(line: &[u8], arguments: &[u8]) -> Result<Self, ParseError> {
        let Some((message, rest)) = syntax::message_number(arguments) else {
            return Err(ParseError::new(syntax::offset(line, arguments), MESSAGE));
        };
        match rest.strip_prefix(b" ").map(syntax::skip_spaces).and_then(syntax::number) {
            Some((lines, [])) => Ok(Self::Top { message, lines }),
            _ => Err(ParseError::new(syntax::offset(line, rest), "a number of lines")),
        }
    }

    /// ```abnf
    /// "APOP" SP name SP digest
    /// ```
    fn apop(line: &'a [u8], arguments: &'a [u8]) -> Result<Self, ParseError> {
        let Some(space) = memchr::memrchr(b' ', arguments) else {
            let end = syntax::offset(line, arguments).saturating_add(arguments.len());
            return Err(ParseError::new(end, "a name and a digest"));
        };
        let (name, digest) = arguments.split_at_checked(space).unwrap_or((arguments, b""));
        let digest = digest.get(1..).unwrap_or_default();
        Ok(Self::Apop {
            name: Name::try_from(syntax::trim_end(name)).map_err(|e| at(line, name, e))?,
            digest: Digest::try_from(digest).map_err(|e| at(line, digest, e))?,
        })
    }

    /// ```abnf
    /// auth-command     = "AUTH" SP sasl-mech [SP initial-response]
    /// initial-response = base64 / "="
    /// ```
    fn auth(line: &'a [u8], arguments: &'a [u8]) -> Result<Self, ParseError> {
        if arguments.is_empty() {
            return Ok(Self::AuthList);
        }
        let (mechanism, initial) = syntax::word(arguments);
        let mechanism = Mechanism::try_from(mechanism).map_err(|e| at(line, mechanism, e))?;
        let initial = match initial {
            b"" => None,
            b"=" => Some(Secret::from_octets(&b""[..])),
            text => {
                let octets = sasl::decode_base64(text, syntax::offset(line, text))?;
                Some(Secret::from_octets(octets))
            }
        };
        Ok(Self::Auth { mechanism, initial })
    }

    fn other(line: &'a [u8]) -> Result<Self, ParseError> {
        let (keyword, arguments) = syntax::word(line);
        let keyword = Keyword::try_from(keyword)?;
        let arguments = Text::try_from(arguments).map_err(|e| at(line, arguments, e))?;
        Ok(Self::Other { keyword, arguments })
    }

    /// Appends the command line with its CRLF.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::AuthResponse(octets) => sasl::encode_base64(octets.expose(), out),
            Self::AuthCancel => out.push(b'*'),
            Self::Other { keyword, arguments } => {
                out.extend_from_slice(keyword.as_str().as_bytes());
                if !arguments.as_bytes().is_empty() {
                    out.push(b' ');
                    out.extend_from_slice(arguments.as_bytes());
                }
            }
            known => {
                out.extend_from_slice(known.keyword().as_bytes());
                known.encode_arguments(out);
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    fn encode_arguments(&self, out: &mut Vec<u8>) {
        let mut argument = |octets: &[u8]| {
            out.push(b' ');
            out.extend_from_slice(octets);
        };
        match self {
            Self::User(name) => argument(name.as_str().as_bytes()),
            Self::Pass(password) => argument(password.expose()),
            Self::Apop { name, digest } => {
                argument(name.as_str().as_bytes());
                argument(b"");
                digest.encode(out);
            }
            Self::List(Some(n)) | Self::Uidl(Some(n)) | Self::Retr(n) | Self::Dele(n) => {
                argument(b"");
                syntax::push_number(u64::from(*n), out);
            }
            Self::Top { message, lines } => {
                argument(b"");
                syntax::push_number(u64::from(*message), out);
                out.push(b' ');
                syntax::push_number(*lines, out);
            }
            Self::Auth { mechanism, initial } => {
                argument(mechanism.as_str().as_bytes());
                match initial {
                    Some(octets) if octets.expose().is_empty() => out.extend_from_slice(b" ="),
                    Some(octets) => {
                        out.push(b' ');
                        sasl::encode_base64(octets.expose(), out);
                    }
                    None => {}
                }
            }
            Self::Lang(Some(range)) => argument(range.as_str().as_bytes()),
            _ => {}
        }
    }

    /// The keyword, in capitals; for the lines of a SASL exchange, AUTH.
    #[must_use]
    pub fn keyword(&self) -> &str {
        match self {
            Self::User(_) => "USER",
            Self::Pass(_) => "PASS",
            Self::Apop { .. } => "APOP",
            Self::Stat => "STAT",
            Self::List(_) => "LIST",
            Self::Uidl(_) => "UIDL",
            Self::Retr(_) => "RETR",
            Self::Top { .. } => "TOP",
            Self::Dele(_) => "DELE",
            Self::Noop => "NOOP",
            Self::Rset => "RSET",
            Self::Quit => "QUIT",
            Self::Last => "LAST",
            Self::Capa => "CAPA",
            Self::Stls => "STLS",
            Self::Auth { .. } | Self::AuthList | Self::AuthResponse(_) | Self::AuthCancel => "AUTH",
            Self::Utf8 => "UTF8",
            Self::Lang(_) => "LANG",
            Self::Other { keyword, .. } => keyword.as_str(),
        }
    }

    /// The same command, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Command<'static> {
        match self {
            Self::User(name) => Command::User(name.into_owned()),
            Self::Pass(password) => Command::Pass(password.into_owned()),
            Self::Apop { name, digest } => Command::Apop { name: name.into_owned(), digest },
            Self::Stat => Command::Stat,
            Self::List(message) => Command::List(message),
            Self::Uidl(message) => Command::Uidl(message),
            Self::Retr(message) => Command::Retr(message),
            Self::Top { message, lines } => Command::Top { message, lines },
            Self::Dele(message) => Command::Dele(message),
            Self::Noop => Command::Noop,
            Self::Rset => Command::Rset,
            Self::Quit => Command::Quit,
            Self::Last => Command::Last,
            Self::Capa => Command::Capa,
            Self::Stls => Command::Stls,
            Self::Auth { mechanism, initial } => Command::Auth {
                mechanism: mechanism.into_owned(),
                initial: initial.map(Secret::into_owned),
            },
            Self::AuthList => Command::AuthList,
            Self::AuthResponse(octets) => Command::AuthResponse(octets.into_owned()),
            Self::AuthCancel => Command::AuthCancel,
            Self::Utf8 => Command::Utf8,
            Self::Lang(range) => Command::Lang(range.map(LanguageRange::into_owned)),
            Self::Other { keyword, arguments } => {
                Command::Other { keyword: keyword.into_owned(), arguments: arguments.into_owned() }
            }
        }
    }
}

const RETR: u32 = key(b"RETR");
const DELE: u32 = key(b"DELE");
const LIST: u32 = key(b"LIST");
const UIDL: u32 = key(b"UIDL");
const TOP: u32 = key(b"TOP ");
const STAT: u32 = key(b"STAT");
const NOOP: u32 = key(b"NOOP");
const RSET: u32 = key(b"RSET");
const QUIT: u32 = key(b"QUIT");
const CAPA: u32 = key(b"CAPA");
const STLS: u32 = key(b"STLS");
const LAST: u32 = key(b"LAST");
const UTF8: u32 = key(b"UTF8");
const USER: u32 = key(b"USER");
const PASS: u32 = key(b"PASS");
const APOP: u32 = key(b"APOP");
const AUTH: u32 = key(b"AUTH");
const LANG: u32 = key(b"LANG");

fn at(line: &[u8], part: &[u8], error: ParseError) -> ParseError {
    ParseError::new(syntax::offset(line, part).saturating_add(error.offset), error.expected)
}

fn nothing<'a>(
    line: &[u8],
    arguments: &[u8],
    command: Command<'a>,
) -> Result<Command<'a>, ParseError> {
    if arguments.is_empty() {
        Ok(command)
    } else {
        Err(ParseError::new(syntax::offset(line, arguments), NOTHING))
    }
}

/// ```abnf
/// msg = 1*DIGIT
/// ```
fn message(line: &[u8], arguments: &[u8]) -> Result<u32, ParseError> {
    match syntax::message_number(arguments) {
        Some((message, [])) => Ok(message),
        Some((_, rest)) => Err(ParseError::new(syntax::offset(line, rest), NOTHING)),
        None => Err(ParseError::new(syntax::offset(line, arguments), MESSAGE)),
    }
}

fn optional_message(line: &[u8], arguments: &[u8]) -> Result<Option<u32>, ParseError> {
    if arguments.is_empty() { Ok(None) } else { message(line, arguments).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(command: &Command<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        command.encode(&mut out);
        out
    }

    #[test]
    fn what_is_parsed_is_encoded_again() {
        let lines: &[&[u8]] = &[
            b"USER mrose",
            b"USER two words",
            b"PASS secret",
            b"PASS  with spaces ",
            b"APOP mrose c4c9334bac560ecc979e58001b3e22fb",
            b"APOP two words c4c9334bac560ecc979e58001b3e22fb",
            b"STAT",
            b"LIST",
            b"LIST 2",
            b"UIDL",
            b"UIDL 4294967295",
            b"RETR 1",
            b"TOP 1 10",
            b"TOP 1 18446744073709551615",
            b"DELE 1",
            b"NOOP",
            b"RSET",
            b"QUIT",
            b"LAST",
            b"CAPA",
            b"STLS",
            b"AUTH",
            b"AUTH PLAIN",
            b"AUTH PLAIN =",
            b"AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=",
            b"UTF8",
            b"LANG",
            b"LANG *",
            b"LANG en-boont",
            b"XTND XMIT a  b",
            b"X",
            b"USERS",
            b"US\x05R",
        ];
        for text in lines {
            match Command::parse(text) {
                Ok(command) => {
                    let again = line(&command);
                    assert_eq!(again.strip_suffix(b"\r\n"), Some(*text));
                    assert_eq!(command.clone().into_owned(), command);
                }
                Err(error) => assert_eq!(*text, b"US\x05R", "{error}"),
            }
        }
    }

    #[test]
    fn case_and_spaces_at_the_end() {
        for (text, command) in [
            (&b"quit"[..], Command::Quit),
            (b"Quit ", Command::Quit),
            (b"list ", Command::List(None)),
            (b"lIST 7  ", Command::List(Some(7))),
            (b"top 1  2 ", Command::Top { message: 1, lines: 2 }),
            (b"user bob ", Command::User(Name::try_from("bob").unwrap())),
            (b"auth ", Command::AuthList),
        ] {
            assert_eq!(Command::parse(text), Ok(command));
        }
    }

    #[test]
    fn bits_of_case_in_other_characters_make_no_keyword() {
        for text in [&b"UTF\x18"[..], b"TOP\x001 1", b"STA\x74\x00", b"ST\x01T", b"5TAT"] {
            assert!(!matches!(
                Command::parse(text),
                Ok(Command::Utf8 | Command::Top { .. } | Command::Stat)
            ));
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, offset) in [
            (&b"RETR"[..], 4),
            (b"RETR x", 5),
            (b"RETR 1 2", 6),
            (b"RETR 4294967296", 5),
            (b"RETR -1", 5),
            (b"STAT 1", 5),
            (b"TOP 1", 5),
            (b"TOP x 1", 4),
            (b"TOP 1 x", 5),
            (b"USER", 4),
            (b"PASS", 4),
            (b"PASS ", 5),
            (b"USER a\x01", 6),
            (b"APOP x", 6),
            (b"APOP x y", 8),
            (b"AUTH PLAIN AAA", 11),
            (b"AUTH PLAIN AAAA BBBB", 11),
            (b"AUTH P!", 6),
            (b"LANG a b", 6),
            (b"", 0),
            (b" STAT", 0),
            (b"XTND a\rb", 6),
        ] {
            let error = Command::parse(text).unwrap_err();
            assert_eq!(error.offset, offset, "{:?}: {error}", core::str::from_utf8(text));
        }
    }

    #[test]
    fn lines_of_an_exchange() {
        assert_eq!(line(&Command::AuthResponse(Secret::from_octets(&b""[..]))), b"\r\n");
        assert_eq!(line(&Command::AuthResponse(Secret::from_octets(&b"abc"[..]))), b"YWJj\r\n");
        assert_eq!(line(&Command::AuthCancel), b"*\r\n");
        for bad in [&b"=AAA"[..], b"AAA=BBB=", b"YWJ", b"YW J", b"**"] {
            assert!(Command::parse_auth(bad).is_err());
        }
    }
}
