//! Twilio's REST API (twilio-reference 4): what calls need of it here, numbers in [`number`].
//!
//! Bounded on every side: requests in flight, time for each, attempts. Refused for want of room
//! (429) a request was never processed and is tried again; a failed read or deletion is too. Recordings are
//! fetched here and passed on, their address never reaches a browser.

pub mod number;

use crate::config::twilio::Twilio as Settings;
use domain::call::event::{CarrierLeg, CarrierRecord, LegStatus};
use domain::call::recording::{Recording, RecordingKind};
use reqwest::{Method, Response, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use service::port::{CarrierLogin, Sink};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How often one request is sent at most.
const ATTEMPTS_MAX: u32 = 3;
/// The longest pause the carrier may ask for before we give up instead.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// A pause is so many times as long as the one before.
const PAUSE_GROWTH: u32 = 4;
/// Accounts whose requests are counted; more than that, and those without any are forgotten.
const ROOMS_MAX: usize = 1_000;
/// Legs of one call looked at; ten are dialed at most.
const PAGE_SIZE: &str = "50";

/// What went wrong with the carrier.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    #[error("no carrier account is set up")]
    NotSetUp,
    #[error("the carrier does not know it")]
    NotFound,
    #[error("the carrier could not be reached")]
    Unreachable(#[from] reqwest::Error),
    #[error("the carrier answered {status}, code {code}: {message}")]
    Refused {
        status: u16,
        code: i64,
        message: String,
    },
}

/// The carrier's API, for all accounts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Twilio {
    http: reqwest::Client,
    base: String,
    pricing: String,
    timeout: Duration,
    pause: Duration,
    /// Requests of one account in flight at once.
    concurrency: usize,
    rooms: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
}

impl Twilio {
    /// The API of the settings.
    ///
    /// # Errors
    /// If no HTTP client can be made.
    pub fn new(settings: &Settings) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self {
            http,
            base: settings.api_base_url.clone(),
            pricing: settings.pricing_base_url.clone(),
            timeout: settings.rest_timeout(),
            pause: Duration::from_millis(settings.rest_pause_ms),
            concurrency: settings.rest_concurrency,
            rooms: Arc::default(),
        })
    }

    /// A client of one account. All of an account share its room.
    #[must_use]
    pub fn client(&self, login: &CarrierLogin) -> Rest {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() >= ROOMS_MAX {
            rooms.retain(|_, room| Arc::strong_count(room) > 1);
        }
        let room = rooms
            .entry(login.sid.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(self.concurrency)));
        Rest {
            api: self.clone(),
            login: login.clone(),
            room: Arc::clone(room),
        }
    }
}

/// A client of one carrier account. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Rest {
    api: Twilio,
    login: CarrierLogin,
    room: Arc<Semaphore>,
}

#[derive(Debug, Deserialize)]
struct CallJson {
    sid: String,
    status: String,
    // Durations are texts, and null while a call lives.
    duration: Option<String>,
}

#[derive(Debug, Deserialize)]
struct CallsJson {
    #[serde(default)]
    calls: Vec<CallJson>,
}

#[derive(Debug, Deserialize)]
struct RecordingJson {
    sid: String,
    status: String,
    duration: Option<String>,
    #[serde(default)]
    channels: u32,
    #[serde(default)]
    source: String,
}

#[derive(Debug, Deserialize)]
struct RecordingsJson {
    #[serde(default)]
    recordings: Vec<RecordingJson>,
}

#[derive(Debug, Default, Deserialize)]
struct ErrorJson {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

impl Rest {
    /// What the carrier knows about a call, the legs dialed for it and, once it is over, its
    /// recordings.
    ///
    /// # Errors
    /// If the carrier cannot be asked.
    pub async fn record(&self, sid: &str) -> Result<CarrierRecord, RestError> {
        let call = match self
            .get::<CallJson>(&format!("Calls/{}.json", segment(sid)), &[])
            .await
        {
            Ok(call) => leg(&call),
            Err(RestError::NotFound) => None,
            Err(error) => return Err(error),
        };
        let list: CallsJson = self
            .get(
                "Calls.json",
                &[("ParentCallSid", sid), ("PageSize", PAGE_SIZE)],
            )
            .await?;
        // The carrier lists the newest first.
        let legs = list.calls.iter().rev().filter_map(leg).collect();
        let recordings = match &call {
            Some(call) if call.status.is_final() => self.recordings(sid).await?,
            _ => Vec::new(),
        };
        Ok(CarrierRecord {
            call,
            legs,
            recordings_pending: recordings.iter().any(is_pending),
            recordings: recordings.iter().rev().filter_map(recording).collect(),
        })
    }

    async fn recordings(&self, call: &str) -> Result<Vec<RecordingJson>, RestError> {
        let list: RecordingsJson = self
            .get(
                "Recordings.json",
                &[("CallSid", call), ("PageSize", PAGE_SIZE)],
            )
            .await?;
        Ok(list.recordings)
    }

