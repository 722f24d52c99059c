//! One neutral event in, one or two events of the contract out.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use smol_str::SmolStr;
use tribute_events::{
    BrandId, Event, EventId, Payload, PostId, PostMeasured, ProgramId, SaleDocument, SaleLine, Timestamp,
    encode,
};
use tribute_money::Millionths;

use super::{
    payloads::{adds_up, campaign, click, joined, left, post, refund},
    source::{Head, Line, Post, PostMetrics, Product, Sale},
};

/// Who produced the events.
const SOURCE: &str = "/replay";

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

/// Events with their ids and programs, or what is wrong.
pub(super) type Outcome = Result<Vec<(EventId, ProgramId, Payload)>, String>;

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
            email_hash: None,
            payment_hash: None,
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
        unknown: false,
        payload,
    };
    let line = encode(&event).map_err(|error| error.to_string())?;
    Ok(Translated { event_type, line })
}

fn read<T: DeserializeOwned>(line: &str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| error.to_string())
}
