//! What the public API does with payouts, lists, settings and what is inherited.

use crate::program::{full, names, ok, read};
use crate::world::World;
use axum::http::StatusCode;
use serde_json::{Value, json};

fn fields(problem: &Value) -> Vec<&str> {
    let all = problem["fields"].as_array().expect("fields").iter();
    all.map(|f| f["field"].as_str().expect("a name")).collect()
}

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

#[tokio::test]
async fn a_publisher_is_made_paid_and_paused() {
    let world = World::new().await;
    let key = full(&world).await;
    let made = ok(
        &world,
        "POST",
        "/publishers",
        &key,
        json!({ "name": "Lead Harbor", "sub_id": "lh" }),
    )
    .await;
    let at = format!("/publishers/{}", made["id"]);
    assert_eq!(ok(&world, "GET", &at, &key, Value::Null).await, made);
    let list = ok(&world, "GET", "/publishers", &key, Value::Null).await;
    assert_eq!(names(&list), ["Alpha publisher", "Lead Harbor"]);
    let renamed = ok(&world, "PATCH", &at, &key, json!({ "sub_id": "" })).await;
    assert_eq!(
        (&renamed["name"], &renamed["sub_id"]),
        (&json!("Lead Harbor"), &json!(""))
    );
    let paused = ok(
        &world,
        "PUT",
        &format!("{at}/activity"),
        &key,
        json!({ "activity": "paused" }),
    )
    .await;
    assert_eq!(paused["activity"], "paused");
    let taken = world
        .api("POST", "/publishers", &key, "{\"name\":\"lead harbor\"}")
        .await;
    assert_eq!(
        (taken.status, fields(&read(&taken))),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["name"])
    );

    let payouts = format!("{at}/payouts");
    let rule = json!({
        "name": "Texas", "trigger": "length", "length_s": 90, "from": "connect", "amount": { "amount": "25" },
        "filter": [{ "tag": "geo:state", "op": "is", "value": "TX" }],
        "caps": { "daily": 10 }, "money_caps": { "monthly": { "amount": "500" } },
        "hours": { "kind": "weekly", "week": { "monday": { "from": "09:00", "to": "17:00" } } },
    });
    let share = json!({ "name": "Share", "trigger": "converted", "share": { "percent": "80", "max": { "amount": "30" } } });
    let kept = ok(
        &world,
        "PUT",
        &payouts,
        &key,
        json!({ "rules": [rule, share] }),
    )
    .await;
    let first = &kept["rules"][0];
    assert_eq!(
        (&first["amount"], &first["money_caps"]["monthly"]),
        (&usd("25.00"), &usd("500.00"))
    );
    assert_eq!(
        (&first["caps"]["daily"], &first["filter"][0]["group"]),
        (&json!(10), &json!(1))
    );
    assert_eq!(first["hours"]["week"]["monday"]["from"], "09:00");
    assert_eq!(
        (
            &kept["rules"][1]["share"]["percent"],
            &kept["rules"][1]["amount"]
        ),
        (&json!("80"), &Value::Null)
    );
    // What was told can be sent back, and keeps its ids.
    let again = ok(
        &world,
        "PUT",
        &payouts,
        &key,
        json!({ "rules": kept["rules"] }),
    )
    .await;
    assert_eq!(again, kept);

    let own = format!("{payouts}/{}", world.a.campaign);
    let with_own = ok(
        &world,
        "PUT",
        &own,
        &key,
        json!({ "rules": [kept["rules"][1]] }),
    )
    .await;
    assert_eq!(with_own["overrides"][0]["campaign_name"], "Alpha campaign");
    assert_ne!(
        with_own["overrides"][0]["rules"][0]["id"],
        kept["rules"][1]["id"]
    );
    let without = ok(&world, "DELETE", &own, &key, Value::Null).await;
    assert_eq!(
        (&without["overrides"], &without["rules"]),
        (&json!([]), &kept["rules"])
    );
    let gone = world.api("DELETE", &own, &key, "").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    let wrong = json!({ "rules": [
        { "name": "A", "trigger": "length", "amount": { "amount": "1" }, "length_s": 0, "zone": "Mars",
          "caps": { "daily": 99_999_999 }, "filter": [{ "tag": "", "op": "is" }] },
        { "name": "B", "trigger": "connect" },
        { "name": "C", "trigger": "connect", "share": { "percent": "101" },
          "hours": { "kind": "weekly", "week": { "tuesday": { "from": "x", "to": "y" } } } },
    ] });
    let wrong = read(&world.api("PUT", &payouts, &key, &wrong.to_string()).await);
    assert_eq!(
        fields(&wrong),
        [
            "rules[0].length_s",
            "rules[0].zone",
            "rules[0].caps.daily",
            "rules[0].filter[0].tag",
            "rules[1].amount",
            "rules[2].share.percent",
            "rules[2].hours.week.tuesday",
        ]
    );
    let odd = json!({ "rules": [{ "name": " ", "trigger": "connect", "length_s": 5 }] });
    let odd = read(&world.api("PUT", &payouts, &key, &odd.to_string()).await);
    assert_eq!(fields(&odd), ["rules[0].length_s", "rules[0].name"]);
    let dear =
        json!({ "rules": [{ "name": "x", "trigger": "connect", "amount": { "amount": "$5" } }] });
    let dear = read(&world.api("PUT", &payouts, &key, &dear.to_string()).await);
    assert_eq!(fields(&dear), ["rules[0].amount.amount"]);
}

