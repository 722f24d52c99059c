use smol_str::SmolStr;
use tribute_events::{PayoutMethodChosen, TaxFormKind, TaxFormReceived, Timestamp};

use super::{Dated, View, insert_dated};

/// What a brand knows of how one person is paid and of their tax forms; every program of the brand knows it.
#[derive(Debug, Clone, Default)]
pub struct Papers {
    methods: Vec<Dated<PayoutMethodChosen>>,
    forms: Vec<Dated<Option<TaxFormReceived>>>,
}

/// Where a person's tax form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxForm {
    /// There is none, or it was revoked.
    Missing,
    /// There is one that is not valid any more.
    Expired {
        /// Which.
        form: TaxFormKind,
        /// Since when.
        since: Timestamp,
    },
    /// There is one.
    OnFile {
        /// Which; `None` where a program only says that there is one.
        form: Option<TaxFormKind>,
        /// The person is subject to backup withholding all the same.
        backup_withholding: bool,
    },
}

impl TaxForm {
    /// Whether a valid one is there.
    #[must_use]
    pub const fn is_on_file(self) -> bool {
        matches!(self, Self::OnFile { .. })
    }
}

impl Papers {
    pub(super) fn choose(&mut self, fact: Dated<PayoutMethodChosen>) {
        insert_dated(&mut self.methods, fact);
    }

    /// `None`: it was revoked.
    pub(super) fn file(&mut self, fact: Dated<Option<TaxFormReceived>>) {
        insert_dated(&mut self.forms, fact);
    }

    /// How they chose to be paid, as `view` sees it.
    #[must_use]
    pub fn method(&self, view: View) -> Option<&PayoutMethodChosen> {
        let mut seen = self.methods.iter().rev().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.next().map(|fact| &fact.what)
    }

    /// Who entered the way in which they are paid, as `view` sees it.
    #[must_use]
    pub fn entered_by(&self, view: View) -> Option<&SmolStr> {
        self.method(view)?.by.as_ref()
    }

    /// Since when the way in which they are paid is what it is, as `view` sees it.
    #[must_use]
    pub fn entered_at(&self, view: View) -> Option<Timestamp> {
        self.methods.iter().rev().find(|fact| view.sees(fact.time, fact.recorded)).map(|fact| fact.time)
    }

    /// The form that was received last, as `view` sees it, valid or not; `None` where there is none, or it was revoked.
    #[must_use]
    pub fn form(&self, view: View) -> Option<&TaxFormReceived> {
        let mut seen = self.forms.iter().rev().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.next()?.what.as_ref()
    }

    /// Where their tax form stands at `view.as_of`; `None` where nothing was ever said of one.
    #[must_use]
    pub fn tax_form(&self, view: View) -> Option<TaxForm> {
        self.tax_form_at(view, view.as_of)
    }

    /// Whether the last form that `view` sees is valid at an instant; `None` where nothing was ever said of one.
    #[must_use]
    pub fn tax_form_at(&self, view: View, at: Timestamp) -> Option<TaxForm> {
        let mut seen = self.forms.iter().rev().filter(|fact| view.sees(fact.time, fact.recorded));
        let Some(known) = &seen.next()?.what else { return Some(TaxForm::Missing) };
        let (form, backup_withholding) = (known.form, known.backup_withholding);
        Some(match known.expires_at.filter(|since| *since <= at) {
            Some(since) => TaxForm::Expired { form, since },
            None => TaxForm::OnFile { form: Some(form), backup_withholding },
        })
    }
}
