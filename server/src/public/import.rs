//! `POST /import/{list}`: an import without the page's script, by a file or by pasted text. The
//! answer is the page with the fate of each row, or the refused rows as a file.

use super::export::csv;
use crate::error;
use crate::state::AppState;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Form, FromRequest as _, Multipart, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::sheet::{ImportForm, Posted};
use domain::invalid::FieldErrors;
use domain::sheet::FILE_BYTES_MAX;
use domain::sheet::decode::decode;
use domain::sheet::row::too_large;
use leptos::prelude::provide_context;
use serde::Deserialize;
use service::{Error, OpCtx};

/// What the page's form posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    text: String,
    make_buyers: String,
    campaign: String,
    source: String,
    until: String,
    /// Which button was pressed: "check", "write" or "refused".
    act: String,
}

/// Answers with the page, or with a file.
pub async fn post(
    State(state): State<AppState>,
    Extension(op): Extension<OpCtx>,
    Path(list): Path<String>,
    request: Request,
) -> Response {
    // The page is made for the request as it came, without the file.
    let (mut parts, body) = request.into_parts();
    let mut whole = Request::new(body);
    // By its method a form is looked for in the body or in the address.
    whole.method_mut().clone_from(&parts.method);
    whole.headers_mut().clone_from(&parts.headers);
    whole.extensions_mut().clone_from(&parts.extensions);
    let fields = read(&state, whole).await;
    parts.headers.remove(header::CONTENT_LENGTH);
    let page = Request::from_parts(parts, Body::empty());
    let (form, act) = match fields {
        Ok(fields) => {
            let form = ImportForm {
                list,
                write: if fields.act == "write" { "yes" } else { "" }.to_owned(),
                text: fields.text,
                make_buyers: fields.make_buyers,
                campaign: fields.campaign,
                source: fields.source,
                until: fields.until,
            };
            (form, fields.act)
        }
        Err(errors) => {
            let form = ImportForm {
                list,
                ..ImportForm::default()
            };
            return answer(&state, &op, page, form, Err(errors.into())).await;
        }
    };
    if act == "refused" {
        return match state.services.imports.refused(&op, &form).await {
            Ok(text) => csv(&format!("{}-refused.csv", form.list), Body::from(text)),
            Err(failure) => error::answer(&failure, &op.request_id),
        };
    }
    let report = state.services.imports.run(&op, &form).await;
    answer(&state, &op, page, form, report).await
}

/// The page with the answer on it.
async fn answer(
    state: &AppState,
    op: &OpCtx,
    page: Request,
    mut form: ImportForm,
    report: Result<domain::api::sheet::ImportReport, Error>,
) -> Response {
    if form.text.len() > FILE_BYTES_MAX {
        // It cannot be imported as it is, and would make the page as long twice over.
        form.text.clear();
    }
    let mut posted = Posted {
        form,
        report: None,
        errors: FieldErrors::default(),
        message: String::new(),
    };
    let status = match report {
        Ok(report) => {
            posted.report = Some(report);
            StatusCode::OK
        }
        Err(failure @ (Error::Invalid(_) | Error::Conflict { .. })) => {
            posted.message = failure.public_message();
            posted.errors = failure.fields();
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(failure) => return error::answer(&failure, &op.request_id),
    };
    let (of_pages, options) = (state.pages.context(&state.services), state.leptos.clone());
    let context = move || {
        of_pages();
        provide_context(posted.clone());
    };
    let shell = move || app::shell(options.clone());
    let render = leptos_axum::render_app_async_with_context(context, shell);
    let page = state
        .pages
        .render(move || async move { render(page).await.into_response() });
    let mut response = page.await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

async fn read(state: &AppState, request: Request) -> Result<Fields, FieldErrors> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/") {
        let parts = Multipart::from_request(request, state).await;
        return read_parts(parts.map_err(|_| unreadable())?).await;
    }
    let form = Form::<Fields>::from_request(request, state).await;
    form.map(|Form(fields)| fields)
        .map_err(|refused| match refused.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => unreadable(),
        })
}

/// A chosen file goes before pasted text.
async fn read_parts(mut parts: Multipart) -> Result<Fields, FieldErrors> {
    let mut fields = Fields::default();
    let mut file = String::new();
    let told = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => unreadable(),
    };
    while let Some(part) = parts.next_field().await.map_err(told)? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(told)?;
        let text = decode(&bytes);
        match name.as_str() {
            "file" => file = text,
            "text" => fields.text = text,
            "make_buyers" => fields.make_buyers = text,
            "campaign" => fields.campaign = text,
            "source" => fields.source = text,
            "until" => fields.until = text,
            "act" => fields.act = text,
            _ => {}
        }
    }
    if !file.trim().is_empty() {
        fields.text = file;
    }
    Ok(fields)
}

fn unreadable() -> FieldErrors {
    let message = "The file did not arrive whole. Choose it again.";
    FieldErrors::one("text", "malformed", message)
}
