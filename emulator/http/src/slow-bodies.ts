import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** A body must bring so much in a second, as with Kestrel's `MinRequestBodyDataRate`. */
const MIN_BYTES_PER_SECOND = 240;
const CHECK_MS = 5_000;
/** One check may come late or find a full network; two in a row say that the client is slow. */
const SLOW_CHECKS = 2;

interface Upload {
  readonly response: ServerResponse;
  bytesRead: number;
  slowChecks: number;
}

/**
 * Ends requests whose clients send their bodies slower than any network does, with 408 where no response has begun. The
 * time counts only while the server waits for the body: a reader that is busy does not make its client slow. Checks are
 * counted rather than time, so that a process that was stopped for a while gives its clients another chance.
 */
export function cutSlowBodies(server: Server, checkMs = CHECK_MS): void {
  const uploads = new Map<IncomingMessage, Upload>();
  const minBytes = (MIN_BYTES_PER_SECOND * checkMs) / 1_000;

  function watch(message: IncomingMessage, response: ServerResponse): void {
    const { 'content-length': length, 'transfer-encoding': coding } = message.headers;
    if (coding === undefined && (length === undefined || length === '0')) return;
    uploads.set(message, { response, bytesRead: message.socket.bytesRead, slowChecks: 0 });
    message.once('close', () => uploads.delete(message));
  }

  function check(): void {
    for (const [message, upload] of uploads) {
      const { bytesRead } = message.socket;
      const isSlow = isAwaited(message) && bytesRead - upload.bytesRead < minBytes;
      upload.bytesRead = bytesRead;
      upload.slowChecks = isSlow ? upload.slowChecks + 1 : 0;
      if (upload.slowChecks < SLOW_CHECKS) continue;
      uploads.delete(message);
      cut(message, upload.response);
    }
  }

  const checking = setInterval(check, checkMs).unref();
  server.prependListener('request', watch).prependListener('checkContinue', watchContinued);
  server.once('close', () => clearInterval(checking));

  /** Without a listener for `checkContinue`, node:http itself does what follows the first line. */
  function watchContinued(message: IncomingMessage, response: ServerResponse): void {
    if (server.listenerCount('checkContinue') > 1) {
      watch(message, response);
      return;
    }
    response.writeContinue();
    server.emit('request', message, response);
  }
}

/** Whether somebody reads the body, and has read all that came. */
function isAwaited(message: IncomingMessage): boolean {
  return !message.complete && message.readableFlowing !== null && message.readableLength === 0;
}

function cut(message: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void message.destroy();
  response.writeHead(408, { 'content-length': 0, connection: 'close' });
  response.end(() => message.destroy());
}
