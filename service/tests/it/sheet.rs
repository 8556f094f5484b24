//! Lists go out as CSV and come in again: each row has its fate before anything is written.

use std::fmt::Write as _;

use domain::access::Role;
use domain::api::block::{BlockForm, BlockQuery};
use domain::api::buyer::BuyerForm;
use domain::api::filter::FilterRow;
use domain::api::number::NumberForm;
use domain::api::page::Activity;
use domain::api::sheet::{ExportQuery, Fate, ImportForm, ImportReport};
use domain::api::target::TargetForm;
use service::{Error, OpCtx};
use tokio::time::Instant;

use crate::world::{NOON, World, add_account, arrival, as_role};

fn form(list: &str, text: &str) -> ImportForm {
    ImportForm {
        list: list.to_owned(),
        text: text.to_owned(),
        ..ImportForm::default()
    }
}

fn writing(form: &ImportForm) -> ImportForm {
    ImportForm {
        write: "yes".to_owned(),
        ..form.clone()
    }
}

/// New, changed, unchanged, repeated, refused.
fn counts(report: &ImportReport) -> [u32; 5] {
    [
        report.new,
        report.changed,
        report.unchanged,
        report.repeated,
        report.refused,
    ]
}

/// Line and field of everything that is refused.
fn refused(report: &ImportReport) -> Vec<(u32, &str)> {
    let bad = report.rows.iter().filter(|row| row.fate == Fate::Refused);
    bad.flat_map(|row| row.notes.iter().map(|note| (row.line, note.field.as_str())))
        .collect()
}

async fn run(world: &World, op: &OpCtx, form: &ImportForm) -> ImportReport {
    world
        .services
        .imports
        .run(op, form)
        .await
        .expect("an import")
}

async fn exported(world: &World, op: &OpCtx, list: &str, query: ExportQuery) -> String {
    let mut file = world
        .services
        .exports
        .open(op, list, &query)
        .await
        .expect("a file");
    let mut text = String::new();
    while let Some(part) = file.next().await.expect("a part") {
        text.push_str(&part);
    }
    text
}

/// An operation of now, so that what was written a moment ago is not of the future.
fn at_noon(op: &OpCtx) -> OpCtx {
    OpCtx {
        now: NOON,
        ..op.clone()
    }
}

#[tokio::test]
async fn ten_thousand_numbers_are_blocked_and_bad_lines_told() {
    for world in World::each().await {
        let op = at_noon(&world.op);
        let blocks = &world.services.blocks;
        let known = BlockForm {
            pattern: "+13075550003".to_owned(),
            ..BlockForm::default()
        };
        blocks.add(&op, &known).await.expect("known");
        let lines: Vec<String> = (0..10_000)
            .map(|n| match n % 20 {
                7 => format!("nonsense {n}"),
                _ => format!("+1307555{n:04},,list"),
            })
            .collect();
        let file = form(
            "blocks",
            &format!("\u{feff}number,hours,note\r\n{}", lines.join("\r\n")),
        );
        let dry = run(&world, &op, &file).await;
        // The one that was blocked before has no note yet.
        assert_eq!(counts(&dry), [9_499, 1, 0, 0, 500]);
        assert!(!dry.written);
        assert_eq!(refused(&dry)[..2], [(9, "pattern"), (29, "pattern")]);
        assert_eq!(refused(&dry).len(), 200, "the first of them");
        let count = async || {
            let list = blocks.list(&op, &BlockQuery::default()).await;
            list.expect("list").total
        };
        assert_eq!(count().await, 1);
        let begun = Instant::now();
        let done = run(&world, &op, &writing(&file)).await;
        eprintln!("{}: 10,000 blocks in {:?}", world.kind, begun.elapsed());
        assert!(done.written);
        assert_eq!(counts(&done), counts(&dry));
        assert_eq!(count().await, 9_500);
        assert_eq!(
            counts(&run(&world, &op, &file).await),
            [0, 0, 9_500, 0, 500]
        );
        let mended = world
            .services
            .imports
            .refused(&op, &file)
            .await
            .expect("a file");
        assert_eq!(mended.lines().count(), 501);
        assert!(
            mended.starts_with("\u{feff}number,hours,note,error\r\nnonsense 7,,,\"pattern: "),
            "{}",
            &mended[..80]
        );
    }
}

