//! Under whom clicks are filed.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use tribute_events::{BrandId, Event, Payload, Timestamp};
use tribute_store::entity::{ambassador_click, touch};
use tribute_terms::Registry;

use crate::{ServiceError, step::Step};

/// Under whom a touch is filed: `a:` and the ambassador it names, else `l:` and its link, which may be issued later or to
/// another; nobody where it is a view, or no visitor is known.
pub(crate) fn whose(row: &touch::Model) -> Option<String> {
    if !["click", "qr"].contains(&row.kind.as_str()) || row.subject.is_empty() {
        return None;
    }
    let link = || row.link.as_ref().map(|link| format!("l:{link}"));
    row.ambassador.as_ref().map(|ambassador| format!("a:{ambassador}")).or_else(link)
}

/// A click that is new, was judged, or was filed elsewhere before.
#[derive(Debug)]
pub(crate) struct Filed {
    pub(crate) brand: BrandId,
    pub(crate) whose: String,
    pub(crate) at: Timestamp,
}

/// Files the touches of a batch, in brands whose terms pay for clicks.
#[derive(Debug, Default)]
pub(crate) struct Filing {
    paying: BTreeMap<BrandId, bool>,
    filed: Vec<Filed>,
    rows: Vec<ambassador_click::Model>,
    gone: Vec<Vec<Value>>,
}

impl Filing {
    /// Notes a touch that was written, and where it was filed before.
    pub(crate) fn note(
        &mut self,
        registry: &Registry,
        brand: &BrandId,
        before: Option<(String, i64)>,
        row: &touch::Model,
    ) {
        let paying = self.paying.get(brand).copied().unwrap_or_else(|| registry.pays_for_clicks(brand));
        self.paying.entry(brand.clone()).or_insert(paying);
        if !paying {
            return;
        }
        let now = whose(row).map(|whose| (whose, row.at));
        if let Some((whose, at)) = before.filter(|before| Some(before) != now.as_ref()) {
            let key: [Value; 4] =
                [whose.as_str().into(), row.brand.as_str().into(), at.into(), row.touch_id.as_str().into()];
            self.gone.push(key.into());
            self.filed.push(Filed { brand: brand.clone(), whose, at: Timestamp::from_millis(at) });
        }
        if let Some((whose, at)) = now {
            let (brand_name, touch_id) = (row.brand.clone(), row.touch_id.clone());
            let filed = ambassador_click::Model { whose: whose.clone(), brand: brand_name, at, touch_id };
            self.rows.push(filed);
            self.filed.push(Filed { brand: brand.clone(), whose, at: Timestamp::from_millis(at) });
        }
    }

    /// Writes what was noted; says which clicks these are.
    pub(crate) async fn write(self, step: &mut Step<'_>) -> Result<Vec<Filed>, ServiceError> {
        if !self.gone.is_empty() {
            step.transaction.delete::<ambassador_click::Entity>(&self.gone).await?;
        }
        if !self.rows.is_empty() {
            step.transaction.insert_new::<ambassador_click::Entity>(&self.rows).await?;
        }
        Ok(self.filed)
    }
}

/// The brands in which a batch publishes terms, and none paid for clicks before it.
pub(crate) fn unpaid(registry: &Registry, facts: &[&Event]) -> BTreeSet<BrandId> {
    let published = facts.iter().filter(|event| matches!(event.payload, Payload::Program(_)));
    let brands = published.map(|event| &event.brand).filter(|brand| !registry.pays_for_clicks(brand));
    brands.cloned().collect()
}

/// Files what came before the first terms of a brand that pay for clicks: as a whole, once.
pub(super) async fn file_earlier(
    step: &mut Step<'_>,
    unpaid: &BTreeSet<BrandId>,
) -> Result<(), ServiceError> {
    for brand in unpaid {
        if step.registry.pays_for_clicks(brand) {
            let sql = "INSERT INTO ambassador_click (whose, brand, at, touch_id) \
                SELECT CASE WHEN ambassador IS NULL THEN 'l:' || link ELSE 'a:' || ambassador END, \
                    brand, at, touch_id \
                FROM touch WHERE brand = $1 AND kind IN ('click', 'qr') AND subject <> '' \
                    AND (ambassador IS NOT NULL OR link IS NOT NULL) ON CONFLICT DO NOTHING";
            step.transaction.execute(sql, vec![brand.as_str().into()]).await?;
        }
    }
    Ok(())
}
