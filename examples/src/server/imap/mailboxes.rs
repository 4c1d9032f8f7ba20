//! Commands about mailboxes: LIST, STATUS, CREATE and their kin (RFC 9051, section 6.3).

use imap_proto::{
    Atom, Command, Create, CreateParameter, Delimiter, List, ListExtended, ListReturn,
    ListSelection, Mailbox as Name, MailboxAttribute, MailboxAttributes, MailboxList,
    MailboxStatus, NameEncoding, Namespace, Namespaces, Quota, QuotaResource, QuotaRoot, Response,
    ResponseCode, Status, StatusAttribute, StatusItem, Str, Text,
};

use super::selected::mailbox_id;
use super::{Outcome, Session, no, ok, trouble};
use crate::maildir::Listed;

/// What separates the levels of a name.
const SEPARATOR: char = '/';

impl Session {
    fn encoding(&self) -> NameEncoding {
        if self.imap.is_utf8() { NameEncoding::Utf8 } else { NameEncoding::ModifiedUtf7 }
    }

    /// The name of a mailbox in Unicode.
    pub(super) fn name(&self, name: &Name<'_>) -> String {
        let name = name.decode(self.encoding());
        if name.eq_ignore_ascii_case("INBOX") { "INBOX".to_owned() } else { name.into_owned() }
    }

