//! No operation of the public API shows or changes what belongs to another account. Every operation
//! of the description is called with another account's key, with a key that has every scope but the
//! one it needs, and without one; an operation that is not listed here fails the test.

use crate::world::{Account, World};
use axum::http::StatusCode;
use domain::api_key::{Scope, Scopes};
use serde_json::{Value, json};
use server::rest::OPENAPI;

/// What an operation does, and with what.
struct Row {
    method: &'static str,
    path: &'static str,
    kind: Kind,
    /// The id in the path.
    id: fn(&Account) -> String,
    body: fn(&Account) -> Value,
}

#[derive(PartialEq)]
enum Kind {
    /// Names no id: must answer, and tell nothing of the other account.
    List,
    /// Shows or changes the thing with an id.
    One,
    /// Makes something that names no id of an account.
    Make,
    /// Puts something under a thing that its body names.
    Under,
}

fn rows() -> Vec<Row> {
    use Kind::{List, Make, One, Under};
    let none = |_: &Account| String::new();
    let nothing = |_: &Account| Value::Null;
    let row = |method, path, kind, id, body| Row {
        method,
        path,
        kind,
        id,
        body,
    };
    let campaign = |a: &Account| a.campaign.to_string();
    let buyer = |a: &Account| a.buyer.to_string();
    let target = |a: &Account| a.target.to_string();
    let group = |a: &Account| a.group.to_string();
    let agent = |a: &Account| a.agent.to_string();
    let number = |a: &Account| a.number_id.to_string();
    let block = |a: &Account| a.block.to_string();
    let call = |a: &Account| a.call.to_string();
    let recording = |a: &Account| a.recording.to_string();
    let publisher = |a: &Account| a.publisher.to_string();
    let list = |a: &Account| a.list.to_string();
    let webhook = |a: &Account| a.webhook.to_string();
    let pool = |a: &Account| a.pool.to_string();
    let dni_tag = |a: &Account| a.dni_tag.to_string();
    let rules = |_: &Account| json!({ "rules": [] });
    let dispute = |a: &Account| a.dispute.to_string();
    let grounds = |_: &Account| json!({ "comment": "Heard the recording." });
    let renamed = |_: &Account| json!({ "name": "Renamed" });
    let paused = |_: &Account| json!({ "activity": "paused" });
    vec![
        row("get", "/account", List, none, nothing),
        row("get", "/account/settings", List, none, nothing),
        row(
            "patch",
            "/account/settings",
            List,
            none,
            |_| json!({ "guard_s": 3 }),
        ),
        row("get", "/account/rates", List, none, nothing),
        row(
            "patch",
            "/account/rates",
            List,
            none,
            |_| json!({ "outbound": [] }),
        ),
        row("delete", "/account/rates", List, none, nothing),
        row("get", "/campaigns", List, none, nothing),
        row("post", "/campaigns", Make, none, renamed),
        row("get", "/campaigns/{id}", One, campaign, nothing),
        row("patch", "/campaigns/{id}", One, campaign, renamed),
        row("put", "/campaigns/{id}/activity", One, campaign, paused),
        row("get", "/campaigns/{id}/plan", One, campaign, nothing),
        row(
            "put",
            "/campaigns/{id}/plan",
            One,
            campaign,
            |_| json!({ "version": 2, "routes": [] }),
        ),
        row("get", "/campaigns/{id}/duplicates", One, campaign, nothing),
        row(
            "patch",
            "/campaigns/{id}/duplicates",
            One,
            campaign,
            |_| json!({ "attestation": null }),
        ),
        row("get", "/campaigns/{id}/revenue", One, campaign, nothing),
        row(
            "put",
            "/campaigns/{id}/revenue",
            One,
            campaign,
            |_| json!({ "rule": null }),
        ),
        row("get", "/publishers", List, none, nothing),
        row("post", "/publishers", Make, none, renamed),
        row("get", "/publishers/{id}", One, publisher, nothing),
        row("patch", "/publishers/{id}", One, publisher, renamed),
        row("put", "/publishers/{id}/activity", One, publisher, paused),
        row("get", "/publishers/{id}/payouts", One, publisher, nothing),
        row("put", "/publishers/{id}/payouts", One, publisher, rules),
        row(
            "put",
            "/publishers/{id}/payouts/{campaign_id}",
            One,
            publisher,
            rules,
        ),
        row(
            "delete",
            "/publishers/{id}/payouts/{campaign_id}",
            One,
            publisher,
            nothing,
        ),
        row("get", "/lists", List, none, nothing),
        row(
            "post",
            "/lists",
            Make,
            none,
            |_| json!({ "name": "Mine", "values": ["1"] }),
        ),
        row("get", "/lists/{id}", One, list, nothing),
        row("patch", "/lists/{id}", One, list, renamed),
        row("delete", "/lists/{id}", One, list, nothing),
        row("get", "/webhooks", List, none, nothing),
        row("post", "/webhooks", Make, none, renamed),
        row("get", "/webhooks/{id}", One, webhook, nothing),
        row("patch", "/webhooks/{id}", One, webhook, renamed),
        row("get", "/webhooks/{id}/deliveries", One, webhook, nothing),
        row("get", "/pools", List, none, nothing),
        row(
            "post",
            "/pools",
            Under,
            none,
            |a| json!({ "name": "Mine", "campaign_id": a.campaign }),
        ),
        row("get", "/pools/{id}", One, pool, nothing),
        row("patch", "/pools/{id}", One, pool, renamed),
        row("delete", "/pools/{id}", One, pool, nothing),
        row("get", "/pools/{id}/numbers", One, pool, nothing),
        row(
            "post",
            "/pools/{id}/numbers",
            One,
            pool,
            |_| json!({ "numbers": ["+18335550177"] }),
        ),
        row(
            "delete",
            "/pools/{id}/numbers/{number_id}",
            One,
            pool,
            nothing,
        ),
        row("get", "/dni-tags", List, none, nothing),
        row(
            "post",
            "/dni-tags",
            Under,
            none,
            |a| json!({ "name": "Mine", "pool_id": a.pool, "origins": ["mine.example"] }),
        ),
        row("get", "/dni-tags/{id}", One, dni_tag, nothing),
        row("patch", "/dni-tags/{id}", One, dni_tag, renamed),
        row("get", "/buyers", List, none, nothing),
        row("post", "/buyers", Make, none, renamed),
        row("get", "/buyers/{id}", One, buyer, nothing),
        row("patch", "/buyers/{id}", One, buyer, renamed),
        row("put", "/buyers/{id}/activity", One, buyer, paused),
        row("get", "/targets", List, none, nothing),
        row("post", "/targets", Under, none, |a| {
            let to = json!({ "kind": "number", "address": "+12145550199" });
            json!({ "buyer_id": a.buyer, "name": "Mine", "destination": to })
        }),
        row("get", "/targets/{id}", One, target, nothing),
        row("patch", "/targets/{id}", One, target, renamed),
        row("put", "/targets/{id}/activity", One, target, paused),
        row("get", "/groups", List, none, nothing),
        row(
            "post",
            "/groups",
            Under,
            none,
            |a| json!({ "name": "Mine", "target_ids": [a.target] }),
        ),
        row("get", "/groups/{id}", One, group, nothing),
        row("patch", "/groups/{id}", One, group, renamed),
        row("put", "/groups/{id}/activity", One, group, paused),
        row("get", "/agents", List, none, nothing),
        row("get", "/agents/{id}", One, agent, nothing),
        row(
            "patch",
            "/agents/{id}",
            One,
            agent,
            |_| json!({ "wrap_up_s": 30 }),
        ),
        row(
            "put",
            "/agents/{id}/status",
            One,
            agent,
            |_| json!({ "status": "available" }),
        ),
        row("get", "/numbers", List, none, nothing),
        row(
            "post",
            "/numbers",
            Make,
            none,
            |_| json!({ "number": "+18005550177" }),
        ),
        row("get", "/numbers/{id}", One, number, nothing),
        row(
            "patch",
            "/numbers/{id}",
            One,
            number,
            |_| json!({ "campaign_id": null }),
        ),
        row("delete", "/numbers/{id}", One, number, nothing),
        row("get", "/blocks", List, none, nothing),
        row(
            "post",
            "/blocks",
            Make,
            none,
            |_| json!({ "pattern": "+1307*" }),
        ),
        row("get", "/blocks/{id}", One, block, nothing),
        row("delete", "/blocks/{id}", One, block, nothing),
        row("get", "/calls", List, none, nothing),
        row("get", "/calls/{id}", One, call, nothing),
        row("get", "/calls/{id}/ledger", One, call, nothing),
        // Answers for each call it names: those of others are not there.
        row(
            "post",
            "/adjustments",
            List,
            none,
            |a| json!({ "call_ids": [a.call], "revenue": { "kind": "by", "amount": "1" }, "reason": "Agreed." }),
        ),
        row("get", "/disputes", List, none, nothing),
        row(
            "post",
            "/disputes",
            Under,
            none,
            |a| json!({ "call_id": a.call, "reason": "spam" }),
        ),
        row("get", "/disputes/{id}", One, dispute, nothing),
        row(
            "post",
            "/disputes/{id}/approve",
            One,
            dispute,
            |_| json!({ "revenue": "all" }),
        ),
        row("post", "/disputes/{id}/reject", One, dispute, grounds),
        row("post", "/disputes/{id}/withdraw", One, dispute, grounds),
        row("post", "/disputes/{id}/reopen", One, dispute, grounds),
        row("get", "/recordings/{id}", One, recording, nothing),
    ]
}

