//! The functions of a Rust file, with their documentation, as they stand in the source text.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Attribute, Block, Expr, ImplItem, Item, Lit, Meta, Signature, TraitItem, Visibility};

/// A documented function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    /// Its path within the file: `Sleep::reset`.
    pub(super) path: String,
    /// The documentation, one line each, without `///`.
    pub(super) doc: String,
    /// From the visibility to the return type, as written.
    pub(super) signature: String,
    /// The body with its braces, as written.
    pub(super) body: String,
    /// The number of statements of the body.
    pub(super) statements: usize,
}

/// Returns the documented functions of a file; `None` if it does not parse.
///
/// Items within macro calls count too when they parse as items (`cfg_rt! { fn … }`). Tests do not.
pub(super) fn documented(text: &str) -> Option<Vec<Function>> {
    let file = syn::parse_str::<syn::File>(text).ok()?;
    let mut reader = Reader { text, found: Vec::new(), path: Vec::new() };
    reader.items(&file.items);
    let found = reader.found;
    drop(file);
    proc_macro2::extra::invalidate_current_thread_spans();
    Some(found)
}

struct Reader<'a> {
    text: &'a str,
    found: Vec<Function>,
    path: Vec<String>,
}

impl Reader<'_> {
    fn items(&mut self, items: &[Item]) {
        items.iter().for_each(|item| self.item(item));
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) => self.function(&item.attrs, Some(&item.vis), &item.sig, &item.block),
            Item::Impl(item) if !is_test(&item.attrs) => {
                self.within(type_name(&item.self_ty), |reader| {
                    item.items.iter().for_each(|item| reader.impl_item(item))
                });
            }
            Item::Trait(item) if !is_test(&item.attrs) => {
                self.within(item.ident.to_string(), |reader| {
                    item.items.iter().for_each(|item| reader.trait_item(item))
                });
            }
            Item::Mod(item) if !is_test(&item.attrs) => {
                let items = item.content.as_ref().map_or(&[][..], |(_, items)| items);
                self.within(item.ident.to_string(), |reader| reader.items(items));
            }
            Item::Macro(item) if item.ident.is_none() => {
                if let Ok(Items(items)) = item.mac.parse_body() {
                    self.items(&items);
                }
            }
            _ => {} // Other items hold no functions.
        }
    }

    fn impl_item(&mut self, item: &ImplItem) {
        match item {
            ImplItem::Fn(item) => self.function(&item.attrs, Some(&item.vis), &item.sig, &item.block),
            ImplItem::Macro(item) => {
                if let Ok(ImplItems(items)) = item.mac.parse_body() {
                    items.iter().for_each(|item| self.impl_item(item));
                }
            }
            _ => {} // Constants and types hold no functions.
        }
    }

    fn trait_item(&mut self, item: &TraitItem) {
        if let TraitItem::Fn(item) = item
            && let Some(block) = &item.default
        {
            self.function(&item.attrs, None, &item.sig, block);
        }
    }

    fn within(&mut self, name: String, read: impl FnOnce(&mut Self)) {
        self.path.push(name);
        read(self);
        self.path.pop();
    }

    fn function(
        &mut self,
        attributes: &[Attribute],
        visibility: Option<&Visibility>,
        signature: &Signature,
        block: &Block,
    ) {
        if is_test(attributes) {
            return;
        }
        let doc = doc_of(attributes);
        if doc.trim().is_empty() {
            return;
        }
        let start = match visibility {
            Some(visible) if !matches!(visible, Visibility::Inherited) => visible.span(),
            Some(_) | None => signature.span(),
        };
        let open = block.brace_token.span.open();
        let column = start.start().column;
        let mut path = self.path.clone();
        path.push(signature.ident.to_string());
        self.found.push(Function {
            path: path.join("::"),
            doc,
            signature: self.lines(start.byte_range().start, open.byte_range().start, column),
            body: self.lines(open.byte_range().start, end_of(block), column),
            statements: block.stmts.len(),
        });
    }

    /// Returns a stretch of the source text, moved left by `column` characters; empty if there is no such stretch.
    fn lines(&self, start: usize, end: usize, column: usize) -> String {
        let text = self.text.get(start..end).unwrap_or_default().trim_end();
        let mut lines = text.split('\n');
        let mut moved = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            let blank = line.bytes().take(column).take_while(|byte| *byte == b' ').count();
            moved.push('\n');
            moved.push_str(line[blank..].trim_end());
        }
        moved
    }
}

fn end_of(block: &Block) -> usize {
    let close: Span = block.brace_token.span.close();
    close.byte_range().end
}

fn type_name(of: &syn::Type) -> String {
    match of {
        syn::Type::Path(path) => path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string()),
        syn::Type::Reference(reference) => type_name(&reference.elem),
        _ => "impl".to_owned(), // Tuples, slices and the like have no name.
    }
}

/// Returns the text of `///` comments, one leading space of each line removed.
fn doc_of(attributes: &[Attribute]) -> String {
    let texts = attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(text_of);
    let lines: Vec<_> = texts.flat_map(|text| text.lines().map(unindented).collect::<Vec<_>>()).collect();
    lines.join("\n")
}

fn unindented(line: &str) -> String {
    line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
}

fn text_of(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(literal) = &pair.value else { return None };
    let Lit::Str(text) = &literal.lit else { return None };
    let text = text.value();
    Some(if text.is_empty() { "\n".to_owned() } else { text })
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_marked = attribute.path().segments.last().is_some_and(|last| last.ident == "test");
        let is_cfg_test = attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"));
        is_marked || is_cfg_test
    })
}

/// Items up to the end of a macro call.
struct Items(Vec<Item>);

impl Parse for Items {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(Self(items))
    }
}

/// Items of an `impl` up to the end of a macro call.
struct ImplItems(Vec<ImplItem>);

impl Parse for ImplItems {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(Self(items))
    }
}
