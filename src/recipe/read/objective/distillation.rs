//! Reads the objective of a student: its teacher is a model of the recipe, or one outside of it.

use crate::recipe::objective::Distillation;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::objective::classification::classification;
use crate::recipe::read::reader::Reader;

pub(super) fn distillation(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Distillation> {
    let teacher = fields.need(reader, "teacher").and_then(|at| reader.any_model(&at));
    let temperature =
        fields.or(reader, "temperature", Distillation::TEMPERATURE, |reader, at| reader.number(at, 0.1..=100.0));
    let teacher_share =
        fields.or(reader, "teacher-share", Distillation::TEACHER_SHARE, |reader, at| reader.number(at, 0.0..=1.0));
    let classification = fields.or(reader, "classification", None, |reader, at| {
        let mut own = Fields::open(reader, at)?;
        let classification = classification(reader, &mut own);
        own.finish(reader);
        classification.map(Some)
    });
    Some(Distillation {
        teacher: teacher?,
        temperature: temperature?,
        teacher_share: teacher_share?,
        classification: classification?,
    })
}
