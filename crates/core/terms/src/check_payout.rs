//! Checks of how and to whom a program pays.

use tribute_events::PayoutMethod;

use crate::{
    Schedule, Terms,
    check::check_rate,
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_payout_rules(&self, findings: &mut Findings) {
        let payout = &self.payout;
        let place = Place::new("payout", 0, "day");
        if let Some(day) = payout.day {
            findings.unless((1..=31).contains(&day), place, || {
                format!("payout.day {day} is no day of a month; use 1 to 31, where 31 is the last day of any month")
            });
            findings.unless(payout.schedule == Schedule::Monthly, place, || {
                "payout.day is for schedule = \"monthly\"; leave it out, or change the schedule".to_owned()
            });
        }
        for (name, limit) in [
            ("second_approval_from", payout.second_approval_from),
            ("limit_per_payout", payout.limit_per_payout),
            ("limit_per_month", payout.limit_per_month),
        ] {
            let limit = limit.into_iter();
            limit.for_each(|limit| {
                self.check_amount(findings, place.with(name), &format!("payout.{name}"), limit)
            });
        }
        findings.unless(
            payout.second_approval_from.is_none() || payout.approval,
            place.with("approval"),
            || {
                "payout.second_approval_from asks for two approvals, and approval = false for none; drop one"
                    .to_owned()
            },
        );
        for it in &payout.backup_withholding {
            check_rate(findings, place.with("backup_withholding"), "payout.backup_withholding", it.rate);
        }
        self.check_methods(findings);
    }

    fn check_methods(&self, findings: &mut Findings) {
        let payout = &self.payout;
        let place = Place::new("payout", 0, "method_defaults");
        for it in &payout.method_defaults {
            let offered = payout.methods.contains(&it.method);
            findings.unless(offered, place, || {
                format!("payout.method_defaults: {} is none of payout.methods; add it there", it.method)
            });
            let currency = it.currency.as_ref();
            let only = it.method.only_currency().unwrap_or_default();
            findings.unless(currency.is_none_or(|currency| it.method.pays(currency)), place, || {
                format!("payout.method_defaults: {} pays {only} only", it.method)
            });
        }
        let twice = |method: &PayoutMethod| payout.methods.iter().filter(|it| *it == method).count() > 1;
        let twice = payout.methods.iter().find(|method| twice(method));
        findings.unless(twice.is_none(), place.with("methods"), || {
            format!("payout.methods names {} twice", twice.map_or("", |method| method.as_str()))
        });
    }
}
