"""How dates are written. Readers are of many countries: a month is a word, so that 3/4 is nobody's March and April."""
