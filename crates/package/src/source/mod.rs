//! The source tree of a solution: the classic XML layout that `pac solution unpack` writes.
//!
//! A tree is a map from paths with forward slashes to bytes. Most components have a file of their
//! own ([`layout`]); the others stay in `Other/Customizations.xml`. Reading does not mind the case
//! of folders.
//!
//! To give a kind of component its own file: one line in `layout::ONE_EACH`.

mod layout;
mod pack;
mod unpack;

use std::collections::BTreeMap;

pub use pack::pack;
pub use unpack::{unpack, unpack_both};

/// The files of a source tree by path.
pub type Tree = BTreeMap<String, Vec<u8>>;

const SOLUTION: &str = "Other/Solution.xml";
const CUSTOMIZATIONS: &str = "Other/Customizations.xml";
const RELATIONSHIPS: &str = "Other/Relationships.xml";
/// What the files of managed forms and site maps have before their extension.
const MANAGED: &str = "_managed";
