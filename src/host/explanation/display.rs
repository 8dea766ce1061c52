//! An explanation as text for people.

use core::fmt::{Display, Formatter, Result};

use super::{
    Decision, Dropped, Explanation, GroupStep, Inclusion, NearMiss, Removal, RuleStep, SourceRead,
    descriptions,
};
use crate::engine::trace::Verdict;
use crate::outcome::{Note, Outcome, Reason};

impl Display for Explanation {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.write_route(out)?;
        if self.sends_no_groups || !self.sources.is_empty() {
            self.write_groups(out)?;
            self.write_rules(out)?;
            self.write_grants(out)?;
        }
        self.write_result(out)
    }
}

impl Explanation {
    /// Writes the names in the event, and the application and the mapping that they lead to.
    fn write_route(&self, out: &mut Formatter<'_>) -> Result {
        let name = |name: &Option<String>| match name {
            Some(name) => format!("`{}`", name.escape_debug()),
            None => "none".to_owned(),
        };
        writeln!(out, "login")?;
        writeln!(out, "  organization  {}", name(&self.login.organization))?;
        writeln!(out, "  connection    {}", name(&self.login.connection))?;
        writeln!(out, "  client        {}", name(&self.login.client))?;

        writeln!(out, "application")?;
        match (&self.answer.application, &self.answer.claim) {
            (Some(application), Some(claim)) => {
                writeln!(out, "  `{application}` receives its groups in the claim `{claim}`")?;
            }
            _ => writeln!(out, "  none has this client id, so the login is left unchanged")?,
        }

        writeln!(out, "mapping")?;
        match &self.answer.organization {
            Some(organization) if self.login.organization.is_some() => {
                writeln!(out, "  `{organization}` names this organization and lists this connection")
            }
            Some(organization) => {
                writeln!(out, "  `{organization}` is the only one that lists this connection")
            }
            None => writeln!(out, "  none: {}", self.reason()),
        }
    }

    /// Writes the sources, and the upstream groups with the rules that match them.
    fn write_groups(&self, out: &mut Formatter<'_>) -> Result {
        writeln!(out, "groups")?;
        if self.sends_no_groups {
            writeln!(out, "  this connection sends no groups (`groups: none`)")?;
        }
        for SourceRead { from, shape, found, similar_pointer } in &self.sources {
            writeln!(out, "  read from `{from}` as {shape}: found {found}")?;
            if let Some(pointer) = similar_pointer {
                let pointer = pointer.escape_debug();
                writeln!(
                    out,
                    "    there is `{pointer}`, which differs only in dots and colons; `from` is compared exactly"
                )?;
            }
        }
        for (note, count) in &self.answer.notes {
            writeln!(out, "  note `{note}`: {count}")?;
        }
        for GroupStep { group, rules, near_miss } in &self.groups {
            writeln!(out, "  `{}`", group.escape_debug())?;
            for rule in rules {
                writeln!(out, "    {rule}")?;
            }
            if rules.is_empty() {
                writeln!(out, "    no rule matches it")?;
            }
            if let Some(NearMiss { rule, differs_in }) = near_miss {
                writeln!(out, "    rule `{rule}` matches a name that differs in {}", differs_in.word())?;
            }
        }
        Ok(())
    }

    /// Writes the rules whose firing is not decided by one match.
    fn write_rules(&self, out: &mut Formatter<'_>) -> Result {
        if !self.everyone.is_empty() {
            writeln!(out, "for everyone")?;
        }
        for rule in &self.everyone {
            writeln!(out, "  {rule}")?;
        }
        if !self.decided.is_empty() {
            writeln!(out, "rules with further conditions")?;
        }
        for decision in &self.decided {
            writeln!(out, "  rule `{}` {}", decision.rule, descriptions::verdict(decision.verdict))?;
            for detail in decision.details() {
                writeln!(out, "    {detail}")?;
            }
        }
        Ok(())
    }

