// Finds words of a private dialect where the trade has a word of its own (docs/glossary.md): `npm run check:vocabulary`.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listFiles } from './metrics/import-graph.ts';

interface Term {
  readonly pattern: RegExp;
  readonly say: string;
}

/** Names and words that are not used here, and what is said instead. */
const TERMS: readonly Term[] = [
  { pattern: /\b[A-Z]\w*(?:Parts|Ports)\b|-(?:parts|ports)\.ts\b/, say: '*Dependencies' }, // types alone: `freePorts` are TCP ports
  { pattern: /\b(?:Graph|Raw|Http)?Answer(?:Item|s)?\b|\b(?:raw|graph|to)Answer\b/, say: 'Response' },
  { pattern: /\badmit(?:s|ted|ting|tance)?\b|\badmit[A-Z]\w*/i, say: 'authorize, accept' },
  {
    // ECONNREFUSED and refused connections are the operating system's words; 'refuse' is a value of a setting.
    pattern:
      /\b(?!(?<=['`])refuse['`])(?:[Rr]efus(?:e|es|ed|ing|al|als)|REFUS(?:ED|AL)\w*)\b(?<!connections? (?:(?:is|are) )?refused)(?! connections)|\brefuse[A-Z]\w*|[a-z]Refus(?:ed|al)/,
    say: 'reject, rejection',
  },
  { pattern: /\bgraphFrame\b|(?<![\w-])frame\.ts\b/, say: 'withGraphEnvelope' },
  { pattern: /\bHttp(?:Front|Scope)\b|http-(?:front|scope)/, say: 'RequestPipeline, pipeline dependencies' },
  { pattern: /\b[Tt]ake-?[Tt]urns\b|\bletOthersWork\b|\bPAUSE\b/, say: 'yieldToEventLoop, YIELD' },
  { pattern: /quiet-?failures/i, say: 'redactErrors' },
  { pattern: /watch-?(?:functions|calls)\b/i, say: 'traceInvocations, traceStoreCalls' },
  { pattern: /\bAlarm\b|\balarm\.ts\b/, say: 'WakeableSleep' },
  { pattern: /once-?used\b/i, say: 'start when storage is used' },
  { pattern: /\b(?:un)?told\b|#tell\b|\bheard\b/i, say: 'notified, polling, hasSubscribers' },
  { pattern: /ChangeNotices|change-notices|\bnotices\b/i, say: 'notifications, ChangeRelay' },
  { pattern: /screen-?by-?level/i, say: 'log level filter' },
  { pattern: /\babandon(?:\.ts)?\b|ABANDON_/, say: 'fail in-flight requests' },
  { pattern: /invoke-?by-?hand|invoke-?with\b/i, say: 'invokeManually, invokeFromTrigger' },
  { pattern: /\bSection\b(?=[({<;,:]| \{)/, say: 'ConfigReader' },
  { pattern: /\bpass-?on\b|\bPassage\b/i, say: 'reverse proxy, ProxyExchange' },
  {
    pattern: /EndpointGate|\b(?<!Front )[Dd]oors?\b|\b[Pp]ermit\b/,
    say: 'CircuitBreaker, acquire and release; entry point',
  },
  { pattern: /\bHeldDelivery\b|\bHeld[A-Z]\w*|\btoHeld\b/, say: 'DeliveryLease, LeasedMessage' },
  { pattern: /\bgive-?up\b|\bunsettled\b/i, say: 'dead-lettering, pending' },
  { pattern: /PATROL|\bpatrols?\b|\bwoken\b/i, say: 'safety poll, wakeRequested' },
  {
    pattern:
      /\b(?:Row|Stopped)Place\b|row-place|Query(?:Position|Progress)\b|query-(?:position|progress)\b|\bpresorted\b/,
    say: 'Cursor',
  },
  {
    pattern: /\bwant\(|\bPATIENCE\w*|\bpatience\b|\boutages?\b/i,
    say: 'requestIndexes, MAX_WAIT_MS, retry, back-off, unavailable',
  },
  { pattern: /\b(?:inserting|updating|deleting)\(/, say: 'onInsert, onUpdate, onDelete' },
  { pattern: /\batCost\b|\bmeter(?:ed|ing)\b/i, say: 'chargeRequestUnits, enforceThroughput' },
  { pattern: /bound-?height|work-?bound/i, say: 'max depth, work limit' },
  { pattern: /\blaborator(?:y|ies)\b/i, say: 'LRO simulator' },
  { pattern: /\bspare\b/i, say: 'standby worker' },
  { pattern: /\btellings?\b|\bnobody answers after\b/i, say: 'a plain sentence with a subject' },
  { pattern: /\.\.\.\{ (?!\})/, say: 'plain properties, one a line' },
];

const READ = /\.(?:[cm]?[jt]s|md)$/;
/** These name the words in order to say what stands in their place, or are made by a machine. */
const NOT_READ = /^(?:scripts\/check-vocabulary\.ts|docs\/glossary\.md|CHANGELOG\.md)$|(?:^|\/)fixtures\//;

const root = process.env.CHECK_ROOT ?? resolve(import.meta.dirname, '..');
const findings = listFiles(root)
  .filter((path) => READ.test(path) && !NOT_READ.test(path))
  .flatMap((path) => [
    ...findIn(path, path, 0),
    ...readFileSync(join(root, path), 'utf8')
      .split('\n')
      .flatMap((line, index) => findIn(path, line, index + 1)),
  ]);

for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(
  findings.length === 0
    ? 'No term that the glossary replaces\n'
    : `${findings.length} terms that the glossary replaces\n`,
);
process.exitCode = findings.length === 0 ? 0 : 1;

function findIn(path: string, text: string, line: number): readonly string[] {
  return TERMS.flatMap(({ pattern, say }) => {
    const found = pattern.exec(text)?.[0];
    return found === undefined ? [] : [`${path}${line === 0 ? '' : `:${line}`}: '${found}'; say ${say}`];
  });
}
