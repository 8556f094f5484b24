//! What each resource of the public API does.

use crate::program::{full, names, ok, read};
use crate::world::{World, api_request};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_campaign_is_made_changed_and_archived() {
    let world = World::new().await;
    let key = full(&world).await;
    let reply = world.api("POST", "/campaigns", &key, "{\"name\":\" Roofs \",\"fallback\":{\"kind\":\"number\",\"number\":\"(214) 555-0187\"}}").await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    let made = read(&reply);
    let at = reply
        .header("location")
        .strip_prefix("/api/v1")
        .expect("ours")
        .to_owned();
    assert_eq!(ok(&world, "GET", &at, &key, Value::Null).await, made);
    assert_eq!(
        (&made["name"], &made["activity"], &made["recording"]),
        (
            &json!("Roofs"),
            &json!("active"),
            &json!("from_answer_dual")
        )
    );
    assert_eq!(
        made["fallback"],
        json!({ "kind": "number", "number": "+12145550187", "text": null })
    );
    let changed = ok(
        &world,
        "PATCH",
        &at,
        &key,
        json!({ "recording": "off", "fallback": { "kind": "voicemail", "text": "Speak." } }),
    )
    .await;
    assert_eq!(
        (&changed["name"], &changed["recording"]),
        (&json!("Roofs"), &json!("off"))
    );
    assert_eq!(
        changed["fallback"],
        json!({ "kind": "voicemail", "number": null, "text": "Speak." })
    );
    let archived = ok(
        &world,
        "PUT",
        &format!("{at}/activity"),
        &key,
        json!({ "activity": "archived" }),
    )
    .await;
    assert_eq!(archived["activity"], "archived");
    let wrong = world.api("PATCH", &at, &key, "{\"name\":\"\",\"fallback\":{\"kind\":\"number\",\"number\":\"555\"},\"vertical\":\"x\"}").await;
    let problem = read(&wrong);
    let fields: Vec<&str> = problem["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|f| f["field"].as_str().expect("a name"))
        .collect();
    assert_eq!(fields, ["name", "vertical", "fallback.number"]);
}

#[tokio::test]
async fn a_plan_is_replaced_over_the_version_it_began_on() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/campaigns/{}/plan", world.a.campaign);
    let plan = ok(&world, "GET", &at, &key, Value::Null).await;
    assert_eq!(
        (
            &plan["routes"][0]["target_id"],
            &plan["routes"][0]["availability"]["state"]
        ),
        (&json!(world.a.target), &json!("open"))
    );
    let route = json!({ "target_id": world.a.target, "priority": 2, "weight": 7, "on": false });
    let new = json!({ "version": plan["version"], "distribution": "round_robin", "attempts_max": 5, "routes": [route] });
    let saved = ok(&world, "PUT", &at, &key, new.clone()).await;
    assert_eq!(
        (
            &saved["distribution"],
            &saved["attempts_max"],
            &saved["routes"][0]["weight"],
            &saved["routes"][0]["on"]
        ),
        (&json!("round_robin"), &json!(5), &json!(7), &json!(false))
    );
    let stale = world.api("PUT", &at, &key, &new.to_string()).await;
    assert_eq!(
        (stale.status, read(&stale)["code"].as_str()),
        (StatusCode::CONFLICT, Some("stale"))
    );
    let wrong =
        json!({ "version": saved["version"], "routes": [{ "target_id": 999, "weight": 0 }] });
    let wrong = world.api("PUT", &at, &key, &wrong.to_string()).await;
    assert_eq!(read(&wrong)["fields"][0]["field"], "routes[0].weight");
    let wrong = json!({ "version": saved["version"], "routes": [{ "target_id": 999 }] });
    let wrong = world.api("PUT", &at, &key, &wrong.to_string()).await;
    assert_eq!(read(&wrong)["fields"][0]["field"], "routes[0].target_id");
}

