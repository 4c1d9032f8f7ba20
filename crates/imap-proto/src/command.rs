//! Commands: what a client asks for.

mod append;
mod encode;
mod fetch;
mod list;
mod notify;
mod rules;
mod search;
mod search_key;
mod select;
mod status;
mod store;

use alloc::vec::Vec;

use crate::literal::{Encoder, LiteralMode};
use crate::own::{own_enum, own_struct};
use crate::sasl::decode_base64;
use crate::syntax::{Cursor, Parsed};
use crate::{
    Atom, Capabilities, Content, Deviation, Limits, Mailbox, ParseError, Raw, Secret, SequenceSet,
    Str, Tag, Word,
};

pub use append::{Append, AppendData, AppendMessage, CatenatePart, Replace};
pub use fetch::{Fetch, FetchAttribute, FetchAttributes, FetchModifier};
pub use list::{List, ListReturn, ListSelection};
pub use notify::{EventGroup, Notify, NotifyEvent};
pub(crate) use rules::{Effect, Place};
pub use search::{
    MailboxFilter, MultiSearch, PartialRange, Search, SearchReturn, Sort, SortCriterion, SortKey,
    Thread,
};
pub use search_key::{EntryType, ModSeqKey, SearchKey};
pub use select::{Create, CreateParameter, QResync, Select, SelectParameter};
pub use status::StatusAttribute;
pub use store::{Store, StoreAction, StoreModifier, StoreValues};

