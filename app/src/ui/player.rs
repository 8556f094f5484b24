//! A player of recorded sound: its shape to click into, a lane for each side.
//!
//! Until the page's script runs, the browser's own player stands here. Afterwards the `audio`
//! element only plays; the position is a slider, drawn as the sound itself.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{KeyboardEvent, PointerEvent};

use super::button::{ButtonKind, Size};
use super::icon::Icon;

/// How far an arrow key goes, in seconds.
const STEP_S: f64 = 5.0;
/// How far a page key goes, in seconds.
const LEAP_S: f64 = 30.0;
/// The speeds, in the order a button goes through them.
const SPEEDS: [(f64, &str); 4] = [(1.0, "1×"), (1.25, "1.25×"), (1.5, "1.5×"), (2.0, "2×")];
/// The width of a bar and the gap beside it, in units of the drawing.
const BAR: usize = 4;
/// The height of a lane, in units of the drawing.
const HEIGHT: usize = 28;
/// The loudest level of a lane.
const LEVEL_MAX: usize = 63;
/// Bars of a lane that is not known yet.
const BARS: usize = 120;

/// One side of a recording: who speaks, and how loud over time (0 to 63).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    pub who: String,
    pub levels: Vec<u8>,
}

/// What the parts of one player share.
#[derive(Clone, Copy)]
struct Deck {
    audio: NodeRef<html::Audio>,
    playing: RwSignal<bool>,
    /// Seconds from the start.
    at: RwSignal<f64>,
    total: RwSignal<f64>,
    speed: RwSignal<usize>,
    failed: RwSignal<bool>,
}

impl Deck {
    fn toggle(self) {
        let Some(audio) = self.audio.get_untracked() else {
            return;
        };
        if self.playing.get_untracked() {
            drop(audio.pause());
        } else {
            self.failed.set(false);
            match audio.play() {
                Ok(started) => spawn_local(self.started(started)),
                Err(_) => self.failed.set(true),
            }
        }
    }

    /// Waits until the sound is heard. One who pauses before it is has ended the playing himself: that
    /// is no failure.
    async fn started(self, started: js_sys::Promise) {
        let Err(error) = JsFuture::from(started).await else {
            return;
        };
        let paused = error
            .dyn_ref::<web_sys::DomException>()
            .is_some_and(|error| error.name() == "AbortError");
        if !paused {
            // The page may be gone by now.
            let _ = self.failed.try_set(true);
        }
    }

    fn seek(self, to: f64) {
        let to = to.clamp(0.0, self.total.get_untracked());
        self.at.set(to);
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_current_time(to);
        }
    }

    /// Follows the audio element.
    fn follow(self) {
        if let Some(audio) = self.audio.get_untracked() {
            self.playing.set(!audio.paused());
            self.at.set(audio.current_time());
            let total = audio.duration();
            if total.is_finite() && total > 0.0 {
                self.total.set(total);
            }
        }
    }

    fn faster(self) {
        self.speed.update(|at| *at = (*at + 1) % SPEEDS.len());
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_playback_rate(SPEEDS[self.speed.get_untracked()].0);
        }
    }

    fn on_key(self, ev: &KeyboardEvent) {
        if ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
            return;
        }
        let at = self.at.get_untracked();
        match ev.key().as_str() {
            "ArrowLeft" | "ArrowDown" => self.seek(at - STEP_S),
            "ArrowRight" | "ArrowUp" => self.seek(at + STEP_S),
            "PageDown" => self.seek(at - LEAP_S),
            "PageUp" => self.seek(at + LEAP_S),
            "Home" => self.seek(0.0),
            "End" => self.seek(self.total.get_untracked()),
            " " | "Enter" => self.toggle(),
            _ => return,
        }
        // Arrows would go to the next call, and Space would scroll.
        ev.prevent_default();
        ev.stop_propagation();
    }

    fn point(self, ev: &PointerEvent) {
        let el: web_sys::Element = event_target_of(ev);
        let place = el.get_bounding_client_rect();
        if place.width() > 0.0 {
            let share = (f64::from(ev.client_x()) - place.left()) / place.width();
            self.seek(share * self.total.get_untracked());
        }
    }
}

