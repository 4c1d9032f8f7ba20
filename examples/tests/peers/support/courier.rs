//! Courier IMAP 5.0: IMAP and POP3 from Maildirs.

use std::path::PathBuf;

use super::unpacked::Unpacked;
use super::{PASSWORD, Scratch, USERS, certificate, free_ports};

/// A running Courier with empty mailboxes.
#[derive(Debug)]
pub struct Courier {
    daemon: Unpacked,
    dir: Scratch,
    /// IMAP with STARTTLS.
    pub imap: u16,
    /// POP3 with STLS.
    pub pop3: u16,
    /// Its certificate, as PEM.
    pub certificate: PathBuf,
}

const CAPABILITY: &str = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT \
    THREAD=REFERENCES SORT QUOTA IDLE ACL ACL2=UNION AUTH=PLAIN AUTH=LOGIN";

impl Courier {
    /// Starts one, or says why not.
    pub fn start() -> Option<Self> {
        let dir = Scratch::new("courier");
        let [imap, pop3] = free_ports();
        let (certificate, key) = certificate(&dir);
        let both = [std::fs::read(&key).unwrap(), std::fs::read(&certificate).unwrap()].concat();
        let both = dir.write("both.pem", both);
        std::fs::create_dir_all(dir.path().join("mail")).unwrap();
        let d = dir.path().display();
        let users = USERS.join(" ");
        let script = format!(
            "set -e\necho courier:x:8:8::/:/bin/false >>/etc/passwd\n\
             mkdir -p /run/courier/authdaemon /etc/courier\nrmdir /etc/courier/userdb || true\n\
             export LD_LIBRARY_PATH=/usr/lib:/usr/lib/courier-authlib\n\
             for user in {users}; do\n  maildirmake.courier {d}/mail/$user\n  \
             maildirmake.courier -f Archive {d}/mail/$user\n  \
             chown -R mail:mail {d}/mail/$user\n  hash=$(echo {PASSWORD} | userdbpw -md5)\n  \
             printf '%s\\tuid=8|gid=8|home=%s|mail=%s|systempw=%s\\n' $user {d}/mail/$user \
             {d}/mail/$user \"$hash\" >>/etc/courier/userdb\ndone\n\
             chmod 600 /etc/courier/userdb\nmakeuserdb\n\
             sed -i 's/^authmodulelist=.*/authmodulelist=\"authuserdb\"/' /etc/courier/authdaemonrc\n\
             set -a\nTLS_CERTFILE={tls}\nTLS_PROTOCOL=TLSv1.2+\nTLS_STARTTLS_PROTOCOL=TLSv1.2+\n\
             TLS_VERIFYPEER=NONE\nCOURIERTLS=/usr/bin/couriertls\n\
             IMAP_STARTTLS=YES\nPOP3_STARTTLS=YES\nIMAP_TLS_REQUIRED=0\nPOP3_TLS_REQUIRED=0\n\
             IMAP_CAPABILITY='{CAPABILITY}'\nIMAP_CAPABILITY_TLS='{CAPABILITY}'\nIMAP_KEYWORDS=1\n\
             IMAP_ACL=1\nIMAP_ENHANCEDIDLE=0\nIMAP_USELOCKS=1\nIMAP_MOVE_EXPUNGE_TO_TRASH=0\n\
             IMAP_EMPTYTRASH=Trash:7\nIMAP_ID_FIELDS=11\nIMAP_DISABLETHREADSORT=0\n\
             IMAP_TRASHFOLDERNAME=Trash\nOUTBOX=.Outbox\nSENDMAIL=/bin/false\nIMAP_IDLE_TIMEOUT=1\n\
             IMAP_CHECK_ALL_FOLDERS=0\nIMAP_UMASK=022\nHEADERFROM=X-From\nMAXPERIP=50\n\
             POP3AUTH='PLAIN LOGIN'\nPOP3AUTH_TLS='PLAIN LOGIN'\nPOP3_PROXY=0\nLOGGEROPTS=\nPORT=0\n\
             set +a\n/usr/lib/courier/courier-authlib/authdaemond &\n\
             while [ ! -S /run/courier/authdaemon/socket ]; do sleep 0.05; done\n\
             serve() {{\n  couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup \
             -noidentlookup \"$@\"\n}}\nin=/usr/lib/courier/courier\n\
             PROTO=IMAP serve {imap} $in/imaplogin /usr/bin/imapd . &\n\
             PROTO=POP3 serve {pop3} $in/courierpop3login $in/courierpop3d .",
            tls = both.display(),
        );
        let daemon = Unpacked::start("courier", &dir, &script, &[imap, pop3])?;
        Some(Self { daemon, dir, imap, pop3, certificate })
    }

    /// The Maildir of a user.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.dir.path().join("mail").join(user)
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        self.daemon.output()
    }
}
