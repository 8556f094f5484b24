//! The carrier account: connecting one, replacing its token, letting go of it.

use domain::access::Permission;
use domain::api::carrier_account::{
    CarrierAccountForm, CarrierAccountView, Connection, OwnAccount,
};
use leptos::prelude::*;

use super::{Head, Tab};
use crate::api::carrier_account::{RemoveCarrierAccount, SaveCarrierAccount, load_carrier_account};
use crate::form::{Form, checked, input};
use crate::page::parts::IfMay;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Button, ButtonKind, ConfirmDialog, DescriptionList, Fact, FormErrors, Panel, State, Status,
    TextInput, Time, dom, use_toasts,
};

type AccountSource = Source<(), CarrierAccountView>;

/// The page.
#[component]
pub fn Carrier() -> impl IntoView {
    let source = Source::new(|| (), |()| load_carrier_account());
    view! {
        <Head now=Tab::Carrier sub="The account that your numbers are in: buying, checking and giving back work through it, and its token proves that a call is real."/>
        <IfMay what=Permission::EditAccount title="Carrier account">
            {source.view("The carrier account", Renew::Never, move |view| view! { <Loaded source=source account=view/> }.into_any())}
        </IfMay>
    }
    .into_any()
}

#[component]
fn Loaded(source: AccountSource, account: Signal<CarrierAccountView>) -> impl IntoView {
    let own = Memo::new(move |_| account.with(|a| a.own.clone()));
    let now = move || match own.get() {
        Some(own) => view! { <Connected source=source own=own server=account.with(|a| a.server)/> }
            .into_any(),
        None => view! { <Unconnected account=account/> }.into_any(),
    };
    view! {
        <div class="split-296">
            <Edit source=source account=account/>
            <div class="stack">{now}</div>
        </div>
    }
    .into_any()
}

#[component]
fn Unconnected(account: Signal<CarrierAccountView>) -> impl IntoView {
    let server = Memo::new(move |_| account.with(|a| a.connection == Connection::Server));
    let words = move || {
        if server.get() {
            view! {
                <div class="stack-sm"><Status state=State::Open text="This server’s account"/>
                    <p class="soft">"Whoever runs this server has set a carrier account that is used as long as you connect none of your own."</p></div>
            }
            .into_any()
        } else {
            view! {
                <div class="stack-sm"><Status state=State::Neutral text="None"/>
                    <p class="soft">"Numbers that you set up at the carrier by hand work without one, as long as whoever runs this server has set its token."</p></div>
            }
            .into_any()
        }
    };
    view! { <Panel title="Connected now">{words}</Panel> }.into_any()
}

#[component]
fn Connected(source: AccountSource, own: OwnAccount, server: bool) -> impl IntoView {
    let remove = ServerAction::<RemoveCarrierAccount>::new();
    let (asking, toasts) = (RwSignal::new(false), use_toasts());
    Effect::new(move |_| match remove.value().get() {
        Some(Ok(())) => {
            asking.set(false);
            toasts.done("Carrier account disconnected.");
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            asking.set(false);
            toasts.error(error.message);
        }
        None => {}
    });
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        asking.set(true);
    };
    let confirmed = Callback::new(move |()| {
        remove.dispatch(RemoveCarrierAccount {});
    });
    let former = own.former_until.map(|until| {
        view! { <Fact term="Former token"><span>"signs until "<Time datetime=until.datetime text=until.full/></span></Fact> }
    });
    let then = if server {
        "This server’s own carrier account is used instead."
    } else {
        "Until another one is connected, calls on your numbers are refused: nothing proves that they are real."
    };
    view! {
        <Panel title="Connected now">
            <div class="stack-sm">
                <Status state=State::Open text=own.name/>
                <DescriptionList>
                    <Fact term="Account SID"><span class="mono breaks">{own.sid}</span></Fact>
                    <Fact term="Token"><span>"saved "<Time datetime=own.saved.datetime text=own.saved.full/></span></Fact>
                    {former}
                </DescriptionList>
                <form method="post" action="/api/carrier_account/remove" on:submit=ask>
                    <Button submit=true>"Disconnect"</Button>
                </form>
            </div>
        </Panel>
        <ConfirmDialog id="disconnect-carrier" title="Disconnect the carrier account?".to_owned() open=asking confirm="Disconnect" busy=remove.pending() on_confirm=confirmed>
            {then}" Your numbers stay, here and at the carrier. Recordings that this account keeps can no longer be played or deleted from here."
        </ConfirmDialog>
    }
    .into_any()
}

/// What was typed and is saved is what a form goes back to; of a token nothing is to stay in the page.
fn forget_token() {
    if let Some(field) = dom::by_id("f-token") {
        dom::set_value(&field, "");
        drop(field.remove_attribute("value"));
        dom::announce_change(&field);
    }
}

/// What each field is called.
fn label(field: &str) -> String {
    match field {
        "sid" => "Account SID",
        "token" => "Auth token",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Edit(source: AccountSource, account: Signal<CarrierAccountView>) -> impl IntoView {
    let save = ServerAction::<SaveCarrierAccount>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Carrier account connected.");
        source.reload();
        request_animation_frame(forget_token);
    });
    let form = Form::new("carrier-form", label, |el| {
        checked(el, CarrierAccountForm::check)
    })
    .watch(save.value().into(), done)
    .guarded(save.pending());
    let stored = account.with_untracked(|a| CarrierAccountForm {
        sid: a
            .own
            .as_ref()
            .map(|own| own.sid.clone())
            .unwrap_or_default(),
        token: String::new(),
    });
    let start = form.start(stored);
    let own = Memo::new(move |_| account.with(|a| a.own.is_some()));
    let title = Signal::derive(move || {
        match own.get() {
            true => "Replace the token",
            false => "Connect Twilio",
        }
        .to_owned()
    });
    view! {
        <Panel title=title>
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <TextInput name=input("sid") id="f-sid" label=label("sid") value=start.sid error=form.error("sid") required=true mono=true autocomplete="off" placeholder="AC…" hint="On the first page of the carrier’s console"/>
                <TextInput name=input("token") id="f-token" label=label("token") kind="password" value=start.token error=form.error("token") required=true autocomplete="new-password" hint="It is tried before it is saved, kept encrypted and never shown. The one before signs for another day."/>
                <div class="form-foot"><Button kind=ButtonKind::Primary submit=true busy=save.pending()>"Test and save"</Button></div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
