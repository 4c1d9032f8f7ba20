//! Blocking streams of the standard library.

use std::io::{self, Read, Write};

use crate::SansIo;

/// Does one I/O operation. Returns `false` if the machine wants none: it waits for the caller, or
/// the connection is over.
///
/// # Errors
///
/// What the stream says.
pub fn turn<C: SansIo>(
    connection: &mut C,
    io: &mut (impl Read + Write),
    buf: &mut [u8],
) -> io::Result<bool> {
    if let Some(bytes) = connection.poll_transmit() {
        match io.write(bytes)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            n => connection.transmitted(n),
        }
    } else if connection.wants_read() {
        io.flush()?;
        match io.read(buf)? {
            0 => connection.receive_eof(),
            n => connection.receive(buf.get(..n).unwrap_or_default()),
        }
    } else {
        io.flush()?;
        return Ok(false);
    }
    Ok(true)
}
