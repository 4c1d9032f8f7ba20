use crate::{Mechanism, Secret};

/// A SASL exchange under way.
#[derive(Debug)]
pub(super) struct Exchange {
    /// An initial response that is sent after the first challenge.
    initial: Option<Secret<'static>>,
    /// How many messages the client sent, and how many it has to send at least.
    said: usize,
    at_least: usize,
    /// Whether the challenges say nothing that the client needs.
    ignores: bool,
    /// Whether a challenge waits for its answer.
    challenged: bool,
    cancelled: bool,
}

impl Exchange {
    pub(super) fn new(mechanism: &Mechanism<'_>) -> Self {
        let plain = ["EXTERNAL", "ANONYMOUS"].iter().any(|name| mechanism.is(name));
        Self {
            initial: None,
            said: 0,
            at_least: if mechanism.is("LOGIN") { 2 } else { 1 },
            ignores: plain || mechanism.is_plaintext(),
            challenged: false,
            cancelled: false,
        }
    }

    /// The client sent messages.
    pub(super) fn said(&mut self, count: usize) {
        self.said = self.said.saturating_add(count);
        self.challenged = false;
    }

    pub(super) fn hold(&mut self, initial: Option<Secret<'_>>) {
        self.initial = initial.map(Secret::into_owned);
    }

    /// A challenge came: gives the initial response if that was held back.
    pub(super) fn release(&mut self) -> Option<Secret<'static>> {
        let initial = self.initial.take();
        match initial {
            Some(_) => self.said(1),
            None => self.challenged = true,
        }
        initial
    }

    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
        self.challenged = false;
        self.initial = None;
    }

    /// Whether success cannot be, since the client has not said enough.
    pub(super) fn expects_challenge(&self) -> bool {
        !self.cancelled && !self.challenged && self.said < self.at_least
    }

    pub(super) fn ignores_challenges(&self) -> bool {
        self.ignores
    }

    pub(super) fn is_challenged(&self) -> bool {
        self.challenged
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled
    }
}
