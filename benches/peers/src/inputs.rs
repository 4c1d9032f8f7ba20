//! Inputs, the same in every run.

/// Numbers that look random and are not.
pub struct Numbers(u64);

impl Numbers {
    /// A sequence for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// The next one.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// The next one below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Bytes of any value.
pub fn bytes(len: usize) -> Vec<u8> {
    let mut numbers = Numbers::new(7);
    (0..len).map(|_| numbers.next().to_le_bytes()[3]).collect()
}

/// Prose with a letter beyond ASCII now and then: one in `rare` characters.
pub fn prose(len: usize, rare: u64) -> String {
    let mut numbers = Numbers::new(11);
    let mut text = String::new();
    let mut column = 0;
    while text.len() < len {
        for _ in 0..2 + numbers.below(8) {
            let beyond = numbers.below(rare) == 0;
            text.push(if beyond { 'ü' } else { char::from(b'a' + numbers.below(26) as u8) });
            column += 1;
        }
        if column > 60 {
            text.push_str("\r\n");
            column = 0;
        } else {
            text.push(' ');
        }
    }
    text
}

/// A text mail with 32 header fields.
pub fn text_mail() -> Vec<u8> {
    let mut mail = String::new();
    for hop in 0..12 {
        mail += &format!(
            "Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop}])\r\n\
             \tby mail{hop}.example.org (Postfix) with ESMTPS id 4F{hop}A2B\r\n\
             \tfor <jane.doe@example.org>; Mon, 23 Nov 2026 10:{hop:02}:01 +0100 (CET)\r\n"
        );
    }
    mail += "From: Art Vandelay <art@vandelay.example>\r\n\
        To: Jane Doe <jane.doe@example.org>, \"Kramer, Cosmo\" <kramer@example.net>\r\n\
        Cc: =?utf-8?Q?J=C3=BCrgen?= <juergen@example.de>\r\n\
        Subject: Why not both importing and =?utf-8?B?ZXhwb3J0aW5n?=?\r\n\
        Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\
        Message-ID: <20261123.1@vandelay.example>\r\n\
        In-Reply-To: <20261122.7@example.org>\r\n\
        References: <20261121.3@example.org> <20261122.7@example.org>\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 8bit\r\n";
    for extra in 0..9 {
        mail += &format!("X-Spam-Rule-{extra}: score=0.{extra} required=5.0 autolearn=ham\r\n");
    }
    mail += "\r\n";
    mail += &prose(1500, 50);
    mail.into_bytes()
}

/// An HTML newsletter with a text alternative, quoted-printable.
pub fn newsletter() -> Vec<u8> {
    let part = |kind: &str, len| {
        format!(
            "--alt\r\nContent-Type: text/{kind}; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
            String::from_utf8(mime::codec::quoted_printable::encode(prose(len, 20).as_bytes()))
                .unwrap()
        )
    };
    format!(
        "From: =?utf-8?Q?B=C3=BCro?= <news@example.org>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\
         Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n\
         Content-Type: multipart/alternative; boundary=alt\r\n\r\n{}{}--alt--\r\n",
        part("plain", 9_000),
        part("html", 48_000)
    )
    .into_bytes()
}

/// A mail with four base64 attachments, about `len` bytes in all.
pub fn attachments(len: usize) -> Vec<u8> {
    let content = mime::codec::base64::encode(&bytes(len / 4 / 78 * 57));
    let mut mail =
        b"From: a@example.org\r\nSubject: files\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n\
        Message-ID: <2@example.org>\r\nContent-Type: multipart/mixed; boundary=\"=_mixed\"\r\n\r\n"
            .to_vec();
    for number in 0..4 {
        mail.extend_from_slice(
            format!(
                "--=_mixed\r\nContent-Type: application/octet-stream\r\n\
                 Content-Disposition: attachment; filename=\"file{number}.bin\"\r\n\
                 Content-Transfer-Encoding: base64\r\n\r\n"
            )
            .as_bytes(),
        );
        mail.extend_from_slice(&content);
        mail.extend_from_slice(b"\r\n");
    }
    mail.extend_from_slice(b"--=_mixed--\r\n");
    mail
}

/// A multipart with many small parts.
pub fn many_parts(count: usize) -> Vec<u8> {
    let mut mail =
        b"Subject: parts\r\nContent-Type: multipart/mixed; boundary=\"=_many\"\r\n\r\n".to_vec();
    for number in 0..count {
        mail.extend_from_slice(
            format!(
                "--=_many\r\nContent-Type: text/plain; charset=utf-8\r\n\
                 Content-Disposition: attachment; filename=\"{number}.txt\"\r\n\r\n\
                 This is part {number}.\r\n"
            )
            .as_bytes(),
        );
    }
    mail.extend_from_slice(b"--=_many--\r\n");
    mail
}

/// Multiparts in multiparts.
pub fn deep(levels: usize) -> Vec<u8> {
    let mut mail = b"Subject: deep\r\n".to_vec();
    for level in 0..levels {
        mail.extend_from_slice(
            format!(
                "Content-Type: multipart/mixed; boundary=\"=_level{level}\"\r\n\r\n--=_level{level}\r\n"
            )
            .as_bytes(),
        );
    }
    mail.extend_from_slice(b"Content-Type: text/plain\r\n\r\nthe bottom\r\n");
    for level in (0..levels).rev() {
        mail.extend_from_slice(format!("--=_level{level}--\r\n").as_bytes());
    }
    mail
}

/// Multiparts in multiparts that are never closed, around lines that begin as delimiters do.
pub fn hostile(levels: usize, len: usize) -> Vec<u8> {
    let mut mail = b"Subject: hostile\r\n".to_vec();
    for level in 0..levels {
        mail.extend_from_slice(
            format!("Content-Type: multipart/mixed; boundary=\"=_{level}\"\r\n\r\n--=_{level}\r\n")
                .as_bytes(),
        );
    }
    mail.extend_from_slice(b"Content-Type: text/plain\r\n\r\n");
    while mail.len() < len {
        mail.extend_from_slice(b"--\r\n--=\r\n--=_\r\n");
    }
    mail
}

/// The messages of the corpus that `MAIL_CORPUS` names: small ones, as most mail is.
pub fn real_mails() -> Option<Vec<Vec<u8>>> {
    let root = std::path::PathBuf::from(std::env::var_os("MAIL_CORPUS")?);
    let index = std::fs::read_to_string(root.join("index.tsv")).ok()?;
    let mails = index.lines().filter_map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let (path, kind) = (columns.first()?, columns.last()?);
        let small = columns.get(2)?.parse::<usize>().ok()? < 64 << 10;
        let wanted = path.starts_with("mime/") && *kind == "message" && small;
        wanted.then(|| std::fs::read(root.join(path)).ok()).flatten()
    });
    Some(mails.collect())
}
