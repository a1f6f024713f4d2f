//! A value of a metadata block, whatever the syntax.

/// A value and the line, from 1, where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) line: u32,
    pub(super) kind: Kind,
}

/// What a value is. Scalars keep the text in which they are written: `2013` stays `2013`, and `yes`
/// is a word until someone asks for a truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Scalar(String),
    List(Vec<Value>),
    Map(Vec<Field>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) line: u32,
    pub(super) value: Value,
}

/// Lists and maps within each other deeper than this are not read, so that nothing that walks over
/// values needs much stack.
pub(super) const DEEPEST: usize = 32;

impl Value {
    pub(super) fn nothing(line: u32) -> Self {
        Self { line, kind: Kind::Nothing }
    }

    pub(super) fn scalar(text: impl Into<String>, line: u32) -> Self {
        Self { line, kind: Kind::Scalar(text.into()) }
    }

    /// Gives the text of a scalar without the blanks around it, when it has any.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Says what the value is, for people.
    pub(super) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Nothing => "nothing",
            Kind::Scalar(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a table of keys",
        }
    }

    /// Gives the values in a list, or the value itself.
    pub(super) fn items(&self) -> &[Value] {
        match &self.kind {
            Kind::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// Gives the fields of a map; none for anything else.
    pub(super) fn fields(&self) -> &[Field] {
        match &self.kind {
            Kind::Map(fields) => fields,
            _ => &[],
        }
    }

    /// Gives how deep lists and maps lie within each other (0 for a scalar), and about how many
    /// bytes of memory a copy takes.
    pub(super) fn extent(&self) -> (usize, usize) {
        let own = size_of::<Field>();
        let inner = |extents: &mut dyn Iterator<Item = (usize, usize)>| {
            extents.fold((1, own), |(depth, size), (d, s)| (depth.max(d + 1), size + s))
        };
        match &self.kind {
            Kind::Nothing => (0, own),
            Kind::Scalar(text) => (0, own + text.len()),
            Kind::List(items) => inner(&mut items.iter().map(Value::extent)),
            Kind::Map(fields) => inner(&mut fields.iter().map(|field| {
                let (depth, size) = field.value.extent();
                (depth, size + field.key.len())
            })),
        }
    }
}
