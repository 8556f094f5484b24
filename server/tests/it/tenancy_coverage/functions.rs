//! Every server function, with a body that names what is an account's.

use crate::world::{Account, encode};

/// What a server function does, and with what.
pub(super) struct Row {
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    /// The body with the ids of an account; the second account is whoever owns the outer ids.
    pub(super) body: fn(&Account) -> String,
}

#[derive(PartialEq)]
pub(super) enum Kind {
    /// Names no id: must answer, and tell nothing of the other account.
    List,
    /// Shows the thing with an id.
    Read,
    /// Changes the thing with an id, or puts something under it.
    Write,
    /// As a list, but not for viewers.
    Own,
    /// Makes something that names no id of an account.
    Make,
    /// Names no id, and cannot be done here: the carrier does not answer, or an order is open.
    Stands,
    /// Makes something out of things that the form names: refused at their field.
    Under,
    /// Changes what is the person's own as an agent: not there for who is none, or had not the call.
    Mine,
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

pub(super) fn form(id: &[(&str, String)], fields: &[(&str, &str)]) -> String {
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

fn bulk(a: &Account) -> String {
    form(
        &[("form[calls]", a.call.to_string())],
        &[
            ("form[revenue][change]", "by"),
            ("form[revenue][amount]", "1"),
            ("form[reason]", "Agreed."),
            ("form[request]", "r1"),
        ],
    )
}

const BIDDER: &[(&str, &str)] = &[
    ("form[name]", "Bids"),
    ("form[request][url]", "https://nobody.invalid/bid"),
];

const RTB_ID: &[(&str, &str)] = &[
    ("form[how]", "fixed"),
    ("form[base]", "20"),
    ("form[sip_only]", "true"),
];

const TARGET: &[(&str, &str)] = &[
    ("form[name]", "Renamed"),
    ("form[kind]", "number"),
    ("form[number]", "2145550199"),
    ("form[hours]", "always"),
];

const COUNTS: &[(&str, &str)] = &[
    ("counts[windows][hour]", "0"),
    ("counts[windows][day]", "0"),
    ("counts[windows][month]", "0"),
    ("counts[hour]", "1"),
    ("counts[day]", "1"),
    ("counts[month]", "1"),
    ("counts[total]", "1"),
    ("counts[hour_spent]", "0"),
    ("counts[day_spent]", "0"),
    ("counts[month_spent]", "0"),
    ("counts[total_spent]", "0"),
];

pub(super) fn rows() -> Vec<Row> {
    use Kind::{List, Make, Mine, Own, Read, Stands, Under, Write};
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
        row("/api/calls/correct", Write, |a| {
            form(
                &[("form[calls]", a.call.to_string())],
                &[
                    ("form[side]", "revenue"),
                    ("form[change]", "to"),
                    ("form[amount]", "25"),
                    ("form[reason]", "Agreed."),
                    ("form[request]", "r1"),
                ],
            )
        }),
        // Names calls in its body: those of others are told as not there, one by one.
        row("/api/calls/correct_many", Own, bulk),
        row("/api/calls/preview", Own, bulk),
        row("/api/disputes/page", List, |_| {
            encode(&[("query[state]", "all")])
        }),
        row("/api/disputes/detail", Read, |a| {
            form(&[("id", a.dispute.to_string())], &[])
        }),
        row("/api/disputes/open", Write, |a| {
            form(
                &[("call", a.call.to_string())],
                &[("form[reason]", "spam"), ("form[request]", "r1")],
            )
        }),
        row("/api/disputes/decide", Write, |a| {
            form(
                &[("id", a.dispute.to_string())],
                &[
                    ("form[act]", "reject"),
                    ("form[comment]", "No."),
                    ("form[request]", "r1"),
                ],
            )
        }),
        row("/api/calls/convert", Write, |a| {
            form(&[("id", a.call.to_string())], &[("form[request]", "r1")])
        }),
        row("/api/campaigns/list", List, |_| String::new()),
        row("/api/campaigns/detail", Read, |a| {
            form(&[("id", a.campaign.to_string())], &[])
        }),
        row("/api/campaigns/create", Make, |_| {
            encode(&[
                ("form[name]", "Another"),
                ("form[number]", "+18005550179"),
                ("form[revenue][trigger]", "connect"),
                ("form[revenue][price]", "25"),
            ])
        }),
        row("/api/campaigns/update", Write, |a| {
            campaign(&[("id", a.campaign.to_string())])
        }),
        row("/api/campaigns/set_duplicates", Write, |a| {
            form(
                &[("id", a.campaign.to_string())],
                &[("form[pay]", "always")],
            )
        }),
        row("/api/campaigns/set_revenue", Write, |a| {
            form(
                &[("id", a.campaign.to_string())],
                &[("form[trigger]", "connect"), ("form[price]", "25")],
            )
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
        row("/api/targets/add_quick", Make, |_| {
            encode(&[
                ("form[buyer]", "Another quick one"),
                ("form[rings]", "2145550199"),
            ])
        }),
        row("/api/targets/update", Write, |a| {
            form(&[("id", a.target.to_string())], TARGET)
        }),
        row("/api/targets/set_activity", Write, |a| {
            form(&[("id", a.target.to_string())], &[("activity", "paused")])
        }),
        row("/api/targets/reset_counts", Write, |a| {
            form(&[("id", a.target.to_string())], &[])
        }),
        row("/api/targets/restore_counts", Write, |a| {
            form(&[("id", a.target.to_string())], COUNTS)
        }),
        row("/api/groups/list", List, |_| encode(&[("trees", "true")])),
        row("/api/groups/choices", List, |_| encode(&[("tree", "true")])),
        row("/api/rtb/report", List, |_| {
            encode(&[("query[range]", "7d")])
        }),
        row("/api/rtb/bids", List, |_| encode(&[("query[range]", "7d")])),
        row("/api/rtb_ids/list", List, |_| String::new()),
        row("/api/rtb_ids/detail", Read, |a| {
            form(&[("id", a.rtb_id.to_string())], &[])
        }),
        row("/api/rtb_ids/create", Under, |a| {
            form(
                &[
                    ("form[campaign]", a.campaign.to_string()),
                    ("form[publisher]", a.publisher.to_string()),
                ],
                RTB_ID,
            )
        }),
        row("/api/rtb_ids/update", Write, |a| {
            form(&[("id", a.rtb_id.to_string())], RTB_ID)
        }),
        row("/api/rtb_ids/set_enabled", Write, |a| {
            form(&[("id", a.rtb_id.to_string())], &[("enabled", "false")])
        }),
        row("/api/rtb_ids/test", Write, |a| {
            form(
                &[("id", a.rtb_id.to_string())],
                &[("form[caller]", "+12145550187")],
            )
        }),
        row("/api/rtb_targets/list", List, |_| String::new()),
        row("/api/rtb_targets/choices", List, |_| String::new()),
        row("/api/rtb_targets/detail", Read, |a| {
            form(&[("id", a.bidder.to_string())], &[])
        }),
        row("/api/rtb_targets/create", Under, |a| {
            form(&[("form[buyer]", a.buyer.to_string())], BIDDER)
        }),
        row("/api/rtb_targets/update", Write, |a| {
            form(&[("id", a.bidder.to_string())], BIDDER)
        }),
        row("/api/rtb_targets/try", Write, |a| {
            let mut body = form(&[("id", a.bidder.to_string())], BIDDER);
            body.push('&');
            body.push_str(&encode(&[("about[caller]", "+12145550187")]));
            body
        }),
        row("/api/ring_trees/rehearse", Write, |a| {
            form(
                &[("id", a.group.to_string())],
                &[("about[caller]", "+12145550187")],
            )
        }),
        row("/api/groups/detail", Read, |a| {
            form(&[("id", a.group.to_string())], &[])
        }),
        row("/api/groups/create", Under, |a| {
            form(
                &[("form[members][0]", a.target.to_string())],
                &[("form[name]", "Theirs")],
            )
        }),
        row("/api/groups/update", Write, |a| {
            form(
                &[
                    ("id", a.group.to_string()),
                    ("form[members][0]", a.target.to_string()),
                ],
                &[("form[name]", "Renamed")],
            )
        }),
        row("/api/groups/set_activity", Write, |a| {
            form(&[("id", a.group.to_string())], &[("activity", "paused")])
        }),
        row("/api/account/settings", List, |_| String::new()),
        row("/api/account/update", Make, |_| {
            encode(&[("form[guard_s]", "5")])
        }),
        row("/api/account/rates", List, |_| String::new()),
        row("/api/account/set_rates", Make, |_| {
            encode(&[("form[inbound_local][per_minute]", "0.01")])
        }),
        row("/api/account/reset_rates", Make, |_| String::new()),
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
        row("/api/numbers/set_publisher", Write, |a| {
            form(&[("id", a.number_id.to_string())], &[])
        }),
        row("/api/numbers/row", Read, |a| {
            form(&[("id", a.number_id.to_string())], &[])
        }),
        row("/api/carrier_account/view", Own, |_| String::new()),
        row("/api/carrier_account/save", Stands, |_| {
            encode(&[("form[sid]", "AC9"), ("form[token]", "t")])
        }),
        row("/api/carrier_account/remove", Stands, |_| String::new()),
        row("/api/carrier_numbers/search", Own, |_| String::new()),
        row("/api/carrier_numbers/compare", Own, |_| String::new()),
        row("/api/carrier_numbers/repair", Write, |a| {
            form(&[("ids[0]", a.number_id.to_string())], &[])
        }),
        row("/api/carrier_numbers/import", Stands, |_| {
            encode(&[("form[numbers][0]", "+12145550188")])
        }),
        row("/api/carrier_numbers/release", Write, |a| {
            form(
                &[("id", a.number_id.to_string())],
                &[("form[typed]", a.number)],
            )
        }),
        row("/api/number_orders/place", Make, |_| {
            encode(&[
                ("form[request]", "00000000-0000-0000-0000-000000000001"),
                ("form[numbers][0]", "+12145550189"),
            ])
        }),
        row("/api/number_orders/dismiss", Write, |a| {
            form(&[("id", a.order.to_string())], &[])
        }),
        row("/api/publishers/list", List, |_| String::new()),
        row("/api/publishers/detail", Read, |a| {
            form(&[("id", a.publisher.to_string())], &[])
        }),
        row("/api/publishers/create", Make, |_| {
            encode(&[("form[name]", "Another")])
        }),
        row("/api/publishers/update", Write, |a| {
            form(
                &[("id", a.publisher.to_string())],
                &[("form[name]", "Renamed")],
            )
        }),
        row("/api/publishers/save_payouts", Write, |a| {
            form(
                &[("id", a.publisher.to_string())],
                &[
                    ("form[rules][0][name]", "Any call"),
                    ("form[rules][0][amount]", "25"),
                    ("form[rules][0][filter][0][tag]", "geo:state"),
                    ("form[rules][0][filter][0][value]", "TX"),
                ],
            )
        }),
        row("/api/publishers/add_override", Write, |a| {
            form(
                &[
                    ("id", a.publisher.to_string()),
                    ("campaign", a.campaign.to_string()),
                ],
                &[],
            )
        }),
        row("/api/publishers/drop_override", Write, |a| {
            form(
                &[
                    ("id", a.publisher.to_string()),
                    ("campaign", a.campaign.to_string()),
                ],
                &[],
            )
        }),
        row("/api/publishers/set_activity", Write, |a| {
            form(
                &[("id", a.publisher.to_string())],
                &[("activity", "paused")],
            )
        }),
        row("/api/lists/list", List, |_| String::new()),
        row("/api/lists/detail", Read, |a| {
            form(&[("id", a.list.to_string())], &[])
        }),
        row("/api/lists/create", Make, |_| {
            encode(&[("form[name]", "Another"), ("form[entries]", "75201")])
        }),
        row("/api/lists/update", Write, |a| {
            form(
                &[("id", a.list.to_string())],
                &[("form[name]", "Renamed"), ("form[entries]", "75201")],
            )
        }),
        row("/api/lists/remove", Write, |a| {
            form(&[("id", a.list.to_string())], &[])
        }),
        row("/api/blocks/list", List, |_| String::new()),
        row("/api/blocks/add", Make, |_| {
            encode(&[("form[pattern]", "+1307*")])
        }),
        row("/api/blocks/remove_source", Write, |_| {
            encode(&[("source", "Alpha list")])
        }),
        row("/api/import/start", List, |_| encode(&[("list", "blocks")])),
        row("/api/import/run", Make, |_| {
            encode(&[
                ("form[list]", "blocks"),
                ("form[text]", "+13075550100"),
                ("form[write]", "yes"),
            ])
        }),
        row("/api/import/progress", List, |_| String::new()),
        row("/api/blocks/add_caller", Write, |a| {
            form(&[("call", a.call.to_string())], &[])
        }),
        row("/api/blocks/remove", Write, |a| {
            form(&[("id", a.block.to_string())], &[])
        }),
        // Reads, but hearing is not for viewers.
        row("/api/recordings/wave", Write, |a| {
            form(&[("id", a.recording.to_string())], &[])
        }),
        row("/api/recordings/delete", Write, |a| {
            form(
                &[("id", a.recording.to_string())],
                &[("form[reason]", "asked to")],
            )
        }),
        row("/api/recordings/settings", List, |_| String::new()),
        row("/api/recordings/save_settings", Make, |_| {
            encode(&[("form[keep_days]", "30"), ("form[listen_from]", "manager")])
        }),
        row("/api/agents/list", List, |_| String::new()),
        row("/api/agents/choices", List, |_| String::new()),
        row("/api/agents/detail", Read, |a| {
            form(&[("id", a.agent.to_string())], &[("after", "")])
        }),
        row("/api/agents/create", Under, |a| {
            form(
                &[("form[buyer]", a.buyer.to_string())],
                &[
                    ("form[name]", "Another"),
                    ("form[email]", "another@agents.example"),
                    ("form[rings]", "2145550177"),
                ],
            )
        }),
        row("/api/agents/update", Write, |a| {
            form(&[("id", a.agent.to_string())], &[("form[wrap_up_s]", "30")])
        }),
        row("/api/agents/set_status", Write, |a| {
            form(&[("id", a.agent.to_string())], &[("status", "busy")])
        }),
        row("/api/agents/reset_password", Write, |a| {
            form(&[("id", a.agent.to_string())], &[])
        }),
        row("/api/agents/mine", List, |_| {
            encode(&[("call", ""), ("after", "")])
        }),
        row("/api/agents/set_my_status", Mine, |_| {
            encode(&[("status", "busy")])
        }),
        row("/api/agents/wrap_up", Mine, |a| {
            form(
                &[("call", a.call.to_string())],
                &[("form[note]", "Called.")],
            )
        }),
        row("/api/pools/list", List, |_| String::new()),
        row("/api/pools/detail", Read, |a| {
            form(&[("id", a.pool.to_string())], &[])
        }),
        row("/api/pools/create", Under, |a| {
            form(
                &[("form[campaign]", a.campaign.to_string())],
                &[("form[name]", "Another pool")],
            )
        }),
        row("/api/pools/update", Write, |a| {
            form(
                &[
                    ("id", a.pool.to_string()),
                    ("form[campaign]", a.campaign.to_string()),
                ],
                &[("form[name]", "Renamed")],
            )
        }),
        row("/api/pools/add_numbers", Write, |a| {
            form(
                &[("id", a.pool.to_string())],
                &[("form[numbers]", "+18335550177")],
            )
        }),
        row("/api/pools/take_number", Write, |a| {
            form(
                &[("id", a.pool.to_string()), ("number", a.pooled.to_string())],
                &[],
            )
        }),
        row("/api/dni_tags/list", List, |_| String::new()),
        row("/api/dni_tags/detail", Read, |a| {
            form(&[("id", a.dni_tag.to_string())], &[])
        }),
        row("/api/dni_tags/create", Under, |a| {
            form(
                &[("form[source]", format!("pool:{}", a.pool))],
                &[
                    ("form[name]", "Another tag"),
                    ("form[origins]", "roofs.example"),
                ],
            )
        }),
        row("/api/dni_tags/update", Write, |a| {
            form(
                &[
                    ("id", a.dni_tag.to_string()),
                    ("form[source]", format!("number:{}", a.number_id)),
                ],
                &[
                    ("form[name]", "Renamed"),
                    ("form[origins]", "roofs.example"),
                ],
            )
        }),
        row("/api/dni_tags/set_enabled", Write, |a| {
            form(&[("id", a.dni_tag.to_string())], &[("enabled", "false")])
        }),
        row("/api/pools/remove", Write, |a| {
            form(&[("id", a.pool.to_string())], &[])
        }),
        row("/api/visits/traffic", List, |_| String::new()),
        row("/api/webhooks/list", Own, |_| String::new()),
        // Reads, but who knows an address may tell conversions.
        row("/api/webhooks/detail", Write, |a| {
            form(&[("id", a.webhook.to_string())], &[])
        }),
        row("/api/webhooks/create", Make, |_| {
            encode(&[("form[name]", "Another")])
        }),
        row("/api/webhooks/update", Write, |a| {
            form(
                &[("id", a.webhook.to_string())],
                &[("form[name]", "Renamed")],
            )
        }),
        row("/api/webhooks/set_enabled", Write, |a| {
            form(&[("id", a.webhook.to_string())], &[("enabled", "false")])
        }),
        row("/api/api_keys/list", Own, |_| String::new()),
        row("/api/api_keys/create", Make, |_| {
            encode(&[
                ("form[name]", "A program"),
                ("form[scopes][2]", "calls:read"),
            ])
        }),
        row("/api/api_keys/revoke", Write, |a| {
            form(&[("id", a.api_key.to_string())], &[])
        }),
    ]
}
