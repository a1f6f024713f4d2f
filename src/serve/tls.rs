//! TLS, with certificates that may change while the service runs.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::config::meant::Certificate;
use crate::model::file::Stamp;
use crate::watch::walk::stamp;

/// What can be spoken behind TLS, the better one first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How long a certificate is good before its files are looked at again.
const FRESH: Duration = Duration::from_secs(1);

/// A certificate and its key, as their files have them.
pub(super) struct Identity {
    files: Certificate,
    held: Mutex<Held>,
}

struct Held {
    config: Arc<ServerConfig>,
    /// What the file system tells of the files.
    stamps: [Stamp; 2],
    looked: Instant,
}

impl Identity {
    /// Reads a certificate.
    ///
    /// Errors: a file can't be read, holds nothing of the kind, or the two don't fit together; all of it
    /// names the file.
    pub(super) fn read(files: &Certificate) -> io::Result<Self> {
        let held = Held {
            stamps: stamps(files)?,
            config: Arc::new(config(files)?),
            looked: Instant::now(),
        };
        Ok(Self { files: files.clone(), held: Mutex::new(held) })
    }

    /// Gives what makes a connection safe. When the files were changed they are read again; if they can't
    /// be, what was there before stays in force, which the log says once.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.looked.elapsed() >= FRESH {
            held.looked = Instant::now();
            if let Err(error) = self.look_again(&mut held) {
                tracing::warn!("the certificate stays as it was: {error}");
            }
        }
        TlsAcceptor::from(Arc::clone(&held.config))
    }

    fn look_again(&self, held: &mut Held) -> io::Result<()> {
        // Files that are gone are on their way to be there again.
        let Ok(stamps) = stamps(&self.files) else { return Ok(()) };
        if stamps != held.stamps {
            held.stamps = stamps;
            held.config = Arc::new(config(&self.files)?);
            tracing::info!("the certificate is read again");
        }
        Ok(())
    }
}

fn stamps(files: &Certificate) -> io::Result<[Stamp; 2]> {
    let of = |path: &Path| match fs::metadata(path) {
        Ok(found) => Ok(stamp(&found)),
        Err(error) => Err(named(path, &error)),
    };
    Ok([of(&files.chain)?, of(&files.key)?])
}

fn config(files: &Certificate) -> io::Result<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(&files.chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| named(&files.chain, &error))?;
    if chain.is_empty() {
        return Err(named(&files.chain, &"there is no certificate in it"));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| named(&files.key, &error))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let mut config = builder
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| named(&files.key, &error))?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a certificate for this machine and its key.
    fn write(files: &Certificate) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
        fs::write(&files.chain, made.cert.pem()).expect("written");
        fs::write(&files.key, made.signing_key.serialize_pem()).expect("written");
    }

    fn files(folder: &Path) -> Certificate {
        Certificate { chain: folder.join("chain.pem"), key: folder.join("key.pem") }
    }

    #[tokio::test(start_paused = true)]
    async fn a_changed_certificate_is_read_again() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let files = files(folder.path());
        write(&files);
        let identity = Identity::read(&files).expect("read");
        let now = || Arc::clone(&identity.held.lock().expect("whole").config);
        let first = now();
        identity.acceptor();
        assert!(Arc::ptr_eq(&first, &now()));
        write(&files);
        tokio::time::advance(FRESH).await;
        identity.acceptor();
        let second = now();
        assert!(!Arc::ptr_eq(&first, &second));
        for broken in ["", "-----BEGIN CERTIFICATE-----\nAA"] {
            fs::write(&files.chain, broken).expect("written");
            tokio::time::advance(FRESH).await;
            identity.acceptor();
            assert!(Arc::ptr_eq(&second, &now()), "it stays as it was: {broken}");
        }
    }

    #[test]
    fn what_is_wrong_names_its_file() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let files = files(folder.path());
        let told = |files| Identity::read(files).err().map(|error| error.to_string());
        assert!(told(&files).is_some_and(|error| error.contains("chain.pem")));
        write(&files);
        let other =
            Certificate { chain: files.chain.clone(), key: folder.path().join("other.pem") };
        write(&Certificate { chain: folder.path().join("x.pem"), key: other.key.clone() });
        assert!(told(&other).is_some_and(|error| error.contains("other.pem")), "not of one pair");
        fs::write(&files.chain, "nothing").expect("written");
        assert!(told(&files).is_some_and(|error| error.contains("chain.pem")));
    }
}
