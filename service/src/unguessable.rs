//! Ids that nobody can guess: whoever knows one may use what it names.

use argon2::password_hash::rand_core::{OsRng, RngCore as _};
use uuid::Uuid;

use crate::error::Error;

/// One from the operating system's randomness.
///
/// # Errors
/// If it has none to give.
pub(crate) fn id() -> Result<Uuid, Error> {
    let mut bytes = [0_u8; 16];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|e| Error::Unavailable(Box::new(std::io::Error::other(e.to_string()))))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
