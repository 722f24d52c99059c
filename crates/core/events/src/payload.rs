use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{
    AdjustmentApproved, AdjustmentProposed, AdjustmentRefused, AmbassadorChanged, AmbassadorJudged,
    BankEntryReported, CampaignAnnounced, ClaimAccepted, ClaimEvidenced, ClaimOpened, ClaimRefused,
    ClickJudged, ClickRecorded, ClockTicked, CodeIssued, CodeWithdrawn, ConversionOverridden, FindingDecided,
    FxPublished, HoldChanged, LinkIssued, LoginRecorded, PayoutApproved, PayoutCancelled, PayoutExported,
    PayoutMethodChosen, PayoutRunRequested, PeriodClosed, PerkFulfilled, PerkStocked, PersonErased,
    PostMeasured, PostPublished, PostRemoved, PostReviewed, ProgramPublished, Rejection, RejectionCode,
    SaleCancelled, SaleDisputed, SaleDocument, SaleRefunded, SettlementReported, ShipmentSent, StatementRead,
    TaxFormReceived, TaxFormRevoked, TokenSpent, WorkshopAnnounced, WorkshopHeld,
};

/// What became of an ambassador's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AmbassadorChange {
    /// Was asked to join.
    Invited,
    /// Asked to join.
    Applied,
    /// May earn from now on.
    Approved,
    /// Must wait.
    Waitlisted,
    /// May not join.
    Rejected,
    /// Earns nothing for now.
    Suspended,
    /// Left.
    Left,
    /// Was thrown out.
    Banned,
    /// Only what is known of them changed.
    Updated,
}

/// Who is told where a field stands that the contract does not know.
type Unknown<'u> = &'u mut dyn FnMut(serde_ignored::Path<'_>);

macro_rules! payloads {
    ($($(#[$doc:meta])* $variant:ident($content:ty) = $name:literal $(as $change:ident)?,)*) => {
        /// The payload of an incoming event, by its type.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Payload {
            $($(#[$doc])* $variant($content),)*
            /// `tribute.ambassador.*`: a change of standing.
            Ambassador(AmbassadorChange, AmbassadorChanged),
        }

        impl Payload {
            /// The event's type, `tribute.<noun>.<past participle>`.
            #[must_use]
            pub fn event_type(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                    Self::Ambassador(change, _) => change.event_type(),
                }
            }

            /// Reads the payload of an event of type `event_type`.
            ///
            /// # Errors
            /// [`RejectionCode::UnknownType`], or what is wrong with the payload and where.
            pub fn read(event_type: &str, data: &RawValue) -> Result<Self, Rejection> {
                Self::read_noting(event_type, data, &mut |_| {})
            }

            /// Reads it, and tells of every field that the contract does not know where it stands.
            pub(crate) fn read_noting(
                event_type: &str,
                data: &RawValue,
                unknown: Unknown<'_>,
            ) -> Result<Self, Rejection> {
                match event_type {
                    $($name => read::<$content>(data, unknown).map(Self::$variant),)*
                    _ => match AmbassadorChange::from_event_type(event_type) {
                        Some(change) => {
                            read(data, unknown).map(|content| Self::Ambassador(change, content))
                        }
                        None => Err(Rejection::new(
                            RejectionCode::UnknownType,
                            format!("`{event_type}` is not an event type of the contract; see `tribute schema`"),
                        )),
                    },
                }
            }

            /// The payload as JSON text.
            ///
            /// # Errors
            /// What `serde_json` reports; no payload of the contract fails.
            pub fn to_json(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$variant(content) => serde_json::to_string(content),)*
                    Self::Ambassador(_, content) => serde_json::to_string(content),
                }
            }

            /// Every incoming type with the JSON Schema of its payload.
            #[must_use]
            pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
                let mut all = vec![$(($name, schemars::schema_for!($content)),)*];
                all.extend(AmbassadorChange::ALL.map(|change| {
                    (change.event_type(), schemars::schema_for!(AmbassadorChanged))
                }));
                all
            }
        }
    };
}