#[tokio::test]
async fn a_list_is_made_changed_and_removed() {
    let world = World::new().await;
    let key = full(&world).await;
    let new = json!({ "name": "Dallas", "values": ["75201", " 75202 ", "75201"] });
    let made = ok(&world, "POST", "/lists", &key, new).await;
    assert_eq!(made["values"], json!(["75201", "75202"]));
    let at = format!("/lists/{}", made["id"]);
    let list = ok(&world, "GET", "/lists", &key, Value::Null).await;
    assert_eq!(
        (names(&list), &list["data"][1]["value_count"]),
        (vec!["Alpha list", "Dallas"], &json!(2))
    );
    let changed = ok(&world, "PATCH", &at, &key, json!({ "values": ["Austin"] })).await;
    assert_eq!(
        (&changed["name"], &changed["values"]),
        (&json!("Dallas"), &json!(["Austin"]))
    );
    let wrong = read(
        &world
            .api("PATCH", &at, &key, "{\"values\":[\"a\\nb\"]}")
            .await,
    );
    assert_eq!(fields(&wrong), ["values"]);
    let empty = read(&world.api("PATCH", &at, &key, "{\"values\":[]}").await);
    assert_eq!(fields(&empty), ["values"]);
    ok(&world, "DELETE", &at, &key, Value::Null).await;
    assert_eq!(
        world.api("GET", &at, &key, "").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_target_takes_settings_from_its_buyer_and_back() {
    let world = World::new().await;
    let key = full(&world).await;
    let buyer = format!("/buyers/{}", world.a.buyer);
    let shared = json!({
        "ring_timeout_s": 40, "zone": "America/Chicago", "caps": { "daily": 9 },
        "money_caps": { "daily": { "amount": "99.5" } }, "holidays": ["Thanksgiving Day", "12-24 Christmas Eve = 9:00-12:00"],
        "restriction": { "from": "buyer", "after": "connected", "days": 30 },
        "recovery": { "mode": "on", "within_s": 20, "reroutes_max": 2 },
        "filter": [{ "group": 2, "tag": "geo:state", "op": "is", "value": "TX" }],
    });
    let changed = ok(&world, "PATCH", &buyer, &key, shared).await;
    assert_eq!(
        (&changed["money_caps"]["daily"], &changed["caps"]["daily"]),
        (&usd("99.50"), &json!(9))
    );
    assert_eq!(
        (
            &changed["restriction"]["days"],
            &changed["recovery"]["mode"]
        ),
        (&json!(30), &json!("on"))
    );
    assert_eq!(
        (
            changed["holidays"].as_array().map(Vec::len),
            &changed["filter"][0]["group"]
        ),
        (Some(2), &json!(1))
    );

    let at = format!("/targets/{}", world.a.target);
    let inherits = json!({ "inherits": { "hours": true, "ring_timeout": true, "caps": true } });
    let target = ok(&world, "PATCH", &at, &key, inherits).await;
    let holds = &target["in_force"];
    assert_eq!(
        (&target["ring_timeout_s"], &holds["ring_timeout_s"]),
        (&json!(25), &json!(40))
    );
    assert_eq!(
        (&holds["zone"], &holds["caps"]["daily"]),
        (&json!("America/Chicago"), &json!(9))
    );
    assert_eq!(
        (
            &holds["restriction"]["days"],
            &target["restriction"]["mode"]
        ),
        (&json!(30), &json!("inherit"))
    );
    assert_eq!(
        target["inherits"],
        json!({ "hours": true, "ring_timeout": true, "caller_id": false, "caps": true })
    );

    let own = json!({ "ring_timeout_s": 15, "money_caps": { "total": { "amount": "5" } }, "count_on": "revenue",
        "matrices": { "volume": "Mon-Fri 9-17=5" }, "restriction": { "mode": "none" }, "connects_max": 3,
        "recording_blocked": true, "accept_key": true, "sub_id": "d1", "digits": "1w5" });
    let target = ok(&world, "PATCH", &at, &key, own).await;
    assert_eq!(
        target["inherits"],
        json!({ "hours": true, "ring_timeout": false, "caller_id": false, "caps": false })
    );
    assert_eq!(
        (
            &target["in_force"]["ring_timeout_s"],
            &target["in_force"]["restriction"]
        ),
        (&json!(15), &Value::Null)
    );
    assert_eq!(
        (
            &target["matrices"]["volume"],
            &target["money_caps"]["total"]
        ),
        (&json!("Mon-Fri 9-17=5"), &usd("5.00"))
    );
    assert_eq!(
        (
            &target["connects_max"],
            &target["recording_blocked"],
            &target["count_on"]
        ),
        (&json!(3), &json!(true), &json!("revenue"))
    );
    assert_eq!(target["accept_key"], true);
    let spared = ok(&world, "PATCH", &at, &key, json!({ "accept_key": false })).await;
    assert_eq!(
        (&spared["accept_key"], &spared["sub_id"]),
        (&json!(false), &json!("d1"))
    );

    let both = json!({ "ring_timeout_s": 15, "inherits": { "ring_timeout": true }, "restriction": { "mode": "own" },
        "recovery": { "mode": "off", "within_s": 5 } });
    let both = read(&world.api("PATCH", &at, &key, &both.to_string()).await);
    assert_eq!(
        fields(&both),
        [
            "inherits.ring_timeout",
            "restriction.own",
            "recovery.within_s"
        ]
    );
    let wrong = json!({ "holidays": ["Nonsense"], "matrices": { "volume": "x" }, "money_caps": { "daily": { "amount": "9999999999" } },
        "recovery": { "mode": "on", "within_s": 0, "reroutes_max": 9 }, "filter": [{ "tag": "geo:zip", "op": "in_list", "list_id": 999 }] });
    let wrong = read(&world.api("PATCH", &at, &key, &wrong.to_string()).await);
    assert_eq!(
        fields(&wrong),
        [
            "holidays",
            "money_caps.daily",
            "matrices.volume",
            "recovery.within_s",
            "recovery.reroutes_max",
            "filter[0].list_id",
        ]
    );
}

#[tokio::test]
async fn a_sip_password_is_taken_and_never_told() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/targets/{}", world.a.target);
    let sip = json!({ "destination": { "kind": "sip", "address": "sip:night@pbx.example.com" },
        "sip": { "user": "u", "password": "s3cret", "headers": [{ "name": "X-Lead", "value": "roof" }] } });
    let reply = world.api("PATCH", &at, &key, &sip.to_string()).await;
    assert!(
        reply.status.is_success() && !reply.body.contains("s3cret"),
        "{}",
        reply.body
    );
    assert_eq!(
        read(&reply)["sip"],
        json!({ "user": "u", "has_password": true, "headers": [{ "name": "X-Lead", "value": "roof" }] })
    );
    let kept = ok(
        &world,
        "PATCH",
        &at,
        &key,
        json!({ "sip": { "headers": [] } }),
    )
    .await;
    assert_eq!(
        (&kept["sip"]["has_password"], &kept["sip"]["headers"]),
        (&json!(true), &json!([]))
    );
    let split = json!({ "sip": { "headers": [{ "name": "X-A", "value": "1\nX-B: 2" }] } });
    let split = read(&world.api("PATCH", &at, &key, &split.to_string()).await);
    assert_eq!(fields(&split), ["sip.headers"]);
    let cleared = ok(&world, "PATCH", &at, &key, json!({ "sip": null })).await;
    assert_eq!(cleared["sip"], Value::Null);
}

#[tokio::test]
async fn a_campaign_says_what_calls_are_worth_and_what_duplicates_are() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/campaigns/{}", world.a.campaign);
    let revenue = format!("{at}/revenue");
    let rule = json!({ "trigger": "length", "length_s": 60, "from": "connect", "price": { "amount": "36.2" } });
    let kept = ok(&world, "PUT", &revenue, &key, json!({ "rule": rule })).await;
    assert_eq!(
        (&kept["rule"]["price"], &kept["rule"]["length_s"]),
        (&usd("36.20"), &json!(60))
    );
    assert_eq!(ok(&world, "PUT", &revenue, &key, kept.clone()).await, kept);
    let told = json!({ "rule": { "trigger": "conversion", "within_days": 30, "price": null } });
    let told = ok(&world, "PUT", &revenue, &key, told).await;
    assert_eq!(
        (&told["rule"]["price"], &told["rule"]["within_days"]),
        (&Value::Null, &json!(30))
    );
    for (wrong, field) in [
        (json!({}), "rule"),
        (json!({ "rule": { "trigger": "connect" } }), "rule.price"),
        (
            json!({ "rule": { "trigger": "connect", "length_s": 0, "price": { "amount": "1" } } }),
            "rule.length_s",
        ),
        (
            json!({ "rule": { "trigger": "conversion", "within_days": 900 } }),
            "rule.within_days",
        ),
    ] {
        let problem = read(&world.api("PUT", &revenue, &key, &wrong.to_string()).await);
        assert_eq!(fields(&problem), [field], "{wrong}");
    }

    let duplicates = format!("{at}/duplicates");
    let before = ok(&world, "GET", &duplicates, &key, Value::Null).await;
    assert_eq!(
        (&before["mark"]["after"], &before["payment"]["pay"]),
        (&json!("connected"), &json!("never"))
    );
    let change = json!({ "mark": { "after": "length", "length_s": 30, "anonymous": false },
        "routing": { "to": "original", "strict": true }, "payment": { "pay": "after", "after_days": 7, "across": "all_publishers" },
        "attestation": "b" });
    let changed = ok(&world, "PATCH", &duplicates, &key, change).await;
    assert_eq!(
        (&changed["routing"], &changed["attestation"]),
        (&json!({ "to": "original", "strict": true }), &json!("b"))
    );
    assert_eq!(
        ok(&world, "PATCH", &duplicates, &key, changed.clone()).await,
        changed
    );
    let odd = json!({ "routing": { "to": "normally", "strict": true }, "mark": { "after": "incoming", "length_s": 3, "anonymous": true } });
    let odd = read(
        &world
            .api("PATCH", &duplicates, &key, &odd.to_string())
            .await,
    );
    assert_eq!(fields(&odd), ["mark.length_s", "routing.strict"]);
    let kept = ok(
        &world,
        "PATCH",
        &at,
        &key,
        json!({ "recording_keep_days": 30 }),
    )
    .await;
    assert_eq!(kept["recording_keep_days"], 30);
    let followed = ok(
        &world,
        "PATCH",
        &at,
        &key,
        json!({ "recording_keep_days": null }),
    )
    .await;
    assert_eq!(followed["recording_keep_days"], Value::Null);
}

