//! Importing a list: choose a file or paste rows, see what becomes of each, then import them. The
//! form is an ordinary one; posted without the page's script it comes back with the answer on it.

mod report;

use domain::api::sheet::{ImportForm, ImportProgress, ImportReport, ImportStart, ListName, Posted};
use domain::sheet::FILE_BYTES_MAX;
use domain::sheet::row::too_large;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_params_map, use_query_map};
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use crate::api::sheet::{RunImport, progress_of_import, start_import};
use crate::error::AppError;
use crate::page::parts::{IfMay, choices, counted, grouped};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Checkbox, Icon, LinkButton, PageHead, Panel, Select,
    TextInput, Textarea, use_toasts,
};
use report::Fates;

/// The form; its buttons stand beside it too.
const FORM: &str = "import-form";
/// What the buttons of the form ask for.
const CHECK: &str = "check";
const WRITE: &str = "write";
const REFUSED: &str = "refused";
/// Between two looks at how far an import is.
const LOOK: Duration = Duration::from_millis(300);

/// What is typed, and what the last answer was.
#[derive(Clone, Copy)]
struct Draft {
    list: ListName,
    text: RwSignal<String>,
    make_buyers: RwSignal<bool>,
    campaign: RwSignal<String>,
    origin: RwSignal<String>,
    until: RwSignal<String>,
    /// What was posted before the page's script ran.
    posted: StoredValue<Option<Posted>>,
    /// What the last answer is about.
    asked: RwSignal<ImportForm>,
    /// Something about the file, found before it was sent.
    file: RwSignal<Option<String>>,
    action: ServerAction<RunImport>,
}

impl Draft {
    fn new(start: &ImportStart) -> Self {
        let posted = start.posted.clone();
        let form = posted.as_ref().map(|p| p.form.clone()).unwrap_or_default();
        Self {
            list: start.list,
            text: RwSignal::new(form.text.clone()),
            make_buyers: RwSignal::new(!form.make_buyers.is_empty()),
            campaign: RwSignal::new(form.campaign.clone()),
            origin: RwSignal::new(form.source.clone()),
            until: RwSignal::new(form.until.clone()),
            posted: StoredValue::new(posted),
            asked: RwSignal::new(form),
            file: RwSignal::new(None),
            action: ServerAction::new(),
        }
    }

    fn form(self) -> ImportForm {
        ImportForm {
            list: self.list.code().to_owned(),
            text: self.text.get(),
            make_buyers: if self.make_buyers.get() { "on" } else { "" }.to_owned(),
            campaign: self.campaign.get(),
            source: self.origin.get(),
            until: self.until.get(),
            write: String::new(),
        }
    }

    fn send(self, write: bool) {
        let form = ImportForm {
            write: if write { "yes" } else { "" }.to_owned(),
            ..untrack(move || self.form())
        };
        self.file.set(None);
        self.asked.set(form.clone());
        self.action.dispatch(RunImport { form });
    }

    fn answer(self) -> Option<Result<ImportReport, AppError>> {
        let posted = || self.posted.with_value(|p| p.as_ref().map(answer_of));
        self.action.value().get().or_else(posted)
    }

    /// Whether the answer is about what stands in the form now.
    fn fresh(self) -> bool {
        // A browser writes line ends its own way.
        let plain = |text: &str| text.replace('\r', "");
        let now = self.form();
        self.asked.with(|asked| {
            plain(&asked.text) == plain(&now.text)
                && asked.campaign == now.campaign
                && (&asked.source, &asked.until) == (&now.source, &now.until)
                && asked.make_buyers.is_empty() == now.make_buyers.is_empty()
        })
    }

    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || match self.answer() {
            Some(Err(error)) => error.fields.message(field),
            _ => None,
        })
    }
}

fn answer_of(posted: &Posted) -> Result<ImportReport, AppError> {
    posted.report.clone().ok_or_else(|| AppError {
        code: "invalid".to_owned(),
        message: posted.message.clone(),
        fields: posted.errors.clone(),
        ..AppError::default()
    })
}

