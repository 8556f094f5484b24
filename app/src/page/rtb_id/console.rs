//! A console: a test ping, its answer as a program gets it, and why it is that one.

use domain::api::rtb_id::{TestPingForm, TestPingView};
use domain::id::RtbId;
use domain::invalid::FieldErrors;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::rtb_id::test_rtb_id;
use crate::page::bids::told;
use crate::state::session::sign_in_again;
use crate::state::use_scripted;
use crate::ui::{
    Button, Checkbox, Choice, Panel, Segmented, Status, TextInput, Textarea, use_toasts,
};

/// The panel. It needs the page's script, and is not there before.
#[component]
pub fn Console(id: RtbId) -> impl IntoView {
    let scripted = use_scripted();
    let caller = RwSignal::new("+1 214 555 0187".to_owned());
    let parameters = RwSignal::new(String::new());
    let sip_ok = RwSignal::new(false);
    let format = RwSignal::new("json".to_owned());
    let errors = RwSignal::new(FieldErrors::default());
    let found = RwSignal::new(None::<TestPingView>);
    let busy = RwSignal::new(false);
    let toasts = use_toasts();
    let send = move |_| {
        let form = TestPingForm {
            caller: caller.get_untracked(),
            parameters: parameters.get_untracked(),
            sip_ok: if sip_ok.get_untracked() { "true" } else { "" }.to_owned(),
            format: format.get_untracked(),
        };
        let wrong = form.check().err().unwrap_or_default();
        let fine = wrong.is_empty();
        errors.set(wrong);
        if !fine {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = test_rtb_id(id, form).await;
            busy.set(false);
            match answer {
                Ok(view) => found.set(Some(view)),
                Err(error) if error.is_signed_out() => sign_in_again(),
                Err(error) => toasts.error(error.message),
            }
        });
    };
    let error = move |field: &'static str| {
        Signal::derive(move || errors.with(|errors| errors.message(field)))
    };
    let formats = StoredValue::new(vec![Choice::new("json", "JSON"), Choice::new("xml", "XML")]);
    let view = move || {
        scripted.get().then(|| {
            view! {
                <Panel title="Try it" note="A ping in test mode: a real bid, nothing is held for it">
                    <div class="form" data-spare="">
                        <div class="form-2">
                            <TextInput name="test-caller" id="test-caller" label="Caller" bind=caller kind="tel" hint="Empty: without a caller ID"/>
                            <Textarea name="test-parameters" id="test-parameters" label="Other fields" bind=parameters rows=2 placeholder="zip=75201" error=error("parameters") hint="name=value, one a line"/>
                        </div>
                        <div class="row">
                            <Checkbox name="test-sip" id="test-sip" label="sipOk" bind=sip_ok/>
                            <Segmented name="test-format" id="test-format" label="Answer as" options=formats.get_value() bind=format/>
                        </div>
                        <div class="row"><Button icon="play" busy=busy on:click=send>"Send test ping"</Button></div>
                        {move || found.get().map(|view| view! { <Outcome view=view/> })}
                    </div>
                </Panel>
            }
        })
    };
    view.into_any()
}

#[component]
fn Outcome(view: TestPingView) -> impl IntoView {
    let TestPingView { answer, bid } = view;
    let shape = crate::page::bids::shape(&bid.tone);
    let verdict = match bid.amount.as_str() {
        "" => bid.verdict.clone(),
        amount => format!("{amount} bid"),
    };
    let words = bid.words.clone();
    view! {
        <div class="stack-sm" role="status" id="test-outcome">
            <p class="waterfall-verdict"><Status state=shape text=verdict/>" "<span>{words}</span></p>
            {told(&bid)}
            <pre class="codebox" tabindex="0" aria-label="The answer">{answer}</pre>
        </div>
    }
    .into_any()
}
