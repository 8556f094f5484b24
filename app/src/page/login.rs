//! Sign in: a plain form, so it works before and without the page's script.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::route;
use crate::ui::{Button, ButtonKind, Icon, PageHead, TextInput};

/// Why the last try was refused.
fn refusal(code: &str, retry: &str) -> Option<String> {
    match code {
        "" => None,
        "throttled" => Some(match retry.parse::<u32>() {
            Ok(seconds) if seconds > 90 => format!(
                "Too many tries. Wait {} minutes, then try again.",
                seconds.div_ceil(60)
            ),
            Ok(seconds) => format!("Too many tries. Wait {seconds} seconds, then try again."),
            Err(_) => "Too many tries. Wait a minute, then try again.".to_owned(),
        }),
        "invalid" => Some("Email and password do not match.".to_owned()),
        "expired" => Some("You were signed out. Sign in again.".to_owned()),
        _ => Some("Signing in did not work. Try again.".to_owned()),
    }
}

/// The page.
#[component]
pub fn Login() -> impl IntoView {
    let query = use_query_map();
    let (email, next, error) = query.with_untracked(|q| {
        let get = |name: &str| q.get(name).unwrap_or_default();
        (
            get("email"),
            get("next"),
            refusal(&get("error"), &get("retry")),
        )
    });
    let alert = error.map(|text| {
        view! { <p class="error" role="alert" id="login-error"><Icon name="error"/><span>{text}</span></p> }
    });
    view! {
        <main id="main" class="auth">
            <div class="auth-card">
                <div class="row"><span class="brand-mark"><Icon name="brand"/></span><b>"CallCenter Pro"</b></div>
                <PageHead title="Sign in"/>
                {alert}
                <form class="form" method="post" action=route::LOGIN>
                    <input type="hidden" name="next" value=next/>
                    <TextInput name="email" label="Email" kind="email" value=email autocomplete="username" required=true/>
                    <TextInput name="password" label="Password" kind="password" autocomplete="current-password" required=true/>
                    <Button kind=ButtonKind::Primary submit=true>"Sign in"</Button>
                </form>
            </div>
        </main>
    }
    .into_any()
}
