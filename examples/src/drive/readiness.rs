//! Streams that say when they are ready, such as those of mio.

use std::io::{self, Read, Write};

use crate::SansIo;

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// One operation; there may be more to do.
    Done,
    /// Nothing: the stream is not ready. Wait for the next readiness event.
    NotReady,
    /// Nothing: the machine waits for the caller, or the connection is over.
    Idle,
}

/// Does one I/O operation that does not block.
///
/// # Errors
///
/// What the stream says, but for `WouldBlock`.
pub fn turn<C: SansIo>(
    connection: &mut C,
    io: &mut (impl Read + Write),
    buf: &mut [u8],
) -> io::Result<Turn> {
    let mut waits = false;
    if let Some(bytes) = connection.poll_transmit() {
        match ready(io.write(bytes))? {
            Some(0) => return Err(io::ErrorKind::WriteZero.into()),
            Some(n) => {
                connection.transmitted(n);
                return Ok(Turn::Done);
            }
            None => waits = true,
        }
    } else if ready(io.flush())?.is_none() {
        waits = true;
    }
    if connection.wants_read() {
        match ready(io.read(buf))? {
            Some(0) => connection.receive_eof(),
            Some(n) => connection.receive(buf.get(..n).unwrap_or_default()),
            None => return Ok(Turn::NotReady),
        }
        return Ok(Turn::Done);
    }
    Ok(if waits { Turn::NotReady } else { Turn::Idle })
}

fn ready<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
