//! Messages and their parts as values of serde, for other programs to read.
//!
//! The parts stand in one list in document order: however deep they are, nothing recurs.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::header::{Field, MessageId, Parameter, Unstructured};
use crate::{Message, Part, Section};

impl Serialize for Message<'_> {
    /// Writes the parts (`parts`), what is wrong with the structure (`defects`), and the length of
    /// the message (`len`).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts: Vec<_> = self.parts().collect();
        let mut out = serializer.serialize_struct("Message", 3)?;
        out.serialize_field("len", &self.bytes().len())?;
        out.serialize_field("parts", &parts)?;
        out.serialize_field("defects", self.defects())?;
        out.end()
    }
}

impl Serialize for Part<'_> {
    /// Writes what the part is and where, its fields, and its text where it has one; no other
    /// content.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let part = *self;
        let content_type = part.content_type();
        let (parameters, _) = content_type.parameters().list();
        let disposition: Option<Cow<'_, str>> =
            part.disposition().map(|value| Cow::Owned(value.kind().to_ascii_lowercase()));
        let content_id: Option<MessageId<'_>> = part.content_id();
        let fields: Vec<Named<'_>> = part.fields().map(Named).collect();
        let text: Option<String> = part.text().map(|text| text.text.into_owned());
        let mut out = serializer.serialize_struct("Part", 13)?;
        out.serialize_field("path", &part.path())?;
        out.serialize_field("kind", &part.kind())?;
        out.serialize_field("type", &content_type.essence())?;
        out.serialize_field::<Vec<Parameter<'_>>>("parameters", &parameters)?;
        out.serialize_field("encoding", &part.encoding())?;
        out.serialize_field("disposition", &disposition)?;
        out.serialize_field("filename", &part.filename())?;
        out.serialize_field("content_id", &content_id)?;
        out.serialize_field("description", &part.description())?;
        out.serialize_field("header", &part.span(Section::Header))?;
        out.serialize_field("body", &part.span(Section::Body))?;
        out.serialize_field("fields", &fields)?;
        out.serialize_field("text", &text)?;
        out.end()
    }
}

/// A field for people: its name, and its value decoded.
struct Named<'a>(Field<'a>);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Field", 2)?;
        out.serialize_field("name", &String::from_utf8_lossy(self.0.name()))?;
        out.serialize_field("value", &Unstructured::parse(self.0.value()))?;
        out.end()
    }
}
