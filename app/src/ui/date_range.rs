//! The date range: presets are links, own dates are a GET form; both work without script.

use leptos::prelude::*;

use super::{
    button::{Button, ButtonKind},
    icon::Icon,
    input::TextInput,
    popover::Popover,
};

/// A named range.
#[derive(Clone, Debug)]
pub struct Preset {
    label: String,
    href: String,
    current: bool,
}

impl Preset {
    /// A range by name, its address and whether it is the one in force.
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            current,
        }
    }

    fn view(self) -> AnyView {
        let mark = self.current.then(|| view! { <Icon name="check"/> });
        view! { <a href=self.href aria-current=self.current.then_some("true")>{self.label}{mark}</a> }.into_any()
    }
}

/// A button with the range in words; its panel has presets and two dates.
#[component]
pub fn DateRange(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The range in force, for example "Today, Nov 19".
    #[prop(into)]
    text: String,
    /// The page that reads `from` and `to`.
    #[prop(into)]
    action: String,
    presets: Vec<Preset>,
    /// `YYYY-MM-DD`.
    #[prop(into)]
    from: String,
    #[prop(into)] to: String,
    /// The zone the dates are in, in words.
    #[prop(into)]
    zone: String,
    /// The other parameters of the page, kept as they are.
    #[prop(optional)]
    keep: Vec<(String, String)>,
    /// More fields, for example what to compare with.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let kept = keep
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    let (from_id, to_id) = (format!("{id}-from"), format!("{id}-to"));
    let presets = presets.into_iter().map(Preset::view).collect_view();
    let more = children.map(|c| c());
    view! {
        <Popover id=id text=text icon="calendar" class="range-pop">
            <nav class="range-presets" aria-label="Ranges">{presets}</nav>
            <form class="range-form" method="get" action=action>
                {kept}
                <div class="field-row">
                    <TextInput id=from_id name="from" label="From" kind="date" value=from/>
                    <TextInput id=to_id name="to" label="To" kind="date" value=to/>
                </div>
                {more}
                <p class="hint">{zone}</p>
                <div class="form-foot"><Button kind=ButtonKind::Primary submit=true>"Apply"</Button></div>
            </form>
        </Popover>
    }
    .into_any()
}
