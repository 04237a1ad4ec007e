import { type FunctionInfo, triggerSupport } from '@lazurite/functions';
import type { Finding } from './finding.ts';

export interface FunctionsCheck {
  readonly functions: readonly FunctionInfo[];
  /** Whether host.json names an extension bundle. */
  readonly hasBundle: boolean;
  /** Whether Azurite can be found. */
  readonly hasAzurite: boolean;
}

/** What the functions of an app need that is not here, or that Azure treats otherwise. */
export function checkFunctions({ functions, hasBundle, hasAzurite }: FunctionsCheck): readonly Finding[] {
  return [
    ...functions.flatMap((fn) => checkFunction(fn)),
    ...checkBundle(functions, hasBundle),
    ...checkStorage(functions, hasAzurite),
  ];
}

function checkFunction(fn: FunctionInfo): Finding[] {
  const subject = `function '${fn.name}'`;
  const findings: Finding[] = [];
  const support = triggerSupport(fn.triggerType);
  if (fn.disabled) findings.push({ level: 'info', subject, message: 'It is disabled' });
  if (support.kind !== 'fires') {
    const needs =
      support.kind === 'by-hand' ? ` needs ${support.service}, which is not emulated` : ' is not known here';
    const message = `Its ${fn.triggerType}${needs}. Call it with 'lazurite call ${fn.name} --data …'`;
    findings.push({ level: 'error', subject, message });
  }
  const level = authLevelOf(fn);
  if (level) {
    const message = `Azure asks for a key (authLevel ${level}); here only with --enableAuth`;
    findings.push({ level: 'info', subject, message });
  }
  if (fn.triggerType.toLowerCase() === 'timertrigger') {
    const message =
      "Its schedule is in this machine's time zone here, and in UTC in Azure unless WEBSITE_TIME_ZONE says otherwise";
    findings.push({ level: 'info', subject, message });
  }
  if (/\.[cm]?ts$/.test(fn.scriptFile ?? '')) {
    const message =
      'It runs from TypeScript here; Azure may run an older Node.js that does not. Build it before you deploy';
    findings.push({ level: 'warning', subject, message });
  }
  return [...findings, ...checkQueries(fn)];
}

/** An expression with a dot in the `sqlQuery` of a Cosmos DB input, such as `{Query.pk}`. */
const DOTTED_EXPRESSION = /\{[^{}]*\.[^{}]*\}/;

function checkQueries({ name, bindings }: FunctionInfo): Finding[] {
  return bindings.flatMap(({ type, sqlQuery }) => {
    const isQuery = String(type).toLowerCase() === 'cosmosdb' && typeof sqlQuery === 'string';
    const [expression] = (isQuery && DOTTED_EXPRESSION.exec(sqlQuery)) || [];
    if (expression === undefined) return [];
    const message = `Its sqlQuery holds ${expression}. A query takes names without a dot alone, so each invocation fails, as in Azure`;
    return [{ level: 'error', subject: `function '${name}'`, message }];
  });
}

/** Undefined when anybody may call it. */
function authLevelOf({ bindings }: FunctionInfo): string | undefined {
  const { authLevel } = bindings.find(({ type }) => String(type).toLowerCase() === 'httptrigger') ?? {};
  const level = String(authLevel ?? 'anonymous').toLowerCase();
  return level === 'anonymous' ? undefined : level;
}

/** Types that Azure's host knows without an extension. */
const BUILT_IN = new Set(['httptrigger', 'http', 'timertrigger', 'warmuptrigger']);

function checkBundle(functions: readonly FunctionInfo[], hasBundle: boolean): Finding[] {
  const user = functions.find(({ bindings }) => bindings.some(({ type }) => !BUILT_IN.has(String(type).toLowerCase())));
  if (hasBundle || !user) return [];
  const message = `It has no extensionBundle, without which Azure does not know the bindings of '${user.name}'. Add { "id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)" }`;
  return [{ level: 'warning', subject: 'host.json', message }];
}

function checkStorage(functions: readonly FunctionInfo[], hasAzurite: boolean): Finding[] {
  const user = functions.find(({ usesDevelopmentStorage }) => usesDevelopmentStorage);
  if (hasAzurite || !user) return [];
  const message =
    "It uses UseDevelopmentStorage=true, but Azurite is not installed. Run 'npm install --save-dev azurite'";
  return [{ level: 'error', subject: `function '${user.name}'`, message }];
}
