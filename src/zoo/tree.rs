//! The zoo as a forest: every version below the one it was trained from.

use serde::Serialize;

use crate::store::ModelVersion;

/// A version and those trained from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TreeNode {
    /// The version.
    pub model: ModelVersion,
    /// The versions trained from it, in the order they came in.
    pub children: Vec<TreeNode>,
}

/// Returns the versions as trees; one whose parents are not among them is a root.
pub fn forest(models: &[ModelVersion]) -> Vec<TreeNode> {
    let references: Vec<String> = models.iter().map(ModelVersion::reference).collect();
    let is_root = |model: &&ModelVersion| !model.parents.iter().any(|parent| references.contains(parent));
    models.iter().filter(is_root).map(|model| grow(model, models)).collect()
}

fn grow(model: &ModelVersion, models: &[ModelVersion]) -> TreeNode {
    let reference = model.reference();
    let children = models.iter().filter(|child| child.parents.first() == Some(&reference));
    TreeNode { model: model.clone(), children: children.map(|child| grow(child, models)).collect() }
}
