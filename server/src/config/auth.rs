//! Signing in.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::io::Write as _;
use std::path::Path;

/// The shortest session secret worth its name, in characters.
pub const SECRET_CHARS_MIN: usize = 32;

/// Settings of sessions and of the sign-in form.
#[derive(Debug, Clone, Deserialize)]
pub struct Auth {
    pub session_secret: SecretString,
    pub credentials_secret: SecretString,
    pub session_days: i64,
    pub peer_attempts_per_minute: u32,
}

impl Auth {
    /// The secrets that seal credentials, the first one first: those set, else the one that signs
    /// cookies.
    ///
    /// # Errors
    /// If the data folder cannot be read or written.
    pub fn credentials_secrets(&self, data: &Path) -> std::io::Result<Vec<SecretString>> {
        let set = self.credentials_secret.expose_secret();
        let set: Vec<SecretString> = set
            .split(',')
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .map(SecretString::from)
            .collect();
        if set.is_empty() {
            Ok(vec![self.effective_secret(data)?])
        } else {
            Ok(set)
        }
    }

    /// The secret that signs cookies: the one set, else the one kept in the data folder, made at the
    /// first start.
    ///
    /// # Errors
    /// If the data folder cannot be read or written.
    pub fn effective_secret(&self, data: &Path) -> std::io::Result<SecretString> {
        if !self.session_secret.expose_secret().is_empty() {
            return Ok(self.session_secret.clone());
        }
        let path = data.join("session-secret");
        match std::fs::read_to_string(&path) {
            Ok(text) if text.trim().len() >= SECRET_CHARS_MIN => {
                return Ok(text.trim().to_owned().into());
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        std::fs::create_dir_all(data)?;
        let secret = crate::adapter::system::random_hex(64);
        write_private(&path, &secret)?;
        Ok(secret.into())
    }
}

/// Writes a file that only its owner may read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
