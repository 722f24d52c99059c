use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{
    AmbassadorId, BrandId, Event, ProgramId, Timestamp,
    outgoing::{FindingState, Outgoing},
};
use tribute_fraud::Finding;
use tribute_store::entity::{finding, held_earning, movement};

use crate::{
    ServiceError,
    step::{Step, key},
};

/// The findings about what is about to clear, and what each holds.
pub(super) struct Records {
    findings: BTreeMap<String, finding::Model>,
    held: BTreeSet<(String, String, String)>,
    fresh_findings: BTreeSet<String>,
    fresh_holds: Vec<held_earning::Model>,
}

impl Records {
    pub(super) async fn load(
        step: &mut Step<'_>,
        brand: &BrandId,
        program: &ProgramId,
        rows: &[movement::Model],
    ) -> Result<Self, ServiceError> {
        let sources: BTreeSet<_> = rows.iter().map(|row| row.source.as_str()).collect();
        let keys: Vec<_> = sources.iter().map(|it| key([brand.as_str(), program.as_str(), it])).collect();
        let columns =
            [held_earning::Column::Brand, held_earning::Column::Program, held_earning::Column::Source];
        let held = step.transaction.find::<held_earning::Entity>(&columns, &keys).await?;
        // Few enough to be read whole: a person decides on each.
        let columns = [finding::Column::Brand, finding::Column::Program];
        let keys = [key([brand.as_str(), program.as_str()])];
        let findings = step.transaction.find::<finding::Entity>(&columns, &keys).await?;
        Ok(Self {
            findings: findings.into_iter().map(|row| (row.finding.clone(), row)).collect(),
            held: held.into_iter().map(|row| (row.source, row.ambassador, row.finding)).collect(),
            fresh_findings: BTreeSet::new(),
            fresh_holds: Vec::new(),
        })
    }

    /// Whether a finding that no person released holds what a movement is about.
    pub(super) fn holds(&self, row: &movement::Model) -> bool {
        let closed = |id: &String| self.findings.get(id).is_some_and(|it| it.status != "released");
        let mut of =
            self.held.iter().filter(|(source, who, _)| *source == row.source && *who == row.ambassador);
        of.any(|(_, _, id)| closed(id))
    }

    /// Takes a finding down with what it holds; one that was released holds nothing any more.
    pub(super) fn note(&mut self, found: Finding, row: &movement::Model) -> Result<(), ServiceError> {
        let id = found.id().to_string();
        if !self.findings.contains_key(&id) {
            let evidence = serde_json::to_string(&found.evidence)
                .map_err(ServiceError::stored("finding", id.as_str()))?;
            let fresh = finding::Model {
                brand: row.brand.clone(),
                program: row.program.clone(),
                finding: id.clone(),
                kind: found.kind.as_str().to_owned(),
                ambassador: found.ambassador.to_string(),
                found_at: row.available_at,
                evidence,
                status: "open".to_owned(),
                decided_at: None,
                decided_by: None,
                reason: None,
            };
            self.fresh_findings.insert(id.clone());
            self.findings.insert(id.clone(), fresh);
        }
        if self.findings.get(&id).is_some_and(|it| it.status != "released")
            && self.held.insert((row.source.clone(), row.ambassador.clone(), id.clone()))
        {
            self.fresh_holds.push(held_earning::Model {
                brand: row.brand.clone(),
                program: row.program.clone(),
                source: row.source.clone(),
                ambassador: row.ambassador.clone(),
                finding: id,
            });
        }
        Ok(())
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
