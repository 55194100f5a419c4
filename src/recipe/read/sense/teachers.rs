//! Students and their teachers: both read the same, and both say the same kind of thing.

use crate::id::Name;
use crate::recipe::classification::Classification;
use crate::recipe::code::Code;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::recipe::objective::{Distillation, Objective};
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;
use crate::recipe::read::sense::objectives::Look;

const TEACHER: [&str; 3] = ["train", "objective", "teacher"];

/// What there is to know of a teacher.
struct Teacher<'t> {
    architecture: &'t Architecture,
    classification: Option<&'t Classification>,
    writes: bool,
}

/// Looks at a student, where the model is one.
pub(super) fn judge(look: &mut Look<'_, '_>) {
    let (model, parts) = (look.model, look.parts);
    let Objective::Distillation(Distillation { teacher: name, classification, .. }) = &model.train.objective else {
        return;
    };
    // The reader is lent out while the teacher is looked at.
    let imported = look.reader.imports.get(name).cloned();
    let own = parts.models.and_then(|models| models.get(name));
    let teacher = match (own, &imported) {
        (Some(own), _) => Teacher {
            architecture: &own.architecture,
            classification: own.classification(),
            writes: own.train.objective.writes(),
        },
        (None, Some(import)) => Teacher {
            architecture: &import.architecture,
            classification: import.classification.as_ref(),
            writes: import.head() == Head::Language && import.architecture.learns(&Objective::CausalLm),
        },
        // That there is none was told where it is named.
        (None, None) => return,
    };
    says_the_same(look, name, &teacher, classification.as_ref());
    reads_the_same(look, name, &teacher);
}

fn says_the_same(look: &mut Look<'_, '_>, name: &Name, teacher: &Teacher<'_>, own: Option<&Classification>) {
    let key = ["train", "objective", "classification"];
    match (own, teacher.classification) {
        (Some(_), None) => {
            let message = format!("`{name}` is no classifier, and `{}` is to tell classes", look.name);
            look.wrong(Code::WrongObjective, &key, message, "leave it out, or name a classifier as the teacher");
        }
        (Some(own), Some(theirs)) if own.classes != theirs.classes => {
            let message = format!("`{name}` tells other classes, or the same in another order");
            let hint = "leave `classification` out: the classes are then the teacher's";
            look.wrong(Code::WrongObjective, &key, message, hint);
        }
        (None, None) if !teacher.writes => {
            let message =
                format!("`{name}` neither writes nor tells classes, so that nothing can be learnt of what it says");
            let hint = "a teacher is a language model or a classifier";
            look.wrong(Code::WrongObjective, &TEACHER, message, hint);
        }
        (Some(_), Some(_)) | (None, None | Some(_)) => {}
    }
}

fn reads_the_same(look: &mut Look<'_, '_>, name: &Name, teacher: &Teacher<'_>) {
    let (own, theirs) = (&look.model.architecture, teacher.architecture);
    if own.modality() != theirs.modality() {
        let message = format!("`{name}` is a `{}`, and does not read what a `{}` reads", theirs.word(), own.word());
        return look.wrong(Code::WrongObjective, &TEACHER, message, "a teacher reads the same as its student");
    }
    if own.input() != theirs.input() {
        let message = format!("`{name}` reads features of another shape");
        return look.wrong(Code::ShapeMismatch, &TEACHER, message, "give both datasets features of one shape");
    }
    if own.context() > theirs.context() {
        let message = format!(
            "`{name}` reads {} tokens at most, and `{}` is to read {}",
            theirs.context(),
            look.name,
            own.context()
        );
        let hint = format!("a `context` of {} would fit", theirs.context());
        return look.wrong(Code::ShapeMismatch, &TEACHER, message, hint);
    }
    let tokenizer = look.model.tokenizer.as_ref();
    let of_teacher = match look.parts.models.and_then(|models| models.get(name)) {
        Some(teacher) => teacher.tokenizer.as_ref(),
        None => theirs.modality().has_tokens().then_some(name),
    };
    if let (Some(own), Some(theirs)) = (tokenizer, of_teacher)
        && !is_same(look.reader, look.parts, own, theirs)
    {
        let message = format!("`{name}` has the tokenizer of `{theirs}`, and `{}` that of `{own}`", look.name);
        let hint = match look.model.base {
            None => "leave `tokenizer` out: it is then the teacher's",
            Some(_) => "start from a model with the teacher's tokenizer, or from random weights",
        };
        look.wrong(Code::WrongObjective, &TEACHER, message, hint);
    }
}

/// Returns whether two tokenizers are one: by name, or where both come with models from outside, by content.
fn is_same(reader: &Reader, parts: &Parts<'_>, own: &Name, theirs: &Name) -> bool {
    let content = |name: &Name| reader.imports.get(name).and_then(|import| import.content.tokenizer());
    let typed = |name: &Name| parts.tokenizers.and_then(|tokenizers| tokenizers.get(name));
    let is_one_content = content(own).is_some_and(|own| content(theirs) == Some(own));
    own == theirs || is_one_content || typed(own).is_some_and(|own| typed(theirs) == Some(own))
}
