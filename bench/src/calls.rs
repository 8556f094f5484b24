//! Whole calls as the carrier carries them: the arrival, then every callback that the answered
//! document asks for, in the order of the call.

use crate::course::{Course, Line};
use crate::form::{self, Caller, Form};
use anyhow::{Result, anyhow};

/// How far calls are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The target has answered; the call goes on.
    Talking,
    /// Everything was told.
    Ended,
}

/// A new call, carried so far.
#[derive(Debug, Clone, Copy)]
pub struct Call(pub Until);

impl Course for Call {
    async fn carry(self, line: &mut Line) -> Result<()> {
        let (caller, until) = (Caller::next(), self.0);
        let twiml = tell(line, form::VOICE, &caller.arrival()).await?;
        let asked = Asked::read(&twiml, line.host())?;
        let mut told = vec!["initiated", "ringing", "in-progress"];
        if until == Until::Ended {
            told.push("completed");
        }
        for (sequence, status) in told.into_iter().enumerate() {
            tell(line, &asked.leg, &caller.leg(status, sequence)).await?;
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
        tell(line, &asked.action, &action).await?;
        if let Some(path) = &asked.recording {
            let form = recording(caller, line.host());
            tell(line, path, &form).await?;
        }
        let mut end = caller.call("completed");
        end.push(("CallDuration", "45".to_owned()));
        tell(line, form::STATUS, &end).await?;
        Ok(())
    }
}

fn recording(caller: Caller, host: &str) -> Form {
    let sid = caller.recording_sid();
    vec![
        ("AccountSid", form::ACCOUNT_SID.to_owned()),
        ("CallSid", caller.sid()),
        ("RecordingChannels", "2".to_owned()),
        ("RecordingDuration", "42".to_owned()),
        ("RecordingSid", sid.clone()),
        ("RecordingSource", "DialVerb".to_owned()),
        ("RecordingStatus", "completed".to_owned()),
        ("RecordingUrl", format!("http://{host}/{sid}")),
    ]
}

async fn tell(line: &mut Line, path: &str, form: &Form) -> Result<String> {
    let request = form::post(line.host(), path, form);
    line.send(path, &request).await
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
