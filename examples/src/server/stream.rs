//! The server's end of a connection: in the clear or in TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::deflate::Deflate;

/// A stream that can be wrapped in TLS.
pub(super) enum Stream {
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
    pub(super) async fn start_tls(&mut self, acceptor: Option<&TlsAcceptor>) -> io::Result<()> {
        let acceptor = acceptor.ok_or_else(|| io::Error::other("no certificate"))?;
        let Self::Plain(tcp) = std::mem::replace(self, Self::Broken) else {
            return Err(io::Error::other("the stream is not in the clear"));
        };
        *self = Self::Tls(Box::new(acceptor.accept(tcp).await?));
        Ok(())
    }
}

impl Stream {
    /// Compresses both directions from here on.
    pub(super) fn compress(&mut self) -> io::Result<()> {
        match std::mem::replace(self, Self::Broken) {
            Self::Broken | Self::Deflate(_) => Err(io::Error::other("cannot be compressed")),
            inner => {
                *self = Self::Deflate(Box::new(Deflate::new(inner)));
                Ok(())
            }
        }
    }

    /// Whether it is compressed.
    pub(super) fn is_compressed(&self) -> bool {
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
