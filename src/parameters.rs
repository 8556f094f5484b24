//! What other companies' programs send: parameters in an address or a form, as the fields of a JSON object
//! or as the elements of an XML document.

use serde_json::Value;

use crate::rtb::json;

/// Parameters of one request that are looked at.
pub const PARAMETERS_MAX: usize = 200;

/// Names and values.
pub type Parameters = Vec<(String, String)>;

/// Reads a body as its content type says, or as it begins where that says nothing.
///
/// # Errors
/// What is wrong with it, in words for whoever wrote the program.
pub fn read(content_type: &str, body: &[u8]) -> Result<Parameters, String> {
    let kind = content_type.to_ascii_lowercase();
    let text = || std::str::from_utf8(body).map_err(|_| "The body is not UTF-8 text.".to_owned());
    let begins = body.iter().find(|b| !b.is_ascii_whitespace());
    let is_form = kind.contains("form-urlencoded");
    let is_xml = kind.contains("xml") || (!is_form && begins == Some(&b'<'));
    if kind.contains("json") || (!is_form && !is_xml && begins == Some(&b'{')) {
        let tree = json::read(text()?).map_err(|bad| format!("The body cannot be read. {bad}"))?;
        let Value::Object(fields) = tree else {
            return Err("The body is no JSON object.".to_owned());
        };
        let fields = fields.into_iter();
        let named = fields.filter_map(|(name, value)| Some((name, plain(&value)?)));
        return Ok(named.take(PARAMETERS_MAX).collect());
    }
    if is_xml {
        let document = roxmltree::Document::parse(text()?)
            .map_err(|_| "The body is no XML document.".to_owned())?;
        let root = document.root_element();
        let fields = root.children().filter(roxmltree::Node::is_element);
        let named = fields.map(|field| {
            let name = field.tag_name().name().to_owned();
            (name, field.text().unwrap_or_default().trim().to_owned())
        });
        return Ok(named.take(PARAMETERS_MAX).collect());
    }
    Ok(pairs(body))
}

/// The pairs of a form, or of what an address asks with.
#[must_use]
pub fn pairs(text: &[u8]) -> Parameters {
    let pairs = url::form_urlencoded::parse(text).take(PARAMETERS_MAX);
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_by_what_it_says_it_is() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let two = vec![pair("CID", "12145550187"), pair("zip", "75201")];
        let json = r#"{"CID":12145550187,"zip":"75201","more":{"a":1},"none":null}"#;
        let xml = "<ping><CID>12145550187</CID><zip> 75201 </zip></ping>";
        let form = "CID=12145550187&zip=75201";
        for (kind, body) in [
            ("application/json", json),
            ("", json),
            ("text/xml; charset=utf-8", xml),
            ("", xml),
            ("application/x-www-form-urlencoded", form),
            ("", form),
        ] {
            assert_eq!(read(kind, body.as_bytes()), Ok(two.clone()), "{body}");
        }
        for (kind, body, words) in [
            ("application/json", "[1]", "The body is no JSON object."),
            (
                "application/json",
                "{",
                "The body cannot be read. It is no JSON.",
            ),
            (
                "application/json",
                r#"{"CID":"1","CID":"2"}"#,
                "The body cannot be read. “CID” stands in it twice, with two values.",
            ),
            ("text/xml", "<a>", "The body is no XML document."),
        ] {
            assert_eq!(read(kind, body.as_bytes()), Err(words.to_owned()), "{body}");
        }
        let latin = read("application/json", b"{\"CID\":\"\xe9\"}");
        assert_eq!(latin, Err("The body is not UTF-8 text.".to_owned()));
    }

    #[test]
    fn of_many_parameters_the_first_are_read() {
        let fields: Vec<String> = (0..300).map(|n| format!("\"f{n:03}\":{n}")).collect();
        let json = format!("{{{}}}", fields.join(","));
        let many = read("", json.as_bytes()).expect("read");
        assert_eq!(many.len(), PARAMETERS_MAX);
        let form = "a=1&".repeat(300);
        assert_eq!(pairs(form.as_bytes()).len(), PARAMETERS_MAX);
    }

    #[test]
    fn a_document_that_unfolds_or_is_deep_does_no_harm() {
        let bomb = format!(
            "<!DOCTYPE a [<!ENTITY x \"{}\">]><a><CID>&x;&x;</CID></a>",
            "y".repeat(1_000)
        );
        assert!(read("text/xml", bomb.as_bytes()).is_err());
        let deep = "<a>".repeat(5_000);
        assert!(read("text/xml", deep.as_bytes()).is_err());
        let deep = format!("{{\"a\":{}", "[".repeat(15_000));
        assert!(read("", deep.as_bytes()).is_err());
    }
}
