//! Our client against our server, over two buffers.

#![allow(dead_code, unreachable_pub)] // not every test needs all of it

use smtp_proto::client::{self, CommandId, Outcome};
use smtp_proto::server;
use smtp_proto::{Capability, Command, Host, Reply};

/// What the server's application got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub content: Vec<u8>,
}

/// A pair of machines and the application behind the server. Recipients whose address begins with
/// `no` are refused, and in LMTP those that begin with `full` after the content.
pub struct Pair {
    pub client: client::Connection,
    pub server: server::Connection,
    pub mails: Vec<Mail>,
    pub outcomes: Vec<(CommandId, Outcome)>,
    pub replies: Vec<(CommandId, Reply<'static>)>,
    pub capabilities: usize,
    pub closed: bool,
    /// Bytes that go over at once; 0 for all.
    pub cut: usize,
    current: Mail,
    discarded: bool,
}

pub fn server_config(lmtp: bool) -> server::Config {
    let mut config = server::Config::new(Host::try_from("mx.example.org").unwrap());
    config.lmtp = lmtp;
    config.capabilities.push(Capability::BinaryMime);
    config
}

pub fn client_config(lmtp: bool) -> client::Config {
    let mut config = client::Config::new(Host::try_from("client.example.org").unwrap());
    config.lmtp = lmtp;
    config
}

impl Pair {
    pub fn new(client: client::Config, server: server::Config, cut: usize) -> Self {
        let mut pair = Self {
            client: client::Connection::new(client),
            server: server::Connection::new(server),
            mails: Vec::new(),
            outcomes: Vec::new(),
            replies: Vec::new(),
            capabilities: 0,
            closed: false,
            cut,
            current: Mail::default(),
            discarded: false,
        };
        pair.server.respond(&Reply::greeting("mx.example.org ready")).unwrap();
        pair.run();
        pair
    }

    /// Moves bytes and handles events until nothing happens any more.
    pub fn run(&mut self) {
        loop {
            self.server_events();
            self.client_events();
            let moved = carry(&mut self.client, &mut self.server, self.cut)
                | carry_back(&mut self.server, &mut self.client, self.cut);
            if !moved {
                self.server_events();
                self.client_events();
                if !self.client.wants_write() && !self.server.wants_write() {
                    return;
                }
            }
        }
    }

    fn client_events(&mut self) {
        while let Some(event) = self.client.poll_event().unwrap() {
            match event.into_owned() {
                client::Event::Capabilities(_) => self.capabilities += 1,
                client::Event::Reply { command, reply } => self.replies.push((command, reply)),
                client::Event::MailDone { mail, outcome } => self.outcomes.push((mail, outcome)),
                client::Event::StartTls => self.client.tls_started().unwrap(),
                client::Event::Closed => self.closed = true,
                _ => {}
            }
        }
    }

    fn server_events(&mut self) {
        while let Some(event) = self.server.poll_event().unwrap() {
            match event.into_owned() {
                server::Event::Command { command, reply } => {
                    let reply = match &command {
                        Command::Mail { from, .. } => {
                            self.current = Mail { from: from.as_str().into(), ..Mail::default() };
                            reply
                        }
                        Command::Rcpt { to, .. } if to.as_str().starts_with("no") => {
                            Reply::new(550, "no such user")
                        }
                        Command::Rcpt { to, .. } => {
                            self.current.to.push(to.as_str().into());
                            reply
                        }
                        _ => reply,
                    };
                    self.server.respond(&reply).unwrap();
                }
                server::Event::Rejected { reply, .. } => {
                    self.current.content.clear();
                    self.discarded = true;
                    self.server.respond(&reply).unwrap();
                }
                server::Event::BodyChunk(chunk) => self.current.content.extend_from_slice(&chunk),
                server::Event::BodyEnd { size, replies } => {
                    assert_eq!(size, self.current.content.len() as u64);
                    let mut mail = core::mem::take(&mut self.current);
                    let lmtp = replies > 1;
                    for to in mail.to.clone().iter().take(replies) {
                        if lmtp && to.starts_with("full") {
                            mail.to.retain(|one| one != to);
                            self.server.respond(&Reply::new(452, "mailbox full")).unwrap();
                        } else {
                            self.server.respond(&Reply::new(250, "taken")).unwrap();
                        }
                    }
                    self.mails.push(mail);
                }
                server::Event::StartTls => self.server.tls_started().unwrap(),
                _ => {}
            }
        }
    }
}

fn some(bytes: &[u8], cut: usize) -> &[u8] {
    bytes.get(..cut).filter(|_| cut > 0).unwrap_or(bytes)
}

fn carry(from: &mut client::Connection, to: &mut server::Connection, cut: usize) -> bool {
    if !to.wants_read() {
        return false;
    }
    let Some(bytes) = from.poll_transmit() else { return false };
    let bytes = some(bytes, cut).to_vec();
    to.receive(&bytes);
    from.transmitted(bytes.len());
    true
}

fn carry_back(from: &mut server::Connection, to: &mut client::Connection, cut: usize) -> bool {
    if !to.wants_read() {
        return false;
    }
    let Some(bytes) = from.poll_transmit() else { return false };
    let bytes = some(bytes, cut).to_vec();
    to.receive(&bytes);
    from.transmitted(bytes.len());
    true
}
