// Writes what the code asks of a deployment, for Bicep and for people: `npm run infra:generate`.
import { writeFileSync } from 'node:fs';
import { appModel } from './app-model.ts';
import { renderSettingsPage } from './settings-page.ts';

writeFileSync(new URL('../../infra/app-model.json', import.meta.url), `${JSON.stringify(appModel(), null, 2)}\n`);
writeFileSync(new URL('../../docs/settings.md', import.meta.url), renderSettingsPage());
