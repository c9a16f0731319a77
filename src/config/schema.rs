//! The files' JSON Schemas: for editors, and for `shape`.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::file::{ExperimentFile, MetricsFile, ProjectFile};

/// JSON Schemas of the three kinds of files, by name.
///
/// `project` is for `assize.toml`, `metrics` for `metrics.toml`, `experiment` for each of
/// `experiments/*.toml`. A file may name its schema in a first line `#:schema ...`.
pub fn json_schemas() -> [(&'static str, Value); 3] {
    [
        ("project", schema_of::<ProjectFile>()),
        ("metrics", schema_of::<MetricsFile>()),
        ("experiment", schema_of::<ExperimentFile>()),
    ]
}

/// The schema of one type without references, so that a reader needs no look-ups.
pub(super) fn schema_of<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_keys_are_the_fields_without_a_default() {
        let experiment = schema_of::<ExperimentFile>();
        assert_eq!(experiment["required"], serde_json::json!(["start", "variants", "metrics"]));
        assert_eq!(experiment["additionalProperties"], false);
    }

    #[test]
    fn an_editor_sees_what_a_key_means_and_may_be() {
        let experiment = schema_of::<ExperimentFile>();
        let alpha = &experiment["properties"]["test"]["properties"]["alpha"];
        assert_eq!(alpha["description"], "Chance of a false alarm, in (0, 1).");
        assert_eq!(alpha["type"], "number");
        assert_eq!(alpha["default"], 0.05);
        assert_eq!(experiment["properties"]["basis"]["oneOf"][0]["const"], "exposure");
    }

    /// Names of properties without a word for the person at the keyboard.
    fn undescribed(schema: &Value) -> Vec<String> {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let inner = ["additionalProperties", "items"].into_iter().filter_map(|key| schema.get(key));
        let inner: Vec<String> = inner.flat_map(undescribed).collect();
        let named = properties.flat_map(|(key, property)| {
            let own = property["description"].is_null().then(|| key.clone());
            own.into_iter().chain(undescribed(property))
        });
        named.chain(inner).collect()
    }

    #[test]
    fn every_key_is_described() {
        for (name, schema) in json_schemas() {
            assert_eq!(undescribed(&schema), [""; 0], "{name}");
        }
    }

    #[test]
    fn no_schema_has_references_or_nulls() {
        for (name, schema) in json_schemas() {
            let text = schema.to_string();
            assert!(!text.contains("$ref") && !text.contains("\"null\""), "{name}: {text}");
        }
    }
}
