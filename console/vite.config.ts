/** How the console is built: into the Python package, in hashed files that a strict content policy lets through. */

import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// The service takes writes only from pages of its own origin: the host that was asked is passed on as it is.
const service = { target: process.env.HOSHIMORI_SERVICE ?? "http://127.0.0.1:8420", changeOrigin: false };

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { $lib: fileURLToPath(new URL("./src/lib", import.meta.url)) } },
  build: {
    outDir: "../src/hoshimori/_console",
    emptyOutDir: true,
    target: "es2022",
    // No data: fonts or scripts, and no polyfill script in the page: the policy of the service allows neither.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    sourcemap: false,
    chunkSizeWarningLimit: 700, // three.js is one chunk, loaded with the globe alone
    // The licences of what is bundled travel with it; the page "About" leads there.
    license: { fileName: "licences.md" },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": service, "/healthz": service } },
});