#[tokio::test]
async fn a_route_keeps_its_terms_unless_it_says_them_anew() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/campaigns/{}/plan", world.a.campaign);
    let plan = ok(&world, "GET", &at, &key, Value::Null).await;
    let target = world.a.target;
    let rule = json!({ "trigger": "connect", "price": { "amount": "25" } });
    let filter = json!([{ "tag": "geo:state", "op": "is", "value": "TX" }]);
    let first = json!({ "version": plan["version"], "routes": [
        { "target_id": target, "revenue": rule, "filter": filter, "takes_rerouted": false }] });
    let first = ok(&world, "PUT", &at, &key, first).await;
    let route = &first["routes"][0];
    assert_eq!(
        (&route["revenue"]["price"], &route["filter"][0]["value"]),
        (&usd("25.00"), &json!("TX"))
    );
    assert_eq!(route["takes_rerouted"], false);
    let second = json!({ "version": first["version"], "routes": [{ "target_id": target, "revenue": null }],
        "recovery": { "mode": "on", "within_s": 10, "reroutes_max": 1 } });
    let second = ok(&world, "PUT", &at, &key, second).await;
    let route = &second["routes"][0];
    assert_eq!(
        (&route["revenue"], &route["filter"][0]["value"]),
        (&Value::Null, &json!("TX"))
    );
    assert_eq!(
        (&route["takes_rerouted"], &second["recovery"]["mode"]),
        (&json!(false), &json!("on"))
    );
    let mut predictive = second["predictive"].clone();
    predictive["prior_value"] = json!({ "amount": "12.5" });
    let third = json!({ "version": second["version"], "distribution": "predictive", "predictive": predictive, "routes": [] });
    let third = ok(&world, "PUT", &at, &key, third).await;
    assert_eq!(
        (
            &third["predictive"]["prior_value"],
            &third["recovery"]["within_s"]
        ),
        (&usd("12.50"), &json!(10))
    );
    let wrong = json!({ "version": third["version"], "routes": [
        { "target_id": target, "revenue": { "trigger": "dial", "from": "dial", "price": { "amount": "1" } } }] });
    let wrong = read(&world.api("PUT", &at, &key, &wrong.to_string()).await);
    assert_eq!(fields(&wrong), ["routes[0].revenue.from"]);
    let wrong = json!({ "version": third["version"], "routes": [
        { "target_id": target, "filter": [{ "tag": "geo:zip", "op": "in_list", "list_id": 9 }] }] });
    let wrong = read(&world.api("PUT", &at, &key, &wrong.to_string()).await);
    assert_eq!(fields(&wrong), ["routes[0].filter[0].list_id"]);
}

