import { CosmosError } from '../../../model/errors.ts';
import { isArray, isObject, type Value } from '../../values/value.ts';
import { defineFunctions, type FunctionEntry, type Measure } from '../scalar-function.ts';
import { areNumbers } from '../typed-arguments.ts';

/**
 * Source: "Full text search functions", Cosmos DB query reference. Words are compared literally, without regard to
 * case: stemming and stop words depend on dictionaries of the service and are not emulated.
 */
export const fullTextFunctions = defineFunctions('Full text search', {
  FULLTEXTCONTAINS: {
    cost: wordsCost,
    signature: 'FULLTEXTCONTAINS(text, phrase)',
    summary: 'Whether the text has the words of the phrase next to each other',
    args: 2,
    evaluate: ([text, phrase]) => matchCount(text, [phrase], (count) => count === 1),
  },
  FULLTEXTCONTAINSALL: {
    cost: wordsCost,
    signature: 'FULLTEXTCONTAINSALL(text, phrase, ...)',
    summary: 'Whether the text has every phrase',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: ([text, ...phrases]) => matchCount(text, phrases, (count) => count === phrases.length),
  },
  FULLTEXTCONTAINSANY: {
    cost: wordsCost,
    signature: 'FULLTEXTCONTAINSANY(text, phrase, ...)',
    summary: 'Whether the text has one of the phrases',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: ([text, ...phrases]) => matchCount(text, phrases, (count) => count > 0),
  },
  FULLTEXTSCORE: rankOnly('FULLTEXTSCORE(text, term, ...)', 'The BM25 score of the text, highest first'),
  RRF: rankOnly('RRF(score, score, ... [, weights])', 'Several scores fused by reciprocal rank'),
  _FULLTEXTSCORE: {
    cost: wordsCost,
    signature: '_FullTextScore(text, terms, documentCount, totalWordCount, hitCounts)',
    summary: 'The BM25 score with the statistics given, as the query plan of a hybrid search asks for it',
    args: [5, Number.POSITIVE_INFINITY],
    evaluate: score,
  },
  _FULLTEXTWORDCOUNT: {
    cost: wordsCost,
    signature: '_FullTextWordCount(text)',
    summary: 'How many words the text has, as the query plan of a hybrid search asks for it',
    args: 1,
    evaluate: ([text]) => (typeof text === 'string' ? wordsOf(text).length : undefined),
  },
});

function matchCount(text: Value, phrases: readonly Value[], isEnough: (count: number) => boolean): Value {
  const terms = phrases.map(termOf).filter((term) => term !== undefined);
  if (typeof text !== 'string' || terms.length < phrases.length) return undefined;
  const words = wordsOf(text);
  return isEnough(terms.filter((term) => countOccurrences(words, term) > 0).length);
}

/** What is looked for: words next to each other, each of which may differ by so many characters. */
interface Term {
  readonly words: readonly string[];
  readonly distance: number;
}

/** A text, or the object of a fuzzy search: `{ "term": "color", "distance": 1 }`. */
function termOf(value: Value): Term | undefined {
  if (typeof value === 'string') return { words: wordsOf(value), distance: 0 };
  if (!isObject(value) || typeof value.term !== 'string' || typeof value.distance !== 'number') return undefined;
  return { words: wordsOf(value.term), distance: Math.min(value.distance, MAX_DISTANCE) };
}

/** Source: the message of SC2241. */
const MAX_DISTANCE = 2;

/** Making words of a text takes longer than reading it; each phrase may be compared with the text at every word. */
function wordsCost([text, ...phrases]: readonly Value[], { weightOf }: Measure): number {
  return (
    weightOf(text) * 4 + phrases.reduce<number>((sum, phrase) => sum + weightOf(phrase) * (4 + weightOf(text) / 64), 0)
  );
}

