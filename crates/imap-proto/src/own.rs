//! Turning borrowed values into owned ones.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A value that can let go of what it borrows.
pub(crate) trait Own {
    /// The same type, borrowing nothing.
    type Static;

    fn own(self) -> Self::Static;
}

impl Own for Cow<'_, [u8]> {
    type Static = Cow<'static, [u8]>;

    fn own(self) -> Self::Static {
        Cow::Owned(self.into_owned())
    }
}

impl Own for Cow<'_, str> {
    type Static = Cow<'static, str>;

    fn own(self) -> Self::Static {
        Cow::Owned(self.into_owned())
    }
}

impl<T: Own> Own for Option<T> {
    type Static = Option<T::Static>;

    fn own(self) -> Self::Static {
        self.map(Own::own)
    }
}

impl<T: Own> Own for Vec<T> {
    type Static = Vec<T::Static>;

    fn own(self) -> Self::Static {
        self.into_iter().map(Own::own).collect()
    }
}

impl<T: Own> Own for Box<T> {
    type Static = Box<T::Static>;

    fn own(self) -> Self::Static {
        Box::new((*self).own())
    }
}

impl<A: Own, B: Own> Own for (A, B) {
    type Static = (A::Static, B::Static);

    fn own(self) -> Self::Static {
        (self.0.own(), self.1.own())
    }
}

/// Types that borrow nothing.
macro_rules! own_plain {
    ($($name:ty),* $(,)?) => {
        $(impl $crate::own::Own for $name {
            type Static = Self;

            fn own(self) -> Self {
                self
            }
        })*
    };
}

/// Types that have `into_owned` already.
macro_rules! own_by_method {
    ($($name:ident),* $(,)?) => {
        $(impl $crate::own::Own for $name<'_> {
            type Static = $name<'static>;

            fn own(self) -> $name<'static> {
                self.into_owned()
            }
        })*
    };
}

/// A struct: `own_struct! { Name { field, field } }`.
macro_rules! own_struct {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::own::Own for $name<'_> {
            type Static = $name<'static>;

            fn own(self) -> $name<'static> {
                $name { $($field: $crate::own::Own::own(self.$field)),* }
            }
        }

        impl $name<'_> {
            /// The same value, borrowing nothing.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $crate::own::Own::own(self)
            }
        }
    };
}

/// An enum: `own_enum! { Name { Unit, Tuple(a, b), Struct { field } } }`.
macro_rules! own_enum {
    ($name:ident {
        $($variant:ident $( ( $($item:ident),* ) )? $( { $($field:ident),* } )? ),* $(,)?
    }) => {
        impl $crate::own::Own for $name<'_> {
            type Static = $name<'static>;

            fn own(self) -> $name<'static> {
                match self {
                    $($name::$variant $( ( $($item),* ) )? $( { $($field),* } )? => {
                        $name::$variant
                            $( ( $($crate::own::Own::own($item)),* ) )?
                            $( { $($field: $crate::own::Own::own($field)),* } )?
                    })*
                }
            }
        }

        impl $name<'_> {
            /// The same value, borrowing nothing.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $crate::own::Own::own(self)
            }
        }
    };
}

pub(crate) use {own_by_method, own_enum, own_plain, own_struct};

use crate::{Atom, Capabilities, Capability, Content, Raw, Secret, Str, Tag, Text, Word};

own_plain!(bool, u8, u16, u32, u64, i64, usize);
own_by_method!(Atom, Capabilities, Capability, Content, Raw, Secret, Str, Tag, Text, Word);