payloads! {
    /// Terms of a program.
    Program(ProgramPublished) = "tribute.program.published",
    /// A code stands for an ambassador.
    CodeIssued(CodeIssued) = "tribute.code.issued",
    /// A code no longer counts.
    CodeWithdrawn(CodeWithdrawn) = "tribute.code.withdrawn",
    /// A link stands for an ambassador.
    LinkIssued(LinkIssued) = "tribute.link.issued",
    /// A campaign with its dates.
    Campaign(CampaignAnnounced) = "tribute.campaign.announced",
    /// A workshop with its hours.
    Workshop(WorkshopAnnounced) = "tribute.workshop.announced",
    /// A workshop took place.
    WorkshopHeld(WorkshopHeld) = "tribute.workshop.held",
    /// Reference rates of a day.
    Fx(FxPublished) = "tribute.fx.published",
    /// A piece of content.
    PostPublished(PostPublished) = "tribute.post.published",
    /// Its counts.
    PostMeasured(PostMeasured) = "tribute.post.measured",
    /// A review of it.
    PostReviewed(PostReviewed) = "tribute.post.reviewed",
    /// It is gone.
    PostRemoved(PostRemoved) = "tribute.post.removed",
    /// A click, scan or view.
    Click(ClickRecorded) = "tribute.click.recorded",
    /// An account on a device.
    Login(LoginRecorded) = "tribute.login.recorded",
    /// A verdict on a click.
    ClickJudged(ClickJudged) = "tribute.click.judged",
    /// A verdict on an ambassador.
    AmbassadorJudged(AmbassadorJudged) = "tribute.ambassador.judged",
    /// An order.
    SaleCompleted(SaleDocument) = "tribute.sale.completed",
    /// An order as edited.
    SaleEdited(SaleDocument) = "tribute.sale.edited",
    /// Money went back.
    SaleRefunded(SaleRefunded) = "tribute.sale.refunded",
    /// The order is void.
    SaleCancelled(SaleCancelled) = "tribute.sale.cancelled",
    /// A chargeback.
    SaleDisputed(SaleDisputed) = "tribute.sale.disputed",
    /// A person decided who is credited.
    ConversionOverridden(ConversionOverridden) = "tribute.conversion.overridden",
    /// A run was asked for.
    PayoutRun(PayoutRunRequested) = "tribute.payout_run.requested",
    /// A payout was approved.
    PayoutApproved(PayoutApproved) = "tribute.payout_approval.given",
    /// A payout was cancelled.
    PayoutCancelled(PayoutCancelled) = "tribute.payout_cancellation.given",
    /// How somebody is paid.
    PayoutMethod(PayoutMethodChosen) = "tribute.payout_method.chosen",
    /// Payouts were written to a file.
    PayoutExported(PayoutExported) = "tribute.payout_file.exported",
    /// A bank's word on a payout.
    Settlement(SettlementReported) = "tribute.settlement.reported",
    /// A bank's statement was read.
    StatementRead(StatementRead) = "tribute.statement.read",
    /// A tax form is on file.
    TaxForm(TaxFormReceived) = "tribute.tax_form.received",
    /// A tax form is not valid any more.
    TaxFormRevoked(TaxFormRevoked) = "tribute.tax_form.revoked",
    /// What entries of a bank were found to be.
    BankEntry(BankEntryReported) = "tribute.bank_entry.reported",
    /// A month is closed.
    PeriodClosed(PeriodClosed) = "tribute.period.closed",
    /// A correction by hand.
    AdjustmentProposed(AdjustmentProposed) = "tribute.adjustment.proposed",
    /// It is booked.
    AdjustmentApproved(AdjustmentApproved) = "tribute.adjustment.approved",
    /// It is not booked.
    AdjustmentRefused(AdjustmentRefused) = "tribute.adjustment.refused",
    /// A sale is said to be missing.
    ClaimOpened(ClaimOpened) = "tribute.claim.opened",
    /// What speaks for or against it.
    ClaimEvidenced(ClaimEvidenced) = "tribute.claim.evidenced",
    /// It is right.
    ClaimAccepted(ClaimAccepted) = "tribute.claim.accepted",
    /// It is not right.
    ClaimRefused(ClaimRefused) = "tribute.claim.refused",
    /// An ambassador's payouts stop.
    HoldPlaced(HoldChanged) = "tribute.hold.placed",
    /// An ambassador's payouts go on.
    HoldReleased(HoldChanged) = "tribute.hold.released",
    /// A person is gone.
    PersonErased(PersonErased) = "tribute.person.erased",
    /// A person decided on a finding.
    FindingDecided(FindingDecided) = "tribute.finding.decided",
    /// A product was sent out.
    ShipmentSent(ShipmentSent) = "tribute.shipment.sent",
    /// Units of a perk came in.
    PerkStocked(PerkStocked) = "tribute.perk.stocked",
    /// A granted perk was delivered or cancelled.
    PerkFulfilled(PerkFulfilled) = "tribute.perk.fulfilled",
    /// Tokens were spent.
    TokenSpent(TokenSpent) = "tribute.token.spent",
    /// Time went on.
    Clock(ClockTicked) = "tribute.clock.ticked",
}

