//! Mail modules of Python and of Node: their clients against our server, our client against their
//! servers.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::package::{Folder, Server, program};
use super::support::{Process, free_ports, packages, run, wait_for_port};

/// Our server for submission and IMAP, both in TLS, and its certificate.
fn office(name: &str) -> (Folder, Server, [String; 3]) {
    let folder = Folder::new(name);
    let ports = ["--submission", "0", "--imaps", "0"];
    let mut server = Server::start(&folder, &["alice", "bob"], &ports);
    let (submission, imaps) = (server.port(), server.port());
    let ca = folder.path().join("server.pem").to_str().unwrap().to_owned();
    (folder, server, [ca, submission.to_string(), imaps.to_string()])
}

#[track_caller]
fn goes_well(command: &mut Command) {
    let ran = run(command);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success() && said.ends_with("well\n"), "{said}{}", ran.stderr);
}

const IMAP_CLIENT: &str = r#"
import ssl, sys, threading
from imapclient import IMAPClient, SEEN
ca, submission, imaps = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)

def session():
    client = IMAPClient("localhost", port=int(imaps), ssl_context=context)
    client.login("alice", "sesame")
    return client

client = session()
assert client.has_capability("IDLE") and client.has_capability("MOVE")
assert client.select_folder("INBOX")[b"EXISTS"] == 0
names = ["Entw\u00fcrfe/2026", "\u65e5\u672c & co"]
for name in names:
    client.create_folder(name)
assert set(names) <= {name for flags, delimiter, name in client.list_folders()}
message = "From: bob@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n.\r\nbody\r\n"
for number in range(5):
    client.append("INBOX", message.replace("body", str(number)), flags=[SEEN] if number % 2 else [])
client.select_folder("INBOX")
uids = client.search(["UNSEEN"])
assert len(uids) == 3, uids
data = client.fetch(uids, ["FLAGS", "ENVELOPE", "BODYSTRUCTURE", "RFC822.SIZE", "BODY.PEEK[TEXT]"])
assert data[uids[1]][b"BODY[TEXT]"] == b".\r\n2\r\n", data
assert data[uids[1]][b"ENVELOPE"].subject == b"=?utf-8?q?Gr=C3=BC=C3=9Fe?="
assert [word.lower() for word in data[uids[0]][b"BODYSTRUCTURE"][:2]] == [b"text", b"plain"]
client.add_flags(uids, ["$work", b"\\Flagged"])
assert client.search(["KEYWORD", "$work"]) == uids
client.move(uids[:1], names[1])
assert client.folder_status(names[1])[b"MESSAGES"] == 1
assert sorted(client.sort(["REVERSE", "ARRIVAL"])) == client.search("ALL")
assert client.thread(charset="UTF-8")
assert client.get_quota() is not None

other = session()
other.select_folder("INBOX")
client.idle()
other.delete_messages(uids[1])
other.expunge()
news = client.idle_check(timeout=30)
client.idle_done()
assert any(item[1] in (b"EXPUNGE", b"FETCH") for item in news), news
client.delete_folder(names[0])
other.logout()
client.logout()
print("well")
"#;

#[test]
fn imapclient() {
    let Some(packages) = packages("python") else { return };
    let (folder, _server, arguments) = office("imapclient");
    let script = folder.file("peer.py", IMAP_CLIENT);
    goes_well(Command::new(packages.join("bin/python")).arg(script).args(arguments));
}

const NODE_CLIENTS: &str = r#"
const assert = require('node:assert');
const fs = require('node:fs');
const nodemailer = require('nodemailer');
const { ImapFlow } = require('imapflow');
const [ca, submission, imaps] = process.argv.slice(2);
const tls = { ca: fs.readFileSync(ca) };

async function main() {
  const sender = nodemailer.createTransport({
    host: 'localhost', port: Number(submission), requireTLS: true, tls,
    auth: { user: 'bob', pass: 'sesame' }, pool: true,
  });
  for (let n = 0; n < 3; n++) {
    const sent = await sender.sendMail({
      from: 'bob@example.org', to: ['alice@example.org', 'nobody@example.org'],
      subject: `Grüße ${n}`, text: '.\n..\ntext', html: '<p>html</p>',
      attachments: [{ filename: '图片.bin', content: Buffer.from([0, 1, 2, 255]) }],
      dsn: { id: `id-${n}`, return: 'headers', notify: ['failure', 'delay'], recipient: 'bob@example.org' },
    });
    assert.deepStrictEqual(sent.accepted, ['alice@example.org']);
    assert.deepStrictEqual(sent.rejected, ['nobody@example.org']);
  }
  sender.close();

  const client = new ImapFlow({
    host: 'localhost', port: Number(imaps), secure: true, tls, logger: false,
    auth: { user: 'alice', pass: 'sesame' }, qresync: true,
  });
  await client.connect();
  const lock = await client.getMailboxLock('INBOX');
  assert.strictEqual(client.mailbox.exists, 3);
  const subjects = [];
  for await (const message of client.fetch('1:*', { envelope: true, bodyStructure: true, flags: true, uid: true, size: true })) {
    subjects.push(message.envelope.subject);
    assert.strictEqual(message.bodyStructure.childNodes.length, 2);
  }
  assert.deepStrictEqual(subjects, ['Grüße 0', 'Grüße 1', 'Grüße 2']);
  const { meta, content } = await client.download('2', '2');
  assert.strictEqual(meta.filename, '图片.bin');
  const chunks = [];
  for await (const chunk of content) chunks.push(chunk);
  assert.deepStrictEqual(Buffer.concat(chunks), Buffer.from([0, 1, 2, 255]));
  assert.ok(await client.messageFlagsAdd('1:2', ['\\Seen', '$work']));
  assert.deepStrictEqual(await client.search({ seen: true }, { uid: true }), [1, 2]);
  await client.mailboxCreate(['Ordner', 'Ä']);
  const moved = await client.messageMove('1', 'Ordner/Ä');
  assert.strictEqual(moved.uidMap.size, 1);
  const status = await client.status('Ordner/Ä', { messages: true, unseen: true });
  assert.strictEqual(status.messages, 1);
  const appended = await client.append('INBOX', 'Subject: appended\r\n\r\nx\r\n', ['\\Draft']);
  assert.ok(appended.uid > 3);
  await client.messageDelete('*');
  assert.strictEqual(client.mailbox.exists, 2);
  assert.ok((await client.list()).some((box) => box.path === 'Ordner/Ä'));
  lock.release();
  await client.logout();
  console.log('well');
}
main().catch((error) => { console.error(error); process.exit(1); });
"#;