    /// Writes which groups no rule granted or which did not stay.
    fn write_grants(&self, out: &mut Formatter<'_>) -> Result {
        if !self.default.is_empty() {
            writeln!(out, "granted by default, because no rule grants anything")?;
            writeln!(out, "  {}", self.default.join(", "))?;
        }
        if !self.included.is_empty() {
            writeln!(out, "granted because other groups include them")?;
        }
        for Inclusion { group, by } in &self.included {
            let by: Vec<String> = by.iter().map(|by| format!("`{by}`")).collect();
            let verb = if by.len() == 1 { "includes" } else { "include" };
            writeln!(out, "  `{group}`: {} {verb} it", by.join(" and "))?;
        }
        if !self.withheld_default.is_empty() {
            let rules = self.rules_with(&[Verdict::ConditionUnknown]);
            writeln!(out, "not granted by default, because it is unknown whether {rules} grants anything")?;
            writeln!(out, "  {}", self.withheld_default.join(", "))?;
        }
        if !self.removed.is_empty() {
            writeln!(out, "removed")?;
            for Removal { group, text, .. } in &self.removals {
                writeln!(out, "  `{group}`: {text}")?;
            }
        }
        Ok(())
    }

    fn write_result(&self, out: &mut Formatter<'_>) -> Result {
        let answer = &self.answer;
        writeln!(out, "result")?;
        writeln!(out, "  {}: {}", answer.reason.code(), self.reason())?;
        let has = |note: Note| answer.notes.contains_key(note.code());
        let is_over_limit = answer.reason == Reason::OverLimit || has(Note::Truncated);
        if is_over_limit && has(Note::ConditionUnknown) {
            let rules = self.rules_with(&[Verdict::ConditionUnknown, Verdict::FiredUndecided]);
            writeln!(
                out,
                "  the limit counts every group that is possible, because it is unknown whether {rules} applies"
            )?;
        }
        match answer.outcome {
            Outcome::Groups => {
                let groups = answer.groups.join(", ");
                let claim = answer.claim.as_deref().unwrap_or_default();
                match answer.joined_by {
                    Some(_) => writeln!(out, "  the claim `{claim}` is set to {}", answer.value()),
                    None => writeln!(out, "  the claim `{claim}` is set to [{groups}]"),
                }
            }
            Outcome::Deny => match self.ungranted {
                Some(whose) => writeln!(
                    out,
                    "  the login is refused: it receives no group, and `ungranted` is `deny` for this {whose}"
                ),
                None => writeln!(out, "  the login is refused"),
            },
            Outcome::None => writeln!(out, "  no claim is set"),
        }?;
        if !self.next.is_empty() {
            writeln!(out, "what to do next")?;
        }
        self.next.iter().try_for_each(|step| writeln!(out, "  {step}"))
    }

    /// The reason of the answer in words.
    pub(crate) fn reason(&self) -> &'static str {
        descriptions::reason(self.answer.reason, self.login.organization.is_some())
    }

    /// The rules that have one of these verdicts.
    fn rules_with(&self, verdicts: &[Verdict]) -> String {
        let decided = self.decided.iter().filter(|it| verdicts.contains(&it.verdict));
        let rules: Vec<String> = decided.map(|it| format!("rule `{}`", it.rule)).collect();
        rules.join(" or ")
    }
}

impl Display for RuleStep {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "rule `{}` ({})", self.rule, self.matched)?;
        if self.forbidden {
            return write!(out, " must not match it");
        }
        let verb = if self.excludes { "excludes" } else { "grants" };
        if !self.grants.is_empty() {
            write!(out, " {verb} {}", self.grants.join(", "))?;
        }
        if !self.elsewhere.is_empty() {
            let joiner = if self.grants.is_empty() { format!(" {verb}") } else { ";".to_owned() };
            write!(out, "{joiner} {} in other applications", self.elsewhere.join(", "))?;
        }
        for Dropped { text, note, detail } in &self.dropped {
            write!(out, "; `{}` is dropped ({})", text.escape_debug(), note.code())?;
            if let Some(detail) = detail {
                write!(out, ": {detail}")?;
            }
        }
        Ok(())
    }
}

impl Decision {
    /// What the verdict is about: parts of the condition, or patterns that match no group.
    pub(crate) fn details(&self) -> Vec<String> {
        let parts = self.parts.iter().map(|it| format!("{}: {}, found {}", it.part, it.is, it.found));
        let missing = self.missing.iter().map(|patterns| format!("no group matches {patterns}"));
        parts.chain(missing).collect()
    }
}
