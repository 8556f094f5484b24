//! What a program does with the public API.

use crate::world::{Reply, World};
use domain::api_key::Scopes;
use serde_json::Value;

/// An answer as a tree.
pub(crate) fn read(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap_or_else(|e| panic!("{e}: {}", reply.body))
}

pub(crate) async fn full(world: &World) -> String {
    world.key(&world.a, &Scopes::all().to_string()).await
}

/// A request that must go well.
pub(crate) async fn ok(world: &World, method: &str, path: &str, key: &str, body: Value) -> Value {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let reply = world.api(method, path, key, &body).await;
    assert!(
        reply.status.is_success(),
        "{method} {path}: {} {}",
        reply.status,
        reply.body
    );
    match reply.body.is_empty() {
        true => Value::Null,
        false => read(&reply),
    }
}

pub(crate) fn names(list: &Value) -> Vec<&str> {
    let data = list["data"].as_array().expect("data").iter();
    data.map(|entry| entry["name"].as_str().expect("a name"))
        .collect()
}
