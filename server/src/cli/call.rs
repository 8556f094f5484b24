//! `callcenter call`: acts as the carrier against a running server.

use super::{CallArgs, Failure, result, say};
use crate::carrier::exchange::Exchange;
use crate::carrier::walk::{CallSpec, Carrier};
use crate::carrier::wire::Wire;
use crate::carrier::{CallReport, Heard, Script, load};
use crate::config::Config;
use domain::phone::E164;
use domain::time::length_text;
use std::sync::Arc;

/// Places the calls and says what the caller would hear, and where they went.
pub(super) async fn call(config: &Config, args: &CallArgs) -> Result<(), Failure> {
    let (carrier, spec) = prepare(config, args)?;
    if args.count > 1 {
        let summary = load::place(&carrier, &spec, args.count, args.rate).await;
        result(&serde_json::to_string(&summary)?)?;
        return match summary.broken {
            0 => Ok(()),
            n => Err(anyhow::anyhow!(
                "{n} of {} calls were not carried to their end",
                summary.calls
            )
            .into()),
        };
    }
    let report = carrier.call(&spec, &mut |heard| say(&line(heard))).await?;
    if args.json {
        result(&serde_json::to_string_pretty(&report)?)?;
    } else {
        result(&outcome(&report))?;
    }
    Ok(())
}

fn prepare(config: &Config, args: &CallArgs) -> Result<(Carrier, CallSpec), Failure> {
    let number = |name: &str, text: &str| -> Result<String, Failure> {
        text.parse::<E164>()
            .map(|n| n.as_str().to_owned())
            .map_err(|e| Failure::Usage(format!("--{name} {text}: {e}")))
    };
    let from = if ["anonymous", "unknown"].contains(&args.from.as_str()) {
        args.from.clone()
    } else {
        number("from", &args.from)?
    };
    let to = number("to", &args.to)?;
    if !(args.speed > 0.0 && args.speed <= 10_000.0) {
        return Err(Failure::Usage("--speed needs a number above 0".to_owned()));
    }
    if !(args.rate > 0.0 && args.rate <= 10_000.0) {
        return Err(Failure::Usage("--rate needs a number above 0".to_owned()));
    }
    let script = match &args.script {
        None => Script::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
            serde_json::from_str(&text)
                .map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?
        }
    };
    let public = config.base_url(config.http.addr);
    let send = args
        .url
        .clone()
        .unwrap_or_else(|| format!("http://{}", config.http.addr));
    // A server without a public address of its own is known by the one it is called at.
    let public = if config.http.public_base_url.is_empty() && args.url.is_some() {
        send.clone()
    } else {
        public
    };
    let token = config.twilio.tokens().into_iter().next();
    let wire = Wire::new(&send, &public, token, &config.twilio.account_sid)?;
    let carrier = Carrier {
        wire,
        speed: args.speed,
        exchange: Arc::new(Exchange::default()),
        marked: false,
    };
    let sid = carrier.new_sid("CA");
    Ok((
        carrier,
        CallSpec {
            sid,
            from,
            to,
            script,
        },
    ))
}

fn shown(number: &str) -> String {
    number
        .parse::<E164>()
        .map_or_else(|_| number.to_owned(), |n| n.display())
}

fn line(heard: &Heard) -> String {
    let text = match heard {
        Heard::Said(text) => format!("hears: {text}"),
        Heard::Played(url) => format!("hears the file {url}"),
        Heard::Silence { seconds } => format!("hears nothing for {seconds} s"),
        Heard::Ringing { to, caller_id } => {
            let by = caller_id
                .as_deref()
                .map(|id| format!(", which sees {}", shown(id)))
                .unwrap_or_default();
            format!("hears ringing: {}{by}", shown(to))
        }
        Heard::Connected { to, after_s } => {
            format!("is connected to {} after {after_s:.1} s", shown(to))
        }
        Heard::NotConnected { to, why } => format!("is not connected to {}: {why}", shown(to)),
        Heard::Talked { seconds, .. } => format!("talks for {seconds:.1} s"),
        Heard::LeftMessage { seconds } => format!("leaves a message of {seconds:.1} s"),
        Heard::Pressed(keys) => format!("presses {keys}"),
        Heard::Refused { busy: true } => "hears the busy tone".to_owned(),
        Heard::Refused { busy: false } => "hears that the number is not in service".to_owned(),
        Heard::HungUp { by_caller: true } => "hangs up".to_owned(),
        Heard::HungUp { by_caller: false } => "is hung up on".to_owned(),
    };
    format!("the caller {text}\n")
}

fn outcome(report: &CallReport) -> String {
    let length = length_text(crate::carrier::walk::whole(report.seconds));
    let dialed: Vec<String> = report.dialed.iter().map(|n| shown(n)).collect();
    let tried = if dialed.is_empty() {
        "nobody".to_owned()
    } else {
        dialed.join(", ")
    };
    match &report.connected_to {
        Some(to) => format!(
            "{} connected to {} after dialing {tried}; {length} in all",
            report.sid,
            shown(to)
        ),
        None => format!(
            "{} not connected; dialed {tried}; {length} in all",
            report.sid
        ),
    }
}
