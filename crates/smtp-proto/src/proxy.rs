//! The header of the PROXY protocol, which a load balancer sends before everything else.
//!
//! [Its specification](https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt) has a version in
//! text and one in octets. Take it only from peers that are known to be proxies: whoever may send it
//! may claim any address.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::{ParseError, syntax};

/// Whose connection a proxy passes on.
///
/// # Example
///
/// ```
/// use smtp_proto::proxy::{Addresses, Header};
///
/// let bytes = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\nEHLO x\r\n";
/// let (header, len) = Header::parse(bytes)?.unwrap();
/// let Addresses::Inet { source, .. } = header.addresses else { panic!() };
/// assert_eq!(source.to_string(), "192.0.2.1:56324");
/// assert_eq!(&bytes[len..], b"EHLO x\r\n");
/// assert_eq!(Header::parse(b"PROXY TCP4 192.0")?, None);
/// # Ok::<(), smtp_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header<'a> {
    /// Both ends of the connection.
    pub addresses: Addresses<'a>,
    /// What else version 2 tells.
    pub values: Values<'a>,
}

/// The octets of a header that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedHeader<'a>(Cow<'a, [u8]>);

impl<'a> ReceivedHeader<'a> {
    /// Octets that were parsed already.
    pub(crate) const fn checked(octets: &'a [u8]) -> Self {
        Self(Cow::Borrowed(octets))
    }

    /// What it says.
    #[must_use]
    pub fn header(&self) -> Header<'_> {
        match Header::parse(&self.0) {
            Ok(Some((header, _))) => header,
            _ => Header::new(Addresses::Unknown),
        }
    }

    /// The octets, for a checksum over them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same header, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> ReceivedHeader<'static> {
        ReceivedHeader(Cow::Owned(self.0.into_owned()))
    }
}

/// Both ends of a connection that came through a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses<'a> {
    /// The proxy speaks for itself, such as to see whether the server is alive. The addresses are
    /// those of the connection.
    Local,
    /// The proxy does not tell.
    Unknown,
    /// Addresses of IPv4 or IPv6.
    Inet {
        /// The client.
        source: SocketAddr,
        /// The server, as the client sees it.
        destination: SocketAddr,
    },
    /// Paths of Unix sockets, of 108 octets each, padded with NUL.
    Unix {
        /// The client.
        source: &'a [u8],
        /// The server, as the client sees it.
        destination: &'a [u8],
    },
}

/// Types and values of version 2, such as the name that TLS was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values<'a>(&'a [u8]);

impl<'a> Values<'a> {
    /// The protocol that ALPN chose.
    pub const ALPN: u8 = 0x01;
    /// The host name that the client asked for.
    pub const AUTHORITY: u8 = 0x02;
    /// A checksum over the header.
    pub const CRC32C: u8 = 0x03;
    /// Nothing; fills up space.
    pub const NOOP: u8 = 0x04;
    /// An identifier of the connection.
    pub const UNIQUE_ID: u8 = 0x05;
    /// How TLS was, with values in it.
    pub const SSL: u8 = 0x20;
    /// The network namespace.
    pub const NETNS: u8 = 0x30;

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (kind, value, after) = value(rest)?;
            rest = after;
            Some((kind, value))
        })
    }

    /// The first value of a type.
    #[must_use]
    pub fn get(&self, kind: u8) -> Option<&'a [u8]> {
        self.iter().find(|(one, _)| *one == kind).map(|(_, value)| value)
    }
}

/// ```text
/// type (1 octet), length (2 octets), value
/// ```
fn value(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([kind, high, low], rest) = octets.split_first_chunk()?;
    let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
    Some((*kind, value, rest))
}

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
const TEXT: &[u8] = b"PROXY ";
/// The longest header, of version 2.
pub(crate) const LIMIT: usize = 16 + 0xFFFF;
/// The longest header of version 1, with its CRLF.
const TEXT_LIMIT: usize = 107;

impl<'a> Header<'a> {
    /// A header without values.
    #[must_use]
    pub fn new(addresses: Addresses<'a>) -> Self {
        Self { addresses, values: Values::default() }
    }