    /// The sound of a recording, as the carrier sends it; `range` is a browser's `Range` header.
    ///
    /// # Errors
    /// If the carrier does not know it or cannot be asked.
    pub async fn media(&self, sid: &str, range: Option<&str>) -> Result<Response, RestError> {
        // The last part of the address without a suffix is WAV, which plays and seeks everywhere.
        self.send(
            Method::GET,
            &format!("Recordings/{}.wav", segment(sid)),
            &[],
            range,
        )
        .await
    }

    /// The whole sound of a recording, piece by piece.
    ///
    /// # Errors
    /// If the carrier does not know it, cannot be asked or falls silent half way.
    pub async fn hear(&self, sid: &str, sink: Sink<'_>) -> Result<(), RestError> {
        let mut answer = self.media(sid, None).await?;
        loop {
            let piece = tokio::time::timeout(self.api.timeout, answer.chunk())
                .await
                .map_err(|_| too_late())??;
            match piece {
                Some(piece) => sink(&piece),
                None => return Ok(()),
            }
        }
    }

    /// Deletes a recording. One that is not there is deleted.
    ///
    /// # Errors
    /// If the carrier cannot be asked or refuses.
    pub async fn delete_recording(&self, sid: &str) -> Result<(), RestError> {
        let path = format!("Recordings/{}.json", segment(sid));
        match self.send(Method::DELETE, &path, &[], None).await {
            Ok(_) | Err(RestError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Ends a live call.
    ///
    /// # Errors
    /// If the carrier cannot be asked or refuses.
    pub async fn hang_up(&self, sid: &str) -> Result<(), RestError> {
        self.send(
            Method::POST,
            &format!("Calls/{}.json", segment(sid)),
            &[("Status", "completed")],
            None,
        )
        .await
        .map(drop)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, RestError> {
        self.get_at(&self.account_url(&format!("/{path}")), query)
            .await
    }

    async fn get_at<T: DeserializeOwned>(
        &self,
        url: &str,
        query: &[(&str, &str)],
    ) -> Result<T, RestError> {
        let answer = self.send_to(Method::GET, url, query, None).await?;
        self.read(answer).await
    }

    /// Reads an answer to its end; one that stops half way is as good as none.
    async fn read<T: DeserializeOwned>(&self, answer: Response) -> Result<T, RestError> {
        let read = tokio::time::timeout(self.api.timeout, answer.json()).await;
        Ok(read.map_err(|_| too_late())??)
    }

    /// What belongs to the account, or with `.json` the account itself.
    fn account_url(&self, tail: &str) -> String {
        format!(
            "{}/2010-04-01/Accounts/{}{tail}",
            self.api.base,
            segment(&self.login.sid)
        )
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        parameters: &[(&str, &str)],
        range: Option<&str>,
    ) -> Result<Response, RestError> {
        let url = self.account_url(&format!("/{path}"));
        self.send_to(method, &url, parameters, range).await
    }

    async fn send_to(
        &self,
        method: Method,
        url: &str,
        parameters: &[(&str, &str)],
        range: Option<&str>,
    ) -> Result<Response, RestError> {
        // The semaphore is never closed.
        let _room = self.room.acquire().await.map_err(|_| RestError::NotSetUp)?;
        let mut pause = self.api.pause;
        let mut attempt = 1;
        loop {
            let mut request = self
                .api
                .http
                .request(method.clone(), url)
                .basic_auth(&self.login.sid, Some(self.login.token.expose_secret()));
            request = if method == Method::POST {
                request.form(parameters)
            } else {
                request.query(parameters)
            };
            if let Some(range) = range {
                request = request.header("range", range);
            }
            if !url.ends_with(".wav") {
                request = request.header("accept", "application/json");
            }
            // The limit is on the answer's beginning: a long recording may stream longer.
            let sent = tokio::time::timeout(self.api.timeout, request.send()).await;
            let last = attempt >= ATTEMPTS_MAX;
            attempt += 1;
            match sent {
                Ok(Ok(response)) => match verdict(&method, response.status()) {
                    Verdict::Good => return Ok(response),
                    Verdict::Again if !last => {
                        pause = asked_pause(&response).unwrap_or(pause).min(PAUSE_MAX)
                    }
                    Verdict::Again | Verdict::Bad => return Err(refusal(response).await),
                },
                Ok(Err(error)) if last || method == Method::POST => return Err(error.into()),
                Err(_) if last || method == Method::POST => return Err(too_late()),
                Ok(Err(_)) | Err(_) => {}
            }
            metrics::counter!("carrier_rest_retries_total").increment(1);
            tokio::time::sleep(jittered(pause)).await;
            pause *= PAUSE_GROWTH;
        }
    }
}

enum Verdict {
    Good,
    Again,
    Bad,
}

fn verdict(method: &Method, status: StatusCode) -> Verdict {
    if status.is_success() || status == StatusCode::RANGE_NOT_SATISFIABLE {
        Verdict::Good
    } else if status == StatusCode::TOO_MANY_REQUESTS
        || (status.is_server_error() && *method != Method::POST)
    {
        Verdict::Again
    } else {
        Verdict::Bad
    }
}

fn too_late() -> RestError {
    RestError::Refused {
        status: 504,
        code: 0,
        message: "no answer in time".to_owned(),
    }
}

async fn refusal(response: Response) -> RestError {
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        return RestError::NotFound;
    }
    let error: ErrorJson = response.json().await.unwrap_or_default();
    RestError::Refused {
        status: status.as_u16(),
        code: error.code,
        message: error.message,
    }
}

fn asked_pause(response: &Response) -> Option<Duration> {
    response
        .headers()
        .get("retry-after")?
        .to_str()
        .ok()?
        .parse()
        .ok()
        .map(Duration::from_secs)
}

/// Between half and all of a pause, so that servers that failed together do not return together.
fn jittered(pause: Duration) -> Duration {
    let chance = u32::from_str_radix(&super::system::random_hex(4), 16).unwrap_or(0);
    pause / 2 + pause.mul_f64(f64::from(chance) / 131_070.0)
}

fn leg(call: &CallJson) -> Option<CarrierLeg> {
    let duration_s = call
        .duration
        .as_deref()
        .and_then(|d| d.parse().ok())
        .unwrap_or(0);
    Some(CarrierLeg {
        sid: call.sid.clone(),
        status: LegStatus::from_carrier(&call.status)?,
        duration_s,
    })
}

/// Whether a recording may still become ready (twilio-reference 4: in-progress, paused, stopped,
/// processing, completed, absent, deleted).
fn is_pending(recording: &RecordingJson) -> bool {
    matches!(
        recording.status.as_str(),
        "in-progress" | "paused" | "stopped" | "processing"
    )
}

fn recording(json: &RecordingJson) -> Option<Recording> {
    (json.status == "completed").then(|| Recording {
        sid: json.sid.clone(),
        kind: RecordingKind::from_carrier(&json.source),
        duration_s: json
            .duration
            .as_deref()
            .and_then(|d| d.parse().ok())
            .unwrap_or(0),
        channels: json.channels.max(1),
    })
}

/// An id as one path segment, whatever it holds.
fn segment(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_tried_again_and_a_write_only_if_it_was_never_processed() {
        let again = |method: &Method, status: u16| {
            matches!(
                verdict(method, StatusCode::from_u16(status).expect("status")),
                Verdict::Again
            )
        };
        assert!(again(&Method::GET, 429) && again(&Method::GET, 503) && again(&Method::POST, 429));
        // Deleting twice is deleting once.
        assert!(again(&Method::DELETE, 429) && again(&Method::DELETE, 503));
        assert!(!again(&Method::DELETE, 404) && !again(&Method::DELETE, 401));
        assert!(
            !again(&Method::POST, 503) && !again(&Method::GET, 404) && !again(&Method::GET, 401)
        );
    }

    #[test]
    fn the_carriers_texts_are_read() {
        let call: CallJson =
            serde_json::from_str(r#"{"sid":"CA1","status":"completed","duration":"42","extra":1}"#)
                .expect("call");
        assert_eq!(
            leg(&call),
            Some(CarrierLeg {
                sid: "CA1".into(),
                status: LegStatus::Completed,
                duration_s: 42
            })
        );
        let live: CallJson =
            serde_json::from_str(r#"{"sid":"CA1","status":"in-progress","duration":null}"#)
                .expect("call");
        assert_eq!(leg(&live).map(|l| l.duration_s), Some(0));
        assert_eq!(segment("CA1/../x"), "CA1%2F..%2Fx");
        let read = |status: &str| -> RecordingJson {
            serde_json::from_str(&format!(
                r#"{{"sid":"RE1","status":"{status}","duration":"7","channels":1,"source":"RecordVerb"}}"#
            ))
            .expect("recording")
        };
        let message = Recording {
            sid: "RE1".into(),
            kind: RecordingKind::Message,
            duration_s: 7,
            channels: 1,
        };
        assert_eq!(recording(&read("completed")), Some(message));
        assert!(is_pending(&read("processing")) && recording(&read("processing")).is_none());
        assert!(!is_pending(&read("absent")) && recording(&read("absent")).is_none());
    }

    #[test]
    fn pauses_stay_within_bounds() {
        let longest = Duration::from_millis(250);
        for _ in 0..100 {
            let pause = jittered(longest);
            assert!(longest / 2 <= pause && pause <= longest);
        }
    }
}
