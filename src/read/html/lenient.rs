//! Tokens of HTML whose faults nobody asks for.

use html5gum::{Emitter, ForwardingEmitter};

/// An emitter that is told of no faults: html5gum then spares looking at every character for them,
/// which costs more than all else that it does.
#[derive(Debug, Default)]
pub(crate) struct Lenient<E>(pub(crate) E);

impl<E: Emitter> ForwardingEmitter for Lenient<E> {
    type Token = E::Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = Self::Token> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}
