//! No endpoint shows or changes what belongs to another account. Every server function, page and
//! route is called with another account's real ids, by a lower role and by nobody; an endpoint that
//! is not listed here fails the test.

mod functions;

use crate::server_fns::all_paths;
use crate::world::{Account, World};
use axum::http::StatusCode;
use functions::{Kind, form, rows};

/// Pages, by what stands in their address.
const PAGES_OPEN: &[&str] = &[
    "/",
    "/calls",
    "/disputes",
    "/campaigns",
    "/campaigns/new",
    "/buyers",
    "/buyers/new",
    "/numbers",
    "/numbers/new",
    "/numbers/buy",
    "/numbers/carrier",
    "/pools",
    "/pools/new",
    "/dni",
    "/dni/new",
    "/traffic",
    "/publishers",
    "/publishers/new",
    "/lists",
    "/lists/new",
    "/blocks",
    "/groups",
    "/groups/new",
    "/ring-trees",
    "/ring-trees/new",
    "/rtb",
    "/rtb/bids",
    "/rtb-ids",
    "/rtb-ids/new",
    "/rtb-targets",
    "/rtb-targets/new",
    "/agents",
    "/agents/new",
    "/agent",
    "/blocks/new",
    "/settings/recordings",
    "/settings/api-keys",
    "/settings/api-keys/new",
    "/settings/routing",
    "/settings/rates",
    "/settings/carrier",
    "/settings/webhooks",
    "/settings/webhooks/new",
];

/// Pages of a list, by its name: what stands in the route, and an address.
const PAGES_OF_LISTS: &[(&str, &str)] = &[("/import/{list}", "/import/targets")];

/// Pages of one thing, with another account's id.
fn pages_of(a: &Account) -> Vec<(&'static str, String)> {
    vec![
        ("/calls/{id}", format!("/calls/{}", a.call)),
        ("/disputes/{id}", format!("/disputes/{}", a.dispute)),
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
        ("/groups/{id}", format!("/groups/{}", a.group)),
        ("/ring-trees/{id}", format!("/ring-trees/{}", a.tree)),
        ("/rtb-targets/{id}", format!("/rtb-targets/{}", a.bidder)),
        ("/rtb-ids/{id}", format!("/rtb-ids/{}", a.rtb_id)),
        ("/agents/{id}", format!("/agents/{}", a.agent)),
        ("/publishers/{id}", format!("/publishers/{}", a.publisher)),
        (
            "/publishers/{id}/{tab}",
            format!("/publishers/{}/numbers", a.publisher),
        ),
        ("/lists/{id}", format!("/lists/{}", a.list)),
        (
            "/numbers/{id}/release",
            format!("/numbers/{}/release", a.number_id),
        ),
        ("/pools/{id}", format!("/pools/{}", a.pool)),
        ("/dni/{id}", format!("/dni/{}", a.dni_tag)),
        (
            "/settings/webhooks/{id}",
            format!("/settings/webhooks/{}", a.webhook),
        ),
    ]
}

