//! Which Auth0 tenant a verb is for.

#[cfg(not(target_family = "wasm"))]
use anyhow::Context;
use anyhow::bail;
use claimsmith::compiler::inspect::{self, nearest_word, word_list};
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith::event::Event;
use clap::Args;

/// The tenant of a platform, for verbs that talk to it.
///
/// # Errors
///
/// If the platform declares none.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn declared(platform: &CompiledPlatform) -> anyhow::Result<&Tenant> {
    platform.tenant().context(
        "`platform.yaml` declares no tenant, so nothing says which one is meant; add `tenants: { production: { domain: … } }` with its domain",
    )
}

/// The tenant, for verbs that work with one.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TenantArgument {
    /// The Auth0 tenant, by its name in `platform.yaml`; needed if several are declared
    #[arg(long = "tenant", value_name = "NAME")]
    pub(crate) name: Option<String>,
}

impl TenantArgument {
    /// The platform in the tenant that was named, or in the only one.
    ///
    /// # Errors
    ///
    /// If no tenant of this name is declared, or none is named and there are several.
    pub(crate) fn select(&self, platforms: Vec<CompiledPlatform>) -> anyhow::Result<CompiledPlatform> {
        let mut chosen = self.filter(platforms)?;
        match (chosen.pop(), chosen.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => {
                let names = names(chosen.iter().chain(&last));
                bail!(
                    "the mappings are for several tenants; choose one with `--tenant NAME`: {}",
                    word_list(&names)
                )
            }
        }
    }

    /// The platforms of the tenant that was named, or of all tenants.
    ///
    /// # Errors
    ///
    /// If no tenant of this name is declared.
    pub(crate) fn filter(&self, platforms: Vec<CompiledPlatform>) -> anyhow::Result<Vec<CompiledPlatform>> {
        self.check(&platforms)?;
        Ok(platforms.into_iter().filter(|platform| self.includes(platform)).collect())
    }

    /// Whether a platform is for the tenant that was named, or no tenant was.
    pub(crate) fn includes(&self, platform: &CompiledPlatform) -> bool {
        self.name.is_none() || self.name.as_deref() == platform.tenant().map(Tenant::name)
    }

    /// Refuses the name of a tenant that is not declared.
    pub(crate) fn check<'p>(
        &self,
        platforms: impl IntoIterator<Item = &'p CompiledPlatform>,
    ) -> anyhow::Result<()> {
        let Some(wanted) = &self.name else { return Ok(()) };
        let names = names(platforms);
        if names.is_empty() {
            bail!(
                "the platform declares no tenant `{wanted}`; leave out `--tenant`, or add `tenants` to `platform.yaml`"
            );
        }
        if names.contains(&wanted.as_str()) {
            return Ok(());
        }
        match nearest_word(wanted, &names) {
            Some(near) => bail!(
                "the platform declares no tenant `{wanted}`; did you mean `{near}`? it has {}",
                word_list(&names)
            ),
            None => bail!("the platform declares no tenant `{wanted}`; it has {}", word_list(&names)),
        }
    }

    /// The platform in the tenant of an event, which must be the one that was named.
    ///
    /// # Errors
    ///
    /// If the event is of another tenant, or nothing says which of several it is of.
    pub(crate) fn of_event(
        &self,
        platforms: Vec<CompiledPlatform>,
        event: &Event,
    ) -> anyhow::Result<CompiledPlatform> {
        self.check(&platforms)?;
        let Some(first) = platforms.first() else { return self.select(platforms) };
        let found = inspect::tenant_of_event(first, event);
        let found = found.map_err(|problem| anyhow::anyhow!("{}; {}", problem.message, problem.help))?;
        let found = found.map(|tenant| tenant.name().to_owned());
        match (&self.name, found) {
            (Some(wanted), Some(found)) if *wanted != found => {
                bail!("the event is of the tenant `{found}`, and not `{wanted}`; leave out `--tenant`")
            }
            (None, Some(found)) => Self { name: Some(found) }.select(platforms),
            _ => self.select(platforms),
        }
    }
}

fn names<'p>(platforms: impl IntoIterator<Item = &'p CompiledPlatform>) -> Vec<&'p str> {
    platforms.into_iter().filter_map(|platform| platform.tenant().map(Tenant::name)).collect()
}
