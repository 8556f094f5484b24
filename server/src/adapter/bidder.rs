//! Asks bidders: machines of strangers, at addresses that customers wrote.
//!
//! Every connection goes to an address that [`domain::outgoing`] judged, the one the name resolved to
//! at that moment: a name that resolves otherwise a moment later is judged again. No redirects are
//! followed, and of an answer no more than [`ANSWER_BYTES_MAX`] is read. Connections are kept for the
//! next ping, with HTTP/2 where the bidder speaks it.

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use axum::http::{Request, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::outgoing::{self, Allowed};
use domain::rtb::answer::ANSWER_BYTES_MAX;
use domain::rtb::inquiry::{Auth, Inquiry};
use domain::time::Timestamp;
use hmac::{Hmac, Mac as _};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use service::port::{Bidders, Clock as _, Heard};
use sha2::Sha256;
use tokio::net::TcpStream;
use tower::Service;

use super::system::SystemClock;

/// For how long what a name resolved to is remembered, in seconds.
const NAMES_AGE_S: u32 = 30;
/// Names that are remembered at most; then all are forgotten.
const NAMES_MAX: usize = 10_000;
/// For how long a connection waits for the next ping.
const IDLE: Duration = Duration::from_secs(60);
/// Connections to one bidder that wait at most.
const IDLE_MAX: usize = 64;
const AGENT: &str = concat!("CallCenterPro/", env!("CARGO_PKG_VERSION"));

/// See the module.
#[derive(Clone)]
pub struct HttpBidders {
    client: Client<HttpsConnector<Guarded>, Full<axum::body::Bytes>>,
    allowed: Arc<[Allowed]>,
}

impl HttpBidders {
    /// `allowed` names what is asked although it is not on the public internet.
    ///
    /// # Errors
    /// If no TLS is to be had.
    pub fn new(allowed: Vec<Allowed>) -> anyhow::Result<Self> {
        let allowed: Arc<[Allowed]> = allowed.into();
        let guarded = Guarded {
            allowed: Arc::clone(&allowed),
            names: Names::default(),
        };
        // Two providers are compiled in, so that none is the default one.
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)?
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(guarded);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(connector);
        Ok(Self { client, allowed })
    }

    async fn exchange(&self, inquiry: &Inquiry) -> Result<Heard, String> {
        let request = match self.request(inquiry) {
            Ok(request) => request,
            Err(why) => return Ok(Heard::Unsent(why)),
        };
        let answer = match self.client.request(request).await {
            Ok(answer) => answer,
            Err(error) => return Err(why(&error)),
        };
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX);
        match body.collect().await {
            Ok(whole) => Ok(Heard::Answer {
                status,
                // In whatever charset: what bids are made of is the same in all of them.
                body: String::from_utf8_lossy(&whole.to_bytes()).into_owned(),
            }),
            Err(error) if error.is::<LengthLimitError>() => Ok(Heard::TooLarge),
            Err(_) => Err("the answer broke off.".to_owned()),
        }
    }

    /// Signed over the address as it is sent.
    fn request(&self, inquiry: &Inquiry) -> Result<Request<Full<axum::body::Bytes>>, String> {
        let url = outgoing::check(&inquiry.url, &self.allowed).map_err(|e| e.to_string())?;
        let inquiry = Inquiry {
            url: url.into(),
            ..inquiry.clone()
        };
        request(&inquiry)
    }
}

#[async_trait]
impl Bidders for HttpBidders {
    async fn ask(&self, inquiry: &Inquiry, within: Duration) -> Heard {
        match tokio::time::timeout(within, self.exchange(inquiry)).await {
            Err(_) => Heard::TimedOut,
            Ok(Ok(heard)) => heard,
            Ok(Err(why)) => Heard::Unreachable(why),
        }
    }

    fn refuses(&self, url: &str) -> Option<String> {
        let checked = outgoing::check(url, &self.allowed);
        checked.err().map(|error| error.to_string())
    }
}

impl std::fmt::Debug for HttpBidders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpBidders")
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

