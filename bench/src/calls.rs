//! Whole calls as the carrier carries them: the arrival, then every callback that the answered
//! document asks for, in the order of the call.

use crate::form::{self, Caller, Form};
use crate::http::Connection;
use crate::load::{CONNECTIONS, Outcome, on_one_thread};
use anyhow::{Context, Result, anyhow, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A run never takes longer than this, whatever the server does.
const LIMIT: Duration = Duration::from_secs(60);

/// How far calls are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The target has answered; the call goes on.
    Talking,
    /// Everything was told.
    Ended,
}

/// What a run of calls found.
#[derive(Debug, Clone)]
pub struct Calls {
    /// Calls carried as far as wanted.
    pub count: usize,
    /// Answers to all requests of these calls.
    pub events: Outcome,
}

impl Calls {
    /// Calls a second.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.events.seconds
    }
}

/// Carries at most `count` calls, or as many as begin within `time`.
pub fn carry(address: SocketAddr, count: usize, time: Duration, until: Until) -> Result<Calls> {
    on_one_thread(async move {
        let taken = Arc::new(AtomicUsize::new(0));
        let mut lines = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            lines.push(Line {
                host: address.to_string(),
                connection: Connection::open(address).await?,
                latencies: Vec::new(),
            });
        }
        let start = Instant::now();
        let mut workers = JoinSet::new();
        for mut line in lines {
            let taken = Arc::clone(&taken);
            workers.spawn(async move {
                let mut carried = 0;
                while start.elapsed() < time && taken.fetch_add(1, Ordering::Relaxed) < count {
                    line.carry(Caller::next(), until).await?;
                    carried += 1;
                }
                Ok::<_, anyhow::Error>((carried, line.latencies))
            });
        }
        let mut calls = 0;
        let mut latencies = Vec::new();
        tokio::time::timeout(LIMIT, async {
            while let Some(part) = workers.join_next().await {
                let (carried, some) = part??;
                calls += carried;
                latencies.extend(some);
            }
            Ok::<(), anyhow::Error>(())
        })
        .await
        .context("calls were not carried in time")??;
        Ok(Calls {
            count: calls,
            events: Outcome::new(start.elapsed(), latencies),
        })
    })
}

/// A connection that carries one call after another.
struct Line {
    host: String,
    connection: Connection,
    latencies: Vec<u32>,
}

impl Line {
    async fn carry(&mut self, caller: Caller, until: Until) -> Result<()> {
        let twiml = self.tell(form::VOICE, &caller.arrival()).await?;
        let asked = Asked::read(&twiml, &self.host)?;
        let mut told = vec!["initiated", "ringing", "in-progress"];
        if until == Until::Ended {
            told.push("completed");
        }
        for (sequence, status) in told.into_iter().enumerate() {
            self.tell(&asked.leg, &caller.leg(status, sequence)).await?;
        }
        if until == Until::Talking {
            return Ok(());
        }
        let mut action = caller.call("in-progress");
        action.extend([
            ("DialBridged", "true".to_owned()),
            ("DialCallDuration", "42".to_owned()),
            ("DialCallSid", caller.leg_sid()),
            ("DialCallStatus", "completed".to_owned()),
        ]);
        self.tell(&asked.action, &action).await?;
        if let Some(recording) = &asked.recording {
            let form = self.recording(caller);
            self.tell(recording, &form).await?;
        }
        let mut end = caller.call("completed");
        end.push(("CallDuration", "45".to_owned()));
        self.tell(form::STATUS, &end).await?;
        Ok(())
    }

    fn recording(&self, caller: Caller) -> Form {
        let sid = caller.recording_sid();
        vec![
            ("AccountSid", form::ACCOUNT_SID.to_owned()),
            ("CallSid", caller.sid()),
            ("RecordingChannels", "2".to_owned()),
            ("RecordingDuration", "42".to_owned()),
            ("RecordingSid", sid.clone()),
            ("RecordingSource", "DialVerb".to_owned()),
            ("RecordingStatus", "completed".to_owned()),
            ("RecordingUrl", format!("http://{}/{sid}", self.host)),
        ]
    }

    async fn tell(&mut self, path: &str, form: &Form) -> Result<String> {
        let request = form::post(&self.host, path, form);
        let sent = Instant::now();
        let answer = self.connection.send(&request).await?;
        self.latencies
            .push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        if answer.status != 200 && answer.status != 204 {
            bail!("{path} answered {} with `{}`", answer.status, answer.body);
        }
        Ok(answer.body.to_owned())
    }
}

/// Where the answered document wants news: paths of the server.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    action: String,
    leg: String,
    recording: Option<String>,
}

impl Asked {
    fn read(twiml: &str, host: &str) -> Result<Self> {
        let path = |name: &str| -> Option<String> {
            let (_, rest) = twiml.split_once(&format!(" {name}=\""))?;
            let (url, _) = rest.split_once('"')?;
            let path = url
                .replace("&amp;", "&")
                .strip_prefix(&format!("http://{host}"))?
                .split('#')
                .next()?
                .to_owned();
            Some(path)
        };
        let need = |name: &str| path(name).ok_or_else(|| anyhow!("no `{name}` in {twiml}"));
        Ok(Self {
            action: need("action")?,
            leg: need("statusCallback")?,
            recording: path("recordingStatusCallback"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_where_news_go() {
        let twiml = r#"<Response><Dial action="http://h:1/a?x=1&amp;y=2" recordingStatusCallback="http://h:1/r"><Number statusCallback="http://h:1/leg">+1</Number></Dial></Response>"#;
        let asked = Asked::read(twiml, "h:1").unwrap();
        assert_eq!(asked.action, "/a?x=1&y=2");
        assert_eq!(asked.leg, "/leg");
        assert_eq!(asked.recording.as_deref(), Some("/r"));
        assert!(Asked::read("<Response><Say>no</Say></Response>", "h:1").is_err());
    }
}
