//! Our clients against our server, over real sockets.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use imap_proto::{
    Command, Flag, Flags, Response, Section, Select, SequenceSet, Store, StoreAction,
};
use mail_examples::client::{Security, Target, imap, pop3, smtp};
use mail_examples::maildir;
use mail_examples::server::{Protocol, Server, Settings};
use mail_examples::tls::{Identity, client_config};
use mail_examples::users::Users;
use smtp_proto::client::Envelope;
use smtp_proto::{ForwardPath, Host, ReversePath};
use tokio::net::TcpListener;

struct Running {
    dir: PathBuf,
    submission: u16,
    lmtp: u16,
    pop3: u16,
    imap: u16,
    identity: Identity,
}

impl Running {
    async fn start(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("mail-server-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let identity = Identity::self_signed(&["localhost"]).unwrap();
        let [submission, lmtp, pop3, imap] = serve(&dir, &identity).await;
        Self { dir, submission, lmtp, pop3, imap, identity }
    }

    fn target(&self, port: u16) -> Target {
        let tls = client_config(self.identity.certificate().cloned()).unwrap();
        Target { host: "localhost".to_owned(), port, security: Security::StartTls, tls }
    }

    async fn imap(&self) -> imap::Client {
        let mut client = imap::Client::connect(self.target(self.imap), None).await.unwrap();
        client.login("alice", "open sesame").await.unwrap();
        client
    }

    async fn with_pop3<T: Send + 'static>(
        &self,
        work: impl FnOnce(pop3::Client) -> T + Send + 'static,
    ) -> T {
        let target = self.target(self.pop3);
        let session = move || {
            let mut client = pop3::Client::connect(target, None).unwrap();
            client.login("alice", "open sesame").unwrap();
            work(client)
        };
        tokio::task::spawn_blocking(session).await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

async fn serve(dir: &Path, identity: &Identity) -> [u16; 4] {
    let mut users = Users::default();
    users.add("alice", "open sesame");
    users.add("bob", "wonderland");
    let store = maildir::Store::open(dir).unwrap();
    let server = Server::new(Settings::default(), store, users, Some(identity)).unwrap();
    let protocols = [Protocol::Submission, Protocol::Lmtp, Protocol::Pop3, Protocol::Imap];
    let mut ports = [0; 4];
    for (protocol, port) in protocols.into_iter().zip(&mut ports) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        *port = listener.local_addr().unwrap().port();
        tokio::spawn(Arc::clone(&server).serve(listener, protocol, false));
    }
    ports
}

fn exists(news: &[Response<'_>]) -> Option<u32> {
    news.iter().find_map(|response| match response {
        Response::Exists(count) => Some(*count),
        _ => None,
    })
}

fn message(n: usize) -> Bytes {
    let body = "A line that is not short.\r\n.\r\n".repeat(n);
    Bytes::from(format!("From: a@example.org\r\nSubject: {n}\r\n\r\n{body}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_over_imap_is_collected_over_both() {
    let server = Running::start("both").await;
    let mut client = server.imap().await;
    let sent: Vec<Bytes> = [1, 3, 40_000].map(message).to_vec();
    for message in &sent {
        client
            .append("INBOX", Some(Flags::from_iter([Flag::Flagged])), message.clone())
            .await
            .unwrap();
    }
    let inbox = client.mailbox("INBOX").unwrap().into_owned();
    let answer = client.run(&Command::Select(Select::from(inbox))).await.unwrap();
    assert_eq!(exists(&answer.data), Some(3));
    for (uid, message) in (1..).zip(&sent) {
        assert_eq!(client.section(uid, Section::default(), None).await.unwrap(), message[..]);
    }

    let collected = server.with_pop3(|mut pop| {
        let sizes = pop.sizes().unwrap();
        let mut all = Vec::new();
        for (number, size) in sizes {
            let mut message = Vec::new();
            assert_eq!(pop.retrieve(number, None, &mut message).unwrap(), size);
            all.push(message);
        }
        pop.delete(2).unwrap();
        pop.quit().unwrap();
        all
    });
    assert_eq!(collected.await, sent);
    let answer = client.run(&Command::Noop).await.unwrap();
    assert!(answer.data.contains(&Response::Expunge(2)), "{:?}", answer.data);
    client.logout().await.unwrap();
}

fn envelope(to: &[&'static str]) -> Envelope<'static> {
    let mut envelope = Envelope::new(ReversePath::try_from("bob@example.org").unwrap());
    to.iter().for_each(|to| envelope.to(ForwardPath::try_from(*to).unwrap()));
    envelope
}

/// Sends a mail and returns the codes of the recipients.
fn send(target: Target, lmtp: bool, envelope: &Envelope<'_>, content: &[u8]) -> Vec<u16> {
    let name = Host::try_from("client.example.org").unwrap();
    let mut client = smtp::Client::connect(target, name, lmtp, None).unwrap();
    if !lmtp {
        assert!(client.login("bob", "guess").is_err());
        client.login("bob", "wonderland").unwrap();
    }
    let outcome = client.send_mail(envelope, &mut &content[..], |_| {}).unwrap();
    client.quit().unwrap();
    outcome.recipients.iter().map(|one| one.reply.code()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_submitted_is_collected() {
    let server = Running::start("submission").await;
    let to = ["alice@example.org", "nobody@example.org", "bob@example.org"];
    for (port, lmtp) in [(server.submission, false), (server.lmtp, true)] {
        let target = server.target(port);
        let sent = message(1000);
        let codes = tokio::task::spawn_blocking(move || send(target, lmtp, &envelope(&to), &sent));
        assert_eq!(codes.await.unwrap(), [250, 550, 250]);
    }
    let expected = [&b"Return-Path: <bob@example.org>\r\n"[..], &message(1000)].concat();
    let collected = server.with_pop3(|mut pop| {
        let mut all = Vec::new();
        for number in 1..=pop.stat().unwrap().messages {
            let mut message = Vec::new();
            pop.retrieve(number, None, &mut message).unwrap();
            all.push(message);
        }
        all
    });
    assert_eq!(collected.await, [expected.clone(), expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_see_what_the_other_does() {
    let server = Running::start("two").await;
    let (mut one, mut two) = (server.imap().await, server.imap().await);
    let inbox = one.mailbox("INBOX").unwrap().into_owned();
    for client in [&mut one, &mut two] {
        client.run(&Command::Select(Select::from(inbox.clone()))).await.unwrap();
    }
    let waiting = tokio::spawn(async move {
        let news = two.idle(Duration::from_secs(60)).await.unwrap();
        (two, news)
    });
    one.append("INBOX", None, message(1)).await.unwrap();
    let (mut two, news) = waiting.await.unwrap();
    assert_eq!(exists(&news), Some(1));

    let set = SequenceSet::try_from(1).unwrap();
    let flags = Flags::from_iter([Flag::Deleted]);
    let store = Store::flags(false, set, StoreAction::Add, flags);
    one.run(&Command::Noop).await.unwrap();
    one.run(&Command::Store(store)).await.unwrap();
    let news = two.run(&Command::Noop).await.unwrap().data;
    let Some(Response::Fetch(data)) = news.first() else { panic!("{news:?}") };
    assert!(data.flags().unwrap().contains(&Flag::Deleted));
    one.run(&Command::Expunge).await.unwrap();
    let news = two.run(&Command::Noop).await.unwrap().data;
    assert_eq!(news, [Response::Expunge(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_maildrop_session_at_a_time_and_no_wrong_passwords() {
    let server = Running::start("lock").await;
    let target = server.target(server.pop3);
    let refused = server.with_pop3(move |first| {
        let mut second = pop3::Client::connect(target.clone(), None).unwrap();
        let locked = second.login("alice", "open sesame").unwrap_err();
        first.quit().unwrap();
        let mut third = pop3::Client::connect(target, None).unwrap();
        let wrong = third.login("alice", "guess").unwrap_err();
        third.login("alice", "open sesame").unwrap();
        (locked.to_string(), wrong.to_string())
    });
    let (locked, wrong) = refused.await;
    assert!(locked.contains("open elsewhere"), "{locked}");
    assert!(wrong.contains("wrong name or password"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_is_checked() {
    let server = Running::start("tls").await;
    let other = Identity::self_signed(&["localhost"]).unwrap();
    let mut target = server.target(server.imap);
    target.tls = client_config(other.certificate().cloned()).unwrap();
    assert!(imap::Client::connect(target, None).await.is_err());
}
