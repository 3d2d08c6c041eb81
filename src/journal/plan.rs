//! What a run is: everything on which its trials depend.

use crate::formats::checksum::{checksum_of, checksum_text};
use crate::formats::write_bytes;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Number of the layout of a run's folder.
const LAYOUT: u32 = 1;
/// A plan is never longer, in bytes.
const LARGEST: u64 = 1 << 24;
/// What to do about a folder of another run.
pub(super) const HINT: &str = "--restart begins anew, or choose another folder";

/// A plan. Two runs with the same plan run the same trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    program: String,
    layout: u32,
    version: String,
    /// The command of seedflip that runs it.
    pub command: String,
    /// What is read, by what it is for.
    pub inputs: BTreeMap<String, Contents>,
    /// What trials depend on, by the options that say it.
    pub parameters: BTreeMap<String, Value>,
    /// What may grow from one call to the next.
    pub extent: BTreeMap<String, u64>,
    /// Data sets of a run of several, by their names; others may join them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, Contents>,
    /// How it was called first; no trial depends on it.
    pub call: Call,
}

/// Contents of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What it is called.
    pub name: String,
    /// Its checksum.
    pub checksum: String,
}

/// A call of the program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Call {
    /// Its words, without the name of the program.
    pub words: Vec<String>,
    /// The folder in which it was made.
    pub folder: String,
}

impl Contents {
    /// Those of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let unread = |error: std::io::Error| Error::file(path, format!("cannot be read ({error})"), "check its name");
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, checksum: checksum_of(path).map_err(unread)? })
    }
}

impl Plan {
    /// A plan of this program in this version, without anything in it.
    pub fn new(command: &str, call: Call) -> Self {
        Self {
            program: "seedflip".into(),
            layout: LAYOUT,
            version: env!("CARGO_PKG_VERSION").into(),
            command: command.into(),
            inputs: BTreeMap::new(),
            parameters: BTreeMap::new(),
            extent: BTreeMap::new(),
            members: BTreeMap::new(),
            call,
        }
    }

    /// The same with a parameter; one that JSON cannot express counts as null.
    #[must_use]
    pub fn with(mut self, option: &str, value: impl Serialize) -> Self {
        self.parameters.insert(option.into(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }

    /// The same with something that may grow.
    #[must_use]
    pub fn up_to(mut self, option: &str, most: u64) -> Self {
        self.extent.insert(option.into(), most);
        self
    }

    /// A number among the parameters.
    pub fn number(&self, option: &str) -> Option<u32> {
        self.parameters.get(option)?.as_u64()?.try_into().ok()
    }

    /// By what the lines of a journal know their plan: what may grow and how it was called do not count.
    pub fn checksum(&self) -> String {
        let (extent, members) = (BTreeMap::new(), BTreeMap::new());
        let counts = Self { extent, members, call: Call::default(), ..self.clone() };
        checksum_text(serde_json::to_string(&counts).unwrap_or_default().as_bytes())
    }

    /// The first difference that keeps a run of plan `self` from going on by plan `now`, in words.
    pub fn difference(&self, now: &Self) -> Option<String> {
        if (self.program.as_str(), self.layout) != (now.program.as_str(), now.layout) {
            return Some(format!("its layout is number {} and this program writes number {}", self.layout, now.layout));
        }
        if self.version != now.version {
            return Some(format!("seedflip {} began it, and this is {}", self.version, now.version));
        }
        if self.command != now.command {
            return Some(format!("it is one of seedflip {}, and this is seedflip {}", self.command, now.command));
        }
        for role in union(&self.inputs, &now.inputs) {
            match (self.inputs.get(role), now.inputs.get(role)) {
                (Some(then), Some(now)) if then.checksum == now.checksum => {}
                (Some(_), Some(now)) => return Some(format!("{role} {} has other contents now", now.name)),
                (Some(then), None) => return Some(format!("it has {role} {}, and none is named now", then.name)),
                (None, now) => {
                    return Some(format!("it has no {role}, and {} is named now", now.map_or("", |c| &c.name)));
                }
            }
        }
        for option in union(&self.parameters, &now.parameters) {
            let [then, now] = [self, now].map(|plan| plan.parameters.get(option).unwrap_or(&Value::Null));
            if then != now {
                return Some(format!("{option} was {} and is {}", shown(then), shown(now)));
            }
        }
        for (name, then) in &self.members {
            match now.members.get(name) {
                Some(now) if now.checksum == then.checksum => {}
                Some(_) => return Some(format!("data set {name} has other contents now")),
                None => return Some(format!("it has data set {name}, and none of this name is there now")),
            }
        }
        let extent = |plan: &Self, option: &String| plan.extent.get(option).copied().unwrap_or(0);
        let shrunk = union(&self.extent, &now.extent).into_iter().find(|&o| extent(now, o) < extent(self, o));
        shrunk.map(|o| format!("{o} was {} and may only grow", extent(self, o)))
    }

    /// Reads the plan of a run.
    ///
    /// # Errors
    /// A file that is none, or cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let none = |what: String| Error::file(path, what, HINT);
        let length = std::fs::metadata(path).map_err(|error| none(format!("cannot be read ({error})")))?.len();
        if length > LARGEST {
            return Err(none("is no plan of a run".into()));
        }
        let bytes = std::fs::read(path).map_err(|error| none(format!("cannot be read ({error})")))?;
        Self::parse(path, &bytes)
    }

    /// The same of the bytes of the file.
    ///
    /// # Errors
    /// Bytes that are none.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|error| Error::file(path, format!("is no plan of a run ({error})"), HINT))
    }

