//! From characters to a tree: html5gum's tokenizer drives html5ever's tree builder.
//!
//! html5ever's own tokenizer looks for a double among all attributes of a tag at every new one,
//! and gives no way to stop it inside a tag. html5gum hands over one attribute at a time.

use std::cell::{Cell, OnceCell};

use html5ever::interface::TreeSink;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::TreeBuilder;
use html5ever::{Attribute, LocalName, QualName, ns};
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, State, Tokenizer};
use scraper::Html;

use crate::model::text::lossy;
use crate::read::html::limits::{Limit, MOST_ATTRIBUTES};
use crate::read::html::noscript;
use crate::read::html::sink::{BoundedSink, Handle, LeftOpen};

/// The most bytes of text that the tree builder gets at once. In some modes it cuts text at every
/// blank, and only between two tokens can it be stopped.
const PIECE: usize = 4096;

/// A tree builder on a sink that counts.
pub(crate) type Builder = TreeBuilder<Handle, BoundedSink>;

/// A place in the input, in bytes, after which something is left out.
#[derive(Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) limit: Limit,
    pub(crate) offset: usize,
}

/// What the tree builder has made of an input.
pub(crate) struct Built {
    pub(crate) tree: Html,
    pub(crate) stop: Option<Stop>,
    /// The elements that feeds drop and that are never closed, as they begin.
    pub(crate) left_open: Vec<LeftOpen>,
}

/// Feeds an input to a tree builder to its end or to the first limit that it passes. An element or
/// a comment that holds the rest of the input because it is never closed is such a limit, too.
pub(crate) fn build(raw: &str, builder: Builder) -> Built {
    let unclosed = Cell::new(None);
    let feeder = Feeder::new(raw, &builder, &unclosed);
    let emitter = TreeEmitter { inner: CallbackEmitter::new(feeder) };
    let mut tokenizer = Tokenizer::new_with_emitter(raw, emitter);
    // Reading from a string can't fail; the one token that is ever given is the stop.
    let stop = tokenizer.next().and_then(Result::ok);
    drop(tokenizer);
    builder.sink.end_input();
    // Nothing follows the end, so its result asks for nothing.
    let _ = builder.process_token(Token::EOFToken, 0);
    builder.end();
    let left_open = builder.sink.left_open();
    Built { stop: stop.or(unclosed.get()), left_open, tree: builder.sink.finish() }
}

/// Makes html5ever's tokens of html5gum's events.
struct Feeder<'a> {
    raw: &'a str,
    builder: &'a Builder,
    tag: Option<Tag>,
    /// Where the tag begins.
    tag_start: usize,
    next_state: Option<State>,
    /// Where the open element begins whose text is neither markup nor shown.
    unshown: Option<usize>,
    /// The element or comment that holds what has been read last.
    unclosed: &'a Cell<Option<Stop>>,
    in_noscript: bool,
    /// Where the last `</noscript>` stands.
    last_noscript_end: OnceCell<Option<usize>>,
    stopped: bool,
}

impl<'a> Feeder<'a> {
    fn new(raw: &'a str, builder: &'a Builder, unclosed: &'a Cell<Option<Stop>>) -> Self {
        Self {
            raw,
            builder,
            tag: None,
            tag_start: 0,
            next_state: None,
            unshown: None,
            unclosed,
            in_noscript: false,
            last_noscript_end: OnceCell::new(),
            stopped: false,
        }
    }

    fn feed(&mut self, token: Token) {
        self.next_state = match self.builder.process_token(token, 0) {
            TokenSinkResult::Continue | TokenSinkResult::EncodingIndicator(_) => None,
            TokenSinkResult::Script(_) => Some(State::Data),
            TokenSinkResult::Plaintext => Some(State::PlainText),
            TokenSinkResult::RawData(RawKind::Rcdata) => Some(State::RcData),
            TokenSinkResult::RawData(RawKind::Rawtext) => Some(State::RawText),
            TokenSinkResult::RawData(_) => Some(State::ScriptData),
        };
    }

