//! One neutral event in, one or two events of the contract out.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use smol_str::SmolStr;
use tribute_events::{
    AmbassadorChange, AmbassadorChanged, BrandId, CampaignAnnounced, ClickRecorded, CodeIssued, CodeMode,
    Event, EventId, Payload, PostId, PostMeasured, PostPublished, ProgramId, RefundId, RefundLine,
    SaleDocument, SaleLine, SaleRefunded, Timestamp, TouchId, TouchKind, encode,
};
use tribute_money::{Millionths, MoneyError};

use super::source::{Campaign, Click, Head, Joined, Left, Line, Post, PostMetrics, Product, Refund, Sale};

/// Who produced the events.
const SOURCE: &str = "/replay";
/// The program whose ambassadors' codes hold from the day they join. Elsewhere codes come with a campaign.
const CODES_AT_JOINING: &str = "gifts-uk";

/// An event of the contract, as one line.
pub(super) struct Translated {
    pub(super) event_type: String,
    pub(super) line: String,
}

/// Translates events, with what they leave to be looked up.
pub(super) struct Translator {
    categories: BTreeMap<(ProgramId, SmolStr), SmolStr>,
    programs_of_posts: BTreeMap<PostId, ProgramId>,
}

type Outcome = Result<Vec<(EventId, ProgramId, Payload)>, String>;

impl Translator {
    pub(super) fn new(products: Vec<Product>) -> Self {
        let categories = products.into_iter().map(|it| ((it.program_id, it.sku), it.kind)).collect();
        Self { categories, programs_of_posts: BTreeMap::new() }
    }

    /// Learns which program a post was collected for, because its measurements do not say.
    pub(super) fn learn(&mut self, line: &str) -> Result<(), String> {
        if line.starts_with(r#"{"type":"post","#) {
            let post: Post = serde_json::from_str(line).map_err(|error| error.to_string())?;
            self.programs_of_posts.insert(post.id, post.program_id);
        }
        Ok(())
    }

    /// The type of a neutral event, and the events that it becomes; at least one.
    pub(super) fn translate(&self, line: &str) -> Result<(String, Vec<Translated>), String> {
        let head: Head = read(line)?;
        let events = self.events(&head, line)?;
        Ok((head.kind, events))
    }

    fn events(&self, head: &Head, line: &str) -> Result<Vec<Translated>, String> {
        let events = match head.kind.as_str() {
            "ambassador_joined" => joined(head, read(line)?),
            "ambassador_left" => Ok(left(head, read(line)?)),
            "campaign" => campaign(head, read(line)?),
            "post" => Ok(post(head, read(line)?)),
            "post_metrics" => self.measured(head, read(line)?),
            "click" => click(head, read(line)?),
            "sale" => self.sale(head, read(line)?),
            "refund" => refund(head, read(line)?),
            "fx_rates" => return shared(head, line),
            "stock_adjustment" | "adjustment" => return unknown(head, line),
            other => Err(format!("`{other}` is not a type of neutral event")),
        }?;
        events.into_iter().map(|(id, program, payload)| written(id, &program, head.time, payload)).collect()
    }

    fn measured(&self, head: &Head, source: PostMetrics) -> Outcome {
        let program = self.programs_of_posts.get(&source.post_id);
        let program = program.ok_or_else(|| format!("post {} is nowhere in the file", source.post_id))?;
        let payload = Payload::PostMeasured(PostMeasured { post: source.post_id, metrics: source.metrics });
        Ok(vec![(head.id.clone(), program.clone(), payload)])
    }

    fn sale(&self, head: &Head, source: Sale) -> Outcome {
        adds_up(source.amount, &source.lines)?;
        let lines = source.lines.into_iter().map(|line| self.sale_line(&source.program_id, line));
        let payload = Payload::SaleCompleted(SaleDocument {
            order: source.id,
            program: None,
            account: source.customer_id,
            device: source.visitor_id,
            currency: source.currency,
            codes: source.coupon_codes,
            lines: lines.collect::<Result<_, _>>()?,
            shipping: None,
            tax: None,
            channel: None,
            region: source.country,
            place: None,
            subscription: None,
        });
        Ok(vec![(head.id.clone(), source.program_id, payload)])
    }

    fn sale_line(&self, program: &ProgramId, line: Line) -> Result<SaleLine, String> {
        let category = self.categories.get(&(program.clone(), line.sku.clone())).cloned();
        let category =
            category.ok_or_else(|| format!("product {} of {program} is not in the catalogue", line.sku))?;
        let discount = [line.discounts.coupon, line.discounts.coupon_match]
            .into_iter()
            .flatten()
            .try_fold(Millionths::ZERO, Millionths::plus)
            .map_err(|error| error.to_string())?;
        Ok(SaleLine {
            line: None,
            sku: line.sku,
            category: Some(category),
            quantity: line.qty,
            amount: line.amount,
            discount: (discount != Millionths::ZERO).then_some(discount),
        })
    }
}

