//! Simulated calls that keep arriving, so that a demo lives: through HTTP, as a carrier's would.

use crate::carrier::exchange::Exchange;
use crate::carrier::script::{CallerPart, Does, Script, TargetPart};
use crate::carrier::walk::{CallSpec, Carrier};
use crate::carrier::wire::Wire;
use crate::config::Config;
use domain::draw::Draw;
use domain::time::{LocalMoment, Timestamp};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The time between two calls in the busiest hour, in milliseconds. With a minute and a half a call
/// that makes about ten at once.
const GAP_MS: u64 = 8_500;
/// Calls at once at most, whatever happens.
const LIVE_MAX: usize = 40;
/// How busy each hour of the day is, in percent, by the clock of the demo account.
const DAY: [u64; 24] = [
    55, 50, 50, 50, 50, 55, 60, 70, 85, 95, 100, 100, 95, 100, 100, 95, 90, 85, 80, 75, 70, 65, 60,
    55,
];
/// The demo account's offset from UTC in seconds, near enough for a curve.
const OFFSET_S: i32 = -5 * 3_600;

/// Where calls come from: an area code in front of 555-01xx.
pub(super) const AREAS: [&str; 32] = [
    "214", "469", "972", "817", "713", "832", "512", "210", "806", "915", "310", "213", "415",
    "619", "916", "602", "480", "623", "404", "678", "813", "305", "212", "718", "312", "773",
    "303", "206", "503", "702", "614", "919",
];

/// What places the calls.
#[derive(Debug)]
pub struct Traffic {
    carrier: Carrier,
    dice: Draw,
    /// Numbers that visitors of the demo's site call.
    visitors: UnboundedReceiver<String>,
    /// How a publisher's program asks before it sends a call, and where.
    publisher: (reqwest::Client, String),
}

impl Traffic {
    /// Traffic against the server of this process.
    ///
    /// # Errors
    /// If no HTTP client can be made.
    pub fn new(
        config: &Config,
        public: &str,
        bound: SocketAddr,
        exchange: Arc<Exchange>,
        visitors: UnboundedReceiver<String>,
    ) -> anyhow::Result<Self> {
        let token = config.twilio.tokens().into_iter().next();
        let host = if bound.ip().is_unspecified() {
            format!("127.0.0.1:{}", bound.port())
        } else {
            bound.to_string()
        };
        let base = format!("http://{host}");
        let publisher = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .no_proxy()
            .build()?;
        let wire = Wire::new(&base, public, token, &config.twilio.account_sid)?;
        let seed = u64::from_str_radix(&crate::adapter::system::random_hex(16), 16).unwrap_or(1);
        Ok(Self {
            carrier: Carrier {
                wire,
                speed: 1.0,
                exchange,
                marked: true,
            },
            dice: Draw::from_seed(seed),
            visitors,
            publisher: (publisher, base),
        })
    }

    /// Milliseconds until the next call: never regular, and longer at night.
    fn gap_ms(&mut self, now: Timestamp) -> u64 {
        let hour = usize::from(LocalMoment::new(now, OFFSET_S).hour) % DAY.len();
        let mean = GAP_MS * 100 / DAY[hour];
        mean / 4 + self.dice.below(mean * 3 / 2)
    }

    fn next_call(&mut self) -> CallSpec {
        let area = AREAS[usize::try_from(self.dice.below(AREAS.len() as u64)).unwrap_or(0)];
        let from = if self.dice.chance(3) {
            "anonymous".to_owned()
        } else {
            format!("+1{area}55501{:02}", self.dice.below(100))
        };
        let to = self.visitors.try_recv().unwrap_or_else(|_| {
            let share = |number: &(&str, &str, u128, u64)| match number.0 {
                super::bidding::NUMBER => super::bidding::SHARE,
                _ => number.3,
            };
            let weights: Vec<u64> = super::NUMBERS.iter().map(share).collect();
            super::NUMBERS[self.dice.weighted(&weights).unwrap_or(0)]
                .0
                .to_owned()
        });
        CallSpec {
            sid: self.carrier.new_sid("CA"),
            from,
            to,
            script: self.script(),
        }
    }

    fn script(&mut self) -> Script {
        let impatient = self.dice.chance(8);
        let caller = CallerPart {
            hang_up_after_s: impatient.then(|| self.seconds(3, 14)),
            message_s: self.seconds(6, 35),
            digits: String::new(),
        };
        let default = self.part();
        let targets = super::TARGETS
            .iter()
            .map(|target| (target.to.to_owned(), self.part()))
            .collect();
        Script {
            caller,
            default,
            targets,
        }
    }

    fn part(&mut self) -> TargetPart {
        let does = match self.dice.below(100) {
            0..=79 => Does::Answer,
            80..=89 => Does::Ignore,
            90..=95 => Does::Busy,
            96..=97 => Does::Refuse,
            _ => Does::Fail,
        };
        TargetPart {
            does,
            after_s: self.seconds(2, 11),
            talk_s: self.seconds(20, 180),
        }
    }

    /// Between two numbers of seconds, in tenths.
    fn seconds(&mut self, from: u64, to: u64) -> f64 {
        let tenths = from * 10 + self.dice.below((to - from) * 10);
        u32::try_from(tenths).map_or(0.0, |t| f64::from(t) / 10.0)
    }
}

/// Places calls until the server stops.
pub async fn run(mut traffic: Traffic, stopping: CancellationToken) {
    let mut calls: JoinSet<()> = JoinSet::new();
    // A dashboard that is just being opened should not be empty.
    let mut hurry = 6_u32;
    loop {
        let gap = if hurry > 0 {
            700
        } else {
            traffic.gap_ms(crate::adapter::system::now())
        };
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(gap)) => {}
        }
        hurry = hurry.saturating_sub(1);
        while calls.try_join_next().is_some() {}
        if calls.len() >= LIVE_MAX {
            continue;
        }
        let (carrier, mut spec) = (traffic.carrier.clone(), traffic.next_call());
        let asks = traffic.dice.chance(super::rtb_id::SHARE);
        let publisher = asks.then(|| traffic.publisher.clone());
        calls.spawn(async move {
            if let Some((client, base)) = publisher {
                // What is bid nothing is sent elsewhere.
                match super::rtb_id::ask(&client, &base, &spec.from).await {
                    Some(number) => spec.to = number,
                    None => return,
                }
            }
            if let Err(error) = carrier.call(&spec, &mut |_| {}).await {
                tracing::warn!(call = spec.sid, %error, "a simulated call broke off");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_can_exist_and_gaps_follow_the_day() {
        let wire = Wire::new("http://127.0.0.1:1", "http://127.0.0.1:1", None, "").expect("client");
        let carrier = Carrier {
            wire,
            speed: 1.0,
            exchange: Arc::default(),
            marked: true,
        };
        let mut traffic = Traffic {
            carrier,
            dice: Draw::from_seed(7),
            visitors: tokio::sync::mpsc::unbounded_channel().1,
            publisher: (reqwest::Client::new(), String::new()),
        };
        for _ in 0..500 {
            let call = traffic.next_call();
            assert!(
                call.from == "anonymous" || call.from.parse::<domain::phone::E164>().is_ok(),
                "{}",
                call.from
            );
            assert!((20.0..180.0).contains(&call.script.default.talk_s));
        }
        let mean = |hour: i64, traffic: &mut Traffic| {
            (0..400)
                .map(|_| traffic.gap_ms(Timestamp::from_secs(hour * 3_600 + 5 * 3_600)))
                .sum::<u64>()
                / 400
        };
        assert!(mean(2, &mut traffic) > mean(13, &mut traffic));
    }
}
