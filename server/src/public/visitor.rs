//! What the server sees of a visitor: the browser by its own word, the place by its address.

use anyhow::Context as _;
use domain::visit::Circumstances;
use maxminddb::{Reader, geoip2};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

/// Where addresses are; empty without a database.
#[derive(Clone, Default)]
pub struct Places(Option<Arc<Reader<Vec<u8>>>>);

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Places").field(&self.0.is_some()).finish()
    }
}

impl Places {
    /// Reads a database in MaxMind's format, by city or by country.
    ///
    /// # Errors
    /// If the file cannot be read, or is none.
    pub fn open(file: &Path) -> anyhow::Result<Self> {
        let reader = Reader::open_readfile(file)
            .with_context(|| format!("{} is no database of places", file.display()))?;
        Ok(Self(Some(Arc::new(reader))))
    }

    /// Country, region and city of an address; empty where they are not known.
    fn place(&self, address: IpAddr) -> (String, String, String) {
        let found = self
            .0
            .as_ref()
            .and_then(|reader| reader.lookup(address).ok())
            .and_then(|found| found.decode::<geoip2::City<'_>>().ok().flatten());
        let Some(city) = found else {
            return Default::default();
        };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let region = city.subdivisions.first();
        let region = region.and_then(|region| region.iso_code.or(region.names.english));
        (
            text(city.country.iso_code),
            text(region),
            text(city.city.names.english),
        )
    }
}

/// What is known of a visitor before anything is asked.
#[must_use]
pub fn circumstances(agent: &str, peer: Option<IpAddr>, places: &Places) -> Circumstances {
    let (country, region, city) = peer.map(|peer| places.place(peer)).unwrap_or_default();
    let read = woothee::parser::Parser::new().parse(agent);
    let known = |word: &str| match word {
        "UNKNOWN" => String::new(),
        word => word.to_owned(),
    };
    let device = read.as_ref().map_or("", |read| match read.category {
        "pc" => "Computer",
        "smartphone" | "mobilephone" => "Phone",
        "crawler" => "Robot",
        "appliance" => "Appliance",
        _ => "",
    });
    // A tablet calls itself one, or an Android that is no phone (developer.chrome.com on user agents).
    let tablet = agent.contains("iPad")
        || agent.contains("Tablet")
        || (agent.contains("Android") && !agent.contains("Mobile"));
    Circumstances {
        device: if tablet { "Tablet" } else { device }.to_owned(),
        browser: read
            .as_ref()
            .map(|read| known(read.name))
            .unwrap_or_default(),
        system: read.as_ref().map(|read| known(read.os)).unwrap_or_default(),
        country,
        region,
        city,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_by_their_own_word() {
        for (agent, device, browser) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Phone",
                "Safari",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
                "Phone",
                "Chrome",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-X900) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Tablet",
                "Chrome",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
                "Computer",
                "Firefox",
            ),
            ("", "", ""),
            ("\u{0}<script>", "", ""),
        ] {
            let seen = circumstances(agent, None, &Places::default());
            assert_eq!(
                (seen.device.as_str(), seen.browser.as_str()),
                (device, browser),
                "{agent}"
            );
        }
    }
}
