import type { JsonValue } from '../model/json.ts';
import { compileQuery, type QueryParameter, type RunOptions } from '../query/compile-query.ts';
import type { EvaluationContext } from '../query/values/evaluation-context.ts';

const context: EvaluationContext = { now: Date.UTC(2024, 0, 2), random: () => 0.5 };

/** The rows of a query over some documents. */
export function runQuery(
  text: string,
  documents: Iterable<JsonValue> = [],
  parameters: Readonly<Record<string, JsonValue>> = {},
  options: RunOptions = {},
): readonly JsonValue[] {
  const named: QueryParameter[] = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return [...compileQuery(text, named).run(documents, context, options)];
}

/** What a query is rejected with: the service's code and the text at fault; undefined when it runs. */
export function rejectionOf(text: string): { code: string | undefined; message: string; at: string } | undefined {
  try {
    runQuery(text);
    return undefined;
  } catch (error) {
    const { message } = error as Error; // whatever is thrown; the caller checks the message
    const [first] = JSON.parse(message.slice('Message: '.length)).errors;
    return { code: first.code, message: first.message, at: text.slice(first.location.start, first.location.end) };
  }
}
