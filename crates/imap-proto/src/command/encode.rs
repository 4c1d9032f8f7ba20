//! Commands on their way out.

use super::{Command, GetMetadata, MetadataDepth};
use crate::literal::Encoder;
use crate::sasl::encode_base64;
use crate::{Mailbox, SequenceSet, Str};

impl Command<'_> {
    pub(crate) fn write(&self, e: &mut Encoder<'_>) {
        match self {
            Self::Capability => e.text("CAPABILITY"),
            Self::Noop => e.text("NOOP"),
            Self::Logout => e.text("LOGOUT"),
            Self::Id(None) => e.text("ID NIL"),
            Self::Id(Some(fields)) => {
                e.text("ID ");
                e.list(fields, |e, (name, value)| {
                    e.string(name);
                    e.sp();
                    e.nstring(value.as_ref());
                });
            }
            Self::StartTls => e.text("STARTTLS"),
            Self::Authenticate { mechanism, initial_response } => {
                e.text("AUTHENTICATE ");
                e.text(mechanism.as_str());
                if let Some(response) = initial_response {
                    e.sp();
                    match response.expose() {
                        [] => e.byte(b'='),
                        octets => e.append(|out| encode_base64(octets, out)),
                    }
                }
            }
            Self::Login { user, password } => {
                e.text("LOGIN ");
                e.astring(user);
                e.sp();
                e.astring_octets(password.expose());
            }
            Self::Enable(names) => {
                e.text("ENABLE ");
                names.write(e);
            }
            Self::Select(select) => select.write("SELECT", e),
            Self::Examine(select) => select.write("EXAMINE", e),
            Self::Create(create) => create.write(e),
            Self::Delete(name) => mailbox(e, "DELETE ", name),
            Self::Rename { from, to } => {
                mailbox(e, "RENAME ", from);
                mailbox(e, " ", to);
            }
            Self::Subscribe(name) => mailbox(e, "SUBSCRIBE ", name),
            Self::Unsubscribe(name) => mailbox(e, "UNSUBSCRIBE ", name),
            Self::List(list) => list.write("LIST", e),
            Self::Lsub { reference, pattern } => names(e, "LSUB ", reference, pattern),
            Self::XList { reference, pattern } => names(e, "XLIST ", reference, pattern),
            Self::RList { reference, pattern } => names(e, "RLIST ", reference, pattern),
            Self::RLsub { reference, pattern } => names(e, "RLSUB ", reference, pattern),
            Self::Namespace => e.text("NAMESPACE"),
            Self::Status { mailbox: name, items } => {
                mailbox(e, "STATUS ", name);
                e.sp();
                e.list(items, |e, item| item.write(e));
            }
            Self::Append(append) => append.write(e),
            Self::Replace(replace) => replace.write(e),
            Self::Idle => e.text("IDLE"),
            Self::Check => e.text("CHECK"),
            Self::Close => e.text("CLOSE"),
            Self::Unselect => e.text("UNSELECT"),
            Self::Expunge => e.text("EXPUNGE"),
            Self::UidExpunge(messages) => {
                e.text("UID EXPUNGE ");
                messages.write(e);
            }
            Self::Search(search) => search.write(e),
            Self::Sort(sort) => sort.write(e),
            Self::Thread(thread) => thread.write(e),
            Self::MultiSearch(search) => search.write(e),
            Self::CancelUpdate(tags) => {
                e.text("CANCELUPDATE ");
                e.spaced(tags, Encoder::string);
            }
            Self::Fetch(fetch) => fetch.write(e),
            Self::Store(store) => store.write(e),
            Self::Copy { uid, messages, mailbox } => to(e, *uid, "COPY ", messages, mailbox),
            Self::Move { uid, messages, mailbox } => to(e, *uid, "MOVE ", messages, mailbox),
            Self::Compress(algorithm) => {
                e.text("COMPRESS ");
                e.text(algorithm.as_str());
            }
            Self::Unauthenticate => e.text("UNAUTHENTICATE"),
            Self::GetQuota(root) => {
                e.text("GETQUOTA ");
                e.astring(root);
            }
            Self::GetQuotaRoot(name) => mailbox(e, "GETQUOTAROOT ", name),
            Self::SetQuota { root, limits } => {
                e.text("SETQUOTA ");
                e.astring(root);
                e.sp();
                e.list(limits, |e, (name, limit)| {
                    e.text(name.as_str());
                    e.sp();
                    e.number(*limit);
                });
            }
            Self::GetAcl(name) => mailbox(e, "GETACL ", name),
            Self::SetAcl { mailbox: name, identifier, rights } => {
                mailbox(e, "SETACL ", name);
                e.sp();
                e.astring(identifier);
                e.sp();
                e.astring(rights);
            }
            Self::DeleteAcl { mailbox: name, identifier } => {
                mailbox(e, "DELETEACL ", name);
                e.sp();
                e.astring(identifier);
            }
            Self::ListRights { mailbox: name, identifier } => {
                mailbox(e, "LISTRIGHTS ", name);
                e.sp();
                e.astring(identifier);
            }
            Self::MyRights(name) => mailbox(e, "MYRIGHTS ", name),
            Self::GetMetadata(get) => get.write(e),
            Self::SetMetadata { mailbox: name, entries } => {
                mailbox(e, "SETMETADATA ", name);
                e.sp();
                e.list(entries, |e, (name, value)| {
                    e.astring(name);
                    e.sp();
                    e.value(value.as_ref());
                });
            }
            Self::Notify(notify) => notify.write(e),
            Self::ResetKey { mailbox: scope, mechanisms } => {
                e.text("RESETKEY");
                if let Some(name) = scope {
                    mailbox(e, " ", name);
                    for mechanism in mechanisms {
                        e.sp();
                        e.text(mechanism.as_str());
                    }
                }
            }
            Self::GenUrlAuth(urls) => {
                e.text("GENURLAUTH ");
                e.spaced(urls, |e, (url, mechanism)| {
                    e.string(url);
                    e.sp();
                    e.text(mechanism.as_str());
                });
            }
            Self::UrlFetch(urls) => {
                e.text("URLFETCH ");
                e.spaced(urls, |e, (url, parameters)| {
                    if parameters.is_empty() {
                        return e.string(url);
                    }
                    e.byte(b'(');
                    e.string(url);
                    for parameter in parameters {
                        e.sp();
                        e.text(parameter.as_str());
                    }
                    e.byte(b')');
                });
            }
            Self::Language(ranges) => strings(e, "LANGUAGE", ranges),
            Self::Comparator(order) => strings(e, "COMPARATOR", order),
            Self::GetJmapAccess => e.text("GETJMAPACCESS"),
            Self::UidBatches { size, range } => {
                e.text("UIDBATCHES ");
                e.number((*size).max(1));
                if let Some((from, to)) = range {
                    e.sp();
                    e.number((*from).max(1));
                    e.byte(b':');
                    e.number((*to).max(1));
                }
            }
            Self::Other { name, arguments } => {
                e.text(name.as_str());
                if !arguments.as_bytes().is_empty() {
                    e.sp();
                    e.verbatim(arguments);
                }
            }
        }
    }

    /// The name of the command, for logs and errors.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Capability => "CAPABILITY",
            Self::Noop => "NOOP",
            Self::Logout => "LOGOUT",
            Self::Id(_) => "ID",
            Self::StartTls => "STARTTLS",
            Self::Authenticate { .. } => "AUTHENTICATE",
            Self::Login { .. } => "LOGIN",
            Self::Enable(_) => "ENABLE",
            Self::Select(_) => "SELECT",
            Self::Examine(_) => "EXAMINE",
            Self::Create(_) => "CREATE",
            Self::Delete(_) => "DELETE",
            Self::Rename { .. } => "RENAME",
            Self::Subscribe(_) => "SUBSCRIBE",
            Self::Unsubscribe(_) => "UNSUBSCRIBE",
            Self::List(_) => "LIST",
            Self::Lsub { .. } => "LSUB",
            Self::XList { .. } => "XLIST",
            Self::RList { .. } => "RLIST",
            Self::RLsub { .. } => "RLSUB",
            Self::Namespace => "NAMESPACE",
            Self::Status { .. } => "STATUS",
            Self::Append(_) => "APPEND",
            Self::Replace(_) => "REPLACE",
            Self::Idle => "IDLE",
            Self::Check => "CHECK",
            Self::Close => "CLOSE",
            Self::Unselect => "UNSELECT",
            Self::Expunge => "EXPUNGE",
            Self::UidExpunge(_) => "UID EXPUNGE",
            Self::Search(_) => "SEARCH",
            Self::Sort(_) => "SORT",
            Self::Thread(_) => "THREAD",
            Self::MultiSearch(_) => "ESEARCH",
            Self::CancelUpdate(_) => "CANCELUPDATE",
            Self::Fetch(_) => "FETCH",
            Self::Store(_) => "STORE",
            Self::Copy { .. } => "COPY",
            Self::Move { .. } => "MOVE",
            Self::Compress(_) => "COMPRESS",
            Self::Unauthenticate => "UNAUTHENTICATE",
            Self::GetQuota(_) => "GETQUOTA",
            Self::GetQuotaRoot(_) => "GETQUOTAROOT",
            Self::SetQuota { .. } => "SETQUOTA",
            Self::GetAcl(_) => "GETACL",
            Self::SetAcl { .. } => "SETACL",
            Self::DeleteAcl { .. } => "DELETEACL",
            Self::ListRights { .. } => "LISTRIGHTS",
            Self::MyRights(_) => "MYRIGHTS",
            Self::GetMetadata(_) => "GETMETADATA",
            Self::SetMetadata { .. } => "SETMETADATA",
            Self::Notify(_) => "NOTIFY",
            Self::ResetKey { .. } => "RESETKEY",
            Self::GenUrlAuth(_) => "GENURLAUTH",
            Self::UrlFetch(_) => "URLFETCH",
            Self::Language(_) => "LANGUAGE",
            Self::Comparator(_) => "COMPARATOR",
            Self::GetJmapAccess => "GETJMAPACCESS",
            Self::UidBatches { .. } => "UIDBATCHES",
            Self::Other { .. } => "another command",
        }
    }
}

