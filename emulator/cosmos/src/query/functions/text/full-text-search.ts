import { CosmosError } from '../../../model/errors.ts';
import { isArray, type Value } from '../../values/value.ts';
import { bm25Score, countOccurrences, wordsOf } from '../full-text-index.ts';
import { defineFunctions, type FunctionEntry } from '../scalar-function.ts';
import { areNumbers, areStrings } from '../typed-arguments.ts';

/**
 * Source: "Full text search functions", Cosmos DB query reference. Words are compared as they stand, without regard to
 * case: stemming and stop words depend on dictionaries of the service and are not emulated.
 */
export const fullTextFunctions = defineFunctions('Full text search', {
  FULLTEXTCONTAINS: {
    signature: 'FULLTEXTCONTAINS(text, phrase)',
    summary: 'Whether the text has the words of the phrase next to each other',
    args: 2,
    evaluate: ([text, phrase]) => matchCount(text, [phrase], (count) => count === 1),
  },
  FULLTEXTCONTAINSALL: {
    signature: 'FULLTEXTCONTAINSALL(text, phrase, ...)',
    summary: 'Whether the text has every phrase',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: ([text, ...phrases]) => matchCount(text, phrases, (count) => count === phrases.length),
  },
  FULLTEXTCONTAINSANY: {
    signature: 'FULLTEXTCONTAINSANY(text, phrase, ...)',
    summary: 'Whether the text has one of the phrases',
    args: [2, Number.POSITIVE_INFINITY],
    evaluate: ([text, ...phrases]) => matchCount(text, phrases, (count) => count > 0),
  },
  FULLTEXTSCORE: rankOnly('FULLTEXTSCORE(text, term, ...)', 'The BM25 score of the text, highest first'),
  RRF: rankOnly('RRF(score, score, ... [, weights])', 'Several scores fused by reciprocal rank'),
  _FULLTEXTSCORE: {
    signature: '_FullTextScore(text, terms, documentCount, totalWordCount, hitCounts)',
    summary: 'The BM25 score with the statistics given, as the query plan of a hybrid search asks for it',
    args: [5, Number.POSITIVE_INFINITY],
    evaluate: score,
  },
  _FULLTEXTWORDCOUNT: {
    signature: '_FullTextWordCount(text)',
    summary: 'How many words the text has, as the query plan of a hybrid search asks for it',
    args: 1,
    evaluate: ([text]) => (typeof text === 'string' ? wordsOf(text).length : undefined),
  },
});

function matchCount(text: Value, phrases: readonly Value[], isEnough: (count: number) => boolean): Value {
  if (typeof text !== 'string' || !areStrings(phrases)) return undefined;
  const words = wordsOf(text);
  return isEnough(phrases.filter((phrase) => countOccurrences(words, wordsOf(phrase)) > 0).length);
}

/** What ORDER BY RANK computes itself: as a value the service refuses it. */
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
  const flat = terms.flatMap((term): readonly Value[] => (isArray(term) ? term : [term]));
  if (typeof text !== 'string' || !areStrings(flat)) return undefined;
  if (typeof documentCount !== 'number' || typeof totalWordCount !== 'number') return undefined;
  if (!isArray(hitCounts) || !areNumbers(hitCounts)) return undefined;
  return bm25Score(text, flat, { documentCount, totalWordCount, hitCounts });
}