fn thousand_targets() -> String {
    let mut text = "buyer;name;number;hours;days;cap_daily\n".to_owned();
    for n in 0..1_000 {
        let bad = n % 20 == 3;
        let (number, cap) = match (bad, n % 40) {
            (true, 3) => ("214 555".to_owned(), "x"),
            (true, _) => ("12".to_owned(), "40"),
            (false, _) => (format!("+1214555{n:04}"), "40"),
        };
        let buyer = n % 7;
        writeln!(
            text,
            "Käufer {buyer};Target {n};{number};weekly;Mon-Fri 09:00-17:00 (12:00-13:00);{cap}"
        )
        .expect("text");
    }
    text
}

#[tokio::test]
async fn a_thousand_targets_come_in_with_their_buyers() {
    for world in World::each().await {
        let op = at_noon(&world.op);
        let mut file = form("targets", &thousand_targets());
        let without = run(&world, &op, &file).await;
        assert_eq!(counts(&without), [0, 0, 0, 0, 1_000]);
        assert_eq!(refused(&without)[0], (2, "buyer"));
        file.make_buyers = "on".to_owned();
        let dry = run(&world, &op, &file).await;
        assert_eq!(counts(&dry), [950, 0, 0, 0, 50]);
        let bad = refused(&dry);
        assert_eq!(bad.len(), 75, "25 rows have two mistakes");
        assert_eq!(bad[..3], [(5, "number"), (5, "cap_daily"), (25, "number")]);
        assert_eq!(dry.also, "7 buyers that are missing are made as well.");
        let begun = Instant::now();
        let done = run(&world, &op, &writing(&file)).await;
        eprintln!("{}: 1,000 targets in {:?}", world.kind, begun.elapsed());
        assert_eq!((counts(&done), done.written), (counts(&dry), true));
        let buyers = world.services.buyers.list(&op).await.expect("buyers");
        assert_eq!(buyers.len(), 7);
        assert_eq!(buyers.iter().map(|b| b.targets.len()).sum::<usize>(), 950);
        let one = buyers[0].targets[0].id;
        let detail = world
            .services
            .targets
            .detail(&op, one)
            .await
            .expect("target");
        assert_eq!(
            (
                detail.form.cap_daily.as_str(),
                detail.form.days[0].breaks.as_str()
            ),
            ("40", "12:00-13:00")
        );
        assert_eq!(counts(&run(&world, &op, &file).await), [0, 0, 950, 0, 50]);
        let ids = world
            .services
            .inspect
            .snapshot(&op)
            .await
            .expect("snapshot");
        assert_eq!(ids.capacity.len(), 950, "each has its usage");
        assert_eq!(
            world.services.imports.progress(&op).total,
            0,
            "nothing runs any more"
        );
    }
}

/// One of everything, with what is awkward in a file.
async fn furnish(world: &World, op: &OpCtx) {
    let s = &world.services;
    let buyer = BuyerForm {
        holidays: "Thanksgiving Day\n12-24 Eve = 09:00-12:00".to_owned(),
        dollars_daily: "500.50".to_owned(),
        restrict: "own".to_owned(),
        ..BuyerForm::named("=Bell, \"Söhne\" & 電話")
    };
    let buyer = s.buyers.create(op, &buyer).await.expect("buyer");
    let mut target = TargetForm {
        name: "@Night".to_owned(),
        kind: "sip".to_owned(),
        sip: "sip:night@pbx.example.com".to_owned(),
        whisper: "Press 1,\nplease.".to_owned(),
        hours: "weekly".to_owned(),
        cap_concurrent: "3".to_owned(),
        sip_headers: "X-Lead: 9\nX-Zip: 75201".to_owned(),
        matrix_volume: "Mon-Fri 9-17=5".to_owned(),
        inherit_hours: "on".to_owned(),
        ..TargetForm::default()
    };
    target.filter.rows.push(FilterRow {
        tag: "geo:state".to_owned(),
        value: "TX".to_owned(),
        ..FilterRow::default()
    });
    target.days[2].breaks = "12:00-13:00, 15:00-15:15".to_owned();
    s.targets.create(op, buyer, &target).await.expect("target");
    let plain = TargetForm {
        name: "Day".to_owned(),
        number: "+442071234567".to_owned(),
        ..TargetForm::default()
    };
    s.targets.create(op, buyer, &plain).await.expect("target");
    let number = NumberForm {
        number: "+12125550111".to_owned(),
        label: "-Summer".to_owned(),
        ..NumberForm::default()
    };
    s.numbers.add(op, &number).await.expect("number");
    for (pattern, campaign, hours, note) in [
        ("+1307*", String::new(), "", "robots"),
        ("+1307*", world.campaign.to_string(), "5", "=cmd()"),
        ("anonymous", String::new(), "", ""),
        ("+13075550100", String::new(), "1", ""),
    ] {
        let form = BlockForm {
            pattern: pattern.to_owned(),
            campaign,
            hours: hours.to_owned(),
            note: note.to_owned(),
        };
        s.blocks.add(op, &form).await.expect("block");
    }
}