    /// The text of the file.
    ///
    /// # Errors
    /// `Error::Bug` when JSON cannot express it.
    pub fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|error| Error::Bug(format!("the plan cannot be written: {error}")))
    }

    /// Writes it over what is there.
    ///
    /// # Errors
    /// `Error::Output`.
    pub fn write(&self, path: &Path) -> Result<()> {
        write_bytes(path, self.text()?.as_bytes())
    }
}

/// Keys of both, each once, in their order.
fn union<'a, T>(a: &'a BTreeMap<String, T>, b: &'a BTreeMap<String, T>) -> Vec<&'a String> {
    a.keys().chain(b.keys()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A value in a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "not given".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let mut plan = Plan::new("screen", Call::default()).with("--wrong", [0.0, 0.25]).with("--told", None::<f64>);
        plan.inputs.insert("model".into(), Contents { name: "m.cif".into(), checksum: "1".into() });
        plan.extent.insert("--draws".into(), 10);
        plan
    }

    #[test]
    fn a_difference_is_named() {
        let then = plan();
        let said = |change: &dyn Fn(&mut Plan)| {
            let mut now = plan();
            change(&mut now);
            assert_eq!(then.checksum() == now.checksum(), then.difference(&now).is_none_or(|d| d.contains("grow")));
            then.difference(&now)
        };
        let set = |option: &'static str, value: Value| {
            move |plan: &mut Plan| {
                plan.parameters.insert(option.to_owned(), value.clone());
            }
        };
        assert_eq!(said(&|_| {}), None);
        assert_eq!(said(&|plan| *plan = plan.clone().up_to("--draws", 20)), None);
        assert_eq!(said(&|plan| plan.call.folder = "/elsewhere".into()), None);
        let member = |checksum: &str| Contents { name: "a".into(), checksum: checksum.into() };
        let of_several = |sets: &[(&str, &str)]| {
            let members = sets.iter().map(|(name, sum)| ((*name).to_owned(), member(sum))).collect();
            Plan { members, ..plan() }
        };
        let then_of_several = of_several(&[("a", "1")]);
        for (sets, words) in [
            (&[("a", "1"), ("b", "1")][..], None),
            (&[("a", "2")], Some("data set a has other contents now")),
            (&[("b", "1")], Some("it has data set a, and none of this name is there now")),
        ] {
            let now = of_several(sets);
            assert_eq!(then_of_several.difference(&now).as_deref(), words);
            assert_eq!(then_of_several.checksum(), now.checksum());
        }
        for (change, words) in [
            (&set("--wrong", serde_json::json!([0.5])) as &dyn Fn(&mut Plan), "--wrong was 0.0,0.25 and is 0.5"),
            (&set("--told", serde_json::json!(0.1)), "--told was not given and is 0.1"),
            (&|plan: &mut Plan| *plan = plan.clone().up_to("--draws", 5), "--draws was 10 and may only grow"),
            (&|plan: &mut Plan| plan.version = "9.0.0".into(), "and this is 9.0.0"),
            (&|plan: &mut Plan| plan.layout = 9, "its layout is number 1"),
            (&|plan: &mut Plan| plan.inputs.clear(), "it has model m.cif, and none is named now"),
            (
                &|plan: &mut Plan| {
                    plan.inputs.values_mut().for_each(|input| input.checksum = "2".into());
                },
                "model m.cif has other contents now",
            ),
        ] {
            let said = said(change).unwrap();
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        plan().write(&path).unwrap();
        assert_eq!(Plan::read(&path).unwrap(), plan());
        std::fs::write(&path, "{}").unwrap();
        let message = Plan::read(&path).unwrap_err().to_string();
        assert!(message.contains("is no plan of a run") && message.lines().count() == 1, "{message}");
    }
}