    /// Parses the header that the bytes begin with, of either version, and gives its length; `None`
    /// if there have to be more bytes. A header takes at most 65 551 bytes.
    ///
    /// # Errors
    ///
    /// The bytes begin with no header.
    pub fn parse(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, ParseError> {
        let alike = |start: &[u8]| bytes.iter().zip(start).all(|(one, two)| one == two);
        if bytes.is_empty() {
            Ok(None)
        } else if alike(SIGNATURE) {
            binary(bytes)
        } else if alike(TEXT) {
            text(bytes)
        } else {
            Err(ParseError::new(0, "a header of the PROXY protocol"))
        }
    }

    /// Appends the header in version 2.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut rest = Vec::new();
        let kind = match self.addresses {
            Addresses::Local | Addresses::Unknown => 0,
            Addresses::Inet { source, destination } => encode_inet(source, destination, &mut rest),
            Addresses::Unix { source, destination } => {
                for path in [source, destination] {
                    rest.extend(path.iter().copied().chain(core::iter::repeat(0)).take(108));
                }
                0x31
            }
        };
        rest.extend_from_slice(self.values.0);
        let len = u16::try_from(rest.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(SIGNATURE);
        out.push(if self.addresses == Addresses::Local { 0x20 } else { 0x21 });
        out.push(kind);
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(rest.get(..usize::from(len)).unwrap_or_default());
    }

    /// Appends the header in version 1, which has neither Unix sockets nor values.
    pub fn encode_text(&self, out: &mut Vec<u8>) {
        let mut line = alloc::string::String::from("PROXY ");
        // Writing into a string does not fail.
        let _ = match self.addresses {
            Addresses::Inet { source, destination } => {
                let (from, to, family) = match (source.ip(), destination.ip()) {
                    (IpAddr::V4(_), IpAddr::V4(_)) => (source.ip(), destination.ip(), "TCP4"),
                    (from, to) => (IpAddr::V6(v6(from)), IpAddr::V6(v6(to)), "TCP6"),
                };
                write!(line, "{family} {from} {to} {} {}", source.port(), destination.port())
            }
            _ => line.write_str("UNKNOWN"),
        };
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

fn v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

fn encode_inet(source: SocketAddr, destination: SocketAddr, out: &mut Vec<u8>) -> u8 {
    let kind = match (source.ip(), destination.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            out.extend_from_slice(&from.octets());
            out.extend_from_slice(&to.octets());
            0x11
        }
        (from, to) => {
            out.extend_from_slice(&v6(from).octets());
            out.extend_from_slice(&v6(to).octets());
            0x21
        }
    };
    out.extend_from_slice(&source.port().to_be_bytes());
    out.extend_from_slice(&destination.port().to_be_bytes());
    kind
}

/// ```text
/// PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n
/// PROXY UNKNOWN ...\r\n
/// ```
fn text(bytes: &[u8]) -> Result<Option<(Header<'_>, usize)>, ParseError> {
    let start = bytes.get(..bytes.len().min(TEXT_LIMIT)).unwrap_or_default();
    let Some(end) = memchr::memchr(b'\n', start) else {
        return if bytes.len() < TEXT_LIMIT {
            Ok(None)
        } else {
            Err(ParseError::new(TEXT_LIMIT, "CRLF within 107 bytes"))
        };
    };
    let line = start.get(..end).and_then(|line| line.strip_suffix(b"\r"));
    let line = line.ok_or(ParseError::new(end, "CRLF"))?;
    let line = syntax::text(line)?;
    let expected = ParseError::new(TEXT.len(), "TCP4, TCP6 or UNKNOWN and addresses");
    let mut words = line.split(' ').skip(1);
    let family = words.next();
    let addresses = match family {
        Some("UNKNOWN") => Addresses::Unknown,
        Some("TCP4" | "TCP6") => {
            let mut address = || {
                let word = words.next()?;
                match family {
                    Some("TCP4") => word.parse::<Ipv4Addr>().ok().map(IpAddr::from),
                    _ => word.parse::<Ipv6Addr>().ok().map(IpAddr::from),
                }
            };
            let (from, to) = (address().ok_or(expected)?, address().ok_or(expected)?);
            let mut port = || {
                let word = words.next()?;
                let plain = word == "0" || !word.starts_with('0');
                syntax::number(word).and_then(|n| u16::try_from(n).ok()).filter(|_| plain)
            };
            let source = SocketAddr::new(from, port().ok_or(expected)?);
            let destination = SocketAddr::new(to, port().ok_or(expected)?);
            if words.next().is_some() {
                return Err(ParseError::new(line.len(), "the end of the header"));
            }
            Addresses::Inet { source, destination }
        }
        _ => return Err(expected),
    };
    Ok(Some((Header::new(addresses), end.saturating_add(1))))
}

/// ```text
/// signature (12 octets), version and command (1), family and transport (1), length (2),
/// addresses, values
/// ```
fn binary(bytes: &[u8]) -> Result<Option<(Header<'_>, usize)>, ParseError> {
    let Some((head, rest)) = bytes.split_first_chunk::<16>() else { return Ok(None) };
    let [.., command, kind, high, low] = *head;
    if !matches!(command, 0x20 | 0x21) {
        return Err(ParseError::new(12, "version 2 and a command"));
    }
    let len = usize::from(u16::from_be_bytes([high, low]));
    let Some((body, _)) = rest.split_at_checked(len) else { return Ok(None) };
    let short = ParseError::new(14, "a length with room for the addresses");
    let (addresses, values) = match kind {
        0x11 | 0x12 => {
            let (inet, values) = body.split_first_chunk::<12>().ok_or(short)?;
            let [a, b, c, d, e, f, g, h, ports @ ..] = *inet;
            (
                sockets(Ipv4Addr::new(a, b, c, d).into(), Ipv4Addr::new(e, f, g, h).into(), ports),
                values,
            )
        }
        0x21 | 0x22 => {
            let (from, rest) = body.split_first_chunk::<16>().ok_or(short)?;
            let (to, rest) = rest.split_first_chunk::<16>().ok_or(short)?;
            let (ports, values) = rest.split_first_chunk::<4>().ok_or(short)?;
            (sockets(Ipv6Addr::from(*from).into(), Ipv6Addr::from(*to).into(), *ports), values)
        }
        0x31 | 0x32 => {
            let (source, rest) = body.split_at_checked(108).ok_or(short)?;
            let (destination, values) = rest.split_at_checked(108).ok_or(short)?;
            (Addresses::Unix { source, destination }, values)
        }
        // What the length covers is skipped where the family is not known, or not told.
        _ => (Addresses::Unknown, body.get(body.len()..).unwrap_or_default()),
    };
    let mut rest = values;
    while let Some((_, _, after)) = value(rest) {
        rest = after;
    }
    if !rest.is_empty() && command == 0x21 {
        let at = 16_usize.saturating_add(len).saturating_sub(rest.len());
        return Err(ParseError::new(at, "a type, a length and a value"));
    }
    let header = match command {
        0x20 => Header::new(Addresses::Local),
        _ => Header { addresses, values: Values(values) },
    };
    Ok(Some((header, 16_usize.saturating_add(len))))
}

fn sockets(from: IpAddr, to: IpAddr, ports: [u8; 4]) -> Addresses<'static> {
    let [a, b, c, d] = ports;
    Addresses::Inet {
        source: SocketAddr::new(from, u16::from_be_bytes([a, b])),
        destination: SocketAddr::new(to, u16::from_be_bytes([c, d])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn inet(source: &str, destination: &str) -> Addresses<'static> {
        let (source, destination) = (source.parse().unwrap(), destination.parse().unwrap());
        Addresses::Inet { source, destination }
    }

    /// The header, which has to need every one of its bytes, and must not look behind them.
    fn parse(bytes: &[u8]) -> Header<'_> {
        for cut in 0..bytes.len() {
            assert_eq!(Header::parse(&bytes[..cut]), Ok(None), "{cut}");
        }
        let mut more = bytes.to_vec();
        more.extend_from_slice(b"PROXY QUIT\r\n");
        assert_eq!(Header::parse(&more).unwrap().unwrap().1, bytes.len());
        Header::parse(bytes).unwrap().unwrap().0
    }

    #[test]
    fn text_lines() {
        for (line, addresses) in [
            (
                "PROXY TCP4 192.0.2.1 198.51.100.7 1 65535\r\n",
                inet("192.0.2.1:1", "198.51.100.7:65535"),
            ),
            ("PROXY TCP6 2001:db8::1 ::1 0 25\r\n", inet("[2001:db8::1]:0", "[::1]:25")),
            ("PROXY UNKNOWN\r\n", Addresses::Unknown),
        ] {
            let header = parse(line.as_bytes());
            assert_eq!(header.addresses, addresses);
            let mut out = Vec::new();
            header.encode_text(&mut out);
            assert_eq!(out, line.as_bytes());
        }
        let longest = "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff \
             ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
        assert_eq!(longest.len(), TEXT_LIMIT);
        assert_eq!(parse(longest.as_bytes()).addresses, Addresses::Unknown);
    }

    #[test]
    fn what_is_no_header() {
        for bad in [
            &b"EHLO x\r\n"[..],
            b"proxy UNKNOWN\r\n",
            b"PROXY\r\n",
            b"PROXY \r\n",
            b"PROXY UNKNOWN\n",
            b"PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n",
            b"PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n",
            b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n",
            b"PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n",
            b"PROXY TCP4 1.1.1.01 1.1.1.1 1 1\r\n",
            b"PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n",
            b"PROXY TCP4 1.1.1.1 1.1.1.1 1 65536\r\n",
            b"PROXY TCP4 ::1 ::1 1 1\r\n",
            b"PROXY TCP6 1.1.1.1 ::1 1 1\r\n",
            b"PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n",
            b"\r\n\r\n\0\r\nQUIT\r",
            b"\r\n\r\n\0\r\nQUIT\n\x11\x11\0\0",
            b"\r\n\r\n\0\r\nQUIT\n\x22\x11\0\0",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0babcdefghijk",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0dabcdefghijklm",
        ] {
            assert!(
                Header::parse(bad).is_err(),
                "{:?}",
                alloc::string::String::from_utf8_lossy(bad)
            );
        }
        // No line end within the limit: enough is enough, however much comes.
        let mut endless = b"PROXY UNKNOWN ".to_vec();
        endless.resize(106, b'x');
        assert_eq!(Header::parse(&endless), Ok(None));
        endless.push(b'\r');
        assert!(Header::parse(&endless).is_err());
    }

    #[test]
    fn octets() {
        let unix = [b'/'; 108];
        for addresses in [
            Addresses::Unknown,
            Addresses::Local,
            inet("192.0.2.1:1", "198.51.100.7:65535"),
            inet("[2001:db8::1]:0", "[::1]:25"),
            Addresses::Unix { source: &unix, destination: &unix },
        ] {
            let mut out = Vec::new();
            Header::new(addresses).encode(&mut out);
            assert_eq!(parse(&out).addresses, addresses);
        }
        let mut mixed = Vec::new();
        Header::new(inet("192.0.2.1:1", "[::1]:25")).encode(&mut mixed);
        assert_eq!(parse(&mixed).addresses, inet("[::ffff:192.0.2.1]:1", "[::1]:25"));
    }

    #[test]
    fn values() {
        let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x1e".to_vec();
        bytes.extend_from_slice(&[192, 0, 2, 1, 198, 51, 100, 7, 0, 1, 0, 25]);
        bytes.extend_from_slice(b"\x01\0\x04smtp\x04\0\0\x02\0\x05a.b.c");
        let header = parse(&bytes);
        assert_eq!(header.values.get(Values::AUTHORITY), Some(&b"a.b.c"[..]));
        assert_eq!(header.values.get(Values::ALPN), Some(&b"smtp"[..]));
        assert_eq!(header.values.get(Values::SSL), None);
        assert_eq!(header.values.iter().count(), 3);
        let mut again = Vec::new();
        header.encode(&mut again);
        assert_eq!(again, bytes);
        let Addresses::Inet { source, .. } = header.addresses else { panic!() };
        assert_eq!(source.to_string(), "192.0.2.1:1");
    }

    #[test]
    fn unknown_families_and_local_are_skipped() {
        for (command, kind, expected) in [
            (0x21, 0x00, Addresses::Unknown),
            (0x21, 0x4F, Addresses::Unknown),
            (0x20, 0x00, Addresses::Local),
        ] {
            let mut bytes = SIGNATURE.to_vec();
            bytes.extend_from_slice(&[command, kind, 0xFF, 0xFF]);
            assert_eq!(Header::parse(&bytes), Ok(None));
            bytes.resize(16 + 65_535, b'\n');
            assert_eq!(Header::parse(&bytes).unwrap(), Some((Header::new(expected), bytes.len())));
        }
    }
}
