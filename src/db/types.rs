//! How our own types stand in columns of both databases. Not here: what the types mean.

/// Lets a newtype over `i64` stand in an INTEGER or BIGINT column.
#[macro_export]
macro_rules! sql_integer {
    ($name:ident) => {
        $crate::sql_type!($name, i64, |value| value.0, |stored| Ok(Self(stored)));
    };
}

/// Lets a type with `Display` and `FromStr` stand in a TEXT column.
#[macro_export]
macro_rules! sql_text {
    ($name:ident) => {
        $crate::sql_type!($name, String, |value| value.to_string(), |stored| Ok(stored.parse::<Self>()?));
    };
}

/// Declares an enum whose variants are words in a TEXT column and in files.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }
        impl $name {
            /// The word in the database and in files.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word,)+ } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(word: &str) -> Result<Self, String> {
                match word { $($word => Ok(Self::$variant),)+ other => Err(format!("“{other}” is no {}", stringify!($name))) }
            }
        }
        $crate::sql_text!($name);
    };
}

/// Writes the six driver traits that [`sql_integer`], [`sql_text`] and [`words`] need.
#[macro_export]
macro_rules! sql_type {
    ($name:ident, $inner:ty, |$value:ident| $out:expr, |$stored:ident| $back:expr) => {
        const _: () = {
    $crate::sql_type!(@driver $name, $inner, |$value| $out, |$stored| $back, sqlx::Sqlite, sqlx::sqlite::SqliteTypeInfo);
    $crate::sql_type!(@driver $name, $inner, |$value| $out, |$stored| $back, sqlx::Postgres, sqlx::postgres::PgTypeInfo);
        };
    };
    (@driver $name:ident, $inner:ty, |$value:ident| $out:expr, |$stored:ident| $back:expr, $db:ty, $info:ty) => {
        impl sqlx::Type<$db> for $name {
            fn type_info() -> $info {
                <$inner as sqlx::Type<$db>>::type_info()
            }
            fn compatible(info: &$info) -> bool {
                <$inner as sqlx::Type<$db>>::compatible(info)
            }
        }
        impl<'q> sqlx::Encode<'q, $db> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut <$db as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                let $value = self;
                let out: $inner = $out;
                <$inner as sqlx::Encode<'q, $db>>::encode(out, buffer)
            }
        }
        impl<'r> sqlx::Decode<'r, $db> for $name {
            fn decode(value: <$db as sqlx::Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let $stored = <$inner as sqlx::Decode<'r, $db>>::decode(value)?;
                $back
            }
        }
    };
}

/// Declares a struct whose fields are columns of the same names, readable from both databases.
#[macro_export]
macro_rules! record {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)+ }
        $crate::record!(@driver $name, sqlx::sqlite::SqliteRow, $($field),+);
        $crate::record!(@driver $name, sqlx::postgres::PgRow, $($field),+);
    };
    (@driver $name:ident, $row:ty, $($field:ident),+) => {
        impl<'r> sqlx::FromRow<'r, $row> for $name {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?,)+ })
            }
        }
    };
}
