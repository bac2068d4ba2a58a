"""Numbers only: arrays in, arrays out; no names, no files, no clock. Import the module wanted, such as `hoshimori.sky.orbits`."""
