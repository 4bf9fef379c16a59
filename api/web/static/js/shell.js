// What every page does beyond its HTML, which works without.
