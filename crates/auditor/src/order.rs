//! One order: its documents, refunds, cancellations and disputes; and what is left of it at an instant.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use tribute_events::{DisputeOutcome, RefundLine, SaleDocument, SaleRefunded};

use crate::{
    exact::{Weight, split},
    fact::{Fact, Facts, Horizon, sort},
};

/// What events say of one order.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(crate) documents: Facts<SaleDocument>,
    pub(crate) refunds: Facts<SaleRefunded>,
    pub(crate) cancelled: Facts<()>,
    pub(crate) disputes: Facts<DisputeOutcome>,
}

/// A line as it counts. Amounts in millionths.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) id: Option<SmolStr>,
    pub(crate) sku: SmolStr,
    pub(crate) category: Option<SmolStr>,
    pub(crate) units: i64,
    pub(crate) gross: i128,
    pub(crate) net: i128,
}

/// What is left of an order. Amounts in millionths.
#[derive(Debug, Clone, Default)]
pub(crate) struct Net {
    pub(crate) lines: Vec<Line>,
    pub(crate) shipping: i128,
    pub(crate) tax: i128,
}

impl Net {
    /// The sum of the lines.
    pub(crate) fn revenue(&self) -> i128 {
        self.lines.iter().map(|line| line.net).sum()
    }

    /// An amount of the order, such as its shipping, in parts for its lines: by what is left of them, alike where
    /// nothing is left of any. A rule that takes some of the lines takes their parts only.
    pub(crate) fn spread(&self, amount: i128) -> Vec<i128> {
        let worthless = self.lines.iter().all(|line| line.net == 0);
        let weigh = |(index, line): (usize, &Line)| Weight {
            weight: if worthless { 1 } else { line.net },
            tie: place(index),
        };
        split(amount, &self.lines.iter().enumerate().map(weigh).collect::<Vec<_>>())
    }

    fn refund_line(&mut self, refund: &RefundLine) {
        let names = |line: &Line| match (&refund.line, &refund.sku) {
            (Some(id), _) => line.id.as_ref().unwrap_or(&line.sku) == id,
            (None, Some(sku)) => line.sku == *sku,
            (None, None) => false,
        };
        let mut amount = i128::from(refund.amount.get());
        let mut units = refund.quantity.unwrap_or(0).max(0);
        for line in self.lines.iter_mut().filter(|line| names(line)) {
            let (back, returned) = (amount.min(line.net), units.min(line.units));
            line.net -= back;
            line.units -= returned;
            amount -= back;
            units -= returned;
        }
    }

    fn refund_order(&mut self, amount: i128) {
        let weigh = |(index, line): (usize, &Line)| Weight { weight: line.net, tie: place(index) };
        let weights: Vec<_> = self.lines.iter().enumerate().map(weigh).collect();
        let parts = split(amount.min(self.revenue()), &weights);
        self.lines.iter_mut().zip(parts).for_each(|(line, part)| line.net -= part);
    }
}

impl Order {
    /// Puts the facts in order; of two refunds with one id the earliest stands.
    pub(crate) fn seal(&mut self) {
        sort(&mut self.documents);
        sort(&mut self.refunds);
        sort(&mut self.cancelled);
        sort(&mut self.disputes);
        let mut known = BTreeSet::new();
        self.refunds.retain(|refund| known.insert(refund.body.refund.clone()));
    }

    /// The document that tells who bought, when, and with which codes; `None` while the order is not seen.
    pub(crate) fn placed(&self, horizon: Horizon) -> Option<&Fact<SaleDocument>> {
        self.documents.first().filter(|first| horizon.sees(&first.stamp))
    }

    /// The order net of discounts, refunds, cancellation and disputes.
    ///
    /// The last document counts; refunds come off it one after the other, by line before by amount.
    pub(crate) fn net(&self, horizon: Horizon) -> Net {
        let Some(first) = self.placed(horizon) else { return Net::default() };
        if self.is_void(horizon) {
            return Net::default();
        }
        // An edit in another currency says nothing about amounts in the order's own.
        let same = |fact: &Fact<SaleDocument>| fact.body.currency == first.body.currency;
        let mut net = gross(&horizon.last(&self.documents, same).unwrap_or(first).body);
        for refund in self.refunds.iter().filter(|refund| horizon.sees(&refund.stamp)) {
            refund.body.lines.iter().for_each(|line| net.refund_line(line));
            net.refund_order(refund.body.amount.map_or(0, |amount| i128::from(amount.get())));
        }
        for line in &mut net.lines {
            // Whatever number of units a refund names: nothing is left of a line that was paid back in full.
            if line.gross > 0 && line.net == 0 {
                line.units = 0;
            }
        }
        net
    }

    fn is_void(&self, horizon: Horizon) -> bool {
        let disputed = horizon.last(&self.disputes, |_| true).map(|fact| fact.body);
        horizon.last(&self.cancelled, |_| true).is_some()
            || matches!(disputed, Some(DisputeOutcome::Opened | DisputeOutcome::Lost))
    }
}

/// Of equal lines the first comes first.
fn place(index: usize) -> [u8; 32] {
    let mut tie = [0; 32];
    tie.iter_mut().rev().zip(index.to_le_bytes()).for_each(|(to, from)| *to = from);
    tie
}

fn gross(document: &SaleDocument) -> Net {
    let lines = document.lines.iter().map(|line| {
        let discount = line.discount.map_or(0, |discount| i128::from(discount.get()));
        let gross = (i128::from(line.amount.get()) - discount).max(0);
        Line {
            id: line.line.clone(),
            sku: line.sku.clone(),
            category: line.category.clone(),
            units: line.quantity,
            gross,
            net: gross,
        }
    });
    Net {
        lines: lines.collect(),
        shipping: document.shipping.map_or(0, |amount| i128::from(amount.get())),
        tax: document.tax.map_or(0, |amount| i128::from(amount.get())),
    }
}
