//! What a neutral event becomes that can be told without looking anything up.

use tribute_events::{
    AmbassadorChange, AmbassadorChanged, CampaignAnnounced, ClickRecorded, CodeIssued, CodeMode, EventId,
    Payload, PostPublished, ProgramId, RefundId, RefundLine, SaleRefunded, TouchId, TouchKind,
};
use tribute_money::{Millionths, MoneyError};

use super::{
    source::{Campaign, Click, Head, Joined, Left, Line, Post, Refund},
    translate::Outcome,
};

/// The program whose ambassadors' codes hold from the day they join. Elsewhere codes come with a campaign.
const CODES_AT_JOINING: &str = "gifts-uk";

pub(super) fn joined(head: &Head, source: Joined) -> Outcome {
    let program = source.program_id;
    let approved = AmbassadorChanged {
        payout_currency: Some(source.payout_currency),
        accounts: source.customer_id.into_iter().collect(),
        platform: source.platform,
        followers: source.followers,
        ..AmbassadorChanged::of(program.clone(), source.ambassador_id.clone())
    };
    let approved = Payload::Ambassador(AmbassadorChange::Approved, approved);
    let mut events = vec![(head.id.clone(), program.clone(), approved)];
    if program.as_str() == CODES_AT_JOINING {
        let issued = Payload::CodeIssued(CodeIssued {
            program: program.clone(),
            code: source.coupon_code,
            ambassador: source.ambassador_id,
            mode: CodeMode::Always,
            valid_from: Some(head.time),
            valid_until: None,
        });
        events.push((identifier(&format!("{}/code", head.id))?, program, issued));
    }
    Ok(events)
}

pub(super) fn left(head: &Head, source: Left) -> Vec<(EventId, ProgramId, Payload)> {
    let changed = AmbassadorChanged::of(source.program_id.clone(), source.ambassador_id);
    vec![(head.id.clone(), source.program_id, Payload::Ambassador(AmbassadorChange::Left, changed))]
}

pub(super) fn campaign(head: &Head, source: Campaign) -> Outcome {
    let program = source.program_id;
    let payload = match (source.hashtag, source.coupon_code, source.ambassador_id) {
        (Some(hashtag), None, None) => Payload::Campaign(CampaignAnnounced {
            program: program.clone(),
            campaign: source.id,
            hashtags: vec![hashtag],
            mentions: Vec::new(),
            platforms: Vec::new(),
            kinds: Vec::new(),
            brief: None,
            posts_each: None,
            due_at: None,
            reserves: Vec::new(),
            starts_at: source.starts,
            ends_at: source.ends,
            ambassadors: Vec::new(),
        }),
        (None, Some(code), Some(ambassador)) => Payload::CodeIssued(CodeIssued {
            program: program.clone(),
            code,
            ambassador,
            mode: CodeMode::Always,
            valid_from: Some(source.starts),
            valid_until: Some(source.ends),
        }),
        _ => return Err("a campaign has a hashtag, or a coupon code with its ambassador".into()),
    };
    Ok(vec![(head.id.clone(), program, payload)])
}

pub(super) fn post(head: &Head, source: Post) -> Vec<(EventId, ProgramId, Payload)> {
    let payload = Payload::PostPublished(PostPublished {
        program: source.program_id.clone(),
        post: source.id,
        author: source.author_id,
        platform: source.platform,
        kind: source.kind,
        hashtags: source.hashtags,
        mentions: Vec::new(),
        region: None,
        followers: source.followers,
        products: Vec::new(),
        due_at: None,
        url: None,
        label: None,
    });
    vec![(head.id.clone(), source.program_id, payload)]
}

pub(super) fn click(head: &Head, source: Click) -> Outcome {
    let payload = Payload::Click(ClickRecorded {
        click: TouchId::trusted(head.id.as_str()),
        kind: TouchKind::Click,
        program: Some(source.program_id.clone()),
        ambassador: source.ambassador_id,
        link: None,
        device: Some(source.visitor_id),
        account: None,
        post: source.post_id,
        campaign: None,
        channel: source.channel,
    });
    Ok(vec![(head.id.clone(), source.program_id, payload)])
}

/// A refund is known by the event's id: one credit note may give several refunds.
pub(super) fn refund(head: &Head, source: Refund) -> Outcome {
    adds_up(source.amount, &source.lines)?;
    let line = |line: Line| RefundLine {
        line: None,
        sku: Some(line.sku),
        quantity: Some(line.qty),
        amount: line.amount,
    };
    let payload = Payload::SaleRefunded(SaleRefunded {
        order: source.sale_id,
        refund: RefundId::trusted(head.id.as_str()),
        amount: None,
        lines: source.lines.into_iter().map(line).collect(),
        shipping: None,
        tax: None,
    });
    Ok(vec![(head.id.clone(), source.program_id, payload)])
}

/// Checks that an amount is the sum of its lines.
pub(super) fn adds_up(amount: Millionths, lines: &[Line]) -> Result<(), String> {
    let sum: Result<Millionths, MoneyError> =
        lines.iter().try_fold(Millionths::ZERO, |sum, line| sum.plus(line.amount));
    match sum {
        Ok(sum) if sum == amount => Ok(()),
        Ok(sum) => Err(format!("the lines add up to {sum}, the amount is {amount}")),
        Err(error) => Err(error.to_string()),
    }
}

fn identifier(text: &str) -> Result<EventId, String> {
    text.parse().map_err(|_| format!("`{text}` is too long for an id"))
}