#[tokio::test]
async fn a_target_keeps_what_a_change_does_not_name() {
    let world = World::new().await;
    let key = full(&world).await;
    let new = json!({
        "buyer_id": world.a.buyer, "name": "Night", "zone": "America/Chicago", "whisper": "A roof",
        "destination": { "kind": "sip", "address": "sip:night@pbx.example.com" },
        "hours": { "kind": "weekly", "week": { "friday": { "from": "20:00", "to": "02:00" } } },
        "caps": { "daily": 80, "concurrent": 2 },
    });
    let made = ok(&world, "POST", "/targets", &key, new).await;
    let at = format!("/targets/{}", made["id"]);
    let changed = ok(
        &world,
        "PATCH",
        &at,
        &key,
        json!({ "caps": { "daily": null, "hourly": 9 }, "whisper": null }),
    )
    .await;
    assert_eq!(
        changed["caps"],
        json!({ "concurrent": 2, "hourly": 9, "daily": null, "monthly": null, "total": null })
    );
    assert_eq!(
        (&changed["whisper"], &changed["name"]),
        (&Value::Null, &json!("Night"))
    );
    assert_eq!(
        (&changed["hours"], &changed["destination"]),
        (&made["hours"], &made["destination"])
    );
    let wrong = json!({
        "destination": { "kind": "number", "address": "555" }, "caps": { "total": 4_000_000_000_u32 }, "zone": "Mars/Base",
        "hours": { "kind": "weekly", "week": { "monday": { "from": "9", "to": "17:00" } } },
    });
    let wrong = read(&world.api("PATCH", &at, &key, &wrong.to_string()).await);
    let fields: Vec<&str> = wrong["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|f| f["field"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        fields,
        [
            "destination.address",
            "zone",
            "hours.week.monday",
            "caps.total"
        ]
    );
    let moved = world.api("PATCH", &at, &key, "{\"buyer_id\":999}").await;
    assert_eq!(read(&moved)["fields"][0]["code"], "immutable");
    let listed = ok(
        &world,
        "GET",
        &format!("/targets?buyer_id={}", world.a.buyer),
        &key,
        Value::Null,
    )
    .await;
    assert_eq!(
        names(&listed),
        ["Alpha target", "Alpha bids", "Alpha agent", "Night"]
    );
    assert_eq!(
        listed["data"][0]["usage"]["total"], 1,
        "the call of this world"
    );
}

