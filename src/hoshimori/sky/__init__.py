"""Numbers only: arrays in, arrays out; no names, no files, no clock. Import the module needed: `from hoshimori.sky import orbits`."""
