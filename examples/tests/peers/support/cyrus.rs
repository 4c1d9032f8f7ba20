//! Cyrus IMAP 3.6: IMAP, POP3 and LMTP.

use std::path::PathBuf;

use super::unpacked::Unpacked;
use super::{DOMAIN, PASSWORD, Scratch, USERS, certificate, free_ports};

/// A running Cyrus with empty mailboxes.
#[derive(Debug)]
pub struct Cyrus {
    daemon: Unpacked,
    _dir: Scratch,
    /// IMAP with STARTTLS.
    pub imap: u16,
    /// IMAP over TLS.
    pub imaps: u16,
    /// POP3 with STLS.
    pub pop3: u16,
    /// POP3 over TLS.
    pub pop3s: u16,
    /// LMTP, for anybody.
    pub lmtp: u16,
    /// Its certificate, as PEM.
    pub certificate: PathBuf,
}

impl Cyrus {
    /// Starts one, or says why not.
    pub fn start() -> Option<Self> {
        let dir = Scratch::new("cyrus");
        let [imap, imaps, pop3, pop3s, lmtp] = free_ports();
        let (certificate, key) = certificate(&dir);
        let d = dir.path().display();
        let config = dir.write(
            "imapd.conf",
            format!(
                "cyrus_user: cyrus\ncyrus_group: mail\nconfigdirectory: {d}/state\n\
                 partition-default: {d}/store\ndefaultpartition: default\nsievedir: {d}/sieve\n\
                 servername: imap.{DOMAIN}\ndefaultdomain: {DOMAIN}\nadmins: cyrus\n\
                 altnamespace: yes\nunixhierarchysep: yes\nallowplaintext: yes\nallowapop: yes\n\
                 sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\n\
                 sasl_sasldb_path: {d}/users\n\
                 sasl_mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256\n\
                 autocreate_quota: 20480\n\
                 autocreate_inbox_folders: Archive | Sent\nxlist-sent: Sent\n\
                 conversations: yes\nexpunge_mode: immediate\ndelete_mode: immediate\n\
                 popminpoll: 0\nimapidlepoll: 1\nsyslog_prefix: peer\n\
                 tls_server_cert: {}\ntls_server_key: {}\n",
                certificate.display(),
                key.display(),
            ),
        );
        let service = |name: &str, command: &str, port: u16| {
            format!(
                "  {name} cmd=\"{command}\" listen=\"127.0.0.1:{port}\" prefork=0 maxchild=50\n"
            )
        };
        let c = config.display();
        let services = [
            service("imap", &format!("imapd -C {c}"), imap),
            service("imaps", &format!("imapd -C {c} -s"), imaps),
            service("pop3", &format!("pop3d -C {c}"), pop3),
            service("pop3s", &format!("pop3d -C {c} -s"), pop3s),
            service("lmtp", &format!("lmtpd -C {c} -a"), lmtp),
        ];
        let services = format!(
            "START {{\n  recover cmd=\"/usr/sbin/cyrus ctl_cyrusdb -C {c} -r\"\n}}\n\
             SERVICES {{\n{}}}\nEVENTS {{\n}}\n",
            services.concat(),
        );
        let master = dir.write("cyrus.conf", services);
        let m = master.display();
        let users = USERS.join(" ");
        let script = format!(
            "set -e\necho cyrus:x:60010:8::/:/bin/sh >>/etc/passwd\ncp {c} /etc/imapd.conf\n\
             cp {m} /etc/cyrus.conf\nfor user in {users}; do\n  \
             echo {PASSWORD} | saslpasswd2 -p -c -f {d}/users -u imap.{DOMAIN} $user\ndone\n\
             cd {d}\nmkdir -p store sieve /run/cyrus\n\
             for name in backup db lock log msg proc ptclient quota socket user; do\n  \
             mkdir -p state/$name\ndone\n\
             chown -R cyrus:mail state store sieve users key.pem /run/cyrus\n\
             exec /usr/sbin/cyrmaster -C {c} -M {m} -p {d}/pid -D"
        );
        let ports = [imap, imaps, pop3, pop3s, lmtp];
        let daemon = Unpacked::start("cyrus", &dir, &script, &ports)?;
        Some(Self { daemon, _dir: dir, imap, imaps, pop3, pop3s, lmtp, certificate })
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        self.daemon.output()
    }
}
