use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{
    AmbassadorId, BrandId, Event, ProgramId, Timestamp,
    outgoing::{FindingState, Outgoing},
};
use tribute_fraud::{Finding, Kind};
use tribute_store::entity::{finding, held_earning};

use super::due::Due;
use crate::{
    ServiceError,
    step::{Step, key},
};

/// The status of a finding that a person released.
pub(super) const RELEASED: &str = "released";

/// The findings about what is about to clear, and what each holds.
pub(super) struct Records {
    brand: BrandId,
    program: ProgramId,
    findings: BTreeMap<String, finding::Model>,
    /// By source and ambassador.
    held: BTreeMap<(String, String), BTreeSet<String>>,
    fresh_findings: BTreeSet<String>,
    fresh_holds: Vec<held_earning::Model>,
}

impl Records {
    pub(super) async fn load(
        step: &mut Step<'_>,
        brand: &BrandId,
        program: &ProgramId,
        dues: &[Due],
    ) -> Result<Self, ServiceError> {
        let orders = dues.iter().flat_map(|due| &due.orders).map(|order| format!("order:{order}"));
        let sources: BTreeSet<_> = dues.iter().map(|due| due.source.clone()).chain(orders).collect();
        let keys: Vec<_> = sources.iter().map(|it| key([brand.as_str(), program.as_str(), it])).collect();
        let columns =
            [held_earning::Column::Brand, held_earning::Column::Program, held_earning::Column::Source];
        let mut held: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for row in step.transaction.find::<held_earning::Entity>(&columns, &keys).await? {
            held.entry((row.source, row.ambassador)).or_default().insert(row.finding);
        }
        // Few enough to be read whole: a person decides on each.
        let columns = [finding::Column::Brand, finding::Column::Program];
        let keys = [key([brand.as_str(), program.as_str()])];
        let findings = step.transaction.find::<finding::Entity>(&columns, &keys).await?;
        Ok(Self {
            brand: brand.clone(),
            program: program.clone(),
            findings: findings.into_iter().map(|row| (row.finding.clone(), row)).collect(),
            held,
            fresh_findings: BTreeSet::new(),
            fresh_holds: Vec::new(),
        })
    }

    fn about<'r>(&'r self, source: &str, ambassador: &str) -> impl Iterator<Item = &'r finding::Model> {
        let ids = self.held.get(&(source.to_owned(), ambassador.to_owned())).into_iter().flatten();
        ids.filter_map(|id| self.findings.get(id))
    }

    /// Whether a finding that no person released holds what is about to clear.
    pub(super) fn holds(&self, due: &Due) -> bool {
        self.about(&due.source, due.ambassador.as_str()).any(|it| it.status != RELEASED)
    }

    /// What holds the orders that something comes from holds it as well.
    pub(super) fn inherit(&mut self, due: &Due) {
        let who = due.ambassador.as_str();
        let of_order = |order| self.about(&format!("order:{order}"), who).collect::<Vec<_>>();
        let closed = due.orders.iter().flat_map(of_order).filter(|it| it.status != RELEASED);
        let ids: Vec<_> = closed.map(|it| it.finding.clone()).collect();
        ids.into_iter().for_each(|id| self.hold(id, due));
    }

    /// Whether a person has looked into it already: they released a finding of that kind about the same order and
    /// person, or about the person's conduct on the same earning.
    fn is_settled(&self, found: &Finding, due: &Due, order: Option<&str>) -> bool {
        let kind = found.kind.as_str();
        let released = |source: &str| {
            self.about(source, due.ambassador.as_str()).any(|it| it.kind == kind && it.status == RELEASED)
        };
        let of_person = matches!(found.kind, Kind::RefundRatio | Kind::DuplicateAccount);
        order.is_some_and(|order| released(&format!("order:{order}")))
            || ((of_person || due.is_of_order()) && released(&due.source))
    }

    /// Takes a finding down with what it holds; one that was released holds nothing any more.
    pub(super) fn note(
        &mut self,
        found: Finding,
        due: &Due,
        order: Option<&str>,
    ) -> Result<(), ServiceError> {
        if self.is_settled(&found, due, order) {
            return Ok(());
        }
        let id = found.id().to_string();
        if !self.findings.contains_key(&id) {
            let evidence = serde_json::to_string(&found.evidence)
                .map_err(ServiceError::stored("finding", id.as_str()))?;
            let fresh = finding::Model {
                brand: self.brand.to_string(),
                program: self.program.to_string(),
                finding: id.clone(),
                kind: found.kind.as_str().to_owned(),
                ambassador: found.ambassador.to_string(),
                found_at: due.clears_at.millis(),
                evidence,
                status: "open".to_owned(),
                decided_at: None,
                decided_by: None,
                reason: None,
            };
            self.fresh_findings.insert(id.clone());
            self.findings.insert(id.clone(), fresh);
        }
        if self.findings.get(&id).is_some_and(|it| it.status != RELEASED) {
            self.hold(id, due);
        }
        Ok(())
    }

    fn hold(&mut self, finding: String, due: &Due) {
        let held = (due.source.clone(), due.ambassador.to_string());
        if self.held.entry(held.clone()).or_default().insert(finding.clone()) {
            self.fresh_holds.push(held_earning::Model {
                brand: self.brand.to_string(),
                program: self.program.to_string(),
                source: held.0,
                ambassador: held.1,
                finding,
            });
        }
    }

    /// Writes what is new, and says it.
    pub(super) async fn keep(self, step: &mut Step<'_>, event: &Event) -> Result<(), ServiceError> {
        let fresh = self.findings.into_values().filter(|row| self.fresh_findings.contains(&row.finding));
        let fresh: Vec<_> = fresh.collect();
        for row in &fresh {
            say(step, event, row, "tribute.finding.opened", Timestamp::from_millis(row.found_at))?;
        }
        step.transaction.upsert::<finding::Entity>(&fresh).await?;
        Ok(step.transaction.upsert::<held_earning::Entity>(&self.fresh_holds).await?)
    }
}

/// Says how a finding stands.
pub(super) fn say(
    step: &mut Step<'_>,
    event: &Event,
    row: &finding::Model,
    name: &'static str,
    at: Timestamp,
) -> Result<(), ServiceError> {
    let evidence =
        serde_json::from_str(&row.evidence).map_err(ServiceError::stored("finding", row.finding.as_str()))?;
    let state = FindingState {
        finding: row.finding.as_str().into(),
        program: ProgramId::trusted(&row.program),
        ambassador: AmbassadorId::trusted(&row.ambassador),
        kind: row.kind.as_str().into(),
        evidence,
        by: row.decided_by.clone(),
        reason: row.reason.clone(),
        cause: event.id.clone(),
    };
    step.say(&BrandId::trusted(&row.brand), name, at, &row.ambassador, Outgoing::Finding(state));
    Ok(())
}
