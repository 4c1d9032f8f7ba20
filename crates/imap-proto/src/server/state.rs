/// Where a server's connection is.
///
/// ```text
///  Greeting ── respond(OK) ──► NotAuthenticated ── OK to LOGIN, AUTHENTICATE ──► Authenticated
///      └────── respond(PREAUTH) ───────────────────────────────────────────────────►┘   │
///                                          OK to CLOSE, UNSELECT ◄── Selected ◄─────────┘
///  any ── respond(BYE), LOGOUT ──► Logout ── end of stream ──► Closed   OK to SELECT, EXAMINE
/// ```
///
/// [RFC 9051, section 3](https://www.rfc-editor.org/rfc/rfc9051#section-3)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The caller has not greeted yet.
    Greeting,
    /// Credentials are needed.
    NotAuthenticated,
    /// A mailbox may be selected.
    Authenticated,
    /// A mailbox is selected.
    Selected,
    /// BYE was said.
    Logout,
    /// The connection is over.
    Closed,
}
