//! OpenPGP programs read what we write, and we read what they write.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ran, Scratch, find, run, run_with_input};
use mail_examples::openpgp::{Certificate, SecretKey};
use mail_examples::pgp_mime::{armored, encrypt, open, packets, sign};
use pgp_armor::mail::{self, Encrypted, Signable, Signed};
use pgp_armor::packet::{self, Peek};
use pgp_armor::{Checksum, EncodeConfig, Label, LineEnd};

const MESSAGE: &[u8] = "From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: Secret\n\
    Content-Type: text/plain; charset=utf-8\n\nGrüße\nFrom me \n-- \n- a list\n"
    .as_bytes();

/// GnuPG with a home of its own.
struct Gpg {
    program: PathBuf,
    home: Scratch,
}

impl Gpg {
    fn new() -> Option<Self> {
        let gpg = Gpg { program: find("gpg")?, home: Scratch::new("gpg") };
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(gpg.home.path(), private).unwrap();
        Some(gpg)
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = Command::new(&self.program);
        command.arg("--homedir").arg(self.home.path());
        command.args([
            "--batch",
            "--no-tty",
            "--trust-model",
            "always",
            "--pinentry-mode",
            "loopback",
        ]);
        run_with_input(command.args(["--passphrase", ""]).args(arguments), input)
    }

    fn generate(&self, user: &str) {
        self.run(&["--quick-generate-key", user, "default", "default", "never"], b"").ok();
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let home = self.home.path().as_os_str();
        if let Some(gpgconf) = find("gpgconf") {
            run(Command::new(gpgconf).arg("--homedir").arg(home).args(["--kill", "all"]));
        }
    }
}

fn alice() -> SecretKey {
    SecretKey::generate("Alice <alice@example.org>").unwrap()
}

fn public(key: &SecretKey) -> String {
    armored(Label::PublicKey, &key.certificate().to_packets().unwrap())
}

#[test]
fn gpg_reads_what_we_write() {
    let Some(gpg) = Gpg::new() else { return };
    let alice = alice();
    let secret = armored(Label::PrivateKey, &alice.to_packets().unwrap());
    gpg.run(&["--import"], secret.as_bytes()).ok();

    let sent = sign(MESSAGE, &alice).unwrap();
    let signed = Signed::parse(&sent).unwrap();
    let signature = gpg.home.write("signature.asc", signed.signature());
    let signature = signature.to_str().unwrap();
    gpg.run(&["--verify", signature, "-"], signed.content()).ok();
    let mut changed = signed.content().to_vec();
    *changed.last_mut().unwrap() ^= 1;
    assert!(!gpg.run(&["--verify", signature, "-"], &changed).status.success());

    let sent = encrypt(MESSAGE, &[&alice.certificate()], Some(&alice)).unwrap();
    let encrypted = Encrypted::parse(&sent).unwrap();
    let entity = gpg.run(&["--decrypt"], &encrypted.data()).ok();
    let inner = Signed::parse(&entity).unwrap();
    let signature = gpg.home.write("inner.asc", inner.signature());
    gpg.run(&["--verify", signature.to_str().unwrap(), "-"], inner.content()).ok();
}

#[test]
fn gpg_reads_every_form_of_our_armor() {
    let Some(gpg) = Gpg::new() else { return };
    // All lengths, since it cannot read armor that has neither checksum nor padding.
    for len in [1, 2, 3, 47, 48, 49, 1000, 100_000] {
        let data: Vec<u8> = (0..len).map(|n: u32| (n * 7 + n / 256) as u8).collect();
        for (width, line_end) in [(64, LineEnd::Lf), (76, LineEnd::CrLf), (4, LineEnd::Lf)] {
            let mut config = EncodeConfig::default();
            config.width = width;
            config.line_end = line_end;
            if line_end == LineEnd::CrLf {
                config.checksum = Checksum::Always;
            }
            let text = pgp_armor::encode_with(Label::File, &data, config);
            assert_eq!(gpg.run(&["--dearmor"], text.as_bytes()).ok(), data, "{len} {width}");
        }
        let theirs = gpg.run(&["--enarmor"], &data).ok();
        let block = pgp_armor::decode(&theirs).unwrap();
        assert_eq!((block.label, block.data), (Label::File, data));
    }
}

