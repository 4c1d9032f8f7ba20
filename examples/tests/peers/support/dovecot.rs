//! Dovecot 2.3: IMAP, POP3, LMTP, submission and an authentication service for Postfix.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{
    PASSWORD, Process, Scratch, USERS, certificate, find, free_ports, root, wait_for_port,
};

/// A running Dovecot with empty mailboxes.
#[derive(Debug)]
pub struct Dovecot {
    _process: Process,
    dir: Scratch,
    /// IMAP with STARTTLS.
    pub imap: u16,
    /// IMAP over TLS.
    pub imaps: u16,
    /// POP3 with STLS.
    pub pop3: u16,
    /// POP3 over TLS.
    pub pop3s: u16,
    /// LMTP.
    pub lmtp: u16,
    /// Submission with STARTTLS, if it relays.
    pub submission: u16,
    /// The authentication protocol that Postfix speaks.
    pub sasl: u16,
    /// Its certificate, as PEM.
    pub certificate: PathBuf,
}

impl Dovecot {
    /// Starts one, or says why not.
    pub fn start() -> Option<Self> {
        Self::start_with(None)
    }

    /// The same, with submission of mail that it hands on to an SMTP server on this port.
    pub fn relaying(port: u16) -> Option<Self> {
        if !Path::new("/usr/lib/dovecot/submission").exists() {
            eprintln!("test skipped: dovecot's submission service is not installed");
            return None;
        }
        Self::start_with(Some(port))
    }

    fn start_with(relay: Option<u16>) -> Option<Self> {
        let program = find("dovecot")?;
        if !root() {
            return None;
        }
        let dir = Scratch::new("dovecot");
        let [imap, imaps, pop3, pop3s, lmtp, submission, sasl] = free_ports();
        let (certificate, key) = certificate(&dir);
        let users: String =
            USERS.iter().map(|user| format!("{user}:{{PLAIN}}{PASSWORD}::::::\n")).collect();
        dir.write("users", users);
        let mail = dir.path().join("mail");
        std::fs::create_dir_all(&mail).unwrap();
        let owned = Command::new("chown").arg("nobody:nogroup").arg(&mail).status();
        assert!(owned.is_ok_and(|status| status.success()));
        let d = dir.path().display();
        let listener = |name: &str, port: u16, extra: &str| {
            format!("  inet_listener {name} {{\n    port = {port}\n    {extra}\n  }}\n")
        };
        let text = format!(
            "base_dir = {d}/run\nstate_dir = {d}/run\nlog_path = {d}/log\n\
             listen = 127.0.0.1\nprotocols = imap pop3 lmtp {more}\n\
             ssl = yes\nssl_cert = <{cert}\nssl_key = <{key}\n\
             disable_plaintext_auth = no\nauth_failure_delay = 0\nauth_cache_size = 0\n\
             auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 apop\n\
             auth_username_format = %n\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n\
             mail_location = maildir:~/Maildir\nlda_mailbox_autocreate = yes\n\
             lmtp_save_to_detail_mailbox = no\npostmaster_address = postmaster@example.org\n\
             hostname = localhost\n\
             passdb {{\n  driver = passwd-file\n  args = {d}/users\n}}\n\
             userdb {{\n  driver = static\n  \
             args = uid=nobody gid=nogroup home={d}/mail/%n allow_all_users=yes\n}}\n\
             namespace inbox {{\n  inbox = yes\n  separator = /\n}}\n\
             protocol imap {{\n  mail_max_userip_connections = 100\n}}\n\
             service imap-login {{\n{imap_login}}}\n\
             service pop3-login {{\n{pop3_login}}}\n\
             service lmtp {{\n{lmtp_login}}}\n\
             service auth {{\n{auth}}}\n{relay}",
            more = if relay.is_some() { "submission" } else { "" },
            cert = certificate.display(),
            key = key.display(),
            imap_login = listener("imap", imap, "") + &listener("imaps", imaps, "ssl = yes"),
            pop3_login = listener("pop3", pop3, "") + &listener("pop3s", pop3s, "ssl = yes"),
            lmtp_login = listener("lmtp", lmtp, ""),
            auth = listener("sasl", sasl, ""),
            relay = relay.map_or(String::new(), |port| format!(
                "submission_relay_host = 127.0.0.1\nsubmission_relay_port = {port}\n\
                 submission_relay_trusted = no\nservice submission-login {{\n{}}}\n",
                listener("submission", submission, "")
            )),
        );
        let config = dir.write("dovecot.conf", text);
        dir.write("log", "");
        let _ = Command::new("chmod").arg("666").arg(dir.path().join("log")).status();
        let process = Process::start(Command::new(program).arg("-F").arg("-c").arg(config));
        for port in [imap, pop3, lmtp, sasl] {
            wait_for_port(port);
        }
        Some(Self {
            _process: process,
            dir,
            imap,
            imaps,
            pop3,
            pop3s,
            lmtp,
            submission,
            sasl,
            certificate,
        })
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}
