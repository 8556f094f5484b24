//! The stream of events from the server: header counters, and a pulse whenever calls changed.
//!
//! Opens once the page's script runs, closes when the tab is hidden for a minute, reopens when it
//! is seen again, and says in words how it stands.

use std::time::Duration;

use domain::api::session::{Counters, News};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

use crate::route;
use crate::state::session::Session;
use crate::ui::State;

/// The least time between two pulses; it doubles while they keep coming, up to the most, so that a
/// call shows within a second and a storm of calls is not a storm of requests.
const PULSE_MS: (u64, u64) = (300, 1_200);
/// How long a hidden tab keeps its connection.
const HIDDEN: Duration = Duration::from_secs(60);
/// The longest wait between two tries to reconnect, in seconds.
const RETRY_S_MAX: u64 = 30;

/// How the connection stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Link {
    #[default]
    Connecting,
    Live,
    Reconnecting,
    Paused,
}

impl Link {
    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting",
            Self::Live => "Live",
            Self::Reconnecting => "Reconnecting",
            Self::Paused => "Paused",
        }
    }

    /// The state of the system as far as this browser knows, in words.
    #[must_use]
    pub fn system_words(self) -> &'static str {
        match self {
            Self::Connecting => "Checking",
            Self::Live => "All systems normal",
            Self::Reconnecting => "Server not reached",
            Self::Paused => "Updates paused",
        }
    }

    /// The shape beside the word.
    #[must_use]
    pub fn shape(self) -> State {
        match self {
            Self::Connecting => State::Progress,
            Self::Live => State::Open,
            Self::Reconnecting => State::Attention,
            Self::Paused => State::Paused,
        }
    }
}

/// The live connection.
#[derive(Clone, Copy)]
pub struct Live {
    /// How it stands.
    pub link: RwSignal<Link>,
    /// The latest counters; none before the first event.
    pub counters: RwSignal<Option<Counters>>,
    /// Grows when calls changed.
    pub pulse: RwSignal<u32>,
}

impl Live {
    fn fire(self, gate: Gate) {
        if gate.locked.get_value() {
            gate.missed.set_value(true);
            return;
        }
        self.pulse.update(|n| *n += 1);
        gate.locked.set_value(true);
        let wait = gate.wait_ms.get_value();
        set_timeout(
            move || {
                gate.locked.set_value(false);
                if gate.missed.get_value() {
                    gate.missed.set_value(false);
                    gate.wait_ms.set_value((wait * 2).min(PULSE_MS.1));
                    self.fire(gate);
                } else {
                    gate.wait_ms.set_value(PULSE_MS.0);
                }
            },
            Duration::from_millis(wait),
        );
    }
}

/// Lets one pulse through at a time and remembers that there was another.
#[derive(Clone, Copy)]
struct Gate {
    locked: StoredValue<bool>,
    missed: StoredValue<bool>,
    /// How long the next one has to wait.
    wait_ms: StoredValue<u64>,
}

/// The open stream; lives in an effect, so only in the browser.
#[derive(Clone, Copy)]
struct Stream {
    live: Live,
    gate: Gate,
    /// How far the calls are as far as the page knows; none after an interruption, whose first
    /// event is news in any case.
    known: StoredValue<Option<News>>,
    source: StoredValue<Option<EventSource>, LocalStorage>,
    tries: StoredValue<u32>,
    /// Grows with each hiding, so that an old timer knows it is old.
    hidden: StoredValue<u32>,
}

impl Stream {
    fn open(self) {
        self.close();
        let Ok(source) = EventSource::new(route::EVENTS) else {
            return;
        };
        let opened = Closure::<dyn FnMut()>::new(move || {
            self.tries.set_value(0);
            self.live.link.set(Link::Live);
        });
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        let failed = Closure::<dyn FnMut()>::new(move || self.failed());
        source.set_onerror(Some(failed.as_ref().unchecked_ref()));
        let calls =
            Closure::<dyn FnMut(MessageEvent)>::new(move |ev: MessageEvent| self.heard(&ev));
        drop(source.add_event_listener_with_callback("calls", calls.as_ref().unchecked_ref()));
        // They live as long as the stream, which lives as long as the page.
        opened.forget();
        failed.forget();
        calls.forget();
        self.source.set_value(Some(source));
    }

    fn heard(self, ev: &MessageEvent) {
        let news = ev
            .data()
            .as_string()
            .and_then(|text| crate::wire::read::<News>(text.as_bytes()).ok());
        let Some(news) = news else { return };
        self.live.counters.set(Some(news.counters));
        let known = self.known.get_value();
        self.known.set_value(Some(news));
        // The stream begins by saying how far the calls are, which the page may know already.
        if known != Some(news) {
            self.live.fire(self.gate);
        }
    }

    fn failed(self) {
        self.live.link.set(Link::Reconnecting);
        self.known.set_value(None);
        let gone = self.source.with_value(|s| {
            s.as_ref()
                .is_none_or(|s| s.ready_state() == EventSource::CLOSED)
        });
        if !gone {
            // The browser tries again by itself.
            return;
        }
        let tries = self.tries.get_value();
        self.tries.set_value(tries + 1);
        let wait = (2_u64 << tries.min(4)).min(RETRY_S_MAX);
        set_timeout(
            move || {
                if self.live.link.get_untracked() == Link::Reconnecting {
                    // A refusal may mean that the session is over; what the page asks for next tells.
                    self.live.fire(self.gate);
                    self.open();
                }
            },
            Duration::from_secs(wait),
        );
    }

    fn close(self) {
        self.source.update_value(|s| {
            if let Some(source) = s.take() {
                source.set_onerror(None);
                source.close();
            }
        });
    }

    fn seen_or_hidden(self) {
        self.hidden.update_value(|n| *n += 1);
        let turn = self.hidden.get_value();
        if document().hidden() {
            set_timeout(
                move || {
                    if self.hidden.get_value() == turn {
                        self.close();
                        self.live.link.set(Link::Paused);
                    }
                },
                HIDDEN,
            );
        } else if self.live.link.get_untracked() == Link::Paused {
            self.live.link.set(Link::Reconnecting);
            self.known.set_value(None);
            self.open();
        }
    }
}

pub(super) fn provide() {
    let live = Live {
        link: RwSignal::default(),
        counters: RwSignal::new(None),
        pulse: RwSignal::new(0),
    };
    provide_context(live);
}

/// Opens the stream; called once by the frame around the pages behind sign-in.
pub(crate) fn connect(session: Session) {
    let live = use_live();
    Effect::new(move |_| {
        let gate = Gate {
            locked: StoredValue::new(false),
            missed: StoredValue::new(false),
            wait_ms: StoredValue::new(PULSE_MS.0),
        };
        let stream = Stream {
            live,
            gate,
            known: StoredValue::new(untrack(|| session.news())),
            source: StoredValue::new_local(None),
            tries: StoredValue::new(0),
            hidden: StoredValue::new(0),
        };
        stream.open();
        let watch = window_event_listener(ev::visibilitychange, move |_| stream.seen_or_hidden());
        on_cleanup(move || {
            watch.remove();
            stream.close();
        });
    });
}

/// The app's live connection.
pub fn use_live() -> Live {
    use_context::<Live>().unwrap_or_else(|| Live {
        link: RwSignal::default(),
        counters: RwSignal::new(None),
        pulse: RwSignal::new(0),
    })
}
