import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { PortInUseError } from '@lazurite/http';

/** A bound socket that this process keeps and its workers accept on, so that the port outlives each of them. */
export interface ListeningSocket {
  /** To be passed over an IPC channel. */
  readonly handle: object;
  readonly port: number;
  /** Closing twice is one closing. */
  close(): void;
}

/** The part that is used here of Node's own handle class. */
interface TcpHandle {
  getsockname(out: { port?: number }): number;
  close(): void;
}

type CreateServerHandle = (address: string, port: number, addressType: 4 | 6) => TcpHandle | number;

/**
 * Binds `address`:`port` without accepting: connections wait in the socket's backlog until a worker takes them.
 *
 * A net.Server cannot be used, it accepts as soon as it is bound. `net._createServerHandle` is what node:cluster binds
 * its shared sockets with, on every platform, and what `child.send` passes on (on Windows by duplicating the socket).
 *
 * @throws PortInUseError
 */
export function bindSocket(address: string, port: number): ListeningSocket {
  const create = (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle;
  const handle = create(address, port, net.isIPv6(address) ? 6 : 4);
  if (typeof handle === 'number') throw bindError(handle, address, port);
  const bound: { port?: number } = {};
  // libuv reports a busy port here rather than when binding.
  const status = handle.getsockname(bound);
  if (status !== 0) {
    handle.close();
    throw bindError(status, address, port);
  }
  return { handle, port: bound.port ?? port, close: () => handle.close() };
}

function bindError(status: number, address: string, port: number): Error {
  const code = getSystemErrorName(status);
  if (code === 'EADDRINUSE') return new PortInUseError(port, address);
  const mend = code === 'EACCES' ? '. Choose a port above 1023' : '';
  return new Error(`Cannot listen on ${address}, port ${port}: ${code}${mend}`);
}