fn request(inquiry: &Inquiry) -> Result<Request<Full<axum::body::Bytes>>, String> {
    let body = inquiry.body.clone().unwrap_or_default();
    let mut request = Request::builder()
        .method(inquiry.method.word())
        .uri(&inquiry.url)
        .header(USER_AGENT, AGENT)
        .body(Full::new(axum::body::Bytes::from(body)))
        .map_err(|_| "the address cannot be asked.".to_owned())?;
    let headers = request.headers_mut();
    let mut set = |name: &str, value: &str| {
        let name = HeaderName::try_from(name);
        let value = HeaderValue::try_from(value);
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err("a header of the request cannot be sent.".to_owned());
        };
        headers.insert(name, value);
        Ok(())
    };
    set("accept", "*/*")?;
    for (name, value) in &inquiry.headers {
        set(name, value)?;
    }
    match &inquiry.auth {
        Auth::None => {}
        Auth::Bearer { token } => set(AUTHORIZATION.as_str(), &format!("Bearer {token}"))?,
        Auth::Basic { user, password } => {
            let both = STANDARD.encode(format!("{user}:{password}"));
            set(AUTHORIZATION.as_str(), &format!("Basic {both}"))?;
        }
        Auth::Hmac { header, secret } => {
            set(
                header,
                &signature(inquiry, secret, SystemClock.now().secs())?,
            )?;
        }
    }
    Ok(request)
}

/// `t=1700000000,v1=<hex>`, see [`Auth::Hmac`].
fn signature(inquiry: &Inquiry, secret: &str, now: i64) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| "the request cannot be signed.".to_owned())?;
    mac.update(inquiry.signed_text(now).as_bytes());
    let hex: String = (mac.finalize().into_bytes().iter())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("t={now},v1={hex}"))
}

/// Why there is no answer, as the end of a sentence.
fn why(error: &(dyn std::error::Error + 'static)) -> String {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(blocked) = error.downcast_ref::<Blocked>() {
            return blocked.0.clone();
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            // An error of ours may be wrapped in one of the system's.
            if let Some(inner) = io.get_ref()
                && let Some(blocked) = inner.downcast_ref::<Blocked>()
            {
                return blocked.0.clone();
            }
            if io.kind() == std::io::ErrorKind::ConnectionRefused {
                return "the connection was refused.".to_owned();
            }
        }
        if error.downcast_ref::<rustls::Error>().is_some() {
            return "its certificate or encryption cannot be trusted.".to_owned();
        }
        next = error.source();
    }
    "the connection broke.".to_owned()
}

/// Nobody is connected to, with the reason.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Blocked(String);

/// What names resolved to.
#[derive(Debug, Clone, Default)]
struct Names(Arc<Mutex<HashMap<String, Resolved>>>);

/// What a name resolved to, and when.
#[derive(Debug, Clone)]
struct Resolved {
    at: Timestamp,
    addresses: Vec<IpAddr>,
}

impl Names {
    async fn resolve(&self, host: &str, port: u16) -> Result<Vec<IpAddr>, Blocked> {
        if let Some(known) = self.known(host) {
            return Ok(known);
        }
        let found = tokio::net::lookup_host((host, port)).await;
        let found = found.map_err(|_| Blocked(format!("there is no machine named {host}.")))?;
        let addresses: Vec<IpAddr> = found.map(|place| place.ip()).collect();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= NAMES_MAX {
            all.clear();
        }
        let resolved = Resolved {
            at: SystemClock.now(),
            addresses: addresses.clone(),
        };
        all.insert(host.to_owned(), resolved);
        Ok(addresses)
    }

    fn known(&self, host: &str) -> Option<Vec<IpAddr>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(host)?;
        let fresh = SystemClock.now().secs_since(known.at) < NAMES_AGE_S;
        fresh.then(|| known.addresses.clone())
    }
}

/// Connects to machines that may be asked, and to no other.
#[derive(Debug, Clone)]
struct Guarded {
    allowed: Arc<[Allowed]>,
    names: Names,
}

