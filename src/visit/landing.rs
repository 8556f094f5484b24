//! The address a visit began at, and all that it tells.

use url::Url;

use super::click_id::{ClickId, is_forged};
use super::source::{Source, UTM};
use super::{USER_TAGS, VISITOR_TAGS, is_tag_name};
use crate::tag::Tags;

/// The longest address that is read, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 8_192;
/// The longest address that is kept, in characters.
const KEPT_CHARS_MAX: usize = 2_000;
/// Parameters of one address that become tags.
const PARAMETERS_MAX: usize = 100;

/// A landing page, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The whole address, as far as it is kept.
    pub address: String,
    /// Without parameters: `https://roofs.example/offer`.
    pub page: String,
    pub source: Source,
    /// Each parameter, and what else the address tells.
    pub tags: Tags,
}

/// Why an address cannot be where a visit began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("is no address of a page: it begins with https:// or http://")]
    NotAPage,
    #[error("is longer than 8 kB")]
    TooLong,
}

/// Reads the address of a page.
///
/// # Errors
/// [`BadAddress`].
pub fn page(address: &str) -> Result<Url, BadAddress> {
    if address.len() > ADDRESS_BYTES_MAX {
        return Err(BadAddress::TooLong);
    }
    let url = Url::parse(address.trim()).map_err(|_| BadAddress::NotAPage)?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(BadAddress::NotAPage),
    }
}

/// A page's address without parameters, credentials and place in it.
#[must_use]
pub fn bare(url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    let _ = bare.set_password(None);
    let _ = bare.set_username("");
    bare.as_str().chars().take(KEPT_CHARS_MAX).collect()
}

/// Reads where a visit began and the page before it; a page before that cannot be read is none.
/// `own` are the click ids that the site's tag knows besides those of the large networks.
///
/// # Errors
/// [`BadAddress`] of the landing page.
pub fn read(address: &str, referrer: &str, own: &[ClickId]) -> Result<Landing, BadAddress> {
    let url = page(address)?;
    let mut parameters: Vec<(String, String)> = Vec::new();
    for (name, value) in url.query_pairs().take(PARAMETERS_MAX) {
        let value = readable(&value);
        // Written twice, the first word counts; a click id that is none is left out.
        let known = parameters.iter().any(|(other, _)| *other == name);
        let forged = is_forged(&name, &value, own);
        if !value.is_empty() && !known && !forged {
            parameters.push((name.into_owned(), value));
        }
    }
    // `UTM_Source` is meant as utm_source; other names are told apart by case where both stand.
    let get = |wanted: &str| {
        let same = |name: &str| {
            name == wanted || UTM.contains(&wanted) && name.eq_ignore_ascii_case(wanted)
        };
        parameters
            .iter()
            .find(|(name, _)| same(name))
            .map(|(_, value)| value.as_str())
    };
    let before = page(referrer).ok();
    let before_host = before
        .as_ref()
        .and_then(Url::host_str)
        .filter(|host| Some(*host) != url.host_str())
        .unwrap_or_default();
    let source = Source::of(get, before_host, own);
    let landing = bare(&url);

    let mut tags = Tags::default();
    for (name, value) in [
        ("landing_page", landing.as_str()),
        ("source", &source.source),
        ("medium", &source.medium),
        ("campaign", &source.campaign),
    ] {
        tags.set(VISITOR_TAGS, name, value);
    }
    if let Some(before) = before.as_ref().filter(|_| !before_host.is_empty()) {
        tags.set(VISITOR_TAGS, "referrer", &bare(before));
    }
    for (name, value) in &parameters {
        if is_tag_name(name) {
            tags.set(USER_TAGS, name, value);
        }
    }
    Ok(Landing {
        address: url.as_str().chars().take(KEPT_CHARS_MAX).collect(),
        page: landing,
        source,
        tags,
    })
}