    fn wire_name(&self, name: &str) -> Name<'static> {
        let name = Name::encode(name, self.encoding()).map(Name::into_owned);
        name.unwrap_or_else(|_| Name::from_wire(Str::default()))
    }

    pub(super) fn mailbox_command(&mut self, command: &Command<'_>) -> Outcome {
        match command {
            Command::List(list) => self.list(list),
            Command::Lsub { reference, pattern } => self.lsub(reference, pattern),
            Command::Namespace => {
                let personal = Namespace {
                    prefix: self.wire_name(""),
                    delimiter: delimiter(),
                    extensions: Vec::new(),
                };
                let spaces = Namespaces { personal: vec![personal], ..Namespaces::default() };
                self.say(&Response::Namespace(spaces));
                ok("NAMESPACE done")
            }
            Command::Status { mailbox, items } => {
                let name = self.name(mailbox);
                let status = self.status_of(&name, items)?;
                self.say(&Response::MailboxStatus(status));
                ok("STATUS done")
            }
            Command::Create(create) => self.create(create),
            Command::Delete(mailbox) => {
                let name = self.name(mailbox);
                self.account()?.delete(&name).map_err(|e| trouble(&e))?;
                ok("DELETE done")
            }
            Command::Rename { from, to } => {
                let (from, to) = (self.name(from), self.name(to));
                self.account()?.rename(&from, &to).map_err(|e| trouble(&e))?;
                ok("RENAME done")
            }
            Command::Subscribe(mailbox) | Command::Unsubscribe(mailbox) => {
                let name = self.name(mailbox);
                let wanted = matches!(command, Command::Subscribe(_));
                self.account()?.subscribe(&name, wanted).map_err(|e| trouble(&e))?;
                ok("done")
            }
            Command::GetQuota(root) if root.as_bytes().is_empty() => {
                self.quota()?;
                ok("GETQUOTA done")
            }
            Command::GetQuota(_) => Err(no("no such quota root", ResponseCode::NonExistent)),
            Command::GetQuotaRoot(mailbox) => {
                let name = self.name(mailbox);
                self.account()?.mailbox(&name).map_err(|e| trouble(&e))?;
                let root = QuotaRoot { mailbox: mailbox.clone(), roots: vec![Str::default()] };
                self.say(&Response::QuotaRoot(root));
                self.quota()?;
                ok("GETQUOTAROOT done")
            }
            Command::SetQuota { .. } => Err(no("quotas are only told", ResponseCode::NoPerm)),
            _ => Err(Status::bad(Text::from_static("unknown command"))),
        }
    }

    /// How much is stored. There is no limit, so the limit told is the largest number.
    fn quota(&mut self) -> Result<(), Status<'static>> {
        let account = self.account()?;
        let mut sum = 0_u64;
        for listed in account.list().iter().filter(|listed| listed.exists) {
            let mailbox = account.mailbox(&listed.name).map_err(|e| trouble(&e))?;
            sum = sum.saturating_add(mailbox.status().size);
        }
        let limit = u64::from(u32::MAX);
        let name = Atom::try_from("STORAGE");
        let resources = name.map(|name| QuotaResource { name, usage: sum.div_ceil(1024), limit });
        let resources = resources.into_iter().collect();
        self.say(&Response::Quota(Quota { root: Str::default(), resources }));
        Ok(())
    }

    fn create(&mut self, create: &Create<'_>) -> Outcome {
        if let Some(parameter) = create.parameters.first() {
            return Err(match parameter {
                CreateParameter::Use(_) => no("special uses are fixed here", ResponseCode::UseAttr),
                _ => Status::bad(Text::from_static("unknown parameter")),
            });
        }
        let name = self.name(&create.mailbox);
        let name = name.strip_suffix(SEPARATOR).unwrap_or(&name);
        let account = self.account()?;
        account.create(name).map_err(|e| trouble(&e))?;
        let mailbox = account.mailbox(name).map_err(|e| trouble(&e))?;
        let done = Status::ok(Text::from_static("CREATE done"));
        Ok(match mailbox_id(mailbox.status().uid_validity) {
            Some(id) => done.with_code(ResponseCode::MailboxId(id)),
            None => done,
        })
    }

    fn list(&mut self, list: &List<'_>) -> Outcome {
        let account = self.account()?;
        let reference = self.name(&list.reference);
        let mut returns = list.returns.clone().unwrap_or_default();
        if returns.iter().any(|wanted| matches!(wanted, ListReturn::Other(..))) {
            return Err(Status::bad(Text::from_static("unknown return option")));
        }
        let only_separator = list.patterns.iter().all(|pattern| pattern.as_bytes().is_empty());
        if only_separator && list.selection.is_none() {
            let mut attributes = MailboxAttributes::default();
            attributes.push(&MailboxAttribute::NoSelect);
            self.say_list(attributes, "", Vec::new());
            return ok("LIST done");
        }
        let selection = list.selection.clone().unwrap_or_default();
        if selection.iter().any(|choice| matches!(choice, ListSelection::Other(..))) {
            return Err(Status::bad(Text::from_static("unknown selection option")));
        }
        let subscribed = selection.contains(&ListSelection::Subscribed);
        let special = selection.contains(&ListSelection::SpecialUse);
        let recursive = selection.contains(&ListSelection::RecursiveMatch);
        if recursive && !subscribed && !special {
            return Err(Status::bad(Text::from_static("RECURSIVEMATCH needs another choice")));
        }
        if subscribed && !returns.contains(&ListReturn::Subscribed) {
            returns.push(ListReturn::Subscribed);
        }
        let patterns: Vec<String> = list
            .patterns
            .iter()
            .map(|pattern| {
                let name = Name::from_wire(pattern.clone());
                format!("{reference}{}", self.name(&name))
            })
            .collect();
        let all = account.list();
        let chosen = |listed: &Listed| {
            (!subscribed || listed.subscribed)
                && (!special || listed.special_use.is_some())
                && (subscribed || listed.exists || listed.has_children)
        };
        let listed_too =
            |listed: &Listed| patterns.iter().any(|pattern| matches(pattern, &listed.name));
        for listed in &all {
            let hit = listed_too(listed);
            let below = format!("{}{SEPARATOR}", listed.name);
            // A child that is listed itself needs no word of its parent (RFC 5258, section 3.5).
            let child = recursive
                && all.iter().any(|other| {
                    other.name.starts_with(&below) && chosen(other) && !listed_too(other)
                });
            if !hit || !(chosen(listed) || child) {
                continue;
            }
            let mut extended = Vec::new();
            if child {
                let chosen = [(subscribed, "SUBSCRIBED"), (special, "SPECIAL-USE")];
                let chosen = chosen.into_iter().filter(|(wanted, _)| *wanted);
                extended.push(ListExtended::ChildInfo(
                    chosen.filter_map(|(_, name)| Str::try_from(name).ok()).collect(),
                ));
            }
            let attributes = attributes(listed, &returns);
            self.say_list(attributes, &listed.name, extended);
            for wanted in &returns {
                if let ListReturn::Status(items) = wanted
                    && listed.exists
                    && let Ok(status) = self.status_of(&listed.name, items)
                {
                    self.say(&Response::MailboxStatus(status));
                }
            }
        }
        ok("LIST done")
    }

    fn lsub(&mut self, reference: &Name<'_>, pattern: &Str<'_>) -> Outcome {
        let pattern = self.name(&Name::from_wire(pattern.clone()));
        let pattern = format!("{}{pattern}", self.name(reference));
        let all = self.account()?.list();
        // With `%` a name stands for those below it that are subscribed.
        let below = |listed: &Listed| {
            let prefix = format!("{}{SEPARATOR}", listed.name);
            pattern.contains('%')
                && all.iter().any(|other| other.subscribed && other.name.starts_with(&prefix))
        };
        for listed in &all {
            if matches(&pattern, &listed.name) && (listed.subscribed || below(listed)) {
                let mut attributes = MailboxAttributes::default();
                if !listed.exists || !listed.subscribed {
                    attributes.push(&MailboxAttribute::NoSelect);
                }
                let mailbox = self.wire_name(&listed.name);
                let extended = Vec::new();
                let list = MailboxList { attributes, delimiter: delimiter(), mailbox, extended };
                self.say(&Response::Lsub(list));
            }
        }
        ok("LSUB done")
    }

    /// The LIST response that SELECT of IMAP4rev2 gives.
    pub(super) fn list_one(&mut self, name: &str) {
        let Ok(account) = self.account() else { return };
        if let Some(listed) = account.list().iter().find(|listed| listed.name == name) {
            self.say_list(attributes(listed, &[]), name, Vec::new());
        }
    }

    fn say_list(
        &mut self,
        attributes: MailboxAttributes<'static>,
        name: &str,
        extended: Vec<ListExtended<'static>>,
    ) {
        let mailbox = self.wire_name(name);
        let list = MailboxList { attributes, delimiter: delimiter(), mailbox, extended };
        self.say(&Response::List(list));
    }

    fn status_of(
        &mut self,
        name: &str,
        items: &[StatusAttribute<'_>],
    ) -> Result<MailboxStatus<'static>, Status<'static>> {
        let mailbox = self.account()?.mailbox(name).map_err(|e| trouble(&e))?;
        mailbox.refresh().map_err(|e| trouble(&e))?;
        let status = mailbox.status();
        let mut told = Vec::with_capacity(items.len());
        for item in items {
            told.push(match item {
                StatusAttribute::Messages => StatusItem::Messages(status.messages),
                StatusAttribute::Recent => StatusItem::Recent(status.recent),
                StatusAttribute::UidNext => StatusItem::UidNext(status.uid_next),
                StatusAttribute::UidValidity => StatusItem::UidValidity(status.uid_validity),
                StatusAttribute::Unseen => StatusItem::Unseen(status.unseen),
                StatusAttribute::Deleted => StatusItem::Deleted(status.deleted),
                StatusAttribute::Size => StatusItem::Size(status.size),
                StatusAttribute::HighestModSeq => {
                    self.want_modseqs();
                    StatusItem::HighestModSeq(status.highest_modseq)
                }
                StatusAttribute::AppendLimit => {
                    StatusItem::AppendLimit(Some(self.server.settings.max_message))
                }
                StatusAttribute::MailboxId => match mailbox_id(status.uid_validity) {
                    Some(id) => StatusItem::MailboxId(id),
                    None => continue,
                },
                StatusAttribute::DeletedStorage => {
                    let messages = mailbox.messages();
                    let deleted =
                        messages.iter().filter(|m| m.flags.iter().any(|f| f == "\\Deleted"));
                    StatusItem::DeletedStorage(deleted.map(|m| m.size).sum())
                }
                _ => return Err(Status::bad(Text::from_static("unknown status item"))),
            });
        }
        Ok(MailboxStatus { mailbox: self.wire_name(name), items: told })
    }
}