impl AmbassadorChange {
    /// Every change.
    pub const ALL: [Self; 9] = [
        Self::Invited,
        Self::Applied,
        Self::Approved,
        Self::Waitlisted,
        Self::Rejected,
        Self::Suspended,
        Self::Left,
        Self::Banned,
        Self::Updated,
    ];

    /// The event type of this change.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Invited => "tribute.ambassador.invited",
            Self::Applied => "tribute.ambassador.applied",
            Self::Approved => "tribute.ambassador.approved",
            Self::Waitlisted => "tribute.ambassador.waitlisted",
            Self::Rejected => "tribute.ambassador.rejected",
            Self::Suspended => "tribute.ambassador.suspended",
            Self::Left => "tribute.ambassador.left",
            Self::Banned => "tribute.ambassador.banned",
            Self::Updated => "tribute.ambassador.updated",
        }
    }

    fn from_event_type(event_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.event_type() == event_type)
    }
}

impl Payload {
    /// Whether the event concerns the whole installation and may come without a brand.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Clock(_) | Self::Fx(_))
    }
}

/// Reads quickly; where that fails, reads again slowly to say at which field.
fn read<T: DeserializeOwned>(data: &RawValue, unknown: Unknown<'_>) -> Result<T, Rejection> {
    let mut quick = serde_json::Deserializer::from_str(data.get());
    serde_ignored::deserialize(&mut quick, unknown).or_else(|_| {
        let mut reader = serde_json::Deserializer::from_str(data.get());
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let place = error.path().to_string();
            let reason = error.inner().to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let at = if place == "." { "data".to_owned() } else { format!("data.{place}") };
            Rejection::new(code_of(&place, reason), format!("{at}: {}", plain(reason)))
        })
    })
}

/// The reader's words for its types in words that a person knows.
fn plain(reason: &str) -> String {
    let words =
        [("i64", "a whole number"), ("u64", "a whole number from 0"), ("u32", "a whole number from 0")];
    let said = words.iter().fold(reason.to_owned(), |text, (word, plain)| {
        text.replace(&format!("expected {word}"), &format!("expected {plain}"))
    });
    match said.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => said,
    }
}

fn code_of(place: &str, reason: &str) -> RejectionCode {
    let money = ["amount", "discount", "shipping", "tax"].iter().any(|field| place.ends_with(field));
    if reason.contains("ISO 4217") || place.ends_with("currency") {
        RejectionCode::InvalidCurrency
    } else if money {
        RejectionCode::InvalidAmount
    } else {
        RejectionCode::InvalidData
    }
}