/// A command without its tag.
///
/// ```abnf
/// command = tag SP (command-any / command-auth / command-nonauth / command-select) CRLF
/// ```
///
/// [RFC 9051, section 9](https://www.rfc-editor.org/rfc/rfc9051#section-9), and the commands of the
/// extensions as said at each.
///
/// # Example
///
/// ```
/// use imap_proto::{Command, TaggedCommand};
///
/// let login = TaggedCommand::parse(b"a1 LOGIN {3}\r\ntim \"tan \\\"staaf\"\r\n")?;
/// assert_eq!(login.tag.as_str(), "a1");
/// let Command::Login { user, password } = &login.command else { panic!() };
/// assert_eq!(user.to_str(), Some("tim"));
/// assert_eq!(password.expose(), b"tan \"staaf");
/// assert_eq!(format!("{password:?}"), "[redacted]");
/// # Ok::<(), imap_proto::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// What the server can do.
    Capability,
    /// Nothing; word of changes comes with the answer.
    Noop,
    /// The end.
    Logout,
    /// Who the client is ([RFC 2971](https://www.rfc-editor.org/rfc/rfc2971)).
    Id(Option<Vec<(Str<'a>, Option<Str<'a>>)>>),
    /// TLS, from the answer on.
    StartTls,
    /// A SASL exchange.
    Authenticate {
        /// The mechanism.
        mechanism: Atom<'a>,
        /// The first message of the client ([RFC 4959](https://www.rfc-editor.org/rfc/rfc4959)).
        initial_response: Option<Secret<'a>>,
    },
    /// Name and password in the clear.
    Login {
        /// The name.
        user: Str<'a>,
        /// The password.
        password: Secret<'a>,
    },
    /// Turns extensions on ([RFC 5161](https://www.rfc-editor.org/rfc/rfc5161)).
    Enable(Capabilities<'a>),
    /// Opens a mailbox.
    Select(Select<'a>),
    /// Opens a mailbox for reading only.
    Examine(Select<'a>),
    /// Makes a mailbox.
    Create(Create<'a>),
    /// Removes a mailbox.
    Delete(Mailbox<'a>),
    /// Gives a mailbox another name.
    Rename {
        /// The present name.
        from: Mailbox<'a>,
        /// The new name.
        to: Mailbox<'a>,
    },
    /// Adds a mailbox to the subscribed ones.
    Subscribe(Mailbox<'a>),
    /// Takes it away again.
    Unsubscribe(Mailbox<'a>),
    /// Names of mailboxes.
    List(List<'a>),
    /// Names of subscribed mailboxes (IMAP4rev1).
    Lsub {
        /// Where the pattern begins.
        reference: Mailbox<'a>,
        /// A name with the wildcards `*` and `%`.
        pattern: Str<'a>,
    },
    /// LIST with special uses, as Gmail had it before SPECIAL-USE.
    XList {
        /// Where the pattern begins.
        reference: Mailbox<'a>,
        /// A name with the wildcards `*` and `%`.
        pattern: Str<'a>,
    },
    /// LIST with mailboxes on other servers
    /// ([RFC 2193](https://www.rfc-editor.org/rfc/rfc2193)).
    RList {
        /// Where the pattern begins.
        reference: Mailbox<'a>,
        /// A name with the wildcards `*` and `%`.
        pattern: Str<'a>,
    },
    /// LSUB with mailboxes on other servers
    /// ([RFC 2193](https://www.rfc-editor.org/rfc/rfc2193)).
    RLsub {
        /// Where the pattern begins.
        reference: Mailbox<'a>,
        /// A name with the wildcards `*` and `%`.
        pattern: Str<'a>,
    },
    /// The prefixes of the user's own, other users' and shared mailboxes
    /// ([RFC 2342](https://www.rfc-editor.org/rfc/rfc2342)).
    Namespace,
    /// Numbers of a mailbox that need not be selected.
    Status {
        /// The mailbox.
        mailbox: Mailbox<'a>,
        /// What is wanted; at least one.
        items: Vec<StatusAttribute<'a>>,
    },
    /// Puts messages into a mailbox.
    Append(Append<'a>),
    /// Puts a message into a mailbox in the place of another one
    /// ([RFC 8508](https://www.rfc-editor.org/rfc/rfc8508)).
    Replace(Replace<'a>),
    /// Word of changes until `DONE` ([RFC 2177](https://www.rfc-editor.org/rfc/rfc2177)).
    Idle,
    /// A checkpoint (IMAP4rev1).
    Check,
    /// Removes what has `\Deleted`, and leaves the mailbox.
    Close,
    /// Leaves the mailbox ([RFC 3691](https://www.rfc-editor.org/rfc/rfc3691)).
    Unselect,
    /// Removes what has `\Deleted`.
    Expunge,
    /// Removes those of these messages that have `\Deleted`
    /// ([RFC 4315](https://www.rfc-editor.org/rfc/rfc4315)).
    UidExpunge(SequenceSet<'a>),
    /// Finds messages.
    Search(Search<'a>),
    /// Finds messages, in order ([RFC 5256](https://www.rfc-editor.org/rfc/rfc5256)).
    Sort(Sort<'a>),
    /// Finds messages, as threads ([RFC 5256](https://www.rfc-editor.org/rfc/rfc5256)).
    Thread(Thread<'a>),
    /// Finds messages in several mailboxes
    /// ([RFC 7377](https://www.rfc-editor.org/rfc/rfc7377)).
    MultiSearch(MultiSearch<'a>),
    /// No more updates for the searches with these tags
    /// ([RFC 5267](https://www.rfc-editor.org/rfc/rfc5267)).
    CancelUpdate(Vec<Str<'a>>),
    /// Things of messages.
    Fetch(Fetch<'a>),
    /// Changes flags.
    Store(Store<'a>),
    /// Copies messages.
    Copy {
        /// Whether the set has UIDs.
        uid: bool,
        /// The messages.
        messages: SequenceSet<'a>,
        /// Where they go.
        mailbox: Mailbox<'a>,
    },
    /// Moves messages ([RFC 6851](https://www.rfc-editor.org/rfc/rfc6851)).
    Move {
        /// Whether the set has UIDs.
        uid: bool,
        /// The messages.
        messages: SequenceSet<'a>,
        /// Where they go.
        mailbox: Mailbox<'a>,
    },
    /// Compression, from the answer on ([RFC 4978](https://www.rfc-editor.org/rfc/rfc4978)).
    Compress(Atom<'a>),
    /// Back to before the login ([RFC 8437](https://www.rfc-editor.org/rfc/rfc8437)).
    Unauthenticate,
    /// The limits of a quota root ([RFC 9208](https://www.rfc-editor.org/rfc/rfc9208)).
    GetQuota(Str<'a>),
    /// The quota roots of a mailbox ([RFC 9208](https://www.rfc-editor.org/rfc/rfc9208)).
    GetQuotaRoot(Mailbox<'a>),
    /// Sets the limits of a quota root ([RFC 9208](https://www.rfc-editor.org/rfc/rfc9208)).
    SetQuota {
        /// The quota root.
        root: Str<'a>,
        /// Names of resources and their limits.
        limits: Vec<(Atom<'a>, u64)>,
    },
    /// Who has which rights ([RFC 4314](https://www.rfc-editor.org/rfc/rfc4314)).
    GetAcl(Mailbox<'a>),
    /// Gives rights ([RFC 4314](https://www.rfc-editor.org/rfc/rfc4314)).
    SetAcl {
        /// The mailbox.
        mailbox: Mailbox<'a>,
        /// Who.
        identifier: Str<'a>,
        /// Letters of rights, after `+` or `-` if they are added or taken away.
        rights: Str<'a>,
    },
    /// Takes all rights away ([RFC 4314](https://www.rfc-editor.org/rfc/rfc4314)).
    DeleteAcl {
        /// The mailbox.
        mailbox: Mailbox<'a>,
        /// Whose.
        identifier: Str<'a>,
    },
    /// Which rights somebody can be given ([RFC 4314](https://www.rfc-editor.org/rfc/rfc4314)).
    ListRights {
        /// The mailbox.
        mailbox: Mailbox<'a>,
        /// Who.
        identifier: Str<'a>,
    },
    /// One's own rights ([RFC 4314](https://www.rfc-editor.org/rfc/rfc4314)).
    MyRights(Mailbox<'a>),
    /// Annotations ([RFC 5464](https://www.rfc-editor.org/rfc/rfc5464)).
    GetMetadata(GetMetadata<'a>),
    /// Sets annotations; no value removes one
    /// ([RFC 5464](https://www.rfc-editor.org/rfc/rfc5464)).
    SetMetadata {
        /// The mailbox, empty for the server.
        mailbox: Mailbox<'a>,
        /// Names and values.
        entries: Vec<(Str<'a>, Option<Content<'a>>)>,
    },
    /// Word of changes without IDLE ([RFC 5465](https://www.rfc-editor.org/rfc/rfc5465)).
    Notify(Notify<'a>),
    /// Makes URLs invalid that were authorized for a mailbox, or all of them
    /// ([RFC 4467](https://www.rfc-editor.org/rfc/rfc4467)).
    ResetKey {
        /// The mailbox.
        mailbox: Option<Mailbox<'a>>,
        /// Mechanisms; all if there are none.
        mechanisms: Vec<Atom<'a>>,
    },
    /// Authorizes URLs, each with a mechanism
    /// ([RFC 4467](https://www.rfc-editor.org/rfc/rfc4467)).
    GenUrlAuth(Vec<(Str<'a>, Atom<'a>)>),
    /// What authorized URLs stand for, each with what is wanted of it (none: as it is)
    /// ([RFC 4467](https://www.rfc-editor.org/rfc/rfc4467),
    /// [RFC 5524](https://www.rfc-editor.org/rfc/rfc5524)).
    UrlFetch(Vec<(Str<'a>, Vec<Atom<'a>>)>),
    /// The language of texts; which ones there are if none is given
    /// ([RFC 5255](https://www.rfc-editor.org/rfc/rfc5255)).
    Language(Vec<Str<'a>>),
    /// The order of characters; which one is in use if none is given
    /// ([RFC 5255](https://www.rfc-editor.org/rfc/rfc5255)).
    Comparator(Vec<Str<'a>>),
    /// Where the server's JMAP is ([RFC 9698](https://www.rfc-editor.org/rfc/rfc9698)).
    GetJmapAccess,
    /// The borders of batches of messages (UIDBATCHES).
    UidBatches {
        /// How many messages a batch has.
        size: u32,
        /// From which batch to which, counted from the newest, which is 1.
        range: Option<(u32, u32)>,
    },
    /// Another command, with everything after its name.
    Other {
        /// Its name.
        name: Word<'a>,
        /// What follows it, without the space in front.
        arguments: Raw<'a>,
    },
}

own_enum! {
    Command {
        Capability, Noop, Logout, Id(fields), StartTls,
        Authenticate { mechanism, initial_response }, Login { user, password }, Enable(names),
        Select(select), Examine(select), Create(create), Delete(mailbox), Rename { from, to },
        Subscribe(mailbox), Unsubscribe(mailbox), List(list), Lsub { reference, pattern },
        XList { reference, pattern }, RList { reference, pattern }, RLsub { reference, pattern },
        Namespace, Status { mailbox, items }, Append(append), Replace(replace), Idle, Check, Close,
        Unselect, Expunge, UidExpunge(messages), Search(search), Sort(sort), Thread(thread),
        MultiSearch(search), CancelUpdate(tags), Fetch(fetch), Store(store),
        Copy { uid, messages, mailbox }, Move { uid, messages, mailbox }, Compress(algorithm),
        Unauthenticate, GetQuota(root), GetQuotaRoot(mailbox), SetQuota { root, limits },
        GetAcl(mailbox), SetAcl { mailbox, identifier, rights },
        DeleteAcl { mailbox, identifier }, ListRights { mailbox, identifier }, MyRights(mailbox),
        GetMetadata(get), SetMetadata { mailbox, entries }, Notify(notify),
        ResetKey { mailbox, mechanisms }, GenUrlAuth(urls), UrlFetch(urls), Language(ranges),
        Comparator(names), GetJmapAccess, UidBatches { size, range }, Other { name, arguments },
    }
}

/// The arguments of GETMETADATA.
///
/// ```abnf
/// getmetadata         = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries
/// getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"
/// getmetadata-option  = "MAXSIZE" SP number / "DEPTH" SP ("0" / "1" / "infinity")
/// entries             = entry / "(" entry *(SP entry) ")"
/// ```
///
/// [RFC 5464, section 5](https://www.rfc-editor.org/rfc/rfc5464#section-5)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetMetadata<'a> {
    /// The mailbox, empty for the server.
    pub mailbox: Mailbox<'a>,
    /// No values longer than this.
    pub max_size: Option<u32>,
    /// How far below the entries to look.
    pub depth: Option<MetadataDepth>,
    /// Whether the entries stand in parentheses although there is only one.
    pub grouped: bool,
    /// The names of the entries; at least one.
    pub entries: Vec<Str<'a>>,
}

own_struct! { GetMetadata { mailbox, max_size, depth, grouped, entries } }

/// How far below an entry GETMETADATA looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetadataDepth {
    /// The entry alone: `0`.
    Entry,
    /// And what is right below it: `1`.
    Children,
    /// And everything below it: `infinity`.
    Infinity,
}

crate::own::own_plain!(MetadataDepth);

/// A command with its tag, as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedCommand<'a> {
    /// By which the answer is known.
    pub tag: Tag<'a>,
    /// The command.
    pub command: Command<'a>,
}

own_struct! { TaggedCommand { tag, command } }

impl<'a> TaggedCommand<'a> {
    /// Reads a whole command: one line, or more where literals end the others, with the octets of
    /// the literals in between. The last line's end may be missing.
    ///
    /// # Errors
    ///
    /// Where it stops being a command.
    pub fn parse(input: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse_with(input, &mut Vec::new())
    }

    /// The same, and says what was tolerated.
    ///
    /// # Errors
    ///
    /// Where it stops being a command.
    pub fn parse_with(
        input: &'a [u8],
        deviations: &mut Vec<Deviation>,
    ) -> Result<Self, ParseError> {
        let mut c = Cursor::with(input, &[], Limits::DEPTH);
        let command = Self::read(&mut c)?;
        deviations.append(&mut c.into_deviations());
        Ok(command)
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let tag = c.tag()?;
        c.sp()?;
        let command = Command::read(c)?;
        c.end()?;
        Ok(Self { tag, command })
    }

    /// Appends the command with its tag and its line's end. Literals are announced as ones that the
    /// client waits for.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.tag.as_str().as_bytes());
        out.push(b' ');
        self.command.encode(out);
        out.extend_from_slice(b"\r\n");
    }
}

impl<'a> Command<'a> {
    /// Reads a command without its tag. The line's end may be missing.
    ///
    /// # Errors
    ///
    /// Where it stops being a command.
    pub fn parse(input: &'a [u8]) -> Result<Self, ParseError> {
        let mut c = Cursor::new(input);
        let command = Self::read(&mut c)?;
        c.end()?;
        Ok(command)
    }

    /// Appends the command without tag and line's end. Literals are announced as ones that the
    /// client waits for; of streamed content there is only the announcement.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.write(&mut Encoder::command(out, LiteralMode::Synchronizing, false));
    }

    pub(crate) fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        let start = c.offset();
        let uid = c.eat_word(b"UID") && c.peek() == Some(b' ');
        if uid {
            c.sp()?;
        }
        let word = c.atom()?;
        let mut upper = [0u8; 16];
        let length = word.as_str().len();
        let known = match upper.get_mut(..length) {
            Some(name) => {
                name.copy_from_slice(word.as_str().as_bytes());
                name.make_ascii_uppercase();
                &*name
            }
            None => &[],
        };
        if uid {
            return Self::read_uid(c, known, start);
        }
        Ok(match known {
            b"CAPABILITY" => Self::Capability,
            b"NOOP" => Self::Noop,
            b"LOGOUT" => Self::Logout,
            b"ID" => Self::read_id(c)?,
            b"STARTTLS" => Self::StartTls,
            b"AUTHENTICATE" => Self::read_authenticate(c)?,
            b"LOGIN" => {
                let user = argument(c)?;
                let password = Secret::from_octets(argument(c)?.into_bytes());
                Self::Login { user, password }
            }
            b"ENABLE" => {
                c.sp()?;
                let names = Capabilities::read(c)?;
                if names.is_empty() {
                    return c.error("a capability");
                }
                Self::Enable(names)
            }
            b"SELECT" => Self::Select(Select::read(c)?),
            b"EXAMINE" => Self::Examine(Select::read(c)?),
            b"CREATE" => Self::Create(Create::read(c)?),
            b"DELETE" => Self::Delete(mailbox(c)?),
            b"RENAME" => Self::Rename { from: mailbox(c)?, to: mailbox(c)? },
            b"SUBSCRIBE" => Self::Subscribe(mailbox(c)?),
            b"UNSUBSCRIBE" => Self::Unsubscribe(mailbox(c)?),
            b"LIST" => Self::List(List::read(c)?),
            b"LSUB" => Self::Lsub { reference: mailbox(c)?, pattern: pattern(c)? },
            b"XLIST" => Self::XList { reference: mailbox(c)?, pattern: pattern(c)? },
            b"RLIST" => Self::RList { reference: mailbox(c)?, pattern: pattern(c)? },
            b"RLSUB" => Self::RLsub { reference: mailbox(c)?, pattern: pattern(c)? },
            b"NAMESPACE" => Self::Namespace,
            b"STATUS" => {
                let mailbox = mailbox(c)?;
                c.sp()?;
                let items = c.list(StatusAttribute::read)?;
                if items.is_empty() {
                    return c.error("a status item");
                }
                Self::Status { mailbox, items }
            }
            b"APPEND" => Self::Append(Append::read(c)?),
            b"REPLACE" => Self::Replace(Replace::read(c, false)?),
            b"IDLE" => Self::Idle,
            b"CHECK" => Self::Check,
            b"CLOSE" => Self::Close,
            b"UNSELECT" => Self::Unselect,
            b"EXPUNGE" => Self::Expunge,
            b"SEARCH" => Self::Search(Search::read(c, false)?),
            b"SORT" => Self::Sort(Sort::read(c, false)?),
            b"THREAD" => Self::Thread(Thread::read(c, false)?),
            b"ESEARCH" => Self::MultiSearch(MultiSearch::read(c)?),
            b"CANCELUPDATE" => Self::CancelUpdate(arguments(c, Cursor::string, true)?),
            b"FETCH" => Self::Fetch(Fetch::read(c, false)?),
            b"STORE" => Self::Store(Store::read(c, false)?),
            b"COPY" => {
                let messages = set(c)?;
                Self::Copy { uid: false, messages, mailbox: mailbox(c)? }
            }
            b"MOVE" => {
                let messages = set(c)?;
                Self::Move { uid: false, messages, mailbox: mailbox(c)? }
            }
            b"COMPRESS" => {
                c.sp()?;
                Self::Compress(c.atom()?)
            }
            b"UNAUTHENTICATE" => Self::Unauthenticate,
            b"GETQUOTA" => Self::GetQuota(argument(c)?),
            b"GETQUOTAROOT" => Self::GetQuotaRoot(mailbox(c)?),
            b"SETQUOTA" => {
                let root = argument(c)?;
                c.sp()?;
                let limits = c.list(|c| {
                    let name = c.atom()?;
                    c.sp()?;
                    Ok((name, c.number64()?))
                })?;
                Self::SetQuota { root, limits }
            }
            b"GETACL" => Self::GetAcl(mailbox(c)?),
            b"SETACL" => {
                let mailbox = mailbox(c)?;
                Self::SetAcl { mailbox, identifier: argument(c)?, rights: argument(c)? }
            }
            b"DELETEACL" => Self::DeleteAcl { mailbox: mailbox(c)?, identifier: argument(c)? },
            b"LISTRIGHTS" => Self::ListRights { mailbox: mailbox(c)?, identifier: argument(c)? },
            b"MYRIGHTS" => Self::MyRights(mailbox(c)?),
            b"GETMETADATA" => Self::GetMetadata(GetMetadata::read(c)?),
            b"SETMETADATA" => {
                let mailbox = mailbox(c)?;
                c.sp()?;
                let entries = c.list(|c| {
                    let name = c.astring()?;
                    c.sp()?;
                    Ok((name, c.ncontent()?))
                })?;
                Self::SetMetadata { mailbox, entries }
            }
            b"NOTIFY" => Self::Notify(Notify::read(c)?),
            b"RESETKEY" => {
                let mut scope = None;
                let mut mechanisms = Vec::new();
                if c.peek() == Some(b' ') {
                    scope = Some(mailbox(c)?);
                    mechanisms = arguments(c, Cursor::atom, false)?;
                }
                Self::ResetKey { mailbox: scope, mechanisms }
            }
            b"GENURLAUTH" => Self::GenUrlAuth(arguments(
                c,
                |c| {
                    let url = c.astring()?;
                    c.sp()?;
                    Ok((url, c.atom()?))
                },
                true,
            )?),
            b"URLFETCH" => Self::UrlFetch(arguments(c, read_url_fetch, true)?),
            b"LANGUAGE" => Self::Language(arguments(c, Cursor::astring, false)?),
            b"COMPARATOR" => Self::Comparator(arguments(c, Cursor::astring, false)?),
            b"GETJMAPACCESS" => Self::GetJmapAccess,
            b"UIDBATCHES" => {
                c.sp()?;
                let size = c.nz_number()?;
                let mut range = None;
                if c.peek_after_sp().is_some_and(|b| b.is_ascii_digit()) {
                    c.sp()?;
                    let from = c.nz_number()?;
                    c.byte(b':', "a colon")?;
                    range = Some((from, c.nz_number()?));
                }
                Self::UidBatches { size, range }
            }
            _ => {
                let name = Word::from_atom(word);
                let mut arguments = Raw::default();
                if c.peek() == Some(b' ') {
                    c.skip(1);
                    arguments = c.raw_remainder()?;
                }
                Self::Other { name, arguments }
            }
        })
    }

    fn read_uid(c: &mut Cursor<'a>, name: &[u8], start: usize) -> Parsed<Self> {
        Ok(match name {
            b"FETCH" => Self::Fetch(Fetch::read(c, true)?),
            b"STORE" => Self::Store(Store::read(c, true)?),
            b"SEARCH" => Self::Search(Search::read(c, true)?),
            b"COPY" => {
                let messages = set(c)?;
                Self::Copy { uid: true, messages, mailbox: mailbox(c)? }
            }
            b"MOVE" => {
                let messages = set(c)?;
                Self::Move { uid: true, messages, mailbox: mailbox(c)? }
            }
            b"EXPUNGE" => Self::UidExpunge(set(c)?),
            b"SORT" => Self::Sort(Sort::read(c, true)?),
            b"THREAD" => Self::Thread(Thread::read(c, true)?),
            b"REPLACE" => Self::Replace(Replace::read(c, true)?),
            _ => return Err(ParseError::new(start, "a command that UID can precede")),
        })
    }

    fn read_id(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        if c.eat_word(b"NIL") {
            return Ok(Self::Id(None));
        }
        let fields = c.list(|c| {
            let name = c.string()?;
            c.sp()?;
            Ok((name, c.nstring()?))
        })?;
        Ok(Self::Id(Some(fields)))
    }

    fn read_authenticate(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mechanism = c.atom()?;
        let mut initial_response = None;
        if c.peek() == Some(b' ') {
            c.sp()?;
            let start = c.offset();
            let text = c.line();
            let octets = match text {
                b"=" => Vec::new(),
                text => decode_base64(text, start)?,
            };
            initial_response = Some(Secret::from_octets(octets));
        }
        Ok(Self::Authenticate { mechanism, initial_response })
    }
}

fn argument<'a>(c: &mut Cursor<'a>) -> Parsed<Str<'a>> {
    c.sp()?;
    c.astring()
}

fn mailbox<'a>(c: &mut Cursor<'a>) -> Parsed<Mailbox<'a>> {
    c.sp()?;
    Mailbox::read(c)
}

fn pattern<'a>(c: &mut Cursor<'a>) -> Parsed<Str<'a>> {
    c.sp()?;
    list::pattern(c)
}

fn set<'a>(c: &mut Cursor<'a>) -> Parsed<SequenceSet<'a>> {
    c.sp()?;
    SequenceSet::read(c)
}

/// Arguments of one kind up to the end of the line, each after a space.
fn arguments<'a, T>(
    c: &mut Cursor<'a>,
    mut one: impl FnMut(&mut Cursor<'a>) -> Parsed<T>,
    needed: bool,
) -> Parsed<Vec<T>> {
    let mut list = Vec::new();
    while (needed && list.is_empty()) || c.peek() == Some(b' ') {
        c.sp()?;
        if c.at_end() && !list.is_empty() {
            break;
        }
        list.push(one(c)?);
    }
    Ok(list)
}

/// ```abnf
/// url-fetch-arg = url-fetch-simple / url-fetch-ext
/// url-fetch-ext = "(" url-full *(SP url-fetch-param) ")"
/// ```
fn read_url_fetch<'a>(c: &mut Cursor<'a>) -> Parsed<(Str<'a>, Vec<Atom<'a>>)> {
    if !c.eat(b'(') {
        return Ok((c.astring()?, Vec::new()));
    }
    let url = c.astring()?;
    let parameters = arguments(c, Cursor::atom, false)?;
    c.byte(b')', "a closing parenthesis")?;
    Ok((url, parameters))
}

impl<'a> GetMetadata<'a> {
    fn read(c: &mut Cursor<'a>) -> Parsed<Self> {
        c.sp()?;
        let mut max_size = None;
        let mut depth = None;
        if c.peek() == Some(b'(') {
            c.each(|c| {
                if c.eat_word(b"MAXSIZE") {
                    c.sp()?;
                    max_size = Some(c.number()?);
                    return Ok(());
                }
                c.word("DEPTH")?;
                c.sp()?;
                depth = Some(if c.eat_word(b"0") {
                    MetadataDepth::Entry
                } else if c.eat_word(b"1") {
                    MetadataDepth::Children
                } else {
                    c.word("infinity")?;
                    MetadataDepth::Infinity
                });
                Ok(())
            })?;
            c.sp()?;
        }
        let mailbox = Mailbox::read(c)?;
        c.sp()?;
        let grouped = c.peek() == Some(b'(');
        let entries = if grouped { c.list(Cursor::astring)? } else { alloc::vec![c.astring()?] };
        Ok(Self { mailbox, max_size, depth, grouped, entries })
    }
}
