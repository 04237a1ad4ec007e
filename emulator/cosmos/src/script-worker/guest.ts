/** In the engine of the service, `new Error(404, 'x')` has a number and a message. */
export const NUMBERED_ERRORS = `function withNumber(Native) {
  function Wrapped(...args) {
    const hasNumber = typeof args[0] === 'number';
    const error = Reflect.construct(Native, hasNumber ? args.slice(1) : args, new.target || Wrapped);
    if (hasNumber) error.number = args[0];
    return error;
  }
  Wrapped.prototype = Native.prototype;
  Object.defineProperty(Native.prototype, 'constructor', { value: Wrapped, writable: true, configurable: true });
  Object.defineProperty(Wrapped, 'name', { value: Native.name });
  return Object.setPrototypeOf(Wrapped, Object.getPrototypeOf(Native));
}
for (const name of ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError'])
  globalThis[name] = withNumber(globalThis[name]);`;

/**
 * What a script finds around it, as text that is evaluated inside the sandbox: `getContext()`, the collection, the request and the
 * response. Functions of the collection only queue operations; the host carries them out when the script has returned, and then
 * calls the callbacks. Names, defaults and messages are those of the service
 * (DocDbWrapperScript of azure-cosmosdb-js-server, "JavaScript query API in Azure Cosmos DB").
 */
