import { HOST_VERSION } from '../host-version.ts';
import { inTestRealm } from '../worker/app/test-realm.ts';
import { type CoreApi, WORKER_VERSION } from '../worker/core/core-api.ts';
import { Disposable } from '../worker/core/disposable.ts';
import type { ProgrammingModel } from '../worker/core/programming-model.ts';
import { provideCore } from '../worker/core/provide-core.ts';

/** The app loads the library apart from this package, so both find the core by this symbol. */
const KEY = Symbol.for('lazurite.functions-core.in-process');

/** A registration that is repeated for the next app that is opened. */
type Registration = (core: CoreApi) => Disposable | undefined;

interface OpenCore {
  readonly appRoot: string;
  readonly core: CoreApi;
}

/**
 * The core module of a process in which apps are opened, one after the other or one app several times. Modules register their functions when they
 * are loaded, once in the lifetime of the process. So the registrations are recorded, and repeated for each app that is
 * opened from the same folder.
 */
export class SharedCore {
  readonly #recorded: { readonly appRoot: string | undefined; readonly register: Registration }[] = [];
  #model: ProgrammingModel | undefined;
  /** The apps that are open, the last one opened at the end: modules that are loaded now belong to it. */
  #open: readonly OpenCore[] = [];

  /** The module `@azure/functions-core` of this process. */
  readonly api: CoreApi = {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    registerFunction: (metadata, callback) => this.#record((core) => core.registerFunction(metadata, callback)),
    registerHook: (name, callback) => this.#record((core) => core.registerHook(name, callback)),
    setProgrammingModel: (model) => {
      // Version 4 sets its model once in the lifetime of the process, version 3 once for each app that needs it.
      if (!model.version.startsWith('3.')) this.#model = model;
      this.#last?.core.setProgrammingModel(model);
    },
    getProgrammingModel: () => {
      if (this.#last) return this.#last.core.getProgrammingModel();
      throw new Error('No function app is open in this process');
    },
    log: (level, category, message) => this.#last?.core.log(level, category, message),
  };

  /** The folder of the apps that are open; undefined when none is. */
  get appRoot(): string | undefined {
    return this.#last?.appRoot;
  }

  /**
   * Repeats the registrations of modules of this folder, and of modules that were loaded before any app was open.
   *
   * @returns a function that closes the app
   */
  open(appRoot: string, core: CoreApi): () => void {
    const opened = { appRoot, core };
    this.#open = [...this.#open, opened];
    for (const { appRoot: origin, register } of this.#recorded) {
      if (origin === undefined || origin === appRoot) this.#apply(register, core);
    }
    return () => {
      this.#open = this.#open.filter((one) => one !== opened);
    };
  }

  get #last(): OpenCore | undefined {
    return this.#open.at(-1);
  }

  /** An app that registers in code runs with the programming model of the library that it uses. */
  #apply(register: Registration, core: CoreApi): Disposable | undefined {
    if (this.#model) core.setProgrammingModel(this.#model);
    return register(core);
  }

  #record(register: Registration): Disposable {
    const registered = this.#last && this.#apply(register, this.#last.core);
    const entry = { appRoot: this.#last?.appRoot, register };
    this.#recorded.push(entry);
    return new Disposable(() => {
      registered?.dispose();
      this.#recorded.splice(this.#recorded.indexOf(entry), 1);
    });
  }
}

/** The instance of this realm. The first call creates it and provides it to Node's module loader. */
export function sharedCore(): SharedCore {
  const known: unknown = Reflect.get(globalThis, KEY);
  if (known) return known as SharedCore; // only this function writes the key
  const created = new SharedCore();
  Object.defineProperty(globalThis, KEY, { value: created });
  // Jest finds the module by the mapper of jest.ts.
  if (!inTestRealm()) provideCore(created.api);
  return created;
}
