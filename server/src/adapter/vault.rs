//! Secrets in the database, sealed with keys that are not in it.
//!
//! XChaCha20-Poly1305 with a random nonce for each secret; the account is authenticated along with it,
//! so that a sealed text moved to another account's row opens there to nothing. The keys are made of
//! the secrets in the settings, of which the first one seals and all open, so that they can be changed
//! one after the other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use domain::id::AccountId;
use secrecy::{ExposeSecret as _, SecretString};
use service::port::{Vault, VaultError};
use sha2::{Digest as _, Sha256};

/// What a sealed text begins with: another way to seal gets another word.
const FORM: &str = "x1:";
/// Keeps these keys apart from others that may be made of the same secret.
const PURPOSE: &[u8] = b"callcenter carrier credentials 1:";
const NONCE_BYTES: usize = 24;

/// See the module.
pub struct Keyring(Vec<XChaCha20Poly1305>);

impl Keyring {
    /// One key for each secret; the first one seals.
    #[must_use]
    pub fn new(secrets: &[SecretString]) -> Self {
        let key = |secret: &SecretString| {
            let mut hash = Sha256::new();
            hash.update(PURPOSE);
            hash.update(secret.expose_secret().as_bytes());
            XChaCha20Poly1305::new(&hash.finalize())
        };
        Self(secrets.iter().map(key).collect())
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

fn failed(what: &str) -> VaultError {
    VaultError(what.to_owned())
}

impl Vault for Keyring {
    fn seal(&self, account: AccountId, secret: &SecretString) -> Result<String, VaultError> {
        let key = self.0.first().ok_or_else(|| failed("there is no key"))?;
        let mut sealed = nonce();
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &account.0.to_be_bytes(),
        };
        let text = key
            .encrypt(XNonce::from_slice(&sealed), payload)
            .map_err(|_| failed("it could not be sealed"))?;
        sealed.extend(text);
        Ok(format!("{FORM}{}", STANDARD_NO_PAD.encode(sealed)))
    }

    fn open(&self, account: AccountId, sealed: &str) -> Result<SecretString, VaultError> {
        let text = sealed
            .strip_prefix(FORM)
            .ok_or_else(|| failed("it was sealed in another way"))?;
        let bytes = STANDARD_NO_PAD
            .decode(text)
            .map_err(|_| failed("it was cut or changed"))?;
        let (nonce, text) = bytes
            .split_at_checked(NONCE_BYTES)
            .ok_or_else(|| failed("it was cut"))?;
        let aad = account.0.to_be_bytes();
        let opened = self.0.iter().find_map(|key| {
            let payload = Payload {
                msg: text,
                aad: &aad,
            };
            key.decrypt(XNonce::from_slice(nonce), payload).ok()
        });
        let opened = opened.ok_or_else(|| failed("none of the keys fits"))?;
        String::from_utf8(opened)
            .map(SecretString::from)
            .map_err(|_| failed("it holds no text"))
    }
}

/// Random, from the operating system: 192 bits are never the same twice.
fn nonce() -> Vec<u8> {
    let hex = super::system::random_hex(2 * NONCE_BYTES);
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(secrets: &[&str]) -> Keyring {
        let secrets: Vec<SecretString> = secrets.iter().map(|s| (*s).into()).collect();
        Keyring::new(&secrets)
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_account_alone() {
        let (ring, one) = (ring(&["first"]), AccountId(1));
        let sealed = ring.seal(one, &"the token".into()).expect("sealed");
        assert!(!sealed.contains("token"));
        assert_ne!(sealed, ring.seal(one, &"the token".into()).expect("sealed"));
        let opened = ring.open(one, &sealed).expect("opened");
        assert_eq!(opened.expose_secret(), "the token");
        assert!(ring.open(AccountId(2), &sealed).is_err());
    }

    #[test]
    fn keys_are_changed_one_after_the_other() {
        let one = AccountId(1);
        let sealed = ring(&["old"]).seal(one, &"t".into()).expect("sealed");
        assert!(ring(&["new", "old"]).open(one, &sealed).is_ok());
        assert!(ring(&["new"]).open(one, &sealed).is_err());
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let (ring, one) = (ring(&["first"]), AccountId(1));
        let sealed = ring.seal(one, &"t".into()).expect("sealed");
        for bad in [
            "",
            "t",
            "x1:",
            "x1:AAAA",
            "x1:%%",
            &sealed[..sealed.len() - 2],
        ] {
            assert!(ring.open(one, bad).is_err(), "{bad}");
        }
    }
}
