/** Builds the CesiumJS page into BENCH_OUT; run.py lays Cesium's own workers and pictures of the Earth beside it. */

import { defineConfig } from "vite";

export default defineConfig({
  define: { CESIUM_BASE_URL: JSON.stringify("/cesium/") },
  build: { outDir: process.env.BENCH_OUT ?? "dist", emptyOutDir: true, target: "es2022" },
  worker: { format: "es" },
  logLevel: "error",
});
