//! Compressed streams (RFC 4978): raw DEFLATE in both directions.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is read or compressed at once.
const BLOCK: usize = 16 << 10;

/// A stream that compresses what is written and decompresses what is read.
pub struct Deflate<S> {
    inner: S,
    compress: Compress,
    decompress: Decompress,
    /// Compressed bytes that arrived, from `start` on.
    arrived: Vec<u8>,
    start: usize,
    /// Decompressed bytes may be left in the decompressor.
    more: bool,
    /// Compressed bytes to write.
    out: Vec<u8>,
    /// Something was compressed since the last flush.
    dirty: bool,
}

impl<S> Deflate<S> {
    /// Wraps a stream.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            compress: Compress::new(Compression::default(), false),
            decompress: Decompress::new(false),
            arrived: Vec::new(),
            start: 0,
            more: false,
            out: Vec::new(),
            dirty: false,
        }
    }

    fn deflate(&mut self, bytes: &[u8], flush: FlushCompress) -> io::Result<usize> {
        self.out.reserve(BLOCK);
        let before = self.compress.total_in();
        self.compress.compress_vec(bytes, &mut self.out, flush).map_err(io::Error::other)?;
        Ok(usize::try_from(self.compress.total_in() - before).unwrap_or(bytes.len()))
    }
}

impl<S: AsyncWrite + Unpin> Deflate<S> {
    fn poll_out(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let n = ready!(Pin::new(&mut self.inner).poll_write(context, &self.out))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.out.drain(..n);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Deflate<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.more || this.start < this.arrived.len() {
                let (read, wrote) = (this.decompress.total_in(), this.decompress.total_out());
                let input = this.arrived.get(this.start..).unwrap_or_default();
                let room = buf.initialize_unfilled();
                let space = room.len();
                let status = this.decompress.decompress(input, room, FlushDecompress::Sync);
                status.map_err(io::Error::other)?;
                let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
                this.start += count(this.decompress.total_in() - read);
                let n = count(this.decompress.total_out() - wrote);
                this.more = n == space && space > 0;
                if n > 0 {
                    buf.advance(n);
                    return Poll::Ready(Ok(()));
                }
                if this.start < this.arrived.len() {
                    // Nothing consumed and nothing made: the compressed stream has ended.
                    return Poll::Ready(Ok(()));
                }
            }
            this.arrived.resize(BLOCK, 0);
            this.start = this.arrived.len();
            let mut read = ReadBuf::new(&mut this.arrived);
            let done = Pin::new(&mut this.inner).poll_read(context, &mut read);
            let n = read.filled().len();
            match done {
                Poll::Ready(Ok(())) => {
                    this.arrived.truncate(n);
                    this.start = 0;
                    if n == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                other => {
                    this.arrived.clear();
                    this.start = 0;
                    return other;
                }
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Deflate<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_out(context))?;
        let bytes = buf.get(..BLOCK).unwrap_or(buf);
        let n = this.deflate(bytes, FlushCompress::None)?;
        this.dirty |= n > 0;
        Poll::Ready(Ok(n))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.dirty {
            ready!(this.poll_out(context))?;
            this.deflate(&[], FlushCompress::Sync)?;
            // A full buffer may hide that there is more.
            this.dirty = this.out.len() == this.out.capacity();
        }
        ready!(this.poll_out(context))?;
        Pin::new(&mut this.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(context))?;
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn what_goes_in_comes_out() {
        let (a, b) = tokio::io::duplex(300);
        let (mut a, mut b) = (Deflate::new(a), Deflate::new(b));
        let message: Vec<u8> =
            (0..200_000_u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        let expected = message.clone();
        let writer = tokio::spawn(async move {
            a.write_all(b"* OK\r\n").await.unwrap();
            a.flush().await.unwrap();
            a.write_all(&message).await.unwrap();
            a.flush().await.unwrap();
            a
        });
        let mut first = [0; 6];
        b.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"* OK\r\n");
        let mut all = vec![0; expected.len()];
        b.read_exact(&mut all).await.unwrap();
        assert_eq!(all, expected);
        drop(writer.await.unwrap());
        assert_eq!(b.read(&mut first).await.unwrap(), 0);
    }
}
