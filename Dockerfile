# The package in Microsoft's own Functions host, for those who deploy containers or want the real host locally: compose.yaml.
# Not run by us: no container can be started where the project is built.
ARG NODE_VERSION=22

FROM node:24-bookworm-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends unzip && rm -rf /var/lib/apt/lists/*
WORKDIR /repository
COPY . .
RUN npm ci && npm run package && unzip -q dist/app.zip -d /app

FROM mcr.microsoft.com/azure-functions/node:4-node${NODE_VERSION}
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true
COPY --from=build /app /home/site/wwwroot
