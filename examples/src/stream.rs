//! Streams of tokio that begin in the clear and are wrapped on the way.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::deflate::Deflate;

/// A stream that can be wrapped in TLS, and compressed.
pub enum Stream {
    /// In the clear.
    Plain(TcpStream),
    /// In TLS.
    Tls(Box<TlsStream<TcpStream>>),
    /// Either of them, compressed.
    Deflate(Box<Deflate<Stream>>),
    /// Between the two: a handshake failed.
    Broken,
}

impl Stream {
    /// Does the server's part of the handshake.
    ///
    /// # Errors
    ///
    /// If there is no certificate, if the stream is wrapped already, and what the handshake says.
    pub async fn start_tls(&mut self, acceptor: Option<&TlsAcceptor>) -> io::Result<()> {
        let acceptor = acceptor.ok_or_else(|| io::Error::other("no certificate"))?;
        let Self::Plain(tcp) = std::mem::replace(self, Self::Broken) else {
            return Err(io::Error::other("the stream is not in the clear"));
        };
        *self = Self::Tls(Box::new(acceptor.accept(tcp).await?.into()));
        Ok(())
    }

    /// Does the client's part of the handshake.
    ///
    /// # Errors
    ///
    /// If the server is not the one it should be, if the stream is wrapped already, and what the
    /// handshake says.
    pub async fn connect_tls(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "not a host name"))?;
        let Self::Plain(tcp) = std::mem::replace(self, Self::Broken) else {
            return Err(io::Error::other("the stream is not in the clear"));
        };
        let connector = TlsConnector::from(Arc::clone(config));
        *self = Self::Tls(Box::new(connector.connect(name, tcp).await?.into()));
        Ok(())
    }
}

impl Stream {
    /// Compresses both directions from here on.
    ///
    /// # Errors
    ///
    /// If it is compressed already.
    pub fn compress(&mut self) -> io::Result<()> {
        match std::mem::replace(self, Self::Broken) {
            Self::Broken | Self::Deflate(_) => Err(io::Error::other("cannot be compressed")),
            inner => {
                *self = Self::Deflate(Box::new(Deflate::new(inner)));
                Ok(())
            }
        }
    }

    /// Whether it is compressed.
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        matches!(self, Self::Deflate(_))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(context, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(context, buf),
            Self::Deflate(inner) => Pin::new(inner.as_mut()).poll_read(context, buf),
            Self::Broken => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(context, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(context, buf),
            Self::Deflate(inner) => Pin::new(inner.as_mut()).poll_write(context, buf),
            Self::Broken => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(context),
            Self::Tls(tls) => Pin::new(tls).poll_flush(context),
            Self::Deflate(inner) => Pin::new(inner.as_mut()).poll_flush(context),
            Self::Broken => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(context),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(context),
            Self::Deflate(inner) => Pin::new(inner.as_mut()).poll_shutdown(context),
            Self::Broken => Poll::Ready(Ok(())),
        }
    }
}
