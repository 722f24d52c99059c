use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use tribute_events::{DisputeOutcome, NetLine, OrderId, RefundId, RefundLine, SaleDocument, Timestamp};
use tribute_money::{Millionths, MoneyError, Part, allocate};

use crate::{
    AttributionError, OrderFacts,
    order::{Fact, Refund},
};

/// What an order is worth at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Net {
    /// The lines net of discounts, refunds, cancellation and disputes.
    pub lines: Vec<NetLine>,
    /// Shipping, net.
    pub shipping: Millionths,
    /// Tax, net.
    pub tax: Millionths,
    /// What a person should know: refunds that fit nothing, edits in another currency.
    pub notes: Vec<String>,
}

impl Net {
    /// Void: every amount and quantity is nothing.
    fn void(&mut self) {
        for line in &mut self.lines {
            (line.net, line.quantity) = (Millionths::ZERO, 0);
        }
        (self.shipping, self.tax) = (Millionths::ZERO, Millionths::ZERO);
    }
}

impl OrderFacts {
    /// The order net at an instant; as it was placed for an instant before that. `None` while it is not
    /// placed.
    ///
    /// The last document by then says what was bought. Every refund by then comes off it, in the order of
    /// (time, id), also one that is older than an edit. Cancellation, and a dispute that is not won, make
    /// it void.
    ///
    /// # Errors
    /// [`AttributionError::Amount`] where the amounts do not fit.
    pub fn net_at(&self, as_of: Timestamp) -> Result<Option<Net>, AttributionError> {
        let Some(placed) = self.placed() else { return Ok(None) };
        let as_of = as_of.max(placed.at);
        let net = self.settle(placed.sale, as_of);
        net.map(Some).map_err(|source| AttributionError::Amount { order: placed.order().clone(), source })
    }

    fn settle(&self, placed: &SaleDocument, as_of: Timestamp) -> Result<Net, MoneyError> {
        let seen = || self.documents.iter().take_while(|document| document.at <= as_of);
        let counts = |document: &&Fact<SaleDocument>| document.what.currency == placed.currency;
        let document = seen().filter(counts).last().map_or(placed, |document| &document.what);
        let mut net = gross(document)?;
        net.notes.extend(seen().filter(|edit| !counts(edit)).map(|edit| foreign_note(edit, placed)));
        let refunds: Vec<_> = self.refunds.iter().take_while(|refund| refund.at <= as_of).collect();
        if !refunds.is_empty() {
            let worth: Vec<_> = net.lines.iter().map(|line| line.net).collect();
            for refund in refunds {
                Refunding { document, net: &mut net, refund: &refund.what }.apply()?;
            }
            for (line, before) in net.lines.iter_mut().zip(worth) {
                // What was paid back in full counts as returned.
                if before > Millionths::ZERO && line.net == Millionths::ZERO {
                    line.quantity = 0;
                }
            }
        }
        if self.is_void(as_of) {
            net.void();
        }
        Ok(net)
    }

    fn is_void(&self, as_of: Timestamp) -> bool {
        let cancelled = self.cancelled.as_ref().is_some_and(|fact| fact.at <= as_of);
        let dispute = self.disputes.iter().take_while(|fact| fact.at <= as_of).last();
        cancelled || dispute.is_some_and(|fact| fact.what != DisputeOutcome::Won)
    }
}

fn foreign_note(edit: &Fact<SaleDocument>, placed: &SaleDocument) -> String {
    let (order, event) = (&placed.order, &edit.id);
    let (of_edit, of_order) = (&edit.what.currency, &placed.currency);
    format!(
        "edit {event} of order {order} is in {of_edit} and the order in {of_order}: it does not count; edit the order in {of_order}"
    )
}

fn gross(document: &SaleDocument) -> Result<Net, MoneyError> {
    let lines = document.lines.iter().map(|line| {
        let net = line.amount.minus(line.discount.unwrap_or_default())?.max(Millionths::ZERO);
        Ok(NetLine { sku: line.sku.clone(), category: line.category.clone(), quantity: line.quantity, net })
    });
    Ok(Net {
        lines: lines.collect::<Result<_, MoneyError>>()?,
        shipping: document.shipping.unwrap_or_default(),
        tax: document.tax.unwrap_or_default(),
        notes: Vec::new(),
    })
}

