/** What a function answers, before the headers that all answers share. */
export interface GraphAnswer {
  readonly status: number;
  /** With the content type. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}
