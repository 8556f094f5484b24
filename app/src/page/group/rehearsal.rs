//! A test auction among a ring tree's bidders.

use domain::api::rtb_target::AuctionView;
use domain::id::TargetGroupId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ring_tree::rehearse_ring_tree;
use crate::page::call::auction::auctions;
use crate::page::rtb_target::about::{About, AboutCall};
use crate::state::session::sign_in_again;
use crate::state::use_scripted;
use crate::ui::{Button, Panel, use_toasts};

/// The panel. Nothing is shown before the page's script runs.
#[component]
pub fn Rehearsal(id: TargetGroupId) -> impl IntoView {
    let scripted = use_scripted();
    let about = About::new();
    let held = RwSignal::new(None::<AuctionView>);
    let busy = RwSignal::new(false);
    let toasts = use_toasts();
    let hold = move |_| {
        let Some(call) = about.checked() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let answer = rehearse_ring_tree(id, call).await;
            busy.set(false);
            match answer {
                Ok(auction) => held.set(Some(auction)),
                Err(error) if error.is_signed_out() => sign_in_again(),
                Err(error) => toasts.error(error.message),
            }
        });
    };
    let view = move || {
        scripted.get().then(|| {
            view! {
                <Panel title="Test auction" note="Asks every active RTB target now, by what is saved">
                    <div class="form">
                        <AboutCall about=about/>
                        <div class="row"><Button icon="play" busy=busy on:click=hold>"Hold test auction"</Button></div>
                        <p class="soft">"Hours, limits and filters are not looked at, nobody is sent a call, and nothing is kept."</p>
                        <div role="status" id="test-auction">{move || held.get().map(|auction| auctions(vec![auction]))}</div>
                    </div>
                </Panel>
            }
        })
    };
    view.into_any()
}