#[test]
fn we_read_what_gpg_writes() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.generate("Bob <bob@example.org>");
    let exported = gpg.run(&["--armor", "--export-secret-keys"], b"").ok();
    let bob = SecretKey::from_packets(&packets(&exported).unwrap()).unwrap();
    let exported = gpg.run(&["--armor", "--export"], b"").ok();
    let exported = packets(&exported).unwrap();
    let certificate = Certificate::from_packets(&exported).unwrap();

    // The key identifiers that we see are those that it prints.
    let listed = gpg.run(&["--with-colons", "--list-keys"], b"").ok();
    let listed = String::from_utf8(listed).unwrap();
    let config = packet::Config::default();
    let mut seen = 0;
    for found in packet::packets(&exported, &config) {
        let found = found.unwrap();
        if let Some(Peek::Signature(signature)) = found.peek() {
            let id = signature.issuer_key_id().unwrap();
            assert!(listed.contains(&id.to_string()), "{id} is not in\n{listed}");
            seen += 1;
        }
    }
    assert!(seen >= 2);

    // Signed by it, assembled by us.
    let (outer, entity) = mail::split_message(MESSAGE);
    let content = Signable::prepare(&entity).unwrap();
    let binary: &[&str] = &["--armor", "--detach-sign"];
    for text in [binary, &["--armor", "--textmode", "--detach-sign"]] {
        let signature = gpg.run(text, content.as_bytes()).ok();
        let mut message = outer.clone();
        let hash = packet::packets(&packets(&signature).unwrap(), &config)
            .find_map(|packet| match packet.ok()?.peek()? {
                Peek::Signature(signature) => mail::Micalg::from_hash_algorithm(signature.hash),
                _ => None,
            })
            .unwrap();
        mail::encode_signed(&content, &signature, hash, &mut message);
        let certificates = [Certificate::from_packets(&exported).unwrap()];
        let opened = open(&message, None, &certificates).unwrap();
        assert_eq!(opened.signer, Some(certificate.fingerprint()));
    }

    // Encrypted by it, in every framing it has.
    for compression in ["none", "zip", "zlib"] {
        for size in [10, 20_000] {
            let mut entity = entity.clone();
            entity.resize(entity.len() + size, b'y');
            let arguments = ["--armor", "--compress-algo", compression, "-r", "bob", "--encrypt"];
            let data = gpg.run(&arguments, &entity).ok();
            let mut message = outer.clone();
            mail::encode_encrypted(&data, &mut message);
            let opened = open(&message, Some(&bob), &[]).unwrap();
            assert!(opened.encrypted && opened.message.ends_with(&entity), "{compression} {size}");
        }
    }
}

/// The octets of the fingerprints of all keys in some packets.
fn preimages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let config = packet::Config::default();
    let packets = packet::packets(bytes, &config).map(Result::unwrap);
    packets
        .filter_map(|packet| match packet.peek()? {
            Peek::Key(key) => {
                let preimage = key.fingerprint_preimage().unwrap();
                Some([preimage.prefix(), preimage.body()].concat())
            }
            _ => None,
        })
        .collect()
}

#[test]
fn secret_and_public_keys_have_the_same_fingerprint() {
    let Some(gpg) = Gpg::new() else { return };
    for (user, algorithm) in
        [("r", "rsa1024"), ("d", "dsa1024"), ("n", "nistp256"), ("e", "ed25519")]
    {
        gpg.run(&["--quick-generate-key", user, algorithm, "default", "never"], b"").ok();
    }
    let listed = gpg.run(&["--with-colons", "--list-keys"], b"").ok();
    let listed = String::from_utf8(listed).unwrap();
    for (key, subkey) in [("e", "cv25519"), ("d", "elg1024"), ("n", "nistp384")] {
        let found = listed.lines().filter(|line| line.starts_with("fpr:"));
        let fingerprints: Vec<_> = found.map(|line| line.split(':').nth(9).unwrap()).collect();
        let index = ["r", "d", "n", "e"].iter().position(|name| *name == key).unwrap();
        gpg.run(&["--quick-add-key", fingerprints[index], subkey, "encr", "never"], b"").ok();
    }
    let secret = gpg.run(&["--export-secret-keys"], b"").ok();
    let public = gpg.run(&["--export"], b"").ok();
    assert_eq!(preimages(&secret), preimages(&public));
    assert_eq!(preimages(&secret).len(), 7);
    let alice = alice();
    assert_eq!(
        preimages(&alice.to_packets().unwrap()),
        preimages(&alice.certificate().to_packets().unwrap())
    );
}

