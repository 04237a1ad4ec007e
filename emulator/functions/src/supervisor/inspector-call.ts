/** Evaluates an expression in a process whose inspector listens at `url`, even while a loop runs there. */
export function evaluateIn(url: string, expression: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.addEventListener('error', () => reject(new Error(`The inspector at ${url} cannot be reached`)));
    socket.addEventListener('close', () => reject(new Error(`The inspector at ${url} went away`)));
    socket.addEventListener('open', () => {
      const request = { id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } };
      socket.send(JSON.stringify(request));
    });
    socket.addEventListener('message', ({ data }) => {
      resolve(readResult(JSON.parse(String(data))));
      socket.close();
    });
  });
}

/** Inspector protocol: `{ id, result: { result: { value } } }`; undefined when the evaluation failed. */
function readResult(message: { readonly result?: { readonly result?: { readonly value?: unknown } } }): unknown {
  return message.result?.result?.value;
}