#[tokio::test]
async fn an_agent_is_read_set_away_and_back() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/agents/{}", world.a.agent);
    let agent = ok(&world, "GET", &at, &key, Value::Null).await;
    let list = ok(&world, "GET", "/agents", &key, Value::Null).await;
    assert_eq!(list, json!({ "data": [&agent], "next": null }));
    assert_eq!(
        (&agent["name"], &agent["email"], &agent["buyer_id"]),
        (
            &json!("Alpha agent"),
            &json!("agent@alpha.example"),
            &json!(world.a.buyer)
        )
    );
    assert_eq!(
        (&agent["destination"], &agent["status"], &agent["today"]),
        (
            &json!({ "kind": "number", "address": "+12145550111" }),
            &json!("away"),
            &json!({ "rang": 0, "taken": 0 })
        )
    );

    let status = format!("{at}/status");
    for (said, state) in [
        ("available", "open"),
        ("busy", "paused"),
        ("away", "paused"),
        ("available", "open"),
    ] {
        let set = ok(&world, "PUT", &status, &key, json!({ "status": said })).await;
        assert_eq!(
            (&set["status"], &set["availability"]["state"]),
            (&json!(said), &json!(state)),
            "{set}"
        );
    }
    let wrong = world
        .api("PUT", &status, &key, "{\"status\":\"gone\"}")
        .await;
    assert_eq!(read(&wrong)["fields"][0]["field"], "status");

    let changed = ok(&world, "PATCH", &at, &key, json!({ "wrap_up_s": 90 })).await;
    assert_eq!(
        (&changed["wrap_up_s"], &changed["accept_key"]),
        (&json!(90), &json!(true))
    );
    let changed = ok(&world, "PATCH", &at, &key, json!({ "accept_key": false })).await;
    assert_eq!(
        (
            &changed["wrap_up_s"],
            &changed["accept_key"],
            &changed["status"]
        ),
        (&json!(90), &json!(false), &json!("available"))
    );
    let wrong = world.api("PATCH", &at, &key, "{\"wrap_up_s\":3601}").await;
    assert_eq!(
        (wrong.status, &read(&wrong)["fields"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("wrap_up_s"))
    );

    // Behind an agent is a target of the same id, but not behind every target an agent.
    let target = format!("/targets/{}", world.a.agent);
    let target = ok(&world, "PATCH", &target, &key, json!({ "sub_id": "a1" })).await;
    assert_eq!(
        (&target["accept_key"], &target["destination"]["address"]),
        (&json!(false), &json!("+12145550111"))
    );
    let kept = ok(&world, "GET", &at, &key, Value::Null).await;
    assert_eq!(kept["wrap_up_s"], 90, "a change of the target keeps it");
    let nobody = format!("/agents/{}", world.a.target);
    let nobody = world.api("GET", &nobody, &key, "").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let made = world.api("POST", "/agents", &key, "{}").await;
    assert_eq!(made.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn numbers_and_blocks_come_and_go() {
    let world = World::new().await;
    let key = full(&world).await;
    let number = ok(
        &world,
        "POST",
        "/numbers",
        &key,
        json!({ "number": "800 555 0177", "campaign_id": world.a.campaign }),
    )
    .await;
    assert_eq!(
        (&number["number"], &number["campaign_id"]),
        (&json!("+18005550177"), &json!(world.a.campaign))
    );
    let at = format!("/numbers/{}", number["id"]);
    assert_eq!(ok(&world, "PATCH", &at, &key, json!({})).await, number);
    assert_eq!(
        ok(&world, "PATCH", &at, &key, json!({ "campaign_id": null })).await["campaign_id"],
        Value::Null
    );
    assert_eq!(
        world.api("DELETE", &at, &key, "").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world.api("DELETE", &at, &key, "").await.status,
        StatusCode::NOT_FOUND
    );

    let block = ok(
        &world,
        "POST",
        "/blocks",
        &key,
        json!({ "pattern": "+13075550100", "hours": 2, "note": "Robot" }),
    )
    .await;
    assert!(
        block["expires_at"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z')),
        "{block}"
    );
    let masked = world.key(&world.a, "blocks:read").await;
    let at = format!("/blocks/{}", block["id"]);
    let seen = ok(&world, "GET", &at, &masked, Value::Null).await;
    assert!(
        !seen["pattern"]
            .as_str()
            .unwrap_or_default()
            .contains("5550100"),
        "{seen}"
    );
    let found = ok(&world, "GET", "/blocks?search=5550100", &key, Value::Null).await;
    assert_eq!(found["data"].as_array().map(Vec::len), Some(1));
    let page = ok(&world, "GET", "/blocks?limit=1", &key, Value::Null).await;
    let next = ok(
        &world,
        "GET",
        &format!("/blocks?after={}", page["next"].as_str().expect("more")),
        &key,
        Value::Null,
    )
    .await;
    assert_eq!(
        (&page["data"][0]["id"], &next["data"][0]["pattern"]),
        (&block["id"], &json!("+1999*"))
    );
    assert_eq!(
        world.api("DELETE", &at, &key, "").await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn calls_are_found_explained_and_heard() {
    let world = World::new().await;
    let key = full(&world).await;
    let a = &world.a;
    for (query, many) in [
        (String::new(), 1),
        (
            format!(
                "?campaign_id={}&target_id={}&outcome=connected&caller=5550142&range=today",
                a.campaign, a.target
            ),
            1,
        ),
        ("?outcome=not_connected".to_owned(), 0),
        ("?to=2026-01-01T00:00:00Z".to_owned(), 0),
        (
            "?from=2026-01-01T00:00:00%2B01:00&to=2999-01-01T00:00:00Z".to_owned(),
            1,
        ),
        (format!("?campaign_id={}", world.b.campaign), 0),
    ] {
        let list = ok(&world, "GET", &format!("/calls{query}"), &key, Value::Null).await;
        assert_eq!(list["data"].as_array().map(Vec::len), Some(many), "{query}");
    }
    let story = ok(
        &world,
        "GET",
        &format!("/calls/{}", a.call),
        &key,
        Value::Null,
    )
    .await;
    assert_eq!(
        (&story["call"]["caller"], &story["call"]["outcome"]),
        (&json!("+13105550142"), &json!("connected"))
    );
    assert_eq!(
        (
            &story["dials"][0]["result"],
            &story["dials"][0]["target"]["id"]
        ),
        (&json!("connected"), &json!(a.target))
    );
    assert_eq!(
        (
            &story["decisions"][0]["candidates"][0]["verdict"],
            &story["timeline"][0]["kind"]
        ),
        (&json!("won"), &json!("arrived"))
    );
    let url = story["recordings"][0]["url"].as_str().expect("a recording");
    let path = url.strip_prefix("/api/v1").expect("ours");
    let sound = world.api("GET", path, &key, "").await;
    assert_eq!(
        (sound.status, sound.header("content-type")),
        (StatusCode::OK, "audio/wav")
    );
    let part = world
        .send(api_request(
            "GET",
            path,
            &key,
            "",
            &[("range", "bytes=0-9")],
        ))
        .await;
    assert_eq!(
        (part.status, part.header("content-length")),
        (StatusCode::PARTIAL_CONTENT, "10")
    );
    let past = world
        .send(api_request(
            "GET",
            path,
            &key,
            "",
            &[("range", "bytes=999999999-")],
        ))
        .await;
    assert_eq!(
        (past.status, past.header("content-type")),
        (
            StatusCode::RANGE_NOT_SATISFIABLE,
            "application/problem+json"
        )
    );

    let blind = world.key(a, "calls:read").await;
    let story = ok(
        &world,
        "GET",
        &format!("/calls/{}", a.call),
        &blind,
        Value::Null,
    )
    .await;
    assert!(!story.to_string().contains("5550142"), "{story}");
    let guess = ok(&world, "GET", "/calls?caller=0000000", &blind, Value::Null).await;
    assert_eq!(
        guess["data"].as_array().map(Vec::len),
        Some(1),
        "a wrong guess looks like a right one"
    );
}
