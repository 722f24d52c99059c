//! What all validated texts have in common: how they are read, written and masked.

/// The last four characters, where they are at most half of the text.
pub(super) fn tail(text: &str) -> String {
    let count = text.chars().count();
    if count < 8 {
        return "****".to_owned();
    }
    format!("****{}", text.chars().skip(count - 4).collect::<String>())
}

/// A text that only its check can make: `$check` turns what was given into what is kept, `$mask` into what is shown.
macro_rules! validated {
    ($($(#[$doc:meta])* $name:ident: $check:path, $mask:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(smol_str::SmolStr);

        impl $name {
            /// The text as it is written into files.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text as it is shown: enough to recognise, too little to use.
            #[must_use]
            pub fn masked(&self) -> String {
                $mask(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::details::DetailsError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $check(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::details::DetailsError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0.into()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.masked())
            }
        }
    )*};
}
pub(super) use validated;
