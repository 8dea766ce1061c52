//! Actions of claimsmith in the flow besides those that are meant: each sets the same claims.

use claimsmith_connectors::Error;
use claimsmith_connectors::auth0::{Auth0, Binding};
use claimsmith_lifecycle::deployment::Origin;
use claimsmith_lifecycle::drift::{Finding, FindingCode};

use super::origin::origin;
use super::shown::quoted;
use super::slice_names::own_in_flow;
use crate::deployment_files::{ACTION_NAME, TRIGGER};

/// What the flow has besides the Action, or besides the set of slices that comes first.
pub(crate) struct SecondActions<'b> {
    /// The names of those that are meant, in their order; empty if none of them is in the flow.
    own: Vec<&'b str>,
    /// The others that claimsmith built, each with the tenant that it was built for, if that is another one.
    others: Vec<(&'b str, Option<String>)>,
}

impl<'b> SecondActions<'b> {
    /// Looks at the code of everything else in the flow, with one or two requests for each.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub(crate) fn find(auth0: &Auth0, bindings: &'b [Binding], domain: &str) -> Result<Self, Error> {
        let own = own_in_flow(bindings);
        let mut others = Vec::new();
        for binding in bindings.iter().filter(|binding| !own.contains(&binding.action_name.as_str())) {
            // What logins run counts, not a draft.
            let code = auth0.deployed_code(&binding.action_id)?.unwrap_or_default();
            let name = binding.action_name.as_str();
            match origin(&code, domain) {
                Origin::Foreign => {}
                Origin::Ours => others.push((name, None)),
                Origin::OtherTenant(domain) => others.push((name, Some(domain))),
            }
        }
        Ok(Self { own, others })
    }

    /// Whether the flow has an Action that claimsmith built for the tenant, under another name than it gives, and no other
    /// one: renaming it is enough.
    fn is_other_name(&self, has_action: bool) -> bool {
        self.own.is_empty() && !has_action && matches!(self.others.as_slice(), [(_, None)])
    }

    /// The findings; `has_action` says whether there is an Action of the name that claimsmith gives.
    pub(crate) fn findings(&self, has_action: bool) -> Vec<Finding> {
        let fix = if self.is_other_name(has_action) {
            format!("rename it to `{ACTION_NAME}` in the dashboard, and deploy with `claimsmith deploy`")
        } else if self.own.is_empty() {
            format!("bind `{ACTION_NAME}` in the dashboard first, and then remove this one from the flow")
        } else {
            "remove it from the flow in the dashboard".to_owned()
        };
        let own = if self.own.is_empty() {
            ", and claimsmith built it".to_owned()
        } else {
            format!(" as well as {}", quoted(&self.own).join(", "))
        };
        let finding = |(name, tenant): &(&str, Option<String>)| {
            let tenant = tenant.as_ref().map(|domain| format!("; it was built for the tenant {domain}"));
            Finding::new(
                FindingCode::SecondAction,
                format!("Action `{name}`"),
                format!("{TRIGGER} runs it{own}{}", tenant.unwrap_or_default()),
                fix.clone(),
            )
        };
        self.others.iter().map(finding).collect()
    }

    /// Why nothing is deployed: the flow has a second Action of claimsmith now. `None` if it has none.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub(super) fn refusal_now(auth0: &Auth0, domain: &str) -> Result<Option<String>, Error> {
        let bindings = auth0.bindings(TRIGGER)?;
        // An Action that is not in the flow is bound by the plan.
        Ok(SecondActions::find(auth0, &bindings, domain)?.refusal(true))
    }

    /// Why nothing is planned; `None` if there are no others.
    pub(super) fn refusal(&self, has_action: bool) -> Option<String> {
        if self.others.is_empty() {
            return None;
        }
        let names: Vec<&str> = self.others.iter().map(|(name, _)| *name).collect();
        let names = quoted(&names).join(", ");
        Some(if self.is_other_name(has_action) {
            format!(
                "{TRIGGER} runs {names}, which claimsmith built, and of two such Actions the one that runs last overwrites the claims of the other; rename {names} to `{ACTION_NAME}` in the dashboard so that it is replaced, and plan again"
            )
        } else if self.own.is_empty() {
            format!(
                "{TRIGGER} runs {names}, which claimsmith built, and not `{ACTION_NAME}`; bind `{ACTION_NAME}` in the dashboard first, so that logins are served all the time, then remove {names} from the flow, and plan again"
            )
        } else {
            format!(
                "{TRIGGER} also runs {names}, which claimsmith built as well, and the one that runs last overwrites the claims of the other; remove {names} from the flow in the dashboard, and plan again"
            )
        })
    }
}
