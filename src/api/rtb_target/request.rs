//! What a bidder is sent, as typed.

use serde::{Deserialize, Serialize};

use crate::invalid::FieldErrors;
use crate::outgoing::ADDRESS_CHARS_MAX;
use crate::rtb::inquiry::{Auth, Method, Request};
use crate::rtb::token::Template;

/// Headers of one request at most.
const HEADERS_MAX: usize = 30;
/// The longest secret, user name or header name, in characters.
const WORD_CHARS_MAX: usize = 500;
/// Headers that the connection itself is made of.
const OWN_HEADERS: [&str; 8] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
];

/// A request as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    pub method: String,
    pub url: String,
    /// "X-Partner: 17", one a line.
    pub headers: String,
    pub content_type: String,
    pub body: String,
    /// "none", "bearer", "basic" or "hmac".
    pub auth: String,
    /// Of "basic" the user, of "hmac" the header.
    pub auth_name: String,
    /// Never shown; empty keeps the stored one.
    pub auth_secret: String,
}

impl Default for RequestForm {
    fn default() -> Self {
        Self {
            method: "POST".to_owned(),
            url: String::new(),
            headers: String::new(),
            content_type: "application/json".to_owned(),
            body: String::new(),
            auth: "none".to_owned(),
            auth_name: String::new(),
            auth_secret: String::new(),
        }
    }
}

impl RequestForm {
    /// The form that shows a stored request, without its secret.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let lines: Vec<String> = (request.headers.iter())
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        Self {
            method: request.method.word().to_owned(),
            url: request.url.to_string(),
            headers: lines.join("\n"),
            content_type: request.content_type.clone(),
            body: request.body.to_string(),
            auth: request.auth.kind().to_owned(),
            auth_name: match &request.auth {
                Auth::Basic { user, .. } => user.clone(),
                Auth::Hmac { header, .. } => header.clone(),
                Auth::None | Auth::Bearer { .. } => String::new(),
            },
            auth_secret: String::new(),
        }
    }

    /// The request. A secret that was not typed again is that of `stored`, as long as it goes to the
    /// same machine in the same way.
    ///
    /// # Errors
    /// At `field.method`, `field.url` and so on.
    pub fn check(&self, field: &str, stored: Option<&Request>) -> Result<Request, FieldErrors> {
        let at = |part: &str| format!("{field}.{part}");
        let mut errors = FieldErrors::default();
        let method = Method::from_word(&self.method);
        if method.is_none() {
            errors.add(&at("method"), "unknown", "Choose a method.");
        }
        let url = errors.take(address(&at("url"), &self.url));
        let headers = errors.take(headers(&at("headers"), &self.headers));
        let has_body = method.is_some_and(Method::has_body);
        let content_type = self.content_type.trim();
        if has_body && !is_content_type(content_type) {
            let message = "Write a content type, for example application/json.";
            errors.add(&at("content_type"), "malformed", message);
        }
        let body = if has_body { self.body.trim() } else { "" };
        let body = errors.take(template(&at("body"), body));
        let same = stored.filter(|stored| {
            stored.auth.kind() == self.auth && host(&stored.url.to_string()) == host(&self.url)
        });
        let auth = errors.take(self.auth(field, same.map(|stored| &stored.auth)));
        match (method, url, headers, body, auth) {
            (Some(method), Some(url), Some(headers), Some(body), Some(auth)) => {
                errors.check()?;
                Ok(Request {
                    method,
                    url,
                    headers,
                    content_type: if has_body {
                        content_type.to_owned()
                    } else {
                        String::new()
                    },
                    body,
                    auth,
                })
            }
            _ => Err(errors),
        }
    }

    fn auth(&self, field: &str, stored: Option<&Auth>) -> Result<Auth, FieldErrors> {
        let mut errors = FieldErrors::default();
        let typed = self.auth_secret.trim();
        let secret = match (typed, stored.map(Auth::secret)) {
            ("", Some(stored)) => stored.to_owned(),
            (typed, _) => typed.to_owned(),
        };
        let name = self.auth_name.trim().to_owned();
        let secret_at = format!("{field}.auth_secret");
        let name_at = format!("{field}.auth_name");
        if self.auth != "none" {
            let plain = |text: &str| text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
            if secret.is_empty() {
                let message = "Enter it again: it is kept only while method and machine stay.";
                let message = if stored.is_none() && typed.is_empty() {
                    "Enter the secret."
                } else {
                    message
                };
                errors.add(&secret_at, "required", message);
            } else if !plain(&secret) || secret.chars().count() > WORD_CHARS_MAX {
                errors.add(
                    &secret_at,
                    "malformed",
                    "Use plain letters, digits and signs.",
                );
            }
        }
        let auth = match self.auth.as_str() {
            "none" => Auth::None,
            "bearer" => Auth::Bearer { token: secret },
            "basic" => {
                if name.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
                    errors.add(&name_at, "required", "Enter the user, without a colon.");
                }
                Auth::Basic {
                    user: name,
                    password: secret,
                }
            }
            "hmac" => {
                if !is_header_name(&name) {
                    errors.add(
                        &name_at,
                        "malformed",
                        "Enter the header’s name, for example X-Signature.",
                    );
                }
                Auth::Hmac {
                    header: name,
                    secret,
                }
            }
            _ => {
                let message = "Choose how the request proves whom it is from.";
                errors.add(&format!("{field}.auth"), "unknown", message);
                Auth::None
            }
        };
        errors.check()?;
        Ok(auth)
    }
}