#[tokio::test]
async fn an_export_that_comes_in_again_changes_nothing() {
    for world in World::each().await {
        // Not on a whole second, and some blocks are over when the file comes back.
        let op = OpCtx {
            now: domain::time::Timestamp(NOON.0 + 123_457),
            ..world.op.clone()
        };
        furnish(&world, &op).await;
        let later = OpCtx {
            now: NOON.plus_secs(2 * 3_600),
            ..op.clone()
        };
        for (list, rows) in [("buyers", 1), ("targets", 2), ("numbers", 2), ("blocks", 4)] {
            let text = exported(&world, &later, list, ExportQuery::default()).await;
            let report = run(&world, &later, &writing(&form(list, &text))).await;
            assert_eq!(
                counts(&report),
                [0, 0, rows, 0, 0],
                "{list} {}: {:?}\n{text}",
                world.kind,
                report.rows
            );
            assert_eq!(
                exported(&world, &later, list, ExportQuery::default()).await,
                text
            );
            assert!(!text.contains(",=") && !text.contains(",@"), "{text}");
        }
        let targets = exported(&world, &later, "targets", ExportQuery::default()).await;
        assert!(
            targets.contains("\"'=Bell, \"\"Söhne\"\" & 電話\",'@Night,"),
            "{targets}"
        );
        assert!(targets.contains("Mon-Tue 09:00-17:00; Wed 09:00-17:00 (12:00-13:00, 15:00-15:15); Thu-Fri 09:00-17:00"), "{targets}");
    }
}

#[tokio::test]
async fn rows_change_what_they_name_by_id_or_name() {
    for world in World::each().await {
        let op = at_noon(&world.op);
        furnish(&world, &op).await;
        let s = &world.services;
        let buyers = s.buyers.list(&op).await.expect("buyers");
        let (buyer, day) = (
            buyers[0].id,
            buyers[0]
                .targets
                .iter()
                .find(|t| t.name == "Day")
                .expect("day")
                .id,
        );
        s.targets
            .set_activity(&op, buyers[0].targets[0].id, Activity::Archived)
            .await
            .expect("archived");
        let report = run(
            &world,
            &op,
            &writing(&form(
                "buyers",
                &format!("id,name\n{buyer},Bell\n,New\n99,X\n"),
            )),
        )
        .await;
        assert_eq!(
            (counts(&report), refused(&report)),
            ([1, 1, 0, 0, 1], vec![(4, "id")])
        );
        let text = format!(
            "id,buyer,name,cap_daily\n{day},Bell,Days,12\n,bell,@night,\n{day},bell,Again,\n{day},New,Days,\n"
        );
        let report = run(&world, &op, &writing(&form("targets", &text))).await;
        assert_eq!(counts(&report), [0, 1, 0, 1, 2], "{:?}", report.rows);
        assert_eq!(
            refused(&report),
            [(3, "name"), (5, "buyer")],
            "one is archived"
        );
        let detail = s.targets.detail(&op, day).await.expect("target");
        assert_eq!(
            (detail.row.name.as_str(), detail.form.cap_daily.as_str()),
            ("Days", "12")
        );
        assert_eq!(
            detail.form.number, "+44 2071234567",
            "columns that are not there stay"
        );
        let text = "number,campaign,label\n(212) 555-0111,\"roof repair, texas\",Autumn\n+12125550112,Nobody,\n";
        let report = run(&world, &op, &writing(&form("numbers", text))).await;
        assert_eq!(
            (counts(&report), refused(&report)),
            ([0, 1, 0, 0, 1], vec![(3, "campaign")])
        );
        let numbers = s.numbers.list(&op).await.expect("numbers").rows;
        let one = numbers
            .iter()
            .find(|n| n.e164 == "+12125550111")
            .expect("number");
        assert_eq!(
            (one.label.as_str(), one.campaign),
            ("Autumn", Some(world.campaign))
        );
    }
}

