//! The policy, by name or rule by rule.

use toml::Spanned;

use super::text;
use crate::config::document::Page;
use crate::config::field::{Field, OneOrMany};
use crate::config::file::{ConditionTable, RuleTable};
use crate::config::problem::{Checked, Reported};
use crate::config::words::quote;
use crate::config::{
    Are, At, Condition, Guardrail, HowMany, MetricUse, Policy, Role, Rule, Then, Those,
};

/// The policy with its rules; rules without a policy are one.
pub fn check(
    page: Page,
    policy: &Field<Policy>,
    rules: &Field<Vec<Field<RuleTable>>>,
    uses: Checked<&[MetricUse]>,
) -> Checked<(Policy, Vec<Rule>)> {
    let named = policy.get().map(|said| said.map(|said| *said.get_ref()));
    let Some(said) = rules.get()? else {
        let named = named?.unwrap_or(Policy::RiskAware);
        return match named {
            Policy::Rules => {
                let hint = "write them as `[[decision.rules]]`, with `when` and `then`";
                let message = "`policy = \"rules\"` needs `rules`";
                Err(page.error_with(policy.span_or(&(0..0)), message, Some(hint.to_owned())))
            }
            named => Ok((named, named.rules())),
        };
    };
    let own: Checked<Vec<Rule>> = each(page, said, uses).into_iter().collect();
    if !matches!(named?, None | Some(Policy::Rules)) {
        let hint = "leave `policy` out, or say `policy = \"rules\"`";
        let message = "a policy with a name has rules already, and there are `rules`";
        return Err(page.error_with(policy.span_or(&(0..0)), message, Some(hint.to_owned())));
    }
    Ok((Policy::Rules, own?))
}

fn each(
    page: Page,
    said: &Spanned<Vec<Field<RuleTable>>>,
    uses: Checked<&[MetricUse]>,
) -> Vec<Checked<Rule>> {
    if said.get_ref().is_empty() {
        return vec![Err(page.error(said.span(), "`rules` is empty"))];
    }
    said.get_ref().iter().map(|item| rule(page, item.need()?, uses)).collect()
}

fn rule(page: Page, said: &Spanned<RuleTable>, uses: Checked<&[MetricUse]>) -> Checked<Rule> {
    let table = said.get_ref();
    let when = conditions(page, &table.when);
    let at = table.at.or(At::AnyLook);
    let then = table.then.need().map(|then| *then.get_ref());
    let because = text::line(page, "because", &table.because);
    let rule = Rule { when: when?, at: at?, then: then?, because: because? };
    if let Ok(uses) = uses {
        says_something(page, said, &rule, uses);
    }
    Ok(rule)
}

fn conditions(page: Page, field: &Field<OneOrMany<ConditionTable>>) -> Checked<Vec<Condition>> {
    let said = field.need()?;
    let all = OneOrMany::each(said);
    if all.is_empty() {
        let hint =
            "a rule for what no other rule says is `{ none = \"primaries\", are = \"better\" }`";
        let message = "`when` is empty";
        return Err(page.error_with(said.span(), message, Some(hint.to_owned())));
    }
    let all: Vec<_> = all.into_iter().map(|one| condition(page, &one?)).collect();
    all.into_iter().collect()
}

fn condition(page: Page, said: &Spanned<ConditionTable>) -> Checked<Condition> {
    let table = said.get_ref();
    let are = list(page, "are", table.are.need()?);
    let how_many = [
        (HowMany::Any, "any", &table.any),
        (HowMany::All, "all", &table.all),
        (HowMany::None, "none", &table.none),
    ];
    let mut found: Option<(&str, HowMany, Checked<Vec<Those>>)> = None;
    for (how_many, name, field) in how_many {
        let Some(of) = field.get()? else { continue };
        if let Some((first, ..)) = found {
            let message = format!("`{first}` and `{name}` are two conditions");
            let hint = "write a list: `when = [{ ... }, { ... }]`";
            return Err(page.error_with(of.span(), message, Some(hint.to_owned())));
        }
        found = Some((name, how_many, list(page, name, of)));
    }
    // Without any of them the shape is wrong, and that is reported.
    let (_, how_many, of) = found.ok_or(Reported)?;
    Ok(Condition { how_many, of: of?, are: are? })
}

fn list<T: Copy + Ord>(page: Page, name: &str, said: &Spanned<OneOrMany<T>>) -> Checked<Vec<T>> {
    let all: Checked<Vec<Spanned<T>>> = OneOrMany::each(said).into_iter().collect();
    let mut all: Vec<T> = all?.iter().map(|one| *one.get_ref()).collect();
    if all.is_empty() {
        return Err(page.error(said.span(), format!("{} is empty", quote(name))));
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Warns of rules that will surprise.
fn says_something(page: Page, said: &Spanned<RuleTable>, rule: &Rule, uses: &[MetricUse]) {
    let at = said.get_ref().when.span_or(&said.span());
    if let Some(metric) = never_safe(rule, uses) {
        let message = format!("{} has no margin, so it is never `safe`", quote(metric));
        let hint = "`holding` is `safe` with a margin, and not worse without one";
        page.warn(at.clone(), message, Some(hint.to_owned()));
    }
    let rests_on_nothing = !rule.when.iter().any(|condition| is_shown(condition, uses));
    if rule.then == Then::Ship && rule.at == At::AnyLook && rests_on_nothing {
        let message = "this rule ships although nothing has to be `better` or `safe`, so it does at \
                       the first look after the minimum";
        let hint = "to wait until there was time to see harm, say `at = \"planned_end\"`";
        page.warn(at, message, Some(hint.to_owned()));
    }
}

/// Whether it takes a number to fulfil it, and not only the absence of one.
fn is_shown(condition: &Condition, uses: &[MetricUse]) -> bool {
    let bare = |used: &MetricUse| matches!(used.role, Role::Guardrail(Guardrail { margin: None }));
    let has_margins = condition.of == [Those::Guardrails] && !uses.iter().any(bare);
    let takes_a_number = |are: &Are| match are {
        Are::Better | Are::Safe => true,
        Are::Holding => has_margins,
        Are::Worse | Are::Flat => false,
    };
    condition.how_many != HowMany::None && condition.are.iter().all(takes_a_number)
}

/// A guardrail without a margin, where all have to be safe or something that it can hardly be.
fn never_safe<'a>(rule: &Rule, uses: &'a [MetricUse]) -> Option<&'a str> {
    let asks = |condition: &Condition| {
        condition.how_many == HowMany::All
            && condition.of.contains(&Those::Guardrails)
            && condition.are.contains(&Are::Safe)
            && condition.are.iter().all(|are| matches!(are, Are::Safe | Are::Better))
    };
    let bare = |used: &&MetricUse| matches!(used.role, Role::Guardrail(Guardrail { margin: None }));
    let metric = uses.iter().find(bare)?;
    rule.when.iter().any(asks).then_some(metric.metric.as_str())
}
