//! What is there before the first click: rates, terms, campaigns, ambassadors, codes.

use tribute_events::Timestamp;

use super::{
    Workload,
    lines::{SETUP, START, STEP, Times, currency, event, shared_event},
};

/// Percent of the first terms and of the two changes.
const PERCENT: [u32; 3] = [10, 12, 9];

impl Workload {
    /// The setup's line `index`.
    pub(super) fn setup_line(&self, index: u64) -> String {
        let (brands, ambassadors) = (u64::from(self.options.brands), u64::from(self.options.ambassadors));
        let at = |offset: u64| u32::try_from(index - offset).unwrap_or_default();
        match index {
            0 => rates(),
            _ if index <= brands => terms(at(1), 0, SETUP, SETUP),
            _ if index <= 2 * brands => campaign(at(1 + brands)),
            _ if index <= 2 * brands + ambassadors => self.approved(at(1 + 2 * brands)),
            _ => self.code(at(1 + 2 * brands + ambassadors)),
        }
    }

    /// Queues new terms of every brand when the run has come to 30 % and to 63 %.
    pub(super) fn publish_when_due(&mut self) {
        let events = self.options.events;
        let (publish, effective, version) = match self.terms_changed {
            0 => (events * 30 / 100, events / 3, 1),
            1 => (events * 63 / 100, events * 2 / 3, 2),
            _ => return,
        };
        if events == 0 || self.slot < publish {
            return;
        }
        self.terms_changed += 1;
        let brands = 0..self.options.brands;
        self.queue.extend(brands.map(|brand| terms(brand, version, instant(publish), instant(effective))));
        self.tally.terms += u64::from(self.options.brands);
    }

    /// The brand of an ambassador: they are dealt out in turn.
    pub(super) const fn brand_of(&self, ambassador: u32) -> u32 {
        ambassador % self.options.brands
    }

    fn approved(&self, ambassador: u32) -> String {
        let payout = currency(ambassador % 7);
        let followers = 1_000_000 / (u64::from(ambassador) + 1) + 500;
        event(
            "ambassador.approved",
            format_args!("join-{ambassador:06}"),
            self.brand_of(ambassador),
            Times::at(SETUP),
            format_args!(
                r#"{{"program":"main","ambassador":"amb-{ambassador:06}","payout_currency":"{payout}","platform":"video","followers":{followers}}}"#
            ),
        )
    }

    fn code(&self, ambassador: u32) -> String {
        event(
            "code.issued",
            format_args!("code-{ambassador:06}"),
            self.brand_of(ambassador),
            Times::at(SETUP),
            format_args!(
                r#"{{"program":"main","code":"CODE{ambassador:06}","ambassador":"amb-{ambassador:06}","mode":"always"}}"#
            ),
        )
    }
}

/// The instant of a mixed slot.
pub(super) fn instant(slot: u64) -> i64 {
    START.saturating_add_unsigned(slot.saturating_mul(STEP.unsigned_abs()))
}

fn rates() -> String {
    let data = r#"{"base":"EUR","date":"2026-01-01","rates":{"GBP":"0.8600","USD":"1.1000"}}"#;
    shared_event("fx.published", "fx-1", Times::at(SETUP), data)
}

fn campaign(brand: u32) -> String {
    event(
        "campaign.announced",
        "campaign",
        brand,
        Times::at(SETUP),
        format_args!(
            r##"{{"program":"main","campaign":"spring","hashtags":["#spring"],"starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"}}"##
        ),
    )
}

/// The terms of a brand, as a published event. Written by hand as JSON: no quote or backslash but these.
fn terms(brand: u32, version: usize, published_at: i64, effective_from: i64) -> String {
    let percent = PERCENT.get(version).copied().unwrap_or(10);
    let toml = format!(
        "[program]\nbrand = 'brand-{brand:03}'\nid = 'main'\nversion = '{number}'\neffective_from = '{from}'\n\
         currency = '{currency}'\n[attribution]\nwindow = '30d'\nhold = '30d'\ngrace = '24h'\n\
         [[commission]]\nid = 'percent'\npays.percent = '{percent}%'\nwhen.not_categories = ['gift-card']\n\
         [fraud]\noff = true\n[[post_fee]]\nid = 'post'\namount = '0.50'\ncampaigns = ['spring']\n\
         [payout]\nschedule = 'monthly'\nminimum = '20.00'\napproval = false\n\
         [[leaderboard]]\nid = 'revenue'\nmetric = 'net_revenue'\nperiod = 'month'\n",
        number = version + 1,
        from = Timestamp::from_millis(effective_from),
        currency = currency(brand),
    );
    let escaped = toml.replace('\n', "\\n");
    event(
        "program.published",
        format_args!("terms-{}", version + 1),
        brand,
        Times::at(published_at),
        format_args!(r#"{{"terms":"{escaped}"}}"#),
    )
}
