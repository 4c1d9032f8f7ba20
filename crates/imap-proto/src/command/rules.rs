//! What follows from a command for the order of commands.

use super::{Command, SearchKey, SelectParameter};

/// The state that a command belongs to.
///
/// ```abnf
/// command-any     = "CAPABILITY" / "LOGOUT" / "NOOP"
/// command-nonauth = login / authenticate / "STARTTLS"
/// command-auth    = append / create / delete / enable / examine / list / namespace-command /
///                   rename / select / status / subscribe / unsubscribe / idle
/// command-select  = "CLOSE" / "UNSELECT" / "EXPUNGE" / copy / move / fetch / store / search / uid
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Any,
    NotAuthenticated,
    Authenticated,
    Selected,
}

/// What a command changes for the commands after it, when it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    Login,
    Authenticate,
    Select,
    Deselect,
    Unauthenticate,
    StartTls,
    Compress,
    Idle,
    Logout,
    Notify(bool),
}

impl Command<'_> {
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Capability
            | Self::Noop
            | Self::Logout
            | Self::Id(_)
            | Self::Language(_)
            | Self::Other { .. } => Place::Any,
            Self::StartTls | Self::Authenticate { .. } | Self::Login { .. } => {
                Place::NotAuthenticated
            }
            Self::Check
            | Self::Close
            | Self::Unselect
            | Self::Expunge
            | Self::UidExpunge(_)
            | Self::Search(_)
            | Self::Sort(_)
            | Self::Thread(_)
            | Self::Fetch(_)
            | Self::Store(_)
            | Self::Copy { .. }
            | Self::Move { .. }
            | Self::Replace(_)
            | Self::UidBatches { .. } => Place::Selected,
            _ => Place::Authenticated,
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        match self {
            Self::Login { .. } => Effect::Login,
            Self::Authenticate { .. } => Effect::Authenticate,
            Self::Select(_) | Self::Examine(_) => Effect::Select,
            Self::Close | Self::Unselect => Effect::Deselect,
            Self::Unauthenticate => Effect::Unauthenticate,
            Self::StartTls => Effect::StartTls,
            Self::Compress(_) => Effect::Compress,
            Self::Idle => Effect::Idle,
            Self::Logout => Effect::Logout,
            Self::Notify(super::Notify::None) => Effect::Notify(false),
            Self::Notify(_) => Effect::Notify(true),
            _ => Effect::None,
        }
    }

    /// Whether somebody who listens could use what it carries.
    pub(crate) fn carries_credentials(&self) -> bool {
        match self {
            Self::Login { .. } => true,
            Self::Authenticate { mechanism, .. } => ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"]
                .iter()
                .any(|name| mechanism.as_str().eq_ignore_ascii_case(name)),
            _ => false,
        }
    }

    /// Whether its arguments have message numbers, which mean something else after an EXPUNGE.
    pub(crate) fn names_messages_by_number(&self) -> bool {
        let any = |keys: &[SearchKey<'_>]| keys.iter().any(SearchKey::uses_message_numbers);
        match self {
            Self::Fetch(fetch) => !fetch.uid && !fetch.messages.is_saved(),
            Self::Store(store) => !store.uid && !store.messages.is_saved(),
            Self::Copy { uid, messages, .. } | Self::Move { uid, messages, .. } => {
                !*uid && !messages.is_saved()
            }
            Self::Replace(replace) => !replace.uid,
            Self::Search(search) => any(&search.keys),
            Self::Sort(sort) => any(&sort.keys),
            Self::Thread(thread) => any(&thread.keys),
            Self::MultiSearch(search) => any(&search.search.keys),
            _ => false,
        }
    }

    /// Whether it, or its answer, has message numbers, which `UIDONLY` forbids
    /// ([RFC 9586](https://www.rfc-editor.org/rfc/rfc9586)).
    pub(crate) fn needs_message_numbers(&self) -> bool {
        match self {
            Self::Fetch(fetch) => !fetch.uid,
            Self::Store(store) => !store.uid,
            Self::Copy { uid, .. } | Self::Move { uid, .. } => !*uid,
            Self::Search(search) => !search.uid || self.names_messages_by_number(),
            Self::Sort(sort) => !sort.uid || self.names_messages_by_number(),
            Self::Thread(thread) => !thread.uid || self.names_messages_by_number(),
            Self::Select(select) | Self::Examine(select) => {
                select.parameters.iter().any(|parameter| {
                    matches!(parameter, SelectParameter::QResync(known)
                        if known.sequence_match.is_some())
                })
            }
            _ => self.names_messages_by_number(),
        }
    }

    /// Whether no EXPUNGE may be sent while it is in progress.
    ///
    /// [RFC 9051, section 7.5.1](https://www.rfc-editor.org/rfc/rfc9051#section-7.5.1),
    /// [RFC 5256, section 3](https://www.rfc-editor.org/rfc/rfc5256#section-3)
    pub(crate) fn holds_expunge(&self) -> bool {
        match self {
            Self::Fetch(fetch) => !fetch.uid,
            Self::Store(store) => !store.uid,
            Self::Search(search) => !search.uid,
            Self::Sort(sort) => !sort.uid,
            Self::Thread(thread) => !thread.uid,
            _ => false,
        }
    }

    /// Whether the answer decides what may come after it.
    pub(crate) fn is_barrier(&self) -> bool {
        !matches!(self.effect(), Effect::None | Effect::Notify(_))
            || matches!(self, Self::Enable(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &'static str) -> Command<'static> {
        Command::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn message_numbers() {
        for line in ["FETCH 1 FLAGS", "STORE * FLAGS ()", "COPY 1 x", "UID SEARCH 5", "MOVE 1 x"] {
            assert!(command(line).names_messages_by_number(), "{line}");
            assert!(command(line).needs_message_numbers(), "{line}");
        }
        for line in ["SEARCH ALL", "FETCH $ FLAGS", "SELECT x (QRESYNC (1 1 (1 1)))"] {
            assert!(!command(line).names_messages_by_number(), "{line}");
            assert!(command(line).needs_message_numbers(), "{line}");
        }
        for line in ["UID FETCH 1 FLAGS", "UID SEARCH ALL", "NOOP", "UID EXPUNGE 5", "SELECT x"] {
            assert!(!command(line).needs_message_numbers(), "{line}");
        }
    }

    #[test]
    fn credentials() {
        assert!(command("LOGIN a b").carries_credentials());
        assert!(command("AUTHENTICATE plain").carries_credentials());
        assert!(!command("AUTHENTICATE SCRAM-SHA-256").carries_credentials());
    }
}
