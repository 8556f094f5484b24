//! PgBouncer in transaction mode, the way hosted PostgreSQL pools: a connection is a different
//! server from one transaction to the next, and nothing of a session survives.

use super::{Owner, PASSWORD, Server, postgres};
use anyhow::Result;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

pub(super) fn start(dir: &Path, owner: &Owner, port: u16, pool_port: u16) -> Result<Server> {
    let users = dir.join("users.txt");
    fs::write(&users, format!("\"callcenter_pool\" \"{PASSWORD}\"\n"))?;
    let config = dir.join("pgbouncer.ini");
    fs::write(
        &config,
        format!(
            "\
[databases]
* = host={socket} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {pool_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
max_client_conn = 1000
default_pool_size = 10
server_idle_timeout = 10
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
",
            socket = postgres::socket_dir(dir).display(),
            users = users.display(),
        ),
    )?;
    owner.give(&users)?;
    owner.give(&config)?;
    let mut command = owner.command(&program(), "TERM");
    command.arg(&config);
    let mut server = Server::start("PgBouncer", command, dir.join("pgbouncer.log"))?;
    server.until(|| TcpStream::connect(("127.0.0.1", pool_port)).is_ok())?;
    Ok(server)
}

/// Debian keeps it outside an ordinary user's PATH.
pub(crate) fn program() -> PathBuf {
    let debian = PathBuf::from("/usr/sbin/pgbouncer");
    if debian.is_file() {
        debian
    } else {
        PathBuf::from("pgbouncer")
    }
}
