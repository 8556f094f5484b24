//! What does not fit together in the settings.

use super::sources::name_of;
use super::{Config, auth};
use secrecy::ExposeSecret;
use std::fmt;
use std::net::IpAddr;

/// Something wrong with the settings, at the name a person used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub name: String,
    pub message: String,
}

impl Mistake {
    pub(super) fn new(name: &str, message: &str) -> Self {
        Self {
            name: name.to_owned(),
            message: message.to_owned(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl Config {
    /// Everything that is wrong, in the order of the settings.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let mut found = Vec::new();
        let mut wrong = |key: &str, message: &str| found.push(Mistake::new(&name_of(key), message));
        self.check_http(&mut wrong);
        self.check_database(&mut wrong);
        self.check_twilio(&mut wrong);
        self.check_auth(&mut wrong);
        if self.api.requests_per_minute == 0 {
            wrong("api.requests_per_minute", "needs 1 or more");
        }
        if self.dni.visitors_per_minute == 0 {
            wrong("dni.visitors_per_minute", "needs 1 or more");
        }
        if !self.dni.places.as_os_str().is_empty() && !self.dni.places.is_file() {
            wrong("dni.places", "needs a file that is there, or nothing");
        }
        if let Err(place) = self.rtb.allowed() {
            wrong("rtb.allow", &place.to_string());
        }
        if !self.rtb.has_good_sip_host() {
            wrong(
                "rtb.sip_host",
                "needs a name like calls.sip.example.com, or nothing",
            );
        }
        if self.sweep.every_ms < 100 {
            wrong("sweep.every_ms", "needs 100 or more");
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_err() {
            wrong(
                "log.filter",
                "needs directives like `info` or `info,server=debug`",
            );
        }
        found
    }

    fn check_http(&self, wrong: &mut impl FnMut(&str, &str)) {
        let base = &self.http.public_base_url;
        if base.is_empty() {
            if !self.http.is_loopback() {
                wrong(
                    "http.public_base_url",
                    "is needed when others than this machine can connect: the carrier signs it",
                );
            }
        } else {
            match url::Url::parse(base) {
                Ok(url) if ["http", "https"].contains(&url.scheme()) && url.has_host() => {
                    if base.ends_with('/') || url.query().is_some() || url.fragment().is_some() {
                        wrong(
                            "http.public_base_url",
                            "needs to end without a slash, query or fragment",
                        );
                    } else if url.host_str().is_some_and(|h| h.contains('_')) {
                        wrong(
                            "http.public_base_url",
                            "holds an underscore in its host name, which the carrier refuses",
                        );
                    } else if !url.username().is_empty() || url.password().is_some() {
                        wrong("http.public_base_url", "must not hold a name or password");
                    }
                }
                _ => wrong(
                    "http.public_base_url",
                    "needs an address like https://calls.example.com",
                ),
            }
        }
        if self
            .http
            .trusted_proxies
            .split(',')
            .map(str::trim)
            .any(|a| !a.is_empty() && a.parse::<IpAddr>().is_err())
        {
            wrong(
                "http.trusted_proxies",
                "needs IP addresses with commas between",
            );
        }
        if !(1_024..=16_777_216).contains(&self.http.body_bytes_max) {
            wrong("http.body_bytes_max", "needs 1024 to 16777216");
        }
        if !(1_000..=60_000).contains(&self.http.timeout_ms) {
            wrong("http.timeout_ms", "needs 1000 to 60000");
        }
    }

    fn check_database(&self, wrong: &mut impl FnMut(&str, &str)) {
        let url = self.database.url.expose_secret();
        if !(url.is_empty()
            || ["sqlite:", "postgres://", "postgresql://"]
                .iter()
                .any(|scheme| url.starts_with(scheme)))
        {
            wrong(
                "database.url",
                "needs to begin with sqlite:, postgres:// or postgresql://",
            );
        }
        if !(1..=1_000).contains(&self.database.connections_max) {
            wrong("database.connections_max", "needs 1 to 1000");
        }
    }

    fn check_twilio(&self, wrong: &mut impl FnMut(&str, &str)) {
        if self.twilio.has_token() && self.twilio.account_sid.is_empty() {
            wrong(
                "twilio.account_sid",
                "is needed together with TWILIO_AUTH_TOKEN",
            );
        }
        if !self.twilio.account_sid.is_empty() && !self.twilio.has_token() {
            wrong(
                "twilio.auth_token",
                "is needed together with TWILIO_ACCOUNT_SID",
            );
        }
        for (key, address) in [
            ("twilio.api_base_url", &self.twilio.api_base_url),
            ("twilio.pricing_base_url", &self.twilio.pricing_base_url),
        ] {
            let fits = url::Url::parse(address)
                .is_ok_and(|u| ["http", "https"].contains(&u.scheme()) && u.has_host());
            if !fits || address.ends_with('/') {
                wrong(
                    key,
                    "needs an address like https://api.twilio.com, without a slash at the end",
                );
            }
        }
        if !(1..=100).contains(&self.twilio.rest_concurrency) {
            wrong("twilio.rest_concurrency", "needs 1 to 100");
        }
        if !(500..=60_000).contains(&self.twilio.rest_timeout_ms) {
            wrong("twilio.rest_timeout_ms", "needs 500 to 60000");
        }
        if !(1..=5_000).contains(&self.twilio.rest_pause_ms) {
            wrong("twilio.rest_pause_ms", "needs 1 to 5000");
        }
    }

    fn check_auth(&self, wrong: &mut impl FnMut(&str, &str)) {
        let secret = self.auth.session_secret.expose_secret();
        if secret.is_empty() {
            if self.http.is_https() || !self.http.is_loopback() {
                wrong(
                    "auth.session_secret",
                    "is needed when the public address is https or others than this machine can connect",
                );
            }
        } else if secret.chars().count() < auth::SECRET_CHARS_MIN {
            wrong("auth.session_secret", "needs at least 32 characters");
        }
        let sealing = self.auth.credentials_secret.expose_secret();
        let mut sealing = sealing.split(',').map(str::trim).filter(|s| !s.is_empty());
        if sealing.any(|secret| secret.chars().count() < auth::SECRET_CHARS_MIN) {
            wrong(
                "auth.credentials_secret",
                "needs at least 32 characters, or nothing",
            );
        }
        if !(1..=365).contains(&self.auth.session_days) {
            wrong("auth.session_days", "needs 1 to 365");
        }
        if self.auth.peer_attempts_per_minute == 0 {
            wrong("auth.peer_attempts_per_minute", "needs 1 or more");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(vars: &[(&str, &str)]) -> Result<Config, Vec<Mistake>> {
        Config::from_vars(vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    fn names(vars: &[(&str, &str)]) -> Vec<String> {
        load(vars)
            .expect_err("mistakes")
            .into_iter()
            .map(|m| m.name)
            .collect()
    }

    #[test]
    fn the_defaults_are_complete_and_sound() {
        let config = load(&[]).expect("defaults");
        assert_eq!(config.http.addr.to_string(), "127.0.0.1:3000");
        assert!(!config.signatures_required());
        assert_eq!(config.base_url(config.http.addr), "http://127.0.0.1:3000");
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let found = names(&[
            ("CALLCENTER_ADDR", "0.0.0.0:3000"),
            ("DATABASE_URL", "mysql://x"),
            ("TWILIO_AUTH_TOKEN", "12345"),
            ("CALLCENTER__SWEEP__EVERY_MS", "5"),
        ]);
        assert_eq!(
            found,
            [
                "PUBLIC_BASE_URL",
                "DATABASE_URL",
                "TWILIO_ACCOUNT_SID",
                "SESSION_SECRET",
                "CALLCENTER__SWEEP__EVERY_MS"
            ]
        );
    }

    #[test]
    fn unknown_names_and_wrong_types_are_named_at_once() {
        let found = names(&[
            ("CALLCENTER__SWEEP__EVERY_MS", "soon"),
            ("CALLCENTER__NO__SUCH", "1"),
            ("CALLCENTER__AUTH__SESSION_DAYS", "-1"),
        ]);
        assert_eq!(
            found,
            [
                "CALLCENTER__AUTH__SESSION_DAYS",
                "CALLCENTER__NO__SUCH",
                "CALLCENTER__SWEEP__EVERY_MS"
            ]
        );
    }

    #[test]
    fn tokens_of_digits_stay_texts_and_lists_are_split() {
        let config = load(&[
            ("TWILIO_ACCOUNT_SID", "AC1"),
            ("TWILIO_AUTH_TOKEN", "007, 8"),
        ])
        .expect("valid");
        let tokens: Vec<String> = config
            .twilio
            .tokens()
            .iter()
            .map(|t| t.expose_secret().to_owned())
            .collect();
        assert_eq!(tokens, ["007", "8"]);
        assert!(config.signatures_required());
    }

    #[test]
    fn https_needs_a_real_secret() {
        let https = ("PUBLIC_BASE_URL", "https://calls.example.com");
        assert_eq!(names(&[https]), ["SESSION_SECRET"]);
        assert_eq!(
            names(&[https, ("SESSION_SECRET", "short")]),
            ["SESSION_SECRET"]
        );
        assert!(load(&[https, ("SESSION_SECRET", &"x".repeat(32))]).is_ok());
        assert_eq!(
            names(&[("PUBLIC_BASE_URL", "http://a.example/")]),
            ["PUBLIC_BASE_URL"]
        );
        assert_eq!(
            names(&[("PUBLIC_BASE_URL", "calls.example")]),
            ["PUBLIC_BASE_URL"]
        );
    }

    #[test]
    fn a_malformed_address_is_a_mistake() {
        assert!(load(&[("CALLCENTER_ADDR", "here")]).is_err());
    }
}
