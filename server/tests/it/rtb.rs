//! Publishers' programs over HTTP: what they send in whatever form, and what they are answered, field by
//! field as the field's programs expect it (domain-reference 1b; from the reference, not from our code).

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::api::rtb_id::RtbIdForm;
use domain::id::RtbId;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::world::{Account, Reply, SIP_HOST, World};

/// A request: the method, what follows the id, the body's type, the body.
type Ping = (&'static str, &'static str, &'static str, &'static str);

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const XML: &str = "application/xml";

async fn ask(world: &World, environment: &str, id: RtbId, ping: Ping) -> Reply {
    let (method, rest, kind, body) = ping;
    let uri = format!("/v1/{environment}/{}{rest}", id.0.simple());
    let mut request = Request::builder().method(method).uri(uri);
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    world
        .send(request.body(Body::from(body)).expect("a request"))
        .await
}

fn read(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).unwrap_or_else(|e| panic!("{e}: {}", reply.body))
}

/// An id that bids 20 for each call, by SIP, changed as said.
async fn id(world: &World, change: impl FnOnce(&mut RtbIdForm)) -> RtbId {
    let a: &Account = &world.a;
    let op = world.operator(a).await;
    let mut form = world
        .services
        .rtb_ids
        .detail(&op, a.rtb_id)
        .await
        .expect("detail")
        .form;
    form.rate = "1000".to_owned();
    form.pay = "always".to_owned();
    change(&mut form);
    let saved = world.services.rtb_ids.update(&op, a.rtb_id, &form).await;
    saved.expect("saved");
    a.rtb_id
}

