/** Base of this package's errors. */
export class HttpError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The body is larger than the server accepts. */
export class BodyTooLargeError extends HttpError {
  constructor(maxBytes: number) {
    super('BodyTooLarge', `The request body exceeds ${maxBytes} bytes`);
  }
}

/** The client went away before its request was complete. */
export class RequestAbortedError extends HttpError {
  constructor() {
    super('RequestAborted', 'The client closed the connection before the request was complete');
  }
}

/** An entry of the allowed hosts is no host name. */
export class AllowedHostError extends HttpError {
  constructor(entry: string) {
    super('AllowedHost', `The allowed host '${entry}' must be a host name without a port, '*.' before one, or '*'`);
  }
}

/** Another process listens on the port. The message is fit to be shown to a person as it is. */
export class PortInUseError extends HttpError {
  readonly port: number;

  constructor(port: number, address: string) {
    super('PortInUse', `Port ${port} on ${address} is in use. Stop the process that holds it, or choose another port`);
    this.port = port;
  }
}
