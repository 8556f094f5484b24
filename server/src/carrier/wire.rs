//! Sending webhooks: signed as the carrier signs, to the server as it is reached from here.

use crate::webhook::twilio::signature;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// Where to send, and how to sign.
#[derive(Debug, Clone)]
pub struct Wire {
    http: reqwest::Client,
    /// Where the server is reached from here, without a slash at the end.
    send: String,
    /// How the server is known to the world: what is signed, and what TwiML's addresses begin with.
    public: String,
    token: Option<SecretString>,
    account_sid: String,
}

/// An answer of the server.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub text: String,
}

impl Wire {
    /// A wire to a server.
    ///
    /// # Errors
    /// If no HTTP client can be made.
    pub fn new(
        send: &str,
        public: &str,
        token: Option<SecretString>,
        account_sid: &str,
    ) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(15))
            .connect_timeout(Duration::from_secs(5))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let account_sid = if account_sid.is_empty() {
            "AC00000000000000000000000000000000"
        } else {
            account_sid
        };
        let trim = |url: &str| url.trim_end_matches('/').to_owned();
        Ok(Self {
            http,
            send: trim(send),
            public: trim(public),
            token,
            account_sid: account_sid.to_owned(),
        })
    }

    /// The public address of a path.
    #[must_use]
    pub fn public(&self, path: &str) -> String {
        format!("{}{path}", self.public)
    }

    /// Posts parameters to a public address.
    ///
    /// # Errors
    /// If the server cannot be reached or does not answer in time.
    pub async fn post(
        &self,
        url: &str,
        parameters: &[(&str, String)],
    ) -> Result<Answer, reqwest::Error> {
        let mut pairs: Vec<(String, String)> = vec![
            ("AccountSid".to_owned(), self.account_sid.clone()),
            ("ApiVersion".to_owned(), "2010-04-01".to_owned()),
        ];
        pairs.extend(
            parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        // As a carrier does: what stands behind it is for the carrier alone, neither sent nor signed.
        let url = url.split('#').next().unwrap_or(url);
        let to = url
            .strip_prefix(&self.public)
            .map_or_else(|| url.to_owned(), |path| format!("{}{path}", self.send));
        let mut request = self.http.post(to).form(&pairs);
        if let Some(token) = &self.token {
            request = request.header(
                signature::HEADER,
                signature::sign(token.expose_secret(), url, &pairs),
            );
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let content_type = response
            .headers()
            .get("content-type")
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        Ok(Answer {
            status,
            content_type,
            text: response.text().await?,
        })
    }
}