/// The element that listens, not the one inside it that was hit.
fn event_target_of(ev: &PointerEvent) -> web_sys::Element {
    ev.current_target()
        .map(|target| target.unchecked_into())
        .unwrap_or_else(|| event_target(ev))
}

/// Plays a sound from our own address.
#[component]
pub fn Player(
    #[prop(into)] src: String,
    /// What is heard: "Recording, 3:58".
    #[prop(into)]
    label: String,
    /// Its length as far as it is known before it is loaded, in seconds.
    length_s: u32,
    /// What a download is called.
    #[prop(into)]
    file: String,
    /// The shape of the sound; none while it is on its way.
    #[prop(into)]
    lanes: Signal<Option<Vec<Lane>>>,
) -> impl IntoView {
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let deck = Deck {
        audio: NodeRef::new(),
        playing: RwSignal::new(false),
        at: RwSignal::new(0.0),
        total: RwSignal::new(f64::from(length_s)),
        speed: RwSignal::new(0),
        failed: RwSignal::new(false),
    };
    let broke = move |_| {
        deck.failed.set(true);
        deck.playing.set(false);
    };
    let (source, spoken) = (src.clone(), label.clone());
    view! {
        <div class="player" role="group" aria-label=label>
            <audio node_ref=deck.audio preload="none" src=source aria-label=spoken controls=move || !live.get() hidden=move || live.get()
                on:play=move |_| deck.follow() on:pause=move |_| deck.follow() on:ended=move |_| deck.follow() on:timeupdate=move |_| deck.follow()
                on:durationchange=move |_| deck.follow() on:error=broke></audio>
            <div class="player-body" hidden=move || !live.get()>
                <Transport deck=deck/>
                <Shape deck=deck lanes=lanes/>
                <span class="player-time"><b>{move || clock(deck.at.get())}</b>" / "{move || clock(deck.total.get())}</span>
                <button class="btn" type="button" data-variant=ButtonKind::Outline.word() data-size=Size::Sm.word() title="Speed"
                    aria-label=move || format!("Speed {}", SPEEDS[deck.speed.get()].1) on:click=move |_| deck.faster()>
                    {move || SPEEDS[deck.speed.get()].1}
                </button>
                <a class="btn" href=src download=file rel="external" data-variant=ButtonKind::Ghost.word() data-size=Size::Sm.word() data-icon="" aria-label="Download" title="Download">
                    <Icon name="download"/>
                </a>
            </div>
            <p class="error" role="alert" hidden=move || !deck.failed.get()>"The sound did not load. Try again in a moment."</p>
        </div>
    }
    .into_any()
}

/// Play and pause.
#[component]
fn Transport(deck: Deck) -> impl IntoView {
    let word = move || {
        if deck.playing.get() { "Pause" } else { "Play" }
    };
    let icon = move || {
        if deck.playing.get() {
            view! { <Icon name="pause"/> }.into_any()
        } else {
            view! { <Icon name="play"/> }.into_any()
        }
    };
    view! {
        <button class="btn" type="button" data-variant=ButtonKind::Primary.word() data-size=Size::Md.word() data-icon="" aria-label=word title=word on:click=move |_| deck.toggle()>
            {icon}
        </button>
    }
    .into_any()
}

