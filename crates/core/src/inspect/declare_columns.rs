//! A short form of the columns of traps in, their statics and the family's list out.

/// Declares the columns of a family: how each is named, and what it says.
macro_rules! trap_columns {
    ($($name:ident = $word:literal, $kind:ident, $unit:literal, $meaning:literal, $definition:literal, $reading:literal;)+) => {
        $(
            #[doc = $meaning]
            pub static $name: Column = Column {
                name: $word,
                kind: ColumnType::$kind,
                unit: $unit,
                meaning: $meaning,
                definition: $definition,
                reading: $reading,
                source: "weightwatcher trunk (2026), analyze_traps",
                origin: Origin::Heavytail,
                presence: Presence::Option("traps"),
            };
        )+

        /// The family, in print order.
        pub(crate) static ALL: &[&Column] = &[$(&$name),+];
    };
}
