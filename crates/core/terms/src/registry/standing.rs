use tribute_events::AmbassadorChange;

/// Where a person stands in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Was asked to join: who applies then is in.
    Invited,
    /// Asked to join.
    Applied,
    /// On the waiting list.
    Waitlisted,
    /// May earn.
    Approved,
    /// May not join.
    Rejected,
    /// Earns nothing for now.
    Suspended,
    /// Left.
    Left,
    /// Was thrown out.
    Banned,
}

impl Standing {
    /// Where a change puts a person who is not in the program yet; `None` where it only says more about them.
    #[must_use]
    pub const fn after(change: AmbassadorChange) -> Option<Self> {
        match change {
            AmbassadorChange::Invited => Some(Self::Invited),
            AmbassadorChange::Applied => Some(Self::Applied),
            AmbassadorChange::Approved => Some(Self::Approved),
            AmbassadorChange::Waitlisted => Some(Self::Waitlisted),
            AmbassadorChange::Rejected => Some(Self::Rejected),
            AmbassadorChange::Suspended => Some(Self::Suspended),
            AmbassadorChange::Left => Some(Self::Left),
            AmbassadorChange::Banned => Some(Self::Banned),
            AmbassadorChange::Updated => None,
        }
    }

    /// The standing as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Applied => "applied",
            Self::Waitlisted => "waitlisted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
            Self::Left => "left",
            Self::Banned => "banned",
        }
    }

    /// Whether they are not in the program, nor were: their posts are an outsider's.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Invited | Self::Applied | Self::Waitlisted | Self::Rejected)
    }

    /// Whether one of the program's places is theirs.
    pub(super) const fn has_place(self) -> bool {
        matches!(self, Self::Approved | Self::Suspended)
    }
}

/// What a change comes to for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// They stand where they stood.
    Nothing,
    /// They stand there now.
    Stands(Standing),
    /// Their application is to be judged.
    Applies,
    /// It has no effect, for this reason.
    Refused(&'static str),
}

/// What a change comes to for a person who stands at `standing`: nobody gets back in by applying who was suspended or
/// banned, and who is in stays in.
pub(super) const fn outcome(standing: Option<Standing>, change: AmbassadorChange) -> Outcome {
    match (change, standing) {
        (AmbassadorChange::Applied | AmbassadorChange::Invited, Some(Standing::Banned)) => {
            Outcome::Refused("a ban stands until a person approves them")
        }
        (AmbassadorChange::Applied | AmbassadorChange::Invited, Some(Standing::Suspended)) => {
            Outcome::Refused("a suspension stands until a person approves them")
        }
        (AmbassadorChange::Applied | AmbassadorChange::Invited, Some(Standing::Approved)) => Outcome::Nothing,
        (AmbassadorChange::Applied, Some(Standing::Invited)) => Outcome::Stands(Standing::Approved),
        (AmbassadorChange::Applied, _) => Outcome::Applies,
        _ => match Standing::after(change) {
            Some(standing) => Outcome::Stands(standing),
            None => Outcome::Nothing,
        },
    }
}
