//! What the six connections have in common.

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;

/// A protocol machine without I/O: a client or server connection of SMTP, POP3 or IMAP.
///
/// As long as this file compiles, the crates speak alike, and a driver that is written once serves
/// all of them.
pub trait SansIo {
    /// What happened; borrows from the machine.
    type Event<'a>
    where
        Self: 'a;
    /// What ends the connection.
    type Error: Error + Send + Sync + 'static;
    /// Why something was not sent.
    type SendError: Error + Send + Sync + 'static;
    /// Where the session stands.
    type State: Copy + Debug + PartialEq;

    /// Takes bytes from the peer.
    fn receive(&mut self, bytes: &[u8]);
    /// Takes note that the peer sends no more.
    fn receive_eof(&mut self);

    /// Queues a piece of a body.
    ///
    /// # Errors
    ///
    /// If no body is to be sent now.
    fn send_body(&mut self, chunk: Bytes) -> Result<(), Self::SendError>;
    /// Ends a body.
    ///
    /// # Errors
    ///
    /// If no body is to be sent now.
    fn finish_body(&mut self) -> Result<(), Self::SendError>;
    /// Takes note that the stream is wrapped in TLS.
    ///
    /// # Errors
    ///
    /// If that is not what the machine waits for.
    fn tls_started(&mut self) -> Result<(), Self::SendError>;

    /// The next event, `None` if more bytes are needed first.
    ///
    /// # Errors
    ///
    /// What ended the connection; the same at every later call.
    fn poll_event(&mut self) -> Result<Option<Self::Event<'_>>, Self::Error>;
    /// The bytes to write next; the same ones until they are `transmitted`.
    fn poll_transmit(&mut self) -> Option<&[u8]>;
    /// Takes note that `n` of these bytes were written.
    fn transmitted(&mut self, n: usize);

    /// Whether bytes from the peer are wanted now.
    fn wants_read(&self) -> bool;
    /// Whether there is something to write.
    fn wants_write(&self) -> bool;
    /// Bytes that wait to be written.
    fn queued(&self) -> usize;
    /// How long the RFC lets this state wait.
    fn timeout(&self) -> Option<Duration>;
    /// Where the session stands.
    fn state(&self) -> Self::State;
    /// Whether the stream is wrapped in TLS.
    fn is_tls(&self) -> bool;
}

/// Forwards the trait to the methods of the same names.
macro_rules! sans_io {
    ($($krate:ident :: $side:ident),* $(,)?) => {$(
        impl SansIo for $krate::$side::Connection {
            type Event<'a> = $krate::$side::Event<'a>;
            type Error = $krate::Error;
            type SendError = $krate::SendError;
            type State = $krate::$side::State;

            fn receive(&mut self, bytes: &[u8]) {
                Self::receive(self, bytes);
            }
            fn receive_eof(&mut self) {
                Self::receive_eof(self);
            }
            fn send_body(&mut self, chunk: Bytes) -> Result<(), Self::SendError> {
                Self::send_body(self, chunk)
            }
            fn finish_body(&mut self) -> Result<(), Self::SendError> {
                Self::finish_body(self)
            }
            fn tls_started(&mut self) -> Result<(), Self::SendError> {
                Self::tls_started(self)
            }
            fn poll_event(&mut self) -> Result<Option<Self::Event<'_>>, Self::Error> {
                Self::poll_event(self)
            }
            fn poll_transmit(&mut self) -> Option<&[u8]> {
                Self::poll_transmit(self)
            }
            fn transmitted(&mut self, n: usize) {
                Self::transmitted(self, n);
            }
            fn wants_read(&self) -> bool {
                Self::wants_read(self)
            }
            fn wants_write(&self) -> bool {
                Self::wants_write(self)
            }
            fn queued(&self) -> usize {
                Self::queued(self)
            }
            fn timeout(&self) -> Option<Duration> {
                Self::timeout(self)
            }
            fn state(&self) -> Self::State {
                Self::state(self)
            }
            fn is_tls(&self) -> bool {
                Self::is_tls(self)
            }
        }
    )*};
}

sans_io! {
    smtp_proto::client, smtp_proto::server,
    pop3_proto::client, pop3_proto::server,
    imap_proto::client, imap_proto::server,
}
