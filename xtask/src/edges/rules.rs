//! The tables: allowed edges, what a crate must never see, who may use a framework.

use super::graph::{Declared, Graph};

/// What one member of the workspace may use of the others.
struct Edges {
    member: &'static str,
    may: &'static [&'static str],
    /// Only behind a feature.
    may_optional: &'static [&'static str],
    /// Only in its tests, beside itself and the above.
    may_dev: &'static [&'static str],
}

const EDGES: &[Edges] = &[
    Edges {
        member: "callcenter",
        may: &[],
        may_optional: &[],
        may_dev: &[],
    },
    Edges {
        member: "migration",
        may: &[],
        may_optional: &[],
        may_dev: &[],
    },
    Edges {
        member: "store",
        may: &["callcenter"],
        may_optional: &["migration"],
        may_dev: &["migration"],
    },
    Edges {
        member: "service",
        may: &["callcenter", "store"],
        may_optional: &[],
        may_dev: &[],
    },
    Edges {
        member: "app",
        may: &["callcenter"],
        may_optional: &["service"],
        may_dev: &[],
    },
    Edges {
        member: "frontend",
        may: &["app"],
        may_optional: &[],
        may_dev: &[],
    },
    Edges {
        member: "server",
        may: &["app", "callcenter", "migration", "service", "store"],
        may_optional: &[],
        may_dev: &[],
    },
    Edges {
        member: "sim",
        may: &["callcenter", "migration", "service", "store"],
        may_optional: &[],
        may_dev: &[],
    },
    // It measures the product as a program from outside; below, it only prepares the databases that
    // the program runs on. Never `service` or `server`: they are what is measured.
    Edges {
        member: "bench",
        may: &["callcenter", "migration", "store"],
        may_optional: &[],
        may_dev: &[],
    },
    Edges {
        member: "xtask",
        may: &[],
        may_optional: &[],
        may_dev: &[],
    },
];

/// Crates that must not be below a member at all, however far down.
const NEVER_BELOW: &[(&str, &[&str])] = &[
    (
        "callcenter",
        &[
            "axum",
            "chrono",
            "chrono-tz",
            "jiff",
            "leptos",
            "reqwest",
            "sea-orm",
            "sqlx",
            "tokio",
        ],
    ),
    ("migration", &["axum", "leptos", "reqwest"]),
    ("store", &["axum", "leptos", "reqwest"]),
    ("service", &["axum", "leptos", "reqwest"]),
    ("sim", &["axum", "leptos", "reqwest"]),
];

/// Crates that a member must not name itself.
const NEVER_NAMED: &[(&str, &[&str])] = &[
    (
        "service",
        &[
            "figment",
            "sea-orm",
            "sea-orm-migration",
            "sqlx",
            "tower-sessions",
        ],
    ),
    (
        "app",
        &[
            "axum",
            "axum-login",
            "reqwest",
            "sea-orm",
            "sqlx",
            "tokio",
            "tower-sessions",
        ],
    ),
    (
        "frontend",
        &["axum", "leptos_axum", "reqwest", "sea-orm", "sqlx", "tokio"],
    ),
    ("server", &["sea-orm", "sea-orm-migration", "sqlx"]),
    ("sim", &["sea-orm", "sea-orm-migration", "sqlx"]),
];

/// Who may use a framework directly; a name that ends in `*` is a prefix.
const ONLY_USED_BY: &[(&str, &[&str])] = &[
    ("sea-orm", &["migration", "store", "sea-orm*"]),
    ("sea-orm-migration", &["migration"]),
    // The benchmark's floor is what the driver does by itself.
    (
        "sqlx",
        &["bench", "sea-orm*", "sea-query-sqlx", "sea-schema*"],
    ),
    (
        "axum",
        &[
            "axum-*",
            "bench",
            "leptos_axum",
            "server",
            "server_fn",
            "utoipa-axum",
        ],
    ),
    ("axum-login", &["server"]),
    ("leptos_axum", &["app", "server"]),
    ("reqwest", &["server"]),
    // One TLS in the house, and it is rustls.
    ("native-tls", &[]),
    ("openssl-sys", &[]),
];

/// Features that a member must or must not ask of another: browser and server halves of `app`.
const FEATURES: &[(&str, &str, &str, &str)] = &[
    ("frontend", "app", "hydrate", "ssr"),
    ("server", "app", "ssr", "hydrate"),
];

pub(super) fn check(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (member, declared) in &graph.members {
        match EDGES.iter().find(|edges| edges.member == member) {
            Some(edges) => found.extend(declared.iter().filter_map(|line| edge(graph, edges, line))),
            None => found.push(format!("crate `{member}` has no row in the table of allowed edges (xtask/src/edges/rules.rs)")),
        }
    }
    for (member, banned) in NEVER_BELOW {
        for name in *banned {
            if let Some(chain) = graph.path(member, name) {
                found.push(format!(
                    "`{member}` must never see `{name}`: {}",
                    chain.join(" → ")
                ));
            }
        }
    }
    for (member, banned) in NEVER_NAMED {
        for line in graph.members.get(*member).into_iter().flatten() {
            if !line.dev && banned.contains(&line.name.as_str()) {
                found.push(format!(
                    "`{member}` must not depend on `{}` itself",
                    line.name
                ));
            }
        }
    }
    for (name, users) in ONLY_USED_BY {
        for (user, uses) in &graph.resolved {
            if user != name
                && uses.contains(*name)
                && !users.iter().any(|allowed| fits(allowed, user))
            {
                found.push(format!(
                    "`{user}` uses `{name}`, which only [{}] may",
                    users.join(", ")
                ));
            }
        }
    }
    found.extend(features(graph));
    found
}

