//! The effective settings, for people: secrets are there or not there, nothing more.

use super::Config;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// All settings, secrets redacted.
#[must_use]
pub fn redacted(config: &Config) -> Value {
    let secret = |s: &SecretString| {
        if s.expose_secret().is_empty() {
            "not set"
        } else {
            "set"
        }
    };
    json!({
        "http": {
            "addr": config.http.addr.to_string(),
            "public_base_url": config.base_url(config.http.addr),
            "trusted_proxies": config.http.trusted_proxies,
            "body_bytes_max": config.http.body_bytes_max,
            "timeout_ms": config.http.timeout_ms,
            "drain_ms": config.http.drain_ms,
        },
        "data": { "dir": config.data.dir.display().to_string() },
        "database": {
            "url": without_password(&config.database.effective_url(&config.data.dir)),
            "connections_max": config.database.connections_max,
        },
        "twilio": {
            "account_sid": config.twilio.account_sid,
            "auth_token": match config.twilio.tokens().len() { 0 => "not set".to_owned(), 1 => "set".to_owned(), n => format!("{n} set") },
            "api_base_url": config.twilio.api_base_url,
            "pricing_base_url": config.twilio.pricing_base_url,
            "rest_concurrency": config.twilio.rest_concurrency,
            "rest_timeout_ms": config.twilio.rest_timeout_ms,
            "rest_pause_ms": config.twilio.rest_pause_ms,
            "signatures_checked": config.signatures_required(),
        },
        "auth": {
            "session_secret": secret(&config.auth.session_secret),
            "credentials_secret": secret(&config.auth.credentials_secret),
            "session_days": config.auth.session_days,
            "peer_attempts_per_minute": config.auth.peer_attempts_per_minute,
            "secure_cookies": config.http.is_https(),
        },
        "api": { "requests_per_minute": config.api.requests_per_minute },
        "dni": {
            "visitors_per_minute": config.dni.visitors_per_minute,
            "places": config.dni.places.display().to_string(),
        },
        "rtb": { "allow": config.rtb.allow, "sip_host": config.rtb.sip_host },
        "sweep": { "every_ms": config.sweep.every_ms, "grace_ms": config.sweep.grace_ms },
        "metrics": { "token": secret(&config.metrics.token) },
        "log": { "format": format!("{:?}", config.log.format).to_lowercase(), "filter": config.log.filter },
    })
}

/// The address with its password and parameters left out: both can hold secrets.
fn without_password(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else {
        return text.split('?').next().unwrap_or_default().to_owned();
    };
    if url.password().is_some() {
        let _ = url.set_password(Some("***"));
    }
    if !text.starts_with("sqlite") {
        url.set_query(None);
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_printed() {
        let vars = [
            (
                "DATABASE_URL",
                "postgres://app:hunter2@db.example/calls?sslpassword=hunter2",
            ),
            ("TWILIO_ACCOUNT_SID", "AC1"),
            ("TWILIO_AUTH_TOKEN", "hunter2,hunter2"),
            ("SESSION_SECRET", "hunter2hunter2hunter2hunter2hunter2"),
            ("CALLCENTER__METRICS__TOKEN", "hunter2"),
        ];
        let config =
            Config::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).expect("valid");
        let text = redacted(&config).to_string();
        assert!(
            !text.contains("hunter2") && text.contains("app:***@db.example"),
            "{text}"
        );
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
