//! Postfix: an SMTP server with STARTTLS and AUTH whose mail for `example.org` goes to Maildirs,
//! and a client that relays all other mail to a port.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{DOMAIN, Scratch, USERS, certificate, find, free_ports, root, wait_for_port};

/// A running Postfix.
#[derive(Debug)]
pub struct Postfix {
    program: PathBuf,
    dir: Scratch,
    /// SMTP with STARTTLS, PIPELINING, CHUNKING, DSN, SMTPUTF8.
    pub smtp: u16,
    /// SMTP over TLS.
    pub smtps: u16,
    /// Its certificate, as PEM.
    pub certificate: PathBuf,
}

impl Postfix {
    /// Starts one, or says why not. `sasl` is the port of Dovecot's authentication service;
    /// `relay` is where mail for other domains goes.
    pub fn start(sasl: Option<u16>, relay: Option<u16>) -> Option<Self> {
        let program = find("postfix")?;
        if !root() {
            return None;
        }
        let dir = Scratch::new("postfix");
        let [smtp, smtps] = free_ports();
        let (certificate, key) = certificate(&dir);
        let d = dir.path().display();
        for name in ["spool", "data", "mail"] {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        for (owner, name) in [("postfix", "data"), ("nobody:nogroup", "mail")] {
            let done = Command::new("chown").arg(owner).arg(dir.path().join(name)).status();
            assert!(done.is_ok_and(|status| status.success()));
        }
        let users: String = USERS.iter().map(|user| format!("{user}@{DOMAIN} {user}/\n")).collect();
        dir.write("etc/users", users);
        let transport =
            relay.map_or("discard:".to_owned(), |port| format!("smtp:[127.0.0.1]:{port}"));
        let (enabled, sasl) = (if sasl.is_some() { "yes" } else { "no" }, sasl.unwrap_or(9));
        dir.write(
            "etc/main.cf",
            format!(
                "compatibility_level = 3.6\nqueue_directory = {d}/spool\n\
                 data_directory = {d}/data\nmaillog_file = {d}/log\nmaillog_file_prefixes = {d}\n\
                 myhostname = mx.example.org\nmydestination =\ninet_interfaces = 127.0.0.1\n\
                 inet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nalias_maps =\nalias_database =\n\
                 import_environment = MAIL_CONFIG TZ LANG=C\nsmtputf8_enable = yes\nbiff = no\n\
                 disable_dns_lookups = yes\nsmtp_host_lookup = native\n\
                 virtual_mailbox_domains = {DOMAIN}\nvirtual_mailbox_maps = texthash:{d}/etc/users\n\
                 virtual_mailbox_base = {d}/mail\nvirtual_uid_maps = static:65534\n\
                 virtual_gid_maps = static:65534\nvirtual_minimum_uid = 1\n\
                 virtual_transport = virtual\ndefault_transport = {transport}\n\
                 message_size_limit = 20480000\nvirtual_mailbox_limit = 0\n\
                 smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, \
                 reject_unauth_destination\n\
                 smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {cert}\n\
                 smtpd_tls_key_file = {key}\nsmtpd_sasl_auth_enable = {enabled}\n\
                 smtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:{sasl}\n\
                 smtpd_sasl_security_options =\nsmtpd_sasl_local_domain = {DOMAIN}\n\
                 smtpd_client_connection_count_limit = 0\n\
                 smtpd_client_connection_rate_limit = 0\n",
                cert = certificate.display(),
                key = key.display(),
            ),
        );
        dir.write("etc/master.cf", services(smtp, smtps));
        let started = Command::new(&program)
            .arg("-c")
            .arg(dir.path().join("etc"))
            .arg("start")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        let postfix = Self { program, dir, smtp, smtps, certificate };
        wait_for_port(smtp);
        Some(postfix)
    }

    /// The Maildir of a user.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.dir.path().join("mail").join(user)
    }

    /// The folder of its configuration, for programs that submit to its queue.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("etc")
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = Command::new(&self.program)
            .arg("-c")
            .arg(self.config())
            .arg("stop")
            .stderr(Stdio::null())
            .status();
    }
}

/// The service table: the package's own for what runs inside, and two listeners.
fn services(smtp: u16, smtps: u16) -> String {
    let mut text = format!(
        "127.0.0.1:{smtp} inet n - n - - smtpd\n\
         127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n"
    );
    let stock = Path::new("/etc/postfix/master.cf.proto");
    for line in std::fs::read_to_string(stock).unwrap_or_default().lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let comment = line.is_empty() || line.starts_with('#');
        if comment || (!line.starts_with(' ') && words.get(1) == Some(&"inet")) {
            continue;
        }
        if line.starts_with(' ') {
            text += line;
        } else {
            let mut words = words;
            if let Some(chroot) = words.get_mut(4) {
                *chroot = "n";
            }
            text += &words.join(" ");
        }
        text.push('\n');
    }
    if !text.contains("\npostlog ") {
        text += "postlog unix-dgram n - n - 1 postlogd\n";
    }
    text
}