fn edge(graph: &Graph, edges: &Edges, line: &Declared) -> Option<String> {
    let name = line.name.as_str();
    if !graph.members.contains_key(name) {
        return None;
    }
    let allowed = edges.may.contains(&name)
        || (line.optional && edges.may_optional.contains(&name))
        || (line.dev && (edges.may_dev.contains(&name) || name == edges.member));
    if allowed {
        return None;
    }
    if edges.may_optional.contains(&name) {
        return Some(format!(
            "`{}` may depend on `{name}` only behind a feature: make it optional",
            edges.member
        ));
    }
    Some(format!("`{}` must not depend on `{name}`", edges.member))
}

fn features(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (member, on, must, must_not) in FEATURES {
        for line in graph
            .members
            .get(*member)
            .into_iter()
            .flatten()
            .filter(|line| line.name == *on)
        {
            if !line.features.iter().any(|feature| feature == must) {
                found.push(format!(
                    "`{member}` must ask `{on}` for the feature `{must}`"
                ));
            }
            if line.features.iter().any(|feature| feature == must_not) {
                found.push(format!(
                    "`{member}` must not ask `{on}` for the feature `{must_not}`"
                ));
            }
        }
    }
    found
}

fn fits(allowed: &str, name: &str) -> bool {
    allowed
        .strip_suffix('*')
        .map_or(allowed == name, |prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> Declared {
        Declared {
            name: name.to_owned(),
            dev: false,
            optional: false,
            features: Vec::new(),
        }
    }

    fn optional(name: &str) -> Declared {
        Declared {
            optional: true,
            ..line(name)
        }
    }

    fn with(name: &str, features: &[&str]) -> Declared {
        Declared {
            features: features.iter().map(|&f| f.to_owned()).collect(),
            ..line(name)
        }
    }

    /// A graph in which every declared dependency is also resolved.
    fn graph(members: &[(&str, Vec<Declared>)], others: &[(&str, &[&str])]) -> Graph {
        let mut graph = Graph::default();
        for (name, lines) in members {
            graph.members.insert((*name).to_owned(), lines.clone());
            let uses = lines
                .iter()
                .filter(|line| !line.dev)
                .map(|line| line.name.clone());
            graph
                .resolved
                .entry((*name).to_owned())
                .or_default()
                .extend(uses);
        }
        for (name, uses) in others {
            graph
                .resolved
                .entry((*name).to_owned())
                .or_default()
                .extend(uses.iter().map(|&u| u.to_owned()));
        }
        graph
    }

    #[test]
    fn the_house_as_drawn_is_clean() {
        let house = graph(
            &[
                ("callcenter", vec![line("serde")]),
                ("migration", vec![line("sea-orm-migration")]),
                (
                    "store",
                    vec![
                        line("callcenter"),
                        optional("migration"),
                        line("sea-orm"),
                        Declared {
                            dev: true,
                            ..line("store")
                        },
                    ],
                ),
                ("service", vec![line("callcenter"), line("store")]),
                (
                    "app",
                    vec![
                        line("callcenter"),
                        optional("service"),
                        optional("leptos_axum"),
                    ],
                ),
                ("frontend", vec![with("app", &["hydrate"])]),
                (
                    "server",
                    vec![with("app", &["ssr"]), line("service"), line("axum")],
                ),
            ],
            &[("sea-orm", &["sqlx", "tokio"]), ("leptos_axum", &["axum"])],
        );
        assert_eq!(check(&house), Vec::<String>::new());
    }

    #[test]
    fn a_forbidden_edge_is_reported() {
        let found = check(&graph(
            &[("migration", vec![line("store")]), ("store", vec![])],
            &[],
        ));
        assert_eq!(found, ["`migration` must not depend on `store`"]);
    }

    #[test]
    fn an_optional_edge_that_is_not_optional_is_reported() {
        let found = check(&graph(
            &[("app", vec![line("service")]), ("service", vec![])],
            &[],
        ));
        assert_eq!(
            found,
            ["`app` may depend on `service` only behind a feature: make it optional"]
        );
    }

    #[test]
    fn a_framework_far_below_the_domain_is_reported_with_its_chain() {
        let found = check(&graph(
            &[("callcenter", vec![line("helper")])],
            &[("helper", &["tokio"])],
        ));
        assert_eq!(
            found,
            ["`callcenter` must never see `tokio`: callcenter → helper → tokio"]
        );
    }

    #[test]
    fn sea_orm_outside_the_store_is_reported() {
        let found = check(&graph(&[("service", vec![line("sea-orm")])], &[]));
        assert!(found.contains(&"`service` must not depend on `sea-orm` itself".to_owned()));
        assert!(
            found
                .iter()
                .any(|text| text.starts_with("`service` uses `sea-orm`, which only"))
        );
    }

    #[test]
    fn the_wrong_half_of_the_app_is_reported() {
        let found = check(&graph(
            &[
                ("frontend", vec![with("app", &["hydrate", "ssr"])]),
                ("app", vec![]),
            ],
            &[],
        ));
        assert_eq!(
            found,
            ["`frontend` must not ask `app` for the feature `ssr`"]
        );
    }

    #[test]
    fn a_crate_without_a_row_is_reported() {
        let found = check(&graph(&[("stray", vec![])], &[]));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`stray` has no row"));
    }
}