    /// Adds an attribute, unless the tag has one of that name (HTML §13.2.5.33).
    fn add_attribute(&mut self, name: &[u8]) -> Option<Limit> {
        // The attributes of an end tag mean nothing and are not kept.
        let tag = self.tag.as_mut()?;
        if tag.attrs.len() == MOST_ATTRIBUTES {
            return Some(Limit::Attributes);
        }
        let name = QualName::new(None, ns!(), local_name(name));
        tag.had_duplicate_attributes |= tag.attrs.iter().any(|known| known.name == name);
        // A double is dropped when its tag is complete: its value still has to go somewhere.
        tag.attrs.push(Attribute { name, value: StrTendril::new() });
        None
    }

    fn add_value(&mut self, value: &[u8]) {
        if let Some(attribute) = self.tag.as_mut().and_then(|tag| tag.attrs.last_mut()) {
            attribute.value = tendril(value);
        }
    }

    fn close_tag(&mut self, self_closing: bool) {
        let Some(mut tag) = self.tag.take() else { return };
        tag.self_closing = self_closing;
        if tag.had_duplicate_attributes {
            drop_doubles(&mut tag.attrs);
        }
        if &*tag.name == "noscript" && !self.is_in_foreign_content() {
            self.open_noscript();
            return;
        }
        let is_shown = matches!(&*tag.name, "xmp" | "plaintext");
        self.builder.sink.stand_at(self.tag_start);
        self.feed(Token::TagToken(tag));
        let is_text = self.next_state.is_some_and(|state| state != State::Data);
        self.unshown = (is_text && !is_shown).then_some(self.tag_start);
    }

    /// Goes into a `<noscript>`, whose content is no markup up to its end, as it is in a browser with
    /// scripts: nothing in it can reach beyond it. One without an end is no `<noscript>`.
    fn open_noscript(&mut self) {
        let last = self.last_noscript_end.get_or_init(|| noscript::last_end(self.raw));
        if last.is_some_and(|last| last > self.tag_start) {
            self.in_noscript = true;
            self.next_state = Some(State::RawText);
        }
    }

    /// Feeds the pictures of a `<noscript>` that holds no words; one with words is for others.
    fn feed_noscript(&mut self, content: &[u8]) -> Option<Limit> {
        let pictures = noscript::pictures(&lossy(content));
        if pictures.is_empty() {
            return None;
        }
        self.feed(Token::TagToken(tag(TagKind::StartTag, b"noscript")));
        for picture in pictures {
            if picture.attrs.len() > MOST_ATTRIBUTES {
                return Some(Limit::Attributes);
            }
            self.feed(Token::TagToken(picture));
            if self.builder.sink.passed().is_some() {
                break;
            }
        }
        self.feed(Token::TagToken(tag(TagKind::EndTag, b"noscript")));
        None
    }

    fn is_in_foreign_content(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }

    /// Notes whether all that follows is in an element or a comment that hides it, as far as is
    /// known up to this event.
    fn note_unclosed(&mut self, event: &CallbackEvent<'_>, start: usize) {
        let unclosed = match event {
            CallbackEvent::String { value } if !value.trim_ascii().is_empty() => self.unshown,
            CallbackEvent::Comment { .. } => {
                let comment = self.raw.get(start..).filter(|rest| rest.starts_with("<!--"));
                comment
                    .filter(|rest| !rest.ends_with("-->") && !rest.ends_with("--!>"))
                    .map(|_| start)
            }
            // A tag whose quote is missing.
            CallbackEvent::AttributeName { .. } if self.tag.is_some() => Some(self.tag_start),
            CallbackEvent::EndTag { .. } => {
                self.unshown = None;
                None
            }
            _ => None,
        };
        self.unclosed.set(unclosed.map(|offset| Stop { limit: Limit::Unclosed, offset }));
    }