/// Routes tested by name below or in the other files of this suite.
const ROUTES: &[&str] = &[
    "Open /healthz",
    "Open /readyz",
    "Open /metrics",
    "Open /api/v1/openapi.json",
    "Open /api/docs",
    "Open /hook/{webhook_id}",
    "Open /enrich/{key}",
    "Open /v1/{environment}/{id}",
    "Open /demo/bidders/{manner}",
    "Open /dni.js",
    "Open /dni/v1/assign",
    "Open /dni/v1/beat",
    "Open /dni/v1/tags",
    "Open /dni/v1/leave",
    "Webhook /api/webhooks/voice",
    "Webhook /api/webhooks/voice/{call}/{step}",
    "Webhook /api/webhooks/status",
    "Webhook /api/webhooks/recording",
    "Console /events",
    "Console /export/{file}",
    "Console /import/{list}",
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
        PAGES_OF_LISTS
            .iter()
            .map(|(page, _)| format!("PAGE {page}")),
    );
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
            Kind::List | Kind::Own => {
                foreign.status == StatusCode::OK
                    && !foreign.body.contains("Alpha")
                    && !foreign.body.contains(world.a.number)
            }
            Kind::Read | Kind::Write | Kind::Mine => {
                foreign.status == StatusCode::NOT_FOUND && !foreign.body.contains("Alpha")
            }
            Kind::Make => foreign.status == StatusCode::OK,
            Kind::Stands => {
                foreign.status == StatusCode::CONFLICT && !foreign.body.contains("Alpha")
            }
            Kind::Under => {
                foreign.status == StatusCode::UNPROCESSABLE_ENTITY
                    && !foreign.body.contains("Alpha")
            }
        };
        if !fits {
            wrong.push(format!(
                "{} by a stranger: {} {}",
                row.path, foreign.status, foreign.body
            ));
        }
        let lower = world.function(row.path, &body, &viewer).await;
        let wanted = match row.kind {
            Kind::Write | Kind::Make | Kind::Own | Kind::Stands | Kind::Under => {
                StatusCode::FORBIDDEN
            }
            Kind::Mine => StatusCode::NOT_FOUND,
            Kind::List | Kind::Read => StatusCode::OK,
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
async fn an_agent_reaches_the_own_page_and_nothing_else() {
    const OPEN: [&str; 4] = [
        "/api/session/shell",
        // Of an import with a token that nobody else has.
        "/api/import/progress",
        "/api/agents/mine",
        "/api/agents/set_my_status",
    ];
    let world = World::new().await;
    let op = world.operator(&world.a).await;
    let made = world.services.agents.reset_password(&op, world.a.agent);
    let made = made.await.expect("another password");
    let password = made.password.expect("a password");
    let agent = world.cookie(&made.email, &password).await;
    let mut wrong = Vec::new();
    for row in rows() {
        let reply = world
            .function(row.path, &(row.body)(&world.a), &agent)
            .await;
        let wanted = match row.path {
            // A call that was not theirs.
            "/api/agents/wrap_up" => StatusCode::NOT_FOUND,
            path if OPEN.contains(&path) => StatusCode::OK,
            _ => StatusCode::FORBIDDEN,
        };
        if reply.status != wanted {
            wrong.push(format!("{}: {} {}", row.path, reply.status, reply.body));
        }
    }
    let ways = [
        format!("/recordings/{}", world.a.recording),
        "/export/calls.csv".to_owned(),
        "/export/buyers.csv".to_owned(),
        "/export/blocks.csv".to_owned(),
    ];
    for way in ways {
        let reply = world.get(&way, &agent).await;
        if reply.status != StatusCode::FORBIDDEN {
            wrong.push(format!("{way}: {}", reply.status));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let home = world.get("/", &agent).await;
    assert_eq!(
        (home.status, home.header("location")),
        (StatusCode::SEE_OTHER, "/agent")
    );
    let page = world.get("/agent", &agent).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("My calls"), "{}", page.body);
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
            "/api/import/run",
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[
                    ("form[list]", "blocks"),
                    ("form[text]", "+18005550178"),
                    ("form[write]", "yes"),
                ],
            ),
        ),
        (
            "/api/numbers/set_publisher",
            form(
                &[
                    ("id", b.number_id.to_string()),
                    ("publisher", a.publisher.to_string()),
                ],
                &[],
            ),
        ),
        (
            "/api/numbers/add",
            form(
                &[("form[publisher]", a.publisher.to_string())],
                &[("form[number]", "+18005550179")],
            ),
        ),
        (
            "/api/number_orders/place",
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[
                    ("form[request]", "00000000-0000-0000-0000-000000000002"),
                    ("form[numbers][0]", "+12145550190"),
                ],
            ),
        ),
        (
            "/api/number_orders/place",
            form(
                &[("form[pool]", a.pool.to_string())],
                &[
                    ("form[request]", "00000000-0000-0000-0000-000000000003"),
                    ("form[numbers][0]", "+12145550190"),
                ],
            ),
        ),
        (
            "/api/number_orders/place",
            form(
                &[("form[publisher]", a.publisher.to_string())],
                &[
                    ("form[request]", "00000000-0000-0000-0000-000000000004"),
                    ("form[numbers][0]", "+12145550190"),
                ],
            ),
        ),
        (
            "/api/pools/create",
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[("form[name]", "Mine")],
            ),
        ),
        (
            "/api/pools/update",
            form(
                &[
                    ("id", b.pool.to_string()),
                    ("form[campaign]", a.campaign.to_string()),
                ],
                &[("form[name]", "Mine")],
            ),
        ),
        (
            "/api/pools/add_numbers",
            form(
                &[("id", b.pool.to_string())],
                &[("form[numbers]", a.number)],
            ),
        ),
        (
            "/api/dni_tags/create",
            form(
                &[("form[source]", format!("pool:{}", a.pool))],
                &[("form[name]", "Mine"), ("form[origins]", "mine.example")],
            ),
        ),
        (
            "/api/dni_tags/update",
            form(
                &[
                    ("id", b.dni_tag.to_string()),
                    ("form[source]", format!("number:{}", a.number_id)),
                    ("form[publisher]", a.publisher.to_string()),
                ],
                &[("form[name]", "Mine"), ("form[origins]", "mine.example")],
            ),
        ),
        (
            "/api/webhooks/create",
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[("form[name]", "Mine")],
            ),
        ),
        (
            "/api/webhooks/update",
            form(
                &[
                    ("id", b.webhook.to_string()),
                    ("form[campaign]", a.campaign.to_string()),
                ],
                &[("form[name]", "Mine")],
            ),
        ),
        (
            "/api/publishers/add_override",
            form(
                &[
                    ("id", b.publisher.to_string()),
                    ("campaign", a.campaign.to_string()),
                ],
                &[],
            ),
        ),
        (
            "/api/publishers/save_payouts",
            form(
                &[
                    ("id", b.publisher.to_string()),
                    ("form[rules][0][filter][0][list]", a.list.to_string()),
                ],
                &[
                    ("form[rules][0][name]", "Any call"),
                    ("form[rules][0][amount]", "25"),
                    ("form[rules][0][filter][0][tag]", "geo:zip"),
                    ("form[rules][0][filter][0][op]", "in_list"),
                ],
            ),
        ),
        (
            "/api/campaigns/create",
            form(
                &[],
                &[("form[name]", "Another"), ("form[number]", a.number)],
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
    let of_lists = PAGES_OF_LISTS.iter().map(|(_, address)| address);
    for page in PAGES_OPEN.iter().chain(of_lists) {
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