#[tokio::test]
async fn accounts_and_roles_are_kept_apart() {
    for world in World::each().await {
        let op = at_noon(&world.op);
        furnish(&world, &op).await;
        let s = &world.services;
        let other = add_account(s, "Rival Calls", "eve@rival.example", Role::Owner).await;
        let other = at_noon(&other);
        let id = s.buyers.list(&op).await.expect("buyers")[0].id;
        let stolen = run(
            &world,
            &other,
            &form("buyers", &format!("id,name\n{id},Mine")),
        )
        .await;
        assert_eq!(refused(&stolen), [(2, "id")]);
        // A number that another account has is told before anything is written.
        let text = "number\n+12125550111\n+12125550112\n";
        let report = run(&world, &other, &writing(&form("numbers", text))).await;
        assert_eq!(
            (counts(&report), refused(&report)),
            ([1, 0, 0, 0, 1], vec![(2, "number")])
        );
        for list in ["campaigns", "buyers", "targets", "blocks", "calls"] {
            let text = exported(&world, &other, list, ExportQuery::default()).await;
            assert_eq!(text.lines().count(), 1, "{list}: {text}");
        }
        let viewer = as_role(&op, Role::Viewer);
        let denied = s.imports.run(&viewer, &form("targets", "")).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        let masked = exported(
            &world,
            &viewer,
            "blocks",
            ExportQuery {
                search: "3075550100".to_owned(),
                ..ExportQuery::default()
            },
        )
        .await;
        assert_eq!(masked.lines().count(), 5, "a masked list is not searched");
        assert!(
            !masked.contains("3075550100") && masked.contains("+1307***0100"),
            "{masked}"
        );
        let campaign = ImportForm {
            campaign: world.campaign.to_string(),
            ..form("blocks", "+1308*")
        };
        let error = s
            .imports
            .run(&other, &campaign)
            .await
            .expect_err("another's campaign");
        assert!(error.fields().message("campaign").is_some());
    }
}

#[tokio::test]
async fn a_file_that_is_no_such_list_is_told_as_a_whole() {
    for world in World::each().await {
        let message = async |list: &str, text: &str| {
            let error = world
                .services
                .imports
                .run(&world.op, &form(list, text))
                .await;
            error
                .expect_err("refused")
                .fields()
                .message("text")
                .unwrap_or_default()
        };
        assert_eq!(
            message("targets", " ").await,
            "Choose a file or paste rows."
        );
        let header = message("targets", "buyer,nam,number\nA,B,2145550187").await;
        assert!(
            header.contains("“nam” is no column of this list. “name” is missing."),
            "{header}"
        );
        assert!(
            message("buyers", &"x".repeat(10_000_000))
                .await
                .contains("larger than 4 MB")
        );
        let cell = form("buyers", &format!("name\n{}\nGood", "x".repeat(20_000)));
        assert_eq!(refused(&run(&world, &world.op, &cell).await), [(2, "name")]);
        let missing = world
            .services
            .imports
            .run(&world.op, &form("calls", "a"))
            .await;
        assert!(
            matches!(missing, Err(Error::NotFound("list"))),
            "{missing:?}"
        );
    }
}

#[tokio::test]
async fn the_call_log_goes_out_with_its_filters_part_by_part() {
    for world in World::each().await {
        let op = at_noon(&world.op);
        world.targets(&["5"]).await;
        for n in 0..2_003 {
            let call = arrival(&format!("CA{n}"));
            world
                .services
                .engine
                .inbound(&call, NOON.plus_secs(n / 2))
                .await
                .expect("answer");
        }
        let text = exported(&world, &op, "calls", ExportQuery::default()).await;
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2_004);
        assert!(lines[0].ends_with(
            ",publisher,group,revenue,payout,cost,profit,converted,duplicate,dispositions"
        ));
        assert!(
            lines[1].contains(",(214) 555-0187,")
                && lines[1].contains("2026-11-18 10:16:41")
                && lines[1].ends_with(",,,0,0,0,0,no,no,"),
            "{}",
            lines[1]
        );
        let mut sids: Vec<&str> = lines[1..]
            .iter()
            .filter_map(|l| l.split(',').find(|cell| cell.starts_with("CA")))
            .collect();
        sids.sort_unstable();
        sids.dedup();
        assert_eq!(sids.len(), 2_003, "each call once");
        let viewer = as_role(&op, Role::Viewer);
        let masked = exported(&world, &viewer, "calls", ExportQuery::default()).await;
        assert!(!masked.contains("555-0187"), "masked");
        let mut query = ExportQuery::default();
        query.calls.outcome = "connected".to_owned();
        assert_eq!(
            exported(&world, &op, "calls", query.clone())
                .await
                .lines()
                .count(),
            1
        );
        query.calls.outcome = "nonsense".to_owned();
        let wrong = world.services.exports.open(&op, "calls", &query).await;
        assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
        let template = ExportQuery {
            template: "yes".to_owned(),
            ..ExportQuery::default()
        };
        let template = exported(&world, &op, "targets", template).await;
        assert!(
            template.starts_with("\u{feff}id,buyer,name,sub_id,kind,number,sip,"),
            "{template}"
        );
        assert_eq!(template.lines().count(), 1);
    }
}
