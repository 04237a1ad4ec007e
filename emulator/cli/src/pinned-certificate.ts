import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { CommandError } from './errors.ts';

/** The SHA-256 fingerprint of the certificate that a server of our own shows, whether it is trusted or not. */
export async function fingerprintAt(address: URL): Promise<string> {
  const socket = await connectAnyway(address);
  try {
    return fingerprintOf(socket);
  } finally {
    socket.destroy();
  }
}

/**
 * Connects to a server that must have one certificate, whoever has signed it and for whatever name it is.
 *
 * @throws CommandError OtherCertificate, before anything is sent
 */
export async function connectPinned(address: URL, fingerprint: string): Promise<TLSSocket> {
  const socket = await connectAnyway(address);
  if (fingerprintOf(socket) === fingerprint) return socket;
  socket.destroy();
  const message = `The server at ${address.origin} has another certificate than the stack that was started here`;
  throw new CommandError('OtherCertificate', message);
}

async function connectAnyway({ hostname, port }: URL): Promise<TLSSocket> {
  const host = hostname.replace(/^\[|\]$/g, '');
  // Whoever calls compares the certificate.
  const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerX509Certificate()?.fingerprint256 ?? '';
}