/// Without what could not be decoded and what cannot be shown.
fn readable(value: &str) -> String {
    value
        .chars()
        .filter(|c| *c != char::REPLACEMENT_CHARACTER && !c.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_a_tag_and_the_page_before_the_referrer() {
        let landing = read(
            "https://www.roofs.example/offer?utm_source=Google&utm_medium=cpc&utm_campaign=Spring+Roofs&gclid=EAIaIQ&zip=75201&zip=10001#top",
            "https://www.google.com/search?q=roofs",
            &[],
        )
        .unwrap();
        assert_eq!(landing.page, "https://www.roofs.example/offer");
        let tag = |kind: &str, name: &str| landing.tags.get(kind, name).unwrap_or_default();
        assert_eq!(tag("user", "utm_source"), "Google");
        assert_eq!(tag("user", "utm_campaign"), "Spring Roofs");
        assert_eq!(tag("user", "gclid"), "EAIaIQ");
        assert_eq!(tag("user", "zip"), "75201", "the first word counts");
        assert_eq!(
            tag("visitor", "landing_page"),
            "https://www.roofs.example/offer"
        );
        assert_eq!(tag("visitor", "referrer"), "https://www.google.com/search");
        assert_eq!(tag("visitor", "source"), "google");
        assert_eq!(landing.source.campaign, "spring roofs");
    }

    #[test]
    fn a_page_of_the_same_site_is_no_referrer() {
        let landing = read("https://roofs.example/b", "https://roofs.example/a", &[]).unwrap();
        assert_eq!(landing.source.source, "direct");
        assert_eq!(landing.tags.get("visitor", "referrer"), None);
    }

    #[test]
    fn what_cannot_be_decoded_is_left_out_and_what_is_too_long_cut() {
        let long = "v".repeat(2_000);
        let address = format!(
            "https://roofs.example/?utm_source=%ff%feads&UTM_Medium=cpc&big={long}&<b>=1&gclid=a%20b&x=%00"
        );
        let landing = read(&address, "not an address", &[]).unwrap();
        assert_eq!(landing.source.source, "ads");
        assert_eq!(landing.source.medium, "cpc");
        assert_eq!(landing.tags.get("user", "big").map(str::len), Some(1_000));
        assert_eq!(landing.tags.get("user", "<b>"), None);
        assert_eq!(
            landing.tags.get("user", "gclid"),
            None,
            "no network writes one so"
        );
        assert_eq!(landing.tags.get("user", "x"), None);
        assert!(landing.address.chars().count() <= KEPT_CHARS_MAX);
    }

    #[test]
    fn a_network_of_ones_own_is_told_by_its_click_id() {
        let own = ["tblci = taboola / native".parse().unwrap()];
        let address = "https://roofs.example/?tblci=GiB-x%2B1%3D";
        let landing = read(address, "https://www.google.com/", &own).unwrap();
        assert_eq!(landing.source.words(), "taboola / native");
        assert_eq!(landing.tags.get("user", "tblci"), Some("GiB-x+1="));
        let forged = read("https://roofs.example/?tblci=%3Cb%3E", "", &own).unwrap();
        assert_eq!(forged.source.source, "direct");
        assert_eq!(forged.tags.get("user", "tblci"), None);
    }

    #[test]
    fn only_pages_of_the_web_are_landed_on() {
        for bad in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "roofs.example",
            "https://",
            "about:blank",
            "ftp://roofs.example/",
        ] {
            assert_eq!(read(bad, "", &[]), Err(BadAddress::NotAPage), "{bad}");
        }
        let long = format!("https://roofs.example/?{}", "x".repeat(9_000));
        assert_eq!(read(&long, "", &[]), Err(BadAddress::TooLong));
    }

    #[test]
    fn credentials_in_an_address_are_not_kept() {
        let landing = read("https://user:secret@roofs.example/a?b=1", "", &[]).unwrap();
        assert_eq!(landing.page, "https://roofs.example/a");
    }
}
