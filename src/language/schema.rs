//! A JSON Schema for each kind of mapping file, with which editors complete, explain and check keys and values.
//!
//! The schemas are generated from the tables with which files are read, so both know the same keys. A schema only checks
//! what is visible in one place of one file; the compiler also checks what depends on other files, such as whether a
//! group is registered. The compiler refuses everything that a schema refuses.
//!
//! They use draft-07: every editor that supports JSON Schema supports it, while support for later drafts is partial, and
//! the language does not need them.

mod constraints;
mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::grammar::{FILES, FileKind, Object, VERSION};

/// The JSON Schema for a kind of mapping file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// The kind: `platform`, `organization`, `test`, `template`, or `whole` for a whole platform in one file.
    pub kind: &'static str,
    /// The path of such files in a folder of mappings, as a glob.
    pub path: &'static str,
    /// The schema itself.
    pub json: Json,
}

impl Schema {
    /// The name of the file in which editors look for the schema.
    pub fn file_name(&self) -> String {
        format!("{}.schema.json", self.kind)
    }

    /// The schema as the text of a file, which depends only on the version of this crate.
    pub fn to_text(&self) -> String {
        // Indented, because people read it in diffs.
        format!("{:#}\n", self.json)
    }
}

/// Returns the JSON Schemas for all kinds of mapping files.
///
/// ```
/// let schemas = claimsmith::schema::schemas();
/// let organization = schemas.iter().find(|schema| schema.kind == "organization").expect("a kind of file");
/// assert_eq!(organization.path, "organizations/**/*.yaml");
/// assert_eq!(organization.file_name(), "organization.schema.json");
/// assert_eq!(organization.json["required"], serde_json::json!(["version", "connections"]));
/// ```
pub fn schemas() -> Vec<Schema> {
    FILES.iter().map(|file| Schema { kind: file.name, path: file.path, json: describe_file(file) }).collect()
}

fn describe_file(file: &FileKind) -> Json {
    let mut writer = SchemaWriter::default();
    let mut root = writer.describe_object(file.object, Texts::Plain);
    root.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    root.insert("title".to_owned(), json!(format!("Claimsmith {}", file.name)));
    // Every file begins with its version. The objects lack it, because parts of a `whole` file do not have one.
    if file.object.key(VERSION.name).is_none() {
        let version = writer.describe_key(&VERSION, Texts::Plain);
        if let Some(properties) = root.get_mut("properties").and_then(Json::as_object_mut) {
            properties.insert(VERSION.name.to_owned(), version);
        }
        let required = root.entry("required").or_insert_with(|| json!([]));
        if let Some(required) = required.as_array_mut() {
            required.insert(0, json!(VERSION.name));
        }
    }
    let definitions: Map<String, Json> = writer.definitions.into_iter().collect();
    root.insert("definitions".to_owned(), Json::Object(definitions));
    Json::Object(root)
}

/// Whether texts may hold the parameters of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Texts {
    Plain,
    Templated,
}

/// Writes one schema, and collects the definitions that it refers to.
#[derive(Debug, Default)]
struct SchemaWriter {
    definitions: BTreeMap<String, Json>,
}

impl SchemaWriter {
    /// A reference to an object, which is defined at the first reference.
    fn refer(&mut self, object: &'static Object, texts: Texts) -> Map<String, Json> {
        let name = match texts {
            Texts::Plain => object.name.to_owned(),
            Texts::Templated => format!("templated-{}", object.name),
        };
        let reference = format!("#/definitions/{name}");
        if !self.definitions.contains_key(&name) {
            // Objects can contain themselves, so an entry is made before the object is described.
            self.definitions.insert(name.clone(), Json::Null);
            let described = self.describe_object(object, texts);
            self.definitions.insert(name, Json::Object(described));
        }
        members([("$ref", json!(reference))])
    }

    fn describe_object(&mut self, object: &'static Object, texts: Texts) -> Map<String, Json> {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for key in object.keys() {
            properties.insert(key.name.to_owned(), self.describe_key(key, texts));
            if key.required {
                required.push(key.name);
            }
        }
        let mut described = members([
            ("title", json!(title(object.name))),
            ("type", json!("object")),
            ("properties", Json::Object(properties)),
            ("additionalProperties", json!(false)),
        ]);
        values::add_description(&mut described, object.doc, None);
        if !required.is_empty() {
            described.insert("required".to_owned(), json!(required));
        }
        let constraints: Vec<Json> =
            object.constraints.iter().flat_map(|it| constraints::constrain(it, object)).collect();
        if !constraints.is_empty() {
            described.insert("allOf".to_owned(), Json::Array(constraints));
        }
        described
    }
}

/// The title of an object with a name such as `target-group`: `Target group`.
fn title(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).map(|char| if char == '-' { ' ' } else { char }).collect()
}

fn members<const N: usize>(members: [(&str, Json); N]) -> Map<String, Json> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
