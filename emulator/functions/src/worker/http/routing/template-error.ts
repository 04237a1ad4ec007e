import { FunctionsHostError } from '../../../errors.ts';

/** A route template that ASP.NET Core routing refuses as well. */
export class RouteTemplateError extends FunctionsHostError {
  constructor(template: string, problem: string) {
    super('InvalidRouteTemplate', `The route template '${template}' is not valid: ${problem}`);
  }
}
