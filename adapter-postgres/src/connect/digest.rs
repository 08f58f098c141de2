//! The digest of a certificate that channel binding uses: `tls-server-end-point` of RFC 5929.

use sha2::{Digest, Sha256, Sha384, Sha512};

/// The digest of a DER certificate, by the hash function of its signature; SHA-256 where that is MD5 or SHA-1.
/// `None` for signatures without one, for which nothing is defined.
pub(super) fn of_certificate(der: &[u8]) -> Option<Vec<u8>> {
    // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, ... }, ... }
    let (certificate, _) = element(der, SEQUENCE)?;
    let (_, rest) = element(certificate, SEQUENCE)?;
    let (algorithm, _) = element(rest, SEQUENCE)?;
    let (identifier, _) = element(algorithm, OBJECT_IDENTIFIER)?;
    Some(match identifier {
        MD5_RSA | SHA1_RSA | SHA256_RSA | SHA1_ECDSA | SHA256_ECDSA => Sha256::digest(der).to_vec(),
        SHA384_RSA | SHA384_ECDSA => Sha384::digest(der).to_vec(),
        SHA512_RSA | SHA512_ECDSA => Sha512::digest(der).to_vec(),
        _ => return None,
    })
}

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;

// 1.2.840.113549.1.1.{4, 5, 11, 12, 13}: RFC 8017, appendix A.2.4.
const MD5_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04];
const SHA1_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05];
const SHA256_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const SHA384_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];
const SHA512_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
// 1.2.840.10045.4.1 and 1.2.840.10045.4.3.{2, 3, 4}: RFC 5758, section 3.2.
const SHA1_ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
const SHA256_ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const SHA384_ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const SHA512_ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];

/// The contents of the first DER element, which must have that tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    if first < 0x80 {
        return rest.split_at_checked(first.into());
    }
    let (length, rest) = rest.split_at_checked((first & 0x7f).into())?;
    if length.len() > 4 {
        return None;
    }
    let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(algorithm: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, contents: &[u8]| [&[tag, contents.len() as u8], contents].concat();
        let tbs = wrap(SEQUENCE, &[0x02, 0x01, 0x07]);
        let signature = wrap(SEQUENCE, &wrap(OBJECT_IDENTIFIER, algorithm));
        wrap(SEQUENCE, &[tbs, signature, vec![0x03, 0x01, 0x00]].concat())
    }

    #[test]
    fn the_hash_is_that_of_the_signature() {
        for (algorithm, length) in [(SHA1_RSA, 32), (SHA256_ECDSA, 32), (SHA384_RSA, 48), (SHA512_ECDSA, 64)]
        {
            assert_eq!(of_certificate(&certificate(algorithm)).map(|digest| digest.len()), Some(length));
        }
        let ed25519 = [0x2b, 0x65, 0x70];
        assert_eq!(of_certificate(&certificate(&ed25519)), None);
    }

    #[test]
    fn what_is_no_certificate_has_no_digest() {
        let whole = certificate(SHA256_RSA);
        for end in 0..whole.len() - 3 {
            assert_eq!(of_certificate(&whole[..end]), None);
        }
        assert_eq!(of_certificate(&[0x30, 0x85, 1, 1, 1, 1, 1]), None);
    }
}
