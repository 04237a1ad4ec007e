import { Edge, type HttpHandler, startHttpServer, toRequestListener } from '@lazurite/http';
import { type Clock, type Closeable, type Log, startOrUndo } from '@lazurite/runtime';
import { History, type StoredCall } from '../history/history.ts';
import { type RecordedEvent, Recorder } from '../history/recorder.ts';
import type { DashboardServices } from '../services.ts';
import { callApi } from './api.ts';
import { SECURITY_HEADERS, serveAssets } from './assets.ts';
import { Changes } from './changes.ts';
import { Login } from './login.ts';

export interface DashboardOptions {
  readonly services: DashboardServices;
  readonly recording: Recording;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly log: Log;
}

export interface Dashboard extends Closeable {
  /** For example `http://127.0.0.1:7070`. */
  readonly url: string;
  /** What API requests show in `x-lazurite-token`. A secret. */
  readonly token: string;
  /** The address for a browser, with the token. A secret. */
  readonly link: string;
}

/** What the dashboard shows of the past. It begins before the servers do, so that their first lines are in it. */
export class Recording implements Closeable {
  readonly history: History;
  readonly changes: Changes;
  readonly #recorder: Recorder;

  constructor(clock: Clock) {
    this.changes = new Changes(clock);
    this.history = new History(clock, () => this.changes.emit('runs'));
    this.#recorder = new Recorder(this.history, clock);
  }

  record(event: RecordedEvent): void {
    this.#recorder.record(event);
  }

  recordCall(call: StoredCall): void {
    this.#recorder.recordCall(call);
  }

  /** To be called when functions were added, changed or removed. */
  functionsChanged(): void {
    this.changes.emit('functions');
  }

  async close(): Promise<void> {
    this.changes.close();
    this.history.close();
  }
}

const ADDRESS = '127.0.0.1';
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Serves the page and its API, on this machine alone. @throws PortInUseError */
export function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { services, recording, log, port = 0 } = options;
  return startOrUndo(async (running) => {
    const edge = new Edge({ address: ADDRESS });
    let handler: HttpHandler = () => ({ status: 503 });
    const listener = toRequestListener((request) => handler(request), { maxBodyBytes: MAX_BODY_BYTES, edge, log });
    const server = running.add(await startHttpServer(listener, { port, address: ADDRESS, drainMs: 0 }));
    const login = new Login(server.port);
    const { history, changes } = recording;
    running.add({ close: async () => changes.close() });
    const assetOf = serveAssets(options.pageFolder);
    handler = async (request) => {
      const rejection = edge.rejectionOf('dashboard', request);
      if (rejection) return rejection;
      const entered = login.exchange(request);
      if (entered) return entered;
      if (!login.isAllowed(request)) return NOT_ALLOWED;
      if (request.path.startsWith('/api/')) return callApi({ services, history, changes }, request);
      return (await assetOf(request)) ?? { status: 404, headers: TEXT, body: 'There is no such page\n' };
    };
    const { token } = login;
    const url = server.url;
    return { url, token, link: `${url}/?token=${token}`, close: () => running.close() };
  });
}

const TEXT = { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const NOT_ALLOWED = {
  status: 401,
  headers: TEXT,
  body: 'Open the link that `lazurite start` has printed: it shows who you are\n',
};
