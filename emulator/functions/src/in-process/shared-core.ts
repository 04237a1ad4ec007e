import { HOST_VERSION } from '../host-version.ts';
import { inTestRealm } from '../worker/app/test-realm.ts';
import { type CoreApi, WORKER_VERSION } from '../worker/core/core-api.ts';
import { Disposable } from '../worker/core/disposable.ts';
import type { ProgrammingModel } from '../worker/core/programming-model.ts';
import { provideCore } from '../worker/core/provide-core.ts';

/** Where modules of one realm find each other: the app's library is loaded apart from this package. */
const KEY = Symbol.for('lazurite.functions-core.in-process');

/** Something that the app said to the core module, to be said again to the next app that is opened. */
type Recorded = (core: CoreApi) => Disposable | undefined;

/**
 * The core module of a process in which apps are opened one after the other. Modules are loaded once, and register their
 * functions then; so what they register is recorded, and given to each app that is opened from the same folder.
 */
export class SharedCore {
  readonly #recorded: { readonly appRoot: string | undefined; readonly say: Recorded }[] = [];
  #model: ProgrammingModel | undefined;
  #current: { readonly appRoot: string; readonly core: CoreApi } | undefined;

  /** What `@azure/functions-core` is in this process. */
  readonly api: CoreApi = {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    registerFunction: (metadata, callback) => this.#record((core) => core.registerFunction(metadata, callback)),
    registerHook: (name, callback) => this.#record((core) => core.registerHook(name, callback)),
    setProgrammingModel: (model) => {
      // Version 4 sets its model once in the life of the process; that of version 3 is set for each app that needs it.
      if (!model.version.startsWith('3.')) this.#model = model;
      this.#current?.core.setProgrammingModel(model);
    },
    getProgrammingModel: () => {
      if (this.#current) return this.#current.core.getProgrammingModel();
      throw new Error('No function app is open in this process');
    },
    log: (level, category, message) => this.#current?.core.log(level, category, message),
  };

  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  /** Gives the app what modules of its folder, and modules that were imported before, have registered. */
  open(appRoot: string, core: CoreApi): void {
    this.#current = { appRoot, core };
    for (const { appRoot: origin, say } of this.#recorded) {
      if (origin === undefined || origin === appRoot) this.#say(say, core);
    }
  }

  close(): void {
    this.#current = undefined;
  }

  /** An app that registers anything in code runs by the model of the library it does so with. */
  #say(say: Recorded, core: CoreApi): Disposable | undefined {
    if (this.#model) core.setProgrammingModel(this.#model);
    return say(core);
  }

  #record(say: Recorded): Disposable {
    const registered = this.#current && this.#say(say, this.#current.core);
    const entry = { appRoot: this.#current?.appRoot, say };
    this.#recorded.push(entry);
    return new Disposable(() => {
      registered?.dispose();
      this.#recorded.splice(this.#recorded.indexOf(entry), 1);
    });
  }
}

/** The one of this realm; made, and offered to Node's module loader, at the first call. */
export function sharedCore(): SharedCore {
  const known: unknown = Reflect.get(globalThis, KEY);
  if (known) return known as SharedCore; // nobody else uses this key
  const made = new SharedCore();
  Object.defineProperty(globalThis, KEY, { value: made });
  // For Jest there is the mapper of jest.ts.
  if (!inTestRealm()) provideCore(made.api);
  return made;
}