/// The page.
#[component]
pub fn Import() -> impl IntoView {
    let params = use_params_map();
    let list = move || params.with(|p| p.get("list").unwrap_or_default());
    let source = Source::new(list, start_import);
    source.view("The import", Renew::WithQuestion, move |start| {
        view! { <Page start=start.get_untracked()/> }.into_any()
    })
}

#[component]
fn Page(start: ImportStart) -> impl IntoView {
    let (list, draft) = (start.list, Draft::new(&start));
    let toasts = use_toasts();
    Effect::new(move |_| match draft.action.value().get() {
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) if error.fields.is_empty() => toasts.error(error.message),
        Some(Ok(done)) if done.written => {
            let rows = counted(u64::from(done.good()), "row is", "rows are");
            toasts.done(format!("{rows} imported."));
        }
        _ => {}
    });
    let refused = use_query_map().with_untracked(|q| q.get("refused"));
    if refused.as_deref() == Some("too_large") {
        draft.file.set(too_large().message("text"));
    }
    let (words, place) = match list {
        ListName::Buyers | ListName::Targets => (list.words(), "Buyers & targets"),
        ListName::Numbers => (list.words(), "Numbers"),
        ListName::Publishers => (list.words(), "Publishers"),
        ListName::Blocks | ListName::Litigators => (list.words(), "Blocked callers"),
    };
    let template = route::export(list.code(), &[("template", "yes")]);
    let actions = move || {
        view! {
            <a class="btn" data-variant=ButtonKind::Outline.word() data-size="md" href=template rel="external"><Icon name="download"/>"Template"</a>
        }
    };
    let start = StoredValue::new(start);
    view! {
        <Breadcrumbs items=vec![(place.to_owned(), route::list(list).to_owned())] here=format!("Import {words}")/>
        <PageHead title=format!("Import {words}") sub="You see what becomes of each row before anything is written." actions=actions/>
        <IfMay what=list.permission() title="Rows">
            <Rows draft=draft start=start.get_value()/>
            <Doing draft=draft/>
            <Answer draft=draft/>
        </IfMay>
    }
    .into_any()
}

#[component]
fn Rows(draft: Draft, start: ImportStart) -> impl IntoView {
    let submit = move |ev: web_sys::SubmitEvent| {
        let pressed = ev
            .submitter()
            .and_then(|button| button.get_attribute("value"));
        // The browser saves that file by itself.
        if pressed.as_deref() != Some(REFUSED) {
            ev.prevent_default();
            draft.send(pressed.as_deref() == Some(WRITE));
        }
    };
    let error = {
        let told = draft.error("text");
        Signal::derive(move || draft.file.get().or_else(|| told.get()))
    };
    let required = start.required.join(" and ");
    let hint = match draft.list {
        ListName::Blocks => "A prefix ends with a star: +1307*. Without a header the columns are number, hours and note.".to_owned(),
        ListName::Litigators => "One number a row. A header is not needed, and columns beside the number are passed over. Each number is blocked in every campaign.".to_owned(),
        _ => format!("The first line names the columns; {required} must be there."),
    };
    let options = choices(&start.campaigns);
    let more = match draft.list {
        ListName::Targets => view! {
            <Checkbox name="make_buyers" id="f-make" label="Make the buyers that are missing" bind=draft.make_buyers/>
        }
        .into_any(),
        ListName::Blocks => view! {
            <Select name="campaign" id="f-campaign" label="Where" options=options bind=draft.campaign placeholder="Every campaign"
                hint="For rows that name no campaign" error=draft.error("campaign")/>
        }
        .into_any(),
        ListName::Litigators => view! {
            <TextInput name="source" id="f-source" label="Which list" bind=draft.origin maxlength=60 error=draft.error("source")
                hint="For example Litigators, November. Its entries carry the name, and can be removed together"/>
            <TextInput name="until" id="f-until" label="Last day" kind="date" bind=draft.until error=draft.error("until") optional=true hint="Empty blocks for good"/>
        }
        .into_any(),
        ListName::Buyers | ListName::Numbers | ListName::Publishers => ().into_any(),
    };
    let columns = start.columns.join(", ");
    view! {
        <Panel title="Rows">
            <form class="form" id=FORM method="post" action=route::import(draft.list) enctype="multipart/form-data" on:submit=submit>
                <div class="field">
                    <label for="f-file">"CSV file"</label>
                    <input class="input" id="f-file" name="file" type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" on:change=move |ev| read_file(&ev, draft)/>
                </div>
                <Textarea name="text" id="f-text" label="Or paste rows" rows=8 bind=draft.text error=error hint=hint/>
                {more}
                <p class="soft">"Columns: "<span class="mono">{columns}</span></p>
                <div class="form-foot">
                    <Button submit=true name="act" value=CHECK busy=draft.action.pending()>"Check the rows"</Button>
                    <LinkButton href=route::list(draft.list) kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </form>
        </Panel>
    }
    .into_any()
}

