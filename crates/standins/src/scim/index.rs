//! Where resources are, by id and by name, so that a large tenant is not searched for each request.

use std::collections::HashMap;

use super::kind::Kind;
use super::tenant::{Record, Tenant, text};

/// Ids and names of all resources. It is made anew after a change of somebody else.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Where a resource was when it was added. Those before it may have been deleted since, so it is there or earlier.
    positions: HashMap<(Kind, String), usize>,
    /// How many resources have a name, without letter case. A seed may have twins.
    names: HashMap<(Kind, String), usize>,
}

impl Index {
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let mut index = Self::default();
        for kind in Kind::ALL {
            for (at, record) in kind.records(tenant).iter().enumerate() {
                index.add(kind, record, at);
            }
        }
        index
    }

    /// A resource that has been added to its list.
    pub(crate) fn add(&mut self, kind: Kind, record: &Record, at: usize) {
        // Of twins the first one is found, as by a search.
        self.positions.entry((kind, text(record, "id").to_owned())).or_insert(at);
        self.add_name(kind, record);
    }

    pub(crate) fn remove(&mut self, kind: Kind, record: &Record) {
        self.positions.remove(&(kind, text(record, "id").to_owned()));
        self.remove_name(kind, record);
    }

    pub(crate) fn rename(&mut self, kind: Kind, before: &Record, after: &Record) {
        self.remove_name(kind, before);
        self.add_name(kind, after);
    }

    pub(crate) fn has_name(&self, kind: Kind, record: &Record) -> bool {
        self.names.contains_key(&name(kind, record))
    }

    pub(crate) fn has_id(&self, id: &str) -> bool {
        Kind::ALL.into_iter().any(|kind| self.positions.contains_key(&(kind, id.to_owned())))
    }

    pub(crate) fn position(&self, tenant: &Tenant, kind: Kind, id: &str) -> Option<usize> {
        let at = *self.positions.get(&(kind, id.to_owned()))?;
        let records = kind.records(tenant);
        let before = records.get(..=at.min(records.len().saturating_sub(1)))?;
        before.iter().rposition(|it| text(it, "id") == id)
    }

    fn add_name(&mut self, kind: Kind, record: &Record) {
        *self.names.entry(name(kind, record)).or_default() += 1;
    }

    fn remove_name(&mut self, kind: Kind, record: &Record) {
        let name = name(kind, record);
        if let Some(count) = self.names.get_mut(&name) {
            *count -= 1;
            if *count == 0 {
                self.names.remove(&name);
            }
        }
    }
}

fn name(kind: Kind, record: &Record) -> (Kind, String) {
    (kind, text(record, kind.name()).chars().flat_map(char::to_lowercase).collect())
}
