//! Exim 4.96: an SMTP server whose mail for `example.org` goes to Maildirs, and a client that relays
//! all other mail to a port.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use super::unpacked::Unpacked;
use super::{DOMAIN, PASSWORD, Scratch, USERS, certificate, free_ports};

/// A running Exim.
#[derive(Debug)]
pub struct Exim {
    _daemon: Unpacked,
    dir: Scratch,
    /// SMTP with STARTTLS, PIPELINING, CHUNKING, DSN, SMTPUTF8 and PRDR.
    pub smtp: u16,
    /// SMTP over TLS.
    pub smtps: u16,
    /// Its certificate, as PEM.
    pub certificate: PathBuf,
}

impl Exim {
    /// Starts one, or says why not. `relay` is where mail for other domains goes.
    pub fn start(relay: Option<u16>) -> Option<Self> {
        let dir = Scratch::new("exim");
        let [smtp, smtps] = free_ports();
        let (certificate, key) = certificate(&dir);
        let d = dir.path().display().to_string();
        for name in ["spool", "mail", "log"] {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        let owned = Command::new("sh")
            .arg("-c")
            .arg("cd \"$0\" && chown mail:mail spool mail log key.pem")
            .arg(dir.path())
            .status();
        assert!(owned.is_ok_and(|status| status.success()));
        let users = USERS.join(" : ");
        let mut text = format!(
            "exim_user = mail\nexim_group = mail\nprimary_hostname = mx.example.org\n\
             spool_directory = {d}/spool\nlog_file_path = {d}/log/%s\npid_file_path = {d}/log/pid\n\
             local_interfaces = 127.0.0.1\ntls_on_connect_ports = {smtps}\nkeep_environment =\n\
             tls_advertise_hosts = *\ntls_certificate = {}\ntls_privatekey = {}\n\
             chunking_advertise_hosts = *\ndsn_advertise_hosts = *\nsmtputf8_advertise_hosts = *\n\
             prdr_enable = true\nmessage_size_limit = 20M\nsmtp_accept_max = 0\n\
             acl_smtp_rcpt = recipient\nacl_smtp_vrfy = accept\n",
            certificate.display(),
            key.display(),
        );
        let _ = write!(
            text,
            "begin acl\nrecipient:\n  accept domains = {DOMAIN}\n    local_parts = {users}\n  \
             accept condition = {}\n  deny message = 5.1.1 no such user\n",
            if relay.is_some() { "yes" } else { "no" },
        );
        let _ = write!(
            text,
            "begin routers\nusers:\n  driver = accept\n  domains = {DOMAIN}\n  \
             local_parts = {users}\n  transport = maildir\nelsewhere:\n  driver = manualroute\n  \
             domains = ! {DOMAIN}\n  route_list = * 127.0.0.1 byname\n  self = send\n  \
             transport = relay\n\
             begin transports\nrelay:\n  driver = smtp\n  port = {}\n  allow_localhost\n  \
             hosts_try_chunking = *\n  hosts_avoid_tls = *\nmaildir:\n  driver = appendfile\n  \
             directory = {d}/mail/$local_part_data\n  maildir_format\n  create_directory\n  \
             user = mail\n  group = mail\n",
            relay.unwrap_or(9),
        );
        let known = USERS.join(":");
        let _ = write!(
            text,
            "begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  \
             server_prompts = :\n  server_set_id = $auth2\n  server_condition = \
             ${{if and{{{{inlist{{$auth2}}{{{known}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}\n",
        );
        let config = dir.write("exim.conf", text);
        let script = format!(
            "echo Debian-exim:x:60003:8::/:/bin/false >>/etc/passwd\n\
             echo Debian-exim:x:60003: >>/etc/group\n\
             exec /usr/sbin/exim4 -C {} -bdf -q1m -oX '{smtp} : {smtps}'",
            config.display(),
        );
        let daemon = Unpacked::start("exim", &dir, &script, &[smtp, smtps])?;
        Some(Self { _daemon: daemon, dir, smtp, smtps, certificate })
    }

    /// The Maildir of a user.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.dir.path().join("mail").join(user)
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log/main")).unwrap_or_default()
    }
}
