//! A new campaign: name, what is recorded, what happens when nobody answers. Numbers and routes
//! follow on its own page.

use domain::access::Permission;
use domain::api::campaign::CampaignForm;
use leptos::prelude::*;

use crate::api::campaign::CreateCampaign;
use crate::form::{Form, checked};
use crate::page::campaign::settings::{Fallbacks, Fields, label};
use crate::page::parts::IfMay;
use crate::route;
use crate::ui::{Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, PageHead, Panel};

/// The page.
#[component]
pub fn CampaignNew() -> impl IntoView {
    let create = ServerAction::<CreateCampaign>::new();
    let form = Form::new("campaign-form", label, |el| {
        checked(el, CampaignForm::check)
    })
    .watch(create.value().into(), None)
    .guarded(create.pending());
    let inside = move || {
        let start = form.start(CampaignForm::default());
        let fallback = Fallbacks::new(&start);
        view! {
            <Panel title="Settings">
                <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                    on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                    <FormErrors errors=form.errors()/>
                    <Fields form=form start=start fallback=fallback/>
                    <div class="form-foot">
                        <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create campaign"</Button>
                        <LinkButton href=route::CAMPAIGNS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                    </div>
                </ActionForm>
            </Panel>
        }
    };
    view! {
        <Breadcrumbs items=vec![("Campaigns".to_owned(), route::CAMPAIGNS.to_owned())] here="New campaign"/>
        <PageHead title="New campaign" sub="Numbers and the routing plan come next."/>
        <IfMay what=Permission::EditCampaigns title="New campaign">{inside()}</IfMay>
    }
    .into_any()
}
