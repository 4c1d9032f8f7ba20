//! ENVELOPE and BODYSTRUCTURE: from the values of `mime` to those of `imap_proto`.

use imap_proto::{
    Address, Addresses, BodyKind, BodyPart, BodyStructure, Disposition, Envelope, LazyEnvelope,
    Parameters, Str, Strings,
};
use mime::header::Parameter;
use mime::imap::{BodyFields, EnvelopeAddress};
use mime::{Part, PartKind};

/// The envelope of a message: of the root, or of a part inside of a `message/rfc822`.
pub(super) fn envelope(part: Part<'_>) -> LazyEnvelope<'static> {
    let values = mime::imap::Envelope::of(part);
    LazyEnvelope::from(&Envelope {
        date: octets(values.date.as_deref()),
        subject: octets(values.subject.as_deref()),
        from: addresses(&values.from),
        sender: addresses(&values.sender),
        reply_to: addresses(&values.reply_to),
        to: addresses(&values.to),
        cc: addresses(&values.cc),
        bcc: addresses(&values.bcc),
        in_reply_to: octets(values.in_reply_to.as_deref()),
        message_id: octets(values.message_id.as_deref()),
    })
}

/// The tree of the parts from this one on.
pub(super) fn body_structure(part: Part<'_>) -> BodyStructure<'static> {
    // From the leaves up; nesting is bounded by the limits of `mime`, the stack is not used for it.
    let mut done: Vec<BodyStructure<'static>> = Vec::new();
    let mut todo = vec![(part, false)];
    while let Some((part, entered)) = todo.pop() {
        let children = if part.kind() == PartKind::Leaf { 0 } else { part.children().count() };
        if !entered && children > 0 {
            todo.push((part, true));
            let at = todo.len();
            todo.extend(part.children().map(|child| (child, false)));
            todo[at..].reverse();
            continue;
        }
        let fields = fields(part);
        if children == 0 {
            done.push(BodyStructure::single(fields));
        } else {
            let inner = done.split_off(done.len().saturating_sub(children));
            done.push(BodyStructure::nested(fields, inner));
        }
    }
    done.pop().unwrap_or_else(|| BodyStructure::single(BodyPart::default()))
}

fn fields(part: Part<'_>) -> BodyPart<'static> {
    let values = BodyFields::of(part);
    let mut fields = BodyPart::default();
    fields.subtype = text(values.subtype);
    fields.parameters = parameters(&values.parameters);
    fields.disposition = values
        .disposition
        .as_ref()
        .map(|(kind, list)| Disposition { kind: text(kind), parameters: parameters(list) });
    fields.language = values.language.iter().map(|tag| text(tag)).collect::<Strings<'_>>();
    fields.location = octets(values.location.as_deref());
    fields.kind = match part.kind() {
        PartKind::Multipart => {
            fields.kind = BodyKind::Multipart;
            return fields;
        }
        PartKind::Message => match part.children().next() {
            Some(inner) => BodyKind::Message { envelope: envelope(inner), lines: values.lines },
            None => BodyKind::Basic,
        },
        _ if values.kind.eq_ignore_ascii_case("text") => BodyKind::Text { lines: values.lines },
        _ => BodyKind::Basic,
    };
    fields.media_type = text(values.kind);
    fields.id = octets(values.id.as_deref());
    fields.description = octets(values.description.as_deref());
    fields.encoding = text(&values.encoding);
    fields.size = values.octets;
    fields.md5 = octets(values.md5.as_deref());
    fields
}

fn parameters(list: &[Parameter<'_>]) -> Parameters<'static> {
    list.iter().map(|p| (text(&p.name), Some(text(&p.value)))).collect()
}

fn addresses(list: &[EnvelopeAddress]) -> Addresses<'static> {
    let value = |text: &Option<String>| octets(text.as_ref().map(String::as_bytes));
    list.iter()
        .map(|address| Address {
            name: value(&address.name),
            route: value(&address.route),
            mailbox: value(&address.mailbox),
            host: value(&address.host),
        })
        .collect()
}

/// A string of a message; without its NULs, which IMAP cannot carry.
pub(super) fn octets(value: Option<&[u8]>) -> Option<Str<'static>> {
    let value: Vec<u8> = value?.iter().copied().filter(|octet| *octet != 0).collect();
    Str::try_from(value).ok()
}

fn text(value: &str) -> Str<'static> {
    octets(Some(value.as_bytes())).unwrap_or_default()
}
