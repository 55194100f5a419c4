//! `objective: { type: distillation }`: another model is the teacher.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
use crate::recipe::classification::Classification;
use crate::recipe::typed::defaults;

/// Whom a model learns from, and how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!({ "temperature": Distillation::TEMPERATURE, "teacher-share": Distillation::TEACHER_SHARE })]))]
pub struct Distillation {
    /// The model that is learnt from, which reads the same tokens or features: a model of this recipe, or one of the zoo.
    #[schemars(with = "crate::recipe::typed::ModelReference", example = &"zoo/large@v1")]
    pub teacher: Name,
    /// What the logits of both are divided by before they are compared.
    #[schemars(range(min = 0.1, max = 100.0), extend("x-unit" = "number"), example = 4.0)]
    pub temperature: f64,
    /// The share of the loss that is the teacher's; the rest is the data's own.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.9)]
    pub teacher_share: f64,
    /// What is told apart, where the teacher is a classifier; without it both write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Classification>", extend("x-default" = "the teacher's"), example = json!({ "classes": ["finance", "realty"] }))]
    pub classification: Option<Classification>,
}

impl Distillation {
    /// What the logits are divided by where the recipe says nothing.
    pub const TEMPERATURE: f64 = 2.0;
    /// The teacher's share of the loss where the recipe says nothing.
    pub const TEACHER_SHARE: f64 = 0.5;
}