impl Row {
    fn name(&self) -> String {
        format!("{} /api/v1{}", self.method, self.path)
    }

    fn address(&self, account: &Account) -> String {
        let address = self.path.replace("{id}", &(self.id)(account));
        address
            .replace("{campaign_id}", &account.campaign.to_string())
            .replace("{number_id}", &account.pooled.to_string())
    }

    fn text(&self, account: &Account) -> String {
        match (self.body)(account) {
            Value::Null => String::new(),
            body => body.to_string(),
        }
    }

    /// Every scope that does not open this.
    fn others(&self) -> String {
        let operation = &OPENAPI["paths"][format!("/api/v1{}", self.path)][self.method];
        let needs = operation["security"][0]["key"].as_array().expect("scopes");
        let needs: Vec<Scope> = needs
            .iter()
            .map(|code| code.as_str().expect("a word").parse().expect("a scope"))
            .collect();
        let others = Scope::ALL.iter().copied();
        let others: Scopes = others
            .filter(|scope| !needs.iter().any(|needed| scope.includes(*needed)))
            .collect();
        others.to_string()
    }
}

#[tokio::test]
async fn every_operation_is_covered() {
    let mut known: Vec<String> = rows().iter().map(Row::name).collect();
    let mut described: Vec<String> = Vec::new();
    for (path, item) in OPENAPI["paths"].as_object().expect("paths") {
        let methods = item.as_object().expect("operations").keys();
        described.extend(methods.map(|method| format!("{method} {path}")));
    }
    known.sort();
    described.sort();
    assert_eq!(known, described);
}

