//! Making a key for a program.

use domain::access::Permission;
use domain::api::api_key::{ApiKeyForm, CreatedKey, LIFETIMES};
use domain::api_key::Scope;
use leptos::prelude::*;

use super::KeyOnce;
use crate::api::api_key::CreateApiKey;
use crate::form::{Form, checked, input};
use crate::page::parts::IfMay;
use crate::route;
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Checkbox, Choice, FieldSet, FormErrors, LinkButton, PageHead,
    Panel, Select, TextInput,
};

/// The page.
#[component]
pub fn ApiKeyNew() -> impl IntoView {
    let create = ServerAction::<CreateApiKey>::new();
    let made = RwSignal::new(None::<CreatedKey>);
    let form = Form::new("api-key-form", label, |el| checked(el, ApiKeyForm::check))
        .watch(
            create.value().into(),
            Callback::new(move |key| made.set(Some(key))),
        )
        .guarded(create.pending());
    let inside = move || {
        move || match made.get() {
            Some(key) => view! {
                <KeyOnce text=key.text/>
                <div><LinkButton href=route::API_KEYS>"Done"</LinkButton></div>
            }
            .into_any(),
            None => view! { <NewForm form=form create=create/> }.into_any(),
        }
    };
    view! {
        <Breadcrumbs items=vec![("API keys".to_owned(), route::API_KEYS.to_owned())] here="New key"/>
        <PageHead title="New key" sub="One for each program, so that one can be revoked without the others."/>
        <IfMay what=Permission::ManageApiKeys title="Key">{inside()}</IfMay>
    }
    .into_any()
}

/// What a field is called.
fn label(field: &str) -> String {
    match field {
        "name" => "Name",
        "scopes" => "What it may do",
        "days" => "For how long",
        _ => "",
    }
    .to_owned()
}

#[component]
fn NewForm(form: Form, create: ServerAction<CreateApiKey>) -> impl IntoView {
    let start = form.start(ApiKeyForm::default());
    let lifetimes = LIFETIMES
        .iter()
        .map(|(days, words)| Choice::new(*days, *words))
        .collect::<Vec<_>>();
    let wrong = form.error("scopes");
    let scope = move |(at, scope): (usize, &Scope)| {
        let on = start.scopes.iter().any(|code| code == scope.code());
        let name = input(&format!("scopes[{at}]"));
        let id = format!("f-scopes-{at}");
        view! { <Checkbox name=name id=id label=scope.words() value=scope.code() checked=on hint=scope.code()/> }
    };
    let scopes = Scope::ALL.iter().enumerate().map(scope).collect_view();
    view! {
        <Panel title="Key">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true hint="What will use it, for example the warehouse"/>
                <div id="f-scopes" aria-invalid=move || wrong.get().map(|_| "true")>
                    <FieldSet legend=label("scopes")>{scopes}</FieldSet>
                    {move || wrong.get().map(|text| view! { <p class="error">{text}</p> })}
                </div>
                <Select name=input("days") id="f-days" label=label("days") options=lifetimes value=start.days placeholder="Until it is revoked" error=form.error("days")/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Make key"</Button>
                    <LinkButton href=route::API_KEYS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
