//! Isolation under random work: whatever one account does, the other's rows stay.

use domain::agent::AgentStatus;
use domain::api::campaign::RouteInput;
use domain::api::page::Activity;
use domain::campaign::Distribution;
use domain::caps::{Caps, Freed};
use domain::id::{ApiKeyId, BuyerId, CallId, CampaignId, NumberId, RecordingId, TargetId};
use domain::plan::RouteTo;
use domain::tag::Tags;
use domain::time::Windows;
use store::{RequestToken, SavedCall, StepRecord, StoreError};
use uuid::Uuid;

use crate::scope::all_rows;
use crate::steps::{arriving, claim, going_on, keep, note, resume};
use crate::world::{
    Account, Draws, NOON, TOKEN, World, attempted, campaign_input, event, kept_answer, new_block,
    new_recording, new_wrap_up, number, session, target_input, tx,
};

#[tokio::test]
async fn whatever_one_account_does_the_others_rows_stay_as_they_are() {
    for world in World::each().await {
        let before = all_rows(&world, &world.b).await;
        assert_eq!(
            before.lines().count(),
            // The account's own row, two entries of one call, and a number in a pool.
            crate::scope::OWNED.len() + 3,
            "one row of each table: {before}"
        );
        let (mut done, mut not) = (0, 0);
        for seed in 0..8 {
            let mut draws = Draws(seed);
            for step in 0..40 {
                match act(&world, &mut draws, seed * 1_000 + step).await {
                    Ok(()) => done += 1,
                    Err(StoreError::NotFound | StoreError::Stale | StoreError::Conflict(_)) => {
                        not += 1
                    }
                    Err(e) => panic!("seed {seed}, step {step}: {e:?}"),
                }
            }
            assert_eq!(
                all_rows(&world, &world.b).await,
                before,
                "after seed {seed}"
            );
        }
        assert!(
            done > 80 && not > 40,
            "{done} done, {not} not: the draws are one-sided"
        );
    }
}

/// One random thing that A does, with ids of A, of B, or of nobody.
async fn act(world: &World, draws: &mut Draws, n: u64) -> Result<(), StoreError> {
    let (a, b) = (&world.a, &world.b);
    let mut whose = |n: u32| match draws.below(n) {
        0 => b.clone(),
        1 => Account {
            campaign: CampaignId(Uuid::from_u128(404)),
            buyer: BuyerId(404),
            target: TargetId(404),
            number: NumberId(404),
            call: CallId(Uuid::from_u128(404)),
            recording: RecordingId(404),
            api_key: ApiKeyId(404),
            ..a.clone()
        },
        _ => a.clone(),
    };
    let (x, y) = (whose(4), whose(4));
    let name = format!("n{n}");
    let activity = if draws.flip() {
        Activity::Active
    } else {
        Activity::Paused
    };
    let windows = Windows {
        hour: i64::from(draws.below(3)),
        day: 1,
        month: 1,
    };
    let digits = u32::try_from(n).unwrap_or(0) + 1_000;
    let drawn = draws.below(26);
    let mine = resume(&world.tx().await, a.call).await?;
    tx!(world, a.scope, |t| async {
        match drawn {
            0 => t.update_campaign(x.campaign, &campaign_input(&name)).await,
            1 => t.set_campaign_activity(x.campaign, activity).await,
            2 => t
                .advance_plan(x.campaign, 1, Distribution::Weight, 3)
                .await
                .map(drop),
            3 => {
                let routes = [RouteInput {
                    to: RouteTo::Target(y.target),
                    priority: 1,
                    weight: 1,
                    on: true,
                    terms: None,
                }];
                t.replace_routes(x.campaign, &routes).await
            }
            4 => t.rename_buyer(x.buyer, &name).await,
            5 => t.set_buyer_activity(x.buyer, activity).await,
            6 => t
                .add_target(x.buyer, &target_input(&name, Caps::default()), NOON)
                .await
                .map(drop),
            7 => {
                t.update_target(x.target, &target_input(&name, Caps::default()))
                    .await
            }
            8 => t.claim(&claim(x.target, windows), NOON).await.map(drop),
            9 => {
                let freed = Freed {
                    target: x.target,
                    line: true,
                    uncounted: Some(windows),
                    spent: None,
                    wrap_until: Some(NOON),
                };
                t.free(&freed, NOON).await
            }
            10 => t
                .add_number(&number(digits), &name, Some(x.campaign), NOON)
                .await
                .map(drop),
            11 => t.assign_number(x.number, Some(y.campaign)).await,
            12 => t.set_target_activity(x.target, activity).await,
            13 => {
                let new = attempted(
                    session(&name, Some(x.campaign), &a.e164, NOON),
                    y.route,
                    y.target,
                    y.buyer,
                );
                let id = CallId(Uuid::from_u128(u128::from(n) + 5_000));
                keep(&t, &arriving(id, &new, &Tags::default())).await
            }
            14 => {
                let other = attempted(
                    session(&name, Some(x.campaign), &a.e164, NOON),
                    y.route,
                    y.target,
                    y.buyer,
                );
                let saved = SavedCall { id: x.call, ..mine };
                keep(&t, &going_on(&saved, &other)).await
            }
            15 => {
                let saved = SavedCall { id: x.call, ..mine };
                note(&t, &saved, &event(Some(&name), NOON)).await
            }
            16 => t.remove_block(x.block).await,
            17 => {
                let campaign = Some(x.campaign);
                t.add_blocks(&[new_block("+1307*", campaign)], NOON).await
            }
            18 => t.revoke_api_key(x.api_key, NOON).await,
            19 => t.touch_api_key(x.api_key, NOON).await,
            20 => {
                let request = RequestToken {
                    key: x.api_key,
                    token: TOKEN,
                };
                t.take_request(request, &name, NOON).await?;
                t.answer_request(request, &kept_answer()).await?;
                t.drop_request(request).await
            }
            21 => {
                t.set_agent_status(x.target, AgentStatus::Available, NOON)
                    .await
            }
            22 => t.end_wrap_up(x.target).await,
            23 => {
                let new = new_wrap_up(x.call, y.target, a.user);
                t.keep_wrap_up(&new).await
            }
            24 => t.add_agent(x.target, y.user, NOON).await,
            _ => {
                let sid = if draws_even(n) { &name } else { "RE2" };
                let saved = SavedCall { id: x.call, ..mine };
                let step = StepRecord {
                    recordings: &[new_recording(sid)],
                    ..going_on(&saved, &saved.session)
                };
                keep(&t, &step).await
            }
        }
    })
}

/// Half of the recordings carry B's carrier id.
fn draws_even(n: u64) -> bool {
    n.is_multiple_of(2)
}
