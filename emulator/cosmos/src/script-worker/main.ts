// The worker thread that runs scripts: JavaScript in QuickJS, compiled to WebAssembly. A script reaches nothing but the functions of
// guest.ts. What goes wrong in the engine itself ends this thread, and the next script has a new one.
import { parentPort } from 'node:worker_threads';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import { serveFunctions } from './function-set.ts';
import { GUEST } from './guest.ts';
import type { FromWorker, RunMessage, ScriptEnd, ToWorker } from './protocol.ts';

const MAX_MEMORY_BYTES = 64 * 1024 * 1024;
/** QuickJS's own stack. With more, recursion overflows that of WebAssembly first. */
const MAX_STACK_BYTES = 256 * 1024;
/** Of promises, after each callback. */
const MAX_JOBS = 100_000;
const MAX_LOG_CHARACTERS = 8 * 1024;
/** This share of the time is for callbacks: in the rest of it, operations are accepted. */
const ACCEPTING_SHARE = 0.8;

if (!parentPort) throw new TypeError('The module runs in a worker thread');
const port = parentPort;
// The types of the package describe its CommonJS form; Node.js loads the other one, whose default export is the variant itself.
const quickJs = newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant);
let running: ScriptRun | undefined;

port.on('message', (message: ToWorker) => {
  if (message.type === 'results') running?.deliver(message.results);
  else if (message.type === 'functions') quickJs.then((module) => serveFunctions(module, message));
  else quickJs.then((module) => start(module, message));
});

function start(module: QuickJSWASMModule, message: RunMessage): void {
  send({ type: 'started' });
  running = new ScriptRun(module, message);
  running.start();
}

function send(message: FromWorker): void {
  port.postMessage(message);
}

/** One script from its compilation to its last callback. */
class ScriptRun {
  readonly #message: RunMessage;
  readonly #runtime: QuickJSRuntime;
  readonly #vm: QuickJSContext;
  readonly #startedAt = performance.now();
  /** All that is to be freed before the runtime is. */
  readonly #handles: QuickJSHandle[] = [];
  #control: QuickJSHandle | undefined;
  #operations = 0;
  #log = '';

  constructor(module: QuickJSWASMModule, message: RunMessage) {
    this.#message = message;
    this.#runtime = module.newRuntime();
    this.#runtime.setMemoryLimit(MAX_MEMORY_BYTES);
    this.#runtime.setMaxStackSize(MAX_STACK_BYTES);
    this.#runtime.setInterruptHandler(() => this.#elapsed() > message.limits.milliseconds);
    this.#vm = this.#runtime.newContext();
  }

  start(): void {
    const control = this.#call(this.#evaluated(GUEST, 'guest.js'), [
      this.#host(),
      this.#text(JSON.stringify(this.#message.settings)),
    ]);
    if (!control) return;
    this.#control = control;
    const script = this.#compiled();
    if (!script) return;
    this.#turn('start', [script, this.#text(this.#message.args)]);
  }

  deliver(results: string): void {
    this.#turn('deliver', [this.#text(results)]);
  }

  /** Lets the script run until it returns, and asks for the operations that it has queued; without any, it has ended. */
  #turn(name: 'start' | 'deliver', args: readonly QuickJSHandle[]): void {
    const ran = this.#invoke(name, args);
    for (const arg of args) arg.dispose(); // what the script needs of them, it refers to itself
    if (!ran) return;
    const jobs = this.#runtime.executePendingJobs(MAX_JOBS);
    if (jobs.error) jobs.error.dispose(); // a rejection that nobody handles does not fail the script, as in the service
    if (this.#elapsed() > this.#message.limits.milliseconds) {
      this.#end({ how: 'stopped', reason: 'time' });
      return;
    }
    const calls = this.#invoke('drain', []);
    if (!calls) return;
    const text = this.#vm.getString(calls);
    calls.dispose();
    if (text !== '[]') {
      send({ type: 'calls', calls: text });
      return;
    }
    const outcome = this.#invoke('outcome', []);
    if (outcome) this.#end({ how: 'returned', outcome: this.#vm.getString(outcome) });
  }

  #invoke(name: string, args: readonly QuickJSHandle[]): QuickJSHandle | undefined {
    const control = this.#control;
    return control && this.#call(this.#own(this.#vm.getProp(control, name)), args);
  }

  /** What a function of guest.ts returns; undefined when it was stopped, and then the script has ended. */
  #call(target: QuickJSHandle | undefined, args: readonly QuickJSHandle[]): QuickJSHandle | undefined {
    if (!target) return undefined;
    const result = this.#vm.callFunction(target, this.#vm.undefined, ...args);
    if (!result.error) return this.#own(result.value);
    result.error.dispose();
    this.#end({ how: 'stopped', reason: this.#elapsed() > this.#message.limits.milliseconds ? 'time' : 'resources' });
    return undefined;
  }

  #evaluated(source: string, file: string): QuickJSHandle | undefined {
    const result = this.#vm.evalCode(source, file);
    if (!result.error) return this.#own(result.value);
    result.error.dispose();
    return undefined;
  }

  /** The function that a script is, or the last one that it declares; undefined when there is none, and then it has ended. */
  #compiled(): QuickJSHandle | undefined {
    const { name, source } = this.#message;
    const file = `${name}.js`;
    const expression = this.#vm.evalCode(`(${source.replace(/[\s;]+$/, '')}\n)`, file);
    if (!expression.error) return this.#own(expression.value);
    const declared = [...source.matchAll(/\bfunction\s+([A-Za-z_$][\w$]*)/g)].at(-1)?.[1];
    const program = declared === undefined ? undefined : this.#evaluated(`${source}\n;${declared}`, file);
    if (!program) {
      const error: unknown = this.#vm.dump(expression.error);
      this.#end({ how: 'uncompilable', message: messageOf(error) });
    }
    expression.error.dispose();
    return program;
  }

  #host(): QuickJSHandle {
    const host = this.#own(this.#vm.newObject());
    const accepts = this.#own(
      this.#vm.newFunction('accepts', () => {
        const { milliseconds, operations } = this.#message.limits;
        const isAccepted = this.#operations < operations && this.#elapsed() < milliseconds * ACCEPTING_SHARE;
        if (isAccepted) this.#operations += 1;
        return isAccepted ? this.#vm.true : this.#vm.false;
      }),
    );
    const log = this.#own(
      this.#vm.newFunction('log', (text) => {
        this.#log = `${this.#log}${this.#vm.getString(text)}\n`.slice(0, MAX_LOG_CHARACTERS);
      }),
    );
    this.#vm.setProp(host, 'accepts', accepts);
    this.#vm.setProp(host, 'log', log);
    return host;
  }

  #elapsed(): number {
    return performance.now() - this.#startedAt;
  }

  #text(text: string): QuickJSHandle {
    return this.#own(this.#vm.newString(text));
  }

  #own(handle: QuickJSHandle): QuickJSHandle {
    this.#handles.push(handle);
    return handle;
  }

  #end(end: ScriptEnd): void {
    running = undefined;
    const log = this.#log;
    // After the call has returned, because it may come from a function of the runtime that is freed.
    setImmediate(() => {
      send({ type: 'end', end, log, isSpent: !this.#isFreed() });
    });
  }

  /** QuickJS aborts where something still refers to a value of the runtime that is freed. */
  #isFreed(): boolean {
    try {
      for (const handle of this.#handles.reverse()) if (handle.alive) handle.dispose();
      this.#vm.dispose();
      this.#runtime.dispose();
      return true;
    } catch {
      return false;
    }
  }
}

function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : error;
  return String(message).slice(0, 1_000);
}
