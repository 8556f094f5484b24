//! Giving a number back to the carrier: its page asks for the number to be typed.

use domain::access::Permission;
use domain::api::carrier_number::ReleaseForm;
use domain::api::number::NumberRow;
use domain::id::NumberId;
use leptos::prelude::*;

use crate::api::carrier_number::ReleaseNumber;
use crate::api::number::load_number;
use crate::form::{Form, checked, input};
use crate::page::parts::{IfMay, with_id};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, PageHead, Panel, TextInput,
};

/// The page.
#[component]
pub fn NumberRelease() -> impl IntoView {
    with_id("The number", |id: Memo<NumberId>| {
        let source = Source::new(move || id.get(), load_number);
        source.view("The number", Renew::WithQuestion, move |row| {
            view! { <Page row=row.get_untracked()/> }.into_any()
        })
    })
}

/// What the field is called where its error is told.
fn label(field: &str) -> String {
    match field {
        "typed" => "The number",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Page(row: NumberRow) -> impl IntoView {
    let title = format!("Release {}", row.display);
    let inside = move || view! { <Confirm row=row.clone()/> };
    view! {
        <Breadcrumbs items=vec![("Numbers".to_owned(), route::NUMBERS.to_owned())] here=title.clone()/>
        <PageHead title=title sub="It goes back to the carrier, which sells it to somebody else."/>
        <IfMay what=Permission::EditNumbers title="Release">{inside()}</IfMay>
    }
    .into_any()
}

#[component]
fn Confirm(row: NumberRow) -> impl IntoView {
    let release = ServerAction::<ReleaseNumber>::new();
    let form = Form::new("release-form", label, |el| checked(el, ReleaseForm::check))
        .watch(release.value().into(), None)
        .guarded(release.pending());
    let start = form.start(ReleaseForm::default());
    let rent = match row.monthly.as_str() {
        "" => "You no longer pay its rent.".to_owned(),
        monthly => format!("You no longer pay {monthly} a month for it."),
    };
    let campaign = match row.campaign_name.as_str() {
        "" => "No campaign uses it.".to_owned(),
        name => {
            format!("Callers who dial it no longer reach {name}: they reach whoever buys it next.")
        }
    };
    view! {
        <Panel title="Before you release it">
            <ActionForm action=release node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <div class="stack-sm">
                    <p>{campaign}</p>
                    <p>{rent}</p>
                    <p class="soft">"Its calls, recordings and money stay here. It cannot be had back once somebody else has bought it."</p>
                </div>
                <input type="hidden" name="id" value=row.id.to_string()/>
                <TextInput name=input("typed") id="f-typed" label=format!("Type {} to release it", row.display) value=start.typed error=form.error("typed") autocomplete="off" required=true mono=true/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Danger submit=true busy=release.pending()>"Release number"</Button>
                    <LinkButton href=route::NUMBERS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
