//! `callcenter user add`: the first person of a real installation.

use super::{Failure, UserAddArgs, data, result, say, words};
use crate::config::Config;
use domain::access::Role;
use service::user::NewUser;
use std::io::Read as _;

/// A longer line is no password.
const BYTES_MAX: u64 = 4_096;

/// Adds a person and prints the id.
pub(super) async fn add(config: &Config, args: &UserAddArgs) -> Result<(), Failure> {
    let mut password = String::new();
    std::io::stdin()
        .lock()
        .take(BYTES_MAX)
        .read_to_string(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    let role = Role::from_code(&args.role)
        .ok_or_else(|| Failure::Usage(format!("there is no role {}", args.role)))?;
    if !domain::schedule::ZONES
        .iter()
        .any(|(zone, _)| *zone == args.zone)
    {
        return Err(Failure::Usage(format!("there is no zone {}", args.zone)));
    }
    let services = data::ready(config).await?;
    let name = args
        .name
        .as_deref()
        .unwrap_or_else(|| args.email.split('@').next().unwrap_or_default());
    let new = NewUser {
        email: &args.email,
        name,
        password,
        account: &args.account,
        role,
    };
    let (id, _) = services
        .users
        .add(&new, &args.zone, services.clock.now())
        .await
        .map_err(words)?;
    say(&format!(
        "{} may sign in to {} as {}\n",
        args.email, args.account, args.role
    ));
    Ok(result(&id.to_string())?)
}