fn joined(head: &Head, source: Joined) -> Outcome {
    let program = source.program_id;
    let approved = AmbassadorChanged {
        program: program.clone(),
        ambassador: source.ambassador_id.clone(),
        payout_currency: Some(source.payout_currency),
        accounts: source.customer_id.into_iter().collect(),
        platform: source.platform,
        followers: source.followers,
        region: None,
        campus: None,
        recruiter: None,
        tax_form: None,
        payment_details_verified: None,
        reason: None,
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

fn left(head: &Head, source: Left) -> Vec<(EventId, ProgramId, Payload)> {
    let changed = AmbassadorChanged {
        program: source.program_id.clone(),
        ambassador: source.ambassador_id,
        payout_currency: None,
        accounts: Vec::new(),
        platform: None,
        followers: None,
        region: None,
        campus: None,
        recruiter: None,
        tax_form: None,
        payment_details_verified: None,
        reason: None,
    };
    vec![(head.id.clone(), source.program_id, Payload::Ambassador(AmbassadorChange::Left, changed))]
}

fn campaign(head: &Head, source: Campaign) -> Outcome {
    let program = source.program_id;
    let payload = match (source.hashtag, source.coupon_code, source.ambassador_id) {
        (Some(hashtag), None, None) => Payload::Campaign(CampaignAnnounced {
            program: program.clone(),
            campaign: source.id,
            hashtags: vec![hashtag],
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

fn post(head: &Head, source: Post) -> Vec<(EventId, ProgramId, Payload)> {
    let payload = Payload::PostPublished(PostPublished {
        program: source.program_id.clone(),
        post: source.id,
        author: source.author_id,
        platform: source.platform,
        kind: source.kind,
        hashtags: source.hashtags,
        followers: source.followers,
        products: Vec::new(),
        due_at: None,
    });
    vec![(head.id.clone(), source.program_id, payload)]
}

fn click(head: &Head, source: Click) -> Outcome {
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
fn refund(head: &Head, source: Refund) -> Outcome {
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
    });
    Ok(vec![(head.id.clone(), source.program_id, payload)])
}

/// Exchange rates, which belong to no brand: `*` stands for none.
fn shared(head: &Head, line: &str) -> Result<Vec<Translated>, String> {
    Ok(vec![written(head.id.clone(), &ProgramId::trusted("*"), head.time, Payload::Fx(read(line)?))?])
}

/// What the contract has no type for goes on as it is, so that it is seen and quarantined.
fn unknown(head: &Head, line: &str) -> Result<Vec<Translated>, String> {
    #[derive(Serialize)]
    struct Unknown<'a> {
        specversion: &'a str,
        id: &'a EventId,
        source: &'a str,
        r#type: &'a str,
        brand: Value,
        time: Timestamp,
        recordedtime: Timestamp,
        datacontenttype: &'a str,
        data: Map<String, Value>,
    }
    let mut data: Map<String, Value> = read(line)?;
    let brand = data.get("program_id").cloned().ok_or("the event has no program_id")?;
    data.retain(|field, _| !["type", "id", "time"].contains(&field.as_str()));
    let event_type = format!("tribute.replay.{}", head.kind);
    let event = Unknown {
        specversion: "1.0",
        id: &head.id,
        source: SOURCE,
        r#type: &event_type,
        brand,
        time: head.time,
        recordedtime: head.time,
        datacontenttype: "application/json",
        data,
    };
    let line = serde_json::to_string(&event).map_err(|error| error.to_string())?;
    Ok(vec![Translated { event_type, line }])
}

/// The brand has the program's id. History is recorded when it happened.
fn written(
    id: EventId,
    program: &ProgramId,
    time: Timestamp,
    payload: Payload,
) -> Result<Translated, String> {
    let event_type = payload.event_type().to_owned();
    let brand: BrandId = program.as_str().parse().map_err(|_| "program_id is not an identifier")?;
    let event = Event {
        brand,
        source: SOURCE.into(),
        id,
        time,
        recorded: time,
        traceparent: None,
        fingerprint: [0; 16],
        payload,
    };
    let line = encode(&event).map_err(|error| error.to_string())?;
    Ok(Translated { event_type, line })
}

fn adds_up(amount: Millionths, lines: &[Line]) -> Result<(), String> {
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

fn read<T: DeserializeOwned>(line: &str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| error.to_string())
}
