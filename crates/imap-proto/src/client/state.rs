/// Where a client's connection is.
///
/// ```text
///                 greeting OK              greeting PREAUTH
///  Greeting ──────────────────► NotAuthenticated ────► Authenticated (at once)
///                                   │  LOGIN, AUTHENTICATE ▲   │ SELECT, EXAMINE
///                                   └──────────────────────┘   ▼
///                                      CLOSE, UNSELECT ◄─── Selected
///  any ── LOGOUT, BYE ──► Logout ── end of stream ──► Closed
/// ```
///
/// [RFC 9051, section 3](https://www.rfc-editor.org/rfc/rfc9051#section-3)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The server has not said anything yet.
    Greeting,
    /// Credentials are asked for.
    NotAuthenticated,
    /// A mailbox may be selected.
    Authenticated,
    /// A mailbox is selected.
    Selected,
    /// The end is agreed on.
    Logout,
    /// The connection is over.
    Closed,
}
