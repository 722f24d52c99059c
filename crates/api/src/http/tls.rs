//! TLS for who listens without a proxy before it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// By what TLS is spoken. Clones share it.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why TLS is not spoken.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}; it holds PEM, the certificate with those that lead to its authority", path.display())]
pub struct TlsError {
    path: PathBuf,
    why: String,
}

impl Tls {
    /// By the certificate of one PEM file, with its chain, and the key of another. They are read once: a certificate that
    /// was renewed counts when the service starts anew.
    ///
    /// # Errors
    /// Where a file cannot be read, or the key is not that of the certificate.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let wrong = |path: &Path, why: &dyn std::fmt::Display| TlsError {
            path: path.to_owned(),
            why: why.to_string(),
        };
        let chain =
            CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|error| wrong(certificate, &error))?;
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, &error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|it| it.with_no_client_auth().with_single_cert(chain, secret))
            .map_err(|error| wrong(certificate, &error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Greets a client, who may take so long for it.
    pub(crate) async fn greet(
        &self,
        stream: TcpStream,
        within: Duration,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        tokio::time::timeout(within, self.0.accept(stream)).await?
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}
