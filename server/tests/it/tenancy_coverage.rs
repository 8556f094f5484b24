//! No endpoint shows or changes what belongs to another account. Every server function, page and
//! route is called with another account's real ids, by a lower role and by nobody; an endpoint that
//! is not listed here fails the test.

use crate::server_fns::all_paths;
use crate::world::{Account, World, encode};
use axum::http::StatusCode;

/// What a server function does, and with what.
struct Row {
    path: &'static str,
    kind: Kind,
    /// The body with the ids of an account; the second account is whoever owns the outer ids.
    body: fn(&Account) -> String,
}

#[derive(PartialEq)]
enum Kind {
    /// Names no id: must answer, and tell nothing of the other account.
    List,
    /// Shows the thing with an id.
    Read,
    /// Changes the thing with an id, or puts something under it.
    Write,
    /// Makes something that names no id of an account.
    Make,
}

fn campaign_fields(prefix: &str) -> Vec<(String, String)> {
    [
        ("name", "Renamed"),
        ("vertical", "Legal"),
        ("recording", "off"),
        ("fallback", "hang_up"),
    ]
    .iter()
    .map(|(n, v)| (format!("{prefix}[{n}]"), (*v).to_owned()))
    .collect()
}

fn form(id: &[(&str, String)], fields: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(&str, &str)> = id.iter().map(|(n, v)| (*n, v.as_str())).collect();
    pairs.extend_from_slice(fields);
    encode(&pairs)
}

fn campaign(id: &[(&str, String)]) -> String {
    let fields = campaign_fields("form");
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    form(id, &fields)
}

const TARGET: &[(&str, &str)] = &[
    ("form[name]", "Renamed"),
    ("form[kind]", "number"),
    ("form[number]", "2145550199"),
    ("form[hours]", "always"),
];

fn rows() -> Vec<Row> {
    use Kind::{List, Make, Read, Write};
    let row = |path, kind, body| Row { path, kind, body };
    vec![
        row("/api/session/shell", List, |_| String::new()),
        row("/api/dashboard/today", List, |_| String::new()),
        row("/api/calls/page", List, |_| {
            encode(&[("query[range]", "all")])
        }),
        row("/api/calls/live", List, |_| String::new()),
        row("/api/calls/detail", Read, |a| {
            form(&[("id", a.call.to_string())], &[])
        }),
        row("/api/campaigns/list", List, |_| String::new()),
        row("/api/campaigns/detail", Read, |a| {
            form(&[("id", a.campaign.to_string())], &[])
        }),
        row("/api/campaigns/create", Make, |_| campaign(&[])),
        row("/api/campaigns/update", Write, |a| {
            campaign(&[("id", a.campaign.to_string())])
        }),
        row("/api/campaigns/set_activity", Write, |a| {
            form(&[("id", a.campaign.to_string())], &[("activity", "paused")])
        }),
        row("/api/campaigns/save_plan", Write, |a| {
            form(
                &[("id", a.campaign.to_string())],
                &[("form[version]", "2"), ("form[attempts_max]", "2")],
            )
        }),
        row("/api/buyers/list", List, |_| String::new()),
        row("/api/buyers/detail", Read, |a| {
            form(&[("id", a.buyer.to_string())], &[])
        }),
        row("/api/buyers/create", Make, |_| {
            encode(&[("form[name]", "Another")])
        }),
        row("/api/buyers/update", Write, |a| {
            form(&[("id", a.buyer.to_string())], &[("form[name]", "Renamed")])
        }),
        row("/api/buyers/set_activity", Write, |a| {
            form(&[("id", a.buyer.to_string())], &[("activity", "paused")])
        }),
        row("/api/targets/detail", Read, |a| {
            form(&[("id", a.target.to_string())], &[])
        }),
        row("/api/targets/create", Write, |a| {
            form(&[("buyer", a.buyer.to_string())], TARGET)
        }),
        row("/api/targets/update", Write, |a| {
            form(&[("id", a.target.to_string())], TARGET)
        }),
        row("/api/targets/set_activity", Write, |a| {
            form(&[("id", a.target.to_string())], &[("activity", "paused")])
        }),
        row("/api/numbers/list", List, |_| String::new()),
        row("/api/numbers/add", Make, |_| {
            encode(&[("form[number]", "+18005550177")])
        }),
        row("/api/numbers/assign", Write, |a| {
            form(&[("id", a.number_id.to_string())], &[])
        }),
        row("/api/numbers/remove", Write, |a| {
            form(&[("id", a.number_id.to_string())], &[])
        }),
        row("/api/blocks/list", List, |_| String::new()),
        row("/api/blocks/add", Make, |_| {
            encode(&[("form[pattern]", "+1307*")])
        }),
        row("/api/blocks/import", Make, |_| {
            encode(&[("form[text]", "+13075550100"), ("form[write]", "yes")])
        }),
        row("/api/blocks/add_caller", Write, |a| {
            form(&[("call", a.call.to_string())], &[])
        }),
        row("/api/blocks/remove", Write, |a| {
            form(&[("id", a.block.to_string())], &[])
        }),
    ]
}

