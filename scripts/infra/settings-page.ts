import { APP_SETTINGS, type AppSetting } from '../../shared/settings/app-settings.ts';
import { HOST_SETTINGS } from '../../shared/settings/host-settings.ts';

const PROVIDERS = {
  everywhere: 'local settings and infra',
  local: 'local settings only',
  cloud: 'infra only',
  platform: 'the platform',
  optional: 'whoever wants it',
} as const satisfies Record<AppSetting['provider'], string>;

/** The text of docs/settings.md. */
export function renderSettingsPage(): string {
  return `# App settings

Made by \`npm run infra:generate\` from \`shared/settings/\`; do not edit. Locally they are in \`local.settings.json\`, in Azure
they are made by \`infra/\`. The app reads them once, at its start, and does not start where one is missing or wrong.

## Read by the app

${table(APP_SETTINGS)}

## Read by the Functions host

${table(HOST_SETTINGS)}
`;
}

function table(settings: Readonly<Record<string, AppSetting>>): string {
  const rows = Object.entries(settings).map(
    ([name, { purpose, values, default: fallback, provider, secret }]) =>
      `| \`${name}\` | ${purpose} | ${listed(values)} | ${fallback === null ? '' : `\`${fallback}\``} | ${PROVIDERS[provider]} | ${secret ? 'yes' : ''} |`,
  );
  return ['| name | what for | values | default | set by | secret |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

function listed(values: AppSetting['values']): string {
  return typeof values === 'string' ? values : values.map((value) => `\`${value}\``).join(', ');
}
