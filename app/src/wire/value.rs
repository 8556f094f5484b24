//! A [`Deserializer`] over JSON values that asks for nothing our own writers do not write.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::{Map, Value};

/// The text is not what this build writes.
///
/// Says no more than that: words for every way to be wrong are code in the browser, and a page and
/// a server of different builds are the one cause there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit;

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is not of this version")
    }
}

impl std::error::Error for Unfit {}

impl Error for Unfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Text to value; exists once for all types.
#[inline(never)]
pub(super) fn parse(text: &[u8]) -> Result<Value, Unfit> {
    serde_json::from_slice(text).map_err(|_| Unfit)
}

/// Gives a value to whoever asks for it.
pub(super) struct Reader(pub(super) Value);

impl Reader {
    #[inline(never)]
    fn positive(self) -> Result<u64, Unfit> {
        self.0.as_u64().ok_or(Unfit)
    }

    #[inline(never)]
    fn whole(self) -> Result<i64, Unfit> {
        self.0.as_i64().ok_or(Unfit)
    }

    #[inline(never)]
    fn text(self) -> Result<String, Unfit> {
        match self.0 {
            Value::String(text) => Ok(text),
            _ => Err(Unfit),
        }
    }

    #[inline(never)]
    fn items(self) -> Result<Items, Unfit> {
        match self.0 {
            Value::Array(items) => Ok(Items(items.into_iter())),
            _ => Err(Unfit),
        }
    }

    #[inline(never)]
    fn fields(self) -> Result<Fields, Unfit> {
        match self.0 {
            Value::Object(fields) => Ok(Fields {
                rest: fields.into_iter(),
                value: Value::Null,
            }),
            _ => Err(Unfit),
        }
    }

    #[inline(never)]
    fn variant(self) -> Result<Variant, Unfit> {
        match self.0 {
            Value::String(name) => Ok(Variant {
                name,
                value: Value::Null,
            }),
            Value::Object(one) => one
                .into_iter()
                .next()
                .map(|(name, value)| Variant { name, value })
                .ok_or(Unfit),
            _ => Err(Unfit),
        }
    }
}

macro_rules! given {
    ($get:ident, $visit:ident for $($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
            visitor.$visit(self.$get()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Unfit;

    given!(positive, visit_u64 for deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    given!(whole, visit_i64 for deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);
    given!(text, visit_string for deserialize_char deserialize_str deserialize_string deserialize_identifier);
    given!(items, visit_seq for deserialize_seq deserialize_bytes deserialize_byte_buf);
    given!(fields, visit_map for deserialize_map);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => visitor.visit_seq(self.items()?),
            Value::Object(_) => visitor.visit_map(self.fields()?),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_bool(self.0.as_bool().ok_or(Unfit)?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_f64(self.0.as_f64().ok_or(Unfit)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_map(self.fields()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_enum(self.variant()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }
}

/// A list's items.
struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unfit> {
        self.0
            .next()
            .map(|item| seed.deserialize(Reader(item)))
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// An object's fields; `value` belongs to the name that was given out last.
struct Fields {
    rest: <Map<String, Value> as IntoIterator>::IntoIter,
    value: Value,
}

impl Fields {
    #[inline(never)]
    fn step(&mut self) -> Option<String> {
        let (name, value) = self.rest.next()?;
        self.value = value;
        Some(name)
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unfit> {
        self.step()
            .map(|name| seed.deserialize(Reader(Value::String(name))))
            .transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        seed.deserialize(Reader(self.value.take()))
    }
}

/// One variant of an enum.
struct Variant {
    name: String,
    value: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unfit;
    type Variant = Reader;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Reader), Unfit> {
        Ok((
            seed.deserialize(Reader(Value::String(self.name)))?,
            Reader(self.value),
        ))
    }
}

impl<'de> VariantAccess<'de> for Reader {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.items()?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_map(self.fields()?)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::super::read;
    use std::collections::BTreeMap;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Part {
        name: String,
        count: u32,
        delta: i64,
        share: f64,
        on: bool,
        maybe: Option<Box<Part>>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Bare,
        One(Part),
        Two(u8, String),
        Named { id: i64 },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Id(i64);

    fn round<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
        let text = serde_json::to_vec(&value).unwrap();
        assert_eq!(read::<T>(&text), Ok(value));
    }

    #[test]
    fn what_is_written_is_read() {
        let part = Part {
            name: "a \"b\"".into(),
            count: 7,
            delta: -3,
            share: 2.0,
            on: true,
            maybe: Some(Box::default()),
        };
        round((Id(4), part));
        round(vec![
            Kind::Bare,
            Kind::One(Part::default()),
            Kind::Two(1, "x".into()),
            Kind::Named { id: -1 },
        ]);
        round(Result::<Vec<Option<i64>>, String>::Ok(vec![None, Some(1)]));
        round(Result::<(), String>::Ok(()));
        round(Result::<(), String>::Err("no".into()));
        round(BTreeMap::from([("k".to_owned(), uuid::Uuid::nil())]));
    }

    #[test]
    fn a_text_of_another_shape_is_refused() {
        assert!(read::<Part>(b"[1,2]").is_err());
        assert!(read::<Part>(b"{\"count\":-1}").is_err());
        assert!(read::<Kind>(b"\"other\"").is_err());
        assert!(read::<Id>(b"{}").is_err());
        assert!(read::<Part>(b"{").is_err());
        assert_eq!(
            read::<Part>(b"{\"unknown\":[{}],\"count\":2}"),
            Ok(Part {
                count: 2,
                ..Part::default()
            })
        );
    }
}