/** A function that only ORDER BY RANK computes; the service rejects it anywhere else. */
function rankOnly(signature: string, summary: string): FunctionEntry {
  const name = signature.slice(0, signature.indexOf('('));
  return {
    signature,
    summary: `${summary}; only in ORDER BY RANK`,
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: () => {
      throw new CosmosError('BadRequest', `The ${name} function may only be used in an ORDER BY RANK clause.`);
    },
  };
}

function score(args: readonly Value[]): Value {
  const [text, ...terms] = args.slice(0, -3);
  const [documentCount, totalWordCount, hitCounts] = args.slice(-3);
  const given = terms.flatMap((term): readonly Value[] => (isArray(term) ? term : [term]));
  const flat = given.map(termOf).filter((term) => term !== undefined);
  if (typeof text !== 'string' || flat.length < given.length) return undefined;
  if (typeof documentCount !== 'number' || typeof totalWordCount !== 'number') return undefined;
  if (!isArray(hitCounts) || !areNumbers(hitCounts)) return undefined;
  return bm25Score(text, flat, { documentCount, totalWordCount, hitCounts });
}

/** The words of a text for full text search: runs of letters and digits, without regard to case, in order. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** How often the words of the term follow one another in the text. A term without words occurs nowhere. */
function countOccurrences(words: readonly string[], { words: phrase, distance }: Term): number {
  const [first] = phrase;
  if (first === undefined) return 0;
  const isEqual = distance === 0 ? (word: string, other: string) => word === other : isWithin(distance);
  let count = 0;
  for (let at = distance === 0 ? words.indexOf(first) : 0; at >= 0 && at < words.length; ) {
    if (phrase.every((word, offset) => isEqual(words[at + offset] ?? '', word))) count++;
    at = distance === 0 ? words.indexOf(first, at + 1) : at + 1;
  }
  return count;
}

/** Whether one word becomes the other by at most so many inserted, deleted or replaced characters. */
function isWithin(distance: number): (word: string, other: string) => boolean {
  const allowed = Math.floor(distance);
  return (word, other) => Math.abs(word.length - other.length) <= allowed && differsBy(allowed, word, other);
}

function differsBy(allowed: number, word: string, other: string): boolean {
  let same = 0;
  while (same < word.length && word[same] === other[same]) same += 1;
  const [rest, otherRest] = [word.slice(same), other.slice(same)];
  if (Math.max(rest.length, otherRest.length) <= allowed) return true;
  if (allowed === 0) return false;
  return (
    differsBy(allowed - 1, rest.slice(1), otherRest.slice(1)) ||
    differsBy(allowed - 1, rest.slice(1), otherRest) ||
    differsBy(allowed - 1, rest, otherRest.slice(1))
  );
}

/** The statistics over the items of all partitions that BM25 needs. */
interface FullTextStatistics {
  readonly documentCount: number;
  readonly totalWordCount: number;
  /** How many items contain each term, in the order of the terms. */
  readonly hitCounts: readonly number[];
}

/** The usual constants of BM25: how soon repetition saturates, and how much long texts are marked down. */
const K1 = 1.2;
const B = 0.75;

/** The BM25 score of a text for the terms, 0 when it has none of them. Source: "FullTextScore", Cosmos DB query reference. */
function bm25Score(text: string, terms: readonly Term[], statistics: FullTextStatistics): number {
  const words = wordsOf(text);
  const averageLength = statistics.totalWordCount / Math.max(statistics.documentCount, 1);
  const norm = K1 * (1 - B + (B * words.length) / Math.max(averageLength, 1));
  return terms.reduce((score, term, index) => {
    const frequency = countOccurrences(words, term);
    const rarity = inverseFrequency(statistics.documentCount, statistics.hitCounts[index] ?? 0);
    return score + (rarity * frequency * (K1 + 1)) / (frequency + norm);
  }, 0);
}

function inverseFrequency(documentCount: number, hitCount: number): number {
  return Math.log(1 + Math.max(documentCount - hitCount + 0.5, 0) / (hitCount + 0.5));
}
