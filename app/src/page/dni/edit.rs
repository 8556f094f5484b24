//! The settings of a DNI tag, and the page for a new one.

use domain::access::Permission;
use domain::api::dni_tag::{DniTagDetail, DniTagForm, SourceChoices};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::detail::{TagSource, crumbs};
use crate::api::dni_tag::{CreateDniTag, UpdateDniTag, list_dni_tags};
use crate::form::{Form, checked, input};
use crate::page::parts::{IfMay, choices};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, EmptyState, Field, FieldSet, FormErrors, Icon, LinkButton,
    PageHead, Panel, SaveBar, Select, TextInput, Textarea, use_toasts,
};

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    match field {
        "name" => "Name",
        "source" => "Shows",
        "publisher" => "Publisher",
        "origins" => "Sites",
        "numbers" => "Numbers on the page",
        "selectors" => "Places on the page",
        "format" => "Write numbers as",
        "fallback" => "When the pool has no number left",
        "click_ids" => "Click ids of other networks",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Fields(form: Form, start: DniTagForm, sources: SourceChoices) -> impl IntoView {
    let publishers = choices(&sources.publishers);
    view! {
        <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true hint="For example the site: Roofs, main site"/>
        <SourceField form=form chosen=start.source sources=sources/>
        <Select name=input("publisher") id="f-publisher" label=label("publisher") options=publishers value=start.publisher placeholder="Whose the number is" error=form.error("publisher")
            hint="Who is paid for callers that saw the number here."/>
        <Textarea name=input("origins") id="f-origins" label=label("origins") rows=3 value=start.origins error=form.error("origins") required=true placeholder="www.example.com"
            hint="One a line, without a path: https://www.example.com, example.com, or *.example.com for everything below it. Pages of other sites get no number."/>
        <FieldSet legend="What is replaced on the page">
            <Textarea name=input("numbers") id="f-numbers" label=label("numbers") rows=2 value=start.numbers error=form.error("numbers") optional=true
                hint="One a line. However the page writes them, in texts and in links that dial, the visitor’s number takes their place."/>
            <Textarea name=input("selectors") id="f-selectors" label=label("selectors") rows=2 value=start.selectors error=form.error("selectors") optional=true
                hint="CSS selectors, one a line, for example .phone or #call-us. Any number in such a place is replaced. Elements of the class callcenter-number always are."/>
        </FieldSet>
        <TextInput name=input("format") id="f-format" label=label("format") value=start.format error=form.error("format") optional=true mono=true placeholder="(nnn) nnn-nnnn"
            hint="n is a digit: nnn.nnn.nnnn gives 800.555.0199. Empty writes a number as the one it takes the place of."/>
        <TextInput name=input("fallback") id="f-fallback" label=label("fallback") kind="tel" value=start.fallback error=form.error("fallback") optional=true placeholder="(800) 555-0126"
            hint="Visitors see this number instead, the same for all of them. Empty leaves the page as it is."/>
        <Textarea name=input("click_ids") id="f-click_ids" label=label("click_ids") rows=2 value=start.click_ids error=form.error("click_ids") optional=true placeholder="tblci = taboola / native"
            hint="One a line: the parameter of the landing page, then the source and medium that visits with it are reported under. Those of Google, Microsoft, Meta, TikTok, X, LinkedIn and Pinterest are known already."/>
    }
    .into_any()
}

/// Pools and single numbers, in groups.
#[component]
fn SourceField(form: Form, chosen: String, sources: SourceChoices) -> impl IntoView {
    let error = form.error("source");
    let group = |name: &'static str, pools: bool| {
        let of = |value: &str| value.starts_with("pool:") == pools;
        let entries = sources.sources.iter().filter(|c| of(&c.value)).map(|c| {
            let selected = c.value == chosen;
            let words = match c.hint.as_str() {
                "" => c.label.clone(),
                campaign => format!("{}, {campaign}", c.label),
            };
            view! { <option value=c.value.clone() selected=selected>{words}</option> }
        });
        let entries = entries.collect::<Vec<_>>();
        (!entries.is_empty()).then(|| view! { <optgroup label=name>{entries}</optgroup> })
    };
    let pools = group("A number of a pool, one to each visitor", true);
    let numbers = group("One number, the same for everybody", false);
    view! {
        <Field id="f-source" label=label("source") error=error hint="A pool lends each visitor a number, so that a call tells who called. A single number is the same for everybody.">
            <span class="select-wrap">
                <select class="select" id="f-source" name=input("source") required=true aria-describedby="f-source-help"
                    aria-invalid=move || error.with(Option::is_some).then_some("true")>
                    <option value="">"Choose a pool or a number"</option>
                    {pools}
                    {numbers}
                </select>
                <Icon name="chevron-down"/>
            </span>
        </Field>
    }
    .into_any()
}

/// The settings, with their save bar.
#[component]
pub fn Edit(source: TagSource, detail: Signal<DniTagDetail>) -> impl IntoView {
    let (id, stored, sources) =
        detail.with_untracked(|d| (d.row.id, d.form.clone(), d.sources.clone()));
    let save = ServerAction::<UpdateDniTag>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("DNI tag saved.");
        source.reload();
    });
    let form = Form::new("dni-form", label, |el| checked(el, DniTagForm::check))
        .watch(save.value().into(), done);
    let start = form.start(stored);
    view! {
        <Panel title="Settings">
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Fields form=form start=start sources=sources/>
            </ActionForm>
        </Panel>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="New visitors see it at once; the script stays" label="Save DNI tag" errors=form.count() saving=save.pending() saved=form.saved on_discard=Callback::new(move |()| form.clear())/>
    }
    .into_any()
}

/// The page for a new DNI tag; `?source=` chooses a pool or a number already.
#[component]
pub fn DniTagNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_dni_tags());
    view! {
        <Breadcrumbs items=crumbs() here="New DNI tag"/>
        <PageHead title="New DNI tag" sub="The script for the page comes next."/>
        <IfMay what=Permission::EditNumbers title="New DNI tag">
            {source.view("The form", Renew::Never, move |list| {
                let sources = list.with_untracked(|l| l.sources.clone());
                view! { <New sources=sources/> }.into_any()
            })}
        </IfMay>
    }
    .into_any()
}

#[component]
fn New(sources: SourceChoices) -> impl IntoView {
    let create = ServerAction::<CreateDniTag>::new();
    let form = Form::new("dni-form", label, |el| checked(el, DniTagForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    if sources.sources.is_empty() {
        return view! {
            <Panel title="DNI tag" flush=true>
                <EmptyState title="Numbers come first" text="A DNI tag shows numbers of a pool, or one number to everybody. There is neither yet.">
                    <LinkButton href=route::POOL_NEW icon="plus">"New pool"</LinkButton>
                    <LinkButton href=route::NUMBER_NEW icon="plus">"Add a number"</LinkButton>
                </EmptyState>
            </Panel>
        }
        .into_any();
    }
    let asked = use_query_map().with_untracked(|q| DniTagForm {
        source: q.get("source").unwrap_or_default(),
        ..DniTagForm::default()
    });
    let start = form.start(asked);
    view! {
        <Panel title="DNI tag">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <Fields form=form start=start sources=sources/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create DNI tag"</Button>
                    <LinkButton href=route::DNI_TAGS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