    /// Feeds text, less U+0000: the tree builder ignores it but in foreign content, which feeds do
    /// not keep, and XML does not allow it.
    fn feed_text(&mut self, value: &[u8]) {
        let value = lossy(value).replace('\0', "");
        let mut rest = &*value;
        while !rest.is_empty() && self.builder.sink.passed().is_none() {
            let (piece, later) = rest.split_at(rest.floor_char_boundary(PIECE));
            self.feed(Token::CharacterTokens(StrTendril::from_slice(piece)));
            rest = later;
        }
    }

    fn handle(&mut self, event: &CallbackEvent<'_>) -> Option<Limit> {
        match *event {
            CallbackEvent::String { value } if self.in_noscript => {
                return self.feed_noscript(value);
            }
            CallbackEvent::EndTag { name: b"noscript" } if self.in_noscript => {
                self.in_noscript = false;
            }
            CallbackEvent::OpenStartTag { name } => self.tag = Some(tag(TagKind::StartTag, name)),
            CallbackEvent::AttributeName { name } => return self.add_attribute(name),
            CallbackEvent::AttributeValue { value } => self.add_value(value),
            CallbackEvent::CloseStartTag { self_closing } => self.close_tag(self_closing),
            CallbackEvent::EndTag { name } => {
                if name == b"template" {
                    self.builder.sink.end_template();
                }
                self.feed(Token::TagToken(tag(TagKind::EndTag, name)));
            }
            CallbackEvent::String { value } => self.feed_text(value),
            CallbackEvent::Comment { value } => self.feed(Token::CommentToken(tendril(value))),
            CallbackEvent::Doctype { name, public_identifier, system_identifier, force_quirks } => {
                let name = Some(name).filter(|name| !name.is_empty()).map(tendril);
                let (public_id, system_id) =
                    (public_identifier.map(tendril), system_identifier.map(tendril));
                self.feed(Token::DoctypeToken(Doctype {
                    name,
                    public_id,
                    system_id,
                    force_quirks,
                }));
            }
            CallbackEvent::Error(_) => {}
        }
        self.builder.sink.passed()
    }
}

impl Callback<Stop, usize> for Feeder<'_> {
    fn handle_event(&mut self, event: CallbackEvent<'_>, span: Span<usize>) -> Option<Stop> {
        if self.stopped {
            return None;
        }
        if let CallbackEvent::OpenStartTag { .. } = event {
            self.tag_start = span.start;
        }
        self.note_unclosed(&event, span.start);
        let limit = self.handle(&event)?;
        self.stopped = true;
        Some(Stop { limit, offset: span.start })
    }
}

/// html5gum's events, with the tree builder's word on how to go on after a tag.
struct TreeEmitter<'a> {
    inner: CallbackEmitter<Feeder<'a>, Stop, usize>,
}

impl ForwardingEmitter for TreeEmitter<'_> {
    type Token = Stop;

    fn inner(&mut self) -> &mut impl Emitter<Token = Stop> {
        &mut self.inner
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        // Text before an end tag may have left a state behind.
        self.inner.callback_mut().next_state = None;
        let _naive = self.inner.emit_current_tag();
        self.inner.callback_mut().next_state.take()
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.inner.callback_mut().is_in_foreign_content()
    }
}

fn tag(kind: TagKind, name: &[u8]) -> Tag {
    Tag {
        kind,
        name: local_name(name),
        self_closing: false,
        attrs: Vec::new(),
        had_duplicate_attributes: false,
    }
}

/// Keeps the first attribute of each name.
fn drop_doubles(attributes: &mut Vec<Attribute>) {
    let mut kept: Vec<Attribute> = Vec::with_capacity(attributes.len());
    for attribute in attributes.drain(..) {
        if kept.iter().all(|known| known.name != attribute.name) {
            kept.push(attribute);
        }
    }
    *attributes = kept;
}

fn local_name(bytes: &[u8]) -> LocalName {
    LocalName::from(&*lossy(bytes))
}

fn tendril(bytes: &[u8]) -> StrTendril {
    StrTendril::from_slice(&lossy(bytes))
}
