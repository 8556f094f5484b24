//! Where a form that is posted without the page's script goes back to.
//!
//! A refused form goes back to its page with the refusal and what was typed in the address. The next
//! try comes from that address, and the answer is added to it: without this every try would make it
//! longer, until the browser no longer says where it comes from.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

/// The parameters in which a refusal travels.
const REFUSAL: [&str; 2] = ["__path", "__err"];

/// Takes the refusal of an earlier try off the page a form comes from.
pub async fn forget_refusals(mut request: Request, next: Next) -> Response {
    if *request.method() == Method::POST
        && let Some(page) = request
            .headers()
            .get(header::REFERER)
            .and_then(|v| v.to_str().ok())
        && let Some(clean) = without_refusal(page)
        && let Ok(value) = HeaderValue::from_str(&clean)
    {
        request.headers_mut().insert(header::REFERER, value);
    }
    next.run(request).await
}

/// The address without a refusal; none if it has none.
fn without_refusal(page: &str) -> Option<String> {
    let mut url = Url::parse(page).ok()?;
    let (said, kept): (Vec<_>, Vec<_>) = url
        .query_pairs()
        .into_owned()
        .partition(|(name, _)| REFUSAL.contains(&name.as_str()));
    if said.is_empty() {
        return None;
    }
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::without_refusal;

    #[test]
    fn refusals_go_and_the_page_stays() {
        let page = "http://calls.example/numbers/new";
        assert_eq!(without_refusal(page), None);
        assert_eq!(
            without_refusal("/numbers/new?__err=1"),
            None,
            "no address of a browser"
        );
        let refused = format!("{page}?__path=%2Fapi&__err=abc&__path=%2Fapi&__err=def");
        assert_eq!(without_refusal(&refused).as_deref(), Some(page));
        let filtered = format!("{page}?campaign=a%20b&__path=%2Fapi&__err=abc");
        assert_eq!(
            without_refusal(&filtered),
            Some(format!("{page}?campaign=a+b"))
        );
    }
}