#[tokio::test]
async fn however_it_is_sent_a_ping_is_read_and_answered() {
    let world = World::new().await;
    let id = id(&world, |f| f.tags = "zip".to_owned()).await;
    // Each is another caller: a caller is bid for once.
    let accepted: [Ping; 24] = [
        ("GET", ".json?CID=12145550100&zip=75201", "", ""),
        ("GET", ".json?cid=+12145550101&ZIP=75201", "", ""),
        (
            "GET",
            ".json?CID=%2B12145550102&Zip=75201&sipOk=yes",
            "",
            "",
        ),
        ("GET", ".json?callerId=2145550103&zip=75201", "", ""),
        ("GET", "?CID=12145550104&zip=75201", "", ""),
        ("GET", ".JSON?CID=12145550105&zip=75201", "", ""),
        ("POST", ".json", FORM, "CID=12145550106&zip=75201"),
        ("POST", ".json?zip=75201", FORM, "CID=12145550107"),
        (
            "POST",
            ".json",
            JSON,
            r#"{"CID":"12145550108","zip":"75201"}"#,
        ),
        ("POST", ".json", JSON, r#"{"CID":12145550109,"zip":75201}"#),
        (
            "POST",
            ".json",
            JSON,
            r#"{"cid":"(214) 555-0110","zip":"75201","sipOk":true}"#,
        ),
        (
            "POST",
            ".json",
            "application/json; charset=utf-8",
            r#"{"CID":"12145550111","zip":"75201","x":null}"#,
        ),
        (
            "POST",
            ".json",
            "",
            r#"{"CID":"12145550112","zip":"75201"}"#,
        ),
        (
            "POST",
            ".json",
            XML,
            "<r><CID>12145550113</CID><zip>75201</zip></r>",
        ),
        (
            "POST",
            ".json",
            "text/xml",
            "<r><CID>12145550114</CID><zip>75201</zip></r>",
        ),
        (
            "POST",
            ".json",
            "",
            "<?xml version=\"1.0\"?><r><CID>12145550115</CID><zip>75201</zip></r>",
        ),
        ("POST", "", JSON, r#"{"CID":"12145550116","zip":"75201"}"#),
        ("POST", ".json?CID=12145550117", JSON, r#"{"zip":"75201"}"#),
        (
            "POST",
            ".json",
            FORM,
            "CID=1-214-555-0118&zip=75201&exposeCallerId=yes",
        ),
        (
            "POST",
            ".json",
            FORM,
            "CID=12145550119&zip=75201&SubID=s-1&publisherInboundCallId=c-1",
        ),
        ("GET", ".json?CID=214.555.0120&zip=75201&sipok=TRUE", "", ""),
        ("POST", ".json", FORM, "CID=12145550121&zip=75201&zip=75202"),
        (
            "POST",
            ".json",
            JSON,
            "\u{feff}{\"CID\":\"12145550122\",\"zip\":\"75201\"}",
        ),
        ("GET", ".json?zip=75201", "", ""),
    ];
    for ping in accepted {
        let reply = ask(&world, "production", id, ping).await;
        assert_eq!(reply.status, StatusCode::OK, "{ping:?}: {}", reply.body);
        let said = read(&reply);
        assert_eq!(said["bidAmount"], 20.0, "{ping:?}: {said}");
        let bid_id = said["bidId"].as_str().expect("an id");
        assert!(bid_id.starts_with("RTB") && bid_id.len() == 35, "{bid_id}");
        assert_eq!(said["sipAddress"], format!("{bid_id}@{SIP_HOST}"));
        assert_eq!(said["expireInSeconds"], 30);
        assert!(said["bidExpireEpoch"].as_i64().expect("a moment") > 1_700_000_000_000);
        let date = said["bidExpireDT"].as_str().expect("a date");
        assert!(date.ends_with("M +00:00"), "{date}");
        assert!(said.get("rejectReason").is_none() && said.get("phoneNumber").is_none());
        assert_eq!(said["bidTerms"][0]["code"], 100);
        assert_eq!(said["bidTerms"][0]["callMinDuration"], 90);
    }
    let refused: [(Ping, &str); 11] = [
        (
            ("GET", ".json?CID=12145550100", "", ""),
            "Missing required fields: zip (Code: 3024)",
        ),
        (
            ("GET", ".json?CID=12145550100&zip=", "", ""),
            "Missing required fields: zip (Code: 3024)",
        ),
        (
            ("GET", ".json", "", ""),
            "Missing required fields: zip (Code: 3024)",
        ),
        (
            ("POST", ".json", JSON, "{}"),
            "Missing required fields: zip (Code: 3024)",
        ),
        (
            ("POST", ".json", JSON, r#"{"CID":"1","zip":"1"}"#),
            "Caller id is not a phone number (Code: 1100)",
        ),
        (
            ("GET", ".json?CID=hello&zip=1", "", ""),
            "Caller id is not a phone number (Code: 1100)",
        ),
        (
            ("GET", ".json?CID=anonymous&zip=1", "", ""),
            "Caller id is not a phone number (Code: 1100)",
        ),
        (
            ("GET", ".json?CID=11115550100&zip=1", "", ""),
            "Caller id is not a phone number (Code: 1100)",
        ),
        (
            ("POST", ".json", "text/plain", r#"{"CID":"1","zip":"1"}"#),
            "Caller id is not a phone number (Code: 1100)",
        ),
        (
            ("POST", ".json", XML, "<r><zip>1</zip><CID>x</CID></r>"),
            "Caller id is not a phone number (Code: 1100)",
        ),
        (
            ("GET", ".json?CID=+19995550100&zip=1", "", ""),
            "Caller id rejected (Code: 1004)",
        ),
    ];
    for (ping, reason) in refused {
        let reply = ask(&world, "production", id, ping).await;
        assert_eq!(reply.status, StatusCode::OK, "a refusal is an answer");
        let said = read(&reply);
        assert_eq!(said["rejectReason"], reason, "{ping:?}: {said}");
        assert_eq!(said["bidAmount"], 0);
        assert!(said["bidId"].is_string() && said.get("sipAddress").is_none());
    }
}

#[tokio::test]
async fn the_ending_of_the_address_says_how_it_is_answered() {
    let world = World::new().await;
    let id = id(&world, |_| {}).await;
    let pings: [Ping; 3] = [
        ("GET", ".xml?CID=12145550100", "", ""),
        ("POST", ".xml", JSON, r#"{"CID":"12145550101"}"#),
        ("POST", ".xml", XML, "<r><CID>12145550102</CID></r>"),
    ];
    for ping in pings {
        let reply = ask(&world, "production", id, ping).await;
        assert_eq!(
            reply.header("content-type"),
            "application/xml; charset=utf-8"
        );
        assert_eq!(reply.header("cache-control"), "no-store");
        for part in [
            "<bidAmount>20.00</bidAmount>",
            "<bidTerm><code>100</code><callMinDuration>90</callMinDuration></bidTerm>",
            "<expireInSeconds>30</expireInSeconds>",
        ] {
            assert!(reply.body.contains(part), "{ping:?}: {}", reply.body);
        }
    }
    let none = ask(&world, "production", id, ("GET", ".xml?CID=1", "", "")).await;
    assert!(
        none.body.contains("<bidAmount>0</bidAmount><rejectReason>Caller id is not a phone number (Code: 1100)</rejectReason>"),
        "{}",
        none.body
    );
    let json = ask(
        &world,
        "production",
        id,
        ("POST", ".json", XML, "<r><CID>12145550103</CID></r>"),
    )
    .await;
    assert_eq!(
        json.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(read(&json)["bidAmount"], 20.0);
}

#[tokio::test]
async fn environments_differ_in_what_is_real() {
    let world = World::new().await;
    let id = id(&world, |_| {}).await;
    let ping = ("GET", ".json?CID=12145550100", "", "");
    for (environment, code) in [("test", 220), ("TEST", 220), ("sandbox", 222)] {
        let said = read(&ask(&world, environment, id, ping).await);
        assert_eq!(said["bidAmount"], 20.0, "{environment}: {said}");
        let warnings = said["warnings"].as_array().expect("warnings");
        assert!(
            warnings.iter().any(|w| w["code"] == code),
            "{environment}: {said}"
        );
    }
    let nowhere = ask(&world, "staging", id, ping).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_harms_nobody() {
    let world = World::new().await;
    let id = id(&world, |_| {}).await;
    let bad: [(Ping, StatusCode, &str); 7] = [
        (
            ("POST", ".json", JSON, "{"),
            StatusCode::BAD_REQUEST,
            "The body cannot be read. It is no JSON.",
        ),
        (
            ("POST", ".json", JSON, "[]"),
            StatusCode::BAD_REQUEST,
            "The body is no JSON object.",
        ),
        (
            (
                "POST",
                ".json",
                JSON,
                r#"{"CID":"12145550100","CID":"12145550101"}"#,
            ),
            StatusCode::BAD_REQUEST,
            "The body cannot be read. “CID” stands in it twice, with two values.",
        ),
        (
            ("POST", ".json", XML, "<r>"),
            StatusCode::BAD_REQUEST,
            "The body is no XML document.",
        ),
        (
            ("GET", ".txt?CID=12145550100", "", ""),
            StatusCode::NOT_FOUND,
            "There is no such RTB id.",
        ),
        (
            ("HEAD", ".json", "", ""),
            StatusCode::METHOD_NOT_ALLOWED,
            "",
        ),
        (
            ("DELETE", ".json", "", ""),
            StatusCode::METHOD_NOT_ALLOWED,
            "",
        ),
    ];
    for (ping, status, words) in bad {
        let reply = ask(&world, "production", id, ping).await;
        assert_eq!(reply.status, status, "{ping:?}: {}", reply.body);
        if !words.is_empty() {
            assert_eq!(read(&reply)["rejectReason"], words);
        }
    }
    let uri = format!("/v1/production/{}.json", id.0.simple());
    let large = Request::post(&uri).header("content-type", JSON);
    let large = large
        .body(Body::from(vec![b' '; 1_000_000]))
        .expect("a request");
    assert_eq!(
        world.send(large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let latin = Request::post(&uri).header("content-type", "application/json; charset=latin-1");
    let latin = latin
        .body(Body::from(b"{\"a\":\"\xe9\"}".to_vec()))
        .expect("a request");
    assert_eq!(world.send(latin).await.status, StatusCode::BAD_REQUEST);
    for other in ["0123456789abcdef0123456789abcdef", "x", "..%2f", "%00"] {
        let request = Request::get(format!("/v1/production/{other}.json"));
        let request = request.body(Body::empty()).expect("a request");
        let reply = world.send(request).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{other}");
    }
}

#[tokio::test]
async fn a_key_is_asked_for_where_it_is_set() {
    let world = World::new().await;
    let id = id(&world, |f| f.key = "bearer".to_owned()).await;
    let op = world.operator(&world.a).await;
    let ids = &world.services.rtb_ids;
    let token = ids.detail(&op, id).await.expect("detail").secret;
    let ping = ("GET", ".json?CID=12145550100", "", "");
    assert_eq!(
        ask(&world, "production", id, ping).await.status,
        StatusCode::UNAUTHORIZED
    );
    let uri = format!("/v1/production/{}.json?CID=12145550100", id.0.simple());
    let with = |name: &'static str, value: String| {
        let request = Request::get(&uri).header(name, value);
        request.body(Body::empty()).expect("a request")
    };
    let wrong = world
        .send(with("authorization", "Bearer nonsense".to_owned()))
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let right = world
        .send(with("authorization", format!("Bearer {token}")))
        .await;
    assert_eq!(read(&right)["bidAmount"], 20.0);
    // The example needs it as well: an address that got around says nothing.
    assert_eq!(
        ask(&world, "sandbox", id, ping).await.status,
        StatusCode::UNAUTHORIZED
    );

    self::id(&world, |f| f.key = "hmac".to_owned()).await;
    let secret = ids.detail(&op, id).await.expect("detail").secret;
    assert_ne!(secret, token);
    let now = world.services.clock.now().secs();
    let body = r#"{"CID":"12145550101"}"#;
    let signed = |at: i64, query: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
        mac.update(format!("{at}.{body}").as_bytes());
        let bytes = mac.finalize().into_bytes();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        Request::post(format!("/v1/production/{}.json{query}", id.0.simple()))
            .header("content-type", JSON)
            .header("x-timestamp", at.to_string())
            .header("x-signature", hex)
            .body(Body::from(body))
            .expect("a request")
    };
    let right = read(&world.send(signed(now, "")).await);
    assert_eq!(right["bidAmount"], 20.0);
    // What is added to the address is not signed: it is the same ping, not one of another caller.
    let added = world.send(signed(now, "?CID=12145550177")).await;
    assert_eq!(read(&added)["bidId"], right["bidId"]);
    let old = world.send(signed(now - 400, "")).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_call_by_sip_is_known_by_its_bid() {
    let world = World::new().await;
    let id = id(&world, |f| f.trigger = "incoming".to_owned()).await;
    let ping = ("GET", ".json?CID=12145550100&zip=75201", "", "");
    let said = read(&ask(&world, "production", id, ping).await);
    let to = format!("sip:{}", said["sipAddress"].as_str().expect("an address"));
    let form = [
        ("CallSid", "CAsip1"),
        ("From", "sip:+12145550999@publisher.example"),
        ("To", to.as_str()),
        ("CallStatus", "ringing"),
    ];
    let answer = world.webhook("/api/webhooks/voice", &form).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("<Dial"), "{}", answer.body);
    let again = world.webhook("/api/webhooks/voice", &form).await;
    assert_eq!(again.body, answer.body, "the carrier told it again");
    let other = [("CallSid", "CAsip2"), form[1], form[2], form[3]];
    let second = world.webhook("/api/webhooks/voice", &other).await;
    assert!(second.body.contains("<Reject"), "{}", second.body);
}