#[test]
fn nodemailer_and_imapflow() {
    let Some(packages) = packages("node") else { return };
    let (folder, _server, arguments) = office("node");
    let script = folder.file("peer.js", NODE_CLIENTS);
    let mut command = Command::new("node");
    command.arg(script).args(arguments);
    goes_well(command.env("NODE_PATH", packages.join("node_modules")));
}

/// Sends to a server of theirs.
#[track_caller]
fn send(port: u16, folder: &Folder, options: &[&str]) -> String {
    let letter = folder.file("letter.eml", "Subject: hi\r\n\r\n.\r\n..\r\nGr\u{fc}\u{df}e\r\n");
    let to =
        ["--from", "bob@example.org", "--to", "alice@example.org", "--to", "nobody@example.org"];
    let ran = run(program("smtp_send")
        .arg(format!("--server=localhost:{port}"))
        .args(to)
        .args(options)
        .arg(letter)
        .env("MAIL_PASSWORD", "sesame"));
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(said.contains("accepted alice@example.org: 250"), "{said}{}", ran.stderr);
    assert!(said.contains("refused nobody@example.org: 550"), "{said}{}", ran.stderr);
    said
}

const AIOSMTPD: &str = r#"
import sys, time
from aiosmtpd.controller import Controller
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 who?"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"
    async def handle_DATA(self, server, session, envelope):
        open(sys.argv[2], "ab").write(envelope.content)
        return "250 2.0.0 taken"
controller = Controller(Handler(), hostname="127.0.0.1", port=int(sys.argv[1]), enable_SMTPUTF8=True)
controller.start()
time.sleep(120)
"#;

#[test]
fn aiosmtpd() {
    let Some(packages) = packages("python") else { return };
    let folder = Folder::new("aiosmtpd");
    let [port] = free_ports();
    let (script, out) = (folder.file("peer.py", AIOSMTPD), folder.path().join("out"));
    let mut command = Command::new(packages.join("bin/python"));
    let _process = Process::start(command.arg(script).arg(port.to_string()).arg(&out));
    wait_for_port(port);
    send(port, &folder, &["--protection", "none"]);
    let text = std::fs::read_to_string(out).unwrap();
    assert_eq!(text, "Subject: hi\r\n\r\n.\r\n..\r\nGr\u{fc}\u{df}e\r\n");
}

const SMTP_SERVER: &str = r#"
const fs = require('node:fs');
const { SMTPServer } = require('smtp-server');
const [key, cert, out] = process.argv.slice(2);
const server = new SMTPServer({
  key: fs.readFileSync(key), cert: fs.readFileSync(cert), size: 100000,
  authMethods: ['PLAIN', 'LOGIN'],
  onAuth(auth, session, callback) {
    const good = auth.username === 'bob' && auth.password === 'sesame';
    callback(good ? null : new Error('no'), good ? { user: 'bob' } : undefined);
  },
  onRcptTo(address, session, callback) {
    if (!address.address.startsWith('nobody')) return callback();
    const error = new Error('who?');
    error.responseCode = 550;
    callback(error);
  },
  onData(stream, session, callback) {
    stream.pipe(fs.createWriteStream(out)).on('finish', () => callback(null, 'taken'));
  },
});
server.listen(0, '127.0.0.1', () => console.log(server.server.address().port));
"#;

#[test]
fn smtp_server() {
    let Some(packages) = packages("node") else { return };
    let folder = Folder::new("smtp-server");
    let scratch = super::support::Scratch::new("smtp-server-keys");
    let (certificate, key) = super::support::certificate(&scratch);
    let (script, out) = (folder.file("peer.js", SMTP_SERVER), folder.path().join("out"));
    let mut child = Command::new("node")
        .arg(script)
        .args([&key, &certificate, &out])
        .env("NODE_PATH", packages.join("node_modules"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().unwrap();
    let ca = certificate.to_str().unwrap();
    let sent = std::panic::catch_unwind(|| {
        send(port, &folder, &["--protection", "starttls", "-u", "bob", "--ca", ca]);
    });
    let _ = child.kill();
    let _ = child.wait();
    sent.unwrap();
    assert!(read(&out).ends_with("\r\n\r\n.\r\n..\r\nGr\u{fc}\u{df}e\r\n"), "{}", read(&out));
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
