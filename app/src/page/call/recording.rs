//! The recordings of a call: heard, waited for, deleted, or why there is none.

use domain::api::call::{CallDetail, RecordingView};
use domain::id::RecordingId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::recording::{DeleteRecording, load_wave};
use crate::form::input;
use crate::state::session::sign_in_again;
use crate::ui::{
    Button, ButtonKind, Lane, Player, Popover, Size, State, Status, TextInput, use_toasts,
};

/// What the part shows; it is drawn anew only when this changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    list: Vec<RecordingView>,
    may_listen: bool,
    may_delete: bool,
    note: String,
}

impl Recorded {
    /// Of a call.
    pub fn of(detail: &CallDetail) -> Self {
        Self {
            list: detail.recordings.clone(),
            may_listen: detail.may_listen,
            may_delete: detail.may_delete,
            note: detail.recording_note.clone(),
        }
    }
}

/// The part; none for a call with nothing recorded and nothing to say about it.
pub fn recordings(recorded: Recorded) -> Option<AnyView> {
    let Recorded {
        list,
        may_listen,
        may_delete,
        note,
    } = recorded;
    if list.is_empty() && note.is_empty() {
        return None;
    }
    let note = (!note.is_empty()).then(|| view! { <p class="soft">{note}</p> });
    let all = list
        .into_iter()
        .map(|recording| view! { <One recording=recording may_listen=may_listen may_delete=may_delete/> })
        .collect_view();
    Some(view! { {all}{note} }.into_any())
}

/// One recording. Deleting it changes what is shown at once, without asking for the call again.
#[component]
fn One(recording: RecordingView, may_listen: bool, may_delete: bool) -> impl IntoView {
    let delete = ServerAction::<DeleteRecording>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match delete.value().get() {
        Some(Ok(_)) => toasts.done("Recording deleted."),
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) if error.fields.is_empty() => toasts.error(error.message),
        _ => {}
    });
    let id = recording.id;
    let shown = Memo::new(move |_| match delete.value().get() {
        Some(Ok(now)) if now.id == id => now,
        _ => recording.clone(),
    });
    let view = move || {
        let recording = shown.get();
        let kind = if recording.voicemail {
            "Voicemail"
        } else {
            "Recording"
        };
        let words = format!("{kind}, {}", recording.words);
        if !recording.gone.is_empty() {
            return view! { <p class="soft">{words}</p><p class="row"><Status state=State::Neutral text=recording.gone/></p> }.into_any();
        }
        let label = words.clone();
        let body = match (may_listen, recording.ready) {
            (false, _) => view! { <p class="soft">"Your role may not listen to recordings."</p> }.into_any(),
            (true, false) => view! { <Status state=State::Progress text="The carrier is still preparing the file"/> }.into_any(),
            (true, true) => view! { <Sound recording=recording label=label/> }.into_any(),
        };
        let remove = may_delete.then(|| view! { <Remove id=id delete=delete/> });
        view! {
            <div class="row-between"><p class="soft">{words}</p>{remove}</div>
            {body}
        }
        .into_any()
    };
    view! { <div class="stack-sm">{view}</div> }.into_any()
}

/// The player; the shape of the sound comes after the page.
#[component]
fn Sound(recording: RecordingView, label: String) -> impl IntoView {
    let lanes = RwSignal::new(None::<Vec<Lane>>);
    let id = recording.id;
    Effect::new(move |_| {
        spawn_local(async move {
            // Without a shape the player plays all the same.
            let shape = load_wave(id).await.unwrap_or_default();
            let shape = shape.into_iter().map(|lane| Lane {
                who: lane.who,
                levels: lane.levels,
            });
            lanes.try_set(Some(shape.collect()));
        });
    });
    view! { <Player src=recording.src label=label length_s=recording.length_s file=recording.file lanes=lanes/> }.into_any()
}

/// Deletes after a reason was given.
#[component]
fn Remove(id: RecordingId, delete: ServerAction<DeleteRecording>) -> impl IntoView {
    let error = Signal::derive(move || match delete.value().get() {
        Some(Err(error)) => error.fields.message("reason"),
        _ => None,
    });
    view! {
        <Popover id=format!("delete-recording-{id}") text="Delete" icon="trash" kind=ButtonKind::Ghost size=Size::Xs end=true>
            <ActionForm action=delete attr:class="form">
                <input type="hidden" name="id" value=id.to_string()/>
                <p>"Nobody can hear it any more, and the carrier deletes it too. This cannot be undone."</p>
                <TextInput name=input("reason") id=format!("f-reason-{id}") label="Reason" required=true maxlength=200 autocomplete="off" error=error hint="Stays with the call"/>
                <div class="form-foot"><Button submit=true kind=ButtonKind::Danger busy=delete.pending()>"Delete recording"</Button></div>
            </ActionForm>
        </Popover>
    }
    .into_any()
}
