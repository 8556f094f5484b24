//! Light, dark, or as the system is. The server renders it from the cookie, so nothing flashes.

use leptos::prelude::*;

/// A choice of theme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
    #[default]
    System,
}

impl Theme {
    /// All choices with their words and icons.
    pub const ALL: [(Self, &str, &str); 3] = [
        (Self::Light, "Light", "sun"),
        (Self::Dark, "Dark", "moon"),
        (Self::System, "As the system", "monitor"),
    ];

    /// The cookie's value and the class of the document.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }

    /// What browsers draw their own controls in.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "light dark",
        }
    }

    /// The theme of a cookie's value.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .map(|(theme, _, _)| theme)
            .find(|theme| theme.code() == code)
    }

    /// The theme the document has now.
    #[must_use]
    pub fn of_document() -> Self {
        let class = document()
            .document_element()
            .map(|root| root.class_name())
            .unwrap_or_default();
        class
            .split_whitespace()
            .find_map(Self::from_code)
            .unwrap_or_default()
    }
}

/// The theme in force.
#[derive(Clone, Copy)]
pub struct ThemeState(RwSignal<Theme>);

impl ThemeState {
    /// The theme in force.
    #[must_use]
    pub fn get(self) -> Theme {
        self.0.get()
    }

    /// Switches at once and remembers it for a year.
    pub fn choose(self, theme: Theme) {
        self.0.set(theme);
        let Some(root) = document().document_element() else {
            return;
        };
        root.set_class_name(theme.code());
        if let Ok(Some(meta)) = document().query_selector("meta[name=color-scheme]") {
            drop(meta.set_attribute("content", theme.scheme()));
        }
        let secure = if window().location().protocol().is_ok_and(|p| p == "https:") {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!(
            "theme={}; Path=/; Max-Age=31536000; SameSite=Lax{secure}",
            theme.code()
        );
        drop(js_sys::Reflect::set(
            &document(),
            &"cookie".into(),
            &cookie.into(),
        ));
    }
}

pub(super) fn provide() {
    provide_context(ThemeState(RwSignal::new(crate::ctx::theme())));
}

/// The app's theme.
pub fn use_theme() -> ThemeState {
    use_context::<ThemeState>().unwrap_or_else(|| ThemeState(RwSignal::new(Theme::default())))
}
