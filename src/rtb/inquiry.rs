//! What a bidder is sent: a request as a person wrote it, and the same with the values of a call.

use serde::{Deserialize, Serialize};

use super::token::{Escape, Facts, Template};

/// How a request is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    #[default]
    Post,
    Put,
    Patch,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 4] = [Self::Post, Self::Get, Self::Put, Self::Patch];

    /// The word of HTTP.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }

    /// The method of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }

    /// Whether a body is sent.
    #[must_use]
    pub fn has_body(self) -> bool {
        self != Self::Get
    }
}

/// How a request proves whom it is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Auth {
    #[default]
    None,
    /// `Authorization: Bearer …`
    Bearer { token: String },
    /// RFC 7617.
    Basic { user: String, password: String },
    /// A header with the time and an HMAC-SHA-256 of what is sent: `t=1700000000,v1=<hex>`, over
    /// `1700000000.` and the body, or without a body the address.
    Hmac { header: String, secret: String },
}

impl Auth {
    /// Its word in forms.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bearer { .. } => "bearer",
            Self::Basic { .. } => "basic",
            Self::Hmac { .. } => "hmac",
        }
    }

    /// What nobody is shown; empty where there is none.
    #[must_use]
    pub fn secret(&self) -> &str {
        match self {
            Self::None => "",
            Self::Bearer { token } => token,
            Self::Basic { password, .. } => password,
            Self::Hmac { secret, .. } => secret,
        }
    }
}

/// A request with tokens, as a person wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    pub method: Method,
    pub url: Template,
    pub headers: Vec<(String, Template)>,
    pub content_type: String,
    pub body: Template,
    pub auth: Auth,
}

/// A request about one call, ready to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    pub method: Method,
    pub url: String,
    /// The content type among them.
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Never kept with what was sent.
    #[serde(skip)]
    pub auth: Auth,
}

impl Request {
    /// The request with the values of a call, each written as it must be where it stands.
    #[must_use]
    pub fn render(&self, facts: &Facts<'_>) -> Inquiry {
        let mut headers: Vec<(String, String)> = (self.headers.iter())
            .map(|(name, value)| (name.clone(), value.render(facts, Escape::Header)))
            .collect();
        let body = self.method.has_body().then(|| {
            let escape = Escape::of_content_type(&self.content_type);
            self.body.render(facts, escape)
        });
        if body.is_some() && !self.content_type.is_empty() {
            headers.push(("Content-Type".to_owned(), self.content_type.clone()));
        }
        Inquiry {
            method: self.method,
            url: self.url.render(facts, Escape::Url),
            headers,
            body,
            auth: self.auth.clone(),
        }
    }
}

/// What stands for a value that is nobody's to read.
const HIDDEN: &str = "hidden";

impl Inquiry {
    /// As it is kept and shown: without what signs in, and without headers that look like it.
    #[must_use]
    pub fn shown(&self) -> Self {
        let looks_secret = |name: &str| {
            let name = name.to_ascii_lowercase();
            ["auth", "key", "token", "secret", "signature", "cookie"]
                .iter()
                .any(|word| name.contains(word))
        };
        let headers = self.headers.iter().map(|(name, value)| {
            let value = if looks_secret(name) { HIDDEN } else { value };
            (name.clone(), value.to_owned())
        });
        Self {
            headers: headers.collect(),
            auth: Auth::None,
            ..self.clone()
        }
    }

    /// The bytes that an HMAC is taken of, at a moment in seconds.
    #[must_use]
    pub fn signed_text(&self, at: i64) -> String {
        format!("{at}.{}", self.body.as_deref().unwrap_or(&self.url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Caller;
    use crate::rtb::token::Party;
    use crate::tag::Tags;
    use crate::time::Timestamp;

    fn rendered(request: &Request) -> Inquiry {
        let mut tags = Tags::default();
        tags.set("user", "plan", "gold & \"blue\"");
        let caller = Caller::from_carrier("+12145550187");
        request.render(&Facts {
            call: "c1",
            caller: &caller,
            exposed: true,
            dialed: "+18005550126",
            publisher: Party::default(),
            campaign: Party::default(),
            target: Party::default(),
            duplicate: false,
            now: Timestamp::from_secs(0),
            tags: &tags,
        })
    }

    fn request(method: Method) -> Request {
        Request {
            method,
            url: "https://bid.example/p?plan=[user:plan]".parse().unwrap(),
            headers: vec![
                ("X-Plan".to_owned(), "[user:plan]".parse().unwrap()),
                ("X-Api-Key".to_owned(), "s3cret".parse().unwrap()),
            ],
            content_type: "application/json".to_owned(),
            body: r#"{"cid":"[Call:CallerId]","plan":"[user:plan]"}"#.parse().unwrap(),
            auth: Auth::Bearer {
                token: "t0ken".to_owned(),
            },
        }
    }

    #[test]
    fn a_value_is_written_as_its_place_asks_for() {
        let inquiry = rendered(&request(Method::Post));
        assert_eq!(
            inquiry.url,
            "https://bid.example/p?plan=gold%20%26%20%22blue%22"
        );
        assert_eq!(
            inquiry.body.as_deref(),
            Some(r#"{"cid":"+12145550187","plan":"gold & \"blue\""}"#)
        );
        assert_eq!(inquiry.headers[0].1, "gold & \"blue\"");
        assert_eq!(inquiry.headers[2].0, "Content-Type");
        let get = rendered(&request(Method::Get));
        assert_eq!((get.body, get.headers.len()), (None, 2));
    }

    #[test]
    fn what_is_kept_holds_no_secret() {
        let shown = rendered(&request(Method::Post)).shown();
        let kept = serde_json::to_string(&shown).unwrap();
        assert!(
            !kept.contains("s3cret") && !kept.contains("t0ken"),
            "{kept}"
        );
        assert!(kept.contains("X-Api-Key"));
    }

    #[test]
    fn methods_and_words_agree() {
        for method in Method::ALL {
            assert_eq!(Method::from_word(method.word()), Some(method));
        }
        assert_eq!(Method::from_word("DELETE"), None);
    }
}
