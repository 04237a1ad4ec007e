import type { MessagePort } from 'node:worker_threads';
import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten-core';
import { NUMBERED_ERRORS } from './guest.ts';
import type { FunctionAnswer, FunctionCall, FunctionsMessage } from './protocol.ts';

const MAX_MEMORY_BYTES = 64 * 1024 * 1024;
const MAX_STACK_BYTES = 256 * 1024;
/** The substatus of a script that does not compile. */
const COMPILE_ERROR = 0xffff;

/** Between the text and the number of an error. */
const SEPARATOR = '\u0001';

/** Undefined has no JSON: it is a name that no JSON text is. */
const CALLER = String.raw`(function () {
${NUMBERED_ERRORS}
return function (target, argumentsText) {
  'use strict';
  var args = JSON.parse(argumentsText).map(function (one) { return one.length === 0 ? undefined : one[0]; });
  try {
    var text = JSON.stringify(target.apply(undefined, args));
    return text === undefined ? 'undefined' : text;
  } catch (error) {
    throw typeof error === 'object' && error !== null ? String(error) + '\u0001' + String(error.number) : String(error);
  }
};
})()`;

/** Serves the user-defined functions of one query until the port is closed. The server waits for each call, and the flag wakes it. */
export function serveFunctions(module: QuickJSWASMModule, message: FunctionsMessage): void {
  const { port, flag, milliseconds } = message;
  const runtime = module.newRuntime();
  let startedAt = performance.now();
  runtime.setMemoryLimit(MAX_MEMORY_BYTES);
  runtime.setMaxStackSize(MAX_STACK_BYTES);
  runtime.setInterruptHandler(() => performance.now() - startedAt > milliseconds);
  const vm = runtime.newContext();
  const caller = vm.unwrapResult(vm.evalCode(CALLER, 'caller.js'));
  const functions = new Map<string, QuickJSHandle>();
  let failure: FunctionAnswer | undefined;
  for (const { name, source } of message.functions) {
    const compiled = vm.evalCode(`(${source.replace(/[\s;]+$/, '')}\n)`, `${name}.js`);
    if (!compiled.error) functions.set(name, compiled.value);
    else {
      failure = { error: String(Reflect.get(Object(vm.dump(compiled.error)), 'message')), number: COMPILE_ERROR };
      compiled.error.dispose();
    }
  }
  port.on('message', ({ name, args }: FunctionCall) => {
    startedAt = performance.now();
    const target = functions.get(name);
    answer(
      port,
      flag,
      failure ?? (target ? call(vm, { caller, target, args }) : { error: `'${name}' is no function` }),
    );
  });
  port.once('close', () => {
    for (const handle of [caller, ...functions.values()]) handle.dispose();
    vm.dispose();
    runtime.dispose();
  });
  answer(port, flag, { value: 'true' });
}

function call(
  vm: QuickJSContext,
  { caller, target, args }: { readonly caller: QuickJSHandle; readonly target: QuickJSHandle; readonly args: string },
): FunctionAnswer {
  const text = vm.newString(args);
  const result = vm.callFunction(caller, vm.undefined, target, text);
  text.dispose();
  if (result.error) {
    const thrown: unknown = vm.dump(result.error);
    result.error.dispose();
    if (typeof thrown !== 'string') return { error: String(Reflect.get(Object(thrown), 'message')), isStopped: true };
    const [error = '', number] = thrown.split(SEPARATOR);
    return { error, ...(Number.isInteger(Number(number)) && number !== undefined && { number: Number(number) }) };
  }
  const value = vm.getString(result.value);
  result.value.dispose();
  return value === 'undefined' ? {} : { value };
}

function answer(port: MessagePort, flag: Int32Array, content: FunctionAnswer): void {
  port.postMessage(content);
  Atomics.add(flag, 0, 1);
  Atomics.notify(flag, 0);
}
