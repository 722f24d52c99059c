use smol_str::SmolStr;
use tribute_commission::{Deliverables, DeliveryStatus};
use tribute_events::{
    BrandId, CampaignAnnounced, ProgramId, Timestamp,
    outgoing::{DeliverableState, Outgoing},
};
use tribute_terms::{Program, View};

use crate::{ServiceError, commission::posts_between, step::Step};

/// Until when a campaign's posts are owed, where it asks for any.
fn due_at(campaign: &CampaignAnnounced) -> Option<Timestamp> {
    campaign.posts_each.map(|_| campaign.due_at.unwrap_or(campaign.ends_at))
}

/// The due times in `(since, until]`, each with its campaign. One that was moved since is let pass when it comes.
pub(super) fn due(program: &Program, since: Timestamp, until: Timestamp) -> Vec<(Timestamp, SmolStr)> {
    let told = program.campaign_announcements().map(|it| &it.what);
    let dated = told.filter_map(|it| Some((due_at(it)?, SmolStr::from(it.campaign.as_str()))));
    dated.filter(|(at, _)| since < *at && *at <= until).collect()
}

/// A campaign as it had been announced by an instant.
fn as_announced(program: &Program, campaign: &str, at: Timestamp) -> Option<CampaignAnnounced> {
    let mut seen = program.campaigns_seen(View::at(at)).map(|it| &it.what);
    seen.find(|it| it.campaign.as_str() == campaign).cloned()
}

/// Says who missed what a campaign asks of them, at the clock's present instant, which is the due time.
pub(super) async fn tell_missed(
    step: &mut Step<'_>,
    brand: &BrandId,
    id: &ProgramId,
    campaign: &str,
) -> Result<(), ServiceError> {
    let at = step.clock;
    let seen = step.registry.program(brand, id).and_then(|it| as_announced(it, campaign, at));
    let Some(campaign) = seen.filter(|it| due_at(it) == Some(at)) else { return Ok(()) };
    let posts = posts_between(step, brand, id, campaign.starts_at.minus(1), at).await?;
    let Some(program) = step.registry.program(brand, id) else { return Ok(()) };
    let Some(mut counted) = Deliverables::new(program, &campaign, Some(at)) else { return Ok(()) };
    posts.iter().for_each(|post| counted.count(post));
    let (owed, deliveries) = (counted.owed(), counted.deliveries());
    for delivery in deliveries.into_iter().filter(|it| it.status == DeliveryStatus::Missed) {
        let state = DeliverableState {
            program: id.clone(),
            campaign: campaign.campaign.clone(),
            ambassador: delivery.ambassador.clone(),
            owed,
            delivered: delivery.delivered,
            due_at: at,
            instead: delivery.instead,
        };
        let key = delivery.ambassador.as_str();
        step.say(brand, "tribute.deliverable.missed", at, key, Outgoing::Deliverable(state));
    }
    Ok(())
}
