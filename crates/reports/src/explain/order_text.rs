use std::fmt;

use super::{ClaimView, Credit, MomentView, OrderStory, ProgramView};

impl fmt::Display for OrderStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Order {} of brand {}", self.order, self.brand)?;
        match self.placed_at {
            Some(at) => {
                writeln!(f, ", placed {at} by {}", self.buyer.as_deref().unwrap_or("an unknown shopper"))?
            }
            None => writeln!(f, ", not placed yet")?,
        }
        writeln!(f, "  what happened")?;
        for fact in &self.facts {
            write!(f, "    {}  {} (event {}", fact.time, fact.says, fact.event)?;
            if fact.recorded != fact.time {
                write!(f, ", recorded {}", fact.recorded)?;
            }
            writeln!(f, ")")?;
        }
        self.programs.iter().try_for_each(|program| program.fmt(f))?;
        writeln!(f, "  events")?;
        self.events.iter().try_for_each(|event| writeln!(f, "    {event}"))
    }
}

impl fmt::Display for ProgramView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  program {}", self.program)?;
        match &self.credit {
            None => writeln!(f)?,
            Some(credit) => writeln!(f, ", terms {}", credit.terms_version)?,
        }
        if let Some(why) = &self.why_nobody {
            writeln!(f, "    {why}")?;
        }
        if let Some(credit) = &self.credit {
            write!(f, "{credit}")?;
        }
        self.earnings.iter().try_for_each(|earning| earning.fmt(f))
    }
}

impl fmt::Display for Credit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.winners.is_empty() {
            write!(f, "    decided by {}", self.tier.replace('_', " "))?;
            self.model.iter().try_for_each(|model| write!(f, ", {}", model.replace('_', " ")))?;
            writeln!(f, "; the buyer {}", if self.returning { "had ordered before" } else { "is new" })?;
        }
        self.winners.iter().try_for_each(|claim| writeln!(f, "    credited  {claim}"))?;
        for loser in &self.losers {
            writeln!(f, "    lost      {loser}: {}", loser.why_in_words.as_deref().unwrap_or("?"))?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "    note      {note}"))?;
        writeln!(f, "    locks     {}", self.locks_at)?;
        self.moments.iter().try_for_each(|moment| writeln!(f, "    from      {moment}"))
    }
}

impl fmt::Display for ClaimView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = self.ambassador.as_deref().unwrap_or("nobody known");
        write!(f, "{} {} of {whose} on {}, {}", self.kind, self.touch, self.at, self.age)
    }
}

impl fmt::Display for MomentView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  net {} {}", self.effective_at, self.net.amount, self.net.currency)?;
        for (index, share) in self.shares.iter().enumerate() {
            let lead = if index == 0 { "; " } else { ", " };
            write!(f, "{lead}{} {}", share.ambassador.as_deref().unwrap_or("the house"), share.share)?;
        }
        write!(f, " (event {})", self.cause)
    }
}
