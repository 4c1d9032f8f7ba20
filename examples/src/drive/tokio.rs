//! Streams of tokio.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::SansIo;

enum Done {
    Wrote(usize),
    Read(usize),
    Nothing,
}

/// Does one I/O operation, whichever of a write and a read is ready first. Returns `false` if the
/// machine wants none: it waits for the caller, or the connection is over.
///
/// Cancelling the future loses nothing: bytes count as written only when the write was done.
///
/// # Errors
///
/// What the stream says.
pub async fn turn<C: SansIo>(
    connection: &mut C,
    io: &mut (impl AsyncRead + AsyncWrite + Unpin),
    buf: &mut [u8],
) -> io::Result<bool> {
    let wants_read = connection.wants_read();
    let out = connection.poll_transmit();
    let done = poll_fn(|context| {
        match out {
            Some(bytes) => {
                if let Poll::Ready(n) = Pin::new(&mut *io).poll_write(context, bytes)? {
                    return Poll::Ready(Ok(Done::Wrote(n)));
                }
            }
            None => {
                let flushed = Pin::new(&mut *io).poll_flush(context)?;
                if !wants_read {
                    return flushed.map(|()| Ok(Done::Nothing));
                }
            }
        }
        if wants_read {
            let mut read = ReadBuf::new(buf);
            if Pin::new(&mut *io).poll_read(context, &mut read)?.is_ready() {
                return Poll::Ready(Ok(Done::Read(read.filled().len())));
            }
        }
        Poll::Pending
    });
    let done: io::Result<Done> = done.await;
    match done? {
        Done::Wrote(0) => return Err(io::ErrorKind::WriteZero.into()),
        Done::Wrote(n) => connection.transmitted(n),
        Done::Read(0) => connection.receive_eof(),
        Done::Read(n) => connection.receive(buf.get(..n).unwrap_or_default()),
        Done::Nothing => return Ok(false),
    }
    Ok(true)
}