/// The sound, and the place in it.
#[component]
fn Shape(deck: Deck, lanes: Signal<Option<Vec<Lane>>>) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let known = lanes.get().filter(|lanes| !lanes.is_empty());
        known.unwrap_or_else(|| {
            vec![Lane {
                who: String::new(),
                levels: vec![0; BARS],
            }]
        })
    });
    let names = move || {
        let names = shown.with(|lanes| {
            lanes
                .iter()
                .map(|lane| lane.who.clone())
                .collect::<Vec<_>>()
        });
        names
            .into_iter()
            .map(|who| view! { <span>{who}</span> })
            .collect_view()
    };
    let spoken = move || {
        let who = shown.with(|lanes| {
            lanes
                .iter()
                .map(|lane| lane.who.clone())
                .collect::<Vec<_>>()
        });
        match who.as_slice() {
            [above, below] => format!("Position. {above} above, {below} below"),
            _ => "Position".to_owned(),
        }
    };
    let drawn = move || {
        let paths = shown.with(|lanes| {
            lanes
                .iter()
                .map(|lane| bars(&lane.levels))
                .collect::<Vec<_>>()
        });
        paths.into_iter().map(lane).collect_view()
    };
    let played = move || {
        let total = deck.total.get();
        let share = if total > 0.0 {
            deck.at.get() / total
        } else {
            0.0
        };
        format!("{:.2}%", (share * 100.0).clamp(0.0, 100.0))
    };
    let whole = |secs: f64| format!("{:.0}", secs.floor());
    let pressed = move |ev: PointerEvent| {
        let el = event_target_of(&ev);
        // So that a drag goes on beside the drawing.
        drop(el.set_pointer_capture(ev.pointer_id()));
        deck.point(&ev);
    };
    let moved = move |ev: PointerEvent| {
        if ev.buttons() & 1 == 1 {
            deck.point(&ev);
        }
    };
    view! {
        <div class="wave">
            <div class="wave-names" aria-hidden="true">{names}</div>
            <div class="wave-lanes" role="slider" tabindex="0" aria-label=spoken aria-valuemin="0" aria-valuemax=move || whole(deck.total.get())
                aria-valuenow=move || whole(deck.at.get()) aria-valuetext=move || format!("{} of {}", clock(deck.at.get()), clock(deck.total.get()))
                style:--played=played on:keydown=move |ev| deck.on_key(&ev) on:pointerdown=pressed on:pointermove=moved>
                {drawn}
            </div>
        </div>
    }
    .into_any()
}

/// A lane twice: what is to come, and over it what was played.
fn lane((path, width): (String, usize)) -> AnyView {
    let around = format!("0 0 {width} {HEIGHT}");
    let over = (path.clone(), around.clone());
    view! {
        <div class="wave-lane">
            <svg viewBox=around preserveAspectRatio="none" aria-hidden="true"><path d=path></path></svg>
            <svg class="wave-played" viewBox=over.1 preserveAspectRatio="none" aria-hidden="true"><path d=over.0></path></svg>
        </div>
    }
    .into_any()
}

/// Upright strokes around the middle, and the width they take. Silence is a dot.
fn bars(levels: &[u8]) -> (String, usize) {
    let mut path = String::with_capacity(levels.len() * 12);
    for (at, level) in levels.iter().enumerate() {
        let height = (usize::from(*level).min(LEVEL_MAX) * HEIGHT / LEVEL_MAX).max(2) & !1;
        let (x, y) = (at * BAR + BAR / 2, (HEIGHT - height) / 2);
        path.push_str(&format!("M{x} {y}v{height}"));
    }
    (path, levels.len() * BAR)
}

/// "3:58".
fn clock(secs: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds of a recording"
    )]
    let secs = secs.max(0.0) as u32;
    domain::time::length_text(secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_around_the_middle_and_silence_is_a_dot() {
        assert_eq!(
            bars(&[0, 63, 32]),
            ("M2 13v2M6 0v28M10 7v14".to_owned(), 12)
        );
        assert_eq!(bars(&[255]).0, "M2 0v28");
    }

    #[test]
    fn places_read_as_lengths_do() {
        assert_eq!(clock(73.9), "1:13");
        assert_eq!(clock(-1.0), "0:00");
    }
}