/// One refund on its way into the lines.
struct Refunding<'a> {
    document: &'a SaleDocument,
    net: &'a mut Net,
    refund: &'a Refund,
}

impl Refunding<'_> {
    fn apply(mut self) -> Result<(), MoneyError> {
        for said in &self.refund.lines {
            self.line(said)?;
        }
        // What a rule includes of shipping and tax is worth less as well.
        let left = take(&mut self.net.shipping, self.refund.shipping.unwrap_or_default())?;
        let left = left.plus(take(&mut self.net.tax, self.refund.tax.unwrap_or_default())?)?;
        if left > Millionths::ZERO {
            self.note(left, "no more than that was left of shipping and tax");
        }
        self.refund.amount.map_or(Ok(()), |amount| self.spread(amount))
    }

    /// By the line's id (its SKU where it has none), else by SKU, filling that SKU's lines in order.
    fn line(&mut self, said: &RefundLine) -> Result<(), MoneyError> {
        let targets = self.targets(said);
        let mut left = said.amount.max(Millionths::ZERO);
        let mut units = said.quantity.unwrap_or(0).max(0);
        for &target in &targets {
            let Some(line) = self.net.lines.get_mut(target) else { continue };
            left = take(&mut line.net, left)?;
            let returned = units.min(line.quantity.max(0));
            line.quantity = line.quantity.saturating_sub(returned);
            units = units.saturating_sub(returned);
        }
        let name = said.line.as_ref().or(said.sku.as_ref()).map_or("", SmolStr::as_str);
        if targets.is_empty() {
            self.note(left, &format!("`{name}` is no line of the order"));
        } else if left > Millionths::ZERO {
            self.note(left, &format!("no more than that was left of `{name}`"));
        }
        Ok(())
    }

    fn targets(&self, said: &RefundLine) -> Vec<usize> {
        let lines = || self.document.lines.iter().enumerate();
        let by_id = |id: &SmolStr| lines().position(|(_, line)| line.line.as_ref() == Some(id));
        if let Some(index) = said.line.as_ref().and_then(by_id) {
            return vec![index];
        }
        let wanted = said.sku.as_ref().or(said.line.as_ref());
        lines().filter(|(_, line)| Some(&line.sku) == wanted).map(|(index, _)| index).collect()
    }

    /// Over the net lines by largest remainder; what they can not hold comes off shipping, then off tax.
    fn spread(&mut self, amount: Millionths) -> Result<(), MoneyError> {
        let total = self.net.lines.iter().try_fold(Millionths::ZERO, |sum, line| sum.plus(line.net))?;
        let onto_lines = amount.min(total);
        if onto_lines > Millionths::ZERO {
            let parts = self.parts();
            for (line, part) in self.net.lines.iter_mut().zip(allocate(onto_lines.get(), &parts)?) {
                line.net = line.net.minus(Millionths::new(part))?;
            }
        }
        let left = take(&mut self.net.shipping, amount.minus(onto_lines)?)?;
        let left = take(&mut self.net.tax, left)?;
        if left > Millionths::ZERO {
            self.note(left, "no more than that was left of the order");
        }
        Ok(())
    }

    fn parts(&self) -> Vec<Part> {
        let names = self.document.lines.iter().map(|line| line.line.as_ref().unwrap_or(&line.sku));
        let weigh = |(line, name): (&NetLine, &SmolStr)| Part {
            weight: u64::try_from(line.net.get()).unwrap_or(0),
            tie: tie(&self.document.order, name),
        };
        self.net.lines.iter().zip(names).map(weigh).collect()
    }

    fn note(&mut self, left: Millionths, why: &str) {
        let refund: &RefundId = &self.refund.refund;
        self.net.notes.push(format!("refund {refund}: {left} was not taken off: {why}"));
    }
}

/// Takes up to `amount` off and says how much of it is left.
fn take(from: &mut Millionths, amount: Millionths) -> Result<Millionths, MoneyError> {
    let taken = amount.min(*from);
    *from = from.minus(taken)?;
    amount.minus(taken)
}

/// SHA-256 of (order, party): decides between equals, alike on every machine.
pub(crate) fn tie(order: &OrderId, party: &str) -> [u8; 32] {
    let digest = Sha256::new().chain_update(order.as_str()).chain_update([0]).chain_update(party).finalize();
    digest.into()
}
