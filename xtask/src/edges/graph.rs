//! The packages and who depends on whom, from `cargo metadata`.

use crate::proc::Job;
use crate::root::Root;
use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

/// Every package by name: the workspace's with what they declare, all with what was resolved.
#[derive(Default)]
pub(super) struct Graph {
    /// Members of the workspace and what their manifests say.
    pub(super) members: BTreeMap<String, Vec<Declared>>,
    /// Normal and build dependencies as resolved, by name.
    pub(super) resolved: BTreeMap<String, BTreeSet<String>>,
}

/// One line of a manifest.
#[derive(Clone)]
pub(super) struct Declared {
    /// The package that is depended on.
    pub(super) name: String,
    /// Whether only tests see it.
    pub(super) dev: bool,
    /// Whether a feature must ask for it.
    pub(super) optional: bool,
    /// The features that are asked for.
    pub(super) features: Vec<String>,
}

impl Graph {
    /// A chain from `from` to `to` over resolved dependencies, if there is one.
    pub(super) fn path(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(name) = queue.pop_front() {
            for next in self.resolved.get(name).into_iter().flatten() {
                if next == from || came_from.contains_key(next.as_str()) {
                    continue;
                }
                came_from.insert(next, name);
                if next == to {
                    let mut chain = vec![to.to_owned()];
                    let mut at = to;
                    while let Some(before) = came_from.get(at) {
                        chain.push((*before).to_owned());
                        at = before;
                    }
                    chain.reverse();
                    return Some(chain);
                }
                queue.push_back(next);
            }
        }
        None
    }
}

pub(super) fn load(root: &Root) -> Result<Graph> {
    let output = Job::cargo(root)
        .args(["metadata", "--locked", "--format-version", "1"])
        .minutes(3)
        .quiet()
        .must()
        .context("cargo metadata failed; does Cargo.lock fit the manifests?")?;
    let json = output
        .stdout
        .lines()
        .find(|line| line.starts_with('{'))
        .unwrap_or_default();
    Ok(from_metadata(&MetadataCommand::parse(json)?))
}

fn from_metadata(metadata: &Metadata) -> Graph {
    let mut graph = Graph::default();
    let names: BTreeMap<_, String> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.to_string()))
        .collect();
    for package in metadata.workspace_packages() {
        let declared = package.dependencies.iter().map(|dependency| Declared {
            name: dependency.name.clone(),
            dev: dependency.kind == DependencyKind::Development,
            optional: dependency.optional,
            features: dependency.features.clone(),
        });
        graph
            .members
            .insert(package.name.to_string(), declared.collect());
    }
    for node in metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
        let Some(name) = names.get(&node.id) else {
            continue;
        };
        let uses = node
            .deps
            .iter()
            .filter(|dep| {
                dep.dep_kinds
                    .iter()
                    .any(|kind| kind.kind != DependencyKind::Development)
            })
            .filter_map(|dep| names.get(&dep.pkg).cloned());
        graph.resolved.entry(name.clone()).or_default().extend(uses);
    }
    graph
}
