import { FunctionsHostError } from '../../errors.ts';

/** An invocation outlived `functionTimeout` of host.json. The message is the one that Azure's host logs. */
export class FunctionTimeoutError extends FunctionsHostError {
  constructor(functionName: string, invocationId: string, limitMs: number) {
    super(
      'FunctionTimeout',
      `Timeout value of ${formatTimeSpan(limitMs)} exceeded by function 'Functions.${functionName}' (Id: '${invocationId}'). Initiating cancellation.`,
    );
  }
}

/** `hh:mm:ss`, with days and fractions where there are any, as .NET writes a TimeSpan. */
function formatTimeSpan(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const clock = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}0000`;
  return `${days > 0 ? `${days}.` : ''}${clock}${fraction}`;
}
