import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server's address while developing; in an installation the pages are served by the server itself.
const server = process.env.TITER_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/titer/server/pages",
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": { target: server, changeOrigin: false } } },
});
