//! A refund: its lines, what went back beside them, and shipping.

use tribute_events::{Payload, RefundLine, Rejection, RejectionCode, SaleRefunded};
use tribute_money::Millionths;

use super::order::{discount, sku};
use crate::{
    Shop,
    event::{spread, state},
    field::{Field, less, sum, times},
};

/// What a refund gives back, every part of it without tax, and the tax.
#[derive(Default)]
struct Back {
    lines: Vec<RefundLine>,
    /// Beside the lines; below nothing where the shop kept a part of them.
    beside: Millionths,
    shipping: Millionths,
    tax: Millionths,
}

/// The event of a refund; nothing where no money and no line went back. `included` says whether prices hold the tax,
/// where the order says so.
pub(super) fn read(
    shop: &Shop<'_>,
    refund: &Field<'_>,
    included: Option<bool>,
) -> Result<Option<Vec<u8>>, Rejection> {
    let id = refund.get("id").needed_id()?;
    let mut back = Back::default();
    back.read_lines(shop, refund, included)?;
    back.read_beside(refund)?;
    back.settle(refund)?;
    let some = |amount: Millionths| (amount > Millionths::ZERO).then_some(amount);
    let told = SaleRefunded {
        order: Some(shop.order(&refund.get("order_id").needed_id()?)?),
        refund: shop.refund(&id)?,
        amount: some(back.beside),
        lines: back.lines,
        shipping: some(back.shipping),
        tax: some(back.tax),
    };
    if told.lines.is_empty() && told.amount.is_none() && told.shipping.is_none() && told.tax.is_none() {
        return Ok(None);
    }
    let at = refund.get("created_at").time()?;
    state(shop, &format!("refund:{id}"), at, &Payload::SaleRefunded(told)).map(Some)
}

impl Back {
    fn read_lines(
        &mut self,
        shop: &Shop<'_>,
        refund: &Field<'_>,
        included: Option<bool>,
    ) -> Result<(), Rejection> {
        let items = refund.get("refund_line_items").items();
        let taxes = items.iter().map(|it| Ok(it.get("total_tax").decimal()?.unwrap_or_default()));
        let taxes = taxes.collect::<Result<Vec<_>, Rejection>>()?;
        self.tax = sum(taxes.iter().copied())?;
        let included = match included {
            _ if self.tax == Millionths::ZERO => false,
            Some(included) => included,
            None => holds_tax(shop, refund, self.tax)?,
        };
        for (item, tax) in items.iter().zip(taxes) {
            let subtotal = subtotal(item)?;
            self.lines.push(RefundLine {
                line: Some(item.get("line_item_id").needed_id()?.into()),
                sku: sku(&item.get("line_item")).ok().map(Into::into),
                quantity: Some(item.get("quantity").needed_number()?),
                amount: if included { less(subtotal, tax)? } else { subtotal },
            });
        }
        Ok(())
    }

    /// Shipping, and by how much more or less went back than the lines are worth.
    fn read_beside(&mut self, refund: &Field<'_>) -> Result<(), Rejection> {
        for it in refund.get("order_adjustments").items() {
            let back = less(Millionths::ZERO, it.get("amount").needed_decimal()?)?;
            let tax = less(Millionths::ZERO, it.get("tax_amount").decimal()?.unwrap_or_default())?;
            match it.get("kind").text() {
                Some("shipping_refund") => {
                    self.shipping = sum([self.shipping, back])?;
                    self.tax = sum([self.tax, tax])?;
                }
                Some("refund_discrepancy") => self.beside = sum([self.beside, back])?,
                _ => {
                    return Err(it.get("kind").refused(RejectionCode::InvalidData, "this kind is not known"));
                }
            }
        }
        for it in refund.get("refund_shipping_lines").items() {
            let amount = it.at("subtotal_amount_set.shop_money.amount").needed_decimal()?;
            let taxes = it.get("tax_amount_set");
            let tax = taxes.at("shop_money.amount").decimal()?.unwrap_or_default();
            self.shipping = sum([self.shipping, amount])?;
            self.tax = sum([self.tax, tax])?;
        }
        Ok(())
    }

    /// What the shop kept comes off the refund's own lines; where only money is named, that is the refund.
    fn settle(&mut self, refund: &Field<'_>) -> Result<(), Rejection> {
        if self.beside < Millionths::ZERO {
            let kept = less(Millionths::ZERO, self.beside)?;
            let over: Vec<_> = self
                .lines
                .iter()
                .map(|it| (it.line.clone().unwrap_or_default().to_string(), it.amount))
                .collect();
            for (line, share) in self.lines.iter_mut().zip(spread(kept, &over)?) {
                line.amount = less(line.amount, share)?;
            }
            self.beside = Millionths::ZERO;
        }
        if self.lines.is_empty() && self.beside == Millionths::ZERO && self.shipping == Millionths::ZERO {
            self.beside = paid(refund)?;
        }
        Ok(())
    }
}

/// What a line is worth that came back. Versions of the interface before 2016 do not say it: then it is its price, and its
/// discount where all of it came back.
fn subtotal(item: &Field<'_>) -> Result<Millionths, Rejection> {
    if let Some(subtotal) = item.get("subtotal").decimal()? {
        return Ok(subtotal);
    }
    let line = item.get("line_item");
    let quantity = item.get("quantity").needed_number()?;
    let off = discount(&line)?;
    if off != Millionths::ZERO && line.get("quantity").whole_number()? != Some(quantity) {
        let what =
            "it is not said, and a part of a discounted line came back; send tribute.sale.refunded with it";
        return Err(item.get("subtotal").refused(RejectionCode::InvalidAmount, what));
    }
    less(times(line.get("price").needed_decimal()?, quantity)?, off)
}

/// The money that went back.
fn paid(refund: &Field<'_>) -> Result<Millionths, Rejection> {
    let transactions = refund.get("transactions").items();
    let went = |it: &&Field<'_>| {
        it.get("kind").text() == Some("refund") && it.get("status").text() == Some("success")
    };
    let amount = |it: &Field<'_>| match it.at("amount_set.shop_money.amount").decimal()? {
        Some(amount) => Ok(amount),
        None => it.get("amount").needed_decimal(),
    };
    sum(transactions.iter().filter(went).map(amount).collect::<Result<Vec<_>, _>>()?)
}

/// Whether the lines' amounts hold the tax: by what they add up to beside the money, else by the shop's settings.
fn holds_tax(shop: &Shop<'_>, refund: &Field<'_>, tax: Millionths) -> Result<bool, Rejection> {
    let items = refund.get("refund_line_items").items();
    let lines = sum(items.iter().map(subtotal).collect::<Result<Vec<_>, _>>()?)?;
    let plain = refund.get("order_adjustments").items().is_empty()
        && refund.get("refund_shipping_lines").items().is_empty();
    let paid = paid(refund)?;
    if plain && paid == lines {
        return Ok(true);
    }
    if plain && paid == sum([lines, tax])? {
        return Ok(false);
    }
    shop.settings.prices_include_tax.ok_or_else(|| {
        let what = "it does not say whether its amounts hold the tax; set prices_include_tax in the shop's settings \
                    and retry";
        refund.get("refund_line_items").refused(RejectionCode::InvalidAmount, what)
    })
}