fn mailbox(e: &mut Encoder<'_>, name: &str, mailbox: &Mailbox<'_>) {
    e.text(name);
    mailbox.write(e);
}

fn names(e: &mut Encoder<'_>, name: &str, reference: &Mailbox<'_>, pattern: &Str<'_>) {
    mailbox(e, name, reference);
    e.sp();
    e.list_mailbox(pattern);
}

fn to(e: &mut Encoder<'_>, uid: bool, name: &str, set: &SequenceSet<'_>, target: &Mailbox<'_>) {
    e.text(if uid { "UID " } else { "" });
    e.text(name);
    set.write(e);
    mailbox(e, " ", target);
}

fn strings(e: &mut Encoder<'_>, name: &str, list: &[Str<'_>]) {
    e.text(name);
    for one in list {
        e.sp();
        e.astring(one);
    }
}

impl GetMetadata<'_> {
    fn write(&self, e: &mut Encoder<'_>) {
        e.text("GETMETADATA ");
        let size = self.max_size.is_some();
        if size || self.depth.is_some() {
            e.byte(b'(');
            if let Some(n) = self.max_size {
                e.text("MAXSIZE ");
                e.number(n);
            }
            if let Some(depth) = self.depth {
                e.text(if size { " DEPTH " } else { "DEPTH " });
                e.text(match depth {
                    MetadataDepth::Entry => "0",
                    MetadataDepth::Children => "1",
                    MetadataDepth::Infinity => "infinity",
                });
            }
            e.text(") ");
        }
        self.mailbox.write(e);
        e.sp();
        match self.entries.as_slice() {
            [one] if !self.grouped => e.astring(one),
            many => e.list(many, Encoder::astring),
        }
    }
}
