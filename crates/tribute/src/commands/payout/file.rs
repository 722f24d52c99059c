//! Payment files: from payouts and the vault to bytes. The same payouts, issue, settings and details make the same bytes.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_events::{AmbassadorId, BrandId, FileIssue, PayoutExported, PayoutId, ProgramId, Timestamp};
use tribute_formats::{
    FormatError, PayoutLine, WrittenFile, payout_list,
    rail::{Issue, PaymentInstruction, RailSettings, write},
};
use tribute_services::Engine;
use tribute_store::entity::{event_log, payout};
use tribute_vault::{PaidBy, Payee};

/// How a file is written.
pub(super) enum Writer {
    /// A list for whoever pays by hand.
    List,
    /// By a rail's settings.
    Rail(Box<RailSettings>),
}

/// What was written.
pub(super) struct Written {
    pub(super) files: Vec<WrittenFile>,
    /// Whom each payout goes to and where, as far as a file says it.
    pub(super) payees: BTreeMap<PayoutId, (AmbassadorId, PaidBy)>,
    pub(super) left_out: Vec<LeftOut>,
}

/// A payout that is in no file, and why.
pub(super) struct LeftOut {
    pub(super) row: payout::Model,
    pub(super) reason: String,
}

impl Writer {
    /// The writer of a rail. The settings may leave out which rail they are for, and may not say another one.
    pub(super) fn read(rail: &str, settings: Option<&Path>) -> Result<Self> {
        if ["csv", "store_credit", "gift_card"].contains(&rail) {
            return Ok(Self::List);
        }
        let Some(path) = settings else {
            bail!("the rail {rail} needs its settings; name them with --settings")
        };
        let place = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{place} cannot be read"))?;
        let mut table: toml::Table = text.parse().with_context(|| format!("{place} is not TOML"))?;
        let said = table.entry("rail").or_insert_with(|| rail.into());
        if said.as_str() != Some(rail) {
            bail!("{place} is for the rail {said}, not for {rail}");
        }
        let settings =
            table.try_into().with_context(|| format!("{place} are no settings of the rail {rail}"))?;
        Ok(Self::Rail(Box::new(settings)))
    }

    /// The files for these payouts, and who is in none of them: from where people are paid now, or, for a file that is written
    /// `again`, from where it paid them.
    pub(super) async fn write(
        &self,
        engine: &Engine,
        brand: &BrandId,
        issue: &FileIssue,
        rows: Vec<payout::Model>,
        again: Option<&str>,
    ) -> Result<Written> {
        let Self::Rail(settings) = self else {
            let lines = rows.iter().map(line).collect::<Result<Vec<_>>>()?;
            let files = if lines.is_empty() { Vec::new() } else { vec![payout_list(&lines)?] };
            return Ok(Written { files, payees: BTreeMap::new(), left_out: Vec::new() });
        };
        let on_day = on_day(issue)?;
        let people: Vec<_> = rows.iter().map(|row| AmbassadorId::trusted(&row.ambassador)).collect();
        let mut payees = engine.vault().details_for(engine.database(), brand, &people, again).await?;
        let (mut payments, mut payees_of, mut left_out) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (row, person) in rows.into_iter().zip(people) {
            match instruction(&row, payees.get_mut(&person), &issue.note)? {
                Ok(payment) => match refusal(settings, &on_day, &payment)? {
                    None => {
                        let paid =
                            PaidBy { payment: payment.details.clone(), address: payment.address.clone() };
                        payees_of.insert(payment.payout.clone(), (person, paid));
                        payments.push(payment);
                    }
                    Some(reason) => left_out.push(LeftOut { row, reason }),
                },
                Err(reason) => left_out.push(LeftOut { row, reason }),
            }
        }
        Ok(Written { files: apart(settings, &on_day, &payments)?, payees: payees_of, left_out })
    }
}

/// Files that each depend on their own payments alone, so that one can be issued again without the others.
fn apart(
    settings: &RailSettings,
    issue: &Issue,
    payments: &[PaymentInstruction],
) -> Result<Vec<WrittenFile>> {
    let together = write(settings, issue, payments)?;
    if together.len() < 2 {
        return Ok(together);
    }
    let mut files = Vec::new();
    for (file, number) in together.iter().zip(0..) {
        let ids: Vec<&PayoutId> = file.payments.iter().map(|it| &it.payout).collect();
        let own: Vec<_> = payments.iter().filter(|it| ids.contains(&&it.payout)).cloned().collect();
        let issue = Issue { files_before: issue.files_before.saturating_add(number), ..*issue };
        files.extend(write(settings, &issue, &own)?);
    }
    Ok(files)
}

/// Why a rail does not take a payment; an error where it takes none at all.
fn refusal(settings: &RailSettings, issue: &Issue, payment: &PaymentInstruction) -> Result<Option<String>> {
    match write(settings, issue, std::slice::from_ref(payment)) {
        Ok(_) => Ok(None),
        Err(FormatError::Payment { refusal, .. }) => Ok(Some(refusal.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// One payment; the sentence says why there is none.
fn instruction(
    row: &payout::Model,
    payee: Option<&mut Payee>,
    note: &str,
) -> Result<Result<PaymentInstruction, String>> {
    let (details, address) = match payee {
        Some(Payee::Known { payment, address, .. }) => (payment.clone(), address.clone()),
        Some(Payee::Redacted) => {
            return Ok(Err("the person was erased, and nobody is left to pay it to".to_owned()));
        }
        Some(Payee::Unsaid) | None => {
            let reason =
                "nobody said how they are paid; have it given, and bring it in with `tribute person import`";
            return Ok(Err(reason.to_owned()));
        }
    };
    let PayoutLine { payout, amount, currency, .. } = line(row)?;
    Ok(Ok(PaymentInstruction { payout, amount, currency, details, address, note: note.to_owned() }))
}

fn line(row: &payout::Model) -> Result<PayoutLine> {
    let (Some(amount), Some(currency)) = (row.amount, &row.asset) else {
        bail!("payout {} has no amount", row.payout);
    };
    Ok(PayoutLine {
        payout: PayoutId::trusted(&row.payout),
        program: ProgramId::trusted(&row.program),
        ambassador: AmbassadorId::trusted(&row.ambassador),
        amount,
        currency: currency.parse()?,
        run_at: Timestamp::from_millis(row.run_at),
    })
}

fn on_day(issue: &FileIssue) -> Result<Issue> {
    let execution_date: Date = issue
        .execution_date
        .parse()
        .with_context(|| format!("`{}` is not a day, such as 2026-11-24", issue.execution_date))?;
    Ok(Issue { created: issue.created, execution_date, files_before: issue.files_before })
}

/// The files that this command line exported for a brand before.
pub(super) async fn exported(engine: &Engine, brand: &BrandId) -> Result<Vec<PayoutExported>> {
    let query = event_log::Entity::find()
        .filter(event_log::Column::Brand.eq(brand.as_str()))
        .filter(event_log::Column::Source.eq(super::SOURCE))
        .filter(event_log::Column::EventType.eq("tribute.payout_file.exported"))
        .filter(event_log::Column::Refused.eq(0))
        .order_by_asc(event_log::Column::Seq);
    let rows = query.all(engine.database().connection()).await?;
    let read = |row: event_log::Model| {
        let mut event: serde_json::Value = serde_json::from_str(&row.body)?;
        Ok(serde_json::from_value(event["data"].take())?)
    };
    rows.into_iter().map(read).collect()
}
