//! What makes fees and bonuses that can be read ones that can be paid.

use tribute_money::Millionths;

use crate::{
    Bonus, POST_FACTS, Period, PostFee, Terms, TierBy,
    check::{check_expression, check_rate, check_season},
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_post_fee(&self, findings: &mut Findings, place: Place, fee: &PostFee) {
        let name = format!("post_fee `{}`", fee.id);
        self.check_amount(findings, place.with("amount"), &name, fee.amount);
        findings.unless(fee.pieces != Some(0), place.with("pieces"), || {
            format!("{name}: `pieces` must be at least 1; a fee for no post is earned by doing nothing")
        });
        for row in &fee.table {
            self.check_amount(
                findings,
                place.with("table"),
                &format!("{name}: a row of its table"),
                row.amount,
            );
            check_season(findings, place.with("table"), &format!("{name}: a row"), (row.from, row.until));
        }
        findings.unless(
            fee.amount != Millionths::ZERO || !fee.table.is_empty(),
            place.with("amount"),
            || {
                format!(
                    "{name}: it pays nothing; give it an `amount` such as \"25.00\", or a `table` of fees"
                )
            },
        );
        if let Some(late) = fee.late {
            check_rate(findings, place.with("late"), &format!("{name}: late"), late);
        }
        check_season(findings, place.with("from"), &name, (fee.from, fee.until));
        check_expression(findings, place.with("expression"), &name, fee.expression.as_ref(), POST_FACTS);
    }

    pub(crate) fn check_fees(&self, findings: &mut Findings) {
        for (index, fee) in self.application_fee.iter().enumerate() {
            let (place, name) =
                (Place::new("application_fee", index, "id"), format!("application_fee `{}`", fee.id));
            self.check_amount(
                findings,
                place.with("recruiter"),
                &format!("{name}: recruiter"),
                fee.recruiter,
            );
            self.check_amount(findings, place.with("recruit"), &format!("{name}: recruit"), fee.recruit);
            let pays = fee.recruiter != Millionths::ZERO || fee.recruit != Millionths::ZERO;
            findings.unless(pays, place, || {
                format!(
                    "{name}: it pays nobody; give it `recruiter = \"25.00\"`, `recruit = \"25.00\"`, or both"
                )
            });
        }
        for (index, fee) in self.workshop_fee.iter().enumerate() {
            let place = Place::new("workshop_fee", index, "amount");
            self.check_amount(findings, place, &format!("workshop_fee `{}`", fee.id), fee.amount);
        }
        for (index, it) in self.guarantee.iter().enumerate() {
            let (place, name) = (Place::new("guarantee", index, "amount"), format!("guarantee `{}`", it.id));
            self.check_amount(findings, place, &name, it.amount);
            findings.unless(matches!(it.period, Period::Week | Period::Month), place.with("period"), || {
                format!("{name}: its period must be \"week\" or \"month\"")
            });
        }
    }

    pub(crate) fn check_click_fees(&self, findings: &mut Findings) {
        for (index, fee) in self.click_fee.iter().enumerate() {
            let (place, name) = (Place::new("click_fee", index, "amount"), format!("click_fee `{}`", fee.id));
            // A click may earn less than the smallest unit: what a day brings is rounded as one amount.
            findings.unless(fee.amount >= Millionths::ZERO, place, || {
                format!("{name}: {} is negative", fee.amount)
            });
            findings.unless(fee.per_day != Some(0), place.with("per_day"), || {
                format!("{name}: `per_day` must be at least 1; leave the rule out where no click shall earn")
            });
            check_season(findings, place.with("from"), &name, (fee.from, fee.until));
        }
    }

    pub(crate) fn check_bonus(&self, findings: &mut Findings, place: Place, bonus: &Bonus) {
        let name = format!("bonus `{}`", bonus.id);
        self.check_amount(findings, place.with("amount"), &name, bonus.amount);
        findings.unless(bonus.from > Millionths::ZERO, place.with("from"), || {
            format!("{name}: `from` must be above 0; a threshold of 0 is reached by doing nothing")
        });
        findings.unless(bonus.by != TierBy::Followers, place.with("by"), || {
            format!("{name}: a bonus counts `revenue` or `orders`; followers are not earned in a period")
        });
    }
}
