/** A text as the words full text search sees: runs of letters and digits, without regard to case, in order. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** How often the phrase's words stand next to each other in the text. A phrase without words occurs nowhere. */
export function countOccurrences(words: readonly string[], phrase: readonly string[]): number {
  const [first] = phrase;
  if (first === undefined) return 0;
  let count = 0;
  for (let at = words.indexOf(first); at >= 0; at = words.indexOf(first, at + 1)) {
    if (phrase.every((word, offset) => words[at + offset] === word)) count++;
  }
  return count;
}

/** What BM25 needs to know of all items, whatever their partition. */
export interface FullTextStatistics {
  readonly documentCount: number;
  readonly totalWordCount: number;
  /** How many items contain each term, in the order of the terms. */
  readonly hitCounts: readonly number[];
}

/** The usual constants of BM25: how soon repetition saturates, and how much long texts are marked down. */
const K1 = 1.2;
const B = 0.75;

/** The BM25 score of a text for the terms, 0 when it has none of them. Source: "FullTextScore", Cosmos DB query reference. */
export function bm25Score(text: string, terms: readonly string[], statistics: FullTextStatistics): number {
  const words = wordsOf(text);
  const averageLength = statistics.totalWordCount / Math.max(statistics.documentCount, 1);
  const norm = K1 * (1 - B + (B * words.length) / Math.max(averageLength, 1));
  return terms.reduce((score, term, index) => {
    const frequency = countOccurrences(words, wordsOf(term));
    const rarity = inverseFrequency(statistics.documentCount, statistics.hitCounts[index] ?? 0);
    return score + (rarity * frequency * (K1 + 1)) / (frequency + norm);
  }, 0);
}

function inverseFrequency(documentCount: number, hitCount: number): number {
  return Math.log(1 + Math.max(documentCount - hitCount + 0.5, 0) / (hitCount + 0.5));
}
