import { defineFunctions } from './scalar-function.ts';

/** Source: "IIF", Cosmos DB query reference. */
export const conditionalFunctions = defineFunctions('Conditional', {
  IIF: {
    signature: 'IIF(condition, whenTrue, otherwise)',
    summary: 'The second argument when the first is true, the third when it is anything else, a non-boolean included',
    args: 3,
    evaluate: ([condition, whenTrue, otherwise]) => (condition === true ? whenTrue : otherwise),
  },
});
