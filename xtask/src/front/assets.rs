//! Files that go to the site under their own names: `public/` and the fonts
//! (made by `scripts/subset-fonts.sh`, with their licences).

use super::files_below;
use crate::root::Root;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fs;

/// Relative path in the site → content.
pub(super) fn collect(root: &Root) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let public = root.dir.join("public");
    for path in files_below(&public)? {
        let name = path.strip_prefix(&public)?.to_string_lossy().into_owned();
        files.insert(name, fs::read(&path)?);
    }
    for path in files_below(&root.dir.join("style/fonts"))? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        files.insert(format!("fonts/{name}"), fs::read(&path)?);
    }
    Ok(files)
}