export const GUEST = String.raw`(function (host, settingsText) {
'use strict';
const settings = JSON.parse(settingsText);
const NativeError = Error;
const queue = [];
const calls = [];
let failure;

${NUMBERED_ERRORS}
const ServiceError = globalThis.Error;

function fail(error) {
  if (failure === undefined) failure = { error };
}

function describe(error) {
  if (typeof error !== 'object' || error === null) return { text: String(error), stack: '' };
  const number = typeof error.number === 'number' ? error.number : undefined;
  const isError = error instanceof NativeError;
  const text = isError ? String(error) : typeof error.body === 'string' ? error.body : JSON.stringify(error);
  return { text, number, stack: isError ? String(error.stack || '') : '' };
}

// --- requests and responses

function append(current, value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (current === undefined) return text;
  return (typeof current === 'string' ? current : JSON.stringify(current)) + text;
}

const state = { body: settings.body, isWritten: false, isAppended: false, responseBody: undefined };

function checkSize(value) {
  if (value === undefined) return;
  const text = typeof value === 'string' ? value : JSON.stringify(value) || '';
  if (text.length > settings.maxBodyCharacters)
    throw new ServiceError(413, 'Resulting message would be too large because of "Body". Return from script with current message and use continuation token to call the script again or modify your script.');
}

function property(name) {
  if (name !== 'Body') throw new ServiceError(400, 'Cannot set new values: ' + name);
}

const request = {
  getBody: () => state.body,
  setBody(value) { request.setValue('Body', value); },
  getValue: (name) => (name === 'Body' ? state.body : undefined),
  setValue(name, value) {
    property(name);
    if (settings.kind !== 'pre') throw new ServiceError(403, 'Not a writable property: ' + name);
    checkSize(value);
    state.body = value;
  },
};
if (settings.operation !== undefined) request.getOperationType = () => settings.operation;

function setResponse(value, isAppended) {
  checkSize(value);
  state.isWritten = true;
  state.isAppended = isAppended;
  state.responseBody = value;
}

const response = {
  getBody: () => state.responseBody,
  setBody(value) { setResponse(value, false); },
  appendBody(value) { response.appendValue('Body', value); },
  getValue: (name) => (name === 'Body' ? state.responseBody : undefined),
  setValue(name, value) { property(name); setResponse(value, false); },
  appendValue(name, value) { property(name); setResponse(append(state.responseBody, value), true); },
  getResourceQuotaCurrentUsage: () => settings.usage,
  getMaxResourceQuota: () => settings.quota,
};
state.responseBody = settings.responseBody;

// --- the collection

function trimmed(link) {
  return link.replace(/^\/+|\/+$/g, '');
}

const selfLink = trimmed(settings.selfLink);
const altLink = trimmed(settings.altLink);

function notHere(link) {
  return new ServiceError(400, 'Function is not allowed to operate on resources outside current collection. Make sure that the link provided, "' + link + '", belongs to current collection.');
}

function checkCollection(link) {
  if (typeof link !== 'string' || !/^\/?dbs\/[^/]+\/colls\/[^/]+\/?$/.test(link)) throw new ServiceError(400, 'Invalid collection link: "' + link + '"');
  const plain = trimmed(link);
  if (plain !== selfLink && plain !== altLink) throw notHere(link);
}

function documentIn(link) {
  const match = typeof link === 'string' ? /^\/?(dbs\/[^/]+\/colls\/[^/]+)\/docs\/([^/]+)\/?$/.exec(link) : null;
  if (!match) throw new ServiceError(400, 'Invalid document link: "' + link + '"');
  if (match[1] !== selfLink && match[1] !== altLink) throw notHere(link);
  return { name: match[2], byRid: match[1] === selfLink };
}

function split(name, least, args, fixed) {
  if (args.length < least) throw new ServiceError(400, 'The function "' + name + '" requires at least ' + least + ' argument(s) but was called with ' + args.length + ' argument(s).');
  let [options, callback] = args.slice(fixed);
  if (typeof options === 'function' && callback === undefined) { callback = options; options = undefined; }
  if (options !== undefined && options !== null && typeof options !== 'object') throw new ServiceError(400, 'The "options" parameter must be of type object. Actual type is: "' + typeof options + '".');
  if (callback !== undefined && callback !== null && typeof callback !== 'function') throw new ServiceError(400, 'The "callback" parameter must be of type function. Actual type is: "' + typeof callback + '".');
  return { options: options || {}, callback: callback || undefined };
}

function enqueue(call, callback, onResult) {
  if (!host.accepts()) return false;
  calls.push(call);
  queue.push({ callback, onResult });
  return true;
}

function cloned(body) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new ServiceError(400, 'The document body must be an object.');
  return Object.assign({}, body);
}

function text(value) {
  return typeof value === 'string' ? value : undefined;
}

const collection = {
  getSelfLink: () => settings.selfLink,
  getAltLink: () => settings.altLink,
  readDocument(...args) {
    const { options, callback } = split('readDocument', 1, args, 1);
    return enqueue({ op: 'read', document: documentIn(args[0]), ifNoneMatch: text(options.ifNoneMatch) }, callback);
  },
  readDocuments(...args) {
    const { options, callback } = split('readDocuments', 1, args, 1);
    checkCollection(args[0]);
    return enqueue(feed('list', options), callback, callback ? undefined : appendRows);
  },
  queryDocuments(...args) {
    const { options, callback } = split('queryDocuments', 2, args, 2);
    checkCollection(args[0]);
    const query = typeof args[1] === 'string' ? { query: args[1] } : args[1];
    if (typeof query !== 'object' || query === null || typeof query.query !== 'string') throw new ServiceError(400, 'The query must be a string or an object with a query.');
    return enqueue(Object.assign(feed('query', options), { query: { query: query.query, parameters: query.parameters } }), callback, callback ? undefined : appendRows);
  },
  createDocument(...args) {
    const { options, callback } = split('createDocument', 2, args, 2);
    checkCollection(args[0]);
    return enqueue({ op: 'create', body: cloned(args[1]), givesId: options.disableAutomaticIdGeneration !== true }, callback);
  },
  upsertDocument(...args) {
    const { options, callback } = split('upsertDocument', 2, args, 2);
    checkCollection(args[0]);
    return enqueue({ op: 'upsert', body: cloned(args[1]), givesId: options.disableAutomaticIdGeneration !== true, ifMatch: text(options.etag) }, callback);
  },
  replaceDocument(...args) {
    const { options, callback } = split('replaceDocument', 2, args, 2);
    return enqueue({ op: 'replace', document: documentIn(args[0]), body: cloned(args[1]), ifMatch: text(options.etag) }, callback);
  },
  deleteDocument(...args) {
    const { options, callback } = split('deleteDocument', 1, args, 1);
    return enqueue({ op: 'delete', document: documentIn(args[0]), ifMatch: text(options.etag) }, callback);
  },
};
Object.defineProperty(collection, 'getPartitionKeyDefinition', { value: () => JSON.parse(settings.partitionKeyDefinition) });

function feed(op, options) {
  const { pageSize, continuation } = options;
  return { op, pageSize: typeof pageSize === 'number' ? pageSize : 100, continuation: text(continuation) };
}

function appendRows(rows) {
  response.appendBody(JSON.stringify(rows));
}

// --- the JavaScript query API

function pathOf(by) {
  return typeof by === 'function' ? by : (item) => item[by];
}

function compare(left, right) {
  return left < right ? -1 : left > right ? 1 : 0;
}

const STEPS = {
  filter: (rows, predicate) => rows.filter((row) => predicate(row)),
  map: (rows, transform) => rows.map((row) => transform(row)),
  pluck: (rows, name) => rows.map((row) => row[name]).filter((value) => value !== undefined),
  flatten: (rows, isShallow) => rows.flat(isShallow === true ? 1 : Infinity),
  sortBy: (rows, by) => rows.slice().sort((a, b) => compare(pathOf(by)(a), pathOf(by)(b))),
  sortByDescending: (rows, by) => rows.slice().sort((a, b) => compare(pathOf(by)(b), pathOf(by)(a))),
  unwind: (rows, inner, result) => rows.flatMap((row) => pathOf(inner)(row).map((one) => (result ? result(row, one) : one))),
};

function runSteps(steps, options, callback) {
  const apply = (rows) => steps.reduce((current, [name, args]) => STEPS[name](current, ...args), rows);
  const isAccepted = enqueue(feed('list', options), callback && ((error, rows, info) => callback(error, rows && apply(rows), info)), callback ? undefined : (rows) => appendRows(apply(rows)));
  return { isAccepted };
}

function chainOf(steps) {
  const chain = { value: (...args) => { const { options, callback } = split('value', 0, args, 0); return runSteps(steps, options, callback); } };
  for (const name of Object.keys(STEPS)) chain[name] = (...args) => chainOf(steps.concat([[name, args]]));
  return chain;
}

const root = Object.create(collection);
root.request = request;
root.response = response;
root.chain = () => chainOf([]);
const FIXED = { filter: 1, map: 1, pluck: 1, flatten: 0, sortBy: 1, sortByDescending: 1, unwind: 1 };
for (const name of Object.keys(STEPS)) {
  root[name] = (...args) => {
    let fixed = FIXED[name];
    if (name === 'flatten' && typeof args[0] === 'boolean') fixed = 1;
    if (name === 'unwind' && typeof args[1] === 'function' && typeof args[2] !== 'undefined') fixed = 2;
    const { options, callback } = split(name, FIXED[name], args, fixed);
    return runSteps([[name, args.slice(0, fixed)]], options, callback);
  };
}

// --- globals

const context = {
  getCollection: () => collection,
  getRequest: () => request,
  abort(error) { fail(error === undefined ? new ServiceError('The script was aborted') : error); throw error; },
};
if (settings.kind !== 'pre') context.getResponse = () => response;
globalThis.getContext = () => context;
globalThis.__ = root;

function formatted(args) {
  if (args.length === 0) throw new ServiceError(400, 'The function "log" requires at least 1 argument(s) but was called with 0 argument(s).');
  const [first, ...rest] = args;
  if (rest.length === 0) return String(first);
  if (typeof first !== 'string') throw new ServiceError(400, 'The first of several arguments of console.log must be a string.');
  return first.replace(/%[s%]/g, (mark) => (mark === '%%' ? '%' : rest.length > 0 ? String(rest.shift()) : mark));
}
globalThis.console = { log: (...args) => { if (settings.logs) host.log(formatted(args)); } };

// --- what the host calls

function guarded(work) {
  try {
    work();
  } catch (error) {
    fail(error);
  }
}

return {
  start(script, argumentsText) {
    guarded(() => {
      if (typeof script !== 'function') throw new TypeError('The script is no function');
      script.apply(undefined, JSON.parse(argumentsText));
    });
  },
  drain: () => (failure === undefined ? JSON.stringify(calls.splice(0)) : '[]'),
  deliver(resultsText) {
    for (const result of JSON.parse(resultsText)) {
      const { callback, onResult } = queue.shift();
      guarded(() => {
        if (result.error) {
          const error = Object.assign(Object.create(ServiceError.prototype), { number: result.error.number, body: result.error.body, message: result.error.body });
          if (!callback) throw error;
          return callback.length === 0 ? callback() : callback(error, undefined, result.options);
        }
        if (onResult) onResult(result.resource);
        if (!callback) return;
        if (result.isDelete) callback(undefined, result.options);
        else callback(undefined, result.resource, result.options);
      });
      if (failure) return;
    }
  },
  outcome() {
    if (failure) return JSON.stringify({ failure: describe(failure.error) });
    return JSON.stringify({ requestBody: state.body, isWritten: state.isWritten, isAppended: state.isAppended, responseBody: state.responseBody });
  },
};
})`;