impl Guarded {
    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, Blocked> {
        let host = uri.host().unwrap_or_default();
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let port = uri.port_u16().unwrap_or_else(|| {
            let secure = uri.scheme_str() == Some("https");
            if secure { 443 } else { 80 }
        });
        let addresses = match host.parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => self.names.resolve(&host, port).await?,
        };
        let mut last = Blocked(format!("there is no machine named {host}."));
        for address in addresses {
            if let Some(why) = outgoing::refusal(&host, address, port, &self.allowed) {
                last = Blocked(why);
                continue;
            }
            match TcpStream::connect(SocketAddr::new(address, port)).await {
                Ok(stream) => {
                    // A ping is one small packet: it does not wait for a second one.
                    drop(stream.set_nodelay(true));
                    return Ok(TokioIo::new(stream));
                }
                Err(error) => last = Blocked(unconnected(&error)),
            }
        }
        Err(last)
    }
}

fn unconnected(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "the connection was refused.".to_owned(),
        _ => "it cannot be reached.".to_owned(),
    }
}

impl Service<Uri> for Guarded {
    type Response = TokioIo<TcpStream>;
    type Error = Blocked;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Blocked>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Blocked>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::Redirect;
    use axum::routing::{any, post};
    use domain::rtb::inquiry::Method;

    const WITHIN: Duration = Duration::from_secs(5);

