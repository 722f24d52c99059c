use smol_str::{SmolStr, format_smolstr};
use tribute_terms::{Expression, Mission, PostRequirement};

/// One thing that a step of a mission asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need<'m> {
    /// Its name within the mission: `0/conversions`, `1/posts.0`. The same in every version of the terms.
    pub name: SmolStr,
    /// The step that asks for it, from 0.
    pub step: usize,
    /// How much of it.
    pub amount: u64,
    /// What is counted.
    pub of: Counted<'m>,
}

/// What a need counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted<'m> {
    /// Credited orders, where there is a condition those for which it holds.
    Conversions(Option<&'m Expression>),
    /// Approved recruits, where there is a condition those for whom it holds.
    Recruits(Option<&'m Expression>),
    /// Posts that fit.
    Posts(&'m PostRequirement),
    /// The views of posts that fit.
    Views(&'m PostRequirement),
    /// The interactions of posts that fit.
    Interactions(&'m PostRequirement),
}

impl<'m> Counted<'m> {
    /// The posts that count; nothing where other things do.
    #[must_use]
    pub const fn posts(&self) -> Option<&'m PostRequirement> {
        match self {
            Self::Posts(posts) | Self::Views(posts) | Self::Interactions(posts) => Some(posts),
            Self::Conversions(_) | Self::Recruits(_) => None,
        }
    }

    /// Whether it grows with every measurement, and not once for each fact.
    #[must_use]
    pub const fn is_measured(&self) -> bool {
        matches!(self, Self::Views(_) | Self::Interactions(_))
    }
}

/// Everything that a mission asks for, step by step.
///
/// ```
/// use tribute_rewards::needs;
/// # let head = "[program]\nbrand = 'b'\nid = 'p'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n";
/// let mission = "[[mission]]\nid = 'm'\nrequires.posts = { count = 2, views = 9000 }\nthen = [{ conversions = 1 }]\n\
///     gives = [{ badge = 'FAN' }]\n";
/// let terms = tribute_terms::Terms::parse(&format!("{head}{mission}")).map_err(|problems| problems[0].to_string())?;
/// let names: Vec<_> = needs(&terms.mission[0]).into_iter().map(|need| need.name).collect();
/// assert_eq!(names, ["0/posts.0", "0/views.0", "1/conversions"]);
/// # Ok::<(), String>(())
/// ```
#[must_use]
pub fn needs(mission: &Mission) -> Vec<Need<'_>> {
    let mut all = Vec::new();
    for (step, asked) in mission.steps().enumerate() {
        let mut ask = |kind: &str, amount, of| {
            if amount > 0 {
                all.push(Need { name: format_smolstr!("{step}/{kind}"), step, amount, of });
            }
        };
        ask("conversions", asked.conversions, Counted::Conversions(asked.order_expression.as_ref()));
        ask("recruits", asked.recruits, Counted::Recruits(asked.recruit_expression.as_ref()));
        for (index, posts) in asked.posts.iter().enumerate() {
            ask(&format!("posts.{index}"), posts.count, Counted::Posts(posts));
            ask(&format!("views.{index}"), posts.views, Counted::Views(posts));
            ask(&format!("interactions.{index}"), posts.interactions, Counted::Interactions(posts));
        }
    }
    all
}