#[tokio::test]
async fn operations_keep_accounts_apart() {
    let world = World::new().await;
    let (a, b) = (&world.a, &world.b);
    let stranger = world.key(b, &Scopes::all().to_string()).await;
    let mut wrong = Vec::new();
    for row in rows() {
        let (address, body) = (row.address(a), row.text(a));
        let ask = async |key: &str| {
            world
                .api(&row.method.to_uppercase(), &address, key, &body)
                .await
        };
        let nobody = ask("").await;
        let guess = ask(&format!("ccp_live_{}", "x".repeat(40))).await;
        if [nobody.status, guess.status] != [StatusCode::UNAUTHORIZED; 2] {
            wrong.push(format!("{} by nobody: {}", row.name(), nobody.status));
        }
        let foreign = ask(&stranger).await;
        let fits = match row.kind {
            Kind::List => foreign.status == StatusCode::OK,
            Kind::One => foreign.status == StatusCode::NOT_FOUND,
            Kind::Make => foreign.status == StatusCode::CREATED,
            Kind::Under => foreign.status == StatusCode::UNPROCESSABLE_ENTITY,
        };
        if !fits || foreign.body.contains("Alpha") || foreign.body.contains(a.number) {
            let said = format!("{} {}", foreign.status, foreign.body);
            wrong.push(format!("{} by a stranger: {said}", row.name()));
        }
        if row.path == "/account" {
            continue;
        }
        let short = world.key(a, &row.others()).await;
        let denied = ask(&short).await;
        if denied.status != StatusCode::FORBIDDEN {
            let said = format!("{} {}", denied.status, denied.body);
            wrong.push(format!("{} without the scope: {said}", row.name()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn the_owner_of_a_key_gets_what_is_theirs() {
    let world = World::new().await;
    let key = world.key(&world.a, &Scopes::all().to_string()).await;
    for row in rows().iter().filter(|row| row.method == "get") {
        let own = world.api("GET", &row.address(&world.a), &key, "").await;
        assert_eq!(own.status, StatusCode::OK, "{}: {}", row.name(), own.body);
        let sound = own.header("content-type") == "audio/wav";
        // What holds names of nothing.
        let nameless = [
            "blocks",
            "settings",
            "rates",
            "duplicates",
            "revenue",
            "payouts",
            "deliveries",
            "/pools/{id}/numbers",
        ];
        let nameless = nameless.iter().any(|part| row.path.contains(part));
        assert!(
            sound || nameless || own.body.contains("Alpha"),
            "{}: {}",
            row.name(),
            own.body
        );
    }
}

#[tokio::test]
async fn nothing_of_another_account_can_be_tied_to_ones_own() {
    let world = World::new().await;
    let (a, b) = (&world.a, &world.b);
    let key = world.key(b, &Scopes::all().to_string()).await;
    let tries = [
        (
            "PATCH",
            format!("/numbers/{}", b.number_id),
            json!({ "campaign_id": a.campaign }),
            "campaign_id",
        ),
        (
            "POST",
            "/numbers".to_owned(),
            json!({ "number": "+18005550178", "campaign_id": a.campaign }),
            "campaign_id",
        ),
        (
            "POST",
            "/blocks".to_owned(),
            json!({ "pattern": "+1307*", "campaign_id": a.campaign }),
            "campaign_id",
        ),
        (
            "PUT",
            format!("/campaigns/{}/plan", b.campaign),
            json!({ "version": 2, "routes": [{ "target_id": a.target }] }),
            "routes[0].target_id",
        ),
        (
            "PATCH",
            format!("/numbers/{}", b.number_id),
            json!({ "publisher_id": a.publisher }),
            "publisher_id",
        ),
        (
            "POST",
            "/webhooks".to_owned(),
            json!({ "name": "Mine", "campaign_id": a.campaign }),
            "campaign_id",
        ),
        (
            "PATCH",
            format!("/pools/{}", b.pool),
            json!({ "campaign_id": a.campaign }),
            "campaign_id",
        ),
        (
            "POST",
            format!("/pools/{}/numbers", b.pool),
            json!({ "numbers": [a.number] }),
            "numbers",
        ),
        (
            "PATCH",
            format!("/dni-tags/{}", b.dni_tag),
            json!({ "number_id": a.number_id }),
            "pool_id",
        ),
        (
            "PATCH",
            format!("/dni-tags/{}", b.dni_tag),
            json!({ "publisher_id": a.publisher }),
            "publisher_id",
        ),
        (
            "PUT",
            format!("/publishers/{}/payouts", b.publisher),
            json!({ "rules": [{ "name": "Any", "trigger": "connect", "amount": { "amount": "5" },
                "filter": [{ "tag": "geo:zip", "op": "in_list", "list_id": a.list }] }] }),
            "rules[0].filter[0].list_id",
        ),
    ];
    for (method, path, body, field) in tries {
        let reply = world.api(method, &path, &key, &body.to_string()).await;
        assert_eq!(
            reply.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path}: {}",
            reply.body
        );
        let problem: Value = serde_json::from_str(&reply.body).expect("JSON");
        assert_eq!(
            problem["fields"][0]["field"], field,
            "{path}: {}",
            reply.body
        );
        assert!(!reply.body.contains("Alpha"), "{path}: {}", reply.body);
    }
}
