// What the examples of the README talk to: our server behind a stream.

use pop3_proto::{Reply, UniqueId, server};
use std::io::{self, Read, Write};

type Failure = Box<dyn std::error::Error>;

struct Stream {
    server: server::Connection,
    messages: &'static [&'static str],
    removed: Vec<u32>,
}

impl Stream {
    fn new(messages: &'static [&'static str]) -> Self {
        let mut server = server::Connection::new(server::Config::default());
        server.tls_started().unwrap();
        server.respond(&Reply::greeting("ready", None)).unwrap();
        Self { server, messages, removed: Vec::new() }
    }

    fn serve(&mut self) {
        while let Some(event) = self.server.poll_event().unwrap() {
            match event {
                server::Event::Open(server::Login::Password { password, .. })
                    if password.expose() == b"tanstaaf" =>
                {
                    let sizes = self.messages.iter().map(|m| pop3_proto::dot::octets(m.as_bytes()));
                    self.server.open_maildrop(sizes).unwrap();
                }
                server::Event::Open(_) => self.server.respond(&Reply::err("no")).unwrap(),
                server::Event::UniqueId { message } => {
                    let unique_id = UniqueId::try_from(format!("uid{message}")).unwrap();
                    self.server.unique_id(&unique_id).unwrap();
                }
                server::Event::Message { message, .. } => {
                    let text = self.messages[message as usize - 1];
                    self.server.respond(&Reply::ok("")).unwrap();
                    self.server.send_body(text.as_bytes().into()).unwrap();
                    self.server.finish_body().unwrap();
                }
                server::Event::Commit { deleted } => {
                    self.removed.extend(deleted.iter());
                    self.server.respond(&Reply::ok("bye")).unwrap();
                }
                server::Event::Rejected { reply, .. } => self.server.respond(&reply).unwrap(),
                _ => {}
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.serve();
        let bytes = self.server.poll_transmit().unwrap_or_default();
        let n = bytes.len().min(buffer.len());
        buffer[..n].copy_from_slice(&bytes[..n]);
        self.server.transmitted(n);
        Ok(n)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.server.receive(bytes);
        self.serve();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn turn(pop: &mut pop3_proto::client::Connection, io: &mut Stream) -> io::Result<()> {
    let mut buffer = [0; 100];
    if let Some(bytes) = pop.poll_transmit() {
        let n = io.write(bytes)?;
        pop.transmitted(n);
    } else if pop.wants_read() {
        match io.read(&mut buffer)? {
            0 => pop.receive_eof(),
            n => pop.receive(&buffer[..n]),
        }
    }
    Ok(())
}
