//! Lists as files over HTTP: who may have them, what is in the headers, and the import without the
//! page's script.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::world::{Reply, World, encode};

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(world: &World, path: &str, kind: &str, body: Vec<u8>, cookie: &str) -> Reply {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_LENGTH, body.len())
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, cookie);
    world
        .send(request.body(Body::from(body)).expect("request"))
        .await
}

async fn plain(world: &World, path: &str, pairs: &[(&str, &str)], cookie: &str) -> Reply {
    post(world, path, FORM, encode(pairs).into_bytes(), cookie).await
}

/// A form with a file, as a browser sends it.
fn multipart(fields: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, text) in fields {
        let file = if *name == "file" {
            "; filename=\"list.csv\""
        } else {
            ""
        };
        let head =
            format!("--XXX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(text);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XXX--\r\n");
    ("multipart/form-data; boundary=XXX".to_owned(), body)
}

#[tokio::test]
async fn exports_are_files_of_the_own_account() {
    let world = World::new().await;
    let (own, stranger) = (world.owner(&world.a).await, world.owner(&world.b).await);
    for list in [
        "campaigns",
        "buyers",
        "targets",
        "numbers",
        "publishers",
        "blocks",
        "calls",
    ] {
        let address = format!("/export/{list}.csv?range=all");
        assert_eq!(
            world.get(&address, "").await.status,
            StatusCode::UNAUTHORIZED,
            "{list}"
        );
        let file = world.get(&address, &own).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (StatusCode::OK, "text/csv; charset=utf-8"),
            "{list}: {}",
            file.body
        );
        let name = file.header("content-disposition");
        assert!(
            name.starts_with(&format!("attachment; filename=\"{list}-20")),
            "{name}"
        );
        assert!(file.body.contains("Alpha"), "{list}: {}", file.body);
        let foreign = world.get(&address, &stranger).await;
        assert!(
            !foreign.body.contains("Alpha") && foreign.body.contains("Bravo"),
            "{list}"
        );
    }
    let calls = world.get("/export/calls.csv?range=all", &own).await;
    assert!(calls.body.contains("(310) 555-0142"), "{}", calls.body);
    let viewer = world.viewer(&world.a).await;
    let masked = world.get("/export/calls.csv?range=all", &viewer).await;
    assert!(
        masked.status == StatusCode::OK && !masked.body.contains("555-0142"),
        "{}",
        masked.body
    );
    let filtered = format!("/export/calls.csv?range=all&campaign={}", world.b.campaign);
    assert_eq!(world.get(&filtered, &own).await.body.lines().count(), 1);
    let template = world.get("/export/targets.csv?template=yes", &own).await;
    assert_eq!(template.body.lines().count(), 1);
    for (address, status) in [
        ("/export/secrets.csv", StatusCode::NOT_FOUND),
        ("/export/targets", StatusCode::NOT_FOUND),
        (
            "/export/calls.csv?range=never",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "/export/calls.csv?range=all&range=all",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        assert_eq!(world.get(address, &own).await.status, status, "{address}");
    }
}

#[tokio::test]
async fn a_list_is_imported_without_the_pages_script() {
    let world = World::new().await;
    let (own, viewer) = (world.owner(&world.a).await, world.viewer(&world.a).await);
    let page = "/import/targets";
    let file = "buyer,name,number\r\nalpha buyer,Ünïcode,2145550133\r\nAlpha buyer,Bad,12\r\n";
    let (kind, body) = multipart(&[("file", file.as_bytes()), ("text", b""), ("act", b"check")]);
    let checked = post(&world, page, &kind, body.clone(), &own).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.body);
    for words in [
        "Import 1 row<",
        "Save 1 refused row<",
        "8 digits are missing.",
        "What will happen",
    ] {
        assert!(checked.body.contains(words), "{words}: {}", checked.body);
    }
    assert!(
        checked.body.contains("alpha buyer,Ünïcode,2145550133"),
        "the text is kept"
    );
    let buyers = async || {
        let op = world.operator(&world.a).await;
        world.services.buyers.list(&op).await.expect("buyers")[0]
            .targets
            .len()
    };
    let before = buyers().await;
    let refused = plain(&world, page, &[("text", file), ("act", "refused")], &own).await;
    assert_eq!(buyers().await, before);
    assert!(
        refused
            .header("content-disposition")
            .contains("targets-refused.csv")
    );
    assert!(
        refused.body.contains("Alpha buyer,Bad,12,number: "),
        "{}",
        refused.body
    );
    let written = plain(&world, page, &[("text", file), ("act", "write")], &own).await;
    assert!(written.body.contains(">Done<"), "{}", written.body);
    assert_eq!(buyers().await, before + 1);
    let denied = post(&world, page, &kind, body, &viewer).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let nobody = plain(&world, page, &[], "").await;
    assert!(
        nobody.header("location").starts_with("/login"),
        "{:?}",
        nobody.headers
    );
    let wrong = plain(&world, page, &[("text", "foo\n1"), ("act", "check")], &own).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("“foo” is no column of this list."),
        "{}",
        wrong.body
    );
    let unknown = plain(&world, "/import/secrets", &[("text", "a")], &own).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(
        world.get("/import/secrets", &own).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_is_told_so() {
    let world = World::new().await;
    let own = world.owner(&world.a).await;
    for (size, status) in [
        (5_000_000, StatusCode::UNPROCESSABLE_ENTITY),
        (10_000_000, StatusCode::SEE_OTHER),
    ] {
        let field = "x".repeat(size);
        let (kind, body) = multipart(&[
            ("file", format!("name\n{field}").as_bytes()),
            ("act", b"check"),
        ]);
        let reply = post(&world, "/import/buyers", &kind, body, &own).await;
        assert_eq!(reply.status, status, "{size}");
        let shown = match reply.header("location") {
            "" => reply,
            page => world.get(page, &own).await,
        };
        assert!(
            shown.body.contains("The file is larger than 4 MB."),
            "{}",
            &shown.body[..2_000.min(shown.body.len())]
        );
    }
    let body = encode(&[
        ("form[list]", "buyers"),
        ("form[text]", &"x".repeat(10_000_000)),
    ]);
    let mut request = Request::post("/api/import/run").header(header::CONTENT_TYPE, FORM);
    for (name, value) in [
        ("accept", "application/json"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", own.as_str()),
    ] {
        request = request.header(name, value);
    }
    request = request.header(header::CONTENT_LENGTH, body.len());
    let reply = world
        .send(request.body(Body::from(body)).expect("request"))
        .await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(reply.body.contains("larger than 4 MB"), "{}", reply.body);
}