/// Pages, by what stands in their address.
const PAGES_OPEN: &[&str] = &[
    "/",
    "/calls",
    "/campaigns",
    "/campaigns/new",
    "/buyers",
    "/buyers/new",
    "/numbers",
    "/numbers/new",
    "/blocks",
    "/blocks/new",
    "/blocks/import",
];

/// Pages of one thing, with another account's id.
fn pages_of(a: &Account) -> Vec<(&'static str, String)> {
    vec![
        ("/calls/{id}", format!("/calls/{}", a.call)),
        ("/campaigns/{id}", format!("/campaigns/{}", a.campaign)),
        (
            "/campaigns/{id}/{tab}",
            format!("/campaigns/{}/routing", a.campaign),
        ),
        ("/buyers/{id}", format!("/buyers/{}", a.buyer)),
        (
            "/buyers/{id}/targets/new",
            format!("/buyers/{}/targets/new", a.buyer),
        ),
        ("/targets/{id}", format!("/targets/{}", a.target)),
    ]
}

/// Routes tested by name below or in the other files of this suite.
const ROUTES: &[&str] = &[
    "Open /healthz",
    "Open /readyz",
    "Open /metrics",
    "Webhook /api/webhooks/voice",
    "Webhook /api/webhooks/voice/{call}/{step}",
    "Webhook /api/webhooks/status",
    "Webhook /api/webhooks/recording",
    "Console /events",
    "Console /recordings/{id}",
    "Console /login",
    "Console /logout",
    "Console /theme",
    "Console /api/{*path}",
    "PAGE /login",
];

#[tokio::test]
async fn every_endpoint_is_covered() {
    let world = World::new().await;
    let mut known: Vec<String> = rows()
        .iter()
        .map(|row| format!("POST {}", row.path))
        .collect();
    known.extend(PAGES_OPEN.iter().map(|page| format!("PAGE {page}")));
    known.extend(
        pages_of(&world.a)
            .iter()
            .map(|(page, _)| format!("PAGE {page}")),
    );
    known.extend(ROUTES.iter().map(|route| (*route).to_owned()));
    let uncovered: Vec<String> = all_paths()
        .into_iter()
        .filter(|path| !known.contains(path))
        .collect();
    assert_eq!(
        uncovered,
        Vec::<String>::new(),
        "endpoints without a row in this test"
    );
    let gone: Vec<String> = known
        .into_iter()
        .filter(|path| !all_paths().contains(path))
        .collect();
    assert_eq!(gone, Vec::<String>::new(), "rows without an endpoint");
}

