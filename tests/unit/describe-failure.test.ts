import { UnavailableError } from '../../shared/domain/errors.ts';
import { describeFailure } from '../../shared/graph-http/errors/describe-failure.ts';

const SECRET = 'what a caller sent';

function answerOf(code: number): Error {
  const headers = { 'x-ms-activity-id': 'a-1', authorization: SECRET };
  return Object.assign(new Error(SECRET), { code, substatus: 1_003, headers, body: SECRET });
}

describe('describeFailure()', () => {
  test('tells codes and place of an answer of the store, and nothing that it quotes', () => {
    const text = describeFailure(answerOf(400));
    expect(text).toMatch(/^Error \(400, substatus 1003, activity a-1\)\n\s+at .*describe-failure\.test/);
    expect(text).not.toContain(SECRET);
  });

  test('says who may not do what', () => {
    expect(describeFailure(answerOf(403))).toContain(`Error (403, substatus 1003, activity a-1): ${SECRET}`);
  });

  test('leaves out what JSON.parse could not read', () => {
    const parse = () => JSON.parse(`{"secret": ${SECRET}}`);
    expect(parse).toThrow(/what a/);
    try {
      parse();
    } catch (error) {
      expect(describeFailure(error)).toMatch(/^SyntaxError\n/);
    }
  });

  test('tells the causes too, so many of them and no more', () => {
    const rejected = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    const text = describeFailure(new UnavailableError('The store cannot be reached.', { cause: rejected }));
    expect(text).toMatch(/^UnavailableError \(ServiceUnavailable\): The store cannot be reached\./);
    expect(text).toContain('caused by Error (ECONNREFUSED): connect ECONNREFUSED 127.0.0.1:1');
    const endless = new Error('again');
    endless.cause = endless;
    expect(describeFailure(endless).match(/caused by/g)).toHaveLength(3);
  });

  test('tells of what is thrown and no error only the type', () => {
    expect(describeFailure(SECRET)).toBe('a thrown string');
  });
});
