//! A certificate authority and a server certificate for one run, with the `openssl` that Debian's
//! PostgreSQL brings.

use super::Owner;
use crate::proc::Job;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The certificate that clients check the server's with. Not the server's own: rustls refuses an
/// authority that is used as an end entity.
pub(super) fn authority(dir: &Path) -> PathBuf {
    dir.join("authority.crt")
}

pub(super) fn make(dir: &Path, owner: &Owner) -> Result<()> {
    let openssl = |args: &[&str]| {
        Job::new("openssl", dir)
            .args(args)
            .minutes(1)
            .quiet()
            .must()
            .context("openssl could not make a certificate; `make setup` installs it")
    };
    let curve = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ];
    let mut request = vec![
        "req",
        "-x509",
        "-subj",
        "/CN=CallCenter test authority",
        "-days",
        "3",
    ];
    request.extend(curve);
    request.extend(["-keyout", "authority.key", "-out", "authority.crt"]);
    openssl(&request)?;

    let mut request = vec!["req", "-subj", "/CN=localhost"];
    request.extend(curve);
    request.extend(["-keyout", "server.key", "-out", "server.csr"]);
    openssl(&request)?;
    fs::write(
        dir.join("server.ext"),
        "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n",
    )?;
    openssl(&[
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "authority.crt",
        "-CAkey",
        "authority.key",
        "-CAcreateserial",
        "-days",
        "3",
        "-extfile",
        "server.ext",
        "-out",
        "server.crt",
    ])?;

    let key = dir.join("server.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
    owner.give(&key)?;
    owner.give(&dir.join("server.crt"))
}
