import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// In development the server runs beside: `freehold serve --demo`.
const server = "http://localhost:8400";
const paths = ["/api", "/orgs", "/providers", "/organizations", "/common", "/healthz"];

export default defineConfig({
  plugins: [react()],
  build: { target: "es2023", chunkSizeWarningLimit: 1500 },
  server: { proxy: Object.fromEntries(paths.map((path) => [path, server])) },
  test: { include: ["src/**/*.test.ts"] },
});
