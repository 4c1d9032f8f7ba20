//! TLS by rustls: configurations, and streams that begin in the clear.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use base64::Engine as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};

/// A certificate and its key.
#[derive(Debug)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Makes a certificate on the spot, signed by itself.
    ///
    /// # Errors
    ///
    /// If a name is none.
    pub fn self_signed(names: &[&str]) -> io::Result<Self> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der());
        Ok(Self { chain: vec![made.cert.der().clone()], key: key.map_err(io::Error::other)? })
    }

    /// Reads certificate chain and key from PEM files.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or has neither.
    pub fn from_pem_files(chain: &std::path::Path, key: &std::path::Path) -> io::Result<Self> {
        let named = |path: &std::path::Path, error: rustls::pki_types::pem::Error| {
            io::Error::other(format!("{}: {error}", path.display()))
        };
        let certificates = CertificateDer::pem_file_iter(chain).map_err(|e| named(chain, e))?;
        let certificates = certificates.collect::<Result<Vec<_>, _>>();
        Ok(Self {
            chain: certificates.map_err(|e| named(chain, e))?,
            key: PrivateKeyDer::from_pem_file(key).map_err(|e| named(key, e))?,
        })
    }

    /// The first certificate, for clients that are to trust it.
    #[must_use]
    pub fn certificate(&self) -> Option<&CertificateDer<'static>> {
        self.chain.first()
    }

    /// The first certificate in PEM, for clients that read it from a file.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        let der = self.certificate().map(AsRef::as_ref).unwrap_or_default();
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        for line in text.as_bytes().chunks(64) {
            pem.extend(line.iter().map(|byte| char::from(*byte)));
            pem.push('\n');
        }
        pem + "-----END CERTIFICATE-----\n"
    }

    /// What a server needs.
    ///
    /// # Errors
    ///
    /// If the key does not belong to the certificate.
    pub fn server_config(&self) -> io::Result<Arc<ServerConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .map_err(io::Error::other)?;
        Ok(Arc::new(config))
    }
}

/// What a client needs that trusts these certificates and no others.
///
/// # Errors
///
/// If a certificate cannot be read.
pub fn client_config<'a>(
    trusted: impl IntoIterator<Item = CertificateDer<'a>>,
) -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(certificate.into_owned()).map_err(io::Error::other)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The certificates of PEM files, or those of the system if there are none.
///
/// # Errors
///
/// If a file cannot be read.
pub fn trusted(files: &[std::path::PathBuf]) -> io::Result<Vec<CertificateDer<'static>>> {
    let system = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
    let system = || system.iter().map(std::path::PathBuf::from).filter(|path| path.exists());
    let files: Vec<_> = if files.is_empty() { system().collect() } else { files.to_vec() };
    let mut all = Vec::new();
    for file in files {
        let named = |error| io::Error::other(format!("{}: {error}", file.display()));
        for certificate in CertificateDer::pem_file_iter(&file).map_err(named)? {
            all.push(certificate.map_err(named)?);
        }
    }
    Ok(all)
}

/// The client's end of a blocking connection, in the clear or not.
#[derive(Debug)]
pub enum ClientStream {
    /// In the clear.
    Plain(TcpStream),
    /// In TLS.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    /// Between the two: an upgrade failed.
    Broken,
}

impl ClientStream {
    /// Wraps the stream in TLS and shakes hands with the server of this name.
    ///
    /// # Errors
    ///
    /// If the server is not the one it should be, and what the stream says.
    pub fn start_tls(&mut self, config: &Arc<ClientConfig>, host: &str) -> io::Result<()> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "not a host name"))?;
        let Self::Plain(tcp) = std::mem::replace(self, Self::Broken) else {
            return Err(io::Error::other("the stream is not in the clear"));
        };
        let session = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(session, tcp);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        *self = Self::Tls(Box::new(stream));
        Ok(())
    }

    /// The stream below.
    #[must_use]
    pub fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Self::Plain(tcp) => Some(tcp),
            Self::Tls(stream) => Some(stream.get_ref()),
            Self::Broken => None,
        }
    }
}

fn broken() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

impl Read for ClientStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buf),
            Self::Tls(stream) => stream.read(buf),
            Self::Broken => Err(broken()),
        }
    }
}

impl Write for ClientStream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write(buf),
            Self::Tls(stream) => stream.write(buf),
            Self::Broken => Err(broken()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush(),
            Self::Tls(stream) => stream.flush(),
            Self::Broken => Err(broken()),
        }
    }
}
