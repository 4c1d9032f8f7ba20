//! OpenSMTPD 6.8: an SMTP server without PIPELINING whose mail for `example.org` goes to Maildirs.
//!
//! As Debian 12 builds it, it cannot sign in a TLS handshake with the OpenSSL it is linked with, so
//! that it is spoken to in plain text only, and without AUTH, which it offers under TLS alone.

use std::path::PathBuf;

use super::unpacked::Unpacked;
use super::{DOMAIN, Scratch, USERS, free_ports};

/// A running OpenSMTPD.
#[derive(Debug)]
pub struct OpenSmtpd {
    daemon: Unpacked,
    dir: Scratch,
    /// SMTP with DSN.
    pub smtp: u16,
}

impl OpenSmtpd {
    /// Starts one, or says why not.
    pub fn start() -> Option<Self> {
        let dir = Scratch::new("opensmtpd");
        let [smtp] = free_ports();
        let aliases: String = USERS.iter().map(|user| format!("{user}@{DOMAIN} store\n")).collect();
        let aliases = dir.write("aliases", aliases);
        std::fs::create_dir_all(dir.path().join("mail")).unwrap();
        let d = dir.path().display();
        let text = format!(
            "table aliases file:{}\nsmtp max-message-size \"20M\"\n\
             listen on 127.0.0.1 port {smtp} hostname mx.example.org\n\
             action deliver maildir \"{d}/mail/%{{rcpt.user}}\" virtual <aliases>\n\
             match from any for domain \"{DOMAIN}\" action deliver\n",
            aliases.display(),
        );
        let config = dir.write("smtpd.conf", text);
        let script = format!(
            "for user in opensmtpd:60001 opensmtpq:60002 store:65534; do\n  \
             echo \"${{user%:*}}:x:${{user#*:}}:${{user#*:}}::/var/empty:/bin/false\" >>/etc/passwd\n  \
             echo \"${{user%:*}}:x:${{user#*:}}:\" >>/etc/group\ndone\n\
             sed -i 's,store:\\(.*\\):/var/empty:,store:\\1:{d}/mail:,' /etc/passwd\n\
             mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd /var/empty\n\
             chmod 711 /var/spool/smtpd\nchown store {d}/mail\n\
             exec /usr/sbin/smtpd -d -f {config}",
            config = config.display(),
        );
        let daemon = Unpacked::start("opensmtpd", &dir, &script, &[smtp])?;
        Some(Self { daemon, dir, smtp })
    }

    /// The Maildir of a user.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.dir.path().join("mail").join(user)
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        self.daemon.output()
    }
}
