//! PostgreSQL itself: `initdb`, the server, its roles.

use super::{Durability, Owner, PASSWORD, Server};
use crate::proc;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Who may come in and how: the socket's folder is the owner's alone, TCP wants a password, and one
/// role is refused without TLS so that a test that claims TLS has it.
const HBA: &str = "\
local   all all trust
hostssl all callcenter_tls 127.0.0.1/32 scram-sha-256
host    all callcenter_tls 127.0.0.1/32 reject
host    all all 127.0.0.1/32 scram-sha-256
";

/// One role and database for each way in; none is a superuser, as with a hosting provider.
const ROLES: &[&str] = &["callcenter", "callcenter_tls", "callcenter_pool"];

pub(super) fn start(
    dir: &Path,
    owner: &Owner,
    port: u16,
    durability: Durability,
) -> Result<Server> {
    let data = dir.join("data");
    let socket = socket_dir(dir);
    fs::create_dir_all(&socket)?;
    fs::create_dir_all(&data)?;
    owner.give(&socket)?;
    owner.give(&data)?;
    initdb(owner, &data)?;

    let mut command = owner.command(&program("postgres")?, "QUIT");
    command.arg("-D").arg(&data);
    for setting in settings(dir, port, durability) {
        command.args(["-c", &setting]);
    }
    let mut server = Server::start("PostgreSQL", command, dir.join("postgres.log"))?;
    let psql = program("psql")?;
    server.until(|| query(owner, &psql, &socket, port, "select 1").is_ok())?;
    for role in ROLES {
        query(
            owner,
            &psql,
            &socket,
            port,
            &format!("create role {role} login createdb password '{PASSWORD}'"),
        )?;
        query(
            owner,
            &psql,
            &socket,
            port,
            &format!("create database {role} owner {role}"),
        )?;
    }
    Ok(server)
}

/// The folder of the server's socket; the name of the file in it holds the port.
pub(super) fn socket_dir(dir: &Path) -> PathBuf {
    dir.join("socket")
}

fn settings(dir: &Path, port: u16, durability: Durability) -> Vec<String> {
    let mut settings = vec![
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", socket_dir(dir).display()),
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", dir.join("server.crt").display()),
        format!("ssl_key_file={}", dir.join("server.key").display()),
        "max_connections=300".to_owned(),
        "shared_buffers=128MB".to_owned(),
        "timezone=UTC".to_owned(),
    ];
    if durability == Durability::None {
        settings.extend(
            [
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
            ]
            .map(str::to_owned),
        );
    }
    settings
}

fn initdb(owner: &Owner, data: &Path) -> Result<()> {
    let output = owner
        .command(&program("initdb")?, "KILL")
        .args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ])
        .arg(data)
        .current_dir("/")
        .output()
        .context("cannot run initdb: `make setup` installs PostgreSQL")?;
    if !output.status.success() {
        bail!(
            "initdb failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    fs::write(data.join("pg_hba.conf"), HBA)?;
    Ok(())
}

fn query(owner: &Owner, psql: &Path, socket: &Path, port: u16, sql: &str) -> Result<()> {
    let output = owner
        .command(psql, "KILL")
        .args([
            "-XAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-p",
        ])
        .arg(port.to_string())
        .arg("-h")
        .arg(socket)
        .args(["-c", sql])
        .current_dir("/")
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        bail!(
            "`{sql}`: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}

/// A program of PostgreSQL: from the PATH, or from where Debian and `pg_config` keep them.
pub(super) fn program(name: &str) -> Result<PathBuf> {
    find(name)
        .with_context(|| format!("no `{name}` on this machine: `make setup` installs PostgreSQL"))
}

/// Where a program of PostgreSQL is, if anywhere; the newest version first.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    versions.sort_by_key(|dir| {
        dir.file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.parse::<u32>().ok())
    });
    let debian = versions
        .into_iter()
        .rev()
        .map(|dir| dir.join("bin").join(name))
        .find(|path| path.is_file());
    debian.or_else(|| proc::on_path(name).then(|| PathBuf::from(name)))
}
