"""Pure numerics: no database, no network, no clock, no hidden random source."""
