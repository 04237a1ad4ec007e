import type { Clock, Log, Randomness } from '@lazurite/runtime';
import type { HostSettings } from '../../config/host-settings.ts';
import type { RpcTypedData } from '../../protocol/rpc-types.ts';
import type { NamedBinding } from '../core/function-trigger.ts';
import type { BindingContext } from './binding-expression.ts';

/** What every binding and trigger is given. */
export interface BindingDependencies {
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  readonly settings: HostSettings;
  /** The function app's environment, app settings included. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One binding of one function. */
export interface BindingDeclaration extends BindingDependencies {
  readonly functionName: string;
  /** Every `%setting%` is resolved. */
  readonly binding: NamedBinding;
}

export interface InputBinding {
  /** The value for one invocation; `{ json: 'null' }` when there is nothing. */
  read(context: BindingContext): Promise<RpcTypedData>;
}

export interface OutputBinding {
  /** Resolves once the service has stored the data. */
  write(data: RpcTypedData, context: BindingContext): Promise<void>;
}

/** A type of binding. It lacks the direction that it does not support. Both reject when the declaration is not valid. */
export interface BindingKind {
  input?(declaration: BindingDeclaration): Promise<InputBinding>;
  output?(declaration: BindingDeclaration): Promise<OutputBinding>;
}

/** By type in lower case; loaded only when a function needs it. Filled by the composition root. */
export type BindingKinds = ReadonlyMap<string, () => Promise<BindingKind>>;