/// The machine that an address leads to, with scheme and port; nothing for what is no address.
#[must_use]
pub fn host(url: &str) -> &str {
    let url = url.trim();
    let Some(at) = url.find("://") else {
        return "";
    };
    let machine = &url[at + 3..];
    // An address of IPv6 stands in brackets; elsewhere they begin a token.
    let literal = if machine.starts_with('[') {
        machine.find(']').map_or(0, |end| end + 1)
    } else {
        0
    };
    let end = machine[literal..].find(['/', '?', '#', '[']);
    end.map_or(url, |end| &url[..at + 3 + literal + end])
}

/// An address with tokens in its path or query, never in its host: where a request goes is fixed.
fn address(field: &str, typed: &str) -> Result<Template, FieldErrors> {
    let typed = typed.trim();
    let told = |code, message: &str| Err(FieldErrors::one(field, code, message));
    if typed.is_empty() {
        return told("required", "Enter the address that bids are asked at.");
    }
    if typed.chars().count() > ADDRESS_CHARS_MAX {
        return told("too_long", "The address is too long.");
    }
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| typed.starts_with(scheme));
    let Some(scheme) = scheme else {
        return told(
            "malformed",
            "Write the whole address, beginning with https://.",
        );
    };
    let rest = &typed[scheme.len()..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // Only an address of IPv6 has brackets there.
    let machine = &rest[..end];
    let literal = machine
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .is_some_and(|(inside, port)| {
            inside.parse::<std::net::Ipv6Addr>().is_ok() && !port.contains(['[', ']'])
        });
    if machine.contains('@') {
        return told(
            "malformed",
            "Leave user and password out of the address and choose an authentication.",
        );
    }
    let fits = machine
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(c));
    if machine.is_empty() || !fits || machine.contains('[') && !literal {
        return told(
            "malformed",
            "The name of the machine stands right behind https:// and has no tokens.",
        );
    }
    if typed.chars().any(|c| c.is_whitespace() || c.is_control()) && !typed.contains('[') {
        return told("malformed", "An address has no blanks.");
    }
    template(field, typed)
}

fn headers(field: &str, typed: &str) -> Result<Vec<(String, Template)>, FieldErrors> {
    let told = |code, message: &str| Err(FieldErrors::one(field, code, message));
    let mut all: Vec<(String, Template)> = Vec::new();
    for line in typed.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return told("malformed", "Write a header a line, like X-Partner: 17.");
        };
        let (name, value) = (name.trim(), value.trim());
        if !is_header_name(name) {
            return told(
                "malformed",
                "A header’s name has letters, digits and hyphens.",
            );
        }
        if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            let message = format!("{name} is set by itself: leave it out.");
            return told("forbidden", &message);
        }
        if all
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            return told("duplicate", "Name each header once.");
        }
        all.push((name.to_owned(), template(field, value)?));
    }
    if all.len() > HEADERS_MAX {
        return told("too_many", "Use at most 30 headers.");
    }
    Ok(all)
}

fn template(field: &str, text: &str) -> Result<Template, FieldErrors> {
    (text.parse::<Template>()).map_err(|why| FieldErrors::one(field, "too_long", &why.to_string()))
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 60
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_content_type(text: &str) -> bool {
    let kind = text.split(';').next().unwrap_or_default();
    let plain = text.len() <= 100 && text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    plain
        && kind
            .split('/')
            .filter(|part| !part.trim().is_empty())
            .count()
            == 2
}
