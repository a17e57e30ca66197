//! Enums that name what the field knows and leave room for what a company calls its own.

/// Declares an enum of known names and one of the caller's own.
///
/// In serde, in C and in Python it is its name as a text; a name that the library knows reads as
/// the known variant.
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(into = "String", from = "String"))]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A name of the caller's own.
            Custom(String),
        }

        impl $name {
            /// Those that have a name here, in their order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The name in `snake_case`, or the caller's own.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Custom(name) => name,
                }
            }

            /// The known one of this name, if there is one.
            pub fn known(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::known(name).unwrap_or_else(|| Self::Custom(name.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self::known(&name).unwrap_or(Self::Custom(name))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                match value {
                    $name::Custom(name) => name,
                    known => known.name().to_owned(),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

pub(crate) use open_enum;