#[tokio::test]
async fn server_functions_keep_accounts_apart() {
    let world = World::new().await;
    let (stranger, viewer) = (world.owner(&world.b).await, world.viewer(&world.a).await);
    let mut wrong = Vec::new();
    for row in rows() {
        let body = (row.body)(&world.a);
        let nobody = world.function(row.path, &body, "").await;
        if nobody.status != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{} by nobody: {}", row.path, nobody.status));
        }
        let foreign = world.function(row.path, &body, &stranger).await;
        let fits = match row.kind {
            Kind::List => {
                foreign.status == StatusCode::OK
                    && !foreign.body.contains("Alpha")
                    && !foreign.body.contains(world.a.number)
            }
            Kind::Read | Kind::Write => {
                foreign.status == StatusCode::NOT_FOUND && !foreign.body.contains("Alpha")
            }
            Kind::Make => foreign.status == StatusCode::OK,
        };
        if !fits {
            wrong.push(format!(
                "{} by a stranger: {} {}",
                row.path, foreign.status, foreign.body
            ));
        }
        let lower = world.function(row.path, &body, &viewer).await;
        let wanted = if matches!(row.kind, Kind::Write | Kind::Make) {
            StatusCode::FORBIDDEN
        } else {
            StatusCode::OK
        };
        if lower.status != wanted {
            wrong.push(format!(
                "{} by a viewer: {} {}",
                row.path, lower.status, lower.body
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn nothing_of_another_account_can_be_tied_to_ones_own() {
    let world = World::new().await;
    let cookie = world.owner(&world.b).await;
    let (a, b) = (&world.a, &world.b);
    let before = world
        .services
        .campaigns
        .detail(&world.operator(a).await, a.campaign)
        .await
        .expect("campaign");
    let tries = [
        (
            "/api/numbers/assign",
            form(
                &[
                    ("id", b.number_id.to_string()),
                    ("campaign", a.campaign.to_string()),
                ],
                &[],
            ),
        ),
        (
            "/api/numbers/add",
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[("form[number]", "+18005550178")],
            ),
        ),
        (
            "/api/blocks/add",
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[("form[pattern]", "+18005550178")],
            ),
        ),
        (
            "/api/blocks/import",
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[("form[text]", "+18005550178"), ("form[write]", "yes")],
            ),
        ),
        (
            "/api/campaigns/save_plan",
            form(
                &[
                    ("id", b.campaign.to_string()),
                    ("form[routes][0][target]", a.target.to_string()),
                ],
                &[("form[version]", "2"), ("form[attempts_max]", "2")],
            ),
        ),
    ];
    for (path, body) in tries {
        let reply = world.function(path, &body, &cookie).await;
        assert!(
            reply.status.is_client_error(),
            "{path}: {} {}",
            reply.status,
            reply.body
        );
        assert!(!reply.body.contains("Alpha"), "{path}: {}", reply.body);
    }
    let after = world
        .services
        .campaigns
        .detail(&world.operator(a).await, a.campaign)
        .await
        .expect("campaign");
    assert_eq!(before, after);
}

#[tokio::test]
async fn pages_keep_accounts_apart() {
    let world = World::new().await;
    let (own, stranger) = (world.owner(&world.a).await, world.owner(&world.b).await);
    for page in PAGES_OPEN {
        let nobody = world.get(page, "").await;
        assert_eq!(
            (
                nobody.status,
                nobody.header("location").starts_with("/login")
            ),
            (StatusCode::SEE_OTHER, true),
            "{page}"
        );
        let foreign = world.get(page, &stranger).await;
        assert_eq!(foreign.status, StatusCode::OK, "{page}");
        assert!(
            !foreign.body.contains("Alpha"),
            "{page} shows another account"
        );
    }
    for (page, address) in pages_of(&world.a) {
        assert_eq!(
            world.get(&address, "").await.status,
            StatusCode::SEE_OTHER,
            "{page}"
        );
        assert_eq!(
            world.get(&address, &own).await.status,
            StatusCode::OK,
            "{page} to its owner"
        );
        let foreign = world.get(&address, &stranger).await;
        assert_eq!(
            foreign.status,
            StatusCode::NOT_FOUND,
            "{page} to a stranger"
        );
        assert!(
            !foreign.body.contains("Alpha"),
            "{page} shows another account"
        );
    }
}

#[tokio::test]
async fn recordings_and_news_keep_accounts_apart() {
    let world = World::new().await;
    let address = format!("/recordings/{}", world.a.recording);
    assert_eq!(
        world.get(&address, "").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        world
            .get(&address, &world.viewer(&world.a).await)
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        world
            .get(&address, &world.owner(&world.b).await)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let own = world.get(&address, &world.owner(&world.a).await).await;
    assert_eq!(
        (own.status, own.header("content-type")),
        (StatusCode::OK, "audio/wav")
    );
    assert_eq!(
        world.get("/events", "").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        world
            .get("/events", &world.owner(&world.b).await)
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        world.function("/api/no/such", "", "").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        world
            .function("/api/no/such", "", &world.owner(&world.b).await)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}
