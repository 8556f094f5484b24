//! The carrier's requests: real, forged, repeated and broken.

use crate::world::{BASE, TOKEN, World, encode};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::api::carrier_account::CarrierAccountForm;
use server::webhook::twilio::signature;

const CALL: &[(&str, &str)] = &[
    ("CallSid", "CAnew"),
    ("From", "+13105550142"),
    ("To", "+18005550101"),
    ("CallStatus", "ringing"),
    ("FromCity", ""),
];

fn signed(path: &str, parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<(String, String)> = parameters
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    signature::sign(TOKEN, &format!("{BASE}{path}"), &pairs)
}

#[tokio::test]
async fn forged_requests_get_nothing_and_leave_nothing() {
    let world = World::new().await;
    let op = world.operator(&world.a).await;
    let before = world
        .services
        .inspect
        .snapshot(&op)
        .await
        .expect("snapshot")
        .calls
        .len();
    let good = signed("/api/webhooks/voice", CALL);
    let elsewhere = signed("/api/webhooks/status", CALL);
    let body = encode(CALL);
    let tampered = body.replace("CAnew", "CAold");
    for (body, signature) in [
        (&body, None),
        (&body, Some("")),
        (&body, Some("AAAA")),
        (&body, Some(elsewhere.as_str())),
        (&tampered, Some(good.as_str())),
    ] {
        let reply = world.unsigned("/api/webhooks/voice", body, signature).await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (StatusCode::FORBIDDEN, ""),
            "{signature:?}"
        );
    }
    let with_query = world
        .unsigned("/api/webhooks/voice?x=1", &body, Some(&good))
        .await;
    assert_eq!(with_query.status, StatusCode::FORBIDDEN);
    for path in [
        "/api/webhooks/status",
        "/api/webhooks/recording",
        &format!("/api/webhooks/voice/{}/dialed-1", world.a.call),
    ] {
        assert_eq!(
            world.unsigned(path, &body, Some(&good)).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    assert_eq!(
        world
            .services
            .inspect
            .snapshot(&op)
            .await
            .expect("snapshot")
            .calls
            .len(),
        before
    );
}

#[tokio::test]
async fn the_same_delivery_gets_the_same_answer_and_one_line() {
    let world = World::new().await;
    let first = world.webhook("/api/webhooks/voice", CALL).await;
    assert_eq!(
        (first.status, first.header("content-type")),
        (StatusCode::OK, "text/xml; charset=utf-8")
    );
    assert!(
        first.body.contains("<Dial ") && first.body.contains("+12145550101"),
        "{}",
        first.body
    );
    let again = world.webhook("/api/webhooks/voice", CALL).await;
    assert_eq!(first.body, again.body);
    let op = world.operator(&world.a).await;
    let snapshot = world
        .services
        .inspect
        .snapshot(&op)
        .await
        .expect("snapshot");
    let used = snapshot
        .capacity
        .iter()
        .find(|c| c.target == world.a.target)
        .expect("target");
    assert_eq!(used.live, 1);
    assert_eq!(
        snapshot
            .calls
            .iter()
            .filter(|c| c.sid == "CAnew")
            .map(|c| c.records)
            .collect::<Vec<_>>(),
        [1]
    );
}

#[tokio::test]
async fn get_requests_and_queries_are_read_as_they_were_signed() {
    let world = World::new().await;
    let path = "/api/webhooks/voice?CallSid=CAget&From=%2B13105550142&To=%2B18005550101";
    let request = Request::get(path)
        .header(signature::HEADER, signed(path, &[]))
        .body(Body::empty())
        .expect("request");
    let reply = world.send(request).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("<Dial "), "{}", reply.body);
    let tampered = path.replace("CAget", "CAgot");
    let request = Request::get(tampered)
        .header(signature::HEADER, signed(path, &[]))
        .body(Body::empty())
        .expect("request");
    assert_eq!(world.send(request).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn callers_of_unknown_numbers_hear_an_apology_and_are_recorded() {
    let world = World::new().await;
    let call = [
        ("CallSid", "CAlost"),
        ("From", "anonymous"),
        ("To", "+18005559999"),
        ("CallStatus", "ringing"),
    ];
    let reply = world.webhook("/api/webhooks/voice", &call).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("not in service"), "{}", reply.body);
    let snapshot = world
        .services
        .inspect
        .snapshot(&world.operator(&world.a).await)
        .await
        .expect("snapshot");
    assert!(snapshot.calls.iter().any(|c| c.sid == "CAlost"));
}

#[tokio::test]
async fn broken_requests_are_refused_with_words_and_kept_nowhere() {
    let world = World::new().await;
    let path = "/api/webhooks/voice";
    let missing = world.webhook(path, &[("From", "+13105550142")]).await;
    assert_eq!(missing.status, StatusCode::BAD_REQUEST);
    assert!(
        missing.body.contains("CallSid is missing"),
        "{}",
        missing.body
    );
    let escape = world.unsigned(path, "CallSid=%zz", Some("AAAA")).await;
    assert_eq!(escape.status, StatusCode::FORBIDDEN, "{}", escape.body);
    let large = world
        .unsigned(
            path,
            &format!("CallSid={}", "x".repeat(70_000)),
            Some("AAAA"),
        )
        .await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let body = r#"{"CallSid":"CAjson"}"#;
    let hash = "0".repeat(64);
    let forged = format!("{path}?bodySHA256={hash}");
    let json = |path: &str, signature: &str| {
        Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(signature::HEADER, signature)
            .body(Body::from(body))
            .expect("request")
    };
    assert_eq!(
        world
            .send(json(&forged, &signed(&forged, &[])))
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    let real: String = sha2_hex(body.as_bytes());
    let honest = format!("{path}?bodySHA256={real}");
    assert_eq!(
        world
            .send(json(&honest, &signed(&honest, &[])))
            .await
            .status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let snapshot = world
        .services
        .inspect
        .snapshot(&world.operator(&world.a).await)
        .await
        .expect("snapshot");
    assert!(
        snapshot.calls.iter().all(|c| c.sid == "CAAlpha"),
        "{:?}",
        snapshot.calls
    );
}

#[tokio::test]
async fn news_of_unknown_calls_and_steps_is_survived() {
    let world = World::new().await;
    let unknown = format!("/api/webhooks/voice/{}/dialed-1", uuid::Uuid::from_u128(7));
    let reply = world
        .webhook(
            &unknown,
            &[("CallSid", "CAx"), ("DialCallStatus", "completed")],
        )
        .await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(
        reply.body.ends_with("<Response></Response>"),
        "{}",
        reply.body
    );
    assert_eq!(
        world
            .webhook("/api/webhooks/voice/nonsense/nowhere", CALL)
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        world
            .webhook(
                "/api/webhooks/status",
                &[("CallSid", "CAx"), ("CallStatus", "completed")]
            )
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world
            .webhook(
                "/api/webhooks/status",
                &[("CallSid", "CAAlpha"), ("CallStatus", "ringing")]
            )
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    let late = [
        ("CallSid", "CAx"),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "completed"),
    ];
    assert_eq!(
        world.webhook("/api/webhooks/recording", &late).await.status,
        StatusCode::NO_CONTENT
    );
}

fn sha2_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// Whoever connected a carrier account holds its token, and can sign whatever they like with it.
#[tokio::test]
async fn an_accounts_own_carrier_speaks_of_its_own_calls_alone() {
    let (url, _came) = crate::provisioning::listen().await;
    let world = World::with(&[("TWILIO_API_BASE_URL", &url)]).await;
    let op = world.operator(&world.b).await;
    // Another account cannot be connected while something is being bought.
    world.services.number_orders.work().await.expect("bought");
    let form = CarrierAccountForm {
        sid: "ACbravo".to_owned(),
        token: "bravo-token".to_owned(),
    };
    let saved = world.services.carrier_accounts.save(&op, &form).await;
    saved.expect("connected");
    let deliver = async |token: &str, path: &str, sid: &str, to: &str| {
        let call = [
            ("AccountSid", "ACbravo"),
            ("CallSid", sid),
            ("CallStatus", "completed"),
            ("From", "+13105550142"),
            ("To", to),
        ];
        let pairs: Vec<_> = call.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        let signature = signature::sign(token, &format!("{BASE}{path}"), &pairs);
        world.unsigned(path, &encode(&call), Some(&signature)).await
    };
    let calls = async |account| {
        let op = world.operator(account).await;
        let snapshot = world.services.inspect.snapshot(&op).await;
        snapshot.expect("snapshot").calls
    };
    let before = calls(&world.a).await.len();
    let voice = "/api/webhooks/voice";

    let own = deliver("bravo-token", voice, "CAown", "+18005550102").await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(own.body.contains("<Dial "), "{}", own.body);
    let theirs = deliver("bravo-token", voice, "CAtheirs", "+18005550101").await;
    assert!(!theirs.body.contains("<Dial "), "{}", theirs.body);
    assert_eq!(calls(&world.a).await.len(), before, "no call of Alpha");
    assert!(
        calls(&world.b)
            .await
            .iter()
            .any(|call| call.sid == "CAtheirs")
    );

    // A call of Alpha is none for Bravo's token, by its id and by the carrier's.
    let step = format!("{voice}/{}/dialed-1", world.a.call);
    let moved = deliver("bravo-token", &step, "CAAlpha", "+18005550101").await;
    assert!(!moved.body.contains("<Dial "), "{}", moved.body);
    world.webhook(voice, CALL).await;
    let ended = deliver(
        "bravo-token",
        "/api/webhooks/status",
        "CAnew",
        "+18005550101",
    )
    .await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    let live = calls(&world.a).await;
    let live = live.iter().find(|call| call.sid == "CAnew");
    assert_eq!(live.expect("the call").outcome, None, "it goes on");

    // Where an account has its own, neither the server's token nor none signs for it.
    let server = deliver(TOKEN, voice, "CAserver", "+18005550102").await;
    assert_eq!(server.status, StatusCode::FORBIDDEN);
    let body = encode(&[("AccountSid", "ACbravo"), ("CallSid", "CA1")]);
    let bare = world.unsigned(voice, &body, None).await;
    assert_eq!(bare.status, StatusCode::FORBIDDEN);
}
