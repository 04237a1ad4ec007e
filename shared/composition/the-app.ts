import { type App, createApp } from './create-app.ts';

let app: App | undefined;

/**
 * What all functions share, made by the first that asks: one Cosmos client and one set of signing keys for the process,
 * as their libraries want it.
 *
 * @throws SettingsError
 */
export function theApp(): App {
  app ??= createApp(process.env);
  return app;
}
