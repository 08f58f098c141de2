//! Throwaway certificates: an authority with a server certificate for this machine's loopback names, and an
//! authority that signed nothing, to be refused.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// Where the files are.
#[derive(Debug, Clone)]
pub(crate) struct Certificates {
    /// The authority that signed the server's certificate.
    pub(crate) authority: PathBuf,
    /// An authority that did not.
    pub(crate) wrong_authority: PathBuf,
    /// The server's certificate, for `localhost`, `127.0.0.1` and `::1`.
    pub(crate) server: PathBuf,
    /// The server's private key.
    pub(crate) server_key: PathBuf,
}

/// Makes the certificates in a folder, as PEM files.
pub(crate) fn make(folder: &Path) -> Result<Certificates, String> {
    let paths = Certificates {
        authority: folder.join("ca.pem"),
        wrong_authority: folder.join("wrong-ca.pem"),
        server: folder.join("server.pem"),
        server_key: folder.join("server.key"),
    };
    let (authority_pem, authority) = authority("Drivetrain test authority").map_err(|e| complaint(&e))?;
    let (wrong_pem, _) = self::authority("Drivetrain unrelated authority").map_err(|e| complaint(&e))?;
    let (server_pem, key_pem) = server(&authority).map_err(|e| complaint(&e))?;
    write(&paths.authority, &authority_pem)?;
    write(&paths.wrong_authority, &wrong_pem)?;
    write(&paths.server, &server_pem)?;
    write(&paths.server_key, &key_pem)?;
    Ok(paths)
}

fn authority(name: &str) -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = base(Vec::new(), name)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

fn server(authority: &Issuer<'_, KeyPair>) -> Result<(String, String), rcgen::Error> {
    let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
    let mut params = base(names.to_vec(), "localhost")?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    Ok((params.signed_by(&key, authority)?.pem(), key.serialize_pem()))
}

fn base(names: Vec<String>, common_name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    Ok(params)
}

fn write(path: &Path, pem: &str) -> Result<(), String> {
    fs::write(path, pem).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn complaint(error: &rcgen::Error) -> String {
    format!("cannot make test certificates: {error}")
}
