//! What the editor holds of each rule, and how what is wrong finds it.

use domain::api::filter::FilterForm;
use domain::api::publisher::PayoutRuleForm;
use domain::api::target::DayForm;
use domain::invalid::FieldErrors;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::FORM;
use super::draft::Keyed;

/// A rule in the editor. The filter stands beside the rest, for its editor holds it.
#[derive(Clone, Copy)]
pub struct RuleEdit {
    pub key: u32,
    pub form: RwSignal<PayoutRuleForm>,
    pub filter: RwSignal<FilterForm>,
    /// Whether its fields are shown.
    pub open: RwSignal<bool>,
}

impl RuleEdit {
    pub fn new(key: usize) -> Self {
        Self {
            key: u32::try_from(key).unwrap_or(u32::MAX),
            form: RwSignal::new(PayoutRuleForm::default()),
            filter: RwSignal::new(FilterForm::default()),
            open: RwSignal::new(false),
        }
    }

    /// Shows another rule.
    pub fn put(self, mut form: PayoutRuleForm) {
        form.days.resize_with(7, DayForm::default);
        self.filter.set(std::mem::take(&mut form.filter));
        self.form.set(form);
    }

    /// What is typed now.
    pub fn typed(self) -> PayoutRuleForm {
        PayoutRuleForm {
            filter: self.filter.get(),
            ..self.form.get()
        }
    }

    /// What a part of it is called in the form.
    pub fn field(self, part: &str) -> String {
        format!("rules[{}].{part}", self.key)
    }
}

/// The rules as typed, with their keys.
pub fn keyed(rules: RwSignal<Vec<RuleEdit>>) -> Vec<Keyed> {
    rules.with(|all| all.iter().map(|rule| (rule.key, rule.typed())).collect())
}

/// Rules as the editor holds them.
pub fn normal(mut rules: Vec<PayoutRuleForm>) -> Vec<PayoutRuleForm> {
    rules.retain(|rule| !rule.is_empty());
    for rule in &mut rules {
        rule.days.resize_with(7, DayForm::default);
    }
    rules
}

/// Errors of a posted form at the keys of its rules: the form counts them by place.
pub fn by_key(mut errors: FieldErrors, keys: &[u32]) -> FieldErrors {
    for error in &mut errors.0 {
        let rest = error.field.strip_prefix("rules[");
        let cut = rest.and_then(|rest| rest.split_once(']'));
        let place = cut.and_then(|(at, part)| Some((at.parse::<usize>().ok()?, part.to_owned())));
        if let Some((at, part)) = place
            && let Some(key) = keys.get(at)
        {
            error.field = format!("rules[{key}]{part}");
        }
    }
    errors
}

/// Goes to what is wrong first.
pub fn focus_first_error() {
    if let Ok(Some(el)) = document().query_selector(&format!("#{FORM} [aria-invalid=true]")) {
        drop(el.unchecked_into::<web_sys::HtmlElement>().focus());
    }
}

/// Goes to an element once it is drawn.
pub fn focus_soon(id: String) {
    request_animation_frame(move || {
        if let Some(el) = document().get_element_by_id(&id) {
            drop(el.unchecked_into::<web_sys::HtmlElement>().focus());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_go_with_their_rule_when_it_is_moved() {
        let mut errors = FieldErrors::default();
        for field in [
            "rules",
            "rules[0].filter[1].tag",
            "rules[1].amount",
            "rules[7].name",
        ] {
            errors.add(field, "required", "Missing.");
        }
        let fields: Vec<String> = by_key(errors, &[5, 3])
            .0
            .into_iter()
            .map(|e| e.field)
            .collect();
        assert_eq!(
            fields,
            [
                "rules",
                "rules[5].filter[1].tag",
                "rules[3].amount",
                "rules[7].name"
            ]
        );
    }
}
