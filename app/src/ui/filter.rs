//! The filter bar: one line of chips that read as sentences. Every part is a link or a GET form.

use leptos::prelude::*;

use super::{icon::Icon, popover::Popover};

/// One filter that is set: field, operator, value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterChip {
    field: String,
    op: String,
    value: String,
    remove: String,
    edit: Option<String>,
}

impl FilterChip {
    /// A filter and the address of the same page without it.
    pub fn new(
        field: impl Into<String>,
        op: impl Into<String>,
        value: impl Into<String>,
        remove_href: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            op: op.into(),
            value: value.into(),
            remove: remove_href.into(),
            edit: None,
        }
    }

    /// Where the filter is changed.
    #[must_use]
    pub fn edit(mut self, href: impl Into<String>) -> Self {
        self.edit = Some(href.into());
        self
    }

    fn view(self) -> AnyView {
        let remove = format!("Remove filter: {} {} {}", self.field, self.op, self.value);
        let inside = view! { <span>{self.field}</span><span class="chip-op">{self.op}</span><span class="chip-value">{self.value}</span> };
        let main = match self.edit {
            Some(href) => view! { <a class="chip-main" href=href>{inside}</a> }.into_any(),
            None => view! { <span class="chip-main">{inside}</span> }.into_any(),
        };
        view! { <span class="chip">{main}<a class="chip-x" href=self.remove aria-label=remove><Icon name="close"/></a></span> }.into_any()
    }
}

/// Range, chips, more filters, count and Clear on one line.
#[component]
pub fn FilterBar(
    #[prop(into)] chips: Signal<Vec<FilterChip>>,
    /// What is left, for example "1,307 calls".
    #[prop(into)]
    count: Signal<String>,
    /// The page without filters.
    #[prop(into)]
    clear_href: String,
    /// More chips than this stand behind "+n".
    #[prop(default = 4)]
    max: usize,
    /// The range, and a `Popover` with more filters.
    children: Children,
) -> impl IntoView {
    let shown = move || {
        chips.with(|all| {
            all.iter()
                .take(max)
                .cloned()
                .map(FilterChip::view)
                .collect_view()
        })
    };
    let folded = move || {
        let rest: Vec<_> = chips.with(|all| all.iter().skip(max).cloned().collect());
        (!rest.is_empty()).then(|| {
            let text = format!("+{}", rest.len());
            let views = rest.into_iter().map(FilterChip::view).collect_view();
            view! { <Popover id="more-filters" text=text label="More filters"><div class="filter-pop">{views}</div></Popover> }
        })
    };
    let clear = move || {
        chips.with(|all| !all.is_empty()).then(|| view! { <a class="btn" data-variant="ghost" data-size="md" href=clear_href.clone()>"Clear"</a> })
    };
    view! {
        <div class="filterbar" role="group" aria-label="Filters">
            {children()}
            {shown}
            {folded}
            <span class="filter-count" role="status">{move || count.get()}</span>
            {clear}
        </div>
    }
    .into_any()
}
