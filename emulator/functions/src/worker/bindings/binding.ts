import type { RpcTypedData } from '../../protocol/rpc-types.ts';
import type { NamedBinding, TriggerServices } from '../triggers/trigger.ts';
import type { BindingContext } from './binding-expression.ts';

/** What a binding is made from. */
export interface BindingScope extends TriggerServices {
  readonly functionName: string;
  /** With every `%setting%` resolved. */
  readonly binding: NamedBinding;
}

export interface InputBinding {
  /** The value for one invocation; `{ json: 'null' }` when there is nothing. */
  read(context: BindingContext): Promise<RpcTypedData>;
}

export interface OutputBinding {
  /** Resolves once the other side has stored it. */
  write(data: RpcTypedData, context: BindingContext): Promise<void>;
}

/** A type of binding; a direction that it does not have is absent. Both reject when the binding is wrong. */
export interface BindingKind {
  input?(scope: BindingScope): Promise<InputBinding>;
  output?(scope: BindingScope): Promise<OutputBinding>;
}

/** By type in lower case; loaded only when a function needs it. Filled by the composition root. */
export type BindingKinds = ReadonlyMap<string, () => Promise<BindingKind>>;