#[test]
fn cleartext_goes_both_ways_with_gpg() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.generate("Bob <bob@example.org>");
    let exported = gpg.run(&["--export"], b"").ok();
    let certificate = Certificate::from_packets(&exported).unwrap();
    for text in ["plain\n", "- dash\n--- \nFrom me\n\ttab \t\n\nlast\n", "Grüße\n", "no end", "\n"]
    {
        let theirs = gpg.run(&["--clearsign"], text.as_bytes()).ok();
        let message = pgp_armor::cleartext::read(&theirs).unwrap();
        let signature = &message.signatures.first().unwrap().data;
        certificate.verify(message.signed().unwrap(), signature).unwrap();

        // Their signature over our frame: detached, as text, over what we say is signed.
        let mut shown = Vec::new();
        let mut signed = Vec::new();
        let hashes = [pgp_armor::cleartext::Hash::Sha512];
        let mut writer = pgp_armor::cleartext::Writer::new(&hashes, LineEnd::Lf, &mut shown);
        writer.text(text.as_bytes(), &mut shown, &mut signed);
        writer.finish(&mut shown, &mut signed);
        let arguments = ["--digest-algo", "SHA512", "--textmode", "--armor", "--detach-sign"];
        shown.extend(gpg.run(&arguments, &signed).ok());
        gpg.run(&["--verify"], &shown).ok();
    }
}

#[test]
fn sq_reads_what_we_write_and_we_what_it_writes() {
    let Some(sq) = find("sq") else { return };
    // The names of options differ from version to version.
    let help = run(Command::new(&sq).args(["encrypt", "--help"])).stdout;
    if !String::from_utf8_lossy(&help).contains("--recipient-cert") {
        eprintln!("test skipped: this sq has other options");
        return;
    }
    let scratch = Scratch::new("sq");
    let alice = alice();
    let secret = armored(Label::PrivateKey, &alice.to_packets().unwrap());
    let secret = scratch.write("alice.key", secret);
    let certificate = scratch.write("alice.pub", public(&alice));
    let sq = |arguments: &[&str], files: &[&Path], input: &[u8]| {
        let mut command = Command::new(&sq);
        command.env("HOME", scratch.path()).args(arguments).args(files);
        run_with_input(&mut command, input)
    };

    let sent = encrypt(MESSAGE, &[&alice.certificate()], None).unwrap();
    let encrypted = Encrypted::parse(&sent).unwrap();
    let decrypted = sq(&["decrypt", "--recipient-key"], &[&secret], &encrypted.data()).ok();
    assert!(decrypted.windows(6).any(|window| window == b"Secret"));

    let sent = sign(MESSAGE, &alice).unwrap();
    let signed = Signed::parse(&sent).unwrap();
    let content = scratch.write("content", signed.content());
    let signature = scratch.write("signature.asc", signed.signature());
    let verify = |content: &Path| {
        let mut command = Command::new(find("sq").unwrap());
        command.env("HOME", scratch.path()).args(["verify", "--signer-cert"]).arg(&certificate);
        run(command.arg("--detached").arg(&signature).arg(content))
    };
    verify(&content).ok();
    assert!(!verify(&scratch.write("changed", b"other")).status.success());

    let (outer, entity) = mail::split_message(MESSAGE);
    let theirs = sq(&["encrypt", "--recipient-cert"], &[&certificate], &entity).ok();
    let mut message = outer;
    mail::encode_encrypted(&theirs, &mut message);
    let opened = open(&message, Some(&alice), &[]).unwrap();
    assert!(opened.message.ends_with(&entity));

    let data = [0xCBu8, 7, b'b', 0, 0, 0, 0, 0, b'x'];
    let ours = pgp_armor::encode(Label::Message, &data);
    assert_eq!(sq(&["dearmor"], &[], ours.as_bytes()).ok(), data);
    let theirs = sq(&["armor"], &[], &data).ok();
    assert_eq!(pgp_armor::decode(&theirs).unwrap().data, data);
}