    /// A bidder of many manners, on a port of its own.
    async fn bidder() -> SocketAddr {
        let router = axum::Router::new()
            .route(
                "/echo",
                post(|headers: axum::http::HeaderMap, body: String| async move {
                    let signed = headers.get("x-signature").cloned();
                    let signed = signed.map(|v| v.to_str().unwrap_or_default().to_owned());
                    let auth = headers.get(AUTHORIZATION).cloned();
                    let auth = auth.map(|v| v.to_str().unwrap_or_default().to_owned());
                    format!(
                        "{body}|{}|{}",
                        signed.unwrap_or_default(),
                        auth.unwrap_or_default()
                    )
                }),
            )
            .route("/large", any(|| async { "x".repeat(ANSWER_BYTES_MAX + 1) }))
            .route("/full", any(|| async { "x".repeat(ANSWER_BYTES_MAX) }))
            .route(
                "/latin",
                any(|| async { b"{\"bid\": 12.5, \"name\": \"M\xfcller\"}".to_vec() }),
            )
            .route(
                "/away",
                any(|| async { Redirect::temporary("http://169.254.169.254/") }),
            )
            .route(
                "/slow",
                any(|| async {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                    ""
                }),
            );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn allowing(places: &[String]) -> HttpBidders {
        let allowed = places.iter().map(|place| place.parse().expect("a place"));
        HttpBidders::new(allowed.collect()).expect("a client")
    }

    fn inquiry(url: String) -> Inquiry {
        Inquiry {
            method: Method::Post,
            url,
            body: Some("hello".to_owned()),
            ..Inquiry::default()
        }
    }

    async fn ask(bidders: &HttpBidders, url: String) -> Heard {
        bidders.ask(&inquiry(url), WITHIN).await
    }

    #[tokio::test]
    async fn answers_are_read_within_bounds() {
        let at = bidder().await;
        let bidders = allowing(&[at.to_string()]);
        let heard = ask(&bidders, format!("http://{at}/echo")).await;
        assert!(
            matches!(&heard, Heard::Answer { status: 200, body } if body == "hello||"),
            "{heard:?}"
        );
        assert_eq!(
            ask(&bidders, format!("http://{at}/large")).await,
            Heard::TooLarge
        );
        let full = ask(&bidders, format!("http://{at}/full")).await;
        assert!(matches!(full, Heard::Answer { status: 200, .. }));
        let latin = ask(&bidders, format!("http://{at}/latin")).await;
        assert!(matches!(&latin, Heard::Answer { body, .. } if body.contains("12.5")));
        let missing = ask(&bidders, format!("http://{at}/none")).await;
        assert!(matches!(missing, Heard::Answer { status: 404, .. }));
        let slow = inquiry(format!("http://{at}/slow"));
        let heard = bidders.ask(&slow, Duration::from_millis(60)).await;
        assert_eq!(heard, Heard::TimedOut);
    }

    #[tokio::test]
    async fn redirects_are_answers_and_lead_nowhere() {
        let at = bidder().await;
        let bidders = allowing(&[at.to_string()]);
        let heard = ask(&bidders, format!("http://{at}/away")).await;
        assert!(
            matches!(heard, Heard::Answer { status: 307, .. }),
            "{heard:?}"
        );
    }

    #[tokio::test]
    async fn what_signs_in_is_sent() {
        let at = bidder().await;
        let bidders = allowing(&[at.to_string()]);
        let mut one = inquiry(format!("http://{at}/echo"));
        one.auth = Auth::Basic {
            user: "u".to_owned(),
            password: "p".to_owned(),
        };
        let heard = bidders.ask(&one, WITHIN).await;
        assert!(matches!(&heard, Heard::Answer { body, .. } if body.ends_with("|Basic dTpw")));
        one.auth = Auth::Hmac {
            header: "X-Signature".to_owned(),
            secret: "key".to_owned(),
        };
        let heard = bidders.ask(&one, WITHIN).await;
        assert!(
            matches!(&heard, Heard::Answer { body, .. } if body.contains("|t=") && body.contains(",v1="))
        );
        // The value of `openssl dgst -sha256 -hmac key` over "7.hello".
        assert_eq!(
            signature(&one, "key", 7).expect("signed"),
            "t=7,v1=8ef645d73d75ec8e55b667db09a592ad1512f9eadd07689077d9a3c152b3b16a"
        );
    }

    #[tokio::test]
    async fn machines_of_no_internet_are_not_asked() {
        let at = bidder().await;
        let nobody = allowing(&[]);
        let port = at.port();
        let written = [
            "127.0.0.1",
            "127.1",
            "127.255.255.254",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "0",
            "0.0.0.0",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "10.0.0.1",
            "10.255.255.255",
            "172.16.0.1",
            "172.31.255.254",
            "192.168.0.1",
            "192.168.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "169.254.1.1",
            "169.254.169.254",
            "2852039166",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::a00:1]",
            "[2002:7f00:1::]",
            "[2001:db8::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
        ];
        for machine in written {
            let url = format!("http://{machine}:{port}/echo");
            let heard = ask(&nobody, url.clone()).await;
            assert!(
                matches!(&heard, Heard::Unsent(why) if !why.is_empty()),
                "{url}: {heard:?}"
            );
            assert!(nobody.refuses(&url).is_some(), "{url}");
        }
        // Another port of an allowed machine is not allowed.
        let elsewhere = allowing(&["127.0.0.1:1".to_owned()]);
        let heard = ask(&elsewhere, format!("http://{at}/echo")).await;
        assert!(matches!(heard, Heard::Unsent(_)));
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_resolves_to_when_it_is_connected_to() {
        let at = bidder().await;
        let nobody = allowing(&[]);
        let names = Names::default();
        let guarded = Guarded {
            allowed: Arc::clone(&nobody.allowed),
            names: names.clone(),
        };
        // As if the name server answered with this machine, the second time it is asked (rebinding).
        let remember = |addresses: Vec<IpAddr>| {
            let mut all = names.0.lock().unwrap_or_else(PoisonError::into_inner);
            let resolved = Resolved {
                at: SystemClock.now(),
                addresses,
            };
            all.insert("rebound.example".to_owned(), resolved);
        };
        remember(vec![
            at.ip(),
            "169.254.169.254".parse().expect("an address"),
        ]);
        let uri: Uri = format!("http://rebound.example:{}/", at.port())
            .parse()
            .expect("an address");
        let blocked = guarded.clone().connect(uri).await.expect_err("refused");
        assert!(!blocked.0.is_empty());
        let unknown: Uri = "http://nobody.invalid/".parse().expect("an address");
        let blocked = guarded.connect(unknown).await.expect_err("unknown");
        assert_eq!(blocked.0, "there is no machine named nobody.invalid.");
    }
}