fn delimiter() -> Option<Delimiter> {
    Delimiter::try_from(SEPARATOR).ok()
}

fn attributes(listed: &Listed, returns: &[ListReturn<'_>]) -> MailboxAttributes<'static> {
    let mut attributes = MailboxAttributes::default();
    if !listed.exists {
        attributes.push(if listed.has_children {
            &MailboxAttribute::NoSelect
        } else {
            &MailboxAttribute::NonExistent
        });
    }
    attributes.push(if listed.has_children {
        &MailboxAttribute::HasChildren
    } else {
        &MailboxAttribute::HasNoChildren
    });
    if listed.subscribed && returns.contains(&ListReturn::Subscribed) {
        attributes.push(&MailboxAttribute::Subscribed);
    }
    if let Some(Ok(special)) = listed.special_use.map(MailboxAttribute::try_from) {
        attributes.push(&special);
    }
    attributes
}

/// Whether a name matches a pattern: `*` stands for anything, `%` for anything on one level.
///
/// Takes time in proportion to the product of the lengths, whatever the pattern.
fn matches(pattern: &str, name: &str) -> bool {
    let inbox = pattern.eq_ignore_ascii_case("INBOX") && name == "INBOX";
    let name: Vec<char> = name.chars().collect();
    // Which prefixes of the name match the pattern so far.
    let mut reached = vec![false; name.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for wanted in pattern.chars() {
        let mut next = Vec::with_capacity(reached.len());
        let mut open = false;
        for (at, here) in reached.iter().enumerate() {
            let before = at.checked_sub(1);
            let character = before.and_then(|before| name.get(before)).copied();
            next.push(match wanted {
                '*' | '%' => {
                    open = *here || (open && (wanted == '*' || character != Some(SEPARATOR)));
                    open
                }
                _ => character == Some(wanted) && before.is_some_and(|before| reached[before]),
            });
        }
        reached = next;
    }
    inbox || reached.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards() {
        for (pattern, name, hit) in [
            ("*", "a/b", true),
            ("%", "a/b", false),
            ("%", "a", true),
            ("a/%", "a/b", true),
            ("a/%", "a", false),
            ("a*", "a/b/c", true),
            ("%/%", "a/b", true),
            ("%/%", "a/b/c", false),
            ("*c", "a/b/c", true),
            ("a%c", "abc", true),
            ("a%c", "a/c", false),
            ("inbox", "INBOX", true),
            ("Sent", "INBOX", false),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, name), hit, "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(50), &"b".repeat(500)));
    }
}