/// Puts a chosen file into the text, and takes it off the field: the text is what is sent.
fn read_file(ev: &web_sys::Event, draft: Draft) {
    let input: web_sys::HtmlInputElement = event_target(ev);
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return;
    };
    if file.size() > FILE_BYTES_MAX as f64 {
        input.set_value("");
        draft.file.set(too_large().message("text"));
        return;
    }
    let Ok(reader) = web_sys::FileReader::new() else {
        return;
    };
    let done = reader.clone();
    let loaded = Closure::once_into_js(move || {
        if let Some(read) = done.result().ok().and_then(|value| value.as_string()) {
            draft.file.set(None);
            draft.text.set(read);
            input.set_value("");
        }
    });
    reader.set_onload(Some(loaded.unchecked_ref()));
    drop(reader.read_as_text(&file));
}

/// How far the server is.
#[component]
fn Doing(draft: Draft) -> impl IntoView {
    let progress = RwSignal::new(ImportProgress::default());
    let pending = draft.action.pending();
    let looking = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(handle) = looking.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        progress.set(ImportProgress::default());
        if !pending.get() || draft.asked.with_untracked(|asked| asked.write.is_empty()) {
            return;
        }
        let look = move || {
            spawn_local(async move {
                if let Ok(now) = progress_of_import().await {
                    progress.try_set(now);
                }
            });
        };
        looking.set_value(set_interval_with_handle(look, LOOK).ok());
    });
    on_cleanup(stop);
    let view = move || {
        pending.get().then(|| {
            let ImportProgress { done, total } = progress.get();
            let words = match (draft.asked.with(|asked| asked.write.is_empty()), total) {
                (true, _) => "Checking the rows".to_owned(),
                (false, 0) => "Importing".to_owned(),
                (false, total) => format!("Importing: {} of {} rows", grouped(u64::from(done)), grouped(u64::from(total))),
            };
            let (value, max) = (
                (total > 0).then(|| done.to_string()),
                (total > 0).then(|| total.to_string()),
            );
            view! { <p class="row"><progress class="progress" value=value max=max aria-label="Import"></progress><span>{words}</span></p> }
        })
    };
    view! { <div role="status">{view}</div> }.into_any()
}

/// The answer, and the ways on.
#[component]
fn Answer(draft: Draft) -> impl IntoView {
    let report = Memo::new(move |_| draft.answer().and_then(Result::ok));
    let fresh = Memo::new(move |_| draft.fresh());
    let passing = move || match draft.answer() {
        Some(Err(error)) if error.fields.is_empty() && draft.posted.with_value(Option::is_some) => {
            Some(view! { <p class="notice" role="alert">{error.message}</p> })
        }
        _ => None,
    };
    let view = move || {
        report
            .get()
            .map(|report| view! { <Fates draft=draft report=report fresh=fresh/> })
    };
    view! { {passing}{view} }.into_any()
}
