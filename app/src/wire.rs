//! How answers travel: JSON, read in the browser by as little code as can be.
//!
//! The derived readers of `serde` take an object's fields from a map or from a sequence, and exist
//! once for each kind of input they are used with. Here text becomes a [`Value`] first, by code that
//! exists once for all types; each type then takes its fields from that, from maps only. That is
//! about a third of the bytes. Both ends are of one build, so texts that the derived writers do not
//! write need not be read.

mod value;

use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use value::Unfit;

/// What server functions answer with: `#[server(output = Wire)]`.
pub type Wire = Post<Text>;

/// The encoding of answers, and of what a page brings along for its resources.
pub struct Text;

/// Reads what [`Text`] wrote.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unfit> {
    T::deserialize(value::Reader(value::parse(text)?))
}

impl ContentType for Text {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Text {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Text {
    type Error = serde_json::Error;

    fn encode(answer: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(answer).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Text {
    type Error = Unfit;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        read(&bytes)
    }
}

impl<T: Serialize> Encoder<T> for Text {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(answer: &T) -> Result<Self::Encoded, Self::Error> {
        serde_json::to_string(answer)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Text {
    type Error = Unfit;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read(text.as_bytes())
    }
}
