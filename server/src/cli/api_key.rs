//! `callcenter api-key add`: a key for a program, without the console.

use super::{ApiKeyAddArgs, Failure, data, result, say, words};
use crate::config::Config;
use domain::api::api_key::ApiKeyForm;
use domain::api_key::Scope;

/// Makes a key and prints it.
pub(super) async fn add(config: &Config, args: &ApiKeyAddArgs) -> Result<(), Failure> {
    let services = data::ready(config).await?;
    let op = services
        .users
        .operator(&args.account, services.clock.now())
        .await
        .map_err(words)?;
    let scopes = if args.scopes.is_empty() {
        Scope::ALL.iter().map(|s| s.code().to_owned()).collect()
    } else {
        args.scopes.iter().map(|s| s.trim().to_owned()).collect()
    };
    let form = ApiKeyForm {
        name: args.name.clone(),
        scopes,
        days: args.days.clone().unwrap_or_default(),
    };
    let made = services
        .api_keys
        .create(&op, &form)
        .await
        .map_err(|error| with_scopes(words(error)))?;
    say("this key is shown once; keep it where programs keep secrets\n");
    Ok(result(&made.text)?)
}

/// A refusal of scopes names those there are.
fn with_scopes(failure: Failure) -> Failure {
    match failure {
        Failure::Usage(text) if text.contains("scopes: ") => {
            let known: Vec<&str> = Scope::ALL.iter().map(|s| s.code()).collect();
            Failure::Usage(format!("{text}\nthere are: {}", known.join(", ")))
        }
        other => other,
    }
}
