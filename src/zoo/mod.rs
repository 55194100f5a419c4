//! The zoo: models that are final, by name and version, with their parents.
//!
//! **Invariant:** a version never changes; what moves is only where an alias points.

pub mod publish;
pub mod tree;
mod error;

pub use error::ZooError;
pub use publish::{PublishModel, PublishRequest, publish, zoo_name};
pub use tree::{TreeNode, forest};