#[tokio::test]
async fn the_accounts_settings_and_rates_are_changed_part_by_part() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = "/account/settings";
    let change = json!({ "guard_s": 5, "attestation": "c",
        "auto_pause": { "rules": [{ "missed": 3, "within_min": 60 }], "brief_s": 9, "rang_s": 8, "back_after_min": 15 } });
    let changed = ok(&world, "PATCH", at, &key, change).await;
    assert_eq!(
        (
            &changed["guard_s"],
            &changed["attestation"],
            &changed["anonymous_is_one"]
        ),
        (&json!(5), &json!("c"), &json!(false))
    );
    let off = ok(&world, "PATCH", at, &key, json!({ "auto_pause": null })).await;
    assert_eq!(
        (&off["auto_pause"], &off["guard_s"]),
        (&Value::Null, &json!(5))
    );
    let before = ok(&world, "GET", at, &key, Value::Null).await;
    assert_eq!(before["dispositions"][0], "Sale");
    let said = json!({ "dispositions": [" Booked ", "booked", "Call back"] });
    let said = ok(&world, "PATCH", at, &key, said).await;
    assert_eq!(
        (&said["dispositions"], &said["guard_s"]),
        (&json!(["Booked", "Call back"]), &json!(5))
    );
    for wrong in [json!([]), json!(["Two\nlines"])] {
        let wrong = json!({ "dispositions": wrong }).to_string();
        let wrong = read(&world.api("PATCH", at, &key, &wrong).await);
        assert_eq!(fields(&wrong), ["dispositions"]);
    }
    let wrong = json!({ "guard_s": 9_999, "auto_pause": { "rules": [{ "missed": 0, "within_min": 1 }], "brief_s": 9, "rang_s": 8 } });
    let wrong = read(&world.api("PATCH", at, &key, &wrong.to_string()).await);
    assert_eq!(fields(&wrong), ["guard_s", "auto_pause.rules[0].missed"]);

    let rates = "/account/rates";
    let list = ok(&world, "GET", rates, &key, Value::Null).await;
    assert_eq!(list["list_prices"], true);
    let rate = json!({ "per_minute": { "amount": "0.02" }, "first_s": 60, "next_s": 6, "minimum": { "amount": "0" } });
    let change = json!({ "inbound_local": rate, "outbound": [{ "prefix": "+1", "rate": rate }] });
    let own = ok(&world, "PATCH", rates, &key, change).await;
    assert_eq!(
        (&own["list_prices"], &own["inbound_local"]["per_minute"]),
        (&json!(false), &usd("0.02"))
    );
    assert_eq!(
        (&own["outbound"][0]["prefix"], &own["recording"]),
        (&json!("+1"), &list["recording"])
    );
    let wrong = json!({ "outbound": [{ "prefix": "1", "rate": rate }] });
    let wrong = read(&world.api("PATCH", rates, &key, &wrong.to_string()).await);
    assert_eq!(fields(&wrong), ["outbound[0].prefix"]);
    assert_eq!(ok(&world, "DELETE", rates, &key, Value::Null).await, list);
}

