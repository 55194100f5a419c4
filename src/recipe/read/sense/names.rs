//! Names that are easily taken for each other.

use std::collections::BTreeMap;

use crate::recipe::code::Code;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;

/// Looks for two names that differ in nearly nothing, and for aliases that are called like another model.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for section in ["datasets", "tokenizers", "models", "evaluations", "samples"] {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (key, _) in parts.tree.root.get(section).map_or(&[][..], |node| node.entries()) {
            let folded = key.text.to_lowercase().replace(['_', '.'], "-");
            match seen.get(&folded) {
                Some(other) if *other != key.text => {
                    let message = format!("`{}` is easily taken for `{other}`", key.text);
                    let hint = Some("they differ only in case or in `-`, `_`, `.`".to_owned());
                    reader.warn_of(Code::HiddenName, key.place, &format!("{section}.{}", key.text), message, hint);
                }
                Some(_) => {}
                None => drop(seen.insert(folded, &key.text)),
            }
        }
    }
    let (Some(models), Some(publish)) = (parts.models, parts.publish) else { return };
    for (alias, model) in &publish.zoo.aliases {
        if alias != model && models.contains_key(alias) {
            let field = parts.field(&["publish", "zoo", "aliases", alias.as_str()]);
            let message = format!("the alias `{alias}` leads to `{model}`, and there is a model `{alias}`");
            let hint = Some("give the alias a name of its own, such as `champion`".to_owned());
            reader.warn_of(Code::HiddenName, field.place, &field.path, message, hint);
        }
    }
}
