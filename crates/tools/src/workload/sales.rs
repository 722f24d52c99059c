//! Sales and refunds.

use std::fmt::{self, Display};

use super::{
    Mix, Workload,
    lines::{Hundredths, Times, currency, event},
    mixed::sibling,
    setup::instant,
};

/// What a line may be; gift cards earn nothing.
const CATEGORIES: [&str; 4] = ["goods", "home", "sport", "gift-card"];

/// A line of an order, in hundredths.
#[derive(Clone, Copy, Default)]
struct Line {
    sku: u32,
    quantity: u64,
    amount: u64,
    discount: u64,
}

/// An order as it was told last.
#[derive(Clone)]
pub(super) struct Sale {
    order: u64,
    brand: u32,
    visitor: u32,
    with_device: bool,
    with_account: bool,
    code: Option<u32>,
    time: i64,
    lines: [Line; 3],
    count: usize,
    pub(super) refunded: bool,
}

impl Sale {
    fn lines(&self) -> &[Line] {
        self.lines.get(..self.count).unwrap_or_default()
    }

    /// The order as somebody corrected it: one more of the first line.
    pub(super) fn revise(&mut self) {
        let [first, ..] = &mut self.lines;
        first.amount += first.amount / first.quantity.max(1);
        first.quantity += 1;
    }

    /// The order as an event; `id` is the event's, not the order's.
    pub(super) fn written(&self, id: u64, times: Times) -> String {
        event("sale.completed", format_args!("s{id:011}"), self.brand, times, format_args!("{self}"))
    }
}

/// The order's payload.
impl Display for Sale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"{{"order":"o{:011}","currency":"{}""#, self.order, currency(self.brand))?;
        if self.with_account {
            write!(f, r#","account":"a{:07}""#, self.visitor)?;
        }
        if self.with_device {
            write!(f, r#","device":"v{:07}""#, self.visitor)?;
        }
        if let Some(code) = self.code {
            write!(f, r#","codes":["CODE{code:06}"]"#)?;
        }
        f.write_str(r#","lines":["#)?;
        for (index, line) in self.lines().iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            let category = CATEGORIES[usize::try_from(line.sku).unwrap_or_default() % CATEGORIES.len()];
            let (sku, quantity, amount) = (line.sku, line.quantity, Hundredths(line.amount));
            write!(
                f,
                r#"{{"sku":"k{sku:04}","category":"{category}","quantity":{quantity},"amount":"{amount}""#
            )?;
            if line.discount > 0 {
                write!(f, r#","discount":"{}""#, Hundredths(line.discount))?;
            }
            f.write_str("}")?;
        }
        f.write_str("]}")
    }
}

impl Workload {
    /// A fresh sale, which later refunds may come for.
    pub(super) fn sale(&mut self) -> String {
        let times = self.times();
        let sale = self.new_sale(times.time);
        let line = sale.written(sale.order, times);
        self.sales.push(sale);
        line
    }

    fn new_sale(&mut self, time: i64) -> Sale {
        self.tally.sales += 1;
        let buyer = self.buyer();
        let code = self.code_used(buyer.ambassador);
        let with_device = self.random.chance(90);
        let mut lines = [Line::default(); 3];
        let count = 1 + self.random.index(3);
        let first_sku = u32::try_from(self.random.below(5_000)).unwrap_or_default();
        for (sku, line) in (first_sku..).zip(&mut lines) {
            let quantity = 1 + self.random.below(3);
            let amount = quantity * (500 + self.random.below(9_500));
            let discount = if self.random.chance(20) { amount / 10 } else { 0 };
            *line = Line { sku, quantity, amount, discount };
        }
        Sale {
            order: self.number(),
            brand: self.brand_of(buyer.ambassador),
            visitor: buyer.visitor,
            with_device,
            with_account: !with_device || self.random.chance(55),
            code,
            time,
            lines,
            count,
            refunded: false,
        }
    }

    /// One sale in five carries a code, mostly of the ambassador who was clicked. In mix C every one does.
    fn code_used(&mut self, ambassador: u32) -> Option<u32> {
        if self.options.mix == Mix::C {
            return Some(0);
        }
        if !self.random.chance(20) {
            return None;
        }
        if self.random.chance(70) {
            return Some(ambassador);
        }
        Some(sibling(self.ranks.draw(&mut self.random), ambassador, &self.options))
    }

    /// A refund of a recent sale, or, one time in a hundred, of one that is told later. None where there was no sale.
    pub(super) fn refund(&mut self) -> Option<String> {
        let free = self.free_slot(2, 200);
        let early = if self.random.chance(1) { free } else { None };
        let sale = match early {
            Some(slot) => self.announce_later(slot),
            None => self.refundable()?,
        };
        self.tally.refunds += 1;
        self.tally.early_refunds += u64::from(early.is_some());
        let mut times = self.times();
        times.time = times.time.max(sale.time + 1).min(times.recorded);
        let data = self.refund_of(&sale);
        let number = self.number();
        if self.random.below(1_000) < 5
            && let Some(slot) = self.free_slot(1, 100)
        {
            self.tally.repeated_refunds += 1;
            let (again, recorded) = (self.number(), instant(slot));
            let times = Times { time: times.time, recorded };
            self.pending.insert(slot, refund_line(again, number, sale.brand, times, &data));
        }
        Some(refund_line(number, number, sale.brand, times, &data))
    }

    /// A sale that happened just now and will be told at `slot`.
    fn announce_later(&mut self, slot: u64) -> Sale {
        let time = instant(self.slot) - 1_000;
        let sale = Sale { refunded: true, ..self.new_sale(time) };
        let line = sale.written(sale.order, Times { time, recorded: instant(slot) });
        self.pending.insert(slot, line);
        sale
    }

    /// A recent sale that was not refunded yet.
    fn refundable(&mut self) -> Option<Sale> {
        for _ in 0..8 {
            let sale = self.sales.pick(&mut self.random)?;
            if !sale.refunded {
                sale.refunded = true;
                return Some(sale.clone());
            }
        }
        None
    }

    /// Three in ten are half of the first line, the others are everything. Without the refund's own id.
    fn refund_of(&mut self, sale: &Sale) -> String {
        let part = |sku: u32, amount: u64, quantity: u64| {
            format!(r#"{{"sku":"k{sku:04}","quantity":{quantity},"amount":"{}"}}"#, Hundredths(amount))
        };
        let lines = if self.random.chance(30) {
            self.tally.partial_refunds += 1;
            let [first, ..] = sale.lines;
            part(first.sku, (first.amount - first.discount) / 2, first.quantity / 2)
        } else {
            let all: Vec<_> =
                sale.lines().iter().map(|it| part(it.sku, it.amount - it.discount, it.quantity)).collect();
            all.join(",")
        };
        format!(r#""order":"o{:011}","lines":[{lines}]"#, sale.order)
    }

    /// A slot from `first` to `last` ahead in which nothing must come yet, still within the run.
    fn free_slot(&mut self, first: i64, last: i64) -> Option<u64> {
        let ahead = self.random.between(first, last);
        let slot = self.slot.saturating_add_signed(ahead);
        (slot < self.options.events && !self.pending.contains_key(&slot)).then_some(slot)
    }
}

fn refund_line(id: u64, refund: u64, brand: u32, times: Times, data: &str) -> String {
    let data = format_args!(r#"{{"refund":"r{refund:011}",{data}}}"#);
    event("sale.refunded", format_args!("r{id:011}"), brand, times, data)
}