#[tokio::test]
async fn a_number_is_given_to_a_publisher() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/numbers/{}", world.a.number_id);
    let given = ok(
        &world,
        "PATCH",
        &at,
        &key,
        json!({ "publisher_id": world.a.publisher }),
    )
    .await;
    assert_eq!(
        (&given["publisher_id"], &given["campaign_id"]),
        (&json!(world.a.publisher), &json!(world.a.campaign))
    );
    let both = json!({ "publisher_id": 999, "campaign_id": null });
    let both = read(&world.api("PATCH", &at, &key, &both.to_string()).await);
    assert_eq!(fields(&both), ["publisher_id"]);
    let kept = ok(&world, "GET", &at, &key, Value::Null).await;
    assert_eq!(kept, given, "half of a change is none");
    let nobodys = ok(&world, "PATCH", &at, &key, json!({ "publisher_id": null })).await;
    assert_eq!(nobodys["publisher_id"], Value::Null);
}

#[tokio::test]
async fn what_was_made_once_is_made_once() {
    let world = World::new().await;
    let key = full(&world).await;
    for (path, body) in [
        ("/publishers", json!({ "name": "Once" })),
        ("/lists", json!({ "name": "Once", "values": ["1"] })),
        ("/webhooks", json!({ "name": "Once" })),
    ] {
        let send = || {
            crate::world::api_request(
                "POST",
                path,
                &key,
                &body.to_string(),
                &[("idempotency-key", path)],
            )
        };
        let (first, again) = (world.send(send()).await, world.send(send()).await);
        assert_eq!(
            (first.status, again.status),
            (StatusCode::CREATED, StatusCode::CREATED),
            "{path}"
        );
        assert_eq!(
            (first.body, again.header("idempotency-replayed")),
            (again.body.clone(), "true")
        );
    }
}
