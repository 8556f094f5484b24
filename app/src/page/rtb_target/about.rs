//! The call that a test is about: whose, and with which tags.

use domain::api::rtb_target::TrialForm;
use domain::invalid::FieldErrors;
use leptos::prelude::*;

use crate::ui::{TextInput, Textarea};

/// What is typed, and what is wrong with it.
#[derive(Debug, Clone, Copy)]
pub struct About {
    caller: RwSignal<String>,
    tags: RwSignal<String>,
    errors: RwSignal<FieldErrors>,
}

impl About {
    /// A call to begin with.
    pub fn new() -> Self {
        let first = TrialForm::default();
        Self {
            caller: RwSignal::new(first.caller),
            tags: RwSignal::new(first.tags),
            errors: RwSignal::default(),
        }
    }

    /// What is typed; none if it cannot be used, which the fields then say.
    pub fn checked(self) -> Option<TrialForm> {
        let form = TrialForm {
            caller: self.caller.get_untracked(),
            tags: self.tags.get_untracked(),
        };
        let errors = form.check().err().unwrap_or_default();
        let fine = errors.is_empty();
        self.errors.set(errors);
        fine.then_some(form)
    }

    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.errors.with(|errors| errors.message(field)))
    }
}

/// Its fields.
#[component]
pub fn AboutCall(about: About) -> impl IntoView {
    view! {
        <div class="form-2">
            <TextInput name="trial-caller" id="trial-caller" label="As if this number called" bind=about.caller kind="tel" error=about.error("trial.caller")/>
            <Textarea name="trial-tags" id="trial-tags" label="With these tags" bind=about.tags rows=2 error=about.error("trial.tags")/>
        </div>
    }
    .into_any()
}
